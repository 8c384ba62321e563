"""HSDS as JSON: 3.x in, nested as the API gives it, whole or one document a line; 3.1 out.

In: a full service, organization, location or service at location; a list of them; a page with ``contents``; or a file
with one document a line (.ndjson, .jsonl), of which any size can be read. Older JSON with the tables of versions 1 and
2 is read as far as its names are known.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mapping.apart import Helper
from mapping.area.study_area import StudyArea
from mapping.batch import Batch, Progress, counted, without_collecting
from mapping.errors import FormatError
from mapping.formats import ReadContext
from mapping.formats._json import beginning, count_lines, lines, load, parse
from mapping.formats.hsds._finish import finish
from mapping.formats.hsds._names import PASSED_OVER, Raw, bare, rows_of_document, table_of
from mapping.formats.hsds._read import ReadingAhead, ReadRow
from mapping.formats.hsds._take import Taking
from mapping.formats.tables._flat import terms
from mapping.language.i18n import Message, Phrase
from mapping.model import Audience
from mapping.view import hsds
from mapping.view.view import View

SUFFIX = ".json .ndjson .jsonl"
LABEL = Message("Open Referral HSDS 3.1, for other directories (JSON, one service after the other)")
FILE = "hsds.json"

TELLING = {
    "service_at_location": {"service_id", "location_id", "service", "location"},
    "service": {"status", "organization", "service_at_locations", "eligibility_description", "organization_id"},
    "organization": {
        "website",
        "legal_status",
        "organization_identifiers",
        "services",
        "year_incorporated",
        "tax_status",
    },
    "location": {"location_type", "latitude", "addresses", "accessibility", "transportation"},
    "taxonomy": {"version", "uri"},
    "taxonomy_term": {"taxonomy", "taxonomy_id", "taxonomy_detail", "parent_id", "term_uri"},
}
"""What a document is: the table with most of these properties."""

_SIGNS = re.compile(
    r'"(?:contents|organization_id|service_at_locations|location_type|eligibility_description|organizations?|services?'
    r'|taxonomy_terms?|term_uri|organization_identifiers|tax_status|legal_status|service_areas|locations?)"\s*:'
)
_OTHERS = re.compile(
    r'"(?:elements|_xform_id_string|_submission_time|__system|__version__)"\s*:|"type"\s*:\s*"FeatureCollection"|"resources"\s*:\s*\['
)


def recognises(path: Path) -> bool:
    """Tell whether a JSON file is of this family: by the names of its properties."""
    start = beginning(path)
    return start.lstrip()[:1] in ("{", "[") and bool(_SIGNS.search(start)) and not _OTHERS.search(start)


def records(path: Path, context: ReadContext) -> Batch:
    """Read a file of HSDS documents.

    Raises
    ------
    FormatError
        It is no JSON, holds no HSDS, or is too large.
    """
    taking = Taking(context, path.name)
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        of = count_lines(path) if context.progress else 0
        with Helper() as helper:
            count = sum(
                _take_line(taking, *line) for line in counted(_lines(taking, path, helper), of, context.progress)
            )
    else:
        count = sum(_take(taking, *document) for document in _documents(path, context.progress))
    if not count:
        raise FormatError(
            Phrase("{path}: holds no service, organization or place of HSDS; is it the right file?", path=path)
        )
    return finish(taking)


def _take(taking: Taking, row: int, key: str | None, document: Any) -> bool:
    """Take a document of a table; tell whether it is of one."""
    taking.counted += 1
    rows = _rows(row, key, document)
    if rows is None:
        cells = document if isinstance(document, dict) else {"document": document}
        taking.refuse(
            Raw("", cells, "", row),
            "",
            Phrase("is no service, organization or place"),
            Phrase("look what was meant"),
        )
        return False
    for raw in rows:
        taking.take(raw)
    return True


def _rows(row: int, key: str | None, document: Any) -> list[Raw] | None:
    """Return the rows that a document holds; None where it is of no table."""
    table = key or _table(document)
    return None if table is None or not isinstance(document, dict) else rows_of_document(table, document, row)


Lot = tuple[list[tuple[int, bytes]], FormatError | None]
"""Some lines with their numbers, and why there are no more, where that is a fault."""

ReadLot = tuple[dict[str, dict[str, str]], list[list[ReadRow | None] | None]]
"""The ids of some lines (`Reading.keys`), and the rows of each; None of one that must be read among the others."""

IN_LOT = 2**19
"""Bytes of the lines that are read together."""

LARGE = 2**24
"""Bytes of a file from which on a second process reads some of it: it takes a second to begin."""


def _lines(taking: Taking, path: Path, helper: Helper) -> Iterator[tuple[int, bytes, str, list[ReadRow | None] | None]]:
    """Yield (number, line, place, rows) of a file with one document a line; the rows where they were read ahead."""
    lots: Iterable[tuple[Lot, tuple[ReadLot] | None]] = ((lot, None) for lot in _lots(path))
    if path.stat().st_size > LARGE:
        lots = helper.ahead(_lots(path), read_ahead, taking.sender, taking.context.audience, taking.file)
    for (lot, fault), read in lots:
        keys, documents = read[0] if read else ({}, [None] * len(lot))
        taking.note_keys(keys)
        for (number, line), rows in zip(lot, documents, strict=True):
            yield number, line, f"{path} line {number}", rows
        if fault is not None:
            raise fault


def _lots(path: Path) -> Iterator[Lot]:
    """Yield the lines of a file, some at a time."""
    lot: list[tuple[int, bytes]] = []
    size = 0
    try:
        for line in lines(path):
            lot.append(line)
            size += len(line[1])
            if size > IN_LOT:
                yield lot, None
                lot, size = [], 0
    except FormatError as error:
        yield lot, error
    else:
        yield lot, None


def read_ahead(sender: str, most: Audience, file: str) -> Callable[[Lot], ReadLot]:
    """Return what reads lines as a process of its own does."""

    def document(reading: ReadingAhead, number: int, line: bytes) -> list[ReadRow | None] | None:
        try:
            rows = _rows(number, None, parse(line, ""))
        except FormatError:
            return None
        return None if rows is None else [*map(reading.row, rows)]

    @without_collecting()
    def read(lot: Lot) -> ReadLot:
        reading = ReadingAhead(sender, most, file)
        documents = [document(reading, *line) for line in lot[0]]
        return {**reading.keys}, documents

    return read


def _take_line(taking: Taking, number: int, line: bytes, place: str, rows: list[ReadRow | None] | None) -> bool:
    """Take the document of a line; tell whether it is of a table."""
    if rows is None:
        return _take(taking, number, None, parse(line, place))
    taking.counted += 1
    taking.join(rows, lambda: _rows(number, None, parse(line, place)) or ())
    return True


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:  # noqa: ARG001
    """Write the services of a view, each with all that belongs to it; into .ndjson one a line, else as one page.

    The page says the licence and the edition beside its contents; of documents one a line each would have to.
    """
    path, about = Path(path), terms(view, area)
    whole = path.suffix not in (".ndjson", ".jsonl")
    head = {
        "version": "3.1",
        "license": about.licence,
        "license_url": about.licence_url,
        "attribution": about.attribution,
        "edition": about.edition,
        "audience": about.audience,
    }
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "contents": [\n' if whole else "")
        for number, document in enumerate(documents(view)):
            file.write(",\n" if whole and number else "")
            file.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
            file.write("" if whole else "\n")
        file.write("\n]}\n" if whole else "")


def documents(view: View) -> Iterator[dict[str, Any]]:
    """Yield the services of a view in full, in the order of their ids."""
    yield from hsds.records(view, "service")


def _documents(path: Path, progress: Progress | None) -> Iterator[tuple[int, str | None, Any]]:
    """Yield (number, table, document): its place in the list.

    The table is None where the document itself must tell.
    """
    content = load(path)
    whole: list[tuple[int, str | None, Any]]
    if isinstance(content, dict) and isinstance(content.get("contents"), list):
        content = content["contents"]
    if isinstance(content, dict) and (tables := _tables(content)):
        whole = [(row, bare(name), document) for name, rows in tables.items() for row, document in enumerate(rows, 1)]
    else:
        documents = content if isinstance(content, list) else [content]
        whole = [(row, None, document) for row, document in enumerate(documents, 1)]
    yield from counted(whole, len(whole), progress)


def _tables(content: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the tables of a document that holds each as a list, such as {"services": […], "organizations": […]}."""
    tables = {name: rows for name, rows in content.items() if isinstance(rows, list) and table_of(name) is not None}
    known = {*tables, *(name for name in content if name.removesuffix(".csv") in PASSED_OVER)}
    return tables if tables and "id" not in content and len(known) * 2 >= len(content) else {}


def _table(document: Any) -> str | None:
    """Return the table that a document is of; None where it is of none."""
    if not isinstance(document, dict):
        return None
    return _table_with(tuple(document))


@lru_cache(maxsize=1_000)
def _table_with(names: tuple[str, ...]) -> str | None:
    """Return the table whose documents have such properties; those of a feed have few different ones."""
    counts = {table: len(signs & set(names)) for table, signs in TELLING.items()}
    best = max(counts, key=lambda table: counts[table])
    if counts[best]:
        return best
    return "organization" if {"id", "name", "description"} <= set(names) else None
