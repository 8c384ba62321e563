"""The API: Open Referral HSDS 3.1 on a public view, under ``/api/``. docs/api.md tells how to use it.

No cookies, no sessions, no log of what is asked. Whatever is hidden is not in the view, so that an id of it is
answered as one that never was. The frozen site holds the same answers as files: see `file_paths`.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from mapping.errors import NotFound
from mapping.language.i18n import chain
from mapping.language.taxonomy import Vocabulary
from mapping.view import hsds
from mapping.view.diff import ENTITIES
from mapping.view.ready import FORMS, Form, dump, is_ready, ready_records
from mapping.view.view import View
from web.api.filters import Catalogue, Selection
from web.api.parameters import BODY_LIMIT, PER_PAGE, BadRequest, known_parameters, parameters_of, read
from web.api.schema import COLLECTIONS, DELTAS, HSDS_VERSION, Collection, openapi
from web.presenters.edition import Edition

ADDRESS = "ROHNAMO_ADDRESS"
"""Variable of the environment with the address of the site, for where a proxy stands before it."""

api = Blueprint("api", __name__, url_prefix="/api")
JSON, NDJSON, PROBLEM = "application/json", "application/x-ndjson", "application/problem+json"

LASTING = "public, max-age=300"
"""For answers that tell nothing of who asks; all others are kept nowhere."""


class EditionAnswers:
    """What the API answers from: one edition."""

    def __init__(self, edition: Edition, *, demo: bool) -> None:
        self.edition = edition
        self.demo = demo
        self.catalogue = Catalogue(edition.path)
        self.codes = _codes(self.catalogue)
        self.parameters = known_parameters(self.codes)
        with self.catalogue.view() as view:
            self.ready = is_ready(view)
        licence = edition.area.settings.licence
        self._openapi = openapi(
            self.parameters, self.publisher, self.description, {"name": licence.text, "url": licence.url}
        )
        held = hashlib.sha256(dump(self._openapi))
        with edition.path.open("rb") as file:
            held.update(hashlib.file_digest(file, "sha256").digest())
        self.stamp = held.hexdigest()
        """Changes with the view, and with what the API is."""

    @property
    def publisher(self) -> str:
        """Who publishes this directory."""
        return f"Rohnamo, {self.edition.area.name.get('en') or self.edition.area.code}"

    @property
    def description(self) -> str:
        """What this directory is, and whether it is invented."""
        text = "Services that assist people who were trafficked or may be: what everybody may know of them."
        return f"{text} A demonstration: every record is invented." if self.demo else text

    def openapi(self, base: str) -> bytes:
        """Return the OpenAPI document; ``base`` is the address of the site."""
        return dump(self._openapi | {"servers": [{"url": f"{base}api"}]}) + b"\n"

    def root(self, base: str) -> dict[str, Any]:
        """Return what the API says of itself; ``base`` is the address of the site, as seen from it."""
        counts = {collection.name: len(self.catalogue.roll(collection.table)) for collection in COLLECTIONS.values()}
        return {
            "version": HSDS_VERSION,
            "profile": f"{base}profile/profile.json",
            "openapi_url": f"{base}api/openapi.json",
            "publisher": self.publisher,
            "description": self.description,
            "license": self.edition.area.settings.licence.url,
            "edition": self.edition.day.isoformat(),
            "languages": list(self.codes["lang"]),
            "collections": {
                name: {"total_items": count, "file_pages": max(1, -(-count // PER_PAGE))}
                for name, count in counts.items()
            },
        }

    def tag(self, path: str, query: Mapping[str, Any]) -> str:
        """Return what an answer is known by, compressed or not: the view, the address and all that was asked."""
        key = json.dumps([self.stamp, path, sorted(query.items())], default=str)
        return hashlib.sha256(key.encode()).hexdigest()[:32]

    def read(self, query: bytes, names: Iterable[str], body: bytes | None = None, mimetype: str = "") -> dict[str, Any]:
        """Return the parameters of a question, from its address and its body, that are allowed."""
        return read(parameters_of(query, body, mimetype), {name: self.parameters[name] for name in names})

    def headers(self, path: str, query: Mapping[str, Any], *, keep: bool = True) -> dict[str, str]:
        """Return the headers of an answer by GET: how long it may be kept, if at all, and what it is known by."""
        known = self.parameters
        lasting = keep and not any(known[name].personal for name in query if name in known)
        headers = {"Cache-Control": LASTING if lasting else "no-store", "ETag": f'W/"{self.tag(path, query)}"'}
        return headers | ({"Content-Language": query["lang"]} if "lang" in query else {})

    def page(self, collection: Collection, query: Mapping[str, Any], page: int) -> bytes:
        """Return a page of the records that fit all that was asked."""
        per_page = query.get("per_page", PER_PAGE)
        if query.get("minimal"):
            page, per_page = 1, max(1, len(self.catalogue.roll(collection.table)))
        selection = self.catalogue.select(collection.table, query, page, per_page)
        with self.catalogue.view() as view:
            texts = list(self.texts(view, collection, selection, query))
        return _paged(texts, selection.total, page, per_page)

    def every(self, collection: Collection, query: Mapping[str, Any]) -> Iterator[bytes]:
        """Return all records that fit all that was asked, one a line, each made when its turn comes."""
        selection = self.catalogue.select(collection.table, query, None, 0)

        def lines() -> Iterator[bytes]:
            with self.catalogue.view() as view:
                for text in self.texts(view, collection, selection, query):
                    yield text + b"\n"

        return lines()

    def texts(
        self, view: View, collection: Collection, selection: Selection, query: Mapping[str, Any]
    ) -> Iterator[bytes]:
        """Yield records as JSON, each with its distance in metres where that was asked."""
        form, (ids, _, metres) = self._ready_form(collection, query), selection
        far = dict(zip(ids, metres, strict=True)) if metres is not None and not query.get("minimal") else {}
        if form is None:
            for record in self.records(view, collection, ids, query):
                yield dump(record | ({"distance": far[record["id"]]} if far else {}))
            return
        for first in range(0, len(ids), hsds.CHUNK):
            chunk = ids[first : first + hsds.CHUNK]
            texts = ready_records(view, collection.table, form, chunk)
            for record_id in chunk:
                text = texts[record_id]
                yield text[:-1] + b',"distance":%d}' % far[record_id] if far else text

    def _ready_form(self, collection: Collection, query: Mapping[str, Any]) -> Form | None:
        """Return in which form the records that were asked for stand ready; None where they must be made."""
        form: Form = "full" if query.get("full") else "flat"
        made = query.get("minimal") or query.get("full_service") or "lang" in query
        return form if self.ready and not made and form in FORMS.get(collection.table, ()) else None

    def records(self, view: View, collection: Collection, ids: list[str], query: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the records of some ids as they were asked for."""
        language = query.get("lang")
        if query.get("minimal"):
            days = hsds.modified_on(view, collection.table, ids) if "modified" in self.catalogue.tables else {}
            yield from (
                {"id": record_id, "modified_date": days.get(record_id, self.edition.day.isoformat())}
                for record_id in ids
            )
        elif collection.table == "area_unit":
            yield from area_units(view, ids, language)
        else:
            services: hsds.Services = "full" if query.get("full_service") else "flat"
            full = bool(query.get("full") or query.get("full_service") or collection.table not in FLAT_TABLES)
            yield from hsds.records(view, collection.table, ids, full=full, language=language, services=services)


