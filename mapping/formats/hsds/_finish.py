"""What needs all rows of a file: places, numbers, terms, references, known bodies, and who may see what."""

import re
from collections import defaultdict
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from mapping.area.geocode import Located, locate
from mapping.area.names.countries import country_code
from mapping.batch import UNAPPROVED, Batch, Level
from mapping.errors import FormatError
from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._names import REFERENCES, SentRow
from mapping.formats.hsds._terms import add_meaning, say_meaning_of_name, settle_attributes, settle_terms
from mapping.formats.hsds._values import plain
from mapping.language import parsers
from mapping.language.i18n import UNSAID, Message, listing, quoted
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.language.taxonomy import Vocabulary, match_term, vocabulary
from mapping.model import AUDIENCES, RECORDS, Audience, Precision, least_precise, record_id, required, strictest
from mapping.quality.known_organizations import Body, Signs, service_types
from mapping.record_tables import row_of_read
from mapping.safety.sensitive_text import SHELTER, asks_silence

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

E164 = re.compile(r"\+[1-9][0-9]{6,14}")

OLDEST = 130
"""Years of age that nobody reaches."""


def finish(feed: Feed) -> Batch:
    """Settle what needs all rows, and return the batch.

    Raises
    ------
    FormatError
        Too few or too many services, or more refused rows than the sender's map allows.
    """
    _say_unapproved(feed)
    _settle_places(feed)
    _settle_addresses(feed)
    _settle_served_units(feed)
    _settle_phones(feed)
    means = settle_terms(feed)
    _refuse_misfits(feed)
    settle_attributes(feed, means)
    _settle_ages(feed)
    _settle_references(feed)
    _add_provenance(feed)
    _meet_known_bodies(feed)
    _settle_audiences(feed)
    feed.overflow()
    feed.batch.rows = feed.counted
    _require_expected(feed)
    for table in [table for table, rows in feed.rows.items() if rows]:
        make, rows = row_of_read(RECORDS[table]), feed.rows.pop(table)
        feed.batch.records.add_rows(RECORDS[table], (make(row.id, row.fields) for row in rows.values()))
    feed.context.known.learn_of(feed.batch.records.as_held)
    return feed.batch


def _say_unapproved(feed: Feed) -> None:
    """Say that nobody approved the sender: everything is for custodians only."""
    columns = feed.context.columns
    if not feed.context.known.approves(columns):
        name = columns.source if columns else feed.source.name
        problem = Message("two people have not approved the map and the markings of {source!r}", source=name)
        feed.say(SentRow("", {}, "", None), "", problem, UNAPPROVED)
        if columns is not None:
            feed.batch.unapproved = columns.digest


def _settle_places(feed: Feed) -> None:
    """Say where each place is, and how closely it may be shown."""
    area, places = feed.context.area, [*feed.rows["location"].values()]
    addresses = defaultdict[str, list[dict[str, Any]]](list)
    for address in feed.rows["address"].values():
        addresses[address.fields.get("location_id", "")].append(address.fields)
    points = [(row.fields.get("latitude"), row.fields.get("longitude")) for row in places]
    latitudes, longitudes = np.array(points or [(None, None)], dtype=np.float64).T
    for row, here in zip(places, area.units_at(latitudes, longitudes), strict=False):
        fields = row.fields
        _leave_out_no_point(feed, row)
        if "position_basis" not in fields or "precision" not in fields:
            _locate(feed, row, here, addresses[row.id])
        else:
            _leave_out_no_unit(feed, row)
        fields["precision"] = least_precise(fields.get("precision", "none"), _most_by_map(feed))
        lines = [fields, *addresses[row.id]]
        texts = (
            str(line.get(name) or "") for line in lines for name in ("name", "attention", "address_1", "address_2")
        )
        if hold := next(filter(asks_silence, texts), None):
            fields |= {"precision": "none", "audience": "custodian"}
            problem = Message("{text} asks that the place be not told", text=shown(hold))
            feed.say(row, "address_1", problem, Message("it is for custodians only; ask its operator"))


def _leave_out_no_unit(feed: Feed, row: SentRow) -> None:
    """Leave out a unit that the study area does not have."""
    unit = row.fields.get("area_unit")
    if unit and unit not in feed.context.area.all_units():
        row.fields["area_unit"] = None
        problem = Message("{text} is no unit of the study area", text=shown(unit))
        feed.say(row, "area_unit", problem, Message("the unit was left out; is it the right study area?"))


