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
from web.staff.visible import VisibleRecords
from web.staff.visible_cache import VisibleCache

ABOUT = (
    "A service of an invented directory is edited each time, then what stewards see is asked for. 15 times, of which "
    "the middle is given. The rows called anew are the same without what was kept from the request before."
)


def run(quick: bool) -> list[Table]:
    """Measure on 3,000 services."""
    services = 500 if quick else 3_000
    ground, own = area(), record_id("invented", "service", 7)
    with tempfile.TemporaryDirectory() as folder, directory(Path(folder) / "directory.db", ground, services) as store:
        kept, count = VisibleCache(), iter(range(10**6))

        def edit() -> None:
            store.edit("service", own, {"alert": f"Notice {next(count)}"}, by="bench", on=DAY, reason="measured")

        def seen() -> VisibleRecords:
            return kept.seen(store, ground, DAY)

        def anew() -> VisibleRecords:
            return VisibleCache().seen(store, ground, DAY)

        def record(whole: VisibleRecords) -> object:
            return whole.held(own), whole.units(whole.record("service", own)), whole.places(own)

        def attention(whole: VisibleRecords) -> object:
            return matters(whole, whole.holdings, calls_of(whole.holdings), whole.doubles)

        def after(look: Callable[[], VisibleRecords], page: Callable[[VisibleRecords], object]) -> Callable[[], None]:
            def call() -> None:
                edit()
                page(look())

            return call

        tables = []
        for title, page in (("a record", record), ("the screen of what needs attention", attention)):
            page(seen())
            table = Table(f"{services:,} services: an edit, then {title}")
            table.rows += [("kept", median(after(seen, page))), ("anew", median(after(anew, page)))]
            tables.append(table)
    return tables


if __name__ == "__main__":
    main("staff", "The staff portal after an edit", run, about=ABOUT, packages=[])
