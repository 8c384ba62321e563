"""Freeze: save the pages of the portal as a static site, the same bytes under the same addresses.

Links are followed from the first page by asking the app itself, so that whatever can be reached is there and
no link leads nowhere. Beside them stand the answers of the API that need no question. The site is built beside the
old one and takes its place at once; a file that says what it said before stays the same file, with its day, so that
whoever copies the site elsewhere copies what changed.
"""

import contextlib
import dataclasses
import gzip
import hashlib
import html
import logging
import os
import posixpath
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import cast
from urllib.parse import unquote

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from mapping.errors import NotFound, UnsafePublication
from mapping.language.i18n import Message
from web.api import routes
from web.public.downloads import Offer

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]

BUDGETS = (
    (re.compile(r"(index|[a-z]{2,3}/index)\.html"), 14_000),
    (re.compile(r"[a-z]{2,3}/report/.*\.html"), 250_000),
    (re.compile(r".*\.html"), 50_000),
)
"""Most bytes of a page, compressed: of the first one together with what it needs to be read, of a part of the report,
which grows with the directory, and of any other."""

MAP, MAP_BUDGET = "map.html", 250_000
"""The page of the map, and how much the map that somebody asks for should have at most, compressed."""

ALWAYS = ("", "robots.txt")
"""What is saved whether a page links to it or not."""

ARCHIVE = "data/site.zip"
ARCHIVE_LABEL = Message("All these pages as one file, for use without internet (ZIP): unpack it and open index.html")

SUMS = "checksums.txt"
"""The file with the checksum of every other file."""

MOST_PROCESSES = 4
"""Processes that save a site: each holds what its pages share."""

_LANGUAGE = re.compile(r"[a-z]{2,3}/")
_LINK = re.compile(r"""(?:\s(?:href|src|data-index|data-travel)="([^"#?]*))""")
_WAITING = re.compile(r"<template>.*?</template>", re.S)
"""What a page loads only when it is asked for, such as the search once its field is touched."""
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)


@dataclass(frozen=True)
class Frozen:
    """A site that was saved: how many files, their bytes, and the heaviest page with its compressed bytes.

    ``map_size`` is what the map has that somebody asks for, compressed, in the heaviest language.
    """

    folder: Path
    files: int
    size: int
    heaviest: str
    heaviest_size: int
    home_size: int
    map_size: int

    def __str__(self) -> str:
        return (
            f"{self.files} files, {self.size / 1e6:.1f} MB; first page {self.home_size / 1e3:.1f} kB, "
            f"map {self.map_size / 1e3:.0f} kB, "
            f"heaviest page {self.heaviest} {self.heaviest_size / 1e3:.1f} kB compressed"
        )


