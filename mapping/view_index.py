"""What makes a view quick to search: one row a service to sort by, its codes, its points, its hours, its words.

All of it is made from the rows of the view and from what comes with Rohnamo, so it says nothing that they do not.
`mapping.view_search` reads it.
"""

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from mapping.area import StudyArea
from mapping.fold import coarse, tokens
from mapping.model import WEEKDAYS
from mapping.taxonomy import Taxonomy, words_of
from mapping.view_entries import LISTED_STATUSES, Hours, freshness, rank, sort_key
from mapping.words import chain

Row = Mapping[str, Any]

STAYS = "ACC"
"""The family of service types that people stay with: a child must be expected there."""

SCHEMA = """
CREATE TABLE listed (
    number INTEGER PRIMARY KEY, service TEXT NOT NULL, rank INTEGER NOT NULL, pointed INTEGER NOT NULL,
    youngest REAL, oldest REAL, stays INTEGER NOT NULL, {orders}
) STRICT;
CREATE TABLE code (kind TEXT, code TEXT, number INTEGER, PRIMARY KEY (kind, code, number)) STRICT, WITHOUT ROWID;
CREATE TABLE code_size (kind TEXT, code TEXT, size INTEGER, PRIMARY KEY (kind, code)) STRICT, WITHOUT ROWID;
CREATE TABLE hours (
    number INTEGER NOT NULL, day INTEGER NOT NULL, opens INTEGER NOT NULL, closes INTEGER NOT NULL,
    utc_offset REAL, first TEXT, last TEXT
) STRICT;
CREATE INDEX hours_number ON hours (number, day);
CREATE TABLE point (number INTEGER, latitude REAL, longitude REAL, PRIMARY KEY (number, latitude, longitude))
    STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE spot USING rtree(id, south, north, west, east, +number INTEGER, +latitude REAL, +longitude REAL);
CREATE VIRTUAL TABLE search USING fts5(
    words, coarse, content='', detail=column, tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE word (word TEXT PRIMARY KEY, coarse TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX word_coarse ON word (coarse);
"""


