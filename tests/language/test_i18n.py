"""Texts, numbers and dates as each language writes them."""

import copy
import datetime as dt
import math
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mapping.language
from mapping.language import i18n
from mapping.language.i18n import (
    UNSAID,
    Label,
    Message,
    People,
    Share,
    about,
    and_more,
    both,
    catalogue,
    chain,
    country_name,
    date,
    either,
    form,
    listing,
    month,
    number,
    percent,
    quoted,
    ranged,
    show,
    translate,
)
from mapping.language.languages import attributes, codes, folders, forget
from mapping.language.languages import language as folder_of
from tests.support.translations import catalogue as read_catalogue
from tests.support.translations import catalogues, languages

NBSP = "\u00a0"
ALL = ("en", *languages())


@pytest.fixture
def translations(tmp_path, monkeypatch):
    """Let the catalogues be what a test writes: ``add("ru", "maps", {"Map": "Карта"})``."""
    for code in codes():
        (tmp_path / code).mkdir()
        (tmp_path / code / "language.toml").write_bytes((folders()[code] / "language.toml").read_bytes())
    monkeypatch.setattr("mapping.language.__path__", [str(tmp_path)])
    forget()
    catalogue.cache_clear()

    def add(language, section, texts, *, flags=""):
        folder = tmp_path / language
        folder.mkdir(parents=True, exist_ok=True)
        head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        lines = (f'{flags}msgid "{english}"\nmsgstr "{text}"\n' for english, text in texts.items())
        (folder / f"{section}.po").write_text(head + "\n".join(lines), encoding="utf-8")

    yield add
    monkeypatch.undo()
    forget()
    catalogue.cache_clear()


def test_a_text_is_said_in_the_language_of_the_reader(translations):
    translations("ru", "maps", {"Map": "Карта"})
    translations("tg", "maps", {"Map": "Харита"})
    assert [translate("Map", language) for language in ("en", "ru", "tg")] == ["Map", "Карта", "Харита"]


def test_tajik_and_uzbek_fall_back_to_russian_and_then_to_english(translations):
    translations("ru", "maps", {"Map": "Карта"})
    assert translate("Map", "tg") == translate("Map", "uz") == "Карта"
    assert translate("Legend", "tg") == translate("Legend", "ru") == "Legend"


def test_an_unknown_language_is_answered_in_english():
    assert chain("fr") == ("fr", "en")
    assert chain("en")[0] == "en"
    assert translate("People", "fr") == "People"


def test_all_sections_are_read_together(translations):
    translations("ru", "maps", {"Map": "Карта"})
    translations("ru", "web", {"Call": "Позвонить"})
    assert catalogue("ru") == {"Map": "Карта", "Call": "Позвонить"}


def test_texts_marked_as_doubtful_or_empty_are_not_used(translations):
    translations("ru", "maps", {"Map": "Карта?"}, flags="#, fuzzy\n")
    translations("ru", "web", {"Call": ""})
    assert translate("Map", "ru") == "Map"
    assert translate("Call", "ru") == "Call"


def test_values_are_filled_in_as_the_language_writes_them(translations):
    translations("ru", "maps", {"{people} people": "{people} жителей"})
    message = Message("{people} people", {"people": 1234567})
    assert message.into("en") == str(message) == "1,234,567 people"
    assert message.into("ru") == f"1{NBSP}234{NBSP}567 жителей"


def test_a_translation_may_turn_the_order_round(translations):
    translations("tg", "maps", {"{a} of {b}": "аз {b} то {a}"})
    assert Message("{a} of {b}", {"a": 1, "b": 2}).into("tg") == "аз 2 то 1"


def test_messages_and_names_may_stand_in_messages():
    inner = Message("{n} km", {"n": 5})
    place = {"tg": "Хуҷанд", "ru": "Худжанд", "en": "Khujand"}
    message = Message("{far} from {place}", {"far": inner, "place": place})
    assert message.into("en") == "5 km from Khujand"
    assert "Хуҷанд" in message.into("tg")
    assert "Худжанд" in message.into("uz"), "Uzbek falls back to Russian before English"


def test_braces_in_a_value_are_text_and_nothing_more():
    assert str(Message("{name}", {"name": "{people} %s {0}"})) == "{people} %s {0}"


