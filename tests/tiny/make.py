"""Write the files of Orzustan, a country that does not exist: ``python tests/tiny/make.py`` from the project's root.

Its plane is measured in kilometres east and north of its south-western corner, and its grid has the same kilometres, so
that people and minutes can be worked out by hand. README.md draws it.
"""

import csv
import json
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer

CRS = "+proj=eqc +lat_ts=10 +lat_0=10 +lon_0=60 +datum=WGS84 +units=m"
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
LANGUAGES = ("tg", "ru", "en")

UNITS = {  # code: west, south, east, north in km; names in tg, ru, en; people, women
    "XT": ((0, 0, 24, 16), ("Орзустон", "Орзустан", "Orzustan"), 240_000, 122_300),
    "XT-W": ((0, 0, 12, 16), ("Вилояти Ғарбдара", "Гарбдаринская область", "Gharbdara Region"), 180_000, 91_600),
    "XT-E": ((12, 0, 24, 16), ("Вилояти Шарқдара", "Шаркдаринская область", "Sharqdara Region"), 60_000, 30_700),
    "XT-W1": ((0, 8, 12, 16), ("Ноҳияи Кӯлдара", "Кульдаринский район", "Kuldara District"), 60_000, 30_600),
    "XT-W2": ((0, 0, 12, 8), ("Ноҳияи Ҷӯйбор", "Джуйборский район", "Juybor District"), 120_000, 61_000),
    "XT-E1": ((12, 8, 24, 16), ("Ноҳияи Қулла", "Кулинский район", "Qulla District"), 40_000, 20_500),
    "XT-E2": ((12, 0, 24, 8), ("Ноҳияи Ҳамвора", "Хамворинский район", "Hamvora District"), 20_000, 10_200),
}
LEVELS = (("XT",), ("XT-W", "XT-E"), ("XT-W1", "XT-W2", "XT-E1", "XT-E2"))
FORMER = {"XT-W2": "Oktyabr (until 1991); Oktyabrskiy", "XT-E1": "Vershina"}

CELLS = (  # unit, km east, km north, people: each in the middle of one cell of the grid
    ("XT-W1", 2.5, 12.5, 40_000),
    ("XT-W1", 10.5, 13.5, 20_000),
    ("XT-W2", 6.5, 4.5, 100_000),
    ("XT-W2", 1.5, 1.5, 20_000),
    ("XT-E1", 14.5, 12.5, 30_000),
    ("XT-E1", 21.5, 14.5, 10_000),
    ("XT-E2", 20.5, 4.5, 15_000),
    ("XT-E2", 22.5, 1.5, 5_000),
)
PLACES = (  # id, kind, seat, unit, km east, km north, people, names in tg, ru, en, other spellings
    ("p1", "city", 0, "XT-W2", 6.5, 4.5, 100_000, "Чашма", "Чашма", "Chashma", "Čašma;Tchachma;Октябрск"),
    ("p2", "town", 2, "XT-W1", 2.5, 12.5, 40_000, "Кӯлнишин", "Кульнишин", "Kulnishin", "Kuhlnishin"),
    ("p3", "town", 1, "XT-E1", 14.5, 12.5, 30_000, "Қуллаобод", "Куллаабад", "Qullaobod", "Kullaabad"),
    ("p4", "town", 2, "XT-E2", 20.5, 4.5, 15_000, "Ҳамвор", "Хамвор", "Hamvor", "Khamvor"),
    ("p5", "", "", "XT-W1", 10.5, 13.5, "", "Пушта", "", "Pushta", ""),
)
ROADS = (  # name, class, seasonal note, line in km
    ("Chashma highway", "main", "", ((0.5, 4.5), (6.5, 4.5), (23.5, 4.5))),
    ("Qullaobod pass", "pass", "closed in winter", ((14.5, 4.5), (14.5, 12.5))),
)
LAKE = (4, 9, 8, 12)
WINDOW = (-4, -4, 28, 20)


def degrees(east, north):
    """Longitude and latitude of a point in km, to a centimetre."""
    lon, lat = TO_DEGREES.transform(east * 1000, north * 1000)
    return round(lon, 7), round(lat, 7)


def box(west, south, east, north):
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return {"type": "Polygon", "coordinates": [[degrees(*corner) for corner in corners]]}


def line(*points):
    return {"type": "LineString", "coordinates": [degrees(*point) for point in points]}


