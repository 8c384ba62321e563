"""The caseworker's story in a real browser: three languages, desktop and phone, nobody else asked, nothing kept.

Every page as it comes axe sees at 360 pixels in `test_every_page.py`: here, on a wide screen, and
what a walk makes of pages.
"""

import pytest

from tests.analysis.invented import Changed
from tests.support.browser import axe_faults, press
from tests.support.sample import public_parts, secret_parts
from tests.web.support.desk import Desk, views
from tests.web.support.served import waitress
from tests.web.support.signed_in import PASSWORD

SQUEEZED = """[...document.querySelectorAll('main form select, main form input[type=text], main form .label')]
.filter((each) => {
  const own = each.getBoundingClientRect(), around = each.closest('form').getBoundingClientRect()
  return own.width && (own.width < 60 || own.right > around.right + 1)
}).map((each) => each.outerHTML.slice(0, 80))"""
"""Fields and their labels that are too narrow to be read, or stand out of their form over what is beside it."""
LANGUAGES = ("tg", "ru", "en", "uz")


@pytest.fixture(scope="module")
def area(tiny_area):
    """A study area with all four languages."""
    places = tiny_area.gazetteer
    return Changed(tiny_area, languages=LANGUAGES, gazetteer=places.assign(name_uz=places["name_en"]))


@pytest.fixture(scope="module")
def published(tmp_path_factory, area):
    return views(tmp_path_factory.mktemp("views"), area, public_parts(), secret_parts())


@pytest.fixture
def desk(tmp_path, area, published):
    return Desk(tmp_path, area, published)


@pytest.fixture
def origin(desk):
    with waitress(desk.app, clear_untrusted_proxy_headers=True) as port:
        yield f"http://127.0.0.1:{port}"


def fine(page, name, *, changed=False):
    """Check a page: no violation that axe finds, nothing wider than the screen, a neutral title."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    if changed or page.viewport_size["width"] > 360:
        assert axe_faults(page) == [], name
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{name} is {over} pixels too wide"
    assert page.evaluate(SQUEEZED) == [], name
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{name} is {over} pixels too wide with large text"
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert not {"traffick", "торгов", "савдо"} & set(page.title().lower().split()), name


def enter(page, desk, origin, language, role="caseworker"):
    """Sign in through the page, as a person does."""
    desk.clock.step()
    page.goto(f"{origin}/{language}/sign-in.html")
    page.fill("#login", role)
    page.fill("#password", PASSWORD)
    page.fill("#code", desk.code(role))
    press(page, "main button[type=submit]")


@pytest.mark.parametrize(("language", "width"), [("tg", 360), ("ru", 360), ("uz", 1280)])
def test_from_signing_in_to_a_card_and_an_answer(desk, origin, open_page, language, width):
    desk.token("caseworker")
    page = open_page(f"{origin}/", width=width, bypass_csp=True)
    enter(page, desk, origin, language)
    fine(page, "finder")
    page.select_option("#place", "p1")
    page.check("[name=need][value=lawyer]")
    page.check("[name=need][value=stay]")
    page.check("[name=sex][value=SEX-M]")
    page.select_option("#age", "AGE-ADU")
    press(page, "main form button[type=submit]")
    fine(page, "answers")
    for box in page.locator("[name=pick]").all()[:2]:
        box.check()
    press(page, "form[action$='compare.html'] .actions button:not([formaction])")
    fine(page, "side by side")
    press(page, "main button:not([formaction])")
    page.select_option("#tongue", "tg")
    press(page, "main button:not([formaction])")
    assert page.locator("article.a6[lang=tg] svg").count() >= 1
    fine(page, "cards")
    page.goto(f"{origin}/{language}/s/{desk.id('Legal advice')}.html")
    fine(page, "service")
    page.goto(f"{origin}/{language}/o/{desk.body('Umed')}.html")
    fine(page, "organization")
    page.goto(f"{origin}/{language}/s/{desk.id('Legal advice')}.html")
    press(page, "form[action$='refer'] button")
    fine(page, "noted")
    link = page.input_value("#address")
    answered = open_page(link, width=width, bypass_csp=True)
    fine(answered, "answer")
    answered.check("[name=outcome][value=accepted]")
    press(answered, "main button[type=submit]")
    assert answered.locator("form").count() == 0
    for name in ("referrals", "agreements", "news", "account"):
        page.goto(f"{origin}/{language}/{name}.html")
        fine(page, name)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert "?" not in page.url
    press(page, "form[action$='sign-out'] button")


def test_a_provider_says_in_two_taps_that_there_is_room(desk, origin, open_page):
    desk.token("provider", organizations=[desk.body("Umed")])
    page = open_page(f"{origin}/", width=360, bypass_csp=True)
    enter(page, desk, origin, "tg", "provider")
    press(page, "a[href='rooms.html']")  # the first
    press(page, "button[name=room][value=waitlist] >> nth=0")  # the second
    assert page.locator("button[aria-pressed=true]").count() == 1
    assert len(list(desk.inbox.messages("capacity"))) == 1
    fine(page, "rooms", changed=True)
    page.goto(f"{origin}/tg/own/{desk.id('Hotline')}.html")
    fine(page, "draft")
    page.goto(f"{origin}/tg/standards/{desk.id('Hotline')}.html")
    fine(page, "standards")


def test_it_works_without_scripts(desk, origin, open_page):
    desk.token("planner")
    page = open_page(f"{origin}/", java_script_enabled=False)
    enter(page, desk, origin, "ru", "planner")
    page.select_option("#place", "p1")
    page.check("[name=need][value=doctor]")
    press(page, "main form button[type=submit]")
    assert page.locator(".list h4").count() > 0
    page.goto(f"{origin}/ru/counts.html")
    assert page.locator("h1").count() == 1


def test_a_passkey_is_made_used_and_removed(desk, origin, open_page):
    desk.token("caseworker")
    name = origin.replace("127.0.0.1", "localhost")  # passkeys are for names, not for bare numbers
    page = open_page(f"{name}/", width=360, bypass_csp=True)
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    kept = browser.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )["authenticatorId"]
    enter(page, desk, name, "ru")
    page.goto(f"{name}/ru/account.html")
    desk.clock.step()
    page.fill("#name", "рабочий телефон")
    page.fill("#present", PASSWORD)
    page.fill("#shown", desk.code("caseworker"))
    press(page, "form[action='passkeys/add'] button")
    page.wait_for_selector("text=рабочий телефон")
    fine(page, "account with a passkey", changed=True)
    press(page, "form[action$='sign-out'] button")
    press(page, "form[action='sign-in-passkey'] button")
    assert page.url.endswith("/index.html")
    page.goto(f"{name}/ru/account.html")
    press(page, "form[action='passkeys/remove'] button")
    assert page.url.endswith("/sign-in.html")
    browser.send("WebAuthn.setUserVerified", {"authenticatorId": kept, "isUserVerified": False})
    page.click("form[action='sign-in-passkey'] button")
    page.wait_for_selector("[role=alert]:has-text('Вход по ключу')")
    assert page.url.endswith("/sign-in.html")
