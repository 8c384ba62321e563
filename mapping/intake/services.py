"""Rows of services and places become records of organizations, services and locations.

A body's row gives one service for each kind of help that it names, at one place. Names of services are those of our
terms, in every language; the sender's own word stays beside them. What could give a hidden thing away stays private:
remarks and people are not read, and texts that hold numbers or names are not published.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from mapping.area.addresses import Whereabouts, points_elsewhere, postal_code, whereabouts
from mapping.area.geocode import Located, coded_unit, find_unit, units_served
from mapping.area.names.countries import city_abroad, countries_in, country_abroad, country_code, says_country
from mapping.area.study_area import StudyArea
from mapping.batch import Level
from mapping.column_map import fold_header
from mapping.intake.activities import checklist
from mapping.intake.clean import DITTO
from mapping.intake.dialling import lacks_town, town_codes, towns_beside
from mapping.intake.row_reader import PARTED, SHELTER, TELLING, Intake, Part, Reader, coded, first_of
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.fold import alternatives, name_key, tokens
from mapping.language.i18n import Coded, Phrase, Quoted, Several, country_name
from mapping.language.parsers.permission import says_yes
from mapping.language.taxonomy import Vocabulary, match_term, term_id
from mapping.model import (
    AUDIENCES,
    Accessibility,
    Address,
    Attribute,
    Audience,
    Contact,
    CostOption,
    Funding,
    Language,
    Location,
    Organization,
    Phone,
    Precision,
    Provenance,
    Record,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Translation,
    Verification,
    ids_of,
    record_id,
    strictest,
)
from mapping.packed import PackedRecords, RecordRow, record_row, row_of_checked, row_of_read, telling
from mapping.quality.known_organizations import Body, Signs, Told, ToldPlace, ToldService
from mapping.quality.names import person_of
from mapping.safety.sensitive_text import hides_number, hides_place
from mapping.view.rules.takes import MINORS

ROUND_THE_CLOCK = re.compile(
    r"24\s*/\s*7|\b24\s*(?:h(?:ours?|rs?)?\b|час|соат|saat)|(?:open|работает|works)[\s_]*24(?!\d)|круглосуточн|шабонар[ӯу]з|kecha.{0,4}kunduz|round.the.clock",
    re.I,
)
"""Headings of columns that ask whether something is open day and night."""


class RowNumber(NamedTuple):
    """A number or an account by which somebody is reached."""

    number: str
    extension: int | None
    kind: str
    own: bool
    """Whether it is for custodians only, whatever is approved."""


@dataclass
class RowSite:
    """What one row says of a body and its place, before its services."""

    reader: Reader
    body: Body
    phones: list[parsers.PhoneValue]
    audience: Audience
    location: Location
    key: str
    told: Told
    """What is learnt of it."""
    mails_of_people: str = ""
    """Mail addresses that are somebody's own."""
    rows: list[RecordRow] = field(default_factory=list)
    """All that it gives, but for the organization."""

    def add(self, *records: Record) -> None:
        """Give records."""
        self.rows += map(record_row, records)

    def add_read(self, kind: type[Record], own: str, **values: Any) -> None:
        """Give a record of an id and of values that parsers read."""
        self.rows.append((kind, row_of_read(kind)(own, values)))

    def add_parts(self, service: str, parts: Iterable[Part]) -> None:
        """Give parts of a service."""
        source = self.reader.source
        self.rows += [part.belonging_to(service, source) for part in parts]

    @cached_property
    def numbers(self) -> list[RowNumber]:
        """The numbers and accounts of its services."""
        return _numbers_of(self, self.reader, self.phones)

    def numbers_of(self, reader: Reader) -> list[RowNumber]:
        """Return those of a service: first what its own row on another sheet says, then those of its place."""
        if reader is self.reader:
            return self.numbers
        phones = _numbers(reader, "phone", _abroad(self), self.location.area_unit)
        own = {row.number: row for row in _numbers_of(self, reader, phones)}
        return [*own.values(), *(row for row in self.numbers if row.number not in own)]


@dataclass(frozen=True)
class RowService:
    """A kind of help that a row names, and the row that says more of it: that of its place, or one of its own."""

    reader: Reader
    code: str
    written: str = ""
    """What the sender calls it."""


def read_row(reader: Reader, children: Mapping[str, list[Reader]], key: str) -> RowSite | None:
    """Return what a row gives; one that must be set aside carries its reasons, and nothing of it counts."""
    if _is_of_somebody_helped(reader):
        return None
    names = {language: reader.unsigned(text) for language, text in reader.translations("organization").items()}
    name = first_of((reader.unsigned(parsers.without_people(reader.text("organization"))[0]), *names.values()))
    if not name:
        reader.refuse("organization", Phrase("the row names no organization"), Phrase("ask the sender who it is about"))
        return None
    located = _located(reader)
    if reader.reasons:
        return None
    site = _site(reader, name, names, located, key)
    parent_key = reader.intake.columns.sheets.parent_key
    for service in _services(site, children.get(reader.row.text([parent_key]), []) if children else None):
        _add_service(site, service)
    _place(site)
    reader.refuse_if_slipped()
    return site


def _is_of_somebody_helped(reader: Reader) -> bool:
    """Tell whether a row bears the name of a person who was helped; it is set aside, and nothing of it is kept."""
    if person_of(reader.text("organization")) != "helped":
        return False
    reader.refuse(
        "organization",
        Phrase("the row names a person who was helped, and no organization"),
        Phrase("nothing of it is kept: delete it from the list, and tell whoever sent it"),
    )
    reader.row.raw.clear()
    return True


def organizations_seen(records: PackedRecords) -> None:
    """Mark each organization as seen by whoever may see one of its services.

    A body all of whose services are hidden is hidden too: its name alone could tell that it keeps a shelter. One whose
    name does tell is hidden whatever its services are, until two people lower it.
    """
    tells = lru_cache(maxsize=10_000)(SHELTER.search)  # names of services are those of few terms
    texts = records.told(Translation, "link_id", "field", "text")
    telling = {record for record, field, text in texts if field == "name" and tells(text)}
    rules = {term_id(term): term.audience for term in Vocabulary.load("service_types").terms()}
    attributes = records.told(Attribute, "link_id", "link_type", "taxonomy_term_id")
    types = {service: rules[term] for service, link, term in attributes if link == "service_type" and term in rules}
    audiences: dict[str, set[Audience]] = defaultdict(set)
    for service, owner, audience in records.told(Service, "id", "organization_id", "audience"):
        if owner:
            audiences[owner].add(strictest(audience, types.get(service, "custodian")))

    def mark(organization: Organization) -> None:
        hidden = organization.id in telling or tells(organization.name)
        shown = set[Audience]() if hidden else audiences.get(organization.id, set[Audience]())
        organization.audience = min(shown, key=AUDIENCES.index, default="custodian")

    records.change(Organization, mark)


