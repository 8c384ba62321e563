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
from scipy import optimize

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


@pytest.mark.parametrize("other", [{"year": 2023}, {"measure": "cases"}, {"unit_of_count": "families"}])
def test_years_measures_and_units_of_count_are_apart(other: dict[str, Any]) -> None:
    """What is left of the 15 is told by no count of something else."""
    assert shown([row(15), row(3, sex="f"), row(12, sex="m", **other)]) == [15, None, 12]


def test_a_cell_is_the_same_however_it_is_written() -> None:
    fields = {"period": "2024 - Q1", "place": " Old  TOWN", "sex": "Total", "law_article": "130.1"}
    cell = (("2024", "victims", "persons"), ("q1", "130.1", "", "old town", "", "", "", ""), 5)
    assert module._cell(row(5, **fields, year="2024", measure="Victims")) == cell
    assert module._cell(row(5, **fields)) == cell
    assert module._cell(row(None)) is None


def test_sources_are_read_apart() -> None:
    """That another source counts otherwise does not keep a reader from working with one."""
    rows = [row(15), row(3, sex="f"), row(12, sex="m"), row(13, sex="m", source="B")]
    assert shown(rows) == [15, None, None, 13]
    rests = [
        row(n, source=s, sex=sex)
        for s, all_, m in (("A", 40, 12), ("B", 30, 15))
        for n, sex in ((all_, None), (m, "m"))
    ]
    assert shown(rests) == [40, 12, 30, 15]  # 28 others and 15 others are not one count


def test_parts_of_several_sources_tell_only_where_they_add_up() -> None:
    rows = [row(20, source="A"), row(3, sex="f", source="B"), row(12, sex="m", source="C")]
    assert shown(rows) == [20, None, 12]
    rows = [row(15, source="A"), row(3, sex="f", source="B"), row(12, sex="m", source="C")]
    elsewhere = row(30, sex="unknown", source="B")
    assert shown([*(each | {"area_unit": "W"} for each in rows), elsewhere]) == [15, None, None, 30]
    unlike = [row(11, exploitation="labour", area_unit="W"), row(12, exploitation="labour", area_unit="W", source="B")]
    assert shown([*rows, *unlike]) == [15, None, None, 11, 12]


def test_a_region_that_nobody_gave_is_known_before_it_is_a_part() -> None:
    """60 of the country less 30 of B are 30 in A, of which 26 are in A2: that leaves A1."""
    parents = {"A1": "A", "A2": "A", "A": "XT", "B": "XT"}
    rows = [row(60), row(4, area_unit="A1"), row(26, area_unit="A2", source="Police"), row(30, area_unit="B")]
    assert shown(rows, parent_unit=parents.get) == [60, None, None, 30]


def test_a_region_that_nobody_gave_is_known_by_the_sexes_that_are_all_of_the_country() -> None:
    rows = [row(60), row(34, sex="f"), row(26, sex="m"), row(30, area_unit="B")]
    rows += [row(4, area_unit="A", sex="f"), row(26, area_unit="A", sex="m", source="Police")]
    assert shown(rows)[4:] == [None, None]


def test_the_whole_goes_where_the_other_parts_are_none() -> None:
    """The women of A2 go for those of A1; where A2 has no men, its number is theirs."""
    counts = {("A", "f"): 15, ("A1", "f"): 3, ("A2", "f"): 12, ("A2", "m"): 0, ("A2", None): 12}
    rows = [row(count, area_unit=unit, sex=sex) for (unit, sex), count in counts.items()]
    assert shown(rows, parent_unit={"A1": "A", "A2": "A"}.get) == [15, None, None, 0, None]


def test_what_a_source_tells_elsewhere_to_be_all_there_is_leaves_no_others() -> None:
    """Women and men are all of the year; so the rest of a quarter's 33 beside 30 women are three men."""
    rows = [row(45), row(30, sex="f"), row(15, sex="m"), row(33, period="q1"), row(30, sex="f", period="q1")]
    assert shown(rows)[3:] != [33, 30]


