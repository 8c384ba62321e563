"""Alerts: a choice is remembered, and a mail tells that there is news: once for an edition, and not what it is."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from typer.testing import CliRunner

from mapping.cli import app
from mapping.editions.publish import publish
from mapping.errors import MappingError
from scripts.ports import free_port
from tests.support.sample import (
    CHASHMA,
    TODAY,
    place,
    public_parts,
    records_of,
    sample_directory,
    secret_parts,
    service,
)
from tests.web.support.desk import Desk, post
from tests.web.support.signed_in import NOW
from web.access.mailer import Mailer, MailSettings
from web.partner.common import editions
from web.partner.news import due_news, send_news
from web.presenters.edition import Editions

LATER = TODAY + dt.timedelta(days=7)
ADDED = records_of(
    service("Night clinic", of="Legal Centre", types=["HLT-PHC"], phones=["+992000100066"]),
    place("Clinic", of=["Night clinic"], at=CHASHMA, unit="XT-W2"),
)


@pytest.fixture
def folder(partner_views, tmp_path):
    return shutil.copytree(partner_views, tmp_path, dirs_exist_ok=True)


@pytest.fixture
def desk(tmp_path, folder, tiny_area):
    return Desk(tmp_path, tiny_area, folder)


@pytest.fixture
def found(folder, tiny_area):
    return editions(*(Editions(folder / f"{each}.db", tiny_area, each) for each in ("focal_point", "partner")))


@pytest.fixture
def renewed(folder, tmp_path, tiny_area):
    """Publish the next edition, with a clinic in the west."""

    def renew(*more):
        (tmp_path / "next").mkdir()
        with sample_directory(tmp_path / "next", tiny_area, public_parts(), secret_parts(), *more) as directory:
            for audience in ("partner", "focal_point"):
                old = shutil.copy(folder / f"{audience}.db", tmp_path / "next" / f"{audience}.old.db")
                publish(directory, audience, folder / f"{audience}.db", area=tiny_area, edition=LATER, previous=old)

    return renew


class Box:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def post_office():
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = MailSettings(
        host="127.0.0.1",
        port=controller.port,
        sender="no-reply@help.example",
        security="none",
        portal="https://help.example",
    )
    yield Mailer(settings), box.mails
    controller.stop()


def chosen(desk, login="gul", role="caseworker", *, address="gul@help.example", **fields):
    """Let somebody choose what to hear of, and return their browser."""
    client = desk.client(role, login=login)
    desk.accounts.change(desk.accounts.by_login(login).id, mail=address, language="ru")
    answer = post(client, "/en/news/remember", page="/en/news.html", **fields)
    assert answer.location == "/en/news.html"
    return client


def test_a_choice_is_remembered_and_forgotten(desk):
    client = chosen(desk, unit="XT-E", need="doctor")
    page = client.get("/en/news.html").text
    assert 'value="XT-E" selected' in page
    assert 'value="doctor" selected' in page
    assert "Emergency ward" in page
    assert "Legal advice" not in page
    assert "Your choice is remembered." in page
    assert "Your choice" not in desk.client("planner").get("/en/news.html").text
    post(client, "/en/news/forget", page="/en/news.html")
    assert "Legal advice" in client.get("/en/news.html").text
    assert [line.action for line in desk.ledger.lines(newest=2)] == ["news_forgotten", "news_remembered"]


@pytest.mark.parametrize("wrong", [{"unit": "XX"}, {"need": "x"}])
def test_what_is_not_offered_is_not_remembered(desk, wrong):
    assert post(desk.client(), "/en/news/remember", page="/en/news.html", **wrong).status_code == 400


def test_a_day_that_is_none_comes_back_with_a_message_beside_it(desk):
    answer = post(desk.client(), "/en/news.html", unit="XT-E", need="doctor", since="31.02.2026")
    assert answer.status_code == 400
    assert 'value="31.02.2026" aria-invalid="true"' in answer.text
    assert "Write the day as year, month and day" in answer.text
    assert 'value="XT-E" selected' in answer.text


def test_a_mail_needs_an_address(desk, found, renewed):
    page = chosen(desk, address="", unit="", need="", mail="1").get("/en/news.html").text
    assert "ask your administrator to note your mail address" in page
    assert 'name="mail"' not in page
    renewed(ADDED)
    assert due_news(desk.accounts, found) == []


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"unit": "XT-W", "need": "", "mail": "1"}, True),
        ({"unit": "", "need": "doctor", "mail": "1"}, True),
        ({"unit": "", "need": "", "mail": "1"}, True),
        ({"unit": "XT-E", "need": "", "mail": "1"}, False),
        ({"unit": "XT-W", "need": "lawyer", "mail": "1"}, False),
        ({"unit": "XT-W", "need": ""}, False),
    ],
)
def test_who_wants_it_is_told_once_and_only_that_there_is_news(desk, found, renewed, post_office, fields, written):
    mailer, mails = post_office
    chosen(desk, **fields)
    assert due_news(desk.accounts, found) == []
    renewed(ADDED)
    sent = send_news(desk.accounts, found, mailer, desk.ledger, by="timer", now=NOW)
    assert sent.to == (("gul",) if written else ())
    assert send_news(desk.accounts, found, mailer, desk.ledger, by="timer", now=NOW).to == ()
    if written:
        assert [line.subject for line in desk.ledger.lines(action="news_sent")] == ["gul"]
        ((to, text),) = mails
        assert to == ["gul@help.example"]
        assert "Content-Type: text/plain" in text
        assert not {"Night", "clinic", "XT-W", "doctor"} & set(text.replace("=", " ").split())
    else:
        assert mails == []


def test_the_words_are_those_of_the_person(desk):
    settings = MailSettings(host="mail.example", sender="no-reply@help.example", portal="https://help.example/")
    desk.token("caseworker", login="gul")
    account = desk.accounts.by_login("gul")
    for language, said in (("ru", "В Рохнамо есть новости."), ("tg", "Дар Роҳнамо навгонӣ ҳаст.")):
        desk.accounts.change(account.id, language=language, mail="gul@help.example")
        letter = Mailer(settings).letter(desk.accounts.by_login("gul"), "news", now=NOW).get_content()
        assert said in letter
        assert f"https://help.example/{language}/news.html" in letter


def test_nobody_is_told_of_what_their_role_may_not_read(desk, found, renewed):
    hidden = records_of(
        service("Round table", of="Legal Centre", types=["CMG-REF"], audience="focal_point", phones=["+992000100077"])
    )
    chosen(desk, unit="", need="", mail="1")
    chosen(desk, "focal", "focal_point", unit="", need="", mail="1")
    renewed(hidden)
    assert [person.login for person, _ in due_news(desk.accounts, found)] == ["focal"]


def test_who_may_not_sign_in_gets_no_mail(desk, found, renewed):
    chosen(desk, unit="", need="", mail="1")
    account = desk.accounts.by_login("gul").id
    renewed(ADDED)
    assert len(due_news(desk.accounts, found)) == 1
    desk.accounts.change(account, disabled=True)
    assert due_news(desk.accounts, found) == []
    desk.accounts.change(account, disabled=False, roles="administrator")
    assert due_news(desk.accounts, found) == []


def test_where_the_server_is_away_nobody_counts_as_told(desk, found, renewed):
    chosen(desk, unit="", need="", mail="1")
    renewed(ADDED)
    away = MailSettings(host="127.0.0.1", port=9, sender="a@help.example", security="none", portal="https://x.example")
    with pytest.raises(MappingError):
        send_news(desk.accounts, found, Mailer(away), desk.ledger, by="timer", now=NOW)
    assert len(due_news(desk.accounts, found)) == 1


def test_the_command_for_reminders_names_who_is_told(desk, folder, renewed):
    chosen(desk, unit="", need="", mail="1")
    renewed(ADDED)
    given = ["remind", "--dry-run", "--area", str(Path(__file__).parents[2] / "tiny")]
    given += [
        part for name in ("directory", "accounts", "ledger") for part in (f"--{name}", str(folder / f"{name}.db"))
    ]
    said = CliRunner().invoke(app, given, catch_exceptions=False).output
    assert re.search(r"^gul +news +to be written to$", said, re.MULTILINE)
    assert "nothing was sent" in said
