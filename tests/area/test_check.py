"""Faults that only the deep check of a folder finds: each spoils one thing in a copy of Orzustan."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    """Return the faults of a folder that loads."""
    StudyArea.load(folder)
    return [str(fault) for fault in StudyArea.faults(folder)]


def reshape(folder: Path, name: str, number: int, change) -> None:
    """Change the corners of the outline of one unit."""
    path = folder / name
    collection = json.loads(path.read_text(encoding="utf-8"))
    geometry = collection["features"][number]["geometry"]
    geometry["coordinates"] = [[change(*point) for point in geometry["coordinates"][0]]]
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def repaint(folder: Path, name: str, change, **profile) -> None:
    """Change the values of a raster."""
    path = folder / name
    with rasterio.open(path) as source:
        values, old = source.read(1), source.profile
    values = change(values)
    with rasterio.open(path, "w", **(old | {"dtype": values.dtype} | profile)) as out:
        out.write(values, 1)


def test_a_unit_outside_its_parent(tiny_copy):
    # XT-E1 moved 12 km west lies inside the country, in the other region
    reshape(tiny_copy, "admin/adm2.geojson", 2, lambda lon, lat: [lon - 0.1094608, lat])
    found = faults(tiny_copy)
    assert found[0] == (
        "admin/adm2.geojson: only 0% of 'XT-E1' lies inside its parent 'XT-E': mend the outlines, or the parent's code"
    )


def test_how_much_of_a_unit_lies_outside_its_parent_is_measured(tiny_copy):
    # 3 of its 12 km
    reshape(tiny_copy, "admin/adm2.geojson", 2, lambda lon, lat: [lon - 0.1094608 / 4, lat])
    assert "only 75% of 'XT-E1' lies inside its parent 'XT-E'" in faults(tiny_copy)[0]


def test_lines_that_differ_by_less_than_a_twentieth_are_no_fault(tiny_copy):
    reshape(tiny_copy, "admin/adm2.geojson", 2, lambda lon, lat: [lon - 0.1094608 / 50, lat])
    assert faults(tiny_copy) == []


def test_units_that_do_not_fill_their_parent(tiny_copy):
    # XT-E1 with half its width: 144 of the region's 192 cells remain
    reshape(tiny_copy, "admin/adm2.geojson", 2, lambda lon, lat: [60.1641912 if lon > 60.15 else lon, lat])
    (fault,) = faults(tiny_copy)
    assert fault == (
        "admin/adm2.geojson: the units of 'XT-E' have 75% of its area: the units of a parent must cover it once"
    )


def test_an_outline_that_crosses_itself(tiny_copy):
    corners = [[60.1, 10.08], [60.2, 10.14], [60.2, 10.08], [60.1, 10.14], [60.1, 10.08]]
    points = iter(corners)
    reshape(tiny_copy, "admin/adm2.geojson", 2, lambda *_: next(points))
    assert any("the outline of 'XT-E1' is not valid (Self-intersection" in fault for fault in faults(tiny_copy))


def test_a_unit_that_is_a_line(tiny_copy):
    path = tiny_copy / "admin/adm2.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    collection["features"][2]["geometry"] = {"type": "LineString", "coordinates": [[60.12, 10.08], [60.2, 10.14]]}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    assert "admin/adm2.geojson: unit 'XT-E1' is no polygon: draw its outline" in faults(tiny_copy)


CELL_FAULTS = [
    ("5000", "6000", "the cells of 'XT-E2' hold 21000 people, the census 20000: rebuild the cells"),
    ("XT-E2,10.0134747", "XT-E7,10.0134747", "names the unknown units 'XT-E7': use the codes of the finest level"),
    ("5000", "-5000", "row 9: population '-5000' is no number of people: write digits only"),
    ("5000", "few", "row 9: population 'few' is no number of people"),
    ("10.0134747,60.205239,5000", "60.205239,10.0134747,5000", "row 9 lies at 60.205239, 10.0134747, outside"),
    ("10.0134747,60.205239,5000", ",60.205239,5000", "row 9 has no point: write lat and lon in degrees"),
    ("lat,lon", "y,x", "has no column 'lat': add it, or rename the one that holds it"),
]


@pytest.mark.parametrize(("old", "new", "expected"), CELL_FAULTS)
def test_cells_of_people(tiny_copy, old, new, expected):
    path = tiny_copy / "population/cells.csv"
    lines = path.read_text().splitlines()
    number = 0 if "lat" in old else -1
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new)
    path.write_text("\n".join(lines))
    assert any(f"population/cells.csv: {expected}" in fault for fault in faults(tiny_copy)), faults(tiny_copy)


def test_cells_may_hold_parts_of_people(tiny_copy):
    spoil(tiny_copy, "population/cells.csv", ",5000\n", ",4999.6\n")
    assert faults(tiny_copy) == []


def test_land_cover_that_has_no_speed(tiny_copy):
    repaint(tiny_copy, "raster/landcover.tif", lambda values: np.where(values == 10, 40, values).astype("uint8"))
    assert faults(tiny_copy) == [
        "raster/landcover.tif: holds the classes [40], which have no speed: add them to [speeds.landcover]"
    ]
    spoil(tiny_copy, "area.toml", "[speeds.landcover]\n", "[speeds.landcover]\n40 = 3.5\n")
    assert faults(tiny_copy) == []


@pytest.mark.parametrize(("height", "wrong"), [(-9999, True), (32767, True), (-400, False), (8800, False)])
def test_heights_that_there_are_not(tiny_copy, height, wrong):
    def hole(values):
        values[3, 3] = height
        return values

    repaint(tiny_copy, "raster/elevation.tif", hole)
    found = faults(tiny_copy)
    assert [fault.split(": ")[0] for fault in found] == ["raster/elevation.tif"] * wrong
    repaint(tiny_copy, "raster/elevation.tif", hole, nodata=height)
    assert faults(tiny_copy) == []


def test_a_raster_that_was_cut_short(tiny_copy):
    """The head of the file is whole; only reading it shows that the rest is missing."""
    path = tiny_copy / "raster/landcover.tif"
    repaint(
        tiny_copy,
        "raster/landcover.tif",
        lambda values: np.kron(values, np.ones((40, 40), "uint8")),
        width=32 * 40,
        height=24 * 40,
        compress=None,
        transform=rasterio.Affine(0.01, 0, 59.9, 0, -0.01, 10.3),
    )
    path.write_bytes(path.read_bytes()[:200_000])
    assert faults(tiny_copy) == ["raster/landcover.tif: cannot be read to its end: copy it again"]
    with pytest.raises(InvalidRecord, match=r"landcover.tif: cannot be read"):
        StudyArea.load(tiny_copy).landcover  # noqa: B018


def test_a_relief_without_its_bounds(tiny_copy):
    (tiny_copy / "relief.png").write_bytes(b"picture")
    spoil(tiny_copy, "area.toml", "[raster]\n", '[raster]\nrelief = "relief.png"\n')
    assert faults(tiny_copy) == [
        "area.toml: raster.relief and raster.relief_bounds belong together: name both or neither"
    ]
    spoil(tiny_copy, "area.toml", "[raster]\n", '[raster]\nrelief_bounds = "bounds.json"\n')
    for text in ("", "{}", "[1]", '{"bounds": [1, 2]}', '{"bounds": [[10.2, 60], [10, 60.3]]}', '{"bounds": null}'):
        (tiny_copy / "bounds.json").write_text(text)
        (fault,) = faults(tiny_copy)
        assert fault.startswith("bounds.json: does not say the bounds: write ")
    (tiny_copy / "bounds.json").write_text('{"bounds": [[10, 60], [10.2, 60.3]]}')
    assert faults(tiny_copy) == []
    assert StudyArea.load(tiny_copy).relief.bounds == (60, 10, 60.3, 10.2)


PLACE_FAULTS = [
    ("settlements.csv", "p3,town,1,XT-E1", "p3,town,1,XT-E8", "names the unknown units 'XT-E8'"),
    ("settlements.csv", "p3,town", "p2,town", "id 'p2' stands twice: keep one row"),
    ("settlements.csv", "name_tg,name_ru,name_en,alt_names", "a,b,c,d", "has no column of names: add name, or name_"),
    ("settlements.csv", "Пушта,,Pushta", ",,", "row 6 has no name: add one, or delete the row"),
    ("settlements.csv", ",lat,", ",latitude,", "has no column 'lat': add it, or rename the one that holds it"),
    ("settlements.csv", ",unit,", ",district,", "has no column 'unit'"),
    (
        "settlements.csv",
        "10.0404242,60.0592913",
        "60.0592913,10.0404242",
        "row 2 lies at 60.0592913, 10.0404242, outside",
    ),
    ("settlements.csv", "10.0404242,60.0592913", ",", "row 2 has no point: write lat and lon in degrees"),
    ("settlements.csv", "10.0404242,", "ten,", "row 2 has no point"),
    ("official_towns.csv", "XT-E2,,", "XT-E2,10.1,", "row 3 has no point"),
    ("border.csv", ",lat,", ",y,", "has no column 'lat'"),
]


@pytest.mark.parametrize(("name", "old", "new", "expected"), PLACE_FAULTS)
def test_places(tiny_copy, name, old, new, expected):
    spoil(tiny_copy, f"places/{name}", old, new)
    assert any(f"places/{name}: {expected}" in fault for fault in faults(tiny_copy)), faults(tiny_copy)


@pytest.mark.parametrize("name", ["neighbours", "rivers", "lakes", "places"])
def test_a_basemap_that_is_no_geojson(tiny_copy, name):
    (tiny_copy / f"basemap/{name}.geojson").write_text("{}")
    (fault,) = faults(tiny_copy)
    assert fault.startswith(f"basemap/{name}.geojson: ")


def test_deep_faults_come_with_the_cheap_ones(tiny_copy):
    spoil(tiny_copy, "area.toml", "total = 240000", "total = 240001")
    spoil(tiny_copy, "places/settlements.csv", "p3,town", "p2,town")
    spoil(tiny_copy, "population/cells.csv", ",5000\n", ",9000\n")
    found = [fault.file for fault in StudyArea.faults(tiny_copy)]
    assert found == ["population/census.csv", "population/cells.csv", "places/settlements.csv"]
