"""What ``area.toml`` may say: every key with its type, its bounds and what stands where a country leaves it out."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

import phonenumbers
import pyproj
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_currency_symbol, get_territory_currencies
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pyproj.exceptions import CRSError

from mapping.freshness import DUE_DAYS, LAPSED_DAYS
from mapping.language.i18n import Message
from mapping.language.languages import codes
from mapping.language.parsers import Money
from mapping.resources import table_beside

Speed = Annotated[float, Field(ge=0, le=200)]
"""Kilometres an hour; 0 is a barrier."""

Factor = Annotated[float, Field(ge=0, le=2)]
"""What a speed is multiplied with; 0 closes."""

Class = Annotated[int, Field(ge=0, le=255)]
"""A land cover class as it stands in the raster."""

_LANDCOVER = table_beside(__file__, "landcover")
WALKING: dict[int, float] = {int(row["class"]): float(row["walking_kmh"]) for row in _LANDCOVER}
"""Walking off paths on level ground, km/h by IGBP class, after Weiss et al. 2018 (doi:10.1038/nature25181).

Two classes differ from theirs on purpose: water and permanent ice are barriers here.
"""

PEOPLE: dict[int, float] = {int(row["class"]): float(row["people"]) for row in _LANDCOVER if row["people"]}
"""How readily people live on a land cover class, against cropland; any other class counts 0.55."""


def _language(code: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", code) or code not in _languages():
        raise ValueError(f"{code!r} is no ISO 639 language code, such as 'tg' or 'ru'")
    return code


def _month_day(text: str) -> str:
    try:
        dt.date.fromisoformat(f"2024-{text}")  # a leap year: 02-29 is a day
    except ValueError as error:
        raise ValueError(f"{text!r} is no day written month-day, such as '03-21'") from error
    return text


def _country(code: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValueError(f"{code!r} is no ISO 3166 country code, such as 'KZ'")
    return code


_zones = cache(available_timezones)


@cache
def _languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)


IN_FOLDER = "a file of the study area's folder"
"""Marks a field that names one."""
FileName = Annotated[str, IN_FOLDER]
FileIfAny = Annotated[str | None, IN_FOLDER]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
Texts = dict[Language, Annotated[str, Field(min_length=1)]]
"""One text in several languages: language -> text."""

Sentence = Annotated[Texts, BeforeValidator(lambda given: {"en": given} if isinstance(given, str) else given)]
"""A text in several languages, or one that stands in all of them."""


class _SettingsTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_SettingsTable):
    """A level of administrative units, 0 for the country.

    ``key`` is the column of ``file`` that holds the code of a unit, ``parent`` the one with the code of the unit
    above; ``people_key`` is the column of the table of people that holds the same code (the population's ``key``
    where it is left out); ``names`` is a CSV with former names, and names of parts.
    """

    level: Annotated[int, Field(ge=0, le=5)]
    file: FileName
    key: str
    count: Annotated[int, Field(ge=1)]
    label: Texts
    parent: str | None = None
    names: FileIfAny = None
    people_key: str | None = None


class Population(_SettingsTable):
    """How many people live where: a count for each unit and, where there is one, a table of finer cells.

    ``cell_degrees`` is the side of a cell; cells start at the north-western corner of the window. Without it
    each row of ``cells`` is a point. ``grid`` is a GeoTIFF of people a cell, in place of ``cells``.
    """

    date: dt.date
    total: Annotated[int, Field(ge=0)]
    units: FileName
    key: str
    cells: FileIfAny = None
    cell_degrees: Annotated[float, Field(gt=0, le=1)] | None = None
    grid: FileIfAny = None
    weights: dict[Class, Annotated[float, Field(ge=0)]] = {}

    @property
    def landcover_weights(self) -> dict[int, float]:
        """Return how readily people live on each land cover class, the country's own values first."""
        return PEOPLE | self.weights


class Roads(_SettingsTable):
    """The file of roads and its columns: ``class``, ``speed`` (km/h), ``length`` (km) and ``seasonal`` (a note)."""

    file: FileName
    road_class: str = Field("road_class", alias="class")
    speed: str | None = None
    length: str | None = None
    seasonal: str | None = None


class Places(_SettingsTable):
    """Tables of places and the columns that hold their id, their finest unit and what they are."""

    settlements: FileIfAny = None
    official_towns: FileIfAny = None
    border: FileIfAny = None
    key: str = "id"
    unit: str = "unit"
    kind: str = "kind"


class Raster(_SettingsTable):
    """Elevation in metres, land cover in IGBP classes, a picture of the relief, and ready-made ground for travel.

    ``friction`` holds minutes a metre, ``surface`` classes whose speeds stand in ``[speeds.surface]``. With either of
    them nothing else decides how fast a cell is crossed.
    """

    elevation: FileIfAny = None
    landcover: FileIfAny = None
    friction: FileIfAny = None
    surface: FileIfAny = None
    relief: FileIfAny = None
    relief_bounds: FileIfAny = None


