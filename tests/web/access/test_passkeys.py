"""Passkeys: made and used at the own address only, each question once, with a finger, a face or a PIN."""

import datetime as dt
import json
import re
from html import unescape

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.errors import InvalidRecord
from tests.support.examples import examples
from tests.web.access.test_signin import enter, small_portal, take_up
from tests.web.support.authenticator import PRESENT, Device, text
from tests.web.support.signed_in import NOW, PASSWORD, Clock, csrf
from web.access.accounts import LOCKED, TRIES, Accounts, SignInRefused
from web.access.passkeys import LASTS, MOST, Passkeys, Site, question, to_sign_in

SITE = Site("localhost", secure=False)


@pytest.fixture
def accounts(tmp_path):
    accounts = Accounts(tmp_path / "accounts.db")
    for login in ("dilnoza", "rustam"):
        token = accounts.add(login, login, "caseworker", by="root", now=NOW)
        secret = accounts.begin_enrolment(token, PASSWORD, now=NOW)
        accounts.finish_enrolment(token, pyotp.TOTP(secret).at(NOW), now=NOW)
    return accounts


@pytest.fixture
def keys(accounts):
    return Passkeys(accounts)


def made(keys, login="dilnoza", device=None, name="work phone", **how):
    """Add a passkey to an account and return its device."""
    device, asked, account = device or Device(), question(), keys.accounts.by_login(login)
    answer = device.make(keys.to_add(account, SITE, asked), **how)
    keys.add(account.id, name, answer, site=SITE, challenge=asked, now=NOW)
    return device


def entered(keys, device, *, now=NOW, site=SITE, **how):
    """Sign in with a device and return the session's token."""
    asked = question()
    return keys.sign_in(device.answer(to_sign_in(site, asked), **how), site=site, challenge=asked, now=now)


def test_a_passkey_opens_a_session_of_its_owner(keys):
    device = made(keys)
    token = entered(keys, device)
    assert keys.accounts.session(token, now=NOW).login == "dilnoza"
    (kept,) = keys.of(keys.accounts.by_login("dilnoza").id)
    assert (kept.name, kept.added_on, kept.used_on) == ("work phone", NOW.date(), NOW.date())
    assert keys.of(keys.accounts.by_login("rustam").id) == []


def test_the_question_names_no_account_and_asks_for_a_finger(keys):
    device = made(keys)
    asked = json.loads(to_sign_in(SITE, question()))
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "localhost"
    assert not asked.get("allowCredentials")
    assert text(device.id) not in json.dumps(asked)
    again = json.loads(keys.to_add(keys.accounts.by_login("dilnoza"), SITE, question()))
    assert [each["id"] for each in again["excludeCredentials"]] == [text(device.id)]
    assert again["authenticatorSelection"]["residentKey"] == "required"
    assert again["authenticatorSelection"]["userVerification"] == "required"


@pytest.mark.parametrize(
    ("device", "how"),
    [
        (Device(origin="http://localhost.evil.example"), {}),
        (Device(origin="https://localhost"), {}),
        (Device(host="evil.example"), {}),
        (Device(), {"flags": PRESENT}),  # nobody was asked for a finger
    ],
    ids=["another origin", "another scheme", "another host", "no finger"],
)
def test_what_was_made_elsewhere_or_without_a_finger_is_not_kept(keys, device, how):
    with pytest.raises(InvalidRecord, match="could not be added"):
        made(keys, device=device, **how)
    assert keys.of(keys.accounts.by_login("dilnoza").id) == []


@pytest.mark.parametrize("wrong", ["origin", "host", "finger", "owner", "signature", "question", "counter", "unknown"])
def test_a_wrong_answer_is_refused_in_the_same_words(keys, wrong):
    device, how = made(keys), {}
    other = made(keys, "rustam", Device())
    entered(keys, device)
    if wrong == "origin":
        device.origin = "http://evil.example"
    elif wrong == "host":
        device.host = "evil.example"
    elif wrong == "finger":
        how["flags"] = PRESENT
    elif wrong == "owner":
        how["owner"] = other.owner
    elif wrong == "signature":
        device.key = other.key
    elif wrong == "counter":
        device.uses = 0  # a copy that stayed behind: the next answer says 1 again
    elif wrong == "unknown":
        device.id = bytes(16)
    asked, given_to = question(), question() if wrong == "question" else None
    answer = device.answer(to_sign_in(SITE, given_to or asked), **how)
    with pytest.raises(SignInRefused) as refused:
        keys.sign_in(answer, site=SITE, challenge=asked, now=NOW)
    assert str(refused.value) == str(SignInRefused())


def test_an_answer_is_good_once(keys):
    device, asked = made(keys), question()
    device.uses = -1  # devices that share a passkey count nothing: 0 each time
    answer = device.answer(to_sign_in(SITE, asked))
    keys.sign_in(answer, site=SITE, challenge=asked, now=NOW)
    with pytest.raises(SignInRefused):
        keys.sign_in(answer, site=SITE, challenge=asked, now=NOW + LASTS)
    account = keys.accounts.by_login("rustam")
    fresh = Device().make(keys.to_add(account, SITE, asked))
    with pytest.raises(InvalidRecord):
        keys.add(account.id, "x", fresh, site=SITE, challenge=asked, now=NOW)


