"""A campaign's link: what everybody may see of one organization, changed without an account, once."""

import datetime as dt

import pytest

from mapping.directory.directory import Directory, public_id
from mapping.errors import NotFound
from mapping.safety.redaction import VIEWS
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, TODAY, key
from tests.web.staff.records.test_records import fields_of, waiting
from tests.web.support.desk import Desk
from tests.web.support.office import Office, post
from tests.web.support.signed_in import csrf
from web.partner.app import create_partner_app
from web.stores.campaigns import LASTS, Campaigns
from web.stores.inbox import Draft

DUE = TODAY + dt.timedelta(days=30)


@pytest.fixture
def desk(tmp_path, tiny_area, partner_views):
    return Desk(tmp_path, tiny_area, partner_views)


@pytest.fixture
def office(tmp_path, tiny_area):
    return Office(tmp_path, tiny_area)


@pytest.fixture
def campaigns(desk):
    store = Campaigns(desk.accounts.path.with_name("campaigns.db"))
    store.begin("Autumn", DUE, by="sara")
    return store


def test_a_link_opens_its_services_alone_and_brings_a_change_back(desk, campaigns, tmp_path):
    service = desk.id("Legal advice")
    token = campaigns.ask(1, "an-organization", "Umed", [service], on=TODAY)
    client = desk.app.test_client()
    shown = client.get(f"/en/mine/{token}").text
    assert "Legal advice" in shown
    assert "Papers" not in shown
    (page := tmp_path / "page.html").write_text(shown, encoding="utf-8")
    assert not find_canaries([page], SECRETS)
    sent = {"csrf_token": csrf(shown), f"{service}.description": "Mornings only", f"{desk.id('Papers')}.name": "Mine"}
    assert "Services that you would change: 1" in client.post(f"/en/mine/{token}", data=sent).text
    (received,) = desk.inbox.messages("draft")
    assert received.sender == "campaign 1: Umed"
    assert received.message == Draft(entity="service", record=service, fields={"description": "Mornings only"})
    (asked,) = campaigns.asked(1)
    assert (asked.answered_on, asked.changes) == (TODAY, 1)
    assert client.get(f"/en/mine/{token}").status_code == 404
    assert client.post(f"/en/mine/{token}", data=sent).status_code == 404


def test_a_link_that_was_used_has_run_out_or_was_altered_is_refused_in_plain_words(desk, campaigns):
    client = desk.app.test_client()
    service = desk.id("Legal advice")
    token = campaigns.ask(1, "an-organization", "Umed", [service], on=TODAY)
    sent = {"csrf_token": csrf(client.get(f"/en/mine/{token}").text), f"{service}.description": "Ours"}

    def refused(link):
        for answer in (client.get(f"/en/mine/{link}"), client.post(f"/en/mine/{link}", data=sent)):
            assert answer.status_code == 404, link
            assert "This link does not work any more" in answer.text
            assert "Call the office" in answer.text
            assert "Umed" not in answer.text
            assert "Legal advice" not in answer.text
        return True

    altered = {
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.swapcase(),
        token[:-1],
        token + "A",
        f"%20{token}",
    }
    assert all(refused(link) for link in altered)
    desk.clock.now += DUE - TODAY + LASTS
    assert client.get(f"/en/mine/{token}").status_code == 200
    desk.clock.now += dt.timedelta(days=1)
    assert refused(token)
    assert list(desk.inbox.messages("draft")) == []
    desk.clock.now -= dt.timedelta(days=1)
    assert client.post(f"/en/mine/{token}", data=sent).status_code == 200
    assert refused(token)
    assert len(list(desk.inbox.messages("draft"))) == 1


TYPED = {
    "wait_time": "as long as typed",
    "alert": "Closed on Fridays zzz",
    "email": "typed@legal.example",
    "url": "https://typed.example",
}
MARKS = ("long as typed", "Fridays zzz", "typed@legal.example", "typed.example")