@pytest.mark.parametrize(("rest", "hides"), [(0, False), (1, True), (9, True), (10, False)])
def test_a_rest_is_small_as_a_count_is(rest: int, hides: bool) -> None:
    assert shown([row(12 + rest), row(12, sex="m")]) == [12 + rest, None if hides else 12]


def test_what_is_told_though_nothing_is_left_to_hide_stops_publishing(monkeypatch) -> None:
    monkeypatch.setattr(module._System, "solve", lambda _, costs: np.ones(len(costs)))
    with pytest.raises(UnsafePublication) as caught:
        shown([row(6), row(3, sex="f"), row(3, sex="m")])
    assert str(caught.value) == module.UNCHECKED


def cells(**counts: int) -> dict[str, Any]:
    return {name: (("2024",), (name,), count) for name, count in counts.items()}


def test_hidden_is_what_leaves_the_fewest_alone_then_the_smallest_then_the_first() -> None:
    at = cells(all=60, a=10, b=10, c=20, d=20, e=40)
    table = module._CountTable(set(at.values()) - {at["d"]})
    table.sums = {
        module._Sum(at["all"], (at["c"], at["e"]), exact=True),
        module._Sum(at["c"], (at["a"], at["b"]), exact=False),
        module._Sum(at["e"], (at["c"], at["d"]), exact=True),
    }
    assert [table.left_alone(at[name], set()) for name in ("all", "a", "b", "c", "d", "e")] == [1, 1, 1, 2, 1, 1]
    assert [table.left_alone(at[name], {at["a"]}) for name in ("all", "a", "b", "c", "d", "e")] == [1, 1, 0, 1, 1, 1]
    for order in itertools.permutations("abce"):
        assert table.easiest([at[name] for name in order], set()) == at["a"]
        assert table.easiest([at[name] for name in order], {at["a"]}) == at["b"]
    assert table.easiest([at["c"], at["e"]], set()) == at["e"]  # for all its 40


def test_hidden_beside_a_count_is_a_part_first_then_what_is_in_a_sum_then_anything() -> None:
    at = cells(all=60, a=4, b=56, other=20, none=0)
    table = module._CountTable(set(at.values()))
    table.sums = {module._Sum(at["all"], (at["a"], at["b"], at["none"]), exact=True)}
    assert module._beside(table, {at["a"]}, at["a"]) == at["b"]
    assert module._beside(table, {at["a"], at["b"]}, at["a"]) == at["all"]
    assert module._beside(table, {at["all"]}, at["all"]) == at["a"]
    assert module._beside(table, {at["all"], at["a"], at["b"]}, at["a"]) == at["other"]
    table.sums.add(module._Sum(at["b"], (at["other"],), exact=False))
    beside = module._CountTable(table.given, table.sums)
    assert beside.left_alone(at["b"], {at["a"]}) > beside.left_alone(at["all"], {at["a"]})
    assert module._beside(beside, {at["a"]}, at["a"]) == at["b"]
    table.given.remove(at["b"])
    assert module._beside(table, {at["a"]}, at["a"]) == at["all"]


@pytest.mark.parametrize(
    ("band", "years"),
    [
        ("0-17", (0, 17)),
        ("18 \u2013 29", (18, 29)),
        ("60 +", (60, 150)),
        ("under 18", (0, 17)),
        ("<18", (0, 17)),
        ("до 18", (0, 17)),
        *((word, (0, 17)) for word in ("child", "children", "minors")),
        *((word, (18, 150)) for word in ("adult", "adults")),
        ("elderly", None),
    ],
)
def test_bands_of_ages_are_read(band: str, years: tuple[int, int] | None) -> None:
    assert module._band(band) == years


@pytest.mark.parametrize(
    ("band", "wider"),
    [
        ("18-29", "18-59"),
        ("0-17", ""),
        ("60+", "18+"),
        ("18-59", "18+"),
        ("adults", ""),
        ("old", ""),
        ("10-20", ""),
        ("20-25", "20-29"),
        ("30-39", "28-52"),
    ],
)
def test_a_band_is_part_of_the_narrowest_that_holds_it(band: str, wider: str) -> None:
    assert module._wider(band, {"0-17", "18-59", "adults", "18+", "20-29", "22-50", "28-52", "", "old"}) == wider


