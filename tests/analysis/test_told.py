"""Freshness, activities, funding, change, destinations, cases and standards: what is told, counted by hand."""

import datetime as dt
from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest

from mapping.analysis.adequacy.cases import cases
from mapping.analysis.adequacy.standards import met_and_known, standards
from mapping.analysis.reliability.change import change
from mapping.analysis.reliability.freshness import freshness
from mapping.analysis.reliability.funding import funding
from mapping.analysis.supply.activities import activities
from mapping.analysis.supply.destinations import destinations
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, UnsafePublication
from tests.analysis.invented import CHASHMA, QULLAOBOD, TODAY, activity, lowered, place, service, view
from tests.analysis.test_every import check

WEST, EAST = "XT-W", "XT-E"


def test_a_line_without_a_number_counts_as_nothing(tiny_area):
    line = replace(service("IDN-HOT"), phones=())
    assert not any((line.listed, line.active, line.confirmed, line.offered))
    assert freshness(view(line), tiny_area).total["services"] == 0


def test_freshness_by_region(tiny_area):
    entries = [service("PSY-COU", at=CHASHMA, freshness=each) for each in ("fresh", "due", "overdue", "lapsed")]
    closed = service("PSY-COU", at=CHASHMA, status="defunct", freshness="lapsed")
    result = freshness(view(*entries, closed, service("IDN-HOT", freshness="unverified")), tiny_area)
    assert result.table.loc[WEST, ["fresh", "due", "overdue", "lapsed", "unverified"]].tolist() == [0.25] * 4 + [0]
    assert result.text(EAST, "fresh", "en") == "none listed"
    assert result.total == {"services": 5} | dict.fromkeys(("fresh", "due", "overdue", "lapsed", "unverified"), 0.2)
    assert str(result.finding) == "40% of the listed services were checked in time"
    assert str(result.caveats[-1]).endswith("in the line of the country only: 1."), "4 in the rows and 5 in all"


def did(unit, by, kind="PRV-AWA", start="2026-01-01", end="2026-12-31", status="ongoing", **fields):
    return activity(kind, unit, status, organization_id=by, start=start, end=end, **fields)


def test_who_does_what_where_and_when(tiny_area):
    rows = [
        did("XT-W1", "a", reached=100),
        did("XT-W1", "b", start="2026-06-01"),  # overlaps
        did("XT-W2", "c", reached=50),  # another place
        did("XT-W1", "a", kind="PRV-SCH"),
        did("XT-W1", "a", kind="PRV-SCH", start="2026-03-01"),  # the same body
        did("XT-E1", "a", end="2026-11-23", implementer_id="d"),  # ended yesterday
        did("XT-E1", "a", status="planned"),
        did("XT", "e"),  # the whole country
    ]
    result = activities(view(service("PSY-COU", at=CHASHMA), activities=rows), tiny_area)
    west = result.table.loc[WEST]
    assert west[["organizations", "activities", "ongoing", "overlaps", "reached", "services"]].tolist() == [
        3,
        5,
        5,
        1,
        150,
        1,
    ]
    label = next(column.label for column in result.columns if column.key == "overlaps")
    assert str(label).endswith("region by region"), "added up, so that it may be more than there are kinds"
    assert result.total["overlaps"] == result.table["overlaps"].sum()
    east = result.table.loc[EAST]
    assert east[["organizations", "activities", "ongoing", "planned", "ended", "services"]].tolist() == [
        2,
        2,
        0,
        1,
        1,
        0,
    ]
    assert result.text(EAST, "reached", "en") == "not known", "nobody told, or so few that it is hidden"
    assert (result.total["activities"], result.total["organizations"]) == (8, 5)
    assert (west["PRV-SCH"], east["PRV-AWA"]) == (2, 2)
    assert any("wider area" in str(each) for each in result.caveats)
    assert any("without any listed service: 1" in str(each) for each in result.also)


def paid(entry, until, **fields):
    return {"service_id": entry.id, "organization_id": None, "valid_to": until} | fields


