"""Measure calls beside their peers, each in a process of its own, and keep the figures in benchmarks/figures/.

A benchmark is a script with functions that prepare their input and return ``timed(call)``; ``fresh`` runs such a
function in a new process. ``main`` gives every script the same options and prints, or writes, its page.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import multiprocessing
import os
import platform
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

PAGES = Path(__file__).resolve().parent / "figures"
"""One page for each script; docs/benchmarks.md picks from them what a user decides by."""


@dataclass(frozen=True)
class Measured:
    """What a call took: the best times of several runs in seconds, memory in bytes, and an answer to compare by."""

    seconds: float = float("nan")
    cpu: float = float("nan")  # of all threads, and of processes that ended; less where others held the processor
    extra: int = 0  # the most memory during the call above what the process held before it
    peak: int = 0  # the most memory of the whole process during the call
    beside: int = 0  # the most memory of a process that it began and ended, pages of files that both read counted too
    answer: Any = None
    failure: str = ""


@dataclass
class Table:
    """Rows measured on the same input; the first is the one that ratios refer to."""

    title: str
    rows: list[tuple[str, Measured]] = field(default_factory=list)
    remark: str = ""

    def markdown(self) -> str:
        """Write the table."""
        base = self.rows[0][1]
        lines = [
            f"## {self.title}",
            "",
            "| | time | ratio | processor time | ratio | extra memory | memory in all |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        for label, m in self.rows:
            if m.failure:
                lines.append(f"| {label} | {m.failure} | | | | | |")
            else:
                times = [duration(m.seconds), f"{m.seconds / base.seconds:.3g}"]
                times += [duration(m.cpu), f"{m.cpu / base.cpu:.3g}"]
                cells = (*times, size(m.extra), size(m.peak) + (f" and {size(m.beside)}" if m.beside else ""))
                lines.append(f"| {label} | {' | '.join(cells)} |")
        return "\n".join([*lines, "", *([self.remark, ""] if self.remark else [])])


def duration(seconds: float) -> str:
    """Write a time with three digits and a fitting unit."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1 or unit == "µs":
            value = seconds * factor
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    raise AssertionError


def size(count: int) -> str:
    """Write a number of bytes."""
    return f"{count / 1e9:.2f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def timed(call: Callable[[], Any], *, repeat: int = 1, answer: Callable[[Any], Any] = lambda _: None) -> Measured:
    """Time a call in this process; `answer` takes from its last result what is to be compared."""
    seconds, cpu = [], []
    before, children = _memory("VmRSS"), _children_time()
    _forget_peak()
    with _Beside() as beside:
        for _ in range(repeat):
            result = None  # the result before must not count as memory of this call
            start, start_cpu = time.perf_counter(), _processor_time()
            result = call()
            seconds.append(time.perf_counter() - start)
            cpu.append(_processor_time() - start_cpu)
    peak = _memory("VmHWM")
    most = beside.most if _children_time() > children + 0.5 else 0  # no command that looks something up
    return Measured(min(seconds), min(cpu), max(0, peak - before), peak, most, answer(result))


def _processor_time() -> float:
    """Return the seconds of this process, and of those that it began and that have ended."""
    return time.process_time() + _children_time()


def _children_time() -> float:
    times = os.times()
    return times.children_user + times.children_system


class _Beside(threading.Thread):
    """Looks at the memory of the processes that this one begins, while they run; on Linux only.

    What the system tells of those that have ended counts what this process itself held when it began them.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._highest: dict[str, int] = {}
        """Process -> its highest memory when it was looked at last: until it runs its program that of this one."""
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    @property
    def most(self) -> int:
        """The most memory that one of them held, in bytes."""
        return max(self._highest.values(), default=0)

    def run(self) -> None:
        while not self._over.wait(0.1):
            for children in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError):  # it ended meanwhile
                    for process in children.read_text("utf-8").split():
                        self._highest[process] = _memory("VmHWM", process) or self._highest.get(process, 0)


def _memory(key: str, process: str = "self") -> int:
    """Return the present (VmRSS) or highest (VmHWM) memory of a process in bytes."""
    try:
        found = re.search(rf"{key}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
    except FileNotFoundError:  # not Linux: only the highest of the whole life is known
        if process != "self":
            return 0
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return int(found[1]) * 1024 if found else 0


def _forget_peak() -> None:
    """Let the highest memory begin anew with the present, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "utf-8")
    except OSError:
        return


def fresh(function: Callable[..., Measured], *arguments: Any) -> Measured:
    """Run a function of the benchmark in a new process; a failure becomes its result, so that the others go on."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, function, arguments))
    process.start()
    there.close()
    try:
        received: Measured = here.recv()
    except EOFError:
        process.join()
        received = Measured(failure=f"ended with exit code {process.exitcode}")
    process.join()
    return received


def _send(there: Connection, function: Callable[..., Measured], arguments: tuple[Any, ...]) -> None:
    try:
        measured = function(*arguments)
    except ModuleNotFoundError as error:
        measured = Measured(failure=f"{error.name} is not installed")
    except MemoryError:
        measured = Measured(failure="not enough memory")
    there.send(measured)


def machine(packages: Sequence[str]) -> str:
    """Say in a sentence when and where this was measured, and with which versions."""
    cpu = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        cpu = found[1] if found else cpu
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    today = datetime.datetime.now(datetime.UTC).date()
    return f"Measured on {today} on {os.cpu_count()} cores ({cpu}){memory}{busy()}. {', '.join(versions)}."


def busy() -> str:
    """Say so where other work is running: times are then too long."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    most = 0.9 * (os.cpu_count() or 1)  # what is measured is a load itself, of one process or two
    return f", while other work ran on the machine (load {load:.1f})" if load > most else ""


def version(package: str) -> str:
    """Return the version of an installed package."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def main(
    name: str,
    heading: str,
    run: Callable[[bool], list[Table]],
    *,
    about: str,
    packages: Sequence[str],
    run_size: Callable[[int], list[Table]] | None = None,
) -> None:
    """Run a benchmark from the command line: --quick for small sizes, --write to keep the figures in the page.

    With ``run_size`` a size may be given, whose figures are shown only.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, and roughly how fast")
    parser.add_argument("--write", action="store_true", help="keep the figures in benchmarks/figures/")
    if run_size is not None:
        parser.add_argument("size", nargs="?", type=int, help="so many, instead of those that the page is about")
    options = parser.parse_args()
    wanted = getattr(options, "size", None)
    if options.write and (options.quick or wanted is not None):
        parser.error("figures of other sizes are not kept: leave out --write")
    measured = machine(packages)  # now: the measuring itself is a load too
    measured_tables = run(options.quick) if run_size is None or wanted is None else run_size(wanted)
    tables = "\n".join(table.markdown() for table in measured_tables)
    text = f"# {heading}\n\n{about}\n\n{measured}\n\n{tables}"
    print(text)
    if options.write:
        (PAGES / f"{name}.md").write_text(f"{text.strip()}\n", "utf-8")
