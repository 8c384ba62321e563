"""Tests of `mapping.language.languages`."""

from pathlib import Path

import pytest

from mapping.language.languages import LanguageFolder, language


@pytest.mark.parametrize(
    ("code", "direction"), [("en", "ltr"), ("tg", "ltr"), ("ar", "rtl"), ("fa", "rtl"), ("xx", "ltr")]
)
def test_a_language_is_read_in_its_direction(code, direction):
    assert LanguageFolder(code, Path(code), code).direction == direction


def test_texts_of_a_language_without_a_folder_stand_in_english():
    """A screen reader must not read English aloud with the voice for Arabic."""
    arabic = language("ar")
    assert (arabic.name, arabic.written, arabic.direction) == ("العربية", "en", "ltr")
