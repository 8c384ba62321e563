"""The referral matrix: what each box says, and why."""

import pytest

from mapping.analysis.supply.nrm import PILLARS, nrm
from mapping.errors import InvalidRecord
from mapping.language.taxonomy import Vocabulary
from tests.analysis.invented import CHASHMA, QULLAOBOD, activity, place, service, statement, view

WEST, EAST = "XT-W", "XT-E"
CORE = [term.code for term in Vocabulary.load("service_types").terms() if term.matrix_row]
SECRET = [code for code in CORE if Vocabulary.load("service_types").term(code).audience != "public"]


def boxes(area, kind, *entries, **options):
    """Return the state and the shown number of a type in west and east."""
    result = nrm(view(*entries, **options), area)
    return [(result.states.at[unit, kind], result.table.at[unit, kind]) for unit in (WEST, EAST)]


def lawyer(**options):
    return service("LEG-INF", **({"at": CHASHMA} | options))


NONE = ("none listed", 0)


@pytest.mark.parametrize(
    ("entries", "west", "east"),
    [
        ([], NONE, NONE),
        ([lawyer()], ("single", 1), NONE),
        ([lawyer(), lawyer(at=QULLAOBOD)], ("single", 1), ("single", 1)),
        ([lawyer(), lawyer(), lawyer(freshness="overdue")], ("present", 3), NONE),
        # a place without a unit is found by its point, one without a point by its unit
        ([lawyer(places=[place(unit="XT-E2", precision="area")])], NONE, ("single", 1)),
        ([lawyer(places=[place(unit=WEST, precision="area")])], ("single", 1), NONE),
        # two places, two regions: one service in each
        ([lawyer(places=[place(CHASHMA), place(QULLAOBOD)])], ("single", 1), ("single", 1)),
        # two places in one region are one service
        ([lawyer(places=[place(CHASHMA), place(unit="XT-W1", precision="area")])], ("single", 1), NONE),
        # covering a region from elsewhere
        ([lawyer(covers=[WEST, EAST])], ("single", 1), ("only remote", 1)),
        ([lawyer(at=None, covers=["XT-E2"])], NONE, ("only remote", 1)),
        ([lawyer(at=None, covers=["XT"])], ("only remote", 1), ("only remote", 1)),
        ([lawyer(covers=[EAST]), lawyer(at=QULLAOBOD)], ("single", 1), ("single", 1)),
        # overdue, never checked, closed
        ([lawyer(freshness="lapsed")], ("stale", 1), NONE),
        ([lawyer(freshness="lapsed"), lawyer()], ("single", 1), NONE),
        ([lawyer(freshness="unverified")], ("unknown", 1), NONE),
        ([lawyer(freshness="unverified"), lawyer(freshness="lapsed")], ("unknown", 1), NONE),
        ([lawyer(status="temporarily closed"), lawyer(status="defunct")], NONE, NONE),
        # somewhere in the country, nobody may know where
        ([lawyer(places=[place(unit="XT", precision="area")])], ("unknown", 1), ("unknown", 1)),
        ([lawyer(places=[place(unit="XT", precision="area"), place(CHASHMA)])], ("single", 1), ("unknown", 1)),
        # by phone only and nothing said of where: it may be anywhere
        ([lawyer(at=None)], ("unknown", 1), ("unknown", 1)),
        ([lawyer(at=None), lawyer()], ("single", 1), ("unknown", 1)),
        # abroad; an unknown unit
        ([lawyer(places=[place(CHASHMA, country="XN")])], NONE, NONE),
        ([lawyer(places=[place(unit="XX-9", precision="area")])], NONE, NONE),
    ],
)
def test_what_a_box_says_of_a_function_with_a_place(tiny_area, entries, west, east):
    assert boxes(tiny_area, "LEG-INF", *entries) == [west, east]


@pytest.mark.parametrize(
    ("line", "west", "east"),
    [
        (service("IDN-HOT"), ("single", 1), ("single", 1)),
        (service("IDN-HOT", at=CHASHMA), ("single", 1), ("single", 1)),
        (service("IDN-HOT", covers=[EAST]), NONE, ("single", 1)),
        (service("IDN-HOT", at=CHASHMA, covers=["XT-E1"]), NONE, ("single", 1)),
        (service("IDN-HOT", freshness="lapsed"), ("stale", 1), ("stale", 1)),
    ],
)
def test_a_line_is_present_wherever_it_reaches(tiny_area, line, west, east):
    assert boxes(tiny_area, "IDN-HOT", line) == [west, east]


@pytest.mark.parametrize(
    ("team", "west", "east"),
    [
        (service("IDN-EMR", covers=["XT"]), ("single", 1), ("single", 1)),
        (service("IDN-EMR", at=CHASHMA), ("single", 1), NONE),
        (service("IDN-EMR"), ("unknown", 1), ("unknown", 1)),
    ],
)
def test_a_team_that_travels_is_present_where_it_goes(tiny_area, team, west, east):
    assert boxes(tiny_area, "IDN-EMR", team) == [west, east]


