"""What needs all rows of a file: places, numbers, terms, references, known bodies, and who may see what."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from mapping.area.geocode import Located, locate
from mapping.area.names.countries import country_code
from mapping.area.study_area import StudyArea
from mapping.batch import UNAPPROVED, Batch
from mapping.errors import FormatError
from mapping.formats.hsds._names import REFERENCES, Raw, SentRow
from mapping.formats.hsds._read import LateRow
from mapping.formats.hsds._take import Taking
from mapping.formats.hsds._terms import settle_attributes, settle_terms, types_by_name
from mapping.formats.hsds._values import number, plain
from mapping.language import parsers
from mapping.language.i18n import UNSAID, Phrase, listing, quoted
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.language.taxonomy import Vocabulary, vocabulary
from mapping.model import (
    AUDIENCES,
    RECORDS,
    Attribute,
    Audience,
    Location,
    Organization,
    Phone,
    Precision,
    Record,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Translation,
    Verification,
    least_precise,
    record_id,
    strictest,
)
from mapping.quality.known_organizations import Body, Signs, service_types
from mapping.record_tables import telling
from mapping.safety.sensitive_text import SHELTER, asks_silence

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

NEEDS = {
    "address": ("location_id",),
    "accessibility": ("location_id",),
    "service_at_location": ("service_id", "location_id"),
    "cost_option": ("service_id",),
    "required_document": ("service_id",),
    "service_capacity": ("service_id",),
    "organization_identifier": ("organization_id",),
    "activity": ("organization_id",),
    "referral_agreement": ("from_organization_id", "to_organization_id"),
    "standard_assessment": ("service_id",),
}
"""Table -> references without which a row says nothing; elsewhere one of those it has must be left."""

ALONE = frozenset({"organization", "service", "location", "program", "unit", "taxonomy", "taxonomy_term"})
"""Tables whose rows say something without any other."""


TOGETHER = 1_000
"""Places of which the units are looked up at a time."""


def finish(taking: Taking) -> Batch:
    """Settle what needs all rows, and return the batch.

    Raises
    ------
    FormatError
        Too few or too many services, or more refused rows than the sender's map allows.
    """
    _say_unapproved(taking)
    taking.forget_cells()
    _places(taking)
    _served_units(taking)
    _phones(taking)
    settle_attributes(taking, settle_terms(taking))
    _eligibility(taking)
    _ages(taking)
    _references(taking)
    _meet(taking)
    _audiences(taking)
    taking.overflow()
    batch = taking.batch
    batch.rows = taking.counted
    _require_expected(taking)
    taking.keys.clear()
    taking.records.move(batch.records)
    taking.context.known.learn_of(batch.records.as_held)
    return batch


def _say_unapproved(taking: Taking) -> None:
    """Say that nobody approved the sender: everything is for custodians only."""
    columns = taking.context.columns
    if not taking.context.known.approves(columns):
        name = columns.source if columns else taking.source.name
        problem = Phrase("two people have not approved the map and the markings of {source!r}", source=name)
        taking.say(Raw("", {}, "", None), "", problem, UNAPPROVED)
        if columns is not None:
            taking.batch.unapproved = columns.digest


def _places(taking: Taking) -> None:
    """Make locations and addresses: where each place is, and how closely it may be shown."""
    addresses, lines = taking.late.pop("address", {}), defaultdict[str, list[str]](list)
    for own, address in addresses.items():
        lines[address.fields.get("location_id") or ""].append(own)
    locations = taking.settling("location")
    while lot := [*islice(locations, TOGETHER)]:
        for late_row, here in zip(lot, _units(taking.context.area, lot), strict=True):
            _place(taking, late_row, here, [addresses[own] for own in lines.get(late_row.id, ())])
    placed = telling(Location, "country", "audience")
    for location, ids in lines.items():
        kind, place = taking.records.row(location) if location in taking.records else (None, ())
        country, audience = placed(place) if kind is Location else (None, None)
        for own in ids:
            _address(taking, addresses.pop(own), country, audience)


def _served_units(taking: Taking) -> None:
    """Leave out the units of service areas that the study area does not have; their codes stay as names."""
    units = taking.context.area.all_units()
    for own, name, unit in [*taking.records.told(ServiceArea, "id", "name", "area_unit")]:
        if unit is not None and unit not in units:
            taking.records.change(own, "area_unit", None)
            if not name:
                taking.records.change(own, "name", unit)
            problem = Phrase("{text} is no unit of the study area", text=shown(unit))
            fix = Phrase("the unit was left out; is it the right study area?")
            taking.say(taking.place_of("service_area", own), "area_unit", problem, fix)


def _units(area: StudyArea, places: list[LateRow]) -> list[str | None]:
    """Return the units that the points of places fall in: a look at each by itself would take ten times as long."""
    points = [(place.fields.get("latitude"), place.fields.get("longitude")) for place in places]
    latitudes, longitudes = np.array(points, dtype=np.float64).T
    return area.units_at(latitudes, longitudes)


def _place(taking: Taking, late_row: LateRow, here: str | None, addresses: list[LateRow]) -> None:
    fields = taking.with_audience("location", dict(late_row.fields))
    _bound(taking, late_row, fields)
    hold = next((text for text in _told(fields, addresses) if asks_silence(text)), None)
    if "position_basis" not in fields or "precision" not in fields:
        _locate(taking, late_row, here, fields, addresses)
    elif fields.get("area_unit") and fields["area_unit"] not in taking.context.area.all_units():
        problem = Phrase("{text} is no unit of the study area", text=shown(fields["area_unit"]))
        taking.say(late_row, "area_unit", problem, Phrase("the unit was left out; is it the right study area?"))
        fields["area_unit"] = None
    fields["precision"] = least_precise(fields.get("precision", "none"), _by_map(taking))
    if hold is not None:
        fields |= {"precision": "none", "audience": "custodian"}
        taking.say(
            late_row,
            "address_1",
            Phrase("{text} asks that the place be not told", text=shown(hold)),
            Phrase("it is for custodians only; ask its operator"),
        )
    taking.add(late_row, late_row.id, fields)


def _told(fields: dict[str, Any], addresses: list[LateRow]) -> Iterable[str]:
    yield str(fields.get("name") or "")
    for address in addresses:
        yield from (str(address.fields.get(name) or "") for name in ("attention", "address_1", "address_2"))


def _bound(taking: Taking, row: SentRow, fields: dict[str, Any]) -> None:
    """Leave out coordinates that are none: HSDS sets them no bounds."""
    latitude, longitude = fields.get("latitude"), fields.get("longitude")
    problem = UNSAID
    if (latitude is None) != (longitude is None):
        problem = Phrase("one of latitude and longitude is missing")
    elif latitude is not None and longitude is not None:
        if not -90 <= latitude <= 90:
            problem = Phrase("latitude {latitude} is outside -90..90", latitude=f"{latitude:g}")
        elif not -180 <= longitude <= 180:
            problem = Phrase("longitude {longitude} is outside -180..180", longitude=f"{longitude:g}")
        elif latitude == 0 and longitude == 0:
            problem = Phrase("0, 0 is no place but a point that was not set")
    if problem:
        fields |= {"latitude": None, "longitude": None}
        taking.say(row, "latitude", problem, Phrase("the point was left out; are the columns swapped?"), "refused")


def _locate(
    taking: Taking, late_row: LateRow, here: str | None, fields: dict[str, Any], addresses: list[LateRow]
) -> None:
    """Find the unit and the country of a place by its point, else by its address."""
    area = taking.context.area
    address = _first(addresses)
    if fields.get("location_type") == "virtual" and fields.get("latitude") is None:
        fields |= {"position_basis": "none", "precision": "none"}
        return
    region = address.get("region") or address.get("state_province") or ""
    located = locate(
        area,
        lat=fields.get("latitude"),
        lon=fields.get("longitude"),
        place=str(address.get("city") or ""),
        unit=str(fields.get("area_unit") or region),
        country=str(fields.get("country") or address.get("country") or ""),
        here=here,
    )
    for note in located.notes:
        column = "latitude" if fields.get("latitude") is not None else "city"
        taking.say(
            late_row,
            column,
            note.problem,
            note.fix or Phrase("check the place"),
            "note" if note.level == "note" else "doubt",
        )
    if located.precision == "none" and not located.country and not located.notes:
        taking.say(
            late_row,
            "latitude",
            Phrase("the place has no point and no town that is known"),
            Phrase("ask where it is"),
        )
    fields |= {
        "latitude": None if located.precision in ("unit", "none") else located.lat,
        "longitude": None if located.precision in ("unit", "none") else located.lon,
        "area_unit": located.unit,
        "country": located.country or area.code,
        "position_basis": "given" if located.precision == "exact" else located.precision,
        "precision": least_precise(fields.get("precision", "exact"), _known_to(located)),
    }


def _first(addresses: list[LateRow]) -> dict[str, Any]:
    physical = [address for address in addresses if address.fields.get("address_type", "physical") == "physical"]
    return next((address.fields for address in physical or addresses), {})


def _known_to(located: Located) -> Precision:
    """Return how closely a place is known."""
    if located.precision in ("exact", "place"):
        return "exact"
    return "area" if located.unit else "none"


def _by_map(taking: Taking) -> Precision:
    """Return how closely the sender's map lets its places be shown."""
    columns = taking.context.columns
    if columns is None or not columns.precisions:
        return "exact"
    return columns.precisions.get(columns.constants.get("precision", ""), "none")


