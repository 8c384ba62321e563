"""Nobody waits for a page because he is the first: after each new edition the pages near the first are made ahead."""

import multiprocessing
import os
import shutil
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from mapping.analyses import coverage
from mapping.registry import analyses
from mapping.view.view import View
from web import create_app
from web.freeze import links
from web.kept_pages import KEPT_PAGES, KeptAnswer
from web.processes.pages_ahead import keep_ahead, keep_pages, pages_in_turn, results_apart


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_all_that_is_read_is_made_in_the_order_of_links(view_file, tiny_area, app):
    plain, results = app.test_client(), app.config["EDITIONS"].now().report_results()
    made, app = (create_app(view_file, tiny_area, keep=True, demo=True) for _ in range(2))
    edition = app.config["EDITIONS"].now()
    pages = list(pages_in_turn(made, "tg", studied=False))
    assert made.config["EDITIONS"].now().made("results") is None, "these wait for no analysis"
    made.config["EDITIONS"].now().report_results(lambda *_: results)
    pages += pages_in_turn(made, "tg", studied=True)
    paths = [path for path, _ in pages]
    assert paths[0] == "/tg/index.html"
    first = links(pages[0][1].whole.decode(), "tg/index.html")
    near = [path for path in paths[1 : paths.index("/tg/index.html", 1)] if path[1:] in first]
    assert near == paths[1 : len(near) + 1], "what the first page links to comes first"
    assert {"/tg/gaps.html", "/tg/map.html", "/tg/index.js", "/words.js"} <= {*paths}
    assert {f"/tg/s/{service}.html" for service in edition.entries("tg")} <= {*paths}
    assert not any(path.startswith(("/data/", "/en/")) for path in paths)
    assert all(app.config[KEPT_PAGES].answers(edition).keep(path, page) for path, page in pages)

    def refuse(environ, start_response):
        raise AssertionError(f"{environ['PATH_INFO']} was made again")

    app.wsgi_app.app = refuse
    for path in ("/tg/index.html", "/tg/gaps.html", "/tg/all-1.html", "/words.js"):
        assert app.test_client().get(path).data == plain.get(path).data


def test_another_process_makes_the_pages_as_far_as_there_is_room(view_file, tiny_area, tmp_path, monkeypatch):
    monkeypatch.setattr("web.kept_pages.MOST", 40_000)
    app = create_app(view_file, tiny_area, keep=True, demo=True, inbox=tmp_path / "inbox.db")
    app.config["AREA"] = SimpleNamespace(languages=("en",))
    edition = app.config["EDITIONS"].now()
    keep_pages(app, edition, threading.Event())
    answers = app.config[KEPT_PAGES].answers(edition)
    made = {path: answers[path] for path in answers._places}
    assert 15_000 < sum(len(answer.contents) for answer in made.values()) <= 30_000
    assert "/en/index.html" in made
    assert all(path.startswith("/en/") for path in made), "what languages share comes with the first one"
    assert all(app.config[KEPT_PAGES].make(path) == answer for path, answer in made.items())


def test_no_page_of_another_edition_is_kept(view_file, tiny_area, monkeypatch):
    app = create_app(view_file, tiny_area, keep=True)
    edition = app.config["EDITIONS"].now()
    answers = app.config[KEPT_PAGES].answers(edition)
    here, there = multiprocessing.Pipe(duplex=False)
    page = KeptAnswer((), b"page", False, "tag")
    for path in ("/en/1.html", "/en/2.html", "/en/3.html"):
        there.send((path, page))
    looks = iter([edition, edition, object()])
    monkeypatch.setattr(app.config["EDITIONS"], "now", lambda: next(looks))
    ends = []
    monkeypatch.setattr(
        "web.processes.pages_ahead._process",
        lambda *_: nullcontext((SimpleNamespace(terminate=lambda: ends.append(1)), here)),
    )
    app.config["AREA"] = SimpleNamespace(languages=("en",))
    keep_pages(app, edition, threading.Event())
    assert (sorted(answers._places), ends) == (["/en/1.html", "/en/2.html"], [1])


def test_each_new_edition_is_made_ahead_once(view_file, tiny_area, tmp_path, monkeypatch):
    path = tmp_path / "public.db"
    shutil.copy(view_file, path)
    editions = []
    monkeypatch.setattr("web.processes.pages_ahead.keep_pages", lambda *given: editions.append(given[1]))
    monkeypatch.setattr("web.processes.pages_ahead.results_apart", lambda *_: {})
    app = create_app(path, tiny_area, keep=True)
    with keep_ahead(app, every=0.02):
        _wait(lambda: len(editions) == 2)
        shutil.copy(view_file, tmp_path / "next.db")
        os.replace(tmp_path / "next.db", path)
        _wait(lambda: len(editions) == 4)
        looks = count_looks(app)
        _wait(lambda: len(looks) >= 5)  # at a file that is the same
    assert len(editions) == 4, "once what needs no analyses, once the rest"
    assert editions[0] is editions[1] is not editions[2]
    _wait(lambda: "pages ahead" not in [thread.name for thread in threading.enumerate()])  # nobody looks any more


def count_looks(app):
    """Return a list that grows with each look at which edition is the newest."""
    editions, looks = app.config["EDITIONS"], []
    app.config["EDITIONS"] = SimpleNamespace(now=lambda: looks.append(1) or editions.now())
    return looks


def test_results_of_a_process_apart_are_those_of_this_one(view_file, tiny_area):
    with View(view_file) as view:
        apart, here = results_apart(view, tiny_area), coverage(view, tiny_area)
    assert set(analyses()) <= set(apart)
    assert apart["coverage"].sheet().equals(here.sheet())


def test_a_process_that_is_ended_is_told(view_file, tiny_area, monkeypatch):
    monkeypatch.setattr("web.processes.pages_ahead._send_results", print)  # which ends and has sent nothing
    with View(view_file) as view, pytest.raises(EOFError):
        results_apart(view, tiny_area)


def _wait(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
