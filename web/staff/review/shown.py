"""What acts would newly show: each act with its records before and now, and a second person who agrees to all of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from mapping.directory.gate import OnePerson, Waiting
from mapping.errors import NotFound
from mapping.language.i18n import Message
from mapping.model import Audience, Record
from mapping.quality.kept_out import Enlarged, like_kept_out
from mapping.safety.agreed import Showing, digest_of
from web.access.guard import Open, log, me, study_area, today
from web.access.roles import Action
from web.access.signin import page
from web.staff.agreeing import may_agree_to_show
from web.staff.common import directory, everything_seen, is_other_person
from web.staff.persons import people_in
from web.staff.showing import ShownEntry, by_entry, in_words, name_in_words
from web.staff.visible import name_of

blueprint = Blueprint("shown", __name__)

ROUTES: dict[str, Action | Open] = {
    "shown.act": "approve",
    "shown.take_up": "approve",
    "shown.agree": "approve",
}
MENU = ()

SAMPLE = 50
"""Records of one act that its page shows, with the rest of the last entry; what is beyond them is counted."""

SAME = Message("You did this yourself: somebody else must agree.")
GONE = Message("This is no longer what would be shown. Look at it again.")


@dataclass(frozen=True)
class ShownAct:
    """An act whose difference waits: what was done, by whom, and how many records it would show to whom."""

    number: int
    what: str
    by: str
    on: Any
    records: int
    audiences: Counter[Audience]


def acts() -> list[ShownAct]:
    """Return the acts whose differences wait for somebody like the person signed in, oldest first."""
    directory().catch_up(on=today())
    differences = _theirs_to_see(directory().waiting())
    return [_act(number, list(own)) for number, own in groupby(differences, key=lambda difference: difference.batch)]


def acts_count() -> int:
    """Return how many acts wait whose differences are known already."""
    return len({difference.batch for difference in _theirs_to_see(directory().waiting())})


@blueprint.get("/<language>/shown/<int:number>.html")
def act(language: str, number: int, *, problem: Message | None = None) -> str:
    """Show what an act would newly show, before and now, entry by entry: first what the person may agree to."""
    differences = _theirs_to_see(directory().waiting(number))
    if not differences:
        raise NotFound("nothing of this waits")
    theirs = _of_others(differences)
    shows = [difference.showing for difference in theirs or differences]
    whole = everything_seen()
    entries = by_entry(shows, whole)
    counts = [len({(showing.table, showing.id) for showing in own}) for own in entries.values()]
    before = accumulate(counts, initial=0)
    sample = {owner: entries[owner] for owner, records in zip(entries, before, strict=False) if records < SAMPLE}
    words = in_words(sample, whole, study_area(), language)
    more = sum(counts[len(sample) :])
    mine, nobody = not theirs, not theirs and any(not difference.by for difference in differences)
    values = {"act": _act(number, differences), "entries": words, "more": more, "shows": digest_of(shows)}
    values |= {"alike": alike_kept_out(shows, language), "people": people_in(shows)}
    return page("staff/shown.html", language, **values, mine=mine, nobody=nobody, problem=problem)


@blueprint.post("/<language>/shown/<int:number>/take-up")
def take_up(language: str, number: int) -> ResponseReturnValue:
    """Stand for what nobody who signed in did alone, so that somebody else can agree to it."""
    showings = [difference.showing for difference in _theirs_to_see(directory().waiting(number)) if not difference.by]
    if not showings:
        abort(404)
    try:
        directory().take_up(showings, by=me().login, on=today())
    except NotFound:
        return act(language, number, problem=GONE), 409
    log("taken_up", subject=f"act {number}: {len(showings)} differences")
    return redirect(f"/{language}/shown/{number}.html", code=303)


@blueprint.post("/<language>/shown/<int:number>")
def agree(language: str, number: int) -> ResponseReturnValue:
    """Agree to all that an act shows and somebody else did, exactly as it stands."""
    waiting = _theirs_to_see(directory().waiting(number))
    if not waiting:
        abort(404)
    differences = _of_others(waiting)
    if not differences:
        return act(language, number, problem=SAME), 403
    showings = [difference.showing for difference in differences]
    if request.form.get("shows") != digest_of(showings):
        return act(language, number, problem=GONE), 409
    try:
        directory().agree(showings, by=me().login, on=today())
    except OnePerson:
        return act(language, number, problem=SAME), 403
    except NotFound:
        return act(language, number, problem=GONE), 409
    log("agreed", subject=f"act {number}: {len(differences)} differences")
    return redirect(f"/{language}/waiting.html?done", code=303)


def alike_kept_out(shows: list[Showing], language: str, further: Sequence[Record] = ()) -> list[tuple[str, str, str]]:
    """Return of the entries that something is about which look like one that is kept out of every list.

    The name of each, that of the other, and the page on which both stand side by side, or that of the other where the
    entry is among ``further`` records, which are proposed.
    """
    whole = everything_seen()
    records = [record for showing in shows if (record := whole.get(showing.table, showing.id)) is not None]
    there = Enlarged(whole, further) if further else whole
    pairs = None if further else whole.doubles
    proposed = {record.id: record for record in further}
    alike = []
    for table, entry, other, pair in like_kept_out(there, [*records, *further], area=study_area(), pairs=pairs):
        name = name_of(whole, proposed.get(entry) or whole.record(table, entry), language)
        path = f"r/{table}/{other}.html" if entry in proposed else f"d/{table}/{pair.one}/{pair.other}.html"
        alike.append((name, name_in_words(whole, table, other, language), path))
    return alike


def _theirs_to_see(differences: list[Waiting]) -> list[Waiting]:
    """Return what is about records that the person sees, in a region where they may agree."""
    whole, person = everything_seen(), me()
    return [difference for difference in differences if may_agree_to_show(person, difference.showing, whole)]


def _of_others(differences: list[Waiting]) -> list[Waiting]:
    """Return what somebody else did who counted as a person."""
    others = {doer for doer in {difference.by for difference in differences} if is_other_person(doer)}
    return [difference for difference in differences if difference.by in others]


def _act(number: int, differences: list[Waiting]) -> ShownAct:
    records = {(difference.showing.table, difference.showing.id) for difference in differences}
    audiences = Counter(difference.showing.audience for difference in differences)
    return ShownAct(number, differences[0].what, differences[0].by, differences[0].on, len(records), audiences)


def shown_entries(shown: list[Showing], language: str) -> list[ShownEntry]:
    """Return the entries of which something would newly be shown, with that, as far as somebody may see them."""
    whole, person = everything_seen(), me()
    visible = [showing for showing in shown if may_agree_to_show(person, showing, whole)]
    return in_words(by_entry(visible, whole), whole, study_area(), language)
