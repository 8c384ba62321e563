"""The second person, the inbox and the screen of what needs attention."""

import datetime as dt

import pytest

from mapping.directory.directory import Directory, public_id
from mapping.model import RECORDS, Language, record_id
from tests.support.sample import SECRETS, TODAY, batch, key
from tests.web.staff.records.test_records import CHANGE, LEGAL, PATH, SHELTER, fields_of, record, send, waiting
from tests.web.support.office import post
from web.stores.inbox import Capacity, Draft, HelpMissing, Referral, ReferralOutcome, SomethingWrong, StandardsAnswers

KEY = bytes.fromhex("5a" * 32)
PUBLISHED = public_id(KEY, LEGAL)


@pytest.fixture
def second(office):
    return office.client("steward", login="second")


def decide(client, office, choice="accepted", **fields):
    path = f"/en/p/{waiting(office)[0].id}.html"
    return post(client, path, choice=choice, **fields)


def test_the_second_person_sees_both_sides_and_agrees(office, steward, second):
    send(steward, CHANGE, email="desk@legal.example", reason="they wrote")
    page = second.get("/en/waiting.html").text
    assert "Legal advice" in page
    shown = second.get(f"/en/p/{waiting(office)[0].id}.html").text
    assert "<ins>desk@legal.example</ins>" in shown
    assert "they wrote" in shown
    assert decide(second, office, note="called back").status_code == 303
    assert record(office, "service", LEGAL).email == "desk@legal.example"
    assert office.ledger.lines(newest=1)[0].action == "proposal_accepted"
    assert "Nothing waits" in second.get("/en/waiting.html").text


def test_the_same_person_agrees_under_no_login_and_nobody_before_they_are_admitted(office, steward):
    send(steward, CHANGE, email="desk@legal.example", reason="x")
    assert decide(steward, office).status_code == 403
    token = office.accounts.add("steward2", "Steward", "steward", by="t", now=office.clock.now)
    office.secrets["steward2"] = office.accounts.begin_enrolment(
        token, "apricot lantern river seven", now=office.clock.now
    )
    office.accounts.finish_enrolment(token, office.code("steward2"), now=office.clock.now)
    office.accounts.grant(office.accounts.by_login("steward2").id, "region", "*")
    twin = office.client("steward", login="steward2")
    answer = decide(twin, office)
    assert answer.status_code == 403
    assert "does not count as one of two people yet" in answer.text
    assert record(office, "service", LEGAL).email is None
    assert decide(steward, office, "withdrawn").status_code == 303
    assert waiting(office) == []


def test_what_was_changed_or_decided_meanwhile_is_said(office, steward, second):
    send(steward, CHANGE, email="desk@legal.example", reason="x")
    send(second, CHANGE, wait_time="a day", reason="x")
    answer = decide(second, office)
    assert answer.status_code == 409
    assert "Somebody else changed" in answer.text
    path = f"/en/p/{waiting(office)[0].id}.html"
    form = fields_of(second, path)
    decide(second, office, "refused", note="outdated")
    late = office.client("custodian").post(path, data=form | {"choice": "accepted"})
    assert "Decided by second" in late.text or late.status_code == 400


def test_a_second_person_sees_what_would_be_shown_and_agrees_to_that_alone(office, steward, second, alone):
    desk = key("service", "Referral desk")
    given = {"value": "public", "consent_by": "Director", "consent_until": "2027-11-01", "reason": "asked"}
    assert post(steward, f"/en/w/service/{desk}.html", **given).status_code == 303
    path = f"/en/p/{waiting(office)[0].id}.html"
    form = fields_of(second, path)
    assert "What would newly be shown" in second.get(path).text
    with Directory(office.directory, office.app.config["AREA"], signed_in=True) as opened:
        added = Language(id="spoken", service_id=desk, code="de", name="German")
        opened.add(batch(added, source="other"), by="steward", on=TODAY)
    answer = second.post(path, data=form | {"choice": "accepted"})
    assert answer.status_code == 409
    assert "Somebody else changed" in answer.text
    assert second.post(path, data=fields_of(second, path) | {"choice": "accepted", "shows": ""}).status_code == 409
    assert post(second, path, choice="accepted").status_code == 303


