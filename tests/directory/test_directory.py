"""The private directory: batches go in whole or not at all, markings are never lowered, every change is kept."""

import datetime as dt
import hmac
import multiprocessing
import os
import sqlite3
import stat
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.directory.directory import PRAGMAS, Directory, public_id, terms
from mapping.directory.importing import series
from mapping.directory.rows import holds
from mapping.directory.writing import Writing
from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.language.taxonomy import Vocabulary, vocabulary
from mapping.model import (
    AUDIENCES,
    NAMESPACE,
    PRECISIONS,
    RECORDS,
    Approval,
    Attribute,
    Location,
    Organization,
    Phone,
    Record,
    Service,
    ServiceCapacity,
    Source,
    TaxonomyTerm,
    Translation,
    columns,
    record_id,
    references,
)
from mapping.safety.redaction import KEPT_BACK, PRIVATE, PUBLISHED
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    agreement,
    approval,
    batch,
    key,
    organization,
    phone,
    place,
    records_of,
    sample_batch,
    service,
    term,
    translations,
)


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    with Directory(tmp_path / "directory.db") as opened:
        yield opened


def dump(directory: Directory) -> list[str]:
    """Everything that a directory holds, as text."""
    return list(directory.db.conn.iterdump())


def umed(**fields: object) -> list[object]:
    return organization("Umed", **fields)


# -- files, pragmas, rights ---------------------------------------------------------------------------------------


def test_runs_under_the_pragmas_that_it_promises(directory: Directory) -> None:
    for name, wanted in PRAGMAS.items():
        assert directory.db.execute(f"PRAGMA {name}").fetchone() == (wanted,), name


def test_refuses_to_run_where_a_pragma_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRAGMAS, "journal_mode", "wal2")  # as on a network disk, where WAL is not to be had
    with pytest.raises(MappingError, match="journal_mode = delete, not wal2; use a local disk"):
        Directory(tmp_path / "directory.db")


def test_file_and_key_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "private" / "directory.db"
    previous = os.umask(0)
    try:
        with Directory(path) as directory:
            assert directory.key
            directory.add(sample_batch(), on=TODAY)
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(previous)
    assert set(modes) >= {"directory.db", "directory.key", "directory.db-wal", "directory.db-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("faster", [False, True])
def test_a_directory_is_made_where_the_disk_knows_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faster: bool
) -> None:
    path = tmp_path / "directory.db"
    with Directory(tmp_path / "theirs.db") as directory:
        directory.add(sample_batch(), on=TODAY)
    theirs = (tmp_path / "theirs.db").read_bytes() if faster else b""

    def link(_source: Path, target: Path) -> None:
        if theirs and target == path:  # another process makes it meanwhile
            path.write_bytes(theirs)
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", link)
    with Directory(path) as directory:
        assert (directory.count("service") > 0) is faster
        assert directory.key == directory.key
    assert stat.S_IMODE(path.with_suffix(".key").stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.new")) == []


def test_a_new_file_holds_what_an_empty_one_gets_step_by_step(directory: Directory, tmp_path: Path) -> None:
    path = tmp_path / "empty" / "directory.db"
    path.parent.mkdir()
    path.touch()
    with Directory(path) as other:
        made = [line for line in dump(other) if "_sqlite_migrations" not in line]  # says when
    assert made == [line for line in dump(directory) if "_sqlite_migrations" not in line]
    assert sum(line.startswith("CREATE TABLE") for line in made) > len(RECORDS)
    Directory(path.with_name("new.db")).close()
    assert {file.name for file in path.parent.iterdir()} == {"directory.db", "new.db"}


def test_all_who_make_a_file_at_once_get_the_same(tmp_path: Path) -> None:
    def make(number: int) -> bytes:
        with Directory(tmp_path / "directory.db") as directory:
            directory.add(batch(organization(f"Body {number}")), on=TODAY)
            return directory.key

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(make, range(8)))
    assert len(keys) == 1
    with Directory(tmp_path / "directory.db") as directory:
        assert directory.count("organization") == 8
    assert {file.name for file in tmp_path.iterdir()} == {"directory.db", "directory.key"}


