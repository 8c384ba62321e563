"""Changing settings: written into area.toml, notes kept, all or none."""

import pytest

from mapping.area.change import change_settings
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord

CHANGES = {
    "publisher": "The commission",
    "holidays": ["01-01"],
    "emergency": {"police": {"number": "0102", "label": {"tg": "П", "ru": "П", "en": "Police"}}},
}


def test_settings_are_changed_and_notes_stay(tiny_copy):
    change_settings(tiny_copy, CHANGES)
    area = StudyArea.load(tiny_copy)
    assert area.settings.publisher == "The commission"
    assert area.settings.holidays == ("01-01",)
    assert {name: line.number for name, line in area.settings.emergency.items()} == {"police": "0102"}
    text = (tiny_copy / "area.toml").read_text()
    assert "# five hours ahead of UTC" in text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "TJ"}, "code: cannot be changed here"),
        ({"holidays": ["13-01"]}, "holidays"),
        ({"publisher": "X", "languages": ["uz"]}, "uz"),
        ({"mail": "nobody"}, "mail"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_changed(tiny_copy, changes, told):
    before = (tiny_copy / "area.toml").read_bytes()
    with pytest.raises(InvalidRecord, match=told):
        change_settings(tiny_copy, changes)
    assert (tiny_copy / "area.toml").read_bytes() == before