def _numbers(reader: Reader, name: str, country: str, unit: str | None) -> list[parsers.PhoneValue]:
    """Return the numbers of a cell, saying what was mended in them; one within a town gets the town's code.

    Those of a row abroad are read as its country dials them; where a place may be one abroad, those that cannot be read
    at home are, and none is completed.
    """
    text = reader.text(name)
    if not text:
        return []
    area, place = reader.intake.area, reader.any_text("place") or reader.any_text("unit")
    home, towns = area.phone_country, tuple[str, ...]()
    region, perhaps = country or home, country or country_abroad(area, place)
    if lacks_town(text, region):
        if perhaps not in ("", region):
            region = region if lacks_town(text, perhaps) else perhaps
        else:
            towns = (*town_codes(area, region, unit, place), *towns_beside(area, region, text))
    numbers = reader.take(name, parsers.phones, region, tuple(dict.fromkeys(towns))) or []
    for phone in numbers:
        if phone.doubt:
            reader.say(name, phone.doubt, Phrase("look whether it is right"), "note")
    return numbers


def _located(reader: Reader) -> Located:
    """Find the row's place; what is wrong with it is said, and a place that is surely wrong sets the row aside."""
    lat, lon = _point(reader)
    named = _named(reader, pointed=lat is not None)
    located = reader.intake.locate(lat, lon, named.place, named.unit, named.country)
    if located.unit and located.notes and lat is None and not named.country:
        abroad = city_abroad(reader.intake.area, named.place or named.unit)
        if abroad and abroad == _country_of_list(reader.intake, reader.row.sheet):
            located = reader.intake.locate(None, None, named.place, named.unit, abroad)
    if located.precision == "none" and not located.country and not named.country:
        if other := _beside_name(reader) or _above(reader) or _of_list(reader):
            return other
        if (named.place or named.unit) and (abroad := _country_of_list(reader.intake, reader.row.sheet)):
            problem = Phrase("its place is not known; the list is of {country}", country=country_name(abroad))
            reader.say("place" if named.place else "unit", problem, Phrase("look whether it is right"), "note")
            return reader.intake.locate(lat, lon, named.place, named.unit, abroad)
    _say_of_place(reader, named, located)
    return located


def _point(reader: Reader) -> tuple[float, float] | tuple[None, None]:
    """Return the coordinates of a row, of one column or of two."""
    point = reader.take("coordinates", parsers.coordinates) if reader.text("coordinates") else None
    if point is None and reader.text("latitude"):
        point = reader.take("latitude", parsers.coordinates, reader.text("longitude"))
    if point is None:
        return None, None
    if point.doubt:
        reader.say(_pointing(reader), point.doubt, Phrase("look whether it is right"))
    return point.lat, point.lon


def _pointing(reader: Reader) -> str:
    """Return the field that holds coordinates, or the first half of them."""
    return "coordinates" if reader.text("coordinates") else "latitude"


def _named(reader: Reader, *, pointed: bool) -> Whereabouts:
    """Return the names by which a row says where it is: in columns for them, else in its address."""
    place, unit = (_in_one_language(reader.intake, reader.any_text(name)) for name in ("place", "unit"))
    unit = unit or reader.unit_by_code() or ""
    country = reader.country()
    whole = unit == reader.text("address")  # one column holds both, or neither is there
    area = reader.intake.area
    if not pointed and not place and (whole or not unit) and country_code(area, country) in ("", area.code):
        within = _in_address(reader)
        if within != Whereabouts("", ""):
            return within._replace(country=within.country or country)
    return Whereabouts(unit, place, country)


def _in_one_language(intake: Intake, text: str) -> str:
    """Return that of several spellings of one place which is known: "Алматы қ. / г. Алматы"; else the whole text."""
    spellings = re.split(r"\s[/|]\s", text)
    if len(spellings) == 1:
        return text
    located = {name: intake.locate(place=name) for name in spellings}
    known = {(at.unit, at.country): name for name, at in located.items() if at.country or (at.unit and not at.notes)}
    return known.popitem()[1] if len(known) == 1 else text


def _say_of_place(reader: Reader, named: Whereabouts, located: Located) -> None:
    """Say what is to be known of how a place was found, or that none was."""
    where = _pointing(reader) if reader.text("coordinates") or reader.text("latitude") else "unit"
    for note in located.notes:
        about = next((n for n in ("unit", "place") if (t := reader.any_text(n)) and repr(t) in note.problem), where)
        level: Level = "note" if note.level == "note" else "doubt"
        reader.say(about, note.problem, note.fix or Phrase("check the place"), level)
    lost = located.precision == "none" and not located.country and not located.notes
    if lost and not named.several and not says_country(reader.intake.area, named.unit):
        problem = Phrase("the row names no place that could be found")
        reader.say(where, problem, Phrase("give its area, town or coordinates"))


_BRANCH = re.compile(rf"\b{alternatives('branch')}\W*", re.I)
"""What stands beside the town of a branch in the name of a body."""


_KIND = alternatives("kind before a unit")
_OF_TOWN = re.compile(rf"(?<!\w)(?:{_KIND}|{alternatives('short for a town')})\s*[^\W\d_][^\d«»(),]*$", re.I)
"""The town of a body at the end of its name: "отдел милиции г. Исфары"."""
_IN_TOWN = re.compile(
    rf"(?:(?<!\w){alternatives('within a place')}\s+|,\s*)([^\W\d_][\w’'ʻ-]+(?:\s[^\W\d_][\w’'ʻ-]+)?)$", re.I
)
"""The same behind a word for "in", or a comma: "Bureau in Khujand"."""


def _beside_name(reader: Reader) -> Located | None:
    """Return where the brackets or the end of the body's name say that it is, and say so; else None.

    "(филиал в Исфаре)", "Bureau in Khujand".

    Beside the address of the row above they say nothing: that may be in another town.
    """
    area = reader.intake.area
    columns = map(reader.cell_as_sent, reader.intake.columns_of("address"))
    name = reader.text("organization")
    within = [*_OF_TOWN.findall(name), *_IN_TOWN.findall(name)]
    for text in () if any(map(DITTO.fullmatch, columns)) else (*reader.beside_name(), *within):
        unit = whereabouts(area, _BRANCH.sub(" ", text).strip()).unit
        if unit and not hides_place(text):
            problem = Phrase("the name says where it is: {unit}", unit=coded_unit(area, unit))
            reader.say("organization", problem, Phrase("look whether it is right"))
            return reader.intake.locate(unit=unit)
    return None