@pytest.mark.parametrize(
    ("name", "value", "wholes"),
    [
        ("sex", "f", [("", "")]),
        ("age_band", "18-29", [("18+", "")]),
        ("area_unit", "a1", [("a", "2"), ("xt", "2"), ("", "2")]),
        ("area_unit", "lower", [("upper", "1"), ("", "1")]),
        ("area_unit", "xt", [("", "0")]),
        ("period", "h2", [("", "h")]),
        *(("period", f"q{n}", [("", "q"), (f"h{half}", "q")]) for n, half in enumerate((1, 1, 2, 2), 1)),
        *(
            ("period", text, [("", "m"), (f"q{quarter}", "m"), (f"h{half}", "m")])
            for text, quarter, half in (
                ("m1", 1, 1),
                ("03", 1, 1),
                ("4", 2, 1),
                ("6", 2, 1),
                ("m7", 3, 2),
                ("12", 4, 2),
            )
        ),
        ("period", "spring", [("", "m")]),
    ],
)
def test_a_part_knows_its_wholes_and_which_way_it_parts_them(name: str, value: str, wholes: list[Any]) -> None:
    parents = {"A1": "A", "A": "XT", "lower": "UPPER"}
    assert list(module._above(name, value, {"18+"}, parents.get)) == wholes


@pytest.mark.parametrize(("most", "crosses"), [(36, True), (35, False)])
def test_dimensions_that_a_source_crosses_are_looked_at_where_that_gives_few_cells(
    monkeypatch: pytest.MonkeyPatch, most: int, crosses: bool
) -> None:
    """Two sexes, two ages, three forms and each all together are 36 cells; nationalities are crossed with nothing."""
    monkeypatch.setattr(module, "MOST_CROSSED", most)
    sizes = {"sex": SEXES, "age_band": AGES, "exploitation": FORMS, "nationality": ("a", "b", "c", "d")}
    values_of = {((DIMENSIONS.index(name), ""), ""): {*values} for name, values in sizes.items()}
    rows = [row(9, sex="f", age_band="18+"), row(9, sex="f", exploitation="labour"), row(9, nationality="a")]
    crossed = module._crossed([cell[1] for r in rows if (cell := module._cell(r))], values_of)
    assert crossed == (sorted(values_of)[:3] if crosses else [])


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
    real = optimize.milp

    def wrong(costs: Any, **given: Any) -> Any:
        found = real(costs, **given)
        return SimpleNamespace(x=None if answer is None or found.x is None else found.x + 1)

    monkeypatch.setattr(optimize, "milp", wrong)
    with pytest.raises(UnsafePublication) as caught:
        shown([row(27), row(3, sex="f"), row(4, sex="m"), row(20, sex="u")])
    assert str(caught.value) == "counts of cases: it could not be checked what is told by those that are shown"


def editions(*tables: list[dict[str, Any]]) -> list[dict[str, int | None]]:
    """Return what each of some editions tells, one after the other: unit -> its count."""
    told: dict[str, Any] = {}
    result = []
    for rows in tables:
        kept = told
        told = {
            each["area_unit"]: each
            for each in suppress(
                rows, least=10, parent_unit=REGIONS.get, before=lambda one, kept=kept: kept.get(one["area_unit"])
            )
        }
        result.append({unit: each["count"] for unit, each in told.items()})
    return result


REGIONS = {f"W{number}": "W" for number in range(9)}


def region(**counts: int) -> list[dict[str, Any]]:
    """Return the rows of a region and of its districts."""
    districts = [row(count, area_unit=unit) for unit, count in counts.items()]
    return [row(sum(counts.values()), area_unit="W"), *districts]


def test_what_was_hidden_beside_a_small_count_is_not_told_by_the_next_edition() -> None:
    before, after = editions(region(W1=5, W2=12, W3=40), region(W1=5, W2=12, W3=40, W4=11))
    assert before == {"W": 57, "W1": None, "W2": None, "W3": 40}
    assert after == {"W": 68, "W1": None, "W2": None, "W3": 40, "W4": 11}  # 57 - 40 - 12 would be the 5
    assert suppress(region(W1=5, W2=12, W3=40, W4=11), least=10, parent_unit=REGIONS.get)[4]["count"] is None


