"""Tests of `mapping.language.parsers.hours`."""

import contextlib
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import HoursValue, Partly, Unreadable, hours, moscow_time

WORK, WEEK = "MO,TU,WE,TH,FR", "MO,TU,WE,TH,FR,SA,SU"
TEN_HOURS = [(WORK, "08:00", "17:00")]
LUNCH = [(WORK, "08:00", "12:00"), (WORK, "13:00", "17:00")]
SATURDAY = [(WORK, "08:00", "17:00"), ("SA", "08:00", "13:00")]
TWO_DAYS = [("TU,TH", "09:00", "13:00")]
NINE = [(WORK, "09:00", "18:00")]


def spans(text):
    return [(span.byday, span.opens, span.closes) for span in hours(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Russian
        ("Пн-Пт 9:00-18:00", NINE),
        ("душ то ҷум 9-18", NINE),
        ("дс-жм 9:00-18:00 / пн-пт 9:00-18:00", NINE),
        ("пн-пт 9-18", NINE),
        ("пн.–пт. с 9.00 до 18.00", NINE),
        ("понедельник-пятница с 9 до 18 часов", NINE),
        ("Часы работы: пн-пт 09:00–18:00", NINE),
        ("Пн-Пт 8-17, Сб 8-13", SATURDAY),
        ("пн-пт 8:00–17:00; сб 8:00-13:00", SATURDAY),
        ("Пн-Пт 8:00-17:00, перерыв 12:00-13:00", LUNCH),
        ("пн.–пт. с 8.00 до 17.00 (обед 12–13)", LUNCH),
        ("будние дни 08:00-17:00, обед 12:00-13:00", LUNCH),
        ("пн-пт 8-12, 13-17", LUNCH),
        ("пн-пт 8-17, 12-13 обед", LUNCH),
        ("вт, чт 9:00–13:00", TWO_DAYS),
        ("приёмные дни: вторник и четверг, 9-13", TWO_DAYS),
        ("по вторникам и четвергам с 9 до 13", TWO_DAYS),
        ("ежедневно 18:00-23:00", [(WEEK, "18:00", "23:00")]),
        ("без выходных 9-18", [(WEEK, "09:00", "18:00")]),
        # Tajik, also in plain letters and with letters lost
        ("душ-ҷум 9:00-18:00", NINE),
        ("душанбе – ҷумъа аз 9 то 18", NINE),
        ("душанбе – чумъа аз 9 то 18", NINE),
        ("душ–ҷум 8–17, танаффус 12–13", LUNCH),
        ("рӯзҳои корӣ 8:00-17:00, танаффус 12:00-13:00", LUNCH),
        ("рузхои кори 8:00-17:00, танаффус 12:00-13:00", LUNCH),
        ("душ-ҷум 8-17, шанбе 8-13", SATURDAY),
        ("сешанбе ва панҷшанбе 9-13", TWO_DAYS),
        ("ҳар рӯз аз 9 то 18", [(WEEK, "09:00", "18:00")]),
        # English
        ("Mon-Fri 9am-6pm", NINE),
        ("Mon – Fri 9 a.m. to 6 p.m.", NINE),
        ("Weekdays 9:00–18:00", NINE),
        ("Mo–Fr 0800–1700, break 1200–1300", LUNCH),
        ("Mon-Fri 8:00-17:00 (lunch 12-13)", LUNCH),
        ("Mon-Fri 8-17, Sat 8-13", SATURDAY),
        ("Tue & Thu 9-13", TWO_DAYS),
        ("Tue/Thu 9-13", TWO_DAYS),
        ("Wednesdays 2-5pm", [("WE", "14:00", "17:00")]),
        ("Wed 9-5pm", [("WE", "09:00", "17:00")]),
        ("Wed 12am-12pm", [("WE", "00:00", "12:00")]),
        ("Mon–Thu 8:00–15:00, Fri 8:00–12:00", [("MO,TU,WE,TH", "08:00", "15:00"), ("FR", "08:00", "12:00")]),
        ("Sun-Thu 8-14", [("MO,TU,WE,TH,SU", "08:00", "14:00")]),
        ("Sat-Mon 10-12", [("MO,SA,SU", "10:00", "12:00")]),
        ("weekends 10-12", [("SA,SU", "10:00", "12:00")]),
        ("Mon-Wed, Fri 9-13", [("MO,TU,WE,FR", "09:00", "13:00")]),
        (
            "Mon 9-13; Tue 10-12\nWed 9-13",
            [("MO", "09:00", "13:00"), ("TU", "10:00", "12:00"), ("WE", "09:00", "13:00")],
        ),
        # Turkish and Uzbek
        ("Pzt-Cuma 09:00-18:00", NINE),
        ("hafta içi 09:00-18:00", NINE),
        ("dushanba-juma 9:00-18:00", NINE),
        ("Du-Ju 8:00-17:00, tushlik 12:00-13:00", LUNCH),
        ("seshanba va payshanba 9-13", TWO_DAYS),
    ],
)
def test_hours_in_many_notations(text, found):
    assert spans(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "24/7",
        "kecha-yu kunduz",
        "туну кун",
        "тәулік бойы / круглосуточно",
        "цілодобово",
        "круглосуточно",
        "24 часа, без выходных",
        "шабонарӯзӣ",
        "шабонарузи",
        "24 соат",
        "round the clock",
        "24 hours",
        "ежедневно круглосуточно",
        "Круглосуточно!",
        "24 soat",
    ],
)
def test_round_the_clock(text):
    assert spans(text) == [(WEEK, "00:00", "23:59")]


