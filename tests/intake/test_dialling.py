"""Numbers that are written as they are dialled within a town get the town's code from the row's place."""

from mapping.area.geocode import find_unit
from mapping.area.study_area import StudyArea
from mapping.intake.dialling import lacks_town, town_codes
from mapping.language import parsers
from mapping.resources import shipped


def codes(town, region="TJ"):
    area = StudyArea.load(shipped("geo/tj"))
    return town_codes(area, region, find_unit(area, town).unit, town)


def test_towns_of_the_area_are_met_by_their_unit():
    assert codes("Душанбе") == ("37",)
    assert codes("Хуҷанд") == ("3422",)
    assert codes("Nowhere") == ()


def test_towns_abroad_are_met_by_their_name():
    assert codes("Пермский край", "RU") == ("342",)
    assert codes("Ankara", "TR") == ("312",)
    assert codes("", "RU") == ()


def test_a_number_within_a_town_lacks_its_code():
    assert lacks_town("221-00-01", "TJ")
    assert not lacks_town("+992 37 221 00 01", "TJ")
    assert not lacks_town("hotline 1313", "TJ")
    assert not lacks_town("none", "TJ")


def test_the_town_completes_it():
    (phone,) = parsers.phones("221-00-01 доб. 102", "TJ", codes("Dushanbe"))
    assert (phone.number, phone.extension) == ("+992372210001", 102)
