"""What an edited cell of a flat workbook does to the record that its row is about, one function a column.

An emptied cell takes out what stood there. What cannot be read is said, and changes nothing.
"""

import re
from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import Any

from mapping.area.geocode import coded_unit, locate, served
from mapping.column_map import marking
from mapping.formats.tables._flat import LISTED
from mapping.intake.roundtrip.edits import Edit
from mapping.language import parsers
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary, match_term, term_id
from mapping.model import (
    AUDIENCES,
    Accessibility,
    Address,
    Attribute,
    Audience,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Record,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Translation,
    Verification,
    least_precise,
    strictest,
)
from mapping.view.entries import ENTRANCES

OF_PLACE = frozenset({"place_name", "address", "city", "area_unit", "country", "latitude", "longitude", "accessible"})
"""Columns that speak of the place."""

NOTHING = Message("nothing was changed")
NOT_LISTED = Message("choose one of the list; nothing was changed")


def _taken(
    edit: Edit, key: str, field: str, parse: Callable[..., Any], *more: Hashable, **options: Hashable
) -> tuple[bool, Any]:
    """Read a cell; whether it may be used, and its value, None where it was emptied."""
    if parsers.is_blank(edit.text(key)):
        return True, None
    value = edit.reader.take(field, parse, *more, **options)
    return value is not None, value


def _parts(edit: Edit, key: str) -> list[str]:
    return [part.strip() for part in edit.text(key).split(LISTED.strip()) if part.strip()]


def _put_texts(edit: Edit, table: str, record: str, field: str, texts: dict[str, str]) -> None:
    """Give a text of a record in some languages, in the place of those that it has in them."""
    held = {text.language: text for text in _texts(edit, record, field)}
    for language, text in texts.items():
        own = held[language].id if language in held else edit.own_id("translation", record, field, language)
        about = {"link_id": record, "link_entity": table, "field": field, "language": language, "text": text}
        edit.put(Translation.model_validate({"id": own} | about))


def _texts(edit: Edit, record: str, field: str) -> list[Translation]:
    """Return the texts of a field of a record in all languages."""
    return [text for text in edit.held.of(Translation, "link_id", record) if text.field == field]


def _text_of(kind: type[Record], field: str, *, needed: Message | None = None) -> Callable[[Edit, str], None]:
    """Return what changes a text in the language of the workbook; where it is the only one, it is that of all."""

    def change(edit: Edit, key: str) -> None:
        text, own = edit.text(key), edit.id_of(kind, key)
        if needed and not text:
            edit.say(key, needed, NOTHING)
        if own is None or (needed and not text):
            return
        if key in ("description", "place_name") and text and not edit.reader.harmless(key, text):
            return
        texts, record = _texts(edit, own, field), edit.current(kind, own)
        mine = [other for other in texts if other.language == edit.language]
        if text:
            if texts or edit.language != "en":
                _put_texts(edit, kind.table, own, field, {edit.language: text})
            if edit.language == "en" or record is None or not record.get(field):
                edit.set(kind, own, key, **{field: text})
            return
        for old in mine:
            edit.remove(old)
        if edit.language == "en" or not texts:
            edit.set(kind, own, key, **{field: None})
        elif not mine:
            fix = Message("empty it in the workbook of that language")
            edit.say(key, Message("the text stands in another language"), fix, "doubt")

    return change


def _said(edit: Edit, link: str) -> list[Attribute]:
    """Return the terms said of the service that the workbook's audience could see."""
    allowed = edit.reader.intake.area.settings.sensitive_allowed
    hidden = {
        term_id(term)
        for term in Vocabulary.load("beneficiaries").terms()
        if term.sensitive and term.code not in allowed and edit.audience == "public"
    }
    terms = edit.held.of(Attribute, "link_id", edit.service)
    return [term for term in terms if term.link_type == link and term.taxonomy_term_id not in hidden]