@pytest.mark.parametrize(
    "text",
    [
        "by appointment only",
        "call first",
        "по предварительной записи",
        "по договорённости",
        "бо навбати пешакӣ",
        "бо навбати пешаки",
        "oldindan yozilish",
        "Randevu ile",
    ],
)
def test_by_appointment(text):
    assert hours(text) == [HoursValue(kind="appointment")]


def test_hours_and_by_appointment():
    assert hours("пн-пт 9-18, по записи") == [HoursValue(WORK, "09:00", "18:00"), HoursValue(kind="appointment")]
    assert hours("Mon-Fri 9-18 (by appointment)")[1].kind == "appointment"


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("аз апрел то октябр, душ-ҷум 9-16", (4, 10)),
        ("April to October, Mon-Fri 9-16", (4, 10)),
        ("с ноября по март пн-пт 9-16", (11, 3)),
        ("Apr-Oct: Mon-Fri 9-16", (4, 10)),
    ],
)
def test_seasons(text, months):
    assert hours(text) == [HoursValue(WORK, "09:00", "16:00", months=months)]


@pytest.mark.parametrize(
    ("text", "byday"),
    [
        ("first Saturday of the month, 10-14", "1SA"),
        ("1st Saturday of the month 10-14", "1SA"),
        ("последняя среда месяца 10-14", "-1WE"),
        ("якуми шанбе 10-14", "1SA"),
        ("1-я и 3-я среда, 10-14", "1WE,3WE"),
        ("вторая и четвёртая пятница месяца 10-14", "2FR,4FR"),
        ("чоршанбеи дуюм ва чоруми ҳар моҳ, 10-14", "2WE,4WE"),
        ("har oyning birinchi dushanbasi 10-14", "1MO"),
        ("every 2nd Tuesday of the month 10-14", "2TU"),
    ],
)
def test_days_of_the_month(text, byday):
    assert hours(text) == [HoursValue(byday, "10:00", "14:00", kind="monthly")]


def test_a_day_of_the_month_beside_those_of_the_week():
    week, month = hours("пн-пт 9-17, 1-я суббота 9-12")
    assert (week, month.byday, month.kind) == (HoursValue(WORK, "09:00", "17:00"), "1SA", "monthly")


