"""The staff's pages for publishing, revealing and administration: each story, and each refusal."""

import datetime as dt
import re
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pyotp
import pytest

from mapping.directory.directory import Directory, public_id
from mapping.model import Location, Organization, Phone
from mapping.render.layers.services import spaced
from mapping.resources import checksum
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.sample import HIDDEN, SECRETS, TODAY, batch, key, organization, service
from tests.support.survival import SECRET
from tests.web.support.office import Office, post
from tests.web.support.signed_in import NOW, PASSWORD, csrf
from web.access.mailer import MailSettings, Sent
from web.staff.records.reveal import MANY, MOST
from web.stores.ledger import Ledger

PAGES = {
    "publish.html": "steward",
    "reveal.html": "custodian",
    "reveals.html": "administrator",
    "people.html": "administrator",
    "log.html": "administrator",
    "settings.html": "administrator",
    "backups.html": "administrator",
    "reminders.html": "steward",
}


class Post:
    """A mailer that keeps what it would send."""

    settings = MailSettings(host="mail.example", sender="a@b.example", portal="https://p.example")

    def __init__(self):
        self.sent = []

    def send(self, people, why, *, now):
        people = list(people)
        self.sent.append(([one.login for one in people], why))
        return Sent(tuple(one.login for one in people), {})


@pytest.fixture
def office(tmp_path, tiny_area, monkeypatch):
    monkeypatch.setenv("ROHNAMO_BACKUP_PASSPHRASE", SECRET.decode())
    (tmp_path / "private").mkdir()
    return Office(tmp_path / "private", tiny_area, mailer=Post())


def opened(office, tiny_area):
    return Directory(office.directory, tiny_area)


def actions(office):
    return [line.action for line in office.ledger.lines()]


@pytest.mark.parametrize(("path", "role"), PAGES.items())
def test_each_page_is_for_its_role_and_shows_nothing_secret(office, path, role, tmp_path):
    for each in ("steward", "custodian", "administrator"):
        client = office.client(each)
        allowed = client.get(f"/en/{path}").status_code == 200
        assert allowed == (each == role), (path, each)
        if allowed:
            for language in office.app.config["AREA"].languages:
                out = tmp_path / "pages" / f"{language}-{path}"
                out.parent.mkdir(exist_ok=True)
                answer = client.get(f"/{language}/{path}")
                assert "<script" not in re.sub(r'<script src="[^"]+"[^>]*></script>', "", answer.text)
                assert 'style="' not in answer.text
                out.write_bytes(answer.data)
    assert find_canaries([tmp_path / "pages"], SECRETS) == []


# -- publish ---------------------------------------------------------------------------------------------------------


def build(client, audience="public"):
    return post(client, f"/en/publish/{audience}/build", page="/en/publish.html")


def boxes(text):
    return re.findall(r'name="confirm" value="([^"]+)"', text)


def publish(office, audience="public", **fields):
    """Confirm what somebody else built; with a code where a password is given."""
    client = office.client("steward", login="checker")
    if "password" in fields:
        office.clock.step()
        fields = {"code": office.code("checker"), **fields}
    text = client.get(f"/en/next/{audience}.html").text
    given = {"digest": re.search(r'name="digest" value="(\w+)"', text)[1], "confirm": boxes(text), **fields}
    return client.post(f"/en/next/{audience}.html", data={"csrf_token": csrf(text), **given})


