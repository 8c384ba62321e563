"""What the Atlas shows and works with, as files for a browser: the ground, the outlines, and a language's numbers.

The browser works out travel times itself, by the rule of `mapping.engines.travel` with eight neighbours, from the
minutes that a metre takes in each cell. So a service can be put down or taken away without a server. Everything here
comes from a view and a study area; nothing private is at hand.

Codes
-----
``ground``: 0 for a barrier, else 1 to 65,535 on a logarithmic scale from ``lo`` in steps of ``step``; the largest error
is half a step, which is below 0.01% of the minutes. ``people``: quarters of a person, or coarser steps where more than
16,383 live in a cell. ``units``: the number of the finest unit in ``codes``, 65,535 outside. All are 16 bits,
little-endian, row by row, deflated, in base64.
"""

import base64
import datetime as dt
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.analysis.common.listed import ANY, chosen_types, exact_points, points
from mapping.area.study_area import StudyArea
from mapping.language.i18n import labels_beside, show
from mapping.render.layers.basemap import DIGITS, feature, shapes_of, simplified
from mapping.result import Column, Result
from mapping.travel import friction, scenarios
from mapping.view.view import Entry, View

PEOPLE = 4.0
"""Steps of a person in which people are counted, where cells allow it."""

OUTSIDE = 0xFFFF
STEPS = 0xFFFE
LATTICE = 0.1
"""Degrees between the points at which the position on the grid is given; between them it is nearly a straight line."""

NUMBERS = frozenset(("share", "people", "minutes", "count", "number"))
"""Kinds of columns that a map can be coloured by."""

DETAILS = 24
"""A result with more columns than this shows its headlines alone, but for `REACH`."""

REACH = "coverage"
"""The analysis whose columns are chosen by kind of help and minutes."""

WORDS = labels_beside(__file__)["atlas"]
"""What the script of the Atlas says; ``{names}`` are filled in the browser."""


def script(name: str, value: Any) -> bytes:
    """Return a script that hands a value to the Atlas: a page that is opened from a disk may load nothing else."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"(window.ATLAS=window.ATLAS||{{}})[{json.dumps(name)}]={text};\n".encode()


def season_ids(area: StudyArea) -> list[str]:
    """Return the seasons and ways to travel that have a ground of their own: all that drive, and on foot."""
    return [season.id for season in scenarios(area)]


def box_of(area: StudyArea) -> tuple[slice, slice]:
    """Return the rows and columns of the grid in which anybody can travel in any season."""
    passable = np.logical_or.reduce([np.isfinite(friction(area, season)) for season in season_ids(area)])
    rows, columns = np.flatnonzero(passable.any(axis=1)), np.flatnonzero(passable.any(axis=0))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def packed(values: NDArray[Any]) -> str:
    """Return whole numbers of 16 bits as text."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values, "<u2").tobytes(), 9)).decode()


def grid_file(area: StudyArea) -> bytes:
    """Return the people and the unit of each cell, and where the grid lies."""
    rows, columns = box_of(area)
    people = area.people_grid[rows, columns]
    steps = min(PEOPLE, OUTSIDE / max(float(people.max()), 1.0))
    units = area.unit_grid[rows, columns]
    return script(
        "grid",
        {
            "rows": rows.stop - rows.start,
            "columns": columns.stop - columns.start,
            "cell": area.grid.cell_size,
            "snap": area.settings.travel.snap_km * 1000,
            "people": packed(np.rint(people * steps)),
            "perPerson": steps,
            "units": packed(np.where(units < 0, OUTSIDE, units)),
            "codes": list(area.unit_codes),
            "lattice": _lattice(area, rows.start, columns.start),
        },
    )


def ground_file(area: StudyArea, season: str) -> bytes:
    """Return the minutes that a metre takes in each cell in a season."""
    cost = friction(area, season)[box_of(area)].astype(np.float64)
    finite = np.isfinite(cost)
    lo, hi = (float(np.log(end)) for end in (cost[finite].min(), cost[finite].max())) if finite.any() else (0.0, 0.0)
    codes = np.zeros(cost.shape, np.uint16)
    span = hi - lo or 1.0
    codes[finite] = np.rint((np.log(cost[finite]) - lo) / span * (STEPS - 1)).astype(np.uint16) + 1
    return script(f"ground-{season}", {"lo": lo, "step": span / (STEPS - 1), "cells": packed(codes)})


def _lattice(area: StudyArea, top: int, left: int) -> dict[str, Any]:
    """Return the row and column, in thousandths of a cell, of each point of a lattice of degrees over the grid."""
    west, south, east, north = area.grid.bounds_lonlat
    lats, lons = np.arange(south, north + LATTICE, LATTICE), np.arange(west, east + LATTICE, LATTICE)
    lat, lon = np.meshgrid(lats, lons, indexing="ij")
    at = area.grid.project(lat.ravel(), lon.ravel())
    row = (area.grid.transform.f - at[:, 1]) / area.grid.cell_size - top
    column = (at[:, 0] - area.grid.transform.c) / area.grid.cell_size - left
    return {
        "south": float(south),
        "west": float(west),
        "step": LATTICE,
        "width": len(lons),
        "row": np.rint(row * 1000).astype(int).tolist(),
        "column": np.rint(column * 1000).astype(int).tolist(),
    }


