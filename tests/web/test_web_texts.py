"""Texts of the portal in every language."""

from translations import problems, sections


def test_every_text_is_translated():
    """The portals have catalogues of their own; what is in none of them is missing from that of the site."""
    assert problems("web", "web", also=sections()) == []
