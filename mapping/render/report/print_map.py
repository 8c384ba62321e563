"""Maps for print and for pages: the units of a study area shaded in up to five steps, as SVG."""

import base64
import html
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from shapely.geometry.base import BaseGeometry

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, ranged, show, translate
from mapping.language.i18n import number as written
from mapping.render.atlas import NUMBERS
from mapping.render.charts import HIDDEN
from mapping.render.layers import bands, units
from mapping.render.layers.candidates import said
from mapping.render.layers.units import STEPS, spans
from mapping.render.svg import FONT, INK, PAPER, width_of, wrapped
from mapping.result import Column, Result, Surface

WIDTH = 640
DETAIL = 0.004
"""Degrees below which a bend of a line is left out."""

GOOD = ("#e3f0f3", "#b4d8e1", "#7ab6c6", "#3c889d", "#0b5d77")
BAD = ("#fbeccb", "#f2c987", "#dc964b", "#b0592a", "#6a2a17")
"""Five fifths of a share of which more is better, or worse, as on the site; lightness alone tells them apart."""

DEGREE = 111.2
"""Kilometres from one parallel to the next, and between meridians on the equator."""

CHOSEN = "#ffbf2f"
EMPTY = "no-number"
EDGE = 'stroke="#8a979e" stroke-width="0.6"'


def mapped(result: Result) -> Column | None:
    """Return the column that the map of a result shows: a share of people, else what is better or worse, if any."""
    numbers = [column for column in result.headlines if column.kind in NUMBERS and column.key != "people"]
    told = [column for column in numbers if column.more_is != "neither"]
    return (units.shaded(result) or next(iter((*told, *numbers)), None)) if result.level else None


def _shown(result: Result, column: Column) -> dict[str, float]:
    values = {str(code): float(value) for code, value in result.table[column.key].items()}
    hidden = {code for code, value in values.items() if math.isnan(value) or result.state(code, column.key) in HIDDEN}
    return {code: value for code, value in values.items() if code not in hidden}


def _cuts(column: Column, values: Iterable[float]) -> tuple[float, ...]:
    """Return the values between the steps: fifths of a share, else such that each step has as many units."""
    if column.kind == "share":
        return STEPS
    known = sorted(values)
    cuts = np.quantile(known, STEPS, method="lower") if known else ()
    return tuple(dict.fromkeys(float(cut) for cut in cuts if cut < known[-1]))


def shaded(result: Result, column: Column) -> dict[str, int]:
    """Return the step of each unit by a number: a higher step is more of what the column says; of no number, none."""
    shown = _shown(result, column)
    cuts = _cuts(column, shown.values())
    return {code: sum(value > cut for cut in cuts) for code, value in shown.items()}


def _spans(result: Result, column: Column, steps: Mapping[str, int], language: str) -> list[str]:
    if column.kind == "share":
        return spans(language)
    shown = _shown(result, column)
    groups = [[shown[code] for code, own in steps.items() if own == step] for step in sorted({*steps.values()})]
    ends = [[written(end(group), language) for end in (min, max)] for group in groups]
    return [low if low == high else ranged(low, high, language) for low, high in ends]


def _fill(steps: Mapping[str, int], colours: Sequence[str], code: object) -> str:
    """Return the fill of a unit; lines where it has no number, which is not the lowest step."""
    return colours[steps[str(code)]] if str(code) in steps else f"url(#{EMPTY})"


def _meanings(
    steps: Mapping[str, int], codes: Iterable[object], colours: Sequence[str], words: Sequence[str], language: str
) -> list[tuple[str, str]]:
    """Return the fills of a map and what each means: every step, and lines where a unit has none."""
    steps_of_all = [*zip(colours, words, strict=True)]
    if all(str(code) in steps for code in codes):
        return steps_of_all
    return [*steps_of_all, (f"url(#{EMPTY})", translate("no figure", language))]


def _scale(area: StudyArea, x: float, y: float, language: str) -> list[str]:
    """Return a bar of a round number of kilometres, at most a quarter of the picture, along the middle of the map."""
    west, south, east, north = area.bounds
    across = DEGREE * (east - west) * math.cos(math.radians((south + north) / 2))
    most = across / 4
    power = 10.0 ** math.floor(math.log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most)
    end = x + WIDTH * km / across
    words = Message("{km} km", {"km": km}).into(language)
    return [
        f'<path d="M{x:g} {y - 5:g}v5H{end:.1f}v-5" fill="none" stroke="{INK}" stroke-width="1.5"/>',
        f'<text x="{end + 6:.1f}" y="{y + 1:g}" font-size="12">{html.escape(words)}</text>',
    ]


