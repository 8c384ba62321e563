"""Coverage of Orzustan, whose minutes from Chashma stand in tests/tiny/README.md; people in thousands:

    Chashma 100 at 0 min, Hamvor 15 at 14, Qullaobod 30 at 23.1, villages 20 at 35.5, 5 at 46.5, 20 at 69.0,
    Kulnishin 40 at 94.5, a village 10 at 110.0; in winter 0, 28, 107, 41, 63, 111, 99 and 145.

Within 60 minutes are 100 + 15 + 30 + 20 + 5 = 170 of 240, in winter 100 + 15 + 20 = 135. Speeds of 0.8 turn 60 minutes
into 48 (still 170), speeds of 1.2 into 72 (170 + 20 = 190). Within 30 are 145, in winter 115, at 24 minutes 145, at 36
minutes 165. Within 120 are 240, in winter 230, at 96 minutes 230, at 144 minutes 240.
"""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.analysis.access.siting import siting
from mapping.analysis.common.listed import core_types
from mapping.analysis.common.presence import ServicePresence
from mapping.analysis.reliability.sensitivity import sensitivity
from mapping.analysis.supply.coverage import coverage
from mapping.errors import InvalidRecord, NotFound
from mapping.result import STATES
from mapping.view.view import View
from tests.analysis.invented import CHASHMA, QULLAOBOD, lowered, place, service, view, without_people
from tests.support.examples import examples
from tests.support.sample import km

THOUSANDS = 240


def counselling(**options):
    return service("PSY-COU", at=CHASHMA, **options)


def thousands(result, key, code=None):
    """Return a share as asked, or an end of its range, of the whole country or of one unit as thousands of people."""
    key = key if key.endswith(("_low", "_high")) else f"{key}_asked"
    if code is None:
        return round(result.total[key] * result.total["people"] / 1000, 6)
    return round(result.table.at[code, key] * result.table.at[code, "people"] / 1000, 6)


@pytest.mark.parametrize(
    ("band", "value", "winter", "foot"), [(30, 145, 115, 100), (60, 170, 135, 100), (120, 240, 230, 160)]
)
def test_the_whole_country_by_hand(tiny_area, band, value, winter, foot):
    """The range (see test_ensemble.py) is wider than a season: some people walk, and other things may be otherwise."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"])
    key = f"PSY-COU_{band}"
    found, low, high = (thousands(result, f"{key}{end}") for end in ("", "_low", "_high"))
    assert found == value
    assert foot * 0.6 < low <= winter
    assert value <= high <= 240


@pytest.mark.parametrize(
    ("unit", "near", "far"),
    [
        ("XT-W1", 0, 60),  # Kulnishin and the village are at 94.5 and 69 minutes
        ("XT-W2", 120, 120),  # Chashma and the village at 35.5
        ("XT-E1", 30, 40),  # Qullaobod; the village is at 110
        ("XT-E2", 20, 20),  # Hamvor, and the village at 46.5
    ],
)
def test_districts_by_hand(tiny_area, unit, near, far):
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"])
    assert thousands(result, "PSY-COU_60", unit) == near
    assert thousands(result, "PSY-COU_120", unit) == far
    people = result.table.at[unit, "people"]
    assert result.table.at[unit, "PSY-COU_beyond_asked"] == pytest.approx(people - 1000 * near)


def test_regions_by_hand(tiny_area):
    """West: 120 of 180 within an hour; east: 30 + 15 + 5 of 60. In winter 120 (0 and 41 minutes), and 15 (Hamvor)."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"], level=1)
    assert list(result.table.index) == ["XT-W", "XT-E"]
    assert thousands(result, "PSY-COU_60", "XT-W") == 120
    assert thousands(result, "PSY-COU_60", "XT-E") == 50
    assert 0 < thousands(result, "PSY-COU_60_low", "XT-E") <= 15
    assert result.table.at["XT-E", "PSY-COU_beyond_asked"] == pytest.approx(10_000)
    assert result.table.at["XT-E", "PSY-COU_beyond_high"] >= 45_000


