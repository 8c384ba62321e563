"""Audit: whether a finished site holds anything that the public view alone does not give.

The site is made again from the view and compared byte for byte. Then the inverse attack is played on what the site says
about travel (`web.audit.inverse_attack`). Neither opens the private directory: whoever holds the view can audit a site.
Who holds the directory can have everything published again from one with other secrets (`web.audit.two_worlds`): what
differs then depends on something hidden.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mapping.analysis.common.listed import counted, points, sort_of
from mapping.analysis.supply.coverage import BANDS
from mapping.area.study_area import StudyArea
from mapping.editions.publish import travel_times
from mapping.errors import NotFound
from mapping.render import report
from mapping.render.report.sheet import key_of
from mapping.render.report.writers import files as writing
from mapping.render.report.writers import html
from mapping.result import Result
from mapping.travel.surfaces import surfaces
from mapping.view.view import View
from web import create_app
from web.audit.differences import Difference, Sums, compared, sums
from web.audit.inverse_attack import BandPicture, Replay, Shares, replay
from web.audit.opened_files import watched
from web.audit.two_worlds import Worlds, opened_privately, two_worlds
from web.freeze import ARCHIVE, freeze
from web.presenters.edition import Edition
from web.public.printing import offer_pdf

SITE = "site"
"""Where the site lies in what is made again."""

Progress = Callable[[int, int], None]
Steps = Callable[[str], Progress]
"""Begins a step that is named, and returns what is told how far it is (done, of)."""


@dataclass(frozen=True)
class Audit:
    """How many files were compared, what differs, what the inverse attack found, and what depends on secrets."""

    files: int
    differences: tuple[Difference, ...]
    replays: tuple[Replay, ...]
    worlds: Worlds | None = None

    @property
    def betrayed(self) -> bool:
        """Whether something is better explained by a hidden service than without one, or depends on one."""
        return any(replay.explaining for replay in self.replays) or bool(self.worlds and self.worlds.differences)

    @property
    def clean(self) -> bool:
        """Whether everything is what the view alone gives."""
        return not self.differences and not self.betrayed and not any(replay.faults for replay in self.replays)


def audit(
    site: Path,
    view: Path,
    area: StudyArea,
    *,
    demo: bool = False,
    directory: Path | None = None,
    steps: Steps = lambda _: lambda _done, _of: None,
) -> Audit:
    """Make a site again from its view, compare, and replay the inverse attack; with a directory, change its secrets.

    Raises
    ------
    NotFound
        There is no site, no view or no directory.
    UnsafePublication
        The view was made for fewer people than everybody.
    """
    if not (site / "index.html").is_file():
        raise NotFound(f"{site}: there is no site; name the folder that `rohnamo site` wrote")
    if not view.is_file():
        raise NotFound(f"{view}: there is no view; name the file that the site was made from")
    archive, pdf = (site / ARCHIVE).is_file(), any(site.glob("*/*.pdf"))

    def make(other: Path, folder: Path) -> Edition:
        """Make of a view what is published of it: the site, and where secrets are changed the report too."""
        app = create_app(other, area, demo=demo)
        if pdf:
            offer_pdf(app)
        freeze(app, folder / SITE, steps("Making the site again"), archive=archive)
        edition: Edition = app.config["EDITIONS"].now()
        if directory is not None:
            write_report(edition, folder / "report")
        return edition

    with tempfile.TemporaryDirectory() as folder, watched() as opened:
        edition = make(view, Path(folder))
        made = sums(Path(folder))
        again, own = sums(Path(folder) / SITE), sums(site)
    differences = [*_differences(own, again), *opened_privately(opened)]
    with View(view) as read:
        differences += _minutes(read, area, steps("Working travel times out again"))
        replays = _attacked(list(_products(site, read, edition, area)), area, steps("Attacking what is said of travel"))
    worlds = two_worlds(directory, view, area, make, made=made) if directory is not None else None
    return Audit(len(own), tuple(differences), tuple(replays), worlds)


def write_report(edition: Edition, folder: Path) -> None:
    """Write the report of an edition and its recommendations, in the country's first language."""
    folder.mkdir()
    with View(edition.path) as view:
        made = report.make(view, edition.area, language=edition.area.languages[0], results=edition.report_results())
    (folder / "report.html").write_bytes(html.write(made))
    writing.write_recommendations(made, folder / "recommendations.csv")


def _differences(own: Sums, made: Sums) -> list[Difference]:
    return compared(
        own, made, added="the view gives no such file", missing="is missing", other="is not what the view gives"
    )


def _attacked(products: Sequence[tuple[BandPicture | Shares, str]], area: StudyArea, tell: Progress) -> list[Replay]:
    replays = []
    for done, (product, plan) in enumerate(products, 1):
        replays.append(replay(product, area, plan))
        tell(done, len(products))
    return replays


def _minutes(view: View, area: StudyArea, progress: Progress | None = None) -> list[Difference]:
    """Compare the view's table of travel times, by which pages are ordered, with the one that its own places give."""
    if not view.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'travel'").fetchone():
        return []
    starts = view.connection.execute("SELECT place, scenario FROM travel_from")
    published = {
        (place, location, scenario, minutes)
        for place, scenario in starts
        for location, minutes in view.minutes(place, scenario).items()
    }
    wrong = len(published ^ set(travel_times(view, area, progress=progress).told()))
    return [Difference("the view's travel times", f"{wrong} are not those of its own places")] if wrong else []


def _products(site: Path, view: View, edition: Edition, area: StudyArea) -> Iterator[tuple[BandPicture | Shares, str]]:
    results = edition.results()
    plans = ["summer", *(scenario.id for scenario in area.settings.scenarios if scenario.id != "summer")]
    for number, (surface, plan) in enumerate(zip(results["reach"].scenarios, plans, strict=True)):
        path = site / "static" / "m" / (f"bands-0-{number}.webp" if number else "bands-0.webp")
        if path.is_file():
            name = path.relative_to(site).as_posix()
            yield BandPicture(name, path.read_bytes(), surface.minutes, area), plan
    path = site / area.languages[0] / "g" / "coverage.csv"
    if not path.is_file():
        return
    entries, coverage = counted(view), results["coverage"]
    spots = {key: points(sort_of(key).of(entries), area) for key in coverage.groups}
    surveyed = surfaces(area, {key: own for key, own in spots.items() if own}, limit=max(BANDS))
    heads, *lines = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    rows = {line[0]: dict(zip(map(key_of, heads), line, strict=True)) for line in lines}
    for key, own in spots.items():
        published = _published(rows, coverage, [f"{key}_{band}_asked" for band in BANDS])
        base = surveyed[key, "summer"].found if own else np.full(area.grid.shape, np.inf, np.float32)
        yield Shares(f"{path.relative_to(site).as_posix()}: {key}", published, BANDS, base, area), "summer"


def _published(rows: dict[str, dict[str, str]], coverage: Result, keys: list[str]) -> NDArray[np.float64]:
    """Return the shares that a table gives, 0 where it leaves a cell empty; -1 for a unit or column that it lacks."""
    cells = [[rows.get(str(code), {}).get(key) for key in keys] for code in coverage.table.index]
    return np.array([[-1.0 if cell is None else float(cell or 0) for cell in row] for row in cells])
