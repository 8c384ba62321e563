"""Looking for secrets in every byte of what is published, whatever they were turned into.

    assert find_canaries([site, view], SECRETS) == []

A secret is a text or a coordinate. Texts are looked for as they are, in other cases and scripts, folded, escaped, in
base64 and hex; coordinates in decimals, in metres, as geohashes and as the numbers of binary files. Archives are
unpacked, and the words of SQLite's full-text tables, which are stored in pieces, are read through SQLite.
"""

import base64
import gzip
import html
import io
import json
import math
import re
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from mapping.language.fold import coarse, skeleton


class Canary(NamedTuple):
    """A secret that was found: in which file, which one, and in which form."""

    file: str
    secret: str
    form: str


def find_canaries(paths: Iterable[Path], secrets: Mapping[str, str | float]) -> list[Canary]:
    """Return every secret that some byte of files, or of the files of folders, holds."""
    forms = [(name, form, pattern) for name, secret in secrets.items() for form, pattern in encodings(secret).items()]
    by_case = [[one for one in forms if one[1].startswith("lower") is lower] for lower in (False, True)]
    sieves = [[Sieve(some, length) for length in (8, 4)] for some in by_case]
    found = set()
    for name, content in contents(paths):
        for own, text in zip(sieves, (content, content.lower()), strict=True):
            for secret, form, pattern in chain.from_iterable(sieve.possible(text) for sieve in own):
                if pattern in text:
                    found.add(Canary(name, secret, form))
    return sorted(found)


