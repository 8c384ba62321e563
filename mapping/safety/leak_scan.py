"""Looking for hidden facts in texts that are about to be published, and for visible things that point at hidden ones.

`mapping.safety.redaction` leaves out hidden records and fields; a description, a name or a note of a visible record may
still say what they are. Every text is compared, in every script, with the names, addresses, phones, mails, web pages,
register numbers and points that an audience may not see. A hit stops the publication: the steward mends the text, or
keeps the field back by an approval of the kind "withhold".

`HiddenFacts.warnings` finds what no text says and a map or a phone book would: it only warns, and only the steward.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from html import unescape
from itertools import accumulate, product, takewhile
from operator import itemgetter
from typing import Any, NamedTuple, get_args
from urllib.parse import unquote

from pyproj import Geod
from wordfreq import available_languages, zipf_frequency

from mapping.errors import UnsafePublication
from mapping.language.fold import TO_LATIN, coarse, name_key, skeleton, tokens, words_for
from mapping.language.i18n import catalogue
from mapping.language.languages import codes, word_list_languages, word_rows
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
from mapping.safety.agreed import readable
from mapping.safety.redaction import PUBLISHED, Shown, Tables, of_kind

GEOD = Geod(ellps="WGS84")
NEAR_METRES = 150.0
"""Nearer than this, a visible place may give a hidden one away."""

SIDE = 0.01
"""Degrees of the side of a cell: wider than `NEAR_METRES` up to 80 degrees of latitude."""

SHORTEST, EVERYDAY = 5, 3.0
"""Letters of a single word that is a name, and the Zipf frequency (of wordfreq) of words that people use every day."""

LONG = 8
"""First letters of a word that tell it by themselves, whatever its ending."""

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

LINKS = STREET_WORDS | words_for("filler")
"""Words that may stand between the number of a house and the street after it ("дом 17 по улице")."""

FAR = 6
"""Words from a street to the number of its house at most."""


@dataclass(frozen=True, order=True)
class Leak:
    """A text to be published that tells a hidden fact: whose it is, in which field, and what kind of fact."""

    table: str
    record: str
    name: str
    field: str
    what: str

    def __str__(self) -> str:
        """Say it in one line, without the fact."""
        named = f"{self.name!r} ({self.record})" if self.name else self.record
        return f"{self.table} {named}, {self.field}: holds {WHATS[self.what]}"


class HiddenFactFound(UnsafePublication):
    """Texts to be published tell hidden facts; ``hits`` are all of them."""

    def __init__(self, hits: Sequence[Leak]) -> None:
        self.hits = list(hits)
        lines = [f"  {hit}" for hit in self.hits]
        shown = "\n".join(lines[:20])
        more = f"\n  and {len(lines) - 20} more" if len(lines) > 20 else ""
        super().__init__(
            f"{len(self.hits)} texts would tell what is hidden:\n{shown}{more}\n"
            "Change the text, or keep the field back by an approval of the kind 'withhold' (subject: the record's id, "
            "value: the field); nothing was published"
        )


ColumnsOf = Callable[[str, Sequence[str]], Iterable[tuple[Any, ...]]]
"""Gives some columns of all rows of a table that are shown."""

KnownAs = Callable[[str, Collection[str]], Mapping[str, str]]
"""Gives the ids that a steward knows some rows of a table by: those of the rows -> those of the directory."""


def columns_in(shown: Shown) -> ColumnsOf:
    """Return what tells rows that are in memory."""
    return lambda table, names: map(itemgetter(*names), shown.get(table, ()))


def same_ids(table: str, ids: Collection[str]) -> Mapping[str, str]:
    """Tell the ids of rows that stand under those of the directory."""
    del table
    return {record: record for record in ids}


class HiddenFacts:
    """What is hidden of a directory, gathered part by part, and looked for in all that is shown.

    ``common`` are names that everybody knows, such as those of towns; they make no name a secret.
    """

    def __init__(self, common: Iterable[str] = ()) -> None:
        self.known = _known_words(common)
        self.hidden: dict[str, set[Any]] = defaultdict(set)
        """Kind of fact -> facts."""
        self._beside: dict[str, set[Any]] = defaultdict(set)
        """What only warns: "near", hidden places whose points somebody gave (id, latitude, longitude); "house", hidden
        houses, each with the id of its place; "phone", numbers of hidden phones, each with its id; "shared", what is
        said of visible places; "untyped", ids of services."""

    def add(self, tables: Tables, shown: Shown, own: Mapping[str, Collection[str]] | None = None) -> None:
        """Take records, and what is shown of them; ``own`` are the ids that count, where others stand beside them."""
        if own is not None:
            counted = {t: [r for r in of if r.id in own.get(t, ())] for t, of in tables.items() if t in OWN}
            tables = {**tables, **counted}
        visible: dict[str, dict[str, Mapping[str, Any]]] = {
            table: {row["id"]: row for row in shown.get(table, ())} for table in (*FACT_FIELDS, "translation")
        }
        for table, fields in FACT_FIELDS.items():
            rows = visible[table]
            for record in tables.get(table, ()):
                row = rows.get(record.id, {})
                for name, what in fields.items():
                    if (value := getattr(record, name)) and row.get(name) != value:
                        self.hidden[what].add(value)
        for text in of_kind(tables, Translation):
            kind = FACT_FIELDS.get(text.link_entity, {}).get(text.field)
            if kind and text.id not in visible["translation"]:
                self.hidden[kind].add(text.text)
        for place, point in _hidden_points(tables, visible["location"]):
            self.hidden["point"].add(point)
            if place.position_basis == "given":  # the middle of a town is near to much
                self._beside["near"].add((place.id, *point))
        phones = ((p.number, p.id) for p in of_kind(tables, Phone) if p.id not in visible["phone"] and p.number)
        self._beside["phone"].update(phones)
        self._beside["shared"].update(_shared_places(tables, shown))
        self._beside["house"].update(_hidden_houses(tables, shown))
        self._beside["untyped"].update(_untyped(tables, visible["service"]))

    def refuse(
        self, columns_of: ColumnsOf, *, published: ColumnsOf | None = None, known_as: KnownAs = same_ids
    ) -> None:
        """Search every text of rows to be shown for hidden facts.

        What is ``published``, by default these rows, is no secret. What stands word for word in the terms that come
        with Rohnamo tells nothing of any directory, whatever word of it a hidden name shares.

        Raises
        ------
        UnsafePublication
            A `HiddenFactFound` that lists every hit: field, record and kind of fact.
        """
        finder = _Finder(self.hidden, published or columns_of, self.known)

        @lru_cache(maxsize=65536)  # many say the same
        def kinds(text: str) -> frozenset[str]:
            return frozenset(finder.told_by(text))

        hits: dict[str, list[tuple[dict[str, Any], str, str]]] = defaultdict(list)
        for table, fields in PUBLISHED.items():
            texts = text_fields(table)
            names = tuple(dict.fromkeys(("id", *texts, *(name for name in (*CALLED, "link_entity") if name in fields))))
            places = [(names.index(name), name) for name in texts]
            linked = names.index("link_entity") if "link_entity" in names else None
            for row in columns_of(table, names) if texts else ():
                is_word = table in WORDS or (linked is not None and row[linked] in WORDS)
                ours = _shipped_texts() if is_word else frozenset()
                for place, name in places:
                    text = row[place]
                    if text and text not in ours:
                        whats = finder.told_by(text, marked=True) if name == "number" else kinds(text)
                        hits[table] += ((dict(zip(names, row, strict=True)), name, what) for what in whats)
        if leaks := sorted({*_leaks(hits, known_as)}):
            raise HiddenFactFound(leaks)

    def warnings(self, columns_of: ColumnsOf, *, known_as: KnownAs = same_ids) -> list[str]:
        """Tell what a map or a phone book could betray: a visible place close to a hidden one, the same house or phone.

        For the steward alone: the lines speak of hidden records, by their ids.
        """
        lines = {*self._beside["shared"], *self._shared_phones(columns_of, known_as)}
        at = [*self._close_places(columns_of), *self._shared_houses(columns_of)]
        names = _place_names(columns_of, {place for place, _ in at}) if at else {}
        ids = known_as("location", names) if at else {}
        lines |= {f"{_named(names[place], ids[place])} is shown, {what}" for place, what in at}
        if untyped := len(self._beside["untyped"]):
            lines.add(f"{untyped} services are not shown, since nobody knows of which kind they are: give them a type")
        return sorted(lines)

    def _close_places(self, columns_of: ColumnsOf) -> Iterator[tuple[str, str]]:
        """Yield the visible point closest to each hidden one: the id of its place, and what is said of it."""
        cells: dict[tuple[int, int], list[tuple[str, float, float]]] = defaultdict(list)
        for hidden in self._beside["near"]:
            row, column = (math.floor(degrees / SIDE) for degrees in hidden[1:])
            for y, x in AROUND:
                cells[row + y, column + x].append(hidden)
        closest: dict[str, tuple[float, str]] = {}
        for near, latitude, longitude in columns_of("location", ("id", "latitude", "longitude")) if cells else ():
            if latitude is None:
                continue
            for place, *point in cells.get((math.floor(latitude / SIDE), math.floor(longitude / SIDE)), ()):
                metres = GEOD.inv(point[1], point[0], longitude, latitude)[2]
                if metres < NEAR_METRES:
                    closest[place] = min(closest.get(place, (metres, near)), (metres, near))
        for place, (metres, near) in closest.items():
            yield near, f"{metres:.0f} m from the hidden location {place}"

    def _shared_houses(self, columns_of: ColumnsOf) -> Iterator[tuple[str, str]]:
        """Yield visible places that have the address of a hidden one, and what is said of them."""
        places: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for house, hidden in self._beside["house"]:
            places[house].append(hidden)
        for place, *address in columns_of("address", ("location_id", "address_1", "city")) if places else ():
            for hidden in places.get(_house(*address), ()):
                yield place, f"and the hidden location {hidden} has its address"

    def _shared_phones(self, columns_of: ColumnsOf, known_as: KnownAs) -> Iterator[str]:
        """Yield visible numbers that are also those of something hidden."""
        phones: set[tuple[str, str]] = self._beside["phone"]
        hidden, visible = {number for number, _ in phones}, defaultdict(list)
        for phone, number in columns_of("phone", ("id", "number")) if hidden else ():
            if number in hidden:
                visible[number].append(phone)
        ids = known_as("phone", {phone for own in visible.values() for phone in own}) if visible else {}
        for number, phone in phones:
            if number in visible:
                shown = max(ids[own] for own in visible[number])
                yield f"phone {number} ({shown}) is shown, and it is also the hidden phone {phone}"


def _leaks(hits: Mapping[str, Sequence[tuple[Mapping[str, Any], str, str]]], known_as: KnownAs) -> Iterator[Leak]:
    """Yield what a steward is told: of rows of each table, in a field, a kind of fact."""
    for table, own in hits.items():
        ids = known_as(table, {row["id"] for row, _, _ in own}) if own else {}
        for row, name, what in own:
            yield Leak(table, ids.get(row["id"], row["id"]), _called(row, but=name), name, what)


class _Fact(NamedTuple):
    """A sequence of folded words to look for."""

    what: str
    words: tuple[str, ...]
    common: frozenset[str] = frozenset()
    """Words that may stand between those of a name; of a street, the published numbers, which are no secret."""


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


OWN = frozenset({*FACT_FIELDS, "translation"})
"""Tables of which a hidden record counts where it belongs."""


def _hidden_points(
    tables: Tables, visible: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Location, tuple[float, float]]]:
    """Return the locations that have a point which is not shown, each with its latitude and longitude."""
    return [
        (place, (place.latitude, place.longitude))
        for place in of_kind(tables, Location)
        if place.latitude is not None
        and place.longitude is not None
        and visible.get(place.id, {}).get("latitude") is None
    ]


class _Finder:
    """Finds hidden facts in a text."""

    def __init__(self, hidden: Mapping[str, set[Any]], published: ColumnsOf, known: frozenset[str]) -> None:
        self.known = known
        self.published = published
        self.by_start: dict[str, list[_Fact]] = defaultdict(list)
        kinds = ("name", "person", "address", "mail", "phone")
        names, people, addresses, mails, phones = (hidden.get(what, set()) for what in kinds)
        for fact in {*self._names(names), *self._people(people), *self._addresses(addresses)}:
            self.by_start[_alike(fact.words[0])[:4]].append(fact)
        self.phones = _endings(phones)
        for number in self._published("phone") if phones else ():
            self.phones -= _endings([number])
        self.mails = {_mail(*mail.rpartition("@")[::2]) for mail in mails}
        self.hosts = _hosts(mails, hidden.get("web", ())) - SHARED_HOSTS
        for mail in self._published("mail") if self.mails or self.hosts else ():
            self.mails.discard(_mail(*mail.rpartition("@")[::2]))
            self.hosts.difference_update(*map(_domains, _hosts([mail], ())))
        for page in self._published("web") if self.hosts else ():
            self.hosts.difference_update(*map(_domains, _hosts((), [page])))
        self.identifiers = {
            key
            for identifier in hidden.get("identifier", ())
            if len(key := "".join(_PART.findall(_plain(identifier)))) >= 5
        }
        self.points: dict[int, list[tuple[float, float]]] = defaultdict(list)
        """Band of latitude -> points in it, without their signs."""
        for latitude, longitude in hidden.get("point", ()):
            self.points[math.floor(abs(latitude) / BAND)].append((abs(latitude), abs(longitude)))

    def _published(self, what: str) -> Iterator[str]:
        """Yield what is published of a kind; of names, those of organizations."""
        tables = {"organization": FACT_FIELDS["organization"]} if what == "name" else FACT_FIELDS
        for table, fields in tables.items():
            names = [name for name, kind in fields.items() if kind == what and name in PUBLISHED[table]]
            for row in self.published(table, ("id", *names)) if names else ():
                yield from filter(None, row[1:])
            for name, kind in fields.items():
                yield from self._translated.get((table, name), ()) if kind == what else ()

    @cached_property
    def _translated(self) -> dict[tuple[str, str], list[str]]:
        """What is published of a field in other languages, by table and field: most translations are of words."""
        texts: dict[tuple[str, str], list[str]] = {
            (table, name): [] for table, fields in FACT_FIELDS.items() for name in fields
        }
        for entity, name, text in self.published("translation", ("link_entity", "field", "text")):
            if (entity, name) in texts:
                texts[entity, name].append(text)
        return texts

    @cached_property
    def published_phones(self) -> set[str]:
        """The ends of all published numbers: asked for only where a text holds one that is long enough."""
        return _endings(self._published("phone"))

    @cached_property
    def longest(self) -> int:
        """Signs of the longest hidden register number, where there is one."""
        return max(map(len, self.identifiers))

    def told_by(self, text: str, *, marked: bool = False) -> Iterator[str]:
        """Yield the kinds of hidden facts that a text tells; one that is ``marked`` as a number may be shown as one."""
        for reading in {text, unescape(unquote(text))}:  # signs of links and pages: "%20", "&#1091;"
            yield from self._told_by(reading, marked)

    def _told_by(self, text: str, marked: bool) -> Iterator[str]:
        for reading in {text, _apart(text)}:
            words = tokens(reading)
            for place, word in enumerate(words):
                for fact in self.by_start.get(_alike(word)[:4], ()):
                    if _CHECKS[fact.what](fact.words, words, place, fact.common):
                        yield fact.what
        folded = _plain(text)
        if any(map(str.isdigit, folded)):
            yield from self._numbers(folded, marked)
        if "." in folded:
            mails = (_mail(local, domain) for local, host in _MAIL.findall(folded) for domain in _domains(host))
            if not self.mails.isdisjoint(mails):
                yield "mail"
            if any(not self.hosts.isdisjoint(_domains(host)) for host in _HOST.findall(folded)):
                yield "web"

    def _numbers(self, folded: str, marked: bool) -> Iterator[str]:
        for run in _PHONE.findall(folded):
            ends = _endings(_ending_with_a_group(run))
            if ends & self.phones:
                yield "phone"
            elif marked or not run.startswith("+") or len(re.sub(r"\D", "", run)) < 9:
                continue
            elif not ends & self.published_phones:
                yield "number"  # whoever wrote it there did not ask whether it may be public
        if self.identifiers and self._tells_identifier(folded):
            yield "identifier"
        written = _coordinates(folded)
        near = (
            longitude
            for number in written
            for band in (-1, 0, 1)
            for latitude, longitude in self.points.get(math.floor(number / BAND) + band, ())
            if abs(number - latitude) <= SAME_POINT
        )
        if any(abs(number - longitude) <= SAME_POINT for longitude in near for number in written):
            yield "point"

    def _tells_identifier(self, text: str) -> bool:
        """Whether a register number stands in a text in one word; in several, if it is long and half of digits."""
        numbers = self.identifiers.intersection(_joined(_PART.findall(text), self.longest))
        return any(7 <= len(number) <= 2 * sum(map(str.isdigit, number)) for number in numbers) or any(
            not numbers.isdisjoint(_joined(_PART.findall(word), self.longest))
            for word in (_WRITTEN.findall(text) if numbers else ())
        )

    def _names(self, hidden: set[str]) -> Iterator[_Fact]:
        """Yield what tells hidden names from all others: their words that are in no vocabulary and no dictionary.

        Nor may a visible organization bear the name, or use its only word: one that only a service or a place bears may
        have been taken from what is hidden. Other words of the name may stand between.
        """
        words_of = {name: tuple(dict.fromkeys(map(_alike, name_key(name).split()))) for name in hidden}
        ordinary = {name: _ordinary_words(name) for name in hidden}
        proper = {
            name: tuple(word for word in words if self._is_proper(word) and word not in ordinary[name])
            for name, words in words_of.items()
        }
        wanted = {coarse(" ".join(words)): name for name, words in words_of.items() if proper[name]}
        visible = self._published("name") if wanted else ()
        bodies = [[*dict.fromkeys(map(_alike, name_key(body).split()))] for body in visible]
        borne = {coarse(" ".join(words)) for words in bodies}
        towns = [row[1] for row in self.published("address", ("id", "city")) if row[1]] if wanted else []
        used = {word for words in (*bodies, *(map(_alike, tokens(town)) for town in towns)) for word in words}
        for key, name in wanted.items():
            words = proper[name]
            alone = len(words) == 1
            if alone and (len(words[0]) < SHORTEST or any(_same_word(words[0], other) for other in used)):
                continue
            if key not in borne:
                yield _Fact("name", words, self.known | {*words_of[name]})

    def _is_proper(self, word: str) -> bool:
        """Whether a folded word is in no vocabulary, no dictionary and no number, and so may be somebody's name."""
        return len(word) > 1 and not word.isdigit() and not self._is_ordinary(word)

    def _is_ordinary(self, word: str) -> bool:
        """Whether everybody uses a word, as it stands or, where it is long, with another ending."""
        return word in self.known or any(_same_word(word, other) for other in self.known_by_start.get(word[:LONG], ()))

    @cached_property
    def known_by_start(self) -> dict[str, list[str]]:
        """The words that everybody uses, by their first letters."""
        known: dict[str, list[str]] = defaultdict(list)
        for word in self.known:
            known[word[:LONG]].append(word)
        return known

    def _people(self, hidden: set[str]) -> Iterator[_Fact]:
        """Yield the first two names of people, in either order."""
        names = [tuple(word for word in map(_alike, tokens(person)) if len(word) > 2)[:2] for person in hidden]
        public = [
            {*map(_alike, tokens(name))} for what in ("name", "person") if names for name in self._published(what)
        ]
        for pair in _without({words for words in names if len(words) > 1}, public):
            yield from (_Fact("person", words) for words in (pair, pair[::-1]))

    def _addresses(self, hidden: set[str]) -> Iterator[_Fact]:
        """Yield the houses of hidden addresses, but for what is also part of a published one ("Block 9")."""
        houses = {house for address in hidden if (house := tuple(map(_alike, address_key(address))))}
        public = [{*map(_alike, address_key(address))} for address in (self._published("address") if houses else ())]
        numbers: dict[str, set[str]] = defaultdict(set)
        for words in public:
            for word in words:
                numbers[word] |= words
        for house in _without(houses, public):
            yield _Fact("address", house, frozenset(numbers[house[0]]))


