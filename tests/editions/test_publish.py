"""Publishing: the view with travel times that follow from the view alone, and warnings that stand in no file."""

import datetime as dt
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mapping.area.study_area import StudyArea
from mapping.directory.directory import public_id
from mapping.editions.publish import LIMIT, MOST_PLACES, places, publish, travel_times
from mapping.errors import MappingError, NotFound, UnsafePublication
from mapping.travel import travel_time
from mapping.view import writer
from mapping.view.index import lexicon_of
from mapping.view.view import View
from tests.analysis.invented import lowered
from tests.conftest import TAJIKISTAN, TINY
from tests.support.canary import find_canaries
from tests.support.sample import (
    KULNISHIN,
    SECRETS,
    TODAY,
    key,
    km,
    organization,
    place,
    public_parts,
    sample_directory,
    sample_view,
    secret_parts,
    service,
)


@pytest.fixture
def published(tiny_area: StudyArea, tmp_path: Path) -> View:
    with sample_directory(tmp_path, tiny_area) as directory:
        publication = publish(directory, "public", tmp_path / "public.db", area=tiny_area, edition=TODAY)
    yield publication.view
    publication.view.close()


def minutes(view: View, place_: str, scenario: str = "summer") -> dict[str, float]:
    """Minutes from a place, by the names of the locations."""
    names = {row["id"]: row["name"] for row in view.rows("location")}
    return {names[location]: told for location, told in view.minutes(place_, scenario).items()}


def test_travel_times_are_those_worked_out_by_hand(published: View) -> None:
    """tests/tiny/README.md works them out; here they stand rounded up."""
    assert minutes(published, "p1") == {
        "Legal Centre, Chashma": 0,
        "Umed school, Hamvor": 14,
        "Qulla Hospital": 24,
        "Umed, Kulnishin": 95,
    }
    assert minutes(published, "p1", "winter") == {
        "Legal Centre, Chashma": 0,
        "Umed school, Hamvor": 28,
        "Qulla Hospital": 107,
        "Umed, Kulnishin": 99,
    }
    assert minutes(published, "p4") == {
        "Legal Centre, Chashma": 14,
        "Umed school, Hamvor": 0,
        "Qulla Hospital": 22,
        "Umed, Kulnishin": 109,
    }


def test_a_country_without_a_winter_has_the_minutes_of_summer_then(tmp_path: Path, tiny_area: StudyArea) -> None:
    folder = tmp_path / "area"
    shutil.copytree(tiny_area.folder, folder)
    text = (folder / "area.toml").read_text("utf-8")
    start, end = text.index('[[scenario]]\nid = "winter"'), text.index('[[scenario]]\nid = "walking"')
    (folder / "area.toml").write_text(text[:start] + text[end:], "utf-8")
    area = StudyArea.load(folder)
    with sample_directory(tmp_path, area) as directory:
        publication = publish(directory, "public", tmp_path / "public.db", area=area, edition=TODAY)
    with publication.view as view:
        assert minutes(view, "p1", "winter") == minutes(view, "p1", "summer") != {}


def test_travel_times_are_told_of_what_may_be_shown_only(published: View) -> None:
    shown = {row["id"] for row in published.rows("location") if row["latitude"] is not None}
    rows = published.connection.execute("SELECT * FROM travel").fetchall()
    assert {row["location"] for row in rows} <= shown
    starts = published.connection.execute("SELECT scenario FROM travel_from").fetchall()
    assert {row["scenario"] for row in starts} == {"summer", "winter"}
    abroad = next(row["id"] for row in published.rows("location") if row["name"] == "Consulate, Bandar")
    assert abroad not in {row["location"] for row in rows}
    assert published.minutes("nowhere") == published.minutes("p1", "spring") == {}


