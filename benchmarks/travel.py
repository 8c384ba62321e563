"""Measure least-cost surfaces beside scikit-image, xarray-spatial and SciPy: ``python benchmarks/travel.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from _harness import Measured, Table, fresh, main, timed

from mapping.area.study_area import StudyArea
from mapping.engines.travel import cost_surface
from mapping.resources import shipped
from mapping.travel import friction as friction_of

CELL = 1000.0  # metres
Grid = npt.NDArray[np.float32]
Cells = npt.NDArray[np.int64]
Ground = Callable[[int, int, int], tuple[Grid, Cells]]

ABOUT = (
    "Minutes from the nearest of many places to every cell. All engines get the same friction and the same places and "
    "were run on a small grid before, so that nothing is compiled while the clock runs. Times are the best of several "
    "runs for ours and of one for those that take longer than a second. Extra memory is what came on top of the input "
    "and holds the result. Where engines compute the same (8 neighbours), their answers were compared. All ground but "
    "the demo's is made up: smooth speeds, roads ten times as fast, noise, one barrier in a hundred cells."
)


def terrain(rows: int, columns: int, sources: int) -> tuple[Grid, Cells]:
    """Invent ground like that of a country: smooth speeds over two orders of magnitude, roads, noise, barriers."""
    rng = np.random.default_rng(1)
    coarse = rng.standard_normal((rows // 32 + 4, columns // 32 + 4))
    friction = np.empty((rows, columns), np.float32)
    across = np.linspace(1, coarse.shape[1] - 2, columns, dtype=np.float32)
    left, share = across.astype(int), across % 1
    for y, at in enumerate(np.linspace(1, coarse.shape[0] - 2, rows)):
        line = coarse[int(at)] * (1 - at % 1) + coarse[int(at) + 1] * (at % 1)
        smooth = line[left] * (1 - share) + line[left + 1] * share
        friction[y] = 0.015 * np.exp(smooth) * rng.uniform(0.8, 1.25, columns)
        friction[y, rng.random(columns) < 0.01] = np.inf
    friction[rng.integers(0, rows, rows // 60)] = 0.0015
    friction[:, rng.integers(0, columns, columns // 60)] = 0.0015
    return friction, scattered(friction, sources)


def demo(_rows: int, _columns: int, sources: int) -> tuple[Grid, Cells]:
    """Take the demo's ground in summer."""
    friction = friction_of(StudyArea.load(shipped("geo/tj")))
    return friction, scattered(friction, sources)


def maze(rows: int, columns: int, sources: int) -> tuple[Grid, Cells]:
    """Invent corridors one cell wide, each joined to the one above or to its left: long ways around."""
    rng = np.random.default_rng(2)
    friction = np.full((rows, columns), np.inf, np.float32)
    friction[::2, ::2] = 0.015
    up = rng.random((rows, columns)) < 0.5
    y, x = np.mgrid[0:rows:2, 0:columns:2].reshape(2, -1)
    climb = (y > 0) & (up[y, x] | (x == 0))
    friction[y[climb] - 1, x[climb]] = 0.015
    aside = (x > 0) & ~climb
    friction[y[aside], x[aside] - 1] = 0.015
    return friction, scattered(friction, sources)


def serpentine(rows: int, columns: int, _sources: int) -> tuple[Grid, Cells]:
    """Invent one corridor that winds through the whole grid, the longest way there can be."""
    friction = np.full((rows, columns), np.inf, np.float32)
    friction[::2] = 0.015
    friction[1::4, -1] = friction[3::4, 0] = 0.015
    return friction, np.zeros((1, 2), np.int64)


def scattered(friction: Grid, count: int) -> Cells:
    """Choose so many passable cells."""
    cells = np.random.default_rng(3).integers(0, friction.shape, (3 * count + 100, 2))
    return cells[np.isfinite(friction[cells[:, 0], cells[:, 1]])][:count]


