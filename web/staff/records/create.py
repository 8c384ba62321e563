"""New: a body with its first service, a further service of a body, a further place of a service, by form.

Nothing new stands before people through one person alone: what is entered waits for a second one, who sees all of it
together. What nobody but custodians may see by its kind stands on no page, so that it is kept at once and shown to
nobody here. Before anything is kept, what may be there already is shown: "is it one of these?"
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.batch import Batch
from mapping.directory.proposals import as_fields
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary, term_id
from mapping.model import RECORDS, WHOLES, Audience, Record, strictest
from mapping.quality.known_organizations import Known
from mapping.quality.matching import Candidate, locations, organizations, services
from web.access.guard import Open, log, me
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, everything_seen, require_over, seen, study_area, today
from web.staff.fields import TABLES, Field, fields, given
from web.staff.records.edit import NO_REASON, STEWARDS
from web.staff.records.records import RecordLine, line
from web.staff.visible import VisibleRecords, name_of

blueprint = Blueprint("new", __name__)

ROUTES: dict[str, Action | Open] = {"new.body": "edit", "new.service": "edit", "new.place": "edit"}
MENU = (MenuItem("new/organization.html", Message("New entry"), "edit", 50),)

ASKED: dict[str, tuple[str, ...]] = {
    "organization": ("name", "alternate_name", "description", "email", "website", "audience"),
    "service": (
        "name",
        "description",
        "fees_description",
        "application_process",
        "eligibility_description",
        "minimum_age",
        "maximum_age",
        "email",
        "url",
        "audience",
    ),
    "location": ("area_unit", "latitude", "longitude", "transportation"),
    "address": ("address_1", "address_2", "city", "postal_code"),
}
"""Table -> fields that are asked of a new record of it."""

MORE = {
    f"{table}-{name}"
    for table, own in {
        "organization": ("alternate_name", "description", "email", "website"),
        "service": (
            "fees_description",
            "application_process",
            "eligibility_description",
            "minimum_age",
            "maximum_age",
            "email",
            "url",
        ),
        "location": ("latitude", "longitude", "transportation"),
        "address": ("address_2", "postal_code"),
    }.items()
    for name in own
}
"""Fields that are asked for only by who wants to tell more."""

SECTIONS: dict[str, Message] = {
    "organization": Message("The organization"),
    "service": Message("Its service"),
    "location": Message("Where it is"),
}
KIND, NUMBER, OWN_PLACE = (
    Message("Kind of help"),
    Message("Number"),
    Message("A place of this organization that is known"),
)

WRONG = Message("Some of this does not fit; look at the marked fields.")
NO_NAME = Message("Say what the service is called, and what kind of help it is.")
NO_PLACE = Message(
    "Choose a place that is known, or the district or region where it is; without an address it counts as the area "
    "that is served."
)
NO_ADDRESS = Message("A place needs an address or a point.")
OUTSIDE = Message("The point does not lie in the district or region that was chosen.")
NOT_YOURS = Message("This is in a region that is not granted to you.")
ALIKE = Message("This may be there already. Look at these first; if it is none of them, say so and send it again.")


@dataclass
class Entered:
    """What a form says: the records, what does not fit, and where the new things are."""

    records: list[Record] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    problem: Message | None = None
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
    found = seen().record("service", owner)
    require_over("edit", found)
    return _answer(language, ("location",), found)


def _answer(language: str, asked: Sequence[str], owner: Any = None) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(language, asked, owner)
    entered = _entered(asked, owner)
    alike = [] if entered.problem or "sure" in request.form else list(_alike(entered.records, language))
    if entered.problem or alike:
        return _form(language, asked, owner, entered=entered, alike=alike), 409 if alike else 400
    reason, main = request.form["reason"].strip(), entered.records[0]
    back = f"r/{owner.table}/{owner.id}.html" if owner is not None else "waiting.html"
    if _for_custodians(entered.records, owner):
        batch = Batch(STEWARDS, f"{main.table} of a steward", records=entered.records, rows=1, partial=True)
        directory().add(batch, by=me().login, on=today())
        log("added", subject=f"{main.table} {main.id}", reason=reason)
        return redirect(f"/{language}/{back}?hidden", code=303)
    told = as_fields(entered.records)
    directory().propose("new", main.table, main.id, told, by=me().login, on=today(), reason=reason)
    log("proposed", subject=f"{main.table} {main.id}", reason=reason)
    return redirect(f"/{language}/{back}?waits", code=303)


# -- what a form says ------------------------------------------------------------------------------------------------


def _entered(asked: Sequence[str], owner: Any) -> Entered:
    """Return the records of a form, owners first."""
    found = Entered()
    new = {table: str(uuid.uuid4()) for table in WHOLES}
    body = new["organization"] if "organization" in asked else getattr(owner, "organization_id", None) or owner.id
    marked: Audience = "public"
    if "organization" in asked:
        values = _values(found, "organization")
        marked = values.get("audience", marked)
        _add(found, "organization", body, values)
        _number(found, "organization", body, marked)
    offered = "service" in asked and ("organization" not in asked or _is_filled("service"))
    if offered:
        values = _values(found, "service")
        marked = strictest(values.get("audience", marked), marked)
        kind = request.form.get("service-kind", "")
        if not values.get("name") or kind not in dict(_kinds("en")):
            found.problem = NO_NAME
        _add(found, "service", new["service"], values | {"organization_id": body})
        link = {"link_id": new["service"], "link_entity": "service", "link_type": "service_type"}
        _add(found, "attribute", str(uuid.uuid4()), link | {"taxonomy_term_id": kind})
        _number(found, "service", new["service"], marked)
    if offered or asked == ("location",):
        tied = new["service"] if offered else owner.id
        _place(found, tied, body, new["location"], marked if offered else owner.audience, only=asked == ("location",))
    if found.wrong:
        found.problem = WRONG
    elif found.problem is None and not request.form.get("reason", "").strip():
        found.problem = NO_REASON
    elif found.problem is None and found.units and not me().may("edit", found.units):
        found.problem = NOT_YOURS
    return found


def _place(found: Entered, service: str, body: str | None, new: str, marked: Audience, *, only: bool) -> None:
    """Tie a service to a known place of its body or to a new one; without an address it is told as an area served."""
    whole, area = everything_seen(), study_area()
    known = request.form.get("known", "")
    tie = {"service_id": service, "audience": marked, "role": "delivery"}
    if known:
        if known not in {one.id for one in _places(whole, body)}:
            abort(400)
        found.units |= whole.units(whole.record("location", known))
        _add(found, "service_at_location", str(uuid.uuid4()), tie | {"location_id": known})
        return
    values, street = _values(found, "location"), _values(found, "address")
    unit, north, east = str(values.get("area_unit") or ""), values.get("latitude"), values.get("longitude")
    located = north is not None and east is not None
    if (north is None) != (east is None):
        found.wrong.append("location-latitude")
    if unit not in area.all_units():
        found.problem = found.problem or NO_PLACE
        return
    found.units |= {unit, *area.ancestors(unit)}
    if north is not None and east is not None and (area.unit_at(north, east) or "") not in {*_within(unit)}:
        found.problem = found.problem or OUTSIDE
    if not located and not any(street.values()):
        if only:
            found.problem = found.problem or NO_ADDRESS
        _add(found, "service_area", str(uuid.uuid4()), {"service_id": service, "area_unit": unit})
        return
    values |= {
        "organization_id": body,
        "precision": "exact",
        "audience": marked,
        "country": area.code,
        "position_basis": "given" if located else "none",
    }
    _add(found, "location", new, values)
    _add(found, "service_at_location", str(uuid.uuid4()), tie | {"location_id": new})
    if any(street.values()):
        street |= {"location_id": new, "country": area.code, "audience": marked}
        _add(found, "address", str(uuid.uuid4()), street)


def _within(unit: str) -> Iterator[str]:
    units = study_area().all_units()
    return (code for code in units if unit in (code, *study_area().ancestors(code)))


def _values(found: Entered, table: str) -> dict[str, Any]:
    """Return what the form says of a table's record, and note what does not fit."""
    texts = {name: request.form.get(f"{table}-{name}", "") for name in ASKED[table]}
    values, wrong = given(table, texts, ())
    found.wrong += [f"{table}-{name}" for name in wrong if name in texts]
    if values.get("audience") == "custodian":
        abort(400)
    return values


