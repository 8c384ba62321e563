"""One meaning, one answer: every way to ask says the same of generated services that are lines, closed, placed or not.

What is listed, what people go to, whom a line reaches, what may be offered first: search, API, lists, finder, pages,
maps, the report's numbers and analyses are asked about each service, and compared.
"""

import json
import random
from collections.abc import Iterator

import pytest

from mapping.analysis.common import ledger
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import counted, listed_services, points, units_in, units_of
from mapping.analysis.common.presence import ServicePresence
from mapping.analysis.common.served import CountedServices, served
from mapping.area.study_area import StudyArea
from mapping.language.taxonomy import Vocabulary
from mapping.render.layers import services as services_layer
from mapping.view import hsds
from mapping.view.ready import ready_records
from mapping.view.view import Entry, View
from mapping.view.visits import is_called_from, is_line, related, serves
from tests.support.sample import CHASHMA, HAMVOR, KULNISHIN, QULLAOBOD, approval, key, organization, place, service
from tests.web.support.portal import published
from web.api.filters import Catalogue
from web.partner.finding.finder import Finder
from web.partner.finding.needs import Needs
from web.partner.finding.start_places import starts
from web.presenters import choices, lists
from web.presenters.edition import Edition
from web.public import units

TYPES = (["IDN-HOT"], ["IDN-HOT"], ["IDN-HOT", "PSY-COU"], ["PSY-COU"], ["LEG-INF"], ["IDN-OUT"], ["RET-REP"])
NUMBERS = ((), ("1313",), ("+992446000002",), ("+77270000001",), ("+77270000002", "+992446000003"))
PLACES = ((CHASHMA, "XT-W2"), (KULNISHIN, "XT-W1"), (QULLAOBOD, "XT-E1"), (HAMVOR, "XT-E2"))
STATUSES = ("active", "active", "active", "temporarily closed", "inactive", "defunct")
ALWAYS = (("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59"),)
LINE = Vocabulary.load("service_types").term("IDN-HOT")


def parts() -> Iterator[object]:
    """Yield services of all kinds, of one organization that can be called and of one that has no number."""
    draw = random.Random(11)
    yield organization("Umed", phones=["+992446000001"])
    yield organization("Nav")
    for number in range(160):
        name = f"Service {number:03}"
        yield service(
            name,
            of=draw.choice(("Umed", "Nav", "Nav")),
            types=draw.choice(TYPES),
            phones=draw.choice(NUMBERS),
            status=draw.choice(STATUSES),
            hours=draw.choice(((), ALWAYS)),
            covers=draw.sample(("XT", "XT-W", "XT-W1", "XT-W2", "XT-E1"), draw.choice((0, 0, 0, 1))),
        )
        yield approval("audience", key("service", name), "public")
        for spot in range(draw.choice((0, 1, 1, 2))):
            at, unit = draw.choice(PLACES)
            yield place(
                f"{name} {spot}", of=[name], at=at, unit=unit, precision=draw.choice(("exact", "exact", "area"))
            )


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, tiny_area: StudyArea) -> Edition:
    return Edition(published(tmp_path_factory.mktemp("meaning"), tiny_area, *parts()), tiny_area)


@pytest.fixture(scope="module")
def entries(edition: Edition) -> list[Entry]:
    return list(edition.entries("en").values())


@pytest.fixture
def listed(entries: list[Entry]) -> list[Entry]:
    chosen = [entry for entry in entries if entry.listed]
    kinds = {(entry.by_phone, is_line(entry), bool(entry.places), entry.status) for entry in chosen}
    assert len(kinds) >= 10, "lines and others, placed or not, open or closed for a time"
    assert any(entry.status == "active" for entry in entries if not entry.listed), "lines that nobody can call"
    return chosen


def ids(services: object) -> set[str]:
    return {service.id for service in services}


def found(view: View, **query: object) -> set[str]:
    result = view.find(limit=1000, **query)
    return ids((*result.here, *result.elsewhere))


def test_what_is_listed_is_the_same_everywhere(edition: Edition, entries: list[Entry], listed: list[Entry]) -> None:
    area, wanted = edition.area, ids(listed)
    with View(edition.path) as view:
        assert found(view) == wanted
        assert ids(listed_services(view)) == wanted
        assert {record["id"] for record in hsds.records(view, "service") if record["listed"]} == wanted
        flat = hsds.records(view, "service", full=False, language="en")
        assert {record["id"] for record in flat if record["listed"]} == wanted
        for form in ("full", "flat"):
            stored = ready_records(view, "service", form, [entry.id for entry in entries])
            assert {identifier for identifier, text in stored.items() if json.loads(text)["listed"]} == wanted
        numbers = {
            number.name: number.value for number in ledger.directory_numbers(view, area) if number.unit == area.code
        }
        assert numbers["services.listed"] == len(wanted)
        assert numbers["services.active"] == len(view.active_places()) == sum(entry.active for entry in listed)
        assert view.active_places().keys() == ids(entry for entry in listed if entry.active)
        layer = next(services_layer.layers(view, area, results=(), language="en", links="{}"))
        on_map = {service["link"] for spot in layer.contents["places"] for service in spot["services"]}
        assert on_map == ids(entry for entry in listed if entry.points)
    everything = lists.everything(edition, 1, "en")
    assert everything.total == len(wanted)
    assert set(Finder(edition, "en", Needs()).reached) == wanted
    catalogue = Catalogue(edition.path)
    selected = catalogue.select("service", {"near": CHASHMA}, None, 0).ids
    assert {*selected} == ids(entry for entry in listed if entry.points)


