"""Aloud: recordings of the most important texts, where the folder of a language has some.

A recording is a WAV file in ``<language>/aloud/``, named by its text; none is needed to read a page.
"""

from dataclasses import dataclass
from pathlib import Path

from mapping.language.languages import folders
from mapping.resources import table_beside

TEXTS: dict[str, str] = {row["name"]: row["text"] for row in table_beside(__file__, "aloud")}
"""The ten texts by the name of their recording, in English as the pages have them."""


@dataclass(frozen=True)
class Recording:
    """A recording: its name, the English text that it says, and the file."""

    name: str
    text: str
    file: Path


def recordings(language: str) -> list[Recording]:
    """Return the recordings that a language has, in the order of the texts."""
    folder = folders().get(language)
    files = {name: folder / "aloud" / f"{name}.wav" for name in TEXTS} if folder else {}
    return [Recording(name, TEXTS[name], file) for name, file in files.items() if file.is_file()]
