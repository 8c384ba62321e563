"""Tests of `mapping.language.fold`: spellings that must meet, and spellings that must not."""

import re
import string
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mapping.language.fold import (
    MOST_GAPS,
    alternatives,
    coarse,
    is_damaged,
    name_key,
    numbered,
    quoted_key,
    restore,
    skeleton,
    tokens,
    wildcard,
    words_for,
)
from mapping.language.languages import word_rows

TAJIK = "абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюя"

SPELLINGS = [
    ["Хуҷанд", "Худжанд", "Khujand", "Xujand", "ХУҶАНД", "Khudzhand"],
    ["Ғафуров", "Гафуров", "Ghafurov", "Gʻafurov", "G'afurov"],
    ["Кӯлоб", "Kulob", "Koʻlob", "Ko'lob", "Ko‘lob"],
    ["Бӯстон", "Бустон", "Buston", "Boʻston"],
    ["Ўзбекистон", "O‘zbekiston", "Oʻzbekiston", "Узбекистон"],
    ["Ваҳдат", "Вахдат", "Vahdat"],
    ["Қубодиён", "Кубодиён", "Qubodiyon"],
    ["Панҷакент", "Panjakent", "Панджакент", "Panjakent "],
    ["Душанбе", "Dushanbe", "Duschanbe", "Duşanbe", "Dušanbe"],
    ["Исфара", "İsfara", "Isfara"],
    ["Московский", "Moskovskiy", "Moskovskij".replace("j", "y")],
    ["щит", "shchit", "shit"],
]