def _country_of_list(intake: Intake, sheet: str) -> str:
    """Return the country abroad that a list is of: its titles name it alone, or its rows name cities of it alone."""
    if sheet not in intake.countries:
        area, titles = intake.area, intake.titles.get(sheet, ())
        named = {code for title in titles for code in countries_in(area, title)}
        if len(named) != 1 or area.code in named:
            named = {_country_of_rows(intake)}
        intake.countries[sheet] = named.pop()
    return intake.countries[sheet]


def _country_of_rows(intake: Intake) -> str:
    """Return the one country abroad of which the rows of a list name several cities, and nothing at home; else ""."""
    readers = [Reader(intake.silent(), row) for row in islice(intake.rows, LOOKED_AT)]
    texts = {
        _in_one_language(intake, text)
        for reader in readers
        for name in ("place", "unit")
        if (text := reader.any_text(name))
    }
    cities = {text: city_abroad(intake.area, text) for text in texts}
    others = [intake.locate(place=text) for text, country in cities.items() if not country]
    countries = [*filter(None, cities.values()), *(other.country for other in others if other.country)]
    at_home = any(other.unit is not None for other in others)
    return countries[0] if len(countries) > 1 and len({*countries}) == 1 and not at_home else ""


LOOKED_AT = 300
"""Rows whose places tell of what country a list is."""


def _above(reader: Reader) -> Located | None:
    """Return where the heading of the row's part of the list is, and say so; None where it names no place."""
    text = reader.row.under
    located = reader.intake.locate(unit=text) if text else None
    if located is None or (located.unit is None and not located.country):
        return None
    problem = Phrase("it stands under {text!r}, and names no place that is known itself", text=text)
    reader.say("unit", problem, Phrase("look whether it is right"), "note")
    return located


def _of_list(reader: Reader) -> Located | None:
    """Return the one unit that the titles of a list name, and say so, where no column of it tells where rows are."""
    intake = reader.intake
    if intake.filled(WHERE):
        return None
    sheet = reader.row.sheet
    if sheet not in intake.units:
        named = {
            text: find_unit(intake.area, text).unit
            for title in intake.titles.get(sheet, ())[1:]
            for text in _units(title)
        }
        units = {unit for unit in named.values() if unit}
        intake.units[sheet] = next(text for text, unit in named.items() if unit) if len(units) == 1 else ""
    text = intake.units[sheet]
    if not text:
        return None
    problem = Phrase("it stands under {text!r}, and names no place that is known itself", text=text)
    reader.say("unit", problem, Phrase("look whether it is right"))
    return intake.locate(unit=text)


WHERE = ("unit", "unit_code", "place", "coordinates", "latitude")
"""Fields that say where a row is."""
_OF_A_UNIT = re.compile(
    rf"(?<!\w){_KIND}\s*([^\W\d_][\w-]+)|"
    rf"(?<!\w)([^\W\d_][\w-]+?)(?:ск(?:ого|ий|ому|ом)\s+район\w*|\s+{alternatives('kind behind a unit')})(?!\w)",
    re.I,
)
"""A unit with its kind in a title."""


def _units(title: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in _OF_A_UNIT.finditer(title)]


def _in_address(reader: Reader) -> Whereabouts:
    """Return the unit and the place that the row's address names, and say so: it has no columns for them."""
    area, text = reader.intake.area, reader.text("address")
    read = whereabouts(area, text) if text and not hides_place(text) else Whereabouts("", "")
    if read.unit or read.country:
        where = coded_unit(area, read.unit) if read.unit else country_name(read.country)
        problem = Phrase("the address says where it is: {unit}", unit=where)
        reader.say("address", problem, Phrase("look whether it is right"), "note")
    elif read.several:
        places = Several(coded_unit(area, code) for code in read.several)
        reader.say("address", Phrase("names several places: {places}", places=places), Phrase("write a row for each"))
    return read


def _site(reader: Reader, name: str, names: dict[str, str], located: Located, key: str) -> RowSite:
    """Meet or make the organization, and make the row's location."""
    intake, source = reader.intake, reader.source
    phones = _numbers(reader, "phone", located.country, located.unit)
    mails = reader.take("email", parsers.emails) or []
    if not mails:  # one cell for all by which somebody is reached
        mails = [mail for text in _MAIL.findall(reader.text("phone")) for mail in parsers.emails(text)]
    place = record_id(source, "location", key)
    signs = Signs(frozenset(phone.number for phone in phones), frozenset(mails), located.unit)
    people = [
        mail for mail in mails if parsers.is_of_person(mail, _people_of(reader), " ".join((name, *names.values())))
    ]
    mails = [mail for mail in mails if mail not in people]
    if people:
        problem = Phrase("the mail address is that of a person")
        reader.say("email", problem, Phrase("it is for custodians only; ask for that of the organization"))
    own = record_id(source, "organization", name_key(name), *_of_its_country(name, located))
    called = [name, *names.values()]
    body = _met(reader, called, own, place, signs)
    mine = body is None or body.id == own
    body = body or Body(own, name)
    audience = reader.audience() if reader.tells_status() else "custodian"
    location = Location.of_read(
        id=place,
        organization_id=body.id,
        name=_place_name(reader),
        area_unit=located.unit,
        latitude=None if located.precision == "unit" else located.lat,
        longitude=None if located.precision == "unit" else located.lon,
        country=located.country or intake.area.code,
        position_basis="given" if located.precision == "exact" else located.precision,
        precision=_precision(reader, located),
        audience=audience,
    )
    site = RowSite(reader, body, phones, audience, location, key, Told(body.id, called, ToldPlace.of(location)))
    site.mails_of_people = "; ".join(people)
    if mine and body.id not in intake.made:
        faults = reader.faults
        site.told.organization = Organization.of_read(
            id=body.id,
            name=name,
            kind=_kind(reader),
            email=next(iter(mails), None),
            website=reader.take("website", parsers.website),
            audience="custodian",
        )
        site.told.doubts = reader.faults > faults
    for record in _translated("organization", body.id, "name", names, source):
        if body.called.get(record.language, record.id) == record.id:
            site.add(record)  # where another list named it in this language, that name stands
            site.told.called[record.language] = record.id
    site.rows.append(_from(reader, "organization", body.id, name_key(name)))
    return site


