"""Every command that a page of docs/ tells its reader to type is run, in the order of the page, on files of its shape.

The directory is the sample of Orzustan (tests/support/sample.py), and ``--area`` is added where a command takes one.
What is not run here stands in ELSEWHERE, with the reason and the test that runs it. Commands within a sentence or a
table are looked at by scripts/check_docs.py: they exist, and so do their options.
"""

import csv
import json
import re
import shlex
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely
import typer.main
from typer.testing import CliRunner

from mapping.cli import app
from mapping.directory.directory import Directory
from mapping.formats.surveys.field_form import write_form
from mapping.intake.approvals import read_approvals
from mapping.model import Contact, Location, Organization, Service
from mapping.render.export import export
from mapping.view.view import View
from tests.area.test_build import raster
from tests.conftest import ROOT, TINY
from tests.formats.osm.test_openstreetmap import extract
from tests.formats.surveys.kobo_exports import Shape, Submission, tables, write_xlsx
from tests.formats.surveys.test_kobo import ANSWERS, REFUGE
from tests.support.sample import TODAY, km, sample_directory

ELSEWHERE = {
    r"make ": "sets up an environment from the network: the run of the tests themselves",
    r"rohnamo demo$": "minutes of work: tests/test_demo.py",
    r"rohnamo (serve|demo-partner|demo-staff)\b": "serves until it is stopped: tests/cli/test_portals.py",
    r"rohnamo start\b": "serves until it is stopped: tests/web/walks/test_first_office.py",
    r"rohnamo (approve|agree|erase) .*--as": "asks for a password and a code: tests/cli/test_curation.py",
    r"rohnamo area fetch\b": "needs a network: tests/area/test_fetch.py",
    r"rohnamo audit\b": "minutes of work: tests/web/audit/",
    r"curl": "needs the portal of the demo: tests/project/docs/test_api_page.py",
}
"""What is not run here: how it begins, and why, with the test that runs it."""
OTHERS = {
    "deploy.md": "tests/project/installing/test_deploy.py",
    "tutorial-malawi.md": "tests/travel/test_accessmod.py",
}
"""Pages whose commands another test takes from the page itself."""
COMMAND = re.compile(r"^ *((?:rohnamo|make|curl) [^`\n]*)$", re.MULTILINE)


def commands(page: Path) -> list[str]:
    """Return the commands of a page: lines of their own, without remarks."""
    text = re.sub(r"\\\n\s*", "", page.read_text("utf-8"))
    return [re.split(r"\s{2,}[#(]", line)[0].strip() for line in COMMAND.findall(text)]


PAGES = [page for page in (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md") if commands(page)]


@pytest.fixture(scope="module")
def office(tmp_path_factory, tiny_area):
    """A folder as the pages have it: a private directory, views for two audiences, a country, and lists to read."""
    folder = tmp_path_factory.mktemp("commands")
    with sample_directory(folder / "build/private", tiny_area) as directory:
        for audience in ("public", "focal_point"):
            directory.view(audience, folder / f"build/{audience}.db", edition=TODAY)
    shutil.copytree(TINY, folder / "data/geo/xx")
    _lists(folder, tiny_area)
    _country(folder)
    return folder


def _lists(folder: Path, area) -> None:
    """Write the lists that pages read: returned surveys, tables of activities, extracts, a feed, OpenStreetMap."""
    with View(folder / "build/public.db") as view:
        export(view, folder / "feed.json", area=area, name="hsds-json")
        export(view, folder / "partner_3w.csv", area=area, name="hxl")
    write_form(folder / "their_form.xlsx", area)
    answers = ANSWERS | {"unit_1": "XT-W", "unit_2": "XT-W2", "town": "", "gps": ""}
    for name in ("export.xlsx", "their_export.xlsx"):
        write_xlsx(folder / name, *tables(area, [Submission(answers, [REFUGE])], Shape()))
    extract(folder / "region.osm.pbf")
    lat, lon = km(10, 10)
    node = {"type": "node", "id": 1, "lat": lat, "lon": lon, "tags": {"amenity": "police", "name": "Post"}}
    (folder / "overpass.json").write_text(json.dumps({"version": 0.6, "elements": [node]}), "utf-8")
    with (folder / "tj_health_facilities_osm.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        file.write("osm_id,osm_type,name,name_en,amenity,healthcare,addr_full,addr_city,source,lat,lon,pcode\n")
        for number in range(600):
            place = km(5 + number % 30, 5 + number // 30)
            rows.writerow([number, "nodes", f"Clinic {number}", "", "clinic", "", "", "", "", *place, ""])


def _country(folder: Path) -> None:
    """Write the files from which a country is built, in the shapes in which people are given them."""
    west, south, east, north = 34.0, -15.0, 34.4, -14.8
    columns = {"ADM1_EN": ["North"] * 2, "ADM2_EN": ["Left", "Right"], "ADM2_PCODE": ["MW101", "MW102"]}
    halves = [shapely.box(west, south, 34.2, north), shapely.box(34.2, south, east, north)]
    gpd.GeoDataFrame(columns, geometry=halves, crs="EPSG:4326").to_file(folder / "adm2.gpkg")
    cells = np.full((24, 48), 2, np.float32)
    raster(folder / "mwi_ppp_2020.tif", cells)
    raster(folder / "friction.tif", cells / 100)
    raster(folder / "srtm.tif", np.full((24, 48), 900, np.int16))
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(34.1, -15), (34.1, -14.8)])], crs="EPSG:4326")
    river.to_file(folder / "rivers.gpkg")
    (folder / "places.csv").write_text("name,lat,lon\nTown,-14.9,34.3\n", "utf-8")
    (folder / "clinics.csv").write_text("name,lat,lon\nClinic,-14.9,34.3\n", "utf-8")
    with osmium.SimpleWriter(str(folder / "malawi.osm.pbf")) as writer:
        for number, lon in enumerate((34.05, 34.35), 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, -14.9)))
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "primary"}))


