"""Long work: what takes longer than a request goes on in a thread, and its page says how far it is.

Jobs live in the memory of the portal: one that is started again forgets them, and whoever asks begins anew.
"""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from mapping.language.i18n import Message
from web.access.guard import BY_ITSELF
from web.access.signin import page

PATIENCE = 2.0
"""Seconds that somebody waits for an answer before they are told how far it is."""
MOST_KEPT = 12
"""So many finished jobs keep their result."""
LOOK_AGAIN = 4
"""Seconds after which a waiting page asks again by itself."""


class Cancelled(Exception):
    """Nobody waits for a job any more."""


class Job:
    """Something that goes on: what its page says of it, and how far it is."""

    def __init__(self, account: str, about: str, menu: Message) -> None:
        self.account, self.about, self.menu = account, about, menu
        self.done = self.total = 0
        self.cancelled = self.must_finish = False
        self.future: Future[Any]

    def progress(self, done: int, total: int) -> None:
        """Note how many of how many are done.

        Raises
        ------
        Cancelled
            Nobody waits for it any more, or the portal ends.
        """
        if not self.must_finish and (self.cancelled or not threading.main_thread().is_alive()):
            raise Cancelled
        self.done, self.total = done, total

    @property
    def is_over(self) -> bool:
        """Whether it has a result."""
        return self.future.done()

    def result(self) -> Any:
        """Wait for what came of it and return that, or raise why nothing did."""
        return self.future.result()


class Jobs:
    """The jobs of a portal by name; two go on at a time."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.storing = threading.Lock()
        """Held by whoever stores a list: the next one waits instead of finding the directory taken."""
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, Job] = {}
        self._threads = ThreadPoolExecutor(2, "job")

    def start(
        self,
        name: Hashable,
        do: Callable[[Job], Any],
        *,
        about: str,
        menu: Message,
        account: str = "",
        anew: bool = False,
    ) -> Job:
        """Return the job of a name, which begins now where there is none, or where one is over and wanted ``anew``."""
        with self._lock:
            job = self._jobs.pop(name, None)
            if job is None or (anew and job.is_over):
                job = Job(account, about, menu)
                job.future = self._threads.submit(self._run, job, do)
            self._jobs[name] = job
            for old in [key for key, kept in self._jobs.items() if kept.is_over][:-MOST_KEPT]:
                del self._jobs[old]
            return job

    def find(self, name: Hashable) -> Job | None:
        """Return the job of a name, if there is one."""
        with self._lock:
            return self._jobs.get(name)

    def drop(self, *names: Hashable) -> None:
        """Cancel jobs and drop their results."""
        with self._lock:
            for name in names:
                if (job := self._jobs.pop(name, None)) is not None:
                    job.cancelled = True
                    job.future.cancel()

    def _run(self, job: Job, do: Callable[[Job], Any]) -> Any:
        with self.app.app_context():
            return do(job)


def jobs() -> Jobs:
    """Return the jobs of this portal."""
    found: Jobs = current_app.extensions["rohnamo_jobs"]
    return found


def is_ready(job: Job) -> bool:
    """Whether a job is over before somebody has to be told to wait."""
    with suppress(TimeoutError, CancelledError):
        job.future.exception(timeout=current_app.config.get("PATIENCE", PATIENCE))
    return job.is_over and BY_ITSELF not in request.args


def waiting_page(language: str, job: Job) -> ResponseReturnValue:
    """Show how far a job is; the page reloads itself, and one that is over leads to what was waited for."""
    others = MultiDict((key, value) for key, value in request.args.items(multi=True) if key != BY_ITSELF)
    if job.is_over:
        return redirect(_address(others), code=303)
    again, still = (_address(MultiDict([*others.items(multi=True), (name, "")])) for name in (BY_ITSELF, "still"))
    values = {"job": job, "still": "still" in request.args, "seconds": LOOK_AGAIN, "again": again, "address": still}
    return page("staff/working.html", language, **values)


def _address(arguments: MultiDict[str, str]) -> str:
    query = urlencode([*arguments.items(multi=True)])
    return f"{request.path}?{query}" if query else request.path
