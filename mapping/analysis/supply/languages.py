"""Languages: how many people reach help in which language, in person or by phone, by area unit."""

from collections.abc import Mapping, Sequence
from typing import Any

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, sort_of
from mapping.analysis.common.reached import Progress
from mapping.analysis.common.served import CountedServices, Served, served, within_label
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text
from mapping.language.taxonomy import Vocabulary
from mapping.result import Figure, Result
from mapping.view.view import Entry, View

METHOD = Message(
    "For each language we took the listed services that help people, whose check is not long overdue and "
    "that say that they "
    "help in it. We counted the people who reach one of them in person within the time that the table names, on foot "
    "and by road, and told where a phone line in that language can be called instead. A line counts everywhere, "
    "unless it says what it covers. The range beside a number holds nine in ten counts in which speeds, seasons, "
    "village tracks and all else that nobody knows for sure were changed together."
)


def languages(
    view: View,
    area: StudyArea,
    *,
    minutes: int = 60,
    codes: Sequence[str] | None = None,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    progress: Progress = None,
) -> Result:
    """Count the people who reach help in each language in person, by phone only, or not at all.

    ``codes`` are the languages; by default those of the study area and every other in which a service helps. For each
    language ``l`` the table has the share ``l`` (with ``l_low`` and ``l_high``), the state ``l_phone``, and the people
    with neither, ``l_without``. ``level`` is that of the area units, the finest by default.
    """
    frame = AnalysisFrame(
        "languages", view, area, level, minutes=minutes, scenario=scenario, stale=stale, progress=progress
    )
    helping, doubtful = (sort_of(ANY).of(own) for own in (frame.entries, frame.doubtful))
    wanted = _languages(helping, area) if codes is None else list(dict.fromkeys(codes))
    kinds = [
        CountedServices(
            code, label(code), *(tuple(e for e in own if code in e.languages) for own in (helping, doubtful))
        )
        for code in wanted
    ]
    result = served(frame, kinds)
    figures = result.parts["figures"]
    figures |= _from_afar(result, kinds, area, minutes) if figures else {}
    own = [kind for kind in kinds if kind.key in area.languages and kind.key in figures]
    least = min(own, key=lambda kind: float(result.total[kind.key]), default=None)
    if least is not None:  # the sentence speaks of it
        figures = {least.key: figures[least.key], **figures}
    return frame.result(
        "travel",
        title=Message("In which languages people reach help"),
        finding=_finding(result.total, least, minutes),
        also=_also(result.total, [kind for kind in kinds if kind.key in area.languages]),
        headline=("people", *(kind.key for kind in kinds if kind.key in area.languages)),
        method=METHOD,
        caveats=_notes(sum(not entry.languages for entry in helping)),
        **(result.parts | {"figures": figures}),
    )


def label(code: str) -> Text:
    """Return what a language is called."""
    known = Vocabulary.load("languages")
    return known.term(code).labels if code in known else {"en": code}


def _languages(entries: Sequence[Entry], area: StudyArea) -> list[str]:
    codes = {code for entry in entries for code in entry.languages}
    return [*area.languages, *sorted(codes - set(area.languages))]


def _from_afar(result: Served, kinds: Sequence[CountedServices], area: StudyArea, minutes: int) -> dict[str, Figure]:
    """Return that nobody is near help in a language of the country in which all help is given from afar."""
    remote = {"only remote", "not applicable"}
    return {
        kind.key: Figure(0.0, "share", within_label(kind, minutes), 0.0, 0.0)
        for kind in kinds
        if kind.key in area.languages and kind.entries and remote.issuperset(result.parts["states"][kind.key])
    }


def _finding(total: Mapping[str, Any], least: CountedServices | None, minutes: int) -> Message:
    if least is None or not total["people"]:
        return Message("No service that people could travel to says in which language it helps")
    words = {"spoken": least.label, "share": wording.ranged(total, least.key), "minutes": minutes}
    return Message(
        "Of the languages of this edition, fewest people are within {minutes} minutes of help in “{spoken}”: {share}",
        words,
    )


def _also(total: Mapping[str, Any], kinds: Sequence[CountedServices]) -> tuple[Message, ...]:
    sentences: list[Message] = []
    for kind in kinds:
        words: Mapping[str, object] = {"spoken": kind.label}
        if not kind.entries:
            sentences.append(Message("No service says that it helps in: “{spoken}”.", words))
        elif total[f"{kind.key}_phone"] != "present":
            sentences.append(Message("No phone line is listed that answers in: “{spoken}”.", words))
    return tuple(sentences)


def _notes(silent: int) -> tuple[Message, ...]:
    notes = (Message("How many people speak which language where is not known here: the shares are of all people."),)
    if not silent:
        return notes
    left_out = Message("Services left out, since they do not say in which languages they help: {count}.")
    return (*notes, left_out.filled_with({"count": silent}))
