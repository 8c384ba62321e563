"""Coordinates, in the notations of maps, spreadsheets and survey tools."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from mapping.language.i18n import UNSAID, Message
from mapping.language.parsers._cells import Unreadable, cell, given, shown

POOR_ACCURACY = 1000.0
"""Metres; a phone that is less sure than that did not know where it was."""


@dataclass(frozen=True)
class Point:
    """A pair of coordinates in degrees as it was written, not yet checked against any area.

    ``accuracy`` is what the device said, in metres. ``decimals`` is how many were written at most (of a degree: 2 is
    about a kilometre). ``doubt`` says what should be looked at.
    """

    lat: float
    lon: float
    accuracy: float | None = None
    decimals: int = 9
    doubt: Message = UNSAID


_FLOAT = r"(-?\d{1,3}\.\d+)"
_LINKS = (
    (rf"openstreetmap\.org.*?mlat={_FLOAT}&mlon={_FLOAT}", "lat", False),
    (rf"google.*!3d{_FLOAT}!4d{_FLOAT}", "lat", False),
    (rf"(?:google|apple).*?[?&](?:q|query|ll|daddr|destination)=(?:loc:)?{_FLOAT}, ?{_FLOAT}", "lat", False),
    (rf"google.*?/maps/(?:place|search)/{_FLOAT},\+?{_FLOAT}", "lat", False),
    (rf"^geo:{_FLOAT},{_FLOAT}", "lat", False),
    (rf"yandex.*?[?&](?:pt|whatshere\[point\])={_FLOAT},{_FLOAT}", "lon", False),
    (rf"2gis.*?/{_FLOAT},{_FLOAT}", "lon", False),
    (rf"openstreetmap\.org.*#map=\d+/{_FLOAT}/{_FLOAT}", "lat", True),
    (rf"google.*?@{_FLOAT},{_FLOAT}", "lat", True),
    (rf"yandex.*?[?&]ll={_FLOAT},{_FLOAT}", "lon", True),
)
"""How links of maps hold a point, which coordinate stands first, and whether it is only the middle of the map."""

_HEMISPHERE = r"(?P<side>[NSEWnsew]|[сюСЮ]\.?\s?ш\.?|[взВЗ]\.?\s?д\.?)?"
_DECIMAL = r"(?P<decimal>[-+−]?\d{1,3}(?:[.,]\d+)?)\s{0,9}°?"
_DMS = (
    r"(?P<degrees>[-+−]?\d{1,3})\s{0,9}[°º˚d: ]\s{0,9}(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s{0,9}(?:['′’‘ʹm: ]\s{0,9}"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s{0,9}(?:\"|″|”|“|''|′′|’’|s)?)?)?"
)
_ONE = re.compile(
    rf"\s{{0,9}}(?:(?P<lead>[NSEW]|[сю]\.?\s?ш\.?|[вз]\.?\s?д\.?)\s{{0,9}})?(?:{_DMS}|{_DECIMAL})\s{{0,9}}{_HEMISPHERE}\s{{0,9}}",
    re.I,
)
_KOBO = re.compile(r"(-?\d+\.\d+) (-?\d+\.\d+) (-?\d+(?:\.\d+)?) (\d+(?:\.\d+)?)")
_PAIR = (
    re.compile(r"(?P<one>[^;]+);(?P<two>[^;]+)"),
    re.compile(r"(?P<one>[NS].+?),?\s{1,9}(?P<two>[EW].+)", re.I),
    re.compile(r"(?P<one>[сю]\.?\s?ш.+?),?\s{1,9}(?P<two>[вз]\.?\s?д.+)", re.I),
    re.compile(r"(?P<one>.+?(?:[NS]|[сю]\.?\s?ш\.?)),?\s{1,9}(?P<two>.+)", re.I),
    re.compile(r"(?P<one>[^,]+),\s{0,9}(?P<two>[^,]+)"),
    re.compile(r"(?P<one>\S+?,\d+),?\s{1,9}(?P<two>\S+,\d+)"),
    re.compile(r"(?P<one>\S+)\s{0,9}/\s{0,9}(?P<two>\S+)"),
    re.compile(r"(?P<one>\S+)\s{1,9}(?P<two>\S+)"),
)


def coordinates(lat: object, lon: object = None) -> Point:
    """Read a latitude and a longitude from two cells, or both from one.

    Decimal degrees with a point or a comma; degrees, minutes and seconds; N, S, E, W or the Russian letters; latitude
    first unless the letters say otherwise; "lat lon altitude accuracy" as survey tools write it; links of Google,
    Yandex, 2GIS and OpenStreetMap. Whether the point can be right is for `mapping.area.geocode` to say, which knows the
    area: values up to 180 are let through for both.

    Raises
    ------
    Unreadable
        For what is no pair of coordinates.

    Examples
    --------
    >>> coordinates("37°29.5'N", "71°32.75'E")
    Point(lat=37.491667, lon=71.545833, accuracy=None, decimals=4, doubt='')
    """
    if lon is None or cell(lon) == "":
        return _both(given(lat, Message("coordinate")))
    if cell(lat) == "":
        raise Unreadable(Message("only the longitude is given"), Message("give both coordinates, or none"))
    return _point(angle(lat), angle(lon))


def _both(text: str) -> Point:
    """Read both coordinates from one cell."""
    if match := _KOBO.fullmatch(text):
        lat, lon, accuracy = float(match[1]), float(match[2]), float(match[4])
        doubt = (
            Message("the device was sure only to {accuracy} m", accuracy=f"{accuracy:g}")
            if accuracy > POOR_ACCURACY
            else UNSAID
        )
        decimals = max(_decimals(match[1]), _decimals(match[2]))
        return Point(lat, lon, accuracy=accuracy, decimals=decimals, doubt=doubt)
    if "://" in text or text.startswith("geo:"):
        return _in_link(text)
    for pattern in _PAIR:
        if match := pattern.fullmatch(text.strip("()[] ")):
            try:
                first, two = angle(match["one"]), angle(match["two"])
            except Unreadable:
                continue
            return _point(first, two)
    if _ONE.fullmatch(text):
        raise Unreadable(
            Message("{text} is one number, not a latitude and a longitude", text=shown(text)),
            Message("give both coordinates, or none"),
        )
    raise Unreadable(
        Message("{text} is no pair of coordinates", text=shown(text)),
        Message("write them as 38.5407, 68.7806: latitude first"),
    )


def _in_link(text: str) -> Point:
    """Read the point that a link of a map holds."""
    for pattern, first, middle in _LINKS:
        if match := re.search(pattern, unquote(text)):
            lat, lon = match.groups() if first == "lat" else match.groups()[::-1]
            doubt = (
                Message("{text} holds the middle of a map, and no mark on it", text=shown(text)) if middle else UNSAID
            )
            return Point(float(lat), float(lon), decimals=max(_decimals(lat), _decimals(lon)), doubt=doubt)
    raise Unreadable(
        Message("{text} is a link that holds no coordinates", text=shown(text)),
        Message("open it, and write latitude and longitude, such as 38.5407, 68.7806"),
    )


@dataclass(frozen=True)
class Angle:
    """A latitude or a longitude: degrees, south and west below 0; ``decimals`` of them were given."""

    degrees: float
    decimals: int
    axis: str  # "lat", "lon" or "" where no letter says


def angle(value: object) -> Angle:
    """Read one coordinate.

    Raises
    ------
    Unreadable
        For what is none, and for more than 180 degrees.

    Examples
    --------
    >>> angle("17°30'S").degrees
    -17.5
    """
    text = given(value, Message("coordinate"))
    match = _ONE.fullmatch(text)
    if not match:
        raise Unreadable(
            Message("{text} is no coordinate", text=shown(text)),
            Message("write degrees as a decimal number, such as 38.5407"),
        )
    side = (match["lead"] or match["side"] or " ")[0].upper()
    if match["decimal"]:
        degrees, decimals = _float(match["decimal"]), _decimals(match["decimal"])
    else:
        whole, minutes, seconds = _float(match["degrees"]), _float(match["minutes"]), _float(match["seconds"] or "0")
        if minutes >= 60 or seconds >= 60:
            raise Unreadable(
                Message("{text} has 60 minutes or seconds or more", text=shown(text)),
                Message("look at the numbers again"),
            )
        sign = -1 if match["degrees"][0] in "-−" else 1
        degrees = round(sign * (abs(whole) + minutes / 60 + seconds / 3600), 6)
        decimals = 5 if match["seconds"] else 2 + _decimals(match["minutes"])
    if abs(degrees) > 180:
        raise Unreadable(
            Message("{text} is more than 180 degrees", text=shown(text)),
            Message("look whether the decimal point is missing"),
        )
    if side in "SWЮЗ":
        degrees = -abs(degrees)
    axis = "lat" if side in "NSСЮ" else "lon" if side in "EWВЗ" else ""
    return Angle(degrees, decimals, axis)


def _point(angle: Angle, two: Angle) -> Point:
    """Make a point of two coordinates, latitude first unless letters say otherwise."""
    if angle.axis and angle.axis == two.axis:
        raise Unreadable(
            Message("both coordinates are a latitude")
            if angle.axis == "lat"
            else Message("both coordinates are a longitude"),
            Message("give one of each"),
        )
    if angle.axis == "lon" or two.axis == "lat":
        angle, two = two, angle
    decimals = max(angle.decimals, two.decimals)
    doubt = UNSAID
    if decimals < 2 and (angle.degrees, two.degrees) != (0, 0):
        doubt = (
            Message("rounded to whole degrees, about {km} km", km=110)
            if decimals == 0
            else Message("rounded to a tenth of a degree, about {km} km", km=11)
        )
    return Point(angle.degrees, two.degrees, decimals=decimals, doubt=doubt)


def _float(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))


def _decimals(text: str) -> int:
    return len(re.split("[.,]", text)[1]) if re.search("[.,]", text) else 0
