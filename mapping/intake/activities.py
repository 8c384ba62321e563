"""Rows that speak of bodies and services known from other lists: activities, agreements, answers to the checklist."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Literal

from rapidfuzz import process

from mapping.area.geocode import coded_unit, locate, units_served
from mapping.batch import Issue
from mapping.column_map import field_name
from mapping.intake.disclosure import audience_of
from mapping.intake.row_reader import Intake, Reader, by_headings, coded
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.composition import Composition, composed
from mapping.language.fold import name_key
from mapping.language.i18n import UNSAID, Message, listing
from mapping.language.languages import word_rows
from mapping.language.taxonomy import Vocabulary, checklist_item, match_listed, match_term
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
from mapping.quality.names import Name, alike, proposals

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
    source = intake.columns.source
    uses: dict[str, int] = {}
    bodies: dict[str, str] = {}
    for reader in readers:
        audience = audience_of(reader)
        records: list[Record] = []
        silent = parsers.is_blank(reader.text("organization"))
        types, words = _types(reader)
        units = _units(reader)
        for word in words:
            problem = Message("{word!r} is no kind of activity that we know", word=word)
            reader.say_unknown(word, problem)
        if silent or not units or not types:
            _refuse_activity(reader, silent, not units)
            continue
        body = _body(reader, "organization", audience_of_new=audience, records=records)
        start, end = _days(reader)
        people = _people(reader, start)
        if len(units) > 1 and any(people):
            problem = Message("the people are those of {count} areas together", count=len(units))
            reader.say("unit", problem, Message("none are kept; ask for the people of each area"))
            people = (None, None, None)
        planned, reached, women = people
        implementer = _implementer(reader, audience, records)
        for column, named_body in (("organization", body), ("implementer", implementer)):
            if named_body is not None:
                bodies.setdefault(named_body.id, reader.text(column))
                _say_spelling(reader, column, bodies[named_body.id])
        key = _own_key(reader, uses)
        activity = Activity(
            id=record_id(source, "activity", key),
            organization_id=body.id,
            implementer_id=implementer.id if implementer else None,
            funder=_free(reader, "funder"),
            programme=_free(reader, "programme"),
            service_type=types[0],
            name=reader.harmless("activity", reader.text("activity")),
            area_unit=units[0],
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
        for unit in units:
            own_key = key if len(units) == 1 else f"{key} {unit}"
            part = activity.model_copy(update={"id": record_id(source, "activity", own_key), "area_unit": unit})
            records += [part, provenance(reader, "activity", part.id, own_key)]
        yield reader.row, records
    for short, whole in proposals(bodies.values()):
        problem = Message("{short!r} may be short for {whole!r}", short=short, whole=whole)
        fix = Message("merge them if they are one")
        intake.batch.extend([Issue(intake.batch.file, "", None, field_name("organization"), problem, fix)])


def _days(reader: Reader) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day, of one column those of the period in it; a last day before is left out."""
    start = reader.day("start")
    end = last_day(reader, "end") if reader.intake.fills("end") else end_of(reader, "start")
    if not (start and end and end < start):
        return start, end
    problem = Message("ends on {end}, before it starts on {start}", end=end, start=start)
    reader.say("end", problem, Message("the last day was left out"), "refused")
    return start, None


def last_day(reader: Reader, name: str) -> dt.date | None:
    """Read the last day of something; None where it has no end, or one that is past and was to be renewed."""
    value = reader.take(name, parsers.last_day, reader.intake.today, day_first=reader.intake.day_first(name))
    if value is not None and value.renewed and not _holds(reader, name, value.day):
        return None
    return reader.certain(name, value)


def day_after(reader: Reader, name: str, first: dt.date | None) -> dt.date | None:
    """Read the last day of what began on a day, also where its cell says how long it holds ("3 years")."""
    text = reader.text(name)
    try:
        term = parsers.term(text)
    except parsers.Unreadable:
        return last_day(reader, name)
    if first is None:
        problem = Message("{text!r} is a term, and no day says from when", text=text)
        reader.say(name, problem, Message("write the day of signature, or the last day"), "refused")
        return None
    end = term.after(first)
    problem = Message("{text!r} from {first} ends on {end}", text=text, first=first, end=end)
    reader.say(name, problem, Message("write the last day if it is another"), "note")
    return None if term.renewed and not _holds(reader, name, end) else end


