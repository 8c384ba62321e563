"""Maps of other programs: KML, KMZ and zipped shapefiles become sheets with latitude and longitude."""

import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from mapping.errors import FormatError
from mapping.formats import read_sheets
from mapping.formats.points import shapefile
from mapping.intake.read import read
from mapping.registry import format_of
from mapping.render.export import export
from tests.support.sample import TODAY, sample_view

KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Map</name>
<Folder><name>Services</name><Placemark><name>Умед</name><description>advice</description>
<ExtendedData><Data name="Phone"><value>1313</value></Data></ExtendedData>
<Point><coordinates>68.78,38.54,0</coordinates></Point></Placemark></Folder></Document></kml>"""


def cells(path):
    (sheet,) = read_sheets(format_of(path), path)
    heads, *rows = sheet.rows
    return [dict(zip(heads, row, strict=True)) for row in rows]


def check(row):
    assert (row["latitude"], row["longitude"]) == (38.54, 68.78)
    assert "Умед" in row.values()


def test_a_kml(tmp_path):
    path = tmp_path / "map.kml"
    path.write_text(KML, "utf-8")
    (row,) = cells(path)
    check(row)
    assert "1313" in row.values()


def test_a_kmz(tmp_path):
    path = tmp_path / "map.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML)
    (row,) = cells(path)
    check(row)


def test_a_zip_of_a_shapefile(tmp_path):
    gpd.GeoDataFrame({"name": ["Умед"]}, geometry=[shapely.Point(68.78, 38.54)], crs=4326).to_file(
        tmp_path / "points.shp", encoding="utf-8"
    )
    path = tmp_path / "points.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("points.???"):
            if part != path:
                archive.write(part, f"folder/{part.name.upper() if part.suffix == '.prj' else part.name}")
    (row,) = cells(path)
    check(row)


def test_a_text_that_a_shapefile_cuts_within_a_letter(tmp_path):
    """There is room for 254 bytes: QGIS cuts what is longer wherever it ends."""
    gpd.GeoDataFrame({"name": ["Умед", "х" * 127]}, geometry=[shapely.Point(68.78, 38.54)] * 2, crs=4326).to_file(
        tmp_path / "points.shp", encoding="utf-8"
    )
    table = (tmp_path / "points.dbf").read_bytes()
    whole = ("х" * 127).encode()
    assert whole in table
    (tmp_path / "points.dbf").write_bytes(table.replace(whole, b"x" + whole[:-1]))
    path = tmp_path / "points.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("points.???"):
            if part != path:
                archive.write(part, part.name)
    with pytest.raises(FormatError, match="export it again as GeoPackage"):
        read_sheets(shapefile, path)


def test_a_shapefile_alone_is_told_what_it_needs(tmp_path):
    path = tmp_path / "points.shp"
    path.write_bytes(b"\0" * 100)
    with pytest.raises(FormatError, match=r"put it into a \.zip with the files of its name"):
        format_of(path)


@pytest.mark.parametrize("text", ["", "anything", "<kml></kml>", KML.replace("<kml", "<!DOCTYPE x><kml")])
def test_what_is_no_kml_is_refused(tmp_path, text):
    path = tmp_path / "map.kml"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=r"map\.kml"):
        cells(path)


def test_an_archive_without_kml_is_refused(tmp_path):
    path = tmp_path / "map.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(FormatError, match="no KML"):
        cells(path)


def saved_by_qgis(frame, path):
    """Save a layer as QGIS does, which writes through GDAL; a shapefile into a zip with its parts."""
    driver = {".kml": "LIBKML", ".kmz": "LIBKML", ".ods": "ODS", ".xlsx": "XLSX", ".zip": "ESRI Shapefile"}[path.suffix]
    if path.suffix in (".ods", ".xlsx"):
        frame = pd.DataFrame(frame.drop(columns="geometry"))
    target = path.with_suffix(".shp") if path.suffix == ".zip" else path
    if target != path:  # a name of a column has room for ten letters, and no day has a time
        days = {name: column.astype(str) for name, column in frame.items() if column.dtype.kind == "M"}
        frame = frame.assign(**days).rename(columns=lambda name: name[:10])
    pyogrio.write_dataframe(frame, target, driver=driver, encoding="utf-8")
    if target != path:
        with zipfile.ZipFile(path, "w") as archive:
            for part in path.parent.glob(f"{path.stem}.???"):
                if part != path:
                    archive.write(part, part.name)
    return path


def told(batch):
    """What a list says of services, places and numbers, whatever file it stood in."""
    bodies = {body.id: body.name for body in batch.of("organization")}
    services = {one.id: (bodies[one.organization_id], one.name, one.assured_date) for one in batch.of("service")}
    return {
        "services": sorted(map(str, services.values())),
        "phones": sorted((str(services[phone.service_id]), phone.number) for phone in batch.of("phone")),
        "places": sorted((place.area_unit or "", place.name or "") for place in batch.of("location")),
        "audiences": sorted({one.audience for one in batch.of("service")}),
    }


@pytest.mark.parametrize("ending", [".kml", ".zip", ".ods", ".xlsx"])
def test_our_own_table_is_known_when_a_map_program_has_saved_it(tmp_path, tiny_area, ending):
    """KML writes "Name", a shapefile cuts names of columns off, an .ods of QGIS has line ends around each."""
    with sample_view(tmp_path, tiny_area) as view:
        own = export(view, tmp_path / "list.gpkg", area=tiny_area)
    again = saved_by_qgis(pyogrio.read_dataframe(own), tmp_path / f"again{ending}")
    first, second = (read(path, area=tiny_area, today=TODAY, source="list") for path in (own, again))
    lost = () if ending in (".kml", ".zip") else ("places",)  # a table has no points
    assert {name: said for name, said in told(second).items() if name not in lost} == {
        name: said for name, said in told(first).items() if name not in lost
    }
    assert {record.id for record in second.of("service")} == {record.id for record in first.of("service")}
    assert first.of("service")


def test_a_kml_keeps_our_ids_beside_the_numbers_that_a_program_gives_its_places(tmp_path):
    frame = gpd.GeoDataFrame({"id": ["a-1"], "name": ["Умед"]}, geometry=[shapely.Point(68.78, 38.54)], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "map.kml", driver="KML")
    (row,) = cells(tmp_path / "map.kml")
    assert row["id"] == "a-1"
