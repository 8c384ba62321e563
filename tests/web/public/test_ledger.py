"""Every number that pages, reports and briefs tell is the one of the published ledger, in every language."""

import csv
import html
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from mapping.analysis.common.ledger import directory_numbers, ledger
from mapping.errors import InvalidRecord
from mapping.freshness import LISTED_STATUSES
from mapping.language.i18n import number, percent, show, translate
from mapping.render import report
from mapping.render.charts import chart, kind_of
from mapping.render.report import brief
from mapping.render.report.chapters.actors import mechanism
from mapping.render.report.writers import html as report_html
from mapping.render.svg import SOFT
from mapping.result import Figure
from mapping.view.view import View
from tests.support.sample import CHASHMA, place, public_parts, service
from tests.web.support.portal import published
from web import create_app
from web.presenters.edition import Edition
from web.public import units

LANGUAGES = ("en", "ru", "tg", "uz")
NOT_A_MAJORITY = {
    "en": re.compile(r"(?<!the )\b(?:most|majority) of\b|\bto which most\b", re.IGNORECASE),
    "ru": re.compile(r"\bбольшинств\w+", re.IGNORECASE),
    "tg": re.compile(r"\bаксари\w+|\bбештари (?:одамон|мардум)\b", re.IGNORECASE),
    "uz": re.compile(r"\b(?:aksariyat|koʻpchilig)\w*|\bkoʻpchilik (?:odam|aholi)\w*", re.IGNORECASE),
}
"""What only a majority may be called, by language."""


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture(scope="module")
def numbers(view_file, tiny_area, sample_results):
    with View(view_file) as view:
        return ledger(view, tiny_area, sample_results)


@pytest.mark.parametrize(("factor", "is_one"), [(1 + 1e-13, True), (1 + 1e-6, False)])
def test_one_name_has_one_value_but_for_the_last_bits(view_file, tiny_area, sample_results, factor, is_one):
    result, key = next(
        (each, key) for each in sample_results.values() for key in each.figures if each.figures[key].value
    )
    figure = replace(result.figures[key], value=result.figures[key].value * factor)
    again = replace(result, figures=result.figures | {key: figure})
    with View(view_file) as view, nullcontext() if is_one else pytest.raises(InvalidRecord, match="one name has one"):
        assert ledger(view, tiny_area, {"first": result, "again": again}) == ledger(view, tiny_area, {"first": result})


@pytest.fixture(scope="module")
def told(view_file, tiny_area, sample_results, site) -> dict[str, str]:
    """The text of all pages, the report and each brief, by language."""
    found = {}
    with View(view_file) as view:
        for language in LANGUAGES:
            pages = [path.read_text(encoding="utf-8") for path in sorted((site / language).rglob("*.html"))]
            made = report.make(view, tiny_area, language=language, results=sample_results)
            pages.append(report_html.write(made).decode())
            for code in tiny_area.all_units():
                one = brief.make(view, tiny_area, code, language=language, results=sample_results)
                pages.append(report_html.write(one).decode())
            found[language] = "\n".join(plain(page) for page in pages)
    return found


def pattern(sentence: str, language: str) -> re.Pattern[str]:
    """A sentence as it is said, with any number in its places."""
    parts = re.split(r"(\{\w+\})", " ".join(translate(sentence, language).split()))
    number = r"([<>]?\d[\d\s.,]*?\s?%?)"
    return re.compile("".join(number if part[:1] == "{" else re.escape(part) for part in parts))


