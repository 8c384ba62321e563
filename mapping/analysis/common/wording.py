"""What several analyses say in the same words: their inputs, what limits them, and shares as people speak of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mapping.analysis.common.listed import Sort
from mapping.area.study_area import StudyArea
from mapping.language.i18n import UNSAID, Message, Share, Text, listing
from mapping.model import Audience
from mapping.resources import table_beside
from mapping.result import Figure, Input, Kind
from mapping.view.view import Entry, View

_FIXED = {row["analysis"]: row for row in table_beside(__file__, "analyses")}
_NOTES = table_beside(__file__, "notes")
_LABELS = table_beside(__file__, "labels")


def fixed(analysis: str, words: Mapping[str, object] | None) -> dict[str, Any]:
    """Return the parts of a result that a table says: title, method, on what it is based, of what it is made."""
    said = {key: text for key, text in _FIXED.get(analysis, {}).items() if text and key != "analysis"}
    return {key: Message.of(text, words) if key in ("title", "method") else text for key, text in said.items()}


def notes(analysis: str) -> tuple[Message, ...]:
    """Return what is to be kept in mind of an analysis, whatever it finds."""
    return tuple(Message.of(row["note"]) for row in _NOTES if row["analysis"] == analysis)


def labels(of: str) -> dict[Any, Message]:
    """Return what the columns of an analysis, or other things that it tells apart, are called; in their order."""
    return {row["key"]: Message.of(row["label"]) for row in _LABELS if row["of"] == of}


EDITIONS: dict[Audience, Message] = labels("editions")

FRACTIONS: tuple[tuple[float, Message], ...] = (
    (1 / 10, Message("One in ten people")),
    (1 / 5, Message("One in five people")),
    (1 / 4, Message("A quarter of the people")),
    (1 / 3, Message("A third of the people")),
    (2 / 5, Message("Two in five people")),
    (1 / 2, Message("Half of the people")),
    (3 / 5, Message("Three in five people")),
    (2 / 3, Message("Two thirds of the people")),
    (3 / 4, Message("Three quarters of the people")),
    (4 / 5, Message("Four in five people")),
    (9 / 10, Message("Nine in ten people")),
)
"""Shares that have a name; one is used where the true share is within 1.5 points of it."""

FLAT = 0.03
"""Up to so wide a range is not said."""


NO_ROADS = Message("No roads are known here: everybody walks the whole way. By road it takes less time.")


def on_foot(area: StudyArea) -> tuple[Message, ...]:
    """Return what stands with each finding about travel in a country of which no roads are known."""
    return (NO_ROADS,) if area.everybody_walks else ()


def within(sentence: Mapping[str, str]) -> Mapping[str, str]:
    """Return a sentence (language -> text) as it stands within another: without its full stop."""
    return {language: text.removesuffix(".") for language, text in sentence.items()}


def ranged(total: Mapping[str, Any], key: str, kind: Kind = "share", *, rest: bool = False) -> Figure:
    """Return a number of a total with its range for a sentence, or the ``rest`` of a share."""
    value, low, high = (float(total[f"{key}{end}"]) for end in ("", "_low", "_high"))
    return Figure(1 - value, kind, UNSAID, 1 - high, 1 - low) if rest else Figure(value, kind, UNSAID, low, high)


def who(people: Figure) -> Message:
    """Say a share of the people as one would in a sentence: a third of the people; with its range where it has one."""
    share = people.value
    if (people.high or 0) - (people.low or 0) > FLAT:
        return Message("{share} of the people", {"share": people})
    if share < 0.005:
        return Message("Almost no people")
    if share > 0.995:
        return Message("Almost all people")
    nearest, words = min(FRACTIONS, key=lambda fraction: abs(fraction[0] - share))
    return words if abs(nearest - share) <= 0.015 else Message("{share} of the people", {"share": Share(share)})


def farther(minutes: float) -> Message:
    """Say what lies beyond some minutes."""
    if minutes == 60:
        return Message("more than an hour")
    if minutes == 120:
        return Message("more than two hours")
    return Message("more than {minutes} minutes", {"minutes": minutes})


def inputs(view: View, area: StudyArea, *, travel: bool) -> tuple[Input, ...]:
    """Return what an analysis was computed from; ``travel`` where roads and terrain took part."""
    census = area.file.population.date
    own = (
        Input(EDITIONS[view.audience], view.edition),
        Input(Message("Population"), census, _sources(area, "population")),
    )
    lines = Input(Message("Lines of areas"), None, _sources(area, "admin"))
    if not travel:
        return (*own, lines)
    return (*own, lines, Input(Message("Roads and terrain"), None, _sources(area, "roads", "raster")))


def _sources(area: StudyArea, *parts: str) -> Text:
    return {language: "; ".join(area.attributions(*parts, language=language)) for language in (*area.languages, "en")}


def caveats(area: StudyArea, *, travel: bool) -> tuple[Message, ...]:
    """Return what every reader should know of such numbers."""
    sentences = [Message("Secret places are left out. They take no part in any number here.")]
    if travel:
        sentences.append(
            Message(
                "A number with a range is the middle of all counts. The files say beside it what comes out as asked."
            )
        )
        sentences.append(
            Message("Not for choosing a route, nor for judging one village. Differences under 5 points are noise.")
        )
        if not area.counts_slopes:
            sentences.append(Message("Slopes are not counted: every way is taken for level."))
        if not area.settings.travel.cross_borders:
            sentences.append(
                Message("Ways through neighbour countries and services beyond the border are not counted.")
            )
        else:
            words = {"km": round(margin(area))}
            sentences.append(Message("Ways that leave the country by more than {km} km are not counted.", words))
    if area.modelled:
        sentences.append(Message("Modelled: {warning}", {"warning": area.warning}))
    return tuple(sentences)


def margin(area: StudyArea) -> float:
    """Return how many kilometres around the country are counted at least."""
    west, south, east, north = area.bounds
    left, bottom, right, top = area.window
    across = math.cos(math.radians(max(abs(south), abs(north))))
    return 111.32 * max(0.0, min((west - left) * across, (right - east) * across, south - bottom, top - north))


def counted(*sentences: tuple[Message, int], **words: object) -> tuple[Message, ...]:
    """Return sentences with the ``count`` that each speaks of, and other words; what counts nothing is left out."""
    return tuple(sentence.filled_with({**words, "count": count}) for sentence, count in sentences if count)


def unshown(entries: Sequence[Entry]) -> tuple[Message, ...]:
    """Say how many services have a place that may not be shown, so that it is not known how far they are."""
    text = Message(
        "Services counted at the largest place of their area, since only the area may be shown: {count}. The range "
        "holds what comes out where they stand elsewhere in it."
    )
    return counted((text, len(entries)))


def hidden(sorts: Sequence[Sort], shown: Sequence[Sort]) -> tuple[Message, ...]:
    """Say which kinds of services are not published here."""
    unsaid = [sort.label for sort in sorts if sort not in shown]
    return (Message("Not published here, whatever there is: {types}.", {"types": listing(unsaid)}),) if unsaid else ()


def snapping(area: StudyArea, *, lost: int, snapped: int) -> tuple[Message, ...]:
    """Return what became of places that lie where nobody can go, such as in a lake or on the wrong side of a line."""
    moved = Message("Places moved to the nearest ground that can be crossed: {count}.")
    left_out = Message("Places left out, since no ground within {km} km of them can be crossed: {count}.")
    return counted((moved, snapped), (left_out, lost), km=area.settings.travel.snap_km)
