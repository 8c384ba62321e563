"""Tests of `mapping.language.parsers.phones`. The numbers are invented: none of them can be dialled."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Partly, Unreadable, phones


def numbers(text, region="TJ"):
    return [phone.number for phone in phones(text, region)]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        found = phones(text, "TJ")
    except Unreadable:
        return
    for phone in found:
        assert phone.number.lstrip("+").isdigit()
        assert 3 <= len(phone.number) <= 18


@settings(deadline=None)
@given(st.integers(10**8, 10**9 - 1), st.sampled_from(["+992 {}", "992{}", "00992{}", "810992{}", "{}"]))
def test_all_ways_to_write_a_number_give_the_same(number, way):
    assert numbers(way.format(number)) == [f"+992{number}"]


NOTATIONS = list(
    csv.DictReader((Path(__file__).parent / "phone_notations.csv").read_text(encoding="utf-8").splitlines())
)


@pytest.mark.parametrize("row", NOTATIONS, ids=lambda row: f"{row['region']} {row['text']}")
def test_the_ways_in_which_people_write_numbers(row):
    """A number is the one that was meant, with its extension, or nothing is made of the cell."""
    text, towns = row["text"].replace("\\n", "\n"), (row["town"],) if row["town"] else ()
    try:
        read = phones(text, row["region"], towns)
    except Partly as fault:
        read = fault.value
    except Unreadable:
        read = []
    told = [phone.number + (f"x{phone.extension}" if phone.extension else "") for phone in read]
    wanted = row["numbers"].split("|") if row["numbers"] else []
    assert told == wanted or (not wanted and all(number in ALLOWED.get(text, ()) for number in told))


ALLOWED = {
    "221-12-34/102": ["+992372211234"],
    "221-12-34, 102": ["+992372211234"],
    "+7 495 200-00-01 доб. 2, 3": ["+74952000001x2"],
}
"""Cells of which the main number may be kept while the row says that the rest was not understood."""


def test_there_are_three_hundred_of_them():
    assert len(NOTATIONS) >= 300
    assert {row["region"] for row in NOTATIONS} == {"TJ", "UZ", "KG", "KZ", "RU", "TR", "US", "ZA"}


@settings(deadline=None)
@given(st.integers(10_000, 9_999_999), st.integers(1, 999), st.sampled_from(["доб.", "ext", "вн", "#", "dahili", "x"]))
def test_an_extension_is_never_a_number(number, extension, word):
    """With or without the town: the extension is no number, and no digits of it stand in one."""
    for towns in ((), ("372",), ("3422",)):
        try:
            read = phones(f"{number} {word} {extension}", "TJ", towns)
        except Unreadable:
            continue
        assert [(phone.number[-len(str(number)) :], phone.extension) for phone in read] == [(str(number), extension)]


@given(
    st.sampled_from(["каб. {}", "комната {}", "room {}", "офис {}, ", "{} кабинет", "школа {}", "дом {}", "хонаи {}"]),
    st.integers(100, 9999),
)
def test_the_number_of_a_room_is_never_one_to_call(place, number):
    for text in (place.format(number), f"тел. {place.format(number)}", f"{place.format(number)}; +992 00 000 11 11"):
        try:
            read = phones(text, "TJ")
        except Partly as fault:
            read = fault.value
        except Unreadable:
            read = []
        assert [phone.number for phone in read if phone.number != "+992000001111"] == []


@given(st.integers(200_0000, 299_9999), st.integers(0, 9999), st.sampled_from("-–—"))
def test_digits_behind_a_dash_that_stands_apart_are_no_part_of_a_number_that_is_whole(number, end, dash):
    for towns in ((), ("37",)):
        with pytest.raises(Unreadable):
            phones(f"{number} {dash} {end}", "TJ", towns)
