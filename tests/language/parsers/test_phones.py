"""Tests of `mapping.language.parsers.phones`. The numbers are invented: none of them can be dialled."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import MessengerAccount, Partly, Unreadable, accounts, accounts_among, country_of, phones


def numbers(text, region="TJ"):
    return [phone.number for phone in phones(text, region)]


@pytest.mark.parametrize(
    ("text", "region", "number", "national"),
    [
        ("+992 00 016 68 62", "TJ", "+992000166862", "00 016 68 62"),
        ("+992-00-016-68-62", "TJ", "+992000166862", "00-016-68-62"),
        ("992000167231", "TJ", "+992000167231", "000167231"),  # without the plus sign
        (992000118024.0, "TJ", "+992000118024", "000118024"),  # as a spreadsheet keeps it
        ("00 016 68 62", "TJ", "+992000166862", "00 016 68 62"),
        ("8 10 992 00 010 54 48", "TJ", "+992000105448", "00 010 54 48"),  # the old way to dial abroad
        ("00971 00 000 42 16", "AE", "+971000004216", "00 000 42 16"),
        ("00971 00 000 42 16", "TJ", "+971000004216", "00 000 42 16"),
        ("00-0004216", "AE", "+971000004216", "00-0004216"),
        ("8 (000) 000-11-10", "RU", "+70000001110", "8 (000) 000-11-10"),
        ("8 (000) 928-39-14", "KZ", "+70009283914", "8 (000) 928-39-14"),
        ("+7-000-000-11-10", "TJ", "+70000001110", "000-000-11-10"),
        ("0 (000) 000 56 18", "TR", "+900000005618", "0 (000) 000 56 18"),
        ("+90 000 000 56 18", "TJ", "+900000005618", "000 000 56 18"),
        ("+44 20 7946 0000", "TJ", "+442079460000", "20 7946 0000"),
        ("(+992) 00 016 68 62", "TJ", "+992000166862", "00 016 68 62"),
        ("(030) 23125 000", "DE", "+493023125000", "(030) 23125 000"),  # kept for films: nobody has it
        ("030 23125", "DE", "+493023125", "030 23125"),
        ("06 1234 5678", "IT", "+390612345678", "06 1234 5678"),  # there the zero belongs to the number
    ],
)
def test_numbers_in_many_notations(text, region, number, national):
    (phone,) = phones(text, region)
    assert (phone.number, phone.national) == (number, national)
    assert (phone.extension, phone.note, phone.apps, phone.doubt) == (None, "", (), "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1195; SMS 40600", ["1195", "sms:40600"]),
        ("1195, СМС: 40600", ["1195", "sms:40600"]),
        ("40600 (SMS)", ["sms:40600"]),
        ("отправьте SMS на номер 40600", ["sms:40600"]),
        ("+992 00 016 68 62 (SMS)", ["+992000166862"]),  # whoever has such a number can be called
    ],
)
def test_a_short_number_for_text_messages_is_none_to_call(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    "text",
    ["00 016 68 6x", "00016686х", "+992 00 016 68 XX", "00 016 68 6_", "+992 00 016 68 62 (old)", "1313 не работает"],
)
def test_no_number_is_made_of_one_that_is_not_whole_or_out_of_use(text):
    with pytest.raises(Unreadable):
        phones(text, "TJ")


def test_the_new_number_stands_beside_an_old_one():
    with pytest.raises(Partly) as partly:
        phones("+992 00 016 68 62 (старый), новый +992 00 016 68 63", "TJ")
    assert [phone.number for phone in partly.value.value] == ["+992000166863"]


@pytest.mark.parametrize("text", ["0011", "112", "1313", "103", "тел. 0011", "hotline 0011", "горячая линия: 0011"])
def test_short_numbers_are_kept_as_they_are_dialled(text):
    (phone,) = phones(text, "TJ")
    assert phone.number == phone.national == "".join(filter(str.isdigit, text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+992 00 011 83 93; +992 00 021 08 93", ["+992000118393", "+992000210893"]),
        ("+992 00 011 83 93, +992 00 021 08 93", ["+992000118393", "+992000210893"]),
        ("+992 00 011 83 93\n+992 00 021 08 93", ["+992000118393", "+992000210893"]),
        ("+992 00 011 83 93 / +992 00 021 08 93", ["+992000118393", "+992000210893"]),
        ("+992 00 011 83 93/+992 00 021 08 93", ["+992000118393", "+992000210893"]),
        ("+992 00 011 83 93 +992 00 021 08 93", ["+992000118393", "+992000210893"]),
        ("0011, 0022", ["0011", "0022"]),
        ("+992 00 011 83 93/94", ["+992000118393", "+992000118394"]),
    ],
)
def test_several_numbers_in_a_cell(text, found):
    assert numbers(text) == found


def test_a_number_of_which_only_the_end_is_written_is_doubtful():
    assert "only its last digits (94)" in phones("+992 00 011 83 93/94", "TJ")[1].doubt


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("+7 000 070-81-20 доб. 900", 900),
        ("+992 00 021 08 93 (вн. 12)", 12),
        ("+992 00 021 08 93 ext. 12", 12),
        ("+992 00 021 08 93, доб. 12", 12),
        ("+992 00 021 08 93 x12", 12),
        ("+992 00 021 08 93 дохилӣ 12", 12),
        ("+992 00 021 08 93 loc. 12", 12),
        ("+992 00 021 08 93 local 12", 12),
        ("+992 00 021 08 93, int. 12", 12),
    ],
)
def test_extensions(text, extension):
    (phone,) = phones(text, "TJ")
    assert phone.extension == extension
    assert phone.note == ""


def test_extensions_belong_to_the_number_before_them():
    first, second = phones("+992 00 011 83 93; +992 00 021 08 93 (вн. 12)", "TJ")
    assert (first.extension, second.extension) == (None, 12)


def test_what_stands_beside_a_number_is_its_note():
    first, second = phones("+992 00 014 17 00 / +992 00 021 31 17 (Нилгуна)", "TJ")
    assert (first.note, second.note) == ("", "Нилгуна")
    (phone,) = phones("моб. +992 00 014 17 00 приёмная", "TJ")
    assert phone.note == "приёмная"


def test_numbers_of_rooms_are_no_phones():
    (phone,) = phones("кабинет 125, тел. +992 00 014 17 00", "TJ")
    assert phone.number == "+992000141700"


@pytest.mark.parametrize(
    ("text", "apps"),
    [
        ("+992 00 014 17 00 (WhatsApp)", ("whatsapp",)),
        ("+992 00 014 17 00 ватсап, телеграм", ("whatsapp", "telegram")),
        ("+992 00 014 17 00 Viber/Telegram", ("viber", "telegram")),
        ("+992 00 014 17 00", ()),
    ],
)
def test_messengers_beside_a_number(text, apps):
    (phone,) = phones(text, "TJ")
    assert set(phone.apps) == set(apps)
    assert phone.note == ""


def test_a_letter_o_among_digits_is_read_as_zero_and_said():
    (phone,) = phones("+992 ОО 014 05 93", "TJ")
    assert phone.number == "+992000140593"
    assert "letter O" in phone.doubt


@pytest.mark.parametrize("text", ["", " ", "-", "—", None, "нет", "нест", "none"])
def test_no_number_is_not_a_fault(text):
    assert phones(text, "TJ") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("+992 00 011 76", "has 7 digits after \\+992, and 9 are needed"),
        ("1234031", "has 7 digits, and numbers of TJ have 9"),
        ("00-000", "only zeros"),
        ("000", "only zeros"),
        ("уточняется", "not known yet"),
        ("только Telegram", "is no phone number"),
        ("#REF!", "error of the spreadsheet"),
        ("??", "not known"),
        ("12.05.2026", "is a date"),
        ("2026-05-12", "is a date"),
        ("08:00-17:00", "looks like hours"),
        ("9.92E+11", "cut short by the spreadsheet"),
        (33.0, "without the zeros it began with"),
        (0.5, "spreadsheet's number"),
        ("+999 00 016 68 62", "code of no country"),
        ("8 000 000-11-10", "has 11 digits, and numbers of TJ have 9"),
    ],
)
def test_what_is_no_whole_number_is_refused_with_a_reason(text, problem):
    with pytest.raises(Unreadable, match=problem) as caught:
        phones(text, "TJ")
    assert not isinstance(caught.value, Partly)
    assert caught.value.fix


def test_good_numbers_beside_a_bad_one_are_not_lost():
    with pytest.raises(Partly, match="has 7 digits") as caught:
        phones("+992 00 011 76; +992 00 021 08 93", "TJ")
    assert [phone.number for phone in caught.value.value] == ["+992000210893"]
    assert caught.value.rest == "+992 00 011 76"


def test_an_unknown_region_is_said():
    with pytest.raises(Unreadable, match="'XX' is no country"):
        phones("00 016 68 62", "XX")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        found = phones(text, "TJ")
    except Unreadable:
        return
    for phone in found:
        assert phone.number.lstrip("+").isdigit()
        assert 3 <= len(phone.number) <= 18


@settings(deadline=None)
@given(st.integers(10**8, 10**9 - 1), st.sampled_from(["+992 {}", "992{}", "00992{}", "810992{}", "{}"]))
def test_all_ways_to_write_a_number_give_the_same(number, way):
    assert numbers(way.format(number)) == [f"+992{number}"]


def test_a_number_beside_the_name_of_a_messenger_is_its_account():
    read = accounts("WhatsApp +7 916 222 33 44, viber: 93 500 20 01; @umed_help", "TJ")
    assert [(account.app, account.url) for account in read] == [
        ("whatsapp", "+79162223344"),
        ("viber", "+992935002001"),
        ("telegram", "https://t.me/umed_help"),
    ]
    with pytest.raises(Partly) as error:
        accounts("@umed_help, vk.com/umed")
    assert (error.value.rest, len(error.value.value)) == ("vk.com/umed", 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@konsulskiyst900", [MessengerAccount("telegram", "konsulskiyst900", "https://t.me/konsulskiyst900")]),
        ("https://t.me/abcdef", [MessengerAccount("telegram", "abcdef", "https://t.me/abcdef")]),
        ("wa.me/992000166862", [MessengerAccount("whatsapp", "+992000166862", "https://wa.me/992000166862")]),
        ("Telegram: @abcdef, @abcdef", [MessengerAccount("telegram", "abcdef", "https://t.me/abcdef")]),
        ("", []),
        ("нет", []),
    ],
)
def test_accounts(text, found):
    assert accounts(text) == found


@pytest.mark.parametrize("text", ["somebody@mail.example", "Telegram", "@x"])
def test_what_is_no_account_is_refused(text):
    with pytest.raises(Unreadable, match="no account"):
        accounts(text)


NOTATIONS = list(
    csv.DictReader((Path(__file__).parent / "phone_notations.csv").read_text(encoding="utf-8").splitlines())
)


@pytest.mark.parametrize("row", NOTATIONS, ids=lambda row: f"{row['region']} {row['text']}")
def test_the_ways_in_which_people_write_numbers(row):
    """A number is the one that was meant, with its extension, or nothing is made of the cell."""
    text, towns = row["text"].replace("\\n", "\n"), (row["town"],) if row["town"] else ()
    try:
        read = phones(text, row["region"], towns)
    except Partly as fault:
        read = fault.value
    except Unreadable:
        read = []
    told = [phone.number + (f"x{phone.extension}" if phone.extension else "") for phone in read]
    wanted = row["numbers"].split("|") if row["numbers"] else []
    assert told == wanted or (not wanted and all(number in ALLOWED.get(text, ()) for number in told))


ALLOWED = {
    "221-12-34/102": ["+992372211234"],
    "221-12-34, 102": ["+992372211234"],
    "+7 495 200-00-01 доб. 2, 3": ["+74952000001x2"],
}
"""Cells of which the main number may be kept while the row says that the rest was not understood."""


def test_there_are_three_hundred_of_them():
    assert len(NOTATIONS) >= 300
    assert {row["region"] for row in NOTATIONS} == {"TJ", "UZ", "KG", "KZ", "RU", "TR"}


@settings(deadline=None)
@given(st.integers(10_000, 9_999_999), st.integers(1, 999), st.sampled_from(["доб.", "ext", "вн", "#", "dahili", "x"]))
def test_an_extension_is_never_a_number(number, extension, word):
    """With or without the town: the extension is no number, and no digits of it stand in one."""
    for towns in ((), ("372",), ("3422",)):
        try:
            read = phones(f"{number} {word} {extension}", "TJ", towns)
        except Unreadable:
            continue
        assert [(phone.number[-len(str(number)) :], phone.extension) for phone in read] == [(str(number), extension)]


@pytest.mark.parametrize(
    ("text", "faxes"),
    [
        ("тел.: 37-221-12-34; факс 37-221-12-35", [False, True]),
        ("37 221-12-34 (факс)", [True]),
        ("тел./факс: 37-221-12-34", [False]),
        ("tel/fax 37 221 12 34, mob 93 111 22 33", [False, False]),
        ("факс: 37 221-12-34, 93 111 22 33", [True, False]),
    ],
)
def test_a_number_that_only_a_machine_answers_is_told(text, faxes):
    found = phones(text, "TJ")
    assert [phone.fax for phone in found] == faxes
    assert {phone.note for phone in found} == {""}


@pytest.mark.parametrize(
    ("text", "answered", "faxes"),
    [
        ("(3422) 4-00-01 факс (3422) 4-00-02", ["+992342240001"], ["+992342240002"]),
        ("4-00-01 (факс 4-00-02)", ["+992342240001"], ["+992342240002"]),
        ("tel 4-00-01 fax 4-00-02", ["+992342240001"], ["+992342240002"]),
        ("факс 4-00-01 тел 4-00-02", ["+992342240002"], ["+992342240001"]),
        ("Ph 4-00-01 Fax 4-00-02", ["+992342240001"], ["+992342240002"]),
        ("тел/факс 4-00-01", ["+992342240001"], []),
        ("тел./факс: 4-00-01, факс 4-00-02", ["+992342240001"], ["+992342240002"]),
        ("4-00-01 факс", [], ["+992342240001"]),
        ("4-00-01; 4-00-02 (fax)", ["+992342240001"], ["+992342240002"]),
    ],
)
def test_the_word_for_a_fax_is_for_the_number_behind_it(text, answered, faxes):
    read = phones(text, "TJ", ("3422",))
    assert [phone.number for phone in read if not phone.fax] == answered
    assert [phone.number for phone in read if phone.fax] == faxes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("103 (скорая)", ["103"]),
        ("102 — милиция", ["102"]),
        ("горячая линия для женщин: 1414", ["1414"]),
        ("хати боварӣ 1515", ["1515"]),
        ("Helpline 1616 (free)", ["1616"]),
        ("ishonch telefoni: 1146", ["1146"]),
        ("кор. номер 2020", ["2020"]),
        ("рақами кӯтоҳ: 2021, рақам 2022", ["2021", "2022"]),
        ("звоните 1717", ["1717"]),
        ("1818 (горячая линия)", ["1818"]),
        ("call 102 or +992 00 000 11 11", ["102", "+992000001111"]),
    ],
)
def test_a_short_number_among_words_is_read_where_they_say_that_it_is_to_call(text, found):
    try:
        read = phones(text, "TJ")
    except Partly as fault:
        read = fault.value
    assert [phone.number for phone in read] == found


@pytest.mark.parametrize(
    "text", ["номер 200 заявлений", "горячая линия - 100 звонков", "линия 1400 сомони", "звоните 1717 раз"]
)
def test_what_a_number_counts_makes_it_no_number_to_call(text):
    with pytest.raises(Unreadable):
        phones(text, "TJ")


@given(
    st.sampled_from(["каб. {}", "комната {}", "room {}", "офис {}, ", "{} кабинет", "школа {}", "дом {}", "хонаи {}"]),
    st.integers(100, 9999),
)
def test_the_number_of_a_room_is_never_one_to_call(place, number):
    for text in (place.format(number), f"тел. {place.format(number)}", f"{place.format(number)}; +992 00 000 11 11"):
        try:
            read = phones(text, "TJ")
        except Partly as fault:
            read = fault.value
        except Unreadable:
            read = []
        assert [phone.number for phone in read if phone.number != "+992000001111"] == []


@given(st.integers(200_0000, 299_9999), st.integers(0, 9999), st.sampled_from("-–—"))
def test_digits_behind_a_dash_that_stands_apart_are_no_part_of_a_number_that_is_whole(number, end, dash):
    with pytest.raises(Partly) as caught:
        phones(f"{number} {dash} {end}", "TJ", ("37",))
    assert [phone.number for phone in caught.value.value] == [f"+99237{number}"]
    with pytest.raises(Unreadable):
        phones(f"{number} {dash} {end}", "TJ")


def test_a_mobile_number_may_be_grouped_by_such_a_dash():
    assert numbers("93 - 500 - 60 - 70") == ["+992935006070"]
    assert [phone.number for phone in phones("93 500 60 - 70", "TJ", ("37",))] == ["+992935006070"]


def test_a_number_within_a_town_takes_the_code_of_the_fixed_line_before_it():
    found = phones("37 221-12-34, 221-12-35", "TJ")
    assert [phone.number for phone in found] == ["+992372211234", "+992372211235"]
    assert str(found[1].doubt) == "completed by the town's code: +992 372211235"
    with pytest.raises(Partly) as told:
        phones("+992 93 111 22 33, 111 22 44", "TJ")  # a mobile number has no town
    assert [phone.number for phone in told.value.value] == ["+992931112233"]


@pytest.mark.parametrize(
    ("text", "number", "extension", "faxes"),
    [
        ("236-11-15 (доп. 207)", "+992372361115", 207, 0),
        ("236-11-15 дополнительный 207", "+992372361115", 207, 0),
        ("тел.: 236-11-15, ф.: 236-11-16", "+992372361115", None, 1),
        ("т: 236-11-15; ф: 236-11-16", "+992372361115", None, 1),
        ("т./ф. 236-11-15", "+992372361115", None, 0),
    ],
)
def test_short_words_for_extensions_and_faxes_count_too(text, number, extension, faxes):
    first, *others = phones(text, "TJ", ("37",))
    assert (first.number, first.extension, first.fax) == (number, extension, False)
    assert [other.fax for other in others] == [True] * faxes


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+77012345678", "KZ"),
        ("+77172123456", "KZ"),  # Astana
        ("+79161234567", "RU"),
        ("+74951234567", "RU"),
        ("+992372212345", "TJ"),
        ("+992000100001", "TJ"),  # given out by nobody
        ("+12025550123", "US"),
        ("+14165550123", "CA"),
        ("1313", ""),
        ("https://t.me/x", ""),
        ("+999", ""),
    ],
)
def test_a_number_is_of_one_country_though_several_share_a_code(number, country):
    assert country_of(number) == country


@pytest.mark.parametrize("text", ["01/07/2026 - 15/07/2026", "2026 - 15"])
def test_days_are_no_numbers_to_call(text):
    with pytest.raises(Unreadable):
        phones(text, "TJ")


def test_a_towns_code_in_brackets_is_never_a_number_of_its_own():
    """Five digits in brackets before five more are no two numbers, though each half could be one of the town."""
    with pytest.raises(Unreadable):
        phones("(35222) 2-00-53", "TJ", ("3522",))


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("92-000-00-65, TG: @some_help", ["https://t.me/some_help"]),
        ("92 000 00 65 Telegram: @some_help", ["https://t.me/some_help"]),
        ("92 000 00 65; t.me/some_help", ["https://t.me/some_help"]),
        ("92 000 00 65, help@some.example", []),
    ],
)
def test_an_account_beside_a_number_is_told_apart_from_it(text, accounts):
    (phone,) = phones(text, "TJ")
    assert (phone.number, phone.apps) == ("+992920000065", ())
    assert [account.url for account in accounts_among(text)] == accounts


def test_a_cell_of_an_account_alone_holds_no_number_and_no_fault():
    assert phones("@some_help (telegram)", "TJ") == phones("Telegram: @some_help", "TJ") == []
    with pytest.raises(Unreadable):
        phones("Telegram: @some_help, ask us", "TJ")
    assert [account.name for account in accounts_among("@some_help (telegram)")] == ["some_help"]


@pytest.mark.parametrize(
    "text", ["(3222) 2-00-47 or -48", "(3222) 2-00-47 или -48", "3222 2-00-47; yoki -48", "3222 2-00-47, -48"]
)
def test_the_end_of_a_second_number_keeps_its_dash(text):
    assert [phone.number for phone in phones(text, "TJ")] == ["+992322220047", "+992322220048"]


@pytest.mark.parametrize(
    "words",
    [
        "1146 short number",
        "toll-free 1146",
        "1146 (короткий)",
        "1146 бесплатный номер",
        "рақами кӯтоҳ 1146",
        "1146 қисқа рақам",
        "1146 qisqa raqam",
        "number scurt 1146",
        "număr scurt: 1146",
        "қысқа нөмір 1146",
        "1146 кыска номер",
        "1146 kısa numara",
        "короткий номер 1146",
    ],
)
def test_a_number_that_is_said_to_be_short_is_one_in_each_language(words):
    assert [phone.number for phone in phones(words, "UZ")] == ["1146"]


@pytest.mark.parametrize("words", ["1146 консультаций", "каб. 1146", "1146 short of money", "1146 qisqa kurslar"])
def test_a_count_beside_such_words_is_no_number(words):
    with pytest.raises(Unreadable):
        phones(words, "UZ")


@pytest.mark.parametrize(("text", "region"), [("072 345 678", "KE"), ("+254 72 345 678", "KE"), ("07911 12345", "GB")])
def test_a_mobile_number_with_a_digit_short_is_doubted_or_refused(text, region):
    doubts = []
    with contextlib.suppress(Unreadable):
        doubts = [str(phone.doubt) for phone in phones(text, region)]
    assert all("may lack a digit" in doubt for doubt in doubts)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("254723359783", "TJ", "+254723359783"),
        ("380 44 123 45 67", "TJ", "+380441234567"),
        ("254723359783", "KE", "+254723359783"),
    ],
)
def test_a_whole_number_of_another_country_is_that(text, region, number):
    assert numbers(text, region) == [number]


def test_a_foreign_number_is_not_taken_for_one_of_ours():
    with pytest.raises(Unreadable, match="may be a number of"):
        phones("4930123456", "DE")