def outlines_file(area: StudyArea) -> bytes:
    """Return the outlines of the finest units, and water, roads and neighbours for the ground of the map."""
    units = simplified(area)
    country = shapely.union_all(units.to_numpy()).buffer(0.1)
    lines = area.roads.to_crs(4326).geometry.simplify(0.004) if len(area.roads) else ()
    neighbours = (shapely.geometry.shape(f["geometry"]).simplify(0.02) for f in area.basemap("neighbours")["features"])
    return script(
        "outlines",
        {
            "units": [feature(shape, "unit", code=str(code)) for code, shape in units.items()],
            "roads": [feature(line, "road") for line in lines if not line.is_empty],
            "rivers": shapes_of(area.basemap("rivers"), "river", near=country),
            "lakes": shapes_of(area.basemap("lakes"), "lake", near=country),
            "neighbours": [feature(shape, "neighbour") for shape in neighbours if not shape.is_empty],
        },
    )


def data_file(view: View, area: StudyArea, results: Sequence[Result], language: str) -> bytes:
    """Return what the Atlas says in a language: units, kinds of help, measures with their values, services, places."""
    return script("data", data(view, area, results, language))


def data(view: View, area: StudyArea, results: Sequence[Result], language: str) -> dict[str, Any]:
    """Return the contents of `data_file`."""
    finest = area.levels[-1].level
    sorts = [sort for sort in chosen_types(None) if not sort.hidden]
    changed, gone = view.days("service")
    services = view.services(language=language)
    editions = sorted({view.edition, *changed.values(), *gone})
    return {
        "words": {name: text.into(language) for name, text in WORDS.items()},
        "edition": view.edition.isoformat(),
        "editions": [{"day": day.isoformat(), "gone": gone.count(day)} for day in editions],
        "units": [
            {
                "code": code,
                "name": area.label(code, language),
                "above": area.ancestors(code),
                "region": area.label(area.region_of(code), language) if finest > 1 else "",
                "people": int(area.units(finest).loc[code, "people"]),
            }
            for code in map(str, area.units(finest).index)
        ],
        "regions": [
            {"code": code, "name": area.label(code, language)}
            for level in area.levels[:-1]
            if level.level
            for code in map(str, area.units(level.level).index)
        ],
        "seasons": [{"id": season.id, "label": show(season.label, language)} for season in scenarios(area)],
        "kinds": [{"code": sort.key, "label": show(sort.label, language)} for sort in sorts],
        "measures": [measure for result in results for measure in _measures(result, language)],
        "services": [row for entry in services for row in _service(entry, area, sorts, changed)],
        "places": _places(area, language),
    }


def _measures(result: Result, language: str) -> list[dict[str, Any]]:
    """Return the columns of a result that have a number or a state for each of its units."""
    if result.table.empty or result.level == 0:
        return []
    everything = [column for column in result.columns if column.kind in NUMBERS or column.kind == "state"]
    headlines = [column for column in result.headlines if column in everything]
    columns = everything if result.name == REACH or len(everything) <= DETAILS else headlines or everything[:DETAILS]
    codes = [str(code) for code in result.table.index]
    return [
        {
            "id": f"{result.name}.{column.key}",
            "analysis": result.name,
            "title": result.title.into(language),
            "label": show(column.label, language),
            "kind": column.kind,
            "better": column.more_is,
            "level": result.level,
            "total": result.total_text(column.key, language),
            "values": {code: _value(result, code, column) for code in codes},
            **({"low": _ends(result, codes, column.low)} if column.low else {}),
            **({"high": _ends(result, codes, column.high)} if column.high else {}),
            "texts": {
                code: result.text(code, column.key, language)
                for code in codes
                if column.kind == "state" or result.state(code, column.key) is not None
            },
        }
        for column in columns
    ]


def _value(result: Result, code: str, column: Column) -> float | str | None:
    state = result.state(code, column.key)
    if column.kind == "state":
        return state
    if state in ("not published", "unknown", "not applicable"):
        return None
    return _rounded(result.value(code, column.key))


def _ends(result: Result, codes: Sequence[str], key: str) -> dict[str, float | None]:
    return {code: _rounded(result.value(code, key)) for code in codes}


def _rounded(value: Any) -> float | None:
    number = float(value)
    if not np.isfinite(number):
        return None
    return int(number) if number == int(number) else round(number, 4)


def _service(
    entry: Entry, area: StudyArea, sorts: Sequence[Any], changed: Mapping[str, dt.date]
) -> list[dict[str, Any]]:
    """Return a row for each point at which a service counts; one of which only the area is shown has no exact one."""
    exact = exact_points(entry, area)
    kinds = [sort.key for sort in sorts if sort.key != ANY and not sort.codes.isdisjoint(entry.types)]
    return [
        {
            "id": entry.id,
            "name": entry.name,
            "of": entry.organization.name,
            "at": [round(lat, 5), round(lon, 5)],
            "unit": area.unit_at(lat, lon) or "",
            "helps": any(sort.key == ANY and not sort.codes.isdisjoint(entry.types) for sort in sorts),
            "kinds": kinds,
            "phone": next((phone.number for phone in entry.phones if phone.kind != "fax"), ""),
            "counts": bool(entry.offered),
            "exact": (lat, lon) in exact,
            "changed": changed[entry.id].isoformat() if entry.id in changed else "",
        }
        for lat, lon in points([entry], area)
        if entry.active
    ]


def _places(area: StudyArea, language: str) -> list[list[Any]]:
    """Return the named places, the largest first: name, latitude, longitude, other spellings."""
    table = area.gazetteer
    table = table[np.isfinite(table["lat"])].sort_values("people", ascending=False, kind="stable", na_position="last")
    name = f"name_{language}" if f"name_{language}" in table else "name"
    return [
        [str(own or names[0]), round(float(lat), DIGITS + 1), round(float(lon), DIGITS + 1), " ".join(names)]
        for own, lat, lon, names in zip(table[name], table["lat"], table["lon"], table["names"], strict=True)
    ]
