import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy import ndimage

from mapping.area.grid import NO_LANDCOVER, Grid, habitability, slope, spread_people, unit_grid, winding
from tests.support.examples import examples

CRS = "+proj=aeqd +lat_0=40 +lon_0=70 +datum=WGS84 +units=m"


def plane(rows: int, columns: int, cell_size: float = 1000.0) -> Grid:
    """A grid whose north-western corner is the origin of the plane."""
    return Grid(Affine(cell_size, 0, 0, 0, -cell_size, 0), (rows, columns), cell_size, CRS)


def on_plane(*shapes: shapely.Geometry) -> gpd.GeoSeries:
    """Shapes given in kilometres east and south of the origin, as degrees."""
    metres = [shapely.transform(shape, lambda xy: xy * [1000, -1000]) for shape in shapes]
    return gpd.GeoSeries(metres, crs=CRS).to_crs("EPSG:4326")


@given(
    lat=st.floats(-60, 60),
    lon=st.floats(-170, 170),
    cell_size=st.sampled_from([100.0, 1000.0, 2500.0]),
    width=st.floats(0.05, 1.5),
)
@settings(max_examples=examples(60), deadline=None)
def test_covers_its_box_on_whole_multiples(lat, lon, cell_size, width):
    crs = f"+proj=aeqd +lat_0={lat:.1f} +lon_0={lon:.1f} +datum=WGS84 +units=m"
    grid = Grid.over((lon - width, lat - width, lon + width, lat + width), crs=crs, cell_size=cell_size)
    assert grid.transform.c % cell_size == 0
    assert grid.transform.f % cell_size == 0
    within = 0.9999 * width  # a point on the very border of the box may fall beyond the last cell
    corners = [(lat + a * within, lon + b * within) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    cells = grid.cells(*zip(*corners, strict=True))
    assert (cells >= 0).all()
    west, south, east, north = grid.bounds_lonlat
    assert west <= lon - width
    assert east >= lon + width
    assert south <= lat - width
    assert north >= lat + width


@given(row=st.integers(0, 23), column=st.integers(0, 31))
def test_the_middle_of_a_cell_lies_in_the_cell(tiny_area, row, column):
    assert tiny_area.grid.cell(*tiny_area.grid.centre(row, column)) == (row, column)


def test_places_without_a_cell():
    grid = plane(3, 4)
    lats = [40.0, np.nan, np.inf, -40.0, 39.999, 91.0, 39.999]
    lons = [69.9, 70.0, 70.0, 70.0, np.nan, 70.0, 70.001]
    cells = grid.cells(lats, lons)
    assert cells.dtype == np.int64
    assert cells.tolist() == [[-1, -1]] * 6 + [[0, 0]]
    assert grid.cell(40.1, 70.1) is None
    assert grid.cells([], []).shape == (0, 2)


def test_a_cell_of_tajikistan_is_a_kilometre(tj_area):
    """The projection keeps areas: a cell of the national grid has 1 km² on the ellipsoid, anywhere."""
    grid = tj_area.grid
    for row, column in ((5, 5), (300, 400), (640, 850)):
        corner_lats, corner_lons = grid.centres(
            np.array([row - 0.5, row - 0.5, row + 0.5, row + 0.5]),
            np.array([column - 0.5, column + 0.5, column + 0.5, column - 0.5]),
        )
        area, _ = Geod(ellps="WGS84").polygon_area_perimeter(corner_lons, corner_lats)
        assert abs(area) == pytest.approx(1e6, rel=1e-3)


def test_lines_burn_as_unbroken_chains(tj_area):
    roads = tj_area.roads
    touching = np.ones((3, 3))
    for index in range(len(roads)):
        drawn = tj_area.grid.burn(roads.geometry.iloc[[index]], [1], fill=0)
        assert ndimage.label(drawn, touching)[1] == 1, roads.iloc[index]["road"]


@given(
    points=st.lists(st.tuples(st.floats(0.1, 19.9), st.floats(0.1, 19.9)), min_size=2, max_size=6),
)
@settings(max_examples=examples(60), deadline=None)
def test_any_line_burns_as_one_chain(points):
    drawn = plane(20, 20).burn(on_plane(shapely.LineString(points)), [1], fill=0)
    if shapely.LineString(points).length > 0.01:
        assert ndimage.label(drawn, np.ones((3, 3)))[1] == 1


def test_the_last_shape_lies_on_top():
    grid = plane(1, 4)
    shapes = on_plane(shapely.box(0, 0, 3, 1), shapely.box(1, 0, 2, 1), shapely.Polygon())
    assert grid.burn(shapes, [5, 7, 9], fill=-1).tolist() == [[5, 7, 5, -1]]
    assert grid.burn(shapes.iloc[:0], [], fill=2).tolist() == [[2, 2, 2, 2]]


def test_a_road_is_as_long_as_it_is_where_it_winds():
    grid = plane(12, 24)
    straight = shapely.LineString([(0.5, 6.5), (20.5, 6.5)])
    hairpins = shapely.LineString([(0.5 + i, 6.5 if i % 2 else 5.5) for i in range(21)])
    short = shapely.LineString([(0.5, 2.5), (3.5, 2.5)])
    lines = on_plane(straight, hairpins, short, shapely.MultiLineString([straight]))
    metres = [20_000, 40_000, 9_000, 40_000]
    ratio = winding(grid, lines, metres)
    assert ratio[0] == pytest.approx(1)
    # 20 steps over the corner, where the row of cells above lies just as near: at most 1.414 km each
    assert 40 / (20 * 2**0.5) <= ratio[1] <= 2 + 1e-6
    assert ratio[2:].tolist() == [1, 1]


def test_a_ring_road_counts_as_straight():
    grid = plane(12, 12)
    ring = shapely.LineString([(1.5, 1.5), (9.5, 1.5), (9.5, 9.5), (1.5, 9.5), (1.5, 1.5)])
    assert winding(grid, on_plane(ring), [32_000]).tolist() == [1]


def test_a_unit_has_the_cells_whose_middle_it_holds():
    units = on_plane(shapely.box(0, 0, 2.4, 2), shapely.box(2.4, 0, 4, 2))
    assert unit_grid(plane(2, 5), units).tolist() == [[0, 0, 1, 1, -1], [0, 0, 1, 1, -1]]


def test_a_unit_without_a_middle_takes_the_cell_it_lies_in():
    big = shapely.box(0, 0, 4, 2)
    small = shapely.box(1.5, 0.6, 2.4, 0.95)  # the middles lie 0.5 km from the top
    more_east = shapely.box(1.7, 0.6, 2.4, 0.95)
    assert unit_grid(plane(2, 4), on_plane(big, small)).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert unit_grid(plane(2, 4), on_plane(big, more_east)).tolist() == [[0, 0, 1, 0], [0, 0, 0, 0]]


def test_small_units_do_not_take_the_last_cell_of_another():
    one = shapely.box(0, 0, 1, 1)
    dot = shapely.box(0.1, 0.1, 0.2, 0.2)
    assert sorted(unit_grid(plane(1, 3), on_plane(one, dot)).ravel().tolist()) == [-1, 0, 1]
    assert unit_grid(plane(1, 1), on_plane(one, dot)).tolist() == [[0]]  # no cell can be spared


@given(
    st.lists(
        st.tuples(st.floats(0, 5.9), st.floats(0, 5.9), st.floats(0.01, 0.5)).map(
            lambda one: shapely.box(one[0], one[1], one[0] + one[2], one[1] + one[2])
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=examples(60), deadline=None)
def test_every_unit_has_a_cell(dots):
    units = on_plane(shapely.box(0, 0, 6, 6), *dots)
    burnt = unit_grid(plane(6, 6), units)
    assert set(np.unique(burnt)) == set(range(len(units)))


def test_slope_is_rise_over_run():
    # a plane that rises 300 m a km to the east and 400 m a km to the south: 500 m a km
    rows, columns = np.mgrid[0:5, 0:6]
    elevation = (300 * columns + 400 * rows).astype(np.float32)
    np.testing.assert_allclose(slope(elevation, 1000), 0.5, rtol=1e-6)
    assert slope(np.ones((1, 5), np.float32), 1000).tolist() == [[0] * 5]


def test_fewer_people_live_where_it_is_steep_and_none_on_water():
    landcover = np.array([[12, 12, 12, 0, 99, NO_LANDCOVER]], np.uint8)
    steep = np.array([[0, 0.1, 5, 0, 0, 0]], np.float32)
    weight = habitability(landcover, steep, {0: 0.0, 12: 1.0})
    np.testing.assert_allclose(weight, [[1, np.exp(-1), 0.01, 0, 0.55, 1]], rtol=1e-6)


UNITS = np.array([[0, 0, 1, 1], [0, 0, 1, -1]], np.int32)
EVEN = np.ones((2, 4))


def at(grid: Grid, *rows: tuple[int, int, int, float]) -> pd.DataFrame:
    """A table of people: unit, row and column of the cell they are in, people."""
    lats, lons = grid.centres([row for _, row, _, _ in rows], [column for _, _, column, _ in rows])
    return pd.DataFrame(
        {"unit": [one[0] for one in rows], "lat": lats, "lon": lons, "people": [one[3] for one in rows]}
    )


def test_without_cells_the_census_lies_over_the_unit_by_weight():
    weight = EVEN.copy()
    weight[0, 0] = 3
    people = spread_people(plane(2, 4), UNITS, weight, np.array([60, 30]))
    assert people.tolist() == [[30, 10, 10, 10], [10, 10, 10, 0]]
    assert people.dtype == np.float32


def test_a_unit_whose_ground_carries_nobody_is_filled_evenly():
    weight = EVEN.copy()
    weight[:, :2] = 0
    people = spread_people(plane(2, 4), UNITS, weight, np.array([60, 30]))
    assert people.tolist() == [[15, 15, 10, 10], [15, 15, 10, 0]]


def test_points_fall_into_their_cell_and_the_census_stands_above_them():
    grid = plane(2, 4)
    cells = at(grid, (0, 0, 0, 10), (0, 1, 1, 20), (0, 1, 1, 10), (1, 0, 3, 7))
    people = spread_people(grid, UNITS, EVEN, np.array([80, 14]), cells=cells)
    assert people.tolist() == [[20, 0, 0, 14], [0, 60, 0, 0]]


def test_a_point_beyond_the_line_of_its_unit_goes_to_the_nearest_cell_of_it():
    grid = plane(2, 4)
    cells = at(grid, (0, 0, 3, 10), (1, 0, 2, 5))  # unit 0 counts people who stand in unit 1
    people = spread_people(grid, UNITS, EVEN, np.array([10, 5]), cells=cells)
    assert people.tolist() == [[0, 10, 5, 0], [0, 0, 0, 0]]


def test_a_unit_of_which_the_table_says_nothing_is_filled_by_weight():
    grid = plane(2, 4)
    people = spread_people(grid, UNITS, EVEN, np.array([40, 30]), cells=at(grid, (1, 0, 2, 3)))
    assert people.tolist() == [[10, 10, 30, 0], [10, 10, 0, 0]]


def test_a_square_is_spread_over_the_cells_of_its_unit_within_it():
    grid = plane(2, 4)
    degrees = 0.1  # wider than the grid: one square holds it all
    weight = EVEN.copy()
    weight[1, 2] = 4
    cells = at(grid, (0, 0, 0, 40), (1, 0, 2, 60))
    people = spread_people(
        grid, UNITS, weight, np.array([40, 60]), cells=cells, cell_degrees=degrees, origin=(69.99, 40.001)
    )
    assert people.tolist() == [[10, 10, 10, 10], [10, 10, 40, 0]]


def test_squares_are_counted_from_their_origin():
    grid = plane(4, 1)
    units = np.zeros((4, 1), np.int32)

    def spread(north: float) -> list[float]:
        people = spread_people(
            grid,
            units,
            np.ones((4, 1)),
            np.array([40]),
            cells=at(grid, (0, 1, 0, 40)),
            cell_degrees=2 * 0.00902,  # a little more than two rows of cells
            origin=(69.99, north),
        )
        return [float(one) for one in people[:, 0]]

    assert spread(40) == [20, 20, 0, 0]
    assert spread(40 - 0.00902) == [0, 20, 20, 0]
    assert spread(40 - 2 * 0.00902) == [20, 20, 0, 0]


def test_a_square_without_a_cell_of_its_unit_goes_to_the_nearest():
    grid = plane(2, 4)
    cells = at(grid, (0, 0, 3, 40), (1, 0, 2, 60))  # both in the same square of 0.02 degrees, where unit 0 has no cell
    people = spread_people(
        grid, UNITS, EVEN, np.array([40, 60]), cells=cells, cell_degrees=0.02, origin=(70.023, 40.001)
    )
    assert people.tolist() == [[0, 40, 20, 20], [0, 0, 20, 0]]


@given(
    census=st.lists(st.integers(0, 10_000_000), min_size=3, max_size=3),
    cells=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 5), st.floats(0, 1e5)), max_size=20),
    degrees=st.sampled_from([None, 0.013, 0.04]),
    weights=st.lists(st.sampled_from([0.0, 0.01, 1.0]), min_size=36, max_size=36),
)
@settings(max_examples=examples(80), deadline=None)
def test_units_always_have_their_census(census, cells, degrees, weights):
    grid = plane(6, 6)
    units = np.repeat(np.array([0, 1, 2, 2, 1, -1]), 6).reshape(6, 6).astype(np.int32)
    table = at(grid, *cells) if cells else None
    people = spread_people(
        grid,
        units,
        np.array(weights).reshape(6, 6),
        np.array(census),
        cells=table,
        cell_degrees=degrees,
        origin=(69.9, 40.1),
    )
    assert np.isfinite(people).all()
    assert (people >= 0).all()
    assert (people[units < 0] == 0).all()
    for unit, told in enumerate(census):
        assert people[units == unit].sum(dtype=float) == pytest.approx(told, rel=1e-6)
