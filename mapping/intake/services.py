"""Rows of services and places become records of organizations, services and locations.

An organization's row gives one service for each kind of help that it names, at one place. Names of services are those
of our terms, in every language; the sender's own word stays beside them. What could give a hidden thing away stays
private: remarks and people are not read, and texts that hold numbers or names are not published.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from mapping.area.addresses import points_elsewhere, postal_code
from mapping.area.geocode import Located
from mapping.batch import counted
from mapping.intake.activities import checklist
from mapping.intake.disclosure import audience_of, narrowed, status_of, tells_status, withheld
from mapping.intake.facts.groups import ages_of, people_helped
from mapping.intake.facts.kinds import RowService, services_named
from mapping.intake.facts.numbers import RowNumber, numbers_in, numbers_of, who_answers
from mapping.intake.facts.places import located_of, precision_of, units_covered
from mapping.intake.row_keys import row_key, without_repeats
from mapping.intake.row_reader import Intake, Reader, first_of, shortened
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.fold import alternatives, name_key, skeleton
from mapping.language.i18n import Message, listing
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
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Translation,
    Verification,
    record_id,
    strictest,
)
from mapping.quality.known_organizations import Body, Signs, Told, ToldPlace, ToldService
from mapping.quality.names import person_of
from mapping.record_tables import RecordRow, RecordTables, record_row, row_of_read
from mapping.safety.sensitive_text import SHELTER, TELLING, hides_place

ROUND_THE_CLOCK = re.compile(
    r"24\s*/\s*7|\b24\s*(?:h(?:ours?|rs?)?\b|час|соат|saat)|(?:open|работает|works)[\s_]*24(?!\d)|круглосуточн|шабонар[ӯу]з|kecha.{0,4}kunduz|round.the.clock",
    re.I,
)
"""Headings of columns that ask whether something is open day and night."""


@dataclass
class RowSite:
    """What one row says of an organization and its place, before its services."""

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

    def add(self, kind: type[Record], *key: object, **values: Any) -> str:
        """Give a record, whose id is made of the sender and a key; return the id."""
        own = record_id(self.reader.source, kind.table, *key)
        self.rows.append((kind, row_of_read(kind)(own, values)))
        return own

    def add_texts(self, entity: str, record: str, name: str, texts: Mapping[str, str]) -> None:
        """Give a text of a record in several languages."""
        for language, text in texts.items():
            if text:
                about = {"link_id": record, "link_entity": entity, "field": name, "language": language, "text": text}
                self.add(Translation, record, name, language, **about)

    def add_source(self, reader: Reader, entity: str, record: str, key: str) -> None:
        """Give from which row a record came."""
        came_from = reader.provenance(entity, record, key, named_by=entity)
        self.rows.append((Provenance, row_of_read(Provenance)(came_from.pop("id"), came_from)))

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


@dataclass(frozen=True)
class RowPart:
    """A service that a row gives: its id, who may see it, the row that says more of it and that of its place."""

    site: RowSite
    reader: Reader
    service: str
    audience: Audience

    @property
    def owner(self) -> Reader:
        """The row of its place."""
        return self.site.reader

    @property
    def readers(self) -> tuple[Reader, ...]:
        """The row of the service and that of its place, where it is another."""
        return (self.reader,) if self.reader is self.owner else (self.reader, self.owner)

    def add(self, kind: type[Record], *key: object, **values: Any) -> str:
        """Give a record that belongs to the service."""
        about = {"link_id": self.service, "link_entity": "service"}
        belongs = about if "link_id" in kind.model_fields else {"service_id": self.service}
        return self.site.add(kind, self.service, *key, **belongs, **values)


def read_services(rows: Sequence[SheetRow], intake: Intake, children: Mapping[str, list[Reader]]) -> None:
    """Read rows of services into the batch; those that must be set aside are noted, and give nothing."""
    intake.rows = rows
    uses: dict[str, int] = {}
    for reader in counted(without_repeats(rows, intake, by_content=True), len(rows), intake.progress):
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
    names = reader.translations("organization")
    name = first_of((parsers.without_people(reader.text("organization"))[0], *names.values()))
    if not name:
        problem = Message("the row names no organization")
        reader.refuse("organization", problem, Message("ask the sender who it is about"))
        return None
    located = located_of(reader)
    if reader.reasons:
        return None
    site = _site(reader, name, names, located, key)
    parent_key = reader.intake.columns.sheets.parent_key
    for named in services_named(reader, children.get(reader.row.text([parent_key]), []) if children else None):
        _add_service(site, named)
    if not site.told.place.services and not reader.reasons:
        fix = Message("it is for custodians only until it has a kind: give it one, or add the word to the terms")
        reader.say("service", Message("the row names no service"), fix)
        _add_service(site, RowService(reader, "", reader.text("service")))
    _add_place(site)
    reader.refuse_if_slipped()
    return site


def _is_of_somebody_helped(reader: Reader) -> bool:
    """Whether a row bears the name of a person who was helped; it is set aside, and nothing of it is kept."""
    if person_of(reader.text("organization")) != "helped":
        return False
    problem = Message("the row names a person who was helped, and no organization")
    fix = Message("nothing of it is kept: delete it from the list, and tell whoever sent it")
    reader.refuse("organization", problem, fix)
    reader.row.raw.clear()
    return True


def organizations_seen(records: RecordTables) -> None:
    """Mark each organization as seen by whoever may see one of its services.

    One all of whose services are hidden is hidden too: its name alone could tell that it keeps a shelter. One whose
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
    called = [name, *names.values()]
    people = [mail for mail in mails if parsers.is_of_person(mail, who_answers(reader), " ".join(called))]
    mails = [mail for mail in mails if mail not in people]
    if people:
        problem = Message("the mail address is that of a person")
        reader.say("email", problem, Message("it is for custodians only; ask for that of the organization"))
    body, is_own = _organization(reader, called, located, place, signs)
    audience = audience_of(reader) if tells_status(reader) else "custodian"
    location = Location.of_read(
        id=place,
        organization_id=body.id,
        name=reader.harmless("place_name", reader.any_text("place_name")) or None,
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
    if is_own and body.id not in intake.made:
        kind_said = reader.text("organization_kind")
        kind = match_term("organization_types", kind_said) if kind_said else None
        site.told.organization = Organization.of_read(
            id=body.id,
            name=name,
            kind=kind.code if kind else None,
            email=next(iter(mails), None),
            website=reader.take("website", parsers.website),
            audience="custodian",
        )
    for language, text in names.items():
        own = record_id(source, "translation", body.id, "name", language)
        if text and body.called.get(language, own) == own:  # where another list named it in this language, that stands
            site.add_texts("organization", body.id, "name", {language: text})
            site.told.called[language] = own
    site.add_source(reader, "organization", body.id, name_key(name))
    return site


def _organization(reader: Reader, called: list[str], located: Located, place: str, signs: Signs) -> tuple[Body, bool]:
    """Return the organization of a row, known or new, and whether it is one that this sender made.

    Of one name in two towns, or with numbers of their own in two units, there are two organizations.
    """
    intake, name = reader.intake, called[0]
    abroad = located.country if match_term("service_types", name) is not None else ""  # a name that is a kind of help
    key = (name_key(name), *filter(None, [abroad]))
    own = record_id(reader.source, "organization", *key)
    town = skeleton(reader.any_text("place"))
    body = _met(reader, called, own, place, signs)
    if body is not None and body.id in intake.made and not _is_same(reader, body, signs, town):
        own = record_id(reader.source, "organization", *key, town or located.unit or place)
        row = min(intake.towns[body.id].values(), default=0)
        problem = Message(
            "{name!r} stands in row {row} with another town or other numbers", name=body.name, row=str(row)
        )
        reader.say("organization", problem, Message("they were read as two bodies; merge them if they are one"), "note")
        same = (other for other in intake.known.called(called) if other.id in intake.made)
        body = next((other for other in same if _is_same(reader, other, signs, town)), None)
    body = body or Body(own, name)
    intake.towns[body.id].setdefault(town, reader.row.number)
    return body, body.id == own


def _is_same(reader: Reader, body: Body, signs: Signs, town: str) -> bool:
    """Whether a row is about an organization that this list named: by a number or mail in common, else by the town.

    Where no town is written, rows of different units with numbers of their own are of different organizations.
    """
    if body.phones & signs.phones or body.mails & signs.mails:
        return True
    towns = {*filter(None, reader.intake.towns[body.id])}
    if town and towns:
        return town in towns
    near = signs.unit in body.units or not body.units or signs.unit is None
    return near or not (body.phones and signs.phones)


_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}", re.ASCII)