def test_an_edition_is_built_looked_at_confirmed_and_gone_back_to(office, tiny_area, tmp_path):
    client = office.client("steward")
    assert "No edition was published from here yet" in client.get("/en/publish.html").text
    assert build(client).location == "/en/next/public.html"
    shown = client.get("/en/next/public.html").text
    assert "Two people agreed to all of this already" in shown
    assert boxes(shown) == []
    assert publish(office).location == "/en/publish.html?done=public"
    first = checksum(tmp_path / "public.db")
    with opened(office, tiny_area) as directory:
        directory.add(batch(organization("Care <b>", phones=["+992 37 999 00 05"])), on=TODAY)
    build(client)
    shown = client.get("/en/next/public.html").text
    assert f"<ins>{spaced('+992379990005', 'TJ', 'en')}</ins>" in shown
    assert "Care &lt;b&gt;" in shown
    assert publish(office).status_code == 303
    assert checksum(tmp_path / "public.db") != first
    assert actions(office)[:2] == ["edition_published", "edition_confirmed"]
    old = client.get("/en/editions/public/1.html").text
    assert "Care &lt;b&gt;" in old
    path = "/en/editions/public/1/back"
    again = {"password": PASSWORD, "page": "/en/editions/public/1.html"}
    assert post(client, path, reason="it was wrong", code="000000", **again).status_code == 400
    office.clock.step()
    assert post(client, path, reason="", code=office.code("steward"), **again).status_code == 400
    office.clock.step()
    assert post(client, path, reason="it was wrong", code=office.code("steward"), **again).status_code == 303
    assert checksum(tmp_path / "public.db") == first
    assert actions(office)[0] == "edition_gone_back"
    path, again["page"] = path.replace("1", "2"), "/en/editions/public/2.html"
    office.clock.step()
    waits = post(client, path, reason="it was right", code=office.code("steward"), **again)
    assert waits.location == "/en/next/public.html"
    assert checksum(tmp_path / "public.db") == first
    shown = client.get("/en/next/public.html").text
    assert "somebody else must look at it" in shown
    assert "it was right" in shown
    assert f"<ins>{spaced('+992379990005', 'TJ', 'en')}</ins>" in shown
    assert actions(office)[0] == "edition_built"
    refused = publish(office, confirm=[])
    assert (refused.status_code, checksum(tmp_path / "public.db")) == (400, first)
    assert "Not everything that could be read for the first time" in refused.text
    assert publish(office).status_code == 303
    assert checksum(tmp_path / "public.db") != first
    assert actions(office)[0] == "edition_gone_back"


def test_what_is_unusual_needs_a_reason_and_the_person(office, tiny_area, tmp_path):
    client = office.client("steward")
    build(client)
    publish(office)
    with opened(office, tiny_area) as directory:
        directory.add(batch(*(organization(f"Body {number}") for number in range(20))), on=TODAY)
    build(client)
    assert "entries change: more than 20%" in client.get("/en/next/public.html").text
    assert "Write why what is unusual is right" in publish(office).text
    refused = publish(office, reason="the register came", password=PASSWORD, code="1")
    assert "Password or code is not right" in refused.text
    assert publish(office, reason="the register came", password=PASSWORD).status_code == 303
    assert office.ledger.lines(action="edition_published")[0].reason == "the register came"


def test_what_changed_meanwhile_is_not_published(office, tiny_area, tmp_path):
    client = office.client("steward")
    build(client)
    publish(office)
    with opened(office, tiny_area) as directory:
        directory.add(batch(organization("Care")), on=TODAY)
    build(client)
    with opened(office, tiny_area) as directory:
        care = key("organization", "Care")
        directory.edit("organization", care, {"audience": "custodian"}, by="gul", on=TODAY, reason="asked")
        published = public_id(directory.key, care)
    other = office.client("steward", login="checker")
    shown = other.get("/en/next/public.html").text
    assert "changed since this one was built" in shown
    assert "Publish it" not in shown
    told = {"digest": office_digest(tmp_path), "confirm": [f"organization:{published}"]}
    assert post(other, "/en/next/public.html", **told).status_code == 409
    assert post(client, "/en/publish/public/drop", page="/en/publish.html").status_code == 303
    assert client.get("/en/next/public.html").location == "/en/publish.html"


def test_a_text_that_tells_what_is_hidden_stops_the_building(office, tiny_area, tmp_path):
    client = office.client("steward")
    with opened(office, tiny_area) as directory:
        told = f"Ask for {SECRETS['name of a hidden organization']}"
        directory.add(batch(organization("Care", description=told)), on=TODAY)
    answer = build(client)
    assert answer.status_code == 400
    assert "Some texts wait for a custodian" in answer.text
    assert "description: holds" not in answer.text
    assert str(SECRETS["name of a hidden organization"]) not in answer.text


