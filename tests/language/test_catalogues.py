"""Every text of the product is there in every language."""

import csv
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.translations import catalogue, catalogues, hidden, languages, problems, texts

SOURCES = ("mapping", "web")


@pytest.fixture(scope="module")
def wanted():
    return texts(*SOURCES)


@pytest.mark.parametrize("language", languages())
def test_every_text_is_translated(language, wanted):
    assert problems(language, wanted) == []


@pytest.mark.parametrize("language", languages())
def test_a_language_quotes_in_one_way(language):
    """Beside the names of lists, which bring their own marks, “ and « in one page look like two meanings."""
    every = ("".join(text) for path in catalogues(language) for text in catalogue(path).values())
    assert {text for text in every if set(text) & {"“", "”"}} == set()


def test_every_text_can_be_read_from_the_code():
    assert hidden(*SOURCES) == []


def test_the_texts_are_found(wanted):
    """The tests above would pass for ever if they looked at nothing."""
    assert len(wanted) > 2000
    assert wanted["not published here"] == "mapping/states.csv"
    assert languages() == ["ru", "tg", "uz"]


CRIME = re.compile(
    r"перед\w*\s+(?:людей|людьми|человека|лиц\b)|передач\w*\s+(?:людей|лиц|человека)|супори\w*\s+(?:одам|шахс)|"
    r"одам\w*\s*(?:ро)?\s+супор|odam\w*(?:ni)?\s+(?:topshir|uzat)|hand\w*\s+(?:people|persons?|somebody)\s+over",
    re.IGNORECASE,
)
"""Handing people over is how the law words the crime: people are referred to help, never handed over."""


@pytest.mark.parametrize("language", languages())
def test_people_are_referred_and_never_handed_over(language):
    for path in sorted(Path("mapping/language", language).glob("*.po")):
        assert CRIME.findall(path.read_text(encoding="utf-8")) == [], path


def test_the_wording_of_the_crime_would_be_found():
    for text in ("Договорённости о передаче людей", "супоридани одамон", "odamlarni topshirish", "hand people over"):
        assert CRIME.search(text), text


ONE_WORD = {
    "edition": {"ru": "издани", "tg": "нашр", "uz": "nashr"},
    "custodian": {"ru": r"хранител\w+ закрытых мест", "tg": r"нигаҳбон\w* ҷойҳои махфӣ", "uz": "saqlovchi"},
    "steward": {"ru": r"хранител\w+ данных", "tg": r"нигаҳбон\w* маълумот", "uz": r"maʼlumotlar masʼul"},
    "focal point": {"ru": "координатор", "tg": "ҳамоҳангсоз", "uz": "koordinator"},
    "administrator": {"ru": "администратор", "tg": "маъмур", "uz": "administrator"},
    "(?<!open )referral": {"ru": "перенаправл", "tg": "равона(?:кун| кар| мекун)", "uz": "yoʻnaltir"},
}
"""English word -> what each language calls it, and nothing else: a reader takes two words for two things."""
OTHER_WORDS = {
    "ru": r"\bвыпуск",
    "tg": r"администратор|шахс\w* масъул|роҳнамо[ӣи]",
    "uz": r"masʼul saqlovchi|masʼul shaxs|\bnorma|yoʻllash",
}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("word", ONE_WORD)
def test_one_thing_has_one_word(word, language):
    own = {english: str(text) for path in catalogues(language) for english, text in catalogue(path).items()}
    wanted = re.compile(rf"\b{word}s?\b(?! letter)", re.IGNORECASE)
    named = {text for english, text in own.items() if wanted.search(str(english))}
    assert len(named) > 5
    assert [text for text in named if not re.search(ONE_WORD[word][language], text, re.IGNORECASE)] == []


@pytest.mark.parametrize("language", OTHER_WORDS)
def test_no_other_word_stands_for_it(language):
    texts = [str(text) for path in catalogues(language) for text in catalogue(path).values()]
    assert [text for text in texts if re.search(OTHER_WORDS[language], text, re.IGNORECASE)] == []


ASKED = re.compile(r"""(?:\b_|\btranslate)\(\s*"(?:[^"\\]|\\.)*"((?:[^()]|\([^()]*\))*)\)""")
WRITTEN = re.compile(r"\b\w+=(?:num|number)\(")


def test_texts_are_given_numbers_and_write_them_themselves():
    """A number that was written before tells no word what to agree with."""
    files = [path for source in SOURCES for path in Path(source).rglob("*") if path.suffix in (".py", ".html")]
    calls = [(path, call[1]) for path in files for call in ASKED.finditer(path.read_text("utf-8"))]
    assert len(calls) > 1000
    assert [(str(path), call) for path, call in calls if WRITTEN.search(call)] == []


def test_no_sentence_in_russian_ends_twice():
    """A day is written with a full stop behind its year there: 24 ноября 2026 г."""
    sentences = [text for path in catalogues("ru") for text in catalogue(path).values()]
    assert [text for text in sentences if str(text).endswith("{day}.")] == []


COUNTRY = tomllib.loads(Path("data/geo/tj/area.toml").read_text("utf-8"))
LEVELS, EMERGENCY = COUNTRY["level"][1:], COUNTRY["emergency"]
NEUTRAL = {"region"}
"""Words that one country calls a level by, and everybody calls any country's by."""


def unit_words(language):
    """Return the stems of what one country calls its units: Область -> област, Ноҳия ё шаҳр -> ноҳи."""
    words = {re.split(r"\W", level["label"][language].casefold())[0] for level in LEVELS} - NEUTRAL
    return re.compile("|".join(sorted(re.sub(r"(?<=[ая-яӣ])[ья]$", "", word) for word in words)))


def labels():
    """Yield (language, label) of each term and line of the lists that come with the product."""
    for path in sorted(Path("mapping/language/terms").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from ((name[-2:], text) for name, text in row.items() if re.fullmatch(r"[a-z]+_[a-z]{2}", name))


@pytest.fixture(scope="module")
def shown(wanted):
    """All that the product shows in a language, whatever the country."""
    own = {language: [t for path in catalogues(language) for t in catalogue(path).values()] for language in languages()}
    own["en"] = list(wanted)
    return {code: [*map(str, own[code]), *(t for spoken, t in labels() if spoken == code)] for code in own}


@pytest.mark.parametrize("language", ["en", *languages()])
def test_no_text_calls_units_as_one_country_does(language, shown):
    """A country names its own levels; texts for any country say "area", or what the study area calls a level."""
    word = unit_words(language)
    assert len(shown[language]) > 2000
    assert [text for text in shown[language] if word.search(text.casefold())] == []


ABROAD = "In danger this minute: call the police or the ambulance of the country where you are."
"""It speaks of other countries only."""


@pytest.mark.parametrize("language", languages())
def test_no_text_names_an_emergency_service_as_one_country_does(language, shown):
    """Where the word at home is another than the one abroad, a text for any country can say neither."""
    services = [names for names in EMERGENCY.values() if "label_abroad" in names]
    own = [{names[key][language].casefold() for key in ("label", "label_abroad")} for names in services]
    word = re.compile("|".join(re.sub("[яa]$", "", name) for names in own if len(names) > 1 for name in names))
    assert word.search(EMERGENCY["police"]["label"][language].casefold())
    abroad = [catalogue(path).get(ABROAD) for path in catalogues(language)]
    assert [text for text in shown[language] if word.search(text.casefold()) and text not in abroad] == []
