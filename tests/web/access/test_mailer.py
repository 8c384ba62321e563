"""Mails: through a real server on this machine, encrypted, and without content."""

import datetime as dt
import ssl
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from mapping.errors import FormatError, InvalidRecord, MappingError
from scripts.ports import free_port
from tests.web.support.certificates import certificate
from web.access.accounts import Accounts
from web.access.mailer import PREFIX, Mailer, MailSettings, mail_settings, of_role, to_remind, usable

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
ORG = "0d9d3a1c-1111-5555-8888-0123456789ab"


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """A certificate of this machine: its file and that of its key."""
    return certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


class Box:
    """Keeps what arrives, refusing one address."""

    def __init__(self):
        self.mails = []
        self.encrypted = []

    async def handle_RCPT(self, server, session, envelope, address, _options):  # noqa: N802
        if address.startswith("gone@"):
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.encrypted.append(session.ssl is not None)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


class Loopback(Controller):
    """A server on a free port of this machine."""

    def __init__(self, box, **options):
        super().__init__(box, hostname="127.0.0.1", port=free_port())
        self.options = options

    def factory(self):
        return SMTP(self.handler, **self.options)


@pytest.fixture
def serve():
    running = []

    def start(**options):
        box = Box()
        server = Loopback(box, **options)
        server.start()
        running.append(server)
        box.port = server.port
        return box

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def encrypting(serve, signed):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*signed)

    def known(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"rohnamo", b"secret"), handled=False)

    return serve(tls_context=context, require_starttls=True, authenticator=known, auth_required=True)


@pytest.fixture
def people(tmp_path):
    accounts = Accounts(tmp_path / "accounts.db")
    for login, role, language, mail in (
        ("gul", "provider", "tg", "gul@partner.example"),
        ("umed", "provider", "ru", ""),
        ("nobody", "provider", "en", "gone@partner.example"),
        ("admin", "administrator", "en", "admin@office.example"),
        ("old", "administrator", "en", "old@office.example"),
        ("olim", "provider", "uz", "olim@partner.example"),
    ):
        accounts.add(login, f"Name of {login}", role, by="root", now=NOW, language=language, mail=mail)
    accounts.change(accounts.by_login("old").id, disabled=True)
    accounts.grant(accounts.by_login("gul").id, "organization", ORG)
    accounts.grant(accounts.by_login("umed").id, "organization", ORG)
    accounts.grant(accounts.by_login("olim").id, "organization", "*")
    return accounts


def settings(port, **more):
    given = {"host": "127.0.0.1", "port": port, "sender": "post@rohnamo.example", "portal": "https://p.example/"}
    return MailSettings(**{**given, **more})


def test_a_mail_arrives_encrypted_and_says_nothing(encrypting, signed, people):
    mailer = Mailer(settings(encrypting.port, ca=str(signed[0]), user="rohnamo", password="secret"))
    sent = mailer.send(people.accounts(), "entries", now=NOW)
    assert sent.to == ("admin", "gul", "old", "olim")
    assert sent.failed == {"nobody": "SMTPRecipientsRefused"}
    assert encrypting.encrypted == [True] * 4
    told = {to[0]: mail for to, mail in encrypting.mails}
    assert all(len(to) == 1 for to, _ in encrypting.mails)
    mail = told["gul@partner.example"]
    assert mail["Subject"] == "Чизе ҳаст, ки бояд дида шавад"
    text = mail.get_content()
    assert "https://p.example/tg/rooms.html" in text
    assert "<html" not in text
    for word in ("Name of gul", "gul", ORG, "assist", "violence", "shelter", "Rohnamo"):
        assert word not in text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Tue, 24 Nov 2026 09:00:00 +0000"


def test_a_server_that_does_not_encrypt_gets_nothing(serve, people):
    box = serve()
    with pytest.raises(MappingError, match=r"nothing was sent .*STARTTLS"):
        Mailer(settings(box.port)).send(people.accounts(), "look", now=NOW)
    assert box.mails == []


