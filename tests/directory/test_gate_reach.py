"""What an act may have shown: the records that it changed, and all whose being seen follows from them.

And the parts of a directory, each with what belongs together.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapping.area.study_area import StudyArea
from mapping.directory import gate
from mapping.directory.directory import Directory
from mapping.directory.gate import DECIDING, DEFAULTS, PARENTS, SHOWABLE
from mapping.model import RECORDS, Attribute, Record, Service, ServiceAtLocation
from mapping.safety.redaction import LINKED, VIEWS
from tests.directory.test_gate import LEGAL, ONE, PARTS, SHELTER
from tests.directory.test_gate import directory as directory  # the fixture, and what it is copied from
from tests.directory.test_gate import made as made
from tests.support.sample import (
    TODAY,
    agreement,
    allowed,
    approval,
    batch,
    case_count,
    key,
    place,
    sample_directory,
    statement,
    term,
    translations,
)

OWNERS = ("link_id", "subject", "service_id", "organization_id", "location_id")

UNDER_ADVICE = {
    *("Advice", "Office", "phone of Advice", "schedule of Advice", "attribute of Advice", "verification of Advice"),
    *("service_at_location of Advice", "address of Office"),
}
UNDER_NIGHT = {
    *("Night", "Refuge", "attribute of Night", "verification of Night"),
    *("service_at_location of Night", "address of Refuge"),
}


def names(directory: Directory) -> dict[str, str]:
    """What each record is called here: an organization, a service and a place by its name, others by whose they are."""
    called = {key(table, name): name for table, name in NAMED}
    for table in gate.DECIDING:
        for record in directory.records(RECORDS[table]) if table not in ("organization", "service", "location") else ():
            owner = next((getattr(record, name) for name in OWNERS if getattr(record, name, None)), "")
            called.setdefault(record.id, f"{table} of {called.get(owner, owner)}")
    return called


NAMED = (
    *(("organization", name) for name in ("Umed", "Hidden House")),
    *(("service", name) for name in ("Advice", "Night", "Silent")),
    *(("location", name) for name in ("Office", "Refuge")),
)


def last(directory: Directory) -> int:
    return int(directory.db.execute("SELECT max(number) FROM batch").fetchone()[0])


def called(directory: Directory, ids: Iterable[Collection[str]]) -> set[str]:
    known = names(directory)
    return {known.get(record, record) for own in ids for record in own}


def kind(directory: Directory, service: str) -> Record:
    return directory.records(Attribute, link_id=service, link_type="service_type")[0]


ACTS: dict[str, tuple[Any, set[str]]] = {
    "an organization": (
        lambda d: d.edit("organization", key("organization", "Umed"), {"legal_status": "union"}, **ONE),
        {"Umed", "phone of Umed"} | UNDER_ADVICE | UNDER_NIGHT,
    ),
    "a service without anything": (
        lambda d: d.edit("service", key("service", "Silent"), {"description": "x"}, **ONE),
        {"Silent", "attribute of Silent", "verification of Silent"},
    ),
    "a place": (
        lambda d: d.edit("location", key("location", "Refuge"), {"description": "x"}, **ONE),
        {"Refuge", "address of Refuge", "service_at_location of Night"},
    ),
    "the kind of a service": (
        lambda d: d.edit(
            "attribute", kind(d, SHELTER).id, {"taxonomy_term_id": term("service_types", "LEG-INF")}, **ONE
        ),
        UNDER_NIGHT,
    ),
    "the kind of another service": (
        lambda d: d.edit("attribute", kind(d, LEGAL).id, {"link_id": SHELTER}, **ONE),
        (UNDER_ADVICE | UNDER_NIGHT) - {"attribute of Advice"},  # whose it was counts too
    ),
    "a tie to another place": (
        lambda d: d.edit(
            "service_at_location",
            d.records(ServiceAtLocation, service_id=LEGAL)[0].id,
            {"location_id": key("location", "Refuge")},
            **ONE,
        ),
        {"service_at_location of Advice", "Office", "address of Office", "Refuge", "address of Refuge"}
        | {"service_at_location of Night"},
    ),
    "an approval": (
        lambda d: d.add(batch(approval("audience", SHELTER, "public")), by="zarina", on=TODAY),
        UNDER_NIGHT,
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_touches_what_it_changed_and_what_follows_from_it(directory: Directory, act: str) -> None:
    do, expected = ACTS[act]
    do(directory)
    touched = gate.touched_by(directory.db, last(directory))
    assert touched is not None
    assert touched.keys() == set(gate.SHOWABLE)
    assert called(directory, touched.values()) == expected


def test_an_act_touches_all_places_of_a_service_and_agreements_of_either_end(directory: Directory) -> None:
    more = place("Branch", of=["Advice"], at=(10.1, 60.1)), agreement("Umed", "Hidden House")
    back = agreement("Hidden House", "Umed")
    directory.add(batch(*more, back, source="other"), by="zarina", on=TODAY)
    directory.edit("organization", key("organization", "Umed"), {"legal_status": "union"}, **ONE)
    touched = gate.touched_by(directory.db, last(directory))
    assert touched is not None
    assert touched["referral_agreement"] == {more[1].id, back.id}
    directory.edit("service", LEGAL, {"description": "x"}, **ONE)
    touched = gate.touched_by(directory.db, last(directory))
    assert touched is not None
    assert touched["location"] == {key("location", "Office"), key("location", "Branch")}


def test_so_many_changes_touch_everything(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.add(batch(*PARTS[3:5], source="other"), by="zarina", on=TODAY)
    number = last(directory)
    changes = directory.db.execute("SELECT count(*) FROM history WHERE batch = ?", [number]).fetchone()[0]
    assert changes > 1
    monkeypatch.setattr(gate, "MANY", changes)
    assert gate.touched_by(directory.db, number) is not None
    monkeypatch.setattr(gate, "MANY", changes - 1)
    assert gate.touched_by(directory.db, number) is None


def test_what_decides_about_a_record_is_read_with_it(directory: Directory) -> None:
    directory.add(batch(approval("audience", SHELTER, "public")), by="zarina", on=TODAY)
    refuge = key("location", "Refuge")
    read = gate.needed_for(directory.db, {"location": {refuge, "nowhere"}, "service": set(), "day": {"x"}})
    assert read.keys() == RECORDS.keys()
    assert called(directory, [[record.id for record in own] for own in read.values()]) == {
        *("Refuge", "service_at_location of Night", "Night", "attribute of Night", "Umed", "approval of Night")
    }
    assert read["location"] == [directory.record(RECORDS["location"], refuge)]
    said = translations(kind(directory, SHELTER), label={"ru": "Ночлег"})
    directory.add(batch(*said, source="other"), by="zarina", on=TODAY)
    read = gate.needed_for(directory.db, {"translation": {said[0].id}, "service": {LEGAL}})
    assert {"Advice", "Night", "attribute of Advice", "attribute of Night"} <= called(
        directory, [[record.id for record in own] for own in read.values()]
    )
    (check,) = (each for each in directory.records(RECORDS["verification"]) if each.link_id == LEGAL)
    read = gate.needed_for(directory.db, {"verification": {check.id}})
    assert called(directory, [[record.id for record in own] for own in read.values()]) == {
        *("verification of Advice", "Advice", "attribute of Advice", "Umed")
    }


FILLED: dict[str, Any] = {
    **dict.fromkeys(("field", "name", "text", "standard", "number", "url"), "name"),
    "language": "ru",
    "available": 1,
    "taxonomy_term_id": term("service_types", "LEG-INF"),
    "audience": "public",
    "precision": "exact",
}
"""What a record needs, and that everybody may see it."""

OWNERS_OWNERS = {
    "service": {"organization_id": "organization"},
    "contact": {"organization_id": "organization"},
    "service_at_location": {"service_id": "service", "location_id": "location"},
    "phone": {"service_id": "service"},
}
"""Table of a record to which others belong -> to what it belongs itself."""


def record_of(table: str, identifier: str, **owner: str) -> Record:
    kind = RECORDS[table]
    filled = {name: value for name, value in FILLED.items() if name in kind.model_fields}
    return kind(id=identifier, **filled | owner)


def every_kind() -> Iterator[Record]:
    """Whatever may belong to something, by each field that tells to what, and what is said of each of them.

    And what belongs to nothing, or is said of a word.
    """
    parts = [
        record_of(table, f"{table} by {column}", **{column: parent})
        for table, own in PARENTS.items()
        for column, parent in own.items()
    ]
    owners = {parent for own in PARENTS.values() for parent in own.values()}
    wholes = [record_of(table, table, **OWNERS_OWNERS.get(table, {})) for table in owners]
    free = [record_of("service_area", "area of nothing"), record_of("phone", "phone of nothing")]
    yield from (*wholes, *parts, *free, statement("It can be arranged"), case_count(64), case_count(23, sex="female"))
    yield from (record_of("organization", f"other {number}") for number in range(3))
    ends = {"from_organization_id": "organization", "to_organization_id": "other 1"}
    yield record_of("referral_agreement", "agreement", **ends)
    for table in LINKED:
        for record in (*wholes, *parts, *free):
            linked = record_of(table, f"{table} of {record.id}", link_id=record.id, link_entity=record.table)
            link = {"link_id": linked.id, "link_entity": table}
            yield from (linked, record_of("translation", f"translation of {linked.id}", **link))
        link = {"link_id": term("service_types", "LEG-INF"), "link_entity": "taxonomy_term"}
        yield record_of(table, f"{table} of a word", **link)


@pytest.fixture
def varied(tmp_path: Path, tiny_area: StudyArea) -> Iterator[Directory]:
    with sample_directory(tmp_path, tiny_area, *PARTS, [*every_kind()]) as opened:
        yield opened


def owners_of(directory: Directory) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Each record that may be shown -> those to which it belongs that are there, by brute force."""
    records = [record for table in SHOWABLE for record in directory.records(RECORDS[table])]
    there = {(record.table, record.id) for record in records}
    return {
        (record.table, record.id): there
        & {
            *((parent, record.get(column)) for column, parent in PARENTS[record.table].items()),
            (record.get("link_entity"), record.get("link_id")),
        }
        for record in records
    }