def _attribute(edit: Edit, link: Any, code: str, term: str | None, value: str | None = None) -> Attribute:
    own = edit.own_id("attribute", edit.service, link, code)
    about = {"link_id": edit.service, "link_entity": "service", "link_type": link}
    return Attribute.model_validate({"id": own, "taxonomy_term_id": term, "value": value} | about)


def _types(edit: Edit, key: str) -> None:
    codes, words = edit.reader.terms("service", "service_types")
    for word in words:
        problem = Message("{word!r} is no kind of help that we know", word=word)
        edit.say(key, problem, Message("choose one of the list"))
    if not codes:
        edit.say(key, Message("a service needs a kind of help"), NOTHING)
    if not codes or words:
        return  # half of what was meant would take out the other half
    terms, old = Vocabulary.load("service_types"), _said(edit, "service_type")
    audiences = {term_id(term): term.audience for term in terms.terms()}
    before = [audiences[own] for record in old if (own := record.taxonomy_term_id) in audiences]
    new = [_attribute(edit, "service_type", code, term_id(terms.term(code))) for code in codes]
    edit.replace(old, {record.taxonomy_term_id: record for record in new}, attrgetter("taxonomy_term_id"))
    hidden: Audience = max(before, key=AUDIENCES.index, default="public")
    if AUDIENCES.index(hidden) > max(AUDIENCES.index(terms.term(code).audience) for code in codes):
        _raise(edit, hidden)  # another kind of help does not make open what its old kind kept hidden


def _groups(edit: Edit, link: str) -> None:
    codes, words = edit.reader.terms(link, "beneficiaries")
    old, groups = _said(edit, link), Vocabulary.load("beneficiaries")
    terms = [_attribute(edit, link, code, term_id(groups.term(code))) for code in codes]
    new = {term.taxonomy_term_id: term for term in terms}
    notes = {record.value: record for record in old if not record.taxonomy_term_id}
    if link == "serves" and not codes and all(map(parsers.says_everybody, words)):
        words = []  # without a group it is for everybody
    unknown = False
    for word in words:
        condition = match_term("conditions", word) if link == "excludes" else None
        text = str(Vocabulary.load("conditions").label(condition.code, "en")) if condition else word
        if text in notes:
            new[text] = notes[text]
        elif condition is not None:
            new[text] = _attribute(edit, link, condition.code, None, text)
        else:
            edit.say(link, Message("{word!r} is no group that we know", word=word), NOT_LISTED)
            unknown = True
    if not unknown:
        edit.replace(old, new, lambda record: record.taxonomy_term_id or record.value)


def _languages(edit: Edit, key: str) -> None:
    ok, codes = _taken(edit, key, key, parsers.language_codes)
    if ok:
        ids = {code: edit.own_id("language", edit.service, code) for code in codes or ()}
        new = {code: Language(id=own, service_id=edit.service, code=code) for code, own in ids.items()}
        edit.replace(edit.held.of(Language, "service_id", edit.service), new, attrgetter("code"))


def _numbers(edit: Edit) -> list[Phone]:
    """Return every number that the service is reached by, its places' among them."""
    phones = [*edit.held.of(Phone, "service_id", edit.service)]
    for tie in edit.held.of(ServiceAtLocation, "service_id", edit.service):
        phones += edit.held.of(Phone, "service_at_location_id", tie.id)
        phones += edit.held.of(Phone, "location_id", tie.location_id)
    return [*{record.id: record for record in phones}.values()]


def _phones(edit: Edit, key: str) -> None:
    old = _numbers(edit)
    known = {phone.number: phone for phone in (*edit.held.of(Phone, "organization_id", edit.organization), *old)}
    new: dict[str, Phone] = {}
    fresh = []
    for part in _parts(edit, key):
        bare = re.sub(r"\s{0,9}ext\.\s{0,9}\d{1,20}$", "", part)
        if bare in known:
            new[bare] = known[bare]
        else:
            fresh.append(part)
    for number, extension, kind in _read_numbers(edit, fresh):
        new[number] = known.get(number) or _phone(edit, number, extension, kind)
    if fresh and not (set(new) - set(known)) and "phone" in edit.reader.unread:
        return
    edit.replace(old, {number: _own(edit, phone) for number, phone in new.items()}, attrgetter("number"))


