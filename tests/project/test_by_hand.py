"""The second way to work out gap numbers agrees with the analyses, and with tests/tiny/README.md."""

import datetime as dt
import sqlite3

import pytest

from mapping.analysis.supply.coverage import coverage
from mapping.analysis.supply.nrm import nrm
from scripts.by_hand import listed, missing, share_within
from tests.support.sample import CHASHMA, HAMVOR, QULLAOBOD, km, organization, place, sample_view, service

CLINICS = ["HLT-EME"]


@pytest.fixture
def view(tmp_path, tiny_area):
    """Return a view of six entries of three clinics, two of them not to be counted, and one listed twice."""
    return sample_view(
        tmp_path,
        tiny_area,
        organization("Chashma"),
        organization("Hamvor"),
        organization("Qullaobod"),
        service("Ward", of="Chashma", types=CLINICS, next_due=dt.date(2026, 8, 27)),  # 89 days over: still counts
        place("Door", of=["Ward"], at=CHASHMA, unit="XT-W2", country="XT"),
        service("Ward, from another list", of="Chashma", types=CLINICS),
        place("Gate", of=["Ward, from another list"], at=CHASHMA, unit="XT-W2", country="XT"),
        service("Second ward", of="Chashma", types=CLINICS, status="defunct"),
        place("Second door", of=["Second ward"], at=km(2.5, 12.5), unit="XT-W1", country="XT"),
        service("Long ago", of="Hamvor", types=CLINICS, verified=dt.date(2024, 1, 1), next_due=dt.date(2024, 7, 1)),
        place("Hut", of=["Long ago"], at=HAMVOR, unit="XT-E2", country="XT"),
        service("Never checked", of="Qullaobod", types=CLINICS, verified=None),
        place("House", of=["Never checked"], at=QULLAOBOD, unit="XT-E1", country="XT"),
        service("Lawyer", of="Hamvor", types=["LEG-INF"]),
        place("Office", of=["Lawyer"], at=HAMVOR, unit="XT-E2", country="XT"),
    )


@pytest.fixture
def db(view):
    connection = sqlite3.connect(f"file:{view.path}?mode=ro", uri=True)
    yield connection
    connection.close()


def test_bodies_are_counted_as_the_matrix_counts_them(db, view, tiny_area):
    assert [listed(db, region, of="HLT-EME") for region in ("XT-W", "XT-E")] == [1, 0]
    table = nrm(view, tiny_area).table["HLT-EME"]
    assert [table["XT-W"], table["XT-E"]] == [1, 1]  # the one that nobody checked stands behind "not known"
    assert nrm(view, tiny_area).state("XT-E", "HLT-EME") == "unknown"


def test_a_part_of_the_women_needs_a_whole_place(db, tiny_area):
    # 91,600 women in the west, 30,700 in the east
    assert missing(db, tiny_area, "XT-W", of="HLT-EME", women_each=30_000) == 3  # 3.05, so 4, less 1
    assert missing(db, tiny_area, "XT-E", of="HLT-EME", women_each=30_700) == 1
    assert missing(db, tiny_area, "XT-E", of="HLT-EME", women_each=30_699) == 2
    assert missing(db, tiny_area, "XT-W", of="HLT-EME", women_each=100_000) == 0


@pytest.mark.parametrize("minutes", [30, 60, 120])
def test_people_are_those_that_coverage_finds(db, view, tiny_area, minutes):
    analysis = coverage(view, tiny_area, types=CLINICS)
    assert share_within(db, tiny_area, minutes, of="HLT-EME") == pytest.approx(
        analysis.total[f"HLT-EME_{minutes}_asked"], abs=1e-6
    )


def test_people_within_an_hour_of_chashma_or_qullaobod(db, tiny_area):
    # README: 170,000 from Chashma, of them all near Qullaobod; from Qullaobod the village at 10.5, 13.5 is at
    # 7 x 1.414 + 3 x 12 = 45.9 minutes (20,000), the one at 21.5, 14.5 too far with 86.9
    assert share_within(db, tiny_area, 60, of="HLT-EME") == pytest.approx(190 / 240, abs=1e-6)
