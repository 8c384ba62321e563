"""Sign the lists of the demonstration anew by its two invented stewards, after one of them was changed on purpose.

Their private keys are made from their names, for all to see: they protect nothing but the example.
"""

import csv
import hashlib
import tomllib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mapping.safety.signatures import COLUMNS, digest, signature

FOLDER = Path(__file__).resolve().parents[1] / "data" / "demo"
STEWARDS = ("Steward A (invented)", "Steward B (invented)")


def key_of(person: str) -> Ed25519PrivateKey:
    """Return the private key of an invented steward."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"rohnamo demo {person}".encode()).digest())


def main() -> None:
    """Write keys.csv and signatures.csv."""
    lists = tomllib.loads((FOLDER / "demo.toml").read_text(encoding="utf-8"))["lists"]
    with (FOLDER / "keys.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("person", "public"))
        writer.writerows((steward, key_of(steward).public_key().public_bytes_raw().hex()) for steward in STEWARDS)
    with (FOLDER / "signatures.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name in ("approvals.csv", *lists, "statements.csv"):
            files = [path for path in (FOLDER / name, (FOLDER / name).with_suffix(".toml")) if path.exists()]
            sha256 = digest(files)
            writer.writerows((name, sha256, steward, signature(key_of(steward), name, sha256)) for steward in STEWARDS)


if __name__ == "__main__":
    main()
