"""What can be printed: the directory of a region by need, posters and pocket cards; as pages, and as PDF.

All of it is made from the public edition alone, as every page is, and twice the same bytes.
"""

import io
from collections.abc import Iterator
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import segno
from flask import Flask
from markupsafe import Markup

from mapping.errors import NotFound
from mapping.language.i18n import translate
from mapping.render.picture import FOLDER
from mapping.render.report.writers.pdf import pdf_library
from mapping.view.visits import serves
from web.presenters import choices
from web.presenters.cards import Card, answered, first_choice, label
from web.presenters.edition import Edition
from web.presenters.entries import emergency
from web.presenters.hotlines import Hotline, line_for, lines, spoken_for

STATIC = Path(__file__).parents[1] / "static"
STYLES = ("print.css", "pdf.css")


def regions(edition: Edition, language: str) -> list[tuple[str, str]]:
    """Return the regions that have a print edition: code in an address, and name."""
    return [(code, edition.area.label(unit, language)) for code, unit in choices.regions(edition.area).items()]


def booklet(edition: Edition, code: str, language: str) -> SimpleNamespace:
    """Return the directory of a region: lines, what is said of hidden help, entries by need."""
    area, unit = edition.area, choices.regions(edition.area).get(code)
    if unit is None:
        raise NotFound("no such page")
    placed = list(_placed(edition, unit, language))
    return SimpleNamespace(
        code=code,
        name=area.label(unit, language),
        lines=lines(edition, language),
        emergency=emergency(area, language),
        statements=spoken_for(edition, unit, (), language),
        parts=[(heading, [card for _, card in group]) for heading, group in groupby(placed, key=itemgetter(0))],
        total=len(placed),
    )


def _placed(edition: Edition, region: str, language: str) -> Iterator[tuple[str, Card]]:
    """Yield the services of a region under the heading that they stand under; what is not sure comes last."""
    area, known = edition.area, edition.area.all_units()
    needs = [str(need.label(language)) for need in choices.needs()]
    by_heading: dict[tuple[int, str], list[Card]] = {}
    for entry in edition.entries(language).values():
        if not entry.listed:
            continue
        units = [place.area_unit for place in entry.sites if place.area_unit in known]
        inside = [code for code in units if code and area.region_of(code) == region]
        reached = serves(entry, region, area)
        if not inside and not reached:
            continue
        if not first_choice(entry):
            key = (
                len(needs) + 2,
                translate("Not offered first: not confirmed, not for a long time, or closed for now", language),
            )
        elif inside:
            kinds = (str(label("service_types", code, language)) for code in entry.types)
            heading = next(chain(answered(entry, language), kinds), "—")
            key = (needs.index(heading) if heading in needs else len(needs), heading)
        else:
            key = (len(needs) + 1, translate("By phone or visit, for the whole region", language))
        by_heading.setdefault(key, []).append(edition.card(entry, language))
    for (_, heading), cards in sorted(by_heading.items(), key=itemgetter(0)):
        yield from ((heading, card) for card in cards)


def paper(edition: Edition, language: str) -> SimpleNamespace:
    """Return what posters and cards say: the line to call at home, and one that works from abroad."""
    abroad = line_for(edition, language, abroad=True)
    return SimpleNamespace(
        home=line_for(edition, language, abroad=False),
        abroad=abroad if abroad and not abroad.call.short else None,
        emergency=emergency(edition.area, language),
    )


def code_of(line: Hotline, words: str) -> Markup:
    """Return a picture that a phone reads as the line's number: nothing but the number is in it."""
    drawn = segno.make(f"tel:{line.call.dial}", error="m", micro=False)
    picture = drawn.svg_inline(scale=4, border=2, dark="#000", light="#fff", title=words, omitsize=True)
    return Markup(picture)  # noqa: S704 - made here, and segno escapes the title


def offer_pdf(app: Flask) -> None:
    """Make an app offer what can be printed as PDF, too.

    Raises
    ------
    MappingError
        WeasyPrint or Pango is not installed here; the text says how to install them.
    """
    pdf_library("print the pages")
    app.config["PDF"] = True


def pdf(page: str) -> bytes:
    """Set a page for printing as PDF; only the fonts that come with the portal are read."""
    weasyprint = pdf_library("print the pages")
    styles = [weasyprint.CSS(filename=str(STATIC / name), url_fetcher=_own) for name in STYLES]
    out = io.BytesIO()
    weasyprint.HTML(string=page, base_url=None, url_fetcher=_own).write_pdf(out, stylesheets=styles, pdf_tags=True)
    return out.getvalue()


def _own(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    """Read a file of the portal's own; anything else is refused."""
    path = Path(url.removeprefix("file://")).resolve()
    if not url.startswith("file://") or not any(path.is_relative_to(own.resolve()) for own in (STATIC, FOLDER)):
        raise ValueError(f"what is printed fetches nothing, and this would be fetched: {url}")
    return {"string": path.read_bytes(), "mime_type": "font/woff2" if path.suffix == ".woff2" else "text/css"}