def test_a_name_in_no_known_language_is_still_said():
    assert show({"ky": "Ош"}, "en") == "Ош"
    assert show({}, "en") == ""
    assert show({"en": "", "ru": "Ош"}, "en") == "Ош"


def test_several_texts_are_a_list():
    assert show(listing([{"en": "A"}, Message("B")]), "en") == "A, B"
    assert show(listing([]), "en") == ""


@pytest.mark.parametrize(
    ("value", "english", "others"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1,000", f"1{NBSP}000"),
        (1306000, "1,306,000", f"1{NBSP}306{NBSP}000"),
        (0.5, "0.5", "0,5"),
        (1234.56, "1,234.6", f"1{NBSP}234,6"),
        (-3, "-3", "-3"),
        (math.inf, "∞", "∞"),
    ],
)
def test_numbers(value, english, others):
    assert number(value, "en") == show(value, "en") == english
    assert number(value, "ru") == number(value, "tg") == number(value, "uz") == others


def test_digits_can_be_asked_for():
    assert number(2, "ru", digits=2) == "2,00"
    assert number(2.345, "en", digits=0) == "2"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.39, "39%"),
        (1, "100%"),
        (0.395, "40%"),
        (0.0001, "<1%"),
        (0.0049, "<1%"),
        (0.006, "1%"),
        (0.9999, ">99%"),
        (0.996, ">99%"),
        (0.994, "99%"),
    ],
)
def test_percentages_never_round_to_nothing_or_all(share, text):
    assert percent(share, "en") == show(Share(share), "en") == text
    assert percent(share, "ru") == text[:-1] + NBSP + "%"


def test_percentages_with_digits():
    assert percent(0.3912, "en", digits=1) == "39.1%"
    assert percent(0.0004, "en", digits=1) == "<0.1%"
    assert percent(0.9996, "ru", digits=1) == f">99,9{NBSP}%"


@pytest.mark.parametrize(
    ("people", "rounded"),
    [
        (0, 0),
        (0.4, 0),
        (0.5, 10),
        (3, 10),
        (14, 10),
        (15, 20),
        (999, 1000),
        (1049, 1000),
        (1050, 1100),
        (9949, 9900),
        (9999, 10000),
        (10_499, 10_000),
        (10_500, 11_000),
        (1_306_499, 1_306_000),
    ],
)
def test_people_are_rounded_to_what_a_model_can_tell(people, rounded):
    assert about(people) == rounded


def test_people_in_a_message_are_rounded():
    assert str(Message("{n}", {"n": People(1_306_499)})) == "1,306,000"


@given(st.floats(0, 1e10))
def test_rounding_moves_people_by_five_percent_at_most_above_a_hundred(people):
    assert abs(about(people) - people) <= max(10, 0.05 * people)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "3 November 2026"),
        ("ru", f"3 ноября 2026{NBSP}г."),
        ("tg", "3 ноябри соли 2026"),
        ("uz", "3-noyabr, 2026"),
    ],
)
def test_dates_in_words(language, text):
    day = dt.date(2026, 11, 3)
    assert date(day, language) == show(day, language) == text


def test_a_date_in_another_writing_does_not_turn_the_english_around_it():
    """Of 24 and 2026 beside a Persian month each would stand on the side of the other."""
    assert date(dt.date(2026, 11, 24), "fa") == "\u206824 نوامبر 2026\u2069"
    assert month(dt.date(2026, 11, 24), "fa") == "\u2068نوامبر 2026\u2069"


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "November 2026"), ("ru", f"ноябрь 2026{NBSP}г."), ("tg", "ноябри соли 2026"), ("uz", "noyabr, 2026")],
)
def test_months_in_words(language, text):
    assert month(dt.date(2026, 11, 3), language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Nov 2026"), ("ru", "нояб. 2026 г."), ("tg", "ноябри 2026"), ("uz", "noy, 2026"), ("xx", "2026-11")],
)
def test_months_where_there_is_little_room_stay_on_one_line(language, text):
    assert month(dt.date(2026, 11, 3), language, short=True) == text.replace(" ", NBSP)


def test_every_month_has_a_name_of_its_own_in_every_language():
    for language in ALL:
        names = {re.sub(r"[\d\s.,-]|соли|г", "", date(dt.date(2026, month, 5), language)) for month in range(1, 13)}
        assert len(names) == 12
        assert all(names)


