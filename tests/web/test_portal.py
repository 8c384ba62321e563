"""The one app of the portals: pages are found in their folder, and the menu follows their order."""

import sys
import textwrap

import pytest
from flask import request

from mapping.errors import NotFound
from web.access.pages import Pages
from web.layout import language_of
from web.portal import ErrorPages, create_portal, pages_of

PAGE = """
    from mapping.errors import NotFound
    from mapping.language.i18n import Message
    from web.access.pages import Pages
    blueprint = Pages("{name}")
    @blueprint.page("attend", "{name}.html", menu=(Message("{name}"), {order}))
    def show(language):
        return "{name} in " + language
    @blueprint.page("everyone", "{name}-gone.html")
    def gone(language):
        raise NotFound("no such page")
    def prepare(app):
        return app.config["WITH_{upper}"]
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder of pages, one of them in a folder of its own, beside a module without pages."""
    for path, order in {"later.py": 20, "deeper/first.py": 10, "none.py": 30}.items():
        file = tmp_path / "some_portal" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").touch()
        text = textwrap.dedent(PAGE).format(name=file.stem, order=order, upper=file.stem.upper())
        file.write_text(text, encoding="utf-8")
    (tmp_path / "some_portal" / "helper.py").write_text("HELPS = True\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield __import__("some_portal")
    for name in [name for name in sys.modules if name.startswith("some_portal")]:
        del sys.modules[name]


@pytest.fixture
def app(package, tiny_area):
    return create_portal(tiny_area, pages_of(package), with_first=True, with_later=True, with_none=False)


def test_a_module_with_pages_is_found_wherever_it_lies_in_the_folder(package):
    names = [module.__name__.removeprefix("some_portal.") for module in pages_of(package)]
    assert names == ["deeper.first", "later", "none"]


def test_the_menu_follows_the_order_and_leaves_out_what_the_portal_has_not(app):
    assert [item.path for item in app.config["MENU"]] == ["first.html", "later.html"]
    client = app.test_client()
    assert client.get("/en/first.html").text == "first in en"
    assert client.get("/en/none.html").status_code == 404


def test_a_page_of_an_unknown_action_is_refused_when_it_is_made():
    with pytest.raises(ValueError, match="some: 'edti' is no action of"):
        Pages("some").page("edti", "some.html")(str)


def test_what_is_not_there_is_said_in_the_language_of_the_address(app):
    answer = app.test_client().get("/ru/first-gone.html")
    assert answer.status_code == 404
    assert '<html lang="ru"' in answer.text
    with app.test_request_context():
        assert [language_of(path) for path in ("/ru/x.html", "/xx/x.html", "/x.html")] == ["ru", "tg", "tg"]


def test_a_kind_of_error_has_a_page_of_its_own(package, tiny_area):
    class DiskFull(NotFound):
        pass

    errors = ErrorPages(others={NotFound: ("broken.html", 507)})
    app = create_portal(tiny_area, [], errors=errors)
    app.add_url_rule("/en/full.html", "full", lambda: (_ for _ in ()).throw(DiskFull("no room")))
    app.add_url_rule("/en/broken.html", "broken", lambda: 1 // 0)
    assert app.test_client().get("/en/full.html").status_code == 507
    assert app.test_client().get("/en/broken.html").status_code == 500


def test_nothing_outside_the_files_of_the_portals_is_given(app):
    client = app.test_client()
    assert client.get("/static/style.css").status_code == 200
    for name in ("../portal.py", "vendor", "a" * 60_000, "a/" * 3000, "style.css/"):
        assert client.get(f"/static/{name}").status_code == 404, name[:20]


def test_a_head_takes_nothing_for_a_form_that_was_sent(tiny_area):
    """What pages do with a form is guarded where it is posted."""
    app = create_portal(tiny_area, [])
    done = []
    app.add_url_rule("/en/x.html", "x", lambda: done.append(request.method) or "shown", methods=["GET", "POST"])
    answer = app.test_client().head("/en/x.html", data={"act": "1"})
    assert (answer.status_code, answer.data, done) == (200, b"", ["GET"])
    assert answer.headers["Content-Length"] == "5"