def test_whoever_built_an_edition_does_not_confirm_it(office, tiny_area, tmp_path):
    client = office.client("steward")
    build(client)
    shown = client.get("/en/next/public.html").text
    assert "You built this edition yourself" in shown
    assert "Fewer than two people are admitted" in shown
    assert boxes(shown) == []
    told = {"digest": office_digest(tmp_path), "confirm": ["all:organization", "all:service", "all:location"]}
    refused = post(client, "/en/next/public.html", **told)
    assert (refused.status_code, "somebody else must look at it" in refused.text) == (403, True)
    maker = office.accounts.by_login("steward")
    token = office.accounts.add("twin", "Twin", "steward", by=maker.login, now=office.clock.now)
    office.secrets["twin"] = office.accounts.begin_enrolment(token, PASSWORD, now=office.clock.now)
    office.accounts.finish_enrolment(token, office.code("twin"), now=office.clock.now)
    assert post(office.client(login="twin"), "/en/next/public.html", **told).status_code == 403
    assert not (tmp_path / "public.db").exists()
    assert publish(office).status_code == 303


def office_digest(folder):
    return checksum(folder / "private" / "editions" / "public" / "next.db.part")


def test_what_hides_something_is_published_by_whoever_built_it(office, tiny_area, tmp_path):
    client = office.client("steward")
    build(client)
    publish(office)
    with opened(office, tiny_area) as directory:
        legal = key("service", "Legal advice")
        directory.edit("service", legal, {"audience": "custodian"}, by="gul", on=TODAY, reason="asked")
    build(client)
    assert "Legal advice" in client.get("/en/next/public.html").text
    assert post(client, "/en/next/public.html", digest=office_digest(tmp_path)).status_code == 303
    with View(tmp_path / "public.db") as view:
        assert "Legal advice" not in {entry.name for entry in view.services()}


def test_what_is_new_is_told_in_words_side_by_side(office, tiny_area):
    client = office.client("steward")
    build(client)
    publish(office)
    advice = key("service", "Legal advice")
    with opened(office, tiny_area) as directory:
        (number, *_) = directory.records(Phone, service_id=advice)
        directory.edit("phone", number.id, {"number": "+992372000099"}, by="gul", on=TODAY, reason="call")
        directory.add(batch(organization("Care"), service("Night desk", of="Care", types=["LEG-INF"])), on=TODAY)
        directory.add(batch(service("Vocational training", of="Care", types=["INC-VOC"])), on=TODAY)
    build(client)
    shown = office.client("steward", login="checker").get("/ru/next/public.html").text
    card = re.search(r"<summary>Legal advice.*?</details>", shown, re.DOTALL)[0]
    assert "ведёт людей туда" in card
    assert f"<ins>{spaced('+992372000099', 'TJ', 'ru')}</ins>" in card
    assert f"<del>{spaced(number.number, 'TJ', 'ru')}</del>" in card
    desk = re.search(r"<summary>Night desk.*?</details>", shown, re.DOTALL)[0]
    assert 'class="soft">Care<' in desk
    assert "впервые видно" in desk
    assert "LEG-INF" not in desk
    assert "<summary>Профессиональное обучение" in shown  # what is called as its kind is called so in every language
    for code in ("custodian", "taxonomy", "service_at_location", "organization_id"):
        assert code not in shown, code


def test_one_build_makes_the_editions_of_all_and_one_press_publishes_them(office, tmp_path):
    assert build(office.client("steward"), "all").location == "/en/next/all.html"
    checker = office.client("steward", login="checker")
    assert "next/all.html" in checker.get("/en/publish.html").text
    shown = checker.get("/en/next/all.html").text
    digests = re.findall(r'name="digest" value="(\w+)"', shown)
    assert len(digests) == 3
    form = {"csrf_token": csrf(shown)}
    assert checker.post("/en/next/all.html", data=form | {"digest": digests[:1]}).status_code == 409
    assert checker.post("/en/next/all.html", data=form | {"digest": digests}).location == "/en/publish.html?done=all"
    paths = [tmp_path / "public.db", *(tmp_path / "private" / f"{name}.db" for name in ("partner", "focal_point"))]
    assert all(path.exists() for path in paths)


