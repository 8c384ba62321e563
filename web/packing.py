"""Packing: answers of the API are compressed for those who can unpack them, as a web server before the portal would.

Compressing what holds a secret beside what somebody asked for would tell it by the length (BREACH). These answers hold
none: they are of the public view, nobody is signed in, and no form is in them. What is different for each question is
compressed quickly rather than well.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from web.headers import Headers, of_api
from web.kept_pages import LEAST, takes_gzip

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

QUICKLY, AS_GZIP = 1, 31
"""Level of zlib, and the size of its window with which it writes what gzip does."""


class PackedAnswers:
    """A WSGI app before another, whose answers of the API it compresses: whole, or piece by piece as they come."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        if not of_api(environ.get("PATH_INFO", "")):
            return self.app(environ, start_response)
        started: list[Any] = []

        def start(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            started[:] = status, [*headers, ("Vary", "Accept-Encoding")], *error
            return lambda _: None  # nothing here writes past its answer

        pieces = self.app(environ, start)
        status, headers, *error = started
        size = dict(headers).get("Content-Length")
        if not takes_gzip(environ) or status[:3] != "200" or (size is not None and int(size) < LEAST):
            start_response(status, headers, *error)
            return pieces
        headers = [*(header for header in headers if header[0] != "Content-Length"), ("Content-Encoding", "gzip")]
        if environ["REQUEST_METHOD"] != "HEAD":
            pieces = _packed(pieces)
            if size is not None:
                pieces = [b"".join(pieces)]
                headers.append(("Content-Length", str(len(pieces[0]))))
        start_response(status, headers, *error)
        return pieces


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(QUICKLY, zlib.DEFLATED, AS_GZIP)
    try:
        for piece in pieces:
            yield packer.compress(piece)
        yield packer.flush()
    finally:
        getattr(pieces, "close", lambda: None)()
