"""The table of roles: deny by default, grants only narrow."""

import itertools

import pytest

from web.access.roles import ACTIONS, EVERYWHERE, PORTAL_ROLES, ROLES, SCOPED, Grants, may

ALL = Grants(frozenset({EVERYWHERE}), frozenset({EVERYWHERE}))


def test_every_role_and_action_is_in_the_table():
    assert set().union(*(rule.actions for rule in ROLES.values())) == set(ACTIONS)
    assert set(PORTAL_ROLES) < set(ROLES)


@pytest.mark.parametrize(("role", "action"), list(itertools.product(ROLES, ACTIONS)))
def test_nobody_does_what_the_table_does_not_name(role, action):
    assert may(role, action, grants=ALL) == (action in ROLES[role].actions)
    assert may(role, action, grants=ALL, over=["XT-W1"]) == (action in ROLES[role].actions)
    without = may(role, action)
    assert without == (action in ROLES[role].actions and action not in SCOPED)


def test_what_is_unknown_is_denied():
    assert not may("visitor", "find")
    assert not may("caseworker", "fly")


def test_a_grant_narrows_to_its_places_and_bodies():
    west = Grants(frozenset({"XT-W"}), frozenset({"one"}))
    assert may("steward", "edit", grants=west, over=["XT-W1", "XT-W", "XT"])
    assert not may("steward", "edit", grants=west, over=["XT-E1", "XT-E", "XT"])
    assert may("provider", "set_capacity", grants=west, over=["one"])
    assert not may("provider", "set_capacity", grants=west, over=["other"])
    assert not may("caseworker", "edit", grants=ALL, over=["XT-W"])


def test_only_custodians_reveal_and_administrators_see_nothing_confidential():
    assert [role for role in ROLES if "reveal" in ROLES[role].actions] == ["custodian"]
    assert ROLES["administrator"].audience == "public"
    assert not ROLES["administrator"].actions & {"find", "reveal", "edit", "publish", "see_restricted"}


def test_no_role_that_signs_in_to_the_partner_portal_touches_the_directory():
    for role in PORTAL_ROLES:
        assert not ROLES[role].actions & {"edit", "import", "review", "approve", "publish", "reveal", "administer"}
