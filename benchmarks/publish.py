"""Measure how publishing grows with the number of services: ``python benchmarks/publish.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from _harness import Measured, Table, fresh, main, timed
from _invented import DAY, area, directory, records

from mapping.batch import Batch
from mapping.publish import publish
from mapping.registry import analyses
from mapping.view import View

DEMO = 500
ABOUT = (
    "From records to pages, in one process: storing them, writing the public view with its travel times, the four "
    "analyses, and the whole site in four languages. The first table is the demo's own size; no other program does "
    "this line, so the ratios are to the first row, and the tables show how it grows."
)


def storing(services: int) -> Measured:
    """Measure storing records in an empty directory."""
    from _invented import SOURCE

    from mapping.store import Directory

    ground = area()
    batch = Batch(SOURCE, "invented", records=list(records(ground, services)))
    with tempfile.TemporaryDirectory() as folder, Directory(Path(folder) / "directory.db", ground) as store:
        return timed(lambda: store.add(batch, on=DAY))


def publishing(services: int) -> Measured:
    """Measure writing the public view, with travel times."""
    ground = area()
    with tempfile.TemporaryDirectory() as folder, directory(Path(folder) / "d.db", ground, services) as store:
        return timed(lambda: publish(store, "public", Path(folder) / "p.db", area=ground, edition=DAY))


def analysing(services: int) -> Measured:
    """Measure the four analyses."""
    ground = area()
    with tempfile.TemporaryDirectory() as folder:
        with directory(Path(folder) / "d.db", ground, services) as store:
            store.view("public", Path(folder) / "p.db", edition=DAY).close()
        with View(Path(folder) / "p.db") as view:
            return timed(lambda: [analysis(view, ground) for analysis in analyses().values()])


def writing(services: int) -> Measured:
    """Measure writing the whole site, analyses among it."""
    from web import create_app
    from web.freeze import freeze

    ground = area()
    with tempfile.TemporaryDirectory() as folder:
        with directory(Path(folder) / "d.db", ground, services) as store:
            publish(store, "public", Path(folder) / "p.db", area=ground, edition=DAY)
        return timed(lambda: freeze(create_app(Path(folder) / "p.db", ground), Path(folder) / "site"))


def run(quick: bool) -> list[Table]:
    """Measure the demo's size, ten times and a hundred times as much; the site of the largest is left out."""
    tables = []
    for times in (1,) if quick else (1, 10, 100):
        services = DEMO * times
        table = Table(f"{services:,} services")
        steps = {"storing": storing, "publishing the view": publishing, "the four analyses": analysing}
        if times < 100:
            steps["writing the site"] = writing
        table.rows = [(label, fresh(step, services)) for label, step in steps.items()]
        tables.append(table)
    return tables


if __name__ == "__main__":
    main("publish", "Publishing", run, about=ABOUT, packages=["flask", "folium", "geopandas", "sqlite-utils"])
