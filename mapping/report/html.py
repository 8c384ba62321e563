"""A report as one HTML file: no script, no request, its style inside, ready to be printed."""

import base64
import hashlib
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from mapping.report.parts import Picture, Report

FOLDER = Path(__file__).parent / "templates"


def write(report: Report, *, style: str = "") -> bytes:
    """Return a report as HTML; with ``style`` it links that style sheet instead of holding its own."""
    sheet = stylesheet()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = "'self'" if style else f"'sha256-{digest}'"
    page = _template().render(
        report=report, policy=f"default-src 'none'; img-src 'none'; style-src {policy}; base-uri 'none'; "
        "form-action 'none'", sheet="" if style else _trusted(sheet), style=style, drawn=_drawn, kind=_kind,
    )  # fmt: skip
    return page.encode()


def stylesheet() -> str:
    """Return the style of a report, for screens and for print."""
    return (FOLDER / "report.css").read_text(encoding="utf-8")


def _drawn(picture: Picture) -> Markup:
    return _trusted(picture.svg)


def _trusted(text: str) -> Markup:
    """Put our own style sheet or picture into the page as it stands; a picture's texts are escaped where it is made."""
    return Markup(text)  # noqa: S704


def _kind(block: object) -> str:
    return type(block).__name__


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html")
