"""Findings: any result becomes a heading, a picture, a table and its method."""

import datetime as dt
import html
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from mapping.language.i18n import Message
from mapping.render.charts import kind_of
from mapping.render.report.print_map import GOOD, labelled_map, mapped, shaded
from mapping.result import Column, Input, Result
from web.presenters.edition import Edition
from web.public.findings import _unit_path, present, questions, table
from web.public.maps import _headlines


def result(**fields) -> Result:
    index = pd.Index(["XT-W", "XT-E"], name="code")
    own = {
        "name": "made",
        "title": Message("Title"),
        "finding": Message("Half of all is missing"),
        "audience": "public",
        "edition": dt.date(2026, 11, 24),
        "level": 1,
        "table": pd.DataFrame(
            {"people": [1000, 2000], "near": [0.25, 0.5], "low": [0.2, 0.4], "high": [0.3, 0.6], "law": [3, 0]},
            index=index,
        ),
        "columns": (
            Column("people", Message("People"), "people"),
            Column("near", Message("Near"), "share", low="low", high="high", more_is="better"),
            Column("law", Message("Lawyers"), "count", more_is="better"),
        ),
        "states": pd.DataFrame({"law": ["present", "none listed"]}, index=index),
        "method": Message("Counted"),
        "inputs": (Input(Message("Census"), dt.date(2025, 1, 1), "Office"),),
        "caveats": (Message("Beware"),),
    }
    return Result(**own | fields)


@pytest.fixture
def edition(view_file, tiny_area) -> Edition:
    return Edition(view_file, tiny_area)


def test_each_result_by_district_has_a_map_that_opens_the_atlas_in_its_state(app, client):
    for name, of_view in app.config["EDITIONS"].now().results().items():
        page, drawn = client.get(f"/en/g/{name}.html").text, client.get(f"/en/g/{name}-map.svg")
        column = mapped(of_view)
        measure = "coverage" if name == "coverage" else f"{name}.{column and column.key}"
        assert (drawn.status_code == 200) == (f'atlas.html#measure={measure}"' in page) == (column is not None), name
        assert (of_view.level > 0) >= (column is not None)
    assert client.get("/en/g/nothing-map.svg").status_code == 404


def test_a_map_of_counts_has_classes_of_as_many_districts_and_tells_what_is_in_them(tiny_area):
    law, codes = Column("law", Message("Lawyers"), "count", more_is="better"), [*map(str, tiny_area.unit_codes)]
    made = result(level=2, table=pd.DataFrame({"law": [0, 1, 1, 7]}, index=codes), columns=(law,), states=None)
    column = made.column("law")
    assert [*shaded(made, column).values()] == [0, 1, 1, 2]
    svg = labelled_map(tiny_area, made, column, language="en")
    assert re.findall(r'font-size="12">([^<]+)<', svg)[-3:] == ["0", "1", "7"]
    assert [svg.count(f'fill="{GOOD[shade]}"') for shade in (0, 2, 4)] == [2, 3, 2], "districts, and one in the key"


def test_a_number_has_its_range_and_a_state_its_words(edition):
    shown = present(edition, result(), "en")
    assert shown.heading == "Half of all is missing"
    rows = {label: [cell.text for cell in cells] for group in shown.grid.groups for label, cells in group.rows}
    assert rows["Near"] == ["25% (20–30)", "50% (40–60)"]
    assert rows["Lawyers"] == ["3", "none listed"]
    assert [(look, sign, words) for look, sign, words, _ in shown.key] == [
        ("h2", "", "listed"),
        ("h0", "✗", "none listed"),
    ]
    assert shown.inputs == ("Census, 1 January 2025, Office",)


def test_states_that_stand_in_a_column_of_their_own_are_told_too(edition):
    whole = result()
    own = whole.table.assign(shelter=["not published", "unknown"])
    given = result(table=own, columns=(*whole.columns, Column("shelter", Message("Shelters"), "state")))
    told = [words for _, _, words, _ in present(edition, given, "en").key]
    assert {*told} == {"listed", "none listed", "not published here", "not known"}


def test_a_matrix_has_short_boxes_that_say_what_they_mean(edition):
    shown = present(edition, result(layout="matrix"), "en")
    assert shown.grid.heat
    rows = {label: cells for group in shown.grid.groups for label, cells in group.rows}
    many, none = rows["Lawyers"]
    assert (many.look, many.text, many.meaning) == ("h3", "3", "listed")
    assert (none.look, none.text, none.meaning) == ("h0", "✗", "none listed")


@pytest.mark.parametrize(
    ("state", "look", "text"),
    [
        ("single", "h1", "1"),
        ("only remote", "hr", "1"),
        ("line", "hc", "☎"),
        ("stale", "hs", "1 !"),
        ("unknown", "hx", "?"),
        ("none listed", "h0", "✗"),
        ("not published", "hp", "–"),
        ("not applicable", "hp", "·"),
    ],
)
def test_every_state_has_a_box_of_its_own(edition, state, look, text):
    base = result()
    made = result(
        layout="matrix", table=base.table.assign(law=[1, 1]), states=base.states.assign(law=[state, "present"])
    )
    rows = {label: cells for group in present(edition, made, "en").grid.groups for label, cells in group.rows}
    assert (rows["Lawyers"][0].look, rows["Lawyers"][0].text) == (look, text)
    assert rows["Lawyers"][0].meaning


def test_groups_and_totals(edition):
    made = result(
        groups={"g": ("law",)},
        group_labels={"g": Message("Help")},
        total={"people": 3000, "law": 3},
    )
    grid = present(edition, made, "en").grid
    assert [group.heading for group in grid.groups] == ["", "Help"]
    assert grid.across[-1] == ("Country", "")
    rows = {label: [cell.text for cell in cells] for group in grid.groups for label, cells in group.rows}
    assert rows["People"][-1] == "3,000"
    assert rows["Near"][-1] == ""


