"""What is published again after some changes is, byte for byte, what a whole publication gives; and few are whole."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.directory import watching
from mapping.directory.directory import Directory
from mapping.directory.gate import DECIDING
from mapping.editions import publish as publishing
from mapping.editions.publish import publish
from mapping.editions.releases import Releases
from mapping.errors import MappingError, UnsafePublication
from mapping.model import RECORDS, Phone, Record, references
from mapping.safety.redaction import VIEWS
from tests.support.canary import find_canaries
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    approval,
    batch,
    key,
    phone,
    place,
    public_parts,
    sample_directory,
    secret_parts,
    service,
    translations,
)
from tests.support.second_person import SecondPerson

BY: dict[str, Any] = {"by": "zarina", "on": TODAY}

ADVICE = key("service", "Legal advice")


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How each view was written that replaced another."""
    taken: list[str] = []

    def again(*args: Any, **given: Any) -> Any:
        since = publishing_again(*args, **given)
        taken.append("whole" if since is None else "again")
        return since

    publishing_again = publishing.again
    monkeypatch.setattr(publishing, "again", again)
    return taken


def published(
    directory: Directory, path: Path, previous: Path | None, *, anew: bool = False, **given: Any
) -> list[str]:
    """Publish, and return what the steward is warned of."""
    settings_ = {"audience": "public", "edition": TODAY, "area": directory.area} | given
    publication = publish(directory, path=path, previous=previous, anew=anew, **settings_)
    publication.view.close()
    return publication.warnings


def require_the_same(directory: Directory, folder: Path, previous: Path, **given: Any) -> Path:
    """Publish again and anew, and require the same of both; return what was published, or the view before."""
    results = []
    path = folder / f"again {len([*folder.iterdir()])}.db"
    for file, anew in ((folder / "anew.db", True), (path, False)):
        try:
            results.append(published(directory, file, previous, anew=anew, **given))
        except UnsafePublication as refused:
            results.append([str(refused)])
            path = previous
    assert results[0] == results[1]
    if path != previous:
        assert path.read_bytes() == (folder / "anew.db").read_bytes()
    return path


TEXTS = ["Сухан", "Advice", "+992 00 010 00 01", "by the market", "2027-01-01", "08:00", "MO,TU", "inactive", "", None]


def write_anything(directory: Directory, choose: Callable[[int], int]) -> None:
    """Change any field of any record, remove a record, or let what was agreed to be forgotten: past every rule."""
    table = (*DECIDING, "provenance", "source")[choose(len(DECIDING) + 2)]
    records = directory.records(RECORDS[table])
    if not records:
        return
    record = records[choose(len(records))]
    names = [name for name in RECORDS[table].model_fields if name != "id"]
    name = names[choose(len(names))]
    if choose(8) == 0:
        directory.db.execute(f'DELETE FROM "{table}" WHERE id = ?', [record.id])
    elif choose(8) == 0:
        directory.db.execute("DELETE FROM shown WHERE record = ?", [record.id])
    else:
        directory.db.execute(
            f'UPDATE "{table}" SET "{name}" = ? WHERE id = ?', [value(directory, record, name, choose), record.id]
        )


def value(directory: Directory, record: Record, name: str, choose: Callable[[int], int]) -> Any:
    """Another value for a field: what another record has there, a record that can be referred to, or a text."""
    others = [getattr(other, name) for other in directory.records(type(record))]
    refers = references(type(record)).get(name)
    others += [other.id for other in directory.records(RECORDS[refers])] if refers else []
    others += TEXTS if isinstance(getattr(record, name), str) and not refers else []
    chosen = [*others, None][choose(len(others) + 1)]
    return chosen.isoformat() if isinstance(chosen, dt.date) else chosen


