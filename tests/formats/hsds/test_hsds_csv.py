"""HSDS as tables: all versions in, faults said by row and survived; a clean data package out."""

import csv
import io
import json
import stat
import zipfile

import frictionless
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.directory.directory import Directory
from mapping.errors import FormatError
from mapping.formats.hsds import hsds_csv
from mapping.formats.hsds._names import STANDARD
from mapping.intake.check import possible_doubles
from mapping.intake.read import Known, read
from mapping.model import Organization, record_id
from mapping.registry import format_of
from mapping.safety.redaction import PUBLISHED
from tests.formats.hsds.hsds_files import MAP, approved, document, one, package, said, taken
from tests.support.examples import examples
from tests.support.sample import (
    SECRETS,
    TODAY,
    organization,
    place,
    public_parts,
    sample_batch,
    sample_directory,
    sample_view,
    service,
)

ORG = {"id": "o1", "name": "Umed", "description": "Helps"}
SERVICE = {"id": "s1", "organization_id": "o1", "name": "Legal advice", "status": "active"}


def test_tables_of_version_3_become_records_with_stable_ids(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organizations=[ORG],
        services=[SERVICE],
        locations=[{"id": "l1", "location_type": "physical", "latitude": "10.04", "longitude": "60.05"}],
        service_at_location=[{"id": "x", "service_id": "s1", "location_id": "l1"}],
        phones=[{"id": "p1", "service_id": "s1", "number": "+992 900 10 00 01"}],
    )
    batch = taken(path, tiny_area)
    assert one(batch, "service").id == record_id(MAP_SOURCE, "service", "s1")
    assert one(batch, "service").organization_id == one(batch, "organization").id
    assert one(batch, "phone").number == "+992900100001"
    assert one(batch, "service_at_location").location_id == one(batch, "location").id
    assert (one(batch, "location").latitude, one(batch, "location").position_basis) == (10.04, "given")
    assert {p.source_key for p in batch.of("provenance")} == {"o1", "s1"}
    assert batch.refused == []


MAP_SOURCE = record_id("feed", "source")


def test_version_1_1_with_its_own_tables_and_columns(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organization=[{"id": "o1", "name": "Umed", "description": "Helps", "url": "umed.example"}],
        service=[
            {
                "id": "s1",
                "organization_id": "o1",
                "name": "Advice",
                "status": "active",
                "fees": "Free",
                "licenses": "L-1",
                "taxonomy_ids": "",
            }
        ],
        location=[{"id": "l1", "organization_id": "o1", "name": "Office"}],
        service_at_location=[{"id": "x", "service_id": "s1", "location_id": "l1"}],
        physical_address=[
            {
                "id": "a",
                "location_id": "l1",
                "address_1": "1 Main",
                "address_3": "Floor 2",
                "city": "Chashma",
                "state_province": "",
                "postal_code": "",
                "country": "",
            }
        ],
        postal_address=[{"id": "b", "location_id": "l1", "address_1": "Box 3", "city": "Chashma", "country": "XT"}],
        regular_schedule=[
            {"id": "h1", "service_id": "s1", "weekday": "1", "opens_at": "8:00am", "closes_at": "5:00pm"},
            {"id": "h2", "service_id": "s1", "weekday": "Tuesday", "opens_at": "08:00", "closes_at": "17:00"},
            {"id": "h4", "service_id": "s1", "weekday": "3", "opens_at": "12:05 am", "closes_at": "12:30 pm"},
        ],
        holiday_schedule=[
            {"id": "h3", "service_id": "s1", "closed": "true", "start_date": "2026-12-31", "end_date": "2027-01-02"}
        ],
        language=[{"id": "g", "service_id": "s1", "language": "Russian"}],
        accessibility_for_disabilities=[{"id": "c", "location_id": "l1", "accessibility": "Ramp"}],
        taxonomy=[
            {
                "id": "1305",
                "name": "Help Hotlines",
                "parent_id": "",
                "parent_name": "",
                "vocabulary": "Open Eligibility",
            }
        ],
        service_taxonomy=[{"id": "t", "service_id": "s1", "taxonomy_id": "1305", "taxonomy_detail": ""}],
        eligibility=[
            {"id": "e", "service_id": "s1", "eligibility": "Adults", "minimum_age": "18", "maximum_age": "60"},
        ],
        phone=[{"id": "p", "service_id": "s1", "number": "0900100001", "country_prefix": "992", "department": "Front"}],
        metadata=[{"id": "m", "resource_id": "l1", "previous_value": "the old address"}],
    )
    batch = taken(path, tiny_area)
    assert one(batch, "organization").website == "https://umed.example"
    assert (one(batch, "service").fees_description, one(batch, "service").accreditations) == ("Free", "L-1")
    assert one(batch, "service").eligibility_description == "Adults"
    assert (one(batch, "service").minimum_age, one(batch, "service").maximum_age) == (18, 60)
    assert {(a.address_type, a.address_2) for a in batch.of("address")} == {("physical", "Floor 2"), ("postal", None)}
    hours = {(h.byday, h.opens_at, h.closes_at, h.freq) for h in batch.of("schedule")}
    weekly = {("MO", "08:00", "17:00"), ("TU", "08:00", "17:00"), ("WE", "00:05", "12:30")}
    assert hours == {*((*day, "WEEKLY") for day in weekly), (None, None, None, None)}
    closed = next(h for h in batch.of("schedule") if h.opens_at is None)
    assert (closed.description, str(closed.valid_from), str(closed.valid_to)) == ("Closed", "2026-12-31", "2027-01-02")
    assert one(batch, "language").code == "ru"
    assert one(batch, "accessibility").description == "Ramp"
    assert one(batch, "phone").number == "+992900100001"
    assert {a.link_type for a in batch.of("attribute")} == {"classification", "service_type"}
    assert "the old address" not in str([*batch.records])
    assert "is not read" in said(batch)