def _of_its_country(name: str, located: Located) -> tuple[str, ...]:
    """Return the country abroad that tells a body from others whose name is but a kind of help: "Hotline"."""
    return (located.country,) if located.country and match_term("service_types", name) is not None else ()


_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}", re.ASCII)


def _met(reader: Reader, names: list[str], own: str, place: str, signs: Signs) -> Body | None:
    """Return the body that the row is about, if it is known: by name with a sign in common, or from the same list."""
    known = reader.intake.known
    called = known.called(names)
    pool = {body.id: body for body in (*called, *(b for name in names for b in known.alike(name)))}
    if own in known.bodies:
        pool = {own: known.bodies[own]} | pool
    if known.places.get(place) in pool:
        return pool[known.places[place]]  # it was met when the list came before
    body = next((body for body in pool.values() if body.shares(signs)), pool.get(own))
    if body is None and called:
        candidates = Several(candidate.name for candidate in called[:3])
        reader.say(
            "organization",
            Phrase("another list has {candidates} too, without a phone, mail or unit in common", candidates=candidates),
            Phrase("are they one?"),
        )
    return body


def _place_name(reader: Reader) -> str | None:
    name = reader.any_text("place_name")
    return reader.harmless("place_name", name) or None if name else None


def _precision(reader: Reader, located: Located) -> Precision:
    """Return how closely the place may be shown: as the row says, and never closer than it is known."""
    for name in ("address", "place", "unit", "place_name"):
        if hides_place(reader.any_text(name)):
            reader.say(name, Phrase("the address is not to be told"), Phrase("the place is shown to nobody"), "note")
            return "none"
    if located.precision not in ("exact", "place") or reader.withholds("address"):
        return "area" if located.unit else "none"
    columns = reader.intake.columns
    if not columns.precisions:
        return "exact"
    known = {word.casefold().strip(): precision for word, precision in columns.precisions.items()}
    text = reader.text("precision").casefold()
    if text not in known:
        reader.say(
            "precision",
            Phrase("{text!r} does not say how closely the place may be shown", text=text),
            Phrase("no place is shown"),
        )
    return known.get(text, "none")


def _kind(reader: Reader) -> str | None:
    text = reader.text("organization_kind")
    match = match_term("organization_types", text) if text else None
    return match.code if match else None


def _services(site: RowSite, children: list[Reader] | None) -> Iterator[RowService]:
    """Yield the services that a row names: in a cell, in columns that say yes or no, or in rows of another sheet."""
    reader = site.reader
    reader.say_remarked()
    if reader.intake.columns.shape == "place":
        yield from _ticked(reader)
    elif children is None and reader.intake.fillings["service"] is None:
        yield from (RowService(reader, code) for code in _of_grown_ups(reader, _kind_beside(reader)))
    else:
        for source in children if children is not None else [reader]:
            if source is not reader:
                source.say_remarked()
                _say_unread(source)
            yield from _in_words(source, by_itself=source is reader)


def _say_unread(reader: Reader) -> None:
    """Say what the row of a service on another sheet tells of its place or body: that is read in their own row."""
    for name in OF_PLACE:
        if reader.text(name):
            fix = Phrase("write it into the row of the organization")
            reader.say(name, Phrase("stands in the row of a service, where it is not read"), fix)


def _ticked(reader: Reader) -> Iterator[RowService]:
    """Yield the services whose columns say yes."""
    for column, code in reader.intake.columns.services.items():
        text = reader.row.text([column])
        answer, more = parsers.answered(text)
        try:
            there = bool(text) and not parsers.is_blank(text) and parsers.yes_no(answer)
            if more and there and parsers.standing(more):
                there = False
            if more:
                besides = Phrase("it says {text!r}", text=more)
                problem = Phrase("{column}: {problem}", column=column, problem=besides)
                reader.say("service", problem, Phrase("look whether it is right"))
        except parsers.Unreadable as error:
            problem = Phrase("{column}: {problem}", column=column, problem=error.problem)
            reader.say("service", problem, error.fix, "refused")
            continue
        if there:
            yield RowService(reader, code)


def _in_words(reader: Reader, *, by_itself: bool) -> Iterator[RowService]:
    """Yield the services that a row has words for; one ``by_itself`` may tell what it is by its name."""
    codes, words = reader.terms("service", "service_types")
    codes = _of_grown_ups(reader, codes or (_line_by_name(reader) if words and by_itself else []))
    for code in codes:
        yield RowService(reader, code, reader.text("service") if len(codes) == 1 else "")
    for word in words:
        problem = Phrase("{text} is no kind of help that we know", text=_short(word))
        reader.say_unknown(word, problem)
    if not codes and not words and not by_itself:
        reader.say("service", Phrase("the row names no service"), Phrase("ask the sender what is offered there"))


def _of_grown_ups(reader: Reader, codes: list[str]) -> list[str]:
    """Return kinds of help where one for children, as a day centre, is another for grown people alone."""
    other = {code: grown for code in codes if (grown := _kinds_of_grown_ups().get(code))}
    if not other:
        return codes
    groups = set(reader.terms("serves", "beneficiaries", text=_groups_in(reader, "serves"))[0])
    groups = groups or {code for name in ("service", "organization") for code in _groups_named(reader.any_text(name))}
    ages = parsers.aged(reader.text("serves")).ages
    young = groups & (MINORS | {"HH-DEP"})
    if young or not ("AGE-OLD" in groups or (ages and (ages.least or 0) >= parsers.AGES["AGE-ADU"][0])):
        return codes
    for code, grown in other.items():
        problem = Phrase("for grown people it is not {kind}", kind=coded("service_types", code))
        fix = Phrase(
            "it counts as {meant}; put its kind into the map if that is wrong", meant=coded("service_types", grown)
        )
        reader.say("service", problem, fix)
    return list(dict.fromkeys(other.get(code, code) for code in codes))


@cache
def _kinds_of_grown_ups() -> dict[str, str]:
    """Return kinds of help for children -> what they are called where they are for grown people alone."""
    terms = Vocabulary.load("service_types").terms()
    return {term.code: grown for term in terms if (grown := term.details.get("of_grown_ups", ""))}


def _groups_named(text: str) -> tuple[str, ...]:
    return composed("beneficiaries", text).codes if text else ()


def _kind_beside(reader: Reader) -> list[str]:
    """Return the kind of help that the name of a body tells, or what its part of the list is called; else none."""
    for text in (reader.any_text("organization"), reader.row.under, reader.row.sheet):
        codes = composed("service_types", text).codes if text else ()
        if len(codes) == 1:
            named = Vocabulary.load("service_types").term(codes[0])
            problem = Phrase(
                "no column tells the kind of help: {text} is taken for {term}",
                text=_short(text),
                term=Coded(named.code, named.labels),
            )
            reader.say("service", problem, Phrase("put it into the map if that is wrong"))
            return [*codes]
    return []


