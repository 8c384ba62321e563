"""Services in two lists: found in other words, languages and scripts, and not where two only look alike."""

import pytest

from mapping.model import Provenance
from mapping.quality.known_organizations import Body, Known, KnownService
from mapping.quality.matching import candidates
from mapping.quality.matching_services import services
from tests.quality.labelled_services import lists, measured
from tests.support.sample import batch, key, km, organization, place, sample_directory, service

UNTUNED = (401, 402)
"""Seeds that no weight was chosen by."""


def test_of_two_lists_what_is_one_is_found_and_little_else(tj_area):
    shares = [measured(lists(130, seed, tj_area), tj_area) for seed in UNTUNED]
    assert sum(len(share.same) for share in shares) > 180
    right = sum(len(share.proposed & share.same) for share in shares)
    assert right / sum(len(share.same) for share in shares) >= 0.85
    assert right / sum(len(share.proposed) for share in shares) >= 0.95


def twice(metres, **fields):
    parts = [organization("Umed")]
    for number in range(2):
        parts.append(service(f"S{number}", of="Umed", types=["LEG-INF"], **fields))
        parts.append(place(f"P{number}", of=[f"S{number}"], at=km(6 + number * metres / 1000, 4), unit="XT-W2"))
    known = Known()
    known.learn(batch(*parts).records)
    return services(known)


def test_the_same_help_of_a_body_in_one_place():
    (found,) = twice(200, phones=["+992000001111"])
    assert found.table == "service"
    words = [str(reason) for reason in found.reasons]
    assert words[0].startswith("Umed has Legal")
    assert words[0].endswith("twice")
    assert words[1:] == ["200 m apart", "both have the number +992000001111"]
    assert twice(200)[0].score < found.score
    assert twice(1200) == []


A = {"codes": {"LEG-INF"}, "unit": "U", "sources": {"first"}}
B = A | {"sources": {"second"}}


def known_of(*offers, owners=None):
    known = Known()
    for name in {"Umed", *(owners or ())}:
        known.add(Body(name, name), [name])
    for number, offer in enumerate(offers):
        known.offers[f"s{number}"] = KnownService(**offer)
        known.owners[f"s{number}"] = owners[number] if owners else "Umed"
    return known


def pairs_of(*offers):
    return [sorted(pair.pair) for pair in services(known_of(*offers))]


STREET = {"street": "ул. Айни, 914"}


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ({}, {}, 1),  # two lists, one kind of help in one district, and nothing against it
        ({}, {"sources": {"first"}}, 0),  # one list that has both means two
        (STREET, {"street": "914 Aini street", "sources": {"first"}}, 1),
        (STREET, {"street": "Кӯчаи Айнӣ 914"}, 1),
        (STREET, {"street": "кӯчаи Рӯдакӣ 914"}, 0),  # a branch in another street
        (STREET, {"street": "Рудаки, 914", "numbers": {"+1"}}, 0),
        ({"numbers": {"+1"}}, {"numbers": {"+1", "+2"}}, 1),
        ({"numbers": {"+1"}}, {"numbers": {"+2"}}, 0),
        ({"numbers": {"+1"}} | STREET, {"numbers": {"+2"}, "street": "Aini 914"}, 1),
        ({"point": (38.5, 68.8)}, {"point": (38.503, 68.8)}, 1),  # 334 m: where one stands in the middle of a quarter
        ({"point": (38.5, 68.8)}, {"point": (38.52, 68.8)}, 0),  # 2 km
        ({}, {"unit": "V"}, 0),
        ({"unit": "", "country": "RU"}, {"unit": "", "country": "AE"}, 0),
        ({}, {"unit": ""}, 1),
        ({}, {"codes": {"PSY-COU"}}, 0),
        ({}, {"codes": {"LEG-REP"}, "numbers": {"+1"}}, 0),
        ({"numbers": {"+1"}}, {"codes": {"LEG"}, "numbers": {"+1"}}, 1),  # "legal aid" may be the advice
        ({"codes": {"LEG"}}, {"codes": {"LEG"}}, 1),
    ],
)
def test_two_services_of_a_body(one, other, pairs):
    assert len(pairs_of(A | one, B | other)) == pairs


def test_a_service_is_one_with_the_likeliest_of_another_list():
    first, second = {"numbers": {"+1"}}, {"numbers": {"+2"}}
    assert pairs_of(A | first, B | first, A | second, B | second) == [["s0", "s1"], ["s2", "s3"]]
    assert pairs_of(A | first, B | first, B) == [["s0", "s1"]]


def test_the_head_office_number_does_not_make_branches_one():
    branches = [A | {"numbers": {"+1"}, "street": street} for street in ("Aini 914", "Rudaki 915")]
    assert pairs_of(*branches) == []
    assert pairs_of(*branches, B | {"numbers": {"+1"}, "street": "Rudaki 915"}) == [["s1", "s2"]]


def test_units_one_of_which_lies_in_the_other_do_not_part(tiny_area):
    known = known_of(A | {"unit": "XT-W"}, B | {"unit": "XT-W1"})
    assert services(known) == []
    assert len(services(known, area=tiny_area)) == 1


def test_only_pairs_with_one_of_the_asked_are_returned_and_it_stands_second():
    known = known_of(A, B, A | {"unit": "V"}, B | {"unit": "V"})
    assert [(pair.one, pair.other) for pair in services(known, of={"s0"})] == [("s1", "s0")]


def test_what_somebody_called_different_is_not_proposed():
    known = known_of(A, B)
    known.different.add(frozenset({"s0", "s1"}))
    assert services(known) == []


def test_services_of_two_bodies_that_are_surely_one_are_proposed_with_them(tmp_path, tiny_area):
    parts = [organization("Umed Navruz"), organization("Умед Навруз")]
    for number, body in enumerate(("Umed Navruz", "Умед Навруз")):
        parts.append(service(f"S{number}", of=body, types=["LEG-INF"]))
        parts.append(place(f"P{number}", of=[f"S{number}"], at=km(6, 4), unit="XT-W2"))
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        bodies, both = candidates(directory, tiny_area, tables=["organization", "service"])
    assert bodies.score >= 0.9
    assert both.pair == {key("service", "S0"), key("service", "S1")}
    assert str(both.reasons[0]).endswith(" both have Legal information and advice")


def test_two_thousand_branches_of_one_body_are_compared_within_their_district():
    known = known_of(*({**(A if n % 2 else B), "unit": f"U{n // 2}"} for n in range(2000)))
    assert len(services(known)) == 1000


def test_the_address_and_the_source_of_a_service_are_learnt():
    records = batch(
        organization("Umed"),
        service("S", of="Umed", types=["LEG-INF"]),
        place("P", of=["S"], unit="XT-W2", address="Aini 9"),
    ).records
    known = Known()
    known.learn(records)
    offer = known.offers[key("service", "S")]
    assert (offer.codes, offer.unit, offer.street) == ({"LEG-INF"}, "XT-W2", "Aini 9")
    assert offer.sources == {record.source_id for record in records if isinstance(record, Provenance)}
