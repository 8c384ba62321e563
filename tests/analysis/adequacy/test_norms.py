"""Norms against what is listed.

Orzustan has 180,000 people in the west (91,600 women) and 60,000 in the east (30,700).
"""

import math
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.analysis.adequacy.norms import countable, norms
from mapping.area.study_area import StudyArea
from tests.analysis.invented import CHASHMA, QULLAOBOD, Changed, activity, service, statement, view
from tests.support.examples import examples

WEST, EAST = "XT-W", "XT-E"


def column(result, key):
    return result.table[key].to_dict()


def test_the_short_table_says_what_is_needed_beside_what_is_there(tiny_area):
    result = norms(view(), tiny_area)
    assert result.headline[-3:] == ("N05_needed", "N05_listed", "N05_missing")
    assert {"N03_needed", "N03_listed", "N03_missing"} <= set(result.headline)


def test_what_is_needed_by_hand(tiny_area):
    """One family place for 10,000 people: 18 and 6. One centre for 200,000 women: 1 and 1, though 122,300 need one."""
    result = norms(view(), tiny_area)
    assert column(result, "N01_needed") == {WEST: 18, EAST: 6}
    assert column(result, "N02_needed") == {WEST: 1, EAST: 1}
    assert column(result, "N03_needed") == column(result, "N04_needed") == {WEST: 1, EAST: 1}
    assert column(result, "N05_needed") == {WEST: 1, EAST: 1}
    assert {key: result.total[f"{key}_needed"] for key in ("N01", "N02", "N03", "N05")} == {
        "N01": 24,
        "N02": 2,
        "N03": 2,
        "N05": 1,
    }


def test_the_census_of_2020_asks_for_966_family_places(tj_area):
    """9,657,005 people by 10,000 are 965.7. Each region rounded up by itself makes 967:

    Sughd 2,769,261 (277), Khatlon 3,436,420 (344), Dushanbe 948,251 (95), Republican districts 2,275,157 (228),
    Badakhshan 227,916 (23).
    """
    result = norms(view(), tj_area)
    assert result.total["N01_needed"] == 966
    assert sorted(column(result, "N01_needed").values()) == [23, 95, 228, 277, 344]
    assert result.figures["N01_needed"].text("en") == "966"
    assert str(result.also[0]) == (
        "One family place in a shelter for 10,000 people: needed 966. What there is, is not published here."
    )


def test_listed_and_missing_by_hand(tiny_area):
    """Two counsellors in the west, none in the east: the one for 200,000 women is there, and missing in the east."""
    result = norms(view(service("PSY-COU", at=CHASHMA), service("PSY-COU", at=CHASHMA, name="B")), tiny_area)
    assert column(result, "N03_listed") == {WEST: 2, EAST: 0}
    assert column(result, "N03_missing") == {WEST: 0, EAST: 1}
    assert result.total["N03_listed"] == 2
    assert result.total["N03_needed"] == 2, "one in each region, since each rounds up"
    assert result.total["N03_missing"] == 1, "what one region has too many does not help the other"
    assert result.text(WEST, "N03_listed", "en") == "2"
    assert result.text(EAST, "N03_listed", "en") == "none listed"


def test_a_service_in_two_regions_meets_the_need_of_both(tiny_area):
    both = service("PSY-COU", places=[*service("PSY-COU", at=CHASHMA).places, *service("PSY-COU", at=QULLAOBOD).places])
    result = norms(view(both), tiny_area)
    assert column(result, "N03_listed") == {WEST: 1, EAST: 1}
    assert (result.total["N03_needed"], result.total["N03_listed"], result.total["N03_missing"]) == (2, 2, 0)


@settings(max_examples=examples(12))
@given(west=st.integers(0, 3), east=st.integers(0, 3))
def test_needed_is_what_is_there_but_for_what_is_beyond_and_what_is_missing(west, east, tiny_area):
    services = [service("PSY-COU", at=CHASHMA, name=f"W{n}") for n in range(west)]
    services += [service("PSY-COU", at=QULLAOBOD, name=f"E{n}") for n in range(east)]
    total = norms(view(*services), tiny_area).total
    beyond = max(west - 1, 0) + max(east - 1, 0)
    assert total["N03_needed"] == total["N03_listed"] - beyond + total["N03_missing"]


def test_a_national_line_must_reach_every_region(tiny_area):
    assert column(norms(view(service("IDN-HOT")), tiny_area), "N05_missing") == {WEST: 0, EAST: 0}
    assert column(norms(view(service("IDN-HOT", covers=[EAST])), tiny_area), "N05_missing") == {WEST: 1, EAST: 0}


def test_what_is_overdue_does_not_meet_a_norm_and_is_not_simply_missing(tiny_area):
    result = norms(view(service("PSY-COU", at=CHASHMA, freshness="lapsed")), tiny_area)
    assert result.text(WEST, "N03_listed", "en") == "0 (check overdue)"
    assert result.text(WEST, "N03_missing", "en") == "not known"
    assert result.text(EAST, "N03_missing", "en") == "1"
    assert result.total["N03_listed"] == 0


def test_what_was_only_reported_is_not_simply_missing(tiny_area):
    result = norms(view(activities=[activity("HLT-CMR", EAST)]), tiny_area)
    assert result.text(EAST, "N04_missing", "en") == "not known"
    assert result.text(WEST, "N04_missing", "en") == "1"


