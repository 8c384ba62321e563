"""Days that are not those of every week, in words and as lists are read."""

import pytest

from mapping.language import parsers
from mapping.language.languages import codes
from mapping.language.rare_days import RareDays, season_of, season_text


@pytest.mark.parametrize(
    "text",
    [
        "1st and 3rd Wednesday 9-12",
        "последняя пятница месяца 9-12",
        "April-October Mon-Fri 9-12",
    ],
)
def test_what_is_read_is_said_so_that_it_reads_the_same(text):
    (span,) = parsers.hours(text, codes())
    days = RareDays(tuple(span.byday.split(",")), monthly=span.kind == "monthly", season=season_of(span.season))
    assert parsers.hours(f"{days.words('en')} {span.opens}-{span.closes}", codes()) == [span]


def test_a_season_is_written_and_read_back():
    for first in range(1, 13):
        for last in range(1, 13):
            assert season_of(season_text(first, last)) == (first, last)
    assert season_of("open April to October") is None


def test_months_stand_alone_in_the_form_that_each_language_has_for_it():
    days = RareDays(("MO",), season=(4, 10))
    assert days.words("tg") == "апрел–октябр: Рӯзи душанбе"
    assert days.words("uz") == "Aprel–Oktabr: Dushanba"


def test_a_month_without_numbers_means_each_such_day():
    assert RareDays(("MO",), monthly=True, every=2).words("en") == "Monday, every 2 months"
