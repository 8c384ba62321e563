"""Bring counts from one raster to another so that none is lost or made.

Each cell of the source is cut into parts, and each part goes whole to the cell of the target that its middle lies in.
Where the middles lie is worked out exactly on a lattice of some corners of the source and taken in a straight line
between them, so that millions of cells need few transformations. Nothing here knows a reference system.

>>> import numpy as np
>>> lattice = np.array([[0.0, 2.0], [0.0, 2.0]]), np.array([[0.0, 0.0], [2.0, 2.0]])  # four target cells a source cell
>>> target = np.zeros((2, 2), np.float32)
>>> spread_counts(np.array([[8.0]], np.float32), lattice, step=1, target=target)
>>> target.tolist()
[[2.0, 2.0], [2.0, 2.0]]
"""

import numpy as np
from numpy.typing import NDArray

from mapping.engines._compiled import compiled

Floats = NDArray[np.float64]
PARTS_A_CELL = 4
"""So many parts a side of a target cell: a part is misplaced by an eighth of a cell at most."""
MOST_PARTS = 64


def spread_counts(
    counts: NDArray[np.float32], lattice: tuple[Floats, Floats], *, step: int, target: NDArray[np.float32]
) -> None:
    """Add counts to the cells of a target, in place; what falls outside is dropped, and so is what is not above 0.

    Parameters
    ----------
    counts
        Counts by row and column of the source.
    lattice
        Column and row of the target, in cells from its outer corner, at every ``step``-th corner of the source's cells,
        the last of them at or beyond the source's end: shape (rows of the lattice, columns of the lattice) each.
    step
        Cells of the source between two corners of the lattice.
    target
        What is added to.
    """
    across, down = lattice
    spans = [np.abs(np.diff(part, axis=axis)).max() / step for part in lattice for axis in (0, 1)]
    parts = int(np.clip(np.ceil(PARTS_A_CELL * max(spans)), 1, MOST_PARTS))
    _spread(counts, across, down, step, parts, target)


@compiled
def _spread(
    counts: NDArray[np.float32], across: Floats, down: Floats, step: int, parts: int, target: NDArray[np.float32]
) -> None:
    height, width = counts.shape
    rows, columns = target.shape
    for r in range(height):
        for c in range(width):
            count = counts[r, c]
            if not (count > 0 and count < np.inf):
                continue
            share = np.float32(count / (parts * parts))
            for a in range(parts):
                y = (r + (a + 0.5) / parts) / step
                j = int(y)
                fy = y - j
                for b in range(parts):
                    x = (c + (b + 0.5) / parts) / step
                    i = int(x)
                    fx = x - i
                    w00, w01, w10, w11 = (1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx
                    u = (
                        w00 * across[j, i]
                        + w01 * across[j, i + 1]
                        + w10 * across[j + 1, i]
                        + w11 * across[j + 1, i + 1]
                    )
                    v = w00 * down[j, i] + w01 * down[j, i + 1] + w10 * down[j + 1, i] + w11 * down[j + 1, i + 1]
                    if u >= 0 and v >= 0 and u < columns and v < rows:
                        target[int(v), int(u)] += share
