"""Pages ahead: what can be read is made whenever the edition is new, before anybody asks for it.

The gaps, the report and the files of open data need all analyses, and the map takes long to draw; without this the
first visitor after each edition would wait for them. All is made in processes of their own, one after another, so that
visitors go first and their memory is given back; the portal keeps the bytes.
"""

import logging
import multiprocessing
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple, Self

from flask import Flask

from mapping.area.study_area import StudyArea
from mapping.render.report.kept import kept_results
from mapping.result import Result
from mapping.view.view import View
from web.freeze import links
from web.kept_pages import KEPT_PAGES, KeptAnswer
from web.presenters.edition import Edition
from web.processes.workers import end_with_parent
from web.public.app import create_app

log = logging.getLogger(__name__)


@contextmanager
def keep_ahead(app: Flask, *, every: float = 10.0) -> Iterator[None]:
    """Make the pages of each edition ahead meanwhile, in a thread of its own.

    Parameters
    ----------
    app
        The public portal, which keeps its pages.
    every
        Seconds between two looks at whether the edition is new.
    """
    ended = threading.Event()
    threading.Thread(target=watch, args=(app, ended, every), name="pages ahead", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def watch(app: Flask, ended: threading.Event, every: float = 10.0) -> None:
    """Make the pages of each edition ahead until it is told to end."""
    made = None
    while not ended.is_set():
        try:
            edition = app.config["EDITIONS"].now()
            if edition is not made:
                made = edition  # also where it cannot be made ahead: it is not tried on and on
                keep_pages(app, edition, ended)
                keep_pages(app, edition, ended, edition.report_results(results_apart))
        except Exception:  # a view that is being replaced, or one that is broken: whoever asks is told
            log.exception("pages could not be made ahead")
        ended.wait(every)


def results_apart(view: View, area: StudyArea) -> dict[str, Result]:
    """Return what `kept_results` gives, worked out in a process of its own, which ends with this one.

    Raises
    ------
    EOFError
        That process was ended, as where there is too little memory.
    """
    with _process(_send_results, view.path, area.folder) as (_, here):
        results: dict[str, Result] = here.recv()
    return results


@contextmanager
def _process(target: Callable[..., None], *given: object) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run something in a process of its own, which is given where to send what it makes and ends with this one."""
    context = multiprocessing.get_context("spawn")  # a copy of this process would have its threads' locks, taken
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(there, *given), daemon=True)
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        here.close()
        process.join()


def _send_results(there: Connection, view: Path, folder: Path) -> None:
    """Work out the results of a view after all that is more urgent, and send them."""
    _give_way()
    with View(view) as opened:
        there.send(kept_results(opened, StudyArea.load(folder)))


def _give_way() -> None:
    """Let this process run after all that is more urgent, and no longer than the one that began it."""
    if hasattr(os, "nice"):
        os.nice(10)
    end_with_parent()


READ = re.compile(r"(.+/)?(m/.+|[^/]+\.(html|js))")
"""What belongs to reading a page: pages, scripts and what is on the map, but no data to be carried away."""


STUDIED = re.compile(r"[^/]+/((map|gaps|data)\.html|atlas-data\.js|(g|m|report)/.+)|static/m/.+")
"""What shows findings, the map and data: they take long to make, and nobody who seeks help waits for them."""

FOR_SEEKERS = 0.75
"""Part of the room that pages for who seeks help may take."""


def keep_pages(app: Flask, edition: Edition, ended: threading.Event, results: dict[str, Result] | None = None) -> None:
    """Have the pages of an edition made, a language at a time, and keep them as far as there is room for its share.

    Those that are `STUDIED` are made with the results of all analyses, all others without. It stops when the edition
    is no longer the newest, and when it is told so.
    """
    languages, answers = app.config["AREA"].languages, app.config[KEPT_PAGES].answers(edition)
    for number, language in enumerate(languages, 1):
        part = FOR_SEEKERS * number / len(languages) if results is None else 1.0
        with _process(_send_pages, PortalParts.of(app), results, language) as (process, here):
            while app.config["EDITIONS"].now() is edition and not ended.is_set():
                if not here.poll(0.2):
                    continue
                page: tuple[str, KeptAnswer] | None = here.recv()
                if page is None or not answers.keep(*page, part):
                    break
            process.terminate()


class PortalParts(NamedTuple):
    """What another process makes the same portal of."""

    view: Path
    folder: Path
    demo: bool
    inbox: Path | None

    @classmethod
    def of(cls, app: Flask) -> Self:
        """Return those of a public portal."""
        editions, inbox = app.config["EDITIONS"], app.config["INBOX"]
        return cls(editions.path, editions.area.folder, app.config["DEMO"], inbox and inbox.path)

    def portal(self) -> Flask:
        """Make the portal."""
        return create_app(self.view, StudyArea.load(self.folder), demo=self.demo, inbox=self.inbox, keep=True)


def _send_pages(there: Connection, parts: PortalParts, results: dict[str, Result] | None, language: str) -> None:
    """Make the pages of a language after all that is more urgent, and send them one by one, then None."""
    _give_way()
    app = parts.portal()
    if results is not None:
        app.config["EDITIONS"].now().report_results(lambda *_: results)
    for page in pages_in_turn(app, language, studied=results is not None):
        there.send(page)
    there.send(None)


def pages_in_turn(app: Flask, language: str, *, studied: bool) -> Iterator[tuple[str, KeptAnswer]]:
    """Yield the path and the answer of all that is read in a language: what fewer links lead to comes first.

    That is what is `STUDIED` or all else, and the first page. What all languages share comes with the first one.
    """
    languages = app.config["AREA"].languages
    others = {*languages} - {language}
    waiting = [f"{language}/index.html"]
    paths = {*waiting}

    def own(path: str) -> bool:
        folder = path.partition("/")[0]
        if not READ.fullmatch(path) or studied != bool(STUDIED.fullmatch(path)):
            return False
        return folder not in others and (folder == language or language == languages[0])

    for path in waiting:
        answer = app.config[KEPT_PAGES].make(f"/{path}")
        if answer is None:
            continue
        yield f"/{path}", answer
        for link in links(answer.whole.decode(), path) if path.endswith(".html") else ():
            if link not in paths and own(link):
                paths.add(link)
                waiting.append(link)
