"""Releases: what was not looked at is not published, the switch is at once, and old editions keep nothing hidden."""

import datetime as dt
import json
import os
import resource
import shutil
import sqlite3
from contextlib import closing

import pytest

from mapping.analysis.reliability.change import change
from mapping.directory.directory import Directory, public_id
from mapping.directory.gate import OnePerson
from mapping.editions.releases import CHANGED_SINCE, FEW, Releases, _write
from mapping.errors import InvalidRecord, MappingError, NotFound, UnsafePublication
from mapping.model import Phone
from mapping.resources import checksum
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.sample import (
    SECRETS,
    TODAY,
    agreement,
    batch,
    key,
    organization,
    place,
    public_parts,
    sample_directory,
    secret_parts,
    service,
)
from tests.support.second_person import erased

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
LATER = TODAY + dt.timedelta(days=7)
CARE = service("Night line", of="Care", phones=["+992 37 999 00 01"])


@pytest.fixture
def directory(request, tmp_path, tiny_area):
    """The directory of the sample, published already where a test asks for the `first` edition."""
    if "first" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("begun")[0], tmp_path, dirs_exist_ok=True)
        opened = Directory(tmp_path / "private" / "directory.db", tiny_area)
    else:
        opened = sample_directory(tmp_path / "private", tiny_area)
    with opened:
        yield opened


@pytest.fixture
def releases(directory, tmp_path):
    return Releases(directory.path.parent / "editions", tmp_path / "public.db", "public")


def published(releases, directory, *, day=TODAY, reason="", leave=()):
    plan = releases.stage(directory, day=day, by="zarina")
    confirmed = {item.key for item in plan.newly} - set(leave)
    return releases.publish(
        directory, digest=plan.digest, confirmed=confirmed, by="gul", now=NOW, day=day, reason=reason
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory, tiny_area):
    """A folder with the first edition of the sample and its directory, and what that edition is."""
    folder = tmp_path_factory.mktemp("begun")
    with sample_directory(folder / "private", tiny_area) as opened:
        releases = Releases(folder / "private" / "editions", folder / "public.db", "public")
        return folder, published(releases, opened)


@pytest.fixture
def first(begun, directory):
    """The first edition, which was published when a test begins."""
    return begun[1]


def add(directory, *parts, on=TODAY, **more):
    directory.add(batch(*parts, **more), on=on)


def names(releases):
    with View(releases.view) as view:
        return {entry.name for entry in view.services()}


def test_the_first_edition_is_the_view_that_the_directory_gives(releases, directory, first, tmp_path):
    directory.view("public", tmp_path / "plain.db", edition=TODAY).close()
    with View(releases.view) as ours, View(tmp_path / "plain.db") as plain:
        assert [tuple(row) for row in ours.rows("service")] == [tuple(row) for row in plain.rows("service")]
    (edition,) = releases.editions()
    assert (edition.number, edition.day, edition.by, edition.live) == (1, TODAY, "gul", True)
    assert edition.digest == checksum(releases.view) == first.digest
    assert releases.view.stat().st_mode & 0o777 == 0o644
    kept = sorted((path.name, oct(path.stat().st_mode & 0o777)) for path in releases.folder.iterdir())
    assert [one for one in kept if not one[0].endswith(".lock")] == [("00001.db", "0o600"), ("00001.json", "0o600")]
    assert releases.folder.stat().st_mode & 0o777 == 0o700


def test_what_would_be_new_is_told_and_must_be_confirmed_one_by_one(releases, directory, first):
    before = releases.view.read_bytes()
    add(directory, organization("Care"), CARE)
    plan = releases.stage(directory, day=LATER, by="zarina")
    assert [(item.kind, item.table, item.name) for item in plan.items] == [
        ("new", "organization", "Care"),
        ("new", "service", "Night line"),
    ]
    line = plan.items[1]
    assert ("phone.number", "", "+992 37 999 00 01") in [(fact.field, fact.before, fact.now) for fact in line.facts]
    assert plan.alarms == ()
    with pytest.raises(
        InvalidRecord, match="1 entries that nobody could read before were not confirmed, such as Night"
    ):
        releases.publish(directory, digest=plan.digest, confirmed=[plan.items[0].key], by="gul", now=NOW, day=LATER)
    assert releases.view.read_bytes() == before
    assert releases.plan() == plan
    edition = releases.publish(
        directory, digest=plan.digest, confirmed=[item.key for item in plan.items], by="gul", now=NOW, day=LATER
    )
    assert (edition.number, edition.digest) == (2, checksum(releases.view))
    assert "Night line" in names(releases)
    assert releases.plan() is None


