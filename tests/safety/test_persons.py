"""Whatever six things are done, what takes two people takes effect by no human alone.

The oracle knows humans: who sits behind each account at each moment, and who did what. It knows nothing of admission.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from mapping.directory.directory import Directory
from mapping.errors import InvalidRecord
from mapping.safety import persons
from mapping.safety.persons import Admission, may_agree, same_person, two_people
from web.access.accounts import COMMAND_LINE, Accounts

DAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
ATTACKER = "attacker"
ADMINISTRATORS = ("chief", "second")
FIRST = (*ADMINISTRATORS, "steward")
NEW = ("new", "newer")

Step = tuple[str, str, str]
"""What is done, with which account, and by whom or to whom it goes."""


@dataclass(frozen=True)
class Office:
    """Accounts, the humans behind them, and one act that waits."""

    admissions: tuple[tuple[str, Admission], ...]
    behind: tuple[tuple[str, str], ...]
    """Login -> the human who can act as it."""
    author: str | None = None
    """Who counts as having done what waits; None where nothing waits."""
    humans: frozenset[str] = frozenset()
    """Who really had a hand in it."""
    done_by: frozenset[str] = frozenset()
    """Who really had a hand in what took effect."""


def begin(held: str) -> Office:
    """An office with three people, of whom the attacker is one."""
    behind = {login: ATTACKER if login == held else f"owner of {login}" for login in FIRST}
    admissions = {login: Admission(admitted=True) for login in FIRST}
    return Office(tuple(admissions.items()), tuple(behind.items()))


def acts(office: Office) -> Iterator[tuple[Step, Office]]:
    """Whatever somebody can do next; an innocent may be talked into giving a link to the attacker."""
    admissions, behind = dict(office.admissions), dict(office.behind)

    def after(**new) -> Office:
        return replace(office, admissions=tuple(admissions.items()), behind=tuple(behind.items()), **new)

    def is_admitted(login: str) -> bool:
        return admissions[login].admitted

    fresh = next((login for login in NEW if login not in admissions), "")
    for login in filter(None, (*admissions, fresh)):
        was = admissions.get(login), behind.get(login)
        admissions[login] = admissions.get(login, Admission()).linked(unused=False)
        for human in (ATTACKER, f"owner of {login}"):
            behind[login] = human
            if any(administrator != login for administrator in ADMINISTRATORS):
                yield ("link", login, human), after()
        admissions[login], behind[login] = was  # type: ignore[assignment]
        if was[0] is None:
            del admissions[login], behind[login]
    people = [login for login in admissions if is_admitted(login)]
    for login in admissions:
        for by in admissions:
            if behind[by] != ATTACKER:  # an innocent sees who signs in, and whether they have another account
                others = {behind[other] for other in admissions if other != login}
                if behind[login] in others or behind[login] == ATTACKER:
                    continue
            try:
                met = admissions[login].meet(login, by=by, people=[other for other in people if other != login])
            except InvalidRecord:
                continue
            was_admission, admissions[login] = admissions[login], met
            yield ("meet", login, by), after()
            admissions[login] = was_admission
    for login, human in behind.items():
        if human == ATTACKER:
            author = login if is_admitted(login) else ""
            yield ("propose", login, ""), after(author=author, humans=frozenset({human}))
        hands = office.humans | {human}
        if office.author == "" and is_admitted(login):
            yield ("agree", login, ""), after(author=login, humans=hands)
        elif office.author and may_agree(office.author, login, is_admitted):
            yield ("agree", login, ""), after(author=None, humans=frozenset(), done_by=hands)


def found(held: str, steps: int) -> list[Step] | None:
    """Return the shortest way by which one human does what takes two; None where there is none."""
    start = begin(held)
    before: dict[Office, tuple[Office, Step] | None] = {start: None}
    edge = [start]
    for _ in range(steps):
        following = []
        for office in edge:
            for what, then in acts(office):
                if then in before:
                    continue
                before[then] = office, what
                if then.done_by == {ATTACKER}:
                    return way(before, then)
                following.append(then)
        edge = following
    return None


def way(before, office) -> list[Step]:
    steps = []
    while before[office] is not None:
        office, what = before[office]
        steps.append(what)
    return steps[::-1]


@pytest.mark.parametrize("held", ["chief", "steward"])
def test_in_six_acts_no_human_does_alone_what_takes_two(held):
    assert found(held, 6) is None


def meet_whoever_says_so(self, login, *, by, people, _meet=Admission.meet):
    return _meet(self, login, by=by, people=[*people, by])


SPOILT = {
    "one voice admits": (persons, "VOICES", 1),
    "a link changes nothing": (Admission, "linked", lambda self, **_: self),
    "who is not admitted agrees": (sys.modules[__name__], "may_agree", lambda author, by, _: author != by),
    "who is not admitted admits": (Admission, "meet", meet_whoever_says_so),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_the_search_finds_each_rule_that_is_left_out(spoilt, monkeypatch):
    monkeypatch.setattr(*SPOILT[spoilt])
    assert found("chief", 6)


def done_really(steps, folder, held="chief") -> set[str]:
    """Take a way with the accounts and the directory themselves; return the humans by whom what waits was done."""
    book = Accounts(folder / "accounts.db")
    behind: dict[str, str] = {}

    def use(login, human):
        with book.opened() as db:
            db.execute("UPDATE account SET enrolled = 1, last_step = 1 WHERE login = ?", [login])
        behind[login] = human

    for login in FIRST:
        book.add(login, login, "steward" if login == "steward" else "administrator", by=COMMAND_LINE, now=NOW)
        use(login, ATTACKER if login == held else f"owner of {login}")
    for by in ADMINISTRATORS:
        book.meet(book.by_login("steward").id, by=by)
    hands: set[str] = set()
    with Directory(folder / "directory.db", signed_in=book.is_admitted) as directory:
        for verb, login, other in steps:
            if verb == "link":
                by = "chief" if login != "chief" else "second"
                if login in behind:
                    book.invite(book.by_login(login).id, by=by, now=NOW)
                else:
                    book.add(login, login, "administrator", by=by, now=NOW)
                use(login, other)
            elif verb == "meet":
                with suppress(InvalidRecord):
                    book.meet(book.by_login(login).id, by=other)
            elif verb == "propose":
                directory.propose("map", "source", "s", {"map": "{}"}, by=login, on=DAY, reason="r")
                hands = {behind[login]}
            else:
                (waits,) = directory.proposals()
                with suppress(InvalidRecord):
                    directory.decide(waits.id, "accepted", by=login, on=DAY)
                    hands.add(behind[login])
        return set() if directory.proposals() else hands


@pytest.mark.parametrize("spoilt", SPOILT)
def test_each_way_of_the_search_is_closed_in_the_portals(spoilt, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(*SPOILT[spoilt])
        steps = found("chief", 6)
    assert done_really(steps, tmp_path) != {ATTACKER}


def test_two_humans_do_what_takes_two(tmp_path):
    steps = [("link", "new", "owner of new"), ("meet", "new", "chief"), ("meet", "new", "second")]
    steps += [("propose", "chief", ""), ("agree", "new", "")]
    assert done_really(steps, tmp_path) == {ATTACKER, "owner of new"}


def test_what_an_account_did_that_was_taken_over_is_nobodys_after_it_was_given_back(tmp_path):
    steps = [("link", "steward", ATTACKER), ("propose", "steward", ""), ("link", "steward", "owner of steward")]
    steps += [
        ("meet", "steward", "chief"),
        ("meet", "steward", "second"),
        ("agree", "chief", ""),
        ("agree", "chief", ""),
    ]
    assert done_really(steps, tmp_path) == set()
    (tmp_path / "again").mkdir()
    assert done_really([*steps, ("agree", "second", "")], tmp_path / "again") == {ATTACKER, "owner of second"}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Anna Karimova", "  anna   KARIMOVA "),
        ("Anna Karimova", "Anna.Karimova"),
        ("Anna", "\u0410nna"),  # a Cyrillic capital
        ("anna", "\u0430nn\u0430"),
        ("Oleg", "0leg"),  # a digit
        ("Lola", "1ola"),
        ("lola", "Iola"),  # a capital I
        ("Zarina", "Z\u00e1rina"),  # an accent
        ("Zarina", "\uff3aarina"),  # a wide letter
        ("Анна", "Anna"),  # by how it sounds
        ("Шарипов", "Sharipov"),
        ("Юлия", "Yuliya"),
        ("\u00c6la", "Aela"),  # a letter that looks like two
        ("fi", "\ufb01"),  # a ligature
    ],
)
def test_one_name_however_it_is_spelt_is_one_person(name: str, other: str) -> None:
    assert same_person(name, other)
    assert same_person(other, name)
    assert not two_people(name, other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Anna", "Zarina"), ("user1", "user2"), ("Anna K", "Anna M"), ("Анна", "Зарина"), ("Бек", "Бег")],
)
def test_two_names_are_two_people(name: str, other: str) -> None:
    assert two_people(name, other)
    assert two_people(other, name)
    assert not same_person(name, other)


@pytest.mark.parametrize("nobody", ["", "   ", " - ", "..."])
def test_nobody_is_no_second_person(nobody: str) -> None:
    assert not two_people("Anna", nobody)
    assert not two_people(nobody, "Anna")
    assert same_person(nobody, "")
