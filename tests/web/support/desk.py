"""The partner portal in tests: an app on views of a sample, people who are signed in, and a crawl of all pages."""

import datetime as dt
import re
from pathlib import Path

import pyotp
from flask.testing import FlaskClient

from mapping.area.study_area import StudyArea
from mapping.editions.publish import publish
from tests.support.sample import TODAY, sample_directory
from web.access.accounts import Accounts
from web.partner.app import create_partner_app
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PASSWORD = "apricot lantern river seven"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def step(self, **by):
        self.now += dt.timedelta(**(by or {"seconds": 30}))


def views(folder: Path, area: StudyArea, *parts) -> Path:
    """Publish these parts, or the whole sample, for partners and for focal points into a folder."""
    with sample_directory(folder, area, *parts) as directory:
        for audience in ("partner", "focal_point"):
            publish(directory, audience, folder / f"{audience}.db", area=area, edition=TODAY)
    return folder


class Desk:
    """A partner portal with everything that it stands on; ``published`` is a folder of `views`."""

    def __init__(self, folder: Path, area: StudyArea, published: Path):
        self.clock = Clock()
        self.secrets: dict[str, str] = {}
        self.accounts = Accounts(folder / "accounts.db")
        self.inbox = Inbox(folder / "inbox.db")
        self.ledger = Ledger(folder / "ledger.db")
        self.app = create_partner_app(
            published / "partner.db",
            area,
            focal_view=published / "focal_point.db",
            accounts=self.accounts,
            inbox=self.inbox,
            ledger=self.ledger,
            demo=True,
            clock=self.clock,
            secure=False,
        )

    def editions(self, audience="partner"):
        """Return the edition that an audience reads."""
        return next(each for each in self.app.config["EDITIONS"] if each.audience == audience).now()

    def id(self, name, audience="partner"):
        """Return the published id of a service by its English name."""
        return next(each.id for each in self.editions(audience).entries("en").values() if each.name == name)

    def body(self, name):
        """Return the published id of an organization by its English name."""
        return next(each.id for each in self.editions().organizations("en").values() if each.name == name)

    def token(self, role, *, login="", regions=("*",), organizations=()):
        """Return the session of somebody of a role who has just signed in."""
        login = login or role
        if login not in self.secrets:
            link = self.accounts.add(login, login.title(), role, by="test", now=self.clock.now)
            self.secrets[login] = self.accounts.begin_enrolment(link, PASSWORD, now=self.clock.now)
            self.accounts.finish_enrolment(link, self.code(login), now=self.clock.now)
            own = self.accounts.by_login(login).id
            for scope, granted in (("region", regions), ("organization", organizations)):
                for value in granted:
                    self.accounts.grant(own, scope, value)
        self.clock.step()  # a code is good once
        return self.accounts.sign_in(login, PASSWORD, self.code(login), now=self.clock.now, portal="partner")

    def client(self, role="caseworker", **grants) -> FlaskClient:
        """Return a browser in which somebody of a role is signed in."""
        client = self.app.test_client()
        token = self.token(role, **grants)
        with client.session_transaction() as session:
            session["token"] = token
        return client

    def code(self, login):
        """Return what the authenticator of somebody shows."""
        return pyotp.TOTP(self.secrets[login]).at(self.clock.now)


def csrf(text):
    return re.search(r'name="csrf_token" value="([^"]+)"', text)[1]


def post(client, path, *, page="/en/index.html", **fields):
    """Send a form with the token of a page."""
    return client.post(path, data={"csrf_token": csrf(client.get(page).text), **fields})


ALL_NEEDS = {
    "need": ["stay", "talk", "doctor", "lawyer", "papers", "wages", "child", "home", "work"],
    "speaks": "tg",
    "happened": ["EXP-LAB", "VUL-DV"],
    "no_papers": "1",
    "disability": "1",
    "children": "1",
    "no_police": "1",
}


def crawl(client, *, languages=("en", "tg")):
    """Return every page that a person can reach, by address or form, without what changes from request to request."""
    found, waiting = {}, [f"/{language}/{page}" for language in languages for page in PAGES]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        found[path] = f"{answer.status_code} {_still(answer.text)}"
        base = path.rsplit("/", 1)[0]
        for link in re.findall(r'href="([^"#?:]+\.html)"', answer.text):
            parts = [*base.strip("/").split("/"), *link.split("/")]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            target = "/" + "/".join(parts)
            if target not in found and target.split("/")[1] in languages:
                waiting.append(target)
    first = client.get("/en/index.html").text
    choice = re.search(r'<select id="place".*?</select>', first, re.DOTALL)
    starts, token = re.findall(r'<option value="([^"]+)"', choice[0]), {"csrf_token": csrf(first)}
    for place in starts[:6]:
        for sex, age in (("SEX-M", "AGE-ADU"), ("SEX-F", "AGE-CHI"), ("", "")):
            fields = {**ALL_NEEDS, "place": place, "sex": sex, "age": age}
            answer = client.post("/en/find.html", data=fields | token)
            found[f"find {place} {sex} {age}"] = f"{answer.status_code} {_still(answer.text)}"
            picked = re.findall(r'name="pick" value="([^"]+)"', answer.text)
            for page in ("compare.html", "card.html"):
                answer = client.post(
                    f"/en/{page}", data=fields | token | {"pick": picked, "kind": "place", "name": "1"}
                )
                found[f"{page} {place} {sex} {age}"] = f"{answer.status_code} {_still(answer.text)}"
    answer = client.post("/en/news.html", data={"since": "2020-01-01"} | token)
    found["news"] = f"{answer.status_code} {_still(answer.text)}"
    return found


PAGES = ("index.html", "referrals.html", "rooms.html", "agreements.html", "news.html", "counts.html", "account.html")


def _still(text):
    """Leave out what differs from one request to the next: the tokens of forms, the questions for passkeys."""
    return re.sub(r'(name="csrf_token" value|data-passkey)="[^"]+"', r"\1", text)
