"""Measure 100 visitors at once on the public portal beside Datasette on the same view: ``python benchmarks/load.py``.

Each visitor opens the first page, a list, and entries of it, one after the other without a pause: the most that 100
people can do. Both servers run on loopback as their commands begin them.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import resource
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from _harness import duration, main
from api import SERVER, Served, Table, ask, made, running

from mapping.view.view import View
from scripts.ports import free_port

ABOUT = (
    "Visits to two servers of one view of invented services, by 100 visitors at once who never pause, from the same "
    "machine; where other work ran, go by the processor time. Pages come without pictures and styles. A visit is the "
    "first page, a list and three entries. The first row asks a portal whose pages are not frozen yet; in the second "
    "they are, which the row says how long it took. In the third, slow connections that send a byte a second stand "
    "beside the visitors. Datasette's pages are its first one, the table of services and a row, with facets off: they "
    "show one table, while ours have phones, hours, places and what is near. Memory is what the server holds at the "
    "end, in brackets what of it is its own rather than pages of the file."
)
VISITORS = 100
SLOW = 1_000
"""Connections that send a byte a second of a request that never ends, in the last table."""


def our_visits(port: int, view: Path, count: int) -> list[list[str]]:
    """Return paths of visits to our portal: the lists are those to which its own questions lead."""
    lists = [path for path in _followed(port, "/en/index.html", 3) if path.startswith("/en/n")]
    with View(view) as opened:
        ids = [each for (each,) in opened.connection.execute("SELECT id FROM service ORDER BY id")]
    entries = [f"/en/s/{each}.html" for each in ids]
    return _visits("/en/index.html", lists[-200:], entries, count)


def their_visits(view: Path, count: int) -> list[list[str]]:
    """Return paths of visits to Datasette."""
    with View(view) as opened:
        ids = [each for (each,) in opened.connection.execute("SELECT id FROM service ORDER BY id")]
    table = f"/{view.stem}/service"
    lists = [f"{table}?_size=50&_next={quote(each)}" for each in ids[:: max(1, len(ids) // 50)]]
    return _visits(f"/{view.stem}", lists, [f"{table}/{each}" for each in ids], count)


def _visits(first: str, lists: list[str], entries: list[str], count: int) -> list[list[str]]:
    some = [entries[number * 7919 % len(entries)] for number in range(3 * count)]
    return [[first, lists[number % len(lists)], *some[3 * number : 3 * number + 3]] for number in range(count)]


def _followed(port: int, start: str, depth: int) -> list[str]:
    """Return pages that lead from one to the next, so many steps deep, as a visitor goes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    found, edge = [start], [start]
    for _ in range(depth):
        links: list[str] = []
        for path in edge[:12]:
            connection.request("GET", path)
            text = connection.getresponse().read().decode("utf-8", "replace")
            links += [f"/en/{link}" for link in re.findall(r'href="([a-z0-9-]+\.html)"', text)]
        edge = [link for link in dict.fromkeys(links) if link not in found]
        found += edge
    connection.close()
    return found


def visit(port: int, visits: list[list[str]], pid: int) -> Served:
    """Let all visitors go at once, each through visits of its own."""
    clients = [[path for pages in visits[number::VISITORS] for path in pages] for number in range(VISITORS)]
    return ask(port, clients, pid, lambda body: b"</html>" in body, packed=True)


@contextlib.contextmanager
def besieged(port: int) -> Iterator[None]:
    """Keep many slow connections open meanwhile: what the server closes is opened again."""
    ended = threading.Event()

    def hold() -> None:
        held: list[socket.socket] = []
        while not ended.is_set():
            while len(held) < SLOW and not ended.is_set():
                slow = socket.create_connection(("127.0.0.1", port), 30)
                slow.sendall(b"GET /en/index.html HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                held.append(slow)
            ended.wait(1)
            held = [slow for slow in held if _drips(slow)]
        for slow in held:
            slow.close()

    thread = threading.Thread(target=hold)
    thread.start()
    time.sleep(3)
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _drips(slow: socket.socket) -> bool:
    """Send a byte; tell whether the server still takes it."""
    try:
        slow.sendall(b"x")
    except OSError:
        slow.close()
        return False
    return True


def measure(view: Path, services: int, visits: int) -> list[Table]:
    """Visit both servers."""
    table = Table(f"{services:,} services, {VISITORS} visitors at once, {5 * visits:,} pages")
    theirs = 1 + (ours := free_port(2))
    server = [sys.executable, "-c", SERVER, str(view), str(ours)]
    with running(server, ours) as process:
        paths = our_visits(ours, view, visits)
        visit(ours, paths[:20], process.pid)  # what is read once is read
        table.rows.append(("Rohnamo, waitress, pages not made yet", visit(ours, paths, process.pid)))
    start = time.perf_counter()
    with running([*server, "ahead"], ours, wait=3600) as process:
        took = duration(time.perf_counter() - start)
        table.rows.append((f"all pages frozen, in {took}", visit(ours, paths, process.pid)))
        with besieged(ours):
            label = f"visits, with {SLOW:,} slow connections"
            table.rows.append((label, visit(ours, paths, process.pid)))
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(view),
        "--port",
        str(theirs),
        "--setting",
        "sql_time_limit_ms",
        "20000",
        "--setting",
        "suggest_facets",
        "off",
    ]
    with running(command, theirs) as process:
        paths = their_visits(view, visits)
        visit(theirs, paths[:20], process.pid)
        table.rows.append(("Datasette, uvicorn", visit(theirs, paths, process.pid)))
    return [table]


def run(quick: bool) -> list[Table]:
    """Measure on 2,000 services."""
    services, visits = (300, 100) if quick else (2_000, 600)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        return measure(made(Path(folder), services), services, visits)


if __name__ == "__main__":
    main("load", "Visitors", run, about=ABOUT, packages=["flask", "waitress", "datasette", "uvicorn"])  # type: ignore[arg-type]