def act(directory: Directory, choose: Callable[[int], int]) -> None:
    """Do something, as it is done in the portals."""
    kind = ("edit", "add", "hide", "withhold", "merge", "undo", "erase", "alone", "agree")[choose(9)]
    SecondPerson.present = kind != "alone"
    tables = ("service", "organization", "location", "phone", "schedule", "translation", "verification", "attribute")
    table = tables[choose(len(tables))]
    records = directory.records(RECORDS[table])
    if not records:
        return
    record, other = (records[choose(len(records))] for _ in range(2))
    names = [name for name in RECORDS[table].model_fields if name not in ("id", "audience")]
    name = names[choose(len(names))]
    if kind in ("edit", "alone"):
        directory.edit(table, record.id, {name: value(directory, record, name, choose)}, **BY, reason="x")
    elif kind == "add":
        added = [
            service("New advice", of="Umed", types=["PSY-COU"], hours=[("TU", "10:00", "12:00")]),
            [phone(f"+99200010099{choose(9)}", service="Legal advice", description="desk")],
            place("New office", of=["Legal advice"], at=(10.05, 60.05), address="Lola 5", city="Chashma"),
            translations(directory.record(RECORDS["service"], ADVICE), description={"uz": "Matn"}),
        ]
        directory.add(batch(added[choose(len(added))], source=f"other {choose(3)}"), **BY)
    elif kind == "hide":
        hidden = {"do_not_list": True} if table in ("service", "organization") else {"audience": "custodian"}
        directory.edit(table, record.id, hidden, **BY, reason="x")
    elif kind == "withhold":
        directory.add(batch(approval("withhold", record.id, name)), **BY)
    elif kind == "merge":
        directory.merge(record.id, [other.id], table=table, **BY, reason="x")
    elif kind == "undo":
        directory.undo(**BY)
    elif kind == "erase":
        numbers = [*(own.id for own in directory.records(Phone)), ""]
        directory.erase(numbers[choose(len(numbers))], **BY, reason="x")
    else:
        directory.agree([waits.showing for waits in directory.waiting()], by="umed", also="noor", on=TODAY)


@settings(max_examples=examples(4), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data(), audience=st.sampled_from(VIEWS), secrets=st.booleans(), raw=st.booleans())
def test_whatever_was_done_the_bytes_are_those_of_a_whole_publication(
    data: st.DataObject, audience: str, secrets: bool, raw: bool, tmp_path_factory: Any, tiny_area: StudyArea
) -> None:
    folder = tmp_path_factory.mktemp("again")
    parts = (public_parts(), secret_parts()) if secrets else (public_parts(),)

    def choose(count: int) -> int:
        return data.draw(st.integers(0, count - 1))

    with sample_directory(folder / "private", tiny_area, *parts) as directory:
        directory.signed_in = True
        path, day = folder / "first.db", TODAY
        published(directory, path, None, audience=audience)
        for _ in range(choose(4) + 1):
            try:
                with suppress(MappingError):
                    act(directory, choose)
            finally:
                SecondPerson.present = True
            if raw:
                with suppress(Exception):
                    write_anything(directory, choose)
            day += dt.timedelta((0, 0, 1, 40, 200)[choose(5)])
            path = require_the_same(directory, folder, path, audience=audience, edition=day)


@pytest.fixture
def edited(tmp_path: Path, tiny_area: StudyArea) -> Iterator[tuple[Directory, Path]]:
    """A directory with secrets, and what was published of it."""
    with sample_directory(tmp_path / "private", tiny_area, public_parts(), secret_parts()) as directory:
        published(directory, tmp_path / "first.db", None)
        yield directory, tmp_path


EDITS = [
    ("again", "service", ADVICE, {"description": "Advice in plain words"}),
    ("again", "service", ADVICE, {"name": "Advice on the law"}),
    ("again", "service", ADVICE, {"fees_description": "free", "minimum_age": 14}),
    ("again", "service", ADVICE, {"status": "temporarily closed"}),
    ("again", "organization", key("organization", "Legal Centre"), {"description": "A centre"}),
    ("whole", "service", ADVICE, {"status": "inactive"}),  # it is listed no more
    ("whole", "service", ADVICE, {"do_not_list": True}),
    ("whole", "service", ADVICE, {"description": "Ask at +992 44 600 77 77"}),
    ("whole", "service", ADVICE, {"description": "Зардолузор, дом 17"}),  # where the shelter is
    ("whole", "organization", key("organization", "Legal Centre"), {"name": "Centre of law"}),
]


