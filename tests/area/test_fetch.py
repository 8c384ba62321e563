"""Fetching what a country is built of, from a server on loopback that answers as the public homes describe."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import osmium
import pytest
import requests
import shapely
from osmium.osm.mutable import Node, Way

from mapping.area.build import fetch as fetching
from mapping.area.build.fetch import download, fetch, homes, sha256
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from tests.area.test_build import raster

TODAY = dt.date(2026, 12, 3)
WEST, SOUTH, EAST, NORTH = 34.0, -14.9, 34.4, -14.7


class Answers(BaseHTTPRequestHandler):
    """The homes: ranges, sums that name a file, one answer that is cut off, and 404 for what is not there."""

    def do_GET(self):
        path = urlsplit(self.path).path
        self.server.asked.append((path, self.headers.get("Range"), parse_qs(urlsplit(self.path).query)))
        body = self.server.files.get(path)
        if body is None:
            self.send_error(404)
            return
        first = int(re.sub(r"\D", "", self.headers.get("Range", "0")))
        whole = first == 0 or self.headers.get("If-Range") != '"one"'
        part = body if whole else body[first:]
        self.send_response(200 if whole else 206)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if path in self.server.cut:
            self.server.cut.remove(path)
            part = part[: len(part) // 2]
        self.wfile.write(part)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked, server.cut, server.files = (
        [],
        set(),
        made(tmp_path / "made", f"http://127.0.0.1:{server.server_port}"),
    )
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    table = fetching.SOURCES.read_text("utf-8")
    own = tmp_path / "homes.csv"
    own.write_text(
        re.sub(
            r"https://[^/]+(?=/(?:api|GIS|index|geoserver|\{tile))", f"http://127.0.0.1:{server.server_port}", table
        ),
        "utf-8",
    )
    monkeypatch.setattr(fetching, "SOURCES", own)
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


def made(folder, address):
    """What each home answers for Malawi: path -> bytes."""
    folder.mkdir()
    box = {"Left": (WEST, 34.2), "Right": (34.2, EAST)}
    names = {"ADM1": {"North": (WEST, EAST)}, "ADM2": box}
    files = {}
    for level, units in names.items():
        shapes = gpd.GeoDataFrame(
            {"shapeName": [*units], "shapeID": [f"{level}-{name}" for name in units], "shapeGroup": "MWI"},
            geometry=[shapely.box(west, SOUTH, east, NORTH) for west, east in units.values()],
            crs="EPSG:4326",
        )
        about = {
            "gjDownloadURL": f"{address}/raw/{level}.geojson",
            "boundaryLicense": "CC BY-IGO 3.0",
            "boundaryYearRepresented": "2018",
            "boundarySource": "NSO",
        }
        files[f"/api/current/gbOpen/MWI/{level}/"] = json.dumps(about).encode()
        files[f"/raw/{level}.geojson"] = shapes.to_json().encode()
    people = np.full((24, 48), 2, np.float32)
    name = "/GIS/Population/Global_2000_2020_1km_UNadj/2020/MWI/mwi_ppp_2020_1km_Aggregated_UNadj.tif"
    files[name] = raster(folder / "people.tif", people, west=WEST, north=NORTH).read_bytes()
    cost = np.full((60, 80), 0.012, np.float32)
    files["/geoserver/Accessibility/ows"] = raster(folder / "f.tif", cost, west=33.8, north=-14.6).read_bytes()
    high = raster(folder / "t.tif", np.full((240, 240), 900, np.float32), west=34, north=-14, side=1 / 240)
    files["/Copernicus_DSM_COG_30_S15_00_E034_00_DEM/Copernicus_DSM_COG_30_S15_00_E034_00_DEM.tif"] = high.read_bytes()
    files["/africa/malawi-latest.osm.pbf"] = extract(folder / "malawi.osm.pbf").read_bytes()
    index = [
        {"id": "africa", "urls": {"pbf": f"{address}/africa-latest.osm.pbf"}},
        {"id": "malawi", "iso3166-1:alpha2": ["MW"], "urls": {"pbf": f"{address}/africa/malawi-latest.osm.pbf"}},
    ]
    files["/index-v1-nogeom.json"] = json.dumps({"features": [{"properties": each} for each in index]}).encode()
    return files


def extract(path):
    """Write an extract of OpenStreetMap: a road and a town, and a shop that is no town."""
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, tags) in enumerate(
            [(34.05, {"place": "town", "name": "Lake"}), (34.35, {"shop": "yes", "name": "Bakery"})], 1
        ):
            writer.add_node(Node(id=number, location=(lon, -14.8), tags=tags))
        writer.add_way(Way(id=3, nodes=[1, 2], tags={"highway": "primary"}))
    return path


def run(tmp_path, **options):
    said = []
    notes = fetch("MW", tmp_path / "mw", downloads=tmp_path / "downloads", today=TODAY, say=said.append, **options)
    return [*said, *notes]


def test_a_country_is_fetched_and_built_with_sources_licences_and_days(tmp_path, home):
    run(tmp_path, languages="en")
    area = StudyArea.load(tmp_path / "mw")
    assert area.name == {"en": "Malawi"}
    assert sorted(area.units()["name_en"]) == ["Left", "Right"]
    assert list(area.units(1)["name_en"]) == ["North"]
    assert area.unit("MW").people == pytest.approx(2 * 24 * 48, abs=3)
    assert (len(area.roads), [*gpd.pd.read_csv(tmp_path / "mw/places/settlements.csv")["name"]]) == (1, ["Lake"])
    assert not area.everybody_walks
    said = " ".join(area.attributions())
    for text in (
        "NSO (CC BY-IGO 3.0; as of 2018; fetched 2026-12-03)",
        "WorldPop",
        "ODbL 1.0; as of 2026-12-03",
        "Malaria",
        "Copernicus",
    ):
        assert text in said
    assert area.attributions("roads") == area.attributions("places")
    assert sha256(tmp_path / "downloads/MWI-ADM2.geojson") in (tmp_path / "mw/area.toml").read_text("utf-8")
    (asked,) = [query for path, _, query in home.asked if path == "/geoserver/Accessibility/ows"]
    assert asked["subset"] == ["Long(33.9,34.5)", "Lat(-15.0,-14.6)"]


def test_what_is_there_is_not_fetched_again_unless_it_was_changed(tmp_path, home):
    run(tmp_path, languages="en", without=["dem", "friction"])
    shutil.rmtree(tmp_path / "mw")
    home.asked.clear()
    (tmp_path / "downloads/mw-latest.osm.pbf").write_bytes(b"spoilt")
    run(tmp_path, languages="en", without=["dem", "friction"])
    assert {path for path, *_ in home.asked} == {"/index-v1-nogeom.json", "/africa/malawi-latest.osm.pbf"}


def test_a_file_that_was_cut_off_is_gone_on_with(tmp_path, home):
    (tile,) = (path for path in home.files if path.startswith("/Copernicus"))
    home.cut.add(tile)
    path = tmp_path / "tile.tif"
    download(f"http://127.0.0.1:{home.server_port}{tile}", path)
    assert path.read_bytes() == home.files[tile]
    first, second = (given for _, given, _ in home.asked)
    assert first is None
    assert re.fullmatch(r"bytes=\d{6}-", second), "half of 230,000 bytes"
    assert [each.name for each in tmp_path.glob("tile*")] == ["tile.tif"]


def test_a_file_that_changed_since_it_was_cut_off_is_fetched_from_its_beginning(tmp_path, home):
    address, path = homes("MW")["people"].address, tmp_path / "people.tif"
    (tmp_path / "people.tif.part").write_bytes(b"of an older edition")
    (tmp_path / "people.tif.part.tag").write_text('"none"')
    download(address, path)
    assert path.read_bytes() == home.files[urlsplit(address).path]


def test_what_only_helps_may_be_missing_and_is_told(tmp_path, home):
    del home.files["/index-v1-nogeom.json"], home.files["/geoserver/Accessibility/ows"]
    said = " ".join(run(tmp_path, languages="en", without=["dem"]))
    assert "roads: not to be had" in said
    assert StudyArea.load(tmp_path / "mw").everybody_walks


@pytest.mark.parametrize("gone", ["people", "network"])
def test_what_cannot_be_had_is_told_to_be_downloaded_by_hand(tmp_path, home, gone):
    if gone == "network":
        home.shutdown()
        home.server_close()
    else:
        del home.files[urlsplit(homes("MW")["people"].address).path]
    with pytest.raises(InvalidRecord) as raised:
        run(tmp_path, languages="en", without=["dem", "friction", "roads"])
    assert "WorldPop" in str(raised.value)
    assert "save it as mwi_ppp_2020_1km_Aggregated_UNadj.tif" in str(raised.value)
    assert "rohnamo area fetch MW --from" in str(raised.value)
    assert not (tmp_path / "mw").exists()


def test_files_that_are_there_are_taken_without_a_network(tmp_path, home, monkeypatch):
    run(tmp_path, languages="en", without=["dem"])
    monkeypatch.setattr(requests, "get", None)
    given = tmp_path / "given"
    given.mkdir()
    for path in (tmp_path / "downloads").glob("*.*"):
        if path.name != fetching.LIST:
            shutil.copy(path, given)
    shutil.rmtree(tmp_path / "mw")
    run(tmp_path, given=given)
    area = StudyArea.load(tmp_path / "mw")
    assert area.languages == ("ny", "en")
    assert not area.everybody_walks
    (tmp_path / "downloads/MWI-ADM2.geojson").write_text("{}")
    with pytest.raises(InvalidRecord, match="SHA-256"):
        run(tmp_path, given=tmp_path / "downloads")


def test_nothing_else_of_the_product_asks_a_third_party_for_anything():
    sources = [path for top in ("mapping", "web") for path in Path(top).rglob("*.py")]
    asking = {
        str(path)
        for path in sources
        if re.search(r"^\s*(?:import|from) (?:requests|httpx|urllib\.request)\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert asking == {"mapping/area/build/fetch.py"}
    code = "import sys, mapping.cli, web.portal; print('mapping.area.build.fetch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
