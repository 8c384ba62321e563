"""Every page of the three portals as a browser draws it: nothing that axe finds, in a light and in a dark room.

The routes are those of the apps, so that a new page is looked at as soon as it is there: a route that cannot be filled
in fails, and so does a template that nothing here draws; what only a fault or a flood brings about is named.

English at 360 pixels is enough: what axe knows of a page and its colours knows no language, and the narrow window is
the one that something is too wide for. Four languages are walked in `test_visitors.py`.
"""

import datetime as dt
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path, PurePosixPath

import pytest
from flask import template_rendered
from werkzeug.wsgi import get_path_info

import web
from mapping.batch import Batch
from mapping.directory.directory import PRAGMAS, Directory, public_id
from mapping.editions.publish import publish
from mapping.model import Language, Source, record_id
from tests.support.browser import ALL_OTHERS, axe_faults, opened_pages
from tests.support.sample import (
    SECRETS,
    TODAY,
    approval,
    batch,
    key,
    organization,
    public_parts,
    secret_parts,
    statement,
)
from tests.support.second_person import SecondPerson
from tests.web.staff.imports.test_imports import mapped
from tests.web.staff.records.test_records import CHANGE, LEGAL, fields_of, send, waiting
from tests.web.support.desk import ALL_NEEDS, Desk
from tests.web.support.office import Office, post
from tests.web.support.served import served
from tests.web.support.signed_in import PASSWORD, hidden
from web import create_app
from web.stores.campaigns import Campaigns
from web.stores.inbox import Draft, SomethingWrong

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN = "document.querySelectorAll('details').forEach((part) => { part.open = true })"
FILES = {
    "static",
    "public.data/<name>",
    "public.<language>/m/<path:name>",
    "public.static/m/<path:name>",
    "profile.one_file",
    "restricted.report",
}
"""Routes without a suffix of their own that send files."""

TEMPLATES = Path(web.__file__).with_name("templates")


class Window:
    """360 pixels that show what an app answers; faults gather in it, and the templates that were drawn."""

    def __init__(self, open_page, origin, app, answers):
        self.origin, self.app, self.answers, self.faults, self.drawn = origin, app, answers, [], set()
        self.page = open_page("about:blank", at=origin, width=360)
        template_rendered.connect(self.note, app)

    def note(self, sender, template, **_):
        self.drawn.add(template.name)

    def show(self, client, answer):
        """Draw what an app answered a client, in both schemes; files of the page are asked for in the same way."""
        if answer.status_code == 303:
            answer = client.get(answer.location)
        path = answer.request.path
        self.answers.show(client, answer)
        self.page.emulate_media(color_scheme="light")
        self.page.goto(self.origin + path)
        self.page.evaluate(OPEN)
        for scheme, rules in (("light", ALL_OTHERS), ("dark", None)):  # only colours differ
            self.page.emulate_media(color_scheme=scheme)
            self.faults += [(path, scheme, *fault) for fault in axe_faults(self.page, rules)]
        if (over := self.page.evaluate(WIDE)) > 0:
            self.faults.append((path, f"{over} pixels too wide"))
        self.page.emulate_media(media="print")
        if (over := self.page.evaluate(WIDE)) > 0:  # all letters would be printed smaller
            self.faults.append((path, f"{over} pixels too wide in print"))
        self.page.emulate_media(media="screen")

    def walk(self, client_for, **values):
        """Show what every route answers that gives a page, for each value of its variables."""
        for rule in self.app.url_map.iter_rules():
            blueprint = rule.endpoint.partition(".")[0]
            if "GET" not in rule.methods or rule.endpoint in FILES or blueprint == "api":
                continue
            if PurePosixPath(rule.rule).suffix in ("", ".html"):
                paths = list(filled(rule, values))
                if not paths:
                    self.faults.append(f"say with what {rule.rule} of {rule.endpoint} is filled in")
                for path in paths:
                    client = client_for(rule.endpoint)
                    answer = client.get(path)
                    if answer.status_code == 200 and answer.mimetype == "text/html":
                        self.show(client, answer)
                    elif answer.status_code not in (302, 303):  # what leads on to another page is no page
                        self.faults.append((path, answer.status_code, answer.mimetype))


class Answers:
    """Serves the browser what a test client was answered, and files as that client is given them."""

    def __init__(self, app):
        self.client, self.answer, self.lock = app.test_client(), None, threading.Lock()

    def show(self, client, answer):
        """Give this answer at its path from now on; the console would tell of a status other than 200."""
        with self.lock:
            self.client, self.answer = client, answer
            answer.status_code = 200

    def __call__(self, environ, start_response):
        """Answer as WSGI asks, one request at a time."""
        path = get_path_info(environ)
        with self.lock:
            own = self.answer is not None and path == self.answer.request.path
            answer = self.answer if own else self.client.get(path)
            return [b"".join(answer(environ, start_response))]


