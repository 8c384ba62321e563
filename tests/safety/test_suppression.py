"""Small counts stay untold, and nothing that is told gives them back."""

import itertools
from collections.abc import Iterable, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.errors import UnsafePublication
from mapping.safety import suppression as module
from mapping.safety.suppression import DIMENSIONS, suppress
from tests.support.examples import examples, thorough


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
    rows = [row(32), row(3, sex="f", year=2023), row(12, sex="m", measure="cases"), row(12, sex="m")]
    assert shown(rows) == [32, None, 12, 12]


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


def test_what_is_left_of_a_whole_is_no_small_count_either() -> None:
    assert shown([row(15), row(12, sex="m")]) == [15, None]
    assert shown([row(40), row(12, sex="m")]) == [40, 12]
    districts = [row(30, area_unit="A"), row(14, area_unit="A1"), row(12, area_unit="A2")]
    assert shown(districts, parent_unit={"A1": "A", "A2": "A"}.get) == [30, None, None]


def test_what_is_left_of_a_year_of_districts_is_no_small_count() -> None:
    parents = {"A1": "A", "A2": "A", "A": "XT", "B": "XT"}
    rows = [row(60), row(26, area_unit="A1", period="2024-Q1"), row(30, area_unit="A", period="2024-Q1")]
    assert shown(rows, parent_unit=parents.get) == [60, None, 30]
    assert shown(rows[:2], parent_unit=parents.get) == [60, 26]


def test_two_ones_that_a_whole_of_two_and_the_zeros_around_them_tell() -> None:
    rows = [row(2), row(1, age_band="18+"), row(0, sex="f", age_band="0-17"), row(1, sex="m")]
    rows.append(row(0, sex="m", age_band="18+"))
    told = [one["count"] for one in suppress(rows, least=2)]
    assert told == [None, None, 0, None, 0]


def test_a_source_that_contradicts_itself_hides_its_small_counts() -> None:
    rows = [row(20), row(30, sex="f"), row(12, sex="f", age_band="0-17"), row(3, sex="m"), row(14, age_band="18+")]
    assert shown(rows)[3] is None


class Reader:
    """Somebody who knows that a table has two values along each dimension, and tries every table there can be."""

    def __init__(self, dimensions: int, most: int) -> None:
        halves = [(None, *pair) for pair in (SEXES, AGES, FORMS[:2])[:dimensions]]
        self.where = list(itertools.product(*halves))
        atoms = list(itertools.product(*(values[1:] for values in halves)))
        belongs = [
            [all(w in (None, a) for w, a in zip(where, atom, strict=True)) for atom in atoms] for where in self.where
        ]
        self.sums = np.array(belongs, np.int16)
        self.tables = np.indices((most + 1,) * len(atoms), np.int16).reshape(len(atoms), -1)
        self.all = self.sums @ self.tables

    def learns(self, counts: Sequence[int], told: Sequence[int], least: int) -> list[Any]:
        """Return what a reader of some sums of a table learns of counts that are hidden or too small to be told."""
        names = ("sex", "age_band", "exploitation")
        true = self.sums @ np.array(counts)
        rows = [row(int(true[n]), **dict(zip(names, self.where[n], strict=False))) for n in told]
        after = {n: one["count"] for n, one in zip(told, suppress(rows, least=least), strict=True)}
        fits = np.ones(self.all.shape[1], bool)
        for number, count in after.items():
            fits &= self.all[number] == count if count is not None else self.all[number] > 0
        low, high = self.all[:, fits].min(1), self.all[:, fits].max(1)
        assert all(after[n] is None for n in told if 0 < true[n] < least)
        assert all((after[n] is None or after[n] == true[n]) for n in told)
        only = [n for n in range(len(self.where)) if low[n] == high[n] and after.get(n) is None]
        return [(self.where[n], low[n], after) for n in only if n in after or 0 < low[n] < least]