def test_letting_more_people_see_it_needs_consent_and_two(office, steward, second):
    desk = key("service", "Referral desk")
    path = f"/en/w/service/{desk}.html"
    lacking = post(steward, path, value="public", consent_by="", consent_until="2027-01-01", reason="x")
    assert lacking.status_code == 400
    assert post(steward, path, value="public", consent_by="D", consent_until="soon", reason="x").status_code == 400
    given = {"value": "public", "consent_by": "Director, by letter", "consent_until": "2027-11-01", "reason": "asked"}
    assert post(steward, path, **given).status_code == 303
    assert "Director, by letter" in second.get(f"/en/p/{waiting(office)[0].id}.html").text
    assert decide(second, office).status_code == 303
    assert "Everybody" in steward.get(f"/en/r/service/{desk}.html").text
    office.clock.now += dt.timedelta(400)
    assert "Partners who signed in" in office.client("steward", login="later").get(f"/en/r/service/{desk}.html").text


def test_what_is_for_custodians_only_is_lowered_by_custodians_who_are_told_nothing_of_it(office, steward):
    path = f"/en/w/service/{SHELTER}.html"
    assert steward.get(path).status_code == 404
    custodian = office.client("custodian")
    text = custodian.get(path).text
    assert all(str(secret) not in text for secret in SECRETS.values())
    other = office.client("custodian", login="east", regions=("XT-E",))
    assert other.get(path).status_code == 404
    given = {"value": "focal_point", "consent_by": "D", "consent_until": "2027-11-01", "reason": "agreed"}
    assert post(custodian, path, **given).status_code == 303
    assert SHELTER not in steward.get("/en/waiting.html").text
    assert steward.get(f"/en/p/{waiting(office)[0].id}.html").status_code == 404
    assert other.get(f"/en/p/{waiting(office)[0].id}.html").status_code == 404
    assert decide(office.client("custodian", login="other"), office).status_code == 303


def test_a_grant_for_another_region_sees_and_decides_nothing(office, steward):
    send(steward, CHANGE, email="desk@legal.example", reason="x")
    east = office.client("steward", login="east", regions=("XT-E",))
    assert "Legal advice" not in east.get("/en/waiting.html").text
    assert east.get(f"/en/p/{waiting(office)[0].id}.html").status_code == 404


def test_a_visitors_word_is_seen_to(office, steward):
    number = office.inbox.put(SomethingWrong(service=PUBLISHED, what="number_silent"), on=TODAY)
    assert "Nobody answers the number" in steward.get("/en/inbox.html").text
    assert "Visitors say that something is wrong" in steward.get("/en/attention.html").text
    assert post(steward, f"/en/letter/{number}.html", choice="done", note="called").status_code == 303
    assert office.inbox.decisions()[number][:2] == ("done", "steward")
    assert "Decided by steward" in steward.get(f"/en/letter/{number}.html").text
    assert "something is wrong" not in steward.get("/en/attention.html").text


def test_a_providers_change_is_taken_field_by_field_and_an_entry_point_waits(office, steward):
    fields = {"wait_time": "two days", "email": "new@legal.example", "fees_description": "10", "audience": "public"}
    draft = Draft(entity="service", record=PUBLISHED, fields=fields)
    number = office.inbox.put(draft, on=TODAY, sender="legal")
    path = f"/en/letter/{number}.html"
    text = steward.get(path).text
    assert "<ins>two days</ins>" in text
    assert post(steward, path, choice="accepted").status_code == 400
    chosen = fields_of(steward, path) | {"choice": "accepted", "field": ["wait_time", "email", "audience"]}
    assert steward.post(path, data=chosen).status_code == 303
    now = record(office, "service", LEGAL)
    assert (now.wait_time, now.email, now.fees_description) == ("two days", None, "Free")
    assert [each.fields for each in waiting(office)] == ['{"email": "new@legal.example"}']


def test_a_providers_change_of_what_changed_meanwhile_is_looked_at_again(office, steward):
    number = office.inbox.put(
        Draft(entity="service", record=PUBLISHED, fields={"wait_time": "b"}), on=TODAY, sender="l"
    )
    form = fields_of(steward, f"/en/letter/{number}.html") | {"choice": "accepted", "field": "wait_time"}
    send(steward, CHANGE, wait_time="c", reason="x")
    assert steward.post(f"/en/letter/{number}.html", data=form).status_code == 409
    assert record(office, "service", LEGAL).wait_time == "c"


