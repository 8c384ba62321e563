"""Measure the ranges beside numbers of people: ``python benchmarks/ranges.py``.

The places are those of the demo's gazetteer.
"""

from __future__ import annotations

from _harness import Measured, Table, fresh, main, timed
from _invented import area

from mapping.analysis.common.ensemble import people_within

ABOUT = (
    "People within 30, 60 and 120 minutes of the nearest of two sorts of places, in all 256 joint draws, by district "
    "of Tajikistan. The first time in a process, which makes the ground that ways are found on and compiles; and again "
    "for other places. Processor time is of all threads."
)


def draws(places: int, again: bool) -> Measured:
    """Count the people near the first places, or, after these, near the next ones."""
    ground = area()
    known = ground.gazetteer.dropna(subset=["lat", "lon"])[["lat", "lon"]].itertuples(index=False, name=None)
    points = [(float(latitude), float(longitude)) for latitude, longitude in known][: 4 * places]

    def count(first: int) -> object:
        wanted = {"one": tuple(points[first : first + places]), "other": tuple(points[first + places :][:places])}
        return people_within(ground, wanted, minutes=(30, 60, 120), scenario="summer")

    if again:
        count(0)
    return timed(lambda: count(2 * places if again else 0))


def run(quick: bool) -> list[Table]:
    """Measure on 25 places of each sort."""
    places = 5 if quick else 25
    rows = [(label, fresh(draws, places, again)) for label, again in (("the first time", False), ("again", True))]
    return [Table(f"Two sorts of {places} places", rows)]


if __name__ == "__main__":
    main("ranges", "Ranges", run, about=ABOUT, packages=["numpy", "numba"])
