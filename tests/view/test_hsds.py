"""HSDS: what a view says, nested as the standard nests it; nothing lost, nothing twice, nothing that is not there."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapping.area.study_area import StudyArea
from mapping.model import CostOption, Funding, Phone, RequiredDocument, Schedule, ServiceCapacity, Unit, Url
from mapping.view import hsds
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.sample import (
    CHASHMA,
    SECRETS,
    TODAY,
    contact,
    key,
    organization,
    phone,
    place,
    public_parts,
    sample_view,
    service,
    translations,
)

KINDS = ("service", "organization", "location", "service_at_location", "taxonomy", "taxonomy_term")


@pytest.fixture(scope="module")
def view(tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    with sample_view(tmp_path_factory.mktemp("sample"), tiny_area) as opened:
        yield opened


def rich_parts() -> list[Any]:
    """A service with one of everything that can be nested, and beside it one with nothing."""
    own, tie = key("service", "All"), key("service_at_location", "All", "Office")
    main = organization("Body", phones=["+992000200001"], email="a@body.example", website="https://body.example")
    made = service(
        "All",
        of="Body",
        types=["LEG-INF"],
        serves=["SEX-F", "no known group"],
        speaks=["tg", "ru"],
        phones=["+992000200002"],
        hours=[("MO", "08:00", "17:00")],
        covers=["XT-W"],
        minimum_age=14.0,
        fees_description="Free",
        names={"tg": "Ҳама", "ru": "Всё"},
    )
    desk = contact("Desk", organization="Body", audience="public", title="Front desk").model_copy(
        update={"id": key("contact", "desk"), "service_id": own, "organization_id": None}
    )
    paper = RequiredDocument(id=key("required_document", "All"), service_id=own, document="Passport")
    return [
        main,
        made,
        desk,
        paper,
        translations(paper, document={"ru": "Паспорт"}),
        place("Office", of=["All"], at=CHASHMA, unit="XT-W2", address="1 Market Street", city="Chashma", access="Ramp"),
        Phone(id=key("phone", "desk"), contact_id=desk.id, number="+992000200003", audience="public"),
        Phone(id=key("phone", "tie"), service_at_location_id=tie, number="+992000200004", audience="public"),
        phone("+992000200005", location="Office", audience="public"),
        Schedule(
            id=key("schedule", "tie"),
            service_at_location_id=tie,
            byday="TU",
            freq="WEEKLY",
            opens_at="09:00",
            closes_at="10:00",
            audience="public",
        ),
        Unit(id=key("unit", "beds"), name="beds"),
        ServiceCapacity(
            id=key("service_capacity", "All"),
            service_id=own,
            unit_id=key("unit", "beds"),
            available=3,
            maximum=8,
            updated=TODAY,
            audience="public",
        ),
        ServiceCapacity(
            id=key("service_capacity", "All", 2), service_id=own, available=1, updated=TODAY, audience="public"
        ),
        Funding(id=key("funding", "All"), service_id=own, source="A fund", audience="public"),
        CostOption(id=key("cost_option", "All"), service_id=own, option="free", amount=0),
        Url(id=key("url", "All"), service_id=own, url="https://body.example/all"),
        Url(id=key("url", "Body"), organization_id=key("organization", "Body"), url="https://body.example/2"),
        service("Bare", of="Body", verified=None),
    ]


@pytest.fixture(scope="module")
def rich(tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    with sample_view(tmp_path_factory.mktemp("rich"), tiny_area, *rich_parts()) as opened:
        yield opened


def named(records: Iterator[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(record for record in records if record["name"] == name)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every record in a nest."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def test_a_service_holds_all_that_belongs_to_it_and_the_office_its_own(rich):
    made = named(hsds.records(rich, "service"), "All")
    assert made["minimum_age"] == 14
    assert isinstance(made["minimum_age"], int)
    assert made["organization"]["name"] == "Body"
    assert made["organization"]["description"] == ""
    assert [each["number"] for each in made["phones"]] == ["+992000200002"]
    assert [each["number"] for each in made["organization"]["phones"]] == ["+992000200001"]
    assert made["contacts"][0]["title"] == "Front desk"
    assert "name" not in made["contacts"][0]
    assert made["contacts"][0]["phones"][0]["number"] == "+992000200003"
    (tie,) = made["service_at_locations"]
    assert tie["phones"][0]["number"] == "+992000200004"
    assert tie["schedules"][0]["byday"] == "TU"
    assert made["schedules"][0]["byday"] == "MO"
    office = tie["location"]
    assert (office["latitude"], office["longitude"], office["area_unit"]) == (*CHASHMA, "XT-W2")
    assert office["phones"][0]["number"] == "+992000200005"
    assert office["accessibility"][0]["description"] == "Ramp"
    assert office["addresses"][0]["address_1"] == "1 Market Street"
    assert (office["addresses"][0]["postal_code"], office["addresses"][0]["state_province"]) == ("", "")
    assert [each["code"] for each in sorted(made["languages"], key=lambda e: e["code"])] == ["ru", "tg"]
    capacities = sorted(made["capacities"], key=lambda each: each["available"])
    assert [each["unit"]["name"] for each in capacities] == ["", ""], "words that come with a list are shown to nobody"
    assert capacities[1]["updated"] == "2026-11-24T00:00:00Z"
    assert made["funding"][0]["source"] == "A fund"
    assert made["cost_options"][0]["amount"] == 0
    assert made["additional_urls"][0]["url"] == "https://body.example/all"
    assert made["organization"]["additional_websites"][0]["url"] == "https://body.example/2"
    terms = {each["link_type"]: each for each in made["attributes"] if "taxonomy_term" in each}
    assert terms["service_type"]["taxonomy_term"]["code"] == "LEG-INF"
    assert terms["service_type"]["taxonomy_term"]["taxonomy_detail"]["name"] == "service_types"
    assert "no known group" in {each.get("value") for each in made["attributes"]}
    assert made["verifications"][0]["verified_on"] == "2026-09-01"
    assert made["freshness"] == "fresh"


def test_what_nobody_filled_is_left_out(rich):
    bare = named(hsds.records(rich, "service"), "Bare")
    assert set(bare) - {"last_modified"} == {
        "id",
        "name",
        "status",
        "audience",
        "organization",
        "attributes",
        "freshness",
        "listed",
    }
    assert bare["freshness"] == "unverified"
    assert bare["listed"] is True
    assert not [node for each in hsds.records(rich, "service") for node in nodes(each) if None in node.values()]
    assert not [node for each in hsds.records(rich, "service") for node in nodes(each) if [] in node.values()]
    assert not [node for each in hsds.records(rich, "service") for node in nodes(each) if "metadata" in node]


def test_flat_records_hold_only_what_there_is_one_of(rich):
    made = named(hsds.records(rich, "service", full=False), "All")
    assert made["organization"]["name"] == "Body"
    assert not [name for name, value in made.items() if isinstance(value, list)]
    (tie,) = hsds.records(rich, "service_at_location", full=False)
    assert tie["location"]["latitude"] == CHASHMA[0]
    assert tie["service"]["organization"]["name"] == "Body"
    assert not [node for node in nodes(tie) for value in node.values() if isinstance(value, list)]


def test_texts_come_in_a_language_or_with_all_translations(rich):
    plain = named(hsds.records(rich, "service"), "All")
    assert {(each["field"], each["language"], each["text"]) for each in plain["translations"]} == {
        ("name", "tg", "Ҳама"),
        ("name", "ru", "Всё"),
    }
    assert plain["required_documents"][0]["translations"][0]["text"] == "Паспорт"
    tajik = named(hsds.records(rich, "service", language="tg"), "Ҳама")
    assert tajik["text_languages"] == {"name": "tg"}
    assert "translations" not in tajik
    paper = tajik["required_documents"][0]  # Tajik falls back on Russian, and says so
    assert (paper["document"], paper["text_languages"]) == ("Паспорт", {"document": "ru"})
    assert tajik["fees_description"] == "Free"
    assert named(hsds.records(rich, "service", full=False, language="uz"), "Всё")["text_languages"] == {"name": "ru"}
    term = next(a["taxonomy_term"] for a in tajik["attributes"] if a["link_type"] == "service_type")
    assert term["name"] != "Legal information" and term["text_languages"]["name"] == "tg"  # noqa: PT018


def test_a_body_shows_its_places_and_services_but_not_within_its_services(rich):
    (body,) = hsds.records(rich, "organization")
    assert {each["name"] for each in body["services"]} == {"All", "Bare"}
    assert "phones" not in body["services"][0]
    (whole,) = hsds.records(rich, "organization", services="full")
    full = named(iter(whole["services"]), "All")
    assert full["service_at_locations"][0]["location"]["area_unit"] == "XT-W2"
    assert not {"organization", "organization_id"} & set(full)
    assert "services" not in named(hsds.records(rich, "service"), "All")["organization"]
    assert "services" not in next(hsds.records(rich, "organization", services="none"))
    assert "services" not in next(hsds.records(rich, "organization", full=False))


def test_order_is_that_of_the_ids_and_unknown_ones_are_passed_over(view):
    ids = [row["id"] for row in view.rows("service")]
    assert [each["id"] for each in hsds.records(view, "service")] == ids
    some = [ids[3], "nowhere", ids[0]]
    assert [each["id"] for each in hsds.records(view, "service", some)] == [ids[3], ids[0]]
    assert list(hsds.records(view, "service", [])) == []


def test_many_at_once_are_as_one_at_a_time(view, monkeypatch):
    for kind in KINDS:
        whole = list(hsds.records(view, kind, language="ru"))
        alone = [next(hsds.records(view, kind, [record["id"]], language="ru")) for record in whole]
        assert whole == alone, kind
    whole = list(hsds.records(view, "service"))
    monkeypatch.setattr(hsds, "CHUNK", 2)
    assert list(hsds.records(view, "service")) == whole


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_and_hidden_ids_are_passed_over_alike(view, kind):
    assert list(hsds.records(view, kind, [key(kind, "Паноҳгоҳи Зарнисор"), "nowhere"])) == []


def test_no_row_of_a_service_is_lost_or_stands_twice(view, rich):
    """Each row of the view that belongs to a service stands once in the nest of each service it belongs to."""
    for each in (view, rich):
        for made in hsds.records(each, "service"):
            counts = Counter(node["id"] for node in nodes(made) if "id" in node)
            for table in (
                "phone",
                "schedule",
                "language",
                "service_area",
                "cost_option",
                "required_document",
                "url",
                "funding",
                "contact",
                "service_capacity",
                "service_at_location",
            ):
                own = [row["id"] for row in each.rows(table) if row["service_id"] == made["id"]]
                assert all(counts[row] == 1 for row in own), (table, made["name"])
            said = [row["id"] for row in each.rows("attribute") if row["link_id"] == made["id"]]
            assert all(counts[row] == 1 for row in said)


def test_every_record_fits_the_official_schema(view, rich, shared: Path):
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    api = json.loads((shared / "standards" / "hsds-3.1" / "openapi-bundled.json").read_text("utf-8"))
    for kind in KINDS:
        schema = {"$ref": f"#/components/schemas/{kind}", "components": api["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        for each in (view, rich):
            for options in ({}, {"language": "tg"}):
                for made in hsds.records(each, kind, **options):
                    problems = [f"{list(e.instance_path)}: {e.message}" for e in validator.iter_errors(made)]
                    assert problems == [], (kind, made)


def test_properties_are_those_of_the_standard_or_declared_in_our_profile(view, rich, shared: Path):
    from mapping.model import RECORDS, ours

    folder = shared / "standards" / "hsds-3.1" / "schema"
    for kind in ("service", "organization", "location", "service_at_location"):
        known = set(json.loads((folder / f"{kind}.json").read_text("utf-8"))["properties"])
        for each in (view, rich):
            for made in hsds.records(each, kind):
                assert set(made) <= known | ours(RECORDS[kind]) | set(hsds.ADDED), kind


def test_places_known_by_area_have_no_point_and_no_address(view):
    by_area = [each for each in hsds.records(view, "location") if each["precision"] == "area"]
    assert by_area
    for each in by_area:
        assert not {"latitude", "longitude", "addresses", "name", "transportation"} & set(each)


def test_no_secret_is_nested_anywhere(view, tmp_path: Path):
    everything = {kind: [*hsds.records(view, kind), *hsds.records(view, kind, language="ru")] for kind in KINDS}
    path = tmp_path / "all.json"
    path.write_text(json.dumps(everything, ensure_ascii=False), "utf-8")
    assert find_canaries([path], SECRETS) == []
    assert find_canaries([path], {"a public name": "Legal advice"}) != []  # it would be found


def test_a_later_edition_judges_freshness_by_its_own_day(tiny_area, tmp_path: Path):
    with sample_view(tmp_path, tiny_area, *public_parts(), edition=dt.date(2029, 1, 1)) as later:
        judged = {each["name"]: each["freshness"] for each in hsds.records(later, "service")}
        assert judged == {entry.name: entry.freshness for entry in later.services()}
        assert set(judged.values()) == {"lapsed"}