TOLD = {
    "{share} of the listed services were checked in time": {"share": "services.checked_share"},
    "This edition lists {known} services of {organizations} organizations; {active} of the services are active.": {
        "known": "services.listed",
        "organizations": "organizations.listed",
        "active": "services.active",
    },
    "Checked in time: {share} of the listed services.": {"share": "services.checked_share"},
    "Services listed: {known}; checked in time: {share}.": {
        "known": "services.listed",
        "share": "services.checked_share",
    },
    "Counted from {count} of {known} listed services; of these, checked in time: {share}.": {
        "known": "services.listed"
    },
    "Services that are confirmed: {count} of {known} listed; of these, checked in time: {share}.": {
        "count": "services.confirmed",
        "known": "services.listed",
    },
    "Services that can be visited and are not overdue: {count} of {known} listed; "
    "of these, checked in time: {share}.": {"known": "services.listed"},
    "Services abroad that are not overdue: {count} of {known} listed; of these, checked in time: {share}.": {
        "known": "services.listed"
    },
    "{count} of {known} listed services are overdue or were never checked.": {"known": "services.listed"},
    "Minimum standards are met by {share} of the answers that may be shown": {"share": "standards.met"},
    "{share} of the answers that could be given are “met”; of all answers, {unknown} are “not known”.": {
        "share": "standards.met",
        "unknown": "standards.unknown",
    },
    "Organizations in the directory: {count}; with a listed service: {listed}.": {
        "count": "organizations.directory",
        "listed": "organizations.listed",
    },
}
"""Sentence of a page or report -> the number of the ledger that stands in each of its places."""