def _address(taking: Taking, late_row: LateRow, at: str | None, audience: Audience | None) -> None:
    """Make an address of a place in a country and for an audience; of both nothing where it has no place."""
    area = taking.context.area
    fields = taking.with_audience("address", dict(late_row.fields))
    country = str(fields.get("country") or "")
    if not country:
        taking.say(
            late_row,
            "country",
            Phrase("the country is blank"),
            Phrase("it was taken as {code}; write its code", code=area.code),
        )
    fields["country"] = country_code(area, country) or (country or at or area.code)
    if audience == "custodian":
        fields["audience"] = "custodian"
    taking.add(late_row, late_row.id, fields)


def _phones(taking: Taking) -> None:
    """Make phones: numbers as E.164, of the country of their place where they have no code of one."""
    area, known = taking.context.area, taking.context.known
    home = area.phone_country
    where: dict[str, str] = {}
    where.update((place, country) for place, country in taking.records.told(Location, "id", "country") if country)
    of_at, of_service = (
        telling(ServiceAtLocation, "id", "service_id", "location_id"),
        telling(Service, "id", "organization_id"),
    )
    for kind, row in taking.records.rows(ServiceAtLocation, Service):
        if kind is Service:
            service, body = of_service(row)
            if service in where and body:
                where.setdefault(body, where[service])
        else:
            at, service, location = of_at(row)
            if location in where and service:
                where.setdefault(service, where[location])
                where[at] = where[location]
    source = taking.context.columns.source if taking.context.columns else ""
    for phone in taking.settling("phone"):
        owners = (phone.fields.get(name) for name in REFERENCES["phone"])
        country = next((where[owner] for owner in owners if owner in where), area.code)
        fields = taking.with_audience("phone", dict(phone.fields))
        number = _number(taking, phone, home if country == area.code else country, fields)
        if number is None:
            continue
        called = source in known.phones or number in known.phones
        fields |= {"number": number, "audience": fields["audience"] if called else "custodian"}
        taking.add(phone, phone.id, fields)


