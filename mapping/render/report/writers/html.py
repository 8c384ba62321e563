"""A report as one HTML file: no script, no request, its style inside, ready to be printed; or chapter by chapter.

A site that puts each chapter on a page of its own takes `body` and `block_style`.
"""

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from mapping.language.languages import attributes, language
from mapping.render.report.elements import Chapter, Picture, Report

FOLDER = Path(__file__).parents[1] / "templates"


def write(report: Report) -> bytes:
    """Return a report as HTML, with its style inside."""
    sheet = f"{block_style()}{_sheet('report.css')}{_widths()}"
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    root = _trusted(attributes(language(report.language).written))
    page = templates().get_template("report.html")
    return page.render(report=report, root=root, policy=policy, sheet=_trusted(sheet), body=body).encode()


def inside(picture: Picture) -> Markup:
    """Return a picture as it stands inside a page."""
    return _trusted(picture.svg)


def body(chapter: Chapter, above: int = 2, drawn: Callable[[Picture], Markup] = inside) -> Markup:
    """Return the parts of a chapter as HTML.

    ``above`` is the level of the heading that they stand under; ``drawn`` returns a picture, for a page that links its
    pictures.
    """
    module: Any = templates().get_template("blocks.html").module
    return Markup(module.body(chapter, above, drawn, _kind))  # noqa: S704


def block_style() -> str:
    """Return the style of what `body` returns."""
    return _sheet("blocks.css")


def _sheet(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _widths() -> str:
    """Return a class for each width of a column in print: a style that stands in a tag would be refused."""
    return "@media print {" + "".join(f".w{percent} {{ width: {percent}% }}" for percent in range(1, 101)) + "}\n"


def _trusted(text: str) -> Markup:
    """Put our own style sheet or picture into the page as it stands; a picture's texts are escaped where it is made."""
    return Markup(text)  # noqa: S704


def _kind(block: object) -> str:
    return type(block).__name__


@cache
def templates() -> jinja2.Environment:
    """Return the templates of a report's parts."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