def ramp(column: Column) -> tuple[str, ...]:
    """Return the colours of the steps: good and bad never share one, and darker is more."""
    return BAD if column.more_is == "worse" else GOOD


def labelled_map(area: StudyArea, result: Result, column: Column, *, language: str) -> str:
    """Return the units of a result shaded by a number: what is shaded above, what the shades mean below."""
    steps, shapes = shaded(result, column), area.units(result.level).geometry
    words = _spans(result, column, steps, language)
    colours = [ramp(column)[round(step * 4 / max(len(words) - 1, 1))] for step in range(len(words))]
    drawn = [_shape(area, shape, _fill(steps, colours, code)) for code, shape in shapes.items()]
    key = _meanings(steps, shapes.index, colours, words, language)
    return _titled(area, show(column.label, language), drawn, key=key, language=language)


def unit_map(area: StudyArea, result: Result, column: Column, unit: str, *, language: str) -> str:
    """Return a unit with its neighbours of the region, shaded by a share, each with its name, and its lines thick."""
    region = area.region_of(unit)
    shapes = {
        str(code): shape
        for code, shape in area.units(result.level).geometry.items()
        if region in (code, *area.ancestors(str(code)))
    }
    height, spot = _framed(shapes_bounds(shapes.values()))
    steps, colours = shaded(result, column), ramp(column)
    drawn, names = [], []
    for code, shape in shapes.items():
        wide = 3 if code == unit else 0.6
        path = _path(shape, spot)
        drawn.append(f'<path d="{path}" fill="{_fill(steps, colours, code)}" stroke="{INK}" stroke-width="{wide}"/>')
        middle = shape.representative_point()
        names.append(_named(*spot(middle.x, middle.y), area.label(code, language), 11, "middle"))
    squeezed = min(1, TALL / height)
    key = _key(_meanings(steps, shapes, colours, spans(language), language), height * squeezed + 12)
    inside = f'<g transform="scale({squeezed:.4f})">{"".join((*drawn, *names))}</g>'
    return _svg(height * squeezed + 34, show(column.label, language), [inside, *key])


TALL = 330
"""A map of a region is no taller."""


