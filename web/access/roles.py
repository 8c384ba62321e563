"""Roles: who may do what, and who sees what. One table; what it does not name is not allowed.

Grants by region or organization (`web.access.accounts`) narrow what a role may do, and never widen it: without a grant
somebody may do none of the things that are done to a place or a body.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from mapping.errors import InvalidRecord
from mapping.language.i18n import Message
from mapping.model import Audience
from mapping.resources import table_beside

Role = str
"""A key of `ROLES`."""
Action = str
"""A key of `ACTIONS`: what a person can do in the portals; each page belongs to one (`web.access.pages`)."""
Scope = Literal["region", "organization"]

_TABLE = table_beside(__file__, "actions")

ACTIONS: dict[Action, Message] = {row["action"]: Message.of(row["label"]) for row in _TABLE}
"""What an action is called."""

SCOPED: dict[Action, Scope] = {row["action"]: cast("Scope", row["scope"]) for row in _TABLE if row["scope"]}
"""Actions that are done to a place or a body, and which kind of grant they need."""

EVERYWHERE = "*"
"""The grant for every region or organization."""


class RoleRule(NamedTuple):
    """What a person of a role is told about it, and what the role sees and does."""

    label: Message
    audience: Audience
    actions: frozenset[Action]


_SEEN_BY: dict[Role, tuple[Message, Audience]] = {
    "caseworker": (Message("Caseworker"), "partner"),
    "provider": (Message("Provider"), "partner"),
    "focal_point": (Message("Focal point"), "focal_point"),
    "planner": (Message("Planner"), "partner"),
    "steward": (Message("Steward"), "focal_point"),
    "custodian": (Message("Custodian"), "focal_point"),
    "administrator": (Message("Administrator"), "public"),
    "approver": (Message("Approver from outside"), "focal_point"),
}
ROLES: dict[Role, RoleRule] = {
    role: RoleRule(label, audience, frozenset(row["action"] for row in _TABLE if role in row["roles"].split()))
    for role, (label, audience) in _SEEN_BY.items()
}
"""Who does what is said in ``actions.csv``. Custodian facts are in no view: `reveal` shows one record at a time."""

PORTAL_ROLES: tuple[Role, ...] = ("caseworker", "provider", "focal_point", "planner")
"""Who signs in to the partner portal; the others sign in to the staff portal."""


def roles_in(text: str) -> tuple[Role, ...]:
    """Return the roles of an account, as they are written with spaces between, in the order of the table.

    Raises
    ------
    InvalidRecord
        There is none, one is unknown, or they are of two portals.
    """
    named = text.replace(",", " ").split()
    if unknown := [name for name in named if name not in ROLES]:
        raise InvalidRecord(f"{unknown[0]!r} is no role; there are {', '.join(ROLES)}")
    roles = tuple(role for role in ROLES if role in named)
    if len({role in PORTAL_ROLES for role in roles}) != 1:
        raise InvalidRecord("an account needs roles of one portal; for the partner portal make another one")
    return roles


@dataclass(frozen=True)
class Grants:
    """Where somebody may act: codes of area units and published ids of organizations, or `EVERYWHERE`."""

    regions: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()

    def holds(self, scope: Scope, over: Collection[str]) -> bool:
        """Tell whether any of the units (a unit with those above it) or organizations is granted."""
        own = self.regions if scope == "region" else self.organizations
        return EVERYWHERE in own or not own.isdisjoint(over)


def may(role: Role, action: Action, *, grants: Grants = Grants(), over: Collection[str] | None = None) -> bool:
    """Tell whether a role may do something, and to what it is done.

    ``over`` names what the action is done to: the code of a unit with those of the units above it, or the published
    id of an organization. Leave it out to ask whether the role may do it anywhere at all.
    """
    if role not in ROLES or action not in ROLES[role].actions:
        return False
    scope = SCOPED.get(action)
    if scope is None:
        return True
    if over is None:
        return bool(grants.regions if scope == "region" else grants.organizations)
    return grants.holds(scope, over)
