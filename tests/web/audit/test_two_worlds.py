"""Two worlds: with other secrets the same is published, and a planted leak of each kind is found.

A leak here is the program itself: something that is published is worked out from the private directory. Made again, it
leaks again; only other secrets bring it to light.
"""

import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from mapping.analysis.access.reach import reach
from mapping.analysis.access.siting import siting
from mapping.analysis.reliability.funding import funding
from mapping.analysis.supply.coverage import coverage
from mapping.analysis.supply.nrm import nrm
from mapping.editions import publish
from mapping.errors import NotFound
from mapping.language.i18n import show
from mapping.render import charts
from mapping.render.layers.units import shaded
from mapping.render.picture import png
from mapping.render.report import print_map, recommendation_rules, sheet
from mapping.render.report.sources import Sources
from mapping.view.view import Entry, OrganizationEntry, ServicePlace, View
from tests.support.sample import TODAY, km, place, public_parts, sample_directory, secret_parts, service
from web.audit import two_worlds as worlds
from web.audit.opened_files import watched
from web.audit.two_worlds import World, elsewhere, possible, spots, two_worlds
from web.presenters import choices
from web.presenters.edition import Edition
from web.presenters.lists import chosen

AT: dict[str, Path] = {}
"""Where the view lies of which something is made: a leak looks for the directory beside it."""


@pytest.fixture(scope="module")
def directory(tiny_area, tmp_path_factory) -> Path:
    """A directory with secrets, beside the view that was published of it."""
    folder = tmp_path_factory.mktemp("worlds")
    fresh = {"of": "Legal Centre", "types": ["LEG-INF"]}
    more = [
        service("Advice east", **fresh),
        place("East", of=["Advice east"], at=km(10.5, 4.5), unit="XT-W2"),
        service("Advice afar", **fresh),
        place("Afar", of=["Advice afar"], at=km(2.5, 12.5), unit="XT-W1"),
    ]
    with sample_directory(folder / "private", tiny_area, public_parts(), secret_parts(), *more) as opened:
        publish.publish(opened, "public", folder / "public.db", area=tiny_area, edition=TODAY).view.close()
    return folder / "private" / "directory.db"


@pytest.fixture(scope="module")
def published(directory, tiny_area, tmp_path_factory):
    """Publish each world once: most leaks are in what is made of a view, not in the view."""
    real, known = worlds._published, {}

    def once(source, view, area, world, folder):
        if world not in known:
            known[world] = real(source, view, area, world, tmp_path_factory.mktemp("world"))
        return known[world]

    return once


class Made:
    """Some of each kind of thing that is published: tables, charts, a surface, orders, recommendations."""

    def __init__(self, view: View, area):
        self.view, self.area, self.results = view, area, {}

    def result(self, name):
        """Return what an analysis finds, worked out once."""
        if name not in self.results:
            self.results[name] = ANALYSES[name](self.view, self.area)
        return self.results[name]

    def table(self, name):
        return self.result(name).sheet().to_csv()

    @cached_property
    def surface(self):
        return reach(self.view, self.area).surface

    @cached_property
    def chart(self):
        return charts.chart(self.result("coverage"), self.area, language="en")

    @cached_property
    def sheet(self):
        coverage, sources = self.result("coverage"), "; ".join(self.area.attributions())
        foot = sheet.foot(coverage, "en", sources=sources)
        return sheet.sheet(self.chart, title=sheet.finding(coverage, "en"), foot=foot)

    @cached_property
    def bands(self):
        return print_map.bands_map(self.area, self.surface, language="en")

    def map(self):
        coverage = self.result("coverage")
        return print_map.labelled_map(self.area, coverage, shaded(coverage), language="en")

    def sites(self):
        return print_map.sites_map(self.area, self.result("siting"), language="en")

    def proposals(self):
        return str([one.name for one in self.result("siting").proposals])

    def recommendations(self):
        sources = Sources(self.view, self.area, "en", {name: self.result(name) for name in ANALYSES})
        return str([show(one.text, "en") for one in recommendation_rules.advise(sources)])

    def order(self):
        edition = Edition(self.view.path, self.area)
        answers = chosen(edition, choices.parse("n4-r1-e", edition), "en")
        return str([str(answers.card(service).name) for service in answers.blocks.near])


