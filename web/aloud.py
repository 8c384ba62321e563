"""Aloud: recordings of the most important texts, where the folder of a language has some.

A recording is a WAV file in ``<language>/aloud/``, named by its text; none is needed to read a page.
"""

from dataclasses import dataclass
from pathlib import Path

from mapping.language.languages import folders

TEXTS: dict[str, str] = {
    "help": "For anyone who was forced, cheated or hurt, at home or abroad. Most help is free. "
    "You decide what happens next.",
    "name": "You need not say your name, and you need not report to anyone to get help.",
    "phone": "If someone checks your phone, use another one if you can. "
    "This page cannot erase what your phone remembers.",
    "leave": "The dark button at the top opens another page at once. On a keyboard, press Shift three times. "
    "The button cannot erase what your phone remembers.",
    "back": "After leaving, Back returns to the page that you looked at before. If pages replace one another, "
    "there is no such page: Back leads to what was open before you came here.",
    "secret": "Some places are secret so that people there stay safe. You will not find their address here. "
    "The line above can arrange them.",
    "call": "Call first. Ask whether it is open, whether it takes you, and what to bring.",
    "money": "Nobody here will ask you for money or for your passport to put you in touch.",
    "bill": "A call stays in the list of calls and may stand on the bill. Take a number from the list after you call.",
    "missing": "Something missing in the list does not prove that there is no help. Call the line.",
}
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
