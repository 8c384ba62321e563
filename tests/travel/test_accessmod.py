"""AccessMod's example of southern Malawi through the two commands: the same minutes and the same people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from typer.testing import CliRunner

from mapping.cli import app

SAMPLE = Path(__file__).resolve().parents[2].parent / "shared/samples/accessmod-malawi"
SPEEDS = "class,label,speed_kmh\n1,Bush,6\n2,Crops,4\n3,Forest,2\n1001,Main,100\n1002,Secondary,80\n1003,Track,50\n"


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="AccessMod's example is not on this machine")
def test_minutes_and_people_are_accessmods(tmp_path):
    speeds, folder = tmp_path / "speeds.csv", tmp_path / "mw"
    speeds.write_text(SPEEDS, encoding="utf-8")
    files = {name: str(SAMPLE / name) for name in ("zones.gpkg", "population.tif", "stack.tif", "facilities.gpkg")}
    built = CliRunner().invoke(
        app,
        [
            *("area", "build", str(folder), "--code", "MW", "--name", "Malawi", "--languages", "en"),
            *("--units", files["zones.gpkg"], "--unit-name", "admin_name", "--population", files["population.tif"]),
            *("--surface", files["stack.tif"], "--speeds", str(speeds)),
        ],
    )
    assert built.exit_code == 0, built.output
    assert "4,140,429 (100.0%) of them in the units" in built.output
    minutes, shares = tmp_path / "minutes.tif", tmp_path / "shares.csv"
    travelled = CliRunner().invoke(
        app,
        [
            *("travel", str(folder), "--from", files["facilities.gpkg"], "--to", str(minutes)),
            *("--table", str(shares), "--bands", "60,120", "--limit", "360"),
        ],
    )
    assert travelled.exit_code == 0, travelled.output
    with rasterio.open(minutes) as ours, rasterio.open(SAMPLE / "cumulative_cost.tif") as theirs:
        assert (ours.transform, ours.crs, ours.shape) == (theirs.transform, theirs.crs, theirs.shape)
        own, other = ours.read(1), theirs.read(1).astype(float)
    reached = other >= 0
    assert reached.sum() == 16_224
    assert ((own >= 0) == reached).all()
    assert (np.abs(own[reached] - other[reached]) <= 1).all()
    table = pd.read_csv(shares, index_col="code")
    assert table.loc["MW", "share_60"] == pytest.approx(0.312589, abs=5e-7)
    assert table.loc["MW", "share_120"] == pytest.approx(0.518029, abs=5e-7)
