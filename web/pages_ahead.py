"""Pages ahead: what a first page links to is made whenever the edition is new, before anybody asks for it.

The gaps, the report and the files of open data need all analyses; without this the first visitor after each edition
would wait for them. They run in a process of their own, so that visitors go first and its memory is given back.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path

from flask import Flask

from mapping.area.study_area import StudyArea
from mapping.render.report.kept import kept_results
from mapping.result import Result
from mapping.view.view import View
from web.freeze import links

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

    def watch() -> None:
        made = None
        while not ended.is_set():
            try:
                edition = app.config["EDITIONS"].now()
                if edition is not made:
                    made = edition  # also where it cannot be made ahead: it is not tried on and on
                    edition.report_results(results_apart)
                    make_ahead(app)
            except Exception:  # a view that is being replaced, or one that is broken: whoever asks is told
                log.exception("pages could not be made ahead")
            ended.wait(every)

    threading.Thread(target=watch, name="pages ahead", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def results_apart(view: View, area: StudyArea) -> dict[str, Result]:
    """Return what `kept_results` gives, worked out in a process of its own, which ends with this one.

    Raises
    ------
    EOFError
        That process was ended, as where there is too little memory.
    """
    context = multiprocessing.get_context("spawn")  # a copy of this process would have its threads' locks, taken
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send_results, args=(there, view.path, area.folder), daemon=True)
    process.start()
    there.close()
    try:
        results: dict[str, Result] = here.recv()
    finally:
        process.join()
    return results


def _send_results(there: Connection, view: Path, folder: Path) -> None:
    """Work out the results of a view after all that is more urgent, and send them."""
    if hasattr(os, "nice"):
        os.nice(10)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with View(view) as opened:
        there.send(kept_results(opened, StudyArea.load(folder)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def make_ahead(app: Flask) -> list[str]:
    """Ask for the first page of each language and for the pages one link from it; return their paths."""
    client = app.test_client()
    firsts = [f"{language}/index.html" for language in app.config["AREA"].languages]
    paths = dict.fromkeys(firsts)
    for first in firsts:
        page = client.get(f"/{first}").get_data(as_text=True)
        paths |= dict.fromkeys(link for link in links(page, first) if link.endswith(".html"))
    for path in paths:
        client.get(f"/{path}")
    return list(paths)