@pytest.mark.parametrize("table", ["service_taxonomy", "services_taxonomy", "service_taxonomies", "service_attributes"])
def test_the_kind_of_help_is_read_whatever_its_table_is_called(tmp_path, tiny_area, table):
    path = package(
        tmp_path,
        organizations=[{"id": "o1", "name": "Umed", "description": "Helps"}],
        services=[{"id": "s1", "organization_id": "o1", "name": "Advice", "status": "active"}],
        taxonomies=[{"id": "1305", "name": "Help Hotlines", "parent_id": "", "vocabulary": "Open Eligibility"}],
        **{table: [{"id": "t", "service_id": "s1", "taxonomy_id": "1305", "taxonomy_detail": ""}]},
    )
    assert "service_type" in {attribute.link_type for attribute in taken(path, tiny_area).of("attribute")}


def test_version_2_attributes_name_their_table_in_link_type(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organization=[ORG],
        service=[SERVICE],
        taxonomy_term=[{"id": "LEG", "term": "Legal information", "taxonomy": "own"}],
        service_attribute=[{"id": "1", "service_id": "s1", "taxonomy_term_id": "LEG"}],
        other_attribute=[{"id": "2", "link_id": "o1", "link_type": "organization", "taxonomy_term_id": "LEG"}],
    )
    links = {(a.link_entity, a.link_type) for a in taken(path, tiny_area).of("attribute")}
    assert links >= {("service", "classification"), ("organization", "classification")}


