"""Tests of `mapping.language.taxonomy` and of the tables in ``mapping/language/terms/``."""

import csv
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.errors import NotFound
from mapping.language.fold import skeleton
from mapping.language.languages import codes
from mapping.language.parsers import split_list
from mapping.language.taxonomy import FILES, LISTS, TERMS, Label, Vocabulary, match_term, words_of
from mapping.model import AUDIENCES

ALL = (*FILES, *LISTS)
TRANSLATED = ("service_types", "beneficiaries", "needs", *LISTS)


@pytest.fixture(scope="module")
def types():
    return Vocabulary.load("service_types")


# The tables ---------------------------------------------------------------------------------------------------------


def test_every_taxonomy_has_its_terms():
    counts = {name: len(Vocabulary.load(name).terms()) for name in FILES}
    assert counts == {"service_types": 84, "beneficiaries": 40, "standards": 97, "norms": 19, "needs": 10}
    assert all(Vocabulary.load(name).terms() for name in LISTS)


def test_the_page_beside_the_tables_names_each_of_them():
    table = (TERMS / "README.md").read_text("utf-8").partition("| file |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+\.csv)`", table)) - {"concepts.csv", "search.csv"} == {
        path.name for path in TERMS.glob("*.csv")
    }


@pytest.mark.parametrize("name", ALL)
def test_tables_are_whole(name):
    terms = Vocabulary.load(name).terms()
    assert max(Counter(term.code for term in terms).values()) == 1
    for term in terms:
        needed = codes() if name in TRANSLATED else ("en", "ru", "tg")
        assert all(term.labels.get(language) for language in needed), term.code
        assert all(label == " ".join(label.split()) for label in term.labels.values()), term.code
        assert term.drafts <= set(codes())
        assert "en" not in term.drafts


@pytest.mark.parametrize("path", sorted(TERMS.glob("*.csv")), ids=lambda path: path.name)
def test_rows_have_as_many_cells_as_the_header(path):
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert {len(row) for row in rows} == {len(header)}
    assert len(set(header)) == len(header)


def test_labels_are_written_in_the_letters_of_their_language():
    for name in ALL:
        for term in Vocabulary.load(name).terms():
            for language in ("ru", "tg"):
                letters = [letter for letter in term.labels[language] if letter.isalpha()]
                cyrillic = sum("Ѐ" <= letter <= "ӿ" for letter in letters)
                assert cyrillic >= 0.7 * len(letters), (name, term.code, language)
            assert not any("Ѐ" <= letter <= "ӿ" for letter in term.labels["en"] + term.labels.get("uz", ""))
            assert not set("ҳқғҷӣӯ") & set(term.labels["ru"].casefold()), term.code
            assert not set("ыщць") & set(term.labels["tg"].casefold()), (term.code, term.labels["tg"])


def test_terms_refer_to_terms_that_exist(types):
    needs = Vocabulary.load("needs")
    for term in types.terms():
        assert term.parent is None or term.parent in types
        assert term.need is None or term.need in needs
    for name in ("standards", "norms"):
        assert all(term.service_type is None or term.service_type in types for term in Vocabulary.load(name).terms())


def test_counts_that_other_pages_rely_on(types):
    assert len(types.children()) == 13
    assert sum(term.core for term in types.terms()) == 38 == Vocabulary.load("norms").term("N19").value
    assert sum(term.matrix_row for term in types.terms()) == 27
    assert {term.need for term in types.terms() if term.need} == {
        term.code for term in Vocabulary.load("needs").terms()
    }
    sensitive = {term.code for term in Vocabulary.load("beneficiaries").terms() if term.sensitive}
    assert sensitive == {"SEX-X", "VUL-HIV"}


def test_codes_of_needs_in_addresses_tell_nothing():
    paths = [term.details["path"] for term in Vocabulary.load("needs").terms()]
    assert paths == [*(f"n{number}" for number in range(1, 10)), "n0"]


