"""What an act may have shown: the records that it changed, and all whose being seen follows from them.

And the parts of a directory, each with what belongs together.
"""

from collections.abc import Collection, Iterable
from typing import Any

import pytest

from mapping.directory import gate
from mapping.directory.directory import Directory
from mapping.model import RECORDS, Attribute, Record, ServiceAtLocation
from tests.directory.test_gate import LEGAL, ONE, PARTS, SHELTER
from tests.directory.test_gate import directory as directory  # the fixture, and what it is copied from
from tests.directory.test_gate import made as made
from tests.support.sample import (
    TODAY,
    agreement,
    approval,
    batch,
    key,
    place,
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
