"""The Atlas in a real browser: from a disk and from a server, with its state in the address and a service put down."""

import csv
import io
import json
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import pytest
from flask import Flask, request
from openpyxl import load_workbook
from PIL import Image, ImageColor

from tests.support.browser import AXE, axe_faults, wait_until
from tests.support.sample import TODAY
from tests.web.support.served import waitress

PAGE = "en/atlas.html"


@pytest.fixture
def atlas(site, open_page):
    """Open the Atlas from the disk, in some state."""

    def opened(state: str = "", **options):
        page = open_page(f"{(site / PAGE).as_uri()}{state and '#'}{state}", **options)
        page.wait_for_selector(".atlas.drawn")
        wait_until(page, "document.querySelectorAll('[data-part=rows] tr').length > 0")
        return page

    return opened


def worked_out(page):
    """Wait until the model has answered, and return the people within reach before and after."""
    wait_until(page, "window.rohnamoAtlas.answer() && !document.querySelector('[data-part=said]').textContent")
    return page.evaluate(
        "(() => { const {answer, total} = window.rohnamoAtlas, a = answer();"
        " return [total(a.before.middle), total(a.after.middle)]; })()"
    )


def test_it_shows_a_question_at_once_with_map_legend_and_table(atlas):
    page = atlas()
    assert "%" in page.inner_text("[data-part=title]")
    assert page.locator("[data-part=map] path.leaflet-interactive").count() == 4
    assert page.locator("[data-part=legend] li").count() >= 2
    assert page.locator("[data-part=rows] tr").count() == 4
    assert page.locator(".atlas-point, .atlas-cluster").count() > 0


def test_a_service_that_is_put_down_gains_people_and_stands_in_the_address(atlas, open_page):
    page = atlas()
    kinds = page.locator("[data-part=kind] option").evaluate_all("(all) => all.map((one) => one.value)")
    page.select_option("[data-part=kind]", kinds[-1])
    page.click("[data-part=add]")
    assert page.get_attribute("[data-part=add]", "aria-pressed") == "true"
    box = page.locator("[data-part=map]").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("[data-part=scenario] li")
    before, after = worked_out(page)
    assert after >= before
    assert page.locator(".atlas-pin").count() == 1
    address = page.evaluate("location.hash")
    assert "add=" in address
    again = open_page(page.url)
    again.wait_for_selector(".atlas-pin")
    assert worked_out(again) == pytest.approx([before, after], abs=1)
    assert again.evaluate("document.querySelector('.langs a').hash") == address
    again.click("[data-part=clear]")
    wait_until(again, "!location.hash.includes('add=')")
    assert again.locator(".atlas-pin").count() == 0


def test_a_place_is_found_by_name_and_by_coordinates_and_takes_a_service(atlas):
    page = atlas()
    page.fill("[data-part=search]", "chash")
    page.wait_for_selector("[data-part=hits] li")
    assert "Chashma" in page.inner_text("[data-part=hits]")
    page.fill("[data-part=search]", "10.05, 60.1")
    page.click("[data-part=hits] .link")
    page.wait_for_selector("[data-part=scenario] li")
    assert page.evaluate("window.rohnamoAtlas.state().add") == [[10.05, 60.1]]


def test_a_suggested_place_gains_people(atlas):
    page = atlas()
    kinds = page.locator("[data-part=kind] option").evaluate_all("(all) => all.map((one) => one.value)")
    page.select_option("[data-part=kind]", kinds[-1])
    page.click("[data-part=suggest]")
    wait_until(page, "window.rohnamoAtlas.state().add.length || document.querySelector('[data-part=said]').textContent")
    if page.evaluate("window.rohnamoAtlas.state().add.length"):
        before, after = worked_out(page)
        assert after > before


