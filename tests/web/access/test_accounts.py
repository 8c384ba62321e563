"""Accounts: passwords and codes, sessions that end, locks, one-time links."""

import datetime as dt
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import argon2
import pyotp
import pytest

from mapping.errors import InvalidRecord, NotFound
from web.access import accounts as accounts_module
from web.access.accounts import (
    IDLE,
    LINK_LASTS,
    LOCKED,
    LONGEST,
    STEP,
    TRIES,
    TRIES_OF_SOURCE,
    Accounts,
    SignInRefused,
    weakness,
)
from web.access.roles import EVERYWHERE

NOBODY = accounts_module._NOBODY  # tests have one that costs little

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PASSWORD = "apricot lantern river seven"


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path / "private" / "accounts.db")


@pytest.fixture
def enrolled(accounts):
    """An account that can sign in: (accounts, secret of its authenticator)."""
    token = accounts.add(" Dilnoza ", "Dilnoza Rahimova", "caseworker", by="root", now=NOW)
    secret = accounts.begin_enrolment(token, PASSWORD, now=NOW)
    accounts.finish_enrolment(token, pyotp.TOTP(secret).at(NOW), now=NOW)
    return accounts, secret


def code(secret, moment):
    return pyotp.TOTP(secret).at(moment)


def sign_in(accounts, secret, moment, password=PASSWORD):
    return accounts.sign_in("dilnoza", password, code(secret, moment), now=moment)


def test_password_and_code_open_a_session(enrolled):
    accounts, secret = enrolled
    token = sign_in(accounts, secret, later(60))
    account = accounts.session(token, now=later(61))
    assert (account.login, account.roles, account.enrolled) == ("dilnoza", ("caseworker",), True)
    accounts.end(token)
    assert accounts.session(token, now=later(62)) is None


@pytest.mark.parametrize(
    ("login", "password", "given"),
    [
        ("dilnoza", "apricot lantern river eight", None),
        ("dilnoza", PASSWORD, "000000"),
        ("dilnoza", PASSWORD, ""),
        ("nobody", PASSWORD, None),
        ("", "", None),
    ],
)
def test_whatever_is_wrong_is_refused_in_the_same_words(enrolled, login, password, given):
    accounts, secret = enrolled
    with pytest.raises(SignInRefused) as refused:
        accounts.sign_in(login, password, code(secret, later(60)) if given is None else given, now=later(60))
    assert str(refused.value) == str(SignInRefused())


def test_a_code_works_once(enrolled):
    accounts, secret = enrolled
    sign_in(accounts, secret, later(60))
    with pytest.raises(SignInRefused):
        sign_in(accounts, secret, later(61))
    sign_in(accounts, secret, later(60 + STEP))


def test_a_code_is_good_for_one_step_before_and_after(enrolled):
    accounts, secret = enrolled
    at = later(600)
    with pytest.raises(SignInRefused):
        accounts.sign_in("dilnoza", PASSWORD, code(secret, later(600 - 3 * STEP)), now=at)
    accounts.sign_in("dilnoza", PASSWORD, code(secret, later(600 - STEP)), now=at)
    accounts.sign_in("dilnoza", PASSWORD, code(secret, later(600 + STEP)), now=at)


def test_five_wrong_answers_from_one_address_are_the_last_for_a_while(enrolled):
    accounts, secret = enrolled
    for number in range(5):
        with pytest.raises(SignInRefused):
            sign_in(accounts, secret, later(60 + number), password="wrong wrong wrong wrong")
    with pytest.raises(SignInRefused):
        sign_in(accounts, secret, later(120))
    sign_in(accounts, secret, later(66) + LOCKED)


def test_four_wrong_answers_do_not_lock(enrolled):
    accounts, secret = enrolled
    for _ in range(2):
        for number in range(4):
            with pytest.raises(SignInRefused):
                sign_in(accounts, secret, later(60 + number), password="wrong wrong wrong wrong")
        sign_in(accounts, secret, later(120 + STEP * _))


