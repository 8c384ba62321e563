"""Texts for a native reader: one workbook a language of all texts, and corrections and translations brought back."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mapping.errors import InvalidRecord
from mapping.language.i18n import counted, slots
from mapping.language.spreadsheet import neutral, plain

COLUMNS = ("Catalogue", "English", "Text", "Correction", "Remark")
"""Columns of the workbook; the reader fills the last two."""

WIDTHS = (14, 60, 60, 60, 30)
_ENTRY = re.compile(r'^msgid ((?:".*"(?:\n|$))+)msgstr ((?:".*"(?:\n|$))+)', re.MULTILINE)
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
"""What a new catalogue begins with."""

_PART = re.compile(r'"(.*)"')
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


@dataclass(frozen=True)
class CatalogueText:
    """A text: the file it stands in, in English, and in the language of the catalogue."""

    catalogue: str
    english: str
    text: str


def texts(folder: Path) -> list[CatalogueText]:
    """Return all texts of the catalogues in the folder of a language, by file, in their order.

    Behind them stand those that only languages in folders beside it have: their text is empty.
    """
    own = list(_of(folder.glob("*.po")))
    known = {entry.english for entry in own}
    others = {entry.english: entry for entry in _of(folder.resolve().parent.glob("*/*.po"))}
    return own + [replace(entry, text="") for english, entry in others.items() if english not in known]


def _of(paths: Iterable[Path]) -> Iterator[CatalogueText]:
    for path in sorted(paths):
        for english, text in _entries(path.read_text(encoding="utf-8")):
            yield CatalogueText(path.stem, english, text)


def export_texts(folder: Path, target: Path) -> int:
    """Write the texts of a language into a workbook for a native reader; return how many."""
    entries = texts(folder)
    if not entries:
        raise InvalidRecord(f"{folder}: no catalogue (*.po) lies here; name the folder of a language")
    with xlsxwriter.Workbook(str(target)) as book:
        sheet = book.add_worksheet(folder.name)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
        layout = {"text_wrap": True, "valign": "top"}
        fixed, to_fill_in = (book.add_format({**layout, "locked": locked}) for locked in (True, False))
        for row, entry in enumerate(entries, 1):
            for column, text in enumerate((entry.catalogue, entry.english, entry.text, "", "")):
                form = fixed if column < COLUMNS.index("Correction") else to_fill_in
                if text:
                    sheet.write_string(row, column, neutral(text), form)
                else:
                    sheet.write_blank(row, column, None, form)
        sheet.freeze_panes(1, 0)
        sheet.protect()
    return len(entries)


def import_texts(source: Path, folder: Path) -> list[CatalogueText]:
    """Take the corrections of a workbook into the catalogues of a language; return the corrected texts.

    Nothing is written where anything is wrong.

    Raises
    ------
    InvalidRecord
        The file is no such workbook, or a row cannot be taken; the text names each row and what to do.
    """
    known = {(entry.catalogue, entry.english): entry.text for entry in texts(folder)}
    corrected, wrong = [], []
    for number, (catalogue, english, text, correction) in _rows(source):
        if not correction or correction == text:
            continue
        now = known.get((catalogue, english))
        if now == correction:
            continue
        if fault := _fault(now, english, text, correction):
            wrong.append(f"{source}, row {number}: {fault}")
        else:
            corrected.append(CatalogueText(catalogue, english, correction))
    if wrong:
        raise InvalidRecord("\n".join(wrong))
    for name in sorted({entry.catalogue for entry in corrected}):
        own = {entry.english: entry.text for entry in corrected if entry.catalogue == name}
        path = folder / f"{name}.po"
        content = path.read_text(encoding="utf-8") if path.exists() else HEAD
        path.write_text(_corrected(content, own), encoding="utf-8")
    return corrected


def _fault(now: str | None, english: str, text: str, correction: str) -> str:
    """Return why a correction cannot be taken; empty where it can."""
    if now is None:
        return f"{english!r} is no longer a text of this language; export again and bring the correction over"
    if now != text:
        return f"{english!r} has changed since the export; export again and look at it once more"
    if sorted(slots(english)) != sorted(slots(correction)) or counted(correction) - {*slots(english)}:
        names = ", ".join(f"{{{name}}}" for name in slots(english)) or "none"
        return f"the correction of {english!r} must hold these words in braces and no others: {names}"
    return ""


def _rows(source: Path) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
    try:
        book = load_workbook(source, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise InvalidRecord(f"{source}: this is no workbook (.xlsx); save it as one and try again") from error
    rows = book.worksheets[0].iter_rows(values_only=True)
    heading = tuple(str(cell or "") for cell in next(rows, ()))
    if heading[: len(COLUMNS)] != COLUMNS:
        raise InvalidRecord(f"{source}: the first row must be {', '.join(COLUMNS)}; export the texts again")
    for number, row in enumerate(rows, 2):
        catalogue, english, text, correction = (plain(str(cell or "")) for cell in row[:4])
        yield number, (catalogue, english, text, correction.strip())


def _entries(content: str) -> Iterator[tuple[str, str]]:
    for match in _ENTRY.finditer(content):
        english, text = (_joined(part) for part in match.groups())
        if english:
            yield english, text


def _corrected(content: str, texts: Mapping[str, str]) -> str:
    """Return a catalogue with other texts, new ones at its end; all else stays as it is, byte for byte."""
    new = texts.keys() - {english for english, _ in _entries(content)}

    def entry(match: re.Match[str]) -> str:
        english = _joined(match[1])
        return match[0] if english not in texts else f'msgid {match[1]}msgstr "{_escaped(texts[english])}"\n'

    added = (
        f'\nmsgid "{_escaped(english)}"\nmsgstr "{_escaped(texts[english])}"\n' for english in texts if english in new
    )
    return _ENTRY.sub(entry, content) + "".join(added)


def _joined(quoted: str) -> str:
    return re.sub(r'\\[nt"\\]', lambda sign: _ESCAPES[sign[0]], "".join(_PART.findall(quoted)))


def _escaped(text: str) -> str:
    return "".join({"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}.get(sign, sign) for sign in text)
