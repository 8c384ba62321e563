"""Lists of referral lines, iCarol and AIRS: privacy decides the audience, and nothing is deleted in silence."""

import csv
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.directory.directory import Directory
from mapping.errors import FormatError
from mapping.formats import read_records
from mapping.formats.hsds._names import SentRow
from mapping.formats.referral_lines import airs, icarol
from mapping.formats.referral_lines._lists import hidden, state
from mapping.intake.read import Known, read
from mapping.model import Service, record_id
from mapping.registry import format_of
from tests.formats.hsds.hsds_files import MAP, approved, one, said, taken
from tests.support.examples import examples
from tests.support.sample import TODAY, sample_view

SOURCE = record_id("feed", "source")
AGENCY = {
    "ResourceAgencyNum": "100",
    "PublicName": "Umed",
    "TaxonomyLevelName": "Agency",
    "ParentAgencyNum": "0",
    "AgencyStatus": "Active",
    "Phone1Number": "+992 900 10 00 01",
    "MainContactName": "Invented Person",
}
SITE = {
    "ResourceAgencyNum": "101",
    "PublicName": "Office",
    "TaxonomyLevelName": "Site",
    "ParentAgencyNum": "100",
    "PhysicalAddress1": "1 Market Street",
    "PhysicalCity": "Chashma",
    "PhysicalCountry": "XT",
    "Latitude": "10.04",
    "Longitude": "60.05",
}
PROGRAM = {
    "ResourceAgencyNum": "102",
    "PublicName": "Hotline or helpline",
    "TaxonomyLevelName": "Program",
    "ParentAgencyNum": "100",
    "AgencyStatus": "Active",
    "HoursOfOperation": "Mon-Fri 9:00-17:00",
    "TaxonomyTerms": "Help Hotlines; Talk",
    "TaxonomyCodes": "RP-1500; RP-1600",
    "LastVerifiedOn": "2026-09-01",
    "LanguagesOffered": "Tajik; Russian",
    "Phone1Number": "+992 900 10 00 02",
    "InternalNotes": "never read this",
}
TIE = {
    "ResourceAgencyNum": "103",
    "PublicName": "Hotline at Office",
    "TaxonomyLevelName": "ProgramAtSite",
    "ParentAgencyNum": "100",
    "ConnectsToSiteNum": "101",
    "ConnectsToProgramNum": "102",
}


def export(folder, *rows, name="export.csv"):
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def audiences(batch):
    """The audience of each record that a sender's number names."""
    return {
        record.name: record.audience for table in ("organization", "service", "location") for record in batch.of(table)
    }


def test_days_of_an_export_are_read_by_the_whole_column(tmp_path, tiny_area):
    other = PROGRAM | {"ResourceAgencyNum": "104", "LastVerifiedOn": "8/17/11"}
    batch = taken(export(tmp_path, AGENCY, PROGRAM | {"LastVerifiedOn": "8/5/12 8:45"}, other), tiny_area)
    assert {service.assured_date for service in batch.of("service")} == {dt.date(2012, 8, 5), dt.date(2011, 8, 17)}


def test_the_four_levels_become_bodies_places_services_and_their_ties(tmp_path, tiny_area):
    path = export(tmp_path, AGENCY, SITE, PROGRAM, TIE)
    assert format_of(path) is icarol
    batch = taken(path, tiny_area)
    assert one(batch, "service").id == record_id(SOURCE, "service", "102")
    assert one(batch, "service").organization_id == one(batch, "organization").id
    tie = one(batch, "service_at_location")
    assert (tie.service_id, tie.location_id) == (one(batch, "service").id, one(batch, "location").id)
    assert (one(batch, "location").latitude, one(batch, "address").address_1) == (10.04, "1 Market Street")
    assert (one(batch, "schedule").byday, one(batch, "schedule").opens_at) == ("MO,TU,WE,TH,FR", "09:00")
    assert {each.code for each in batch.of("language")} == {"tg", "ru"}
    assert {each.code for each in batch.of("taxonomy_term")} == {"RP-1500", "RP-1600"}
    assert str(one(batch, "verification").verified_on) == "2026-09-01"
    assert {p.number for p in batch.of("phone")} == {"+992900100001", "+992900100002"}
    assert "never read this" not in str([*batch.records]) + str(batch.issues)
    assert one(batch, "contact").audience == "custodian"
    assert set(audiences(batch).values()) == {"public"}


