"""Records: find one, see what it says and what it said before, side by side."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, abort, request
from werkzeug.datastructures import MultiDict

from mapping.directory.directory import public_id
from mapping.directory.proposals import version
from mapping.directory.rows import to_row
from mapping.freshness import Freshness
from mapping.language.fold import coarse
from mapping.language.i18n import Message
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from mapping.model import ENTRY_POINTS, RECORDS, WEEKDAYS, WHOLES
from mapping.quality.holdings import HeldService
from mapping.quality.overview import FRESHNESS_NAMES
from mapping.safety.redaction import PUBLISHED
from web.access.guard import Open, me, study_area
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.presenters.cards import Card
from web.staff.common import directory, edition_in_use, everything_seen, seen
from web.staff.fields import FIELDS, LABELS, LEVELS, PARTS, RESULTS, TABLES, VALUES, editable, fields, said
from web.staff.records.history import act
from web.staff.visible import VisibleRecords, name_of

records = Blueprint("records", __name__)
blueprint = records

ROUTES: dict[str, Action | Open] = {
    "records.search": "attend",
    "records.record": "attend",
    "records.history": "attend",
}
MENU = (MenuItem("records.html", Message("Records"), "attend", 40),)

MOST = 100
"""So many records stand on one page; with more, the search must say more."""


@dataclass(frozen=True)
class RecordLine:
    """A record in a list."""

    table: str
    id: str
    name: str
    body: str
    units: str
    freshness: Freshness | None
    audience: str
    flagged: bool


class ShownField(NamedTuple):
    """A field of a record in words."""

    name: str
    label: Message
    text: str


@dataclass(frozen=True)
class Turn:
    """A change of a record: when, by whom, why, and each field before and after."""

    number: int
    on: dt.date
    by: str
    act: Message | str
    reason: str
    kind: str
    table: str
    fields: tuple[tuple[Message, str, str], ...]
    hidden: bool
    """Whether something changed besides that is not shown."""


@dataclass(frozen=True)
class OpenForm:
    """A form that stands open on the page of a record: for itself, for a part of it, or for a new part."""

    table: str
    record: Any = None
    problem: Message | None = None
    asks: str = ""
    """The question about names that its sender has to answer."""
    typed: Mapping[str, str] | None = None
    """What stands in it, where that is not what was sent."""


@records.route("/<language>/records.html", methods=["GET", "POST"])
def search(language: str) -> str:
    """Find records by name, number, mail or place; what is looked for stands in no address."""
    form = request.form
    query = {name: form.get(name, "") for name in ("words", "table", "unit", "state")}
    record_lines = list(_found(seen(), query, language))
    area = study_area()
    regions = [(unit.code, area.label(unit.code, language)) for unit in area.all_units().values()]
    return page(
        "staff/records.html",
        language,
        asked=query,
        lines=record_lines[:MOST],
        count=len(record_lines),
        regions=regions,
        tables={table: TABLES[table] for table in WHOLES},
        states=FRESHNESS_NAMES,
    )


def line(whole: VisibleRecords, record: Any, language: str) -> RecordLine:
    """Return a record as lists show it."""
    area, held = study_area(), _held(whole, record)
    units = held.units if held else sorted(_own_units(whole, record))
    names = [area.label(unit, language) if unit in area.all_units() else unit for unit in units[:3]]
    body = held.organization.name if held and held.organization else ""
    return RecordLine(
        record.table,
        record.id,
        name_of(whole, record, language),
        body,
        ", ".join(names),
        held.freshness if held else None,
        record.audience,
        bool(getattr(record, "do_not_list", False)),
    )


def _own_units(whole: VisibleRecords, record: Any) -> set[str]:
    units = [getattr(record, "area_unit", None)] if record.table == "location" else []
    for service in whole.of_owner("service", "organization_id", record.id) if record.table == "organization" else ():
        units += [place.area_unit for place in whole.places(service.id)]
    return {unit for unit in units if unit}


def _held(whole: VisibleRecords, record: Any) -> HeldService | None:
    if record.table != "service":
        return None
    return whole.held(record.id)


def _found(whole: VisibleRecords, query: dict[str, str], language: str) -> Iterator[RecordLine]:
    words = coarse(query["words"]).split()
    tables = (query["table"],) if query["table"] in WHOLES else WHOLES if words or query["unit"] else ("service",)
    states = {held.service.id: held.freshness for held in whole.holdings.services}
    records = []
    for table in tables:
        for record in whole.records(RECORDS[table]):
            if query["state"] and states.get(record.id) != query["state"]:
                continue
            if query["unit"] and query["unit"] not in whole.units(record):
                continue
            if words and not _fits(whole, record, words, query["words"]):
                continue
            records.append(record)
    for record in sorted(
        records, key=lambda record: (WHOLES.index(record.table), coarse(getattr(record, "name", "") or ""))
    ):
        yield line(whole, record, language)


def _fits(whole: VisibleRecords, record: Any, words: list[str], text: str) -> bool:
    texts = [record.name or "", getattr(record, "alternate_name", None) or "", getattr(record, "email", None) or ""]
    texts += [text.text for text in whole.of_owner("translation", "link_id", record.id)]
    texts += [street.address_1 for street in whole.of_owner("address", "location_id", record.id)]
    folded = coarse(" ".join(texts))
    if all(word in folded for word in words) or record.id == text.strip():
        return True
    digits = "".join(sign for sign in text if sign.isdigit())
    numbers = whole.of_owner("phone", f"{record.table}_id", record.id)
    return len(digits) > 3 and any(digits in phone.number for phone in numbers)


@records.get("/<language>/r/<table>/<identifier>.html")
def record(language: str, table: str, identifier: str) -> str:
    """Show a record: what it says, its parts, what it belongs to, how readers see it, and what can be done about it."""
    return record_page(language, table, identifier)


@records.get("/<language>/h/<table>/<identifier>.html")
def history(language: str, table: str, identifier: str) -> str:
    """Show a record with every change of it and of its parts, newest first, each field before and after."""
    return record_page(language, table, identifier, history=True)


def record_page(
    language: str,
    table: str,
    identifier: str,
    *,
    wrong: Mapping[str, Message] | None = None,
    form: OpenForm | None = None,
    history: bool = False,
) -> str:
    """Show a record; where a form of the page was filled in wrongly, as it was typed and with what is ``wrong``."""
    if table not in WHOLES:
        abort(404)
    whole = everything_seen()
    record = seen().record(table, identifier)
    parts = {name: list(parts_of(whole, record, name, language)) for name in PARTS[table]}
    texts = {(text.field, text.language): text for text, _ in parts.pop("translation", ())}
    held, form_record = _held(whole, record), form.record if form else None
    return page(
        "staff/record.html",
        language,
        line=line(whole, record, language),
        one=record,
        shown=shown(record, language),
        parts=parts,
        texts=texts,
        text_fields={name: LABELS[name] for name in dict.fromkeys((*VALUES["field"], *(name for name, _ in texts)))}
        if "translation" in PARTS[table]
        else {},
        tongues=[
            (code, language_of(code).name)
            for code in dict.fromkeys((*study_area().languages, *(code for _, code in texts)))
        ],
        places=[line(whole, place, language) for place in _places(whole, record)],
        services=[line(whole, service, language) for service in _services(whole, record)],
        held=held,
        body=_body(whole, record, language),
        public=_as_everybody_sees_it(record, language),
        turns=_turns_of(record, [part for own in parts.values() for part, _ in own] + [*texts.values()], language)
        if history
        else None,
        waiting=[proposal for proposal in directory().proposals() if _speaks_of(whole, proposal, record)],
        types=_types(held, language),
        results=RESULTS,
        levels=LEVELS,
        states=FRESHNESS_NAMES,
        may_edit=me().may("edit", whole.units(record)),
        may_agree=me().may("approve", whole.units(record)),
        may_add=me().may("edit"),
        form=form,
        fields=fields(form.table, form_record, study_area(), language) if form else (),
        seen=version(directory().db, form.table, form_record.id) if form and form_record is not None else 0,
        points=ENTRY_POINTS.get(form.table, ()) if form else (),
        wrong=wrong or {},
        labels=[LABELS[name] for name in wrong or () if name in LABELS],
        typed=request.form if form is None or form.typed is None else MultiDict(form.typed),
    )


def _as_everybody_sees_it(record: Any, language: str) -> Card | None:
    """Return the public entry of a service in the edition in use; None where there is none."""
    edition = edition_in_use("public") if record.table == "service" else None
    entry = edition.entries(language).get(public_id(directory().key, record.id)) if edition else None
    return edition.card(entry, language) if edition and entry else None


def shown(record: Any, language: str) -> list[ShownField]:
    """Return the fields of a record that say something, in words."""
    texts = (
        (name, said(record.table, name, getattr(record, name), study_area(), language))
        for name in editable(record.table)
    )
    return [ShownField(name, LABELS[name], text) for name, text in texts if text]


def parts_of(whole: VisibleRecords, owner: Any, table: str, language: str) -> Iterator[tuple[Any, str]]:
    """Yield the parts of a record with what each says in a line; hours as the days of a week follow."""
    column = f"{owner.table}_id" if f"{owner.table}_id" in RECORDS[table].model_fields else "link_id"
    parts = whole.of_owner(table, column, owner.id)
    if table == "schedule":
        parts = sorted(parts, key=lambda hours: (_first_day(hours.byday), hours.opens_at or ""))
    for part in parts:
        if table == "attribute" and part.link_type not in ("service_type", "serves", "excludes"):
            continue
        yield part, ", ".join(field.text for field in shown(part, language) if field.name != "audience")


def _first_day(days: str | None) -> int:
    return min((WEEKDAYS.index(day) for day in (days or "").split(",") if day in WEEKDAYS), default=len(WEEKDAYS))


def _places(whole: VisibleRecords, record: Any) -> Iterable[Any]:
    if record.table == "service":
        return whole.places(record.id)
    return whole.of_owner("location", "organization_id", record.id) if record.table == "organization" else ()


def _services(whole: VisibleRecords, record: Any) -> list[Any]:
    if record.table == "organization":
        return whole.of_owner("service", "organization_id", record.id)
    ties = whole.of_owner("service_at_location", "location_id", record.id) if record.table == "location" else ()
    return [whole.record("service", tie.service_id) for tie in ties if whole.has("service", tie.service_id)]


def _body(whole: VisibleRecords, record: Any, language: str) -> RecordLine | None:
    owner = getattr(record, "organization_id", None) or ""
    return line(whole, whole.record("organization", owner), language) if whole.has("organization", owner) else None


def _types(held: HeldService | None, language: str) -> list[str]:
    return [str(Vocabulary.load("service_types").label(code, language)) for code in held.types] if held else []


def _speaks_of(whole: VisibleRecords, proposal: Any, record: Any) -> bool:
    if proposal.link_id == record.id or f'"{record.id}"' in proposal.fields:
        return True
    part = whole.has(proposal.link_entity, proposal.link_id)
    return part and whole.owner(whole.record(proposal.link_entity, proposal.link_id)) == (record.table, record.id)


def _turns_of(record: Any, parts: Iterable[Any], language: str) -> list[Turn]:
    files = {batch.number: batch.file for batch in directory().batches()}
    turns = (turn for part in (record, *parts) for turn in _turns(part, files, language))
    return sorted(turns, key=lambda turn: -turn.number)


def _turns(record: Any, files: Mapping[int, str], language: str) -> Iterator[Turn]:
    """Yield the changes of a record, as far as they may be seen.

    A field is shown where its value of today is seen as it stands, and of times when the record was not for
    custodians only: else an old value could tell what is hidden.
    """
    real = to_row(directory().record(RECORDS[record.table], record.id))
    open_ = [
        name for name in PUBLISHED[record.table] if name in FIELDS[record.table] and real[name] == to_row(record)[name]
    ]
    open_ += ["audience"] * ("audience" in real and "audience" not in open_)
    open_ += ["do_not_list"] * ("do_not_list" in real)
    for row in directory().history(record.id):
        if row["table"] != record.table:
            continue
        before, after = row["before"] or {}, row["after"] or {}
        changed = [name for name in {*before, *after} - {"id"} if before.get(name) != after.get(name)]
        secret = "custodian" in (before.get("audience"), after.get("audience"))
        names = (
            []
            if secret
            else [name for name in (*FIELDS[record.table], "do_not_list") if name in changed and name in open_]
        )
        in_words = partial(said, record.table, area=study_area(), language=language)
        fields = tuple(
            (LABELS[name], in_words(name, before.get(name)), in_words(name, after.get(name))) for name in names
        )
        yield Turn(
            row["number"],
            dt.date.fromisoformat(row["on"]),
            row["by"],
            act(row["file"], files),
            row["reason"] or "",
            row["change"],
            record.table,
            fields,
            bool({*changed} - {*names}),
        )