def test_a_range_of_a_sum_is_no_sum_of_ranges(tiny_area):
    """Each variant is added up over the country before the least is taken; here the least are all of winter."""
    service_east, service_west = service("PSY-COU", at=QULLAOBOD), counselling()
    whole = coverage(view(service_east, service_west), tiny_area, types=["PSY-COU"])
    parts = sum(thousands(whole, "PSY-COU_60_low", unit) for unit in whole.table.index)
    assert thousands(whole, "PSY-COU_60_low") >= parts


def test_winter_may_be_asked_for(tiny_area):
    """Winter by itself: 115, 135 and 230; the range runs to summer."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"], scenario="winter")
    assert [thousands(result, f"PSY-COU_{band}") for band in (30, 60, 120)] == [115, 135, 230]
    assert 170 <= thousands(result, "PSY-COU_60_high") <= 190


def test_on_foot_no_season_counts(tiny_area):
    """On foot Chashma is at 0, the village at 74.9, Kulnishin at 115.9: 100, 100, 160. Roads take no part in the range.

    Speeds of 1.2 turn 120 into 144 minutes: the villages at 127.9 and Qullaobod at 135.8 come in (20 + 30).
    """
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"], scenario="walking")
    assert [thousands(result, f"PSY-COU_{band}") for band in (30, 60, 120)] == [100, 100, 160]
    assert 160 < thousands(result, "PSY-COU_120_high") <= 210
    assert 100 < thousands(result, "PSY-COU_120_low") <= 125, "96 minutes: Chashma and the village at 74.9"


def test_other_minutes_are_a_band_of_their_own(tiny_area):
    """Within 45 minutes: 100 + 15 + 30 + 20."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"], minutes=45)
    assert thousands(result, "PSY-COU_45") == 165
    assert result.total["PSY-COU_beyond_asked"] == pytest.approx(75_000)
    assert "more than 45 minutes" in str(result.finding)
    assert {"PSY-COU_30", "PSY-COU_60", "PSY-COU_120"} <= set(result.table)


def test_people_stand_as_the_census_counts_them(tiny_area):
    result = coverage(view(counselling()), tiny_area)
    assert result.table["people"].to_dict() == {"XT-W1": 60_000, "XT-W2": 120_000, "XT-E1": 40_000, "XT-E2": 20_000}
    assert result.total["people"] == 240_000


@pytest.mark.parametrize(
    "left_out",
    [
        service("PSY-COU", places=[place(CHASHMA, role="virtual")]),
        service("PSY-COU", places=[place(CHASHMA, country="XN")]),
        service("PSY-COU", covers=["XT-W2"]),
        service("PSY-COU", at=CHASHMA, status="inactive"),
        service("PSY-COU", at=CHASHMA, status="temporarily closed"),
        service("PSY-COU", at=CHASHMA, freshness="lapsed"),
        service("LEG-INF", at=CHASHMA),
    ],
)
def test_only_places_of_services_that_are_offered_count(tiny_area, left_out):
    result = coverage(view(left_out), tiny_area, types=["PSY-COU"])
    assert result.total["PSY-COU_120_asked"] == 0
    assert str(result.finding) == "No service is listed that people could travel to"


@pytest.mark.parametrize("freshness", ["fresh", "due", "overdue", "unverified"])
def test_services_count_until_they_lapse(tiny_area, freshness):
    assert (
        coverage(view(counselling(freshness=freshness)), tiny_area, types=["PSY-COU"]).total["PSY-COU_120_asked"] == 1
    )


def test_overdue_services_count_where_that_is_asked_for(tiny_area):
    old = view(counselling(freshness="lapsed"), service("PSY-COU", at=QULLAOBOD, status="inactive"))
    assert thousands(coverage(old, tiny_area, types=["PSY-COU"], stale=True), "PSY-COU_60") == 170


def test_a_place_in_the_country_may_name_it(tiny_area):
    here = view(service("PSY-COU", places=[place(CHASHMA, country="XT")]))
    assert coverage(here, tiny_area, types=["PSY-COU"]).total["PSY-COU_60"] > 0


