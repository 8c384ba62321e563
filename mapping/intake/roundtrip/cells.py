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
from mapping.language.i18n import Phrase
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

NOTHING = Phrase("nothing was changed")
NOT_LISTED = Phrase("choose one of the list; nothing was changed")


def _taken(
    edit: Edit, key: str, field: str, parse: Callable[..., Any], *more: Hashable, **options: Hashable
) -> tuple[bool, Any]:
    """Read a cell; whether it may be used, and its value, None where it was emptied."""
    if parsers.is_blank(edit.text(key)):
        return True, None
    value = edit.reader.take(field, parse, *more, **options)
    return value is not None, value


def _translation(edit: Edit, table: str, record: str, field: str, language: str, text: str) -> Translation:
    """Return a text of a record in a language."""
    own = edit.own_id("translation", record, field, language)
    return Translation(id=own, link_id=record, link_entity=table, field=field, language=language, text=text)


def _texts(edit: Edit, record: str, field: str) -> list[Translation]:
    """Return the texts of a field of a record in all languages."""
    return [text for text in edit.held.of(Translation, "link_id", record) if text.field == field]


def _say_in(edit: Edit, kind: type[Record], identifier: str, field: str, key: str) -> None:
    """Change a text in the language of the workbook; where it is the only one, it is that of all languages."""
    text, record = edit.text(key), edit.current(kind, identifier)
    texts = _texts(edit, identifier, field)
    own = [other for other in texts if other.language == edit.language]
    if not text:
        for old in own:
            edit.remove(old)
        if edit.language == "en" or not texts:
            edit.set(kind, identifier, key, **{field: "" if field == "name" else None})
        elif not own:
            edit.say(
                key,
                Phrase("the text stands in another language"),
                Phrase("empty it in the workbook of that language"),
                "doubt",
            )
        return
    if texts or edit.language != "en":
        made = _translation(edit, kind.table, identifier, field, edit.language, text)
        edit.put(made.model_copy(update={"id": own[0].id}) if own else made)
    if edit.language == "en" or record is None or not record.get(field):
        edit.set(kind, identifier, key, **{field: text})


def _organization(edit: Edit) -> None:
    if not edit.text("organization"):
        edit.say("organization", Phrase("a body needs a name"), NOTHING)
    elif edit.organization is not None:
        _say_in(edit, Organization, edit.organization, "name", "organization")


def _name(edit: Edit) -> None:
    if not edit.text("name"):
        edit.say("name", Phrase("a service needs a name"), NOTHING)
    else:
        _say_in(edit, Service, edit.service, "name", "name")


def _description(edit: Edit) -> None:
    text = edit.text("description")
    if not text or edit.reader.harmless("description", text):
        _say_in(edit, Service, edit.service, "description", "description")


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


def _term_of(record: Attribute) -> str | None:
    return record.taxonomy_term_id or record.value


def _attribute(edit: Edit, link: Any, code: str, term: str | None, value: str | None = None) -> Attribute:
    return Attribute(
        id=edit.own_id("attribute", edit.service, link, code),
        link_id=edit.service,
        link_entity="service",
        link_type=link,
        taxonomy_term_id=term,
        value=value,
    )


def _types(edit: Edit) -> None:
    codes, words = edit.reader.terms("service", "service_types")
    for word in words:
        edit.say(
            "types", Phrase("{word!r} is no kind of help that we know", word=word), Phrase("choose one of the list")
        )
    if not codes:
        edit.say("types", Phrase("a service needs a kind of help"), NOTHING)
        return
    if words:
        return  # half of what was meant would take out the other half
    terms, old = Vocabulary.load("service_types"), _said(edit, "service_type")
    audiences = {term_id(term): term.audience for term in terms.terms()}
    before = [audiences[own] for record in old if (own := record.taxonomy_term_id) in audiences]
    new = [_attribute(edit, "service_type", code, term_id(terms.term(code))) for code in codes]
    edit.replace(old, {record.taxonomy_term_id: record for record in new}, _term_of)
    hidden: Audience = max(before, key=AUDIENCES.index, default="public")
    if AUDIENCES.index(hidden) > max(AUDIENCES.index(terms.term(code).audience) for code in codes):
        _raise(edit, hidden)  # another kind of help does not make open what its old kind kept hidden