FLAT_TABLES = ("service", "organization", "service_at_location", "location")
"""Tables whose records are long in full, so that lists show them short."""


@api.get("/")
@api.get("/index.json", endpoint="index")
def root() -> Response:
    """Say what this API is."""
    query = _asked(())
    base = "../" if request.endpoint == "api.index" else _base()
    return _answer(dump(_answers().root(base)) + b"\n", query | {"base": base})


@api.get("/openapi.json")
def description() -> Response:
    """Describe the API: OpenAPI 3.1."""
    base = "../" if request.host == "localhost" and not _told() else _base()  # a frozen site has no address of its own
    return _answer(_answers().openapi(base), _asked(()) | {"base": base})


@api.route("/deltas", methods=["GET", "POST"])
@api.get("/deltas.ndjson", endpoint="deltas_file")
def deltas() -> Response:
    """List what changed and what left since a day."""
    query = _asked(DELTAS) if request.endpoint == "api.deltas" else _asked(()) | {"format": "ndjson"}
    answers, page = _answers(), page_asked(query)
    if (same := _unchanged(query)) is not None:
        return same
    rows, total = answers.catalogue.changes(query, page, query["per_page"])
    if page is None:
        return _answer(b"".join(dump(row) + b"\n" for row in rows), query, NDJSON)
    return _answer(_paged([dump(row) for row in rows], total, page, query["per_page"]), query)


