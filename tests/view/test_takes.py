"""Whom a service takes, against every year of age looked at, and the rules that cannot be worked out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.takes import OF_GROUP, STAYS, TAKEN, IntakeTerms, takes
from tests.support.examples import examples

AGES = [*OF_GROUP]
GROUPS = [term.code for term in Vocabulary.load("beneficiaries").terms()]
TYPES = ["PSY-COU", "LEG-INF", "ACC-GBV", "ACC-MEN", "ACC-CHI", "ACC-FAM", "ACC-VOT", "CHP-FRI", "CHP-ALT"]
years = st.one_of(st.none(), st.integers(0, 70))

terms = st.builds(
    IntakeTerms,
    st.frozensets(st.sampled_from(GROUPS), max_size=4),
    st.frozensets(st.sampled_from(GROUPS), max_size=2),
    st.frozensets(st.sampled_from(TYPES), max_size=2),
    years,
    years,
)


def at_age(said: IntakeTerms, year: int) -> bool:
    """Tell whether anything that is said of ages speaks against somebody of an age in whole years."""
    named = [TAKEN[code] for code in said.serves & TAKEN.keys()]
    refused = [TAKEN[code] for code in said.excludes & TAKEN.keys()]
    return (
        (not named or any(first <= year < beyond for first, beyond in named))
        and not any(first <= year < beyond for first, beyond in refused)
        and (said.minimum_age is None or year >= said.minimum_age)
        and (said.maximum_age is None or year <= said.maximum_age)
    )


@given(said=terms.map(lambda said: said._replace(types=said.types - set(TYPES[2:]))), group=st.sampled_from(AGES))
@settings(max_examples=examples(200), deadline=None)
def test_an_age_group_is_taken_as_its_years_are(said: IntakeTerms, group: str) -> None:
    """Where no kind of help is made for an age: no where none of the years is taken, yes where the likely all are."""
    may, most = (range(int(first), int(beyond)) for first, beyond in OF_GROUP[group])
    answer = takes(said, group).answer
    assert (answer == "no") == (not any(at_age(said, year) for year in may))
    if answer == "yes":
        assert all(at_age(said, year) for year in most)
    elif answer == "ask" and group not in ("AGE-CHI", "AGE-ADO"):
        assert not all(at_age(said, year) for year in most)


@given(said=terms, group=st.sampled_from(GROUPS))
@settings(max_examples=examples(300), deadline=None)
def test_types_from_which_nothing_follows_are_as_good_as_one(said: IntakeTerms, group: str) -> None:
    assert takes(said.with_telling_types(), group) == takes(said, group)


@given(said=terms, group=st.sampled_from(GROUPS))
@settings(max_examples=examples(300), deadline=None)
def test_what_is_refused_is_not_taken_and_what_is_named_is_never_simply_left_out(said: IntakeTerms, group: str) -> None:
    answer = takes(said, group).answer
    if group in said.excludes:
        assert answer == "no"
    elif group in said.serves and group not in TAKEN:
        assert answer == "yes"
    elif group not in TAKEN and group not in ("SEX-F", "SEX-M", "HH-DEP", "VUL-DEA"):
        assert answer != "no", "only ages and sexes rule one another out"


@given(said=terms, group=st.sampled_from(["AGE-CHI", "AGE-ADO"]))
@settings(max_examples=examples(200), deadline=None)
def test_no_child_is_sent_to_stay_where_none_is_named(said: IntakeTerms, group: str) -> None:
    said = said._replace(
        serves=said.serves - {"AGE-CHI", "AGE-ADO"}, types=frozenset({"ACC-VOT", "PSY-COU"}), maximum_age=None
    )
    assert takes(said, group).answer == "no"


WOMEN_WHO_WERE_TRAFFICKED = IntakeTerms(frozenset({"SEX-F", "STA-IDE", "STA-PRE"}))


@pytest.mark.parametrize(
    ("said", "group", "answer"),
    [
        (WOMEN_WHO_WERE_TRAFFICKED, "SEX-F", "yes"),
        (WOMEN_WHO_WERE_TRAFFICKED, "SEX-M", "no"),
        (WOMEN_WHO_WERE_TRAFFICKED, "EXP-LAB", "yes"),
        (WOMEN_WHO_WERE_TRAFFICKED, "VUL-DV", "ask"),
        (WOMEN_WHO_WERE_TRAFFICKED, "VUL-DIS", "yes"),
        (IntakeTerms(frozenset({"STA-IDE"})), "EXP-LAB", "ask"),
        (IntakeTerms(frozenset({"VUL-DV"})), "EXP-LAB", "ask"),
        (IntakeTerms(frozenset({"VUL-DIS"})), "VUL-RUR", "ask"),
        (IntakeTerms(frozenset({"VUL-DIS"})), "VUL-DEA", "yes"),
        (IntakeTerms(excludes=frozenset({"VUL-DIS"})), "VUL-DEA", "no"),
        (IntakeTerms(frozenset({"MIG-RET"})), "MIG-FOR", "ask"),
        (IntakeTerms(types=frozenset({"ACC-MEN"})), "SEX-F", "no"),
        (IntakeTerms(frozenset({"SEX-F", "SEX-M"}), types=frozenset({"ACC-MEN"})), "SEX-F", "yes"),
        (IntakeTerms(types=frozenset({"ACC-MEN", "PSY-COU"})), "SEX-F", "yes"),
        (IntakeTerms(types=frozenset({"ACC-CHI"})), "AGE-ADO", "yes"),
        (IntakeTerms(types=frozenset({STAYS[0] + "-VOT"})), "HH-DEP", "ask"),
        (IntakeTerms(frozenset({"AGE-ADU"}), types=frozenset({"ACC-VOT"})), "HH-DEP", "no"),
        (IntakeTerms(frozenset({"AGE-ADU"})), "HH-DEP", "yes"),
        (IntakeTerms(frozenset({"VUL-DIS"})), "XX-NEW", "yes"),
    ],
)
def test_as_a_caseworker_reads_it(said: IntakeTerms, group: str, answer: str) -> None:
    assert takes(said, group).answer == answer
