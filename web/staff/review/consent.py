"""Consent: a statement about something hidden, and the operator's consent anew before it ends; two people each time.

A page says until when a consent holds, and never who of the operator gave it: a name would lead to what is hidden.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.language.i18n import Message
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES, WHOLES
from web.access.guard import Open, me, study_area
from web.access.roles import Action
from web.access.signin import page
from web.staff.common import propose, require_over, seen
from web.staff.fields import AUDIENCE_LABELS, CHOOSE, LABELS, NEEDED, Field
from web.staff.persons import ANSWER, ASKS, asked_about
from web.staff.records.create import NOT_YOURS
from web.staff.records.records import line
from web.staff.review.proposals import consent_given

blueprint = Blueprint("consent", __name__)

ROUTES: dict[str, Action | Open] = {
    "consent.statement": "approve",
    "consent.statement_anew": "approve",
    "consent.anew": "approve",
}


@blueprint.route("/<language>/consent/<identifier>.html", methods=["GET", "POST"])
def anew(language: str, identifier: str) -> ResponseReturnValue:
    """Renew the consent by which more people see a record."""
    approval = seen().record("approval", identifier)
    subject = next((seen().record(t, approval.subject) for t in WHOLES if seen().has(t, approval.subject)), None)
    if subject is None or approval.kind not in ("audience", "precision"):
        abort(404)
    require_over("approve", subject)
    shown = line(seen(), subject, language)
    shown_values = {"name": shown.name, "back": f"r/{subject.table}/{subject.id}.html", "ends": approval.consent_until}
    if request.method == "GET":
        return _form(language, **shown_values)
    return _propose(language, approval.kind, subject.table, subject.id, {"value": approval.value}, shown_values)


@blueprint.route("/<language>/statement.html", methods=["GET", "POST"])
def statement(language: str) -> ResponseReturnValue:
    """Write a statement: that something hidden can be arranged, and through which line."""
    fields = _fields(language)
    if request.method == "GET":
        return _form(language, fields=fields)
    form = request.form
    wrong = {
        field.name: CHOOSE
        for field in fields
        if field.choices and (field.needed or form.get(field.name)) and form.get(field.name) not in dict(field.choices)
    }
    texts = {code: form.get(f"text-{code}", "").strip() for code in study_area().languages}
    texts = {code: text for code, text in texts.items() if text}
    values: dict[str, Any] = {
        name: form.get(name, "").strip() or None for name in ("route", "service_type", "area_unit")
    }
    values |= {"audience": form.get("audience", ""), "texts": texts, "text": next(iter(texts.values()), "")}
    unit = values["area_unit"]
    if unit and "area_unit" not in wrong and not me().may("approve", {unit, *study_area().ancestors(unit)}):
        return _form(language, fields=fields, wrong={"area_unit": NOT_YOURS}), 403
    wrong |= {} if values["route"] else {"route": NEEDED}
    wrong |= {} if texts else {fields[0].name: NEEDED}
    audience = values["audience"]
    questions = {
        f"text-{code}": question
        for code, text in texts.items()
        for question in asked_about("statement", {"text": text}, audience=audience).values()
    }
    if questions and not wrong:
        return _form(language, fields=fields, wrong=questions, problem=ASKS, asks=ANSWER), 409
    return _propose(language, "statement", "statement", str(uuid.uuid4()), values, {"fields": fields}, wrong)


@blueprint.route("/<language>/statement/<identifier>.html", methods=["GET", "POST"])
def statement_anew(language: str, identifier: str) -> ResponseReturnValue:
    """Renew the consent to a statement; what it says stays."""
    statement = seen().record("statement", identifier)
    if statement.area_unit:
        require_over("approve", statement)
    shown_values = {"name": statement.text, "back": "see/statement.html", "ends": statement.consent_until}
    if request.method == "GET":
        return _form(language, **shown_values)
    names = ("text", "service_type", "area_unit", "route", "audience")
    return _propose(
        language, "statement", "statement", identifier, {name: getattr(statement, name) for name in names}, shown_values
    )


def _propose(
    language: str,
    kind: Any,
    table: str,
    identifier: str,
    values: dict[str, Any],
    shown: dict[str, Any],
    wrong: Mapping[str, Message] = MappingProxyType({}),
) -> ResponseReturnValue:
    """Keep what was asked for until a second person agrees."""
    consent, missing = consent_given()
    if wrong or missing:
        return _form(language, **shown, wrong={**wrong, **missing}), 400
    propose(kind, table, identifier, values, subject=f"{table} {identifier}: consent", **consent)
    return redirect(f"/{language}/{shown.get('back') or 'waiting.html'}?waits", code=303)


def _form(
    language: str,
    *,
    name: str = "",
    back: str = "",
    ends: dt.date | None = None,
    fields: tuple[Field, ...] = (),
    **more: object,
) -> str:
    return page(
        "staff/consent.html",
        language,
        name=name,
        back=back,
        ends=ends,
        fields=fields,
        **more,
    )


def _fields(language: str) -> tuple[Field, ...]:
    """Return the fields of a new statement: its words in each language, for which help, where, through which line."""
    area, terms = study_area(), Vocabulary.load("service_types")
    kinds = tuple((term.code, str(terms.label(term.code, language))) for term in terms.terms())
    units = tuple((code, area.label(code, language)) for code in area.all_units())
    readers = tuple((audience, AUDIENCE_LABELS[audience].into(language)) for audience in AUDIENCES[:3])
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
