"""Changes: what was done to the directory, newest first, and undoing it."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue

from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.model import ENTRIES
from web.access.guard import log, me, today
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, everything_seen, gone_since, propose
from web.staff.fields import TABLES, labels
from web.staff.visible import name_of

blueprint = Pages("changes")


MOST = 60
NOT_YOURS = Message(
    "This change is also about entries that you may not edit or see. Ask somebody who may edit all of them."
)
MOST_ALONE = 20
"""So many entries may one person bring back to what they were; of more a second person agrees."""
LATER = Message("This cannot be undone as it is: later changes touch the same records. Undo these first.")
WHY = Message("Undoing this would show more people something, or lead them elsewhere.")
ACTS = labels("act")
"""What the history calls an act that brought no file."""


def act(file: str, files: Mapping[int, str]) -> Message | str:
    """Say what was done: the name of the file that was imported, or an act in words; ``files`` are those by batch."""
    if match := re.fullmatch(r"undo (\d+)", file):
        return Message("Undone: {what}", {"what": act(files.get(int(match[1]), "–"), files)})
    if match := re.fullmatch(r"(\w+) of a steward", file):
        return Message("By hand: {what}", {"what": TABLES.get(match[1], match[1])})
    return ACTS["propose"] if re.fullmatch(r"propose \w+", file) else ACTS.get(file, file)


@blueprint.page("import", "changes.html", menu=(Message("Changes"), 70))
def all_(language: str, *, problem: Message | None = None) -> str:
    """Show what was done, as far as it is about what may be seen."""
    lines = directory().batches()
    files, first = {line.number: line.file for line in lines}, lines[-MOST:][0].number if lines else 0
    entries, acts = _entries_since(first), []
    for line in reversed(lines[-MOST:]):
        if line.number in entries:
            done, counts = act(line.file, files), Counter(entries[line.number].values())
            about, path = _about(entries[line.number], language)
            acts.append({"batch": line, "counts": counts, "name": done, "about": about, "path": path})
    return page("staff/changes.html", language, found=acts, problem=problem)


def _entries_since(first: int) -> dict[int, dict[tuple[str, str], str]]:
    """Return what each act did to entries that may be seen, or might if still there; what it did to a part changes one.

    An act about nothing that may be seen is left out; one about what is of no entry, as a proposal, has none.
    """
    whole, gone = everything_seen(), gone_since(first)
    acts: dict[int, dict[tuple[str, str], str]] = {}
    query = 'SELECT batch, "table", record, change FROM history WHERE batch >= ?'
    rows: Any = directory().db.conn.execute(query, [first])
    for batch, table, identifier, change in rows:
        record = whole.get(table, identifier) or gone.get((table, identifier))
        if record is None:
            continue
        entries, owner = acts.setdefault(batch, {}), whole.owner(record)
        if owner == (table, identifier):
            entries[owner] = change
        elif owner and (whole.has(*owner) or owner in gone):
            entries.setdefault(owner, "changed")
    return acts


def _about(entries: Collection[tuple[str, str]], language: str) -> tuple[str, str]:
    """Return the name and the path of the one entry that an act was about and is still there; of more, nothing."""
    whole = everything_seen()
    there = [entry for entry in entries if whole.has(*entry)]
    if len(there) != 1:
        return "", ""
    ((table, identifier),) = there
    return name_of(whole, whole.record(table, identifier), language), f"r/{table}/{identifier}.html"


@blueprint.act("import", "changes/<int:number>")
def undo(language: str, number: int) -> ResponseReturnValue:
    """Undo what a batch did, whole or not at all; where that shows more, by two people."""
    if number not in _entries_since(number):
        raise NotFound("there is no such change")
    changed = _changed_by(number)
    if not all(added or _may_edit(*entry, number) for entry, added in changed.items()):
        return all_(language, problem=NOT_YOURS), 403
    try:
        preview = directory().undo(number, by=me().login, on=today(), dry_run=True)
        if preview.shows or len(changed) > MOST_ALONE:
            propose("undo", "batch", str(number), {}, reason=WHY.text, subject=f"undo batch {number}")
            return redirect(f"/{language}/changes.html?waits", code=303)
        directory().undo(number, by=me().login, on=today())
    except InvalidRecord:
        return all_(language, problem=LATER), 409
    log("undone", subject=f"batch {number}")
    return redirect(f"/{language}/changes.html?done", code=303)


def _changed_by(number: int) -> dict[tuple[str, str], bool]:
    """Return the entries that an act touched, each with whether the person added it by that act."""
    marks = ", ".join("?" * len(ENTRIES))
    query = (
        'SELECT "table", record, min(before IS NULL) FROM history WHERE batch = ? '
        f'AND "table" IN ({marks}) GROUP BY "table", record'
    )
    is_mine = next(line.by for line in directory().batches() if line.number == number) == me().login
    rows = directory().db.execute(query, [number, *ENTRIES])
    return {(table, identifier): is_mine and bool(added) for table, identifier, added in rows}


def _may_edit(table: str, identifier: str, number: int) -> bool:
    whole = everything_seen()
    record = whole.get(table, identifier) or gone_since(number - 1).get((table, identifier))
    return record is not None and me().may("edit", whole.units(record))