def address_key(address: str) -> tuple[str, ...]:
    """Return what tells an address from others: the words of the street, then the numbers of the house.

    Empty where there is no number: "by the market" is nobody's address.

    >>> address_key("ул. Зардолузор, дом 17, кв. 4") == address_key("17 Zardoluzor Street") == ("zardoluzor", "17")
    True
    """
    words = list(takewhile(lambda word: word not in WITHIN_A_HOUSE, tokens(_apart(address))))
    numbers = [word for word in words if word[0].isdigit()]
    street = [word for word in words if not word[0].isdigit() and len(word) > 2 and word not in STREET_WORDS]
    return (*street[:2], *numbers[:2]) if numbers and street else ()


def _apart(text: str) -> str:
    """Part numbers from the words before them ("дом17"), and join them with their endings ("17-м")."""
    return _GLUED.sub(" ", _ENDING.sub("", text))


def _without(facts: Iterable[tuple[str, ...]], published: Iterable[set[str]]) -> set[tuple[str, ...]]:
    """Return the facts whose words do not all stand in one published text."""
    by_start: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for fact in facts:
        by_start[fact[0]].add(fact)
    for words in published:
        for word in words & by_start.keys():
            by_start[word] = {fact for fact in by_start[word] if not words.issuperset(fact)}
    return set[tuple[str, ...]]().union(*by_start.values())


