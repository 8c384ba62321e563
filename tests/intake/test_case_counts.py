"""Case statistics: counts in controlled terms, each source with its own figure, and never anything of a case."""

import csv
import datetime as dt

import pytest

from mapping.column_map import ColumnMap
from mapping.intake.read import read
from mapping.language.languages import codes
from mapping.language.taxonomy import Vocabulary
from mapping.model import CaseCount
from mapping.quality.known_organizations import Known
from mapping.resources import shipped
from tests.support.canary import find_canaries
from tests.support.sample import TODAY, sample_directory
from tests.support.second_person import EveryMap

FIELDS = (
    "year",
    "period",
    "measure",
    "unit_of_count",
    "law_article",
    "sex",
    "age_band",
    "exploitation",
    "place",
    "unit",
    "nationality",
    "count",
    "counted_by",
    "source_url",
    "printed",
    "definition",
    "confidence",
    "note",
)
MAP = ColumnMap(
    source="figures",
    name="Figures",
    shape="case",
    fields={name: [name] for name in FIELDS},
    constants={"marking": "open"},
    markings={"open": "public"},
)
ROW = {"year": "2024", "measure": "victims_identified", "count": "272", "counted_by": "Agency"}


def given(tmp_path, area, *rows, columns=MAP, known=None):
    path = tmp_path / "figures.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    known = known or Known(maps=EveryMap())
    return read(path, columns=columns, area=area, today=TODAY, known=known)


def counts(batch):
    return batch.of("case_count")


def test_a_row_gives_a_count_in_controlled_terms(tmp_path, tiny_area):
    row = ROW | {
        "unit_of_count": "people",
        "sex": "женский",
        "age_band": "Under 18",
        "exploitation": "Принудительный труд",
        "law_article": "130.1",
        "unit": "Juybor",
        "nationality": "XT",
        "definition": "by court",
        "note": "secret remark",
        "period": "Jan-Jun",
        "source_url": "https://stat.example/2024",
        "confidence": "official",
    }
    batch = given(tmp_path, tiny_area, row | {"unit_of_count": "persons"})
    (one,) = counts(batch)
    assert (one.year, one.measure, one.count, one.source) == (2024, "victims_identified", 272, "Agency")
    assert (one.unit_of_count, one.sex, one.age_band, one.exploitation) == ("persons", "female", "0-17", "labour")
    assert (one.law_article, one.nationality, one.period) == ("130.1", "XT", "Jan-Jun")
    assert (one.definition, one.confidence, one.note) == ("by court", "official", "secret remark")
    assert one.source_url == "https://stat.example/2024"
    assert one.audience == "public"
    assert one.suppressed is False
    (origin,) = batch.of("provenance")
    assert (origin.link_entity, origin.link_id, origin.row) == ("case_count", one.id, 2)


@pytest.mark.parametrize(
    ("printed", "address", "expected", "said"),
    [
        ("yes", "https://stat.example/2024", True, ""),
        ("да", "https://stat.example/2024", True, ""),
        ("no", "https://stat.example/2024", False, ""),
        ("", "https://stat.example/2024", False, ""),
        ("yes", "", False, "no address says where"),
        ("perhaps", "https://stat.example/2024", False, "perhaps"),
    ],
)
def test_printed_needs_a_yes_and_an_address(tmp_path, tiny_area, printed, address, expected, said):
    batch = given(tmp_path, tiny_area, ROW | {"printed": printed, "source_url": address})
    (one,) = counts(batch)
    assert one.printed is expected
    assert any(said in issue.problem for issue in batch.issues if issue.column == "printed") is bool(said)


def test_blank_and_all_mean_all_together(tmp_path, tiny_area):
    (one,) = counts(given(tmp_path, tiny_area, ROW | {"sex": "both", "age_band": "all", "period": "year"}))
    assert (one.sex, one.age_band, one.exploitation, one.place, one.area_unit, one.period) == (None,) * 5 + ("",)
    assert one.unit_of_count == "unknown"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"year": "24"}, "no year"),
        ({"year": ""}, "no year"),
        ({"year": "1989"}, "not between"),
        ({"year": "2027"}, "not between"),
        ({"measure": ""}, "what was counted"),
        ({"measure": "happiness"}, "in no list of ours"),
        ({"sex": "blue"}, "in no list of ours"),
        ({"exploitation": "zzzz"}, "in no list of ours"),
    ],
)
def test_rows_that_do_not_say_what_was_counted_when_are_set_aside(tmp_path, tiny_area, changed, said):
    batch = given(tmp_path, tiny_area, ROW | changed)
    assert counts(batch) == []
    assert len(batch.refused) == 1
    assert said in batch.refused[0].reasons[0]


