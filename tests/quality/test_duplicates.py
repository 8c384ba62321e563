"""Pairs out to be decided, and decisions back: remembered or merged, all or none."""

import csv
import stat

import pytest

from mapping.directory.writing import Change
from mapping.errors import FormatError, InvalidRecord
from mapping.model import Decision, Organization
from mapping.quality.candidate import TABLES
from mapping.quality.duplicates import apply, pairs, read_decisions, tables_of, write_pairs
from tests.support.sample import CHASHMA, TODAY, key, organization, place, sample_directory, service


def parts():
    return (
        organization("Umedi Navruz", phones=["+992000100001"]),
        organization("Umedi Navrӯz"),
        organization("=cmd Sohili Orom"),
        *(service(f"Advice {n}", of="Umedi Navruz", types=["LEG-INF"]) for n in range(2)),
        *(
            place(f"Place {n}", of=[f"Advice {n}"], at=CHASHMA, unit="XT-W2", address="1 Market Street")
            for n in range(2)
        ),
    )


@pytest.fixture
def directory(tmp_path, tiny_area):
    with sample_directory(tmp_path / "d", tiny_area, *parts()) as directory:
        yield directory


def decided(directory, area, path, **answers):
    """Write the pairs, decide those of a table, and return the file."""
    write_pairs(pairs(directory, area), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for table, (decision, keep) in answers.items():
        row = next(row for row in rows if row["table"] == table)
        row |= {"decision": decision, "keep": keep, "reason": "asked them"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_pairs_say_what_each_record_says(directory, tiny_area):
    found = {pair.candidate.table: pair for pair in pairs(directory, tiny_area)}
    assert set(found) == {"organization", "service", "location"}
    assert "Umedi Navruz | +992000100001" in {found["organization"].one, found["organization"].other}
    assert found["service"].one.startswith("Advice")
    assert "Umedi Navruz" in found["service"].one
    assert "checked 2026-09-01" in found["service"].one
    assert "1 Market Street" in found["location"].one


def test_the_file_is_private_and_harmless(directory, tiny_area, tmp_path):
    path = tmp_path / "pairs.csv"
    write_pairs(pairs(directory, tiny_area), path, "ru")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8-sig")
    assert "то же название" in text
    for row in csv.DictReader(text.splitlines()):
        assert not any(cell.startswith(("=", "+", "@", "-")) for cell in row.values())


def test_different_is_remembered_and_not_proposed_again(directory, tiny_area, tmp_path):
    path = decided(directory, tiny_area, tmp_path / "p.csv", organization=("different", ""), service=("разные", ""))
    decisions = read_decisions(path, directory)
    assert [one.kind for one in decisions] == ["different", "different"]
    said = list(apply(directory, decisions, by="Zarina", on=TODAY))
    assert len(said) == 1
    assert {pair.candidate.table for pair in pairs(directory, tiny_area)} == {"location"}
    (record, _) = directory.records(Decision)
    assert (record.decided_by, record.reason, record.decided_on) == ("Zarina", "asked them", TODAY)


def test_a_changed_mind_replaces_the_decision(directory, tiny_area, tmp_path):
    for word in ("later", "different"):
        path = decided(directory, tiny_area, tmp_path / "p.csv", organization=(word, ""))
        list(apply(directory, read_decisions(path, directory), by="Zarina", on=TODAY))
    assert [one.kind for one in directory.records(Decision)] == ["different"]


def test_a_dry_run_remembers_nothing(directory, tiny_area, tmp_path):
    path = decided(directory, tiny_area, tmp_path / "p.csv", organization=("different", ""))
    (said,) = apply(directory, read_decisions(path, directory), by="Zarina", on=TODAY, dry_run=True)
    assert said.startswith("Would be")
    assert directory.count("decision") == 0


class Merging:
    """A directory that only notes what it is asked."""

    def __init__(self):
        self.merged = []

    def records(self, table):
        return []

    def add(self, batch, *, by, on, dry_run=False):
        raise AssertionError("nothing is to be added")

    def merge(self, keep, others, *, table, by, on, reason, dry_run=False):
        if not dry_run:
            self.merged.append((table, keep, *others, by))
        return Change()


@pytest.mark.parametrize(("keep", "kept"), [("", 0), ("one", 0), ("other", 1), ("2", 1)])
def test_the_same_is_merged_into_the_one_to_keep(directory, tiny_area, tmp_path, keep, kept):
    path = decided(directory, tiny_area, tmp_path / "p.csv", organization=("same", keep))
    (one,) = read_decisions(path, directory)
    store = Merging()
    (said,) = apply(store, [one], by="Zarina", on=TODAY)
    ends = (one.one, one.other)
    assert store.merged == [("organization", ends[kept], ends[1 - kept], "Zarina")]
    assert ends[kept] in said
    store.merged.clear()
    list(apply(store, [one], by="Zarina", on=TODAY, dry_run=True))
    assert store.merged == []


def test_a_merged_body_is_met_by_both_of_its_names(directory, tiny_area, tmp_path):
    path = decided(directory, tiny_area, tmp_path / "p.csv", organization=("same", ""))
    decisions = read_decisions(path, directory)
    before = directory.count("organization")
    list(apply(directory, decisions, by="Zarina", on=TODAY))
    assert directory.count("organization") == before - 1
    assert "organization" not in {pair.candidate.table for pair in pairs(directory, tiny_area)}


def test_all_three_tables_can_be_decided_in_one_file(directory, tiny_area, tmp_path):
    same = ("same", "")
    path = decided(directory, tiny_area, tmp_path / "p.csv", organization=same, service=same, location=same)
    said = list(apply(directory, read_decisions(path, directory), by="Zarina", on=TODAY))
    assert len(said) == 3
    assert pairs(directory, tiny_area) == []


def test_somebody_must_have_decided(directory, tiny_area, tmp_path):
    path = decided(directory, tiny_area, tmp_path / "p.csv", organization=("different", ""))
    with pytest.raises(InvalidRecord, match="who decided"):
        list(apply(directory, read_decisions(path, directory), by=" ", on=TODAY))


def write(path, *rows):
    path.write_text("\n".join(["table,one,other,decision,keep", *rows]))
    return path


def test_every_fault_is_said_by_row(directory, tmp_path):
    one, other = (key("organization", name) for name in ("Umedi Navruz", "Umedi Navrӯz"))
    path = write(
        tmp_path / "p.csv",
        f"organization,{one},{other},perhaps,",
        f"organization,{one},nobody,same,",
        f"organization,{one},{one},same,",
        f"organization,{one},{other},same,third",
        f"body,{one},{other},same,",
        f"organization,{one},{other},,",
    )
    with pytest.raises(InvalidRecord) as caught:
        read_decisions(path, directory)
    said = str(caught.value)
    for piece in (
        "row 2: decision 'perhaps'",
        "row 3: 'nobody' is no organization",
        "row 4: both are the same",
        "row 5: keep 'third'",
        "row 6: table 'body'",
    ):
        assert piece in said, piece
    assert "row 7" not in said
    assert directory.count("decision") == 0


def test_three_that_are_one_end_in_one(directory, tmp_path):
    one, other, third = (key("organization", name) for name in ("Umedi Navruz", "Umedi Navrӯz", "=cmd Sohili Orom"))
    path = write(
        tmp_path / "p.csv",
        f"organization,{one},{third},same,other",
        f"organization,{one},{other},same,",
        f"organization,{other},{third},same,",
    )
    decisions = read_decisions(path, directory)
    assert [(d.keep, d.lost) for d in decisions] == [(third, one), (third, other)]
    list(apply(directory, decisions, by="Zarina", on=TODAY))
    assert [record.id for record in directory.records(Organization)] == [third]


@pytest.mark.parametrize("content", [b"", b"a,b\n", "таблица".encode("cp1251")])
def test_what_is_no_such_file(directory, tmp_path, content):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(FormatError):
        read_decisions(path, directory)


def test_tables_by_name():
    assert tables_of("all") == TABLES
    assert tables_of("service") == ("service",)
    with pytest.raises(InvalidRecord, match="--table bodies"):
        tables_of("bodies")
