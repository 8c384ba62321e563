"""Measure how publishing grows with the number of services: ``python benchmarks/publish.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from _harness import Table, main, timed
from _invented import DAY, SOURCE, area, records

from mapping.batch import Batch
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.model import record_id
from mapping.record_tables import RecordTables
from mapping.registry import analyses
from mapping.view.diff import compare
from mapping.view.view import View
from web import create_app
from web.freeze import freeze

DEMO = 500
ABOUT = (
    "From records to pages: storing them, writing the public view with its travel times, writing it "
    "again after one service was renamed, telling what that changed, all analyses with their ranges, and the whole "
    "site in four languages. The first table is the demo's own size; no other program does this line, so the ratios "
    "are to the first row, and the tables show how it grows. Analyses and site are of the first size only: the "
    "site grows with the number of its pages, about eleven for each service."
)


def line(services: int, *, analysed: bool, site: bool) -> Table:
    """Measure each step of the line for so many invented services."""
    ground = area()
    batch = Batch(SOURCE, "invented", records=RecordTables(records(ground, services)))
    table = Table(f"{services:,} services")
    with tempfile.TemporaryDirectory() as folder, Directory(Path(folder) / "directory.db", ground) as store:
        path = Path(folder) / "public.db"
        table.rows.append(("storing", timed(lambda: store.add(batch, by="one", agreed_by="another", on=DAY))))
        table.rows.append(
            ("publishing the view", timed(lambda: publish(store, "public", path, area=ground, edition=DAY)))
        )
        renamed = record_id("invented", "service", 0)
        store.edit("service", renamed, {"name": "Advice"}, by="one", on=DAY, reason="renamed")
        new = Path(folder) / "next.db"
        again = timed(lambda: publish(store, "public", new, area=ground, edition=DAY, previous=path))
        table.rows.append(("publishing again after one edit", again))
        table.rows.append(("telling what the edit changed", timed(lambda: compare(path, new))))
        if analysed:
            with View(path) as view:
                table.rows.append(
                    ("all analyses", timed(lambda: [analysis(view, ground) for analysis in analyses().values()]))
                )
        if site:
            table.rows.append(
                ("writing the site", timed(lambda: freeze(create_app(path, ground), Path(folder) / "site")))
            )
    return table


def run(quick: bool) -> list[Table]:
    """Measure the demo's size, and the largest that is served."""
    return [line(DEMO * times, analysed=times == 1, site=times == 1) for times in ((1,) if quick else (1, 20))]


if __name__ == "__main__":
    main("publish", "Publishing", run, about=ABOUT, packages=["flask", "folium", "geopandas", "sqlite-utils"])
