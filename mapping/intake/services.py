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
from functools import cached_property, lru_cache
from typing import Any

from mapping.area.addresses import points_elsewhere, postal_code
from mapping.area.geocode import Located
from mapping.batch import counted
from mapping.intake.activities import checklist
from mapping.intake.facts.groups import ages_of, people_helped
from mapping.intake.facts.kinds import RowService, services_named
from mapping.intake.facts.numbers import RowNumber, numbers_in, numbers_of, who_answers
from mapping.intake.facts.places import coverage, located_of, precision_of
from mapping.intake.row_keys import row_key, without_repeats
from mapping.intake.row_reader import (
    SHELTER,
    TELLING,
    Intake,
    Part,
    Reader,
    first_of,
    readers_of,
    shortened,
)
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.fold import alternatives, name_key, skeleton
from mapping.language.i18n import Phrase, listing
from mapping.language.parsers.permission import says_yes
from mapping.language.taxonomy import Vocabulary, labels_in, labels_with_english, match_term, term_id
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
    Provenance,
    Record,
    RequiredDocument,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    Translation,
    Verification,
    ids_of,
    record_id,
    strictest,
)
from mapping.quality.known_organizations import Body, Signs, Told, ToldPlace, ToldService
from mapping.quality.names import person_of
from mapping.record_tables import RecordRow, RecordTables, record_row, row_of_checked, row_of_read, telling
from mapping.safety.sensitive_text import hides_place

ROUND_THE_CLOCK = re.compile(
    r"24\s*/\s*7|\b24\s*(?:h(?:ours?|rs?)?\b|час|соат|saat)|(?:open|работает|works)[\s_]*24(?!\d)|круглосуточн|шабонар[ӯу]з|kecha.{0,4}kunduz|round.the.clock",
    re.I,
)
"""Headings of columns that ask whether something is open day and night."""


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

    @property
    def abroad(self) -> str:
        """The country of a place abroad; empty for one at home."""
        country = self.location.country or ""
        return country if country != self.reader.intake.area.code else ""

    @cached_property
    def numbers(self) -> list[RowNumber]:
        """The numbers and accounts of its services."""
        return numbers_of(self.reader, self.reader, self.phones, self.abroad, self.location.area_unit)

    def numbers_of(self, reader: Reader) -> list[RowNumber]:
        """Return those of a service: first what its own row on another sheet says, then those of its place."""
        if reader is self.reader:
            return self.numbers
        where = self.abroad, self.location.area_unit
        phones = numbers_in(reader, "phone", *where)
        own = {row.number: row for row in numbers_of(reader, self.reader, phones, *where)}
        return [*own.values(), *(row for row in self.numbers if row.number not in own)]


def read_services(rows: Sequence[SheetRow], intake: Intake, children: Mapping[str, list[Reader]]) -> None:
    """Read rows of services into the batch; those that must be set aside are noted, and give nothing."""
    intake.rows = rows
    uses: dict[str, int] = {}
    for reader in counted(without_repeats(rows, intake), len(rows), intake.progress):
        site = read_row(reader, children, row_key(reader, uses))
        if reader.reasons:
            intake.set_aside(reader)
        elif site is not None:
            _learn(intake, site.body, site.told)
            intake.batch.records.add(site.rows)


def _learn(intake: Intake, body: Body, mention: Told) -> None:
    """Keep the organization of a row once, and what the row tells of it for the rows after it."""
    if mention.organization is not None and body.id not in intake.made:
        intake.batch.records.add((record_row(mention.organization),))
    else:
        mention.organization = None
    intake.made.add(body.id)
    intake.known.learn_told(body, mention, intake.source_id)


def read_row(reader: Reader, children: Mapping[str, list[Reader]], key: str) -> RowSite | None:
    """Return what a row gives; one that must be set aside carries its reasons, and nothing of it counts."""
    if _is_of_somebody_helped(reader):
        return None
    names = {language: reader.unsigned(text) for language, text in reader.translations("organization").items()}
    name = first_of((reader.unsigned(parsers.without_people(reader.text("organization"))[0]), *names.values()))
    if not name:
        reader.refuse("organization", Phrase("the row names no organization"), Phrase("ask the sender who it is about"))
        return None
    located = located_of(reader)
    if reader.reasons:
        return None
    site = _site(reader, name, names, located, key)
    parent_key = reader.intake.columns.sheets.parent_key
    for service in services_named(reader, children.get(reader.row.text([parent_key]), []) if children else None):
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


