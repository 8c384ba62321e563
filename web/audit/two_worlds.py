"""Two worlds: everything is published again from a directory with other secrets, and must stay the same to the byte.

`web.audit.audit` makes a site again from its view. It cannot see a leak that is part of the program: the program would
leak again. Here the private directory is copied, what may not be shown is changed in the copy, and view, site and
report are made of it. Whatever differs then, the order of a list, a number of a table, a line of a chart, a
recommendation, depends on something hidden.

The copy stands beside the view that is made of it, as a directory does, so that what is wrongly read from there is read
in the other world. What is read from another place is caught too: no private directory may be opened while a site is
made, see `web.audit.opened_files`.
"""

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mapping.analysis.adequacy.pathways import homes
from mapping.analysis.common.listed import core_types, visited
from mapping.analysis.common.unit_places import Point
from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.errors import NotFound
from mapping.language.taxonomy import Vocabulary, term_id
from mapping.model import (
    RECORDS,
    AnyRecord,
    Attribute,
    Audience,
    Location,
    Organization,
    Record,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    Source,
    StandardAssessment,
    Unit,
    Verification,
    record_id,
)
from mapping.safety.redaction import project
from mapping.travel import friction
from mapping.view.view import View
from web.audit.differences import Difference, Sums, compared, sums, tables_that_differ
from web.audit.opened_files import watched

Make = Callable[[Path, Path], object]
"""Makes of a view, in a folder, all that is published."""

SAMPLE = 300
"""In so many cells, spread evenly over the country, a hidden service is put, and in the largest place of each unit."""

BODIES = 3
"""Bodies whose hidden services these are: sums of fewer than three are left out for another reason."""

NAME = "Ҷғқҳӯзхц"
"""What the invented bodies are called: nothing that a text to be published could hold."""


@dataclass(frozen=True)
class World:
    """One way in which secrets could be otherwise.

    A service of every kind is put into each of ``spots``, hidden unless ``audience`` says otherwise; with ``moved``
    each hidden place that there is lies at one of the spots.
    """

    name: str
    spots: tuple[Point, ...]
    moved: bool = True
    audience: Audience = "custodian"


@dataclass(frozen=True)
class Worlds:
    """What came of it: in how many of the country's cells a hidden service was put, and what depends on what is hidden.

    ``current`` tells whether the view is what the directory gives today; where it is not, worlds made today are
    compared with each other.
    """

    names: tuple[str, ...]
    spots: int
    cells: int
    files: int
    differences: tuple[Difference, ...]
    current: bool


def elsewhere(area: StudyArea, *, sample: int = SAMPLE) -> World:
    """Return the world in which hidden services stand all over the country, and every hidden place is another."""
    return World("hidden services in many places, and the hidden places there are somewhere else", spots(area, sample))


def spots(area: StudyArea, sample: int = SAMPLE) -> tuple[Point, ...]:
    """Return where hidden services could be: the largest place of each unit, and cells spread over the country."""
    cells = possible(area)
    chosen = cells[np.unique(np.linspace(0, len(cells) - 1, min(sample, len(cells))).astype(int))]
    largest = homes(area, area.unit_codes, area.levels[-1].level)
    return tuple(sorted({*largest.values(), *(area.grid.centre(int(row), int(column)) for row, column in chosen)}))


def possible(area: StudyArea) -> np.ndarray:
    """Return the cells of the country that can be reached, shape (cells, 2)."""
    return np.argwhere(np.isfinite(friction(area)) & (area.unit_grid >= 0))


def two_worlds(
    directory: Path,
    view: Path,
    area: StudyArea,
    make: Make,
    *,
    worlds: Sequence[World] | None = None,
    made: Sums | None = None,
) -> Worlds:
    """Publish a directory as it is and with other secrets, and tell what differs.

    ``made`` are the sums of what `make` gives of the view; they spare making it once more where the directory still
    gives that view.
    """
    if not directory.is_file():
        raise NotFound(f"{directory}: there is no directory; name the file that the view was published from")
    worlds = (elsewhere(area),) if worlds is None else worlds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        differences: list[Difference] = []
        plain = _published(directory, view, area, None, folder / "0")
        current = not tables_that_differ(plain, view)
        if made is None or not current:
            made = _made(make, plain, differences)
        for number, world in enumerate(worlds, 1):
            other = _published(directory, view, area, world, folder / str(number))
            phrase = f"is another with {world.name}"
            differences += [Difference(f"the view's {table}", phrase) for table in tables_that_differ(plain, other)]
            changed = _made(make, other, differences)
            differences += compared(changed, made, added=phrase, missing=phrase, other=phrase)
    put = {spot for world in worlds for spot in world.spots}
    names = tuple(world.name for world in worlds)
    return Worlds(names, len(put), len(possible(area)), len(made), tuple(dict.fromkeys(differences)), current)