@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda names: names[0])
def test_spellings_share_a_skeleton(spellings):
    assert len({skeleton(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    "spellings",
    [
        ["Кӯлоб", "Куляб", "Кулоб", "Kulyab"],
        ["Хоруғ", "Хорог", "Khorugh", "Khorog", "Xorugʻ"],
        ["Ёвон", "Яван", "Yovon", "Yavan"],
        ["Хуҷанд", "Хучанд", "Huchand"],
        ["таъҷилии", "таъчилии"],
    ],
    ids=lambda names: names[0],
)
def test_coarser_differences_share_the_coarse_key(spellings):
    assert len({coarse(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Хуҷанд", "Хоруғ"), ("Кӯлоб", "Калоб"), ("Восеъ", "Вахш"), ("Панҷ", "Панҷакент"), ("Чорсӯ", "Ҷорсӯ")],
)
def test_different_names_keep_different_skeletons(one, other):
    assert skeleton(one) != skeleton(other)


def test_digits_are_never_folded():
    assert tokens("№ 911") == ["no", "911"]
    assert skeleton("№911") == skeleton("No. 911") == skeleton("no 911") != skeleton("№ 91")
    assert skeleton("2000") == "2000"


def test_lookalike_letters_are_read_in_the_script_of_their_word():
    assert skeleton("Oтдeл cоциальной") == skeleton("Отдел социальной")  # Latin O, e, c
    assert skeleton("Сentre") == skeleton("Centre")  # Cyrillic С
    assert skeleton("Navbaҳor") == skeleton("Навбаҳор")  # no lookalike: read letter by letter
    assert skeleton("ВИЧ") == "vich"


def test_letters_that_are_not_seen_do_not_count():
    assert skeleton("Проф\u00adсоюз\u00a0сезонных\u200b рабочих") == skeleton("Профсоюз сезонных рабочих")
    assert skeleton("Рӯшон") == skeleton("Рӯшон".replace("ӯ", "у\u0304"))  # a letter and a combining macron


@pytest.mark.parametrize("word", ["мили́ция", "ကျပ်", "रुपये", "ช่วยเหลือ", "שָׁלוֹם", "த​மிழ்"])
def test_a_sign_that_goes_with_a_letter_parts_no_word(word):
    assert len(tokens(word)) == 1


def test_a_stress_does_not_count():
    assert skeleton("мили́ция") == skeleton("милиция")


def test_every_sign_that_goes_with_a_letter_is_known_as_one():
    signs = (chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] == "M")
    assert [sign for sign in signs if len(tokens(f"ж{sign}б")) > 1] == []


def test_izofat_is_joined_and_other_hyphens_part_words():
    assert skeleton("Soya-i Chinor") == skeleton("Soyai Chinor") == skeleton("Сояи Чинор") == skeleton("Soyai-Chinor")
    assert tokens("Kurgan-Tyube") == ["kurgan", "tyube"]
    assert tokens("A-I-B") == ["ai", "b"]


def test_empty_and_signs_only():
    assert skeleton("") == skeleton(" «» -- ") == coarse("") == name_key("…") == ""
    assert tokens("ь ъ '") == []


@settings(deadline=None)
@given(st.text())
def test_any_text_folds_to_latin_words_and_folding_twice_changes_nothing(text):
    once = skeleton(text)
    assert skeleton(once) == once or not once.isascii()
    assert once == once.strip()
    assert "  " not in once


@settings(deadline=None)
@given(st.text(alphabet=TAJIK + TAJIK.upper() + " -«»" + string.ascii_letters + string.digits, max_size=40))
def test_our_alphabets_fold_to_ascii_whatever_the_case(text):
    folded = skeleton(text)
    assert re.fullmatch(r"[a-z0-9 ]*", folded)
    assert re.fullmatch(r"[a-z0-9 ]*", coarse(text))
    assert " ".join(tokens(text)) == folded


@settings(deadline=None)
@given(st.text(alphabet=TAJIK, min_size=2, max_size=12))
def test_case_does_not_matter(word):
    assert skeleton(word.upper()) == skeleton(word)


# Damaged exports ------------------------------------------------------------------------------------------------


def damage(text: str) -> str:
    """Lose what Windows-1251 has no letter for."""
    return re.sub("[ҷҳқғӣӯҶҲҚҒӢӮ]", "?", text)


@pytest.mark.parametrize(
    "text",
    [
        "Шаҳри Хуҷанд",
        "Ноҳияи Ҷаббор Расулов",
        "Ноҳияи Кӯшониён",
        "Райҳони Ҷӯйборӣ",
        "маслиҳати ҳуқуқшинос",
        "тоҷикӣ/русӣ",
        "рӯзҳои корӣ 8:00-17:00",
        "50 сомонӣ",
        "ҶДММ «Ҳаёт»",
    ],
)
def test_a_damaged_text_still_matches_what_it_was(text):
    damaged = damage(text)
    assert "?" in damaged
    pattern = wildcard(damaged)
    assert pattern is not None
    assert pattern.fullmatch(skeleton(text))
    assert not pattern.fullmatch(skeleton(text + "а"))


def test_a_damaged_text_matches_no_other_word():
    pattern = wildcard("Ху?анд")
    assert pattern is not None
    assert not pattern.fullmatch(skeleton("Хуманд"))  # м is in Windows-1251 and cannot have been lost
    assert not pattern.fullmatch(skeleton("Ханд"))


@settings(deadline=None)
@given(st.lists(st.text(alphabet=TAJIK, min_size=2, max_size=9), min_size=1, max_size=3))
@example(["ғғзҳғғ"])
@example(["ағ", "ъъ"])
@example(["пқҷгпҳғх"])
def test_any_damaged_text_matches_what_it_was(words):
    text = " ".join(words)
    assume(all(set(damage(word)) != {"?"} and damage(word).count("?") <= MOST_GAPS for word in words))  # enough is left
    if (pattern := wildcard(damage(text))) is not None:
        assert pattern.fullmatch(skeleton(text))


@pytest.mark.parametrize("text", ["Есть ли пандус", "?", "??", "", "Хуҷанд", "где ? там"])
def test_wildcard_is_only_for_damaged_words(text):
    assert not is_damaged(text)
    assert wildcard(text) is None


def test_a_real_question_mark_at_the_end_still_matches_the_word():
    pattern = wildcard("дубликат?")
    assert pattern is not None
    assert pattern.fullmatch(skeleton("дубликат"))


def test_restore_puts_letters_back_where_one_known_word_fits():
    known = ["Шаҳри", "Хуҷанд", "Ноҳияи", "Ҷаббор", "Райҳони", "Ҷӯйборӣ", "даштӣ"]
    assert restore("Ша?ри Ху?анд", known) == "Шаҳри Хуҷанд"
    assert restore("Но?ияи ?аббор Расулов", known) == "Ноҳияи Ҷаббор Расулов"
    assert restore("«Рай?они ??йбор?»", known) == "«Райҳони Ҷӯйборӣ»"
    assert restore("Бунафшаи Дашт?", known) == "Бунафшаи Даштӣ"
    assert restore("ША?РИ", known) == "ШАҲРИ"


def test_restore_leaves_what_it_cannot_know():
    assert restore("?ар", ["ҳар", "ғар"]) == "?ар"  # two words fit
    assert restore("?ар", []) == "?ар"
    assert restore("Хуҷанд?", ["Хуҷанд"]) == "Хуҷанд?"
    assert restore("как дела", ["ҳар"]) == "как дела"


@settings(deadline=None)
@given(st.lists(st.text(alphabet=TAJIK, min_size=3, max_size=8), min_size=1, max_size=5, unique=True))
def test_restore_never_invents_a_word(words):
    text = " ".join(words)
    for before, after in zip(text.split(), restore(damage(text), words).split(), strict=True):
        assert after in {before, damage(before)} or skeleton(after) in {skeleton(word) for word in words}


# Names of organizations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        [
            "ТҶ «Сояи Чинор»",
            "Soyai Chinor",
            "SOYAI CHINOR",
            "Soya-i Chinor",
            "PO Soyai Chinor",
            "Soyai Chinor NGO",
            '"Soyai Chinor" (Public Organization)',
            "  soyai   chinor\u00a0",
            "Soyai-Chinor",
            "ТЧ «Сояи Чинор»",
        ],
        ["ОО «Тень чинары»", "Общественная организация «Тень чинары»", "НПО Тень чинары"],
        ["Беморхонаи «Анористон» № 914", "Беморхонаи «Анористон» №914", "Bemorkhonai Anoriston No. 914"],
        ["State legal aid bureau No. 988", "State-legal-aid-bureau-No.-988"],
    ],
    ids=lambda names: names[0],
)
def test_one_organization_has_one_key(names):
    assert len({name_key(name) for name in names}) == 1


