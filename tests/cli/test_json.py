"""Each command that tells what it found or did writes it as one JSON document for programs."""

import json

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from tests.cli.test_curation import Desk
from tests.conftest import TINY
from tests.support.sample import TODAY, sample_directory

LIST = "name;kind;phone\nNew house;LEG-INF;+992 00 010 0099\nNobody's row;LEG-INF;12345\n"
MAP = """
source = "partner"
name = "Partner"
[fields]
organization = "name"
service = "kind"
phone = "phone"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tiny_area):
    folder = tmp_path_factory.mktemp("json")
    with sample_directory(folder, tiny_area):
        pass
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return folder


def only_json(done):
    """Return the document without the password and the code, which a test's terminal writes before it."""
    return json.loads(done.stdout[done.stdout.index("{") :])


@pytest.fixture
def told(folder):
    def run(*words, code=0):
        own = ["--json", "--area", str(TINY), *(["--today", str(TODAY)] if words[0] != "conflicts" else [])]
        done = CliRunner().invoke(app, [str(word) for word in (*words, *own)])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    return run


def test_a_list_is_told_with_its_issues_and_what_it_changed(folder, told):
    files = (folder / "list.csv", "--columns", folder / "map.toml")
    looked = told("check", *files)
    assert (looked["rows"], looked["refused"]) == (2, 0)
    assert any("12345" in str(issue) for issue in looked["issues"])
    stored = told("import", *files, "--directory", folder / "directory.db", "--dry-run")
    assert stored["issues"] == looked["issues"]
    assert stored["stored"] is False
    assert stored["change"]["added"]["organization"] == 2


def test_calls_pairs_and_conflicts_are_lists(folder, told):
    directory = ("--directory", folder / "directory.db")
    calls = told("due", *directory)
    lines = CliRunner().invoke(app, ["due", *map(str, directory), "--area", str(TINY), "--today", str(TODAY)]).stdout
    services = [service for call in calls for service in call["services"]]
    assert f"{len(calls)} calls about {len(services)} services." in lines
    assert services[0].keys() == {"id", "name", "freshness", "verified_on", "why"}
    assert told("duplicates", *directory) == []
    assert told("conflicts", *directory) == []


def test_an_edition_is_told_before_and_after_it_is_published(tmp_path, tiny_area):
    desk, view = Desk(tmp_path / "private", tiny_area), ("--view", tmp_path / "public.db", "--json")
    planned = only_json(desk.run("publish", "--check", *view, login="zarina"))
    assert {item["kind"] for item in planned["items"]} == {"new"}
    made = only_json(desk.run("publish", "--confirm", planned["digest"], *view, login="umed"))
    assert (made["number"], made["audience"], made["digest"], made["waiting"]) == (1, "public", planned["digest"], 0)
    (kept,) = json.loads(desk.run("editions", *view).stdout)
    assert (kept["number"], kept["live"], kept["digest"]) == (1, True, made["digest"])
