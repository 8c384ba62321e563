"""HSDS as JSON: every shape that others give in, the official schemas out, and what we write read back as it was."""

import json

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mapping.directory.directory import Directory
from mapping.errors import FormatError
from mapping.formats import read_records
from mapping.formats.hsds import hsds_csv, hsds_json
from mapping.formats.hsds._names import PASSED_OVER, rows_of_document, table_of
from mapping.formats.hsds._profile import patches, schemas
from mapping.formats.hsds._terms import meaning
from mapping.intake.read import Known, read
from mapping.model import RECORDS, Funding, Phone, ServiceCapacity, Unit, record_id, references
from mapping.registry import format_of
from mapping.safety.redaction import PUBLISHED
from tests.formats.hsds.hsds_files import MAP, approved, document, one, said, taken
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    activity,
    agreement,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    sample_batch,
    sample_directory,
    sample_view,
    service,
)

SOURCE = record_id("feed", "source")
SERVICE = {
    "id": "s1",
    "name": "Advice",
    "status": "active",
    "organization": {"id": "o1", "name": "Umed", "description": "Helps"},
    "service_at_locations": [
        {"id": "at", "location": {"id": "l1", "location_type": "physical", "latitude": 10.04, "longitude": 60.05}}
    ],
    "phones": [{"id": "p1", "number": "+992900100001", "languages": [{"id": "g", "name": "Russian"}]}],
    "attributes": [
        {
            "id": "a",
            "link_type": "service",
            "link_entity": "service",
            "taxonomy_term": {
                "id": "t",
                "code": "1305",
                "name": "Help Hotlines",
                "description": "",
                "taxonomy": "Open Eligibility",
            },
        }
    ],
}

BARE = {name: value for name, value in SERVICE.items() if name != "organization"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", SERVICE),
        ("list.json", [SERVICE]),
        ("page.json", {"total_items": 1, "contents": [SERVICE]}),
        ("lines.ndjson", [SERVICE]),
        ("lines.jsonl", [SERVICE]),
        ("body.json", SERVICE["organization"] | {"services": [BARE]}),
        ("at.json", SERVICE["service_at_locations"][0] | {"service": SERVICE}),
    ],
)
def test_every_shape_gives_the_same_records(tmp_path, tiny_area, name, content):
    path = document(tmp_path, content, name)
    assert format_of(path) is hsds_json
    batch = taken(path, tiny_area)
    assert one(batch, "service").organization_id == one(batch, "organization").id
    assert one(batch, "service_at_location").location_id == one(batch, "location").id
    assert one(batch, "phone").service_id == one(batch, "service").id
    assert (one(batch, "language").phone_id, one(batch, "language").code) == (one(batch, "phone").id, "ru")
    assert {(a.link_type, a.link_id) for a in batch.of("attribute")} == {
        ("classification", one(batch, "service").id),
        ("service_type", one(batch, "service").id),
    }
    assert said(batch, level="refused") == []


def test_tables_by_name_in_one_document(tmp_path, tiny_area):
    service_of = {"id": "None", "organization_id": "o", "name": "A", "status": "active"}
    content = {"organizations": [{"id": "o", "name": "Umed"}], "services": [service_of], "metadata": []}
    content["eligibility"] = [{"id": "e", "service_id": "None", "minimum_age": 18}, {"id": "f", "minimum_age": 7}]
    batch = taken(document(tmp_path, content), tiny_area)
    assert one(batch, "service").organization_id == one(batch, "organization").id
    assert one(batch, "service").minimum_age == 18  # a row without a service says nothing of one that is called "None"


def test_one_phone_of_two_services_is_two_and_a_body_in_many_is_one(tmp_path, tiny_area):
    batch = taken(document(tmp_path, [SERVICE, SERVICE | {"id": "s2"}]), tiny_area)
    assert {p.service_id for p in batch.of("phone")} == {s.id for s in batch.of("service")}
    assert len(batch.of("organization")) == 1
    assert not any("stands twice" in each for each in said(batch))


