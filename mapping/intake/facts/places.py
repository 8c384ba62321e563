"""Where a row is: what its columns, its address, its name, the heading above it or the title of its list tell."""

import re
from collections.abc import Iterator
from itertools import islice

from mapping.area.addresses import Whereabouts, whereabouts
from mapping.area.geocode import Located, coded_unit, find_unit, units_served
from mapping.area.names.countries import city_abroad, countries_in, country_code, says_country
from mapping.batch import Level
from mapping.intake.clean import DITTO
from mapping.intake.row_reader import (
    Intake,
    Reader,
)
from mapping.language import parsers
from mapping.language.fold import alternatives
from mapping.language.i18n import Phrase, country_name, listing
from mapping.model import (
    Precision,
    Record,
    ServiceArea,
    record_id,
)
from mapping.safety.sensitive_text import hides_place


def located_of(reader: Reader) -> Located:
    """Find the row's place; what is wrong with it is said, and a place that is surely wrong sets the row aside."""
    lat, lon = _point(reader)
    named = _named(reader, pointed=lat is not None)
    located = reader.intake.locate(lat, lon, named.place, named.unit, named.country)
    if located.unit and located.notes and lat is None and not named.country:
        abroad = city_abroad(reader.intake.area, named.place or named.unit)
        if abroad and abroad == _country_of_list(reader.intake, reader.row.sheet):
            located = reader.intake.locate(None, None, named.place, named.unit, abroad)
    if located.precision == "none" and not located.country and not named.country:
        if other := _beside_name(reader) or _above(reader) or _of_list(reader):
            return other
        if (named.place or named.unit) and (abroad := _country_of_list(reader.intake, reader.row.sheet)):
            problem = Phrase("its place is not known; the list is of {country}", country=country_name(abroad))
            reader.say("place" if named.place else "unit", problem, Phrase("look whether it is right"), "note")
            return reader.intake.locate(lat, lon, named.place, named.unit, abroad)
    _say_of_place(reader, named, located)
    return located


def _point(reader: Reader) -> tuple[float, float] | tuple[None, None]:
    """Return the coordinates of a row, of one column or of two."""
    point = reader.take("coordinates", parsers.coordinates) if reader.text("coordinates") else None
    if point is None and reader.text("latitude"):
        point = reader.take("latitude", parsers.coordinates, reader.text("longitude"))
    if point is None:
        return None, None
    if point.doubt:
        reader.say(_pointing(reader), point.doubt, Phrase("look whether it is right"))
    return point.lat, point.lon


def _pointing(reader: Reader) -> str:
    """Return the field that holds coordinates, or the first half of them."""
    return "coordinates" if reader.text("coordinates") else "latitude"


def _named(reader: Reader, *, pointed: bool) -> Whereabouts:
    """Return the names by which a row says where it is: in columns for them, else in its address."""
    place, unit = (_in_one_language(reader.intake, reader.any_text(name)) for name in ("place", "unit"))
    unit = unit or reader.unit_by_code() or ""
    country = reader.country()
    whole = unit == reader.text("address")  # one column holds both, or neither is there
    area = reader.intake.area
    if not pointed and not place and (whole or not unit) and country_code(area, country) in ("", area.code):
        within = _in_address(reader)
        if within != Whereabouts("", ""):
            return within._replace(country=within.country or country)
    return Whereabouts(unit, place, country)


def _in_one_language(intake: Intake, text: str) -> str:
    """Return that of several spellings of one place which is known: "Алматы қ. / г. Алматы"; else the whole text."""
    spellings = re.split(r"\s[/|]\s", text)
    if len(spellings) == 1:
        return text
    located = {name: intake.locate(place=name) for name in spellings}
    known = {(at.unit, at.country): name for name, at in located.items() if at.country or (at.unit and not at.notes)}
    return known.popitem()[1] if len(known) == 1 else text