def places(sentence: str, language: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", translate(sentence, language))


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_tell_the_numbers_of_the_ledger(language, told, numbers, tiny_area):
    country, seen = str(tiny_area.units(0).index[0]), 0
    for sentence, names in TOLD.items():
        for match in pattern(sentence, language).finditer(told[language]):
            for name, text in zip(places(sentence, language), match.groups(), strict=True):
                if name in names:
                    known = numbers[names[name], country]
                    write = percent if known.kind == "share" else number
                    assert without_spaces(text) == without_spaces(write(known.value, language)), match[0]
                    seen += 1
    assert seen > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_called_most_of_something(language, told):
    """No sentence can know that what it speaks of is a majority: it says the share, or which is the largest."""
    pattern = NOT_A_MAJORITY[language]
    assert [told[language][max(0, m.start() - 60) : m.end() + 30] for m in pattern.finditer(told[language])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_tell_the_numbers_of_the_ledger(language, sample_results, numbers, tiny_area):
    """What is drawn in ink and begins with a digit is a number of the result that is drawn; scales are drawn soft."""
    known: dict[str, set[str]] = {}
    for (name, _), told in numbers.items():
        figure = Figure(told.value, told.kind, told.label, told.low, told.high)
        known.setdefault(name.partition(".")[0], set()).add(without_spaces(figure.text(language)))
    unknown, drawn = set(), 0
    for result in sample_results.values():
        pictures = [chart(result, tiny_area, language=language)] if kind_of(result) != "none" else []
        pictures += [mechanism(result, tiny_area, language=language)] if result.name == "pathways" else []
        for text in (text for picture in pictures for text in INK_TEXT.findall(picture)):
            if re.match(r"[<>≥]?\d", text) and not re.search(r"[^\W\d_]", text):
                drawn += 1
                if without_spaces(html.unescape(text)) not in known[result.name]:
                    unknown.add((result.name, text))
    assert drawn > 20
    assert unknown == set()


INK_TEXT = re.compile(rf'<text (?![^>]*fill="{SOFT}")[^>]*>([^<]*)</text>')


def test_a_district_has_one_number_of_services_wherever_it_is_told(text, numbers, tiny_area):
    index = plain(text("/en/u/index.html"))
    for code, unit in tiny_area.all_units().items():
        if unit.level < len(tiny_area.levels) - 1:
            continue
        known = numbers["services.listed", code].value
        page = plain(text(f"/en/u/{code}.html"))
        shown = re.search(r"Services listed (\d+|none listed)", page)[1]
        assert (0 if shown == "none listed" else int(shown)) == known
        assert re.search(rf"{re.escape(tiny_area.label(code, 'en'))} [\d,]+ (\d+)", index)[1] == str(int(known))


def test_the_ledger_is_published(site: Path, numbers):
    rows = list(csv.DictReader((site / "data" / "numbers.csv").read_text(encoding="utf-8").splitlines()))
    assert {(row["name"], row["area_unit"]) for row in rows} == set(numbers)
    assert len({(row["name"], row["area_unit"]) for row in rows}) == len(rows)
    for row in rows:
        known = numbers[row["name"], row["area_unit"]]
        assert float(row["value"]) == pytest.approx(known.value)
        assert row["edition"] == known.edition.isoformat()


def test_shares_and_counts_agree(numbers):
    for (name, unit), known in numbers.items():
        if name == "services.checked_share":
            assert (
                known.value == numbers["services.checked_in_time", unit].value / numbers["services.listed", unit].value
            )
        if name == "services.active":
            confirmed = numbers["services.confirmed", unit].value
            assert confirmed <= known.value <= numbers["services.listed", unit].value


def test_what_closed_for_good_stays_in_the_files_and_in_no_number(tiny_area, tmp_path):
    """Whoever counts the rows of a file finds the number of the report once those that closed are left out."""
    gone = [
        part
        for status in ("inactive", "defunct", "temporarily closed")
        for part in (
            service(f"Office that is {status}", of="Umed", status=status),
            place(f"Door that is {status}", of=[f"Office that is {status}"], at=CHASHMA, unit="XT-W2"),
        )
    ]
    file = published(tmp_path, tiny_area, public_parts(), *gone)
    with View(file) as view:
        numbers = directory_numbers(view, tiny_area)
        listed = next(n.value for n in numbers if (n.name, n.unit) == ("services.listed", tiny_area.code))
    client = create_app(file, tiny_area, demo=True).test_client()
    rows = csv.DictReader(io.StringIO(client.get("/data/list.csv").text, newline=""))
    table = {row["id"]: row["status"] for row in rows}
    points = {
        f["properties"]["id"]: f["properties"]["status"] for f in client.get("/data/list.geojson").json["features"]
    }
    records = {record["id"]: record["status"] for record in client.get("/data/hsds.json").json["contents"]}
    assert table == points == records
    assert client.get("/api/services").json["total_items"] == len(table)
    assert len(table) - 2 == sum(status in LISTED_STATUSES for status in table.values()) == listed


def test_the_api_and_every_file_hold_as_many_services_as_the_ledger_counts(site: Path, client, numbers, tiny_area):
    """Each in its own way: rows of places, records with parts, tables of a database, a page of the API."""
    country, data = str(tiny_area.units(0).index[0]), site / "data"
    listed = numbers["services.listed", country].value
    bodies = numbers["organizations.directory", country].value
    hsds = json.loads((data / "hsds.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(data / "hsds.zip") as packed:
        flat = {Path(name).stem: packed.read(name).decode("utf-8-sig") for name in packed.namelist()}
    geojson = json.loads((data / "list.geojson").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(data / "list.sqlite")) as database:
        table = next(name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        counted = {table: len({row[columns.index("id")] for row in database.execute(f"SELECT * FROM {table}")})}
    services = {
        "csv": len({row["id"] for row in csv.DictReader((data / "list.csv").read_text(encoding="utf-8").splitlines())}),
        "parquet": pd.read_parquet(data / "list.parquet")["id"].nunique(),
        "geopackage": gpd.read_file(data / "list.gpkg")["id"].nunique(),
        "geojson": len({feature["properties"]["id"] for feature in geojson["features"]}),
        "hsds, nested": len(hsds["contents"]),
        "hsds, flat": len(list(csv.DictReader(flat["services"].splitlines()))),
        "api": client.get("/api/services").json["total_items"],
        **counted,
    }
    assert services == dict.fromkeys(services, listed)
    assert client.get("/api/organizations").json["total_items"] == bodies


def test_no_two_names_of_a_result_tell_the_same_of_an_area_unit(numbers):
    """Whoever adds up the file by label counts nothing twice."""
    names: dict[tuple[str, ...], list[str]] = {}
    for (name, unit), known in numbers.items():
        names.setdefault((name.partition(".")[0], unit, show(known.label, "en")), []).append(name)
    assert {label: same for label, same in names.items() if len(same) > 1} == {}


def test_a_brief_names_the_nearest_that_the_page_of_the_unit_names(view_file, tiny_area, sample_results):
    edition, compared = Edition(view_file, tiny_area), 0
    with View(view_file) as view:
        for code in tiny_area.unit_codes:
            made = brief.make(view, tiny_area, code, language="en", results=sample_results)
            blocks = [block for chapter in made.chapters for block in chapter.blocks]
            table = next(b for b in blocks if getattr(b, "caption", "").endswith("Nearest help for each need"))
            named = {row.name: row.cells[0].text for row in table.rows}
            for found in units.unit(edition, code, "en").nearest:
                if found.card:
                    compared += 1
                    assert named[str(found.need.label("en"))] == found.card.entry.organization.name
    assert compared
