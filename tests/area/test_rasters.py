import pytest

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound


def test_a_grid_with_coordinates(tiny_area: StudyArea):
    pytest.importorskip("rioxarray")
    people = tiny_area.to_xarray("people")
    row, column = tiny_area.grid.cell(10.05, 60.05)
    x, y = tiny_area.grid.project([10.05], [60.05])[0]
    assert people.rio.crs == tiny_area.grid.crs
    assert people.rio.transform() == tiny_area.grid.transform
    assert people.sel(x=x, y=y, method="nearest").item() == tiny_area.people_grid[row, column]
    with pytest.raises(NotFound, match="there are people, units"):
        tiny_area.to_xarray("cows")