def test_views_for_others_lie_in_the_private_folder(office, tmp_path):
    client = office.client("steward")
    for audience in ("partner", "focal_point"):
        build(client, audience)
        assert publish(office, audience).status_code == 303
        with View(tmp_path / "private" / f"{audience}.db") as view:
            assert view.audience == audience
    assert client.get("/en/next/custodian.html").status_code == 404
    assert build(client, "custodian").status_code == 404


# -- reveal ----------------------------------------------------------------------------------------------------------


def shelter(client):
    links = re.findall(r'href="(reveal/location/[0-9a-f-]{36}\.html)"', client.get("/en/reveal.html").text)
    return [f"/en/{link}" for link in links]


def holding(client, text):
    """The page of the place that a text belongs to; asks for each."""
    for path in shelter(client):
        post(client, path, reason="a call of the police")
        if text in client.get(path).text:
            return path
    return None


def test_a_place_is_shown_for_a_reason_for_a_day(office, tiny_area):
    client = office.client("custodian")
    path = holding(client, str(HIDDEN[0]))
    assert path
    office.clock.step(25 * 3600)
    client = office.client("custodian")
    asked = client.get(path)
    assert "Why do you need to know the place?" in asked.text
    assert str(HIDDEN[0]) not in asked.text
    assert post(client, path, reason="short").status_code == 400
    assert post(client, path, reason="a new call of the police").location == path
    shown = client.get(path).text
    assert str(HIDDEN[0]) in shown
    line = office.ledger.lines(action="reveal")[0]
    assert (line.who, line.reason) == ("custodian", "a new call of the police")
    assert line.subject == f"location {path.split('/')[-1].removesuffix('.html')}"
    assert office.ledger.lines(newest=1)[0].action == "reveal_seen"
    listed = office.client("administrator").get("/en/reveals.html").text
    assert "a new call of the police" in listed
    assert office.accounts.by_login("custodian").name in listed
    local = office.clock.now.astimezone(ZoneInfo(office.app.config["AREA"].timezone))
    assert f"{local:%Y-%m-%d %H:%M}" in listed
    assert str(HIDDEN[0]) not in listed
    office.clock.step(23 * 3600)
    assert str(HIDDEN[0]) in office.client("custodian").get(path).text
    office.clock.step(3600)
    assert str(HIDDEN[0]) not in office.client("custodian").get(path).text


def test_outside_the_regions_granted_there_is_nothing(office, tiny_area):
    path = holding(office.client("custodian"), str(HIDDEN[0]))
    units = [code for code, unit in tiny_area.all_units().items() if unit.level == 1]
    with opened(office, tiny_area) as directory:
        published = path.split("/")[-1].removesuffix(".html")
        own = next(one for one in directory.records(Location) if public_id(directory.key, one.id) == published)
    home = {own.area_unit, *tiny_area.ancestors(own.area_unit)}
    for number, unit in enumerate(units):
        client = office.client("custodian", login=f"c{number}", regions=[unit])
        answer = client.get(path)
        assert (answer.status_code == 200) == (unit in home), unit
        if unit not in home:
            never = client.get(f"/en/reveal/location/{'0' * 8}-0000-5000-8000-{'0' * 12}.html")
            assert (answer.status_code, len(answer.data)) == (404, len(never.data))
            assert post(client, path, page="/en/account.html", reason="a call of the police").status_code == 404
    nobody = office.client("custodian", login="none", regions=[])
    assert nobody.get(path).status_code in (403, 404)
    assert office.client("steward").get(path).status_code == 403
    assert office.client("administrator").get(path).status_code == 403


def test_a_place_that_everybody_sees_is_not_revealed(office, tiny_area):
    with opened(office, tiny_area) as directory:
        public = public_id(directory.key, key("location", "Office"))
    assert office.client("custodian").get(f"/en/reveal/location/{public}.html").status_code == 404


