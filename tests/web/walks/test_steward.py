"""The steward's story walked in Chromium: three languages, desktop and phone, pages looked at by axe.

Every page as it comes axe sees at 360 pixels in `test_every_page.py`: here, on a wide screen, and
what the walk makes of pages.

Whatever asks another host, fails, or is reported by the content policy fails the test (`tests/support/browser.py`).
"""

import pytest

from mapping.directory.directory import Directory, public_id
from mapping.editions.publish import publish
from mapping.model import Phone, Service
from tests.analysis.invented import Changed
from tests.support.browser import axe_faults, press
from tests.support.sample import TODAY, batch, key, service
from tests.web.support.office import Office
from tests.web.support.served import served
from tests.web.support.signed_in import PASSWORD
from web.stores.inbox import Draft, SomethingWrong

LANGUAGES = ("tg", "ru", "en", "uz")
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = """() => [...document.querySelectorAll("dt, .tag")].flatMap((label) => {
  const text = label.firstChild, range = document.createRange();
  return [...(text?.data ?? "").matchAll(/[^\\s-]+/g)].filter((word) => {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length > 1;
  }).map((word) => word[0]);
})"""
"""The words of labels that go over two lines."""

LEGAL, OLD = key("service", "Legal advice"), key("service", "Old help")
PUBLISHED = public_id(bytes.fromhex("5a" * 32), LEGAL)
LIST = "No,Organization,Service,District,Phone\n1,Navruz Centre,Legal consultations,Chashma,+992000100301\n"


@pytest.fixture
def office(tmp_path, tiny_area):
    places = tiny_area.gazetteer
    return Office(tmp_path, Changed(tiny_area, languages=LANGUAGES, gazetteer=places.assign(name_uz=places["name_en"])))


@pytest.fixture
def origin(office):
    with served(office.app) as address:
        yield address


def look(page, *, changed=False):
    """Check a page as it stands: nothing wider than the window, nothing left behind, no fault that axe knows."""
    page.wait_for_load_state()
    assert page.evaluate(WIDE) <= 0, page.url
    assert page.evaluate(BROKEN) == [], page.url
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    if changed or page.viewport_size["width"] > 360:
        assert axe_faults(page) == [], page.url


def enter(page, office, origin, language, login, role="steward"):
    office.client(role, login=login)
    office.clock.step()
    page.goto(f"{origin}/{language}/sign-in.html")
    for field, text in (("login", login), ("password", PASSWORD), ("code", office.code(login))):
        page.fill(f"#{field}", text)
    press(page, "main button[type=submit]")
    page.wait_for_selector("form[action$=sign-out]", state="attached")


def leave(page):
    page.click(".groups summary >> nth=-1")
    press(page, "form[action$=sign-out] button")


def send(page, **fields):
    """Fill in the fields of a form and send it."""
    for name, text in fields.items():
        page.fill(f"[name={name}]", text)
    press(page, "main form button.btn[type=submit] >> nth=0")


