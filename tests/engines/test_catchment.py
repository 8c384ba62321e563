"""Floating catchments: by hand, against matrices, a published example, PySAL access, and what must always hold."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.engines.catchment import (
    Steps,
    enhanced_two_step,
    fill,
    gaussian,
    gravity,
    two_step,
    within,
)
from mapping.engines.pairs import Pairs
from mapping.errors import InvalidRecord
from tests.support.examples import examples

NAN = float("nan")
PEOPLE, DOCTORS = [100, 50, 10], [15, 20, 100]
SELF, CITY, ACROSS = 1, 40, 80


def hospitals(inbound=CITY, outbound=CITY):
    """Three tracts: 1 and 2 are 80 minutes apart, 3 is the city between them."""
    far = np.array([[SELF, ACROSS, inbound], [ACROSS, SELF, inbound], [outbound, outbound, SELF]], float)
    i, j = np.indices(far.shape).reshape(2, -1)
    return Pairs.of(i, j, far.ravel(), shape=(3, 3))


def dense(pairs, people, capacity, weigh):
    """Work the same out with whole matrices."""
    weights = np.zeros((pairs.count, pairs.services))
    i, j, t = pairs.table()
    weights[i, j] = weigh(t)
    load = weights.T @ people
    ratio = np.divide(capacity, load, out=np.zeros(len(load)), where=load > 0)
    return weights @ ratio


def test_two_step_by_hand():
    """The city's 100 doctors serve all 160, tract 1's 15 serve 110, tract 2's 20 serve 60."""
    found = two_step(hospitals(), PEOPLE, DOCTORS, limit=60)
    assert found.low.tolist() == pytest.approx(
        [100 / 160 + 15 / 110, 100 / 160 + 20 / 60, 100 / 160 + 15 / 110 + 20 / 60]
    )
    assert found.load.tolist() == [110, 60, 160]
    assert found.supply == (135, 135)
    assert found.high is found.low
    assert found.reached.all()
    assert found.idle.size == 0


@pytest.mark.parametrize("scenario", [0, 1])
def test_the_published_example(shared, scenario):
    """Scenario 1 has a fast lane into the city: 20 minutes."""
    path = shared / "standards" / "access" / "fca_hospital_example.json"
    if not path.exists():
        pytest.skip("needs the worked example")
    expected = json.loads(path.read_text())[f"scenario{scenario}"]
    pairs = hospitals(inbound=20 if scenario else 40)
    cases = {
        "2sfca_plain": two_step(pairs, PEOPLE, DOCTORS, limit=60).low,
        "e2sfca_gravity": enhanced_two_step(pairs, PEOPLE, DOCTORS, decay=gravity(1)).low,
    }
    for name, found in cases.items():
        if name == "e2sfca_gravity":  # the example leaves out what is farther than an hour
            near = Pairs.of(*(column[pairs.minutes <= 60] for column in pairs.table()), shape=(3, 3))
            found = enhanced_two_step(near, PEOPLE, DOCTORS, decay=gravity(1)).low
        assert found.tolist() == pytest.approx(list(expected[name].values())), name


def test_unknown_capacity_stays_unknown():
    pairs = Pairs.of([0, 1, 1, 2], [0, 0, 1, 1], [5, 5, 5, 5], shape=(4, 2))
    found = two_step(pairs, [10, 10, 10, 10], [NAN, 4], limit=30)
    assert found.low.tolist() == [0, 0.2, 0.2, 0]
    assert found.high.tolist() == [np.inf, np.inf, 0.2, 0]
    assert found.supply == (4, np.inf)
    bounded = two_step(pairs, [10, 10, 10, 10], [NAN, 4], limit=30, unknown=(2, 6))
    assert bounded.low.tolist() == pytest.approx([0.1, 0.3, 0.2, 0])
    assert bounded.high.tolist() == pytest.approx([0.3, 0.5, 0.2, 0])
    assert found.reached.tolist() == [True, True, True, False]


def test_an_unknown_service_that_weighs_nothing_says_nothing():
    pairs = Pairs.of([0, 1], [0, 0], [5, 50], shape=(2, 1))
    found = enhanced_two_step(pairs, [10, 10], [NAN], decay=Steps((10, 60), (1, 0)))
    assert found.high.tolist() == [np.inf, 0]


