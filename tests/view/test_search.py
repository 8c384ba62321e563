"""What people type is understood, and the browser finds what the view finds."""

import csv
import datetime as dt
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from mapping.analysis.common.listed import listed_services
from mapping.area.study_area import StudyArea
from mapping.language.fold import coarse, tokens
from mapping.language.lexicon import lexicon
from mapping.language.meaning import GOOD, LEAST, Meaning, QueryReader, _slipped, inflected, near, slips, starts
from mapping.language.need_fits import SECOND, types_for
from mapping.language.taxonomy import Vocabulary
from mapping.view.entries import sort_key
from mapping.view.index import lexicon_of
from mapping.view.search import Query, Search, SearchFacts
from mapping.view.service_index import SCHEMA, ServiceIndex
from mapping.view.view import Entry, View
from tests.support.examples import examples, thorough
from tests.support.sample import ALL_DAYS, km, organization, place, sample_view, service
from tests.web.support.portal import published
from web import static_files
from web.presenters.edition import Edition
from web.public import search_index

GEOD = Geod(ellps="WGS84")
PHRASES = Path(__file__).with_name("phrases.csv")
"""What frightened people type, in four languages and two scripts, with what would help."""
OF_OTHERS = Path(__file__).with_name("phrases_of_others.csv")
"""The same, by somebody who saw neither words nor rules."""
QUERIES = Path(__file__).with_name("queries_of_others.csv")
"""What people search for, by others again, with kinds, places, and what would be embarrassing as the first answer."""
MEANINGS = Path(__file__).with_name("meanings.csv")
"""Texts with what they mean, one fault that was once made and why it is one in a row: see `unmet`."""
NEAR_HOME = ["a doctor near my home, no money", "духтур дар ҷойи наздик, пул нест", "yaqin joyda shifokor, pulim yo'q"]
BY_LINE = {"IDN-HOT", "IDN-EMR"}
"""Kinds of help that a line above the answers is, beside every kind of shelter."""


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(lexicon({"TJ-D": ["Dushanbe", "Душанбе"], "TJ-K": ["Kulob", "Кӯлоб", "Куляб"]}, ["0002"]))


@pytest.fixture(scope="module")
def countrywide(tj_area) -> QueryReader:
    return QueryReader(json.loads(lexicon_of(tj_area)))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def helps(meaning: Meaning, accepted: str) -> bool:
    """Whether one of the three kinds that come first is accepted; a line helps as a hotline and a shelter's line do."""
    needs = {need.code for need in Vocabulary.load("needs").terms()}
    wanted = {
        code for word in accepted.split(";") for code in (types_for(word, 1, SECOND) if word in needs else [word])
    }
    by_line = meaning.line and any(code in BY_LINE or code.startswith("ACC") for code in wanted)
    return by_line or bool(wanted.intersection(meaning.first_types()[:3]))


def shares(reader: QueryReader, path: Path) -> tuple[float, float, float]:
    """Return the shares of phrases that find help, of dangers that get the line, of nonsense answered honestly."""
    found = [(row, reader.read(row["phrase"])) for row in rows(path)]
    asked = [helps(meaning, row["accept"]) for row, meaning in found if row["kind"] != "none"]
    danger = [meaning.line for row, meaning in found if row["line"] == "yes"]
    nonsense = [meaning.nothing and not meaning.types for row, meaning in found if row["kind"] == "none"]
    return tuple(sum(group) / len(group) for group in (asked, danger, nonsense))  # type: ignore[return-value]


def test_what_people_type_leads_to_help_and_danger_to_the_line(reader):
    help_, line, nonsense = shares(reader, PHRASES)
    assert help_ >= 0.97
    assert line == 1
    assert nonsense >= 0.9


def test_phrases_of_who_saw_neither_words_nor_rules_do_too(reader):
    help_, line, nonsense = shares(reader, OF_OTHERS)
    assert help_ >= 0.96
    assert line == 1
    assert nonsense >= 0.95


def leads(meaning: Meaning, kinds: str) -> bool:
    """Whether one of the three kinds that come first is one of some kinds or families, or the line is."""
    wanted = set(filter(None, kinds.split(";")))
    by_line = meaning.line and any(kind in BY_LINE or kind.startswith("ACC") for kind in wanted)
    return by_line or any(wanted.intersection((code, code.split("-")[0])) for code in meaning.first_types()[:3])


