"""Change: what is new, closed or moved since an earlier edition, by area unit.

A view that replaced another carries the counts itself (`write_counts`), so that whoever has it needs no older one.
"""

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pandas as pd

from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import rows_of, units_with
from mapping.analysis.common.wording import labels
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, UnsafePublication
from mapping.language.i18n import Message
from mapping.result import Column, Figure, Input, Result
from mapping.view.entries import ServicePlace
from mapping.view.view import View

LABELS: dict[str, Message] = labels("change")


def change(view: View, area: StudyArea, *, previous: View | None = None, level: int | None = None) -> Result:
    """Count what is new, closed or moved since an earlier edition, by area unit.

    ``previous`` is the earlier edition for the same readers; without one the counts that the view carries are told
    (`write_counts`), and where it carries none nothing can be said. For the public it must be one that is still
    offered. The table has ``before``, ``now``, ``new``, ``closed`` and ``moved``. ``level`` is
    that of the regions, 1 by default.

    Raises
    ------
    UnsafePublication
        The earlier edition was made for other readers.
    InvalidRecord
        The earlier edition is later than this one, or the study area has no such level.
    """
    frame = AnalysisFrame("change", view, area, level, usual=1)
    index, level = frame.index, frame.level
    if previous is not None:
        _require_like(view, previous)
        day: dt.date | None = previous.edition
        table, total = _tables(_kinds(view, previous), area, level, index)
    else:
        day, table, total = _stored(view, level, index)
    if day is None:
        now, total = _tables({"now": view.active_places()}, area, level, index)
        table = pd.DataFrame(dict.fromkeys(LABELS, 0), index).assign(now=now["now"])
    unknown = dict.fromkeys((key for key in LABELS if key != "now"), "unknown" if day is None else "")
    return frame.result(
        finding=_finding(total, day),
        also=_also(area, table) if day is not None else (),
        table=table,
        states=pd.DataFrame(unknown, index, dtype=object),
        total=total,
        columns=tuple(Column(key, label, "count") for key, label in LABELS.items()),
        figures={k: Figure(total[k], "count", LABELS[k]) for k in ("new", "closed", "moved") if k in total},
        inputs=() if day is None else (Input(Message("Earlier edition"), day),),
        picture="bars" if day is not None else "none",
    )


def _require_like(view: View, previous: View) -> None:
    if previous.audience != view.audience:
        raise UnsafePublication(
            f"change: the earlier edition was made for {previous.audience}, this one for {view.audience}; "
            "compare editions for the same readers"
        )
    if previous.edition > view.edition:
        raise InvalidRecord(
            f"change: {previous.edition} is later than {view.edition}; give the earlier one as previous"
        )


def write_counts(path: Path, view: View, previous: View, area: StudyArea) -> None:
    """Write into a new view what `change` counts between the one that it replaces and itself, at every level."""
    _require_like(view, previous)
    kinds = _kinds(view, previous)
    rows = [(-1, "", key, len(services)) for key, services in kinds.items()]
    for level in (level.level for level in area.levels):
        table, _ = _tables(kinds, area, level, pd.Index([str(code) for code in area.units(level).index]))
        rows += [(level, code, key, int(table[key][code])) for key in kinds for code in table.index]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = off")
        db.execute("BEGIN")
        db.execute(
            "CREATE TABLE changed (id TEXT PRIMARY KEY, since TEXT NOT NULL, level INTEGER NOT NULL,"
            " code TEXT NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL) STRICT, WITHOUT ROWID"
        )
        since = previous.edition.isoformat()
        lines = ((f"{level} {code} {kind}", since, level, code, kind, count) for level, code, kind, count in rows)
        db.executemany("INSERT INTO changed VALUES (?, ?, ?, ?, ?, ?)", sorted(lines))
        db.execute("COMMIT")


def _stored(view: View, level: int, index: pd.Index) -> tuple[dt.date | None, pd.DataFrame, dict[str, int]]:
    """Return the counts that a view carries: since which day, by unit, and in all; no day where it carries none."""
    rows = [row for row in rows_of(view, "changed") if row["level"] in (-1, level)]
    if not rows:
        return None, pd.DataFrame(index=index), {}
    counts = {(row["code"], row["kind"]): row["count"] for row in rows}
    table = pd.DataFrame({kind: [counts.get((code, kind), 0) for code in index] for kind in LABELS}, index)
    return dt.date.fromisoformat(rows[0]["since"]), table, {kind: counts["", kind] for kind in LABELS}


Services = Mapping[str, tuple[ServicePlace, ...]]
"""Services by id: their places."""


def _kinds(view: View, previous: View) -> dict[str, Services]:
    old, now = previous.active_places(), view.active_places()
    return {
        "before": old,
        "now": now,
        "new": {key: places for key, places in now.items() if key not in old},
        "closed": {key: places for key, places in old.items() if key not in now},
        "moved": {key: places for key, places in now.items() if key in old and _where(places) != _where(old[key])},
    }


def _where(places: Iterable[ServicePlace]) -> frozenset[tuple[object, ...]]:
    return frozenset((place.latitude, place.longitude, place.area_unit, place.country) for place in places)


def _tables(
    kinds: Mapping[str, Services], area: StudyArea, level: int, index: pd.Index
) -> tuple[pd.DataFrame, dict[str, int]]:
    counts = {}
    for key, services in kinds.items():
        tally = Counter(unit for places in services.values() for unit in units_with(places, area, level)[0])
        counts[key] = [tally[unit] for unit in index]
    return pd.DataFrame(counts, index), {key: len(services) for key, services in kinds.items()}


def _finding(total: Mapping[str, int], day: dt.date | None) -> Message:
    if day is None:
        return Message("There is no earlier edition to compare this one with")
    words: dict[str, object] = {**total, "day": day}
    if not (total["new"] or total["closed"] or total["moved"]):
        return Message("Nothing changed since {day}", words)
    return Message("Since {day}: new {new}, closed or no longer shown {closed}, moved {moved}", words)


def _also(area: StudyArea, table: pd.DataFrame) -> tuple[Message, ...]:
    net, sentences = table["now"] - table["before"], []
    if len(table) > 1 and net.max() > 0:
        words = {"place": area.unit(str(net.idxmax())).titles, "count": int(net.max())}
        sentences.append(Message("The most were added in {place}: {count}.", words))
    if len(table) > 1 and net.min() < 0:
        words = {"place": area.unit(str(net.idxmin())).titles, "count": -int(net.min())}
        sentences.append(Message("The most were lost in {place}: {count}.", words))
    return tuple(sentences)