def test_a_service_from_elsewhere_does_not_meet_a_norm(tiny_area):
    result = norms(view(service("PSY-COU", at=CHASHMA, covers=[EAST])), tiny_area)
    assert column(result, "N03_missing") == {WEST: 0, EAST: 1}
    assert result.text(EAST, "N03_listed", "en") == "0 (only by phone or visit)"


def test_of_secret_types_the_need_is_published_and_nothing_else(tiny_area):
    result = norms(view(said=[statement("ACC-GBV", WEST)]), tiny_area)
    assert column(result, "N01_listed") == column(result, "N02_listed") == {WEST: "line", EAST: "not published"}
    assert not {"N01_missing", "N02_missing"} & set(result.table)
    assert "N01_listed" not in result.total
    assert result.text(EAST, "N01_listed", "en") == "not published here"
    for language in ("en", "ru", "tg", "uz"):
        assert "24" in result.also[0].into(language)


def test_the_finding_counts_norms_that_are_met_everywhere(tiny_area):
    """Open norms: counselling, care after sexual violence, a line."""
    assert str(norms(view(), tiny_area).finding) == ("Met in every region: 0 of the 3 norms that can be counted openly")
    line = norms(view(service("IDN-HOT")), tiny_area)
    assert str(line.finding) == "Met in every region: 1 of the 3 norms that can be counted openly"
    assert line.finding.into("ru") == ("В каждом регионе выполнено норм: 1 из 3, которые можно посчитать открыто")
    old = norms(view(service("IDN-HOT", freshness="lapsed")), tiny_area)
    assert str(old.finding).endswith("0 of the 3 norms that can be counted openly; 1 cannot be judged everywhere")


def test_each_norm_is_a_sentence_with_its_numbers(tiny_area):
    result = norms(view(service("PSY-COU", at=CHASHMA)), tiny_area)
    assert (
        "One rape crisis centre for 200,000 women: needed 2, confirmed 1, missing 1. Regions that have too few: 1."
    ) in [str(one) for one in result.also]


def test_norms_whose_source_nobody_saw_are_drafts(tiny_area):
    """N06, one counselling centre for 50,000 women, is remembered, not seen: 91,600 women need 2, 30,700 need 1."""
    assert "N06" not in norms(view(), tiny_area).groups
    drafts = norms(view(), tiny_area, drafts=True)
    assert column(drafts, "N06_needed") == {WEST: 2, EAST: 1}
    assert drafts.total["N06_needed"] == 3


def test_only_norms_that_can_be_counted_by_unit_take_part(tiny_area):
    codes = [norm.term.code for norm in countable(tiny_area, drafts=True)]
    assert codes == ["N01", "N02", "N03", "N04", "N05", "N06"]


def test_a_census_without_women_leaves_their_norms_out_and_says_so(tiny_area):
    without = Changed(tiny_area, units=lambda level=None: tiny_area.units(level).drop(columns=["women", "men"]))
    result = norms(view(), without)
    assert list(result.groups) == ["N01", "N02", "N05"]
    assert any("women are not counted apart here: One rape crisis centre" in str(one) for one in result.caveats)


@pytest.mark.parametrize(("count", "needed"), [(0, 0), (1, 1), (10_000, 1), (10_001, 2), (9_657_005, 966)])
def test_what_is_needed_is_rounded_up(count, needed, tiny_area):
    assert countable(tiny_area, drafts=False)[0].needed(count) == needed


def test_sources_and_caveats(tiny_area):
    result = norms(view(), tiny_area)
    assert any("CoE 2008" in one.source for one in result.inputs)
    assert any("violence against women" in str(one) for one in result.caveats)
    assert any("Everything on this map is invented." in str(one) for one in result.caveats)


def test_levels(tiny_area):
    assert list(norms(view(), tiny_area, level=2).table.index) == tiny_area.unit_codes
    assert norms(view(), tiny_area, level=0).table.at["XT", "N01_needed"] == 24


def test_a_country_has_norms_of_its_own(tiny_copy):
    """Orzustan replaces N01, takes N03 out and adds a norm for legal advice: 160,600 people need 4 for 50,000."""
    (tiny_copy / "norms.csv").write_text(
        "code,service_type,value,per,base,source,label_en,label_ru,label_tg\n"
        "N01,ACC-GBV,2,10000,people,Order 7 of 2025,Two places for 10000,Два места на 10000,Ду ҷой\n"
        "N03,,,,,,,,\n"
        "XT01,LEG-INF,1,50000,people,Order 8 of 2025,One office for 50000,Одно бюро на 50000,Як дафтар\n",
        "utf-8",
    )
    toml = (tiny_copy / "area.toml").read_text("utf-8")
    (tiny_copy / "area.toml").write_text(f'norms = "norms.csv"\n{toml}', "utf-8")
    area = StudyArea.load(tiny_copy)
    result = norms(view(service("LEG-INF", at=CHASHMA)), area)
    people = int(area.units(0)["people"].sum())
    assert list(result.groups) == ["N01", "N02", "N04", "N05", "XT01"]
    assert result.total["N01_needed"] == math.ceil(people * 2 / 10_000)
    assert result.total["XT01_needed"] == sum(math.ceil(count / 50_000) for count in area.units(1)["people"])
    assert "Order 8 of 2025" in [one.source for one in result.inputs]
    assert pickle.loads(pickle.dumps(area)).norms == area.norms
    assert StudyArea.faults(tiny_copy) == []