def _own(edit: Edit, record: Phone) -> Phone:
    """Return a number of the organization as one of the service, which has its own from now on."""
    if record.organization_id and not record.service_id:
        own_id = edit.own_id("phone", edit.service, record.number)
        return record.model_copy(update={"id": own_id, "organization_id": None, "service_id": edit.service})
    return record


def _read_numbers(edit: Edit, parts: Iterable[str]) -> Iterable[tuple[str, int | None, str]]:
    intake = edit.reader.intake
    place = edit.current(Location, edit.location)
    country = place.country if place else None
    region = country if country and intake.area.is_abroad(country) else intake.area.phone_country
    for part in parts:
        try:
            if "/" in part or "@" in part:
                yield from ((account.url, None, account.app) for account in parsers.accounts(part))
            else:
                for phone in parsers.phones(part, region):
                    yield phone.number, phone.extension, "/".join(phone.apps) or "voice"
        except parsers.Unreadable as error:
            edit.reader.unread.add("phone")
            edit.say("phones", error.problem, error.fix)


def _phone(edit: Edit, number: str, extension: int | None, kind: str) -> Phone:
    called = {number, edit.source} & edit.reader.intake.known.phones
    if not called:
        fix = Message("it is for custodians only until two people called it back")
        edit.say("phones", Message("{number} is new", number=number), fix, "doubt")
    return Phone(
        id=edit.own_id("phone", edit.service, number),
        service_id=edit.service,
        number=number,
        extension=extension,
        type=kind,
        audience=_audience(edit) if called else "custodian",
    )


def _audience(edit: Edit) -> Audience:
    service = edit.current(Service, edit.service)
    return service.audience if service else "custodian"


def _email(edit: Edit, key: str) -> None:
    ok, mails = _taken(edit, key, "email", parsers.emails)
    if ok:
        edit.set(Service, edit.service, key, email=mails[0] if mails else None)


def _url(edit: Edit, key: str) -> None:
    ok, page = _taken(edit, key, "website", parsers.website)
    if ok:
        edit.set(Service, edit.service, key, url=page)


def _hours(edit: Edit, key: str) -> None:
    ok, spans = _taken(edit, key, "hours", parsers.hours)
    if not ok:
        return
    old, told = edit.held.of(Schedule, "service_id", edit.service), ("byday", "opens_at", "closes_at")
    zone, new = next((record.timezone for record in old), None), dict[Any, Schedule]()
    for span in spans or ():
        fields = span.fields()
        at = tuple(fields[name] for name in told)
        own = edit.own_id("schedule", edit.service, *at)
        new[at] = Schedule(id=own, service_id=edit.service, timezone=zone, audience=_audience(edit), **fields)
    edit.replace(old, new, attrgetter(*told))


def _fees(edit: Edit, key: str) -> None:
    money = edit.reader.intake.area.money
    ok, cost = _taken(edit, key, "cost", parsers.cost, money)
    if not ok:
        return
    new: dict[Any, CostOption] = {}
    words_of: dict[str, str] = {}
    if cost is not None:
        words_of = parsers.price_words(cost, money) or {edit.language: edit.reader.harmless("cost", cost.text)}
        if not any(words_of.values()):
            return
        own = edit.own_id("cost_option", edit.service)
        amount = {"option": cost.kind, "amount": cost.amount, "currency": cost.currency}
        new[cost.kind, cost.amount, cost.currency] = CostOption(id=own, service_id=edit.service, **amount)
    old = edit.held.of(CostOption, "service_id", edit.service)
    edit.replace(old, new, attrgetter("option", "amount", "currency"))
    for text in _texts(edit, edit.service, "fees_description"):
        if text.language not in words_of:  # a price that changed is wrong in every language
            edit.remove(text)
    _put_texts(edit, "service", edit.service, "fees_description", words_of)
    words = words_of.get("en") or next(iter(words_of.values()), None)
    edit.set(Service, edit.service, key, fees_description=words)


