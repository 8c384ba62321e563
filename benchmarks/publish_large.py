"""Measure publishing a large directory, and again after one edit: ``python benchmarks/publish_large.py [SERVICES]``.

A million services take about half an hour, 3 GB of memory and 25 GB of disk in the folder for temporary files.
"""

from __future__ import annotations

from _harness import Table, main
from publish import line

ABOUT = (
    "As in publish.md, for 100,000 services: storing them, writing the public view with its travel "
    "times and ready records, writing it again after one service was renamed, and telling what that changed. A view is "
    "written part by part, so that its memory hardly grows with the directory; storing comes first in the same "
    "process, and what it leaves free is used again, so go by the memory in all."
)


def run(quick: bool) -> list[Table]:
    """Measure 100,000 services."""
    return run_size(2_000 if quick else 100_000)


def run_size(services: int) -> list[Table]:
    """Measure so many services."""
    return [line(services, analysed=False, site=False)]


if __name__ == "__main__":
    main(
        "publish-large",
        "Publishing a large directory",
        run,
        about=ABOUT,
        packages=["numpy", "sqlite-utils"],
        run_size=run_size,
    )
