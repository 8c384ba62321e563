"""Tests of `mapping.language.parsers.contacts`."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Partly, Unreadable, emails, is_person, website
from tests.support.patience import at_most


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("desk951@abroad.example", ["desk951@abroad.example"]),
        ("Desk951@Abroad.Example", ["desk951@abroad.example"]),
        ("a@b.example; c@d.example", ["a@b.example", "c@d.example"]),
        ("a@b.example, a@b.example", ["a@b.example"]),
        ("desk(at)border.example", ["desk@border.example"]),
        ("desk [at] border.example", ["desk@border.example"]),
        ("<a.b+c@d-e.example>", ["a.b+c@d-e.example"]),
        ("mailto:a@b.example", ["a@b.example"]),
        ("", []),
        ("нет", []),
        ("-", []),
    ],
)
def test_mail_addresses(text, found):
    assert emails(text) == found


def test_an_at_may_stand_apart_and_a_scheme_lack_a_sign():
    assert emails("desk @ rohnamo.example") == ["desk@rohnamo.example"]
    assert website("https//rohnamo.example/ru") == "https://rohnamo.example/ru"
    assert website("http:/rohnamo.example") == "http://rohnamo.example"


@pytest.mark.parametrize("text", ["desk951", "@abroad.example", "a@b", "a@b.", "почта@пример.example", "asdf"])
def test_what_is_no_mail_address_is_refused(text):
    with pytest.raises(Unreadable) as caught:
        emails(text)
    assert not isinstance(caught.value, Partly)


def test_good_addresses_beside_a_bad_one_are_not_lost():
    with pytest.raises(Partly, match="no mail address") as caught:
        emails("a@b.example; c@@d")
    assert (caught.value.value, caught.value.rest) == (["a@b.example"], "c@@d")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://www.soyai.example/", "https://www.soyai.example/"),
        ("http://soyai.example/a?b=c", "http://soyai.example/a?b=c"),
        ("www.soyai.example", "https://www.soyai.example"),
        ("soyai.example/ru", "https://soyai.example/ru"),
        ("https://пример.example", "https://пример.example"),
        ("", None),
        ("нет", None),
    ],
)
def test_web_addresses(text, found):
    assert website(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "htp:/koprukizabonho",
        "javascript:alert(1)",
        "ftp://soyai.example",
        "https://",
        "soyai",
        "https://a b.example",
        "https://user:pass@soyai.example",
        "data:text/html,x",
        "http://[",
        "https://x.example/<b>",
        "10.0.0.1",
    ],
)
def test_what_is_no_web_address_is_refused(text):
    with pytest.raises(Unreadable):
        website(text)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    for parse in (emails, website):
        with contextlib.suppress(Unreadable):
            parse(text)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Назарова Гулноз, 31 год", "helped"),
        ("Юсупов Р.Т. 04.11.1999", "helped"),
        ("гр-ка Ш., 16 лет", "helped"),
        ("Survivor 12", "helped"),
        ("Client 7 (M, 40)", "helped"),
        ("Dr. Nazarov B.", "somebody"),
        ("Rahimova Z., 22 y.o.", "helped"),
        ("потерпевшая Юсупова Зарина", "helped"),
        ("Назаров Б.", "somebody"),
        ("Адвокат Назаров Б.", "somebody"),
        ("Назаров Бахром Саидович", "somebody"),
        ("Юсупова Манижа", "somebody"),
        ("Lawyer Zarina Karimova", "somebody"),
        ("Равоншинос Қодирова Нилуфар", "somebody"),
        ("Advokat Karimova", "somebody"),
        ("Адвокатское бюро «Юсупова и партнёры»", ""),
        ("Адвокатский кабинет Назарова Б.", ""),
        ("Клиника Назаров", ""),
        ("Новая Основа", ""),
        ("Доктор Плюс", ""),
        ("Юсупова Н.К. / Назаров Б.", "somebody"),
        ("Survivor Network", ""),
        ("Client Service Point", ""),
        ("Дом 2000", ""),
        ("Больница им. Б. Вохидова", ""),
        ("Хонаи «Нур»", ""),
    ],
)
def test_a_person_is_no_body(name, who):
    assert is_person(name) == who


@pytest.mark.parametrize("name", ["Назаров Б.", "Юсупова Манижа", "Адвокат Назаров Б."])
def test_many_persons_and_something_else_are_told_soon(name):
    with at_most(10):
        assert is_person(", ".join([name] * 18)) == "somebody"
        assert is_person(f"{', '.join([name] * 18)}, 5 %") == ""