def test_what_is_only_reported_is_not_known(tiny_area):
    """An activity says that somebody is at work there; no service is listed."""
    assert boxes(tiny_area, "INC-VOC", activities=[activity("INC-VOC", "XT-E1")]) == [NONE, ("unknown", 0)]
    assert boxes(tiny_area, "INC-VOC", activities=[activity("INC", EAST)]) == [NONE, ("unknown", 0)]
    assert boxes(tiny_area, "INC-VOC", activities=[activity("INC-VOC", "XT-E1", "completed")]) == [NONE, NONE]
    assert boxes(tiny_area, "INC-VOC", activities=[activity(None, "XT-E1"), activity("INC-VOC", None)]) == [NONE, NONE]


def test_a_secret_type_is_never_missing_and_never_a_number(tiny_area):
    result = nrm(view(), tiny_area)
    assert SECRET, "the test would say nothing"
    for code in SECRET:
        assert result.column(code).kind == "state"
        for unit in (WEST, EAST):
            assert result.table.at[unit, code] == result.states.at[unit, code] == "not published"
            assert result.text(unit, code, "en") == "not published here"


@pytest.mark.parametrize(
    ("said", "west", "east"),
    [
        (statement("ACC-VOT", WEST), "line", "not published"),
        (statement("ACC-VOT", "XT-E1"), "not published", "line"),
        (statement("ACC", EAST), "not published", "line"),
        (statement("ACC-VOT"), "line", "line"),
        (statement("ACC-VOT", "XT"), "line", "line"),
        (statement("ACC-CHI", WEST), "not published", "not published"),
        (statement("", WEST), "not published", "not published"),
    ],
)
def test_only_a_statement_speaks_for_a_secret_type(tiny_area, said, west, east):
    result = nrm(view(said=[said]), tiny_area)
    assert result.table["ACC-VOT"].to_dict() == {WEST: west, EAST: east}


def test_what_activities_say_of_secret_types_is_not_repeated(tiny_area):
    result = nrm(view(activities=[activity("ACC-VOT", WEST)]), tiny_area)
    assert result.table.at[WEST, "ACC-VOT"] == "not published"


def test_a_secret_type_that_was_opened_is_shown(tiny_area):
    result = nrm(view(service("ACC-VOT", at=CHASHMA)), tiny_area)
    assert result.table["ACC-VOT"].to_dict() == {WEST: "single", EAST: "not published"}


def test_columns_are_the_core_functions_under_their_pillars(tiny_area):
    result = nrm(view(), tiny_area)
    assert [column.key for column in result.columns] == ["listed", "missing", "unclear", *CORE]
    assert sorted(code for codes in result.groups.values() for code in codes) == sorted(CORE)
    assert set(result.groups) == set(result.group_labels) == {f"pillar-{number}" for number in PILLARS}
    assert "IDN-HOT" in result.groups["pillar-1"]
    assert "JUS-POL" in result.groups["pillar-4"]
    assert result.layout == "matrix"


def test_sums_by_region(tiny_area):
    """West: a lawyer, a line, a stale counsellor, a shelter by phone. East: the line, a lawyer from afar."""
    result = nrm(
        view(
            lawyer(covers=[EAST]),
            service("IDN-HOT"),
            service("PSY-COU", at=CHASHMA, freshness="lapsed"),
            said=[statement("ACC-VOT", WEST)],
        ),
        tiny_area,
    )
    open_ones = len(CORE) - len(SECRET)
    assert result.table["listed"].to_dict() == {WEST: 3, EAST: 2}
    assert result.table["unclear"].to_dict() == {WEST: 1, EAST: 0}
    assert result.table["missing"].to_dict() == {WEST: open_ones - 3, EAST: open_ones - 2}
    assert result.figures["boxes"].value == 2 * open_ones + 1
    assert result.figures["listed"].value == pytest.approx(5 / (2 * open_ones + 1))
    assert result.figures["empty"].value == 2 * open_ones - 5


def test_states_and_counts_agree(tiny_area):
    result = nrm(view(lawyer(), lawyer(), service("IDN-HOT")), tiny_area)
    assert result.text(WEST, "LEG-INF", "en") == "2"
    assert result.text(EAST, "LEG-INF", "en") == "none listed"
    assert result.text(EAST, "IDN-HOT", "ru") == "1"
    assert nrm(view(lawyer(freshness="lapsed")), tiny_area).text(WEST, "LEG-INF", "en") == "1 (check overdue)"


def everything(area, but=()):
    """Return services of every open core type in each region, but for some (region, type)."""
    at = {WEST: CHASHMA, EAST: QULLAOBOD}
    return [
        service(code, at=at[unit], covers=[unit], name=unit)
        for code in CORE
        for unit in (WEST, EAST)
        if code not in SECRET and (unit, code) not in but
    ]