class Basemap(_SettingsTable):
    """GeoJSON files that stand behind every map."""

    neighbours: FileIfAny = None
    rivers: FileIfAny = None
    lakes: FileIfAny = None
    places: FileIfAny = None


class Attribution(_SettingsTable):
    """A sentence that must stand wherever one of these parts is shown, such as ``admin`` or ``roads``."""

    parts: tuple[str, ...] = Field(alias="for")
    text: Sentence


class GridSettings(_SettingsTable):
    """The raster that everything is counted on: the cells of ``file``, or squares of ``cell_size`` over the window."""

    file: FileIfAny = None
    cell_size: Annotated[float, Field(ge=10, le=20_000)] = 1000.0
    margin_km: Annotated[float, Field(ge=0, le=500)] = 30.0


class Tracks(_SettingsTable):
    """Village roads that no file holds: a cell with so many people a km² is crossed at this speed."""

    people: Annotated[float, Field(ge=0)] = 150.0
    speed: Speed = 0.0


class Speeds(_SettingsTable):
    """Speeds in km/h.

    ``walking`` holds on level ground where no land cover class says otherwise, ``landcover`` those of the classes,
    ``off_path`` multiplies both where nobody lives. ``roads`` is by road class and stands above a road's own column,
    ``surface`` by class of ``raster.surface``: a class without a speed is a barrier.
    """

    walking: Annotated[float, Field(gt=0, le=15)] = 5.0
    landcover: dict[Class, Annotated[float, Field(ge=0, le=15)]] = {}
    off_path: Annotated[float, Field(gt=0, le=1)] = 1.0
    slope: Literal["tobler", "langmuir", "none"] = "tobler"
    roads: dict[str, Annotated[float, Field(gt=0, le=200)]] = {}
    surface: dict[Annotated[int, Field(ge=0, le=65535)], Speed] = {}
    tracks: Tracks = Tracks()

    @property
    def on_landcover(self) -> dict[int, float]:
        """Return the walking speed on each land cover class, the country's own values first."""
        return WALKING | self.landcover


