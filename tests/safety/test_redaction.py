"""The choke point: what each audience sees of each record.

Every test that needs at most the study area is also a check that `tests/safety/test_mutants.py` runs against spoilt
versions of `mapping.safety.redaction`: each of these must make one of them fail.
"""

import copy
import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import create_model

from mapping.area.study_area import StudyArea
from mapping.directory.directory import rules
from mapping.errors import UnsafePublication
from mapping.language.taxonomy import Vocabulary as Terms
from mapping.language.taxonomy import vocabulary
from mapping.model import (
    AUDIENCES,
    RECORDS,
    Accessibility,
    Address,
    Attribute,
    Audience,
    Funding,
    Location,
    Organization,
    Record,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Source,
    StandardAssessment,
    Taxonomy,
    TaxonomyTerm,
    Translation,
    Unit,
    Verification,
)
from mapping.safety import redaction
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    Part,
    activity,
    agreement,
    allowed,
    approval,
    case_count,
    contact,
    key,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    secret_parts,
    service,
    statement,
    tables_of,
    term,
    translations,
)

RULES = rules(TODAY)
SHELTER, OFFICE = "ACC-VOT", "LEG-INF"
Row = dict[str, Any]


TERMS = [record for record in vocabulary() if record.table != "translation"]
"""The words of the vocabularies, without what each is in other languages: that would cost five times all else."""


def seen(*parts: Part, audience: Audience = "public", given: redaction.Rules = RULES) -> dict[str, list[Row]]:
    """What an audience sees of some records; the vocabularies aside."""
    shown = redaction.project(tables_of(*parts, words=TERMS), audience, given)
    own = {record.id for record in records_of(*parts)}
    return {table: [row for row in rows if row["id"] in own] for table, rows in shown.items()}


def names(shown: dict[str, list[Row]], table: str) -> set[str]:
    return {row["name"] for row in shown[table]}


def is_seen(record: Record, *parts: Part, audience: Audience = "public") -> bool:
    return record.id in {row["id"] for row in seen(*parts, audience=audience)[record.table]}


def umed(**fields: Any) -> list[Record]:
    return organization("Umed", **fields)


def advice(**fields: Any) -> list[Record]:
    return service("Advice", of="Umed", **{"types": [OFFICE], **fields})


def office(**fields: Any) -> list[Record]:
    return place("Office", of=["Advice"], **{"at": (10.04, 60.05), "unit": "XT-E1", "address": "1 Street", **fields})


# -- the strictest marking on the way ------------------------------------------------------------------------------


def test_the_strictest_of_organization_service_tie_and_place_decides() -> None:
    for hidden in range(4):
        for wanted in AUDIENCES:
            marks: list[Audience] = ["public"] * 4
            marks[hidden] = wanted
            records = [*umed(audience=marks[0]), *advice(audience=marks[1]), *office(audience=marks[2])]
            tie = next(r for r in records if isinstance(r, ServiceAtLocation))
            tie.audience = marks[3]
            for audience in redaction.VIEWS:
                shown = seen(records, audience=audience)
                may = redaction.allows(audience, wanted)
                assert bool(shown["organization"]) == (may or hidden != 0), (hidden, wanted, audience)
                assert bool(shown["service"]) == (may or hidden > 1), (hidden, wanted, audience)
                assert bool(shown["location"]) == bool(shown["service_at_location"]) == may, (hidden, wanted, audience)
                assert bool(shown["address"]) == may, (hidden, wanted, audience)


def test_what_hangs_on_a_hidden_record_is_hidden_whatever_it_says_itself() -> None:
    parts = [
        *umed(),
        *advice(audience="custodian", hours=[("MO", "08:00", "17:00")], speaks=["tg"], phones=["1313"]),
        phone("1414", service="Advice"),
        Funding(id="f", service_id=key("service", "Advice"), audience="public"),
        ServiceArea(id="a", service_id=key("service", "Advice"), area_unit="XT"),
        *translations(Service(id=key("service", "Advice"), name=""), name={"ru": "Совет"}),
    ]
    shown = seen(parts)
    assert names(shown, "organization") == {"Umed"}
    assert [table for table, rows in shown.items() if rows] == ["organization"]


def test_a_record_whose_parents_are_missing_is_hidden() -> None:
    assert not seen(advice())["service"]
    assert not seen(umed(), office())["location"]
    assert not seen(umed(), phone("1313", service="Nobody"))["phone"]
    assert not seen(umed(), Schedule(id="s", audience="public"))["schedule"]
    assert not seen(umed(), Service(id="s", name="Free", audience="public"))["service"]
    assert not seen(umed(), advice(), Location(id="l", name="Alone", audience="public", precision="exact"))["location"]
    orphan = Translation(id="t", link_id="x", link_entity="service", field="name", language="ru", text="x")
    assert not seen(umed(), orphan)["translation"]


def test_every_parent_that_is_named_must_be_visible() -> None:
    hidden = service("Shelter", of="Umed", types=[SHELTER])
    both = phone("1313", organization="Umed", service="Shelter")
    assert not is_seen(both, umed(), hidden, both)
    alone = phone("1313", organization="Umed")
    assert is_seen(alone, umed(), hidden, alone)


def test_what_belongs_to_a_hidden_record_is_hidden_however_few_may_see_it_itself() -> None:
    for marked in redaction.VIEWS:
        number = phone("1313", organization="Umed", audience=marked)
        assert is_seen(number, umed(), number, audience="focal_point")
        assert not is_seen(number, umed(audience="custodian"), number, audience="focal_point")


def test_a_tie_to_a_place_that_is_missing_shows_nothing_and_hides_no_other() -> None:
    ties = [
        ServiceAtLocation(id=str(to), service_id=SHELTER_ID, location_id=to, audience="public") for to in ("x", None)
    ]
    shown = seen(umed(), advice(), ties, office())
    assert names(shown, "location") == {"Office"}
    assert [row["location_id"] for row in shown["service_at_location"]] == [PLACE_ID]