def _number(taking: Taking, phone: LateRow, region: str, fields: dict[str, Any]) -> str | None:
    """Read a number, saying what is wrong with it; None where it is none."""
    text = plain(fields.get("number", ""))
    if _E164.fullmatch(text):
        return text
    if text.startswith(("https://t.me/", "https://wa.me/")):
        return text
    try:
        numbers = parsers.phones(text, region)
    except Partly as error:
        taking.say(phone, "number", error.problem, error.fix)
        numbers = error.value
    except Unreadable as error:
        taking.refuse(phone, "number", error.problem, error.fix)
        return None
    if not numbers:
        taking.refuse(phone, "number", Phrase("the row has no number"), Phrase("ask the sender for it"))
        return None
    if numbers[0].doubt:
        taking.say(phone, "number", numbers[0].doubt, Phrase("look whether it is right"), "note")
    if numbers[0].extension is not None:
        fields.setdefault("extension", numbers[0].extension)
    for place, other in enumerate(numbers[1:], 2):
        more = phone.fields | {"number": other.number}
        own = record_id(taking.sender, "phone", phone.sent, place)
        taking.add(phone, own, taking.with_audience("phone", more) | {"audience": "custodian"})
    return numbers[0].number


def _eligibility(taking: Taking) -> None:
    for service, texts in taking.eligibility.items():
        record = taking.records.get(service)
        if isinstance(record, Service):
            text = texts.get("eligibility_description")
            if text and not record.eligibility_description:
                record.eligibility_description = plain(text)
            for name in ("minimum_age", "maximum_age"):
                if name in texts and getattr(record, name) is None:
                    with contextlib.suppress(Unreadable):
                        setattr(record, name, number(texts[name]))
            taking.records[service] = record


