"""Norms: what recognised standards ask for, what is listed, and what is missing, by region."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.presence import ServicePresence
from mapping.area.norms import BASES, COUNTED, OWN, Base
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, listing
from mapping.language.taxonomy import Term, Vocabulary
from mapping.result import Column, Figure, Input, Result
from mapping.view.view import View


@dataclass(frozen=True)
class Norm:
    """A norm that can be counted by area unit: so many of ``type`` for each ``per`` people, women, or units."""

    term: Term
    type: Term
    value: float
    per: float
    base: Base

    @property
    def hidden(self) -> bool:
        """Whether it is not published what there is."""
        return self.type.audience != "public"

    def needed(self, count: float) -> int:
        """Return what is needed for a number of people, women or units; rounded up."""
        return math.ceil(round(count * self.value / self.per, 9))


def norms(view: View, area: StudyArea, *, level: int | None = None, drafts: bool = False) -> Result:
    """Compare what norms ask for with what is listed: needed, listed and missing, by region.

    For each norm ``n`` the table has ``n_needed``, ``n_listed`` and ``n_missing``. For types that are secret by
    default ``n_listed`` is a state ("not published", or "line" where a statement speaks for it) and nothing is said
    to be missing. ``level`` is that of the regions, 1 by default; with ``drafts``, norms count too whose source
    nobody has seen.
    """
    frame = AnalysisFrame("norms", view, area, level, usual=1)
    units, listing = area.units(frame.level), ServicePresence(view, area, frame.level)
    known = countable(area, drafts=drafts)
    usable = [norm for norm in known if norm.base != "women" or "women" in units]
    without = [norm.term.labels for norm in known if norm not in usable]
    table, states = _table(usable, units, listing)
    total = _total(usable, units, table, listing)
    return frame.result(
        finding=_finding(usable, table, states),
        also=_also(usable, table, total),
        table=table,
        states=states,
        total=total,
        columns=_columns(usable),
        headline=tuple(key for norm in usable for key in _keys(norm)),
        groups={norm.term.code: _keys(norm) for norm in usable},
        group_labels={norm.term.code: norm.term.labels for norm in usable},
        figures=_figures(usable, total),
        inputs=norm_inputs(usable),
        caveats=_notes(usable, without, len(countable(area, drafts=True)) - len(known)),
        picture="before-after",
    )


def countable(area: StudyArea, *, drafts: bool) -> list[Norm]:
    """Return the norms of a study area that can be counted by area unit, in the order of the list."""
    types = {term.code: term for term in Vocabulary.load("service_types").terms()}
    norms = []
    for term in area.norms:
        base = BASES.get(term.population_base)
        if base is None or term.service_type not in types or term.value is None or not term.per:
            continue
        if drafts or term.source_status in COUNTED:
            kind = types[term.service_type]
            norms.append(Norm(term, kind, term.value, term.per, base))
    return norms


def _keys(norm: Norm) -> tuple[str, ...]:
    ends = ("needed", "listed") if norm.hidden else ("needed", "listed", "missing")
    return tuple(f"{norm.term.code}_{end}" for end in ends)


def _table(norms: Sequence[Norm], units: pd.DataFrame, listing: ServicePresence) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = pd.Index(listing.units, name="code")
    columns: dict[str, pd.Series] = {"people": pd.Series(units["people"].to_numpy("int64"), index)}
    states: dict[str, pd.Series] = {}
    for norm in norms:
        code = norm.term.code
        counts = (
            units[norm.base] if norm.base in ("people", "women") else [1] * len(units)
        )  # a line reaches each region
        columns[f"{code}_needed"] = pd.Series([norm.needed(count) for count in counts], index, dtype="int64")
        type_states = listing.states(norm.type)
        states[f"{code}_listed"] = pd.Series([type_states[unit][0] for unit in index], index, dtype=object)
        if norm.hidden:
            columns[f"{code}_listed"] = states[f"{code}_listed"]
            continue
        presence = listing.presence(norm.type)
        listed = pd.Series([presence[unit].here for unit in index], index, dtype="int64")
        missing = (columns[f"{code}_needed"] - listed).clip(lower=0)
        columns |= {f"{code}_listed": listed, f"{code}_missing": missing}
        doubtful = states[f"{code}_listed"].isin(["unknown", "stale"]) & (missing > 0)
        states[f"{code}_missing"] = doubtful.map({True: "unknown", False: ""})
    return pd.DataFrame(columns), pd.DataFrame(states, index=index)


def _total(
    norms: Sequence[Norm], units: pd.DataFrame, table: pd.DataFrame, listing: ServicePresence
) -> dict[str, float]:
    """Return the same for the whole country; of what is not published only what is needed, for all people at once.

    Regions are added up; what the country needs once is needed once, and missing where it does not reach a region.
    """
    total: dict[str, float] = {"people": int(table["people"].sum())}
    for norm in norms:
        code, once = norm.term.code, norm.base == "country"
        if norm.hidden:
            total[f"{code}_needed"] = norm.needed(len(units) if norm.base == "region" else units[norm.base].sum())
        else:
            total[f"{code}_needed"] = norm.needed(1) if once else int(table[f"{code}_needed"].sum())
            missing = table[f"{code}_missing"]
            total[f"{code}_listed"] = listing.in_person(norm.type) if once else int(table[f"{code}_listed"].sum())
            total[f"{code}_missing"] = int(missing.max() if once else missing.sum())
    return total


def _columns(norms: Sequence[Norm]) -> tuple[Column, ...]:
    columns = [Column("people", Message("People"), "people")]
    for norm in norms:
        code, words = norm.term.code, {"norm": norm.term.labels}
        kind: Literal["state", "count"] = "state" if norm.hidden else "count"
        needed, confirmed = Message("{norm}: needed", words), Message("{norm}: confirmed", words)
        columns += [
            Column(f"{code}_needed", needed, "count", short=Message("Needed")),
            Column(f"{code}_listed", confirmed, kind, more_is="better", short=Message("Confirmed")),
        ]
        if not norm.hidden:
            label = Message("{norm}: missing", words)
            columns.append(Column(f"{code}_missing", label, "count", more_is="worse", short=Message("Missing")))
    return tuple(columns)


def _finding(norms: Sequence[Norm], table: pd.DataFrame, states: pd.DataFrame) -> Message:
    opened = [norm.term.code for norm in norms if not norm.hidden]
    if not opened:
        return Message("No norm can be counted openly here")
    met = sum(not table[f"{code}_missing"].any() for code in opened)
    doubtful = sum(bool(states[f"{code}_missing"].any()) for code in opened)
    text = Message("Met in every region: {met} of the {norms} norms that can be counted openly")
    if doubtful:
        text = Message(
            "Met in every region: {met} of the {norms} norms that can be counted openly; {doubtful} cannot be judged "
            "everywhere"
        )
    return text.filled_with({"norms": len(opened), "met": met, "doubtful": doubtful})


def _also(norms: Sequence[Norm], table: pd.DataFrame, total: Mapping[str, float]) -> tuple[Message, ...]:
    sentences = []
    for norm in norms:
        code = norm.term.code
        needed, listed, missing = (total.get(f"{code}_{end}", 0) for end in ("needed", "listed", "missing"))
        if norm.hidden:
            text = Message("{norm}: needed {needed}. What there is, is not published here.")
        elif not missing:
            text = Message("{norm}: needed {needed}, confirmed {listed}, missing nowhere.")
        elif listed + missing > needed:
            text = Message(
                "{norm}: needed {needed}, confirmed {listed}, of which {beyond} are beyond what their region needs, "
                "missing {missing}. Regions that have too few: {short}."
            )
        else:
            text = Message(
                "{norm}: needed {needed}, confirmed {listed}, missing {missing}. Regions that have too few: {short}."
            )
        words = {"norm": norm.term.labels, "needed": needed, "listed": listed, "missing": missing}
        short = 0 if norm.hidden else int((table[f"{code}_missing"] > 0).sum())
        sentences.append(text.filled_with(words | {"beyond": listed + missing - needed, "short": short}))
    return tuple(sentences)


def _figures(norms: Sequence[Norm], total: Mapping[str, float]) -> dict[str, Figure]:
    labels = {column.key: column.label for column in _columns(norms)}
    return {
        key: Figure(value, "count", label)
        for key, value in total.items()
        if key != "people" and isinstance(label := labels[key], Message)
    }


def norm_inputs(norms: Sequence[Norm]) -> tuple[Input, ...]:
    """Return where norms come from, as the inputs of a result."""
    return tuple(Input(Message("Norm: {norm}", {"norm": norm.term.labels}), None, norm.term.source) for norm in norms)


def _notes(usable: Sequence[Norm], without: Sequence[Text], drafts: int) -> tuple[Message, ...]:
    borrowed = Message(
        "The norms come from the field of violence against women. They are borrowed for planning and bind nobody."
    )
    stands_for = Message(
        "A type of service stands for what a norm names: a counselling centre that is listed need not be all "
        "that the norm means."
    )
    notes = (
        (any(norm.term.source_status != OWN for norm in usable), borrowed),
        (True, stands_for),
        (drafts, Message("Drafts left out, since nobody has seen their source: {count}.", {"count": drafts})),
        (without, Message("Left out, since women are not counted apart here: {norms}.", {"norms": listing(without)})),
    )
    return tuple(note for holds, note in notes if holds)