def test_the_own_machine_may_be_spoken_to_in_the_clear(serve, people):
    box = serve()
    assert Mailer(settings(box.port, security="none", staff="https://s.example")).send(
        of_role(people, "administrator"), "look", now=NOW
    ).to == ("admin",)
    ((to, mail),) = box.mails
    assert (to, mail["Subject"]) == (["admin@office.example"], "Something to look at")
    assert "https://s.example/en/index.html" in mail.get_content()


def test_nobody_to_write_to_needs_no_server(people):
    assert Mailer(settings(1)).send([people.by_login("umed")], "look", now=NOW).to == ()


def test_what_is_wrong_with_a_server_is_said(encrypting, signed, people):
    with pytest.raises(MappingError, match="certificate verify failed"):
        Mailer(settings(encrypting.port)).send(people.accounts(), "look", now=NOW)
    known = settings(encrypting.port, ca=str(signed[0]), user="rohnamo", password="wrong")
    with pytest.raises(MappingError, match="Authentication") as caught:
        Mailer(known).send(people.accounts(), "look", now=NOW)
    assert "wrong" not in str(caught.value)
    with pytest.raises(MappingError, match=r"127\.0\.0\.1:1: cannot be used"):
        Mailer(settings(1)).send(people.accounts(), "look", now=NOW)
    assert encrypting.mails == []


def test_settings_come_from_a_file_and_the_environment_above_it(tmp_path):
    file = tmp_path / "mail.toml"
    assert mail_settings(file, {}) is None
    file.write_text('host = "mail.example"\nsender = "a@b.example"\nportal = "https://p.example"\n', encoding="utf-8")
    found = mail_settings(file, {f"{PREFIX}PORT": "465", f"{PREFIX}SECURITY": "tls", f"{PREFIX}PASSWORD": "secret"})
    assert found is not None
    assert (found.host, found.port, found.security, found.password) == ("mail.example", 465, "tls", "secret")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"security": "none", "host": "mail.example"}, "security none is for the own machine only"),
        ({"port": "smtp"}, "port: "),
        ({"sender": "two@a.example, b@c.example"}, "sender: "),
        ({"portal": "javascript:alert(1)"}, "portal: "),
        ({"host": ""}, "host: Field required"),
    ],
)
def test_settings_that_cannot_be_are_said(told, said):
    right = {"host": "localhost", "sender": "a@b.example", "portal": "https://p.example", "password": "secret"}
    environment = {f"{PREFIX}{name.upper()}": value for name, value in {**right, **told}.items()}
    with pytest.raises(InvalidRecord, match=said) as caught:
        mail_settings(None, environment)
    assert "secret" not in str(caught.value)


def test_every_fault_of_a_file_is_said_at_once(tmp_path):
    (tmp_path / "mail.toml").write_text('hots = "mail.example"\nsender = "a@b.example"\npassword = 99887766\n')
    with pytest.raises(InvalidRecord) as caught:
        mail_settings(tmp_path / "mail.toml", {})
    told = str(caught.value)
    for fault in ("hots: ", "host: ", "portal: ", "password: "):
        assert fault in told
    assert "99887766" not in told


def test_a_file_that_is_no_toml_is_said(tmp_path):
    (tmp_path / "mail.toml").write_text("host: mail.example", encoding="utf-8")
    with pytest.raises(FormatError, match="is no TOML"):
        mail_settings(tmp_path / "mail.toml", {})


@pytest.mark.parametrize(
    "address", ["", "gul", "a@b.example,c@d.example", "a@b.example\nBcc: c@d.example", "<a@b.example>", "a b@c.example"]
)
def test_what_is_no_address_is_not_written_to(address):
    assert not usable(address)


def test_providers_with_something_due_are_reminded(people):
    assert [one.login for one in to_remind(people, [ORG])] == ["gul", "olim"]
    assert [one.login for one in to_remind(people, ["another"])] == ["olim"]
    assert to_remind(people, []) == []
