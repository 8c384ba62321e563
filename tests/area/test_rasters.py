import numpy as np
import pytest
from affine import Affine

from mapping.area import rasters
from mapping.area.grid import Grid
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound

GRID = Grid(Affine(100, 0, 500_000, 0, -100, 4_200_000), (40, 60), 100.0, "EPSG:32642")


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(rasters, "WORTH_KEEPING", 1)


def test_a_grid_is_worked_out_once_and_again_when_a_file_changes(tmp_path, small):
    file = tmp_path / "area.toml"
    file.write_text("one")
    asked = []

    def make():
        asked.append(1)
        return np.full(GRID.shape, len(asked), np.float32)

    first = rasters.kept(tmp_path, "people", [file], GRID, make)
    again = rasters.kept(tmp_path, "people", [file], GRID, make)
    assert first.max() == again.max() == 1
    file.write_text("another")
    assert rasters.kept(tmp_path, "people", [file], GRID, make).max() == 2
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path, small):
    (tmp_path / "cache").write_text("in the way")
    made = rasters.kept(tmp_path, "people", [], GRID, lambda: np.ones(GRID.shape, np.float32))
    assert made.sum() == 2400


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
