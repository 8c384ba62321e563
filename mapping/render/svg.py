"""A picture that grows downwards: headings, bars, boxes and small charts as SVG, with presentation attributes only."""

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

FONT = "DejaVu Sans, Noto Sans, Segoe UI, Roboto, Arial, sans-serif"
"""Families that hold the letters of Tajik (ӣ ӯ ҳ қ ғ ҷ), Russian and Uzbek."""

SIZE = 14
SMALL = 12
BOLD = 1.14
"""How much wider bold letters are."""

INK, SOFT, LINE, PAPER = "#16232b", "#4a5a63", "#b8c2c8", "#ffffff"

FILLS = {"a": "#0b5d77", "b": "#6db3c6", "c": "#f0c75e", "d": "#d9653b", "n": "#dfe4e7"}
"""Colours that differ in lightness too, so that they hold in grey print and for readers who see few colours."""

ON_DARK = frozenset({"a", "d"})
PATTERNS = {"/": "M-2 2L2 -2M0 8L8 0M6 10L10 6", "-": "M0 4H8", ".": "M2 2h1.5v1.5h-1.5zM6 6h1.5v1.5h-1.5z"}
"""Second letter of a fill -> what is drawn over its colour."""

MARKS = "●▲■◆▼○△□◇▽"
"""Marks of series, by their place in a key."""

MARKED = 4
"""How many marks stand on a line."""

SQUARE = 320.0
"""Units of the side of a square at most."""

Point = tuple[float, float]
Tick = tuple[float, str]
"""Where a mark of an axis stands, from 0 to 1, and what it says."""


def width_of(text: str, size: float = SIZE) -> float:
    """Return about how wide a text is; capitals and Cyrillic letters are wider than small Latin ones."""
    return sum(map(_units, text)) * size


@cache
def _units(letter: str) -> float:
    narrow, wide = "iljtfr.,:;|!'()[] ", "mwMWшщжюмфыШЩЖЮМФЫ"
    return 0.36 if letter in narrow else 0.95 if letter in wide else 0.72 if letter.isupper() else 0.64


THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
"""The space within a number, where no line may end: 200 000."""


def wrapped(text: str, width: float, size: float = SIZE, most: int = 3) -> list[str]:
    """Cut a text into lines of a width; what does not fit into ``most`` lines ends in an ellipsis."""
    lines: list[str] = []
    for word in THOUSANDS.sub("\u00a0", text).split(" "):
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    lines = [_cut(line, width, size) for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(f"{lines[most - 1]}…", width, size)]
    return lines


def _cut(line: str, width: float, size: float) -> str:
    if width_of(line, size) <= width:
        return line
    while len(line) > 1 and width_of(f"{line}…", size) > width:
        line = line[:-1].rstrip("…")
    return f"{line}…"


