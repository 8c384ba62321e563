"""Walk the steward's story on the demo, with a stopwatch: ``python -m docs.figures.steward_pictures [PRIVATE]``.

PRIVATE is the folder with the demo's ``directory.db``, build/private by default; it is copied and stays as it is.
Pictures go to docs/images, and for each step the taps, seconds and bytes are printed.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import pyotp
from playwright.sync_api import Page, sync_playwright
from waitress.server import create_server

from docs.figures.caseworker_pictures import DAY, PASSWORD, Walk
from docs.figures.screenshots import LARGEST, QUIET, ROOT, fewer_colours
from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory, public_id
from mapping.model import Organization, Service
from mapping.resources import shipped
from web.access.accounts import COMMAND_LINE, Accounts
from web.staff.app import create_staff_app
from web.stores.inbox import Draft, Inbox, SomethingWrong
from web.stores.ledger import Ledger


class Desk(Walk):
    """A steward in a browser."""

    def picture(self, name: str, height: int | None = None) -> None:
        """Keep the page as a picture of docs/images, from its top."""
        size = {"x": 0.0, "y": 0.0, "width": 1100.0, "height": float(height or 800)}
        png = fewer_colours(self.page.screenshot(animations="disabled", full_page=True, clip=size))  # type: ignore[arg-type]
        (self.folder / f"steward-{name}.png").write_bytes(png)
        self.large += len(png) > LARGEST


def people(accounts: Accounts) -> dict[str, str]:
    """Make two invented stewards whom two administrators met; return the secret of their authenticators by login."""
    secrets, administrators = {}, (("ann", "Ann Invented"), ("ben", "Ben Invented"))
    for login, name in administrators:
        accounts.add(login, name, "administrator", by=COMMAND_LINE, now=DAY)
    for login, name in (("zarina", "Zarina Invented"), ("noor", "Noor Invented")):
        token = accounts.add(login, name, "steward", by="pictures", now=DAY)
        secrets[login] = accounts.begin_enrolment(token, PASSWORD, now=DAY)
        accounts.finish_enrolment(token, pyotp.TOTP(secrets[login]).at(DAY), now=DAY)
        accounts.grant(accounts.by_login(login).id, "region", "*")
        for administrator, _ in administrators:
            accounts.meet(accounts.by_login(login).id, by=administrator)
    return secrets


def walk(steps: Walk, page: Page, service: str, body: str, codes: dict[str, str]) -> None:
    """From signing in to a change that two agreed to, a check, a new body, a double, a list brought in and undone."""
    origin = steps.origin
    with steps.step("Sign in", 4):
        page.goto(f"{origin}/en/index.html")
        enter(page, "zarina", codes["zarina"])
    steps.picture("attention", 1000)
    with steps.step("Open what visitors say is wrong, and see to it", 3):
        page.goto(f"{origin}/en/inbox.html")
        page.click("tbody a >> text=Something is wrong")
        page.click("text=This is done")
    with steps.step("Find a record by a word", 3):
        page.goto(f"{origin}/en/records.html")
        page.fill("#words", service)
        page.click("main form button[type=submit]")
    with steps.step("Note that it was checked by phone", 4):
        page.click("table a >> nth=0")
        page.check("[name=result][value=confirmed]")
        page.click("text=Note the check")
    steps.picture("record", 1400)
    with steps.step("Propose a new number", 4):
        page.click("a[href*='a/phone/'] >> nth=0")
        page.fill("#f-number", "+992000100999")
        page.fill("#reason", "They wrote that they have a second line")
        page.click("text=Save")
    with steps.step("Enter a body with its first service, and see what may be there already", 8):
        page.goto(f"{origin}/en/new/organization.html")
        page.fill("[name=organization-name]", body)
        page.fill("[name=service-name]", "Lawyers on call")
        page.select_option("[name=service-kind]", index=3)
        page.fill("[name=service-number]", "+992000100888")
        page.select_option("[name=location-area_unit]", index=8)
        page.fill("#reason", "They wrote to us")
        page.click("text=Propose it")
        steps.picture("new", 1000)
        page.check("[name=sure]")
        page.click("text=Propose it")
    with steps.step("A provider's change: accept two fields", 5):
        page.goto(f"{origin}/en/inbox.html")
        page.click("text=A provider's change")
        for box in page.locator("[name=field]").all():
            box.check()
        steps.picture("change", 900)
        page.click("text=Accept what is ticked")
    with steps.step("Two that may be one, side by side", 2):
        page.goto(f"{origin}/en/doubles/organization.html")
        page.click("table a >> nth=0")
    steps.picture("pair", 1100)
    with steps.step("Propose to merge them", 3):
        page.check("[name=decision][value=same]")
        page.fill("#reason", "One body under two spellings")
        page.click("text=Decide")
    with steps.step("Bring a list in: look at it", 3):
        page.goto(f"{origin}/en/import.html")
        page.set_input_files("#file", shipped("demo") / "women_centres.csv")
        page.select_option("#map", "women_centres.toml")
        page.click("text=Look at it")
    steps.picture("import", 1300)
    with steps.step("Store it", 1):
        page.get_by_role("button", name="Store it").click(no_wait_after=True)
        page.wait_for_url("**/stored.html")
        page.get_by_role("heading", name="The list is stored").wait_for()
    with steps.step("Take the check back", 2):
        page.click("main >> text=Changes")
        page.locator("tr", has_text="Checked").first.locator("button").click()
    with steps.step("Sign in as the second person, and agree", 7):
        page.click(".groups summary >> nth=-1")
        page.click("form[action$=sign-out] button")
        enter(page, "noor", codes["noor"])
        page.goto(f"{origin}/en/waiting.html")
        page.click("table a >> nth=0")
        steps.picture("second", 800)
        page.click("text=Approve >> nth=-1")


def enter(page: Page, login: str, code: str) -> None:
    """Sign somebody in."""
    for field, text in (("login", login), ("password", PASSWORD), ("code", code)):
        page.fill(f"#{field}", text)
    page.click("main button[type=submit]")
    page.wait_for_url("**/attention.html")


def main(private: Path = ROOT / "build" / "private", images: Path = ROOT / "docs" / "images") -> int:
    """Walk through the story; return 1 where a picture is too large."""
    area, later = StudyArea.load(shipped("geo/tj")), DAY + dt.timedelta(seconds=60)
    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        folder = Path(own)
        for name in ("directory.db", "directory.key"):
            shutil.copy(private / name, folder / name)
        with Directory(folder / "directory.db", area) as directory:
            service = next(each for each in directory.records(Service) if each.__dict__["audience"] == "public")
            published, name = public_id(directory.key, service.id), service.__dict__["name"]
            body = directory.record(Organization, service.__dict__["organization_id"]).__dict__["name"]
        inbox, accounts = Inbox(folder / "inbox.db"), Accounts(folder / "accounts.db")
        inbox.put(SomethingWrong(service=published, what="number_silent"), on=DAY.date())
        changed = {"wait_time": "Two days", "email": "desk@example.org"}
        inbox.put(Draft(entity="service", record=published, fields=changed), on=DAY.date(), sender="provider")
        secrets = people(accounts)
        app = create_staff_app(
            folder / "directory.db",
            area,
            accounts=accounts,
            inbox=inbox,
            ledger=Ledger(folder / "ledger.db"),
            demo=True,
            clock=lambda: later,
            secure=False,
            maps=shipped("demo"),
        )
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        try:
            page = browser.new_page(viewport={"width": 1100, "height": 800}, color_scheme="light")
            page.set_default_timeout(60_000)
            steps = Desk(page, f"http://127.0.0.1:{server.effective_port}", images)
            walk(steps, page, name, body, {login: pyotp.TOTP(secret).at(later) for login, secret in secrets.items()})
        finally:
            browser.close()
            server.close()
    return int(steps.large > 0)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
