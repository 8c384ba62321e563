"""Many surfaces at once: equal on one thread, on two, and on a cluster of dask with processes of its own."""

import numpy as np
import pytest

from mapping.analysis.access.reach import reach
from mapping.analysis.supply.coverage import coverage
from mapping.errors import NotFound
from mapping.travel import travel_time
from mapping.travel.surfaces import PeopleWithin, surfaces
from tests.analysis.invented import CHASHMA, QULLAOBOD, lowered, service, view

WANTED = {"one": [CHASHMA], "both": [CHASHMA, QULLAOBOD], "the same": [CHASHMA], "none": [], "far": [(-40.0, -20.0)]}
PLANS = ("summer", "winter", "walking")


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster,
        distributed.Client(cluster) as own,
    ):
        yield own


def test_each_surface_is_that_of_travel_time(tiny_area):
    found = surfaces(tiny_area, WANTED, scenarios=PLANS)
    assert set(found) == {(key, plan) for key in WANTED for plan in PLANS}
    for (key, plan), one in found.items():
        alone = travel_time(tiny_area, WANTED[key], scenario=plan)
        assert one.found.tobytes() == alone.minutes.tobytes()
        assert (one.lost, one.snapped) == (len(alone.lost), len(alone.snapped))
    assert found["far", "summer"].lost == 1


def test_equal_points_are_worked_out_once(tiny_area):
    steps = []
    found = surfaces(tiny_area, WANTED, scenarios=PLANS, progress=lambda done, of: steps.append((done, of)))
    assert steps == [(number, 12) for number in range(1, 13)]
    assert found["one", "winter"].found is found["the same", "winter"].found


def test_an_unknown_scenario(tiny_area):
    with pytest.raises(NotFound, match="no such scenario"):
        surfaces(tiny_area, WANTED, scenarios=["spring"])


@pytest.mark.parametrize("direction", ["average", "towards", "away"])
def test_one_thread_two_threads_and_a_cluster_give_the_same_bits(direction, tiny_area, client):
    area = lowered(tiny_area, direction=direction)
    options = {"scenarios": PLANS, "limit": 90}
    one, two, far = (
        surfaces(area, WANTED, **options, **where) for where in ({"threads": 1}, {"threads": 2}, {"client": client})
    )
    for job, surveyed in one.items():
        for other in (two[job], far[job]):
            assert other.found.tobytes() == surveyed.found.tobytes()
            assert (other.lost, other.snapped) == (surveyed.lost, surveyed.snapped)


def test_people_are_counted_where_the_surface_is(tiny_area, client):
    then = PeopleWithin(tiny_area.unit_grid, tiny_area.people_grid, (30.0, 60.0), len(tiny_area.unit_codes))
    here, there = (surfaces(tiny_area, WANTED, then=then, client=where) for where in (None, client))
    for job, counted in here.items():
        np.testing.assert_array_equal(counted.found, there[job].found)
    assert here["both", "summer"].found.sum() > here["one", "summer"].found.sum() > 0


@pytest.mark.parametrize("analysis", [coverage, reach])
def test_an_analysis_says_the_same_on_a_cluster(analysis, tiny_area, client):
    given = view(service("PSY-COU", at=CHASHMA), service("LEG-INF", at=QULLAOBOD))
    here, there = (analysis(given, tiny_area, client=where) for where in (None, client))
    assert here.sheet().to_csv() == there.sheet().to_csv()
    assert dict(here.total) == dict(there.total)
    assert str(here.finding) == str(there.finding)
