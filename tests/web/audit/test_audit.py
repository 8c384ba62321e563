"""Audit: a site that its view gives is clean; one that leaks a hidden place is caught, and what leaks is named."""

import json
import re
import shutil
import sqlite3

import numpy as np
import pytest
from typer.testing import CliRunner

from mapping.analysis.common import listed
from mapping.cli import app as commands
from mapping.cli.audit import BETRAYED, DIFFERS, report
from mapping.errors import NotFound
from mapping.travel import travel_time
from mapping.view.view import View
from tests.conftest import TINY
from tests.support.sample import CHASHMA
from web import create_app
from web.audit.audit import Audit, _differences, _minutes, audit
from web.audit.differences import Difference, sums
from web.audit.inverse_attack import BandPicture, Shares, replay
from web.audit.two_worlds import Worlds

HOME = (10.013475, 60.013683)
"""A village that no service of the sample reaches within half an hour."""


def run(site, view, *more, area=TINY):
    return CliRunner().invoke(commands, ["audit", str(site), "--view", str(view), "--area", str(area), *more])


LEAKING = ("static/m/bands-0.webp", "static/m/bands-0-1.webp", "tg/g/coverage.csv")
"""Files of a site that tell of travel; in each language the tables say the same."""


@pytest.fixture(scope="module")
def leaky(view_file, site, tiny_area, tmp_path_factory):
    """A site whose maps and tables were worked out with a shelter that its lists do not show."""
    real = listed.points

    def points(entries, area, **options):
        own = real(entries, area, **options)
        return (*own, HOME) if own else own

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mapping.analysis.common.frame.points", points)
        client = create_app(view_file, tiny_area, demo=True).test_client()
        folder = shutil.copytree(site, tmp_path_factory.mktemp("leaky") / "site")
        for name in LEAKING:
            (folder / name).write_bytes(client.get(f"/{name}").data)
    return folder


def test_a_site_made_from_its_view_is_clean_also_with_other_secrets(in_one_language):
    """The whole way, by the command, in one language: view, site and report are made again, also with other secrets."""
    view = in_one_language / "portal" / "public.db"
    before = sums(view.parent)
    own = ("--demo", "--directory", str(view.with_name("directory.db")))
    done = run(in_one_language / "site", view, *own, area=in_one_language / "area")
    assert done.exit_code == 0, done.output
    assert "0 differ" in done.output
    assert "Nothing published depends on anything but the view." in done.output
    assert re.search(
        r"bands-0\.webp: [1-9][\d,]* of [\d,]+ cells would have shown; none explains it better", done.output
    )
    assert "coverage.csv: any" in done.output
    assert re.search(r"300 of 372 cells had a hidden service. The view and [\d,]+ files .* 0 differ", done.output)
    after = sums(view.parent)
    assert {name: after[name] for name in before} == before  # SQLite may leave an empty journal beside the directory


