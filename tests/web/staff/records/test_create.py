"""New entries, statements and consents by form: who agrees, what may be there already, and what stays hidden."""

import datetime as dt
import re

import pytest

from mapping.directory.directory import Directory
from mapping.model import RECORDS, Approval, Organization, Phone, Service
from mapping.render.layers.services import spaced
from mapping.safety.redaction import project
from tests.support.sample import (
    CHASHMA,
    SECRETS,
    TODAY,
    approval,
    batch,
    key,
    organization,
    public_parts,
    secret_parts,
    statement,
    term,
)
from tests.support.second_person import erased
from tests.web.staff.records.test_records import LEGAL, record, waiting
from tests.web.support.office import Office, post

NEW = "/en/new/organization.html"
UMED = key("organization", "Umed")
SOON = TODAY + dt.timedelta(days=20)
REFERRALS = key("service", "Referral desk")
LOWERED = approval("audience", key("organization", "Umed"), "public", consent_until=SOON)
SAID = statement("A lawyer comes to you", service_type="ACC-VOT", area_unit="XT-W", consent_until=SOON)
BODY = {
    "organization-name": "Navruz Centre",
    "organization-audience": "public",
    "service-name": "Lawyers on call",
    "service-audience": "public",
    "service-kind": term("service_types", "LEG-INF"),
    "service-number": "+992000100500",
    "location-area_unit": "XT-W2",
    "location-address_1": "9 New Street",
    "location-city": "Chashma",
    "reason": "they wrote to us",
}


@pytest.fixture
def office(tmp_path, tiny_area):
    return Office(tmp_path, tiny_area, public_parts(), secret_parts(), LOWERED, SAID)


@pytest.fixture
def steward(office):
    return office.client("steward")


@pytest.fixture
def second(office):
    return office.client("steward", login="second")


def agree(client, office, choice="accepted"):
    return post(client, f"/en/p/{waiting(office)[0].id}.html", choice=choice, note="called back")


def seen(office, audience="public", on=TODAY):
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        return project({table: opened.records(RECORDS[table]) for table in RECORDS}, audience, opened.rules(on))


def names(office, table="organization", **given):
    return {row["name"] for row in seen(office, **given)[table]}


def test_a_new_body_with_its_service_waits_for_a_second_person_and_stands_as_a_whole(office, steward, second):
    assert post(steward, NEW, **BODY).headers["location"] == "/en/waiting.html?waits"
    assert "Navruz Centre" not in names(office)
    page = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    for told in (
        "Navruz Centre",
        "Lawyers on call",
        spaced("+992000100500", "TJ", "en"),
        "9 New Street",
        "Call back first",
    ):
        assert told in page
    assert agree(second, office).status_code == 303
    shown = seen(office)
    (body,) = [row for row in shown["organization"] if row["name"] == "Navruz Centre"]
    (service,) = [row for row in shown["service"] if row["name"] == "Lawyers on call"]
    assert service["organization_id"] == body["id"]
    (tie,) = [row for row in shown["service_at_location"] if row["service_id"] == service["id"]]
    (place,) = [row for row in shown["location"] if row["id"] == tie["location_id"]]
    assert (place["area_unit"], place["precision"], place["position_basis"]) == ("XT-W2", "exact", "none")
    assert {row["address_1"] for row in shown["address"] if row["location_id"] == place["id"]} == {"9 New Street"}
    assert {row["number"] for row in shown["phone"] if row["service_id"] == service["id"]} == {"+992000100500"}
    assert "Added" in steward.get(f"/en/h/service/{service['id']}.html").text
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        opened.undo(by="second", on=TODAY)
    assert "Navruz Centre" not in names(office)