def test_a_name_that_is_only_a_legal_form_keeps_it():
    assert name_key("НПО") == "npo"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ТҶ «Сояи Чинор»", "soyai chinor"),
        ("Больница «Себистон» № 901", "sebiston 901"),
        ('"Hospital "Sebiston" No. 901" (Public Organization)', "sebiston 901"),
        ('"Soyai Chinor" (Public Organization)', ""),  # wrapped in quotation marks as a whole
        ("Soyai Chinor", ""),
        ("Класс «А»", ""),
    ],
)
def test_what_stands_in_quotation_marks(name, key):
    assert quoted_key(name) == key


def test_a_list_holds_the_words_of_every_language() -> None:
    no = words_for("no")
    assert {"no", "net", "nest", "yuk", skeleton("йўқ"), skeleton("hayır")} <= no
    assert "yes" not in no


def test_words_of_lists_become_alternatives_of_an_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"offices": ["рук.;зав*;нач. отд", "boʻlim"], "ranks": ["майор"]}
    monkeypatch.setattr("mapping.language.fold.word_rows", lambda: rows)
    pattern = re.compile(alternatives("offices", "ranks"), re.I)
    texts = "рук.", "рук", "Заведующая", "нач.  отд", "нач. отдела", "bo'lim", "bolim", "bo’limi", "майор", "майора"
    assert [text for text in texts if pattern.match(text)] == [
        "рук.",
        "Заведующая",
        "нач.  отд",
        "bo'lim",
        "bolim",
        "майор",
    ]


def test_words_whose_order_counts_are_numbered() -> None:
    months = numbered("months")
    for names in (["March", "марта", "марти", "mart"], ["December", "дек", "декабри", "dekabr", "aralık"]):
        assert {months[skeleton(name)] for name in names} == {3 if "March" in names else 12}
    assert numbered("numbers")[skeleton("twelve")] == 12
    assert numbered("tens from thirty", 3)[skeleton("девяносто")] == 9


@pytest.mark.parametrize("name", ["months", "numbers", "teens", "tens from thirty"])
def test_no_word_has_two_numbers(name: str) -> None:
    meant: dict[str, set[int]] = {}
    for row in word_rows()[name]:
        for number, words in enumerate(row.split(";"), 1):
            for word in filter(None, words.split("|")):
                meant.setdefault(skeleton(word), set()).add(number)
    assert {word: numbers for word, numbers in meant.items() if len(numbers) > 1} == {}


def test_no_list_holds_an_empty_word() -> None:
    ordered = ("months", "numbers", "teens", "tens from thirty")
    listed = {name: rows for name, rows in word_rows().items() if name not in ordered}
    assert [name for name, rows in listed.items() for row in rows if "" in row.split(";")] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("كمك حقوقي", "کمک حقوقی"),  # the Arabic kaf and yeh
        ("خانه‌های", "خانههای"),  # the sign between letters that do not join
        ("مُحَمَّد", "محمد"),
        ("پـنـاه", "پناه"),
        ("خانۀ آدرس", "خانه ادرس"),
        ("۱۲۳ ٤٥", "123 45"),
    ],
)
def test_words_in_arabic_letters_meet_however_they_were_typed(typed: str, meant: str) -> None:
    assert skeleton(typed) == skeleton(meant) != ""
