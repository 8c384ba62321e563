"""Sums over zones of a raster: how many people live within which travel time, unit by unit.

Zones are rasterised once (an integer a cell, -1 outside all zones); then one pass over the cells adds everything up,
whatever the number of zones and bands. Nothing here knows a directory or a study area: all arguments are arrays.

>>> import numpy as np
>>> zones = np.array([[0, 0, 1], [1, -1, 1]], np.int32)
>>> people = np.array([[10, 20, 5], [0, 99, 7]], np.float32)
>>> minutes = np.array([[15, 60, 45], [90, 0, np.inf]], np.float32)
>>> band_sums(zones, minutes, people, edges=[30, 60], count=2).tolist()
[[10.0, 20.0, 0.0], [0.0, 5.0, 7.0]]
>>> zone_sums(zones, people, count=2).tolist()
[30.0, 12.0]
>>> medians(zones, minutes, people, count=2).tolist()
[60.0, inf]
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.engines._compiled import compiled, read_only
from mapping.errors import InvalidRecord

Floats = NDArray[np.float64]


def zone_sums(zones: ArrayLike, weights: ArrayLike, *, count: int) -> Floats:
    """Return the sum of ``weights`` in each of the zones 0 to ``count`` - 1.

    Cells whose zone is negative belong to none. Weights that are NaN count as 0.

    Raises
    ------
    InvalidRecord
        The arrays differ in shape, or a zone is not below ``count``.
    """
    zones, weights = np.asarray(zones), np.asarray(weights)
    _check(zones, count, weights=weights)
    flat = read_only(weights.ravel())
    sums: Floats = _add_up(read_only(zones.ravel()), flat, flat, np.zeros(0), count)[:, 0]
    return sums


def band_sums(zones: ArrayLike, values: ArrayLike, weights: ArrayLike, *, edges: Sequence[float], count: int) -> Floats:
    """Return the sum of ``weights`` by zone and band of ``values``, shape (``count``, len(``edges``) + 1).

    ``edges`` rise; a value belongs to the first band whose edge it does not exceed (60 minutes are within 60), and to
    the last band beyond all edges, where infinite and NaN values belong as well. The bands of a zone add up to its
    `zone_sums`. Sums are kept in double precision. The lock of the interpreter is released meanwhile.

    Raises
    ------
    InvalidRecord
        The arrays differ in shape, a zone is not below ``count``, or the edges do not rise.
    """
    zones, values, weights = np.asarray(zones), np.asarray(values), np.asarray(weights)
    limits = np.asarray(edges, np.float64)
    _check(zones, count, values=values, weights=weights)
    if limits.ndim != 1 or np.isnan(limits).any() or (np.diff(limits) <= 0).any():
        raise InvalidRecord(f"band_sums: the edges {list(edges)} do not rise; give each once, the least first")
    sums: Floats = _add_up(
        read_only(zones.ravel()), read_only(values.ravel()), read_only(weights.ravel()), limits, count
    )
    return sums


def medians(zones: ArrayLike, values: ArrayLike, weights: ArrayLike, *, count: int) -> Floats:
    """Return the weighted median of ``values`` in each of the zones 0 to ``count`` - 1.

    It is the least value that at least half of a zone's weight does not exceed: half of the people need no more. NaN
    counts as infinite; a zone without weight has the median infinity.

    Raises
    ------
    InvalidRecord
        The arrays differ in shape, or a zone is not below ``count``.
    """
    zones, values, weights = np.asarray(zones), np.asarray(values), np.asarray(weights)
    _check(zones, count, values=values, weights=weights)
    used = (zones >= 0) & (weights > 0)
    zone, value = zones[used], np.where(np.isnan(values[used]), np.inf, values[used])
    order = np.lexsort((value, zone))
    zone, value, weight = zone[order], value[order], weights[used][order].astype(np.float64)
    halves = np.bincount(zone, weight, minlength=count) / 2
    starts = np.searchsorted(zone, np.arange(count + 1))
    middles = np.full(count, np.inf)
    for number, (first, last) in enumerate(pairwise(starts)):
        if last > first:
            enough = np.cumsum(weight[first:last]) >= halves[number] * (1 - 1e-12)  # sums in another order differ a bit
            middles[number] = value[first + int(np.argmax(enough))]
    return middles


def _check(zones: NDArray[np.generic], count: int, **others: NDArray[np.generic]) -> None:
    """Refuse arrays that do not lie cell on cell, and zones that have no row."""
    if not np.issubdtype(zones.dtype, np.signedinteger):
        raise InvalidRecord(f"zonal: the zones are {zones.dtype}; give signed integers, -1 outside all zones")
    for name, array in others.items():
        if array.shape != zones.shape:
            raise InvalidRecord(f"zonal: {name} have the shape {array.shape} and zones {zones.shape}; use one grid")
    if zones.size and int(zones.max()) >= count:
        raise InvalidRecord(f"zonal: there is a zone {zones.max()}, but only zones below {count} are counted")


@compiled
def _add_up(zones: NDArray[Any], values: NDArray[Any], weights: NDArray[Any], edges: Floats, count: int) -> Floats:
    sums = np.zeros((count, edges.size + 1))
    for cell in range(zones.size):
        zone, weight = zones[cell], weights[cell]
        if zone < 0 or np.isnan(weight):
            continue
        value = values[cell]
        band = 0
        while band < edges.size and not value <= edges[band]:
            band += 1
        sums[zone, band] += weight
    return sums
