"""Inbox of the staff: what visitors and partners sent in, decided one by one.

A provider's changes are taken field by field, and a checklist as it was answered. What would lead the public somewhere
new waits for a second person even then: the provider's account may be in other hands.
"""

from collections.abc import Iterator
from typing import Any, cast

from flask import redirect, request
from flask.typing import ResponseReturnValue

from mapping.batch import Batch
from mapping.directory.proposals import Outdated, version
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message, show
from mapping.language.taxonomy import Vocabulary
from mapping.model import Record, Source, StandardAssessment, record_id
from web.access.guard import log, me, study_area, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, everything_seen, inbox, propose, seen
from web.staff.fields import CHOOSE, FIELDS, LABELS, given, labels, said
from web.staff.records.edit import leads_elsewhere
from web.staff.records.lists import WorkList, WorkRow, work_page
from web.staff.records.records import line
from web.staff.visible import VisibleRecords
from web.stores.inbox import Decision, Draft, HelpMissing, Received, SomethingWrong, StandardsAnswers

blueprint = Pages("letters")

INBOX, A_VISITOR = Message("Inbox"), Message("a visitor")

KINDS = ("wrong", "draft", "answers", "missing")
CALLED, TITLES, WRONG, WHY = (labels(of) for of in ("letter", "letters", "wrong", "no_help"))

CHOICES = ("accepted", "refused", "done")
GONE = Message("Somebody else decided on this, or changed the record meanwhile. Look at it again.")
TICK = Message("Tick what you accept, or refuse it all.")


def waiting_for_me() -> Iterator[Received]:
    """Yield what waits for a decision and is about the regions of whoever is signed in."""
    for received in inbox().messages(*KINDS, waiting=True):
        if _is_mine(received):
            yield received


def _is_mine(received: Received) -> bool:
    record = about(everything_seen(), received)
    if record is not None:
        return me().may("review", everything_seen().units(record))
    if isinstance(received.message, HelpMissing):
        return me().may("review", frozenset(everything_seen().above(received.message.area_unit)))
    return me().may("review", frozenset())


def about(whole: VisibleRecords, received: Received) -> Any:
    """Return the record that something sent in is about; None where it is about none that is seen."""
    message = received.message
    table, published = "service", getattr(message, "service", "")
    if isinstance(message, Draft):
        table, published = message.entity, message.record
    private = whole.private(table, published)
    return whole.record(table, private) if private else None


@blueprint.page("review", "inbox.html", menu=(INBOX, 20))
def all_(language: str) -> str:
    """Show what waits for a decision."""
    return work_page(language, INBOX, letters_lists())


def letters_lists() -> list[WorkList]:
    """Return what was sent in and waits for whoever is signed in, by kind."""
    of_kind: dict[str, list[Received]] = {kind: [] for kind in KINDS}
    for received in waiting_for_me():
        of_kind[received.kind].append(received)
    return [
        WorkList(title, "bad" if kind == "wrong" else "warn", "inbox.html", of_kind[kind], _row)
        for kind, title in TITLES.items()
    ]


def _row(received: Received, language: str) -> WorkRow:
    kind, name, _, text = _letter(received, language)
    path, sender = f"letter/{received.number}.html", received.sender or A_VISITOR.into(language)
    return WorkRow(show(kind, language), path, name, (text,), by=sender, on=received.received_on)


def _letter(received: Received, language: str) -> tuple[Message, str, str, str]:
    """Return what was sent in, the name and path of the record that it is about, and what it says in a line."""
    record = about(everything_seen(), received)
    shown = line(everything_seen(), record, language) if record is not None else None
    text, message, area = "", received.message, study_area()
    if isinstance(message, SomethingWrong):
        text = show(WRONG[message.what], language)
    elif isinstance(message, HelpMissing):
        unit = area.label(message.area_unit, language) if message.area_unit in area.all_units() else message.area_unit
        needs = Vocabulary.load("needs")
        need = str(needs.label(message.need, language)) if message.need in needs else message.need
        text = f"{unit}: {need}; {show(WHY[message.why], language)}"
    elif isinstance(message, Draft):
        text = ", ".join(show(LABELS[name], language) for name in message.fields if name in LABELS)
    name, path = (shown.name, f"r/{shown.table}/{shown.id}.html") if shown else ("", "")
    return CALLED[received.kind], name, path, text


