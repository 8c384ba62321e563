"""Reading JSON that anybody may have written: its size, its depth, its numbers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mapping.formats import readable, refusal, require_readable, unreadable_refused

MAX_LINES = 2 * 2**30
"""Largest file of one document a line: it is never held as a whole."""

MAX_LINE = 32 * 2**20
BEGINNING = 65536
ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
LONE_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F])\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Half of a letter beyond the first 65,536, written without the other half: no text can hold it."""
HALF = re.compile("[\ud800-\udfff]")
"""The same, as letters."""
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


def load(path: Path) -> Any:
    """Read a whole JSON file.

    Raises
    ------
    FormatError
        It is missing, empty, too large, or no JSON.
    """
    with readable(path):
        contents = path.read_bytes()
    return parse(contents, str(path))


def parse(contents: bytes | str, place: str) -> Any:
    """Read JSON; numbers that JSON does not have become nothing, and halves of letters the sign for a lost letter."""
    if isinstance(contents, str):
        contents = contents.encode("utf-8", errors="replace")
    if ESCAPED_HALF.search(contents):
        contents = LONE_HALF.sub(rb"\\ufffd", contents)
    try:
        return _DECODER.decode(_text(contents, json.detect_encoding(contents)))
    except (ValueError, RecursionError) as error:
        reason = "records stand in each other too deep" if isinstance(error, RecursionError) else str(error)[:120]
        raise refusal(
            "{place}: is not JSON ({reason}); ask the sender to export it again", place=place, reason=reason
        ) from error


def _text(contents: bytes, encoding: str) -> str:
    try:
        return contents.decode(encoding)
    except UnicodeDecodeError:
        return HALF.sub("\ufffd", contents.decode(encoding, "surrogatepass"))


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (line, text) of a file with one document a line, as it stands there; blank lines are passed over.

    Raises
    ------
    FormatError
        The file or a line is too large, or it cannot be read.
    """
    with unreadable_refused(path):
        size = path.stat().st_size
        if size > MAX_LINES:
            raise refusal("{path}: {size} GB is too large (at most 2); split it", path=path, size=f"{size / 2**30:.1f}")
        require_readable(path, min(size, 1))
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise refusal(
                        "{path} line {number}: is longer than {size} MB; is it one document?",
                        path=path,
                        number=number,
                        size=MAX_LINE >> 20,
                    )
                text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
                if text:
                    yield number, text


def beginning(path: Path, most: int = BEGINNING) -> str:
    """Return the first part of a file as text; nothing where it cannot be read. It never raises."""
    try:
        with path.open("rb") as file:
            start = file.read(most)
    except OSError:
        return ""
    return start.decode("utf-8-sig", errors="replace")