def test_queries_of_who_saw_neither_words_nor_rules_lead_to_kind_and_place(countrywide):
    found = [(row, countrywide.read(row["query"])) for row in rows(QUERIES)]
    asked = [leads(meaning, row["kinds"]) for row, meaning in found if row["kinds"]]
    places = [row["place"] in meaning.places for row, meaning in found if row["place"]]
    danger = [meaning.line for row, meaning in found if row["danger"]]
    nonsense = [meaning.nothing and not meaning.types for row, meaning in found if not row["kinds"]]
    wrong = [row["query"] for row, meaning in found if set(row["wrong"].split(";")) & {*meaning.first_types()[:1]}]
    shares = [sum(group) / len(group) for group in (asked, places, danger, nonsense)]
    assert wrong == []
    assert shares[0] >= 0.98
    assert shares[1] >= 0.96
    assert shares[2] == 1
    assert shares[3] >= 0.96


def test_the_numbers_stand_above_a_calm_question_seldom(reader, countrywide):
    calm = [row["phrase"] for path in (PHRASES, OF_OTHERS) for row in rows(path) if row["line"] != "yes"]
    calm += [row["query"] for row in rows(QUERIES) if not row["danger"]]
    assert sum(countrywide.read(text).line for text in calm) <= 0.15 * len(calm)


def test_phrases_of_others_do_too(reader, shared):
    path = shared / "samples" / "find" / "phrases.csv"
    if not path.exists():
        pytest.skip("needs the phrases that are not part of the repository")
    help_, line, nonsense = shares(reader, path)
    assert help_ >= 0.92
    assert line >= 0.98
    assert nonsense >= 0.9


def test_who_tells_what_happened_in_words_that_nobody_foresaw_gets_the_line(reader):
    assert reader.read("вчера вечером он меня брзкмл опять").line
    met = reader.read("вчера вечером он меня брзкмл опять", lambda word, _: word == "brzkml")
    assert met.line, "a word that stands in a name alone is not understood either"
    assert not reader.read("записаться к врачу на завтра утром").line, "every word is understood"
    assert not reader.read("юрист брзкмл").line, "a few words name what to look for"
    football = reader.read("как вчера сыграл брзкмл с реалом футбол")
    assert football.nothing
    assert not football.line


def test_the_age_of_a_child_lets_nobody_go(reader):
    assert reader.read("психолог для девочки 9 лет, она не говорит").first_types()[0] == "PSY-COU"
    assert "IDN-EMR" in reader.read("he does not let us out").types


def test_a_small_word_of_one_language_asks_for_nothing_in_another(reader):
    assert reader.read("lawyer in a city").types == reader.read("lawyer a city").types
    assert "LEG-DOC" not in reader.read("doctor in town").types


def test_who_speaks_the_language_comes_first(tiny_area, tmp_path):
    parts = [organization("Umed")]
    for name, tongues in (("Advice A", ["tg"]), ("Advice B", ["tg", "uz"]), ("Advice C", ["ru"])):
        parts += service(name, of="Umed", types=["LEG-INF"], speaks=tongues)
    with sample_view(tmp_path, tiny_area, *parts) as view:
        names = {text: [entry.name for entry in view.find(text).elsewhere] for text in ("юрист", "юрист на узбекском")}
    assert names == {
        "юрист": ["Advice A", "Advice B", "Advice C"],
        "юрист на узбекском": ["Advice B", "Advice A", "Advice C"],
    }


@pytest.mark.parametrize(
    ("word", "concepts"),
    [
        ("шавҳармезанад", {"husband", "beat"}),
        ("qocholmayman", {"escape", "can", "not"}),
        ("davolanishga", {"doctor"}),
    ],
)
def test_what_follows_a_stem_is_a_word_where_it_is_long_and_no_ending(countrywide, word, concepts):
    assert countrywide.exact(tokens(word)[0]) == concepts


def test_what_follows_a_small_word_is_a_word_where_that_is_no_prefix(countrywide):
    assert countrywide.alike(tokens("маромезанад")[0], last=False) == {"beat"}
    assert not countrywide.alike(tokens("раздеваться")[0], last=False)