def test_a_session_ends_when_idle_and_after_a_day_of_work(enrolled):
    accounts, secret = enrolled
    token = sign_in(accounts, secret, later(60))
    assert accounts.session(token, now=later(60) + IDLE - dt.timedelta(seconds=1))
    assert accounts.session(token, now=later(60) + 2 * IDLE) is None
    token, moment = sign_in(accounts, secret, later(7200)), later(7200)
    while moment < later(7200) + LONGEST:
        assert accounts.session(token, now=moment) is not None
        moment += IDLE - dt.timedelta(minutes=1)
    assert accounts.session(token, now=moment) is None


def test_recovery_ends_what_was_before(enrolled):
    accounts, secret = enrolled
    session = sign_in(accounts, secret, later(60))
    token = accounts.invite(accounts.by_login("dilnoza").id, by="root", now=later(90))
    assert accounts.session(session, now=later(91)) is None
    with pytest.raises(SignInRefused):
        sign_in(accounts, secret, later(120))
    fresh = accounts.begin_enrolment(token, "teapot meadow copper nine", now=later(121))
    accounts.finish_enrolment(token, code(fresh, later(121)), now=later(121))
    with pytest.raises(NotFound):
        accounts.invited(token, now=later(122))


def test_a_one_time_link_runs_out(accounts):
    token = accounts.add("a", "A", "steward", by="root", now=NOW)
    assert accounts.invited(token, now=NOW + LINK_LASTS - dt.timedelta(seconds=1)).login == "a"
    for moment, tried in [(NOW + LINK_LASTS, token), (NOW, "never was"), (NOW, "")]:
        with pytest.raises(NotFound, match="ask your administrator for a new one"):
            accounts.invited(tried, now=moment)


def test_nobody_signs_in_before_the_authenticator_was_shown_to_work(accounts):
    token = accounts.add("a", "A", "steward", by="root", now=NOW)
    secret = accounts.begin_enrolment(token, PASSWORD, now=NOW)
    with pytest.raises(SignInRefused):
        accounts.sign_in("a", PASSWORD, code(secret, NOW), now=NOW)
    with pytest.raises(SignInRefused):
        accounts.finish_enrolment(token, "123", now=NOW)
    assert accounts.finish_enrolment(token, code(secret, NOW), now=NOW).enrolled


def test_a_disabled_account_and_a_new_role_end_sessions(enrolled):
    accounts, secret = enrolled
    one = accounts.by_login("dilnoza").id
    session = sign_in(accounts, secret, later(60))
    accounts.change(one, roles="planner")
    assert accounts.session(session, now=later(61)) is None
    session = sign_in(accounts, secret, later(120))
    accounts.change(one, disabled=True)
    assert accounts.session(session, now=later(121)) is None
    with pytest.raises(SignInRefused):
        sign_in(accounts, secret, later(180))
    accounts.change(one, disabled=False)
    assert sign_in(accounts, secret, later(240))


def test_a_new_password_ends_every_session(enrolled):
    accounts, secret = enrolled
    one = accounts.by_login("dilnoza").id
    session = sign_in(accounts, secret, later(60))
    with pytest.raises(InvalidRecord, match="too short"):
        accounts.change_password(one, PASSWORD, code(secret, later(120)), "short", now=later(120))
    accounts.change_password(one, PASSWORD, code(secret, later(180)), "teapot meadow copper nine", now=later(180))
    assert accounts.session(session, now=later(181)) is None
    with pytest.raises(SignInRefused):
        sign_in(accounts, secret, later(240))


