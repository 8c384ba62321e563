"""Every text of the formats exists in every language."""

from translations import problems


def test_nothing_is_missing():
    assert (
        problems(
            "formats",
            "mapping/formats/_sheet.py",
            "mapping/formats/workbook.py",
            "mapping/formats/template.py",
            "mapping/formats/csv.py",
            "mapping/formats/geojson.py",
            "mapping/formats/geopackage.py",
            "mapping/formats/geoparquet.py",
        )
        == []
    )
