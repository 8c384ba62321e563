"""Audit of a finished site."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mapping.cli.options import JsonOption, OfView, command, out, print_json, progress_bar, step

if TYPE_CHECKING:
    from web.audit.audit import Audit
    from web.audit.two_worlds import Worlds

DIFFERS, BETRAYED = 3, 4
"""Exit codes: the site is not what the view gives; something in it depends on a hidden service."""

SHOWN = 10

app = typer.Typer()


@command(app)
def audit(
    given: OfView,
    site: Annotated[Path, typer.Argument(help="Folder of the finished site.")] = Path("build/site"),
    directory: Annotated[
        Path | None,
        typer.Option(help="The private directory: publish it again with other secrets, and compare everything."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The site was made with --demo.")] = False,
    json_: JsonOption = False,
) -> None:
    """Check that a site holds nothing but what its view gives, and attack it as one who looks for a hidden place would.

    Ends with 0 where all is well, 3 where a file is not what the view gives, 4 where something published depends on a
    hidden service. The private directory is opened only where it is named, and nothing is written to it.
    """
    from web.audit.audit import audit as examine

    with progress_bar() as progress:
        steps = partial(step, progress)
        outcome = examine(site, given.view, given.region, demo=demo, directory=directory, steps=steps)
    if json_:
        print_json({**asdict(outcome), "clean": outcome.clean, "betrayed": outcome.betrayed})
    else:
        out.print("\n".join(report(outcome, demo=demo)))
    if not outcome.clean:
        raise typer.Exit(BETRAYED if outcome.betrayed else DIFFERS)


def report(outcome: "Audit", *, demo: bool) -> list[str]:
    """Say in lines what an audit found. No line tells where a hidden place could be."""
    differs = outcome.differences
    lines = [f"Made again from the view alone: {outcome.files} files compared, {len(differs)} differ."]
    lines += [f"  {difference.name}: {difference.what}" for difference in differs[:SHOWN]]
    if len(differs) > SHOWN:
        lines.append(f"  and {len(differs) - SHOWN} more")
    if len(differs) > outcome.files / 2:
        how = "without" if demo else "with"
        lines.append(f"  Almost everything differs: is it the view of this site, and was it made {how} --demo?")
    lines.append("Inverse attack: every cell of the country as the place of a hidden service.")
    for replay in outcome.replays:
        line = f"  {replay.product}: {replay.telling:,} of {replay.cells:,} cells would have shown; "
        if replay.explaining:
            line += (
                f"BETRAYED: {replay.faults:,} values differ from the view, and {replay.explaining} of {replay.tried} "
                f"cells tried explain them better than no hidden service does; the best leaves {replay.left:,}"
            )
        elif replay.faults:
            line += f"{replay.faults:,} values differ from the view; no single hidden service explains them"
        else:
            line += "none explains it better than the view does"
        lines.append(line)
    lines += _worlds(outcome.worlds)
    if outcome.clean:
        lines.append("Nothing published depends on anything but the view.")
    else:
        lines.append("Do not publish this site. Make it anew with `rohnamo site`, from what `rohnamo publish` wrote.")
    return lines


def _worlds(worlds: "Worlds | None") -> list[str]:
    if worlds is None:
        return ["Other secrets were not tried: name the private directory with --directory."]
    differs = worlds.differences
    lines = [f"Published again from a directory with other secrets: {'; '.join(worlds.names)}."]
    if not worlds.current:
        lines.append("  The directory has changed since this view was published: worlds of today were compared.")
    lines.append(
        f"  {worlds.spots:,} of {worlds.cells:,} cells had a hidden service. The view and {worlds.files:,} files of "
        f"the site and the report were compared, {len(differs)} differ."
    )
    lines += [f"  BETRAYED: {difference.name} {difference.what}" for difference in differs[:SHOWN]]
    return lines + ([f"  and {len(differs) - SHOWN} more"] if len(differs) > SHOWN else [])
