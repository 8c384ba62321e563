"""Least-cost surfaces: the minutes from the nearest of some places to every cell of a friction grid.

Model
-----
Half the way straight across a cell of friction f (minutes per metre) and side s (metres) takes f * s / 2 minutes, the
cell's *toll*. A step to a neighbour sums the tolls of the cells that it passes: straight, toll + toll; diagonal,
sqrt(2) times as much; a knight's move (two cells one way, one the other) runs a quarter of its length in each of four
cells, sqrt(5) / 2 times the sum of their tolls, so that it leaps over no barrier. Where the size of cells differs from
row to row (a longitude and latitude grid whose cells are square on the ground), each end of a step counts with the size
of its own row: a step between rows of 900 m and 800 m is 450 m at the one cell's friction and 400 m at that of the
other.

With 8 neighbours ways over open ground come out at most 8.24% and on average 5.48% too long, with 16 2.75% and 1.44%.

Minutes are float32, which keep seven digits. Each step rounds its sum, so that a way of n steps comes out at most
(n + 4) * 6e-8 of its length too long or too short: 0.06% after 10,000 steps, and 6% after a million.

Method
------
The grid is cut into tiles. A *block* is a tile with the cells around it that a step can reach: an overlap of one cell,
or of two for knight's moves. Visiting a tile copies its block into a buffer that stays in the processor's cache,
relaxes whole lines from the lines beside them, down and up, then does the same on a transposed copy, which is left and
right. Only lines beside a changed line are due, until none is; then the block is written back. A tile is queued when
the visit of a neighbour improved cells of its own; the one with the smallest improved value goes first. When the queue
is empty, no step can improve any cell. That is where Dijkstra's algorithm ends, and there is one such state only, since
rounded addition is monotonic: whatever the order of visits, every bit is the same.

Where few cells improved, as in a corridor, they are followed one by one instead, as long as they stay few: to load a
block would take longer.

A visit makes the smallest value it started from final, so that the work stays in proportion to the number of cells even
in a maze.

Why it looks like this
----------------------
Everything is plain numba but for turning a block over its diagonal (`mapping.engines._turn`). The arrays of a block are
sections of one buffer with lines of constant length that begin where cache lines do: so the compiler knows all
distances and turns the loop over a line into vector instructions by itself. A line of 64 cells takes 10 ns, no longer
than with vector instructions written by hand. If the loop wrote to an array of its own, the compiler
would have to expect that it overlaps the lines, and would not. Sets of lines are the bits of one integer. The heap
knows where each tile stands in it, so that a tile's key can be lowered; a heap with stale entries visits many tiles
again for nothing.
"""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from mapping.engines._compiled import compiled, inlined, read_only
from mapping.engines._heap import rise, sink
from mapping.engines._turn import SQUARE, turned
from mapping.errors import InvalidRecord

SIDE = 64  # cells along a block, and bits in a set of lines
PAD = 16  # barrier cells before and after the cells of a line, so that lines begin where cache lines do
LINE = SIDE + PAD  # what lies after one line lies before the next
SECTION = (SIDE + 4) * LINE + PAD  # two barrier lines lie above the block and two below
FEW = 16  # cells that a visit may start from to be walked cell by cell
STEPS = 256  # cells that a walk may leave before whole lines are quicker
SLICE = 2000  # visits after which an interrupt is heard

LEAST_SIDE = 0.1
"""Metres: a smaller side of a cell is one in degrees (of 11 km at most, as all grids of countries and regions are)."""

# Where the sections of the buffer start: the costs and tolls of a block by rows, and again by columns.
ROWS, COLUMNS, BUFFER = 0, 2 * SECTION, 4 * SECTION

U = np.uint64  # an index that is never negative needs no test for it; mixed with signed ones it would become a float
ONE, TWO, NO_LINE, EVERY_LINE = U(1), U(2), U(0), U(2**64 - 1)
SQUARE_LINES = U(2**SQUARE - 1)
TOLLS, WIDTH, ORIGIN = U(SECTION), U(LINE), U(2 * LINE + PAD)
ZERO, INFINITY, LARGEST = np.float32(0), np.float32(np.inf), np.finfo(np.float32).max
DIAGONAL, KNIGHT = np.float32(2**0.5), np.float32(5**0.5 / 2)

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
LineSets = npt.NDArray[np.uint64]
Neighbours = Literal[8, 16]


