"""Doubles: found across spellings, scripts and languages among many bodies, and not where two only look alike."""

from collections import defaultdict

import pytest

from mapping.model import Decision
from mapping.quality.candidate import LEAST
from mapping.quality.known_organizations import Body, Known
from mapping.quality.matching import candidates, locations, organizations
from tests.support.labelled import LANGUAGES, labelled
from tests.support.sample import TODAY, batch, key, km, organization, place, sample_directory, service


def known_of(*bodies):
    return Known(bodies={body.id: body for body in bodies})


def body(name, number, **signs):
    return Body(f"b{number}", name, names={name}, **signs)


def pairs(*bodies):
    return organizations(known_of(*bodies))


def words(candidate):
    return [str(reason) for reason in candidate.reasons]


# -- measured on the labelled set ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured():
    """Pairs found and pairs there are, by their two languages, over sets that no weight was tuned on."""
    tally = defaultdict(lambda: [0, 0, 0])
    for seed in (101, 102, 103, 104):
        world = labelled(6000, seed)
        found = {pair.pair for pair in organizations(known_of(*world.bodies))}
        for pair in found | world.doubles:
            for group in ("all", world.pair_of(pair)):
                tally[group][0] += pair in found and pair in world.doubles
                tally[group][1] += pair in found
                tally[group][2] += pair in world.doubles
    return tally


def scores(tally):
    right, found, there = tally
    precision, recall = right / found, right / there
    return precision, recall, 2 * precision * recall / (precision + recall)


def test_doubles_are_found_overall(measured):
    precision, recall, f1 = scores(measured["all"])
    assert measured["all"][2] > 2000
    assert precision >= 0.93, precision
    assert recall >= 0.90, recall
    assert f1 >= 0.91, f1


ACROSS = [f"{one}-{other}" for one in sorted(LANGUAGES) for other in sorted(LANGUAGES) if one < other]


@pytest.mark.parametrize("languages", ACROSS)
def test_doubles_are_found_across_two_languages(measured, languages):
    assert measured[languages][2] > 150
    precision, recall, f1 = scores(measured[languages])
    assert f1 >= 0.88, (precision, recall, f1)
    assert precision >= 0.93, precision


@pytest.mark.parametrize("languages", [f"{one}-{one}" for one in LANGUAGES])
def test_within_a_language_doubles_are_told_from_what_looks_like_them(measured, languages):
    """All look-alikes of the set are here, more than there are doubles."""
    precision, recall, f1 = scores(measured[languages])
    assert recall >= 0.85, recall
    assert precision >= 0.73, precision
    assert f1 >= 0.81, f1


def test_the_same_bodies_give_the_same_pairs_in_whatever_order():
    world = labelled(600, 9)
    assert pairs(*world.bodies) == pairs(*reversed(world.bodies))


# -- single pairs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Шохаи Беди Маҷнун", "ТЧ «Шохаи Беди Мачнун»"),
        ("ЦПЖ «Нилуфари Чуйбори»", "Центр поддержки женщин «Нилуфари Ҷӯйборӣ»"),
        ("Ayollar markazi Zarnigor", "Маркази занони Зарнигор"),
        ("Зарнигор", "PO Zarnigor"),
        ("Маркази дастгирии занон «Бунафшаи Дашт?»", "Маркази дастгирии занон «Бунафшаи Даштӣ»"),
    ],
)
def test_a_name_in_one_place_is_enough(one, other):
    (found,) = pairs(body(one, 1, units={"U"}), body(other, 2, units={"U"}))
    assert found.score > 0.8
    assert words(found)[-1] == "both in one administrative area"


def test_branches_in_two_places_are_two():
    assert pairs(body("Umed", 1, units={"U"}), body("Umed", 2, units={"V"})) == []


def test_a_branch_with_the_number_of_its_head_office_is_no_double_and_one_that_another_list_names_may_be():
    number = {"phones": {"+992000001111"}}
    assert (
        pairs(body("«Umed» Hospital", 1, units={"U"}, **number), body("Umed Hospital", 2, units={"V"}, **number)) == []
    )
    (found,) = pairs(body("Больница «Умед»", 1, units={"U"}, **number), body("Umed Hospital", 2, units={"V"}, **number))
    assert words(found)[-1] == "in different places"


def test_names_of_one_language_that_share_a_rare_word_are_two_bodies_without_another_sign():
    assert pairs(body("School Umed", 1, units={"U"}), body("School Umed Navruz", 2, units={"U"})) == []
    assert pairs(body("School Umed", 1, units={"U"}, phones={"+1"}), body("Umed Navruz School", 2, phones={"+1"}))


def test_places_one_of_which_lies_in_the_other_do_not_part(tiny_area):
    found = organizations(known_of(body("Umed", 1, units={"XT-W"}), body("Umed", 2, units={"XT-W1"})), area=tiny_area)
    assert len(found) == 1