@pytest.mark.parametrize("marking", ["open", "closed"])
def test_an_address_of_many_services_contradicts_itself_only_where_its_marking_does(tmp_path, tiny_area, marking):
    def served(number, audience):
        address = {"id": "a", "address_1": "5 Main St", "country": "TJ", "audience": audience}
        place = {"id": "p", "name": "House", "location_type": "physical", "addresses": [address]}
        at = {"id": f"sal{number}", "location": place}
        return SERVICE | {"id": f"s{number}", "service_at_locations": [at]}

    known = approved() if marking == "open" else Known()
    same = taken(document(tmp_path, [served(n, "public") for n in range(4)]), tiny_area, known=known)
    assert not any("stands twice" in each for each in said(same))
    assert one(same, "address").audience == ("public" if marking == "open" else "custodian")
    other = taken(document(tmp_path, [served(0, "public"), served(1, "partner")]), tiny_area, known=known)
    assert any("stands twice" in each for each in said(other)) == (marking == "open")


def test_a_document_that_is_nothing_is_set_aside_with_its_number(tmp_path, tiny_area):
    batch = taken(document(tmp_path, [SERVICE, {"colour": "red"}, 7], "x.ndjson"), tiny_area)
    assert [row.row for row in batch.refused] == [2, 3]
    assert len(batch.of("service")) == 1


def test_parts_without_ids_are_told_by_what_they_say(tmp_path, tiny_area):
    bare = SERVICE | {"phones": [{"number": "+992900100001"}, {"number": "+992900100002"}]}
    one_time, again = (taken(document(tmp_path, [bare]), tiny_area) for _ in range(2))
    assert len(one_time.of("phone")) == 2
    assert {p.id for p in one_time.of("phone")} == {p.id for p in again.of("phone")}
    assert said(one_time, "id") == ["the row has no id"]


@pytest.mark.parametrize(
    ("name", "code", "taxonomy", "expected"),
    [
        ("Help Hotlines", "1305", "Open Eligibility", "IDN-HOT"),
        ("Help Hotlines", "", "open-eligibility", "IDN-HOT"),
        ("Горячая линия", "x-1", "own", "IDN-HOT"),
        ("Horse riding", "HR", "own", None),
        ("", "LEG-INF", "own", None),
    ],
)
def test_terms_of_others_are_met_by_open_eligibility_and_by_labels(name, code, taxonomy, expected):
    found = meaning(name, code, taxonomy)
    assert (found.code if found else None) == expected


def test_a_service_without_a_known_kind_is_asked_about(tmp_path, tiny_area):
    batch = taken(document(tmp_path, [SERVICE | {"attributes": []}]), tiny_area)
    assert any("no term says in our words" in each for each in said(batch, "attributes"))
    named = taken(document(tmp_path, [SERVICE | {"attributes": [], "name": "Hotline or helpline"}]), tiny_area)
    assert one(named, "attribute").taxonomy_term_id == record_id("rohnamo", "taxonomy_term", "service_types", "IDN-HOT")


def test_markup_and_control_characters_are_taken_out(tmp_path, tiny_area):
    batch = taken(
        document(tmp_path, [SERVICE | {"description": "<p>Free &amp; <b>safe</b>\u0000\ud800 </p>"}]), tiny_area
    )
    assert one(batch, "service").description == "Free & safe \N{REPLACEMENT CHARACTER}"  # half of a letter was there
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(batch, on=TODAY)


# ------------------------------------------------------------------------------------------------------- hostile