def sample(minutes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Take some thousand cells, evenly spread, to compare engines by."""
    rows, columns = (max(1, side // 89) for side in minutes.shape)
    return minutes[::rows, ::columns].astype(np.float64)


def ours(ground: Ground, shape: tuple[int, int, int], repeat: int, neighbours: Any) -> Measured:
    """Measure cost_surface."""
    friction, sources = ground(*shape)

    def call(friction: Grid = friction, sources: Cells = sources) -> Grid:
        return cost_surface(friction, sources, cell_size=CELL, neighbours=neighbours)

    call(*terrain(200, 200, 5))
    return timed(call, repeat=repeat, answer=sample)


def scikit_image(ground: Ground, shape: tuple[int, int, int], repeat: int) -> Measured:
    """Measure MCP_Geometric, which takes float64 costs and lists of starts."""
    from skimage.graph import MCP_Geometric

    friction, sources = ground(*shape)
    costs, starts = friction.astype(np.float64) * CELL, [tuple(map(int, cell)) for cell in sources]
    del friction
    return timed(lambda: MCP_Geometric(costs).find_costs(starts)[0], repeat=repeat, answer=sample)


def xarray_spatial(ground: Ground, shape: tuple[int, int, int], repeat: int) -> Measured:
    """Measure cost_distance, which takes the places as a raster and marks the unreached with NaN."""
    import xarray
    from xrspatial import cost_distance  # type: ignore[import-untyped]

    def prepared(friction: Grid, sources: Cells) -> tuple[Any, Any]:
        places = np.zeros(friction.shape, np.float32)
        places[sources[:, 0], sources[:, 1]] = 1
        coords = {name: np.arange(side) * CELL for name, side in zip("yx", friction.shape, strict=True)}
        return xarray.DataArray(places, coords, ("y", "x")), xarray.DataArray(friction, coords, ("y", "x"))

    cost_distance(*prepared(*terrain(200, 200, 5)))
    places, friction = prepared(*ground(*shape))
    return timed(
        lambda: cost_distance(places, friction).values,
        repeat=repeat,
        answer=lambda minutes: np.nan_to_num(sample(minutes), nan=np.inf),
    )


def scipy_graph(ground: Ground, shape: tuple[int, int, int], repeat: int) -> Measured:
    """Measure SciPy's Dijkstra with min_only over the grid as a graph, without the time to build the graph."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    friction, sources = ground(*shape)
    rows, columns = friction.shape
    number = np.arange(friction.size, dtype=np.int32).reshape(friction.shape)
    heads, tails, tolls = [], [], []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = slice(0, rows - dy), slice(max(0, -dx), columns - max(0, dx))
        there = slice(dy, rows), slice(max(0, dx), columns + min(0, dx))
        toll = (friction[here] + friction[there]) * (CELL / 2 * np.hypot(dy, dx))
        open_ground = np.isfinite(toll)
        heads.append(number[here][open_ground])
        tails.append(number[there][open_ground])
        tolls.append(toll[open_ground])
    head, tail, toll = map(np.concatenate, (heads, tails, tolls))
    edges = np.r_[head, tail], np.r_[tail, head]
    graph = coo_array((np.r_[toll, toll].astype(np.float64), edges), (friction.size,) * 2).tocsr()
    indices = number[sources[:, 0], sources[:, 1]]
    return timed(
        lambda: dijkstra(graph, directed=True, indices=indices, min_only=True).reshape(rows, columns),
        repeat=repeat,
        answer=sample,
    )


def compared(title: str, ground: Ground, shape: tuple[int, int, int], repeat: int, *, graph: bool) -> Table:
    """Measure all engines on the same ground, and compare the answers of those that compute the same."""
    slow = 3 if shape[0] * shape[1] < 2e6 else 1
    table = Table(title)
    table.rows.append(("cost_surface", fresh(ours, ground, shape, repeat, 8)))
    peers = {"xarray-spatial cost_distance": xarray_spatial, "scikit-image MCP_Geometric": scikit_image}
    if graph:
        peers["SciPy dijkstra, graph ready-made"] = scipy_graph
    table.rows += [(label, fresh(peer, ground, shape, slow)) for label, peer in peers.items()]
    worst = [difference(table.rows[0][1].answer, m.answer) for _, m in table.rows[1:] if not m.failure]
    table.remark = f"All reach the same cells; the largest relative difference to the first row is {max(worst):.0e}."
    table.rows.append(("cost_surface, 16 neighbours", fresh(ours, ground, shape, repeat, 16)))
    return table


def difference(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return the largest relative difference; refuse figures of engines that do not agree."""
    reached = np.isfinite(one)
    if not np.array_equal(reached, np.isfinite(other)):
        raise AssertionError("the engines do not reach the same cells")
    worst = float(np.max(np.abs(one[reached] - other[reached]) / np.maximum(one[reached], 1e-9), initial=0))
    if worst > 1e-2:
        raise AssertionError(f"the engines differ by {worst}")
    return worst


def run(quick: bool) -> list[Table]:
    """Measure everything."""
    n = 1000 if quick else 5000
    tables = [
        compared("The demo's national grid: 651 x 857 cells, 200 places", demo, (651, 857, 200), 15, graph=True),
        compared("A larger national grid: 690 x 1140 cells, 200 places", terrain, (690, 1140, 200), 15, graph=True),
        compared(f"{n} x {n} cells, {n // 10} places", terrain, (n, n, n // 10), 5, graph=False),
        compared("A maze of 1501 x 1501 cells, 1 place", maze, (1501, 1501, 1), 5, graph=False),
        compared("A serpentine of 1501 x 1501 cells, 1 place", serpentine, (1501, 1501, 1), 5, graph=False),
    ]
    if not quick:
        large = (10_000, 10_000, 2_000)
        rows = [("cost_surface", fresh(ours, terrain, large, 3, 8))]
        tables.append(Table("100 million cells, 2,000 places", rows))
    return tables


if __name__ == "__main__":
    packages = ["numpy", "numba", "scikit-image", "xarray-spatial", "scipy"]
    main("travel", "Travel time", run, about=ABOUT, packages=packages)