def _documents(edit: Edit, key: str) -> None:
    codes, words = edit.reader.papers()
    terms, old = Vocabulary.load("documents"), edit.held.of(RequiredDocument, "service_id", edit.service)
    papers = {record.document: record for record in old}
    unknown = [word for word in words if word not in papers]
    for word in unknown:
        edit.say(key, Message("{word!r} is no paper that we know", word=word), NOT_LISTED)
    if unknown:
        return
    new: dict[str | None, RequiredDocument] = {word: papers[word] for word in words}
    for code in codes:
        own, label = edit.own_id("required_document", edit.service, code), str(terms.label(code, "en"))
        if label not in papers:
            spoken = {language: str(terms.label(code, language)) for language in edit.reader.intake.area.languages}
            _put_texts(edit, "required_document", own, "document", spoken)
        new[label] = papers.get(label) or RequiredDocument(id=own, service_id=edit.service, document=label)
    edit.replace(old, new, attrgetter("document"))


def _status(edit: Edit, key: str) -> None:
    codes, _ = edit.reader.terms("status", "statuses")
    if len(codes) != 1:
        edit.say(key, Message("{status!r} does not say whether it works", status=edit.text(key)), NOT_LISTED)
    else:
        edit.set(Service, edit.service, key, status=codes[0])


def _covers(edit: Edit, key: str) -> None:
    area = edit.reader.intake.area
    new: dict[str | None, ServiceArea] = {}
    for part in _parts(edit, key):
        unit = served(area, part)
        if unit is None:
            edit.say(key, Message("{part!r} is no unit that we know", part=part), NOT_LISTED)
            return
        own, name = edit.own_id("service_area", edit.service, unit), area.label(unit, "en")
        new[unit] = ServiceArea(id=own, service_id=edit.service, area_unit=unit, name=name)
    edit.replace(edit.held.of(ServiceArea, "service_id", edit.service), new, attrgetter("area_unit"))


def _address(edit: Edit, key: str) -> None:
    place, text = edit.id_of(Location, key), edit.text(key)
    if not place:
        return
    field = "city" if key == "city" else "address_1"
    old = next((address for address in edit.held.of(Address, "location_id", place) if edit.seen(address)), None)
    if old is not None:
        edit.set(Address, old.id, key, **{field: text})
        return
    own, location = edit.own_id("address", place), edit.current(Location, place)
    shown = location is not None and (field == "city" or bool(edit.reader.harmless("address", text)))
    made = edit.current(Address, own) or Address(
        id=own,
        location_id=place,
        country=(location.country if location else None) or "",
        audience=location.audience if location and shown else "custodian",
    )
    edit.put(made.model_copy(update={field: text}))


def _unit(edit: Edit, key: str) -> None:
    place, text, area = edit.id_of(Location, key), edit.text(key), edit.reader.intake.area
    unit = text if text in area.all_units() else locate(area, unit=text).unit if text else None
    if place and unit is None:
        edit.say(key, Message("{text!r} is no unit that we know", text=text), NOT_LISTED)
    elif place:
        edit.set(Location, place, key, area_unit=unit)


def _country(edit: Edit, key: str) -> None:
    place, text = edit.id_of(Location, key), edit.text(key).upper()
    if place and not re.fullmatch("[A-Z]{2}", text):
        problem = Message("{text!r} is no code of a country", text=text)
        edit.say(key, problem, Message("write two letters; nothing was changed"))
    elif place:
        edit.set(Location, place, key, country=text)


