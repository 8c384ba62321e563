"""Maps in a real browser: drawn from the disk, nobody else asked, keyboard and eyes served, hostile names inert."""

import io
import re
from pathlib import Path

import pypdf
import pytest

from mapping.analysis.common.listed import core_types, visited
from mapping.registry import analyses
from mapping.render.maps import draw
from tests.support.browser import axe_faults, still
from tests.support.sample import TODAY, organization, place, sample_directory, service

HOSTILE = '</script><img src=x onerror="window.hit=1">${window.hit=1}'


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, tiny_area) -> Path:
    folder = tmp_path_factory.mktemp("map")
    parts = [organization(HOSTILE), service(HOSTILE, of=HOSTILE), place("x", of=[HOSTILE], at=(10.06, 60.05))]
    with sample_directory(folder, tiny_area, *parts) as directory:
        view = directory.view("public", folder / "public.db", edition=TODAY)
    results = [analyses()[name](view, tiny_area) for name in ("reach", "coverage")]
    draw(view, tiny_area, *results).save(folder / "map.html")
    return folder / "map.html"


@pytest.fixture
def page(drawn, open_page):
    page = open_page(drawn.as_uri())
    page.wait_for_selector("[data-ready]")
    return page


def test_it_is_drawn_with_markers_relief_and_names(page):
    assert page.locator(".leaflet-marker-icon").count() > 0
    assert page.locator("path.land").count() == 1  # the four units are one path
    assert page.locator("path.land").get_attribute("d").count("M") == 4
    assert page.locator(".place").count() > 0


def test_the_scale_is_in_the_language_of_the_page(tmp_path, tiny_area, open_page):
    with sample_directory(tmp_path, tiny_area, organization("x")) as directory:
        view = directory.view("public", tmp_path / "public.db", edition=TODAY)
    draw(view, tiny_area, language="ru").save(tmp_path / "map.html")
    page = open_page((tmp_path / "map.html").as_uri())
    page.wait_for_selector("[data-ready]")
    scale = page.locator(".leaflet-control-scale-line")
    assert re.fullmatch(r"[1-9]\d* км", scale.inner_text())


def test_markers_have_names_and_open_by_keyboard(page):
    marker = page.locator(".spot")
    assert marker.get_attribute("aria-label")
    assert marker.get_attribute("tabindex") == "0"
    marker.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup article")


def test_hostile_names_are_words(page):
    page.evaluate("() => document.querySelectorAll('.spot').forEach((spot) => spot.click())")
    page.wait_for_selector(".leaflet-popup article")
    assert page.evaluate("() => window.hit") is None
    assert page.locator("img[src='x']").count() == 0


def test_switches_show_and_hide(page):
    roads = page.locator("[data-layer=roads]")
    assert page.locator("path.road").count() > 0
    roads.uncheck()
    assert page.locator("path.road").count() == 0
    page.locator("[data-colour=none]").check()
    assert page.locator("img.bands").count() == 0


SEASONS = ("Summer", "Winter", "On foot only")


def test_a_slider_changes_the_season_by_keyboard_and_says_what_the_table_says(page):
    slider = page.get_by_label("Season or way to travel")
    pictures = []
    for step, season in enumerate(SEASONS):
        slider.focus()
        if step:
            page.keyboard.press("ArrowRight")
        said = page.locator(".slider output").inner_text()
        cells = page.locator("table.seasons tbody tr").nth(step).locator("th, td").all_inner_texts()
        assert cells[0] == season
        for cell in cells:
            assert cell in said
        assert slider.get_attribute("aria-valuetext") == said
        assert season in page.locator("[data-colour=bands-0] + span").inner_text()
        assert page.locator("img.bands").count() == 1
        pictures.append(page.locator("img.bands").get_attribute("src"))
    assert len(set(pictures)) == 3
    page.keyboard.press("Home")
    assert page.locator("img.bands").get_attribute("src") == pictures[0]


def test_the_slider_chooses_its_layer_and_others_still_exclude_it(page):
    page.locator("[data-colour=units-1]").check()
    assert page.locator("img.bands").count() == 0
    page.get_by_label("Season or way to travel").press("End")
    assert page.locator("[data-colour=bands-0]").is_checked()
    assert page.locator("img.bands").count() == 1
    assert page.locator("[data-key=bands-0]").is_visible()
    page.locator("[data-colour=none]").check()
    assert page.locator("img.bands").count() == 0


