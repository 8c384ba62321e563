"""Pages ahead: what a first page links to is made whenever the edition is new, before anybody asks for it.

The gaps, the report and the files of open data take some seconds of analyses; without this the first visitor after
each edition would wait for them.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from mapping.render.report.kept import kept_results
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
                    edition.report_results(kept_results)
                    make_ahead(app)
                made = edition
            except Exception:  # a view that is being replaced, or one that is broken: whoever asks is told
                log.exception("pages could not be made ahead")
            ended.wait(every)

    threading.Thread(target=watch, name="pages ahead", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


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