def test_types_families_needs_and_any(tiny_area):
    """Counselling answers the need to talk and belongs to PSY; legal advice does neither; awareness meets no need."""
    listed = view(counselling(), service("LEG-INF", at=QULLAOBOD), service("PRV-AWA", at=km(2.5, 12.5)))
    result = coverage(listed, tiny_area, types=["PSY", "talk", "LEG-INF", "any", "PSY-COU"])
    counted = {key: round(result.total[f"{key}_60_asked"], 4) for key in ("PSY", "talk", "PSY-COU")}
    assert set(counted.values()) == {round(170 / 240, 4)}
    both = coverage(view(counselling(), service("LEG-INF", at=QULLAOBOD)), tiny_area, types=["any"])
    assert result.total["any_60"] == both.total["any_60"] > result.total["talk_60"]
    assert list(result.groups) == ["PSY", "talk", "LEG-INF", "any", "PSY-COU"]


def test_the_same_type_twice_is_one(tiny_area):
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU", "PSY-COU"])
    assert list(result.groups) == ["PSY-COU"]


def test_an_unknown_type_is_named_with_what_there_is(tiny_area):
    with pytest.raises(NotFound, match=r"'PSY-XXX' is no type of service.*needs are .*talk.*families are .*PSY"):
        coverage(view(), tiny_area, types=["PSY-XXX"])


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_minutes_must_make_sense(tiny_area, minutes):
    with pytest.raises(InvalidRecord, match="choose between 1 and 1440"):
        coverage(view(), tiny_area, minutes=minutes)


def test_levels_and_scenarios_must_exist(tiny_area):
    with pytest.raises(InvalidRecord, match="level 7: XT has the levels 0 to 2"):
        coverage(view(), tiny_area, level=7)
    with pytest.raises(NotFound, match="monsoon"):
        coverage(view(counselling()), tiny_area, scenario="monsoon")


def test_secret_types_are_left_out_and_said_to_be(tiny_area):
    """ACC types are custodian by default: no 0 stands for them anywhere."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU", "ACC-VOT"])
    assert not [key for key in result.table if key.startswith("ACC-VOT")]
    assert any("Not published here, whatever there is: Specialised shelter" in str(one) for one in result.caveats)


def test_a_secret_type_that_was_opened_counts(tiny_area):
    result = coverage(view(service("ACC-VOT", at=CHASHMA)), tiny_area, types=["ACC-VOT"])
    assert thousands(result, "ACC-VOT_60") == 170


def test_by_default_any_and_the_core_functions_that_are_visited(tiny_area):
    result = coverage(view(counselling()), tiny_area)
    assert next(iter(result.groups)) == "any"
    assert {"PSY-COU", "LEG-INF", "HLT-EME"} <= set(result.groups)
    assert not {"IDN-HOT", "IDN-EMR", "ACC-VOT", "JUS-WIT", "PSY-CRI"} & set(result.groups)


def test_nothing_to_visit_is_not_the_same_as_nothing(tiny_area):
    listed = view(counselling(), service("LEG-INF", covers=["XT-W"]))
    result = coverage(listed, tiny_area, types=["PSY-COU", "LEG-INF", "HLT-EME"])
    assert re.fullmatch(r"9\d% \(\d\d–100\)", result.text("XT-W2", "PSY-COU_60", "en"))
    assert result.text("XT-W2", "LEG-INF_60", "en") == "0% (only by phone or visit)"
    assert result.text("XT-W2", "HLT-EME_60", "en") == str(STATES["none listed"])


@pytest.mark.parametrize("where", [{"unit": "XT-W2"}, {"at": QULLAOBOD, "unit": "XT-W2"}])
def test_a_service_whose_area_alone_is_shown_counts_in_it(tiny_area, where):
    """It stands at Chashma, the largest place; the range holds the answer with it elsewhere in the district."""
    listed = service("LEG-INF", places=[place(**where, precision="area")])
    result = coverage(view(counselling(), listed), tiny_area, types=["PSY-COU", "LEG-INF"])
    assert thousands(result, "LEG-INF_60", "XT-W2") == thousands(result, "PSY-COU_60", "XT-W2")
    assert result.table.at["XT-W2", "LEG-INF_60_low"] < result.table.at["XT-W2", "PSY-COU_60_low"]
    noted = "Services counted at the largest place of their area, since only the area may be shown: 1."
    assert any(str(caveat).startswith(noted) for caveat in result.caveats)
    assert not any(str(caveat).startswith(noted) for caveat in coverage(view(counselling()), tiny_area).caveats)


def test_no_unit_is_without_what_its_own_page_lists_as_confirmed(demo_view, tj_area):
    """Nor is anything proposed in a unit that lists the kind."""
    with View(demo_view("public")) as opened:
        result, proposed = coverage(opened, tj_area), siting(opened, tj_area).proposals
        presence, compared = ServicePresence(opened, tj_area, 2), 0
    for term in core_types():
        if f"{term.code}_60" in result.table:
            listing = {unit for unit, found in presence.presence(term).items() if found.here}
            compared += len(listing)
            assert not [unit for unit in listing if result.table.at[unit, f"{term.code}_60"] <= 0], term.code
            if term.code == "PSY-COU":
                assert listing.isdisjoint(tj_area.unit_at(one.latitude, one.longitude) for one in proposed)
    assert compared > 50


def test_nobody_lives_somewhere(tiny_area):
    empty = without_people(tiny_area, "XT-E1")
    result = coverage(view(counselling()), empty, types=["PSY-COU"])
    assert result.text("XT-E1", "PSY-COU_60", "en") == "does not apply"
    assert result.table.at["XT-E1", "PSY-COU_beyond"] == 0
    assert thousands(result, "PSY-COU_60") == 140, "170 less the 30 of Qullaobod"


def test_nobody_lives_anywhere(tiny_area):
    empty = without_people(tiny_area, *tiny_area.unit_codes)
    result = coverage(view(counselling()), empty)
    assert str(result.finding) == "Nobody lives here, so nobody is out of reach"
    assert set(result.states["any_60"]) == {"not applicable"}


def test_the_finding_is_a_sentence_in_four_languages(tiny_area):
    """As asked 70 of 240 are beyond an hour, 29%; in the middle of all counts 40%."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"])
    assert str(result.finding) == (
        "40% (25–49) of the people live more than an hour from what they may need: “Psychosocial counselling”"
    )
    both = coverage(view(counselling(), service("LEG-INF", at=QULLAOBOD)), tiny_area)
    low, high = (f"{100 - 100 * both.total[f'any_60_{end}']:.0f}" for end in ("high", "low"))
    assert str(both.finding).endswith(f"% ({low}–{high}) of the people live more than an hour from any listed service")
    for language in ("ru", "tg", "uz"):
        assert both.finding.into(language) != str(both.finding)


