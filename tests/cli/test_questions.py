"""Asking a view on the command line: for people, for programs, with the same options everywhere."""

import csv
import io
import json

import pytest
from rich.table import Table
from typer.testing import CliRunner

from mapping.cli import app
from mapping.cli.options import out
from mapping.editions.publish import publish
from mapping.errors import InvalidRecord
from tests.conftest import TINY
from tests.support.sample import TODAY, sample_directory


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_area):
    folder = tmp_path_factory.mktemp("view")
    with sample_directory(folder, tiny_area) as directory:
        publish(directory, "public", folder / "public.db", area=tiny_area, edition=TODAY)
    return folder / "public.db"


@pytest.fixture
def run(view):
    def run(*words):
        return CliRunner().invoke(app, [*words, "--view", str(view), "--area", str(TINY)])

    return run


def test_what_is_found_as_json(run):
    found = json.loads(run("find", "advice", "--near", "10.04,60.06", "--json").stdout)
    advice = next(one for one in found if one["name"] == "Legal advice")
    assert advice["organization"] == "Legal Centre"
    assert advice["types"] == ["LEG-INF"]
    assert advice["units"] == ["XT-W2"]
    assert advice["kilometres"] < 10


def test_an_analysis_as_json_and_as_a_table_on_the_output(run):
    told = json.loads(run("analyse", "coverage", "--minutes", "30", "--level", "2", "--json").stdout)
    assert set(told["rows"]) == {"XT-W1", "XT-W2", "XT-E1", "XT-E2"}
    assert "30" in told["finding"]
    rows = list(csv.DictReader(io.StringIO(run("analyse", "coverage", "--level", "1", "--csv", "-").stdout)))
    assert [row["Code [area_unit]"] for row in rows] == ["XT-W", "XT-E"]


def test_one_kind_of_help_is_given_alone_or_among_several(run):
    assert run("analyse", "accessibility", "--type", "LEG-INF", "--type", "PSY-COU", "--json").exit_code == 0
    assert run("analyse", "equity", "--type", "LEG-INF", "--json").exit_code == 0
    refused = run("analyse", "equity", "--type", "LEG-INF", "--type", "PSY-COU")
    assert isinstance(refused.exception, InvalidRecord)
    assert str(refused.exception) == "--type: equity takes one kind of help at a time"
    assert str(run("analyse", "norms", "--minutes", "5").exception) == "--minutes: norms takes --level"


def test_brackets_in_a_name_or_a_path_are_shown():
    table = Table("Service", "Where")
    table.add_row("Advice [bold]", "lists[2].csv")
    with out.capture() as shown:
        out.print("Report: [draft]/report.pdf")
        out.print(table)
    assert all(text in shown.get() for text in ("[draft]/report.pdf", "Advice [bold]", "lists[2].csv"))


def test_files_go_to_the_output(run, tmp_path):
    page = run("map", "-", "--analysis", "coverage", "--minutes", "30").stdout
    assert page.lstrip().lower().startswith("<!doctype html>")
    rows = list(csv.DictReader(io.StringIO(run("export", "-", "--format", "csv").stdout)))
    assert "Legal advice" in {row["name"] for row in rows}


def test_the_shell_completes_commands():
    asked = {"_ROHNAMO_COMPLETE": "complete_bash", "COMP_WORDS": "rohnamo ana", "COMP_CWORD": "1"}
    assert CliRunner().invoke(app, [], prog_name="rohnamo", env=asked).output.split() == ["analyse"]
