"""Tests of `web.presenters.cards`."""

from types import SimpleNamespace

import pytest

from web.presenters.cards import ages


@pytest.mark.parametrize(
    ("least", "most", "text", "russian"),
    [
        (18.0, None, "From the age of 18", "С возраста: 18"),
        (3.0, 14.0, "From the age of 3 to 14", "Возраст от 3 до 14"),
        (None, 17.0, "Up to the age of 17", "Возраст до 17"),
        (0.0, 6.0, "Up to the age of 6", "Возраст до 6"),
    ],
)
def test_ages_of_who_is_helped_are_said(least, most, text, russian):
    span = ages(SimpleNamespace(minimum_age=least, maximum_age=most))
    assert (span.into("en"), span.into("ru")) == (text, russian)


@pytest.mark.parametrize(("least", "most"), [(None, None), (0.0, None)])
def test_without_limits_nothing_is_said_of_ages(least, most):
    assert ages(SimpleNamespace(minimum_age=least, maximum_age=most)) is None