def _groups(edit: Edit, link: Any) -> None:
    codes, words = edit.reader.terms(link, "beneficiaries")
    old, groups = _said(edit, link), Vocabulary.load("beneficiaries")
    terms = [_attribute(edit, link, code, term_id(groups.term(code))) for code in codes]
    new = {term.taxonomy_term_id: term for term in terms}
    notes = {record.value: record for record in old if not record.taxonomy_term_id}
    unknown = []
    if link == "serves" and not codes and all(parsers.says_everybody(word) for word in words):
        words = []  # without a group it is for everybody
    for word in words:
        condition = match_term("conditions", word) if link == "excludes" else None
        text = str(Vocabulary.load("conditions").label(condition.code, "en")) if condition else word
        if text in notes:
            new[text] = notes[text]
        elif condition is not None:
            new[text] = _attribute(edit, link, condition.code, None, text)
        else:
            unknown.append(word)
    for word in unknown:
        edit.say(link, Phrase("{word!r} is no group that we know", word=word), NOT_LISTED)
    if not unknown:
        edit.replace(old, new, _term_of)


def _languages(edit: Edit) -> None:
    ok, codes = _taken(edit, "languages", "languages", parsers.language_codes)
    if ok:
        new = {
            code: Language(id=edit.own_id("language", edit.service, code), service_id=edit.service, code=code)
            for code in codes or ()
        }
        edit.replace(edit.held.of(Language, "service_id", edit.service), new, lambda language: language.code)


def _numbers(edit: Edit) -> list[Phone]:
    """Return every number that the service is reached by, its places' and its body's among them."""
    phones = [*edit.held.of(Phone, "service_id", edit.service)]
    for tie in edit.held.of(ServiceAtLocation, "service_id", edit.service):
        phones += edit.held.of(Phone, "service_at_location_id", tie.id)
        phones += edit.held.of(Phone, "location_id", tie.location_id)
    return list({record.id: record for record in phones}.values())


def _phones(edit: Edit) -> None:
    old = _numbers(edit)
    known = {phone.number: phone for phone in (*edit.held.of(Phone, "organization_id", edit.organization), *old)}
    new: dict[str, Phone] = {}
    fresh = []
    for part in filter(None, (part.strip() for part in edit.text("phones").split(LISTED.strip()))):
        bare = re.sub(r"\s{0,9}ext\.\s{0,9}\d{1,20}$", "", part)
        if bare in known:
            new[bare] = known[bare]
        else:
            fresh.append(part)
    for number, extension, kind in _read_numbers(edit, fresh):
        new[number] = known.get(number) or _phone(edit, number, extension, kind)
    if fresh and not (set(new) - set(known)) and edit.reader.unread & {"phone"}:
        return
    edit.replace(old, {number: _own(edit, phone) for number, phone in new.items()}, lambda phone: phone.number)


def _own(edit: Edit, record: Phone) -> Phone:
    """Return a number of the body as one of the service, which has its own from now on."""
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
        edit.say(
            "phones",
            Phrase("{number} is new", number=number),
            Phrase("it is for custodians only until two people called it back"),
            "doubt",
        )
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


def _email(edit: Edit) -> None:
    ok, mails = _taken(edit, "email", "email", parsers.emails)
    if ok:
        edit.set(Service, edit.service, "email", email=mails[0] if mails else None)


def _url(edit: Edit) -> None:
    ok, page = _taken(edit, "url", "website", parsers.website)
    if ok:
        edit.set(Service, edit.service, "url", url=page)


def _hours(edit: Edit) -> None:
    ok, spans = _taken(edit, "hours", "hours", parsers.hours)
    if not ok:
        return
    old = edit.held.of(Schedule, "service_id", edit.service)
    zones = [record.timezone for record in old]
    new: dict[Any, Schedule] = {}
    for span in spans or ():
        fields = span.fields()
        key = tuple(fields[name] for name in TELL_SCHEDULE)
        new[key] = Schedule(
            id=edit.own_id("schedule", edit.service, *key),
            service_id=edit.service,
            timezone=zones[0] if zones else None,
            audience=_audience(edit),
            **fields,
        )
    edit.replace(old, new, attrgetter(*TELL_SCHEDULE))


TELL_SCHEDULE = ("byday", "opens_at", "closes_at")
"""Fields that tell one schedule of a service from another."""


