"""What an edited cell of a flat workbook does to the record that its row is about, one function a column.

An emptied cell takes out what stood there. What cannot be read is said, and changes nothing.
"""

import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from mapping.area.geocode import locate, served
from mapping.column_map import marking
from mapping.formats.tables._flat import LISTED
from mapping.formats.tables.workbook import ENTRANCES
from mapping.intake.roundtrip.edits import Edit
from mapping.language import parsers
from mapping.language.i18n import Coded, Phrase
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import (
    AUDIENCES,
    Accessibility,
    Address,
    Attribute,
    Audience,
    CostOption,
    Language,
    Phone,
    Precision,
    Record,
    RequiredDocument,
    Schedule,
    ServiceArea,
    Translation,
    Verification,
    least_precise,
    record_id,
    strictest,
)

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


def _say_in(edit: Edit, table: str, identifier: str, field: str, key: str) -> None:
    """Change a text in the language of the workbook; where it is the only one, it is that of all languages."""
    text, record = edit.text(key), edit.current(table, identifier)
    texts = [t for t in edit.held.of("translation", "link_id", identifier) if getattr(t, "field", "") == field]
    own = [t for t in texts if getattr(t, "language", "") == edit.language]
    base = getattr(record, field, None)
    if not text:
        for old in own:
            edit.remove(old)
        if edit.language == "en" or not texts:
            edit.set(table, identifier, key, **{field: "" if field == "name" else None})
        elif not own:
            edit.say(
                key,
                Phrase("the text stands in another language"),
                Phrase("empty it in the workbook of that language"),
                "doubt",
            )
        return
    if texts or edit.language != "en":
        made = Translation(
            id=record_id(edit.source, "translation", identifier, field, edit.language),
            link_id=identifier,
            link_entity=table,
            field=field,
            language=edit.language,
            text=text,
        )
        edit.put(made.model_copy(update={"id": own[0].id}) if own else made)
    if edit.language == "en" or not base:
        edit.set(table, identifier, key, **{field: text})


def _organization(edit: Edit) -> None:
    if not edit.text("organization"):
        edit.say("organization", Phrase("a body needs a name"), NOTHING)
    elif edit.organization is not None:
        _say_in(edit, "organization", edit.organization, "name", "organization")


def _name(edit: Edit) -> None:
    if not edit.text("name"):
        edit.say("name", Phrase("a service needs a name"), NOTHING)
    else:
        _say_in(edit, "service", edit.service, "name", "name")


def _description(edit: Edit) -> None:
    text = edit.text("description")
    if not text or edit.reader.harmless("description", text):
        _say_in(edit, "service", edit.service, "description", "description")


def _said(edit: Edit, link: str) -> list[Record]:
    """Return the terms said of the service that the workbook's audience could see."""
    groups = Vocabulary.load("beneficiaries")
    allowed = edit.reader.intake.area.settings.sensitive_allowed
    hidden = {
        record_id("rohnamo", "taxonomy_term", "beneficiaries", term.code)
        for term in groups.terms()
        if term.sensitive and term.code not in allowed and edit.audience == "public"
    }
    return [
        record
        for record in edit.held.of("attribute", "link_id", edit.service)
        if getattr(record, "link_type", "") == link and getattr(record, "taxonomy_term_id", None) not in hidden
    ]


def _term_of(record: Record) -> Any:
    return getattr(record, "taxonomy_term_id", None) or getattr(record, "value", None)


