"""An office for every test of the staff portal, and its steward."""

import pytest

from tests.web.support.office import Office


@pytest.fixture
def office(tmp_path, tiny_area):
    return Office(tmp_path, tiny_area)


@pytest.fixture
def steward(office):
    return office.client("steward")
