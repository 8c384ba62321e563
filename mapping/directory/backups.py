"""Backups: everything private in one encrypted file, taken while others write, and the way back.

Each database is copied at one moment (``VACUUM INTO``), keys and reports as they are. The copies are a tar in an age
file (https://age-encryption.org/v1): for a key, for public keys that the host itself cannot open, or with a passphrase.
Nothing takes its place before it is whole.
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
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock, Timeout

from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound, said_clearly

TOO_SLOW = "Excessive work"
MAGIC = b"age-encryption.org/v1\n"
PUBLIC, PRIVATE = b"age1", b"AGE-SECRET-KEY-1"
"""How the lines of a key file begin that hold public keys, or the key that opens what is made for it."""

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


def new_key() -> tuple[str, str]:
    """Return a new key pair: the key that opens backups, and the public key for which they can be made."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def secret_of(key_file: Path | None, passphrase: str | None) -> bytes:
    """Return the secret of a backup: the lines of a key file that are no comments, or else a passphrase.

    A key file holds a key (``AGE-SECRET-KEY-1...``), public keys (``age1...``, which open nothing), or any other text,
    which counts as a passphrase.

    Raises
    ------
    InvalidRecord
        There is neither, or it is too short or no key.
    NotFound
        There is no such key file.
    """
    if key_file is not None:
        if not key_file.is_file():
            raise NotFound(
                f"{key_file}: there is no such key file; make one (`rohnamo backup --new-key FILE`), keep it readable "
                "by its owner only, and keep a copy far from the backups"
            )
        lines = [line.strip() for line in key_file.read_bytes().splitlines()]
        secret = b"\n".join(line for line in lines if line and not line.startswith(b"#"))
    else:
        secret = (passphrase or "").encode()
    if len(secret) < LEAST_SECRET:
        if key_file is not None:
            raise InvalidRecord(f"{key_file}: is too short for a key; make one (`rohnamo backup --new-key FILE`)")
        raise InvalidRecord(f"a backup needs a key file, or a passphrase of at least {LEAST_SECRET} signs")
    if secret.startswith((PUBLIC, PRIVATE)):
        _recipients(secret)
    return secret


def opens(secret: bytes) -> bool:
    """Whether a secret opens what is made with it, as public keys do not."""
    return not secret.startswith(PUBLIC)


def _identities(secret: bytes) -> list[pyrage.x25519.Identity]:
    return [pyrage.x25519.Identity.from_str(line) for line in secret.decode().splitlines()]


def _recipients(secret: bytes) -> list[pyrage.x25519.Recipient]:
    try:
        if secret.startswith(PRIVATE):
            return [identity.to_public() for identity in _identities(secret)]
        return [pyrage.x25519.Recipient.from_str(line) for line in secret.decode().splitlines()]
    except (pyrage.IdentityError, pyrage.RecipientError, UnicodeDecodeError) as error:
        raise InvalidRecord(f"the key of backups is no age key ({error}); look whether it is whole") from error