def test_standards_and_norms_say_where_they_come_from():
    for term in (*Vocabulary.load("standards").terms(), *Vocabulary.load("norms").terms()):
        assert term.source_status in {"seen", "summary_only", "unverified", "proposal"}, term.code
        assert term.source
        assert term.source_status != "seen" or term.source_url.startswith("http"), term.code
    assert {term.obligation for term in Vocabulary.load("standards").terms()} == {"must", "should"}


def test_a_norm_is_numbers_and_words():
    norm = Vocabulary.load("norms").term("N01")
    assert (norm.value, norm.unit, norm.per, norm.service_type) == (1.0, "place", 10000.0, "ACC-GBV")
    assert Vocabulary.load("norms").term("N16").value is None  # "2 / 5" is not one number


# What terms say -----------------------------------------------------------------------------------------------------


def test_a_term_says_what_it_is(types):
    term = types.term("ACC-VOT")
    assert (term.pillar, term.need, term.audience, term.precision) == (2, "stay", "custodian", "none")
    assert term.core
    assert term.matrix_row
    assert term.definition.startswith("Staffed shelter")
    assert term.details["oe_title"] == "Safe Housing"
    assert "label_en" not in term.details


def test_accommodation_is_secret_whatever_it_is_called(types):
    for term in (types.term("ACC"), *types.children("ACC"), types.term("CHP-ALT")):
        assert (term.audience, term.precision) == ("custodian", "none"), term.code


def test_a_family_is_as_secret_as_its_most_secret_type(types):
    for family in types.children():
        below = [AUDIENCES.index(term.audience) for term in types.children(family.code)]
        assert AUDIENCES.index(family.audience) == max(below)
    assert types.term("CHP").audience == "custodian"  # foster families are in it
    assert types.term("LEG").audience == "public"
    assert (types.term("IDN").audience, types.term("IDN").precision) == ("public", "none")  # mobile teams


def test_families_and_children(types):
    assert types.family("LEG-INF").code == types.family("LEG").code == "LEG"
    assert [term.code for term in types.children("MAT")] == ["MAT-NFI", "MAT-CSH", "MAT-TRA"]
    assert types.children("MAT-NFI") == []


@pytest.mark.parametrize(
    ("name", "code", "language", "text", "found"),
    [
        ("needs", "work", "en", "Work or training", "en"),
        ("needs", "work", "tg", "Кор ё омӯзиши касб", "tg"),
        ("standards", "STD-082", "tg", "Кӯдакон ба таҳсил дастрасӣ доранд.", "tg"),
        ("standards", "STD-082", "uz", "Bolalar uchun taʼlim olish imkoniyati.", "uz"),
        ("standards", "STD-082", "fr", "Access to education for children.", "en"),
    ],
)
def test_labels_fall_back_and_say_so(name, code, language, text, found):
    label = Vocabulary.load(name).label(code, language)
    assert label == text
    assert label.language == found


def test_a_label_is_a_text():
    assert f"{Label('abc', 'en')}!" == "abc!"


@pytest.mark.parametrize(
    ("wrong", "meant"), [("ACC-VTO", "ACC-VOT"), ("acc-vot", "ACC-VOT"), ("LEGINF", "LEG-INF"), ("Leg-inf ", "LEG-INF")]
)
def test_an_unknown_code_brings_suggestions(types, wrong, meant):
    with pytest.raises(NotFound, match=f"no term {wrong!r}; did you mean .*{meant}"):
        types.term(wrong)


def test_an_unknown_code_like_none_brings_the_known_ones(types):
    with pytest.raises(NotFound, match="there are IDN, IDN-HOT"):
        types.children("%%%")
    with pytest.raises(NotFound, match="no taxonomy 'service_type'; did you mean service_types"):
        Vocabulary.load("service_type")


