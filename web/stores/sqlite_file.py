"""Private files: the small SQLite files of the portals, readable by their owner only."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from mapping.errors import MappingError


def make(path: Path, schema: str) -> None:
    """Make a file, and the folder that it lies in, where it is not there; then its tables."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    try:
        with opened(path) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(schema)
    except sqlite3.Error as error:
        raise MappingError(
            f"{path}: cannot be used ({error}); is it the right file? If so, check its rights and the free space, or "
            "bring it back from a backup"
        ) from error


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file, and close it whatever happens; what was committed outlasts a power cut."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as db:
        for pragma in ("synchronous = FULL", "foreign_keys = 1", "trusted_schema = 0", "secure_delete = 1"):
            db.execute(f"PRAGMA {pragma}")
        yield db


def rows(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a query finds in a file."""
    with opened(path) as db:
        return db.execute(query, values).fetchall()


def key(path: Path) -> bytes:
    """Return the secret of 32 bytes that a file holds, the same for every process; made where it is not there."""
    if not path.exists():
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster: its key is the one
            os.link(beside, path)
        beside.unlink()
        sync_folder(path.parent)
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def sync_folder(folder: Path) -> None:
    """Make names that were given in a folder outlast a power cut."""
    opened_folder = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened_folder)
    finally:
        os.close(opened_folder)
