"""File formats: one file each.

A format's module holds ``SUFFIX`` and ``read(path) -> Iterator[Sheet]`` and/or ``write(view, path)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mapping.errors import FormatError

MAX_BYTES = 200 * 2**20
MAX_CELLS = 20_000_000
MAX_COLUMNS = 2_000

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet as they were read: ``rows[n]`` is row ``first_row + n`` of the file.

    ``skipped`` says what was left out on purpose, such as hidden columns; never what stood there.
    """

    name: str
    rows: Sequence[Sequence[object]]
    first_row: int = 1
    skipped: tuple[str, ...] = field(default_factory=tuple)


def require_readable(path: object, size: int) -> None:
    """Refuse an empty file and one that is too large.

    Raises
    ------
    FormatError
        With the size and what to do.
    """
    if size == 0:
        raise FormatError(f"{path}: the file is empty; ask the sender for it again")
    if size > MAX_BYTES:
        raise FormatError(f"{path}: {size / 2**20:.0f} MB is too large (at most 200); split it or save values only")
