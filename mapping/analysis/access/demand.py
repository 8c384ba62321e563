"""Demand: where visitors said that help is missing, beside what is listed there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, Sort, rows_of, sort_of, units_at, units_covered, units_in
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, listing
from mapping.language.taxonomy import Vocabulary
from mapping.result import Column, Figure, Result
from mapping.view.view import Entry, View


@dataclass(frozen=True)
class MissingHelp:
    """How often one kind of help was said to be missing in one place, from one day to another (ISO dates)."""

    id: str
    area_unit: str
    need: str
    count: int
    since: str
    until: str


def demand(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Count how often help was said to be missing, by area unit and kind of help, beside what is listed.

    The table has ``said``, the sum of the counts that may be shown, ``listed``, the services for people themselves,
    and for each need ``n`` that was named often enough anywhere ``n`` and ``n_listed``. ``level`` is that of the area
    units, the finest by default.
    """
    frame = AnalysisFrame("demand", view, area, level)
    index, level = frame.index, frame.level
    needs = {need.code: need.labels for need in Vocabulary.load("needs").terms()}
    every = [MissingHelp(**dict(row)) for row in rows_of(view, "demand") if row["need"] in needs]
    rows = [row for row in every if row.area_unit in area.all_units()]  # what comes from abroad is told beside them
    sorts = [sort_of(need) for need in needs if need in {row.need for row in rows}]
    secret = {term.code for term in Vocabulary.load("service_types").terms() if term.audience != "public"}
    helping = sort_of(ANY).of(frame.entries)
    table = pd.DataFrame({"said": 0, "listed": _listed(helping, area, level, index)}, index)
    states = pd.DataFrame({"said": "", "listed": ""}, index, dtype=object)
    for sort in sorts:
        table[sort.key] = index.map(_said(rows, area, level, sort.key).__getitem__)
        table["said"] += table[sort.key]
        table[f"{sort.key}_listed"] = _listed(sort.of(frame.entries), area, level, index)
        nothing = "not published" if secret.intersection(sort.codes) else ""
        states[f"{sort.key}_listed"] = np.where(table[f"{sort.key}_listed"] == 0, nothing, "")
    for key in ("said", *(sort.key for sort in sorts)):
        states[key] = np.where(table[key] == 0, "not published", "")
    said = sum(row.count for row in rows)
    label = Message("Times that help was said to be missing, as far as shown")
    return frame.result(
        finding=_finding(rows, needs, table, area),
        also=_also(every, needs, area, level),
        table=table,
        states=states,
        total={"said": said, "listed": _listed(helping, area, 0, area.units(0).index)[0]}
        | {sort.key: sum(row.count for row in rows if row.need == sort.key) for sort in sorts},
        columns=(
            Column("said", Message("Times that help was said to be missing"), "count", more_is="worse"),
            Column("listed", Message("Services listed here, or that cover it"), "count", more_is="better"),
            *(column for sort in sorts for column in _columns(sort)),
        ),
        headline=("said", "listed"),
        groups={sort.key: (sort.key, f"{sort.key}_listed") for sort in sorts},
        group_labels={sort.key: sort.label for sort in sorts},
        figures={"said": Figure(said, "count", label)} if rows else {},
        inputs=wording.inputs(view, area, travel=False)[1:],
        picture="bars" if table["said"].any() else "none",
    )


def _said(rows: Sequence[MissingHelp], area: StudyArea, level: int, need: str) -> dict[str, int]:
    """Return what may be shown of a need: unit -> count; what was said of a wider unit is in none."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        units = units_at(area, row.area_unit, level)
        if row.need == need and len(units) == 1:
            counts[units[0]] += row.count
    return counts


def _listed(entries: Sequence[Entry], area: StudyArea, level: int, index: pd.Index) -> list[int]:
    counts = dict.fromkeys(map(str, index), 0)
    for entry in entries:
        for unit in units_in(entry, area, level)[0] | units_covered(entry, area, level):
            counts[unit] += 1
    return list(counts.values())


def _columns(sort: Sort) -> tuple[Column, Column]:
    words, said, listed = {"help": sort.label}, Message("said"), Message("listed here")
    missing = Message("{help}: said to be missing", words)
    services = Message("{help}: services listed", words)
    return (
        Column(sort.key, missing, "count", more_is="worse", short=said),
        Column(f"{sort.key}_listed", services, "count", more_is="better", short=listed),
    )


def _finding(rows: Sequence[MissingHelp], needs: Mapping[str, Text], table: pd.DataFrame, area: StudyArea) -> Message:
    if not rows:
        return Message("Where help is said to be missing is not known here: nothing was said often enough to be shown")
    counts = pd.Series({(row.need, row.area_unit): row.count for row in rows})
    by_need = counts.groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    words: dict[str, object] = {
        "help": needs[str(by_need.index[0])],
        "count": int(by_need.iloc[0]),
        "since": dt.date.fromisoformat(min(row.since for row in rows)),
        "until": dt.date.fromisoformat(max(row.until for row in rows)),
    }
    if len(table) > 1 and table["said"].max() > 0:
        words["place"] = area.unit(str(table["said"].idxmax())).titles
        return Message(
            "Most often missed, {since} to {until}: “{help}” (said {count} times); the most was said in {place}", words
        )
    return Message("Most often missed, {since} to {until}: “{help}” (said {count} times)", words)


def _also(rows: Sequence[MissingHelp], needs: Mapping[str, Text], area: StudyArea, level: int) -> tuple[Message, ...]:
    wide: list[Message] = []
    abroad: list[Message] = []
    for row in rows:
        units = units_at(area, row.area_unit, level)
        known = row.area_unit in area.all_units()
        if len(units) == 1:
            continue
        name: Text = area.unit(row.area_unit).titles if known else area.country(row.area_unit)
        words = {"place": name or {"en": row.area_unit}, "help": needs[row.need], "count": row.count}
        (wide if known else abroad).append(Message("{place} – {help} ({count})", words))
    sentences = []
    if wide:
        sentences.append(Message("Said of a wider area as a whole: {what}.", {"what": listing(wide)}))
    if abroad:
        sentences.append(Message("Said by people in another country: {what}.", {"what": listing(abroad)}))
    return tuple(sentences)
