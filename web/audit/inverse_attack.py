"""The inverse attack: for what a site publishes about travel, every cell is tried as the place of a hidden service.

An attacker takes a published picture or table, supposes a hidden service in one cell after another, and looks whether
what is published fits better with it than without. `replay` does that to files of a finished site. What fits the view
alone without a fault cannot be explained better by anything; what does not is searched for the cells that explain it.
How many cells would have shown is told too: an attack that could see nothing would prove nothing.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from mapping.area.study_area import StudyArea
from mapping.engines.zonal import band_sums, zone_sums
from mapping.render.layers._picture import mercator
from mapping.render.layers.bands import BANDS, FAR
from mapping.travel import Ground, ground

Minutes = NDArray[np.float32]
Cells = NDArray[np.int64]

SAMPLE, TRIED = 48, 150
"""How many faults are followed to where they could come from, and how many of the likeliest cells are tried whole."""

EXACT = 1e-9
"""By how much published shares may differ from those worked out here: they are written in full."""


@dataclass(frozen=True)
class Replay:
    """What the attack on one product found.

    Of ``cells`` in which a hidden service could stand, ``telling`` would have changed the product. ``faults`` are the
    values that the view alone does not explain; ``explaining`` of ``tried`` cells explain the product better than no
    hidden service does, the best of them all but ``left`` of the faults.
    """

    product: str
    cells: int
    telling: int
    faults: int
    explaining: int = 0
    tried: int = 0
    left: int = 0


class BandPicture:
    """A picture of bands of travel time on a map.

    ``thresholds`` are cells with the minutes within which a new service would change what is published of them;
    ``evidence`` the cells of each fault with the minutes within which a hidden service must stand of one of them.
    """

    def __init__(self, name: str, contents: bytes, base: Minutes, area: StudyArea) -> None:
        self.name, self.base = name, base
        numbers = np.arange(base.size, dtype=np.float32).reshape(base.shape)
        inside = np.where(area.unit_grid >= 0, numbers, np.nan).astype(np.float32)
        cells, _ = mercator(area, inside, width=800, nearest=True)
        self.published = _bands_of(contents)
        if self.published.shape != cells.shape:
            self.published = np.full(cells.shape, -1)
        self._seen = np.isfinite(cells)
        self._cell = cells[self._seen].astype(np.int64)
        self._band = self.published[self._seen]

    def faults(self, minutes: Minutes) -> int:
        """Return how many pixels do not fit these minutes."""
        return int((_band(minutes.ravel()[self._cell]) != self._band).sum() + self._outside())

    def _outside(self) -> int:
        return int((self.published[~self._seen] != len(FAR)).sum())

    def thresholds(self) -> list[tuple[NDArray[np.bool_], float]]:
        """Return the cells of each band, and the minutes that are nearer than it."""
        band = _band(self.base)
        shown = np.zeros(self.base.size, np.bool_)
        shown[self._cell] = True
        return [((band == number) & shown.reshape(band.shape), BANDS[number - 1]) for number in range(1, len(FAR))]

    def evidence(self) -> list[tuple[NDArray[np.bool_], float]]:
        """Return pixels that are nearer than they should be, and the minutes of their band."""
        nearer = np.flatnonzero(self._band < _band(self.base.ravel()[self._cell]))
        evidence = []
        for place in _spread(nearer, SAMPLE).tolist():
            cells = np.zeros(self.base.size, np.bool_)
            cells[self._cell[place]] = True
            evidence.append((cells.reshape(self.base.shape), float(BANDS[max(0, int(self._band[place]))])))
        return evidence


def _band(minutes: Minutes) -> NDArray[np.intp]:
    return np.digitize(np.nan_to_num(minutes, posinf=1e9), BANDS)


def _bands_of(contents: bytes) -> NDArray[np.intp]:
    """Return the band of each pixel, one more where it is clear, -1 for a colour that is none of a band."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture of a page has no place of its own
        with MemoryFile(contents) as memory, memory.open() as picture:
            red, green, blue, alpha = picture.read().astype(np.int64)
    value = np.where(alpha == 0, -1, (red << 16) | (green << 8) | blue)
    known = [int(colour, 16) for colour in FAR] + [-1]
    bands = np.full(value.shape, -1)
    for band, colour in enumerate(known):
        bands[value == colour] = band
    return bands


