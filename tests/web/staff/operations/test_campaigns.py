"""Asking all organizations: a text with a link for each that everybody may see, reminders, and whom to call."""

import re

import pytest

from mapping.directory.directory import Directory, public_id
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, TODAY, batch, key, organization, service
from tests.web.support.office import Office, post
from web.access.mailer import MailSettings
from web.stores.campaigns import Campaigns


class Post:
    """A mailer that keeps what it would send."""

    settings = MailSettings(host="mail.example", sender="a@b.example", portal="https://p.example/")

    def __init__(self):
        self.letters = []

    def write(self, address, subject, text, *, now):
        self.letters.append((address, subject, text))


@pytest.fixture
def office(tmp_path, tiny_area, monkeypatch):
    monkeypatch.delenv("ROHNAMO_PARTNER_ADDRESS", raising=False)
    return Office(tmp_path, tiny_area, mailer=Post())


def test_a_campaign(office, tmp_path):
    client = office.client("steward")
    assert post(client, "/en/campaigns.html", name="Autumn", due="2026-11-24").status_code == 400
    assert post(client, "/en/campaigns.html", name="Autumn", due="2026-12-24").status_code == 303
    first = post(client, "/en/campaigns/1/ask", page="/en/campaigns/1.html").text
    links = re.findall(r"https://p\.example/en/mine/([\w-]+)", first)
    store = Campaigns(office.directory.with_name("campaigns.db"))
    names = [one.name for one in store.asked(1)]
    assert "Umed" in names
    assert len(links) == len(names) == len(set(links))
    (page := tmp_path / "page.html").write_text(first, encoding="utf-8")
    assert not find_canaries([page], SECRETS)
    for address, subject, text in office.app.config["MAILER"].letters:
        assert "@" in address
        assert subject == "Is your entry still right?"
        assert "24 December 2026" in text
    store.answer(links[names.index("Umed")], changes=1, on=office.clock.now.date())
    again = post(client, "/en/campaigns/1/ask", page="/en/campaigns/1.html").text
    assert "about Umed" not in again
    shown = client.get("/en/campaigns/1.html").text
    assert "mine/" not in shown
    assert [one.times for one in store.asked(1)] == [1 if name == "Umed" else 2 for name in names]
    assert client.get("/en/campaigns/2.html").status_code == 404


def test_a_steward_of_one_region_asks_those_of_that_region(office):
    everywhere, west = office.client("steward"), office.client("steward", login="east", regions=("XT-E",))
    post(everywhere, "/en/campaigns.html", name="Autumn", due="2026-12-24")
    post(west, "/en/campaigns/1/ask", page="/en/campaigns/1.html")
    few = len(Campaigns(office.directory.with_name("campaigns.db")).asked(1))
    post(everywhere, "/en/campaigns/1/ask", page="/en/campaigns/1.html")
    page = everywhere.get("/en/campaigns/1.html").text
    assert re.search(r'<a href="tel:\+992\d+">\+992\xa0', page), "numbers to call, written as people read them"
    assert few < len(Campaigns(office.directory.with_name("campaigns.db")).asked(1))


def test_what_waits_for_a_second_person_is_not_sent(office, tiny_area, alone):
    new = service("Night bus", of="Umed", phones=["+992000100077"])
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(*new, *organization("Unseen"), *service("Silent", of="Unseen")), on=TODAY)
        waits = public_id(opened.key, key("service", "Night bus"))
    client = office.client("steward")
    post(client, "/en/campaigns.html", name="Autumn", due="2026-12-24")
    post(client, "/en/campaigns/1/ask", page="/en/campaigns/1.html")
    asked = {one.name: one.services for one in Campaigns.beside(office.directory).asked(1)}
    assert "Unseen" not in asked
    assert waits not in asked["Umed"]
    assert "+992000100077" not in client.get("/en/campaigns/1.html").text


def test_without_an_address_of_the_portal_nothing_is_asked(office):
    office.app.config["MAILER"] = None
    client = office.client("steward")
    post(client, "/en/campaigns.html", name="Autumn", due="2026-12-24")
    assert post(client, "/en/campaigns/1/ask", page="/en/campaigns/1.html").status_code == 400
