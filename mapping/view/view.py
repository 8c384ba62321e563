"""View: what one audience may see, in a SQLite file of its own.

Everything that publishes is handed a view and nothing else. Its tables are those of the directory, reduced by
`mapping.safety.redaction`; beside them stand the study area's units, travel times, ``edition``, and what a search
reads.
"""

import datetime as dt
import json
import sqlite3
import weakref
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from mapping.area.study_area import StudyArea
from mapping.errors import FormatError, InvalidRecord, NotFound
from mapping.freshness import DUE_DAYS, LAPSED_DAYS, Freshness, freshness, latest
from mapping.language.i18n import Message, chain_of
from mapping.language.meaning import Meaning
from mapping.model import AUDIENCES, RECORDS, Audience
from mapping.view.entries import (
    Entry,
    OrganizationEntry,
    PhoneEntry,
    SearchResult,
    ServicePlace,
    StatementEntry,
    sort_key,
)
from mapping.view.file_format import APPLICATION_ID, FORMAT
from mapping.view.rules.opening import Hours, hours_of
from mapping.view.search import Query, Search, SearchTable, search_table
from mapping.view.service_index import ServiceIndex

__all__ = [
    "Entry",
    "Freshness",
    "Hours",
    "OrganizationEntry",
    "PhoneEntry",
    "SearchResult",
    "ServicePlace",
    "StatementEntry",
    "View",
    "freshness",
]

MAPPED = 2**31
"""Bytes of a view that are read straight from the system's memory, without a copy of one's own."""

Rows = Mapping[str, list[sqlite3.Row]]
Texts = Mapping[tuple[str, str], tuple[str, str]]
"""(record, field) -> (text, language): the best that there is for a language."""

INVENTED, TRIAL = Message("Demonstration: everything here is invented."), Message("Trial: not for publication.")
"""What a view of the demonstration, and one of a trial (`rohnamo try`), says in all that is made of it."""


class OtherVersion(FormatError):
    """A view that another version of this program wrote."""