@pytest.mark.parametrize(
    ("tables", "column", "problem"),
    [
        ({"services": [SERVICE | {"organization_id": "gone"}]}, "organization_id", "'gone' is in no row"),
        ({"phones": [{"id": "p", "service_id": "gone", "number": "+992900100001"}]}, "service_id", "'gone' is in no"),
        ({"services": [SERVICE, SERVICE | {"name": "Other"}]}, "name", "stands twice"),
        ({"services": [SERVICE | {"id": ""}]}, "id", "has no id"),
        ({"services": [SERVICE | {"status": "dormant"}]}, "status", "'dormant' is unknown"),
        ({"services": [SERVICE | {"price": "3"}]}, "price", "is a column that is not known"),
        ({"services": [SERVICE, SERVICE | {"id": "s2", "name": ""}]}, "name", "has no name"),
        ({"services": [SERVICE | {"minimum_age": "NaN"}]}, "minimum_age", "'NaN' is no number"),
        ({"services": [SERVICE | {"assured_date": "soon"}]}, "assured_date", "soon"),
        ({"services": [SERVICE | {"email": "at home"}]}, "email", "at home"),
        ({"services": [SERVICE | {"url": "javascript:alert(1)"}]}, "url", "no web address"),
        (
            {"locations": [{"id": "l", "location_type": "physical", "latitude": "100", "longitude": "101"}]},
            "latitude",
            "is no place",
        ),
        (
            {"locations": [{"id": "l", "location_type": "physical", "latitude": "0", "longitude": "0"}]},
            "latitude",
            "is no place",
        ),
        ({"locations": [{"id": "l", "location_type": "underground"}]}, "location_type", "'underground' is unknown"),
        ({"schedules": [{"id": "h", "service_id": "s1", "opens_at": "25:00"}]}, "opens_at", "no time of day"),
        ({"schedules": [{"id": "h", "service_id": "s1", "freq": "SOMETIMES"}]}, "freq", "none of the words"),
        ({"schedules": [{"id": "h", "service_id": "s1", "byday": "weekdays"}]}, "byday", "names no days"),
        ({"schedules": [{"id": "h", "service_id": "s1", "byweekno": "41"}]}, "byweekno", "is not known"),
        ({"phones": [{"id": "p", "service_id": "s1", "number": "ring twice"}]}, "number", "no phone number"),
        (
            {
                "service_capacity": [
                    {"id": "c", "service_id": "s1", "unit_id": "u", "available": "many", "updated": "2026-01-01"}
                ]
            },
            "available",
            "no number",
        ),
        (
            {"attributes": [{"id": "a", "link_id": "s1", "link_entity": "service", "taxonomy_term_id": "gone"}]},
            "taxonomy_term_id",
            "in no row of taxonomy_terms",
        ),
    ],
)
def test_each_fault_is_said_with_its_row_and_survived(tmp_path, tiny_area, tables, column, problem):
    whole = {"organizations": [ORG], "services": [SERVICE]} | tables
    batch = taken(package(tmp_path, **whole), tiny_area)
    found = [issue for issue in batch.issues if issue.column == column and problem in issue.problem]
    assert found, [str(issue) for issue in batch.issues]
    assert found[0].row or column in ("price", "byweekno")
    assert found[0].fix
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(batch, on=TODAY)  # whatever was wrong, what is left can be stored


def test_a_fault_in_every_row_is_said_for_the_first_ones_and_counted(tmp_path, tiny_area):
    rows = [SERVICE | {"id": f"s{n}", "status": "dormant"} for n in range(300)]
    batch = taken(package(tmp_path, organizations=[ORG], services=rows), tiny_area)
    problems = said(batch, "status")
    assert len(problems) == 51
    assert "and 250 more rows with the same fault" in problems
    assert len(batch.of("service")) == 300


def test_a_second_import_changes_nothing(tmp_path, tiny_area):
    path = package(tmp_path, organizations=[ORG], services=[SERVICE | {"id": ""}, SERVICE])
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(taken(path, tiny_area), on=TODAY)
        known = approved(known=Known.of(directory))
        change = directory.add(taken(path, tiny_area, known=known), on=TODAY)
    assert (change.added.total(), change.changed.total(), len(change.missing)) == (0, 0, 0)


def test_a_body_of_another_list_is_met_by_name_and_phone(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organizations=[ORG | {"name": "«Umed»"}],
        services=[SERVICE],
        phones=[{"id": "p", "organization_id": "o1", "number": "+992000100001"}],
    )
    with sample_directory(tmp_path / "sample", tiny_area) as directory:
        batch = taken(path, tiny_area, known=Known.of(directory), columns=None)
        umed = next(o for o in directory.records(Organization) if o.name == "Umed")
        assert batch.of("organization") == []
        assert one(batch, "service").organization_id == umed.id
        directory.add(batch, on=TODAY)
        again = taken(path, tiny_area, known=Known.of(directory), columns=None)
        assert one(again, "service").organization_id == umed.id


def test_a_body_of_the_same_name_without_a_sign_is_asked_about(tmp_path, tiny_area):
    path = package(tmp_path, organizations=[ORG], services=[SERVICE])
    with sample_directory(tmp_path / "sample", tiny_area) as directory:
        known = Known.of(directory)
        batch = taken(path, tiny_area, known=known, columns=None)
    assert len(batch.of("organization")) == 1
    assert any("may be one body" in str(issue.problem) for issue in possible_doubles(batch, known))


