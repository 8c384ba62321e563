"""View: what one audience may see, in a SQLite file of its own.

Everything that publishes is handed a view and nothing else. Its tables are those of the directory, reduced by
``mapping.safety``; beside them stand its own search index, an R*Tree of the places that may be shown, and ``edition``.
"""

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import sqlite_utils

from mapping.errors import FormatError, NotFound
from mapping.fold import skeleton
from mapping.model import RECORDS, Audience, Precision, Record, references
from mapping.words import chain

FORMAT = "1"
Freshness = Literal["fresh", "due", "overdue", "unknown"]


@dataclass(frozen=True)
class PhoneEntry:
    """A number to call; ``number`` is E.164 or short, as it is dialled."""

    number: str
    kind: str = ""
    extension: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Hours:
    """Weekly opening hours: days as in RRULE ("MO,TU"), times "08:00"; or only words."""

    days: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    note: str = ""
    utc_offset: float | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @property
    def all_day(self) -> bool:
        """Whether it is open day and night on its days."""
        return self.opens == "00:00" and self.closes in ("23:59", "24:00")


@dataclass(frozen=True)
class Place:
    """Where a service is: a point, or only an area unit, or only a country."""

    id: str
    name: str = ""
    address: str = ""
    city: str = ""
    area_unit: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision = "none"
    position_basis: str = "none"
    role: str = "delivery"
    transportation: str = ""
    accessibility: str = ""

    @property
    def has_point(self) -> bool:
        """Whether it may stand on a map and take part in distances."""
        return self.latitude is not None and self.longitude is not None


