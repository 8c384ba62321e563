"""Long work: what takes longer than somebody waits for an answer goes on by itself, and its page says how far it is.

It runs in a thread of the portal. How far it is and what came of it stay in the memory, for who began it; a portal that
is started again forgets both, and whoever asks begins it anew: the file lies in its folder, and what is stored is
stored whole or not at all.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from mapping.language.i18n import Message
from web.access.guard import BY_ITSELF
from web.access.signin import page

PATIENCE = 2.0
"""Seconds that somebody waits for an answer before they are told how far it is."""

AT_ONCE = 2
"""Works that go on at the same time: a short list does not wait for a long one."""

MOST_HELD = 12
"""So many works whose outcome is held; older ones are done anew when somebody asks."""

SHOWN_WITHIN = 30.0
"""Seconds in which whoever was told to wait is shown the outcome, though something changed meanwhile: an answer that
takes as long would not know of it either. Otherwise nobody could look at a long list while others work."""

FIRST_LOOK, LAST_LOOK = 3, 15
"""Seconds after which a page asks again by itself: at first, and when it has waited long."""

IMPORT = Message("Import")

T = TypeVar("T")


class GivenUp(Exception):
    """Nobody waits for a work any more."""


@dataclass(eq=False)
class Work(Generic[T]):
    """Something that is worked on: of what, for whom, by which steps, and how far it is."""

    of: Hashable
    """What it is done with: with something else it is another work."""
    state: Hashable
    """What else its outcome depends on, and what may change while somebody waits."""
    account: str
    about: str
    """What those who wait are told that it is about, as the name of a file."""
    menu: Message
    """Under which page what comes of it stands."""
    steps: Sequence[Message]
    step: int
    """Which of the steps goes on."""
    done: int = 0
    total: int = 0
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    awaited: bool = False
    """Whether somebody was told to wait for it."""
    given_up: bool = False
    ends_itself: bool = False
    """Whether it goes on to its end though nobody waits, since it is in the middle of what must not be left half."""
    future: "Future[T]" = field(default_factory=Future)

    @property
    def is_over(self) -> bool:
        """Whether it has an outcome."""
        return self.future.done()

    @property
    def waits(self) -> bool:
        """Whether others go first."""
        return not self.future.running() and not self.is_over

    def next_step(self) -> None:
        """Go on to the next step."""
        self.progress(0, 0)
        self.step += 1

    def progress(self, done: int, total: int) -> None:
        """Note how many of how many are done.

        Raises
        ------
        GivenUp
            Nobody waits for it any more, or the portal ends.
        """
        if not self.ends_itself and (self.given_up or not threading.main_thread().is_alive()):
            raise GivenUp
        self.done, self.total = done, total

    def result(self) -> T:
        """Return what came of it, or raise why nothing did; it is waited for."""
        return self.future.result()


class Workshop:
    """What is worked on in a portal, by name; threads may share it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.storing = threading.Lock()
        """Who holds it stores a list: the next one waits instead of finding the directory taken."""
        self._lock = threading.Lock()
        self._works: dict[Hashable, Work[Any]] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, "long work")

    def work(
        self,
        name: Hashable,
        do: Callable[[Work[T]], T],
        *,
        of: Hashable,
        state: Hashable,
        account: str = "",
        about: str,
        menu: Message = IMPORT,
        steps: Sequence[Message],
        step: int = 0,
    ) -> Work[T]:
        """Return the work of a name: that which goes on or whose outcome holds, or else one that begins now."""
        with self._lock:
            work = self._works.pop(name, None)
            if work is None or not _holds(work, of, state):
                _give_up(work)
                work = Work(of, state, account, about, menu, steps, step)
                work.future = self._threads.submit(self._do, work, do)
            self._works[name] = work  # the last of all
            for old in [key for key, held in self._works.items() if held.is_over][:-MOST_HELD]:
                del self._works[old]
            return work

    def known(self, name: Hashable) -> Work[Any] | None:
        """Return the work of a name that goes on or is over, if there is one."""
        with self._lock:
            return self._works.get(name)

    def goes_on(self, *names: Hashable) -> bool:
        """Tell whether a work of one of the names goes on."""
        works = map(self.known, names)
        return any(work is not None and not work.is_over for work in works)

    def forget(self, *names: Hashable) -> None:
        """Give up works, and let go of what came of them."""
        with self._lock:
            for name in names:
                _give_up(self._works.pop(name, None))

    def _do(self, work: Work[T], do: Callable[[Work[T]], T]) -> T:
        try:
            with self.app.app_context():
                return do(work)
        finally:
            work.ended = time.monotonic()


def _give_up(work: Work[Any] | None) -> None:
    if work is not None:
        work.given_up = True
        work.future.cancel()


def _holds(work: Work[Any], of: Hashable, state: Hashable) -> bool:
    if work.of != of or work.future.cancelled():
        return False
    just = work.awaited and time.monotonic() - work.ended < SHOWN_WITHIN
    return not work.is_over or work.state == state or just


def workshop() -> Workshop:
    """Return what is worked on in this portal."""
    shop: Workshop = current_app.extensions["rohnamo_works"]
    return shop


def comes_in_time(work: Work[Any]) -> bool:
    """Tell whether a work is over as soon as somebody waits for an answer."""
    with suppress(TimeoutError, CancelledError):
        work.future.exception(timeout=current_app.config.get("PATIENCE", PATIENCE))
    work.awaited |= not work.is_over
    return work.is_over and BY_ITSELF not in request.args


def how_far(language: str, work: Work[Any]) -> ResponseReturnValue:
    """Show how far a work is, on a page that asks again by itself; that which is over leads to the page waited for.

    The page is at the address of what is waited for, so that reloading it, coming back to it or opening it later is
    asking for that.
    """
    others = MultiDict((key, value) for key, value in request.args.items(multi=True) if key != BY_ITSELF)
    if work.is_over:
        return redirect(_address(others), code=303)
    waited = time.monotonic() - work.began
    return page(
        "staff/working.html",
        language,
        work=work,
        still="still" in request.args,
        seconds=int(min(LAST_LOOK, max(FIRST_LOOK, waited / 8))),
        again=_address(MultiDict([*others.items(multi=True), (BY_ITSELF, "")])),
        address=_address(MultiDict([*others.items(multi=True), ("still", "")])),
    )


def _address(arguments: MultiDict[str, str]) -> str:
    query = urlencode([*arguments.items(multi=True)])
    return f"{request.path}?{query}" if query else request.path
