"""Beneficiaries: which groups of people find which core functions of the referral mechanism closed, by region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import core_types
from mapping.analysis.common.presence import ServicePresence
from mapping.analysis.common.wording import labels
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Message, Text, listing
from mapping.language.taxonomy import Term, Vocabulary
from mapping.result import Column, Figure, Result, State
from mapping.view.rules.takes import MINORS, worst
from mapping.view.view import Entry, View

DIMENSIONS: dict[str, Message] = labels("beneficiaries")
"""Kinds of groups that are looked at; forms of exploitation and legal status are no reason to be turned away."""

BOTH: dict[str, tuple[tuple[str, str], Message]] = {
    "BOYS": (("SEX-M", "AGE-CHI"), Message("Boys (under 18)")),
    "GIRLS": (("SEX-F", "AGE-CHI"), Message("Girls (under 18)")),
}
"""Groups of people who belong to two: a service must take both."""

REACHED: frozenset[State] = frozenset({"present", "single", "only remote"})


@dataclass(frozen=True)
class BeneficiaryGroup:
    """People who are looked at together, of each of ``codes``."""

    key: str
    label: Text
    codes: tuple[str, ...]
    dimension: str

    def fits(self, entry: Entry) -> bool:
        """Tell whether a service takes them, or may when they ask."""
        return worst(map(entry.takes, self.codes)) != "no"

    def surely_fits(self, entry: Entry) -> bool:
        """Tell whether they need not ask."""
        return worst(map(entry.takes, self.codes)) == "yes"

    def concerns(self, term: Term) -> bool:
        """Tell whether a function is meant for them: what is for children is not closed to grown people."""
        grown = self.dimension == "age" and not MINORS.intersection(self.codes)
        return not (grown and term.need == "child")


def groups_of(view: View, area: StudyArea) -> list[BeneficiaryGroup]:
    """Return the groups that may be spoken of to the readers of a view, by kind."""
    terms = [term for term in Vocabulary.load("beneficiaries").terms() if _may_be_named(term, view, area)]
    groups = [BeneficiaryGroup(term.code, term.labels, (term.code,), term.dimension) for term in terms]
    groups += [BeneficiaryGroup(key, label, codes, "age") for key, (codes, label) in BOTH.items()]
    return [group for dimension in DIMENSIONS for group in groups if group.dimension == dimension]


def _may_be_named(term: Term, view: View, area: StudyArea) -> bool:
    allowed = not term.sensitive or view.audience != "public" or term.code in area.settings.sensitive_allowed
    return allowed and term.dimension in DIMENSIONS


def beneficiaries(view: View, area: StudyArea, *, level: int | None = None, group: str | None = None) -> Result:
    """Count for each group of people the core functions that are listed in a region, but closed to them.

    The table holds ``listed``, the number of functions in the region that take anybody, and for each group the number
    of these that take none of it, under the group's code (``BOYS`` and ``GIRLS`` are children of a sex). With
    ``group``, it holds ``listed``, ``closed``, ``to_ask`` (functions of which every service that may take them has to
    be asked) and for each function the number of services that take that group or may.
    """
    frame = AnalysisFrame("beneficiaries", view, area, level, usual=1)
    known = groups_of(view, area)
    terms = [term for term in core_types() if term.audience == "public"]
    listing = ServicePresence(view, area, frame.level)
    anybody = _reached(listing, terms)
    if group is not None:
        chosen = next((own for own in known if own.key == group), None)
        if chosen is None:
            raise NotFound(f"{group!r} is no group of people here; there are {', '.join(own.key for own in known)}")
        return _one(frame, listing, terms, chosen, anybody)
    opened = {own.key: _open(listing, terms, own) for own in known}
    closed = {key: anybody & ~cells for key, cells in opened.items()}
    unsure = {own.key: anybody & opened[own.key] & ~_open(listing, terms, own, surely=True) for own in known}
    sums = {key: boxes.sum(axis=1) for key, boxes in closed.items()}
    table = pd.DataFrame({"listed": anybody.sum(axis=1), **sums}, anybody.index)
    state = np.where(table["listed"] == 0, "none listed", "")
    boxes = int(anybody.to_numpy().sum())
    everywhere = {key: int((cells.any() & ~(anybody & ~cells).any()).sum()) for key, cells in closed.items()}
    return frame.result(
        finding=_finding(known, closed, boxes),
        also=(*_also(known, closed, terms), *_unsure(known, unsure, boxes)),
        table=table,
        states=frame.states({own.key: state for own in known}),
        total={"listed": int(anybody.any().sum()), **everywhere},
        columns=(LISTED, *(Column(own.key, own.label, "count", more_is="worse") for own in known)),
        groups={key: tuple(own.key for own in known if own.dimension == key) for key in DIMENSIONS},
        group_labels=DIMENSIONS,
        figures=_figures(known, closed, boxes),
        caveats=_notes(view),
        picture="bars",
    )


LISTED = Column("listed", Message("Functions listed, for anybody"), "count")


def _reached(listing: ServicePresence, terms: Sequence[Term]) -> pd.DataFrame:
    reached = {term.code: [state[0] in REACHED for state in listing.states(term).values()] for term in terms}
    return pd.DataFrame(reached, pd.Index(listing.units, name="code"), dtype=bool)


def _open(
    listing: ServicePresence, terms: Sequence[Term], group: BeneficiaryGroup, *, surely: bool = False
) -> pd.DataFrame:
    """Return where each function takes a group, or may: what nobody confirmed is not called closed.

    With ``surely`` where nobody of the group has to ask whether it is taken.
    """
    columns = {}
    for term in terms:
        states = listing.states(term, group.surely_fits if surely else group.fits).values()
        columns[term.code] = [
            not group.concerns(term) or state in REACHED or (state in ("unknown", "stale") and count > 0)
            for state, count in states
        ]
    return pd.DataFrame(columns, pd.Index(listing.units, name="code"), dtype=bool)


def _one(
    frame: AnalysisFrame,
    listing: ServicePresence,
    terms: Sequence[Term],
    group: BeneficiaryGroup,
    anybody: pd.DataFrame,
) -> Result:
    index, by_term = anybody.index, {term.code: listing.states(term, group.fits).values() for term in terms}
    states = {code: [state for state, _ in cells] for code, cells in by_term.items()}
    counts = {code: [count for _, count in cells] for code, cells in by_term.items()}
    opened = _open(listing, terms, group)
    closed, unsure = anybody & ~opened, anybody & opened & ~_open(listing, terms, group, surely=True)
    sums = {"listed": anybody.sum(axis=1), "closed": closed.sum(axis=1), "to_ask": unsure.sum(axis=1)}
    words = {"group": group.label, "closed": int(closed.to_numpy().sum()), "boxes": int(anybody.to_numpy().sum())}
    return frame.result(
        title=Message("Core functions for one group: {group}", words),
        finding=Message(
            "“{group}”: closed to them {closed:is|are} {closed} of {boxes} cells in which something is listed", words
        ),
        table=pd.DataFrame({**sums, **counts}, index),
        states=pd.DataFrame(states, index, dtype=object),
        columns=(
            LISTED,
            Column("closed", Message("Functions closed to them"), "count", more_is="worse"),
            Column("to_ask", Message("Functions where they must ask first"), "count", more_is="worse"),
            *(Column(term.code, term.labels, "count", more_is="better") for term in terms),
        ),
        headline=("listed", "closed", "to_ask"),
        caveats=_notes(frame.view),
        layout="matrix",
    )


def _most(known: Sequence[BeneficiaryGroup], cells: Mapping[str, pd.DataFrame]) -> tuple[int, Text]:
    """Return in how many cells something holds for a group at most, and for which groups it does so often."""
    counts = {group.key: int(cells[group.key].to_numpy().sum()) for group in known}
    most = max(counts.values(), default=0)
    return most, listing([group.label for group in known if counts[group.key] == most])


def _finding(known: Sequence[BeneficiaryGroup], closed: Mapping[str, pd.DataFrame], boxes: int) -> Message:
    if not boxes:
        return Message("Nothing is listed that could be open or closed to anybody")
    most, groups = _most(known, closed)
    if not most:
        return Message("Every function that is listed takes every group that we looked at")
    words = {"group": groups, "closed": most, "boxes": boxes}
    return Message("Closed most often, in {closed} of {boxes} cells in which others find help, to: {group}", words)


def _also(
    known: Sequence[BeneficiaryGroup], closed: Mapping[str, pd.DataFrame], terms: Sequence[Term]
) -> tuple[Message, ...]:
    label = {term.code: term.labels for term in terms}
    sentences = []
    for group in sorted(known, key=lambda group: -int(closed[group.key].to_numpy().sum()))[:3]:
        by_type = closed[group.key].sum()
        if by_type.empty or by_type.max() < 2:
            continue
        words = {
            "group": group.label,
            "type": listing(label[str(key)] for key in by_type.index[by_type == by_type.max()]),
            "count": int(by_type.max()),
            "units": len(closed[group.key]),
        }
        sentences.append(Message("“{group}” lack most often: “{type}”, in {count} of {units} regions.", words))
    return tuple(sentences)


def _unsure(known: Sequence[BeneficiaryGroup], unsure: Mapping[str, pd.DataFrame], boxes: int) -> tuple[Message, ...]:
    most, groups = _most(known, unsure)
    words = {"group": groups, "count": most, "boxes": boxes}
    return (Message("Must ask first most often, in {count} of {boxes} cells: {group}.", words),) if most else ()


def _figures(known: Sequence[BeneficiaryGroup], closed: Mapping[str, pd.DataFrame], boxes: int) -> dict[str, Figure]:
    if not boxes:
        return {}
    shares = {group.key: float(closed[group.key].to_numpy().sum()) / boxes for group in known}
    worst = sorted(known, key=lambda group: -shares[group.key])[:10]
    return {
        group.key: Figure(shares[group.key], "share", Message("{group}: closed to them", {"group": group.label}))
        for group in worst
        if shares[group.key] > 0
    }


def _notes(view: View) -> tuple[Message, ...]:
    silent = sum(not entry.serves and not entry.excludes for entry in view.services())
    written = Message(
        "A service that names only some people may take others too when they ask. This shows what is written."
    )
    open_to_all = Message("Services that do not say whom they take, and count as open to everybody: {count}.")
    left_out = Message("Groups whose name could endanger somebody are left out.")
    return (written, *wording.counted((open_to_all, silent)), *((left_out,) if view.audience == "public" else ()))
