"""Every text of the product is there in every language."""

import pytest

from tests.support.translations import hidden, languages, problems, texts

SOURCES = ("mapping", "web")


@pytest.fixture(scope="module")
def wanted():
    return texts(*SOURCES)


@pytest.mark.parametrize("language", languages())
def test_every_text_is_translated(language, wanted):
    assert problems(language, wanted) == []


def test_every_text_can_be_read_from_the_code():
    assert hidden(*SOURCES) == []


def test_the_texts_are_found(wanted):
    """The tests above would pass for ever if they looked at nothing."""
    assert len(wanted) > 2000
    assert wanted["not published here"] == "mapping/result.py"
    assert languages() == ["ru", "tg", "uz"]