def test_a_word_that_is_no_number_is_said_and_the_row_stands_without(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW | {"count": "many"})
    assert [one.count for one in counts(batch)] == [None]
    assert any(issue.level == "refused" and "many" in issue.problem for issue in batch.issues)


def test_about_is_said(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW | {"count": "около 100"})
    assert [one.count for one in counts(batch)] == [100]
    assert any("not exact" in issue.problem for issue in batch.issues)


def test_sources_that_disagree_stand_side_by_side(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW, ROW | {"count": "238", "counted_by": "Network"})
    assert sorted((one.source, one.count) for one in counts(batch)) == [("Agency", 272), ("Network", 238)]
    assert batch.refused == []


def test_one_source_cannot_give_two_numbers_for_one_thing(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW, ROW | {"count": "300"}, ROW)
    assert [one.count for one in counts(batch)] == [272]
    assert [row.row for row in batch.refused] == [3]
    assert "row 2 has 272" in batch.refused[0].reasons[0]
    assert any(issue.row == 4 and "repeats row" in issue.problem for issue in batch.issues)


def test_a_definition_tells_two_counts_of_one_source_apart(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW, ROW | {"count": "300", "definition": "in a wide sense"})
    assert len(counts(batch)) == 2


def test_an_import_again_brings_the_count_up_to_date(tmp_path, tiny_area):
    with sample_directory(tmp_path / "d", tiny_area) as directory:
        before = directory.count("case_count")
        directory.add(given(tmp_path, tiny_area, ROW), on=TODAY)
        directory.add(given(tmp_path, tiny_area, ROW | {"count": "280"}), on=TODAY)
        mine = [one for one in directory.records(CaseCount) if one.source == "Agency"]
        assert directory.count("case_count") == before + 1
        assert [one.count for one in mine] == [280]


def test_an_address_that_is_no_web_page_is_left_out(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW | {"source_url": "javascript:alert(1)"})
    assert counts(batch)[0].source_url is None


def test_without_an_approved_map_counts_are_for_custodians(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW, columns=MAP, known=Known())
    assert counts(batch)[0].audience == "custodian"


@pytest.mark.parametrize("name", ["case_measures", "case_units", "exploitation", "age_bands", "sexes"])
def test_the_terms_have_labels_in_every_language(name):
    for term in Vocabulary.load(name).terms():
        assert set(term.labels) == set(codes()), term.code
        assert term.drafts == {"tg", "uz"}


def test_the_figures_of_the_demonstration_are_published_with_their_sources(tj_area):
    known = Known(maps=EveryMap())
    folder = shipped("demo")
    batch = read(
        folder / "case_figures.csv",
        columns=folder / "case_figures.toml",
        area=tj_area,
        today=dt.date(2026, 11, 24),
        known=known,
    )
    assert batch.issues == []
    found = {(c.year, c.measure, c.exploitation, c.count) for c in counts(batch) if c.year == 2024}
    assert (2024, "victims_identified", None, 272) in found
    assert (2024, "victims_identified", "labour", 238) in found
    assert all(c.source_url and c.source for c in counts(batch))


def test_remarks_about_counts_reach_no_view(tmp_path, tiny_area):
    secret = {"remark about a count": "Гумонбари Шамсигул"}
    with sample_directory(tmp_path / "d", tiny_area) as directory:
        directory.add(given(tmp_path, tiny_area, ROW | {"note": secret["remark about a count"]}), on=TODAY)
        directory.view("public", tmp_path / "out" / "public.db", edition=TODAY) if (
            tmp_path / "out"
        ).mkdir() is None else None
    assert find_canaries([tmp_path / "out"], secret) == []


def test_a_count_of_an_unknown_unit_is_none_of_the_whole_area(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW | {"unit": "Nowhere"}, ROW | {"unit": "Всего", "count": "300"})
    assert [(found.area_unit, found.count) for found in counts(batch)] == [(None, 300)]
    assert "'Nowhere' is no unit that we know" in batch.refused[0].reasons[0]