def _made(make: Make, view: Path, differences: list[Difference]) -> Mapping[str, str]:
    with tempfile.TemporaryDirectory(dir=view.parent) as folder:
        with watched() as opened:
            make(view, Path(folder))
        differences += opened_privately(opened)
        return sums(Path(folder))


def _published(directory: Path, view: Path, area: StudyArea, world: World | None, folder: Path) -> Path:
    private = folder / "private"
    private.mkdir(parents=True, mode=0o700)
    copy = private / directory.name
    known = sqlite3.connect(f"{directory.resolve().as_uri()}?mode=ro", uri=True)
    with closing(known) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.with_suffix(".key").write_bytes(directory.with_suffix(".key").read_bytes())
    with View(view) as before, Directory(copy, area) as other:
        if world is not None:
            _change(other, world, area, before.edition)
        made = folder / "public.db"
        publish(other, "public", made, area=area, edition=before.edition, previous=view).view.close()
        _carry_over(before, made)
    return made


def _carry_over(view: View, made: Path) -> None:
    """Copy what a view tells that is not of its directory: what visitors and partners said, and what changed."""
    tables = view.connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE name IN ('demand', 'unavailable', 'changed') ORDER BY rowid"
    )
    with closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = off")
        for name, sql in tables.fetchall():
            rows = [tuple(row) for row in view.rows(name)]
            other.execute("BEGIN")
            other.execute(sql)
            marks = ", ".join("?" * len(rows[0])) if rows else ""
            other.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
            other.execute("COMMIT")


def _change(directory: Directory, world: World, area: StudyArea, day: dt.date) -> None:
    if world.moved:
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        shown = {row["id"]: row for row in project(tables, "public", directory.rules(day))["location"]}
        hidden = [location.id for location in tables["location"] if shown.get(location.id, {}).get("latitude") is None]
        for number, location_id in enumerate(hidden):
            latitude, longitude = world.spots[number % len(world.spots)]
            directory.db.execute(
                "UPDATE location SET latitude = ?, longitude = ? WHERE id = ?", [latitude, longitude, location_id]
            )
            if location_id not in shown:  # of the others the unit is told
                directory.db.execute(
                    "UPDATE location SET area_unit = ? WHERE id = ?", [area.unit_at(latitude, longitude), location_id]
                )
    source = Source(id=record_id("audit", "source"), name="audit")
    made_up = Batch(source, "audit", list(_invented(world, area, day)))
    directory.add(made_up, by="audit", agreed_by="a second person of the audit", on=day)


def _invented(world: World, area: StudyArea, day: dt.date) -> Iterator[Record]:
    """Yield services, each with places in a part of the spots.

    Hidden ones are hidden for different reasons: of ordinary kinds by their own mark, of secret kinds by these and by
    their body although they are marked public, and of all kinds.
    """

    def new(kind: type[AnyRecord], *key: object, **values: object) -> AnyRecord:
        return kind.model_validate({"id": record_id("audit", kind.table, *key), **values})

    hidden: dict[str, Any] = {"audience": world.audience}
    unit = new(Unit, name="places")
    yield unit
    ordinary = [term for term in core_types() if term.audience == "public" and visited(term)]
    secret = [term for term in core_types() if term.audience != "public"]
    standards = [term.code for term in Vocabulary.load("standards").terms()]
    for number in range(min(BODIES, len(world.spots))):
        body = new(Organization, number, name=f"{NAME} {number}", **hidden)
        audience: Audience = "public" if number == 1 else world.audience
        own = new(Service, number, organization_id=body.id, name=body.name, audience=audience)
        yield from (body, own)
        of, link = {"service_id": own.id, **hidden}, {"link_id": own.id, "link_entity": "service"}
        kinds = (ordinary, secret, [*ordinary, *secret])[number]
        for term in ordinary if world.audience == "public" else kinds:
            yield new(Attribute, number, term.code, taxonomy_term_id=term_id(term), **link)
        yield new(ServiceCapacity, number, unit_id=unit.id, available=7, maximum=70, updated=day, **of)
        yield new(Verification, number, level="visit", verified_on=day, **link)
        for code in standards:
            yield new(StandardAssessment, number, code, standard=code, answer="not met", assessed_on=day, **of)
        for at in world.spots[number::BODIES]:
            point = dict(zip(("latitude", "longitude"), at, strict=True))
            place = {"area_unit": area.unit_at(*at), "precision": "exact", "position_basis": "given", **hidden}
            there = new(Location, *at, **point, **place)
            yield there
            yield new(ServiceAtLocation, *at, location_id=there.id, **of)


def opened_privately(paths: Sequence[Path]) -> list[Difference]:
    """Return what is to be said of private directories that were opened."""
    return [Difference(path.name, "is private, and was opened while the site was made") for path in paths]
