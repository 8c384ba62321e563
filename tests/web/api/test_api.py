"""The API: pages, filters against looking at every record, formats, languages, headers, problems, and no secrets."""

import datetime as dt
import json
import re
import sqlite3
from calendar import isleap
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from mapping.language.taxonomy import Vocabulary
from mapping.view import hsds
from mapping.view.ready import is_ready
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.examples import examples
from tests.support.sample import (
    CHASHMA,
    HIDDEN,
    QULLAOBOD,
    SECRETS,
    key,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    sample_directory,
    sample_view,
    secret_parts,
    service,
)
from tests.web.support.portal import published
from web import create_app
from web.api.parameters import BODY_LIMIT, known_parameters
from web.api.routes import file_paths
from web.api.schema import COLLECTIONS

GEOD = Geod(ellps="WGS84")
NAMES = sorted(COLLECTIONS)
MODIFIED_AFTER = known_parameters({})["modified_after"]
MOMENT = MODIFIED_AFTER.schema["pattern"]


@pytest.fixture(scope="module")
def view(view_file) -> Iterator[View]:
    with View(view_file) as opened:
        yield opened


def got(client: FlaskClient, path: str, **parameters: Any) -> dict[str, Any]:
    response = client.get(f"/api/{path}", query_string=written(parameters))
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def written(parameters: dict[str, Any]) -> dict[str, str]:
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in parameters.items()}


def whole(client: FlaskClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """All records of a list, page by page."""
    found, page = [], 1
    while True:
        answer = got(client, path, page=page, **parameters)
        found += answer["contents"]
        if answer["last_page"]:
            assert answer["total_items"] == len(found)
            return found
        page += 1


def ids_of(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


def test_the_root_says_what_this_is(client, tiny_area):
    root = got(client, "")
    assert root["version"] == "3.1"
    assert root["openapi_url"] == "http://localhost/api/openapi.json"
    assert root["profile"] == "http://localhost/profile/profile.json"
    assert root["license"] == tiny_area.settings.licence.url
    assert "invented" in root["description"]
    assert root["collections"]["services"]["total_items"] == len(whole(client, "services"))
    as_file = got(client, "index.json")
    assert (as_file["openapi_url"], as_file["profile"]) == ("../api/openapi.json", "../profile/profile.json")
    for address in (root["openapi_url"], root["profile"]):
        assert client.get(address.removeprefix("http://localhost")).status_code == 200


def test_behind_a_proxy_the_root_names_the_address_that_was_set(client, monkeypatch):
    for told, shown in (
        ("https://help.example/guide", "https://help.example/guide/"),
        ("javascript:alert(1)", "http://localhost/"),
    ):
        monkeypatch.setenv("ROHNAMO_ADDRESS", told)
        assert client.get("/api/").get_json()["openapi_url"] == f"{shown}api/openapi.json"


def test_the_root_repeats_no_odd_host(client):
    answer = client.get("/api/", headers={"Host": 'evil"><script>'})
    assert b"evil" not in answer.data


@pytest.mark.parametrize("name", NAMES)
def test_pages_hold_every_record_once_in_the_order_of_ids(client, name):
    everything = got(client, name, per_page=500)
    assert everything["total_items"] == len(everything["contents"])
    ids = ids_of(everything["contents"])
    assert ids == sorted(set(ids))
    assert everything["first_page"] is everything["last_page"] is True
    for size in (1, 2, 3):
        assert ids_of(whole(client, name, per_page=size)) == ids
    beyond = got(client, name, page=1000)
    assert (beyond["empty"], beyond["contents"], beyond["last_page"]) == (True, [], True)


@pytest.mark.parametrize("name", NAMES)
def test_each_record_has_an_address_live_and_as_a_file(client, name):
    for each in got(client, name, per_page=500)["contents"]:
        live = client.get(f"/api/{name}/{each['id']}")
        assert live.status_code == 200
        assert live.get_json()["id"] == each["id"]
        assert client.get(f"/api/{name}/{each['id']}.json").data == live.data


@pytest.mark.parametrize("name", NAMES)
def test_ndjson_equals_json_and_so_do_the_files(client, name):
    for parameters in ({}, {"full": True} if "full" in COLLECTIONS[name].parameters else {}):
        lines = client.get(f"/api/{name}", query_string={"format": "ndjson", **written(parameters)})
        assert lines.mimetype == "application/x-ndjson"
        assert [json.loads(line) for line in lines.data.splitlines()] == whole(client, name, per_page=2, **parameters)
    assert client.get(f"/api/{name}.json").data == client.get(f"/api/{name}").data
    dump = [json.loads(line) for line in client.get(f"/api/{name}.ndjson").data.splitlines()]
    assert dump == [got(client, f"{name}/{each['id']}") for each in dump]


@pytest.mark.parametrize("name", [*NAMES, "deltas"])
def test_post_answers_as_get(client, name):
    for parameters in ({}, {"page": 2, "per_page": 2}):
        assert client.post(f"/api/{name}", json=parameters).get_json() == got(client, name, **parameters)
    assert client.post(f"/api/{name}").get_json() == got(client, name)


def test_posted_values_may_be_texts_or_of_their_kind(client):
    want = got(client, "services", search="legal", full=True, per_page=1)
    assert client.post("/api/services", json={"search": "legal", "full": True, "per_page": 1}).get_json() == want
    assert client.post("/api/services", json={"search": "legal", "full": "true", "per_page": "1"}).get_json() == want
    assert client.post("/api/services?per_page=1&full=true", json={"search": "legal"}).get_json() == want


# Filters, each against looking at every record

TYPES = st.sampled_from(["LEG", "LEG-INF", "PSY-COU", "IDN-HOT", "HLT", "CHP-EDU"])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "search": st.sampled_from(["legal", "умед", "counseling", "hotline umed", "chashma", "zzzz", "1313", ""]),
        "service_type": TYPES,
        "serves": st.sampled_from(["AGE-CHI", "SEX-F", "SEX-M", "AGE-ADU"]),
        "speaks": st.sampled_from(["tg", "ru", "en"]),
        "area_unit": st.sampled_from(["XT", "XT-W", "XT-W1", "XT-W2", "XT-E", "XT-E1", "XT-E2"]),
        "organization": st.sampled_from(["Umed", "Legal Centre", "Qulla Hospital"]),
        "term": TYPES,
        "taxonomy": st.sampled_from(["service_types", "beneficiaries"]),
        "status": st.sampled_from(["active", "temporarily closed", "inactive"]),
        "near": st.tuples(st.floats(9.9, 10.2), st.floats(59.9, 60.3)),
        "proximity": st.integers(0, 30_000),
    },
)