def test_a_changed_field_is_told_before_and_now(releases, directory, first):
    legal = key("service", "Legal advice")
    directory.edit("service", legal, {"description": "Every day now."}, by="gul", on=TODAY, reason="call")
    (item,) = releases.stage(directory, day=TODAY).items
    assert (item.kind, item.name) == ("changed", "Legal advice")
    (fact,) = [fact for fact in item.facts if fact.field == "service.description"]
    assert (fact.now, fact.newly) == ("Every day now.", True)


def test_what_is_filled_in_is_no_place_told_more_closely(releases, directory, first):
    filled = {"fees_description": "Free of charge.", "application_process": "Come by."}
    directory.edit("service", key("service", "Legal advice"), filled, by="gul", on=TODAY, reason="call")
    plan = releases.stage(directory, day=TODAY)
    (item,) = plan.items
    assert any(not fact.before and fact.now for fact in item.facts)
    assert plan.alarms == ()


def test_what_is_gone_needs_no_confirmation(releases, directory, first):
    directory.edit("service", key("service", "Legal advice"), {"audience": "partner"}, by="g", on=TODAY, reason="asked")
    plan = releases.stage(directory, day=TODAY)
    assert ("gone", "Legal advice") in [(item.kind, item.name) for item in plan.items]
    assert not [item for item in plan.newly if item.name == "Legal advice"]


def test_publishing_stops_where_much_changes(releases, directory, first):
    add(directory, *(organization(f"Body {number}") for number in range(FEW + 10)))
    plan = releases.stage(directory, day=TODAY)
    (alarm,) = plan.alarms
    assert "entries change: more than 20%" in str(alarm.message)
    assert releases.plan() == plan
    with pytest.raises(InvalidRecord, match=r"write why this is right: .* entries change"):
        published(releases, directory)
    assert published(releases, directory, reason="The register came.").reason == "The register came."


def test_publishing_stops_where_something_hidden_would_be_shown(releases, directory, tmp_path):
    add(directory, organization("Care", audience="partner"))
    published(releases, directory)
    directory.undo(by="gul", on=TODAY)
    add(directory, organization("Care", audience="public"))
    plan = releases.stage(directory, day=TODAY)
    assert [str(one.message) for one in plan.alarms] == ["Was known and hidden until now, and would be shown: Care."]
    assert plan.alarms[0].key in {item.key for item in plan.newly}


def test_publishing_stops_where_a_place_would_be_told_more_closely(releases, directory, tmp_path):
    somewhere = [organization("Care"), CARE, place("House", of=["Night line"], at=(10.04, 60.05), precision="area")]
    add(directory, *somewhere)
    published(releases, directory)
    directory.undo(by="gul", on=TODAY)
    add(directory, *somewhere[:2], place("House", of=["Night line"], at=(10.04, 60.05), precision="exact"))
    told = [str(one.message) for one in releases.stage(directory, day=TODAY).alarms]
    assert any("The point of this place was hidden" in one for one in told)


def test_what_changed_meanwhile_is_not_published(releases, directory, first):
    add(directory, organization("Care"))
    plan = releases.stage(directory, day=TODAY)
    confirmed = [item.key for item in plan.newly]
    told = {"digest": plan.digest, "confirmed": confirmed, "by": "gul", "now": NOW, "day": TODAY}
    for other in ({"day": LATER}, {"digest": "0" * 64}):
        with pytest.raises(InvalidRecord, match=CHANGED_SINCE[:40]):
            releases.publish(directory, **{**told, **other})
    directory.edit("organization", key("organization", "Care"), {"audience": "custodian"}, by="g", on=TODAY, reason="r")
    with pytest.raises(InvalidRecord, match=CHANGED_SINCE[:40]):
        releases.publish(directory, **told)
    plan = releases.stage(directory, day=TODAY)
    with sqlite3.connect(releases.folder / "next.db.part") as db:
        db.execute("UPDATE organization SET name = 'Other'")
    db.close()
    with pytest.raises(InvalidRecord, match=CHANGED_SINCE[:40]):
        releases.publish(directory, **{**told, "digest": plan.digest})
    assert checksum(releases.view) == first.digest