def nested(depth):
    found = {"id": "x", "name": "y", "status": "active"}
    for _ in range(depth):
        found = {"id": "x", "contacts": [found]}
    return found


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ("[" * 200_000, "is not JSON"),
        ('{"services": [' + '{"id": "x", "services": [' * 60_000, "is not JSON"),
        (json.dumps(nested(60)).replace('"id"', '"organization_id": "o", "id"', 1), "more than 24 deep"),
        ('{"organization_id": 1', "is not JSON"),
        ('{"organization_id": ' + "9" * 5000 + "}", "is not JSON"),
        ('{"contents": []}', "holds no service"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_honest_json_is_refused_in_one_line(tmp_path, tiny_area, contents, reason):
    path = tmp_path / "x.json"
    path.write_text(contents)
    known = Known()
    with pytest.raises(FormatError, match=reason) as refusal:
        read_records(hsds_json, path, taken_context(tiny_area, known))
    assert "\n" not in str(refusal.value)
    assert known.bodies == {}


def taken_context(area, known):
    from mapping.formats import ReadContext, source_of

    return ReadContext(area, TODAY, known, source_of(MAP), MAP)


def test_a_file_cut_off_in_its_lines_is_refused_whole(tmp_path, tiny_area):
    path = tmp_path / "x.ndjson"
    path.write_text(json.dumps(SERVICE) + "\n" + json.dumps(SERVICE)[:-20])
    with pytest.raises(FormatError, match="line 2: is not JSON"):
        taken(path, tiny_area)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["s1", "public", "active", "8:00am", "MO", "https://x.example", "+992900100001"]),
)
NAMES = st.sampled_from(
    [
        "id",
        "name",
        "status",
        "latitude",
        "number",
        "opens_at",
        "link_id",
        "link_entity",
        "audience",
        "organization",
        "services",
        "phones",
        "locations",
        "location",
        "service_at_locations",
        "attributes",
        "taxonomy_term",
        "addresses",
        "schedules",
        "languages",
        "contacts",
        "unit",
        "capacities",
        "translations",
        "field",
        "language",
        "text",
    ]
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=24
)