def _line_by_name(reader: Reader) -> list[str]:
    """Return that a row is of a line for all who call, by its name, where its words tell but what people call about."""
    return _kind_beside(reader) if composed("service_types", reader.any_text("organization")).codes == _LINE else []


_LINE = ("IDN-HOT",)


def _short(word: str) -> Quoted:
    return Quoted(word if len(word) <= 80 else word[:79] + "…")


def _add_service(site: RowSite, named: RowService) -> None:
    """Add a service at the place of a row, with all its parts."""
    reader, owner, code, source = named.reader, site.reader, named.code, site.reader.source
    key = "|".join(filter(None, (site.key, _key_of_child(site, reader), code)))
    service = record_id(source, "service", key)
    descriptions, description = _descriptions(reader)
    status = _status(reader, owner)
    audience = reader.narrowed(site.audience) if reader.tells_status() else "custodian"
    if audience != site.audience:  # the place must not tell where a service is that fewer may know
        site.location.audience = strictest(site.location.audience, audience)
    ages = _ages(reader)
    labels = _labels("service_types", code, reader.intake.area.languages)
    own_word = "" if named.written in {code, *labels.values()} else reader.harmless("service", named.written)
    name = labels.get("en") or next(iter(labels.values()))
    fees, terms_of_use = _terms_of_use(reader, service)
    term = Vocabulary.load("service_types").term(code)
    at = {
        "id": record_id(source, "service_at_location", key),
        "service_id": service,
        "location_id": site.location.id,
        "role": "mobile_stop" if term.location_kind == "mobile" else "delivery",
        "audience": audience,
    }
    kind = {
        "id": record_id(source, "attribute", key, "type"),
        "link_id": service,
        "link_entity": "service",
        "link_type": "service_type",
        "taxonomy_term_id": term_id(term),
    }
    site.rows.append(
        _service_like(name, own_word, audience, status, description, fees, ages).under(service, site.body.id)
    )
    site.rows.append((ServiceAtLocation, row_of_checked(ServiceAtLocation)(at)))
    site.rows += [_from(reader, "service", service, key), (Attribute, row_of_checked(Attribute)(kind))]
    site.add_parts(service, _names(code, reader.intake.area.languages))
    site.add(*_translated("service", service, "description", descriptions, source))
    site.add_parts(service, reader.described(("serves", "excludes", "ages"), reader, _people, ages))
    numbers = [*_phones(site, site.numbers_of(reader), service, audience)]
    site.rows += numbers
    site.told.place.services.append(ToldService(service, key, code, tuple(_NUMBER(row) for _, row in numbers)))
    site.add_parts(service, _hours(reader, owner, audience))
    site.add_parts(service, reader.described(("languages",), owner, _languages))
    site.add(*terms_of_use)
    site.add(*_coverage(reader, service))
    site.add_parts(service, reader.described(STANDING, owner, _standing, audience))
    site.add(*checklist(reader, owner, service, audience))


@lru_cache(maxsize=2_000)
def _service_like(
    name: str, own_word: str, audience: Audience, status: Any, description: str, fees: str, ages: parsers.AgeRange
) -> Part:
    """Return a service, before it is known of which organization; many rows have one that is alike."""
    record = Service(
        id="",
        name=name,
        alternate_name=own_word or None,
        description=description or None,
        status=status,
        fees_description=fees or None,
        minimum_age=ages.least,
        maximum_age=ages.most,
        audience=audience,
    )
    return Part.like(record, (), "organization_id")


def _key_of_child(site: RowSite, reader: Reader) -> str:
    """Return what tells a row of another sheet from others of the same place; nothing for the row of the place."""
    if reader is site.reader:
        return ""
    return reader.row.text([reader.intake.columns.sheets.parent_key]) or str(reader.row.number)


def _descriptions(reader: Reader) -> tuple[dict[str, str], str]:
    """Return what the public reads in each language that the list has it in, and the first or only one of them."""
    texts = reader.translations("description")
    harmless = {language: text for language, whole in texts.items() if (text := reader.harmless("description", whole))}
    text = reader.text("description")
    if harmless or not text:
        return harmless, first_of(harmless.values())
    return harmless, reader.harmless("description", text)


def _status(reader: Reader, owner: Reader) -> str:
    """Return the status of a service: what a remark, the row of its place or its own says first that it is not open."""
    statuses = (owner.closing() or "active", *(row.status() for row in reversed(_readers(reader, owner))))
    return next((status for status in statuses if status != "active"), "active")


_NUMBER = telling(Phone, "number")
OF_PLACE = ("organization", "email", "website", "place", "unit", "address", "coordinates", "latitude", "longitude")
"""Fields that are read in the row of a place alone."""
STANDING = ("verified_on", "verified_how", "verified_by", "capacity", "funded_until", "funder")
"""Fields that say how a service stands."""


@lru_cache(maxsize=2_000)
def _names(code: str, languages: tuple[str, ...]) -> tuple[Part, ...]:
    """Return the names of a service of a kind of help."""
    return tuple(
        Part.like(
            Translation(id="", link_id="", link_entity="service", field="name", language=language, text=text),
            ("name", language),
            "link_id",
        )
        for language, text in _labels("service_types", code, languages).items()
        if text
    )


def _ages(reader: Reader) -> parsers.AgeRange:
    """Return the ages of those who are helped: those of the column of ages, else those of the words for whom it is."""
    if not reader.intake.filled(OF_AGES):
        return _ALL_AGES
    own = reader.take("ages", parsers.age_range)
    text = _without_labels(reader)
    read = parsers.aged(text)
    if own is not None and own != _ALL_AGES:
        if read.ages and not _within(own, read.ages):
            ages, words = Quoted(_written(own)), Quoted(text)
            problem = Phrase("the ages are {ages}, and the words for who is helped {words}", ages=ages, words=words)
            reader.say("ages", problem, Phrase("ask which holds; the column of ages counts"))
        return own
    if read.ages:
        problem = Phrase("{text!r} is read as ages {ages}", text=text, ages=_written(read.ages))
        reader.say("serves", problem, Phrase("look whether it is right"), "note")
        return read.ages
    if read.unread:
        problem = Phrase("{text!r} names ages that do not hold for all who are helped", text=text)
        reader.say("serves", problem, Phrase("no ages kept; say from which age to which the service takes people"))
    return _ALL_AGES