def fitting(view: View, options: dict[str, Any]) -> dict[str, float]:
    """The services that fit, with their distance in metres, by looking at each of them."""
    own = {k: v for k, v in options.items() if k in ("serves", "speaks", "area_unit")}
    found = view.find(options.get("search", ""), type=options.get("service_type"), limit=10_000, **own)
    listed = {entry.id for entry in (*found.here, *found.elsewhere)}
    asks_finder = {"search", "service_type", "serves", "speaks", "area_unit"} & set(options)
    fit: dict[str, float] = {}
    for record in hsds.records(view, "service"):
        terms = [a["taxonomy_term"] for a in record.get("attributes", ()) if a["link_type"] != "excludes"]
        codes = {code for term in terms for code in above(term["code"])}
        points = [
            (at["location"]["latitude"], at["location"]["longitude"])
            for at in record.get("service_at_locations", ())
            if "latitude" in at["location"]
        ]
        metres = min(
            (GEOD.inv(*reversed(options["near"]), lon, lat)[2] for lat, lon in points if "near" in options),
            default=0.0,
        )
        if (
            (not asks_finder or record["id"] in listed)
            and options.get("organization") in (None, record["organization"]["name"])
            and (options.get("term") is None or options["term"] in codes)
            and (options.get("taxonomy") is None or options["taxonomy"] in {term["taxonomy"] for term in terms})
            and options.get("status") in (None, record["status"])
            and ("near" not in options or points)
            and ("near" not in options or metres <= options.get("proximity", 1e9))
        ):
            fit[record["id"]] = metres
    return fit


def above(code: str) -> list[str]:
    for name in ("service_types", "beneficiaries"):
        if code in Vocabulary.load(name):
            term = Vocabulary.load(name).term(code)
            return [code, *([term.parent] if term.parent else [])]
    return [code]


