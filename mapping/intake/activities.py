"""Rows that speak of bodies and services known from other lists: activities, agreements, answers to the checklist."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from rapidfuzz import process

from mapping.area.geocode import coded_unit, locate, units_served
from mapping.intake.disclosure import audience_of
from mapping.intake.row_reader import Intake, Reader, by_headings, coded
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.fold import name_key
from mapping.language.i18n import UNSAID, Message, listing
from mapping.language.taxonomy import checklist_item, match_listed, match_term
from mapping.model import (
    Activity,
    Audience,
    Organization,
    Provenance,
    Record,
    ReferralAgreement,
    StandardAssessment,
    record_id,
    strictest,
)
from mapping.quality.known_organizations import Body, NamesHeld, may_be_one
from mapping.quality.names import Name, alike

SILENT = {
    "organization": Message("the row does not say who"),
    "unit": Message("the row does not say where"),
    "service": Message("the row does not say what"),
}
"""What a row of an activity lacks, by the field that should say it."""

TICKS = frozenset("+✓✔☑✅")
"""Signs of a yes: in a row that has them a dash is a no, not a blank."""

UNNUMBERED = re.compile(r"б\s*/\s*н\.?|без номера|бе рақам|raqamsiz|no number|n/?a", re.I)
"""What stands where a paper has no number."""

LIKE = 0.6
"""How alike a known name is that a row may mean which names nobody known."""


def activities(readers: Iterable[Reader], intake: Intake) -> Iterator[tuple[SheetRow, list[Record]]]:
    """Yield an activity for each row; a body that no list spoke of yet becomes one, seen by whoever may see the row."""
    source, uses = intake.columns.source, dict[str, int]()
    for reader in readers:
        types, units = _types(reader), _units(reader)
        if parsers.is_blank(reader.text("organization")) or not units or not types:
            _refuse_activity(reader, units)
            continue
        audience, records = audience_of(reader), list[Record]()
        body = _body(reader, "organization", audience, records)
        named = not parsers.is_blank(reader.text("implementer"))
        implementer = _body(reader, "implementer", audience, records) if named else None
        start, end = _days(reader)
        planned, reached, women = _people(reader, start, len(units))
        key = _own_key(reader, uses)
        for unit in units:
            unit_key = key if len(units) == 1 else f"{key} {unit}"
            activity = Activity(
                id=record_id(source, "activity", unit_key),
                organization_id=body.id,
                implementer_id=implementer.id if implementer else None,
                funder=_free(reader, "funder"),
                programme=_free(reader, "programme"),
                service_type=types[0],
                name=reader.harmless("activity", reader.text("activity")),
                area_unit=unit,
                start=start,
                end=end,
                status=_activity_status(reader, start, end),  # type: ignore[arg-type]
                target_group=_free(reader, "target_group"),
                planned=planned,
                reached=reached,
                reached_women=women,
                budget_band=_free(reader, "budget"),
                reported_on=reader.day("updated", past=True),
                audience=audience,
            )
            records += [activity, provenance(reader, "activity", activity.id, unit_key)]
        yield reader.row, records


def _types(reader: Reader) -> list[str]:
    """Return the kinds of help of a row, else the one that the activity's own words name; words for none are told."""
    types, words = reader.terms("service", "service_types")
    made = composed("service_types", reader.word("service", reader.text("activity")))
    if not types and len(made.codes) == 1 and not made.unread:
        (column, *_) = reader.intake.columns.fields["activity"]
        code = coded("service_types", made.codes[0])
        told = Message("was told by {column!r} as {code}", column=column, code=code)
        reader.say("service", told, Message("put it into the map if that is wrong"))
        return [made.codes[0]]
    for word in words:
        reader.say_unknown(Message("{word!r} is no kind of activity that we know", word=word))
    return types


def _refuse_activity(reader: Reader, units: tuple[str, ...]) -> None:
    """Set a row aside that does not say who does something, or where, or what, in words that are known."""
    who = parsers.is_blank(reader.text("organization"))
    name = "organization" if who else "service" if units else "unit"
    beside = {"unit": "unit_code", "service": "activity"}.get(name, name)
    problem, fix = SILENT[name], Message("mend the row and send it again")
    if text := reader.text(name) or reader.text(beside):
        problem = Message("{text!r} is not known here, so {silent}", text=text, silent=problem)
        fix = Message("give the code of a unit or term")
    reader.refuse(name, problem, fix)


