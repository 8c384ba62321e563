"""Recommendations: what they hold, how they are handed on as CSV, and what became of those of an earlier edition."""

import csv
import datetime as dt
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from mapping.errors import FormatError
from mapping.language.i18n import Message, Text, labels_beside, show
from mapping.language.spreadsheet import neutral
from mapping.result import Kind, write

Group = Literal["national", "government", "regional", "civil", "international", "embassies"]
Priority = Literal["1", "2", "3"]
Cost = Literal["low", "medium", "high"]
Status = Literal["new", "reached", "nearer", "unchanged", "farther", "not known"]

LABELS = labels_beside(__file__)
"""Texts of the report: what they are of -> code -> text."""

GROUPS, COSTS, PRIORITIES, STATUSES = (LABELS[of] for of in ("group", "cost", "priority", "status"))

MONTHS: Mapping[Cost, int] = {"low": 6, "medium": 12, "high": 24}
"""Months until a recommendation should be carried out, by what it costs."""


@dataclass(frozen=True)
class Recommendation:
    """One recommendation.

    ``key`` is the same in every edition. ``value`` is what ``measure`` is now (None: not known), ``range`` its ends
    where they are told, ``target`` what it should become (None: the range is wider than the change), all in the unit
    of ``kind``, or ``aim`` says it in words. ``table`` is the anchor of the table that is its evidence; ``responsible``
    is who does it, where that is not the addressee.
    """

    day: dt.date
    key: str
    group: Group
    addressee: Text
    text: Message
    _: KW_ONLY
    evidence: Message
    table: str
    cost: Cost
    measure: Message
    value: float | None
    target: float | None
    range: tuple[float, float] = (0.0, 0.0)
    responsible: Text | None = None
    kind: Kind = "count"
    indicator: str = ""
    """The code by which the report tells of what is measured, if it does."""
    number: str = ""
    status: Status = "new"
    before: float | None = None
    priority: Priority = "2"
    aim: Message | None = None

    @property
    def deadline(self) -> dt.date:
        """The last day by which it should be done."""
        return deadline(self.day, self.cost)

    def value_text(self, language: str) -> str:
        """Write what the indicator is now and should become, or what is there when the thing is done."""
        if self.aim is not None:
            return self.aim.into(language)
        low, high = self.range if any(self.range) else (None, None)
        now: str | Message = Message("not known")
        if self.value is not None:
            now = write(self.value, self.kind, language, low=low, high=high)
        if self.target is None:
            return Message("now {now}; no aim, since the range is wider than the change", {"now": now}).into(language)
        words = {"now": now, "target": write(self.target, self.kind, language)}
        return Message("now {now}, aim {target}", words).into(language)


@dataclass(frozen=True)
class Earlier:
    """What an earlier edition asked for: its value and aim, and in which words."""

    key: str
    value: float | None
    target: float | None
    text: str


@dataclass(frozen=True)
class Progress:
    """What became of the recommendations of an earlier edition, one (what was asked, its status) each."""

    outcomes: tuple[tuple[Earlier, Status], ...]

    @property
    def share(self) -> float | None:
        """The share that was reached (I16); None where nothing was asked for."""
        if not self.outcomes:
            return None
        return sum(status == "reached" for _, status in self.outcomes) / len(self.outcomes)


def deadline(day: dt.date, cost: Cost) -> dt.date:
    """Return the last day of the month by which something of a cost should be done."""
    months = day.year * 12 + day.month - 1 + MONTHS[cost] + 1
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(1)


def numbered(advice: Iterable[Recommendation]) -> list[Recommendation]:
    """Put recommendations in the order of their addressees, as a report prints them, and number them."""
    listed, groups = list(advice), list(get_args(Group))
    names = [show(each.addressee, "en") for each in listed]
    ordered = sorted(listed, key=lambda each: (groups.index(each.group), names.index(show(each.addressee, "en"))))
    return [replace(recommendation, number=f"R{place}") for place, recommendation in enumerate(ordered, 1)]


def compared(
    advice: Sequence[Recommendation], earlier: Sequence[Earlier]
) -> tuple[list[Recommendation], Progress | None]:
    """Tell of each recommendation how it stands to an earlier edition, and what became of the earlier ones.

    What is asked for no longer was reached: its rule looks at the same number and finds nothing to ask.
    """
    if not earlier:
        return list(advice), None
    known = {each.key: each for each in earlier}
    now = {each.key: each for each in advice}
    recommendations = [
        replace(each, status=_status(before, each), before=before.value) if (before := known.get(each.key)) else each
        for each in advice
    ]
    outcomes = [(recommendation, _status(recommendation, now.get(recommendation.key))) for recommendation in earlier]
    return recommendations, Progress(tuple(outcomes))


def _status(before: Earlier, now: Recommendation | None) -> Status:
    if now is None:
        return "reached"
    if now.value is None or before.value is None:
        return "not known"
    if now.target is None:
        return "not known"
    was, is_ = abs(before.value - now.target), abs(now.value - now.target)
    if math.isclose(was, is_, rel_tol=1e-9, abs_tol=1e-9):
        return "unchanged"
    return "nearer" if is_ < was else "farther"


def to_csv(
    advice: Iterable[Recommendation], language: str, *, edition: dt.date, audience: str, numbers: Mapping[str, str]
) -> str:
    """Return recommendations as CSV: texts in a language, numbers as numbers, nothing that a sheet would run."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for recommendation in advice:
        own = {column: _cell(getattr(recommendation, column, ""), language) for column in COLUMNS} | {
            "table": numbers.get(recommendation.table, ""),
            "responsible": show(recommendation.responsible or recommendation.addressee, language),
            "deadline": recommendation.deadline.isoformat(),
            "edition": edition.isoformat(),
            "audience": audience,
        }
        writer.writerow({column: neutral(text) for column, text in own.items()})
    return lines.getvalue()


def _cell(value: object, language: str) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else show(value, language) if isinstance(value, Message | Mapping) else str(value)


COLUMNS = (
    "key",
    "number",
    "group",
    "addressee",
    "text",
    "evidence",
    "table",
    "responsible",
    "deadline",
    "cost",
    "priority",
    "indicator",
    "measure",
    "value",
    "target",
    "status",
    "before",
    "edition",
    "audience",
)
"""Columns of the CSV; ``key``, ``value`` and ``target`` are what the next edition compares."""


def read_csv(path: Path) -> list[Earlier]:
    """Read the recommendations of an earlier edition, as `to_csv` wrote them.

    Raises
    ------
    FormatError
        The file is no such table; all that is wrong is told at once.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{path}: cannot be read as a table of recommendations ({error})") from error
    needed = ("key", "value", "target", "text")
    if not rows:
        raise FormatError(f"{path}: holds no recommendations; give the CSV that an earlier report was written with")
    if missing := [name for name in needed if name not in rows[0]]:
        raise FormatError(f"{path}: has no column {', '.join(missing)}; give the CSV that an earlier report came with")
    earlier, wrong = [], []
    for line, row in enumerate(rows, 2):
        try:
            value = float(row["value"]) if row["value"] else None
            target = float(row["target"]) if row["target"] else None
            earlier.append(Earlier(row["key"], value, target, row["text"] or ""))
        except (TypeError, ValueError):
            wrong.append(f"line {line}: value and target must be numbers or empty")
    keys = [recommendation.key for recommendation in earlier]
    wrong += [f"key {key!r} stands more than once" for key in sorted({k for k in keys if keys.count(k) > 1})]
    if wrong:
        raise FormatError(f"{path}: {'; '.join(wrong)}")
    return earlier