def _met(reader: Reader, names: list[str], own: str, place: str, signs: Signs) -> Body | None:
    """Return the organization of a row, if it is known: by name with a sign in common, or from the same list."""
    known = reader.intake.known
    called = known.called(names)
    pool = {body.id: body for body in (*called, *(b for name in names for b in known.alike(name)))}
    if own in known.bodies:
        pool = {own: known.bodies[own]} | pool
    if known.places.get(place) in pool:
        return pool[known.places[place]]  # it was met when the list came before
    body = next((body for body in pool.values() if body.shares(signs)), pool.get(own))
    if body is None and called:
        names_of_others = listing(candidate.name for candidate in called[:3])
        problem = Message(
            "another list has {candidates} too, without a phone, mail or unit in common", candidates=names_of_others
        )
        reader.say("organization", problem, Message("are they one?"))
    return body


def _add_service(site: RowSite, named: RowService) -> None:
    """Add a service at the place of a row, with all its parts; one without a known kind is for custodians only."""
    reader, owner, code, source = named.reader, site.reader, named.code, site.reader.source
    languages = reader.intake.area.languages
    key = "|".join(filter(None, (site.key, _key_of_child(site, reader), code or "without a kind")))
    service = record_id(source, "service", key)
    texts = {
        language: reader.harmless("description", text) for language, text in reader.translations("description").items()
    }
    description = first_of(texts.values()) or reader.harmless("description", reader.text("description"))
    audience = narrowed(reader, site.audience) if code and tells_status(reader) else "custodian"
    if audience != site.audience:  # the place must not tell where a service is that fewer may know
        site.location.audience = strictest(site.location.audience, audience)
    ages = ages_of(reader)
    labels = labels_with_english("service_types", code, languages) if code else {}
    word = "" if not named.written or named.written in {code, *labels.values()} else named.written
    word = word and reader.harmless("service", word)
    part = RowPart(site, reader, service, audience)
    site.add(
        Service,
        key,
        organization_id=site.body.id,
        name=labels["en"] if code else word or site.body.name,
        alternate_name=(code and word) or None,
        description=description or None,
        status=status_of(reader, owner),
        fees_description=_cost(part) or None,
        minimum_age=ages.least,
        maximum_age=ages.most,
        audience=audience,
    )
    mobile = bool(code) and Vocabulary.load("service_types").term(code).location_kind == "mobile"
    role = "mobile_stop" if mobile else "delivery"
    at = {"service_id": service, "location_id": site.location.id, "role": role, "audience": audience}
    site.add(ServiceAtLocation, key, **at)
    site.add_source(reader, "service", service, key)
    site.add_texts("service", service, "description", texts)
    if code:
        term = term_id(Vocabulary.load("service_types").term(code))
        about = {"link_id": service, "link_entity": "service", "link_type": "service_type"}
        site.add(Attribute, key, "type", **about, taxonomy_term_id=term)
        site.add_texts("service", service, "name", labels_in("service_types", code, languages))
    for link, group, value in people_helped(reader, ages):
        kind_of_link = {"link_type": link, "value": value, "taxonomy_term_id": None if value else term_id(group)}
        part.add(Attribute, link, group.code, **kind_of_link)
    for add in PARTS:
        add(part)
    site.rows += map(record_row, checklist(reader, owner, service, audience))
    if code:
        numbers = tuple(number.number for number in site.numbers_of(reader))
        site.told.place.services.append(ToldService(service, key, code, numbers))