def organizations_seen(records: RecordTables) -> None:
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


def _site(reader: Reader, name: str, names: dict[str, str], located: Located, key: str) -> RowSite:
    """Meet or make the organization, and make the row's location."""
    intake, source = reader.intake, reader.source
    phones = numbers_in(reader, "phone", located.country, located.unit)
    mails = reader.take("email", parsers.emails) or []
    if not mails:  # one cell for all by which somebody is reached
        mails = [mail for text in _MAIL.findall(reader.text("phone")) for mail in parsers.emails(text)]
    place = record_id(source, "location", key)
    signs = Signs(frozenset(phone.number for phone in phones), frozenset(mails), located.unit)
    people = [
        mail for mail in mails if parsers.is_of_person(mail, who_answers(reader), " ".join((name, *names.values())))
    ]
    mails = [mail for mail in mails if mail not in people]
    if people:
        problem = Phrase("the mail address is that of a person")
        reader.say("email", problem, Phrase("it is for custodians only; ask for that of the organization"))
    key_of_name = (name_key(name), *_of_its_country(name, located))
    own = record_id(source, "organization", *key_of_name)
    called = [name, *names.values()]
    town = skeleton(reader.any_text("place"))
    body = _met(reader, called, own, place, signs)
    if body is not None and body.id in intake.made and not _is_same(reader, body, signs, town):
        own = record_id(source, "organization", *key_of_name, town or located.unit or place)
        same = (other for other in intake.known.called(called) if other.id in intake.made)
        _say_namesakes(reader, body)
        body = next((other for other in same if _is_same(reader, other, signs, town)), None)
    mine = body is None or body.id == own
    body = body or Body(own, name)
    intake.towns[body.id].setdefault(town, reader.row.number)
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
        precision=precision_of(reader, located),
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


def _is_same(reader: Reader, body: Body, signs: Signs, town: str) -> bool:
    """Whether a row is about a body that this list named: by a number or mail in common, else by the town.

    Where no town is written, rows of different units with numbers of their own are of different bodies.
    """
    if body.phones & signs.phones or body.mails & signs.mails:
        return True
    towns = {*filter(None, reader.intake.towns[body.id])}
    if town and towns:
        return town in towns
    if signs.unit in body.units or not body.units or signs.unit is None:
        return True
    return not (body.phones and signs.phones)


def _say_namesakes(reader: Reader, body: Body) -> None:
    """Say that a row is of another body than an earlier one of the same name."""
    row = min(reader.intake.towns[body.id].values(), default=0)
    problem = Phrase("{name!r} stands in row {row} with another town or other numbers", name=body.name, row=str(row))
    reader.say("organization", problem, Phrase("they were read as two bodies; merge them if they are one"), "note")


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
        candidates = listing(candidate.name for candidate in called[:3])
        reader.say(
            "organization",
            Phrase("another list has {candidates} too, without a phone, mail or unit in common", candidates=candidates),
            Phrase("are they one?"),
        )
    return body


def _place_name(reader: Reader) -> str | None:
    name = reader.any_text("place_name")
    return reader.harmless("place_name", name) or None if name else None


def _kind(reader: Reader) -> str | None:
    text = reader.text("organization_kind")
    match = match_term("organization_types", text) if text else None
    return match.code if match else None


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
    ages = ages_of(reader)
    labels = labels_with_english("service_types", code, reader.intake.area.languages)
    own_word = "" if named.written in {code, *labels.values()} else reader.harmless("service", named.written)
    name = labels["en"]
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
    site.add_parts(service, reader.described(("serves", "excludes", "ages"), reader, people_helped, ages))
    numbers = [*_phones(site, site.numbers_of(reader), service, audience)]
    site.rows += numbers
    site.told.place.services.append(ToldService(service, key, code, tuple(_NUMBER(row) for _, row in numbers)))
    site.add_parts(service, _hours(reader, owner, audience))
    site.add_parts(service, reader.described(("languages",), owner, _languages))
    site.add(*terms_of_use)
    site.add(*coverage(reader, service))
    site.add_parts(service, reader.described(STANDING, owner, _standing, audience))
    site.add(*checklist(reader, owner, service, audience))