@settings(max_examples=examples(70), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_any_json_is_taken_or_refused_and_never_half(tmp_path, tiny_area, content):
    path = document(tmp_path, [{"organization_id": "o", "name": "x"}, content])
    known = approved()
    before = dict(known.bodies)
    try:
        batch = read(path, area=tiny_area, today=TODAY, known=known)
    except FormatError:
        assert known.bodies == before
        return
    with Directory(tmp_path / "any.db", tiny_area) as directory:
        directory.add(batch, on=TODAY, dry_run=True)


@given(st.dictionaries(NAMES, JSON, max_size=5))
def test_walking_a_document_never_loses_the_outermost(content):
    assert next(iter(rows_of_document("service", content, 1))).table == "service"


@pytest.mark.parametrize("table", sorted(PUBLISHED))
def test_every_table_that_is_published_is_read_or_passed_over_on_purpose(table):
    name = hsds_csv.file_of(table)
    assert table_of(name) == table or name.removesuffix(".csv") in PASSED_OVER


# ----------------------------------------------------------------------------------------------------- round trip

SINGLE = {"statement", "case_count", "standard_summary", "taxonomy", "taxonomy_term", "unit"}
IN_JSON = set(PUBLISHED) - SINGLE - {"activity", "referral_agreement"}
"""Tables that come back from a JSON file; a package of tables brings activities and agreements too. Statements need two
people of this directory, case statistics have a form of their own, and our own terms come with every directory."""


def comparable(record, ids):
    """What is published of a record, with ids as the sender's."""
    fields = {name: getattr(record, name) for name in PUBLISHED[record.table]}
    for name in (*references(RECORDS[record.table]), "link_id"):
        if name in fields and name != "taxonomy_term_id":
            fields[name] = ids.get(fields[name], fields[name])
    return {name: str(value) for name, value in fields.items() if value not in (None, "")}


def shown_in(view, tables):
    """What a view shows: table -> id -> fields, as texts."""
    found = {}
    for table in tables:
        kind = RECORDS[table]
        for row in view.rows(table):
            values = {name: row[name] for name in row.keys() if name != "id"}  # noqa: SIM118
            there = {name: value for name, value in values.items() if value is not None} | {"id": row["id"]}
            record = kind.model_validate(there) if needed(kind, values) else None
            if record is not None and not (table == "translation" and record.link_entity in SINGLE):
                found[table, row["id"]] = comparable(record, {})
    return found


def needed(kind, values):
    return all(
        values.get(name) is not None
        for name, field in kind.model_fields.items()
        if field.is_required() and name != "id"
    )


def came_back(batch, view, tables):
    """What a batch holds of them, under the ids of the view."""
    ids = {record_id(batch.source.id, table, row["id"]): row["id"] for table in PUBLISHED for row in view.rows(table)}
    return {
        (record.table, ids[record.id]): comparable(record, ids)
        for record in batch.records
        if record.table in tables and record.id in ids
    }


def without_terms(shown):
    """Terms of ours have their own ids in every directory."""
    return {key: {n: v for n, v in fields.items() if n != "taxonomy_term_id"} for key, fields in shown.items()}


@pytest.mark.parametrize(
    ("module", "name", "tables"),
    [
        (hsds_json, "x.json", IN_JSON),
        (hsds_json, "x.ndjson", IN_JSON),
        (hsds_csv, "x.zip", IN_JSON | {"activity", "referral_agreement"}),
    ],
)
def test_what_is_written_is_read_back_as_it_was(tmp_path, tiny_area, module, name, tables):
    with sample_view(tmp_path, tiny_area, audience="partner") as view:
        module.write(view, tmp_path / name, area=tiny_area, language="en")
        batch = taken(tmp_path / name, tiny_area, columns=MAP.model_copy(update={"markings": {"open": "public"}}))
        wrote = without_terms(shown_in(view, tables))
        back = without_terms(came_back(batch, view, tables))
    lost = {key: (fields, back.get(key)) for key, fields in wrote.items() if fields != back.get(key)}
    telling = {key: pair for key, pair in lost.items() if not _known_difference(key, pair)}
    assert telling == {}
    assert len(wrote) > 60
    assert batch.refused == []


def _known_difference(key, pair):
    """People's names come back for custodians at the mildest that was said; capacities for partners at most."""
    wrote, back = pair
    return (
        back is not None
        and {n: v for n, v in wrote.items() if n != "audience"} == {n: v for n, v in back.items() if n != "audience"}
        and key[0] in ("funding", "service_capacity")
    )


WORDS = st.text("abcdefghi АБВгдёӯқҳҷ'=+-@\"<&;,\n", min_size=1, max_size=12).filter(str.strip)


@settings(
    max_examples=examples(12),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_any_directory_is_read_back_as_it_was_written(tmp_path_factory, tiny_area, data):
    folder = tmp_path_factory.mktemp("round")
    names = data.draw(st.lists(WORDS, min_size=1, max_size=4, unique_by=lambda text: text.strip().casefold()))
    names = [f"B{number} {' '.join(name.split())}" for number, name in enumerate(names)]
    parts = []
    for number, name in enumerate(names):
        parts += organization(name, description=" ".join(data.draw(WORDS).split()))
        parts += service(
            f"S {name}",
            of=name,
            types=["LEG-INF"],
            status=data.draw(st.sampled_from(["active", "defunct"])),
            serves=data.draw(st.sampled_from([[], ["AGE-ADU"], ["SEX-F", "AGE-CHI"]])),
            speaks=data.draw(st.sampled_from([[], ["tg"], ["ru", "en"]])),
            names={"ru": f"У {name}"},
            hours=data.draw(st.sampled_from([[], [("MO,TU", "08:00", "17:30")]])),
            minimum_age=data.draw(st.none() | st.integers(0, 90)),
        )
        parts += place(f"L {name}", of=[f"S {name}"], at=(10.01 + number / 100, 60.01), unit="XT-W2", city="Chashma")
        parts.append(phone(f"+99290010000{number}", service=f"S {name}"))
        parts.append(activity(f"A {name}", of=name, unit="XT-W1"))
    if len(names) > 1:
        parts.append(agreement(names[0], names[1]))
    with sample_view(folder, tiny_area, *parts) as view:
        for module, file, tables in (
            (hsds_json, "x.json", IN_JSON),
            (hsds_csv, "x.zip", IN_JSON | {"activity", "referral_agreement"}),
        ):
            module.write(view, folder / file, area=tiny_area, language="en")
            batch = taken(folder / file, tiny_area)
            assert without_terms(came_back(batch, view, tables)) == without_terms(shown_in(view, tables))


# -------------------------------------------------------------------------------------------------------- schemas


def merged(shared, *, ours=True):
    """The schemas of the standard with our patches, so that one document can be validated: RFC 7396."""
    folder = shared / "standards" / "hsds-3.1" / "schema"
    found = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json") if path.name != "openapi.json"}
    if ours:
        for name, patch in patches().items():
            found[name] = apply(found[name], patch)
        found |= schemas()
    text = json.dumps(found)
    for name in found:
        text = text.replace(f'"$ref": "{name}"', f'"$ref": "#/$defs/{name}"')
    return json.loads(text)


def apply(target, patch):
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = apply(made.get(key), value)
    return made


def validator(definitions, name):
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions}, validate_formats=True)


