"""Pages on paper: whoever prints chooses the paper, and letters are as large on small paper as on large."""

import io
import re
from collections import Counter
from pathlib import Path

import pypdf
import pytest

import web
from tests.web.support.desk import Desk, post, views

POINT = 72 / 25.4
A4, A5, POCKET = (210, 297), (148, 210), (90, 160)
PAGES = ("cards", "print-r1", "n4-r1-a", "gaps", "report/gaps", "materials-en", "all-1")


def printed(page, paper):
    width, height = paper
    return pypdf.PdfReader(io.BytesIO(page.pdf(width=f"{width}mm", height=f"{height}mm")))


def letters(sheets):
    """Return how many letters have which height in points, and where the text ends on the right, in millimetres."""
    heights, right = Counter(), 0.0

    def note(text, matrix, position, _font, size):
        nonlocal right
        if text.strip():
            heights[round(abs(size * position[3] * matrix[3]), 1)] += len(text.strip())
            right = max(right, (matrix[4] + position[4] * matrix[0]) / POINT)

    for sheet in sheets.pages:
        sheet.extract_text(visitor_text=note)
    return heights, right


@pytest.mark.parametrize("name", PAGES)
def test_letters_are_as_large_on_small_paper(site, open_page, name):
    page = open_page((site / "en" / f"{name}.html").as_uri())
    usual = letters(printed(page, A4))[0].most_common(1)[0][0]
    for paper in (A5, POCKET):
        heights, right = letters(printed(page, paper))
        assert heights.most_common(1)[0][0] == usual, (name, paper)
        assert right < paper[0], (name, paper)


def test_a_poster_takes_one_sheet_and_its_number_one_line_of_every_paper(site, open_page):
    page = open_page((site / "en" / "poster.html").as_uri())
    whole = [line for line in page.locator(".poster > .big").all_inner_texts() if line]
    for paper in (A4, A5, POCKET):
        sheets = printed(page, paper)
        assert len(sheets.pages) == len(whole), paper
        lines = "\n".join(sheet.extract_text() for sheet in sheets.pages).splitlines()
        assert all(number in map(str.strip, lines) for number in whole), paper


def test_services_side_by_side_are_whole_on_paper(tmp_path, tiny_area, open_page):
    """On A4 the third was cut at the edge of the sheet, on A5 the second too."""
    desk = Desk(tmp_path / "desk", tiny_area, views(tmp_path / "views", tiny_area))
    names = ("Legal advice", "Legal representation", "Emergency care")
    known = {entry.name: entry.id for entry in desk.editions().entries("en").values()}
    chosen = [known[name] for name in names if name in known] + [*known.values()]
    answer = post(desk.client("caseworker"), "/en/compare.html", pick=list(dict.fromkeys(chosen))[:3], place="p1")
    static = Path(web.__file__).with_name("static").as_uri()
    shown = tmp_path / "compare.html"
    shown.write_text(re.sub(r'="[./]*/static/', f'="{static}/', answer.text), encoding="utf-8")
    page = open_page(shown.as_uri())
    assert page.locator(".compare thead th").count() == 3
    page.emulate_media(media="print")
    for width, _ in (A4, A5):
        page.set_viewport_size({"width": round(width * 0.84 / 25.4 * 96), "height": 800})  # what margins leave
        wide = page.evaluate("[...document.querySelectorAll('.compare *')].map(x => x.getBoundingClientRect().right)")
        assert max(wide) <= page.evaluate("innerWidth") + 1, width
