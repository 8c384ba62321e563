"""Texts of the portal in every language."""

from translations import problems


def test_every_text_is_translated():
    assert problems("web", "web") == []
