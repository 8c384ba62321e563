"""A real browser for tests: Chromium, with every address but the page's own origin cut off."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
"""The browser without windows comes first: a page in it costs half the processor's time."""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--js-flags=--no-maglev --no-turbofan",
]
"""No host has an address but this machine. Pages are short-lived: making them quick costs more than it gains."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Return a running Chromium; without one, tests skip, except in CI."""
    if CHROMIUM is None or not AXE.exists():
        if os.environ.get("CI"):
            pytest.fail("Chromium or axe-core is missing; .ci/run and the build bring them")
        pytest.skip("needs Chromium (apt-get install chromium) and the front-end files (make test)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def opened_pages(chromium) -> Iterator[Callable]:
    """Open pages that may ask their own origin only; at the end a stray request, an error or a CSP report is a fault.

    Requests are watched and not held up, which would cost more than all else and keep the browser from its cache.
    """
    strays: list[str] = []
    contexts = []

    def open_(url: str, *, width: int = 1280, height: int = 800, at: str = "", **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        origin = urlsplit(at or url)  # where the page is, if it is not there yet

        def watch(request):
            asked = urlsplit(request.url)
            if (asked.scheme, asked.netloc) != (origin.scheme, origin.netloc) and asked.scheme not in ("data", "blob"):
                strays.append(request.url)

        context.on("request", watch)
        page = context.new_page()
        page.on("console", lambda message: strays.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: strays.append(str(error)))
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert strays == [], strays  # pytest does not rewrite this file


@pytest.fixture
def open_page(chromium) -> Iterator[Callable]:
    """Open pages as `opened_pages` does.

    Name it after the fixture that serves the pages: then pages are closed before their server is.
    """
    with opened_pages(chromium) as open_:
        yield open_


def press(page, selector: str) -> None:
    """Click on what leads to a page, and wait until that page is there: also where it has the address of this one."""
    with page.expect_navigation():
        page.click(selector)


STILL = """() => new Promise((done) => {
  let before;
  const look = () => {
    const map = document.querySelector('.leaflet-map-pane');
    if (map.outerHTML === before && !map.matches('.leaflet-zoom-anim')) return done();
    before = map.outerHTML;
    setTimeout(look, 100);
  };
  look();
})"""


def still(page) -> None:
    """Wait until nothing in a map moves, comes or goes any more."""
    page.evaluate(STILL)


AXE_RUN = "(rules) => axe.run({resultTypes: ['violations'], preload: false, ...rules})"


def axe_faults(page, *, there: bool = False, rules: dict | None = None) -> list[tuple[str, list[str]]]:
    """Return what axe finds in a page: the rule and the beginning of what breaks it; ``there`` where axe is in it."""
    if not there:
        page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate(AXE_RUN, rules or {})["violations"]
    return [(fault["id"], [node["html"][:160] for node in fault["nodes"][:2]]) for fault in violations]