def _number(found: Entered, table: str, owner: str, marked: Audience) -> None:
    """Add the number of a body or a service, where one is told."""
    text = request.form.get(f"{table}-number", "")
    if not text.strip():
        return
    values, wrong = given("phone", {"number": text}, ())
    found.wrong += [f"{table}-number"] * bool(wrong)
    _add(found, "phone", str(uuid.uuid4()), {"number": values.get("number"), f"{table}_id": owner, "audience": marked})


def _add(found: Entered, table: str, one: str, values: Mapping[str, Any]) -> None:
    if not found.wrong and not found.problem:
        found.records.append(RECORDS[table].model_validate({**values, "id": one}))


def _is_filled(table: str) -> bool:
    names = (*(name for name in ASKED[table] if name != "audience"), "kind", "number")
    return any(request.form.get(f"{table}-{name}", "").strip() for name in names)


def _for_custodians(records: Sequence[Any], owner: Any) -> bool:
    """Whether the kind of help makes a new service one that only custodians may see, whoever entered it."""
    marked = [_by_kind(one.taxonomy_term_id) for one in records if one.table == "attribute"]
    return "custodian" in marked or getattr(owner, "audience", "public") == "custodian"


def _by_kind(term: str) -> Audience:
    terms = Vocabulary.load("service_types").terms()
    return next(each.audience for each in terms if term_id(each) == term)