def test_what_is_said_of_a_service_at_a_place_is_shown_where_the_place_is() -> None:
    tie = ServiceAtLocation(
        id="t", service_id=key("service", "Advice"), location_id=PLACE_ID, audience="public", description="Second floor"
    )
    shown = seen(umed(), advice(), [tie], office())
    assert {row["precision"] for row in shown["location"]} == {"exact"}
    assert {row["id"]: row["description"] for row in shown["service_at_location"]}["t"] == "Second floor"


def test_tables_that_are_left_out_hold_nothing() -> None:
    shown = redaction.project({"organization": umed()}, "public", RULES)
    words = {"taxonomy", "taxonomy_term", "translation"}  # those that come with Rohnamo
    assert {table for table, rows in shown.items() if rows} - words == {"organization"}


def test_a_marking_that_nobody_knows_hides() -> None:
    odd = Organization.model_construct(**{**Organization(id="o", name="Odd").__dict__, "audience": "pub??"})
    assert not seen([odd], audience="focal_point")["organization"]
    records = [*umed(), *advice(), *office()]
    spot = next(r for r in records if isinstance(r, Location))
    records[records.index(spot)] = Location.model_construct(**{**spot.__dict__, "precision": "about"})
    assert not seen(records)["location"]


def test_a_public_organization_is_shown_also_without_services() -> None:
    assert names(seen(umed()), "organization") == {"Umed"}


# -- what a kind of service is by default --------------------------------------------------------------------------


def test_a_shelter_is_hidden_whatever_its_row_says() -> None:
    for audience in redaction.VIEWS:
        shown = seen(umed(), advice(types=[SHELTER]), office(), audience=audience)
        assert not shown["service"]
        assert not shown["location"]


def test_every_kind_that_is_hidden_by_default_is() -> None:
    for one in Terms.load("service_types").terms():
        shown = seen(umed(), advice(types=[one.code]), office())
        assert bool(shown["service"]) == (one.audience == "public"), one.code
        assert bool(shown["location"]) == (one.audience == "public" and one.precision != "none"), one.code


def test_the_strictest_of_several_kinds_decides() -> None:
    assert not seen(umed(), advice(types=[OFFICE, SHELTER]))["service"]


def test_a_service_of_no_known_kind_could_be_a_shelter() -> None:
    assert not seen(umed(), advice(types=[]))["service"]
    assert not seen(umed(), advice(types=[OFFICE, "somewhere to sleep"]))["service"]
    foreign = TaxonomyTerm(id="t", name="Refuge", code="R", taxonomy_id="x")
    unknown = Attribute(id="a", link_id=key("service", "Advice"), link_entity="service", taxonomy_term_id="t")
    assert not seen(umed(), advice(types=[]), foreign, unknown)["service"]
    assert not seen(umed(), advice(), foreign, unknown)["service"]


# -- lowering ------------------------------------------------------------------------------------------------------

SHELTER_ID, PLACE_ID = key("service", "Advice"), key("location", "Office")


def lowered(*approvals: Record, audience: Audience = "public") -> dict[str, list[Row]]:
    """What is seen of a shelter with approvals."""
    return seen(umed(), advice(types=[SHELTER], audience="custodian"), office(), approvals, audience=audience)


def test_two_people_with_consent_lower_an_audience() -> None:
    assert lowered(approval("audience", SHELTER_ID, "public"))["service"]
    assert not lowered(approval("audience", SHELTER_ID, "partner"))["service"]
    assert lowered(approval("audience", SHELTER_ID, "partner"), audience="partner")["service"]


def test_nothing_less_lowers_it() -> None:
    for wrong in (
        {"approved_by_too": "Steward One"},
        {"approved_by_too": " steward  ONE "},
        {"approved_by": "", "approved_by_too": "Steward Two"},
        {"approved_by_too": " "},
        {"consent_until": TODAY - dt.timedelta(days=1)},
        {"consent_until": None},
        {"consent_by": None},
        {"consent_by": "  "},
        {"approved_on": TODAY + dt.timedelta(days=1)},
        {"value": "everybody"},
        {"kind": "map"},
        {"kind": "statement"},
        {"subject": key("organization", "Umed")},
    ):
        granted = approval("audience", SHELTER_ID, "public").model_copy(update=wrong)
        assert not lowered(granted)["service"], wrong


def test_consent_holds_on_its_last_day() -> None:
    assert lowered(approval("audience", SHELTER_ID, "public", consent_until=TODAY))["service"]


def test_an_approval_holds_on_its_first_day() -> None:
    granted = approval("audience", SHELTER_ID, "public").model_copy(update={"approved_on": TODAY})
    assert lowered(granted)["service"]


def test_the_latest_word_counts_and_of_one_day_the_stricter() -> None:
    early = {"approved_on": dt.date(2026, 1, 1)}
    open_, shut = approval("audience", SHELTER_ID, "public"), approval("audience", SHELTER_ID, "custodian")
    assert not lowered(open_.model_copy(update=early), shut)["service"]
    assert lowered(open_, shut.model_copy(update=early))["service"]
    assert not lowered(open_, shut)["service"]
    assert not lowered(shut, open_)["service"]


def test_lowering_the_audience_does_not_show_the_place() -> None:
    assert not lowered(approval("audience", SHELTER_ID, "public"))["location"]
    both = (approval("audience", SHELTER_ID, "public"), approval("precision", SHELTER_ID, "area"))
    (spot,) = lowered(*both)["location"]
    assert (spot["precision"], spot["latitude"], spot["name"]) == ("area", None, None)
    assert not lowered(approval("precision", SHELTER_ID, "exact"))["location"]


def test_what_was_agreed_about_one_mark_says_nothing_about_the_other() -> None:
    vague = [*umed(), *advice(), *office(precision="area")]
    assert seen(vague, approval("audience", PLACE_ID, "exact"))["location"][0]["latitude"] is None
    exact = [*umed(), *advice(), *office()]
    assert seen(exact, approval("precision", PLACE_ID, "custodian"))["location"][0]["latitude"] == 10.04


