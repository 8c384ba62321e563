"""The first page of an office: from an empty folder to accounts, a directory and first editions."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from mapping.area.study_area import StudyArea
from mapping.cli import app, editions, office, portals
from mapping.directory.directory import Directory
from mapping.errors import MappingError
from mapping.view.view import View
from scripts.ports import free_port
from tests.conftest import TINY
from web.access.accounts import Accounts
from web.setup import create_setup_app, office_files

TOKEN = "a-token-nobody-guesses"


@pytest.fixture
def ended():
    return []


@pytest.fixture
def client(tmp_path, ended):
    return create_setup_app(tmp_path / "office", TOKEN, port=8002, done=lambda: ended.append(1)).test_client()


def answers(tiny_folder, **changed):
    own = {
        "name": "Office",
        "country": "",
        "folder": str(tiny_folder),
        "first": "ann",
        "second": "ben",
        "people": "two",
    }
    return own | {"languages": ["en", "ru", "uz"]} | changed


def test_the_page_is_for_those_who_have_its_address(client):
    assert client.get("/another/en").status_code == 404
    assert client.post("/another/en", data={}).status_code == 404
    assert client.get(f"/{TOKEN}/xx").status_code == 404
    shown = client.get(f"/{TOKEN}/ru")
    assert "Настройте своё учреждение" in shown.text
    assert shown.headers["Content-Security-Policy"]


def test_an_office_is_made(client, ended, tmp_path, tiny_copy):
    made = client.post(f"/{TOKEN}/en", data=answers(tiny_copy))
    assert made.status_code == 200, made.text
    made.close()
    assert ended
    files = office_files(tmp_path / "office")
    book = Accounts(files["accounts"])
    assert [account.roles for account in book.accounts()] == [("steward", "custodian", "administrator")] * 2
    assert all(account.may("edit", ()) and account.counts for account in book.accounts())
    assert made.text.count("http://localhost:8002/en/join/") == 4
    assert files["key"].read_text().strip() in made.text
    assert files["key"].stat().st_mode & 0o077 == 0
    assert json.loads(files["settings"].read_text())["name"] == "Office"
    area = StudyArea.load(files["area"])
    assert tuple(area.languages) == ("en", "ru")  # the page's first; Orzustan has no Uzbek, and Tajik was not chosen
    assert area.settings.publisher == "Office"
    for audience in ("public", "partner", "focal_point"):
        with View(files[audience]) as view:
            assert view.audience == audience
    with Directory(files["directory"]) as directory:
        assert directory.path == files["directory"]


def test_who_works_alone_is_told_what_takes_two_and_invites_an_approver(client, tmp_path, tiny_copy):
    made = client.post(f"/{TOKEN}/en", data=answers(tiny_copy, people="alone"))
    assert "Nobody approves what they did themselves." in made.text
    ann, ben = Accounts(office_files(tmp_path / "office")["accounts"]).accounts()
    assert (ann.roles, ben.roles) == (("steward", "custodian", "administrator"), ("approver",))
    assert ben.counts
    assert ben.may("approve", ())
    assert not ben.may("edit")


@pytest.mark.parametrize("logins", [["ann"], ["ann", "ann"], ["ann", "ben", "ann"]])
def test_an_office_needs_two_people(tmp_path, logins):
    words = ["setup", str(tmp_path / "office"), "--area", str(TINY), "--name", "Office"]
    refused = CliRunner().invoke(app, words + [word for login in logins for word in ("--administrator", login)])
    assert "two people with different logins" in str(refused.exception)
    assert not (tmp_path / "office").exists()


def test_an_office_speaks_a_language_of_its_country(tmp_path):
    words = ["setup", str(tmp_path / "office"), "--area", str(TINY), "--name", "Office", "--lang", "xx"]
    refused = CliRunner().invoke(app, [*words, "--administrator", "ann", "--administrator", "ben"])
    assert "--lang xx: the languages here are" in str(refused.exception)
    assert not (tmp_path / "office").exists()


@pytest.mark.parametrize(
    "changed", [{"name": " "}, {"second": "ann"}, {"folder": "/nowhere/at/all"}, {"first": ""}, {"people": "many"}]
)
def test_what_cannot_be_is_told_and_nothing_made(client, ended, tmp_path, tiny_copy, changed):
    told = client.post(f"/{TOKEN}/en", data=answers(tiny_copy, **changed))
    assert told.status_code == 400
    assert 'role="alert"' in told.text
    assert not ended
    assert not list((tmp_path / "office").glob("*"))


def test_one_may_try_again_in_a_country_that_does_not_speak_the_language_of_the_page(client, tiny_copy):
    assert client.post(f"/{TOKEN}/uz", data=answers(tiny_copy, name="")).status_code == 400
    made = client.post(f"/{TOKEN}/uz", data=answers(tiny_copy, languages=["uz"]))
    assert made.text.count("http://localhost:8002/tg/join/") == 4


def test_what_lies_in_the_folder_is_not_overwritten(client, tmp_path, tiny_copy):
    (tmp_path / "office/private").mkdir(parents=True)
    told = client.post(f"/{TOKEN}/en", data=answers(tiny_copy))
    assert told.status_code == 400
    assert "holds private already" in told.text


def test_an_ended_command_leaves_no_page_behind(tmp_path):
    port = free_port()
    command = [sys.executable, "-u", "-m", "mapping.cli", "start", str(tmp_path / "office"), "--port", str(port - 2)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        address = re.search(r"http://\S+", process.stdout.readline()).group()
        while not answers_at(address):
            time.sleep(0.05)  # and leave the processor to what is awaited
        with pytest.raises(MappingError, match=f"^port {port} cannot be used; choose another with --port$"):
            office.set_up(tmp_path / "office", port)
        process.terminate()
        assert process.communicate()[0].endswith("Ended.\n")
    assert not answers_at(address)


def answers_at(address):
    try:
        urllib.request.urlopen(address).close()
    except OSError:
        return False
    return True


def test_the_portals_are_started_with_options_that_exist(tmp_path):
    known = get_group(portals.app).commands | get_group(editions.app).commands
    for commands in (office.portals(tmp_path, 8000), office.demo_portals(tmp_path, 8000)):
        assert len(commands) == 3
        for name, *words in commands:
            options = {option for parameter in known[name].params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= options


def test_portals_start_again_when_settings_change_and_what_ends_is_told(tmp_path, monkeypatch):
    (toml := office.office_files(tmp_path)["area"] / "area.toml").parent.mkdir()
    toml.write_text("")
    started = []

    class Portal:
        def __init__(self, command, env):
            started.append(command[-1])
            self.ended = None

        def poll(self):
            return 1 if len(started) > 2 and self is portals[-1] else None

        def terminate(self):
            self.ended = True

        def wait(self):
            assert self.ended

    portals = []
    monkeypatch.setattr(
        office.subprocess, "Popen", lambda command, env: portals.append(Portal(command, env)) or portals[-1]
    )
    monkeypatch.setattr(office, "_answers", lambda _port: True)
    monkeypatch.setattr(office.time, "sleep", lambda _seconds: os.utime(toml, (1, 1)))
    with pytest.raises(MappingError, match="ended by itself"):
        office.serve([["serve"], ["staff"]], tmp_path, 8000, timers=False)
    assert started == ["serve", "staff", "serve", "staff"]
    assert all(portal.ended for portal in portals)
