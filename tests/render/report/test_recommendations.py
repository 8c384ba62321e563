"""Recommendations: by rule, with evidence that stands in the report, and followed from edition to edition."""

import csv
import datetime as dt
import io
import math
import re
from dataclasses import replace
from typing import get_args

import pytest

from mapping.area.settings import CountryFact
from mapping.area.study_area import StudyArea
from mapping.errors import FormatError
from mapping.language.i18n import Message
from mapping.render import report as reports
from mapping.render.report import make, outline
from mapping.render.report import recommendations as advice
from mapping.render.report.recommendation_rules import DEFAULTS, SEARCHES, advise, rules
from mapping.render.report.sources import Sources
from mapping.result import Figure
from tests.support.sample import TODAY, organization, sample_view


@pytest.fixture(scope="module")
def material(tmp_path_factory, tiny_area):
    view = sample_view(tmp_path_factory.mktemp("advice"), tiny_area)
    return Sources(view, tiny_area, "en", reports.gather(view, tiny_area))


@pytest.fixture(scope="module")
def report(material):
    return reports.make(material.view, material.area, language="en", results=material.results)


def one(key="checks", value=7.0, target=0.0, **fields):
    return advice.Recommendation(
        day=dt.date(2026, 11, 1),
        key=key,
        group="civil",
        addressee=Message("Somebody"),
        text=Message("Do it"),
        evidence=Message("It is so."),
        table="nrm",
        cost="low",
        indicator="I11",
        measure=Message("Things"),
        value=value,
        target=target,
        **fields,
    )


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def written(*recommendations):
    return advice.to_csv(recommendations, "en", edition=TODAY, audience="public", numbers={"nrm": "Table 8.1"})


@pytest.mark.parametrize(("low", "target"), [(0.71, 0.9), (0.33, None)])
def test_an_aim_is_farther_from_the_number_than_its_range_is_wide(material, tiny_area, low, target):
    figure = Figure(0.72, "share", Message("Any"), low=low, high=0.75)
    night = replace(material.results["round_the_clock"], figures={"any": figure})
    results = {**material.results, "round_the_clock": night}
    found = {each.key: each for each in advise(Sources(material.view, tiny_area, "en", results))}["night-any"]
    said = f"72% ({low * 100:.0f}–75) of the people live within an hour of help that is open at night."
    assert str(found.evidence) == said
    assert found.target == target
    assert ("no aim" in found.value_text("en")) == (target is None)


def test_what_is_true_of_one_country_is_asked_where_its_folder_says_so(material, tiny_copy):
    keys = {key: row for key, row in rules().items() if row["group"] == "national"}
    of_all = {key for key, row in keys.items() if row["evidence"]}
    assert not {each.key for each in advise(material)} & {*keys}, "the folder says nothing of the country"
    settings = tiny_copy / "area.toml"
    settings.write_text(f"reviewed = 2026-11-24\n{settings.read_text('utf-8')}", "utf-8")
    reviewed = Sources(material.view, StudyArea.load(tiny_copy), "en", material.results)
    assert {each.key for each in advise(reviewed) if each.key in keys} == of_all
    fact = '[[context]]\ntext = { tg = "Т", ru = "П", en = "No procedure was there." }\nsource = "x"\nyear = 2024\n'
    settings.write_text(settings.read_text("utf-8") + fact + 'asks = "identification"\n', "utf-8")
    area = StudyArea.load(tiny_copy)
    found = {each.key: each for each in advise(Sources(material.view, area, "en", material.results))}
    assert found["national-identification"].evidence.into("en") == "No procedure was there. See chapter 2."
    assert "national-law" not in found


def test_a_country_can_say_a_sentence_for_each_text_that_needs_one():
    asks = get_args(CountryFact.model_fields["asks"].annotation)
    unfounded = {key.removeprefix("national-") for key, row in rules().items() if not row["evidence"]}
    assert unfounded == {*asks} - {""}


def test_every_row_is_searched_for_or_stands_in_for_another():
    assert {*rules()} - {*SEARCHES} == {"norm-secret"}
    assert {*SEARCHES} <= {*rules()}
    for row in rules().values():
        assert row["lead"] in DEFAULTS


