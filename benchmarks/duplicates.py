"""Measure finding bodies that are listed twice beside plain ways: ``python benchmarks/duplicates.py``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import Measured, Table, main, timed
from rapidfuzz import fuzz, process, utils

from mapping.language.fold import skeleton
from mapping.quality.known_organizations import Known
from mapping.quality.matching import organizations

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
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
    "bodies it would take 400 times as long as at 5,000."
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
    ]


def _row(name: str, world: Labelled, find: Callable[[], Pairs]) -> tuple[str, Measured]:
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


def _every_pair(world: Labelled, fold: Callable[[str], str]) -> Pairs:
    """Return the pairs above the threshold of which F1 is best: the peer may look at the answers, we may not."""
    names = [fold(body.name) for body in world.bodies]
    place = {body.id: n for n, body in enumerate(world.bodies)}
    scores = process.cdist(names, names, scorer=fuzz.WRatio, dtype=np.uint8, workers=-1)
    first, second = np.nonzero(np.triu(scores >= LEAST, 1))
    values = scores[first, second]
    truth = [sorted(place[body] for body in pair) for pair in world.doubles]
    same = np.isin(first * len(names) + second, [m * len(names) + n for m, n in truth])

    def f1(least: int) -> float:
        found = values >= least
        return float(2 * (same & found).sum() / max(1, found.sum() + len(truth)))

    best = values >= max(range(LEAST, 101), key=f1)
    ids = [body.id for body in world.bodies]
    return {frozenset({ids[m], ids[n]}) for m, n in zip(first[best], second[best], strict=True)}


def _equal(world: Labelled) -> Pairs:
    frame = pd.DataFrame({"id": [body.id for body in world.bodies], "name": [body.name for body in world.bodies]})
    groups = frame.groupby(frame["name"].str.casefold().str.strip())["id"]
    return {frozenset(pair) for ids in groups.agg(list) if len(ids) > 1 for pair in pairwise(ids)}


if __name__ == "__main__":
    main("duplicates", "Finding bodies that are listed twice", run, about=ABOUT, packages=["rapidfuzz", "pandas"])