def test_hours_languages_groups_and_papers_are_entered_with_a_service(office, steward, second):
    parts = {
        "service-MO": "9:00-17:00",
        "service-TU": "09:00 – 17:00",
        "service-SA": "10:00-12:00, 13:00-24:00",
        "service-language": ["tg", "ru"],
        "service-serves": [term("beneficiaries", "AGE-CHI")],
        "service-document": "Passport",
    }
    refused = post(steward, NEW, **BODY | parts | {"service-SA": "10:00-25:00"})
    assert refused.status_code == 400
    assert "Write hours as 08:00-12:00" in refused.text
    assert post(steward, NEW, **BODY | parts).status_code == 303
    agree(second, office)
    shown = seen(office)
    (own,) = [row["id"] for row in shown["service"] if row["name"] == "Lawyers on call"]
    assert sorted(row["byday"] for row in shown["schedule"] if row["service_id"] == own) == ["MO,TU", "SA", "SA"]
    assert {row["code"] for row in shown["language"] if row["service_id"] == own} == {"tg", "ru"}
    assert [row["document"] for row in shown["required_document"] if row["service_id"] == own] == ["Passport"]
    groups = {row["taxonomy_term_id"] for row in shown["attribute"] if row["link_id"] == own}
    assert {term("beneficiaries", "AGE-CHI"), term("service_types", "LEG-INF")} <= groups


def test_a_body_may_come_without_a_service_and_a_service_later(office, steward, second):
    post(steward, NEW, **{"organization-name": "Navruz Centre", "organization-audience": "public", "reason": "x"})
    agree(second, office)
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        own = next(one.id for one in opened.records(Organization) if one.name == "Navruz Centre")
    assert f"new/service/{own}.html" in steward.get(f"/en/r/organization/{own}.html").text
    form = {name: text for name, text in BODY.items() if not name.startswith("organization")}
    answer = post(steward, f"/en/new/service/{own}.html", **form)
    assert answer.headers["location"] == f"/en/r/organization/{own}.html?waits"
    assert "waits for a second person" in steward.get(f"/en/r/organization/{own}.html").text
    agree(second, office)
    assert "Lawyers on call" in names(office, "service")


def test_a_service_is_tied_to_a_known_place_or_told_for_an_area(office, steward, second):
    path = f"/en/new/service/{UMED}.html"
    known = key("location", "Umed, Kulnishin")
    form = {"service-name": "Shoes", "service-audience": "public", "service-kind": term("service_types", "PSY-COU")}
    assert "choose a place" in post(steward, path, **form, reason="x").text.casefold()
    post(steward, path, **form, known=known, sure="1", reason="x")
    agree(second, office)
    shown = seen(office)
    (service,) = [row["id"] for row in shown["service"] if row["name"] == "Shoes"]
    assert known in {row["location_id"] for row in shown["service_at_location"] if row["service_id"] == service}
    post(steward, path, **form | {"service-name": "Boots", "location-area_unit": "XT-E1"}, reason="x")
    agree(second, office)
    shown = seen(office)
    (service,) = [row["id"] for row in shown["service"] if row["name"] == "Boots"]
    assert {row["area_unit"] for row in shown["service_area"] if row["service_id"] == service} == {"XT-E1"}


def test_a_further_place_needs_an_address_or_a_point_in_its_unit(office, steward, second):
    path = f"/en/new/location/{LEGAL}.html"
    assert "needs an address" in post(steward, path, **{"location-area_unit": "XT-W2"}, reason="x").text
    north, east = CHASHMA
    point = {"location-latitude": str(north + 0.01), "location-longitude": str(east)}
    answer = post(steward, path, **{"location-area_unit": "XT-E2"} | point, reason="x")
    assert "does not lie in" in answer.text
    assert post(steward, path, **{"location-area_unit": "XT-W2"} | point, reason="x").status_code == 303
    before = len(seen(office)["location"])
    agree(second, office)
    assert len(seen(office)["location"]) == before + 1


def test_what_may_be_there_already_is_shown_first(office, steward):
    form = BODY | {"organization-name": "Umedd", "organization-number": "+992000100001"}
    answer = post(steward, NEW, **form)
    assert answer.status_code == 409
    assert "Is it one of these?" in answer.text
    assert f"r/organization/{UMED}.html" in answer.text
    assert 'value="Umedd"' in answer.text
    assert waiting(office) == []
    assert post(steward, NEW, **form, sure="1").status_code == 303
    assert len(waiting(office)) == 1


def test_what_is_hidden_is_no_double_of_anything(office, steward):
    hidden = str(SECRETS["name of a hidden organization"])
    phone = str(SECRETS["phone of a hidden service"])
    answer = post(steward, NEW, **BODY | {"organization-name": hidden, "organization-number": phone})
    assert answer.status_code == 303


