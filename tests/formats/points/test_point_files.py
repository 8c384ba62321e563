"""GeoJSON, GeoPackage and GeoParquet: places of any shape and system in, points of a view out."""

import datetime as dt
import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import pyogrio
import pytest
import shapely

from mapping.errors import FormatError
from mapping.formats import read_sheets
from mapping.formats.points import geojson, geopackage, geoparquet
from mapping.formats.tables._flat import MEANINGS
from mapping.intake.guess.column_map import guessed_map
from mapping.intake.read import read
from mapping.render.export import export
from tests.support.sample import CHASHMA, sample_view

FORMATS = [(geojson, ".geojson"), (geopackage, ".gpkg"), (geoparquet, ".parquet")]


def frame(crs=4326):
    """Three offices: a point, a house as a polygon, one without a place."""
    house = shapely.box(60.10, 10.02, 60.12, 10.04)
    made = gpd.GeoDataFrame(
        {"name": ["Umed", "Nur", "Line"], "rooms": [3, 4, None], "phone": ["+992000100001", None, "1313"]},
        geometry=[shapely.Point(60.0593, 10.0407), house, None],
        crs=4326,
    )
    return made if crs == 4326 else made.to_crs(crs)


def save(table, path):
    if path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        pyogrio.write_dataframe(table, path, driver={".gpkg": "GPKG", ".geojson": "GeoJSON"}[path.suffix])
    return path


@pytest.mark.parametrize(("module", "ending"), FORMATS, ids=lambda value: getattr(value, "__name__", value))
def test_attributes_and_points_become_a_sheet(tmp_path, module, ending):
    (sheet,) = read_sheets(module, save(frame(), tmp_path / f"list{ending}"))
    head, *rows = [list(row) for row in sheet.rows]
    assert head == ["name", "rooms", "phone", "latitude", "longitude"]
    assert rows[0] == ["Umed", 3, "+992000100001", pytest.approx(10.0407), pytest.approx(60.0593)]
    assert rows[1][3:] == [pytest.approx(10.03), pytest.approx(60.11)]
    assert rows[2] == ["Line", None, "1313", None, None]
    assert sheet.skipped == (
        "1 shape that is no point, taken by a point within it",
        "1 feature without a place, kept as a row without coordinates",
    )