def _attribute(edit: Edit, link: Any, taxonomy: str, code: str) -> Attribute:
    return Attribute(
        id=record_id(edit.source, "attribute", edit.service, link, code),
        link_id=edit.service,
        link_entity="service",
        link_type=link,
        taxonomy_term_id=record_id("rohnamo", "taxonomy_term", taxonomy, code),
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
    by_id = {record_id("rohnamo", "taxonomy_term", "service_types", term.code): term for term in terms.terms()}
    before = [by_id[_term_of(record)].audience for record in old if _term_of(record) in by_id]
    new = [_attribute(edit, "service_type", "service_types", code) for code in codes]
    edit.replace(old, {record.taxonomy_term_id: record for record in new}, _term_of)
    hidden: Audience = max(before, key=AUDIENCES.index, default="public")
    if AUDIENCES.index(hidden) > max(AUDIENCES.index(terms.term(code).audience) for code in codes):
        _raise(edit, hidden)  # another kind of help does not make open what its old kind kept hidden


def _groups(edit: Edit, link: Any) -> None:
    codes, words = edit.reader.terms(link, "beneficiaries")
    old = _said(edit, link)
    new: dict[Any, Record] = {}
    for code in codes:
        made = _attribute(edit, link, "beneficiaries", code)
        new[made.taxonomy_term_id] = made
    notes = {getattr(record, "value", None): record for record in old if not getattr(record, "taxonomy_term_id", None)}
    unknown = []
    if link == "serves" and not codes and all(parsers.says_everybody(word) for word in words):
        words = []  # without a group it is for everybody
    for word in words:
        condition = match_term("conditions", word) if link == "excludes" else None
        text = str(Vocabulary.load("conditions").label(condition.code, "en")) if condition else word
        if text in notes:
            new[text] = notes[text]
        elif condition is not None:
            made = _attribute(edit, link, "beneficiaries", condition.code)
            new[text] = made.model_copy(update={"taxonomy_term_id": None, "value": text})
        else:
            unknown.append(word)
    for word in unknown:
        edit.say(link, Phrase("{word!r} is no group that we know", word=word), NOT_LISTED)
    if not unknown:
        edit.replace(old, new, _term_of)


def _languages(edit: Edit) -> None:
    ok, codes = _taken(edit, "languages", "languages", parsers.language_codes)
    if ok:
        new: dict[Any, Record] = {
            code: Language(
                id=record_id(edit.source, "language", edit.service, code), service_id=edit.service, code=code
            )
            for code in codes or ()
        }
        edit.replace(edit.held.of("language", "service_id", edit.service), new, lambda r: getattr(r, "code", None))


def _numbers(edit: Edit) -> list[Record]:
    """Return every number that the service is reached by, its places' and its body's among them."""
    ties = edit.held.of("service_at_location", "service_id", edit.service)
    phones = edit.held.of("phone", "service_id", edit.service)
    for tie in ties:
        phones = [*phones, *edit.held.of("phone", "service_at_location_id", tie.id)]
        phones += edit.held.of("phone", "location_id", getattr(tie, "location_id", None) or "-")
    return list({record.id: record for record in phones}.values())


def _phones(edit: Edit) -> None:
    old = _numbers(edit)
    known = {
        str(getattr(r, "number", "")): r
        for r in (*edit.held.of("phone", "organization_id", edit.organization or "-"), *old)
    }
    new: dict[Any, Record] = {}
    fresh = []
    for part in filter(None, (part.strip() for part in edit.text("phones").split(LISTED.strip()))):
        bare = re.sub(r"\s*ext\.\s*\d+$", "", part)
        if bare in known:
            new[bare] = known[bare]
        else:
            fresh.append(part)
    for number, extension, kind in _read_numbers(edit, fresh):
        new[number] = known.get(number) or _phone(edit, number, extension, kind)
    if fresh and not (set(new) - set(known)) and edit.reader.unread & {"phone"}:
        return
    edit.replace(
        old, {number: _own(edit, record) for number, record in new.items()}, lambda r: getattr(r, "number", "")
    )


def _own(edit: Edit, record: Record) -> Record:
    """Return a number of the body as one of the service, which has its own from now on."""
    if isinstance(record, Phone) and record.organization_id and not record.service_id:
        own_id = record_id(edit.source, "phone", edit.service, record.number)
        return record.model_copy(update={"id": own_id, "organization_id": None, "service_id": edit.service})
    return record


def _read_numbers(edit: Edit, parts: Iterable[str]) -> Iterable[tuple[str, int | None, str]]:
    intake = edit.reader.intake
    place = edit.current("location", edit.location or "")
    region = getattr(place, "country", None) or intake.area.code
    region = intake.area.settings.phone_region or region if region == intake.area.code else region
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
        id=record_id(edit.source, "phone", edit.service, number),
        service_id=edit.service,
        number=number,
        extension=extension,
        type=kind,
        audience=_audience(edit) if called else "custodian",
    )


def _audience(edit: Edit) -> Audience:
    service = edit.current("service", edit.service)
    audience: Audience = getattr(service, "audience", "custodian")
    return audience


def _email(edit: Edit) -> None:
    ok, mails = _taken(edit, "email", "email", parsers.emails)
    if ok:
        edit.set("service", edit.service, "email", email=mails[0] if mails else None)


