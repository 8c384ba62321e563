"""Which groups find which functions closed."""

from dataclasses import replace

import pytest

from mapping.analysis.supply.beneficiaries import beneficiaries
from mapping.errors import NotFound
from tests.analysis.invented import CHASHMA, QULLAOBOD, service, view

WEST, EAST = "XT-W", "XT-E"


def counselling(at=CHASHMA, **fields):
    return replace(service("PSY-COU", at=at), **fields)


def test_a_function_is_closed_to_those_whom_none_of_its_services_takes(tiny_area):
    women = counselling(serves=("SEX-F",))
    result = beneficiaries(view(women, service("LEG-INF", at=CHASHMA)), tiny_area)
    assert result.table.at[WEST, "listed"] == 2
    assert (result.table.at[WEST, "SEX-M"], result.table.at[WEST, "SEX-F"]) == (1, 0)
    assert (result.table.at[WEST, "BOYS"], result.table.at[WEST, "GIRLS"]) == (1, 0)
    assert result.text(EAST, "SEX-M", "en") == "none listed"
    assert result.figures["SEX-M"].value == 0.5
    assert str(result.finding) == (
        "Closed most often, in 1 of 2 cells in which others find help, to: Men and boys, Boys (under 18)"
    ), "all who find as much closed"


def test_one_service_that_takes_them_is_enough_in_its_region(tiny_area):
    entries = counselling(serves=("SEX-F",)), counselling(), counselling(at=QULLAOBOD, excludes=("SEX-M",))
    result = beneficiaries(view(*entries), tiny_area)
    assert (result.table.at[WEST, "SEX-M"], result.table.at[EAST, "SEX-M"]) == (0, 1)


def test_what_nobody_confirmed_is_not_called_closed(tiny_area):
    old = replace(service("PSY-COU", at=CHASHMA, freshness="lapsed"))
    result = beneficiaries(view(counselling(serves=("SEX-F",)), old), tiny_area)
    assert result.table.at[WEST, "SEX-M"] == 0


def test_what_is_for_children_is_not_closed_to_grown_people(tiny_area):
    school = replace(service("CHP-GUA", at=CHASHMA), serves=("AGE-CHI",))
    result = beneficiaries(view(school), tiny_area)
    assert result.table.at[WEST, "AGE-OLD"] == 0


def test_ages_count_where_they_are_given(tiny_area):
    result = beneficiaries(view(counselling(minimum_age=18.0)), tiny_area)
    assert (result.table.at[WEST, "AGE-CHI"], result.table.at[WEST, "AGE-OLD"]) == (1, 0)


def test_groups_whose_name_could_endanger_somebody_are_not_public(tiny_area):
    assert "VUL-HIV" not in beneficiaries(view(), tiny_area).table
    assert "VUL-HIV" in beneficiaries(view(audience="focal_point"), tiny_area).table
    with pytest.raises(NotFound):
        beneficiaries(view(), tiny_area, group="VUL-HIV")


def test_secret_functions_take_no_part(tiny_area):
    result = beneficiaries(view(service("ACC-VOT", at=CHASHMA)), tiny_area)
    assert result.table["listed"].sum() == 0


def test_one_group_has_a_matrix_of_its_own(tiny_area):
    result = beneficiaries(view(counselling(serves=("SEX-F",))), tiny_area, group="SEX-M")
    assert result.layout == "matrix"
    assert result.states.at[WEST, "PSY-COU"] == "none listed"
    assert result.table.at[WEST, "closed"] == 1
