"""The site in a real browser, from a disk: nobody else asked, no errors, readable, and a quick way out."""

import contextlib
import datetime as dt
import functools
import http.server
import json
import shutil
import threading

import pytest

from mapping.analysis.common.nearest import minutes_to, shown_minutes
from mapping.analysis.supply.nrm import nrm
from mapping.language.fold import skeleton
from tests.analysis.invented import Changed
from tests.support.browser import QUIET, axe_faults, press, wait_until
from tests.support.sample import CHASHMA, km, organization, place, service, statement
from tests.web.support.portal import published
from tests.web.support.served import SOON, served
from web import create_app
from web.presenters.cards import first_choice
from web.presenters.edition import Edition
from web.static_files import FOLDER

PAGES = (
    "index.html",
    "en/index.html",
    "tg/index.html",
    "ru/n4.html",
    "tg/n4-r1.html",
    "en/n4-r1-a.html",
    "ru/n1-r1-a.html",
    "en/all-1.html",
    "tg/u/index.html",
    "ru/u/XT-W2.html",
    "en/gaps.html",
    "ru/g/coverage.html",
    "en/g/norms.html",
    "en/map.html",
    "tg/data.html",
    "en/p1.html",
    "ru/p2.html",
    "tg/p3.html",
    "en/p4.html",
    "404.html",
    "en/c.html",
    "ru/c-xn.html",
    "tg/c-zz.html",
    "en/n4-r1.html",
    "tg/n4-r1-m.html",
    "ru/n4-d1.html",
    "en/n3-xn-e.html",
    "en/report/index.html",
    "ru/report/gaps.html",
    "en/profile.html",
    "tg/print.html",
    "en/print-r1.html",
    "ru/poster.html",
    "tg/cards.html",
    "en/materials.html",
    "ru/materials-tg-a1.html",
    "ru/l/m1-tg.html",
)


@pytest.fixture
def pages(ids):
    return (*PAGES, f"en/s/{ids['Legal advice']}.html", f"tg/s/{ids['Hotline']}.html", f"ru/o/{ids['@Umed']}.html")


OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


DRAWN = {"runOnly": ["scrollable-region-focusable", "target-size"]}
"""All that axe asks of how a page is drawn, beside its colours; by its other rules `walks/test_every_page.py` looks."""


WIDER = """() => [...document.querySelectorAll('body *')].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.right > document.documentElement.clientWidth + 1 && !each.closest('.scroll, .mapbox, .vh, .skip');
}).slice(0, 4).map((each) => each.tagName + '.' + each.className + ': ' + each.textContent.trim().slice(0, 40))"""
"""What stands to the right of the screen, outside of what scrolls by itself."""


LOW = """() => [...document.querySelectorAll('.call a[href^=tel], .numbers-in-all a, .list h3 a, .filters summary')]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44).map((each) => each.outerHTML)"""
"""What is pressed first, and is lower than a finger is wide."""


NARROW = f"""() => {{
  const page = document.documentElement.style, wide = [];
  document.querySelectorAll('details').forEach((each) => {{ each.open = true }});
  for (page.fontSize of ['200%', '']) if ({OVER} > 0) wide.push(page.fontSize, ...({WIDER})());
  const exit = getComputedStyle(document.querySelector('.exit')).backgroundColor;
  return [exit, document.cookie + localStorage.length + sessionStorage.length, ({LOW})(), wide];
}}"""
"""The colour of the way out, what the page keeps, what is low, and what is too wide in large letters or as it is."""


@pytest.mark.parametrize(
    ("language", "scheme", "ink"), [("tg", "light", "rgb(22, 35, 43)"), ("ru", "dark", "rgb(232, 238, 240)")]
)  # in the languages of the longest words
def test_every_page_opens_from_a_disk_without_an_error_and_fits_every_screen(
    site, pages, open_page, language, scheme, ink
):
    """On a wide one each page in one language, with axe; `walks/test_every_page.py` looks at all narrow ones so."""
    page = open_page((site / "index.html").as_uri(), color_scheme=scheme)
    names = dict.fromkeys(f"{language}/{name.partition('/')[2]}" if "/" in name else name for name in pages)
    for number, name in enumerate(names):
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto((site / name).as_uri())
        assert page.evaluate(NARROW) == [ink, "00", [], []], name
        if number % 2 == ("tg", "ru").index(language):
            page.set_viewport_size({"width": 1280, "height": 800})
            assert axe_faults(page, DRAWN) == [], name
            assert page.evaluate(OVER) <= 0, name