def _days(reader: Reader) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day, of one column those of the period in it; a last day before is left out."""
    start = reader.day("start")
    end = _last_day(reader, "end") if reader.intake.fills("end") else _end_of(reader, "start")
    if not (start and end and end < start):
        return start, end
    problem = Message("ends on {end}, before it starts on {start}", end=end, start=start)
    reader.say("end", problem, Message("the last day was left out"), "refused")
    return start, None


def _last_day(reader: Reader, name: str) -> dt.date | None:
    """Read the last day of something; None where it has no end, or one that is past and was to be renewed."""
    value = reader.take(name, parsers.last_day, reader.intake.today, day_first=reader.intake.day_first(name))
    if value is not None and value.renewed and not _holds(reader, name, value.day):
        return None
    return reader.certain(name, value)


def _day_after(reader: Reader, name: str, first: dt.date | None) -> dt.date | None:
    """Read the last day of what began on a day, also where its cell says how long it holds ("3 years")."""
    text = reader.text(name)
    try:
        term = parsers.term(text)
    except parsers.Unreadable:
        return _last_day(reader, name)
    if first is None:
        problem = Message("{text!r} is a term, and no day says from when", text=text)
        reader.say(name, problem, Message("write the day of signature, or the last day"), "refused")
        return None
    end = term.after(first)
    problem = Message("{text!r} from {first} ends on {end}", text=text, first=first, end=end)
    reader.say(name, problem, Message("write the last day if it is another"), "note")
    return None if term.renewed and not _holds(reader, name, end) else end


def _holds(reader: Reader, name: str, end: dt.date) -> bool:
    """Whether something that is renewed by itself has not ended yet; whether it was renewed is doubted."""
    problem = Message("{text!r}: whether it was renewed is not known", text=reader.text(name))
    reader.say(name, problem, Message("ask until when it holds now"))
    return end >= reader.intake.today


def _end_of(reader: Reader, name: str) -> dt.date | None:
    """Return the last day of the period that a cell names; None where it names a day or cannot be read."""
    text, today = reader.text(name), reader.intake.today
    try:
        first, last = (parsers.date_value(text, today, of_period=part) for part in ("first", "last"))
    except parsers.Unreadable:
        return None
    return last.day if last.day != first.day else None


def _people(reader: Reader, start: dt.date | None, units: int) -> tuple[int | None, int | None, int | None]:
    """Return how many people were planned and reached, and the women among them; what cannot be is left out."""
    planned, reached, women = (_count(reader, name) for name in ("planned", "reached", "reached_women"))
    if women is None and parsers.is_blank(reader.text("reached_women")):
        women = parsers.women_among(reader.text("reached"))
    if units > 1 and any((planned, reached, women)):
        problem = Message("the people are those of {count} areas together", count=units)
        reader.say("unit", problem, Message("none are kept; ask for the people of each area"))
        return None, None, None
    if women is not None and reached is not None and women > reached:
        problem = Message("{women} women among {reached} people", women=women, reached=reached)
        reader.say("reached_women", problem, Message("the women were left out"), "refused")
        women = None
    if reached and start is not None and start > reader.intake.today:
        problem = Message("{reached} reached, and it starts on {start}", reached=reached, start=start)
        reader.say("reached", problem, Message("the people were left out; are they planned?"), "refused")
        reached = women = None
    if planned and reached and reached > 10 * planned:
        problem = Message("{reached} reached of {planned} planned", reached=reached, planned=planned)
        reader.say("reached", problem, Message("ask whether a digit is wrong"))
    return planned, reached, women


def _count(reader: Reader, name: str) -> int | None:
    number = reader.take(name, parsers.number)
    if number is not None and number.most is not None:
        problem = Message("{text!r} is not exact", text=reader.text(name))
        reader.say(name, problem, Message("the number was taken; say so in the note"))
    return number.value if number is not None else None


def _activity_status(reader: Reader, start: dt.date | None, end: dt.date | None) -> str:
    """Return how far an activity is; what its days make impossible counts as unknown."""
    unknown = Message("{text!r} is no state of an activity that we know", text=reader.text("status"))
    status = _term(reader, "status", "activity_statuses", unknown) or "unknown"
    today = reader.intake.today
    last = max(filter(None, (start, end)), default=today)
    against = UNSAID
    if status == "completed" and last > today:
        against = Message("is called completed, and {last} is still to come", last=last)
    elif status == "ongoing" and start is not None and start > today:
        against = Message("is called ongoing, and starts on {start}", start=start)
    elif status in ("planned", "ongoing") and end is not None and end < today:
        against = Message("is called {status}, and ended on {end}", status=coded("activity_statuses", status), end=end)
    if against:
        reader.say("status", against, Message("it counts as unknown; ask which holds"))
    return "unknown" if against else status


def agreements(readers: Iterable[Reader], intake: Intake) -> Iterator[tuple[SheetRow, list[Record]]]:
    """Yield an agreement for each row whose two ends are known; one end alone would be a rumour."""
    uses: dict[str, int] = {}
    held = NamesHeld(intake.known.bodies.values())
    for reader in readers:
        giver, taker = _parties(reader, held)
        if giver is None or taker is None or not _are_two(reader, giver, taker):
            continue
        types, words = reader.terms("service", "service_types")
        for word in words:
            reader.say_unknown(Message("{word!r} is no kind of help that we know", word=word))
        signed = reader.day("signed_on", past=True)
        valid = _day_after(reader, "valid_to", signed)
        if signed and valid and valid < signed:
            problem = Message("ends on {valid}, before it was signed on {signed}", valid=valid, signed=signed)
            reader.say("valid_to", problem, Message("the end was left out"), "refused")
            valid = None
        key = _own_key(reader, uses)
        unknown = Message("{text!r} is no kind of paper that we know", text=reader.text("document"))
        agreement = ReferralAgreement(
            id=record_id(reader.source, "referral_agreement", key),
            from_organization_id=giver.id,
            to_organization_id=taker.id,
            service_types=";".join(types),
            document=_term(reader, "document", "agreement_documents", unknown),
            number=_filled(reader, "number"),
            signed_on=signed,
            valid_to=valid,
            consent_form=reader.take("consent", parsers.consent_form),
            contact_route=_filled(reader, "route"),
            answer_within_hours=reader.take("answer_within", parsers.hours_within),
            status=_agreement_status(reader, valid),  # type: ignore[arg-type]
            audience=audience_of(reader),
        )
        yield reader.row, [agreement, provenance(reader, "referral_agreement", agreement.id, key)]


def _are_two(reader: Reader, giver: Body, taker: Body) -> bool:
    """Whether an agreement binds two organizations; a row of which that is not sure is set aside."""
    if giver.id == taker.id:
        problem = Message("{name!r} has an agreement with itself", name=giver.name)
        reader.refuse("to", problem, Message("ask which two organizations it binds"))
        return False
    if may_be_one(giver, taker):
        problem = Message("{giver!r} and {taker!r} may be one organization", giver=giver.name, taker=taker.name)
        fix = Message("ask which two organizations it binds; if they are one, decide it among the duplicates")
        reader.refuse("to", problem, fix)
        return False
    return True


def _parties(reader: Reader, held: NamesHeld) -> tuple[Body | None, Body | None]:
    """Return who sends and who takes: of their columns, or of one cell that names both."""
    text = reader.text("parties")
    if not text:
        return _end(reader, "from", held), _end(reader, "to", held)
    pairs: dict[tuple[str, str], tuple[Body, Body]] = {}
    near: list[str] = []
    for names in parsers.two_names(text):
        bodies = [_bodies(reader.intake, name, held) for name in names]
        near += [like for name in names for like in _like(reader.intake, name)]
        if all(len(meant) == 1 for meant in bodies):
            (giver,), (taker,) = bodies
            pairs[giver.id, taker.id] = giver, taker
    if len(pairs) == 1:
        ((giver, taker),) = pairs.values()
        problem = Message("{text!r}: {giver!r} sends, {taker!r} takes", text=text, giver=giver.name, taker=taker.name)
        reader.say("parties", problem, Message("write them into two columns if that is wrong"), "note")
        return giver, taker
    hint = Message("import the list that has it first")
    if near:
        hint = Message("write them into two columns; is it {near}?", near=listing(dict.fromkeys(near)))
    reader.refuse("parties", Message("{text!r} does not name two organizations of a list", text=text), hint)
    return None, None


def _end(reader: Reader, name: str, held: NamesHeld) -> Body | None:
    """Return the body at one end of an agreement; a row whose end is in no list is set aside."""
    text = reader.text(name)
    if not text:
        reader.refuse(name, SILENT["organization"], Message("ask which two organizations it binds"))
        return None
    body = _known(reader, name, held)
    if body is None:
        near = listing(_like(reader.intake, text))
        hint = Message("is it {near}?", near=near) if near else Message("import the list that has it first")
        reader.refuse(name, Message("{text!r} is in no list", text=text), hint)
    return body


def _agreement_status(reader: Reader, valid: dt.date | None) -> str:
    unknown = Message("{text!r} is no state of an agreement that we know", text=reader.text("status"))
    status = _term(reader, "status", "agreement_statuses", unknown)
    ended = valid is not None and valid < reader.intake.today
    if status == "active" and ended:
        problem = Message("is called active but ended on {valid}", valid=valid)
        reader.say("status", problem, Message("it counts as expired"), "note")
    if ended and (status == "active" or not reader.text("status")):
        return "expired"
    return status or "unknown"


def assessments(readers: Iterable[Reader], intake: Intake) -> Iterator[tuple[SheetRow, list[Record]]]:
    """Yield an answer for each row whose service and checklist item are known; never for the public."""
    held = NamesHeld(intake.known.bodies.values())
    answered: dict[str, tuple[dt.date, int]] = {}
    rows = list(readers)
    scored = any(text.isdecimal() and int(text) > 1 for row in rows for text in _answers(row))
    for reader in chain.from_iterable(map(by_headings, rows)):
        service = _service(reader, held)
        if service is None:
            continue
        if intake.columns.standards:
            yield reader.row, [*checklist(reader, reader, service, audience_of(reader))]
            continue
        if (code := checklist_item(reader.word("standard", reader.text("standard")))) is None:
            problem = Message("{code!r} is no item of the checklist", code=reader.text("standard"))
            reader.refuse("standard", problem, Message("write its code into the list, or into [words.standard]"))
            continue
        day = reader.day("assessed_on", past=True)
        if day is None and reader.text("assessed_on"):
            problem = Message("the answer has no day that can be")
            reader.refuse("assessed_on", problem, Message("write the day on which it was seen"))
            continue
        record = StandardAssessment(
            id=record_id(reader.source, "standard_assessment", service, code, reader.text("assessed_by")),
            service_id=service,
            standard=code,
            answer=_row_answer(reader, scored),  # type: ignore[arg-type]
            evidence=_filled(reader, "evidence"),
            assessed_by=_assessor(reader),
            assessed_on=day,
            audience=strictest(audience_of(reader), "focal_point"),
        )
        last, row = answered.get(record.id, (dt.date.min, 0))
        if row:
            problem = Message("row {row} answers this too", row=str(row))
            reader.say("standard", problem, Message("the later answer stands; delete the other"))
        if (day or dt.date.min) >= last:
            answered[record.id] = (day or dt.date.min, reader.row.number)
            yield reader.row, [record]


def _answers(row: Reader) -> list[str]:
    """Return what stands in the cells of answers of a row; a number beyond 1 is a score, and 1 no yes beside it."""
    return [row.text("answer"), *(row.row.text([column]) for column in row.intake.columns.headings)]


def _row_answer(reader: Reader, scored: bool) -> str:
    """Return the answer of a row; a score that the map does not explain, and several choices, are none."""
    text = reader.text("answer")
    meant = reader.word("answer", text)
    several = "answer" in reader.intake.columns.choices and ";" in text
    unexplained = scored and text.isdecimal() and meant == text
    answer = "unknown" if not text else None if several or unexplained else _answer(meant)
    if answer is None:
        problem = Message("{answer!r} is no answer that we know", answer=text)
        reader.say("answer", problem, Message("it counts as unknown"))
    return answer or "unknown"


def checklist(reader: Reader, owner: Reader, service: str, audience: Audience) -> Iterator[Record]:
    """Yield the answers to the checklist that stand in the columns of a service's own row; never for the public.

    ``owner`` is the row of the body and its place, which says who assessed and when.
    """
    columns = reader.intake.columns
    if not columns.standards:
        return
    dated = next((name for name in ("assessed_on", "verified_on") if owner.text(name)), "")
    day, assessor = owner.day(dated, past=True) if dated else None, _assessor(owner)
    texts = {column: reader.row.text([column]).strip() for column in columns.standards}
    ticked = not TICKS.isdisjoint(texts.values())
    for column, code in columns.standards.items():
        text = texts[column]
        dash = parsers.is_blank(text)
        if dash and not (ticked and text):
            continue
        answer = "not met" if dash else _answer(reader.word("answer", text))
        if answer is None:
            problem = Message("{column}: {text!r} is no answer to {code}", column=column, text=text, code=code)
            reader.say("standard", problem, Message("it counts as unknown"))
        evidence = reader.row.text([columns.evidence[code]]) if code in columns.evidence else ""
        yield StandardAssessment(
            id=record_id(reader.source, "standard_assessment", service, code, assessor or ""),
            service_id=service,
            standard=code,
            answer=answer or "unknown",  # type: ignore[arg-type]
            evidence=evidence or None,
            assessed_by=assessor,
            assessed_on=day,
            audience=strictest(audience, "focal_point"),
        )


def _answer(text: str) -> str | None:
    """Return what an answer says; "unknown" where it says that nobody knows or asked, None for other words."""
    if text == "unknown":
        return text
    try:
        code = parsers.answer(text)
    except parsers.Unreadable:
        return None
    return "unknown" if code == "not applicable" else code


def _assessor(reader: Reader) -> str | None:
    """Return in what capacity somebody assessed; a name stays private."""
    unknown = Message("{text!r} is no capacity that we know", text=reader.text("assessed_by"))
    return _term(reader, "assessed_by", "assessors", unknown)


def _service(reader: Reader, held: NamesHeld) -> str | None:
    """Return the assessed service: by its key in its list and the kind of help, else by body and kind."""
    known, ref, text = reader.intake.known, reader.text("service_ref"), reader.text("service")
    match = match_term("service_types", text)
    keys = [key for key in known.services if ref and ref in key.split("|")]
    exact = [known.services[key] for key in keys if match and key.endswith(match.code)]
    if not exact and not ref and (match or not text):
        body = _known(reader, "organization", held)
        of_body = {code: service for (owner, code), service in known.services_of.items() if body and owner == body.id}
        exact = [of_body[match.code]] if match and match.code in of_body else [] if match else [*set(of_body.values())]
        exact = exact if len(exact) == 1 else []
    if exact or len(keys) == 1:
        return exact[0] if exact else known.services[keys[0]]
    place = ref or reader.text("organization")
    problem = Message("{place!r} with {help!r} is no service of a list that was read", place=place, help=text)
    reader.refuse("service_ref", problem, Message("check the number and the kind of help"))
    return None


def _own_key(reader: Reader, uses: dict[str, int]) -> str:
    """Return the sender's number of a row, or where it stands; one that stands twice is said, and both are read."""
    key = reader.text("key") or f"{reader.row.sheet} {reader.row.number}".strip()
    uses[key] = uses.get(key, 0) + 1
    if uses[key] == 1:
        return key
    problem = Message("the number {key!r} stands in the file {count} times", key=key, count=uses[key])
    reader.say("key", problem, Message("tell which is meant; both were read"))
    return f"{key}#{uses[key]}"