def _point(edit: Edit, key: str) -> None:
    place, latitude, longitude = edit.id_of(Location, key), edit.text("latitude"), edit.text("longitude")
    record, area = edit.current(Location, place), edit.reader.intake.area
    if not place or record is None:
        return
    unit = record.area_unit
    if not latitude and not longitude:
        shown = least_precise(record.precision, "area" if unit else "none")
        basis = "unit" if unit else "none"
        edit.set(Location, place, key, latitude=None, longitude=None, position_basis=basis, precision=shown)
        return
    point = edit.reader.take("latitude", parsers.coordinates, longitude) if latitude else None
    if point is None:
        edit.say(key, Message("a point needs both numbers"), NOTHING)
        return
    lies = area.unit_at(point.lat, point.lon)
    if lies is None and (record.country or area.code) == area.code:
        fix = Message("look whether the two numbers changed places; nothing was changed")
        edit.say(key, Message("the point lies outside the country"), fix)
        return
    fields: dict[str, Any] = {"latitude": point.lat, "longitude": point.lon, "position_basis": "given"}
    if lies is not None and lies != unit and "area_unit" not in edit.columns:
        fields["area_unit"] = lies
        problem = Message("the point lies in {unit}", unit=coded_unit(area, lies))
        edit.say(key, problem, Message("the unit was changed with it"), "doubt")
    edit.set(Location, place, key, **fields)


def _accessible(edit: Edit, key: str) -> None:
    place = edit.id_of(Location, key)
    ok, yes = _taken(edit, key, "accessible", parsers.yes_no)
    if not ok or not place:
        return
    words = {wheels: text for text, wheels in ENTRANCES.items()}
    new: dict[str | None, Accessibility] = {}
    if yes is not None:
        own = edit.own_id("accessibility", place)
        new[words[yes]] = Accessibility(id=own, location_id=place, description=words[yes])
    edit.replace(edit.held.of(Accessibility, "location_id", place), new, attrgetter("description"))


def _verified(edit: Edit, _key: str) -> None:
    today, said = edit.reader.intake.today, edit.text("verified_how")
    ok, day = _taken(edit, "verified_on", "verified_on", parsers.date, today, latest=today)
    how = match_term("verification", said) if said else None
    if not ok:
        return
    if day is None or (said and how is None):
        fix = Message("give both; nothing was changed")
        edit.say("verified_on", Message("it is not said when and how it was checked"), fix)
        return
    about = {"link_id": edit.service, "link_entity": "service", "verified_on": day}
    own, level = edit.own_id("verification", edit.service), how.code if how else "self-reported"
    edit.put(Verification.model_validate({"id": own, "level": level} | about))


def _marking(edit: Edit, key: str) -> None:
    text = edit.text(key)
    wanted, known = marking(edit.reader.intake.columns, text)
    if not text or not known:
        edit.say(key, Message("{text!r} does not say who may see it", text=text), NOT_LISTED)
    elif AUDIENCES.index(wanted) < AUDIENCES.index(_audience(edit)):
        problem = Message("more people may see it only when two people agree")
        edit.say(key, problem, Message("see approvals; nothing was changed"))
    else:
        _raise(edit, wanted)


def _raise(edit: Edit, wanted: Audience) -> None:
    edit.set(Service, edit.service, "marking", audience=strictest(_audience(edit), wanted))


HANDLERS: dict[str, Callable[[Edit, str], None]] = {
    "organization": _text_of(Organization, "name", needed=Message("a body needs a name")),
    "types": _types,
    "name": _text_of(Service, "name", needed=Message("a service needs a name")),
    "description": _text_of(Service, "description"),
    "serves": _groups,
    "excludes": _groups,
    "languages": _languages,
    "phones": _phones,
    "email": _email,
    "url": _url,
    "hours": _hours,
    "fees": _fees,
    "documents": _documents,
    "status": _status,
    "covers": _covers,
    "place_name": _text_of(Location, "name"),
    "address": _address,
    "city": _address,
    "area_unit": _unit,
    "country": _country,
    "latitude": _point,
    "longitude": _point,
    "accessible": _accessible,
    "verified_on": _verified,
    "verified_how": _verified,
    "marking": _marking,
}
"""Column of the flat workbook -> what an edited cell of it does."""
