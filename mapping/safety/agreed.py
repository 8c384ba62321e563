"""What two people agreed to show, and what would be shown beyond that: one comparison, asked by one gate.

What an audience would see of the records as they stand is compared, row by row, with what it was last agreed to see.
A record that it did not see, and each field that reads otherwise, was blank or is emptied, wait for a second person;
alone a steward changes what changes by the day (`DAILY`). So no text enters an edition, nor is searched for secrets,
that one person alone has read: whether an edition can be built answers nothing that one person asks. `restrict` holds
back exactly what nobody agreed to: the old value stays where there was one, else nothing. What becomes hidden is hidden
at once.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

from mapping.freshness import active, listed
from mapping.model import ENTRY_POINTS, PRECISIONS, RECORDS, WHOLES, WORDS, Audience, references

Row = dict[str, Any]
Shown = dict[str, list[Row]]
Key = tuple[str, str]
"""(table, id)."""

Agreed = Mapping[Key, Mapping[str, Any]]
"""What an audience was last agreed to see: record -> its fields."""

FREE = frozenset({*WORDS, *(table for table, kind in RECORDS.items() if kind.stands == "check"), "standard_summary"})
"""Tables that tell nothing by themselves: words, checks of what is shown, and sums of what is shown."""

THRESHOLD = "threshold"
"""Stands for a table of the least counts that are shown: two people agree to a lower one as they do to a record."""

ENDS = {"audience": "consent_until", "precision": "precision_until"}
"""Kind of an approval -> field in which a row that it lowers is kept with its end: it is agreed to until then."""

OWNERS = ("service", "organization", "location")
"""The entries that a part may be of, those first that tell most of it."""

Climb = Callable[[str], str | None]
"""Gives the unit under which the places of a unit are listed."""


class Showing(NamedTuple):
    """What would newly be shown of a record to an audience: field -> (before, now)."""

    audience: Audience
    table: str
    id: str
    fields: Mapping[str, tuple[Any, Any]]
    appears: bool
    """Whether the audience sees nothing of the record yet."""

    @property
    def leads(self) -> bool:
        """Whether people are led elsewhere by it, and do not only learn more of what they see."""
        points = ENTRY_POINTS.get(self.table, ())
        return self.appears or any(name in points or before is not None for name, (before, _) in self.fields.items())

    @property
    def owner(self) -> Key | None:
        """The entry of which a part is, as the part says itself; it may not be stored yet, or no more."""
        values = {name: before if now in (None, "") else now for name, (before, now) in self.fields.items()}
        if values.get("link_entity") in WHOLES and "link_id" in values:
            return values["link_entity"], values["link_id"]
        owners = {parent: values[name] for name, parent in references(RECORDS[self.table]).items() if name in values}
        return next(((parent, owners[parent]) for parent in OWNERS if parent in owners), None)

    @property
    def digest(self) -> str:
        """A short text that is another for every other difference."""
        facts = [self.audience, self.table, self.id, self.appears, sorted((n, *v) for n, v in self.fields.items())]
        return hashlib.sha256(_encode(facts).encode()).hexdigest()[:32]


def digest_of(shown: Iterable[Showing]) -> str:
    """Return a short text that is another for every other set of differences, whatever their order."""
    return hashlib.sha256(" ".join(sorted(showing.digest for showing in shown)).encode()).hexdigest()[:32]


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode  # `json.dumps` makes an encoder for each difference


def kept(table: str, row: Row) -> Row:
    """Return a row as it is kept and compared, days as text: itself where it has none."""
    days = {name: day.isoformat() for name in DAYS[table] if (day := row.get(name)) is not None}
    return row | days if days else row


def difference(
    table: str, row: Row, before: Mapping[str, Any] | None, unit_to_show: Climb
) -> Mapping[str, tuple[Any, Any]] | None:
    """Return what a row (`kept`) would show beyond what was agreed to: field -> (before, now); None where nothing."""
    if before is None:
        return {name: (None, value) for name, value in sorted(row.items()) if _tells(name, value)}
    names = _newly(table, before, row, unit_to_show)
    return {name: (before.get(name), row[name]) for name in sorted(names)} if names else None


def removal(table: str, record: str, agreed: Iterable[tuple[Audience, Row | None]]) -> list[Showing]:
    """Return what goes of a record that somebody removed, for each audience that sees it."""
    return [
        Showing(
            audience,
            table,
            record,
            {name: (value, None) for name, value in sorted(row.items()) if _tells(name, value)},
            appears=False,
        )
        for audience, row in agreed
        if row is not None
    ]


def held(table: str, row: Row, before: Mapping[str, Any], unit_to_show: Climb) -> Row:
    """Return a row without what nobody agreed to show: the old values, where there are some."""
    names = _newly(table, before, row, unit_to_show)
    result = row | {name: before.get(name) for name in names} if names else row
    if {*ENDS.values()} & names:  # a row that was agreed to without an end has none
        result = {name: value for name, value in result.items() if value is not None or name not in ENDS.values()}
    if table == "location":
        if "area_unit" in names and _less_precise(row, before):
            result["area_unit"] = None
        if (result["latitude"] is None) != (result["longitude"] is None):
            result = result | {"latitude": None, "longitude": None}
    elif table == "case_count" and "count" in names:
        result["suppressed"] = result["count"] is None
    return result


def restrict(
    rows: Shown,
    agreed: Agreed,
    unit_to_show: Climb,
    parents: Mapping[str, Mapping[str, str]],
    needed: Mapping[str, tuple[str, ...]],
    today: dt.date,
) -> Shown:
    """Return rows without what nobody agreed to show, and without what belongs to something held back.

    A row that was agreed to until a day that is over is held back, whatever end it has by now.
    """
    agreed_rows: Shown = {}
    day = today.isoformat()
    for table, own in rows.items():
        agreed_rows[table] = own if table in FREE else []
        for row in own if table not in FREE else ():
            before = agreed.get((table, row["id"]))
            if before is not None:
                own_row = held(table, row, before, unit_to_show)
                if all(_plain(own_row.get(end) or day) >= day for end in ENDS.values()):
                    agreed_rows[table].append(own_row)
    while True:
        ids = {table: {row["id"] for row in own} for table, own in agreed_rows.items()}
        placed = {row["location_id"] for row in agreed_rows.get("service_at_location", ())}
        left = {table: list(_hanging(table, own, ids, parents, needed)) for table, own in agreed_rows.items()}
        if "location" in left:
            left["location"] = [row for row in left["location"] if row["id"] in placed]
        if all(len(left[table]) == len(agreed_rows[table]) for table in agreed_rows):
            return agreed_rows
        agreed_rows = left


def _hanging(
    table: str,
    rows: list[Row],
    ids: Mapping[str, set[str]],
    parents: Mapping[str, Mapping[str, str]],
    needed: Mapping[str, tuple[str, ...]],
) -> Iterator[Row]:
    """Yield the rows of a table of which all that they belong to is there."""
    owners = [(name, ids.get(parent, ())) for name, parent in parents[table].items()]
    root = table in WORDS or RECORDS[table].stands == "entry" or table in ("organization", "location")
    for row in rows:
        ties = [row[name] in there for name, there in owners if row.get(name)]
        entity = row.get("link_entity")
        if row.get("link_id") and entity not in WORDS:
            ties.append(row["link_id"] in ids.get(row["link_entity"], ()))
        if all(ties) and (ties or root or entity in WORDS) and all(map(row.get, needed.get(table, ()))):
            yield row


def _newly(table: str, before: Mapping[str, Any], row: Row, unit_to_show: Climb) -> set[str]:
    """Return the fields that differ from what was agreed to and wait for a second person, emptied ones too."""
    if row == before:
        return set()
    by_rule = (row.get(WITHHELD) or "").split(";")
    names = {
        name
        for name, value in row.items()
        if (_tells(name, value) or _tells(name, before.get(name)))
        and _plain(value) != _plain(before.get(name))
        and name not in by_rule
        and (before.get(name) in (None, "") or _waits(table, name, before.get(name), value))
    }
    if table == "location" and before and _less_precise(row, before):  # the unit of the place that was shown is no news
        names -= {*ENTRY_POINTS["location"]}
        unit = before.get("area_unit")
        if row["area_unit"] not in (None, unit, unit_to_show(unit) if unit else None):
            names.add("area_unit")
    return names


def _tells(name: str, value: Any) -> bool:
    """Whether readers learn something from a field."""
    return value is not None and value != "" and name not in ("id", "audience", WITHHELD)


def _waits(table: str, name: str, old: Any, new: Any) -> bool:
    """Whether another value of a field, or none, waits for a second person: all but what changes by the day."""
    if table == THRESHOLD:
        return bool(new < old)
    if name in ENDS.values():
        return new is None or bool(_plain(new) > _plain(old))
    if table == "service" and name == "status":
        return _openness(new) > _openness(old)
    if name == "service_types":  # codes of which the rules may take some away
        return not {*str(new or "").split(";")} <= {*str(old).split(";")}
    return name not in DAILY.get(table, ())


DAILY: dict[str, frozenset[str]] = {
    "service": frozenset(("assured_date",)),
    "service_capacity": frozenset(("available", "maximum", "updated")),
    "activity": frozenset(("status", "planned", "reached", "reached_women", "reported_on")),
    "case_count": frozenset(("count", "suppressed", "printed")),
}
"""Table -> fields that one person changes: numbers, days and states that guide nobody and hold no text."""

STAYING = (
    "phone",
    "schedule",
    "url",
    "attribute",
    "language",
    "service_area",
    "cost_option",
    "required_document",
)
"""Tables of numbers, hours and limits: a removed record of theirs is shown until a second person agrees to that.

To hide one at once, whoever may edit it marks it for custodians."""

WITHHELD = "withheld"
"""Field in which a row is kept with the names of those that a rule or a steward keeps back: they go at once."""


def _openness(status: Any) -> tuple[bool, bool]:
    """Return how many people a service of a status is offered to, more of them later in the order."""
    return listed(status), active(status)


def _plain(value: Any) -> Any:
    """Return a value as it is kept: a day as text."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _less_precise(row: Row, before: Mapping[str, Any]) -> bool:
    order = PRECISIONS.index
    return order(row["precision"]) > order(before.get("precision") or "none")


DAYS: dict[str, tuple[str, ...]] = {
    table: tuple(name for name, of in kind.model_fields.items() if dt.date in (of.annotation, *get_args(of.annotation)))
    for table, kind in RECORDS.items()
} | {THRESHOLD: ()}
"""Table -> fields that hold a day."""

_OWNERS: dict[str, set[str]] = {
    table: {name for name, parent in references(kind).items() if parent not in WORDS}
    | ({"link_id", "link_entity", "field"} & {*kind.model_fields})
    for table, kind in RECORDS.items()
}
"""Table -> fields that tell to which record a part belongs, and to which field of it."""
