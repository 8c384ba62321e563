"""Measure what a steward waits for after an edit in a large directory: ``python benchmarks/staff.py``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from _harness import Table, main
from _invented import DAY, area, directory
from find import median

from mapping.model import record_id
from mapping.quality.call_list import calls_of
from mapping.quality.overview import matters
from web.staff.visible import VisibleCache, VisibleRecords

ABOUT = (
    "A service of an invented directory is edited each time, then what stewards see is worked out and asked for. "
    "15 times, of which the middle is given."
)


def run(quick: bool) -> list[Table]:
    """Measure on 3,000 services."""
    services = 500 if quick else 3_000
    ground, own = area(), record_id("invented", "service", 7)
    with tempfile.TemporaryDirectory() as folder, directory(Path(folder) / "directory.db", ground, services) as store:
        count = iter(range(10**6))

        def after_an_edit(page: Callable[[VisibleRecords], object]) -> Callable[[], None]:
            def call() -> None:
                store.edit("service", own, {"alert": f"Notice {next(count)}"}, by="bench", on=DAY, reason="measured")
                page(VisibleCache().seen(store, ground, DAY))

            return call

        def record(whole: VisibleRecords) -> object:
            return whole.held(own), whole.units(whole.record("service", own)), whole.places(own)

        def attention(whole: VisibleRecords) -> object:
            return matters(whole, whole.holdings, calls_of(whole.holdings), whole.doubles)

        table = Table(f"{services:,} services: an edit, then")
        table.rows += [("a record", median(after_an_edit(record)))]
        table.rows += [("the screen of what needs attention", median(after_an_edit(attention)))]
        return [table]


if __name__ == "__main__":
    main("staff", "The staff portal after an edit", run, about=ABOUT, packages=[])