def test_a_word_of_a_sentence_of_danger_is_no_name(reader):
    told = "падарам маро ҳар рӯз мезанад брзкмл"
    assert reader.read(told, lambda word, _: word == "brzkml").named == ()
    assert reader.read("юрист брзкмл", lambda word, _: word == "brzkml").named == ("brzkml",)


def test_who_is_in_the_country_that_was_named_comes_first(countrywide, tj_area, tmp_path):
    parts = [organization("Desk", kind="embassy")]
    for name, country, number in (
        ("Desk A", "KZ", "+77172000001"),
        ("Desk B", "RU", "+74950000001"),
        ("Desk C", None, "+74950000002"),
        ("Desk D", None, "+902120000001"),
    ):
        parts += service(name, of="Desk", types=["RET-CON"], phones=[number])
        parts += place(f"{name} office", of=[name], country=country) if country else []
    with sample_view(tmp_path, tj_area, *parts) as view:
        ranked = view.search(Query("в тюрьме в россии")).ranked()
        order = [entry.name for service_id in ranked for entry in view.entries([service_id])]
    assert order == ["Desk B", "Desk C", "Desk A", "Desk D"], "by a place there or by numbers of there alone"


def test_a_country_puts_no_line_before_who_is_as_far_from_it(tj_area, tmp_path):
    parts = [organization("Line"), organization("Umed")]
    parts += service("Line", of="Line", types=["IDN-HOT"], phones=["1313"])
    parts += service("Tracing", of="Umed", types=["CHP-FTR", "RET-CON"], phones=["+992000000001"])
    parts += place("house", of=["Tracing"], at=(38.56, 68.77), unit="3501000")
    with sample_view(tmp_path, tj_area, *parts) as view:
        tracing = next(entry.id for entry in view.services() if entry.name == "Tracing")
        assert view.search(Query("писарам дар Русия гум шуд")).ranked()[0] == tracing


def test_who_has_no_number_stands_behind_who_can_be_called(tiny_area, tmp_path):
    parts = [organization("Umed")]
    for name, numbers in (("Line A", []), ("Line B", ["+992000000001"]), ("Line C", ["1313"])):
        parts += service(name, of="Umed", types=["PSY-COU"], phones=numbers)
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert [entry.name for entry in view.find("psychologist").elsewhere] == ["Line B", "Line C", "Line A"]


def test_a_line_that_nobody_can_call_is_found_nowhere_and_counted_nowhere(tiny_area, tmp_path):
    parts = [organization("Umed"), organization("Nur", phones=["1414"])]
    for name, body, numbers in (("Line A", "Umed", []), ("Line B", "Umed", ["1313"]), ("Line C", "Nur", [])):
        parts += service(name, of=body, types=["IDN-HOT"], phones=numbers)
    with sample_view(tmp_path, tiny_area, *parts) as view:
        names = {"Line B", "Line C"}
        assert {entry.name for entry in view.find(type="IDN-HOT").elsewhere} == names
        assert {entry.name for entry in view.services() if entry.listed} == names
        assert {entry.name for entry in listed_services(view)} == names
        assert len(view.search_table().services) == 2


def test_of_two_that_are_as_good_the_one_that_is_open_day_and_night_comes_first(tiny_area, tmp_path):
    """As in the browser: `test_the_browser_finds_what_the_view_finds`."""
    parts = [organization("Umed")]
    for name, hours in (("Line A", ()), ("Line B", [(ALL_DAYS, "00:00", "24:00")])):
        parts += service(name, of="Umed", types=["IDN-HOT"], phones=["1313"], hours=hours)
    with sample_view(tmp_path, tiny_area, *parts) as view:
        assert [entry.name for entry in view.find("help").elsewhere] == ["Line B", "Line A"]


def test_a_name_of_a_district_is_rather_a_towns_own_than_that_of_anothers_chief_town():
    own, of_another = {"A": ["Бӯстон"], "C": ["Хуҷанд"]}, {"B": ["Бӯстон", "Навкат", "Ходжанд"]}
    places = lexicon(own, (), of_another)["places"]
    assert places == {"buston": "A", "hujand": "C", "navkat": "B"}, "nor is another spelling of it another's"


