"""Zip files: what others send is looked at before anything is unpacked; what we write is the same bytes each time."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from mapping.errors import FormatError
from mapping.formats import readable, refusal
from mapping.language.i18n import Message, both

MAX_UNPACKED = 500 * 2**20
MAX_RATIO = 200
"""How much larger than its packed size a member may be; tables pack 5 to 30 times."""

MAX_MEMBERS = 2000


def members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, once it was seen to be honest.

    Raises
    ------
    FormatError
        It is no zip, encrypted, a bomb, or names files outside itself.
    """
    try:
        with readable(path), zipfile.ZipFile(path) as archive:
            files = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise refusal(
            "{path}: is no zip file or a damaged one ({error}); ask the sender for it again", path=path, error=error
        ) from error
    if len(files) > MAX_MEMBERS:
        raise refusal(
            "{path}: holds {count} files, which no honest list does; ask for the tables alone",
            path=path,
            count=len(files),
        )
    for member in files:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise refusal(
                "{path}: holds {file!r}, a file outside itself; do not trust its sender",
                path=path,
                file=member.filename,
            )
        if member.flag_bits & 1:
            raise refusal("{path}: is encrypted; ask the sender for it without a password", path=path)
    _require_honest(path, files)
    return [member for member in files if not member.is_dir()]


def _require_honest(path: Path, files: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive that unpacks to more than any honest list does, all of it or one file.

    Raises
    ------
    FormatError
        It does.
    """
    fix = Message("ask for the tables alone")
    size = sum(file.file_size for file in files)
    if size > MAX_UNPACKED:
        problem = Message("{path}: unpacks to {size} MB, which no honest list does", path=path, size=size // 2**20)
        raise FormatError(both(problem, fix))
    for file in files:
        packed = max(file.compress_size, 1)
        if file.file_size > 2**20 and file.file_size > MAX_RATIO * packed:
            problem = Message(
                "{path}: {file} unpacks to {ratio} times its size, which no honest list does",
                path=path,
                file=file.filename,
                ratio=file.file_size // packed,
            )
            raise FormatError(both(problem, fix))


def content(path: Path, member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of one file of an archive, never more than it says that it has.

    Raises
    ------
    FormatError
        It is damaged, or larger than it says.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            contents = file.read(member.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError) as error:
        raise refusal(
            "{path}: {file} is damaged ({error}); ask the sender for it again",
            path=path,
            file=member.filename,
            error=error,
        ) from error
    if len(contents) > member.file_size:
        raise refusal("{path}: {file} is larger than it says; do not trust its sender", path=path, file=member.filename)
    return contents


def write_archive(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write an archive whose bytes depend on nothing but its files: no times, no rights, no system."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, bytes_ in files:
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, bytes_)
    path.write_bytes(packed.getvalue())
