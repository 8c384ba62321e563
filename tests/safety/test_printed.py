"""Counts that a source prints are told; whatever else could give a person away is not, and secrets change nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mapping.safety.printed import tell_counts
from mapping.safety.suppression import suppress
from tests.safety.test_redaction import seen
from tests.support.sample import case_count

PRINTED = {"printed": True, "source_url": "https://example.org/report"}


def told(*counts: Any) -> list[tuple[int | None, bool]]:
    return [(row["count"], row["suppressed"]) for row in seen(*counts)["case_count"]]


def test_a_small_count_that_its_source_prints_is_told() -> None:
    assert told(case_count(4, **PRINTED)) == [(4, False)]
    assert told(case_count(4)) == [(None, True)]


def test_printed_without_an_address_is_not_printed() -> None:
    assert told(case_count(4, printed=True)) == [(None, True)]


def test_beside_one_that_is_not_printed_nothing_of_the_table_is_told_that_would_give_it_away() -> None:
    """12 in all, of them 4 printed: the 8 that nobody printed would follow."""
    counts = case_count(12, **PRINTED), case_count(4, sex="female", **PRINTED), case_count(8, sex="male")
    for order in (counts, counts[::-1]):
        assert sorted(told(*order), key=str) == sorted([(12, False), (None, True), (None, True)], key=str)


def test_a_region_less_its_other_district_would_give_a_small_count_away() -> None:
    rows = [case_count(count, area_unit=unit).model_dump() for unit, count in (("W", 64), ("W1", 4), ("W2", 60))]
    after = tell_counts(rows, least=10, parent_unit={"W1": "W", "W2": "W"}.get)
    assert [row["count"] for row in after] == [64, None, None]
    assert tell_counts(rows, least=4) == rows  # what is small is for whoever publishes to say


def test_another_year_is_another_table() -> None:
    assert sorted(told(case_count(4, **PRINTED), case_count(5, year=2024)), key=str) == [(4, False), (None, True)]


def test_a_count_that_only_custodians_may_see_changes_nothing() -> None:
    public = case_count(4, **PRINTED)
    for secret in (case_count(3, sex="male", audience="custodian"), case_count(9, audience="custodian", source="X")):
        assert told(public, secret) == told(public)


COUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "year": st.sampled_from((2024, 2025)),
            "sex": st.sampled_from((None, "female", "male")),
            "count": st.integers(0, 40),
            "printed": st.booleans(),
        }
    ),
    max_size=6,
    unique_by=lambda row: (row["year"], row["sex"]),
)


@given(COUNTS)
def test_a_table_with_anything_that_is_not_printed_is_told_as_ever(given_: list[dict[str, Any]]) -> None:
    rows = [case_count(**row, source_url="https://example.org").model_dump() for row in given_]
    after, before = tell_counts(rows, least=10), suppress(rows, least=10)
    assert [row["id"] for row in after] == [row["id"] for row in rows]
    for year in (2024, 2025):
        of_year = [place for place, row in enumerate(rows) if row["year"] == year]
        everything = all(rows[place]["printed"] for place in of_year)
        assert [after[place] for place in of_year] == [(rows if everything else before)[place] for place in of_year]