def _holds(reader: Reader, name: str, end: dt.date) -> bool:
    """Tell whether something that is renewed by itself has not ended yet; whether it was renewed is doubted."""
    problem = Message("{text!r}: whether it was renewed is not known", text=reader.text(name))
    reader.say(name, problem, Message("ask until when it holds now"))
    return end >= reader.intake.today


def end_of(reader: Reader, name: str) -> dt.date | None:
    """Return the last day of the period that a cell names; None where it names a day or cannot be read."""
    text, today = reader.text(name), reader.intake.today
    try:
        first, last = (parsers.date_value(text, today, of_period=part) for part in ("first", "last"))
    except parsers.Unreadable:
        return None
    return last.day if last.day != first.day else None


def _people(reader: Reader, start: dt.date | None) -> tuple[int | None, int | None, int | None]:
    """Return how many people were planned and reached, and the women among them; more women than people are none."""
    planned, reached, women = (_count(reader, name) for name in ("planned", "reached", "reached_women"))
    if women is None and parsers.is_blank(reader.text("reached_women")):
        women = parsers.women_among(reader.text("reached"))
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


def _say_spelling(reader: Reader, column: str, first: str) -> None:
    """Say that a body's name is written otherwise than in the rows above, where it was taken for the same."""
    text = reader.text(column)
    if text != first:
        reader.say(
            column,
            Message("{text!r} was taken for {first!r}, as it stood before", text=text, first=first),
            Message("say so if it is another"),
        )


def _types(reader: Reader) -> tuple[list[str], list[str]]:
    """Return the kinds of help of a row and its words for none; where the best column is unclear, of another."""
    types, words = reader.terms("service", "service_types")
    if types:
        return types, words
    named = reader.intake.columns.fields
    for column in [*named.get("service", ()), *named.get("activity", ())]:
        text = reader.word("service", reader.row.text([column]))
        match = match_term("service_types", text)
        made = Composition((match.code,)) if match else composed("service_types", text)
        if len(made.codes) == 1 and not made.unread:
            reader.say(
                "service",
                Message("was told by {column!r} as {code}", column=column, code=coded("service_types", made.codes[0])),
                Message("put it into the map if that is wrong"),
                "note" if match else "doubt",
            )
            return [made.codes[0]], []
    return types, words


def _refuse_activity(reader: Reader, who: bool, where: bool) -> None:
    """Set a row aside that does not say who does something, or where, or what, in words that are known."""
    name = "organization" if who else "unit" if where else "service"
    beside = {"unit": "unit_code", "service": "activity"}
    text = reader.text(name) or reader.text(beside.get(name, name))
    problem = (
        Message("{text!r} is not known here, so {silent}", text=text, silent=SILENT[name]) if text else SILENT[name]
    )
    reader.refuse(
        name,
        problem,
        Message("mend the row and send it again") if not text else Message("give the code of a unit or term"),
    )


def agreements(readers: Iterable[Reader], intake: Intake) -> Iterator[tuple[SheetRow, list[Record]]]:
    """Yield an agreement for each row whose two ends are known; one end alone would be a rumour."""
    source = intake.columns.source
    uses: dict[str, int] = {}
    held = NamesHeld(intake.known.bodies.values())
    for reader in readers:
        giver, taker = _parties(reader, held)
        if giver is None or taker is None:
            continue
        if giver.id == taker.id:
            reader.refuse(
                "to",
                Message("{name!r} has an agreement with itself", name=giver.name),
                Message("ask which two organizations it binds"),
            )
            continue
        if may_be_one(giver, taker):
            problem = Message("{giver!r} and {taker!r} may be one organization", giver=giver.name, taker=taker.name)
            reader.refuse(
                "to",
                problem,
                Message("ask which two organizations it binds; if they are one, decide it among the duplicates"),
            )
            continue
        types, words = reader.terms("service", "service_types")
        for word in words:
            problem = Message("{word!r} is no kind of help that we know", word=word)
            reader.say_unknown(word, problem)
        signed = reader.day("signed_on", past=True)
        valid = day_after(reader, "valid_to", signed)
        if signed and valid and valid < signed:
            reader.say(
                "valid_to",
                Message("ends on {valid}, before it was signed on {signed}", valid=valid, signed=signed),
                Message("the end was left out"),
                "refused",
            )
            valid = None
        key = _own_key(reader, uses)
        unknown = Message("{text!r} is no kind of paper that we know", text=reader.text("document"))
        paper = _term(reader, "document", "agreement_documents", unknown)
        agreement = ReferralAgreement(
            id=record_id(source, "referral_agreement", key),
            from_organization_id=giver.id,
            to_organization_id=taker.id,
            service_types=";".join(types),
            document=paper,
            number=_filled(reader, "number"),
            signed_on=signed,
            valid_to=valid,
            consent_form=reader.take("consent", parsers.consent_form),
            contact_route=_filled(reader, "route"),
            answer_within_hours=reader.take("answer_within", parsers.hours_within),
            status=_status(reader, valid),
            audience=audience_of(reader),
        )
        yield reader.row, [agreement, provenance(reader, "referral_agreement", agreement.id, key)]