def test_lowering_a_service_does_not_lower_its_organization() -> None:
    parts = [*umed(audience="custodian"), *advice(), approval("audience", SHELTER_ID, "public")]
    assert not seen(parts)["service"]


def test_a_precision_is_lowered_by_two_people() -> None:
    parts = [*umed(), *advice(), *office(precision="area")]
    assert seen(parts)["location"][0]["latitude"] is None
    assert seen(parts, approval("precision", PLACE_ID, "exact"))["location"][0]["latitude"] == 10.04
    alone = approval("precision", PLACE_ID, "exact", approved_by_too="Steward One")
    assert seen(parts, alone)["location"][0]["latitude"] is None


# -- places --------------------------------------------------------------------------------------------------------


def test_an_exact_place_is_shown_with_all_that_helps_to_find_it() -> None:
    shown = seen(umed(), advice(), office(transportation="Bus 3", access="Ramp"))
    (spot,) = shown["location"]
    assert (spot["latitude"], spot["longitude"], spot["name"], spot["transportation"]) == (
        10.04,
        60.05,
        "Office",
        "Bus 3",
    )
    assert len(shown["address"]) == len(shown["accessibility"]) == 1


def test_an_exact_place_keeps_its_own_unit_and_what_its_point_is_of() -> None:
    records = list(office())
    place_ = next(record for record in records if isinstance(record, Location))
    place_.area_unit, place_.position_basis, place_.location_type = "XT-W2", "given", "postal"
    (spot,) = seen(umed(), advice(), records)["location"]
    assert [spot[name] for name in ("area_unit", "position_basis", "location_type")] == ["XT-W2", "given", "postal"]


def test_an_area_only_place_is_shown_at_a_unit_with_enough_people_and_nothing_else(tiny_area: StudyArea) -> None:
    texts = {"transportation": "Bus 3", "access": "Ramp", "description": "Blue gate", "alternate_name": "The house"}
    parts = [*umed(), *advice(), *office(precision="area", country="XT", location_type="postal", **texts)]
    tie = next(r for r in parts if isinstance(r, ServiceAtLocation))
    tie.description = "Second floor"
    street, ramp = (next(r for r in parts if isinstance(r, kind)) for kind in (Address, Accessibility))
    parts += translations(Location(id=PLACE_ID), name={"ru": "Дом"}, transportation={"ru": "Автобус 3"})
    parts += translations(tie, description={"ru": "Второй этаж"})
    parts += translations(street, address_1={"ru": "Улица 1"}) + translations(ramp, description={"ru": "Пандус"})
    note = Attribute(
        id="n", link_id=street.id, link_entity="address", link_type="classification", value="Blue gate", label="Gate"
    )
    parts += [note, *translations(note, label={"ru": "Ворота"})]
    shown = seen(parts, given=rules(TODAY, tiny_area))
    (spot,) = shown["location"]
    assert {name: value for name, value in spot.items() if value is not None} == {
        "id": PLACE_ID,
        "area_unit": "XT",
        "country": "XT",
        "precision": "area",
        "position_basis": "unit",
        "audience": "public",
        "location_type": "physical",
    }
    assert shown["service_at_location"][0]["description"] is None
    assert not shown["address"]
    assert not shown["accessibility"]
    assert not shown["translation"]
    assert [row["link_entity"] for row in shown["attribute"]] == ["service"]


def test_the_unit_climbs_until_it_has_people_enough(tiny_area: StudyArea) -> None:
    shown_at = {"XT-W1": "XT-W", "XT-W2": "XT-W2", "XT-E1": "XT", "XT": "XT", "XX": None}
    for unit, wanted in shown_at.items():
        parts = [*umed(), *advice(), *office(precision="area", unit=unit)]
        (spot,) = seen(parts, given=rules(TODAY, tiny_area))["location"]
        assert spot["area_unit"] == wanted
        assert spot["position_basis"] == ("unit" if wanted else "none")
    (spot,) = seen(umed(), advice(), office(precision="area"))["location"]
    assert spot["area_unit"] is None  # without a study area nobody knows how many people a unit has


def test_a_contact_only_place_is_not_shown_at_all() -> None:
    shown = seen(umed(), advice(phones=["1313"]), office(precision="none"), phone("1414", location="Office"))
    assert not any(shown[table] for table in ("location", "service_at_location", "address"))
    assert [row["number"] for row in shown["phone"]] == ["1313"]


def test_a_kind_that_has_no_place_is_shown_without_one() -> None:
    shown = seen(umed(), advice(types=["IDN-OUT"]), office())
    assert shown["service"]
    assert not shown["location"]


def test_the_middle_of_a_unit_is_no_point() -> None:
    records = [*umed(), *advice(), *office()]
    next(r for r in records if isinstance(r, Location)).position_basis = "unit"
    (spot,) = seen(records)["location"]
    assert (spot["latitude"], spot["precision"]) == (None, "area")


def test_a_place_of_a_hidden_and_a_public_service_is_shown_as_that_of_the_public_one() -> None:
    shelter = service("Shelter", of="Umed", types=[SHELTER])
    shared = place("Office", of=["Advice", "Shelter"], at=(10.04, 60.05), address="1 Street")
    shown = seen(umed(), advice(), shelter, shared)
    assert [row["service_id"] for row in shown["service_at_location"]] == [key("service", "Advice")]
    assert shown == seen(umed(), advice(), place("Office", of=["Advice"], at=(10.04, 60.05), address="1 Street"))


