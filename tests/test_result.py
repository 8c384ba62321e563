"""Results are shown so that no number says more, or less, than is known."""

import datetime as dt
import math
from typing import get_args

import pandas as pd
import pytest

from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.result import SPEAKING, STATE_NOTES, STATES, Column, Figure, Result, State, write

NBSP = "\u00a0"


def result(**changes):
    """Make a result of three units: one well off, one badly, one of which nothing may be said."""
    parts = {
        "name": "trial",
        "title": Message("Title"),
        "finding": Message("Finding"),
        "audience": "public",
        "edition": dt.date(2026, 11, 24),
        "level": 1,
        "table": pd.DataFrame(
            {"near": [0.9, 0.39, 0.0], "low": [0.8, 0.31, 0.0], "high": [1.0, 0.47, 0.0], "n": [3, 1, 0]},
            index=["A", "B", "C"],
        ),
        "columns": (
            Column("near", Message("Near"), "share", "low", "high", "better"),
            Column("n", Message("Services"), "count"),
        ),
        "states": pd.DataFrame({"n": ["present", "stale", "not published"]}, index=["A", "B", "C"]),
        "method": Message("Method"),
    }
    return Result(**(parts | changes))


def test_a_number_stands_with_its_range():
    assert result().text("B", "near", "en") == "39% (31–47)"
    assert result().text("B", "near", "ru") == f"39{NBSP}% (31–47)"


def test_a_column_without_a_range_is_a_plain_number():
    assert result().text("A", "n", "en") == "3"


def test_a_state_stands_in_place_of_a_number_that_would_mislead():
    assert result().text("C", "n", "en") == "not published here"
    assert result().text("C", "n", "ru") == "здесь не публикуется"


def test_a_state_stands_beside_a_number_that_needs_it():
    assert result().text("B", "n", "en") == "1 (check overdue)"


@pytest.mark.parametrize("state", sorted(SPEAKING))
def test_no_number_shows_where_a_state_speaks(state):
    states = pd.DataFrame({"n": [state] * 3}, index=["A", "B", "C"])
    made = result(states=states)
    for code in "ABC":
        assert made.text(code, "n", "en") == str(STATES[state])
        assert not any(letter.isdigit() for letter in made.text(code, "n", "en"))
    assert made.sheet()["n"].to_list() == ["", "", ""]


def test_states_of_cells():
    made = result()
    assert [made.state(code, "n") for code in "ABC"] == ["present", "stale", "not published"]
    assert made.state("A", "near") is None
    assert result(states=None).state("A", "n") is None
    blank = result(states=pd.DataFrame({"n": ["", "", ""]}, index=["A", "B", "C"]))
    assert blank.state("A", "n") is None


def test_a_column_of_states_holds_no_numbers():
    table = pd.DataFrame({"shelter": ["line", "not published", "single"]}, index=["A", "B", "C"])
    made = result(table=table, columns=(Column("shelter", Message("Shelter"), "state"),), states=None)
    assert [made.text(code, "shelter", "en") for code in "ABC"] == [
        "arranged by phone",
        "not published here",
        "only one",
    ]
    assert made.state("A", "shelter") == "line"


def test_a_sheet_holds_ranges_and_states_and_no_false_zero():
    sheet = result().sheet()
    assert list(sheet) == ["near", "low", "high", "n", "n_state"]
    assert sheet["n"].to_list() == [3, 1, ""]
    assert sheet["n_state"].to_list() == ["present", "stale", "not published"]
    assert sheet["near"].to_list() == [0.9, 0.39, 0.0]
    assert "not published" in sheet.to_csv()


def test_the_whole_area_has_a_row_where_it_makes_sense():
    made = result(total={"near": 0.5, "low": 0.4, "high": 0.6})
    assert made.total_text("near", "en") == "50% (40–60)"
    assert made.total_text("n", "en") == ""


def test_what_stands_for_every_unit_stands_for_a_zero_of_all():
    """Beside "none listed" in each unit, 0 of the country would look like a count."""
    nothing = pd.DataFrame({"n": ["none listed"] * 3}, index=["A", "B", "C"])
    assert result(states=nothing, total={"n": 0}).total_text("n", "en") == "none listed"
    assert result(states=nothing).total_text("n", "en") == "none listed"
    assert result(states=nothing, total={"n": 2}).total_text("n", "en") == "2", "of the whole country at once"
    assert result(total={"n": 0}).total_text("n", "en") == "0", "some units have a number"