@pytest.mark.parametrize(("count", "found"), [(2, True), (7, False), (8, False)])
def test_a_number_speaks_for_few_and_a_switchboard_for_none(count, found):
    others = ["Bahor", "Chashma", "Zamin", "Pulod", "Sohil", "Kabk"]
    bodies = [body(name, n, phones={"+992000001111"}) for n, name in enumerate(["Umed", "Umedi Nav", *others][:count])]
    assert bool(pairs(*bodies)) is found


def test_a_number_is_a_reason():
    (found,) = pairs(
        body("Umedi Nav", 1, phones={"+992000001111"}), body("Umed", 2, phones={"+992000001111", "+992000002222"})
    )
    assert words(found) == ["both have the number +992000001111"]


def test_a_register_decides_alone():
    alike = {"units": {"U"}, "phones": {"+992000001111"}}
    same = pairs(body("Umed", 1, registers={("tax", "77")}), body("Zarnigor", 2, registers={("tax", "77")}))
    assert [words(pair) for pair in same] == [["both have the register number 77"]]
    other = pairs(
        body("Umed", 1, registers={("tax", "77")}, **alike), body("Umed", 2, registers={("tax", "78")}, **alike)
    )
    assert other == []


def test_mails_of_anybody_say_nothing():
    one, other = (body(name, n, mails={f"{name}@gmail.com"}) for n, name in enumerate(("umed", "zarnigor")))
    assert pairs(one, other) == []
    own = [body(name, n, mails={f"{name}@umed.example"}, units={"U"}) for n, name in enumerate(("umed", "umedi nav"))]
    assert "mails or pages of one domain: umed.example" in words(pairs(*own)[0])


def test_names_that_differ_in_a_number_are_two():
    same = {"units": {"U"}, "phones": {"+992000001111"}}
    assert pairs(body("Employment centre No. 955", 1, **same), body("Центр занятости № 956", 2, **same)) == []


def test_only_pairs_with_one_of_the_asked_are_returned():
    bodies = [body("Umed", n, units={"U"}) for n in range(3)]
    found = organizations(known_of(*bodies), of={"b0"})
    assert {pair.pair for pair in found} == {frozenset({"b0", "b1"}), frozenset({"b0", "b2"})}


def test_scores_are_between_the_least_and_one():
    assert all(LEAST <= pair.score <= 1 for pair in pairs(*labelled(400, 5).bodies))


def test_each_pair_says_why():
    """Names that are somewhat alike and share a rare word are a reason too, without any other."""
    towns = ("Akron", "Bessemer", "Calera", "Dora", "Eutaw", "Fayette", "Gordo", "Hale", "Jasper", "Kimberly")
    churches = [*(f"{town} Baptist Church" for town in towns), "Truevine Baptist Church"]
    found = pairs(*map(body, [*churches, "Truevine Primitive Baptist Church"], range(20)))
    assert [words(pair) for pair in found] == [["names alike"]]


def test_no_bodies_no_pairs():
    assert pairs() == []
    assert pairs(body("Umed", 1)) == []
    assert pairs(body("", 1), body("", 2)) == []


# -- places ------------------------------------------------------------------------------------------------------


def test_the_same_street_or_point_of_a_body(tmp_path, tiny_area):
    parts = (
        organization("Umed"),
        organization("Nav"),
        *(service(name, of=body) for name, body in [("A", "Umed"), ("B", "Umed"), ("C", "Umed"), ("D", "Nav")]),
        place("PA", of=["A"], at=km(6, 4), unit="XT-W2", address="1 Market Street"),
        place("PB", of=["B"], at=km(6, 4), unit="XT-W2", address="1 Market street"),
        place("PC", of=["C"], at=km(9, 4), unit="XT-W2", address="2 Market Street"),
        place("PD", of=["D"], at=km(6, 4), unit="XT-W2", address="1 Market Street"),
    )
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        (found,) = locations(directory, set())
        assert found.pair == {key("location", "PA"), key("location", "PB")}
        assert locations(directory, {found.pair}) == []


# -- what a person decided -----------------------------------------------------------------------------------------


def test_what_somebody_called_different_is_not_proposed_again(tmp_path, tiny_area):
    parts = (organization("Umedi Navruz"), organization("Umedi Navrӯz"))
    with sample_directory(tmp_path, tiny_area, *parts) as directory:
        (found,) = candidates(directory, tiny_area, tables=["organization"])
        for kind, left in (("later", 1), ("different", 0)):
            said = Decision(
                id=f"d-{kind}",
                kind=kind,
                link_entity="organization",
                one=found.other,
                other=found.one,
                decided_by="Steward",
                decided_on=TODAY,
            )
            directory.add(batch([said]), on=TODAY)
            assert len(candidates(directory, tiny_area, tables=["organization"])) == left
