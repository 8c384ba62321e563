"""Records: find one, and see on one page what it says, its parts, how readers see it, its forms and its history."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import abort, request
from werkzeug.datastructures import MultiDict

from mapping.directory.directory import public_id
from mapping.directory.proposals import version
from mapping.directory.rows import to_row
from mapping.freshness import Freshness
from mapping.language.fold import coarse
from mapping.language.i18n import Message
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from mapping.model import ENTRY_POINTS, RECORDS, WHOLES
from mapping.safety.redaction import PUBLISHED
from web.access.guard import me, study_area
from web.access.pages import Pages
from web.access.signin import page
from web.presenters.cards import Card
from web.staff.common import directory, edition_in_use, everything_seen, seen
from web.staff.fields import FIELDS, LABELS, PARTS, TABLES, VALUES, Field, editable, fields, said
from web.staff.records import week
from web.staff.records.history import act
from web.staff.visible import VisibleRecords, name_of

blueprint = Pages("records")


MOST = 100
"""So many records stand on one page; with more, the search must say more."""
QUALITIES = ("service_type", "serves", "excludes")
"""Kinds of attributes that stewards edit."""


class RecordLine(NamedTuple):
    """A record in a list."""

    table: str
    id: str
    name: str
    body: str
    units: str
    freshness: Freshness | None
    audience: str
    flagged: bool


class Turn(NamedTuple):
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
    fields: Sequence[Field] | None = None
    """What it asks for, where that is not each field of the table."""


# -- searching -------------------------------------------------------------------------------------------------------


@blueprint.form("attend", "records.html", menu=(Message("Records"), 40))
def search(language: str) -> str:
    """Find records by name, number, mail or place; what is looked for stands in no address."""
    asked = {name: request.form.get(name, "") for name in ("words", "table", "unit", "state")}
    lines, area = list(_found(seen(), asked, language)), study_area()
    return page(
        "staff/records.html",
        language,
        asked=asked,
        lines=lines[:MOST],
        count=len(lines),
        regions=[(code, area.label(code, language)) for code in area.all_units()],
        tables={table: TABLES[table] for table in WHOLES},
    )


def line(whole: VisibleRecords, record: Any, language: str) -> RecordLine:
    """Return a record as lists show it."""
    area, held = study_area(), whole.held(record.id) if record.table == "service" else None
    units = held.units if held else sorted(_units(whole, record))
    return RecordLine(
        record.table,
        record.id,
        name_of(whole, record, language),
        held.organization.name if held and held.organization else "",
        ", ".join(area.label(unit, language) if unit in area.all_units() else unit for unit in units[:3]),
        held.freshness if held else None,
        record.audience,
        bool(getattr(record, "do_not_list", False)),
    )


def _units(whole: VisibleRecords, record: Any) -> set[str]:
    places = [record] if record.table == "location" else []
    for service in services_of(whole, record) if record.table == "organization" else ():
        places += whole.places(service.id)
    return {place.area_unit for place in places if place.area_unit}


def _found(whole: VisibleRecords, asked: Mapping[str, str], language: str) -> Iterator[RecordLine]:
    words = coarse(asked["words"]).split()
    tables = (asked["table"],) if asked["table"] in WHOLES else WHOLES if words or asked["unit"] else ("service",)
    states = {held.service.id: held.freshness for held in whole.holdings.services}
    for table in tables:
        records: list[Any] = whole.records(RECORDS[table])
        for record in sorted(records, key=lambda record: coarse(record.name or "")):
            if asked["state"] and states.get(record.id) != asked["state"]:
                continue
            if asked["unit"] and asked["unit"] not in whole.units(record):
                continue
            if not words or _fits(whole, record, words, asked["words"]):
                yield line(whole, record, language)


def _fits(whole: VisibleRecords, record: Any, words: list[str], text: str) -> bool:
    texts = [getattr(record, name, None) or "" for name in ("name", "alternate_name", "email")]
    texts += [text.text for text in whole.of_owner("translation", "link_id", record.id)]
    texts += [street.address_1 for street in whole.of_owner("address", "location_id", record.id)]
    folded = coarse(" ".join(texts))
    if all(word in folded for word in words) or record.id == text.strip():
        return True
    digits = "".join(sign for sign in text if sign.isdigit())
    numbers = whole.of_owner("phone", f"{record.table}_id", record.id)
    return len(digits) > 3 and any(digits in phone.number for phone in numbers)


# -- the page of a record --------------------------------------------------------------------------------------------


@blueprint.page("attend", "r/<table>/<identifier>.html")
def record(language: str, table: str, identifier: str) -> str:
    """Show a record: what it says, its parts, what it belongs to, how readers see it, and what can be done about it."""
    return record_page(language, table, identifier)


@blueprint.page("attend", "h/<table>/<identifier>.html")
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
    whole, record = everything_seen(), seen().record(table, identifier)
    parts = {name: list(parts_of(whole, record, name, language)) for name in PARTS[table]}
    ordinary = week.ordinary(hours for hours, _ in parts.get("schedule", ()))
    texts = {(text.field, text.language): text for text, _ in parts.pop("translation", ())}
    tongues = dict.fromkeys((*study_area().languages, *(code for _, code in texts)))
    text_fields = (
        dict.fromkeys((*VALUES["field"], *(name for name, _ in texts))) if "translation" in PARTS[table] else ()
    )
    held = whole.held(identifier) if table == "service" else None
    types = Vocabulary.load("service_types")
    values = {
        "line": line(whole, record, language),
        "one": record,
        "shown": [(LABELS[name], text) for name, text in shown(record, language).items() if name != "audience"],
        "parts": parts,
        "week": [each for each in week.fields_of(ordinary) if each.value],
        "ordinary": {each.id for each in ordinary},
        "texts": texts,
        "text_fields": {name: LABELS[name] for name in text_fields},
        "tongues": [(code, language_of(code).name) for code in tongues],
        "places": [line(whole, place, language) for place in places_of(whole, record)],
        "services": [line(whole, service, language) for service in services_of(whole, record)],
        "held": held,
        "types": [str(types.label(code, language)) for code in held.types] if held else [],
        "body": _body(whole, record, language),
        "public": _as_everybody_sees_it(record, language),
        "waiting": [proposal for proposal in directory().proposals() if _speaks_of(whole, proposal, record)],
        "may_edit": me().may("edit", whole.units(record)),
        "may_widen": me().may("widen", whole.units(record)),
        "may_add": me().may("edit"),
        "turns": None,
        "wrong": wrong or {},
        "labels": [LABELS[name] for name in wrong or () if name in LABELS],
    }
    if history:
        own = [record, *(part for found in parts.values() for part, _ in found), *texts.values()]
        values["turns"] = sorted(
            (turn for part in own for turn in _turns(part, language)), key=lambda turn: -turn.number
        )
    return page("staff/record.html", language, **values, **_open(form, language))


def _open(form: OpenForm | None, language: str) -> dict[str, Any]:
    if form is None:
        return {"form": None}
    return {
        "form": form,
        "fields": fields(form.table, form.record, study_area(), language) if form.fields is None else form.fields,
        "seen": version(directory().db, form.table, form.record.id) if form.record is not None else 0,
        "points": ENTRY_POINTS.get(form.table, ()),
        "typed": request.form if form.typed is None else MultiDict(form.typed),
    }


def _as_everybody_sees_it(record: Any, language: str) -> Card | None:
    edition = edition_in_use("public") if record.table == "service" else None
    entry = edition.entries(language).get(public_id(directory().key, record.id)) if edition else None
    return edition.card(entry, language) if edition and entry else None


def shown(record: Any, language: str) -> dict[str, str]:
    """Return the fields of a record that say something, in words."""
    found = {name: getattr(record, name) for name in editable(record.table)}
    words = {name: said(record.table, name, value, study_area(), language) for name, value in found.items()}
    return {name: text for name, text in words.items() if text}


def parts_of(whole: VisibleRecords, owner: Any, table: str, language: str) -> Iterator[tuple[Any, str]]:
    """Yield the parts of a record with what each says in a line."""
    column = f"{owner.table}_id" if f"{owner.table}_id" in RECORDS[table].model_fields else "link_id"
    parts = whole.of_owner(table, column, owner.id)
    for part in parts:
        if table != "attribute" or part.link_type in QUALITIES:
            yield part, ", ".join(text for name, text in shown(part, language).items() if name != "audience")


def places_of(whole: VisibleRecords, record: Any) -> Iterable[Any]:
    """Return the places of a service or an organization."""
    if record.table == "service":
        return whole.places(record.id)
    return whole.of_owner("location", "organization_id", record.id) if record.table == "organization" else ()


def services_of(whole: VisibleRecords, record: Any) -> list[Any]:
    """Return the services of an organization or at a place."""
    if record.table == "organization":
        return whole.of_owner("service", "organization_id", record.id)
    ties = whole.of_owner("service_at_location", "location_id", record.id) if record.table == "location" else ()
    return [whole.record("service", tie.service_id) for tie in ties if whole.has("service", tie.service_id)]


def _body(whole: VisibleRecords, record: Any, language: str) -> RecordLine | None:
    owner = whole.get("organization", getattr(record, "organization_id", None) or "")
    return line(whole, owner, language) if owner is not None else None


def _speaks_of(whole: VisibleRecords, proposal: Any, record: Any) -> bool:
    if proposal.link_id == record.id or f'"{record.id}"' in proposal.fields:
        return True
    part = whole.get(proposal.link_entity, proposal.link_id)
    return part is not None and whole.owner(part) == (record.table, record.id)


def _turns(record: Any, language: str) -> Iterator[Turn]:
    """Yield the changes of a record, as far as they may be seen.

    A field is shown where its value of today is seen as it stands, and of times when the record was not for
    custodians only: else an old value could tell what is hidden.
    """
    table, area = record.table, study_area()
    real, visible = to_row(directory().record(RECORDS[table], record.id)), to_row(record)
    may_be_shown = {name for name in PUBLISHED[table] if name in FIELDS[table] and real[name] == visible[name]}
    may_be_shown |= {"audience", "do_not_list"} & {*real}
    files = {batch.number: batch.file for batch in directory().batches()}
    for row in directory().history(record.id):
        if row["table"] != table:
            continue
        before, after = row["before"] or {}, row["after"] or {}
        changed = {name for name in {*before, *after} - {"id"} if before.get(name) != after.get(name)}
        is_secret = "custodian" in (before.get("audience"), after.get("audience"))
        names = [name for name in (*FIELDS[table], "do_not_list") if name in changed & may_be_shown and not is_secret]
        rows = []
        for name in names:
            old, new = (said(table, name, values.get(name), area, language) for values in (before, after))
            rows.append((LABELS[name], old, new))
        yield Turn(
            row["number"],
            dt.date.fromisoformat(row["on"]),
            row["by"],
            act(row["file"], files),
            row["reason"] or "",
            row["change"],
            table,
            tuple(rows),
            bool(changed - {*names}),
        )
