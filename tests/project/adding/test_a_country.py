"""A country is a folder: one with other money and another language is added, and everything made is of it."""

import io
import re
import shutil
import zipfile
from collections import defaultdict
from contextlib import suppress
from urllib.parse import urljoin

import openpyxl
import pytest
from werkzeug.exceptions import HTTPException

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.formats.surveys.field_form import write_form
from mapping.intake.read import read
from mapping.quality.known_organizations import Known
from mapping.render import report as reports
from mapping.render.report.writers import html
from mapping.view.view import View
from tests.conftest import TINY
from tests.support.sample import TODAY
from tests.support.second_person import EveryMap
from tests.web.support.desk import Desk, crawl, views
from tests.web.support.office import Office
from tests.web.support.portal import published
from web import create_app
from web.freeze import freeze

LIST = """Name,Help,Open to,Cost,Town,Papers,Maelezo
Legal Centre,legal advice,all,500 shillings,Chashma,passport,Msaada wa kisheria
Chashma Clinic,medical care,all,50 сомони,Chashma,,
"""
COLUMNS = ColumnMap.model_validate(
    {
        "source": "list",
        "name": "The ministry's list",
        "rows": {"least": 1, "refused": 5},
        "header": {"has": "Name"},
        "fields": {
            "organization": ["Name"],
            "service": ["Help"],
            "marking": ["Open to"],
            "cost": ["Cost"],
            "place": ["Town"],
            "documents": ["Papers"],
            "description.sw": ["Maelezo"],
        },
        "markings": {"all": "public"},
    }
)


@pytest.fixture(scope="module")
def bahari(tmp_path_factory) -> StudyArea:
    """The ground of Orzustan under the code of Kenya, spoken of in Swahili alone; it says nothing of its money."""
    folder = shutil.copytree(TINY, tmp_path_factory.mktemp("country") / "ke")
    for file in [path for path in folder.rglob("*") if path.suffix in {".toml", ".geojson", ".csv"}]:
        text = re.sub(r"\bXT\b", "KE", file.read_text("utf-8")).replace('"XTA"', '"KEN"')
        text = text.replace('["tg", "ru", "en"]', '["sw"]').replace('phone_region = "TJ"', 'phone_region = "KE"')
        text = re.sub(r"\[currency\].*?\n\n", "", text, flags=re.DOTALL)
        file.write_text(re.sub(r"\btg( ?=)|(?<=name_)tg\b", r"sw\1", text), "utf-8")
    return StudyArea.load(folder)


