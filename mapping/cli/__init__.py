"""The command line: one command for each verb.

Every command prints what it did and what to do next; what goes wrong is one line and exit code 1.
"""

import sys

import typer

from mapping.cli import (
    accounts,
    areas,
    audit,
    curation,
    editions,
    imports,
    operations,
    portals,
    questions,
    reports,
)
from mapping.cli.options import err
from mapping.errors import MappingError

app = typer.Typer(
    help="""Rohnamo keeps one directory of assistance services and publishes safe maps and gap analyses from it.

    A list goes in (import), the private directory is checked (check), what an audience may see is written to a file
    of its own (publish), and everything that people see is made from that file (find, analyse, map, site, serve).

    Start with: rohnamo demo
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
for group in (
    imports,
    areas,
    curation,
    editions,
    audit,
    questions,
    reports,
    accounts,
    operations,
    portals,
):  # as the help lists them
    app.add_typer(group.app)


def main() -> None:
    """Run the command line; what Rohnamo refuses is one line on standard error and exit code 1."""
    try:
        app()
    except MappingError as error:
        err.print(f"rohnamo: {error}", markup=False)
        sys.exit(1)
    except OSError as error:
        err.print(
            f"rohnamo: {error.filename or 'file'}: {error.strerror}; check the path, its rights and the free space"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