@pytest.mark.parametrize(
    ("flags", "hidden_records"),
    [
        ({"ExcludeFromWebsite": "Yes"}, {"service"}),
        ({"ExcludeFromDirectory": "true"}, {"service"}),
        ({"AvailableForDirectory": "No"}, {"service"}),
        ({"ExcludeFromWebsite": "perhaps"}, {"service"}),
        ({"PhysicalAddressIsPrivate": "Yes"}, {"location", "address"}),
        ({"Phone1IsPrivate": "Yes"}, {"phone"}),
        ({"ExcludeFromWebsite": "No", "AvailableForDirectory": "Yes", "Phone1IsPrivate": "No"}, set()),
        ({"ExcludeFromWebsite": "", "AvailableForDirectory": ""}, set()),
    ],
)
def test_flags_of_privacy_set_the_audience(tmp_path, tiny_area, flags, hidden_records):
    alone = PROGRAM | {name: SITE[name] for name in SITE if name.startswith(("Physical", "L"))} | flags
    batch = taken(export(tmp_path, AGENCY | {"Phone1Number": ""}, alone), tiny_area)
    found = {
        table
        for table in ("service", "location", "address", "phone")
        if any(record.audience == "custodian" for record in batch.of(table))
    }
    if "ExcludeFromWebsite" in flags or "ExcludeFromDirectory" in flags or "AvailableForDirectory" in flags:
        hidden_records = hidden_records | ({"location", "address", "phone"} if hidden_records else set())
    assert found == hidden_records
    if "PhysicalAddressIsPrivate" in flags:
        assert one(batch, "location").precision == "none"


@pytest.mark.parametrize(
    ("cells", "status", "do_not_list"),
    [
        ({"AgencyStatus": "Active"}, "active", False),
        ({"AgencyStatus": ""}, "active", False),
        ({"AgencyStatus": "Inactive"}, "inactive", False),
        ({"AgencyStatus": "", "MadeInactiveOn": "2026-01-01"}, "inactive", False),
        ({"AgencyStatus": "Active, but do not refer"}, "active", True),
        ({"AgencyStatus": "Active", "AvailableForReferral": "No"}, "active", True),
        ({"AgencyStatus": "Active", "Custom_Deleted Record": "Yes"}, "inactive", False),
        ({"AgencyStatus": "Temporarily closed"}, "temporarily closed", False),
        ({"AgencyStatus": "blue"}, "inactive", False),
    ],
)
def test_what_is_inactive_or_deleted_stays_and_is_not_offered(tmp_path, tiny_area, cells, status, do_not_list):
    batch = taken(export(tmp_path, AGENCY, PROGRAM | cells), tiny_area)
    assert (one(batch, "service").status, one(batch, "service").do_not_list) == (status, do_not_list)
    deleted = "Custom_Deleted Record" in cells
    assert any("deleted" in each for each in said(batch, "AgencyStatus")) == deleted


def test_a_record_that_a_later_export_deletes_becomes_inactive(tmp_path, tiny_area):
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(taken(export(tmp_path, AGENCY, PROGRAM), tiny_area), on=TODAY)
        gone = export(tmp_path, AGENCY, PROGRAM | {"Custom_Deleted Record": "Yes"})
        change = directory.add(taken(gone, tiny_area, known=approved(known=Known.of(directory))), on=TODAY)
        (service,) = directory.records(Service)
    assert service.status == "inactive"
    assert change.missing == []


def test_an_agency_that_lists_what_it_does_is_a_service_too(tmp_path, tiny_area):
    whole = AGENCY | {"TaxonomyTerms": "Help Hotlines", "TaxonomyCodes": "RP-1500", "PhysicalCity": "Chashma"}
    batch = taken(export(tmp_path, whole), tiny_area)
    assert one(batch, "service").organization_id == one(batch, "organization").id


def test_hours_that_are_not_understood_stay_with_the_custodians(tmp_path, tiny_area):
    batch = taken(export(tmp_path, AGENCY, PROGRAM | {"HoursOfOperation": "ring the blue gate first"}), tiny_area)
    assert (one(batch, "schedule").audience, one(batch, "schedule").opens_at) == ("custodian", None)