def test_guessing_is_slowed_down_by_where_it_comes_from(keys):
    device = made(keys)

    def answer(source, text="{}"):
        return keys.sign_in(text, site=SITE, challenge=question(), now=NOW, source=source)

    for _ in range(TRIES):
        with pytest.raises(SignInRefused):
            answer("10.0.0.1")
    with pytest.raises(SignInRefused) as refused:
        answer("10.0.0.1")
    assert refused.value.reason == "too many tries"
    asked = question()
    right = device.answer(to_sign_in(SITE, asked))
    with pytest.raises(SignInRefused):
        keys.sign_in(right, site=SITE, challenge=asked, now=NOW, source="10.0.0.1")
    assert keys.sign_in(right, site=SITE, challenge=asked, now=NOW, source="10.0.0.2")


def test_a_device_belongs_to_one_account(keys):
    device = made(keys)
    owner = device.owner
    with pytest.raises(InvalidRecord):
        made(keys, "rustam", device)
    device.owner = owner
    assert keys.accounts.session(entered(keys, device), now=NOW).login == "dilnoza"


def test_wrong_answers_lock_the_account_for_passwords_too(keys):
    device = made(keys)
    for _ in range(TRIES):
        with pytest.raises(SignInRefused):
            entered(keys, device, flags=PRESENT)
    with pytest.raises(SignInRefused):
        entered(keys, device)
    assert entered(keys, device, now=NOW + LOCKED)


def test_disabled_and_recovered_accounts_have_no_way_in(keys):
    device, account = made(keys), keys.accounts.by_login("dilnoza").id
    keys.accounts.change(account, disabled=True)
    with pytest.raises(SignInRefused):
        entered(keys, device)
    keys.accounts.change(account, disabled=False)
    entered(keys, device)
    keys.accounts.invite(account, by="root", now=NOW)
    assert keys.of(account) == []
    with pytest.raises(SignInRefused):
        entered(keys, device)


def test_removing_ends_every_session_and_touches_nobody_elses(keys):
    device, account = made(keys), keys.accounts.by_login("dilnoza").id
    token = entered(keys, device)
    (kept,) = keys.of(account)
    assert not keys.remove(keys.accounts.by_login("rustam").id, kept.id)
    assert keys.accounts.session(token, now=NOW)
    assert keys.remove(account, kept.id)
    assert keys.accounts.session(token, now=NOW) is None
    with pytest.raises(SignInRefused):
        entered(keys, device)


def test_there_are_at_most_ten(keys):
    for _ in range(MOST):
        made(keys, device=Device())
    with pytest.raises(InvalidRecord, match="ten passkeys"):
        made(keys, device=Device())


def test_the_file_cannot_be_used_to_sign_in(keys, tmp_path):
    device = made(keys)
    secret = device.key.private_numbers().private_value.to_bytes(32, "big")
    assert secret not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory):
    return Passkeys(Accounts(tmp_path_factory.mktemp("any") / "accounts.db"))


@settings(max_examples=examples(40), deadline=None)
@given(
    answer=st.one_of(st.text(max_size=60), st.dictionaries(st.text(max_size=9), st.text(max_size=9)).map(json.dumps))
)
def test_any_answer_is_refused(answer, nobodys):
    with pytest.raises(SignInRefused):
        nobodys.sign_in(answer, site=SITE, challenge=question(), now=NOW)
    with pytest.raises(InvalidRecord):
        nobodys.add("nobody", "x", answer, site=SITE, challenge=question(), now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"rawId": "_w"},
        {"id": 5},
        {"type": "x"},
        {"response": {}},
        {"response": None},
        {"response": []},
        {"response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}},
        {"response": {"clientDataJSON": "\u0436", "authenticatorData": "A", "signature": "A"}},
        {"response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": 7}},
    ],
    ids=str,
)
def test_a_broken_answer_of_a_known_passkey_is_refused(keys, change):
    device, asked = made(keys), question()
    answer = json.loads(device.answer(to_sign_in(SITE, asked))) | change
    with pytest.raises(SignInRefused):
        keys.sign_in(json.dumps(answer), site=SITE, challenge=asked, now=NOW)


@pytest.mark.parametrize(
    ("host", "secure", "able", "origin"),
    [
        ("partners.help.example", True, True, "https://partners.help.example"),
        ("partners.help.example", False, False, "http://partners.help.example"),
        ("localhost:8001", False, True, "http://localhost:8001"),
        ("127.0.0.1:8001", False, False, "http://127.0.0.1:8001"),
        ("[::1]:8001", True, False, "https://[::1]:8001"),
        ("", True, False, "https://"),
    ],
)
def test_passkeys_need_a_name_and_tls_or_the_own_machine(host, secure, able, origin):
    site = Site(host, secure=secure)
    assert (site.able, site.origin) == (able, origin)