def everything(folder, area):
    """A view with every table that may hold anything."""
    more = records_of(
        Unit(id=record_id("t", "unit"), name="beds"),
        ServiceCapacity(
            id=record_id("t", "capacity"),
            service_id=record_id("sample", "service", "Legal advice"),
            available=4,
            unit_id=record_id("t", "unit"),
            updated=TODAY,
            audience="partner",
        ),
        Funding(
            id=record_id("t", "funding"),
            service_id=record_id("sample", "service", "Legal advice"),
            source="Fund",
            valid_to=TODAY,
            audience="partner",
        ),
        Phone(
            id=record_id("t", "phone"),
            location_id=record_id("sample", "location", "Qulla Hospital"),
            number="+992000100099",
            audience="public",
        ),
    )
    with sample_directory(folder, area) as directory:
        batch = sample_batch()
        batch.records = more
        directory.add(batch, on=TODAY)
        return directory.view("partner", folder / "partner.db", edition=TODAY)


def test_everything_written_is_valid_by_the_standard_and_by_our_profile(tmp_path, tiny_area, shared):
    with everything(tmp_path, tiny_area) as view:
        hsds_json.write(view, tmp_path / "x.json", area=tiny_area, language="en")
    services = json.loads((tmp_path / "x.json").read_text())["contents"]
    assert len(services) > 6
    assert any("capacities" in each for each in services)
    assert any("funding" in each for each in services)
    official = json.loads((shared / "standards" / "hsds-3.1" / "service.validator.schema.json").read_text())
    for rule in (
        jsonschema_rs.validator_for(official, validate_formats=True),
        validator(merged(shared), "service.json"),
    ):
        assert [(str(e.instance_path), e.message) for each in services for e in rule.iter_errors(each)] == []


def test_our_patches_add_and_never_change_what_the_standard_says(shared):
    plain, ours = merged(shared, ours=False), merged(shared)
    for name, schema in plain.items():
        changed = {key for key, value in schema.get("properties", {}).items() if ours[name]["properties"][key] != value}
        assert changed == set(), name
        assert ours[name].get("required") == schema.get("required")


def test_our_schemas_refuse_what_is_wrong_and_accept_what_is_written(tmp_path, tiny_area, shared):
    rule = validator(merged(shared), "service.json")
    with sample_view(tmp_path, tiny_area) as view:
        (first, *_) = hsds_json.documents(view)
    assert list(rule.iter_errors(first)) == []
    for spoilt in (
        first | {"audience": "everybody"},
        first | {"freshness": "stale"},
        first | {"verifications": [{"id": first["id"], "level": "rumour"}]},
        first
        | {"translations": [{"id": first["id"], "field": "name", "language": "tg", "text": "x", "colour": "red"}]},
        {key: value for key, value in first.items() if key != "name"},
    ):
        assert list(rule.iter_errors(spoilt)), spoilt


def test_two_directories_that_differ_in_secrets_write_the_same(tmp_path, tiny_area):
    made = []
    for name, parts in (("all", ()), ("public", public_parts())):
        with sample_view(tmp_path / name, tiny_area, *parts) as view:
            hsds_json.write(view, tmp_path / f"{name}.ndjson", area=tiny_area, language="en")
        made.append((tmp_path / f"{name}.ndjson").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "name",
    [
        "service_full",
        "organization_full",
        "service_at_location_full",
        "location",
        "organization_list",
        "service_list",
        "service_at_location_list",
        "tabular",
        "taxonomy_list",
        "taxonomy_term_list",
    ],
)
def test_the_examples_of_the_standard_are_read_and_stored(tmp_path, tiny_area, shared, name):
    path = shared / "standards" / "hsds-3.1" / "examples" / f"{name}.json"
    batch = taken(path, tiny_area, columns=None)
    assert batch.records
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(batch, on=TODAY)


