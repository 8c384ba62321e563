"""Roles: who may do what, and who sees what. One table; what it does not name is not allowed.

Grants by region or organization (`web.access.accounts`) narrow what a role may do, and never widen it: without a grant
somebody may do none of the things that are done to a place or a body.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from mapping.errors import InvalidRecord
from mapping.language.i18n import Message
from mapping.model import Audience

Role = Literal["caseworker", "provider", "focal_point", "planner", "steward", "custodian", "administrator", "approver"]

Action = Literal[
    "own_account",
    "find",
    "refer",
    "see_counts",
    "set_capacity",
    "propose",
    "assess",
    "see_restricted",
    "attend",
    "edit",
    "import",
    "review",
    "approve",
    "widen",
    "confirm",
    "publish",
    "reveal",
    "read_log",
    "meet",
    "administer",
]
"""What a person can do in the portals; each route belongs to one (`web.access.guard`)."""

ACTIONS: dict[Action, Message] = {
    "own_account": Message("Sign in and out, change the own password"),
    "find": Message("Find services and referral routes"),
    "refer": Message("Note referrals and their outcome"),
    "see_counts": Message("See counts of referrals"),
    "set_capacity": Message("Say whether a service has room"),
    "propose": Message("Propose a change of an entry"),
    "assess": Message("Answer the checklist of standards"),
    "see_restricted": Message("Read analyses that are not public"),
    "attend": Message("See what needs attention"),
    "edit": Message("Change entries"),
    "import": Message("Import lists"),
    "review": Message("Decide on what was sent in"),
    "approve": Message("Agree as one of two people"),
    "widen": Message("Ask to let more people see something"),
    "confirm": Message("Publish an edition that somebody else built"),
    "publish": Message("Publish an edition"),
    "reveal": Message("See a confidential place, for a reason"),
    "read_log": Message("Read the log"),
    "meet": Message("Say that they met the owner of an account"),
    "administer": Message("Look after accounts, sources and backups"),
}
"""What an action is called."""

Scope = Literal["region", "organization"]

SCOPED: dict[Action, Scope] = {
    "set_capacity": "organization",
    "propose": "organization",
    "assess": "organization",
    "see_counts": "region",
    "edit": "region",
    "review": "region",
    "approve": "region",
    "widen": "region",
    "reveal": "region",
}
"""Actions that are done to a place or a body, and which kind of grant they need."""

EVERYWHERE = "*"
"""The grant for every region or organization."""


@dataclass(frozen=True)
class RoleRule:
    """What a role sees and does; ``extra`` names what a person of the role is told about it."""

    label: Message
    audience: Audience
    actions: frozenset[Action]


def _rule(label: Message, audience: Audience, *actions: Action) -> RoleRule:
    return RoleRule(label, audience, frozenset(("own_account", *actions)))


ROLES: dict[Role, RoleRule] = {
    "caseworker": _rule(Message("Caseworker"), "partner", "find", "refer"),
    "provider": _rule(Message("Provider"), "partner", "find", "refer", "set_capacity", "propose", "assess"),
    "focal_point": _rule(
        Message("Focal point"), "focal_point", "find", "refer", "see_counts", "set_capacity", "see_restricted"
    ),
    "planner": _rule(Message("Planner"), "partner", "find", "see_counts", "see_restricted"),
    "steward": _rule(
        Message("Steward"),
        "focal_point",
        "find",
        "see_counts",
        "see_restricted",
        "attend",
        "edit",
        "import",
        "review",
        "approve",
        "widen",
        "confirm",
        "publish",
    ),
    "custodian": _rule(Message("Custodian"), "focal_point", "find", "attend", "review", "approve", "widen", "reveal"),
    "administrator": _rule(Message("Administrator"), "public", "read_log", "meet", "administer"),
    "approver": _rule(Message("Approver from outside"), "focal_point", "approve", "confirm", "meet"),
}
"""The whole table. Custodian facts are in no view: `reveal` shows one record at a time from the directory."""

PORTAL_ROLES: tuple[Role, ...] = ("caseworker", "provider", "focal_point", "planner")
"""Who signs in to the partner portal; the others sign in to the staff portal."""

STAFF_ROLES = tuple(role for role in ROLES if role not in PORTAL_ROLES)


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