def _without_labels(reader: Reader) -> str:
    """Return the words for whom it is with groups by their short English names where labels that tell ages name them.

    Ages within a label are the group's: they are no limits of the service in one language and not in another.
    """
    text = reader.text("serves")
    for label, name in _labels_with_ages():
        text = text.replace(label, name)
    return text


@cache
def _labels_with_ages() -> list[tuple[str, str]]:
    """Return every label of a group that holds a number, in any language, and the group's name in English without."""
    terms = Vocabulary.load("beneficiaries").terms()
    labels = [(label, term.label("en").partition(" (")[0]) for term in terms for label in term.labels.values()]
    return [(label, name) for label, name in labels if re.search(r"\d", label)]


_ALL_AGES = parsers.AgeRange(None, None)
OF_AGES = ("ages", *PARTED["ages"], "serves")
"""Fields that tell the ages of those who are helped."""


def _written(ages: parsers.AgeRange) -> str:
    return f"{ages.least}+" if ages.most is None else f"{ages.least or 0}–{ages.most}"


def _within(ages: parsers.AgeRange, others: parsers.AgeRange) -> bool:
    most = parsers.OLDEST if ages.most is None else ages.most
    return (ages.least or 0) >= (others.least or 0) and (others.most is None or most <= others.most)


def _groups_in(reader: Reader, name: str) -> str:
    """Return what the text of a field says of who is helped, without ages and without those who are left out.

    A text with words of the map stays whole where these hold such things: they come first.
    """
    text = reader.text(name)
    whole = fold_header(text)
    if any(word in whole and parsers.for_whom(word) != word for word in reader.intake.meant.get(name, ())):
        return text
    return parsers.for_whom(text)


_SUCH = re.compile(
    r"^(?:those|people|persons?|anyone|лиц\w*|люд\w*|тех)\b,?\s+(?:(?:who|кто)\s+)?(?:with|have|has|с|со|имею\w+|страда\w+)\s+",
    re.I,
)


