"""Accounts: who may sign in, how, and for how long. One SQLite file that only the portals open.

A password (argon2) and a code from an authenticator are both asked, or a passkey (`web.access.passkeys`). Only digests
of sessions and of one-time links are stored, so that whoever reads the file cannot use them. Nothing here knows the
directory or a view.

Guessing is slowed down by where it comes from: whoever only knows a login cannot keep its owner out. An account is
locked for a while by wrong codes after the right password alone.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import argon2
import pyotp
from zxcvbn import zxcvbn

from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.language.i18n import Message
from mapping.safety.persons import FIRST, Admission, same_person
from web.access import sealing
from web.access.roles import PORTAL_ROLES, ROLES, SCOPED, Action, Grants, Role, Scope, may, roles_in
from web.stores import sqlite_file

LEAST_LENGTH, MOST_LENGTH = 12, 128
LEAST_STRENGTH = 3
"""On the scale of zxcvbn, 0 to 4: cannot be guessed in 10^8 tries."""

TRIES, LOCKED = 5, dt.timedelta(minutes=15)
"""So many wrong answers for one login are taken from one address in so long; so many wrong codes in a row after the
right password lock the account for so long."""

TRIES_OF_SOURCE = 20
"""So many wrong answers for all logins together are taken from one address in the same time."""

IDLE, LONGEST = dt.timedelta(minutes=20), dt.timedelta(hours=8)
"""A session ends after so long without a request, and at the latest after so long."""

COMMAND_LINE = "command line"
"""Who makes accounts without signing in: whoever may start programs on the host."""

NAMED_FIRST: frozenset[Role] = frozenset(("administrator", "approver"))
"""Roles of which the command line may name the first two people."""

LINK_LASTS = dt.timedelta(hours=48)
STEP = 30
"""Seconds that a code of an authenticator stands for."""

_HASHING = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))
"""Passwords are checked at most so many at once, so that a flood of them leaves room for other requests."""

_HASHER = argon2.PasswordHasher()
_COST = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
_NOBODY = f"$argon2id$v=19${_COST}$bm9ib2R5IGhhcyB0aGlzIQ${43 * 'A'}"
"""Checked where there is no such account, so that it takes as long as where there is one: the hash of no password."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL,
    mail TEXT NOT NULL, password TEXT, secret TEXT, enrolled INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0, wrong INTEGER NOT NULL DEFAULT 0, locked_until TEXT,
    last_step INTEGER NOT NULL DEFAULT 0, created_on TEXT NOT NULL, created_by TEXT NOT NULL,
    link_by TEXT NOT NULL DEFAULT '', met_by TEXT NOT NULL DEFAULT '', admitted INTEGER NOT NULL DEFAULT 0,
    first INTEGER NOT NULL DEFAULT 0,
    away_until TEXT NOT NULL DEFAULT '', deputy TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS grants (
    account TEXT NOT NULL REFERENCES account(id), scope TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (account, scope, value)
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id), began TEXT NOT NULL, seen TEXT NOT NULL,
    portal TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS attempt (source TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS link (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id), until TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS passkey (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id), name TEXT NOT NULL, public_key BLOB NOT NULL,
    uses INTEGER NOT NULL, added_on TEXT NOT NULL, used_on TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS answered (digest TEXT PRIMARY KEY, until TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS alert (
    account TEXT PRIMARY KEY REFERENCES account(id), unit TEXT NOT NULL, need TEXT NOT NULL, mail INTEGER NOT NULL,
    told TEXT NOT NULL
) STRICT;
"""

_NAME_FIRST = """
UPDATE account SET admitted = 1, first = 1 WHERE rowid IN (
    SELECT rowid FROM account WHERE role = 'administrator' AND created_by = ? AND link_by IN ('', ?) ORDER BY rowid
    LIMIT ?
)
"""
"""In a file of an older version: the first administrators whose links nobody in a portal saw are admitted."""

_TEXT = "TEXT NOT NULL DEFAULT ''"
_FLAG = "INTEGER NOT NULL DEFAULT 0"
_ADDED = {
    "account": dict.fromkeys(("link_by", "met_by", "away_until", "deputy"), _TEXT)
    | dict.fromkeys(("admitted", "first"), _FLAG),
    "session": {"portal": _TEXT},
}
"""Columns that files of older versions lack; a session without a portal opens none."""

REFUSED = Message(
    "Login, password or code is not right, or there were too many wrong tries. Try again after 15 minutes, or ask "
    "your administrator."
)
NOT_ADMITTED = Message(
    "Your account does not count as one of two people yet: two people who count have to meet you first."
)
USED = Message("This code was just used. Wait until your authenticator shows the next one, then sign in with it.")
Weakness = Literal["short", "long", "easy"]
WEAK: dict[Weakness, Message] = {
    "short": Message("The password is too short: at least 12 signs. Three or four words are good."),
    "long": Message("The password is too long: at most 128 signs."),
    "easy": Message("The password is easy to guess. Take three or four words that do not belong together."),
}
"""Why a password will not do."""


Refusal = Literal["unknown", "password", "code", "locked", "disabled", "too many tries", "code used", "passkey"]
"""Why somebody was not let in, for the log."""


class SignInRefused(MappingError):
    """Somebody may not sign in; the same words whatever the reason, so that nobody learns which accounts exist.

    Only whoever knows login and password is told that the code has let somebody in already. For the log alone,
    ``reason`` says why, and ``login`` whose account it was, "" where there is no such account: what was typed there may
    be a password. ``first`` is False where too many tries were refused before, so that nobody fills the log.
    """

    def __init__(self, reason: Refusal = "unknown", login: str = "", *, first: bool = True) -> None:
        super().__init__(str(USED if reason == "code used" else REFUSED))
        self.reason: Refusal = reason
        self.login, self.first = login, first


@dataclass(frozen=True)
class Account:
    """A person who may sign in, without any secret of theirs."""

    id: str
    login: str
    name: str
    roles: tuple[Role, ...]
    language: str
    mail: str
    enrolled: bool
    disabled: bool
    grants: Grants
    made_by: str = ""
    """Who made the account or last saw its one-time link: a login, or "command line"."""
    admission: Admission = field(default_factory=Admission)
    away_until: dt.date | None = None
    """The last day of their leave."""
    deputy: str = ""
    """The login of whoever gets their reminders meanwhile (`web.access.deputies`)."""

    @property
    def counts(self) -> bool:
        """Whether it counts as a person where two must agree."""
        return self.admission.admitted and not self.disabled

    @property
    def is_staff(self) -> bool:
        """Whether its owner signs in to the staff portal, and not to that of partners."""
        return self.roles[0] not in PORTAL_ROLES

    @property
    def actions(self) -> frozenset[Action]:
        """What its roles may do somewhere."""
        return frozenset[Action]().union(*(ROLES[role].actions for role in self.roles))

    def may(self, action: Action, over: Any = None) -> bool:
        """Tell whether this person may do something, and to what it is done; see `web.access.roles.may`."""
        return not self.disabled and any(may(role, action, grants=self.grants, over=over) for role in self.roles)


class Accounts:
    """The accounts of an installation.

    Parameters
    ----------
    path
        The file; made when it is not there, readable by its owner only. A key for signing cookies lies beside it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._key = sealing.read_key()
        sqlite_file.make(self.path, _SCHEMA)
        self.path.chmod(0o600)
        with self.opened() as db:
            for table, columns in _ADDED.items():
                there = {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}
                for column in columns.keys() - there:
                    db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {columns[column]}")
                if table == "account" and "admitted" not in there:
                    db.execute("UPDATE account SET met_by = ''")
                    db.execute(_NAME_FIRST, [COMMAND_LINE, COMMAND_LINE, FIRST])
        if self._key is not None:
            self._wrap_all()

    def _wrap_all(self) -> None:
        plain = f"secret IS NOT NULL AND secret NOT LIKE '{sealing.WRAPPED}%'"
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")
            for row in db.execute(f"SELECT id, secret FROM account WHERE {plain}").fetchall():
                db.execute(
                    "UPDATE account SET secret = ? WHERE id = ?",
                    [sealing.wrap(self._key, row["secret"], row["id"]), row["id"]],
                )

    def require_key(self) -> None:
        """Open each secret of an authenticator, so that a missing key is told at the start and not at a sign-in."""
        with self.opened() as db:
            for row in db.execute("SELECT id, secret FROM account WHERE secret IS NOT NULL").fetchall():
                self._secret(row)

    def _secret(self, row: sqlite3.Row) -> str:
        return sealing.unwrap(self._key, row["secret"] or "", row["id"])

    def cookie_key(self, portal: str) -> bytes:
        """Return the secret that signs a portal's cookies, the same for every process; no two portals share one."""
        return hmac.digest(sqlite_file.key(self.path.with_suffix(".key")), portal.encode(), "sha256")

    def add(
        self, login: str, name: str, roles: str, *, by: str, now: dt.datetime, language: str = "en", mail: str = ""
    ) -> str:
        """Make an account of one role or of several, with spaces between; return the token of its one-time link."""
        login = login.strip().casefold()
        if not login or not name.strip():
            raise InvalidRecord("an account needs a login and a name; write both")
        if is_reserved(login):
            raise InvalidRecord(f"the login {login!r} stands for the command line; choose another")
        known = roles_in(roles)
        is_first = not NAMED_FIRST.isdisjoint(known) and by == COMMAND_LINE and self.names_first()
        if is_first:
            self._require_distinct(login, name.strip())
        identifier, day = secrets.token_hex(8), now.date().isoformat()
        columns = "id, login, name, role, language, mail, created_on, created_by"
        row = (identifier, login, name.strip(), " ".join(known), language, mail, day, by)
        try:
            self._do(f"INSERT INTO account ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)
        except sqlite3.IntegrityError as error:
            raise InvalidRecord(f"the login {login!r} is taken; choose another") from error
        token = self.invite(identifier, by=by, now=now)
        if is_first:
            self.meet(identifier, by=COMMAND_LINE)
        return token

    def account(self, account_id: str) -> Account:
        """Return an account."""
        return self._found("account WHERE id = ?", account_id, fault="there is no such account")

    def by_login(self, login: str) -> Account:
        """Return an account by what its owner types."""
        fault = f"there is no account {login!r}"
        return self._found("account WHERE login = ?", login.strip().casefold(), fault=fault)

    def _found(self, where: str, *values: object, fault: str) -> Account:
        with self.opened() as db:
            row = db.execute(f"SELECT account.* FROM {where}", values).fetchone()
            if row is None:
                raise NotFound(fault)
            return self._account(db, row)

    def _do(self, statement: str, *values: object) -> None:
        with self.opened() as db:
            db.execute(statement, values)

    def accounts(self) -> list[Account]:
        """Return every account, by login."""
        with self.opened() as db:
            return [self._account(db, row) for row in db.execute("SELECT * FROM account ORDER BY login")]

    def change(
        self,
        account_id: str,
        *,
        roles: str | None = None,
        disabled: bool | None = None,
        name: str | None = None,
        mail: str | None = None,
        language: str | None = None,
    ) -> None:
        """Change an account; new roles or a disabled account end its sessions."""
        self.account(account_id)
        role = None if roles is None else " ".join(roles_in(roles))
        fields = {"role": role, "disabled": disabled, "name": name, "mail": mail, "language": language}
        with self.opened() as db:
            for field, value in fields.items():
                if value is not None:
                    db.execute(f"UPDATE account SET {field} = ? WHERE id = ?", [value, account_id])
            if role is not None or disabled:
                db.execute("DELETE FROM session WHERE account = ?", [account_id])

    def leave(self, account_id: str, until: dt.date | None, deputy: str = "") -> None:
        """Note until which day somebody is away, and the login of their deputy; None where they are back.

        Nobody may do more than before by it.
        """
        if deputy:
            self.by_login(deputy)
        values = [until.isoformat(), deputy] if until else ["", ""]
        self._do("UPDATE account SET away_until = ?, deputy = ? WHERE id = ?", *values, account_id)

    def meet(self, account_id: str, *, by: str) -> None:
        """Note that an admitted person has met the owner of an account; after two it is admitted.

        The command line may name the first two, one of them perhaps an approver from outside, and nobody later.
        """
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")
            account = self.account(account_id)
            people = self._require_distinct(account.login, account.name)
            first = by == COMMAND_LINE
            if first and (NAMED_FIRST.isdisjoint(account.roles) or not self.names_first()):
                raise InvalidRecord("two people who count already have to meet the owner; each signs in, with --as")
            if not first and not account.enrolled:
                raise InvalidRecord(f"{account.login} has not used the one-time link yet; meet its owner after that")
            able = [person.login for person in people if person.is_staff]
            admission = Admission(admitted=True) if first else account.admission.meet(account.login, by=by, people=able)
            db.execute(
                "UPDATE account SET met_by = ?, admitted = ?, first = first OR ? WHERE id = ?",
                [json.dumps(admission.met_by), admission.admitted, first, account_id],
            )

    def _require_distinct(self, login: str, name: str) -> list[Account]:
        """Return who else counts as a person, none of them under a login or name that looks or sounds the same."""
        people = [person for person in self.accounts() if person.counts and person.login != login]
        if any(same_person(login, person.login) or same_person(name, person.name) for person in people):
            raise InvalidRecord(f"{login}: somebody else has nearly the same login or name; choose another")
        return people

    def names_first(self) -> bool:
        """Whether the command line may still name somebody as a person."""
        with self.opened() as db:
            return int(db.execute("SELECT count(*) FROM account WHERE first").fetchone()[0]) < FIRST

    def is_admitted(self, login: str) -> bool:
        """Whether the account of a login counts as a person now (`mapping.safety.persons`)."""
        try:
            return self.by_login(login).counts
        except NotFound:
            return False

    def are_two(self) -> bool:
        """Whether two people are admitted, so that what takes two can be agreed to."""
        return sum(account.counts for account in self.accounts()) >= FIRST

    def grant(self, account_id: str, scope: Scope, value: str) -> None:
        """Let somebody act in a region or for an organization."""
        if scope not in set(SCOPED.values()) or not value:
            raise InvalidRecord(f"{scope!r} {value!r} cannot be granted; grant a region or an organization")
        self.account(account_id)
        self._do("INSERT OR IGNORE INTO grants VALUES (?, ?, ?)", account_id, scope, value)

    def revoke(self, account_id: str, scope: Scope, value: str) -> None:
        """Take a grant back."""
        self._do("DELETE FROM grants WHERE account = ? AND scope = ? AND value = ?", account_id, scope, value)

    def invite(self, account_id: str, *, by: str, now: dt.datetime) -> str:
        """Return the token of a one-time link to set a new password and code; old ones, passkeys and sessions end.

        This is how an account begins, and how an administrator recovers one. Whoever sees the link could use it, so
        that the account is not admitted until two people have met its owner.
        """
        token = secrets.token_urlsafe(32)
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")
            account = self.account(account_id)
            query = "SELECT first AND last_step = 0 FROM account WHERE id = ?"
            unused = by == COMMAND_LINE and bool(db.execute(query, [account_id]).fetchone()[0])
            for table in ("link", "session", "passkey"):
                db.execute(f"DELETE FROM {table} WHERE account = ?", [account_id])
            db.execute(
                "UPDATE account SET password = NULL, secret = NULL, enrolled = 0, wrong = 0, locked_until = NULL,"
                " link_by = ?, met_by = '', admitted = ? WHERE id = ?",
                [by, account.admission.linked(unused=unused).admitted, account_id],
            )
            db.execute("INSERT INTO link VALUES (?, ?, ?)", [_digest(token), account_id, _at(now + LINK_LASTS)])
        return token

    def invited(self, token: str, *, now: dt.datetime) -> Account:
        """Return whose one-time link this is."""
        where = "link JOIN account ON account.id = link.account WHERE digest = ? AND until > ? AND NOT disabled"
        fault = "this link was used or has run out; ask your administrator for a new one"
        return self._found(where, _digest(token), _at(now), fault=fault)

    def begin_enrolment(self, token: str, password: str, *, now: dt.datetime) -> str:
        """Set the password of an invited person; return the secret for their authenticator."""
        account, secret = self.invited(token, now=now), pyotp.random_base32()
        require_strong(password, account)
        values = [_HASHER.hash(_normal(password)), sealing.wrap(self._key, secret, account.id), account.id]
        self._do("UPDATE account SET password = ?, secret = ? WHERE id = ?", *values)
        return secret

    def enrolment_secret(self, token: str, *, now: dt.datetime) -> str:
        """Return the secret for the authenticator of an invited person who has set a password; else ""."""
        account = self.invited(token, now=now)
        with self.opened() as db:
            return self._secret(db.execute("SELECT id, secret FROM account WHERE id = ?", [account.id]).fetchone())

    def finish_enrolment(self, token: str, code: str, *, now: dt.datetime) -> Account:
        """Check the first code of an authenticator; from now on the person can sign in, and the link is used up."""
        account = self.invited(token, now=now)
        with self.opened() as db:
            row = db.execute("SELECT id, secret FROM account WHERE id = ?", [account.id]).fetchone()
            step = _step_of(self._secret(row), code, now)
            if step is None:
                raise SignInRefused
            db.execute("UPDATE account SET enrolled = 1, last_step = ? WHERE id = ?", [step, account.id])
            db.execute("DELETE FROM link WHERE account = ?", [account.id])
        return self.account(account.id)

    def sign_in(
        self, login: str, password: str, code: str, *, now: dt.datetime, portal: str = "", source: str = ""
    ) -> str:
        """Check password and code, and return the token of a new session of a portal.

        ``source`` is the address from which the answer comes. The try is counted before the password is looked at, so
        that tries at once are all counted, and the password outside of any transaction, since it takes a while.
        """
        login = login.strip().casefold()
        attempt = self.count_try(login, source, now)
        with self.opened() as db:
            row = db.execute("SELECT * FROM account WHERE login = ?", [login]).fetchone()
        there = row is not None and _usable(row)
        with _HASHING:
            right = _matches(row["password"] if there else _NOBODY, password)
        if not there or not right:
            reason: Refusal = "unknown" if row is None else "password" if there else "disabled"
            raise SignInRefused(reason, "" if row is None else login)
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")
            query = "SELECT * FROM account WHERE id = ? AND password = ?"
            row = db.execute(query, [row["id"], row["password"]]).fetchone()
            step = _step_of(self._secret(row), code, now) if row is not None and _usable(row) else None
            locked, used = _locked(row, now), step is not None and step <= row["last_step"]
            token = "" if used else self.let_in(db, row, right=step is not None, now=now, portal=portal)
            if token:
                db.execute("UPDATE account SET last_step = ? WHERE id = ?", [step, row["id"]])
            if token or (used and not locked):
                self.forget_tries(db, attempt)
        if token:
            return token
        if locked or not used:
            raise SignInRefused("locked" if locked else "code", login)
        raise SignInRefused("code used", login)

    def count_try(self, login: str, source: str, now: dt.datetime) -> tuple[str, str]:
        """Count a try to sign in; return under which numbers for source and login it stands, no address and no name."""
        key = sqlite_file.key(self.path.with_suffix(".key"))
        where = hmac.new(key, f"{now.date().isoformat()} {source}".encode(), hashlib.sha256).hexdigest()[:16]
        whose = hmac.new(key, login.encode(), hashlib.sha256).hexdigest()[:16]
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM attempt WHERE at <= ?", [_at(now - LOCKED)])
            total, own = db.execute(
                "SELECT count(*), coalesce(sum(login = ?), 0) FROM attempt WHERE source = ?", [whose, where]
            ).fetchone()
            over = max(total - TRIES_OF_SOURCE, own - TRIES)
            if over <= 0:
                db.execute("INSERT INTO attempt VALUES (?, ?, ?)", [where, whose, _at(now)])
            known = db.execute("SELECT 1 FROM account WHERE login = ?", [login]).fetchone()
        if over >= 0:
            raise SignInRefused("too many tries", login if known else "", first=over == 0)
        return where, whose

    def forget_tries(self, db: sqlite3.Connection, attempt: tuple[str, str]) -> None:
        """Count no more what `count_try` counted, since an answer was right."""
        db.execute("DELETE FROM attempt WHERE source = ? AND login = ?", attempt)

    def let_in(
        self, db: sqlite3.Connection, row: sqlite3.Row | None, *, right: bool, now: dt.datetime, portal: str = ""
    ) -> str:
        """Return the token of a new session where an account's answer was right; "" where it was not, and count that.

        ``row`` is the account, None where nobody knows whose answer it was. A locked account is let in by no answer.
        """
        if row is None or not _usable(row) or _locked(row, now):
            return ""
        if right:
            token = secrets.token_urlsafe(32)
            db.execute("UPDATE account SET wrong = 0, locked_until = NULL WHERE id = ?", [row["id"]])
            values = [_digest(token), row["id"], _at(now), _at(now), portal]
            db.execute("INSERT INTO session (digest, account, began, seen, portal) VALUES (?, ?, ?, ?, ?)", values)
            return token
        wrong = row["wrong"] + 1
        until = _at(now + LOCKED) if wrong >= TRIES else None
        db.execute(
            "UPDATE account SET wrong = ?, locked_until = ? WHERE id = ?", [0 if until else wrong, until, row["id"]]
        )
        return ""

    def confirm(self, account_id: str, password: str, code: str, *, now: dt.datetime) -> None:
        """Ask for password and code again, before something that cannot be taken back."""
        token = self.sign_in(self.account(account_id).login, password, code, now=now, source=account_id)
        self.end(token)

    def change_password(self, account_id: str, old: str, code: str, new: str, *, now: dt.datetime) -> None:
        """Set a new password; every session of the account ends."""
        self.confirm(account_id, old, code, now=now)
        require_strong(new, self.account(account_id))
        with self.opened() as db:
            db.execute("UPDATE account SET password = ? WHERE id = ?", [_HASHER.hash(_normal(new)), account_id])
            db.execute("DELETE FROM session WHERE account = ?", [account_id])

    def session(self, token: str, *, now: dt.datetime, portal: str = "") -> Account | None:
        """Return who a session of a portal belongs to, and keep it alive; None when it has ended or is of another."""
        with self.opened() as db:
            row = db.execute(
                "SELECT account.*, began, seen FROM session JOIN account ON account.id = session.account"
                " WHERE digest = ? AND portal = ?",
                [_digest(token), portal],
            ).fetchone()
            if row is None:
                return None
            if row["seen"] < _at(now - IDLE) or row["began"] < _at(now - LONGEST) or row["disabled"]:
                db.execute("DELETE FROM session WHERE digest = ?", [_digest(token)])
                return None
            if row["seen"] < _at(now - dt.timedelta(seconds=30)):  # not a write for each picture of a page
                db.execute("UPDATE session SET seen = ? WHERE digest = ?", [_at(now), _digest(token)])
            return self._account(db, row)

    def sessions(self, account_id: str) -> int:
        """Return how many sessions of an account there are."""
        with self.opened() as db:
            return int(db.execute("SELECT count(*) FROM session WHERE account = ?", [account_id]).fetchone()[0])

    def end(self, token: str) -> None:
        """End a session."""
        self._do("DELETE FROM session WHERE digest = ?", _digest(token))

    def end_all(self, account_id: str) -> None:
        """End every session of an account."""
        self._do("DELETE FROM session WHERE account = ?", account_id)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file; what is begun inside is kept at the end, unless something went wrong."""
        with sqlite_file.opened(self.path) as db:
            db.row_factory = sqlite3.Row
            yield db
            if db.in_transaction:
                db.execute("COMMIT")

    def _account(self, db: sqlite3.Connection, row: sqlite3.Row) -> Account:
        scopes: dict[str, set[str]] = {"region": set(), "organization": set()}
        for scope, value in db.execute("SELECT scope, value FROM grants WHERE account = ?", [row["id"]]):
            scopes[scope].add(value)
        values = {name: row[name] for name in ("id", "login", "name", "language", "mail", "deputy")}
        return Account(
            **values,
            roles=tuple(row["role"].split()),
            enrolled=bool(row["enrolled"]),
            disabled=bool(row["disabled"]),
            grants=Grants(frozenset(scopes["region"]), frozenset(scopes["organization"])),
            made_by=row["link_by"] or row["created_by"],
            admission=Admission(bool(row["admitted"]), tuple(json.loads(row["met_by"] or "[]"))),
            away_until=dt.date.fromisoformat(row["away_until"]) if row["away_until"] else None,
        )


def is_reserved(login: str) -> bool:
    """Tell whether a login reads as the command line's, whose word counts without asking who says it."""
    return same_person(login, COMMAND_LINE)


def _usable(row: sqlite3.Row) -> bool:
    return bool(row["enrolled"] and not row["disabled"])


def _locked(row: sqlite3.Row | None, now: dt.datetime) -> bool:
    return row is not None and (row["locked_until"] or "") > _at(now)


def weakness(password: str, account: Account) -> Weakness | None:
    """Tell why a password will not do; None where it will."""
    if len(password) < LEAST_LENGTH:
        return "short"
    if len(password) > MOST_LENGTH:
        return "long"
    known = ["rohnamo", account.login, *account.name.split(), *account.mail.split("@")]
    return "easy" if zxcvbn(password[:72], user_inputs=known)["score"] < LEAST_STRENGTH else None


def require_strong(password: str, account: Account) -> None:
    """Refuse a password that is too short, too long or too easy to guess."""
    if (why := weakness(password, account)) is not None:
        raise InvalidRecord(str(WEAK[why]))


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _NOBODY, _normal(password[:MOST_LENGTH])) and stored is not None
    except argon2.exceptions.VerificationError:
        return False


def _normal(password: str) -> str:
    """Write a password the same on every keyboard: ӣ as one sign or as two."""
    return unicodedata.normalize("NFKC", password)


def _step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Return the time step that a code is of: this one or the one before or after; None where it is of none."""
    code = "".join(sign for sign in code if sign.isdigit())
    if not secret or len(code) != 6:
        return None
    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    fitting = [near for near in (step - 1, step, step + 1) if secrets.compare_digest(totp.at(near * STEP), code)]
    return fitting[0] if fitting else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _at(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
