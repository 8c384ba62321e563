"""What an API request may ask: parameters, read from the address or from a JSON body, and every mistake at once.

Each `Parameter` is described once, as a JSON schema: the same description checks values, tells what is allowed, and
stands in the OpenAPI document.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

Schema = dict[str, Any]

DESCRIPTION: dict[str, Any] = json.loads(Path(__file__).with_name("description.json").read_text(encoding="utf-8"))
"""Parameters, collections and schemas of the API, as far as no edition decides on them."""

PER_PAGE: int = DESCRIPTION["parameters"]["per_page"]["schema"]["default"]
HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
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
        """Return what a value means, from an address (a text) or from JSON."""
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


def known_parameters(codes: Mapping[str, Sequence[str]]) -> dict[str, Parameter]:
    """Return every parameter by its name; ``codes`` are those that an edition knows, by the parameter that takes one.

    Where it knows none any is taken, and nothing fits it.
    """
    return {
        name: Parameter(name, **described | ({"schema": _one_of(codes[name])} if name in codes else {}))
        for name, described in DESCRIPTION["parameters"].items()
    }


def _one_of(codes: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(codes)} if codes else {"type": "string", "maxLength": 60}


def parameters_of(query: bytes, body: bytes | None, mimetype: str) -> list[tuple[str, Any]]:
    """Return the parameters of a request as they came, from its address and, with POST, from its body.

    Bytes of an address that are no UTF-8 become half signs, which are text nowhere.
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
    """Return what was asked by name; what was not asked is left out."""
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