# Finding a term by a word -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_word_means_two_terms(name):
    meaning = {}
    for code, words in words_of(name).items():
        for word in words:
            assert skeleton(word), (code, word)
            assert meaning.setdefault(skeleton(word), code) == code, word


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_label_and_synonym_finds_its_own_term(name):
    for code, words in words_of(name).items():
        for word in words:
            match = match_term(name, word)
            assert match is not None, word
            assert (match.code, match.score) == (code, 1.0), word


def test_synonyms_are_known_and_not_said_twice():
    with (TERMS / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words_of_languages = {folder.parent.name for folder in TERMS.parent.glob("*/word_lists.csv")}  # tr is only read
    assert max(Counter((row["taxonomy"], skeleton(row["word"])) for row in rows).values()) == 1
    for row in rows:
        assert row["code"] in Vocabulary.load(row["taxonomy"]), row
        assert row["language"] in words_of_languages
        assert row["word"] == row["word"].strip() != ""


@pytest.mark.parametrize(
    ("name", "text", "code", "how"),
    [
        ("service_types", "LEG-INF", "LEG-INF", "code"),
        ("service_types", " leg-inf ", "LEG-INF", "code"),
        ("service_types", "Юридическая консультация", "LEG-INF", "label"),
        ("service_types", "бесплатная правовая консультация", "LEG-INF", "synonym"),
        ("service_types", "маслиҳати   ҳуқуқшинос", "LEG-INF", "synonym"),
        ("service_types", "maslihati huquqshinos", "LEG-INF", "synonym"),  # Tajik in Latin letters
        ("service_types", "прием врача", "HLT-PHC", "synonym"),  # without the dots of ё
        ("service_types", "трудовые споры и невыплата зарплаты", "LEG-LAB", "words"),
        ("service_types", "shelter men", "ACC-MEN", "words"),
        ("service_types", "ёрии таъчилии равони", "PSY-CRI", "spelling"),  # plain letters for ҷ and ӣ
        ("service_types", "масли?ати ?у?у?шинос", "LEG-INF", "damaged"),
        ("service_types", "Hot line (phone + Telegram)", "IDN-HOT", "synonym"),
        ("service_types", "психолаг", "PSY-COU", "spelling"),
        ("service_types", "юридичекая кансультация", "LEG-INF", "fuzzy"),
        ("service_types", "vocational trainnig", "INC-VOC", "fuzzy"),
        ("service_types", "AVR", "RET-REP", "synonym"),
        ("beneficiaries", "?абрдидагони з?ровар?", "VUL-DV", "damaged"),
        ("beneficiaries", "with children", "HH-DEP", "synonym"),
        ("beneficiaries", "children", "AGE-CHI", "label"),
        ("documents", "лозим нест", "NONE", "synonym"),
        ("documents", "маълумотнома аз чойи истикомат", "RESIDENCE", "spelling"),
        ("statuses", "не действует", "inactive", "label"),
        ("answers", "0.5", "partly", "synonym"),
        ("languages", "точики", "tg", "spelling"),
    ],
)
def test_words_of_partners_find_their_term(name, text, code, how):
    match = match_term(name, text)
    assert match is not None
    assert (match.code, match.how) == (code, how)
    assert match.score <= 1.0
    assert match.score == 0.85 if "(" in text else match.score >= 0.88


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("service_types", ""),
        ("service_types", " ... "),
        ("service_types", "Advocacy lunch"),
        ("service_types", "и др. виды"),
        ("service_types", "приют для мужщин и женщин"),
        ("service_types", "migrants"),  # not micro-grants
        ("beneficiaries", "бесплатно"),
        ("beneficiaries", "police officers"),
        ("beneficiaries", "без детей"),
        ("answers", "75%"),
        ("answers", "скорее да"),
    ],
)
def test_what_means_nothing_is_not_guessed(name, text):
    assert match_term(name, text) is None