def test_truth_and_text_stay_what_they_are():
    assert show(True, "ru") == "True"
    assert show("дом", "en") == "дом"


@pytest.mark.parametrize("language", languages())
def test_no_two_catalogues_say_the_same_text_differently(language):
    """All sections are read as one: which text wins must not hang on the names of files."""
    said = {}
    for path in catalogues(language):
        for english, text in read_catalogue(path).items():
            other = said.setdefault(english, (text, path.stem))
            assert other[0] == text, f"{english!r} is said in two ways, in {other[1]}.po and in {path.name}"


def test_fallback_ends_in_english():
    assert all(chain(code)[-1] == "en" and chain(code)[0] == code for code in codes())


def test_a_phrase_is_the_english_text_and_can_be_said_in_the_others():
    phrase = Message("the row repeats row {row}", row="4")
    assert (phrase, phrase.into("en"), phrase.into("ru")) == (
        "the row repeats row 4",
        "the row repeats row 4",
        "строка повторяет строку 4",
    )
    whole = Message("the value was left out; {fix}", fix=Message("write digits only"))
    assert whole == "the value was left out; write digits only"
    assert whole.into("tg") == "ин гирифта нашуд; танҳо рақамҳо нависед"


def test_a_phrase_writes_its_values_as_each_language_does():
    phrase = Message("ends on {end}, before it starts on {start}", end=dt.date(2026, 1, 2), start=dt.date(2026, 3, 1))
    assert phrase == "ends on 2 January 2026, before it starts on 1 March 2026"
    assert phrase.into("tg") == "дар 2 январи соли 2026 тамом мешавад, пеш аз оғоз дар 1 марти соли 2026"
    coded = Message(
        "{name!r} was taken for the kind {code}", name="Бахор", code=Label("LEG", {"ru": "Право", "en": "Law"})
    )
    assert coded == "'Бахор' was taken for the kind LEG"
    assert coded.into("ru") == "«Бахор» отнесено к виду «Право»"
    listed = Message("there is no column {wanted}", wanted=either([quoted("Mail"), quoted("E-mail")]))
    assert listed == "there is no column 'Mail' or 'E-mail'"
    assert listed.into("uz") == "«Mail» yoki «E-mail» ustuni yoʻq"


def test_the_word_of_a_sender_cannot_break_a_phrase():
    """A cell may hold anything: braces, signs that move a terminal, the quotation marks of the language itself."""
    word = "{0} «Умед»\n\x1b[31m"
    phrase = Message("{text!r} is no year", text=word)
    assert phrase == f"{word!r} is no year"
    assert phrase.into("ru") == "«{0} „Умед“ [31m» — не год"
    assert Message.of("{text} of somebody").into("ru") == "{text} of somebody"


def test_a_phrase_that_nobody_translated_and_one_of_values_alone_are_said():
    assert Message("{count} grains of sand", count=3).into("ru") == "3 grains of sand"
    assert (
        both(Message("write digits only"), Message("look at the year")).into("ru")
        == "пишите только цифры; проверьте год"
    )
    assert both(UNSAID, Message("look at the year")) == both(Message("look at the year"), UNSAID) == "look at the year"
    assert not UNSAID
    assert and_more(["2", "3"], 2).into("tg") == "2, 3"
    assert and_more(["2", "3", "5"], 2).into("tg") == "2, 3 ва боз 1"


def test_phrases_are_kept_by_copies():
    kind = Label("LEG", {"ru": "Право", "en": "Law"})
    phrase = Message("{name!r} was taken for the kind {code}", name="Бахор", code=kind)
    for other in (copy.deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):
        assert (other, other.into("ru")) == (phrase, phrase.into("ru"))


def russian(template, **values):
    """Return a text that stands in the Russian catalogue as it is told to a Russian reader."""
    return i18n._filled(template, values, "ru", "ru")


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 услуг"), (1, "1 услуга"), (2, "2 услуги"), (5, "5 услуг"), (11, "11 услуг"), (12, "12 услуг"),
     (21, "21 услуга"), (104, "104 услуги"), (111, "111 услуг"), (1001, "1\u00a0001 услуга"), (1.5, "1,5 услуги")],
)  # fmt: skip
def test_a_word_agrees_with_the_number_that_it_counts(count, expected):
    assert russian("{count} {count:услуга|услуги|услуг}", count=count) == expected