def test_a_person_gets_from_the_first_page_to_a_number(site, open_page):
    page = open_page((site / "index.html").as_uri(), width=360)
    for link in ("text=English", "text=A lawyer or advice", "main .tiles a", "text=For me or another adult", "h3 a"):
        press(page, f"{link} >> nth=0")
    assert page.locator(".call .num").get_attribute("href").startswith("tel:")
    assert "?" not in page.url


def test_the_same_without_javascript(site, open_page):
    page = open_page((site / "en" / "n4-r1-a.html").as_uri(), java_script_enabled=False)
    assert page.locator(".list h3").count() > 0
    assert page.locator("text=Mon–Fri 8:00–17:00").count() > 0
    page.goto((site / "en" / "all-1.html").as_uri())
    assert not page.locator("form.search").is_visible()
    page.goto((site / "en" / "map.html").as_uri())
    assert page.locator("table tbody tr").count() > 3
    assert not page.locator(".ask-map").is_visible()
    assert page.locator("main noscript").is_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_map_comes_when_it_is_asked_for(site, open_page, width):
    page = open_page((site / "ru" / "map.html").as_uri(), width=width, bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    pictures = [url.rpartition("/")[2] for url in asked if "/m/" in url or "/g/" in url]
    assert pictures == ["map-coverage.svg"]  # a picture, and nothing more
    assert not page.locator(".mapbox").is_visible()
    assert page.locator("table tbody tr").first.is_visible()
    button = page.locator(".ask-map button")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-ready]")
    assert page.evaluate("document.activeElement.className").startswith("folium-map mapbox")
    assert not button.is_visible()
    assert page.locator(".leaflet-marker-icon").count() > 0
    page.get_by_label("Сезон или способ передвижения").press("End")
    assert page.locator("img.bands").get_attribute("src").partition("?")[0].endswith("bands-0-2.webp")
    assert axe_faults(page) == []
    assert page.evaluate(OVER) <= 0


@pytest.mark.parametrize("name", ["map-layers.js", "leaflet.js"])
def test_a_map_that_did_not_come_can_be_asked_for_again(site, chromium, name):
    page = chromium.new_page()
    page.route(f"**/{name}*", lambda route: route.abort())
    page.goto((site / "en" / "map.html").as_uri())
    page.click(".ask-map button")
    page.wait_for_selector("text=The map did not come. Ask for it again.")
    assert not page.locator(".mapbox").is_visible()
    page.unroute(f"**/{name}*")
    page.click(".ask-map button")
    page.wait_for_selector("[data-ready]")
    assert page.locator(".leaflet-marker-icon").count() > 0
    page.close()


@pytest.fixture
def leaving(chromium, site):
    """A page whose way out leads to a stand-in, since no other address may be asked."""
    context = chromium.new_context()
    context.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>elsewhere</title>"))
    page = context.new_page()
    page.goto((site / "en" / "index.html").as_uri())
    page.goto((site / "en" / "n4-r1-a.html").as_uri())
    yield page
    context.close()


def test_leaving_by_click_does_not_come_back(leaving):
    leaving.click("a.exit")
    leaving.wait_for_url("https://www.wikipedia.org/")
    leaving.go_back()
    assert leaving.url.endswith("/en/index.html")  # the page before; the one that was left is gone


def test_leaving_by_three_times_shift(leaving):
    for _ in range(2):
        leaving.keyboard.press("Shift")
    leaving.keyboard.press("a")  # something else between: the count starts anew
    leaving.keyboard.press("Shift")
    assert not leaving.evaluate("document.documentElement.hidden")  # which comes first when it is left
    assert leaving.url.endswith("n4-r1-a.html")
    for _ in range(2):
        leaving.keyboard.press("Shift")
    leaving.wait_for_url("https://www.wikipedia.org/")


def test_leaving_by_the_link_beside_the_skip_link(leaving):
    leaving.keyboard.press("Tab")
    leaving.keyboard.press("Tab")
    assert "leave" in leaving.evaluate("document.activeElement.className")
    leaving.keyboard.press("Enter")
    leaving.wait_for_url("https://www.wikipedia.org/")


def at(page, moment: str) -> None:
    page.clock.set_fixed_time(moment)
    page.reload()


