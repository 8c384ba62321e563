"""docs/library.md: its map reads its list, and its program runs as it stands."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

import mapping
from mapping import analyses
from mapping.area.build import BuildPlan, build
from tests.support.second_person import SecondPerson

PAGE = Path(__file__).resolve().parents[3] / "docs/library.md"
LIST = """name,kind,lat,lon,checked
Mwanza advice,legal aid,-14.9,34.05,2026-10-01
Lake clinic,clinic,-14.85,34.3,2026-10-02
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run the page in a folder of its own; return what its program made."""
    folder = tmp_path_factory.mktemp("library")
    units = gpd.GeoDataFrame(
        {"name": ["Left", "Right"]},
        geometry=[shapely.box(34, -15, 34.2, -14.8), shapely.box(34.2, -15, 34.4, -14.8)],
        crs="EPSG:4326",
    )
    units.to_file(folder / "units.gpkg")
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": "EPSG:4326", "width": 48, "height": 24}
    transform = from_origin(34, -14.8, 1 / 120, 1 / 120)
    with rasterio.open(folder / "people_2020.tif", "w", transform=transform, **profile) as out:
        out.write(np.full((24, 48), 50, np.float32), 1)
    plan = BuildPlan("MW", "Malawi", ("en",), folder / "units.gpkg", "name", folder / "people_2020.tif")
    build(folder / "malawi", plan)
    (folder / "services.csv").write_text(LIST, encoding="utf-8")
    (folder / "private").mkdir()
    text = PAGE.read_text("utf-8")
    (column_map,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (approvals,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    (folder / "approvals.csv").write_text(approvals, encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (folder / "services.toml").write_text(column_map, encoding="utf-8")
    names: dict = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(SecondPerson, "present", False)  # who follows the page has nobody who agrees for them
        exec(program, names)
    return names | {"folder": folder, "program": program}


def test_the_program_is_short_and_finds_its_services(ran):
    assert len([line for line in ran["program"].splitlines() if line.strip()]) <= 23
    assert not ran["batch"].refused
    assert (ran["folder"] / "map.html").stat().st_size > 1000


def test_the_table_has_types_and_names(ran):
    table = ran["table"]
    assert list(table["name"]) == ["Left", "Right"]
    assert {str(kind) for kind in table.dtypes} <= {"Float64", "string"}
    assert table.attrs["units"]
    assert ran["shapes"].geometry.notna().all()


def test_minutes_have_coordinates(ran):
    minutes, area = ran["minutes"], ran["area"]
    assert minutes.shape == area.grid.shape
    assert minutes.rio.crs == area.grid.crs
    assert float(minutes.min()) == 0


def test_a_notebook_shows_names(ran):
    shown = ran["result"]._repr_html_()
    assert "Left" in shown
    assert "MW-1" not in shown


def test_pictures(ran, tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    axes = ran["result"].plot(ran["area"])
    assert axes.get_title()
    page = ran["result"].explore(ran["area"]).get_root().render()
    assert "openstreetmap" not in page.lower()


def test_wrong_arguments_are_told(ran):
    view, area = ran["view"], ran["area"]
    with pytest.raises(mapping.InvalidRecord, match="needs a View first, not a StudyArea"):
        analyses.coverage(area, view)
    with pytest.raises(mapping.InvalidRecord, match=r"has no option minute; there are: type, scenario"):
        analyses.reach(view, area, minute=30)
    with pytest.raises(AttributeError, match=r"there are .*coverage"):
        analyses.cover  # noqa: B018
    assert {"coverage", "reach", "siting"} <= set(dir(analyses))


def test_a_batch_tells_no_secret(ran):
    assert "Mwanza" not in repr(ran["batch"])
    assert repr(ran["batch"]).startswith("<Batch services.csv: ")
