"""Standards: how far services meet the checklist of minimum standards, by family of services, in sums only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import rows_of
from mapping.analysis.common.wording import labels
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Share
from mapping.language.taxonomy import Vocabulary
from mapping.result import Column, Figure, Result
from mapping.view.view import View

ANSWERS: dict[str, Message] = labels("standards")

LEAST = 10
"""So many of the items that are met least have a column of their own."""


def standards(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Show what share of the checklist is met, partly met and not met, and of what it is not known, by family.

    The row of the country has for each family ``f`` the shares ``f_met``, ``f_partly`` and ``f_not_met`` of what could
    be answered, the share ``f_unknown`` of all answers and their number ``f_answers``, and for the items that are met
    least, of those to which enough answers could be given, the share that is met, under their codes. Finer units have
    no such numbers. ``level`` is 0 by default.
    """
    frame = AnalysisFrame("standards", view, area, level, usual=0)
    rows = rows_of(view, "standard_summary")
    families: dict[str, Counter[str]] = {}
    items: dict[str, Counter[str]] = {}
    for row in rows:
        for key, tally in ((row["family"], families), (row["standard"], items)):
            tally.setdefault(key, Counter()).update({answer: row[answer] for answer in ANSWERS})
    order = [term.code for term in Vocabulary.load("service_types").terms() if term.code in families]
    enough = area.settings.thresholds.providers
    judged = [code for code in items if _known(items[code]) >= enough]  # a share of one or two answers says nothing
    least = sorted(judged, key=lambda code: (_met(items[code]), code))[:LEAST]
    values = {f"{f}_{key}": value for f in order for key, value in _shares(families[f]).items()}
    values |= {code: _met(items[code]) for code in least}
    country, whole = frame.level == 0, sum(families.values(), Counter())
    table = pd.DataFrame({key: value if country else 0 for key, value in values.items()}, frame.index)
    return frame.result(
        words={"providers": enough},
        finding=_finding(whole),
        also=_also(families, items, order, least, enough),
        table=table,
        states=pd.DataFrame("" if country else "not applicable", frame.index, list(table), dtype=object),
        columns=_columns(order, least),
        groups={f: tuple(f"{f}_{key}" for key in (*ANSWERS, "answers")) for f in order}
        | ({"items": tuple(least)} if least else {}),
        group_labels={f: _label("service_types", f) for f in order} | {"items": Message("Items that are met least")},
        figures={key: Figure(value, "share", ANSWERS[key]) for key, value in _shares(whole).items() if key in ANSWERS}
        if whole.total()
        else {},
        picture="stacked" if order else "none",
    )


def met_and_known(view: View, area: StudyArea) -> dict[str, tuple[int, int]]:
    """Return of each item (its code), over all families, how many answers are "met" and how many could be given.

    Items to which fewer answers could be given than may be published of providers are left out.
    """
    sums: dict[str, tuple[int, int]] = {}
    for row in rows_of(view, "standard_summary"):
        met, known = sums.get(row["standard"], (0, 0))
        sums[row["standard"]] = met + row["met"], known + _known({key: row[key] for key in ANSWERS})
    return {item: own for item, own in sums.items() if own[1] >= area.settings.thresholds.providers}


def _known(answers: Mapping[str, int]) -> int:
    return sum(answers[key] for key in ANSWERS if key != "unknown")


def _met(answers: Mapping[str, int]) -> float:
    return answers["met"] / _known(answers) if _known(answers) else 0.0


def _shares(answers: Mapping[str, int]) -> dict[str, float]:
    """Return the shares of what could be answered, of all answers the share that is not known, and their number."""
    known, number = _known(answers), _known(answers) + answers["unknown"]
    shares = {key: answers[key] / known if known else 0.0 for key in ANSWERS if key != "unknown"}
    return {**shares, "unknown": answers["unknown"] / number if number else 0.0, "answers": number}


def _label(taxonomy: str, code: str) -> Mapping[str, str]:
    known = Vocabulary.load(taxonomy)
    return known.term(code).labels if code in known else {"en": code}


def _columns(order: Sequence[str], least: Sequence[str]) -> tuple[Column, ...]:
    columns = []
    for family in order:
        words = {"family": _label("service_types", family)}
        labels = {
            "met": Message("{family}: met", words),
            "partly": Message("{family}: partly met", words),
            "not_met": Message("{family}: not met", words),
            "unknown": Message("{family}: not known", words),
        }
        for key, label in labels.items():  # what is not known is a share of all answers, and no part of the others
            more: Literal["worse", "neither"] = "worse" if key == "unknown" else "neither"
            columns.append(Column(f"{family}_{key}", label, "share", more_is=more, short=ANSWERS[key]))
        answers = Message("Answers")
        columns.append(Column(f"{family}_answers", Message("{family}: answers", words), "count", short=answers))
    return (*columns, *(Column(code, _label("standards", code), "share", more_is="better") for code in least))


def _finding(whole: Mapping[str, int]) -> Message:
    if not _known(whole):
        return Message("Too few organizations answered, or too many alike, to show how far standards are met")
    return Message(
        "Minimum standards are met by {share} of the answers that may be shown", {"share": Share(_met(whole))}
    )


def _also(
    families: Mapping[str, Mapping[str, int]],
    items: Mapping[str, Mapping[str, int]],
    order: Sequence[str],
    least: Sequence[str],
    enough: int,
) -> tuple[Message, ...]:
    sentences = []
    if least and _met(items[least[0]]) < 1:
        words: dict[str, object] = {
            "item": wording.within(_label("standards", least[0])),
            "share": Share(_met(items[least[0]])),
        }
        sentences.append(Message("Met least: “{item}”, by {share}.", words))
    answered = [family for family in order if _known(families[family]) >= enough]
    if len(answered) > 1:
        worst = min(answered, key=lambda family: _met(families[family]))
        words = {"family": _label("service_types", worst), "share": Share(_met(families[worst]))}
        sentences.append(Message("The family that meets the least: “{family}”, {share}.", words))
    return tuple(sentences)
