"""Chapter 7: whose money it is."""

from types import SimpleNamespace

import pytest

from mapping.render.report.chapters.measures import _funder


@pytest.mark.parametrize("words", ["own funds", "Own funds ", "собственные средства", "маблағи худӣ", "oʻz mablagʻi"])
@pytest.mark.parametrize(
    ("language", "shown"), [("en", "own funds"), ("ru", "собственные средства"), ("uz", "oʻz mablagʻi")]
)
def test_own_funds_are_said_in_the_language_of_the_report(words, language, shown):
    pen = SimpleNamespace(material=SimpleNamespace(say=lambda message: message.into(language)))
    assert _funder(pen, words) == shown
    assert _funder(pen, "Own Road Fund") == "Own Road Fund"
    assert _funder(pen, "") == ""
