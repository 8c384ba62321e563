"""What of an edition for partners everybody may know, and so may stand on a card or be told to a person."""

from collections.abc import Callable
from dataclasses import dataclass

from mapping.model import Audience
from mapping.view.view import Entry, View
from mapping.view.visits import answers_abroad
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import Hotline, lines


@dataclass(frozen=True)
class Open:
    """What of an edition everybody may know, and so may leave the building: ids of services and places, and numbers."""

    services: frozenset[str]
    places: frozenset[str]
    numbers: frozenset[str]
    hours: frozenset[str]
    """Services whose hours everybody may know."""


@kept
def open_parts(edition: Edition) -> Open:
    """Return what everybody may know of an edition that is not for everybody."""
    with View(edition.path) as view:
        rows = {table: view.rows(table) for table in ("service", "location", "phone", "address", "schedule")}
    closed = {table: [row for row in records if row["audience"] != "public"] for table, records in rows.items()}
    services, places = ({row["id"] for row in rows[table]} for table in ("service", "location"))
    services -= {row["id"] for row in closed["service"]}
    places -= {row["id"] for row in closed["location"]} | {row["location_id"] for row in closed["address"]}
    numbers = {row["number"] for row in rows["phone"]} - {row["number"] for row in closed["phone"]}
    hours = services - {row["service_id"] for row in closed["schedule"]}
    return Open(*map(frozenset, (services, places, numbers, hours)))


def open_line(
    edition: Edition,
    language: str,
    *,
    abroad: bool,
    written: bool = False,
    but: Callable[[Entry], bool] | None = None,
) -> Hotline | None:
    """Return the line to name first of those that everybody may know; abroad one that works there, if there is any.

    With ``written`` one that can be written to; ``but`` tells lines that must not be named.
    """
    known = open_parts(edition)
    hotlines = [
        hotline
        for hotline in lines(edition, language)
        if hotline.card.id in known.services
        and not (but and but(hotline.card.entry))
        and (abroad or not answers_abroad(hotline.card.entry, edition.area))
    ]
    calls = [
        Hotline(hotline.card, call)
        for hotline in hotlines
        for call in hotline.card.calls
        if call.href and call.spoken is not written and call.dial in known.numbers
    ]
    far = [call for call in calls if not call.call.short] if abroad else []
    return next(iter(far or calls), None)


@kept
def classes(edition: Edition) -> dict[str, Audience]:
    """Return for each service of an edition who may know of it."""
    with View(edition.path) as view:
        return {row["id"]: row["audience"] for row in view.rows("service")}