OPEN_OR_CLOSED = [
    ("2026-11-24T04:00:00Z", "Open now, until 17:00"),  # Tuesday 9:00 there, five hours ahead of UTC
    ("2026-11-24T02:59:00Z", "Closed now. Opens today at 8:00"),
    ("2026-11-24T12:00:00Z", "Closed now. Opens on Wednesday at 8:00"),
    ("2026-11-27T12:30:00Z", "Closed now. Opens on Monday at 8:00"),
    ("2026-11-29T20:00:00Z", "Closed now. Opens today at 8:00"),  # already Monday 1:00 there
    ("2027-09-09T04:00:00Z", "Public holiday: hours may differ"),
    ("2027-03-09T04:00:00Z", "Public holiday: hours may differ"),  # on another day each year: this was announced
    ("2028-03-09T04:00:00Z", "Open now, until 17:00"),
    ("2028-02-25T04:00:00Z", "Public holiday, or the day beside it: hours may differ"),  # reckoned for the 26th
]


def test_open_now_is_said_in_the_services_own_time(site, ids, open_page):
    page = open_page((site / "en" / "s" / f"{ids['Legal advice']}.html").as_uri())
    hours = page.locator("[data-hours]").first
    for moment, words in OPEN_OR_CLOSED:
        at(page, moment)
        assert hours.text_content() == words, moment
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert hours.text_content() == "Mon–Fri 8:00–17:00", "on paper it would be wrong an hour later"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert hours.text_content() == words, moment


def test_a_line_that_never_closes_says_so(site, ids, open_page):
    page = open_page((site / "en" / "s" / f"{ids['Hotline']}.html").as_uri())
    at(page, "2027-09-09T20:00:00Z")
    assert page.locator("[data-hours]").first.text_content() == "Open now, day and night"


@pytest.fixture(scope="module")
def in_english(tiny_area):
    """Orzustan with pages in one language."""
    return Changed(tiny_area, languages=("en",))


@pytest.fixture(scope="module")
def ageing(tmp_path_factory, in_english):
    """A portal with one entry that was checked on 1 September 2026, and must be again by 1 March 2027."""
    parts = [
        organization("Nav"),
        service("Navid", of="Nav", types=["LEG-INF"], verified=dt.date(2026, 9, 1), next_due=dt.date(2027, 3, 1)),
        place("a", of=["Navid"], at=CHASHMA, unit="XT-W2"),
    ]
    view = published(tmp_path_factory.mktemp("ageing"), in_english, *parts)
    with served(create_app(view, in_english)) as address:
        yield address


@pytest.mark.parametrize(
    ("moment", "tone", "words"),
    [
        ("2027-02-01T06:00:00Z", "ok", "Confirmed"),
        ("2027-03-20T06:00:00Z", "warn", "Due for checking"),
        ("2027-09-01T06:00:00Z", "bad", "Not confirmed for a long time"),
    ],
)
def test_an_entry_ages_after_the_edition(ageing, open_page, moment, tone, words):
    page = open_page(f"{ageing}/en/n4-r1-a.html")
    at(page, moment)
    line = page.locator("[data-due]").first
    assert tone in line.get_attribute("class")
    assert words in line.text_content()


WORDS = [
    "Хуҷанд",
    "Худжанд",
    "Khujand",
    "Xujand",
    "Ҷиргатол",
    "Джиргаталь",
    "Кӯлоб",
    "Ko‘lob",
    "Oʻzbekiston",
    "o'rmon",
    "Маркази ҳуқуқӣ",
    "ОБЩЕСТВЕННАЯ организация №1",
    "№ 5",
    "No. 7",
    "Soya-i Chinor",
    "Саломатии-и",
    "Straße",
    "İzmir",
    "Rohnamo",
    "Ёрии таъҷилӣ",
    "щука",
    "съезд",
    "Чкаловск",
    "phone",
    "back",
    "Хатлон",
    "дар-и",
    "Cафед",
    "Шaҳр",
    "naïve café",
    "ʻayn",
    "",
    " ",
    "12 34",
    "ҚУРҒОНТЕППА",
    "юрист",
    "яблоко",
    "эхо",
    "цирк",
    "ш.Душанбе",
    "дом-2",
    "كمك حقوقي",
    "خانه‌های امن",
    "پـنـاه مُحَمَّد",
    "شمارهٔ ۱۲۳ و ٤٥",
    "آدرس مؤسسۀ نو",
]