def test_grants_come_and_go(accounts):
    accounts.add("a", "A", "steward", by="root", now=NOW)
    one = accounts.by_login("A").id
    assert not accounts.account(one).may("edit", ["XT-W"])
    accounts.grant(one, "region", "XT-W")
    accounts.grant(one, "region", "XT-W")
    assert accounts.account(one).may("edit", ["XT-W1", "XT-W"])
    accounts.revoke(one, "region", "XT-W")
    accounts.grant(one, "region", EVERYWHERE)
    assert accounts.account(one).may("edit", ["anything"])
    with pytest.raises(InvalidRecord, match="cannot be granted"):
        accounts.grant(one, "planet", "XT")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "short"),
        ("x" * 129, "long"),
        ("passwordpassword", "easy"),
        ("123456789012", "easy"),
        ("rohnamorohnamo", "easy"),
        ("RahimovaDilnoza", "easy"),
        (PASSWORD, None),
        ("моҳи нав болои кӯҳи баланд", None),
    ],
)
def test_passwords_that_will_not_do(enrolled, password, why):
    accounts, _ = enrolled
    assert weakness(password, accounts.by_login("dilnoza")) == why


def test_a_password_typed_on_another_keyboard_is_the_same(accounts):
    token = accounts.add("a", "A", "steward", by="root", now=NOW)
    secret = accounts.begin_enrolment(token, "роҳи сафеди кӯҳистонӣ", now=NOW)
    accounts.finish_enrolment(token, code(secret, NOW), now=NOW)
    decomposed = "роҳи сафеди кӯҳистонӣ"
    accounts.sign_in("a", decomposed, code(secret, later(60)), now=later(60))


def test_the_file_holds_no_password_no_token_and_is_for_its_owner(enrolled):
    accounts, secret = enrolled
    token = sign_in(accounts, secret, later(60))
    for path in accounts.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert token.encode() not in path.read_bytes()
        assert PASSWORD.encode() not in path.read_bytes()


def test_logins_are_one_each(accounts):
    accounts.add("A", "A", "steward", by="root", now=NOW)
    with pytest.raises(InvalidRecord, match="'a' is taken"):
        accounts.add(" a", "B", "steward", by="root", now=NOW)
    with pytest.raises(InvalidRecord, match="is no role"):
        accounts.add("b", "B", "king", by="root", now=NOW)
    with pytest.raises(InvalidRecord, match="needs a login"):
        accounts.add(" ", "B", "steward", by="root", now=NOW)
    assert [account.login for account in accounts.accounts()] == ["a"]


def test_the_cookie_key_stays(accounts):
    assert accounts.cookie_key("staff") == Accounts(accounts.path).cookie_key("staff")
    assert len(accounts.cookie_key("staff")) == 32
    assert accounts.cookie_key("staff") != accounts.cookie_key("partner")


def test_a_login_that_nobody_has_costs_what_one_does_that_somebody_has():
    hasher = argon2.PasswordHasher()
    assert argon2.extract_parameters(NOBODY) == argon2.extract_parameters(hasher.hash("lantern"))
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        hasher.verify(NOBODY, "lantern")


def test_guessing_from_one_address_keeps_nobody_else_out(enrolled):
    accounts, secret = enrolled
    for number in range(40):
        with pytest.raises(SignInRefused):
            accounts.sign_in("dilnoza", f"guess {number}", "000000", now=later(60), source="192.0.2.9")
    with pytest.raises(SignInRefused, match="too many wrong tries") as refused:
        accounts.sign_in("dilnoza", PASSWORD, code(secret, later(90)), now=later(90), source="192.0.2.9")
    assert refused.value.reason == "too many tries"
    assert accounts.sign_in("dilnoza", PASSWORD, code(secret, later(90)), now=later(90), source="192.0.2.1")


def test_one_address_tries_few_accounts(accounts):
    kinds = []
    for number in range(TRIES_OF_SOURCE + 3):
        with pytest.raises(SignInRefused) as refused:
            accounts.sign_in(f"person{number}", PASSWORD, "000000", now=NOW, source="192.0.2.9")
        kinds.append((refused.value.reason, refused.value.first))
    assert kinds[:TRIES_OF_SOURCE] == [("unknown", True)] * TRIES_OF_SOURCE
    assert kinds[TRIES_OF_SOURCE:] == [("too many tries", True), ("too many tries", False), ("too many tries", False)]