@pytest.mark.parametrize(
    ("hours", "description"),
    [
        ("every other Monday 9:00-12:00", "every other Monday 9:00-12:00"),
        ("April to October Mon-Fri 9:00-12:00", "April to October"),
    ],
)
def test_hours_of_some_weeks_and_of_a_season_stay_so(tmp_path, tiny_area, hours, description):
    schedule = one(taken(export(tmp_path, AGENCY, PROGRAM | {"HoursOfOperation": hours}), tiny_area), "schedule")
    assert (schedule.interval, schedule.description) == (None, description)


def test_columns_of_the_senders_own_are_said_once(tmp_path, tiny_area):
    batch = taken(export(tmp_path, AGENCY | {"Custom_Colour": "red"}, PROGRAM | {"Custom_Colour": "blue"}), tiny_area)
    assert said(batch, "custom_colour") == ["is a column of the sender's own"]


# ------------------------------------------------------------------------------------------------------------ AIRS

PHONE = "<Phone {}><PhoneNumber>+992 900 10 00 0{}</PhoneNumber><Type>{}</Type></Phone>"
XML = """<?xml version="1.0" encoding="utf-8"?>
<Source SourceEntity="Invented line" SchemaVersion="3.1"{root}>
 <Agency{agency}><Key>100</Key><Name>Umed</Name>
  <AgencyDescription>Helps &amp;lt;b&amp;gt;now&amp;lt;/b&amp;gt;</AgencyDescription>
  <AKA><Name>Hope</Name><Confidential>false</Confidential></AKA>
  <AKA><Name>Hidden name</Name><Confidential>true</Confidential></AKA>
  {phone}<URL><Address>www.umed.example</Address></URL>
  <Site{site}><Key>101</Key><Name>Office</Name>
   <PhysicalAddress{address}><Line1>1 Market Street</Line1><Line2>Floor 2</Line2><City>Chashma</City><State/><ZipCode/>
    <Country>XT</Country></PhysicalAddress>
   <SiteService{service}><Key>102</Key><Name>Hotline or helpline</Name><TimeOpen>Mon-Fri 9:00-17:00</TimeOpen>
    <Taxonomy><Code>RP-1500</Code></Taxonomy><ResourceInfo{info} DateLastVerified="2026-04-14"/></SiteService>
   <SpatialLocation><Latitude>10.04</Latitude><Longitude>60.05</Longitude></SpatialLocation>
  </Site>
  <ResourceInfo><Contact Type="Main"><Title>Head</Title><Name>Invented Person</Name></Contact></ResourceInfo>
 </Agency>
</Source>
"""


def xml(folder, name="airs.xml", **parts):
    whole = dict.fromkeys(("root", "agency", "site", "address", "service", "info"), "") | {
        "phone": PHONE.format("", 1, "Hotline")
    }
    path = folder / name
    path.write_text(XML.format(**whole | parts), encoding="utf-8")
    return path


def test_agencies_sites_and_services_become_records(tmp_path, tiny_area):
    path = xml(tmp_path)
    assert format_of(path) is airs
    batch = taken(path, tiny_area)
    body = one(batch, "organization")
    assert (body.name, body.alternate_name, body.description) == ("Umed", "Hope", "Helps now")
    assert body.website == "https://www.umed.example"
    assert one(batch, "service").organization_id == body.id
    assert (one(batch, "address").address_2, one(batch, "location").latitude) == ("Floor 2", 10.04)
    assert one(batch, "schedule").opens_at == "09:00"
    assert (one(batch, "phone").number, one(batch, "phone").description) == ("+992900100001", "Hotline")
    assert one(batch, "contact").audience == "custodian"
    assert "Hidden name" not in str([*batch.records])
    assert set(audiences(batch).values()) == {"public"}


def test_a_namespace_makes_no_difference(tmp_path, tiny_area):
    batch = taken(xml(tmp_path, root=' xmlns="http://www.airs.example/schema"'), tiny_area)
    assert one(batch, "service").name == "Hotline or helpline"