def test_what_services_are_called_is_looked_up_as_if_every_name_were_compared(reader):
    parts = {part for _, name in reader.called for part in name}
    for row in rows(PHRASES)[:: 1 if thorough() else 4]:
        words = tokens(row["phrase"])
        met = {part for part in parts if any(inflected(word, part) for word in words)}
        covered, precisely = {}, {}
        for number, (code, name) in enumerate(reader.called):
            share = sum(part in met for part in name) / len(name)
            if share > 0.5 or (share == 0.5 and len(name) == 2):
                covered[code] = max(covered.get(code, 0.0), share)
            if share == 1 and number >= reader.precise_from:
                precisely[code] = max(precisely.get(code, 2), len(name))
        shares, _, named = reader._called(words)
        assert (shares, named) == (covered, precisely)


def test_slips_are_looked_up_as_if_every_word_were_compared(reader):
    random, met = Random(7), 0
    for whole, table in ((True, reader.concepts), (False, reader.stems)):
        by_slip = reader.concepts_by_slip if whole else reader.stems_by_slip
        for word in random.sample(sorted(other for other in table if len(other) >= 6), 60):
            at = random.randrange(len(word))
            typed = random.choice(
                [
                    word[:at] + word[at + 1 :],
                    word[:at] + random.choice("aeshcz") + word[at:],
                    word[:at] + random.choice("aeshcz") + word[at + 1 :],
                    word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
                ]
            ) + random.choice(["", "" if whole else "lar"])
            compared = {other for other in table if len(other) >= 6 and slips(typed, other, whole=whole)}
            parts = [typed] if whole else [typed[:cut] for cut in range(5, len(typed) + 1)]
            assert compared <= {other for part in parts for form in _slipped(part) for other in by_slip.get(form, ())}
            met += bool(compared)
    assert met > 90


def test_a_number_is_a_number(reader):
    assert reader.read("93 500 11 22").named == ("935001122",)
    assert reader.read("0002").line


def test_words_that_meet_nothing_are_dropped_and_named(reader):
    meaning = reader.read("юрист брзкмл")
    assert meaning.dropped == ("brzkml",)
    assert meaning.first_types()[0] == "LEG-INF"


def unmet(meaning: Meaning, row: dict[str, str], area: StudyArea) -> Iterator[str]:
    """Yield the columns of `MEANINGS` that a meaning does not meet; an empty cell asks for nothing."""
    kinds, named = meaning.first_types(), [*meaning.places]
    named += [area.label(code, "en") for code in meaning.places if code in area.all_units()]

    def stand_among(wanted: str, kinds: list[str]) -> list[bool]:
        return [any(kind.startswith(code) for kind in kinds) for code in wanted.split(";") if code]

    met = {
        "first": not meaning.types if row["first"] == "none" else kinds[0:1] and kinds[0].startswith(row["first"]),
        "among": all(stand_among(row["among"], kinds)),
        "line": {"yes": meaning.line, "below": meaning.below}.get(row["line"], not meaning.line),
        "never": not any(stand_among(row["never"], kinds)),
        "places": not named if row["places"] == "none" else row["places"] in named,
        "conditions": " ".join(meaning.conditions) == row["conditions"],
        "nothing": meaning.nothing == (row["nothing"] == "yes"),
        "dropped": meaning.dropped == (),
    }
    yield from (name for name, fits in met.items() if row[name] and not fits)


def test_texts_mean_what_their_table_says(reader, countrywide, tj_area):
    wrong = [
        (row["text"], name, row[name], row["why"])
        for row in rows(MEANINGS)
        for name in unmet((countrywide if row["area"] else reader).read(row["text"]), row, tj_area)
    ]
    assert wrong == []


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node, which runs the browser's script")


def in_node(folder: Path, scripts: Iterable[str], given: object, answer: str) -> Any:
    """Return what an expression of ``given`` gives after some scripts of the site."""
    script = folder / "ask.js"
    script.write_text(
        "globalThis.window = globalThis; globalThis.document = { querySelector: () => null };\n"
        + "\n".join(scripts)
        + f"\nconst given = {json.dumps(given)}; console.log(JSON.stringify({answer}));",
        encoding="utf-8",
    )
    printed = subprocess.run(["node", str(script)], capture_output=True, text=True, check=True, timeout=60).stdout
    return json.loads(printed)


