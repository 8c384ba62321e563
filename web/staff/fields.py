"""Fields of records as a steward meets them: what they are called, how they are filled in, and what they say."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, country_name, date, show
from mapping.language.languages import SOURCE
from mapping.language.languages import language as language_of
from mapping.language.parsers.amounts import PRICES
from mapping.language.rare_days import DAYS
from mapping.language.taxonomy import Vocabulary, term_id
from mapping.model import AUDIENCES, RECORDS, WEEKDAYS, Record
from mapping.render.layers.services import spaced
from mapping.resources import table_beside
from mapping.safety.redaction import PLACE_TEXTS
from web.presenters.cards import ENTRANCES
from web.presenters.hours import NOTES

Widget = Literal["text", "long", "date", "number", "choice", "days"]
DOES_NOT_FIT = Message("This does not fit here.")
CHOOSE = Message("Choose one of these.")
NEEDED = Message("This is needed.")
AFTER_TODAY = Message("Write a day after today, as 2026-12-31.")
"""What stands beside a field of a form that is refused."""


VALUES: dict[str, dict[str, Message]] = {}
for _row in table_beside(__file__, "labels"):
    VALUES.setdefault(_row["of"], {})[_row["code"]] = Message.of(_row["label"])
"""Field, or table and field -> what its values are called; and whatever else has labels."""


def labels(of: str) -> dict[str, Message]:
    """Return the labels of something that is no field: code -> label."""
    return VALUES[of]


AUDIENCE_LABELS, TABLES, KINDS = VALUES.pop("audience"), VALUES.pop("table"), VALUES.pop("change")
"""Who may see a record, what a record of each table is called, and what a change of the history is called."""

LABELS = VALUES.pop("field")
"""Field, or table and field -> what it is called: every field that can be published, so that none is left out of what
two people agree to.
"""

RESULTS = VALUES.pop("result")
"""What a check found."""

LEVELS = {code: label for code, label in VALUES["level"].items() if code != "unverified"}
PRECISE = VALUES["precision"]
YES, NO = Message("yes"), Message("no")

VALUES["byday"] = dict(zip(WEEKDAYS, DAYS, strict=True))
VALUES["field"] = {name: LABELS[name] for name in ("name", "description", "alternate_name")}

_TABLES = tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))
FIELDS: dict[str, tuple[str, ...]] = {table: tuple(names) for table, names in _TABLES["fields"].items()}
"""Table -> fields that stewards edit, as forms ask for them."""

PARTS: dict[str, tuple[str, ...]] = {table: tuple(parts) for table, parts in _TABLES["parts"].items()}
"""Table -> tables of the parts of its records that stewards edit."""

TAXONOMY_OF: dict[str, str] = _TABLES["words"]
"""Field, or table and field -> the list of words that its codes are of."""


def label_of(table: str, name: str) -> Message:
    """Return what a field of a table is called."""
    return LABELS.get(f"{table}.{name}") or LABELS[name]


LONG = ("description", "application_process", "eligibility_description", "alert", "text", "transportation")


@dataclass(frozen=True)
class Field:
    """A field in a form: its label, how it is asked for, what stands in it, and what may be chosen."""

    name: str
    label: Message
    widget: Widget
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    keyboard: str = ""
    """The keys that a phone shows for it (``inputmode``); empty where it shows its own."""
    hint: str = ""
    """An example of what is written there."""


KEYBOARDS = {"number": "tel", "email": "email", "website": "url"}


def editable(table: str, record: Any = None) -> tuple[str, ...]:
    """Return the fields that may be edited: where only the area of a place is shown, none that tells where it is."""
    if table == "location" and record is not None and record.precision != "exact":
        return tuple(name for name in FIELDS[table] if name not in PLACE_TEXTS[table])
    return FIELDS[table]


def fields(table: str, record: Any, area: StudyArea, language: str) -> list[Field]:
    """Return the fields of a form for a record; for a new one where ``record`` is None."""
    kind, form_fields = RECORDS[table], []
    for name in editable(table, record):
        value = getattr(record, name, None) if record is not None else None
        if record is None and name == "audience":
            value = "public"
        widget = _widget(kind, name)
        choices = tuple(_choices(kind, name, record, area, language))
        needed = kind.model_fields[name].is_required()
        text = value.isoformat() if isinstance(value, dt.date) else "" if value is None else f"{value}"
        form_fields.append(
            Field(
                name,
                LABELS[name],
                "choice" if choices and widget != "days" else widget,
                text,
                choices,
                needed,
                "decimal" if widget == "number" else KEYBOARDS.get(name, ""),
            )
        )
    return form_fields


def _widget(kind: type[Record], name: str) -> Widget:
    types = get_args(kind.model_fields[name].annotation) or (kind.model_fields[name].annotation,)
    if name == "byday":
        return "days"
    if name in LONG:
        return "long"
    if dt.date in types:
        return "date"
    return "number" if {int, float} & {*types} or name in ("latitude", "longitude") else "text"


def _choices(kind: type[Record], name: str, record: Any, area: StudyArea, language: str) -> list[tuple[str, str]]:
    own = f"{kind.table}.{name}"
    if taxonomy := TAXONOMY_OF.get(own) or TAXONOMY_OF.get(name):
        unknown = [("unknown", LABELS["unknown"].into(language))] if name == "status" and own in TAXONOMY_OF else []
        return [*_terms(taxonomy, language), *unknown]
    if name == "audience":
        least = AUDIENCES.index(record.audience) if record is not None else 0
        return [(choice, AUDIENCE_LABELS[choice].into(language)) for choice in AUDIENCES[least:]]
    if name == "area_unit":
        return [(code, area.label(code, language)) for code in area.all_units()]
    if name == "language":
        return [(code, language_of(code).name) for code in area.languages]
    if name == "taxonomy_term_id":
        lists = [Vocabulary.load(taxonomy) for taxonomy in ("service_types", "beneficiaries")]
        return [(term_id(term), str(terms.label(term.code, language))) for terms in lists for term in terms.terms()]
    labels = VALUES.get(own) or VALUES.get(name, {})
    return [(code, label.into(language)) for code, label in labels.items()]


@lru_cache(512)  # a page says dozens of values, each of one field among many
def _known_choices(kind: type[Record], name: str, area: StudyArea, language: str) -> Mapping[str, str]:
    return dict(_choices(kind, name, None, area, language))


def _terms(taxonomy: str, language: str) -> Iterator[tuple[str, str]]:
    terms = Vocabulary.load(taxonomy)
    yield from ((term.code, str(terms.label(term.code, language))) for term in terms.terms())


OWN_WORDS = ("fees_description", "description")
READERS_WORDS = {message.text: message for message in PRICES.values()} | ENTRANCES | NOTES
"""What readers of lists write themselves, in English, of prices, entrances and hours, with which fields hold it."""


def said(table: str, name: str, value: Any, area: StudyArea, language: str) -> str:
    """Return what a field says, in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or name == "do_not_list":
        return (YES if value else NO).into(language)
    field = RECORDS[table].model_fields.get(name)
    if isinstance(value, str) and field and dt.date in get_args(field.annotation):
        value = dt.date.fromisoformat(value)  # as what waits keeps it
    if isinstance(value, dt.date):
        return date(value, language)
    if name == "service_types":
        labels = dict(_terms(name, language))
        return ", ".join(labels.get(code, code) for code in re.split(r"[;,\s]+", str(value)))
    if name == "country":
        return show(country_name(str(value)), language)
    if name == "field" and value in LABELS:
        return LABELS[value].into(language)
    if name == "option" and value in PRICES:
        return PRICES[value].into(language)
    if (table, name) == ("phone", "number"):
        return spaced(str(value), area.code, language)
    if name in OWN_WORDS and value in READERS_WORDS:
        return READERS_WORDS[value].into(language)
    known = _known_choices(RECORDS[table], name, area, language)
    if name == "byday":
        return ", ".join(known.get(day, day) for day in str(value).split(","))
    return known.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))