def test_a_hidden_kind_of_help_is_kept_at_once_and_seen_by_no_page(office, steward):
    path = f"/en/new/service/{UMED}.html"
    form = {name: text for name, text in BODY.items() if not name.startswith("organization")}
    answer = post(steward, path, **form | {"service-kind": term("service_types", "ACC-VOT")})
    assert answer.headers["location"].endswith("?hidden")
    assert "for custodians only" in steward.get(answer.headers["location"]).text
    assert waiting(office) == []
    assert "Lawyers on call" not in steward.get(f"/en/r/organization/{UMED}.html").text
    assert "Lawyers on call" not in names(office, "service", audience="focal_point")
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        assert "Lawyers on call" in {one.name for one in opened.records(Service)}


def test_faults_are_said_and_what_was_typed_stays(office, steward):
    for wrong, said in (
        ({"organization-name": ""}, "does not fit"),
        ({"reason": ""}, "Say why"),
        ({"service-kind": ""}, "Choose one of these"),
        ({"service-number": "call me"}, "does not fit"),
        ({"location-latitude": "north"}, "does not fit"),
        ({"location-area_unit": ""}, "Choose a place"),
    ):
        answer = post(steward, NEW, **BODY | wrong)
        assert answer.status_code == 400, wrong
        assert said in answer.text, wrong
        assert "Lawyers on call" in answer.text
    assert post(steward, NEW, **BODY | {"organization-audience": "custodian"}).status_code == 400
    assert waiting(office) == []


def test_grants_bound_where_new_things_are(office):
    west = office.client("steward", login="west", regions=("XT-W",))
    answer = post(west, NEW, **BODY | {"location-area_unit": "XT-E1"})
    assert "not granted to you" in answer.text
    assert post(west, NEW, **BODY).status_code == 303
    one = waiting(office)[0].id
    east = office.client("steward", login="east", regions=("XT-E",))
    assert east.get(f"/en/p/{one}.html").status_code == 404
    assert "Navruz" not in east.get("/en/waiting.html").text
    assert (
        office.client("steward", login="west2", regions=("XT-W1", "XT-W2")).get(f"/en/p/{one}.html").status_code == 200
    )


def test_what_is_gone_meanwhile_is_not_added_to(office, steward, second):
    form = {name: text for name, text in BODY.items() if not name.startswith("organization")}
    post(steward, f"/en/new/service/{UMED}.html", **form)
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        opened.merge(key("organization", "Legal Centre"), [UMED], table="organization", by="x", on=TODAY, reason="one")
        from mapping.directory.proposals import Outdated

        with pytest.raises(Outdated):
            opened.decide(waiting(office)[0].id, "accepted", by="second", on=TODAY)


def test_erasing_a_number_takes_a_proposal_that_names_it_along(office, steward, second):
    post(steward, NEW, **BODY)
    agree(second, office)
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        one = next(each.id for each in opened.records(Phone) if each.number == "+992000100500")
        erased(opened, one, on=TODAY)
    assert b"992000100500" not in office.directory.read_bytes()


def test_a_list_that_names_a_new_body_does_not_undo_what_stewards_said(office, steward, second):
    post(steward, NEW, **BODY | {"organization-description": "Said by two"})
    agree(second, office)
    from mapping.batch import Batch
    from mapping.model import Source

    with Directory(office.directory, office.app.config["AREA"]) as opened:
        old = next(one for one in opened.records(Organization) if one.name == "Navruz Centre")
        row = old.model_copy(update={"description": "Said by a list"})
        opened.add(Batch(Source(id="list", name="A list"), "list.csv", records=[row], partial=True), on=TODAY)
        assert opened.record(Organization, old.id).description == "Said by two"


# -- statements and consents ------------------------------------------------------------------------------------------


