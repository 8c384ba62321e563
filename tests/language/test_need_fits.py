"""What fits a need, and for whom."""

import pytest

from mapping.errors import NotFound
from mapping.language.need_fits import FIRST, LAST, SECOND, fit, need_fits, types_for
from mapping.language.taxonomy import Vocabulary


def test_the_table_names_known_needs_types_and_groups_only():
    types, groups = Vocabulary.load("service_types"), Vocabulary.load("beneficiaries")
    for need in Vocabulary.load("needs").terms():
        rows = need_fits(need.code)
        assert rows, need.code
        for row in rows.values():
            assert row.service_type in types
            assert not types.children(row.service_type), "a row names a type, never a family"
            assert all(group in groups for group in row.groups)
            assert row.fit in (FIRST, SECOND, LAST)
        assert types_for(need.code, FIRST)


def test_the_need_of_a_type_is_one_that_it_fits():
    for term in Vocabulary.load("service_types").terms():
        if term.need:
            assert term.code in need_fits(term.need), term.code


@pytest.mark.parametrize(
    ("need", "types", "groups", "rank"),
    [
        ("stay", ["MAT-NFI"], [], None),
        ("stay", ["ACC-GBV"], ["SEX-F", "AGE-ADU"], 1),
        ("stay", ["ACC-GBV"], ["SEX-M"], None),
        ("stay", ["ACC-MEN"], ["AGE-ADU"], 1),
        ("stay", ["ACC-CHI"], ["AGE-ADU"], None),
        ("stay", ["ACC-FAM", "IDN-HOT"], ["HH-DEP", "AGE-ADU"], 1),
        ("talk", ["IDN-FID"], [], 3),
        ("talk", ["JUS-POL"], [], None),
        ("talk", ["IDN-FID", "PSY-COU"], [], 1),
        ("home", ["PRV-MIG"], [], None),
        ("food", ["MAT-NFI"], [], 1),
        ("work", [], [], None),
    ],
)
def test_fit_first_for_the_person_it_is_for(need, types, groups, rank):
    assert fit(need, types, groups) == rank


def test_an_unknown_need_is_refused():
    with pytest.raises(NotFound, match="shelter"):
        need_fits("shelter")
