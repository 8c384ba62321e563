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


def nrm(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Show for each core function of the referral mechanism and each region what is listed there.

    The table has a column for each core function, by its code: the number of services behind the box's state (for
    types that are secret by default the state itself), and before them ``listed``, ``missing`` and ``unclear``, the
    number of functions in the region that are so. ``level`` is that of the regions, 1 by default.
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
    pillars = {number: tuple(term.code for term in terms if term.pillar == number) for number in PILLARS}
    tally = Counter(map(str, states.to_numpy().ravel()))
    return frame.result(
        finding=_finding(area, table, tally),
        also=_also(tally),
        table=table,
        states=states,
        columns=_columns(terms, hidden),
        headline=("listed", "missing", "unclear"),
        groups={f"pillar-{number}": own for number, own in pillars.items() if own},
        group_labels={f"pillar-{number}": words for number, words in PILLARS.items()},
        figures=_figures(tally),
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


def _finding(area: StudyArea, table: pd.DataFrame, tally: Counter[str]) -> Message:
    empty, boxes = tally["none listed"], tally.total() - tally["not published"]
    if not empty:
        return Message("No cell of the referral matrix is empty")
    words: dict[str, object] = {"empty": empty, "boxes": boxes}
    text = Message("{empty} of {boxes} cells in the referral matrix {empty:is|are} empty")
    order = table["missing"].sort_values(ascending=False, kind="stable")
    first, second, third = [*order.to_list(), -1, -1][:3]
    if len(table) > 1 and empty < boxes:
        words |= {"place": area.unit(str(order.index[0])).titles, "other": area.unit(str(order.index[1])).titles}
        if second > third and second >= 0.8 * first and len(table) > 2:
            text = Message(
                "{empty} of {boxes} cells in the referral matrix {empty:is|are} empty, the most in {place} and {other}"
            )
        elif first > second:
            text = Message("{empty} of {boxes} cells in the referral matrix {empty:is|are} empty, the most in {place}")
    return text.filled_with(words)


def _also(tally: Counter[str]) -> tuple[Message, ...]:
    return wording.counted(
        (Message("Cells that depend on a single service: {count}."), tally["single"]),
        (Message("Cells that nobody confirmed in time: {count}."), tally["unknown"] + tally["stale"]),
        (Message("Cells that are not published, so that nobody is endangered: {count}."), tally["not published"]),
    )


def _figures(tally: Counter[str]) -> Mapping[str, Figure]:
    boxes = tally.total() - tally["not published"]
    share = sum(tally[state] for state in THERE) / boxes if boxes else 0.0
    return {
        "listed": Figure(share, "share", Message("Cells in which something is listed, or arranged by phone")),
        "empty": Figure(tally["none listed"], "count", Message("Cells in which none is listed")),
        "boxes": Figure(boxes, "count", Message("Cells that can be published")),
    }


def _notes(adrift: int) -> tuple[Message, ...]:
    text = Message(
        "Services that say neither where they are nor what they cover: {count}. Cells that could be theirs say "
        "“not known” where they would be empty."
    )
    return wording.counted((text, adrift))