def names(texts):
    return {f"name_{language}": text for language, text in zip(LANGUAGES, texts, strict=True)}


def shapes(path, features):
    """Write features, given as (properties, geometry)."""
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": one, "geometry": geometry} for one, geometry in features],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(collection, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def table(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def raster(path, values):
    """Write values whose pixels are the cells of the grid."""
    west, north = degrees(WINDOW[0], WINDOW[3])
    east, south = degrees(WINDOW[2], WINDOW[1])
    rows, columns = values.shape
    transform = Affine((east - west) / columns, 0, west, 0, (south - north) / rows, north)
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"driver": "GTiff", "count": 1, "crs": "EPSG:4326", "compress": "deflate", "transform": transform}
    with rasterio.open(path, "w", height=rows, width=columns, dtype=values.dtype, **profile) as file:
        file.write(values, 1)


def parent(code):
    return {"XT": None, "XT-W": "XT", "XT-E": "XT"}.get(code, code[:-1])


def write(folder):
    """Write every file but area.toml and README.md."""
    for number, codes in enumerate(LEVELS):
        features = [
            ({"code": code, "parent": parent(code), **names(UNITS[code][1])}, box(*UNITS[code][0])) for code in codes
        ]
        shapes(folder / f"admin/adm{number}.geojson", features)
    table(folder / "admin/names.csv", ("code", "former_en"), FORMER.items())
    census = [
        (code, number, UNITS[code][2], UNITS[code][3], UNITS[code][2] - UNITS[code][3])
        for number, codes in enumerate(LEVELS)
        for code in codes
    ]
    table(folder / "population/census.csv", ("code", "level", "population", "women", "men"), census)
    cells = [(code, *degrees(east, north)[::-1], people) for code, east, north, people in CELLS]
    table(folder / "population/cells.csv", ("code", "lat", "lon", "population"), cells)
    header = ("id", "kind", "seat", "unit", "lat", "lon", "population", "name_tg", "name_ru", "name_en", "alt_names")
    settlements = [(*one[:4], *degrees(one[4], one[5])[::-1], *one[6:]) for one in PLACES]
    table(folder / "places/settlements.csv", header, settlements)
    towns = [("p1", "city", "XT-W2", "", "", "Чашма", "Чашма", "Chashma")]
    towns += [("", "town", "XT-E2", "", "", "Сангин", "Сангин", "Sangin")]
    table(folder / "places/official_towns.csv", ("id", "kind", "unit", "lat", "lon", *names("   ")), towns)
    abroad = [("x1", "Bandar", "Бандар", "XN", *degrees(26.5, 4.5)[::-1], 9000)]
    table(folder / "places/border.csv", ("id", "name", "name_ru", "country", "lat", "lon", "population"), abroad)
    roads = [({"name": name, "class": kind, "seasonal": note or None}, line(*way)) for name, kind, note, way in ROADS]
    shapes(folder / "roads/roads.geojson", roads)
    write_basemap(folder)
    rows, columns = WINDOW[3] - WINDOW[1], WINDOW[2] - WINDOW[0]
    raster(folder / "raster/elevation.tif", np.full((rows, columns), 500, np.int16))
    landcover = np.full((rows, columns), 10, np.uint8)
    west, south, east, north = LAKE
    landcover[WINDOW[3] - north : WINDOW[3] - south, west - WINDOW[0] : east - WINDOW[0]] = 0
    raster(folder / "raster/landcover.tif", landcover)


def write_basemap(folder):
    neighbour = {"iso2": "XN", **names(("Ҳамсоя", "Хамсоя", "Hamsoya"))}
    shapes(folder / "basemap/neighbours.geojson", [(neighbour, box(24, -4, 28, 20))])
    shapes(folder / "basemap/rivers.geojson", [({"name": "Juy"}, line((6, 9), (6, 0)))])
    shapes(folder / "basemap/lakes.geojson", [({"name": "Kul"}, box(*LAKE))])
    points = [({"name": "Chashma", "iso_a2": "XT"}, 6.5, 4.5), ({"name": "Bandar", "iso_a2": "XN"}, 26.5, 4.5)]
    places = [(one, {"type": "Point", "coordinates": degrees(east, north)}) for one, east, north in points]
    shapes(folder / "basemap/places.geojson", places)


if __name__ == "__main__":
    write(Path(__file__).parent)
