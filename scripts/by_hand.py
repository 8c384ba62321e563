"""Work out three numbers of the gap pages another way: ``python -m scripts.by_hand build/public.db``.

Nothing of the analyses is used: plain SQL over the published file in place of the view, a division in place of the
norms, and SciPy's Dijkstra over a graph of all cells in place of the travel engine. What is shared are the census, the
people and the friction of the study area. The exit code is 1 where a number differs from that of the analysis.
"""

from __future__ import annotations

import math
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
from pyproj import Transformer
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

import mapping
from mapping.travel import friction

CHECKED = """
    SELECT DISTINCT s.id, s.organization_id, l.area_unit, l.latitude, l.longitude
    FROM service s
    JOIN attribute a ON a.link_id = s.id AND a.link_type = 'service_type'
    JOIN taxonomy_term t ON t.id = a.taxonomy_term_id AND t.code = :type
    JOIN service_at_location x ON x.service_id = s.id
    JOIN location l ON l.id = x.location_id AND l.country = (SELECT value FROM edition WHERE name = 'area')
    LEFT JOIN verification v ON v.link_id = s.id
    WHERE s.status = 'active' AND l.location_type = 'physical'
      AND (v.next_due IS NULL
           OR (SELECT value FROM edition WHERE name = 'edition') <= date(v.next_due, '+90 days'))
"""
"""Services of a type that are active, at a place in the country, and at most 90 days over their day of checking."""


def listed(db: sqlite3.Connection, region: str, *, of: str) -> int:
    """Count the bodies with a service of a type, once for each unit of a region, climbing from unit to unit."""
    above = dict(db.execute("SELECT code, parent FROM area_unit"))
    confirmed = {link for (link,) in db.execute("SELECT link_id FROM verification WHERE verified_on IS NOT NULL")}
    pairs = set()
    for service, body, place, *_ in db.execute(CHECKED, {"type": of}):
        unit = place
        while unit and unit != region:
            unit = above.get(unit)
        if unit and service in confirmed:
            pairs.add((body, place))
    return len(pairs)


def missing(db: sqlite3.Connection, area: mapping.StudyArea, region: str, *, of: str, women_each: int) -> int:
    """Return how many bodies a region lacks, one being needed for so many women or a part of them."""
    women = int(area.units(1).loc[region, "women"])
    return max(0, math.ceil(women / women_each) - listed(db, region, of=of))


def share_within(db: sqlite3.Connection, area: mapping.StudyArea, minutes: float, *, of: str) -> float:
    """Return the share of the people who live within so many minutes of a service of a type, from a graph of cells."""
    per_metre = friction(area).astype(float)
    points = CHECKED + "AND l.precision = 'exact' AND l.position_basis <> 'unit'"
    places = np.array([row[3:] for row in db.execute(points, {"type": of})])
    cells = np.arange(per_metre.size).reshape(per_metre.shape)
    sides = [
        (cells[:, :-1], cells[:, 1:], 1.0),
        (cells[:-1], cells[1:], 1.0),
        (cells[:-1, :-1], cells[1:, 1:], math.sqrt(2)),
        (cells[:-1, 1:], cells[1:, :-1], math.sqrt(2)),
    ]
    ends = np.concatenate([side[0].ravel() for side in sides])
    other = np.concatenate([side[1].ravel() for side in sides])
    cost = np.concatenate([np.full(side[0].size, side[2]) for side in sides]) * area.grid.cell_size
    cost *= (per_metre.ravel()[ends] + per_metre.ravel()[other]) / 2
    way = np.isfinite(cost)
    graph = coo_matrix((cost[way], (ends[way], other[way])), shape=(cells.size, cells.size)).tocsr()
    east, north = Transformer.from_crs(4326, area.crs, always_xy=True).transform(places[:, 1], places[:, 0])
    columns, rows = ~area.grid.transform * (east, north)
    start = cells[np.floor(rows).astype(int), np.floor(columns).astype(int)]
    reached = dijkstra(graph, directed=False, indices=start, min_only=True) <= minutes
    people = area.people_grid.ravel().astype(float)
    return float(people[reached].sum() / people.sum())


def main(path: Path) -> int:
    """Print the three numbers beside those of the analyses; return how many differ."""
    area = mapping.StudyArea.load(mapping.shipped("geo/tj"))
    with mapping.View(path) as view, closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        norms = mapping.norms(view, area).table
        coverage = mapping.coverage(view, area, types=["HLT-EME"])
        rows = [
            (
                "Emergency medical care listed in Khatlon",
                listed(db, "TJ-KT", of="HLT-EME"),
                mapping.nrm(view, area).table.loc["TJ-KT", "HLT-EME"],
            ),
            (
                "Sexual assault centres missing in the Districts of Republican Subordination",
                missing(db, area, "TJ-RA", of="HLT-CMR", women_each=400_000),
                norms.loc["TJ-RA", "N04_missing"],
            ),
            (
                "Share of the people within 60 minutes of emergency medical care",
                share_within(db, area, 60, of="HLT-EME"),
                coverage.total["HLT-EME_60_asked"],
            ),
        ]
    for what, hand, analysis in rows:
        print(f"{what}: by hand {hand:.6g}, analysis {analysis:.6g}")
    return sum(abs(hand - analysis) > 1e-5 for _, hand, analysis in rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(bool(main(Path(sys.argv[1]))))
