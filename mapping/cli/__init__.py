"""The command line: one command for each verb, grouped by what people do.

Every command prints what it did and what to do next; what goes wrong is one line and exit code 1. A command's file is
imported when the command runs, so that help comes at once.
"""

import sqlite3
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group

from mapping.errors import MappingError


class Verb(NamedTuple):
    """A command before its file is imported: the file in this folder, and one line of help."""

    file: str
    help: str


SECTIONS: dict[str, dict[str, Verb]] = {
    "Start": {
        "start": Verb("office", "Run an office in one folder: set up in the browser, three portals, timers."),
        "setup": Verb("office", "Make an office in a folder without a browser, as on a server."),
        "try": Verb("trial", "Show a list of your own as map, lists and gaps, for a trial; nothing is kept."),
        "demo": Verb("editions", "Build the demonstration: directory, reports, public view and site."),
        "init": Verb("imports", "Start an empty directory for a study area."),
        "area": Verb("areas", "Build or check a study area: the folder of a country."),
        "user": Verb("accounts", "Accounts of the portals."),
    },
    "Lists in": {
        "import": Verb("imports", "Read a partner's list, clean and check it, and store it whole or not at all."),
        "check": Verb("imports", "Show every issue of a file, or the state of the directory."),
        "form": Verb("imports", "Make the form for collecting services in the field, for Kobo or ODK."),
        "approve": Verb("imports", "Take in what two people agreed to."),
    },
    "Keep it true": {
        "due": Verb("imports", "Say whom to call so that entries stay true, and take in what was found."),
        "duplicates": Verb("imports", "Show records that may be one; take in what was decided."),
        "conflicts": Verb("curation", "Show every field on which sources disagree."),
        "edit": Verb("curation", "Change fields of a record as a steward; no later import undoes it."),
        "merge": Verb("curation", "Make one record of several."),
        "undo": Verb("curation", "Take back an import, an edit, a merge or an undoing, whole."),
        "agree": Verb("curation", "Agree to what somebody's act newly shows, or list what waits."),
        "history": Verb("curation", "Show every change of a record."),
        "contacts": Verb("curation", "Show the contacts and phones in which a name or a number stands."),
        "erase": Verb("curation", "Hide a person's contact or a phone; two people remove it for good."),
    },
    "Publish": {
        "publish": Verb("editions", "Write what an audience may see into a file of its own."),
        "hide": Verb("editions", "Take an entry out of every edition in use, at once."),
        "editions": Verb("editions", "Show the editions that are kept, or go back to one of them."),
        "site": Verb("editions", "Write the portal of a view as static pages that need no server."),
        "audit": Verb("audit", "Check that a site holds nothing but what its view gives, and attack it."),
    },
    "Ask, draw, write": {
        "find": Verb("questions", "Find services in a view: nearest first, or by name."),
        "analyse": Verb("questions", "Run an analysis on a view: its finding, figures and table."),
        "scenario": Verb("questions", "Count whom a scenario of the Atlas brings within reach."),
        "map": Verb("questions", "Draw a map of a view, with the findings of analyses on it."),
        "travel": Verb("areas", "Write minutes to the nearest of some points, and people within them."),
        "report": Verb("reports", "Write the mapping report of a view: a web page, PDF or Word document."),
        "brief": Verb("reports", "Write two pages on a district for its commission."),
        "export": Verb("reports", "Write a view as a file for other programs; `export list` names the formats."),
    },
    "Portals": {
        "serve": Verb("editions", "Serve the portal of a view on this machine."),
        "partner": Verb("portals", "Serve the portal of those who refer people."),
        "staff": Verb("portals", "Serve the portal of stewards, custodians and administrators."),
        "demo-partner": Verb("portals", "Serve the partner portal of the demo, with invented people."),
        "demo-staff": Verb("portals", "Serve the staff portal of the demo, with invented people."),
        "remind": Verb("operations", "Write to providers, stewards and readers of news what waits for them."),
        "texts": Verb("operations", "Give all texts of a language to a native reader, and take corrections in."),
        "backup": Verb("operations", "Write everything private into one encrypted file."),
        "restore": Verb("operations", "Bring a backup back, or rehearse it."),
    },
}
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
