"""Records as rows: what was put in comes out, and one of each id stands."""

import copy
import datetime as dt
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mapping.model import Location, Organization, Phone, Record, Service
from mapping.record_tables import RecordTables, record_row, row_of_read
from tests.support.sample import sample_batch

NAMED = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 99), st.booleans()))


def test_records_come_out_as_they_were_put_in():
    given_ = [*sample_batch().records, Service(id="s", name="Advice", assured_date=dt.date(2026, 11, 2))]
    records = RecordTables(given_)
    assert sorted(records, key=repr) == sorted(given_, key=repr)
    assert len(records) == len(given_)
    for kind in records.kinds:
        assert [*records.of(kind)] == [record for record in given_ if type(record) is kind]
        assert [*records.ids(kind)] == [record.id for record in given_ if type(record) is kind]
    as_rows = RecordTables()
    as_rows.add((kind, row) for kind in records.kinds for row in records.rows(kind))
    for same in (copy.deepcopy(records), pickle.loads(pickle.dumps(records)), as_rows):
        assert [*same] == [*records]


def test_fields_are_told_as_sqlite_keeps_them():
    records = RecordTables([Service(id="s", name="Advice", assured_date=dt.date(2026, 11, 2), do_not_list=True)])
    assert [*records.told(Service, "do_not_list", "assured_date", "id")] == [(1, "2026-11-02", "s")]
    assert [*records.told(Service, "name")] == ["Advice"]
    (held,) = records.as_held(Service)
    assert (held.id, held.name, held.do_not_list, held.assured_date) == ("s", "Advice", 1, "2026-11-02")
    with pytest.raises(AttributeError):
        held.name = "otherwise"
    assert [*records.told(Phone, "id", "number")] == []


def test_a_row_is_that_of_the_record_that_is_made_of_what_was_read():
    for kind, values in (
        (Service, {"name": "Advice", "assured_date": dt.date(2026, 11, 2), "do_not_list": True, "minimum_age": 18.0}),
        (Service, {"name": "  Advice ", "alert": None}),
        (Service, {"name": "a" * 600}),
        (Location, {"latitude": 90.0, "longitude": -180.0}),
        (Phone, {"number": "1515", "extension": 7}),
    ):
        assert row_of_read(kind)("own", values) == record_row(kind.of_read(id="own", **values))[1]
    for kind, wrong in (
        (Location, {"latitude": 90.1}),
        (Location, {"longitude": math.nan}),
        (Phone, {"number": "1" * 501}),
        (Service, {"name": "a" * 100_001}),
        (Service, {"name": ["a"]}),
    ):
        for make in (row_of_read(kind), lambda own, values, kind=kind: kind.of_read(id=own, **values)):
            with pytest.raises(ValidationError):
                make("own", wrong)


def _of(named) -> list[Record]:
    return [
        Phone(id=name, number=str(number)) if phone else Organization(id=name, name=str(number))
        for name, number, phone in named
    ]


@given(NAMED, NAMED)
def test_one_record_of_each_id_stands_where_the_first_stood(named, others):
    records = RecordTables(_of(named))
    records.once()
    records.extend(RecordTables(_of(others)))
    before = [*records]
    records.once()
    for kind in (Organization, Phone):
        by_hand: dict[str, Record] = {}
        for record in before:
            if type(record) is kind:
                by_hand[record.id] = record
        assert [*records.of(kind)] == [*by_hand.values()]


def test_two_rows_of_one_id_are_joined():
    records = RecordTables(_of([("a", 1, False), ("b", 2, False), ("a", 3, False), ("a", 4, False)]))
    records.once(lambda _, row, later: (*row[:1], f"{row[1]}, {later[1]}", *row[2:]))
    assert [body.name for body in records.of(Organization)] == ["1, 3, 4", "2"]


def test_what_is_done_to_a_record_that_was_asked_for_changes_nothing_but_by_change():
    records = RecordTables(_of([(name, 1, False) for name in "abcdefgh"]))
    for body in records.of(Organization):
        body.name = "otherwise"
    assert {body.name for body in records.of(Organization)} == {"1"}
    records.change(Organization, lambda body: setattr(body, "name", f"{body.id}{body.name}"))
    assert [body.name for body in records.of(Organization)] == [f"{name}1" for name in "abcdefgh"]