def test_what_is_new_takes_another_person_than_the_one_who_built_it(releases, directory, first):
    add(directory, organization("Care"))
    for builder, confirmer in (("gul", "GUL\u200b"), ("", "gul"), ("gul", "")):
        plan = releases.stage(directory, day=TODAY, by=builder)
        told = {"digest": plan.digest, "confirmed": [item.key for item in plan.newly], "now": NOW, "day": TODAY}
        with pytest.raises(OnePerson):
            releases.publish(directory, **told, by=confirmer)
    assert checksum(releases.view) == first.digest
    plan = releases.stage(directory, day=TODAY, by="gul")
    edition = releases.publish(directory, **told, by="zarina")
    assert (edition.built_by, edition.by, releases.edition(2).built_by) == ("gul", "zarina", "gul")


@pytest.mark.parametrize("audience", ["custodian", "everyone"])
def test_there_are_editions_for_those_alone_who_have_views(tmp_path, audience):
    with pytest.raises(InvalidRecord, match="there are public, partner, focal_point"):
        Releases(tmp_path, tmp_path / "view.db", audience)


def test_what_shows_nothing_new_is_published_by_one_person(releases, directory, first):
    directory.edit("service", key("service", "Legal advice"), {"audience": "custodian"}, by="g", on=TODAY, reason="r")
    plan = releases.stage(directory, day=TODAY)
    assert plan.items
    assert releases.publish(directory, digest=plan.digest, confirmed=(), by="", now=NOW, day=TODAY).number == 2
    assert "Legal advice" not in names(releases)


def test_others_may_work_on_while_an_edition_is_looked_at(releases, directory, first):
    """What is shown counts, not whether anybody wrote; a text that tells what is hidden since counts too."""
    add(directory, organization("Care", description="Ask for Zarnigor"))
    plan = releases.stage(directory, day=TODAY, by="gul")
    told = {"digest": plan.digest, "confirmed": [item.key for item in plan.newly], "by": "zarina", "now": NOW}
    directory.add(batch(organization("Quiet", audience="custodian"), source="other", file="other.csv"), on=TODAY)
    assert not releases.is_outdated(plan, directory, day=TODAY)
    directory.add(batch(organization("Zarnigor", audience="custodian"), source="third", file="t.csv"), on=TODAY)
    assert releases.is_outdated(plan, directory, day=TODAY)
    with pytest.raises(InvalidRecord, match=CHANGED_SINCE[:40]):
        releases.publish(directory, **told, day=TODAY)
    directory.undo(by="gul", on=TODAY)
    assert releases.publish(directory, **told, day=TODAY).number == 2
    assert not list(releases.folder.glob("fresh*"))


def confirmed_back(releases, directory, number, *, by="gul"):
    """Go back to an edition as one person, and confirm it as another."""
    plan = releases.roll_back(directory, number, day=LATER, by="zarina", reason="it was better")
    confirmed = [item.key for item in plan.newly]
    return releases.publish(directory, digest=plan.digest, confirmed=confirmed, by=by, now=NOW, day=LATER)


def test_one_person_brings_no_old_number_back(releases, directory, first):
    """An old edition may show a number that was taken out or changed since, though nothing of it is hidden."""
    add(directory, organization("Care"), CARE)
    published(releases, directory)
    line = next(phone for phone in directory.records(Phone) if phone.number == "+992 37 999 00 01")
    directory.edit("phone", line.id, {"number": "+992379990003"}, by="gul", on=TODAY, reason="a new one")
    newer = published(releases, directory, day=LATER)
    plan = releases.roll_back(directory, 2, day=LATER, by="zarina", reason="it was better")
    assert [(fact.before, fact.now) for item in plan.newly for fact in item.facts] == [
        ("+992379990003", "+992 37 999 00 01")
    ]
    assert (plan.back_to, plan.reason, plan.first) == (2, "it was better", False)
    assert releases.plan() == plan
    assert checksum(releases.view) == newer.digest
    given = {"digest": plan.digest, "now": NOW, "day": LATER}
    for person in ("zarina", ""):
        with pytest.raises(OnePerson):
            releases.publish(directory, **given, confirmed=[item.key for item in plan.newly], by=person)
    with pytest.raises(InvalidRecord, match="were not confirmed"):
        releases.publish(directory, **given, confirmed=[], by="gul")
    assert checksum(releases.view) == newer.digest
    back = releases.publish(directory, **given, confirmed=[item.key for item in plan.newly], by="gul")
    assert (back.number, back.live, len(releases.editions())) == (2, True, 3)
    assert checksum(releases.view) == releases.edition(2).digest
    assert releases.plan() is None


