"""Reach in Orzustan; the minutes from Chashma stand in tests/tiny/README.md and in test_coverage.py."""

import re

import numpy as np
import pytest

from mapping.analysis.access.reach import STEPS, halves, reach
from mapping.errors import InvalidRecord, NotFound, UnsafePublication
from mapping.travel import travel_time
from tests.analysis.invented import CHASHMA, QULLAOBOD, Changed, service, view, without_people
from tests.support.sample import km

KEYS = ("to_30", "to_60", "to_120", "to_240", "over_240")


def counselling(**options):
    return service("PSY-COU", at=CHASHMA, **options)


@pytest.fixture
def result(tiny_area):
    return reach(view(counselling()), tiny_area)


def test_the_surface_is_the_travel_time_itself(result, tiny_area):
    assert np.array_equal(result.surface.minutes, travel_time(tiny_area, [CHASHMA]).minutes)
    assert result.surface.minutes[tiny_area.grid.cell(*QULLAOBOD)] == pytest.approx(23.12, abs=0.01)
    assert np.isinf(result.surface.minutes[tiny_area.grid.cell(*km(6.5, 10.5))]), "the lake"


@pytest.mark.parametrize(
    ("key", "thousands"),
    [("to_30", 145), ("to_60", 25), ("to_120", 70), ("to_240", 0), ("over_240", 0)],
)
def test_bands_of_the_country_by_hand(result, key, thousands):
    """Up to 30: 100, 15, 30. To 60: 20 at 35.5, 5 at 46.5. To 120: 20, 40 and 10."""
    assert result.total[f"{key}_asked"] * 240 == pytest.approx(thousands, abs=1e-3)


def test_ranges_of_bands_by_hand(result):
    """To 60 minutes: 170 - 145; in winter 135 - 115. In winter 10 are at 145 minutes; on foot more are as far."""
    assert result.total["to_60_low"] * 240 <= 25
    assert 25 - 1e-3 <= result.total["to_60_high"] * 240 <= 80
    assert 10 <= result.total["to_240_high"] * 240 <= 80


@pytest.mark.parametrize(
    ("code", "half", "high"),
    [
        ("XT-W1", 94.5, 114),  # Kulnishin's 40 of 60; at 0.83 of the speed
        ("XT-W2", 0, 0),  # Chashma's 100 of 120
        ("XT-E1", 23.12, 107),  # Qullaobod's 30 of 40; winter
        ("XT-E2", 14, 28),  # Hamvor's 15 of 20; winter
    ],
)
def test_what_half_of_the_people_need_at_most(result, code, half, high):
    """Draws are slower and on foot too: the range reaches beyond one thing changed alone."""
    row = result.table.loc[code]
    assert row["half_asked"] == pytest.approx(half, abs=0.01)
    assert row["half_low"] <= row["half"]
    assert row["half_high"] >= high


def test_the_median_of_a_draw_lies_between_the_minutes_at_which_people_are_counted():
    """Of all, 40% within 20 minutes and 60% within 25: half within 22.5. None within the last step: no way."""
    below = np.zeros((1, 3, len(STEPS)))
    below[0, 0, STEPS.index(20)], below[0, 0, STEPS.index(25) :] = 0.4, 0.6
    below[0, 1] = 0.5  # within the first five minutes, all of those who ever come
    assert halves(below)[0].tolist() == [pytest.approx(22.5), pytest.approx(5), np.inf]


def test_half_of_the_country_and_the_finding(result):
    """100 at 0, 15 at 14, then 30 at 23.1 pass half of 240; in winter 100, 15 at 28 and 20 at 41."""
    assert result.total["half_asked"] == pytest.approx(23.12, abs=0.01)
    assert result.total["half_high"] >= 41
    assert str(result.finding) == "Half of the people are within 42 minutes (22–59) of a listed service"
    assert result.finding.into("ru") == "Половина жителей живёт не дальше 42 минут пути (22–59) от услуги из списка"
    assert result.figures["half"].text("en").startswith("42 (")


