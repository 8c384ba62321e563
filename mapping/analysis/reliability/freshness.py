"""Freshness: how far what is listed may be relied on, by region."""

from collections import Counter
from typing import Literal

import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import listed_services, units_in
from mapping.analysis.common.wording import labels
from mapping.area.study_area import StudyArea
from mapping.freshness import Freshness, checked_in_time
from mapping.language.i18n import Message, Share
from mapping.result import Column, Figure, Result
from mapping.view.view import View

LABELS: dict[Freshness, Message] = labels("freshness")


def freshness(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Show how many services were checked in time, are due, overdue, lapsed, or were never checked, by region.

    The table has ``services`` and the shares ``fresh``, ``due``, ``overdue``, ``lapsed`` and ``unverified``. ``level``
    is that of the regions, 1 by default.
    """
    frame, listed = AnalysisFrame("freshness", view, area, level, usual=1), listed_services(view)
    tally = Counter((unit, entry.freshness) for entry in listed for unit in units_in(entry, area, frame.level)[0])
    counts = pd.DataFrame({key: [tally[unit, key] for unit in frame.codes] for key in LABELS}, frame.index)
    services = counts.sum(axis=1)
    shares = counts.div(services.where(services > 0, 1), axis=0).astype(float)
    whole = {key: sum(entry.freshness == key for entry in listed) for key in LABELS}
    number = len(listed)
    total = {"services": number} | {key: whole[key] / number if number else 0.0 for key in LABELS}
    empty = services.map({0: "none listed"}).fillna("")
    return frame.result(
        finding=_finding(whole, number),
        also=_also(area, counts, services, whole),
        table=pd.DataFrame({"services": services, **shares}),
        states=pd.DataFrame(dict.fromkeys(LABELS, empty), frame.index, dtype=object),
        total=total,
        columns=(
            Column("services", Message("Services listed"), "count"),
            *(Column(key, label, "share", more_is=_more(key)) for key, label in LABELS.items()),
        ),
        figures={key: Figure(total[key], "share", label) for key, label in LABELS.items()} if number else {},
        caveats=wording.counted((PLACELESS, sum(not units_in(entry, area, frame.level)[0] for entry in listed))),
        picture="stacked",
    )


def _more(key: Freshness) -> Literal["better", "worse", "neither"]:
    return "better" if key == "fresh" else "neither" if key == "due" else "worse"


def _finding(whole: dict[Freshness, int], number: int) -> Message:
    if not number:
        return Message("No service is listed, so nothing can be old")
    share = Share(sum(count for key, count in whole.items() if checked_in_time(key)) / number)
    return Message("{share} of the listed services were checked in time", {"share": share})


def _also(
    area: StudyArea, counts: pd.DataFrame, services: pd.Series, whole: dict[Freshness, int]
) -> tuple[Message, ...]:
    old = counts["overdue"] + counts["lapsed"] + counts["unverified"]
    lapsed = Message("No longer offered first, since their check lapsed: {count}.")
    never = Message("Never checked by anybody: {count}.")
    sentences = [*wording.counted((lapsed, whole["lapsed"]), (never, whole["unverified"]))]
    if len(counts) > 1 and old.any():
        share = (old / services.where(services > 0, 1)).sort_values(ascending=False, kind="stable")
        words = {"place": area.unit(str(share.index[0])).titles, "share": Share(float(share.iloc[0]))}
        sentences.append(
            Message("The largest share that is overdue or was never checked is in {place}: {share}.", words)
        )
    return tuple(sentences)


PLACELESS = Message(
    "Services abroad, by phone alone, or without a place that may be shown, which stand in the line of the country "
    "only: {count}."
)