def _leave_out_no_point(feed: Feed, row: SentRow) -> None:
    """Leave out coordinates that are none: HSDS sets them no bounds."""
    latitude, longitude = row.fields.get("latitude"), row.fields.get("longitude")
    problem = UNSAID
    if (latitude is None) != (longitude is None):
        problem = Message("one of latitude and longitude is missing")
    elif latitude is not None and longitude is not None:
        if not -90 <= latitude <= 90:
            problem = Message("latitude {latitude} is outside -90..90", latitude=f"{latitude:g}")
        elif not -180 <= longitude <= 180:
            problem = Message("longitude {longitude} is outside -180..180", longitude=f"{longitude:g}")
        elif latitude == 0 and longitude == 0:
            problem = Message("0, 0 is no place but a point that was not set")
    if problem:
        row.fields |= {"latitude": None, "longitude": None}
        feed.say(row, "latitude", problem, Message("the point was left out; are the columns swapped?"), "refused")


def _locate(feed: Feed, row: SentRow, here: str | None, addresses: list[dict[str, Any]]) -> None:
    """Find the unit and the country of a place by its point, else by its address."""
    area, fields = feed.context.area, row.fields
    has_point = fields.get("latitude") is not None
    if fields.get("location_type") == "virtual" and not has_point:
        fields |= {"position_basis": "none", "precision": "none"}
        return
    physical = [address for address in addresses if address.get("address_type", "physical") == "physical"]
    address = next(iter(physical or addresses), {})
    located = locate(
        area,
        lat=fields.get("latitude"),
        lon=fields.get("longitude"),
        place=str(address.get("city") or ""),
        unit=str(fields.get("area_unit") or address.get("region") or address.get("state_province") or ""),
        country=str(fields.get("country") or address.get("country") or ""),
        here=here,
    )
    for note in located.notes:
        level: Level = "note" if note.level == "note" else "doubt"
        feed.say(row, "latitude" if has_point else "city", note.problem, note.fix or Message("check the place"), level)
    if located.precision == "none" and not located.country and not located.notes:
        problem = Message("the place has no point and no town that is known")
        feed.say(row, "latitude", problem, Message("ask where it is"))
    by_unit = located.precision in ("unit", "none")
    fields |= {
        "latitude": None if by_unit else located.lat,
        "longitude": None if by_unit else located.lon,
        "area_unit": located.unit,
        "country": located.country or area.code,
        "position_basis": "given" if located.precision == "exact" else located.precision,
        "precision": least_precise(fields.get("precision", "exact"), _closest(located)),
    }


def _closest(located: Located) -> Precision:
    """Return how closely a place is known."""
    if located.precision in ("exact", "place"):
        return "exact"
    return "area" if located.unit else "none"


def _most_by_map(feed: Feed) -> Precision:
    """Return how closely the sender's map lets its places be shown."""
    columns = feed.context.columns
    if columns is None or not columns.precisions:
        return "exact"
    return columns.precisions.get(columns.constants.get("precision", ""), "none")


def _settle_addresses(feed: Feed) -> None:
    """Give addresses the country of their place, and its silence."""
    area = feed.context.area
    for row in feed.rows["address"].values():
        place = feed.rows["location"].get(row.fields.get("location_id", ""))
        country = str(row.fields.get("country") or "")
        if not country:
            fix = Message("it was taken as {code}; write its code", code=area.code)
            feed.say(row, "country", Message("the country is blank"), fix)
        at = place.fields.get("country") if place else None
        row.fields["country"] = country_code(area, country) or (country or at or area.code)
        if place and place.fields["audience"] == "custodian":
            row.fields["audience"] = "custodian"


def _settle_served_units(feed: Feed) -> None:
    """Leave out the units of service areas that the study area does not have; their codes stay as names."""
    for row in feed.rows["service_area"].values():
        unit = row.fields.get("area_unit")
        _leave_out_no_unit(feed, row)
        if unit and not row.fields["area_unit"]:
            row.fields["name"] = row.fields.get("name") or unit


def _settle_phones(feed: Feed) -> None:
    """Make phones: numbers as E.164, of the country of their place where they have no code of one."""
    area, known, rows = feed.context.area, feed.context.known, feed.rows
    where = {own: row.fields["country"] for own, row in rows["location"].items() if row.fields.get("country")}
    for own, row in rows["service_at_location"].items():
        if (at := row.fields.get("location_id")) in where:
            where[own] = where[at]
            where.setdefault(row.fields.get("service_id", ""), where[at])
    for own, row in rows["service"].items():
        if own in where:
            where.setdefault(row.fields.get("organization_id", ""), where[own])
    source = feed.context.columns.source if feed.context.columns else ""
    for row in [*rows["phone"].values()]:
        owners = (row.fields.get(name) for name in REFERENCES["phone"])
        country = next((where[owner] for owner in owners if owner in where), area.code)
        numbers = _numbers(feed, row, area.phone_country if country == area.code else country)
        for place, number in enumerate(numbers, 1):
            if place == 1:
                row.fields["number"] = number
                if source not in known.phones and number not in known.phones:
                    row.fields["audience"] = "custodian"
            else:
                own = record_id(feed.source.id, "phone", row.sent, place)
                fields = row.fields | {"number": number, "audience": "custodian"}
                rows["phone"][own] = SentRow("phone", {}, row.sheet, row.row, own, row.sent, fields)


