"""Hostile strings in every field of every language: through every page, script, picture, popup and export as words.

One directory in which each text field of each public record holds the same string: markup, quotes, ends of scripts and
comments, template and spreadsheet formulas. Every file that is made of it is parsed by a parser of its kind, and none
holds an element, an attribute, an address or a formula that the string asks for. The list for programs holds each cell
as it is.
"""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from mapping.model import Organization, Service, references
from mapping.render.export import export
from mapping.view.view import View
from tests.support.browser import still
from tests.support.sample import public_parts, translations
from tests.web.support.desk import Desk, views
from tests.web.support.portal import published
from web import create_app
from web.freeze import freeze

HOSTILE = "=x\"'`><x-hit hit=1 onhit=alert(1)></script></style></title></textarea>--><x-hit>{{7*7}}${7*7}\\u0022"
ADDRESS = "javascript:alert(1)//https://x-hit.example/\"onhit='1'"
CODES = {
    "id",
    "code",
    "area_unit",
    "country",
    "language",
    "link_id",
    "link_entity",
    "link_type",
    "field",
    "service_type",
    "service_types",
    "audience",
    "precision",
    "status",
    "location_type",
    "position_basis",
    "role",
    "taxonomy",
    "number",
    "freq",
    "byday",
    "opens_at",
    "closes_at",
    "timezone",
    "url_scheme",
    "extent_type",
    "kind",
    "subject",
    "value",
    "standard",
    "answer",
    "measure",
    "unit_of_count",
    "sex",
    "age_band",
    "exploitation",
    "confidence",
    "basis",
    "consent_by",
    "approved_by",
    "approved_by_too",
    "route",
}
"""Fields that hold codes, ids, and what decides on what is shown; their values come from closed lists."""
WEB = {"website", "url", "uri", "source_url"}


def poisoned(record: Any) -> Any:
    """Return a record with the hostile string in each of its fields that takes it."""
    for name, info in type(record).model_fields.items():
        if name in CODES or name in references(type(record)) or "str" not in str(info.annotation):
            continue
        for text in (ADDRESS if name in WEB else HOSTILE, HOSTILE):
            try:
                record = type(record).model_validate(record.model_dump() | {name: text})
                break
            except ValidationError:
                continue
    return record


@pytest.fixture(scope="module")
def parts() -> list[Any]:
    records = [poisoned(record) for record in public_parts() if record.table != "translation"]
    told = dict.fromkeys(("tg", "ru", "uz"), HOSTILE)
    for record in list(records):
        if isinstance(record, Organization | Service):
            records += translations(record, name=told, description=told)
    return records


@pytest.fixture(scope="module")
def view_of_it(parts, tiny_area, tmp_path_factory):
    return published(tmp_path_factory.mktemp("hostile"), tiny_area, parts)


@pytest.fixture(scope="module")
def live(view_of_it, tiny_area, tmp_path_factory):
    return create_app(view_of_it, tiny_area, inbox=tmp_path_factory.mktemp("inbox") / "inbox.db")


@pytest.fixture(scope="module")
def frozen(live, view_of_it, tiny_area, tmp_path_factory):
    """The site in one language: what another says, the same templates write."""
    folder = tmp_path_factory.mktemp("frozen") / "site"
    area = replace(tiny_area, file=tiny_area.file.model_copy(update={"languages": ("tg",)}))
    app, results = create_app(view_of_it, area), live.config["EDITIONS"].now().report_results()
    app.config["EDITIONS"].now().report_results(lambda *_: results)
    freeze(app, folder)
    return folder


