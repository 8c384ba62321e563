"""Passkeys: sign in with what a phone, a computer or a security key keeps, in the place of password and code.

The device asks for a finger, a face or a PIN before it answers (user verification), so that a passkey is two factors
by itself, and it answers to the address at which it was made and to no other, so that it cannot be fished for. What is
kept is a public key: whoever reads the file cannot use it. A question is answered once.
"""

import datetime as dt
import hashlib
import ipaddress
import json
import secrets
import sqlite3
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mapping.errors import InvalidRecord
from mapping.language.i18n import Message
from web.access.accounts import Account, Accounts, SignInRefused

MOST = 10
"""How many passkeys an account may have."""

LONGEST_NAME, LONGEST_ANSWER = 40, 8192
"""Signs of a name, and of what a browser answers."""

LASTS = dt.timedelta(minutes=15)
"""A question may be answered for so long."""

MADE_BY = "Rohnamo"

NOT_KNOWN = Message(
    "This passkey is not known here, or the account is locked for a while. Sign in with password and code, or ask "
    "your administrator."
)
NOT_ADDED = Message("The passkey could not be added. Try again, and answer within 15 minutes.")
TOO_MANY = Message("There are ten passkeys already. Remove one first.")


@dataclass(frozen=True)
class Site:
    """The address at which a portal is reached, as the browser names it: ``host`` with its port, if it has one."""

    host: str
    secure: bool

    @property
    def name(self) -> str:
        """Return the host without its port: what a passkey is bound to."""
        return urlsplit(f"//{self.host}").hostname or ""

    @property
    def origin(self) -> str:
        """Return what a browser calls this site."""
        return f"{'https' if self.secure else 'http'}://{self.host}"

    @property
    def able(self) -> bool:
        """Tell whether browsers make passkeys here: over TLS or on localhost, and never for a bare number."""
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return bool(self.name) and (self.secure or self.name == "localhost")
        return False


@dataclass(frozen=True)
class Passkey:
    """A passkey of somebody, by the name that they gave it."""

    id: str
    name: str
    added_on: dt.date
    used_on: dt.date | None


def question() -> str:
    """Return a new question, to be kept in the session of the browser that is asked."""
    return secrets.token_urlsafe(32)


def to_sign_in(site: Site, challenge: str) -> str:
    """Return what the browser is asked for to sign somebody in, as JSON; it names no account."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name, challenge=base64url_to_bytes(challenge), user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


class Passkeys:
    """The passkeys of some accounts; they stand in the file of these."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def of(self, account_id: str) -> list[Passkey]:
        """Return the passkeys of an account, the first one first."""
        query = "SELECT id, name, added_on, used_on FROM passkey WHERE account = ? ORDER BY added_on, rowid"
        with self.accounts.opened() as db:
            rows = db.execute(query, [account_id]).fetchall()
        return [
            Passkey(key, name, dt.date.fromisoformat(added), dt.date.fromisoformat(used) if used else None)
            for key, name, added, used in rows
        ]

    def to_add(self, account: Account, site: Site, challenge: str) -> str:
        """Return what the browser is asked for to make a passkey, as JSON."""
        there = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.id)) for passkey in self.of(account.id)]
        options = webauthn.generate_registration_options(
            rp_id=site.name,
            rp_name=MADE_BY,
            user_name=account.login,
            user_id=account.id.encode(),
            user_display_name=account.login,
            challenge=base64url_to_bytes(challenge),
            exclude_credentials=there,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        return webauthn.options_to_json(options)

    def add(self, account_id: str, name: str, answer: str, *, site: Site, challenge: str, now: dt.datetime) -> None:
        """Keep a passkey that a browser has just made; ask for password and code before."""
        if len(self.of(account_id)) >= MOST:
            raise InvalidRecord(str(TOO_MANY))
        try:
            made = webauthn.verify_registration_response(
                credential=answer[:LONGEST_ANSWER],
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.name,
                expected_origin=site.origin,
                require_user_verification=True,
            )
            identifier, named = bytes_to_base64url(made.credential_id), name.strip()[:LONGEST_NAME] or MADE_BY
            key, uses, day = made.credential_public_key, made.sign_count, now.date().isoformat()
            with self.accounts.opened() as db:  # the question is used up and the key kept, both or neither
                db.execute("BEGIN IMMEDIATE")
                if not _use_up(db, challenge, now):
                    raise ValueError("this question was answered before")
                row = (identifier, account_id, named, key, uses, day)
                db.execute("INSERT INTO passkey VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
        except (WebAuthnException, ValueError, sqlite3.IntegrityError) as error:
            raise InvalidRecord(str(NOT_ADDED)) from error

    def sign_in(
        self, answer: str, *, site: Site, challenge: str, now: dt.datetime, portal: str = "", source: str = ""
    ) -> str:
        """Check what a browser answers, and return the token of a new session of a portal.

        A wrong answer of a known passkey counts as a wrong code does, and locks the account in the end; ``source``, the
        address from which answers come, is slowed down as it is for passwords.
        """
        query = (
            "SELECT account.*, passkey.id AS passkey, public_key, uses FROM passkey"
            " JOIN account ON account.id = passkey.account WHERE passkey.id = ?"
        )
        attempt = self.accounts.count_try("", source, now)
        with self.accounts.opened() as db:
            db.execute("BEGIN IMMEDIATE")  # an answer that is sent twice at once must not count twice
            row = db.execute(query, [_named(answer)]).fetchone()
            uses = _uses(answer, row, site=site, challenge=challenge) if row is not None else None
            right = uses is not None and _use_up(db, challenge, now)
            token = self.accounts.let_in(db, row, right=right, now=now, portal=portal)
            if token:
                self.accounts.forget_tries(db, attempt)
                day = now.date().isoformat()
                db.execute("UPDATE passkey SET uses = ?, used_on = ? WHERE id = ?", [uses, day, row["passkey"]])
                return token
        raise SignInRefused("passkey", row["login"] if row is not None else "")

    def remove(self, account_id: str, passkey_id: str) -> bool:
        """Forget a passkey, and end every session of its owner, who may have lost the device; tell if it was there."""
        with self.accounts.opened() as db:
            gone = db.execute("DELETE FROM passkey WHERE id = ? AND account = ?", [passkey_id, account_id]).rowcount
        if gone:
            self.accounts.end_all(account_id)
        return bool(gone)


def _uses(answer: str, row: sqlite3.Row, *, site: Site, challenge: str) -> int | None:
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=row["public_key"],
            credential_current_sign_count=row["uses"],
            require_user_verification=True,
        )
        owner = json.loads(answer)["response"].get("userHandle")
        return verified.new_sign_count if owner is None or base64url_to_bytes(owner) == row["id"].encode() else None
    except (WebAuthnException, ValueError):
        return None


def _use_up(db: sqlite3.Connection, challenge: str, now: dt.datetime) -> bool:
    """Note that a question was answered; tell whether it was the first time."""
    digest, moment = hashlib.sha256(challenge.encode()).hexdigest(), now.astimezone(dt.UTC)
    db.execute("DELETE FROM answered WHERE until < ?", [moment.isoformat(timespec="seconds")])
    until = (moment + LASTS).isoformat(timespec="seconds")
    return bool(db.execute("INSERT OR IGNORE INTO answered VALUES (?, ?)", [digest, until]).rowcount)


def _named(answer: str) -> str:
    try:
        credential = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except ValueError:
        return ""
    name = credential.get("id") if isinstance(credential, dict) else None
    return name if isinstance(name, str) else ""
