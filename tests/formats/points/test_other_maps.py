"""Maps of other programs: KML, KMZ and zipped shapefiles become sheets with latitude and longitude."""

import zipfile

import geopandas as gpd
import pytest
import shapely

from mapping.errors import FormatError
from mapping.formats.points import shapefile
from mapping.registry import format_of

KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Map</name>
<Folder><name>Services</name><Placemark><name>Умед</name><description>advice</description>
<ExtendedData><Data name="Phone"><value>1313</value></Data></ExtendedData>
<Point><coordinates>68.78,38.54,0</coordinates></Point></Placemark></Folder></Document></kml>"""


def cells(path):
    (sheet,) = format_of(path).read(path)
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


def test_lines_of_a_description_that_say_what_they_hold_are_columns(tmp_path):
    lines = "Бесплатно<br>Телефон: 900001122<br><b>Часы работы</b>: пн-пт 9:00-17:00<br>phone: 1<br>https://a.example"
    path = tmp_path / "map.kml"
    path.write_text(KML.replace("advice", f"<![CDATA[{lines}]]>"), "utf-8")
    (row,) = cells(path)
    check(row)
    assert (row["Телефон"], row["Часы работы"], row["Phone"]) == ("900001122", "пн-пт 9:00-17:00", "1313")
    description = next(value for name, value in row.items() if name.casefold() == "description")
    assert description == "Бесплатно\nhttps://a.example"


def test_prose_with_colons_stays_a_description(tmp_path):
    lines = "<br>".join(f"{'a' * (number + 2)}: words" for number in range(31))
    path = tmp_path / "map.kml"
    path.write_text(KML.replace("advice", f"<![CDATA[{lines}]]>"), "utf-8")
    (row,) = cells(path)
    assert lines in row.values()


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
    """There is room for 254 bytes: QGIS cuts what is longer wherever it ends, and the rest of the list is read."""
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
    (sheet,) = shapefile.read(path)
    assert [row[0] for row in sheet.rows[1:]] == ["Умед", "x" + "х" * 126]
    assert "1 text that the file cuts off in a letter" in sheet.skipped


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
