"""Pages of a portal: where each stands, the action that it is, and its place in the menu."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from flask import Blueprint

from mapping.language.i18n import Message
from web.access.guard import Open
from web.access.roles import ACTIONS, Action

View = TypeVar("View", bound=Callable[..., Any])


class MenuItem(NamedTuple):
    """A link of the menu, shown to those who may do the action; the smallest ``order`` stands first."""

    path: str
    label: Message
    action: Action
    order: int


class Pages(Blueprint):
    """Pages of which each belongs to an action, "everyone" where nobody has to sign in (`web.access.guard`).

    An address stands within the language of the page, ``log.html`` for ``/en/log.html``, unless it begins with ``/``.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, __name__)
        self.actions: dict[str, Action | Open] = {}
        self.menu: list[MenuItem] = []

    def page(
        self,
        action: Action | Open,
        *addresses: str,
        menu: tuple[Message, int] | None = None,
        methods: Sequence[str] = ("GET",),
    ) -> Callable[[View], View]:
        """Add a page at some addresses, in the menu with a label and an order."""
        if action != "everyone" and action not in ACTIONS:
            raise ValueError(f"{self.name}: {action!r} is no action of actions.csv")

        def add(view: View) -> View:
            self.actions[f"{self.name}.{view.__name__}"] = action
            for address in addresses:
                rule = address if address.startswith("/") else f"/<language>/{address}"
                self.add_url_rule(rule, view_func=view, methods=methods)
            if menu and action != "everyone":
                self.menu.append(MenuItem(addresses[0], menu[0], action, menu[1]))
            return view

        return add

    def form(
        self, action: Action | Open, *addresses: str, menu: tuple[Message, int] | None = None
    ) -> Callable[[View], View]:
        """Add a page with a form that is sent to itself."""
        return self.page(action, *addresses, menu=menu, methods=("GET", "POST"))

    def act(self, action: Action | Open, address: str) -> Callable[[View], View]:
        """Add what a button does."""
        return self.page(action, address, methods=("POST",))
