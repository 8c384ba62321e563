"""What the parsers read from cells: one table, in which a person writes a cell and what is expected of it.

``cell`` is a text, or a value of a spreadsheet behind ``=``. ``expected`` is the value, with the fields that differ
from their defaults; behind ``!`` the problem of a cell that is refused; behind ``~`` the value of a cell read in
part, and its problem.
"""

import csv
import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from mapping.language import parsers
from mapping.language.taxonomy import match_term

NAMES = vars(parsers) | {"datetime": dt, "TODAY": dt.date(2026, 11, 24)}
NAMES["SOMONI"] = parsers.Money(
    code="TJS",
    words=("сомонӣ", "сомони", "somoni", "с."),
    names=(("en", "somoni"), ("ru", "сомони"), ("tg", "сомонӣ"), ("uz", "somoni")),
)
NAMES["is_kind"] = lambda text: match_term("service_types", text) is not None
NAMES["is_group"] = lambda text: match_term("beneficiaries", text) is not None
"""What stands in the column of options."""

with Path(__file__).with_name("cells.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def written(value: Any) -> str:
    """Return a value as the table has it."""
    if dataclasses.is_dataclass(value):
        differ = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        differ = {
            field.name: differ[field.name] for field in dataclasses.fields(value) if differ[field.name] != field.default
        }
        return f"{type(value).__name__}({', '.join(f'{name}={written(part)}' for name, part in differ.items())})"
    if hasattr(value, "_fields"):
        named = ((name, part) for name, part in zip(value._fields, value, strict=True) if part is not None)
        return f"{type(value).__name__}({', '.join(f'{name}={written(part)}' for name, part in named)})"
    if isinstance(value, list | tuple):
        parts = ", ".join(map(written, value))
        return f"[{parts}]" if isinstance(value, list) else f"({parts})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return repr(value) if isinstance(value, int | float | None) else repr(str(value))


def read(parser: str, cell: str, options: str) -> str:
    """Return what a parser makes of a cell, as the table has it."""
    value = eval(cell[1:], NAMES) if cell.startswith("=") and len(cell) > 1 else cell
    args, named = eval(f"(lambda *args, **named: (args, named))({options})", NAMES)
    try:
        return written(getattr(parsers, parser)(value, *args, **named))
    except parsers.Partly as told:
        return f"~{written(told.value)} | {told.problem}"
    except parsers.Unreadable as told:
        return f"! {told.problem}"


@pytest.mark.parametrize("parser", sorted({row["parser"] for row in ROWS}))
def test_each_cell_is_read_as_the_table_says(parser):
    rows = [row for row in ROWS if row["parser"] == parser]
    wrong = {
        (row["cell"], row["options"]): (found, row["expected"])
        for row in rows
        if (found := read(parser, row["cell"], row["options"])) != row["expected"]
    }
    assert wrong == {}