class _Grid(NamedTuple):
    """What is computed: shapes (rows, columns), (rows, columns), (rows,)."""

    friction: Floats
    cost: Floats
    half: Floats  # half a cell's side in metres, by row
    limit: np.float32
    reach: int  # cells that a step can span: 1, or 2 with knight's moves
    across: int  # tiles in a row of tiles


class _Queue(NamedTuple):
    """The tiles that wait, and what is known of each tile."""

    heap: Ints  # tiles, the smallest key first
    place: Ints  # by tile: its position in the heap, or -1
    key: Floats  # by tile: its smallest improved cost
    rows: LineSets  # by tile: the rows of its block with improved cells
    columns: LineSets
    size: Ints  # one number: how many tiles wait


class _Desk(NamedTuple):
    """What a visit works with, and what it found."""

    buffer: Floats
    rows: LineSets  # one set: the rows to start from
    columns: LineSets
    best: Floats  # by neighbour: the smallest cost improved in the neighbour's cells, else infinity
    found_rows: LineSets
    found_columns: LineSets
    walk: Ints  # cells of a block from which others may improve


# --- one block -------------------------------------------------------------------------------------------------------


@inlined
def _relax(buffer: Floats, line: U, beside: U, beyond: U, knight: bool) -> bool:
    """Improve the cells of a line by steps from the line beside it, and by knight's moves from the one beyond.

    Returns whether any cell improved. All positions are those of a line's first cell. The transposed section finds the
    moves from beyond too, but later: leaving them out here takes half as long again.
    """
    changed = np.int32(0)
    for x in range(U(SIDE)):
        i, j = line + x, beside + x
        toll, before, after = buffer[i + TOLLS], buffer[j - ONE + TOLLS], buffer[j + ONE + TOLLS]
        new = buffer[j] + (buffer[j + TOLLS] + toll)
        other = buffer[j - ONE] + DIAGONAL * (before + toll)
        new = other if other < new else new
        other = buffer[j + ONE] + DIAGONAL * (after + toll)
        new = other if other < new else new
        if knight:
            other = buffer[j - TWO] + KNIGHT * ((buffer[j - TWO + TOLLS] + toll) + (before + buffer[i - ONE + TOLLS]))
            new = other if other < new else new
            other = buffer[j + TWO] + KNIGHT * ((buffer[j + TWO + TOLLS] + toll) + (after + buffer[i + ONE + TOLLS]))
            new = other if other < new else new
            k, ahead = beyond + x, buffer[j + TOLLS]
            other = buffer[k - ONE] + KNIGHT * ((buffer[k - ONE + TOLLS] + toll) + (before + ahead))
            new = other if other < new else new
            other = buffer[k + ONE] + KNIGHT * ((buffer[k + ONE + TOLLS] + toll) + (after + ahead))
            new = other if other < new else new
        old = buffer[i]
        better = new < old
        buffer[i] = new if better else old
        changed = np.int32(changed | np.int32(better))
    return bool(changed != 0)


@compiled
def _sweep(buffer: Floats, section: U, down: U, up: U, knight: bool) -> tuple[U, U]:
    """Relax a section's due lines on the way down, then on the way up; return the changed lines and those due again."""
    changed, again = NO_LINE, NO_LINE
    for k in range(U(SIDE)):
        if down >> k & ONE:
            line = section + ORIGIN + k * WIDTH
            if knight:
                better = _relax(buffer, line, line - WIDTH, line - TWO * WIDTH, True)
            else:
                better = _relax(buffer, line, line - WIDTH, line, False)
            if better:
                changed |= ONE << k
                down |= ONE << k << ONE
                up |= ONE << k >> ONE
    for i in range(U(SIDE)):
        last = U(SIDE - 1) - i
        if up >> last & ONE:
            line = section + ORIGIN + last * WIDTH
            if knight:
                better = _relax(buffer, line, line + WIDTH, line + TWO * WIDTH, True)
            else:
                better = _relax(buffer, line, line + WIDTH, line, False)
            if better:
                changed |= ONE << last
                up |= ONE << last >> ONE
                again |= ONE << last << ONE
    return changed, again


