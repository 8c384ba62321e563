"""Records: how they are made again of what was stored, and which class one is of."""

import datetime as dt
import uuid
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mapping.directory.rows import reader, to_row
from mapping.model import (
    LONGEST_NUMBER,
    LONGEST_OUTLINE,
    LONGEST_TEXT,
    NAMESPACE,
    RECORDS,
    Address,
    Location,
    Phone,
    Record,
    Service,
    ids_of,
    record_id,
)
from tests.support.sample import sample_batch


def test_a_record_is_the_same_when_it_is_read_again():
    for record in sample_batch().records:
        again = reader(type(record))(list(to_row(record).values()))
        assert again == record
        assert again.model_dump() == record.model_dump()
        assert again.model_copy(update={"id": "other"}).id == "other" != again.id


def test_a_record_that_was_read_again_takes_no_wrong_value():
    again = Service.restored(dict(Service(id="s", name="Advice").__dict__))
    again.minimum_age = 14
    assert again.minimum_age == 14
    with pytest.raises(ValidationError):
        again.status = "dormant"
    assert Service(id="t", name="Care").minimum_age is None


def test_fields_that_sqlite_keeps_otherwise():
    row = to_row(Service(id="s", name="Advice", assured_date=dt.date(2026, 11, 2), do_not_list=True))
    assert (row["assured_date"], row["do_not_list"], row["last_modified"]) == ("2026-11-02", 1, None)
    assert type(row["do_not_list"]) is int


def test_the_class_of_a_record():
    phone = Phone(id="p", number="1515")
    assert isinstance(phone, Phone)
    assert isinstance(phone, Record)
    assert isinstance(phone, Address | Phone)
    assert not isinstance(phone, Service)
    assert not isinstance("1515", Record)


def test_a_field_that_a_table_may_lack():
    assert Phone(id="p", number="1515").get("number") == "1515"
    assert Phone(id="p", number="1515").get("link_id") is None


TEXTS = [
    (table, name)
    for table, kind in RECORDS.items()
    for name, field in kind.model_fields.items()
    if str in (get_args(field.annotation) or (field.annotation,))
]
LONGEST = {("phone", "number"): LONGEST_NUMBER, ("service_area", "extent"): LONGEST_OUTLINE}


def test_there_are_texts_in_every_table():
    assert {table for table, _ in TEXTS} == {*RECORDS}


@pytest.mark.parametrize(("table", "name"), TEXTS)
def test_every_text_has_a_greatest_length(table, name):
    longest = LONGEST.get((table, name), LONGEST_TEXT)
    record = RECORDS[table].model_construct(id="x")
    setattr(record, name, "7" * longest)
    with pytest.raises(ValidationError, match=f"at most {longest} characters"):
        setattr(record, name, "7" * (longest + 1))


def test_a_number_of_a_megabyte_is_no_phone():
    with pytest.raises(ValidationError, match="at most 500 characters"):
        Phone(id="p", number="7" * 2**20)


def test_a_record_of_what_was_read_is_the_validated_one():
    values = {
        "id": "s",
        "name": "Advice",
        "status": "active",
        "assured_date": dt.date(2026, 11, 1),
        "do_not_list": True,
    }
    assert Service.of_read(**values) == Service(**values)
    assert list(Service.of_read(**values).__dict__) == list(Service.model_fields)
    assert Service.of_read(id="s", name="  Advice ").name == "Advice", "padded texts are mended"
    assert Service.of_read(id="s", name="Advice", minimum_age=14.0).minimum_age == 14.0


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Phone, {"number": "1" * (LONGEST_NUMBER + 1)}),
        (Service, {"name": "a" * (LONGEST_TEXT + 1)}),
        (Location, {"latitude": 91.0}),
        (Service, {"name": ["Advice"]}),
    ],
)
def test_what_was_read_and_fits_no_field_makes_no_record(kind, values):
    with pytest.raises(ValidationError):
        kind.of_read(id="x", **values)


@given(st.text(), st.sampled_from([*RECORDS]), st.text())
def test_an_id_is_the_uuid_of_its_source_table_and_key(source, table, key):
    by_standard = str(uuid.uuid5(NAMESPACE, f"{source}\x1f{table}\x1f{key}"))
    assert record_id(source, table, key) == ids_of(source, table)(key) == by_standard