ANALYSES = {
    "coverage": coverage,
    "funding": funding,
    "nrm": nrm,
    "siting": lambda view, area: siting(view, area, type="HLT", minutes=30),
}
KINDS = {
    **{name: lambda made, name=name: made.table(name) for name in ANALYSES},
    "chart": lambda made: made.chart,
    "sheet": lambda made: made.sheet,
    "map": Made.map,
    "map of bands": lambda made: made.bands,
    "map of sites": Made.sites,
    "proposals": Made.proposals,
    "recommendations": Made.recommendations,
    "order": Made.order,
    "surface": lambda made: made.surface.minutes.tobytes(),
    "picture": lambda made: png(made.sheet, 400),
    "picture of a map": lambda made: png(made.bands, 320),
}


@pytest.fixture
def replayed(directory, tiny_area):
    """Compare worlds in what is made of a view: every kind of thing, or only some."""

    def run(*others: World, of: Path = directory, kinds=KINDS):
        def make(view: Path, folder: Path) -> None:
            AT["view"] = view
            with View(view) as opened:
                made = Made(opened, tiny_area)
                for name in kinds:
                    contents = KINDS[name](made)
                    (folder / name).write_bytes(contents.encode() if isinstance(contents, str) else contents)

        return two_worlds(of, directory.parents[1] / "public.db", tiny_area, make, worlds=others or None)

    return run


@pytest.fixture(autouse=True)
def few_rules(monkeypatch):
    monkeypatch.setattr(
        recommendation_rules,
        "SEARCHES",
        {key: recommendation_rules.SEARCHES[key] for key in ("function", "region", "siting-any")},
    )


def test_a_directory_with_other_secrets_gives_the_same(replayed, tiny_area):
    found = replayed()
    assert found.differences == ()
    assert found.current
    assert found.files == 15
    assert found.spots == len(spots(tiny_area)) >= 300
    assert found.cells == len(possible(tiny_area)) == 24 * 16 - 4 * 3  # the lake


def test_a_single_hidden_service_in_each_unit_gives_the_same(replayed, tiny_area):
    largest = spots(tiny_area, 0)
    assert len(largest) == 4
    of_units = [World(f"one hidden service at {number}", (one,)) for number, one in enumerate(largest)]
    found = replayed(*of_units, kinds=[*ANALYSES, "proposals", "recommendations", "order", "surface"])
    assert (found.differences, found.spots) == ((), 4)


def test_the_same_services_in_public_would_change_everything(replayed, tiny_area):
    """So that the instrument is known to see."""
    found = replayed(replace(elsewhere(tiny_area, sample=10), audience="public"))
    differing = {one.name for one in found.differences}
    assert {"coverage", "nrm", "siting", "chart", "proposals", "recommendations", "order", "surface"} <= differing
    assert {"sheet", "map", "map of bands", "map of sites", "picture", "picture of a map"} <= differing
    assert {"the view's service", "the view's travel"} <= differing


def hidden() -> list[tuple[str, float, float]]:
    """What a leak reads: the places of the directory beside the view that are not in the view."""
    view = AT["view"]
    with View(view) as opened:
        shown = {(row["latitude"], row["longitude"]) for row in opened.rows("location")}
    with closing(sqlite3.connect(view.parent / "private" / "directory.db")) as private:
        rows = private.execute("SELECT id, latitude, longitude FROM location WHERE latitude IS NOT NULL").fetchall()
    return [row for row in rows if row[1:] not in shown]


def near_hidden(latitude: float, longitude: float) -> bool:
    return any(math.hypot(latitude - lat, longitude - lon) < 0.02 for _, lat, lon in hidden())


def counting_hidden(real):
    def counted(view, **options):
        own = OrganizationEntry("secret", "Secret")
        return [
            *real(view, **options),
            *(
                Entry(
                    id=one,
                    name="Secret",
                    organization=own,
                    types=("PSY-COU",),
                    freshness="fresh",
                    places=(
                        ServicePlace(id=one, latitude=lat, longitude=lon, precision="exact", position_basis="given"),
                    ),
                )
                for one, lat, lon in hidden()
            ),
        ]

    return counted


def leaking_search(material):
    yield recommendation_rules.Grounds({"units": len(hidden()), "count": 1}, 0, 0)