def test_further_findings_say_where_and_what(tiny_area):
    """Beyond an hour of counselling are all 60 of XT-W1, and 10 of XT-E1. A lawyer in Kulnishin is farther still."""
    result = coverage(view(counselling()), tiny_area, types=["PSY-COU"])
    told = [str(sentence) for sentence in result.also]
    middle = 100 - 100 * sensitivity(view(counselling()), tiny_area, types=["PSY-COU"]).total["middle"]
    assert told[0] == "As asked it is 29%."
    assert result.total["PSY-COU_60"] == pytest.approx(1 - middle / 100)
    assert told[1] == "On foot alone 42% of the people are within 60 minutes."
    assert told[2].startswith("What moves the share most: ")
    assert told[3:] == [
        "The largest share and the largest number of people out of reach are in Kuldara District.",
    ]
    lawyer = service("LEG-INF", at=km(2.5, 12.5))
    also = [str(one) for one in coverage(view(counselling(), lawyer), tiny_area, types=["PSY-COU", "LEG-INF"]).also]
    assert any(one.startswith("Farthest away: “Legal information and advice”.") for one in also)


def test_share_and_number_may_lie_in_two_places(tiny_area):
    """From a service in Kulnishin the east has the larger share (all 60 of 60), the west the larger number."""
    result = coverage(view(service("PSY-COU", at=km(2.5, 12.5))), tiny_area, types=["PSY-COU"], level=1)
    share, number = (1 - result.table["PSY-COU_60"]).idxmax(), result.table["PSY-COU_beyond"].idxmax()
    assert (share, number) == ("XT-E", "XT-W")
    assert str(result.also[3]) == (
        f"The largest share out of reach is in {tiny_area.label('XT-E', 'en')}, "
        f"the largest number of people in {tiny_area.label('XT-W', 'en')}."
    )


