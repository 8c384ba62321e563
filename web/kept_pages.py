"""Kept pages: answers of a portal as bytes, compressed and with an ETag, for as long as its edition is the same.

Only answers that the path alone decides are kept: pages and files for everybody, never what depends on who asks.
"""

import gzip
import hashlib
import io
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags
from werkzeug.test import create_environ, run_wsgi_app

from mapping.errors import MappingError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MOST = 128 * 2**20
"""Bytes that are kept; what was not asked for the longest goes first."""

LEAST, GAIN = 500, 0.9
"""Smaller answers are not compressed, nor those of which more than this part would be left."""

PLAIN = ("image/png", "image/jpeg", "font/woff2", "application/zip", "application/pdf")
"""What is compressed already."""

KEPT_PAGES = "KEPT_PAGES"
"""Setting of an app: its `KeptPages`."""

STANDS_READY = "STANDS_READY"
"""Setting of an app: a `Ready` that tells which of its answers only have to be looked up."""

Ready = Callable[[str, str, str], bool]
"""As `AnswerStore.holds`, of method, path and query."""


class AnswerStore(Protocol):
    """A WSGI app before another, with some answers of its own."""

    def holds(self, method: str, path: str, query: str) -> bool:
        """Tell whether the answer only has to be looked up, and comes in one piece."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or have it answered."""


@dataclass(frozen=True)
class KeptAnswer:
    """An answer: its headers, its bytes, whether these are compressed, and the ETag."""

    headers: tuple[tuple[str, str], ...]
    contents: bytes
    packed: bool
    etag: str

    @property
    def whole(self) -> bytes:
        """The bytes as they are without being compressed."""
        return gzip.GzipFile(fileobj=io.BytesIO(self.contents)).read() if self.packed else self.contents


class KeptPages:
    """A WSGI app before another, whose answers it keeps.

    Parameters
    ----------
    app
        The app.
    fits
        Tells of a path whether its answer is the same for everybody.
    edition
        Gives what the answers are of; when it is another object, all that was kept is forgotten.
    """

    def __init__(self, app: "WSGIApplication", *, fits: Callable[[str], bool], edition: Callable[[], object]) -> None:
        self.app, self.fits, self.edition = app, fits, edition
        self._kept: OrderedDict[str, KeptAnswer] = OrderedDict()
        self._headers: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
        """Headers that answers have in common, most of them all: once."""
        self._size, self._of, self._lock = 0, object(), threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, from what is kept where that is possible."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("QUERY_STRING") or not self.fits(path):
            return self.app(environ, start_response)
        try:
            edition = self.edition()
        except (OSError, sqlite3.Error, MappingError):  # the app says so, as it says everything
            return self.app(environ, start_response)
        kept_answer = self._find(path, edition)
        if kept_answer is None:
            status, headers, contents = self._ask({**environ, "REQUEST_METHOD": "GET"})
            if not _lasts(status, headers):
                start_response(status, headers)
                return [contents] if environ["REQUEST_METHOD"] == "GET" else []
            kept_answer = _made(headers, contents)
            self._keep(path, edition, kept_answer)
        return _answer(kept_answer, environ, start_response)

    def make(self, path: str) -> KeptAnswer | None:
        """Return the answer at a path as it would be kept, made anew; None where it would not be."""
        status, headers, contents = self._ask(create_environ(path))
        return _made(headers, contents) if self.fits(path) and _lasts(status, headers) else None

    def take(self, path: str, edition: object, answer: KeptAnswer, most: int) -> bool:
        """Keep an answer that was made elsewhere, where all are then no more than so many bytes; tell whether so."""
        if self._find(path, edition) is None:
            if self._size + len(answer.contents) > most:
                return False
            self._keep(path, edition, answer)
        return True

    def _ask(self, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
        answer, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        return status, list(headers), b"".join(answer)

    def holds(self, method: str, path: str, query: str) -> bool:
        """Tell whether the answer to a request is kept."""
        plain = method in ("GET", "HEAD") and not query and self.fits(path)
        return plain and self._find(path, self.edition()) is not None

    def _find(self, path: str, edition: object) -> KeptAnswer | None:
        with self._lock:
            if edition is not self._of:
                self._kept.clear()
                self._headers.clear()
                self._size, self._of = 0, edition
            kept_answer = self._kept.get(path)
            if kept_answer is not None:
                self._kept.move_to_end(path)
        return kept_answer

    def _keep(self, path: str, edition: object, answer: KeptAnswer) -> None:
        with self._lock:
            if edition is not self._of or path in self._kept or len(answer.contents) > MOST:
                return
            headers = self._headers.setdefault(answer.headers, answer.headers)
            self._kept[path] = replace(answer, headers=headers)
            self._size += len(answer.contents)
            while self._size > MOST:
                self._size -= len(self._kept.popitem(last=False)[1].contents)


def _lasts(status: str, headers: list[tuple[str, str]]) -> bool:
    """Tell whether an answer may be kept: it is there, and is no beginning of anything between us and who asks."""
    return status[:3] == "200" and not any(name == "Set-Cookie" for name, _ in headers)


def _made(headers: list[tuple[str, str]], contents: bytes) -> KeptAnswer:
    lasting_headers = tuple((name, value) for name, value in headers if name not in ("Content-Length", "ETag"))
    etag = hashlib.sha256(contents).hexdigest()[:20]
    kind = dict(headers).get("Content-Type", "").partition(";")[0]
    if len(contents) >= LEAST and kind not in PLAIN:
        packed = gzip.compress(contents, 6, mtime=0)
        if len(packed) < GAIN * len(contents):
            return KeptAnswer((*lasting_headers, ("Vary", "Accept-Encoding")), packed, True, etag)
    return KeptAnswer(lasting_headers, contents, False, etag)


def takes_gzip(environ: "WSGIEnvironment") -> bool:
    """Tell whether who asks can unpack what is compressed."""
    return bool(parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""), Accept)["gzip"] > 0)


def _answer(kept_answer: KeptAnswer, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    headers = [*kept_answer.headers, ("ETag", f'W/"{kept_answer.etag}"')]
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags and parse_etags(tags).contains_weak(kept_answer.etag):
        start_response("304 NOT MODIFIED", [header for header in headers if header[0] != "Content-Type"])
        return []
    contents = kept_answer.contents
    if kept_answer.packed and takes_gzip(environ):
        headers.append(("Content-Encoding", "gzip"))
    else:
        contents = kept_answer.whole
    start_response("200 OK", [*headers, ("Content-Length", str(len(contents)))])
    return [contents] if environ["REQUEST_METHOD"] == "GET" else []
