"""Looking for hidden facts in texts that are about to be published.

`mapping.safety.redaction` leaves out hidden records and fields; a description, a name or a note of a visible record may
still say what they are. Every text is compared with the names, addresses, phones, mails, web pages, register numbers
and points that an audience may not see, as people write them. A hit stops the publication: the steward mends the text,
or keeps the field back by an approval of the kind "withhold". What says the same in other words, two people have read.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import accumulate, takewhile
from operator import itemgetter
from typing import Any, get_args
from urllib.parse import unquote

from wordfreq import available_languages, zipf_frequency

from mapping.errors import UnsafePublication
from mapping.language.fold import TO_LATIN, coarse, key_words, readable, tokens, words_for
from mapping.language.i18n import catalogue
from mapping.language.languages import codes, word_rows
from mapping.language.parsers.contacts import SHARED_HOSTS
from mapping.language.taxonomy import FILES, LISTS, words_of
from mapping.model import RECORDS, WORDS, Location, Translation, references
from mapping.safety.redaction import PUBLISHED, Shown, Tables, of_kind

SHORTEST, EVERYDAY = 5, 2.5
"""Letters of a single word that is a name, and the Zipf frequency (of wordfreq) of words that people use every day."""

STEM = 8
"""First letters of a word that tell it by themselves, whatever its ending."""

SAME_POINT = 0.002
"""Degrees within which a written coordinate means a hidden point, or twice as many."""

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
    """What is hidden of a directory, looked for in all that is shown.

    ``common`` are names that everybody knows, such as those of towns; they make no name a secret.
    """

    def __init__(self, common: Iterable[str] = ()) -> None:
        self.known = _known_words() | {word for name in common for word in _words(name)}
        self.hidden: dict[str, set[Any]] = defaultdict(set)
        """Kind of fact -> facts."""

    def add(self, tables: Tables, shown: Shown) -> None:
        """Take records, and what is shown of them."""
        rows = {table: {row["id"]: row for row in shown.get(table, ())} for table in (*FACT_FIELDS, "translation")}
        for table, fields in FACT_FIELDS.items():
            for record in tables.get(table, ()):
                row = rows[table].get(record.id, {})
                for name, what in fields.items():
                    if (value := getattr(record, name)) and row.get(name) != value:
                        self.hidden[what].add(value)
        for text in of_kind(tables, Translation):
            kind = FACT_FIELDS.get(text.link_entity, {}).get(text.field)
            if kind and text.id not in rows["translation"]:
                self.hidden[kind].add(text.text)
        for place in of_kind(tables, Location):
            is_shown = rows["location"].get(place.id, {}).get("latitude") is not None
            if place.latitude is not None and place.longitude is not None and not is_shown:
                self.hidden["point"].add((place.latitude, place.longitude))

    def refuse(
        self, columns_of: ColumnsOf, *, published: ColumnsOf | None = None, known_as: KnownAs = same_ids
    ) -> None:
        """Search every text of rows to be shown for hidden facts.

        What is ``published``, by default these rows, is no secret. The words that come with Rohnamo are
        those of every directory.

        Raises
        ------
        UnsafePublication
            A `HiddenFactFound` that lists every hit: field, record and kind of fact.
        """
        finder = FactFinder(self.hidden, published or columns_of, self.known)
        kinds_told = cache(finder.told_by)  # many say the same
        leaks = set()
        for table, fields in PUBLISHED.items():
            texts = () if table in WORDS else text_fields(table)
            names = tuple(dict.fromkeys(("id", *texts, *(name for name in (*CALLED, "link_entity") if name in fields))))
            hits: list[tuple[dict[str, Any], str, str]] = []
            for values in columns_of(table, names) if texts else ():
                row = dict(zip(names, values, strict=True))
                for name in () if row.get("link_entity") in WORDS else texts:
                    if row[name]:
                        hits += ((row, name, what) for what in kinds_told(row[name], name == "number"))
            ids = known_as(table, {row["id"] for row, _, _ in hits}) if hits else {}
            leaks |= {
                Leak(table, ids.get(row["id"], row["id"]), _called(row, name), name, what) for row, name, what in hits
            }
        if leaks:
            raise HiddenFactFound(sorted(leaks))


CALLED = ("name", "title", "city", "language")
"""Fields that a steward knows a row by."""


def _called(row: Mapping[str, Any], but: str) -> str:
    """Return what a steward knows a row by, without the field in question."""
    return next((str(row[name])[:60] for name in CALLED if name != but and row.get(name)), "")


class FactFinder:
    """Finds hidden facts in a text; ``known`` are words that everybody uses."""

    def __init__(self, hidden: Mapping[str, Collection[Any]], published: ColumnsOf, known: frozenset[str]) -> None:
        told = _told(published)
        self.known: dict[str, list[str]] = defaultdict(list)
        """First letters of a word that everybody uses -> such words."""
        for word in known:
            self.known[word[:STEM]].append(word)
        names, people, addresses, mails, phones, pages, identifiers, points = (
            hidden.get(what, ())
            for what in ("name", "person", "address", "mail", "phone", "web", "identifier", "point")
        )
        towns = [row[1] for row in published("address", ("id", "city")) if row[1]] if names else []
        self.names = _by_start(self._names(names, told["body"], towns))
        self.people = _by_start(_people(people, told["body"] + told["person"]))
        self.addresses = _by_start(_addresses(addresses, told["address"]))
        self.published_phones = _endings(told["phone"])
        self.phones = _endings(phones) - self.published_phones
        self.mails = {_plain(mail) for mail in mails} - {_plain(mail) for mail in told["mail"]}
        public = {domain for host in _hosts(told["mail"], told["web"]) for domain in _domains(host)}
        self.hosts = _hosts(mails, pages) - SHARED_HOSTS - public
        self.identifiers = {key for text in identifiers if len(key := "".join(_PART.findall(_plain(text)))) >= 5}
        self.points = {tuple(map(_square, point)) for point in points}

    def told_by(self, text: str, is_number: bool = False) -> frozenset[str]:
        """Return the kinds of hidden facts that a text tells; one that stands as a number may be shown as one."""
        readings = {text, unescape(unquote(text))}  # signs of links and pages: "%20", "&#1091;"
        return frozenset(what for reading in readings for what in self._told_by(reading, is_number))

    def _told_by(self, text: str, is_number: bool) -> Iterator[str]:
        words = _words(text)
        if _stands_in(words, self.names):
            yield "name"
        if _stands_in([word for word in words if not _FATHERS.search(word)], self.people):
            yield "person"
        if _stands_in([word for word in _words(_apart(text)) if word not in STREET_WORDS], self.addresses):
            yield "address"
        plain = _plain(text)
        if any(map(str.isdigit, plain)):
            yield from self._told_by_numbers(plain, is_number)
        if "." in plain:
            mails = (f"{local}@{domain}" for local, host in _MAIL.findall(plain) for domain in _domains(host))
            if not self.mails.isdisjoint(mails):
                yield "mail"
            if any(not self.hosts.isdisjoint(_domains(host)) for host in _HOST.findall(plain)):
                yield "web"

    def _told_by_numbers(self, plain: str, is_number: bool) -> Iterator[str]:
        for run in _PHONE.findall(plain):
            ends = _endings(_ending_with_a_group(run))
            if ends & self.phones:
                yield "phone"
            elif is_number or not run.startswith("+") or len(re.sub(r"\D", "", run)) < 9:
                continue
            elif not ends & self.published_phones:  # whoever wrote it there did not ask whether it may be public
                yield "number"
        if self.identifiers and self._tells_identifier(plain):
            yield "identifier"
        written = {_square(number) + beside for number in _coordinates(plain) for beside in (-1, 0, 1)}
        if any(latitude in written and longitude in written for latitude, longitude in self.points if written):
            yield "point"

    def _tells_identifier(self, plain: str) -> bool:
        """Whether a register number stands in a text in one word; in several, if it is long and half of digits."""
        longest = max(map(len, self.identifiers))
        parts = [*_PART.finditer(plain)]
        for start, first in enumerate(parts):
            run = ""
            for part in parts[start:]:
                run += part[0]
                if len(run) > longest:
                    break
                in_one_word = not re.search(r"\s", plain[first.start() : part.end()])
                if run in self.identifiers and (in_one_word or 7 <= len(run) <= 2 * sum(map(str.isdigit, run))):
                    return True
        return False

    def _names(self, hidden: Iterable[str], bodies: Iterable[str], towns: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """Yield what tells hidden names from all others: from the first to the last word that not everybody uses.

        Nor may a visible organization bear the name, or use its only word: one that only a service or a place bears may
        have been taken from what is hidden.
        """
        visible = [_name_words(body) for body in bodies]
        borne = {coarse(" ".join(words)) for words in visible}
        used = [*{word for words in (*visible, *map(_words, towns)) for word in words}]
        for name in hidden:
            words, ordinary = tuple(_name_words(name)), _ordinary(name)
            proper = [place for place, word in enumerate(words) if word not in ordinary and self._is_proper(word)]
            if not proper or coarse(" ".join(words)) in borne:
                continue
            fact = words[proper[0] : proper[-1] + 1]
            if len(fact) > 1 or not (len(fact[0]) < SHORTEST or any(_same_word(fact[0], other) for other in used)):
                yield fact

    def _is_proper(self, word: str) -> bool:
        """Whether a folded word may be somebody's name: no text of ours has it or what it ends in."""
        tails = [word, *(word[start:] for start in range(1, len(word) - SHORTEST))]
        return len(word) > 1 and not any(
            _same_word(tail, other) for tail in tails for other in self.known.get(tail[:STEM], ())
        )


