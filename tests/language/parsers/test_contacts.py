"""Tests of `mapping.language.parsers.contacts`."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Unreadable, emails, is_person, website
from tests.support.patience import at_most


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    for parse in (emails, website):
        with contextlib.suppress(Unreadable):
            parse(text)


@pytest.mark.parametrize("name", ["Назаров Б.", "Юсупова Манижа", "Адвокат Назаров Б."])
def test_many_persons_and_something_else_are_told_soon(name):
    with at_most(10):
        assert is_person(", ".join([name] * 18)) == "somebody"
        assert is_person(f"{', '.join([name] * 18)}, 5 %") == ""