def test_an_opening_time_that_is_not_said_again_is_taken_from_before_and_said():
    first, second = hours("пн-пт 8:00–17:00; сб до 13:00")
    assert (first.byday, first.doubt) == (WORK, "")
    assert (second.byday, second.opens, second.closes) == ("SA", "08:00", "13:00")
    assert "08:00 is taken from the days before" in second.doubt


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("пн-пт 18:00-24:00", [(WORK, "18:00", "23:59")]),
        ("пн-пт 18:00-00:00", [(WORK, "18:00", "23:59")]),
        ("пт 20:00-02:00", [("FR", "20:00", "23:59"), ("SA", "00:00", "02:00")]),
        ("вс 22-6", [("SU", "22:00", "23:59"), ("MO", "00:00", "06:00")]),
    ],
)
def test_hours_that_go_on_until_or_past_midnight(text, found):
    assert spans(text) == found


def test_a_break_cuts_only_what_it_lies_in():
    assert spans("пн-пт 8-17, сб 8-13, обед 12-13") == [*LUNCH, ("SA", "08:00", "13:00")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("8-17", "does not say on which days"),
        ("9-5", "does not say on which days"),
        ("Mon-Fri 9-8", "closes before it opens"),
        ("Mon-Sun 9-5", "closes before it opens"),
        ("пн-пт 9:00-05:00", "closes before it opens"),
        ("Mon-Fri 9:00-8:30", "closes before it opens"),
        ("8:00-5:00", "does not say on which days"),
        ("M W F", "says days without hours"),
        ("M-S 9-12", "not understood as hours"),  # Saturday or Sunday
        ("TTS 13-15", "not understood as hours"),
        ("остальные дни 9-17", "does not say on which days"),
        ("ежедневно 9-17, остальные дни 9-12", "does not say on which days"),
        ("2026-09-18 00:00:00", "is a day: a spreadsheet makes one of hours such as 9-18"),
        ("пн-пт", "says days without hours"),
        ("Mon-Fri 9-9", "opens and closes at the same time"),
        ("с 8 до 25", "25: there is no such time of day"),
        ("Mon-Fri 8:75-17:00", "there is no such time of day"),
        ("Mon-Fri 13pm-5pm", "there is no such hour"),
        ("Sun-Thu 8-14 (till 2021), now Mon-Fri", "more than one thing about the days"),
        ("пн-пт 9-18, сб", "says days without hours"),
        ("хар руз ба чуз рузхои чашн, пагохи", "is not understood as hours"),
        ("спросить у директора", "is not understood as hours"),
        ("уточняется", "not known yet"),
        ("", "no opening hours"),
        ("таджикский/русский", "is not understood as hours"),
    ],
)
def test_what_is_not_clear_is_refused_with_a_reason(text, problem):
    with pytest.raises(Unreadable, match=problem) as caught:
        hours(text)
    assert not isinstance(caught.value, Partly)


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        (
            "April to October, Mon-Fri 9-16 (pass closed in winter)",
            [(WORK, "09:00", "16:00")],
            "(pass closed in winter)",
        ),
        (
            "пн-пт 9-18, обед 13-14, последняя среда месяца – санитарный день",
            [(WORK, "09:00", "13:00"), (WORK, "14:00", "18:00")],
            "последняя среда месяца – санитарный день",
        ),
        ("Mon-Fri 9-18; ring twice", [(WORK, "09:00", "18:00")], "ring twice"),
        ("Mon-Fri 9-18; ring twice; Sat 9-13", [(WORK, "09:00", "18:00"), ("SA", "09:00", "13:00")], "ring twice"),
    ],
)
def test_what_else_is_said_is_handed_over_apart(text, found, rest):
    with pytest.raises(Partly) as caught:
        hours(text)
    assert [(span.byday, span.opens, span.closes) for span in caught.value.value] == found
    assert caught.value.rest == rest