def _tells_name(fact: tuple[str, ...], words: Sequence[str], place: int, known: frozenset[str]) -> bool:
    """Whether the words of a name follow each other from a place on, whatever common words stand between."""
    for word in words[place:]:
        if _same_word(fact[0], word):
            fact = fact[1:]
            if not fact:
                return True
        elif _alike(word) not in known:
            return False
    return False


def _tells_person(fact: tuple[str, ...], words: Sequence[str], place: int, known: frozenset[str]) -> bool:
    """Whether the two names of a person stand side by side from a place on, or with that of the father between them."""
    names = [word for word in words[place : place + 3] if not _FATHERS.search(word)]
    return _tells_name(fact, names, 0, known)


def _tells_address(fact: tuple[str, ...], words: Sequence[str], place: int, common: frozenset[str]) -> bool:
    """Whether a street stands at a place, and the numbers of the house around it, but for published ones."""
    street = [word for word in fact if not word[0].isdigit()]
    numbers = [word for word in fact if word[0].isdigit()]
    end = place
    for name in street:
        end += sum(1 for _ in takewhile(STREET_WORDS.__contains__, words[end:]))
        if end == len(words) or not _same_word(name, words[end]):
            return False
        end += 1
    before = [*takewhile(lambda word: word[0].isdigit() or word in LINKS, words[max(0, place - FAR) : place][::-1])]
    around = [number for side in (before, words[end:]) for number in _houses(side, len(numbers))]
    digits = {_digits(number) for number in around if number in numbers or number not in common}
    return digits.issuperset(map(_digits, numbers))