def test_a_scenario_is_saved_opened_and_compared(atlas, tmp_path):
    page = atlas("add=10.05,60.1&name=North")
    worked_out(page)
    with page.expect_download() as saved:
        page.click("[data-part=save]")
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert path.name == "North.json"
    said = json.loads(path.read_text("utf-8"))
    assert (said["form"], said["add"]) == ("rohnamo-scenario", [[10.05, 60.1]])
    page.click("[data-part=keep]")
    assert "North" in page.inner_text("[data-part=kept-rows]")
    page.click("[data-part=clear]")
    page.set_input_files("[data-part=open]", path)
    page.wait_for_selector(".atlas-pin")
    path.write_text("{}")
    page.set_input_files("[data-part=open]", path)
    wait_until(page, "document.querySelector('[data-part=said]').textContent.includes('no scenario')")


def test_the_table_and_the_picture_are_those_of_the_screen(atlas, tmp_path):
    page = atlas()
    with page.expect_download() as saved:
        page.click("[data-part=csv]")
    saved.value.save_as(tmp_path / "t.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig"))))
    assert all(row[0].startswith("XT-") for row in rows[1:5])
    assert rows[6][0] == page.inner_text("[data-part=title]")
    with page.expect_download() as saved:
        page.click("[data-part=xlsx]")
    saved.value.save_as(tmp_path / "t.xlsx")
    cells = [
        ["" if cell is None else str(cell) for cell in row] for row in load_workbook(tmp_path / "t.xlsx").active.values
    ]
    assert [row[: len(cells[0])] for row in cells[:5]] == [row[: len(cells[0])] for row in rows[:5]]


@pytest.mark.parametrize("state", ["", "show=time", "add=10.05,60.1&show=change&at=9/10.05/60.1"])
def test_the_pictures_are_those_of_the_screen(atlas, tmp_path, state):
    """Title, each legend, the edition and the sources are on them, and their colours are those of the districts."""
    page = atlas(state)
    if state:
        worked_out(page)
    with page.expect_download() as saved:
        page.click("[data-part=svg]")
    saved.value.save_as(tmp_path / "t.svg")
    drawn = ElementTree.parse(tmp_path / "t.svg").getroot()
    told = "".join("".join(drawn.itertext()).split())
    for part in ("title", "under", "legend", "sources"):
        assert "".join(page.inner_text(f"[data-part={part}]").split()) in told, part
    assert f"Editionof{TODAY.isoformat()}" in told
    fills = set(
        page.locator("path.leaflet-interactive").evaluate_all("(all) => all.map((one) => one.getAttribute('fill'))")
    )
    assert "show=time" in state or fills <= {mark.get("fill") for mark in drawn.iter()}
    with page.expect_download() as saved:
        page.click("[data-part=png]")
    saved.value.save_as(tmp_path / "t.png")
    with Image.open(tmp_path / "t.png") as image:
        assert image.size == (2 * int(drawn.get("width")), 2 * int(drawn.get("height")))
        colours = {colour for _, colour in image.convert("RGB").getcolors(10_000_000)}
    assert "show=time" in state or {ImageColor.getrgb(fill) for fill in fills} <= colours


