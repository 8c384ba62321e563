"""Watching whether a private directory is opened while something is published."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mapping.directory.directory import APPLICATION_ID

_noted: list[list[Path]] = []
_looking = threading.local()


@contextmanager
def watched() -> Iterator[list[Path]]:
    """Note every private directory that this process opens, by whatever path and means of Python."""
    _hook()
    paths: list[Path] = []
    _noted.append(paths)
    try:
        yield paths
    finally:
        _noted.remove(paths)


@cache
def _hook() -> None:
    """Ask Python to tell of every file that is opened; it does so until it ends."""
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if not _noted or event not in ("sqlite3.connect", "open") or getattr(_looking, "now", False):
        return
    name = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
    path = Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)
    if (event == "sqlite3.connect" or path.suffix == ".db") and _is_directory(path):
        for paths in _noted:
            if path not in paths:
                paths.append(path)


def _is_directory(path: Path) -> bool:
    _looking.now = True  # looking at it is no opening
    try:
        with path.open("rb") as file:
            return file.read(72)[68:] == APPLICATION_ID.to_bytes(4)
    except OSError:
        return False
    finally:
        _looking.now = False
