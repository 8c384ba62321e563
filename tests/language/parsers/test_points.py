"""Tests of `mapping.language.parsers.points`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.language.parsers import Unreadable, coordinates


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
