"""Forms of the live portal: what can be said, what is kept, and what is not."""

import datetime as dt
import logging
import sqlite3
from contextlib import closing
from html.parser import HTMLParser

import pytest

from mapping.errors import MappingError
from tests.support.canary import find_canaries
from tests.support.sample import TODAY, public_parts
from tests.web.support.portal import published
from web import create_app
from web.public.forms import MOST_OF_ONE, WHO, WHY, WRONG, _from_here
from web.stores.inbox import HelpMissing, Inbox, SomethingWrong

LANGUAGES = ("tg", "ru", "en")
MISSING = {"need": "lawyer", "area_unit": "XT-W1", "who": "adult", "why": "too_far"}


@pytest.fixture
def live(view_file, tiny_area, tmp_path):
    app = create_app(view_file, tiny_area, demo=True, inbox=tmp_path / "inbox.db")
    app.config["TODAY"] = lambda: TODAY
    return app


@pytest.fixture
def visitor(live):
    return live.test_client(use_cookies=False)


@pytest.fixture
def sent(tmp_path):
    return lambda: [each.message for each in Inbox(tmp_path / "inbox.db").messages()]


class Fields(HTMLParser):
    """Every way to type or choose something in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("input", "textarea", "select", "form", "button"):
            self.found.append((tag, dict(attrs)))


def test_an_entry_says_what_is_wrong_with_it(visitor, ids, sent):
    path = f"/en/f1/{ids['Legal advice']}.html"
    assert f'href="../f1/{ids["Legal advice"]}.html"' in visitor.get(f"/en/s/{ids['Legal advice']}.html").text
    page = visitor.get(path)
    assert page.status_code == 200
    assert "Legal advice" in page.text
    answer = visitor.post(path, data={"what": "moved"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "../f3.html")
    assert sent() == [SomethingWrong(service=ids["Legal advice"], what="moved")]


@pytest.mark.parametrize(
    ("opened", "known"),
    [
        ("/en/f2.html", ()),
        ("/en/f2/XT-W1.html", ("XT-W1",)),
        ("/en/f2/n4-r1-c.html", ("lawyer", "XT-W", "child")),
        ("/en/f2/n4-r0.html", ("lawyer",)),
    ],
)
def test_missing_help_is_told_from_wherever_it_was_missed(visitor, sent, opened, known):
    fields = Fields(visitor.get(opened).text).found
    chosen = {attrs["value"] for tag, attrs in fields if "checked" in attrs}
    options = visitor.get(opened).text
    assert chosen | {c for c in known if f'value="{c}" selected' in options} == set(known)
    assert visitor.post("/en/f2.html", data=MISSING).status_code == 303
    assert sent() == [HelpMissing(**MISSING)]


@pytest.mark.parametrize("path", ["/en/index.html", "/en/n4-r1-a.html", "/en/u/XT-W1.html"])
def test_pages_lead_to_the_form_or_say_how_to_tell(visitor, client, path):
    assert "Help is missing here" in visitor.get(path).text
    assert "Help is missing here" not in client.get(path).text
    assert "Is help missing here?" in client.get(path).text


def test_thanks_name_the_line_and_what_a_phone_remembers(visitor):
    for language in LANGUAGES:
        page = visitor.get(f"/{language}/f3.html").text
        assert "tel:1313" in page
        assert f'lang="{language}"' in page
    assert "Your phone may remember" in visitor.get("/en/f3.html").text


def test_nothing_can_be_typed_and_nothing_hidden_is_sent(visitor, ids):
    for path in (f"/ru/f1/{ids['Hotline']}.html", "/tg/f2.html"):
        found = Fields(visitor.get(path).text).found
        assert {tag for tag, _ in found} <= {"form", "input", "select", "button"}
        assert {attrs["type"] for tag, attrs in found if tag == "input"} == {"radio"}
        assert {attrs["method"] for tag, attrs in found if tag == "form"} == {"post"}


def test_answers_are_those_of_the_inbox():
    for answers, kind, field in ((WRONG, SomethingWrong, "what"), (WHY, HelpMissing, "why"), (WHO, HelpMissing, "who")):
        assert tuple(answers) == kind.model_fields[field].annotation.__args__


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"what": ""},
        {"what": "she lives at"},
        {"what": "moved<script>"},
    ],
)
def test_what_is_not_offered_is_not_taken_and_not_repeated(visitor, ids, sent, fields):
    answer = visitor.post(f"/en/f1/{ids['Hotline']}.html", data=fields)
    assert answer.status_code == 400
    assert "Nothing was sent" in answer.text
    assert "she lives" not in answer.text
    assert sent() == []


@pytest.mark.parametrize("wrong", [{"need": "rest"}, {"area_unit": "XT-Z9"}, {"who": "Zarina"}, {"why": "my husband"}])
def test_missing_help_is_of_the_closed_lists(visitor, sent, wrong):
    answer = visitor.post("/en/f2.html", data=MISSING | wrong)
    assert answer.status_code == 400
    assert next(iter(wrong.values())) not in answer.text
    assert sent() == []


def test_for_whom_and_why_may_be_left_open(visitor, sent):
    assert visitor.post("/en/f2.html", data={"need": "talk", "area_unit": "XT-W1"}).status_code == 303
    assert sent() == [HelpMissing(need="talk", area_unit="XT-W1", who="unknown", why="none_known")]


def test_what_was_chosen_stays_when_something_is_missing(visitor):
    page = visitor.post("/en/f2.html", data=MISSING | {"area_unit": ""}).text
    assert 'value="lawyer" checked' in page
    assert 'value="too_far" checked' in page


def test_other_fields_are_not_kept(visitor, ids, tmp_path):
    visitor.post("/en/f2.html", data=MISSING | {"name": "Zarina", "phone": "+992900000001"})
    assert find_canaries([tmp_path], {"name": "Zarina", "phone": "+992900000001"}) == []


def test_of_a_request_only_the_day_is_kept(visitor, tmp_path):
    visitor.post(
        "/en/f2.html", data=MISSING, headers={"User-Agent": "Canary/1"}, environ_base={"REMOTE_ADDR": "10.9.8.7"}
    )
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as db:
        rows = db.execute("SELECT * FROM message").fetchall()
    body = '{"need":"lawyer","area_unit":"XT-W1","who":"adult","why":"too_far"}'
    assert rows == [(1, "missing", TODAY.isoformat(), "", body)]


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, False),
        ({"Origin": "https://elsewhere.example"}, False),
    ],
)
def test_only_our_own_pages_may_send(live, headers, taken):
    with live.test_request_context("/en/f2.html", method="POST", headers=headers):
        assert _from_here() is taken
    answer = live.test_client().post("/en/f2.html", data=MISSING, headers=headers)
    assert answer.status_code == (303 if taken else 404)


def test_no_cookie_is_set(visitor, ids):
    answers = [visitor.get("/en/f2.html"), visitor.post("/en/f2.html", data=MISSING), visitor.get("/en/f3.html")]
    assert [each.headers.getlist("Set-Cookie") for each in answers] == [[], [], []]


def test_too_many_from_one_address_are_told_to_wait(live, sent, caplog):
    most = int(MOST_OF_ONE.split()[0])
    client = live.test_client()
    with caplog.at_level(logging.DEBUG):
        for _ in range(most):
            assert client.post("/en/f2.html", data=MISSING, environ_base={"REMOTE_ADDR": "10.9.8.7"}).status_code == 303
        answer = client.post("/ru/f2.html", data=MISSING, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    assert answer.status_code == 429
    assert "tel:1313" in answer.text
    assert 'lang="ru"' in answer.text
    assert len(sent()) == most
    assert client.post("/en/f2.html", data=MISSING, environ_base={"REMOTE_ADDR": "10.9.8.6"}).status_code == 303
    assert client.get("/en/f2.html", environ_base={"REMOTE_ADDR": "10.9.8.7"}).status_code == 200
    live.config["TODAY"] = lambda: TODAY + dt.timedelta(days=1)
    assert client.post("/en/f2.html", data=MISSING, environ_base={"REMOTE_ADDR": "10.9.8.7"}).status_code == 303
    assert "10.9.8" not in caplog.text


def test_who_sent_how_much_stands_in_no_file(live, tmp_path):
    live.test_client().post("/en/f2.html", data=MISSING, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    assert find_canaries([tmp_path], {"address": "10.9.8.7"}) == []


@pytest.mark.parametrize(
    ("proxies", "told", "refused"),
    [
        (0, "10.1.1.{n}", True),  # nobody of ours stands before: what a visitor writes is not believed
        (1, "10.1.1.{n}", False),
        (1, "10.1.1.{n}, 10.9.9.9", True),  # the last is of our server; the others the visitor wrote
        (2, "10.1.1.{n}, 10.9.9.9", False),
        (2, "10.2.2.2, 10.1.1.{n}, 10.9.9.9", False),
    ],
)
def test_only_addresses_that_our_own_servers_noted_are_believed(view_file, tiny_area, tmp_path, proxies, told, refused):
    app = create_app(view_file, tiny_area, inbox=tmp_path / "inbox.db", proxies=proxies)
    codes = [
        app.test_client()
        .post("/en/f2.html", data=MISSING, headers={"X-Forwarded-For": told.format(n=n), "Host": "localhost"})
        .status_code
        for n in range(1, 13)
    ]
    assert (429 in codes) is refused


def test_addresses_of_one_household_count_as_one(live):
    client = live.test_client()
    codes = [
        client.post("/en/f2.html", data=MISSING, environ_base={"REMOTE_ADDR": f"2001:db8::{last:x}"}).status_code
        for last in range(1, 13)
    ]
    assert codes.count(429) == 2


def test_a_refused_form_does_not_count(live):
    client = live.test_client()
    assert {client.post("/en/f2.html", data={}).status_code for _ in range(30)} == {400}
    assert client.post("/en/f2.html", data=MISSING).status_code == 303


def test_a_full_disk_is_said(live, visitor, monkeypatch):
    def full(*_args, **_named):
        raise MappingError("no room")

    monkeypatch.setattr(live.config["INBOX"], "put", full)
    answer = visitor.post("/en/f2.html", data=MISSING)
    assert answer.status_code == 503
    assert "Try again later" in answer.text
    assert "no room" not in answer.text


def test_a_flood_of_bytes_is_refused(visitor, sent):
    assert visitor.post("/en/f2.html", data=MISSING | {"why": "x" * 10_000}).status_code in (404, 413)
    assert sent() == []


def test_hidden_and_unknown_entries_answer_alike(visitor, ids):
    unknown = "00000000-0000-5000-8000-000000000000"
    for method in (visitor.get, visitor.post):
        one, other = method(f"/en/f1/{unknown}.html"), method("/en/f1/nothing.html")
        assert (one.status_code, one.data) == (404, other.data)


def test_two_worlds_have_the_same_forms(view_file, tiny_area, tmp_path):
    """With the shelter in the directory or without, every form and every answer is the same, byte for byte."""
    (tmp_path / "one").mkdir()
    without = published(tmp_path / "one", tiny_area, public_parts())
    answers = []
    for number, view in enumerate((view_file, without)):
        app = create_app(view, tiny_area, inbox=tmp_path / f"{number}.db")
        client, ids = app.test_client(), sorted(app.config["EDITIONS"].now().entries("en"))
        paths = ["/tg/f2.html", "/en/f2/XT-E.html", "/ru/f3.html", *(f"/tg/f1/{each}.html" for each in ids)]
        got = [client.get(path) for path in paths]
        got += [client.post(path, data=MISSING | {"what": "moved"}) for path in paths[:2] + paths[3:8]]
        answers.append([(each.status_code, each.data, each.headers.to_wsgi_list()) for each in got])
    assert answers[0] == answers[1]


def test_without_an_inbox_there_are_no_forms(client, ids):
    for path in ("/en/f2.html", "/en/f3.html", f"/en/f1/{ids['Hotline']}.html"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=MISSING).status_code in (404, 405)