def _key_of_child(site: RowSite, reader: Reader) -> str:
    """Return what tells a row of another sheet from others of the same place; nothing for the row of the place."""
    if reader is site.reader:
        return ""
    return reader.row.text([reader.intake.columns.sheets.parent_key]) or str(reader.row.number)


def _phones(part: RowPart) -> None:
    """Add the numbers of a service; a new public number needs two people who called it back."""
    source, called = part.reader.source, part.reader.intake.known.phones
    for number, extension, kind, own in part.site.numbers_of(part.reader):
        seen_by = part.audience if (source in called or number in called) and not own else "custodian"
        part.add(Phone, number, number=number, extension=extension, type=kind, audience=seen_by)


def _hours(part: RowPart) -> None:
    """Add opening hours; words that could not be read stay private, they may hold anything."""
    owner = part.reader if part.reader.text("hours") else part.owner
    offset = part.owner.take("utc_offset", parsers.utc_offset)
    spans = owner.take("hours", parsers.hours, owner.intake.area.languages) or []
    if heading := first_of(map(_round_the_clock, part.readers)):
        always = parsers.hours("24/7")
        if spans and spans != always:
            problem = Message("says yes, and the hours are {hours!r}", hours=owner.text("hours"))
            owner.say_of(heading, problem, Message("ask which holds; no hours kept"))
            return
        spans = always
    for number, span in enumerate(spans):
        if span.doubt:
            owner.say("hours", span.doubt, Message("look whether it is right"), "note")
        part.add(Schedule, number, timezone=offset, audience=part.audience, **span.fields())