def test_who_loses_reach_where_funding_ends(tiny_area):
    """Within 22 minutes of Chashma are its 100 thousand and Hamvor's 15; of Qullaobod its 30 and Hamvor (21)."""
    ends, stays = service("PSY-COU", at=CHASHMA), service("PSY-COU", at=QULLAOBOD)
    rows = [paid(ends, "2027-03-31"), paid(stays, None)]
    given = view(ends, stays, funding=rows, audience="focal_point")
    result = funding(given, tiny_area, minutes=22)
    alone = funding(view(ends, funding=rows[:1], audience="focal_point"), tiny_area, minutes=22)
    assert (result.total["ending"], result.total["services"], result.total["silent"]) == (1, 2, 1)
    assert [result.table[key].idxmax() for key in ("ending", "silent")] == ["XT-W2", "XT-E1"]
    assert alone.total["losing_asked"] == pytest.approx(115_000, abs=500)
    assert result.total["losing_asked"] == pytest.approx(100_000, abs=500)
    assert result.total["losing_low"] <= result.total["losing"] <= result.total["losing_high"]
    assert funding(given, tiny_area, months=4).total["ending"] == 0, "24 March 2027"


def test_who_pays_without_an_end_is_enough(tiny_area):
    entry = service("PSY-COU", at=CHASHMA)
    both = [paid(entry, "2026-12-31"), paid(entry, None)]
    assert funding(view(entry, funding=both, audience="focal_point"), tiny_area).figures == {}
    later = [paid(entry, "2026-12-31"), paid(entry, "2028-12-31")]
    assert funding(view(entry, funding=later, audience="focal_point"), tiny_area).total["ending"] == 0


def test_funding_of_the_body_counts_where_the_service_has_none(tiny_area):
    entry = service("PSY-COU", at=CHASHMA)
    row = {"service_id": None, "organization_id": entry.organization.id, "valid_to": "2026-12-31"}
    assert funding(view(entry, funding=[row], audience="focal_point"), tiny_area).total["ending"] == 1


def test_without_funding_in_the_view_nothing_is_said_to_end(tiny_area):
    result = funding(view(service("PSY-COU", at=CHASHMA)), tiny_area)
    assert result.text("XT-W2", "losing", "en") == "not published here"
    assert "losing" not in result.total
    assert funding(view(audience="focal_point"), tiny_area).text("XT-W2", "losing", "en") == "not known"


def test_what_is_new_closed_and_moved(tiny_area):
    stays, goes, moves = (service("PSY-COU", at=CHASHMA, name=name) for name in ("stays", "goes", "moves"))
    before = replace(view(stays, goes, moves), edition=TODAY - dt.timedelta(days=90))
    comes = service("PSY-COU", at=QULLAOBOD, name="comes")
    moved = replace(moves, places=(place(QULLAOBOD),))
    shut = replace(goes, status="temporarily closed")
    result = change(view(stays, shut, moved, comes), tiny_area, previous=before)
    assert result.table.loc[WEST].tolist() == [3, 1, 0, 1, 0]
    assert result.table.loc[EAST].tolist() == [0, 2, 1, 0, 1]
    assert result.total == {"before": 3, "now": 3, "new": 1, "closed": 1, "moved": 1}
    assert "26 August 2026" in str(result.finding)


def test_without_an_earlier_edition_nothing_is_called_new(tiny_area):
    result = change(view(service("PSY-COU", at=CHASHMA)), tiny_area)
    assert result.text(WEST, "new", "en") == "not known"
    assert result.total == {"now": 1}


def test_only_editions_for_the_same_readers_are_compared(tiny_area):
    with pytest.raises(UnsafePublication):
        change(view(), tiny_area, previous=view(audience="focal_point"))
    with pytest.raises(InvalidRecord):
        change(view(), tiny_area, previous=replace(view(), edition=TODAY + dt.timedelta(days=1)))