def _keep_without_kind(site: RowSite) -> None:
    """Keep a row that names somebody and no kind of help that we know, with its place, for custodians only."""
    reader, source = site.reader, site.reader.source
    reader.say(
        "service",
        Phrase("the row names no service"),
        Phrase("it is for custodians only until it has a kind: give it one, or add the word to the terms"),
    )
    key = f"{site.key}|without a kind"
    service = record_id(source, "service", key)
    site.location.audience = "custodian"
    written = reader.text("service")
    site.add_read(
        Service,
        service,
        organization_id=site.body.id,
        name=(written and reader.harmless("service", written)) or site.body.name,
        status=_status(reader, reader),
        audience="custodian",
    )
    site.add(
        ServiceAtLocation(
            id=record_id(source, "service_at_location", key),
            service_id=service,
            location_id=site.location.id,
            role="delivery",
            audience="custodian",
        ),
    )
    site.rows.append(_from(reader, "service", service, key))
    site.rows += _phones(site, site.numbers, service, "custodian")
    site.add_parts(service, _hours(reader, reader, "custodian"))
    site.add_parts(service, reader.described(("languages",), reader, _languages))
    site.add_parts(service, reader.described(STANDING, reader, _standing, "custodian"))


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
    statuses = (owner.closing() or "active", *(row.status() for row in reversed(readers_of(reader, owner))))
    return next((status for status in statuses if status != "active"), "active")


_NUMBER = telling(Phone, "number")
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
        for language, text in labels_in("service_types", code, languages).items()
    )


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
    heading = first_of(map(_round_the_clock, readers_of(reader, owner)))
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


def _round_the_clock(reader: Reader) -> str:
    """Return the column, folded, that asks whether it is open day and night and is answered with yes; else nothing."""
    cells = reader.row.cells
    return first_of(heading for heading in _asking_round_the_clock(tuple(cells)) if says_yes(cells[heading]))


@lru_cache(maxsize=1_000)
def _asking_round_the_clock(headings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(ROUND_THE_CLOCK.search, headings))


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
    cost = reader.take("cost", _price, money, asks_of_cost(reader.column("cost")))
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
        labels = labels_with_english("documents", code, reader.intake.area.languages)
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


def asks_of_cost(heading: str) -> str:
    """Return whether a yes under a heading means "free" or "paid"; nothing where it could mean either."""
    free, paid = _FREE.search(heading), _PAID.search(_FREE.sub("", heading))
    return "" if bool(free) == bool(paid) else "free" if free else "paid"


def _price(text: str, money: parsers.Money, asks: str) -> parsers.CostValue | None:
    """Read what something costs; yes and no answer what the heading asks."""
    if asks:
        with suppress(parsers.Unreadable):
            return parsers.cost("free" if parsers.yes_no(text) == (asks == "free") else "by tariff", money)
    return parsers.cost(text, money)


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
    if number is None:
        problem = Phrase("{text} says no number", text=shortened(text))
        reader.say("capacity", problem, Phrase("ask how many it takes when it is not full"))
        return
    most = number.most or number.value
    if most in OF_UNKNOWN:
        problem = Phrase("{text} may stand for what is not known", text=shortened(text))
        reader.say("capacity", problem, Phrase("ask how many it takes when it is not full"))
        return
    if number.most or number.about:
        problem = Phrase("{text}: {number} at most", text=shortened(text), number=most)
        reader.say("capacity", problem, Phrase("look whether it is right"), "note")
    places = ServiceCapacity(
        id="",
        available=most,
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
        if reader.reasons:
            return
        _keep_without_kind(site)

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
    who, mails = who_answers(reader), site.mails_of_people
    if who or mails:
        about = {"location_id": location.id, "name": who or None, "email": mails or None}
        site.add(Contact(id=own(Contact), **about, audience="custodian"))


def _add_address(site: RowSite, own: str) -> None:
    """Add the address, unless it is none or must not be told."""
    reader, location, address = site.reader, site.location, site.reader.text("address")
    if points_elsewhere(address):
        problem = Phrase("{text} is the address of something else", text=shortened(address))
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