def _ages(taking: Taking) -> None:
    """Leave out ages that nobody has, and say which least age is above the greatest."""
    ages = taking.records.told(Service, "id", "minimum_age", "maximum_age")
    for record in [taking.records[own] for own, least, most in ages if least is not None or most is not None]:
        assert isinstance(record, Service)
        for name in ("minimum_age", "maximum_age"):
            age = getattr(record, name)
            if age is not None and not 0 <= age <= OLDEST:
                setattr(record, name, None)
                taking.say(
                    taking.where(record),
                    name,
                    Phrase("{age} is no age", age=f"{age:g}"),
                    Phrase("the value was left out"),
                    "refused",
                )
        least, most = record.minimum_age, record.maximum_age
        if least is not None and most is not None and least > most:
            problem = Phrase("maximum_age {most} is below minimum_age {least}", most=f"{most:g}", least=f"{least:g}")
            record.minimum_age = record.maximum_age = None
            taking.say(
                taking.where(record), "maximum_age", problem, Phrase("both were left out; ask which holds"), "refused"
            )
        taking.records[record.id] = record


OLDEST = 130
"""Years of age that nobody reaches."""


def _references(taking: Taking) -> None:
    """Leave out references to what is not there, and rows that then belong to nothing; parts of those go too."""
    known = taking.context.known
    there: dict[str, Container[str]] = {"organization": known.bodies, "service": known.owners, "location": known.places}
    ours = {record.id for record in vocabulary()}
    while True:
        gone = []
        for own in _loose(taking, there, ours):
            record = taking.records[own]
            if _dangles(taking, record, there, ours):
                gone.append(own)
            else:
                taking.records[own] = record
        for own in gone:
            del taking.records[own]
        if not gone:
            return


def _loose(taking: Taking, there: Mapping[str, Container[str]], ours: set[str]) -> list[str]:
    """Return the ids of the records that name what is not there, as they came; all of a kind are looked at together."""
    records, loose = taking.records, set[str]()
    for kind, rows in records.by_kind().items():
        for name, table in REFERENCES[kind.table].items():
            ids = records.unknown(rows.told(name)) if table != "source" else ()
            if outside := {own for own in ids if own not in there.get(table, ())}:
                loose.update(own for own, named in rows.told("id", name) if named in outside)
        if "link_id" in kind.model_fields and (outside := records.unknown(rows.told("link_id")) - ours):
            for own, link, entity in rows.told("id", "link_id", "link_entity"):
                if link in outside and link not in there.get(entity or "", ()):
                    loose.add(own)
    return [own for own in records if own in loose] if loose else []


def _dangles(taking: Taking, record: Record, there: Mapping[str, Container[str]], ours: set[str]) -> bool:
    """Mend the references of a record; tell whether it must go since nothing is left that it belongs to."""
    refs, values, records = REFERENCES[record.table], record.__dict__, taking.records
    broken: dict[str, str] = {}
    for name, table in refs.items():
        value = values[name]
        if value is None or value in records or value in there.get(table, ()) or table == "source":
            continue
        if value in taking.unnamed:
            setattr(record, name, None)
        elif value not in ours:
            broken[name] = taking.sent_as(table, value)
            setattr(record, name, None)
    link, entity = values.get("link_id"), values.get("link_entity") or ""
    linked = link is None or link in records or link in ours or link in there.get(entity, ())
    if record.table == "provenance" or (linked and not broken):
        return not linked
    for name, sent in broken.items():
        problem = Phrase("{name} {sent!r} is in no row of {table}", name=name, sent=sent, table=refs[name])
        taking.say(
            taking.where(record), name, problem, Phrase("the reference was left out; ask the sender for the row")
        )
    if not _orphan(record, refs) and linked:
        return False
    problem = (
        Phrase("{entity} {sent!r} is not there", entity=entity, sent=taking.sent_as(entity, str(link)))
        if not linked
        else Phrase("what it belongs to is not there")
    )
    column = "link_id" if not linked else next(iter(broken))
    taking.refuse(taking.where(record), column, problem, Phrase("ask the sender for the row it belongs to"))
    return True


