"""The first page of an office: from an empty folder to accounts, a directory and first editions."""

import io
import json

import pytest
from typer.main import get_group

from mapping.cli import editions, office, portals
from mapping.directory.directory import Directory
from mapping.view.view import View
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
    return {"name": "Office", "country": "", "folder": str(tiny_folder), "first": "ann", "second": "ben"} | changed


def test_the_page_is_for_those_who_have_its_address(client):
    assert client.get("/another/en").status_code == 404
    assert client.post("/another/en", data={}).status_code == 404
    assert client.get(f"/{TOKEN}/xx").status_code == 404
    shown = client.get(f"/{TOKEN}/ru")
    assert "Настройте своё учреждение" in shown.text
    assert shown.headers["Content-Security-Policy"]


def test_an_office_is_made(client, ended, tmp_path, tiny_copy):
    list_ = (io.BytesIO(b"name,kind\nA,legal aid\n"), "mine.csv")
    made = client.post(f"/{TOKEN}/en", data=answers(tiny_copy) | {"list": list_}, content_type="multipart/form-data")
    assert made.status_code == 200, made.text
    made.close()
    assert ended
    files = office_files(tmp_path / "office")
    assert [account.role for account in Accounts(files["accounts"]).accounts()] == ["administrator"] * 2
    assert made.text.count("http://localhost:8002/en/join/") == 4
    assert files["key"].read_text().strip() in made.text
    assert files["key"].stat().st_mode & 0o077 == 0
    assert json.loads(files["settings"].read_text())["name"] == "Office"
    for audience in ("public", "partner", "focal_point"):
        with View(files[audience]) as view:
            assert view.audience == audience
    with Directory(files["directory"]) as directory:
        assert directory.path == files["directory"]


@pytest.mark.parametrize("changed", [{"name": " "}, {"second": "ann"}, {"folder": "/nowhere/at/all"}, {"first": ""}])
def test_what_cannot_be_is_told_and_nothing_made(client, ended, tmp_path, tiny_copy, changed):
    told = client.post(f"/{TOKEN}/en", data=answers(tiny_copy, **changed))
    assert told.status_code == 400
    assert 'role="alert"' in told.text
    assert not ended
    assert not (tmp_path / "office/office.json").exists()


def test_the_portals_are_started_with_options_that_exist(tmp_path):
    known = get_group(portals.app).commands | get_group(editions.app).commands
    for commands in (office.portals(tmp_path, 8000), office.demo_portals(tmp_path, 8000)):
        assert len(commands) == 3
        for name, *words in commands:
            options = {option for parameter in known[name].params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= options