def test_many_units_stand_down_the_page_beside_a_chart(demo_view, tj_area):
    codes = pd.Index(tj_area.units().index, name="code")
    near = pd.Series([number / len(codes) for number in range(len(codes))], codes)
    table = pd.DataFrame({"near": near, "low": near / 2, "high": near}, index=codes)
    columns = (Column("near", Message("Near"), "share", low="low", high="high", more_is="better"),)
    edition = Edition(demo_view("public"), tj_area)
    shown = present(edition, result(table=table, columns=columns, states=None, level=2), "en")
    assert sum(len(group.rows) for group in shown.grid.groups) == len(codes) == len(shown.grid.down)
    assert len({group.heading for group in shown.grid.groups}) == 5  # under their regions
    rows = [label for group in shown.grid.groups for label, _ in group.rows]
    for label, path in zip(rows, shown.grid.down, strict=True):
        assert tj_area.label(path.removeprefix("u/").removesuffix(".html"), "en") == label
    assert shown.picture
    assert shown.picture.words == "Title: Half of all is missing."


def test_a_picture_is_offered_where_something_can_be_drawn(edition):
    words = result(table=result().table.assign(note="word"), columns=(Column("note", Message("Note"), "text"),))
    assert (kind_of(words), present(edition, words, "en").drawable) == ("none", False)
    assert present(edition, words, "en").picture is None
    assert (kind_of(result()), present(edition, result(), "en").drawable) == ("bars", True)


def test_the_map_shows_the_short_table_and_what_is_within_an_hour():
    columns = tuple(
        Column(key, Message(key), "share", more_is="better") for key in ("near", "law_60", "law_120", "far_120", "home")
    )
    table = pd.DataFrame({column.key: [0.1, 0.2] for column in columns}, index=result().table.index)
    whole = result(
        table=table,
        columns=columns,
        states=None,
        headline=("near",),
        groups={"law": ("law_60", "law_120"), "far": ("far_120",)},
        group_labels={"law": Message("Law"), "far": Message("Far")},
    )
    shown = _headlines(whole)
    assert [column.key for column in shown.columns] == ["near", "law_60"]
    assert shown.groups == {"law": ("law_60",)}
    assert [column.key for column in shown.headlines] == ["near", "law_60"], "each is a layer"


@pytest.mark.parametrize(("levels", "path"), [(("Country", "Region"), ""), (("Country",), "u/X.html")])
def test_a_country_has_a_page_where_it_is_its_only_unit(levels, path):
    area = SimpleNamespace(levels=levels, unit=lambda _: SimpleNamespace(level=0))
    assert _unit_path(area, "X") == path


def test_a_matrix_is_its_own_picture(edition):
    assert present(edition, result(layout="matrix"), "en").picture is None
    assert present(edition, result(picture="none"), "en").picture is None


@pytest.mark.parametrize("language", ["tg", "ru", "en"])
def test_a_page_shows_the_chart_of_its_finding(app, text, language):
    made = {name: each for name, each in app.config["EDITIONS"].now().results().items() if each.layout != "matrix"}
    drawn = {name for name, each in made.items() if kind_of(each) != "none"}
    assert drawn
    for name in made:
        page = text(f"/{language}/g/{name}.html")
        assert (f'src="{name}-chart.svg"' in page) == (name in drawn), name
    for name in drawn:
        answer = app.test_client().get(f"/{language}/g/{name}.svg")
        assert answer.mimetype == "image/svg+xml"
        assert made[name].finding.into(language) in html.unescape(answer.get_data(as_text=True))
        own = app.test_client().get(f"/{language}/g/{name}-chart.svg").get_data(as_text=True)
        assert f">{made[name].finding.into(language)}" not in html.unescape(own.partition("</desc>")[2])


@pytest.mark.parametrize("language", ["tg", "ru", "en"])
def test_the_pages_of_every_finding_hold_its_finding_and_method(app, text, language):
    for name, each in app.config["EDITIONS"].now().results().items():
        page = html.unescape(text(f"/{language}/g/{name}.html"))
        assert each.finding.into(language) in page
        assert each.method.into(language) in page
        for caveat in each.caveats:
            assert caveat.into(language) in page
        assert f'href="{name}.csv"' in page


@pytest.mark.parametrize("language", ["tg", "ru", "en"])
def test_the_overview_names_every_finding_once_and_leads_to_it(app, text, language):
    overview = html.unescape(text(f"/{language}/gaps.html"))
    results = app.config["EDITIONS"].now().results()
    for name, each in results.items():
        assert overview.count(f'href="g/{name}.html"') == 1
        assert f">{each.finding.into(language)}</a>" in overview
        assert each.title.into(language) in overview
    assert "<table" not in overview


def test_an_analysis_that_answers_no_known_question_still_stands_in_the_overview(edition, monkeypatch):
    monkeypatch.setattr(Edition, "results", lambda _: {"made": result(), "cases": result(name="cases")})
    groups = {asked: [each.name for each in found] for asked, found in questions(edition, "en")}
    assert groups == {"Is it enough, and good enough?": ["cases"], "What else was found": ["made"]}


def test_a_number_that_is_not_published_is_not_in_the_file(edition, monkeypatch):
    base = result()
    made = result(states=base.states.assign(law=["not published", "present"]), table=base.table.assign(law=[7, 5]))
    monkeypatch.setattr(Edition, "results", lambda _: {"made": made})
    lines = table(edition, "made", "en").decode().splitlines()
    assert "7" not in lines[1].split(",")
    assert "not published" in lines[1]
    assert "5" in lines[2].split(",")