def test_rights_that_were_too_wide_are_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    with Directory(path) as directory:
        assert directory.key
    path.chmod(0o644)
    path.with_suffix(".key").chmod(0o644)
    with Directory(path) as directory:
        assert directory.key
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(path.with_suffix(".key").stat().st_mode) == 0o600


def test_key_stays_the_same_and_a_spoilt_one_is_refused(tmp_path: Path) -> None:
    with Directory(tmp_path / "directory.db") as directory:
        key = directory.key
        assert len(key) == 32
        assert directory.key == key
        (tmp_path / "directory.key").write_text("secret")
        with pytest.raises(InvalidRecord, match="64 hexadecimal digits"):
            _ = directory.key


@pytest.mark.parametrize("content", [b"id,name\n1,Umed\n", b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_directory_is_refused_and_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.db"
    path.write_bytes(content)
    with pytest.raises(MappingError, match="cannot be opened as a directory"):
        Directory(path)
    assert path.read_bytes() == content


def test_a_view_is_no_directory(directory: Directory, tmp_path: Path) -> None:
    directory.add(sample_batch(), on=TODAY)
    directory.view("public", tmp_path / "public.db", edition=TODAY).close()
    content = (tmp_path / "public.db").read_bytes()
    with pytest.raises(MappingError, match="not a directory; is it a view"):
        Directory(tmp_path / "public.db")
    assert (tmp_path / "public.db").read_bytes() == content


def test_says_what_to_do_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        MappingError, match=r"file/directory.db: cannot be opened as a directory .*check the path.*the free space"
    ):
        Directory(tmp_path / "file" / "directory.db")


# -- what is stored ------------------------------------------------------------------------------------------------


def test_has_a_strict_table_for_every_kind_of_record(directory: Directory) -> None:
    for name, kind in RECORDS.items():
        table = directory.db.table(name)
        assert table.strict, name
        assert {column.name: column.type for column in table.columns} == columns(kind)
        assert {(fk.column, fk.other_table) for fk in table.foreign_keys} == set(references(kind).items())


def test_no_field_is_left_undecided() -> None:
    for name, kind in RECORDS.items():
        if name not in PRIVATE:
            assert {"id", *PUBLISHED[name], *KEPT_BACK.get(name, ())} == set(kind.model_fields), name
            assert not set(PUBLISHED[name]) & set(KEPT_BACK.get(name, ())), name


def test_what_goes_in_comes_out(directory: Directory) -> None:
    given_ = sample_batch()
    directory.add(given_, on=TODAY)
    for record in given_.records:
        assert directory.record(RECORDS[record.table], record.id) == record
    assert {r.id for r in directory.records(Service)} == {r.id for r in given_.of("service")}
    assert directory.records(Service) == sorted(directory.records(Service), key=lambda r: r.id)


def test_is_seeded_with_the_taxonomies(directory: Directory) -> None:
    for name in ("service_types", "beneficiaries", "standards"):
        for one in Vocabulary.load(name).terms():
            stored = directory.record(TaxonomyTerm, term(name, one.code))
            assert stored.code == one.code
            assert stored.taxonomy_id == record_id("rohnamo", "taxonomy", name)
            if one.parent:
                assert stored.parent_id == term(name, one.parent)
    labels = {(r.link_id, r.language): r.text for r in directory.records(Translation)}
    assert labels[term("service_types", "LEG-INF"), "ru"] == "Юридическая консультация"


def test_seeds_are_brought_up_to_date_and_else_not_written(tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    with Directory(path) as directory:
        wanted = directory.record(TaxonomyTerm, term("service_types", "LEG-INF"))
        directory.db.execute("UPDATE taxonomy_term SET name = 'Old words' WHERE id = ?", [wanted.id])
    with Directory(path) as directory:
        assert directory.record(TaxonomyTerm, wanted.id) == wanted
        changes = directory.db.conn.total_changes
        assert changes > 0
    with Directory(path) as directory:
        assert directory.db.conn.total_changes == 0
    assert len(vocabulary()) == len({record.id for record in vocabulary()})


OTHER_WORDS = {
    "taxonomy": "name = 'Other words'",
    "taxonomy_term": "name = 'Other words'",
    "translation": "link_entity = 'service'",
}


@pytest.mark.parametrize("table", OTHER_WORDS)
@pytest.mark.parametrize("way", ["change", "remove", "replace", "put in its place", "rebuild"])
def test_words_that_another_program_changed_are_put_right(table: str, way: str, tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    with Directory(path) as directory:
        before = dump(directory)
    other = sqlite3.connect(path)
    names = [row[1] for row in other.execute(f'PRAGMA table_info("{table}")')]
    (word, second), *_ = other.execute(f'SELECT min(id), max(id) FROM "{table}"').fetchall()
    change = f'UPDATE "{table}" SET {OTHER_WORDS[table]} WHERE id = ?'
    if way == "change":
        other.execute(change, [word])
    elif way == "remove":
        other.execute(f'DELETE FROM "{table}" WHERE id = ?', [word])
    elif way == "replace":
        columns_, values = ", ".join(names), ", ".join("?" if name == "id" else name for name in names)
        query = f'INSERT OR REPLACE INTO "{table}" ({columns_}) SELECT {values} FROM "{table}" WHERE id = ?'
        other.execute(query, [word, second])
    elif way == "put in its place":
        other.execute(f'UPDATE OR REPLACE "{table}" SET id = ? WHERE id = ?', [word, second])
    else:
        sqlite_utils.Database(other).table(table).transform()
        other.execute(change, [word])
    other.commit()
    other.close()
    with Directory(path) as directory:
        if way == "rebuild":  # the text of the table is another program's
            assert all(holds(directory.db, name, rows) for name, rows in terms().items())
        else:
            assert sorted(dump(directory)) == sorted(before)
    with Directory(path) as directory:
        assert directory.db.conn.total_changes == 0


def test_an_act_that_changes_the_words_leaves_them_right(directory: Directory) -> None:
    wanted = directory.record(TaxonomyTerm, term("service_types", "LEG-INF"))
    directory.add(batch([wanted.model_copy(update={"name": "Other words"})]), on=TODAY)
    assert directory.record(TaxonomyTerm, wanted.id) == wanted


def test_asks_for_tables_and_records_that_are_not_there(directory: Directory) -> None:
    with pytest.raises(NotFound, match="'victims' is not a table; the tables are"):
        directory.count("victims")
    with pytest.raises(NotFound, match="service nobody: there is no such record"):
        directory.record(Service, "nobody")


@pytest.mark.parametrize("number", range(5))
def test_order_within_a_batch_does_not_matter(number: int, tmp_path: Path) -> None:
    records = records_of(
        organization("Child", parent_organization_id=key("organization", "Parent")),
        organization("Parent"),
        service("Legal advice", of="Child"),
        place("Office", of=["Legal advice"], at=(10.0, 60.0)),
    )
    with Directory(tmp_path / "directory.db") as directory:
        directory.add(batch(records[number:], records[:number]), on=TODAY)
        assert directory.count("organization") == 2


# -- all or nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (service("Legal advice", of="Nobody"), "service -> organization"),
        (agreement("Umed", "Nobody"), "referral_agreement -> organization"),
        (translations(Organization(id="nobody", name=""), name={"ru": "Никто"}), "organization"),
        (Attribute(id="a", link_id=key("organization", "Umed"), link_entity="nothing"), "attribute -> nothing"),
        (
            Attribute(id="a", link_id=key("organization", "Umed"), link_entity="organization", taxonomy_term_id="t"),
            "attribute -> taxonomy_term",
        ),
    ],
)
def test_a_reference_to_nothing_refuses_the_whole_batch(records: object, said: str, directory: Directory) -> None:
    before = dump(directory)
    with pytest.raises(InvalidRecord, match=rf"sample.csv: \d+ records refer to records that do not exist .*{said}"):
        directory.add(batch(umed(), records), on=TODAY)
    assert dump(directory) == before


def test_a_record_that_was_not_validated_is_refused(directory: Directory) -> None:
    before = dump(directory)
    wrong = Location.model_construct(**{**Location(id="x").__dict__, "latitude": "north"})
    with pytest.raises(InvalidRecord, match=r"location: cannot store TEXT value in REAL column.*nothing was stored"):
        directory.add(batch(umed(), wrong), on=TODAY)
    assert dump(directory) == before


def test_a_record_of_another_class_is_refused(directory: Directory) -> None:
    class Spy(Organization):
        watcher: str = ""

    with pytest.raises(InvalidRecord, match="Spy is no kind of record that is stored"):
        directory.add(batch(Spy(id="x", name="Spy")), on=TODAY)


def test_a_full_disk_leaves_the_directory_as_it_was(directory: Directory) -> None:
    directory.add(batch(umed()), on=TODAY)
    before = dump(directory)
    (pages,) = directory.db.execute("PRAGMA page_count").fetchone()
    directory.db.execute(f"PRAGMA max_page_count = {pages + 5}").fetchall()
    many = [Organization(id=f"o{n}", name="x" * 500) for n in range(500)]
    with pytest.raises(
        MappingError, match=r"could not store sample.csv .*full.*nothing was stored; make room on the disk"
    ):
        directory.add(batch(many), on=TODAY)
    assert dump(directory) == before
    directory.db.execute("PRAGMA max_page_count = 100000").fetchall()
    assert directory.add(batch(many), on=TODAY).added["organization"] == 500


def test_a_dry_run_says_what_would_change_and_changes_nothing(directory: Directory) -> None:
    directory.add(batch(umed()), on=TODAY)
    before = dump(directory)
    change = directory.add(batch(umed(description="New"), organization("Other")), on=TODAY, dry_run=True)
    assert (change.added["organization"], change.changed["organization"]) == (1, 1)
    assert str(change) == "1 organization new; 1 organization changed"  # the parts: provenance
    assert dump(directory) == before


def test_of_an_empty_list_nothing_is_new(directory: Directory) -> None:
    assert str(directory.add(batch(), on=TODAY)) == "nothing new, nothing changed"


def test_a_second_writer_is_told_to_wait(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 50)
    with Directory(directory.path) as other:
        directory.db.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(MappingError, match=r"locked.*another process is writing.*try again"):
            other.add(batch(umed()), on=TODAY)
        assert time.monotonic() - started < 5
        directory.db.execute("ROLLBACK")
        assert other.add(batch(umed()), on=TODAY).added["organization"] == 1


def test_readers_see_the_old_state_while_another_writes(directory: Directory) -> None:
    directory.add(batch(umed()), on=TODAY)
    with Directory(directory.path) as other:
        directory.db.execute("BEGIN IMMEDIATE")
        directory.db.execute("DELETE FROM provenance")
        assert other.count("provenance") == 1
        directory.db.execute("ROLLBACK")


def test_a_capacity_without_a_day_keeps_that_on_which_it_was_first_told(directory):
    def told(places: int, day: int, updated: dt.date | None = None):
        own = service("Beds", of="Umed", types=["ACC"])
        beds = ServiceCapacity(
            id="c", service_id=key("service", "Beds"), available=places, maximum=places, updated=updated
        )
        change = directory.add(batch(umed(), own, [beds]), on=dt.date(2026, 3, day))
        (row,) = directory.db["service_capacity"].rows
        return row["updated"], change.changed["service_capacity"]

    assert told(6, 1) == ("2026-03-01", 0)
    assert told(6, 2) == ("2026-03-01", 0)
    assert told(8, 3) == ("2026-03-03", 1)
    assert told(8, 4, dt.date(2026, 2, 20)) == ("2026-02-20", 1)
    assert told(8, 5) == ("2026-02-20", 0)


def import_much(path: Path, told: Connection, moment: str) -> None:
    """Import 3,000 bodies, and wait once it is told that they are stored; half-way after each table."""
    add = Writing.add

    def slowly(writing: Writing, *table: Any) -> None:
        add(writing, *table)
        told.send("stored")
        told.recv()

    if moment == "half-way":
        Writing.add = slowly  # type: ignore[method-assign]
    with Directory(path) as directory:
        bodies = [Organization(id=f"o{n}", name="x" * 200) for n in range(3000)]
        directory.add(Batch(Source(id="s", name="s"), "big.csv", records=bodies), on=TODAY)
        told.send("whole")
        told.recv()


@pytest.mark.parametrize("moment", ["half-way", "right after"])
def test_a_killed_import_leaves_all_or_nothing(moment: str, tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    with Directory(path) as directory:
        directory.add(batch(umed()), on=TODAY)
        before = dump(directory)
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=import_much, args=(path, there, moment))
    process.start()
    there.close()
    assert here.recv() == ("stored" if moment == "half-way" else "whole")
    if moment == "half-way":
        here.send("")  # one table more, within the transaction
        assert here.recv() == "stored"
    process.kill()
    process.join()
    with Directory(path) as directory:
        assert directory.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if moment == "half-way":
            assert dump(directory) == before
        else:
            assert directory.count("organization") == 3001


# -- a second import -----------------------------------------------------------------------------------------------


def test_a_second_import_meets_the_first(directory: Directory) -> None:
    directory.add(sample_batch(), on=TODAY)
    before = dump(directory)
    change = directory.add(sample_batch(), on=TODAY + dt.timedelta(days=1))
    assert (change.added.total(), change.changed.total(), change.removed.total(), change.missing) == (0, 0, 0, [])
    assert change.unchanged.total() == len(sample_batch().records) + 1
    days = ('INSERT INTO "batch"', "INSERT INTO \"gate\" VALUES('day'")  # tell when it was, and nothing of what is held
    after = [line for line in dump(directory) if not line.startswith(days)]
    assert after == [line for line in before if not line.startswith(days)]


@given(
    steps=st.lists(st.tuples(st.sampled_from(AUDIENCES), st.sampled_from(PRECISIONS)), min_size=1, max_size=5),
    apart=st.lists(st.booleans(), min_size=5, max_size=5),
)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_markings_are_raised_never_lowered(
    steps: list[tuple[str, str]], apart: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Directory(tmp_path_factory.mktemp("d") / "directory.db") as directory:
        waiting: list[object] = []
        for (audience, precision), alone in zip(steps, apart, strict=False):
            waiting.append(Location(id="l", audience=audience, precision=precision))
            if alone:
                directory.add(batch(waiting), on=TODAY)
                waiting = []
        directory.add(batch(waiting), on=TODAY)
        stored = directory.record(Location, "l")
    assert stored.audience == AUDIENCES[max(AUDIENCES.index(a) for a, _ in steps)]
    assert stored.precision == PRECISIONS[max(PRECISIONS.index(p) for _, p in steps)]


def test_a_blank_marking_in_a_later_file_raises_too(directory: Directory) -> None:
    directory.add(batch(Phone(id="p", number="1313", audience="public")), on=TODAY)
    directory.add(batch(Phone(id="p", number="1313")), on=TODAY)
    assert directory.record(Phone, "p").audience == "custodian"


def test_of_two_records_with_one_id_the_later_stands_under_the_stricter_marking(directory: Directory) -> None:
    first = Organization(id="o", name="Old", audience="focal_point")
    directory.add(batch(first, Organization(id="o", name="New", audience="public")), on=TODAY)
    assert directory.record(Organization, "o").name == "New"
    assert directory.record(Organization, "o").audience == "focal_point"


def test_an_agreement_to_lower_ends_when_the_source_asks_for_more_secrecy(directory: Directory) -> None:
    shelter = key("service", "Shelter")
    directory.add(
        batch(
            umed(),
            service("Shelter", of="Umed", audience="partner"),
            approval("audience", shelter, "public"),
            approval("withhold", shelter, "email"),
        ),
        on=TODAY,
    )
    directory.add(batch(umed(), service("Shelter", of="Umed", audience="partner")), on=TODAY)
    assert directory.records(Approval)[0].consent_until is not None
    directory.add(batch(umed(), service("Shelter", of="Umed", audience="custodian")), on=TODAY)
    ended = {one.kind: one.consent_until for one in directory.records(Approval)}
    assert ended["audience"] is None
    assert ended["withhold"] is not None
    assert [one["change"] for one in directory.history(key("approval", "audience", shelter, "public"))] == [
        "added",
        "changed",
    ]


def test_parts_that_a_list_gives_no_more_go_and_wholes_are_reported(directory: Directory) -> None:
    full = batch(
        umed(),
        service("Legal advice", of="Umed", phones=["1", "2"], speaks=["tg", "ru"]),
        service("Counselling", of="Umed", phones=["3"]),
        place("Office", of=["Legal advice"], at=(10.0, 60.0)),
        file="list 2026-10.csv",
    )
    directory.add(full, on=TODAY)
    less = batch(umed(), service("Legal advice", of="Umed", phones=["2"], speaks=["tg"]), file="list 2026-11.csv")
    change = directory.add(less, on=TODAY)
    assert change.removed == {"phone": 1, "language": 1, "service_at_location": 1}
    assert [str(one) for one in change.missing] == ["service Umed: Counselling"]
    assert str(change) == "1 service changed; 1 organization as before; 1 service missing"
    assert {r.number for r in directory.records(Phone)} == {"2", "3"}
    assert directory.count("service") == 2
    gone = directory.history(key("phone", "1", None, "Legal advice", None))
    assert [one["change"] for one in gone] == ["added", "removed"]
    assert gone[1]["before"]["number"] == "1"
    assert gone[1]["after"] is None


def test_another_list_takes_nothing_away(directory: Directory) -> None:
    directory.add(batch(umed(phones=["1"]), service("Legal advice", of="Umed"), file="services.csv"), on=TODAY)
    change = directory.add(batch(umed(), file="agreements.csv"), on=TODAY)
    assert (change.removed.total(), change.missing) == (0, [])
    change = directory.add(batch(umed(), source="another sender", file="services.csv"), on=TODAY)
    assert (change.removed.total(), change.missing) == (0, [])
    assert directory.count("phone") == 1


def test_what_is_missing_is_named_whatever_the_file_is_called(directory: Directory) -> None:
    helps = [service(f"Advice {n}", of="Umed") for n in range(4)]
    directory.add(batch(umed(), *helps, file="services.csv"), on=TODAY)
    change = directory.add(batch(umed(), *helps[:3], service("New", of="Umed"), file="От Мадины.csv"), on=TODAY)
    assert [missing.name for missing in change.missing] == ["Advice 3"]
    change = directory.add(batch(umed(), *helps[1:3], file="one more.csv"), on=TODAY)
    assert {missing.name for missing in change.missing} == {"Advice 0", "Advice 3", "New"}


def sight_of(directory: Directory, *hidden: str) -> Callable[[str, str], Record | None]:
    """See all records but some."""
    return lambda table, record: None if record in hidden else directory.record(RECORDS[table], record)


def test_what_a_list_would_miss_is_told_before_it_is_stored(directory: Directory) -> None:
    helps = [service(f"Advice {n}", of="Umed") for n in range(4)]
    directory.add(batch(umed(), *helps, file="services.csv"), on=TODAY)
    less = batch(umed(), *helps[:3], file="От Мадины.csv")
    for told in (
        directory.missing(less, sight=sight_of(directory)),
        directory.add(less, on=TODAY, dry_run=True).missing,
    ):
        assert [str(missing) for missing in told] == ["service Umed: Advice 3"]
    assert directory.missing(batch(umed(), source="another"), sight=sight_of(directory)) == []
    assert directory.still_missing() == []


def test_who_may_not_know_of_a_record_is_told_what_would_be_without_it(directory: Directory) -> None:
    """Neither is it named, nor does it say that the list is a newer edition: a guessed row would be answered so."""
    helps = [service(f"Advice {n}", of="Umed") for n in range(3)]
    directory.add(batch(umed(), *helps, file="services.csv"), on=TODAY)
    hidden, guess = key("service", "Advice 0"), batch(umed(), helps[0], file="a guess.csv")
    assert len(directory.missing(guess, sight=sight_of(directory))) == 2
    assert directory.missing(guess, sight=sight_of(directory, hidden)) == []
    named = directory.missing(batch(umed(), helps[1], file="services.csv"), sight=sight_of(directory, hidden))
    assert [missing.name for missing in named] == ["Advice 2"]


def test_what_is_missing_waits_until_somebody_sees_to_it(directory: Directory) -> None:
    helps = [service(f"Advice {n}", of="Umed") for n in range(4)]
    directory.add(batch(umed(), *helps, file="services.csv"), on=TODAY)
    directory.add(batch(umed(), helps[0], file="services.csv"), on=TODAY)
    assert {*directory.still_missing()} == {("service", key("service", f"Advice {n}")) for n in (1, 2, 3)}
    directory.edit("service", key("service", "Advice 1"), {"status": "defunct"}, by="a", on=TODAY, reason="closed")
    checked = [part for part in service("Advice 2", of="Umed", verified=TODAY) if part.table == "verification"]
    directory.add(batch(checked, source="calls", file="calls"), on=TODAY)
    assert directory.still_missing() == [("service", key("service", "Advice 3"))]
    directory.add(batch(umed(), helps[0], helps[3], file="services.csv"), on=TODAY)
    assert directory.still_missing() == [], "what somebody saw to is not asked about again by each newer list"
    directory.undo(by="a", on=TODAY)
    assert directory.still_missing() == [("service", key("service", "Advice 3"))]


def test_what_was_open_before_a_list_is_open_again_when_it_is_undone(directory: Directory) -> None:
    helps = [service(f"Advice {n}", of="Umed") for n in range(4)]
    directory.add(batch(umed(), *helps, file="services.csv"), on=TODAY)
    directory.add(batch(umed(), helps[0], file="services.csv"), on=TODAY)
    before = directory.still_missing()
    assert len(before) == 3
    back = [service(f"Advice {n}", of="Umed", description="Back") for n in range(4)]  # speaks of each otherwise
    directory.add(batch(umed(), *back, file="services.csv"), on=TODAY)
    assert directory.still_missing() == []
    undone = directory.batches()[-1].number
    directory.undo(by="a", on=TODAY)
    assert directory.still_missing() == before
    directory.undo(directory.batches()[-1].number, by="a", on=TODAY)
    assert directory.still_missing() == [], "the list counts again"
    assert directory.batches()[undone - 1].undone_by is None
    returned = replace(batch(umed(), helps[1], file="services.csv"), partial=True)
    directory.undo(undone, by="a", on=TODAY)
    directory.add(returned, on=TODAY)
    assert {*directory.still_missing()} == {*before}, "a few rows that came back are no edition"


def test_two_lists_of_one_sender_do_not_miss_each_other(directory: Directory) -> None:
    for region in ("north", "south"):
        helps = [service(f"Advice {region} {n}", of="Umed") for n in range(3)]
        change = directory.add(batch(umed(), *helps, file=f"{region}.csv"), on=TODAY)
        assert change.missing == []


def test_a_body_that_the_batch_only_speaks_of_is_not_missing(directory: Directory) -> None:
    directory.add(batch(umed(), organization("Sitora"), organization("Gone")), on=TODAY)
    records = [*organization("New"), agreement("Umed", "New"), *service("Advice", of="Sitora")]
    change = directory.add(batch(records), on=TODAY)
    assert [one.name for one in change.missing] == ["Gone"]


def test_what_came_back_is_no_longer_missing(directory: Directory) -> None:
    both = batch(umed(), service("Legal advice", of="Umed"), service("Counselling", of="Umed"))
    one = batch(umed(), service("Legal advice", of="Umed"))
    directory.add(both, on=TODAY)
    assert len(directory.add(one, on=TODAY).missing) == 1
    assert directory.add(both, on=TODAY).missing == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NGO list 2026-11 (final).xlsx", "ngo_list_2026-10.csv", True),
        ("/tmp/a/рӯйхат ноябрь.xlsx", "рӯйхат декабрь.xlsx", True),
        ("services.csv", "agreements.csv", False),
        ("abroad.xlsx", "abroad 2.xlsx", True),
    ],
)
def test_editions_of_a_list_are_told_by_the_name_of_the_file(one: str, other: str, same: bool) -> None:
    assert (series(one) == series(other)) is same


