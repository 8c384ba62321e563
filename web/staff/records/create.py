"""New: an organization with its first service, a further service of it, a further place of a service, by one form.

What is entered waits for a second person, who sees all of it together. What nobody but custodians may see by its kind
of help stands on no page, so that it is stored at once and shown to nobody here. What may be there already is shown
before.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from mapping.batch import Batch
from mapping.directory.proposals import as_fields
from mapping.language.i18n import Message
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary, term_id
from mapping.model import RECORDS, WHOLES, Audience, Organization, Record, strictest
from mapping.quality.candidate import Candidate
from mapping.quality.kept_out import Enlarged
from mapping.quality.known_organizations import Known
from mapping.quality.matching import locations, organizations
from mapping.quality.matching_services import services
from web.access.guard import log, me, study_area, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, everything_seen, propose, require_over, seen
from web.staff.fields import CHOOSE, DOES_NOT_FIT, FIELDS, LABELS, NEEDED, TABLES, Field, fields, given, labels
from web.staff.persons import ANSWER, ASKS, asked_about
from web.staff.records import week
from web.staff.records.edit import NO_REASON, STEWARDS
from web.staff.records.records import RecordLine, line
from web.staff.visible import VisibleRecords

blueprint = Pages("new")


AT_ONCE = ("name", "description", "audience", "number", "kind", "known", "area_unit", "address_1", "city")
"""Fields that stand open in the form; the others only for who wants to tell more."""
SECTIONS: dict[str, tuple[Message, dict[str, tuple[str, ...]]]] = {
    "organization": (Message("The organization"), {"organization": FIELDS["organization"], "phone": ("number",)}),
    "service": (
        Message("Its service"),
        {"service": FIELDS["service"], "phone": ("number",), "required_document": ("document",)},
    ),
    "location": (
        Message("Where it is"),
        {
            "location": ("transportation", "area_unit", "latitude", "longitude"),
            "address": ("address_1", "address_2", "city", "postal_code"),
        },
    ),
}
"""Table -> its heading, and the fields that are asked for: its own, and those of its parts."""
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
    """What a form says: the records, what does not fit, and in which units the new things are."""

    records: list[Record] = field(default_factory=list)
    wrong: dict[str, Message] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)

    def add(self, table: str, values: Mapping[str, Any], identifier: str = "") -> None:
        """Add a record, unless something does not fit."""
        if not self.wrong:
            self.records.append(RECORDS[table].model_validate({**values, "id": identifier or str(uuid.uuid4())}))

    def values(self, section: str, table: str) -> dict[str, Any]:
        """Read the fields of a table that a section asks for; nothing for a part of which nothing is said."""
        texts = {name: request.form.get(f"{section}-{name}", "") for name in SECTIONS[section][1][table]}
        if table != section and not any(map(str.strip, texts.values())):
            return {}
        values, wrong = given(table, texts, (), study_area())
        self.wrong |= {f"{section}-{name}": why for name, why in wrong.items() if name in texts}
        if "audience" in texts and values.get("audience") == "custodian":
            self.wrong[f"{section}-audience"] = CHOOSE
        return {name: value for name, value in values.items() if name in texts}

    def parts(self, section: str, owner: str, marked: Audience) -> None:
        """Add the parts of a record that a section says something of."""
        for table in SECTIONS[section][1]:
            if table != section and (values := self.values(section, table)):
                more = {f"{section}_id": owner, "audience": marked, "country": study_area().code}
                self.add(table, values | {name: more[name] for name in more if name in RECORDS[table].model_fields})


@blueprint.form("edit", "new/organization.html", menu=(Message("New entry"), 50))
def body(language: str) -> ResponseReturnValue:
    """Enter an organization, with its first service where there is one."""
    return _answer(language, ("organization", "service", "location"))


@blueprint.form("edit", "new/service/<owner>.html")
def service(language: str, owner: str) -> ResponseReturnValue:
    """Enter a further service of an organization, at a place of it that is known or at a new one."""
    return _answer(language, ("service", "location"), everything_seen().record("organization", owner))


@blueprint.form("edit", "new/location/<owner>.html")
def place(language: str, owner: str) -> ResponseReturnValue:
    """Enter a further place of a service."""
    service = seen().record("service", owner)
    require_over("edit", service)
    return _answer(language, ("location",), service)


def _answer(language: str, tables: Sequence[str], owner: Any = None) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(language, tables, owner, Entered())
    entered = _entered(tables, owner)
    if entered.wrong:
        return _form(language, tables, owner, entered), 400
    if questions := _names_asked_about(entered.records):
        entered.wrong = questions
        return _form(language, tables, owner, entered, asks=ANSWER), 409
    if "sure" not in request.form and (alike := list(_alike(entered.records, language))):
        return _form(language, tables, owner, entered, alike=alike), 409
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
    entered, form = Entered(), request.form
    new = {table: str(uuid.uuid4()) for table in WHOLES}
    body = new["organization"] if "organization" in tables else getattr(owner, "organization_id", None) or owner.id
    marked: Audience = "public"
    if "organization" in tables:
        values = entered.values("organization", "organization")
        marked = values.get("audience", marked)
        entered.add("organization", values, body)
        entered.parts("organization", body, marked)
    names = [name for name in form if name.startswith("service-") and name != "service-audience"]
    if "service" in tables and ("organization" not in tables or any(form[name].strip() for name in names)):
        marked = _service(entered, new["service"], body, marked)
        _place(entered, new["service"], body, new["location"], marked)
    elif "service" not in tables:
        _place(entered, owner.id, body, new["location"], owner.audience, is_all=True)
    if not form.get("reason", "").strip():
        entered.wrong["reason"] = NO_REASON
    if not entered.wrong and entered.units and not me().may("edit", entered.units):
        entered.wrong["location-area_unit"] = NOT_YOURS
    return entered


def _service(entered: Entered, new: str, body: str, marked: Audience) -> Audience:
    form, values = request.form, entered.values("service", "service")
    marked = strictest(values.get("audience", marked), marked)
    if not values.get("name"):
        entered.wrong["service-name"] = NEEDED
    chosen = {each.name: form.getlist(each.name) for each in _choices("en")}
    for each in _choices("en"):
        if {*chosen[each.name]} - {*dict(each.choices)} or (each.widget == "choice" and not any(chosen[each.name])):
            entered.wrong[each.name] = CHOOSE
    entered.add("service", values | {"organization_id": body}, new)
    entered.parts("service", new, marked)
    hours, wrong = week.entered(form, "service-")
    entered.wrong |= wrong
    for row in hours:
        entered.add("schedule", {**row, "service_id": new, "audience": marked})
    for name, kind in (("service-kind", "service_type"), ("service-serves", "serves")):
        for term in chosen[name]:
            link = {"link_id": new, "link_entity": "service", "link_type": kind}
            entered.add("attribute", link | {"taxonomy_term_id": term})
    for code in chosen["service-language"]:
        entered.add("language", {"service_id": new, "code": code})
    return marked


def _place(
    entered: Entered, service: str, body: str | None, new: str, marked: Audience, *, is_all: bool = False
) -> None:
    """Tie a service to a known place of its organization or to a new one; without an address it is an area served."""
    whole, area, known = everything_seen(), study_area(), request.form.get("known", "")
    tie = {"service_id": service, "audience": marked, "role": "delivery"}
    if known:
        if known not in {place.id for place in _places(whole, body)}:
            entered.wrong["known"] = CHOOSE
            return
        entered.units |= whole.units(whole.record("location", known))
        entered.add("service_at_location", tie | {"location_id": known})
        return
    values, street = entered.values("location", "location"), entered.values("location", "address")
    unit, north, east = str(values.get("area_unit") or ""), values.get("latitude"), values.get("longitude")
    if (north is None) != (east is None):
        entered.wrong["location-latitude"] = DOES_NOT_FIT
    if unit not in area.all_units():
        entered.wrong["location-area_unit"] = NO_PLACE
        return
    entered.units |= {unit, *area.ancestors(unit)}
    if north is not None and east is not None:
        at = area.unit_at(north, east) or ""
        if unit != at and (not at or unit not in area.ancestors(at)):
            entered.wrong["location-latitude"] = OUTSIDE
    elif not street:
        if is_all:
            entered.wrong["location-address_1"] = NO_ADDRESS
        entered.add("service_area", {"service_id": service, "area_unit": unit})
        return
    values |= {"organization_id": body, "precision": "exact", "audience": marked, "country": area.code}
    entered.add("location", values | {"position_basis": "none" if north is None else "given"}, new)
    entered.add("service_at_location", tie | {"location_id": new})
    entered.parts("location", new, marked)


def _for_custodians(records: Sequence[Any], owner: Any) -> bool:
    """Whether the kind of help makes a new service one that only custodians may see, whoever entered it."""
    kinds = {record.taxonomy_term_id for record in records if record.table == "attribute"}
    types = Vocabulary.load("service_types").terms()
    hidden = any(term.audience == "custodian" and term_id(term) in kinds for term in types)
    return hidden or getattr(owner, "audience", "public") == "custodian"


def _names_asked_about(records: Sequence[Record]) -> dict[str, Message]:
    body = next((record.name for record in records if isinstance(record, Organization)), "")
    return {
        f"{record.table}-{name}": question
        for record in records
        for name, question in asked_about(
            record.table, record.__dict__, audience=getattr(record, "audience", ""), body=body
        ).items()
    }


def _alike(records: Sequence[Record], language: str) -> Iterator[tuple[RecordLine, Candidate]]:
    whole, new, tables = everything_seen(), {record.id for record in records}, {record.table for record in records}
    then = Enlarged(whole, records)
    known = Known.of(then)
    found = organizations(known, of=new, area=study_area()) if "organization" in tables else []
    found += services(known, of=new) if "service_at_location" in tables else []
    if "location" in tables:
        found += [location for location in locations(then, known.different) if location.pair & new]
    for candidate in sorted(found, key=lambda candidate: -candidate.score):
        other = candidate.other if candidate.one in new else candidate.one
        if whole.has(candidate.table, other):
            yield line(whole, whole.record(candidate.table, other), language), candidate


# -- the form --------------------------------------------------------------------------------------------------------


def _form(
    language: str,
    tables: Sequence[str],
    owner: Any,
    entered: Entered,
    *,
    alike: Sequence[tuple[RecordLine, Candidate]] = (),
    asks: str = "",
) -> str:
    sections = [(table, SECTIONS[table][0], list(_fields(table, language, owner))) for table in tables]
    names = {each.name: each.label for _, _, own in sections for each in own}
    return page(
        "staff/new.html",
        language,
        sections=sections,
        owner=line(everything_seen(), owner, language) if owner is not None else None,
        label=TABLES[tables[0]],
        problem=ALIKE if alike else ASKS if asks else None,
        asks=asks,
        alike=alike,
        wrong=entered.wrong,
        labels=[names[name] for name in entered.wrong if name in names],
        more={name for name in names if name.rpartition("-")[2] not in AT_ONCE},
        mine={each.id for each, _ in alike if seen().has(each.table, each.id)},
    )


def _fields(section: str, language: str, owner: Any) -> Iterator[Field]:
    if section == "location":
        whole, body = everything_seen(), getattr(owner, "organization_id", None) or getattr(owner, "id", None)
        found = (line(whole, place, language) for place in _places(whole, body))
        if known := tuple((place.id, ", ".join(filter(None, (place.name, place.units)))) for place in found):
            yield Field("known", Message("A place of this organization that is known"), "choice", "", known)
    for table, names in SECTIONS[section][1].items():
        for each in fields(table, None, study_area(), language):
            if each.name in names:
                choices = tuple(choice for choice in each.choices if choice[0] != "custodian")
                needed = each.needed and table == "organization"
                yield replace(each, name=f"{section}-{each.name}", choices=choices, needed=needed)
    if section == "service":
        yield from _choices(language)
        yield from week.fields_of((), "service-")


def _choices(language: str) -> tuple[Field, ...]:
    def terms(name: str, *, leaves: bool) -> tuple[tuple[str, str], ...]:
        known = Vocabulary.load(name)
        found = (term for term in known.terms() if term.parent or not leaves)
        return tuple((term_id(term), str(known.label(term.code, language))) for term in found)

    kinds, groups = terms("service_types", leaves=True), terms("beneficiaries", leaves=False)
    tongues = tuple((code, language_of(code).name) for code in study_area().languages)
    return (
        Field("service-kind", LABELS["service_type"], "choice", "", kinds),
        Field("service-language", TABLES["language"], "days", "", tongues),
        Field("service-serves", labels("link_type")["serves"], "days", "", groups),
    )


def _places(whole: VisibleRecords, body: str | None) -> list[Any]:
    own = {location.id: location for location in whole.of_owner("location", "organization_id", body or "-")}
    for service in whole.of_owner("service", "organization_id", body or "-"):
        own |= {location.id: location for location in whole.places(service.id)}
    return [own[identifier] for identifier in sorted(own)]