@pytest.fixture(scope="module")
def batch(bahari, tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "list.csv"
    path.write_text(LIST, "utf-8")
    return read(path, columns=COLUMNS, area=bahari, today=TODAY, known=Known(maps=EveryMap()))


@pytest.fixture(scope="module")
def view(bahari, batch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("view")
    with Directory(folder / "directory.db", bahari) as directory:
        directory.add(batch, by="tests", on=TODAY)
        publish(directory, "public", folder / "public.db", area=bahari, edition=TODAY).view.close()
    return folder / "public.db"


def test_prices_are_in_its_money(batch):
    """A price in the money of another country is not read: its word means nothing here."""
    assert [(cost.amount, cost.currency) for cost in batch.of("cost_option")] == [(500, "KES")]
    (service,) = [service for service in batch.of("service") if service.fees_description]
    assert service.fees_description == "500 Kenyan shillings"
    assert [issue.row for issue in batch.issues if "without a currency" in issue.problem] == [3]


@pytest.fixture(scope="module")
def results(bahari, view):
    with View(view) as opened:
        return reports.gather(opened, bahari)


def test_a_site_is_built_of_it(bahari, view, results, tmp_path):
    app = create_app(view, bahari)
    app.config["EDITIONS"].now().report_results(lambda *_: results)
    freeze(app, tmp_path / "site")
    pages = "\n".join(page.read_text("utf-8") for page in (tmp_path / "site" / "sw").rglob("*.html"))
    assert "500 Kenyan shillings" in pages
    assert "Legal Centre" in pages
    assert set(re.findall("<html [^>]*>", pages)) == {'<html lang="en">'}  # what its texts are in, not Swahili
    assert set(re.findall('<[^>]* lang="sw"[^>]*>([^<]*)', pages)) == {"Msaada wa kisheria"}  # and nothing English
    assert not re.search("somoni|сомон|Тоҷикистон|Tajikistan", pages)


def test_a_page_of_the_report_is_written_of_it(bahari, view, results):
    with View(view) as opened:
        report = reports.make(opened, bahari, language="sw", results=results)
    made = str(report)
    assert '<html lang="en">' in html.write(report).decode()
    assert "Legal Centre" in made
    assert not re.search("somoni|сомон|Тоҷикистон|Tajikistan", made)


def test_the_field_form_asks_about_its_places(bahari, tmp_path):
    write_form(tmp_path / "form.xlsx", bahari)
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    texts = str([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "KE-W2" in texts
    assert not re.search("somoni|сомон|Тоҷикистон|Tajikistan|TJ-", texts)


CALLED = {
    "Вилоят": "Кантон",
    "Область": "Кантон",
    "область": "кантон",
    "Region": "Canton",
    "Ноҳия": "Дара",
    "Район": "Коммуна",
    "район": "коммуна",
    "District": "Commune",
}
"""What units of Orzustan are called, and what they are called in a country that is like no other."""

ELSEWHERE = re.compile(
    r"\b(?:[Dd]istrict|[Оо]бласт[иь]|[Рр]айон|[Вв]илоят|[Нн]оҳия|[Vv]iloyat|[Tt]uman|[Rr]ayon|[Oo]blast|[Сс]омон[ӣи]\b|"
    r"[Ss]omoni|(?<!tg-Cyrl-)TJS?\b|Тоҷикистон|Таджикистан|Tajikistan|Tojikiston|Dushanbe|Khatlon|Хатлон|Суғд|Согд|Sughd)"
    r"|\+992(?!\s?000?)"
)
"""What names units, money, places or numbers of the demo's country; the sample's own phones begin with +992000."""


def in_cantons(text: str) -> str:
    """Return a text of Orzustan with its units called otherwise: Вилояти Шарқдара -> Кантони Шарқдара."""
    return re.sub("|".join(CALLED), lambda word: CALLED[word[0]], text)


@pytest.fixture(scope="module")
def cantons(tmp_path_factory) -> StudyArea:
    """Orzustan with other levels, in the money of Kenya and with its numbers, spoken of in four languages."""
    folder = shutil.copytree(TINY, tmp_path_factory.mktemp("cantons") / "xt")
    toml = folder / "area.toml"
    text = re.sub(r"\[currency\].*?\n\n", '[currency]\ncode = "KES"\n\n', toml.read_text("utf-8"), flags=re.DOTALL)
    text = text.replace('["tg", "ru", "en"]', '["tg", "ru", "en", "uz"]').replace('region = "TJ"', 'region = "KE"')
    text = in_cantons(text)
    text = re.sub(r'(?m)^en = (".*")$', r"en = \1\nuz = \1", text)
    toml.write_text(re.sub(r'([{,] )en = ("[^"]*")', r"\1en = \2, uz = \2", text), "utf-8")
    for outlines in folder.rglob("*.geojson"):
        names = in_cantons(outlines.read_text("utf-8"))
        outlines.write_text(re.sub(r'"name_en": ("[^"]*")', r'"name_en": \1, "name_uz": \1', names), "utf-8")
    return StudyArea.load(folder)


def everything(client, app, *starts: str, most: int = 2) -> dict[str, str]:
    """Return path -> text of what links lead to from some pages: of one route in one language ``most`` at most.

    What is printed or drawn says what the pages and documents say that it is made of; a document says what its page
    does, and is read in English.
    """
    reached: dict[str, str] = {}
    routes: dict[tuple[str, str], int] = defaultdict(int)
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        with suppress(HTTPException):
            endpoint, _ = app.url_map.bind("localhost").match(path)
            routes[endpoint, path[:3]] += 1
            if path in reached or routes[endpoint, path[:3]] > most:
                continue
            answer = client.get(path)
            reached[path] = words(answer.data)
            if answer.mimetype == "text/html":
                links = re.findall(r'(?:href|src)="([^"#?:]+)(?:\?\w+)?"', answer.text)  # a version may follow
                left_out = (".pdf", ".png") if path.startswith("/en/") else (".pdf", ".png", ".docx")
                waiting += [urljoin(path, link) for link in links if not link.endswith(left_out)]
    return reached


def words(data: bytes) -> str:
    """Return the text of a page, or of all that is in a workbook or a document; nothing of a picture."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(words(archive.read(name)) for name in archive.namelist())
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    return ""


def elsewhere(reached: dict[str, str]) -> list[str]:
    """Return what of another country stands where."""
    return sorted(
        {
            f"{path}: {text[max(0, m.start() - 40) : m.end() + 20]!r}"
            for path, text in reached.items()
            for m in ELSEWHERE.finditer(text)
        }
    )


LANGUAGES = ("en", "ru", "tg", "uz")


def test_its_public_pages_and_files_name_nothing_of_another_country(cantons, tmp_path):
    view = published(tmp_path, cantons)
    app = create_app(view, cantons, demo=True, inbox=tmp_path / "inbox.db")
    reached = everything(app.test_client(), app, *(f"/{language}/index.html" for language in LANGUAGES))
    assert len(reached) > 100
    assert any("Canton" in text for text in reached.values())
    del reached["/words.js"]  # what people may type, whatever country they are in
    assert elsewhere(reached) == []


def test_its_finder_names_nothing_of_another_country(cantons, tmp_path):
    desk = Desk(tmp_path, cantons, views(tmp_path, cantons))
    for role in ("caseworker", "focal_point", "planner"):
        client = desk.client(role)
        reached = everything(client, desk.app, *(f"/{language}/index.html" for language in LANGUAGES), most=1)
        assert len(reached) > 20
        assert elsewhere(reached) == []
    assert elsewhere(crawl(client, languages=())) == []


def test_its_offices_name_nothing_of_another_country(cantons, tmp_path):
    office = Office(tmp_path, cantons)
    for role in ("steward", "custodian", "administrator"):
        client = office.client(role)
        reached = everything(client, office.app, *(f"/{language}/index.html" for language in LANGUAGES), most=1)
        assert len(reached) > 20
        assert elsewhere(reached) == []
