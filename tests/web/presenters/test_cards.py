"""Tests of `web.presenters.cards`."""

import datetime as dt
from types import SimpleNamespace
from typing import get_args

import pytest

from mapping.freshness import Freshness, how_checked
from mapping.view.entries import Entry, OrganizationEntry, PhoneEntry, ServicePlace
from web.presenters.cards import Card, ContactLink, _says_ages, ages, calls, card, facts, town


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


def test_whom_a_service_refuses_it_does_not_take_too(tiny_area):
    made = card(
        Entry("1", "Advice", OrganizationEntry("2", "Umed"), serves=("SEX-F", "AGE-CHI"), excludes=("AGE-CHI",)),
        tiny_area,
        "en",
    )
    assert (made.serves, made.excludes) == (("Women and girls",), ("Children (under 18)",))


@pytest.mark.parametrize(("kind", "asked"), [("IDN-HOT", False), ("LEG-INF", True)])
def test_nobody_asks_for_the_entrance_of_a_line(tiny_area, kind, asked):
    """Also where it has an office."""
    office = ServicePlace("3", "Office", area_unit="XT-W2")
    entry = Entry("1", "Umed", OrganizationEntry("2", "Umed"), types=(kind,), places=(office,))
    assert facts(card(entry, tiny_area, "en")).unknown.endswith("entrance.") is asked


def test_a_number_for_text_messages_is_written_to_and_never_called(tiny_area):
    sms, number = calls([PhoneEntry("sms:40600", "text"), PhoneEntry("1195")], tiny_area, "en")[::-1]
    assert (number.spoken, number.href) == (True, "tel:1195")
    assert (sms.spoken, sms.short, sms.shown, sms.href) == (False, True, "SMS 40600", "sms:40600")
    assert ContactLink("sms:ask us", "").href == ""


def test_what_stands_beside_an_entry_never_repeats_its_heading():
    def listed(name, *numbers):
        card = SimpleNamespace(name=name, calls=[SimpleNamespace(shown=number) for number in numbers], also=())
        card.number = Card.number.fget(card)
        return card

    first = listed("Hotline", "0011", "0012")
    others = [listed("Hotline", "0011"), listed("Hotline"), listed("Advice", "0011"), listed("Advice", "0033")]
    first.also = (*others, listed("Hotline", "0022"), listed("Hotline", "0022"))
    told = [(str(other.name), number) for other, number in Card.beside.fget(first)]
    assert told == [("Advice", ""), ("Hotline", "0022")], "another number is told, the same says nothing"


HOW = [(fresh, level) for fresh in get_args(Freshness) for level in ("self-reported", "phone", "unverified")]


def test_the_page_of_the_method_has_each_sign_that_stands_at_entries(text):
    page = text("/en/p2.html")
    for tone, sign, _ in [how_checked(fresh, level, dt.date(2026, 3, 1)) for fresh, level in HOW]:
        assert f'<span class="{tone}" aria-hidden="true">{sign}</span>' in page


def test_what_a_provider_says_of_itself_is_never_called_confirmed_on_a_day():
    day = dt.date(2026, 3, 1)
    for fresh in get_args(Freshness):
        sentence = str(how_checked(fresh, "self-reported", day)[2])
        assert "onfirmed on" not in sentence
        assert "last on" not in sentence


@pytest.mark.parametrize(
    ("city", "names"),
    [
        ("Kulnishin", {"tg": "Кӯлнишин", "ru": "Кульнишин", "en": "Kulnishin"}),
        ("Kuhlnishin", {"tg": "Кӯлнишин", "ru": "Кульнишин", "en": "Kuhlnishin"}),
        ("Кӯлнишин", {"tg": "Кӯлнишин", "ru": "Кӯлнишин", "en": "Kulnishin"}),
        ("Nowhere", {"tg": "Nowhere", "ru": "Nowhere", "en": "Nowhere"}),
    ],
)
def test_a_town_in_letters_of_another_script_has_its_name_in_the_readers(tiny_area, city, names):
    place = SimpleNamespace(city=city, area_unit="XT-W1")
    assert {language: town(place, tiny_area, language) for language in names} == names
    assert town(SimpleNamespace(city=city, area_unit="XT-E1"), tiny_area, "ru") == city, "another unit has none such"