def freeze(app: Flask, out: str | Path, progress: Progress | None = None, *, archive: bool = False) -> Frozen:
    """Save every page that the first one leads to, and all that these need.

    With an ``archive``, the whole site is also one file that opens from a disk once it is unpacked; the page of open
    data then offers it with its checksum, except in the archive itself. Files that are the same in the site
    that is replaced are not written again.

    Raises
    ------
    NotFound
        When a page links to one that is not there.
    UnsafePublication
        When a page is heavier than its budget: nothing takes the place of the old site.
    """
    out = Path(out)
    aside = out.with_name(f"{out.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        frozen = _save(app, _Files(aside, out), progress, archive=archive)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _switch(aside, out)
    log.info("froze %s", frozen)
    return dataclasses.replace(frozen, folder=out)


@dataclass(frozen=True)
class _Files:
    """Files of a site that is being saved in a folder, beside the one that it takes the place of."""

    folder: Path
    before: Path

    def write(self, name: str, contents: bytes) -> None:
        """Write a file, or take over the one before where it has the same bytes."""
        path, before = self.folder / name, self.before / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it may be the one before, which must stay as it is
        if before.is_file() and before.read_bytes() == contents:
            with contextlib.suppress(OSError):  # not every disk lets a file stand in two folders
                os.link(before, path, follow_symlinks=False)
                return
        path.write_bytes(contents)


@dataclass(frozen=True)
class _Saved:
    """A page or file that was asked for: its name and status; of what was saved its checksum, bytes and links.

    ``weight`` are the compressed bytes of a page, None of another file.
    """

    path: str
    name: str
    status: int
    digest: str = ""
    size: int = 0
    weight: int | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Saver:
    """Asks the app for paths and writes what it answers."""

    ask: Callable[[str], tuple[int, bytes]]
    files: _Files

    def save(self, path: str) -> _Saved:
        """Save what stands at a path."""
        status, contents = self.ask(path)
        name = path + "index.html" if path.endswith("/") or not path else path
        if status != 200:
            return _Saved(path, name, status)
        self.files.write(name, contents)
        digest = hashlib.sha256(contents).hexdigest()
        if not name.endswith(".html"):
            return _Saved(path, name, status, digest, len(contents))
        weight = len(gzip.compress(contents, 9, mtime=0))
        return _Saved(path, name, status, digest, len(contents), weight, tuple(links(contents.decode(), name)))


def _save(app: Flask, files: _Files, progress: Progress | None, *, archive: bool) -> Frozen:
    own = routes.file_paths(app) if routes.api.name in app.blueprints else ()
    if "EDITIONS" in app.config:
        app.config["EDITIONS"].now().results()  # before the processes part, so that it is worked out once
    waiting = dict.fromkeys((*ALWAYS, *own), "the site")
    asked = dict(waiting)
    sums: dict[str, str] = {}
    sizes: dict[str, int] = {}
    total = 0
    with _shared_out(_Saver(_asking(app), files)) as save:
        while waiting:
            found: dict[str, str] = {}
            for saved in save([*waiting]):
                if saved.status != 200:
                    raise NotFound(
                        f"{asked[saved.path]}: links to {saved.path}, which answers {saved.status}; mend the link"
                    )
                sums[saved.name] = saved.digest
                total += saved.size
                if saved.weight is not None:
                    sizes[saved.name] = saved.weight
                found |= {link: saved.name for link in saved.links if link not in asked}
                asked |= found
                if progress is not None:
                    progress(len(sums), len(asked))
            waiting = found
    _, missing = _asking(app)("404.html")
    files.write("404.html", missing)
    sums["404.html"] = hashlib.sha256(missing).hexdigest()
    _write_sums(files, sums)
    if archive:
        total += _archive(app, files, sums, sizes)
    return _weigh(files.folder, sizes, total, len(sums) + 1)


@contextlib.contextmanager
def _shared_out(saver: _Saver) -> Iterator[Callable[[list[str]], Iterable[_Saved]]]:
    """Give what saves paths, in as many processes as there are processors: each language in one.

    What the pages of a language share is worked out once so. Elsewhere than on Linux, where a process that has read
    the view cannot be doubled safely, one process saves all.
    """
    processes = min(os.cpu_count() or 1, MOST_PROCESSES) if sys.platform == "linux" else 1
    if processes == 1:
        yield lambda paths: map(saver.save, paths)
        return
    context = get_context("fork")
    started = []
    try:
        for _ in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(saver, theirs), daemon=True)
            process.start()
            theirs.close()
            started.append((process, ours))
        yield partial(_all_saved, [pipe for _, pipe in started], {})
    finally:
        for process, pipe in started:
            process.terminate()
            process.join()
            pipe.close()


def _work(saver: _Saver, pipe: Connection) -> None:
    """Save the paths of each list that comes, until nobody asks any more."""
    with contextlib.suppress(EOFError):
        while True:
            for path in pipe.recv():
                try:
                    pipe.send(saver.save(path))
                except Exception as error:  # noqa: BLE001 (the process that asked raises it)
                    pipe.send(error)


def _all_saved(pipes: Sequence[Connection], languages: dict[str, int], paths: list[str]) -> Iterator[_Saved]:
    """Have paths saved by the processes at the other ends of pipes, and yield them as they come.

    ``languages`` are the folders of languages that were met, and their numbers; further ones are added.
    """
    shares: list[list[str]] = [[] for _ in pipes]
    for number, path in enumerate(paths):
        language = _LANGUAGE.match(path)
        place = languages.setdefault(language[0], len(languages)) if language else number
        shares[place % len(pipes)].append(path)
    left = {}
    for pipe, share in zip(pipes, shares, strict=True):
        if share:
            pipe.send(share)
            left[pipe] = len(share)
    while left:
        for ready in wait([*left]):
            pipe = cast("Connection", ready)
            try:
                saved = pipe.recv()
            except EOFError:
                raise UnsafePublication("a process that wrote the site was ended; is there memory enough?") from None
            if isinstance(saved, Exception):
                raise saved
            yield saved
            left[pipe] -= 1
            if not left[pipe]:
                del left[pipe]