def test_nothing_is_shown_before_two_people_approve_the_sender(tmp_path, tiny_area):
    path = package(tmp_path, organizations=[ORG | {"audience": "public"}], services=[SERVICE | {"audience": "public"}])
    batch = taken(path, tiny_area, known=Known())
    assert {record.audience for record in (*batch.of("organization"), *batch.of("service"))} == {"custodian"}
    assert any("two people have not approved" in each for each in said(batch))


def test_a_feed_never_lowers_and_may_raise(tmp_path, tiny_area):
    rows = [
        SERVICE | {"id": "a", "audience": "public"},
        SERVICE | {"id": "b", "audience": "partner"},
        SERVICE | {"id": "c", "audience": "pub??"},
    ]
    batch = taken(package(tmp_path, organizations=[ORG], services=rows), tiny_area)
    marked = {one_of.id: one_of.audience for one_of in batch.of("service")}
    expected = {"a": "public", "b": "partner", "c": "custodian"}
    assert marked == {record_id(MAP_SOURCE, "service", key): audience for key, audience in expected.items()}


def test_numbers_need_an_approval_of_their_own_and_names_of_people_stay(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organizations=[ORG],
        services=[SERVICE],
        phones=[{"id": "p", "service_id": "s1", "number": "+992900100001"}],
        contacts=[{"id": "c", "service_id": "s1", "name": "Invented Person"}],
    )
    assert one(taken(path, tiny_area, known=approved("map")), "phone").audience == "custodian"
    both = taken(path, tiny_area)
    assert (one(both, "phone").audience, one(both, "contact").audience) == ("public", "custodian")


@pytest.mark.parametrize("name", ["Women's shelter", "Убежище для женщин", "Паноҳгоҳ", "Safe house"])
def test_what_its_name_tells_to_be_a_shelter_is_for_custodians(tmp_path, tiny_area, name):
    batch = taken(package(tmp_path, organizations=[ORG], services=[SERVICE | {"name": name}]), tiny_area)
    assert one(batch, "service").audience == "custodian"
    assert one(batch, "organization").audience == "custodian"  # a body with nothing else to show


def test_an_address_that_asks_to_be_kept_hides_the_place(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organizations=[ORG],
        services=[SERVICE],
        locations=[{"id": "l1", "location_type": "physical", "latitude": "10.04", "longitude": "60.05"}],
        addresses=[
            {
                "id": "a",
                "location_id": "l1",
                "address_1": "Confidential",
                "city": "Chashma",
                "country": "XT",
                "state_province": "",
                "postal_code": "",
                "address_type": "physical",
            }
        ],
    )
    batch = taken(path, tiny_area)
    assert (one(batch, "location").precision, one(batch, "location").audience) == ("none", "custodian")
    assert one(batch, "address").audience == "custodian"


def test_the_number_of_services_and_of_refused_rows_is_that_of_the_map(tmp_path, tiny_area):
    path = package(tmp_path, organizations=[ORG], services=[SERVICE])
    with pytest.raises(FormatError, match="1 services where 5 to 9 are expected"):
        taken(
            path,
            tiny_area,
            columns=MAP.model_copy(update={"rows": MAP.rows.model_copy(update={"least": 5, "most": 9})}),
        )
    bad = package(
        tmp_path, "bad.zip", organizations=[ORG], services=[SERVICE, *({"id": f"n{n}", "name": ""} for n in range(30))]
    )
    with pytest.raises(FormatError, match="30 rows would be refused, and the map allows 20"):
        taken(bad, tiny_area)


def test_a_datapackage_json_reads_the_tables_beside_it(tmp_path, tiny_area):
    zipfile.ZipFile(package(tmp_path, organizations=[ORG], services=[SERVICE])).extractall(tmp_path / "open")
    path = document(tmp_path / "open", {"resources": [{"path": "services.csv"}]}, "datapackage.json")
    assert format_of(path) is hsds_csv
    assert len(taken(path, tiny_area).of("service")) == 1
    with pytest.raises(FormatError, match="no CSV file lies beside it"):
        taken(document(tmp_path, {"resources": []}, "datapackage.json"), tiny_area)


# ------------------------------------------------------------------------------------------------ hostile archives


