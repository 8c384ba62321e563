"""What needs all rows of a file: places, numbers, terms, references, known bodies, and who may see what."""

import math
import re
from collections import defaultdict
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from mapping.area.geocode import Located, locate
from mapping.area.names.countries import country_code
from mapping.batch import UNAPPROVED, Batch, Level
from mapping.formats import refusal
from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._names import REFERENCES, SentRow
from mapping.formats.hsds._terms import add_meaning, say_meaning_of_name, settle_attributes, settle_terms
from mapping.formats.hsds._values import plain
from mapping.language import parsers
from mapping.language.i18n import Message, listing
from mapping.language.parsers import Partly, Unreadable, shown
from mapping.language.taxonomy import Vocabulary, match_term, vocabulary
from mapping.model import AUDIENCES, RECORDS, Audience, Precision, least_precise, record_id, required, strictest
from mapping.quality.known_organizations import service_types
from mapping.record_tables import row_of_read
from mapping.safety.sensitive_text import SHELTER, asks_silence

NEEDS = {
    "service_at_location": ("service_id", "location_id"),
    "referral_agreement": ("from_organization_id", "to_organization_id"),
    "activity": ("organization_id",),
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
    columns = feed.context.columns
    if not feed.context.known.approves(columns):
        name = columns.source if columns else feed.source.name
        problem = Message("two people have not approved the map and the markings of {source!r}", source=name)
        feed.say(SentRow("", {}, "", None), "", problem, UNAPPROVED)
        if columns is not None:
            feed.batch.unapproved = columns.digest


def _settle_places(feed: Feed) -> None:
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
    unit = row.fields.get("area_unit")
    if unit and unit not in feed.context.area.all_units():
        row.fields["area_unit"] = None
        problem = Message("{text} is no unit of the study area", text=shown(unit))
        feed.say(row, "area_unit", problem, Message("the unit was left out; is it the right study area?"))


def _leave_out_no_point(feed: Feed, row: SentRow) -> None:
    """Leave out coordinates that are none: HSDS sets them no bounds."""
    latitude, longitude = (row.fields.get(name, math.nan) for name in ("latitude", "longitude"))
    if math.isnan(latitude) and math.isnan(longitude):
        return
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)):
        row.fields |= {"latitude": None, "longitude": None}
        sent = ", ".join(str(row.cells.get(name) or "") for name in ("latitude", "longitude"))
        problem = Message("{text} is no place", text=shown(sent))
        feed.say(row, "latitude", problem, Message("the point was left out; are the columns swapped?"), "refused")


def _locate(feed: Feed, row: SentRow, here: str | None, addresses: list[dict[str, Any]]) -> None:
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
    if located.precision in ("exact", "place"):
        return "exact"
    return "area" if located.unit else "none"


def _most_by_map(feed: Feed) -> Precision:
    columns = feed.context.columns
    if columns is None or not columns.precisions:
        return "exact"
    return columns.precisions.get(columns.constants.get("precision", ""), "none")


def _settle_addresses(feed: Feed) -> None:
    """Give addresses the country of their place, and its silence."""
    area = feed.context.area
    for row in feed.rows["address"].values():
        place = feed.rows["location"].get(row.fields.get("location_id", ""))
        country = str(row.fields.get("country") or (place and place.fields.get("country")) or area.code)
        row.fields["country"] = country_code(area, country) or country
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
        if table == "attribute":
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
    for row in feed.rows["service"].values():
        least, most = row.fields.get("minimum_age"), row.fields.get("maximum_age")
        if not 0 <= (least or 0) <= (OLDEST if most is None else most) <= OLDEST:
            row.fields |= {"minimum_age": None, "maximum_age": None}
            ages = "-".join("" if age is None else f"{age:g}" for age in (least, most))
            problem = Message("{text} are no ages", text=ages)
            column = "maximum_age" if least is None else "minimum_age"
            feed.say(row, column, problem, Message("both were left out; ask which holds"), "refused")


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
    """Let a body that is known meet its record: by its services as they came before, or by its name and a phone."""
    known, bodies = feed.context.known, feed.rows["organization"]
    owners = {own: row.fields.get("organization_id") or "" for own, row in feed.rows["service"].items()}
    phones = defaultdict[str, set[str]](set)
    for row in feed.rows["phone"].values():
        owner = row.fields.get("organization_id") or owners.get(row.fields.get("service_id") or "", "")
        phones[owner].add(row.fields["number"])
    met = {owner: known.owners[service] for service, owner in owners.items() if service in known.owners}
    for own, row in bodies.items():
        for body in known.called([row.fields["name"]]):
            if body.phones & phones[own]:
                met.setdefault(own, body.id)
    met = {own: body for own, body in met.items() if own in bodies and own not in known.bodies}
    for own in met:
        del bodies[own]
    for row in [row for rows in feed.rows.values() for row in rows.values()] if met else ():
        if row.fields.get("link_id") in met and row.table in ("translation", "verification"):
            del feed.rows[row.table][row.id]  # what is said of the body already stands
        for name in ("link_id", *REFERENCES[row.table]):
            if row.fields.get(name) in met:
                row.fields[name] = met[row.fields[name]]


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
        raise refusal(
            "{file}: {count} {table}s where {least} to {most} are expected; is it the whole "
            "file? If it is, change [rows] in the map",
            file=feed.file,
            count=count,
            table=table,
            least=rows.least,
            most=rows.most,
        )
    if rows.refused is not None and len(refused) > rows.refused:
        first = refused[0]
        raise refusal(
            "{file}: {count} {count:row|rows} would be refused, and the map allows {refused}; the first is "
            "{sheet} row {row}: {reason}",
            file=feed.file,
            count=len(refused),
            refused=rows.refused,
            sheet=first.sheet,
            row=str(first.row),
            reason=first.reasons[0],
        )
