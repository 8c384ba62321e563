"""Large text: at 200% nothing runs out of a screen of 360 pixels, on any kind of page of the site.

The languages are those of the longest words.
"""

import pytest

from tests.web.browser.test_site import PAGES

WIDER = """() => [...document.querySelectorAll('body *')].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.right > document.documentElement.clientWidth + 1 && !each.closest('.scroll, .mapbox, .vh, .skip');
}).slice(0, 4).map((each) => each.tagName + '.' + each.className + ': ' + each.textContent.trim().slice(0, 40))"""
"""What stands to the right of the screen, outside of what scrolls by itself."""


@pytest.mark.parametrize("language", ["tg", "ru"])
def test_large_text_fits_a_narrow_screen(site, ids, open_page, language):
    pages = (*PAGES, f"en/s/{ids['Legal advice']}.html", f"tg/s/{ids['Hotline']}.html", f"ru/o/{ids['@Umed']}.html")
    in_language = dict.fromkeys(f"{language}/{name.partition('/')[2]}" if "/" in name else name for name in pages)
    page = open_page((site / "index.html").as_uri(), width=360)
    wide = {}
    for name in in_language:
        page.goto((site / name).as_uri())
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[name] = (over, page.evaluate(WIDER))
    assert wide == {}