def test_headlines_are_all_columns_unless_they_are_named():
    assert [column.key for column in result().headlines] == ["near", "n"]
    assert [column.key for column in result(headline=("n",)).headlines] == ["n"]


def test_an_unknown_column_is_named_with_those_there_are():
    with pytest.raises(NotFound, match="trial: no column 'far'; there are near, n"):
        result().column("far")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"columns": (Column("far", Message("Far"), "share"),), "states": None}, "no values for far"),
        ({"columns": (Column("near", Message("Near"), "share", "least", "high"),)}, "no values for least"),
        (
            {"table": pd.DataFrame({"near": [math.nan], "low": 0, "high": 0, "n": 0}, index=["A"]), "states": None},
            "NaN in near",
        ),
        ({"states": pd.DataFrame({"n": ["present"]}, index=["Z"])}, "states of other area units"),
        ({"states": pd.DataFrame({"m": ["", "", ""]}, index=["A", "B", "C"])}, "states of m"),
        ({"states": pd.DataFrame({"n": ["fine", "", ""]}, index=["A", "B", "C"])}, "no such state: fine"),
        ({"groups": {"pillar": ("far",)}}, "far is grouped"),
        ({"headline": ("far",)}, "far is grouped"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, text):
    with pytest.raises(InvalidRecord, match=f"result trial: .*{text}"):
        result(**changes)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.394, "share", "39%"),
        (1_306_499, "people", "1,306,000"),
        (3, "people", "10"),
        (41.6, "minutes", "42"),
        (math.inf, "minutes", "cut off"),
        (966, "count", "966"),
        (2.5, "number", "2.5"),
        ("line", "state", "arranged by phone"),
        ({"en": "Khujand"}, "text", "Khujand"),
        ("Khujand", "text", "Khujand"),
    ],
)
def test_values_by_kind(value, kind, text):
    assert write(value, kind, "en") == text


def test_ranges_by_kind():
    assert write(90, "minutes", "en", low=75, high=math.inf) == "90 (75–cut off)"
    assert write(116, "minutes", "en", low=90, high=628) == "1 h 56 min (1 h 30 min–10 h 28 min)"
    assert write(0.002, "share", "en", low=0, high=0.02) == "<1% (0–2)"
    assert write(20_000, "people", "ru", low=9_000, high=41_000) == f"20{NBSP}000 (9{NBSP}000–41{NBSP}000)"
    assert write(0.5, "share", "uz", low=0.0, high=1) == f"50{NBSP}% (0–100)"


@pytest.mark.parametrize(
    ("value", "kind", "low", "high", "text"),
    [
        (0, "share", 0, 0, "0%"),
        (1.0, "share", 1.0, 1.0, "100%"),
        (281_200, "people", 280_900, 281_400, "281,000"),
        (3.1, "number", 3.08, 3.12, "3.1"),
        (0, "number", 0, 0.02, "0 (0–<0.1)"),
        (0.1, "number", 0.1, 0.2, "0.1 (0.1–0.2)"),
    ],
)
def test_a_range_that_says_no_more_than_the_number_is_left_out(value, kind, low, high, text):
    assert write(value, kind, "en", low=low, high=high) == text


def test_a_range_needs_both_ends():
    assert write(0.5, "share", "en", low=0.4) == "50%"
    assert Figure(0.5, "share", Message("Half")).text("en") == "50%"
    assert Figure(0.5, "share", Message("Half"), 0.25, 0.75).text("en") == "50% (25–75)"


def test_every_state_has_words_and_an_explanation():
    assert set(STATES) == set(STATE_NOTES) == set(get_args(State))
    assert set(STATES) >= SPEAKING
    for texts in (STATES, STATE_NOTES):
        for language in ("en", "ru", "tg", "uz"):
            assert len({message.into(language) for message in texts.values()}) == len(texts)


def test_a_result_says_itself_in_a_line_and_as_a_short_table():
    assert repr(result()) == "<Result trial, public, 2026-11-24: Finding>"
    shown = result(finding=Message("Finding <b>"))._repr_html_()
    assert "Finding &lt;b&gt;" in shown
    assert "39% (31–47)" in shown
    assert shown.count("<tr") == 4  # a heading and three units


def test_a_cell_is_that_of_the_table():
    made = result()
    assert [made.value(code, "n") for code in made.table.index] == made.table["n"].to_list()
    with pytest.raises(KeyError):
        made.value("nowhere", "n")
    with pytest.raises(KeyError):
        made.state("nowhere", "n")