@compiled
def _transpose(buffer: Floats, source: U, target: U, lines: U) -> U:
    """Copy these lines of one section to where they lie across in another; return the lines that this changes there."""
    crossed = NO_LINE
    for k in range(U(0), U(SIDE), U(SQUARE)):
        if lines >> k & SQUARE_LINES:
            for x in range(U(0), U(SIDE), U(SQUARE)):
                i, j = source + ORIGIN + k * WIDTH + x, target + ORIGIN + x * WIDTH + k
                crossed |= turned(buffer, i, j, WIDTH) << x
    return crossed


@compiled
def _settle(buffer: Floats, rows: U, columns: U, knight: bool) -> U:
    """Relax the block until no line is due, starting from these rows and columns; return the rows that changed."""
    here, there = U(ROWS), U(COLUMNS)
    down, up, down_there, up_there = rows << ONE, rows >> ONE, columns << ONE, columns >> ONE
    touched = NO_LINE
    while True:
        changed, down = _sweep(buffer, here, down, up, knight)
        up = NO_LINE
        crossed = _transpose(buffer, here, there, changed)
        touched |= changed if here == ROWS else crossed
        down_there |= crossed << ONE
        up_there |= crossed >> ONE
        if not down_there | up_there:  # lines are due again only after a change, which makes others due across
            return touched
        here, there = there, here
        down, up, down_there, up_there = down_there, up_there, down, up


# --- one tile --------------------------------------------------------------------------------------------------------


@compiled
def _load(grid: _Grid, buffer: Floats, top: int, left: int) -> None:
    """Fill the buffer with the block whose first cell lies at this row and column, which may be outside the grid."""
    height, width = grid.cost.shape
    cost, friction = grid.cost.reshape(-1), grid.friction.reshape(-1)
    y0, y1, x0, x1 = max(0, -top), min(SIDE, height - top), max(0, -left), min(SIDE, width - left)
    n = U(x1 - x0)
    if y1 - y0 < SIDE or x1 - x0 < SIDE:
        buffer[: 2 * SECTION] = INFINITY
    for y in range(y0, y1):
        i, j = ORIGIN + U(y * LINE + x0), U((top + y) * width + left + x0)
        half = grid.half[top + y]
        for x in range(n):
            f = friction[j + x]
            buffer[i + x + TOLLS] = f * half if f >= ZERO else INFINITY
        for x in range(n):
            buffer[i + x] = cost[j + x]
    _transpose(buffer, U(ROWS), U(COLUMNS), EVERY_LINE)
    _transpose(buffer, U(ROWS) + TOLLS, U(COLUMNS) + TOLLS, EVERY_LINE)


@inlined
def _toll(grid: _Grid, y: int, x: int) -> np.float32:
    f = grid.friction[y, x]
    return f * grid.half[y] if f >= ZERO else INFINITY


@inlined
def _note(grid: _Grid, desk: _Desk, y: int, x: int, value: np.float32) -> None:
    """Note that a cell of a block improved, for the tile around it whose own the cell is."""
    reach, stride = grid.reach, SIDE - 2 * grid.reach
    dy = 0 if y < reach else 2 if y >= SIDE - reach else 1
    dx = 0 if x < reach else 2 if x >= SIDE - reach else 1
    around = 3 * dy + dx
    desk.best[around] = min(desk.best[around], value)
    desk.found_rows[around] |= ONE << U(y - (dy - 1) * stride)
    desk.found_columns[around] |= ONE << U(x - (dx - 1) * stride)


@compiled
def _set_out(rows: U, columns: U, walk: Ints) -> int:
    """Write the cells of these rows and columns of a block into ``walk``, and return how many; more than FEW are 0."""
    height, width = np.int64(0), np.int64(0)
    for k in range(U(SIDE)):
        height += np.int64(rows >> k & ONE)
        width += np.int64(columns >> k & ONE)
    if height * width > FEW:
        return 0
    n = 0
    for y in range(SIDE):
        for x in range(SIDE if rows >> U(y) & ONE else 0):
            if columns >> U(x) & ONE:
                walk[n] = y * SIDE + x
                n += 1
    return n