def _digits(number: str) -> str:
    return "".join(takewhile(str.isdigit, number))


def _houses(words: Sequence[str], count: int) -> Iterator[str]:
    """Yield the numbers of a house, in words that lead away from its street: close by, or named so ("дом 17")."""
    for place in [place for place, word in enumerate(words[:FAR]) if word[0].isdigit()][:count]:
        beside = words[max(0, place - 1) : place + 2]
        if not STREET_WORDS.isdisjoint(beside) or sum(word not in STREET_WORDS for word in words[:place]) < count:
            yield words[place]


_CHECKS: dict[str, Callable[[tuple[str, ...], Sequence[str], int, frozenset[str]], bool]] = {
    "name": _tells_name,
    "person": _tells_person,
    "address": _tells_address,
}


def _same_word(word: str, other: str) -> bool:
    """Whether two folded words are one, but for the ending of its case."""
    word, other = _alike(word), _alike(other)
    if word == other:
        return True
    stem = max(5, min(len(word), len(other)) - 2)
    return abs(len(word) - len(other)) <= 3 and len(word) >= 5 and word[:stem] == other[:stem]


def _alike(word: str) -> str:
    """Write ч as ҷ, which stands in its place where a keyboard has no Tajik letters."""
    return word.replace("ch", "j")


