"""A language that is written from right to left, in a folder of its own: its pages are the mirror of the others.

It is Dari, with few of its texts translated, so that most pages hold both ways of writing.
"""

import pytest

from tests.project.adding.test_a_language import spoken
from tests.support.browser import axe_faults, opened_pages
from tests.support.sample import TODAY, public_parts
from tests.web.support.portal import published
from tests.web.support.served import served
from web import create_app

LANGUAGE = """
name = "دری"
document = "fa-AF"
fallback = ["en"]
weekdays = ["دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"]
headings = ["fa", "dari", "دری"]
place_names = ["fa", "en"]
"""
CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Rohnamo"
msgstr "رهنما"

msgid "Find help"
msgstr "یافتن کمک"

msgid "Leave this page"
msgstr "خروج"

msgid "Talk to someone now"
msgstr "همین حالا با کسی صحبت کنید"

msgid "What help do you need?"
msgstr "به چه کمکی نیاز دارید؟"

msgid "Where are you?"
msgstr "شما در کجا هستید؟"

msgid "Call first: {number}"
msgstr "نخست زنگ بزنید: {number}"

msgid "Confirmed by phone on {day}"
msgstr "با تلیفون در {day} تأیید شد"

msgid "Speaks"
msgstr "زبان‌ها"

msgid "{count} {count:service|services}"
msgstr "{count} خدمت"

msgid "Map"
msgstr "نقشه"

msgid "Summary"
msgstr "خلاصه"
"""
TERMS = "taxonomy,code,label\nservice_types,LEG-INF,مشورهٔ حقوقی\nservice_types,IDN-HOT,خط کمک\nneeds,stay,جای امن\n"
KINDS = (
    "index",
    "n4",
    "n4-r1-a",
    "all-1",
    "u/index",
    "u/XT-W2",
    "map",
    "gaps",
    "report/index",
    "cards",
    "print-r1",
    "f2",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory, chromium):
    """Open pages of a live portal in Dari and English, one after another in one window."""
    root = tmp_path_factory.mktemp("dari")
    texts = {"language_toml": LANGUAGE, "all_po": CATALOGUE, "terms_csv": TERMS}
    with spoken(root, "fa", ["en"], **texts) as area:
        app = create_app(published(root, area, *public_parts()), area, demo=True, inbox=root / "inbox.db")
        app.config["TODAY"] = lambda: TODAY
        with served(app) as origin, opened_pages(chromium) as open_page:
            page = open_page(origin)

            def show(path, width=1280):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(f"{origin}/{path}.html")
                return page

            yield show


BOXES = """() => { const from = document.documentElement.dir;
  const parts = [...document.querySelectorAll('body *')].filter((part) => {
    const style = getComputedStyle(part);
    return !/^inline|contents|none/.test(style.display) && part.checkVisibility()
      && !part.matches('.mapbox *, svg *, .vh, .vh *, .skip') && !part.parentElement.closest('[dir]:not(html)'); });
  const boxes = () => parts.map((part) => part.getBoundingClientRect());
  const mirrored = boxes(), wide = document.documentElement.clientWidth;
  document.documentElement.dir = 'ltr';
  const plain = boxes();
  document.documentElement.dir = from;
  return parts.filter((part, n) => Math.abs(mirrored[n].left - (wide - plain[n].right)) > 1)
    .map((part) => part.outerHTML.slice(0, 100)); }"""
"""What does not stand as in a mirror when the same page is written the other way."""

TURNED = """() => [...document.querySelectorAll('main')].flatMap((part) => {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT), wrong = [], range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const run of node.data.matchAll(/\\+?\\d[\\d:\\u00a0\\u2011–]*\\d/g)) {
      const at = [...run[0]].map((_, n) => {
        range.setStart(node, run.index + n); range.setEnd(node, run.index + n + 1);
        return range.getBoundingClientRect(); });
      const back = (box, n) => n && box.width && at[n - 1].top === box.top && box.left < at[n - 1].left;
      if (at.some(back)) wrong.push(run[0]);
    }
  return wrong; })"""
"""Numbers and times whose signs do not stand from left to right."""

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_the_mirror_of_one_from_left_to_right(pages, kind):
    page = pages(f"fa/{kind}", width=360)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(WIDE) <= 0, width
        assert page.evaluate(BOXES) == [], width
        assert page.evaluate(TURNED) == [], width


def test_numbers_and_hours_stand_from_left_to_right(pages):
    page = pages("fa/print-r1", width=360)
    assert page.locator(".big", has_text="+").count() > 1
    assert page.get_by_text("8:00–17:00").count() > 0
    assert page.evaluate(TURNED) == []


def test_pages_in_other_languages_say_nothing_of_it(pages):
    page = pages("en/index")
    assert page.evaluate("document.documentElement.dir") == ""
    assert page.get_attribute("a[hreflang=fa]", "dir") == "rtl"
    assert page.locator("[dir]").count() == 1


def test_words_are_found_however_their_letters_were_typed(pages):
    page = pages("fa/all-1")
    page.focus("#words")
    page.wait_for_selector("form.search[data-ready=true]")
    first = set()
    for typed in ("مشورهٔ حقوقی", "مشوره حقوقي", "مشورۀ حُقوقـی"):
        page.fill("#words", typed)
        page.wait_for_selector("#hits li")
        first.add(page.inner_text("#hits h3 >> nth=0"))
        page.fill("#words", "")
        page.wait_for_selector("#hits li", state="detached")
    assert len(first) == 1


def test_axe_finds_nothing(pages):
    assert axe_faults(pages("fa/n4-r1-a", width=360)) == []
