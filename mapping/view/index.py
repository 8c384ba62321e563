"""What makes a view quick to search: for each code the set of services that have it, their orders, points and words.

A service stands in the index by its number, in the order of the published ids. `mapping.view.service_index` reads it.
All of it is made from the rows of the view and from what comes with Rohnamo, so it says nothing that they do not.
"""

import datetime as dt
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from phonenumbers import country_code_for_region
from pydantic_core import to_json

from mapping.area.names.countries import names_abroad
from mapping.area.names.place_names import names_alone, short_names, spellings
from mapping.area.study_area import StudyArea
from mapping.freshness import freshness, latest, rank
from mapping.language.fold import tokens
from mapping.language.i18n import chain
from mapping.language.lexicon import lexicon
from mapping.language.parsers import country_of, is_dialled
from mapping.language.rare_days import RareDays, season_of
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import WEEKDAYS
from mapping.view.entries import sort_key
from mapping.view.rules.cost import free_of_charge
from mapping.view.rules.kinds import POLICE, POLICE_TYPES
from mapping.view.rules.listing import stands_in_lists
from mapping.view.rules.opening import Hours, always
from mapping.view.rules.reach import by_phone, serves_everybody
from mapping.view.rules.takes import IntakeTerms, takes

Row = Any
"""A row of a table, by the names of its columns: as SQLite gives it."""

SPELT_HERE = re.compile("[а-я]", re.I)
"""Letters by which a gazetteer's spelling of a name is told from those of all the world."""

SCHEMA = """
CREATE TABLE listed (
    number INTEGER PRIMARY KEY, service TEXT NOT NULL, rank INTEGER NOT NULL, intake INTEGER NOT NULL,
    week INTEGER NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX listed_intake ON listed (intake);
CREATE INDEX listed_week ON listed (week);
CREATE TABLE lexicon (content TEXT NOT NULL) STRICT;
CREATE TABLE code (kind TEXT, code TEXT, number INTEGER, PRIMARY KEY (kind, code, number)) STRICT, WITHOUT ROWID;
CREATE TABLE taker (code TEXT, intake INTEGER, PRIMARY KEY (code, intake)) STRICT, WITHOUT ROWID;
CREATE TABLE open (
    day INTEGER NOT NULL, opens INTEGER NOT NULL, closes INTEGER NOT NULL, utc_offset REAL, first TEXT, last TEXT,
    week INTEGER NOT NULL
) STRICT;
CREATE INDEX open_day ON open (day, opens, closes);
CREATE TABLE point (number INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL) STRICT;
CREATE TABLE by_name (
    language TEXT, number INTEGER, place INTEGER NOT NULL, PRIMARY KEY (language, number)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5 (
    words, content = 'listed', content_rowid = 'number', tokenize = 'ascii', detail = 'none'
)
"""
"""``taker`` tells which groups services of an intake take, ``open`` when those of a week are open; ``place`` is that by
rank and then by name; ``word`` finds services by the words of ``listed``, which are folded already."""


INDEXED = {
    "service": "id, organization_id, name, alternate_name, status, fees_description, minimum_age, maximum_age",
    "organization": "id, name, alternate_name",
    "taxonomy_term": "id, code",
    "translation": "id, link_id, field, language, text",
    "attribute": "id, link_id, link_type, taxonomy_term_id, value",
    "language": "id, service_id, code",
    "service_area": "id, service_id, area_unit",
    "cost_option": "id, service_id, option, amount",
    "required_document": "id, service_id, document",
    "verification": "id, link_id, verified_on, next_due",
    "service_at_location": "id, service_id, location_id",
    "location": "id, name, latitude, longitude, area_unit, country",
    "address": "id, location_id, address_1, city",
    "phone": "id, service_id, organization_id, number",
    "schedule": "id, service_id, service_at_location_id, location_id, freq, interval, byday, bymonthday, opens_at,"
    " closes_at, description, timezone, valid_from, valid_to",
}
"""Table that the index is made of -> its columns that are read: each row is read anew at every publication."""


class Opening(NamedTuple):
    """A time of a weekday at which services are open."""

    day: int
    opens: int
    closes: int
    utc_offset: float | None
    first: str | None
    last: str | None