def test_wrong_codes_after_the_right_password_lock_the_account_everywhere(enrolled):
    accounts, secret = enrolled
    for number in range(TRIES):
        with pytest.raises(SignInRefused):
            accounts.sign_in("dilnoza", PASSWORD, "000000", now=later(60), source=f"192.0.2.{number}")
    with pytest.raises(SignInRefused) as refused:
        accounts.sign_in("dilnoza", PASSWORD, code(secret, later(90)), now=later(90), source="192.0.2.99")
    assert (refused.value.reason, refused.value.login) == ("locked", "dilnoza")
    moment = later(60) + LOCKED
    assert accounts.sign_in("dilnoza", PASSWORD, code(secret, moment), now=moment, source="192.0.2.99")


def test_the_code_of_the_first_day_is_told_to_be_used_and_counts_as_no_wrong_answer(enrolled):
    accounts, secret = enrolled
    for _ in range(2 * TRIES):
        with pytest.raises(SignInRefused, match="Wait until your authenticator shows the next one"):
            sign_in(accounts, secret, NOW)  # the code with which the account was taken up
    assert sign_in(accounts, secret, later(STEP))


def test_a_used_code_with_a_wrong_password_tells_nothing(enrolled):
    accounts, secret = enrolled
    with pytest.raises(SignInRefused) as refused:
        sign_in(accounts, secret, NOW, password="wrong wrong wrong wrong")
    assert type(refused.value) is SignInRefused
    assert str(refused.value) == str(SignInRefused())


@pytest.mark.parametrize(
    ("login", "password", "reason", "named"),
    [
        ("Dilnoza", "wrong", "password", "dilnoza"),
        ("dilnoza", PASSWORD, "code", "dilnoza"),
        ("my secret passphrase", "", "unknown", ""),
    ],
)
def test_the_log_learns_whose_sign_in_was_refused_and_no_password(enrolled, login, password, reason, named):
    accounts, _ = enrolled
    with pytest.raises(SignInRefused) as refused:
        accounts.sign_in(login, password, "000000", now=later(60))
    assert (refused.value.reason, refused.value.login) == (reason, named)


def test_a_session_of_one_portal_opens_no_other(enrolled):
    accounts, secret = enrolled
    moment = later(60)
    token = accounts.sign_in("dilnoza", PASSWORD, code(secret, moment), now=moment, portal="partner")
    assert accounts.session(token, now=moment, portal="staff") is None
    assert accounts.session(token, now=moment) is None
    assert accounts.session(token, now=moment, portal="partner").login == "dilnoza"


def test_forty_at_once_are_all_answered_and_do_not_hold_the_file(enrolled):
    accounts, _ = enrolled
    logins = [f"person{number}" for number in range(40)]
    for login in logins:
        link = accounts.add(login, login, "caseworker", by="root", now=NOW)
        secret = accounts.begin_enrolment(link, PASSWORD, now=NOW)
        accounts.finish_enrolment(link, code(secret, NOW), now=NOW)

    def enter(login):
        with accounts.opened() as db:
            secret = db.execute("SELECT secret FROM account WHERE login = ?", [login]).fetchone()["secret"]
        source = f"192.0.2.{logins.index(login)}"
        return accounts.sign_in(login, PASSWORD, code(secret, later(60)), now=later(60), source=source)

    with ThreadPoolExecutor(40) as pool:
        assert len(set(pool.map(enter, logins))) == 40


def test_tries_at_once_are_counted_before_the_password_is_looked_at(enrolled, monkeypatch):
    accounts, _ = enrolled
    looked = []
    monkeypatch.setattr(accounts_module, "_matches", lambda *given: looked.append(given) or False)

    def guess(number):
        with pytest.raises(SignInRefused):
            accounts.sign_in("dilnoza", f"guess {number}", "000000", now=later(60), source="192.0.2.9")

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(guess, range(30)))
    assert len(looked) == TRIES


