"""docs/list-to-map.ipynb: kept without outputs, and every cell runs from the first to the last."""

import json
import re
from pathlib import Path

import pytest

from tests.support.second_person import SecondPerson

NOTEBOOK = Path(__file__).resolve().parents[3] / "docs" / "list-to-map.ipynb"


def test_the_notebook_runs(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(SecondPerson, "present", False)
    cells = [cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    names: dict = {}
    for cell in cells:
        assert not cell["outputs"]
        exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)
    assert not names["batch"].issues
    assert names["view"].edition.isoformat() == "2026-11-24"
    assert names["table"]["people"].sum() == 76_800  # 50 or 150 a cell, in all 1,152 cells: those cut by the shore too
    assert names["table"].geometry.notna().all()
    assert float(names["minutes"].min()) == 0
    page = (names["folder"] / "map.html").read_text("utf-8")
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []
