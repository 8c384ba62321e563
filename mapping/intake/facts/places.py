"""Where a row is: what its columns, its address, its name, the heading above it or the title of its list tell."""

from mapping.area.addresses import Whereabouts, whereabouts
from mapping.area.geocode import Located, coded_unit, units_served
from mapping.area.names.countries import country_code, says_country
from mapping.batch import Level
from mapping.intake.disclosure import withheld
from mapping.intake.row_reader import Reader
from mapping.language import parsers
from mapping.language.i18n import Message, country_name, listing
from mapping.model import Precision
from mapping.safety.sensitive_text import hides_place


def located_of(reader: Reader) -> Located:
    """Find the row's place; what is wrong with it is said, and a place that is surely wrong sets the row aside."""
    lat, lon = _point(reader)
    named = _named(reader, pointed=lat is not None)
    located = reader.intake.locate(lat, lon, named.place, named.unit, named.country)
    lost = located.precision == "none" and not located.country and not named.country
    if lost and (above := _above(reader)):
        return above
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
        reader.say(_pointing(reader), point.doubt, Message("look whether it is right"))
    return point.lat, point.lon


def _pointing(reader: Reader) -> str:
    """Return the field that holds coordinates, or the first half of them."""
    return "coordinates" if reader.text("coordinates") else "latitude"


def _named(reader: Reader, *, pointed: bool) -> Whereabouts:
    """Return the names by which a row says where it is: in columns for them, else in its address."""
    place, unit = (reader.any_text(name) for name in ("place", "unit"))
    unit = unit or reader.unit_by_code() or ""
    country = reader.country()
    whole = unit == reader.text("address")  # one column holds both, or neither is there
    area = reader.intake.area
    if not pointed and not place and (whole or not unit) and country_code(area, country) in ("", area.code):
        within = _in_address(reader)
        if within != Whereabouts("", ""):
            return within._replace(country=within.country or country)
    return Whereabouts(unit, place, country)


def _say_of_place(reader: Reader, named: Whereabouts, located: Located) -> None:
    """Say what is to be known of how a place was found, or that none was."""
    where = _pointing(reader) if reader.text("coordinates") or reader.text("latitude") else "unit"
    for note in located.notes:
        about = next((n for n in ("unit", "place") if (t := reader.any_text(n)) and repr(t) in note.problem), where)
        level: Level = "note" if note.level == "note" else "doubt"
        reader.say(about, note.problem, note.fix or Message("check the place"), level)
    lost = located.precision == "none" and not located.country and not located.notes
    if lost and not named.several and not says_country(reader.intake.area, named.unit):
        problem = Message("the row names no place that could be found")
        reader.say(where, problem, Message("give its area, town or coordinates"))


def _above(reader: Reader) -> Located | None:
    """Return where the heading of the row's part of the list is, and say so; None where it names no place."""
    text = reader.row.under
    located = reader.intake.locate(unit=text) if text else None
    if located is None or (located.unit is None and not located.country):
        return None
    problem = Message("it stands under {text!r}, and names no place that is known itself", text=text)
    reader.say("unit", problem, Message("look whether it is right"), "note")
    return located


def _in_address(reader: Reader) -> Whereabouts:
    """Return the unit and the place that the row's address names, and say so: it has no columns for them."""
    area, text = reader.intake.area, reader.text("address")
    read = whereabouts(area, text) if text and not hides_place(text) else Whereabouts("", "")
    if read.unit or read.country:
        where = coded_unit(area, read.unit) if read.unit else country_name(read.country)
        problem = Message("the address says where it is: {unit}", unit=where)
        reader.say("address", problem, Message("look whether it is right"), "note")
    elif read.several:
        places = listing(coded_unit(area, code) for code in read.several)
        reader.say("address", Message("names several places: {places}", places=places), Message("write a row for each"))
    return read


def precision_of(reader: Reader, located: Located) -> Precision:
    """Return how closely the place may be shown: as the row says, and never closer than it is known."""
    for name in ("address", "place", "unit", "place_name"):
        if hides_place(reader.any_text(name)):
            reader.say(name, Message("the address is not to be told"), Message("the place is shown to nobody"), "note")
            return "none"
    if located.precision not in ("exact", "place") or withheld(reader, "address"):
        return "area" if located.unit else "none"
    columns = reader.intake.columns
    if not columns.precisions:
        return "exact"
    known = {word.casefold().strip(): precision for word, precision in columns.precisions.items()}
    text = reader.text("precision").casefold()
    if text not in known:
        problem = Message("{text!r} does not say how closely the place may be shown", text=text)
        reader.say("precision", problem, Message("no place is shown"))
    return known.get(text, "none")


def units_covered(reader: Reader) -> list[str]:
    """Return the units that are served from here: those it says, else all that it names as where it is."""
    area = reader.intake.area
    if not reader.text("covers"):
        beside = units_served(area, reader.any_text("unit"))
        return [*beside] if len(beside) > 1 or beside == (area.code,) else []
    units: dict[str, None] = {}
    for part in reader.parts("covers", "service_types"):
        named = units_served(area, part)
        units |= dict.fromkeys(named)
        if not named:
            reader.say("covers", Message("{part!r} is no unit that we know", part=part), Message("check the name"))
    return [*units]