def shapes_bounds(shapes: Iterable[BaseGeometry]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of some shapes."""
    west, south, east, north = zip(*(shape.bounds for shape in shapes), strict=True)
    return min(west), min(south), max(east), max(north)


def sites_map(area: StudyArea, result: Result, *, language: str) -> str:
    """Return where new services are proposed, numbered by how many people they add, and the same in words below."""
    spot = _frame(area)[1]
    marks, words = [], []
    for number, site in enumerate(result.proposals, 1):
        x, y = spot(site.longitude, site.latitude)
        marks.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="11" fill="{CHOSEN}" stroke="{INK}" stroke-width="1.5"/>'
            f'<text x="{x:g}" y="{y + 5:g}" font-size="14" font-weight="bold" text-anchor="middle">{number}</text>'
        )
        words.append(f"{number}. {said(site, language)}")
    shapes = [_shape(area, shape, "#f6f4ee") for shape in area.units(area.levels[-1].level).geometry]
    label = translate("A new service here would add so many people", language)
    return _titled(area, label, shapes, marks=marks, words=words, language=language)


def bands_map(area: StudyArea, surface: Surface, *, language: str) -> str:
    """Return a surface of minutes in bands of travel time, within the lines of the regions."""
    height = _frame(area)[0]
    held = base64.b64encode(bands.flat(area, surface, WIDTH, height)).decode()
    image = f'<image width="{WIDTH}" height="{height}" href="data:image/png;base64,{held}"/>'
    key = [*zip(BAD, (line.words for line in bands.legend(language)), strict=False)]
    return _titled(area, surface.label.into(language), [image], key=key, language=language)


def _shape(area: StudyArea, shape: BaseGeometry, fill: str) -> str:
    return f'<path d="{_path(shape.simplify(COARSE), _frame(area)[1])}" fill="{fill}" {EDGE}/>'


def _titled(
    area: StudyArea,
    label: str,
    shapes: Sequence[str],
    *,
    language: str,
    marks: Sequence[str] = (),
    key: Sequence[tuple[str, str]] = (),
    words: Sequence[str] = (),
) -> str:
    """Return a map under a line that says what it shows; below it what its fills mean, or what is marked in words."""
    height, spot = _frame(area)
    inside = (
        *shapes,
        *_roads(area, spot),
        *_towns(area, spot, language),
        *_regions(area, spot, language),
        *marks,
        *_scale(area, 8, height + 12, language),
        _north(WIDTH - 24, 8, language),
    )
    top, drawn = 4.0, []
    for line in wrapped(label, WIDTH - 16, 14, 2):
        top += 17
        drawn.append(f'<text x="8" y="{top:g}" font-size="14">{html.escape(line)}</text>')
    top += 8
    drawn.append(f'<g transform="translate(0 {top:g})">{"".join(inside)}</g>')
    below = top + height + 24
    if key:
        drawn += _key(key, below)
        below += 14
    for line in (line for text in words for line in wrapped(text, WIDTH - 16, 13, 2)):
        below += 17
        drawn.append(f'<text x="8" y="{below:g}" font-size="13">{html.escape(line)}</text>')
    return _svg(below + 8, label, drawn)


COARSE = 0.01
"""Degrees below which a bend is left out of a map for the screen, so that it is light."""

ACROSS = 2
"""So many small maps stand in a row, 8 cm wide on paper."""

ON_A_PAGE = 6
"""So many stand on a page of a report."""

TOWNS = 8
"""So many of the largest places are named."""


def small_maps(area: StudyArea, result: Result, columns: Sequence[Column], *, title: str, language: str) -> str:
    """Return a small map for each of some shares, with its name above it, and one key for all."""
    height, spot = _frame(area)
    scale, row = 1 / ACROSS, 1
    paths = {str(code): _path(shape.simplify(0.02), spot) for code, shape in area.units(result.level).geometry.items()}
    down, tall = height * scale, 38
    drawn = []
    for place, column in enumerate(columns):
        row, at = divmod(place, ACROSS)
        x, y = at * WIDTH / ACROSS, row * (down + tall + 10)
        label = _without_minutes(column, result, language)
        for number, line in enumerate(wrapped(label, WIDTH / ACROSS - 8, 12, 2)):
            drawn.append(
                f'<text x="{x + 2:.1f}" y="{y + 14 + 15 * number:.1f}" font-size="12">{html.escape(line)}</text>'
            )
        steps, colours = shaded(result, column), ramp(column)
        shapes = "".join(f'<path d="{d}" fill="{_fill(steps, colours, code)}"/>' for code, d in paths.items())
        drawn.append(
            f'<g transform="translate({x:.1f} {y + tall:.1f})scale({0.96 * scale:.4f})"><g {EDGE}>{shapes}</g>'
            f"{''.join(_regions(area, spot, language, size=22))}</g>"
        )
    below = (row + 1) * (down + tall + 10)
    fewest = min((shaded(result, column) for column in columns), key=len)
    drawn += _key(_meanings(fewest, paths, ramp(columns[0]), spans(language), language), below)
    return _svg(below + 26, title, drawn)


def functions(result: Result) -> list[Column]:
    """Return the columns that hold who has each core function within an hour."""
    return [c for c in result.columns if c.key.endswith("_60") and c.kind == "share" and not c.key.startswith("any")]


def _without_minutes(column: Column, result: Result, language: str) -> str:
    """Return the name of the group that a column stands in, else its own."""
    group = next((group for group, keys in result.groups.items() if column.key in keys), "")
    return show(result.group_labels.get(group, column.label), language)


def _key(entries: Sequence[tuple[str, str]], y: float) -> list[str]:
    drawn, x = [], 8.0
    room = (WIDTH - 16 - sum(28 + width_of(text, 12) for _, text in entries)) / max(len(entries) - 1, 1)
    for fill, text in entries:
        drawn.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="22" height="13" fill="{fill}" stroke="{INK}"/>')
        drawn.append(f'<text x="{x + 28:.0f}" y="{y + 11:.0f}" font-size="12">{html.escape(text)}</text>')
        x += 28 + width_of(text, 12) + min(max(room, 2), 40)
    return drawn


def _roads(area: StudyArea, spot: "PicturePoint") -> list[str]:
    """Return the main roads: those on which people go nearly as fast as on the fastest."""
    roads = area.roads
    if roads is None or roads.empty:
        return []
    drawn = []
    for line in roads[roads["speed_kmh"] >= 0.7 * roads["speed_kmh"].max()].geometry.simplify(2 * COARSE):
        for part in getattr(line, "geoms", [line]):
            path = "L".join(f"{x:g} {y:g}" for x, y in (spot(*at[:2]) for at in part.coords))
            drawn.append(f'<path d="M{path}" fill="none" stroke="#6f6455" stroke-width="1"/>')
    return drawn


def _towns(area: StudyArea, spot: "PicturePoint", language: str) -> list[str]:
    """Return the largest places, the larger first, each with its name unless another stands there."""
    places = area.gazetteer.dropna(subset=["lat", "lon", "people"])
    drawn, taken = [], list[tuple[float, float]]()
    for place in places.sort_values("people", ascending=False, kind="stable").head(4 * TOWNS).to_dict("records"):
        x, y = spot(float(place["lon"]), float(place["lat"]))
        if len(taken) == TOWNS or any(abs(x - left) < 90 and abs(y - up) < 16 for left, up in taken):
            continue
        taken.append((x, y))
        name = show({code: str(place[f"name_{code}"]) for code in area.languages if place[f"name_{code}"]}, language)
        side = "end" if x > WIDTH - 100 else "start"
        drawn.append(f'<circle cx="{x:g}" cy="{y:g}" r="2.5" fill="{INK}"/>')
        drawn.append(_named(x + (-5 if side == "end" else 5), y + 4, name, 11, side))
    return drawn


def _named(x: float, y: float, name: str, size: int, anchor: str, weight: str = "normal") -> str:
    """Return a name on a pale ground, so that it can be read on any fill."""
    look = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    pale = f'stroke="{PAPER}" stroke-width="{size / 4:g}" stroke-linejoin="round"'
    return f"<text {look} {pale}>{html.escape(name)}</text><text {look}>{html.escape(name)}</text>"


def _north(x: float, y: float, language: str) -> str:
    """Return an arrow to the north."""
    word = html.escape(translate("N", language))
    return (
        f'<path d="M{x:g} {y:g}l5 14l-5 -4l-5 4z" fill="{INK}"/>'
        f'<text x="{x:g}" y="{y + 26:g}" font-size="11" text-anchor="middle">{word}</text>'
    )


def _regions(area: StudyArea, spot: "PicturePoint", language: str, size: int = 16) -> list[str]:
    """Return the lines of the regions, and the names of those that have room for one, in letters of a size."""
    if len(area.levels) < 2:
        return []
    frame, drawn = area.units(1), []
    whole = sum(shape.area for shape in frame.geometry)
    for code, shape in frame.geometry.items():
        line = _path(shape.simplify(COARSE if size < 20 else 2 * COARSE), spot)
        drawn.append(f'<path d="{line}" fill="none" stroke="{INK}" stroke-width="1.8"/>')
        if shape.area < whole / 50:
            continue
        middle = shape.representative_point()
        x, y = spot(middle.x, middle.y)
        lines = wrapped(area.label(str(code), language), 13 * size, size, 3)
        half = max(width_of(line, size + 1) for line in lines) / 2
        x = min(max(x, half), WIDTH - half)  # a region of islands may have its middle at the edge of the picture
        for number, line in enumerate(lines):
            down = y + (size + 2) * (number - (len(lines) - 1) / 2) + 5
            drawn.append(_named(x, down, line, size, "middle", "bold"))
    return drawn


class PicturePoint:
    """Where a longitude and a latitude stand in a picture."""

    def __init__(self, west: float, north: float, scale: float, stretch: float) -> None:
        self.west, self.north, self.scale, self.stretch = west, north, scale, stretch

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Return the point, to a tenth of a unit."""
        return round((x - self.west) * self.scale, 1), round((self.north - y) * self.scale * self.stretch, 1)


def _frame(area: StudyArea) -> tuple[int, PicturePoint]:
    return _framed(area.bounds)


def _framed(bounds: tuple[float, float, float, float]) -> tuple[int, PicturePoint]:
    west, south, east, north = bounds
    scale, stretch = WIDTH / (east - west), 1 / math.cos(math.radians((south + north) / 2))
    return round((north - south) * scale * stretch), PicturePoint(west, north, scale, stretch)


def _path(shape: BaseGeometry, spot: PicturePoint) -> str:
    plain = shape.simplify(DETAIL)
    rings = [
        [spot(x, y) for x, y in ring.coords]
        for part in getattr(plain, "geoms", [plain])
        for ring in (part.exterior, *part.interiors)
    ]
    return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in dict.fromkeys(ring)) + "z" for ring in rings)


def _svg(height: float, title: str, drawn: list[str]) -> str:
    lines = (
        f'<defs><pattern id="{EMPTY}" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0"'
        f' stroke="{INK}" stroke-width="0.6"/></pattern></defs>'
        if f"url(#{EMPTY})" in "".join(drawn)
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}"'
        f' role="img" font-family="{FONT}" fill="{INK}"><title>{html.escape(title)}</title>'
        f"{lines}{''.join(drawn)}</svg>\n"
    )