@given(OPTIONS, st.integers(1, 4))
@settings(max_examples=examples(120), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_find_what_looking_at_every_service_finds(app, view, options, size):
    client = app.test_client()
    names = {row["name"]: row["id"] for row in view.rows("organization")}
    terms = {row["code"]: row["id"] for row in view.rows("taxonomy_term")}
    taxonomies = {row["name"]: row["id"] for row in view.rows("taxonomy")}
    if "near" not in options:
        options.pop("proximity", None)
    asked = {k: v for k, v in options.items() if k not in ("organization", "term", "taxonomy", "near")}
    if "organization" in options:
        asked["organization_id"] = names[options["organization"]]
    if "term" in options:
        asked["taxonomy_term_id"] = terms[options["term"]]
    if "taxonomy" in options:
        asked["taxonomy_id"] = taxonomies[options["taxonomy"]]
    if "near" in options:
        options["near"] = tuple(round(part, 6) for part in options["near"])
        asked["near"] = "{:f},{:f}".format(*options["near"])
    expected = fitting(view, options)
    found = whole(client, "services", per_page=size, **asked)
    assert ids_of(found) == sorted(expected, key=lambda each: (round(expected[each]), each))
    if "near" in options:
        assert [record["distance"] for record in found] == sorted(round(metres) for metres in expected.values())
    ties = whole(client, "service_at_locations", per_page=50, **{k: v for k, v in asked.items() if k != "area_unit"})
    if "area_unit" not in asked:
        assert {tie["service"]["id"] for tie in ties} <= set(expected)


def test_nearest_first_and_only_what_has_a_point(client, ids, view):
    found = whole(client, "services", near="{},{}".format(*QULLAOBOD), per_page=1)
    assert found[0]["id"] == ids["Emergency ward"]
    assert found[0]["distance"] == 0
    assert {ids["Papers"], ids["Mobile team"], ids["Hotline"]}.isdisjoint(ids_of(found))
    assert len(found) == len({row["service_id"] for row in view.rows("service_at_location")} - {ids["Papers"]})


def test_places_that_stand_by_area_take_no_part_in_distances(client, ids):
    """Not even as something that is left out within a radius: moving the circle tells nothing of them."""
    for metres in (0, 100, 5_000, 1_000_000):
        found = ids_of(whole(client, "services", near="{},{}".format(*HIDDEN), proximity=metres))
        assert ids["Papers"] not in found
        assert ids["Mobile team"] not in found


def test_postcodes(tiny_area, tmp_path):
    parts = records_of(
        organization("Umed"),
        service("A", of="Umed"),
        service("B", of="Umed"),
        service("C", of="Umed"),
        place("Here", of=["A"], at=CHASHMA, unit="XT-W2", address="1 Street", city="Chashma"),
        place("There", of=["B"], at=QULLAOBOD, unit="XT-E1", address="2 Street", city="Qulla"),
        place("Hall", of=["A", "B", "C"], unit="XT-W2"),  # so that there are more services at places than services
        place("Yard", of=["C", "B", "A"], unit="XT-W2"),
        place("Post", of=["C"], unit="XT-W2", address="3 Street"),
    )
    for part in parts:
        if part.table == "address":
            part.postal_code = {"1 Street": "734 025", "2 Street": "735700", "3 Street": "735711"}[part.address_1]
    client = create_app(published(tmp_path, tiny_area, *parts), tiny_area).test_client()
    for postcode, name in (("734025", "A"), ("735700", "B"), ("735711", "C")):
        assert [each["name"] for each in whole(client, "services", postcode=postcode)] == [name]
    assert [each["service"]["name"] for each in whole(client, "service_at_locations", postcode="735 700")] == ["B"]
    assert whole(client, "services", postcode="999") == whole(client, "services", postcode="9", proximity=9) == []
    around = whole(client, "services", postcode="734025", proximity=1_000_000)
    assert next((each["name"], each["distance"]) for each in around) == ("A", 0)
    assert len(around) == 2


def test_units_hold_what_lies_below_them(client, view):
    parents = dict(view.connection.execute("SELECT code, parent FROM area_unit").fetchall())

    def inside(unit: str | None, asked: str) -> bool:
        return unit is not None and (unit == asked or inside(parents.get(unit), asked))

    for unit in parents:
        for name in ("locations", "activities", "statements"):
            found = ids_of(whole(client, name, area_unit=unit))
            every = whole(client, name)
            assert found == [each["id"] for each in every if inside(each.get("area_unit"), unit)]


@pytest.mark.parametrize("signs", ["👍", "\0", "?!", "…"])
def test_signs_that_are_no_words_find_nothing(client, signs):
    for name in ("services", "organizations", "taxonomy_terms"):
        assert got(client, name, search=signs)["total_items"] == 0
        assert got(client, name, search=" ")["total_items"] == got(client, name)["total_items"] > 0


def test_bodies_are_found_by_their_names_and_by_what_their_services_are(client, view, ids):
    assert ids_of(whole(client, "organizations", search="ҳуқуқӣ")) == [ids["@Legal Centre"]]
    assert ids_of(whole(client, "organizations", search="pravovoy centr")) == [ids["@Legal Centre"]]
    assert ids_of(whole(client, "organizations", search="umed nowhere")) == []
    terms = {row["code"]: row["id"] for row in view.rows("taxonomy_term")}
    assert ids_of(whole(client, "organizations", taxonomy_term_id=terms["LEG"])) == [ids["@Legal Centre"]]
    assert ids_of(whole(client, "organizations", taxonomy_term_id="nowhere")) == []


def test_terms_by_taxonomy_parent_and_top(client, view):
    rows = view.rows("taxonomy_term")
    (types,) = (row["id"] for row in view.rows("taxonomy") if row["name"] == "service_types")
    assert ids_of(whole(client, "taxonomy_terms", taxonomy_id=types)) == [
        row["id"] for row in rows if row["taxonomy_id"] == types
    ]
    top = ids_of(whole(client, "taxonomy_terms", taxonomy_id=types, top_only=True))
    assert top == [row["id"] for row in rows if row["taxonomy_id"] == types and row["parent_id"] is None]
    assert ids_of(whole(client, "taxonomy_terms", parent_id=top[0])) == [
        row["id"] for row in rows if row["parent_id"] == top[0]
    ]
    assert len(whole(client, "taxonomy_terms", top_only=False)) == len(rows)


def test_whom_a_service_excludes_is_not_found_by_that_group(client, view, ids):
    terms = {row["code"]: row["id"] for row in view.rows("taxonomy_term")}
    assert ids["Counselling"] in ids_of(whole(client, "services", taxonomy_term_id=terms["SEX-F"]))
    assert ids["Counselling"] not in ids_of(whole(client, "services", taxonomy_term_id=terms["SEX-M"]))


def test_minimal_holds_every_id_on_one_page(client):
    found = got(client, "services", minimal=True, per_page=1)
    assert found["total_pages"] == 1
    assert ids_of(found["contents"]) == ids_of(whole(client, "services"))
    assert {frozenset(each) for each in found["contents"]} == {frozenset({"id", "modified_date"})}


def test_full_nests_and_flat_does_not(client, ids):
    flat = got(client, "services", per_page=1)["contents"][0]
    full = got(client, "services", per_page=1, full=True)["contents"][0]
    assert full == got(client, f"services/{flat['id']}")
    assert not [name for name, value in flat.items() if isinstance(value, list)]
    body = got(client, f"organizations/{ids['@Umed']}")
    assert "phones" not in body["services"][0]
    whole_body = got(client, f"organizations/{ids['@Umed']}", full_service=True)
    assert all("attributes" in each for each in whole_body["services"])


def test_texts_come_in_a_language_and_say_which(client, ids):
    tajik = client.get(f"/api/services/{ids['Legal advice']}?lang=tg")
    assert tajik.headers["Content-Language"] == "tg"
    assert tajik.get_json()["name"] == "Машварати ҳуқуқӣ"
    assert tajik.get_json()["text_languages"]["name"] == "tg"
    assert "Content-Language" not in client.get(f"/api/services/{ids['Legal advice']}").headers
    assert got(client, "area_units", lang="ru", per_page=1)["contents"][0]["text_languages"]["name"]


def test_lines_are_streamed(app, monkeypatch):
    """The first line is there before the last record is read."""
    read: list[str] = []
    records = hsds.records

    def watched(*parts: Any, **options: Any) -> Iterator[dict[str, Any]]:
        for record in records(*parts, **options):
            read.append(record["id"])
            yield record

    monkeypatch.setattr(hsds, "records", watched)
    answer = app.test_client().get("/api/services?format=ndjson&full=true&lang=en", buffered=False)
    first = next(answer.iter_encoded())
    assert json.loads(first.splitlines()[0])["id"] == read[0]
    assert len(read) < len(list(answer.iter_encoded()))
    assert "Content-Length" not in answer.headers


# Changes


def test_changes_and_tombstones(tiny_area, tmp_path):
    view_file = published(tmp_path, tiny_area, *public_parts())
    client = create_app(view_file, tiny_area).test_client()
    everything = whole(client, "deltas")
    assert {each["id"] for each in everything} >= set(ids_of(whole(client, "services")))
    assert {each["change"] for each in everything} == {"changed"}
    assert whole(client, "deltas", since="2026-11-24") == everything
    assert whole(client, "deltas", since="2026-11-25") == []
    assert whole(client, "services", modified_after="2026-11-25") == []
    assert len(whole(client, "services", modified_after="2026-11-24T10:00:00Z")) == len(whole(client, "services"))
    only = whole(client, "deltas", entity="service", per_page=2)
    assert ids_of(only) == ids_of(whole(client, "services"))
    lines = client.get("/api/deltas?format=ndjson").data.splitlines()
    assert [json.loads(line) for line in lines] == everything
    assert client.get("/api/deltas.ndjson").data.splitlines() == lines


def test_what_left_the_directory_is_told_and_what_stayed_keeps_its_day(tiny_area, tmp_path):
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    own = [organization("Umed"), service("A", of="Umed"), service("B", of="Umed")]
    with sample_directory(tmp_path / "1", tiny_area, *own) as directory:
        directory.view("public", before, edition=dt.date(2026, 11, 1)).close()
    with sample_directory(tmp_path / "2", tiny_area, *own[:2], service("C", of="Umed")) as directory:
        directory.view("public", after, edition=dt.date(2026, 11, 24), previous=before).close()
    client = create_app(after, tiny_area).test_client()
    names = {each["name"]: each["id"] for each in whole(client, "services")}
    found = whole(client, "deltas", entity="service")
    assert [(each["change"], each["on"]) for each in found] == [
        ("changed", "2026-11-01"),
        ("changed", "2026-11-24"),
        ("gone", "2026-11-24"),
    ]
    assert ids_of(found[:2]) == [names["A"], names["C"]]
    assert client.get(f"/api/services/{found[2]['id']}").status_code == 404
    assert ids_of(whole(client, "services", modified_after="2026-11-02")) == [names["C"]]
    days = {each["id"]: each["modified_date"] for each in whole(client, "services", minimal=True)}
    assert days == {names["A"]: "2026-11-01", names["C"]: "2026-11-24"}
    assert got(client, f"services/{names['A']}")["last_modified"] == "2026-11-01T00:00:00Z"


def test_a_view_without_days_of_change_counts_as_changed_on_its_day(tiny_area, tmp_path):
    for parts in (public_parts(), [organization("Umed")]):
        view_file = published(tmp_path / str(len(parts)), tiny_area, *parts)
        with closing(sqlite3.connect(view_file, isolation_level=None)) as connection:
            for table in ("modified", "tombstone", "case_count"):
                connection.execute(f"DROP TABLE {table}")
        client = create_app(view_file, tiny_area).test_client()
        found = whole(client, "deltas")
        assert {(each["change"], each["on"]) for each in found} == {("changed", "2026-11-24")}
        assert set(ids_of(whole(client, "organizations"))) <= set(ids_of(found))
        assert whole(client, "case_counts") == []
        assert ids_of(whole(client, "services", modified_after="2026-11-24")) == ids_of(whole(client, "services"))
        assert {each["modified_date"] for each in whole(client, "services", minimal=True)} <= {"2026-11-24"}


@given(st.dates())
@settings(max_examples=examples(50))
def test_every_day_can_be_asked_for_and_none_that_is_not(day):
    assert re.fullmatch(MOMENT, day.isoformat())
    assert bool(re.fullmatch(MOMENT, f"{day.year:04}-02-29")) == isleap(day.year)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-01", "2026-11-01"),
        ("2026-11-01T00:00:00Z", "2026-11-01"),
        ("2026-11-01t23:59:60.123456789z", "2026-11-01"),
        ("2026-11-01T01:30:00+05:00", "2026-10-31"),
        ("2026-11-01T01:30:00 05:00", "2026-10-31"),  # the plus of an address
        ("2026-10-31T22:30-05:00", "2026-11-01"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01"),
        ("9999-12-31T23:59:59-05:00", "9999-12-31"),
    ],
)
def test_a_moment_of_the_standard_is_a_day(moment, day):
    assert MODIFIED_AFTER.read(moment) == day