def _fees(edit: Edit) -> None:
    money = edit.reader.intake.area.money
    ok, cost = _taken(edit, "fees", "cost", parsers.cost, money)
    if not ok:
        return
    old = edit.held.of(CostOption, "service_id", edit.service)
    new: dict[Any, CostOption] = {}
    words_of: dict[str, str] = {}
    if cost is not None:
        words_of = parsers.price_words(cost, money) or {edit.language: edit.reader.harmless("cost", cost.text)}
        if not any(words_of.values()):
            return
        new[cost.kind, cost.amount, cost.currency] = CostOption(
            id=edit.own_id("cost_option", edit.service),
            service_id=edit.service,
            option=cost.kind,
            amount=cost.amount,
            currency=cost.currency,
        )
    edit.replace(old, new, attrgetter("option", "amount", "currency"))
    by_language = {text.language: text for text in _texts(edit, edit.service, "fees_description")}
    for language, text in by_language.items():
        if language not in words_of:  # a price that changed is wrong in every language
            edit.remove(text)
    for language, words in words_of.items():
        made = _translation(edit, "service", edit.service, "fees_description", language, words)
        edit.put(made.model_copy(update={"id": by_language[language].id}) if language in by_language else made)
    edit.set(Service, edit.service, "fees", fees_description=words_of.get("en") or next(iter(words_of.values()), None))


def _documents(edit: Edit) -> None:
    codes, words = edit.reader.papers()
    terms, old = Vocabulary.load("documents"), edit.held.of(RequiredDocument, "service_id", edit.service)
    papers = {record.document: record for record in old}
    new: dict[str | None, RequiredDocument] = {}
    for code in codes:
        paper = edit.own_id("required_document", edit.service, code)
        label = str(terms.label(code, "en"))
        if label in papers:
            new[label] = papers[label]
            continue
        new[label] = RequiredDocument(id=paper, service_id=edit.service, document=label)
        for language in edit.reader.intake.area.languages:
            edit.put(_translation(edit, "required_document", paper, "document", language, terms.label(code, language)))
    unknown = [word for word in words if word not in papers]
    new |= {word: papers[word] for word in words if word in papers}
    for word in unknown:
        edit.say("documents", Phrase("{word!r} is no paper that we know", word=word), NOT_LISTED)
    if not unknown:
        edit.replace(old, new, lambda paper: paper.document)


def _status(edit: Edit) -> None:
    codes, _ = edit.reader.terms("status", "statuses")
    if len(codes) != 1:
        edit.say("status", Phrase("{status!r} does not say whether it works", status=edit.text("status")), NOT_LISTED)
    else:
        edit.set(Service, edit.service, "status", status=codes[0])


def _covers(edit: Edit) -> None:
    area = edit.reader.intake.area
    new: dict[str | None, ServiceArea] = {}
    for part in filter(None, (part.strip() for part in edit.text("covers").split(LISTED.strip()))):
        unit = served(area, part)
        if unit is None:
            edit.say("covers", Phrase("{part!r} is no unit that we know", part=part), NOT_LISTED)
            return
        new[unit] = ServiceArea(
            id=edit.own_id("service_area", edit.service, unit),
            service_id=edit.service,
            area_unit=unit,
            name=area.label(unit, "en"),
        )
    edit.replace(edit.held.of(ServiceArea, "service_id", edit.service), new, lambda covered: covered.area_unit)


def _place(edit: Edit, key: str) -> str | None:
    """Return the location of the row, or say that it has none."""
    if edit.location is None:
        edit.say(
            key,
            Phrase("the row is about a service without a place"),
            Phrase("write a new row for the place, without ids"),
        )
    return edit.location


def _place_name(edit: Edit) -> None:
    place, text = _place(edit, "place_name"), edit.text("place_name")
    if place and (not text or edit.reader.harmless("place_name", text)):
        _say_in(edit, Location, place, "name", "place_name")


def _address(edit: Edit, key: str, field: str) -> None:
    place = _place(edit, key)
    if not place:
        return
    old = next((address for address in edit.held.of(Address, "location_id", place) if edit.seen(address)), None)
    text = edit.text(key)
    if old is not None:
        edit.set(Address, old.id, key, **{field: text})
        return
    address_id = edit.own_id("address", place)
    shown = bool(edit.reader.harmless("address", text)) or field == "city"
    location = edit.current(Location, place)
    made = edit.current(Address, address_id) or Address(
        id=address_id,
        location_id=place,
        country=(location.country if location else None) or "",
        audience=location.audience if location and shown else "custodian",
    )
    edit.put(made.model_copy(update={field: text}))