class Listing:
    """The services of a view that may be found, in the order of their ids, with what belongs to each."""

    def __init__(
        self,
        tables: Mapping[str, Sequence[Row]],
        languages: tuple[str, ...],
        edition: dt.date,
        area: StudyArea | None,
    ) -> None:
        def rows(table: str) -> list[Row]:
            return sorted(tables.get(table, ()), key=lambda row: str(row["id"]))

        self.languages = languages
        self.edition = edition
        self.area = area
        self.services = [row for row in rows("service") if row["status"] in LISTED_STATUSES]
        self.organizations = {row["id"]: row for row in rows("organization")}
        self.terms = {row["id"]: row["code"] for row in rows("taxonomy_term")}
        self.texts = _grouped(rows("translation"), "link_id")
        self.attributes = _grouped(rows("attribute"), "link_id")
        self.languages_of = _grouped(rows("language"), "service_id")
        self.covers = _grouped(rows("service_area"), "service_id")
        self.verifications = _grouped(rows("verification"), "link_id")
        ties, places = rows("service_at_location"), {row["id"]: row for row in rows("location")}
        self.places = {
            service: [places[tie["location_id"]] for tie in own]
            for service, own in _grouped(ties, "service_id").items()
        }
        self.addresses = _grouped(rows("address"), "location_id")
        self.schedules = self._schedules(rows("schedule"), ties)

    def _schedules(self, rows: Sequence[Row], ties: Sequence[Row]) -> dict[str, list[Row]]:
        """Return the hours of each service: its own, and those of its places."""
        service_of = {tie["id"]: tie["service_id"] for tie in ties}
        at_place = _grouped(ties, "location_id")
        schedules: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            services = {row["service_id"], service_of.get(row["service_at_location_id"])}
            services |= (
                {tie["service_id"] for tie in at_place.get(row["location_id"], ())} if not any(services) else set()
            )
            for service in services - {None}:
                schedules[service].append(row)
        return schedules

    def codes(self, service: str) -> Iterator[tuple[str, str]]:
        """Yield (kind, code) of everything that a service can be filtered by."""
        types, groups = Taxonomy.load("service_types"), Taxonomy.load("beneficiaries")
        for row in self.attributes.get(service, ()):
            code = self.terms.get(row["taxonomy_term_id"])
            if code is None:
                continue
            if row["link_type"] == "service_type":
                yield "type", code
                if code in types:
                    yield "type", types.family(code).code
            elif row["link_type"] in ("serves", "excludes"):
                yield row["link_type"], code
                if row["link_type"] == "serves" and code in groups:
                    yield "serves some", groups.term(code).dimension
        for row in self.languages_of.get(service, ()):
            if row["code"]:
                yield "speaks", row["code"]
        for row in self.schedules.get(service, ()):
            if row["timezone"] is not None:
                yield "utc_offset", str(row["timezone"])
        yield "pointed" if any(map(has_point, self.places.get(service, ()))) else "remote", ""
        for place in self.places.get(service, ()):
            if place["area_unit"]:
                yield "in" if has_point(place) else "covers", place["area_unit"]
        for row in self.covers.get(service, ()):
            if row["area_unit"]:
                yield "covers", row["area_unit"]

    def rank(self, service: Row) -> int:
        """Return in which order a service may be offered."""
        due = latest(self.verifications.get(service["id"], ()))
        return rank(service["status"], freshness(due["next_due"] if due else None, self.edition))

    def name(self, service: Row, language: str) -> str:
        """Return the name of a service in a language, or in the nearest one there is."""
        names = {row["language"]: row["text"] for row in self.texts.get(service["id"], ()) if row["field"] == "name"}
        return next((names[tried] for tried in chain(language) if tried in names), service["name"] or "")

    def words(self, service: Row) -> list[str]:
        """Return the folded words by which a service is found, in any language, each once."""
        organization = self.organizations[service["organization_id"]]
        said = [service["name"], service["alternate_name"], service["description"]]
        said += [organization["name"], organization["alternate_name"]]
        for record in (service["id"], organization["id"]):
            said += [row["text"] for row in self.texts.get(record, ())]
        units: set[str] = set()
        for place in self.places.get(service["id"], ()):
            said += [place["name"], *(row["text"] for row in self.texts.get(place["id"], ()))]
            said += [text for row in self.addresses.get(place["id"], ()) for text in (row["address_1"], row["city"])]
            units.add(place["area_unit"])
        folded = {word for text in said if text for word in folded_words(text)}
        units |= {row["area_unit"] for row in self.covers.get(service["id"], ())}
        for unit in units - {None}:
            folded |= self._unit_words(unit)
        for row in self.attributes.get(service["id"], ()):
            code = self.terms.get(row["taxonomy_term_id"])
            if code is None:
                folded |= set(tokens(row["value"] or ""))
            elif row["link_type"] != "excludes":
                folded |= term_words(code)
        return sorted(folded)

    def _unit_words(self, code: str) -> set[str]:
        """Return the words of a unit's names and of those above it, without the country's."""
        units = self.area.all_units() if self.area else {}
        if code not in units or self.area is None:
            return set()
        above = [units[one] for one in (code, *self.area.ancestors(code)) if units[one].level > 0]
        return {word for unit in above for name in (*unit.names.values(), *unit.other_names) for word in tokens(name)}


