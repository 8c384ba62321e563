"""Coverage with limited capacity in Orzustan (tests/tiny/README.md), people in thousands.

Within an hour of Chashma live, by the length of the way: Chashma 100 (0 min), Hamvor 15 (14), Qullaobod 30 (23), a
village 20 (35), another 5 (46): 170. Within an hour of Qullaobod: itself 30, Hamvor 15 (21), Chashma 100 (23), a
village in the north 20 (46), the village of 5 (53) and that of 20 (58): 190.
"""

import pytest

from mapping.analysis.access.equity import equity
from mapping.analysis.adequacy.capacity import capacity
from mapping.errors import InvalidRecord, NotFound, UnsafePublication
from mapping.language.i18n import Message
from mapping.result import Figure
from tests.analysis.invented import CHASHMA, QULLAOBOD, place, service, view, without_people

SHARES = ("served", "full", "none")


def counselling(at=CHASHMA, **options):
    return service("PSY-COU", at=at, **options)


def test_a_service_takes_the_nearest_until_it_is_full(tiny_area):
    result = capacity(view(counselling()), tiny_area, serves=120_000)
    assert [result.total[f"{key}_asked"] for key in SHARES] == pytest.approx([120 / 240, 50 / 240, 70 / 240])
    shares = {
        "XT-W1": (0, 0, 1),
        "XT-W2": (100 / 120, 20 / 120, 0),
        "XT-E1": (5 / 40, 25 / 40, 10 / 40),
        "XT-E2": (15 / 20, 5 / 20, 0),
    }
    for unit, parts in shares.items():
        assert result.table.loc[unit, [f"{key}_asked" for key in SHARES]].tolist() == pytest.approx(parts), unit


def test_the_finding_gives_the_number_that_each_service_takes(tiny_area):
    result = capacity(view(counselling()), tiny_area, serves=120_000)
    served, full, none = (write(*(result.total[f"{key}{end}"] for end in ENDS)) for key in ("served", "full", "none"))
    room = f"There is room for {served} of the people, if one service is for 120,000 people"
    assert served.startswith("50%")
    assert str(result.finding).startswith(room)
    also = f"{full} of the people live near enough, but there is no room for them; {none} have none within 60 minutes."
    assert str(result.also[0]) == also


ENDS = ("", "_low", "_high")


def write(value, low, high):
    return Figure(value, "share", Message(""), low, high).text("en")


def told(entry, most, kind="people a month"):
    return {"service_id": entry.id, "description": kind, "maximum": most, "available": None}


def test_a_service_that_told_its_capacity_takes_as_much_more_or_less_than_the_usual_one(tiny_area):
    """Told are 10 and 30 a month, in another measure 999: usual is 20. Chashma takes half of 60,000, Qullaobod 90,000.

    Qullaobod has more people around and is filled first: 30, 15, 45 of Chashma; Chashma then takes 30 of its own 55,
    and with a usual one beside it all 55, 20 and 5.
    """
    small, large, other = counselling(), counselling(QULLAOBOD), counselling(CHASHMA, name="Other")
    rows = [told(small, 10), told(large, 30)]
    result = capacity(view(small, large, service_capacity=rows), tiny_area, serves=60_000)
    assert result.total["served_asked"] == pytest.approx(120 / 240)
    assert any(str(caveat).startswith("2 of 2 services said") for caveat in result.caveats)
    rows.append(told(other, 999, kind="beds"))
    more = capacity(view(small, large, other, service_capacity=rows), tiny_area, serves=60_000)
    assert more.total["served_asked"] == pytest.approx(170 / 240), "one that counts in another thing is usual"
    assert any(str(caveat).startswith("2 of 3 services said") for caveat in more.caveats)


def test_with_room_for_all_it_is_plain_coverage(tiny_area):
    plain = capacity(view(counselling()), tiny_area, serves=1_000_000)
    assert plain.total["served_asked"] == pytest.approx(170 / 240)
    assert plain.total["full_asked"] == 0


