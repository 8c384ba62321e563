"""Languages that lists are read in and no page is written in: French, Kazakh, Kyrgyz, Romanian and Turkish."""

import pytest

from mapping.intake.guess.headings import field_of
from mapping.language.composition import composed
from mapping.language.languages import codes
from mapping.language.parsers import hours, split_list, standing


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Ville", "place"),
        ("Horaires d'ouverture", "hours"),
        ("Langues parlées", "languages"),
        ("public accueilli", "serves"),
        ("Courriel", "email"),
        ("Portable toilets", ""),
        ("Ұйымның атауы", "organization"),
        ("Көрсетілетін қызмет түрі", "service"),
        ("Жұмыс уақыты", "hours"),
        ("Кімдерге", "serves"),
        ("Уюмдун аталышы", "organization"),
        ("Дареги", "address"),
        ("Иштөө убактысы", "hours"),
        ("Denumirea / Название", "organization"),
        ("Program / График", "hours"),
        ("Beneficiari", "serves"),
        ("Ücret", "cost"),
    ],
)
def test_headings(heading, field):
    assert field_of(heading) == field


@pytest.mark.parametrize(
    ("words", "codes_"),
    [
        ("тегін заң көмегі", ("LEG",)),
        ("психологиялық көмек", ("PSY",)),
        ("жұмысқа орналасуға көмек", ("INC-EMP",)),
        ("сенім телефоны", ("IDN-HOT",)),
        ("убактылуу башпаана", ("ACC-EME",)),
        ("медициналык жардам", ("HLT",)),
        ("asistență juridică", ("LEG",)),
        ("consiliere psihologică", ("PSY-COU",)),
        ("plasament temporar", ("ACC-EME",)),
        ("göçmenlere danışmanlık", ("PRV-MIG",)),
    ],
)
def test_kinds_of_help(words, codes_):
    assert composed("service_types", words).codes == codes_


def test_the_kazakh_for_and_is_no_man():
    groups = {code for part in split_list("әйелдер мен балалар") for code in composed("beneficiaries", part).codes}
    assert groups == {"SEX-F", "AGE-CHI"}
    assert composed("service_types", "aliment pentru copii").codes != ("MAT-NFI",)  # alimony is no food


@pytest.mark.parametrize(
    ("text", "days", "opens"),
    [
        ("дүйсенбі–жұма 9:00–18:00", 5, "09:00"),
        ("иш күндөрү 10-16", 5, "10:00"),
        ("luni–vineri 8:00–17:00", 5, "08:00"),
        ("marți și joi 14.00-18.00", 2, "14:00"),
        ("тәулік бойы", 7, "00:00"),
        ("Du lundi au vendredi de 9h à 17h30", 5, "09:00"),
        ("mardi et jeudi 14h-18h", 2, "14:00"),
    ],
)
def test_hours(text, days, opens):
    spans = hours(text)
    assert (sum(len(span.byday.split(",")) for span in spans), {span.opens for span in spans}) == (days, {opens})


def test_they_are_no_languages_of_the_portal():
    assert not {"fr", "kk", "ky", "ro", "tr"} & set(codes())


def test_words_that_belong_together_are_no_day_that_one_of_them_is():
    """ "иш" is short for Saturday in Kyrgyz, by CLDR, and with "күндөрү" for working days."""
    spans = hours("иш күндөрү 10-16", ("ky",))
    assert {day for span in spans for day in span.byday.split(",")} == {"MO", "TU", "WE", "TH", "FR"}
    assert {span.byday for span in hours("иш 10-16", ("ky",))} == {"SA"}
    spans = hours("Cumartesi hariç her gün 10-17")
    assert {day for span in spans for day in span.byday.split(",")} == {"MO", "TU", "WE", "TH", "FR", "SU"}


@pytest.mark.parametrize("remark", ["жабык, 2026-жылдын мартынан", "жабық", "nu mai funcționează", "închis din 2025"])
def test_a_remark_closes(remark):
    assert standing(remark) is not None