def assessments(readers: Iterable[Reader], intake: Intake) -> Iterator[tuple[SheetRow, list[Record]]]:
    """Yield an answer for each row whose service and checklist item are known; never for the public."""
    source = intake.columns.source
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
        code = _standard(reader, service)
        if code is None:
            continue
        text = reader.text("answer")
        several = "answer" in intake.columns.choices and ";" in text
        score = scored and text.isdecimal() and reader.word("answer", text) == text
        answer = "unknown" if not text else None if several or score else _answer(reader.word("answer", text))
        if answer is None:
            reader.say(
                "answer",
                Message("{answer!r} is no answer that we know", answer=text),
                Message("it counts as unknown"),
            )
        day = reader.day("assessed_on", past=True)
        if day is None and reader.text("assessed_on"):
            reader.refuse(
                "assessed_on",
                Message("the answer has no day that can be"),
                Message("write the day on which it was seen"),
            )
            continue
        record = StandardAssessment(
            id=record_id(source, "standard_assessment", service, code, reader.text("assessed_by")),
            service_id=service,
            standard=code,
            answer=answer or "unknown",  # type: ignore[arg-type]
            evidence=_filled(reader, "evidence"),
            assessed_by=_assessor(reader),
            assessed_on=day,
            audience=strictest(audience_of(reader), "focal_point"),
        )
        before = answered.get(record.id, (dt.date.min, 0))
        if before[1]:
            reader.say(
                "standard",
                Message("row {row} answers this too", row=str(before[1])),
                Message("the later answer stands; delete the other"),
            )
        if (day or dt.date.min) >= before[0]:
            answered[record.id] = (day or dt.date.min, reader.row.number)
            yield reader.row, [record]


def _answers(row: Reader) -> list[str]:
    """Return what stands in the cells of answers of a row; a number beyond 1 is a score, and 1 no yes beside it."""
    return [row.text("answer"), *(row.row.text([column]) for column in row.intake.columns.headings)]


