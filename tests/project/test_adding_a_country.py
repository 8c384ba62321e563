"""A country is a folder: one with other money and another language is added, and everything made is of it."""

import re
import shutil

import openpyxl
import pytest

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.formats.surveys.field_form import write_form
from mapping.intake.read import read
from mapping.quality.known_organizations import Known
from mapping.render import report as reports
from mapping.view.view import View
from tests.conftest import TINY
from tests.support.maps import EveryMap
from tests.support.sample import TODAY
from web import create_app
from web.freeze import freeze

LIST = """Name,Help,Open to,Cost,Town,Papers
Legal Centre,legal advice,all,500 shillings,Chashma,passport
Chashma Clinic,medical care,all,50 сомони,Chashma,
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


def test_a_site_is_built_of_it(bahari, view, tmp_path):
    freeze(create_app(view, bahari), tmp_path / "site")
    pages = "\n".join(page.read_text("utf-8") for page in (tmp_path / "site" / "sw").rglob("*.html"))
    assert "500 Kenyan shillings" in pages
    assert "Legal Centre" in pages
    assert not re.search("somoni|сомон|Тоҷикистон|Tajikistan", pages)


def test_a_page_of_the_report_is_written_of_it(bahari, view):
    with View(view) as opened:
        made = str(reports.make(opened, bahari, language="sw", results=reports.gather(opened, bahari)))
    assert "Legal Centre" in made
    assert not re.search("somoni|сомон|Тоҷикистон|Tajikistan", made)


def test_the_field_form_asks_about_its_places(bahari, tmp_path):
    write_form(tmp_path / "form.xlsx", bahari)
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    texts = str([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "KE-W2" in texts
    assert not re.search("somoni|сомон|Тоҷикистон|Tajikistan|TJ-", texts)
