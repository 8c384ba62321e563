"""Visitors' stories walked in Chromium on the live portal: two languages, desktop and phone, keyboard, screen reader.

A page of each kind is looked at in three languages below, and by axe, as it comes, in `test_every_page.py` in English;
here, what a walk makes of pages, in the languages of the longest words in either script. Whatever asks another host,
fails, or is reported by the content policy fails the test (`tests/support/browser.py`).
"""

import itertools
from collections.abc import Iterator

import pytest

from tests.analysis.invented import Changed
from tests.support.browser import axe_faults, opened_pages, press
from tests.support.sample import TODAY
from tests.web.support.served import served
from web import create_app
from web.stores.inbox import Inbox

LANGUAGES = ("tg", "ru", "en", "uz")
EXIT = "https://www.wikipedia.org/"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def four(tiny_area):
    """Orzustan with the fourth language."""
    places = tiny_area.gazetteer
    return Changed(tiny_area, languages=LANGUAGES, gazetteer=places.assign(name_uz=places["name_en"]))


@pytest.fixture(scope="session")
def inbox_file(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox") / "inbox.db"


@pytest.fixture(scope="session")
def origin(view_file, four, inbox_file) -> Iterator[str]:
    """The live portal with forms, on loopback."""
    app = create_app(view_file, four, demo=True, inbox=inbox_file)
    app.config["TODAY"] = lambda: TODAY
    for limits in app.extensions["limiter"]:
        limits.enabled = False
    with served(app) as address:
        yield address


def look(page, *, changed: bool = False) -> None:
    """Check a page as it stands: nothing wider than the window, nothing left behind; axe, where something changed."""
    page.wait_for_load_state()
    over = page.evaluate(WIDE)
    assert over <= 0, f"{page.url} is {over} pixels too wide"
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    assert "?" not in page.url
    if not changed:
        return
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert axe_faults(page) == [], page.url


def step(page, link: str) -> None:
    press(page, f"{link} >> nth=0")
    look(page)


@pytest.fixture(params=[("tg", 360), ("ru", 1280)], ids=lambda p: f"{p[0]}-{p[1]}")
def start(request, origin, open_page):
    """The first page of a language at a width."""
    language, width = request.param
    page = open_page(f"{origin}/index.html", width=width)
    step(page, f"a[hreflang={language}]")
    assert page.evaluate("document.documentElement.lang") == language
    return page


def test_from_home_to_a_number_in_three_choices(start):
    assert start.locator(".call:not([hidden]) a.num").get_attribute("href").startswith("tel:")
    step(start, "main .tiles a[href='n4.html']")
    step(start, "main .tiles a[href='n4-r1.html']")
    step(start, "main .tiles a[href='n4-r1-a.html']")
    step(start, ".list h3 a")
    assert start.locator(".call a.num").first.get_attribute("href").startswith("tel:")


def test_help_for_a_parent_with_a_child_from_abroad(start):
    step(start, "main .tiles a[href='n8.html']")
    country = start.locator("main .tiles a").evaluate_all(
        "all => all.map(e => e.getAttribute('href')).find(h => /^n8-(?!zz)[a-z][a-z]\\.html$/.test(h))"
    )
    step(start, f"a[href='{country or 'n8-zz.html'}']")
    step(start, "main .tiles a[href$='-f.html']")
    assert start.locator("a[href^='tel:']").count() > 0


def test_everything_in_one_list_with_a_search(start):
    step(start, "a[href='all-1.html']")
    start.fill("#words", "hotline")
    start.wait_for_selector("#hits li")
    look(start, changed=True)
    step(start, "#hits h3 a")
    assert "/s/" in start.url


def test_something_is_wrong(start, inbox_file):
    before = len(list(Inbox(inbox_file).messages("wrong")))
    step(start, "a[href='all-1.html']")
    step(start, ".list h3 a")
    step(start, "a[href*='f1/']")
    start.check("input[value=moved]")
    step(start, "main button[type=submit]")
    assert start.url.endswith("/f3.html")
    assert start.locator("a.num").get_attribute("href") == "tel:1313"
    assert len(list(Inbox(inbox_file).messages("wrong"))) == before + 1


def test_help_is_missing(start, inbox_file):
    before = len(list(Inbox(inbox_file).messages("missing")))
    step(start, "a[href='f2.html']")
    for name, value in (("need", "talk"), ("who", "child"), ("why", "too_far")):
        start.check(f"input[name={name}][value={value}]")
    start.select_option("select", "XT-W2")
    step(start, "main button[type=submit]")
    assert start.url.endswith("/f3.html")
    assert len(list(Inbox(inbox_file).messages("missing"))) == before + 1


def test_districts_the_map_gaps_and_data(start):
    step(start, ".foot a[href='u/index.html']")
    step(start, "tbody th a")
    step(start, ".foot a[href$='map.html']")
    start.click(".ask-map button")
    start.wait_for_selector("[data-ready]")
    look(start, changed=True)
    assert start.locator("table tbody tr").count() > 3
    step(start, ".foot a[href$='gaps.html']")
    step(start, ".foot a[href$='data.html']")


def test_reading_what_the_pages_say_of_themselves(start):
    for text in ("p3", "p2", "p4", "p1"):
        step(start, f".foot a[href='{text}.html']")


KINDS = ("index", "n4", "n4-r1", "n4-r1-a", "all-1", "u/index", "u/XT-W2", "map", "data", "p3", "f2", "f3")


def one_of_each_kind(language: str, ids) -> list[str]:
    """Return the path of one page of each kind in a language."""
    legal = ids["Legal advice"]
    own = (*KINDS, f"s/{legal}", f"f1/{legal}", f"o/{ids['@Umed']}")
    return [f"/{language}/{name}.html" for name in own]


def test_the_same_without_javascript(origin, ids, open_page):
    page = open_page(origin, width=360, java_script_enabled=False)
    paths = one_of_each_kind("tg", ids)
    for path in paths:
        page.goto(origin + path)
        assert page.locator("h1").count() == 1, path
    page.goto(origin + next(path for path in paths if "/f1/" in path))
    page.check("input[value=closed]")
    press(page, "main button[type=submit]")
    assert page.url.endswith("/f3.html")


CUT = """() => [...document.querySelectorAll('main *, .bar *, footer *')].filter((each) => {
  const style = getComputedStyle(each);
  return style.overflowX === 'hidden' && style.clipPath === 'none' && each.scrollWidth > each.clientWidth + 1
    && each.closest('svg, .mapbox, .leaflet-container') === null && each.checkVisibility();
}).map((each) => each.outerHTML.slice(0, 120))"""


SMALL = """() => [...document.querySelectorAll('a[href], button, input, select, summary')].filter((each) => {
  const box = each.getBoundingClientRect();
  const inline = getComputedStyle(each).display === 'inline';
  const label = each.closest('label');
  return each.checkVisibility() && box.width > 1 && !inline && !label && (box.height < 24 || box.width < 24)
    && each.closest('.leaflet-container') === null;
}).map((each) => each.outerHTML.slice(0, 120))"""


BARE = """() => [...document.querySelectorAll(".exit, .btn, .call, .note, .go, select, [type=radio]")]
  .filter(e => e.checkVisibility() && e.type !== 'radio'
    && getComputedStyle(e).borderTopWidth === '0px' && getComputedStyle(e).borderLeftWidth === '0px')
  .map(e => e.className)"""

UNHEADED = """() => [...document.querySelectorAll("table")]
  .filter(e => !e.querySelector('th[scope=col]') || !e.querySelector('tbody th[scope=row]')
    || !(e.caption || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')))
  .map(e => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module", params=["tg", "ru", "uz"])
def looks(request, chromium, origin, ids) -> dict[str, dict]:
    """What is to be seen of pages in a language, by path: each is opened once, and each kind in two of the three."""
    looks, language = {}, request.param
    with opened_pages(chromium) as open_page:
        page = open_page(origin)
        for number, path in enumerate(one_of_each_kind(language, ids)):
            if number % 3 != ("tg", "ru", "uz").index(language):
                looks[path] = look_at(page, origin + path)
    return looks


def look_at(page, url: str) -> dict:
    """Open a page and look at it narrow, with large text, in forced colours and as a screen reader does."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(url)
    look = {
        "small": page.evaluate(SMALL),
        "lang": page.evaluate("document.documentElement.lang"),
        "langs": page.eval_on_selector_all("[lang]:not(html)", "all => all.map(e => e.lang)"),
        "langs of main": page.eval_on_selector_all("main [lang]", "all => all.map(e => e.lang)"),
        "unheaded": page.evaluate(UNHEADED),
    }
    page.emulate_media(forced_colors="active")
    look |= {"forced": page.evaluate("matchMedia('(forced-colors: active)').matches"), "bare": page.evaluate(BARE)}
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 320, "height": 640})
    look |= {"wide": page.evaluate(WIDE), "cut": page.evaluate(CUT)}
    page.set_viewport_size({"width": 1280, "height": 800})
    look["tree"] = tree(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    look |= {"wide in large text": page.evaluate(WIDE), "cut in large text": page.evaluate(CUT)}
    return look


def test_pages_flow_at_320_pixels_and_at_twice_the_text(looks):
    for path, look in looks.items():
        assert look["wide"] <= 0, f"{path} at 320"
        assert look["cut"] == [], f"{path} at 320"
        assert look["wide in large text"] <= 0, f"{path} at twice the text"
        assert look["cut in large text"] == [], f"{path} at twice the text"


def test_what_is_touched_is_large_enough(looks):
    assert {path: look["small"] for path, look in looks.items() if look["small"]} == {}


def test_with_forced_colours_edges_can_be_seen(looks):
    assert all(look["forced"] for look in looks.values())
    assert {path: look["bare"] for path, look in looks.items() if look["bare"]} == {}


FOCUSED = """() => { const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const bar = document.querySelector('.bar').getBoundingClientRect();
  const seen = style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
  return {tag: e.tagName, href: e.getAttribute('href'), seen: seen,
    hidden: e.closest('.bar, nav') === null && box.bottom <= bar.bottom && box.height > 0,
    order: [...document.querySelectorAll('*')].indexOf(e)}; }"""


@pytest.mark.parametrize("name", ["index", "n4-r1-a", "f2", "u/index"])
def test_keyboard_order_is_reading_order_and_focus_is_seen(origin, open_page, name):
    page = open_page(f"{origin}/en/{name}.html")
    orders, last = [], None
    for _ in range(200):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["tag"] == "BODY" or focused["order"] == last:
            break
        assert focused["seen"], focused
        assert not focused["hidden"], focused
        orders.append(last := focused["order"])
    assert orders == sorted(orders)
    assert len(orders) > 10


def test_a_form_is_filled_in_with_the_keyboard_alone(origin, open_page, inbox_file):
    before = len(list(Inbox(inbox_file).messages("missing")))
    page = open_page(f"{origin}/ru/index.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#main:focus")
    page.goto(f"{origin}/ru/f2/XT-W1.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        kind = page.evaluate("document.activeElement.type || document.activeElement.tagName")
        if kind == "radio":
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
        elif kind == "submit":
            page.keyboard.press("Enter")
            break
    page.wait_for_url("**/f3.html")
    assert len(list(Inbox(inbox_file).messages("missing"))) == before + 1


def test_leaving_hides_a_form_at_once_and_back_does_not_return(chromium, origin):
    context = chromium.new_context()
    context.route(f"{EXIT}**", lambda route: route.fulfill(body="<title>elsewhere</title>"))
    page = context.new_page()
    page.goto(f"{origin}/en/index.html")
    page.goto(f"{origin}/en/f2.html")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(EXIT)
    page.go_back()
    assert page.url == f"{origin}/en/index.html"
    context.close()


def tree(page) -> list[dict]:
    """What a screen reader is told, in its order: role, name, level."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    told = []
    for node in nodes:
        if node.get("ignored"):
            continue
        properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
        told.append(
            {
                "role": node["role"]["value"],
                "name": node.get("name", {}).get("value", "").strip(),
                "level": properties.get("level"),
                "live": properties.get("live"),
            }
        )
    return told


NAMED = {
    "link",
    "button",
    "radio",
    "checkbox",
    "combobox",
    "textbox",
    "radiogroup",
    "navigation",
    "table",
    "img",
    "heading",
    "columnheader",
    "rowheader",
    "region",
    "complementary",
}


def test_a_screen_reader_is_told_the_same(looks):
    for path, look in looks.items():
        told = look["tree"]
        roles = [node["role"] for node in told]
        assert roles.count("main") == 1, path
        assert roles.count("banner") == 1, path
        unnamed = [node for node in told if node["role"] in NAMED and not node["name"]]
        assert unnamed == [], path
        levels = [node["level"] for node in told if node["role"] == "heading"]
        assert levels.count(1) == 1, path
        jumps = [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1]
        assert jumps == [], path
        places = [node["name"] for node in told if node["role"] == "navigation"]
        assert len(places) == len(set(places)), f"{path}: two landmarks of one name: {places}"


def test_languages_are_told_where_they_change(looks):
    for path, look in looks.items():
        assert look["lang"] == path.split("/")[1]
        assert set(look["langs"]) <= {*LANGUAGES, "ru-Latn", "tg-Latn", "fa", "ky"}, path
        assert look["lang"] not in look["langs of main"], path


def test_tables_have_headings_and_a_caption(looks):
    assert {path: look["unheaded"] for path, look in looks.items() if look["unheaded"]} == {}


def test_what_went_wrong_is_told_as_an_alert(chromium, origin):
    page = (
        chromium.new_page()
    )  # the browser notes the refusal as an error, which `open_page` would take for one of ours
    page.goto(f"{origin}/tg/f2.html")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.click("main button[type=submit]")
    page.wait_for_selector("[role=alert]")
    assert any(each["role"] == "alert" for each in tree(page))
    look(page, changed=True)
    page.close()
