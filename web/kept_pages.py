"""Kept pages: answers of a portal as bytes, compressed and with an ETag, for as long as its edition is the same.

Only answers that the path alone decides are kept: pages and files for everybody, never what depends on who asks.
Their bytes are in a file, of which the operating system holds in memory what is read often; where each is, and what
is said with it, takes about 350 bytes of memory. Processes that serve one portal share the file: what one of them
keeps, all others have.
"""

import fcntl
import gzip
import hashlib
import io
import json
import logging
import mmap
import os
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags
from werkzeug.test import create_environ, run_wsgi_app

from mapping.errors import MappingError
from web.headers import kept_for

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

MOST, OF_FREE = 2**30, 0.25
"""Bytes that are kept of an edition, and the part of what is free on the disk that they may take; further answers are
made whenever they are asked for."""

LEAST, GAIN = 500, 0.9
"""Smaller answers are not compressed, nor those of which more than this part would be left."""

PLAIN = ("image/png", "image/jpeg", "font/woff2", "application/zip", "application/pdf")
"""What is compressed already."""

KEPT_PAGES = "KEPT_PAGES"
"""Setting of an app: its `KeptPages`."""

STANDS_READY = "STANDS_READY"
"""Setting of an app: a `Ready` that tells which of its answers only have to be looked up."""

TAKES_TURNS = "TAKES_TURNS"
"""Setting of an app: a `Ready` that tells which answers come in one piece and take turns."""

AT_ONCE = 2
"""Answers that take turns and are worked on at once: more would wait for one another, each with a view of its own."""

Ready = Callable[[str, str, str], bool]
"""As `AnswerStore.holds`, of method, path and query."""


class AnswerStore(Protocol):
    """A WSGI app before another, with some answers of its own."""

    def holds(self, method: str, path: str, query: str) -> bool:
        """Tell whether the answer only has to be looked up, and comes in one piece."""

    def takes_turns(self, method: str, path: str, query: str) -> bool:
        """Tell whether the answer comes in one piece and only `AT_ONCE` of its kind are worked on at once."""

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


class Place(NamedTuple):
    """Where the bytes of an answer are, and all else of it."""

    start: int
    length: int
    headers: tuple[tuple[str, str], ...]
    packed: bool
    etag: str


HEAD = 4
"""Bytes that tell how long what is said of an answer is; that stands after them, and then the answer."""


