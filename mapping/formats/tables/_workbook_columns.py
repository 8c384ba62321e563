"""The flat workbook's columns: their headings in every language, what they mean, what may stand in them.

Each row carries a check of its cells as they were sent, by which a workbook that comes back tells which cells were
edited. It stands in a column of the sheet, so that it stays with its row when the rows are sorted, or saved as CSV.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mapping.language.fold import is_damaged
from mapping.language.i18n import Message
from mapping.language.spreadsheet import DANGEROUS
from mapping.resources import table_beside


@dataclass(frozen=True)
class WorkbookColumn:
    """A column: ``field`` is what it fills in the record of a new row (see `mapping.column_map.FIELDS`).

    ``allowed`` names the list of what may stand in it, ``kind`` is text, number, date, or fixed where nobody edits it.
    """

    key: str
    field: str
    label: Message
    meaning: Message
    example: str
    allowed: str
    several: bool
    width: int
    kind: str


COLUMNS = tuple(
    WorkbookColumn(
        row["key"],
        row["field"],
        Message.of(row["label"]),
        Message.of(row["meaning"]),
        row["example"],
        row["allowed"],
        bool(row["several"]),
        int(row["width"]),
        row["kind"],
    )
    for row in table_beside(__file__, "workbook_columns")
)
"""Every column of the flat workbook, in its order."""

FORMER: dict[str, tuple[str, ...]] = {
    "languages": ("На каких языках говорят", "Бо кадом забонҳо гап мезананд", "Qaysi tillarda gaplashiladi"),
    "url": ("Страница в интернете", "Саҳифаи интернетӣ", "Internet sahifasi"),
    "hours": ("Часы работы", "Соатҳои корӣ", "Ish vaqti"),
}
"""Column -> headings of workbooks that were sent before it was reworded: add here what you take away, in any language.
No heading may have stood for another column."""

APOSTROPHES = dict.fromkeys(map(ord, "‘’ʻʼ`´"), "'")

EDITED: tuple[WorkbookColumn, ...] = tuple(column for column in COLUMNS if column.kind != "fixed")
"""Columns whose cells may be edited; the check is made of them in this order."""

AUDIENCE_LABELS = {
    "public": Message("Everybody"),
    "partner": Message("Partners who signed in"),
    "focal_point": Message("Focal points"),
    "custodian": Message("Custodians only"),
}
YES_NO = {True: Message("yes"), False: Message("no")}
SERVICES, DICTIONARY, README = Message("Services list"), Message("Columns"), Message("Read me")
"""Names of the sheets."""

CHECK = re.compile(r"(\d+)/(\d+) (\w+) ([\w-]+)")
LENGTH = 3
"""Signs of a cell's check: of 260,000 edits one is overlooked."""


def labels(language: str) -> dict[str, str]:
    """Return the heading of each column in a language."""
    return {column.key: column.label.into(language) for column in COLUMNS}


def headings(language: str, there: Iterable[str]) -> dict[str, str]:
    """Return the heading of each column as a row holds it: in a language, or as it was before; else as it is now."""
    written = _Written(there)
    return {
        key: next(filter(None, map(written.heading, (label, *FORMER.get(key, ())))), label)
        for key, label in labels(language).items()
    }


class _Written:
    """Headings as a row holds them, also with "?" for letters that a program could not save."""

    def __init__(self, there: Iterable[str]) -> None:
        self._own = {_folded(heading): " ".join(heading.split()) for heading in there}
        self._damaged = {
            re.compile(re.escape(folded).replace(r"\?", ".")): heading
            for folded, heading in self._own.items()
            if is_damaged(folded)
        }

    def heading(self, spelling: str) -> str:
        """Return the heading that is spelt so, or nothing."""
        folded = _folded(spelling)
        lost = (heading for pattern, heading in self._damaged.items() if pattern.fullmatch(folded))
        return self._own.get(folded) or next(lost, "")


def _folded(heading: str) -> str:
    return " ".join(heading.split()).casefold().translate(APOSTROPHES)


def plain(text: str) -> str:
    """Return a cell's text without what programs change by themselves: spaces, apostrophes before signs, zeros."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if text[:1] == "'" and text[1:2] in DANGEROUS:
        text = text[1:]
    if re.fullmatch(r"-?\d{1,3}[.,]\d+", text):
        return f"{float(text.replace(',', '.')):.6f}".rstrip("0").rstrip(".")
    day = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00)?", text)
    return day[1] if day else text


def check_of(cells: Mapping[str, str], number: int, total: int, audience: str) -> str:
    """Return the check of a row: which of how many it is, for whom it was made, and three signs for each cell."""
    return f"{number}/{total} {audience} {''.join(_signs(cells.get(column.key, '')) for column in EDITED)}"


def edited(cells: Mapping[str, str], check: str) -> set[str] | None:
    """Return the columns whose cells were edited since the check was made; None where the check is damaged."""
    match = CHECK.fullmatch(check.strip())
    if match is None or len(match[4]) != LENGTH * len(EDITED):
        return None
    signs = [match[4][start : start + LENGTH] for start in range(0, len(match[4]), LENGTH)]
    return {column.key for column, sent in zip(EDITED, signs, strict=True) if _signs(cells.get(column.key, "")) != sent}


def _signs(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(plain(text).encode()).digest())[:LENGTH].decode()


def language_of(row: Sequence[str], languages: Iterable[str]) -> str | None:
    """Return the language whose headings a row holds: that of the id and at least half of the others."""
    there = _Written(row)
    best, most = None, len(COLUMNS) // 2
    for language in languages:
        hits = {
            key for key, label in labels(language).items() if any(map(there.heading, (label, *FORMER.get(key, ()))))
        }
        if "id" in hits and len(hits) > most:
            best, most = language, len(hits)
    return best
