"""Small counts stay untold, and nothing that is told gives them back."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.safety.suppression import DIMENSIONS, suppress
from tests.support.examples import examples


def row(count: int | None, **said: Any) -> dict[str, Any]:
    settings_: dict[str, Any] = {"year": 2024, "measure": "victims", "unit_of_count": "persons", "source": "Ministry"}
    return dict.fromkeys(DIMENSIONS) | settings_ | said | {"count": count, "suppressed": False}


def shown(rows: list[dict[str, Any]], **options: Any) -> list[int | None]:
    told = suppress(rows, least=10, **options)
    assert all(one["suppressed"] == (one["count"] is None) for one in told)
    return [one["count"] for one in told]


def test_small_counts_are_hidden_and_zeros_and_large_ones_are_not() -> None:
    rows = [row(count, year=2000 + count) for count in (0, 1, 9, 10, 45)]
    assert shown(rows) == [0, None, None, 10, 45]


def test_the_complement_of_a_small_count_goes_too() -> None:
    assert shown([row(15), row(3, sex="female"), row(12, sex="male")]) == [15, None, None]
    assert shown([row(65), row(3, sex="f"), row(12, sex="m"), row(50, sex="unknown")]) == [65, None, None, 50]


def test_two_small_counts_protect_each_other_unless_they_are_one_each() -> None:
    assert shown([row(27), row(3, sex="f"), row(4, sex="m"), row(20, sex="u")]) == [27, None, None, 20]
    assert shown([row(22), row(1, sex="f"), row(1, sex="m"), row(20, sex="u")]) == [22, None, None, None]


def test_two_ways_of_parting_a_total_that_nobody_gave() -> None:
    rows = [row(3, sex="f"), row(40, sex="m"), row(23, age_band="0-17"), row(20, age_band="18+")]
    assert shown(rows) == [None, None, 23, 20]


def test_a_region_and_its_districts_and_a_year_and_its_quarters() -> None:
    parents = {"A1": "A", "A2": "A", "A": "XT", "B": "XT"}
    rows = [row(60), row(30, area_unit="A"), row(30, area_unit="B"), row(4, area_unit="A1"), row(26, area_unit="A2")]
    assert shown(rows, parent_unit=parents.get) == [60, 30, 30, None, None]
    rows = [row(60, period="2024"), row(30, period="2024-H1"), row(4, period="2024-Q1"), row(26, period="2024-Q2")]
    assert shown(rows) == [60, 30, None, None]


def test_bands_of_ages_within_bands() -> None:
    bands = {"0-17": 20, "18+": 40, "18-29": 4, "30+": 36}
    rows = [row(60), *(row(count, age_band=band) for band, count in bands.items())]
    assert shown(rows) == [60, 20, 40, None, None]


def test_another_source_must_not_tell_what_one_does_not() -> None:
    rows = [row(15, source="A"), row(3, sex="f", source="A"), row(12, sex="m", source="B")]
    assert shown(rows) == [15, None, None]
    rows = [
        row(15, source="A"),
        row(3, sex="f", source="A"),
        row(12, sex="m", source="A"),
        row(12, sex="m", source="B"),
    ]
    assert shown(rows) == [15, None, None, None]


def test_figures_that_disagree_stay_side_by_side() -> None:
    assert shown([row(4, source="A"), row(45, source="B"), row(44, source="C")]) == [None, 45, 44]


def test_parts_that_do_not_add_up_are_not_left_with_one_unknown() -> None:
    assert shown([row(20), row(3, sex="f"), row(12, sex="m")]) == [20, None, None]


def test_what_the_sender_did_not_tell_is_marked() -> None:
    assert suppress([row(None)], least=10)[0]["suppressed"]


def test_years_measures_and_units_of_count_are_apart() -> None:
    rows = [row(15), row(3, sex="f", year=2023), row(12, sex="m", measure="cases"), row(12, sex="m")]
    assert shown(rows) == [15, None, 12, 12]


SEXES, AGES, FORMS = ("f", "m"), ("0-17", "18+"), ("labour", "sexual", "other")
COUNTS = st.sampled_from([0, 1, 2, 3, 5, 9, 10, 11, 14, 30])


@st.composite
def cubes(draw: Any) -> list[dict[str, Any]]:
    """Counts by sex, age and form with all their sums, some of which nobody tells."""
    forms = FORMS[: draw(st.integers(1, 3))]
    cells = {where: draw(COUNTS) for where in itertools.product(SEXES, AGES, forms)}
    rows = []
    for where in itertools.product((None, *SEXES), (None, *AGES), (None, *forms)):
        total = sum(n for each, n in cells.items() if all(w in (None, e) for w, e in zip(where, each, strict=True)))
        if draw(st.booleans()) or draw(st.booleans()):
            rows.append(row(total, sex=where[0], age_band=where[1], exploitation=where[2]))
    return rows


def consistent(rows: list[dict[str, Any]], told: list[int | None], most: int) -> list[set[int]]:
    """Every number that each row can be, found by trying all small tables that agree with what is told."""
    forms = sorted({one["exploitation"] for one in rows} - {None}) or ["labour"]
    places = list(itertools.product(SEXES, AGES, forms))
    possible: list[set[int]] = [set() for _ in rows]
    for counts in itertools.product(range(most + 1), repeat=len(places)):
        sums = []
        for one, count in zip(rows, told, strict=True):
            want = (one["sex"], one["age_band"], one["exploitation"])
            total = sum(
                n
                for n, each in zip(counts, places, strict=True)
                if all(w in (None, e) for w, e in zip(want, each, strict=True))
            )
            if total != count and (count is not None or total == 0):
                break
            sums.append(total)
        else:
            for found, total in zip(possible, sums, strict=True):
                found.add(total)
    return possible


@given(
    counts=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    kept=st.lists(st.booleans(), min_size=9, max_size=9),
    least=st.integers(2, 4),
)
@settings(max_examples=examples(30), deadline=None)
def test_no_hidden_count_can_be_worked_out_by_trying_every_table(
    counts: list[int], kept: list[bool], least: int
) -> None:
    cells = dict(zip(itertools.product(SEXES, AGES), counts, strict=True))
    rows = []
    for where, told in zip(itertools.product((None, *SEXES), (None, *AGES)), kept, strict=True):
        if told:
            total = sum(n for each, n in cells.items() if all(w in (None, e) for w, e in zip(where, each, strict=True)))
            rows.append(row(total, sex=where[0], age_band=where[1]))
    given_sexes = {one["sex"] for one in rows} >= set(SEXES)
    given_ages = {one["age_band"] for one in rows} >= set(AGES)
    after = [one["count"] for one in suppress(rows, least=least)]
    if not (given_sexes and given_ages):  # without all parts there is no table that a reader knows to be whole
        return
    for before, now, possible in zip(rows, after, consistent(rows, after, 6), strict=True):
        if 0 < before["count"] < least:
            assert now is None
        if now is None:
            assert len(possible) > 1, (rows, after)


@given(rows=cubes(), seed=st.randoms(use_true_random=False))
@settings(max_examples=examples(20), deadline=None)
def test_the_order_of_the_rows_does_not_matter(rows: list[dict[str, Any]], seed: Any) -> None:
    told = {str(r): t["count"] for r, t in zip(rows, suppress(rows, least=10), strict=True)}
    mixed = list(rows)
    seed.shuffle(mixed)
    assert {str(r): t["count"] for r, t in zip(mixed, suppress(mixed, least=10), strict=True)} == told


@pytest.mark.parametrize("least", [0, 1])
def test_a_threshold_of_one_hides_nothing(least: int) -> None:
    assert suppress([row(1)], least=least) == [row(1)]