def test_an_ending_consent_is_renewed_in_two_clicks_and_holds(office, steward, second):
    assert 'href="see/consent.html"' in steward.get("/en/attention.html").text
    path = f"consent/{LOWERED.id}.html"
    assert f'href="../{path}"' in steward.get("/en/see/consent.html").text
    page = steward.get(f"/en/{path}").text
    assert "Umed" in page
    assert "Invented Operator" not in page
    answer = post(steward, f"/en/{path}", consent_by="their letter", consent_until="2026-11-01", reason="asked")
    assert answer.status_code == 400
    post(steward, f"/en/{path}", consent_by="their letter", consent_until="2027-11-01", reason="asked")
    late = SOON + dt.timedelta(days=1)
    agree(second, office)
    with Directory(office.directory, office.app.config["AREA"]) as opened:
        agreed = [one for one in opened.records(Approval) if one.subject == UMED]
    assert {one.consent_until for one in agreed} == {SOON, dt.date(2027, 11, 1)}
    assert "Umed" in names(office, on=late)
    assert 'href="see/consent.html"' not in steward.get("/en/attention.html").text


def test_a_statement_is_renewed_by_two_and_ends_by_itself(office, steward, second):
    def told(on):
        return {row["text"]: row["consent_until"] for row in seen(office, on=on)["statement"]}

    late = SOON + dt.timedelta(days=1)
    assert told(SOON)[SAID.text] == SOON
    assert SAID.text not in told(late)
    path = f"/en/statement/{SAID.id}.html"
    assert f"statement/{SAID.id}.html" in steward.get("/en/see/statement.html").text
    post(steward, path, consent_by="their letter", consent_until="2027-03-01", reason="asked")
    assert SAID.text not in told(late)
    agree(second, office)
    assert told(late)[SAID.text] == dt.date(2027, 3, 1)
    assert SAID.text not in told(dt.date(2027, 3, 2))
    own = record(office, "statement", SAID.id)
    assert (own.approved_by, own.approved_by_too, own.route) == ("steward", "second", "1313")


def test_a_new_statement_is_told_in_each_language(office, steward, second):
    form = {
        "text-en": "A room for the night can be found",
        "text-tg": "Барои шаб ҷой ёфт мешавад",
        "route": "1313",
        "service_type": "ACC-VOT",
        "area_unit": "XT-E",
        "audience": "public",
        "consent_by": "a letter",
        "consent_until": "2027-06-01",
        "reason": "asked",
    }
    assert post(steward, "/en/statement.html", **form | {"route": ""}).status_code == 400
    assert post(steward, "/en/statement.html", **form | {"text-en": "", "text-tg": ""}).status_code == 400
    assert post(steward, "/en/statement.html", **form).status_code == 303
    shown = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    assert "A room for the night" in shown or "Барои шаб" in shown
    agree(second, office)
    rows = seen(office)
    (own,) = [row for row in rows["statement"] if row["area_unit"] == "XT-E"]
    texts = {row["language"]: row["text"] for row in rows["translation"] if row["link_id"] == own["id"]}
    assert texts == {"en": form["text-en"], "tg": form["text-tg"]}


def test_nobody_renews_what_they_do_not_see(office, steward):
    assert steward.get("/en/consent/none.html").status_code == 404
    assert steward.get("/en/statement/none.html").status_code == 404
    east = office.client("steward", login="east", regions=("XT-E2",))
    assert east.get(f"/en/statement/{SAID.id}.html").status_code in (403, 404)
    assert office.client("administrator").get("/en/statement.html").status_code == 403


def test_who_enters_and_who_agrees_to_what_looks_like_one_that_is_kept_out_is_told(office, steward, second):
    with Directory(office.directory, office.app.config["AREA"], signed_in=True) as opened:
        opened.add(batch(*organization("Front Desk", phones=["+992000007007"])), by="steward", on=TODAY)
        body = key("organization", "Front Desk")
        opened.edit("organization", body, {"do_not_list": True}, by="steward", on=TODAY, reason="a front")
    form = BODY | {"organization-name": "The Front Desk", "organization-number": "+992000007007"}
    told = post(steward, NEW, **form)
    assert told.status_code == 409
    assert re.search(r'Front Desk</a> <span class="tag bad">Kept out of every list</span>', told.text)
    assert post(steward, NEW, **form, sure="1").status_code == 303
    text = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    warning = text[text.index("These look like one that is kept out of every list") :]
    assert re.search(rf'<a href="[./]*r/organization/{body}\.html">The Front Desk = Front Desk</a>', warning)
    agree(second, office, "refused")
    post(steward, NEW, **BODY, sure="1")
    assert "kept out of every list" not in second.get(f"/en/p/{waiting(office)[-1].id}.html").text