class SearchIndex:
    """The services of a view that may be found, in the order of their ids, with what belongs to each."""

    def __init__(
        self,
        tables: Mapping[str, Sequence[Row]],
        languages: tuple[str, ...],
        edition: dt.date,
        area: StudyArea | None,
        groups: frozenset[str] | None = None,
    ) -> None:
        """Gather rows, days as texts; ``groups`` are those that the view names, where the rows are not all of it."""

        def rows(table: str) -> list[Row]:
            return sorted(tables.get(table, ()), key=itemgetter("id"))

        self.languages = languages
        self.edition = edition
        self.area = area
        self.organizations = {row["id"]: row for row in rows("organization")}
        self.terms = {row["id"]: row["code"] for row in rows("taxonomy_term")}
        self.texts = _grouped(rows("translation"), "link_id")
        self.attributes = _grouped(rows("attribute"), "link_id")
        self.languages_of = _grouped(rows("language"), "service_id")
        self.covers = _grouped(rows("service_area"), "service_id")
        self.costs = _grouped(rows("cost_option"), "service_id")
        self.documents = _grouped(rows("required_document"), "service_id")
        self.verifications = _grouped(rows("verification"), "link_id")
        ties, places = rows("service_at_location"), {row["id"]: row for row in rows("location")}
        by_service = _grouped(ties, "service_id")
        self.places = {service: [places[tie["location_id"]] for tie in own] for service, own in by_service.items()}
        self.addresses = _grouped(rows("address"), "location_id")
        self.phones = _grouped([row for row in rows("phone") if row["service_id"]], "service_id")
        self.phones.update(_grouped([row for row in rows("phone") if row["organization_id"]], "organization_id"))
        self.schedules = _schedules(rows("schedule"), ties)
        self.services = [row for row in rows("service") if self._is_listed(row)]
        self._suited: dict[IntakeTerms, tuple[str, ...]] = {}
        self._named_groups = groups

    def codes(self, service: Row) -> Iterator[tuple[str, str]]:
        """Yield (kind, code) of everything that a service can be found by, but for the groups that it suits."""
        own = service["id"]
        types, families = self._terms(own)["service_type"], Vocabulary.load("service_types")
        yield from (("type", code) for code in {*types, *(families.family(c).code for c in types if c in families)})
        yield from (("speaks", row["code"]) for row in self.languages_of.get(own, ()) if row["code"])
        if self._always(own):
            yield "night", ""
        if self._is_free(service):
            yield "free", ""
        if service["organization_id"] in self._police or self._demands_report(own):
            yield "police", ""
        yield from self._where(self.places.get(own, ()), by_phone(types))
        yield from self._from_afar(service)

    @cached_property
    def _police(self) -> frozenset[str]:
        """The organizations that run a police service."""
        return frozenset(
            service["organization_id"]
            for service in self.services
            if POLICE_TYPES.intersection(self._terms(service["id"])["service_type"])
        )

    def _demands_report(self, service: str) -> bool:
        """Whether a service is to be had only after a report to the police: a paper, or a condition in words."""
        papers = [match_term("documents", row["document"] or "") for row in self.documents.get(service, ())]
        notes = [
            row["value"] for row in self.attributes.get(service, ()) if row["value"] and not row["taxonomy_term_id"]
        ]
        terms = [*papers, *(match_term("conditions", note) for note in notes)]
        return any(term is not None and term.code == POLICE for term in terms)

    def _is_listed(self, service: Row) -> bool:
        types = self._terms(service["id"]).get("service_type", frozenset())
        return stands_in_lists(service["status"], types, has_number=bool(self._numbers(service)))

    def _is_free(self, service: Row) -> bool:
        options = ((row["option"], row["amount"]) for row in self.costs.get(service["id"], ()))
        money = self.area.money if self.area else None
        return free_of_charge(options, service["fees_description"] or "", money) == "yes"

    def _where(self, places: Sequence[Row], is_called: bool) -> Iterator[tuple[str, str]]:
        """Yield where the places of a service are: a unit without a point is covered, and so is all in it.

        Of what is only called the office says nothing of whom it serves.
        """
        yield "pointed" if any(map(has_point, places)) and not is_called else "remote", ""
        for place in places:
            if place["area_unit"]:
                if is_called:
                    continue
                kind = "in" if has_point(place) else "covers"
                yield from ((kind, code) for code in unit_family(self.area, place["area_unit"], down=kind == "covers"))
            elif place["country"]:
                yield "in", place["country"]

    def _from_afar(self, service: Row) -> Iterator[tuple[str, str]]:
        """Yield from where a service can be called, and which units it serves."""
        numbers = self._numbers(service)
        if not numbers:
            yield "mute", ""
        if any(number.startswith(("+", "http")) for number in numbers):
            yield "far", ""
        units = [row["area_unit"] for row in self.covers.get(service["id"], ()) if row["area_unit"]]
        for unit in units:
            yield from (("covers", code) for code in unit_family(self.area, unit, down=True))
        types, places = self._terms(service["id"])["service_type"], self.places.get(service["id"])
        if serves_everybody(types, numbers, self._home, placed=bool(places), bounded=bool(units)):
            yield "everywhere", ""
        if not (units or places) and (country := self._answers_in(numbers)):
            yield "in", country

    def _numbers(self, service: Row) -> list[str]:
        """Return the numbers of a service, or of its organization where it has none."""
        owners = (service["id"], service["organization_id"])
        return next(([row["number"] for row in self.phones[own]] for own in owners if own in self.phones), [])

    def _answers_in(self, numbers: list[str]) -> str:
        """Return the one other country that all numbers are of, or ""."""
        countries = {country_of(number) for number in numbers if not number.startswith("http")}
        return countries.pop() if len(countries) == 1 and not countries & {"", self._home} else ""

    @property
    def _home(self) -> str:
        """The country whose numbers need no prefix."""
        return self.area.phone_country if self.area else ""

    def _always(self, service: str) -> bool:
        """Tell whether a service is open day and night."""
        all_hours = (hours_of(row).told_on(self.edition) for row in self.schedules.get(service, ()))
        return always(filter(None, all_hours))

    def _terms(self, service: str) -> dict[str, frozenset[str]]:
        codes_by_link: dict[str, set[str]] = {"service_type": set(), "serves": set(), "excludes": set()}
        for row in self.attributes.get(service, ()):
            code = self.terms.get(row["taxonomy_term_id"])
            if code is not None:
                codes_by_link.setdefault(row["link_type"], set()).add(code)
        return {link: frozenset(codes) for link, codes in codes_by_link.items()}

    def suits(self, service: Row) -> tuple[str, ...]:
        """Return the groups that a service takes or may take; many services say the same of whom they take."""
        links = self._terms(service["id"])
        groups = links["serves"], links["excludes"], links["service_type"]
        terms = IntakeTerms(*groups, service["minimum_age"], service["maximum_age"]).with_telling_types()
        if terms not in self._suited:
            self._suited[terms] = tuple(group for group in self.groups if takes(terms, group).answer != "no")
        return self._suited[terms]

    @cached_property
    def groups(self) -> list[str]:
        """Every group that one can ask for: those of the taxonomy, and others that the view names."""
        known = {term.code for term in Vocabulary.load("beneficiaries").terms()}
        if self._named_groups is not None:
            return sorted(known | self._named_groups)
        groups = {
            self.terms[row["taxonomy_term_id"]]
            for rows in self.attributes.values()
            for row in rows
            if row["link_type"] in ("serves", "excludes") and row["taxonomy_term_id"] in self.terms
        }
        return sorted(known | groups)

    def openings(self, service: Row) -> tuple[Opening, ...]:
        """Return the times at which a service is open."""
        times = {opening for row in self.schedules.get(service["id"], ()) for opening in _openings(hours_of(row))}
        return tuple(sorted(times, key=lambda opening: tuple(map(str, opening))))

    def rank(self, service: Row) -> int:
        """Return in which order a service may be offered."""
        check = latest(self.verifications.get(service["id"], ()))
        if check is None:
            return rank(service["status"], "unverified")
        days = dict(self.area.settings.freshness) if self.area else {}
        on, due = _day(check["verified_on"]), _day(check["next_due"])
        return rank(service["status"], freshness(on, due, self.edition, **days))

    def points(self, service: Row) -> set[tuple[float, float]]:
        """Return the points of a service that people go to: latitude, longitude."""
        places = self.places.get(service["id"], ())
        if by_phone(self._terms(service["id"])["service_type"]):
            return set()
        return {(place["latitude"], place["longitude"]) for place in places if has_point(place)}

    def name(self, service: Row, language: str) -> str:
        """Return the name of a service in a language, or in the nearest one there is."""
        names = {row["language"]: row["text"] for row in self.texts.get(service["id"], ()) if row["field"] == "name"}
        return name_in(names, language, service["name"])

    def sort_keys(self, service: Row) -> dict[str, str]:
        """Return for each language of the view what a service is sorted by."""
        if service["id"] not in self.texts:
            return dict.fromkeys(self.languages, sort_key(service["name"] or ""))
        return {language: sort_key(self.name(service, language)) for language in self.languages}

    def words(self, service: Row) -> list[str]:
        """Return the folded words of a service's names, of its places and numbers, in any language, each once.

        What kind of help it is, where it is and for whom is not among them: that is found by meaning.
        """
        organization = self.organizations[service["organization_id"]]
        texts = [service["name"], service["alternate_name"], organization["name"], organization["alternate_name"]]
        for record in (service["id"], organization["id"]):
            texts += [row["text"] for row in self.texts.get(record, ()) if row["field"] in ("name", "alternate_name")]
        for place in self.places.get(service["id"], ()):
            texts += [
                place["name"],
                *(row["text"] for row in self.texts.get(place["id"], ()) if row["field"] == "name"),
            ]
            texts += [text for row in self.addresses.get(place["id"], ()) for text in (row["address_1"], row["city"])]
        folded = {word for text in texts if text for word in folded_words(text)}
        for record in (service["id"], organization["id"]):
            folded |= {digits for row in self.phones.get(record, ()) for digits in _digits(row["number"], self.area)}
        return sorted(folded)