def test_the_sample_asks_for_what_it_lacks(material):
    found = {each.key: each for each in advise(material)}
    nrm = material.results["nrm"]
    lacking = [str(code) for code in nrm.table.index if nrm.state(str(code), "JUS-POL") == "none listed"]
    assert (str(material.types.label("JUS-POL", "en")) in str(found["function"].text)) == (len(lacking) >= 2)
    keys = [each.key.partition("-")[0] for each in found.values()]
    assert {key: keys.count(key) for key in ("function", "group", "standard") if keys.count(key) > 1} == {}
    for each in found.values():
        assert each.value is None or math.isfinite(each.value)
        assert each.deadline > TODAY


def test_every_key_stands_once_and_every_table_is_there(material, report):
    keys = [each.key for each in advise(material)]
    assert len(keys) == len(set(keys))
    for each in report.recommendations:
        assert each.table in report.numbers, each.key


def test_keys_and_values_are_the_same_in_every_language(material, report):
    other = reports.make(material.view, material.area, language="tg", results=material.results)
    assert [(r.key, r.number, r.value) for r in other.recommendations] == [
        (r.key, r.number, r.value) for r in report.recommendations
    ]


def test_an_area_that_names_nobody_still_has_addressees(material):
    assert material.area.settings.addressees == {}
    assert all(each.addressee for each in advise(material))
    assert len(DEFAULTS) == 12


def test_a_country_names_its_ministries(tj_area):
    assert set(tj_area.settings.addressees) <= set(DEFAULTS)
    assert all(set(tj_area.languages) <= set(names) for names in tj_area.settings.addressees.values())


def test_nothing_known_breaks_no_rule(tmp_path, tiny_area):
    view = sample_view(tmp_path, tiny_area, organization("Umed"))
    empty = Sources(view, tiny_area, "en", reports.gather(view, tiny_area))
    assert all(each.value is None or math.isfinite(each.value) for each in advise(empty))


def test_numbers_follow_the_order_of_addressees():
    told = advice.numbered([one("a"), one("b"), one("c")])
    assert [(each.key, each.number) for each in told] == [("a", "R1"), ("b", "R2"), ("c", "R3")]


@pytest.mark.parametrize(
    ("day", "cost", "last"),
    [
        (dt.date(2026, 11, 24), "low", dt.date(2027, 5, 31)),
        (dt.date(2026, 1, 31), "low", dt.date(2026, 7, 31)),
        (dt.date(2026, 12, 1), "medium", dt.date(2027, 12, 31)),
        (dt.date(2026, 2, 28), "high", dt.date(2028, 2, 29)),
    ],
)
def test_deadlines_are_the_last_day_of_a_month(day, cost, last):
    assert advice.deadline(day, cost) == last


@pytest.mark.parametrize(
    ("before", "now", "target", "status"),
    [
        (7, 7, 0, "unchanged"),
        (7, 5, 0, "nearer"),
        (7, 9, 0, "farther"),
        (0.5, 0.6, 1, "nearer"),
        (0.5, 0.4, 1, "farther"),
        (None, 5, 0, "not known"),
        (7, None, 0, "not known"),
    ],
)
def test_progress_is_told_by_what_is_still_to_do(before, now, target, status):
    earlier = [advice.Earlier("checks", before, target, "Do it")]
    (told,), progress = advice.compared([one(value=now, target=target)], earlier)
    assert told.status == status
    assert progress.share == 0


def test_what_is_asked_for_no_more_was_reached():
    earlier = [advice.Earlier("checks", 7, 0, "Do it"), advice.Earlier("gone", 1, 0, "Do that")]
    told, progress = advice.compared([one(), one("new one")], earlier)
    assert [each.status for each in told] == ["unchanged", "new"]
    assert progress.share == 0.5


def test_without_an_earlier_edition_all_is_new():
    told, progress = advice.compared([one()], [])
    assert told[0].status == "new"
    assert progress is None


