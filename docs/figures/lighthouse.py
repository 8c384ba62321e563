"""Ask Lighthouse how pages do on a slow phone: ``python -m docs.figures.lighthouse build/site``.

Serves a frozen site on loopback as a web server would (compressed, with the headers of `web.headers`), and lets
Lighthouse look at the first page, a list, a service and the map with its own profile of a slow phone (simulated slow
4G, a processor four times slower). Lighthouse comes from npm into a temporary folder and is no part of Rohnamo.
Prints the scores, the median of the runs, and ends with 1 where one is under 95.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from web.headers import HEADERS

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
FIGURES = {
    "first-contentful-paint": "s",
    "largest-contentful-paint": "s",
    "total-blocking-time": "ms",
    "cumulative-layout-shift": "",
    "total-byte-weight": "kB",
}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Server(http.server.SimpleHTTPRequestHandler):
    """Serve files as a web server in front of the site does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, compressed where that pays."""
        path = Path(self.translate_path(self.path))
        found = path.is_file()
        contents = path.read_bytes() if found else b""
        kind = self.guess_type(str(path))
        text = kind.startswith("text/") or kind in ("image/svg+xml", "application/json", "application/javascript")
        self.send_response(200 if found else 404)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        lasting = found and self.path.startswith("/static/")
        self.send_header("Cache-Control", "public, max-age=86400" if lasting else "no-store")
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        if text and "gzip" in self.headers.get("Accept-Encoding", ""):
            contents = gzip.compress(contents, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(contents)))
        self.end_headers()
        self.wfile.write(contents)

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """Serve a site on loopback while the block runs; gives its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def pages(site: Path, language: str) -> dict[str, str]:
    """Return one page of each kind: the heaviest list and service, so that no lucky one stands for all."""

    def heaviest(pattern: str) -> str:
        found = sorted(site.glob(f"{language}/{pattern}"), key=lambda path: (-path.stat().st_size, path.name))
        return found[0].relative_to(site).as_posix()

    return {
        "first page": f"{language}/index.html",
        "list": heaviest("n?-r?-a.html"),
        "service": heaviest("s/*.html"),
        "map": f"{language}/map.html",
    }


def fetched(folder: Path) -> Path:
    """Return the program of Lighthouse in a folder, fetched with npm where it is not there."""
    program = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return program


def look(program: Path, url: str) -> dict[str, Any]:
    """Return what Lighthouse says of a page."""
    command = [
        "node",
        str(program),
        url,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking",
    ]
    environment = os.environ | {"CHROME_PATH": CHROMIUM or ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    if done.returncode:
        raise SystemExit(f"Lighthouse could not look at {url}: {done.stderr.strip()[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def faults(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points, with the first thing that each names."""
    costing = {ref["id"] for each in report["categories"].values() for ref in each["auditRefs"] if ref["weight"]}
    found = []
    for name, audit in report["audits"].items():
        if name in costing and audit["score"] is not None and audit["score"] < 0.9:
            items = (audit.get("details") or {}).get("items") or [{}]
            found.append(
                f"{name} {audit.get('displayValue', '')} {json.dumps(items[0])[:200] if items[0] else ''}".strip()
            )
    return found


def main() -> int:
    """Look at each page and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--language", default="tg")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--least", type=int, default=95)
    parser.add_argument("--npm", type=Path, help="Folder that has Lighthouse already, or is to keep it.")
    given = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("Lighthouse needs Chromium: apt-get install chromium")
    low = 0
    with tempfile.TemporaryDirectory() as passing, serving(given.site) as origin:
        program = fetched(given.npm or Path(passing))
        for kind, path in pages(given.site, given.language).items():
            reports = [look(program, f"{origin}/{path}") for _ in range(given.runs)]
            scores = {
                name: statistics.median(round(100 * each["categories"][name]["score"]) for each in reports)
                for name in CATEGORIES
            }
            shown = [f"{name} {reports[0]['audits'][name].get('displayValue', '')}" for name in FIGURES]
            print(f"{kind:10} {path:60} " + "  ".join(f"{name} {score:.0f}" for name, score in scores.items()))
            print(f"{'':10} {'; '.join(shown)}")
            for fault in faults(reports[0]):
                print(f"{'':10} - {fault}")
            low += sum(score < given.least for score in scores.values())
    print(f"{low} scores under {given.least}" if low else f"every score is at least {given.least}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