def _asking(app: Flask) -> Callable[[str], tuple[int, bytes]]:
    """Return what asks the app for a path, and returns the status and the bytes of the answer.

    The request is made once: to make it anew takes as long as many a page.
    """
    request = create_environ()

    def ask(path: str) -> tuple[int, bytes]:
        answer, status, _ = run_wsgi_app(
            app, request | {"PATH_INFO": f"/{path}".encode().decode("latin-1")}, buffered=True
        )
        return int(status.split()[0]), b"".join(answer)

    return ask


def _archive(app: Flask, files: _Files, sums: dict[str, str], sizes: dict[str, int]) -> int:
    path = files.folder / ARCHIVE
    zip_folder(files.folder, path, top="rohnamo")
    contents = path.read_bytes()
    sums[ARCHIVE] = hashlib.sha256(contents).hexdigest()
    app.config["ARCHIVE"] = Offer(posixpath.basename(ARCHIVE), ARCHIVE_LABEL, len(contents), sums[ARCHIVE])
    ask = _asking(app)
    try:
        for language in app.config["AREA"].languages:
            name = f"{language}/data.html"
            _, page = ask(name)
            files.write(name, page)
            sums[name], sizes[name] = hashlib.sha256(page).hexdigest(), len(gzip.compress(page, 9, mtime=0))
    finally:
        del app.config["ARCHIVE"]
    _write_sums(files, sums)
    return len(contents)


def zip_folder(folder: Path, path: Path, *, top: str) -> None:
    """Write every file of a folder into a ZIP, in the order of names and without times: the same bytes each time."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files:
            entry = zipfile.ZipInfo(f"{top}/{file.relative_to(folder).as_posix()}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            packed.writestr(entry, file.read_bytes(), compresslevel=9)


def _write_sums(files: _Files, sums: dict[str, str]) -> None:
    lines = "".join(f"{sum_}  {name}\n" for name, sum_ in sorted(sums.items()))
    files.write(SUMS, lines.encode())


def links(page: str, name: str) -> list[str]:
    """Return the paths within the site that a page links to, in their order."""
    folder = posixpath.dirname(name)
    paths = (_path_of(link, folder) for link in dict.fromkeys(_LINK.findall(page)))
    return list(dict.fromkeys(filter(None, paths)))


@lru_cache(100_000)  # pages link to the same, mostly
def _path_of(link: str, folder: str) -> str:
    """Return where a link from a page in a folder leads to within the site; empty where to no file of it."""
    link = unquote(html.unescape(link))
    inside = link and not _OUTSIDE.match(link) and not link.endswith("/")
    return posixpath.normpath(posixpath.join(folder, link)) if inside else ""


def _weigh(folder: Path, sizes: dict[str, int], total: int, files: int) -> Frozen:
    """Check that no page is heavier than its budget; a first page counts with the style and scripts that it loads.

    A map may be heavier than its own: it grows with the directory, is loaded only when asked for, and says its size.
    """

    def needed(name: str, part: str, *, waiting: bool = False) -> int:
        page = (folder / name).read_text(encoding="utf-8")
        parts = [link for link in links(page if waiting else _WAITING.sub("", page), name) if part in link]
        return sum(len(gzip.compress((folder / part).read_bytes(), 9, mtime=0)) for part in parts)

    home = 0
    heavy = []
    for name, size in sizes.items():
        first, most = BUDGETS[0][0].fullmatch(name), next(most for kind, most in BUDGETS if kind.fullmatch(name))
        if first:
            size += needed(name, "static/")
            home = max(home, size)
        if size > most:
            heavy.append(f"{name}: {size} bytes compressed, at most {most}")
    if heavy:
        raise UnsafePublication(f"pages too heavy for a slow line: {'; '.join(heavy[:5])}; show less or in sheets")
    heaviest = max(sizes, key=lambda name: (sizes[name], name))
    maps = max((needed(name, "/m/", waiting=True) for name in sizes if posixpath.basename(name) == MAP), default=0)
    if maps > MAP_BUDGET:
        log.warning("the map has %d bytes compressed; %d is what a slow line bears", maps, MAP_BUDGET)
    return Frozen(folder, files, total, heaviest, sizes[heaviest], home, maps)


def _switch(aside: Path, out: Path) -> None:
    before = out.with_name(f"{out.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if out.exists():
        out.rename(before)
    try:
        aside.rename(out)
    except OSError:
        if before.exists():
            before.rename(out)
        raise
    shutil.rmtree(before, ignore_errors=True)