def test_an_address_in_the_hours_never_gets_into_the_value_or_the_message():
    text = "шабонарузи, даромад аз кучаи Намунавӣ, 961 (Двор «Пример»), тел. +992 00 078 66 24"
    with pytest.raises(Partly) as caught:
        hours(text)
    assert caught.value.value == [HoursValue(WEEK, "00:00", "23:59")]
    assert caught.value.rest.startswith("даромад")
    for telling in ("Намунавӣ", "961", "Пример", "078"):
        assert telling not in str(caught.value)
        assert telling not in str(caught.value.value)


@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_text_is_read_or_refused(text):
    try:
        found = hours(text)
    except Partly as error:
        found = error.value
    except Unreadable:
        return
    assert found
    for span in found:
        if span.kind == "appointment":
            assert (span.byday, span.opens, span.closes) == ("", None, None)
        else:
            assert re.fullmatch(r"(-?\d?(MO|TU|WE|TH|FR|SA|SU),?)+", span.byday)
            assert "00:00" <= span.opens < span.closes <= "23:59"


SHUFFLED = (
    "Mon",
    "пн",
    "Tue-Thu",
    "сеш",
    "9-18",
    "9:00",
    "-",
    ",",
    ";",
    "обед",
    "12-13",
    "to",
    "24",
    "(",
    ")",
    "first",
    "месяца",
    "до",
    "April",
    "круглосуточно",
    "call first",
    "x",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(SHUFFLED), max_size=9))
def test_any_order_of_known_words_is_read_or_refused(words):
    with contextlib.suppress(Unreadable):
        assert hours(" ".join(words))


SIX = "MO,TU,WE,TH,FR,SA"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # times without a mark between hours and minutes
        ("пн-пт 900-1800", NINE),
        ("Mon-Fri 930 - 1730", [(WORK, "09:30", "17:30")]),
        # days that are named by the others
        ("пн–сб 8-14, остальные дни 10-12", [(SIX, "08:00", "14:00"), ("SU", "10:00", "12:00")]),
        ("шанбе, якшанбе истироҳат, дигар рӯзҳо 9:00-18:00", NINE),
        ("Mon closed, other days 9am-1pm", [("TU,WE,TH,FR,SA,SU", "09:00", "13:00")]),
        ("juma dam olish, qolgan kunlar 9:00-18:00", [("MO,TU,WE,TH,SA,SU", "09:00", "18:00")]),
        ("9.00-18.00, кроме выходных", NINE),
        ("круглосуточно, кроме выходных", [(WORK, "00:00", "23:59")]),
        ("пн-сб 9-18, кроме субботы", NINE),
        ("8-17, обед 12-1, пн-пт", LUNCH),
        ("Mon-Fri 9-17, lunch 1-2", [(WORK, "09:00", "13:00"), (WORK, "14:00", "17:00")]),
        ("шестидневка, 9-15", [(SIX, "09:00", "15:00")]),
        ("только вт, чт 9-13", TWO_DAYS),
        ("танҳо сешанбе ва панҷшанбе 9-13", TWO_DAYS),
        # by 12 hours
        ("Mon-Fri 9-6", NINE),
        ("M-F 8-5", TEN_HOURS),
        ("пн-пт с 8 до 5", TEN_HOURS),
        ("Tue, Thu 9-1", TWO_DAYS),
        ("Mon-Fri 8-12, 1-5", LUNCH),
        ("пн-пт 8-12 и 1-5", LUNCH),
        ("пн-пт 9:00-6:00", NINE),
        ("8:00 - 6:00 Mon-Fri", [(WORK, "08:00", "18:00")]),
        ("Mon-Fri 8:00-12:00, 1:00-5:00", LUNCH),
        ("Mon-Fri 8:00 AM - 12nn, 1:00 PM - 5:00 PM", LUNCH),
        ("Mon-Fri 8am to 12:00 NN, 1-5", LUNCH),
        # letters of days
        ("M-F 9-6", NINE),
        ("MWF 9-12", [("MO,WE,FR", "09:00", "12:00")]),
        ("M W F 9am-12nn", [("MO,WE,FR", "09:00", "12:00")]),
        ("TTh 9-13", TWO_DAYS),
        ("24/24", [("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")]),
        ("Sat 10am - noon", [("SA", "10:00", "12:00")]),
        ("Sun 9–midday", [("SU", "09:00", "12:00")]),
        ("daily 6pm to midnight", [(WEEK, "18:00", "23:59")]),
        # what stands before or behind the hours
        ("hotline: Mon-Fri 9-18 local time", NINE),
        ("Убежище: круглосуточно", [(WEEK, "00:00", "23:59")]),
        ("9:00-18:00 (пн-пт); сб 8-13", [*NINE, ("SA", "08:00", "13:00")]),
        ("9:00-18:00 (пн-пт)\nсб 8:00-13:00", [*NINE, ("SA", "08:00", "13:00")]),
        ("9-18 пн-пт; сб 8-13", [*NINE, ("SA", "08:00", "13:00")]),
        ("аз 8 то 17 (танаффуси нисфирӯзӣ 12-13), душанбе-ҷумъа", LUNCH),
        ("8-17 (lunch 12-13), Mon-Fri", LUNCH),
        # one span for what overlaps, and exceptions to what was said before
        ("пн-пт 9-16, чт до 18", [("MO,TU,WE,FR", "09:00", "16:00"), ("TH", "09:00", "18:00")]),
        (
            "пн-пт 8-17 обед 12-13, пт до 16",
            [
                (WORK, "08:00", "12:00"),
                ("MO,TU,WE,TH", "13:00", "17:00"),
                ("FR", "13:00", "16:00"),
            ],
        ),
        ("пн-пт 8-17 обед 12-13, пт до 12", [(WORK, "08:00", "12:00"), ("MO,TU,WE,TH", "13:00", "17:00")]),
        ("вт 9-12, вт 11-14", [("TU", "09:00", "14:00")]),
        ("пн-пт 9-15, пн-пт 14-18", NINE),
    ],
)
def test_hours_as_people_write_them_in_passing(text, found):
    assert sorted(spans(text)) == sorted((*span,) for span in found)


