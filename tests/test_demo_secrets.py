"""The demonstration's directory, with its hundreds of real faults: nothing hidden stands in any byte of its views."""

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapping.area.study_area import StudyArea
from mapping.directory.directory import DEMO_STEWARDS, Directory
from mapping.editions.publish import publish
from mapping.model import RECORDS, Audience, Location, Record, StandardAssessment, record_id
from mapping.safety.redaction import VIEWS, Shown, project
from tests.support.canary import find_canaries
from tests.support.sample import batch

TODAY = dt.date(2026, 11, 24)
TELLING = {
    "phone": ("number",),
    "contact": ("name", "email"),
    "address": ("address_1",),
    "organization": ("email", "website"),
    "service": ("email",),
    "location": ("name",),
    "referral_agreement": ("number",),
    "verification": ("verified_by",),
}
"""Fields whose hidden values are looked for, where no visible record has the same."""


@pytest.fixture(scope="module")
def directory(demo_folder: Path, tj_area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    folder = shutil.copytree(demo_folder, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)
    with Directory(folder / "directory.db", tj_area) as opened:
        yield opened


@pytest.fixture(scope="module")
def tables(directory: Directory) -> dict[str, list[Record]]:
    return {table: directory.records(RECORDS[table]) for table in RECORDS}


def hidden_values(tables: dict[str, list[Record]], shown: Shown) -> dict[str, str | float]:
    """Every value that only hidden records have, and every point that is not shown."""
    secrets: dict[str, str | float] = {}
    seen = {str(value) for rows in shown.values() for row in rows for value in row.values() if isinstance(value, str)}
    together = "\n".join(seen)
    for table, fields in TELLING.items():
        for record in tables[table]:
            for name in fields:
                value = getattr(record, name)
                if value and len(value) > 5 and value not in together:
                    secrets[f"{table} {record.id} {name}"] = value
    numbers = [row[name] for row in shown["location"] for name in ("latitude", "longitude") if row[name] is not None]
    for record in tables["location"]:
        if isinstance(record, Location) and record.latitude is not None:
            for name in ("latitude", "longitude"):
                number = getattr(record, name)
                if min(abs(number - other) for other in numbers) > 1e-4:  # no neighbour shares its digits
                    secrets[f"location {record.id} {name}"] = number
    return secrets


INVENTED = record_id(DEMO_STEWARDS, "source")
"""The source by which a directory, and every view of it, is known to be invented."""


def visible_part(tables: dict[str, list[Record]], shown: Shown) -> dict[str, list[Record]]:
    """What a view follows from: the records that it shows, what two people agreed to, the answers of services that it
    shows to the checklist, which it sums up, and that the directory is invented."""
    ids = {row["id"] for rows in shown.values() for row in rows}

    def kept(record: Record) -> bool:
        counted = isinstance(record, StandardAssessment) and record.service_id in ids
        return record.id in ids or counted or record.table == "approval" or record.id == INVENTED

    return {table: [record for record in records if kept(record)] for table, records in tables.items()}


@pytest.mark.parametrize("audience", VIEWS)
def test_no_hidden_value_stands_in_a_view(
    audience: Audience,
    directory: Directory,
    tables: dict[str, list[Record]],
    demo_view: Callable[[Audience], Path],
) -> None:
    secrets = hidden_values(tables, project(tables, audience, directory.rules(TODAY)))
    assert len(secrets) > 100
    found = [
        hit for hit in find_canaries([demo_view(audience)], secrets) if not by_chance(hit.form, secrets[hit.secret])
    ]
    assert found == []


def by_chance(form: str, secret: str | float) -> bool:
    """Tell whether a form stands in so large a file by chance.

    Three decimals of one coordinate of many do; and so does a surname with an initial among folded words in a row,
    where the surname is that of a law office and the next word begins with the initial.
    """
    initial = isinstance(secret, str) and re.fullmatch(r"\w{3,} \w\.?", secret) is not None
    return form.startswith(("3 decimals", "4 decimals")) or (form == "lower folded" and initial)


@pytest.mark.parametrize("audience", VIEWS)
def test_a_view_follows_from_what_it_shows(
    audience: Audience, directory: Directory, tables: dict[str, list[Record]]
) -> None:
    """Without everything that is hidden the audience sees the same."""
    given = directory.rules(TODAY)
    shown = project(tables, audience, given)
    kept = visible_part(tables, shown)
    assert sum(map(len, kept.values())) < sum(map(len, tables.values())) - 500
    assert project(kept, audience, given) == shown


def test_a_directory_of_the_visible_part_publishes_the_same_bytes(
    directory: Directory,
    tables: dict[str, list[Record]],
    demo_view: Callable[[Audience], Path],
    tj_area: StudyArea,
    tmp_path: Path,
) -> None:
    shown = project(tables, "public", directory.rules(TODAY))
    visible: list[Any] = [record for records in visible_part(tables, shown).values() for record in records]
    (tmp_path / "other.key").write_bytes(directory.path.with_suffix(".key").read_bytes())
    with Directory(tmp_path / "other.db", tj_area) as other:
        other.add(batch(visible, source="all at once"), on=dt.date(2020, 1, 1), by="another steward")
        publish(other, "public", tmp_path / "b.db", area=tj_area, edition=TODAY).view.close()
    assert demo_view("public").read_bytes() == (tmp_path / "b.db").read_bytes()
