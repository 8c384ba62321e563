"""Accounts: who may sign in, how, and for how long. One SQLite file that only the portals open.

A password (argon2) and a code from an authenticator are both asked, or a passkey (`web.access.passkeys`). Only digests
of sessions and of one-time links are stored, so that whoever reads the file cannot use them. Nothing here knows the
directory or a view.
"""

import datetime as dt
import hashlib
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import argon2
import pyotp
from zxcvbn import zxcvbn

from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.language.i18n import Message
from web.access.roles import ROLES, SCOPED, Action, Grants, Role, Scope, may
from web.stores import sqlite_file

LEAST_LENGTH, MOST_LENGTH = 12, 128
LEAST_STRENGTH = 3
"""On the scale of zxcvbn, 0 to 4: cannot be guessed in 10^8 tries."""

TRIES, LOCKED = 5, dt.timedelta(minutes=15)
"""After so many wrong answers in a row an account is locked for so long."""

IDLE, LONGEST = dt.timedelta(minutes=20), dt.timedelta(hours=8)
"""A session ends after so long without a request, and at the latest after so long."""

LINK_LASTS = dt.timedelta(hours=48)
STEP = 30
"""Seconds that a code of an authenticator stands for."""

_HASHER = argon2.PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked where there is no such account, so that it takes as long as where there is one."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL,
    mail TEXT NOT NULL, password TEXT, secret TEXT, enrolled INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0, wrong INTEGER NOT NULL DEFAULT 0, locked_until TEXT,
    last_step INTEGER NOT NULL DEFAULT 0, created_on TEXT NOT NULL, created_by TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS grants (
    account TEXT NOT NULL REFERENCES account(id), scope TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (account, scope, value)
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id), began TEXT NOT NULL, seen TEXT NOT NULL
) STRICT;
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


REFUSED = Message(
    "Login, password or code is not right, or the account is locked for a while. Try again after 15 minutes, or ask "
    "your administrator."
)
Weakness = Literal["short", "long", "easy"]
WEAK: dict[Weakness, Message] = {
    "short": Message("The password is too short: at least 12 signs. Three or four words are good."),
    "long": Message("The password is too long: at most 128 signs."),
    "easy": Message("The password is easy to guess. Take three or four words that do not belong together."),
}
"""Why a password will not do."""


class SignInRefused(MappingError):
    """Somebody may not sign in; the same words whatever the reason, so that nobody learns which accounts exist."""

    def __init__(self) -> None:
        super().__init__(str(REFUSED))


@dataclass(frozen=True)
class Account:
    """A person who may sign in, without any secret of theirs."""

    id: str
    login: str
    name: str
    role: Role
    language: str
    mail: str
    enrolled: bool
    disabled: bool
    grants: Grants

    def may(self, action: Action, over: Any = None) -> bool:
        """Tell whether this person may do something, and to what it is done; see `web.access.roles.may`."""
        return not self.disabled and may(self.role, action, grants=self.grants, over=over)