@compiled
def _walk(grid: _Grid, desk: _Desk, top: int, left: int) -> bool:
    """Improve a block cell by cell from the few cells that improved; return whether it is settled.

    A way through a corridor improves few cells at each visit, and to load the block takes longer than to go along them.
    Where many improve after all, the lines of those from which others may improve still are due.
    """
    height, width = grid.cost.shape
    walk, cost = desk.walk, grid.cost
    end = _set_out(desk.rows[0], desk.columns[0], walk)
    if end == 0:
        return False
    y0, y1, x0, x1 = max(0, top), min(height, top + SIDE), max(0, left), min(width, left + SIDE)
    begin = 0
    while begin < min(end, STEPS):
        y, x = top + walk[begin] // SIDE, left + walk[begin] % SIDE
        begin += 1
        value, toll = cost[y, x], _toll(grid, y, x)
        for i in range(max(y0, y - 1), min(y1, y + 2)):
            for j in range(max(x0, x - 1), min(x1, x + 2)):
                way = toll + _toll(grid, i, j)
                new = value + (way if i == y or j == x else DIAGONAL * way)
                if new < cost[i, j] and new <= grid.limit:
                    cost[i, j] = new
                    walk[end] = (i - top) * SIDE + j - left
                    end += 1
                    if not (0 < i - top < SIDE - 1 and 0 < j - left < SIDE - 1):
                        _note(grid, desk, i - top, j - left, new)
    desk.rows[0], desk.columns[0] = NO_LINE, NO_LINE
    for k in range(begin, end):
        desk.rows[0] |= ONE << U(walk[k] // SIDE)
        desk.columns[0] |= ONE << U(walk[k] % SIDE)
    return begin == end


@compiled
def _visit(grid: _Grid, desk: _Desk, tile: int) -> None:
    height, width = grid.cost.shape
    buffer, cost, reach = desk.buffer, grid.cost.reshape(-1), grid.reach
    stride = SIDE - 2 * reach
    top, left = tile // grid.across * stride - reach, tile % grid.across * stride - reach
    desk.best[:] = INFINITY
    desk.found_rows[:] = NO_LINE
    desk.found_columns[:] = NO_LINE
    if reach == 1 and _walk(grid, desk, top, left):
        return
    _load(grid, buffer, top, left)
    touched = _settle(buffer, desk.rows[0], desk.columns[0], reach == 2)
    x0, x1 = max(0, -left), min(SIDE, width - left)
    for y in range(max(0, -top), min(SIDE, height - top)):
        if not touched >> U(y) & ONE:
            continue
        i, j = ORIGIN + U(y * LINE), (top + y) * width + left
        inside = reach <= y < SIDE - reach
        for e in range(2 * reach if inside else SIDE):
            x = e if not inside or e < reach else e + stride  # the cells between are the tile's own
            value = buffer[i + U(x)]
            if value <= grid.limit and value < cost[j + x]:
                _note(grid, desk, y, x, value)
        for x in range(x0, x1):
            cost[U(j + x)] = buffer[i + U(x)]


def _new_buffer() -> Floats:
    """Return the memory of a block, which begins where a cache line does."""
    memory = np.full(BUFFER + PAD, INFINITY)
    first = -memory.ctypes.data // memory.itemsize % PAD
    return memory[first : first + BUFFER]


# --- the queue -------------------------------------------------------------------------------------------------------


@compiled
def _pop(queue: _Queue) -> int:
    first = queue.heap[0]
    queue.place[first] = -1
    n = queue.size[0] - 1
    queue.size[0] = n
    if n > 0:
        sink(queue.heap, queue.place, queue.key, n, queue.heap[n])
    return int(first)


@compiled
def _announce(queue: _Queue, tile: int, value: np.float32, rows: U, columns: U) -> None:
    """Queue a tile in whose block these rows and columns have improved cells, the smallest of them of this value."""
    queue.rows[tile] |= rows
    queue.columns[tile] |= columns
    if queue.place[tile] < 0:
        queue.key[tile] = value
        queue.size[0] += 1
        rise(queue.heap, queue.place, queue.key, queue.size[0] - 1, tile)
    elif value < queue.key[tile]:
        queue.key[tile] = value
        rise(queue.heap, queue.place, queue.key, queue.place[tile], tile)


@compiled
def _work(grid: _Grid, queue: _Queue, desk: _Desk, visits: int) -> bool:
    """Visit up to so many tiles, always the first of the queue; return whether any may be left."""
    for _ in range(visits):
        if queue.size[0] == 0:
            return False
        tile = _pop(queue)
        desk.rows[0], desk.columns[0] = queue.rows[tile], queue.columns[tile]
        queue.rows[tile], queue.columns[tile] = NO_LINE, NO_LINE
        _visit(grid, desk, tile)
        for d in range(9):
            if desk.best[d] < INFINITY:
                neighbour = tile + (d // 3 - 1) * grid.across + d % 3 - 1
                _announce(queue, neighbour, desk.best[d], desk.found_rows[d], desk.found_columns[d])
    return True


@compiled
def _start(grid: _Grid, queue: _Queue, sources: Ints) -> None:
    """Give the sources cost 0 and queue their tiles."""
    for k in range(len(sources)):
        y, x = sources[k]
        f = grid.friction[y, x]
        if f >= ZERO and f * grid.half[y] < INFINITY:
            grid.cost[y, x] = ZERO
    _queue_cells(grid, queue, sources)


@compiled
def _queue_cells(grid: _Grid, queue: _Queue, cells: Ints) -> None:
    stride = SIDE - 2 * grid.reach
    for k in range(len(cells)):
        y, x = cells[k]
        value = grid.cost[y, x]
        if value < INFINITY:
            row, column = ONE << U(y % stride + grid.reach), ONE << U(x % stride + grid.reach)
            _announce(queue, y // stride * grid.across + x // stride, value, row, column)


@compiled
def _cut(cost: Floats, limit: np.float32) -> None:
    cells = cost.reshape(-1)
    for i in range(U(len(cells))):
        cells[i] = INFINITY if cells[i] > limit else cells[i]


def _new_desk() -> _Desk:
    return _Desk(
        buffer=_new_buffer(),
        rows=np.zeros(1, np.uint64),
        columns=np.zeros(1, np.uint64),
        best=np.full(9, INFINITY),
        found_rows=np.zeros(9, np.uint64),
        found_columns=np.zeros(9, np.uint64),
        walk=np.zeros(FEW + 8 * STEPS, np.int64),
    )


def _new_queue(tiles: int) -> _Queue:
    return _Queue(
        heap=np.zeros(tiles, np.int64),
        place=np.full(tiles, -1, np.int64),
        key=np.zeros(tiles, np.float32),
        rows=np.zeros(tiles, np.uint64),
        columns=np.zeros(tiles, np.uint64),
        size=np.zeros(1, np.int64),
    )


def checked_friction(friction: npt.ArrayLike) -> Floats:
    """Return the friction as a read-only array that the kernels can run over; copy it only where it must change."""
    try:
        array = np.asanyarray(friction)
    except ValueError as error:
        raise InvalidRecord(f"friction: need rows of equal length: {error}") from error
    if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "fiu":
        raise InvalidRecord(
            f"friction: need a grid of numbers with rows and columns (minutes per metre), not an array of shape "
            f"{array.shape} and type {array.dtype}: pass one band of a raster"
        )
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, a barrier
        if isinstance(array, np.ma.MaskedArray):
            array = np.ma.filled(array.astype(np.float32), INFINITY)
        return read_only(np.require(array, np.float32, ["C", "A"]).view(np.ndarray))


def checked_sources(sources: npt.ArrayLike, shape: tuple[int, ...]) -> Ints:
    """Return the sources as an array of shape (n, 2), all inside a grid of this shape."""
    try:
        array = np.asarray(sources)
    except ValueError as error:
        raise InvalidRecord(f"sources: need (row, column) pairs, all of two numbers: {error}") from error
    if array.size == 0:
        return read_only(np.zeros((0, 2), np.int64))
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise InvalidRecord(
            f"sources: need whole numbers of shape (n, 2), row and column of each, not shape {array.shape} and type "
            f"{array.dtype}: turn coordinates into cells of the grid first"
        )
    outside = np.flatnonzero(np.any((array < 0) | (array >= np.array(shape)), axis=1))
    if outside.size:
        row, column = array[outside[0]]
        raise InvalidRecord(
            f"sources: {outside.size} of {len(array)} lie outside the grid of {shape[0]} rows and {shape[1]} columns, "
            f"first number {outside[0]} at row {row}, column {column}: drop them or enlarge the grid"
        )
    return read_only(np.require(array, np.int64, ["C", "A"]))


def checked_halves(cell_size: npt.ArrayLike, rows: int) -> Floats:
    """Return half the side of a cell in metres for every row."""
    try:
        sizes = np.asarray(cell_size, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidRecord(f"cell_size: need metres, not {cell_size!r}") from error
    if sizes.shape not in ((), (rows,)):
        raise InvalidRecord(
            f"cell_size: need one number, or one for each of the {rows} rows, not an array of shape {sizes.shape}"
        )
    with np.errstate(over="ignore", under="ignore"):
        halves: Floats = np.ascontiguousarray(np.broadcast_to(sizes / 2, (rows,)), np.float32)
    if not np.all((halves > 0) & (halves < INFINITY)):
        raise InvalidRecord("cell_size: every cell needs a side of more than 0 metres, and a finite one")
    if halves.min() < LEAST_SIDE / 2:
        raise InvalidRecord(
            f"cell_size: {2 * float(halves.min()):.6g} metres look like degrees; project the grid to metres, or give "
            "the side of a cell in metres for each row (one degree of latitude is about 111,000 m)"
        )
    return halves


def checked_limit(limit: float) -> np.float32:
    """Return a limit in minutes as float32; one that is larger than any float32 cuts nothing off.

    Raises
    ------
    InvalidRecord
        It is no number, or below 0.
    """
    if not isinstance(limit, float | int | np.number) or not limit >= 0:
        raise InvalidRecord(f"limit: 0 or more minutes, not {limit!r}")
    return np.float32(min(limit, float(LARGEST)))


def cost_surface(
    friction: npt.ArrayLike,
    sources: npt.ArrayLike,
    *,
    cell_size: npt.ArrayLike,
    limit: float = np.inf,
    neighbours: Neighbours = 8,
) -> Floats:
    """Compute the least minutes from the nearest source to every cell; `mapping.engines.large` takes larger grids.

    Parameters
    ----------
    friction
        Minutes per metre, shape (rows, columns), best float32 (other types are copied). Infinite, NaN, negative and
        masked cells are barriers; 0 costs nothing. Never changed.
    sources
        (row, column) of each, shape (n, 2); may be empty. A source on a barrier reaches nothing, not even its own cell.
    cell_size
        Side of a cell in metres: a number, or one for each row (see the module for what a step between rows costs).
    limit
        Minutes beyond which a cell counts as unreachable, and is not searched; 1e300 is as good as infinity.
    neighbours
        8, or 16 with knight's moves.

    Returns
    -------
    Minutes, float32, shape (rows, columns); infinite where no source reaches, never NaN.

    Raises
    ------
    InvalidRecord
        An argument has the wrong shape, type or range; a source lies outside the grid.
    """
    grid_friction = checked_friction(friction)
    rows, columns = grid_friction.shape
    cells = checked_sources(sources, (rows, columns))
    halves = checked_halves(cell_size, rows)
    if neighbours not in (8, 16):
        raise InvalidRecord(f"neighbours: 8 or 16, not {neighbours!r}")
    within = checked_limit(limit)
    cost = np.full((rows, columns), INFINITY)
    spread(grid_friction, cost, halves, sources=cells, limit=within, neighbours=neighbours)
    if within < LARGEST:
        _cut(cost, within)
    return cost


def spread(
    friction: Floats,
    cost: Floats,
    halves: Floats,
    *,
    sources: Ints | None = None,
    front: Ints | None = None,
    limit: np.float32 = LARGEST,
    neighbours: Neighbours = 8,
) -> None:
    """Improve costs in place until no step can improve any: from sources of cost 0, or from cells that have a cost.

    Everything that `cost_surface` checks must be so already. ``front`` are the (row, column) of cells from which others
    may improve; the rest must be settled among themselves. Costs beyond the limit may be left too large.
    """
    reach = 1 if neighbours == 8 else 2
    across, down = (-(-n // (SIDE - 2 * reach)) for n in (cost.shape[1], cost.shape[0]))
    grid, queue = _Grid(friction, cost, halves, limit, reach, across), _new_queue(across * down)
    if sources is not None:
        _start(grid, queue, sources)
    if front is not None:
        _queue_cells(grid, queue, front)
    desk = _new_desk()
    while _work(grid, queue, desk, SLICE):
        pass  # between slices an interrupt is heard