def _told(published: ColumnsOf) -> dict[str, list[str]]:
    """Return what is published of each kind of fact, in all languages; of names, those of organizations ("body")."""
    kinds = {
        (table, name): "body" if (table, what) == ("organization", "name") else what
        for table, fields in FACT_FIELDS.items()
        for name, what in fields.items()
    }
    told: dict[str, list[str]] = defaultdict(list)
    for (table, field), kind in kinds.items():
        if field in PUBLISHED.get(table, ()):
            told[kind] += (value for _, value in published(table, ("id", field)) if value)
    for entity, name, text in published("translation", ("link_entity", "field", "text")):
        if (entity, name) in kinds:
            told[kinds[entity, name]].append(text)
    return told


def _people(hidden: Iterable[str], published: Iterable[str]) -> Iterator[tuple[str, ...]]:
    names = {tuple(word for word in _words(person) if len(word) > 2)[:2] for person in hidden}
    for pair in _without({names_of for names_of in names if len(names_of) == 2}, map(_words, published)):
        yield from (pair, pair[::-1])


def _addresses(hidden: Iterable[str], published: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield streets with the numbers of hidden houses, but for what is part of a published address ("Block 9")."""
    houses = {house for address in hidden if (house := address_key(address))}
    for house in _without(houses, map(address_key, published)):
        numbers = len([word for word in house if word[0].isdigit()])
        yield from (house, (*house[-numbers:], *house[:-numbers]))


def _without(facts: set[tuple[str, ...]], published: Iterable[Iterable[str]]) -> set[tuple[str, ...]]:
    """Return the facts whose words do not all stand in one published text."""
    by_start: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for fact in facts:
        by_start[fact[0]].add(fact)
    for words in map(set, published) if facts else ():
        for word in words & by_start.keys():
            by_start[word] = {fact for fact in by_start[word] if not words.issuperset(fact)}
    return set[tuple[str, ...]]().union(*by_start.values())


def address_key(address: str) -> tuple[str, ...]:
    """Return what tells an address from others: the words of the street, then the numbers of the house.

    Empty where there is no number: "by the market" is nobody's address.

    >>> address_key("ул. Зардолузор, дом 17, кв. 4") == address_key("17 Zardoluzor Street") == ("zardoluzor", "17")
    True
    """
    words = list(takewhile(lambda word: word not in WITHIN_A_HOUSE, _words(_apart(address))))
    numbers = [word for word in words if word[0].isdigit()]
    street = [word for word in words if not word[0].isdigit() and len(word) > 2 and word not in STREET_WORDS]
    return (*street[:2], *numbers[:2]) if numbers and street else ()


def _apart(text: str) -> str:
    """Part numbers from the words before them ("дом17"), and join them with their endings ("17-м")."""
    return _GLUED.sub(" ", _ENDING.sub("", text))


def _by_start(facts: Iterable[tuple[str, ...]]) -> dict[str, set[tuple[str, ...]]]:
    by_start: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for fact in facts:
        by_start[fact[0][:4]].add(fact)
    return by_start


def _stands_in(words: Sequence[str], facts: Mapping[str, Collection[tuple[str, ...]]]) -> bool:
    """Whether the words of a fact follow each other in a text, whatever their endings."""
    return any(
        len(words) - place >= len(fact) and all(map(_same_word, fact, words[place : place + len(fact)]))
        for place, word in enumerate(words if facts else ())
        for fact in facts.get(word[:4], ())
    )


def _same_word(word: str, other: str) -> bool:
    """Whether two folded words are one, but for the ending of its case."""
    if word == other:
        return True
    stem = max(5, min(len(word), len(other)) - 2)
    return abs(len(word) - len(other)) <= 3 and len(word) >= 5 and word[:stem] == other[:stem]


def _alike(word: str) -> str:
    """Write ч as ҷ, which stands in its place where a keyboard has no Tajik letters."""
    return word.replace("ch", "j")


def _words(text: str) -> list[str]:
    return [*map(_alike, tokens(text))]


def _name_words(name: str) -> list[str]:
    return [*dict.fromkeys(map(_alike, key_words(name)))]


WITHIN_A_HOUSE = frozenset(map(_alike, words_for("within a house")))
"""Words after which an address tells a door within a house."""

STREET_WORDS = frozenset(map(_alike, words_for("part of an address")))
"""Words of an address that say nothing about which one it is."""

_MAIL = re.compile(r"([\w+][\w.+-]{0,63})(?<=\w)\s?@\s?([\w-]{1,63}+(?:\.[\w-]{1,63}+){1,9}+)(?![\w.+-]{0,64}@)")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,}")
_PHONE = re.compile(r"\+?\d(?:[\s().\u2010-\u2015\u2212/\-\u00b7\u2022*_]{0,3}\d){6,}")
_PART = re.compile(r"\d+|[^\W\d_]+")
_FATHERS = re.compile(r"[oe]v(?:n[aeiou]y?|ij\w{0,2})$")
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
    return numbers


def _square(degrees: float) -> int:
    """Return the number of a band of degrees; what is in the same or the next means the same."""
    return round(abs(degrees) / SAME_POINT)


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
    hosts = [host for page in pages for host in _HOST.findall(_plain(page))[:1]]
    hosts += (_plain(mail).rpartition("@")[2] for mail in mails)
    return {host.removeprefix("www.") for host in hosts}


def _domains(host: str) -> set[str]:
    """Return what a host lies in, with itself; it may also end where other letters begin (x.org.Звоните)."""
    labels = [label.strip("-_") for label in host.split(".")]
    latin = [label.isascii() for label in labels]
    ends = [end for end in range(1, len(labels) + 1) if latin[end - 1 : end] != latin[end : end + 1]]
    return {".".join(labels[start:end]) for end in ends for start in range(end)}


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


@cache
def _known_words() -> frozenset[str]:
    """Return the folded words of every term, text and word list that come with Rohnamo, in every language."""
    terms = (text for name in (*FILES, *LISTS) for labels in words_of(name).values() for text in labels)
    texts = (text for code in codes() for pair in catalogue(code).items() for text in pair)
    lists = (words for rows in word_rows().values() for row in rows for words in row.split(";"))
    return frozenset(word for source in (terms, texts, lists) for text in source for word in _words(text))


NEIGHBOURS = ("ro", "tr", "uk")
"""Languages, besides ours, whose everyday words are nobody's name; with each more, names of people become such."""


def _ordinary(name: str) -> set[str]:
    """Return the folded words of a name that are nobody's: numbers, and what people use every day in some language.

    Word frequencies say so. Of a language without them, a word in small letters after a capital is no name.
    """
    words = re.findall(r"\w[\w'’ʻ‘]*", name)
    languages = available_languages().keys() & {*codes(), *NEIGHBOURS}
    ordinary = {word for word in words if any(zipf_frequency(word, language) >= EVERYDAY for language in languages)}
    if not ordinary and not name.islower():
        ordinary |= {*filter(str.islower, words)}
    return {folded for word in words if word in ordinary or word.isdigit() for folded in _words(word)}
