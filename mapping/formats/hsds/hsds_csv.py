"""HSDS as CSV tables: versions 1.1, 2 and 3 in, as a zip or beside a datapackage.json; a 3.1 data package out.

References
----------
Open Referral, Human Services Data Specification 1.1, 2.0.1 and 3.1; Frictionless, Tabular Data Package 1.0.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.formats import MAX_COLUMNS, ReadContext, refusal, require_readable, unreadable_refused
from mapping.formats._archives import content, members, write_archive
from mapping.formats._json import beginning
from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._finish import finish
from mapping.formats.hsds._names import PASSED_OVER, SentRow, bare, modern, table_of
from mapping.formats.hsds._package import MOMENTS, columns, file_of, resource, tables
from mapping.formats.tables._flat import terms
from mapping.language.i18n import Message
from mapping.view.view import View

SUFFIX = ".zip .json"
LABEL = Message("Open Referral HSDS 3.1 as tables, for databases (CSV files in a zip)")
FILE = "hsds.zip"
BESIDE = {".json": "*.csv"}
MAX_CELL = 16 * 2**20
"""Longest cell: the outline of an area may be long."""

CORE = {"service", "organization", "location"}
"""Tables of which a package has at least one."""


def recognises(path: Path) -> bool:
    """Tell whether a zip holds tables of HSDS, or a JSON file describes a data package."""
    if path.suffix.lower() == ".json":
        return path.name.casefold() == "datapackage.json" or bool(
            re.search(r'"resources"\s*:\s*\[', beginning(path))
            and re.search(r'"path"\s*:\s*"[^"]*\.csv"', beginning(path))
        )
    try:
        with zipfile.ZipFile(path) as archive:
            return any(table_of(name) in CORE for name in archive.namelist() if name.lower().endswith(".csv"))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return False


Line = tuple[str, int | None, dict[str, str | None], int, int]
"""Table, number of the row, its cells, how many they are, and how many columns there are; without a number only the
name of a file counts."""


def parse(path: Path) -> Iterator[Line]:
    """Yield the rows of the tables of a data package of any version.

    Raises
    ------
    FormatError
        The archive is not honest, or a table cannot be read.
    """
    csv.field_size_limit(MAX_CELL)
    for name, contents in _files(path):
        yield name, None, {}, 0, 0
        if bare(name) not in PASSED_OVER and table_of(name) is not None:
            yield from _rows(path, name, contents)


def records(content: Iterable[Line], context: ReadContext) -> Batch:
    """Make records of the rows of a data package.

    Raises
    ------
    FormatError
        No table of HSDS is there.
    """
    feed, tables = Feed(context, context.path.name), set()
    for name, number, cells, count, most in content:
        if number is not None:
            if count > most:
                feed.say(
                    SentRow("", {}, name, number),
                    "",
                    Message("has {cells} {cells:cell|cells} where the header has {columns}", cells=count, columns=most),
                    Message("the last ones were not read; is a quotation mark missing?"),
                )
            feed.counted += 1
            feed.take(modern(name, cells, name, number))
        elif bare(name) in PASSED_OVER:
            where = SentRow(bare(name), {}, name, None)
            feed.say(where, "", Message("is not read"), Message("nothing to do"), "note")
        elif table_of(name) is None:
            where, fix = SentRow("", {}, name, None), Message("it was not read; ask what it holds")
            feed.say(where, "", Message("is no table of HSDS"), fix)
        else:
            tables.add(table_of(name))
    if not tables & CORE:
        raise refusal(
            "{path}: holds no services, organizations or locations; is it a package of HSDS?", path=context.path
        )
    return finish(feed)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix.lower() != ".json":
        for member in members(path):
            if member.filename.lower().endswith(".csv") and "__MACOSX/" not in member.filename:
                yield PurePosixPath(member.filename.replace("\\", "/")).name, content(path, member)
        return
    files = sorted(file for file in path.parent.glob("*.csv") if file.is_file() and not file.is_symlink())
    for file in files:
        if table_of(file.name) is not None or bare(file.name) in PASSED_OVER:
            with unreadable_refused(file):
                if size := file.stat().st_size:
                    require_readable(file, size)
                    yield file.name, file.read_bytes()
    if not files:
        raise refusal("{path}: no CSV file lies beside it; unpack the whole package, or import its zip", path=path)


def _rows(path: Path, name: str, contents: bytes) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(_decoded(path, name, contents), newline=""))
    try:
        header = [re.sub(r"\s+", "_", cell.strip().casefold()) for cell in next(reader, [])]
        if len(header) > MAX_COLUMNS:
            raise refusal(
                "{path}: {name} has {count} columns (at most {most}); is it the right file?",
                path=path,
                name=name,
                count=len(header),
                most=MAX_COLUMNS,
            )
        for number, row in enumerate(reader, 2):
            if not any(cell.strip() for cell in row):
                continue
            cells = {column: _cell(cell) for column, cell in zip(header, row, strict=False) if column}
            yield name, number, cells, len(row), len(header)
    except csv.Error as error:
        raise refusal(
            "{path}: {name} cannot be cut into cells ({error}); ask the sender to export it again",
            path=path,
            name=name,
            error=error,
        ) from error


def _decoded(path: Path, name: str, contents: bytes) -> str:
    for encoding in ("utf-16",) if contents[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "cp1251"):
        try:
            return contents.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise refusal(
        "{path}: the letters of {name} are in no encoding we know; save it again as CSV UTF-8", path=path, name=name
    )


def _cell(text: str) -> str | None:
    text = text.strip()
    return None if text in ("", "NULL", "null", "\\N") else text


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:  # noqa: ARG001
    """Write the tables of a view and their description into a zip: the same bytes each time."""
    view.require_area(area)
    shown = [table for table in tables() if _has(view, table)]
    description = package(view, area, shown)
    files = [("datapackage.json", (json.dumps(description, ensure_ascii=False, indent=1) + "\n").encode())]
    files += [(file_of(table), _table(view, table)) for table in shown]
    write_archive(Path(path), files)


def package(view: View, area: StudyArea, shown: list[str]) -> dict[str, Any]:
    """Return the description of the tables of a view."""
    licence, about = area.settings.licence, terms(view, area)
    public = [{"name": licence.id, "title": licence.text, "path": licence.url}]
    restricted = [{"name": "other-closed", "title": about.licence}]
    return {
        "name": f"rohnamo-{area.code.lower()}",
        "title": f"Directory of services: {area.label(area.code, 'en')}",
        "profile": "tabular-data-package",
        "version": "3.1",
        "created": f"{view.edition.isoformat()}T00:00:00Z",
        "licenses": public if about.licence_url else restricted,
        "description": about.attribution,
        "resources": [resource(table) for table in shown],
    }


def _has(view: View, table: str) -> bool:
    rows = view.connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [table])
    return rows.fetchone() is not None


def _table(view: View, table: str) -> bytes:
    names = columns(table)
    schema = {column["name"]: column["type"] for column in resource(table)["schema"]["fields"]}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in view.rows(table):
        writer.writerow([_written(table, name, schema[name], row[name]) for name in names])
    return text.getvalue().encode()


def _written(table: str, name: str, kind: str, value: Any) -> Any:
    if value is None:
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    if (table, name) in MOMENTS:
        return f"{value}T00:00:00Z"
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value)
    return str(value) if kind == "string" else value
