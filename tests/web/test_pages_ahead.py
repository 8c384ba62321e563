"""Nobody waits for a page because he is the first: after each new edition the pages near the first are made ahead."""

import os
import shutil
import time

import pytest

from mapping.analyses import coverage
from mapping.registry import analyses
from mapping.view.view import View
from web import create_app
from web.pages_ahead import keep_ahead, make_ahead, results_apart


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_pages_one_link_from_the_first_in_each_language_are_made(view_file, tiny_area):
    app = create_app(view_file, tiny_area, keep=True)
    made = make_ahead(app)
    assert {f"{language}/{name}.html" for language in tiny_area.languages for name in ("index", "gaps", "map")} <= {
        *made
    }
    assert all(app.test_client().get(f"/{path}").status_code == 200 for path in made)

    def refuse(environ, start_response):
        raise AssertionError(f"{environ['PATH_INFO']} was made again")

    app.wsgi_app.app = refuse  # what stands behind the kept pages
    for path in made:
        assert app.test_client().get(f"/{path}").status_code == 200


def test_each_new_edition_is_made_ahead_once(view_file, tiny_area, tmp_path, monkeypatch):
    path = tmp_path / "public.db"
    shutil.copy(view_file, path)
    editions = []
    monkeypatch.setattr("web.pages_ahead.make_ahead", lambda app: editions.append(app.config["EDITIONS"].now()))
    monkeypatch.setattr("web.pages_ahead.results_apart", lambda *_: {})
    app = create_app(path, tiny_area, keep=True)
    with keep_ahead(app, every=0.02):
        _wait(lambda: len(editions) == 1)
        shutil.copy(view_file, tmp_path / "next.db")
        os.replace(tmp_path / "next.db", path)
        _wait(lambda: len(editions) == 2)
        time.sleep(0.1)  # five looks at a file that is the same
    assert len(editions) == 2
    assert editions[0] is not editions[1]
    shutil.copy(view_file, tmp_path / "next.db")
    os.replace(tmp_path / "next.db", path)
    time.sleep(0.1)
    assert len(editions) == 2, "nobody looks once the portal has ended"


def test_results_of_a_process_apart_are_those_of_this_one(view_file, tiny_area):
    with View(view_file) as view:
        apart, here = results_apart(view, tiny_area), coverage(view, tiny_area)
    assert set(analyses()) <= set(apart)
    assert apart["coverage"].sheet().equals(here.sheet())


def test_a_process_that_is_ended_is_told(view_file, tiny_area, monkeypatch):
    monkeypatch.setattr("web.pages_ahead._send_results", _end)
    with View(view_file) as view, pytest.raises(EOFError):
        results_apart(view, tiny_area)


def _end(*_):
    os._exit(9)


def _wait(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