def test_what_changes_after_a_moment_to_come_is_an_empty_page(client):
    for moment in ("2027-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"):
        found = got(client, "services", modified_after=moment)
        assert (found["total_items"], found["contents"], found["empty"]) == (0, [], True)


def test_a_minimal_record_is_its_id_and_its_day_whatever_else_is_asked(client):
    for more in ({"near": "10.04,60.06"}, {"full": True}, {"near": "10.04,60.06", "proximity": 0}):
        for record in got(client, "services", minimal=True, **more)["contents"]:
            assert set(record) == {"id", "modified_date"}


def test_the_description_names_the_whole_address(client, monkeypatch):
    def servers():
        return client.get("/api/openapi.json", base_url="http://127.0.0.1:8000").get_json()["servers"]

    assert servers() == [{"url": "http://127.0.0.1:8000/api"}]
    monkeypatch.setenv("ROHNAMO_ADDRESS", "https://help.example/tj/")
    assert servers() == [{"url": "https://help.example/tj/api"}]


# Problems


def test_everything_wrong_is_told_at_once_with_what_is_allowed(client):
    answer = client.get("/api/services?page=0&per_page=9999&near=95,1&lang=xx&full=yes&colour=red&search=a&search=b")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    told = {each["parameter"]: each for each in answer.get_json()["errors"]}
    assert set(told) == {"page", "per_page", "near", "lang", "full", "colour", "search"}
    assert told["per_page"]["allowed"] == "a whole number, 1 to 500"
    assert "swapped" in told["near"]["problem"]
    assert told["lang"]["allowed"].startswith("one of ")
    assert told["colour"]["problem"] == "is not known here"
    assert told["search"]["problem"] == "is given twice"


