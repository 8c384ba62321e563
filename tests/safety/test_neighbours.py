"""Visible things that point at hidden ones are told to custodians: the same house, a place close by, one phone."""

from collections.abc import Iterable

import pytest

from mapping.directory.directory import rules
from mapping.model import Address, Location, Record
from mapping.safety import neighbours as module
from mapping.safety.leak_scan import columns_in
from mapping.safety.neighbours import Neighbours
from mapping.safety.redaction import Shown, Tables, project
from tests.support.sample import (
    TODAY,
    Part,
    approval,
    key,
    km,
    phone,
    place,
    public_parts,
    service,
    tables_of,
)

RULES = rules(TODAY)


def neighbours(*parts: Part) -> list[str]:
    tables = tables_of(public_parts(), *parts)
    return warned(tables, project(tables, "public", RULES))


def warned(tables: Tables, shown: Shown) -> list[str]:
    facts = Neighbours()
    facts.add(tables, shown)
    return facts.warnings(columns_in(shown))


SHELTER = service("Shelter", of="Umed", types=["ACC-VOT"])
LEGAL_CENTRE = f"Legal Centre, 1 Market Street ({key('location', 'Legal Centre, Chashma')})"


@pytest.mark.parametrize(("metres", "told"), [(0, True), (149, True), (151, False), (1000, False)])
def test_a_visible_place_close_to_a_hidden_one_is_told(metres: int, told: bool) -> None:
    home = place("Home", of=["Shelter"], at=km(6.5 + metres / 1000, 4.5))
    expected = [f"{LEGAL_CENTRE} is shown, {metres} m from the hidden location {key('location', 'Home')}"]
    assert neighbours(SHELTER, home) == (expected if told else [])


def test_of_several_hidden_places_each_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in the middle of its town, one far away and one next door."""
    homes = (
        [place("Town", of=["Shelter"], at=km(6.5, 4.5))[0].model_copy(update={"position_basis": "place"})],
        place("Far", of=["Shelter"], at=km(1, 1)),
        place("Home", of=["Shelter"], at=km(6.5, 4.5)),
    )
    expected = [f"{LEGAL_CENTRE} is shown, 0 m from the hidden location {key('location', 'Home')}"]
    assert neighbours(SHELTER, *homes) == expected
    monkeypatch.setattr(module, "NEAR_METRES", 0.0)
    assert neighbours(SHELTER, *homes) == []


def test_closeness_is_told_across_the_edges_of_cells() -> None:
    """The search looks into the cells around: a pair on both sides of every cell's edge is met."""
    for step in range(40):
        east = 6.0 + step * 0.05
        near = place("Near", of=["Counselling"], at=km(east, 4.5))
        home = place("Home", of=["Shelter"], at=km(east + 0.1, 4.5))
        assert any(key("location", "Home") in line for line in neighbours(SHELTER, home, near)), east


def test_a_hidden_service_in_a_visible_place_is_told() -> None:
    told = neighbours(SHELTER, place("Both", of=["Counselling", "Shelter"], at=km(1, 1)))
    shelter = key("service", "Shelter")
    assert told == [f"Umed ({key('location', 'Both')}) is shown, and the hidden service {shelter} is in the same place"]


def test_a_shared_house_is_told_also_where_the_points_are_apart() -> None:
    home = place("Home", of=["Shelter"], at=km(1, 1), address="Market street, house 1, flat 2", city="Chashma")
    assert neighbours(SHELTER, home) == [
        f"{LEGAL_CENTRE} is shown, and the hidden location {key('location', 'Home')} has its address"
    ]
    elsewhere = place("Home", of=["Shelter"], at=km(1, 1), address="Market street, 1", city="Hamvor")
    assert neighbours(SHELTER, elsewhere) == []
    upstairs = place("Upstairs", of=["Shelter"], at=km(1, 1), address="1 Market Street", city="Chashma")
    assert neighbours(SHELTER, elsewhere, home, upstairs) == sorted(
        f"{LEGAL_CENTRE} is shown, and the hidden location {key('location', name)} has its address"
        for name in ("Home", "Upstairs")
    )


