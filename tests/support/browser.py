"""A real browser for tests: Chromium, with every address but the page's own origin cut off."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakSet

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
    from playwright.sync_api import BrowserContext, Page, sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        for kind in (Page, BrowserContext):
            for name in LASTING & {*vars(kind)}:
                patch.setattr(kind, name, noted(getattr(kind, name)))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        IDLE.clear()
        browser.close()


LASTING = {"add_init_script", "clock", "expose_binding", "expose_function", "new_cdp_session", "on", "route"}
"""What a test may do to a page or its context that is not undone by opening another address."""
CHANGED: WeakSet = WeakSet()
"""Contexts to which something of the kind was done."""
IDLE: dict[str, object] = {}
"""By the options of its context, a page that shows a file and can show another: a new one takes longer than that."""


def noted(own):
    """Return a method or a property that notes the context to which it does something lasting."""

    def note(self, *args, **options):
        CHANGED.add(getattr(self, "context", self))
        return own.fget(self) if isinstance(own, property) else own(self, *args, **options)

    return property(note) if isinstance(own, property) else note


class Window:
    """A page in a context of its own, and what went wrong in it."""

    def __init__(self, chromium, options: dict):
        self.context = chromium.new_context(**options)
        self.page = self.context.new_page()
        self.strays: list[str] = []
        self.origin = urlsplit("")
        self.context.on("request", self.watch)
        self.page.on("console", lambda message: self.strays.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.strays.append(str(error)))
        CHANGED.discard(self.context)

    def watch(self, request) -> None:
        """Note a request to another origin."""
        asked = urlsplit(request.url)
        if asked[:2] != self.origin[:2] and asked.scheme not in ("data", "blob"):
            self.strays.append(request.url)

    def show(self, url: str, strays: list[str], *, width: int, height: int, at: str) -> None:
        """Open an address of an origin in the page as if it were new; faults go where a test wants them."""
        self.strays, self.origin = strays, urlsplit(at or url)  # where the page is, if it is not there yet
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(url)

    def lasts(self) -> bool:
        """Tell whether it shows a file, and can show another as if it were new."""
        return self.origin.scheme == "file" and self.context not in CHANGED and self.context.pages == [self.page]


@contextmanager
def opened_pages(chromium) -> Iterator[Callable]:
    """Open pages that may ask their own origin only; at the end a stray request, an error or a CSP report is a fault.

    Requests are watched and not held up, which would cost more than all else and keep the browser from its cache.
    """
    strays: list[str] = []
    windows = []

    def open_(url: str, *, width: int = 1280, height: int = 800, at: str = "", **options):
        kind = repr(sorted(options.items()))
        idle = IDLE.pop(kind, None) if url.startswith("file:") else None
        window = idle or Window(chromium, options)
        windows.append((kind, window))
        window.show(url, strays, width=width, height=height, at=at)
        return window.page

    yield open_
    for kind, window in windows:
        if window.lasts() and kind not in IDLE:
            window.context.clear_cookies()
            window.page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
            IDLE[kind] = window
        else:
            window.context.close()
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


COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that judge colours."""
ALL_OTHERS = {"rules": {rule: {"enabled": False} for rule in COLOURS}}
JUDGE = re.sub("^//.*\n", "", Path(__file__).with_name("judge.js").read_text(encoding="utf-8"), flags=re.MULTILINE)
PASSED: set[int] = set()
"""How words look whose colours axe has passed in this process."""


def axe_faults(page, rules: dict | None = ALL_OTHERS) -> list[tuple[str, list[str]]]:
    """Return what axe finds in a page: the rule and the beginning of what breaks it.

    Colours it judges whatever its ``rules`` are, which must not be of them.
    """
    asked = rules, COLOURS, [*PASSED]
    if (judged := page.evaluate(JUDGE, asked)) is None:
        axe = AXE.read_text(encoding="utf-8")
        page.add_init_script(f"window.loadAxe = () => {{{axe}}}")  # at hand in whatever the page shows next
        page.evaluate(axe)
        judged = page.evaluate(JUDGE, asked)
    faults, passed = judged
    PASSED.update(passed)
    return [(rule, beginnings) for rule, beginnings in faults]


def wait_until(page, condition: str) -> None:
    """Wait for an expression of the page's script to be true; raises an error of the browser after 30 seconds.

    Playwright's `wait_for_function` evaluates a text at each look after the first, which the pages' policy forbids.
    """
    look = (
        f"({condition}) ? done() : Date.now() > end ? fail(new Error({json.dumps(condition)})) : setTimeout(look, 20)"
    )
    page.evaluate(
        f"() => new Promise((done, fail) => {{ const end = Date.now() + 30000, look = () => {look}; look(); }})"
    )
