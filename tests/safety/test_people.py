"""Whether two names are two people's: a name that only looks like another agrees to nothing."""

import pytest

from mapping.safety.people import same_person, two_people


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Anna Karimova", "  anna   KARIMOVA "),
        ("Anna Karimova", "Anna.Karimova"),
        ("Anna", "\u0410nna"),  # a Cyrillic capital
        ("anna", "\u0430nn\u0430"),
        ("Oleg", "0leg"),  # a digit
        ("Lola", "1ola"),
        ("lola", "Iola"),  # a capital I
        ("Zarina", "Z\u00e1rina"),  # an accent
        ("Zarina", "\uff3aarina"),  # a wide letter
        ("Анна", "Anna"),  # by how it sounds
        ("Шарипов", "Sharipov"),
        ("Юлия", "Yuliya"),
        ("\u00c6la", "Aela"),  # a letter that looks like two
        ("fi", "\ufb01"),  # a ligature
    ],
)
def test_one_name_however_it_is_spelt_is_one_person(name: str, other: str) -> None:
    assert same_person(name, other)
    assert same_person(other, name)
    assert not two_people(name, other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Anna", "Zarina"), ("user1", "user2"), ("Anna K", "Anna M"), ("Анна", "Зарина"), ("Бек", "Бег")],
)
def test_two_names_are_two_people(name: str, other: str) -> None:
    assert two_people(name, other)
    assert two_people(other, name)
    assert not same_person(name, other)


@pytest.mark.parametrize("nobody", ["", "   ", " - ", "..."])
def test_nobody_is_no_second_person(nobody: str) -> None:
    assert not two_people("Anna", nobody)
    assert not two_people(nobody, "Anna")
    assert same_person(nobody, "")
