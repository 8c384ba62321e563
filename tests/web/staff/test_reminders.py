"""Reminders: who is written to, once, by the command as by the page; and what the command says."""

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.directory.directory import Directory, public_id
from mapping.errors import MappingError, NotFound
from mapping.model import Organization, Service
from scripts.ports import free_port
from tests.support.sample import TODAY, public_parts, statement
from tests.web.access.test_mailer import Loopback, serve  # noqa: F401
from tests.web.support.office import Office
from tests.web.support.signed_in import admit
from web.access.mailer import MailSettings
from web.staff.reminders import REMIND_AFTER, due_bodies, remind, waiting
from web.staff.visible import VisibleCache
from web.stores.ledger import Ledger

TINY = Path(__file__).resolve().parents[2] / "tiny"
ENDING = statement("Arranged in the west", area_unit="XT-W", consent_until=TODAY + dt.timedelta(30))


@pytest.fixture
def office(tmp_path, tiny_area):
    made = Office(tmp_path / "private", tiny_area, public_parts(), ENDING)
    for login, role, regions in (
        ("gul", "provider", ()),
        ("zarina", "steward", ("XT-W",)),
        ("noor", "steward", ()),
        ("ali", "custodian", ("*",)),
    ):
        made.accounts.add(login, login.title(), role, by="t", now=made.clock.now, mail=f"{login}@p.example")
        for region in regions:
            made.accounts.grant(made.accounts.by_login(login).id, "region", region)
    made.accounts.grant(made.accounts.by_login("gul").id, "organization", "*")
    return made


def found(office, area, now=None):
    with Directory(office.directory, area) as opened:
        kept = VisibleCache()
        return waiting(
            opened,
            area,
            lambda regions: kept.seen(opened, area, TODAY, regions),
            office.accounts,
            office.ledger,
            now=now or office.clock.now,
            day=(now or office.clock.now).date(),
        )


def test_providers_and_stewards_hear_of_what_is_theirs(office, tiny_area):
    """Counselling lapsed in the west, a statement ends there; who has no region hears of nothing, nor do custodians."""
    assert [(one.account.login, one.why) for one in found(office, tiny_area)] == [
        ("gul", "entries"),
        ("zarina", "ending"),
    ]
    with Directory(office.directory, tiny_area) as opened:
        bodies = due_bodies(VisibleCache().seen(opened, tiny_area, TODAY))
        assert bodies <= {public_id(opened.key, one.id) for one in opened.records(Organization)}


def test_nobody_is_written_to_twice_in_a_fortnight(office, tiny_area, serve):  # noqa: F811
    from web.access.mailer import Mailer

    box = serve()
    post = Mailer(
        MailSettings(
            host="127.0.0.1",
            port=box.port,
            security="none",
            sender="a@b.example",
            portal="https://p.example",
            staff="https://s.example",
        )
    )
    sent = remind(post, office.ledger, found(office, tiny_area), by="test", now=office.clock.now)
    assert sent.to == ("gul", "zarina")
    texts = {to[0]: mail.get_content() for to, mail in box.mails}
    assert "https://p.example/en/rooms.html" in texts["gul@p.example"]
    assert "https://s.example/en/index.html" in texts["zarina@p.example"]
    assert "Arranged" not in "".join(texts.values())
    assert {line.subject for line in office.ledger.lines(action="reminder_sent")} == {"gul", "zarina"}
    again = found(office, tiny_area)
    assert all(one.told for one in again)
    assert remind(post, office.ledger, again, by="test", now=office.clock.now).to == ()
    later = office.clock.now + dt.timedelta(REMIND_AFTER)
    assert not any(one.told for one in found(office, tiny_area, later))


def run(office, *words):
    own = office.directory.parent
    files = ["--directory", office.directory, "--accounts", own / "accounts.db", "--ledger", own / "ledger.db"]
    return CliRunner().invoke(app, [str(word) for word in ("remind", *files, "--area", TINY, *words)])


