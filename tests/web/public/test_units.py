"""The list of area units: whatever levels a country has, the finest stand under their region."""

from types import SimpleNamespace

import pytest

from web.public import units


class Country:
    """A country of so many levels: each unit holds two of the next, whose codes begin with its own."""

    def __init__(self, levels: int) -> None:
        self.levels = tuple(range(levels))
        codes = ["X"]
        for _ in range(1, levels):
            codes += [code + part for code in codes if len(code) == len(codes[-1]) for part in "ab"]
        self.known = {
            code: SimpleNamespace(code=code, level=len(code) - 1, parent=code[:-1], people=2 ** (levels - len(code)))
            for code in codes
        }

    def all_units(self):
        return self.known

    def unit(self, code):
        return self.known[code]

    def region_of(self, code):
        return code[:2]

    def label(self, code, _language):
        return f"Unit {code}"


@pytest.mark.parametrize(
    ("levels", "listed"),
    [
        (1, {"X": []}),
        (2, {"Xa": [], "Xb": []}),
        (3, {"Xa": ["Xaa", "Xab"], "Xb": ["Xba", "Xbb"]}),
        (4, {"Xa": ["Xaaa", "Xaab", "Xaba", "Xabb"], "Xb": ["Xbaa", "Xbab", "Xbba", "Xbbb"]}),
    ],
)
def test_the_finest_units_stand_under_their_region(monkeypatch, levels, listed):
    monkeypatch.setattr(units, "_by_unit", lambda _: {"Xab": {"1", "2", "3"}})
    found = units.regions(SimpleNamespace(area=Country(levels)), "en")
    assert {region.code: [code for code, *_ in region.units] for region in found} == listed
    rows = {code: (name, people, services) for region in found for code, name, people, services in region.units}
    if levels == 3:
        assert rows["Xab"] == ("Unit Xab", 1, 3)
        assert rows["Xaa"] == ("Unit Xaa", 1, 0)
        assert [region.people for region in found] == [2, 2]
