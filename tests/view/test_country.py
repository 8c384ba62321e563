"""A view knows its country: with another country's folder it is refused, by whatever reads it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mapping import analyses
from mapping.area.study_area import StudyArea
from mapping.cli import app
from mapping.cli.options import study_area
from mapping.errors import InvalidRecord
from mapping.render import maps
from mapping.render.export import export
from mapping.render.report import brief, make
from mapping.view.view import View
from web.presenters.edition import Edition
from web.public.app import create_app

READERS: dict[str, Callable[[View, StudyArea, Path], object]] = {
    "analysis": lambda view, area, _: analyses.coverage(view, area),
    "map": lambda view, area, _: maps.draw(view, area),
    "export": lambda view, area, folder: export(view, folder / "out.geojson", area=area),
    "report": lambda view, area, _: make(view, area, language="en"),
    "report from results": lambda view, area, _: make(view, area, language="en", results={}),
    "brief": lambda view, area, _: brief.make(view, area, area.unit_codes[0], language="en", results={}),
    "pages": lambda view, area, _: create_app(view.path, area),
    "portals": lambda view, area, _: Edition(view.path, area),
}
COMMANDS = (
    ["find", "shelter"],
    ["scenario", "list.json"],
    ["analyse", "coverage"],
    ["map", "{out}/map.html"],
    ["export", "{out}/all.geojson"],
    ["report", "{out}/report.html"],
    ["site", "{out}/site"],
    ["serve"],
)


@pytest.fixture(scope="module")
def other(tj_area, tmp_path_factory):
    """The folder of a country with another code and the same units."""
    folder = tmp_path_factory.mktemp("other") / "area"
    shutil.copytree(tj_area.folder, folder)
    text = (folder / "area.toml").read_text("utf-8")
    (folder / "area.toml").write_text(text.replace('code = "TJ"', 'code = "KG"', 1), "utf-8")
    return StudyArea.load(folder)


@pytest.mark.parametrize("reader", READERS)
def test_what_reads_a_view_refuses_the_area_of_another_country(reader, demo_view, other, tmp_path):
    with View(demo_view("public")) as view, pytest.raises(InvalidRecord, match=r"view of TJ.*study area of KG"):
        READERS[reader](view, other, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_name_both_countries(command, demo_view, other, tmp_path):
    words = [word.format(out=tmp_path) for word in command]
    asked = CliRunner().invoke(app, [*words, "--view", str(demo_view("public")), "--area", str(other.folder)])
    assert asked.exit_code != 0
    assert "TJ" in str(asked.exception) + asked.output
    assert "KG" in str(asked.exception) + asked.output


def test_the_area_is_that_of_the_office_else_that_of_the_view(demo_view, tj_area, other, tmp_path):
    view = tmp_path / "office" / "public.db"
    view.parent.mkdir()
    shutil.copy(demo_view("public"), view)
    assert study_area(None, view).code == "TJ"
    shutil.copytree(other.folder, view.parent / "area")
    with pytest.raises(InvalidRecord):
        study_area(None, view)
    directory = view.parent / "private" / "directory" / "directory.db"
    assert study_area(None, directory).folder.resolve() == view.parent / "area"
    assert study_area(tj_area.folder, view).code == "TJ"
    assert study_area(None).code == "TJ"