_MAIL = re.compile(r"([\w.+-]{1,64})\s?@\s?([\w-]{1,63}+(?:\.[\w-]{1,63}+){1,9}+)(?![\w.+-]{0,64}@)")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,}")
_PHONE = re.compile(r"\+?\d(?:[\s().\u2010-\u2015\u2212/\-\u00b7\u2022*_]{0,3}\d){6,}")
_WRITTEN = re.compile(r"[^\W_][\w/.\-\u2010-\u2015\u2212№]*")
_PART = re.compile(r"\d+|[^\W\d_]+")
_FATHERS = re.compile(r"[oe]v(?:n[aeiou]y?|ich\w{0,2})$")
"""The end of a name made of the father's, folded."""
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)")
_ENDING = re.compile(r"(?<=\d)-(?=[^\W\d_])")
_DECIMAL = re.compile(r"(?<![\d.])\d{1,3}[.,]\d{3,}")
_SEXAGESIMAL = re.compile(r"(\d{1,3})\s*[°º˚⁰]\s*(\d{1,2}(?:[.,]\d+)?)\s*(?:['′’‘´`]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*)?)?")


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


def _ending_with_a_group(run: str) -> Iterator[str]:
    """Yield what stands in a run of digits up to the end of each group: after a number may stand another, or hours."""
    groups = re.findall(r"\d+", run)
    digits = "".join(groups)
    return (digits[max(0, end - 12) : end] for end in accumulate(map(len, groups)))


