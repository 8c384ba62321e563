"""Approvals: two different people, a consent that ends, and every fault of the table at once."""

import datetime as dt

import pytest

from mapping.column_map import ColumnMap
from mapping.errors import FormatError, InvalidRecord
from mapping.intake.approvals import COLUMNS, read_approvals
from mapping.model import record_id

DIGEST = "0123456789abcdef" * 4
ROW = {
    "kind": "map",
    "source": "list",
    "value": DIGEST,
    "approved_by": "A",
    "approved_by_too": "B",
    "approved_on": "2026-11-20",
}


@pytest.fixture
def take(tmp_path):
    """Return the batch of a table of approvals."""

    def take_rows(*rows, columns=COLUMNS):
        path = tmp_path / "approvals.csv"
        lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
        path.write_text("\n".join(lines), "utf-8")
        return read_approvals(path)

    return take_rows


def test_a_source_and_a_record(take):
    of_record = ROW | {
        "kind": "audience",
        "table": "service",
        "key": "7|LEG-INF",
        "value": "public",
        "consent_by": "Operator",
        "consent_until": "2027-01-01",
    }
    first, second = take(ROW, of_record).records
    assert (first.kind, first.subject, first.approved_on) == ("map", "list", dt.date(2026, 11, 20))
    assert second.subject == record_id("list", "service", "7|LEG-INF")
    assert (second.value, second.consent_until) == ("public", dt.date(2027, 1, 1))


def test_a_map_is_approved_as_its_file_stands_and_no_longer(take, tmp_path):
    file = tmp_path / "list.toml"
    file.write_text('source = "list"\nname = "List"\n[markings]\nopen = "partner"\n', "utf-8")
    (first,) = take(ROW | {"value": "list.toml"}).records
    assert first.value == ColumnMap.load(file).digest
    file.write_text('source = "list"\nname = "List"\n[markings]\nopen = "public"\n', "utf-8")
    (second,) = take(ROW | {"value": "list.toml"}).records
    assert second.value == ColumnMap.load(file).digest != first.value
    assert second.id != first.id


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", "needs in 'value' the name of the map's file"),
        ("0123", "cannot be read"),
        ("../list.toml", "needs in 'value' the name of the map's file"),
        ("other.toml", "is the map of 'other', not of 'list'"),
    ],
)
def test_a_map_that_is_not_named_is_not_approved(take, tmp_path, value, fault):
    (tmp_path / "other.toml").write_text('source = "other"\nname = "Other"\n', "utf-8")
    with pytest.raises(InvalidRecord, match=fault):
        take(ROW | {"value": value})


def test_the_same_table_again_is_the_same_approvals(take):
    assert [record.id for record in take(ROW).records] == [record.id for record in take(ROW).records]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"approved_by_too": ""}, "two different people must approve"),
        ({"approved_by_too": " a "}, "two different people must approve"),
        ({"approved_by_too": "\u0410"}, "two different people must approve"),
        ({"kind": "everything"}, "kind: Input should be"),
        ({"approved_on": "20.11.2026"}, "write days as 2026-12-31"),
        ({"kind": "withhold"}, "withhold needs the table and the sender's key"),
        ({"kind": "withhold", "table": "services", "key": "1"}, "withhold needs the table"),
        ({"kind": "audience", "table": "service", "key": "1", "value": "public"}, "needs the operator's consent"),
    ],
)
def test_what_is_no_approval(take, cells, fault):
    with pytest.raises(InvalidRecord) as refusal:
        take(ROW, ROW | cells)
    assert "row 3: " in str(refusal.value)
    assert fault in str(refusal.value)


def test_every_fault_is_told_at_once(take):
    with pytest.raises(InvalidRecord) as refusal:
        take(ROW | {"approved_by": ""}, ROW | {"kind": "x"})
    assert "row 2" in str(refusal.value)
    assert "row 3" in str(refusal.value)


def test_a_table_without_its_columns(take, tmp_path):
    with pytest.raises(FormatError, match="has no column approved_by_too, reason"):
        take(ROW, columns=[column for column in COLUMNS if column not in ("approved_by_too", "reason")])
    with pytest.raises(FormatError, match="there is no such file"):
        read_approvals(tmp_path / "none.csv")
