"""Sensitivity in Orzustan: what each change makes of 170,000 of 240,000 people, see test_coverage.py."""

import shutil

import pytest

from mapping.analysis.common.ensemble import FACTORS
from mapping.analysis.reliability.sensitivity import sensitivity
from mapping.analysis.supply.coverage import coverage
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.travel.surfaces import surfaces
from tests.analysis.invented import CHASHMA, QULLAOBOD, lowered, place, service, view, without_people
from tests.support.sample import km

ONE = view(service("PSY-COU", at=CHASHMA))


def test_each_variant_by_hand(tiny_area):
    total = sensitivity(ONE, tiny_area).total
    assert total["asked"] == pytest.approx(170 / 240)
    assert total["scenario_winter"] == pytest.approx(135 / 240)
    assert total["slower"] == pytest.approx(170 / 240)
    assert total["faster"] == pytest.approx(190 / 240)
    assert total["overdue"] == total["asked"]
    assert total["scenario_walking"] < total["asked_low"] < total["scenario_winter"], "some walk, in winter too"
    assert total["asked"] <= total["asked_high"] <= total["faster"]


def test_numbers_are_those_of_coverage_in_that_season(tiny_area):
    for scenario in ("winter", "walking"):
        own = coverage(ONE, tiny_area, scenario=scenario).table["any_60_asked"]
        assert sensitivity(ONE, tiny_area).table[f"scenario_{scenario}"].tolist() == pytest.approx(own.tolist())


def test_what_moves_it_most_is_named(tiny_area):
    result = sensitivity(ONE, tiny_area)
    known = {str(label) for label in FACTORS.values()} | {"Nothing by half a point or more"}
    assert {str(each) for each in result.table["most"]} <= known
    assert str(result.also[0]) == f"What moves the share most: {result.total['most']}."
    assert str(result.also[1]).startswith("As asked it is ")


def test_overdue_entries_count_where_the_column_says_so(tiny_area):
    both = view(service("PSY-COU", at=CHASHMA), service("LEG-INF", at=km(2.5, 12.5), freshness="lapsed"))
    with_, without = sensitivity(both, tiny_area, stale=True).total, sensitivity(both, tiny_area).total
    assert without["overdue"] == with_["asked"] > without["asked"] == with_["overdue"]


def test_the_range_stands_at_each_type(tiny_area):
    both = view(service("PSY-COU", at=CHASHMA), service("LEG-INF", at=QULLAOBOD))
    result = sensitivity(both, tiny_area)
    figures = result.figures
    assert {"any", "PSY-COU", "LEG-INF"} <= set(figures)
    for figure in figures.values():
        assert figure.low <= figure.value <= figure.high
    assert figures["any"].value == result.total["middle"]


def test_other_data_beside_the_area_are_a_variant(tiny_area, tiny_copy):
    other = shutil.copytree(tiny_copy, tiny_copy / "alternatives" / "census-2030")
    cells = other / "population" / "cells.csv"
    census = other / "population" / "census.csv"
    lines = census.read_text("utf-8").splitlines()
    area = StudyArea.load(tiny_copy)
    assert sensitivity(ONE, area).total["other_census-2030"] == sensitivity(ONE, area).total["asked"]
    cells.write_text(cells.read_text("utf-8").splitlines()[0] + "\n", "utf-8")  # nobody knows where people live
    (tiny_copy / "alternatives" / "coarse").mkdir()
    shutil.copytree(other, tiny_copy / "alternatives" / "coarse", dirs_exist_ok=True)
    result = sensitivity(ONE, StudyArea.load(tiny_copy))
    assert result.total["other_coarse"] == pytest.approx(result.total["evenly"], abs=1e-6)
    assert str(result.column("other_coarse").label) == "Other data: coarse"
    assert len(lines) > 2


def test_other_data_of_other_units_are_refused(tiny_copy):
    other = shutil.copytree(tiny_copy, tiny_copy / "alternatives" / "wrong")
    for path in other.rglob("*"):
        if path.suffix in (".geojson", ".csv", ".toml"):
            path.write_text(path.read_text("utf-8").replace("XT-E2", "XT-E9"), "utf-8")
    with pytest.raises(InvalidRecord, match="wrong: has other finest units"):
        sensitivity(ONE, StudyArea.load(tiny_copy))


# --- borders ---------------------------------------------------------------------------------------------------------

BEYOND = km(-1, 4)
"""A kilometre west of the border."""


def abroad(*, covers=(), at=BEYOND):
    return service("PSY-COU", places=[place(at, country="XN")], covers=covers)


@pytest.mark.parametrize(
    ("crossing", "covers", "counts"),
    [(True, ("XT-W1",), True), (True, (), False), (True, ("XN",), False), (False, ("XT-W1",), False)],
)
def test_a_service_beyond_the_border_counts_only_where_it_is_marked_usable(crossing, covers, counts, tiny_area):
    area = lowered(tiny_area, cross_borders=crossing)
    result = coverage(view(abroad(covers=covers)), area, types=["any"])
    assert (result.total["any_60"] > 0) == counts


def test_one_that_is_not_on_the_grid_is_no_lost_place(tiny_area):
    area = lowered(tiny_area, cross_borders=True)
    result = coverage(view(service("PSY-COU", at=CHASHMA), abroad(covers=["XT"], at=(55.7, 37.6))), area)
    assert not any("left out, since no ground" in str(said) for said in result.caveats)


def test_how_far_beyond_the_border_is_counted_is_said(tiny_area):
    open_ = coverage(ONE, lowered(tiny_area, cross_borders=True)).caveats
    closed = coverage(ONE, tiny_area).caveats
    assert any("leave the country by more than 4 km" in str(said) for said in open_)
    assert any("Ways through neighbour countries" in str(said) for said in closed)


def test_the_border_is_a_variant_of_its_own(tiny_area):
    entries = view(service("PSY-COU", at=CHASHMA), abroad(covers=["XT"]))
    closed, open_ = (sensitivity(entries, lowered(tiny_area, cross_borders=one)).total for one in (False, True))
    assert closed["border"] == pytest.approx(open_["asked"])
    assert open_["border"] == pytest.approx(closed["asked"])


def test_a_wider_margin_changes_nothing_inside_a_closed_border(tiny_area, tiny_copy):
    text = (tiny_copy / "area.toml").read_text("utf-8")
    wide = text.replace("window = [59.9637, 9.9642, 60.2553, 10.1795]", "window = [59.8737, 9.8742, 60.3453, 10.2695]")
    assert wide != text
    (tiny_copy / "area.toml").write_text(wide, "utf-8")
    one, other = tiny_area, StudyArea.load(tiny_copy)
    for area in (one, other):
        assert area.unit_grid.max() == 3
    here, there = (surfaces(area, {"": [CHASHMA]})["", "summer"].found[area.unit_grid >= 0] for area in (one, other))
    assert here.tolist() == there.tolist()


def test_nobody_and_nothing(tiny_area):
    nothing = sensitivity(view(), tiny_area)
    assert "nothing can move" in str(nothing.finding)
    assert nothing.figures == {}
    empty = without_people(tiny_area, *tiny_area.unit_codes)
    assert "Nobody lives here" in str(sensitivity(ONE, empty).finding)