def test_words_are_folded_as_in_the_search_of_the_view(site, open_page):
    page = open_page((site / "en" / "all-1.html").as_uri())
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    folded = page.evaluate(f"{json.dumps(WORDS)}.map(window.rohnamoFold.skeleton)")
    assert dict(zip(WORDS, folded, strict=True)) == {word: skeleton(word) for word in WORDS}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Legal adv", "Legal advice"),
        ("юридическая", "Legal advice"),
        ("машварати хукуки", "Legal advice"),
        ("Legla advice", "Legal advice"),  # two letters swapped
        ("emergancy", "Emergency ward"),
        ("Qullaobod", "Emergency ward"),
        ("hotline", "Hotline"),
    ],
)
def test_search_forgives_spelling_and_script(site, open_page, asked, first):
    page = open_page((site / "en" / "all-1.html").as_uri())
    page.fill("#words", asked)
    page.wait_for_selector("#hits li")
    assert page.locator("#hits h3").first.text_content() in (first, "Машварати ҳуқуқӣ", "Юридическая консультация")
    assert not page.locator("#whole").is_visible()
    assert page.url.endswith("all-1.html")
    page.fill("#words", "")
    page.wait_for_selector("#whole", state="visible")


def test_a_sheet_is_narrowed_by_language_and_hours(site, open_page):
    page = open_page((site / "en" / "all-1.html").as_uri())
    at(page, "2026-11-24T20:00:00Z")  # Wednesday 1:00 there: only what never closes is open

    def shown():
        return page.eval_on_selector_all(".list > li:not([hidden]) h3", "found => found.map(e => e.textContent)")

    whole = shown()
    page.check(".filters [value=open]")
    assert set(shown()) == {"Emergency ward", "Hotline"}
    assert page.locator(".filters p").text_content() == "Shown: 2"
    page.check(".filters [value=en]")
    assert len(shown()) == 1
    page.uncheck(".filters [value=open]")
    page.uncheck(".filters [value=en]")
    assert shown() == whole


@pytest.fixture(scope="module")
def sheets(tmp_path_factory, in_english, site):  # the site is frozen before lists are cut short
    """A portal whose lists have two entries a sheet: five who give advice, the second and the last in Uzbek."""
    parts = [organization("Nav")]
    for number, letter in enumerate("ABCDE"):
        speaks = ["uz"] if letter in "BE" else ["ru"]
        hours = [("MO,TU,WE,TH,FR,SA,SU", "00:00", "24:00")] if letter == "D" else ()
        one = service(f"{letter} advice", of="Nav", types=["LEG-INF"], speaks=speaks, hours=hours)
        parts += [one, place(letter, of=[f"{letter} advice"], at=km(6.5 - number, 4.5), unit="XT-W2")]
    view = published(tmp_path_factory.mktemp("sheets"), in_english, *parts)
    with pytest.MonkeyPatch.context() as patch, served(create_app(view, in_english)) as address:
        patch.setattr("web.presenters.lists.SHEET", 2)
        yield address


@pytest.mark.parametrize("name", ["n4-r1-a", "all-1"])
def test_a_list_is_narrowed_on_all_its_sheets(sheets, open_page, name):
    page = open_page(f"{sheets}/en/{name}.html", width=360)
    page.evaluate("document.querySelector('.filters').open = true")

    def shown():
        found = "found => found.filter(e => e.checkVisibility()).map(e => e.textContent)"
        return page.eval_on_selector_all(".list h3", found)

    if name != "all-1":
        page.wait_for_selector(".list >> text=D advice")  # taken in from another sheet, since it is open now
    whole = shown()
    assert len(whole) == (2 if name == "all-1" else 3)
    assert page.locator(".filters [data-speaks]").count() == 2  # Uzbek and Russian, whatever this sheet holds
    page.check(".filters [value=uz]")
    page.wait_for_selector("text=Shown: 2")
    assert set(shown()) == {"B advice", "E advice"}
    page.uncheck(".filters [value=uz]")
    page.check(".filters [value=always]")
    assert shown() == ["D advice"]
    page.check(".filters [value=open]")
    assert shown() == ["D advice"]
    page.uncheck(".filters [value=always]")
    page.uncheck(".filters [value=open]")
    assert shown() == whole


def test_what_is_open_now_stands_first_over_all_sheets(sheets, open_page):
    page = open_page(f"{sheets}/en/n4-r1-a.html", width=360)
    page.wait_for_selector(".list >> text=D advice")  # day and night, and by minutes on the second sheet
    headings = "found => found.filter(e => e.checkVisibility()).map(e => e.textContent)"
    assert page.eval_on_selector_all(".list h3", headings)[0] == "D advice"
    assert page.locator(".list li").first.locator("dt:text('Travel')").count() == 1
    page.evaluate("document.querySelector('.filters').open = true")
    page.check(".filters [value=always]")
    page.wait_for_selector("text=Shown: 1")
    assert page.eval_on_selector_all(".list h3", headings) == ["D advice"], "not twice"
    page.goto(f"{sheets}/en/all-1.html")
    assert page.eval_on_selector_all(".list h3", headings) == ["A advice", "B advice"], "this list is in order of name"