def of_the_site(*names: str) -> list[str]:
    return [static_files.contents(f"{name}.js").decode() for name in names]


@needs_node
def test_the_browser_finds_what_the_view_finds(tmp_path, tiny_area):
    path = published(tmp_path, tiny_area)
    edition = Edition(path, tiny_area)
    phrases = [row["phrase"] for row in (*rows(PHRASES), *rows(OF_OTHERS)[::4])]
    phrases += [phrase[:6] for phrase in phrases] + [
        "Umed Kulnishin",
        "1 Market Street",
        "1313",
        "legal Chashma",
        "юрист в Чашминском районе",
        "Джуйборская область",
        "шаҳри Ҷӯйбор",
        "шаб",
        "юрист на русском",
        "тоҷикӣ",
        "застряла в турции",
        "нужна помощь",
    ]
    with View(path) as view:
        searches = [view.search(Query(text)) for text in phrases]
        expected = [[search.ranked(), search.meaning.line] for search in searches]
    parts = of_the_site("fold", "meaning", "search")
    parts += [search_index.words(edition).decode(), search_index.script(edition, "en").decode()]
    told = in_node(
        tmp_path,
        parts,
        phrases,
        "given.map(text => { const hits = rohnamoSearch.find(text, ROHNAMO_INDEX, ROHNAMO_WORDS, null); "
        "return [hits.rows.map(hit => hit.row.id), hits.meaning.line]; })",
    )
    for text, mine, browsers in zip(phrases, expected, told, strict=True):
        assert mine == browsers, text


@needs_node
def test_what_stands_beside_an_answer_never_repeats_its_heading(tmp_path):
    """As in `web.presenters.cards.Card.beside`."""
    given = [[0, "0011"], [0, "0011"], [0, ""], [1, "0011"], [1, "0033"], [0, "0022"], [0, "0022"]]
    told = in_node(
        tmp_path,
        of_the_site("fold", "meaning", "search"),
        given,
        "rohnamoSearch.beside(given.map(([name, number]) => ({ row: { name, number } })), ['Hotline', 'Advice'])"
        ".map(([hit, text]) => text)",
    )
    assert told == ["Advice", "Hotline, 0022"]


@needs_node
def test_the_browser_puts_what_is_closed_now_behind_what_is_as_good(tmp_path, tiny_area):
    parts = [organization("Umed")]
    for name, kind, hours in (
        ("Advice A", "LEG-INF", [("MO", "08:00", "17:00")]),
        ("Advice B", "LEG-INF", []),
        ("Court C", "LEG-REP", [("MO", "08:00", "17:00")]),
        ("School D", "INC-VOC", [("MO", "08:00", "17:00")]),
    ):
        parts += service(name, of="Umed", types=[kind], hours=hours, phones=["1313"], verified=dt.date(2026, 9, 1))
    edition = Edition(published(tmp_path, tiny_area, *parts), tiny_area)
    data = (search_index.words(edition).decode(), search_index.script(edition, "en").decode())
    by_day, by_night = in_node(
        tmp_path,
        [*of_the_site("fold", "meaning", "search"), *data],
        [True, False],
        "given.map(open => { window.rohnamoClock = { open: () => open }; "
        "return rohnamoSearch.find('lawyer', ROHNAMO_INDEX, ROHNAMO_WORDS, null)"
        ".rows.map(hit => ROHNAMO_INDEX.texts[hit.row.name]); })",
    )
    assert by_day == ["Advice A", "Court C", "Advice B"], "one of each kind first, when none is closed"
    assert by_night == ["Advice B", "Court C", "Advice A"], "of whom no hours are known nobody says that it is closed"