@pytest.mark.parametrize(
    ("crossing", "covers", "told"),
    [(True, ["XT-W"], {"summer": 13, "winter": 19}), (True, [], {}), (True, ["XN"], {}), (False, ["XT-W"], {})],
)
def test_a_service_abroad_has_minutes_where_people_cross_and_it_is_for_them(
    crossing: bool, covers: list[str], told: dict[str, float], tiny_area: StudyArea, tmp_path: Path
) -> None:
    """From Chashma 6 km of highway, then half a step on it and half on foot: 6 + 0.5 + 6, in winter 12 + 1 + 6."""
    parts = organization("Umed"), service("Beyond", of="Umed", covers=covers)
    with sample_view(
        tmp_path, tiny_area, *parts, place("Beyond", of=["Beyond"], at=km(-0.5, 4.5), country="XN")
    ) as view:
        rows = list(travel_times(view, lowered(tiny_area, cross_borders=crossing)).told())
    assert {row[2]: row[3] for row in rows if row[0] == "p1"} == told


def refused(view: View) -> list[tuple[object, ...]]:
    """What a view says of help that was not to be had."""
    try:
        return [tuple(row)[1:] for row in view.rows("unavailable")]
    except NotFound:
        return []


@pytest.mark.parametrize(
    ("bodies", "times", "kinds", "told"),
    [
        (3, (4, 3, 3), ["LEG-INF"], [("XT-W", "LEG-INF", 10, "2025-11-01", "2026-10-31")]),
        (3, (10, 0, 0), ["LEG-INF"], [("XT-W", "LEG-INF", 10, "2025-11-01", "2026-10-31")]),
        (3, (4, 3, 2), ["LEG-INF"], []),  # under the threshold of counts
        (2, (8, 8), ["LEG-INF"], []),  # so few bodies that each knows what is said of the other
        (3, (9, 9, 9), ["ACC-VOT"], []),  # hidden services are in no view, so in no sum
    ],
)
def test_help_that_was_not_to_be_had_is_told_in_sums_of_many(
    bodies: int, times: tuple[int, ...], kinds: list[str], told: list[object], tiny_area: StudyArea, tmp_path: Path
) -> None:
    parts = []
    for number in range(bodies):
        name = f"Body {number}"
        parts += [
            organization(name),
            service(name, of=name, types=kinds),
            place(name, of=[name], unit="XT-W1", at=KULNISHIN),
        ]
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        counts = {public_id(directory.key, key("service", f"Body {n}")): often for n, often in enumerate(times)}
        publication = publish(
            directory,
            "public",
            tmp_path / "public.db",
            area=tiny_area,
            edition=TODAY,
            unavailable=counts | {"of no service here": 99},
        )
    with publication.view as view:
        assert refused(view) == told


