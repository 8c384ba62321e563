"""Numbers that are written as they are dialled within a town get the town's code from the row's place."""

import csv
import datetime as dt

import pytest

from mapping.area.geocode import find_unit
from mapping.area.study_area import StudyArea
from mapping.intake.dialling import town_codes
from mapping.intake.read import Known, read
from mapping.language import parsers
from mapping.resources import shipped


def codes(town):
    area = StudyArea.load(shipped("geo/tj"))
    return town_codes(area).get(find_unit(area, town).unit, ())


def test_towns_of_the_area_are_met_by_their_unit():
    assert codes("Душанбе") == ("37",)
    assert codes("Хуҷанд") == ("3422",)
    assert codes("Nowhere") == ()


def test_the_town_completes_it():
    (phone,) = parsers.phones("221-00-01 доб. 102", "TJ", codes("Dushanbe"))
    assert (phone.number, phone.extension) == ("+992372210001", 102)


@pytest.fixture
def take(tmp_path, tj_area):
    """Return the numbers of a list of towns and phones, row by row."""

    def take_rows(*rows, heads=("Город", "Телефон")):
        path = tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [("Название", "Вид услуги", *heads)]
                + [(f"Умед {n}", "юридическая консультация", *row) for n, row in enumerate(rows)]
            )
        batch = read(path, area=tj_area, today=dt.date(2026, 11, 24), known=Known())
        bodies = {record.id: record.name for record in batch.of("organization")}
        owner = {record.id: bodies[record.organization_id] for record in batch.of("service")}
        return [
            [phone.number for phone in batch.of("phone") if owner[phone.service_id] == f"Умед {n}"]
            for n in range(len(rows))
        ]

    return take_rows


def test_a_name_that_moved_to_another_unit_does_not_take_its_code_along():
    """Kurgan-Tube (3222) is called Bokhtar now; the district that was called so (3245) is Kushoniyon."""
    assert codes("Бохтар") == codes("Курган-Тюбе") == ("3222",)
    assert codes("Кушониён") == ("3245",)


def test_of_several_places_the_seat_of_the_unit_of_that_name_gives_the_code(take):
    """Vahdat is a city with a code of its own (3136), and since lately the seat of Lakhsh too."""
    assert take(("Вахдат", "2-15-16"), ("Ваҳдат", "2-15-17")) == [["+992313621516"], ["+992313621517"]]


@pytest.mark.parametrize(
    ("town", "written", "number"),
    [
        ("Казань", "8 (843) 200-30-40", "+78432003040"),
        ("г. Москва", "8-495-200-30-40", "+74952003040"),
        ("Moscow", "495 200 30 40", "+74952003040"),
        ("Алматы", "8 702 200 30 40", "+77022003040"),
        ("Стамбул", "0 533 200 30 40", "+905332003040"),
        ("Анкара", "0312 200 30 40", "+903122003040"),
        ("Самарканд", "66 230 31 32", "+998662303132"),
        ("Toshkent", "90 230 31 32", "+998902303132"),
        ("Киргизия", "0312 30 31 32", "+996312303132"),
        ("Москва", "+992 93 500 60 70", "+992935006070"),
    ],
)
def test_numbers_of_a_town_abroad_are_read_as_its_country_dials_them(take, town, written, number):
    assert take((town, written)) == [[number]]


@pytest.mark.parametrize("town", ["Москва", "Ташкент", "Алматы", "Стамбул", "Бишкек"])
@pytest.mark.parametrize("written", ["2-30-31", "23-30-31", "224-30-31"])
def test_a_number_of_a_row_abroad_is_never_completed_at_home(take, town, written):
    (found,) = take((town, written))
    assert not [number for number in found if number.startswith("+992")]


@pytest.mark.parametrize(
    ("address", "written", "number"),
    [
        ("Россия, г. Казань, ул. Мира 4", "8 (843) 200-30-40", "+78432003040"),
        ("Kazakhstan, Almaty", "8 702 200 30 40", "+77022003040"),
        ("г. Худжанд, ул. Мира 4", "4-00-01", "+992342240001"),
    ],
)
def test_an_address_says_whose_numbers_they_are(take, address, written, number):
    assert take((address, written), heads=("Адрес", "Телефон")) == [[number]]