@pytest.mark.parametrize(
    ("home", "is_told"),
    [
        (place("Vague", of=["Counselling"], unit="XT-W2", precision="area", address="Market street, 1"), False),
        (place("By its unit", of=["Counselling"], at=km(1, 1), precision="area", address="Market street, 1"), True),
        (place("Hidden", of=["Shelter"], unit="XT-W2", address="Market street, 1"), True),
        (place("Nowhere", of=["Shelter"], unit="XT-W2", address="Market street"), False),
    ],
    ids=lambda value: value[0].name if isinstance(value, list) else str(value),
)
def test_a_place_whose_point_nobody_knows_is_no_secret(home: list[Record], is_told: bool) -> None:
    for record in home:
        if isinstance(record, Address):
            record.city = "Chashma"
    square = place("Square", of=["Counselling"], at=km(3, 3), address="Central square", city="Chashma")
    assert any("has its address" in line for line in neighbours(SHELTER, square, home)) is is_told


def test_a_shared_phone_is_told() -> None:
    same = phone("1313", service="Shelter")
    hotline = key("phone", "1313", None, "Hotline", None)
    assert neighbours(SHELTER, same) == [f"phone 1313 ({hotline}) is shown, and it is also the hidden phone {same.id}"]


def test_services_of_unknown_kind_are_counted() -> None:
    assert neighbours(service("Odd", of="Umed", types=["nothing we know"]), service("Bare", of="Umed", types=[])) == [
        "2 services are not shown, since nobody knows of which kind they are: give them a type"
    ]


def test_a_service_of_unknown_kind_that_two_people_showed_is_not_counted() -> None:
    shown = approval("audience", key("service", "Bare"), "public")
    assert neighbours(service("Bare", of="Umed", types=[]), shown) == []


def test_a_directory_without_secrets_has_nothing_to_tell() -> None:
    assert [line for line in neighbours() if "hidden" in line] == []
    assert warned({}, {}) == []


def by_table(table: str, ids: Iterable[str]) -> dict[str, str]:
    return {record: f"{table}:{record}" for record in ids}


def spots(**points: tuple[float, float]) -> Tables:
    """Locations at points that somebody gave."""
    return {
        "location": [
            Location(id=name, latitude=latitude, longitude=longitude, position_basis="given")
            for name, (latitude, longitude) in points.items()
        ]
    }


def test_warnings_name_records_as_the_steward_knows_them() -> None:
    home = place("Home", of=["Shelter"], at=km(6.5, 4.5), address="Market street, house 1", city="Chashma")
    same = phone("1313", service="Shelter")
    tables = tables_of(public_parts(), SHELTER, home, same)
    shown = project(tables, "public", RULES)
    facts = Neighbours()
    facts.add(tables, shown)
    centre = f"Legal Centre, 1 Market Street (location:{key('location', 'Legal Centre, Chashma')}) is shown, "
    hotline = key("phone", "1313", None, "Hotline", None)
    assert facts.warnings(columns_in(shown), known_as=by_table) == [
        f"{centre}0 m from the hidden location {key('location', 'Home')}",
        f"{centre}and the hidden location {key('location', 'Home')} has its address",
        f"phone 1313 (phone:{hotline}) is shown, and it is also the hidden phone {same.id}",
    ]


@pytest.mark.parametrize("south", [-1, 0, 1])
@pytest.mark.parametrize("west", [-1, 0, 1])
def test_a_place_beyond_the_edge_of_a_cell_is_close_too(south: int, west: int) -> None:
    """Some 44 m to each side of the corner of four cells, after a place that has no point."""
    facts = Neighbours()
    facts.add(spots(home=(10.01 - south * 2e-4, 60.01 - west * 2e-4)), {})
    rows: Shown = {
        "location": [
            {"id": "nowhere", "latitude": None, "longitude": None},
            {"id": "near", "latitude": 10.01 + south * 2e-4, "longitude": 60.01 + west * 2e-4},
        ]
    }
    metres = {0: 0, 1: 44, 2: 62}[abs(south) + abs(west)]
    assert facts.warnings(columns_in(rows)) == [f" (near) is shown, {metres} m from the hidden location home"]


def test_of_many_places_close_to_a_hidden_one_the_closest_is_told() -> None:
    facts = Neighbours()
    facts.add(spots(home=(10.0, 60.0)), {})
    rows: Shown = {"location": [{"id": f"{n}", "latitude": 10.0 + n * 2e-4, "longitude": 60.0} for n in (3, 1, 2)]}
    assert facts.warnings(columns_in(rows)) == [" (1) is shown, 22 m from the hidden location home"]