@api.route("/<any({}):name>".format(",".join(COLLECTIONS)), methods=["GET", "POST"])
def listed(name: str) -> Response:
    """List the records that fit all that was asked."""
    return _list(COLLECTIONS[name], _asked(COLLECTIONS[name].parameters))


@api.get("/<any({}):name>.json".format(",".join(COLLECTIONS)))
@api.get("/<any({}):name>-<int:page>.json".format(",".join(COLLECTIONS)))
def page_file(name: str, page: int = 1) -> Response:
    """Return a page of a list as the frozen site has it."""
    if page > _pages(COLLECTIONS[name]) or request.path.endswith(("-0.json", "-1.json")):
        abort(404)
    return _list(COLLECTIONS[name], {**_asked(()), "page": page, "per_page": PER_PAGE})


@api.get("/<any({}):name>.ndjson".format(",".join(COLLECTIONS)))
def whole_file(name: str) -> Response:
    """Return all records of a list in full, one a line, as the frozen site has them."""
    return _list(COLLECTIONS[name], {**_asked(()), "format": "ndjson", "full": True})


@api.get("/<any({}):name>/<identifier>".format(",".join(COLLECTIONS)))
def one(name: str, identifier: str) -> Response:
    """Show one record in full; with ``.json`` after its id as without."""
    collection = COLLECTIONS[name]
    query = _asked(collection.of_one)
    answers = _answers()
    if not identifier.isascii() or len(identifier) > 100:
        abort(404)
    with answers.catalogue.view() as view:
        wanted = identifier.removesuffix(".json")
        selection = Selection([wanted] if wanted in answers.catalogue.roll(collection.table) else [], 1)
        texts = list(answers.texts(view, collection, selection, {**query, "full": True}))
    if not texts:
        abort(404)
    return _answer(texts[0] + b"\n", query, keep=False)


def _list(collection: Collection, query: dict[str, Any]) -> Response:
    """Answer with a page of records, or with all of them one a line."""
    page = page_asked(query)
    same = _unchanged(query)
    if same is not None:
        return same
    if page is None:
        return _answer(_answers().every(collection, query), query, NDJSON)
    return _answer(_answers().page(collection, query, page), query)