@pytest.mark.parametrize(("language", "width"), [("ru", 360), ("tg", 360), ("uz", 1280)])
def test_the_stewards_story(office, origin, open_page, tiny_area, language, width, tmp_path):
    office.inbox.put(SomethingWrong(service=PUBLISHED, what="number_silent"), on=office.clock.now.date())
    draft = Draft(entity="service", record=PUBLISHED, fields={"wait_time": "Two days"})
    office.inbox.put(draft, on=office.clock.now.date(), sender="provider")
    with Directory(office.directory, tiny_area) as opened:
        opened.add(batch(service("Old help", of="Umed"), source="navruz", file="list.csv"), on=TODAY)
    page = open_page(f"{origin}/{language}/sign-in.html", width=width, height=760)
    enter(page, office, origin, language, "zarina")
    look(page)
    page.goto(f"{origin}/{language}/inbox.html")
    look(page)
    press(page, "main a[href='letter/1.html']")
    look(page)
    send(page, note="called")
    press(page, "main a[href='letter/2.html']")
    page.check("[name=field]")
    look(page)
    send(page)
    page.goto(f"{origin}/{language}/records.html")
    send(page, words="legal advice")
    look(page)
    press(page, f"main a[href='r/service/{LEGAL}.html']")
    look(page)
    assert page.locator("html").get_attribute("lang") == language
    page.check("[name=result][value=confirmed]")
    press(page, f"form[action$='c/{LEGAL}'] button")
    press(page, f"main a[href*='a/phone/service/{LEGAL}.html']")
    look(page)
    send(page, number="+992000100999", reason="a second line")
    assert page.locator(".note.warn").count() == 2
    look(page, changed=True)
    press(page, f"main a[href*='h/service/{LEGAL}.html']")
    look(page)
    assert page.locator("ins", has_text="Two days").count() == 1
    listed = tmp_path / "list.csv"
    listed.write_text(LIST, encoding="utf-8")
    page.goto(f"{origin}/{language}/import.html")
    look(page)
    page.set_input_files("#file", listed)
    send(page)
    look(page)
    send(page, source="navruz")
    assert page.locator(f"main a[href$='{OLD}.html']").is_visible(), "it is no longer in the list"
    look(page, changed=True)
    press(page, "main button[value=store]")
    page.wait_for_url("**/store")
    look(page)
    press(page, "main a[href$='see/missing.html']")
    assert page.locator(f"main a[href$='{OLD}.html']").is_visible()
    look(page, changed=True)
    page.goto(f"{origin}/{language}/changes.html")
    look(page)
    for path in (
        "waiting.html",
        "conflicts.html",
        "doubles/service.html",
        "see/check-lapsed.html",
        f"w/service/{key('service', 'Referral desk')}.html",
    ):
        page.goto(f"{origin}/{language}/{path}")
        look(page)
    leave(page)
    enter(page, office, origin, language, "noor")
    page.goto(f"{origin}/{language}/waiting.html")
    press(page, "main table a[href*='p/'] >> nth=0")
    look(page)
    press(page, "button[value=accepted]")
    page.wait_for_url("**/waiting.html?done")
    with Directory(office.directory) as opened:
        assert "+992000100999" in {each.number for each in opened.records(Phone)}
        assert opened.record(Service, LEGAL).wait_time == "Two days"


UMED = key("organization", "Umed")
OPERATING = {
    "steward": (
        "publish.html",
        "reminders.html",
        "new/organization.html",
        f"new/service/{UMED}.html",
        "statement.html",
        f"new/location/{LEGAL}.html",
        "restricted.html",
        "restricted/coverage.html",
    ),
    "administrator": ("people.html", "settings.html", "log.html", "reveals.html", "backups.html"),
    "custodian": ("reveal.html",),
}


@pytest.mark.parametrize(("language", "width"), [("tg", 360), ("ru", 1280)])
def test_pages_of_operating_are_for_everybody(office, origin, open_page, tiny_area, language, width):
    with Directory(office.directory, tiny_area) as opened:
        publish(opened, "focal_point", office.directory.with_name("focal_point.db"), area=tiny_area, edition=TODAY)
    page = open_page(f"{origin}/{language}/sign-in.html", width=width, height=760)
    for role, paths in OPERATING.items():
        enter(page, office, origin, language, role, role)
        for path in paths:
            page.goto(f"{origin}/{language}/{path}")
            look(page)
            if path == "publish.html":
                press(page, "form[action$='publish/public/build'] button")
                page.wait_for_url("**/next/public.html")
                look(page)
            if path == "people.html":
                press(page, "main a[href^='people/'] >> nth=0")
                look(page)
            if path == "reveal.html":
                press(page, "main a[href*='reveal/'] >> nth=0")
                look(page)
        leave(page)


@pytest.mark.parametrize("language", ["ru", "uz"])
def test_the_menu_has_five_groups_at_most_and_opens_without_a_script(office, origin, open_page, language):
    """It leaves a phone its screen, and stands in one line on a wide one."""
    page = open_page(f"{origin}/{language}/sign-in.html", width=360, height=760)
    enter(page, office, origin, language, "zarina")
    link, begin = page.locator(".nav a[href='changes.html']"), "document.querySelector('main').offsetTop"
    assert page.locator(".groups summary").count() == 5
    for width, top in ((360, 760 / 3), (1100, 250)):
        page.set_viewport_size({"width": width, "height": 760})
        assert not link.is_visible()
        assert page.evaluate(begin) < top
        page.click(".groups summary >> nth=1")
        assert link.is_visible()
        assert page.evaluate(WIDE) <= 0
        page.click(".groups summary >> nth=1")
