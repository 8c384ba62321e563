"""Open data: what the files hold."""

import codecs
import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from mapping.language.i18n import date, show
from mapping.render.export import file_name, writers
from mapping.render.report.sheet import key_of
from mapping.result import STATES
from tests.support.sample import CHASHMA, HIDDEN
from web import create_app


def names(language="en"):
    return [*(file_name(name, module, language) for name, module in writers().items()), "public.db"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_names_licence_size_and_checksum(text, client, language):
    page = text(f"/{language}/data.html")
    for name in names(language):
        contents = client.get(f"/data/{name}").data
        assert f'href="../data/{name}"' in page
        assert hashlib.sha256(contents).hexdigest() in page
    assert "CC-BY-4.0" in page


def test_every_language_has_workbooks_of_its_own(client):
    english, russian = (client.get(f"/data/list-{language}.xlsx").data for language in ("en", "ru"))
    assert english[:2] == russian[:2] == b"PK"
    assert english != russian
    assert client.get("/data/list-xx.xlsx").status_code == 404
    assert client.get("/data/list.xlsx").status_code == 404


def test_the_table_has_a_row_for_each_service_at_each_place(client, ids):
    rows = list(csv.DictReader(io.StringIO(client.get("/data/list.csv").data.decode())))
    assert {row["id"] for row in rows} == {ids[name] for name in ids if not name.startswith("@")}
    advice = next(row for row in rows if row["name"] == "Legal advice" or row["name_ru"] == "Юридическая консультация")
    assert (float(advice["latitude"]), float(advice["longitude"])) == pytest.approx(CHASHMA, abs=1e-6)
    assert advice["types"] == "LEG-INF"
    assert advice["name_tg"] == "Машварати ҳуқуқӣ"
    assert advice["licence"] == "CC-BY-4.0"
    papers = next(row for row in rows if row["id"] == ids["Papers"])
    assert (papers["latitude"], papers["longitude"], papers["address"]) == ("", "", "")


def test_points_are_only_those_that_may_be_shown(client, ids):
    found = json.loads(client.get("/data/list.geojson").data)
    assert found["license"].startswith("https://creativecommons.org/")
    points = [feature for feature in found["features"] if feature["geometry"]]
    assert {feature["properties"]["id"] for feature in points} == {
        ids[name] for name in ("Legal advice", "Counselling", "Emergency ward", "Help abroad", "School places")
    }
    assert {feature["properties"]["id"] for feature in found["features"]} == {
        each for name, each in ids.items() if not name.startswith("@")
    }
    for feature in points:
        lon, lat = feature["geometry"]["coordinates"]
        assert (round(lat, 3), round(lon, 3)) != (round(HIDDEN[0], 3), round(HIDDEN[1], 3))


def test_the_database_is_the_view_itself(client, view_file, tmp_path):
    (tmp_path / "public.db").write_bytes(client.get("/data/public.db").data)
    assert (tmp_path / "public.db").read_bytes() == view_file.read_bytes()
    with closing(sqlite3.connect(tmp_path / "public.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_table_of_a_finding_is_whole_and_says_what_stands_in_it(client, app, language):
    results = app.config["EDITIONS"].now().results()
    for name, result in results.items():
        data = client.get(f"/{language}/g/{name}.csv").data
        assert data.startswith(codecs.BOM_UTF8)  # without it Excel takes Cyrillic letters for others
        heads, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        words = {key_of(head): head.rpartition(" [")[0] for head in heads}
        assert [*words][:2] == ["area_unit", "name"]
        assert len({*words.values()}) == len(heads)
        for column in result.columns:
            assert words[column.key].startswith(show(column.label, language))
            assert ("1" in words[column.key].removeprefix(show(column.label, language))) == (column.kind == "share")
        assert [row[0] for row in rows] == list(result.table.index)
        assert {row[-1] for row in rows} == {"CC-BY-4.0"}
        assert all(date(result.edition, language) in row[-2] for row in rows)


def test_the_table_of_a_finding_holds_numbers_and_words(client):
    """The unit, the range and the state of a share, as a planner opens them: the words of the page."""
    table = pd.read_csv(io.BytesIO(client.get("/en/g/coverage.csv").data))
    share = table["Any listed service: people within 60 min (share: 1 is all) [any_60]"]
    low, high = (
        table[f"Any listed service: people within 60 min: {end} (share: 1 is all) [any_60_{key}]"]
        for end, key in (("low end of the range", "low"), ("high end of the range", "high"))
    )
    assert share.dtype == low.dtype == high.dtype == float
    assert ((low <= share + 1e-9) & (share <= high + 1e-9)).all()
    nrm = pd.read_csv(io.BytesIO(client.get("/ru/g/nrm.csv").data))
    state = next(nrm[head] for head in nrm if head.endswith("[IDN-HOT_state]"))
    assert set(state.dropna()) <= {name.into("ru") for name in STATES.values()}


def test_licences_of_sources_stand_on_every_page_with_their_entries(view_file, sample_results, tiny_area, monkeypatch):
    monkeypatch.setattr("mapping.view.view.View.licences", ("ODbL-1.0 © OpenStreetMap contributors",))
    app = create_app(view_file, tiny_area)
    app.config["EDITIONS"].now().report_results(lambda *_: sample_results)
    client = app.test_client()
    for name in ("data", "n4-r1-a", "all-1", "map", "index"):
        assert "ODbL-1.0 © OpenStreetMap contributors" in client.get(f"/ru/{name}.html").get_data(as_text=True), name


@pytest.mark.parametrize(("language", "words"), [("ru", "Вы можете использовать"), ("tg", "Шумо метавонед")])
def test_the_licence_is_told_in_every_language(text, language, words):
    page = text(f"/{language}/data.html")
    assert words in page
    assert "Creative Commons Attribution 4.0 International" not in page


def test_data_portals_find_a_catalogue_of_every_file(text, client, tiny_area):
    page = text("/ru/data.html")
    assert '<link rel="describedby" type="application/ld+json" href="../data/catalog.jsonld">' in page
    response = client.get("/data/catalog.jsonld")
    assert response.mimetype == "application/ld+json"
    told = json.loads(response.data)
    (dataset,) = told["dcat:dataset"]
    for part in (told, dataset):
        assert part["dct:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
        assert part["dct:issued"] == part["dct:modified"] == {"@type": "xsd:date", "@value": "2026-11-24"}
        assert part["dct:spatial"]["@id"].endswith(f"/authority/country/{tiny_area.code3}")
        assert {each["@language"] for each in part["dct:title"]} == set(tiny_area.languages)
        assert part["dct:publisher"]["@type"] == "foaf:Agent"
    files = {each["dcat:downloadURL"]["@id"]: each for each in dataset["dcat:distribution"]}
    assert set(files) == {name for language in tiny_area.languages for name in names(language)} | {"numbers.csv"}
    for name, each in files.items():
        answer = client.get(f"/data/{name}")
        assert each["dcat:accessURL"] == each["dcat:downloadURL"] == {"@id": name}
        assert each["dcat:byteSize"]["@value"] == str(len(answer.data))
        assert each["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(answer.data).hexdigest()
        assert each["dcat:mediaType"]["@id"].partition("media-types/")[2] == answer.mimetype
    assert [each["@id"][-2:] for each in files["list-ru.xlsx"]["dct:language"]] == ["ru"]
    assert len(files["list.csv"]["dct:language"]) == len(tiny_area.languages)


def test_the_catalogue_has_no_clock_and_needs_nothing_from_elsewhere(
    client, view_file, sample_results, tiny_area, monkeypatch
):
    monkeypatch.setattr("time.time", lambda: 0.0)
    app = create_app(view_file, tiny_area)
    app.config["EDITIONS"].now().report_results(lambda *_: sample_results)
    other = app.test_client().get("/data/catalog.jsonld").data
    assert other == client.get("/data/catalog.jsonld").data
    assert all(isinstance(each, str) and each.endswith(("/", "#")) for each in json.loads(other)["@context"].values())