def _say_of_place(reader: Reader, named: Whereabouts, located: Located) -> None:
    """Say what is to be known of how a place was found, or that none was."""
    where = _pointing(reader) if reader.text("coordinates") or reader.text("latitude") else "unit"
    for note in located.notes:
        about = next((n for n in ("unit", "place") if (t := reader.any_text(n)) and repr(t) in note.problem), where)
        level: Level = "note" if note.level == "note" else "doubt"
        reader.say(about, note.problem, note.fix or Phrase("check the place"), level)
    lost = located.precision == "none" and not located.country and not located.notes
    if lost and not named.several and not says_country(reader.intake.area, named.unit):
        problem = Phrase("the row names no place that could be found")
        reader.say(where, problem, Phrase("give its area, town or coordinates"))


_BRANCH = re.compile(rf"\b{alternatives('branch')}\W*", re.I)
"""What stands beside the town of a branch in the name of a body."""
_KIND = alternatives("kind before a unit")
_OF_TOWN = re.compile(rf"(?<!\w)(?:{_KIND}|{alternatives('short for a town')})\s*[^\W\d_][^\d«»(),]*$", re.I)
"""The town of a body at the end of its name: "отдел милиции г. Исфары"."""
_IN_TOWN = re.compile(
    rf"(?:(?<!\w){alternatives('within a place')}\s+|,\s*)([^\W\d_][\w’'ʻ-]+(?:\s[^\W\d_][\w’'ʻ-]+)?)$", re.I
)
"""The same behind a word for "in", or a comma: "Bureau in Khujand"."""


def _beside_name(reader: Reader) -> Located | None:
    """Return where the brackets or the end of the body's name say that it is, and say so; else None.

    "(филиал в Исфаре)", "Bureau in Khujand".

    Beside the address of the row above they say nothing: that may be in another town.
    """
    area = reader.intake.area
    columns = map(reader.cell_as_sent, reader.intake.columns_of("address"))
    name = reader.text("organization")
    within = [*_OF_TOWN.findall(name), *_IN_TOWN.findall(name)]
    for text in () if any(map(DITTO.fullmatch, columns)) else (*reader.beside_name(), *within):
        unit = whereabouts(area, _BRANCH.sub(" ", text).strip()).unit
        if unit and not hides_place(text):
            problem = Phrase("the name says where it is: {unit}", unit=coded_unit(area, unit))
            reader.say("organization", problem, Phrase("look whether it is right"))
            return reader.intake.locate(unit=unit)
    return None


def _country_of_list(intake: Intake, sheet: str) -> str:
    """Return the country abroad that a list is of: its titles name it alone, or its rows name cities of it alone."""
    if sheet not in intake.countries:
        area, titles = intake.area, intake.titles.get(sheet, ())
        named = {code for title in titles for code in countries_in(area, title)}
        if len(named) != 1 or area.code in named:
            named = {_country_of_rows(intake)}
        intake.countries[sheet] = named.pop()
    return intake.countries[sheet]


def _country_of_rows(intake: Intake) -> str:
    """Return the one country abroad of which the rows of a list name several cities, and nothing at home; else ""."""
    readers = [Reader(intake.silent(), row) for row in islice(intake.rows, LOOKED_AT)]
    texts = {
        _in_one_language(intake, text)
        for reader in readers
        for name in ("place", "unit")
        if (text := reader.any_text(name))
    }
    cities = {text: city_abroad(intake.area, text) for text in texts}
    others = [intake.locate(place=text) for text, country in cities.items() if not country]
    countries = [*filter(None, cities.values()), *(other.country for other in others if other.country)]
    at_home = any(other.unit is not None for other in others)
    return countries[0] if len(countries) > 1 and len({*countries}) == 1 and not at_home else ""


LOOKED_AT = 300
"""Rows whose places tell of what country a list is."""


def _above(reader: Reader) -> Located | None:
    """Return where the heading of the row's part of the list is, and say so; None where it names no place."""
    text = reader.row.under
    located = reader.intake.locate(unit=text) if text else None
    if located is None or (located.unit is None and not located.country):
        return None
    problem = Phrase("it stands under {text!r}, and names no place that is known itself", text=text)
    reader.say("unit", problem, Phrase("look whether it is right"), "note")
    return located