class Shares:
    """A table of the shares of people within some minutes of the nearest service, shape (units, minutes)."""

    def __init__(
        self, name: str, published: NDArray[np.float64], limits: Sequence[int], base: Minutes, area: StudyArea
    ) -> None:
        self.name, self.base, self.published, self.limits, self.area = name, base, published, limits, area
        people = zone_sums(area.unit_grid, area.people_grid, count=len(area.unit_codes))
        self._people = np.where(people > 0, people, 1)[:, None]

    def _shares(self, minutes: Minutes) -> NDArray[np.float64]:
        count = len(self.area.unit_codes)
        bands = band_sums(self.area.unit_grid, minutes, self.area.people_grid, edges=self.limits, count=count)
        return np.minimum(np.cumsum(bands, axis=1)[:, :-1] / self._people, 1)

    def faults(self, minutes: Minutes) -> int:
        """Return how many shares do not fit these minutes."""
        return int((np.abs(self._shares(minutes) - self.published) > EXACT).sum())

    def _beyond(self, limit: float) -> NDArray[np.bool_]:
        return (self.area.people_grid > 0) & (self.area.unit_grid >= 0) & (self.base > limit)

    def thresholds(self) -> list[tuple[NDArray[np.bool_], float]]:
        """Return where people are beyond each limit, and the limit."""
        return [(self._beyond(limit), limit) for limit in self.limits]

    def evidence(self) -> list[tuple[NDArray[np.bool_], float]]:
        """Return the people beyond a limit in each unit with too large a share, and the limit."""
        more = self.published > self._shares(self.base) + EXACT
        evidence = []
        for unit, column in _spread(np.argwhere(more), SAMPLE).tolist():
            limit = float(self.limits[column])
            evidence.append((self._beyond(limit) & (self.area.unit_grid == unit), limit))
        return evidence


Product = BandPicture | Shares
"""Something that is published about travel time in one scenario."""


def replay(product: Product, area: StudyArea, scenario: str) -> Replay:
    """Try every cell of the country in which a service could stand as the place of a hidden one."""
    ways = ground(area, scenario)
    possible = np.isfinite(ways.friction) & (area.unit_grid >= 0)
    back = replace(ways, towards=not ways.towards)  # from the people to where a service could be, not the other way
    telling = np.zeros(area.grid.shape, np.bool_)
    for cells, limit in product.thresholds():
        telling |= _within(back, cells, limit, strict=isinstance(product, BandPicture))
    attempt = Replay(product.name, int(possible.sum()), int((telling & possible).sum()), product.faults(product.base))
    return _explained(attempt, product, ways, back, possible) if attempt.faults else attempt


def _within(ways: Ground, cells: NDArray[np.bool_], limit: float, *, strict: bool = False) -> NDArray[np.bool_]:
    minutes = ways.minutes(np.argwhere(cells), limit=limit)
    return np.asarray(minutes < limit if strict else minutes <= limit)


def _explained(replay: Replay, product: Product, ways: Ground, back: Ground, possible: NDArray[np.bool_]) -> Replay:
    """Follow the faults to the cells from which most of them could come, and try these."""
    votes = np.zeros(possible.shape, np.int64)
    for cells, limit in product.evidence():
        votes += _within(back, cells, limit)
    votes[~possible] = 0
    if not votes.any():
        return replay
    likely = _spread(np.argwhere(votes == votes.max()), TRIED)
    left = [product.faults(np.minimum(product.base, ways.minutes(cell[None, :]))) for cell in likely]
    better = [count for count in left if count < replay.faults]
    return replace(replay, explaining=len(better), tried=len(likely), left=min(left))


def _spread(values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.asarray(values[np.unique(np.linspace(0, len(values) - 1, min(count, len(values))).astype(int))])