def _numbers(feed: Feed, row: SentRow, region: str) -> list[str]:
    """Read the numbers of a row, saying what is wrong with them."""
    text = plain(row.fields.get("number", ""))
    if E164.fullmatch(text) or text.startswith(("https://t.me/", "https://wa.me/")):
        return [text]
    try:
        numbers = parsers.phones(text, region)
    except Partly as error:
        feed.say(row, "number", error.problem, error.fix)
        numbers = error.value
    except Unreadable as error:
        feed.refuse(row, "number", error.problem, error.fix)
        return []
    if not numbers:
        feed.refuse(row, "number", Message("the row has no number"), Message("ask the sender for it"))
        return []
    if numbers[0].doubt:
        feed.say(row, "number", numbers[0].doubt, Message("look whether it is right"), "note")
    if numbers[0].extension is not None:
        row.fields.setdefault("extension", numbers[0].extension)
    return [number.number for number in numbers]


def _refuse_misfits(feed: Feed) -> None:
    """Set aside rows without what their records need, or with values that these cannot hold."""
    for table, rows in feed.rows.items():
        if table in ("attribute", "eligibility"):
            continue
        needed = sorted(required(RECORDS[table]) - {"id"})
        make = row_of_read(RECORDS[table])
        for row in [*rows.values()]:
            if missing := [name for name in needed if row.fields.get(name) in (None, "")]:
                problem = Message("the row has no {columns}", columns=listing(missing))
                feed.refuse(row, missing[0], problem, Message("ask the sender for it"))
                continue
            try:
                make(row.id, row.fields)
            except ValidationError as error:
                fault = error.errors()[0]
                problem = Message("{text}: {fault}", text=shown(str(fault["input"])), fault=Message.of(fault["msg"]))
                feed.refuse(row, str(fault["loc"][0]) if fault["loc"] else "", problem, Message("mend the row"))


def _settle_ages(feed: Feed) -> None:
    """Take ages from tables of older versions too; leave out those that nobody has, or that cannot be together."""
    for own, said in feed.rows.pop("eligibility", {}).items():
        if service := feed.rows["service"].get(own):
            service.fields = said.fields | service.fields
    for row in feed.rows["service"].values():
        for name in ("minimum_age", "maximum_age"):
            age = row.fields.get(name)
            if age is not None and not 0 <= age <= OLDEST:
                row.fields[name] = None
                problem = Message("{age} is no age", age=f"{age:g}")
                feed.say(row, name, problem, Message("the value was left out"), "refused")
        least, most = row.fields.get("minimum_age"), row.fields.get("maximum_age")
        if least is not None and most is not None and least > most:
            row.fields |= {"minimum_age": None, "maximum_age": None}
            problem = Message("maximum_age {most} is below minimum_age {least}", most=f"{most:g}", least=f"{least:g}")
            feed.say(row, "maximum_age", problem, Message("both were left out; ask which holds"), "refused")


def _settle_references(feed: Feed) -> None:
    """Leave out references to what is not there, and rows that then belong to nothing; parts of those go too."""
    known, ours = feed.context.known, {record.id for record in vocabulary()}
    stored: dict[str, Container[str]] = {
        "organization": known.bodies,
        "service": known.owners,
        "location": known.places,
    }

    def is_there(table: str, own: str) -> bool:
        return own in feed.rows[table] or own in stored.get(table, ()) or own in ours or table == "source"

    refused = True
    while refused:
        before = len(feed.batch.refused)
        for row in [row for rows in [*feed.rows.values()] for row in rows.values()]:
            broken = {
                name: own
                for name, table in REFERENCES[row.table].items()
                if (own := row.fields.get(name)) and not is_there(table, own)
            }
            link, entity = row.fields.get("link_id"), row.fields.get("link_entity", "")
            if link and not is_there(entity, link):
                problem = Message("{entity} {sent!r} is not there", entity=entity, sent=feed.sent_as(link))
                feed.refuse(row, "link_id", problem, Message("ask the sender for the row it belongs to"))
            elif broken:
                _leave_out_references(feed, row, broken)
        refused = len(feed.batch.refused) > before


