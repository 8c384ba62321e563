"""AccessMod's example of southern Malawi through the commands of docs/tutorial-malawi.md: its minutes, its people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from typer.testing import CliRunner

from docs.figures.malawi_pictures import PAGE, prepare
from mapping.cli import app

SAMPLE = Path(__file__).resolve().parents[2].parent / "shared/samples/accessmod-malawi"


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="AccessMod's example is not on this machine")
def test_minutes_and_people_are_accessmods(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    commands = prepare(SAMPLE, tmp_path)
    assert [words[0] for words in commands] == ["area", "travel"]
    built, travelled = (CliRunner().invoke(app, words) for words in commands)
    assert (built.exit_code, travelled.exit_code) == (0, 0), built.output + travelled.output
    page = " ".join(PAGE.read_text("utf-8").split())
    assert all(" ".join(line.split()) in page for line in built.output.splitlines()[:4]), built.output
    with rasterio.open("minutes.tif") as ours, rasterio.open(SAMPLE / "cumulative_cost.tif") as theirs:
        assert (ours.transform, ours.crs, ours.shape) == (theirs.transform, theirs.crs, theirs.shape)
        own, other = ours.read(1), theirs.read(1).astype(float)
    reached = other >= 0
    assert reached.sum() == 16_224
    assert ((own >= 0) == reached).all()
    assert (np.abs(own[reached] - other[reached]) <= 1).all()
    table = pd.read_csv("shares.csv", index_col="code")
    assert table.loc["MW", "share_60"] == pytest.approx(0.312589, abs=5e-7)
    assert table.loc["MW", "share_120"] == pytest.approx(0.518029, abs=5e-7)
    for row in table.drop("MW").itertuples():
        assert f"| {row.name} | {row.people:,.0f} | {row.share_60:.1%} | {row.share_120:.1%} |" in page
