"""HSDS as JSON: 3.x in, nested as the API gives it, whole or one document a line; 3.1 out.

In: a full service, organization, location or service at location; a list of them; a page with ``contents``; or a file
with one document a line (.ndjson, .jsonl), of which any size can be read. Older JSON with the tables of versions 1 and
2 is read as far as its names are known.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.batch import Batch, counted
from mapping.formats import ReadContext, refusal
from mapping.formats._json import beginning, lines, load
from mapping.formats._json import parse as decoded
from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._finish import finish
from mapping.formats.hsds._names import PASSED_OVER, SentRow, bare, rows_of_document, table_of
from mapping.formats.tables._flat import terms
from mapping.language.i18n import Message
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


def parse(path: Path) -> Iterator[tuple[int, str | None, Any]]:
    """Yield (number, table, document) of each document of a file: its place in the list.

    The table is None where the document itself must tell.

    Raises
    ------
    FormatError
        It is no JSON, or is too large.
    """
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        yield from ((number, None, decoded(line, f"{path} line {number}")) for number, line in lines(path))
        return
    content = load(path)
    if isinstance(content, dict) and isinstance(content.get("contents"), list):
        content = content["contents"]
    if isinstance(content, dict) and (tables := _tables(content)):
        for name, rows in tables.items():
            yield from ((row, bare(name), document) for row, document in enumerate(rows, 1))
    else:
        documents = content if isinstance(content, list) else [content]
        yield from ((row, None, document) for row, document in enumerate(documents, 1))


def records(content: Iterable[tuple[int, str | None, Any]], context: ReadContext) -> Batch:
    """Make records of HSDS documents.

    Raises
    ------
    FormatError
        The file holds no HSDS.
    """
    path, feed = context.path, Feed(context, context.path.name)
    if not sum(_take(feed, *document) for document in counted(content, 0, context.progress)):
        raise refusal("{path}: holds no service, organization or place of HSDS; is it the right file?", path=path)
    return finish(feed)


def _take(feed: Feed, row: int, key: str | None, document: Any) -> bool:
    feed.counted += 1
    rows = _rows(row, key, document)
    if rows is None:
        cells = document if isinstance(document, dict) else {"document": document}
        feed.refuse(
            SentRow("", cells, "", row),
            "",
            Message("is no service, organization or place"),
            Message("look what was meant"),
        )
        return False
    for raw in rows:
        feed.take(raw)
    return True


def _rows(row: int, key: str | None, document: Any) -> list[SentRow] | None:
    table = key or _table(document)
    return None if table is None or not isinstance(document, dict) else rows_of_document(table, document, row)


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:  # noqa: ARG001
    """Write the services of a view, each with all that belongs to it; into .ndjson one a line, else as one page.

    The page says the licence and the edition beside its contents; of documents one a line each would have to.
    """
    view.require_area(area)
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


def _tables(content: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the tables of a document that holds each as a list, such as {"services": […], "organizations": […]}."""
    tables = {name: rows for name, rows in content.items() if isinstance(rows, list) and table_of(name) is not None}
    known = {*tables, *(name for name in content if name.removesuffix(".csv") in PASSED_OVER)}
    return tables if tables and "id" not in content and len(known) * 2 >= len(content) else {}


def _table(document: Any) -> str | None:
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