def _paged(contents: list[bytes], total: int, page: int, per_page: int) -> bytes:
    """Return a page of records, each given as JSON."""
    pages = -(-total // per_page)
    about = {
        "total_items": total,
        "total_pages": pages,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not contents,
    }
    return dump(about)[:-1] + b',"contents":[' + b",".join(contents) + b"]}\n"


def page_asked(query: dict[str, Any]) -> int | None:
    """Return the page that was asked for, None for everything; fill in what was not said."""
    query.setdefault("per_page", PER_PAGE)
    return None if query.get("format") == "ndjson" else int(query.setdefault("page", 1))


def _asked(names: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of this request that are allowed."""
    request.max_content_length = BODY_LIMIT
    body = request.get_data() if request.method == "POST" else None
    return _answers().read(request.query_string, names, body, request.mimetype)


def _answers() -> EditionAnswers:
    """Return the edition that this request is answered from."""
    if "api" not in g:
        edition: Edition = current_app.config["EDITIONS"].now()
        g.api = edition.keep("api", lambda: EditionAnswers(edition, demo=bool(current_app.config.get("DEMO"))))
    answers: EditionAnswers = g.api
    return answers


def _pages(collection: Collection) -> int:
    return max(1, -(-len(_answers().catalogue.roll(collection.table)) // PER_PAGE))


def _base() -> str:
    """Return the address of the site: as it was set, else as it was used; where that could be none, the way to it."""
    if address := _told():
        return address
    return request.host_url if re.fullmatch(r"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?", request.host) else "../"


def _told() -> str:
    """Return the address of the site as it was set; empty where it was not."""
    address = os.environ.get(ADDRESS, "")
    return f"{address.rstrip('/')}/" if re.fullmatch(r"https?://[\w.\-:]+(/[\w.\-/]*)?", address) else ""


def _tag(query: Mapping[str, Any]) -> str:
    """Return what an answer is known by: the view, the address and all that was asked."""
    return _answers().tag(request.path, query)


def _unchanged(query: Mapping[str, Any]) -> Response | None:
    """Return an answer without content where the one that asks has it already."""
    if request.method != "POST" and "If-None-Match" in request.headers:
        return _answer(b"", query) if request.if_none_match.contains_weak(_tag(query)) else None
    return None


def _answer(
    contents: bytes | Iterable[bytes], query: Mapping[str, Any], mimetype: str = JSON, *, keep: bool = True
) -> Response:
    asked_by_post = request.method == "POST"
    headers = _answers().headers(request.path, query, keep=keep and not asked_by_post)
    response = Response(contents, mimetype=mimetype, headers=headers)
    if asked_by_post:
        del response.headers["ETag"]
    else:
        conditions = {"If-None-Match", "If-Match"} & {*request.headers.keys()}
        if conditions and isinstance(contents, bytes):  # what is streamed would be gathered to be measured
            response.make_conditional(request.environ)
            response.headers.pop("Date", None)  # the server's to say
    return response


def refuse(error: Exception) -> Response:
    """Answer a request that cannot be answered; what is hidden is answered as what never was."""
    problems = []
    if isinstance(error, BadRequest):
        status, detail = 400, "Some parameters cannot be taken; errors names them and what is allowed."
        problems = [problem._asdict() for problem in error.problems]
    elif isinstance(error, RequestEntityTooLarge):
        status, detail = 413, f"The body is larger than {BODY_LIMIT} bytes."
    elif isinstance(error, HTTPException) and error.code == 405:
        status, detail = 405, f"{request.method} is not answered here; Allow names what is."
    elif isinstance(error, NotFound) or (isinstance(error, HTTPException) and (error.code or 404) < 500):
        status, detail = 404, "There is nothing at this address."
    else:
        status, detail = 500, "Something broke here; it is not your request."
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    response = Response(dump(body | ({"errors": problems} if problems else {})) + b"\n", status, mimetype=PROBLEM)
    response.headers["Cache-Control"] = "no-store"
    if status == 405 and isinstance(error, HTTPException):
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


TITLES = {400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 413: "Content Too Large", 500: "Failure"}
api.register_error_handler(BadRequest, refuse)


def file_paths(app: Any) -> list[str]:
    """Return the address of every file that a frozen site has of the API."""
    with app.test_request_context("/api/"):
        answers = _answers()
        paths = ["api/index.json", "api/openapi.json", "api/deltas.ndjson"]
        for collection in COLLECTIONS.values():
            roll = answers.catalogue.roll(collection.table)
            paths.append(f"api/{collection.name}.json")
            paths += [f"api/{collection.name}-{page}.json" for page in range(2, _pages(collection) + 1)]
            paths.append(f"api/{collection.name}.ndjson")
            paths += [f"api/{collection.name}/{identifier}.json" for identifier in roll]
    return paths


def area_units(view: View, codes: Iterable[str], language: str | None) -> Iterator[dict[str, Any]]:
    """Yield administrative units by their codes, named in a language or in all."""
    names: dict[str, dict[str, str]] = {}
    for code, spoken, name in view.connection.execute("SELECT code, language, name FROM area_unit_name"):
        names.setdefault(code, {})[spoken] = name
    units = {row["code"]: row for row in view.connection.execute("SELECT * FROM area_unit")}
    for code in (known for known in codes if known in units):
        row, own = units[code], names.get(code, {})
        tried = next((tag for tag in chain(language or "en") if tag in own), "")
        unit = {"id": code, "name": own.get(tried, code), "level": row["level"]}
        unit |= {"parent_id": row["parent"]} if row["parent"] else {}
        unit |= {"people": row["people"]} if row["people"] is not None else {}
        yield unit | ({"text_languages": {"name": tried}} if language and tried else {} if language else {"names": own})


def _codes(catalogue: Catalogue) -> dict[str, Sequence[str]]:
    """Return the codes that a view knows, by the parameter that takes one of them."""
    with catalogue.view() as view:

        def known(taxonomy: str, kind: str) -> list[str]:
            query = "SELECT code FROM taxonomy_term WHERE taxonomy = ? AND code IS NOT NULL ORDER BY code"
            seeded, searched = Vocabulary.load(taxonomy), set(view.searched_codes(kind))
            shown = dict.fromkeys(code for (code,) in view.connection.execute(query, [taxonomy]))
            return [code for code in shown if code in seeded or code in searched]

        return {
            "lang": view.facts["languages"].split(),
            "area_unit": list(catalogue.roll("area_unit")),
            "service_type": known("service_types", "type"),
            "serves": known("beneficiaries", "for"),
            "speaks": list(view.searched_codes("speaks")),
            "entity": ENTITIES,
        }