def _filled(reader: Reader, name: str) -> str | None:
    """Return a text, None where a dash or "without number" stands for it."""
    text = reader.text(name)
    return None if parsers.is_blank(text) or UNNUMBERED.fullmatch(text.strip()) else text


def _free(reader: Reader, name: str) -> str | None:
    return reader.harmless(name, _filled(reader, name) or "") or None


def _term(reader: Reader, name: str, taxonomy: str, unknown: Message) -> str | None:
    """Return the code of the term that a cell holds, None where it holds none; words for no term are told."""
    text = reader.text(name)
    match = match_listed(taxonomy, reader.word(name, text)) if text else None
    if match is None and text and not parsers.is_blank(text):
        reader.say(name, unknown, Message("it was left out; write a code into [words.{link}]", link=name))
    return match.code if match else None


def _units(reader: Reader) -> tuple[str, ...]:
    """Return the administrative units of an activity: each of several that its cell names, or the whole country."""
    if unit := unit_of(reader):
        return (unit,)
    name = reader.any_text("unit")
    units = units_served(reader.intake.area, re.sub(r"[+&/;|]", ", ", name))
    if len(units) < 2:
        return ()  # "all districts" says no more than that nobody wrote which
    problem = Message("{text!r} names {count} areas", text=name, count=len(units))
    reader.say("unit", problem, Message("it became an activity in each"), "note")
    return units


