"""Measure the API beside Datasette on the same view: ``python benchmarks/api.py``.

Both run under their usual server on loopback, waitress and uvicorn, as their commands begin them; four clients ask
at the same time, then a hundred. Every answer is checked to be one.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from _harness import duration, main, size
from _invented import DAY, area, directory

from mapping.editions.publish import publish
from mapping.view.view import View
from scripts.ports import free_port

ABOUT = (
    "Requests to two servers of one view of invented services, by four clients at once, then by a hundred, from the "
    "same machine; times are those that a client waits. No client pauses between two requests, so that each waits for "
    "what all others asked just before: with a hundred, for a hundred answers, and 50 ms are 2,000 answers a second. "
    "Answers come uncompressed. Each is served as its command does by itself, by one "
    "process. Where other work ran, go by the processor time. Datasette, told not to "
    "suggest facets, answers with plain rows of one table: it does not nest what belongs to a service, finds only "
    "words as they are spelt, and takes everything in a box instead of the nearest first. Memory is what the server "
    "holds at the end, and in brackets what of it is its own rather than pages of the file."
)
FEW, MANY = 4, 100
"""Clients at once, in the first rows of a table and in the last ones."""
RECEIVED = 2**17
"""Bytes of an answer that are taken in at once at most."""
LENGTH = re.compile(rb"(?i)\r\ncontent-length: ([0-9]+)\r\n")
SERVER = """
import sys
from pathlib import Path
from mapping.area.study_area import StudyArea
from mapping.resources import shipped
from web import create_app
from web.serving import create_server
area = StudyArea.load(shipped("geo/tj"))
create_server(create_app(sys.argv[1], area), port=int(sys.argv[2])).run()
"""


@dataclass(frozen=True)
class Served:
    """What clients of a server waited, in seconds, for how long all were asking, and what it took of the machine."""

    waits: list[float]
    seconds: float
    cpu: float
    memory: int
    own: int


@dataclass
class Table:
    """The servers asked the same."""

    title: str
    rows: list[tuple[str, Served]] = field(default_factory=list)

    def markdown(self) -> str:
        """Write the table."""
        lines = [
            f"### {self.title}",
            "",
            "| | requests a second | middle | 95 of 100 within | processor time of one | memory |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for label, served in self.rows:
            middle, late = statistics.median(served.waits), statistics.quantiles(served.waits, n=20)[-1]
            rate = len(served.waits) / served.seconds
            cells = (
                f"{rate:.0f}",
                *map(duration, (middle, late, served.cpu / len(served.waits))),
                f"{size(served.memory)} ({size(served.own)})",
            )
            lines.append(f"| {label} | {' | '.join(cells)} |")
        return "\n".join([*lines, ""])


@contextlib.contextmanager
def running(command: list[str], port: int, wait: float = 60) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until it is no longer needed; it has so many seconds until it answers."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[1]
    )
    try:
        for _ in range(int(10 * wait)):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                raise RuntimeError(f"{command[:3]} ended with exit code {process.returncode}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


class Client:
    """Asks for paths one after the other on a connection of its own, from an address of its own."""

    def __init__(self, port: int, number: int, paths: list[str], accepted: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 60, source_address=(f"127.0.0.{number + 2}", 0))
        self.waits: list[float] = []
        self.answers: list[tuple[str, bytes]] = []
        self._paths = paths
        self._rest = f" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: {accepted}\r\n\r\n".encode()
        self._answer = b""
        self._since = 0.0

    def ask(self) -> bool:
        """Ask for the next path; tell whether there was one."""
        if len(self.answers) == len(self._paths):
            return False
        request = b"GET " + self._paths[len(self.answers)].encode() + self._rest
        self._answer, self._since = b"", time.perf_counter()
        self.socket.sendall(request)
        return True

    def take(self) -> bool:
        """Take in bytes that came; tell whether the answer is whole."""
        taken = self.socket.recv(RECEIVED)
        if not taken:
            raise RuntimeError(f"{self._paths[len(self.answers)]}: closed after {self._answer[:200]!r}")
        self._answer += taken
        head = self._answer.find(b"\r\n\r\n") + 4
        if head < 4:
            return False
        length = LENGTH.search(self._answer, 0, head)
        whole = len(self._answer) >= head + int(length[1]) if length else self._answer.endswith(b"\r\n0\r\n\r\n")
        if whole:
            self.waits.append(time.perf_counter() - self._since)
            self.answers.append((self._paths[len(self.answers)], self._answer))
        return whole


def ask(port: int, clients: list[list[str]], pid: int, check: Callable[[bytes], bool], packed: bool = False) -> Served:
    """Let all clients ask at once, each from an address of its own for paths of its own, one after the other.

    With ``packed`` they ask for compressed answers. All answers are checked in the end.
    """
    accepted = "gzip" if packed else "identity"
    start, busy = time.perf_counter(), processor(pid)
    with contextlib.ExitStack() as held:
        asking = [Client(port, number, paths, accepted) for number, paths in enumerate(clients)]
        ready = held.enter_context(selectors.DefaultSelector())
        for client in asking:
            held.callback(client.socket.close)
            if client.ask():
                ready.register(client.socket, selectors.EVENT_READ, client)
        while ready.get_map():
            for key, _ in ready.select():
                if key.data.take() and not key.data.ask():
                    ready.unregister(key.fileobj)
    seconds, busy = time.perf_counter() - start, processor(pid) - busy
    for path, answer in (pair for client in asking for pair in client.answers):
        head, _, body = answer.partition(b"\r\n\r\n")
        contents = _contents(head, body)
        if b" 200 " not in head[:20] or not check(contents):
            raise RuntimeError(f"{path}: {head[:20]!r} {contents[:200]!r}")
    return Served([wait for client in asking for wait in client.waits], seconds, busy, *memory(pid))


def _contents(head: bytes, body: bytes) -> bytes:
    """Return what an answer says: of a length that its head tells, or chunk by chunk, perhaps compressed."""
    if length := LENGTH.search(head + b"\r\n"):
        contents, rest = body[: int(length[1])], body[int(length[1]) :]
    else:
        contents, rest = b"", body
        while size := int((line := rest.partition(b"\r\n"))[0], 16):
            contents, rest = contents + line[2][:size], line[2][size + 2 :]
        rest = rest.removeprefix(b"0\r\n\r\n")
    if rest:
        raise RuntimeError(f"more than one answer: {rest[:200]!r}")
    return gzip.decompress(contents) if b"content-encoding: gzip" in head.lower() else contents


def is_json(body: bytes) -> bool:
    """Tell whether an answer looks like one of an API."""
    return body.startswith((b"{", b"["))


def told_of(pid: int, name: str) -> list[str]:
    """Return what the kernel tells of a process and of all that it and they began, as far as they are there."""
    try:
        folder = Path(f"/proc/{pid}")
        text, children = (folder / name).read_text("utf-8"), (folder / f"task/{pid}/children").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [text, *(told for child in children.split() for told in told_of(int(child), name))]


def processor(pid: int) -> float:
    """Return the processor time of a server so far, in seconds."""
    stats = [text.rpartition(")")[2].split() for text in told_of(pid, "stat")]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> tuple[int, int]:
    """Return the memory of a server in bytes, all of it and what is no file's; what processes share counts once."""
    texts = told_of(pid, "smaps_rollup")
    held = ([re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE) for text in texts] for name in ("Pss", "Pss_Anon"))
    return tuple(sum(int(found[1]) * 1024 for found in part if found) for part in held)  # type: ignore[return-value]