def _plain(text: str) -> str:
    """Write a text in small letters, all that look Latin as Latin, with the digits of ASCII and nothing unseen."""
    return readable(text.translate({ord("№"): " ", ord("⁰"): "°", ord("´"): "'"})).casefold().translate(TO_LATIN)


def _hosts(mails: Iterable[str], pages: Iterable[str]) -> set[str]:
    hosts = {_host(host) for address in pages for host in _HOST.findall(_plain(address))[:1]}
    return hosts | {_host(mail.rpartition("@")[2]) for mail in mails}


def _host(text: str) -> str:
    return _plain(text).removeprefix("www.")


def _mail(local: str, domain: str) -> str:
    return f"{_plain(local).strip('.+_-')}@{_plain(domain)}"


@lru_cache(maxsize=65536)
def _domains(host: str) -> frozenset[str]:
    """Return what a host lies in, with itself; it may also end where other letters begin (x.org.Звоните)."""
    labels = [label.strip("-_") for label in host.split(".")]
    latin = [label.isascii() for label in labels]
    ends = [end for end in range(1, len(labels) + 1) if latin[end - 1 : end] != latin[end : end + 1]]
    return frozenset(".".join(labels[start:end]) for end in ends for start in range(end))


def _joined(parts: Sequence[str], longest: int) -> Iterator[str]:
    """Yield parts that follow each other as one, up to a length."""
    for start in range(len(parts)):
        run = ""
        for place in range(start, len(parts)):
            run += parts[place]
            if len(run) > longest:
                break
            yield run


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
    return _vocabulary_words() | _dictionary() | {_alike(word) for name in common for word in tokens(name)}