def test_places_in_water_are_moved_and_places_nowhere_are_lost_and_both_are_said(tiny_area):
    """The lake is 4 x 3 km, so its middle is 2 km from the shore; 3.5 km west of the border no cell is within 3 km."""
    wet, lost = service("PSY-COU", at=km(6.5, 10.5)), service("PSY-COU", at=km(-3.5, 8.5))
    said = [str(one) for one in coverage(view(wet, lost), tiny_area, types=["PSY-COU"]).caveats]
    assert "Places moved to the nearest ground that can be crossed: 1." in said
    assert "Places left out, since no ground within 3 km of them can be crossed: 1." in said


def test_what_a_reader_needs_is_there(tiny_area):
    result = coverage(view(counselling()), tiny_area)
    said = [str(one) for one in result.caveats]
    assert any("Everything on this map is invented." in one for one in said), "the modelled-data warning"
    assert any("Differences under 5 points are noise" in one for one in said)
    assert any("neighbour countries" in one for one in said)
    assert [str(one.name) for one in result.inputs][:2] == ["Directory of services, public edition", "Population"]
    assert [one.day.isoformat() for one in result.inputs[:2]] == ["2026-11-24", "2025-01-01"]
    assert result.audience == "public"
    assert result.figures["any_60"].text("en") == result.total_text("any_60", "en")


def test_the_audience_is_that_of_the_view(tiny_area):
    listed = view(counselling())
    listed.audience = "focal_point"
    result = coverage(listed, tiny_area, types=["PSY-COU"])
    assert result.audience == "focal_point"
    assert "focal points" in str(result.inputs[0].name)


def test_progress_is_told_to_the_end(tiny_area):
    """Two types at two places, in two seasons and on foot, in narrow and in wide cells: twelve surfaces.

    Any and a type with no place need none of their own.
    """
    told = []
    listed = view(counselling(), service("LEG-INF", at=QULLAOBOD))
    coverage(listed, tiny_area, types=["PSY-COU", "talk", "LEG-INF", "HLT-EME"], progress=lambda *one: told.append(one))
    assert told == [(done, 12) for done in range(1, 13)]


def test_the_order_of_services_does_not_matter(tiny_area):
    entries = [counselling(), service("PSY-COU", at=QULLAOBOD), service("LEG-INF", at=QULLAOBOD)]
    one, other = (coverage(view(*order), tiny_area) for order in (entries, entries[::-1]))
    assert one.table.equals(other.table)
    assert str(one.finding) == str(other.finding)


def test_a_border_that_is_open_is_said_to_be(tiny_area):
    said = coverage(view(counselling()), lowered(tiny_area, cross_borders=True), types=["PSY-COU"]).caveats
    assert not any("neighbour countries" in str(one) for one in said)


SPOTS = st.lists(st.tuples(st.floats(0.1, 23.9), st.floats(0.1, 15.9)), min_size=1, max_size=4)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SPOTS, st.tuples(st.floats(0.1, 23.9), st.floats(0.1, 15.9)))
def test_what_must_always_hold(tiny_area, spots, another):
    """More minutes and more services never reach fewer people; ranges hold their value; parts add up to the whole."""
    services = [service("PSY-COU", at=km(*spot), name=str(number)) for number, spot in enumerate(spots)]
    result = coverage(view(*services), tiny_area, types=["PSY-COU"])
    more = coverage(view(*services, service("PSY-COU", at=km(*another))), tiny_area, types=["PSY-COU"])
    table, people = result.table, result.table["people"]
    shares = table[[f"PSY-COU_{band}" for band in (30, 60, 120)]].to_numpy()
    assert (np.diff(shares, axis=1) >= -1e-9).all()
    assert ((shares >= 0) & (shares <= 1)).all()
    for band in (30, 60, 120):
        value, low, high = (table[f"PSY-COU_{band}{end}"] for end in ("", "_low", "_high"))
        assert ((low <= value + 1e-9) & (value <= high + 1e-9)).all()
        assert (more.table[f"PSY-COU_{band}"] >= value - 1e-9).all()
        asked = (table[f"PSY-COU_{band}_asked"] * people).sum()
        assert asked == pytest.approx(result.total[f"PSY-COU_{band}_asked"] * 240_000, abs=1)
    assert ((1 - table["PSY-COU_60"]) * people).to_numpy() == pytest.approx(table["PSY-COU_beyond"].to_numpy())