def test_supply_that_reaches_nobody_is_told():
    pairs = Pairs.of([0, 1], [0, 1], [5, 5], shape=(2, 3))
    found = two_step(pairs, [10, 0], [4, 5, 6], limit=30)
    assert found.idle.tolist() == [1, 2], "one stands where nobody lives, one reaches no place at all"
    assert found.supply == (4, 4)
    assert found.low.tolist() == [0.4, 0]


def test_no_services_and_no_places():
    none = two_step(Pairs.of(np.zeros(0, int), np.zeros(0, int), [], shape=(2, 0)), [1, 2], [], limit=30)
    assert none.low.tolist() == [0, 0]
    nowhere = two_step(Pairs.of(np.zeros(0, int), np.zeros(0, int), [], shape=(0, 2)), [], [1, 2], limit=30)
    assert nowhere.idle.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("people", "capacity", "options", "match"),
    [
        ([1], [1, 1, 1], {}, "people"),
        ([1, 1, -1], [1, 1, 1], {}, "people"),
        ([1, 1, NAN], [1, 1, 1], {}, "people"),
        ([1, 1, 1], [1], {}, "capacity"),
        ([1, 1, 1], [1, 1, -1], {}, "capacity"),
        ([1, 1, 1], [1, 1, np.inf], {}, "capacity"),
        ([1, 1, 1], [1, 1, 1], {"unknown": (5, 1)}, "unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(people, capacity, options, match):
    with pytest.raises(InvalidRecord, match=match):
        two_step(hospitals(), people, capacity, limit=60, **options)


def test_decays():
    assert within(30)(np.float32([0, 30, 30.1])).tolist() == [1, 1, 0]
    assert gaussian(60)(np.float32([0, 60, 61])).tolist() == [1, 0, 0]
    assert gaussian(60)(np.float32([30]))[0] == pytest.approx((np.exp(-1 / 8) - np.exp(-1 / 2)) / (1 - np.exp(-1 / 2)))
    assert gravity(2, scale=10, least=5)(np.float32([0, 20])).tolist() == [4, 0.25]
    for wrong in (((30, 10), (1, 1)), ((10,), (1, 2)), ((), ()), ((10,), (-1,))):
        with pytest.raises(InvalidRecord, match="Steps"):
            Steps(*wrong)
    with pytest.raises(InvalidRecord, match="infinite"):
        enhanced_two_step(Pairs.of([0], [0], [0], shape=(1, 1)), [1], [1], decay=gravity(1))
    with pytest.raises(InvalidRecord, match="shape"):
        enhanced_two_step(hospitals(), PEOPLE, DOCTORS, decay=lambda _: np.float64(1))


def random_pairs(rng):
    places, services = int(rng.integers(0, 12)), int(rng.integers(0, 6))
    far = rng.integers(0, 90, (places, services)).astype(float)
    i, j = np.nonzero(far < 60)
    pairs = Pairs.of(i, j, far[i, j], shape=(places, services))
    return pairs, rng.integers(0, 50, places).astype(float), rng.integers(0, 9, services).astype(float)


@settings(max_examples=examples(30))
@given(st.integers(0, 2**32 - 1), st.sampled_from(["plain", "steps", "bell"]))
def test_what_must_always_hold(seed, method):
    """Access times people is the supply that reaches anybody; whole matrices say the same."""
    pairs, people, capacity = random_pairs(np.random.default_rng(seed))
    decay = {"plain": within(60), "steps": Steps((10, 20, 30), (1, 0.68, 0.22))}.get(method, gaussian(60))
    found = enhanced_two_step(pairs, people, capacity, decay=decay)
    assert float(found.low @ people) == pytest.approx(found.supply[0])
    assert found.supply[0] + capacity[found.idle].sum() == pytest.approx(capacity.sum())
    assert (found.low[~found.reached] == 0).all()
    assert found.low == pytest.approx(dense(pairs, people, capacity, decay))
    gaps = np.where(np.arange(len(capacity)) % 2 == 0, NAN, capacity)
    bounds = enhanced_two_step(pairs, people, gaps, decay=decay, unknown=(0, 9))
    assert (bounds.low <= found.low + 1e-12).all()
    assert (found.low <= bounds.high + 1e-12).all()


@pytest.mark.filterwarnings("ignore")
def test_pysal_access_says_the_same():
    access, pd = pytest.importorskip("access"), pytest.importorskip("pandas")
    rng = np.random.default_rng(2)
    far = rng.integers(1, 60, (30, 8)).astype(float)
    people, capacity = rng.integers(1, 99, 30), rng.integers(1, 9, 8)
    i, j = np.indices(far.shape).reshape(2, -1)
    costs = pd.DataFrame({"origin": i, "dest": j, "cost": far.ravel()})
    theirs = access.Access(
        demand_df=pd.DataFrame({"id": range(30), "people": people}),
        demand_value="people",
        demand_index="id",
        supply_df=pd.DataFrame({"id": range(8), "doctors": capacity}),
        supply_value="doctors",
        supply_index="id",
        cost_df=costs,
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
        neighbor_cost_df=costs,
        neighbor_cost_origin="origin",
        neighbor_cost_dest="dest",
        neighbor_cost_name="cost",
    )
    pairs = Pairs.of(i, j, far.ravel(), shape=far.shape)
    plain = theirs.two_stage_fca(name="plain", max_cost=30)["plain_doctors"].reindex(range(30)).fillna(0)
    assert plain.to_numpy() == pytest.approx(two_step(pairs, people, capacity, limit=30).low)
    steps = Steps((10, 20, 30), (1, 0.68, 0.22))
    enhanced = theirs.enhanced_two_stage_fca(
        name="steps", weight_fn=access.weights.step_fn({10: 1, 20: 0.68, 30: 0.22})
    )
    ours = enhanced_two_step(pairs, people, capacity, decay=steps).low
    assert enhanced["steps_doctors"].reindex(range(30)).fillna(0).to_numpy() == pytest.approx(ours)


def test_services_fill_with_the_nearest_people_one_after_another_by_hand():
    """Two services share the middle place; the first takes 10 near it and 20 of its 30, and leaves 10 to the second."""
    pairs = Pairs.of([0, 1, 1, 2], [0, 0, 1, 1], [5, 20, 10, 30], shape=(4, 2))
    taken, left = fill(pairs, [10, 30, 40, 7], [30, 25], [0, 1])
    assert taken.tolist() == [30, 25]
    assert left.tolist() == [0, 0, 25, 7]
    taken, left = fill(pairs, [10, 30, 40, 7], [30, 25], [1, 0])
    assert taken.tolist() == [15, 25]
    assert left.tolist() == [0, 0, 40, 7]


def one_by_one(pairs, people, capacity, order):
    """Let each person, one at a time, go to the service that is filled now."""
    left, taken = list(people), [0] * pairs.services
    i, j, t = pairs.table()
    for service in order:
        near = sorted((minutes, place) for place, other, minutes in zip(i, j, t, strict=True) if other == service)
        for _, place in near:
            while left[place] and taken[service] < capacity[service]:
                left[place] -= 1
                taken[service] += 1
    return taken, left


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_filling_is_what_people_do_one_by_one(seed):
    chance = np.random.default_rng(seed)
    places, services = int(chance.integers(1, 12)), int(chance.integers(1, 6))
    i, j = np.nonzero(chance.random((places, services)) < 0.6)
    pairs = Pairs.of(i, j, chance.integers(0, 20, len(i)).astype(float), shape=(places, services))
    people, capacity = chance.integers(0, 30, places), chance.integers(0, 60, services)
    order = chance.permutation(services)
    taken, left = fill(pairs, people, capacity, order)
    assert (taken.tolist(), left.tolist()) == one_by_one(pairs, people.tolist(), capacity.tolist(), order.tolist())
    assert taken.sum() + left.sum() == people.sum()


def test_services_without_a_limit_take_all_who_are_near():
    pairs = hospitals()
    taken, left = fill(pairs, PEOPLE, [np.inf] * 3, [2, 0, 1])
    assert (taken.tolist(), left.tolist()) == ([0, 0, sum(PEOPLE)], [0, 0, 0])


@pytest.mark.parametrize(
    ("people", "capacity", "order", "text"),
    [
        ([1, 1], [1, 1, 1], [0, 1, 2], "as long as"),
        (PEOPLE, [1, NAN, 1], [0, 1, 2], "from 0 on"),
        (PEOPLE, [1, -1, 1], [0, 1, 2], "from 0 on"),
        (PEOPLE, [1, 1, 1], [0, 1, 1], "each service once"),
    ],
)
def test_filling_refuses_what_makes_no_sense(people, capacity, order, text):
    with pytest.raises(InvalidRecord, match=text):
        fill(hospitals(), people, capacity, order)
