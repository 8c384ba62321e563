"""Every text of the product is there in every language."""

import re
from pathlib import Path

import pytest

from tests.support.translations import catalogue, catalogues, hidden, languages, problems, texts

SOURCES = ("mapping", "web")


@pytest.fixture(scope="module")
def wanted():
    return texts(*SOURCES)


@pytest.mark.parametrize("language", languages())
def test_every_text_is_translated(language, wanted):
    assert problems(language, wanted) == []


def test_every_text_can_be_read_from_the_code():
    assert hidden(*SOURCES) == []


def test_the_texts_are_found(wanted):
    """The tests above would pass for ever if they looked at nothing."""
    assert len(wanted) > 2000
    assert wanted["not published here"] == "mapping/result.py"
    assert languages() == ["ru", "tg", "uz"]


CRIME = re.compile(
    r"перед\w*\s+(?:людей|людьми|человека|лиц\b)|передач\w*\s+(?:людей|лиц|человека)|супори\w*\s+(?:одам|шахс)|"
    r"одам\w*\s*(?:ро)?\s+супор|odam\w*(?:ni)?\s+(?:topshir|uzat)|hand\w*\s+(?:people|persons?|somebody)\s+over",
    re.IGNORECASE,
)
"""Handing people over is how the law words the crime: people are referred to help, never handed over."""


@pytest.mark.parametrize("language", languages())
def test_people_are_referred_and_never_handed_over(language):
    for path in sorted(Path("mapping/language", language).glob("*.po")):
        assert CRIME.findall(path.read_text(encoding="utf-8")) == [], path


def test_the_wording_of_the_crime_would_be_found():
    for text in ("Договорённости о передаче людей", "супоридани одамон", "odamlarni topshirish", "hand people over"):
        assert CRIME.search(text), text


ASKED = re.compile(r"""(?:\b_|\btranslate)\(\s*"(?:[^"\\]|\\.)*"((?:[^()]|\([^()]*\))*)\)""")
WRITTEN = re.compile(r"\b\w+=(?:num|number)\(")


def test_texts_are_given_numbers_and_write_them_themselves():
    """A number that was written before tells no word what to agree with."""
    files = [path for source in SOURCES for path in Path(source).rglob("*") if path.suffix in (".py", ".html")]
    calls = [(path, call[1]) for path in files for call in ASKED.finditer(path.read_text("utf-8"))]
    assert len(calls) > 1000
    assert [(str(path), call) for path, call in calls if WRITTEN.search(call)] == []


def test_no_sentence_in_russian_ends_twice():
    """A day is written with a full stop behind its year there: 24 ноября 2026 г."""
    sentences = [text for path in catalogues("ru") for text in catalogue(path).values()]
    assert [text for text in sentences if str(text).endswith("{day}.")] == []


KINDS_OF_UNITS = {"ru": "район", "tg": "ноҳия", "uz": "tuman"}
"""What one country calls its districts; pages for any country say "areas"."""


@pytest.mark.parametrize("language", languages())
def test_findings_of_any_country_call_no_unit_as_one_country_does(language):
    named = [
        text
        for path in catalogues(language)
        if path.stem in ("analysis", "planning", "quality", "report")
        for text, own in catalogue(path).items()
        if KINDS_OF_UNITS[language] in str(own).casefold() and "district" not in str(text).casefold()
    ]
    assert named == []