def test_a_place_is_shown_no_closer_than_the_strictest_visible_service_there_allows() -> None:
    near = (approval("precision", key("service", "Second"), "area"),)
    second = service("Second", of="Umed", types=[OFFICE])
    hidden = service("Second", of="Umed", types=[OFFICE], audience="custodian")
    for services in (("Advice", "Second"), ("Second", "Advice")):
        shared = place("Office", of=services, at=(10.04, 60.05), address="1 Street")
        (spot,) = seen(umed(), advice(), second, shared, near)["location"]
        assert (spot["precision"], spot["latitude"]) == ("area", None)
        (spot,) = seen(umed(), advice(), hidden, shared, near)["location"]
        assert spot["latitude"] == 10.04


def test_a_kind_that_has_no_place_does_not_borrow_that_of_another() -> None:
    placeless = service("Papers", of="Umed", types=["IDN-OUT"])
    shared = place("Office", of=["Advice", "Papers"], at=(10.04, 60.05))
    shown = seen(umed(), advice(), placeless, shared)
    assert [row["service_id"] for row in shown["service_at_location"]] == [key("service", "Advice")]
    assert shown["location"][0]["latitude"] == 10.04


def test_a_place_of_a_hidden_service_is_hidden_though_its_organization_is_visible() -> None:
    assert not seen(umed(), advice(types=[SHELTER]), office(organization_id=key("organization", "Umed")))["location"]


def test_a_place_of_a_visible_organization_is_shown() -> None:
    shown = seen(umed(), advice(), office(organization_id=key("organization", "Umed")))
    assert names(shown, "location") == {"Office"}


def test_a_place_of_a_hidden_organization_is_hidden() -> None:
    other = organization("Landlord", audience="custodian")
    shown = seen(umed(), other, advice(), office(organization_id=key("organization", "Landlord")))
    assert not shown["location"]
    assert shown["service"]


# -- fields --------------------------------------------------------------------------------------------------------

PRIVATE_FIELDS: dict[str, dict[str, Any]] = {
    "organization": {
        "tax_id": "7741",
        "tax_status": "x",
        "year_incorporated": 1999,
        "logo": "x",
        "uri": "x",
        "parent_organization_id": "x",
        "do_not_list": False,
    },
    "service": {"assurer_email": "x@x.example", "last_modified": TODAY, "program_id": "x", "do_not_list": False},
    "location": {"url": "x", "external_identifier": "x", "external_identifier_type": "x"},
    "address": {"attention": "x"},
    "schedule": {"schedule_link": "x", "notes": "x"},
    "service_area": {"extent": "x", "uri": "x"},
    "verification": {"method": "x", "verified_by": "x", "evidence": "x"},
    "activity": {"implementer": "x"},
    "referral_agreement": {"number": "x", "contact_route": "x"},
    "statement": {"consent_by": "x", "approved_by": "a", "approved_by_too": "b"},
    "standard_assessment": {"evidence": "x", "comment": "x"},
    "case_count": {"note": "x"},
}


def test_no_field_that_is_kept_back_is_shown_to_anyone() -> None:
    answer = StandardAssessment(id="a", service_id=key("service", "Hotline"), standard="STD-001", audience="partner")
    records = records_of(public_parts(), answer)
    for record in records:
        for name, value in PRIVATE_FIELDS.get(record.table, {}).items():
            setattr(record, name, value)
    for audience in redaction.VIEWS:
        shown = redaction.project(tables_of(records), audience, RULES)
        for table, fields in PRIVATE_FIELDS.items():
            for row in shown[table]:
                assert not set(fields) & set(row), table
    assert all(shown[table] for table in PRIVATE_FIELDS)


def test_rows_have_the_published_fields_and_no_other() -> None:
    shown = redaction.project(tables_of(public_parts(), secret_parts()), "focal_point", RULES)
    assert list(shown) == list(redaction.PUBLISHED)
    for table, rows in shown.items():
        for row in rows:
            assert list(row) == ["id", *redaction.PUBLISHED[table]]


def test_private_tables_are_not_shown() -> None:
    shown = redaction.project(tables_of(public_parts(), secret_parts()), "focal_point", RULES)
    assert not set(shown) & {"source", "program", "organization_identifier", "provenance", "approval", "decision"}


def test_what_is_not_to_be_listed_is_in_no_view_whatever_was_agreed() -> None:
    lowered = approval("audience", key("service", "Advice"), "public")
    unlisted = service("Advice", of="Umed", types=[OFFICE], phones=["+992111111111"], do_not_list=True)
    body = organization("Umed", do_not_list=True, phones=["+992111111111"])
    for audience in redaction.VIEWS:
        shown = seen(umed(), unlisted, office(), lowered, audience=audience)
        assert shown == seen(umed(), audience=audience)
        assert not any(seen(body, advice(), office(), audience=audience).values())


def test_small_counts_of_cases_and_their_complements_are_not_public() -> None:
    counts = (case_count(64), case_count(4, sex="female"), case_count(60, sex="male"))
    assert [row["count"] for row in ordered(seen(*counts)["case_count"])] == [None, None, 64]
    hidden = seen(case_count(4, audience="custodian", source="Other"), *counts[:1])["case_count"]
    assert [(row["count"], row["suppressed"]) for row in hidden] == [(64, False)]
    told = redaction.project(tables_of(*counts), "partner", RULES)["case_count"]
    assert sorted(row["count"] for row in told) == [4, 60, 64]


def test_the_complement_of_a_small_count_in_another_unit_is_not_public() -> None:
    units = {"E1": "E", "E2": "E"}
    counts = [case_count(count, area_unit=unit) for unit, count in (("E", 64), ("E1", 4), ("E2", 60))]
    shown = seen(counts, given=replace(RULES, parent_unit=units.get))["case_count"]
    assert {row["area_unit"]: row["count"] for row in shown} == {"E": 64, "E1": None, "E2": None}


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["count"] or 0)


def test_the_marking_that_is_published_is_the_one_that_counts() -> None:
    """A shelter that two people made public must not say in public that it was for custodians."""
    shown = lowered(approval("audience", SHELTER_ID, "public"), approval("precision", SHELTER_ID, "exact"))
    assert {row["audience"] for rows in shown.values() for row in rows if "audience" in row} == {"public"}
    shown = seen(umed(), advice(audience="partner"), phone("1313", service="Advice"), audience="focal_point")
    assert shown["phone"][0]["audience"] == "partner"


