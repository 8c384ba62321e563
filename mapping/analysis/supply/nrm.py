"""The national referral mechanism as a matrix: which core function is listed in which region."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import core_types
from mapping.analysis.common.presence import ServicePresence
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message
from mapping.language.taxonomy import Term
from mapping.result import Column, Figure, Result, State
from mapping.view.view import View

PILLARS: dict[int, Message] = {
    1: Message("Found and safe"),
    2: Message("Support"),
    3: Message("Back to a stable life"),
    4: Message("Justice"),
}
"""What the four pillars of the OSCE/ODIHR handbook are about, in short."""

THERE: frozenset[State] = frozenset({"present", "single", "only remote", "line"})
"""States in which somebody can be referred to the function."""

METHOD = Message(
    "For each core function of the referral mechanism and each region we counted the listed services that have a place "
    "there and are confirmed. A service that only covers a region from elsewhere is shown where the region has "
    "none of its own. Where no check is in time, or something was reported but not confirmed, the cell says so. A "
    "hotline counts wherever it reaches. Secret services are never counted: what a cell says of them comes from a "
    "public statement, or it says that this is not published."
)


def nrm(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Show for each core function of the referral mechanism and each region what is listed there.

    The table has a column for each core function, by its code: the number of services behind the box's state (for
    types that are secret by default the state itself), and before them ``listed``, ``missing`` and ``unclear``, the
    number of functions in the region that are so. ``level`` is that of the regions, 1 by default.

    Raises
    ------
    InvalidRecord
        The study area has no such level.
    """
    frame = AnalysisFrame("nrm", view, area, level, usual=1)
    terms, listing = core_types(), ServicePresence(view, area, frame.level)
    by_term = {term.code: listing.states(term).values() for term in terms}
    states = pd.DataFrame(
        {code: [state for state, _ in cells] for code, cells in by_term.items()}, frame.index, dtype=object
    )
    counts = pd.DataFrame({code: [count for _, count in cells] for code, cells in by_term.items()}, frame.index)
    hidden = {term.code for term in terms if term.audience != "public"}
    table = pd.DataFrame(
        {
            "listed": states.isin(THERE).sum(axis=1),
            "missing": states.isin(["none listed"]).sum(axis=1),
            "unclear": states.isin(("unknown", "stale")).sum(axis=1),
            **{code: states[code] if code in hidden else counts[code] for code in counts},
        }
    )
    tally = Counter(map(str, states.to_numpy().ravel()))
    return frame.result(
        "units",
        basis="confirmed",
        title=Message("Core functions of the referral mechanism, by region"),
        finding=_finding(area, table, tally),
        also=_also(tally),
        table=table,
        states=states,
        columns=_columns(terms, hidden),
        headline=("listed", "missing", "unclear"),
        groups=_groups(terms),
        group_labels={f"pillar-{number}": words for number, words in PILLARS.items()},
        figures=_figures(tally),
        method=METHOD,
        caveats=_notes(listing.adrift(terms)),
        layout="matrix",
    )


def _columns(terms: list[Term], hidden: set[str]) -> tuple[Column, ...]:
    return (
        Column("listed", Message("Functions listed, or arranged by phone"), "count", more_is="better"),
        Column("missing", Message("Functions of which none is listed"), "count", more_is="worse"),
        Column("unclear", Message("Functions not known, or their check overdue"), "count", more_is="worse"),
        *(
            Column(term.code, term.labels, "state" if term.code in hidden else "count", more_is="better")
            for term in terms
        ),
    )


def _groups(terms: list[Term]) -> dict[str, tuple[str, ...]]:
    """Return the functions by pillar."""
    groups = {number: tuple(term.code for term in terms if term.pillar == number) for number in PILLARS}
    return {f"pillar-{number}": codes for number, codes in groups.items() if codes}


def _finding(area: StudyArea, table: pd.DataFrame, tally: Counter[str]) -> Message:
    empty, boxes = tally["none listed"], tally.total() - tally["not published"]
    if not empty:
        return Message("No cell of the referral matrix is empty")
    words: dict[str, object] = {"empty": empty, "boxes": boxes}
    order = table["missing"].sort_values(ascending=False, kind="stable")
    missing = [*order.to_list(), -1, -1]
    if len(table) > 1 and empty < boxes:
        words |= {"place": wording.named(area, str(order.index[0])), "other": wording.named(area, str(order.index[1]))}
        if missing[1] > missing[2] and missing[1] >= 0.8 * missing[0] and len(table) > 2:
            return Message(
                "{empty} of {boxes} cells in the referral matrix {empty:is|are} empty, the most in {place} and {other}",
                words,
            )
        if missing[0] > missing[1]:
            return Message(
                "{empty} of {boxes} cells in the referral matrix {empty:is|are} empty, the most in {place}", words
            )
    return Message("{empty} of {boxes} cells in the referral matrix {empty:is|are} empty", words)


def _also(tally: Counter[str]) -> tuple[Message, ...]:
    sentences = (
        (Message("Cells that depend on a single service: {count}."), tally["single"]),
        (Message("Cells that nobody confirmed in time: {count}."), tally["unknown"] + tally["stale"]),
        (Message("Cells that are not published, so that nobody is endangered: {count}."), tally["not published"]),
    )
    return tuple(sentence.filled_with({"count": count}) for sentence, count in sentences if count)


def _figures(tally: Counter[str]) -> Mapping[str, Figure]:
    boxes = tally.total() - tally["not published"]
    share = sum(tally[state] for state in THERE) / boxes if boxes else 0.0
    return {
        "listed": Figure(share, "share", Message("Cells in which something is listed, or arranged by phone")),
        "empty": Figure(tally["none listed"], "count", Message("Cells in which none is listed")),
        "boxes": Figure(boxes, "count", Message("Cells that can be published")),
    }


def _notes(adrift: int) -> tuple[Message, ...]:
    notes = (Message("“None listed” means that nobody told us of one. It does not prove that there is none."),)
    if not adrift:
        return notes
    words = {"count": adrift}
    return (
        *notes,
        Message(
            "Services that say neither where they are nor what they cover: {count}. Cells that could be theirs say "
            "“not known” where they would be empty.",
            words,
        ),
    )