def _leave_out_references(feed: Feed, row: SentRow, broken: Mapping[str, str]) -> None:
    refs = REFERENCES[row.table]
    for name, own in broken.items():
        row.fields[name] = None
        if own not in feed.unnamed:
            sent = feed.sent_as(own)
            problem = Message("{name} {sent!r} is in no row of {table}", name=name, sent=sent, table=refs[name])
            feed.say(row, name, problem, Message("the reference was left out; ask the sender for the row"))
    if row.table in ALONE or "link_id" in row.fields:
        return
    needed = NEEDS.get(row.table)
    left = [name for name, table in refs.items() if table not in ("unit", "taxonomy_term") and row.fields.get(name)]
    if not (all(row.fields.get(name) for name in needed) if needed else left):
        problem = Message("what it belongs to is not there")
        feed.refuse(row, next(iter(broken)), problem, Message("ask the sender for the row it belongs to"))


def _add_provenance(feed: Feed) -> None:
    """Note from which row of the source each body and service came."""
    sender = feed.source.id
    for table in ("organization", "service"):
        for row in feed.rows[table].values():
            own = record_id(sender, "provenance", table, row.id, row.sent)
            fields = {
                "link_id": row.id,
                "link_entity": table,
                "source_id": sender,
                "source_key": row.sent,
                "file": feed.file,
                "sheet": row.sheet or None,
                "row": row.row,
            }
            feed.rows["provenance"][own] = SentRow("provenance", {}, row.sheet, row.row, own, row.sent, fields)


def _meet_known_bodies(feed: Feed) -> None:
    """Let bodies that are known already meet their records: by name with a sign in common, or by their services."""
    known = feed.context.known
    if not known.bodies:
        return
    names, signs, services = _signs(feed)
    met: dict[str, Body] = {}
    for own, row in feed.rows["organization"].items():
        if own in known.bodies:
            continue  # it was stored as a body of its own
        called = [row.fields["name"], row.fields.get("alternate_name") or "", *names[own]]
        pool = {b.id: b for b in (*known.called(called), *(b for name in called if name for b in known.alike(name)))}
        before = (known.owners.get(service) for service in services[own])
        body = next((known.bodies[owner] for owner in before if owner in known.bodies), None)
        body = body or next((b for b in pool.values() if b.shares(signs[own])), None)
        if body is not None:
            met[own] = body
        elif pool:
            others = listing(quoted(body.name) for body in list(pool.values())[:3])
            problem = Message("another list has {others} too, without a phone, mail or unit in common", others=others)
            feed.say(row, "name", problem, Message("merge them if they are one"))
    for own in met:
        del feed.rows["organization"][own]
    for row in [row for rows in feed.rows.values() for row in rows.values()] if met else ():
        _join(feed, row, met)


def _signs(feed: Feed) -> tuple[dict[str, list[str]], dict[str, Signs], dict[str, list[str]]]:
    """Return by body: its names in other languages, its phones, mails and units, its services."""
    names, services, units = (defaultdict[str, list[str]](list) for _ in range(3))
    phones, mails = (defaultdict[str, set[str]](set) for _ in range(2))
    owners: dict[str, str] = {}
    for table in ("service", "location"):
        for own, row in feed.rows[table].items():
            if body := row.fields.get("organization_id"):
                owners[own] = body
                if table == "service":
                    services[body].append(own)
    for row in feed.rows["service_at_location"].values():
        place, service = (row.fields.get(name) or "" for name in ("location_id", "service_id"))
        if service in owners and place in feed.rows["location"]:
            units[owners[service]].append(feed.rows["location"][place].fields.get("area_unit") or "")
    for row in feed.rows["phone"].values():
        for name in ("organization_id", "service_id", "location_id"):
            if owner := row.fields.get(name):
                phones[owners.get(owner, owner)].add(row.fields["number"])
    for table in ("organization", "service"):
        for own, row in feed.rows[table].items():
            if mail := row.fields.get("email"):
                mails[owners.get(own, own)].add(mail)
    for row in feed.rows["translation"].values():
        if (row.fields["field"], row.fields["link_entity"]) == ("name", "organization"):
            names[row.fields["link_id"]].append(row.fields["text"])
    signs = defaultdict[str, Signs](Signs)
    for body in {*phones, *mails, *units}:
        unit = next(filter(None, units[body]), None)
        signs[body] = Signs(frozenset(phones[body]), frozenset(mails[body]), unit)
    return names, signs, services


