"""Audit: whether a finished site holds anything that the public view alone does not give.

The site is made again from the view and compared byte for byte. Then the inverse attack is played on what the site
says about travel (`web.replay`). Neither opens the private directory: whoever holds the view can audit a site.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mapping.analysis._listed import counted, points, sort_of
from mapping.analysis.coverage import BANDS
from mapping.area import StudyArea
from mapping.errors import NotFound
from mapping.publish import travel_rows
from mapping.result import Result
from mapping.scale import surfaces
from mapping.view import View
from web import create_app
from web.edition import Edition
from web.freeze import ARCHIVE, freeze
from web.replay import Picture, Replay, Shares, replay

Progress = Callable[[int, int], None] | None


@dataclass(frozen=True)
class Difference:
    """A file, or a part of one, that is not what the view gives."""

    name: str
    what: str


@dataclass(frozen=True)
class Audit:
    """How many files were compared, what differs, and what the inverse attack found."""

    files: int
    differences: tuple[Difference, ...]
    replays: tuple[Replay, ...]

    @property
    def betrayed(self) -> tuple[Replay, ...]:
        """What is better explained by a hidden service than without one."""
        return tuple(one for one in self.replays if one.explaining)

    @property
    def clean(self) -> bool:
        """Whether everything is what the view alone gives."""
        return not self.differences and not any(one.faults for one in self.replays)


def audit(site: Path, view: Path, area: StudyArea, *, demo: bool = False, progress: Progress = None) -> Audit:
    """Make a site again from its view, compare, and replay the inverse attack.

    Raises
    ------
    NotFound
        There is no site or no view.
    UnsafePublication
        The view was made for fewer people than everybody.
    """
    if not (site / "index.html").is_file():
        raise NotFound(f"{site}: there is no site; name the folder that `rohnamo site` wrote")
    if not view.is_file():
        raise NotFound(f"{view}: there is no view; name the file that the site was made from")
    app = create_app(view, area, demo=demo)
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "site"
        freeze(app, again, progress, archive=(site / ARCHIVE).is_file())
        files, differences = _compared(site, again)
    edition: Edition = app.config["EDITIONS"].now()
    with View(view) as opened:
        differences += _minutes(opened, area)
        replays = [replay(product, area, plan) for product, plan in _products(site, opened, edition, area)]
    return Audit(files, tuple(differences), tuple(replays))


def _compared(site: Path, again: Path) -> tuple[int, list[Difference]]:
    own, other = ({p.relative_to(root).as_posix(): p for p in root.rglob("*") if p.is_file()} for root in (site, again))
    found = [Difference(name, "the view gives no such file") for name in sorted(own.keys() - other.keys())]
    found += [Difference(name, "is missing") for name in sorted(other.keys() - own.keys())]
    found += [
        Difference(name, "is not what the view gives")
        for name in sorted(own.keys() & other.keys())
        if own[name].read_bytes() != other[name].read_bytes()
    ]
    return len(own), found


def _minutes(view: View, area: StudyArea) -> list[Difference]:
    """Compare the view's table of travel times, by which pages are ordered, with the one that its own places give."""
    if not view.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'travel'").fetchone():
        return []
    published = {tuple(row) for row in view.connection.execute("SELECT place, location, scenario, minutes FROM travel")}
    wrong = len(published ^ set(travel_rows(view, area)))
    return [Difference("the view's travel times", f"{wrong} are not those of its own places")] if wrong else []


def _products(site: Path, view: View, edition: Edition, area: StudyArea) -> Iterator[tuple[Picture | Shares, str]]:
    """Yield what the site says about travel, as it stands in its files, each with its scenario."""
    results = edition.results()
    plans = ["summer", *(one.id for one in area.settings.scenarios if one.id != "summer")]
    for number, (surface, plan) in enumerate(zip(results["reach"].scenarios, plans, strict=True)):
        path = site / "static" / "m" / (f"bands-0-{number}.webp" if number else "bands-0.webp")
        if path.is_file():
            name = path.relative_to(site).as_posix()
            yield Picture(name, path.read_bytes(), surface.minutes, area), plan
    path = site / area.languages[0] / "g" / "coverage.csv"
    if not path.is_file():
        return
    entries, coverage = counted(view), results["coverage"]
    spots = {key: points(sort_of(key).of(entries), area) for key in coverage.groups}
    found = surfaces(area, {key: own for key, own in spots.items() if own}, limit=max(BANDS))
    rows = {row["area_unit"]: row for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))}
    for key, own in spots.items():
        published = _published(rows, coverage, [f"{key}_{band}" for band in BANDS])
        base = found[key, "summer"].found if own else np.full(area.grid.shape, np.inf, np.float32)
        yield Shares(f"{path.relative_to(site).as_posix()}: {key}", published, BANDS, base, area), "summer"


def _published(rows: dict[str, dict[str, str]], coverage: Result, keys: list[str]) -> NDArray[np.float64]:
    """Return the shares that a table gives, 0 where it leaves a cell empty; -1 for a unit or column that it lacks."""
    cells = [[rows.get(str(code), {}).get(key) for key in keys] for code in coverage.table.index]
    return np.array([[-1.0 if cell is None else float(cell or 0) for cell in row] for row in cells])
