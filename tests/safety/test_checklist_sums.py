"""Sums of answers to the checklist: of visible services, and so that nobody can work out an answer."""

import datetime as dt
import itertools

import pytest
from hypothesis import given as drawn_from
from hypothesis import settings
from hypothesis import strategies as st

from mapping.model import StandardAssessment, record_id
from mapping.safety import checklist_sums
from mapping.safety.checklist_sums import ANSWERS, CLAIMS, sums
from tests.support.examples import examples
from tests.support.sample import batch, organization, public_parts, sample_view, secret_parts, service

DAY = dt.date(2026, 6, 1)


def answer(service_id, word="met", standard="STD-001", day=DAY, **fields):
    key = f"{service_id} {standard} {word} {day} {fields}"
    return StandardAssessment(id=key, service_id=service_id, standard=standard, answer=word, assessed_on=day, **fields)


SERVICES = {f"s{number}": (f"o{number}", "public") for number in range(1, 6)}
LEGAL = {key: ["LEG-INF"] for key in SERVICES}


def told(given, services=None, types=None, *, least=3, public=True):
    """Return of each row its family and item, its four answers and its organizations."""
    rows = sums(given, services or SERVICES, types or LEGAL, least=least, public=public)
    return {
        (row["family"], row["standard"]): tuple(row[name] for name in (*ANSWERS.values(), "providers")) for row in rows
    }


def said(*answers, **fields):
    return [answer(f"s{number}", one, **fields) for number, one in enumerate(answers, 1)]


def test_answers_are_added_up_by_family_and_item():
    given = [*said("met", "partly", "not met", "unknown"), *said("met", "met", "partly", "partly", standard="STD-002")]
    rows = sums(given, SERVICES, LEGAL, least=3, public=True)
    assert rows[0] == {
        "id": record_id("rohnamo", "standard_summary", "LEG", "STD-001"),
        "family": "LEG",
        "standard": "STD-001",
        "met": 1,
        "partly": 1,
        "not_met": 1,
        "unknown": 1,
        "providers": 4,
    }
    assert told(given) == {("LEG", "STD-001"): (1, 1, 1, 1, 4), ("LEG", "STD-002"): (2, 2, 0, 0, 4)}


@pytest.mark.parametrize(("least", "rows"), [(4, 1), (5, 0)])
def test_so_many_organizations_must_have_answered(least, rows):
    assert len(told(said("met", "met", "partly", "partly"), least=least)) == rows


@pytest.mark.parametrize(
    ("answers", "rows"),
    [
        (("met", "met", "met", "met", "met"), 0),  # it tells what each answered
        (("met", "met", "met", "met", "partly"), 0),  # who answered "partly" could tell what the others did
        (("met", "met", "met", "partly", "partly"), 1),
        (("met", "met", "met", "partly", "unknown"), 1),
        (("unknown", "unknown", "unknown", "unknown", "met"), 0),
        (("met", "partly", "partly"), 0),
        (("met", "partly", "not met"), 1),
    ],
)
def test_a_sum_is_told_where_two_besides_any_answer_gave_others(answers, rows):
    assert len(told(said(*answers))) == rows


def test_the_largest_two_organizations_could_have_given_any_answer():
    """The first has two services: three others must have answered otherwise, whatever the answer is."""
    services = SERVICES | {"s2": SERVICES["s1"]}
    assert told(said("met", "met", "met", "partly", "partly"), services) == {}
    services |= {"s6": ("o6", "public")}
    types = LEGAL | {"s6": ["LEG-INF"]}
    given = said("met", "met", "met", "partly", "partly", "not met")
    assert told(given, services, types) == {("LEG", "STD-001"): (3, 2, 1, 0, 5)}


def test_a_service_counts_in_one_family_the_first_that_may_be_public():
    """The sum of one family less that of another told what a service answered that is in one of them alone."""
    given = said("met", "met", "partly", "partly")
    types = {key: ["PSY-COU", "LEG-INF", "ACC-VOT"] for key in SERVICES}
    assert [*told(given, types=types)] == [*told(given, types=types, public=False)] == [("LEG", "STD-001")]


def test_who_reads_two_editions_does_not_learn_what_those_answered_that_are_in_one():
    for_partners = {"s4": ("o4", "partner"), "s5": ("o5", "partner")}
    given = said("met", "partly", "not met", "met", "partly")
    assert told(given) == {("LEG", "STD-001"): (2, 2, 1, 0, 5)}
    assert told(given, SERVICES | for_partners) == {("LEG", "STD-001"): (1, 1, 1, 0, 3)}
    more = {f"s{number}": (f"o{number}", "partner" if number > 3 else "public") for number in range(1, 7)}
    given = said("met", "partly", "not met", "met", "partly", "unknown")
    assert told(given, more, {key: ["LEG-INF"] for key in more}) == {("LEG", "STD-001"): (2, 2, 1, 1, 6)}


def test_organizations_count_not_services():
    services = {f"s{number}": (f"o{number % 2}", "public") for number in range(1, 6)}
    assert told(said("met", "partly", "not met", "unknown", "met"), services) == {}


def test_the_last_answer_counts_and_of_one_day_the_one_that_claims_less():
    later = [answer("s1", "met"), answer("s1", "not met", day=DAY + dt.timedelta(days=1))]
    same_day = [answer("s2", "not met"), answer("s2", "met")]
    given = [*later, *same_day, answer("s3", "met"), answer("s4", "met")]
    assert told(given) == {("LEG", "STD-001"): (2, 0, 2, 0, 4)}