def test_regions(tiny_area):
    """West: 100 of 180 at 0. East: 15 at 14 and 30 at 23.1 of 60."""
    table = reach(view(counselling()), tiny_area, level=1).table
    assert table["half_asked"].to_list() == pytest.approx([0, 23.12], abs=0.01)
    assert table.at["XT-E", "to_30_asked"] == pytest.approx(45 / 60)


def test_bands_add_up_to_everybody(result):
    assert result.table[list(KEYS)].sum(axis=1).to_numpy() == pytest.approx(1)
    assert sum(result.total[key] for key in KEYS) == pytest.approx(1)


def test_a_type_a_family_or_a_need(tiny_area):
    listed = view(counselling(), service("LEG-INF", at=QULLAOBOD))
    for kind in ("PSY-COU", "PSY", "talk"):
        found = reach(listed, tiny_area, type=kind)
        assert found.total["half_asked"] == pytest.approx(23.12, abs=0.01)
        assert found.finding.text.endswith("“{type}”")
    assert reach(listed, tiny_area).total["half_asked"] < 1, "half of the people live in Chashma and Qullaobod"


def test_the_season_may_be_chosen_and_stands_in_the_title(tiny_area):
    found = reach(view(counselling()), tiny_area, scenario="winter")
    assert found.surface.minutes[tiny_area.grid.cell(*QULLAOBOD)] == pytest.approx(107, abs=0.01)
    assert str(found.title) == "Travel time to the nearest service: Any listed service, Winter"
    assert found.title.into("ru") == "Время в пути до ближайшей услуги: Любая услуга из списка, Зима"


def test_without_any_place_nobody_gets_anywhere(tiny_area):
    found = reach(view(service("PSY-COU", covers=["XT"])), tiny_area)
    assert str(found.finding) == "No service is listed that people could travel to"
    assert np.isinf(found.surface.minutes).all()
    assert found.total["over_240_asked"] == 1
    assert found.text("XT-W1", "half", "en") == "none listed"
    assert found.also == ()


def test_people_who_are_cut_off_are_said_to_be(tiny_area):
    """Roads closed and nobody walks across the middle: an area in which the east cannot be reached at all."""
    grid = tiny_area.unit_grid.copy()
    grid[:, tiny_area.grid.cell(*km(12.5, 8))[1]] = -1  # a column of another country, no road through it
    cut = Changed(tiny_area, unit_grid=grid, roads=tiny_area.roads.iloc[:0], road_winding=np.array([]))
    found = reach(view(service("PSY-COU", at=CHASHMA)), cut)
    assert found.total["over_240_asked"] == pytest.approx(60 / 240)
    assert str(found.also[-1]) == "16% of the people" + (" need over 240 minutes, or are cut off.")
    assert re.fullmatch(r"cut off \(.*–cut off\)", found.text("XT-E1", "half", "en"))
    east = reach(view(service("PSY-COU", at=QULLAOBOD)), cut)
    assert str(east.finding) == "More than half of the people have no way at all to: “Any listed service”"


def test_nobody_lives_somewhere(tiny_area):
    found = reach(view(counselling()), without_people(tiny_area, "XT-E1"))
    assert found.text("XT-E1", "half", "en") == found.text("XT-E1", "to_30", "en") == "does not apply"


def test_secret_types_are_refused(tiny_area):
    with pytest.raises(UnsafePublication, match="ACC-VOT are not published"):
        reach(view(counselling()), tiny_area, type="ACC-VOT")


def test_overdue_services_count_only_where_that_is_asked_for(tiny_area):
    listed = view(counselling(freshness="lapsed"))
    assert np.isinf(reach(listed, tiny_area).surface.minutes).all()
    assert np.isfinite(reach(listed, tiny_area, stale=True).surface.minutes).any()


def test_wrong_options_are_named(tiny_area):
    with pytest.raises(NotFound, match="XYZ"):
        reach(view(), tiny_area, type="XYZ")
    with pytest.raises(InvalidRecord, match="level 9"):
        reach(view(), tiny_area, level=9)


def test_progress_is_told(tiny_area):
    told = []
    reach(view(counselling()), tiny_area, progress=lambda *one: told.append(one))
    assert told == [(1, 3), (2, 3), (3, 3)]