def test_many_in_a_day_raise_an_alarm_and_very_many_are_refused(office, tiny_area):
    client = office.client("custodian")
    (path, *_) = shelter(client)
    for number in range(MANY):
        office.ledger.append("custodian", "reveal", subject=f"location {number}", reason="r" * 12, now=office.clock.now)
    assert office.app.config["MAILER"].sent == []
    office.accounts.add("boss", "Boss", "administrator", by="test", now=NOW, mail="boss@office.example")
    post(client, path, reason="a call of the police")
    assert "reveal_alarm" in actions(office)
    assert office.app.config["MAILER"].sent == [(["boss"], "look")]
    assert "custodian saw 6 confidential places" in office.client("administrator").get("/en/reveals.html").text
    for number in range(MOST):
        office.ledger.append("other", "reveal", subject=f"location {number}", reason="r" * 12, now=office.clock.now)
    other = office.client("custodian", login="other")
    assert post(other, path, reason="a call of the police").status_code == 429
    assert str(HIDDEN[0]) not in other.get(path).text
    office.clock.step(25 * 3600)
    assert post(office.client("custodian", login="other"), path, reason="a call of the police").status_code == 303


def test_what_cannot_be_logged_is_not_shown(office, tiny_area, monkeypatch):
    client = office.client("custodian")
    path = holding(client, str(HIDDEN[0]))
    token = csrf(client.get("/en/account.html").text)
    with monkeypatch.context() as broken:
        broken.setattr("web.stores.ledger.Ledger._note_end", lambda *_: (_ for _ in ()).throw(OSError("No space left")))
        answer = client.get(path)
        assert answer.status_code == 503
        assert str(HIDDEN[0]) not in answer.text
    assert token


# -- administration --------------------------------------------------------------------------------------------------


def test_an_administrator_makes_changes_and_recovers_an_account(office, tiny_area):
    client = office.client("administrator")
    fields = {"login": "Gul", "name": "Gul <i>", "role": "provider", "language": "ru", "mail": "gul@partner.example"}
    answer = post(client, "/en/people/add", page="/en/people.html", **fields)
    link = re.search(r"/ru/join/([\w-]+)<", answer.text)[1]
    assert office.accounts.invited(link, now=office.clock.now).login == "gul"
    own = office.accounts.by_login("gul").id
    path = f"/en/people/{own}.html"
    assert "Gul &lt;i&gt;" in client.get(path).text
    assert post(client, "/en/people/add", page="/en/people.html", **fields).status_code == 400
    body = re.search(r'<option value="([0-9a-f-]{36})">', client.get(path).text)[1]
    for scope, value in (("region", "*"), ("organization", body)):
        assert post(client, f"/en/people/{own}/grants", page=path, scope=scope, value=value).status_code == 303
    assert office.accounts.account(own).grants.organizations == {body}
    assert post(client, f"/en/people/{own}/grants", page=path, scope="region", value="no").status_code == 400
    assert post(client, f"/en/people/{own}/grants", page=path, scope="region", value="*", take="1").status_code == 303
    assert office.accounts.account(own).grants.regions == frozenset()
    changed = {"role": "caseworker", "name": "Gul", "language": "tg", "mail": "", "disabled": "1"}
    assert post(client, path, **changed).status_code == 303
    account = office.accounts.account(own)
    assert (account.roles, account.disabled, account.language, account.mail) == (("caseworker",), True, "tg", "")
    again = post(client, f"/en/people/{own}/invite", page=path)
    assert re.search(r"/tg/join/([\w-]+)<", again.text)[1] != link
    assert {"account_added", "granted", "grant_taken_back", "account_changed", "account_invited"} <= {*actions(office)}
    assert link not in "".join(f"{line.subject}{line.reason}" for line in office.ledger.lines())


def test_sessions_end(office):
    steward, client = office.client("steward"), office.client("administrator")
    own = office.accounts.by_login("steward").id
    assert steward.get("/en/publish.html").status_code == 200
    post(client, f"/en/people/{own}/end-sessions", page=f"/en/people/{own}.html")
    assert steward.get("/en/publish.html").status_code == 302


def test_nobody_locks_everybody_out(office):
    client = office.client("administrator")
    own = office.accounts.by_login("administrator").id
    path = f"/en/people/{own}.html"
    for change in ({"role": "steward"}, {"disabled": "1"}):
        fields = {"role": "administrator", "name": "A", "language": "en", "mail": "", **change}
        assert post(client, path, **fields).status_code == 400
    other = office.client("administrator", login="second")
    office.accounts.change(own, disabled=True)
    second = office.accounts.by_login("second")
    fields = {"role": "steward", "name": "A", "language": "en", "mail": ""}
    assert post(other, f"/en/people/{second.id}.html", **fields).status_code == 400