def test_an_answer_to_a_thousand_mistakes_is_short(client):
    answer = client.get("/api/services?" + "&".join(f"a{number}=1" for number in range(1_000)))
    assert [problem["parameter"] for problem in answer.get_json()["errors"]] == [f"a{number}" for number in range(20)]


@pytest.mark.parametrize(
    "query",
    [
        "page=1e3",
        "page=",
        "page=٣",
        "page=1_0",
        "per_page=0",
        "per_page=-1",
        "near=1",
        "near=nan,1",
        "near=1,2,3",
        "near=1e1,2",
        "near=200,1",
        "proximity=5",
        "proximity=-1&near=1,1",
        "proximity=inf&near=1,1",
        "proximity=1e999&near=1,1",
        "format=xml",
        "minimal=1",
        "modified_after=yesterday",
        "modified_after=2026-02-30",
        "modified_after=2026-13-01",
        "area_unit=XT%27--",
        "status=gone",
        "serves=nobody",
        "search=" + "a" * 101,
        "organization_id=" + "a" * 65,
        "modified_after=2026-11-01T24:00:00Z",
        "modified_after=2026-11-01T00:00:00Z5",
        "lang=",
        "x",
        "search=%ff%fe",
        "search=%D1",
        "search=%ed%a0%80",
        "organization_id=%C3%28",
        "%ff=1",
    ],
)
def test_wrong_values_are_refused(client, query):
    answer = client.get(f"/api/services?{query}")
    assert answer.status_code == 400, query
    assert len(answer.get_json()["errors"]) == 1


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("services?search=%ff", ("search", "is not text in UTF-8", "text of at most 100 signs")),
        ("services?page=999999999999", ("page", "is out of range", "a whole number, 1 to 1000000")),
        ("services?page=x", ("page", "is no integer", "a whole number, 1 to 1000000")),
        ("services.json?page=2", ("page", "is not known here", "no parameter at all")),
        ("area_units?x=2", ("x", "is not known here", "one of page, per_page, format, lang")),
    ],
)
def test_what_is_wrong_is_named(client, path, error):
    assert [tuple(told.values()) for told in client.get(f"/api/{path}").get_json()["errors"]] == [error]


