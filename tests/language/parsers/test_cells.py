"""Tests of what all parsers share: `mapping.language.parsers._cells`."""

import datetime as dt

import pytest

from mapping.language.parsers import Partly, Unreadable, cell, is_blank, says_none
from mapping.language.parsers._cells import given, is_one_of, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (5.0, "5"),
        (992000118024.0, "992000118024"),
        (5.5, "5.5"),
        (True, "1"),
        (dt.date(2026, 5, 14), "2026-05-14"),
        (dt.datetime(2026, 5, 14), "2026-05-14"),
        (dt.datetime(2026, 5, 14, 9, 30), "2026-05-14T09:30:00"),
        (dt.time(9, 30), "09:30:00"),
        ("  Проф\u00adсоюз\u00a0  рабочих ", "Профсоюз рабочих"),
        ("a \n\n b", "a\nb"),
        ("у\u0304", "ӯ"),
    ],
)
def test_cells_become_plain_texts(value, text):
    assert cell(value) == text


@pytest.mark.parametrize("value", ["", " ", None, "-", "—", "-//-", "...", "–", "_"])
def test_blanks(value):
    assert is_blank(value)


@pytest.mark.parametrize("value", ["0", 0, "нет", "?", "a"])
def test_not_blanks(value):
    assert not is_blank(value)


def test_words_for_nothing():
    assert says_none("Нет")
    assert says_none("yo'q")
    assert not says_none("нетто")


@pytest.mark.parametrize("value", ["#REF!", "#N/A", "#VALUE!", "#ССЫЛКА!", "#Н/Д", "#DIV/0!"])
def test_errors_of_spreadsheets_are_said(value):
    with pytest.raises(Unreadable, match="error of the spreadsheet, not a date"):
        given(value, "date")


@pytest.mark.parametrize("value", ["?", "??", "уточняется", "TBD", "нет данных", "маълум нест"])
def test_what_is_not_known_yet_is_said(value):
    with pytest.raises(Unreadable, match="not known"):
        given(value, "date")


def test_an_error_is_a_value_error_with_a_problem_and_a_fix():
    error = Unreadable("this is wrong", "do that")
    assert isinstance(error, ValueError)
    assert str(error) == "this is wrong; do that"
    part = Partly([1], "rest", "this is wrong", "do that")
    assert isinstance(part, Unreadable)
    assert (part.value, part.rest, part.fix) == ([1], "rest", "do that")


def test_phrases_with_lost_letters_are_recognised():
    assert is_one_of("аз р?и нархнома", {"az rui narhnoma"})
    assert not is_one_of("аз р?и нархнома", {"az roi narhnoma"})
    assert not is_one_of("нархнома", {"az rui narhnoma"})


def test_texts_in_messages_are_cut():
    assert f"{shown('a b')}" == "'a b'"
    assert shown("a\nb") == "a b"
    assert shown("x" * 100) == "x" * 59 + "…"
