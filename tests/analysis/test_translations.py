"""Every text of the analyses is there in every language."""

from tests.translations import problems, texts

SOURCES = ("mapping/analysis", "mapping/result.py", "mapping/words.py")


def test_every_text_is_translated():
    assert problems("analysis", *SOURCES) == []


def test_the_texts_are_found():
    """The test above would pass for ever if it looked at nothing."""
    found = texts(*SOURCES)
    assert len(found) > 80
    assert found["not published here"] == "mapping/result.py"
