"""Activities: who does what, where and when (4W), by region, beside the services that are listed there."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from sqlite3 import Row

import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import ANY, sort_of, units_at, units_in
from mapping.analysis.common.wording import labels
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, People, Text
from mapping.language.taxonomy import Vocabulary
from mapping.result import Column, Figure, Result
from mapping.view.view import View


def activities(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Count organizations, activities and people reached by region, with overlaps and what has ended.

    The table has ``organizations``, ``activities``, ``ongoing``, ``planned``, ``ended`` (called ongoing, though their
    last day has passed), ``kinds``, ``overlaps``, ``reached``, ``services``, and for each type of activity its number
    under its code. Counts of so few people that they are not public are unknown, not 0.
    """
    frame = AnalysisFrame("activities", view, area, level, usual=1)
    rows, level = view.rows("activity"), frame.level
    by_unit: dict[str, list[Row]] = {unit: [] for unit in frame.codes}
    placed = [(row, units_at(area, _code(row, area), level)) for row in rows]
    for row, at in placed:
        if len(at) == 1:
            by_unit[at[0]].append(row)
    types = sorted({str(row["service_type"]) for row in rows if row["service_type"]})
    helping = sort_of(ANY).of(frame.entries)
    services = Counter(unit for entry in helping for unit in units_in(entry, area, level)[0])
    lines = [_line(own, view.edition, types) | {"services": services[unit]} for unit, own in by_unit.items()]
    table = pd.DataFrame(lines, frame.index).astype("int64")
    total = _line(rows, view.edition, types) | {"services": sum(bool(units_in(entry, area, 0)[0]) for entry in helping)}
    total["overlaps"] = int(table["overlaps"].sum())
    return frame.result(
        finding=_finding(total, table),
        also=_also(total, table),
        table=table,
        states=pd.DataFrame({"reached": list(map(_reached_state, by_unit.values()))}, frame.index, dtype=object),
        total=total,
        columns=_columns(types),
        headline=KEYS,
        groups={"kinds": tuple(types)} if types else {},
        group_labels={"kinds": Message("Activities by kind")} if types else {},
        figures={
            key: Figure(total[key], "people" if key == "reached" else "count", LABELS[key])
            for key in ("organizations", "activities", "reached")
        },
        caveats=wording.counted(
            (SILENT, _silent(rows)),
            (
                Message("Activities told for a wider area, which stand in the line of the country only: {count}."),
                sum(len(at) != 1 for _, at in placed),
            ),
        ),
        picture="bars",
    )


LABELS: dict[str, Message] = labels("activities")
KEYS = tuple(LABELS)
SILENT = Message("Activities whose number of people reached is not told, or too small to be shown: {count}.")


def _columns(types: Sequence[str]) -> tuple[Column, ...]:
    return (
        *(Column(key, label, "people" if key == "reached" else "count") for key, label in LABELS.items()),
        *(Column(code, _label(code), "count") for code in types),
    )


def _label(code: str) -> Text:
    known = Vocabulary.load("service_types")
    return known.term(code).labels if code in known else {"en": code}


def _code(row: Row, area: StudyArea) -> str:
    code = str(row["area_unit"] or area.code)
    return str(area.units(0).index[0]) if code == area.code else code


def _line(rows: Sequence[Row], today: dt.date, types: Sequence[str]) -> dict[str, int]:
    bodies = {body for row in rows for body in (row["organization_id"], row["implementer_id"]) if body}
    return {
        "organizations": len(bodies),
        "activities": len(rows),
        "ongoing": sum(row["status"] == "ongoing" and not _over(row, today) for row in rows),
        "planned": sum(row["status"] == "planned" for row in rows),
        "ended": sum(row["status"] == "ongoing" and _over(row, today) for row in rows),
        "kinds": len({row["service_type"] for row in rows if row["service_type"]}),
        "overlaps": _overlaps(rows),
        "reached": sum(row["reached"] or 0 for row in rows),
        **{code: sum(row["service_type"] == code for row in rows) for code in types},
    }


def _over(row: Row, today: dt.date) -> bool:
    return bool(row["end"]) and str(row["end"]) < today.isoformat()


def _overlaps(rows: Sequence[Row]) -> int:
    """Return how many kinds two bodies do at the same time in the same place; what has no dates overlaps nothing."""
    dated: Mapping[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["service_type"] and row["start"] and row["end"] and row["status"] != "cancelled":
            dated[row["service_type"]].append(row)
    return sum(
        any(
            activity["organization_id"] != other["organization_id"]
            and activity["area_unit"] == other["area_unit"]
            and activity["start"] <= other["end"]
            and other["start"] <= activity["end"]
            for number, activity in enumerate(same)
            for other in same[number + 1 :]
        )
        for same in dated.values()
    )


def _silent(rows: Sequence[Row]) -> int:
    """Return how many activities that began do not say how many people they reached, or so few that it is hidden."""
    return sum(row["reached"] is None and row["status"] in ("ongoing", "completed") for row in rows)


def _reached_state(rows: Sequence[Row]) -> str:
    if not rows:
        return "none listed"
    return "unknown" if _silent(rows) and not any(row["reached"] for row in rows) else ""


def _finding(total: Mapping[str, int], table: pd.DataFrame) -> Message:
    if not total["activities"]:
        return Message("No activity is reported")
    words = {
        "organizations": total["organizations"],
        "activities": total["activities"],
        "count": int((table["activities"] == 0).sum()),
        "units": len(table),
    }
    if len(table) == 1:
        return Message(
            "Activities reported: {activities}, by {organizations} {organizations:organization|organizations}", words
        )
    if words["count"]:
        return Message(
            "Activities reported: {activities}, by {organizations} {organizations:organization|organizations}; "
            "none from {count} of {units} areas",
            words,
        )
    return Message(
        "Activities reported: {activities}, by {organizations} {organizations:organization|organizations}, "
        "from every area",
        words,
    )


def _also(total: Mapping[str, int], table: pd.DataFrame) -> tuple[Message, ...]:
    alone = int(((table["activities"] > 0) & (table["services"] == 0)).sum())
    reached = Message("People reached, as the organizations told: {people}.")
    return wording.counted(
        (reached, total["reached"]),
        (Message("Organizations do the same at the same time in the same place: {count}."), total["overlaps"]),
        (Message("Called ongoing, though their last day has passed: {count}."), total["ended"]),
        (Message("Areas with activities, but without any listed service: {count}."), alone),
        people=People(total["reached"]),
    )
