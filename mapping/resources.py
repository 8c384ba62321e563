"""Files: the folders that come with Rohnamo, those that only their owner reads, those that are written whole."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mapping.errors import MappingError, NotFound

_HERE = Path(__file__).resolve().parent
_ROOTS = (_HERE / "_shipped", _HERE.parent / "data")  # in an installed wheel; in a checkout


def shipped(name: str) -> Path:
    """Return the folder ``name``, such as ``"geo/tj"`` or ``"demo"``, of the installed package or of the checkout.

    Raises
    ------
    NotFound
        No such folder comes with this installation.
    """
    for root in _ROOTS:
        if (root / name).is_dir():
            return root / name
    known = study_areas()
    raise NotFound(f"{name}: no such folder comes with this installation; it has {', '.join(known) or 'no study area'}")


def study_areas() -> list[str]:
    """Return the study areas that come with this installation, by the name `shipped` takes."""
    return sorted({f"geo/{toml.parent.name}" for root in _ROOTS for toml in root.glob("geo/*/area.toml")})


def table_beside(module: str, name: str) -> list[dict[str, str]]:
    """Return the rows of the table ``name``.csv that lies beside a module, whose ``__file__`` is given."""
    with Path(module).with_name(f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def for_owner(path: Path) -> Path:
    """Return a file for its owner only, made where it is not there: what is written into it nobody else reads."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path


@contextmanager
def whole_file(path: Path, *, private: bool) -> Iterator[Path]:
    """Give a path to write to, whose file then takes the place of another: whole or not at all.

    Only its owner may read a private one.

    Raises
    ------
    MappingError
        It cannot be written; what was there before stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".new-") as folder:
            beside = Path(folder) / path.name
            yield beside
            beside.chmod(0o600 if private else 0o644)
            beside.replace(path)
    except OSError as error:
        problem = f"{path}: cannot be written ({error.strerror}), and nothing was changed"
        raise MappingError(f"{problem}; check the folder and the free space") from error


def checksum(path: Path) -> str:
    """Return the checksum of a file: SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _code_digest() -> str:
    whole = hashlib.sha256()
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in (".py", ".csv", ".po", ".toml") and _ROOTS[0] not in path.parents:
            whole.update(f"{path.relative_to(_HERE)} {checksum(path)}\n".encode())
    return whole.hexdigest()


CODE_DIGEST = _code_digest()
"""A text that is another for other code, and for other words, terms and rules that come with it.

It is taken when the process starts: one that runs over an upgrade goes on with the code that it has in memory.
"""
