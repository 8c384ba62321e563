"""Tests of `mapping.language.parsers.lists`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Partly, Unreadable, language_codes, left_out, split_list, two_names, yes_no
from mapping.language.taxonomy import Vocabulary, match_term


@pytest.mark.parametrize(
    "text", ["да", "Да", "ДА", "ҳа", "Ҳа", "?а", "ha", "yes", "Yes.", "+", "1", 1, 1.0, True, "evet", "есть"]
)
def test_yes(text):
    assert yes_no(text) is True


@pytest.mark.parametrize("text", ["нет", "Нет", "не", "Не", "yo‘q", "yo'q", "no", "-", "–", "0", 0, 0.0, False, "нест"])
def test_no(text):
    assert yes_no(text) is False


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("қисман", "neither yes nor no"),
        ("частично", "neither yes nor no"),
        ("по вторникам", "neither yes nor no"),
        ("n/a", "neither yes nor no"),
        ("2", "neither yes nor no"),
        ("?", "not known"),
        ("", "no answer is given"),
        ("#REF!", "error of the spreadsheet"),
    ],
)
def test_what_is_neither_is_refused(text, problem):
    with pytest.raises(Unreadable, match=problem):
        yes_no(text)


def services(text):
    return split_list(text, lambda term: match_term("service_types", term) is not None)


def people(text):
    return split_list(text, lambda term: match_term("beneficiaries", term) is not None)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a; b;c", ["a", "b", "c"]),
        ("a\nb", ["a", "b"]),
        ("a;\nb", ["a", "b"]),
        ("a / b", ["a", "b"]),
        ("a/b", ["a", "b"]),
        ("a + b", ["a", "b"]),
        ("tg+ru+xx", ["tg", "ru", "xx"]),
        ("a, b", ["a", "b"]),
        ("a ва b", ["a", "b"]),
        ("a и b", ["a", "b"]),
        ("a and b, c", ["a", "b", "c"]),
        ("help (food, clothes), advice", ["help (food, clothes)", "advice"]),
        ("a, a; b", ["a", "b"]),
        ("", []),
        (" ; , ", []),
        (None, []),
        ("навсегда", ["навсегда"]),  # "ва" inside a word parts nothing
    ],
)
def test_lists_are_cut_at_their_separators(text, terms):
    assert split_list(text) == terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("невыплата зарплаты, трудовые споры", ["невыплата зарплаты, трудовые споры"]),
        (
            "невыплата зарплаты, трудовые споры / консультация по услугам / гуманитарная помощь",
            ["невыплата зарплаты, трудовые споры", "консультация по услугам", "гуманитарная помощь"],
        ),
        ("Consular help, Unpaid wages, labour disputes", ["Consular help", "Unpaid wages, labour disputes"]),
        ("Consular assistance, return certificate", ["Consular assistance, return certificate"]),
        ("информирование о правах, оплата проезда", ["информирование о правах", "оплата проезда"]),
        ("консультация юриста; курсы (шитьё, кулинария)", ["консультация юриста", "курсы (шитьё, кулинария)"]),
        ("машварати равоншинос ва машварати хукуки", ["машварати равоншинос", "машварати хукуки"]),
        ("консультация психолога + консультация юриста", ["консультация психолога", "консультация юриста"]),
        ("трудоустройство / и др. виды", ["трудоустройство", "и др. виды"]),
        ("Family / civil cases", ["Family / civil cases"]),
        (
            "Job placement; Unpaid wages, labour disputes; Mobile team",
            ["Job placement", "Unpaid wages, labour disputes", "Mobile team"],
        ),
        ("HIV/TB testing", ["HIV/TB testing"]),
    ],
)
def test_a_known_term_is_never_cut(text, terms):
    assert services(text) == terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Женщины Мужчины", ["Женщины", "Мужчины"]),
        ("Люди с инвалидностью Женщины", ["Люди с инвалидностью", "Женщины"]),
        ("Вернувшиеся мигранты Женщины", ["Вернувшиеся мигранты", "Женщины"]),
        (
            "женщины, с детьми, пострадавшие от насилия в семье",
            ["женщины", "с детьми", "пострадавшие от насилия в семье"],
        ),
        (
            "men\nlabour exploitation\nreturning labour migrants",
            ["men", "labour exploitation", "returning labour migrants"],
        ),
        ("men leaving for work", ["men leaving for work"]),  # not all of it is known, so it stays whole
    ],
)
def test_known_words_side_by_side_are_parted(text, terms):
    assert people(text) == terms


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="abcде ", min_size=1, max_size=8).map(str.strip).filter(bool), max_size=5, unique=True)
)
def test_what_is_joined_by_semicolons_is_cut_again(terms):
    assert split_list("; ".join(terms)) == terms


@settings(deadline=None)
@given(st.text(max_size=60))
def test_nothing_is_lost_but_separators(text):
    letters = {letter for term in split_list(text, lambda term: len(term) < 4) for letter in term}
    kept = {letter for letter in text if letter.isdigit()}
    assert kept <= letters


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("таджикский, русский, узбекский, английский", ["tg", "ru", "uz", "en"]),
        ("таджикский/русский/шугнанский", ["tg", "ru", "sgh"]),
        ("Таджикский Русский Узбекский", ["tg", "ru", "uz"]),
        ("Таджикский ягнобский", ["tg", "yai"]),
        ("Таджикский Дари Английский", ["tg", "prs", "en"]),
        ("точики/руси/ягноби", ["tg", "ru", "yai"]),
        ("тоҷикӣ ва русӣ", ["tg", "ru"]),
        ("то?ик?/рус?/англис?", ["tg", "ru", "en"]),
        ("tg+ru+sgh", ["tg", "ru", "sgh"]),
        ("TJ, RU, Shughni", ["tg", "ru", "sgh"]),
        ("TJ/RU/EN/Dari/UZ/KG", ["tg", "ru", "en", "prs", "uz", "ky"]),
        ("Taj., Rus., Farsi", ["tg", "ru", "fa"]),
        ("TJ, RU, sign", ["tg", "ru", "sgn"]),
        ("таджикский, турецкий, арабский, казахский", ["tg", "tr", "ar", "kk"]),
        ("tojikcha, o‘zbekcha", ["tg", "uz"]),
        ("русский, русский", ["ru"]),
    ],
)
def test_languages(text, codes):
    assert language_codes(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("English only", ["en"]),
        ("исключительно узбекский", ["uz"]),
        ("танҳо русӣ", ["ru"]),
        ("faqat oʻzbek", ["uz"]),
        ("государственный язык, английский", ["ky", "en"]),
        ("забони давлатӣ, русӣ", ["ky", "ru"]),
        ("davlat tili, rus", ["ky", "ru"]),
        ("official language", ["ky"]),
    ],
)
def test_only_one_language_and_that_of_the_state(text, codes):
    assert language_codes(text, "ky") == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Russian; Pashto on request", ["ru", "ps"]),
        ("таджикский, английский через переводчика", ["tg", "en"]),
        ("тоҷикӣ, чинӣ бо тарҷумон", ["tg", "zh"]),
        ("oʻzbek, ingliz so‘rov bo‘yicha", ["uz", "en"]),
    ],
)
def test_a_language_on_request_is_read_and_told(text, codes):
    with pytest.raises(Partly, match="holds for a part") as caught:
        language_codes(text)
    assert caught.value.value == codes


def test_an_unknown_language_beside_known_ones_is_handed_over_apart():
    with pytest.raises(Partly, match="'xx' is no language") as caught:
        language_codes("tg+ru+xx")
    assert (caught.value.value, caught.value.rest) == (["tg", "ru"], "xx")


@pytest.mark.parametrize("text", ["all local", "сб 8-13", "", "xx", "уточняется"])
def test_what_names_no_language_is_refused(text):
    with pytest.raises(Unreadable) as caught:
        language_codes(text)
    assert not isinstance(caught.value, Partly)


@pytest.mark.parametrize("separator", [", ", " / ", " and "])
def test_a_cell_with_thousands_of_words_costs_no_time(separator):
    """Each word is looked at a few times only, however many there are."""
    asked = []
    split_list(separator.join(f"w{n}" for n in range(5000)), known=lambda text: bool(asked.append(text)))
    assert len(asked) < 100
    split_list(separator.join(f"w{n}" for n in range(150)), known=lambda text: bool(asked.append(text)))
    assert len(asked) < 2000


@pytest.mark.parametrize(
    ("text", "spoken", "codes"),
    [
        ("română, rusă", ("ro", "ru"), ["ro", "ru"]),
        ("Romanian, Gagauz", (), ["ro", "gag"]),
        ("Swahili; English", ("sw", "en"), ["sw", "en"]),
        ("Kiswahili, Kiingereza", ("sw", "en"), ["sw", "en"]),
    ],
)
def test_languages_that_no_table_of_ours_has(text, spoken, codes):
    assert language_codes(text, "", spoken) == codes
    assert all(code in Vocabulary.load("languages") for code in codes)


def test_a_language_by_cldr_has_labels_and_no_other_word_is_one():
    assert str(Vocabulary.load("languages").label("ro", "ru")) == "Румынский"
    assert "qqq" not in Vocabulary.load("languages")
    with pytest.raises(Unreadable):
        language_codes("rom", "", ("ro",))


@pytest.mark.parametrize(
    ("text", "rest", "who"),
    [
        ("все, кроме детей", "все", ("детей",)),
        ("семьи (кроме беженцев)", "семьи", ("беженцев",)),
        ("women, except drug users", "women", ("drug users",)),
        ("everyone but men", "everyone", ("men",)),
        ("women, excl. minors", "women", ("minors",)),
        ("no children under 5", "", ("children under 5",)),
        ("все, искл. детей", "все", ("детей",)),
        ("ҳама ғайри мардон", "ҳама", ("мардон",)),
        ("ҳама ба истиснои кӯдакон", "ҳама", ("кӯдакон",)),
        ("ба ғайр аз мардон", "", ("мардон",)),
        ("bolalardan tashqari", "", ("bolalar",)),
        ("эркаклардан ташқари", "", ("эркаклар",)),
        ("семьи. Мужчин не принимаем.", "семьи", ("Мужчин",)),
        ("Мужчин у нас НЕ принимают!", "", ("Мужчин",)),
        ("не принимаем мужчин; семьи", "семьи", ("мужчин",)),
        ("мужчины и дети не обслуживаются", "", ("мужчины и дети",)),
        ("семьи, мужчин не принимаем", "семьи", ("мужчин",)),
        ("только семьи, мужчин не берём", "только семьи", ("мужчин",)),
        ("women and girls, men not accepted", "women and girls", ("men",)),
        ("children are not admitted; women", "women", ("children",)),
        ("We do not accept men", "", ("men",)),
        ("мужчинам отказывают", "", ("мужчинам",)),
        ("adults only (no children)", "adults only", ("children",)),
        ("families (adults excluded)", "families", ("adults",)),
        ("girls, no men", "girls", ("men",)),
        ("кӯдакон қабул карда намешаванд, дигарон ҳама", "дигарон ҳама", ("кӯдакон",)),
        ("занон; мардонро намегирем", "занон", ("мардонро",)),
        ("bolalar bundan mustasno", "", ("bolalar",)),
        ("erkaklar qabul qilinmaydi", "", ("erkaklar",)),
        ("erkaklar uchun emas", "", ("erkaklar",)),
        ("ayollar va bolalar, erkaklar qabul qilinmaydi", "ayollar va bolalar", ("erkaklar",)),
    ],
)
def test_who_is_left_out_before_or_behind_the_words_for_it(text, rest, who):
    assert left_out(text) == (rest, who, ())


@pytest.mark.parametrize(
    "text",
    [
        "женщины и дети",
        "кроме того, семьи",
        "no papers needed",
        "лица, не имеющие документов",
        "мигранты, которых не принимают дома",
        "those who were not accepted elsewhere",
        "без документов",
        "",
    ],
)
def test_a_denial_that_says_more_of_people_leaves_out_nobody(text):
    assert left_out(text) == (text, (), ())


@pytest.mark.parametrize(
    ("text", "who", "unclear"),
    [
        ("мужчин, детей не принимаем", ("детей",), ("мужчин",)),
        ("женщины и семьи, мужчин и детей не принимаем", ("мужчин и детей",), ("женщины и семьи",)),
        ("ayollar, erkaklar qabul qilinmaydi", ("erkaklar",), ("ayollar",)),
        ("Мужчин не принимаем на ночь", (), ("Мужчин не принимаем на ночь",)),
        ("women not included in other programmes", (), ("women not included in other programmes",)),
    ],
)
def test_who_may_be_left_out_is_neither_helped_nor_left_out(text, who, unclear):
    assert left_out(text) == ("", who, unclear)


def test_words_that_a_small_word_joins_are_not_parted():
    known = {"victims", "of war", "victims of", "war", "shelter"}.__contains__
    assert split_list("victims of war", known=known) == ["victims of war"]
    assert split_list("shelter victims", known=known) == ["shelter", "victims"]


@given(st.text(max_size=60))
def test_any_text_says_who_is_left_out_or_nobody(text):
    out = left_out(text)
    assert out.rest == text or out.who or out.unclear


def test_what_could_be_cut_anywhere_names_no_two():
    assert two_names("Umed – Nur") == [("Umed", "Nur")]
    assert two_names("договор  между «Умед»  и «Нур»\n о переадресации")[:2] == [
        ("«Умед»", "«Нур»\n о переадресации"),
        ("«Умед»", "«Нур»"),
    ]
    assert two_names(", ".join("abcdefghijklmnopqrstuvwxyz" * 2)) == []
