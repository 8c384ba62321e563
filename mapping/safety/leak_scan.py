"""Looking for hidden facts in texts that are about to be published, and for visible things that point at hidden ones.

`mapping.safety.redaction` leaves out hidden records and fields; a description, a name or a note of a visible record may
still say what they are. Every text is compared, in every script, with the names, addresses, phones, mails, web pages,
register numbers and points that an audience may not see. A hit stops the publication: the steward mends the text, or
keeps the field back by an approval of the kind "withhold".

`doubtful_neighbours` finds what no text says and a map or a phone book would: it only warns, and only the steward.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from functools import cache
from itertools import product, takewhile
from typing import Any, NamedTuple, get_args

from pyproj import Geod

from mapping.errors import UnsafePublication
from mapping.language.fold import coarse, name_key, skeleton, tokens, wildcard, words_for
from mapping.language.parsers.contacts import SHARED_HOSTS
from mapping.language.taxonomy import FILES, LISTS, vocabulary, words_of
from mapping.model import (
    RECORDS,
    WORDS,
    Address,
    Attribute,
    Location,
    Phone,
    ServiceAtLocation,
    Translation,
    references,
)
from mapping.safety.agreed import Key
from mapping.safety.redaction import PUBLISHED, Shown, Tables, of_kind

GEOD = Geod(ellps="WGS84")
NEAR_METRES = 150.0
"""Nearer than this, a visible place may give a hidden one away."""

SIDE = 0.01
"""Degrees of the side of a cell: wider than `NEAR_METRES` up to 80 degrees of latitude."""

AROUND = tuple(product((-1, 0, 1), repeat=2))
"""From a cell to itself and to those around it."""

SAME_POINT = 0.002
"""Degrees within which a written coordinate means a hidden point."""

BAND = 0.01
"""Degrees of latitude of a band in which hidden points are looked for: wider than `SAME_POINT`."""

WHATS = {
    "name": "the name of something hidden",
    "person": "the name of a person",
    "address": "a hidden address",
    "phone": "a hidden phone number",
    "mail": "a hidden mail address",
    "web": "a hidden web page",
    "identifier": "the register number of something hidden",
    "point": "the coordinates of a hidden place",
    "number": "a phone number that is nowhere marked as one that may be shown",
}
"""Kind of fact -> how a steward is told of it: never the fact itself."""

WITHIN_A_HOUSE = words_for("within a house")
"""Words after which an address tells a door within a house."""

STREET_WORDS = words_for("part of an address")
"""Words of an address that say nothing about which one it is."""


@dataclass(frozen=True, order=True)
class Leak:
    """A text to be published that tells a hidden fact: whose it is, in which field, and what kind of fact."""

    table: str
    record: str
    name: str
    field: str
    what: str
    text: str = with_default(default="", compare=False, repr=False)
    """The whole text, by which hits that are one question are gathered; it is never said."""

    def __str__(self) -> str:
        """Say it in one line, without the fact."""
        named = f"{self.name!r} ({self.record})" if self.name else self.record
        return f"{self.table} {named}, {self.field}: holds {WHATS[self.what]}"


class HiddenFactFound(UnsafePublication):
    """Texts to be published tell hidden facts; ``hits`` are all of them."""

    def __init__(self, hits: Sequence[Leak]) -> None:
        self.hits = list(hits)
        alike: dict[tuple[str, ...], list[Leak]] = defaultdict(list)
        for hit in self.hits:
            alike[(hit.table, hit.field, hit.what, hit.text) if hit.text else (hit.table, hit.record, str(hit))] += [
                hit
            ]
        lines = [
            f"  {same[0]}" + (f", and so do {len(same) - 1} others that say the same there" if len(same) > 1 else "")
            for same in alike.values()
        ]
        shown = "\n".join(lines[:20])
        more = f"\n  and {len(lines) - 20} more" if len(lines) > 20 else ""
        super().__init__(
            f"{len(self.hits)} texts would tell what is hidden:\n{shown}{more}\n"
            "Change the text, or keep the field back by an approval of the kind 'withhold' (subject: the record's id, "
            "value: the field); nothing was published"
        )


def refuse_hidden_facts(tables: Tables, shown: Shown, *, common: Iterable[str] = ()) -> set[Key]:
    """Search every text of the rows to be shown for facts of the tables that are not shown.

    Return the records that those facts are of.

    ``common`` are names that everybody knows, such as those of towns; they make no name a secret. What stands word for
    word in the terms that come with Rohnamo tells nothing of any directory, whatever word of it a hidden name shares.

    Raises
    ------
    UnsafePublication
        A `HiddenFactFound` that lists every hit: field, record and kind of fact.
    """
    values = list(_values(tables, shown))
    finder = _Finder(_facts(values, tables, shown), _known_words(common))
    kinds_of_text: dict[str, frozenset[str]] = {}
    hits = []
    for table, rows in shown.items():
        names = text_fields(table)
        for row in rows:
            ours = _shipped_texts() if table in WORDS or row.get("link_entity") in WORDS else frozenset()
            for name in names:
                text = row[name]
                if not text or text in ours:
                    continue
                if text not in kinds_of_text:
                    kinds_of_text[text] = frozenset(finder.told_by(text))
                whats = kinds_of_text[text] - {"number"} if name == "number" else kinds_of_text[text]
                hits += [Leak(table, row["id"], _called(row, but=name), name, what, text) for what in whats]
    if hits:
        raise HiddenFactFound(sorted(hits))
    return _concealing(values, tables, shown)


def concealing(tables: Tables, shown: Shown) -> set[Key]:
    """Return the records of which a fact is not shown."""
    return _concealing(_values(tables, shown), tables, shown)


def _concealing(values: Iterable["_Value"], tables: Tables, shown: Shown) -> set[Key]:
    points = {("location", place.id) for place, _ in _hidden_points(tables, shown)}
    return points | {value.key for value in values if not value.is_shown}


def may_tell(texts: Iterable[str], tables: Tables, *, common: Iterable[str] = ()) -> bool:
    """Tell whether a text could tell a fact of some records, were all of these hidden and nothing published."""
    finder = _Finder(_facts(_values(tables, {}), tables, {}), _known_words(common))
    return any(True for text in texts for _ in finder.told_by(text))


class _Facts(NamedTuple):
    """Hidden facts by kind, and what is published of the same kinds anyway."""

    hidden: dict[str, set[Any]]
    published: dict[str, set[Any]]


class _Fact(NamedTuple):
    """A sequence of folded words to look for."""

    what: str
    words: tuple[str, ...]


FACT_FIELDS: dict[str, dict[str, str]] = {
    "organization": {
        "name": "name",
        "alternate_name": "name",
        "email": "mail",
        "website": "web",
        "tax_id": "identifier",
    },
    "service": {"name": "name", "alternate_name": "name", "email": "mail", "url": "web"},
    "location": {"name": "name", "alternate_name": "name", "external_identifier": "identifier", "url": "web"},
    "contact": {"name": "person", "email": "mail"},
    "phone": {"number": "phone"},
    "address": {"address_1": "address", "address_2": "address"},
    "organization_identifier": {"identifier": "identifier"},
    "url": {"url": "web"},
}
"""Table -> field -> the kind of fact it is."""


class _Value(NamedTuple):
    """A fact: the record that holds it, whose table it counts for, its kind, its text, and whether it is shown."""

    key: Key
    table: str
    what: str
    text: str
    is_shown: bool


def _facts(values: Iterable[_Value], tables: Tables, shown: Shown) -> _Facts:
    facts = _Facts(defaultdict(set), defaultdict(set))
    for _, table, what, text, is_shown in values:
        if not is_shown:
            facts.hidden[what].add(text)
        elif (table, what) == ("organization", "name"):
            facts.published["body"].add(text)
        else:
            facts.published[what].add(text)
    facts.hidden["point"] = {point for _, point in _hidden_points(tables, shown)}
    return facts


def _values(tables: Tables, shown: Shown) -> Iterator[_Value]:
    """Yield all that is a fact."""
    for table, fields in FACT_FIELDS.items():
        rows = {row["id"]: row for row in shown.get(table, ())}
        for record in tables.get(table, ()):
            row, key = rows.get(record.id, {}), (table, record.id)
            for name, what in fields.items():
                if value := getattr(record, name):
                    yield _Value(key, table, what, value, row.get(name) == value)
    visible = {row["id"] for row in shown.get("translation", ())}
    for text in of_kind(tables, Translation):
        if kind := FACT_FIELDS.get(text.link_entity, {}).get(text.field):
            yield _Value(("translation", text.id), text.link_entity, kind, text.text, text.id in visible)


def _hidden_points(tables: Tables, shown: Shown) -> list[tuple[Location, tuple[float, float]]]:
    """Return the locations that have a point which is not shown, each with its latitude and longitude."""
    exact = {row["id"] for row in shown.get("location", ()) if row["latitude"] is not None}
    return [
        (place, (place.latitude, place.longitude))
        for place in of_kind(tables, Location)
        if place.latitude is not None and place.longitude is not None and place.id not in exact
    ]


class _Finder:
    """Finds hidden facts in a text."""

    def __init__(self, facts: _Facts, known: frozenset[str]) -> None:
        self.known = known
        self.by_start: dict[str, list[_Fact]] = defaultdict(list)
        for fact in {*self._names(facts), *self._people(facts), *self._addresses(facts)}:
            for word in fact.words if fact.what == "person" else fact.words[:1]:
                self.by_start[word[:4]].append(fact)
        self.published_phones = _endings(facts.published["phone"])
        self.phones = _endings(facts.hidden["phone"]) - self.published_phones
        self.mails = {m.casefold() for m in facts.hidden["mail"]} - {m.casefold() for m in facts.published["mail"]}
        self.hosts = _hosts(facts.hidden) - _hosts(facts.published) - SHARED_HOSTS
        self.identifiers = {
            key for identifier in facts.hidden["identifier"] if len(key := _alphanumeric(identifier)) >= 5
        }
        self.points: dict[int, list[tuple[float, float]]] = defaultdict(list)
        """Band of latitude -> points in it, without their signs."""
        for latitude, longitude in facts.hidden["point"]:
            self.points[math.floor(abs(latitude) / BAND)].append((abs(latitude), abs(longitude)))

    def told_by(self, text: str) -> Iterator[str]:
        """Yield the kinds of hidden facts that a text tells."""
        words = tokens(text)
        for place, word in enumerate(words):
            for fact in self.by_start.get(word[:4], ()):
                if _CHECKS[fact.what](fact.words, words, place, self.known):
                    yield fact.what
        folded = text.casefold()
        if any(character.isdigit() for character in folded):
            yield from self._numbers(folded)
        if "." in folded:
            if any(mail in self.mails for mail in _MAIL.findall(folded)):
                yield "mail"
            if any(_host(host) in self.hosts for host in _HOST.findall(folded)):
                yield "web"

    def _numbers(self, text: str) -> Iterator[str]:
        for run in _PHONE.findall(text):
            ends = _endings([run])
            if ends & self.phones:
                yield "phone"
            elif not ends & self.published_phones and run.startswith("+") and len(re.sub(r"\D", "", run)) >= 9:
                yield "number"  # whoever wrote it there did not ask whether it may be public
        if self.identifiers and any(_alphanumeric(word) in self.identifiers for word in _NUMBERED.findall(text)):
            yield "identifier"
        written = _coordinates(text)
        near = (
            longitude
            for number in written
            for band in (-1, 0, 1)
            for latitude, longitude in self.points.get(math.floor(number / BAND) + band, ())
            if abs(number - latitude) <= SAME_POINT
        )
        if any(abs(number - longitude) <= SAME_POINT for longitude in near for number in written):
            yield "point"

    def _names(self, facts: _Facts) -> Iterator[_Fact]:
        """Yield what tells hidden names from all others: their words without those that everybody uses.

        A name that a visible organization bears is no secret, nor is one that lost letters and may be that name; one
        that only a service or a place bears may have been taken from what is hidden.
        """
        bodies = {skeleton(name) for name in facts.published["body"]}
        published = {coarse(" ".join(self._distinct(name))) for name in facts.published["body"]}
        used = {word for name in published for word in name.split()}
        for name in facts.hidden["name"]:
            words = self._distinct(name)
            letters = [word for word in words if not word.isdigit()]
            alone = len(words) == 1 and (len(words[0]) < 5 or coarse(words[0]) in used)
            damaged = wildcard(name)
            borne = damaged is not None and any(map(damaged.fullmatch, bodies))
            if letters and not alone and not borne and coarse(" ".join(words)) not in published:
                yield _Fact("name", words)

    def _distinct(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in name_key(name).split() if word not in self.known and len(word) > 1)

    def _people(self, facts: _Facts) -> Iterator[_Fact]:
        """Yield the first two names of people; one alone is borne by many."""
        published = [set(tokens(name)) for name in facts.published["body"] | facts.published["person"]]
        for person in facts.hidden["person"]:
            words = tuple(word for word in tokens(person) if len(word) > 2)[:2]
            if len(words) == 2 and not any(set(words) <= name for name in published):
                yield _Fact("person", words)

    def _addresses(self, facts: _Facts) -> Iterator[_Fact]:
        """Yield the houses of hidden addresses, but for what is also part of a published one ("Block 9")."""
        by_street: dict[str, list[set[str]]] = defaultdict(list)
        for address in facts.published["address"]:
            for word in (house := address_key(address)):
                by_street[word].append(set(house))
        for address in facts.hidden["address"]:
            house = address_key(address)
            if house and not any(set(house) <= other for other in by_street.get(house[0], ())):
                yield _Fact("address", house)


def address_key(address: str) -> tuple[str, ...]:
    """Return what tells an address from others: the words of the street, then the numbers of the house.

    Empty where there is no number: "by the market" is nobody's address.

    >>> address_key("ул. Зардолузор, дом 17, кв. 4") == address_key("17 Zardoluzor Street") == ("zardoluzor", "17")
    True
    """
    words = list(takewhile(lambda word: word not in WITHIN_A_HOUSE, tokens(address)))
    numbers = [word for word in words if word[0].isdigit()]
    street = [word for word in words if not word[0].isdigit() and len(word) > 2 and word not in STREET_WORDS]
    return (*street[:2], *numbers[:2]) if numbers and street else ()


def _tells_name(fact: tuple[str, ...], words: Sequence[str], place: int, known: frozenset[str]) -> bool:
    """Whether the words of a name follow each other from a place on, whatever common words stand between."""
    for word in words[place:]:
        if _same_word(fact[0], word):
            fact = fact[1:]
            if not fact:
                return True
        elif word not in known:
            return False
    return False


def _tells_person(fact: tuple[str, ...], words: Sequence[str], place: int, known: frozenset[str]) -> bool:
    """Whether the two names of a person stand side by side, in either order."""
    del known
    pair = words[place : place + 2]
    return len(pair) == 2 and any(
        _same_word(name, pair[0]) and _same_word(other, pair[1]) for name, other in (fact, fact[::-1])
    )


def _tells_address(fact: tuple[str, ...], words: Sequence[str], place: int, known: frozenset[str]) -> bool:
    """Whether a street stands at a place, and the numbers of the house around it."""
    del known
    street = [word for word in fact if not word[0].isdigit()]
    numbers = [word for word in fact if word[0].isdigit()]
    after = [word for word in words[place:] if word not in STREET_WORDS]
    before = [word for word in words[:place] if word not in STREET_WORDS]
    if len(after) < len(street) or not all(map(_same_word, street, after)):
        return False
    around = [*before[-len(numbers) :], *after[len(street) :][: len(numbers)]]
    return all(number in around for number in numbers)


_CHECKS: dict[str, Callable[[tuple[str, ...], Sequence[str], int, frozenset[str]], bool]] = {
    "name": _tells_name,
    "person": _tells_person,
    "address": _tells_address,
}


def _same_word(word: str, other: str) -> bool:
    """Whether two folded words are one, but for the ending of its case."""
    if word == other:
        return True
    stem = max(5, min(len(word), len(other)) - 2)
    return abs(len(word) - len(other)) <= 3 and len(word) >= 5 and word[:stem] == other[:stem]


_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")
_PHONE = re.compile(r"\+?\d(?:[\s().\u2010-\u2015/\-\u00a0]{0,3}\d){6,}")
_NUMBERED = re.compile(r"[^\W_][\w/.\-№]*\d[\w/.\-№]*")
_DECIMAL = re.compile(r"(?<![\d.])\d{1,3}[.,]\d{3,}")
_SEXAGESIMAL = re.compile(r"(\d{1,3})\s*[°º˚]\s*(\d{1,2}(?:[.,]\d+)?)\s*(?:['′’‘]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*)?)?")


def _coordinates(text: str) -> list[float]:
    """Return every number of a text that could be a latitude or a longitude: decimals, or degrees and minutes.

    South and west are written in many ways, so that all are told without their sign.
    """
    numbers = [float(number.replace(",", ".")) for number in _DECIMAL.findall(text)]
    for degrees, minutes, seconds in _SEXAGESIMAL.findall(text):
        parts = (float(part.replace(",", ".") or 0) for part in (degrees, minutes, seconds))
        numbers.append(sum(part / 60**power for power, part in enumerate(parts)))
    return [number for number in numbers if number <= 180]


def _endings(numbers: Iterable[str]) -> set[str]:
    """Return the ends by which phone numbers are the same, with or without the codes of country and town."""
    ends = set()
    for number in numbers:
        digits = re.sub(r"\D", "", number)
        if len(digits) >= 7:
            ends.add(digits[-9:])
        if len(digits) > 9:
            ends.add(digits[-7:])
    return ends


def _hosts(facts: Mapping[str, set[Any]]) -> set[str]:
    hosts = {_host(host) for address in facts["web"] for host in _HOST.findall(address.casefold())[:1]}
    return hosts | {_host(mail.rpartition("@")[2]) for mail in facts["mail"]}


def _host(text: str) -> str:
    return text.casefold().removeprefix("www.")


def _alphanumeric(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


@cache
def text_fields(table: str) -> tuple[str, ...]:
    """Return the published fields of a table that hold free text."""
    fields, refers = RECORDS[table].model_fields, references(RECORDS[table])
    coded = {"link_id", "link_entity", "field", "language", "code", "area_unit", "country", "service_type", *refers}
    return tuple(
        name
        for name in PUBLISHED[table]
        if name not in coded and str in (get_args(fields[name].annotation) or (fields[name].annotation,))
    )


def _known_words(common: Iterable[str]) -> frozenset[str]:
    return _vocabulary_words() | {word for name in common for word in tokens(name)}


@cache
def _vocabulary_words() -> frozenset[str]:
    """Return the folded words of every term, in every language: what services and bodies are commonly called."""
    return frozenset(
        word
        for name in (*FILES, *LISTS)
        for labels in words_of(name).values()
        for text in labels
        for word in tokens(text)
    )


@cache
def _shipped_texts() -> frozenset[str]:
    """Return every text of the terms that come with Rohnamo, as it is written."""
    return frozenset(
        text for record in vocabulary() for text in record.model_dump(mode="json").values() if isinstance(text, str)
    )


def _called(row: Mapping[str, Any], *, but: str) -> str:
    """Return what a steward knows a row by, without the field in question."""
    return next(
        (str(row[name])[:60] for name in ("name", "title", "city", "language") if name != but and row.get(name)), ""
    )


def doubtful_neighbours(tables: Tables, shown: Shown) -> list[str]:
    """Tell what a map or a phone book could betray: a visible place close to a hidden one, the same house or phone.

    For the steward alone: the lines speak of hidden records, by their ids.
    """
    checks = (_close_places, _shared_places, _shared_houses, _shared_phones, _unknown_kinds)
    return sorted({warning for check in checks for warning in check(tables, shown)})


def _place_names(shown: Shown) -> dict[str, str]:
    """Return what a steward knows the visible places by: the body whose service is there, and the address."""
    bodies = {row["id"]: row["name"] for row in shown.get("organization", ())}
    owners = {row["id"]: bodies.get(row["organization_id"]) for row in shown.get("service", ())}
    streets = {row["location_id"]: row["address_1"] for row in shown.get("address", ())}
    places: dict[str, str] = {}
    for tie in shown.get("service_at_location", ()):
        names = dict.fromkeys((owners.get(tie["service_id"]), streets.get(tie["location_id"])))
        places[tie["location_id"]] = f"{', '.join(filter(None, names))} ({tie['location_id']})"
    return places


def _close_places(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield visible points close to a hidden one."""
    names = _place_names(shown)
    cells: dict[tuple[int, int], list[Mapping[str, Any]]] = defaultdict(list)
    for row in (row for row in shown.get("location", ()) if row["latitude"] is not None):
        cells[math.floor(row["latitude"] / SIDE), math.floor(row["longitude"] / SIDE)].append(row)
    for place, (latitude, longitude) in _hidden_points(tables, shown):
        if place.position_basis != "given":  # the middle of a town is near to much
            continue
        row_, column = math.floor(latitude / SIDE), math.floor(longitude / SIDE)
        for near in (row for y, x in AROUND for row in cells.get((row_ + y, column + x), ())):
            metres = GEOD.inv(longitude, latitude, near["longitude"], near["latitude"])[2]
            if metres < NEAR_METRES:
                yield f"{names[near['id']]} is shown, {metres:.0f} m from the hidden location {place.id}"


