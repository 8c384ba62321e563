"""Who signed a file: an approval that was merely typed proves nothing, a signature proves whose it is.

A table of agreements names files by their digest, and holds an Ed25519 signature of each person who looked at one. A
file that differs by one byte from what was signed is not signed.
"""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mapping.errors import FormatError

COLUMNS = ("file", "sha256", "person", "signature")


def digest(files: Sequence[Path]) -> str:
    """Return the digest of files read as one: a list, and the map by which it is read."""
    whole = hashlib.sha256()
    for path in files:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def signature(key: Ed25519PrivateKey, name: str, sha256: str) -> str:
    """Return a person's signature of a file, in hexadecimal digits."""
    return key.sign(_message(name, sha256)).hex()


def signers(files: Sequence[Path], agreements: Path, keys: Path) -> list[str]:
    """Return who signed files as they are, by a table of agreements and one of the public keys of people.

    Nobody did where there is neither.

    Raises
    ------
    FormatError
        A table cannot be read.
    """
    if not agreements.exists() and not keys.exists():
        return []
    people = {row["person"]: row["public"] for row in _rows(keys, ("person", "public"))}
    sha256, name = digest(files), files[0].name
    valid = []
    for row in _rows(agreements, COLUMNS):
        if row["file"] == name and row["sha256"] == sha256 and row["person"] in people:
            try:
                key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(people[row["person"]]))
                key.verify(bytes.fromhex(row["signature"]), _message(name, sha256))
            except (ValueError, InvalidSignature):
                continue
            valid.append(row["person"])
    return list(dict.fromkeys(valid))


def _message(name: str, sha256: str) -> bytes:
    return f"rohnamo agreement\n{name}\n{sha256}".encode()


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        rows = list(csv.DictReader(path.read_bytes().decode().splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: cannot be read ({error}); put back the table") from error
    if rows and not {*columns} <= {*rows[0]}:
        raise FormatError(f"{path}: needs the columns {', '.join(columns)}")
    return rows
