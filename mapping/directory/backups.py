"""Backups: everything private in one encrypted file, taken while others write, and the way back.

Databases are copied with SQLite's own backup, so that a copy made in the middle of writing is whole; keys and reports
as they are. The copy is a tar inside pieces of AES-256-GCM, numbered and with the last one marked, so that a piece
that was changed, moved, left out or cut off is found. The key comes from a passphrase or a key file by scrypt.
Neither way holds more than a few pieces in memory, and nothing takes its place before it is whole.
"""

import datetime as dt
import hashlib
import hmac
import importlib.metadata
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock, Timeout

from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound, cause

MAGIC = b"ROHNAMO BACKUP 1\n"
SALT, PROOF, TAG = 16, 32, 16
PIECE = 1 << 20
"""Bytes of plain text in a piece."""

SCRYPT_N, SCRYPT_R = 2**16, 8
"""Cost of trying a passphrase: 64 MB of memory and some tenths of a second."""

LEAST_SECRET = 16
"""Least signs of a passphrase, or bytes of a key file."""

PASSING = (".lock", ".part", ".new", ".counts", "-wal", "-shm", "-journal")
"""Endings of files that are not kept: locks, halves, counts that mean nothing later, and journals, whose content the
copies of the databases have."""

ASIDE, HELD = ".rohnamo-", ".held.lock"
"""How the names of folders for unfinished work begin, and the lock in them."""

ABOUT = "about.json"
Check = Callable[[Path], Iterable[str]]
"""What else to look at in a restored folder: yields what is wrong, a sentence each."""


@dataclass(frozen=True)
class StoredBackup:
    """A backup: where it is, when it was made (UTC), how many files it holds and their bytes."""

    path: Path
    made: str
    files: int
    size: int


@dataclass(frozen=True)
class Restored:
    """What came back, and what is wrong with it; where it went, unless it was only looked at."""

    made: str
    files: tuple[str, ...]
    faults: tuple[str, ...]
    folder: Path | None = None


def secret_of(key_file: Path | None, passphrase: str | None) -> bytes:
    """Return the secret of a backup, from a key file or else a passphrase.

    Raises
    ------
    InvalidRecord
        There is neither, or it is too short.
    NotFound
        There is no such key file.
    """
    if key_file is not None:
        if not key_file.is_file():
            raise NotFound(
                f"{key_file}: there is no such key file; make one (`openssl rand -hex 32`), keep it readable by its "
                "owner only, and keep a copy far from the backups"
            )
        secret = key_file.read_bytes().strip()
    else:
        secret = (passphrase or "").encode()
    if len(secret) < LEAST_SECRET:
        if key_file is not None:
            raise InvalidRecord(f"{key_file}: is too short for a key; make one (`openssl rand -hex 32`)")
        raise InvalidRecord(f"a backup needs a key file, or a passphrase of at least {LEAST_SECRET} signs")
    return secret


def backup(folder: str | Path, out: str | Path, *, secret: bytes, now: dt.datetime) -> StoredBackup:
    """Write everything in a private folder into one encrypted file, readable by its owner only.

    Others may go on writing. ``out`` is the file, or a folder in which it is named after the moment. The folder has
    room for a copy of its largest database meanwhile.

    Raises
    ------
    NotFound
        There is no such folder, or nothing in it.
    InvalidRecord
        The file would lie in the folder itself.
    MappingError
        The disk is full or may not be written; no backup is then there.
    """
    folder, out = Path(folder), Path(out)
    if out.is_dir():
        out = out / f"rohnamo-{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}.backup"
    names = sorted(_to_keep(folder))
    if not names:
        raise NotFound(f"{folder}: there is nothing to back up; name the private folder of the installation")
    if out.resolve().is_relative_to(folder.resolve()):
        raise InvalidRecord(f"{out}: lies in the folder that is backed up; write it somewhere else, best off this host")
    made = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    with _said_clearly(f"{out}: no backup was made"), _aside(out.parent) as beside:
        part = beside / "backup"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            sealing = _Sealing(file, secret)
            with tarfile.open(mode="w|", fileobj=sealing, format=tarfile.PAX_FORMAT) as tar:
                _add(tar, ABOUT, json.dumps({"made": made, "rohnamo": _version(), "files": names}).encode())
                _add_all(tar, folder, names)
            sealing.finish()
            size = file.tell()
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    return StoredBackup(out, made, len(names), size)


