"""Tests of `mapping.language.parsers.standing`."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.language.parsers import closes_on, opens_later, standing, status
from mapping.language.taxonomy import match_term, words_of

WORKS = ("works by appointment", "работает по вторникам", "функционирует", "ҳоло кор мекунад", "hozir ishlayapti")
NOT_YET = (
    "not yet open",
    "will open in May",
    "откроется осенью",
    "планируется открытие",
    "соли оянда кушода мешавад",
    "hali ochilmagan",
)
CLOSED = ("больше не принимает, закрыли", "no longer operating", "дигар кор намекунад", "endi ishlamaydi")
UNKNOWN = ("no answer", "никто не берёт трубку", "телефон молчит", "ҷавоб надоданд", "javob yoʻq", "?", "soʻrash kerak")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *((words, "active") for words in WORKS),
        *((words, "inactive") for words in (*NOT_YET, *CLOSED)),
        *((words, None) for words in UNKNOWN),
    ],
)
def test_what_a_column_of_statuses_says(words, meant):
    assert (status(words) or (None,))[0] == meant


def _slips(word: str) -> st.SearchStrategy[str]:
    """Return words that are like a word: a letter is left out, doubled or another one, or two are put between."""
    place = st.integers(1, len(word) - 1)
    return st.one_of(
        place.map(lambda at: word[:at] + word[at + 1 :]),
        place.map(lambda at: word[:at] + word[at - 1] + word[at:]),
        place.map(lambda at: word[:at] + "ma" + word[at:]),
        st.just("не" + word),
    )


WORDS = [
    (taxonomy, code, word)
    for taxonomy in ("statuses", "activity_statuses", "agreement_statuses")
    for code, words in words_of(taxonomy).items()
    for word in words
    if len(word) > 4
]


@given(st.data())
def test_no_status_is_guessed_from_letters_that_are_alike(data):
    taxonomy, _, word = data.draw(st.sampled_from(WORDS))
    match = match_term(taxonomy, data.draw(_slips(word)))
    assert match is None or match.how != "fuzzy"


@pytest.mark.parametrize(("word", "code"), [("ishlaydi", "active"), ("ishlamaydi", "inactive"), ("ishladi", None)])
def test_a_word_that_works_is_not_one_that_does_not(word, code):
    assert getattr(match_term("statuses", word), "code", None) == code


@pytest.mark.parametrize(
    "words",
    [
        "фаъол нест",
        "faol emas",
        "кушода нест",
        "non-functional",
        "isn't open",
        "not currently operating",
        "не принимает",
        "не знаем, работает ли",
        "open?",
        "perhaps open",
        "шояд кушода",
    ],
)
def test_beside_a_denial_or_a_doubt_nothing_surely_works(words):
    assert (status(words) or ("",))[0] != "active"


@pytest.mark.parametrize(
    ("remark", "day"),
    [
        ("закрывается 31.12.2027", dt.date(2027, 12, 31)),
        ("закрыто с 01.12.2026", dt.date(2026, 12, 1)),
        ("will close in March 2027", dt.date(2027, 3, 1)),
        ("аз 1 январи соли 2027 баста мешавад", dt.date(2027, 1, 1)),
        ("2027 yildan yopiladi", dt.date(2027, 1, 1)),
        ("закроется в следующем году", dt.date(2027, 1, 1)),
        ("closing next year", dt.date(2027, 1, 1)),
        ("closed since 2024", None),
        ("не работает с 2024 г.", None),
        ("закрыто до мая 2027", None),
        ("то охири моҳи марти соли 2027 баста аст", None),
        ("2027-yil yanvargacha yopiq", None),
    ],
)
def test_what_closes_on_a_day_to_come_works_until_then(remark, day):
    assert closes_on(remark, dt.date(2026, 11, 28)) == day


@pytest.mark.parametrize(
    "remark", ["закрыто до мая 2027", "closed until March 2027", "то соли 2027 баста", "2027-yil maygacha yopiq"]
)
def test_what_is_closed_until_a_day_is_so_for_a_while(remark):
    assert (standing(remark) or ("",))[0] == "temporarily closed"


@pytest.mark.parametrize(
    ("remark", "meant"),
    [("31.12.2025 itibarıyla kapatılmıştır", "inactive"), ("kapatılmamıştır", ""), ("kapalı otopark", "")],
)
def test_what_closed_in_turkish_is_closed(remark, meant):
    assert (standing(remark) or ("",))[0] == meant


def test_an_hour_of_closing_closes_nothing():
    assert standing("closes at 17:00") is None
    assert (standing("closing next year") or ("",))[0] == "inactive"


@pytest.mark.parametrize(
    ("remark", "words"),
    [
        ("ещё не открыт", "не открыт"),
        ("скоро откроется", "скоро откроется"),
        ("планируется открытие в мае", "планируется открытие"),
        ("opening in March 2027, not yet open", "not yet open"),
        ("will open in March 2027", "will open"),
        ("кушодашавӣ барои соли 2027 ба нақша гирифта шудааст", "ба нақша"),
        ("2027-yil may oyida ochiladi", "ochiladi"),
        ("will open at 9:00", ""),  # each morning
        ("откроется после обеда", ""),
        ("soat 9 da ochiladi", ""),
        ("opened in March 2024", ""),
        ("планируют открыть филиал в Хисоре", ""),
        ("will open a second office in 2027", ""),
        ("после ремонта скоро снова откроется", "скоро снова откроется"),  # until then it is closed
        ("откроется после ремонта в феврале 2027", "откроется"),
        ("продолжает работу, планируется открытие по субботам", ""),
    ],
)
def test_what_a_remark_says_of_an_opening_still_to_come(remark, words):
    assert opens_later(remark, dt.date(2026, 11, 28)) == words


@pytest.mark.parametrize(
    ("words", "read_as"),
    [
        ("ongoing", "active"),
        ("проект реализуется", "active"),
        ("ended June 2025", "inactive"),
        ("завершён", "inactive"),
        ("not completed", None),
    ],
)
def test_the_status_of_an_activity_is_one_of_its_help(words, read_as):
    outcome = status(words)
    assert (outcome and outcome[0]) == read_as


@pytest.mark.parametrize(
    ("remark", "closed"),
    [
        ("зимой не работает", False),
        ("closed for the summer holidays", False),
        ("тобистон баста аст", False),
        ("закрылся зимой 2025", True),
        ("closed since summer", True),
        ("закрыт, сезонная работа прекращена", True),
        ("Closed in August", False),
        ("avgustda yopiq", False),
        ("Ağustosta kapalı", False),
        ("моҳи август таътил", False),
        ("Закрыт в августе (отпуск)", False),
        ("летом в отпуске не бывают", False),
        ("closed in August 2025", True),
        ("закрыт с августа", True),
        ("закрылись в августе", True),
        ("closed down in March", True),
        ("на ремонте в августе", True),
        ("дар таътил", True),
        ("в отпуске до 15 декабря", True),
        ("тимчасово не працює", True),
        ("жұмыс істемейді", True),
    ],
)
def test_who_closes_every_season_is_not_closed(remark, closed):
    assert bool(standing(remark)) == closed


def test_what_is_disclosed_is_not_closed():
    assert standing("not to be disclosed") is None
    assert standing("disclosed on request") is None


@pytest.mark.parametrize(
    "remark",
    [
        "closed for repair until spring",
        "closed until spring",
        "closed until further notice",
        "out of service for maintenance",
        "закрыто до весны",
        "закрыто до сентября",
        "закрыто до особого распоряжения",
        "то баҳор баста",
        "то моҳи сентябр баста",
        "bahorgacha yopiq",
        "bahorga qadar yopiq",
        "баҳоргача ёпиқ",
        "жөндеуге байланысты жабық",
        "көктемге дейін жабық",
        "оңдоого байланыштуу жабык",
        "жазга чейин жабык",
        "închis pentru reparații",
        "închis până în primăvară",
        "tadilat nedeniyle kapalı",
        "bahara kadar kapalı",
        "закрито до весни",
        "зачинено на ремонт",
    ],
)
def test_what_is_closed_for_repair_or_until_a_time_is_closed_for_a_while_in_each_language(remark):
    outcome = standing(remark)
    assert outcome
    assert outcome[0] == "temporarily closed"


@pytest.mark.parametrize(
    ("remark", "meant"),
    [
        ("закрыт, до этого работал", "inactive"),
        ("зачинено", "inactive"),
        ("closed before spring 2024", "inactive"),
        ("helps to repair houses", None),
        ("ajută la reparații", None),
        ("closed in spring", None),
    ],
)
def test_no_end_and_no_repair_of_its_own_make_no_close_for_a_while(remark, meant):
    outcome = standing(remark)
    assert (outcome and outcome[0]) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("activ", "active"),
        ("funcționează", "active"),
        ("працює", "active"),
        ("жұмыс істейді", "active"),
        ("иштейт", "active"),
        ("açık", "active"),
        ("nu este activ", None),
        ("inactiv", None),
    ],
)
def test_a_status_says_in_each_language_that_something_works(words, meant):
    outcome = status(words)
    assert (outcome and outcome[0]) == meant