def _unit(edit: Edit) -> None:
    place, text = _place(edit, "area_unit"), edit.text("area_unit")
    area = edit.reader.intake.area
    unit = text if text in area.all_units() else locate(area, unit=text).unit if text else None
    if place and unit is None:
        edit.say("area_unit", Phrase("{text!r} is no unit that we know", text=text), NOT_LISTED)
    elif place:
        edit.set(Location, place, "area_unit", area_unit=unit)


def _country(edit: Edit) -> None:
    place, text = _place(edit, "country"), edit.text("country").upper()
    if place and not re.fullmatch("[A-Z]{2}", text):
        edit.say(
            "country",
            Phrase("{text!r} is no code of a country", text=text),
            Phrase("write two letters; nothing was changed"),
        )
    elif place:
        edit.set(Location, place, "country", country=text)


def _point(edit: Edit) -> None:
    key = "latitude" if "latitude" in edit.columns else "longitude"
    place, latitude, longitude = _place(edit, key), edit.text("latitude"), edit.text("longitude")
    record = edit.current(Location, place)
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
        edit.say(key, Phrase("a point needs both numbers"), NOTHING)
        return
    area = edit.reader.intake.area
    lies = area.unit_at(point.lat, point.lon)
    if lies is None and (record.country or area.code) == area.code:
        edit.say(
            key,
            Phrase("the point lies outside the country"),
            Phrase("look whether the two numbers changed places; nothing was changed"),
        )
        return
    fields: dict[str, Any] = {"latitude": point.lat, "longitude": point.lon, "position_basis": "given"}
    if lies is not None and lies != unit and "area_unit" not in edit.columns:
        fields["area_unit"] = lies
        edit.say(
            key,
            Phrase("the point lies in {unit}", unit=coded_unit(area, lies)),
            Phrase("the unit was changed with it"),
            "doubt",
        )
    edit.set(Location, place, key, **fields)


def _accessible(edit: Edit) -> None:
    place = _place(edit, "accessible")
    ok, yes = _taken(edit, "accessible", "accessible", parsers.yes_no)
    if not ok or not place:
        return
    words = {wheels: text for text, wheels in ENTRANCES.items()}
    new: dict[str | None, Accessibility] = {}
    if yes is not None:
        accessibility_id = edit.own_id("accessibility", place)
        new[words[yes]] = Accessibility(id=accessibility_id, location_id=place, description=words[yes])
    edit.replace(edit.held.of(Accessibility, "location_id", place), new, lambda entrance: entrance.description)


def _verified(edit: Edit) -> None:
    today = edit.reader.intake.today
    ok, day = _taken(edit, "verified_on", "verified_on", parsers.date, today, latest=today)
    how = match_term("verification", edit.text("verified_how")) if edit.text("verified_how") else None
    if not ok:
        return
    if day is None or (edit.text("verified_how") and how is None):
        edit.say(
            "verified_on",
            Phrase("it is not said when and how it was checked"),
            Phrase("give both; nothing was changed"),
        )
        return
    edit.put(
        Verification(
            id=edit.own_id("verification", edit.service),
            link_id=edit.service,
            link_entity="service",
            level=how.code if how else "self-reported",  # type: ignore[arg-type]
            verified_on=day,
        )
    )


def _marking(edit: Edit) -> None:
    text = edit.text("marking")
    wanted, known = marking(edit.reader.intake.columns, text)
    if not text or not known:
        edit.say("marking", Phrase("{text!r} does not say who may see it", text=text), NOT_LISTED)
    elif AUDIENCES.index(wanted) < AUDIENCES.index(_audience(edit)):
        edit.say(
            "marking",
            Phrase("more people may see it only when two people agree"),
            Phrase("see approvals; nothing was changed"),
        )
    else:
        _raise(edit, wanted)


def _raise(edit: Edit, wanted: Audience) -> None:
    edit.set(Service, edit.service, "marking", audience=strictest(_audience(edit), wanted))


HANDLERS: dict[str, Callable[[Edit], None]] = {
    "organization": _organization,
    "types": _types,
    "name": _name,
    "description": _description,
    "serves": lambda edit: _groups(edit, "serves"),
    "excludes": lambda edit: _groups(edit, "excludes"),
    "languages": _languages,
    "phones": _phones,
    "email": _email,
    "url": _url,
    "hours": _hours,
    "fees": _fees,
    "documents": _documents,
    "status": _status,
    "covers": _covers,
    "place_name": _place_name,
    "address": lambda edit: _address(edit, "address", "address_1"),
    "city": lambda edit: _address(edit, "city", "city"),
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