@cache
def _vocabulary_words() -> frozenset[str]:
    """Return the folded words of every term, in every language: what services and bodies are commonly called."""
    return frozenset(
        _alike(word)
        for name in (*FILES, *LISTS)
        for labels in words_of(name).values()
        for text in labels
        for word in tokens(text)
    )


@cache
def _dictionary() -> frozenset[str]:
    """Return the folded words of all texts of the product, in every language: ordinary words, and nobody's name."""
    texts = [text for code in codes() for pair in catalogue(code).items() for text in pair]
    lists = (words for rows in word_rows().values() for row in rows for words in row.split(";"))
    return frozenset(_alike(word) for text in (*texts, *lists) for word in tokens(text))


def _ordinary_words(name: str) -> frozenset[str]:
    """Return the folded words of a name that people use every day in some language, as word frequencies say.

    None of a name whose words are all written large, as a title: "Warm Hands".
    """
    written = [word for word in _PART.findall(name) if not word.isdigit()]
    words = {word.casefold() for word in written}
    if len(written) > 1 and all(word[0].isupper() for word in written):
        return frozenset()
    languages = available_languages().keys() & {*word_list_languages()}
    return frozenset(
        _alike(skeleton(word))
        for word in words
        if any(zipf_frequency(word, language) >= EVERYDAY for language in languages)
    )