@pytest.mark.parametrize("search", ["+%D1%8E", "%20%D1%8E", " \u044e"])
def test_words_of_an_address_are_read_however_they_are_escaped(client, search):
    answers = [client.get(f"/api/services?search={asked}&per_page=500").get_json() for asked in (search, "\u044e")]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[]", "application/json"),
        (b"[1]", "application/json"),
        (b"{", "application/json"),
        (b"null", "application/json"),
        (b'"x"', "application/json"),
        (b'{"page": NaN}', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 60_000, "application/json"),
        (b'{"search":' + b"[" * 60_000, "application/json"),
        (b'{"search": {"a": 1}}', "application/json"),
        (b'{"search": null}', "application/json"),
        (b'{"search": "a", "search": "b"}', "application/json"),
        (b'{"page": true}', "application/json"),
        (b'{"page": 1.5}', "application/json"),
        (b'{"full": 1}', "application/json"),
        (b'{"search": "\\ud800"}', "application/json"),
        (b"search=a", "application/x-www-form-urlencoded"),
        (b'{"page": ' + b"9" * 5000 + b"}", "application/json"),
        (b'{"search": "a"}', "text/plain"),
    ],
)
def test_wrong_bodies_are_refused(client, body, kind):
    answer = client.post("/api/services", data=body, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.data


def test_large_bodies_are_refused(client):
    assert (
        client.post("/api/services", data=b" " * (BODY_LIMIT + 1), content_type="application/json").status_code == 413
    )
    assert client.post("/api/services", json={"search": "a", "postcode": "x" * BODY_LIMIT}).status_code == 413


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=120), max_size=4), st.sampled_from([*NAMES, "deltas"]))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_question_is_answered_or_refused(app, parameters, name):
    client = app.test_client()
    known = list(COLLECTIONS["services"].parameters)
    for sent in (parameters, dict(zip(known, parameters.values(), strict=False))):
        for answer in (client.get(f"/api/{name}", query_string=sent), client.post(f"/api/{name}", json=sent)):
            assert answer.status_code in (200, 400)


@given(st.text(max_size=60).filter(lambda text: text.isprintable()))
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_are_searched(app, words):
    client = app.test_client()
    for name in ("services", "organizations", "taxonomy_terms", "service_at_locations"):
        assert client.post(f"/api/{name}", json={"search": words}).status_code == 200


def test_what_is_hidden_is_answered_as_what_never_was(client, tiny_area):
    """Byte for byte, whatever the id: there is no way to learn that something exists."""
    hidden = {
        "services": key("service", str(SECRETS["name of a hidden service"])),
        "organizations": key("organization", str(SECRETS["name of a hidden organization"])),
        "locations": key("location", str(SECRETS["name of a hidden place"])),
        "service_at_locations": key("service_at_location", "x"),
    }
    plain = client.get("/api/services/00000000-0000-0000-0000-000000000000")
    for name in NAMES:
        for identifier in (hidden.get(name, "x"), "x", "0" * 200, "%00", "%D0%96", "..", "x.json", "'--"):
            answer = client.get(f"/api/{name}/{identifier}", headers={"If-None-Match": "*"})
            assert (answer.status_code, answer.data) == (404, plain.data), identifier
            assert dict(answer.headers) == dict(plain.headers)
    for path in ("x", "services/x/y", "services-0.json", "services-1.json", "services-99.json", "x.ndjson"):
        assert client.get(f"/api/{path}").data == plain.data


def test_filters_by_hidden_ids_find_nothing(client):
    hidden = key("organization", str(SECRETS["name of a hidden organization"]))
    for name, parameter in (
        ("services", "organization_id"),
        ("locations", "organization_id"),
        ("services", "taxonomy_term_id"),
        ("taxonomy_terms", "parent_id"),
    ):
        assert got(client, name, **{parameter: hidden}) == got(client, name, **{parameter: "never was"})


# Headers


