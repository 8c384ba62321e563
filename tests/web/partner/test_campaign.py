"""A campaign's link: what everybody may see of one organization, changed without an account, once."""

import datetime as dt

import pytest

from mapping.errors import NotFound
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, TODAY, public_parts, secret_parts
from tests.web.support.desk import Desk, csrf, views
from web.stores.campaigns import Campaigns
from web.stores.inbox import Draft

DUE = TODAY + dt.timedelta(days=30)


@pytest.fixture(scope="module")
def published(tmp_path_factory, tiny_area):
    return views(tmp_path_factory.mktemp("views"), tiny_area, public_parts(), secret_parts())


@pytest.fixture
def desk(tmp_path, tiny_area, published):
    return Desk(tmp_path, tiny_area, published)


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