def _refused(who: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the groups that are left out, by their codes, and words for none.

    Who is left out is never more than was said: words make up a group only if it is just one and says all that they
    say, and no ages stand beside them.
    """
    codes, words = list[str](), list[str]()
    for part in (part for named in who for part in parsers.split_list(named)):
        match = match_term("beneficiaries", part) or match_term("beneficiaries", _SUCH.sub("", part))
        made = composed("beneficiaries", part)
        if re.search(r"\d", part) and not (match and match.how in ("label", "synonym")):
            words.append(part)
        elif match:
            codes.append(match.code)
        elif len(made.codes) == 1 and made.whole:
            codes += made.codes
        else:
            words.append(part)
    return codes, words


def _people(reader: Reader, _owner: Reader, ages: parsers.AgeRange) -> Iterator[Part]:
    """Yield whom the service helps and whom it does not."""
    out = parsers.left_out(reader.text("serves"))
    refused, unread = _refused(out.who)
    served, words = reader.terms("serves", "beneficiaries", text=_groups_in(reader, "serves"))
    of_ages, _ = reader.terms("ages", "beneficiaries", text=_groups_in(reader, "ages"))
    named = parsers.age_groups(dict.fromkeys((*served, *of_ages)), ages)
    served = [code for code in named if code not in refused]
    if not served and all(parsers.says_everybody(word) for word in words):
        words = []  # without a group it is for everybody
    words = [*words, *out.unclear, *unread]
    excluded, conditions = reader.terms("excludes", "beneficiaries", named=True)
    for code in (code for code in served if code in excluded):
        labels = Vocabulary.load("beneficiaries").term(code).labels
        both = Coded(labels["en"], labels)
        problem = Phrase("{group} stand among those who are helped and among those who are not", group=both)
        reader.say("excludes", problem, Phrase("ask which holds; until then they are taken as not helped"))
    links: tuple[tuple[Literal["serves", "excludes"], list[str]], ...] = (
        ("serves", served),
        ("excludes", list(dict.fromkeys([*excluded, *refused]))),
    )
    for link, codes in links:
        for code in codes:
            term = term_id(Vocabulary.load("beneficiaries").term(code))
            group = Attribute(id="", link_id="", link_entity="service", link_type=link, taxonomy_term_id=term)
            yield Part.like(group, (link, code), "link_id")
    for word in conditions:
        if parsers.says_nobody(word):
            continue
        condition = match_term("conditions", word)
        if condition is None:
            _say_unknown(reader, "excludes", word)
            continue
        labels = _labels_with_english("conditions", condition.code, reader.intake.area)
        attribute = Attribute(id="", link_id="", link_entity="service", link_type="excludes", value=labels["en"])
        yield Part.like(attribute, ("excludes", condition.code), "link_id")
    for word in words:
        _say_unknown(reader, "serves", word)


def _say_unknown(reader: Reader, link: str, word: str) -> None:
    reader.say(
        link,
        Phrase("{word!r} is no group that we know", word=word),
        Phrase("it was left out; write a code into [words.{link}]", link=link),
    )


def _abroad(site: RowSite) -> str:
    """Return the country of a place abroad; empty for one at home."""
    country = site.location.country or ""
    return country if country != site.reader.intake.area.code else ""


def _numbers_of(site: RowSite, reader: Reader, phones: Sequence[parsers.PhoneValue]) -> list[RowNumber]:
    """Return the numbers that a row of a place or of its service says, and say which of them are shown to nobody."""
    area, unit, country = site.reader.intake.area, site.location.area_unit, _abroad(site)
    more = _numbers(reader, "phone_international", country, unit)
    fax = _numbers(reader, "fax", country, unit)
    home = area.phone_country
    written = reader.take("messenger", parsers.accounts, country or home) or []
    accounts = [*written, *parsers.accounts_among(reader.text("phone"))]
    answered = {phone.number for phone in (*phones, *more) if not phone.fax}
    dialled = [*fax, *phones, *more]
    numbers = {
        phone.number: (phone.extension, "/".join(phone.apps) or ("voice" if phone.number in answered else "fax"))
        for phone in dialled
    }
    numbers |= {number: (None, "text") for number in numbers if number.startswith(parsers.SMS)}
    numbers |= {account.url: (None, account.app) for account in accounts}
    hidden = {phone.number for phone in dialled if hides_number(phone.note)}
    own = hidden | _carried(reader, phones, hidden)
    if numbers and any(row.withholds("phone") for row in _readers(reader, site.reader)):
        own = {*numbers}
    elif hidden:
        problem = Phrase("words beside a number ask that it be shown to nobody")
        reader.say("phone", problem, Phrase("it is for custodians only, whatever is approved"))
    return [RowNumber(number, extension, kind, number in own) for number, (extension, kind) in numbers.items()]


def _carried(reader: Reader, phones: Sequence[parsers.PhoneValue], hidden: set[str]) -> set[str]:
    """Return the mobile numbers of somebody who is named beside them, but for those that are hidden, and say so."""
    noted = [phone for phone in phones if phone.note]
    if not noted:
        return set()
    if parsers.names_person(reader.text("phone")):
        noted = [*phones]
    else:
        who = {word for word in tokens(_people_of(reader)) if len(word) > SHORT_OF_NAME}
        noted = [phone for phone in noted if not who.isdisjoint(tokens(phone.note))]
    carried = {phone.number for phone in noted if parsers.is_carried(phone.number)} - hidden
    if carried:
        problem = Phrase("somebody is named beside a mobile number")
        fix = Phrase("it is for custodians only, whatever is approved; ask for the number of the office")
        reader.say("phone", problem, fix)
    return carried


SHORT_OF_NAME = 2
"""Letters of a word by which nobody who is to be asked for is known: an initial, "of"."""


def _phones(site: RowSite, numbers: Sequence[RowNumber], service: str, audience: Audience) -> Iterator[RecordRow]:
    """Yield the numbers of a service; a new public number needs two people who called it back."""
    source, called = site.reader.source, site.reader.intake.known.phones
    made, own_id = row_of_read(Phone), ids_of(source, Phone.table)
    for number, extension, kind, own in numbers:
        seen_by = audience if (source in called or number in called) and not own else "custodian"
        values = {"service_id": service, "number": number, "extension": extension, "type": kind, "audience": seen_by}
        yield Phone, made(own_id(f"{service}\x1f{number}"), values)


def _hours(reader: Reader, owner: Reader, audience: Audience) -> tuple[Part, ...]:
    """Return opening hours; words that could not be read stay private, they may hold anything."""
    heading = first_of(map(_round_the_clock, _readers(reader, owner)))
    return reader.described(("hours", "utc_offset"), owner, _schedules, heading, audience)


def _schedules(reader: Reader, place: Reader, heading: str, audience: Audience) -> Iterator[Part]:
    """Yield opening hours; ``heading`` is that of a column which says that it is open day and night."""
    owner = reader if reader.text("hours") else place
    offset = place.take("utc_offset", parsers.utc_offset)
    if offset is None:
        offset = parsers.moscow_time(owner.text("hours"))[1]
    spans = owner.take("hours", _hours_told, owner.intake.area.languages) or []
    if heading:
        always = parsers.hours("24/7")
        if spans and spans != always:
            owner.say_of(
                heading,
                Phrase("says yes, and the hours are {hours!r}", hours=owner.text("hours")),
                Phrase("ask which holds; no hours kept"),
            )
            return
        spans = always
    for number, span in enumerate(spans):
        if span.doubt:
            owner.say("hours", span.doubt, Phrase("look whether it is right"), "note")
        schedule = Schedule(id="", timezone=offset, audience=audience, **span.fields())
        yield Part.like(schedule, (number,), "service_id")


def _hours_told(text: str, languages: tuple[str, ...]) -> list[parsers.HoursValue]:
    """Read hours, whatever time they are told in."""
    return parsers.hours(parsers.moscow_time(text)[0], languages)


def _readers(reader: Reader, owner: Reader) -> tuple[Reader, ...]:
    """Return the row of a service and that of its place, where it is another."""
    return (reader,) if reader is owner else (reader, owner)


def _round_the_clock(reader: Reader) -> str:
    """Return the column, folded, that asks whether it is open day and night and is answered with yes; else nothing."""
    cells = reader.row.cells
    return first_of(heading for heading in _asking_round_the_clock(tuple(cells)) if says_yes(cells[heading]))


@lru_cache(maxsize=1_000)
def _asking_round_the_clock(headings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(ROUND_THE_CLOCK.search, headings))


def _labels_with_english(taxonomy: str, code: str, area: StudyArea) -> Mapping[str, str]:
    """Return the label of a term in English, which records hold, and in every language of a study area."""
    return _labels(taxonomy, code, tuple(dict.fromkeys(("en", *area.languages))))


@lru_cache(maxsize=2_000)
def _labels(taxonomy: str, code: str, languages: tuple[str, ...]) -> Mapping[str, str]:
    """Return the label of a term in some languages; rows name few different terms."""
    terms = Vocabulary.load(taxonomy)
    return MappingProxyType({language: str(terms.label(code, language)) for language in languages})


def _languages(reader: Reader, owner: Reader) -> Iterator[Part]:
    """Yield languages; those that are said of the whole place hold for each of its services."""
    spoken = reader if reader.text("languages") else owner
    of_area = reader.intake.area.languages
    for code in spoken.take("languages", parsers.language_codes, of_area[0], of_area) or []:
        yield Part.like(Language(id="", code=code), (code,), "service_id")


def _terms_of_use(reader: Reader, service: str) -> tuple[str, list[Record]]:
    """Return what is said of the cost, which stands with the service too, and the records of cost and papers."""
    source, fees, records = reader.source, "", list[Record]()
    if not reader.intake.filled(("cost", "documents")):
        return fees, records
    money = reader.intake.area.money
    cost = reader.take("cost", _price, money, _asks_of_cost(reader.column("cost")))
    if cost is not None:
        texts = parsers.price_words(cost, money) or {"en": reader.harmless("cost", cost.text)}
        fees = texts["en"]
        spoken = {language: text for language, text in texts.items() if language in reader.intake.area.languages}
        records += _translated("service", service, "fees_description", spoken, source)
        records.append(
            CostOption(
                id=record_id(source, "cost_option", service),
                service_id=service,
                option=cost.kind,
                amount=cost.amount,
                currency=cost.currency,
            )
        )
    codes, words = reader.papers()
    for code in codes:
        labels = _labels_with_english("documents", code, reader.intake.area)
        paper = record_id(source, "required_document", service, code)
        records.append(RequiredDocument(id=paper, service_id=service, document=labels["en"]))
        records += _translated("required_document", paper, "document", labels, source)
    for word in words:
        reader.say(
            "documents",
            Phrase("{word!r} is no paper that we know", word=word),
            Phrase("it was left out; write a code into [words.documents]"),
        )
    return fees, records


_FREE = re.compile(rf"\b{alternatives('free of charge')}", re.I)
_PAID = re.compile(rf"\b{alternatives('for money')}", re.I)


def _asks_of_cost(heading: str) -> str:
    """Return whether a yes under a heading means "free" or "paid"; nothing where it could mean either."""
    free, paid = _FREE.search(heading), _PAID.search(_FREE.sub("", heading))
    return "" if bool(free) == bool(paid) else "free" if free else "paid"


def _price(text: str, money: parsers.Money, asks: str) -> parsers.CostValue | None:
    """Read what something costs; yes and no answer what the heading asks."""
    if asks:
        with suppress(parsers.Unreadable):
            return parsers.cost("free" if parsers.yes_no(text) == (asks == "free") else "by tariff", money)
    return parsers.cost(text, money)


def _coverage(reader: Reader, service: str) -> Iterator[Record]:
    """Yield the units that are served from here: those it says, else all that it names as where it is."""
    area = reader.intake.area
    units: dict[str, None] = {}
    for part in reader.parts("covers", "service_types"):
        named = units_served(area, part)
        units |= dict.fromkeys(named)
        if not named:
            reader.say("covers", Phrase("{part!r} is no unit that we know", part=part), Phrase("check the name"))
    if not reader.text("covers"):
        beside = units_served(area, reader.any_text("unit"))
        units |= dict.fromkeys(beside) if len(beside) > 1 or beside == (area.code,) else {}
    for unit in units:
        yield ServiceArea(
            id=record_id(reader.source, "service_area", service, unit),
            service_id=service,
            area_unit=unit,
            name=area.label(unit, "en"),
        )


def _standing(reader: Reader, owner: Reader, audience: Audience) -> Iterator[Part]:
    """Yield when it was checked, how many it takes, who pays: the last two for partners at most."""
    day = owner.day("verified_on", past=True)
    how = match_term("verification", owner.text("verified_how")) if owner.text("verified_how") else None
    level = how.code if how else ("self-reported" if day else "unverified")
    assessor = owner.text("verified_by") or None
    check = Verification.alike(
        {"id": "", "link_id": ""}, link_entity="service", level=level, verified_on=day, verified_by=assessor
    )
    yield Part.like(check, (), "link_id")
    yield from _capacity(reader, day, audience)
    until = reader.day("funded_until", of_period="last")
    if until is not None or reader.text("funder"):
        funder = reader.text("funder") or None
        funding = Funding(id="", source=funder, valid_to=until, audience=strictest(audience, "partner"))
        yield Part.like(funding, (), "service_id")


def _capacity(reader: Reader, day: dt.date | None, audience: Audience) -> Iterator[Part]:
    """Yield how many it takes; without a day of checking, the directory says since when this is known."""
    capacity = reader.take("capacity", parsers.capacity)
    if capacity is None:
        return
    number, text = capacity.number, reader.text("capacity")
    if number is None and capacity.free is None:
        problem = Phrase("{text} says no number", text=_short(text))
        reader.say("capacity", problem, Phrase("ask how many it takes when it is not full"))
        return
    most = None if number is None else number.most or number.value
    if most in OF_UNKNOWN:
        problem = Phrase("{text} may stand for what is not known", text=_short(text))
        reader.say("capacity", problem, Phrase("ask how many it takes when it is not full"))
        return
    if number is not None and (number.most or number.about):
        problem = Phrase("{text}: {number} at most", text=_short(text), number=most or 0)
        reader.say("capacity", problem, Phrase("look whether it is right"), "note")
    free = most if capacity.free is None else capacity.free
    places = ServiceCapacity(
        id="",
        available=free or 0,
        maximum=most,
        description=" ".join(filter(None, (capacity.counted, capacity.every and f"a {capacity.every}"))) or None,
        updated=day,
        audience=strictest(audience, "partner"),
    )
    yield Part.like(places, (), "service_id")


OF_UNKNOWN = (998, 999, 9998, 9999, 99999)
"""Numbers that surveys write where nobody knows."""


def _place(site: RowSite) -> None:
    """Add the row's place: its point, address, entrance, and whom to ask for."""
    reader, location = site.reader, site.location
    if not site.told.place.services:
        fix = Phrase("mend the row and send it again")
        reader.refuse("service", Phrase("no service could be read from the row"), fix)
        return

    def own(kind: type[Record]) -> str:
        return record_id(reader.source, kind.table, site.key)

    site.add(location)
    names = {lang: text for lang, text in reader.translations("place_name").items() if not TELLING.search(text)}
    site.add(*_translated("location", location.id, "name", names, reader.source))
    _add_address(site, own(Address))
    if reader.text("accessible"):
        ramp = reader.take("accessible", parsers.yes_no)
        if ramp is not None:
            text = "Step-free entrance" if ramp else "Steps at the entrance"
            site.add(Accessibility(id=own(Accessibility), location_id=location.id, description=text))
    who, mails = _people_of(reader), site.mails_of_people
    if who or mails:
        about = {"location_id": location.id, "name": who or None, "email": mails or None}
        site.add(Contact(id=own(Contact), **about, audience="custodian"))


def _people_of(reader: Reader) -> str:
    """Return who answers, as the row says it in a column or beside the name of the body."""
    return reader.text("contact") or parsers.without_people(reader.text("organization"))[1]


def _add_address(site: RowSite, own: str) -> None:
    """Add the address, unless it is none or must not be told."""
    reader, location, address = site.reader, site.location, site.reader.text("address")
    if points_elsewhere(address):
        problem = Phrase("{text} is the address of something else", text=_short(address))
        reader.say("address", problem, Phrase("no address is kept; write it in full"))
    elif address and not parsers.is_blank(address) and not hides_place(address):
        index, address = postal_code(address)
        # An address that names a ward or a number says more than where the door is.
        shown = bool(reader.harmless("address", address)) and not reader.withholds("address")
        site.told.place.street = address
        site.add_read(
            Address,
            own,
            location_id=location.id,
            address_1=address,
            city=reader.any_text("place"),
            postal_code=index,
            country=location.country or "",
            audience=location.audience if shown else "custodian",
        )


def _translated(entity: str, record: str, name: str, texts: Mapping[str, str], source: str) -> list[Translation]:
    return [
        Translation.alike(
            {"id": record_id(source, "translation", record, name, language), "link_id": record},
            link_entity=entity,
            field=name,
            language=language,
            text=text,
        )
        for language, text in texts.items()
        if text
    ]


def _from(reader: Reader, entity: str, record: str, key: str) -> RecordRow:
    """Return from which row a record came."""
    return Provenance, row_of_checked(Provenance)(reader.provenance(entity, record, key, named_by=entity))
