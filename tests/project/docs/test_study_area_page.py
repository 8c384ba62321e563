"""The smallest area.toml of docs/study-area.md, with the outlines and the census that it names, is a study area."""

import json
import re
import textwrap
import tomllib

import shapely

from mapping.area.check import faults
from mapping.area.study_area import StudyArea
from mapping.formats.surveys.field_form import write_form
from tests.conftest import ROOT


def test_the_smallest_study_area_works(tmp_path):
    (block,) = re.findall(
        r"^ +```toml\n( +code = .*?)^ +```", (ROOT / "docs/study-area.md").read_text("utf-8"), re.M | re.S
    )
    text = textwrap.dedent(block)
    (tmp_path / "area.toml").write_text(text, "utf-8")
    file = tomllib.loads(text)
    west, south, east, north = file["bounds"]
    rows = ["code,population"]
    for level in file["level"]:
        number = level["count"]
        codes = [file["code"] + (f"-{part}" if level["level"] else "") for part in range(number)]
        rows += [
            f"{code},{file['population']['total'] // number + (n < file['population']['total'] % number)}"
            for n, code in enumerate(codes)
        ]
        edges = [west + (east - west) * part / number for part in range(number + 1)]
        features = [
            {
                "type": "Feature",
                "properties": {level["key"]: code, "name_en": f"Unit {code}", "name_ne": f"एकाइ {code}"},
                "geometry": shapely.geometry.mapping(shapely.box(left, south, right, north)),
            }
            for code, left, right in zip(codes, edges, edges[1:], strict=False)
        ]
        (tmp_path / level["file"]).write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    (tmp_path / file["population"]["units"]).write_text("\n".join(rows), "utf-8")
    assert faults(tmp_path) == []
    area = StudyArea.load(tmp_path)
    assert round(area.people_grid.sum()) == file["population"]["total"]
    assert write_form(tmp_path / "form.xlsx", area)