class Page(HTMLParser):
    """What a browser would make of a page: elements, attributes, addresses, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "x-hit" or tag in ("iframe", "object", "embed", "base"):
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name == "hit" or name.startswith("on") or name in ("style", "srcdoc"):
                self.wrong.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction"):
                scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", value or "", re.I)
                if scheme and scheme[1].lower() not in ("tel", "mailto", "https", "http"):
                    self.wrong.append(f"{tag} {name}={value}")
                if "x-hit" in (value or "") and not (value or "").startswith(("mailto:", "https:", "http:")):
                    self.wrong.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        self.words += data


def faults(name: str, contents: bytes) -> list[str]:
    """Return what is wrong with a file of a kind."""
    if name.endswith(".html"):
        page = Page(contents.decode())
        return page.wrong + (["a template was worked out"] if "x-hit>49" in page.words else [])
    if name.endswith(".csv") and name != "data/list.csv":
        cells = [cell for row in csv.reader(io.StringIO(contents.decode("utf-8-sig"))) for cell in row]
        return [cell[:60] for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.])", cell)]
    if name.endswith((".json", ".geojson")):
        json.loads(contents)
    if name.endswith(".svg"):
        return [e.tag for e in ET.fromstring(contents).iter() if "x-hit" in str(e.tag) or "hit" in e.attrib]
    if name.endswith(".js") and b"x-hit" in contents:
        text = contents.decode()
        start = text.index("]=") + 2 if text.startswith("(window.ATLAS") else text.index("=") + 1
        json.loads(text[start:].strip().rstrip(";"))
    return []


def test_the_string_is_in_most_fields(parts):
    holding = [name for record in parts for name, value in record.model_dump().items() if value in (HOSTILE, ADDRESS)]
    assert {"name", "description", "website", "email", "fees_description", "address_1"} <= set(holding)
    assert len(set(holding)) > 20


def test_every_file_of_the_site_holds_it_as_words(frozen):
    wrong, holding = {}, set()
    for file in sorted(frozen.rglob("*")):
        if file.is_file():
            contents = file.read_bytes()
            if b"x-hit" in contents:
                holding.add(file.suffix)
            name = str(file.relative_to(frozen))
            if found := faults(name, contents):
                wrong[name] = found[:3]
    assert wrong == {}
    assert {".html", ".js", ".csv", ".json", ".geojson"} <= holding


def test_it_is_shown_as_it_is(frozen):
    page = Page(next((frozen / "tg" / "s").glob("*.html")).read_text())
    assert HOSTILE in page.words


def test_the_forms_hold_it_as_words(live):
    client = live.test_client()
    for identifier in live.config["EDITIONS"].now().entries("ru"):
        for language in ("tg", "ru", "en"):
            page = client.get(f"/{language}/f1/{identifier}.html")
            assert faults("f1.html", page.data) == []
            assert "x-hit" in page.text


def test_what_is_asked_is_never_said_again(live):
    client, asked = live.test_client(), "<x-ask onask=1>"
    for path in (f"/en/{asked}.html", f"/en/s/{asked}.html", f"/en/g/{asked}.csv", f"/{asked}/index.html"):
        assert "x-ask" not in client.get(path).text
    assert "x-ask" not in client.post("/en/f2.html", data={"need": asked, "area_unit": asked, "why": asked}).text


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".geojson", ".json"])
def test_exports_hold_it_as_words(view_of_it, tiny_area, tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    with View(view_of_it) as view:
        export(view, path, area=tiny_area, name="workbook" if suffix == ".xlsx" else "")
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        name = "data/list.csv" if suffix == ".csv" else file.name
        assert faults(name, file.read_bytes()) == [], file.name
        if file.suffix == ".xlsx":
            cells = [cell for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row]
            assert [c.value for c in cells if c.data_type == "f"] == []


def test_partners_pages_hold_it_as_words(parts, tiny_area, tmp_path):
    desk = Desk(tmp_path, tiny_area, views(tmp_path, tiny_area, parts))
    client = desk.client("caseworker")
    entries = desk.editions().entries("en")
    for path in ["/en/index.html", *(f"/{language}/s/{one}.html" for one in entries for language in ("en", "tg"))]:
        response = client.get(path)
        assert faults("page.html", response.data) == [], path


def test_popups_and_the_search_hold_it_as_words(frozen, open_page):
    page = open_page((frozen / "tg" / "map.html").as_uri())
    page.click(".ask-map button")
    page.wait_for_selector("[data-ready]")
    for _ in range(8):  # a cluster opens into its markers, a marker opens its card
        icons = page.locator(".spot, .cluster")
        for number in range(icons.count()):
            icons.nth(number).dispatch_event("click")
            if page.locator(".leaflet-popup article").count():
                break
        assert page.evaluate("document.getElementsByTagName('x-hit').length") == 0
        if page.locator(".leaflet-popup article").count():
            break
        still(page)
    assert "x-hit" in page.locator(".leaflet-popup article").first.text_content()
    page.goto((frozen / "tg" / "all-1.html").as_uri())
    page.fill("#words", "x-hit")
    page.wait_for_selector("#hits li")
    assert page.evaluate("document.getElementsByTagName('x-hit').length") == 0