@pytest.mark.parametrize(
    "text",
    [
        "в любое время дня и ночи",
        "Всегда открыто",
        "кр. сут.",
        "круглосуточный",
        "ҳар вақт",
        "ҳамеша",
        "any time",
        "always open",
        "istalgan vaqtda",
        "har doim",
    ],
)
def test_at_any_time_is_round_the_clock(text):
    assert spans(text) == [(WEEK, "00:00", "23:59")]


def test_at_any_time_by_appointment_is_by_appointment():
    assert [span.kind for span in hours("в любое время по предварительной записи")] == ["appointment"]


def test_an_hour_of_the_afternoon_is_said():
    (span,) = hours("Mon-Fri 9-5")
    assert (span.closes, span.doubt) == ("17:00", "5 is read as 17:00")


def test_a_time_of_the_afternoon_is_said_as_it_is_written():
    assert [span.doubt for span in hours("Mon-Fri 9:30-5:30")] == ["5:30 is read as 17:30"]
    assert hours("Mon-Fri 8:00-12:00, 1:30-5:00")[1].doubt == "1:30-5:00 is read as 13:30-17:00"


def test_hours_of_something_else_are_told_and_left():
    with pytest.raises(Partly) as caught:
        hours("office Mon-Fri 9-18, shelter 24/7")
    assert [(span.byday, span.opens, span.closes) for span in caught.value.value] == NINE
    assert caught.value.rest == "shelter 24/7"


