"""Public pages: routes of the portal.

An address is the same on the live portal and in the frozen site, and every link on a page is relative, so that the
pages work from any folder of a server and from a disk. Nothing of a request but its path changes an answer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

import web.public
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.languages import language as language_of
from mapping.render import atlas
from web.aloud import recordings
from web.api import routes
from web.headers import of_api
from web.layout import Frame
from web.portal import create_portal, error_page, file, note_failure, pages_of
from web.presenters import choices, districts, entries, lists, sheets
from web.presenters.edition import Edition, Editions
from web.presenters.hotlines import far_line, line_for
from web.public import abroad, downloads, findings, maps, materials, printing
from web.public import search_index as index
from web.public import units as units_pages
from web.rendering import render
from web.stores.inbox import Inbox

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

blueprint = Blueprint("public", __name__)


def create_app(
    view: str | Path,
    area: StudyArea,
    *,
    demo: bool = False,
    inbox: str | Path | None = None,
    proxies: int = 0,
    shortcut: Callable[["WSGIApplication"], "WSGIApplication"] | None = None,
) -> Flask:
    """Make the portal of a public view.

    ``demo`` says on every page that the content is invented, as a view of the demonstration says by itself. The view
    file may be replaced while the portal runs.
    ``inbox`` is the file that forms write to; without one the pages have no forms, as a frozen site has none.
    ``proxies`` is how many web servers of ours stand before the portal: so many of the last addresses in
    ``X-Forwarded-For`` are believed, and none without them, since whoever sends a request can write others.

    ``shortcut`` wraps the portal in another WSGI app that answers some requests itself (`web.frozen.FrozenPages`).

    Raises
    ------
    UnsafePublication
        When the view was made for fewer people than everybody.
    """
    editions = Editions(view, area)
    invented = demo or editions.now().demo
    app = create_portal(
        area,
        pages_of(web.public),
        demo=invented,
        proxies=proxies,
        shortcut=shortcut,
        editions=editions,
        materials=materials.library(area, demo=invented),
        inbox=Inbox(inbox) if inbox is not None else None,
    )
    app.register_blueprint(routes.api)
    for kind in (HTTPException, NotFound):
        app.register_error_handler(kind, _refuse)
    app.register_error_handler(Exception, _fail)
    return app


def edition() -> Edition:
    """Return the edition that this request is answered from."""
    if "edition" not in g:
        g.edition = current_app.config["EDITIONS"].now()
    current: Edition = g.edition
    return current


def page(template: str, language: str, **values: Any) -> str:
    """Render a page of the edition that this request is answered from."""
    return render(template, frame=Frame.of(edition(), request.path, language), **values)


@blueprint.get("/")
@blueprint.get("/index.html")
def start() -> str:
    """Choose a language; says nothing about what the pages are for."""
    return page("start.html", current_app.config["AREA"].languages[0], told=entries.numbers_in_all(edition()))


@blueprint.get("/<language>/aloud/<name>.wav")
def aloud(language: str, name: str) -> Response:
    """Return a recording of a text."""
    files = {recording.name: recording.file for recording in recordings(language)}
    if name not in files:
        abort(404)
    return file(files[name].read_bytes(), f"{name}.wav")


@blueprint.get("/<language>/")
@blueprint.get("/<language>/index.html")
def home(language: str) -> str:
    """Show the line, then ask what help is needed."""
    there = abroad.numbers_there(edition(), language)
    return page("home.html", language, home=entries.home(edition(), language), there=there)


@blueprint.get("/<language>/<code>.html")
def answer(language: str, code: str) -> str:
    """Ask the next question, or show the list that answers all."""
    if code in entries.TEXTS:
        return page(f"texts/{code}.html", language, **entries.text(edition(), language))
    choice = choices.parse(code, edition())
    if not choice.where:
        return page("where.html", language, choice=choice, asked=entries.where(edition(), choice, language))
    if choice.where in choices.districts(edition().area):
        return page("near.html", language, found=districts.found(edition(), choice, language))
    if choice.who == choices.MAP:
        return page("district.html", language, asked=districts.question(edition(), choice, language))
    if not choice.who:
        return page("who.html", language, choice=choice, asked=entries.who(edition(), choice, language))
    return page("list.html", language, found=lists.found(edition(), choice, language))


@blueprint.get("/<language>/c.html")
def countries(language: str) -> str:
    """Ask for the country, for somebody abroad."""
    line = line_for(edition(), language, abroad=True)
    return page("countries.html", language, countries=abroad.countries(edition(), language), line=line)


@blueprint.get("/<language>/c-<code>.html")
def country(language: str, code: str) -> str:
    """Show help in a country, and the numbers that work from there."""
    return page("country.html", language, shown=abroad.country(edition(), code, language))


@blueprint.get("/<language>/print.html")
def print_(language: str) -> str:
    """Show what can be printed."""
    return page("print.html", language, regions=printing.regions(edition(), language), pdf=with_pdf())


@blueprint.get("/<language>/print-<code>.html")
def booklet(language: str, code: str) -> str:
    """Show a sheet of the directory of a region, for printing."""
    region, _, sheet = code.partition("-")
    if sheet and (not sheet.isdecimal() or int(sheet) < 2 or str(int(sheet)) != sheet):
        abort(404)
    return page("booklet.html", language, shown=printing.booklet(edition(), region, language, int(sheet or 1)))


@blueprint.get("/<language>/poster.html", defaults={"kind": "poster"})
@blueprint.get("/<language>/cards.html", defaults={"kind": "cards"})
def paper(language: str, kind: str) -> str:
    """Show posters or pocket cards, for printing."""
    shown = printing.paper(edition(), language)
    return page(f"{kind}.html", language, shown=shown, code=printing.code_of)


@blueprint.get("/<language>/print-<code>.pdf")
def booklet_pdf(language: str, code: str) -> Response:
    """Return the whole directory of a region as PDF, where the site offers that."""
    if not with_pdf():
        abort(404)
    whole = page("booklet.html", language, shown=printing.booklet(edition(), code, language, 0))
    return file(printing.pdf(whole), f"{code}.pdf")


@blueprint.get("/<language>/poster.pdf", defaults={"kind": "poster"})
@blueprint.get("/<language>/cards.pdf", defaults={"kind": "cards"})
def paper_pdf(language: str, kind: str) -> Response:
    """Return posters or pocket cards as PDF, where the site offers that."""
    if not with_pdf():
        abort(404)
    return file(printing.pdf(paper(language, kind)), f"{kind}.pdf")


@blueprint.get("/<language>/materials.html")
@blueprint.get("/<language>/materials-<code>.html")
def library(language: str, code: str = "") -> str:
    """Show materials by language and audience."""
    shown = materials.shelf(current_app.config["MATERIALS"], code, language)
    words = {"kinds": materials.KINDS, "audiences": materials.AUDIENCES, "tongues": language_of}
    return page("materials.html", language, shown=shown, **words)


@blueprint.get("/<language>/l/<identifier>.html")
def material(language: str, identifier: str) -> str:
    """Show one material."""
    shown = materials.material(current_app.config["MATERIALS"], identifier)
    line = line_for(edition(), language, abroad=False)
    words = {"kinds": materials.KINDS, "audiences": materials.AUDIENCES, "line": line}
    return page("material.html", language, shown=shown, **words)


def with_pdf() -> bool:
    """Tell whether PDF is offered: only where pages are frozen, since setting one takes seconds."""
    return bool(current_app.config.get("PDF"))


@blueprint.get("/<language>/all-<int:sheet>.html")
def everything(language: str, sheet: int) -> str:
    """Show a sheet of the list of everything."""
    list_sheet = lists.everything(edition(), sheet, language)
    return page(
        "all.html",
        language,
        found=list_sheet,
        starts=index.starts(edition(), language),
        far=far_line(edition(), language),
        emergency=entries.emergency(edition().area, language),
        there=abroad.numbers_there(edition(), language),
    )


@blueprint.get("/<language>/u/index.html")
def units(language: str) -> str:
    """Show the list of area units."""
    return page("units.html", language, regions=units_pages.regions(edition(), language))


@blueprint.get("/<language>/u/<code>.html")
def unit(language: str, code: str) -> str:
    """Show an area unit: what is here, what is near, who is responsible."""
    return page("unit.html", language, shown=units_pages.unit(edition(), code, language))


@blueprint.get("/<language>/gaps.html")
def gaps(language: str) -> str:
    """Show what every analysis found."""
    return page("gaps.html", language, shown=findings.questions(edition(), language))


@blueprint.get("/<language>/g/<name>.html")
def finding(language: str, name: str) -> str:
    """Show what an analysis found, with its whole table."""
    return page("finding.html", language, shown=findings.finding(edition(), name, language))


@blueprint.get("/<language>/g/<name>.csv")
def finding_table(language: str, name: str) -> Response:
    """Return the table of an analysis."""
    return file(findings.table(edition(), name, language), f"{name}.csv")


@blueprint.get("/<language>/g/<name>.svg")
def finding_picture(language: str, name: str) -> Response:
    """Return the chart of an analysis."""
    return file(sheets.picture(edition(), name, language).encode(), f"{name}.svg")


@blueprint.get("/<language>/g/<name>.png")
def finding_picture_file(language: str, name: str) -> Response:
    """Return the chart of an analysis as PNG."""
    return file(sheets.picture_file(edition(), name, language), f"{name}.png")


@blueprint.get("/<language>/map.html")
def map_(language: str) -> str:
    """Show the map, and the same as a table."""
    return page("map.html", language, shown=maps.map_page(edition(), language))


@blueprint.get("/<language>/atlas.html")
def atlas_(language: str) -> str:
    """Show the Atlas: a map in which every analysis can be chosen and services can be added."""
    return page("atlas.html", language, seasons=atlas.season_ids(edition().area), embedded=False)


@blueprint.get("/<language>/atlas-data.js")
def atlas_data(language: str) -> Response:
    """Return what the Atlas says in a language."""
    return file(maps.atlas_data(edition(), language), "atlas-data.js")


@blueprint.get("/static/atlas/<name>.js")
def atlas_file(name: str) -> Response:
    """Return a file that the Atlas of each language shares."""
    return file(maps.atlas_file(edition(), name), f"{name}.js")


@blueprint.get("/<language>/m/<path:name>")
def map_file(language: str, name: str) -> Response:
    """Return a file of the map in a language."""
    return file(maps.map_file(edition(), language, name), name)


@blueprint.get("/static/m/<path:name>")
def map_static(name: str) -> Response:
    """Return a file that the maps of all languages share."""
    return file(maps.shared_file(edition(), name), name)


@blueprint.get("/<language>/index.js")
def search_index(language: str) -> Response:
    """Return what the search on the list looks through."""
    return file(index.script(edition(), language), "index.js")


@blueprint.get("/words.js")
def search_words() -> Response:
    """Return the lexicon that typed words are understood by, for the search of all languages."""
    return file(index.words(edition()), "words.js")


@blueprint.get("/travel.js")
def travel() -> Response:
    """Return the minutes from every place that can be chosen, for the search of all languages."""
    return file(index.travel(edition()), "travel.js")


@blueprint.get("/<language>/data.html")
def data(language: str) -> str:
    """Show the open data with licence, size and checksum."""
    offers = [*filter(None, [current_app.config.get("ARCHIVE")]), *downloads.offered(edition(), language)]
    licence = downloads.licence_name(edition().area, language)
    return page("data.html", language, shown=offers, licence=licence)


@blueprint.get("/data/<name>")
def data_file(name: str) -> Response:
    """Return a file of open data."""
    return file(downloads.contents(edition(), name), name)


@blueprint.get("/<language>/s/<identifier>.html")
def service(language: str, identifier: str) -> str:
    """Show a service."""
    return page("service.html", language, shown=entries.service(edition(), identifier, language))


@blueprint.get("/<language>/o/<identifier>.html")
def organization(language: str, identifier: str) -> str:
    """Show an organization."""
    return page("organization.html", language, shown=entries.organization(edition(), identifier, language))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let search engines read what the pages themselves do not keep from them."""
    return file(b"User-agent: *\nAllow: /\n", "robots.txt")


def _refuse(error: Exception) -> ResponseReturnValue:
    """Answer with one plain page, whatever was asked for: what is hidden looks like what never was."""
    if of_api(request.path):
        return routes.refuse(error)
    code = error.code if isinstance(error, HTTPException) and error.code else 404
    numbers = entries.numbers_in_all(edition())
    return error_page("missing.html", code if code == 405 or code >= 500 else 404, told=numbers)


def _fail(error: Exception) -> ResponseReturnValue:
    """Answer with a plain page, or what programs read, when something broke."""
    note_failure(error)
    return routes.refuse(error) if of_api(request.path) else error_page("broken.html", 500)