def archive(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, contents in members:
            made.writestr(name, contents)
    return path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../services.csv", "outside itself"),
        ("/etc/services.csv", "outside itself"),
        ("C:\\x\\services.csv", "outside itself"),
        ("a/../../services.csv", "outside itself"),
    ],
)
def test_names_outside_the_archive_are_refused(tmp_path, tiny_area, name, reason):
    path = archive(tmp_path / "x.zip", (name, "id,name\n1,x\n"))
    with pytest.raises(FormatError, match=reason):
        taken(path, tiny_area)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, tiny_area):
    path = archive(tmp_path / "x.zip", ("services.csv", b"id,name\n" + b"0" * (60 * 2**20)))
    assert path.stat().st_size < 100_000
    with pytest.raises(FormatError, match=r"services\.csv unpacks to [\d,]{3,5} times its size"):
        taken(path, tiny_area)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path, tiny_area):
    path = archive(tmp_path / "x.zip", ("services.csv", "id,name\n" + "1,x\n" * 50))
    contents = path.read_bytes()
    real = (len("id,name\n" + "1,x\n" * 50)).to_bytes(4, "little")
    path.write_bytes(contents.replace(real, (10).to_bytes(4, "little")))
    with pytest.raises(FormatError):
        taken(path, tiny_area)


def test_too_many_members_and_no_table_are_refused(tmp_path, tiny_area):
    many = archive(tmp_path / "many.zip", ("services.csv", "id\n"), *((f"{n}.txt", "") for n in range(2001)))
    with pytest.raises(FormatError, match="2,002 files"):
        taken(many, tiny_area)
    with pytest.raises(FormatError, match="none of what we read"):
        taken(archive(tmp_path / "none.zip", ("notes.csv", "id\n")), tiny_area)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["services", "organizations", "phones", "locations", "attributes"]))
def test_any_bytes_in_a_table_are_read_or_refused(tmp_path, tiny_area, contents, table):
    path = archive(tmp_path / "x.zip", ("services.csv", "id,name\n1,x\n"), (f"more/{table}.csv", contents))
    known = Known()
    try:
        batch = read(path, area=tiny_area, today=TODAY, known=known)
    except FormatError:
        assert known.bodies == {}  # a refused file has left nothing behind
    else:
        with Directory(tmp_path / "any.db", tiny_area) as directory:
            directory.add(batch, on=TODAY, dry_run=True)


CELL = st.one_of(
    st.just(""),
    st.sampled_from(["s1", "o1", "public", "MO,TU", "8:00am", "10.04", "-999", "=1+1", "NULL"]),
    st.text(max_size=12),
)


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_cells_are_taken_or_said(tmp_path, tiny_area, data):
    table = data.draw(
        st.sampled_from(
            [
                "service",
                "organization",
                "phone",
                "location",
                "schedule",
                "attribute",
                "service_at_location",
                "address",
                "taxonomy_term",
                "service_capacity",
            ]
        )
    )
    cells = st.fixed_dictionaries(dict.fromkeys(["id", *hsds_csv.columns(table)], CELL))
    rows = data.draw(st.lists(cells, min_size=1, max_size=4))
    tables = {"organization": [ORG], "service": [SERVICE]}
    path = package(tmp_path, **tables | {table: [*tables.get(table, []), *rows]})
    batch = taken(path, tiny_area, known=approved(), columns=None)
    with Directory(tmp_path / "any.db", tiny_area) as directory:
        directory.add(batch, on=TODAY, dry_run=True)


# ------------------------------------------------------------------------------------------------------------- out


@pytest.fixture(scope="module")
def written(tmp_path_factory, tiny_area):
    folder = tmp_path_factory.mktemp("out")
    with sample_view(folder, tiny_area) as view:
        hsds_csv.write(view, folder / "hsds.zip", area=tiny_area, language="en")
    return folder / "hsds.zip"


def tables_of(path):
    with zipfile.ZipFile(path) as made:
        return {
            name: list(csv.DictReader(io.StringIO(made.read(name).decode(), newline="")))
            for name in made.namelist()
            if name.endswith(".csv")
        }


