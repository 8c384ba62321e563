"""Let visitors come and go for an hour, and see what grows and what fails: ``python benchmarks/steady.py``.

The portal is the real one, started by its command with an inbox. What counts here is memory and errors; for how long
visitors wait when they never pause, see ``load.py``.
"""

from __future__ import annotations

import http.client
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from _harness import duration, main, size
from api import made, memory, processor, running
from load import VISITORS, our_visits

from scripts.ports import free_port

ABOUT = (
    "Visitors of the live portal, each from an address of its own, who read for about three seconds between two "
    "requests: pages of lists and entries, the index of the search, the API asked for words, a form opened and sent, "
    "and pages asked for again with their tag, for which the answer is that nothing changed. Memory is what the "
    "portal's processes hold, and in brackets what of it is their own rather than pages of the file."
)
PAUSE = 3.0
"""Mean seconds between two requests of a visitor."""
FORMS = 8
"""What one visitor sends in an hour at most: all together stay below what comes in on one day (web/public/forms.py)."""
WORDS = ("legal", "health", "court", "school", "umed", "sitora")
ANSWERS = {"need": "lawyer", "area_unit": "TJ-DU", "who": "adult", "why": "none_known"}


@dataclass
class Span:
    """What was asked in a part of the time: seconds waited, and what was wrong."""

    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sent: int = 0
    unchanged: int = 0
    busy: float = 0.0
    held: int = 0
    own: int = 0


@dataclass
class Spans:
    """Parts of the time, one after another."""

    title: str
    length: float
    spans: list[Span] = field(default_factory=list)

    def markdown(self) -> str:
        """Write the table."""
        lines = [
            f"## {self.title}",
            "",
            "| until minute | requests | middle | 95 of 100 within | slowest | not changed | forms | errors | memory |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for number, span in enumerate(self.spans, 1):
            waits = statistics.median(span.waits), statistics.quantiles(span.waits, n=20)[-1], max(span.waits)
            cells = (
                f"{number * self.length / 60:g}",
                f"{len(span.waits):,}",
                *map(duration, waits),
                f"{span.unchanged:,}",
                str(span.sent),
                str(len(span.wrong)),
                f"{size(span.held)} ({size(span.own)})",
            )
            lines.append(f"| {' | '.join(cells)} |")
        wrong = [text for span in self.spans for text in span.wrong]
        return "\n".join([*lines, "", *(f"- {text}" for text in wrong[:5]), ""])


class Visitor:
    """Somebody who goes through the portal: what they ask next is drawn from a seed of their own."""

    def __init__(self, number: int, port: int, visits: list[list[str]]):
        self.chance, self.visits, self.forms = random.Random(number), visits, 0
        source = (f"127.0.0.{number + 2}", 0)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=source)
        self.tags: dict[str, str] = {}

    def step(self, span: Span) -> None:
        """Ask for the next thing, and note what came back."""
        turn = self.chance.random()
        if turn < 0.1:
            self.ask(span, f"/api/services?search={quote(self.chance.choice(WORDS))}", b"}")
        elif turn < 0.2:
            self.ask(span, "/en/index.js", b"")
        elif turn < 0.3:
            self.ask(span, "/en/f2.html", b"</html>")
            if self.forms < FORMS:
                self.forms += 1
                self.send(span, "/en/f2.html")
        else:
            self.ask(span, self.chance.choice(self.chance.choice(self.visits)), b"</html>")

    def ask(self, span: Span, path: str, end: bytes) -> None:
        """Get a path, as a browser does that has it already where it was there before."""
        headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": tag} if (tag := self.tags.get(path)) else {})
        answer, body = self.request(span, "GET", path, None, headers)
        if answer.status == 304 and tag:
            span.unchanged += 1
            return
        if answer.headers.get("Content-Encoding") is None and not body.rstrip().endswith(end):
            span.wrong.append(f"{path}: ends in {body[-20:]!r}")
        if answer.status != 200:
            span.wrong.append(f"{path}: {answer.status}")
        elif answer.headers.get("ETag"):
            self.tags[path] = answer.headers["ETag"]

    def send(self, span: Span, path: str) -> None:
        """Send a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        answer, _ = self.request(span, "POST", path, urlencode(ANSWERS), headers)
        if answer.status == 303:
            span.sent += 1
        else:
            span.wrong.append(f"{path}: {answer.status} for a form")

    def request(
        self, span: Span, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask, and note how long it took; a connection that the server closed meanwhile is opened again."""
        start = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read()
        span.waits.append(time.perf_counter() - start)
        return answer, text


def stay(port: int, pid: int, visits: list[list[str]], spans: int, length: float) -> list[Span]:
    """Let all visitors go about for some spans of a length in seconds."""
    parts = [Span() for _ in range(spans)]
    begin = time.monotonic()

    def one(number: int) -> None:
        visitor = Visitor(number, port, visits[number::VISITORS])
        while (part := int((time.monotonic() - begin) / length)) < spans:
            try:
                visitor.step(parts[part])
            except (OSError, http.client.HTTPException) as error:
                parts[part].wrong.append(repr(error))
                visitor.connection.close()
            time.sleep(visitor.chance.expovariate(1 / PAUSE))
        visitor.connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    before = processor(pid)
    for number, part in enumerate(parts, 1):
        time.sleep(max(0.0, begin + number * length - time.monotonic()))
        (part.held, part.own), now = memory(pid), processor(pid)
        part.busy, before = now - before, now
        print(json.dumps([number, len(part.waits), len(part.wrong), part.own]), file=sys.stderr, flush=True)
    for thread in threads:
        thread.join()
    return parts


def run(quick: bool) -> list[Spans]:
    """Measure for an hour on 10,000 services."""
    services, spans, length = (300, 3, 10.0) if quick else (10_000, 12, 300.0)
    with tempfile.TemporaryDirectory() as folder:
        view = made(Path(folder), services)
        port = free_port()
        command = [sys.executable, "-m", "mapping.cli", "serve", "--view", str(view), "--port", str(port)]
        with running([*command, "--inbox", str(Path(folder) / "inbox.db")], port) as process:
            visits = our_visits(port, view, 20 * VISITORS)
            for path in {path for each in visits for path in each[:2]}:  # what is worked out once is worked out
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
                connection.request("GET", path)
                connection.getresponse().read()
            parts = stay(port, process.pid, visits, spans, length)
    asked, seconds = sum(len(part.waits) for part in parts), spans * length
    return [
        Spans(
            f"{services:,} services, {VISITORS} visitors for {seconds / 60:g} minutes, {asked:,} requests, "
            f"{sum(part.busy for part in parts) / seconds:.0%} of a core",
            length,
            parts,
        )
    ]


if __name__ == "__main__":
    main("steady", "An hour", run, about=ABOUT, packages=["flask", "waitress"])  # type: ignore[arg-type]
