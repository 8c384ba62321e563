import pytest

from mapping.formats.osm._tags import LICENCE
from mapping.safety.licences import OTHER, shown_licence


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("CC-BY-4.0", "CC BY 4.0"),
        ("cc by-sa 3.0 IGO", "CC BY-SA 3.0 IGO"),
        (LICENCE, LICENCE),
        ("CC BY 4.0, wait at the north gate", OTHER),
        ("CC BY 4.0 · 1414", OTHER),
        ("CC BY 4.1", OTHER),
        ("Ours. Call Umed", OTHER),
    ],
)
def test_a_licence_is_shown_by_its_well_known_name_alone(typed, shown):
    assert shown_licence(typed) == shown
