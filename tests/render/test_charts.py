"""Charts: what they draw, that they are the same everywhere, and that they can be read aloud and published."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest

from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.registry import analyses
from mapping.render.charts import WIDTH, chart, kind_of
from mapping.render.svg import MARKED, MARKS, Drawing
from mapping.result import Column, Curve, Figure, Result
from tests.analysis.invented import TODAY
from tests.support.sample import SECRETS, public_parts, sample_view, secret_parts

SVG = "{http://www.w3.org/2000/svg}"
LIMIT = 40_000
UNITS = ["XT-W", "XT-E"]


def made(table=None, columns=None, **fields):
    table = pd.DataFrame(table or {"far": [0.25, 0.5]}, index=pd.Index(UNITS, name="code"))
    own = {
        "name": "made",
        "title": Message("Title <&>"),
        "finding": Message("Half is missing"),
        "audience": "public",
        "edition": TODAY,
        "level": 1,
        "method": Message("Counted"),
        "columns": columns or (Column("far", Message("Far"), "share", more_is="worse"),),
    }
    return Result(table=table, **own | fields)


def drawn(result, area, language="en", **options):
    """Return the picture as XML."""
    return ET.fromstring(chart(result, area, language=language, **options))


def said(svg):
    return [node.text for node in svg.iter(f"{SVG}text")]


def bars(svg):
    """Return the widths of the bars, in parts of the whole width."""
    found = [node for node in svg.iter(f"{SVG}rect") if node.get("height") == "12"]
    return [round(float(node.get("width")) / (WIDTH - 16), 2) for node in found]


def test_bars_are_as_long_as_their_numbers_the_worst_first(tiny_area):
    svg = drawn(made(), tiny_area)
    assert bars(svg) == [1.0, 0.5], "the scale ends at 50%"
    texts = said(svg)
    east, west = (texts.index(tiny_area.label(unit, "en")) for unit in ("XT-E", "XT-W"))
    assert east < west
    assert texts[east + 1] == "50%"


def test_of_units_that_are_equally_badly_off_bars_choose_those_that_a_table_does(tiny_area):
    columns = (Column("said", Message("Said"), "count", more_is="worse"), Column("listed", Message("Listed"), "count"))
    result = made({"said": [13, 13], "listed": [4, 3]}, (columns[0], replace(columns[1], more_is="better")))
    texts = said(drawn(result, tiny_area))
    east, west = (texts.index(tiny_area.label(unit, "en")) for unit in ("XT-E", "XT-W"))
    assert east < west
    assert result.worst_first() == ["XT-E", "XT-W"]
    assert made({"said": [13, 13], "listed": [4, 3]}, columns).worst_first() == UNITS, "listed judges nothing"


def test_a_picture_is_read_aloud(tiny_area):
    svg = drawn(made(), tiny_area)
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text == "Title <&>"
    assert svg.find(f"{SVG}desc").text == "Half is missing."
    assert svg.get("aria-labelledby").split() == [svg.find(f"{SVG}title").get("id"), svg.find(f"{SVG}desc").get("id")]


def test_minutes_without_a_way_reach_the_end(tiny_area):
    columns = (Column("far", Message("Far"), "minutes", more_is="worse"),)
    svg = drawn(made({"far": [float("inf"), 30.0]}, columns), tiny_area)
    assert bars(svg) == [1.0, 0.75]
    assert "cut off" in said(svg)


def test_what_is_not_published_has_no_bar(tiny_area):
    states = pd.DataFrame({"far": ["not published", ""]}, index=pd.Index(UNITS, name="code"))
    svg = drawn(made(states=states), tiny_area)
    assert tiny_area.label("XT-W", "en") not in said(svg)
    hidden = states.assign(far="not published")
    assert kind_of(made(states=hidden)) == "none"
    with pytest.raises(NotFound):
        chart(made(states=hidden), tiny_area, language="en")


def test_parts_of_a_stacked_bar_fill_it(tiny_area):
    columns = tuple(Column(key, Message(key), "share") for key in ("a", "b"))
    svg = drawn(made({"a": [0.25, 1.0], "b": [0.75, 0.0]}, columns, picture="stacked"), tiny_area)
    parts = [float(n.get("width")) / (WIDTH - 16) for n in svg.iter(f"{SVG}rect") if n.get("height") == "20"]
    assert parts == pytest.approx([0.25, 0.75, 1.0], abs=0.01)
    assert {"25%", "75%", "100%"} <= set(said(svg))
    fills = {n.get("fill") for n in svg.iter(f"{SVG}rect") if n.get("height") == "20"}
    assert len(fills) == 2
    assert any(fill.startswith("url(") for fill in fills), "a pattern, so that no colour stands alone"


def test_a_line_leads_through_one_source_only(tiny_area):
    curves = (
        Curve(Message("One"), (2020.0, 2021.0), (10.0, 20.0)),
        Curve(Message("Two"), (2020.0, 2021.0), (30.0, 5.0), joined=False),
    )
    svg = drawn(made(curves=curves, picture="dots"), tiny_area)
    lines = [node for node in svg.iter(f"{SVG}path") if node.get("stroke-width") == "1.5"]
    assert len(lines) == 1
    assert {"10", "20", "30", "5", "2020", "2021"} <= set(said(svg))


def test_a_curve_of_shares_has_the_line_of_equals(tiny_area):
    curves = (Curve(Message("Lorenz"), (0.0, 0.5, 1.0), (0.0, 0.1, 1.0)),)
    svg = drawn(made(curves=curves, picture="curve"), tiny_area)
    assert [n for n in svg.iter(f"{SVG}path") if n.get("stroke-dasharray") == "5 4"]


def test_each_of_several_lines_has_a_mark_of_its_own_on_it_and_in_the_key(tiny_area):
    """Printed without colours, two lines are told apart by their marks, also where they run together."""
    curves = tuple(Curve(Message(name), (0.0, 0.5, 1.0), (0.0, 0.1, 1.0)) for name in ("Before", "After"))
    svg = drawn(made(curves=curves, picture="curve"), tiny_area)
    marks = {
        sign: [(float(n.get("x")), float(n.get("y"))) for n in svg.iter(f"{SVG}text") if n.text == sign]
        for sign in MARKS
    }
    assert [sign for sign, points in marks.items() if points] == ["●", "▲"]
    assert len(set(marks["●"] + marks["▲"])) == 2 * (MARKED + 1), "those of the key too, and none upon another"
    left, side = 56.0, WIDTH - 80  # the square begins there, and its lowest line is where the numbers across stand
    bottom = next(
        float(n.get("y")) for n in svg.iter(f"{SVG}text") if n.text == "0%" and n.get("text-anchor") == "middle"
    )
    for sign in "●▲":
        for x, y in marks[sign][:MARKED]:
            across, up = (x - left) / side, (bottom - 16 - (y - 4)) / side
            assert up == pytest.approx(0.2 * across if across < 0.5 else 1.8 * across - 0.8, abs=0.01)


def test_a_line_alone_has_no_marks(tiny_area):
    curves = (Curve(Message("Lorenz"), (0.0, 1.0), (0.0, 1.0)),)
    assert not set(MARKS) & set(said(drawn(made(curves=curves, picture="curve"), tiny_area)))


def test_before_and_after_stand_beside_each_other(tiny_area):
    columns = tuple(Column(f"{key}_x", Message(key), "people") for key in ("before", "after"))
    svg = drawn(made({"before_x": [4000, 2000], "after_x": [1000, 2000]}, columns, picture="before-after"), tiny_area)
    assert bars(svg)[:2] == [1.0, 0.25]
    assert tiny_area.label("XT-E", "en") not in said(svg), "nothing changes there"


def test_figures_with_ranges_have_a_line_for_them(tiny_area):
    figures = {
        key: Figure(value, "share", Message(key), 0.1, 0.9) for key, value in zip("abc", (0.2, 0.8, 0.5), strict=True)
    }
    columns = (Column("far", Message("Far"), "share"),)
    svg = drawn(made(columns=columns, figures=figures), tiny_area)
    assert bars(svg) == [0.8, 0.5, 0.2]
    assert "The thin line is the range." in said(svg)
    assert "Тонкая линия — диапазон." in said(drawn(made(columns=columns, figures=figures), tiny_area, "ru"))


@pytest.fixture(scope="module")
def worlds(tiny_area, tmp_path_factory):
    """Yield the pictures of every analysis in two worlds: without what is secret, and with it."""
    pictures = []
    for number, parts in enumerate(([], [secret_parts()])):
        with sample_view(tmp_path_factory.mktemp(f"world{number}"), tiny_area, public_parts(), *parts) as opened:
            results = {name: analyse(opened, tiny_area) for name, analyse in analyses().items()}
        pictures.append(
            {
                (name, language): chart(result, tiny_area, language=language)
                for name, result in results.items()
                if kind_of(result) != "none"
                for language in ("en", "ru", "tg", "uz")
            }
        )
    return pictures


def test_most_analyses_have_a_picture(worlds):
    assert len({name for name, _ in worlds[0]}) >= 8


def test_what_is_secret_changes_no_picture(worlds):
    assert worlds[0] == worlds[1]


def test_no_secret_is_drawn(worlds):
    text = "".join(worlds[1].values())
    for name, secret in SECRETS.items():
        assert str(secret) not in text, name


def test_every_picture_is_light_and_needs_no_style_script_or_font(worlds):
    for (name, language), text in worlds[1].items():
        assert len(text.encode()) < LIMIT, name
        assert not re.search(r"style=|<style|<script|href=|class=|nan|{|}", text), (name, language)
        svg = ET.fromstring(text)
        height = float(svg.get("height"))
        for node in svg.iter(f"{SVG}text"):
            if node.get("transform") is None:
                assert 0 <= float(node.get("x")) <= WIDTH, (name, node.text)
                assert 0 <= float(node.get("y")) <= height, (name, node.text)


def test_a_long_name_stands_whole_above_its_value():
    drawing = Drawing(400, "Title", "Finding")
    drawing.label("Бободжон-Гафуровский район", "81 000 (81 000–255 000)")
    picture = drawing.text()
    assert ">Бободжон-Гафуровский район<" in picture
    assert ">81 000 (81 000–255 000)<" in picture