def _url(edit: Edit) -> None:
    ok, page = _taken(edit, "url", "website", parsers.website)
    if ok:
        edit.set("service", edit.service, "url", url=page)


def _hours(edit: Edit) -> None:
    ok, spans = _taken(edit, "hours", "hours", parsers.hours)
    if not ok:
        return
    old = edit.held.of("schedule", "service_id", edit.service)
    zones = [getattr(record, "timezone", None) for record in old]
    new: dict[Any, Record] = {}
    for span in spans or ():
        fields = span.fields()
        *when, interval = key = tuple(fields[name] for name in TELL_SCHEDULE)
        new[key] = Schedule(
            id=record_id(edit.source, "schedule", edit.service, *when, *filter(None, (interval,))),
            service_id=edit.service,
            timezone=zones[0] if zones else None,
            audience=_audience(edit),
            **fields,
        )
    edit.replace(old, new, lambda r: tuple(getattr(r, name, None) for name in TELL_SCHEDULE))


TELL_SCHEDULE = ("byday", "opens_at", "closes_at", "interval")
"""Fields that tell one schedule of a service from another."""


def _fees(edit: Edit) -> None:
    money = edit.reader.intake.area.money
    ok, cost = _taken(edit, "fees", "cost", parsers.cost, money)
    if not ok:
        return
    old = edit.held.of("cost_option", "service_id", edit.service)
    new: dict[Any, Record] = {}
    texts = [
        t for t in edit.held.of("translation", "link_id", edit.service) if getattr(t, "field", "") == "fees_description"
    ]
    words_of: dict[str, str] = {}
    if cost is not None:
        words_of = parsers.price_words(cost, money) or {edit.language: edit.reader.harmless("cost", cost.text)}
        if not any(words_of.values()):
            return
        new[cost.kind, cost.amount, cost.currency] = CostOption(
            id=record_id(edit.source, "cost_option", edit.service),
            service_id=edit.service,
            option=cost.kind,
            amount=cost.amount,
            currency=cost.currency,
        )
    edit.replace(old, new, lambda r: tuple(getattr(r, name, None) for name in ("option", "amount", "currency")))
    by_language = {getattr(text, "language", ""): text for text in texts}
    for language, text in by_language.items():
        if language not in words_of:  # a price that changed is wrong in every language
            edit.remove(text)
    for language, words in words_of.items():
        made = Translation(
            id=record_id(edit.source, "translation", edit.service, "fees_description", language),
            link_id=edit.service,
            link_entity="service",
            field="fees_description",
            language=language,
            text=words,
        )
        edit.put(made.model_copy(update={"id": by_language[language].id}) if language in by_language else made)
    edit.set(
        "service", edit.service, "fees", fees_description=words_of.get("en") or next(iter(words_of.values()), None)
    )


def _documents(edit: Edit) -> None:
    codes, words = edit.reader.papers()
    terms, old = Vocabulary.load("documents"), edit.held.of("required_document", "service_id", edit.service)
    papers = {getattr(record, "document", None): record for record in old}
    new: dict[Any, Record] = {}
    for code in codes:
        paper = record_id(edit.source, "required_document", edit.service, code)
        label = str(terms.label(code, "en"))
        if label in papers:
            new[label] = papers[label]
            continue
        new[label] = RequiredDocument(id=paper, service_id=edit.service, document=label)
        for language in edit.reader.intake.area.languages:
            translation_id = record_id(edit.source, "translation", paper, "document", language)
            edit.put(
                Translation(
                    id=translation_id,
                    link_id=paper,
                    link_entity="required_document",
                    field="document",
                    language=language,
                    text=str(terms.label(code, language)),
                )
            )
    unknown = [word for word in words if word not in papers]
    new |= {word: papers[word] for word in words if word in papers}
    for word in unknown:
        edit.say("documents", Phrase("{word!r} is no paper that we know", word=word), NOT_LISTED)
    if not unknown:
        edit.replace(old, new, lambda r: getattr(r, "document", None))


def _status(edit: Edit) -> None:
    codes, _ = edit.reader.terms("status", "statuses")
    if len(codes) != 1:
        edit.say("status", Phrase("{status!r} does not say whether it works", status=edit.text("status")), NOT_LISTED)
    else:
        edit.set("service", edit.service, "status", status=codes[0])


