"""Headers of every response: nothing from elsewhere, nothing stored, nobody told."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Headers = list[tuple[str, str]]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
"""What a page may load: its own files and nothing else, and no code inside HTML."""

CONTENT_POLICY = "; ".join(f"{name} {value}" for name, value in POLICY.items())
"""The policy as a page carries it itself, for those who open it from a disk."""

HEADERS = {
    "Content-Security-Policy": f"{CONTENT_POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noarchive",
}


OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Content-Language",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""What lets pages of anybody read the API: it holds what everybody may know, and nobody is signed in."""

API_HEADERS = HEADERS | OPEN_HEADERS
DATA_HEADERS = {name: OPEN_HEADERS[name] for name in ("Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy")}
"""What lets pages of anybody read the files of open data, which hold no more than the API does."""


def of_api(path: str) -> bool:
    """Tell whether an address is one of the API."""
    return path == "/api" or path.startswith("/api/")


def open_headers(path: str) -> dict[str, str]:
    """Return what lets pages of other sites read what is at a path; nothing where they may not."""
    return OPEN_HEADERS if of_api(path) else DATA_HEADERS if path.startswith("/data/") else {}


NOT_SENT = ("Cache-Control", "ETag", "Last-Modified", "Server")
"""What no page sends of itself."""

LOADED = re.compile(r"/([a-z]{2,3}/(index\.js|m/.+)|(travel|words)\.js)")
"""What the search and the map load, which a visit loads once: the web servers of `deploy/` have the same."""


def kept_for(path: str) -> str:
    """Return how long a browser may keep what is at a path, as the header says it."""
    if path.startswith("/static/"):
        return "public, max-age=86400"
    return "public, max-age=600" if LOADED.fullmatch(path) else "no-store"


EMBEDDED = re.compile(r"/[a-z]{2,3}/embed\.html")
"""The page that other sites may show in a frame: it asks for nothing and changes nothing. No other page is."""


def headers_for(path: str, status: str = "200") -> dict[str, str]:
    """Return the headers of what is at a path, but for how long it is kept."""
    headers = HEADERS | open_headers(path)
    if EMBEDDED.fullmatch(path) and status.startswith("200"):
        headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; frame-ancestors *"
        del headers["X-Frame-Options"]
    return headers


def set_headers(app: Flask) -> None:
    """Make an app send the headers with every response, errors too: all that was wrapped around it before now is in it.

    Pages are not kept by the browser; files that make every page look as it does are, for a day, and what the search
    and the map load for some minutes, so that a visit loads it once.
    """
    inner = app.wsgi_app

    def with_headers(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = "/" + environ.get("PATH_INFO", "").lstrip("/")

        def start(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            return start_response(status, _completed(path, status, headers), *error)

        return inner(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]


def _completed(path: str, status: str, headers: Headers) -> Headers:
    if of_api(path):
        if not status.startswith(("200", "304")):  # a refusal that is kept on the way would be everybody's
            headers = [header for header in headers if header[0] != "Cache-Control"]
        kept_nowhere = [] if any(name == "Cache-Control" for name, _ in headers) else [("Cache-Control", "no-store")]
        return [*headers, *API_HEADERS.items(), *kept_nowhere]
    own = [header for header in headers if header[0] not in NOT_SENT]
    return [
        *own,
        *headers_for(path, status).items(),
        ("Cache-Control", kept_for(path) if status.startswith("200") else "no-store"),
    ]
