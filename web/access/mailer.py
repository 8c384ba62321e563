"""Mails that say nothing: "you have something to look at", and where to sign in. Any SMTP server will do.

A mail is read by its host, by whoever holds the phone, by others in an office. So no mail names a record, a place or a
kind of help; what there is to look at is behind the sign-in. A connection that is not encrypted is refused, except to
the own machine.
"""

import datetime as dt
import os
import re
import smtplib
import ssl
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mapping.errors import FormatError, InvalidRecord, MappingError
from mapping.language.i18n import Message, translate
from web.access.accounts import Account, Accounts
from web.access.roles import EVERYWHERE, Role

SUBJECT = Message("Something to look at")
WHY: dict[str, Message] = {
    "look": Message("There is something to look at in your account."),
    "entries": Message(
        "Entries of yours wait to be looked through. It takes a few minutes; most is filled in already."
    ),
    "news": Message("There is news in Rohnamo."),
    "ending": Message("Checks are due, or consents, agreements or funding end soon."),
    "late": Message("Something has waited longer than it should for a second person to agree."),
    "test": Message("This is a test. Mails from here arrive."),
}
"""Why somebody is written to."""

GREETING = Message("Good day,")
SIGN_IN = Message("Sign in here: {address}")
SIGN_IN_AS_EVER = Message("Sign in where you always do.")
NO_ANSWER = Message("This mail was sent by a machine. It asks for no password and no code; no answer is read.")

ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]]{1,64}@[^@\s,;<>\"()\[\]]{1,190}\.?[^@\s,;<>\"()\[\]]+")
LOCAL = ("localhost", "127.0.0.1", "::1")
PREFIX = "ROHNAMO_MAIL_"
WAIT = 20
"""Seconds to wait for a server."""


