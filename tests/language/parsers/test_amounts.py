"""Tests of `mapping.language.parsers.amounts`."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import (
    CapacityValue,
    CostValue,
    Money,
    Number,
    Partly,
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


@pytest.mark.parametrize(
    "text", ["free", "бесплатно", "ройгон", "Free of charge", "bepul", "0", "ро?гон".replace("?", "й")]
)
def test_free(text):
    assert cost(text) == CostValue("free", text=text)


@pytest.mark.parametrize("text", ["by tariff", "по тарифу", "аз рӯи нархнома", "аз руи нархнома", "аз р?и нархнома"])
def test_by_a_list_of_prices(text):
    assert cost(text) == CostValue("tariff", text=text)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("50 сомони", 50, "TJS"),
        ("50 сомонӣ", 50, "TJS"),
        ("50 сомон?", 50, "TJS"),
        ("50 TJS per visit", 50, "TJS"),
        ("TJS 60", 60, "TJS"),
        ("1 200 руб.", 1200, "RUB"),
        ("12,50 €", 12.5, "EUR"),
        ("$5", 5, "USD"),
        ("10 000 so‘m", 10000, "UZS"),
        ("1,500 somoni", 1500, "TJS"),
        ("1.500 сомони", 1500, "TJS"),
        ("2'500 EUR", 2500, "EUR"),
        ("1,234.50 USD", 1234.5, "USD"),
        ("1.234,5 EUR", 1234.5, "EUR"),
        ("1,500,000 UZS", 1_500_000, "UZS"),
        ("1500000 UZS", 1_500_000, "UZS"),
    ],
)
def test_amounts(text, amount, currency):
    assert cost(text, SOMONI) == CostValue("amount", amount, currency, text)


@pytest.mark.parametrize(
    "text",
    [
        "no cost",
        "б/п",
        "None",
        "за счёт донора",
        "за счет государства",
        "аз ҳисоби лоиҳа",
        "davlat hisobidan",
        "0 somoni",
        "0 TJS",
    ],
)
def test_free_in_other_words(text):
    assert cost(text, SOMONI) == CostValue("free", text=text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("not free", "tariff"),
        ("уже не бесплатная", "tariff"),
        ("ройгон нест", "tariff"),
        ("bepul emas", "tariff"),
        ("не бесплатно: 35 сомони", "amount"),
    ],
)
def test_what_is_not_free_is_not_read_as_free(text, kind):
    assert cost(text, SOMONI).kind == kind


@pytest.mark.parametrize(
    "text", ["partially paid", "қисман", "частично бесплатно", "вобаста ба даромад", "qisman pullik"]
)
def test_what_is_paid_in_part(text):
    assert cost(text, SOMONI).kind == "mixed"


@pytest.mark.parametrize(
    "text",
    [
        "для пострадавших бесплатно, остальным 60 сомони",
        "барои ҷабрдидагон ройгон, барои дигарон 60 сомонӣ",
        "барои чабрдидагон ройгон, барои дигарон 60 сомони",
        "free for survivors, others TJS 60",
    ],
)
def test_free_for_some_and_an_amount_for_others(text):
    assert cost(text, SOMONI) == CostValue("mixed", 60, "TJS", text)
    assert price_words(cost(text, SOMONI), SOMONI) == {
        "en": "Free for survivors, 60 somoni for others",
        "ru": "Для пострадавших бесплатно, для остальных 60 сомони",
        "tg": "Барои ҷабрдидагон ройгон, барои дигарон 60 сомонӣ",
        "uz": "Jabrlanganlar uchun bepul, boshqalar uchun 60 somoni",
    }


@pytest.mark.parametrize(
    ("text", "tajik"),
    [
        ("free", "Ройгон"),
        ("по тарифу", "Аз рӯи нархнома"),
        ("50 сомон?", "50 сомонӣ"),
        ("12,50 €", "12,50 EUR"),
        ("1500000 сомони", "1\u00a0500\u00a0000 сомонӣ"),
        ("123456.5 TJS", "123\u00a0456,50 сомонӣ"),
        ("50 TJS per visit", None),  # what stands beside the price would be lost
        ("бесплатно для женщин", None),
    ],
)
def test_a_price_is_said_in_every_language_where_nothing_is_lost(text, tajik):
    said = price_words(cost(text, SOMONI), SOMONI)
    assert said.get("tg") == tajik
    assert {price_words(cost(each, SOMONI), SOMONI)["tg"] for each in said.values()} == ({tajik} if tajik else set())


@given(st.integers(1, 10**9).map(lambda hundredths: hundredths / 100), st.sampled_from(["EUR", "UZS", "TJS"]))
def test_a_price_that_was_said_is_read_as_it_was(amount, currency):
    for words in price_words(CostValue("amount", amount, currency, f"{amount} {currency}"), SOMONI).values():
        assert (cost(words, SOMONI).amount, cost(words, SOMONI).currency) == (amount, currency)


@pytest.mark.parametrize(("code", "word"), [("MMK", "ကျပ်"), ("NPR", "रुपैयाँ"), ("THB", "บาท"), ("AFN", "افغانی")])
def test_money_is_known_in_letters_that_signs_go_with(code, word):
    read = cost(f"5,000 {word}", Money(code, (word,)))
    assert (read.amount, read.currency) == (5000, code)


RIAL = Money("OMR", ("rial", "rials"), (("en", "rials"),))


@pytest.mark.parametrize(("text", "amount"), [("3.500 OMR", 3.5), ("0.250 rial", 0.25), ("1,250.500 OMR", 1250.5)])
def test_money_of_three_decimals(text, amount):
    """A rial has 1000 baisa: three digits behind a point are a part of it."""
    read = cost(text, RIAL)
    assert (read.amount, read.currency) == (amount, "OMR")
    assert price_words(cost("3.5 OMR", RIAL), RIAL)["en"] == "3.500 rials"


def test_a_sign_is_that_of_the_country_but_behind_the_letters_of_another():
    fiji = Money("FJD", ("dollar", "dollars", "$"))
    assert [cost(text, fiji).currency for text in ("$5", "5$", "US$ 5", "USD 5", "5 €")] == [
        "FJD",
        "FJD",
        "USD",
        "USD",
        "EUR",
    ]
    assert cost("US$5").currency == cost("$5").currency == "USD"
    with pytest.raises(Unreadable, match="without a currency"):
        cost("A$5", fiji)


def test_three_digits_behind_a_comma_may_be_thousands_of_such_money_and_are_asked_about():
    with pytest.raises(Unreadable, match="is no price"):
        cost("3,500 OMR", RIAL)


def test_free_for_some():
    assert cost("бесплатно для женщин").kind == "mixed"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("взнос 1%", "is no price"),
        ("50", "amount without a currency"),
        ("50 или 60 сомони", "is no price"),
        ("5 USD or 50 TJS", "is no price"),
        ("0,500 сомони", "is no price"),
        ("1,50,000 сомони", "is no price"),
        ("таджикский/русский", "is no price"),
        ("", "no cost is given"),
        ("#N/A", "error of the spreadsheet"),
    ],
)
def test_what_is_no_price_is_refused(text, problem):
    with pytest.raises(Unreadable, match=problem):
        cost(text, SOMONI)


def test_words_for_money_are_those_of_the_country():
    """A som is Kyrgyz beside Kyrgyzstan, and Uzbek where that is the country."""
    assert cost("50 сом").currency == "KGS"
    assert cost("50 сом", Money("UZS", ("сом",))).currency == "UZS"
    with pytest.raises(Unreadable, match="without a currency"):
        cost("50 сомони")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 200", Number(1200)),
        ("12000", Number(12000)),
        ("1,200", Number(1200)),
        (25.0, Number(25)),
        ("0", Number(0)),
        ("~50", Number(50, about=True)),
        ("около 10", Number(10, about=True)),
        ("about 1,200", Number(1200, about=True)),
        ("10-12", Number(10, most=12)),
        ("10–12", Number(10, most=12)),
        ("тақрибан 10-12", Number(10, most=12, about=True)),
    ],
)
def test_numbers(text, found):
    assert number(text) == found


@pytest.mark.parametrize("text", ["бисёр", "#N/A", "#REF!", "-5", "12.5", "3,7", "12-10", "1 2", "", "10 и 12"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Unreadable):
        number(text)


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("6 beds", CapacityValue(Number(6), "beds")),
        ("14 мест", CapacityValue(Number(14), "places")),
        ("6 кат", CapacityValue(Number(6), "beds")),
        ("2 rooms", CapacityValue(Number(2), "rooms")),
        ("15 per month", CapacityValue(Number(15), every="month")),
        ("15 per week", CapacityValue(Number(15), every="week")),
        ("15 дел в месяц", CapacityValue(Number(15), "cases", "month")),
        ("10 нафар дар моҳ", CapacityValue(Number(10), "people", "month")),
        ("10 kishi", CapacityValue(Number(10), "people")),
        ("25", CapacityValue(Number(25))),
        ("10-12", CapacityValue(Number(10, most=12))),
        ("около 10", CapacityValue(Number(10, about=True))),
        ("full", CapacityValue(None, full=True)),
        ("мест нет", CapacityValue(None, full=True)),
    ],
)
def test_capacities(text, found):
    assert capacity(text) == found


@pytest.mark.parametrize(
    ("text", "value", "counted"),
    [
        ("20 коек", 20, "beds"),
        ("до 15 чел.", 15, "people"),
        ("up to 12 women", 12, "people"),
        ("12 кӯдак", 12, "people"),
        ("не более 8 мест", 8, "places"),
    ],
)
def test_capacities_with_a_most_and_with_words_for_people(text, value, counted):
    assert capacity(text) == CapacityValue(Number(value), counted)


@pytest.mark.parametrize(
    "text",
    [
        "20 beds, 15 staff",
        "9 из 4",
        "12/3",
        "24 places (20 taken)",
        "семь коек, из них две свободны",
        "3 rooms with 4 beds each",
        "5+1 кат",
        "занято 8 из 10",
    ],
)
def test_several_numbers_or_none_in_digits_are_asked_about(text):
    with pytest.raises(Unreadable) as told:
        capacity(text)
    assert not isinstance(told.value, Partly) or told.value.value.number == Number(24)


def test_what_stands_in_brackets_behind_a_capacity_is_told():
    with pytest.raises(Partly, match="only 20 was read") as told:
        capacity("20 мест (10 жен., 10 дет.)")
    assert told.value.value == CapacityValue(Number(20), "places")


@pytest.mark.parametrize(("text", "value"), [("14,00", 14), ("1 250,0", 1250), ("8.0", 8)])
def test_decimals_of_an_accounting_program_are_none(text, value):
    assert capacity(text).number.value == value
    with pytest.raises(Unreadable, match="a thousand times"):
        capacity("14,000")


@pytest.mark.parametrize("text", ["бисёр", "паспорт", "6 elephants", "", "many", "уточняется"])
def test_what_is_no_capacity_is_refused(text):
    with pytest.raises(Unreadable):
        capacity(text)


@pytest.mark.parametrize("text", ["-5", "−5", "–5 beds", "около -3", "коек: -4", -5, "(-2)"])
def test_less_than_nothing_is_no_capacity(text):
    with pytest.raises(Unreadable, match="less than nothing"):
        capacity(text)


@pytest.mark.parametrize("text", ["beds - 5", "коек -5", "- 5 коек", "beds – 5"])
def test_a_dash_before_a_capacity_is_no_sign(text):
    assert capacity(text) == CapacityValue(Number(5), "beds")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("+5", 5),
        ("5", 5),
        ("-3", -3),
        ("−3", -3),
        ("UTC+5", 5),
        ("GMT +5:30", 5.5),
        ("+14", 14),
        (5.0, 5),
        ("UTC-3:30", -3.5),
        ("12", 12),
        ("UTC 10:30", 10.5),
    ],
)
def test_offsets(text, hours):
    assert utc_offset(text) == hours


@pytest.mark.parametrize("text", ["+25", "МСК", "МСК+2", "-13", "Asia/Dushanbe", "", "X5", "UTC=5"])
def test_what_is_no_offset_is_refused(text):
    with pytest.raises(Unreadable):
        utc_offset(text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("24 h", 24),
        ("2 h", 2),
        ("72 соат", 72),
        ("3 раб. дня", 72),
        ("3 working days", 72),
        ("1 week", 168),
        ("same day", 24),
        ("в тот же день", 24),
        ("2 дня", 48),
        ("5 рӯз", 120),
        ("24 часа", 24),
        ("24h", 24),
        ("1-2 days", 48),
        ("в течение суток", 24),
        ("не позднее 48 часов", 48),
        ("полтора дня", 36),
        ("30 мин", 0.5),
        ("се рӯз", 72),
        ("24 soat ichida", 24),
        ("уч кун", 72),
        ("within one week", 168),
    ],
)
def test_times_within_which_something_is_done(text, hours):
    assert hours_within(text) == hours


@pytest.mark.parametrize("text", ["быстро", "3", "h", "3 elephants", "within days", "2.5 days", "72 48 h", ""])
def test_words_without_a_time_are_refused(text):
    with pytest.raises(Unreadable):
        hours_within(text)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    for parse in (cost, number, capacity, utc_offset, hours_within):
        with contextlib.suppress(Unreadable):
            parse(text)


@pytest.mark.parametrize(
    "words",
    [
        "people",
        "persons",
        "women",
        "men",
        "girls",
        "children",
        "pupils",
        "students",
        "survivors",
        "clients",
        "чел.",
        "человек",
        "лиц",
        "женщин",
        "мужчин",
        "девочек",
        "мальчиков",
        "детей",
        "участников",
        "школьников",
        "нафар",
        "кас",
        "зан",
        "мардон",
        "кӯдакон",
        "хонанда",
        "kishi",
        "ayol",
        "erkak",
        "bola",
        "o‘quvchi",
        "ta",
    ],
)
def test_words_for_people_may_stand_behind_a_number_of_them(words):
    assert number(f"1 200 {words}") == Number(1200)


@pytest.mark.parametrize(
    "words", ["beds", "дней", "манат", "mandates", "деталей", "sessions", "минут", "услуг", "cases"]
)
def test_other_words_behind_a_number_are_told(words):
    with pytest.raises(Unreadable):
        number(f"12 {words}")


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [("Q500", "amount", 500.0), ("500Q", "amount", 500.0), ("Q 500", "amount", 500.0), ("Q0", "free", None)],
)
def test_money_may_be_written_without_a_space(text, kind, amount):
    read = cost(text, Money("XTS", ("Q",)))
    assert (read.kind, read.amount) == (kind, amount)


@pytest.mark.parametrize("text", ["<5", "> 10", "10+", "10+ мест", "5 и более", "fewer than 5", "5 or more", "менее 8"])
def test_a_bound_is_no_number_of_places(text):
    with pytest.raises(Unreadable, match="is no whole number"):
        capacity(text)


@pytest.mark.parametrize("text", ["<5", "менее 5", "в т.ч. 5", "5 dan kam"])
def test_a_bound_or_a_part_alone_is_no_count(text):
    with pytest.raises(Unreadable, match="is no whole number"):
        number(text)