@cache
def _shipped_texts() -> frozenset[str]:
    """Return every text of the terms that come with Rohnamo, as it is written."""
    return frozenset(
        text for record in vocabulary() for text in record.model_dump(mode="json").values() if isinstance(text, str)
    )


CALLED = ("name", "title", "city", "language")
"""Fields that a steward knows a row by."""


def _called(row: Mapping[str, Any], *, but: str) -> str:
    """Return what a steward knows a row by, without the field in question."""
    return next((str(row[name])[:60] for name in CALLED if name != but and row.get(name)), "")


def _place_names(columns_of: ColumnsOf, places: Collection[str]) -> dict[str, tuple[str | None, str | None]]:
    """Return what a steward knows some visible places by: the body whose service is there, and the address."""
    ties = columns_of("service_at_location", ("service_id", "location_id"))
    services: dict[str | None, str] = {place: service for service, place in ties if place in places}
    wanted = {*services.values()}
    owners: dict[str | None, str] = dict(
        row for row in columns_of("service", ("id", "organization_id")) if row[0] in wanted
    )
    wanted = {*owners.values()}
    bodies: dict[str | None, str] = dict(row for row in columns_of("organization", ("id", "name")) if row[0] in wanted)
    streets: dict[str, str] = dict(
        row for row in columns_of("address", ("location_id", "address_1")) if row[0] in places
    )
    return {place: (bodies.get(owners.get(services.get(place))), streets.get(place)) for place in places}


def _shared_places(tables: Tables, shown: Shown) -> Iterator[str]:
    """Yield visible places where a hidden service is too."""
    visible = {row["id"] for row in shown.get("location", ()) if row["precision"] == "exact"}
    visible &= {place.id for place in of_kind(tables, Location)}
    services = {row["id"] for row in shown.get("service", ())}
    hidden = [
        (tie.location_id, tie.service_id)
        for tie in of_kind(tables, ServiceAtLocation)
        if tie.location_id and tie.location_id in visible and tie.service_id not in services
    ]
    names = _place_names(columns_in(shown), {place for place, _ in hidden}) if hidden else {}
    for place, service in hidden:
        yield f"{_named(names[place], place)} is shown, and the hidden service {service} is in the same place"


def _named(names: tuple[str | None, str | None], place: str) -> str:
    return f"{', '.join(dict.fromkeys(filter(None, names)))} ({place})"


def _hidden_houses(tables: Tables, shown: Shown) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield houses that are not shown, with the ids of their places."""
    visible = {row["id"] for row in shown.get("address", ())}
    unplaced = {place.id for place in of_kind(tables, Location) if place.position_basis != "given"}
    # a place shown by its unit because nobody knows its point is no secret
    open_ones = {row["id"] for row in shown.get("location", ())} & unplaced
    for address in of_kind(tables, Address):
        is_shown = address.id in visible or address.location_id in open_ones
        if not is_shown and (house := _house(address.address_1, address.city)):
            yield house, str(address.location_id)


def _house(street: str | None, city: str | None) -> tuple[str, ...]:
    key = address_key(street or "")
    return (skeleton(city or ""), *key) if key else ()


def _untyped(tables: Tables, visible: Collection[str]) -> Iterator[str]:
    """Yield the ids of services that stay hidden because nobody knows of which kind they are."""
    typed = {
        attribute.link_id
        for attribute in of_kind(tables, Attribute)
        if attribute.link_type == "service_type" and attribute.taxonomy_term_id
    }
    for service in tables.get("service", ()):
        if service.id not in typed and service.id not in visible:
            yield service.id