@pytest.mark.parametrize(
    ("parts", "table"),
    [
        ({"address": ' Confidential="true"'}, "location"),
        ({"address": ' Confidential="true"'}, "address"),
        ({"agency": ' ExcludeFromWebsite="true"'}, "organization"),
        ({"service": ' Confidential="1"'}, "service"),
        ({"info": ' AvailableForDirectory="false"'}, "service"),
        ({"phone": PHONE.format('Confidential="true"', 1, "Phone1")}, "phone"),
        ({"address": ' Confidential="who knows"'}, "location"),
    ],
)
def test_what_is_confidential_is_for_custodians(tmp_path, tiny_area, parts, table):
    assert one(taken(xml(tmp_path, **parts), tiny_area), table).audience == "custodian"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Removed", "inactive"),
        ("Delete", "inactive"),
        ("Inactive", "inactive"),
        ("Update", "active"),
        ("Active", "active"),
    ],
)
def test_states_of_a_record(tmp_path, tiny_area, word, status):
    assert one(taken(xml(tmp_path, info=f' Status="{word}"'), tiny_area), "service").status == status
    removed = taken(xml(tmp_path, agency=f' Status="{word}"'), tiny_area)
    assert one(removed, "service").status == status
    assert any("removed the record" in i.fix for i in removed.issues) == (word in ("Removed", "Delete"))


def test_an_agency_within_another_knows_its_parent(tmp_path, tiny_area):
    inner = "<Agency><Key>200</Key><Name>Branch</Name></Agency>"
    path = tmp_path / "nested.xml"
    path.write_text(
        XML.format(root="", agency="", site="", address="", service="", info="", phone=inner), encoding="utf-8"
    )
    bodies = {body.name: body for body in taken(path, tiny_area).of("organization")}
    assert bodies["Branch"].parent_organization_id == bodies["Umed"].id


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Source><Agency><Key>&c;</Key></Agency></Source>"""


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (BOMB, "entities or a document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><Source><Agency/></Source>', "entities or a document type"),
        ("<Source><Agency><Key>1</Key>", "no whole XML"),
        ("<Source><Agency>" + "<a>" * 5000 + "</a>" * 5000 + "</Agency></Source>", "more than 40 deep"),
        ("<Source><Other/></Source>", "holds no agency"),
        ("", "the file is empty"),
    ],
)
def test_hostile_and_broken_xml_is_refused_with_a_reason(tmp_path, tiny_area, contents, reason):
    path = tmp_path / "x.xml"
    path.write_text(contents)
    known = approved()
    with pytest.raises(FormatError, match=reason):
        read_records(airs, path, context(tiny_area, known))
    assert known.bodies == {}


def context(area, known):
    from mapping.formats import ReadContext, source_of

    return ReadContext(area, TODAY, known, source_of(MAP), MAP)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["x.xml", "x.csv"]))
def test_any_bytes_behind_a_true_beginning_are_read_or_refused(tmp_path, tiny_area, contents, name):
    path = tmp_path / name
    start = b"<Source><Agency><Key>1</Key>" if name == "x.xml" else b"ResourceAgencyNum,PublicName,Latitude\n1,A,"
    path.write_bytes(start + contents)
    try:
        batch = read(path, area=tiny_area, today=TODAY, known=Known())
    except FormatError:
        return
    with Directory(tmp_path / "any.db", tiny_area) as directory:
        directory.add(batch, on=TODAY, dry_run=True)


def test_what_was_hidden_by_a_flag_is_in_no_view(tmp_path, tiny_area):
    secret = PROGRAM | {"PublicName": "Zarnisor", "ExcludeFromWebsite": "Yes", "ResourceAgencyNum": "900"}
    batch = taken(export(tmp_path, AGENCY, PROGRAM, secret), tiny_area)
    with sample_view(tmp_path / "view", tiny_area, *batch.records, batch.source) as view:
        names = {row["name"] for row in view.rows("service")}
    assert names == {"Hotline or helpline"}


class Silent:
    """Stands for a `Feed` that only hears."""

    def __init__(self):
        self.heard = []

    def say(self, _raw, column, problem, fix, level="doubt"):
        self.heard.append((column, problem, fix, level))


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        ("Yes", True, True),
        ("no", True, False),
        ("", True, False),
        ("", False, False),
        ("No", False, True),
        ("yes", False, False),
        ("x", True, True),
        ("x", False, True),
    ],
)
def test_a_flag_that_nobody_understands_hides(text, when, expected):
    heard = Silent()
    assert hidden(heard, SentRow("", {}, "", 1), "flag", text, when=when) is expected
    assert bool(heard.heard) == (text == "x")


def test_a_state_that_nobody_knows_counts_as_inactive_and_is_said():
    heard = Silent()
    assert state(heard, SentRow("", {}, "", 1), "Status", "purple").status == "inactive"
    assert heard.heard