def test_axe_finds_nothing(page):
    assert axe_faults(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_does_not_scroll_sideways(drawn, open_page, width):
    page = open_page(drawn.as_uri(), width=width)
    page.wait_for_selector("[data-ready]")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_card_lies_within_the_map_even_at_its_edge(drawn, open_page, width):
    page = open_page(drawn.as_uri(), width=width)
    page.wait_for_selector("[data-ready]")
    marker = page.locator(".spot").first
    marker.scroll_into_view_if_needed()
    marker.click()
    still(page)
    card, box = page.locator(".leaflet-popup").bounding_box(), page.locator(".mapbox").bounding_box()
    assert card["x"] >= box["x"]
    assert card["x"] + card["width"] <= box["x"] + box["width"]
    assert card["y"] >= box["y"]


MAP = "Object.values(window).find((value) => value instanceof L.Map)"


@pytest.mark.parametrize("width", [1600, 360])
def test_the_whole_area_is_on_paper_and_the_screen_is_as_it_was(drawn, open_page, width):
    page = open_page(drawn.as_uri(), width=width)
    page.wait_for_selector("[data-ready]")
    state = f"() => {{ const map = {MAP}; return [map.getZoom(), map.getMinZoom(), map.getSize().x, map.getCenter()] }}"
    before = page.evaluate(state)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(f"() => {MAP}.getSize().x") == pytest.approx(17 / 2.54 * 96, abs=3)
    assert page.evaluate(f"() => {MAP}.getBounds().contains(ROHNAMO.map.bounds)")
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.evaluate("() => new Promise((done) => setTimeout(done))")  # what the page put off comes first
    after = page.evaluate(state)
    assert after[:3] == before[:3]
    assert after[3] == {name: pytest.approx(value, abs=0.01) for name, value in before[3].items()}


UNDER = """() => {
  const box = (element) => element.getBoundingClientRect();
  const hit = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const names = Array.from(document.querySelectorAll(".place span")).filter(
    (name) => name.offsetWidth && getComputedStyle(name).visibility === "visible");
  const markers = Array.from(document.querySelectorAll(".spot, .cluster"));
  const under = names.filter((name) => markers.some((marker) => hit(box(name), box(marker))));
  const crossed = names.filter((name, place) => names.slice(0, place).some((other) => hit(box(name), box(other))));
  return [names.length, under.map((name) => name.textContent), crossed.map((name) => name.textContent)];
}"""


@pytest.mark.parametrize("width", [1280, 360])
def test_no_name_lies_under_a_marker_or_across_another(drawn, open_page, width):
    page = open_page(drawn.as_uri(), width=width)
    page.wait_for_selector("[data-ready]")
    still(page)
    shown, under, crossed = page.evaluate(UNDER)
    assert shown > 0
    assert (under, crossed) == ([], [])


def test_the_switches_stand_beside_the_map_where_there_is_room_and_never_over_it(drawn, open_page):
    for width, beside in ((1280, True), (360, False)):
        page = open_page(drawn.as_uri(), width=width)
        page.wait_for_selector("[data-ready]")
        box, switches = page.locator(".mapbox").bounding_box(), page.locator(".switches").bounding_box()
        if beside:
            assert switches["x"] >= box["x"] + box["width"]
            assert switches["y"] < box["y"] + box["height"]
        else:
            assert switches["y"] >= box["y"] + box["height"]


def test_the_map_prints_on_one_page_with_what_its_colours_mean(page):
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    assert "Place names" not in printed.pages[0].extract_text()  # switches are for the screen
    assert "under 30 min" in printed.pages[0].extract_text()
    assert "Secret places are not on the map" in printed.pages[0].extract_text()


def test_there_is_a_layer_for_each_core_function_that_people_visit(page):
    labels = page.locator("[data-colour] + span").all_inner_texts()
    core = [term for term in core_types() if visited(term) and term.audience == "public"]
    assert core
    for term in core:
        assert any(str(term.label("en")) in label for label in labels), term.code
