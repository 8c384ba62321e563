"""Questions with several choices, as survey tools write them: a column for each choice, beside one for the question."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

OTHER = re.compile(r"^(?:друг\w+|иное|other|дигар\w*|boshqa\w*)(?: (?:помощь|choice|variant))?$", re.I)
"""The choice of something else."""

SPECIFY = re.compile(
    r"(?:^|\W)(?:друг\w{1,9}|иное|other|дигар|boshqa).{0,200}(?:укаж|уточн|впишит|specify|нависед|yozing|ayting)", re.I
)
"""Headings that ask what else it is."""


@dataclass
class ManyChoices:
    """The choices of a question."""

    text: str
    choices: dict[str, str] = field(default_factory=dict)
    """Column -> what a yes in it stands for; empty where the column says it itself."""
    others: list[str] = field(default_factory=list)
    """Columns that say nothing more."""


def questions(headings: Sequence[str], answered: Collection[str]) -> list[ManyChoices]:
    """Find questions with several choices among the headings of a list, in their order.

    ``answered`` are the columns that say yes and no, or nothing.
    """
    several: dict[str, ManyChoices] = {}
    last: ManyChoices | None = None
    for heading in headings:
        text = _asked(heading, headings) if heading in answered else ""
        if text:
            last = several.setdefault(text, ManyChoices(text))
            choice = heading[len(text) + 1 :].strip()
            if OTHER.match(choice):
                last.others.append(heading)
            else:
                last.choices[heading] = choice
        elif last is not None and SPECIFY.search(heading):
            last.choices[heading] = ""
    for question in several.values():
        if question.text in headings and question.text not in answered:
            question.others.append(question.text)
    return [question for question in several.values() if len(question.choices) > 1]


def _asked(heading: str, headings: Sequence[str]) -> str:
    """Return the question that a heading is a choice of, or nothing."""
    whole = [text for text in headings if text and heading.startswith(f"{text}/")]
    if whole:
        return max(whole, key=len)
    text, slash, choice = re.sub(r" / ", " \0 ", heading).partition("/")
    text = text.replace(" \0 ", " / ")
    alike = sum(other.startswith(f"{text}/") for other in headings)
    return text if slash and choice and text.strip() and alike > 2 else ""
