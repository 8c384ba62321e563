"""StudyArea: the units, people, roads and terrain of a country, read from a folder with an ``area.toml``."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from mapping.area.norms import merged
from mapping.area.settings import AreaFile, Level, Settings, usual_money
from mapping.errors import InvalidRecord, NotFound
from mapping.language.fold import skeleton
from mapping.language.i18n import Text, country_name, show, translate
from mapping.language.parsers import Money
from mapping.language.taxonomy import Term

if TYPE_CHECKING:  # a reader of a stranger's file names areas and opens none: it starts without geopandas and rasterio
    import geopandas as gpd
    import pandas as pd
    from xarray import DataArray

    from mapping.area.files import Fault
    from mapping.area.grid import Box, Grid

__all__ = ["AreaUnit", "Level", "Relief", "Settings", "StudyArea"]

Scalar = TypeVar("Scalar", np.float32, np.int32, np.uint8)
GridName = Literal["people", "units", "elevation", "landcover", "slope"]
GRIDS: dict[str, tuple[str, str]] = {
    "people": ("people_grid", "people a cell"),
    "units": ("unit_grid", "index of the finest unit, -1 outside"),
    "elevation": ("elevation", "metres"),
    "landcover": ("landcover", "IGBP class"),
    "slope": ("slope", "rise over run"),
}
"""Grids by the name of `StudyArea.to_xarray`: the attribute, and what its values are."""

BasemapName = Literal["neighbours", "rivers", "lakes", "places"]


class AreaUnit(NamedTuple):
    """An administrative unit of any level: its code, names by language, and its people."""

    code: str
    level: int
    parent: str | None
    names: Mapping[str, str]
    people: int
    other_names: tuple[str, ...] = ()
    """Former names, and those of its parts."""
    parts: tuple[str, ...] = ()
    """Names of parts that are no units themselves, such as the districts of a city."""
    titles: Mapping[str, str] = {}
    """Names as they are shown: with the parent's in brackets where a unit as large or larger is called the same."""


class Relief(NamedTuple):
    """A picture of the relief with rows in Web Mercator, and the west, south, east and north it spans."""

    path: Path
    bounds: Box


