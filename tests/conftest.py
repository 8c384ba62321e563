"""Where tests lie and in which order they run, and the fixtures that all of them share."""

import datetime as dt
import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
PORTALS = ROOT / "tests" / "web"
TINY = ROOT / "tests" / "tiny"
TAJIKISTAN = ROOT / "data" / "geo" / "tj"
DEMO_DAY = dt.date(2026, 11, 24)
FIXTURES = ("tests.fixtures.quick", "tests.fixtures.material", "tests.fixtures.few_rows", "tests.support.browser")


settings.register_profile("rohnamo", deadline=None, derandomize=True)  # a slow machine is no fault
settings.register_profile("fuzz", deadline=None, max_examples=2000, print_blob=True)  # at random and long: make fuzz
settings.load_profile("rohnamo")


MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30
"""Bytes that must be free in memory for the folders of tests to lie there, which write and sync thousands of files."""


def pytest_configure(config: pytest.Config) -> None:
    """Put the folders of tests into memory where there is room; pytest's own variable names another place.

    A cluster of dask gives up connecting to itself after 30 seconds of any clock: the machine may only be busy.
    """
    os.environ.setdefault("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1h")
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if config.getoption("dist", "no") == "no":  # whoever hands tests out, and runs none, loads nothing of the product
        for name in FIXTURES:
            config.pluginmanager.import_plugin(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the portals, whose files take longest, and mix the others by name: at the end nobody waits long."""
    items.sort(key=lambda item: (PORTALS not in item.path.parents, item.path.name, item.path))


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nobody asks
def pytest_xdist_auto_num_workers() -> int:
    """Run more processes than there are processors: many tests wait for a browser, another process or a clock."""
    return 3 * (os.cpu_count() or 1) // 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Look for garbage seldom, and never among the thousands of tests themselves: it took a twelfth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, Any]:
    """Let each process of a run begin elsewhere in a folder: a file that one has compiled, the others take over."""
    report = yield
    if isinstance(collector, pytest.Dir):
        process, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
        first = len(report.result) * int(process.removeprefix("gw")) // int(count)
        report.result = report.result[first:] + report.result[:first]
    return report