# Through the pages.


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def door(tmp_path, tiny_area, clock):
    """The sign-in pages of a portal of caseworkers."""
    accounts = Accounts(tmp_path / "pages.db")
    return small_portal(tiny_area, tmp_path, accounts, clock), accounts


def asked_on(client, path):
    """Return the question that a page holds, and the token of its form."""
    page = client.get(path).text
    return unescape(re.search(r'data-passkey="([^"]+)"', page)[1]), csrf(page)


def add(client, clock, secret, device, **fields):
    clock.step()
    asked, token = asked_on(client, "/en/account.html")
    form = {"name": "work phone", "password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now)}
    return client.post("/en/passkeys/add", data={"csrf_token": token, "answer": device.make(asked), **form, **fields})


def use(client, device):
    asked, token = asked_on(client, "/en/sign-in.html")
    return client.post("/en/sign-in-passkey", data={"csrf_token": token, "answer": device.answer(asked)})


def test_from_adding_one_to_removing_it(door, clock):
    (portal, accounts), device = door, Device()
    client = portal.test_client()
    secret = take_up(client, accounts, clock)
    enter(client, clock, secret)
    assert add(client, clock, secret, device).location == "/en/account.html"
    assert "work phone" in client.get("/en/account.html").text
    other = portal.test_client()
    assert use(other, device).location == "/en/index.html"
    page = other.get("/en/account.html").text
    assert "last used on" in page
    kept = re.search(r'name="passkey" value="([^"]+)"', page)[1]
    gone = other.post("/en/passkeys/remove", data={"csrf_token": csrf(page), "passkey": kept})
    assert gone.location == "/en/sign-in.html"
    assert client.get("/en/index.html").status_code == 302
    assert use(other, device).status_code == 403
    lines = [(line.who, line.action, line.reason) for line in portal.config["LEDGER"].lines(newest=4)]
    assert lines == [
        ("?", "sign_in_refused", "passkey"),
        ("dilnoza", "passkey_removed", ""),
        ("dilnoza", "sign_in", "passkey"),
        ("dilnoza", "passkey_added", ""),
    ]


def test_adding_asks_for_password_and_code(door, clock):
    accounts, client = door[1], door[0].test_client()
    secret = take_up(client, accounts, clock)
    enter(client, clock, secret)
    for fields in ({"password": "wrong"}, {"code": "000000"}):
        answer = add(client, clock, secret, Device(), **fields)
        assert answer.status_code == 400
        assert "is not right" in answer.text
    assert Passkeys(accounts).of(accounts.by_login("dilnoza").id) == []


def test_a_question_is_for_one_browser_and_a_while(door, clock):
    (portal, accounts), device = door, Device()
    client, another = portal.test_client(), portal.test_client()
    secret = take_up(client, accounts, clock)
    enter(client, clock, secret)
    add(client, clock, secret, device)
    asked, _ = asked_on(portal.test_client(), "/en/sign-in.html")
    _, token = asked_on(another, "/en/sign-in.html")
    stolen = device.answer(asked)
    assert another.post("/en/sign-in-passkey", data={"csrf_token": token, "answer": stolen}).status_code == 403
    asked, token = asked_on(another, "/en/sign-in.html")
    assert asked_on(another, "/en/sign-in.html")[0] == asked  # a second tab asks the same
    clock.now += LASTS + dt.timedelta(seconds=1)
    late = another.post("/en/sign-in-passkey", data={"csrf_token": token, "answer": device.answer(asked)})
    assert late.status_code == 403
    assert use(another, device).status_code == 303


def test_an_account_of_another_portal_is_not_let_in(door, clock):
    (portal, accounts), device = door, Device()
    token = accounts.add("steward", "Steward", "steward", by="root", now=clock.now)
    secret = accounts.begin_enrolment(token, PASSWORD, now=clock.now)
    accounts.finish_enrolment(token, pyotp.TOTP(secret).at(clock.now), now=clock.now)
    made(Passkeys(accounts), "steward", device)
    client = portal.test_client()
    refused = use(client, device)
    assert refused.status_code == 403
    assert "signs in elsewhere" in refused.text
    assert "Sign out" not in refused.text
    assert client.get("/en/index.html").status_code == 302


def test_pages_at_a_bare_number_do_not_ask(door):
    client = door[0].test_client()
    page = client.get("/en/sign-in.html", base_url="http://127.0.0.1").text
    assert "data-passkey" not in page
    assert "passkey.js" not in page
    answer = client.post("/en/sign-in-passkey", base_url="http://127.0.0.1", data={"csrf_token": csrf(page)})
    assert answer.status_code == 403


def test_a_refusal_in_another_language_leads_to_the_page_that_asks(door, clock):
    accounts, client = door[1], door[0].test_client()
    assert client.get("/ru/sign-in-passkey").location == "/ru/sign-in.html"
    enter(client, clock, take_up(client, accounts, clock))
    assert client.get("/ru/passkeys/add").location == "/ru/account.html"
