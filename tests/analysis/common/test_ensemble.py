"""What nobody knows, varied together: some draws worked out anew from the surface, and one range wherever it stands."""

import numpy as np
import pytest

from mapping.analysis.access.accessibility import accessibility
from mapping.analysis.access.equity import equity
from mapping.analysis.common.ensemble import DRAWS, choices, draws, effects, evenly, interval, told
from mapping.analysis.common.reached import people_of, people_within
from mapping.analysis.reliability.sensitivity import sensitivity
from mapping.analysis.supply.coverage import coverage
from mapping.engines.travel import cost_surface
from mapping.travel import friction, on_foot, scenario_of
from tests.analysis.invented import CHASHMA, QULLAOBOD, lowered, service, view


def anew(area, spots, doubtful, n, minutes):
    """Work one draw out step by step: two surfaces, each person with a ride or on foot."""
    among = choices(area, "summer")
    drawn = {factor: values[n] for factor, values in draws(among).items()}
    season, wide = among.seasons[drawn["season"]], int(drawn["cells"])
    points = np.array(doubtful if drawn["unchecked"] else spots)
    cells = area.grid.cells(points[:, 0], points[:, 1])
    ways = []
    for ground, speed in (
        (friction(area, season, tracks=among.tracks[drawn["tracks"]]), drawn["speed"]),
        (on_foot(area), drawn["speed"] * scenario_of(area, season).walking),
    ):
        size, at = area.grid.cell_size, cells
        if wide:
            rows, columns = ground.shape
            ground = np.array(
                [[ground[y : y + 2, x : x + 2].min() for x in range(0, columns, 2)] for y in range(0, rows, 2)]
            )
            size, at = 2 * size, cells // 2
        far = cost_surface(ground, at, cell_size=size)
        if wide:
            far = far.repeat(2, axis=0).repeat(2, axis=1)[: area.people_grid.shape[0], : area.people_grid.shape[1]]
        ways.append(far.astype(float) <= minutes * speed + 1e-9)
    people = (1 - drawn["spread"]) * area.people_grid + drawn["spread"] * evenly(area)
    near = people * (drawn["rides"] * ways[0] + (1 - drawn["rides"]) * ways[1])
    return [near[area.unit_grid == unit].sum() for unit in range(len(area.unit_codes))]


@pytest.mark.parametrize("n", range(0, DRAWS, 9))
def test_a_draw_is_what_it_says(tiny_area, n):
    spots, doubtful = (CHASHMA,), (CHASHMA, QULLAOBOD)
    found = people_within(tiny_area, {"": spots}, minutes=[45], scenario="summer", unchecked={"": doubtful})[""]
    assert found.variants[n + 1, :, 0] == pytest.approx(anew(tiny_area, spots, doubtful, n, 45), rel=1e-5, abs=0.5)


def test_what_was_asked_for_stands_first(tiny_area):
    """Within an hour of Chashma are 170 thousand, on foot 100: see test_coverage.py."""
    found = people_within(tiny_area, {"": (CHASHMA,)}, minutes=[60], scenario="summer")[""]
    assert len(found.variants) == DRAWS + 1 >= 201
    assert found.variants[0].sum() == pytest.approx(170_000, abs=1)
    assert found.foot.sum() == pytest.approx(100_000, abs=1)


def test_each_factor_goes_through_its_values_evenly(tiny_area):
    among = choices(tiny_area, "summer")
    own = draws(among)
    assert np.bincount(own["season"]).tolist() == [128, 128]
    assert np.bincount(own["cells"]).tolist() == [128, 128]
    assert (own["speed"].min(), own["speed"].max(), own["speed"].mean()) == pytest.approx((0.8, 1.2, 1.0), abs=1e-3)
    assert (own["rides"].mean(), own["spread"].mean()) == pytest.approx((0.8, 0.5), abs=1e-9)
    columns = [values.astype(float) for values in own.values()]
    moving = [column for column in columns if np.ptp(column)]
    assert np.abs(np.corrcoef(moving) - np.eye(len(moving))).max() < 0.2, "no factor goes with another"
    assert all(np.array_equal(values, draws(among)[factor]) for factor, values in own.items())


def test_tracks_that_are_on_no_map_may_not_be_there(tj_area):
    """Four assumptions, the study area's own first; where slopes are told apart there is one."""
    tracks = choices(tj_area, "summer").tracks
    assert tracks[0] == tj_area.settings.speeds.tracks
    assert 0 in [each.speed for each in tracks]
    assert len(choices(lowered(tj_area, direction="towards"), "summer").tracks) == 1


def test_who_asks_about_walking_hears_of_walking(tiny_area):
    among = choices(tiny_area, "walking")
    assert (among.seasons, among.driven) == (("walking",), False)
    assert set(draws(among)["rides"]) == {1.0}
    assert len(told(tiny_area, "walking", np.linspace(0, 1, DRAWS + 1), 0.5, 60)) == 1


def test_a_range_holds_nine_in_ten_and_what_was_asked():
    low, high = interval(np.concatenate([[0.99], np.linspace(0, 1, 256)])[:, None])
    assert (low[0], high[0]) == pytest.approx((0.05, 0.99))


def test_what_moves_a_number_is_found(tiny_area):
    """Numbers that are the factor itself are moved by it, and by no other as much."""
    among = choices(tiny_area, "summer")
    for factor in ("season", "speed", "rides", "spread", "cells", "unchecked"):
        own = draws(among)[factor].astype(float)
        numbers = np.concatenate([[0], (own - own.min()) / np.ptp(own)])[:, None]
        moved = {name: values[0] for name, values in effects(among, numbers).items()}
        assert max(moved, key=moved.get) == factor


def test_one_number_has_one_range_wherever_it_stands(tiny_area):
    listed = view(service("PSY-COU", at=CHASHMA), service("LEG-INF", at=QULLAOBOD, freshness="lapsed"))
    total = coverage(listed, tiny_area).total
    low, high = total["any_60_low"], total["any_60_high"]
    sure = sensitivity(listed, tiny_area).total
    assert (sure["asked_low"], sure["asked_high"]) == pytest.approx((low, high))
    none = accessibility(listed, tiny_area).total
    assert (none["any_none_high"], none["any_none_low"]) == pytest.approx((1 - low, 1 - high))
    uneven = equity(listed, tiny_area).total
    assert (uneven["none_high"], uneven["none_low"]) == pytest.approx((1 - low, 1 - high))
    assert low < total["any_60"] <= high


def test_people_stay_as_many(tiny_area):
    found = people_within(tiny_area, {"": (CHASHMA,)}, minutes=[1440], scenario="summer")[""]
    assert found.variants.max(axis=0)[:, 0] == pytest.approx(people_of(tiny_area), rel=1e-3)
