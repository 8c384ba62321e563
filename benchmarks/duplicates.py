"""Measure finding bodies and services that are listed twice beside plain ways: ``python benchmarks/duplicates.py``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import Measured, Table, main, timed
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils

from mapping.area.study_area import StudyArea
from mapping.language.fold import skeleton
from mapping.quality.known_organizations import Known
from mapping.quality.matching import organizations
from mapping.quality.matching_services import services
from mapping.resources import shipped

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.quality.labelled_services import Lists, Row, learnt, lists
from tests.support.labelled import Labelled, labelled

Pairs = set[frozenset[str]]
SEED = 77
LEAST = 70
"""Below this WRatio nearly every pair of names lies."""

ABOUT = (
    "Invented bodies (`tests/support/labelled.py`) of which 15 in 100 stand in the list twice: in another script, "
    "abbreviated, misspelt, with words or contacts lost. Beside them stand branches of one name, neighbours of one "
    "switchboard and names with a word in common, which are not the same. Peers: rapidfuzz's WRatio of every pair of "
    "names (`cdist`, all processors), as they are written and in Latin letters (`mapping.language.fold`), at the "
    "threshold that gives it the best F1 on this very list; and equal names in pandas, in small letters. They look at "
    "names only; ours looks at contacts and places too, which is its point. `cdist` compares every pair: at 100,000 "
    "bodies it would take 400 times as long as at 5,000.\n\n"
    "Services: two invented lists (`tests/quality/labelled_services.py`) that name some services both, in other words, "
    "scripts, numbers and shortened addresses, beside other kinds of help of one body at one place, branches and "
    "neighbours. Reading the lists is not in the time. Peers: WRatio of all cells of a row of one list and one of the "
    "other, in Latin letters, at its best threshold; and equal names of body and help in pandas."
)


def run(quick: bool) -> list[Table]:
    """Measure on 100,000 bodies, and beside the peers on as many as they can take."""
    small, large = (500, 2_000) if quick else (5_000, 100_000)
    world = labelled(small, SEED)
    rows: list[tuple[str, Measured]] = [
        _row("Rohnamo", world, lambda: _ours(world)),
        _row("rapidfuzz, names as written", world, lambda: _every_pair(world, utils.default_process)),
        _row("rapidfuzz, names in Latin letters", world, lambda: _every_pair(world, skeleton)),
        _row("pandas, equal names", world, lambda: _equal(world)),
    ]
    many = labelled(large, SEED)
    area = StudyArea.load(shipped("geo/tj"))
    both = lists(30 if quick else 1_000, SEED, area)
    known, rows_of = learnt(both, area)
    two = f"Services of two lists, of {len(both.first):,} and {len(both.second):,} rows"
    return [
        Table(f"Doubles among {small:,} bodies", rows, _said(world)),
        Table(
            f"Doubles among {large:,} bodies",
            [
                _row("Rohnamo", many, lambda: _ours(many)),
                _row("pandas, equal names", many, lambda: _equal(many)),
            ],
            _said(many),
        ),
        Table(
            two,
            [
                _row("Rohnamo", both, lambda: _our_services(known, rows_of, area)),
                _row("rapidfuzz, rows in Latin letters", both, lambda: _every_row(both)),
                _row("pandas, equal names", both, lambda: _equal_rows(both)),
            ],
            f"{len(both.doubles):,} pairs are the same service.",
        ),
    ]


def _row(name: str, world: Labelled | Lists, find: Callable[[], Pairs]) -> tuple[str, Measured]:
    """Measure a way to find pairs, and put precision and recall beside its name."""
    measured = timed(find, answer=lambda pairs: pairs)
    found = measured.answer
    right = len(found & world.doubles)
    precision, recall = right / max(1, len(found)), right / len(world.doubles)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"{name}: precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}", measured


def _said(world: Labelled) -> str:
    return f"{len(world.doubles):,} pairs are the same body."


def _ours(world: Labelled) -> Pairs:
    known = Known(bodies={body.id: body for body in world.bodies})
    return {pair.pair for pair in organizations(known)}


def _our_services(known: Known, rows_of: dict[str, str], area: StudyArea) -> Pairs:
    pairs = services(known, bodies=organizations(known, area=area), area=area)
    return {frozenset({rows_of[pair.one], rows_of[pair.other]}) for pair in pairs}


def _every_pair(world: Labelled, fold: Callable[[str], str]) -> Pairs:
    names = [fold(body.name) for body in world.bodies]
    scores = np.triu(process.cdist(names, names, scorer=fuzz.WRatio, dtype=np.uint8, workers=-1), 1)
    ids = [body.id for body in world.bodies]
    return _best(scores, ids, ids, world.doubles)


def _every_row(both: Lists) -> Pairs:
    first, second = ([skeleton(" ".join(row[1:])) for row in rows] for rows in (both.first, both.second))
    scores = process.cdist(first, second, scorer=fuzz.WRatio, dtype=np.uint8, workers=-1)
    return _best(scores, [row.ref for row in both.first], [row.ref for row in both.second], both.doubles)


def _best(scores: NDArray[np.uint8], ids: Sequence[str], others: Sequence[str], doubles: Pairs) -> Pairs:
    """Return the pairs above the threshold of which F1 is best: the peer may look at the answers, we may not."""
    first, second = np.nonzero(scores >= LEAST)
    values = scores[first, second]
    pairs = [frozenset({ids[m], others[n]}) for m, n in zip(first, second, strict=True)]
    same = np.array([pair in doubles for pair in pairs], bool)

    def f1(least: int) -> float:
        found = values >= least
        return float(2 * (same & found).sum() / max(1, found.sum() + len(doubles)))

    best = max(range(LEAST, 101), key=f1)
    return {pair for pair, value in zip(pairs, values, strict=True) if value >= best}


def _equal(world: Labelled) -> Pairs:
    frame = pd.DataFrame({"id": [body.id for body in world.bodies], "name": [body.name for body in world.bodies]})
    groups = frame.groupby(frame["name"].str.casefold().str.strip())["id"]
    return {frozenset(pair) for ids in groups.agg(list) if len(ids) > 1 for pair in pairwise(ids)}


def _equal_rows(both: Lists) -> Pairs:
    first, second = (pd.DataFrame(rows, columns=Row._fields) for rows in (both.first, both.second))
    for rows in (first, second):
        rows["key"] = rows["body"].str.casefold() + "|" + rows["help"].str.casefold()
    merged = first.merge(second, on="key")
    return {frozenset(pair) for pair in zip(merged["ref_x"], merged["ref_y"], strict=True)}


if __name__ == "__main__":
    main(
        "duplicates",
        "Finding bodies and services that are listed twice",
        run,
        about=ABOUT,
        packages=["rapidfuzz", "pandas"],
    )