@pytest.fixture(scope="module")
def caught(leaky, site, view_file, tiny_area):
    """What an audit finds, whose site that is made again is `site`, which is made in the same way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.audit.audit.freeze", lambda _app, folder, *_, **__: shutil.copytree(site, folder))
        return audit(leaky, view_file, tiny_area, demo=True)


def test_a_leak_is_caught_and_named(caught):
    assert caught.betrayed
    betrayed = [one for one in caught.replays if one.explaining]
    names = {one.product for one in betrayed}
    assert {"static/m/bands-0.webp", "static/m/bands-0-1.webp"} <= names
    assert any(name.startswith("tg/g/coverage.csv: ") for name in names)
    assert any(one.left == 0 for one in betrayed)
    assert {one.name for one in caught.differences} == {*LEAKING}


def test_the_report_names_what_leaks_and_tells_nobody_where(caught, leaky, view_file, monkeypatch):
    monkeypatch.setattr("web.audit.audit.audit", lambda *_, **__: caught)
    done = run(leaky, view_file, "--demo")
    assert done.exit_code == BETRAYED
    assert "bands-0.webp" in done.output
    assert "BETRAYED" in done.output
    assert "Do not publish" in done.output
    for number in HOME:
        assert f"{number:.2f}" not in done.output


def test_programs_are_told_the_same_and_no_place(caught, leaky, view_file, monkeypatch):
    monkeypatch.setattr("web.audit.audit.audit", lambda *_, **__: caught)
    done = run(leaky, view_file, "--demo", "--json")
    assert done.exit_code == BETRAYED
    found = json.loads(done.stdout)
    assert (found["clean"], found["betrayed"]) == (False, True)
    assert {one["name"] for one in found["differences"]} == {*LEAKING}
    for number in HOME:
        assert f"{number:.2f}" not in done.output


def test_a_changed_missing_and_added_file_is_named(site, view_file, tmp_path, monkeypatch):
    other = shutil.copytree(site, tmp_path / "site")
    (other / "robots.txt").write_text("changed")
    (other / "en" / "p1.html").unlink()
    (other / "notes.txt").write_text("the shelter is in ...")
    found = Audit(3, tuple(_differences(sums(other), sums(site))), ())
    monkeypatch.setattr("web.audit.audit.audit", lambda *_, **__: found)
    done = run(other, view_file, "--demo")
    assert done.exit_code == DIFFERS
    assert "robots.txt: is not what the view gives" in done.output
    assert "en/p1.html: is missing" in done.output
    assert "notes.txt: the view gives no such file" in done.output


def test_forgetting_demo_is_explained():
    found = Audit(3, tuple(Difference(f"{n}.html", "is not what the view gives") for n in range(2)), ())
    assert any("made with --demo?" in line for line in report(found, demo=False))


def test_times_that_the_view_holds_for_other_places_are_named(view_file, tiny_area, tmp_path):
    spoilt = tmp_path / "public.db"
    shutil.copyfile(view_file, spoilt)
    with sqlite3.connect(spoilt) as db:
        db.execute("UPDATE travel SET minutes = zeroblob(length(minutes))")  # a byte for each location
    db.close()
    for path, count in ((view_file, 0), (spoilt, 1)):
        with View(path) as view:
            assert len(_minutes(view, tiny_area)) == count


def test_what_is_not_there_is_said(tmp_path, site, view_file, tiny_area):
    with pytest.raises(NotFound, match="no site"):
        audit(tmp_path, view_file, tiny_area)
    with pytest.raises(NotFound, match="no view"):
        audit(site, tmp_path / "public.db", tiny_area)


def shares_of(area, minutes, *limits):
    table = Shares("", np.zeros((len(area.unit_codes), len(limits))), limits, minutes, area)
    return table._shares(minutes)


def test_a_table_that_leaks_is_followed_to_the_cell(tiny_area):
    base, hidden = (travel_time(tiny_area, [point], limit=120).minutes for point in (CHASHMA, HOME))
    leaks = shares_of(tiny_area, np.minimum(base, hidden), 30, 60)
    found = replay(Shares("x", leaks, [30, 60], base, tiny_area), tiny_area, "summer")
    assert found.faults > 0
    assert 0 < found.explaining <= found.tried
    assert found.left == 0


def test_how_many_cells_would_have_shown_is_right_by_brute_force(tiny_area):
    """A hidden service in each single cell: does the table of shares change?"""
    base = travel_time(tiny_area, [CHASHMA], limit=60).minutes
    plain = shares_of(tiny_area, base, 60)
    found = replay(Shares("x", plain, [60], base, tiny_area), tiny_area, "summer")
    count = 0
    cells = np.argwhere(tiny_area.unit_grid >= 0)
    lats, lons = tiny_area.grid.centres(*cells.T)
    possible = 0
    for lat, lon in zip(lats, lons, strict=True):
        away = travel_time(tiny_area, [(lat, lon)], limit=60)
        if away.snapped or away.lost:
            continue
        possible += 1
        count += bool((shares_of(tiny_area, np.minimum(base, away.minutes), 60) != plain).any())
    assert (found.cells, found.telling) == (possible, count)
    assert (found.faults, found.explaining) == (0, 0)


def test_a_picture_that_is_none_of_bands_fits_nothing(site, tiny_area):
    base = travel_time(tiny_area, [CHASHMA]).minutes
    bands = (site / "static" / "m" / "bands-0.webp").read_bytes()
    found = replay(BandPicture("bands", bands, base, tiny_area), tiny_area, "summer")
    assert found.faults > 0  # the sample has more services than the one
    assert found.telling > 0


def test_what_depends_on_a_secret_is_named_and_ends_with_4(site, view_file, monkeypatch):
    leak = Difference("site/en/n4-r1.html", "is another with hidden services in many places")
    found = Audit(9, (), (), Worlds(("hidden services in many places",), 300, 372, 5, (leak,), current=False))
    monkeypatch.setattr("web.audit.audit.audit", lambda *_, **__: found)
    done = run(site, view_file, "--demo")
    assert done.exit_code == BETRAYED
    assert "BETRAYED: site/en/n4-r1.html is another with hidden services in many places" in done.output
    assert "has changed since this view was published" in done.output
    assert "Do not publish" in done.output


@pytest.mark.parametrize("offered", [True, False])
def test_a_site_with_pdf_is_made_again_with_pdf(tmp_path, view_file, tiny_area, monkeypatch, offered):
    (tmp_path / "en").mkdir()
    for name in ("index.html", *(["en/poster.pdf"] if offered else [])):
        (tmp_path / name).write_bytes(b"")

    def frozen(app, *_args, **_named):
        raise InterruptedError(str(app.config.get("PDF", False)))

    monkeypatch.setattr("web.audit.audit.freeze", frozen)
    with pytest.raises(InterruptedError, match=str(offered)):
        audit(tmp_path, view_file, tiny_area)