def _orphan(record: Record, refs: Mapping[str, str]) -> bool:
    """Tell whether a record names nothing any more without which it says nothing."""
    if record.table in ALONE or "link_id" in type(record).model_fields:
        return False
    needed = NEEDS.get(record.table)
    if needed is not None:
        return not all(getattr(record, name) for name in needed)
    return not any(getattr(record, name) for name, table in refs.items() if table not in ("unit", "taxonomy_term"))


def _meet(taking: Taking) -> None:
    """Let bodies that are known already meet their records: by name with a sign in common, or by their services."""
    known = taking.context.known
    mine = [*taking.records.of(Organization)] if known.bodies else []
    if not mine:
        return
    names, signs, services = _signs(taking)
    met: dict[str, Body] = {}
    for organization in mine:
        called = [organization.name, organization.alternate_name or "", *names.get(organization.id, ())]
        pool = {b.id: b for b in (*known.called(called), *(b for name in called if name for b in known.alike(name)))}
        if organization.id in known.bodies:
            continue  # it was stored as a body of its own
        before = (known.owners.get(service) for service in services.get(organization.id, ()))
        body = next((known.bodies[owner] for owner in before if owner in known.bodies), None)
        body = body or next((b for b in pool.values() if b.shares(signs[organization.id])), None)
        if body is not None:
            met[organization.id] = body
        elif pool:
            others = listing(quoted(body.name) for body in list(pool.values())[:3])
            taking.say(
                taking.where(organization),
                "name",
                Phrase("another list has {others} too, without a phone, mail or unit in common", others=others),
                Phrase("merge them if they are one"),
            )
    for record in taking.records.among(*RECORDS.values()) if met else ():
        _join(taking, record, met)


def _signs(taking: Taking) -> tuple[dict[str, list[str]], dict[str, Signs], dict[str, list[str]]]:
    """Return by body: its names in other languages, its phones, mails and units, its services."""
    owners: dict[str, str] = {}
    services: dict[str, list[str]] = defaultdict(list)
    for record in taking.records.among(Service, Location):
        if isinstance(record, Service) and record.organization_id:
            owners[record.id] = record.organization_id
            services[record.organization_id].append(record.id)
        elif isinstance(record, Location) and record.organization_id:
            owners[record.id] = record.organization_id
    names: dict[str, list[str]] = defaultdict(list)
    phones: dict[str, set[str]] = defaultdict(set)
    mails: dict[str, set[str]] = defaultdict(set)
    units: dict[str, list[str]] = defaultdict(list)
    for record in taking.records.among(ServiceAtLocation, Phone, Organization, Service, Translation):
        if isinstance(record, ServiceAtLocation) and record.service_id in owners:
            place = taking.records.get(record.location_id or "")
            if isinstance(place, Location) and place.area_unit:
                units[owners[record.service_id]].append(place.area_unit)
        elif isinstance(record, Phone):
            for owner in (record.organization_id, record.service_id, record.location_id):
                if owner:
                    phones[owners.get(owner, owner)].add(record.number)
        elif isinstance(record, (Organization, Service)) and record.email:
            mails[owners.get(record.id, record.id)].add(record.email)
        elif isinstance(record, Translation) and record.field == "name" and record.link_entity == "organization":
            names[record.link_id].append(record.text)
    signs: dict[str, Signs] = defaultdict(Signs)
    for body in {*phones, *mails, *units}:
        signs[body] = Signs(frozenset(phones[body]), frozenset(mails[body]), next(iter(units[body]), None))
    return names, signs, services