# -- history -------------------------------------------------------------------------------------------------------


def test_history_tells_who_when_from_which_file_and_what_was_before(directory: Directory) -> None:
    directory.add(batch(umed(description="Old")), by="import", on=TODAY)
    later = TODAY + dt.timedelta(days=3)
    directory.add(batch(umed(description="New"), file="corrections.csv"), by="Steward One", on=later)
    first, second = directory.history(key("organization", "Umed"))
    assert (first["change"], first["by"], first["on"], first["file"]) == ("added", "import", "2026-11-24", "sample.csv")
    assert first["before"] is None
    assert (second["change"], second["by"], second["on"]) == ("changed", "Steward One", "2026-11-27")
    assert second["file"] == "corrections.csv"
    assert (second["before"]["description"], second["after"]["description"]) == ("Old", "New")
    assert second["before"] == first["after"]
    assert directory.history("nobody") == []


def test_history_is_enough_to_go_back(directory: Directory) -> None:
    """Whatever was done can be undone: the last state before any batch follows from what the history holds."""
    states = []
    for number, parts in enumerate((umed(phones=["1"]), umed(phones=["2"], description="b"), umed())):
        directory.add(batch(parts), on=TODAY + dt.timedelta(days=number))
        states.append({(r.table, r.id): r for kind in (Organization, Phone) for r in directory.records(kind)})
    for number in (2, 1):
        rows = directory.db.query("SELECT * FROM history WHERE batch = ? ORDER BY number DESC", [number + 1])
        now = dict(states[number])
        for row in rows:
            if row["table"] in ("organization", "phone"):
                now.pop((row["table"], row["record"]), None)
                if row["before"]:
                    record = RECORDS[row["table"]].model_validate_json(row["before"])
                    now[row["table"], row["record"]] = record
        assert now == states[number - 1]


