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
from typing import Literal

from mapping.language.fold import is_damaged
from mapping.language.i18n import Message
from mapping.language.spreadsheet import DANGEROUS

Allowed = Literal[
    "service_types",
    "beneficiaries",
    "languages",
    "documents",
    "statuses",
    "verification",
    "units",
    "countries",
    "yes_no",
    "audiences",
]
"""Lists of what may stand in a cell."""


@dataclass(frozen=True)
class WorkbookColumn:
    """A column: ``field`` is what it fills in the record of a new row (see `mapping.column_map.FIELDS`)."""

    key: str
    field: str
    label: Message
    meaning: Message
    example: str = ""
    allowed: Allowed | None = None
    several: bool = False
    width: int = 18
    kind: Literal["text", "number", "date", "fixed"] = "text"


COLUMNS: tuple[WorkbookColumn, ...] = (
    WorkbookColumn(
        "id",
        "",
        Message("Id of the service (leave as it is)"),
        Message("By it the row is met again. Leave it empty in a new row."),
        width=10,
        kind="fixed",
    ),
    WorkbookColumn(
        "place_id",
        "",
        Message("Id of the place (leave as it is)"),
        Message("Tells the places of one service apart. Leave it empty in a new row."),
        width=10,
        kind="fixed",
    ),
    WorkbookColumn(
        "organization",
        "organization",
        Message("Name of the organization"),
        Message("The organization that gives the help, as it is written on its door."),
        width=34,
    ),
    WorkbookColumn(
        "types",
        "service",
        Message("Kind of help"),
        Message("What is done for people. Several kinds stand in one cell with ; between them."),
        allowed="service_types",
        several=True,
        width=34,
    ),
    WorkbookColumn(
        "name",
        "",
        Message("Name of the service"),
        Message("How the service is called. In a new row it is taken from the kind of help."),
        width=30,
    ),
    WorkbookColumn(
        "description",
        "description",
        Message("Description of the service"),
        Message("What people should know. No names of people, no phones, no addresses: these have columns."),
        width=40,
    ),
    WorkbookColumn(
        "serves",
        "serves",
        Message("Who is helped"),
        Message("Groups that it is for, with ; between them. Empty: everybody."),
        allowed="beneficiaries",
        several=True,
        width=26,
    ),
    WorkbookColumn(
        "excludes",
        "excludes",
        Message("Who is not taken"),
        Message("Groups that are not taken, with ; between them."),
        allowed="beneficiaries",
        several=True,
        width=20,
    ),
    WorkbookColumn(
        "languages",
        "languages",
        Message("Languages spoken there"),
        Message("Languages in which help is given, with ; between them."),
        allowed="languages",
        several=True,
    ),
    WorkbookColumn(
        "phones",
        "phone",
        Message("Phones to call"),
        Message("With the code of the country, or short as they are dialled; several with ; between them."),
        width=24,
    ),
    WorkbookColumn(
        "email",
        "email",
        Message("Mail address"),
        Message("For questions to the organization, not to a person."),
        "help@organization.example",
        width=24,
    ),
    WorkbookColumn(
        "url",
        "website",
        Message("Web page"),
        Message("The page of the service or of its organization."),
        "https://organization.example",
        width=24,
    ),
    WorkbookColumn(
        "hours", "hours", Message("Hours"), Message("Days and times when it is open; 24/7 is day and night."), width=26
    ),
    WorkbookColumn("fees", "cost", Message("What it costs"), Message("Free, or the price in words."), width=16),
    WorkbookColumn(
        "documents",
        "documents",
        Message("Papers asked for"),
        Message("Papers that a person must bring, with ; between them."),
        allowed="documents",
        several=True,
        width=24,
    ),
    WorkbookColumn(
        "status",
        "status",
        Message("Whether it works"),
        Message("Whether the service is there now."),
        allowed="statuses",
        width=16,
    ),
    WorkbookColumn(
        "covers",
        "covers",
        Message("Areas served"),
        Message("Areas that it serves, with ; between them."),
        allowed="units",
        several=True,
        width=22,
    ),
    WorkbookColumn(
        "place_name",
        "place_name",
        Message("Name of the place"),
        Message("How the house or the office is called."),
        width=26,
    ),
    WorkbookColumn(
        "address",
        "address",
        Message("Street and house"),
        Message("Only if everybody may know it; never that of a shelter."),
        width=28,
    ),
    WorkbookColumn("city", "place", Message("Town or village"), Message("Where the place is."), width=18),
    WorkbookColumn(
        "area_unit",
        "unit",
        Message("Administrative area"),
        Message("The administrative unit of the place."),
        allowed="units",
        width=22,
    ),
    WorkbookColumn(
        "country",
        "country",
        Message("Country code"),
        Message("Two letters, for places abroad."),
        allowed="countries",
        width=10,
    ),
    WorkbookColumn(
        "latitude",
        "latitude",
        Message("Latitude, degrees north"),
        Message("A number with a point, WGS 84."),
        width=12,
        kind="number",
    ),
    WorkbookColumn(
        "longitude",
        "longitude",
        Message("Longitude, degrees east"),
        Message("A number with a point, WGS 84."),
        width=12,
        kind="number",
    ),
    WorkbookColumn(
        "accessible",
        "accessible",
        Message("Step-free entrance"),
        Message("Whether a wheelchair gets in."),
        allowed="yes_no",
        width=12,
    ),
    WorkbookColumn(
        "verified_on",
        "verified_on",
        Message("Last checked on"),
        Message("Day on which somebody made sure that all this is true."),
        "2026-11-24",
        width=14,
        kind="date",
    ),
    WorkbookColumn(
        "verified_how",
        "verified_how",
        Message("How it was checked"),
        Message("By a visit, by phone and so on."),
        allowed="verification",
        width=20,
    ),
    WorkbookColumn(
        "marking",
        "marking",
        Message("Who may see it"),
        Message("Choose fewer people and the entry is hidden from the others. More people need two approvals."),
        allowed="audiences",
        width=20,
    ),
    WorkbookColumn(
        "check",
        "",
        Message("Check (leave as it is)"),
        Message("By it we see which cells you changed. An emptied cell takes out what stood there."),
        width=6,
        kind="fixed",
    ),
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
    """Fold a heading so that case, spaces and kinds of apostrophes do not matter."""
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