@dataclass(frozen=True, eq=False, repr=False)
class StudyArea:
    """A country as its folder describes it; made by `StudyArea.load`, and never changed after.

    >>> from mapping.resources import shipped
    >>> area = StudyArea.load(shipped("geo/tj"))
    >>> area.label("3505401", "en"), area.region_of("3505401")
    ('Khujand', 'TJ-SU')
    """

    folder: Path
    file: AreaFile
    _units: tuple[gpd.GeoDataFrame, ...] = field(repr=False)
    _other_names: Mapping[str, tuple[str, ...]] = field(repr=False)
    _roads: gpd.GeoDataFrame | None = field(repr=False)
    _state: str = field(default="", repr=False)
    _parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _norms: tuple[Term, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, folder: str | Path) -> StudyArea:
        """Read a folder.

        Raises
        ------
        InvalidRecord
            The folder has faults; the text names all that were found, one a line. `faults` looks deeper.
        """
        from mapping.area import files
        from mapping.area.rasters import state

        tables = files.read(Path(folder))
        if tables.faults or tables.file is None:
            raise InvalidRecord("\n".join(str(fault) for fault in tables.faults))
        try:
            now = state(Path(folder) / path for path in cls._files(tables.file))
        except OSError:
            now = ""
        names = tables.other_names, tables.roads, now, tables.parts
        return cls(Path(folder), tables.file, tuple(tables.units), *names, tables.norms)

    @classmethod
    def faults(cls, folder: str | Path) -> list[Fault]:
        """Return everything that is wrong with a folder: what `load` refuses, and shapes, cells, rasters and places.

        Takes seconds where `load` takes a fraction of one.
        """
        from mapping.area import check

        return check.faults(Path(folder))

    def __repr__(self) -> str:
        return f"<StudyArea {self.code}: {', '.join(str(len(units)) for units in self._units)} units>"

    @property
    def code(self) -> str:
        """Return the country's ISO 3166 code of two letters."""
        return self.file.code

    def is_abroad(self, country: str | None) -> bool:
        """Tell whether a country, where one is given, is another than this one."""
        return country not in (None, "", self.code)

    @property
    def phone_country(self) -> str:
        """Return the country whose numbers are dialled without a country code: ISO 3166 code of two letters."""
        return self.file.settings.phone_region or self.file.code

    @property
    def code3(self) -> str:
        """Return the country's ISO 3166 code of three letters."""
        return self.file.code3

    @property
    def name(self) -> dict[str, str]:
        """Return the country's name by language."""
        return dict(self.file.name)

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages, the main one first."""
        return self.file.languages

    @property
    def has_winter(self) -> bool:
        """Tell whether travel times in winter are told apart from those of summer, or of the whole year."""
        return any(scenario.id == "winter" for scenario in self.settings.scenarios)

    @property
    def crs(self) -> str:
        """Return the reference system in metres that distances and the grid are in."""
        return self.file.area_crs

    @property
    def bounds(self) -> Box:
        """Return west, south, east and north of the country in degrees."""
        return self.file.bounds

    @property
    def window(self) -> Box:
        """Return west, south, east and north of what is mapped and counted: the country and a margin around it."""
        return self.file.extent

    @property
    def timezone(self) -> str:
        """Return the time zone, such as ``Europe/Rome``."""
        return self.file.timezone

    @property
    def modelled(self) -> bool:
        """Tell whether units, people or roads are modelled, so that `warning` must stand wherever they are drawn."""
        return self.file.modelled

    @property
    def everybody_walks(self) -> bool:
        """Tell whether no road, nor a surface that holds them, is known, so that all ways are counted on foot."""
        raster, tracks = self.file.raster, self.settings.speeds.tracks
        return not (self.file.roads or raster.friction or raster.surface or tracks.speed)

    @property
    def warning(self) -> dict[str, str]:
        """Return the warning about what is modelled, by language."""
        return dict(self.file.warning)

    @property
    def levels(self) -> tuple[Level, ...]:
        """Return the levels of administrative units, the country first."""
        return self.file.level

    def country(self, code: str) -> Mapping[str, str]:
        """Return the names of another country by language: the area's own, else those of CLDR."""
        return self.settings.country_names.get(code) or country_name(code, *self.languages).labels

    def phrase(self, words: str) -> Text | str:
        """Return what a list says in words of its own in the languages that the country has said them in."""
        own = skeleton(words)
        return next((dict(p) for p in self.settings.phrases if own in map(skeleton, p.values())), words)

    @property
    def settings(self) -> Settings:
        """Return the choices of area.toml: speeds, scenarios, thresholds and so on."""
        return self.file.settings

    @property
    def norms(self) -> list[Term]:
        """Return the norms that hold here: the common ones, and those of the country's own file in their place."""
        return merged(self._norms)

    @cached_property
    def money(self) -> Money | None:
        """Return the money of the country: that of area.toml, else that which CLDR has for its code."""
        own = self.settings.currency
        return own.money if own is not None else usual_money(self.code)

    @property
    def attribution(self) -> list[tuple[tuple[str, ...], dict[str, str]]]:
        """Return each sentence of attribution by language, with the parts it is for."""
        return [(sentence.parts, sentence.text) for sentence in self.file.attribution]

    def attributions(self, *parts: str, language: str = "en") -> list[str]:
        """Return the sentences that must stand where these parts, such as ``"admin"``, are shown; all without any."""

        def touches(part: str, other: str) -> bool:
            return f"{part}/".startswith(f"{other}/") or f"{other}/".startswith(f"{part}/")

        wanted = [
            show(text, language)
            for named, text in self.attribution
            if not parts or any(touches(a, b) for a in named for b in parts)
        ]
        return list(dict.fromkeys(wanted))

    def units(self, level: int | None = None) -> gpd.GeoDataFrame:
        """Return the units of a level (the finest by default), in a fixed order.

        Index ``code``; columns name_<language>, name (in the main one), parent, level, people, women and men where
        the census has them, geometry (EPSG:4326). The frame is a copy.
        """
        if level is not None and not 0 <= level < len(self._units):
            raise NotFound(f"level {level}: {self.code} has the levels 0 to {len(self._units) - 1}")
        return self._units[-1 if level is None else level].copy()

    def unit(self, code: str) -> AreaUnit:
        """Return a unit of any level.

        Raises
        ------
        NotFound
            No unit has this code.
        """
        try:
            return self._by_code[code]
        except KeyError:
            raise NotFound(f"{code}: no administrative unit of {self.code} has this code") from None

    def all_units(self) -> dict[str, AreaUnit]:
        """Return every unit by code, the country first."""
        return dict(self._by_code)

    @cached_property
    def _by_code(self) -> dict[str, AreaUnit]:
        units = {}
        for frame in self._units:
            named = frame[[f"name_{language}" for language in self.languages]]
            for code, parent, level, people, *names in zip(
                frame.index,
                frame["parent"],
                frame["level"],
                frame["people"],
                *(named[code] for code in named),
                strict=True,
            ):
                units[code] = AreaUnit(
                    code,
                    int(level),
                    parent,
                    dict(zip(self.languages, names, strict=True)),
                    int(people),
                    self._other_names.get(code, ()),
                    self._parts.get(code, ()),
                )
        return self._titled(units)

    @staticmethod
    def _titled(units: dict[str, AreaUnit]) -> dict[str, AreaUnit]:
        """Tell units of one name apart; a region that is a single unit is the same as this."""
        children = Counter(unit.parent for unit in units.values())
        bearers: dict[tuple[str, str], list[AreaUnit]] = defaultdict(list)
        for unit in units.values():
            for language, name in unit.names.items():
                bearers[language, name].append(unit)

        def title(unit: AreaUnit, language: str, name: str) -> str:
            parent = units.get(unit.parent or "")
            others = {other.code for other in bearers[language, name] if other.level <= unit.level} - {unit.code}
            if parent and children[parent.code] == 1:
                others -= {parent.code}
            return f"{name} ({parent.names[language]})" if others and parent and name else name

        return {
            code: unit._replace(titles={language: title(unit, language, name) for language, name in unit.names.items()})
            for code, unit in units.items()
        }

    def ancestors(self, code: str) -> list[str]:
        """Return the codes of a unit's parent, grandparent and so on up to the country."""
        ancestors = []
        parent = self.unit(code).parent
        while parent is not None:
            ancestors.append(parent)
            parent = self.unit(parent).parent
        return ancestors

    def region_of(self, code: str) -> str:
        """Return the level-1 unit that a unit lies in, or the unit itself where it is one or the country."""
        return next((ancestor for ancestor in [code, *self.ancestors(code)] if self.unit(ancestor).level == 1), code)

    def label(self, code: str, language: str) -> str:
        """Return the name of a unit in a language, or in the nearest one there is, as it is told from its namesakes."""
        return show(self.unit(code).titles, language)

    def unit_called(self, words: str) -> str | None:
        """Return the code of the unit that has exactly this name in some language and spelling."""
        return self._by_name.get(skeleton(words))

    @cached_property
    def _by_name(self) -> dict[str, str]:
        units = self.all_units().items()
        return {skeleton(name): code for code, unit in units for name in (*unit.names.values(), *unit.titles.values())}

    def level_name(self, level: int, language: str) -> str:
        """Return what a unit of a level is called: the area's own word in that language, else a neutral one."""
        return self.levels[level].label.get(language) or translate("Area", language)

    def area_unit_for_publication(self, code: str) -> str:
        """Return the unit that may be named for a place that is only given by area.

        Climbs from the unit until one has the people of ``thresholds.area_people``; else the country.
        """
        chain = [code, *self.ancestors(code)]
        enough = self.settings.thresholds.area_people
        return next((place for place in chain if self.unit(place).people >= enough), chain[-1])

    def unit_at(self, lat: float, lon: float) -> str | None:
        """Return the finest unit that a place falls in, None outside the country."""
        return self.units_at([lat], [lon])[0]

    def units_at(self, latitudes: ArrayLike, longitudes: ArrayLike) -> list[str | None]:
        """Return for many places what `unit_at` does for one; nan is none."""
        places = np.column_stack([np.asarray(longitudes, np.float64), np.asarray(latitudes, np.float64)])
        place, unit = self._tree.query(shapely.points(places))
        inside = shapely.intersects_xy(self._tree.geometries[unit], *places[place].T)
        place, unit = place[inside], unit[inside]
        first = np.argsort(-unit, kind="stable")  # of units that share a border, the first stays
        of_place = np.full(len(places), -1)
        of_place[place[first]] = unit[first]
        return [self.unit_codes[unit] if unit >= 0 else None for unit in of_place.tolist()]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        outlines = self._units[-1].geometry.to_numpy()
        shapely.prepare(outlines)
        return shapely.STRtree(outlines)

    @cached_property
    def grid(self) -> Grid:
        """Return the cells that everything is counted on: squares in `crs` over `window`, or those of a raster."""
        from mapping.area.grid import Grid

        if self.settings.grid.file is not None:
            return Grid.of_raster(self.folder / self.settings.grid.file)
        return Grid.over(self.window, crs=self.crs, cell_size=self.settings.grid.cell_size)

    @cached_property
    def unit_codes(self) -> list[str]:
        """Return the codes of the finest units, in the order of `units` and `unit_grid`."""
        return [str(code) for code in self._units[-1].index]

    @cached_property
    def unit_grid(self) -> NDArray[np.int32]:
        """Return the finest unit of each cell, an index into `unit_codes`; -1 outside the country.

        A cell belongs to the unit that holds its middle; a unit that holds none still has one cell (see
        `mapping.area.grid.unit_grid`).
        """
        from mapping.area.grid import unit_grid

        return _fixed(unit_grid(self.grid, self._units[-1].geometry))

    @staticmethod
    def _files(file: AreaFile) -> list[str]:
        from mapping.area import files

        return [files.TOML, *sorted({path for _, path in files.paths(file)})]

    @cached_property
    def digest(self) -> str:
        """Return a text that is another for a study area of other settings or files.

        "" where nobody can tell: a file was changed since the area was read.
        """
        from mapping.area.rasters import state

        paths = self._files(self.file)
        whole = hashlib.sha256(self.file.model_dump_json().encode())
        for path in paths:
            with (self.folder / path).open("rb") as content:
                whole.update(f"{path} {hashlib.file_digest(content, 'sha256').hexdigest()}".encode())
        return whole.hexdigest() if self._state == state(self.folder / path for path in paths) else ""

    @cached_property
    def elevation(self) -> NDArray[np.float32]:
        """Return metres above the sea; 0 where nothing is known, so that ground without elevation is level."""
        path = self.file.raster.elevation
        if path is None:
            return _fixed(np.zeros(self.grid.shape, np.float32))
        return _fixed(self.grid.warp(self.folder / path, how="average", missing=0))

    @cached_property
    def landcover(self) -> NDArray[np.uint8]:
        """Return IGBP classes; 255 where nothing is known."""
        from mapping.area.grid import NO_LANDCOVER

        path = self.file.raster.landcover
        if path is None:
            return _fixed(np.full(self.grid.shape, NO_LANDCOVER, np.uint8))
        return _fixed(self.grid.warp(self.folder / path, how="nearest", missing=NO_LANDCOVER).astype(np.uint8))

    @cached_property
    def slope(self) -> NDArray[np.float32]:
        """Return the steepness of each cell, rise over run."""
        from mapping.area.grid import slope

        return _fixed(slope(self.elevation, self.grid.cell_size))

    @property
    def counts_slopes(self) -> bool:
        """Tell whether steep ways take longer; a raster that says how fast each cell is crossed may count them too."""
        raster = self.file.raster
        if raster.friction is not None or raster.surface is not None:
            return True
        return raster.elevation is not None and self.settings.speeds.slope != "none"

    @cached_property
    def ready_friction(self) -> NDArray[np.float32] | None:
        """Return the minutes that a metre takes as a raster of the folder says them, inf where nobody passes.

        None where the folder has no such raster, so that land cover, slope and roads decide.
        """
        raster = self.file.raster
        if raster.friction is not None:
            cost = self.grid.warp(self.folder / raster.friction, how="nearest", missing=np.inf)
            cost[~(cost > 0)] = np.inf
            return _fixed(cost)
        if raster.surface is None:
            return None
        classes = self.grid.warp(self.folder / raster.surface, how="nearest", missing=-1).astype(np.int64)
        classes[(classes < 0) | (classes > 65535)] = 65536  # not known
        minutes = np.full(65537, np.inf, np.float32)
        for number, speed in self.settings.speeds.surface.items():
            minutes[number] = 60 / (speed * 1000) if speed else np.inf
        return _fixed(minutes[classes])

    @cached_property
    def barriers(self) -> NDArray[np.bool_]:
        """Tell which cells hold a river, a lake or another line that only roads cross."""
        import geopandas as gpd

        path = self.settings.travel.barriers
        if path is None:
            return np.zeros(self.grid.shape, bool)
        return self.grid.barriers(gpd.read_file(self.folder / path).geometry)

    @cached_property
    def people_grid(self) -> NDArray[np.float32]:
        """Return the people of each cell; those of a finest unit are its census count.

        A raster of people is taken as it is; the cells of a table are spread over the grid by land cover and slope;
        without either each unit's people are spread over the unit.
        """
        return _fixed(self._people())

    def _people(self) -> NDArray[np.float32]:
        import pandas as pd

        from mapping.area import grid

        population = self.file.population
        census = self._units[-1]["people"].to_numpy("int64")
        if population.grid:
            counts = self.grid.sums(self.folder / population.grid)
            return grid.fit_census(counts, self.unit_grid, census)
        cells = None
        if population.cells:
            table = pd.read_csv(self.folder / population.cells, dtype={population.key: str})
            index = {code: number for number, code in enumerate(self.unit_codes)}
            cells = pd.DataFrame(
                {
                    "unit": table[population.key].map(index),
                    "lat": table["lat"],
                    "lon": table["lon"],
                    "people": table["population"],
                }
            ).dropna()
            cells["unit"] = cells["unit"].astype(int)
        inside = self.unit_grid >= 0  # flat: with people in every cell of a country the rest need not be looked at
        weight = grid.habitability(self.landcover[inside], self.slope[inside], population.landcover_weights)
        return grid.spread_people(
            self.grid,
            self.unit_grid,
            weight,
            census,
            cells=cells,
            cell_degrees=population.cell_degrees,
            origin=(self.window[0], self.window[3]),
        )

    def to_xarray(self, name: GridName) -> DataArray:
        """Return a grid as an `xarray.DataArray` with coordinates and reference system (extra ``raster``).

        ``name`` is people, units (an index into `unit_codes`, -1 outside), elevation, landcover or slope.

        Raises
        ------
        NotFound
            There is no such grid.
        InvalidRecord
            The extra ``raster`` is not installed.
        """
        if name not in GRIDS:
            raise NotFound(f"{name}: no grid has this name; there are {', '.join(GRIDS)}")
        attribute, units = GRIDS[name]
        return self.array(getattr(self, attribute), name, units=units)

    def array(self, values: NDArray[Any], name: str, **attributes: str) -> DataArray:
        """Return values of the grid's cells as an `xarray.DataArray` with coordinates and reference system.

        Raises
        ------
        InvalidRecord
            The extra ``raster`` is not installed.
        """
        from mapping.area.rasters import as_xarray

        return as_xarray(values, self.grid, name, **attributes)

    @cached_property
    def roads(self) -> gpd.GeoDataFrame:
        """Return the roads: class, speed_kmh, km, seasonal (a note, "" for none), the file's own columns, geometry.

        Empty where the country has no file of roads.
        """
        if self._roads is None:
            import geopandas as gpd

            columns = {"class": [], "speed_kmh": np.array([], float), "km": np.array([], float), "seasonal": []}
            return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:4326"), crs="EPSG:4326")
        return self._roads

    @cached_property
    def road_winding(self) -> NDArray[np.float64]:
        """Return how many times as long each road is as its cells of the grid make it (`mapping.area.grid.winding`)."""
        from mapping.area.grid import winding

        return winding(self.grid, self.roads.geometry, self.roads["km"] * 1000)

    @cached_property
    def gazetteer(self) -> pd.DataFrame:
        """Return the places of the country with every spelling (see `mapping.area.gazetteer.gazetteer`)."""
        from mapping.area import gazetteer

        return gazetteer.gazetteer(self.folder, self.file)

    @cached_property
    def border_places(self) -> pd.DataFrame:
        """Return places of neighbour countries near the border: the columns of `gazetteer`, and country."""
        from mapping.area import gazetteer

        return gazetteer.border_places(self.folder, self.file)

    def basemap(self, name: BasemapName) -> dict[str, Any]:
        """Return a GeoJSON of the basemap; one without features where the country has none."""
        path = getattr(self.file.basemap, name)
        if path is None:
            return {"type": "FeatureCollection", "features": []}
        shapes: dict[str, Any] = json.loads((self.folder / path).read_text(encoding="utf-8"))
        return shapes

    @cached_property
    def relief(self) -> Relief | None:
        """Return the picture of the relief, None where the country has none."""
        raster = self.file.raster
        if raster.relief is None or raster.relief_bounds is None:
            return None
        (south, west), (north, east) = json.loads((self.folder / raster.relief_bounds).read_text())["bounds"]
        return Relief(self.folder / raster.relief, (west, south, east, north))


def _fixed(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array