DAY_NAMES = {
    "ru": (("пн", "вт", "ср", "чт", "пт", "сб", "вс"), "{} выходной, остальные дни {}-{}"),
    "tg": (("дш", "сш", "чш", "пш", "ҷм", "шн", "яш"), "{} истироҳат, дигар рӯзҳо аз {} то {}"),
    "en": (("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "{} closed, all other days {}-{}"),
    "uz": (("du", "se", "chor", "pay", "ju", "sha", "yak"), "{} dam olish, boshqa kunlar {}-{}"),
}
CODES = WEEK.split(",")


@given(
    st.sampled_from(sorted(DAY_NAMES)),
    st.sets(st.integers(0, 6), min_size=1, max_size=6),
    st.integers(0, 11),
    st.integers(13, 23),
)
def test_other_days_are_those_that_are_not_named(language, closed, opens, closes):
    names, pattern = DAY_NAMES[language]
    text = pattern.format(", ".join(names[day] for day in sorted(closed)), opens, closes)
    days = ",".join(code for n, code in enumerate(CODES) if n not in closed)
    assert spans(text) == [(days, f"{opens:02}:00", f"{closes:02}:00")]


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 6), min_size=1), st.integers(0, 11), st.integers(12, 23)),
        min_size=1,
        max_size=4,
    )
)
def test_no_day_has_two_spans_that_overlap(clauses):
    names = DAY_NAMES["ru"][0]
    text = "; ".join(f"{', '.join(names[d] for d in sorted(days))} {a}:00-{b}:00" for days, a, b in clauses)
    by_day = {}
    for byday, opens, closes in spans(text):
        for day in byday.split(","):
            by_day.setdefault(day, []).append((opens, closes))
    assert set(by_day) == {CODES[day] for days, _, _ in clauses for day in days}
    for times in by_day.values():
        times.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(times))


@given(st.sampled_from(["пн", "вт", "ср", "чт", "пт"]), st.integers(6, 11), st.integers(1, 6))
def test_a_closing_hour_before_the_opening_one_is_in_the_afternoon_of_a_working_day(day, opens, closes):
    if closes < opens:
        assert spans(f"{day} с {opens} до {closes}")[0][1:] == (f"{opens:02}:00", f"{closes + 12}:00")
        with pytest.raises(Unreadable):
            hours(f"вс {opens}-{closes}")


@pytest.mark.parametrize(
    ("text", "language", "spans"),
    [
        ("luni-vineri 9.00-18.00", "ro", [("MO,TU,WE,TH,FR", "09:00", "18:00")]),
        ("Lu–Vi 8:00–17:00", "ro", [("MO,TU,WE,TH,FR", "08:00", "17:00")]),
        ("M-F 8-17", "ro", [("MO,TU,WE,TH,FR", "08:00", "17:00")]),
        ("marți și joi 10-14", "ro", [("TU,TH", "10:00", "14:00")]),
        ("Lunes at Biyernes 8-17", "fil", [("MO,FR", "08:00", "17:00")]),
        ("Jumatatu-Ijumaa 8-16", "sw", [("MO,TU,WE,TH,FR", "08:00", "16:00")]),
        ("आइत-शुक्र १०-१७", "ne", [("MO,TU,WE,TH,FR,SU", "10:00", "17:00")]),
        ("शनिबार र सोमबार 10-12", "ne", [("MO,SA", "10:00", "12:00")]),
        ("วันจันทร์-วันศุกร์ 9-17", "th", [("MO,TU,WE,TH,FR", "09:00", "17:00")]),
    ],
)
def test_days_of_a_language_without_words_of_its_own(text, language, spans):
    assert [(span.byday, span.opens, span.closes) for span in hours(text, (language, "en"))] == spans


@pytest.mark.parametrize("text", ["शाखा सोम-शुक्र", "सोमबार 10-12 र xyz शनिबार", "вс 5/2 кроме"])
def test_what_is_not_read_is_told_as_it_was_written(text):
    with pytest.raises(Unreadable) as told:
        hours(text, ("ne", "en"))
    assert str(told.value).startswith(f"'{text}' ")