def _shared_places(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield visible places where a hidden service is too."""
    visible = {row["id"] for row in shown.get("location", ()) if row["precision"] == "exact"}
    names = _place_names(shown)
    services = {row["id"] for row in shown.get("service", ())}
    for tie in of_kind(tables, ServiceAtLocation):
        if tie.location_id and tie.location_id in visible and tie.service_id not in services:
            yield f"{names[tie.location_id]} is shown, and the hidden service {tie.service_id} is in the same place"


def _shared_houses(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield visible addresses that a hidden place has too."""
    visible, names = {row["id"] for row in shown.get("address", ())}, _place_names(shown)
    unplaced = {place.id for place in of_kind(tables, Location) if place.position_basis != "given"}
    # a place shown by its unit because nobody knows its point is no secret
    open_ones = {row["id"] for row in shown.get("location", ())} & unplaced
    hidden: dict[tuple[str, ...], str] = {}
    for address in of_kind(tables, Address):
        is_shown = address.id in visible or address.location_id in open_ones
        if not is_shown and (house := _house(address.__dict__)):
            hidden[house] = str(address.location_id)
    for row in shown.get("address", ()):
        if (house := _house(row)) in hidden:
            yield f"{names[row['location_id']]} is shown, and the hidden location {hidden[house]} has its address"


def _house(address: Mapping[str, Any]) -> tuple[str, ...]:
    key = address_key(address["address_1"] or "")
    return (skeleton(address["city"] or ""), *key) if key else ()


def _shared_phones(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield visible numbers that are also those of something hidden."""
    visible = {row["id"] for row in shown.get("phone", ())}
    numbers = {row["number"]: row["id"] for row in shown.get("phone", ())}
    for phone in of_kind(tables, Phone):
        if phone.id not in visible and phone.number in numbers:
            shown_phone = numbers[phone.number]
            yield f"phone {phone.number} ({shown_phone}) is shown, and it is also the hidden phone {phone.id}"


def _unknown_kinds(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield how many services stay hidden because nobody knows of which kind they are."""
    typed = {
        attribute.link_id
        for attribute in of_kind(tables, Attribute)
        if attribute.link_type == "service_type" and attribute.taxonomy_term_id
    }
    visible = {row["id"] for row in shown.get("service", ())}
    unknown = [
        service for service in tables.get("service", ()) if service.id not in typed and service.id not in visible
    ]
    if unknown:
        yield f"{len(unknown)} services are not shown, since nobody knows of which kind they are: give them a type"
