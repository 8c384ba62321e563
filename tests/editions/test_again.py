"""What is published again after some changes is, byte for byte, what a whole publication gives; and few are whole."""

import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.directory import watching
from mapping.directory.directory import Directory
from mapping.directory.gate import DECIDING
from mapping.editions import again as publishing_again
from mapping.editions import publish as publishing
from mapping.editions.publish import publish
from mapping.editions.releases import Releases
from mapping.errors import MappingError, UnsafePublication
from mapping.model import RECORDS, Phone, Record, references
from mapping.safety.redaction import VIEWS
from tests.support.canary import find_canaries
from tests.support.examples import examples
from tests.support.patience import PIECES, at_most
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
from tests.support.second_person import SecondPerson, erased

BY: dict[str, Any] = {"by": "zarina", "on": TODAY}

ADVICE = key("service", "Legal advice")
CENTRE = key("organization", "Legal Centre")

HIDE = "UPDATE service SET do_not_list = 1 WHERE id = ?"


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How each view was written that replaced another."""
    taken: list[str] = []

    def again(*args: Any, **given: Any) -> Any:
        since = inner(*args, **given)
        taken.append("whole" if since is None else "again")
        return since

    inner = publishing.again
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
        erased(directory, numbers[choose(len(numbers))], on=BY["on"])
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
            day += dt.timedelta((0, 0, 1, 40, 200, -40, -200)[choose(7)])
            path = require_the_same(directory, folder, path, audience=audience, edition=day)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, tiny_area: StudyArea) -> Path:
    """A folder with a directory with secrets, and what was published of it: copy it."""
    folder = tmp_path_factory.mktemp("begun")
    with sample_directory(folder / "private", tiny_area, public_parts(), secret_parts()) as directory:
        published(directory, folder / "first.db", None)
    return folder


@pytest.fixture
def edited(begun: Path, tmp_path: Path, tiny_area: StudyArea) -> Iterator[tuple[Directory, Path]]:
    """A directory with secrets, and what was published of it."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    with Directory(tmp_path / "private" / "directory.db", tiny_area) as directory:
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
    erased(directory, directory.records(Phone)[0].id, on=BY["on"])
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


def run(directory: Directory, statement: str, *values: Any) -> None:
    """Write to the private file as another program does that knows no rule."""
    with closing(sqlite3.connect(directory.path, isolation_level=None)) as other:
        other.execute(statement, values)


def copied(directory: Directory, table: str, record: str, **fields: Any) -> tuple[str, list[Any]]:
    """The statement that puts a row in the place of a record, and its values."""
    directory.db.conn.row_factory = None
    cursor = directory.db.execute(f'SELECT * FROM "{table}" WHERE id = ?', [record])
    row = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True)) | fields
    return f'INSERT OR REPLACE INTO "{table}" VALUES ({", ".join("?" * len(row))})', [*row.values()]


