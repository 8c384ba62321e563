"""Sums of answers to the checklist: of visible services, where enough organizations answered."""

import datetime as dt

import pytest

from mapping.model import StandardAssessment, record_id
from mapping.safety.checklist_sums import sums
from tests.support.sample import batch, organization, public_parts, sample_view, secret_parts, service

DAY = dt.date(2026, 6, 1)


def answer(service_id, said="met", standard="STD-001", day=DAY, **fields):
    key = f"{service_id} {standard} {said} {day} {fields}"
    return StandardAssessment(id=key, service_id=service_id, standard=standard, answer=said, assessed_on=day, **fields)


SERVICES = {"s1": "o1", "s2": "o2", "s3": "o3", "s4": "o3"}
LEGAL = {key: ["LEG-INF"] for key in SERVICES}


def test_answers_are_added_up_by_family_and_item():
    given = [answer("s1"), answer("s2", "partly"), answer("s3", "not met"), answer("s4", "unknown")]
    (row,) = sums(given, SERVICES, LEGAL, least=3, public=True)
    assert {k: row[k] for k in ("family", "standard", "met", "partly", "not_met", "unknown", "providers")} == {
        "family": "LEG",
        "standard": "STD-001",
        "met": 1,
        "partly": 1,
        "not_met": 1,
        "unknown": 1,
        "providers": 3,
    }
    assert row["id"] == record_id("rohnamo", "standard_summary", "LEG", "STD-001")


def test_organizations_count_not_services():
    assert sums([answer("s2"), answer("s3"), answer("s4")], SERVICES, LEGAL, least=3, public=True) == []


def test_the_last_answer_counts_and_of_one_day_the_one_that_claims_less():
    later = [answer("s1", "met"), answer("s1", "not met", day=DAY + dt.timedelta(days=1))]
    same_day = [answer("s2", "not met"), answer("s2", "met")]
    (row,) = sums([*later, *same_day, answer("s3", "met")], SERVICES, LEGAL, least=3, public=True)
    assert (row["met"], row["not_met"]) == (1, 2)


def test_a_later_answer_counts_though_it_claims_more_and_one_without_a_day_is_the_oldest():
    later = [answer("s1", "not met"), answer("s1", "met", day=DAY + dt.timedelta(days=1))]
    undated = [answer("s2", "not met", day=None), answer("s2", "met")]
    (row,) = sums([*later, *undated, answer("s3", "met")], SERVICES, LEGAL, least=3, public=True)
    assert (row["met"], row["not_met"]) == (3, 0)


def test_services_of_no_known_type_take_no_part():
    given = [answer(service) for service in SERVICES]
    assert sums(given, SERVICES, {"s1": ["LEG-INF"], "s2": ["no such"]}, least=2, public=False) == []


def test_hidden_services_take_no_part():
    hidden = [answer("hidden"), answer("s1"), answer("s2")]
    assert sums(hidden, SERVICES, LEGAL | {"hidden": ["LEG-INF"]}, least=3, public=True) == []


@pytest.mark.parametrize(("public", "rows"), [(True, 0), (False, 1)])
def test_families_of_secret_places_are_never_public(public, rows):
    given = [answer(each) for each in ("s1", "s2", "s3")]
    assert len(sums(given, SERVICES, {key: ["ACC-VOT"] for key in SERVICES}, least=3, public=public)) == rows


def test_a_view_holds_sums_and_the_public_no_answers(tiny_area, tmp_path):
    parts = public_parts()
    for number in range(3):
        parts += organization(f"Body {number}") + service(f"Help {number}", of=f"Body {number}", types=["LEG-INF"])
    ids = {record.name: record.id for record in batch(*parts).records if record.table == "service"}
    parts += [answer(ids[f"Help {n}"], audience="focal_point") for n in range(3)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with (
        sample_view(tmp_path / "a", tiny_area, parts) as opened,
        sample_view(tmp_path / "b", tiny_area, parts, secret_parts()) as other,
    ):
        (row,) = opened.rows("standard_summary")
        assert (row["family"], row["met"], row["providers"]) == ("LEG", 3, 3)
        assert opened.rows("standard_assessment") == []
        assert [tuple(each) for each in other.rows("standard_summary")] == [tuple(row)]