class Sieve:
    """Forms by their first bytes, so many as ``length`` (8, or 4 for those that are shorter than 8)."""

    def __init__(self, forms: list[tuple[str, str, bytes]], length: int) -> None:
        self.length = length
        self.forms = [one for one in forms if (len(one[2]) >= 8) == (length == 8)]
        firsts = [int.from_bytes(pattern[:length], "little") for _, _, pattern in self.forms]
        self.firsts = np.array(firsts, f"<u{length}")
        self.begun = np.zeros(2**24, bool)
        self.begun[self.firsts & 0xFFFFFF] = True

    def possible(self, content: bytes) -> list[tuple[str, str, bytes]]:
        """Return the forms whose first bytes stand somewhere in a content: far fewer than all, and quickly known."""
        if len(content) < self.length or not self.forms:
            return []
        there = []
        for start in range(min(self.length, len(content) - self.length + 1)):
            numbers = np.frombuffer(content, self.firsts.dtype, (len(content) - start) // self.length, start)
            there.append(np.unique(numbers[self.begun[numbers & 0xFFFFFF]]))
        return [self.forms[place] for place in np.flatnonzero(np.isin(self.firsts, np.concatenate(there)))]


@cache
def encodings(secret: str | float) -> dict[str, bytes]:
    """Return every form of a secret that is looked for; those named "lower ..." are looked for in any case."""
    if isinstance(secret, str):
        return dict(_of_text(secret))
    return dict(_of_number(secret))


def _of_text(text: str) -> Iterator[tuple[str, bytes]]:
    spellings = {
        "plain": text,
        "capitals": text.upper(),
        "title": text.title(),
        "lower folded": skeleton(text),
        "lower coarse": coarse(text),
    }
    spellings |= {f"lower {scheme}": transliterate(text, scheme).lower() for scheme in SCHEMES}
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 9:
        end = digits[-9:]
        groups = (end[:2], end[2:5], end[5:7], end[7:])
        spellings |= {"digits": end, "spaced": " ".join(groups), "spaced, no break": "\u00a0".join(groups)}
        spellings |= {"hyphens": "-".join(groups[1:]), "hyphens, no break": "\u2011".join(groups[1:])}
    for form, spelt in spellings.items():
        if len(spelt) < 5:
            continue
        yield form, spelt.encode()
    yield "lower bytes", text.encode().lower()
    yield "lower letters", text.lower().encode()
    yield "UTF-16", text.encode("utf-16-le")
    yield "UTF-16, big-endian", text.encode("utf-16-be")
    yield "windows-1251", text.encode("cp1251", errors="replace")
    yield "lower URL", quote(text, safe="").lower().encode()
    yield "lower JSON", json.dumps(text)[1:-1].lower().encode()
    yield "HTML", html.escape(text).encode()
    yield "lower entities", text.encode("ascii", errors="xmlcharrefreplace").lower()
    yield "lower hex", text.encode().hex().encode()
    for shift in range(3):  # base64 of a text differs by where in the whole it stands
        coded = base64.b64encode(b"\0" * shift + text.encode())
        yield f"base64, shifted by {shift}", coded[shift + 1 if shift else 0 : -4]


def _of_number(number: float) -> Iterator[tuple[str, bytes]]:
    for digits in range(3, 7):
        yield f"{digits} decimals", f"{number:.{digits}f}".encode()
        cut = math.floor(number * 10**digits) / 10**digits
        yield f"{digits} decimals, cut", f"{cut:.{digits}f}".encode()
        yield f"{digits} decimals, comma", f"{number:.{digits}f}".replace(".", ",").encode()
    yield "double", struct.pack("<d", number)
    yield "double, big-endian", struct.pack(">d", number)
    yield from _floats(number).items()
    minutes = (number % 1) * 60
    yield "degrees and minutes", f"{int(number)}°{int(minutes)}′".encode()
    yield "degrees, minutes, seconds", f"{int(number)}°{int(minutes)}'{(minutes % 1) * 60:.1f}".encode()
    radius = 6378137.0
    east = math.radians(number) * radius
    north = radius * math.log(math.tan(math.pi / 4 + math.radians(number) / 2)) if abs(number) < 89 else 0.0
    for axis, metres in (("east", east), ("north", north)):
        yield f"Mercator {axis}", str(math.floor(metres)).encode()
        yield f"Mercator {axis} as a double", struct.pack("<d", metres)


def _floats(number: float) -> dict[str, bytes]:
    """Return a number as R*Trees and other binary files keep it, in 32 bits: the nearest one, below and above."""
    (bits,) = struct.unpack(">I", struct.pack(">f", number))
    return {f"float{end}{step:+d}": struct.pack(f"{end}I", bits + step) for end in "<>" for step in (-1, 0, 1)}


def geohash(latitude: float, longitude: float, length: int = 7) -> str:
    """Return the geohash of a point."""
    letters = "0123456789bcdefghjkmnpqrstuvwxyz"
    lows, highs, values = [-180.0, -90.0], [180.0, 90.0], (longitude, latitude)
    code, bits = "", 0
    for step in range(length * 5):
        axis = step % 2
        middle = (lows[axis] + highs[axis]) / 2
        above = values[axis] >= middle
        (lows if above else highs)[axis] = middle
        bits = bits * 2 + above
        if step % 5 == 4:
            code, bits = code + letters[bits], 0
    return code


def wkb(latitude: float, longitude: float) -> bytes:
    """Return a point as well-known binary."""
    return struct.pack("<BIdd", 1, 1, longitude, latitude)


SCHEMES: dict[str, dict[str, str]] = {
    "BGN": {
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "yu",
        "я": "ya",
        "ё": "yo",
        "ғ": "gh",
        "қ": "q",
        "ҳ": "h",
        "ҷ": "j",
        "ӯ": "u",
        "ӣ": "i",
        "й": "y",
        "ъ": "",
        "ь": "",
        "э": "e",
        "ы": "y",
    },
    "plain Latin": {
        "ж": "j",
        "х": "x",
        "ц": "c",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ю": "yu",
        "я": "ya",
        "ё": "yo",
        "ғ": "g",
        "қ": "k",
        "ҳ": "h",
        "ҷ": "j",
        "ӯ": "o'",
        "ӣ": "i",
        "й": "y",
        "ъ": "'",
        "ь": "",
        "э": "e",
        "ы": "i",
    },
    "Russian": {"ғ": "г", "қ": "к", "ҳ": "х", "ҷ": "дж", "ӯ": "у", "ӣ": "и"},
    "Russian keyboard": {"ғ": "г", "қ": "к", "ҳ": "х", "ҷ": "ч", "ӯ": "у", "ӣ": "и"},
}
"""Ways to write a Tajik or Russian word in other letters."""

LATIN = dict(zip("абвгдезиклмнопрстуф", "abvgdeziklmnoprstuf", strict=True))


def transliterate(text: str, scheme: str) -> str:
    """Write a text in the letters of a scheme; what it does not know stays."""
    table = SCHEMES[scheme] | (LATIN if "Russian" not in scheme else {})
    return "".join(table.get(letter, letter) for letter in text.lower())


def contents(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of every file, of what archives hold, and of the names themselves."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            name = str(file.relative_to(path)) if path.is_dir() else file.name
            yield f"the name of {name}", name.encode()
            if file.is_file():
                content = file.read_bytes()
                yield from _unpacked(name, content)
                if content[:15] == b"SQLite format 3":
                    yield f"{name}!words", full_text_words(file)
                    yield f"{name}!ready", ready_texts(file)


def ready_texts(path: Path) -> bytes:
    """Return the ready records of a view, which stand in it compressed; nothing where a database has none."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ready'").fetchone()
    texts = connection.execute("SELECT json FROM ready").fetchall() if there else []
    connection.close()
    return b"\n".join(text if text.startswith(b"{") else zlib.decompress(text) for (text,) in texts)


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield f"{name}!list", repr(archive.infolist()).encode() + archive.comment
            for inner in archive.namelist():
                yield from _unpacked(f"{name}!{inner}", archive.read(inner))
    elif content[:2] == b"\x1f\x8b":
        yield from _unpacked(f"{name}!", gzip.decompress(content))
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive.getmembers():
                if (stream := archive.extractfile(member)) is not None:
                    yield from _unpacked(f"{name}!{member.name}", stream.read())
    for start in _streams(content):
        try:
            inflated = zlib.decompressobj().decompress(content[start:])
        except zlib.error:
            continue
        yield f"{name}!{start}", inflated


def _streams(content: bytes) -> Iterator[int]:
    """Yield where the compressed streams of a PDF or a PNG begin."""
    if content[:5] == b"%PDF-":
        for found in re.finditer(rb"stream\r?\n", content):
            yield found.end()
    elif content[:4] == b"\x89PNG":
        for found in re.finditer(rb"(?:zTXt|iTXt|tEXt)", content):
            yield found.end()


def full_text_words(path: Path) -> bytes:
    """Return the words of the full-text tables of a SQLite file, which it stores in pieces."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%fts5%'").fetchall()
    words = []
    for number, (table,) in enumerate(tables):
        connection.execute(f"CREATE VIRTUAL TABLE temp.words{number} USING fts5vocab('main', '{table}', 'row')")
        words += [term for (term,) in connection.execute(f"SELECT term FROM temp.words{number}")]
    connection.close()
    return "\n".join(words).encode()
