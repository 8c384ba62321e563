"""Measure finding services beside a plain scan of the same file: ``python benchmarks/find.py``."""

from __future__ import annotations

import datetime as dt
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _harness import Measured, Table, main
from _invented import area, view
from pyproj import Geod

from mapping.language.fold import skeleton
from mapping.view.view import View

ABOUT = (
    "Each question is asked 15 times of a view of invented services, and the middle time is given; the twenty best "
    "entries are given whole. One view is asked again and again and keeps the entries that it found; another is opened "
    "anew for each question. Beside them: SQLite's LIKE over names and bodies of the same file, and a pandas frame of "
    "it held in memory. Both find only words as they are spelt, and neither gives back whole entries. Where the "
    "nearest are asked for, a frame of all places is beside them, with pyproj for the distances. The views are written "
    "straight from invented records, without a directory."
)
KULOB = (37.91, 69.78)
MONDAY = dt.datetime(2026, 11, 23, 10, 30)
GEOD = Geod(ellps="WGS84")


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
    """Measure on 10,000 services, and on ten times as many."""
    return [table for services in ((2_000,) if quick else (10_000, 100_000)) for table in tables(services)]


QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "words": ("legal umed", {}),
    "words with a typing error": ("counseling sitorra", {}),
    "words in another script": ("бахор суд", {}),
    "a kind of help": ("", {"type": "LEG-INF"}),
    "nearest of a family": ("", {"type": "LEG", "near": KULOB}),
    "nearest of all": ("", {"near": KULOB}),
    "nearest of a type within 30 km, for women": (
        "",
        {"type": "PSY-COU", "near": KULOB, "within_km": 30, "serves": "SEX-F"},
    ),
    "a language": ("", {"speaks": "uz", "type": "HLT"}),
    "open now, for women": ("", {"open_at": MONDAY, "serves": "SEX-F"}),
    "words, open now, nearest": ("legal umed", {"open_at": MONDAY, "near": KULOB}),
}


def tables(services: int) -> Iterator[Table]:
    """Measure each question on so many services, beside peers that find what they can."""
    with (
        tempfile.TemporaryDirectory() as folder,
        view(Path(folder) / "public.db", area(), services) as own,
        closing(sqlite3.connect(f"file:{own.path}?mode=ro", uri=True)) as plain,
    ):
        question = "SELECT s.id, s.name, o.name AS body FROM service s JOIN organization o ON o.id = s.organization_id"
        frame = pd.read_sql_query(question, plain)
        places = pd.read_sql_query(PLACES, plain)
        like = f"{question} WHERE s.name LIKE ? OR o.name LIKE ? ORDER BY s.name LIMIT 20"
        for title, (text, options) in QUESTIONS.items():
            table = Table(f"{services:,} services: {title}")
            table.rows.append(("view.find", median(lambda t=text, o=options: own.find(t, **o))))
            table.rows.append(("a view opened for it", median(lambda t=text, o=options: View(own.path).find(t, **o))))
            if text and text.isascii() and len(options) == 0:
                word = f"%{text.split()[0]}%"
                table.rows.append(("SQLite LIKE", median(lambda w=word: plain.execute(like, (w, w)).fetchall())))
                folded = skeleton(text.split()[0])
                table.rows.append(
                    ("pandas", median(lambda w=folded: frame[frame["name"].str.contains(w, case=False)].head(20)))
                )
            if not text and "near" in options:
                table.rows.append(("pandas and pyproj", median(lambda o=options: nearest(places, **o))))
            yield table
        plain.close()


PLACES = (
    "SELECT s.id, t.code, l.latitude, l.longitude FROM service s JOIN service_at_location a ON a.service_id = s.id"
    " JOIN location l ON l.id = a.location_id JOIN attribute k ON k.link_id = s.id AND k.link_type = 'service_type'"
    " JOIN taxonomy_term t ON t.id = k.taxonomy_term_id WHERE l.latitude IS NOT NULL"
)


def nearest(
    places: pd.DataFrame, near: tuple[float, float], *, within_km: float = 1e9, **options: object
) -> pd.DataFrame:
    """Return the twenty nearest places of a kind, whomever they take."""
    kind = str(options.get("type", ""))
    own = places[places["code"].str.startswith(kind)] if kind else places
    here = np.ones(len(own))
    metres = GEOD.inv(here * near[1], here * near[0], own["longitude"], own["latitude"])[2]
    own = own.assign(km=metres / 1000)
    return own[own["km"] <= within_km].nsmallest(20, "km")


if __name__ == "__main__":
    main("find", "Finding services", run, about=ABOUT, packages=["pandas", "sqlite-utils"])
