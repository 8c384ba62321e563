"""File formats: one file each, found by `mapping.registry`.

A format's module holds ``SUFFIX``, the ending of its files (several are separated by spaces), ``LABEL``, which says in
a few words what the file is or what it is good for (a `Message`, or a dictionary of language -> text), and what it can
do:

``read(path) -> Iterator[Sheet]``
    Give the cells of a file. What they mean is said by the sender's column map.
``parse(path) -> Iterator`` and ``records(content, context) -> Batch``
    Where the format itself says what everything means: give what a file holds as plain values (texts, numbers, lists,
    dictionaries), and make records of these (`ReadContext`). Only the first sees the file.
``BESIDE``
    Which other files of its folder `parse` reads: ending of the file -> a pattern such as "*.csv".
``columns(sheets, area) -> ColumnMap | None``
    Recognise a convention within sheets of cells, such as a row of hashtags, and give the column map that it implies.
    Such a module needs no ``SUFFIX``. None where the sheets do not follow it; it never raises on any cells.
``recognises(path) -> bool``
    Where several formats share an ending: whether a file is of this one. It never raises on any bytes. The format
    without it takes what no other recognises.
``write(view, path, *, area, language) -> None``
    Write what a view shows, the same bytes each time; ask ``view.require_area(area)`` first. Where there is one,
    ``FILE`` is the name that it is offered under. ``TRANSLATED`` is true where every language of the area has a file of
    its own.
``DRIVER``
    The driver of GDAL that reads such files, where GDAL does; no other is there when they are opened.
``available() -> bool``
    Whether the extra that a format needs is installed; without this function it needs none.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from traceback import walk_tb
from types import ModuleType

from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Progress
from mapping.column_map import ColumnMap
from mapping.errors import FormatError
from mapping.language.i18n import Message
from mapping.model import Audience, Source, record_id
from mapping.quality.known_organizations import Known

MAX_BYTES = 200 * 2**20
MAX_CELLS = 20_000_000
MAX_COLUMNS = 2_000

Cell = str | int | float | bool | None


def refusal(text: str, /, **values: object) -> FormatError:
    """Return the error of a file that cannot be taken; the text says where, what is wrong and what to do."""
    return FormatError(Message.of(text, values))


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet as they were read: ``rows[n]`` is row ``first_row + n`` of the file.

    ``skipped`` says what was left out on purpose, such as hidden columns; never what stood there.
    """

    name: str
    rows: Sequence[Sequence[object]]
    first_row: int = 1
    skipped: tuple[Message, ...] = field(default_factory=tuple)
    comments: Mapping[int, str] = field(default_factory=dict, repr=False)
    """Number of a row of the file -> what is noted beside its cells: looked at as remarks are, never kept."""
    hidden_rows: int = 0
    """How many rows are hidden, by hand or by a filter, and were not read."""


@dataclass(frozen=True)
class ReadContext:
    """What a format that gives records at once must know besides its file.

    ``columns`` is the sender's map, where there is one: of it, the source, its licence, rank, constants, markings and
    number of rows count. Without it, or until two people approved it, every record is for custodians only.
    """

    area: StudyArea
    today: dt.date
    known: Known
    source: Source
    columns: ColumnMap | None = None
    progress: Progress | None = None
    path: Path = Path()
    """What the file is called where something is said of it: it was read by another process."""

    @property
    def audience(self) -> Audience:
        """Who may see records of this source that say nothing themselves."""
        if self.columns is None or not self.known.approves(self.columns):
            return "custodian"
        marked = self.columns.constants.get("marking", "")
        return self.columns.markings.get(marked, "custodian")


@contextmanager
def damage_refused(path: object) -> Iterator[None]:
    """Refuse a file over which a library stumbles, whatever it raises: strangers' bytes meet each line of a parser.

    What our own code raises passes: that is a fault of ours, and must not be told as one of the file.

    Raises
    ------
    FormatError
        When a library raised anything but it.
    """
    try:
        yield
    except FormatError:
        raise
    except OSError as error:
        if error.strerror is None:  # Arrow and GDAL say so of what a file holds
            raise _damaged(path, error) from error
        raise _unreadable(path, error) from error
    except Exception as error:
        if _is_ours(error):
            raise
        raise _damaged(path, error) from error


@contextmanager
def unreadable_refused(path: object) -> Iterator[None]:
    """Refuse a file that the system does not let us read.

    Raises
    ------
    FormatError
        With why, and what to do.
    """
    try:
        yield
    except OSError as error:
        raise _unreadable(path, error) from error


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Refuse a file that is empty or too large, or that the system does not let us read, now or within the block.

    Raises
    ------
    FormatError
        With why, and what to do.
    """
    with unreadable_refused(path):
        require_readable(path, path.stat().st_size)
        yield


def _unreadable(path: object, error: OSError) -> FormatError:
    return refusal("{path}: cannot be read ({error}); check the name and the rights", path=path, error=error.strerror)


def _is_ours(error: Exception) -> bool:
    """Tell whether our own code raised an error, and no library by a class of its own or in a line of its own."""
    frames = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    ours = __name__.partition(".")[0] + "."
    return type(error).__module__.startswith(("builtins", ours)) and frames[-1].startswith(ours)


def _damaged(path: object, error: Exception) -> FormatError:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return refusal(
        "{path}: the file is damaged or is none of its kind ({reason}); export it again", path=path, reason=reason
    )


IN_PROCESS = True
"""Whether strangers' files are read by a process of their own; what GDAL opens always is (`reader_process`)."""


def read_sheets(module: ModuleType, path: str | Path) -> list[Sheet]:
    """Return the sheets that a format's module reads from a file: the one place where a stranger's list is opened.

    Raises
    ------
    FormatError
        When the file cannot be read.
    """
    if IN_PROCESS or hasattr(module, "DRIVER"):
        from mapping.formats.reader_process import read_in_process

        return read_in_process(module, path)
    with damage_refused(path):
        return list(module.read(path))


def read_records(module: ModuleType, path: Path, context: ReadContext) -> Batch:
    """Return the records of a list whose format says itself what everything means; `parse` sees the file, nobody else.

    Raises
    ------
    FormatError
        When the file cannot be read.
    """
    from mapping.formats.reader_process import parsed_in_process

    with damage_refused(path):
        content = parsed_in_process(module, path) if IN_PROCESS else module.parse(path)
        batch: Batch = module.records(content, replace(context, path=path))
        return batch


def recognised(modules: Sequence[ModuleType], path: Path) -> ModuleType | None:
    """Return the first of some formats' modules that recognises a stranger's file; None where none does.

    Raises
    ------
    FormatError
        When the file cannot be looked at.
    """
    own = [module for module in modules if hasattr(module, "recognises")]
    if IN_PROCESS and own:
        from mapping.formats.reader_process import recognised_in_process

        return recognised_in_process(own, path)
    return next((module for module in own if module.recognises(path)), None)


def source_of(columns: ColumnMap) -> Source:
    """Return the sender that a column map speaks of."""
    return Source(
        id=record_id(columns.source, "source"), name=columns.name, licence=columns.licence or None, rank=columns.rank
    )


def require_readable(path: object, size: int) -> None:
    """Refuse an empty file and one that is too large.

    Raises
    ------
    FormatError
        With the size and what to do.
    """
    if size == 0:
        raise refusal("{path}: the file is empty; ask the sender for it again", path=path)
    if size > MAX_BYTES:
        raise refusal(
            "{path}: {size} MB is too large (at most 200); split it or save values only",
            path=path,
            size=f"{size / 2**20:.0f}",
        )
