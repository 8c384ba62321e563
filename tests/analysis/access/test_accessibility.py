"""Accessibility of Orzustan (tests/tiny/README.md), people in thousands.

From Chashma within 20 minutes live 100 + 15, within 40 30 + 20 more, within 60 5 more. With weights of 1, 0.68 and 0.22
its load is 115 + 34 + 1.1 = 150.1, and one service falls to 240: 0.4167 for each 100,000 people.
"""

import numpy as np
import pytest

from mapping.analysis.access.accessibility import accessibility
from mapping.errors import InvalidRecord, NotFound
from tests.analysis.invented import CHASHMA, QULLAOBOD, InventedView, lowered, place, service, view, without_people

LOAD = 150.1


class WithCapacity(InventedView):
    """A view in which some services say how many they can take."""

    def __init__(self, entries, capacities):
        super().__init__(entries)
        self.capacities = capacities

    def rows(self, table):
        if table != "service_capacity":
            return super().rows(table)
        keys = ("service_id", "available", "maximum", "description")
        return [dict(zip(keys, row, strict=True)) for row in self.capacities]


def counselling(**options):
    return service("PSY-COU", at=CHASHMA, **options)


def test_the_whole_country_by_hand(tiny_area):
    result = accessibility(view(counselling()), tiny_area, types=["PSY-COU"])
    assert result.total["PSY-COU_none_asked"] == pytest.approx(70 / 240)
    assert result.total["PSY-COU_services_asked"] == pytest.approx(100 / 240)
    assert 50 / 240 <= result.total["PSY-COU_none_low"] <= 70 / 240
    assert 105 / 240 <= result.total["PSY-COU_none_high"] < 180 / 240
    assert str(result.finding) == (
        "There are 0.4 of this for each 100,000 people within 60 minutes of it: “Psychosocial counselling”"
    )


@pytest.mark.parametrize(
    ("unit", "none", "part"),
    [
        ("XT-W1", 1, 0),
        ("XT-W2", 0, (100 + 0.68 * 20) / LOAD / 120),
        ("XT-E1", 10 / 40, 0.68 * 30 / LOAD / 40),
        ("XT-E2", 0, (15 + 0.22 * 5) / LOAD / 20),
    ],
)
def test_districts_by_hand(tiny_area, unit, none, part):
    result = accessibility(view(counselling()), tiny_area, types=["PSY-COU"])
    assert result.table.at[unit, "PSY-COU_none_asked"] == pytest.approx(none)
    assert result.table.at[unit, "PSY-COU_services_asked"] == pytest.approx(part * 100)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_what_falls_to_all_is_what_there_is(tiny_area, level):
    """Two services for 240,000 people, on every level."""
    two = view(counselling(), service("PSY-COU", at=QULLAOBOD))
    table = accessibility(two, tiny_area, types=["PSY-COU"], level=level).table
    assert (table["PSY-COU_services_asked"] * table["people"]).sum() / 100_000 == pytest.approx(2)


def test_two_services_at_one_place_count_twice(tiny_area):
    result = accessibility(view(counselling(), counselling(name="Other")), tiny_area, types=["PSY-COU"])
    assert result.total["PSY-COU_services_asked"] == pytest.approx(200 / 240)


def test_known_places_are_counted_and_unknown_ones_not_guessed(tiny_area):
    """24 places for 240,000 people are one for each 10,000; the other service does not say."""
    one, other = counselling(), service("PSY-COU", at=QULLAOBOD)
    said = WithCapacity([one, other], [(one.id, 20.0, 24.0, "places")])
    result = accessibility(said, tiny_area, types=["PSY-COU"])
    assert result.total["PSY-COU_places_asked"] == pytest.approx(1)
    assert any("places are known of 1 of 2 services" in str(one) for one in result.caveats)
    near_unknown = WithCapacity([counselling(), other], [(other.id, 5.0, None, None)])
    text = accessibility(near_unknown, tiny_area, types=["PSY-COU"], minutes=20).text("XT-W2", "PSY-COU_places", "en")
    assert text == "not known", "a service is near whose capacity nobody told"


def test_things_that_are_not_the_same_are_not_added_up(tiny_area):
    entries = [counselling(name=name) for name in "ABC"]
    kinds = [
        (entries[0].id, 8.0, None, "beds"),
        (entries[1].id, 4.0, None, "beds"),
        (entries[2].id, 99.0, None, "a month"),
    ]
    result = accessibility(WithCapacity(entries, kinds), tiny_area, types=["PSY-COU"])
    assert result.total["PSY-COU_places_asked"] == pytest.approx(12 / 24)


def test_without_any_capacity_no_places_are_told(tiny_area):
    result = accessibility(view(counselling()), tiny_area, types=["PSY-COU"])
    assert "PSY-COU_places" not in result.table
    assert any("each service counts the same" in str(one) for one in result.caveats)


def test_nothing_to_visit_is_not_the_same_as_nothing(tiny_area):
    hidden = service("HLT-EME", places=[place(unit="XT-W2", precision="area")])
    listed = view(counselling(), service("LEG-INF", covers=["XT-W"]), hidden)
    result = accessibility(listed, tiny_area, types=["PSY-COU", "LEG-INF", "HLT-EME", "LEG-REP"])
    assert result.table.at["XT-W2", "HLT-EME_services"] > 0, "at the largest place of its district"
    assert result.text("XT-W2", "LEG-REP_services", "en") == "none listed"
    assert "only by phone" in result.text("XT-W2", "LEG-INF_none", "en")


def test_secret_types_are_left_out_and_said_to_be(tiny_area):
    result = accessibility(view(counselling()), tiny_area, types=["PSY-COU", "ACC-VOT"])
    assert not [key for key in result.table if key.startswith("ACC-VOT")]
    assert any("Not published here, whatever there is" in str(one) for one in result.caveats)


def test_nobody_lives_somewhere(tiny_area):
    result = accessibility(view(counselling()), without_people(tiny_area, "XT-E1"), types=["PSY-COU"])
    assert result.text("XT-E1", "PSY-COU_none", "en") == "does not apply"


def test_where_services_are_thin_and_ample_is_said(tiny_area):
    also = [str(one) for one in accessibility(view(counselling()), tiny_area, types=["PSY-COU"]).also]
    assert also[0].startswith("The fewest fall to the people of Kuldara District: 0.")


def test_options_must_make_sense(tiny_area):
    with pytest.raises(InvalidRecord, match="choose between 1 and 1440"):
        accessibility(view(), tiny_area, minutes=0)
    with pytest.raises(NotFound, match="NOPE"):
        accessibility(view(), tiny_area, types=["NOPE"])


def test_slopes_by_direction_are_minded(tiny_area):
    """Where a study area counts the way up and down, points are searched one by one; level ground changes nothing."""
    plain = accessibility(view(counselling()), tiny_area, types=["PSY-COU"]).table
    towards = accessibility(view(counselling()), lowered(tiny_area, direction="towards"), types=["PSY-COU"]).table
    ends = [key for key in plain if "none" not in key or key.endswith("_asked")]  # fewer things vary there
    assert np.allclose(plain[ends].to_numpy(float), towards[ends].to_numpy(float))
