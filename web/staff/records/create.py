"""New: a body with its first service, a further service of a body, a further place of a service, by form.

Nothing new stands before people through one person alone: what is entered waits for a second one, who sees all of it
together. What nobody but custodians may see by its kind stands on no page, so that it is kept at once and shown to
nobody here. Before anything is kept, what may be there already is shown: "is it one of these?"
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from mapping.batch import Batch
from mapping.directory.proposals import as_fields
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary, term_id
from mapping.model import RECORDS, WHOLES, Audience, Organization, Record, strictest
from mapping.quality.candidate import Candidate
from mapping.quality.kept_out import Enlarged
from mapping.quality.known_organizations import Known
from mapping.quality.matching import locations, organizations
from mapping.quality.matching_services import services
from web.access.guard import Open, log, me, study_area, today
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, everything_seen, propose, require_over, seen
from web.staff.fields import CHOOSE, DOES_NOT_FIT, FIELDS, LABELS, NEEDED, TABLES, Field, fields, given
from web.staff.persons import ANSWER, ASKS, asked_about
from web.staff.records.edit import NO_REASON, STEWARDS
from web.staff.records.records import RecordLine, line
from web.staff.visible import VisibleRecords, name_of

blueprint = Blueprint("new", __name__)

ROUTES: dict[str, Action | Open] = {"new.body": "edit", "new.service": "edit", "new.place": "edit"}
MENU = (MenuItem("new/organization.html", Message("New entry"), "edit", 50),)

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "service": ("alternate_name", "status", "wait_time", "alert"),
    "location": ("name", "description", "audience"),
    "address": ("audience",),
}
"""Table -> fields that are not asked of a new record of it."""

AT_ONCE: dict[str, tuple[str, ...]] = {
    "organization": ("name", "audience"),
    "service": ("name", "description", "audience"),
    "location": ("area_unit",),
    "address": ("address_1", "city"),
}
"""Table -> fields that are asked of everybody; the others only of who wants to tell more."""

ASKED = {table: tuple(name for name in FIELDS[table] if name not in LEFT_OUT.get(table, ())) for table in AT_ONCE}
MORE = {f"{table}-{name}" for table, own in AT_ONCE.items() for name in ASKED[table] if name not in own}

SECTIONS: dict[str, Message] = {
    "organization": Message("The organization"),
    "service": Message("Its service"),
    "location": Message("Where it is"),
}
OWN_PLACE = Message("A place of this organization that is known")

NO_PLACE = Message(
    "Choose a place that is known, or the administrative area where it is; without an address it counts as the area "
    "that is served."
)
NO_ADDRESS = Message("A place needs an address or a point.")
OUTSIDE = Message("The point does not lie in the administrative area that was chosen.")
NOT_YOURS = Message("This is in a region that is not granted to you.")
ALIKE = Message("This may be there already. Look at these first; if it is none of them, say so and send it again.")


@dataclass
class Entered:
    """What a form says: the records, what does not fit, and where the new things are."""

    records: list[Record] = field(default_factory=list)
    wrong: dict[str, Message] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)


@blueprint.route("/<language>/new/organization.html", methods=["GET", "POST"])
def body(language: str) -> ResponseReturnValue:
    """Enter a body that is not there, with its first service where it has one to tell of."""
    return _answer(language, ("organization", "service", "location"))


@blueprint.route("/<language>/new/service/<owner>.html", methods=["GET", "POST"])
def service(language: str, owner: str) -> ResponseReturnValue:
    """Enter a further service of a body, at a place of it that is known or at a new one."""
    return _answer(language, ("service", "location"), everything_seen().record("organization", owner))


@blueprint.route("/<language>/new/location/<owner>.html", methods=["GET", "POST"])
def place(language: str, owner: str) -> ResponseReturnValue:
    """Enter a further place of a service."""
    service = seen().record("service", owner)
    require_over("edit", service)
    return _answer(language, ("location",), service)


def _answer(language: str, tables: Sequence[str], owner: Any = None) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(language, tables, owner)
    entered = _entered(tables, owner)
    if not entered.wrong and (questions := _asked_about(entered.records)):
        entered.wrong |= questions
        return _form(language, tables, owner, entered=entered, asks=ANSWER), 409
    alike = [] if entered.wrong or "sure" in request.form else list(_alike(entered.records, language))
    if entered.wrong or alike:
        return _form(language, tables, owner, entered=entered, alike=alike), 409 if alike else 400
    reason, main = request.form["reason"].strip(), entered.records[0]
    back = f"r/{owner.table}/{owner.id}.html" if owner is not None else "waiting.html"
    if _for_custodians(entered.records, owner):
        batch = Batch(STEWARDS, f"{main.table} of a steward", records=entered.records, rows=1, partial=True)
        directory().add(batch, by=me().login, on=today())
        log("added", subject=f"{main.table} {main.id}", reason=reason)
        return redirect(f"/{language}/{back}?hidden", code=303)
    propose("new", main.table, main.id, as_fields(entered.records), reason=reason)
    return redirect(f"/{language}/{back}?waits", code=303)


# -- what a form says ------------------------------------------------------------------------------------------------


def _entered(tables: Sequence[str], owner: Any) -> Entered:
    entered = Entered()
    new = {table: str(uuid.uuid4()) for table in WHOLES}
    body = new["organization"] if "organization" in tables else getattr(owner, "organization_id", None) or owner.id
    marked: Audience = "public"
    if "organization" in tables:
        values = _values(entered, "organization")
        marked = values.get("audience", marked)
        _add(entered, "organization", body, values)
        _number(entered, "organization", body, marked)
    offered = "service" in tables and ("organization" not in tables or _is_filled("service"))
    if offered:
        values = _values(entered, "service")
        marked = strictest(values.get("audience", marked), marked)
        kind = request.form.get("service-kind", "")
        if not values.get("name"):
            entered.wrong["service-name"] = NEEDED
        if kind not in dict(_kinds("en")):
            entered.wrong["service-kind"] = CHOOSE
        _add(entered, "service", new["service"], values | {"organization_id": body})
        link = {"link_id": new["service"], "link_entity": "service", "link_type": "service_type"}
        _add(entered, "attribute", str(uuid.uuid4()), link | {"taxonomy_term_id": kind})
        _number(entered, "service", new["service"], marked)
    if offered or tables == ("location",):
        tied = new["service"] if offered else owner.id
        _place(
            entered, tied, body, new["location"], marked if offered else owner.audience, only=tables == ("location",)
        )
    if not request.form.get("reason", "").strip():
        entered.wrong["reason"] = NO_REASON
    if not entered.wrong and entered.units and not me().may("edit", entered.units):
        entered.wrong["location-area_unit"] = NOT_YOURS
    return entered


def _place(entered: Entered, service: str, body: str | None, new: str, marked: Audience, *, only: bool) -> None:
    """Tie a service to a known place of its body or to a new one; without an address it is told as an area served."""
    whole, area = everything_seen(), study_area()
    known = request.form.get("known", "")
    tie = {"service_id": service, "audience": marked, "role": "delivery"}
    if known:
        if known not in {place.id for place in _places(whole, body)}:
            entered.wrong["known"] = CHOOSE
            return
        entered.units |= whole.units(whole.record("location", known))
        _add(entered, "service_at_location", str(uuid.uuid4()), tie | {"location_id": known})
        return
    values, street = _values(entered, "location"), _values(entered, "address")
    unit, north, east = str(values.get("area_unit") or ""), values.get("latitude"), values.get("longitude")
    located = north is not None and east is not None
    if (north is None) != (east is None):
        entered.wrong["location-latitude"] = DOES_NOT_FIT
    if unit not in area.all_units():
        entered.wrong["location-area_unit"] = NO_PLACE
        return
    entered.units |= {unit, *area.ancestors(unit)}
    if north is not None and east is not None and (area.unit_at(north, east) or "") not in {*_within(unit)}:
        entered.wrong["location-latitude"] = OUTSIDE
    if not located and not any(street.values()):
        if only:
            entered.wrong["address-address_1"] = NO_ADDRESS
        _add(entered, "service_area", str(uuid.uuid4()), {"service_id": service, "area_unit": unit})
        return
    values |= {
        "organization_id": body,
        "precision": "exact",
        "audience": marked,
        "country": area.code,
        "position_basis": "given" if located else "none",
    }
    _add(entered, "location", new, values)
    _add(entered, "service_at_location", str(uuid.uuid4()), tie | {"location_id": new})
    if any(street.values()):
        street |= {"location_id": new, "country": area.code, "audience": marked}
        _add(entered, "address", str(uuid.uuid4()), street)


def _within(unit: str) -> Iterator[str]:
    units = study_area().all_units()
    return (code for code in units if unit in (code, *study_area().ancestors(code)))


def _values(entered: Entered, table: str) -> dict[str, Any]:
    texts = {name: request.form.get(f"{table}-{name}", "") for name in ASKED[table]}
    values, wrong = given(table, texts, (), study_area())
    entered.wrong |= {f"{table}-{name}": why for name, why in wrong.items() if name in texts}
    if values.get("audience") == "custodian" and "audience" in texts:
        entered.wrong[f"{table}-audience"] = CHOOSE
    return {name: value for name, value in values.items() if name in texts}


def _number(entered: Entered, table: str, owner: str, marked: Audience) -> None:
    text = request.form.get(f"{table}-number", "")
    if not text.strip():
        return
    values, wrong = given("phone", {"number": text}, (), study_area())
    if "number" in wrong:
        entered.wrong[f"{table}-number"] = wrong["number"]
    _add(
        entered, "phone", str(uuid.uuid4()), {"number": values.get("number"), f"{table}_id": owner, "audience": marked}
    )


def _add(entered: Entered, table: str, identifier: str, values: Mapping[str, Any]) -> None:
    if not entered.wrong:
        entered.records.append(RECORDS[table].model_validate({**values, "id": identifier}))


def _is_filled(table: str) -> bool:
    names = (*(name for name in ASKED[table] if name != "audience"), "kind", "number")
    return any(request.form.get(f"{table}-{name}", "").strip() for name in names)


def _for_custodians(records: Sequence[Any], owner: Any) -> bool:
    """Whether the kind of help makes a new service one that only custodians may see, whoever entered it."""
    marked = [_by_kind(record.taxonomy_term_id) for record in records if record.table == "attribute"]
    return "custodian" in marked or getattr(owner, "audience", "public") == "custodian"


def _by_kind(term: str) -> Audience:
    terms = Vocabulary.load("service_types").terms()
    return next(service_type.audience for service_type in terms if term_id(service_type) == term)


def _asked_about(records: Sequence[Record]) -> dict[str, Message]:
    questions: dict[str, Message] = {}
    body = next((record.name for record in records if isinstance(record, Organization)), "")
    for record in records:
        audience = getattr(record, "audience", "")
        for name, question in asked_about(record.table, record.__dict__, audience=audience, body=body).items():
            questions[f"{record.table}-{name}"] = question
    return questions


# -- what may be there already ---------------------------------------------------------------------------------------


def _alike(records: Sequence[Record], language: str) -> Iterator[tuple[RecordLine, Candidate]]:
    whole, new = everything_seen(), {record.id for record in records}
    tables = {record.table for record in records}
    then = Enlarged(whole, records)
    known = Known.of(then)
    candidates = organizations(known, of=new, area=study_area()) if "organization" in tables else []
    candidates += services(known, of=new) if "service_at_location" in tables else []
    candidates += (
        [location for location in locations(then, known.different) if location.pair & new]
        if "location" in tables
        else []
    )
    for candidate in sorted(candidates, key=lambda candidate: -candidate.score):
        other = candidate.other if candidate.one in new else candidate.one
        if whole.has(candidate.table, other):
            yield line(whole, whole.record(candidate.table, other), language), candidate


# -- the form --------------------------------------------------------------------------------------------------------


def _form(
    language: str,
    tables: Sequence[str],
    owner: Any,
    *,
    entered: Entered | None = None,
    alike: Sequence[tuple[RecordLine, Candidate]] = (),
    asks: str = "",
) -> str:
    whole, entered = everything_seen(), entered or Entered()
    sections = [(table, SECTIONS[table], list(_fields(table, language, owner))) for table in tables]
    names = {form_field.name: form_field.label for _, _, own in sections for form_field in own}
    return page(
        "staff/new.html",
        language,
        sections=sections,
        owner=line(whole, owner, language) if owner is not None else None,
        label=TABLES[tables[0]],
        problem=ALIKE if alike else ASKS if asks else None,
        asks=asks,
        alike=alike,
        wrong=entered.wrong,
        labels=[names[name] for name in entered.wrong if name in names],
        more=MORE,
        mine={record_line.id for record_line, _ in alike if seen().has(record_line.table, record_line.id)},
    )


def _fields(table: str, language: str, owner: Any) -> Iterator[Field]:
    area, whole = study_area(), everything_seen()
    if table == "location":
        body = getattr(owner, "organization_id", None) or getattr(owner, "id", None)
        known = [(place.id, _place_name(whole, place, language)) for place in _places(whole, body)]
        if known:
            yield Field("known", OWN_PLACE, "choice", "", tuple(known))
    for part in (table, "address") if table == "location" else (table,):
        for form_field in fields(part, None, area, language):
            if form_field.name in ASKED[part]:
                choices = tuple(choice for choice in form_field.choices if choice[0] != "custodian")
                needed = form_field.needed and table == "organization"
                yield replace(form_field, name=f"{part}-{form_field.name}", choices=choices, needed=needed)
            if form_field.name == "name" and part == "service":
                yield Field("service-kind", LABELS["service_type"], "choice", "", tuple(_kinds(language)))
            if form_field.name == "name" and part in ("organization", "service"):
                yield Field(f"{part}-number", LABELS["number"], "text", "")


def _kinds(language: str) -> Iterator[tuple[str, str]]:
    terms = Vocabulary.load("service_types")
    return ((term_id(term), str(terms.label(term.code, language))) for term in terms.terms() if term.parent)


def _places(whole: VisibleRecords, body: str | None) -> list[Any]:
    own = {location.id: location for location in whole.of_owner("location", "organization_id", body or "-")}
    for service in whole.of_owner("service", "organization_id", body or "-"):
        own |= {location.id: location for location in whole.places(service.id)}
    return [own[identifier] for identifier in sorted(own)]


def _place_name(whole: VisibleRecords, location: Any, language: str) -> str:
    area = study_area()
    unit = area.label(location.area_unit, language) if location.area_unit in area.all_units() else ""
    return ", ".join(filter(None, (name_of(whole, location, language), unit)))
