"""Sign in, take up an account, change a password: through the pages, with forms that other sites cannot send."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pyotp
import pytest
from flask import Flask

from tests.web.support.signed_in import PASSWORD, Clock, csrf
from web.access import accounts as accounts_module
from web.access.accounts import Accounts
from web.access.guard import guard, me
from web.access.signin import blueprint, page
from web.headers import HEADERS, set_headers
from web.rendering import set_words
from web.stores.ledger import Ledger


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path / "accounts.db")


def small_portal(tiny_area, tmp_path, accounts, clock):
    app = Flask("web", static_folder=None)
    app.config.update(AREA=tiny_area, DEMO=True)
    set_words(app)
    set_headers(app)
    app.register_blueprint(blueprint)
    app.add_url_rule("/<language>/index.html", "home", lambda language: page("account/account.html", language))
    app.add_url_rule("/<language>/people.html", "people", lambda language: me().name + language)
    app.add_url_rule("/<language>/forgotten.html", "forgotten", lambda language: "nobody listed this" + language)
    routes = {**blueprint.actions, "home": "find", "people": "administer"}
    ledger = Ledger(tmp_path / "ledger.db")
    ways = {"accounts": accounts, "ledger": ledger, "clock": clock, "secure": False}
    guard(app, routes, portal="partner", **ways)
    return app


@pytest.fixture
def portal(tiny_area, tmp_path, accounts, clock):
    return small_portal(tiny_area, tmp_path, accounts, clock)


def post(client, path, **fields):
    token = csrf(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **fields})


def take_up(client, accounts, clock, *, login="dilnoza", role="caseworker"):
    """Go through a one-time link as its owner would; return the secret of the authenticator."""
    token = accounts.add(login, "Dilnoza", role, by="root", now=clock.now)
    shown = post(client, f"/en/join/{token}", password=PASSWORD, again=PASSWORD)
    assert shown.status_code == 200
    secret = re.search("<code>([A-Z2-7]+)</code>", shown.text)[1]
    assert f'href="otpauth://totp/Rohnamo:{login}?secret={secret}' in shown.text
    picture = client.get(f"/en/join/{token}/code.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "script" not in picture.text
    code = pyotp.TOTP(secret).at(clock.now)
    done = client.post(f"/en/join/{token}", data={"csrf_token": csrf(shown.text), "code": code})
    assert "the next code that your authenticator shows" in client.get(done.location).text
    assert done.status_code == 303
    return secret


def enter(client, clock, secret, login="dilnoza", password=PASSWORD):
    clock.step()
    return post(client, "/en/sign-in.html", login=login, password=password, code=pyotp.TOTP(secret).at(clock.now))


def test_from_the_link_to_the_first_page(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    answer = enter(client, clock, secret)
    assert (answer.status_code, answer.location) == (303, "/en/index.html")
    assert "Signed in as dilnoza" in client.get("/en/index.html").text
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    out = client.post("/en/sign-out", data={"csrf_token": csrf(client.get("/en/index.html").text)})
    assert out.headers["Clear-Site-Data"]
    assert client.get("/en/index.html").status_code == 302
    actions = [line.action for line in portal.config["LEDGER"].lines()]
    assert actions == ["sign_out", "sign_in", "account_taken_up"]


def test_who_is_not_signed_in_is_sent_to_the_door(portal):
    client = portal.test_client()
    assert client.get("/tg/index.html").location == "/tg/sign-in.html"
    assert client.get("/xx/index.html").location.endswith("/sign-in.html")
    assert client.post("/en/sign-out").status_code in (400, 401)
    assert client.get("/en/nothing.html").status_code == 404


def test_a_role_does_what_its_table_says_and_no_more(portal, accounts, clock):
    client = portal.test_client()
    enter(client, clock, take_up(client, accounts, clock))
    assert client.get("/en/index.html").status_code == 200
    assert client.get("/en/people.html").status_code == 403


def test_a_route_that_no_table_names_is_refused_to_everybody(portal, accounts, clock):
    client = portal.test_client()
    assert client.get("/en/forgotten.html").status_code == 403
    enter(client, clock, take_up(client, accounts, clock))
    assert client.get("/en/forgotten.html").status_code == 403


def test_a_form_without_its_token_is_refused(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    clock.step()
    fields = {"login": "dilnoza", "password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now)}
    assert client.post("/en/sign-in.html", data=fields).status_code == 400
    assert client.get("/en/index.html").status_code == 302


def test_a_wrong_answer_says_nothing_more_and_is_logged(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    refused = enter(client, clock, secret, password="wrong wrong wrong")
    unknown = enter(client, clock, secret, login="nobody")
    assert refused.status_code == unknown.status_code == 403
    assert [re.sub(r'value="[^"]*"', "", answer.text) for answer in (refused,)] == [
        re.sub(r'value="[^"]*"', "", unknown.text)
    ]
    assert {line.action for line in portal.config["LEDGER"].lines(newest=2)} == {"sign_in_refused"}
    assert all("nobody" not in line.who for line in portal.config["LEDGER"].lines())


def test_an_account_of_another_portal_is_told_so_and_not_let_in(portal, accounts, clock):
    client = portal.test_client()
    answer = enter(client, clock, take_up(client, accounts, clock, role="steward"))
    assert answer.status_code == 403
    assert "signs in elsewhere" in answer.text
    assert client.get("/en/index.html").status_code == 302


def test_weak_and_differing_passwords_are_explained(portal, accounts, clock):
    client = portal.test_client()
    token = accounts.add("a", "A", "caseworker", by="root", now=clock.now)
    for password, again, said in [
        ("short", "short", "too short"),
        ("passwordpassword", "passwordpassword", "easy to guess"),
        (PASSWORD, PASSWORD + "x", "passwords differ"),
    ]:
        answer = post(client, f"/en/join/{token}", password=password, again=again)
        assert answer.status_code == 400
        assert said in answer.text
    assert client.get("/en/join/never-was").status_code == 404


def test_a_new_password_asks_for_the_old_one_and_signs_out(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    enter(client, clock, secret)
    clock.step()
    new = "teapot meadow copper nine"
    code = pyotp.TOTP(secret).at(clock.now)
    wrong = post(client, "/en/account.html", password="no", code=code, new=new, again=new)
    assert wrong.status_code == 400
    done = post(client, "/en/account.html", password=PASSWORD, code=code, new=new, again=new)
    assert done.status_code == 303
    assert client.get("/en/index.html").status_code == 302
    assert enter(client, clock, secret, password=new).status_code == 303


def test_the_log_says_whose_sign_in_was_refused_and_the_page_does_not(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    wrong = enter(client, clock, secret, password="wrong wrong wrong wrong")
    nobody = enter(client, clock, secret, login="my password")
    still = [re.sub(r'(value|data-passkey)="[^"]*"', "", answer.text) for answer in (wrong, nobody)]
    assert still[0] == still[1]
    assert (wrong.status_code, nobody.status_code) == (403, 403)
    lines = portal.config["LEDGER"].lines(action="sign_in_refused")
    assert [(line.who, line.subject, line.reason) for line in lines] == [
        ("?", "", "unknown"),
        ("?", "dilnoza", "password"),
    ]


def test_a_code_that_was_just_used_is_said_so(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    clock.step(-30)
    answer = enter(client, clock, secret)
    assert answer.status_code == 403
    assert "This code was just used" in answer.text
    assert enter(client, clock, secret).status_code == 303


def test_a_flood_of_guesses_is_slowed_down_and_fills_no_log(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    answers = [enter(client, clock, secret, password=f"wrong {number}").status_code for number in range(12)]
    assert answers == [403] * 5 + [429] * 7
    assert len(portal.config["LEDGER"].lines(action="sign_in_refused")) == 6
    other = portal.test_client()
    page = other.get("/en/sign-in.html", environ_base={"REMOTE_ADDR": "2001:db8::1"}).text
    fields = {"csrf_token": csrf(page), "login": "dilnoza", "password": PASSWORD}
    fields["code"] = pyotp.TOTP(secret).at(clock.now)
    entered = other.post("/en/sign-in.html", data=fields, environ_base={"REMOTE_ADDR": "2001:db8::1"})
    assert entered.status_code == 303


def test_a_role_that_is_taken_away_ends_what_it_opened(portal, accounts, clock):
    client = portal.test_client()
    enter(client, clock, take_up(client, accounts, clock))
    with accounts.opened() as db:
        db.execute("UPDATE account SET role = 'steward'")  # whatever wrote it: it is asked at each request
    assert client.get("/en/index.html").status_code == 302


def test_a_stolen_cookie_is_worth_nothing_after_the_session_ended(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    enter(client, clock, secret)
    stolen = portal.test_client()
    cookie = client.get_cookie("rohnamo-partner")
    stolen.set_cookie("rohnamo-partner", cookie.value)
    assert stolen.get("/en/index.html").status_code == 200
    client.post("/en/sign-out", data={"csrf_token": csrf(client.get("/en/index.html").text)})
    assert stolen.get("/en/index.html").status_code == 302


@pytest.mark.parametrize("path", ["/en/sign-in.html", "/en/index.html", "/en/nothing.html", "/en/join/x"])
def test_headers_are_on_every_answer(portal, path):
    answer = portal.test_client().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_is_written_down(portal, accounts, clock):
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    enter(client, clock, secret)
    assert client.get("/en/people.html").status_code == 403
    line = portal.config["LEDGER"].lines(newest=1)[0]
    assert (line.who, line.action, line.subject, line.reason) == ("dilnoza", "refused", "people", "administer")


def test_forty_sign_in_at_once_and_each_is_answered(portal, accounts, clock):
    people = [f"person{number}" for number in range(40)]
    secrets = {}
    for login in people:
        link = accounts.add(login, login, "caseworker", by="root", now=clock.now)
        secrets[login] = accounts.begin_enrolment(link, PASSWORD, now=clock.now)
        accounts.finish_enrolment(link, pyotp.TOTP(secrets[login]).at(clock.now), now=clock.now)
    clock.step(60)

    def sign_in(login):
        client = portal.test_client()
        token = csrf(client.get("/en/sign-in.html").text)
        fields = {"login": login, "password": PASSWORD, "code": pyotp.TOTP(secrets[login]).at(clock.now)}
        source = {"REMOTE_ADDR": f"192.0.2.{people.index(login)}"}
        answer = client.post("/en/sign-in.html", data={"csrf_token": token, **fields}, environ_overrides=source)
        return answer.status_code, client.get("/en/index.html").status_code

    with ThreadPoolExecutor(len(people)) as pool:
        assert list(pool.map(sign_in, people)) == [(303, 200)] * len(people)
    ledger = portal.config["LEDGER"]
    assert [line.action for line in ledger.lines()] == ["sign_in"] * len(people)
    assert ledger.faults() == []


def test_nobody_waits_for_a_file_while_a_password_is_hashed(portal, accounts, clock, monkeypatch):
    """Wherever one is hashed or checked, others can write to accounts and ledger without waiting at all."""
    hashed = []

    class Watched:
        def __getattr__(self, name):
            for path in (accounts.path, portal.config["LEDGER"].path):
                with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
                    db.execute("BEGIN IMMEDIATE")
                    db.execute("ROLLBACK")
            hashed.append(name)
            return getattr(hasher, name)

    hasher = accounts_module._HASHER
    monkeypatch.setattr(accounts_module, "_HASHER", Watched())
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    assert hashed == ["hash"]
    enter(client, clock, secret, password="not the right one")
    assert enter(client, clock, secret).status_code == 303
    enter(client, clock, secret, login="nobody")
    assert hashed[1:] == ["verify"] * 3
    assert enter(client, clock, secret).status_code == 303
    clock.step()
    new = "cedar window salt nineteen"
    given = {"password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now), "new": new, "again": new}
    assert post(client, "/en/account.html", **given).status_code == 303
    assert hashed[4:] == ["verify", "verify", "hash"]


def test_wrong_answers_of_others_behind_one_address_close_no_device_that_was_here_before(portal, accounts, clock):
    """Twenty wrong answers closed the door to everybody in an office, the custodian with the right password too."""
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    assert enter(client, clock, secret).status_code == 303
    client.post("/en/sign-out", data={"csrf_token": csrf(client.get("/en/index.html").text)})
    stranger = portal.test_client()
    for number in range(25):
        answer = post(stranger, "/en/sign-in.html", login=f"x{number}", password="wrong", code="000000")
    assert answer.status_code == 429
    assert enter(portal.test_client(), clock, secret).status_code == 429  # a new device waits with the others
    assert enter(client, clock, secret).status_code == 303
    client.post("/en/sign-out", data={"csrf_token": csrf(client.get("/en/index.html").text)})
    for _ in range(6):  # a device has its own count
        answer = post(client, "/en/sign-in.html", login="dilnoza", password="wrong", code="000000")
    assert answer.status_code == 429


def test_a_cookie_of_a_device_that_was_made_elsewhere_counts_for_nothing(portal, accounts, clock):
    client = portal.test_client()
    take_up(client, accounts, clock)
    client.set_cookie(f"{portal.config['SESSION_COOKIE_NAME']}-device", "WyJ4IixbImRpbG5vemEiXV0.AAAA")
    for number in range(25):
        answer = post(client, "/en/sign-in.html", login="dilnoza", password=f"wrong {number}", code="000000")
    assert answer.status_code == 429
