"""The mapping report on the site: reached by links, a page for each chapter, the whole as files, worked out once."""

import csv
import hashlib
import io
import xml.etree.ElementTree as ET

import docx
import pytest

from mapping.render.report import sources
from mapping.render.report.elements import Picture, ReportTable
from mapping.render.report.sheet import title_of
from web import create_app
from web.freeze import links
from web.presenters import sheets
from web.public import report as report_pages


@pytest.fixture(scope="module")
def report(app):
    with app.test_request_context():
        return report_pages.report_of(app.config["EDITIONS"].now(), "ru")


@pytest.fixture(scope="module")
def current(app):
    return app.config["EDITIONS"].now()


def test_the_pages_of_gaps_and_of_open_data_lead_to_it(text):
    for page in ("ru/gaps.html", "ru/data.html"):
        assert "ru/report/index.html" in links(text(f"/{page}"), page)


def test_the_first_page_leads_to_every_chapter_and_file(text, report):
    found = set(links(text("/ru/report/index.html"), "ru/report/index.html"))
    wanted = {f"ru/report/{one.anchor}.html" for one in report.chapters}
    assert len(wanted) == 13
    assert wanted | {"ru/report/report.ru.docx", "ru/report/recommendations.ru.csv", "ru/gaps.html"} <= found


def test_a_chapter_has_its_parts_the_way_on_and_back_and_the_exit(text, report, current, tiny_area):
    page = text("/ru/report/gaps.html")
    chapter = next(one for one in report.chapters if one.anchor == "gaps")
    assert report_pages.body(current, chapter, "ru") in page
    assert f"<h1>8. {chapter.title}</h1>" in page
    found = links(page, "ru/report/gaps.html")
    assert {
        "ru/report/index.html",
        "ru/report/prevention.html",
        "ru/report/standards.html",
        "en/report/gaps.html",
        "ru/index.html",
        "static/report.css",
        "static/exit.js",
    } <= set(found)
    assert tiny_area.settings.exit_address in page


def test_every_chapter_is_there_in_every_language_and_frozen(site, report, tiny_area):
    for language in tiny_area.languages:
        names = {path.name for path in (site / language / "report").iterdir() if path.suffix not in (".svg", ".png")}
        chapters = {f"{one.anchor}.html" for one in report.chapters}
        assert names == {"index.html", f"report.{language}.docx", f"recommendations.{language}.csv", *chapters}


def test_every_picture_can_be_kept_as_a_sheet_with_its_finding_edition_and_source(client, report, current):
    seen = 0
    for one in report.chapters:
        page = client.get(f"/ru/report/{one.anchor}.html").text
        files = links(page, f"ru/report/{one.anchor}.html")
        for picture in (block for block in one.blocks if isinstance(block, Picture)):
            drawn = report_pages.drawing_of(current, picture, "ru")
            words = " ".join(ET.fromstring(drawn).itertext())
            assert picture.finding in words or picture.caption in words
            assert "Издание" in words
            assert "Источник" in words
            seen += 1
        for path in (path for path in files if path.endswith(".svg") and "static/" not in path):
            assert path.replace(".svg", ".png") in files
            assert client.get(f"/{path}").mimetype == "image/svg+xml"
            assert client.get(f"/{path.replace('.svg', '.png')}").data.startswith(b"\x89PNG")
    assert seen > 4


def test_each_map_to_keep_has_a_heading_of_its_own(current):
    headings = [title_of(drawn) for drawn in sheets.maps(current, "ru").values()]
    assert len({*headings}) == len(headings) > 1


def test_a_picture_that_stands_elsewhere_on_the_site_is_made_once(client, report):
    again = [b for one in report.chapters for b in one.blocks if isinstance(b, Picture) and b.of]
    assert {"map-coverage", "map-functions"} <= {picture.of for picture in again}
    for picture in again:
        assert client.get(f"/ru/g/{picture.of}.svg").status_code == 200


def test_the_files_hold_the_report(client, report):
    answer = client.get("/ru/report/recommendations.ru.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["number"] for row in rows] == [one.number for one in report.recommendations]
    document = docx.Document(io.BytesIO(client.get("/ru/report/report.ru.docx").data))
    assert sum(p.style.name == "Heading 1" for p in document.paragraphs) == len(report.chapters)


NOT_OFFERED = (
    "ru/report/none.html",
    "xx/report/index.html",
    "ru/report/report.en.docx",
    "ru/report/report.ru.pdf",
    "ru/report/gaps-99.svg",
    "ru/report/none-1.svg",
)


@pytest.mark.parametrize("path", NOT_OFFERED)
def test_what_is_not_offered_is_not_there(path, client):
    assert client.get(f"/{path}").status_code == 404


def test_results_are_worked_out_once_for_all_languages(view_file, tiny_area, monkeypatch):
    asked = []
    regional = sources.regional
    monkeypatch.setattr(sources, "regional", lambda *given: asked.append(given) or regional(*given))
    app = create_app(view_file, tiny_area)
    for language in tiny_area.languages:
        assert app.test_client().get(f"/{language}/report/summary.html").status_code == 200
    assert len(asked) == 1


def test_its_checksums_are_those_of_the_files_of_the_site(client, report):
    (sums,) = (one for one in report.blocks() if isinstance(one, ReportTable) and one.head[-1] == "SHA-256")
    told = {row.name.rpartition(": ")[2]: row.cells[-1].text.replace(" ", "") for row in sums.rows}
    files = [name for name in told if name.endswith(".csv")]
    assert len(files) > 15
    for name in files:
        assert hashlib.sha256(client.get(f"/ru/g/{name}").data).hexdigest() == told[name], name
    whole = next(text for name, text in told.items() if name not in files)
    assert hashlib.sha256(client.get("/data/public.db").data).hexdigest() == whole
