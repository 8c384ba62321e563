"""Chapter 7: whose money it is."""

from types import SimpleNamespace

import pytest

from mapping.render.report.chapters.measures import _funder
from mapping.view.entries import OrganizationEntry


def pen_in(language, *organizations):
    material = SimpleNamespace(say=lambda message: message.into(language), organizations=organizations)
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
