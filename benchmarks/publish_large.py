"""Measure publishing a large directory, and once more after one edit: ``python benchmarks/publish_large.py``."""

from __future__ import annotations

from _harness import Table, main
from publish import line

ABOUT = (
    "As in publish.md, for 100,000 services: storing them, writing the public view with its travel "
    "times and ready records, writing it again after one service was renamed, and telling what that changed. A view is "
    "written part by part, so that its memory hardly grows with the directory; storing comes first in the same "
    "process, and what it leaves free is used again, so go by the memory in all. A second process takes half of the "
    "work: its time is in the processor time, and its memory is said after the other's; files that both read count in "
    "both."
)


def run(quick: bool) -> list[Table]:
    """Measure 100,000 services."""
    return [line(2_000 if quick else 100_000, analysed=False, site=False)]


if __name__ == "__main__":
    main("publish-large", "Publishing a large directory", run, about=ABOUT, packages=["numpy", "sqlite-utils"])
