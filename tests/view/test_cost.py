"""Whether a service is free: what is read from a list, what is stored and what search says are one answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import cost, price_words
from mapping.model import CostOption
from mapping.view.rules.cost import free_of_charge
from mapping.view.search import Query
from tests.support.examples import examples
from tests.support.sample import key, organization, sample_view, service

FREE = ["free", "бесплатно", "ройгон", "bepul", "бепул", "no fee", "Free, anonymous", "бесплатно, анонимно", "0 EUR"]
PAID = [
    "not free",
    "never free",
    "non-free",
    "бесплатно не",
    "не бесплатно",
    "бесплатно не оказывается",
    "ройгон нест",
    "пулакӣ",
    "bepul emas",
    "бепул эмас",
    "No, it is not free",
    "6 EUR",
]
NEITHER = [
    "free for survivors, others EUR 6",
    "бесплатно не более трёх раз",
    "free; the expert is paid",
    "by agreement",
]
OF_WORDS = dict.fromkeys(FREE, "yes") | dict.fromkeys(PAID, "no") | dict.fromkeys(NEITHER, "")


@pytest.mark.parametrize(("words", "answer"), OF_WORDS.items())
def test_words_say_whether_it_is_free(words, answer):
    assert free_of_charge([], words) == answer


@given(words=st.sampled_from([*FREE, *PAID, *NEITHER[:-1]]))
@settings(max_examples=examples(30), deadline=None)
def test_what_is_stored_of_a_list_says_what_its_words_say(words):
    value = cost(words)
    shown = price_words(value).get("en", words)
    assert free_of_charge([(value.kind, value.amount)], shown) == free_of_charge([], words)


@pytest.mark.parametrize(
    ("options", "words", "answer"),
    [
        ([], "", ""),
        ([(None, 0.0)], "", "yes"),
        ([("free", None)], "", "yes"),
        ([("free", None)], "not free", ""),
        ([("tariff", None)], "free", ""),
        ([("free", 5.0)], "", "no"),
        ([("free", None), ("amount", 5.0)], "", ""),
        ([("mixed", None)], "", ""),
        ([("in words of another", None)], "", ""),
    ],
)
def test_what_speaks_against_itself_promises_nothing(options, words, answer):
    assert free_of_charge(options, words) == answer


@pytest.fixture(scope="module")
def fees_view(tiny_area, tmp_path_factory):
    """Services with each of the words, each as one that gives help of the same kind, and one by its value alone."""
    parts = [service(words, of="Umed", fees_description=words) for words in OF_WORDS]
    by_value = service("By its value", of="Umed")
    option = CostOption(id=key("cost_option", "x"), service_id=key("service", "By its value"), option="free")
    parts += [[*by_value, option]]
    with sample_view(tmp_path_factory.mktemp("fees"), tiny_area, organization("Umed"), *parts) as opened:
        yield opened


def test_search_and_its_table_for_the_browser_tell_by_the_one_rule(fees_view):
    entries = {entry.id: entry for entry in fees_view.services()}
    free = {"By its value", *FREE}
    flags = fees_view.search_table().services
    assert {entries[record].name for record, facts in flags.items() if "free" in facts.flags} == free
    ranked = [entries[record].name for record in fees_view.search(Query("free lawyer")).ranked()]
    assert set(ranked[: len(free)]) == free
    assert len(ranked) == len(entries)
