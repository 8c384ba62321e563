"""Tests of `mapping.language.parsers.points`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Point, Unreadable, coordinates


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("38.54402", "68.78064"),
        (38.54402, 68.78064),
        ("38,54402", "68,78064"),
        ("38.54402, 68.78064", None),
        ("38.54402; 68.78064", None),
        ("38.54402 68.78064", None),
        ("38,54402; 68,78064", None),
        ("38,54402 68,78064", None),
        ("38.54402 / 68.78064", None),
        ("(38.54402, 68.78064)", None),
        ("38.54402, 68.78064", ""),
        ("38.54402 N, 68.78064 E", None),
        ("N 38.54402 E 68.78064", None),
        ("68.78064 E, 38.54402 N", None),
        ("38.54402° с.ш.", "68.78064° в.д."),
        ("68.78064 E", "38.54402 N"),  # the letters say which is which
    ],
)
def test_decimal_degrees(lat, lon):
    assert coordinates(lat, lon) == Point(38.54402, 68.78064, decimals=5)


@pytest.mark.parametrize(
    ("lat", "lon", "where"),
    [
        ("37°29'28.1\"N", "71°32'52.7\"E", (37.491139, 71.547972)),  # 37 + 29/60 + 28.1/3600
        ("37°29′28.1″ N", "71°32′52.7″ E", (37.491139, 71.547972)),
        ("37°29'28.1\" с.ш., 71°32'52.7\" в.д.", None, (37.491139, 71.547972)),
        ("37°29'28.1\" с.ш. 71°32'52.7\" в.д.", None, (37.491139, 71.547972)),
        ("37°30'N", "71°45'E", (37.5, 71.75)),
        ("37°30.6'", "71°45.3'", (37.51, 71.755)),
        ("37 d 30 m 36 s", "71 d 45 m 18 s", (37.51, 71.755)),
        ("33°30'S", "70°30'W", (-33.5, -70.5)),
        ("-33°30'", "-70°30'", (-33.5, -70.5)),
        ("-0°30'", "0°30'", (-0.5, 0.5)),
    ],
)
def test_degrees_minutes_and_seconds(lat, lon, where):
    point = coordinates(lat, lon)
    assert (point.lat, point.lon) == where


@pytest.mark.parametrize(
    "text",
    [
        "https://maps.google.com/?q=38.5402,68.7806",
        "https://www.google.com/maps/search/?api=1&query=38.5402%2C68.7806",
        "https://www.google.com/maps/place/X/@38.6000,68.7000,17z/data=!4m6!8m2!3d38.5402!4d68.7806",
        "https://www.openstreetmap.org/?mlat=38.5402&mlon=68.7806#map=17/38.5/68.7",
        "https://yandex.ru/maps/?ll=68.7000%2C38.6000&pt=68.7806,38.5402&z=16",
        "https://2gis.tj/dushanbe/geo/70030076/68.7806%2C38.5402",
        "geo:38.5402,68.7806",
        "с.ш. 38.5402 в.д. 68.7806",
    ],
)
def test_links_of_maps_and_letters_before_the_numbers(text):
    assert coordinates(text) == Point(38.5402, 68.7806, decimals=4)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.google.com/maps/@38.5402,68.7806,15z",
        "https://yandex.ru/maps/?ll=68.7806,38.5402&z=16",
        "https://www.openstreetmap.org/#map=15/38.5402/68.7806",
    ],
)
def test_the_middle_of_a_map_is_doubted(text):
    found = coordinates(text)
    assert (found.lat, found.lon) == (38.5402, 68.7806)
    assert "holds the middle of a map" in str(found.doubt)


def test_a_link_without_coordinates_says_what_to_do():
    with pytest.raises(Unreadable, match="is a link that holds no coordinates; open it, and write latitude"):
        coordinates("https://maps.app.goo.gl/AbCdEf")


def test_degrees_minutes_and_seconds_may_stand_apart():
    assert coordinates("38 33 35, 68 47 13") == Point(38.559722, 68.786944, decimals=5)


def test_negative_degrees():
    assert coordinates("-33.45", "−70.66") == Point(-33.45, -70.66, decimals=2)
    assert coordinates("33.45 S", "70.66 W") == Point(-33.45, -70.66, decimals=2)


def test_survey_tools_add_altitude_and_accuracy():
    assert coordinates("38.55562 68.73887 800 12") == Point(38.55562, 68.73887, accuracy=12.0, decimals=5)
    assert coordinates("0.0 0.0 800 0.0") == Point(0.0, 0.0, accuracy=0.0, decimals=1)


def test_a_device_that_did_not_know_where_it_was_is_said():
    point = coordinates("38.54316 68.82603 800 4800")
    assert (point.lat, point.accuracy) == (38.54316, 4800.0)
    assert "sure only to 4800 m" in point.doubt


@pytest.mark.parametrize(
    ("lat", "lon", "doubt"),
    [
        ("37.7", "68.8", "a tenth of a degree, about 11 km"),
        ("37", "68", "whole degrees, about 110 km"),
        ("37.70", "68.80", ""),
        ("0", "0", ""),  # not rounded, but nowhere: for mapping.area.geocode
    ],
)
def test_rounded_coordinates_are_said(lat, lon, doubt):
    assert doubt in coordinates(lat, lon).doubt
    assert bool(coordinates(lat, lon).doubt) == bool(doubt)


def test_exchanged_coordinates_are_let_through_for_who_knows_the_area():
    assert coordinates("68.92483, 39.95825") == Point(68.92483, 39.95825, decimals=5)
    assert coordinates("138.5", "38.5").lat == 138.5


@pytest.mark.parametrize(
    ("lat", "lon", "problem"),
    [
        ("0", None, "is one number"),
        ("38.54402", None, "is one number"),
        ("38.54402", "N/A", "is no coordinate"),
        ("N/A", "68.78", "is no coordinate"),
        ("", "68.78064", "only the longitude is given"),
        ("", "", "no coordinate is given"),
        (None, None, "no coordinate is given"),
        ("385.4402", "68.78064", "more than 180 degrees"),
        ("38°61'00\"N", "68°00'00\"E", "60 minutes or seconds"),
        ("38 N", "39 N", "both coordinates are a latitude"),
        ("#REF!", "68.78", "error of the spreadsheet"),
        ("где-то там", None, "is no pair of coordinates"),
        ("1, 2, 3", None, "is no pair of coordinates"),
        ("уточняется", None, "not known yet"),
    ],
)
def test_what_is_no_pair_is_refused_with_a_reason(lat, lon, problem):
    with pytest.raises(Unreadable, match=problem):
        coordinates(lat, lon)


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_is_read_back(lat, lon):
    for one, two in ((f"{lat:.5f}", f"{lon:.5f}"), (f"{lat:.5f}, {lon:.5f}", None), (f"{lat:.5f} {lon:.5f}", None)):
        point = coordinates(one, two)
        assert point.lat == pytest.approx(lat, abs=6e-6)
        assert point.lon == pytest.approx(lon, abs=6e-6)
        assert point.decimals == 5


@settings(deadline=None)
@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=15)))
def test_any_text_is_read_or_refused(lat, lon):
    try:
        point = coordinates(lat, lon)
    except Unreadable:
        return
    assert -180 <= point.lat <= 180
    assert -180 <= point.lon <= 180