def questions(view: Path, count: int) -> dict[str, tuple[list[str], list[str]]]:
    """Return the paths to ask for of each kind: those of ours, those of Datasette."""
    with View(view) as opened:
        ids = [each for (each,) in opened.connection.execute("SELECT id FROM service ORDER BY id")]
        query = "SELECT latitude, longitude FROM location WHERE latitude IS NOT NULL ORDER BY id"
        points = [tuple(row) for row in opened.connection.execute(query)]
    some = [ids[n * len(ids) // count] for n in range(count)]
    spots = [points[n * len(points) // count] for n in range(count)]
    words = ("legal", "umed", "health", "sitora", "court", "school")
    pages = [1 + n * 7919 % max(1, len(ids) // 100) for n in range(count)]
    table = f"/{view.stem}"
    boxes = (
        f"latitude__gte={a - 0.2}&latitude__lte={a + 0.2}&longitude__gte={o - 0.2}&longitude__lte={o + 0.2}"
        for a, o in spots
    )
    return {
        "one service with all that belongs to it": (
            [f"/api/services/{each}" for each in some],
            [f"{table}/service/{each}.json" for each in some],
        ),
        "a page of 100 services": (
            [f"/api/services?page={page}" for page in pages],
            [
                f"{table}/service.json?_size=100&_next={quote(ids[(page - 1) * 100 - 1])}"
                if page > 1
                else f"{table}/service.json?_size=100"
                for page in pages
            ],
        ),
        "words, the first 20": (
            [f"/api/services?search={words[n % 6]}&per_page=20&page={1 + n // 6 % 50}" for n in range(count)],
            [f"{table}/service.json?name__contains={words[n % 6]}&_size=20" for n in range(count)],
        ),
        "the 20 nearest": (
            [f"/api/services?near={a},{o}&per_page=20" for a, o in spots],
            [f"{table}/location.json?{box}&_size=20" for box in boxes],
        ),
        "the 20 nearest of a family within 30 km, for women": (
            [f"/api/services?near={a},{o}&per_page=20&proximity=30000&service_type=LEG&serves=SEX-F" for a, o in spots],
            [],
        ),
    }


def measure(view: Path, services: int, few: int, many: int) -> list[Table]:
    """Ask both servers everything, so many times with few clients and with many."""
    asked = questions(view, few + many)
    tables = {kind: Table(f"{services:,} services: {kind}") for kind in asked}
    ports = (first := free_port(2)), first + 1
    ours = [sys.executable, "-c", SERVER, str(view), str(ports[0])]
    peer = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(view),
        "--port",
        str(ports[1]),
        "--setting",
        "sql_time_limit_ms",
        "20000",
        "--setting",
        "suggest_facets",
        "off",
    ]
    crowd: dict[str, list[tuple[str, Served]]] = {kind: [] for kind in asked}
    for place, (label, command) in enumerate((("Rohnamo, waitress", ours), ("Datasette, uvicorn", peer))):
        with running(command, ports[place]) as process:
            for kind, both in asked.items():
                if paths := both[place]:
                    first, rest = _dealt(paths[:few], FEW), _dealt(paths[few:], MANY)
                    ask(ports[place], _dealt(paths[: 2 * FEW], FEW), process.pid, is_json)  # what is read once is read
                    tables[kind].rows.append((label, ask(ports[place], first, process.pid, is_json)))
                    crowd[kind].append((f"{label}, {MANY} clients", ask(ports[place], rest, process.pid, is_json)))
    for kind, rows in crowd.items():
        tables[kind].rows += rows
    return list(tables.values())


def _dealt(paths: list[str], clients: int) -> list[list[str]]:
    """Return which paths each client asks for."""
    return [paths[number::clients] for number in range(clients)]


def made(folder: Path, services: int) -> Path:
    """Make a view of that many services."""
    with directory(folder / "directory.db", area(), services) as store:
        publish(store, "public", folder / "public.db", area=None, edition=DAY).view.close()
    return folder / "public.db"


def run(quick: bool) -> list[Table]:
    """Measure on 10,000 services."""
    services, few, many = (2_000, 120, 400) if quick else (10_000, 400, 1_000)
    with tempfile.TemporaryDirectory() as folder:
        return measure(made(Path(folder), services), services, few, many)


if __name__ == "__main__":
    main("api", "The API", run, about=ABOUT, packages=["flask", "waitress", "datasette", "uvicorn"])  # type: ignore[arg-type]