@needs_node
def test_the_browser_says_nearest_first_of_what_is_so(tmp_path, tiny_area):
    """The best kind first, 80 minutes away, would not be nearest before 25: the nearest of each kind come first."""
    parts = [organization("Umed")]
    for name, kind in (("Advice A", "LEG-INF"), ("Advice B", "LEG-INF"), ("Court C", "LEG-REP")):
        parts += service(name, of="Umed", types=[kind], phones=["1313"], verified=dt.date(2026, 9, 1))
    edition = Edition(published(tmp_path, tiny_area, *parts), tiny_area)
    data = (search_index.words(edition).decode(), search_index.script(edition, "en").decode())
    told = in_node(
        tmp_path,
        [*of_the_site("fold", "meaning", "search"), *data],
        [{"Advice A": 80, "Advice B": 90, "Court C": 25}, {"Advice A": 10, "Advice B": 20, "Court C": 25}],
        "given.map(far => { const found = rohnamoSearch.find('lawyer', ROHNAMO_INDEX, ROHNAMO_WORDS, "
        "row => [far[ROHNAMO_INDEX.texts[row.name]], 0]); "
        "return [found.rows.map(hit => ROHNAMO_INDEX.texts[hit.row.name]), "
        "rohnamoSearch.nearestFirst(found.rows)]; })",
    )
    assert told == [[["Court C", "Advice A", "Advice B"], True], [["Advice A", "Court C", "Advice B"], False]]