def test_the_example_tables_of_the_standard_are_read_in_spite_of_their_faults(tmp_path, tiny_area, shared):
    batch = taken(shared / "standards" / "hsds-3.1" / "examples" / "csv" / "datapackage.json", tiny_area, columns=None)
    assert (len(batch.of("service")), len(batch.of("organization")), len(batch.of("phone"))) == (1, 1, 1)
    assert any("is no place" in each for each in said(batch, "latitude"))
    with Directory(tmp_path / "d.db", tiny_area) as directory:
        directory.add(batch, on=TODAY)


FAULTS = [
    (("organization", "name"), None),
    (("service_at_locations", 0, "location", "latitude"), 123.4),
    (("service_at_locations", 0, "location", "latitude"), "north"),
    (("phones", 0, "number"), None),
    (("phones", 0, "number"), "call me"),
    (("email",), "not a mail"),
    (("minimum_age",), -3),
    (("minimum_age",), "ten"),
    (("assured_date",), "2025-02-31"),
    (("phones",), ["+992901234567"]),
    (("languages",), [{"id": "l", "code": "tg"}, "ru"]),
    (("organization", "locations"), [17]),
    (("service_at_locations", 0, "schedules"), [["MO", "08:00"]]),
    (("organization", "parent_organization_id"), ["o2"]),
    (("organization", "parent_organization_id"), {"id": "o2"}),
    (("cost_options",), [{"id": "c", "amount": "much"}]),
    (("cost_options",), [{"id": "c", "amount": 5, "currency": "COINS"}]),
    (("schedules",), [{"id": "h", "freq": "WEEKLY", "byday": "XX"}]),
    (("schedules",), [{"id": "h", "freq": "WEEKLY", "byday": "MO", "opens_at": "25:00"}]),
]


@pytest.mark.parametrize(("path", "value"), FAULTS)
def test_a_document_that_breaks_the_standard_says_which_property_does(tmp_path, tiny_area, path, value):
    broken = json.loads(json.dumps(SERVICE))
    *above, name = path
    inner = broken
    for key in above:
        inner = inner[key]
    inner.pop(name, None)
    if value is not None:
        inner[name] = value
    column = [*value[0]][-1] if isinstance(value, list) and isinstance(value[-1], dict) else name
    batch = taken(document(tmp_path, broken), tiny_area)
    assert any(column in issue.column or column in issue.problem for issue in batch.issues)
    whole = taken(document(tmp_path, SERVICE), tiny_area)
    assert not any(column in issue.column or column in issue.problem for issue in whole.issues)


def test_ages_that_cannot_be_together_are_left_out(tmp_path, tiny_area):
    batch = taken(document(tmp_path, SERVICE | {"minimum_age": 18, "maximum_age": 2}), tiny_area)
    assert (one(batch, "service").minimum_age, one(batch, "service").maximum_age) == (None, None)
    assert said(batch, "minimum_age") == ["18-2 are no ages"]


