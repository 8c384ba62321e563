"""The command line as a whole: the table of commands is true, help comes at once, errors are one line."""

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

from mapping.cli import SECTIONS, VERBS, app
from mapping.directory.directory import Directory
from mapping.errors import InvalidRecord, MappingError

HOMES = sorted(
    module.name
    for module in iter_modules(import_module("mapping.cli").__path__)
    if module.name not in ("__main__", "demo_office", "options")
)


def test_every_command_stands_in_the_table_once():
    there = {name: home for home in HOMES for name in get_group(import_module(f"mapping.cli.{home}").app).commands}
    assert {name: verb.file for name, verb in VERBS.items()} == there
    assert sum(map(len, SECTIONS.values())) == len(VERBS)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_command_has_help(name):
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "Usage:" in shown.output


def test_help_imports_no_command():
    told = "import sys; from mapping.cli import app; app(['--help'], standalone_mode=False); "
    told += "assert not {'pandas', 'numpy', 'geopandas', 'rich', 'flask'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Lists in:" in done.stdout


def test_version_and_unknown_commands():
    assert CliRunner().invoke(app, ["--version"]).output.startswith("rohnamo 0.")
    unknown = CliRunner().invoke(app, ["nonsense"])
    assert unknown.exit_code == 2
    assert "No such command 'nonsense'" in unknown.output
    assert isinstance(app, typer.Typer)


SPOKEN = {
    "find": ("find",),
    "analyse": ("analyse", "coverage"),
    "map": ("map", "map.html"),
    "scenario": ("scenario", "list.csv"),
    "export": ("export", "list.csv"),
    "report": ("report", "report.html"),
    "brief": ("brief", "XT-W2", "brief.html"),
    "import": ("import", "list.csv"),
    "check": ("check", "list.csv"),
    "due": ("due",),
    "duplicates": ("duplicates",),
}
"""Commands that are answered in a language, with what else they need."""


@pytest.mark.parametrize("name", SPOKEN)
def test_no_command_takes_a_language_that_the_area_does_not_have(name, view_file, tiny_area, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text("name\nUmed\n", "utf-8")
    Directory("directory.db", tiny_area).close()
    files = {"--view": view_file, "--directory": "directory.db", "--area": tiny_area.folder}
    command = get_group(app).get_command(None, name)
    taken = {option for parameter in command.params for option in parameter.opts}
    own = [str(word) for option, path in files.items() if option in taken for word in (option, path)]
    done = CliRunner().invoke(app, [*SPOKEN[name], "--lang", "fr", *own])
    assert isinstance(done.exception, InvalidRecord)
    assert "--lang fr: the languages here are" in str(done.exception)
    assert {path.name for path in tmp_path.iterdir()} <= {"list.csv", "directory.db", "directory.key"}


def test_every_command_that_takes_a_language_is_asked():
    group = get_group(app)
    commands = {name: group.get_command(None, name) for name in VERBS}
    taking = {name for name, own in commands.items() if any("--lang" in param.opts for param in own.params)}
    assert taking == {*SPOKEN, "setup"}  # which writes nothing out


def test_what_is_refused_is_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mapping.cli", "area", "check", str(tmp_path / "nothing")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "--build", "{there}"),
        ("publish", "--view", "{there}", "--directory", "{file}"),
        ("site", "{there}", "--view", "{file}"),
        ("report", "{there}.html", "--view", "{file}"),
        ("report", "report.html", "--recommendations", "{there}.csv", "--view", "{file}"),
        ("brief", "Rasht", "{there}.html", "--view", "{file}"),
        ("map", "{there}.html", "--view", "{file}"),
        ("analyse", "reach", "--csv", "{there}.csv", "--view", "{file}"),
    ],
    ids=" ".join,
)
def test_where_nothing_can_be_written_is_told_before_anything_is_read(words, tmp_path, monkeypatch):
    """The folder above is a file, so that nothing can be written there; what would be read is no database."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "file"
    file.write_text("no database")
    there = file / "folder" / "new"
    done = CliRunner().invoke(app, [word.format(there=there, file=file) for word in words])
    assert isinstance(done.exception, MappingError), done.output
    assert f"{there}" in str(done.exception)
    assert "cannot be written (Not a directory); check the folder, its rights" in str(done.exception)
