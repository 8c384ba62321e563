"""Check three findings of the report another way: ``python -m scripts.findings_by_hand build/public.db``.

Nothing of the view, the analyses and the travel engine is used: plain SQL over the published file, and scikit-image's
minimum cost path over the friction of the study area. The exit code is 1 where a number differs from the report's.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
from pyproj import Transformer
from skimage.graph import MCP_Geometric

import mapping
from mapping.registry import analyses
from mapping.travel import friction

TERMS = Path(mapping.__file__).parent / "language" / "terms" / "service_types.csv"

OFFERED = """
    SELECT DISTINCT l.latitude, l.longitude
    FROM service s
    JOIN attribute a ON a.link_id = s.id AND a.link_type = 'service_type'
    JOIN taxonomy_term t ON t.id = a.taxonomy_term_id AND t.code IN (SELECT value FROM json_each(:types))
    JOIN service_at_location x ON x.service_id = s.id
    JOIN location l ON l.id = x.location_id AND l.country = :country
    LEFT JOIN verification v ON v.link_id = s.id
    WHERE s.status = 'active' AND l.precision = 'exact' AND l.location_type = 'physical' AND l.position_basis <> 'unit'
      AND l.latitude IS NOT NULL
      AND (v.next_due IS NULL OR (SELECT value FROM edition WHERE name = 'edition') <= date(v.next_due, '+90 days'))
"""
"""Points of services of some types that are active and at most 90 days over the day of their next check."""

PLACES = """
    SELECT l.area_unit, c.area_unit, l.area_unit IS NULL AND coalesce(l.country, :country) = :country
    FROM service s
    JOIN attribute a ON a.link_id = s.id AND a.link_type = 'service_type'
    JOIN taxonomy_term t ON t.id = a.taxonomy_term_id AND t.code = :type
    LEFT JOIN service_at_location x ON x.service_id = s.id
    LEFT JOIN location l ON l.id = x.location_id
    LEFT JOIN service_area c ON c.service_id = s.id
    WHERE s.status = 'active'
"""
"""For active services of a type: the unit that each is in, the unit that it covers, whether its place is not told."""

ABROAD = """
    SELECT count(DISTINCT s.id)
    FROM service s
    JOIN service_at_location x ON x.service_id = s.id
    JOIN location l ON l.id = x.location_id AND l.country = :country
    JOIN verification v ON v.link_id = s.id
    WHERE s.status = 'active' AND (SELECT value FROM edition WHERE name = 'edition') <= date(v.next_due, '+90 days')
"""


def terms() -> list[dict[str, str]]:
    """Return the rows of the table of service types."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def people_beyond(db: sqlite3.Connection, area: mapping.StudyArea, unit: str, minutes: float) -> float:
    """Return the people of a unit who live more than so many minutes from any service that helps people."""
    visited = [row for row in terms() if row["location_kind"] != "remote"]  # nobody goes to a line
    helping = [row["code"] for row in visited if row["need"]]
    families = sorted({row["parent"] for row in terms() if row["need"]})
    codes = ", ".join(f'"{code}"' for code in (*helping, *families))
    points = np.array(db.execute(OFFERED, {"types": f"[{codes}]", "country": area.code}).fetchall())
    east, north = Transformer.from_crs(4326, area.crs, always_xy=True).transform(points[:, 1], points[:, 0])
    columns, rows = ~area.grid.transform * (east, north)
    per_metre = friction(area).astype(float)
    cost = np.where(np.isfinite(per_metre), per_metre * area.grid.cell_size, -1)  # -1: no way through
    starts = {(int(row), int(column)) for row, column in zip(rows, columns, strict=True)}
    passable = sorted(cell for cell in starts if cost[cell] > 0)
    reached, _ = MCP_Geometric(cost, fully_connected=True).find_costs(passable)
    inside = area.unit_grid == area.unit_codes.index(unit)
    return float(area.people_grid[inside & (reached > minutes)].sum(dtype=float))


def not_listed(db: sqlite3.Connection, region: str, country: str) -> set[str]:
    """Return the public core functions of which nothing is in a region, covers it, or may be in it."""
    above = dict(db.execute("SELECT code, parent FROM area_unit"))
    reported = set(db.execute("SELECT service_type, area_unit FROM activity WHERE status = 'ongoing'"))
    codes = set()
    for row in terms():
        if row["matrix_row"] != "1" or row["audience"] != "public":
            continue
        touching = False
        for place, covered, nowhere in db.execute(PLACES, {"type": row["code"], "country": country}):
            for unit in (place, covered):
                chain = [unit]
                while chain[-1] in above:
                    chain.append(above[chain[-1]])
                touching |= region in chain or unit == country
            line = row["location_kind"] == "remote"  # which reaches everywhere unless it says what it covers
            touching |= covered is None and (line or bool(nowhere))
        touching |= any((row["code"], unit) in reported for unit in (region, country))
        if not touching:
            codes.add(row["code"])
    return codes


def main(path: Path) -> int:
    """Print three findings beside those of the report; return how many differ."""
    area = mapping.StudyArea.load(mapping.shipped("geo/tj"))
    with mapping.View(path) as view, closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        known = analyses()
        coverage, nrm, abroad = (known[name](view, area) for name in ("coverage", "nrm", "destinations"))
        worst = str(coverage.table["any_beyond_asked"].idxmax())
        region = "TJ-RA"
        keys = {key for keys in nrm.groups.values() for key in keys}
        published = {key for key in keys if nrm.state(region, key) == "none listed"}
        hand = not_listed(db, region, area.code)
        rows = [
            (
                f"People more than an hour from any service in {area.label(worst, 'en')}",
                people_beyond(db, area, worst, 60),
                float(coverage.table["any_beyond_asked"][worst]),
            ),
            (
                f"Core functions not listed in the {area.label(region, 'en')} ({', '.join(sorted(hand))})",
                len(hand) if hand == published else -1,
                len(published),
            ),
            (
                "Services listed in Russia",
                db.execute(ABROAD, {"country": "RU"}).fetchone()[0],
                abroad.table.iloc[0]["RU"],
            ),
            (
                "Services listed in Saudi Arabia",
                db.execute(ABROAD, {"country": "SA"}).fetchone()[0],
                abroad.table.iloc[0]["SA"],
            ),
        ]
    for what, by_hand, report in rows:
        print(f"{what}: by hand {by_hand:,.0f}, report {report:,.0f}")
    return sum(abs(by_hand - report) > 0.002 * report for _, by_hand, report in rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(bool(main(Path(sys.argv[1]))))
