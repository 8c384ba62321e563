"""Several processes that serve one portal: each begun anew when it ends, all gone with the first one."""

import contextlib
import http.client
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from web import serving
from web.kept_pages import AnswerFile, CommonFile, KeptAnswer, KeptPages

SERVED = """
import os, signal, sys, threading
from flask import Flask
from web.kept_pages import KEPT_PAGES, KeptPages
from web.serving import listening
from web.processes.workers import Job, serve_together
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it begins behind it ignore this one
app = Flask("served")
app.add_url_rule("/", "who", lambda: str(os.getpid()))
app.add_url_rule("/kept", "kept", lambda: str(os.getpid()))
app.config[KEPT_PAGES] = KeptPages(app.wsgi_app, fits=lambda path: path == "/kept", edition=lambda: None)
app.wsgi_app = app.config[KEPT_PAGES]
listener = listening(0)
beside = Job("nothing", threading.Event().wait)
print(listener.getsockname()[1], flush=True)
serve_together(app, listener, proxies=0, processes=2, beside=[beside])
"""

PATIENCE = 60
"""Seconds after which something hangs; a busy machine may take many."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes serve on Linux alone")


@pytest.fixture
def first():
    """The first process, its port and its pid; whatever was begun by it is ended."""
    command = [sys.executable, "-c", SERVED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            process.port = int(process.stdout.readline())
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def ask(process, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return int(connection.getresponse().read())
    finally:
        connection.close()


def wait(holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def both(process, without=None):
    """Return the two processes that answer, other than one that is gone."""
    pids = set()
    wait(lambda: pids.add(ask(process)) or len(pids - {without}) == 2)
    return pids - {without}


def begun_by(pid):
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def is_there(pid):
    """Tell whether a process is there and has not ended: others may be slow to hear of its end."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_one_that_is_killed_is_begun_anew_and_told(first):
    killed, other = both(first)
    os.kill(killed, signal.SIGKILL)
    now = both(first, without=killed)
    assert other in now
    first.terminate()
    _, told = first.communicate(timeout=PATIENCE)
    assert told.decode().splitlines() == ["a process for serving ended (by signal 9) and is begun anew"]


def test_what_one_keeps_all_have(first):
    both(first)
    assert len({ask(first, "/kept") for _ in range(40)}) == 1


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_all_end_with_the_first_and_the_port_is_free(first, ending):
    serving_both = both(first)
    wait(lambda: len(begun_by(first.pid)) == 3)
    children = begun_by(first.pid)
    assert serving_both < children
    first.send_signal(ending)
    assert first.wait(PATIENCE) == (-9 if ending == signal.SIGKILL else 0)
    wait(lambda: not any(map(is_there, children)))
    serving.listening(first.port).close()


def test_a_port_that_is_taken_is_not_listened_on():
    with serving.listening(0) as listener, pytest.raises(OSError, match="in use"):
        serving.listening(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("processes", "proxies", "most", "of_one"), [(1, 0, 800, 200), (4, 0, 200, 50), (4, 1, 200, 200)]
)
def test_limits_are_those_of_all_processes_together(monkeypatch, processes, proxies, most, of_one):
    monkeypatch.setattr(serving, "CONNECTIONS", 800)
    with serving.listening(0) as listener:
        server = serving.create_server(Flask("served"), listener=listener, proxies=proxies, processes=processes)
        assert (server.adj.connection_limit, server.most_of_one) == (most, of_one)
        assert server.adj.threads * processes == serving.THREADS
        server.task_dispatcher.shutdown()
        server.close()


PAGE = KeptAnswer((("Content-Type", "text/html"),), b"page" * 500, False, "tag")
OTHER = KeptAnswer((("Content-Type", "text/html"), ("Vary", "Accept-Encoding")), b"other", True, "gat")


def apart(job):
    """Do something in a copy of this process."""
    process = multiprocessing.get_context("fork").Process(target=job)
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0


class Edition:
    def __init__(self, mark):
        self.mark = (mark, 0, 0)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_processes_keep_in_one_file_what_is_of_one_edition():
    newest = [Edition(1)]
    pages = KeptPages(None, fits=lambda _path: True, edition=lambda: newest[0])
    pages.share()
    before = pages.answers(newest[0])

    def keep():
        copies = pages.answers(newest[0])
        assert copies.keep("/en/a.html", PAGE)
        assert copies.keep("/en/b.html", OTHER)

    apart(keep)
    assert before["/en/b.html"] == OTHER
    assert before.keep("/en/a.html", OTHER), "it is kept already"
    assert before["/en/a.html"] == PAGE

    def replace():
        newest[0] = Edition(2)
        copies = pages.answers(newest[0])
        assert "/en/a.html" not in copies
        assert copies.keep("/en/c.html", OTHER)

    apart(replace)
    with pytest.raises(KeyError):
        before["/en/a.html"]
    assert not before.keep("/en/d.html", PAGE), "it is of an edition that is over"
    newest[0] = Edition(2)
    after = pages.answers(newest[0])
    assert after["/en/c.html"] == OTHER
    assert [path in after for path in ("/en/a.html", "/en/d.html")] == [False, False]


def test_who_still_has_an_older_edition_does_not_end_the_newer_one():
    older, newer = Edition(1), Edition(2)
    pages = KeptPages(None, fits=lambda _path: True, edition=lambda: newer)
    pages.share()
    pages.answers(newer).keep("/en/a.html", PAGE)
    assert not pages.answers(older).keep("/en/b.html", PAGE)
    assert pages.answers(newer)["/en/a.html"] == PAGE


def test_an_edition_that_comes_back_is_begun_anew():
    newest = [Edition(1)]
    pages = KeptPages(None, fits=lambda _path: True, edition=lambda: newest[0])
    pages.share()
    stale = pages.answers(newest[0])
    assert stale.keep("/en/a.html", PAGE)
    first, newest[0] = newest[0], Edition(2)
    pages.answers(newest[0])
    newest[0] = first
    again = pages.answers(first)
    assert "/en/a.html" not in again
    assert again.keep("/en/a.html", OTHER)
    with pytest.raises(KeyError):
        stale["/en/a.html"]


def test_many_processes_keep_and_read_what_is_theirs():
    common = CommonFile()
    turn = common.begin(1, lambda: True)

    def keep(first):
        answers = AnswerFile(common, turn)
        for number in range(100):
            assert answers.keep(
                f"/{(first + number) % 150}", KeptAnswer((), b"%d" % ((first + number) % 150), False, "")
            )

    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=keep, args=[first]) for first in (0, 50, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    answers = AnswerFile(common, turn)
    assert [answers[f"/{number}"].contents for number in range(150)] == [b"%d" % number for number in range(150)]


def test_connections_that_come_at_once_are_shared_out_evenly(first):
    both(first)
    with contextlib.ExitStack() as opened:
        connections = [
            opened.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", first.port, timeout=20)))
            for _ in range(100)
        ]
        for connection in connections:
            connection.connect()
        answering = Counter()
        for connection in connections:
            connection.request("GET", "/")
            answering[connection.getresponse().read()] += 1
    assert min(answering.values()) > 40, answering  # those of before may not be closed yet
    assert len(answering) == 2
