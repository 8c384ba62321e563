"""Tests of `web.presenters.cards`."""

from types import SimpleNamespace

import pytest

from web.presenters.cards import _says_ages, ages


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


@pytest.mark.parametrize(
    ("serves", "least", "most", "said"),
    [
        (("AGE-CHI",), None, 17.0, True),
        (("AGE-ADU",), 18.0, 59.0, True),
        (("AGE-OLD",), 60.0, None, True),
        (("AGE-CHI",), 3.0, 14.0, False),
        (("SEX-F",), 18.0, None, False),
        (("AGE-YOU",), 15.0, 24.0, False),
    ],
)
def test_ages_that_a_group_says_already_are_not_said_twice(serves, least, most, said):
    assert _says_ages(SimpleNamespace(serves=serves, minimum_age=least, maximum_age=most)) is said
