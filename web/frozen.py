"""Frozen pages: the site of an edition as files, which the live portal sends.

They stand beside the view, in a folder named by all that decides on them. Until those of a new edition are there, those
of the edition before are sent, unless an entry, a place or a number was taken out since: then each page that is asked
for is made, so that what is hidden is gone at once.
"""

import hashlib
import logging
import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask
from werkzeug.utils import get_content_type
from werkzeug.wsgi import wrap_file

from mapping.area.study_area import StudyArea
from mapping.render.report.kept import kept_results
from mapping.resources import CODE_DIGEST
from mapping.view.view import View
from web.freeze import SUMS, freeze
from web.headers import kept_for, of_api
from web.portal import kind_of
from web.presenters.edition import Edition, Editions
from web.public.app import create_app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks at whether the edition is new."""


CAN_BE_HIDDEN = ("organization", "service", "location", "contact", "phone")
"""Tables of records that a steward takes out at once."""


class FrozenSite(NamedTuple):
    """The files of an edition, and the records that must not be missing in a later one for which they may stand."""

    edition: Edition
    folder: Path
    names: frozenset[str]
    records: frozenset[str]


class FrozenPages:
    """A WSGI app before another, which sends the frozen pages of the edition in use.

    They are frozen in a process of its own. ``demo`` and ``inbox`` are those of `web.create_app`.
    """

    app: "WSGIApplication"

    def __init__(
        self, folder: Path, view: Path, area: StudyArea, *, demo: bool = False, inbox: Path | None = None
    ) -> None:
        self.folder, self.editions = folder, Editions(view, area)
        self.kind = f"demo: {demo}, forms: {inbox is not None}"
        self.make = partial(portal, view, area.folder, demo=demo, inbox=inbox)
        self._site: FrozenSite | None = None
        self._current: tuple[Edition, bool] | None = None
        self._tried: Edition | None = None

    def before(self, app: "WSGIApplication") -> "FrozenPages":
        """Stand before an app, which answers what is not frozen."""
        self.app = app
        return self

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Send a file, or have the portal answer."""
        method = environ["REQUEST_METHOD"]
        with suppress(Exception):  # the portal says what is wrong with a view, as it says everything
            path = self._file(method, environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
            if path is not None:
                file = path.open("rb")
                size = os.fstat(file.fileno()).st_size
                kind = get_content_type(kind_of(path.name), "utf-8")
                start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(size))])
                if method == "GET":
                    return wrap_file(environ, file)
                file.close()
                return []
        return self.app(environ, start_response)

    def _file(self, method: str, path: str, query: str) -> Path | None:
        """Return the file of an address, where the path alone decides on the answer; a query may name its version."""
        if method not in ("GET", "HEAD") or of_api(path) or (query and kept_for(path) == "no-store"):
            return None
        site = self._site
        if site is None or not self._may_stand_for(site, self.editions.now()):
            return None
        name = path.removeprefix("/")
        name = f"{name}index.html" if not name or name.endswith("/") else name
        return site.folder / name if name in site.names else None

    def _may_stand_for(self, site: FrozenSite, edition: Edition) -> bool:
        """Whether the pages of a site may be sent while an edition is in use."""
        if site.edition is edition:
            return True
        if self._current is None or self._current[0] is not edition:
            self._current = edition, site.records <= records_of(edition)
        return self._current[1]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Freeze the pages of each edition meanwhile, in a thread."""
        ended = threading.Event()
        threading.Thread(target=self._watch, args=(ended,), name="frozen pages", daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def _watch(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                self.refresh(ended)
            except Exception:  # a view that is being replaced, or one that is broken: whoever asks is told
                log.exception("pages could not be frozen")
            ended.wait(EVERY)

    def refresh(self, ended: threading.Event | None = None) -> None:
        """Send the pages of the edition in use from now on, frozen anew where they are not yet."""
        edition = self.editions.now()
        if edition is self._tried:
            return
        self._tried = edition  # also where it cannot be frozen: it is not tried on and on
        key = pages_key(edition, self.kind)
        site = self.folder / key
        if not key or (not site.exists() and not self._freeze(edition, site, ended)):
            return
        sums = (site / SUMS).read_text(encoding="utf-8").splitlines()
        names = frozenset(line.partition("  ")[2] for line in sums)
        self._site = FrozenSite(edition, site, names, records_of(edition))
        for other in self.folder.iterdir():
            if other != site:
                shutil.rmtree(other, ignore_errors=True)

    def _freeze(self, edition: Edition, site: Path, ended: threading.Event | None) -> bool:
        """Freeze an edition in a process that lets visitors go first; tell whether its pages are there."""
        self.folder.mkdir(mode=0o755, exist_ok=True)
        process = multiprocessing.get_context("spawn").Process(
            target=freeze_apart, args=(self.make, self.kind, site, os.getpid()), daemon=True
        )
        process.start()
        while process.is_alive():
            process.join(EVERY)
            if self.editions.now() is not edition or (ended is not None and ended.is_set()):
                process.terminate()
        return site.exists()


def portal(view: Path, folder: Path, *, demo: bool, inbox: Path | None) -> Flask:
    """Make the portal whose pages are frozen, of a view and the folder of a study area."""
    app = create_app(view, StudyArea.load(folder), demo=demo, inbox=inbox)
    app.config["EDITIONS"].now().report_results(kept_results)
    return app


def records_of(edition: Edition) -> frozenset[str]:
    """Return the ids of the records of an edition that can be hidden."""
    with View(edition.path) as view:
        return frozenset(row["id"] for table in CAN_BE_HIDDEN for row in view.rows(table))


def pages_key(edition: Edition, kind: str) -> str:
    """Return a name that is another wherever the pages could be others; "" where nobody can tell."""
    area = edition.area.digest
    with edition.path.open("rb") as file:
        view = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{view} {area} {CODE_DIGEST} {kind}".encode()).hexdigest()[:20] if area else ""


def freeze_apart(make: Callable[[], Flask], kind: str, site: Path, parent: int) -> None:
    """Freeze the pages of the edition in use into a folder, unless they are of another; end with the process before."""
    if hasattr(os, "nice"):
        os.nice(10)
    os.umask(0o022)  # the web server reads them
    app = make()
    editions: Editions = app.config["EDITIONS"]
    edition = editions.now()

    def look(_done: int, _of: int) -> None:
        if os.getppid() != parent or editions.now() is not edition:
            sys.exit(1)

    before = next((path for path in site.parent.iterdir() if (path / SUMS).exists()), None)
    making = site.with_name(f"{site.name}.making")
    freeze(app, making, look, before=before)
    if pages_key(edition, kind) == site.name and editions.now() is edition:
        making.rename(site)
