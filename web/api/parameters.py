"""What an API request may ask: parameters, read from the address or from a JSON body, and every mistake at once.

Each `Parameter` is described once, as a JSON schema: the same description checks values, tells what is allowed, and
stands in the OpenAPI document.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

Schema = dict[str, Any]

PER_PAGE, MOST_PER_PAGE = 100, 500
MOST_PAGES = 1_000_000
MOST_METRES = 21_000_000
"""More than half the way around the earth."""

_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_IN_YEAR = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
DAY = f"([0-9]{{4}}-({_IN_YEAR})|{_LEAP}-02-29)"
HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT = rf"^{DAY}([Tt ]{HOUR}(:([0-5][0-9]|60)(\.[0-9]{{1,20}})?)?([Zz]|[+\- ]{HOUR})?)?$"
"""A day, or a moment of RFC 3339; the plus of an address that was not escaped arrives as a space."""
NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
PART = r"(\.[0-9]{1,20})?"
LATITUDE = rf"-?([0-8]?[0-9]{PART}|90(\.0{{1,20}})?)"
LONGITUDE = rf"-?((1[0-7][0-9]|[0-9]{{1,2}}){PART}|180(\.0{{1,20}})?)"
BODY_LIMIT = 64 * 1024


class Problem(NamedTuple):
    """A parameter that cannot be taken, why, and what can."""

    parameter: str
    problem: str
    allowed: str


class BadRequest(Exception):
    """A request that cannot be answered, with everything that is wrong in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{problem.parameter}: {problem.problem}" for problem in self.problems))


@dataclass(frozen=True)
class Parameter:
    """A parameter of a list: its name, the schema of its value, what it does; and what a value means to us."""

    name: str
    schema: Schema
    about: str
    personal: bool = False
    """Whether a value may tell what somebody looks for, so that answers are kept nowhere on the way."""
    otherwise: str = "is not of that form"
    """What is said of a text that the pattern of the schema does not fit."""

    def read(self, value: Any) -> Any:
        """Return what a value means, from an address (a text) or from JSON.

        Raises
        ------
        ValueError
            Saying what is wrong with it.
        """
        value = self._typed(value)
        if "enum" in self.schema and value not in self.schema["enum"]:
            raise ValueError("is not one of those")
        if "pattern" in self.schema and not re.fullmatch(self.schema["pattern"], value):
            raise ValueError(self.otherwise)
        if len(value if isinstance(value, str) else "") > self.schema.get("maxLength", 10_000):
            raise ValueError("is too long")
        if "maximum" in self.schema and not self.schema["minimum"] <= value <= self.schema["maximum"]:
            raise ValueError("is out of range")
        return MEANINGS[self.name](value) if self.name in MEANINGS else value

    def _typed(self, value: Any) -> Any:
        kind = self.schema["type"]
        if kind == "boolean":
            if isinstance(value, str) and value in ("true", "false"):
                return value == "true"
            if isinstance(value, bool):
                return value
        elif kind == "integer" and not isinstance(value, bool):
            if isinstance(value, str) and re.fullmatch("-?[0-9]{1,400}", value):
                return int(value)
            if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
                return int(value)
        elif kind == "number" and not isinstance(value, bool):
            if isinstance(value, str) and len(value) < 400 and re.fullmatch(NUMBER, value):
                return float(value)
            if isinstance(value, int | float):
                return value
        elif kind == "string" and isinstance(value, str):
            if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                raise ValueError("is not text in UTF-8")
            return value
        raise ValueError(f"is no {kind}")

    @property
    def allowed(self) -> str:
        """What values can be taken, in words."""
        schema = self.schema
        if "enum" in schema:
            shown = [str(choice) for choice in schema["enum"][:60]]
            return "one of " + ", ".join(shown) + (", ..." if len(schema["enum"]) > 60 else "")
        if schema["type"] == "boolean":
            return "true or false"
        if schema["type"] in ("integer", "number"):
            bounds = f"{schema['minimum']} to {schema['maximum']}" if "maximum" in schema else ""
            return f"a {'whole ' if schema['type'] == 'integer' else ''}number, {bounds}".rstrip(", ")
        if "examples" in schema:
            return f"as in {' or '.join(schema['examples'])}"
        return f"text of at most {schema.get('maxLength', 10_000)} signs"


