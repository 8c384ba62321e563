"""Records: how they are made again of what was stored, and which class one is of."""

import datetime as dt

import pytest
from pydantic import ValidationError

from mapping.directory.rows import reader, to_row
from mapping.model import Address, Phone, Record, Service
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
