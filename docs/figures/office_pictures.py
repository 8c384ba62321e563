"""Walk from an empty folder to a first edition, and keep pictures of it: ``python -m docs.figures.office_pictures``.

The office is one of Orzustan, the invented country of the tests, and is thrown away. ``tests/web/walks`` walks the
same way and looks at what comes out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from docs.figures.screenshots import LARGEST, QUIET, ROOT, fewer_colours
from scripts.ports import free_port

AREA = Path("tests/tiny")
"""From the folder in which the office is started, so that no picture shows where that is."""
LIST = """Organization,Phone,Help,District,Checked,Who may see it
Bright Morning,+992 00 011 22 01,legal aid,Juybor,{day},public
Apricot Garden,+992 00 011 22 02,psychological help,Juybor,{day},public
Open Window,+992 00 011 22 03,legal aid,Hamvora,{day},public
Quiet House,+992 00 011 22 04,shelter,Juybor,{day},secret
"""
LONG = 120_000
"""Milliseconds to wait for long work."""
PASSWORD = "lantern orchard velvet {login}"


@dataclass(frozen=True)
class Office:
    """What the walk leaves: the pages of four people, and what the first page showed once."""

    visitor: Page
    administrator: Page
    steward: Page
    key: str


@contextlib.contextmanager
def started(folder: Path) -> Iterator[tuple[int, str]]:
    """Run ``rohnamo start`` in a folder; give its first port and the address that it printed.

    Raises
    ------
    subprocess.CalledProcessError
        It did not end well when it was asked to end.
    """
    port = free_port(3)
    command = [sys.executable, "-u", "-m", "mapping.cli", "start", str(folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address
            yield port, address.group()
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def wait_for(address: str) -> None:
    """Wait until a server answers there, whatever it says."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(address)


def follow(page: Page, link: Locator) -> None:
    """Click on what leads to a page, and wait until that page is there."""
    with page.expect_navigation():
        link.click()


def press(page: Page, text: str) -> None:
    """Press the first button of a text."""
    follow(page, page.get_by_role("button", name=text).first)


def enter(browser: Browser, link: str, login: str) -> Page:
    """Take up an account by its one-time link, sign in, and return the page."""
    page = browser.new_context(viewport={"width": 1100, "height": 800}, color_scheme="light").new_page()
    page.set_default_timeout(LONG)  # a list is read by a process of its own
    page.goto(link)
    password = PASSWORD.format(login=login)
    page.fill("#password", password)
    page.fill("#again", password)
    press(page, "Go on")
    code = pyotp.TOTP(page.inner_text("main code"))
    page.fill("#code", code.now())
    press(page, "Finish")
    page.fill("#login", login)
    page.fill("#password", password)
    page.fill("#code", code.at(time.time() + 30))
    press(page, "Sign in")
    return page


def agree_to_all(page: Page, staff: str, keep: Callable[[str, Page], None]) -> None:
    """Agree to whatever waits for a second person."""
    for _ in range(10):
        page.goto(f"{staff}/waiting.html")
        waiting = page.locator("main a[href^='p/'], main a[href^='shown/']")
        if not waiting.count():
            return
        follow(page, waiting.first)
        agree = page.get_by_role("button", name="Approve").first
        agree.wait_for(timeout=LONG)  # a list is read again before it is shown, and once more before it is stored
        keep("second", page)
        if page.query_selector("#note"):
            page.fill("#note", "called back over the register")
        agree.click(no_wait_after=True)
        page.wait_for_url("**/waiting.html*", timeout=LONG)
    raise AssertionError("it never ends")


def walk(
    browser: Browser, port: int, address: str, area: Path, list_: Path, keep: Callable[[str, Page], None]
) -> Office:
    """Set an office up and publish its first edition; ``keep`` is called with the pages that a picture shows."""
    public, staff = f"http://localhost:{port}", f"http://localhost:{port + 2}/en"
    page = browser.new_page(viewport={"width": 1100, "height": 800}, color_scheme="light")
    page.goto(address)
    page.fill("#name", "Office of Orzustan")
    page.fill("#folder", str(area))
    page.fill("#first", "ann")
    page.fill("#second", "ben")
    page.check("input[value=two]")
    keep("setup", page)
    press(page, "Make the office")
    links = [link.get_attribute("href") or "" for link in page.query_selector_all("main li a")]
    key = page.inner_text("main code")
    for number in range(3):
        wait_for(f"http://localhost:{port + number}/")

    ann, ben = (enter(browser, link, login) for link, login in zip(links, ("ann", "ben"), strict=True))
    keep("steps", ann)

    ann.goto(f"{staff}/import.html")
    ann.set_input_files("#file", list_)
    press(ann, "Look at it")
    ann.fill("#source", "first-list")
    ann.fill("#name", "First list")
    ann.get_by_label("Rows marked public").select_option("public")
    keep("list", ann)
    press(ann, "Look at what it would do")
    press(ann, "Ask a second person")
    agree_to_all(ben, staff, keep)

    ann.goto(f"{staff}/publish.html")
    press(ann, "Build the next edition: For all three")
    ann.wait_for_url("**/next/all.html")
    ben.goto(ann.url)
    keep("publish", ben)
    press(ben, "Publish it")
    page.goto(f"{public}/en/index.html")
    follow(page, page.get_by_role("link", name="everything in one list"))
    deadline = time.monotonic() + LONG / 1000
    while "Bright Morning" not in page.inner_text("main") and time.monotonic() < deadline:
        time.sleep(1)  # the pages before are sent until the new ones are made
        page.reload()
    keep("public", page)
    ann.goto(f"{staff}/steps.html")
    return Office(page, ann, ben, key)


def main(images: Path = ROOT / "docs" / "images") -> int:
    """Walk, and write the pictures; return 1 where one is too large."""
    pictures: dict[str, bytes] = {}

    def keep(name: str, page: Page) -> None:
        if name not in pictures:  # the first that waits shows what the others look like
            page.wait_for_load_state()
            page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
            height = min(page.evaluate("document.body.scrollHeight"), 1000)
            clip = {"x": 0, "y": 0, "width": 1100, "height": height}
            shot = page.screenshot(animations="disabled", full_page=True, clip=clip)  # type: ignore[arg-type]
            pictures[name] = fewer_colours(shot)

    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        (list_ := Path(own) / "list.csv").write_text(LIST.format(day=dt.date.today()), "utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        with started(Path(own) / "office") as (port, address):
            walk(browser, port, address, AREA, list_, keep)
            browser.close()
    for name, png in pictures.items():
        (images / f"office-{name}.png").write_bytes(png)
        print(f"office-{name}.png  {len(png) / 1000:.0f} kB")
    return int(any(len(png) > LARGEST for png in pictures.values()))


if __name__ == "__main__":
    sys.exit(main())
