"""Tables of results as HTML and CSV, the twin of every picture."""

import csv
import html
import io
from typing import Any

from mapping.area import StudyArea
from mapping.result import Column, Result
from mapping.words import number, percent, show, translate

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Return a text that a spreadsheet shows and never runs: an apostrophe before what it would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def cell(value: Any, column: Column, language: str) -> str:
    """Write a value of a column as people read it: 39%, 1,306,000, over 240 min."""
    if column.kind in ("text", "state"):
        return str(value)
    if value == float("inf"):
        return translate("cut off", language)
    if column.kind == "share":
        return percent(float(value), language)
    return number(float(value), language, digits=1 if column.kind == "number" else 0)


def with_range(result: Result, code: str, column: Column, language: str) -> str:
    """Write a value with its range, where it has one: 39% (31-47)."""
    row = result.table.loc[code]
    text = cell(row[column.key], column, language)
    if not column.low:
        return text
    low, high = (cell(row[key], column, language).rstrip("%\u00a0") for key in (column.low, column.high))
    return f"{text} ({low}–{high})"


def shown_columns(result: Result) -> list[Column]:
    """Return the columns that stand by themselves: not those that only hold another's range."""
    ranges = {key for column in result.columns for key in (column.low, column.high) if key}
    return [column for column in result.columns if column.key not in ranges]


def table_html(result: Result, area: StudyArea, language: str) -> str:
    """Return a result's table; each heading is repeated in its cells for narrow screens."""
    columns = shown_columns(result)
    labels = [show(column.label, language) for column in columns]
    head = "".join(f'<th scope="col" class="n">{html.escape(label)}</th>' for label in labels)
    lines = []
    for code in result.table.index:
        cells = "".join(
            f'<td class="n" data-l="{html.escape(label)}">'
            f"{html.escape(with_range(result, code, column, language))}</td>"
            for column, label in zip(columns, labels, strict=True)
        )
        lines.append(f'<tr><th scope="row">{html.escape(area.label(str(code), language))}</th>{cells}</tr>')
    first = html.escape(translate("Area", language))
    title = html.escape(result.title.into(language))
    return (
        f'<div class="scroll" role="region" aria-label="{title}" tabindex="0"><table class="stack"><caption>{title}</caption>'
        f'<thead><tr><th scope="col">{first}</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def table_csv(result: Result, area: StudyArea, language: str) -> str:
    """Return a result's table as CSV with every column, shares as numbers of 1, neutral cells."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["area_unit", "name", *(column.key for column in result.columns)])
    for code, row in result.table.iterrows():
        values = (row[column.key] for column in result.columns)
        writer.writerow(
            [
                code,
                neutral(area.label(str(code), language)),
                *(neutral(str(value)) if isinstance(value, str) else value for value in values),
            ]
        )
    return lines.getvalue()