def test_a_later_answer_counts_though_it_claims_more_and_one_without_a_day_is_the_oldest():
    later = [answer("s1", "not met"), answer("s1", "met", day=DAY + dt.timedelta(days=1))]
    undated = [answer("s2", "not met", day=None), answer("s2", "met")]
    given = [*later, *undated, answer("s3", "partly"), answer("s4", "partly")]
    assert told(given) == {("LEG", "STD-001"): (2, 2, 0, 0, 4)}


def test_services_of_no_known_type_take_no_part():
    types = {"s1": ["LEG-INF"], "s2": ["LEG-INF", "no such"], "s3": ["LEG-INF"], "s4": ["no such"]}
    given = said("met", "partly", "not met", "unknown", "unknown")
    for public in (True, False):
        assert told(given, types=types, public=public) == {("LEG", "STD-001"): (1, 1, 1, 0, 3)}


def test_hidden_services_take_no_part():
    given = [*said("met", "partly", "not met"), answer("hidden"), answer(None)]
    assert told(given, types=LEGAL | {"hidden": ["LEG-INF"]}) == {("LEG", "STD-001"): (1, 1, 1, 0, 3)}


@pytest.mark.parametrize(("public", "rows"), [(True, 0), (False, 1)])
def test_families_of_secret_places_are_never_public(public, rows):
    types = {key: ["ACC-VOT"] for key in SERVICES}
    assert len(told(said("met", "partly", "not met"), types=types, public=public)) == rows


KINDS = (["LEG-INF"], ["PSY-COU"], ["LEG-INF", "PSY-COU"], ["ACC-VOT"], ["ACC-VOT", "PSY-COU"])


def learnt(services, types, add_up=sums):
    """Tell whether somebody could work out what an organization answered, in any world of some services.

    Readers know who answered and the rule, and read the sums of the public alone, or those of partners too. Some know
    what one organization answered besides. They work out something of another where in all worlds that look to them as
    this does it gave an answer at least once.
    """
    open_to_all = {key: value for key, value in services.items() if value[1] == "public"}
    bodies = {body for body, _ in services.values()}
    given = {(key, one): answer(key, one) for key in services for one in CLAIMS[:3]}
    views = (((open_to_all, True),), ((open_to_all, True), (services, False)))
    without = {}
    for world in itertools.product(CLAIMS[:3], repeat=len(services)):
        own = [given[pair] for pair in zip(services, world, strict=True)]
        answers = {body: frozenset() for body in bodies}
        for (body, _), one in zip(services.values(), world, strict=True):
            answers[body] |= {one}
        rows = [repr(add_up(own, part, types, least=3, public=public)) for part, public in views[1]]
        for read in (tuple(rows[:1]), tuple(rows)):
            for insider in (None, *bodies):
                mine = tuple(one for (body, _), one in zip(services.values(), world, strict=True) if body == insider)
                for body in bodies - {insider}:
                    looks = read, insider, mine, body
                    never = {one for one in CLAIMS[:3] if one not in answers[body]}
                    without[looks] = without.get(looks, set()) | never
    return any(len(never) < 3 for never in without.values())


@settings(deadline=None, max_examples=examples(25))
@drawn_from(
    st.lists(
        st.tuples(st.sampled_from("aabcde"), st.sampled_from(["public", "public", "partner"]), st.sampled_from(KINDS)),
        min_size=3,
        max_size=6,
    )
)
def test_nobody_can_work_out_what_an_organization_answered(drawn):
    services = {f"s{number}": one[:2] for number, one in enumerate(drawn)}
    assert not learnt(services, {f"s{number}": one[2] for number, one in enumerate(drawn)})


@pytest.mark.parametrize(
    "bodies",
    ["abcd", "abcde", "abcdef", "aabcde"],
)
def test_nor_where_all_are_of_one_family(bodies):
    services = {f"s{number}": (body, "public") for number, body in enumerate(bodies)}
    assert not learnt(services, {key: ["LEG-INF"] for key in services})


def test_the_search_finds_what_sums_tell_that_are_not_withheld(monkeypatch):
    """Else the tests above would prove nothing."""
    monkeypatch.setattr(checklist_sums, "_tells_nobody", lambda answers, least: len(answers) >= least)
    services = {f"s{number}": (body, "public") for number, body in enumerate("abcd")}
    assert learnt(services, {key: ["LEG-INF"] for key in services})


def test_a_view_holds_sums_and_the_public_no_answers(tiny_area, tmp_path):
    parts = public_parts()
    for number in range(4):
        parts += organization(f"Body {number}") + service(f"Help {number}", of=f"Body {number}", types=["LEG-INF"])
    ids = {record.name: record.id for record in batch(*parts).records if record.table == "service"}
    parts += [answer(ids[f"Help {n}"], one, audience="focal_point") for n, one in enumerate(("met", "partly") * 2)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with (
        sample_view(tmp_path / "a", tiny_area, parts) as opened,
        sample_view(tmp_path / "b", tiny_area, parts, secret_parts()) as other,
    ):
        (row,) = opened.rows("standard_summary")
        assert (row["family"], row["met"], row["providers"]) == ("LEG", 2, 4)
        assert opened.rows("standard_assessment") == []
        assert [tuple(each) for each in other.rows("standard_summary")] == [tuple(row)]
