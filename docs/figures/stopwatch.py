"""Walk visitors' stories from a cold start with a stopwatch: ``python -m docs.figures.stopwatch build/site``.

Chromium as a slow phone of 360 by 640 pixels (its processor four times slower, a slow mobile network), nothing kept
from before, the frozen site served compressed on loopback. Prints for each story the taps, the bytes that came over the
line, and the seconds that the visitor waits for pages; reading and deciding come on top and are not guessed. Of several
runs the one in the middle is shown. With ``--view`` the stories of forms are walked, too, on the live portal of that
view, which writes into an inbox that is thrown away.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Response, request
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from docs.figures.lighthouse import CHROMIUM, serving
from mapping.area.study_area import StudyArea
from web import create_app

NETWORKS = {  # bytes a second down and up, milliseconds of latency: the profiles of Chromium's own tools
    "slow 4G": (1.6e6 / 8 * 0.9, 0.75e6 / 8 * 0.9, 150.0),
    "slow 3G": (0.5e6 / 8 * 0.8, 0.5e6 / 8 * 0.8, 400.0),
}
PHRASES = Path("tests/view/phrases.csv")
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass
class Walk:
    """One story as it is walked: taps so far, bytes, and seconds of waiting."""

    page: Page
    taps: int = 0
    size: int = 0
    seconds: float = 0.0
    steps: list[str] = field(default_factory=list)

    def wait(self, act: Callable[[], Any], ready: str) -> None:
        """Do something, and count the time until what is waited for can be seen."""
        start = time.perf_counter()
        act()
        self.page.locator(ready).first.wait_for(state="visible")
        took = time.perf_counter() - start
        self.seconds += took
        self.steps.append(f"{took:.1f}")

    def tap(self, link: str, ready: str = "h1") -> None:
        """Tap what leads on, and wait for the next page."""
        self.taps += 1
        target = self.page.locator(link).first

        def act() -> None:
            with self.page.expect_navigation(wait_until="domcontentloaded"):
                target.tap()

        self.wait(act, ready)

    def write(self, text: str, ready: str) -> None:
        """Tap the field of the search and write, and wait for what answers."""
        self.taps += 1
        self.page.locator("#words").tap()
        self.wait(lambda: self.page.fill("#words", text), ready)

    def choose(self, answer: str, value: str = "") -> None:
        """Answer a question of a form: a tap for an answer that is seen, two for one of a list that opens."""
        self.taps += 2 if value else 1
        target = self.page.locator(answer).first
        if value:
            target.select_option(value)
        else:
            target.check()


def a_number_at_once(walk: Walk) -> None:
    """Open the pages and call the line."""
    walk.tap("a[hreflang=tg]", ".call:not([hidden]) a.num")


def a_woman_with_a_child_at_night(walk: Walk) -> None:
    """Write that there is nowhere to sleep tonight, and see the line above everything."""
    walk.tap("a[hreflang=tg]", "#words")
    walk.write("имшаб бо бачаам ҷои хоб надорам", "#urgent a.num")


def an_exploited_man_in_russia(walk: Walk) -> None:
    """Abroad: the country, then what help, and a number there."""
    walk.tap("a[hreflang=ru]")
    walk.tap("main a[href='c.html']:visible")
    walk.tap("main a[href='c-ru.html']", "main a[href^='tel:+']")
    walk.tap("main a[href='n6-ru.html']")
    walk.tap("main a[href='n6-ru-a.html']", ".list a[href^='tel:+']")


def the_mother_of_a_vanished_son(walk: Walk) -> None:
    """Write that the son is lost in Russia, see the line, and open the first who looks for people."""
    walk.tap("a[hreflang=tg]", "#words")
    walk.write("писарам дар Русия гум шуд", "#urgent a.num:visible")
    walk.page.locator("#hits li").first.wait_for()
    walk.tap("#hits h3 a", ".call a")


def a_lawyer_in_kulob(walk: Walk) -> None:
    """The lawyers of the region, then those nearest to the own district, and the page of the first."""
    walk.tap("a[hreflang=en]")
    walk.tap("main a[href='n4.html']")
    walk.tap("main .tiles a[href='n4-r2.html']")
    walk.tap("main a[href='n4-r2-a.html']", ".list a[href^='tel:']")
    walk.tap("main a[href='n4-r2-m.html']")
    walk.tap("main .names a:has-text('Kulob')", ".list a[href^='tel:']")
    walk.tap(".list h3 a", ".call a")


def somebody_who_reads_little(walk: Walk) -> None:
    """By the signs: somebody to talk to, in the own region, with a number on every page."""
    walk.tap("a[hreflang=tg]", ".call:not([hidden]) a.num")
    walk.tap("main a[href='n2.html']:has(svg.sign)", "main a.num")
    walk.tap("main .tiles a[href='n2-r1.html']", "main a.num")
    walk.tap("main a[href='n2-r1-a.html']", ".list a[href^='tel:']")


def a_girl_in_murghob(walk: Walk) -> None:
    """Help for a child in the remotest district: the nearest, however far, and what comes by phone."""
    walk.tap("a[hreflang=ru]")
    walk.tap("main a[href='n7.html']")
    walk.tap("main .tiles a[href='n7-r5.html']")
    walk.tap("main a[href='n7-r5-c.html']")
    walk.tap("main a[href='n7-r5-m.html']")
    walk.tap("main .names a:has-text('Мургаб')", "#c .list h3 a")


def a_foreign_woman_who_wants_home(walk: Walk) -> None:
    """Write it in English, and open the first who helps to return."""
    walk.tap("a[hreflang=en]", "#words")
    walk.write("I want to go home to my country", "#hits li")
    walk.tap("#hits h3 a", ".call a")


def by_search(walk: Walk) -> None:
    """Search the list of everything for a word, and open the first that is found."""
    walk.tap("a[hreflang=ru]")
    walk.tap("a[href='all-1.html']", "#words")
    walk.write("юридическая", "#hits li")
    walk.tap("#hits h3 a", ".call a")


def all_that_speak_a_language(walk: Walk) -> None:
    """On a list of several sheets: who speaks a language, on all of them."""
    walk.tap("a[hreflang=tg]")
    walk.tap("main a[href='n3.html']")
    walk.tap("main a[href='n3-r0.html']")
    walk.tap("main a[href='n3-r0-a.html']")
    walk.taps += 2
    walk.page.locator(".filters summary").tap()
    walk.wait(lambda: walk.page.locator(".filters input[value=uz]").tap(), "#rest li")


def to_print(walk: Walk) -> None:
    """The print edition of the own region."""
    walk.tap("a[hreflang=tg]")
    walk.tap(".foot a[href='print.html']")
    walk.tap("main a[href='print-r2.html']", "main h2")


def the_map(walk: Walk) -> None:
    """The map, which comes when it is asked for."""
    walk.tap("a[hreflang=tg]")
    walk.tap(".foot a[href='map.html']")
    walk.taps += 1
    walk.wait(lambda: walk.page.locator(".ask-map button").tap(), ".mapbox[data-ready]")


def something_is_wrong(walk: Walk) -> None:
    """A number of an entry is silent: say so."""
    walk.tap("a[hreflang=tg]")
    walk.tap("a[href='all-1.html']")
    walk.tap("main .list h3 a")
    walk.tap("a[href*='f1/']")
    walk.choose("main input[name=what]")
    walk.tap("main button[type=submit]")


def help_is_missing(walk: Walk) -> None:
    """Say from a list that help is missing there."""
    walk.tap("a[hreflang=tg]")
    walk.tap("main a[href='n4.html']")
    walk.tap("main a[href='n4-r2.html']")
    walk.tap("main a[href='n4-r2-a.html']")
    walk.tap("main a[href*='f2/']")
    walk.tap("main button[type=submit]")


def help_is_missing_anywhere(walk: Walk) -> None:
    """Say from the first page which help is missing where."""
    walk.tap("a[hreflang=ru]")
    walk.tap("main a[href='f2.html']")
    walk.choose("main input[name=need]")
    walk.choose("main select", walk.page.locator("main select option").nth(2).get_attribute("value") or "")
    walk.tap("main button[type=submit]")


PEOPLE = (
    a_woman_with_a_child_at_night,
    an_exploited_man_in_russia,
    the_mother_of_a_vanished_son,
    a_lawyer_in_kulob,
    somebody_who_reads_little,
    a_girl_in_murghob,
    a_foreign_woman_who_wants_home,
)
"""Stories of people; tests walk them, too."""
STORIES = (a_number_at_once, *PEOPLE, by_search, all_that_speak_a_language, to_print, the_map)
FORMS = (something_is_wrong, help_is_missing, help_is_missing_anywhere)
"""Stories that need the live portal: a frozen site has no forms."""


@contextmanager
def portal(view: Path, area: Path) -> Iterator[str]:
    """Run the live portal with forms on loopback while the block runs; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(view, StudyArea.load(area), demo=True, inbox=Path(folder) / "inbox.db")
        app.after_request(compressed)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would tell of each request
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def compressed(response: Response) -> Response:
    """Compress an answer as the web server in front of a portal does."""
    if (response.mimetype or "").startswith("text/") and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def walk(browser: Browser, origin: str, story: Callable[[Walk], None], network: str) -> Walk:
    """Walk a story from a cold start on a slow phone."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.set_default_timeout(60_000)
    client = context.new_cdp_session(page)
    down, up, latency = NETWORKS[network]
    client.send("Network.enable")
    client.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "downloadThroughput": down, "uploadThroughput": up, "latency": latency},
    )
    client.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    walked = Walk(page)

    def finished(event: dict[str, Any]) -> None:
        walked.size += int(event["encodedDataLength"])

    client.on("Network.loadingFinished", finished)
    walked.wait(lambda: page.goto(f"{origin}/index.html", wait_until="domcontentloaded"), "main a")
    story(walked)
    page.wait_for_load_state()
    context.close()
    return walked


def middle(browser: Browser, origin: str, story: Callable[[Walk], None], network: str, runs: int) -> Walk:
    """Walk a story some times, and return the walk in the middle by waiting."""
    return sorted((walk(browser, origin, story, network) for _ in range(runs)), key=lambda one: one.seconds)[runs // 2]


HITS = """async phrases => {
  const form = document.querySelector("form.search"), field = document.querySelector("#words"), took = [];
  for (const phrase of phrases) {
    field.value = phrase;
    const start = performance.now();
    form.dispatchEvent(new Event("submit", {cancelable: true}));
    took.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 120));
  }
  return took;
}"""
"""Type phrases one after the other, and return for each the milliseconds until its first hits stand on the page."""


def hits(browser: Browser, origin: str, rate: int) -> list[float]:
    """Return the milliseconds that each of 60 phrases takes on the first page, its processor so many times slower."""
    with PHRASES.open(encoding="utf-8", newline="") as file:
        phrases = [row["phrase"] for row in csv.DictReader(file) if row["language"] == "ru"][:60]
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(f"{origin}/ru/index.html")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.locator("#words").tap()
    page.wait_for_selector("form.search[data-ready=true]")
    took: list[float] = page.evaluate(HITS, phrases)
    context.close()
    return took


def main() -> None:
    """Walk every story and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--network", choices=sorted(NETWORKS), default="slow 4G")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--view", type=Path, help="Walk the stories of forms on the live portal of this view.")
    parser.add_argument("--area", type=Path, default=Path("data/geo/tj"))
    given = parser.parse_args()
    print(f"{given.network}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first story")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        with serving(given.site) as origin:
            for story in STORIES:
                tell(story, middle(browser, origin, story, given.network, given.runs))
            for rate in (4, 6):
                took = sorted(hits(browser, origin, rate))
                line = (
                    f"{took[len(took) // 2]:.0f} ms in the middle, {took[len(took) * 9 // 10]:.0f} ms for nine of ten"
                )
                print(f"a hit of the search, {rate} times slower: {line}", flush=True)
        if given.view:
            with portal(given.view, given.area) as origin:
                for story in FORMS:
                    tell(story, middle(browser, origin, story, given.network, given.runs))
        browser.close()


def tell(story: Callable[[Walk], None], one: Walk) -> None:
    """Print what a story took."""
    print(
        f"{story.__name__.replace('_', ' '):25} {one.taps} taps  {one.size / 1000:5.1f} kB  "
        f"{one.seconds:4.1f} s of waiting ({', '.join(one.steps)})",
        flush=True,
    )


if __name__ == "__main__":
    main()