def test_nobody_is_sent_to_where_only_a_phone_is_answered(edition: Edition, listed: list[Entry]) -> None:
    area = edition.area
    called = [entry for entry in listed if entry.by_phone and any(place.has_point for place in entry.places)]
    assert called
    assert points(called, area) == ()
    with View(edition.path) as view:
        result = view.find(near=CHASHMA, limit=1000)
        assert ids(result.here) == ids(entry for entry in listed if entry.points)
        travelled = {location for start in edition.seats.values() for location in edition.minutes(start[0], "summer")}
        assert {spot.id for entry in listed for spot in entry.points} <= travelled
    for entry in called:
        assert units_of(entry, area) == set()
        assert choices.place_of(entry, choices.Choice(choices.needs()[0], "r0"), area) == "named"
    shown = [card for code in area.all_units() if code != area.code for card in units.unit(edition, code, "en").here]
    assert shown
    assert ids(called).isdisjoint(card.id for card in shown)


def test_whom_a_service_reaches_from_elsewhere_is_the_same_everywhere(edition: Edition, listed: list[Entry]) -> None:
    area = edition.area
    for where, unit in {**choices.regions(area), **choices.districts(area)}.items():
        inside = {entry.id for entry in listed if unit in units_of(entry, area)}
        wide = {entry.id for entry in listed for spot in entry.sites if spot.area_unit in related(area, unit)}
        reaching = {entry.id for entry in listed if serves(entry, unit, area)}
        with View(edition.path) as view:
            assert found(view, area_unit=unit) >= inside | reaching
            assert found(view, area_unit=unit) <= inside | reaching | wide
        choice = choices.Choice(choices.needs()[0], where)
        assert {entry.id for entry in listed if choices.place_of(entry, choice, area)} == inside | reaching | wide, unit
        assert units.unit(edition, unit, "en").services == len(inside), unit
    for start in starts(edition, "en").values():
        reached = Finder(edition, "en", Needs(place=start.id)).reached
        choice = next(code for code, unit in choices.districts(area).items() if unit == start.unit)
        named = {
            entry.id
            for entry in listed
            if choices.place_of(entry, choices.Choice(choices.needs()[0], choice), area) == "named"
        }
        timed = {identifier for identifier, (_, minutes) in reached.items() if minutes}
        assert reached.keys() == timed | named
        assert timed == ids(entry for entry in listed if identifier_reached(edition, entry, start.id))


def identifier_reached(edition: Edition, entry: Entry, start: str) -> bool:
    minutes = {**edition.minutes(start, "summer"), **edition.minutes(start, "winter")}
    return any(spot.id in minutes for spot in entry.points)


def test_a_line_reaches_the_same_units_in_lists_and_analyses(edition: Edition) -> None:
    area, level = edition.area, edition.area.levels[-1].level
    codes = [str(code) for code in area.units(level).index]
    with View(edition.path) as view:
        offered = counted(view)
        states, frame = ServicePresence(view, area, level).presence(LINE), AnalysisFrame("languages", view, area, level)
    lines = [entry for entry in offered if is_line(entry)]
    assert any(entry.sites and not entry.covers for entry in lines), "one that is a line and a place to go to"
    assert any(not any(serves(entry, code, area) for code in codes) for entry in lines), "one that is called abroad"
    for entry in lines:
        kind = CountedServices("k", "Kind", (entry,), (entry,))
        table = served(frame, [kind])["table"]
        called = {code for code in codes if table.loc[code, "k_phone"] == "present"}
        assert called == {code for code in codes if is_called_from(entry, code, area)}, entry
    for code in codes:
        reaching = [entry for entry in lines if entry.confirmed and serves(entry, code, area)]
        assert (states[code].here > 0) == bool(reaching), code
        assert states[code].remote == 0, code


def test_a_service_with_a_place_is_in_the_same_units_for_pages_and_analyses(
    edition: Edition, listed: list[Entry]
) -> None:
    area, level = edition.area, edition.area.levels[-1].level
    for entry in listed:
        sure, perhaps = units_in(entry, area, level)
        own = units_of(entry, area)
        assert sure <= own
        assert all(own.intersection(area.ancestors(unit)) for unit in perhaps)