@lru_cache(maxsize=4)  # a country is seldom more than one, and never changes
def lexicon_of(area: StudyArea | None) -> str:
    """Return the table that words are understood by, as JSON; the same for every directory of a study area."""
    if area is None:
        return json.dumps(lexicon({}), ensure_ascii=False, separators=(",", ":"))
    units = [unit for unit in area.all_units().values() if unit.level > 0]
    names = {unit.code: names_alone(unit) for unit in units}
    for code, short in short_names(area).items():
        names[code] += short
    settings = area.settings
    names |= {code: list(labels.values()) for code, labels in settings.country_names.items() if code != area.code}
    less_sure = {unit.code: [spelt for name in unit.other_names for spelt in spellings(name)] for unit in units}
    for row in area.gazetteer.to_dict("records"):
        if row["unit"] in less_sure and row["seat"] >= 0:
            own = (row.get(f"name_{tried}") for tried in area.languages)
            less_sure[row["unit"]] += (name for name in own if isinstance(name, str))
            less_sure[row["unit"]] += filter(_is_spelt_here, row["names"])
    numbers = [number.number for number in settings.emergency.values()]
    words = Counter(word for unit in units for title in unit.titles.values() for word in {*tokens(title)})
    kinds = [word for word, count in words.items() if count >= len(units) / 4]
    table = lexicon(names, numbers, less_sure, kinds, names_abroad(area))
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"))


