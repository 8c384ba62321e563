"""Hide now: each organization, service and place of the demonstration, one after the other, by one person."""

import shutil

import pytest

from mapping.directory.directory import Directory, public_id
from mapping.editions.hiding import HIDDEN, hide
from mapping.editions.releases import Releases
from mapping.errors import InvalidRecord
from mapping.model import RECORDS
from mapping.view.view import View
from tests.conftest import DEMO_DAY


@pytest.fixture
def office(tmp_path, demo_folder, demo_view, tj_area):
    """The demonstration's directory, with what is published of it for everybody in use."""
    folder = shutil.copytree(demo_folder, tmp_path / "private")
    shutil.copy(demo_view("public"), tmp_path / "public.db")
    with Directory(folder / "directory.db", tj_area) as directory:
        yield directory, Releases(folder / "editions", tmp_path / "public.db", "public")


def shown(path):
    with View(path) as view:
        return {table: {row["id"] for row in view.rows(table)} for table in (*HIDDEN, "phone", "service_at_location")}


@pytest.mark.parametrize("table", HIDDEN)
def test_one_person_hides_an_entry_within_seconds_and_nothing_else_changes(office, table):
    directory, editions = office
    before = shown(editions.view)
    records = [record.id for record in directory.records(RECORDS[table])]
    published = [record for record in records if public_id(directory.key, record) in before[table]]
    assert len(published) > 50
    for identifier in published[:: len(published) // 3]:
        own = public_id(directory.key, identifier)
        assert hide(directory, table, identifier, [editions], by="gul", day=DEMO_DAY, reason="it asked us") == [
            "public"
        ]
        now = shown(editions.view)
        assert own not in now[table]
        assert now.keys() == before.keys()
        assert all(now[name] <= before[name] for name in now)  # nothing new is shown
        assert own.encode() not in editions.view.read_bytes()
        before = now


def test_every_entry_of_the_demonstration_can_be_hidden(office):
    """All at once, as each alone takes a second: no scan, no waiting act and no second person stops it."""
    directory, editions = office
    before = shown(editions.view)
    for table in HIDDEN:
        for record in directory.records(RECORDS[table]):
            if public_id(directory.key, record.id) in before[table]:
                directory.edit(table, record.id, dict(HIDDEN[table]), by="gul", on=DEMO_DAY, reason="it asked us")
    assert editions.withdraw(directory, day=DEMO_DAY)
    now = shown(editions.view)
    assert {table: now[table] for table in HIDDEN} == {table: set() for table in HIDDEN}


def test_what_is_not_published_is_hidden_from_the_next_edition_on(office):
    directory, editions = office
    hidden = next(
        record.id
        for record in directory.records(RECORDS["organization"])
        if public_id(directory.key, record.id) not in shown(editions.view)["organization"]
    )
    assert hide(directory, "organization", hidden, [editions], by="gul", day=DEMO_DAY, reason="it asked us") == []
    with pytest.raises(InvalidRecord, match="hide an organization"):
        hide(directory, "phone", hidden, [editions], by="gul", day=DEMO_DAY, reason="x")