@pytest.mark.parametrize("state", ["", "show=time", "add=10.05,60.1&show=change", "unit=XT-W2"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_fit_for_all(atlas, state, width):
    page = atlas(state, width=width, height=800)
    if "show" in state:
        worked_out(page)
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_whoever_has_no_mouse_reaches_each_district_from_the_table(atlas):
    page = atlas()
    button = page.locator("[data-part=rows] button").first
    button.focus()
    assert page.locator("[data-part=tip]").is_visible()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-part=unit] h2")
    assert "unit=" in page.evaluate("location.hash")


def test_a_region_fills_the_map_and_a_district_tells_of_itself(atlas):
    """As the pages of gaps and of areas lead to it."""
    whole = atlas().evaluate("window.rohnamoAtlas.state().view")
    region = atlas("unit=XT-W&measure=severity")
    assert region.evaluate("window.rohnamoAtlas.state().view.lon") < whole["lon"]
    assert region.evaluate("window.rohnamoAtlas.state().measure").startswith("severity.")
    assert not region.locator("[data-part=unit]").is_visible()
    district = atlas("unit=XT-W2")
    assert district.locator("[data-part=unit] h2").is_visible()


def test_a_slider_tells_what_came_and_went_since_an_edition(atlas):
    page = atlas()
    assert not page.locator("[data-part=editions]").is_visible(), "one edition alone changed nothing"
    page.evaluate(
        "(() => { const {data} = window.ATLAS;"
        " const shown = data.services.filter((one) => one.exact && one.helps && one.counts);"
        " data.editions = [{day: '2026-09-01', gone: 0}, {day: '2026-10-01', gone: 2}, {day: '2026-11-24', gone: 1}];"
        " for (const one of data.services) one.changed = '2026-09-01';"
        " shown[0].changed = '2026-11-24';"
        " window.rohnamoAtlas.changed(); })()"
    )
    everything = page.inner_text("[data-part=count]")
    page.locator("[data-part=since]").focus()
    page.keyboard.press("ArrowRight")
    assert "since 2026-10-01: 1." in page.inner_text("[data-part=since-said]")
    assert page.inner_text("[data-part=since-said]").endswith("country: 3.")
    assert "since=2026-10-01" in page.evaluate("location.hash")
    assert "1 services" in page.inner_text("[data-part=count]")
    assert axe_faults(page) == []
    page.keyboard.press("Home")
    assert page.inner_text("[data-part=count]") == everything


@pytest.mark.parametrize(
    "state", ["kind=%3Cimg%3E", "add=x;y,z", "at=99/1/1", "measure=nothing&unit=nowhere", "name=%3Cb%3E"]
)
def test_an_address_that_means_nothing_shows_the_first_question(atlas, state):
    page = atlas(state)
    assert page.locator("[data-part=rows] tr").count() == 4
    assert page.locator("[data-part=panel] img, [data-part=scenario] b b").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_map_alone_stands_in_a_page_of_another_site(app, chromium, width):
    """The snippet of the Atlas shows the same state in a frame of another origin, and no other page of ours does."""
    with waitress(app) as port, waitress(elsewhere(port)) as other:
        page = chromium.new_page(viewport={"width": width, "height": 800})
        page.goto(f"http://127.0.0.1:{port}/en/atlas.html#unit=XT-W2&minutes=30")
        wait_until(page, "document.querySelector('[data-part=snippet]')?.value.includes('<iframe')")
        snippet = page.input_value("[data-part=snippet]")
        assert TODAY.isoformat() in snippet
        page.goto(f"http://127.0.0.1:{other}/?{quote(snippet)}")
        alone = page.frame_locator("iframe").first
        alone.locator(".atlas.drawn").wait_for()
        assert "30" in alone.locator("[data-part=title]").inner_text()
        assert alone.locator("[data-part=unit] a").get_attribute("target") == "_blank"
        assert alone.locator(".bar, form").count() == 0
        frame = page.frames[1]
        frame.evaluate(AXE.read_text("utf-8"))
        assert frame.evaluate("axe.run().then((found) => found.violations.map((each) => each.id))") == []
        whole = quote(f'<iframe src="http://127.0.0.1:{port}/en/atlas.html"></iframe>')
        page.goto(f"http://127.0.0.1:{other}/?{whole}")
        page.wait_for_timeout(500)
        assert page.frame_locator("iframe").locator(".atlas").count() == 0
        page.close()


def test_the_map_alone_opens_from_a_disk(site, open_page):
    page = open_page((site / "en" / "embed.html").as_uri() + "#kind=any&minutes=120")
    page.wait_for_selector(".atlas.drawn")
    wait_until(page, "document.querySelector('[data-part=title]').textContent.includes('120')")
    assert page.locator("footer").inner_text().count(str(TODAY.year)) == 1
    assert "/en/atlas.html#minutes=120" in page.get_attribute("[data-part=whole]", "href")


def elsewhere(port):
    """Return a site of somebody else: a page with what its address says."""
    other = Flask("elsewhere")
    other.add_url_rule(
        "/", view_func=lambda: f"<!doctype html><title>x</title>{unquote(request.query_string.decode())}"
    )
    return other