def _is_spelt_here(name: str) -> bool:
    """Tell whether a gazetteer's spelling is one of the region: in its letters, or the words of an older name."""
    return bool(SPELT_HERE.search(name)) or (name[0].isupper() and len(tokens(name)) > 1)


CHUNK = 1_000
"""Services whose rows are in memory at once."""


def create_index(connection: sqlite3.Connection) -> None:
    """Make the tables that a search reads, of a view that is being written."""
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)


def write_index(
    connection: sqlite3.Connection, languages: tuple[str, ...], edition: dt.date, area: StudyArea | None
) -> None:
    """Fill the tables that a search reads, of the rows of a view that is being written."""
    columns = ", ".join(f'"{language}" TEXT NOT NULL' for language in languages)
    connection.execute(f"CREATE TEMP TABLE named (number INTEGER PRIMARY KEY, rank INTEGER NOT NULL, {columns})")
    connection.execute("INSERT INTO lexicon VALUES (?)", (lexicon_of(area),))
    intakes: dict[tuple[str, ...], int] = {}
    weeks: dict[tuple[Opening, ...], int] = {}
    insert, size = connection.executemany, 0
    for listing in _listings(connection, languages, edition, area):
        rows = list(enumerate(listing.services, size))
        size += len(rows)
        insert(
            "INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    row["id"],
                    listing.rank(row),
                    intakes.setdefault(listing.suits(row), len(intakes)),
                    weeks.setdefault(listing.openings(row), len(weeks)),
                    " ".join(listing.words(row)),
                )
                for number, row in rows
            ),
        )
        insert(
            "INSERT INTO code VALUES (?, ?, ?)",
            sorted((kind, code, number) for number, row in rows for kind, code in {*listing.codes(row)}),
        )
        insert(
            "INSERT INTO point VALUES (?, ?, ?)",
            ((number, *point) for number, row in rows for point in sorted(listing.points(row))),
        )
        insert(
            f"INSERT INTO named VALUES (?, ?{', ?' * len(languages)})",
            ((number, listing.rank(row), *listing.sort_keys(row).values()) for number, row in rows),
        )
    insert("INSERT INTO taker VALUES (?, ?)", sorted((code, n) for groups, n in intakes.items() for code in groups))
    insert(
        "INSERT INTO open VALUES (?, ?, ?, ?, ?, ?, ?)", ((*times, n) for week, n in weeks.items() for times in week)
    )
    for language in languages:
        order = f'row_number() OVER (ORDER BY rank, "{language}", number) - 1'
        connection.execute(f"INSERT INTO by_name SELECT ?, number, {order} FROM named ORDER BY number", [language])
    connection.execute("DROP TABLE temp.named")
    write_words(connection)


