"""Measure the import of HSDS, one service a line: ``python benchmarks/importing.py``."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd
from _harness import Measured, Table, fresh, main, timed
from _invented import DAY, area, records

from mapping.directory.directory import Directory
from mapping.intake.read import Known, read
from mapping.language.taxonomy import Vocabulary
from mapping.model import Attribute, Language, Location, Organization, Phone, Record, Schedule, Service
from mapping.model import ServiceAtLocation as At

SERVICES = 10_000
ABOUT = (
    "A feed of HSDS 3.1 as other directories give it, one nested service a line: its organization, place, address, "
    "number, hours, languages and a term of Open Eligibility. Ours reads every value, meets known bodies, finds the "
    "administrative unit of every point, translates the terms, checks the whole and stores it with a line of history "
    "for each record. The peer does much less: it parses each line, cuts it into flat tables with pandas and inserts "
    "them into SQLite as they are, with no check, no unit, no term and no history."
)


def feed(path: Path, services: int) -> None:
    """Write an invented feed."""
    ground = area()
    made: dict[str, dict[str, Record]] = defaultdict(dict)
    parts: dict[str, list[Record]] = defaultdict(list)
    for record in records(ground, services):
        made[record.table][record.id] = record
        owner = getattr(record, "service_id", None) or getattr(record, "link_id", None)
        if owner:
            parts[owner].append(record)
    eligible = {t.code: t.details for t in Vocabulary.load("service_types").terms() if t.details.get("oe_id")}
    codes = sorted(eligible)
    with path.open("w", encoding="utf-8") as file:
        for number, service in enumerate(made["service"].values()):
            assert isinstance(service, Service)
            terms = eligible[codes[number % len(codes)]]
            document = _document(service, parts[service.id], made, terms, number)
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def _plain(record: Record, *names: str) -> dict[str, Any]:
    return {name: value for name in ("id", *names) if (value := getattr(record, name)) is not None}


def _document(
    service: Service, parts: list[Record], made: dict[str, dict[str, Record]], terms: Any, number: int
) -> dict[str, Any]:
    body = made["organization"][service.organization_id or ""]
    assert isinstance(body, Organization)
    ties = []
    for at in parts:
        if isinstance(at, At):
            place = made["location"][at.location_id or ""]
            assert isinstance(place, Location)
            address = {
                "id": f"a-{number}",
                "address_1": f"Street {number % 90}, {number % 300}",
                "city": "",
                "country": "TJ",
                "state_province": "",
                "postal_code": "",
                "address_type": "physical",
            }
            where = _plain(place, "name", "latitude", "longitude") | {
                "location_type": "physical",
                "addresses": [address],
            }
            ties.append({"id": at.id, "location": where})
    term = {
        "id": f"oe-{terms['oe_id']}",
        "code": terms["oe_id"],
        "name": terms["oe_title"],
        "description": "",
        "taxonomy": "Open Eligibility",
    }
    return _plain(service, "name", "description", "email") | {
        "status": "active",
        "last_modified": "2026-03-15T10:30:45Z",
        "organization": _plain(body, "name", "email", "website") | {"description": "Invented."},
        "service_at_locations": ties,
        "phones": [_plain(each, "number", "type") for each in parts if isinstance(each, Phone)],
        "schedules": [
            _plain(each, "freq", "byday", "opens_at", "closes_at") for each in parts if isinstance(each, Schedule)
        ],
        "languages": [_plain(each, "code") for each in parts if isinstance(each, Language)],
        "attributes": [
            {"id": each.id, "link_type": "service", "taxonomy_term": term}
            for each in parts
            if isinstance(each, Attribute) and each.link_type == "service_type"
        ],
    }


def reading(path: str) -> Measured:
    """Read the feed into a batch."""
    ground, known = area(), Known()
    return timed(
        lambda: read(path, source="Feed", area=ground, today=DAY, known=known),
        answer=lambda batch: len(batch.of("service")),
    )


def storing(path: str, folder: str) -> Measured:
    """Store the batch in an empty directory."""
    ground = area()
    batch = read(path, source="Feed", area=ground, today=DAY, known=Known())
    with Directory(Path(folder) / "directory.db", ground) as store:
        return timed(lambda: store.add(batch, on=DAY), answer=lambda change: change.added["service"])


def whole(path: str, folder: str) -> Measured:
    """Read and store, as ``rohnamo import`` does."""
    ground = area()

    def call() -> int:
        with Directory(Path(folder) / "whole.db", ground) as store:
            batch = read(path, source="Feed", area=ground, today=DAY, known=Known.of(store))
            return store.add(batch, on=DAY).added["service"]

    return timed(call, answer=lambda count: count)


def flat(path: str, folder: str) -> Measured:
    """Cut the lines into flat tables with pandas and insert them into SQLite as they are."""

    def call() -> int:
        tables: dict[str, list[dict[str, Any]]] = defaultdict(list)

        def cut(table: str, document: dict[str, Any], parent: str | None) -> None:
            row: dict[str, Any] = {"parent_id": parent}
            for key, value in document.items():
                if isinstance(value, list):
                    for each in value:
                        cut(key, each, document["id"])
                elif isinstance(value, dict):
                    cut(key, value, document["id"])
                else:
                    row[key] = value
            tables[table].append(row)

        with open(path, encoding="utf-8") as file:
            for line in file:
                cut("service", json.loads(line), None)
        connection = sqlite3.connect(Path(folder) / "flat.db")
        with connection:
            for name, rows in tables.items():
                pd.DataFrame(rows).to_sql(name, connection, index=False)
        connection.close()
        return len(tables["service"])

    return timed(call, answer=lambda count: count)


def run(quick: bool) -> list[Table]:
    """Measure the feed, each row in a process of its own."""
    services = 2_000 if quick else SERVICES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.ndjson"
        feed(path, services)
        table = Table(f"{services:,} services of HSDS, {path.stat().st_size / 1e6:.0f} MB, one a line")
        table.rows.append(("Rohnamo: read, checked and stored", fresh(whole, str(path), folder)))
        table.rows.append(("of it: read and checked", fresh(reading, str(path))))
        table.rows.append(("of it: stored", fresh(storing, str(path), folder)))
        table.rows.append(("json + pandas + SQLite, flat and unchecked", fresh(flat, str(path), folder)))
        answers = {measured.answer for _, measured in table.rows if not measured.failure}
        assert answers == {services}, answers
    return [table]


if __name__ == "__main__":
    main("importing", "Importing a feed of HSDS", run, about=ABOUT, packages=["pydantic", "sqlite-utils", "pandas"])