def parts_of(directory: Directory) -> Iterator[tuple[dict[str, list[Record]], gate.Ids]]:
    """Each part of a directory, with the ids of its own records."""
    said_of = gate.tables_said_of(directory.db)
    return (gate.part(directory.db, roots, said_of) for roots in gate.roots(directory.db))


@pytest.mark.parametrize("size", [1, 2, 100])
def test_parts_hold_every_record_with_all_that_belongs_to_it(
    varied: Directory, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(gate, "PART", size)
    owners = owners_of(varied)
    assert {table for table, _ in owners} == {*SHOWABLE} - {"standard_summary"}  # only views hold those
    parts = [{(table, record) for table, ids in own.items() for record in ids} for _, own in parts_of(varied)]
    roots = {record for record, above in owners.items() if not above} | {
        record for record in owners if record[0] == "organization"
    }
    for own in parts:
        assert own == {record for record, above in owners.items() if above & own} | own & roots
    assert Counter(record for own in parts for record in own & roots) == Counter(roots)
    (counted,) = (own for own in parts if any(table in ("case_count", "standard_assessment") for table, _ in own))
    assert {record for record in owners if record[0] in ("case_count", "standard_assessment")} <= counted
    assert all((table, f"{table} of a word") in parts[-1] for table in LINKED)


@pytest.mark.parametrize(
    ("services", "answering", "bodies"),
    [
        ([0, 0, 0, 0, 0], "xy", ["xy", "ab", "cd", "e"]),
        ([1, 0, 0, 3, 0], "xy", ["xy", "a", "bc", "d", "e"]),
        ([0, 3, 0, 0, 0], "xy", ["xy", "ab", "cd", "e"]),
        ([0, 0, 0, 0, 0], "x", ["ax", "bc", "de", "y"]),
        ([0, 0, 0, 0, 0], "", ["ab", "cd", "ex", "y"]),
    ],
)
def test_parts_are_of_like_size(
    tmp_path: Path,
    tiny_area: StudyArea,
    monkeypatch: pytest.MonkeyPatch,
    services: list[int],
    answering: str,
    bodies: list[str],
) -> None:
    """An organization and its services are counted; all those with answers to a checklist are in the first part."""
    monkeypatch.setattr(gate, "PART", 2)
    records = [record_of("organization", name) for name in "abcdexy"]
    records += [
        record_of("service", f"{name}{number}", organization_id=name)
        for name, count in zip("abcdexy", (*services, *((1, 1) if answering == "xy" else (1, 0))), strict=True)
        for number in range(count)
    ]
    records += [record_of("standard_assessment", name, service_id=f"{name}0") for name in answering]
    with sample_directory(tmp_path, tiny_area, records) as directory:
        own = ["".join(sorted(own["organization"])) for _, own in parts_of(directory)]
    assert [names for names in own if names] == bodies


def test_what_belongs_to_nothing_is_shared_out_too(
    tmp_path: Path, tiny_area: StudyArea, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "PART", 2)
    records = [record_of("organization", "o"), *(record_of("location", name) for name in "vwxyz")]
    with sample_directory(tmp_path, tiny_area, records) as directory:
        parts = ["".join(sorted(own["organization"] | own["location"])) for _, own in parts_of(directory)]
    assert parts == ["ov", "wx", "yz", ""]


def test_a_part_tells_of_its_own_records_what_the_whole_tells(
    varied: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "PART", 1)
    rules = varied.rules(TODAY)
    whole = allowed(varied.tables(DECIDING), rules)
    assert {table for table in SHOWABLE if not whole["public"][table]} == {"standard_assessment", "standard_summary"}
    for part, own in parts_of(varied):
        for audience, shown in allowed(part, rules).items():
            for table, ids in own.items():
                assert [row for row in shown[table] if row["id"] in ids] == [
                    row for row in whole[audience][table] if row["id"] in ids
                ]


def test_what_was_agreed_to_of_some_records_comes_with_the_least_counts(directory: Directory) -> None:
    services = {"service": directory.records(Service), "location": []}
    for audience in VIEWS:
        agreed = directory.agreed(audience)
        expected = {("service", LEGAL): agreed["service", LEGAL]} | {key: agreed[key] for key in DEFAULTS}
        assert gate.agreed_of(directory.db, audience, services, {}) == expected