class CommonFile:
    """A file without a name for the answers of one edition after another, of all processes copied from this one.

    Raises
    ------
    OSError
        There is no place for it.
    """

    def __init__(self) -> None:
        self.file = _file_without_name()
        self._facts = memoryview(mmap.mmap(-1, 24)).cast("Q")
        """In memory that the processes share: how many editions there were, which it is, and how many bytes count."""
        self._lock = threading.Lock()

    @property
    def turn(self) -> int:
        """How many editions there were."""
        return self._facts[0]

    @property
    def size(self) -> int:
        """How many bytes of the file are answers of the edition."""
        return self._facts[2]

    @size.setter
    def size(self, size: int) -> None:
        self._facts[2] = size

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other thread or process write meanwhile; who is killed lets them go on."""
        with self._lock:
            fcntl.lockf(self.file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self.file, fcntl.LOCK_UN)

    def begin(self, mark: int, is_newest: Callable[[], bool]) -> int:
        """Return the turn of an edition, and forget what is of another; 0 where that is newer."""
        with self.alone():
            if self._facts[1] != mark:
                if not is_newest():
                    return 0
                self.size = 0  # first of all: nobody may take what is written next for an answer of before
                self._facts[0] += 1
                self._facts[1] = mark
                os.ftruncate(self.file, 0)
            return self.turn


class AnswerFile:
    """Answers of one edition by path, in a file without a name, which nothing is left of once this is forgotten.

    With a ``common`` file it holds what all processes keep in its ``turn``, and nothing once that is over.
    """

    def __init__(self, common: CommonFile | None = None, turn: int = 0) -> None:
        self._common, self._turn = common, turn
        self._file = common.file if common is not None else None
        self._places: dict[str, Place] = {}
        self._headers: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
        """Headers that answers have in common, most of them all: once."""
        self._size = 0
        self._room: float | None = None
        self._lock = threading.RLock()

    @property
    def is_over(self) -> bool:
        """Whether another edition took the place of this one in the common file."""
        return self._common is not None and self._turn != self._common.turn

    def __contains__(self, path: str) -> bool:
        """Tell whether the answer at a path is kept."""
        if path not in self._places:
            self._read_on()
        return path in self._places

    def __getitem__(self, path: str) -> KeptAnswer:
        """Return the answer at a path.

        Raises
        ------
        KeyError
            It is not kept, or can no longer be read.
        """
        if path not in self:
            raise KeyError(path)
        place = self._places[path]
        try:
            contents = os.pread(self._file, place.length, place.start)  # type: ignore[arg-type]
        except OSError as error:
            raise KeyError(path) from error
        if self.is_over:  # then something else may stand there
            raise KeyError(path)
        return KeptAnswer(place.headers, contents, place.packed, place.etag)

    def keep(self, path: str, answer: KeptAnswer, part: float = 1.0) -> bool:
        """Keep an answer where all are then no more than this part of the room; tell whether it is kept."""
        with self._lock, self._common.alone() if self._common is not None else nullcontext():
            self._read_on()
            if path in self._places or self.is_over:
                return path in self._places and not self.is_over
            about = json.dumps([path, answer.headers, answer.packed, answer.etag, len(answer.contents)]).encode()
            record = len(about).to_bytes(HEAD) + about + answer.contents
            try:
                if self._file is None:
                    self._file = _file_without_name()
                    weakref.finalize(self, os.close, self._file)
                if self._room is None:
                    self._room = min(MOST, OF_FREE * (_free(self._file) + self._size))
                if self._size + len(record) > part * self._room:
                    return False
                if os.pwrite(self._file, record, self._size) < len(record):
                    raise OSError("the disk is full")
            except OSError as error:
                if self._room != 0:
                    log.warning("no further page of this edition is kept: %s", error.strerror or error)
                self._room = 0.0
                return False
            self._note(about)
            if self._common is not None:
                self._common.size = self._size
        return True

    def _read_on(self) -> None:
        """Take in where the answers are that other processes kept meanwhile."""
        if self._common is None or self._common.size <= self._size:
            return
        with self._lock:
            size = self._common.size
            while self._size < size:
                about = os.pread(
                    self._common.file, int.from_bytes(os.pread(self._common.file, HEAD, self._size)), self._size + HEAD
                )
                if self.is_over:
                    return
                self._note(about)

    def _note(self, about: bytes) -> None:
        """Take in where the next answer in the file is, by what is said of it there."""
        path, headers, packed, etag, length = json.loads(about)
        headers = tuple((name, value) for name, value in headers)
        start = self._size + HEAD + len(about)
        self._places[path] = Place(start, length, self._headers.setdefault(headers, headers), packed, etag)
        self._size = start + length


def _file_without_name() -> int:
    """Open a file that is gone with the process, on a disk where there is one: /tmp is memory on many machines."""
    for folder in (os.environ.get("TMPDIR") or "/var/tmp", None):  # noqa: S108 - nobody finds it by a name
        with suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
            return os.dup(file.fileno())
    raise OSError("no folder for temporary files can be written to")


def _free(file: int) -> int:
    """Return how many bytes are free where a file is."""
    disk = os.fstatvfs(file)
    return disk.f_bavail * disk.f_frsize


class KeptPages:
    """A WSGI app before another, whose answers it keeps.

    Parameters
    ----------
    app
        The app.
    fits
        Tells of a path whether its answer is the same for everybody.
    edition
        Gives what the answers are of; when it is another object, all that was kept is forgotten. Processes know what
        is the same to all of them by its ``mark``.
    """

    def __init__(self, app: "WSGIApplication", *, fits: Callable[[str], bool], edition: Callable[[], object]) -> None:
        self.app, self.fits, self.edition = app, fits, edition
        self._of, self._answers, self._lock = object(), AnswerFile(), threading.Lock()
        self._common: CommonFile | None = None

    def share(self) -> None:
        """Keep answers from now on for all processes that are copied from this one, as far as they do the same."""
        if self._common is None:
            with suppress(OSError):  # without it each keeps its own
                self._common, self._of = CommonFile(), object()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, from what is kept where that is possible."""
        path = environ.get("PATH_INFO", "")
        if not self._fits(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", "")):
            return self.app(environ, start_response)
        try:
            edition = self.edition()
        except (OSError, sqlite3.Error, MappingError):  # the app says so, as it says everything
            return self.app(environ, start_response)
        answers = self.answers(edition)
        try:
            kept_answer = answers[path]
        except KeyError:
            status, headers, contents = self._ask({**environ, "REQUEST_METHOD": "GET"})
            if not _lasts(status, headers):
                start_response(status, headers)
                return [contents] if environ["REQUEST_METHOD"] == "GET" else []
            kept_answer = _made(headers, contents)
            answers.keep(path, kept_answer)
        return _answer(kept_answer, environ, start_response)

    def make(self, path: str) -> KeptAnswer | None:
        """Return the answer at a path as it would be kept, made anew; None where it would not be."""
        status, headers, contents = self._ask(create_environ(path))
        return _made(headers, contents) if self.fits(path) and _lasts(status, headers) else None

    def _ask(self, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
        answer, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        return status, list(headers), b"".join(answer)

    def holds(self, method: str, path: str, query: str) -> bool:
        """Tell whether the answer to a request is kept."""
        return self._fits(method, path, query) and path in self.answers(self.edition())

    def _fits(self, method: str, path: str, query: str) -> bool:
        """Tell whether the path alone decides on an answer, as on what browsers keep: a query names its version."""
        alone = not query or kept_for(path) != "no-store"
        return method in ("GET", "HEAD") and alone and self.fits(path)

    def takes_turns(self, method: str, path: str, query: str) -> bool:  # noqa: ARG002 - as `AnswerStore`
        """Tell that no page has to wait for others."""
        return False

    def answers(self, edition: object) -> AnswerFile:
        """Return the answers of an edition; those of another are forgotten, once whoever reads one has done so."""
        with self._lock:
            if edition is not self._of or self._answers.is_over:
                self._of, self._answers = edition, self._begun(edition)
            return self._answers

    def _begun(self, edition: object) -> AnswerFile:
        """Return a file for the answers of an edition."""
        if self._common is None:
            return AnswerFile()
        mark = hash(getattr(edition, "mark", None)) % 2**64
        return AnswerFile(self._common, self._common.begin(mark, lambda: self.edition() is edition))


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
    return _names_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(64)
def _names_gzip(accepted: str) -> bool:
    """Tell whether a header accepts gzip: there are few such headers, and reading one takes as long as a question."""
    return bool(parse_accept_header(accepted, Accept)["gzip"] > 0)


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
