"""Uploads: a file that somebody brings in, kept in a private folder until it is stored or dropped.

Files of strangers are read by the formats of `mapping`, which refuse bombs, encrypted and damaged files. A file keeps
no name or path of its sender's but its last part, in plain signs. What nobody finishes is removed after a week.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from mapping.column_map import ColumnMap
from mapping.errors import FormatError, NotFound
from mapping.language.i18n import Phrase
from mapping.resources import for_owner

LASTS = 7 * 24 * 3600
"""Seconds after which an upload that nobody finished is removed: as long as a second person may take to agree."""

MOST = 20
"""So many uploads wait at the same time."""


@dataclass(frozen=True)
class Upload:
    """A file on its way in: whose, where it lies, and the column map that it is to be read by, once there is one."""

    token: str
    account: str
    path: Path
    columns: ColumnMap | None = None
    trusted: bool = False
    """Whether the map is one that whoever runs the portal put beside the directory."""
    stored: int = 0
    """The act that stored it before two people agreed to its map; 0 where none did."""
    says_itself: bool = False
    """Whether the map is the one that the file implies: its columns are not to be chosen."""
    storing_after: int | None = None
    """The last act before it was begun to be stored; None where that was not begun, or came to its end."""


class Uploads:
    """The uploads of an installation, each in a folder of its own that only the portal may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, account: str, name: str, contents: bytes) -> Upload:
        """Keep a file; one that the same person sent already and did not finish, as by a second press, is kept once.

        Raises
        ------
        FormatError
            It is empty or nameless, or too many others wait.
        """
        self._sweep()
        plain = re.sub(r"[^\w .()-]", "_", Path(name.replace("\\", "/")).name).strip(". ")[-80:]
        if not plain or not contents:
            raise FormatError(Phrase("there is no file, or it is empty; choose one"))
        for known in self.of(account):
            with suppress(OSError):  # it is removed at this moment
                if not known.stored and known.path.name == plain and known.path.read_bytes() == contents:
                    return known
        if sum(1 for _ in self.folder.glob("*/about.json")) >= MOST:
            raise FormatError(Phrase("too many files wait; finish or drop one of them first"))
        token = secrets.token_urlsafe(16)
        folder = self.folder / token
        for subfolder in (self.folder, folder, folder / "file"):
            subfolder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "file" / plain
        for_owner(path).write_bytes(contents)
        upload = Upload(token, account, path)
        self._note(upload)
        return upload

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
        stored, says_itself = note.get("stored", 0), note.get("says_itself", False)
        after = note.get("storing_after")
        return Upload(token, note["account"], path, columns, note["trusted"], stored, says_itself, after)

    def has(self, token: str) -> bool:
        """Tell whether there is an upload, whosever it is."""
        try:
            self.get(token, None)
        except NotFound:
            return False
        return True

    def of(self, account: str) -> list[Upload]:
        """Return the uploads that somebody has not finished, by the name of the file."""
        self._sweep()
        own = []
        for path in self.folder.glob("*/about.json"):
            with suppress(NotFound, OSError):  # another's, or removed at this moment
                own.append(self.get(path.parent.name, account))
        return sorted(own, key=lambda upload: upload.path.name)

    def read_by(self, upload: Upload, columns: ColumnMap, *, trusted: bool) -> Upload:
        """Note by which column map an upload is to be read."""
        noted = replace(upload, columns=columns, trusted=trusted, stored=0, storing_after=None)
        self._note(noted)
        return noted

    def stored_by(self, upload: Upload, act: int) -> None:
        """Note which act stored an upload that is to be read anew when two people agreed to its map."""
        self._note(replace(upload, stored=act, storing_after=None))

    def begins_to_be_stored(self, upload: Upload, after: int) -> Upload:
        """Note which act was the last before an upload is stored, for a portal that ends before it notes the next."""
        begun = replace(upload, storing_after=after)
        self._note(begun)
        return begun

    @contextmanager
    def alone(self, token: str) -> Iterator[None]:
        """Let nobody else store or drop an upload meanwhile: a second press waits for the first.

        Raises
        ------
        NotFound
            There is no such upload.
        """
        try:
            held = os.open(self.folder / Path(token).name, os.O_RDONLY)
        except OSError:
            raise NotFound("there is no such upload") from None
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def drop(self, upload: Upload) -> None:
        """Remove an upload."""
        shutil.rmtree(self.folder / upload.token, ignore_errors=True)

    def _note(self, upload: Upload) -> None:
        columns = upload.columns.model_dump_json() if upload.columns else ""
        note = {
            "account": upload.account,
            "name": upload.path.name,
            "columns": columns,
            "trusted": upload.trusted,
            "stored": upload.stored,
            "says_itself": upload.says_itself,
            "storing_after": upload.storing_after,
        }
        beside = self.folder / upload.token / "about.new"
        for_owner(beside).write_text(json.dumps(note), encoding="utf-8")
        beside.replace(beside.with_suffix(".json"))  # whoever reads it meanwhile reads all of one

    def _sweep(self) -> None:
        for folder in self.folder.glob("*/"):
            if time.time() - folder.stat().st_mtime > LASTS:
                shutil.rmtree(folder, ignore_errors=True)


def saved_maps(folder: Path) -> dict[str, tuple[ColumnMap, bool]]:
    """Return the column maps of a folder by file name, and whether whoever runs the portal put it there (TOML).

    Each is there once, those of one sender beside each other.
    """
    maps: dict[str, tuple[ColumnMap, str, bool]] = {}
    for path in (*sorted(folder.glob("*.toml")), *sorted(folder.glob("*.json"))):
        trusted = path.suffix == ".toml"
        try:
            columns = ColumnMap.load(path) if trusted else ColumnMap.model_validate_json(path.read_text("utf-8"))
        except (FormatError, ValidationError, OSError, UnicodeDecodeError):
            continue  # some other file, or one that is not finished
        maps.setdefault(columns.digest, (columns, path.name, trusted))
    by_sender = sorted(maps.values(), key=lambda saved: (saved[0].name.casefold(), saved[1]))
    return {name: (columns, trusted) for columns, name, trusted in by_sender}


def save_map(columns: ColumnMap, folder: Path) -> str:
    """Save a column map under the name of its sender and its digest; return the file's name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{columns.source}-{columns.digest[:8]}.json"
    beside = path.with_suffix(".new")
    for_owner(beside).write_text(columns.model_dump_json(), encoding="utf-8")
    beside.replace(path)
    return path.name
