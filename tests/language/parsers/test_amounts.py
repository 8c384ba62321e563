"""Tests of `mapping.language.parsers.amounts`."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import (
    CostValue,
    Money,
    Number,
    Unreadable,
    capacity,
    cost,
    hours_within,
    number,
    price_words,
    utc_offset,
)

SOMONI = Money(
    "TJS",
    ("сомонӣ", "сомони", "somoni", "с."),
    (("en", "somoni"), ("ru", "сомони"), ("tg", "сомонӣ"), ("uz", "somoni")),
)


@given(st.integers(1, 10**9).map(lambda hundredths: hundredths / 100), st.sampled_from(["EUR", "UZS", "TJS"]))
def test_a_price_that_was_said_is_read_as_it_was(amount, currency):
    for words in price_words(CostValue("amount", amount, currency, f"{amount} {currency}"), SOMONI).values():
        assert (cost(words, SOMONI).amount, cost(words, SOMONI).currency) == (amount, currency)


@settings(deadline=None)
@given(st.integers(0, 10**7))
def test_every_count_is_read_back(count):
    for text in (
        str(count),
        f"{count:,}",
        f"{count:,}".replace(",", " "),
        f"{count:,}".replace(",", "\u202f"),
        float(count),
    ):
        assert number(text) == Number(count)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    for parse in (cost, number, capacity, utc_offset, hours_within):
        with contextlib.suppress(Unreadable):
            parse(text)
