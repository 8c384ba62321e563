"""What a report is made of: chapters of headings, paragraphs, tables and pictures, in one language.

A report is made once; `mapping.render.report.writers.html`, ``pdf`` and ``docx`` turn the same parts into files.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mapping.model import Audience
from mapping.render.report.recommendations import Recommendation
from mapping.render.svg import BOLD, width_of

LETTERS, PAGE = 7.0, 499.0
"""Height of letters in a table of small print, and how wide a page of print is, both in points."""

PARTS = re.compile(r"(?<!\d)[^\S\u00a0]|[^\S\u00a0](?!\d)|(?<=[^\W\d]-)(?=[^\W\d])")
"""Where a line may end: between words, behind a hyphen in one, and not within a number or at a no-break space."""

ON_A_NEW_PAGE = frozenset({"front", "summary", "context"})
"""Chapters that begin a page; the others follow on, so that no page is left half empty (in print: report.css)."""

Role = Literal["", "lead", "note", "source", "small"]


@dataclass(frozen=True)
class Heading:
    """A heading within a chapter; level 2 is a section of the chapter, 3 a part of that."""

    text: str
    level: Literal[2, 3] = 2
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, and what it is for: the first sentence, a warning, a source, small print."""

    text: str
    role: Role = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[str, ...]
    ordered: bool = False
    small: bool = False