@pytest.mark.parametrize(("module", "ending"), FORMATS[1:], ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("crs", [32641, 3857])
def test_any_system_becomes_degrees(tmp_path, module, ending, crs):
    (sheet,) = read_sheets(module, save(frame(crs), tmp_path / f"list{ending}"))
    assert sheet.rows[1][3:] == [pytest.approx(10.0407, abs=1e-6), pytest.approx(60.0593, abs=1e-6)]


def test_each_layer_is_a_sheet_and_one_without_shapes_too(tmp_path):
    path = tmp_path / "list.gpkg"
    pyogrio.write_dataframe(frame(), path, layer="offices", driver="GPKG")
    pyogrio.write_dataframe(frame()[["name", "phone"]], path, layer="phones", driver="GPKG", append=True)
    found = {sheet.name: sheet for sheet in read_sheets(geopackage, path)}
    assert set(found) == {"offices", "phones"}
    assert list(found["phones"].rows[0]) == ["name", "phone"]


def test_a_column_called_latitude_does_not_hide_the_place(tmp_path):
    table = frame().assign(latitude="north")
    (sheet,) = read_sheets(geojson, save(table, tmp_path / "list.geojson"))
    assert list(sheet.rows[0])[-2:] == ["latitude (geometry)", "longitude"]


@pytest.mark.parametrize(("module", "ending"), FORMATS, ids=lambda value: getattr(value, "__name__", value))
def test_what_is_written_is_read(tmp_path, tiny_area, module, ending):
    with sample_view(tmp_path, tiny_area) as view:
        path = export(view, tmp_path / f"list{ending}", area=tiny_area)
        shown = view.services()
    (sheet,) = read_sheets(module, path)
    head, *rows = [list(row) for row in sheet.rows]
    names = head.index("name")
    assert sorted(row[names] for row in rows) == sorted(entry.name for entry in shown)
    advice = next(row for row in rows if row[names] == "Legal advice")
    assert advice[-2:] == [pytest.approx(CHASHMA[0]), pytest.approx(CHASHMA[1])]
    papers = next(row for row in rows if row[names] == "Papers")
    assert papers[-2:] == [None, None]
    assert papers[head.index("area_unit")]


def test_map_programs_get_days_meanings_and_an_index(tmp_path, tiny_area):
    """A GeoPackage says which columns are days, what each means, and where its points are; GeoParquet has days too."""
    with sample_view(tmp_path, tiny_area) as view:
        paths = [export(view, tmp_path / f"{name}.gpkg", area=tiny_area) for name in ("list", "again")]
        parquet = export(view, tmp_path / "list.parquet", area=tiny_area)
        points = sum(place.has_point for entry in view.services() for place in entry.places)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with closing(sqlite3.connect(paths[0])) as layer:
        kinds = {row[1]: row[2] for row in layer.execute("PRAGMA table_info(services)")}
        meanings = dict(layer.execute("SELECT column_name, description FROM gpkg_data_columns"))
        extensions = [row[0] for row in layer.execute("SELECT extension_name FROM gpkg_extensions")]
        (indexed,) = layer.execute("SELECT count(*) FROM rtree_services_geom").fetchone()
        assert layer.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert layer.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [name for name, kind in kinds.items() if kind == "DATE"] == ["verified_on", "next_due", "edition"]
    assert {name: MEANINGS[name] for name in kinds if name in MEANINGS} == meanings
    assert sorted(extensions) == ["gpkg_rtree_index", "gpkg_schema", "gpkg_schema"]
    assert indexed == points > 0
    for days in (pyogrio.read_dataframe(paths[0]), gpd.read_parquet(parquet)):
        assert {str(day)[:10] for day in days["edition"]} == {"2026-11-24"}
        assert not any(isinstance(day, str) for day in days["verified_on"])
    (back,) = read_sheets(geopackage, paths[0])
    head, *rows = [list(row) for row in back.rows]
    assert all(isinstance(row[head.index("edition")], dt.date) for row in rows)


def test_a_list_of_places_is_imported_as_any_other(tmp_path, tiny_area):
    path = tmp_path / "offices.geojson"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [60.0593, 10.0407]},
        "properties": {"organization": "Umed", "service": "hotline", "phone": "+992000100001"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    columns = guessed_map(read_sheets(geojson, path), "offices", tiny_area)
    assert columns.fields["latitude"] == ["latitude"]
    (place,) = read(path, area=tiny_area).of("location")
    assert (place.latitude, place.longitude) == (pytest.approx(10.0407), pytest.approx(60.0593))


@pytest.mark.parametrize(("module", "ending"), FORMATS, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("contents", [b"", b"hello", b"{", b"SQLite format 3\0" + b"\0" * 90, b"PAR1....PAR1"])
def test_what_is_none_of_its_kind_is_refused(tmp_path, module, ending, contents):
    path = tmp_path / f"list{ending}"
    path.write_bytes(contents)
    with pytest.raises(FormatError, match="list") as refusal:
        read_sheets(module, path)
    assert "\n" not in str(refusal.value)


def test_without_the_extra_it_is_said_what_to_install(tmp_path, monkeypatch, tiny_area):
    monkeypatch.setattr(geoparquet, "available", lambda: False)
    (tmp_path / "list.parquet").write_bytes(b"PAR1")
    with pytest.raises(FormatError, match=r"pip install rohnamo\[parquet\]"):
        list(geoparquet.read(tmp_path / "list.parquet"))
    with sample_view(tmp_path, tiny_area) as view, pytest.raises(FormatError, match="parquet"):
        export(view, tmp_path / "list.parquet", area=tiny_area, name="geoparquet")