def test_the_command_says_who_would_be_written_to_and_sends_nothing(office):
    done = run(office, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "gul" in done.output
    assert "nothing was sent" in done.output
    assert office.ledger.lines(action="reminder_sent") == []


def test_the_command_sends_and_says_what_was_not_taken(office, serve, monkeypatch):  # noqa: F811
    missing = run(office)
    assert isinstance(missing.exception, NotFound)
    assert "mail.toml" in str(missing.exception)
    box = serve()
    (office.directory.parent / "mail.toml").write_text(
        f'host = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\nsender = "a@b.example"\nportal = "https://p.example"\n'
    )
    office.accounts.change(office.accounts.by_login("zarina").id, mail="gone@p.example")
    done = run(office)
    assert isinstance(done.exception, MappingError)
    assert "zarina" in str(done.exception)
    assert len(box.mails) == 1
    assert [line.action for line in Ledger(office.directory.parent / "ledger.db").lines()][:2] == [
        "mail_failed",
        "reminder_sent",
    ]
    (office.directory.parent / "mail.toml").write_text(
        f'host = "127.0.0.1"\nport = {free_port()}\nsecurity = "none"\nsender = "a@b.example"\nportal = "https://p.example"\n'
    )
    assert isinstance(run(office).exception, MappingError)


def propose(office, area, by="zarina"):
    with Directory(office.directory, area, signed_in=True) as opened:
        service = next(record for record in opened.records(Service) if record.name == "Legal advice")
        return opened.propose("edit", "service", service.id, {"email": "a@b.example"}, by=by, on=TODAY, reason="x")


def test_of_what_is_late_all_are_told_who_may_agree_and_the_administrators(office, tiny_area):
    """It is late on the eighth day; whoever proposed it hears nothing, and nobody whose regions are others."""
    proposal = propose(office, tiny_area)
    regions = {"ann": "", "ben": "*", "far": "XT-E", "new": "*"}
    for login, region in regions.items():
        role = "steward" if region else "administrator"
        identifier = office.accounts.add(login, login, role, by="t", now=office.clock.now, mail=f"{login}@p.example")
        office.accounts.grant(office.accounts.by_login(login).id, "region", region or "XT-W")
        assert identifier
    for login in ("ali", "ben", "far"):
        admit(office.accounts, login)

    def told(days):
        now = office.clock.now + dt.timedelta(days)
        return {one.account.login for one in found(office, tiny_area, now) if one.why == "late"}

    assert told(7) == set()
    assert told(8) == {"ali", "ann", "ben"}
    assert told(80) == told(8)
    with Directory(office.directory, tiny_area) as opened:
        assert opened.proposal(proposal).decision == "waiting"  # a day that passes decides nothing


def test_who_is_on_leave_has_a_deputy_who_hears_once(office, tiny_area):
    for login, region in (("ben", "*"), ("far", "XT-E")):
        office.accounts.add(login, login, "steward", by="t", now=office.clock.now, mail=f"{login}@p.example")
        office.accounts.grant(office.accounts.by_login(login).id, "region", region)
        enrol(office, login)
    zarina = office.accounts.by_login("zarina").id

    def told(now=None):
        return {one.account.login: one.for_whom for one in found(office, tiny_area, now) if one.why == "ending"}

    assert told() == {"zarina": (), "ben": ()}
    office.accounts.leave(zarina, TODAY + dt.timedelta(3), "ben")
    assert told() == {"ben": ("zarina",)}
    assert "zarina" not in told(office.clock.now + dt.timedelta(3))
    assert "zarina" in told(office.clock.now + dt.timedelta(4))
    office.accounts.leave(zarina, TODAY + dt.timedelta(3), "far")  # may do nothing in the west
    assert set(told()) == {"zarina", "ben"}
    office.accounts.leave(zarina, TODAY + dt.timedelta(3), "ben")
    office.accounts.change(office.accounts.by_login("ben").id, disabled=True)
    assert set(told()) == {"zarina"}


def enrol(office, login):
    with office.accounts.opened() as db:
        db.execute("UPDATE account SET enrolled = 1 WHERE login = ?", [login])