def test_a_checklist_is_accepted_as_it_was_answered(office, steward):
    sent = StandardsAnswers(
        service=PUBLISHED, answers={"STD-001": "met", "STD-002": "partly"}, evidence={"STD-001": "a letter"}
    )
    number = office.inbox.put(sent, on=TODAY, sender="legal")
    text = steward.get(f"/en/letter/{number}.html").text
    assert "Help is given whether or not the person agrees" in text
    assert "a letter" in text
    assert post(steward, f"/en/letter/{number}.html", choice="accepted").status_code == 303
    kept = record(office, "standard_assessment", record_id("self-assessment", "standard_assessment", LEGAL, "STD-001"))
    assert (kept.answer, kept.evidence, kept.assessed_by, kept.audience) == ("met", "a letter", "self", "focal_point")


def test_what_is_about_something_hidden_or_of_another_region_is_not_shown(office, steward):
    hidden = office.inbox.put(SomethingWrong(service=public_id(KEY, SHELTER), what="moved"), on=TODAY)
    east = office.client("steward", login="east", regions=("XT-E",))
    number = office.inbox.put(SomethingWrong(service=PUBLISHED, what="moved"), on=TODAY)
    assert east.get(f"/en/letter/{number}.html").status_code == 404
    assert east.get(f"/en/letter/{hidden}.html").status_code == 404
    assert all(str(secret) not in steward.get(f"/en/letter/{hidden}.html").text for secret in SECRETS.values())
    assert office.client("administrator").get("/en/inbox.html").status_code == 403
    missing = office.inbox.put(HelpMissing(need="n1", area_unit="XT-E1"), on=TODAY)
    assert east.get(f"/en/letter/{missing}.html").status_code == 200
    west = office.client("steward", login="west", regions=("XT-W",))
    assert west.get(f"/en/letter/{missing}.html").status_code == 404


def test_the_screen_counts_and_leads_to_the_records(office, steward):
    for number in range(3):
        sent = Referral(number=f"n{number}", service=PUBLISHED, service_type="LEG-INF", month="2026-11")
        office.inbox.put(sent, on=TODAY)
        office.inbox.put(ReferralOutcome(number=f"n{number}", outcome="unavailable"), on=TODAY)
    office.inbox.put(Capacity(service=PUBLISHED, room="full"), on=TODAY)
    send(steward, CHANGE, email="desk@legal.example", reason="x")
    text = steward.get("/en/attention.html").text
    for said in (
        "Services that say they are full",
        "found unavailable",
        "Changes wait for a second person",
        "Services whose check lapsed",
    ):
        assert said in text
    for key_ in ("full", "unavailable"):
        assert PATH.rpartition("/")[2] in steward.get(f"/en/see/{key_}.html").text
    assert "Counselling" in steward.get("/en/see/check-lapsed.html").text
    assert steward.get("/en/see/statement.html").status_code == 200
    assert steward.get("/en/see/nothing.html").status_code == 404


def test_whom_to_call_is_listed_with_the_numbers_that_may_be_seen(office, steward, tiny_area):
    legal = RECORDS["phone"](id=key("phone", "of legal"), number="+992372000002", service_id=LEGAL, audience="public")
    secret = legal.model_copy(update={"id": key("phone", "s"), "number": "+992372000003", "audience": "custodian"})
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(legal, secret), by="a", agreed_by="b", on=TODAY)
    office.inbox.put(Capacity(service=PUBLISHED, room="full"), on=TODAY)
    (row,) = (row for row in steward.get("/en/see/full.html").text.split("<tr>") if "Legal advice" in row)
    assert 'href="tel:+992372000002"' in row
    assert "2000003" not in row


def test_no_page_of_the_staff_holds_what_is_for_custodians_only(office, steward):
    custodian = office.client("custodian")
    paths = ["attention", "records", "waiting", "inbox", "doubles/organization", "conflicts", "changes", "import"]
    paths += [f"see/{matter}" for matter in ("check-lapsed", "statement", "empty-body", "empty-place", "no-route")]
    with Directory(office.directory) as opened:
        wholes = [
            (table, each.id)
            for table in ("organization", "service", "location")
            for each in opened.records(RECORDS[table])
        ]
    paths += [f"{kind}/{table}/{one}" for table, one in wholes for kind in "rhe"]
    own = {"who called", "who approved", "who consented"}  # of what is otherwise public, and shown to nobody here
    for client in (steward, custodian):
        for path in paths:
            text = client.get(f"/en/{path}.html").text
            for name, secret in SECRETS.items():
                assert str(secret) not in text, (path, name, name in own)