def write_words(connection: sqlite3.Connection) -> None:
    """Make services findable by the words that stand in ``listed``."""
    connection.execute("INSERT INTO word (word) VALUES ('rebuild')")
    connection.execute("INSERT INTO word (word) VALUES ('optimize')")


def _listings(
    connection: sqlite3.Connection, languages: tuple[str, ...], edition: dt.date, area: StudyArea | None
) -> Iterator[SearchIndex]:
    """Yield the services of a view in the order of their ids, some at a time, with the rows that belong to them."""
    groups = groups_named(connection)
    terms = indexed_rows(connection, "taxonomy_term")
    ids, last = f"SELECT id FROM service WHERE id > ? ORDER BY id LIMIT {CHUNK}", ""
    while services := [service for (service,) in connection.execute(ids, [last])]:
        last = services[-1]
        yield SearchIndex(_belonging(connection, services) | {"taxonomy_term": terms}, languages, edition, area, groups)


def _belonging(connection: sqlite3.Connection, services: Sequence[str]) -> dict[str, list[Row]]:
    """Return some services with all rows that the index reads of them."""

    def read(table: str, **values: Iterable[str]) -> list[Row]:
        rows = [row for column, own in values.items() for row in indexed_rows(connection, table, column, own)]
        return rows if len(values) == 1 else [*{row["id"]: row for row in rows}.values()]

    own, ties = read("service", id=services), read("service_at_location", service_id=services)
    bodies, places = {row["organization_id"] for row in own}, {row["location_id"] for row in ties}
    return {
        "service": own,
        "service_at_location": ties,
        "organization": read("organization", id=bodies),
        "location": read("location", id=places),
        "address": read("address", location_id=places),
        "phone": read("phone", service_id=services, organization_id=bodies),
        "schedule": read(
            "schedule", service_id=services, service_at_location_id=[row["id"] for row in ties], location_id=places
        ),
        "translation": read("translation", link_id=[*services, *bodies, *places]),
        **{table: read(table, service_id=services) for table in ("language", "service_area", "cost_option")},
        **{table: read(table, link_id=services) for table in ("attribute", "verification")},
    }