def _join(taking: Taking, record: Record, met: Mapping[str, Body]) -> None:
    """Let a record speak of the body that its own was met as."""
    if isinstance(record, Organization) and record.id in met:
        del taking.records[record.id]
        return
    for name, table in REFERENCES[record.table].items():
        if table == "organization" and (value := getattr(record, name)) in met:
            setattr(record, name, met[value].id)
            taking.records[record.id] = record
    link = str(record.get("link_id"))
    if link in met:
        body = met[link]
        known_name = isinstance(record, Translation) and record.field == "name" and record.language in body.called
        if known_name or isinstance(record, Verification):
            del taking.records[record.id]  # where another list named it in this language, that name stands
        else:
            setattr(record, "link_id", body.id)  # noqa: B010
            taking.records[record.id] = record


def _audiences(taking: Taking) -> None:
    """Work out the kinds of services, and hide what its name or its services tell that it must be hidden."""
    types: dict[str, list[str]] = defaultdict(list)
    attributes = taking.records.told(Attribute, "link_id", "taxonomy_term_id", "link_type", "link_entity")
    for service, term, link_type, entity in attributes:
        if link_type == "service_type" and entity == "service" and (code := service_types().get(term)) is not None:
            types[service].append(code)
    types_by_name(taking, types)
    tells = lru_cache(maxsize=10_000)(SHELTER.search)  # many services are called alike
    shown: dict[str, list[Audience]] = defaultdict(list)
    verified = {*taking.records.told(Verification, "link_id")}
    today = taking.context.today.isoformat()
    services = taking.records.told(Service, "id", "name", "organization_id", "audience", "assured_date")
    for service, name, body, audience, assured in services:
        if service not in types:
            problem = Phrase("no term says in our words what {name!r} is", name=name)
            fix = Phrase("it is for custodians only until it has a kind: give it one, or add the word to the terms")
            taking.say(taking.place_of("service", service), "attributes", problem, fix)
        hides = audience != "custodian" and tells(name)
        if hides:
            taking.records.change(service, "audience", "custodian")
            problem = Phrase("the name {name!r} tells of a shelter", name=name)
            fix = Phrase("it is for custodians only until its operator agrees and two people lower it")
            taking.say(taking.place_of("service", service), "name", problem, fix)
        rules = [Vocabulary.load("service_types").term(code).audience for code in types.get(service, ())]
        if body:
            shown[body].append("custodian" if hides else strictest(audience, *(rules or ["custodian"])))
        if assured and assured <= today and service not in verified:
            own = record_id(taking.sender, "verification", service)
            taking.records[own] = Verification(
                id=own, link_id=service, link_entity="service", level="self-reported", verified_on=assured
            )
    names = taking.records.told(Translation, "link_id", "field", "text")
    telling_names = {link for link, field, text in names if field == "name" and tells(text)}
    for body, name, audience in taking.records.told(Organization, "id", "name", "audience"):
        alone: Audience = audience if body in taking.marked else "custodian"
        widest = strictest(audience, min(shown.get(body, ()), key=AUDIENCES.index, default=alone))
        if body in telling_names or SHELTER.search(name):
            widest = "custodian"
        if widest != audience:
            taking.records.change(body, "audience", widest)


def _require_expected(taking: Taking) -> None:
    columns = taking.context.columns
    if columns is None:
        return
    counts = {
        table: len([*taking.records.told(RECORDS[table], "id")]) for table in ("service", "organization", "location")
    }
    table = next((table for table in counts if counts[table]), "service")
    rows, refused = columns.rows, taking.batch.refused
    if not rows.least <= counts[table] <= rows.most:
        raise FormatError(
            Phrase(
                "{file}: {count} {table}s where {least} to {most} are expected; is it the whole "
                "file? If it is, change [rows] in the map",
                file=taking.file,
                count=counts[table],
                table=table,
                least=rows.least,
                most=rows.most,
            )
        )
    if rows.refused is not None and len(refused) > rows.refused:
        first = refused[0]
        raise FormatError(
            Phrase(
                "{file}: {count} {count:row|rows} would be refused, and the map allows {refused}; the first is "
                "{sheet} row {row}: {reason}",
                file=taking.file,
                count=len(refused),
                refused=rows.refused,
                sheet=first.sheet,
                row=str(first.row),
                reason=first.reasons[0],
            )
        )