class RoadRule(_SettingsTable):
    """What a scenario does to some roads: those whose every named column holds one of the values.

    The first rule that fits a road stands; ``speed`` multiplies the road's own, in place of the scenario's ``roads``.
    """

    where: Annotated[dict[str, str | tuple[str, ...]], Field(min_length=1)]
    speed: Factor

    def values(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each column with the values that fit."""
        for column, values in self.where.items():
            yield column, (values,) if isinstance(values, str) else values


class Scenario(_SettingsTable):
    """A season or a way to travel: factors on road and walking speeds, and rules for some roads."""

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9_-]*$")]
    label: Texts
    roads: Factor = 1.0
    walking: Annotated[float, Field(gt=0, le=2)] = 1.0
    road: tuple[RoadRule, ...] = ()


def usual_scenarios() -> tuple[Scenario, ...]:
    """Return what a country has that names no scenario of its own: summer, winter, and on foot only."""
    named = (
        ("summer", Message("Summer"), 1.0, 1.0),
        ("winter", Message("Winter"), 0.8, 0.8),
        ("walking", Message("On foot only"), 0.0, 1.0),
    )
    return tuple(
        Scenario(id=name, label={code: label.into(code) for code in codes()}, roads=roads, walking=walking)
        for name, label, roads, walking in named
    )


Direction = Literal["average", "towards", "away"]


class Travel(_SettingsTable):
    """How far a point may lie from passable ground, and whether people may travel through neighbour countries.

    ``direction`` says how slopes count for those who walk: the mean of the way up and the way down, or the way to the
    services, or the way from them. Cells much wider than a hill hide most of the difference, so that the mean is
    usual on grids of a kilometre, and direction pays on finer ones. ``barriers`` is a file of lines and outlines that
    nobody walks across: rivers and lakes, which only roads cross.
    """

    snap_km: Annotated[float, Field(ge=0, le=50)] = 3.0
    barriers: FileIfAny = None
    cross_borders: bool = False
    direction: Direction = "average"


class Thresholds(_SettingsTable):
    """The least counts that may be published: providers in an aggregate, cases in a cell, people in an area."""

    providers: Annotated[int, Field(ge=1)] = 3
    case_cells: Annotated[int, Field(ge=1)] = 10
    area_people: Annotated[int, Field(ge=0)] = 100_000


class FreshnessDays(_SettingsTable):
    """So many days before its day an entry is due to be checked again, and so many after it has lapsed."""

    due_days: Annotated[int, Field(ge=0, le=365)] = DUE_DAYS
    lapsed_days: Annotated[int, Field(ge=0, le=1000)] = LAPSED_DAYS


ShortNumber = Annotated[str, Field(pattern=r"^\+?[0-9]{2,15}$")]


class EmergencyNumber(_SettingsTable):
    """A short number that anybody may call."""

    number: ShortNumber
    label: Texts
    label_abroad: Texts | None = None
    """What it is called in other countries, where that differs."""


class Licence(_SettingsTable):
    """The licence under which the directory's open data are given."""

    id: str = "CC-BY-4.0"
    url: Annotated[str, Field(pattern="^https?://")] = "https://creativecommons.org/licenses/by/4.0/"
    text: str = "Creative Commons Attribution 4.0 International"


class MovingHoliday(_SettingsTable):
    """A public holiday that falls on another day each year, with its days.

    ``announced`` are days that the country told; ``estimated`` are reckoned beforehand, and may prove wrong by a day.
    """

    name: Texts
    announced: tuple[dt.date, ...] = ()
    estimated: tuple[dt.date, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if twice := sorted({*self.announced} & {*self.estimated}):
            raise ValueError(f"{twice[0]} is announced: take it out of what is estimated")
        return self


class Currency(_SettingsTable):
    """The money of the country: code of ISO 4217, the words and signs by which lists name it, its name in a price."""

    code: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    words: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    name: Texts = {}

    @property
    def money(self) -> Money:
        """Return it as the parser of prices takes it."""
        return Money(self.code, (*self.words, *self.name.values()), tuple(self.name.items()))


def usual_money(country: str) -> Money | None:
    """Return the money of a country by CLDR; None for a country it has not.

    It is called by the last word of its names, and by its sign in the languages of the country: $ is Fijian in Fiji.
    """
    current = get_territory_currencies(country)
    if not current:
        return None
    names = {(code, n): get_currency_name(current[0], count=n, locale=code) for code in codes() for n in (1, 2, 5)}
    places = {Locale(code).territories[country].lower() for code in codes()}
    words = dict.fromkeys(name.split()[-1].lower() for name in names.values())
    for spoken in get_official_languages(country, de_facto=True):
        with suppress(UnknownLocaleError):
            words[get_currency_symbol(current[0], Locale(spoken, territory=country)).lower()] = None
    return Money(
        current[0],
        tuple(word for word in words if word not in places),
        tuple((code, names[code, 5]) for code in codes()),
    )


Addressee = Literal[
    "commission",
    "health",
    "social",
    "labour",
    "interior",
    "justice",
    "foreign",
    "statistics",
    "prosecutor",
    "courts",
    "civil",
    "international",
]
"""Whom recommendations of a report may be for, besides regions and embassies."""


class CountryFact(_SettingsTable):
    """A sentence that a report says of the law, the plans and the commissions of a country, and where it is from.

    ``year`` is that of the source, so that a reader sees how old the sentence may be. ``asks`` is what the report asks
    of the state because of it (`mapping/render/report/recommendations.csv`).
    """

    text: Texts
    source: Sentence
    year: Annotated[int, Field(ge=1900, le=2100)]
    address: Annotated[str, Field(pattern=r"^$|^https?://\S+$")] = ""
    asks: Literal["", "law", "identification"] = ""


class Settings(_SettingsTable):
    """Everything of area.toml that is a choice rather than a file."""

    speeds: Speeds = Speeds()
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, alias="scenario", default_factory=usual_scenarios)]
    travel: Travel = Travel()
    grid: GridSettings = GridSettings()
    thresholds: Thresholds = Thresholds()
    holidays: tuple[Annotated[str, AfterValidator(_month_day)], ...] = ()
    moving_holidays: tuple[MovingHoliday, ...] = ()
    emergency: dict[str, EmergencyNumber] = {}
    emergency_abroad: dict[Country, dict[str, ShortNumber]] = {}
    """Country -> the kind of an emergency number, as ``emergency`` names it -> the number there."""
    exit_address: Annotated[str, Field(pattern="^https://")] = "https://www.wikipedia.org/"
    sensitive_allowed: tuple[str, ...] = ()
    destinations: tuple[Country, ...] = ()
    verification: dict[str, Annotated[int, Field(ge=1, le=60)]] = {}
    freshness: FreshnessDays = FreshnessDays()
    licence: Licence = Licence()
    publisher: Annotated[str, Field(max_length=200)] = ""
    """Who publishes: the foot of every public page names them."""
    mail: Annotated[str, Field(pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] = ""
    second_person_days: Annotated[int, Field(ge=1, le=90)] = 7
    """Days after which what waits for a second person is late: more people are told, and nothing else happens."""
    phone_region: str = ""
    postal_codes: tuple[Annotated[str, Field(pattern="^[0-9]{1,6}$")], ...] = ()
    """First digits of postal codes, where these are as long as a phone number of the country."""
    currency: Currency | None = None
    country_names: dict[Country, Texts] = {}
    addressees: dict[Addressee, Texts] = {}
    without_authority: tuple[str, ...] = ()
    """Codes of regions that no authority of their own governs: a report asks the commission instead."""
    context: tuple[CountryFact, ...] = ()
    reviewed: dt.date | None = None
    """When the recommendations for a whole country were last held against the sources of this one."""
    phrases: tuple[Texts, ...] = ()
    """Words of the country's lists, each in several languages: definitions and sources of case figures, funders."""

    @field_validator("phone_region")
    @classmethod
    def _region(cls, region: str) -> str:
        if region and region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{region!r} is no country code that has a phone plan")
        return region

    @field_validator("scenarios")
    @classmethod
    def _scenarios(cls, scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
        ids = [scenario.id for scenario in scenarios]
        if len(set(ids)) < len(ids):
            raise ValueError(f"the ids {', '.join(ids)} are not all different")
        if "summer" not in ids:
            raise ValueError("one scenario must have the id 'summer': it is the ordinary season, whatever its label")
        return scenarios

    @model_validator(mode="after")
    def _kinds_abroad(self) -> Self:
        for country, numbers in self.emergency_abroad.items():
            if unknown := sorted(set(numbers) - set(self.emergency)):
                raise ValueError(
                    f"emergency_abroad.{country}: there is no [emergency.{unknown[0]}] that says what it is"
                )
        return self


SETTINGS = frozenset(field.alias or name for name, field in Settings.model_fields.items())
"""The keys of area.toml that are settings."""


BOTH_SIDES = "lies on both sides of the 180th meridian, and a study area lies on one"


def spans_both_sides(west: float, east: float) -> bool:
    """Tell whether a country from west to east, in degrees, goes over the 180th meridian: none is half the world wide.

    Its box says so as RFC 7946 asks, from 177 to -178, or is the whole world's, from -180 to 180.
    """
    return max(abs(west), abs(east)) <= 180 < abs(east - west)


class AreaFile(_SettingsTable):
    """``area.toml`` as a whole."""

    code: Country
    code3: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    area_crs: str
    bounds: tuple[float, float, float, float]
    window: tuple[float, float, float, float] | None = None
    timezone: str
    modelled: bool
    name: Texts
    warning: Texts = {}
    level: Annotated[tuple[Level, ...], Field(min_length=1)]
    population: Population
    roads: Roads | None = None
    places: Places = Places()
    raster: Raster = Raster()
    basemap: Basemap = Basemap()
    norms: FileIfAny = None
    attribution: tuple[Attribution, ...] = ()
    notes: dict[str, Any] = {}
    settings: Settings

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Return ``window``, or ``bounds`` with the margin of ``grid.margin_km``."""
        if self.window:
            return self.window
        west, south, east, north = self.bounds
        up = self.settings.grid.margin_km / 111.32
        across = up / max(0.01, math.cos(math.radians(max(abs(south), abs(north)))))
        return max(-180.0, west - across), max(-90.0, south - up), min(180.0, east + across), min(90.0, north + up)

    @model_validator(mode="before")
    @classmethod
    def _gather_settings(cls, table: Any) -> Any:
        if not isinstance(table, Mapping):
            return table
        rest = {key: value for key, value in table.items() if key not in SETTINGS}
        return rest | {"settings": {key: value for key, value in table.items() if key in SETTINGS}}

    @field_validator("languages")
    @classmethod
    def _different(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError(f"{', '.join(languages)} are not all different")
        return languages

    @field_validator("bounds", "window")
    @classmethod
    def _degrees(cls, box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if box is not None:
            west, south, east, north = box
            if spans_both_sides(west, east):
                raise ValueError(f"{list(box)} {BOTH_SIDES}: give the side that most people live on")
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError(f"{list(box)} is not west, south, east, north in degrees")
        return box

    @field_validator("area_crs")
    @classmethod
    def _metric(cls, text: str) -> str:
        try:
            crs = pyproj.CRS.from_user_input(text)
        except CRSError as error:
            raise ValueError(f"{text!r} is no coordinate reference system") from error
        if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
            raise ValueError(f"{text!r} is not projected in metres, such as 'EPSG:32642' is")
        return text

    @field_validator("timezone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        if zone not in _zones():
            raise ValueError(f"{zone!r} is no time zone, such as 'Europe/Rome'")
        return zone

    @field_validator("level")
    @classmethod
    def _levels(cls, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        if [level.level for level in levels] != list(range(len(levels))):
            raise ValueError(f"the levels {[level.level for level in levels]} must be 0, 1, 2 and so on in this order")
        for level in levels[2:]:
            if level.parent is None:
                raise ValueError(f'level {level.level} must name the column of its parent\'s code: parent = "..."')
        return levels