def test_the_finding_counts_empty_boxes_and_names_where_the_most_are(tiny_area):
    open_boxes = 2 * (len(CORE) - len(SECRET))
    full = nrm(view(*everything(tiny_area)), tiny_area)
    assert str(full.finding) == "No cell of the referral matrix is empty"
    assert full.finding.into("ru") == "В матрице перенаправления нет пустых клеток"
    one = nrm(view(*everything(tiny_area, [(EAST, "LEG-INF")])), tiny_area)
    assert str(one.finding) == (
        f"1 of {open_boxes} cells in the referral matrix is empty, the most in {tiny_area.label(EAST, 'en')}"
    )
    even = nrm(view(*everything(tiny_area, [(EAST, "LEG-INF"), (WEST, "PSY-COU")])), tiny_area)
    assert str(even.finding) == f"2 of {open_boxes} cells in the referral matrix are empty"
    nothing = nrm(view(), tiny_area)
    assert str(nothing.finding) == f"{open_boxes} of {open_boxes} cells in the referral matrix are empty"


@pytest.mark.parametrize(
    ("gaps", "named"),
    [
        ((5, 4, 1, 0), ["XT-W1", "XT-W2"]),  # two that are close, well before the rest
        ((5, 5, 1, 0), ["XT-W1", "XT-W2"]),
        ((5, 3, 1, 0), ["XT-W1"]),  # the first is far ahead
        ((5, 5, 5, 0), []),  # three alike: to name one or two would mislead
        ((5, 4, 4, 0), ["XT-W1"]),  # the second is not alone
        ((3, 3, 3, 3), []),
    ],
)
def test_as_many_places_are_named_as_stand_out(tiny_area, gaps, named):
    """At the level of districts there are four; each lacks the first so many of the open functions."""
    places = {
        "XT-W1": (10.1122894, 60.0228043),
        "XT-W2": CHASHMA,
        "XT-E1": QULLAOBOD,
        "XT-E2": (10.0404242, 60.1869955),
    }
    opened = [code for code in CORE if code not in SECRET]
    entries = [
        service(code, at=at, covers=[unit], name=unit)
        for (unit, at), lacking in zip(places.items(), gaps, strict=True)
        for code in opened[lacking:]
    ]
    finding = str(nrm(view(*entries), tiny_area, level=2).finding)
    assert [unit for unit in places if tiny_area.label(unit, "en") in finding] == named


def test_further_findings_count_what_is_thin_unsure_and_secret(tiny_area):
    result = nrm(view(lawyer(), service("PSY-COU", at=CHASHMA, freshness="lapsed")), tiny_area)
    assert [str(one) for one in result.also] == [
        "Cells that depend on a single service: 1.",
        "Cells that nobody confirmed in time: 1.",
        f"Cells that are not published, so that nobody is endangered: {2 * len(SECRET)}.",
    ]


def test_services_that_are_nowhere_are_counted_in_a_note(tiny_area):
    result = nrm(view(lawyer(at=None), service("IDN-HOT"), service("PRV-AWA")), tiny_area)
    assert any("neither where they are nor what they cover: 1." in str(one) for one in result.caveats)
    assert not any("neither where" in str(one) for one in nrm(view(lawyer()), tiny_area).caveats)


def test_a_place_that_says_nothing_of_where_it_is_may_be_anywhere(tiny_area):
    result = nrm(view(service("LEG-INF", places=[place()])), tiny_area)
    assert {result.state(str(unit), "LEG-INF") for unit in result.table.index} == {"unknown"}
    assert any("neither where they are nor what they cover: 1." in str(one) for one in result.caveats)
    abroad = nrm(view(service("LEG-INF", places=[place(country="RU")])), tiny_area)
    assert {abroad.state(str(unit), "LEG-INF") for unit in abroad.table.index} == {"none listed"}


def test_other_levels(tiny_area):
    assert list(nrm(view(), tiny_area).table.index) == [WEST, EAST]
    assert list(nrm(view(lawyer()), tiny_area, level=0).table.index) == ["XT"]
    assert nrm(view(lawyer()), tiny_area, level=2).states.at["XT-W2", "LEG-INF"] == "single"
    with pytest.raises(InvalidRecord, match="level 3"):
        nrm(view(), tiny_area, level=3)


def test_a_body_that_two_lists_name_is_one(tiny_area):
    """Its entries of one type in one unit count once, and the one that was checked in time speaks for it."""
    same = [lawyer(by="Umed", freshness="lapsed"), lawyer(by="Umed"), lawyer(by="Umed", freshness="unverified")]
    assert boxes(tiny_area, "LEG-INF", *same)[0] == ("single", 1)
    assert boxes(tiny_area, "LEG-INF", *same, lawyer(by="Nur"))[0] == ("present", 2)
    branch = lawyer(by="Umed", places=[place(CHASHMA, unit="XT-W1"), place(unit="XT-W2", precision="area")])
    assert boxes(tiny_area, "LEG-INF", *same, branch)[0] == ("present", 2)
