"""Consent: a statement about something hidden, and the operator's consent anew before it ends; two people each time.

A page says until when a consent holds, and never who of the operator gave it: a name would lead to what is hidden.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES, WHOLES, Audience
from web.access.guard import me, study_area, today, typed_day
from web.access.pages import Pages
from web.access.signin import page
from web.staff.agreeing import hidden_units
from web.staff.common import directory, everything_seen, propose, require_over, seen
from web.staff.fields import AFTER_TODAY, AUDIENCE_LABELS, CHOOSE, LABELS, NEEDED, Field
from web.staff.persons import ANSWER, ASKS, asked_about
from web.staff.records.create import NOT_YOURS
from web.staff.records.records import line

blueprint = Pages("consent")

LET_MORE, THEN = Message("Let more people see it"), Message("Who may see it then")


@blueprint.form("widen", "w/<table>/<identifier>.html")
def widen(language: str, table: str, identifier: str) -> ResponseReturnValue:
    """Ask to let more people see a record: with its operator's consent, and a second person.

    What is for custodians only is asked for by custodians, who saw it first; this page tells them nothing of it.
    """
    if table not in WHOLES:
        abort(404)
    whole, shown, least = everything_seen(), {"title": LET_MORE, "name": identifier}, len(AUDIENCES) - 1
    if whole.has(table, identifier):
        record = seen().record(table, identifier)
        require_over("widen", record)
        least = AUDIENCES.index(record.audience)
        shown |= {"name": line(whole, record, language).name, "back": f"r/{table}/{identifier}.html"}
    else:
        there = directory().db.conn.execute(f'SELECT 1 FROM "{table}" WHERE id = ?', [identifier]).fetchone()
        may = me().may("widen", hidden_units(table, identifier, directory(), whole))
        if "custodian" not in me().roles or not there or not may:
            raise NotFound("there is no such record")
    choices = _audiences(AUDIENCES[:least], language)
    shown |= {"fields": (Field("value", THEN, "choice", "", choices, needed=True),)}  # type: ignore[dict-item]
    value = request.form.get("value", "")
    wrong = {} if value in dict(choices) else {"value": CHOOSE}
    return _answer(language, "audience", table, identifier, {"value": value}, shown, wrong)


@blueprint.form("widen", "consent/<identifier>.html")
def anew(language: str, identifier: str) -> ResponseReturnValue:
    """Renew the consent by which more people see a record."""
    approval = seen().record("approval", identifier)
    subject: Any = next(filter(None, (seen().get(table, approval.subject) for table in WHOLES)), None)
    if subject is None or approval.kind not in ("audience", "precision"):
        abort(404)
    require_over("widen", subject)
    name, back = line(seen(), subject, language).name, f"r/{subject.table}/{subject.id}.html"
    shown = {"name": name, "back": back, "ends": approval.consent_until}
    return _answer(language, approval.kind, subject.table, subject.id, {"value": approval.value}, shown)


@blueprint.form("widen", "statement.html")
def statement(language: str) -> ResponseReturnValue:
    """Write a statement: that something hidden can be arranged, and through which line."""
    fields, form = _fields(language), request.form
    if request.method == "GET":
        return _form(language, {"fields": fields})
    wrong = {
        field.name: CHOOSE
        for field in fields
        if field.choices and (field.needed or form.get(field.name)) and form.get(field.name) not in dict(field.choices)
    }
    texts = {code: text for code in study_area().languages if (text := form.get(f"text-{code}", "").strip())}
    values: dict[str, Any] = {
        name: form.get(name, "").strip() or None for name in ("route", "service_type", "area_unit")
    }
    values |= {"audience": form.get("audience", ""), "texts": texts, "text": next(iter(texts.values()), "")}
    unit = values["area_unit"]
    if unit and "area_unit" not in wrong and not me().may("widen", {unit, *study_area().ancestors(unit)}):
        return _form(language, {"fields": fields}, wrong={"area_unit": NOT_YOURS}), 403
    wrong |= {} if values["route"] else {"route": NEEDED}
    wrong |= {} if texts else {fields[0].name: NEEDED}
    questions = {
        f"text-{code}": question
        for code, text in texts.items()
        for question in asked_about("statement", {"text": text}, audience=values["audience"]).values()
    }
    if questions and not wrong:
        return _form(language, {"fields": fields}, wrong=questions, problem=ASKS, asks=ANSWER), 409
    return _answer(language, "statement", "statement", str(uuid.uuid4()), values, {"fields": fields}, wrong)


@blueprint.form("widen", "statement/<identifier>.html")
def statement_anew(language: str, identifier: str) -> ResponseReturnValue:
    """Renew the consent to a statement; what it says stays."""
    statement = seen().record("statement", identifier)
    if statement.area_unit:
        require_over("widen", statement)
    shown = {"name": statement.text, "back": "see/statement.html", "ends": statement.consent_until}
    values = {name: getattr(statement, name) for name in ("text", "service_type", "area_unit", "route", "audience")}
    return _answer(language, "statement", "statement", identifier, values, shown)


def _answer(
    language: str,
    kind: Any,
    table: str,
    identifier: str,
    values: Mapping[str, Any],
    shown: Mapping[str, Any],
    wrong: Mapping[str, Message] | None = None,
) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(language, shown)
    texts = {name: request.form.get(name, "").strip() for name in ("consent_by", "reason")}
    faults = {**(wrong or {}), **{name: NEEDED for name, text in texts.items() if not text}}
    until = typed_day("consent_until")
    if until is None or until <= today():
        faults["consent_until"] = AFTER_TODAY
    if faults:
        return _form(language, shown, wrong=faults), 400
    subject = f"{table} {identifier}: {'audience' if 'title' in shown else 'consent'}"
    propose(kind, table, identifier, values, subject=subject, consent_until=until, **texts)
    return redirect(f"/{language}/{shown.get('back') or 'waiting.html'}?waits", code=303)


def _form(language: str, shown: Mapping[str, Any], **more: object) -> str:
    blank: dict[str, Any] = {"title": None, "name": "", "back": "", "ends": None, "fields": ()}
    return page("staff/consent.html", language, **{**blank, **shown, **more})


def _audiences(audiences: tuple[Audience, ...], language: str) -> tuple[tuple[str, str], ...]:
    return tuple((audience, AUDIENCE_LABELS[audience].into(language)) for audience in audiences)


def _fields(language: str) -> tuple[Field, ...]:
    area, terms = study_area(), Vocabulary.load("service_types")
    kinds = tuple((term.code, str(terms.label(term.code, language))) for term in terms.terms())
    units = tuple((code, area.label(code, language)) for code in area.all_units())
    readers = _audiences(AUDIENCES[:3], language)
    texts = (
        Field(f"text-{code}", Message("What can be arranged: {tongue}", {"tongue": language_of(code).name}), "long", "")
        for code in area.languages
    )
    return (
        *texts,
        Field("route", LABELS["route"], "text", "", needed=True),
        Field("service_type", LABELS["service_type"], "choice", "", kinds),
        Field("area_unit", LABELS["area_unit"], "choice", "", units),
        Field("audience", LABELS["audience"], "choice", "public", readers, needed=True),
    )