def unit_of(reader: Reader) -> str | None:
    """Return the administrative unit of a row, by its code or its name."""
    area, by_code, name = reader.intake.area, reader.unit_by_code(), reader.any_text("unit")
    by_name = locate(area, unit=name).unit if name and not name.startswith("#") else None
    if by_code and by_name and by_code != by_name and by_name not in area.ancestors(by_code):
        named = {"code": reader.text("unit_code"), "unit": coded_unit(area, by_code), "name": name}
        problem = Message("the code {code} is {unit}, the name is {name}", **named)
        reader.say("unit_code", problem, Message("the code was followed"))
    return by_code or by_name


def _bodies(intake: Intake, text: str, held: NamesHeld | None = None) -> list[Body]:
    """Return the bodies of a name, in any spelling; else the one of the same kind and proper name."""
    bodies = intake.known.called([text]) or intake.known.alike(text)
    if not bodies and held is not None and len(meant := held.meant(text)) == 1:
        return meant
    return bodies


def _known(reader: Reader, name: str, held: NamesHeld | None = None) -> Body | None:
    """Return the body that a field names, having said where it is called otherwise, or may be several."""
    text = reader.text(name)
    bodies = _bodies(reader.intake, text, held)
    if len(bodies) == 1 and not reader.intake.known.called([text]):
        problem = Message("{text!r} was taken for {name!r}", text=text, name=bodies[0].name)
        reader.say(name, problem, Message("say so if it is another"), "note")
    if len(bodies) > 1:
        names = listing(body.name for body in bodies[:3])
        problem = Message("{text!r} may be {count} bodies: {names}", text=text, count=len(bodies), names=names)
        reader.say(name, problem, Message("the first was taken; merge them if they are one"))
    return bodies[0] if bodies else None