@pytest.mark.parametrize("lost", ["DROP TRIGGER unwritten_service_update", "DELETE FROM unwritten"])
def test_where_notes_or_what_makes_them_were_lost_a_whole_view_is_written(
    lost: str, edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    directory.edit("service", ADVICE, {"description": "Before"}, **BY, reason="x")
    path = require_the_same(directory, folder, folder / "first.db")
    if lost.startswith("DROP"):
        run(directory, lost)
        run(directory, HIDE, ADVICE)
    else:
        run(directory, HIDE, ADVICE)
        run(directory, lost)
    require_the_same(directory, folder, path)
    assert ways == ["again", "whole"]


def test_notes_made_otherwise_by_another_version_are_not_relied_on(
    edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    run(directory, "DROP TRIGGER unwritten_service_update")
    run(directory, "CREATE TRIGGER unwritten_service_update AFTER UPDATE OF name ON service BEGIN SELECT 1; END")
    run(directory, HIDE, ADVICE)
    require_the_same(directory, folder, folder / "first.db")
    assert ways == ["whole"]


def test_what_a_row_said_in_whose_place_another_program_put_one_is_judged_anew(
    tmp_path: Path, tiny_area: StudyArea
) -> None:
    withheld = approval("withhold", ADVICE, "description")
    with sample_directory(tmp_path / "private", tiny_area, public_parts(), withheld) as directory:
        path = tmp_path / "first.db"
        published(directory, path, None)
        (record,) = [own.id for own in directory.records(RECORDS["approval"]) if own.subject == ADVICE]
        other = next(own.id for own in directory.records(RECORDS["service"]) if own.id != ADVICE)
        statement, values = copied(directory, "approval", record, subject=other)
        run(directory, statement, *values)
        require_the_same(directory, tmp_path, path)


def test_a_number_of_a_register_that_is_noted_only_now_stops_the_text_that_tells_it(
    edited: tuple[Directory, Path],
) -> None:
    directory, folder = edited
    directory.edit("service", ADVICE, {"description": "Register ZX-90817"}, **BY, reason="x")
    path = require_the_same(directory, folder, folder / "first.db")
    (identifier, *_) = directory.records(RECORDS["organization_identifier"])
    run(directory, "UPDATE organization_identifier SET identifier = 'ZX-90817' WHERE id = ?", identifier.id)
    with pytest.raises(UnsafePublication):
        published(directory, folder / "refused.db", path)


def test_nothing_is_taken_over_from_a_view_that_somebody_changed(edited: tuple[Directory, Path]) -> None:
    directory, folder = edited
    path = folder / "first.db"
    published(directory, folder / "right.db", path, anew=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as view:
        view.execute('UPDATE ready SET json = CAST(\'{"phone": "+992 44 666 66 66"}\' AS BLOB)')
        view.execute("UPDATE travel SET minutes = zeroblob(length(minutes))")
    published(directory, folder / "next.db", path)
    assert (folder / "next.db").read_bytes() == (folder / "right.db").read_bytes()


def test_a_view_that_is_replaced_while_it_is_read_is_not_relied_on(
    edited: tuple[Directory, Path], ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, folder = edited
    path, other = folder / "first.db", folder / "other.db"
    directory.edit("service", ADVICE, {"description": "Other words"}, **BY, reason="x")
    published(directory, other, path)
    directory.edit("service", ADVICE, {"description": "Words"}, **BY, reason="x")

    def replaced(*args: Any, **given: Any) -> bool:
        path.write_bytes(other.read_bytes())
        return rewriting(*args, **given)

    rewriting = publishing_again.rewrite
    monkeypatch.setattr(publishing_again, "rewrite", replaced)
    published(directory, folder / "next.db", path)
    assert ways == ["again", "whole"]


def test_what_is_written_while_a_view_is_read_comes_whole_into_the_next(
    edited: tuple[Directory, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, folder = edited
    directory.edit("service", ADVICE, {"description": "Other words"}, **BY, reason="x")

    def disturbed(self: Directory, names: Any = tuple(RECORDS)) -> Any:
        run(directory, "UPDATE organization SET do_not_list = 1 WHERE id = ?", CENTRE)
        run(directory, "UPDATE service SET description = 'Late' WHERE id = ?", ADVICE)
        return tables(self, names)

    tables = Directory.tables
    for name, anew in (("anew.db", True), ("again.db", False)):
        run(directory, "UPDATE organization SET do_not_list = 0 WHERE id = ?", CENTRE)
        run(directory, "UPDATE service SET description = 'Other words' WHERE id = ?", ADVICE)
        monkeypatch.setattr(Directory, "tables", tables)
        published(directory, folder / f"calm {name}", folder / "first.db", anew=True)
        monkeypatch.setattr(Directory, "tables", disturbed)
        with suppress(UnsafePublication):
            published(directory, folder / name, folder / "first.db", anew=anew)
    monkeypatch.setattr(Directory, "tables", tables)
    require_the_same(directory, folder, folder / "again.db")


@pytest.mark.parametrize("audience", ["partner", "focal_point"])
def test_a_view_of_others_is_refused_as_the_one_before(
    audience: str, edited: tuple[Directory, Path], ways: list[str]
) -> None:
    directory, folder = edited
    published(directory, folder / "theirs.db", None, audience=audience)
    with pytest.raises(MappingError, match="is not a view for"):
        published(directory, folder / "next.db", folder / "theirs.db")
    assert ways == ["whole"]
    assert not (folder / "next.db").exists()


def test_what_was_hidden_for_a_while_is_as_if_it_never_was(edited: tuple[Directory, Path]) -> None:
    directory, folder = edited
    path = folder / "first.db"
    for hidden in (True, False):
        directory.edit("service", ADVICE, {"do_not_list": hidden}, **BY, reason="x")
        path = require_the_same(directory, folder, path)


def test_a_backup_put_back_relies_on_nothing_written_since(
    edited: tuple[Directory, Path], ways: list[str], tiny_area: StudyArea
) -> None:
    directory, folder = edited
    backup, back = folder / "backup.db", folder / "back"
    run(directory, "VACUUM INTO ?", str(backup))
    directory.edit("service", ADVICE, {"description": "Lost with the disk"}, **BY, reason="x")
    path = require_the_same(directory, folder, folder / "first.db")
    back.mkdir()
    for source, target in ((backup, "directory.db"), (directory.path.with_name("directory.key"), "directory.key")):
        (back / target).write_bytes(source.read_bytes())
        (back / target).chmod(0o600)
    with Directory(back / "directory.db", tiny_area) as restored:
        path = require_the_same(restored, folder, path)
        restored.edit("service", ADVICE, {"description": "Written again"}, **BY, reason="x")
        require_the_same(restored, folder, path)
    assert ways == ["again", "whole", "again"]


def test_the_file_tells_nothing_of_how_it_was_written(edited: tuple[Directory, Path]) -> None:
    directory, folder = edited
    path = folder / "first.db"
    for text in ("a" * 50_000, "b"):
        directory.edit("service", ADVICE, {"description": text}, **BY, reason="x")
        path = require_the_same(directory, folder, path)
    with closing(sqlite3.connect(path)) as view:
        assert view.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert view.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE 'sqlite_seq%'").fetchone() is None
    first, last = (file.read_bytes()[:100] for file in (folder / "first.db", path))
    assert first[:28] + first[32:] == last[:28] + last[32:]  # but for how many pages there are


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_description_takes_no_minutes(piece: str, edited: tuple[Directory, Path]) -> None:
    directory, folder = edited
    with at_most(60):
        directory.edit("service", ADVICE, {"description": f"{piece * 10_000}x"}, **BY, reason="x")
        require_the_same(directory, folder, folder / "first.db")


def test_after_an_erasure_no_private_note_holds_a_word_of_any_record(edited: tuple[Directory, Path]) -> None:
    directory, folder = edited
    directory.db.execute("UPDATE written SET warnings = '[\"the lilac gate\"]'")
    erased(directory, directory.records(Phone)[0].id, on=BY["on"])
    assert directory.db.execute("SELECT count(*) FROM written").fetchone() == (0,)
    assert not find_canaries(
        [*directory.path.parent.glob("directory.db*"), folder / "first.db"], {"w": "the lilac gate"}
    )