def backup(folder: str | Path, out: str | Path, *, secret: bytes, now: dt.datetime) -> StoredBackup:
    """Write everything in a private folder into one encrypted file, readable by its owner only.

    Others may go on writing. ``out`` is the file, or a folder in which it is named after the moment. The private folder
    has room for a copy of all meanwhile. With a key little memory is needed; with a passphrase some times the whole.

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
    with said_clearly(f"{out}: no backup was made"), _aside(folder) as inside, _aside(out.parent) as beside:
        with tarfile.open(inside / "tar", "w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, ABOUT, json.dumps({"made": made, "rohnamo": _version(), "files": names}).encode())
            _add_all(tar, folder, names, copy=inside / "copy.db")
        part = beside / "backup"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            _encrypt(inside / "tar", file, secret)
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
    with said_clearly(f"{folder}: nothing was restored"), _aside(folder.parent) as beside:
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
    with said_clearly(f"{path}: could not be restored for a rehearsal"), _aside(beside) as folder:
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


def _add_all(tar: tarfile.TarFile, folder: Path, names: list[str], *, copy: Path) -> None:
    """Add files; what belongs to one database, such as the end of a log, is read while nobody adds to it."""
    stems: dict[str, list[str]] = {}
    for name in names:
        stems.setdefault(name.removesuffix(Path(name).suffix), []).append(name)
    for stem, own in stems.items():
        with ExitStack() as held:
            if f"{stem}.end" in own:
                held.enter_context(FileLock(folder / f"{stem}.lock", timeout=30, poll_interval=0.002))
            for name in own:
                with said_clearly(f"{folder / name}: cannot be copied, and no backup was made"):
                    if name.endswith(".db"):
                        uri = (folder / name).resolve().as_uri() + "?mode=ro"
                        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as source:
                            source.execute("VACUUM INTO ?", [str(copy)])
                        tar.add(copy, name, filter=_plain)
                        copy.unlink()
                    else:
                        tar.add(folder / name, name, filter=_plain)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _encrypt(tar: Path, file: BinaryIO, secret: bytes) -> None:
    try:
        if secret.startswith((PUBLIC, PRIVATE)):
            with tar.open("rb") as plain:
                pyrage.encrypt_io(plain, file, _recipients(secret))
        else:
            file.write(pyrage.passphrase.encrypt(tar.read_bytes(), secret.decode()))
    except pyrage.EncryptError as error:
        raise OSError(str(error)) from error  # of the disk alone: the keys were looked at


def _decrypt(path: Path, tar: Path, secret: bytes) -> None:
    if not path.is_file():
        raise NotFound(f"{path}: there is no such file")
    if not opens(secret):
        raise InvalidRecord(
            f"{path}: public keys open nothing; name the key file that holds {PRIVATE.decode()}..., on a host that may"
        )
    with path.open("rb") as file, tar.open("wb") as plain:
        start = file.read(len(MAGIC))
        file.seek(0)
        if start.startswith(OLD_MAGIC):
            for piece in _old_pieces(file, secret, path):
                plain.write(piece)
            return
        if start != MAGIC:
            raise FormatError(f"{path}: is no backup of Rohnamo; name a file that `rohnamo backup` wrote")
        try:
            if secret.startswith(PRIVATE):
                pyrage.decrypt_io(file, plain, _identities(secret))
            else:
                plain.write(_with_passphrase(file.read(), secret.decode()))
        except pyrage.DecryptError as error:
            if TOO_SLOW in str(error):
                raise MappingError(
                    f"{path}: would take minutes to open now; try again when this machine does nothing else"
                ) from error
            if "matching keys" in str(error) or str(error) == "Decryption failed":
                raise _other_key(path) from error
            raise _changed(path) from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise _changed(path) from error


def _other_key(path: Path) -> InvalidRecord:
    return InvalidRecord(
        f"{path}: was made with another key or passphrase, or its first bytes were changed; nothing was read"
    )


def _with_passphrase(held: bytes, passphrase: str) -> bytes:
    """Decrypt; a busy moment, in which the library thinks that this takes too long, is waited for."""
    for _ in range(5):
        try:
            return bytes(pyrage.passphrase.decrypt(held, passphrase))
        except pyrage.DecryptError as error:
            if TOO_SLOW not in str(error):
                raise
            time.sleep(2)
    return bytes(pyrage.passphrase.decrypt(held, passphrase))


def _changed(path: Path) -> FormatError:
    return FormatError(
        f"{path}: is cut off or was changed after it was made; copy it again from where it was made, or take another "
        "backup"
    )


OLD_MAGIC, OLD_SALT, OLD_PROOF, OLD_PIECE = b"ROHNAMO BACKUP 1\n", 16, 32, (1 << 20) + 16
"""How a backup of version 0.1 begins, and the bytes of its parts: then pieces of AES-256-GCM, the last one marked."""


def _old_pieces(file: BinaryIO, secret: bytes, path: Path) -> Iterator[bytes]:
    head = file.read(len(OLD_MAGIC) + OLD_SALT)
    keys = Scrypt(salt=head[len(OLD_MAGIC) :].ljust(OLD_SALT), length=64, n=2**16, r=8, p=1).derive(secret)
    if not hmac.compare_digest(hmac.new(keys[32:], head, hashlib.sha256).digest(), file.read(OLD_PROOF)):
        raise _other_key(path)
    number, piece = 0, file.read(OLD_PIECE)
    while piece:
        following = file.read(OLD_PIECE)
        try:
            yield AESGCM(keys[:32]).decrypt(number.to_bytes(11, "big") + bytes([not following]), piece, head)
        except (InvalidTag, ValueError) as error:
            raise _changed(path) from error
        number, piece = number + 1, following
    if not number:
        raise _changed(path)


def _unpack(path: Path, folder: Path, secret: bytes) -> tuple[str, tuple[str, ...]]:
    whole = folder.with_name("tar")
    _decrypt(path, whole, secret)
    folder.mkdir(mode=0o700)
    names: list[str] = []
    about: dict[str, object] = {}
    try:
        with tarfile.open(whole) as tar:
            for member in tar:
                if member.name == ABOUT:
                    about = json.load(cast("BinaryIO", tar.extractfile(member)))
                else:
                    tar.extract(member, folder, filter="data")
                    names.append(member.name)
    except tarfile.TarError as error:
        raise FormatError(f"{path}: holds no files that can be read ({error}); take another backup") from error
    whole.unlink()
    for path_in_folder in folder.rglob("*"):
        path_in_folder.chmod(0o700 if path_in_folder.is_dir() else 0o600)
    return str(about.get("made", "")), tuple(names)


def _faults(folder: Path, names: Iterable[str]) -> Iterator[str]:
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
    if not (path / HELD).exists():
        return  # just begun, or none of ours
    with suppress(Timeout, OSError), FileLock(path / HELD, timeout=0):
        shutil.rmtree(path, ignore_errors=True)


def _free(folder: Path) -> Path:
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