class MailSettings(BaseModel):
    """How mails are sent.

    ``security`` is ``starttls`` (begins in the clear on port 587, then encrypts or ends), ``tls`` (encrypted from the
    first byte, port 465), or ``none``, to the own machine only. ``portal`` is the address under which partners sign
    in, ``entries`` the page on which they see their own entries, with the language in braces; ``staff`` the address of
    the staff portal, which no mail names where it is left out; ``ca`` a file with the certificate of an authority of
    one's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    user: str = ""
    password: str = Field("", repr=False)
    sender: Annotated[str, Field(pattern=f"^{ADDRESS.pattern}$")]
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca: str = ""
    portal: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]
    staff: Annotated[str, Field(pattern=r"^$|^https?://[^\s/]+(/\S*)?$")] = ""
    entries: str = "{language}/rooms.html"

    @model_validator(mode="after")
    def _encrypted(self) -> "MailSettings":
        if self.security == "none" and self.host not in LOCAL:
            raise ValueError(f"security none is for the own machine only, and {self.host} is another; use starttls")
        return self


def mail_settings(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> MailSettings | None:
    """Read how to send mails: a TOML file, and ``ROHNAMO_MAIL_HOST`` and so on above it; None where nothing is said."""
    values: dict[str, object] = {}
    if path is not None and path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FormatError(f"{path}: is no TOML in UTF-8 ({error}); see docs/deploy.md") from error
    values |= {
        name: environment[f"{PREFIX}{name.upper()}"]
        for name in MailSettings.model_fields
        if environment.get(f"{PREFIX}{name.upper()}")
    }
    if not values:
        return None
    try:
        return MailSettings.model_validate(values)
    except ValidationError as error:
        faults = [(*fault["loc"], fault["msg"]) for fault in error.errors()]  # never the value: it may be the password
        told = "; ".join(": ".join(map(str, fault)) for fault in faults)
        raise InvalidRecord(f"{path or 'settings of mails'}: {told}; see docs/deploy.md") from None


@dataclass(frozen=True)
class Sent:
    """What became of mails: to whom they went, and why they did not go to others (login -> reason)."""

    to: tuple[str, ...]
    failed: Mapping[str, str]


class Mailer:
    """Sends mails through one server."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings

    def send(self, people: Iterable[Account], why: str, *, now: dt.datetime) -> Sent:
        """Write to each of some people in their language, one mail each; those without an address are passed over."""
        letters = {person.login: self.letter(person, why, now=now) for person in people if usable(person.mail)}
        if not letters:
            return Sent((), {})
        failed: dict[str, str] = {}
        with self._connected() as server:
            for login, letter in letters.items():
                try:
                    server.send_message(letter)
                except smtplib.SMTPException as error:
                    failed[login] = type(error).__name__
                    if isinstance(error, smtplib.SMTPServerDisconnected):
                        raise self._unusable("ended the connection") from error
        return Sent(tuple(login for login in letters if login not in failed), failed)

    def letter(self, person: Account, why: str, *, now: dt.datetime) -> EmailMessage:
        """Write a mail to somebody: it names neither them nor anything of the directory."""
        language, settings = person.language, self.settings
        page = {"entries": settings.entries, "news": "{language}/news.html"}.get(why, "{language}/index.html")
        portal = settings.staff if person.is_staff else settings.portal
        address = f"{portal.rstrip('/')}/{page.format(language=language)}" if portal else ""
        sign_in = SIGN_IN.filled_with({"address": address}) if address else SIGN_IN_AS_EVER
        lines = (GREETING, WHY[why], sign_in, NO_ANSWER)
        text = "\n\n".join(line.into(language) for line in lines)
        return self._letter(person.mail, translate(SUBJECT.text, language), text, now=now)

    def write(self, address: str, subject: str, text: str, *, now: dt.datetime) -> None:
        """Write to a mail address of an organization, such as the link of a campaign."""
        with self._connected() as server:
            try:
                server.send_message(self._letter(address, subject, text, now=now))
            except smtplib.SMTPException as error:
                raise self._unusable("did not take the mail") from error

    def _letter(self, address: str, subject: str, text: str, *, now: dt.datetime) -> EmailMessage:
        letter, sender = EmailMessage(), self.settings.sender
        letter["Subject"], letter["From"], letter["To"] = subject, sender, address
        letter["Date"] = format_datetime(now.astimezone(dt.UTC))
        letter["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text + "\n")
        return letter

    def _connected(self) -> smtplib.SMTP:
        settings = self.settings
        try:
            context = ssl.create_default_context(cafile=settings.ca or None)
            server: smtplib.SMTP
            if settings.security == "tls":
                server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=WAIT, context=context)
            else:
                server = smtplib.SMTP(settings.host, settings.port, timeout=WAIT)
            try:
                if settings.security == "starttls":
                    server.starttls(context=context)
                if settings.user:
                    server.login(settings.user, settings.password)
            except BaseException:
                server.close()
                raise
        except (OSError, smtplib.SMTPException) as error:
            raise self._unusable(f"cannot be used, and nothing was sent ({error})") from error
        return server

    def _unusable(self, what: str) -> MappingError:
        return MappingError(f"mail server {self.settings.host}:{self.settings.port}: {what}")


def usable(address: str) -> bool:
    """Tell whether something can be the address of a mail, and of one person only."""
    return ADDRESS.fullmatch(address) is not None and address.isprintable()


def of_role(accounts: Accounts, *roles: Role) -> list[Account]:
    """Return the accounts of some roles that can be written to."""
    return [
        account
        for account in accounts.accounts()
        if {*account.roles} & {*roles} and not account.disabled and usable(account.mail)
    ]


def to_remind(accounts: Accounts, due: Iterable[str]) -> list[Account]:
    """Return the providers that can be written to about organizations with something due, by published id."""
    wanted = set(due)
    return [
        account
        for account in of_role(accounts, "provider")
        if not wanted.isdisjoint(account.grants.organizations)
        or (EVERYWHERE in account.grants.organizations and wanted)
    ]
