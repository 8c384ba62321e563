"""A language is a folder: one that nobody foresaw is added in a temporary place, and everything speaks it."""

import json
import re
import shutil
import sys
from contextlib import contextmanager

import openpyxl
import pytest

from mapping.area.study_area import StudyArea
from mapping.formats.surveys.field_form import write_form
from mapping.formats.tables.workbook import hours_text
from mapping.language import i18n, languages
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.render import report as reports
from mapping.view.view import Hours, View
from tests.conftest import TINY
from tests.support.sample import TODAY
from tests.web.support.portal import published
from web import create_app
from web.freeze import freeze

LANGUAGE = """
name = "Français"
document = "fr-FR"
fallback = ["en"]
weekdays = ["lun", "mar", "mer", "jeu", "ven", "sam", "dim"]
headings = ["fr", "french", "français"]
place_names = ["fr", "en"]
"""
CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Recommendations"
msgstr "Recommandations"

msgid "Name of the organization"
msgstr "Nom de l'organisation"

msgid "Free"
msgstr "Gratuit"

msgid "{count} {count:service|services}"
msgstr "{count} services"
"""
TERMS = "taxonomy,code,label\nservice_types,IDN-HOT,Ligne d'écoute\nneeds,stay,Un endroit sûr\n"
SYNONYMS = "taxonomy,code,word\nservice_types,IDN-HOT,numéro vert\n"


def forget():
    """Let what was read of the folders be read anew."""
    modules = [module for name, module in sys.modules.items() if name.startswith("mapping.language")]
    for kept in (value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")):
        kept.cache_clear()


@contextmanager
def spoken(root, code, others=(), **texts):
    """Put a language into a folder of its own, and yield a copy of Orzustan that is read in it, and in others."""
    (root / code).mkdir()
    for name, text in texts.items():
        (root / code / name.replace("_", ".")).write_text(text, encoding="utf-8")
    country = shutil.copytree(TINY, root / "country")
    for file in [path for path in country.rglob("*") if path.suffix in {".toml", ".geojson", ".csv"}]:
        text = file.read_text("utf-8").replace('["tg", "ru", "en"]', json.dumps([code, *others]))
        file.write_text(re.sub(r"\btg( ?=)|(?<=name_)tg\b", rf"{code}\1", text), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mapping.language.__path__", [*languages.mapping.language.__path__, str(root)])
        forget()
        yield StudyArea.load(country)
    forget()


@pytest.fixture(scope="module")
def french(tmp_path_factory):
    """A fifth language, in a folder of its own, and a copy of Orzustan that is read in it."""
    texts = {"language_toml": LANGUAGE, "all_po": CATALOGUE, "terms_csv": TERMS, "synonyms_csv": SYNONYMS}
    with spoken(tmp_path_factory.mktemp("languages"), "fr", **texts) as area:
        yield area


@pytest.fixture(scope="module")
def view(french, tmp_path_factory):
    return published(tmp_path_factory.mktemp("view"), french)


def test_it_is_one_of_the_languages(french):
    assert "fr" in languages.codes()
    assert languages.language("fr").name == "Français"
    assert i18n.number(1306.5, "fr") == "1\u00a0306,5"
    assert i18n.date(TODAY, "fr") == "24 novembre 2026"
    assert hours_text([Hours("MO", "08:00", "17:00", "")], "fr").startswith("lun")


def test_its_words_are_met(french):
    assert str(Vocabulary.load("service_types").label("IDN-HOT", "fr")) == "Ligne d'écoute"
    assert str(Vocabulary.load("languages").label("tr", "fr")) == "Turc"  # by CLDR, without a word of the folder
    assert match_term("service_types", "Numéro vert").code == "IDN-HOT"


@pytest.fixture(scope="module")
def results(french, view):
    with View(view) as opened:
        return reports.gather(opened, french)


def test_a_site_is_built_in_it(french, view, results, tmp_path):
    app = create_app(view, french, demo=True)
    app.config["EDITIONS"].now().report_results(lambda *_: results)
    freeze(app, tmp_path / "site")
    home = (tmp_path / "site" / "fr" / "index.html").read_text("utf-8")
    assert 'lang="fr"' in home
    assert "Français" in home
    assert "Un endroit sûr" in home


def test_a_page_of_the_report_is_written_in_it(french, view, results):
    with View(view) as opened:
        made = reports.make(opened, french, language="fr", results=results)
    assert "Recommandations" in {chapter.title for chapter in made.chapters}


def test_the_field_form_asks_in_it(french, tmp_path):
    write_form(tmp_path / "form.xlsx", french)
    head, *rows = openpyxl.load_workbook(tmp_path / "form.xlsx")["survey"].iter_rows(values_only=True)
    asked = [dict(zip(head, row, strict=True)) for row in rows]
    assert "Nom de l'organisation" in {row["label::Français (fr)"] for row in asked}