def test_what_is_hidden_while_a_second_person_looks_is_not_brought_back(releases, directory, first):
    add(directory, organization("Care"), CARE)
    published(releases, directory)
    line = next(phone for phone in directory.records(Phone) if phone.number == "+992 37 999 00 01")
    directory.edit("phone", line.id, {"number": "+992379990003"}, by="gul", on=TODAY, reason="a new one")
    published(releases, directory, day=LATER)
    plan = releases.roll_back(directory, 2, day=LATER, by="zarina", reason="it was better")
    assert not releases.is_outdated(plan, directory, day=LATER)
    directory.add(batch(organization("Quiet", audience="custodian"), source="other", file="other.csv"), on=LATER)
    assert not releases.is_outdated(plan, directory, day=LATER)
    directory.edit("phone", line.id, {"audience": "custodian"}, by="gul", on=LATER, reason="asked")
    assert releases.is_outdated(plan, directory, day=LATER)
    with pytest.raises(InvalidRecord, match=CHANGED_SINCE[:40]):
        releases.publish(
            directory,
            digest=plan.digest,
            confirmed=[item.key for item in plan.newly],
            by="gul",
            now=NOW,
            day=LATER,
        )
    assert b"999 00 01" not in releases.view.read_bytes()


def test_rolling_back(releases, directory, first):
    add(directory, organization("Care"), CARE)
    second = published(releases, directory, day=LATER)
    assert [item.name for item in releases.compare(1)] == ["Care", "Night line"]
    assert releases.roll_back(directory, 1, day=LATER) is None
    assert checksum(releases.view) == first.digest
    assert "Night line" not in names(releases)
    assert [(edition.number, edition.live) for edition in releases.editions()] == [(2, False), (1, True)]
    assert confirmed_back(releases, directory, 2).digest == checksum(releases.view) == second.digest
    assert [(edition.number, edition.live) for edition in releases.editions()] == [(2, True), (1, False)]
    with pytest.raises(NotFound, match="no edition 7 for public"):
        releases.roll_back(directory, 7, day=LATER)


def held(path):
    with View(path) as view:
        return {
            row["id"]
            for table in ("organization", "service", "location", "phone", "travel")
            for row in rows(view, table)
        }


def rows(view, table):
    columns = "location AS id" if table == "travel" else "id"
    return view.connection.execute(f"SELECT {columns} FROM {table}").fetchall()


def test_what_is_raised_leaves_the_old_editions_with_all_that_hangs_on_it(releases, directory, tmp_path):
    add(directory, organization("Care"), CARE, place("House", of=["Night line"], at=(10.04, 60.05)))
    published(releases, directory)
    untouched = releases.folder / "00001.db"
    gone = {public_id(directory.key, key(table, name)) for table, name in (("service", "Night line"),)}
    assert gone <= held(untouched)
    directory.edit(
        "service", key("service", "Night line"), {"audience": "custodian"}, by="gul", on=TODAY, reason="asked"
    )
    published(releases, directory, day=LATER)
    with View(untouched) as view:
        there = {entry.name for entry in view.services()}
        assert "Night line" not in there
        assert "Legal advice" in there
        assert not [1 for row in view.rows("phone") if row["number"] == "+992 37 999 00 01"]
        assert view.edition == TODAY
    assert b"999 00 01" not in untouched.read_bytes()
    assert b"Night line" not in untouched.read_bytes()
    assert not gone & held(untouched)
    first = releases.edition(1)
    assert (first.purged_on, first.digest) == (LATER.isoformat(), checksum(untouched))
    releases.roll_back(directory, 1, day=LATER)
    assert "Night line" not in names(releases)
    with View(releases.view) as view:
        assert view.find(limit=100).total == len(names(releases))  # the index was made anew


def test_an_organization_that_is_taken_out_is_in_no_edition_old_or_new_and_no_list_brings_it_back(
    releases, directory, first
):
    """One person takes out, and two bring back: nothing of it waits, whichever list gives it again."""
    front = (
        organization("Front Desk", description="Front words", phones=["+992 37 999 00 07"]),
        service("Front line", of="Front Desk", phones=["+992 37 999 00 08"], description="Call us at night"),
        place("Front yard", of=["Front line"], at=(10.03, 60.03), address="Front street 7"),
        agreement("Umed", "Front Desk"),
    )
    add(directory, *front)
    published(releases, directory)
    traces = [b"Front", b"999 00 0", b"99937900", b"3799900", b"at night"]
    assert any(trace in releases.view.read_bytes() for trace in traces)
    taken = {"do_not_list": True}
    directory.edit("organization", key("organization", "Front Desk"), taken, by="a", on=TODAY, reason="a front")
    for number, source in enumerate(("", "sample", "another sender")):
        if source:
            add(directory, *front, source=source)
        assert [waiting for waiting in directory.waiting() if waiting.showing.id in ids_of(front)] == []
        published(releases, directory, day=LATER + dt.timedelta(days=number), reason="it was a front")
        for file in (releases.view, *releases.folder.glob("*.db")):
            assert [trace for trace in traces if trace in file.read_bytes()] == [], file