def half_typed(text: str) -> str:
    return text[: len(text) // 2]


def one_letter_less(text: str) -> str:
    return text[: len(text) // 3] + text[len(text) // 3 + 1 :]


def two_letters_swapped(text: str) -> str:
    at = len(text) // 3
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def another_letter(text: str) -> str:
    return "q" + text[1:]


WHO = Path(__file__).with_name("who_asks.csv")


@pytest.mark.parametrize("row", rows(WHO), ids=lambda row: row["text"])
def test_who_asks_is_understood_and_who_hurts_is_not_taken_for_them(countrywide, row):
    assert " ".join(countrywide.read(row["text"]).who) == row["who"]


def test_what_refuses_whoever_asks_is_not_offered(tiny_area, tmp_path):
    parts = [organization("Umed")]
    for name, own in (
        ("Advice for all", {}),
        ("Advice for women", {"serves": ["SEX-F"]}),
        ("Advice for citizens", {"excludes": ["MIG-FOR"]}),
        ("Advice for men", {"serves": ["SEX-M"]}),
    ):
        parts += service(name, of="Umed", types=["LEG-INF"], **own)
    with sample_view(tmp_path, tiny_area, *parts) as view:
        found = {
            text: {entry.name.removeprefix("Advice for ") for entry in view.find(text).elsewhere}
            for text in ("юрист", "юрист, я мужчина", "юрист для женщин", "foreigner, lawyer")
        }
    assert found == {
        "юрист": {"all", "women", "citizens", "men"},
        "юрист, я мужчина": {"all", "citizens", "men"},
        "юрист для женщин": {"all", "women", "citizens"},
        "foreigner, lawyer": {"all", "women", "men"},
    }


@needs_node
def test_the_browser_understands_what_the_view_does(tmp_path, countrywide):
    texts = [row["query"] for row in rows(QUERIES)] + NEAR_HOME + [row["text"] for row in rows(WHO)]
    texts += [text.replace(" ", "", 1) for text in texts[1::2]]
    spoilt = cycle((half_typed, one_letter_less, two_letters_swapped, another_letter))
    texts += [spoil(text) for spoil, text in zip(spoilt, texts, strict=False)]
    expected = [asdict(countrywide.read(text)) for text in texts]
    told = in_node(
        tmp_path,
        of_the_site("fold", "meaning"),
        [countrywide.lexicon, texts],
        "(reader => given[1].map(text => reader.read(text, () => false)))(new rohnamoMeaning.Reader(given[0]))",
    )
    for text, mine, browsers in zip(texts, expected, told, strict=True):
        assert {name: browsers[name] for name in mine} == json.loads(json.dumps(mine)), text


# -- the search against every service looked at --------------------------------------------------------------------

WORDS = ("Umed", "Sitora", "Нури", "Bahor", "Офтоб", "12", "Ko'prik", "Centre")
KINDS = ("LEG-INF", "LEG-DOC", "PSY-COU", "HLT-EME", "IDN-HOT")


def random_parts(seed: int) -> Iterator[Any]:
    """Yield services of every kind in random places, under names of few words, so that many are alike."""
    random = Random(seed)
    bodies = [f"{word} {random.choice(WORDS)}" for word in WORDS]
    yield from map(organization, bodies)
    for n in range(120):
        name = f"{' '.join(random.sample(WORDS, random.randint(1, 3)))} {n}"
        yield service(
            name,
            of=random.choice(bodies),
            types=random.sample(KINDS, random.randint(1, 2)),
            serves=random.choice([[], ["SEX-F"], ["SEX-M", "AGE-ADU"]]),
            excludes=random.choice([[], [], ["AGE-ADO"]]),
            verified=random.choice([None, dt.date(2026, 9, 1), dt.date(2024, 1, 1)]),
            hours=[(ALL_DAYS, "00:00", "24:00")] if random.random() < 0.3 else [],
            covers=[random.choice(["XT-W1", "XT-E"])] if random.random() < 0.3 else [],
            phones=[f"+99290{random.randrange(10**7):07}"] if random.random() < 0.3 else [],
            fees_description="free" if random.random() < 0.3 else None,
        )
        if random.random() < 0.6:
            unit = random.choice(["XT-W1", "XT-W2", "XT-E1", "XT-E2"])
            at = km(random.uniform(1, 23), random.uniform(1, 15))
            precision = random.choice(["exact", "area"])
            house = f"{random.choice(WORDS)} house {n}" if precision == "exact" else f"Place {n}"
            yield place(house, of=[name], at=at, unit=unit, precision=precision)


@pytest.fixture(scope="module", params=[1, 2])
def random_view(
    request: pytest.FixtureRequest, tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[View]:
    with sample_view(tmp_path_factory.mktemp("random"), tiny_area, *random_parts(request.param)) as opened:
        yield opened


@cache
def looked_at(view: View) -> tuple[list[Entry], dict[str, SearchFacts]]:
    return [entry for entry in view.services() if entry.listed], view.search_table().services


def in_order(view: View, text: str) -> list[Entry]:
    """Return what answers a text, by looking at every service by itself."""
    meaning, (services, facts) = view.meaning(text), looked_at(view)
    taken = [entry for entry in services if all(entry.takes(group).answer != "no" for group in meaning.who)]
    entries = [entry for entry in taken if not meaning.nothing]
    words = {entry.id: facts[entry.id].words.split() for entry in entries}
    letters = {word for own in words.values() for word in own if not any(map(str.isdigit, word))}

    def begins(start: str) -> Callable[[str], bool]:
        return lambda word: word.startswith(start)

    def like(word: str) -> set[str]:
        same = {other for other in letters if coarse(other) == coarse(word)}
        slips = {other for other in letters if len(other) >= 5 and starts(word, other) and near(word, other)}
        return (same or slips) if len(word) >= 5 else set()

    def stands(word: str, own: list[str]) -> bool:
        if word.isdigit() or (len(word) >= 4 and any(map(begins(word), letters))):
            return any(map(begins(word), own))
        return word in own if len(word) < 4 else bool(like(word).intersection(own))

    def grade(entry: Entry) -> tuple[float, tuple[float, ...]]:
        """Return how much of a text a service meets, and where it stands among those that meet as much."""
        own, fact = words[entry.id], facts[entry.id]
        types = {*entry.types, *(code.split("-")[0] for code in entry.types)}
        score, top = meaning.score(types), max(meaning.types.values(), default=0.0)
        tier = 0 if score <= 0 or score < LEAST * top else 2 if score >= GOOD * top else 1
        *whole_words, last = meaning.words or ("",)
        whole = sum(map(len, meaning.words)) >= 4 and {*whole_words} <= {*own} and any(map(begins(last), own))
        named = sum(stands(word, own) for word in meaning.named)
        alone = whole and len(meaning.words) == 1
        inside = bool({*meaning.places} & {*fact.inside})
        covers = bool({*meaning.places} & {*fact.covers}) or (meaning.home and "everywhere" in fact.flags)
        spoken = {f"speaks-{code}" for code in entry.languages}
        conditions = len({*fact.flags, *spoken}.intersection(meaning.conditions))
        met = 1.5 * (tier > 0 or alone) + named + 1.5 * (whole and not alone)
        met += 0 if meaning.types or meaning.named else inside + conditions
        where = (2 if inside else int(covers)) if meaning.places else 0
        order = entry.rank, -tier, -where, -score, -conditions, not entry.phones, "night" not in fact.flags
        return met, order

    graded = [(*grade(entry), entry) for entry in entries]
    best = max((met for met, _, _ in graded), default=0)
    fits = [(place, sort_key(entry.name), entry.id, entry) for met, place, entry in graded if met == best > 0]
    fits.sort(key=lambda row: row[:3])
    shared: list[Entry] = []
    for code in meaning.first_types():
        alike = [row[3] for row in fits if row[0][0:3:2] == fits[0][0][0:3:2] and row[3] not in shared]
        shared += [entry for entry in alike if code in entry.types][:1]
    return shared + [row[3] for row in fits if row[3] not in shared]


pieces = st.one_of(
    st.sampled_from([*WORDS, "Umet", "Sittora", "nury", "oftob", "baxor", "house", "9929", "99", "Ume", "xyzzy"]),
    st.sampled_from(["юрист", "lawyer", "shelter", "doctor", "ночью", "бесплатно", "free", "муж бьёт", "psychologist"]),
    st.sampled_from(["для женщин", "i am a man", "boy of 15"]),
    st.sampled_from(["Chashma", "Гарб", "Kulnishin", "в", "for", "12", "ҳуҷҷат", "counselling", "legal advice"]),
)


@given(text=st.lists(pieces, min_size=1, max_size=4).map(" ".join), limit=st.integers(0, 130))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_find_what_looking_at_every_service_finds(text: str, limit: int, random_view: View) -> None:
    expected, found = in_order(random_view, text), random_view.find(text, limit=limit)
    assert [e.id for e in found.here] == [e.id for e in expected if e.points][:limit]
    assert [e.id for e in found.elsewhere] == [e.id for e in expected if not e.points][:limit]
    assert found.total == len(expected)
    assert random_view.search(Query(text)).ranked() == [entry.id for entry in expected]


def index_of(owner: Any, latitude: Any, longitude: Any, rank: Any) -> ServiceIndex:
    """A view's index of points and ranks alone; the id of a service is its number."""
    connection = sqlite3.connect(":memory:")
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)
    points = zip(owner.tolist(), latitude.tolist(), longitude.tolist(), strict=True)
    connection.executemany("INSERT INTO point VALUES (?, ?, ?)", points)
    connection.executemany(
        "INSERT INTO listed VALUES (?, ?, ?, 0, 0, '')", ((n, n, r) for n, r in enumerate(rank.tolist()))
    )
    connection.execute("INSERT INTO by_name SELECT 'en', number, number FROM listed")
    connection.execute("INSERT INTO code SELECT DISTINCT 'pointed', '', number FROM point")
    return ServiceIndex(connection, {"languages": "en"})


@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.sampled_from([0.0, 0.05, 5, 90]),
    st.none() | st.floats(0, 20_100) | st.floats(0, 10),
    st.integers(0, 40),
)
@settings(max_examples=examples(60), deadline=None)
def test_the_nearest_of_many_are_those_that_looking_at_every_point_finds(seed, centre, spread, within, most):
    """Of 3,000 points of 1,500 services around a place, or all over the earth, some of them at the same spot."""
    random = np.random.default_rng(seed)
    latitude = np.clip(centre[0] + random.uniform(-spread, spread, 3000), -90, 90)
    longitude = (centre[1] + random.uniform(-2 * spread, 2 * spread, 3000) + 180) % 360 - 180
    same = random.random(3000) < random.choice([0, 0.5])
    latitude[same], longitude[same] = latitude[0], longitude[0]
    owner, rank = np.sort(random.integers(0, 1500, 3000)), random.integers(0, 3, 1500)
    pointed, first = np.unique(owner, return_index=True)
    index = index_of(owner, latitude, longitude, rank)
    hits = Search(index, Query(near=centre, within_km=within, limit=most), {}).run()
    index.connection.close()
    metres = GEOD.inv(*np.broadcast_arrays(centre[1], centre[0], longitude, latitude))[2]
    nearest = dict(zip(pointed.tolist(), np.minimum.reduceat(metres, first) / 1000, strict=True))
    fits = {service: km for service, km in nearest.items() if within is None or km <= within}
    expected = sorted(fits, key=lambda service: (rank[service], fits[service], service))
    assert [int(hit) for hit in hits.here] == expected[:most]
    assert hits.total == len(expected)