def _point(value: str) -> tuple[float, float]:
    latitude, longitude = (float(part) for part in value.split(","))
    return latitude, longitude


def _day(value: str) -> str:
    """Return the day of a moment in UTC: records are known to have changed by the day, so none is missed."""
    day = dt.date.fromisoformat(value[:10]) if value[:4] != "0000" else dt.date.min
    if offset := re.search(rf"([+\- ])({HOUR})$", value[11:]):
        hour, minute = (int(part) for part in value[11:16].split(":"))
        ahead = sum(int(part) * size for part, size in zip(offset[2].split(":"), (60, 1), strict=True))
        minutes = hour * 60 + minute + (ahead if offset[1] == "-" else -ahead)
        day = dt.date.fromordinal(min(max(day.toordinal() + minutes // 1440, 1), dt.date.max.toordinal()))
    return day.isoformat()


MEANINGS: dict[str, Callable[[Any], Any]] = {"near": _point, "modified_after": _day, "since": _day}
"""What values of some parameters mean beyond their type."""

ID = {"type": "string", "maxLength": 64}
FORMAT = Parameter(
    "format",
    {"type": "string", "enum": ["json", "ndjson"], "default": "json"},
    "`ndjson` streams every record, one a line, without pages.",
)
PAGE = Parameter(
    "page", {"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1}, "Which page; the first is 1."
)
PER_PAGE_ = Parameter(
    "per_page",
    {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
    "How many records a page holds.",
)
SEARCH = Parameter(
    "search",
    {"type": "string", "maxLength": 100},
    "Words in any language and script; all must be met. Services are found as on the site: slips of the pen are "
    "forgiven, and those that are inactive or defunct are left out.",
    personal=True,
)
FULL = Parameter("full", {"type": "boolean", "default": False}, "Nest everything that belongs to a record.")
MINIMAL = Parameter(
    "minimal",
    {"type": "boolean", "default": False},
    "Only `id` and `modified_date`, of all records at once; `per_page` and `full` do not count then.",
)
FULL_SERVICE = Parameter("full_service", {"type": "boolean", "default": False}, "Nest the services in full.")
MODIFIED_AFTER = Parameter(
    "modified_after",
    {"type": "string", "pattern": MOMENT, "examples": ["2026-11-01", "2026-11-01T08:30:00Z"]},
    "Records that changed on that day or later, or of which nobody knows when: a day, or a moment of RFC 3339. Days "
    "are those of editions, in UTC.",
)
SINCE = Parameter(
    "since",
    {"type": "string", "pattern": MOMENT, "examples": ["2026-11-01", "2026-11-01T08:30:00Z"]},
    "What changed or left on that day or later; without it, since the beginning.",
)
TERM = Parameter(
    "taxonomy_term_id",
    ID,
    "Records of which this term, or one below it, is said: never as whom they do not take.",
    personal=True,
)
TAXONOMY = Parameter("taxonomy_id", ID, "Records of which any term of this taxonomy is said.")
BODY = Parameter("organization_id", ID, "Records of this organization.", personal=True)
POSTCODE = Parameter(
    "postcode",
    {"type": "string", "maxLength": 20},
    "Services at an address with this postcode; with `proximity`, those around the middle of it.",
    personal=True,
)
PROXIMITY = Parameter(
    "proximity",
    {"type": "number", "minimum": 0, "maximum": MOST_METRES},
    "Only those within so many metres, in a straight line, of `near` or else of the middle of `postcode`: one of them "
    "must be given.",
    personal=True,
)
NEAR = Parameter(
    "near",
    {"type": "string", "pattern": f"^{LATITUDE},{LONGITUDE}$", "maxLength": 60, "examples": ["37.91,69.78"]},
    "Latitude and longitude. Only services with a point, the nearest first, each with its `distance` in metres. "
    "Sent by POST, it stands in no address and no log.",
    personal=True,
    otherwise="is not a latitude and a longitude; are they swapped?",
)
STATUS = Parameter(
    "status", {"type": "string", "enum": ["active", "inactive", "defunct", "temporarily closed"]}, "Services so far."
)
PARENT = Parameter("parent_id", ID, "Terms right below this one.")
TOP = Parameter("top_only", {"type": "boolean", "default": False}, "Only terms that stand below no other.")
YEAR = Parameter("year", {"type": "integer", "minimum": 1900, "maximum": 2200}, "Counts of a year.")


@dataclass(frozen=True)
class KnownCodes:
    """The codes that this edition knows, for parameters that take one of them."""

    languages: tuple[str, ...] = ()
    area_units: tuple[str, ...] = ()
    service_types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(init=False)

    def __post_init__(self) -> None:
        made = (
            Parameter(
                "lang",
                _one_of(self.languages),
                "Texts in this language or the nearest to it; without it, as stored, with all translations.",
            ),
            Parameter(
                "area_unit",
                _one_of(self.area_units),
                "Records in this administrative unit or one below it; services also where they cover it, and "
                "those that have neither a place nor an area and so serve everybody.",
                personal=True,
            ),
            Parameter(
                "service_type",
                _one_of(self.service_types),
                "Services of this type or family, by code; without inactive and defunct ones.",
                personal=True,
            ),
            Parameter(
                "serves",
                _one_of(self.groups),
                "Services that take this group, or may when asked, by code; without inactive and defunct ones.",
                personal=True,
            ),
            Parameter(
                "speaks",
                _one_of(self.spoken),
                "Services that help in this language; without inactive and defunct ones.",
                personal=True,
            ),
            Parameter("entity", _one_of(self.entities), "Changes of this kind of record."),
        )
        fixed = (
            FORMAT,
            PAGE,
            PER_PAGE_,
            SEARCH,
            FULL,
            MINIMAL,
            FULL_SERVICE,
            MODIFIED_AFTER,
            SINCE,
            TERM,
            TAXONOMY,
            BODY,
            POSTCODE,
            PROXIMITY,
            NEAR,
            STATUS,
            PARENT,
            TOP,
            YEAR,
        )
        object.__setattr__(self, "parameters", {parameter.name: parameter for parameter in (*fixed, *made)})


def _one_of(codes: Iterable[str]) -> Schema:
    """Return what a code may be; where a view has none of its kind any is taken, and nothing fits it."""
    known = list(codes)
    return {"type": "string", "enum": known} if known else {"type": "string", "maxLength": 60}


def parameters_of(query: bytes, body: bytes | None, mimetype: str) -> list[tuple[str, Any]]:
    """Return the parameters of a request as they came, from its address and, with POST, from its body.

    Bytes of an address that are no UTF-8 become half signs, which are text nowhere.

    Raises
    ------
    BadRequest
        When the body is not a JSON object.
    """
    text, errors = query.decode("utf-8", "surrogateescape"), "surrogateescape"
    given: list[tuple[str, Any]] = [*parse_qsl(text, keep_blank_values=True, errors=errors)]
    if not body:
        return given
    wanted = Problem("body", "is not a JSON object", 'application/json as in {"search": "legal"}')
    if mimetype != "application/json":
        raise BadRequest([wanted._replace(problem="is no application/json")])
    try:
        held = json.loads(body, object_pairs_hook=list, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRequest([wanted]) from error
    if body.lstrip()[:1] != b"{":
        raise BadRequest([wanted])
    return given + [(str(name), value) for name, value in held]


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


MOST_TOLD = 20
"""So many parameters an answer names that cannot be taken: it may not be far longer than what was asked."""


def read(given: Iterable[tuple[str, Any]], allowed: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return what was asked by name; what was not asked is left out.

    Raises
    ------
    BadRequest
        With the first parameters that are unknown, given twice, wrong, or without another that they need.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in given:
        if name not in allowed:
            shown = name if name.isprintable() and len(name) <= 40 else "a name that is too long or unreadable"
            known = "one of " + ", ".join(allowed) if allowed else "no parameter at all"
            problems.append(Problem(shown, "is not known here", known))
        elif name in values:
            problems.append(Problem(name, "is given twice", "one value"))
        else:
            try:
                values[name] = allowed[name].read(value)
            except ValueError as error:
                values[name] = None
                problems.append(Problem(name, _reason(error), allowed[name].allowed))
    problems += _missing(values)
    if problems:
        raise BadRequest(islice(dict.fromkeys(problems), MOST_TOLD))
    return values


def _reason(error: ValueError) -> str:
    text = str(error)
    return text if text.startswith("is ") else "is no day"


def _missing(values: Mapping[str, Any]) -> Iterator[Problem]:
    if "proximity" in values and not {"near", "postcode"} & set(values):
        yield Problem("proximity", "is without a place that it is measured from", "near or postcode beside it")
