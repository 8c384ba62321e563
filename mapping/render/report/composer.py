"""Pen: writes the parts of a report, one chapter after another, and numbers its tables and pictures."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mapping.language.i18n import Message, show
from mapping.render.charts import STATE_FILLS, chart, kind_of
from mapping.render.charts import WIDE as WIDE_CHART
from mapping.render.report import sheet
from mapping.render.report.elements import (
    Block,
    Cell,
    Chapter,
    FactList,
    Heading,
    Items,
    Paragraph,
    Picture,
    ReportTable,
    Role,
    TableRow,
)
from mapping.render.report.recommendations import Progress, Recommendation
from mapping.render.report.sources import Sources
from mapping.result import SPEAKING, STATE_NOTES, STATE_SIGNS, STATES, Column, Kind, Result
from mapping.view.view import Entry


@cache
def outline() -> Mapping[str, Any]:
    """Return the chapters, the tables and the acronyms of the report, by ``outline.toml``."""
    return tomllib.loads(Path(__file__).with_name("outline.toml").read_text(encoding="utf-8"))


FEW = 8
"""With at most so many units, and more columns than units, a table reads better with the units across."""

WIDE = 6
"""A table of more columns than this makes them equally wide, so that it stays on the page."""


class Pen:
    """Writes into a report; what it is given may be a message, a name by language, or plain text."""

    def __init__(
        self,
        material: Sources,
        advice: Sequence[Recommendation] = (),
        progress: Progress | None = None,
        reader: str = "",
        unit: str = "",
    ) -> None:
        self.material = material
        self.advice, self.progress, self.reader, self.unit = tuple(advice), progress, reader, unit
        self.chapters: list[Chapter] = []
        self._blocks: list[Block] = []
        self._number = ""
        self._counts: dict[str, int] = {}

    def chapter(self, number: str, title: Message, anchor: str) -> None:
        """Begin a chapter."""
        self._blocks, self._number, self._counts = [], number, {}
        self._title, self._anchor = title, anchor

    def end(self) -> None:
        """End the chapter."""
        title = self.material.say(self._title)
        self.chapters.append(Chapter(self._number, title, self._anchor, tuple(self._blocks)))

    def heading(self, text: object, *, anchor: str = "", level: int = 2) -> None:
        """Write a heading; sections are numbered within their chapter."""
        title = self.material.say(text)
        if level == 2 and self._number:
            title = f"{self._next('section')}. {title}"
        self._blocks.append(Heading(title, 2 if level == 2 else 3, anchor))

    def say(self, text: object, role: Role = "") -> None:
        """Write a paragraph; nothing where the text is empty."""
        if sentence := self.material.say(text):
            self._blocks.append(Paragraph(_ended(sentence), role))

    def items(self, items: Iterable[object], *, ordered: bool = False, small: bool = False) -> None:
        """Write a list; nothing where there are no items."""
        lines = tuple(self.material.say(item) for item in items)
        if any(item.endswith(".") for item in lines):  # sentences, of which findings come without a full stop
            lines = tuple(_ended(item) for item in lines)
        if lines:
            self._blocks.append(Items(lines, ordered, small))

    def facts(self, pairs: Iterable[tuple[object, object]]) -> None:
        """Write names and what stands beside each."""
        self._blocks.append(FactList(tuple((self.material.say(a), self.material.say(b)) for a, b in pairs)))

    def table(
        self,
        caption: object,
        head: Sequence[object],
        rows: Iterable[TableRow | Sequence[object]],
        *,
        source: str | Collection[Entry] = "",
        anchor: str = "",
        small: bool = False,
        even: bool = False,
    ) -> None:
        """Write a table; one without rows becomes a sentence that says so.

        A row may be its name and its cells, ``source`` the services of the list that the table was counted from.
        """
        say, made = self.material.say, tuple(map(self._row, rows))
        source = source if isinstance(source, str) else self.material.own_source(source)
        if not made:
            self.say(Message("{table}: nothing is known.", {"table": say(caption)}), "note")
            return
        label = say(Message("Table {number}", {"number": self._next("table")}))
        self._remember(anchor, label)
        titles = tuple(say(title) for title in head)
        self._blocks.append(
            ReportTable(label, say(caption), titles, made, source, anchor and f"t-{anchor}", small, even)
        )

    def outlined(
        self,
        name: str,
        rows: Iterable[TableRow | Sequence[object]],
        *,
        columns: Sequence[object] = (),
        caption: object = None,
        words: Mapping[str, object] | None = None,
        anchor: str | None = None,
        source: str | Collection[Entry] = "",
    ) -> None:
        """Write a table of the outline, with some columns in place of its ``*``, and ``words`` in its caption."""
        known = outline()["table"][name]
        head: list[object] = []
        for title in known["head"]:
            head.extend(columns if title == "*" else [Message.of(title)])
        self.table(
            caption or Message.of(known["caption"], words),
            head,
            rows,
            source=source,
            anchor=known.get("anchor", name) if anchor is None else anchor,
            small=known.get("small", False),
            even=known.get("even", False),
        )

    def _row(self, row: TableRow | Sequence[object]) -> TableRow:
        if isinstance(row, TableRow):
            return row
        return TableRow(self.material.say(row[0]), cells(*row[1:], language=self.material.language))

    def picture(
        self,
        svg: str,
        result: Result,
        *,
        caption: object,
        words: str = "",
        source: str = "",
        anchor: str = "",
        legend: str = "",
        kind: Kind | None = None,
        of: str = "",
    ) -> None:
        """Write a picture of a result, whose finding it says to those who cannot see it, unless ``words`` do."""
        language, finding = self.material.language, sheet.finding(result, self.material.language)
        words = words or f"{self.material.say(result.title)}: {finding}"
        foot = sheet.foot(result, language, kind=kind, notice=self.material.view.notice)
        label = self.material.say(Message("Figure {number}", {"number": self._next("figure")}))
        own = own_ids(svg, f"f{self._number}-{self._counts['figure']}-")
        caption = self.material.say(caption)
        self._blocks.append(Picture(label, caption, own, words, source, anchor, legend, finding, foot, of))

    def result(
        self,
        result: Result,
        *,
        columns: Sequence[str] = (),
        anchor: str = "",
        drawn: bool = True,
        brief: bool = False,
        most: int = 0,
    ) -> None:
        """Write a result: what was found, its picture, its table and what it stands on.

        With ``brief``, only the finding and the table; with ``most``, the table holds so many units at most: those
        that are worst off.
        """
        self.say(result.finding, "lead")
        if not brief:
            self.items(result.also)
        source = self.material.source(result)
        if drawn and not brief and result.layout != "matrix" and kind_of(result) != "none":
            svg = chart(result, self.material.area, language=self.material.language, width=WIDE_CHART, titled=False)
            # what it stands on is said below the table
            self.picture(svg, result, caption=result.title, of=result.name)
        worst = self.worst(result, most)
        head, rows = self.laid_out(result, columns, worst)
        if {column.key for column in result.columns} <= {"people"}:
            rows = []  # people alone tell nothing of what was asked
        caption: object = result.title
        if worst:
            caption = Message(
                "{title}: the {count} units that are worst off; all stand in the open data",
                {"title": result.title, "count": len(worst)},
            )
        across = self._is_across(result, len(head) - 1)
        self.table(
            caption,
            head,
            rows,
            source=source,
            anchor=anchor or result.name,
            even=across or len(head) > WIDE,
            small=len(rows) > 20 or len(head) > FEW,
        )
        self.signs(result)

    def worst(self, result: Result, most: int) -> list[str]:
        """Return the units that are worst off, by the columns that say whether more is better or worse."""
        judged = any(c.more_is != "neither" and c.kind not in ("state", "text") for c in result.headlines)
        if not judged or not most or len(result.table) <= most:
            return []
        return result.worst_first()[:most]

    def _is_across(self, result: Result, columns: int) -> bool:
        codes = len(result.table)
        return codes > 1 and (result.layout == "matrix" or columns in (codes, codes + 1)) and codes <= FEW

    def signs(self, result: Result) -> None:
        """Say what the signs of a matrix mean."""
        if result.layout != "matrix" or result.states is None:
            return
        states = set(result.states.to_numpy().ravel())
        states |= {state for c in result.columns if c.kind == "state" for state in result.table[c.key]}
        self.items(
            (
                (Message("{sign} {state}: {note}") if STATE_SIGNS[state] else Message("{state}: {note}")).filled_with(
                    {"sign": STATE_SIGNS[state], "state": STATES[state], "note": STATE_NOTES[state]}
                )
                for state in STATES
                if state in states
            ),
            small=True,
        )

    def laid_out(
        self, result: Result, columns: Sequence[str] = (), units: Sequence[str] = ()
    ) -> tuple[tuple[object, ...], list[TableRow]]:
        """Return the heads and rows of a result: a row each unit, or the units across where that reads better."""
        chosen = [result.column(key) for key in columns] or list(self._wanted(result))
        codes = list(units) or [str(code) for code in result.table.index]
        one = len(codes) == 1 and len(chosen) > 2
        if one or result.layout == "matrix" or (len(codes) <= FEW and len(chosen) > len(codes)):
            return self._across(result, chosen, codes)
        return self._down(result, chosen, codes)

    def _wanted(self, result: Result) -> Iterable[Column]:
        if result.layout == "rows" and result.headline:
            return result.headlines
        ends = {key for column in result.columns for key in (column.low, column.high) if key}
        return (column for column in result.columns if column.key not in ends)

    def _across(
        self, result: Result, columns: Sequence[Column], codes: Collection[str]
    ) -> tuple[tuple[object, ...], list[TableRow]]:
        """Return a row each column, with the units across; of one unit its values alone."""
        alone, matrix = len(codes) == 1, result.layout == "matrix"
        units = [Message("Value")] if alone else [self.material.area.unit(code).titles for code in codes]
        head: tuple[object, ...] = ("", *units, *([Message("Country")] if result.total and not alone else []))
        rows = []
        for title, part in _grouped(result, columns):
            rows += [TableRow(self.material.say(title))] if title is not None else []
            for column in part:
                label = column.short if title is not None and column.short is not None else column.label
                cells = [self.cell(result, code, column, signs=matrix and not alone) for code in codes]
                cells += [self._total(result, column)] if result.total and not alone else []
                rows.append(TableRow(self.material.say(label), tuple(cells)))
        return head, rows

    def _down(
        self, result: Result, columns: Sequence[Column], codes: Sequence[str]
    ) -> tuple[tuple[object, ...], list[TableRow]]:
        area = self.material.area
        order: dict[str, list[str]] = {}
        for code in codes:
            region = area.region_of(code)
            title = self.material.label(region) if region != code and len(codes) == len(result.table) else ""
            order.setdefault(title, []).append(code)
        rows = []
        for region, inside in order.items():
            rows += [TableRow(region)] if region else []
            for code in inside:
                rows.append(TableRow(self.material.label(code), tuple(self.cell(result, code, c) for c in columns)))
        if result.total:
            total = tuple(self._total(result, column) for column in columns)
            rows.append(TableRow(self.material.say(Message("Country")), total))
        return (area.level_name(result.level, self.material.language), *(column.label for column in columns)), rows

    def _total(self, result: Result, column: Column) -> Cell:
        text = result.total_text(column.key, self.material.language)
        return Cell(text, number=column.kind not in ("state", "text"))

    def cell(self, result: Result, code: str, column: Column, *, signs: bool = False) -> Cell:
        """Return a cell of a result; with ``signs`` a short one on the colour of its state."""
        state = result.state(code, column.key)
        text = result.text(code, column.key, self.material.language)
        if not signs or state is None:
            return Cell(text, number=column.kind not in ("state", "text") and state not in SPEAKING)
        sign = STATE_SIGNS[state]
        number = text.partition(" ")[0] if column.kind == "count" and state not in SPEAKING else ""
        return Cell(f"{number} {sign}".strip() or "✓", STATE_FILLS[state])

    def _next(self, what: str) -> str:
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{self._number}.{self._counts[what]}" if self._number else str(self._counts[what])

    def _remember(self, anchor: str, label: str) -> None:
        if anchor:
            self.material.numbers[anchor] = label


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in ".:;!?…]" else f"{sentence}."


def _grouped(result: Result, columns: Sequence[Column]) -> list[tuple[object | None, list[Column]]]:
    """Return columns under the title of their group, those without one first."""
    grouped = {key for keys in result.groups.values() for key in keys}
    parts: list[tuple[object | None, list[Column]]] = [(None, [c for c in columns if c.key not in grouped])]
    for group, keys in result.groups.items():
        title = result.group_labels.get(group)
        parts.append((title, [column for column in columns if column.key in keys]))
    return [(title, part) for title, part in parts if part]


def own_ids(svg: str, prefix: str) -> str:
    """Give the ids of a picture a prefix, since several pictures stand in one page."""
    svg = re.sub(r'\bid="(\w+)"', rf'id="{prefix}\1"', svg)
    svg = re.sub(r"url\(#(\w+)\)", rf"url(#{prefix}\1)", svg)
    return re.sub(r'aria-labelledby="(\w+) (\w+)"', rf'aria-labelledby="{prefix}\1 {prefix}\2"', svg)


def cells(*texts: object, language: str) -> tuple[Cell, ...]:
    """Return cells of texts and numbers; numbers stand to the right."""
    return tuple(
        text if isinstance(text, Cell) else Cell(show(text, language), number=isinstance(text, int | float))
        for text in texts
    )
