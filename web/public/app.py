"""Public pages: routes of the portal.

An address is the same on the live portal and in the frozen site, and every link on a page is relative, so that the
pages work from any folder of a server and from a disk. Nothing of a request but its path changes an answer.
"""

import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
from web.presenters import choices, entries, lists, sheets
from web.presenters.edition import Edition, Editions
from web.presenters.hotlines import far_line, line_for
from web.public import abroad, downloads, feed, findings, maps, materials, printing, units
from web.public import search_index as index
from web.rendering import render
from web.stores.inbox import Inbox

blueprint = Blueprint("public", __name__)


def create_app(
    view: str | Path,
    area: StudyArea,
    *,
    demo: bool = False,
    inbox: str | Path | None = None,
    proxies: int = 0,
) -> Flask:
    """Make the portal of a public view.

    ``demo`` says on every page that the content is invented, as a view of the demonstration says by itself. The view
    file may be replaced while the portal runs.
    ``inbox`` is the file that forms write to; without one the pages have no forms, as a frozen site has none.
    ``proxies`` is how many web servers of ours stand before the portal: so many of the last addresses in
    ``X-Forwarded-For`` are believed, and none without them, since whoever sends a request can write others.

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


Present = Callable[..., object]

PAGES: dict[str, tuple[str, Present]] = {
    "c-<code>": ("country.html", abroad.country),
    "u/index": ("units.html", units.regions),
    "u/<code>": ("unit.html", units.unit),
    "gaps": ("gaps.html", findings.questions),
    "g/<name>": ("finding.html", findings.finding),
    "map": ("map.html", maps.map_page),
    "s/<identifier>": ("service.html", entries.service),
    "o/<identifier>": ("organization.html", entries.organization),
}
"""Address within a language -> template, and what works out from an edition what it shows."""

FILES: dict[str, Present] = {
    "<language>/g/<name>.csv": findings.table,
    "<language>/g/<name>.svg": sheets.picture,
    "<language>/g/<name>.png": sheets.picture_file,
    "<language>/atlas-data.js": maps.atlas_data,
    "<language>/editions.atom": feed.editions,
    "<language>/m/<path:name>": maps.map_file,
    "<language>/index.js": index.script,
    "static/atlas/<name>.js": maps.atlas_file,
    "static/m/<path:name>": maps.shared_file,
    "data/<name>": downloads.contents,
    "words.js": index.words,
    "travel.js": index.travel,
    "robots.txt": lambda _edition: "User-agent: *\nAllow: /\n",
}
"""Address -> what works out from an edition the text or the bytes of a file."""


def _shown(present: Present, parts: dict[str, str]) -> object:
    """Work out what an address shows: its parts are given in their order, the language last."""
    language = parts.pop("language", None)
    return present(edition(), *parts.values(), *([language] if language else []))


def _add_page(address: str, template: str, present: Present) -> None:
    def view(language: str, **parts: str) -> str:
        return page(template, language, shown=_shown(present, parts | {"language": language}))

    blueprint.add_url_rule(f"/<language>/{address}.html", template.removesuffix(".html"), view)


def _add_file(address: str, present: Present) -> None:
    def view(**parts: str) -> Response:
        contents: Any = _shown(present, parts)
        return file(contents.encode() if isinstance(contents, str) else contents, posixpath.basename(request.path))

    blueprint.add_url_rule(f"/{address}", address.replace(".", "_"), view)


for _address, (_template, _present) in PAGES.items():
    _add_page(_address, _template, _present)
for _address, _present in FILES.items():
    _add_file(_address, _present)


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
        line = line_for(edition(), language, abroad=False)
        return page(f"texts/{code}.html", language, line=line, emergency=entries.emergency(edition().area, language))
    choice = choices.parse(code, edition())
    if not choice.where:
        return page("where.html", language, choice=choice, asked=entries.where(edition(), choice, language))
    if choice.where in choices.districts(edition().area):
        return page("near.html", language, found=entries.nearest_in(edition(), choice, language))
    if choice.who == choices.MAP:
        return page("district.html", language, asked=entries.district_question(edition(), choice, language))
    if not choice.who:
        return page("who.html", language, choice=choice, asked=entries.who(edition(), choice, language))
    return page("list.html", language, found=lists.found(edition(), choice, language))


@blueprint.get("/<language>/c.html")
def countries(language: str) -> str:
    """Ask for the country, for somebody abroad."""
    line = line_for(edition(), language, abroad=True)
    return page("countries.html", language, countries=abroad.countries(edition(), language), line=line)


@blueprint.get("/<language>/print.html")
def print_(language: str) -> str:
    """Show what can be printed."""
    return page("print.html", language, regions=printing.regions(edition(), language), pdf=with_pdf())


@blueprint.get("/<language>/print-<code>.html")
def booklet(language: str, code: str) -> str:
    """Show the directory of a region, for printing."""
    return page("booklet.html", language, shown=printing.booklet(edition(), code, language))


@blueprint.get("/<language>/poster.html", defaults={"kind": "poster"})
@blueprint.get("/<language>/cards.html", defaults={"kind": "cards"})
def paper(language: str, kind: str) -> str:
    """Show posters or pocket cards, for printing."""
    shown = printing.paper(edition(), language)
    return page(f"{kind}.html", language, shown=shown, code=printing.code_of)


@blueprint.get("/<language>/print-<code>.pdf")
@blueprint.get("/<language>/poster.pdf", defaults={"code": "poster"})
@blueprint.get("/<language>/cards.pdf", defaults={"code": "cards"})
def pdf(language: str, code: str) -> Response:
    """Return the whole directory of a region, posters or cards as PDF, where the site offers that."""
    if not with_pdf():
        abort(404)
    if code in ("poster", "cards"):
        return file(printing.pdf(paper(language, code)), f"{code}.pdf")
    return file(printing.pdf(booklet(language, code)), f"{code}.pdf")


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
    """Whether PDF is offered: only where pages are frozen, since setting one takes seconds."""
    return bool(current_app.config.get("PDF"))


@blueprint.get("/<language>/all-<int:sheet>.html")
def everything(language: str, sheet: int) -> str:
    """Show a sheet of the list of everything."""
    return page(
        "all.html",
        language,
        found=lists.everything(edition(), sheet, language),
        starts=index.starts(edition(), language),
        far=far_line(edition(), language),
        emergency=entries.emergency(edition().area, language),
        there=abroad.numbers_there(edition(), language),
    )


@blueprint.get("/<language>/atlas.html")
def atlas_(language: str) -> str:
    """Show the Atlas: a map in which every analysis can be chosen and services can be added."""
    return page("atlas.html", language, seasons=atlas.season_ids(edition().area), embedded=False, office=False)


@blueprint.get("/<language>/embed.html")
def embed(language: str) -> str:
    """Show the Atlas without the frame of the site: other sites may show it in a frame of theirs."""
    return page("embed.html", language, seasons=atlas.season_ids(edition().area), embedded=True, office=False)


@blueprint.get("/<language>/data.html")
def data(language: str) -> str:
    """Show the open data with licence, size and checksum."""
    offers = [*filter(None, [current_app.config.get("ARCHIVE")]), *downloads.offered(edition(), language)]
    licence = downloads.licence_name(edition().area, language)
    return page("data.html", language, shown=offers, licence=licence)


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