# -- what may be there already ---------------------------------------------------------------------------------------


def _alike(records: Sequence[Record], language: str) -> Iterator[tuple[RecordLine, Candidate]]:
    """Yield records that a new one may be, with the reasons, likeliest first."""
    whole, new = everything_seen(), {one.id for one in records}
    tables: dict[str, list[Record]] = {}
    for one in records:
        tables.setdefault(one.table, []).append(one)
    then = whole.patched(new, tables, whole.conflicts())
    known = Known.of(then)
    found = organizations(known, of=new, area=study_area()) if "organization" in tables else []
    found += services(known, of=new) if "service_at_location" in tables else []
    found += [each for each in locations(then, known.different) if each.pair & new] if "location" in tables else []
    for each in sorted(found, key=lambda one: -one.score):
        other = each.other if each.one in new else each.one
        if whole.has(each.table, other):
            yield line(whole, whole.record(each.table, other), language), each


# -- the form --------------------------------------------------------------------------------------------------------


def _form(
    language: str,
    asked: Sequence[str],
    owner: Any,
    *,
    entered: Entered | None = None,
    alike: Sequence[tuple[RecordLine, Candidate]] = (),
) -> str:
    whole, entered = everything_seen(), entered or Entered()
    sections = [(table, SECTIONS[table], list(_fields(table, language, owner))) for table in asked]
    names = {each.name: each.label for _, _, own in sections for each in own}
    return page(
        "staff/new.html",
        language,
        sections=sections,
        owner=line(whole, owner, language) if owner is not None else None,
        label=TABLES[asked[0]],
        problem=ALIKE if alike else entered.problem,
        alike=alike,
        typed=request.form,
        wrong=[names[name] for name in entered.wrong if name in names],
        wrong_names=entered.wrong,
        more=MORE,
        mine={one.id for one, _ in alike if seen().has(one.table, one.id)},
    )


def _fields(table: str, language: str, owner: Any) -> Iterator[Field]:
    """Yield the fields of a section, under names that tell them from those of another."""
    area, whole = study_area(), everything_seen()
    if table == "location":
        body = getattr(owner, "organization_id", None) or getattr(owner, "id", None)
        known = [(one.id, _place_name(whole, one, language)) for one in _places(whole, body)]
        if known:
            yield Field("known", OWN_PLACE, "choice", "", tuple(known))
    for part in (table, "address") if table == "location" else (table,):
        for each in fields(part, None, area, language):
            if each.name in ASKED[part]:
                choices = tuple(choice for choice in each.choices if choice[0] != "custodian")
                needed = each.needed and table == "organization"
                yield replace(each, name=f"{part}-{each.name}", choices=choices, needed=needed)
            if each.name == "name" and part == "service":
                yield Field("service-kind", KIND, "choice", "", tuple(_kinds(language)))
            if each.name == "name" and part in ("organization", "service"):
                yield Field(f"{part}-number", NUMBER, "text", "")


def _kinds(language: str) -> Iterator[tuple[str, str]]:
    terms = Vocabulary.load("service_types")
    return ((term_id(term), str(terms.label(term.code, language))) for term in terms.terms() if term.parent)


def _places(whole: VisibleRecords, body: str | None) -> list[Any]:
    """Return the places of a body that are known: its own, and those of its services."""
    own = {one.id: one for one in whole.of_owner("location", "organization_id", body or "-")}
    for service in whole.of_owner("service", "organization_id", body or "-"):
        own |= {one.id: one for one in whole.places(service.id)}
    return [own[one] for one in sorted(own)]


def _place_name(whole: VisibleRecords, one: Any, language: str) -> str:
    area = study_area()
    unit = area.label(one.area_unit, language) if one.area_unit in area.all_units() else ""
    return ", ".join(filter(None, (name_of(whole, one, language), unit)))