def test_help_abroad_by_country(tiny_area):
    entries = [
        service("RET-CON", places=[place(unit=None, precision="exact", country="XN")], name=name) for name in "ab"
    ]
    result = destinations(view(*entries, service("PSY-COU", at=CHASHMA)), tiny_area)
    assert result.table.loc["XT", ["services", "bodies", "XN"]].tolist() == [2, 2, 2]
    assert result.text("XT", "XN", "en") == "2"


def test_where_abroad_the_most_is_listed(tiny_area):
    entries = [
        service("RET-CON", places=[place(unit=None, precision="exact", country=code)], name=name)
        for code, name in (("KZ", "a"), ("XN", "b"), ("XN", "c"), ("RU", "d"))
    ]
    assert "The most is listed in: Hamsoya, 2." in [str(each) for each in destinations(view(*entries), tiny_area).also]


def test_a_destination_without_help_is_named(tiny_area):
    settings = tiny_area.settings.model_copy(update={"destinations": ("XN",)})
    result = destinations(view(), _with(tiny_area, settings))
    assert result.text("XT", "XN", "en") == "none listed"
    assert "Nothing is listed in: Hamsoya." in [str(each) for each in result.also]


def _with(area, settings):
    changed = lowered(area)
    changed._changes["settings"] = settings
    return changed


def count(number, year=2024, measure="victims_identified", source="Office", **fields):
    blank = dict.fromkeys(
        ("area_unit", "place", "sex", "age_band", "exploitation", "nationality", "law_article", "definition", "period")
    )
    row = {"year": year, "measure": measure, "count": number, "source": source, "unit_of_count": "persons"}
    return blank | row | {"suppressed": number is None} | fields


def test_sources_that_disagree_stay_apart(tiny_area):
    rows = [count(120), count(24, source="Report"), count(30, 2023), count(8, 2022), count(50, sex="male")]
    result = cases(view(case_count=rows), tiny_area)
    shown = {str(column.label): result.text("XT", column.key, "en") for column in result.columns}
    assert shown == {
        "Victims identified, 2022: Office": "not published here",
        "Victims identified, 2023: Office": "30",
        "Victims identified, 2024: Office": "120",
        "Victims identified, 2024: Report": "24",
    }
    assert result.figures["spread"].value == 5
    assert "is 24 or 120" in str(result.finding)
    assert result.figures["rate"].value == pytest.approx(120 / 2.4)
    assert [(curve.x, curve.y) for curve in result.curves] == [((2023, 2024), (30, 120)), ((2024,), (24,))]


def test_what_the_country_has_a_phrase_for_is_said_in_each_language(tiny_area):
    phrases = ({"en": "sale of children", "ru": "продажа детей"}, {"en": "Office", "ru": "Бюро"})
    settings = tiny_area.settings.model_copy(update={"phrases": phrases})
    rows = [
        count(20, 2022, source="office", definition="Продажа детей", law_article="9"),
        count(30, 2023, source="Office", definition="other things"),
    ]
    area = _with(tiny_area, settings)
    area._changes["phrase"] = partial(StudyArea.phrase, area)
    result = cases(view(case_count=rows), area)
    sold, other = (column.label for column in result.columns)
    assert sold.into("ru").endswith("2022: Бюро, продажа детей, статья 9 Уголовного кодекса")
    assert sold.into("en").endswith("2022: Office, sale of children, article 9 of the criminal code")
    assert other.into("ru").endswith("2023: Бюро, other things")


def test_half_a_year_does_not_contradict_a_whole_one(tiny_area):
    half = count(8, measure="crimes_registered_narrow", period="Jan-Jun", printed=True)
    assert "cannot be compared" in str(
        cases(view(case_count=[half, count(86, measure="crimes_registered")]), tiny_area).finding
    )
    other = count(9, measure="crimes_registered_narrow", period="Jan-Jun", source="Report", printed=True)
    assert "is 8 or 9" in str(cases(view(case_count=[half, other]), tiny_area).finding)