def test_a_note_under_the_table_is_no_count(tmp_path, tiny_area):
    columns = MAP.model_copy(
        update={
            "fields": {name: [name] for name in ("unit", "count")},
            "constants": MAP.constants | {"year": "2024", "measure": "victims_identified"},
            "ignored": [name for name in FIELDS if name not in ("unit", "count")],
        }
    )
    batch = given(tmp_path, tiny_area, {"unit": "Juybor", "count": "3"}, {"year": "* revised"}, columns=columns)
    assert [found.count for found in counts(batch)] == [3]
    assert batch.refused == []


YEARS = {"2023": {"year": "2023"}, "2024": {"year": "2024"}}


def of_years(tmp_path, area, *lines, headings=YEARS):
    path = tmp_path / "years.csv"
    path.write_text("\n".join(lines), "utf-8")
    columns = ColumnMap(
        source="figures",
        name="Figures",
        shape="case",
        fields={"measure": ["what"], "unit": ["where"]},
        headings=headings,
    )
    return read(path, columns=columns, area=area, today=TODAY, known=Known(maps=EveryMap()))


def test_each_column_of_a_year_gives_the_count_of_its_year(tmp_path, tiny_area):
    lines = ("what;where;2023;2024", "victims_identified;Juybor;7;11", "convictions;;3;", "convictions;Итого;;4")
    batch = of_years(tmp_path, tiny_area, *lines)
    figures = {(one.measure, one.year, one.area_unit, one.count) for one in counts(batch)}
    assert figures == {
        ("victims_identified", 2023, "XT-W2", 7),
        ("victims_identified", 2024, "XT-W2", 11),
        ("convictions", 2023, None, 3),
        ("convictions", 2024, None, 4),
    }
    assert len({one.id for one in counts(batch)}) == 4


def test_a_number_that_cannot_be_read_is_told_by_its_column_and_the_others_stand(tmp_path, tiny_area):
    batch = of_years(tmp_path, tiny_area, "what;where;2023;2024", "victims_identified;;many;11")
    assert [(one.year, one.count) for one in counts(batch)] == [(2023, None), (2024, 11)]
    assert [issue.column for issue in batch.issues if "many" in issue.problem] == ["2023"]


def test_a_row_of_which_no_column_can_be_read_is_set_aside_once(tmp_path, tiny_area):
    lines = ("what;where;2023;2024", "happiness;;7;11", "convictions;;1;2")
    batch = of_years(tmp_path, tiny_area, *lines)
    assert [(row.row, len(row.reasons)) for row in batch.refused] == [(2, 1)]
    assert len(counts(batch)) == 2


def test_a_heading_may_say_sex_and_measure_too(tmp_path, tiny_area):
    values = {"2024 жен": {"year": "2024", "sex": "female"}, "2024 муж": {"year": "2024", "sex": "male"}}
    batch = of_years(tmp_path, tiny_area, "what;where;2024 жен;2024 муж", "victims_identified;;7;11", headings=values)
    assert [(one.sex, one.count) for one in counts(batch)] == [("female", 7), ("male", 11)]


def test_a_year_with_a_digit_too_many_is_told(tmp_path, tiny_area):
    batch = given(tmp_path, tiny_area, ROW, ROW | {"year": "20206"})
    assert [row.reasons for row in batch.refused] == [("'20206' is no year; write it as 2024",)]


@pytest.mark.parametrize("year", ["2023 с.", "соли 2023", "2023-yil", "2023 год", "year 2023", "2023 г"])
def test_a_year_may_have_its_word(tmp_path, tiny_area, year):
    assert [one.year for one in counts(given(tmp_path, tiny_area, ROW | {"year": year}))] == [2023]


@pytest.mark.parametrize("year", ["2023-2024", "с начала 2023 по май", "2023 (план)"])
def test_what_is_more_than_a_year_is_none(tmp_path, tiny_area, year):
    assert counts(given(tmp_path, tiny_area, ROW, ROW | {"year": year})) == counts(given(tmp_path, tiny_area, ROW))


@pytest.mark.parametrize("word", ["Итого", "ҶАМЪ", "jami", "All together"])
def test_a_row_of_totals_counts_all_of_the_area(tmp_path, tiny_area, word):
    (one,) = counts(given(tmp_path, tiny_area, ROW | {"unit": word, "sex": word}))
    assert (one.area_unit, one.sex) == (None, None)