def ids_of(parts):
    return {record.id for record in batch(*parts).records}


def test_an_old_edition_without_anything_hidden_stays_as_it_was(releases, directory, first):
    add(directory, organization("Care"))
    published(releases, directory, day=LATER)
    assert checksum(releases.folder / "00001.db") == first.digest
    assert releases.edition(1).purged_on == ""


def test_an_erased_phone_leaves_the_old_editions(releases, directory):
    add(directory, organization("Care", phones=["+992 37 999 00 02"]))
    published(releases, directory)
    (own,) = [one for one in directory.records(Phone) if one.number == "+992 37 999 00 02"]
    erased(directory, own.id, on=TODAY)
    published(releases, directory)
    assert releases.edition(1).purged_on == TODAY.isoformat()
    assert b"999 00 02" not in (releases.folder / "00001.db").read_bytes()


def test_a_point_that_is_hidden_now_leaves_the_old_editions(releases, directory, tmp_path):
    add(directory, organization("Care"), CARE, place("House", of=["Night line"], at=(10.04, 60.05)))
    published(releases, directory)
    house = key("location", "House")
    directory.edit("location", house, {"precision": "area"}, by="gul", on=TODAY, reason="asked")
    published(releases, directory)
    assert releases.edition(1).purged_on == TODAY.isoformat()
    with View(releases.folder / "00001.db") as view:
        own = public_id(directory.key, house)
        assert [row["latitude"] for row in view.rows("location") if row["id"] == own] in ([None], [])


def test_an_old_text_that_tells_what_is_hidden_now_is_not_rolled_back_to(releases, directory, tmp_path):
    add(directory, organization("Care", description="Ask Farida Invented."))
    published(releases, directory)
    directory.edit(
        "organization", key("organization", "Care"), {"description": "Ask us."}, by="g", on=TODAY, reason="r"
    )
    published(releases, directory)
    add(directory, organization("Farida Invented", audience="custodian"))
    now = checksum(releases.view)
    with pytest.raises(UnsafePublication, match="description: holds"):
        releases.roll_back(directory, 1, day=TODAY)
    assert checksum(releases.view) == now


def test_no_trace_of_a_secret_in_any_edition(releases, directory, first):
    add(directory, organization("Care"))
    published(releases, directory, day=LATER)
    releases.stage(directory, day=LATER)
    assert find_canaries([releases.view, *releases.folder.glob("*.db*")], SECRETS) == []


def test_only_so_many_are_kept(releases, directory, monkeypatch):
    monkeypatch.setattr("mapping.editions.releases.KEPT", 2)
    for number in range(4):
        add(directory, organization(f"Body {number}"), file=f"{number}.csv")
        published(releases, directory)
    assert [edition.number for edition in releases.editions()] == [4, 3]
    assert len(list(releases.folder.glob("*.db"))) == 2


def test_the_change_since_the_edition_before_is_in_the_view(releases, directory, first, tiny_area, tmp_path):
    shutil.copy(releases.view, tmp_path / "old.db")
    add(directory, organization("Care"), CARE, place("House", of=["Night line"], at=(10.04, 60.05), unit="XT-E1"))
    published(releases, directory, day=LATER)
    with View(releases.view) as view, View(tmp_path / "old.db") as old:
        for level in (None, *(one.level for one in tiny_area.levels)):
            carried, compared = change(view, tiny_area, level=level), change(view, tiny_area, previous=old, level=level)
            assert carried.table.equals(compared.table)
            assert (carried.total, str(carried.finding)) == (compared.total, str(compared.finding))
        assert carried.total["new"] == 1


def test_a_view_from_before_editions_were_kept_is_compared_too(directory, releases, tmp_path):
    directory.view("public", releases.view, edition=TODAY).close()
    assert releases.stage(directory, day=TODAY).items == ()
    assert releases.editions() == []


