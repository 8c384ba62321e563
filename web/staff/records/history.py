"""Changes: what was done to the directory, newest first, and taking it back whole."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from mapping.directory.rows import Proposal
from mapping.directory.undo import BatchLine
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.model import ENTRIES
from web.access.guard import Open, log, me, today
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.agreeing import ASKED, about, may_agree
from web.staff.common import directory, everything_seen, gone_since, propose
from web.staff.fields import TABLES, labels
from web.staff.visible import name_of

changes = Blueprint("changes", __name__)
blueprint = changes

ROUTES: dict[str, Action | Open] = {"changes.all_": "import", "changes.undo": "import"}
MENU = (MenuItem("changes.html", Message("Changes"), "import", 70),)

MOST = 60
NOT_YOURS = Message(
    "This change is also about entries that you may not edit or see. Ask somebody who may edit all of them."
)
MOST_ALONE = 20
"""So many entries may one person bring back to what they were; of more a second person agrees."""
LATER = Message("This cannot be undone as it is: later changes touch the same records. Undo these first.")
WHY = Message("Undoing this would show more people something, or lead them elsewhere.")


@dataclass(frozen=True)
class PastAct:
    """Something that was done: what of it may be seen, and how many entries it added, changed and took out."""

    batch: BatchLine
    counts: Counter[str]
    name: Message | str
    asked: Message | None = None
    """What the proposal was for that a second person decided."""
    about: str = ""
    """What it was about, and ``path`` its page; of a proposal for whoever may agree to such."""
    path: str = ""


ACTS = labels("act")
"""What the history calls an act that brought no file."""


def act(file: str, files: Mapping[int, str]) -> Message | str:
    """Say what was done: the name of the file that was brought, or an act in words; ``files`` are those by batch."""
    if match := re.fullmatch(r"undo (\d+)", file):
        return Message("Undone: {what}", {"what": act(files.get(int(match[1]), "–"), files)})
    if match := re.fullmatch(r"(\w+) of a steward", file):
        return Message("By hand: {what}", {"what": TABLES.get(match[1], match[1])})
    return ACTS["propose"] if re.fullmatch(r"propose \w+", file) else ACTS.get(file, file)


@changes.get("/<language>/changes.html")
def all_(language: str, *, problem: Message | None = None) -> str:
    """Show what was done, as far as it is about what may be seen."""
    every = directory().batches()
    lines, files = every[-MOST:], {line.number: line.file for line in every}
    proposals = _proposals_of([batch_line.number for batch_line in lines])
    entries = _entries_of([batch_line.number for batch_line in lines])
    acts = [
        PastAct(
            batch_line,
            Counter(entries[batch_line.number].values()),
            act(batch_line.file, files),
            *(
                _asked(proposals[batch_line.number], language)
                if batch_line.number in proposals
                else (None, *_about(entries[batch_line.number], language))
            ),
        )
        for batch_line in reversed(lines)
        if batch_line.number in entries
    ]
    return page("staff/changes.html", language, found=acts, problem=problem)


def _proposals_of(numbers: list[int]) -> dict[int, Proposal]:
    query = """SELECT batch, record FROM history WHERE "table" = 'proposal' AND batch >= ?"""
    proposals = {proposal.id: proposal for proposal in directory().proposals(waiting=False)}
    rows: Any = directory().db.conn.execute(query, [min(numbers, default=0)])
    return {batch: proposals[record] for batch, record in rows if record in proposals}


def _entries_of(numbers: list[int]) -> dict[int, dict[tuple[str, str], str]]:
    """Return what each act did to entries that may be seen, or might if still there; what it did to a part changes one.

    An act about nothing that may be seen is left out; one about what is of no entry, as a proposal, has none.
    """
    if not numbers:
        return {}
    whole, gone = everything_seen(), gone_since(min(numbers))
    acts: dict[int, dict[tuple[str, str], str]] = {}
    query = 'SELECT batch, "table", record, change FROM history WHERE batch >= ?'
    rows: Any = directory().db.conn.execute(query, [min(numbers)])
    for batch, table, identifier, change in rows:
        there = whole.has(table, identifier)
        if not there and (table, identifier) not in gone:
            continue
        entries = acts.setdefault(batch, {})
        owner = whole.owner(whole.record(table, identifier) if there else gone[table, identifier])
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


def _asked(proposal: Proposal, language: str) -> tuple[Message | None, str, str]:
    """Return what a proposal asked for, and to whoever may agree to such what it was about and the path of its page."""
    if proposal.kind == "undo":  # what was taken back is told already
        return None, "", ""
    if not may_agree(me(), proposal, directory(), everything_seen()):
        return ASKED[proposal.kind], "", ""
    name, _ = about(proposal, everything_seen(), language)
    return ASKED[proposal.kind], name, f"p/{proposal.id}.html"


@changes.post("/<language>/changes/<int:number>")
def undo(language: str, number: int) -> ResponseReturnValue:
    """Take back what a batch did, whole or not at all; where that shows more, by two people."""
    if number not in _entries_of([number]):
        raise NotFound("there is no such change")
    changed = _changed_by(number)
    if not all(added or _is_own(*entry, number) for entry, added in changed.items()):
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
    marks = ", ".join("?" * len(ENTRIES))
    query = (
        'SELECT "table", record, min(before IS NULL) FROM history WHERE batch = ? '
        f'AND "table" IN ({marks}) GROUP BY "table", record'
    )
    mine = next(line.by for line in directory().batches() if line.number == number) == me().login
    rows = directory().db.execute(query, [number, *ENTRIES])
    return {(table, identifier): mine and bool(added) for table, identifier, added in rows}


def _is_own(table: str, identifier: str, number: int) -> bool:
    """Whether the person may see an entry that an act changed, and may edit it where it is."""
    whole, gone = everything_seen(), gone_since(number - 1)
    if whole.has(table, identifier):
        record = whole.record(table, identifier)
    elif (table, identifier) in gone:
        record = gone[table, identifier]
    else:
        return False
    return me().may("edit", whole.units(record))
