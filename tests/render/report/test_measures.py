"""Chapter 7: whose money it is."""

from types import SimpleNamespace

import pytest

from mapping.language.i18n import show
from mapping.render.report.chapters.measures import _funder
from mapping.view.entries import OrganizationEntry


def pen_in(language, *organizations):
    area = SimpleNamespace(phrase=lambda words: words)
    material = SimpleNamespace(say=lambda text: show(text, language), organizations=organizations, area=area)
    return SimpleNamespace(material=material)


def test_a_funder_is_called_as_the_organization_of_that_name_is():
    fund = OrganizationEntry("1", "Фонд «Миндальный мост»", other_names=("Almond Bridge Foundation", "ABF"))
    pen = pen_in("ru", OrganizationEntry("2", "Лантернворкс"), fund)
    assert _funder(pen, "almond bridge foundation") == "Фонд «Миндальный мост»"
    assert _funder(pen, "Almond Bridge") == "Almond Bridge"
    twice = pen_in("ru", fund, OrganizationEntry("3", "Другой фонд", other_names=("ABF",)))
    assert _funder(twice, "ABF") == "ABF", "which of two it is, nobody said"


@pytest.mark.parametrize("words", ["own funds", "Own funds ", "собственные средства", "маблағи худӣ", "oʻz mablagʻi"])
@pytest.mark.parametrize(
    ("language", "shown"), [("en", "own funds"), ("ru", "собственные средства"), ("uz", "oʻz mablagʻi")]
)
def test_own_funds_are_said_in_the_language_of_the_report(words, language, shown):
    pen = pen_in(language)
    assert _funder(pen, words) == shown
    assert _funder(pen, "Own Road Fund") == "Own Road Fund"
    assert _funder(pen, "") == ""


def test_a_funder_that_the_country_has_a_phrase_for_is_said_in_each_language(tj_area):
    for language, words in (("ru", "государственный заказ № 900"), ("en", "state order No. 900")):
        pen = pen_in(language)
        pen.material.area = tj_area
        assert _funder(pen, "State order  no. 900") == words
        assert _funder(pen, "Another fund") == "Another fund"