def _covers(edit: Edit) -> None:
    area = edit.reader.intake.area
    new: dict[Any, Record] = {}
    for part in filter(None, (part.strip() for part in edit.text("covers").split(LISTED.strip()))):
        unit = served(area, part)
        if unit is None:
            edit.say("covers", Phrase("{part!r} is no unit that we know", part=part), NOT_LISTED)
            return
        new[unit] = ServiceArea(
            id=record_id(edit.source, "service_area", edit.service, unit),
            service_id=edit.service,
            area_unit=unit,
            name=area.label(unit, "en"),
        )
    edit.replace(edit.held.of("service_area", "service_id", edit.service), new, lambda r: getattr(r, "area_unit", None))


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
        _say_in(edit, "location", place, "name", "place_name")


def _address(edit: Edit, key: str, field: str) -> None:
    place = _place(edit, key)
    if not place:
        return
    old = next((address for address in edit.held.of("address", "location_id", place) if edit.seen(address)), None)
    text = edit.text(key)
    if old is not None:
        edit.set("address", old.id, key, **{field: text})
        return
    address_id = record_id(edit.source, "address", place)
    shown = bool(edit.reader.harmless("address", text)) or field == "city"
    location = edit.current("location", place)
    made = edit.current("address", address_id) or Address(
        id=address_id,
        location_id=place,
        country=getattr(location, "country", None) or "",
        audience=getattr(location, "audience", "custodian") if shown else "custodian",
    )
    edit.put(made.model_copy(update={field: text}))


def _unit(edit: Edit) -> None:
    place, text = _place(edit, "area_unit"), edit.text("area_unit")
    area = edit.reader.intake.area
    unit = text if text in area.all_units() else locate(area, unit=text).unit if text else None
    if place and unit is None:
        edit.say("area_unit", Phrase("{text!r} is no unit that we know", text=text), NOT_LISTED)
    elif place:
        edit.set("location", place, "area_unit", area_unit=unit)


def _country(edit: Edit) -> None:
    place, text = _place(edit, "country"), edit.text("country").upper()
    if place and not re.fullmatch("[A-Z]{2}", text):
        edit.say(
            "country",
            Phrase("{text!r} is no code of a country", text=text),
            Phrase("write two letters; nothing was changed"),
        )
    elif place:
        edit.set("location", place, "country", country=text)


def _point(edit: Edit) -> None:
    key = "latitude" if "latitude" in edit.columns else "longitude"
    place, latitude, longitude = _place(edit, key), edit.text("latitude"), edit.text("longitude")
    record = edit.current("location", place or "")
    if not place or record is None:
        return
    unit = getattr(record, "area_unit", None)
    precision: Precision = getattr(record, "precision", "none")
    if not latitude and not longitude:
        shown = least_precise(precision, "area" if unit else "none")
        basis = "unit" if unit else "none"
        edit.set("location", place, key, latitude=None, longitude=None, position_basis=basis, precision=shown)
        return
    point = edit.reader.take("latitude", parsers.coordinates, longitude) if latitude else None
    if point is None:
        edit.say(key, Phrase("a point needs both numbers"), NOTHING)
        return
    area = edit.reader.intake.area
    lies = area.unit_at(point.lat, point.lon)
    if lies is None and (getattr(record, "country", None) or area.code) == area.code:
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
            Phrase("the point lies in {unit}", unit=Coded(area.label(lies, edit.language), area.unit(lies).titles)),
            Phrase("the unit was changed with it"),
            "doubt",
        )
    edit.set("location", place, key, **fields)


def _accessible(edit: Edit) -> None:
    place = _place(edit, "accessible")
    ok, yes = _taken(edit, "accessible", "accessible", parsers.yes_no)
    if not ok or not place:
        return
    words = {wheels: text for text, wheels in ENTRANCES.items()}
    new: dict[Any, Record] = {}
    if yes is not None:
        accessibility_id = record_id(edit.source, "accessibility", place)
        new[words[yes]] = Accessibility(id=accessibility_id, location_id=place, description=words[yes])
    edit.replace(edit.held.of("accessibility", "location_id", place), new, lambda r: getattr(r, "description", None))


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
            id=record_id(edit.source, "verification", edit.service),
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
    edit.set("service", edit.service, "marking", audience=strictest(_audience(edit), wanted))


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
