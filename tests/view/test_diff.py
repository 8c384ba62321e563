"""What changed between two editions is told from the two files, and tells nothing of what nobody may see."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory, public_id
from mapping.editions.publish import publish
from mapping.errors import InvalidRecord
from mapping.view.diff import compare
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.sample import (
    SECRETS,
    TODAY,
    Part,
    batch,
    key,
    organization,
    place,
    public_parts,
    records_of,
    sample_batch,
    sample_directory,
    secret_parts,
    service,
)

LATER = TODAY + dt.timedelta(days=7)
KEY = bytes.fromhex("5a" * 32)
OFFICE = place("Office", of=["Advice"], at=(10.04, 60.05), unit="XT-E1", address="1 Street")


def edition(
    folder: Path, area: StudyArea, *parts: Part, day: dt.date = TODAY, previous: Path | None = None, name: str = "a"
) -> Path:
    path = folder / f"{name}.db"
    with sample_directory(folder / f"of {name}", area, *parts) as directory:
        publish(directory, "public", path, area=area, edition=day, previous=previous).view.close()
    return path


def told(path: Path, table: str) -> dict[str, str]:
    with View(path) as view:
        return {row["id"]: tuple(row)[2] for row in view.rows(table)}


def of(table: str, name: str) -> str:
    return public_id(KEY, key(table, name))


def test_a_first_edition_has_nothing_gone_and_all_is_of_its_day(tiny_area: StudyArea, tmp_path: Path) -> None:
    path = edition(tmp_path, tiny_area)
    assert told(path, "tombstone") == {}
    assert set(told(path, "modified").values()) == {TODAY.isoformat()}
    with View(path) as view:
        assert {row["entity"] for row in view.rows("modified")} >= {"organization", "service", "location"}


@pytest.mark.parametrize("said", [{"names": {"ru": "Совет"}}, {"serves": ["AGE-CHI"]}, {"verified": TODAY}])
def test_a_service_of_which_something_else_is_said_has_changed(said, tiny_area: StudyArea, tmp_path: Path) -> None:
    first = edition(tmp_path, tiny_area, organization("Umed"), service("Advice", of="Umed"), OFFICE)
    now = organization("Umed"), service("Advice", of="Umed", **said), OFFICE
    modified = told(edition(tmp_path, tiny_area, *now, day=LATER, previous=first, name="b"), "modified")
    assert modified[of("service", "Advice")] == LATER.isoformat()
    assert modified[of("organization", "Umed")] == modified[of("location", "Office")] == TODAY.isoformat()


def test_an_edition_of_a_time_when_a_field_was_not_published_is_compared_by_the_others(
    tiny_area: StudyArea, tmp_path: Path
) -> None:
    parts = organization("Umed"), service("Advice", of="Umed"), OFFICE
    first = edition(tmp_path, tiny_area, *parts)
    with closing(sqlite3.connect(first)) as old:
        old.execute("ALTER TABLE service DROP COLUMN wait_time")
    changed = organization("Umed", description="Help"), service("Advice", of="Umed", wait_time="a day"), OFFICE
    second = edition(tmp_path, tiny_area, *changed, day=LATER, previous=first, name="b")
    modified = told(second, "modified")
    assert modified[of("organization", "Umed")] == LATER.isoformat()
    assert modified[of("service", "Advice")] == TODAY.isoformat()


def test_what_is_gone_changed_or_the_same(tiny_area: StudyArea, tmp_path: Path) -> None:
    umed, other = organization("Umed"), organization("Other")
    first = edition(tmp_path, tiny_area, umed, other, service("Advice", of="Umed"), service("Talks", of="Umed"), OFFICE)
    moved = place("Office", of=["Advice"], at=(10.04, 60.05), unit="XT-E1", address="2 Street")
    talks = service("Talks", of="Umed", audience="custodian")
    now = records_of(umed, service("Advice", of="Umed"), talks, moved, organization("New"))
    second = edition(tmp_path, tiny_area, now, day=LATER, previous=first, name="b")
    gone = {of("organization", "Other"): LATER.isoformat(), of("service", "Talks"): LATER.isoformat()}
    assert told(second, "tombstone") == gone
    modified = told(second, "modified")
    assert modified[of("organization", "Umed")] == TODAY.isoformat()
    assert modified[of("organization", "New")] == LATER.isoformat()
    assert modified[of("location", "Office")] == modified[of("service", "Advice")] == LATER.isoformat()
    last = LATER + dt.timedelta(days=7)
    third = edition(tmp_path, tiny_area, now, other, day=last, previous=second, name="c")
    assert told(third, "tombstone") == {of("service", "Talks"): LATER.isoformat()}
    assert told(third, "modified")[of("service", "Advice")] == LATER.isoformat()
    assert told(third, "modified")[of("organization", "Other")] == last.isoformat()


def test_closed_and_hidden_leave_the_same_trace(tiny_area: StudyArea, tmp_path: Path) -> None:
    umed = organization("Umed")
    first = edition(tmp_path, tiny_area, umed, service("Talks", of="Umed"))
    closed = edition(tmp_path, tiny_area, umed, day=LATER, previous=first, name="b")
    hidden = service("Talks", of="Umed", audience="custodian")
    assert edition(tmp_path, tiny_area, umed, hidden, day=LATER, previous=first, name="c").read_bytes() == (
        closed.read_bytes()
    )


def test_two_worlds_with_one_earlier_edition_give_the_same_bytes(tiny_area: StudyArea, tmp_path: Path) -> None:
    first = edition(tmp_path, tiny_area)
    parts = [record for record in records_of(public_parts()) if record.id != key("activity", "Talks in schools")]
    without = edition(tmp_path, tiny_area, parts, day=LATER, previous=first, name="b")
    with_secrets = edition(tmp_path, tiny_area, parts, secret_parts(), day=LATER, previous=first, name="c")
    assert told(without, "tombstone")
    assert without.read_bytes() == with_secrets.read_bytes()
    assert not find_canaries([with_secrets], SECRETS)


def test_a_view_may_replace_the_file_that_it_is_compared_with(tiny_area: StudyArea, tmp_path: Path) -> None:
    with sample_directory(tmp_path / "d", tiny_area) as directory:
        path = tmp_path / "public.db"
        publish(directory, "public", path, area=tiny_area, edition=TODAY).view.close()
        publish(directory, "public", path, area=tiny_area, edition=LATER, previous=path).view.close()
        assert set(told(path, "modified").values()) == {TODAY.isoformat()}


def test_what_is_no_view_of_that_audience_is_refused(tiny_area: StudyArea, tmp_path: Path) -> None:
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        directory.add(sample_batch(), on=TODAY)
        directory.view("focal_point", tmp_path / "f.db", edition=TODAY).close()
        (tmp_path / "list.csv").write_text("id,name")
        for name in ("f.db", "list.csv"):
            with pytest.raises(InvalidRecord, match="is not a view"):
                directory.view("public", tmp_path / "p.db", edition=TODAY, previous=tmp_path / name)
        assert not (tmp_path / "p.db").exists()
        directory.add(batch(organization("New")), on=TODAY)


def test_a_service_under_another_organization_or_at_another_place_is_told_by_names(tiny_area, tmp_path):
    def of_and_at(body: str, where: str) -> Path:
        bodies, at = (organization("Umed"), organization("Noor")), place(where, of=["Advice"], unit="XT-E1")
        return edition(tmp_path, tiny_area, *bodies, service("Advice", of=body), at, name=where)

    items = {(item.table, item.name): item for item in compare(of_and_at("Umed", "Office"), of_and_at("Noor", "Yard"))}
    advice = items["service", "Advice"]
    facts = [(fact.field, fact.before, fact.now) for fact in advice.facts]
    assert ("service.organization_id", "Umed", "Noor") in facts
    assert ("service_at_location.location_id", "", "Yard") in facts or (
        "service_at_location.location_id",
        "Office",
        "Yard",
    ) in facts
    assert advice.organization == "Noor"
    assert {name: item.organization for (table, name), item in items.items() if table == "location"} == {
        "Office": "Umed",
        "Yard": "Noor",
    }