def test_a_word_after_of_has_two_forms_in_russian_and_in_english():
    texts = [russian("из {all} {all:клетки|клеток}", all=count) for count in (1, 81, 22, 25)]
    assert texts == ["из 1 клетки", "из 81 клетки", "из 22 клеток", "из 25 клеток"]
    assert [str(Message("{n} {n:row|rows}", n=count)) for count in (1, 2, 21)] == ["1 row", "2 rows", "21 rows"]


def test_people_count_as_they_are_shown():
    """1,304 people are told as 1,300."""
    assert russian("{people} {people:человек|человека|людей}", people=People(1304)) == "1\u00a0300 людей"


def test_what_is_no_number_takes_the_last_form():
    assert translate("{n:row|rows}", "en", n="many") == "rows"


@pytest.mark.parametrize("language", ["fr", "es"])
def test_languages_with_a_form_for_millions_take_the_plural_for_two(language):
    """French: 1 service, 2 services, 1 000 000 de services; Spanish the same."""
    assert [form(count, ["one", "other"], language) for count in (1, 2, 5, 1_000_000)] == ["one"] + 3 * ["other"]
    assert [form(count, ["one", "many", "other"], language) for count in (1, 2, 1_000_000)] == ["one", "other", "many"]


def test_arabic_has_six_forms():
    forms = ["zero", "one", "two", "few", "many", "other"]
    assert [form(count, forms, "ar") for count in (0, 1, 2, 3, 11, 100, 1.5)] == [*forms, "other"]


def test_a_language_that_cldr_does_not_know_takes_the_last_form():
    assert form(1, ["one", "other"], "xsg") == "other"


def test_words_agree_in_the_language_that_they_are_of(monkeypatch):
    """Tajik has one form; a text that stands in Russian because Tajik lacks it has three, and English has two."""
    text = "{count} {count:thing|things} of a test"
    assert [translate(text, "tg", count=count) for count in (1, 2)] == ["1 thing of a test", "2 things of a test"]
    own = {"ru": {text: "{count} {count:вещь|вещи|вещей}"}}
    monkeypatch.setattr(i18n, "catalogue", lambda language: own.get(language, {}))
    monkeypatch.setattr(i18n, "chain", lambda language: (language, "ru", "en"))
    assert [Message(text, {"count": count}).into("tg") for count in (1, 2, 5)] == ["1 вещь", "2 вещи", "5 вещей"]
    assert Message(text, count=2).into("tg") == "2 вещи"


def test_a_day_stands_in_the_language_of_its_sentence():
    """No catalogue has Romanian: a sentence is English there, and its day too; a day alone is Romanian."""
    day = dt.date(2026, 11, 24)
    assert Message("Edition of {day}", {"day": day}).into("ro") == "Edition of 24 November 2026"
    assert show(day, "ro") == "24 noiembrie 2026"


@pytest.mark.parametrize(("code", "name"), [("ro", "Română"), ("fil", "Filipino"), ("sw", "Kiswahili"), ("qqq", "qqq")])
def test_a_language_without_a_folder_has_its_own_name(code, name):
    assert folder_of(code).name == name


def test_a_country_has_its_name_in_languages_without_a_folder():
    assert country_name("SA", "ro").labels["ro"] == "Arabia Saudită"


@pytest.fixture
def arabic(tmp_path):
    """A language from right to left that has a folder."""
    (tmp_path / "ar").mkdir()
    (tmp_path / "ar" / "language.toml").write_text('name = "العربية"', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mapping.language.__path__", [*mapping.language.__path__, str(tmp_path)])
        forget()
        yield
    forget()


@pytest.mark.usefixtures("arabic")
def test_what_is_written_the_other_way_is_isolated():
    assert translate("{count} of {name}", "ar", count=3, name="Хатлон") == "\u20683 of Хатлон\u2069"
    assert show({"ru": "Душанбе"}, "ar") == "\u2068Душанбе\u2069"
    assert show({"ar": "دوشنبه"}, "ar") == "دوشنبه"
    assert ranged("8:00", "17:00", "ar") == "\u20688:00–17:00\u2069"
    assert ranged("8:00", "17:00", "tg") == "8:00–17:00"
    assert (attributes("tg", "ar"), attributes("fa", "ar")) == ('lang="tg" dir="ltr"', 'lang="fa"')