def test_what_is_typed_appears_nowhere_until_a_second_person_agreed(office, tmp_path, tiny_area, alone):
    def shown():
        """Return what any reader can see of what was typed, in views made anew."""
        with Directory(office.directory, tiny_area) as directory:
            for audience in VIEWS:
                directory.view(audience, tmp_path / f"{audience}.db", edition=TODAY).close()
        files = [(tmp_path / f"{audience}.db").read_bytes() for audience in VIEWS]
        return [mark for mark in MARKS if any(mark.encode() in file for file in files)]

    assert shown() == []
    partner = create_partner_app(
        tmp_path / "partner.db",
        tiny_area,
        focal_view=tmp_path / "focal_point.db",
        accounts=office.accounts,
        inbox=office.inbox,
        ledger=office.ledger,
        demo=True,
        clock=office.clock,
        secure=False,
    )
    store = Campaigns.beside(office.accounts.path)
    with Directory(office.directory) as directory:
        legal = public_id(directory.key, key("service", "Legal advice"))
    token = store.ask(store.begin("Autumn", DUE, by="sara"), "an-organization", "Umed", [legal], on=TODAY)
    client = partner.test_client()
    page = csrf(client.get(f"/en/mine/{token}").text)
    typed = {f"{legal}.{name}": text for name, text in TYPED.items()}
    assert (
        "Services that you would change: 1"
        in client.post(f"/en/mine/{token}", data={"csrf_token": page, **typed, f"{legal}.audience": "public"}).text
    )
    assert shown() == []
    steward = office.client("steward")
    (sent,) = office.inbox.messages("draft")
    path = f"/en/letter/{sent.number}.html"
    accepted = fields_of(steward, path) | {"choice": "accepted", "field": list(TYPED)}
    assert steward.post(path, data=accepted).status_code == 303
    assert shown() == []
    second = office.client("steward", login="second")
    paths = [f"/en/p/{proposal.id}.html" for proposal in waiting(office)]
    assert {post(steward, path, choice="accepted").status_code for path in paths} == {403}
    assert shown() == []
    assert {post(second, path, choice="accepted").status_code for path in paths} == {303}
    assert shown() == list(MARKS)


def test_all_is_right_is_an_answer_too(desk, campaigns):
    token = campaigns.ask(1, "an-organization", "Umed", [desk.id("Legal advice")], on=TODAY)
    client = desk.app.test_client()
    data = {"csrf_token": csrf(client.get(f"/en/mine/{token}").text)}
    assert "all of it is right" in client.post(f"/en/mine/{token}", data=data).text
    assert list(desk.inbox.messages("draft")) == []
    assert campaigns.asked(1)[0].changes == 0


def test_a_link_that_is_none_looks_like_one_that_ended(desk, campaigns):
    first = campaigns.ask(1, "an-organization", "Umed", [desk.id("Legal advice")], on=TODAY)
    campaigns.ask(1, "an-organization", "Umed", [desk.id("Legal advice")], on=TODAY)
    client = desk.app.test_client()
    ended, never = (client.get(f"/en/mine/{token}") for token in (first, "x" * len(first)))
    assert ended.status_code == never.status_code == 404
    assert ended.text.replace(first, "") == never.text.replace("x" * len(first), "")
    assert client.get(f"/xx/mine/{first}").status_code == 404
    assert campaigns.asked(1)[0].times == 2
    assert first.encode() not in campaigns.path.read_bytes()


def test_an_answer_counts_once_also_at_the_same_time(tmp_path):
    store = Campaigns(tmp_path / "campaigns.db")
    assert store.all() == []
    number = store.begin("Autumn", DUE, by="sara")
    token = store.ask(number, "a", "A", [], on=TODAY)
    store.answer(token, changes=2, on=TODAY)
    with pytest.raises(NotFound):
        store.answer(token, changes=3, on=TODAY)
    assert store.asked(number)[0].changes == 2
    with pytest.raises(NotFound):
        store.campaign(7)
