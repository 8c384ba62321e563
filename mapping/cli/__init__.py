"""The command line: one command for each verb, grouped by what people do.

Every command prints what it did and what to do next; what goes wrong is one line and exit code 1. A command's file is
imported when the command runs, so that help comes at once.
"""

import csv
import sqlite3
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group

from mapping.errors import MappingError


class Verb(NamedTuple):
    """A command before its file is imported: the file in this folder, and one line of help."""

    file: str
    help: str


def _sections() -> dict[str, dict[str, Verb]]:
    sections: dict[str, dict[str, Verb]] = {}
    with Path(__file__).with_name("commands.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sections.setdefault(row["section"], {})[row["command"]] = Verb(row["file"], row["help"])
    return sections


SECTIONS = _sections()
"""Every command by what people do."""

VERBS = {name: verb for verbs in SECTIONS.values() for name, verb in verbs.items()}


class LazyGroup(TyperGroup):
    """A group whose commands are looked for in `VERBS`, and whose help imports none of their files."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import the file of a command and return the command; None where there is none of this name."""
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        home: typer.Typer = import_module(f"mapping.cli.{verb.file}").app
        home.rich_markup_mode = None
        return get_group(home).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write one line for each command, under what people do with it."""
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, verb.help) for name, verb in verbs.items()])


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, rich_markup_mode=None)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rohnamo {version('rohnamo')}")
        raise typer.Exit


@app.callback()
def rohnamo(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Rohnamo keeps one directory of assistance services and publishes safe maps and gap analyses from it.

    A list goes in (import), the private directory is checked (check), what an audience may see is written to a file
    of its own (publish), and everything that people see is made from that file (find, analyse, map, site, serve).

    Start with: rohnamo demo
    """


def _language(arguments: Sequence[str]) -> str:
    for argument, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == "--lang" or argument.startswith("--lang="):
            return argument.removeprefix("--lang").removeprefix("=") or value
    return "en"


def main() -> None:
    """Run the command line; what Rohnamo refuses is one line on standard error and exit code 1."""
    try:
        app()
    except MappingError as error:
        typer.echo(f"rohnamo: {error.into(_language(sys.argv[1:]))}", err=True)
        sys.exit(1)
    except ModuleNotFoundError as error:
        typer.echo(f"rohnamo: {_what_to_install(error.name or '')}", err=True)
        sys.exit(1)
    except sqlite3.Error as error:
        typer.echo(
            f"rohnamo: {error}; check the rights of the files and of their folders, and the free space", err=True
        )
        sys.exit(1)
    except OSError as error:
        name, why = error.filename or "file", error.strerror
        typer.echo(f"rohnamo: {name}: {why}; check the path, its rights and the free space", err=True)
        sys.exit(1)


def _what_to_install(module: str) -> str:
    """Say what to do where a module is not there; web.py may have been installed over our ``web``."""
    if module.partition(".")[0] == "web":
        return "another package named web stands in the place of ours; install Rohnamo by itself, with pipx"
    return f"this needs {module}, which comes with it; install Rohnamo again"


if __name__ == "__main__":
    main()
