"""Answers of a survey as Kobo's and ODK Central's interfaces give them: JSON, with repeats inside the submissions.

Answers to our own form need no map (`mapping.formats.surveys.kobo`); those to another form are read by the sender's
map, or by one drafted from the form (``--columns form.xlsx``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mapping.formats import MAX_COLUMNS, Sheet, refusal
from mapping.formats._json import beginning, load
from mapping.formats.surveys.kobo import tidied
from mapping.language.i18n import Message

SUFFIX = ".json"
LABEL = Message("Answers of a survey in KoboToolbox, as its server gives them (JSON)")
LOOKED_AT = 2**20
SIGNS = re.compile(r'"(?:_submission_time|_xform_id_string|formhub/uuid|_submitted_by|__system)"\s*:')
"""Keys that only a survey tool writes."""

STATE = "_validation_status"
PASSED = {"_attachments", "_geolocation", "_tags", "_supplementalDetails"}
"""Lists that are no repeats of the form."""

DEEPEST = 20
"""Groups within groups that are looked into."""

Rows = dict[str, list[dict[str, object]]]


def recognises(path: Path) -> bool:
    """Tell whether a file holds submissions of a survey."""
    start = beginning(path, LOOKED_AT)
    return bool(re.match(r"\s*[\[{]", start)) and SIGNS.search(start) is not None


def read(path: str | Path) -> Iterator[Sheet]:
    """Read submissions as a sheet, and each repeat as a sheet that is tied to it by ``_parent_index``.

    Raises
    ------
    FormatError
        When the file is missing, too large, no JSON, or no list of submissions.
    """
    path = Path(path)
    whole = load(path)
    submissions = _submissions(whole)
    if submissions is None:
        raise refusal("{path}: is no list of submissions; take them from the data address of the project", path=path)
    tables: Rows = {"submissions": []}
    for submission in submissions:
        _take(submission, "submissions", tables, None)
    yield from tidied([sheet for name, rows in tables.items() if (sheet := _sheet(path, name, rows))])


def _submissions(whole: object) -> list[Mapping[str, object]] | None:
    if isinstance(whole, Mapping):
        whole = next((whole[key] for key in ("results", "value") if key in whole), [whole])
    if not isinstance(whole, list) or not all(isinstance(record, Mapping) for record in whole):
        return None
    return list(whole)


def _take(record: Mapping[str, object], table: str, tables: Rows, parent: int | None) -> None:
    number = len(tables[table]) + 1
    row: dict[str, object] = {"_index": number}
    if parent is not None:
        row["_parent_index"] = parent
    tables[table].append(row)
    for path, value in _flat(record, "", 0):
        if isinstance(value, list) and value and all(isinstance(child, Mapping) for child in value):
            name = path.rpartition("/")[2]
            tables.setdefault(name, [])
            for child in value:
                _take(child, name, tables, number)
        elif isinstance(value, list):
            row[path] = " ".join(str(part) for part in value if not isinstance(part, list | Mapping))
        elif path not in ("_index", "_parent_index"):
            row[path] = value


def _flat(record: Mapping[str, object], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    """Yield path and value of what a submission holds; a position becomes "latitude longitude altitude"."""
    for name, value in record.items():
        path = name if name.startswith(prefix) else f"{prefix}{name}"
        if name == STATE:
            yield path, value.get("uid", "") if isinstance(value, Mapping) else value
        elif name in PASSED:
            continue
        elif isinstance(value, Mapping):
            point = value.get("coordinates")
            if value.get("type") == "Point" and isinstance(point, list) and len(point) >= 2:
                yield path, " ".join(map(str, [point[1], point[0], *point[2:3]]))
            elif depth < DEEPEST:
                yield from _flat(value, f"{path}/", depth + 1)
        elif value is not None:
            yield path, value


def _sheet(path: Path, name: str, rows: Sequence[Mapping[str, object]]) -> Sheet | None:
    names = list(dict.fromkeys(key for row in rows for key in row))
    if len(names) > MAX_COLUMNS:
        raise refusal(
            "{path}: {count} kinds of answers are too many (at most {most})",
            path=path,
            count=len(names),
            most=MAX_COLUMNS,
        )
    return Sheet(name, [names, *([row.get(key) for key in names] for row in rows)], first_row=0) if rows else None