def test_no_minutes_are_told_beyond_the_limit(
    tiny_area: StudyArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapping.editions.publish.LIMIT", 23.5)
    with sample_view(tmp_path, tiny_area) as view:
        told = {(row[0], row[3]) for row in travel_times(view, tiny_area).told() if row[2] == "summer"}
    assert ("p1", 14) in told
    assert max(minutes_ for _, minutes_ in told) <= 23.5
    assert LIMIT == 240


def test_times_are_rounded_up_to_whole_minutes(tiny_area: StudyArea, tmp_path: Path) -> None:
    with sample_view(tmp_path, tiny_area) as view:
        points = {row["id"]: (row["latitude"], row["longitude"]) for row in view.rows("location") if row["latitude"]}
        for place_, location, scenario, told in travel_times(view, tiny_area).told():
            spot = places(tiny_area).set_index("place_id").loc[place_]
            surface = travel_time(tiny_area, [(spot["lat"], spot["lon"])], scenario=scenario).minutes
            row, column = tiny_area.grid.cell(*points[location])
            assert told == math.ceil(surface[row, column])


def test_a_point_on_a_barrier_is_reached_from_the_nearest_ground(tiny_area: StudyArea, tmp_path: Path) -> None:
    shore, middle = km(4.5, 10.5), km(6.0, 10.5)  # in the lake, whose cells no one can cross
    parts = [organization("Umed")]
    for name, at in (("Shore", shore), ("Middle", middle)):
        parts += [service(name, of="Umed"), place(name, of=[name], at=at)]
    with sample_view(tmp_path, tiny_area, *parts) as view:
        told = {row[1]: row[3] for row in travel_times(view, tiny_area).told() if row[0] == "p2" and row[2] == "summer"}
        names = {row["id"]: row["name"] for row in view.rows("location")}
        by_name = {names[one]: minutes_ for one, minutes_ in told.items()}
        surface = travel_time(tiny_area, [km(2.5, 12.5)]).minutes
    for name, ashore in (("Shore", (3.5, 10.5)),):
        assert by_name[name] == math.ceil(surface[tiny_area.grid.cell(*km(*ashore))])
    assert np.isfinite(by_name["Middle"])


def test_places_are_the_seats_first_and_then_the_largest(tiny_area: StudyArea, tj_area: StudyArea) -> None:
    assert list(places(tiny_area)["place_id"]) == ["p1", "p3", "p2", "p4", "p5"]
    chosen = places(tj_area)
    assert len(chosen) <= MOST_PLACES
    assert chosen["lat"].notna().all()
    seats = chosen[chosen["seat"] >= 0]
    assert list(chosen.index[: len(seats)]) == list(seats.index)
    assert set(tj_area.gazetteer.dropna(subset=["lat"]).query("seat >= 0")["place_id"]) <= set(chosen["place_id"])


def test_progress_is_told(tiny_area: StudyArea, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(
            directory,
            "public",
            tmp_path / "public.db",
            area=tiny_area,
            edition=TODAY,
            progress=lambda done, of: steps.append((done, of)),
        ).view.close()
    assert steps == [(n, 10) for n in range(1, 11)]


def test_two_publications_are_the_same_byte_for_byte(tiny_area: StudyArea, tmp_path: Path) -> None:
    for number in (1, 2):
        with sample_directory(tmp_path / str(number), tiny_area) as directory:
            publish(directory, "public", tmp_path / f"{number}.db", area=tiny_area, edition=TODAY).view.close()
    assert (tmp_path / "1.db").read_bytes() == (tmp_path / "2.db").read_bytes()


def test_what_a_run_left_that_was_killed_is_in_nobodys_way(tiny_area: StudyArea, tmp_path: Path) -> None:
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(directory, "public", tmp_path / "first.db", area=tiny_area, edition=TODAY).view.close()
        for name in ("", ".new", ".settled"):
            (tmp_path / f"second.db.part{name}").write_bytes(b"broken off")
        publish(directory, "public", tmp_path / "second.db", area=tiny_area, edition=TODAY).view.close()
    assert (tmp_path / "second.db").read_bytes() == (tmp_path / "first.db").read_bytes()


def test_nobody_else_reads_a_view_before_it_is_whole(
    tiny_area: StudyArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes, real = [], writer.write_index

    def look(*args: Any) -> None:
        modes.extend(file.stat().st_mode & 0o777 for file in tmp_path.glob("view.db*"))
        real(*args)

    monkeypatch.setattr(writer, "write_index", look)
    home = service("Shelter", of="Umed", types=["ACC-VOT"]), place("Home", of=["Shelter"], at=km(6.5, 4.5))
    with sample_directory(tmp_path, tiny_area, public_parts(), secret_parts(), *home) as directory:
        directory.view("public", tmp_path / "view.db", edition=TODAY).close()
    assert {*modes} == {0o600}
    (tmp_path / "usual").touch()
    assert (tmp_path / "view.db").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_secrets_change_no_byte(tiny_area: StudyArea, tmp_path: Path) -> None:
    for name, parts in (("with", (public_parts(), secret_parts())), ("without", (public_parts(),))):
        with sample_directory(tmp_path / name, tiny_area, *parts) as directory:
            publish(directory, "public", tmp_path / f"{name}.db", area=tiny_area, edition=TODAY).view.close()
    assert (tmp_path / "with.db").read_bytes() == (tmp_path / "without.db").read_bytes()
    assert find_canaries([tmp_path / "with.db"], SECRETS) == []


def test_partners_see_more_and_no_secret_of_custodians(tiny_area: StudyArea, tmp_path: Path) -> None:
    for audience in ("partner", "focal_point"):
        with sample_directory(tmp_path / audience, tiny_area) as directory:
            publication = publish(directory, audience, tmp_path / f"{audience}.db", area=tiny_area, edition=TODAY)
            with publication.view as view:
                assert "Referral desk" in {one.name for one in view.services()}
        assert find_canaries([tmp_path / f"{audience}.db"], SECRETS) == []


def test_warnings_are_for_the_steward_and_stand_in_no_file(tiny_area: StudyArea, tmp_path: Path) -> None:
    near = place(
        "Umed next door", of=["Counselling"], at=(10.0370, 60.0164), address="ул. Зардолузор, дом 17", city="Chashma"
    )
    with sample_directory(tmp_path, tiny_area, public_parts(), secret_parts(), near) as directory:
        publication = publish(directory, "public", tmp_path / "public.db", area=tiny_area, edition=TODAY)
        hidden = key("location", str(SECRETS["name of a hidden place"]))
        assert len(publication.warnings) == 2
        assert all(hidden in warning for warning in publication.warnings)
        publication.view.close()
    assert hidden.encode() not in (tmp_path / "public.db").read_bytes()


def test_counts_are_those_of_the_view(tiny_area: StudyArea, tmp_path: Path) -> None:
    with sample_directory(tmp_path, tiny_area) as directory:
        publication = publish(directory, "public", tmp_path / "public.db", area=tiny_area, edition=TODAY)
        assert publication.counts == {"organization": 4, "service": 8, "location": 6, "statement": 1}
        publication.view.close()


def test_a_refused_publication_leaves_the_older_one(tiny_area: StudyArea, tmp_path: Path) -> None:
    talk = service("Talk", of="Umed", types=["PSY-COU"], description="Зардолузор 17")
    path = tmp_path / "public.db"
    with sample_directory(tmp_path / "a", tiny_area) as directory:
        publish(directory, "public", path, area=tiny_area, edition=TODAY).view.close()
    before = path.read_bytes()
    with (
        sample_directory(tmp_path / "b", tiny_area, public_parts(), secret_parts(), talk) as directory,
        pytest.raises(UnsafePublication),
    ):
        publish(directory, "public", path, area=tiny_area, edition=TODAY + dt.timedelta(days=9))
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"a", "b", "public.db"}


def test_a_full_disk_is_named_and_leaves_the_older_one(
    tiny_area: StudyArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    path = tmp_path / "public.db"
    with sample_directory(tmp_path / "a", tiny_area) as directory:
        publish(directory, "public", path, area=tiny_area, edition=TODAY).view.close()
        before = path.read_bytes()
        monkeypatch.setattr("mapping.editions.publish._write_travel", fail)
        with pytest.raises(MappingError, match=r"public.db: the view cannot be written .*make room on the disk"):
            publish(directory, "public", path, area=tiny_area, edition=TODAY)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"a", "public.db"}


def test_a_directory_without_a_study_area_is_published_without_travel_times(tmp_path: Path) -> None:
    with sample_directory(tmp_path) as directory:
        publication = publish(directory, "public", tmp_path / "public.db", area=None, edition=TODAY)
        assert publication.view.minutes("p1") == {}
        assert len(publication.view.services()) == 8
        publication.view.close()


PUBLISHING = """
import datetime as dt, sys
from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.view.index import lexicon_of
area = StudyArea.load(sys.argv[1])
with Directory(sys.argv[2], area) as directory:
    publish(directory, "public", sys.argv[3], area=area, edition=dt.date.fromisoformat(sys.argv[4])).view.close()
print(lexicon_of(StudyArea.load(sys.argv[5])))
"""


def test_the_order_in_which_a_process_keeps_sets_changes_no_byte(
    tiny_area: StudyArea, tj_area: StudyArea, view_file: Path, tmp_path: Path
) -> None:
    """Another process has another order than this one."""
    with sample_directory(tmp_path, tiny_area) as directory:
        parts = TINY, directory.path, tmp_path / "public.db", TODAY.isoformat(), TAJIKISTAN
    command = [sys.executable, "-c", PUBLISHING, *map(str, parts)]
    environment = os.environ | {"PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"}
    words = subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout
    assert words == f"{lexicon_of(tj_area)}\n"
    assert (tmp_path / "public.db").read_bytes() == view_file.read_bytes()