@pytest.mark.parametrize(("way", "table", "record", "fields"), EDITS)
def test_an_edit_is_published_without_the_rest_where_nothing_else_can_follow(
    way: str, table: str, record: str, fields: dict[str, Any], edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    directory.edit(table, record, fields, **BY, reason="x")
    require_the_same(directory, folder, folder / "first.db")
    assert ways == [way]


def test_of_what_was_looked_at_and_built_again_each_is_told_from_the_one_in_use(
    edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    for text in ("One", "Two"):
        directory.edit("service", ADVICE, {"description": text}, **BY, reason="x")
        require_the_same(directory, folder, folder / "first.db")
    assert ways == ["again", "again"]


def test_of_a_file_that_is_another_and_after_an_erasure_nothing_is_taken_over(
    edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    copy = folder / "copy.db"
    copy.write_bytes((folder / "first.db").read_bytes() + b"\0")
    require_the_same(directory, folder, copy)
    directory.erase(directory.records(Phone)[0].id, **BY, reason="asked for")
    require_the_same(directory, folder, folder / "first.db")
    assert ways == ["whole", "whole"]


def test_after_too_many_changes_a_whole_view_is_written(
    tmp_path: Path, tiny_area: StudyArea, ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST", 3)
    with sample_directory(tmp_path / "private", tiny_area) as directory:
        path = tmp_path / "first.db"
        published(directory, path, None)
        for text in "abcd":
            directory.edit("service", ADVICE, {"description": text}, **BY, reason="x")
        (noted,) = directory.db.execute("SELECT count(*) FROM unwritten").fetchone()
        assert 3 <= noted <= 5  # the last act that was noted may have written several rows
        path = require_the_same(directory, tmp_path, path)
        directory.db.execute("UPDATE service SET description = 'e' WHERE id = ?", [ADVICE])
        require_the_same(directory, tmp_path, path)
    assert ways == ["whole", "again"]


def test_no_byte_is_left_of_what_was_taken_out(edited: tuple[Directory, Path], ways: list[str]) -> None:
    directory, folder = edited
    words = {"text": "Lola and the blue door"}
    directory.edit("service", ADVICE, {"description": words["text"]}, **BY, reason="x")
    path = require_the_same(directory, folder, folder / "first.db")
    assert find_canaries([path], words)
    directory.edit("service", ADVICE, {"description": "Nothing"}, **BY, reason="x")
    path = require_the_same(directory, folder, path)
    assert ways == ["again", "again"]
    assert not find_canaries([path], words)


def test_editions_that_are_looked_at_and_confirmed_are_told_from_each_other(
    tmp_path: Path, tiny_area: StudyArea, ways: list[str]
) -> None:
    releases = Releases(tmp_path / "editions", tmp_path / "public.db", "public")
    with sample_directory(tmp_path / "private", tiny_area) as directory:
        for text in ("One", "Two", "Three"):
            directory.edit("service", ADVICE, {"description": text}, **BY, reason="x")
            plan = releases.stage(directory, day=TODAY, by="zarina")
            keys, now = [item.key for item in plan.items], dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
            releases.publish(
                directory, digest=plan.digest, confirmed=keys, by="umed", now=now, day=TODAY, reason="first"
            )
    assert ways == ["again", "again"]


@pytest.mark.parametrize("days", [1, 100, 400])
def test_on_another_day_it_is_judged_anew_what_lapsed(
    days: int, edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    directory.edit("service", ADVICE, {"description": "Other words"}, **BY, reason="x")
    require_the_same(directory, folder, folder / "first.db", edition=TODAY + dt.timedelta(days))
    assert ways == ["again"]