def test_a_field_is_kept_back_by_one_person_with_its_translations() -> None:
    one_person = {"approved_by_too": "Steward One", "consent_by": None, "consent_until": None}
    back = approval("withhold", SHELTER_ID, "description", **one_person)
    parts = [
        *umed(),
        *advice(description="Ask for Zarina"),
        *translations(Service(id=SHELTER_ID, name=""), description={"ru": "Спросите Зарину"}, name={"ru": "Совет"}),
    ]
    assert seen(parts)["service"][0]["description"] == "Ask for Zarina"
    shown = seen(parts, back)
    assert shown["service"][0]["description"] is None
    assert [row["text"] for row in shown["translation"]] == ["Совет"]


def test_a_record_is_kept_back_with_the_field_without_which_it_says_nothing() -> None:
    records = records_of(umed(), advice(phones=["1313"]), office(), statement("A place can be found"))
    for table, name in (("phone", "number"), ("service", "name"), ("organization", "name"), ("statement", "text")):
        record = next(r for r in records if r.table == table)
        assert is_seen(record, records)
        assert not is_seen(record, records, approval("withhold", record.id, name))
    back = approval("withhold", key("organization", "Umed"), "name")
    assert not seen(records, back)["service"]


def test_a_record_of_which_the_id_is_kept_back_is_hidden() -> None:
    parts = [*umed(), *advice(phones=["1313"]), *office()]
    for record in (r for r in parts if r.table in ("service", "location", "service_at_location", "phone")):
        assert is_seen(record, parts)
        assert not is_seen(record, parts, approval("withhold", record.id, "id"))


def test_a_point_is_kept_back_without_the_place() -> None:
    back = [approval("withhold", PLACE_ID, name) for name in ("latitude", "longitude")]
    (spot,) = seen(umed(), advice(), office(), back)["location"]
    assert (spot["latitude"], spot["longitude"], spot["name"]) == (None, None, "Office")


# -- rules of single tables ----------------------------------------------------------------------------------------


def test_the_name_of_a_person_is_shown_only_if_two_people_say_so() -> None:
    person = contact("Zarina", organization="Umed", audience="public", title="Lawyer")
    spoken = translations(person, name={"ru": "Зарина"}, title={"ru": "Юрист"})
    shown = seen(umed(), person, spoken)
    assert [(row["name"], row["title"]) for row in shown["contact"]] == [(None, "Lawyer")]
    assert [row["text"] for row in shown["translation"]] == ["Юрист"]
    shown = seen(umed(), person, spoken, approval("audience", person.id, "public"))
    assert names(shown, "contact") == {"Zarina"}
    assert {row["text"] for row in shown["translation"]} == {"Юрист", "Зарина"}
    assert not seen(umed(), contact("Zarina", organization="Umed"), audience="focal_point")["contact"]


def test_an_agreement_needs_both_ends() -> None:
    hidden = organization("Sitora", audience="custodian")
    for parts in ((umed(), hidden), (umed(),), (hidden,)):
        assert not seen(*parts, agreement("Umed", "Sitora"), audience="focal_point")["referral_agreement"]
        assert not seen(*parts, agreement("Sitora", "Umed"), audience="focal_point")["referral_agreement"]
    shown = seen(umed(), organization("Sitora"), agreement("Umed", "Sitora"))
    assert len(shown["referral_agreement"]) == 1
    half = agreement("Umed", "Sitora").model_copy(update={"to_organization_id": None})
    assert not seen(umed(), half)["referral_agreement"]


def test_an_agreement_does_not_tell_of_a_hidden_kind_of_service() -> None:
    ends = (umed(), organization("Sitora"))
    mixed = agreement("Umed", "Sitora", service_types=f"{SHELTER};{OFFICE};PSY-COU")
    assert seen(*ends, mixed)["referral_agreement"][0]["service_types"] == f"{OFFICE};PSY-COU"
    assert not seen(*ends, agreement("Umed", "Sitora", service_types=SHELTER))["referral_agreement"]
    assert not seen(*ends, agreement("Umed", "Sitora", service_types="a refuge"))["referral_agreement"]


def test_an_activity_needs_its_organization_and_its_implementer() -> None:
    hidden = organization("Sitora", audience="custodian")
    assert seen(umed(), activity("Talks", of="Umed", unit="XT"))["activity"]
    assert not seen(hidden, activity("Talks", of="Sitora", unit="XT"))["activity"]
    with_hidden = activity("Talks", of="Umed", unit="XT", implementer_id=key("organization", "Sitora"))
    assert not seen(umed(), hidden, with_hidden)["activity"]
    nobody = activity("Talks", of="Umed", unit="XT").model_copy(update={"organization_id": None})
    assert not seen(umed(), nobody)["activity"]


def test_an_activity_of_a_hidden_kind_is_hidden() -> None:
    assert not seen(umed(), activity("Nights", of="Umed", unit="XT", service_type=SHELTER))["activity"]
    assert not seen(umed(), activity("Nights", of="Umed", unit="XT", service_type="a refuge"))["activity"]
    assert seen(umed(), activity("Talks", of="Umed", unit="XT", service_type=None))["activity"]


