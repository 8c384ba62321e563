"""The ledger of numbers: what each is called, of what it is a part, for which area unit and edition, and its range.

Whatever tells a number tells it from here or from the result that stands here, so that one name has one value wherever
it is read. What "listed", "active", "confirmed" and "checked in time" mean is said by `mapping.freshness` alone.
"""

import csv
import datetime as dt
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mapping.analysis.common.listed import listed_services, units_of
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, Text, show
from mapping.language.spreadsheet import neutral
from mapping.result import SPEAKING, STATES, Column, Kind, Result
from mapping.view.view import Entry, View

COLUMNS = (
    *("name", "label", "area_unit", "value", "low", "high", "kind", "of", "population", "edition", "audience"),
    "invented",
)
"""Columns of the ledger as a file."""

SERVICES, ORGANIZATIONS = Message("Listed services"), Message("Organizations in the directory")


@dataclass(frozen=True)
class LedgerNumber:
    """A number under its name; ``of`` is how many there are of its ``population``, where it is a part of that."""

    name: str
    label: Text
    unit: str
    value: float
    kind: Kind
    population: Text
    edition: dt.date
    of: float | None = None
    low: float | None = None
    high: float | None = None


def ledger(view: View, area: StudyArea, results: Mapping[str, Result]) -> dict[tuple[str, str], LedgerNumber]:
    """Return every number of an edition by its name and the code of its area unit.

    Raises
    ------
    InvalidRecord
        One name has two values for the same area unit.
    """
    first_numbers: dict[tuple[str, str], LedgerNumber] = {}
    numbers = [*directory_numbers(view, area)]
    numbers += [number for result in results.values() for number in result_numbers(result, area)]
    for number in numbers:
        before = first_numbers.setdefault((number.name, number.unit), number)
        if not math.isclose(before.value, number.value, rel_tol=1e-9, abs_tol=1e-12):
            raise InvalidRecord(
                f"{number.name} of {number.unit} is {before.value} and {number.value}: one name has one value; "
                "give one of them another name where it is worked out"
            )
    return first_numbers


def directory_numbers(view: View, area: StudyArea) -> Iterator[LedgerNumber]:
    """Yield what is counted from the list itself, for the country and for each area unit."""
    country, services = str(area.units(0).index[0]), listed_services(view)
    at: dict[str, list[Entry]] = {code: [] for code in area.all_units()}
    for entry in services:
        for code in units_of(entry, area) - {country}:
            at[code].append(entry)
    at[country] = services
    for code, entries in at.items():
        yield from _services(entries, code, view.edition)
    bodies = len(view.organizations())
    yield LedgerNumber(
        "organizations.directory", ORGANIZATIONS, country, bodies, "count", ORGANIZATIONS, view.edition, bodies
    )


def _services(entries: list[Entry], code: str, edition: dt.date) -> Iterator[LedgerNumber]:
    number, checked = len(entries), sum(entry.checked_in_time for entry in entries)
    counts: tuple[tuple[str, Message, int], ...] = (
        ("services.listed", SERVICES, number),
        ("services.active", Message("Active services"), sum(entry.active for entry in entries)),
        ("services.confirmed", Message("Confirmed services"), sum(entry.confirmed for entry in entries)),
        ("services.checked_in_time", Message("Services checked in time"), checked),
    )
    for name, label, value in counts:
        yield LedgerNumber(name, label, code, value, "count", SERVICES, edition, number)
    if number:
        label = Message("Share of the listed services that was checked in time")
        share = checked / number
        yield LedgerNumber("services.checked_share", label, code, share, "share", SERVICES, edition, number)
    bodies = len({entry.organization.id for entry in entries})
    label = Message("Organizations with a listed service")
    yield LedgerNumber("organizations.listed", label, code, bodies, "count", ORGANIZATIONS, edition)


def result_numbers(result: Result, area: StudyArea) -> Iterator[LedgerNumber]:
    """Yield the figures of a result, what it says of the whole country, and of each area unit what charts draw."""
    country = str(area.units(0).index[0])
    for key, figure in result.figures.items():
        yield _of_result(result, key, figure.label, country, (figure.value, figure.low, figure.high), figure.kind)
    for column in result.columns:
        if column.kind == "state":
            yield from _states(result, column, country)
        elif column.kind != "text":
            yield from _of_column(result, column, country)


def _of_column(result: Result, column: Column, country: str) -> Iterator[LedgerNumber]:
    """Yield what a column says of the country, where no figure says it, and of the area units that charts draw."""
    keys = (column.key, column.low, column.high)
    is_total, is_figure = column.key in result.total, column.key in result.figures
    if is_total and not is_figure:
        ends = [result.total.get(key) if key else None for key in keys]
        yield _of_result(result, column.key, column.label, country, ends, column.kind)
    is_drawn = column in result.headlines or result.layout == "matrix" if result.level else not (is_total or is_figure)
    for code in map(str, result.table.index) if is_drawn else ():
        if result.state(code, column.key) not in SPEAKING:
            cells = [float(result.value(code, key)) if key else None for key in keys]
            yield _of_result(result, column.key, column.label, code, cells, column.kind)


def _states(result: Result, column: Column, country: str) -> Iterator[LedgerNumber]:
    for state, count in Counter(result.table[column.key]).items():
        label = Message("{what}: {state}", {"what": column.label, "state": STATES[state]})
        key = f"{column.key}.{state.replace(' ', '_')}"
        yield _of_result(result, key, label, country, (count, None, None), "count")


def _of_result(
    result: Result, key: str, label: Text, unit: str, ends: Sequence[float | None], kind: Kind
) -> LedgerNumber:
    value, low, high = ends
    name = f"{result.name}.{key}"
    return LedgerNumber(name, label, unit, float(value or 0), kind, result.title, result.edition, None, low, high)


def to_csv(numbers: Iterable[LedgerNumber], language: str, *, audience: str, demo: bool) -> str:
    """Return numbers as CSV: shares of 1, minutes, people as they were worked out; nothing that a sheet would run."""
    lines, invented = io.StringIO(), "yes" if demo else "no"
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number in sorted(numbers, key=lambda number: (number.name, number.unit)):
        ends = (number.value, number.low, number.high, number.of)
        value, low, high, size = ("" if end is None else f"{end:.10g}" for end in ends)
        label, population = (neutral(show(text, language)) for text in (number.label, number.population))
        row = (number.name, label, number.unit, value, low, high, number.kind, size, population)
        writer.writerow((*row, number.edition, audience, invented))
    return lines.getvalue()