def indexed_rows(
    connection: sqlite3.Connection,
    table: str,
    column: str = "",
    values: Iterable[str | None] = (),
    schema: str = "main",
) -> list[Row]:
    """Return what is read of the rows of a table of which a column has one of some values, or of all."""
    where = f' WHERE "{column}" IN (SELECT value FROM json_each(?))' if column else ""
    sql = f'SELECT {INDEXED[table]} FROM {schema}."{table}"{where}'
    cursor = connection.execute(sql, [to_json([*values]).decode()] if column else [])
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def groups_named(connection: sqlite3.Connection, schema: str = "main") -> frozenset[str]:
    """Return the groups that anything of a view names."""
    rows = connection.execute(
        f"SELECT code FROM {schema}.taxonomy_term WHERE code IS NOT NULL AND id IN"
        f" (SELECT taxonomy_term_id FROM {schema}.attribute WHERE link_type IN ('serves', 'excludes'))"
    )
    return frozenset(code for (code,) in rows)


def name_in(names: Mapping[str, str], language: str, own: str | None) -> str:
    """Return the name in a language, or in the nearest one there is, else its own."""
    return next((names[tried] for tried in chain(language) if tried in names), own or "")


def _schedules(rows: Sequence[Row], ties: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the hours of each service: its own, and those of its places."""
    service_of = {tie["id"]: tie["service_id"] for tie in ties}
    at_place = _grouped(ties, "location_id")
    schedules: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        services = {row["service_id"], service_of.get(row["service_at_location_id"])} - {None}
        if not services:
            services = {tie["service_id"] for tie in at_place.get(row["location_id"], ())}
        for service in services:
            schedules[service].append(row)
    return schedules


def hours_of(row: Row) -> Hours:
    """Return the opening hours that a row of ``schedule`` gives."""
    return _hours(*_TIMES(row))


_TIMES = itemgetter(
    "freq",
    "interval",
    "byday",
    "bymonthday",
    "opens_at",
    "closes_at",
    "description",
    "timezone",
    "valid_from",
    "valid_to",
)


@lru_cache(maxsize=4096)  # many services keep the same hours
def _hours(
    freq: str | None,
    interval: int | None,
    byday: str | None,
    bymonthday: str | None,
    opens: str | None,
    closes: str | None,
    note: str | None,
    utc_offset: float | None,
    valid_from: dt.date | str | None,
    valid_to: dt.date | str | None,
) -> Hours:
    days = tuple(re.findall(r"[+-]?\d?[A-Z]{2}", byday or ""))
    dates = tuple(map(int, re.findall(r"-?\d+", bymonthday or "")))
    season = season_of(note or "")
    monthly = freq == "MONTHLY" or any(len(day) > 2 for day in days)  # "1WE" is of a month, said or not
    others = RareDays(days, dates, monthly, interval or 1, season)
    rare = others if others != RareDays(days) else None
    return Hours(
        days=() if rare else days,
        opens=opens or "",
        closes=closes or "",
        note="" if season else note or "",
        utc_offset=utc_offset,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
        rare=rare,
    )


@lru_cache(maxsize=4096)
def _openings(hours: Hours) -> tuple[Opening, ...]:
    """Return the times of a week at which it is open."""
    return tuple(
        Opening(
            WEEKDAYS.index(span.day),
            span.opens,
            span.closes,
            hours.utc_offset,
            span.first.isoformat() if span.first else None,
            span.last.isoformat() if span.last else None,
        )
        for span in hours.spans()
    )


def _day(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def has_point(place: Row) -> bool:
    """Tell whether a row of ``location`` may stand on a map."""
    return place["latitude"] is not None and place["longitude"] is not None


@lru_cache(maxsize=65536)
def unit_family(area: StudyArea | None, unit: str, *, down: bool) -> frozenset[str]:
    """Return a unit with all that it lies in and, with ``down``, all that lie in it."""
    if area is None or unit not in area.all_units():
        return frozenset([unit])
    family = {unit, *area.ancestors(unit)}
    if down:
        family |= {code for code in area.all_units() if unit in area.ancestors(code)}
    return frozenset(family)


def _digits(number: str | None, area: StudyArea | None) -> list[str]:
    """Return a number as it may be typed: whole, and without the country's code."""
    whole = "".join(filter(str.isdigit, number or ""))
    if not is_dialled(whole) or (number or "").startswith("http"):
        return []
    home = str(country_code_for_region(area.phone_country)) if area else ""
    return [whole, whole.removeprefix(home)] if home and whole.startswith(home) and len(whole) > 9 else [whole]


@lru_cache(maxsize=65536)
def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text; many services share their names, bodies and towns."""
    return tuple(tokens(text))


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
