"""The headers of every route and every error of every portal: none is forgotten, and none tells more than it should."""

import re

import pytest

from tests.support.sample import TODAY
from tests.web.support.desk import Desk
from tests.web.support.office import Office
from web import create_app
from web.headers import CONTENT_POLICY, HEADERS, kept_for, open_headers

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
TELLING = ("Server", "X-Powered-By", "Last-Modified", "Via")
"""Headers that would say what runs here, or when something secret changed."""

PORTALS = ("public", "partner", "staff")


def public_portal(folder, area, view_file, results, _partner_views):
    app = create_app(view_file, area, demo=True, inbox=folder / "inbox.db")
    app.config["EDITIONS"].now().report_results(lambda *_: results)
    app.config["TODAY"] = lambda: TODAY
    return app, app.test_client()


def partner_portal(folder, area, _view_file, _results, partner_views):
    desk = Desk(folder, area, partner_views)
    return desk.app, desk.client("caseworker")


def staff_portal(folder, area, _view_file, _results, _partner_views):
    office = Office(folder, area)
    return office.app, office.client("steward")


MADE = {"public": public_portal, "partner": partner_portal, "staff": staff_portal}


@pytest.fixture(scope="module", params=PORTALS)
def portal(request, tmp_path_factory, tiny_area, view_file, sample_results, partner_views):
    """A portal with a browser in which somebody is signed in, where that is possible."""
    given = tiny_area, view_file, sample_results, partner_views
    return MADE[request.param](tmp_path_factory.mktemp(request.param), *given)


def paths(app) -> list[str]:
    """Every route, with what stands for each of its parts."""
    kinds = {"int": "1", "path": "a/b.js", "string": "en", "default": "en"}
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", lambda m: kinds.get(m[1] or "default", "1"), rule.rule)
        found.append(path)
    return sorted(set(found))


def check(response, path: str) -> None:
    """Check the headers of one answer."""
    where = f"{response.request.method} {path}: {response.status_code}"
    own = HEADERS | open_headers(path)
    for name, value in own.items():
        assert response.headers.getlist(name) == [value], f"{where}: {name}"
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy, where
    assert "http" not in policy, where
    for name in TELLING:
        assert name not in response.headers, f"{where}: {name}"
    kept = response.headers["Cache-Control"]
    lasting = kept_for(path) != "no-store" or path.startswith(("/profile/", "/api"))
    lasting = lasting and response.status_code == 200
    assert kept == "no-store" or lasting, f"{where}: {kept}"
    if response.mimetype.startswith("text/"):
        assert response.mimetype_params.get("charset") == "utf-8", where
    if response.mimetype == "text/html" and response.data and response.status_code // 100 != 3:
        assert f'content="{CONTENT_POLICY}"'.replace("'", "&#39;") in response.text, f"{where}: no policy in the page"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=\"|\sstyle=\"|javascript:", response.text), where


def test_every_route_and_method_has_them(portal):
    app, client = portal
    seen = 0
    for path in paths(app):
        for method in METHODS:
            check(client.open(path, method=method), path)
            seen += 1
    assert seen > 7 * len(METHODS)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/en/nothing.html",
        "/xx/index.html",
        "/en/s/..%2f..%2fetc%2fpasswd.html",
        "/static/../forms.py",
        "/static/%00",
        "/en/%F0%9F%92%A9.html",
        "/api/nothing",
        "//elsewhere.example/x",
        "/en/s/" + "a" * 5000 + ".html",
    ],
)
def test_every_refusal_has_them(portal, path):
    _app, client = portal
    response = client.get(path)
    assert response.status_code in (301, 302, 303, 308, 400, 401, 403, 404)
    check(response, path)


def test_an_error_of_ours_has_them_and_tells_nothing(portal, monkeypatch):
    app, client = portal

    def broken(*_args, **_named):
        raise RuntimeError("secret words")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    name = next(r.endpoint for r in app.url_map.iter_rules() if r.rule == "/<language>/index.html")
    monkeypatch.setitem(app.view_functions, name, broken)
    response = client.get("/en/index.html")
    assert response.status_code == 500
    assert "secret words" not in response.text
    check(response, "/en/index.html")


@pytest.mark.parametrize("portal", ["public"], indirect=True)  # the same one: its pages are made already
def test_the_public_portal_sets_no_cookie(portal):
    app, client = portal
    for path in paths(app):
        assert not client.get(path).headers.getlist("Set-Cookie"), path


def test_a_form_that_is_too_large_or_too_much(tmp_path, tiny_area, view_file):
    _app, client = public_portal(tmp_path, tiny_area, view_file, {}, None)
    answers = {"need": "talk", "area_unit": "XT-W1"}
    check(client.post("/en/f2.html", data=answers | {"why": "x" * 9999}), "/en/f2.html")
    codes = []
    for _ in range(12):
        response = client.post("/en/f2.html", data=answers)
        codes.append(response.status_code)
        check(response, "/en/f2.html")
    assert codes.count(429) == 2


def test_only_the_public_portal_has_addresses_that_pages_of_others_may_read(portal):
    """What a sign-in guards stands under no such address."""
    app, _client = portal
    opened = {path.split("/")[1] for path in paths(app) if open_headers(path)}
    assert opened == ({"api", "data"} if "public" in app.blueprints else set())