def _join(feed: Feed, row: SentRow, met: Mapping[str, Body]) -> None:
    """Let a row speak of the body that its own was met as."""
    for name, table in REFERENCES[row.table].items():
        if table == "organization" and row.fields.get(name) in met:
            row.fields[name] = met[row.fields[name]].id
    if (body := met.get(row.fields.get("link_id") or "")) is None:
        return
    row.fields["link_id"] = body.id
    is_named = row.fields.get("field") == "name" and row.fields["language"] in body.called
    if row.table == "verification" or (row.table == "translation" and is_named):
        del feed.rows[row.table][row.id]  # where another list named it in this language, that name stands


def _settle_audiences(feed: Feed) -> None:
    """Work out the kinds of services, and hide what its name or its services tell that it must be hidden."""
    types = _types_of_services(feed)
    seen = defaultdict[str, list[Audience]](list)
    verified = {row.fields["link_id"] for row in feed.rows["verification"].values()}
    for own, row in feed.rows["service"].items():
        name, assured = row.fields["name"], row.fields.get("assured_date")
        if own not in types:
            problem = Message("no term says in our words what {name!r} is", name=name)
            fix = Message("it is for custodians only until it has a kind: give it one, or add the word to the terms")
            feed.say(row, "attributes", problem, fix)
        if row.fields["audience"] != "custodian" and SHELTER.search(name):
            row.fields["audience"] = "custodian"
            problem = Message("the name {name!r} tells of a shelter", name=name)
            fix = Message("it is for custodians only until its operator agrees and two people lower it")
            feed.say(row, "name", problem, fix)
        rules = [Vocabulary.load("service_types").term(code).audience for code in types.get(own, ())]
        if body := row.fields.get("organization_id"):
            seen[body].append(strictest(row.fields["audience"], *(rules or ["custodian"])))
        if assured and assured <= feed.context.today and own not in verified:
            fields = {"link_id": own, "link_entity": "service", "level": "self-reported", "verified_on": assured}
            check = record_id(feed.source.id, "verification", own)
            feed.rows["verification"][check] = SentRow("verification", {}, row.sheet, row.row, check, fields=fields)
    telling = {
        row.fields["link_id"]
        for row in feed.rows["translation"].values()
        if row.fields["field"] == "name" and SHELTER.search(row.fields["text"])
    }
    for own, row in feed.rows["organization"].items():
        alone: Audience = row.fields["audience"] if own in feed.marked else "custodian"
        widest = min(seen.get(own, ()), key=AUDIENCES.index, default=alone)
        is_telling = own in telling or SHELTER.search(row.fields["name"])
        row.fields["audience"] = "custodian" if is_telling else strictest(row.fields["audience"], widest)


def _types_of_services(feed: Feed) -> dict[str, list[str]]:
    """Return the codes of the kinds of each service; one without any is given that which its name is a label of."""
    types = defaultdict[str, list[str]](list)
    for row in feed.rows["attribute"].values():
        code = service_types().get(row.fields.get("taxonomy_term_id"))
        if code is not None and (row.fields["link_type"], row.fields["link_entity"]) == ("service_type", "service"):
            types[row.fields["link_id"]].append(code)
    for own, row in feed.rows["service"].items():
        match = match_term("service_types", row.fields["name"]) if own not in types else None
        if match is not None and match.how in ("label", "synonym") and match.score == 1:
            types[own] = [match.code]
            add_meaning(feed, row, match.code)
            say_meaning_of_name(feed, row, match.code)
    return types


def _require_expected(feed: Feed) -> None:
    columns = feed.context.columns
    if columns is None:
        return
    rows, refused = columns.rows, feed.batch.refused
    table = next((table for table in ("service", "organization", "location") if feed.rows[table]), "service")
    count = len(feed.rows[table])
    if not rows.least <= count <= rows.most:
        raise FormatError(
            Message(
                "{file}: {count} {table}s where {least} to {most} are expected; is it the whole "
                "file? If it is, change [rows] in the map",
                file=feed.file,
                count=count,
                table=table,
                least=rows.least,
                most=rows.most,
            )
        )
    if rows.refused is not None and len(refused) > rows.refused:
        first = refused[0]
        raise FormatError(
            Message(
                "{file}: {count} {count:row|rows} would be refused, and the map allows {refused}; the first is "
                "{sheet} row {row}: {reason}",
                file=feed.file,
                count=len(refused),
                refused=rows.refused,
                sheet=first.sheet,
                row=str(first.row),
                reason=first.reasons[0],
            )
        )