# -- ids -----------------------------------------------------------------------------------------------------------


def test_published_ids_need_the_key() -> None:
    one, other = public_id(b"a" * 32, "x"), public_id(b"b" * 32, "x")
    assert one == public_id(b"a" * 32, "x")
    assert len({one, other, public_id(b"a" * 32, "y"), "x"}) == 4
    for number in range(100):
        name = hmac.digest(b"a" * 32, str(number).encode(), "sha256").hex()
        assert public_id(b"a" * 32, str(number)) == str(uuid.uuid5(NAMESPACE, name))


def test_published_ids_stay_and_private_ones_are_nowhere(tiny_area: StudyArea, tmp_path: Path) -> None:
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        directory.add(batch(umed(), service("Legal advice", of="Umed")), on=TODAY)
        with directory.view("public", tmp_path / "a.db", edition=TODAY) as view:
            before = view.services()[0].id
        directory.add(batch(umed(), service("Legal advice", of="Umed", description="New"), file="b.csv"), on=TODAY)
        with directory.view("public", tmp_path / "b.db", edition=TODAY) as view:
            assert view.services()[0].id == before
        content = (tmp_path / "b.db").read_bytes()
        for table in RECORDS:
            for record in directory.records(RECORDS[table]):
                assert record.id.encode() not in content, table


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_a_batch_is_stored_whole_whatever_it_is_cut_into(
    chunk: int, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapping.directory.writing.CHUNK", chunk)
    bodies = [Organization(id=f"o{n}", name=f"Body {n}") for n in range(50)]
    services = [Service(id=f"s{n}", organization_id=f"o{n}", name="Legal advice") for n in range(50)]
    assert directory.add(batch(bodies, services), on=TODAY).added == {
        "source": 1,
        "organization": 50,
        "service": 50,
        "provenance": 100,
    }
    services[3] = Service(id="s3", organization_id="o3", name="Counselling")
    change = directory.add(batch(bodies, services), on=TODAY)
    assert (change.changed["service"], change.unchanged["service"]) == (1, 49)


def test_sqlite_is_new_enough_for_strict_tables() -> None:
    assert sqlite3.sqlite_version_info >= (3, 37)


def test_a_phone_number_is_stored_as_it_was(directory: Directory) -> None:
    directory.add(batch(umed(), phone("0003", organization="Umed")), on=TODAY)
    assert directory.records(Phone)[0].number == "0003"


def test_a_source_has_its_own_record(directory: Directory) -> None:
    directory.add(batch(umed(), source="network"), on=TODAY)
    assert directory.records(Source) == [Source(id=record_id("network", "source"), name="network")]


def test_storing_changes_nothing_in_the_batch_and_tells_how_far_it_is(tmp_path, tiny_area):
    """A batch may name a record twice, or one that was merged: the stricter stands, and the batch stays as it was."""
    first = Organization(id="o", name="Umed", audience="public")
    given = batch(
        first, Organization(id="o", name="Umed", email="a@umed.example", audience="partner", do_not_list=True)
    )
    given.records.extend([Organization(id="o", name="Umed", email="b@umed.example", audience="public")])
    before = [record.model_dump() for record in given.records]
    steps = []
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(given, on=TODAY, progress=lambda done, of: steps.append((done, of)))
        stored = directory.record(Organization, "o")
        assert (stored.email, stored.audience, stored.do_not_list) == ("b@umed.example", "partner", True)
    assert [record.model_dump() for record in given.records] == before
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert steps[-1] == (3, 3)  # the sender, the organization and where it came from