def test_what_stands_in_brackets_may_be_a_condition_so_the_match_is_less_sure():
    match = match_term("beneficiaries", "занон (ва мардон, агар муҳоҷир бошанд)")
    assert match is not None
    assert (match.code, match.score) == ("SEX-F", 0.85)
    whole = match_term("service_types", "курсы (шитьё, кулинария)")
    assert whole is not None
    assert whole.score == 1.0  # the brackets belong to the synonym


def test_shelters_for_other_people_are_never_confused():
    shelters = {"женщин": "ACC-GBV", "мужчин": "ACC-MEN", "детей": "ACC-CHI"}
    for whom, code in shelters.items():
        for slip in (f"приют для {whom}", f"приюты для {whom}", f"приют  длЯ {whom}", f"прият для {whom}"):
            match = match_term("service_types", slip)
            assert match is not None
            assert match.code == code, slip


def test_a_general_word_for_shelter_stays_secret(types):
    for word in (
        "приют",
        "шелтер",
        "Убежище (шелтер)",
        "паноҳгоҳ",
        "shelter",
        "safe house",
        "boshpana",
        "бистари бехатар",
    ):
        match = match_term("service_types", word)
        assert match is not None
        assert types.term(match.code).audience == "custodian", word


def test_the_least_likeness_is_a_choice():
    assert match_term("service_types", "юридичекая консультация") is not None
    assert match_term("service_types", "юридичекая консультация", least=0.99) is None


DEMO = TERMS.parents[2] / "data" / "demo"
UNMATCHED = {
    ("activities_3w.csv", "Target group"): {"general public", "men leaving for work", "police officers"},
    ("activities_3w.csv", "Activity type"): {"Advocacy lunch"},
    ("women_centres.csv", "Киро кабул мекунанд"): {"бесплатно"},  # a cell of a shifted row
    ("standards_assessment.csv", "answer"): {"75%", "скорее да"},
}
"""Words of the demo that mean no term, and are meant not to."""


@pytest.mark.skipif(not DEMO.is_dir(), reason="the demo's files are not beside the package")
@pytest.mark.parametrize(
    ("file", "encoding", "delimiter", "column", "name"),
    [
        ("agreements.csv", "utf-8-sig", ",", "services", "service_types"),
        ("agreements.csv", "utf-8-sig", ",", "document", "agreement_documents"),
        ("standards_assessment.csv", "utf-8-sig", ",", "service", "service_types"),
        ("standards_assessment.csv", "utf-8-sig", ",", "answer", "answers"),
        ("women_centres.csv", "cp1251", ";", "Хизматрасонихо", "service_types"),
        ("women_centres.csv", "cp1251", ";", "Киро кабул мекунанд", "beneficiaries"),
        ("activities_3w.csv", "utf-8-sig", ",", "Activity type", "service_types"),
        ("activities_3w.csv", "utf-8-sig", ",", "Target group", "beneficiaries"),
    ],
)
def test_the_words_of_the_demo_are_known(file, encoding, delimiter, column, name):
    with (DEMO / file).open(encoding=encoding, newline="") as lines:
        rows = list(csv.reader(lines, delimiter=delimiter))
    header = next(row for row in rows if column in row)
    place = header.index(column)
    cells = {
        row[place] for row in rows[rows.index(header) + 1 :] if len(row) > place and not row[place].startswith("#")
    }
    words = {word for cell in cells for word in split_list(cell, lambda text: match_term(name, text) is not None)}
    assert len(words) > 3
    assert {word for word in words if match_term(name, word) is None} == UNMATCHED.get((file, column), set())


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_matched_or_not(text):
    match = match_term("service_types", text)
    assert match is None or match.code in Vocabulary.load("service_types")


@pytest.mark.parametrize(("word", "code"), [("шаҳрвандон", None), ("бешаҳрвандон", "MIG-STL")])
def test_a_word_is_never_its_opposite(word, code):
    assert getattr(match_term("beneficiaries", word), "code", None) == code