LEAKS = {
    "a table": ("mapping.analysis.common.frame.counted", counting_hidden, {"coverage", "chart", "sheet", "picture"}),
    "a table of counts": ("mapping.analysis.common.frame.counted", counting_hidden, {"funding"}),
    "a surface": ("mapping.analysis.common.frame.counted", counting_hidden, {"surface", "picture of a map"}),
    "the order of new places": (
        "mapping.analysis.access.siting.towns",
        lambda real: lambda area: [town for town in real(area) if not near_hidden(*town.spot)],
        {"proposals", "recommendations", "map of sites"},
    ),
    "a chart": (
        "mapping.render.charts.chart",
        lambda real: lambda *args, **options: f"{real(*args, **options)}<!-- {len(hidden())} -->",
        {"chart"},
    ),
    "a recommendation": (
        "mapping.render.report.recommendation_rules.SEARCHES",
        lambda real: {**real, "broken": leaking_search},
        {"recommendations"},
    ),
    "the order of a list": (
        "web.presenters.lists.minutes_to",
        lambda real: (
            lambda entry, *rest: (
                (found[0] + 1000 * any(near_hidden(one.latitude, one.longitude) for one in entry.points), found[1])
                if (found := real(entry, *rest))
                else None
            )
        ),
        {"order"},
    ),
}
"""Kind -> what is changed, how, and what then depends on hidden places, at the least."""


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leak_in_what_is_made_of_a_view_is_found(kind, replayed, published, monkeypatch):
    where, spoil, telling = LEAKS[kind]
    module, name = where.rsplit(".", 1)
    monkeypatch.setattr(where, spoil(getattr(__import__(module, fromlist=[name]), name)))
    monkeypatch.setattr(worlds, "_published", published)
    differing = {one.name for one in replayed(kinds=telling).differences}
    assert telling <= differing
    assert "directory.db" in differing  # what was opened is named too
    assert not any(name.startswith("the view's") for name in differing)


def later(real):
    """Minutes that depend on hidden places: pages are in their order."""

    def times(view, *args, **options):
        AT["view"] = view.path
        travel = real(view, *args, **options)
        return travel._replace(minutes=travel.minutes + np.uint8(len(hidden()) % 7))

    return times


def counting_all(real):
    """Published counts to which the services that are not shown are added."""

    def project(tables, audience, *known):
        shown = real(tables, audience, *known)
        unshown = len(tables["service"]) - len(shown["service"])
        shown["case_count"] = [row | {"count": row["count"] and row["count"] + unshown} for row in shown["case_count"]]
        return shown

    return project


@pytest.mark.parametrize(
    ("where", "spoil", "table"),
    [
        ("mapping.editions.publish.travel_times", later, "travel"),
        ("mapping.directory.directory.project", counting_all, "case_count"),
    ],
)
def test_a_leak_in_the_view_itself_is_found(where, spoil, table, directory, tiny_area, monkeypatch):
    module, name = where.rsplit(".", 1)
    monkeypatch.setattr(where, spoil(getattr(__import__(module, fromlist=[name]), name)))
    found = two_worlds(directory, directory.parents[1] / "public.db", tiny_area, lambda *_: None)
    assert f"the view's {table}" in {one.name for one in found.differences}


def test_a_directory_that_changed_since_is_compared_with_itself(replayed, directory, tiny_area, tmp_path):
    """What was added to the directory since the view was published is no leak."""
    with sample_directory(tmp_path / "private", tiny_area, public_parts(), secret_parts()):
        found = replayed(of=tmp_path / "private" / "directory.db")
    assert not found.current
    assert found.differences == ()


def test_a_private_directory_that_is_opened_is_noted(directory, tmp_path):
    view = directory.parents[1] / "public.db"
    with watched() as opened:
        View(view).close()
        (tmp_path / "other.db").write_bytes(b"no database")
        (tmp_path / "other.db").read_bytes()
        assert opened == []
        sqlite3.connect(f"{directory.as_uri()}?mode=ro", uri=True).close()
        directory.read_bytes()
        sqlite3.connect(directory).close()
    assert opened == [directory]
    directory.read_bytes()
    assert opened == [directory]


def test_a_directory_that_is_not_there_is_said(tiny_area, tmp_path, directory):
    with pytest.raises(NotFound, match="no directory"):
        two_worlds(tmp_path / "directory.db", directory.parents[1] / "public.db", tiny_area, lambda *_: None)
