"""Languages: how many people reach help in which language, in person or by phone, by area unit."""

from collections.abc import Mapping, Sequence
from typing import Any

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, sort_of
from mapping.analysis.common.reached import Progress
from mapping.analysis.common.served import CountedServices, served, within_label
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text
from mapping.language.taxonomy import Vocabulary
from mapping.result import Figure, Result
from mapping.view.view import Entry, View


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
    parts = served(frame, kinds)
    figures, total = parts["figures"], parts["total"]
    figures |= _from_afar(parts, kinds, area, minutes) if figures else {}
    own = [kind for kind in kinds if kind.key in area.languages and kind.key in figures]
    least = min(own, key=lambda kind: float(total[kind.key]), default=None)
    if least is not None:  # the sentence speaks of it
        figures = {least.key: figures[least.key], **figures}
    return frame.result(
        finding=_finding(total, least, minutes),
        also=_also(total, [kind for kind in kinds if kind.key in area.languages]),
        headline=("people", *(kind.key for kind in kinds if kind.key in area.languages)),
        caveats=wording.counted((SILENT, sum(not entry.languages for entry in helping))),
        **(parts | {"figures": figures}),
    )


def label(code: str) -> Text:
    """Return what a language is called."""
    known = Vocabulary.load("languages")
    return known.term(code).labels if code in known else {"en": code}


def _languages(entries: Sequence[Entry], area: StudyArea) -> list[str]:
    codes = {code for entry in entries for code in entry.languages}
    return [*area.languages, *sorted(codes - set(area.languages))]


def _from_afar(
    parts: Mapping[str, Any], kinds: Sequence[CountedServices], area: StudyArea, minutes: int
) -> dict[str, Figure]:
    """Return that nobody is near help in a language of the country in which all help is given from afar."""
    remote = {"only remote", "not applicable"}
    return {
        kind.key: Figure(0.0, "share", within_label(kind, minutes), 0.0, 0.0)
        for kind in kinds
        if kind.key in area.languages and kind.entries and remote.issuperset(parts["states"][kind.key])
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


SILENT = Message("Services left out, since they do not say in which languages they help: {count}.")
