"""Invent a directory of any size in the demo's study area, for measuring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.directory.directory import Directory, public_id, rules
from mapping.language.taxonomy import Vocabulary, vocabulary
from mapping.model import (
    Attribute,
    Language,
    Location,
    Organization,
    Phone,
    Record,
    Schedule,
    Service,
    ServiceAtLocation,
    Source,
    Verification,
    record_id,
)
from mapping.resources import shipped
from mapping.safety.redaction import PUBLISHED, project, rename
from mapping.view.view import View
from mapping.view.writer import ViewContext, write_view

DAY = dt.date(2026, 11, 24)
SOURCE = Source(id=record_id("invented", "source"), name="Invented for measuring")
FIRST = ("Sitora", "Umed", "Nur", "Bahor", "Chashma", "Roh", "Dasti", "Mehr", "Subh", "Panoh", "Oftob", "Kuh")


def area() -> StudyArea:
    """Load the demo's study area."""
    return StudyArea.load(shipped("geo/tj"))


def directory(path: Path, ground: StudyArea, services: int) -> Directory:
    """Store that many invented services, each of one of a third as many bodies, at a place where people live."""
    store = Directory(path, ground)
    store.add(Batch(SOURCE, "invented", records=list(records(ground, services))), by="one", agreed_by="another", on=DAY)
    return store


def view(path: Path, ground: StudyArea, services: int) -> View:
    """Write the public view of so many invented services, straight from their records, without storing them."""
    told, words = rules(DAY, ground), tables_of(vocabulary())
    shown = project(tables_of(records(ground, services)) | words, "public", told)
    rows = rename(shown, lambda private: public_id(b"invented", private))
    write_view(rows, path, fields=PUBLISHED, context=ViewContext("public", DAY, ground))
    return View(path)


def tables_of(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Return records by table."""
    tables: dict[str, list[Record]] = {}
    for record in records:
        tables.setdefault(record.table, []).append(record)
    return tables


def records(ground: StudyArea, services: int) -> Iterator[Record]:
    """Yield the records of so many services."""
    rng = np.random.default_rng(3)
    lived = np.argwhere(ground.people_grid > 50)
    codes = [t.code for t in Vocabulary.load("service_types").terms() if t.parent and t.audience == "public"]
    groups = [t.code for t in Vocabulary.load("beneficiaries").terms() if not t.sensitive]
    bodies = max(1, services // 3)
    for n in range(bodies):
        name = f"{FIRST[n % 12]} {FIRST[n // 12 % 12]} No. {n}"
        yield Organization(id=record_id("invented", "organization", n), name=name, audience="public")
    for n in range(services):
        row, column = lived[rng.integers(len(lived))]
        latitude, longitude = ground.grid.centre(int(row), int(column))
        code, own = codes[rng.integers(len(codes))], record_id("invented", "service", n)
        place, body = record_id("invented", "location", n), record_id("invented", "organization", n % bodies)
        name = str(Vocabulary.load("service_types").label(code, "en"))
        yield Service(id=own, organization_id=body, name=f"{name} {n}", audience="public")
        yield Location(
            id=place,
            organization_id=body,
            latitude=latitude,
            longitude=longitude,
            area_unit=unit(ground, row, column),
            position_basis="given",
            precision="exact",
            audience="public",
            country=ground.code,
        )
        yield ServiceAtLocation(id=record_id("invented", "at", n), service_id=own, location_id=place, audience="public")
        for link, taxonomy, term in (
            ("service_type", "service_types", code),
            ("serves", "beneficiaries", groups[rng.integers(len(groups))]),
        ):
            yield Attribute(
                id=record_id("invented", "attribute", n, link),
                link_id=own,
                link_entity="service",
                link_type=link,
                taxonomy_term_id=record_id("rohnamo", "taxonomy_term", taxonomy, term),
            )
        yield Phone(id=record_id("invented", "phone", n), service_id=own, number=f"+99200{n:07d}", audience="public")
        yield Language(id=record_id("invented", "language", n), service_id=own, code=("tg", "ru", "uz")[n % 3])
        yield Schedule(
            id=record_id("invented", "schedule", n),
            service_id=own,
            freq="WEEKLY",
            byday="MO,TU,WE,TH,FR",
            opens_at="08:00",
            closes_at="17:00",
            audience="public",
        )
        yield Verification(
            id=record_id("invented", "verification", n),
            link_id=own,
            link_entity="service",
            level="phone",
            verified_on=DAY - dt.timedelta(days=int(rng.integers(400))),
        )


def unit(ground: StudyArea, row: int, column: int) -> str | None:
    """Return the unit of a cell."""
    index = int(ground.unit_grid[row, column])
    return ground.unit_codes[index] if index >= 0 else None
