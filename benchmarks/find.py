"""Measure finding services beside a plain scan of the same file: ``python benchmarks/find.py``."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from _harness import Measured, Table, main
from _invented import DAY, area, directory

from mapping.language.fold import skeleton
from mapping.view.view import View

ABOUT = (
    "Each question is asked 15 times of a view of invented services, and the middle time is given; the twenty best "
    "entries are given whole. One view is asked again and again and keeps the entries that it found; another is opened "
    "anew for each question. Beside them: SQLite's LIKE over names and bodies of the same file, and a pandas frame of "
    "it held in memory. Both find only words as they are spelt, and neither gives back whole entries."
)
KULOB = (37.91, 69.78)


def median(call: Callable[[], object]) -> Measured:
    """Return the middle of 15 times, after two that warm the file's pages."""
    call(), call()
    seconds, cpu = [], []
    for _ in range(15):
        start, busy = time.perf_counter(), time.process_time()
        call()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    return Measured(statistics.median(seconds), statistics.median(cpu))


def run(quick: bool) -> list[Table]:
    """Measure on 100,000 services."""
    services = 2_000 if quick else 100_000
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        with directory(Path(folder) / "directory.db", area(), services) as store:
            store.view("public", Path(folder) / "public.db", edition=DAY).close()
        view = View(Path(folder) / "public.db")
        plain = sqlite3.connect(f"file:{folder}/public.db?mode=ro", uri=True)
        question = "SELECT s.id, s.name, o.name AS body FROM service s JOIN organization o ON o.id = s.organization_id"
        frame = pd.read_sql_query(question, plain)
        like = f"{question} WHERE s.name LIKE ? OR o.name LIKE ? ORDER BY s.name LIMIT 20"
        asked: dict[str, tuple[str, dict[str, object]]] = {
            "words": ("legal umed", {}),
            "words with a typing error": ("counseling sitorra", {}),
            "words in another script": ("бахор суд", {}),
            "nearest of a family": ("", {"type": "LEG", "near": KULOB}),
            "nearest of a type within 30 km, for women": (
                "",
                {"type": "PSY-COU", "near": KULOB, "within_km": 30, "serves": "SEX-F"},
            ),
            "a language": ("", {"speaks": "uz", "type": "HLT"}),
        }
        for title, (text, options) in asked.items():
            table = Table(f"{services:,} services: {title}")
            table.rows.append(("view.find", median(lambda t=text, o=options: view.find(t, **o))))
            table.rows.append(("a view opened for it", median(lambda t=text, o=options: View(view.path).find(t, **o))))
            if text and text.isascii():
                word = f"%{text.split()[0]}%"
                table.rows.append(("SQLite LIKE", median(lambda w=word: plain.execute(like, (w, w)).fetchall())))
                folded = skeleton(text.split()[0])
                table.rows.append(
                    ("pandas", median(lambda w=folded: frame[frame["name"].str.contains(w, case=False)].head(20)))
                )
            tables.append(table)
        view.close()
        plain.close()
    return tables


if __name__ == "__main__":
    main("find", "Finding services", run, about=ABOUT, packages=["pandas", "sqlite-utils"])