@dataclass(frozen=True)
class OrganizationEntry:
    """An organization as a page shows it."""

    id: str
    name: str
    language: str = ""
    kind: str = ""
    description: str = ""
    email: str = ""
    website: str = ""
    phones: tuple[PhoneEntry, ...] = ()
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A service with all that belongs to it, in one language.

    ``name_language`` is the language that ``name`` is written in, where no text in the wanted one exists.
    Types, groups and languages are codes.
    """

    id: str
    name: str
    organization: OrganizationEntry
    name_language: str = ""
    description: str = ""
    description_language: str = ""
    status: str = "active"
    types: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    serves_notes: tuple[str, ...] = ()
    excludes_notes: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    covers: tuple[str, ...] = ()
    phones: tuple[PhoneEntry, ...] = ()
    email: str = ""
    url: str = ""
    hours: tuple[Hours, ...] = ()
    languages: tuple[str, ...] = ()
    fees: str = ""
    documents: tuple[str, ...] = ()
    application: str = ""
    eligibility: str = ""
    alert: str = ""
    capacity: str = ""
    verified_on: dt.date | None = None
    next_due: dt.date | None = None
    verification_level: str = "unverified"
    freshness: Freshness = "unknown"

    @property
    def points(self) -> tuple[Place, ...]:
        """Places that may stand on a map."""
        return tuple(place for place in self.places if place.has_point)

    @property
    def remote(self) -> bool:
        """Whether it has no place that may be shown: it is reached by phone or mail only."""
        return not self.places

    @property
    def offered(self) -> bool:
        """Whether it may be offered first: active and not overdue."""
        return self.status == "active" and self.freshness not in ("overdue",)


@dataclass(frozen=True)
class StatementEntry:
    """A public sentence about something hidden, and the line through which it is arranged."""

    id: str
    text: str
    route: str
    service_type: str = ""
    area_unit: str = ""
    consent_until: dt.date | None = None


@dataclass(frozen=True)
class Found:
    """What a search found: entries with a point first (with kilometres where asked), the rest in a block by name."""

    here: tuple[Entry, ...] = ()
    elsewhere: tuple[Entry, ...] = ()
    kilometres: Mapping[str, float] = field(default_factory=dict)
    total: int = 0


def write_view(
    tables: Mapping[str, list[Record]],
    ids: Mapping[str, str],
    path: str | Path,
    *,
    audience: Audience,
    edition: dt.date,
) -> None:
    """Write redacted records into a new file, under their published ids, in the order of these.

    The same records give the same bytes. Links to records that are not in the view are left empty.
    """
    path = Path(path)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    connection = sqlite3.connect(fresh, isolation_level=None)
    db = sqlite_utils.Database(connection)
    db.execute("PRAGMA journal_mode = off")
    db.execute("BEGIN")
    for table, kind in RECORDS.items():
        if table not in tables:
            continue
        rows = [_published(record, ids) for record in tables[table]]
        columns = ", ".join(f'"{name}"' for name in kind.model_fields)
        db.execute(f'CREATE TABLE "{table}" ({columns}, PRIMARY KEY (id)) WITHOUT ROWID')
        marks = ", ".join("?" * len(kind.model_fields))
        connection.executemany(
            f'INSERT INTO "{table}" VALUES ({marks})',
            (tuple(row.values()) for row in sorted(rows, key=lambda r: r["id"])),
        )
        for column in (*references(kind), *(c for c in ("link_id",) if c in kind.model_fields)):
            db.execute(f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}")')
    _write_index(connection)
    db.execute("CREATE TABLE edition (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
    rows = [("audience", audience), ("edition", edition.isoformat()), ("format", FORMAT)]
    connection.executemany("INSERT INTO edition VALUES (?, ?)", rows)
    db.execute("COMMIT")
    connection.close()
    fresh.replace(path)


def _published(record: Record, ids: Mapping[str, str]) -> dict[str, Any]:
    row = record.model_dump(mode="json")
    for name in ("id", "link_id", *references(type(record))):
        if row.get(name) is not None:
            row[name] = ids.get(row[name])
    return row


def _write_index(connection: sqlite3.Connection) -> None:
    """Fill the full-text index (folded words of everything that names a service) and the R*Tree of points."""
    connection.execute("CREATE VIRTUAL TABLE search USING fts5(words, content='')")
    connection.execute("CREATE TABLE search_at (number INTEGER PRIMARY KEY, service TEXT)")
    connection.execute("CREATE VIRTUAL TABLE spot USING rtree(number, south, north, west, east)")
    connection.execute("CREATE TABLE spot_at (number INTEGER PRIMARY KEY, service_at_location TEXT)")
    words = connection.execute(
        """
        SELECT s.id, s.name || ' ' || coalesce(s.alternate_name, '') || ' ' || o.name || ' ' ||
            coalesce(o.alternate_name, '') || ' ' ||
            coalesce((SELECT group_concat(t.text, ' ') FROM translation t WHERE t.link_id IN (s.id, o.id)), '') || ' ' ||
            coalesce((SELECT group_concat(t.name || ' ' || t.description, ' ') FROM attribute a JOIN taxonomy_term t
                ON t.id = a.taxonomy_term_id WHERE a.link_id = s.id), '')
        FROM service s JOIN organization o ON o.id = s.organization_id ORDER BY s.id
        """
    ).fetchall()
    numbered = list(enumerate(words, 1))
    connection.executemany(
        "INSERT INTO search (rowid, words) VALUES (?, ?)", ((n, skeleton(t)) for n, (_, t) in numbered)
    )
    connection.executemany("INSERT INTO search_at VALUES (?, ?)", ((n, i) for n, (i, _) in numbered))
    spots = connection.execute(
        """
        SELECT row_number() OVER (ORDER BY p.id), p.id, l.latitude, l.longitude FROM service_at_location p
        JOIN location l ON l.id = p.location_id WHERE l.latitude IS NOT NULL ORDER BY p.id
        """
    ).fetchall()
    connection.executemany(
        "INSERT INTO spot VALUES (?, ?, ?, ?, ?)", ((n, lat, lat, lon, lon) for n, _, lat, lon in spots)
    )
    connection.executemany("INSERT INTO spot_at VALUES (?, ?)", ((n, i) for n, i, _, _ in spots))


class View:
    """A view file, opened read-only.

    Raises
    ------
    FormatError
        When the file is not a view, or of another version.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.connection = sqlite3.connect(
                f"file:{self.path}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self.edition_facts = dict(self.connection.execute("SELECT name, value FROM edition"))
        except sqlite3.Error as error:
            raise FormatError(f"{self.path}: is not a view ({error}); make one with `rohnamo publish`") from error
        self.connection.row_factory = sqlite3.Row

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
        return self.edition_facts["audience"]  # type: ignore[return-value]

    @property
    def edition(self) -> dt.date:
        """The day of this edition; freshness is judged on it."""
        return dt.date.fromisoformat(self.edition_facts["edition"])

    def rows(self, table: str) -> list[sqlite3.Row]:
        """Return a table's rows in the order of their ids."""
        if table not in RECORDS:
            raise NotFound(f"{table!r} is not a table of a view; the tables are {', '.join(RECORDS)}")
        return list(self.connection.execute(f'SELECT * FROM "{table}" ORDER BY id'))

    def services(self, *, language: str = "en") -> list[Entry]:
        """Return every service, by name and id."""
        return self.entries([row["id"] for row in self.rows("service")], language=language)

    def service(self, service_id: str, *, language: str = "en") -> Entry:
        """Return one service; NotFound when this audience has none of that id."""
        found = self.entries([service_id], language=language)
        if not found:
            raise NotFound(f"service {service_id}: not in this directory")
        return found[0]

    def statements(self, *, language: str = "en") -> list[StatementEntry]:
        """Return the statements, by area unit and text."""
        texts = self._texts([row["id"] for row in self.rows("statement")], language)
        entries = [
            StatementEntry(
                id=row["id"], text=texts.get((row["id"], "text"), (row["text"], ""))[0], route=row["route"],
                service_type=row["service_type"] or "", area_unit=row["area_unit"] or "",
                consent_until=_day(row["consent_until"]),
            )
            for row in self.rows("statement")
        ]  # fmt: skip
        return sorted(entries, key=lambda s: (s.area_unit, s.text, s.id))

    def organizations(self, *, language: str = "en") -> list[OrganizationEntry]:
        """Return every organization, by name and id."""
        entries = self._organizations([row["id"] for row in self.rows("organization")], language).values()
        return sorted(entries, key=lambda o: (o.name.casefold(), o.id))

    def entries(self, ids: Sequence[str], *, language: str = "en") -> list[Entry]:
        """Return services by id, by name; unknown ids are passed over."""
        services = self._where("service", "id", ids)
        texts = self._texts(ids, language)
        organizations = self._organizations({row["organization_id"] for row in services}, language)
        parts = {table: self._by_service(table, ids) for table in _PARTS}
        links = {
            table: _grouped(self._where(table, "link_id", ids), "link_id") for table in ("attribute", "verification")
        }
        places = self._places(ids, language)
        entries = []
        for row in services:
            own = {table: rows.get(row["id"], []) for table, rows in parts.items()}
            own |= {table: rows.get(row["id"], []) for table, rows in links.items()}
            entries.append(
                self._entry(row, own, texts, organizations[row["organization_id"]], places.get(row["id"], ()))
            )
        return sorted(entries, key=lambda e: (e.name.casefold(), e.id))

    def find(
        self,
        text: str = "",
        *,
        type: str | None = None,  # noqa: A002
        serves: str | None = None,
        speaks: str | None = None,
        area_unit: str | None = None,
        near: tuple[float, float] | None = None,
        within_km: float | None = None,
        open_at: dt.datetime | None = None,
        language: str = "en",
        limit: int = 20,
    ) -> Found:
        """Find services: nearest first, or by name; places without a point stand in a block of their own, by name."""
        raise NotImplementedError

    @cached_property
    def _terms(self) -> dict[str, str]:
        return {row["id"]: row["code"] for row in self.rows("taxonomy_term")}

    def _where(self, table: str, column: str, ids: Iterable[str]) -> list[sqlite3.Row]:
        """Return the rows whose column is one of the ids, in the order of their own ids."""
        query = f'SELECT * FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?)) ORDER BY id'
        return list(self.connection.execute(query, [json.dumps(sorted(set(filter(None, ids))))]))

    def _by_service(self, table: str, ids: Iterable[str]) -> dict[str, list[sqlite3.Row]]:
        return _grouped(self._where(table, "service_id", ids), "service_id")

    def _texts(self, ids: Iterable[str], language: str) -> dict[tuple[str, str], tuple[str, str]]:
        """Return (record, field) -> (text, language), the best of each in the chain of a language."""
        order = {tried: place for place, tried in enumerate(chain(language))}
        best: dict[tuple[str, str], tuple[str, str]] = {}
        for row in self._where("translation", "link_id", ids):
            key = (row["link_id"], row["field"])
            if row["language"] in order and (key not in best or order[row["language"]] < order[best[key][1]]):
                best[key] = (row["text"], row["language"])
        return best

    def _organizations(self, ids: Iterable[str], language: str) -> dict[str, OrganizationEntry]:
        ids = set(filter(None, ids))
        texts = self._texts(ids, language)
        names = _grouped(self._where("translation", "link_id", ids), "link_id")
        phones = _grouped(self._where("phone", "organization_id", ids), "organization_id")
        entries = {}
        for row in self._where("organization", "id", ids):
            name, spoken = texts.get((row["id"], "name"), (row["name"], ""))
            description, _ = texts.get((row["id"], "description"), (row["description"] or "", ""))
            known = [
                row["name"],
                row["alternate_name"],
                *(t["text"] for t in names.get(row["id"], ()) if t["field"] == "name"),
            ]
            entries[row["id"]] = OrganizationEntry(
                id=row["id"], name=name, language=spoken, kind=row["kind"] or "", description=description,
                email=row["email"] or "", website=row["website"] or "",
                phones=_phones(p for p in phones.get(row["id"], ()) if not p["service_id"]),
                other_names=tuple(dict.fromkeys(other for other in known if other and other != name)),
            )  # fmt: skip
        return entries

    def _places(self, ids: Iterable[str], language: str) -> dict[str, tuple[Place, ...]]:
        at = self._where("service_at_location", "service_id", ids)
        locations = {row["id"]: row for row in self._where("location", "id", (row["location_id"] for row in at))}
        addresses = _grouped(self._where("address", "location_id", locations), "location_id")
        access = _grouped(self._where("accessibility", "location_id", locations), "location_id")
        texts = self._texts(locations, language)
        places: dict[str, list[Place]] = defaultdict(list)
        for row in at:
            location = locations[row["location_id"]]
            address = next(iter(addresses.get(location["id"], ())), None)
            places[row["service_id"]].append(
                Place(
                    id=location["id"], name=texts.get((location["id"], "name"), (location["name"] or "", ""))[0],
                    address=address["address_1"] if address else "", city=address["city"] if address else "",
                    area_unit=location["area_unit"], country=location["country"], latitude=location["latitude"],
                    longitude=location["longitude"], precision=location["precision"],
                    position_basis=location["position_basis"], role=row["role"],
                    transportation=location["transportation"] or "",
                    accessibility="; ".join(a["description"] or "" for a in access.get(location["id"], ())),
                )
            )  # fmt: skip
        return {service: tuple(found) for service, found in places.items()}

    def _entry(
        self,
        row: sqlite3.Row,
        own: Mapping[str, list[sqlite3.Row]],
        texts: Mapping[tuple[str, str], tuple[str, str]],
        organization: OrganizationEntry,
        places: tuple[Place, ...],
    ) -> Entry:
        def text(name: str) -> tuple[str, str]:
            return texts.get((row["id"], name), (row[name] or "", ""))

        def codes(link: str) -> tuple[str, ...]:
            found = (self._terms.get(a["taxonomy_term_id"]) for a in own["attribute"] if a["link_type"] == link)
            return tuple(sorted({code for code in found if code}))

        def notes(link: str) -> tuple[str, ...]:
            values = (a["value"] for a in own["attribute"] if a["link_type"] == link and not a["taxonomy_term_id"])
            return tuple(sorted({value for value in values if value}))

        checks = sorted((v for v in own["verification"] if v["verified_on"]), key=lambda v: str(v["verified_on"]))
        check = checks[-1] if checks else None
        name, name_language = text("name")
        description, description_language = text("description")
        return Entry(
            id=row["id"], name=name, name_language=name_language, organization=organization, description=description,
            description_language=description_language, status=row["status"], types=codes("service_type"),
            serves=codes("serves"), excludes=codes("excludes"), serves_notes=notes("serves"),
            excludes_notes=notes("excludes"), places=places,
            covers=tuple(sorted(a["area_unit"] for a in own["service_area"] if a["area_unit"])),
            phones=_phones(own["phone"]) or organization.phones, email=row["email"] or organization.email,
            url=row["url"] or organization.website, hours=tuple(_hours(h) for h in own["schedule"]),
            languages=tuple(dict.fromkeys(r["code"] for r in own["language"] if r["code"])),
            fees=text("fees_description")[0], documents=tuple(r["document"] for r in own["required_document"] if r["document"]),
            application=text("application_process")[0], eligibility=text("eligibility_description")[0],
            alert=text("alert")[0],
            capacity="; ".join(c["description"] or f"{c['available']:g}" for c in own["service_capacity"]),
            verified_on=_day(check["verified_on"]) if check else None,
            next_due=_day(check["next_due"]) if check else None,
            verification_level=check["level"] if check else "unverified",
            freshness=freshness(_day(check["next_due"]) if check else None, self.edition),
        )  # fmt: skip


OVERDUE_AFTER = dt.timedelta(days=90)
"""How long after its due day an entry counts as overdue and is no longer offered first."""


def freshness(next_due: dt.date | None, today: dt.date) -> Freshness:
    """Judge an entry by the day on which it should be verified again."""
    if next_due is None:
        return "unknown"
    if today <= next_due:
        return "fresh"
    return "due" if today <= next_due + OVERDUE_AFTER else "overdue"


_PARTS = ("phone", "schedule", "language", "service_area", "required_document", "service_capacity")


def _grouped(rows: Iterable[sqlite3.Row], column: str) -> dict[str, list[sqlite3.Row]]:
    groups: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _phones(rows: Iterable[sqlite3.Row]) -> tuple[PhoneEntry, ...]:
    entries = (PhoneEntry(r["number"], r["type"] or "", r["extension"], r["description"] or "") for r in rows)
    return tuple(sorted(set(entries), key=lambda p: (p.number, p.kind)))


def _hours(row: sqlite3.Row) -> Hours:
    return Hours(
        days=tuple((row["byday"] or "").split(",")) if row["byday"] else (), opens=row["opens_at"] or "",
        closes=row["closes_at"] or "", note=row["description"] or "", utc_offset=row["timezone"],
        valid_from=_day(row["valid_from"]), valid_to=_day(row["valid_to"]),
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
