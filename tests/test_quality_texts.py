"""Every text about the quality of what is held is there in every language."""

from translations import problems

SOURCES = [
    f"mapping/{name}" for name in ("match.py", "due.py", "completeness.py", "overview.py", "templates/overview.html")
]


def test_every_text_is_translated():
    assert problems("quality", *SOURCES) == []