@pytest.fixture
def folder(site):
    """The site in a folder of a plain server, which says nothing of keeping its pages."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=site.parent)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(SOON,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{site.name}"
        server.shutdown()


@pytest.fixture
def keeping(chromium):
    """A browser that keeps pages as they were left, as phones do, and a way out of the site.

    Neither the browser without windows nor one that Playwright starts as always does so.
    """
    whole = shutil.which("chromium") or shutil.which("chromium-browser")
    if whole is None:
        pytest.skip("needs Chromium itself")
    usual = ["--disable-back-forward-cache", "--headless"]
    browser = chromium.browser_type.launch(
        executable_path=whole, args=[*QUIET, "--headless=new"], ignore_default_args=usual
    )
    context = browser.new_context(viewport={"width": 360, "height": 640})
    context.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>elsewhere</title>"))
    yield context
    browser.close()


def back(page, name: str) -> None:
    """Go back to a page, which may be shown as it was left: Playwright hears nothing of that."""
    from playwright.sync_api import Error

    page.evaluate("history.back()")
    while True:
        with contextlib.suppress(Error):  # between two pages
            if page.evaluate("location.pathname").endswith(name):
                return


SHOWN = "[document.getElementById('words').value, Boolean(document.querySelector('#hits li'))]"


def test_back_gives_answers_again_and_after_leaving_nothing_that_was_typed(folder, keeping):
    page, other = keeping.new_page(), keeping.new_page()
    other.goto(f"{folder}/en/all-1.html")
    page.goto(f"{folder}/en/index.html")
    page.fill("#words", "legal advice")
    page.wait_for_selector("#hits li")
    page.evaluate("window.wasHere = true")
    press(page, "#hits h3 a >> nth=0")
    back(page, "/en/index.html")
    assert page.evaluate("window.wasHere") is True  # else this browser keeps nothing, and the rest would prove nothing
    assert page.evaluate(SHOWN) == ["legal advice", True]
    press(page, "#hits h3 a >> nth=0")
    page.click("a.exit")
    page.wait_for_url("https://www.wikipedia.org/")
    other.wait_for_url("https://www.wikipedia.org/")  # whatever else is open leaves too
    back(page, "/en/index.html")
    assert page.evaluate(SHOWN) == ["", False]


@pytest.fixture
def hold(chromium):
    """Open a page of a slow line: ``hold(url, names)`` gives it, and what lets these files come."""
    context = chromium.new_context(viewport={"width": 360, "height": 640})

    def open_(url, *names):
        page, held, open_ = context.new_page(), [], []
        for name in names:
            page.route(f"**/{name}*", lambda route: route.continue_() if open_ else held.append(route))

        def release():
            open_.append(True)
            for route in held:
                route.continue_()

        page.goto(url, wait_until="commit")
        return page, release

    yield open_
    context.close()


def test_until_the_search_is_there_the_questions_are(sheets, hold):
    """On a slow line the search comes late: what was typed must not take the questions away."""
    page, release = hold(f"{sheets}/en/index.html", "index.js")
    page.fill("#words", "advice")
    page.wait_for_selector("text=The search is loading.")
    wait_until(page, "window.rohnamoSearch")  # and has nothing to look through yet
    page.fill("#words", "advice please")
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # after the search, which waits 80 for more
    assert page.locator("a[href='n1.html']").is_visible()
    assert "The search is loading." in page.inner_text("#found")
    release()
    page.wait_for_selector("#hits li")
    assert not page.locator("a[href='n1.html']").is_visible()


@pytest.mark.parametrize("name", ["fold.js", "index.js"])
def test_what_did_not_come_is_loaded_when_somebody_asks_again(sheets, hold, name):
    """Whatever comes after it says nothing else, and what needs it is run again."""
    page, release = hold(f"{sheets}/en/all-1.html", "travel.js")
    asked = []
    page.route(f"**/{name}*", lambda route: asked.append(route))
    page.fill("#words", "advice")
    page.wait_for_selector("text=The search is loading.")
    while not asked:
        page.evaluate("() => null")
    asked.pop().abort()  # only now: what is asked for again waits behind what is on its way, and that is held
    page.wait_for_selector("text=The search did not load.")
    release()
    wait_until(page, "window.ROHNAMO_TRAVEL")
    assert page.locator("#whole").is_visible()
    assert "The search did not load." in page.inner_text("#found")
    page.unroute(f"**/{name}*")
    page.press("#words", "Enter")
    page.wait_for_selector("#hits li")
    page.wait_for_selector("form.search[data-ready=true]")
    assert page.inner_text("#found").startswith("Found: 5.")
    assert not page.locator("#whole").is_visible()
    assert "?" not in page.url


def test_what_was_typed_before_the_script_came_is_searched(sheets, hold):
    page, release = hold(f"{sheets}/en/index.html", "ask.js")
    page.fill("#words", "advice")
    page.press("#words", "Enter")
    release()
    page.wait_for_selector("#hits li")
    assert page.input_value("#words") == "advice"
    assert page.url.endswith("/en/index.html")


def test_what_was_chosen_before_the_script_came_narrows_the_list(sheets, hold):
    page, release = hold(f"{sheets}/en/all-1.html", "filter.js")
    page.click(".filters summary")
    page.check(".filters [value=uz]")
    release()
    page.wait_for_selector("text=Shown: 2")
    assert page.locator(".filters [value=uz]").is_visible()


def test_answers_stand_while_something_else_comes(sheets, hold):
    """Whoever is about to press one would press on nothing."""
    page, release = hold(f"{sheets}/en/all-1.html", "travel.js")
    page.fill("#words", "advice")
    page.wait_for_selector("#hits li")
    page.evaluate("document.querySelector('#hits li').id = 'same'")
    release()
    page.wait_for_selector("form.search[data-ready=true]")
    page.press("#words", "Enter")
    assert page.locator("#same").count() == 1


def test_a_script_that_two_parts_of_a_page_need_runs_once(sheets, open_page):
    page = open_page(f"{sheets}/en/all-1.html")
    page.check(".filters [value=uz]")
    page.wait_for_selector("text=Shown: 2")
    page.fill("#words", "advice")
    page.wait_for_selector("#hits li")
    assert page.locator("script[src*='/search.js?']").count() == 1


def test_a_list_that_cannot_be_narrowed_whole_says_so(sheets, chromium):
    page = chromium.new_page()
    page.route("**/index.js*", lambda route: route.abort())
    page.goto(f"{sheets}/en/n4-r1-a.html")
    page.check(".filters [value=uz]")
    page.wait_for_selector("text=this is one sheet only")
    assert "Shown: " in page.locator(".filters p").text_content()
    page.unroute("**/index.js*")
    page.uncheck(".filters [value=uz]")
    page.check(".filters [value=uz]")
    page.wait_for_selector("text=Shown: 2")
    page.close()


def test_search_that_finds_nothing_says_what_that_means(site, open_page):
    page = open_page((site / "en" / "all-1.html").as_uri())
    page.fill("#words", "zzzzqqq")
    page.wait_for_selector("#found:has-text('That does not mean that there is no help')")  # after "it is loading"
    assert page.locator("#hits *").count() == 0


def searched(page, words, place=""):
    """The names found for these words from a place, in their order."""
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    page.select_option("#from", label=place or "not chosen")
    page.fill("#words", words)
    page.evaluate("document.querySelector('form.search').requestSubmit()")
    return page.eval_on_selector_all("#hits h3", "found => found.map(each => each.textContent)")


def test_what_is_found_says_all_that_a_list_says(site, ids, open_page):
    page = open_page((site / "en" / "all-1.html").as_uri())
    searched(page, "legal advice")
    found = page.locator(f"#hits li:has(a[href$='{ids['Legal advice']}.html'])")
    listed = page.locator(f"#whole li:has(a[href$='{ids['Legal advice']}.html'])")
    for part in ("h3", ".soft >> nth=0", ".btn", ".facts", ".tag"):
        assert found.locator(part).text_content() == listed.locator(part).text_content(), part
    for part in (".btn", "h3 a"):
        assert found.locator(part).get_attribute("href") == listed.locator(part).get_attribute("href")
    assert page.locator("#hits [data-due]").count() == page.locator("#hits li").count()


def test_what_is_near_stands_first_and_says_how_long_it_takes(site, view_file, tiny_area, ids, open_page):
    edition = Edition(view_file, tiny_area)
    page = open_page((site / "en" / "all-1.html").as_uri())
    for unit in ("XT-W2", "XT-E1"):
        names = searched(page, "", tiny_area.label(unit, "en"))
        minutes = edition.minutes(edition.seats[unit][0], "summer")
        known = {str(e.name): minutes_to(e, minutes, {}) for e in edition.entries("en").values() if first_choice(e)}
        expected = {name: shown_minutes(pair[0]) for name, pair in known.items() if pair}
        assert names == sorted(expected, key=lambda name: (expected[name], name))
        travel = page.eval_on_selector_all("#hits dd:last-of-type", "found => found.map(each => each.textContent)")
        assert [said.split(";")[0] for said in travel] == [
            f"{m} min" if m < 60 else f"{m // 60} h {m % 60} min" if m % 60 else f"{m // 60} h"
            for m in sorted(expected.values())
        ]
    assert page.locator("#found").text_content().endswith(f"Nearest to {tiny_area.label('XT-E1', 'en')} first.")


@pytest.mark.parametrize("language", ["en", "ru", "tg"])
def test_danger_puts_the_line_above_every_answer_and_above_the_keyboard(site, open_page, language):
    page = open_page((site / language / "index.html").as_uri(), width=360, height=640)
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    assert not page.locator("#urgent").is_visible()
    page.fill("#words", "шавҳарам маро мезанад")
    page.wait_for_selector("#urgent", state="visible")
    line, first = page.locator("#urgent a[href='tel:1313']"), page.locator("#hits li")
    field = page.locator("#words").bounding_box()
    assert field["y"] < line.bounding_box()["y"] < field["y"] + 300, "it stands right under the field"
    assert not first.count() or line.bounding_box()["y"] < first.first.bounding_box()["y"]
    assert page.locator("#urgent a[href='tel:0002']").count() == 1
    page.fill("#words", "futbol natijalari")
    page.wait_for_selector("#hits li", state="detached")
    page.wait_for_selector("#found:not(:empty)")
    assert page.locator("#hits li").count() == 0
    assert page.locator("#urgent").is_visible(), "nothing is listed for it, and the line stands there"
    assert page.locator("a[href='n1.html']").is_visible(), "and the questions that answer without words"
    page.fill("#words", "шавҳарам маро мезанад")
    page.wait_for_selector("#whole", state="hidden")
    assert page.url.endswith("index.html")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_need_without_danger_leaves_the_numbers_below_the_answers(site, open_page):
    page = open_page((site / "en" / "index.html").as_uri(), width=360, height=640)
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    after = "document.getElementById('hits').compareDocumentPosition(document.getElementById('urgent')) & 4"
    for text, below in (("forensic examination", True), ("my husband beats me", False), ("police number", True)):
        page.fill("#words", text)
        page.wait_for_selector("#urgent", state="visible")
        wait_until(page, f"Boolean({after}) === {str(below).lower()}")
    page.fill("#words", "a lawyer, i am a man")
    page.wait_for_selector("#urgent", state="hidden")
    assert page.locator("#found").text_content().endswith("Services that do not take this person are not shown.")


def test_ten_organizations_are_shown_and_a_button_shows_ten_more(site, open_page):
    page = open_page((site / "en" / "all-1.html").as_uri(), width=360, height=640)
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    page.evaluate("""() => { const [row] = ROHNAMO_INDEX.rows.filter((row) => row.types.includes("LEG-INF"));
      ROHNAMO_INDEX.rows = [...Array(22).keys()].map((n) =>
        ({ ...row, organization: ROHNAMO_INDEX.texts.push("Body " + n) - 1 })); }""")
    page.fill("#words", "legal advice")
    for count in (10, 20, 22):
        wait_until(page, f"document.querySelectorAll('#hits li h3').length === {count}")
        if count < 22:
            page.click("#hits button")
    assert page.locator("#hits button").count() == 0
    assert page.evaluate("document.querySelectorAll('#hits h3 a')[20] === document.activeElement")


def test_what_is_hidden_is_answered_with_what_may_be_said(site, open_page):
    page = open_page((site / "ru" / "all-1.html").as_uri())
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    for words in ("приют", "panohgoh", "shelter", "убежеще"):
        page.fill("#words", words)
        page.evaluate("document.querySelector('form.search').requestSubmit()")
        assert page.locator("#hits .note li").count() >= 1, words
    page.evaluate("ROHNAMO_INDEX.rows = []")
    page.fill("#words", "приют")
    page.wait_for_selector("#hits:has(.note):not(:has(h3))")
    assert page.inner_text("#found") == "Только по телефону.", "found it is, and not 0 times"


@pytest.mark.parametrize("words", ["I need a lawyer", "мне нужен юрист", "мне срочно нужен адвакат", "забрали паспорт"])
def test_words_that_mean_nothing_are_passed_over(site, open_page, words):
    assert searched(open_page((site / "en" / "all-1.html").as_uri()), words) != []


def test_what_is_not_confirmed_is_never_found_first(site, app, open_page):
    later = {str(e.name) for e in app.config["EDITIONS"].now().entries("en").values() if not first_choice(e)}
    assert later
    page = open_page((site / "en" / "all-1.html").as_uri())
    names = searched(page, "Umed")
    rank = [name in later for name in names]
    assert rank == sorted(rank)
    assert len({*rank}) == 2, names


def test_it_works_in_a_folder_of_a_server(folder, open_page):
    page = open_page(f"{folder}/en/map.html")
    page.click(".ask-map button")
    page.wait_for_selector("[data-ready]")
    page.goto(f"{folder}/en/all-1.html")
    page.fill("#words", "hotline")
    page.wait_for_selector("#hits li")


def test_a_hostile_name_is_a_word_in_the_search(tmp_path, in_english, open_page):
    name = '<img src=x onerror="window.hit=1">'
    parts = [organization("Nav"), service(name, of="Nav", types=["LEG-INF"], phones=["1313"])]
    with served(create_app(published(tmp_path, in_english, *parts), in_english)) as address:
        page = open_page(f"{address}/en/all-1.html")
        page.fill("#words", "img")
        page.wait_for_selector("#hits li")
        assert page.locator("#hits h3").first.text_content() == name
        assert page.evaluate("window.hit") is None


@pytest.fixture(scope="module")
def five_regions(tmp_path_factory, tj_area):
    """The client of a portal that knows of a hidden service in each of five regions."""
    regions = [unit.code for unit in tj_area.all_units().values() if unit.level == 1]
    hidden = [statement(f"Beds {code}", service_type="ACC-VOT", area_unit=code) for code in regions]
    parts = organization("Nav"), service("Navid", of="Nav"), *hidden
    assert len(regions) == 5
    app = create_app(published(tmp_path_factory.mktemp("five"), tj_area, *parts), tj_area)
    app.config["EDITIONS"].now().report_results(lambda view, area: {"nrm": nrm(view, area)})  # the others take long
    return app.test_client()


@pytest.mark.parametrize("language", ["tg", "ru", "en", "uz"])
def test_a_matrix_of_five_regions_fits_on_a_phone(tmp_path, five_regions, open_page, language):
    shutil.copytree(FOLDER, tmp_path / "static")
    (tmp_path / language / "g").mkdir(parents=True)
    for name in ("nrm.html", "nrm-map.svg"):
        (tmp_path / language / "g" / name).write_bytes(five_regions.get(f"/{language}/g/{name}").data)
    page = open_page((tmp_path / language / "g" / "nrm.html").as_uri(), width=360)
    table = page.locator("table.heat")
    box = table.locator("xpath=..")
    assert table.locator(".hc").count() == 5
    assert box.evaluate("(each) => each.scrollWidth - each.clientWidth") == 0
    assert page.locator(".sideways").first.is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert not page.locator(".sideways").first.is_visible()


def test_pages_replace_one_another_so_that_back_leads_out(chromium, site):
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto("data:text/html,<title>before</title>")
    page.goto((site / "en" / "index.html").as_uri())
    page.click("main .tiles a >> nth=3")
    page.wait_for_url("**/n4.html")
    page.click("footer a >> nth=0")
    page.wait_for_url("**/p3.html")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.go_back()
    assert page.url.startswith("data:")
    context.close()


@pytest.mark.parametrize("name", ["404.html", "index.html"])
def test_pages_without_a_language_carry_the_number_in_every_language(site, open_page, name):
    page = open_page((site / name).as_uri(), width=360, height=640)
    told = page.locator(".numbers-in-all > li")
    assert [each.get_attribute("lang") for each in told.all()] == ["tg", "ru", "en"]
    assert {each.get_attribute("href") for each in page.locator(".numbers-in-all .num").all()} == {"tel:1313"}


@pytest.mark.parametrize("touch", [True, False])
def test_one_finger_scrolls_the_page_and_not_the_map(site, chromium, touch):
    context = chromium.new_context(viewport={"width": 360, "height": 640}, has_touch=touch, is_mobile=touch)
    page = context.new_page()
    page.goto((site / "en" / "map.html").as_uri())
    page.click(".ask-map button")
    page.wait_for_selector("[data-ready]")
    action = page.evaluate("getComputedStyle(document.querySelector('.mapbox')).touchAction")
    assert (action == "pan-x pan-y") == touch
    context.close()