def test_who_has_none_near_is_the_same_number_as_elsewhere(tiny_area):
    both = view(counselling(), counselling(QULLAOBOD))
    limited, even = capacity(both, tiny_area, serves=30_000), equity(both, tiny_area, type="PSY-COU")
    for key in ("none", "none_low", "none_high"):
        assert limited.table[key].tolist() == even.table[key].tolist()
        assert limited.total[key] == even.total[key]


@pytest.mark.parametrize("serves", [1, 30_000, 90_000, 10**9])
def test_the_three_shares_are_all_people(tiny_area, serves):
    result = capacity(view(counselling(), counselling(QULLAOBOD)), tiny_area, serves=serves)
    assert result.table[list(SHARES)].sum(axis=1).tolist() == pytest.approx([1] * 4)


def test_two_services_at_one_place_take_twice_as_many(tiny_area):
    result = capacity(view(counselling(), counselling()), tiny_area, serves=60_000)
    assert result.total["served_asked"] == pytest.approx(120 / 240)


def test_the_one_with_most_people_around_is_filled_first_and_the_range_holds_the_other_order(tiny_area):
    """First Qullaobod takes 30, 15 and 55 of Chashma, which then takes its 45, 20 and 5; the north has 20 left over.

    The other way round Chashma takes its own 100, and Qullaobod has room for all others.
    """
    result = capacity(view(counselling(), counselling(QULLAOBOD)), tiny_area, serves=100_000)
    assert result.total["served_asked"] == pytest.approx(170 / 240)
    assert result.table.at["XT-W1", "served_asked"] == 0
    assert result.figures["served"].high >= 190 / 240 - 1e-9


def test_the_range_holds_other_seasons(tiny_area):
    figure = capacity(view(counselling()), tiny_area, serves=1_000_000).figures["served"]
    assert figure.low <= 135 / 240  # within an hour in winter
    assert figure.high >= 170 / 240


def test_without_a_number_the_norm_is_taken_and_named(tiny_area):
    """One rape crisis centre for 200,000 women, who are a little more or less than half of the people."""
    country = tiny_area.units(0)
    people = round(200_000 * country["people"].sum() / country["women"].sum())
    many = view(*(counselling() for _ in range(3)))
    norm, asked = capacity(many, tiny_area), capacity(many, tiny_area, serves=people)
    assert str(norm.finding) == str(asked.finding)
    assert norm.total == asked.total
    assert any("200,000 women" in str(origin.name) for origin in norm.inputs)
    assert not any("200,000 women" in str(origin.name) for origin in asked.inputs)


def test_where_no_norm_speaks_it_is_not_known_whom_there_is_room_for(tiny_area):
    result = capacity(view(service("LEG-INF", at=CHASHMA)), tiny_area, type="LEG-INF")
    assert "is not known" in str(result.finding)
    assert set(result.states["served"]) == set(result.states["full"]) == {"unknown"}
    assert set(result.states["none"]) == {""}
    assert result.total["none_asked"] == pytest.approx(70 / 240)
    assert not {"served", "full"} & result.total.keys()
    assert not result.figures
    assert not result.also


def test_a_service_whose_area_alone_is_shown_stands_at_its_largest_place(tiny_area):
    shown, by_area = (
        capacity(view(counselling(None, places=[one])), tiny_area).table
        for one in (place(CHASHMA), place(unit="XT-W2", precision="area"))
    )
    assert by_area["served_asked"].tolist() == shown["served_asked"].tolist()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"serves": 0}, InvalidRecord),
        ({"type": "nothing"}, NotFound),
        ({"type": "ACC-VOT"}, UnsafePublication),
        ({"minutes": 0}, InvalidRecord),
    ],
)
def test_what_makes_no_sense_is_refused(tiny_area, options, error):
    with pytest.raises(error):
        capacity(view(counselling()), tiny_area, **options)


def test_without_services_or_people_nothing_is_claimed(tiny_area):
    nothing, nobody = (
        capacity(view(), tiny_area),
        capacity(view(counselling()), without_people(tiny_area, *tiny_area.unit_codes)),
    )
    assert set(nothing.states["served"]) == {"none listed"}
    assert set(nobody.states["served"]) == {"not applicable"}
    assert not nothing.figures
    assert not nobody.figures
    assert str(nothing.finding) == "No service is listed that people could travel to: “Psychosocial counselling”"