class View:
    """A view file, opened read-only.

    Parameters
    ----------
    path
        The file, as `mapping.editions.publish.publish` or ``directory.view`` wrote it.
    mapped
        Whether what is read stays in the memory as long as the view is open; not for who reads it once from end to end.

    Raises
    ------
    FormatError
        When the file is not a view, is of another version, or this Python's SQLite cannot read it.
    """

    def __init__(self, path: str | Path, *, mapped: bool = True) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise FormatError(f"{self.path}: there is no view; make one with `rohnamo publish`")
        uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            self.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            weakref.finalize(self, self.connection.close)  # where nobody closes it, or it turns out to be no view
            self.connection.execute(f"PRAGMA mmap_size = {MAPPED * mapped}")
            self._require_format()
            self._read(self.connection)
        except sqlite3.Error as error:
            raise FormatError(f"{self.path}: is not a view ({error}); make one with `rohnamo publish`") from error

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Self:
        """Return a view of a connection that is open, such as of a file that is being written."""
        view = cls.__new__(cls)
        view._read(connection)
        return view

    def _read(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.facts: dict[str, str] = dict(connection.execute("SELECT name, value FROM edition"))
        self.connection.row_factory = sqlite3.Row
        self._listing: dict[str, list[Entry]] = {}

    def _require_format(self) -> None:
        (mark,) = self.connection.execute("PRAGMA application_id").fetchone()
        if mark != APPLICATION_ID:
            raise FormatError(f"{self.path}: is a database, but not a view; make one with `rohnamo publish`")
        facts = dict(self.connection.execute("SELECT name, value FROM edition"))
        if facts.get("format") != FORMAT:
            raise OtherVersion(
                f"{self.path}: is a view of format {facts.get('format')}, not {FORMAT}; publish it again"
            )

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def __enter__(self) -> Self:
        """Use the view in a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it at the end of the block."""
        self.close()

    @property
    def audience(self) -> Audience:
        """Who may see this view."""
        return next(audience for audience in AUDIENCES if audience == self.facts["audience"])

    def require_area(self, area: StudyArea) -> None:
        """Refuse the study area of another country: its emergency numbers and its units are not those of this view.

        Raises
        ------
        InvalidRecord
            The view was published for another country.
        """
        code = self.facts.get("area", area.code)
        if code != area.code:
            raise InvalidRecord(
                f"{self.path}: is a view of {code}, and {area.folder} is the study area of {area.code};"
                f" choose the folder of {code} (--area)"
            )

    @property
    def edition(self) -> dt.date:
        """The day of this edition; freshness is judged on it."""
        return dt.date.fromisoformat(self.facts["edition"])

    @property
    def licences(self) -> tuple[str, ...]:
        """The licences of sources of which it shows records: whatever is made of it must name them."""
        return tuple(filter(None, self.facts.get("licences", "").split("\n")))

    @property
    def demo(self) -> bool:
        """Whether everything in it is invented; whatever is made of it says so."""
        return self.facts.get("demo") == "1"

    @property
    def notice(self) -> Message | None:
        """What is said first in all that is made of it: that it is invented, or a trial."""
        return INVENTED if self.demo else TRIAL if self.facts.get("trial") == "1" else None

    @cached_property
    def _days(self) -> dict[str, int]:
        """The days that freshness is judged by, as the study area had them."""
        usual = {"due_days": DUE_DAYS, "lapsed_days": LAPSED_DAYS}
        return {name: int(self.facts.get(name, days)) for name, days in usual.items()}

    def last_check(
        self, rows: Iterable[Mapping[str, Any] | sqlite3.Row]
    ) -> tuple[Mapping[str, Any] | None, dt.date | None, dt.date | None, Freshness]:
        """Return the last of some verifications, its day, when the next is due, and how fresh that is on this day."""
        check = latest(rows)  # type: ignore[arg-type]
        on, due = (_day(check[name]) if check else None for name in ("verified_on", "next_due"))
        return check, on, due, freshness(on, due, self.edition, **self._days)

    def rows(self, table: str) -> list[sqlite3.Row]:
        """Return a table's rows in the order of their ids, with the columns that may be published.

        Raises
        ------
        NotFound
            When a view has no such table.
        """
        if table not in self._tables:
            raise NotFound(f"{table!r} is not a table of a view; the tables are {', '.join(sorted(self._tables))}")
        return list(self.connection.execute(f'SELECT * FROM "{table}" ORDER BY id'))

    def days(self, table: str) -> tuple[dict[str, dt.date], list[dt.date]]:
        """Return the day of the edition in which each record of a table last changed, and the days on which some went.

        Of what is gone nobody can tell where it was; a view of before these days were kept tells none.
        """
        changed, gone = (
            [row for row in (self.rows(name) if name in self._tables else ()) if row["entity"] == table]
            for name in ("modified", "tombstone")
        )
        day = dt.date.fromisoformat
        return {row["id"]: day(row["modified_on"]) for row in changed}, [day(row["gone_on"]) for row in gone]

    @cached_property
    def _tables(self) -> set[str]:
        names = self.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {name for (name,) in names} & {*RECORDS, "tombstone", "modified", "demand", "unavailable", "changed"}

    @cached_property
    def filled(self) -> frozenset[str]:
        """The tables that have rows; the others need not be asked."""
        asked = ((table, self.connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1')) for table in self._tables)
        return frozenset(table for table, rows in asked if rows.fetchone())

    @cached_property
    def listed(self) -> frozenset[str]:
        """The services that stand in lists and are found: see `mapping.view.rules.listing`."""
        return frozenset(service for (service,) in self.connection.execute("SELECT service FROM listed"))

    def services(self, *, language: str = "en") -> list[Entry]:
        """Return every service, by name and id; those of the language that was last asked for are kept."""
        if language not in self._listing:
            ids = [service for (service,) in self.connection.execute("SELECT id FROM service")]
            self._listing = {language: self.entries(ids, language=language)}
        return list(self._listing[language])

    def active_places(self) -> dict[str, tuple[ServicePlace, ...]]:
        """Return the places that people go to of every service that is active, by its id."""
        return {entry.id: entry.sites for entry in self.services() if entry.active}

    def service(self, service_id: str, *, language: str = "en") -> Entry:
        """Return one service.

        Raises
        ------
        NotFound
            When this audience has none of that id, whether there is a hidden one or none at all.
        """
        entries = self.entries([service_id], language=language)
        if not entries:
            raise NotFound(f"service {service_id}: not in this directory")
        return entries[0]

    def organization(self, organization_id: str, *, language: str = "en") -> OrganizationEntry:
        """Return one organization.

        Raises
        ------
        NotFound
            When this audience has none of that id.
        """
        organizations = self._organizations([organization_id], language)
        if organization_id not in organizations:
            raise NotFound(f"organization {organization_id}: not in this directory")
        return organizations[organization_id]

    def organizations(self, *, language: str = "en") -> list[OrganizationEntry]:
        """Return every organization, by name and id."""
        entries = self._organizations([row["id"] for row in self.rows("organization")], language).values()
        return sorted(entries, key=lambda o: (sort_key(o.name), o.id))

    def statements(self, *, language: str = "en") -> list[StatementEntry]:
        """Return the statements, by area unit and text."""
        rows = self.rows("statement")
        texts = self._texts([row["id"] for row in rows], language)
        entries = [
            StatementEntry(
                id=row["id"],
                text=texts.get((row["id"], "text"), (row["text"], ""))[0],
                route=row["route"],
                service_type=row["service_type"] or "",
                area_unit=row["area_unit"] or "",
                consent_until=_day(row["consent_until"]),
            )
            for row in rows
        ]
        return sorted(entries, key=lambda s: (s.area_unit, sort_key(s.text), s.id))

    def minutes(self, place_id: str, scenario: str = "summer") -> dict[str, float]:
        """Return the minutes from a place of the gazetteer to each public location that it is not too far from.

        Empty where the view was written without travel times. A country without a winter has those of summer then.
        """
        if not self._has_travel:
            return {}
        if scenario == "winter" and not self._has_winter:
            scenario = "summer"
        query = (
            "SELECT location, substr(minutes, number, 1) FROM travel, travel_from"
            " WHERE place = ? AND scenario = ? AND substr(minutes, number, 1) <> x'ff' ORDER BY location"
        )
        return {location: float(byte[0]) for location, byte in self.connection.execute(query, (place_id, scenario))}

    def places(self) -> list[str]:
        """Return the places of the gazetteer from which minutes are told."""
        if not self._has_travel:
            return []
        return [place for (place,) in self.connection.execute("SELECT DISTINCT place FROM travel_from ORDER BY place")]

    @cached_property
    def _has_winter(self) -> bool:
        query = "SELECT 1 FROM travel_from WHERE scenario = 'winter' LIMIT 1"
        return self.connection.execute(query).fetchone() is not None

    @cached_property
    def _has_travel(self) -> bool:
        return self.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'travel'").fetchone() is not None

    def find(
        self,
        text: str = "",
        *,
        type: str | None = None,  # noqa: A002
        serves: str | None = None,
        speaks: str | None = None,
        area_unit: str | Collection[str] | None = None,
        near: tuple[float, float] | None = None,
        within_km: float | None = None,
        open_at: dt.datetime | None = None,
        language: str = "en",
        limit: int = 20,
    ) -> SearchResult:
        """Find services that are active or closed for a time.

        Services with a point stand first in the order in which they may be offered: verified, never verified, lapsed
        or closed; among these nearest first, or by name. Services without a point follow in a block of their
        own, by name: no distance is ever told of them.

        Parameters
        ----------
        text
            Words in any language, script and spelling, as somebody types them who needs help. They are understood
            by `mapping.language.meaning`: what they ask for comes first, then names and numbers; a place among them
            sorts and does not narrow; what meets nothing is passed over. The first block stands in that order.
        type
            A service type ("LEG-INF") or a family ("LEG").
        serves
            A group ("AGE-CHI"). Services that do not take it are left out, those that may take it when asked are not:
            see `mapping.view.rules.takes`.
        speaks
            A language that help must be given in.
        area_unit
            A unit, or several. Services in it come first; in the second block stand those that only cover it, are known
            by an area that lies in it or that it lies in, or have neither place nor area and so serve everybody.
        near, within_km
            Latitude and longitude, and the greatest distance in a straight line.
        open_at
            A moment, without a time zone in the study area's time. Each service is judged by its own clock; hours
            that are only words count as closed, and on a holiday all but what is always open: see
            `mapping.view.rules.opening`.
        language
            The language of the entries, and of the alphabet that they stand in.
        limit
            The most entries of each block; ``total`` counts all.

        Raises
        ------
        NotFound
            There is no such type, group or unit.
        InvalidRecord
            A value cannot be meant.
        """
        units = frozenset([area_unit]) if isinstance(area_unit, str) else None
        if units is None and area_unit is not None:
            units = frozenset(area_unit)
        self._require_units(units or frozenset())
        query = Query(text, type, serves, speaks, units, near, within_km, open_at, language, limit)
        hits = self.search(query).run()
        kilometres = {service: round(km, 3) for service, km in hits.kilometres.items()}
        found = {entry.id: entry for entry in self.entries([*hits.here, *hits.elsewhere], language=language)}
        here, elsewhere = (tuple(found[service] for service in ids) for ids in (hits.here, hits.elsewhere))
        return SearchResult(here=here, elsewhere=elsewhere, kilometres=kilometres, total=hits.total)

    def meaning(self, text: str) -> Meaning:
        """Return what a text asks for: whether a line must come first, which kinds of help, where."""
        return self.search(Query(text)).meaning

    def visited(self) -> set[str]:
        """Return the services of the search index that have a point which people go to."""
        query = "SELECT service FROM listed JOIN code USING (number) WHERE kind = 'pointed'"
        return {service for (service,) in self.connection.execute(query)}

    def search(self, query: Query) -> Search:
        """Return the search that answers a question."""
        return Search(self._index, query, self.facts)

    def searched_codes(self, kind: str) -> list[str]:
        """Return the codes of a kind that services can be found by: "type", "for" (groups), "speaks"."""
        return self._index.codes(kind)

    @cached_property
    def _index(self) -> ServiceIndex:
        return ServiceIndex(self.connection, self.facts)

    def search_table(self) -> SearchTable:
        """Return what a search outside this file needs to find the same: the lexicon, and the facts of each service."""
        return search_table(self._index)

    def _require_units(self, units: frozenset[str]) -> None:
        known = {code for (code,) in self.connection.execute("SELECT code FROM area_unit")} if units else set()
        if known and (unknown := sorted(units - known)):
            raise NotFound(f"area_unit {', '.join(unknown)}: there is no such administrative unit in this directory")

    def entries(self, ids: Sequence[str], *, language: str = "en") -> list[Entry]:
        """Return services by id, in the order of their names; unknown ids are passed over."""
        services = self.rows_where("service", "id", ids)
        places, ties, reached_at = self._places(ids, language)
        parts = {table: _grouped(self.rows_where(table, "service_id", ids), "service_id") for table in _PARTS}
        for table in ("phone", "schedule"):
            self._add_from_places(parts[table], table, ties, reached_at)
        for table in ("attribute", "verification"):
            parts[table] = _grouped(self.rows_where(table, "link_id", ids), "link_id")
        papers = [row["id"] for rows in parts["required_document"].values() for row in rows]
        texts = self._texts([*ids, *papers], language)
        organizations = self._organizations({row["organization_id"] for row in services}, language)
        entries = []
        for row in services:
            own = {table: rows.get(row["id"], []) for table, rows in parts.items()}
            organization = organizations[row["organization_id"]]
            entries.append(self._entry(row, own, texts, organization, places.get(row["id"], ())))
        return sorted(entries, key=lambda e: (sort_key(e.name), e.id))

    def schedules(self, services: Sequence[str]) -> dict[str, list[sqlite3.Row]]:
        """Return the rows of hours of some services: their own, and those of their places."""
        _, ties, reached_at = self._places(services, "en")
        rows = _grouped(self.rows_where("schedule", "service_id", services), "service_id")
        self._add_from_places(rows, "schedule", ties, reached_at)
        return rows

    @cached_property
    def _terms(self) -> dict[str, str]:
        return {row["id"]: row["code"] for row in self.connection.execute("SELECT id, code FROM taxonomy_term")}

    def rows_where(self, table: str, column: str, ids: Iterable[str | None]) -> list[sqlite3.Row]:
        """Return the rows whose column is one of the ids, in the order of their own ids."""
        wanted = sorted({identifier for identifier in ids if identifier})
        if not wanted or table not in self.filled:
            return []
        query = f'SELECT * FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?)) ORDER BY id'
        return list(self.connection.execute(query, [json.dumps(wanted)]))

    def _texts(self, ids: Iterable[str], language: str) -> dict[tuple[str, str], tuple[str, str]]:
        """Return the best text of each field of some records for the readers of a language."""
        return best_texts(self.rows_where("translation", "link_id", ids), language)

    def _organizations(self, ids: Iterable[str], language: str) -> dict[str, OrganizationEntry]:
        wanted = set(ids)
        texts = self._texts(wanted, language)
        names = _grouped(self.rows_where("translation", "link_id", wanted), "link_id")
        phones = _grouped(self.rows_where("phone", "organization_id", wanted), "organization_id")
        entries = {}
        for row in self.rows_where("organization", "id", wanted):
            name, spoken = texts.get((row["id"], "name"), (row["name"], ""))
            translations = [t["text"] for t in names.get(row["id"], ()) if t["field"] == "name"]
            entries[row["id"]] = OrganizationEntry(
                id=row["id"],
                name=name,
                language=spoken,
                kind=row["kind"] or "",
                description=texts.get((row["id"], "description"), (row["description"] or "", ""))[0],
                email=row["email"] or "",
                website=row["website"] or "",
                phones=_phones(p for p in phones.get(row["id"], ()) if not p["service_id"]),
                other_names=_others([row["name"], row["alternate_name"], *translations], name),
            )
        return entries

    def _places(
        self, ids: Iterable[str], language: str
    ) -> tuple[dict[str, tuple[ServicePlace, ...]], dict[str, str], dict[str, set[str]]]:
        """Return the places of services, the service of each tie to a place, and the services of each location."""
        rows = self.rows_where("service_at_location", "service_id", ids)
        locations = {row["id"]: row for row in self.rows_where("location", "id", (row["location_id"] for row in rows))}
        addresses = _grouped(self.rows_where("address", "location_id", locations), "location_id")
        access = _grouped(self.rows_where("accessibility", "location_id", locations), "location_id")
        texts = self._texts(locations, language)
        places: dict[str, list[ServicePlace]] = defaultdict(list)
        services_at: dict[str, set[str]] = defaultdict(set)

        def text(location: sqlite3.Row, name: str) -> str:
            return str(texts.get((location["id"], name), (location[name] or "", ""))[0])

        for row in rows:
            location = locations[row["location_id"]]
            address = next(iter(addresses.get(location["id"], ())), None)
            services_at[location["id"]].add(row["service_id"])
            places[row["service_id"]].append(
                ServicePlace(
                    id=location["id"],
                    name=text(location, "name"),
                    address=(address["address_1"] or "") if address else "",
                    city=(address["city"] or "") if address else "",
                    area_unit=location["area_unit"],
                    country=location["country"],
                    latitude=location["latitude"],
                    longitude=location["longitude"],
                    precision=location["precision"],
                    position_basis=location["position_basis"],
                    role=row["role"],
                    transportation=text(location, "transportation"),
                    accessibility="; ".join(filter(None, (a["description"] for a in access.get(location["id"], ())))),
                )
            )
        ties = {row["id"]: row["service_id"] for row in rows}
        return {service: tuple(service_places) for service, service_places in places.items()}, ties, services_at

    def _add_from_places(
        self,
        rows: dict[str, list[sqlite3.Row]],
        table: str,
        ties: Mapping[str, str],
        services_at: Mapping[str, set[str]],
    ) -> None:
        """Add what belongs to a service by its places: their phones and hours."""
        for row in self.rows_where(table, "service_at_location_id", ties):
            if not row["service_id"]:
                rows[ties[row["service_at_location_id"]]].append(row)
        for row in self.rows_where(table, "location_id", services_at):
            if not row["service_id"] and not row["service_at_location_id"]:
                for service in sorted(services_at[row["location_id"]]):
                    rows[service].append(row)

    def _entry(
        self,
        row: sqlite3.Row,
        own: Rows,
        texts: Texts,
        organization: OrganizationEntry,
        places: tuple[ServicePlace, ...],
    ) -> Entry:
        def text(name: str) -> str:
            return str(texts.get((row["id"], name), (row[name] or "", ""))[0])

        linked: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
        for attribute in own["attribute"]:
            linked[attribute["link_type"]].append((attribute["taxonomy_term_id"], attribute["value"]))

        def codes(link: str) -> tuple[str, ...]:
            codes = (self._terms.get(term) for term, _ in linked.get(link, ()) if term)
            return tuple(sorted({code for code in codes if code}))

        def notes(link: str) -> tuple[str, ...]:
            return tuple(sorted({value for term, value in linked.get(link, ()) if value and not term}))

        check, on, due, fresh = self.last_check(own["verification"])
        papers = (texts.get((r["id"], "document"), (r["document"], ""))[0] for r in own["required_document"])
        return Entry(
            id=row["id"],
            name=text("name"),
            name_language=texts.get((row["id"], "name"), ("", ""))[1],
            organization=organization,
            description=text("description"),
            description_language=texts.get((row["id"], "description"), ("", ""))[1],
            status=row["status"],
            types=codes("service_type"),
            serves=codes("serves"),
            excludes=codes("excludes"),
            serves_notes=notes("serves"),
            excludes_notes=notes("excludes"),
            minimum_age=row["minimum_age"],
            maximum_age=row["maximum_age"],
            places=places,
            covers=tuple(sorted({a["area_unit"] for a in own["service_area"] if a["area_unit"]})),
            phones=_phones(own["phone"]) or organization.phones,
            email=row["email"] or organization.email,
            url=row["url"] or organization.website,
            hours=_hours(own["schedule"], self.edition),
            languages=tuple(dict.fromkeys(sorted(r["code"] for r in own["language"] if r["code"]))),
            fees=text("fees_description"),
            documents=tuple(sorted({paper for paper in papers if paper})),
            application=text("application_process"),
            eligibility=text("eligibility_description"),
            alert=text("alert"),
            capacity="; ".join(c["description"] or f"{c['available']:g}" for c in own["service_capacity"]),
            verified_on=on,
            next_due=due,
            verification_level=check["level"] if check else "unverified",
            freshness=fresh,
        )


_PARTS = ("phone", "schedule", "language", "service_area", "required_document", "service_capacity")
"""Tables whose rows belong to a service."""


def best_texts(
    rows: Iterable[Mapping[str, Any] | sqlite3.Row], language: str
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the best of some translations for the readers of a language, with its own: (record, field) -> both."""
    best: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        key, order = (row["link_id"], row["field"]), chain_of(row["link_entity"], row["field"], language)
        if row["language"] in order and (key not in best or order.index(row["language"]) < order.index(best[key][1])):
            best[key] = (row["text"], row["language"])
    return best


def _grouped(rows: Iterable[sqlite3.Row], column: str) -> dict[str, list[sqlite3.Row]]:
    groups: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _others(names: Iterable[str | None], shown: str) -> tuple[str, ...]:
    """Return further names, each once."""
    return tuple(dict.fromkeys(name for name in names if name and name != shown))


def _phones(rows: Iterable[sqlite3.Row]) -> tuple[PhoneEntry, ...]:
    entries = {PhoneEntry(r["number"], r["type"] or "", r["extension"], r["description"] or "") for r in rows}
    return tuple(sorted(entries, key=lambda p: (p.kind == "fax", p.number, p.kind, p.extension or 0, p.note)))


def _hours(rows: Iterable[sqlite3.Row], edition: dt.date) -> tuple[Hours, ...]:
    """Return the hours of a service as an edition tells them."""
    entries = {hours for row in rows if (hours := hours_of(row).told_on(edition)) is not None}
    return tuple(
        sorted(
            entries, key=lambda h: (h.days == (), [WEEK[d] for d in h.days if d in WEEK], h.opens, h.note, str(h.rare))
        )
    )


WEEK = {day: place for place, day in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
