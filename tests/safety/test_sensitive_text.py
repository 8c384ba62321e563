"""Texts that tell too much are noticed, each in its own words, and plain ones are left alone."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.safety.sensitive_text import (
    _FOR_COLLEAGUES,
    _OWN_NUMBER,
    _REQUEST,
    _SPEAKS_TO_VISITORS,
    _WISHES,
    HOLD,
    PLACELESS,
    SHELTER,
    STREET,
    TELLING,
    address_tells,
    asks_in_prose,
    asks_silence,
    hides_place,
    withholds,
)


def apart(texts: str) -> tuple[str, ...]:
    return tuple(texts.split(";"))


TOLD = {
    TELLING: (
        "room 12345",
        "call 93 111-22.33",
        "call (93)1112233",
        "call 93–111–22–33",
        "call 93/111/22/33",
        "umed@example.org",
        "www.umed.example",
        "see https://umed.example/map",
        "МАРКАЗИ «Умед»",
        "Умед»",
        'centre "Umed',
        "centre “Umed",
        "centre Umed”",
        "38.559 north",
        "68,787 east",
        "38°33′ north",
    ),
    STREET: (
        "ул. Рудаки",
        "пр. Рудаки",
        "пер. Садовый",
        "д. 5",
        "кв.4",
        "на улице Рудаки",
        "Проспект Рудаки",
        "в переулке",
        "кӯчаи Рӯдакӣ",
        "кучаи Рудаки",
        "хиёбони Рӯдакӣ",
        "Rudaki Avenue",
        "Rudaki kochasi",
        "Rudaki ko‘chasi",
        "Market St.",
        "5 Market street",
        "7 Garden St",
        "5b Old Market road",
        "12 Garden Rd",
        "3 Mill lane",
        "9 Lenin ave",
        "house no 5",
    ),
    HOLD: (
        "не распространять",
        "adres gizlidir",
        "confidențial",
        "мекенжайы құпия",
        "дареги жашыруун",
        "a nu se publica",
        "nu se publică",
        "adres yayınlanmaz",
        "yayınlanmayacak",
        "yayınlanmasını istemiyoruz",
        "yayınlanması istenmiyor",
        "yayınlanması uygun değil",
        "yayınlanması sakıncalıdır",
        "don't share",
        "dont publish",
        "do not print",
        "not to be printed",
        "чоп накунед",
        "эълон нашавад",
        "паҳн намешавад",
        "нашр карда нашавад",
        "ошкор накунед",
        "барои чоп не",
        "барои нашр не",
        "не публиковать",
        "не для печати",
        "не для сайта",
        "Не для всех",
        "не разглашать",
        "не показывать",
        "секретно",
        "конфиденциально",
        "ДСП",
        "для служебного пользования",
        "для внутреннего пользования",
        "только партнёрам",
        "только для сотрудников",
        "только участникам",
        "адрес закрыт",
        "адреса секретны",
        "адрес скрыт",
        "адрес не даём",
        "адр. не даётся",
        "Адрес НИКОМУ!",
        "адрес по запросу",
        "адрес под запрос",
        "адрес не сообщаем",
        "адрес не называем",
        "Do not share",
        "do not publish",
        "do not show",
        "not for publication",
        "not to be shared",
        "not to be disclosed",
        "internal use",
        "CONFIDENTIAL",
        "partners only",
        "partner only",
        "staff only",
        "танҳо барои шарикон",
        "танҳо барои кормандон",
        "faqat hamkorlar uchun",
        "нашр накунед",
        "ошкор накунед",
        "махфӣ",
        "махфиёна",
        "дома у Зарины",
        "на дому",
        "at her home",
        "at his home",
        "at their home",
        "at the home of Zarina",
        "at home",
        "дар хонаи Зарина",
        "maxfiy",
        "chop etilmasin",
        "nashr etilmasin",
        "e'lon qilinmasin",
        "ko'rsatilmasin",
        "нашр этилмасин",
        "эълон қилинмасин",
        "кўрсатилмасин",
        "барои нашр розӣ нест",
        "нашр карда нашавад",
        "нашр намешавад",
        "с публикацией не согласны",
        "публикация не разрешена",
        "закрытая информация",
        "домашний адрес",
        "home address of the chair",
        "apartment of staff member",
        "flat of staff",
    ),
    PLACELESS: (
        "суроға маҳфуз аст",
        "дарёфт тавассути ҳамоҳангсоз",
        "тавассути хати боварӣ",
        "контакт через координатора",
        "звонить через горячую линию",
        "through the hotline",
        "via focal point",
        "through police",
        "via the coordinator",
        "koordinator orqali",
        "ishonch telefoni orqali",
        "with the coordinator",
        "from the manager",
        "private",
        "exact address on call",
        "не указываем",
        "маълумот пӯшида",
        "адрес известен координатору",
        "undisclosed",
        "address withheld",
        "hidden",
        "Secret",
        "unlisted",
        "on request",
        "upon request",
        "by request",
        "not given",
        "not publicly disclosed",
        "not told",
        "will not be revealed",
        "закрыт",
        "скрыт",
        "секретный адрес",
        "засекречен",
        "не сообщается",
        "адр. не сообщ.",
        "не называют",
        "просили не назвать",
        "не даём",
        "НИКОМУ",
        "отказались назвать",
        "отказ дать адрес",
        "отказались сообщить",
        "не раскрываем",
        "не выдаётся",
        "по письменному запросу",
        "адрес у ответственного лица",
        "знает: у координатора",
        "известен у руководителя",
        "через директора",
        "через сотрудников",
        "суроға пинҳон аст",
        "пинхон",
        "гуфта намешавад",
        "дода намешавад",
        "ошкор карда намешавад",
        "намегӯянд",
        "manzil SIR tutiladi",
        "сир тутилади",
        "sir saqlanadi",
        "сир сақланади",
        "сир аст",
        "сир нигоҳ дошта мешавад",
        "yashirin",
        "яширин",
        "aytilmaydi",
        "дома",
        "хона",
        "uyda",
        "уйда",
        "үйде",
        "үйдө",
        "acasă",
        "evde",
        "at home",
        "home",
        "айтылбайт",
        "айтылмайды",
        "berilmagan",
        "oshkor qilinmaydi",
        "oshkor etilmagan",
    ),
    SHELTER: (
        "Приют «Умед»",
        "Убежище",
        "шелтер",
        "Women's Shelter",
        "Refuge of Hope",
        "safehouse",
        "safe house",
        "Safe-House",
        "Safe Home",
        "Паноҳхонаи «Модар»",
        "Хонаи амн",
        "Panohxona",
        "Xavfsiz uy",
        "ПАНОҲГОҲИ занон",
        "панохгох",
        "паногоҳ",
        "panohgohi",
        "panogoh",
        "Kadın Konukevi",
        "sığınma evi",
        "Kadın Sığınağı",
        "Boshpana",
        "бошпана",
        "уақытша баспана",
        "убактылуу башпаана",
        "баш калкалоочу жай",
        "Adăpostul Speranța",
    ),
    _OWN_NUMBER: apart(
        "личный;личная;личное;личного;домашний;домашнего;private;personal;internal;внутренний;внутреннего;шахсӣ;шахсии;"
        "рақами шахси;shaxsiy;ichki;дохилӣ;шахсий;ички;жеке;ішкі;intern;internă;personală;privat;kişisel;özel;dahili;"
        "особистий;особиста;приватний;do not call;don't call;not to call;not for calls;never call;бух. – не звонить;"
        "не звоните!;звонить нельзя;занг назанед;занг зада намешавад;qo'ng'iroq qilinmasin;qo‘ng‘iroq qilmang;"
        "қўнғироқ қилинмасин;қўнғироқ қилманг;қоңырау шалмаңыз;хабарласпаңыз;чалбаңыз;nu sunați;a nu se suna;aramayın;"
        "aramayınız;не дзвонити;не телефонувати"
    ),
    _REQUEST: apart("please;ask;request;просим;просьба;пожалуйста;хоҳиш;илтимос;iltimos"),
    _SPEAKS_TO_VISITORS: apart("we;they;you;your;yours;мы;вы;вас;вам;ваши;мо;шумо;biz;sizning;биз;сизнинг"),
}
"""Pattern -> texts that it must notice."""

PLAIN = {
    TELLING: ("24/7, floor 3", "room 1234", "ward 12, bed 3456", "10.00", "it's free"),
    STREET: ("3 days on the road", "под. 5", "best. ever", "улов", "a house in town"),
    HOLD: ("для всех", "публикации о правах", "адсп", "at the homeland", "партнёры и сотрудники", "share with others"),
    PLACELESS: (
        "secretariat",
        "у рынка, вход у кассы",
        "ул. Отказная 5",
        "по улице Запрудной",
        "сирдарё",
        "Sirli dunyo",
    ),
    _OWN_NUMBER: ("шахси масъул", "не звонить после 18:00", "international", "дежурный", "интернат"),
    SHELTER: ("refugees", "workshelter", "пан", "safe and warm house"),
}
"""Pattern -> texts that it must leave alone."""

NAMES = {TELLING: "telling", STREET: "street", HOLD: "hold", PLACELESS: "placeless", SHELTER: "shelter"}
NAMES |= {_OWN_NUMBER: "own number", _REQUEST: "request", _SPEAKS_TO_VISITORS: "speaks to visitors"}


def examples(texts: dict[re.Pattern[str], tuple[str, ...]]) -> list[Any]:
    return [pytest.param(pattern, text, id=f"{NAMES[pattern]}-{text}") for pattern in texts for text in texts[pattern]]


@pytest.mark.parametrize(("pattern", "text"), examples(TOLD))
def test_what_tells_too_much_is_noticed(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize(("pattern", "text"), examples(PLAIN))
def test_plain_texts_are_left_alone(pattern: re.Pattern[str], text: str) -> None:
    assert not pattern.search(text)


def test_whoever_asks_for_silence_in_a_remark_is_heard() -> None:
    assert asks_silence("ул. Рудаки 5, не для сайта")
    assert not asks_silence("ул. Рудаки 5")


def test_a_place_is_hidden_by_a_wish_for_silence_and_by_words_that_it_is_not_told() -> None:
    assert hides_place("г. Хуҷанд, не для сайта")
    assert hides_place("Khujand (undisclosed)")
    assert not hides_place("Khujand, Rudaki 5")


def without_one_choice(pattern: str) -> Iterator[str]:
    """Yield a pattern as often as it has choices, each time without one of them."""
    opened, groups = [[-1]], []
    for place, letter in enumerate(re.sub(r"\\.|\[[^]]*]", lambda escaped: "x" * len(escaped[0]), pattern)):
        if letter == "(":
            opened.append([place + 2])  # (?:
        elif letter == "|":
            opened[-1].append(place)
        elif letter == ")":
            groups.append([*opened.pop(), place])
    for first, *bars, last in (*groups, [*opened.pop(), len(pattern)]):
        for start, end in pairwise([first, *bars, last] if bars else []):
            yield pattern[: start + 1] + pattern[end + 1 :] if start == first else pattern[:start] + pattern[end:]


@pytest.mark.parametrize("pattern", TOLD, ids=NAMES.get)
def test_no_word_of_a_pattern_can_go_unnoticed(pattern: re.Pattern[str]) -> None:
    for poorer in without_one_choice(pattern.pattern):
        assert not all(re.search(poorer, text, re.IGNORECASE) for text in TOLD[pattern]), poorer


@pytest.mark.parametrize(
    "text",
    [
        "yayınlanması uygundur",
        "adresin yayınlanmasına izin verildi.",
        "не секретно",
        "not confidential",
        "махфӣ нест",
        "maxfiy emas",
        "gizli değil",
        "құпия емес",
    ],
)
def test_that_something_is_no_secret_asks_for_nothing(text):
    assert not asks_silence(text)
    assert asks_silence(f"{text}, но не публиковать")


@pytest.mark.parametrize(
    "text",
    [
        "yayınlanmasına izin yok",
        "yayınlanmasına izin verilmiyor",
        "yayınlanması mümkün değil",
        "yayınlanması uygun görülmemiştir",
        "yayınlanması uygundur değil",
        "yayınlanmasın",
        "yayınlanmamalıdır",
    ],
)
def test_what_is_said_of_publishing_hides_unless_it_allows_it_plainly(text):
    assert asks_silence(text)


@pytest.mark.parametrize("text", ["нашр шуд дар сомона", "e'lon qilindi", "публикует отчёты", "house of culture"])
def test_what_was_published_is_no_wish_to_stay_hidden(text):
    assert not asks_silence(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("адрес известен координатору", True),
        ("near the station (exact address on call)", True),
        ("private", True),
        ("не указываем", True),
        ("маълумот пӯшида", True),
        ("Private clinic, Rudaki 5", False),
        ("with the clinic", False),
    ],
)
def test_a_place_that_somebody_keeps_is_not_told(text, hidden):
    assert hides_place(text) == hidden


SHOWING = apart(
    "публикация;опубликовать;обнародование;распространение;разглашение;печать;publication;disclosure;printing;нашр;чоп;"
    "эълон;ошкор;паҳн;e'lon;nashr;chop;oshkor;tarqatish;тарқатиш;yayın;жарыялоо"
)
FORBIDDEN = apart(
    "запрещено;нельзя;невозможно;не подлежит;не допускается;не разрешено;без права;not allowed;not permitted;"
    "not possible;forbidden;prohibited;манъ аст;мумкин нест;иҷозат нест;иҷозат намедиҳанд;мумкин эмас;рухсат эмас;"
    "рухсат йўқ;mumkin emas;ruxsat emas;ruxsat yo'q;taqiqlanadi;тақиқланади;yasaktır;болбойт;болмайды"
)
COLLEAGUES = apart(
    "referring;agencies;partners;staff;colleagues;professionals;providers;партнёров;сотрудников;коллег;специалистов;"
    "участников;своих;ҳамкорон;шарикон;кормандон;мутахассисон;hamkorlar;xodimlar;mutaxassislar;tanishlar;ходимлар;"
    "танишлар;police;милиции;полиции;овд;политсия;militsiya"
)
ASKED = (
    (
        *(text for word in SHOWING for text in (f"{word} нельзя", f"prohibited: forbidden {word}")),
        *(text for word in FORBIDDEN for text in (f"публикация {word}", f"{word} публикация")),
    ),
    apart(
        "do not list;never publish;don't disclose;not to advertise;not for posting;not be circulated;not distributed;"
        "not reveal;do not give out;do not give it out;do not pass on;do not pass it on;do not make public;"
        "do not make it public;not publicly shared;do not share;not printed"
    ),
    ("keep this private", "kept secret"),
    apart(
        "не публиковать;нельзя опубликовать;не опубликуйте;не печатайте;не распространяйте;не разглашайте;не афишируем;"
        "не выкладывайте;не размещайте;не показывайте;не сообщать;не указывать;не давать;не передавать"
    ),
    apart(
        "барои нашр не;барои чоп не;нашр нашавад;чоп накунед;ошкор надиҳед;эълон карда намешавад;паҳн нашавад;"
        "дода намешавад;эълон қилинмасин;нашр этилманг;чоп этмаслик;ошкор қилмайди"
    ),
    apart("e'lon qilinmasin;nashr etilmang;chop etmaslik;oshkor qilmaydi"),
    apart("tarqatmang;ko'rsatilmasin;joylashtirmaslik;joylashtirinmasin;berilmasin;berinmang;aytmaslik;tarqatinmaslik"),
    apart("тарқатманг;кўрсатилмасин;жойлаштирмаслик;беринманг;айтмаслик;тарқатинмаслик"),
    apart(
        "yayımlanmasın;yayınlamayın;paylaşmayınız;göstermeyin;açıklanmamalıdır;duyurulmamalı;listelenmemeli;"
        "yayınlanmaması rica olunur;gösterilmemesi;göstermesin"
    ),
    apart("жарияланбасын;жариямаңыз;не публікувати;не розголошувати;не оприлюднювати"),
    (
        *(text for who in COLLEAGUES for text in (f"only for {who}", f"for {who} only")),
        "only to staff",
        "only among staff",
    ),
    (
        *(f"только для {who}" for who in COLLEAGUES),
        *("исключительно для партнёров", "только внутри партнёров", "только среди партнёров"),
    ),
    (
        *(f"танҳо барои {who}" for who in COLLEAGUES),
        *("танхо барои шарикон", "фақат барои шарикон", "танҳо ба шарикон"),
    ),
    tuple(f"faqat {who}" for who in COLLEAGUES),
)
"""Texts for each pattern by which somebody asks for silence, in their order."""

WORDED = [*zip((_WISHES | _FOR_COLLEAGUES).items(), ASKED, strict=True)]


@pytest.mark.parametrize("wish", WORDED, ids=lambda wish: wish[1][0])
def test_no_word_of_a_wish_can_go_unnoticed(wish):
    (pattern, parts), texts = wish
    for text in texts:
        assert pattern.search(text), text
        assert withholds(text.upper()), text
    for poorer in without_one_choice(pattern.pattern):
        assert not all(re.search(poorer, text) for text in texts), poorer
    for part in parts:
        others = [other for other in parts if other != part]
        assert not all(any(other in text for other in others) for text in texts), part


@given(st.data())
def test_a_text_without_the_part_of_a_wish_holds_no_wish(data):
    """What matches a pattern holds one of the parts for which texts are looked through first."""
    pattern, parts = data.draw(st.sampled_from([*(_WISHES | _FOR_COLLEAGUES).items()]))
    text = data.draw(st.from_regex(pattern))
    assert any(part in text for part in parts)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Do not list the number", True),
        ("NOT FOR PUBLICATION", True),
        ("keep this private", True),
        ("Не размещать на сайте", True),
        ("просьба не указывать дом", True),
        ("барои нашр не", True),
        ("нашр карда нашавад", True),
        ("eʼlon qilinmasin", True),
        ("manzil berilmasin", True),
        ("манзил айтилмасин", True),
        ("only for partner agencies", True),
        ("for staff use only", True),
        ("только для сотрудников", True),
        ("танҳо барои шарикон", True),
        ("faqat hamkorlar uchun", True),
        ("yayınlanmasın", True),
        ("Lütfen paylaşmayınız", True),
        ("yayımlanmasını istemiyoruz", True),
        ("yayınlanmasını istiyoruz", False),
        ("yer göstermesi", False),
        ("жарияланбасын", True),
        ("не публікувати", True),
        ("только для милиции", True),
        ("эълон қилиш мумкин эмас", True),
        ("eʼlon qilish mumkin emas", True),
        ("нашр кардан манъ аст", True),
        ("ошкор кардан мумкин нест", True),
        ("публикация запрещена", True),
        ("без права публикации", True),
        ("разглашению не подлежит", True),
        ("publication is not allowed", True),
        ("тарқатиш тақиқланади", True),
        ("yayınlamak yasaktır", True),
        ("жарыялоого болбойт", True),
        ("нашр кардан мумкин аст", False),
        ("публиковать можно, парковаться нельзя", False),
        ("размещение мужчин запрещено", False),
        ("police only for emergencies", False),
        ("for women only", False),
        ("published in 2024, listed and shared", False),
        ("only two rooms", False),
    ],
)
def test_a_wish_for_silence_is_heard_wherever_it_is_asked_for(text, wish):
    assert withholds(text) == wish
    assert asks_silence(text) or not wish


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Legal advice for women. Please do not list this number.", True),
        ("Crisis centre; address not to be published", True),
        ("Просим вас не публиковать адрес.", True),
        ("Юридическая помощь. Не размещать на сайте!", True),
        ("We do not share what you tell us.", False),
        ("Help is free. Your name is never disclosed.", False),
        ("Мы не передаваем и не разглашаем ваши данные", False),
        ("Only for staff of agencies that refer clients", False),  # for whom it is
        ("Reports are published each year", False),
    ],
)
def test_a_description_asks_for_silence_of_itself_and_not_of_what_visitors_tell(text, wish):
    assert asks_in_prose(text) == wish


TJ_CODES = ("734", "735", "736", "737")


@pytest.mark.parametrize(
    ("address", "country", "tells"),
    [
        ("1 rue Sala, 69002 Lyon", "FR", False),
        ("ул. Айни 12, 734025 Душанбе", "TJ", False),
        ("ул. Айни 12, 734025 Душанбе, 734003", "TJ", True),
        ("ул. Айни 12, 221234 Душанбе", "TJ", True),  # a town's number in Tajikistan has six digits too
        ("ул. Айни 12, 22734", "TJ", True),
        ("ул. Айни 12, 22734", "XX", True),
        ("10115 Berlin", "DE", True),  # Germany has phones of five digits
        ("Main St 5, Seattle WA 98104", "US", False),
        ("Main St 5, Seattle WA 98104-1234", "US", False),
        ("12 rue Sala, 69002-1234", "FR", True),  # nine digits, as a phone of France has
        ("Main St 5, Seattle WA98104", "US", True),
        ("Main St 5, 5551234", "US", True),
        ("ТЦ «Садбарг», Душанбе", "TJ", False),
        ("Айни 12 734025", "TJ", True),  # one long number, as a phone is written
        ("Айни 5, 22-73-45-9", "TJ", True),
        ("(372) 221234", "TJ", True),
        ("Айни, 734025, 221234", "TJ", True),
        ("Айни 5, тел. 73401", "TJ", True),
        ("Айни 5, +73422", "TJ", True),
        ("38.56123, 68.77456", "TJ", True),
        ("38,56123 68,77456", "FR", True),
        ("Приют «Надежда», Айни 5", "TJ", True),
        ('Gulobi St. 9 (ward "Sapphire")', "TJ", True),
        ("somebody@example.org", "FR", True),
    ],
)
def test_an_address_keeps_its_postal_code_and_quotation_marks_and_tells_no_number(address, country, tells):
    assert address_tells(address, country, TJ_CODES if country == "TJ" else ()) == tells