def test_nor_where_the_whole_is_told_no_more() -> None:
    rows = region(W1=5, W2=12, W3=40)
    assert editions(rows, rows[1:])[1] == {"W1": None, "W2": None, "W3": 40}


def test_what_was_told_before_hides_nothing() -> None:
    before, after = editions(region(W1=11, W2=12, W3=40), region(W1=5, W2=12, W3=40, W4=30))
    assert before == {"W": 63, "W1": 11, "W2": 12, "W3": 40}
    assert after == {"W": 87, "W1": None, "W2": 12, "W3": 40, "W4": None}
    _, after = editions(region(W1=11, W2=12), region(W1=5, W2=12))
    assert after["W1"] is after["W2"] is None  # there is nothing else to hide


def test_what_was_hidden_is_hidden_first_where_what_is_small_is_what_no_row_gives() -> None:
    """The rest of the region is 8."""
    districts = [row(20, area_unit="W1"), row(14, area_unit="W2")]
    before, after = editions(
        [row(42, area_unit="W"), *districts], [row(53, area_unit="W"), *districts, row(11, area_unit="W3")]
    )
    assert before == {"W": 42, "W1": None, "W2": None}
    assert after == {"W": 53, "W1": None, "W2": None, "W3": 11}


def test_where_nothing_small_is_hidden_any_more_all_is_told() -> None:
    assert editions(region(W1=5, W2=12, W3=40), region(W1=15, W2=12, W3=40))[1]["W2"] == 12


def test_a_count_of_something_else_was_neither_told_nor_hidden() -> None:
    rows = region(W1=5, W2=12, W3=40)
    other = [each | {"count": None, "suppressed": True, "year": 2023} for each in rows]
    before = {each["area_unit"]: each for each in other}
    after = suppress(rows, least=10, parent_unit=REGIONS.get, before=lambda one: before.get(one["area_unit"]))
    assert after == suppress(rows, least=10, parent_unit=REGIONS.get)


def known(tables: Sequence[dict[str, int | None]], unit: str) -> bool:
    """Whether a reader of some editions can tell the count of a district by the totals of its region."""
    units = sorted({one for told in tables for one in told} - {"W"})
    low = [max([1, *(told[one] or 1 for told in tables if one in told)]) for one in units]
    high = [max([0, *(told.get(one) or 0 for told in tables)]) or 999 for one in units]
    sums = [told for told in tables if told.get("W")]
    if not sums:
        return False
    whole = [len(told) < len(tables[0]) for told in sums]  # a district is told no more, and is a part all the same
    matrix = np.array([[float(one in told or all_) for one in units] for told, all_ in zip(sums, whole, strict=True)])
    right = [told["W"] for told in sums]
    costs = np.array([float(one == unit) for one in units])
    bounds, sums_hold = optimize.Bounds(low, high), optimize.LinearConstraint(matrix, right, right)
    ends = [
        optimize.milp(sign * costs, integrality=np.ones(len(units)), bounds=bounds, constraints=sums_hold).x @ costs
        for sign in (1, -1)
    ]
    return bool(round(ends[0]) == round(ends[1]))


@settings(deadline=None, max_examples=examples(60))
@given(st.lists(st.sampled_from([3, 5, 8, 11, 12, 14, 20, 40]), min_size=3, max_size=6), st.data())
def test_two_editions_tell_no_small_count_that_neither_tells(counts: list[int], data: st.DataObject) -> None:
    """A district comes, the whole is told no more, or one district is: whoever has both editions learns no more."""
    first = region(**{f"W{number}": count for number, count in enumerate(counts)})
    more = region(**{f"W{number}": count for number, count in enumerate([*counts, data.draw(st.integers(1, 30))])})
    then = data.draw(st.sampled_from([more, first[1:], first[:-1]]))
    both = editions(first, then)
    for unit in (f"W{number}" for number, count in enumerate(counts) if count < 10):
        if not any(known([told], unit) for told in both if unit in told):
            assert not known(both, unit)