def given(
    table: str, form: Mapping[str, Any], days: Sequence[str], area: StudyArea, old: Any = None
) -> tuple[dict[str, Any], dict[str, Message]]:
    """Return the fields of a form that differ from a record, as values, and what does not fit: name -> why.

    What a form about a record does not send stays as it is; a form for a new one lacks it.
    """
    kind = RECORDS[table]
    texts: dict[str, Any] = {}
    wrong: dict[str, Message] = {}
    for form_field in fields(table, old, area, SOURCE):
        name, model = form_field.name, kind.model_fields[form_field.name]
        if form_field.widget == "days":
            texts[name] = ",".join(day for day in WEEKDAYS if day in days) or None
        elif name in form or (old is None and (form_field.needed or form_field.value)):
            text = str(form.get(name, "")).replace("\r\n", "\n").strip()
            texts[name] = text or (None if model.is_required() else model.get_default())
            if (why := _not_chosen(form_field, text)) is not None:
                wrong[name] = why
    whole = dict(old.__dict__) if old is not None else {"id": "new", "link_id": "new", "link_entity": "service"}
    whole = {name: value for name, value in whole.items() if name in kind.model_fields and name not in texts} | texts
    try:
        new = kind.model_validate(whole)
    except ValidationError as error:
        unfit = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]} & {*texts}
        if unfit:
            return {}, dict.fromkeys(sorted(unfit), DOES_NOT_FIT) | wrong
        new = kind.model_construct(**whole)  # a field that the form does not ask for, and that nobody sees here
    values = {name: getattr(new, name) for name in texts}
    if table == "phone" and not any(sign.isdigit() for sign in str(values.get("number") or "")):
        wrong.setdefault("number", DOES_NOT_FIT)
    wrong |= {name: DOES_NOT_FIT for name in ("opens_at", "closes_at") if not _is_time(values.get(name))}
    if old is not None:
        values = {name: value for name, value in values.items() if value != getattr(old, name)}
    return values, wrong


def _not_chosen(form_field: Field, text: str) -> Message | None:
    """Return why a text does not fill a field: it is needed, or none of the choices nor what stood there; else None."""
    if not text and form_field.needed:
        return CHOOSE if form_field.choices else NEEDED
    known = not form_field.choices or text == form_field.value or text in dict(form_field.choices)
    return None if known else CHOOSE


def _is_time(value: str | None) -> bool:
    try:
        return not value or bool(dt.time.fromisoformat(value))
    except ValueError:
        return False
