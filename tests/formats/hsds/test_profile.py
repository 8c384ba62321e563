"""Our profile of HSDS: made of the models, complete, and the same each time."""

import json
import zipfile

import jsonschema_rs
import pytest

from mapping.formats.hsds import _profile, hsds_profile
from mapping.formats.hsds._names import STANDARD
from mapping.formats.hsds._package import tables
from mapping.model import RECORDS, ours
from mapping.safety.redaction import PUBLISHED
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, sample_view


def test_every_published_field_of_ours_is_in_the_profile_and_no_private_one():
    told = {name.removesuffix(".json"): schema for name, schema in (_profile.patches() | _profile.schemas()).items()}
    for table in tables():
        fields = set(told.get(table, {}).get("properties", {})) - set(_profile.hsds.ADDED)
        added = ours(RECORDS[table]) if table in STANDARD else set(RECORDS[table].model_fields) - {"id"}
        assert fields - {"id"} == added & set(PUBLISHED[table]), table


def test_patches_are_of_tables_of_the_standard_and_schemas_of_our_own():
    assert set(_profile.patches()).isdisjoint(_profile.schemas())
    assert {name.removesuffix(".json") for name in _profile.patches()} <= STANDARD
    assert {
        "activity.json",
        "referral_agreement.json",
        "verification.json",
        "translation.json",
        "statement.json",
        "standard_assessment.json",
        "case_count.json",
    } <= set(_profile.schemas())


@pytest.mark.parametrize("name", sorted(_profile.schemas()))
def test_each_schema_of_ours_is_a_schema_and_refuses_unknown_fields(name):
    schema = json.loads(_profile.files()[f"schema/{name}"])
    jsonschema_rs.meta.validate(schema)
    assert schema["additionalProperties"] is False
    alone = {key: value for key, value in schema.items() if key != "properties"} | {
        "properties": {key: value for key, value in schema["properties"].items() if "$ref" not in json.dumps(value)}
    }
    rule = jsonschema_rs.validator_for(alone)
    assert not rule.is_valid({"id": "x", "colour": "red"})


def test_every_field_that_is_added_says_what_it_is():
    rows = _profile.rows()
    assert len(rows) > 60
    assert {field for table, field, _, said in rows if table in STANDARD and not said} == set()
    assert set(_profile.FIELDS) <= {field for _, field, _, _ in rows}


def test_the_zip_is_the_same_for_every_view_and_holds_every_file(tmp_path, tiny_area):
    made = []
    for audience in ("public", "partner"):
        with sample_view(tmp_path / audience, tiny_area, audience=audience) as view:
            hsds_profile.write(view, tmp_path / f"{audience}.zip", area=tiny_area, language="en")
            made.append((tmp_path / f"{audience}.zip").read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "public.zip") as archive:
        assert set(archive.namelist()) == set(_profile.files())
        about = json.loads(archive.read("profile.json"))
        assert {*about["patches"], *about["schemas"], about["datapackage"]} <= set(archive.namelist())
    assert find_canaries([tmp_path / "public.zip"], SECRETS) == []


def test_no_text_of_the_standard_is_in_it(shared):
    texts = set()
    for path in (shared / "standards" / "hsds-3.1" / "schema").glob("*.json"):
        texts |= {
            each["description"]
            for each in json.loads(path.read_text()).get("properties", {}).values()
            if len(each.get("description", "")) > 40
        }
    ours_told = b"\n".join(_profile.files().values()).decode()
    assert len(texts) > 100
    assert [text for text in texts if text in ours_told] == []