def restore(
    path: str | Path, folder: str | Path, *, secret: bytes, check: Check | None = None, replace: bool = False
) -> Restored:
    """Bring a backup back into a folder that is empty or not there; what is found wrong leaves all as it was.

    ``replace`` moves a folder that is there aside, under a name that ends in ``.before``.

    Raises
    ------
    InvalidRecord
        The folder holds something, or what the backup holds is not whole.
    FormatError, MappingError
        As `rehearse`.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()) and not replace:
        raise InvalidRecord(
            f"{folder}: holds something already, and nothing was restored; name an empty folder, or say that it is to "
            "be replaced (it is then kept aside)"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _said_clearly(f"{folder}: nothing was restored"), _aside(folder.parent) as beside:
        made, names = _unpack(Path(path), beside / "restored", secret)
        faults = (*_faults(beside / "restored", names), *(check(beside / "restored") if check else ()))
        if faults:
            raise InvalidRecord(f"{path}: nothing was restored; {'; '.join(faults)}")
        if folder.exists():
            if any(folder.iterdir()):
                folder.rename(_free(folder))
            else:
                folder.rmdir()
        (beside / "restored").rename(folder)
    return Restored(made, names, (), folder)


def rehearse(path: str | Path, *, secret: bytes, check: Check | None = None, beside: Path | None = None) -> Restored:
    """Restore a backup into a folder that is removed again, and tell what is wrong with what came back.

    ``beside`` is where that folder is made; it must be private, and by default it is that of temporary files.

    Raises
    ------
    FormatError
        The file is no backup, is cut off or was changed.
    InvalidRecord
        The key is not the one that it was made with.
    MappingError
        The disk is full or may not be written.
    """
    with _said_clearly(f"{path}: could not be restored for a rehearsal"), _aside(beside) as folder:
        made, names = _unpack(Path(path), folder / "restored", secret)
        faults = (*_faults(folder / "restored", names), *(check(folder / "restored") if check else ()))
    return Restored(made, names, faults)


def kept(folder: str | Path) -> list[tuple[Path, int]]:
    """Return the backups in a folder, newest first: file and bytes."""
    backups = sorted(Path(folder).glob("rohnamo-*.backup"), reverse=True) if Path(folder).is_dir() else []
    return [(path, path.stat().st_size) for path in backups]


def _to_keep(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not any(part.endswith(PASSING) for part in name.parts):
            yield name.as_posix()


def _add_all(tar: tarfile.TarFile, folder: Path, names: list[str]) -> None:
    """Add files; what belongs to one database, such as the end of a log, is read while nobody adds to it."""
    stems: dict[str, list[str]] = {}
    for name in names:
        stems.setdefault(name.removesuffix(Path(name).suffix), []).append(name)
    with _aside(folder) as beside:
        for stem, own in stems.items():
            with ExitStack() as held:
                if f"{stem}.end" in own:
                    held.enter_context(FileLock(folder / f"{stem}.lock", timeout=30, poll_interval=0.002))
                for name in own:
                    with _said_clearly(f"{folder / name}: cannot be copied, and no backup was made"):
                        if name.endswith(".db"):
                            copy = beside / "copy.db"
                            _copy_database(folder / name, copy)
                            tar.add(copy, name, filter=_plain)
                            copy.unlink()
                        else:
                            tar.add(folder / name, name, filter=_plain)


def _copy_database(path: Path, copy: Path) -> None:
    """Copy a database at one moment, while others write."""
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True, timeout=30)) as source:
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Keep of a file its name and content, not whose it was."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _unpack(path: Path, folder: Path, secret: bytes) -> tuple[str, tuple[str, ...]]:
    """Decrypt into a new folder; return when the backup was made and the names of its files."""
    if not path.is_file():
        raise NotFound(f"{path}: there is no such file")
    folder.mkdir(mode=0o700)
    names: list[str] = []
    about: dict[str, object] = {}
    with path.open("rb") as file:
        opening = _Opening(file, secret, path)
        try:
            with tarfile.open(mode="r|", fileobj=cast("BinaryIO", opening)) as tar:
                for member in tar:
                    if member.name == ABOUT:
                        about = json.load(cast("BinaryIO", tar.extractfile(member)))
                    else:
                        tar.extract(member, folder, filter="data")
                        names.append(member.name)
            while opening.read(PIECE):  # to the mark of the last piece
                pass
        except tarfile.TarError as error:
            raise FormatError(f"{path}: holds no files that can be read ({error}); take another backup") from error
    for path_in_folder in folder.rglob("*"):
        path_in_folder.chmod(0o700 if path_in_folder.is_dir() else 0o600)
    return str(about.get("made", "")), tuple(names)


def _faults(folder: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with restored files: databases that are damaged, keys that are none."""
    for name in names:
        path = folder / name
        if name.endswith(".db"):
            try:
                with closing(sqlite3.connect(path)) as db:
                    faults = [row[0] for row in db.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
                    orphans = db.execute("PRAGMA foreign_key_check").fetchone()
            except sqlite3.Error as error:
                faults, orphans = [str(error)], None
            if faults:
                yield f"{name} is damaged: {faults[0]}"
            if orphans:
                yield f"{name}: a row of {orphans[0]} refers to one that is not there"
        elif name.endswith(".key"):
            text = path.read_text(encoding="ascii", errors="replace").strip()
            if len(text) != 64 or set(text) - set("0123456789abcdef"):
                yield f"{name} does not hold 64 hexadecimal digits"


class _Keys:
    """The keys of one file, made of the secret and the file's own salt."""

    def __init__(self, secret: bytes, salt: bytes) -> None:
        both = Scrypt(salt=salt, length=64, n=SCRYPT_N, r=SCRYPT_R, p=1).derive(secret)
        self.cipher = AESGCM(both[:32])
        self.head = MAGIC + salt
        self.proof = hmac.new(both[32:], self.head, hashlib.sha256).digest()

    @staticmethod
    def nonce(number: int, last: bool) -> bytes:
        """Number a piece; no two pieces of a file have the same, and the key is the file's own."""
        return number.to_bytes(11, "big") + bytes([last])


class _Sealing(io.RawIOBase):
    """A file to write to that encrypts piece by piece."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        super().__init__()
        self._file, self._keys = file, _Keys(secret, os.urandom(SALT))
        self._waiting, self._number = bytearray(), 0
        file.write(self._keys.head + self._keys.proof)

    def writable(self) -> bool:
        """Tell that this can be written."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes; a piece is written when more follows, since the last one is marked."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = self._keys.nonce(self._number, last)
        self._file.write(self._keys.cipher.encrypt(nonce, piece, self._keys.head))
        self._number += 1


class _Opening(io.RawIOBase):
    """The decrypted content of a backup, to read once from its beginning."""

    def __init__(self, file: BinaryIO, secret: bytes, path: Path) -> None:
        super().__init__()
        self._file, self._path = file, path
        head = file.read(len(MAGIC) + SALT + PROOF)
        if not head.startswith(MAGIC):
            raise FormatError(f"{path}: is no backup of Rohnamo; name a file that `rohnamo backup` wrote")
        if len(head) < len(MAGIC) + SALT + PROOF:
            raise self._cut()
        self._keys = _Keys(secret, head[len(MAGIC) : -PROOF])
        if not hmac.compare_digest(self._keys.proof, head[-PROOF:]):
            raise InvalidRecord(
                f"{path}: was made with another key or passphrase, or its first bytes were changed; nothing was read"
            )
        self._number, self._ready, self._last = 0, b"", False
        self._next = file.read(PIECE + TAG)

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def read(self, count: int = -1) -> bytes:
        """Return the next bytes, fewer only at the end.

        Raises
        ------
        FormatError
            The file was changed, or ends before its last piece.
        """
        while not self._last and (count < 0 or len(self._ready) < count):
            self._open_piece()
        count = len(self._ready) if count < 0 else count
        given, self._ready = self._ready[:count], self._ready[count:]
        return given

    def _open_piece(self) -> None:
        piece, self._next = self._next, self._file.read(PIECE + TAG)
        self._last = not self._next
        if len(piece) < TAG:
            raise self._cut()
        try:
            self._ready += self._keys.cipher.decrypt(self._keys.nonce(self._number, self._last), piece, self._keys.head)
        except InvalidTag as error:
            if self._last:
                raise self._cut() from error
            where = len(MAGIC) + SALT + PROOF + self._number * (PIECE + TAG)
            raise FormatError(
                f"{self._path}: was changed after it was made (between bytes {where:,} and {where + PIECE + TAG:,}); "
                "take another backup"
            ) from error
        self._number += 1

    def _cut(self) -> FormatError:
        return FormatError(
            f"{self._path}: is cut off, or its end was changed; copy it again from where it was made, or take another "
            "backup"
        )


@contextmanager
def _aside(folder: Path | None) -> Iterator[Path]:
    """Make a private folder for what is not finished or in the clear for a while, and remove it whatever happens.

    It is locked meanwhile. What a process left there that was killed is removed first: nobody holds its lock.
    """
    for path in Path(folder or tempfile.gettempdir()).glob(f"{ASIDE}*.part"):
        _remove_abandoned(path)
    made = Path(tempfile.mkdtemp(prefix=ASIDE, suffix=".part", dir=folder))
    try:
        with FileLock(made / HELD):
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_abandoned(path: Path) -> None:
    """Remove a folder of `_aside` unless a process still works in it."""
    if not (path / HELD).exists():
        return  # just begun, or none of ours
    with suppress(Timeout, OSError), FileLock(path / HELD, timeout=0):
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _said_clearly(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise MappingError(f"{what} ({cause(error)}); {_advice(cause(error))}") from error


def _advice(text: str) -> str:
    if "full" in text or "No space" in text or "File too large" in text or "disk I/O" in text:
        return "make room on the disk and try again"
    if "Permission" in text or "Read-only" in text or "readonly" in text:
        return "check the rights of file and folder, and whether the disk may be written"
    if "malformed" in text or "not a database" in text:
        return "a database is damaged; restore it from an older backup"
    return "check the path, its rights and the free space"


def _free(folder: Path) -> Path:
    """Return a name beside a folder under which it can be kept."""
    free, number = folder.with_name(f"{folder.name}.before"), 1
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}.before-{number}")
    return free


def _version() -> str:
    try:
        return importlib.metadata.version("rohnamo")
    except importlib.metadata.PackageNotFoundError:
        return ""
