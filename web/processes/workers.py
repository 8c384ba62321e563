"""Workers: several processes that serve one portal, which must hold nothing but what everybody may know.

They are copies of one process, made before it had any threads, and take connections from one socket: so they count
forms together, keep pages together and share out connections (`web.processes.dealing`). One that ends is begun anew;
all end with the first one.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, NamedTuple

from web.kept_pages import KEPT_PAGES
from web.processes.dealing import Dealer, SharingServer
from web.serving import create_server

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

    from flask import Flask

log = logging.getLogger(__name__)

MOST = 4
"""Processes that serve where nobody said how many: each has memory of its own."""

PAUSE = 1.0
"""Seconds from the beginning of a process to the next of its kind at least: one that cannot begin takes no time."""

PATIENCE = 5.0
"""Seconds in which a process has to end that is told to."""


ENDING = (signal.SIGTERM, signal.SIGINT)


class Job(NamedTuple):
    """What a process does, for as long as it runs, and what it is called in the log."""

    name: str
    run: Callable[[], object]


class Worker(NamedTuple):
    """A process that runs, since when, and its job."""

    process: "ForkProcess"
    since: float
    job: Job


def usual_count() -> int:
    """Return how many processes serve where nobody said how many: one for each core of a few, on Linux.

    Elsewhere a copy of a process may not use what its libraries began.
    """
    return min(MOST, len(os.sched_getaffinity(0))) if sys.platform == "linux" else 1


def serve_together(
    portal: "Flask", listener: socket.socket, *, proxies: int, processes: int, beside: Sequence[Job] = ()
) -> None:
    """Serve a portal by several processes, with further ones beside them, until this one is ended.

    ``listener`` is a socket that listens (`web.serving.listening`).
    """
    dealer = Dealer(processes)

    def serve(place: int) -> None:
        kind = partial(SharingServer, dealer.seat(place))
        create_server(portal, listener=listener, proxies=proxies, processes=processes, kind=kind).run()

    portal.config[KEPT_PAGES].share()
    keep_running([*beside, *(Job("serving", partial(serve, place)) for place in range(processes))])


def keep_running(jobs: Sequence[Job]) -> None:
    """Run each job in a process of its own, and anew whenever that ends, until this process is ended."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.freeze()  # what is there now is seldom written to: the copies share its memory
    try:
        workers = [_begun(job) for job in jobs]
        while True:
            wait([worker.process.sentinel for worker in workers])
            for place, worker in enumerate(workers):
                if worker.process.exitcode is not None:
                    log.error("a process for %s ended (%s) and is begun anew", worker.job.name, _ending(worker.process))
                    time.sleep(max(0.0, worker.since + PAUSE - time.monotonic()))
                    workers[place] = _begun(worker.job)
    except KeyboardInterrupt:
        pass
    finally:
        for process in (processes := multiprocessing.active_children()):
            process.terminate()
        for process in processes:
            process.join(PATIENCE)
            process.kill()
            process.join()


def _ending(process: "ForkProcess") -> str:
    code = process.exitcode or 0
    return f"by signal {-code}" if code < 0 else f"with code {code}"


def _begun(job: Job) -> Worker:
    process = multiprocessing.get_context("fork").Process(target=_run, args=[job])
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # it is begun or it is not, and does not take them as we do
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    return Worker(process, time.monotonic(), job)


def _run(job: Job) -> None:
    """Do a job in the process that was made for it; the one that made it takes the signals of the keyboard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    end_with_parent()
    job.run()


def end_with_parent() -> None:
    """Let this process run no longer than the one that began it."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
