"""Hide an entry now: out of every edition in use, by one person, whatever else waits."""

import datetime as dt
from collections.abc import Iterable

from mapping.directory.directory import Directory
from mapping.editions.releases import Releases
from mapping.errors import InvalidRecord

HIDDEN: dict[str, dict[str, object]] = {
    "organization": {"do_not_list": True},
    "service": {"do_not_list": True},
    "location": {"audience": "custodian"},
}
"""Table -> what is written to hide an entry of it."""


def hide(
    directory: Directory,
    table: str,
    identifier: str,
    editions: Iterable[Releases],
    *,
    by: str,
    day: dt.date,
    reason: str,
) -> list[str]:
    """Hide an organization, a service or a place, and take it out of the editions in use; return their audiences.

    Sums that counted it are dropped; nothing else changes, no text is searched, and no second person is asked: that is
    needed to show it again.
    """
    if table not in HIDDEN:
        raise InvalidRecord(f"{table}: hide an organization, a service or a location")
    directory.edit(table, identifier, dict(HIDDEN[table]), by=by, on=day, reason=reason)
    return [str(edition.audience) for edition in editions if edition.withdraw(directory, day=day)]
