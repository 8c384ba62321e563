"""Records as rows: what was put in comes out, and one of each id stands."""

import copy
import datetime as dt
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mapping.model import Location, Organization, Phone, Provenance, Record, Service
from mapping.record_tables import RecordsById, RecordTables, record_row, row_of_checked, row_of_read
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
    by_id = RecordsById()
    by_id["s"] = next(records.of(Service))
    (held,) = records.as_held(Service)
    assert (held.id, held.name, held.do_not_list, held.assured_date) == ("s", "Advice", 1, "2026-11-02")
    with pytest.raises(AttributeError):
        held.name = "otherwise"
    assert [*by_id.told(Service, "do_not_list", "assured_date", "id")] == [(1, "2026-11-02", "s")]
    assert [*by_id.by_kind()[Service].told("name")] == ["Advice"]
    assert [*records.told(Phone, "id", "number")] == [*by_id.told(Phone, "id", "number")] == []


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


def test_a_row_is_that_of_the_record_that_is_made_of_what_needs_no_check():
    values = {"id": "p", "link_id": "s", "link_entity": "service", "source_id": "a", "source_key": " 7", "row": 3}
    assert row_of_checked(Provenance)(values) == record_row(Provenance.of_checked(**values))[1]
    assert row_of_checked(Provenance)({"id": "q"}) == record_row(Provenance.of_checked(id="q"))[1], (
        "nothing is left over"
    )


def test_where_a_record_came_from_stays_with_it():
    records = RecordsById()
    records.put(record_row(Service(id="s", name="Advice")), 12)
    records["s"] = Service(id="s", name="Legal advice")
    records.change("s", "audience", "public")
    records["t"] = Service(id="t", name="Shelter")
    assert [records.place(own) for own in ("s", "t", "u")] == [12, None, None]
    assert records["s"] == Service(id="s", name="Legal advice", audience="public")
    assert records.unknown(["s", "u", None, "t"]) == {"u"}


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


@given(NAMED, NAMED)
def test_records_by_id_are_those_of_a_dictionary(named, others):
    records, by_hand = RecordsById(), dict[str, Record]()
    for record in _of([*named, *others]):
        records[record.id] = by_hand[record.id] = record
    for name in {name for name, *_ in others}:
        assert records.pop(name) == by_hand.pop(name)
    assert [*records.items()] == [*by_hand.items()]
    for name in by_hand:
        kind, row = records.row(name)
        records.put((kind, row))
        assert (kind, row[0]) == (type(by_hand[name]), name)
    assert [*records.items()] == [*by_hand.items()]
    assert [*records.of(Phone)] == [record for record in by_hand.values() if isinstance(record, Phone)]
    assert [*records.among(Phone, Organization)] == [*by_hand.values()]
    assert [*records.rows(Phone, Organization)] == [record_row(record) for record in by_hand.values()]
    ids = {kind: [*rows.told("id")] for kind, rows in records.by_kind().items()}
    for kind in (Phone, Organization):
        assert ids.get(kind, []) == [own for own, record in by_hand.items() if type(record) is kind]
    for record in records.of(Phone):
        record.number = "1515"
        assert records.get(record.id) == by_hand[record.id]
        records[record.id] = record
    assert {record.number for record in records.of(Phone)} <= {"1515"}
    moved = RecordTables()
    records.move(moved)
    assert len(records) == 0
    assert sorted(moved.ids(Phone)) + sorted(moved.ids(Organization)) == [
        *sorted(own for own, record in by_hand.items() if isinstance(record, Phone)),
        *sorted(own for own, record in by_hand.items() if isinstance(record, Organization)),
    ]


def test_what_records_say_is_not_said_of_them():
    assert "Zumrad" not in repr(RecordTables([Organization(id="z", name="Zumrad")])) + str(sample_batch())
