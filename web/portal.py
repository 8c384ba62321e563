"""Portal: the one app that the public, partner and staff portals are; each adds its pages and says who may come in.

A page module of a portal offers ``blueprint``, where people sign in one of `web.access.pages`; it is found in the
portal's folder, so that there is no list of pages. ``prepare(app)``, where a module has it, makes ready what its pages
need, and tells whether the portal has them at all.
"""

import importlib
import logging
import mimetypes
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from web.access.pages import MenuItem, Pages
from web.headers import set_headers
from web.layout import Frame, language_of
from web.rendering import render, set_words
from web.static_files import NAMES, contents

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
mimetypes.add_type("font/woff2", ".woff2")

KINDS = {
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".db": "application/vnd.sqlite3",
    ".sqlite": "application/vnd.sqlite3",
    ".jsonld": "application/ld+json",
    ".js": "text/javascript",
    ".csv": "text/csv",
    ".atom": "application/atom+xml",
    ".json": "application/json",
    ".zip": "application/zip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".md": "text/markdown",
}
"""Media type of each kind of file that is offered: what a machine says of others may differ from the next."""


Admit = Callable[[Flask, Mapping[str, str]], None]
"""What makes an app ask who is there: it is given the action of each endpoint (`web.access.guard.guard`)."""


@dataclass(frozen=True)
class ErrorPages:
    """Templates of what cannot be shown: not there or not allowed, broken, and others by kind of error with a code."""

    refused: str = "missing.html"
    broken: str = "broken.html"
    others: Mapping[type[Exception], tuple[str, int]] | None = None


class PlainNumber(IntegerConverter):
    """A number of an address in the one way that pages write it: each other way would be a page of its own to keep."""

    regex = "0|[1-9][0-9]{0,8}"


def pages_of(package: ModuleType) -> list[ModuleType]:
    """Return the modules with pages in a portal's folder and the folders in it, in the order of their names."""
    names = (module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    return [module for module in map(importlib.import_module, sorted(names)) if hasattr(module, "blueprint")]


def create_portal(
    area: StudyArea,
    pages: Iterable[ModuleType],
    *,
    admit: Admit | None = None,
    errors: ErrorPages = ErrorPages(),
    demo: bool = False,
    proxies: int = 0,
    **settings: object,
) -> Flask:
    """Return the app of a portal.

    Parameters
    ----------
    area
        The study area, in whose languages the pages are.
    pages
        Modules with pages.
    admit
        Makes the app ask who is there; None where everybody may come in.
    errors
        Templates for what cannot be shown.
    demo
        Says on every page that the content is invented.
    proxies
        How many web servers of ours stand before the portal: so many of the last addresses in ``X-Forwarded-For`` are
        believed, and none without them, since whoever sends a request can write others.
    settings
        What the pages ask for, by the name under which they find it in the app's configuration.
    """
    app = Flask("web", static_folder=None)
    app.config.update(AREA=area, DEMO=demo, ERROR_PAGES=errors)
    app.config.update({name.upper(): value for name, value in settings.items()})
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = PlainNumber
    set_words(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule("/static/<path:name>", "static", static)
    routes: dict[str, str] = {"static": "everyone"}
    menu: list[MenuItem] = []
    for module in pages:
        if not hasattr(module, "prepare") or module.prepare(app):
            app.register_blueprint(module.blueprint)
            if isinstance(module.blueprint, Pages):
                routes |= module.blueprint.actions
                menu += module.blueprint.menu
    app.config["MENU"] = tuple(sorted(menu, key=lambda item: item.order))
    if admit is not None:
        admit(app, routes)
    app.before_request(_speak)
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(NotFound, _refuse)
    for kind in errors.others or ():
        app.register_error_handler(kind, _not_done)
    app.register_error_handler(Exception, _fail)
    app.wsgi_app = _heads_as_answers(app.wsgi_app)  # type: ignore[method-assign, assignment]
    set_headers(app)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0)  # type: ignore[method-assign]
    return app


def _speak() -> None:
    language = (request.view_args or {}).get("language")
    if language is not None and language not in current_app.config["AREA"].languages:
        abort(404)


def _heads_as_answers(inner: "WSGIApplication") -> "WSGIApplication":
    """Have what is asked by HEAD answered as by GET, and send no more than its head.

    A page that takes what is not GET for a form that was sent would do what the form says: forms are guarded against
    other sites where they are posted, and only there.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return inner(environ, start_response)
        contents = inner({**environ, "REQUEST_METHOD": "GET"}, start_response)
        if hasattr(contents, "close"):
            contents.close()
        return []

    return answer


def static(name: str) -> Response:
    """Return a file that comes with the portals."""
    if name not in NAMES:
        abort(404)
    return file(contents(name), name)


def file(contents: bytes, name: str) -> Response:
    """Answer with a file."""
    return Response(contents, mimetype=kind_of(name))


def kind_of(name: str) -> str:
    """Return the media type of a file by its name."""
    return KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def error_page(template: str, code: int, **values: object) -> tuple[str, int]:
    """Return a plain page in the language of the address that was asked for, or else in the first one."""
    area: StudyArea = current_app.config["AREA"]
    frame = Frame.bare(area, request.path, language_of(request.path))
    return render(template, frame=frame, code=code, **values), code


def _pages() -> ErrorPages:
    pages: ErrorPages = current_app.config["ERROR_PAGES"]
    return pages


def _refuse(error: Exception) -> ResponseReturnValue:
    """Answer that something is not there or not allowed; what is hidden looks like what never was."""
    code = error.code if isinstance(error, HTTPException) and error.code else 404
    return error_page(_pages().refused, code)


def _not_done(error: Exception) -> ResponseReturnValue:
    """Answer that nothing was done, by the kind of error; the log names it, and no content."""
    others = _pages().others or {}
    template, code = next(others[kind] for kind in type(error).__mro__ if kind in others)
    log.error("%s in %s", type(error).__name__, request.endpoint)
    return error_page(template, code)


def _fail(error: Exception) -> ResponseReturnValue:
    """Answer that something broke; the log names the kind of error and its line, and no content."""
    note_failure(error)
    return error_page(_pages().broken, 500)


def note_failure(error: Exception) -> None:
    """Write into the log of the process what broke and where; no content, and no address that somebody asked for."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    log.error("%s at %s in a page of kind %s", type(error).__name__, where, request.endpoint)