def test_two_definitions_are_two_things_and_no_disagreement(tiny_area):
    """86 crimes in a wide sense and, of them, 53 of illegal labour migration contradict each other as little as 24."""
    wide = count(86, measure="crimes_registered", definition="trafficking in a wide sense")
    part = count(53, measure="crimes_registered", definition="illegal labour migration", source="Report")
    result = cases(view(case_count=[wide, part]), tiny_area)
    assert "spread" not in result.figures
    assert str(result.finding) == "Numbers of cases cannot be compared: “Crimes registered” is counted in 2 ways"
    assert result.figures["ways"].value == 2
    unsaid = count(60, measure="crimes_registered", source="Paper")
    for order in permutations([wide, part, unsaid]):
        assert "is 60 or 86" in str(cases(view(case_count=order), tiny_area).finding)


def test_a_few_months_are_no_year(tiny_area):
    rows = [count(40, period="Jan-Jun"), count(90, 2023)]
    result = cases(view(case_count=rows), tiny_area)
    assert result.figures["rate"].value == pytest.approx(90 / 2.4)
    assert "Victims identified, 2024, months 1 to 6: Office" in [str(column.label) for column in result.columns]


def test_cases_of_regions_stand_at_their_level(tiny_area):
    result = cases(view(case_count=[count(20, area_unit=WEST), count(120)]), tiny_area, level=1)
    (column,) = result.columns
    assert [result.text(unit, column.key, "en") for unit in (WEST, EAST)] == ["20", "not known"]


def summed(family, standard, met, partly=0, not_met=0, unknown=0):
    return {
        "family": family,
        "standard": standard,
        "met": met,
        "partly": partly,
        "not_met": not_met,
        "unknown": unknown,
        "providers": 3,
    }


def test_standards_by_family(tiny_area):
    rows = [summed("LEG", "STD-001", 3, 1), summed("LEG", "STD-002", 0, 0, 3, 1), summed("PSY", "STD-001", 4)]
    result = standards(view(standard_summary=rows), tiny_area)
    assert result.table.loc["XT", ["LEG_met", "LEG_partly", "LEG_not_met", "LEG_unknown", "LEG_answers"]].tolist() == [
        3 / 7,  # of the answers that could be given
        1 / 7,
        3 / 7,
        1 / 8,
        8,
    ]
    assert result.table.at["XT", "STD-002"] == 0
    assert result.table.at["XT", "STD-001"] == 7 / 8
    assert str(result.finding) == "Minimum standards are met by 64% of the answers that may be shown", "7 of 11"
    assert "Legal aid" in str(result.also[1])


def test_no_item_is_judged_by_fewer_answers_than_make_an_aggregate(tiny_area):
    """Three organizations answered STD-003, of which two could not say: one "not met" is no share of 0%."""
    rows = [summed("LEG", "STD-001", 3, 1), summed("LEG", "STD-003", 0, 0, 1, 2), summed("PSY", "STD-004", 0, 0, 2, 1)]
    given = view(standard_summary=rows)
    result = standards(given, tiny_area)
    assert result.groups["items"] == ("STD-001",)
    assert not any(word in " ".join(map(str, result.also)) for word in ("0%", "Psycho"))
    assert met_and_known(given, tiny_area) == {"STD-001": (3, 4)}


@pytest.mark.parametrize("level", [0, 1, 2])
def test_results_of_full_tables_can_be_shown_in_every_language(tiny_area, level):
    entry = service("PSY-COU", at=CHASHMA)
    given = view(
        entry,
        activities=[did("XT-W1", "a", reached=100)],
        audience="focal_point",
        case_count=[count(120), count(24, source="Report"), count(None, 2023), count(20, area_unit=WEST)],
        standard_summary=[summed("LEG", "STD-001", 3, 1)],
        funding=[paid(entry, "2026-12-31")],
    )
    for analysis in (activities, cases, change, destinations, freshness, funding, standards):
        check(analysis(given, tiny_area, level=level), tiny_area)
    check(change(given, tiny_area, level=level, previous=replace(given, edition=TODAY)), tiny_area)