def test_views_for_partners_are_readable_by_their_owner_only(directory, tmp_path):
    partner = Releases(tmp_path / "private" / "editions", tmp_path / "private" / "partner.db", "partner")
    published(partner, directory)
    assert partner.view.stat().st_mode & 0o777 == 0o600
    with View(partner.view) as view:
        assert view.audience == "partner"


def test_a_full_disk_leaves_the_edition_in_use(releases, directory, first):
    add(directory, organization("Care"))
    plan = releases.stage(directory, day=TODAY, by="zarina")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        with pytest.raises(MappingError, match=r"the edition was not published \([^:']*\); .*make room on the disk"):
            releases.publish(
                directory, digest=plan.digest, confirmed=[one.key for one in plan.newly], by="g", now=NOW, day=TODAY
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert checksum(releases.view) == first.digest
    assert [edition.number for edition in releases.editions()] == [1]
    assert published(releases, directory).number == 2


def test_an_attempt_that_was_cut_short_leaves_nothing_in_the_list(releases, directory, first, monkeypatch):
    add(directory, organization("Care"))
    monkeypatch.setattr(Releases, "_switch", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        published(releases, directory)
    assert checksum(releases.view) == first.digest
    monkeypatch.undo()
    assert published(releases, directory).number == 2
    assert [(edition.number, edition.live) for edition in releases.editions()] == [(2, True), (1, False)]


def test_secrets_change_no_byte_of_an_edition_that_replaces_another(tiny_area, tmp_path):
    found = []
    for name, parts in (("with", [*public_parts(), *secret_parts()]), ("without", public_parts())):
        with sample_directory(tmp_path / name, tiny_area, *parts) as directory:
            releases = Releases(tmp_path / name / "editions", tmp_path / name / "public.db", "public")
            published(releases, directory)
            add(directory, organization("Care"), CARE)
            published(releases, directory, day=LATER)
            found.append(checksum(releases.view))
    assert found[0] == found[1]


def test_notes_of_editions_are_plain(first, releases):
    told = json.loads((releases.folder / "00001.json").read_text(encoding="utf-8"))
    assert told["day"] == "2026-11-24"
    known = "built_by", "by", "day", "digest", "entries", "number", "published_on", "purged_on", "reason", "state"
    assert set(told) == {*known}


def test_what_is_written_leaves_no_file_open(tmp_path):
    before = len(os.listdir("/dev/fd"))
    for number in range(5):
        _write(tmp_path / f"{number}.json", {"number": number})
    assert len(os.listdir("/dev/fd")) == before
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600] * 5


def test_a_view_of_an_older_version_is_replaced_as_any_other(releases, directory, first):
    """A new version of the program asks for it to be published again: that must be possible."""
    with closing(sqlite3.connect(releases.view)) as view:
        view.execute("UPDATE edition SET value = '1' WHERE name = 'format'")
        view.commit()
    add(directory, organization("Care"), CARE, on=LATER)
    plan = releases.stage(directory, day=LATER, by="zarina")
    assert [(item.kind, item.name) for item in plan.items] == [("new", "Care"), ("new", "Night line")]
    assert plan.alarms == ()
    keys = [item.key for item in plan.items]
    releases.publish(directory, digest=plan.digest, confirmed=keys, by="gul", now=NOW, day=LATER)
    assert "Night line" in names(releases)


def test_what_is_no_view_is_not_replaced(releases, directory):
    with closing(sqlite3.connect(releases.view)) as other:
        other.execute("CREATE TABLE edition (name TEXT, value TEXT)")
    before = releases.view.read_bytes()
    with pytest.raises(InvalidRecord, match="is not a view for public"):
        published(releases, directory)
    assert releases.view.read_bytes() == before


@pytest.mark.parametrize(
    ("day", "told"), [(-2400, True), (-1, True), (0, False), (7, False), (366, False), (367, True)]
)
def test_an_edition_of_another_time_needs_a_reason(releases, directory, first, day, told):
    """The clock of a computer may be wrong: nothing says so but the days."""
    day = TODAY + dt.timedelta(days=day)
    plan = releases.stage(directory, day=day, by="zarina")
    assert releases.plan() == plan
    question = f"This edition would be of {day}, the one in use is of {TODAY}: look whether the date is right."
    assert (question in [str(alarm.message) for alarm in plan.alarms]) is told
    if told:
        keys = [item.key for item in plan.items]
        with pytest.raises(InvalidRecord, match="write why this is right: This edition would be of"):
            releases.publish(directory, digest=plan.digest, confirmed=keys, by="gul", now=NOW, day=day)
    assert published(releases, directory, day=day, reason="the clock was wrong before").day == day