def test_etags_spare_what_is_known(client, ids):
    for path in (
        "",
        "services",
        "services?search=legal",
        f"services/{ids['Papers']}",
        "services?format=ndjson",
        "openapi.json",
        "deltas",
        "services.json",
    ):
        first = client.get(f"/api/{path}")
        tag = first.headers["ETag"]
        again = client.get(f"/api/{path}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag), path
        assert client.get(f"/api/{path}", headers={"If-None-Match": '"other"'}).data == first.data
        head = client.head(f"/api/{path}")
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    tags = {client.get(f"/api/services?page={page}").headers["ETag"] for page in range(1, 6)}
    assert len(tags) == 5


def test_a_ready_record_is_answered_as_one_that_the_portal_makes(app, view):
    client = app.test_client()
    client.get("/api/")  # a new edition has nothing ready until it was asked
    names = [row["id"] for row in view.rows("service")]
    assert is_ready(view)
    assert names
    for path in [f"/api/services/{name}{end}" for name in names for end in ("", ".json")]:
        ready, made = client.get(path), client.get(path, headers={"If-None-Match": '"other"'})
        assert (ready.status_code, ready.data) == (made.status_code, made.data) == (200, made.data)
        assert sorted(ready.headers) == sorted(made.headers)


def test_only_what_tells_nothing_of_who_asks_is_kept_on_the_way(client, ids):
    for path in ("services", "services?page=2", "services?lang=tg", "openapi.json", "deltas", ""):
        assert client.get(f"/api/{path}").headers["Cache-Control"] == "public, max-age=300", path
    for path in (
        "services?search=a",
        "services?near=10,60",
        f"services/{ids['Papers']}",
        "services?area_unit=XT",
        "services?serves=SEX-F",
        "services/x",
        "services?x=1",
    ):
        assert client.get(f"/api/{path}").headers["Cache-Control"] == "no-store", path
    assert client.post("/api/services").headers["Cache-Control"] == "no-store"


def test_pages_of_anybody_may_ask(client):
    for method in ("GET", "POST", "OPTIONS", "HEAD", "DELETE"):
        answer = client.open("/api/services", method=method, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    preflight = client.options("/api/services", headers={"Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    refused = client.delete("/api/services")
    assert (refused.status_code, refused.mimetype) == (405, "application/problem+json")
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "DELETE is not answered here" in refused.json["detail"]
    assert client.post("/api/services/x").status_code == 405


def test_nothing_of_a_question_is_logged(client, caplog):
    with caplog.at_level("DEBUG"):
        client.get("/api/services?search=secretword")
        client.post("/api/services", json={"search": "secretword", "page": 0})
    assert "secretword" not in caplog.text


def test_a_failure_is_told_without_its_cause(app, client, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secretword")

    monkeypatch.setattr("web.api.filters.Catalogue.select", broken)
    answer = client.get("/api/services?search=secretword")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert b"secretword" not in answer.data
    assert "secretword" not in caplog.text


# What is published


def crawl(app: Flask) -> dict[str, tuple[int, list[tuple[str, str]], bytes]]:
    """Everything that the API answers to a set of questions about whatever it names."""
    client = app.test_client()
    paths = [f"/{path}" for path in file_paths(app)] + ["/api/", "/api/nowhere"]
    for name, collection in COLLECTIONS.items():
        paths += [f"/api/{name}?lang={language}" for language in ("tg", "ru", "en")]
        if "full" in collection.parameters:
            paths += [f"/api/{name}?full=true", f"/api/{name}?full=true&lang=tg"]
        if "near" in collection.parameters:
            paths += [
                "/api/{}?near={},{}".format(name, *HIDDEN),
                "/api/{}?near={},{}&proximity=3000".format(name, *CHASHMA),
            ]
    paths += [f"/api/services?search={word}" for word in ("legal", "умед", "зарнисор", "chashma")]
    paths += ["/api/deltas", "/api/services?minimal=true", "/api/services?x=1", "/api/organizations?full_service=true"]
    found = {}
    for path in paths:
        answer = client.get(path)
        found[path] = (answer.status_code, list(answer.headers), answer.data)
    return found


@pytest.fixture(scope="module")
def answers(app) -> dict[str, tuple[int, list[tuple[str, str]], bytes]]:
    """Everything that the API answers of the sample."""
    return crawl(app)


def test_no_secret_is_in_any_answer(answers, tmp_path: Path):
    assert {status for status, _, _ in answers.values()} == {200, 400, 404}
    for number, (_, headers, body) in enumerate(answers.values()):
        (tmp_path / f"{number}.json").write_bytes(body + json.dumps(headers).encode())
    assert find_canaries(sorted(tmp_path.iterdir()), SECRETS) == []
    assert find_canaries(sorted(tmp_path.iterdir()), {"a public name": "Legal advice"}) != []


def test_two_directories_that_differ_in_secrets_only_answer_alike(tiny_area, tmp_path: Path):
    plain = create_app(published(tmp_path / "plain", tiny_area, *public_parts(), *secret_parts()), tiny_area)
    shelter = records_of(
        secret_parts(),
        organization("Ҷамъияти Пинҳон", audience="custodian", phones=["+992001112233"]),
        service("Хонаи Дигар", of="Ҷамъияти Пинҳон", types=["ACC-VOT"], covers=["XT-W1"]),
        place("Боғи Пинҳон", of=["Хонаи Дигар"], at=(10.05, 60.05), unit="XT-W1", address="Пинҳонкӯча 3"),
        phone("+992001112244", organization="Umed", audience="custodian"),
    )
    other = create_app(published(tmp_path / "other", tiny_area, *public_parts(), *shelter), tiny_area)
    assert crawl(plain) == crawl(other)


def test_the_frozen_site_holds_the_same_answers(app, client, site):
    for path in file_paths(app):
        assert (site / path).read_bytes() == client.get(f"/{path}").data, path
    root = json.loads((site / "api" / "index.json").read_text("utf-8"))
    assert (site / "api" / root["openapi_url"]).resolve().is_file()
    pages = root["collections"]["services"]["file_pages"]
    names = ["services.json", *(f"services-{page}.json" for page in range(2, pages + 1))]
    found = [
        record["id"] for name in names for record in json.loads((site / "api" / name).read_text("utf-8"))["contents"]
    ]
    assert found == ids_of(whole(client, "services"))


def test_a_replaced_view_is_served_at_once(tiny_area, tmp_path: Path):
    view_file = published(tmp_path, tiny_area, *public_parts())
    client = create_app(view_file, tiny_area).test_client()
    before = client.get("/api/services")
    fresh = published(tmp_path / "other", tiny_area, organization("Umed"), service("Only", of="Umed"))
    fresh.replace(view_file)
    after = client.get("/api/services", headers={"If-None-Match": before.headers["ETag"]})
    assert [each["name"] for each in after.get_json()["contents"]] == ["Only"]


# Schemas


def test_every_answer_fits_our_description(app, answers):
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    description = app.test_client().get("/api/openapi.json").get_json()

    @cache
    def validator(path: str) -> Any:
        content = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        return jsonschema_rs.Draft202012Validator(
            {**content, "components": description["components"]}, validate_formats=True
        )

    problem = {"$ref": "#/components/schemas/problem", "components": description["components"]}
    for path, (status, _, body) in answers.items():
        if not path.startswith("/api/") or path.endswith(("openapi.json",)):
            continue
        if status != 200:
            checked, records = jsonschema_rs.Draft202012Validator(problem), [json.loads(body)]
        elif ".ndjson" in path:
            name = path.removeprefix("/api/").removesuffix(".ndjson")
            schema = {"$ref": "#/components/schemas/change"} if name == "deltas" else None
            schema = schema or {"$ref": f"#/components/schemas/{COLLECTIONS[name].table}"}
            checked = jsonschema_rs.Draft202012Validator({**schema, "components": description["components"]})
            records = [json.loads(line) for line in body.splitlines()]
        else:
            checked, records = validator(of_description(path)), [json.loads(body)]
        for record in records:
            assert [error.message for error in checked.iter_errors(record)] == [], path


def of_description(path: str) -> str:
    """The path of the description that an address belongs to."""
    path = path.removeprefix("/api").partition("?")[0].removesuffix(".json")
    if path in ("/", "/index"):
        return "/"
    first, slash, _ = path[1:].partition("/")
    name = first.rsplit("-", 1)[0] if first not in COLLECTIONS else first
    return f"/{name}/{{id}}" if slash else f"/{name}"


def test_every_answer_fits_the_official_schemas(answers, shared: Path):
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    official = json.loads((shared / "standards" / "hsds-3.1" / "openapi-bundled.json").read_text("utf-8"))
    official["paths"]["/service_at_locations/{id}"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ] = {
        "$ref": "#/components/schemas/service_at_location"  # upstream points at the service
    }
    checked, validators = 0, {}
    for path, (status, _, body) in answers.items():
        own = of_description(path)
        if (
            status != 200
            or own not in official["paths"]
            or "minimal" in path
            or path.endswith(("ndjson", "index.json"))
        ):
            continue
        if own not in validators:
            schema = official["paths"][own]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            validators[own] = jsonschema_rs.Draft202012Validator(
                {**schema, "components": official["components"]}, validate_formats=True
            )
        errors = validators[own].iter_errors(json.loads(body))
        assert [f"{list(e.instance_path)} {e.message}" for e in errors] == [], path
        checked += 1
    assert checked > 60


def test_every_parameter_of_the_standard_is_there(app, shared: Path):
    official = json.loads((shared / "standards" / "hsds-3.1" / "openapi-bundled.json").read_text("utf-8"))
    ours = app.test_client().get("/api/openapi.json").get_json()["paths"]
    for path, operations in official["paths"].items():
        for method in ("get", "post"):
            if method not in operations:
                continue
            asked = operations[method].get("parameters", [])
            wanted = {each.get("name") or each["$ref"].rsplit("/", 1)[1] for each in asked}
            assert wanted <= {each["name"] for each in ours[path]["get"]["parameters"]}, path
            assert method in ours[path]


def test_a_language_that_no_service_speaks_is_asked_for_and_nothing_found(tmp_path, tiny_area):
    """A view in which nobody says what is spoken describes the parameter, takes it, and has nothing for it."""
    view = sample_view(tmp_path, tiny_area, organization("Umed"), service("Advice", of="Umed", types=["LEG-INF"]))
    client = create_app(view.path, tiny_area).test_client()
    described = client.get("/api/openapi.json").get_json()["paths"]["/services"]
    (speaks,) = (each for each in described["get"]["parameters"] if each["name"] == "speaks")
    assert "enum" not in speaks["schema"]
    assert client.get("/api/services?speaks=tg").get_json()["contents"] == []


def test_the_description_says_that_a_distance_needs_a_place(client):
    described = client.get("/api/openapi.json").get_json()["paths"]["/services"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert not jsonschema_rs.is_valid(schema, {"proximity": 5})
    assert jsonschema_rs.is_valid(schema, {"proximity": 5, "near": "10.04,60.06"})
    assert jsonschema_rs.is_valid(schema, {"proximity": 5, "postcode": "9"})
