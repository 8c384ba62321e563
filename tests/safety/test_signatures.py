"""Signatures: who signed which file is told from what stands in the file, and from nothing else."""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mapping.errors import FormatError
from mapping.safety.signatures import COLUMNS, digest, signature, signers

ANNA, ZARINA = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))


class Desk:
    """A folder with a list, its column map, a table of agreements and one of keys."""

    def __init__(self, folder: Path) -> None:
        self.files = [folder / "list.csv", folder / "map.toml"]
        self.files[0].write_bytes(b"name\nAdvice\n")
        self.files[1].write_bytes(b"source = 'a'\n")
        self.agreements, self.keys = folder / "agreements.csv", folder / "keys.csv"
        self.people(("anna", ANNA), ("zarina", ZARINA))

    def people(self, *people: tuple[str, Ed25519PrivateKey]) -> None:
        rows = [(name, key.public_key().public_bytes_raw().hex()) for name, key in people]
        write(self.keys, ("person", "public"), rows)

    def row(self, person: str, key: Ed25519PrivateKey, name: str = "list.csv", sha256: str = "") -> tuple[str, ...]:
        sha256 = sha256 or digest(self.files)
        return name, sha256, person, signature(key, name, sha256)

    def signers(self, *rows: Sequence[str]) -> list[str]:
        write(self.agreements, COLUMNS, rows)
        return signers(self.files, self.agreements, self.keys)


def write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_who_signed_is_told_once_in_the_order_of_the_table(desk: Desk) -> None:
    anna, zarina = desk.row("anna", ANNA), desk.row("zarina", ZARINA)
    assert desk.signers(zarina, anna, zarina) == ["zarina", "anna"]


def test_a_bad_row_does_not_take_away_the_good_ones(desk: Desk) -> None:
    name, sha256, person, _ = desk.row("anna", ANNA)
    rows = [(name, sha256, person, "no digits"), (name, sha256, person, "00" * 64), desk.row("zarina", ZARINA)]
    assert desk.signers(*rows) == ["zarina"]


def test_another_key_and_somebody_without_a_key_sign_nothing(desk: Desk) -> None:
    assert desk.signers(desk.row("anna", ZARINA), desk.row("nobody", ANNA)) == []


def test_a_signature_holds_for_one_file_alone(desk: Desk) -> None:
    name, sha256, person, signed = desk.row("anna", ANNA)
    other = desk.row("anna", ANNA, name="other.csv")
    assert desk.signers(other, (name, sha256, person, other[3]), ("other.csv", sha256, person, signed)) == []


@pytest.mark.parametrize("file", [0, 1])
def test_a_byte_more_in_the_list_or_its_map_is_not_what_was_signed(desk: Desk, file: int) -> None:
    row = desk.row("anna", ANNA)
    assert desk.signers(row) == ["anna"]
    desk.files[file].write_bytes(desk.files[file].read_bytes() + b"\n")
    assert desk.signers(row) == []
    assert desk.signers((row[0], digest(desk.files), *row[2:])) == []


def test_bytes_do_not_move_from_one_file_to_the_next(desk: Desk) -> None:
    before = digest(desk.files)
    desk.files[0].write_bytes(b"name\nAdvice\ns")
    desk.files[1].write_bytes(b"ource = 'a'\n")
    assert digest(desk.files) != before


def test_what_is_signed_is_written_down(desk: Desk) -> None:
    parts = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in desk.files)
    assert digest(desk.files) == hashlib.sha256(parts).hexdigest()
    assert signature(ANNA, "list.csv", "ab") == ANNA.sign(b"rohnamo agreement\nlist.csv\nab").hex()


def test_without_tables_nobody_signed_and_one_table_alone_is_a_fault(desk: Desk) -> None:
    with pytest.raises(FormatError, match=r"agreements\.csv: cannot be read \(.*; put back the table$"):
        signers(desk.files, desk.agreements, desk.keys)
    desk.keys.unlink()
    assert signers(desk.files, desk.agreements, desk.keys) == []
    write(desk.agreements, COLUMNS, [])
    with pytest.raises(FormatError, match=r"keys\.csv: cannot be read"):
        signers(desk.files, desk.agreements, desk.keys)


def test_tables_without_their_columns_are_named(desk: Desk) -> None:
    write(desk.agreements, COLUMNS[:3], [("list.csv", "ab", "anna")])
    with pytest.raises(FormatError, match=r"agreements\.csv: needs the columns file, sha256, person, signature$"):
        signers(desk.files, desk.agreements, desk.keys)
    write(desk.keys, ("person",), [("anna",)])
    with pytest.raises(FormatError, match=r"keys\.csv: needs the columns person, public$"):
        signers(desk.files, desk.agreements, desk.keys)


def test_a_table_in_another_encoding_is_named(desk: Desk) -> None:
    desk.agreements.write_bytes("файл".encode("cp1251"))
    with pytest.raises(FormatError, match=r"agreements\.csv: cannot be read"):
        signers(desk.files, desk.agreements, desk.keys)


def test_names_of_people_may_be_in_any_script(desk: Desk) -> None:
    desk.people(("Зарина", ZARINA))
    assert desk.signers(desk.row("Зарина", ZARINA)) == ["Зарина"]