@dataclass(frozen=True)
class FactList:
    """Names and what stands beside each."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> "tuple[TableRow, ...]":
        """The same as rows of a table."""
        return tuple(TableRow(name, (Cell(text),)) for name, text in self.pairs)


@dataclass(frozen=True)
class Cell:
    """A cell; ``look`` is a fill of `mapping.render.svg.FILLS`, ``number`` puts it to the right."""

    text: str
    look: str = ""
    number: bool = False


@dataclass(frozen=True)
class TableRow:
    """A row: its name and the cells after it; without cells it heads the rows below."""

    name: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class ReportTable:
    """A table; ``head`` names every column, that of the row's names first; ``label`` is "Table 8.1".

    In an ``even`` table all columns after the first are equally wide, save those whose longest word needs more.
    """

    label: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[TableRow, ...]
    source: str = ""
    anchor: str = ""
    small: bool = False
    even: bool = False

    def widths_in(self, font: tuple[float, float] = (1.0, BOLD), whole: int = 100) -> tuple[int, ...]:
        """Return how wide each column is: as its longest word, and the rest by how much stands in it.

        ``font`` is how wide letters and bold ones are beside what `width_of` tells, ``whole`` how many parts the page
        has. Whoever sets a table need not try it out: that takes most of the time of a long report.
        """
        size, bold = self.letters * font[0], self.letters * self.head_size * font[1]
        rows = [(row.name, *(cell.text for cell in row.cells)) for row in self.rows if row.cells]
        least, cut, full = [], [], []
        for place, head in enumerate(self.head):
            texts = [row[place] for row in rows]
            word = max((width_of(word, size) for text in texts for word in PARTS.split(text)), default=0.0)
            heading = max(width_of(part, bold) for part in PARTS.split(head))
            lengths = sorted(width_of(text, size) for text in texts) or [0.0]
            typical = lengths[int(0.9 * (len(lengths) - 1))]
            least.append(max(word, heading) + self.gap)
            cut.append(max(word, min(heading, 5.4 * size)) + self.gap)
            full.append(max(typical, width_of(head, size) / 3) + self.gap)
        if sum(least) > PAGE:  # words of heads are cut only where they must be: not every language has hyphens
            least = cut
        others = len(self.head) - 1
        if self.even and others:
            first = min(max(PAGE / (others + 1), 0.24 * PAGE), 0.4 * PAGE)
            full = [first, *[(PAGE - first) / others] * others]
        parts = whole / PAGE
        lows = [math.ceil(parts * low) for low in least]
        if sum(lows) >= whole:
            return tuple(max(whole * low // sum(lows), 1) for low in lows)
        room = whole - sum(lows)
        wanted = [max(parts * most - low, 0.0) for most, low in zip(full, lows, strict=True)]
        share = min(room / (sum(wanted) or 1.0), 1.0)
        rest = (room - share * sum(wanted)) / len(lows)
        return tuple(low + int(share * more + rest + 1e-9) for low, more in zip(lows, wanted, strict=True))

    @property
    def letters(self) -> float:
        """Height of its letters, in points."""
        return LETTERS if self.small or self.even else LETTERS * 1.15

    @property
    def head_size(self) -> float:
        """Share of that height which the letters of the heads have: many columns leave little room."""
        return 0.88 if self.even else 1.0

    @property
    def gap(self) -> float:
        """What stays empty beside the text of a cell, both sides together, in points."""
        return 6 if self.even else 9 if self.small else 12

    @property
    def right(self) -> tuple[bool, ...]:
        """Whether each column after the first holds numbers, so that it stands to the right."""
        cells = [row.cells for row in self.rows if row.cells]
        return tuple(2 * sum(row[place].number for row in cells) > len(cells) for place in range(len(self.head) - 1))


@dataclass(frozen=True)
class Picture:
    """An SVG picture; ``words`` say what it shows to those who cannot see it.

    ``legend`` says in words what its shades mean. ``finding`` and ``foot`` stand in it where it is passed on by itself
    (`mapping.render.report.sheet`); ``of`` is the name of the analysis or map of which the site
    has a sheet that shows the same.
    """

    label: str
    caption: str
    svg: str
    words: str
    source: str = ""
    anchor: str = ""
    legend: str = ""
    finding: str = ""
    foot: str = ""
    of: str = ""


Block = Heading | Paragraph | Items | FactList | ReportTable | Picture


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``number`` is empty for what stands before the first."""

    number: str
    title: str
    anchor: str
    blocks: tuple[Block, ...]

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The sections of the chapter: id in the page, and heading."""
        return [
            (block.anchor or f"{self.anchor}-s{place}", block.text)
            for place, block in enumerate(self.blocks, 1)
            if isinstance(block, Heading) and block.level == 2
        ]

    def labelled(self, kind: type[ReportTable] | type[Picture]) -> list[tuple[str, str]]:
        """Return the tables or the pictures of the chapter: id in the page, label and caption."""
        labels = []
        for place, block in enumerate(self.blocks, 1):
            if isinstance(block, kind):
                own = f"p-{block.anchor}" if block.anchor else f"{self.anchor}-p{place}"
                labels.append((own if kind is Picture else f"{self.anchor}-{place}", f"{block.label}. {block.caption}"))
        return labels


@dataclass(frozen=True)
class Report:
    """A report in one language; ``mark`` stands across every page of an edition that is for one reader only."""

    title: str
    subtitle: str
    language: str
    audience: Audience
    day: dt.date
    chapters: tuple[Chapter, ...]
    running: str
    contents: str = ""
    mark: str = ""
    cover: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    imprint: tuple[tuple[str, str], ...] = ()
    acronyms: tuple[str, ...] = ()
    titles: tuple[str, str, str] = ("", "", "")
    """What the lists of acronyms, tables and figures are called."""
    recommendations: tuple[Recommendation, ...] = field(default=(), repr=False)
    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def lists_title(self) -> str:
        """What the lists are called together."""
        return " · ".join(filter(None, self.titles))

    @property
    def lists(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The lists of acronyms, tables and figures: title, and id in the page with its words."""
        tables = [entry for chapter in self.chapters for entry in chapter.labelled(ReportTable)]
        figures = [entry for chapter in self.chapters for entry in chapter.labelled(Picture)]
        return [
            (self.titles[0], [("", text) for text in self.acronyms]),
            (self.titles[1], tables),
            (self.titles[2], figures),
        ]

    def blocks(self) -> Iterator[Block]:
        """Yield every block, chapter by chapter."""
        for chapter in self.chapters:
            yield from chapter.blocks