@pytest.mark.parametrize("fields", [{"role": "king"}, {"language": "xx"}, {"mail": "a@b.example, c@d.example"}])
def test_what_no_form_offers_is_refused(office, fields):
    client = office.client("administrator")
    given = {"login": "gul", "name": "Gul", "role": "steward", "language": "en", "mail": "", **fields}
    assert post(client, "/en/people/add", page="/en/people.html", **given).status_code == 400
    assert "gul" not in [one.login for one in office.accounts.accounts()]


def test_the_log_is_shown_and_checked(office):
    client = office.client("administrator")
    assert "The log is whole" in client.get("/en/log.html").text
    office.ledger.append("gul", "sign_in", now=NOW)
    office.ledger.append("<gul>", "edited", subject="service 1", reason="<b>", now=NOW)
    shown = client.get("/en/log.html?action=edited").text
    assert "&lt;gul&gt;" in shown
    assert '<option value="edited" selected>Entry changed</option>' in shown
    assert ">Signed in</td>" not in shown
    shown = client.get("/ru/log.html").text
    assert ">Запись изменена</td>" in shown
    assert ">Вход</td>" in shown
    office.ledger._beside(".end").write_text("9 x x", encoding="ascii")
    assert "The log was tampered with" in client.get("/en/log.html").text


def test_backups_are_made_and_rehearsed(office, tmp_path):
    client = office.client("administrator")
    assert post(client, "/en/backups.html").status_code == 303
    (made,) = (tmp_path / "backups").glob("*.backup")
    rehearsed = post(client, "/en/backups/rehearse", page="/en/backups.html", name=made.name)
    assert "files can be restored" in rehearsed.text
    assert actions(office)[:2] == ["backup_rehearsed", "backup_made"]
    held = made.read_bytes()
    made.write_bytes(held[:-20])
    spoilt = post(client, "/en/backups/rehearse", page="/en/backups.html", name=made.name)
    assert (spoilt.status_code, "is cut off" in spoilt.text) == (409, True)
    assert post(client, "/en/backups/rehearse", page="/en/backups.html", name="../private/x").status_code == 404
    shutil.rmtree(tmp_path / "backups")
    (tmp_path / "backups").write_text("no folder", encoding="ascii")
    assert post(client, "/en/backups.html").status_code == 507


def test_without_a_key_no_backup_is_made(office, monkeypatch):
    monkeypatch.delenv("ROHNAMO_BACKUP_PASSPHRASE")
    client = office.client("administrator")
    assert "names the file in ROHNAMO_BACKUP_KEY" in client.get("/en/backups.html").text
    assert "names the file in ROHNAMO_BACKUP_KEY" in client.get("/en/settings.html").text
    for path in ("/en/backups.html", "/en/backups/rehearse"):
        token = csrf(client.get("/en/account.html").text)
        assert client.post(path, data={"csrf_token": token, "name": "x"}).status_code == 400
    monkeypatch.setenv("ROHNAMO_BACKUP_KEY", "/nowhere/backup.key")
    assert "/nowhere/backup.key: there is no such key file" in client.get("/en/backups.html").text


def test_providers_are_reminded_once(office, tiny_area):
    with opened(office, tiny_area) as directory:
        bodies = [public_id(directory.key, one.id) for one in directory.records(Organization)]
    office.accounts.add("gul", "Gul", "provider", by="test", now=NOW, mail="gul@partner.example")
    for body in bodies:
        office.accounts.grant(office.accounts.by_login("gul").id, "organization", body)
    client = office.client("steward")
    assert "Write to them: 1" in client.get("/en/reminders.html").text
    assert "Sent: 1" in post(client, "/en/reminders.html").text
    assert office.app.config["MAILER"].sent == [(["gul"], "entries")]
    assert "a short while ago" in client.get("/en/reminders.html").text
    office.clock.step(15 * 24 * 3600)
    assert "Write to them: 1" in office.client("steward").get("/en/reminders.html").text