def test_the_table_comes_back(tmp_path):
    path = tmp_path / "before.csv"
    path.write_text(written(one(), one("other", value=None, target=12)), encoding="utf-8")
    assert advice.read_csv(path) == [
        advice.Earlier("checks", 7, 0, "Do it"),
        advice.Earlier("other", None, 12, "Do it"),
    ]
    assert rows(path.read_text())[0]["table"] == "Table 8.1"


def test_cells_of_the_table_run_nothing():
    hostile = one()
    text = advice.to_csv([hostile], "en", edition=TODAY, audience="public", numbers={"nrm": "=cmd()"})
    assert rows(text)[0]["table"] != "=cmd()"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no recommendations"),
        ("a,b\n1,2\n", "no column key"),
        ("key,value,target,text\nx,many,0,t\nx,1,0,t\n", "line 2.*more than once|line 2"),
    ],
)
def test_a_table_of_another_kind_is_refused(text, said, tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=said):
        advice.read_csv(path)


def test_the_next_report_tells_of_progress(material, report, tmp_path):
    earlier = [advice.Earlier(each.key, each.value, each.target, str(each.text)) for each in report.recommendations]
    earlier.append(advice.Earlier("function-XYZ", 3, 0, "Open something"))
    later = reports.make(material.view, material.area, language="en", results=material.results, earlier=earlier)
    assert {each.status for each in later.recommendations} <= {"unchanged", "not known"}
    chapter = next(one for one in later.chapters if one.number == "11")
    assert any("Open something" in getattr(block, "items", ()) for block in chapter.blocks)


def test_what_a_region_alone_lacks_is_not_told_as_all_that_it_lacks(material):
    nrm = material.results["nrm"]
    codes = [str(code) for code in nrm.table.index]
    functions = [key for keys in nrm.groups.values() for key in keys]
    lacking = {key: [code for code in codes if nrm.state(code, key) == "none listed"] for key in functions}
    for each in advise(material):
        if each.key.startswith("region-"):
            region = each.key.removeprefix("region-")
            assert each.value == sum(regions == [region] for regions in lacking.values())
            assert str(each.evidence).startswith("Core functions lacking only in ")


def test_a_code_stands_at_an_aim_only_where_the_report_says_what_it_is(material, report):
    table = next(block for block in report.blocks() if getattr(block, "anchor", "") == "t-indicators")
    known = {row.cells[0].text for row in table.rows} | {str(name) for name, _ in outline.acronyms()}
    codes = {each.indicator for each in advise(material)}
    assert codes - {""} <= known
    chapter = next(chapter for chapter in report.chapters if chapter.anchor == "recommendations")
    assert not re.search(r"\d \(\)", repr(chapter))


def test_what_is_said_missing_most_is_what_the_finding_names(material):
    asked = [each for each in advise(material) if each.key.startswith("demand-")]
    finding = material.results["demand"].finding
    for each in asked:
        assert each.value == finding.values["count"]
        assert each.text.values["need"] == finding.values["help"]


def test_who_gives_no_help_of_its_own_has_no_empty_cell(report):
    (table,) = (block for block in report.blocks() if getattr(block, "caption", "") == "Who answers for which help")
    last = {row.name: row.cells[-1].text for row in table.rows}
    assert last["The national office of statistics"] == "does not apply"
    assert all(cell.text for row in table.rows for cell in row.cells)


def test_a_publisher_is_named_where_the_folder_names_one(material, report, tiny_copy):
    assert "Publisher" not in repr(report)
    settings = tiny_copy / "area.toml"
    settings.write_text(f'publisher = "Lake House"\n{settings.read_text("utf-8")}', "utf-8")
    named = make(material.view, StudyArea.load(tiny_copy), language="en", results=material.results)
    assert "Lake House" in repr(named)


def test_a_country_that_reviewed_nothing_is_given_no_day_and_no_rebuke(report):
    chapter = repr(next(chapter for chapter in report.chapters if chapter.anchor == "recommendations"))
    assert "What the law or the state should change is not said" in chapter
    assert "For the whole country" not in chapter
    assert "reviewed on" not in chapter
    assert "no instruction is listed here" not in chapter