def test_counts_of_few_people_are_not_public() -> None:
    for counts, shown in (
        ((500, 300, 150), (500, 300, 150)),
        ((9, 300, 150), (None, 300, 150)),
        ((500, 9, 0), (500, None, None)),
        ((500, 300, 1), (500, 300, None)),
        ((500, 300, 291), (500, 300, None)),  # 9 men
        ((500, 300, 300), (500, 300, 300)),
        ((10, 10, 0), (10, 10, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((None, None, None), (None, None, None)),
    ):
        names = ("planned", "reached", "reached_women")
        talks = activity("Talks", of="Umed", unit="XT", **dict(zip(names, counts, strict=True)))
        (row,) = seen(umed(), talks)["activity"]
        assert tuple(row[name] for name in names) == shown, counts
        (row,) = seen(umed(), talks, audience="partner")["activity"]
        assert tuple(row[name] for name in names) == counts


def test_a_statement_needs_two_approvers_and_a_consent_that_holds() -> None:
    assert seen(statement("A place can be found"))["statement"]
    for wrong in (
        {"approved_by_too": "steward one"},
        {"approved_by": ""},
        {"consent_by": " "},
        {"consent_until": TODAY - dt.timedelta(days=1)},
        {"audience": "partner"},
    ):
        assert not seen(statement("A place can be found", **wrong))["statement"], wrong
    assert seen(statement("Ask the focal point", audience="partner"), audience="partner")["statement"]
    assert seen(statement("A place can be found today", consent_until=TODAY))["statement"]


def test_standards_are_never_public() -> None:
    answer = StandardAssessment(id="a", service_id=SHELTER_ID, standard="STD-001", audience="public")
    assert not seen(umed(), advice(), answer)["standard_assessment"]
    assert seen(umed(), advice(), answer, audience="partner")["standard_assessment"]
    assert not seen(umed(), advice(types=[SHELTER]), answer, audience="focal_point")["standard_assessment"]


def answered(*types: str, audience: Audience = "public") -> list[dict[str, Any]]:
    """The sums of what services of each type answered, six of each: one tells custodians alone, one partners too."""
    parts: list[Record] = []
    for kind in types:
        for number, for_whom in enumerate(("custodian", "partner", *["focal_point"] * 4)):
            name = f"{kind} {number}"
            parts += organization(name) + service(name, of=name, types=[kind], serves=["AGE-ADU"])
            parts.append(approval("audience", key("service", name), "public"))
            word = "met" if number % 2 else "partly"
            own = {"service_id": key("service", name), "standard": "STD-001", "answer": word, "audience": for_whom}
            parts.append(StandardAssessment(id=name, **own))
    sums = redaction.project(tables_of(parts), audience, RULES)["standard_summary"]
    return [{name: row[name] for name in ("family", "met", "providers")} for row in sums]


def test_answers_are_added_up_and_those_about_secret_kinds_not_in_public() -> None:
    legal, shelters = ({"family": family, "met": 2, "providers": 4} for family in ("LEG", "ACC"))
    assert answered(OFFICE, SHELTER) == [legal]
    assert answered(OFFICE, SHELTER, audience="partner") == [shelters, legal]


def test_partners_read_no_sum_that_tells_the_answers_of_two_whom_the_public_does_not_see() -> None:
    parts: list[Record] = []
    for number, word in enumerate(("met", "partly", "not met", "met", "partly")):
        name = f"Office {number}"
        seen_by: Audience = "public" if number < 3 else "partner"
        parts += organization(name) + service(name, of=name, types=[OFFICE], audience=seen_by)
        own = {"service_id": key("service", name), "standard": "STD-001", "answer": word, "audience": "focal_point"}
        parts.append(StandardAssessment(id=name, **own))
    for audience in redaction.VIEWS:
        (row,) = redaction.project(tables_of(parts), audience, RULES)["standard_summary"]
        assert (row["met"], row["partly"], row["not_met"], row["providers"]) == (1, 1, 1, 3)


def test_capacity_and_freshness_of_a_hidden_service_are_hidden() -> None:
    beds = ServiceCapacity(id="c", service_id=SHELTER_ID, unit_id="u", available=3, updated=TODAY, audience="public")
    checked = Verification(id="v", link_id=SHELTER_ID, link_entity="service", verified_on=TODAY)
    parts = (umed(), advice(types=[SHELTER]), Unit(id="u", name="beds"), beds, checked)
    for audience in redaction.VIEWS:
        shown = seen(*parts, audience=audience)
        assert not any(shown[table] for table in ("service_capacity", "verification", "unit", "attribute"))


def test_groups_that_would_out_somebody_are_not_public() -> None:
    for one in Terms.load("beneficiaries").terms():
        public = redaction.project(tables_of(umed(), advice(serves=[one.code])), "public", RULES)
        linked = {row["taxonomy_term_id"] for row in public["attribute"]}
        listed = {row["id"] for row in public["taxonomy_term"]} | {row["link_id"] for row in public["translation"]}
        assert (term("beneficiaries", one.code) in linked) == (not one.sensitive), one.code
        assert (term("beneficiaries", one.code) in listed) == (not one.sensitive), one.code
        partner = redaction.project(tables_of(umed(), advice(serves=[one.code])), "partner", RULES)
        assert term("beneficiaries", one.code) in {row["taxonomy_term_id"] for row in partner["attribute"]}


def test_a_group_that_would_out_somebody_is_not_named_in_another_language() -> None:
    serves = Attribute(
        id="a",
        link_id=key("service", "Advice"),
        link_entity="service",
        link_type="serves",
        taxonomy_term_id=term("beneficiaries", "VUL-HIV"),
        label="people with HIV",
    )
    parts = (umed(), advice(), serves, translations(serves, label={"ru": "люди с ВИЧ"}))
    assert not seen(*parts)["translation"]
    assert [row["text"] for row in seen(*parts, audience="partner")["translation"]] == ["люди с ВИЧ"]
    for audience in redaction.VIEWS:
        words = redaction.project(tables_of(*parts), audience, RULES)["taxonomy_term"]
        assert (serves.taxonomy_term_id in {row["id"] for row in words}) == (audience != "public")


def test_a_study_area_may_allow_a_group(tiny_area: StudyArea) -> None:
    assert term("beneficiaries", "VUL-HIV") in rules(TODAY, tiny_area).sensitive
    allowed = tiny_area.settings.model_copy(update={"sensitive_allowed": ("VUL-HIV",)})
    file = tiny_area.file.model_copy(update={"settings": allowed})
    area = StudyArea(tiny_area.folder, file, tiny_area._units, tiny_area._other_names, tiny_area._roads)
    assert term("beneficiaries", "VUL-HIV") not in rules(TODAY, area).sensitive
    assert term("beneficiaries", "SEX-X") in rules(TODAY, area).sensitive


def test_words_of_a_list_are_shown_to_nobody_and_ours_as_they_come() -> None:
    """Whoever sends or changes one is alone with it, so that its text would be searched for secrets at their wish."""
    words = [
        Taxonomy(id="x", name="Their list"),
        TaxonomyTerm(id="below", name="Night help", taxonomy_id="x"),
        Unit(id="u", name="nights"),
    ]
    link = {"link_id": key("service", "Advice"), "link_entity": "service", "link_type": "serves"}
    said = [
        Attribute(id="a", taxonomy_term_id="below", **link),
        ServiceCapacity(id="c", service_id=link["link_id"], unit_id="u", available=1, updated=TODAY, audience="public"),
        *translations(words[1], name={"ru": "Ночная помощь"}),
    ]
    own = next(word for word in vocabulary() if word.id == term("service_types", OFFICE))
    changed = type(own)(**own.model_dump() | {"description": "17 Orchard Lane"})
    for audience in redaction.VIEWS:
        shown = redaction.project(tables_of(umed(), advice(), words, said, changed), audience, RULES)
        texts = str([shown[table] for table in redaction.VOCABULARIES]) + str(shown["translation"])
        for text in ("Their list", "Night help", "nights", "Ночная помощь", "17 Orchard Lane"):
            assert text not in texts
        assert "a" not in {row["id"] for row in shown["attribute"]}
        assert [row["unit_id"] for row in redaction.rename(shown, str)["service_capacity"]] == [None]


def test_a_translation_of_a_field_that_is_not_published_is_not() -> None:
    spoken = translations(
        Organization(id=key("organization", "Umed"), name=""), tax_id={"ru": "7741"}, name={"ru": "У"}
    )
    assert [row["field"] for row in seen(umed(), spoken)["translation"]] == ["name"]


def test_a_translation_of_what_no_view_holds_is_not_shown() -> None:
    assert not seen(umed(), translations(Source(id="list", name="List"), name={"ru": "Список"}))["translation"]


def test_words_that_come_with_rohnamo_are_shown_though_nothing_uses_them() -> None:
    shown = redaction.project(tables_of(umed()), "public", RULES)
    assert term("service_types", OFFICE) in {row["id"] for row in shown["taxonomy_term"]}


# -- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["custodian", "everybody", ""])
def test_there_is_no_view_for_others(audience: str) -> None:
    with pytest.raises(
        UnsafePublication, match=f"no view for '{audience}'; choose one of public, partner, focal_point$"
    ):
        redaction.project(tables_of(umed()), audience, RULES)  # type: ignore[arg-type]


def test_a_table_that_nobody_decided_on_is_refused() -> None:
    with pytest.raises(UnsafePublication, match="tables spy, victim: nobody has said"):
        redaction.project({**tables_of(umed()), "victim": [], "spy": []}, "public", RULES)


@pytest.mark.parametrize("table", [table for table in RECORDS if table not in redaction.PRIVATE])
def test_a_new_field_is_refused_until_somebody_decides(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = create_model("Grown", __base__=RECORDS[table], secret=(str | None, None))
    monkeypatch.setitem(RECORDS, table, grown)
    with pytest.raises(UnsafePublication, match=f"{table}: nobody has said whether secret may be shown"):
        redaction.project(tables_of(umed()), "public", RULES)


def test_a_record_of_another_class_is_refused() -> None:
    class Spy(Organization):
        watcher: str = ""
        sender: str = ""

    told = "organization: nobody has said whether sender, watcher may be shown; list it in mapping.safety.redaction"
    with pytest.raises(UnsafePublication, match=f"^{told}$"):
        redaction.project({**tables_of(), "organization": [Spy(id="s", name="s")]}, "public", RULES)


@pytest.mark.parametrize("made_for", AUDIENCES)
@pytest.mark.parametrize("wanted", AUDIENCES)
def test_what_was_made_for_few_is_not_shown_to_many(made_for: Audience, wanted: Audience) -> None:
    if AUDIENCES.index(made_for) > AUDIENCES.index(wanted):
        with pytest.raises(UnsafePublication, match=f"made for {made_for} and may not be shown to {wanted}"):
            redaction.require(made_for, wanted)
    else:
        redaction.require(made_for, wanted)


def test_nobody_is_allowed_what_has_no_known_marking() -> None:
    assert not any(redaction.allows(audience, "pub") for audience in AUDIENCES)  # type: ignore[arg-type]


# -- what two people agreed to -------------------------------------------------------------------------------------


def test_the_least_counts_are_rows_that_two_people_agree_to() -> None:
    assert redaction.thresholds(replace(RULES, least_count=7, least_providers=4)) == {
        ("threshold", "case_cells"): {"id": "case_cells", "least": 7},
        ("threshold", "providers"): {"id": "providers", "least": 4},
    }


@pytest.mark.parametrize(
    ("own", "agreed", "counts"),
    [((5, 2), (10, 3), (10, 3)), ((12, 6), (10, 3), (12, 6)), ((5, 6), (10, 3), (10, 6)), ((5, 2), None, (5, 2))],
)
def test_rules_never_show_less_than_was_agreed(
    own: tuple[int, int], agreed: tuple[int, int] | None, counts: tuple[int, int]
) -> None:
    rows = redaction.thresholds(replace(RULES, least_count=agreed[0], least_providers=agreed[1])) if agreed else {}
    given = replace(RULES, least_count=own[0], least_providers=own[1], digest="d")
    result = redaction.agreed_rules(given, rows)
    assert result == replace(given, least_count=counts[0], least_providers=counts[1])


def test_only_what_was_agreed_to_is_shown_and_with_its_least_counts() -> None:
    parts = tables_of(umed(), organization("Sitora"), case_count(8), case_count(500, year=2024))
    low = replace(RULES, least_count=5)
    kept = {row["id"]: row for rows in redaction.project(parts, "public", low).values() for row in rows}
    agreed = {("organization", key("organization", "Umed")): kept[key("organization", "Umed")]}
    agreed |= {("case_count", record.id): kept[record.id] for record in parts["case_count"]}
    shown = redaction.project(parts, "public", low, agreed | redaction.thresholds(RULES))
    assert names(shown, "organization") == {"Umed"}
    assert sorted(row["count"] or 0 for row in shown["case_count"]) == [0, 500]  # 8 is less than 10


def test_a_place_that_was_agreed_to_is_listed_under_the_unit_to_which_its_own_climbs() -> None:
    parts, rows = [*umed(), *advice(), *office()], {}
    for table, own in redaction.project(tables_of(parts), "public", RULES).items():
        rows |= {(table, row["id"]): row for row in own}
    vague = tables_of(umed(), advice(), office(precision="area"))
    climbing = replace(RULES, unit_to_show={"XT-E1": "XT-E"}.get)
    assert [row["area_unit"] for row in redaction.project(vague, "public", climbing, rows)["location"]] == ["XT-E"]


def test_the_rows_of_every_audience_are_told_one_after_another() -> None:
    tables = tables_of(umed(audience="partner"), organization("Sitora"), case_count(4))
    rows = allowed(tables, RULES, redaction.allowed_rows)
    assert [names(rows[audience], "organization") for audience in rows] == [
        {"Sitora"},
        {"Umed", "Sitora"},
        {"Umed", "Sitora"},
    ]
    assert [row["count"] for own in rows.values() for row in own["case_count"]] == [None, 4, 4]
    with pytest.raises(UnsafePublication, match="tables victim"):
        list(redaction.allowed_rows({"victim": []}, RULES))


# -- as a whole ----------------------------------------------------------------------------------------------------


def test_a_wider_audience_never_sees_more() -> None:
    tables = tables_of(public_parts(), secret_parts())
    views = [redaction.project(tables, audience, RULES) for audience in redaction.VIEWS]
    for wide, narrow in pairwise(views):
        for table in redaction.PUBLISHED:
            assert {row["id"] for row in wide[table]} <= {row["id"] for row in narrow[table]}, table


def test_nothing_shown_refers_to_anything_hidden() -> None:
    for audience in redaction.VIEWS:
        shown = redaction.project(tables_of(public_parts(), secret_parts()), audience, RULES)
        ids = {table: {row["id"] for row in rows} for table, rows in shown.items()}
        for table, parents in redaction._PARENTS.items():
            for row in shown[table]:
                for name, parent in parents.items():
                    assert row[name] is None or row[name] in ids[parent], (table, name)
                if "link_id" in row:
                    assert row["link_id"] in ids[row["link_entity"]], table


def test_removing_what_is_hidden_changes_nothing() -> None:
    """What an audience sees follows from that alone."""
    tables = tables_of(public_parts(), secret_parts())
    for audience in redaction.VIEWS:
        shown = redaction.project(tables, audience, RULES)
        ids = {row["id"] for rows in shown.values() for row in rows}
        kept = {table: [r for r in records if r.id in ids] for table, records in tables.items()}
        assert redaction.project(kept, audience, RULES) == shown


def test_renaming_hides_every_private_id_and_keeps_the_links() -> None:
    shown = seen(public_parts(), secret_parts())
    renamed = redaction.rename(copy.deepcopy(shown), lambda private: f"new {private}")
    for table, rows in shown.items():
        for old, new in zip(rows, renamed[table], strict=True):
            for name, value in old.items():
                is_id = name in ("id", "link_id", *redaction.references(RECORDS[table]))
                if is_id and value is not None and new[name] is not None:
                    assert new[name] == f"new {value}"
                elif not is_id:
                    assert new[name] == value
    lost = redaction.rename(
        {"phone": [{"id": "p", "service_id": "gone", **dict.fromkeys(redaction.PUBLISHED["phone"])}]}, str.upper
    )
    assert lost["phone"][0]["id"] == "P"
    assert lost["phone"][0]["service_id"] is None


@given(data=st.data())
@settings(max_examples=examples(20), deadline=None)
def test_the_order_of_records_does_not_matter(data: st.DataObject) -> None:
    records = records_of(public_parts(), secret_parts())
    mixed = data.draw(st.permutations(records))

    def rows(parts: list[Record]) -> dict[str, list[Row]]:
        shown = redaction.project(tables_of(parts), "partner", RULES)
        return {table: sorted(found, key=lambda row: row["id"]) for table, found in shown.items()}

    assert rows(mixed) == rows(records)


@pytest.mark.parametrize("half", ["latitude", "longitude"])
def test_half_a_point_that_is_kept_back_is_kept_back_whole(half: str) -> None:
    office = place("Office", of=["Counselling"], at=(10.0, 60.0))
    back = approval("withhold", office[0].id, half)
    point = {row["id"]: (row["latitude"], row["longitude"]) for row in seen(public_parts(), office, back)["location"]}
    assert point[office[0].id] == (None, None)


def test_a_place_told_by_its_unit_that_is_in_none_is_told_by_nothing() -> None:
    vague = place("Vague", of=["Counselling"], at=(10.0, 60.0), precision="area")
    given_ = replace(RULES, unit_to_show=lambda unit: unit.upper())
    shown = {row["id"]: row for row in seen(public_parts(), vague, given=given_)["location"]}
    assert [shown[vague[0].id][name] for name in ("area_unit", "position_basis", "latitude")] == [None, "none", None]


def test_what_is_no_field_cannot_be_kept_back() -> None:
    office = place("Office", of=["Counselling"], at=(10.0, 60.0))
    back = approval("withhold", office[0].id, "nothing")
    assert seen(public_parts(), office, back)["location"] == seen(public_parts(), office)["location"]