@pytest.fixture
def window_of(chromium):
    """Open a window for what an app answers."""
    with ExitStack() as stack:

        def open_(app):
            answers = Answers(app)
            origin = stack.enter_context(served(answers))
            return Window(stack.enter_context(opened_pages(chromium)), origin, app, answers)

        yield open_


def filled(rule, values) -> Iterator[str]:
    """Yield the addresses of a route: its own values of a variable come before those that all routes share."""
    names = sorted(rule.arguments - set(rule.defaults or ()))
    own = values.get(rule.endpoint.replace(".", "_"), {})
    choices = [own.get(name, values.get(name, ())) for name in names]
    choices = [(choice,) if isinstance(choice, (str, int)) else choice for choice in choices]
    for chosen in product(*choices):
        path = rule.rule
        for name, choice in zip(names, chosen, strict=True):
            path = re.sub(rf"<([^<>]+:)?{name}>", str(choice), path)
        yield path


def undrawn(window, *folders):
    """Return the templates of pages in these folders that nothing drew; what other templates stand on is none."""
    texts = {path.relative_to(TEMPLATES): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    extended = re.findall(r'extends "([^"]+)"', "".join(texts.values()))
    own = {path.as_posix() for path, text in texts.items() if path.parent.name in folders and "{% extends" in text}
    return own - window.drawn - set(extended)


def test_every_page_of_the_public_site(tmp_path, view_file, tiny_area, ids, window_of):
    app = create_app(view_file, tiny_area, demo=True, inbox=tmp_path / "inbox.db")
    app.config["TODAY"] = lambda: TODAY
    window, client = window_of(app), app.test_client()
    window.walk(
        lambda _: client,
        language="en",
        identifier=ids["Legal advice"],
        code="XT-W2",
        name=("coverage", "pathways", "capacity"),
        sheet=1,
        anchor="summary",
        number=1,
        public_answer={"code": ("n4", "n4-r1", "n4-r1-a", "n4-r1-m", "n4-d1", "n8-xn", "p1", "p2", "p3", "p4")},
        public_country={"code": ("xn", "zz")},
        public_organization={"identifier": ids["@Umed"]},
        public_material={"identifier": "m1-en"},
        public_library={"code": "en"},
        public_booklet={"code": "r1"},
    )
    window.show(client, client.get("/en/nothing.html"))
    assert window.faults == []
    assert undrawn(window, "", "texts", "forms", "report") == {"broken.html", "forms/later.html"}


def chosen(portal, clients):
    """Return a function that gives the first client whose person may ask a route; the first is not signed in."""

    def choose(endpoint):
        action = portal.app.config["ROUTES"][endpoint]
        able = (
            client
            for login, client in clients.items()
            if action == "everyone" or (login and portal.accounts.by_login(login).may(action))
        )
        return next(able)

    return choose


def test_every_page_of_the_partner_portal(tmp_path, tiny_area, partner_views, window_of, monkeypatch):
    monkeypatch.setattr("web.restricted.WAIT", 300)  # the page of what is found, on the slowest machine too
    desk = Desk(tmp_path, tiny_area, partner_views)
    legal, umed = desk.id("Legal advice"), desk.body("Umed")
    campaigns = Campaigns(tmp_path / "campaigns.db")
    campaigns.begin("Autumn", TODAY + dt.timedelta(days=30), by="sara")
    mine = campaigns.ask(1, "an-organization", "Umed", [desk.id("Hotline")], on=TODAY)
    join = desk.accounts.add("new", "New", "planner", by="test", now=desk.clock.now)
    worker = desk.client("caseworker")
    clients = {"": desk.app.test_client(), "caseworker": worker}
    clients |= {role: desk.client(role, organizations=[umed]) for role in ("provider", "focal_point")}
    window = window_of(desk.app)
    noted = post(worker, "/en/refer", page="/en/index.html", service=legal)
    receiver = re.search(r'/en/r/([^"<]+)', noted.text)[1]
    window.show(worker, noted)
    window.walk(
        chosen(desk, clients),
        language="en",
        identifier=legal,
        name="coverage",
        signin_join={"token": join},
        campaign_entry={"token": mine},
        referrals_answer={"token": receiver},
        finder_organization={"identifier": umed},
        own_draft={"identifier": desk.id("Hotline")},
        own_standards={"identifier": desk.id("Hotline")},
    )
    needs = {**ALL_NEEDS, "place": "p1", "sex": "SEX-F", "age": "AGE-ADU"}
    window.show(worker, post(worker, "/en/find.html", page="/en/index.html", **needs))
    picked = {**needs, "pick": [legal, desk.id("Counselling")], "kind": "place", "name": "1"}
    for page in ("compare", "card"):
        window.show(worker, post(worker, f"/en/{page}.html", page="/en/index.html", **picked))
    stranger = clients[""]
    window.show(
        stranger, post(stranger, f"/en/join/{join}", page=f"/en/join/{join}", password=PASSWORD, again=PASSWORD)
    )
    window.show(stranger, post(stranger, f"/en/mine/{mine}", page=f"/en/mine/{mine}"))
    for gone in ("join/none", "mine/none", "r/none"):
        window.show(stranger, stranger.get(f"/en/{gone}"))
    window.show(worker, worker.get("/en/rooms.html"))
    desk.clock.step(hours=1)
    door = post(worker, "/en/refer", page="/en/sign-in.html", service=legal)
    entry = {"login": "caseworker", "password": PASSWORD, "code": desk.code("caseworker"), **hidden(door.text)}
    window.show(worker, worker.post("/en/sign-in.html", data=entry))
    assert window.faults == []
    assert undrawn(window, "partner", "account", "restricted") == {"restricted/none.html"}


def test_every_page_of_the_staff_portal(tmp_path, tiny_area, window_of, monkeypatch):
    lowered = approval("audience", key("organization", "Umed"), "public", consent_until=TODAY + dt.timedelta(days=20))
    lawyer = statement("A lawyer comes to you", service_type="ACC-VOT", area_unit="XT-W")
    office = Office(tmp_path, tiny_area, public_parts(), secret_parts(), lowered, lawyer)
    published = public_id(bytes.fromhex("5a" * 32), LEGAL)
    hidden = public_id(bytes.fromhex("5a" * 32), key("location", str(SECRETS["name of a hidden place"])))
    day = office.clock.now.date()
    office.inbox.put(SomethingWrong(service=published, what="number_silent"), on=day)
    office.inbox.put(Draft(entity="service", record=published, fields={"wait_time": "Two days"}), on=day)
    with Directory(office.directory, tiny_area) as directory:
        publish(directory, "focal_point", tmp_path / "focal_point.db", area=tiny_area, edition=TODAY)
    steward = office.client("steward")
    clients = {"": office.app.test_client(), "steward": steward}
    clients |= {role: office.client(role) for role in ("administrator", "custodian")}
    build = {"page": "/en/publish.html"}
    post(steward, "/en/publish/public/build", **build)
    checker = office.client(login="checker")
    told = checker.get("/en/next/public.html").text
    boxes = re.findall(r'name="confirm" value="([^"]+)"', told)
    digest = re.search(r'name="digest" value="(\w+)"', told)[1]
    post(checker, "/en/next/public.html", digest=digest, confirm=boxes)
    post(steward, "/en/campaigns.html", name="Autumn", due="2026-12-24")
    send(steward, CHANGE, email="desk@legal.example", reason="they wrote")
    monkeypatch.setattr(SecondPerson, "present", False)
    spoken = Language(id="spoken", service_id=LEGAL, code="de", name="German")
    letter = Batch(Source(id=record_id("x", "source"), name="x"), "x", records=[spoken], partial=True)
    with Directory(office.directory, tiny_area, signed_in=True) as directory:
        directory.add(letter, by="steward", on=TODAY)
        shown = directory.waiting()[-1].batch
        directory.add(batch(organization("Care", phones=["+992 37 999 00 05"])), by="steward", on=TODAY)
    post(steward, "/en/publish/public/build", **build)
    preview = mapped(steward)
    window = window_of(office.app)
    window.walk(
        chosen(office, clients),
        language="en",
        table="service",
        identifier=LEGAL,
        owner_table="service",
        owner=LEGAL,
        other=key("service", "Papers"),
        number=1,
        audience="public",
        key=("check-due", "consent", "statement"),
        name="coverage",
        published=hidden,
        token=preview.split("/")[-2],
        signin_join={"token": office.accounts.add("new", "New", "steward", by="test", now=office.clock.now)},
        edit_add={"table": ("phone", "schedule")},
        reveal_one={"table": "location"},
        new_service={"owner": key("organization", "Umed")},
        letters_one={"number": (1, 2)},
        approvals_one={"number": waiting(office)[0].id},
        consent_widen={"identifier": key("service", "Referral desk")},
        approvals_act={"number": shown},
        consent_anew={"identifier": lowered.id},
        consent_statement_anew={"identifier": lawyer.id},
        people_person={"identifier": office.accounts.by_login("steward").id},
        people_leave_of_another={"identifier": office.accounts.by_login("steward").id},
    )
    people = {"login": "next", "name": "Next", "role": "steward", "language": "en"}
    window.show(
        clients["administrator"], post(clients["administrator"], "/en/people/add", page="/en/people.html", **people)
    )
    place = f"/en/reveal/location/{hidden}.html"
    window.show(clients["custodian"], post(clients["custodian"], place, reason="A transfer is planned"))
    window.show(steward, steward.get("/en/people.html"))
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 50)
    form = fields_of(steward, CHANGE) | {"wait_time": "a day", "reason": "x"}
    with Directory(office.directory) as storing:
        storing.db.execute("BEGIN IMMEDIATE")
        answer = steward.post(CHANGE, data=form)
        storing.db.execute("ROLLBACK")
    window.show(steward, answer)
    window.show(steward, post(steward, preview.replace("preview.html", "store"), page=preview, choice="store"))
    assert window.faults == []
    assert undrawn(window, "staff", "ops") == {
        "staff/not_done.html",
        "staff/refused.html",
        "staff/too_large.html",
    }
