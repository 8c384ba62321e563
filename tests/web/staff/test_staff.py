"""The staff portal: who gets in, and what its frame does."""

import pytest
from flask import url_for

from tests.support.sample import organization
from tests.web.staff.records.test_records import CHANGE, LEGAL, fields_of, record
from tests.web.support.office import Office, csrf
from tests.web.support.signed_in import PASSWORD, hidden
from web.headers import HEADERS


@pytest.fixture(scope="module")
def office(tmp_path_factory, tiny_area):
    return Office(tmp_path_factory.mktemp("office"), tiny_area)


def test_everybody_of_the_staff_has_a_first_page_and_nobody_else(office):
    for role in ("steward", "custodian", "administrator"):
        assert office.client(role).get("/en/index.html", follow_redirects=True).status_code == 200
        assert office.client(role).get("/en/").location == office.client(role).get("/en/index.html").location
    for path in ("/en/", "/en", "/en/index.html"):
        assert office.app.test_client().get(path).location == "/en/sign-in.html"


def test_there_is_no_page_that_no_table_names(office):
    routes = office.app.config["ROUTES"]
    assert {rule.endpoint for rule in office.app.url_map.iter_rules()} == set(routes)


def test_headers_are_on_every_answer_and_files_are_served(office):
    client = office.client("steward")
    for path in ("/", "/en/index.html", "/en/none.html", "/static/style.css", "/static/../secret"):
        for name, value in HEADERS.items():
            assert client.get(path).headers[name] == value, path
    assert client.get("/static/style.css").status_code == 200
    assert client.get("/static/none.css").status_code == 404


def test_an_empty_directory_says_how_to_begin(tmp_path, tiny_area):
    steward = Office(tmp_path, tiny_area, organization("Hidden body", audience="custodian")).client("steward")
    text = steward.get("/en/attention.html").text
    assert "Begin with a list" in text
    assert 'href="import.html"' in text
    assert "Nothing waits" not in text


def test_a_form_that_comes_too_late_says_that_nothing_was_stored_and_why(tmp_path, tiny_area):
    """After the session has ended, and from a tab in which somebody was signed in before."""
    office = Office(tmp_path, tiny_area)
    steward = office.client("steward")
    old = {"csrf_token": csrf(steward.get("/ru/leave.html").text)}
    other = office.client("steward", login="other").post("/ru/leave.html", data=old)
    assert other.status_code == 400
    assert "Эта форма устарела" in other.text
    office.clock.step(7 * 24 * 3600)
    late = steward.post("/ru/leave.html", data=old)
    assert late.status_code == 401
    assert "Вы вышли из портала" in late.text
    assert "Ничего не сохранено" in late.text
    assert 'action="sign-in.html"' in late.text
    assert "нет такой страницы" not in late.text.casefold()


def test_what_was_typed_while_the_session_ended_is_sent_after_signing_in_again(office, steward):
    fields = fields_of(steward, CHANGE) | {"wait_time": 'The "long"\nform', "reason": "they wrote"}
    office.clock.step(3600)
    door = steward.post(CHANGE, data=fields)
    assert (door.status_code, "is kept on this page" in door.text) == (401, True)
    office.clock.step()
    entry = {"login": "steward", "password": PASSWORD, **hidden(door.text)}
    wrong = steward.post("/en/sign-in.html", data=entry | {"code": "000000"})
    assert (wrong.status_code, hidden(wrong.text)["typed_before"]) == (403, entry["typed_before"])
    again = steward.post("/en/sign-in.html", data=entry | {"code": office.code("steward")})
    assert f'action="{CHANGE}' in again.text
    assert f'<p class="src">{CHANGE}</p>' in again.text
    shown = again.text.partition("<dl")[2].partition("</dl>")[0]
    assert "<dt>wait_time</dt><dd>The &#34;long&#34;\nform</dd>" in shown, "somebody else may have written it"
    kept = hidden(again.text)
    assert {name: kept[name] for name in fields if name != "csrf_token"} | {
        "csrf_token": fields["csrf_token"]
    } == fields
    assert kept["csrf_token"] != fields["csrf_token"]
    assert steward.post(CHANGE, data=kept).status_code == 303
    assert record(office, "service", LEGAL).wait_time == 'The "long"\nform'


@pytest.mark.parametrize("typed", [None, '["https://example.org/", []]', ""])
def test_what_somebody_typed_is_sent_by_nobody_else(office, steward, typed):
    fields = fields_of(steward, CHANGE) | {"wait_time": "theirs", "reason": "they wrote"}
    office.client("administrator")
    office.clock.step(3600)
    entry = hidden(steward.post(CHANGE, data=fields).text) | {"login": "administrator", "password": PASSWORD}
    if typed is not None:
        entry["typed_before"] = typed
    other = steward.post("/en/sign-in.html", data=entry | {"code": office.code("administrator")})
    assert (other.status_code, other.location) == (303, "/en/index.html")


def test_a_form_that_agrees_is_looked_at_anew(office):
    """Who comes to the browser of somebody whose session has ended cannot have them agree to what they never saw."""
    client, routes = office.client("steward"), office.app.config["ROUTES"]
    typed = {"csrf_token": csrf(client.get("/en/leave.html").text)}
    office.clock.step(3600)
    kept = set()
    for rule in office.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and routes[rule.endpoint] != "everyone":
            values = {name: "en" if name == "language" else 1 for name in rule.arguments}
            with office.app.test_request_context():
                path = url_for(rule.endpoint, **values)
            pressed, written = (client.post(path, data=typed | more) for more in ({}, {"reason": "x"}))
            assert (pressed.status_code, written.status_code) == (401, 401), path
            assert "typed_before" not in hidden(pressed.text), "a button alone is nothing that was typed"
            if "typed_before" in hidden(written.text):
                kept.add(routes[rule.endpoint])
    assert kept == {"edit", "import", "review"}


def test_of_a_form_that_another_site_sends_nothing_is_kept(office, steward):
    office.clock.step(3600)
    door = steward.post("/en/new/organization.html", data={"organization-name": "Trap", "csrf_token": "x"})
    assert door.status_code == 401
    assert "Trap" not in door.text
