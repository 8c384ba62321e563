"""Maps: nothing asks another host, nothing runs, the same view gives the same bytes, the frame tells nothing."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import folium
import pytest

from mapping.directory.directory import Directory
from mapping.errors import UnsafePublication
from mapping.language.i18n import Message
from mapping.registry import analyses
from mapping.render.layers import candidates, units
from mapping.render.maps import LOCAL, Page, build, draw, local
from mapping.result import Column, Figure, ProposedSite
from tests.support.sample import TODAY, organization, place, sample_directory, sample_view, service

HOSTILE = "</script><img src=x onerror=alert(1)>${alert(1)}{{7*7}}\"'`"


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_area):
    return sample_view(tmp_path_factory.mktemp("maps"), tiny_area)


@pytest.fixture(scope="module")
def page(view, tiny_area) -> Page:
    results = [analyses()[name](view, tiny_area) for name in ("reach", "coverage")]
    return draw(view, tiny_area, *results, language="en").page("map", base="m/")


def layers_of(page: Page) -> dict:
    text = page.files["map-layers.js"].decode()
    return json.loads(text[text.index("=") + 1 :].strip().rstrip(";"))


def test_nothing_is_asked_of_another_host(page):
    whole = page.html("m/") + "".join(
        contents.decode() for name, contents in page.files.items() if name.startswith("map") and name.endswith("js")
    )
    allowed = {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"https?://[^\s\"'<>)]+", whole)) <= allowed


def test_there_is_no_inline_code(page):
    whole = page.html("m/")
    assert "<style" not in whole
    assert not re.search(r"<script(?![^>]*\bsrc=)", whole)
    assert not re.search(r"\son\w+=|style=\"|javascript:", whole)


def test_every_file_a_page_names_is_there(page):
    for name in (*page.styles, *page.scripts):
        assert page.files[name]


def test_two_builds_are_equal(view, tiny_area):
    one = draw(view, tiny_area, analyses()["coverage"](view, tiny_area)).page()
    other = draw(view, tiny_area, analyses()["coverage"](view, tiny_area)).page()
    assert one == other


def test_the_same_map_gives_the_same_page_twice(view, tiny_area):
    drawn = draw(view, tiny_area)
    assert drawn.page() == drawn.page()


def test_a_plugin_that_calls_a_stranger_is_refused(view, tiny_area):
    drawn = draw(view, tiny_area)
    folium.JavascriptLink("https://cdn.example/evil.js").add_to(drawn.get_root().header)
    with pytest.raises(UnsafePublication, match=r"cdn\.example"):
        build(drawn)


@pytest.mark.parametrize(
    "url", ["https://cdn.example/x.js", "//cdn.example/leaflet.js", "http://a.example/leaflet.css"]
)
def test_an_address_nobody_looked_at_is_refused(url):
    with pytest.raises(UnsafePublication):
        local(url)


def test_every_address_folium_asks_for_by_itself_is_known(view, tiny_area):
    page = draw(view, tiny_area).page()
    assert "leaflet/leaflet.js" in page.scripts
    assert None in LOCAL.values()


def test_tiles_from_a_stranger_are_refused(view, tiny_area):
    drawn = draw(view, tiny_area)
    folium.TileLayer("https://tile.example/{z}/{x}/{y}.png", attr="x").add_to(drawn)
    with pytest.raises(UnsafePublication, match=r"tile\.example"):
        build(drawn)


def test_the_frame_is_that_of_the_area_whatever_the_directory_holds(tmp_path, tiny_area):
    with Directory(tmp_path / "empty.db", tiny_area) as directory:
        empty = directory.view("public", tmp_path / "empty-public.db", edition=TODAY)
    (tmp_path / "full").mkdir()
    full = sample_view(tmp_path / "full", tiny_area)
    frames = [layers_of(draw(each, tiny_area).page())["bounds"] for each in (empty, full)]
    west, south, east, north = tiny_area.bounds
    assert frames[0] == frames[1] == [[south, west], [north, east]]
    starts = [draw(each, tiny_area).page().files["map-start.js"] for each in (empty, full)]
    assert starts[0] == starts[1]


def test_hostile_names_stay_text(tmp_path, tiny_area):
    with sample_directory(
        tmp_path,
        tiny_area,
        organization(HOSTILE),
        service(HOSTILE, of=HOSTILE),
        place("x", of=[HOSTILE], at=(10.05, 60.05)),
    ) as directory:
        view = directory.view("public", tmp_path / "hostile.db", edition=TODAY)
    page = draw(view, tiny_area).page()
    script = page.files["map-layers.js"].decode()
    assert "<" not in script  # nothing in a script file can end a script element or open another
    assert HOSTILE in json.dumps(layers_of(page), ensure_ascii=False).replace('\\"', '"')
    assert "<img" not in page.figure + page.table


def test_a_result_for_fewer_people_is_refused(view, tiny_area):
    result = replace(analyses()["coverage"](view, tiny_area), audience="partner")
    with pytest.raises(UnsafePublication):
        draw(view, tiny_area, result)


def test_every_marker_stands_at_a_public_point(page, view):
    shown = {
        tuple(place["at"])
        for layer in layers_of(page)["layers"]
        if layer["id"] == "services"
        for place in layer["places"]
    }
    public = {(round(p.latitude, 5), round(p.longitude, 5)) for entry in view.services() for p in entry.points}
    assert shown
    assert shown <= public


def test_the_table_holds_every_unit(page, tiny_area):
    for code in tiny_area.units().index:
        assert tiny_area.label(str(code), "en") in page.table


def test_the_warning_is_said_where_lines_are_modelled(page, tiny_area):
    assert tiny_area.modelled
    assert tiny_area.warning["en"] in page.figure


def test_it_is_saved_as_a_page_with_its_files(view, tiny_area, tmp_path):
    (tmp_path / "out").mkdir()
    draw(view, tiny_area).save(tmp_path / "out" / "map.html")
    text = (tmp_path / "out" / "map.html").read_text()
    for name in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert (tmp_path / "out" / name).is_file()


def test_a_notebook_shows_it_without_asking_anyone(view, tiny_area):
    shown = draw(view, tiny_area)._repr_html_()
    assert shown.startswith("<iframe")
    assert not re.search(r"https?://(?!www\.w3\.org)[^\s\"'&;<>]+\.(js|css)", shown)


def test_a_messenger_account_is_no_number_to_dial(tmp_path, tiny_area):
    parts = [organization("Umed"), service("Advice", of="Umed", phones=["https://t.me/umed", "+992000000001"])]
    with sample_directory(tmp_path, tiny_area, *parts, place("x", of=["Advice"], at=(10.05, 60.05))) as directory:
        view = directory.view("public", tmp_path / "v.db", edition=TODAY)
    (spot,) = next(layer for layer in layers_of(draw(view, tiny_area).page())["layers"] if layer["id"] == "services")[
        "places"
    ]
    assert spot["services"][0]["phone"]["dial"] == "+992000000001"


@pytest.mark.parametrize(("language", "steps"), [("en", ["0–20%", "80–100%"]), ("ru", ["0–20 %", "80–100 %"])])
def test_a_legend_writes_shares_as_tables_do_on_the_site_and_in_the_report(language, steps):
    words = units.spans(language)
    assert [words[0], words[-1]] == [step.replace(" ", "\N{NO-BREAK SPACE}") for step in steps]
    column = Column("within", Message("Within"), "share", more_is="better")
    assert [line.words for line in units.legend(column, language)][:-1] == words


def test_a_proposed_place_stands_on_the_map_by_its_gain_and_in_the_legend_by_its_name():
    figure = Figure(120_000, "people", Message("People"), low=90_000, high=140_000)
    result = SimpleNamespace(proposals=[ProposedSite({"en": "Panjakent"}, 39.5, 67.6, figure)])
    (layer,) = candidates.layers(None, None, results=[result], language="en", links="")
    assert [place["name"] for place in layer.contents["places"]] == ["+120,000"]
    assert layer.legend[1].words == "Panjakent adds 120,000 (90,000–140,000) people"