@blueprint.form("review", "letter/<int:number>.html")
def one(language: str, number: int) -> ResponseReturnValue:
    """Show one message, and take what is decided about it."""
    received = inbox().message(number)
    if received.kind not in KINDS or not _is_mine(received):
        raise NotFound("there is no such message")
    decided = inbox().decisions().get(number)
    if request.method == "GET" or decided is not None:
        return _page(language, received, decided=decided)
    choice, note = request.form.get("choice", ""), request.form.get("note", "").strip()
    if choice not in CHOICES:
        return _page(language, received, wrong={"choice": CHOOSE}), 400
    try:
        if choice == "accepted" and not _accept(received):
            return _page(language, received, wrong={"field": TICK}), 400
        inbox().decide(number, cast("Decision", choice), by=me().login, on=today(), note=note)
    except (Outdated, InvalidRecord):
        return _page(language, received, problem=GONE), 409
    log(f"message_{choice}", subject=f"{received.kind} {number}", reason=note)
    return redirect(f"/{language}/inbox.html?done", code=303)


def _page(language: str, received: Received, *, decided: Any = None, **more: object) -> str:
    record = about(everything_seen(), received)
    seen_at = version(directory().db, record.table, record.id) if record is not None else 0
    return page(
        "staff/message.html",
        language,
        received=received,
        letter=dict(zip(("kind", "name", "path", "text"), _letter(received, language), strict=True)),
        rows=_rows(received, record, language),
        answers=list(_answers(received, language)),
        decided=decided,
        seen=seen_at,
        **more,
    )


def _rows(received: Received, record: Any, language: str) -> list[tuple[Any, ...]]:
    if not isinstance(received.message, Draft) or record is None:
        return []
    table, area = record.table, study_area()
    rows = []
    for name, then in received.message.fields.items():
        if name in FIELDS[table] and name != "audience":
            both = (said(table, name, value, area, language) for value in (getattr(record, name), then))
            rows.append((name, LABELS[name], *both))
    return rows


def _answers(received: Received, language: str) -> Iterator[tuple[str, Message, str]]:
    if isinstance(received.message, StandardsAnswers):
        items = Vocabulary.load("standards")
        for code, answer in received.message.answers.items():
            if code in items:
                evidence = received.message.evidence.get(code, "")
                yield str(items.label(code, language)), LABELS[answer.replace(" ", "_")], evidence


def _accept(received: Received) -> bool:
    record = about(everything_seen(), received)
    if record is None or not seen().has(record.table, record.id):
        raise InvalidRecord("what this is about is not there any more")
    if isinstance(received.message, Draft):
        return _accept_draft(received, received.message, record)
    if isinstance(received.message, StandardsAnswers):
        batch = assessed(received, received.message, record.id)
        directory().add(batch, by=me().login, on=today())
        return True
    raise InvalidRecord("this is not something to accept")


def _accept_draft(received: Received, draft: Draft, record: Any) -> bool:
    chosen = {name: draft.fields[name] for name in request.form.getlist("field") if name in draft.fields}
    values, wrong = given(record.table, chosen, (), study_area(), record)
    values.pop("audience", None)
    values.pop("byday", None)
    if wrong or not values:
        return False
    reason = f"change {received.number} sent in by {received.sender}"
    two = {name: value for name, value in values.items() if leads_elsewhere(record.table, record.id, {name: value})}
    alone = {name: value for name, value in values.items() if name not in two}
    number = request.form.get("seen", 0, type=int)
    if alone:
        directory().edit(record.table, record.id, alone, by=me().login, on=today(), reason=reason, last_change=number)
    elif version(directory().db, record.table, record.id) != number:
        raise Outdated
    if two:
        propose("edit", record.table, record.id, two, reason=reason)
    return True


def assessed(received: Received, sent: StandardsAnswers, service: str) -> Batch:
    """Return a provider's answers as records: its own word of that day, never for the public."""
    items = Vocabulary.load("standards")
    sender = Source(id=record_id("self-assessment", "source"), name="Self-assessments of providers")
    records = [
        StandardAssessment(
            id=record_id("self-assessment", "standard_assessment", service, code),
            service_id=service,
            standard=code,
            answer=answer,
            evidence=sent.evidence.get(code) or None,
            assessed_by="self",
            assessed_on=received.received_on,
            audience="focal_point",
        )
        for code, answer in sent.answers.items()
        if code in items
    ]
    return Batch(
        sender, "checklist of a provider", records=cast("list[Record]", records), rows=len(records), partial=True
    )