def _body(reader: Reader, name: str, audience: Audience, records: list[Record]) -> Body:
    """Return the body that a field names; one that no list spoke of yet is added to what is known and to the records.

    The row must be kept from here on: other rows may name the new body too.
    """
    if (body := _known(reader, name)) is not None:
        return body
    text = reader.text(name)
    body = Body(record_id(reader.source, "organization", name_key(text)), text)
    reader.intake.known.add(body, [text])
    records.append(Organization(id=body.id, name=text, audience=audience))
    fix = Message("it became a body of its own; merge it if it is one you know")
    reader.say(name, Message("{text!r} is in no other list", text=text), fix, "note")
    return body


def _like(intake: Intake, text: str) -> list[str]:
    """Return up to three names of known bodies that are like a text, the likest first."""
    names, name = intake.known.names, Name.of(text)
    near = process.extract(name_key(text), list(names), limit=50, score_cutoff=60)
    likeness = {
        body.name: max(alike(name, Name.of(other)) for other in body.names | {body.name})
        for key, _, _ in near
        for body in names[key]
    }
    return sorted((like for like, score in likeness.items() if score >= LIKE), key=lambda like: -likeness[like])[:3]


def provenance(reader: Reader, entity: str, record: str, key: str) -> Provenance:
    """Return where a record of a row came from."""
    named_by = "from" if entity == "referral_agreement" else "organization"
    return Provenance(**reader.provenance(entity, record, key, named_by=named_by))


READERS: dict[str, Callable[[Iterable[Reader], Intake], Iterator[tuple[SheetRow, list[Record]]]]] = {
    "activity": activities,
    "agreement": agreements,
    "assessment": assessments,
}