def _round_the_clock(reader: Reader) -> str:
    """Return the column, folded, that asks whether it is open day and night and is answered with yes; else nothing."""
    cells = reader.row.cells
    return first_of(name for name in cells if _asks_round_the_clock(name) and says_yes(cells[name]))


_asks_round_the_clock = lru_cache(maxsize=1_000)(ROUND_THE_CLOCK.search)


def _languages(part: RowPart) -> None:
    """Add languages; those that are said of the whole place hold for each of its services."""
    spoken = part.reader if part.reader.text("languages") else part.owner
    of_area = part.reader.intake.area.languages
    for code in spoken.take("languages", parsers.language_codes, of_area[0], of_area) or []:
        part.add(Language, code, code=code)


def _cost(part: RowPart) -> str:
    """Add what a service costs; return it in words."""
    reader, money = part.reader, part.reader.intake.area.money
    cost = reader.take("cost", _price, money, asks_of_cost(reader.column("cost")))
    if cost is None:
        return ""
    texts = parsers.price_words(cost, money) or {"en": reader.harmless("cost", cost.text)}
    spoken = {language: text for language, text in texts.items() if language in reader.intake.area.languages}
    part.site.add_texts("service", part.service, "fees_description", spoken)
    part.add(CostOption, option=cost.kind, amount=cost.amount, currency=cost.currency)
    return texts["en"]


def _papers(part: RowPart) -> None:
    """Add the papers that are asked for."""
    reader = part.reader
    codes, words = reader.papers()
    for code in codes:
        labels = labels_with_english("documents", code, reader.intake.area.languages)
        paper = part.add(RequiredDocument, code, document=labels["en"])
        part.site.add_texts("required_document", paper, "document", labels)
    for word in words:
        problem = Message("{word!r} is no paper that we know", word=word)
        reader.say("documents", problem, Message("it was left out; write a code into [words.documents]"))


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