def test_rows_that_say_the_same_are_read_alike_and_each_by_what_it_says(tmp_path, tiny_area) -> None:
    """The second service's language is first Tajik, then mended to Russian by a row of its id; the third's is Tajik."""
    tajik, mended = {"id": "g1", "code": "tg"}, {"id": "g2", "code": "ru"}
    bare = {"status": "active", "organization": SERVICE["organization"]}
    hours = {"id": "h", "freq": "WEEKLY", "byday": "MO", "opens_at": "08:00", "closes_at": "9pm"}
    documents = [
        {**bare, "id": "s1", "name": "First", "languages": [tajik], "schedules": [hours | {"id": "h1"}]},
        {**bare, "id": "s2", "name": "Second", "languages": [tajik | {"id": "g2"}, mended]},
        {**bare, "id": "s3", "name": "Third", "languages": [tajik | {"id": "g3"}, mended | {"id": "g4"}]},
        {**bare, "id": "s4", "name": "Fourth", "schedules": [hours | {"id": "h4"}]},
    ]
    batch = taken(document(tmp_path, documents, "x.ndjson"), tiny_area)
    spoken = sorted((language.service_id, language.code) for language in batch.of("language"))
    ids = {number: record_id(SOURCE, "service", f"s{number}") for number in (1, 2, 3, 4)}
    assert spoken == sorted([(ids[1], "tg"), (ids[2], "ru"), (ids[3], "ru"), (ids[3], "tg")])
    assert {schedule.closes_at for schedule in batch.of("schedule")} == {"21:00"}


@pytest.mark.parametrize(
    ("name", "first", "later"),
    [("year_incorporated", -1, -2), ("year_incorporated", 2001, 2002), ("alternate_name", None, "None")],
)
def test_a_record_that_stands_in_many_documents_is_what_the_last_one_says(tmp_path, tiny_area, name, first, later):
    documents = [SERVICE | {"organization": SERVICE["organization"] | {name: value}} for value in (first, first, later)]
    batch = taken(document(tmp_path, documents, "x.ndjson"), tiny_area)
    assert getattr(one(batch, "organization"), name) == later


def test_a_text_that_is_too_long_is_left_out(tmp_path, tiny_area) -> None:
    bare = {"id": "s1", "name": "Advice", "status": "active", "organization": SERVICE["organization"]}
    documents = [bare | {"description": "Advice"}, bare | {"description": "a" * 100_001}]
    batch = taken(document(tmp_path, documents, "x.ndjson"), tiny_area)
    assert [record.description for record in batch.of("service")] == ["Advice"]
    assert "more than 100,000 letters" in " ".join(said(batch, "description", "refused"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Advice (do not publish)"),
        ("alternate_name", "Совет, не публиковать"),
        ("alert", "for partners only"),
        ("description", "Legal advice for women. Please do not list the number."),
    ],
)
def test_a_name_that_asks_for_silence_hides_what_it_names(tmp_path, tiny_area, name, value):
    batch = taken(document(tmp_path, SERVICE | {name: value}), tiny_area)
    assert [made.audience for made in batch.of("service")] == ["custodian"]
    assert "asks that it be not shown" in " ".join(said(batch))


def test_a_confidential_helpline_is_not_hidden_for_its_name(tmp_path, tiny_area):
    told = {"name": "Free and confidential helpline", "description": "We never share your data."}
    batch = taken(document(tmp_path, SERVICE | told), tiny_area)
    assert [made.audience for made in batch.of("service")] == ["public"]


def test_words_for_whom_and_units_that_are_not_there_and_markup_and_formulas_are_told(tmp_path, tiny_area):
    """Another directory's column of audiences says whom a service is for, and hides nothing of it."""
    areas = [{"id": "z", "area_unit": "XT-999"}]
    foreign = {"name": "=HYPERLINK(1)", "description": "<b>x</b> y", "audience": "women and children"}
    columns = taken(document(tmp_path, [SERVICE]), tiny_area, known=approved("map"))
    batch = taken(document(tmp_path, [SERVICE | foreign | {"service_areas": areas}]), tiny_area, known=approved("map"))
    (service,) = batch.of("service")
    assert service.audience == one(columns, "service").audience
    assert (service.name, service.description, service.eligibility_description) == (
        "=HYPERLINK(1)",
        "x y",
        "women and children",
    )
    assert (one(batch, "service_area").area_unit, one(batch, "service_area").name) == (None, "XT-999")
    told = {issue.column: str(issue.problem) for issue in batch.issues}
    assert told["audience"] == "'women and children' says whom it is for, not who may see it"
    assert told["description"] == "'<b>x</b> y' holds markup"
    assert told["name"] == "'=HYPERLINK(1)' begins like a formula"
    assert told["area_unit"] == "'XT-999' is no unit of the study area"