def test_frictionless_finds_no_error(written, tmp_path):
    zipfile.ZipFile(written).extractall(tmp_path)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, [(error.type, error.note) for task in report.tasks for error in task.errors][:5]
    assert len(report.tasks) == len(tables_of(written))
    assert sum(len(rows) for rows in tables_of(written).values()) > 100


def test_frictionless_would_find_a_broken_key(written, tmp_path):
    zipfile.ZipFile(written).extractall(tmp_path)
    phones = (tmp_path / "phones.csv").read_text()
    services = [row["id"] for row in tables_of(written)["services.csv"]]
    (tmp_path / "phones.csv").write_text(phones.replace(services[0], services[0][:-1] + "f").replace(services[1], "0"))
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_every_table_of_a_view_is_there_and_nothing_else(written):
    description = json.loads(zipfile.ZipFile(written).read("datapackage.json"))
    assert {each["name"] for each in description["resources"]} <= set(PUBLISHED)
    assert {"service", "activity", "referral_agreement", "verification", "translation"} <= {
        each["name"] for each in description["resources"]
    }
    assert {each["path"] for each in description["resources"]} == set(tables_of(written))


def test_the_bytes_depend_on_the_view_alone(written, tmp_path, tiny_area):
    with sample_view(tmp_path, tiny_area) as view:
        hsds_csv.write(view, tmp_path / "again.zip", area=tiny_area, language="ru")
    assert (tmp_path / "again.zip").read_bytes() == written.read_bytes()
    for member in zipfile.ZipFile(written).infolist():
        assert (member.date_time, stat.S_IMODE(member.external_attr >> 16)) == ((1980, 1, 1, 0, 0, 0), 0o644)


def test_a_text_that_begins_like_a_formula_is_as_it_is_and_comes_back(tmp_path, tiny_area):
    parts = (organization("=HYPERLINK(1)"), service("+Advice", of="=HYPERLINK(1)"), place("@here", of=["+Advice"]))
    with sample_view(tmp_path, tiny_area, *parts) as view:
        hsds_csv.write(view, tmp_path / "x.zip", area=tiny_area, language="en")
    assert [row["name"] for row in tables_of(tmp_path / "x.zip")["organizations.csv"]] == ["=HYPERLINK(1)"]
    batch = taken(tmp_path / "x.zip", tiny_area)
    assert (one(batch, "organization").name, one(batch, "service").name) == ("=HYPERLINK(1)", "+Advice")


def test_the_official_description_has_every_column_of_the_standards_tables(written, shared):
    official = json.loads((shared / "standards" / "hsds-3.1" / "datapackage.json").read_text())
    known = {each["name"]: {field["name"] for field in each["schema"]["fields"]} for each in official["resources"]}
    ours = json.loads(zipfile.ZipFile(written).read("datapackage.json"))
    for each in ours["resources"]:
        if each["name"] in STANDARD:
            added = {f["name"] for f in each["schema"]["fields"] if f.get("rohnamo:ours")}
            names = {f["name"] for f in each["schema"]["fields"]}
            assert names - added <= known[each["name"]], each["name"]
            assert added.isdisjoint(known[each["name"]]), each["name"]
            assert each["path"] == next(o["path"] for o in official["resources"] if o["name"] == each["name"])


def test_what_stands_in_two_directories_that_differ_in_secrets_is_equal(tmp_path, tiny_area):
    made = []
    for name, parts in (("all", ()), ("public", public_parts())):
        with sample_view(tmp_path / name, tiny_area, *parts) as view:
            hsds_csv.write(view, tmp_path / f"{name}.zip", area=tiny_area, language="en")
        made.append((tmp_path / f"{name}.zip").read_bytes())
    assert made[0] == made[1]
    assert sample_batch().records
    assert SECRETS


def test_what_is_said_of_tables_that_are_not_read_is_passed_over_with_them(tmp_path, tiny_area):
    path = package(
        tmp_path,
        organizations=[ORG],
        services=[SERVICE],
        statements=[{"id": "st", "text": "Beds can be arranged"}],
        translations=[
            {"id": "t", "link_id": "st", "link_entity": "statement", "field": "text", "language": "ru", "text": "x"}
        ],
    )
    batch = taken(path, tiny_area)
    assert (batch.refused, batch.of("translation"), batch.of("statement")) == ([], [], [])
    assert "is not read" in said(batch, level="note")