class Accounts:
    """The accounts of an installation.

    Parameters
    ----------
    path
        The file; made when it is not there, readable by its owner only. A key for signing cookies lies beside it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        sqlite_file.make(self.path, _SCHEMA)
        self.path.chmod(0o600)

    @property
    def cookie_key(self) -> bytes:
        """The secret that signs cookies, the same for every process of the installation."""
        return sqlite_file.key(self.path.with_suffix(".key"))

    def add(
        self, login: str, name: str, role: Role, *, by: str, now: dt.datetime, language: str = "en", mail: str = ""
    ) -> str:
        """Make an account, and return the one-time link's token with which its owner sets a password.

        Raises
        ------
        InvalidRecord
            The login is taken or empty, or there is no such role.
        """
        login = login.strip().casefold()
        if not login or not name.strip():
            raise InvalidRecord("an account needs a login and a name; write both")
        if role not in ROLES:
            raise InvalidRecord(f"{role!r} is no role; there are {', '.join(ROLES)}")
        row = (secrets.token_hex(8), login, name.strip(), role, language, mail, now.date().isoformat(), by)
        try:
            with self.opened() as db:
                db.execute(
                    "INSERT INTO account (id, login, name, role, language, mail, created_on, created_by)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.IntegrityError as error:
            raise InvalidRecord(f"the login {login!r} is taken; choose another") from error
        return self.invite(row[0], now=now)

    def account(self, account_id: str) -> Account:
        """Return an account.

        Raises
        ------
        NotFound
            There is none.
        """
        with self.opened() as db:
            row = db.execute("SELECT * FROM account WHERE id = ?", [account_id]).fetchone()
            if row is None:
                raise NotFound("there is no such account")
            return self._account(db, row)

    def by_login(self, login: str) -> Account:
        """Return an account by what its owner types.

        Raises
        ------
        NotFound
            There is none.
        """
        with self.opened() as db:
            row = db.execute("SELECT * FROM account WHERE login = ?", [login.strip().casefold()]).fetchone()
            if row is None:
                raise NotFound(f"there is no account {login!r}")
            return self._account(db, row)

    def accounts(self) -> list[Account]:
        """Return every account, by login."""
        with self.opened() as db:
            return [self._account(db, row) for row in db.execute("SELECT * FROM account ORDER BY login")]

    def change(
        self,
        account_id: str,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        name: str | None = None,
        mail: str | None = None,
        language: str | None = None,
    ) -> None:
        """Change an account; a new role or a disabled account ends its sessions."""
        self.account(account_id)
        if role is not None and role not in ROLES:
            raise InvalidRecord(f"{role!r} is no role; there are {', '.join(ROLES)}")
        fields = {"role": role, "disabled": disabled, "name": name, "mail": mail, "language": language}
        new = {field: value for field, value in fields.items() if value is not None}
        with self.opened() as db:
            for field, value in new.items():
                db.execute(f"UPDATE account SET {field} = ? WHERE id = ?", [value, account_id])
            if role is not None or disabled:
                db.execute("DELETE FROM session WHERE account = ?", [account_id])

    def grant(self, account_id: str, scope: Scope, value: str) -> None:
        """Let somebody act in a region or for an organization."""
        if scope not in set(SCOPED.values()) or not value:
            raise InvalidRecord(f"{scope!r} {value!r} cannot be granted; grant a region or an organization")
        self.account(account_id)
        with self.opened() as db:
            db.execute("INSERT OR IGNORE INTO grants VALUES (?, ?, ?)", [account_id, scope, value])

    def revoke(self, account_id: str, scope: Scope, value: str) -> None:
        """Take a grant back."""
        with self.opened() as db:
            db.execute("DELETE FROM grants WHERE account = ? AND scope = ? AND value = ?", [account_id, scope, value])

    def invite(self, account_id: str, *, now: dt.datetime) -> str:
        """Return the token of a one-time link to set a new password and code; old ones, passkeys and sessions end.

        This is how an account begins, and how an administrator recovers one.
        """
        self.account(account_id)
        token = secrets.token_urlsafe(32)
        with self.opened() as db:
            for table in ("link", "session", "passkey"):
                db.execute(f"DELETE FROM {table} WHERE account = ?", [account_id])
            db.execute(
                "UPDATE account SET password = NULL, secret = NULL, enrolled = 0, wrong = 0, locked_until = NULL"
                " WHERE id = ?",
                [account_id],
            )
            db.execute("INSERT INTO link VALUES (?, ?, ?)", [_digest(token), account_id, _at(now + LINK_LASTS)])
        return token

    def invited(self, token: str, *, now: dt.datetime) -> Account:
        """Return whose one-time link this is.

        Raises
        ------
        NotFound
            It was used, has run out, or never was.
        """
        with self.opened() as db:
            row = db.execute(
                "SELECT account.* FROM link JOIN account ON account.id = link.account"
                " WHERE digest = ? AND until > ? AND NOT disabled",
                [_digest(token), _at(now)],
            ).fetchone()
            if row is None:
                raise NotFound("this link was used or has run out; ask your administrator for a new one")
            return self._account(db, row)

    def begin_enrolment(self, token: str, password: str, *, now: dt.datetime) -> str:
        """Set the password of an invited person; return the secret for their authenticator.

        Raises
        ------
        InvalidRecord
            The password is too short, too long or too easy to guess; says why.
        """
        account = self.invited(token, now=now)
        require_strong(password, account)
        secret = pyotp.random_base32()
        with self.opened() as db:
            db.execute(
                "UPDATE account SET password = ?, secret = ? WHERE id = ?",
                [_HASHER.hash(_normal(password)), secret, account.id],
            )
        return secret

    def enrolment_secret(self, token: str, *, now: dt.datetime) -> str:
        """Return the secret for the authenticator of an invited person who has set a password; else ""."""
        account = self.invited(token, now=now)
        with self.opened() as db:
            row = db.execute("SELECT secret FROM account WHERE id = ?", [account.id]).fetchone()
        return row["secret"] or ""

    def finish_enrolment(self, token: str, code: str, *, now: dt.datetime) -> Account:
        """Check the first code of an authenticator; from now on the person can sign in, and the link is used up.

        Raises
        ------
        SignInRefused
            The code is not right.
        """
        account = self.invited(token, now=now)
        with self.opened() as db:
            row = db.execute("SELECT secret FROM account WHERE id = ?", [account.id]).fetchone()
            step = _step_of(row["secret"] or "", code, now)
            if step is None:
                raise SignInRefused
            db.execute("UPDATE account SET enrolled = 1, last_step = ? WHERE id = ?", [step, account.id])
            db.execute("DELETE FROM link WHERE account = ?", [account.id])
        return self.account(account.id)

    def sign_in(self, login: str, password: str, code: str, *, now: dt.datetime) -> str:
        """Check password and code, and return the token of a new session.

        Raises
        ------
        SignInRefused
            Whatever was wrong.
        """
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")  # two tries at once must not both count as the first
            row = db.execute("SELECT * FROM account WHERE login = ?", [login.strip().casefold()]).fetchone()
            there = row is not None and _usable(row)
            right = _matches(row["password"] if there else _NOBODY, password)
            step = _step_of(row["secret"], code, now) if there else None
            token = self.let_in(db, row, right=right and step is not None and step > row["last_step"], now=now)
            if token:
                db.execute("UPDATE account SET last_step = ? WHERE id = ?", [step, row["id"]])
                return token
        raise SignInRefused

    def let_in(self, db: sqlite3.Connection, row: sqlite3.Row | None, *, right: bool, now: dt.datetime) -> str:
        """Return the token of a new session where an account's answer was right; "" where it was not, and count that.

        ``row`` is the account, None where nobody knows whose answer it was. A locked account is let in by no answer.
        """
        if row is None or not _usable(row) or (row["locked_until"] or "") > _at(now):
            return ""
        if right:
            token = secrets.token_urlsafe(32)
            db.execute("UPDATE account SET wrong = 0, locked_until = NULL WHERE id = ?", [row["id"]])
            db.execute("INSERT INTO session VALUES (?, ?, ?, ?)", [_digest(token), row["id"], _at(now), _at(now)])
            return token
        wrong = row["wrong"] + 1
        until = _at(now + LOCKED) if wrong >= TRIES else None
        db.execute(
            "UPDATE account SET wrong = ?, locked_until = ? WHERE id = ?", [0 if until else wrong, until, row["id"]]
        )
        return ""

    def confirm(self, account_id: str, password: str, code: str, *, now: dt.datetime) -> None:
        """Ask for password and code again, before something that cannot be taken back.

        Raises
        ------
        SignInRefused
            Whatever was wrong.
        """
        self.end(self.sign_in(self.account(account_id).login, password, code, now=now))

    def change_password(self, account_id: str, old: str, code: str, new: str, *, now: dt.datetime) -> None:
        """Set a new password; every session of the account ends."""
        self.confirm(account_id, old, code, now=now)
        require_strong(new, self.account(account_id))
        with self.opened() as db:
            db.execute("UPDATE account SET password = ? WHERE id = ?", [_HASHER.hash(_normal(new)), account_id])
            db.execute("DELETE FROM session WHERE account = ?", [account_id])

    def session(self, token: str, *, now: dt.datetime) -> Account | None:
        """Return who a session belongs to, and keep it alive; None when it has ended."""
        with self.opened() as db:
            row = db.execute(
                "SELECT account.*, began, seen FROM session JOIN account ON account.id = session.account"
                " WHERE digest = ?",
                [_digest(token)],
            ).fetchone()
            if row is None:
                return None
            over = row["seen"] < _at(now - IDLE) or row["began"] < _at(now - LONGEST) or row["disabled"]
            if over:
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
        with self.opened() as db:
            db.execute("DELETE FROM session WHERE digest = ?", [_digest(token)])

    def end_all(self, account_id: str) -> None:
        """End every session of an account."""
        with self.opened() as db:
            db.execute("DELETE FROM session WHERE account = ?", [account_id])

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
        grants = Grants(frozenset(scopes["region"]), frozenset(scopes["organization"]))
        return Account(
            row["id"],
            row["login"],
            row["name"],
            cast("Role", row["role"]),
            row["language"],
            row["mail"],
            bool(row["enrolled"]),
            bool(row["disabled"]),
            grants,
        )


def _usable(row: sqlite3.Row) -> bool:
    return bool(row["enrolled"] and not row["disabled"])


def weakness(password: str, account: Account) -> Weakness | None:
    """Tell why a password will not do; None where it will."""
    if len(password) < LEAST_LENGTH:
        return "short"
    if len(password) > MOST_LENGTH:
        return "long"
    known = ["rohnamo", account.login, *account.name.split(), *account.mail.split("@")]
    return "easy" if zxcvbn(password[:72], user_inputs=known)["score"] < LEAST_STRENGTH else None


def require_strong(password: str, account: Account) -> None:
    """Refuse a password that is too short, too long or too easy to guess.

    Raises
    ------
    InvalidRecord
        Says which.
    """
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
