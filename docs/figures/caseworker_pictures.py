"""Walk the caseworker's story on the demo, with a stopwatch: ``python -m docs.figures.caseworker_pictures [VIEWS]``.

VIEWS is a folder with ``partner.db`` and ``focal_point.db`` of the demo, build/private by default (``rohnamo
demo-partner`` writes them). Pictures go to docs/images, and for each step taps, seconds and bytes are printed: seconds
are those of the processor for the pages, since waiting in this walk depends on what else the machine does.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
from playwright.sync_api import Page, sync_playwright
from waitress.server import create_server

from docs.figures.screenshots import LARGEST, QUIET, ROOT, fewer_colours
from mapping.area.study_area import StudyArea
from mapping.resources import shipped
from web.access.accounts import Accounts
from web.partner.app import create_partner_app
from web.stores.inbox import Inbox
from web.stores.ledger import Ledger

PASSWORD = "apricot lantern river seven"
DAY = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
PLACE = "Kulob"


class Walk:
    """A person in a browser, and what each of their steps took."""

    def __init__(self, page: Page, origin: str, folder: Path) -> None:
        self.page, self.origin, self.folder = page, origin, folder
        self.large = 0
        self._bytes = 0
        page.on("response", lambda answer: self._count(answer.headers.get("content-length", "0")))

    def _count(self, length: str) -> None:
        self._bytes += int(length)

    @contextmanager
    def step(self, name: str, taps: int) -> Iterator[None]:
        """Time a step and count what comes over the line."""
        self._bytes, start = 0, time.process_time()
        yield
        self.page.wait_for_load_state()
        seconds = time.process_time() - start
        print(f"{name:48} {taps:2} taps  {seconds:5.1f} s  {self._bytes / 1000:6.1f} kB")

    def picture(self, name: str, height: int | None = None) -> None:
        """Keep the page as a picture of docs/images, from its top."""
        size = self.page.viewport_size or {"width": 1100, "height": 800}
        clip = {"x": 0.0, "y": 0.0, "width": float(size["width"]), "height": float(height or size["height"])}
        png = fewer_colours(self.page.screenshot(animations="disabled", full_page=True, clip=clip))  # type: ignore[arg-type]
        (self.folder / f"caseworker-{name}.png").write_bytes(png)
        self.large += len(png) > LARGEST

    def sign_in(self, login: str, code: str) -> None:
        """Fill in the first page."""
        for field, text in (("login", login), ("password", PASSWORD), ("code", code)):
            self.page.fill(f"#{field}", text)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/index.html")


def walk(steps: Walk, code: str) -> None:
    """From signing in to a card, a noted referral, and the answer of a receiver."""
    page, origin = steps.page, steps.origin
    with steps.step("Open the portal", 1):
        page.goto(f"{origin}/en/index.html")
    with steps.step("Sign in: login, password, code", 4):
        steps.sign_in("caseworker", code)
    steps.picture("finder", 1180)
    with steps.step("Say what is needed, and find", 7):
        page.select_option("#place", label=PLACE)
        page.check("[name=sex][value=SEX-M]")
        page.select_option("#age", "AGE-ADU")
        for need in ("stay", "wages"):
            page.check(f"[name=need][value={need}]")
        page.check("[name=no_police]")
        page.click("main form button[type=submit]")
        page.wait_for_url("**/find.html")
    steps.picture("answers", 1500)
    page.locator("#way").scroll_into_view_if_needed()
    (steps.folder / "caseworker-way.png").write_bytes(
        fewer_colours(page.locator("section[aria-labelledby=way]").screenshot(animations="disabled"))
    )
    with steps.step("Choose three and compare", 4):
        for box in page.locator("[name=pick]").all()[:3]:
            box.check()
        page.click("form[action$='compare.html'] button:not([formaction])")
        page.wait_for_url("**/compare.html")
    with steps.step("A card in Tajik, with the place", 4):
        page.click("main button:not([formaction])")
        page.select_option("#tongue", "tg")
        page.check("[name=kind][value=place]")
        page.click("main button:not([formaction])")
        page.wait_for_load_state()
    steps.picture("card", 900)
    with steps.step("Open a service, and note the referral", 4):
        page.click("main button[formaction$='find.html']")
        page.click(".list h4 a >> nth=0")
        page.click("form[action$='refer'] button")
        page.wait_for_url("**/refer")
    link = page.input_value("#address")
    with steps.step("The receiver answers by the link", 3):
        page.goto(link)
        page.check("[name=outcome][value=accepted]")
        page.click("main button[type=submit]")
    page.goto(f"{origin}/en/referrals.html")
    steps.picture("referrals", 620)


def rooms(steps: Walk, code: str) -> None:
    """A provider says whether there is room."""
    page, origin = steps.page, steps.origin
    page.goto(f"{origin}/en/sign-in.html")
    steps.sign_in("provider", code)
    with steps.step("A provider says that there is room", 2):
        page.click("a[href='rooms.html']")
        page.click("button[name=room][value=open] >> nth=0")
        page.wait_for_load_state()
    steps.picture("rooms")


def main(views: Path, images: Path) -> int:
    """Take the pictures, print the steps; return how many pictures are too large."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not here: on Debian and Ubuntu, 'apt-get install chromium' provides it")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, moment = Path(name), [DAY]
        accounts = Accounts(folder / "accounts.db")
        app = create_partner_app(
            views / "partner.db",
            StudyArea.load(shipped("geo/tj")),
            focal_view=views / "focal_point.db",
            accounts=accounts,
            inbox=Inbox(folder / "inbox.db"),
            ledger=Ledger(folder / "ledger.db"),
            demo=True,
            clock=lambda: moment[0],
            secure=False,
        )
        entries = app.config["EDITIONS"][0].now().entries("en").values()
        body = next(each.organization.id for each in entries if each.types and each.phones)
        secrets = {login: _person(accounts, login, body, moment[0]) for login in ("caseworker", "provider")}
        moment[0] += dt.timedelta(seconds=30)
        server = create_server(app, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=True)
        threading.Thread(target=server.run, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        origin, large = f"http://127.0.0.1:{server.effective_port}", 0
        for login, story, width in (("caseworker", walk, 1100), ("provider", rooms, 360)):
            context = browser.new_context(viewport={"width": width, "height": 720}, color_scheme="light")
            steps = Walk(context.new_page(), origin, images)
            story(steps, pyotp.TOTP(secrets[login]).at(moment[0]))
            large += steps.large
        browser.close()
        server.close()
    return large


def _person(accounts: Accounts, login: str, body: str, now: dt.datetime) -> str:
    """Make an invented person who has taken up the account; return the secret of the authenticator."""
    link = accounts.add(login, f"{login.title()} (invented)", login, by="pictures", now=now)  # type: ignore[arg-type]
    secret = accounts.begin_enrolment(link, PASSWORD, now=now)
    account = accounts.finish_enrolment(link, pyotp.TOTP(secret).at(now), now=now)
    accounts.grant(account.id, "organization", body)
    accounts.grant(account.id, "region", "*")
    return secret


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "private", ROOT / "docs" / "images"))