def _of_list(reader: Reader) -> Located | None:
    """Return the one unit that the titles of a list name, and say so, where no column of it tells where rows are."""
    intake = reader.intake
    if intake.filled(WHERE):
        return None
    sheet = reader.row.sheet
    if sheet not in intake.units:
        named = {
            text: find_unit(intake.area, text).unit
            for title in intake.titles.get(sheet, ())[1:]
            for text in _units(title)
        }
        units = {unit for unit in named.values() if unit}
        intake.units[sheet] = next(text for text, unit in named.items() if unit) if len(units) == 1 else ""
    text = intake.units[sheet]
    if not text:
        return None
    problem = Phrase("it stands under {text!r}, and names no place that is known itself", text=text)
    reader.say("unit", problem, Phrase("look whether it is right"))
    return intake.locate(unit=text)


WHERE = ("unit", "unit_code", "place", "coordinates", "latitude")
"""Fields that say where a row is."""
_OF_A_UNIT = re.compile(
    rf"(?<!\w){_KIND}\s*([^\W\d_][\w-]+)|"
    rf"(?<!\w)([^\W\d_][\w-]+?)(?:ск(?:ого|ий|ому|ом)\s+район\w*|\s+{alternatives('kind behind a unit')})(?!\w)",
    re.I,
)
"""A unit with its kind in a title."""


def _units(title: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in _OF_A_UNIT.finditer(title)]


def _in_address(reader: Reader) -> Whereabouts:
    """Return the unit and the place that the row's address names, and say so: it has no columns for them."""
    area, text = reader.intake.area, reader.text("address")
    read = whereabouts(area, text) if text and not hides_place(text) else Whereabouts("", "")
    if read.unit or read.country:
        where = coded_unit(area, read.unit) if read.unit else country_name(read.country)
        problem = Phrase("the address says where it is: {unit}", unit=where)
        reader.say("address", problem, Phrase("look whether it is right"), "note")
    elif read.several:
        places = listing(coded_unit(area, code) for code in read.several)
        reader.say("address", Phrase("names several places: {places}", places=places), Phrase("write a row for each"))
    return read


def precision_of(reader: Reader, located: Located) -> Precision:
    """Return how closely the place may be shown: as the row says, and never closer than it is known."""
    for name in ("address", "place", "unit", "place_name"):
        if hides_place(reader.any_text(name)):
            reader.say(name, Phrase("the address is not to be told"), Phrase("the place is shown to nobody"), "note")
            return "none"
    if located.precision not in ("exact", "place") or reader.withholds("address"):
        return "area" if located.unit else "none"
    columns = reader.intake.columns
    if not columns.precisions:
        return "exact"
    known = {word.casefold().strip(): precision for word, precision in columns.precisions.items()}
    text = reader.text("precision").casefold()
    if text not in known:
        reader.say(
            "precision",
            Phrase("{text!r} does not say how closely the place may be shown", text=text),
            Phrase("no place is shown"),
        )
    return known.get(text, "none")


def coverage(reader: Reader, service: str) -> Iterator[Record]:
    """Yield the units that are served from here: those it says, else all that it names as where it is."""
    area = reader.intake.area
    units: dict[str, None] = {}
    for part in reader.parts("covers", "service_types"):
        named = units_served(area, part)
        units |= dict.fromkeys(named)
        if not named:
            reader.say("covers", Phrase("{part!r} is no unit that we know", part=part), Phrase("check the name"))
    if not reader.text("covers"):
        beside = units_served(area, reader.any_text("unit"))
        units |= dict.fromkeys(beside) if len(beside) > 1 or beside == (area.code,) else {}
    for unit in units:
        yield ServiceArea(
            id=record_id(reader.source, "service_area", service, unit),
            service_id=service,
            area_unit=unit,
            name=area.label(unit, "en"),
        )