def taken_up(accounts, login, role, by):
    link = accounts.add(login, login.title(), role, by=by, now=NOW)
    accounts.finish_enrolment(link, code(accounts.begin_enrolment(link, PASSWORD, now=NOW), NOW), now=NOW)
    return accounts.by_login(login).id


@pytest.fixture
def founded(accounts):
    """An office whose first two people are root and rano."""
    for login in ("root", "rano"):
        taken_up(accounts, login, "administrator", "command line")
    return accounts


def test_the_command_line_names_the_first_two_administrators_and_nobody_later(accounts):
    taken_up(accounts, "zarina", "steward", "command line")
    taken_up(accounts, "root", "administrator", "command line")
    assert not accounts.are_two()
    second = taken_up(accounts, "rano", "administrator", "root")
    assert not accounts.is_admitted("rano")
    accounts.meet(second, by="command line")
    assert accounts.are_two()
    taken_up(accounts, "umed", "administrator", "command line")
    assert [login for login in ("root", "rano", "umed", "zarina", "gone") if accounts.is_admitted(login)] == [
        "root",
        "rano",
    ]
    with pytest.raises(InvalidRecord, match="two people who count already"):
        accounts.meet(accounts.by_login("umed").id, by="command line")


def test_two_people_who_count_admit_another_who_used_the_link(founded):
    link = founded.add("zarina", "Zarina", "steward", by="root", now=NOW)
    zarina = founded.by_login("zarina").id
    with pytest.raises(InvalidRecord, match="has not used"):
        founded.meet(zarina, by="rano")
    founded.finish_enrolment(link, code(founded.begin_enrolment(link, PASSWORD, now=NOW), NOW), now=NOW)
    noor, case = (taken_up(founded, login, role, "root") for login, role in (("noor", "steward"), ("c", "caseworker")))
    founded.meet(zarina, by="root")
    for login in ("root", "noor", "zarina", "gone"):
        with pytest.raises(InvalidRecord, match="another admitted person"):
            founded.meet(zarina, by=login)
    assert not founded.is_admitted("zarina")
    founded.meet(zarina, by="rano")
    assert founded.is_admitted(" Zarina")
    assert founded.account(zarina).admission.met_by == ("root", "rano")
    for login in ("root", "rano"):
        founded.meet(case, by=login)
    with pytest.raises(InvalidRecord, match="another admitted person"):
        founded.meet(noor, by="c")  # who may agree to nothing admits nobody
    founded.meet(noor, by="zarina")
    founded.change(founded.by_login("rano").id, disabled=True)
    with pytest.raises(InvalidRecord, match="another admitted person"):
        founded.meet(noor, by="rano")


def test_who_becomes_an_administrator_is_no_more_a_person_than_before(founded):
    """Neither somebody who does not count, nor who was made one beside the two whom set-up named, nor by a login."""
    own = taken_up(founded, "noor", "steward", "root")
    founded.change(own, roles="administrator")
    assert founded.by_login("noor").roles == ("administrator",)
    assert not founded.is_admitted("noor")
    with pytest.raises(InvalidRecord, match="two people who count already"):
        founded.meet(own, by="command line")
    with pytest.raises(InvalidRecord, match="another admitted person"):
        founded.meet(own, by="noor")
    other = taken_up(founded, "sino", "steward", "noor")
    with pytest.raises(InvalidRecord, match="another admitted person"):
        founded.meet(other, by="noor")
    founded.meet(own, by="root")
    founded.change(own, roles="caseworker")
    founded.change(own, roles="administrator")
    assert not founded.is_admitted("noor"), "who was met once was not met by two"
    with pytest.raises(InvalidRecord, match="is no role"):
        founded.change(own, roles="owner")


def test_one_account_has_several_roles_of_one_portal(founded):
    own = taken_up(founded, "noor", "custodian administrator,steward", "root")
    account = founded.account(own)
    assert account.roles == ("steward", "custodian", "administrator")
    founded.grant(own, "region", "XT-W")
    account = founded.account(own)
    assert [account.may(act, ["XT-W"]) for act in ("edit", "reveal", "administer", "refer")] == [
        True,
        True,
        True,
        False,
    ]
    assert not account.may("edit", ["XT-E"])
    for roles in ("steward caseworker", "", "steward king"):
        with pytest.raises(InvalidRecord):
            founded.change(own, roles=roles)
    assert founded.account(own).roles == account.roles