def words_of(line: str, folder: Path, area) -> list[str]:
    """Return the words of a command with the ids and places of the sample for those that the page leaves open."""
    with Directory(folder / "build/private/directory.db", area) as directory:
        records = {table: list(directory.records(table)) for table in (Service, Organization, Location)}
        contacts = [record.id for record in directory.records(Contact)]
        batches = directory.batches()[-1].number
    public = {table: [record for record in of if record.audience == "public"] for table, of in records.items()}
    organizations = [record.id for record in public[Organization]]
    lat, lon = km(10, 10)
    stand_ins = {
        "PLACE-ID": next(place.id for place in public[Location] if place.latitude is not None),
        "ORGANIZATION-ID": organizations[-1],
        "CONTACT-ID": contacts[0] if contacts else "",
        "ID": public[Service][0].id,
        "KEEP": organizations[0],
        "OTHER": organizations[1],
        "BATCH": str(batches),
        "latitude=38.5598": f"latitude={lat}",
        "longitude=68.7870": f"longitude={lon}",
        "Rasht": "Juybor",
        "report.pdf": "report.html",  # PDF takes long: tests/render/report/test_report.py
    }
    return [stand_ins.get(word, word) for word in shlex.split(line)[1:]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page, office, tiny_area, tmp_path, monkeypatch):
    if page.name in OTHERS:
        assert Path(ROOT / OTHERS[page.name]).is_file()
        return
    folder = Path(shutil.copytree(office, tmp_path / "office"))
    monkeypatch.chdir(folder)
    _write_files_of(page, folder)
    for line in commands(page):
        if any(re.match(start, line) for start in ELSEWHERE):
            continue
        words = words_of(line, folder, tiny_area)
        command = typer.main.get_command(app)
        for word in words:
            if not hasattr(command, "get_command"):
                break
            command = command.get_command(None, word)
        if "--area" not in words and any("--area" in parameter.opts for parameter in command.params):
            words += ["--area", str(TINY)]
        if "--draft" in words:  # its reader goes on with the map that the page shows next
            (folder / words[words.index("--draft") + 1]).unlink(missing_ok=True)
        done = CliRunner().invoke(app, words, input="y\n")
        _write_files_of(page, folder)
        assert done.exit_code == 0, (line, done.output, done.exception)


def _write_files_of(page: Path, folder: Path) -> None:
    """Write the column maps that a page shows."""
    for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        source = re.search(r'^source = "([\w-]+)"', block, re.MULTILINE)
        if source:
            names = {"osm-health": "facilities", "protection-cluster": "protection", "my-list": "services"}
            (folder / f"{names.get(source[1], source[1])}.toml").write_text(block, "utf-8")


@pytest.mark.parametrize("name", ["importing.md", "field-forms.md", "library.md"])
def test_the_approvals_of_a_page_are_some(name, tmp_path):
    """A row for a map names its file, which the page shows, or a digest, which its reader puts there."""
    page = ROOT / "docs" / name
    _write_files_of(page, tmp_path)
    (table,) = re.findall(r"```csv\n(kind,.*?)```", page.read_text("utf-8"), re.DOTALL)
    (tmp_path / "approvals.csv").write_text(table.replace("DIGEST", "0" * 64), "utf-8")
    assert "map" in {record.kind for record in read_approvals(tmp_path / "approvals.csv").records}


def test_what_runs_elsewhere_is_said_of_commands_that_there_are():
    every = [line for page in PAGES for line in commands(page)]
    assert len(every) > 60
    for start, reason in ELSEWHERE.items():
        assert any(re.match(start, line) for line in every), start
        for path in re.findall(r"tests/[\w/.]+", reason):
            assert (ROOT / path).exists(), path
