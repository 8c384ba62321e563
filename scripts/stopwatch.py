"""Walk visitors' stories from a cold start with a stopwatch: ``python -m scripts.stopwatch build/site``.

Chromium as a slow phone of 360 by 640 pixels (its processor four times slower, a slow mobile network), nothing kept
from before, the frozen site served compressed on loopback. Prints for each story the taps, the bytes that came over the
line, and the seconds that the visitor waits for pages; reading and deciding come on top and are not guessed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.lighthouse import CHROMIUM, serving

NETWORKS = {  # bytes a second down and up, milliseconds of latency: the profiles of Chromium's own tools
    "slow 4G": (1.6e6 / 8 * 0.9, 0.75e6 / 8 * 0.9, 150.0),
    "slow 3G": (0.5e6 / 8 * 0.8, 0.5e6 / 8 * 0.8, 400.0),
}
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


def a_number_at_once(walk: Walk) -> None:
    """Open the pages and call the line."""
    walk.tap("a[hreflang=tg]", ".call a.num")


def a_lawyer_near(walk: Walk) -> None:
    """Find a lawyer in the region, for an adult."""
    walk.tap("a[hreflang=tg]")
    walk.tap("main a[href='n4.html']")
    walk.tap("main a[href='n4-r2.html']")
    walk.tap("main a[href='n4-r2-a.html']", ".list a[href^='tel:']")


def home_from_abroad(walk: Walk) -> None:
    """In another country: find who helps to come home, with a number that works from there."""
    walk.tap("a[hreflang=ru]")
    walk.tap("main a[href='n8.html']")
    walk.tap("main a[href='n8-ru.html']")
    walk.tap("main a[href='n8-ru-a.html']", "a[href^='tel:']")


def by_search(walk: Walk) -> None:
    """Search the list of everything for a word, and open the first that is found."""
    walk.tap("a[hreflang=ru]")
    walk.tap("a[href='all-1.html']", "#words")
    walk.taps += 1
    walk.wait(lambda: walk.page.fill("#words", "юридическая"), "#hits li")
    walk.tap("#hits h3 a", ".call a")


STORIES = (a_number_at_once, a_lawyer_near, home_from_abroad, by_search)


def walk(browser: Browser, origin: str, story: Callable[[Walk], None], network: str) -> Walk:
    """Walk a story from a cold start."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
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


def main() -> None:
    """Walk every story and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--network", choices=sorted(NETWORKS), default="slow 4G")
    given = parser.parse_args()
    with serving(given.site) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for story in STORIES:
            one = walk(browser, origin, story, given.network)
            print(
                f"{story.__name__.replace('_', ' '):18} {one.taps} taps  {one.size / 1000:5.1f} kB  "
                f"{one.seconds:4.1f} s of waiting ({', '.join(one.steps)})"
            )
        browser.close()


if __name__ == "__main__":
    main()
