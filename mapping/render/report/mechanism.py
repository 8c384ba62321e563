"""The chart of the referral mechanism: its steps, and what becomes of each referral from one to the next."""

from collections import Counter
from collections.abc import Iterator

from mapping.language.i18n import Message, number
from mapping.language.taxonomy import Vocabulary
from mapping.render.svg import Drawing
from mapping.result import Result, State

WIDTH = 720

SHOWN: tuple[tuple[Message, frozenset[State], str], ...] = (
    (Message("holds"), frozenset({"present", "single"}), "a"),
    (Message("arranged by phone"), frozenset({"line"}), "a/"),
    (Message("no agreement"), frozenset({"no agreement"}), "c"),
    (Message("breaks"), frozenset({"none listed"}), "d"),
    (Message("not known or not published"), frozenset({"unknown", "not published", "stale", "only remote"}), "n"),
    (Message("nobody here refers"), frozenset({"not applicable"}), "n."),
)
"""What becomes of a referral, the states of a result that say so, and the fill of its part."""


def mechanism(result: Result, *, language: str) -> str:
    """Return the chart as SVG; empty where no referral was looked at.

    Each referral is a bar of all area units: in how many it holds, lacks an agreement or breaks.
    """
    links = [column for column in result.columns if column.kind == "state" and "_" in column.key]
    if not links or result.table.empty:
        return ""
    types = Vocabulary.load("service_types")
    drawing = Drawing(WIDTH, result.title.into(language), f"{result.finding.into(language)}.", titled=False)
    steps = list(dict.fromkeys(code for column in links for code in column.key.split("_")))
    drawing.steps([str(types.label(code, language)) for code in steps if code in types])
    for column in links:
        giver, taker = (str(types.label(code, language)) for code in column.key.split("_"))
        drawing.label(f"{giver} → {taker}", "")
        counts = Counter(result.table[column.key])
        drawing.stack(
            [
                (count / len(result.table), fill, number(count, language) if count else "")
                for count, fill in _parts(counts)
            ]
        )
    drawing.key([(fill, "", words.into(language)) for words, states, fill in SHOWN])
    return drawing.text()


def _parts(counts: Counter[str]) -> Iterator[tuple[int, str]]:
    for _, states, fill in SHOWN:
        yield sum(counts[state] for state in states), fill