def _n(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


@dataclass(frozen=True)
class Line:
    """Points of a line, in shares of a panel; with ``texts`` at its points it is drawn only where it is ``joined``."""

    points: Sequence[Point]
    texts: Sequence[str] = ()
    joined: bool = True


class Drawing:
    """An SVG picture of a width; every method adds something below what is there."""

    def __init__(self, width: float, title: str, description: str, *, titled: bool = True) -> None:
        self.width, self.title, self.description = width, title, description
        self._parts: list[str] = []
        self._patterns: dict[str, str] = {}
        self._y = 6.0
        self._left = 0.0
        if titled:
            self.say(title, bold=True)
            self._y += 4

    def text(self) -> str:
        """Return the picture as it stands."""
        height = _n(self._y + 4)
        defs = f"<defs>{''.join(self._patterns.values())}</defs>" if self._patterns else ""
        name, description = html.escape(self.title), html.escape(self.description)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}" height="{height}"'
            f' viewBox="0 0 {_n(self.width)} {height}" role="img" aria-labelledby="t d"'
            f' font-family="{FONT}" font-size="{SIZE}" fill="{INK}">'
            f'<title id="t">{name}</title><desc id="d">{description}</desc>{defs}'
            f'<rect width="{_n(self.width)}" height="{height}" fill="{PAPER}"/>{"".join(self._parts)}</svg>\n'
        )

    def say(self, text: str, *, bold: bool = False, size: float = SIZE, soft: bool = False) -> None:
        """Write a text over the whole width, in several lines where it needs them."""
        for line in wrapped(text, self.width - 16, size * (BOLD if bold else 1), 4):
            self._y += size + 4
            self._put(8, self._y - 4, line, size=size, bold=bold, soft=soft)

    def heading(self, text: str) -> None:
        """Write a heading within the picture."""
        self._y += 6
        self.say(text, bold=True, size=SMALL + 1)
        self._y += 2

    def note(self, text: str) -> None:
        """Write a small line."""
        self._y += 2
        self.say(text, size=SMALL, soft=True)

    def label(self, text: str, value: str) -> None:
        """Write what the next bar is, and its value at the right end: below, where the name needs the whole width."""
        room = self.width - 24 - (width_of(value, SIZE * BOLD) + 6 if value else 0)
        self._y += 3
        lines = wrapped(text, room, SIZE, 2)
        if value and len(lines) > 1:
            lines = [*wrapped(text, self.width - 16, SIZE, 2), ""]
        for line in lines:
            self._y += SIZE + 3
            if line:
                self._put(8, self._y - 3, line)
        if value:
            self._put(self.width - 8, self._y - 3, value, anchor="end", bold=True)

    def bar(self, share: float, low: float | None, high: float | None, *, fill: str = "a", text: str = "") -> None:
        """Draw a bar of a share of the width, with a thin line from low to high below it."""
        room = self.width - 16
        self._rect(8, self._y + 1, max(room * min(share, 1.0), 1.0), 12, fill)
        if text:
            wide, at = width_of(text, SMALL), 8 + room * min(share, 1.0)
            if at + 6 + wide > self.width - 8:
                self._text_on(at - 5 - wide / 2, self._y + 11, text, fill)
            else:
                self._put(at + 5, self._y + 11, text, size=SMALL)
        self._y += 15
        if low is not None and high is not None:
            a, b, y = 8 + room * low, 8 + room * high, self._y + 2
            self._path(f"M{_n(a)} {_n(y)}H{_n(b)}M{_n(a)} {_n(y - 3)}V{_n(y + 3)}M{_n(b)} {_n(y - 3)}V{_n(y + 3)}", INK)
            self._y += 6

    def stack(self, parts: Sequence[tuple[float, str, str]]) -> None:
        """Draw a bar of parts: share, fill and the text that stands in it where there is room."""
        at = 8.0
        for share, fill, text in parts:
            wide = (self.width - 16) * share
            if wide > 0:
                self._rect(at, self._y + 1, wide, 20, fill, edge=True)
            if text and width_of(text, SMALL) + 6 <= wide:
                self._text_on(at + wide / 2, self._y + 15, text, fill)
            at += wide
        self._y += 25

    def steps(self, names: Sequence[str]) -> None:
        """Draw boxes in a row, each leading to the next."""
        gap = 18.0
        wide = (self.width - 16 - gap * (len(names) - 1)) / max(len(names), 1)
        longest = max((width_of(word, SMALL) for name in names for word in name.split()), default=0)
        size = SMALL * min(1.0, (wide - 8) / longest) if longest else SMALL  # a step that is cut says nothing
        lines = [wrapped(name, wide - 7, size, 5) for name in names]
        tall = max((len(own) for own in lines), default=1) * (SMALL + 3) + 12
        for place, own in enumerate(lines):
            x = 8 + place * (wide + gap)
            self._rect(x, self._y + 4, wide, tall, "n")
            for number, line in enumerate(own):
                self._put(x + wide / 2, self._y + 18 + number * (SMALL + 3), line, size=size, anchor="middle")
            if place:
                y = self._y + 4 + tall / 2
                self._path(f"M{_n(x - gap + 3)} {_n(y)}H{_n(x - 3)}l-5 -4m5 4l-5 4", INK, width=1.5)
        self._y += tall + 12

    def axis(self, ticks: Sequence[Tick]) -> None:
        """Draw the scale of the bars above."""
        room = self.width - 16
        self._path(f"M8 {_n(self._y + 4)}H{_n(8 + room)}", SOFT)
        crowded = 1.4 * sum(width_of(text, SMALL) + 4 for _, text in ticks) > room
        for share, text in ticks:
            x = 8 + room * share
            self._path(f"M{_n(x)} {_n(self._y + 1)}V{_n(self._y + 7)}", SOFT)
            anchor = "start" if share == 0 else "end" if share == 1 else "middle"
            if not crowded or anchor != "middle" or share == 0.5:
                self._put(x, self._y + 20, text, size=SMALL, anchor=anchor, soft=True)
        self._y += 26

    def key(self, entries: Sequence[tuple[str, str, str]]) -> None:
        """Draw what fills and signs mean, as many in a line as there is room for: fill, sign, words."""
        self._y += 6
        x, bottom = 8.0, self._y
        for fill, sign, words in entries:
            lines = wrapped(words, self.width - 44, SMALL + 1)
            wide = 40 + max(width_of(line, SMALL + 1) for line in lines)
            if x > 8 and x + wide > self.width:
                x, self._y = 8.0, bottom
            self._rect(x, self._y + 2, 20, 14, fill or "n", edge=True)
            if sign:
                self._text_on(x + 10, self._y + 13, sign, fill or "n")
            for number, line in enumerate(lines):
                self._put(x + 26, self._y + 14 + number * (SMALL + 5), line, size=SMALL + 1)
            bottom = max(bottom, self._y + 3 + len(lines) * (SMALL + 5))
            x += wide
        self._y = bottom

    def head(self, names: Sequence[str]) -> None:
        """Write the names that stand across a matrix, upright."""
        self._left = max(self.width - 8 - 44.0 * len(names), 150.0)
        step, tall = self._step(len(names)), min(max((width_of(n, SMALL) for n in names), default=0), 150.0)
        for number, name in enumerate(names):
            x, y = self._left + step * (number + 0.5) + 4, self._y + tall + 4
            (line, *_) = wrapped(name.replace(" ", "\u00a0"), tall, SMALL, 1)
            turned = f'transform="translate({_n(x)} {_n(y)})rotate(-90)"'
            self._parts.append(f'<text {turned} font-size="{SMALL}">{html.escape(line)}</text>')
        self._y += tall + 10

    def cells(self, label: str, cells: Sequence[tuple[str, str]]) -> None:
        """Draw a row of boxes: fill and sign of each."""
        lines = wrapped(label, self._left - 14, SMALL + 1, 3)
        tall = max(24.0, len(lines) * (SMALL + 3) + 6)
        for number, line in enumerate(lines):
            self._put(8, self._y + 14 + number * (SMALL + 3), line, size=SMALL + 1)
        step = self._step(len(cells))
        for number, (fill, sign) in enumerate(cells):
            x = self._left + step * number
            self._rect(x + 1, self._y + 1, step - 2, tall - 2, fill, edge=not fill)
            self._text_on(x + step / 2, self._y + tall / 2 + 5, sign, fill, bold=True)
        self._y += tall

    def lines(
        self,
        lines: Sequence[Line],
        across: Sequence[Tick],
        up: Sequence[Tick] = (),
        axes: tuple[str, str] = ("", ""),
        *,
        tall: float = 0.0,
        equal: bool = False,
    ) -> None:
        """Draw lines over a grid, square unless it is said how ``tall``; ``equal``: the line from corner to corner too.

        Several lines have marks on them, each its own, so that they can be told apart without colours.
        """
        wide, left = (self.width - 64, 24.0) if tall else (min(self.width - 80, SQUARE), 56.0)
        tall = tall or wide
        if axes[1]:
            self.say(f"↑ {axes[1]}", size=SMALL, soft=True)
        top = self._y + (8 if up else 12)
        grid = [f"M{_n(left + wide * s)} {_n(top)}V{_n(top + tall)}" for s, _ in across if up]
        grid += [f"M{_n(left)} {_n(top + tall * (1 - s))}H{_n(left + wide)}" for s, _ in up or ((0.0, ""),)]
        self._path("".join(grid), LINE)
        for share, text in across:
            self._put(left + wide * share, top + tall + 16, text, size=SMALL, anchor="middle", soft=True)
        for share, text in up:
            self._put(left - 6, top + tall * (1 - share) + 4, text, size=SMALL, anchor="end", soft=True)
        if equal:
            self._path(f"M{_n(left)} {_n(top + tall)}L{_n(left + wide)} {_n(top)}", SOFT, dash="5 4")
        for number, line in enumerate(lines):
            at = [(left + wide * x, top + tall * (1 - y)) for x, y in line.points]
            drawn = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in at)
            if line.texts:
                if line.joined and len(at) > 1:
                    self._path(drawn, LINE, width=1.5)
                for (x, y), text in zip(at, line.texts, strict=True):
                    self._mark(number, x, y)
                    self._put(x + 7, y - 1, text, size=SMALL - 1, soft=True)
                continue
            self._path(drawn, _colour(number), width=2.5, dash=_dash(number))
            if len(lines) > 1:
                aside = (number + 1) / (len(lines) + 1)  # where lines run together, their marks stand side by side
                for x, y in _along(at, [(part + aside) / MARKED for part in range(MARKED)]):
                    self._mark(number, x, y)
        self._y = top + tall + 22
        if axes[0]:
            self.say(f"→ {axes[0]}", size=SMALL, soft=True)

    def lines_key(self, names: Sequence[str], *, drawn: bool = True) -> None:
        """Say what lines or, where these are not ``drawn``, their marks are."""
        for number, name in enumerate(names):
            if drawn:
                self._path(f"M8 {_n(self._y + 10)}h26", _colour(number), width=2.5, dash=_dash(number))
            if len(names) > 1 or not drawn:
                self._mark(number, 21, self._y + 10)
            for line in wrapped(name, self.width - 52, SMALL + 1):
                self._y += SMALL + 5
                self._put(42, self._y - 3, line, size=SMALL + 1)

    def _step(self, count: int) -> float:
        return (self.width - 8 - self._left) / max(count, 1)

    def _put(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SIZE,
        anchor: str = "start",
        bold: bool = False,
        soft: bool = False,
        colour: str = "",
    ) -> None:
        own = "" if size == SIZE else f' font-size="{_n(size)}"'
        own += "" if anchor == "start" else f' text-anchor="{anchor}"'
        own += ' font-weight="bold"' if bold else ""
        paint = colour or (SOFT if soft else "")
        own += f' fill="{paint}"' if paint else ""
        self._parts.append(f'<text x="{_n(x)}" y="{_n(y)}"{own}>{html.escape(text)}</text>')

    def _text_on(self, x: float, y: float, text: str, fill: str, *, bold: bool = False) -> None:
        """Write a text around a place of a filled box: on a pattern it needs a ground to stand on."""
        if len(fill) > 1 and text:
            half = width_of(text, SMALL) / 2 + 2
            self._rect(x - half, y - 11, 2 * half, 14, fill[0])
        colour = PAPER if fill[:1] in ON_DARK else ""
        self._put(x, y, text, size=SMALL, anchor="middle", bold=bold, colour=colour)

    def _mark(self, number: int, x: float, y: float) -> None:
        self._put(x, y + 4, MARKS[number % len(MARKS)], size=SMALL, anchor="middle", colour=_colour(number))

    def _rect(self, x: float, y: float, width: float, height: float, fill: str, *, edge: bool = False) -> None:
        own = f'fill="{self._fill(fill)}"' if fill else 'fill="none"'
        own += f' stroke="{PAPER if fill else LINE}"' if edge else ""
        at = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        self._parts.append(f"<rect {at} {own}/>")

    def _fill(self, fill: str) -> str:
        colour, pattern = FILLS[fill[0]], fill[1:]
        if not pattern:
            return colour
        name = f"p{fill[0]}{'/-.'.index(pattern)}"
        over = SOFT if fill[0] == "n" else PAPER
        drawn = "fill" if pattern == "." else "stroke"
        self._patterns[name] = (
            f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8"'
            f' fill="{colour}"/><path d="{PATTERNS[pattern]}" {drawn}="{over}"'
            + (' stroke-width="2"' if drawn == "stroke" else "")
            + "/></pattern>"
        )
        return f"url(#{name})"

    def _path(self, d: str, colour: str, *, width: float = 1, dash: str = "") -> None:
        own = f' stroke-width="{_n(width)}"' if width != 1 else ""
        own += f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(f'<path d="{d}" fill="none" stroke="{colour}"{own}/>')


def _along(line: Sequence[Point], shares: Sequence[float]) -> list[Point]:
    steps = [(a, b, math.dist(a, b)) for a, b in pairwise(line)]
    points = []
    for share in shares:
        left = share * sum(length for _, _, length in steps)
        for a, b, length in steps:
            if left <= length:
                part = left / length if length else 0.0
                points.append((a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))
                break
            left -= length
    return points


def _colour(number: int) -> str:
    return (FILLS["a"], "#b0472a", "#6b4a8a", "#3d6b35", INK)[number % 5]


def _dash(number: int) -> str:
    return ("", "7 3", "2 3", "9 3 2 3")[number % 4]