def test_the_command_line_may_name_an_approver_as_the_second_person(accounts):
    taken_up(accounts, "root", "administrator steward custodian", "command line")
    guest = taken_up(accounts, "guest", "approver", "command line")
    assert accounts.are_two()
    assert accounts.account(guest).actions == {"own_account", "approve", "confirm", "meet"}


@pytest.mark.parametrize("by", ["rano", "root", "command line"])
def test_a_new_link_ends_what_was_known_of_an_account(founded, by):
    root = founded.by_login("root").id
    founded.invite(root, by=by, now=NOW)
    assert not founded.is_admitted("root")
    assert founded.account(root).admission.met_by == ()
    with pytest.raises(InvalidRecord, match="two people who count already"):
        founded.meet(root, by="command line")


def test_a_link_of_set_up_that_ran_out_unused_is_given_out_anew(accounts):
    taken_up(accounts, "root", "administrator", "command line")
    accounts.add("rano", "Rano", "administrator", by="command line", now=NOW)
    rano = accounts.by_login("rano").id
    accounts.invite(rano, by="command line", now=NOW)
    assert accounts.is_admitted("rano")
    accounts.invite(rano, by="root", now=NOW)  # who saw this one could be rano
    accounts.invite(rano, by="command line", now=NOW)
    assert not accounts.is_admitted("rano")


@pytest.mark.parametrize("login", ["command line", "Command-Line", "c\u043emmandline"])
def test_nobody_is_called_as_the_command_line_whose_word_counts(accounts, login):
    with pytest.raises(InvalidRecord, match="choose another"):
        accounts.add(login, "Anna", "administrator", by="root", now=NOW)


@pytest.mark.parametrize(
    ("login", "name", "taken"),
    [
        ("umed", "R\u043eot", True),
        ("umed", "ROOT  ", True),
        ("umed", "Root\u200b", True),
        ("r\u043eot", "Umed", True),
        ("umed", "Umed", False),
    ],
)
def test_nobody_is_admitted_under_the_name_of_another(founded, login, name, taken):
    link = founded.add(login, name, "steward", by="root", now=NOW)
    founded.finish_enrolment(link, code(founded.begin_enrolment(link, PASSWORD, now=NOW), NOW), now=NOW)
    own = founded.by_login(login).id
    if not taken:
        founded.meet(own, by="rano")
        return
    with pytest.raises(InvalidRecord, match="nearly the same"):
        founded.meet(own, by="rano")


def test_set_up_names_no_two_who_look_alike(accounts):
    accounts.add("root", "Root", "administrator", by="command line", now=NOW)
    with pytest.raises(InvalidRecord, match="nearly the same"):
        accounts.add("r\u043eot", "Other", "administrator", by="command line", now=NOW)
    assert [account.login for account in accounts.accounts()] == ["root"]


@pytest.mark.parametrize("columns", [("link_by", "met_by", "portal"), ("portal",), ()])
def test_a_file_of_an_older_version_is_brought_up_to_date(tmp_path, columns):
    path = tmp_path / "accounts.db"
    old = Accounts(path)
    for login, by in (("root", "command line"), ("rano", "root"), ("umed", "command line"), ("noor", "command line")):
        taken_up(old, login, "administrator", by)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE account SET met_by = 'root' WHERE login = 'rano'")
        for column in ("admitted", "first", *columns):
            db.execute(f"ALTER TABLE {'session' if column == 'portal' else 'account'} DROP COLUMN {column}")
    db.close()
    again = Accounts(path)
    assert [account.login for account in again.accounts() if account.counts] == ["root", "umed"]
    assert again.by_login("root").made_by == "command line"
    assert not again.names_first()
    assert Accounts(path).are_two()