def told_of_any(dimensions: int, most: int, choices: Iterable[Sequence[int]]) -> list[tuple[Any, ...]]:
    """Return (counts, told) for tables with two values along each dimension: every way of telling some of their sums.

    Of those that tell the same, and of those that differ by the names of dimensions and values only, one is taken.
    """
    reader, cells = Reader(dimensions, 1), np.arange(3**dimensions).reshape((3,) * dimensions)
    turns = [
        cells.transpose(order)[np.ix_(*flips)].ravel()
        for order in itertools.permutations(range(dimensions))
        for flips in itertools.product(([0, 1, 2], [0, 2, 1]), repeat=dimensions)
    ]
    cases: dict[bytes, tuple[Any, ...]] = {}
    masks = [(told, np.isin(cells.ravel(), told)) for told in choices]
    for counts in itertools.product(range(most + 1), repeat=2**dimensions):
        sums = reader.sums @ np.array(counts)
        for told, mask in masks:
            row_ = np.where(mask, sums, -1).astype(np.int8)
            if row_.tobytes() not in cases:
                cases |= {row_[turn].tobytes(): () for turn in turns} | {row_.tobytes(): (counts, told)}
    return [case for case in cases.values() if case]


def some(cases: Iterable[Any], every: int) -> Iterable[Any]:
    """Return all cases in ``make fuzz``, else one in so many."""
    return cases if thorough() else itertools.islice(cases, every // 2, None, every)


@pytest.mark.timeout(7200)  # all of them, in make fuzz
def test_no_count_can_be_worked_out_from_any_sums_of_any_table_of_two_by_two() -> None:
    reader = Reader(2, 7)
    choices = [[n for n in range(9) if kept >> n & 1] for kept in range(1, 512)]
    for (counts, told), least in some(itertools.product(told_of_any(2, 3, choices), (2, 3, 4)), 1499):
        assert not reader.learns(counts, told, least), (counts, told, least)


@pytest.mark.timeout(7200)  # all of them, in make fuzz
def test_no_count_can_be_worked_out_from_any_margins_of_small_tables_of_two_by_two_by_two() -> None:
    reader = Reader(3, 3)
    margins = [[n for n, where in enumerate(reader.where) if _parted(where) == m] for m in range(8)]
    choices = [[n for m, own in enumerate(margins) if kept >> m & 1 for n in own] for kept in range(1, 256)]
    for (counts, told), least in some(itertools.product(told_of_any(3, 1, choices), (2, 3)), 701):
        assert not reader.learns(counts, told, least), (counts, told, least)


def _parted(where: Sequence[str | None]) -> int:
    return sum(2**n for n, value in enumerate(where) if value is not None)


@pytest.mark.parametrize("counts", [(0, 0, 0, 1, 0, 1, 1, 1), (0, 0, 0, 1, 1, 1, 1, 1)])
def test_three_tables_of_two_dimensions_tell_of_the_one_of_three_that_nobody_gave(counts: tuple[int, ...]) -> None:
    reader = Reader(3, 3)
    told = [n for n, where in enumerate(reader.where) if 0 < sum(map(bool, where)) < 3]
    assert not reader.learns(counts, told, 2)


@given(
    counts=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    told=st.sets(st.integers(0, 26), min_size=1).map(sorted),
    least=st.integers(2, 4),
)
@settings(max_examples=examples(6), deadline=None)
def test_no_count_can_be_worked_out_from_sums_of_two_by_two_by_two(
    counts: list[int], told: list[int], least: int
) -> None:
    assert not cube().learns(counts, told, least)


@cache
def cube() -> Reader:
    return Reader(3, 4)


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


@pytest.mark.parametrize("answer", [None, "one more"])
def test_an_answer_of_the_solver_that_does_not_hold_stops_publishing(monkeypatch, answer) -> None:
    real = module.milp

    def wrong(costs: Any, **given: Any) -> Any:
        found = real(costs, **given)
        return SimpleNamespace(x=None if answer is None or found.x is None else found.x + 1)

    monkeypatch.setattr(module, "milp", wrong)
    with pytest.raises(UnsafePublication, match="could not be checked"):
        shown([row(27), row(3, sex="f"), row(4, sex="m"), row(20, sex="u")])
