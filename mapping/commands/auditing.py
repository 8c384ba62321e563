"""Audit of a finished site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mapping.commands.common import VIEW, AreaOption, ViewOption, out, progress_bar, step, study_area

if TYPE_CHECKING:
    from web.audit import Audit

DIFFERS, BETRAYED = 3, 4
"""Exit codes: the site is not what the view gives; something in it is better explained by a hidden service."""

SHOWN = 10

app = typer.Typer()


@app.command()
def audit(
    site: Annotated[Path, typer.Argument(help="Folder of the finished site.")] = Path("build/site"),
    view: ViewOption = VIEW,
    area: AreaOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="The site was made with --demo.")] = False,
) -> None:
    """Check that a site holds nothing but what its view gives, and attack it as one who looks for a hidden place would.

    Ends with 0 where all is well, 3 where a file is not what the view gives, 4 where something published is better
    explained by a hidden service. The private directory is not opened.
    """
    from web.audit import audit as examine

    with progress_bar() as progress:
        found = examine(site, view, study_area(area), demo=demo, progress=step(progress, "Making the site again"))
    for line in report(found, demo=demo):
        out.print(line, markup=False)
    if not found.clean:
        raise typer.Exit(BETRAYED if found.betrayed else DIFFERS)


def report(found: "Audit", *, demo: bool) -> list[str]:
    """Say in lines what an audit found. No line tells where a hidden place could be."""
    differs = found.differences
    lines = [f"Made again from the view alone: {found.files} files compared, {len(differs)} differ."]
    lines += [f"  {one.name}: {one.what}" for one in differs[:SHOWN]]
    if len(differs) > SHOWN:
        lines.append(f"  and {len(differs) - SHOWN} more")
    if len(differs) > found.files / 2:
        said = "without" if demo else "with"
        lines.append(f"  Almost everything differs: is it the view of this site, and was the site made {said} --demo?")
    lines.append("Inverse attack: every cell of the country as the place of a hidden service.")
    for one in found.replays:
        line = f"  {one.product}: {one.telling:,} of {one.cells:,} cells would have shown; "
        if one.explaining:
            line += (
                f"BETRAYED: {one.faults:,} values differ from the view, and {one.explaining} of {one.tried} cells tried"
                f" explain them better than no hidden service does; the best leaves {one.left:,}"
            )
        elif one.faults:
            line += f"{one.faults:,} values differ from the view; no single hidden service explains them"
        else:
            line += "none explains it better than the view does"
        lines.append(line)
    if found.clean:
        lines.append("Nothing published depends on anything but the view.")
    else:
        lines.append(
            "Do not publish this site. Make it again with `rohnamo site` from a view that `rohnamo publish` wrote."
        )
    return lines
