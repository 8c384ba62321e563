"""What fields are called: whatever two people agree to show has a name and words, in every language."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from mapping.model import RECORDS
from mapping.safety.redaction import PUBLISHED
from mapping.view.diff import UNTOLD
from web.staff.fields import LABELS, TABLES, label_of, said

TEMPLATES = Path(__file__).parents[3] / "web" / "templates"
TOLD = [(table, field) for table in TABLES for field in PUBLISHED[table] if field not in {*UNTOLD} - {*LABELS}]


def test_every_field_that_can_be_published_has_a_name():
    assert len(TOLD) > 150
    assert [pair for pair in TOLD if pair[1] not in LABELS] == []
    for language in ("en", "ru", "tg", "uz"):
        assert all(label_of(*pair).into(language) for pair in TOLD)


CODES = [
    (table, field, code)
    for table, field in TOLD
    for codes in (get_type_hints(RECORDS[table])[field], *get_args(get_type_hints(RECORDS[table])[field]))
    for code in get_args(codes)
    if isinstance(code, str)
]
"""What fields of few codes may hold."""


@pytest.mark.parametrize("language", ["ru", "tg", "uz"])
def test_no_field_of_few_codes_shows_one(tiny_area, language):
    assert len(CODES) > 40
    assert [codes for codes in CODES if said(*codes, tiny_area, language) == codes[2]] == []


@pytest.mark.parametrize(
    ("table", "field", "value", "text"),
    [
        ("case_count", "sex", "female", "Женский"),
        ("case_count", "measure", "investigations", "Расследования"),
        ("case_count", "suppressed", True, "да"),
        ("case_count", "unit_of_count", "persons", "люди"),
        ("service_at_location", "role", "referral_desk", "оттуда направляют дальше"),
        ("referral_agreement", "service_types", "LEG-INF;PSY-COU", "Юридическая консультация, Психосоц"),
    ],
)
def test_codes_are_said_in_words(tiny_area, table, field, value, text):
    assert said(table, field, value, tiny_area, "ru").startswith(text)


def test_the_source_of_a_count_pays_nobody():
    assert str(label_of("case_count", "source")) == "Source"
    assert str(label_of("funding", "source")) == "Who pays"


@pytest.mark.parametrize(
    ("table", "name", "value", "text"),
    [
        ("service", "fees_description", "Free", "Бесплатно"),
        ("service", "fees_description", "10 somoni", "10 somoni"),
        ("schedule", "description", "by appointment", "По предварительной записи"),
        ("accessibility", "description", "Step-free entrance", "Вход без ступеней"),
        ("phone", "number", "+992900000001", "+992\u00a090\u00a0000\u00a00001"),
    ],
)
def test_what_readers_of_lists_write_themselves_is_read_in_the_language_of_the_page(tj_area, table, name, value, text):
    assert said(table, name, value, tj_area, "ru") == text


def test_every_button_of_a_form_looks_like_one():
    """Without a class it stands in the browser's own small grey letters."""
    pages = [path for folder in ("staff", "ops", "account") for path in (TEMPLATES / folder).glob("*.html")]
    buttons = [
        (path.name, button) for path in pages for button in re.findall(r"<button[^>]*>", path.read_text("utf-8"))
    ]
    assert len(buttons) > 50
    assert [(name, button) for name, button in buttons if "class=" not in button] == []