def _covered(part: RowPart) -> None:
    """Add the units that are served from here."""
    area = part.reader.intake.area
    for unit in units_covered(part.reader):
        part.add(ServiceArea, unit, area_unit=unit, name=area.label(unit, "en"))


def _checked(part: RowPart) -> None:
    """Add when it was checked, how many it takes, who pays: the last two for partners at most."""
    reader, owner = part.reader, part.owner
    day = owner.day("verified_on", past=True)
    how = match_term("verification", owner.text("verified_how")) if owner.text("verified_how") else None
    level = how.code if how else ("self-reported" if day else "unverified")
    part.add(Verification, level=level, verified_on=day, verified_by=owner.text("verified_by") or None)
    if (places := _capacity(reader)) is not None:
        part.add(ServiceCapacity, **places, updated=day, audience=strictest(part.audience, "partner"))
    until, funder = reader.day("funded_until", of_period="last"), reader.text("funder")
    if until is not None or funder:
        part.add(Funding, source=funder or None, valid_to=until, audience=strictest(part.audience, "partner"))


def _capacity(reader: Reader) -> dict[str, Any] | None:
    """Return how many it takes; None where that is not said in a number, or in one that surveys write for none."""
    capacity = reader.take("capacity", parsers.capacity)
    if capacity is None:
        return None
    number, text = capacity.number, shortened(reader.text("capacity"))
    most = 0 if number is None else number.most or number.value
    if number is None or re.fullmatch("998|9{3,5}|9998", str(most)):
        problem = Message("{text} may stand for what is not known", text=text)
        if number is None:
            problem = Message("{text} says no number", text=text)
        reader.say("capacity", problem, Message("ask how many it takes when it is not full"))
        return None
    if number.most or number.about:
        problem = Message("{text}: {number} at most", text=text, number=most)
        reader.say("capacity", problem, Message("look whether it is right"), "note")
    counted_in = " ".join(filter(None, (capacity.counted, capacity.every and f"a {capacity.every}")))
    return {"available": most, "maximum": most, "description": counted_in or None}


PARTS: tuple[Callable[[RowPart], None], ...] = (_phones, _hours, _languages, _papers, _covered, _checked)
"""What a row says of each of its services: each adds the records of some of its columns."""


def _add_place(site: RowSite) -> None:
    """Add the row's place: its point, address, entrance, and whom to ask for."""
    reader, location, key = site.reader, site.location, site.key
    site.rows.append(record_row(location))
    names = {lang: text for lang, text in reader.translations("place_name").items() if not TELLING.search(text)}
    site.add_texts("location", location.id, "name", names)
    _add_address(site)
    if (ramp := reader.take("accessible", parsers.yes_no)) is not None:
        text = "Step-free entrance" if ramp else "Steps at the entrance"
        site.add(Accessibility, key, location_id=location.id, description=text)
    who, mails = who_answers(reader), site.mails_of_people
    if who or mails:
        site.add(Contact, key, location_id=location.id, name=who or None, email=mails or None, audience="custodian")


def _add_address(site: RowSite) -> None:
    """Add the address, unless it is none or must not be told."""
    reader, location, address = site.reader, site.location, site.reader.text("address")
    if points_elsewhere(address):
        problem = Message("{text} is the address of something else", text=shortened(address))
        reader.say("address", problem, Message("no address is kept; write it in full"))
    elif address and not parsers.is_blank(address) and not hides_place(address):
        index, address = postal_code(address)
        # An address that names a ward or a number says more than where the door is.
        shown = bool(reader.harmless("address", address)) and not withheld(reader, "address")
        site.told.place.street = address
        site.add(
            Address,
            site.key,
            location_id=location.id,
            address_1=address,
            city=reader.any_text("place"),
            postal_code=index,
            country=location.country or "",
            audience=location.audience if shown else "custodian",
        )
