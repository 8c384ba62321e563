"""Where the way through help breaks."""

from dataclasses import replace

import pytest

from mapping.analysis.adequacy.pathways import links, pathways
from mapping.view.view import OrganizationEntry
from tests.analysis.invented import CHASHMA, QULLAOBOD, TODAY, service, statement, view

FINDER = {"by": "finder"}


def finder(**options):
    return service("IDN-SCR", by="finder", **({"at": CHASHMA} | options))


def doctor(**options):
    return service("HLT-EME", by="doctor", **({"at": QULLAOBOD} | options))


def agreed(types="HLT-EME", **fields):
    row = {
        "from_organization_id": "finder",
        "to_organization_id": "doctor",
        "service_types": types,
        "status": "active",
        "valid_to": None,
    }
    return row | fields


def state(area, unit, *entries, key="IDN_HLT", said=(), minutes=120, **tables):
    return pathways(view(*entries, said=said, **tables), area, minutes=minutes).table.at[unit, key]


def test_the_links_follow_the_chain_and_go_past_what_is_hidden():
    assert [link.key for link in links()] == ["IDN_ACC", "IDN_HLT", "HLT_PSY", "PSY_LEG", "LEG_INC"]


@pytest.mark.parametrize(
    ("agreements", "found"),
    [
        ([], "no agreement"),
        ([agreed()], "present"),
        ([agreed("HLT")], "present"),
        ([agreed("")], "present"),
        ([agreed("LEG-INF")], "no agreement"),
        ([agreed(status="expired")], "no agreement"),
        ([agreed(valid_to="2026-11-23")], "no agreement"),
        ([agreed(valid_to=TODAY.isoformat())], "present"),
        ([agreed(from_organization_id="doctor", to_organization_id="finder")], "no agreement"),
        ([agreed(to_organization_id="another")], "no agreement"),
    ],
)
def test_a_hand_over_holds_where_an_agreement_in_force_covers_it(tiny_area, agreements, found):
    assert state(tiny_area, "XT-W2", finder(), doctor(), referral_agreement=agreements) == found


def test_it_breaks_where_nobody_is_within_reach(tiny_area):
    """Qullaobod is 23 minutes from Chashma: beyond 15, within 30."""
    assert state(tiny_area, "XT-W2", finder(), doctor(), minutes=30) == "no agreement"
    assert state(tiny_area, "XT-W2", finder(), doctor(), minutes=15) == "none listed"
    assert state(tiny_area, "XT-W2", finder()) == "none listed"
    result = pathways(view(finder(), doctor()), tiny_area, minutes=20)
    broken = result.figures["broken"]
    assert broken.low <= broken.value <= broken.high


def test_one_body_needs_no_agreement_with_itself(tiny_area):
    assert state(tiny_area, "XT-W2", finder(), service("HLT-EME", at=CHASHMA, by="finder")) == "present"


def test_who_covers_a_unit_takes_the_next_step_there(tiny_area):
    afar = doctor(at=None, covers=["XT-W2"])
    assert state(tiny_area, "XT-W2", finder(), afar, minutes=5) == "no agreement"
    assert state(tiny_area, "XT-E1", finder(covers=["XT-E1"]), afar, minutes=5) == "none listed"


def test_nobody_who_hands_over_is_no_break(tiny_area):
    assert state(tiny_area, "XT-W2", doctor(), minutes=5) == "not applicable"
    assert state(tiny_area, "XT-W2", finder(freshness="lapsed"), doctor(), minutes=5) == "unknown"


def test_what_nobody_confirmed_is_not_called_a_break(tiny_area):
    assert state(tiny_area, "XT-W2", finder(), doctor(at=CHASHMA, freshness="unverified")) == "unknown"
    assert state(tiny_area, "XT-W2", finder(), doctor(at=None)) == "unknown", "it may be anywhere"


def test_of_safe_places_only_statements_are_told(tiny_area):
    hidden = service("ACC-VOT", at=CHASHMA)
    assert state(tiny_area, "XT-W2", finder(), hidden, key="IDN_ACC") == "not published"
    assert state(tiny_area, "XT-W2", finder(), key="IDN_ACC") == "not published"
    assert state(tiny_area, "XT-W2", finder(), key="IDN_ACC", said=[statement("ACC-VOT", "XT-W")]) == "line"
    assert state(tiny_area, "XT-E1", finder(), key="IDN_ACC", said=[statement("ACC-VOT", "XT-W")]) == "not published"


def test_the_finding_counts_units(tiny_area):
    result = pathways(view(finder(covers=["XT"])), tiny_area)
    assert "4 of 4 areas" in str(result.finding)
    assert result.figures["people"].value == 240_000
    known = replace(doctor(covers=["XT"]), organization=OrganizationEntry("finder", "One"))
    assert state(tiny_area, "XT-E1", finder(covers=["XT"]), known) == "present"


def test_help_that_is_listed_and_not_to_be_had_is_said_with_its_place(tiny_area):
    said = {"since": "2025-11-01", "until": "2026-10-31"}
    rows = [
        {"id": f"{unit} {kind}", "area_unit": unit, "service_type": kind, "count": count} | said
        for unit, kind, count in (("XT-W", "LEG-INF", 12), ("XT-E", "PSY-COU", 31), ("gone", "PSY-COU", 50))
    ]
    found = pathways(view(finder(), doctor(), unavailable=rows), tiny_area)
    assert found.also[-1].into("en") == (
        "Listed, and yet not to be had, as those said who were asked to take somebody, 1 November 2025 to "
        "31 October 2026: Sharqdara Region, Psychosocial counselling (31), Gharbdara Region, "
        "Legal information and advice (12)."
    )
    assert found.figures["unavailable"].value == 43
    assert "unavailable" not in pathways(view(finder(), doctor()), tiny_area).figures


def test_the_longest_way_leads_to_the_nearest_who_takes_the_next_step(tiny_area):
    """From Chashma 23.12 minutes to Qullaobod (107 in winter); with a doctor at the door 0."""
    result = pathways(view(finder(), doctor()), tiny_area)
    assert result.table.at["XT-W2", "way"] == pytest.approx(23.12, abs=0.01)
    assert result.table.at["XT-W2", "way_low"] == pytest.approx(23.12 / 1.2, abs=0.01)
    assert result.table.at["XT-W2", "way_high"] == pytest.approx(107, abs=0.1)
    assert "23 min" in str(result.also)
    near = pathways(view(finder(), doctor(), doctor(at=CHASHMA)), tiny_area)
    assert near.table.at["XT-W2", "way"] == 0
    assert near.state("XT-W2", "way") is None


def test_of_several_services_the_one_with_the_longest_way_counts(tiny_area):
    """A doctor in Qullaobod, whose next step is a psychologist in Chashma; the way of a finder beside him is 0."""
    counsellor = service("PSY-COU", by="counsellor", at=CHASHMA)
    table = pathways(view(finder(at=QULLAOBOD), doctor(), counsellor), tiny_area).table
    assert table.at["XT-E1", "way"] == pytest.approx(23.12, abs=0.01)


def test_the_longest_way_is_not_made_up(tiny_area):
    result = pathways(view(finder()), tiny_area)
    assert result.state("XT-W2", "way") == "unknown"  # nobody is listed who takes the next step
    assert result.state("XT-E1", "way") == "not applicable"
    lapsed = pathways(view(finder(), doctor(freshness="lapsed")), tiny_area)
    assert lapsed.state("XT-W2", "way") == "unknown"


def test_where_nothing_can_be_judged_no_figure_says_zero(tiny_area):
    assert set(pathways(view(), tiny_area).figures) == set()
