"""Uploads: files on their way in, each in a private folder until it is stored or dropped, and the saved column maps.

Files of strangers are read by the formats of `mapping`, which refuse bombs, encrypted and damaged files. What nobody
finishes is removed after a week.
"""

import json
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from mapping.column_map import ColumnMap
from mapping.errors import FormatError, NotFound
from mapping.formats import refusal
from mapping.resources import for_owner

LASTS = 7 * 24 * 3600
"""Seconds after which an upload that nobody finished is removed: as long as a second person may take to agree."""
MOST = 20
"""So many uploads wait at the same time."""


@dataclass(frozen=True)
class Upload:
    """A file on its way in: whose, where it lies, and the column map by which it is read, once there is one."""

    token: str
    account: str
    path: Path
    columns: ColumnMap | None = None
    fixed: bool = False
    """Whether nobody chose the map here: whoever runs the portal put it there, or the file implies it."""
    stored: int = 0
    """The act that stored it before two people agreed to its map; 0 where none did."""
    form: Mapping[str, str] = field(default_factory=dict)
    """What was chosen for its columns."""

    @property
    def source(self) -> str:
        """The short name of its sender; empty where there is no map."""
        return self.columns.source if self.columns is not None else ""


class Uploads:
    """The uploads of an installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, account: str, name: str, contents: bytes) -> Upload:
        """Keep a file, under the last part of its name in plain signs.

        Raises
        ------
        FormatError
            It is empty or nameless, or too many others wait.
        """
        self._sweep()
        plain = re.sub(r"[^\w .()-]", "_", Path(name.replace("\\", "/")).name).strip(". ")[-80:]
        if not plain or not contents:
            raise refusal("there is no file, or it is empty; choose one")
        if sum(1 for _ in self.folder.glob("*/about.json")) >= MOST:
            raise refusal("too many files wait; finish or drop one of them first")
        token = secrets.token_urlsafe(16)
        path = self.folder / token / "file" / plain
        for folder in (self.folder, self.folder / token, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for_owner(path).write_bytes(contents)
        return self.note(Upload(token, account, path))

    def get(self, token: str, account: str | None) -> Upload:
        """Return somebody's own upload; with None whosever it is, for the second person who is to agree to its map.

        Raises
        ------
        NotFound
            There is none, it was removed, or it is another's.
        """
        about = self.folder / token / "about.json"
        if not re.fullmatch(r"[\w-]{10,40}", token) or not about.is_file():
            raise NotFound("there is no such upload")
        note = json.loads(about.read_text(encoding="utf-8"))
        if account not in (None, note["account"]):
            raise NotFound("there is no such upload")
        columns = ColumnMap.model_validate_json(note["columns"]) if note["columns"] else None
        path = self.folder / token / "file" / note["name"]
        fixed, form = note.get("fixed", note.get("trusted", False)), note.get("form", {})
        return Upload(token, note["account"], path, columns, fixed, note.get("stored", 0), form)

    def of(self, account: str) -> list[Upload]:
        """Return the uploads that somebody has not finished, by the name of the file."""
        self._sweep()
        own = []
        for path in self.folder.glob("*/about.json"):
            with suppress(NotFound, OSError):  # another's, or removed at this moment
                own.append(self.get(path.parent.name, account))
        return sorted(own, key=lambda upload: upload.path.name)

    def read_by(
        self, upload: Upload, columns: ColumnMap, *, fixed: bool, form: Mapping[str, str] | None = None
    ) -> Upload:
        """Note by which column map an upload is to be read."""
        return self.note(replace(upload, columns=columns, fixed=fixed, stored=0, form=dict(form or {})))

    def drop(self, upload: Upload) -> None:
        """Remove an upload."""
        shutil.rmtree(self.folder / upload.token, ignore_errors=True)

    def note(self, upload: Upload) -> Upload:
        """Keep what is known of an upload."""
        note = {
            "account": upload.account,
            "name": upload.path.name,
            "columns": upload.columns.model_dump_json() if upload.columns else "",
            "fixed": upload.fixed,
            "stored": upload.stored,
            "form": dict(upload.form),
        }
        _write(self.folder / upload.token / "about.json", json.dumps(note))
        return upload

    def _sweep(self) -> None:
        for folder in self.folder.glob("*/"):
            if time.time() - folder.stat().st_mtime > LASTS:
                shutil.rmtree(folder, ignore_errors=True)


def saved_maps(folder: Path) -> dict[str, tuple[ColumnMap, bool]]:
    """Return the column maps of a folder by file name, and whether whoever runs the portal put it there (TOML)."""
    maps: dict[str, tuple[ColumnMap, str, bool]] = {}
    for path in (*sorted(folder.glob("*.toml")), *sorted(folder.glob("*.json"))):
        is_toml = path.suffix == ".toml"
        with suppress(FormatError, ValidationError, OSError, UnicodeDecodeError):  # some other file
            columns = ColumnMap.load(path) if is_toml else ColumnMap.model_validate_json(path.read_text("utf-8"))
            maps.setdefault(columns.digest, (columns, path.name, is_toml))
    by_sender = sorted(maps.values(), key=lambda saved: (saved[0].name.casefold(), saved[1]))
    return {name: (columns, is_toml) for columns, name, is_toml in by_sender}


def save_map(columns: ColumnMap, folder: Path) -> None:
    """Save a column map under the name of its sender and its digest."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / f"{columns.source}-{columns.digest[:8]}.json", columns.model_dump_json())


def _write(path: Path, text: str) -> None:
    """Write a file for its owner only; whoever reads it meanwhile reads all of one version."""
    beside = path.with_suffix(".new")
    for_owner(beside).write_text(text, encoding="utf-8")
    beside.replace(path)