def write_index(connection: sqlite3.Connection, listing: Listing) -> None:
    """Make the tables that a search reads."""
    orders = ", ".join(f'"by_name_{language}" INTEGER NOT NULL' for language in listing.languages)
    for statement in SCHEMA.format(orders=orders).split(";\n"):
        connection.execute(statement)
    for language in listing.languages:
        connection.execute(f'CREATE INDEX "listed_{language}" ON listed (rank, "by_name_{language}", pointed)')
    numbered = list(enumerate(listing.services, 1))
    codes = {number: set(listing.codes(row["id"])) for number, row in numbered}
    _write_listed(connection, listing, numbered, {number for number in codes if ("type", STAYS) in codes[number]})
    rows = sorted((*pair, number) for number, pairs in codes.items() for pair in pairs)
    connection.executemany("INSERT INTO code VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO code_size SELECT kind, code, count(*) FROM code GROUP BY kind, code")
    connection.executemany("INSERT INTO hours VALUES (?, ?, ?, ?, ?, ?, ?)", _hours(listing, numbered))
    points = {
        (number, place["latitude"], place["longitude"])
        for number, row in numbered
        for place in listing.places.get(row["id"], ())
        if has_point(place)
    }
    connection.executemany("INSERT INTO point VALUES (?, ?, ?)", sorted(points))
    connection.executemany(
        "INSERT INTO spot VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((i, lat, lat, lon, lon, number, lat, lon) for i, (number, lat, lon) in enumerate(sorted(points), 1)),
    )
    known: set[str] = set()
    for number, row in numbered:
        words = listing.words(row)
        known.update(words)
        connection.execute(
            "INSERT INTO search (rowid, words, coarse) VALUES (?, ?, ?)",
            (number, " ".join(words), " ".join(sorted({coarse_word(word) for word in words}))),
        )
    connection.execute("INSERT INTO search (search) VALUES ('optimize')")
    connection.executemany("INSERT INTO word VALUES (?, ?)", ((word, coarse_word(word)) for word in sorted(known)))


def _write_listed(
    connection: sqlite3.Connection, listing: Listing, numbered: Sequence[tuple[int, Row]], stays: set[int]
) -> None:
    """Write one row a service; ``stays`` are those that people stay with."""
    orders: list[dict[int, int]] = []
    for language in listing.languages:
        by_name = sorted(numbered, key=lambda pair: (sort_key(listing.name(pair[1], language)), pair[0]))
        orders.append({number: place for place, (number, _) in enumerate(by_name)})
    rows = (
        (
            number, row["id"], listing.rank(row), any(map(has_point, listing.places.get(row["id"], ()))),
            row["minimum_age"], row["maximum_age"], number in stays, *(order[number] for order in orders),
        )
        for number, row in numbered
    )  # fmt: skip
    connection.executemany(f"INSERT INTO listed VALUES ({', '.join('?' * (7 + len(orders)))})", rows)


def _hours(listing: Listing, numbered: Sequence[tuple[int, Row]]) -> Iterator[tuple[object, ...]]:
    for number, service in numbered:
        for row in listing.schedules.get(service["id"], ()):
            if (hours := hours_of(row)) is not None:
                for span in hours.spans():
                    days = (day.isoformat() if day else None for day in (span.first, span.last))
                    yield number, WEEKDAYS.index(span.day), span.opens, span.closes, hours.utc_offset, *days


def hours_of(row: Row) -> Hours:
    """Return the opening hours that a row of ``schedule`` gives; days of a month and the like are only words."""
    weekly = row["freq"] in (None, "WEEKLY") and row["interval"] in (None, 1)
    return Hours(
        days=tuple(row["byday"].split(",")) if row["byday"] and weekly else (),
        opens=row["opens_at"] or "", closes=row["closes_at"] or "", note=row["description"] or "",
        utc_offset=row["timezone"], valid_from=_day(row["valid_from"]), valid_to=_day(row["valid_to"]),
    )  # fmt: skip


def _day(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def latest(verifications: Iterable[Row]) -> Row | None:
    """Return the last verification of a record that says when it was made."""
    made = [row for row in verifications if row["verified_on"] is not None]
    return max(made, key=lambda row: (str(row["verified_on"]), str(row["id"])), default=None)


def has_point(place: Row) -> bool:
    """Tell whether a row of ``location`` may stand on a map."""
    return place["latitude"] is not None and place["longitude"] is not None


@cache
def term_words(code: str) -> frozenset[str]:
    """Return the folded words of all that is said for a service type or a group, in every language."""
    for name in ("service_types", "beneficiaries"):
        if code in Taxonomy.load(name):
            return frozenset(word for said in words_of(name)[code] for word in tokens(said))
    return frozenset()


@lru_cache(maxsize=65536)
def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text; many services share their names, bodies and towns."""
    return tuple(tokens(text))


@cache
def coarse_word(word: str) -> str:
    """Return the coarse key of a folded word."""
    return coarse(word)


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