def checklist(reader: Reader, owner: Reader, service: str, audience: Audience) -> Iterator[Record]:
    """Yield the answers to the checklist that stand in the columns of a service's own row; never for the public.

    ``owner`` is the row of the body and its place, which says who assessed and when.
    """
    columns, source = reader.intake.columns, reader.intake.columns.source
    if not columns.standards:
        return
    dated = next((name for name in ("assessed_on", "verified_on") if owner.text(name)), "")
    day, assessor = owner.day(dated, past=True) if dated else None, _assessor(owner)
    texts = {column: reader.row.text([column]) for column in columns.standards}
    ticked = any(text.strip() in TICKS for text in texts.values() if text)
    for column, code in columns.standards.items():
        text = texts[column]
        dash = parsers.is_blank(text)
        if dash and not (ticked and text.strip()):
            continue
        answer = "not met" if dash else _answer(reader.word("answer", text))
        if answer is None:
            reader.say(
                "standard",
                Message("{column}: {text!r} is no answer to {code}", column=column, text=text, code=code),
                Message("it counts as unknown"),
            )
        evidence = reader.row.text([columns.evidence[code]]) if code in columns.evidence else ""
        yield StandardAssessment(
            id=record_id(source, "standard_assessment", service, code, assessor or ""),
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


def _standard(reader: Reader, service: str) -> str | None:
    """Return the item of the checklist that a row answers; one that is none, or not of its service, sets it aside.

    A bare number is that of our checklist, and it is said.
    """
    text, standards = reader.text("standard"), Vocabulary.load("standards")
    code = checklist_item(reader.word("standard", text))
    number = _NUMBER.fullmatch(_BEFORE_NUMBER.sub("", text.strip()))
    if code is not None:
        return code
    worded = {item for cell in reader.row.cells.values() if " " in cell and (item := checklist_item(cell))}
    if number and len(worded) == 1:
        return worded.pop()
    item = f"STD-{int(number[1]):03}" if number else ""
    if item not in standards:
        reader.refuse(
            "standard",
            Message("{code!r} is no item of the checklist", code=text),
            Message("write its code into the list, or into [words.standard]"),
        )
        return None
    about, label = standards.term(item).service_type, coded("standards", item)
    kinds = {kind for (_, kind), of_kind in reader.intake.known.services_of.items() if of_kind == service}
    if about and about not in kinds:
        problem = Message("{text!r} would be {item}, which is about another kind of help", text=text, item=label)
        reader.refuse("standard", problem, Message("write its code into the list, or into [words.standard]"))
        return None
    problem = Message("{text!r} was taken for {item}", text=text, item=label)
    reader.say("standard", problem, Message("say so if the list counts by numbers of its own"))
    return item


_NUMBER = re.compile(r"0*(\d{1,3})\W*")
_OF_ITEMS = "|".join(re.escape(word) for row in word_rows()["item of a checklist"] for word in row.split(";"))
_BEFORE_NUMBER = re.compile(rf"^(?:{_OF_ITEMS})\W*(?=\d)", re.I)
"""What stands before the number of an item: "п. 4", "банди 4", "item no. 4"."""


def _own_key(reader: Reader, uses: dict[str, int]) -> str:
    """Return the sender's number of a row, or where it stands; one that stands twice is said, and both are read."""
    key = reader.text("key") or f"{reader.row.sheet} {reader.row.number}".strip()
    uses[key] = uses.get(key, 0) + 1
    if uses[key] == 1:
        return key
    reader.say(
        "key",
        Message("the number {key!r} stands in the file {count} times", key=key, count=uses[key]),
        Message("tell which is meant; both were read"),
    )
    return f"{key}#{uses[key]}"


def _filled(reader: Reader, name: str) -> str | None:
    """Return a text, None where a dash or "without number" stands for it."""
    text = reader.text(name)
    return None if parsers.is_blank(text) or UNNUMBERED.fullmatch(text.strip()) else text


def _free(reader: Reader, name: str) -> str | None:
    return reader.harmless(name, _filled(reader, name) or "") or None


def _assessor(reader: Reader) -> str | None:
    """Return in what capacity somebody assessed; a name stays private."""
    unknown = Message("{text!r} is no capacity that we know", text=reader.text("assessed_by"))
    return _term(reader, "assessed_by", "assessors", unknown)


def _status(reader: Reader, valid: dt.date | None) -> Literal["active", "expired", "suspended", "draft", "unknown"]:
    unknown = Message("{text!r} is no state of an agreement that we know", text=reader.text("status"))
    status = _term(reader, "status", "agreement_statuses", unknown)
    if status == "active" and valid is not None and valid < reader.intake.today:
        reader.say(
            "status",
            Message("is called active but ended on {valid}", valid=valid),
            Message("it counts as expired"),
            "note",
        )
        return "expired"
    if not reader.text("status") and valid is not None and valid < reader.intake.today:
        return "expired"
    return status or "unknown"  # type: ignore[return-value]


def _term(reader: Reader, name: str, taxonomy: str, unknown: Message) -> str | None:
    """Return the code of the term that a cell holds, None where it holds none; words for no term are told."""
    text = reader.text(name)
    match = match_listed(taxonomy, reader.word(name, text)) if text else None
    if match is None and text and not parsers.is_blank(text):
        reader.say(name, unknown, Message("it was left out; write a code into [words.{link}]", link=name))
    return match.code if match else None


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


def _count(reader: Reader, name: str) -> int | None:
    number = reader.take(name, parsers.number)
    if number is not None and number.most is not None:
        problem = Message("{text!r} is not exact", text=reader.text(name))
        reader.say(name, problem, Message("the number was taken; say so in the note"))
    return number.value if number is not None else None


def _units(reader: Reader) -> tuple[str, ...]:
    """Return the administrative units of an activity: each of several that its cell names, or the whole country."""
    unit = unit_of(reader)
    if unit is not None:
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
    area, code = reader.intake.area, reader.text("unit_code")
    by_code = reader.unit_by_code()
    name = reader.any_text("unit")
    by_name = None
    if name and not name.startswith("#"):
        located = locate(area, unit=name)
        by_name = located.unit
    if by_code and by_name and by_code != by_name and by_name not in area.ancestors(by_code):
        problem = Message(
            "the code {code} is {unit}, the name is {name}",
            code=code,
            unit=coded_unit(area, by_code),
            name=name,
        )
        reader.say("unit_code", problem, Message("the code was followed"))
    return by_code or by_name


def _parties(reader: Reader, held: NamesHeld) -> tuple[Body | None, Body | None]:
    """Return who sends and who takes: of their columns, or of one cell that names both."""
    text = reader.text("parties")
    if not text:
        return _end(reader, "from", held), _end(reader, "to", held)
    pairs: dict[tuple[str, str], tuple[Body, Body]] = {}
    near: list[str] = []
    for names in parsers.two_names(text):
        bodies = [_bodies(reader.intake, name, held)[0] for name in names]
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
    if not reader.text(name):
        reader.refuse(name, SILENT["organization"], Message("ask which two organizations it binds"))
        return None
    body = _known(reader, name, held)
    if body is None:
        near = listing(_like(reader.intake, reader.text(name)))
        hint = Message("is it {near}?", near=near) if near else Message("import the list that has it first")
        reader.refuse(name, Message("{text!r} is in no list", text=reader.text(name)), hint)
    return body


def _bodies(intake: Intake, text: str, held: NamesHeld | None = None) -> tuple[list[Body], bool]:
    """Return the bodies of a name, and whether they are known by it or only in another language or spelling."""
    if bodies := intake.known.called([text]):
        return bodies, True
    bodies = intake.known.alike(text)
    if not bodies and held is not None:
        meant = held.meant(text)
        bodies = meant if len(meant) == 1 else []
    return bodies, False


def _known(reader: Reader, name: str, held: NamesHeld | None = None) -> Body | None:
    """Return the body of a name: known by it, or of the same kind and proper name in another language or spelling."""
    text = reader.text(name)
    bodies, by_name = _bodies(reader.intake, text, held)
    if len(bodies) == 1 and not by_name:
        reader.say(
            name,
            Message("{text!r} was taken for {name!r}", text=text, name=bodies[0].name),
            Message("say so if it is another"),
            "note",
        )
    if len(bodies) > 1:
        names = listing(body.name for body in bodies[:3])
        reader.say(
            name,
            Message("{text!r} may be {count} bodies: {names}", text=text, count=len(bodies), names=names),
            Message("the first was taken; merge them if they are one"),
        )
    return bodies[0] if bodies else None


def _implementer(reader: Reader, audience: object, records: list[Record]) -> Body | None:
    if parsers.is_blank(reader.text("implementer")):
        return None
    return _body(reader, "implementer", audience_of_new=audience, records=records)


def _body(reader: Reader, name: str, *, audience_of_new: object, records: list[Record]) -> Body:
    """Return the body that a field names; one that no list spoke of yet is added to what is known and to the records.

    The row must be kept from here on: other rows may name the new body too.
    """
    text = reader.text(name)
    known = _known(reader, name)
    if known is not None:
        return known
    body = Body(record_id(reader.intake.columns.source, "organization", name_key(text)), text)
    reader.intake.known.add(body, [text])
    records.append(Organization(id=body.id, name=text, audience=audience_of_new))  # type: ignore[arg-type]
    reader.say(
        name,
        Message("{text!r} is in no other list", text=text),
        Message("it became a body of its own; merge it if it is one you know"),
        "note",
    )
    return body


def _service(reader: Reader, held: NamesHeld) -> str | None:
    """Return the assessed service: by its key in its list and the kind of help, else by body and kind."""
    known = reader.intake.known
    match = match_term("service_types", reader.text("service"))
    ref = reader.text("service_ref")
    keys = [key for key in known.services if ref and ref in key.split("|")]
    exact = [known.services[key] for key in keys if match and key.endswith(match.code)]
    if not exact and not ref and (match or not reader.text("service")):
        body = _known(reader, "organization", held)
        own = {code: service for (owner, code), service in known.services_of.items() if body and owner == body.id}
        exact = [own[match.code]] if match and match.code in own else [] if match else [*set(own.values())]
        exact = exact if len(exact) == 1 else []
    if exact:
        return exact[0]
    if len(keys) == 1:
        return known.services[keys[0]]
    reader.refuse(
        "service_ref",
        Message(
            "{place!r} with {help!r} is no service of a list that was read",
            place=ref or reader.text("organization"),
            help=reader.text("service"),
        ),
        Message("check the number and the kind of help"),
    )
    return None


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
