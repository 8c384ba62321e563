"""HXL: hashtags as libhxl reads them, 3W tables in, activities and operational presence out."""

import csv

import hxl as oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.formats.humanitarian import hxl, presence
from mapping.formats.tables.csv import read as read_csv
from mapping.intake.read import Known, read
from tests.support.examples import examples
from tests.support.sample import TODAY, activity, organization, public_parts, sample_view
from tests.support.second_person import EveryMap


def table(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def imported(path, area, **more):
    return read(path, area=area, today=TODAY, known=Known(), **more)


HEAD = ["Who", "By", "Pays", "What", "Where", "Code", "From", "Until", "State", "Got"]
TAGS = [
    "#org +prog",
    "#ORG+impl",
    "#org+donor",
    "#activity+type",
    "#adm2 +name",
    "#adm2+code",
    "#date+start",
    "#date+end",
    "#status",
    "#reached",
]
ROW = ["Umed", "Helpers", "A fund", "Legal aid", "", "XT-W2", "2026-01-01", "2026-12-31", "ongoing", "40"]


@pytest.mark.parametrize("above", [0, 3, 20])
def test_a_table_with_hashtags_needs_no_map(tmp_path, tiny_area, above):
    path = table(tmp_path / "partner 3w.csv", [*[["note"]] * above, HEAD, TAGS, ROW])
    batch = imported(path, tiny_area)
    (found,) = batch.of("activity")
    names = {one.id: one.name for one in batch.of("organization")}
    assert (names[found.organization_id], names[found.implementer_id], found.funder) == ("Umed", "Helpers", "A fund")
    assert (found.service_type, found.area_unit, found.status, found.reached) == ("LEG", "XT-W2", "ongoing", 40)
    assert (str(found.start), str(found.end), found.audience) == ("2026-01-01", "2026-12-31", "custodian")
    assert batch.source.name == "partner 3w"


def test_once_two_people_approved_the_source_it_is_public(tmp_path, tiny_area):
    path = table(tmp_path / "partner.csv", [TAGS, ROW])
    batch = read(path, source="Partner", area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    assert [one.audience for one in batch.of("activity") + batch.of("organization")] == ["public"] * 3


def test_units_are_met_by_code_by_name_and_by_the_coarser_one_where_the_finer_is_blank(tmp_path, tiny_area):
    units = tiny_area.all_units()
    region = next(unit for unit in units.values() if unit.level == 1)
    district = next(unit for unit in units.values() if unit.level == 2)
    tags = ["#org", "#sector", "#adm1+name", "#adm1+code", "#adm2+name", "#adm2+code"]
    rows = [
        ["A", "Health", "", "", "", district.code],
        ["B", "Health", "", "", district.names["ru"], ""],
        ["C", "Health", "", region.code, "", ""],
    ]
    batch = imported(table(tmp_path / "l.csv", [tags, *rows]), tiny_area)
    assert [one.area_unit for one in batch.of("activity")] == [district.code, district.code, region.code]


def test_a_table_that_tells_how_to_reach_a_service_is_one_of_services_by_its_headings(tmp_path, tiny_area):
    head = ["Agency", "Type of service", "District", "Contact number", "Opening hours"]
    tags = ["#org", "#service+type", "#adm2", "#contact+phone", "#date+hours"]
    row = ["Umed", "Legal aid", "Juybor", "+992 00 000 11 11", "Mon-Fri 9-17"]
    batch = imported(table(tmp_path / "services.csv", [head, tags, row]), tiny_area)
    assert (len(batch.of("service")), batch.of("activity")) == (1, [])
    assert [phone.number for phone in batch.of("phone")] == ["+992000001111"]
    assert [schedule.opens_at for schedule in batch.of("schedule")] == ["09:00"]


def test_points_are_left_out_and_that_is_said(tmp_path, tiny_area):
    rows = [["#org", "#sector", "#adm2+code", "#geo+lat", "#geo+lon"], ["A", "Health", "XT-W2", "10.05", "60.05"]]
    batch = imported(table(tmp_path / "l.csv", rows), tiny_area)
    assert len(batch.of("activity")) == 1
    assert batch.of("location") == []
    assert any("#geo+lat, #geo+lon left out" in issue.problem for issue in batch.issues)


def test_errors_of_a_spreadsheet_are_no_tags():
    for cell in ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#", "# ", "#1", "org", None, 3, "#org+"):
        assert hxl.tag_of(cell) is None, cell
    assert hxl.tags_of(Sheet("", [["#N/A", "#N/A"], ["#org", "#adm1"]]))[0] == 1


def test_a_heading_that_holds_one_tag_by_chance_is_no_row_of_tags():
    assert hxl.tags_of(Sheet("", [["#org", "b", "c"], ["x", "y", "z"]])) is None
    assert hxl.tags_of(Sheet("", [["a"]] * 25 + [["#org", "#adm1"]])) is None


names = st.from_regex(r"[A-Za-z][a-z0-9_]{0,6}", fullmatch=True)


@settings(max_examples=examples(100), deadline=None)
@given(name=names, attributes=st.lists(names, max_size=4), space=st.sampled_from(["", " "]))
def test_tags_are_read_as_libhxl_reads_them(name, attributes, space):
    text = f"#{name}" + "".join(f"{space}+{one}" for one in attributes)
    theirs = oracle.model.Column.parse(text)
    ours = hxl.tag_of(text)
    assert (f"#{ours.name}", set(ours.attributes)) == (theirs.tag, set(theirs.attributes))


@given(cell=st.none() | st.integers() | st.floats() | st.text() | st.text("#+ aN/!", max_size=8))
def test_no_cell_crashes_the_reading_of_tags(cell):
    hxl.tag_of(cell)


@settings(max_examples=examples(50), deadline=None)
@given(rows=st.lists(st.lists(st.none() | st.integers() | st.text("#org+adm12 ", max_size=9), max_size=5), max_size=5))
def test_no_cells_crash_the_recognising(tiny_area, rows):
    hxl.columns([Sheet("s", rows)], tiny_area)


def test_names_that_vary_in_case_and_space_are_one_body(tmp_path, tiny_area):
    rows = [["#org", "#sector", "#adm2+code"], ["Red Bridge", "Health", "XT-W2"], ["RED  BRIDGE ", "Health", "XT-E2"]]
    batch = imported(table(tmp_path / "l.csv", rows), tiny_area)
    assert len(batch.of("organization")) == 1
    assert len({one.organization_id for one in batch.of("activity")}) == 1


def test_a_row_that_names_no_unit_of_the_area_is_set_aside_and_a_file_of_them_is_refused(tmp_path, tiny_area):
    tags = ["#org", "#sector", "#adm2"]
    some = [
        tags,
        ["A", "Health", "Nowhere"],
        ["B", "Health", next(iter(tiny_area.all_units()["XT-W2"].names.values()))],
    ]
    batch = imported(table(tmp_path / "some.csv", some), tiny_area)
    assert len(batch.of("activity")) == 1
    assert "'Nowhere' is not known here" in batch.refused[0].reasons[0]
    with pytest.raises(FormatError, match="'Nowhere' is not known here"):
        imported(table(tmp_path / "none.csv", some[:2]), tiny_area)
    with pytest.raises(FormatError, match="2 rows, and none could be read"):
        imported(table(tmp_path / "repeated.csv", [*some[:2], some[1]]), tiny_area)


def test_the_activity_tells_what_it_is_where_the_sector_does_not(tmp_path, tiny_area):
    rows = [["#org", "#sector", "#activity", "#adm2+code"], ["A", "Protection", "Legal advice", "XT-W2"]]
    (found,) = imported(table(tmp_path / "l.csv", rows), tiny_area).of("activity")
    assert found.service_type == "LEG-INF"


def test_a_real_table_of_another_country_is_refused_with_its_reason(shared, tj_area):
    with pytest.raises(FormatError, match=r"2,282 rows, and none could be read.*'Bhaktapur' is not known here"):
        imported(shared / "samples" / "nepal_eq_2015_rc_3w.hxl.csv", tj_area)


def test_its_tags_are_those_that_libhxl_finds(shared):
    path = shared / "samples" / "nepal_eq_2015_rc_3w.hxl.csv"
    (sheet,) = read_csv(path)
    place, tags = hxl.tags_of(sheet)
    theirs = oracle.data([list(row) for row in sheet.rows[:5]]).columns
    assert place == 1
    assert [(f"#{tag.name}", set(tag.attributes)) for tag in tags] == [(one.tag, set(one.attributes)) for one in theirs]


@pytest.fixture
def view(tmp_path, tiny_area):
    with sample_view(tmp_path / "view", tiny_area, *public_parts()) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", "ru", "tg"])
def test_what_is_written_reads_the_same(tmp_path, tiny_area, view, language):
    path = tmp_path / "a.hxl.csv"
    hxl.write(view, path, area=tiny_area, language=language)
    batch = imported(path, tiny_area)
    told = (
        "service_type",
        "name",
        "area_unit",
        "start",
        "end",
        "status",
        "target_group",
        "planned",
        "reached",
        "reached_women",
        "budget_band",
        "programme",
        "funder",
        "reported_on",
    )
    names = {one.id: one.name for one in batch.of("organization")}
    known = {one.id: one.name for one in view.organizations(language=language)}
    read_back = {
        (names[one.organization_id], *(str(getattr(one, name) or "") for name in told)) for one in batch.of("activity")
    }
    assert read_back == {
        (known[row["organization_id"]], *(str(row[name] or "") for name in told)) for row in view.rows("activity")
    }
    assert len(read_back) == len(view.rows("activity")) > 0


def test_libhxl_reads_what_is_written(tmp_path, tiny_area, view):
    for module, name in ((hxl, "a.hxl.csv"), (presence, "p.csv")):
        path = tmp_path / name
        module.write(view, path, area=tiny_area, language="en")
        (sheet,) = read_csv(path)
        rows = list(oracle.data([list(row) for row in sheet.rows]))
        assert rows
        assert all(row.get("#org+name") for row in rows)


def test_presence_has_one_row_for_each_body_kind_of_help_and_unit(tmp_path, tiny_area, view):
    path = tmp_path / "p.csv"
    presence.write(view, path, area=tiny_area, language="en")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, tags, *rows = csv.reader(file)
    assert header == list(presence.HEADINGS)
    assert tags == list(presence.HEADINGS.values())
    at = {name: header.index(name) for name in header}
    keys = [
        (row[at["org_name"]], row[at["service_code"]], row[at["admin2_code"]] or row[at["admin1_code"]] or "XT")
        for row in rows
    ]
    assert len(keys) == len(set(keys))
    listed = {
        (entry.organization.name, code, place.area_unit)
        for entry in view.services()
        if entry.offered
        for code in entry.types
        for place in entry.places
        if place.area_unit
    }
    assert {key for key, row in zip(keys, rows, strict=True) if row[at["basis"]] != "activity"} == listed
    assert {row[at["location_code"]] for row in rows} == {"XTA"}
    for row in rows:
        unit = row[at["admin2_code"]] or row[at["admin1_code"]] or "XT"
        assert row[at["admin_level"]] == str(tiny_area.unit(unit).level)


def test_what_is_planned_or_cancelled_is_no_presence(tmp_path, tiny_area):
    parts = [
        *organization("Umed"),
        activity("Later", of="Umed", unit="XT-W2", status="planned"),
        activity("Never", of="Umed", unit="XT-W2", status="cancelled"),
    ]
    with sample_view(tmp_path / "v", tiny_area, *parts) as opened:
        presence.write(opened, tmp_path / "p.csv", area=tiny_area)
    assert len((tmp_path / "p.csv").read_text("utf-8-sig").splitlines()) == 2
