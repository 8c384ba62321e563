"""Checks of a whole list: each finds what it is for, and is silent otherwise."""

import pytest

from mapping.intake.check import (
    CHECKS,
    SAME_NUMBER,
    double_services,
    hidden_bodies,
    never_checked,
    possible_doubles,
    shared_numbers,
    shared_points,
)
from mapping.model import Organization
from mapping.quality.known_organizations import Known
from tests.support.sample import batch, km, organization, place, service


def list_of(*parts, before=()):
    """Return a batch and what is known after it; ``before`` is of an earlier list."""
    known = Known()
    known.learn(batch(*before, source="earlier").records if before else ())
    given = batch(*parts)
    known.learn(given.records)
    return given, known


def problems(check, *parts, before=()):
    return [issue.problem for issue in check(*list_of(*parts, before=before))]


def bodies(count, *, phone=None, at=None):
    for number in range(count):
        yield organization(f"Body {number}")
        yield service(f"Service {number}", of=f"Body {number}", **({"phones": [phone]} if phone else {}))
        yield place(f"Place {number}", of=[f"Service {number}"], at=at or km(number, 4), unit="XT-W2")


@pytest.mark.parametrize("check", CHECKS)
def test_an_ordinary_list_is_in_order(check):
    if check is never_checked:
        return
    assert problems(check, *bodies(3)) == []


@pytest.mark.parametrize(("count", "times"), [(SAME_NUMBER - 1, 0), (SAME_NUMBER, 1)])
def test_a_number_of_many_bodies(count, times):
    assert len(problems(shared_numbers, *bodies(count, phone="+992000001111"))) == times


@pytest.mark.parametrize(("count", "times"), [(SAME_NUMBER - 1, 0), (SAME_NUMBER, 1)])
def test_a_point_of_many_places(count, times):
    assert len(problems(shared_points, *bodies(count, at=km(6, 4)))) == times


def test_two_bodies_with_one_number_may_be_one():
    parts = [organization(name) for name in ("Umed", "Umedi Nav")]
    parts += [service(f"S {name}", of=name, phones=["+992000001111"]) for name in ("Umed", "Umedi Nav")]
    (problem,) = problems(possible_doubles, *parts)
    assert problem.endswith("may be one body: both have the number +992000001111")


def test_a_body_that_looks_like_one_that_is_kept_out_is_told_as_such():
    parts = {
        name: (organization(name), service(f"S {name}", of=name, phones=["+992000001111"]))
        for name in ("Umed", "Umedi Nav")
    }
    before, new = parts.values()
    taken_out = [[before[0][0].model_copy(update={"do_not_list": True}), *before[0][1:]], before[1]]
    (problem,) = problems(possible_doubles, *new, before=taken_out)
    assert problem.startswith("'Umedi Nav' may be 'Umed', which is kept out of every list: both have the number")
    (problem,) = problems(possible_doubles, *new, before=before)
    assert "kept out" not in problem


def test_bodies_called_alike_in_two_languages_may_be_one():
    before = (organization("Центр занятости № 955"), service("A", of="Центр занятости № 955"), place("P", of=["A"]))
    name = "Employment centre No. 955"
    (problem,) = problems(
        possible_doubles, organization(name), service("B", of=name), place("Q", of=["B"]), before=before
    )
    assert "may be one body: names alike" in problem


@pytest.mark.parametrize(("metres", "times"), [(0, 1), (200, 1), (400, 0)])
def test_a_body_with_the_same_help_twice_in_one_place(metres, times):
    parts = [organization("Umed")]
    for number in range(2):
        parts.append(service(f"S{number}", of="Umed", types=["LEG-INF"]))
        parts.append(place(f"P{number}", of=[f"S{number}"], at=km(6 + number * metres / 1000, 4), unit="XT-W2"))
    assert len(problems(double_services, *parts)) == times


def test_other_help_in_one_place_is_no_double():
    parts = [
        organization("Umed"),
        service("A", of="Umed", types=["LEG-INF"]),
        service("B", of="Umed", types=["PSY-COU"]),
    ]
    assert problems(double_services, *parts, place("P", of=["A", "B"], at=km(6, 4), unit="XT-W2")) == []


@pytest.mark.parametrize(
    ("of_body", "types", "times"),
    [("custodian", ["LEG-INF"], 1), ("custodian", ["ACC-GBV"], 0), ("public", ["LEG-INF"], 0)],
)
def test_a_body_that_another_list_hides_hides_its_services(of_body, types, times):
    """A service that is hidden by its own kind is not hidden by the body."""
    known = Known()
    known.learn([organization("Umed", audience=of_body)[0]])
    given = batch(organization("Umed"), service("S", of="Umed", types=types), place("P", of=["S"]))
    known.learn(record for record in given.records if not isinstance(record, Organization))
    given.records = [record for record in given.records if not isinstance(record, Organization)]
    assert len(list(hidden_bodies(given, known))) == times


@pytest.mark.parametrize("check", [possible_doubles, double_services])
def test_what_may_be_one_is_told_with_its_sheet_and_row_and_without_a_command(check):
    parts = [organization(name) for name in ("Umed", "Umedi Nav")]
    for body, number in (("Umed", 1), ("Umed", 2), ("Umedi Nav", 3)):
        parts += [service(f"S{number}", of=body, types=["LEG-INF"], phones=["+992000001111"])]
        parts += [place(f"P{number}", of=[f"S{number}"], at=km(6, 4), unit="XT-W2")]
    given, known = list_of(*parts)
    given.records = [
        record.model_copy(update={"sheet": "Khatlon", "row": 7}) if record.table == "provenance" else record
        for record in given.records
    ]
    issues = list(check(given, known))
    assert issues
    for issue in issues:
        assert (issue.sheet, issue.row) == ("Khatlon", 7)
        assert "rohnamo" not in issue.fix


def test_what_was_never_checked_is_counted():
    (problem,) = problems(
        never_checked, organization("Umed"), service("S", of="Umed", verified=None), place("P", of=["S"])
    )
    assert problem == "1 service has no day of a check"