def test_mails_can_be_tried(office):
    client = office.client("administrator")
    office.app.config["MAILER"] = None
    assert post(client, "/en/settings/test-mail", page="/en/account.html").status_code == 400
    (office.directory.parent / "mail.toml").write_text("port = 'x'", encoding="utf-8")
    assert "sender: Field required" in client.get("/en/settings.html").text


def test_looking_changes_nothing(office, tmp_path):
    """Every page without parameters, opened by each role, leaves directory, accounts and inbox as they were."""

    def state():
        found = []
        for name in ("directory.db", "accounts.db", "inbox.db"):
            db = sqlite3.connect(office.directory.with_name(name))
            found += [line for line in db.iterdump() if not line.startswith('INSERT INTO "session"')]
            db.close()
        return found

    clients = [office.client(role) for role in ("steward", "custodian", "administrator")]
    clients[0].get("/en/index.html", follow_redirects=True)
    before, files = state(), sorted(path.name for path in tmp_path.iterdir())
    for rule in office.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= {"language"}:
            for client in clients:
                assert client.get(rule.rule.replace("<language>", "en")).status_code in (200, 302, 303, 403, 404), rule
    assert state() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == files


def test_two_administrators_meet_the_owner_of_an_account_before_it_counts(office):
    client = office.client("administrator")
    assert "Fewer than two people are admitted" in client.get("/en/people.html").text
    other = office.client("administrator", login="second")
    fields = {"login": "gul", "name": "Gul", "role": "steward", "language": "en", "mail": ""}
    shown = post(client, "/en/people/add", page="/en/people.html", **fields).text
    own = office.accounts.by_login("gul").id
    path, meet, button = f"/en/people/{own}.html", f"/en/people/{own}/meet", "I have met this person"
    listed = other.get("/en/people.html").text
    assert "Fewer than two people" not in listed
    assert listed.count("to be met") == 1
    assert button not in other.get(path).text
    assert post(other, meet, page=path).status_code == 400  # nobody has used the link yet
    link = re.search(r"/join/([\w-]+)", shown)[1]
    secret = office.accounts.begin_enrolment(link, PASSWORD, now=office.clock.now)
    office.accounts.finish_enrolment(link, pyotp.TOTP(secret).at(office.clock.now), now=office.clock.now)
    for browser, login in ((client, "administrator"), (other, "second")):
        assert not office.accounts.is_admitted("gul")
        assert button in browser.get(path).text
        assert post(browser, meet, page=path).status_code == 303
        page = browser.get(path).text
        assert f"{login} has met them" in page
        assert button not in page
    assert office.accounts.is_admitted("gul")
    assert {"meeting_refused", "account_met"} <= {*actions(office)}
    post(client, f"/en/people/{own}/invite", page=path)
    assert "to be met" in other.get("/en/people.html").text


def test_requests_at_once_do_not_overrun_the_limit_of_reveals(office):
    since = office.clock.now - dt.timedelta(hours=24)

    def ask(number):
        subject = f"location {number}"
        return Ledger(office.ledger.path).append_at_most(
            MOST, "custodian", "reveal", since=since, subject=subject, reason="r" * 12, now=office.clock.now
        )

    with ThreadPoolExecutor(8) as pool:
        counts = sorted(pool.map(ask, range(2 * MOST)))
    assert counts == [0] * MOST + list(range(1, MOST + 1))
    assert office.ledger.faults() == []


def test_a_backup_is_downloaded_encrypted_with_password_and_code(office):
    client = office.client("administrator")
    post(client, "/en/backups.html")
    (name,) = re.findall(r"<option>(rohnamo-\S+\.backup)</option>", client.get("/en/backups.html").text)
    download = {"page": "/en/backups.html", "name": name, "password": PASSWORD}
    assert post(client, "/en/backups/download", **download, code="000000").status_code == 400
    office.clock.step()
    sent = post(client, "/en/backups/download", **download, code=office.code("administrator"))
    assert sent.status_code == 200
    assert name in sent.headers["Content-Disposition"]
    assert sent.data == (office.directory.parents[1] / "backups" / name).read_bytes()
    sent.close()
    assert post(client, "/en/backups/download", **download | {"name": "../x"}, code="1").status_code == 404