@pytest.mark.parametrize(
    "text",
    [
        "ежедневно 9-17, вс выходной",
        "9:00-17:00, кроме воскресенья",
        "ҳар рӯз ғайри якшанбе, 9:00-17:00",
        "ҳамарӯза 9:00-17:00, якшанбе истироҳат",
        "daily excl. Sunday 9-17",
        "every day, Sunday closed, 9-17",
        "ежедневно искл. вс 9-17",
        "ежедн., кр. вс., 9-17",
        "ежедневно 9-17 (кроме воскресенья)",
        "daily 9-17 (closed Sundays)",
        "ҳар рӯз 9-17 (якшанбе истироҳат)",
    ],
)
def test_a_day_that_is_left_out_of_a_whole_week_is_closed(text):
    (span,) = hours(text)
    assert (span.byday, span.opens, span.closes) == ("MO,TU,WE,TH,FR,SA", "09:00", "17:00")


@pytest.mark.parametrize(
    "text",
    ["пн-пт 9-17, сб-вс выходные", "9:00-17:00, сб, вс - выходные", "сб-вс выходные, 9-17", "9-17; сб и вс выходные"],
)
def test_a_word_for_the_weekend_behind_its_days_closes_them(text):
    (span,) = hours(text)
    assert (span.byday, span.opens, span.closes) == ("MO,TU,WE,TH,FR", "09:00", "17:00")


@pytest.mark.parametrize(
    "text",
    [
        "пн-пт 9-17 кроме праздников",
        "Mon-Fri exc. holidays 9-17",
        "пн-пт 9-17, праздники 10-14",
        "пн-сб 9-17, кроме праздников и сб",
        "дш-ҷм 9-17 ба ғайр аз идҳо",
        "Du-Ju 9-17, bayramlar dam olish",
        "дш-шн 9-17, ба ғайр аз шанбе ва идҳо",
    ],
)
def test_holidays_are_told_and_change_no_hours(text):
    with pytest.raises(Partly) as told:
        hours(text)
    (span,) = told.value.value
    assert (span.byday, span.opens, span.closes) == ("MO,TU,WE,TH,FR", "09:00", "17:00")


def test_days_with_hours_in_brackets_are_an_exception():
    assert [(span.byday, span.closes) for span in hours("ежедневно 8-20 (вс - до 14)")] == [
        ("MO,TU,WE,TH,FR,SA", "20:00"),
        ("SU", "14:00"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "every second Tuesday 10-14",  # of the month, or every other week
        "каждый второй вторник 10-12",
        "every other Tuesday 10-14",
        "Tuesday 10-14, every two weeks",
        "через неделю по вторникам 10-14",
        "вт 10-14 (через неделю)",
        "раз в две недели, вторник 10-14",
        "ҳар ду ҳафта сешанбе 10-14",
        "har ikki haftada seshanba 10-14",
        "пн-пт с девяти до шести вечера",
        "Mon-Fri 8-00",
        "душанбадан жумагача 9:00 дан 18:00 гача",
        "Tue 10-14 once a month",
        "вторник 10-14, раз в месяц",
        "Mon-Fri 9-17; every other Sat 10-14",
        "every other day 9-12",
    ],
)
def test_hours_of_rarer_days_that_cannot_be_told_are_asked_about_and_never_weekly(text):
    with pytest.raises(Unreadable) as error:
        hours(text)
    assert not isinstance(error.value, Partly)


@pytest.mark.parametrize("text", ["душ то панҷ 9-18", "душанбе то панҷ, 9-18"])
def test_a_word_for_a_day_is_no_hour(text):
    assert [(span.byday, span.opens, span.closes) for span in hours(text)] == [("MO,TU,WE,TH", "09:00", "18:00")]


@pytest.mark.parametrize("text", ["пн-пт 9-18, мск", "пн-пт 9-18 (по московскому времени)", "Mon-Fri 9-18 Moscow time"])
def test_words_for_moscow_time_are_parted_from_the_hours(text):
    plain, offset = moscow_time(text)
    assert offset == 3
    assert [(span.byday, span.opens, span.closes) for span in hours(plain)] == NINE


def test_a_town_called_moscow_says_nothing_of_the_time():
    assert moscow_time("Москва, пн-пт 9-18") == ("Москва, пн-пт 9-18", None)
