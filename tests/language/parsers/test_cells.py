"""Tests of what all parsers share: `mapping.language.parsers._cells`."""

import pytest

from mapping.language.parsers import Unreadable
from mapping.language.parsers._cells import given, is_one_of, shown


@pytest.mark.parametrize("value", ["#REF!", "#N/A", "#VALUE!", "#ССЫЛКА!", "#Н/Д", "#DIV/0!"])
def test_errors_of_spreadsheets_are_said(value):
    with pytest.raises(Unreadable, match="error of the spreadsheet, not a date"):
        given(value, "date")


@pytest.mark.parametrize("value", ["?", "??", "уточняется", "TBD", "нет данных", "маълум нест"])
def test_what_is_not_known_yet_is_said(value):
    with pytest.raises(Unreadable, match="not known"):
        given(value, "date")


def test_phrases_with_lost_letters_are_recognised():
    assert is_one_of("аз р?и нархнома", {"az rui narhnoma"})
    assert not is_one_of("аз р?и нархнома", {"az roi narhnoma"})
    assert not is_one_of("нархнома", {"az rui narhnoma"})


def test_texts_in_messages_are_cut():
    assert f"{shown('a b')}" == "'a b'"
    assert shown("a\nb") == "'a b'"
    assert shown("x" * 100) == f"'{'x' * 59}…'"
