"""Restricted analyses: for whom, from which edition, with the reader's name on every page and each look logged."""

import json
import re
import shutil

import pytest

from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS
from tests.web.support.desk import Desk
from tests.web.support.office import Office

READERS = {"planner": False, "focal_point": True}
"""Role -> whether the report is for it: it is made from the edition of focal points alone."""


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr("web.restricted.WAIT", 300)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, tiny_area, partner_views):
    return Desk(tmp_path_factory.mktemp("desk"), tiny_area, partner_views)


@pytest.fixture(scope="module")
def office(tmp_path_factory, tiny_area, partner_views):
    made = Office(tmp_path_factory.mktemp("office"), tiny_area)
    shutil.copy(partner_views / "focal_point.db", made.directory.with_name("focal_point.db"))
    return made


@pytest.mark.parametrize(("role", "reports"), READERS.items())
def test_a_reader_sees_what_their_edition_gives_under_their_name(desk, role, reports, tmp_path):
    client = desk.client(role)
    page = client.get("/en/restricted.html").text
    assert page.count(f"for {desk.accounts.by_login(role).name} alone") == 2
    assert ("restricted/report.docx" in page) == reports
    assert client.get("/en/restricted/report.docx").status_code == (200 if reports else 404)
    for name in ("coverage", "funding"):
        shown = client.get(f"/tg/restricted/{name}.html")
        assert shown.status_code == 200, name
        assert desk.accounts.by_login(role).name in shown.text
        assert 'href="../u/' not in shown.text
        (tmp_path / f"{name}.html").write_bytes(shown.data)
        table = client.get(f"/en/restricted/{name}.csv")
        assert table.text.count(f"for {desk.accounts.by_login(role).name} alone") == table.text.count("\n") - 1
        (tmp_path / f"{name}.csv").write_bytes(table.data)
        (tmp_path / f"{name}.svg").write_bytes(client.get(f"/en/restricted/{name}-map.svg").data)
    assert find_canaries([tmp_path], SECRETS) == []
    lines = [(line.action, line.subject) for line in desk.ledger.lines(who=role)]
    assert ("restricted_read", "overview") in lines
    assert ("restricted_read", "funding") in lines
    assert (("restricted_report", "report.docx") in lines) == reports


@pytest.mark.parametrize(("role", "view"), [("planner", "partner"), ("focal_point", "focal_point")])
def test_the_atlas_of_a_reader_shows_their_view_and_no_more(desk, role, view, partner_views, tmp_path):
    client, name = desk.client(role), desk.accounts.by_login(role).name
    page = client.get("/en/atlas.html").text
    assert page.count(f"for {name} alone") == 2, "on the page, and in what is kept of it"
    assert "embed.html" not in page
    assert ("restricted_read", "atlas") in [(line.action, line.subject) for line in desk.ledger.lines(who=role)]
    for path in re.findall(r'src="\.\./([^"?]+)', page):
        assert client.get(f"/{path}").status_code == 200, path
    script = client.get("/en/atlas-data.js")
    told = json.loads(script.text.partition("]=")[2].rstrip(";\n"))
    with View(partner_views / f"{view}.db") as opened:
        seen = {entry.id for entry in opened.services(language="en")}
    assert {service["id"] for service in told["services"]} <= seen
    assert {measure["analysis"] for measure in told["measures"]} >= {"coverage", "severity"}
    assert script.headers["Cache-Control"] == "no-store"
    assert script.headers["Cross-Origin-Resource-Policy"] == "same-origin", "no other page may read it as a script"
    (tmp_path / "atlas.html").write_text(page, "utf-8")
    (tmp_path / "data.js").write_bytes(script.data)
    assert find_canaries([tmp_path], SECRETS) == []


ATLAS = ("atlas.html", "atlas-data.js", "restricted/coverage.csv", "restricted/coverage-map.svg")


@pytest.mark.parametrize("role", ["caseworker", "provider"])
def test_others_of_the_partner_portal_have_no_such_pages(desk, role):
    client = desk.client(role)
    assert "restricted.html" not in client.get("/en/account.html").text
    for path in (
        "restricted.html",
        "restricted/coverage.html",
        "restricted/coverage.svg",
        "restricted/report.docx",
        *ATLAS,
    ):
        assert client.get(f"/en/{path}").status_code == 403


def test_a_steward_takes_the_report_along_with_their_name_in_it(office):
    client = office.client("steward")
    assert "restricted/report.html" in client.get("/en/restricted.html").text
    answer = client.get("/ru/restricted/report.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Steward" in answer.text
    assert client.get("/en/restricted/report.exe").status_code == 404
    assert client.get("/en/restricted/none.html").status_code == 404
    for role in ("custodian", "administrator"):
        assert office.client(role).get("/en/restricted.html").status_code == 403


def test_who_comes_first_is_told_to_look_again(office, monkeypatch):
    from web import restricted

    client = office.client("steward")
    monkeypatch.setattr(restricted, "_ready", lambda _found: False)
    page = client.get("/en/restricted.html").text
    assert "being worked out" in page
    assert "restricted/report" not in page


def test_without_an_edition_the_page_says_so(tmp_path, tiny_area):
    client = Office(tmp_path, tiny_area).client("steward")
    assert "No edition" in client.get("/en/restricted.html").text
    assert client.get("/en/restricted/coverage.html").status_code == 404
