"""What works on a phone of 2018: by what a browser of then has, and by the syntax that it can read.

`chromium_65.txt` says which names each built-in thing had in Chromium 65 (March 2018), as asked of itself. Whatever is
younger is taken away from today's Chromium, so that a script which needs it fails here as it would there.
"""

import re
from pathlib import Path

import pytest

from mapping.render import maps
from tests.support.browser import press
from web.static_files import FOLDER

KNOWN = Path(__file__).with_name("chromium_65.txt")
AGED = """(known) => {
  const NEEDED = ['globalThis', 'BigInt64Array', 'BigUint64Array']; // by Playwright itself
  for (const line of known) {
    const [path, ...names] = line.split(' '), kept = new Set(names.concat(NEEDED));
    let thing = window;
    if (path !== 'window') for (const part of path.split('.')) thing = thing[part];
    for (const name of Object.getOwnPropertyNames(thing)) {
      const its = Object.getOwnPropertyDescriptor(thing, name);
      if (!kept.has(name) && its.configurable && !/^(constructor|name|length|prototype)$/.test(name)) {
        delete thing[name];
      }
    }
  }
}"""
"""Takes from a page what Chromium 65 did not have; what makes a thing what it is, is in no list."""

YOUNGER = {
    "looks behind": r"\(\?<[=!]",  # Safari 16.4; an error in the whole file
    "optional chaining": r"\?\.(?!\d)",
    "nullish": r"\?\?",
    "logical assignment": r"(\|\||&&)=",
    "catch without a name": r"\bcatch\s*\{",
    "private names": r"\bthis\.#|^\s*#\w+",
    "numbers with low lines": r"\b\d+_\d",
    "numbers without end": r"\b\d+n\b",
}
"""Syntax that no browser of 2018 could read."""


@pytest.fixture
def old_page(site, chromium):
    """A page of the site from the disk, as in a browser that has nothing younger than 2018, and what went wrong."""
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    known = KNOWN.read_text(encoding="utf-8").splitlines()
    context.add_init_script(f"({AGED})({known})")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def open_(path: str):
        page.goto((site / path).as_uri())
        return page

    yield open_
    context.close()
    assert faults == []


def test_what_is_younger_is_away(old_page):
    page = old_page("en/index.html")
    gone = "[[].at, ''.replaceAll, document.body.replaceChildren, Promise.allSettled, window.structuredClone]"
    assert page.evaluate(f"{gone}.every((each) => each === undefined)")
    assert page.evaluate("Boolean([].find && document.body.append && window.fetch)")


def test_the_search_finds_there(old_page):
    page = old_page("en/index.html")
    page.fill("#words", "legal advice")
    page.wait_for_selector("#hits li")
    page.fill("#words", "my husband beats me")
    page.wait_for_selector("#urgent:not([hidden])")
    press(page, "#hits h3 a >> nth=0")
    assert page.locator("a[href^='tel:']").count() > 0


def test_a_list_is_narrowed_there(old_page):
    page = old_page("en/all-1.html")
    page.evaluate("document.querySelector('.filters').open = true")
    page.check(".filters [value=open]")
    page.wait_for_selector("text=Shown:")


def test_the_map_comes_there(old_page):
    page = old_page("en/map.html")
    page.click(".ask-map button")
    page.wait_for_selector("[data-ready]")
    assert page.locator(".leaflet-marker-icon").count() > 0


def test_whoever_has_an_older_one_is_told_at_once_that_the_search_does_not_work(site, open_page):
    """A script that cannot be read comes all the same, and nobody tells of it but the browser's own log."""
    page = open_page((site / "en" / "index.html").as_uri(), bypass_csp=True)
    page.evaluate("document.querySelector('form.search template').content.querySelector('script').src = 'data:,'")
    page.evaluate("window.onerror = () => true")
    page.fill("#words", "advice")
    page.wait_for_selector("text=The search did not load.")
    assert page.locator("a[href='n1.html']").is_visible()


def code(path: Path) -> str:
    """Return a script without what stands behind //, where syntax means nothing."""
    return re.sub(r"(?m)(^|\s)//.*$", "", path.read_text(encoding="utf-8"))


PLANNERS = {"atlas.js", "atlas-engine.js", "atlas-files.js"}
"""Scripts of the Atlas, which says itself that it needs a younger browser; nobody who seeks help needs it."""
SCRIPTS = sorted(path for path in (*FOLDER.glob("*.js"), *maps.STATIC.glob("*.js")) if path.name not in PLANNERS)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_written_in_what_it_can_read(path):
    text = code(path)
    assert {name for name, pattern in YOUNGER.items() if re.search(pattern, text, re.MULTILINE)} == set()
