"""Scenarios: services put down and taken away, as analyses and the command line count them."""

import json

import pytest
from typer.testing import CliRunner

from mapping import coverage
from mapping.analysis.common.scenario import SavedScenario
from mapping.cli import app
from mapping.errors import FormatError, InvalidRecord, NotFound
from tests.support.sample import CHASHMA, QULLAOBOD, organization, place, sample_view, service


@pytest.fixture
def view(tmp_path, tiny_area):
    """Return a view of one clinic at Chashma and one at Qullaobod."""
    return sample_view(
        tmp_path,
        tiny_area,
        organization("West"),
        organization("East"),
        service("Ward", of="West", types=["HLT-EME"]),
        place("Door", of=["Ward"], at=CHASHMA, unit="XT-W2", country="XT"),
        service("House", of="East", types=["HLT-EME"]),
        place("Gate", of=["House"], at=QULLAOBOD, unit="XT-E1", country="XT"),
    )


def within(view, area, **scenario):
    """Return the people within an hour of a clinic."""
    result = coverage(view, area, types=["HLT-EME"], **scenario)
    shares = result.table["HLT-EME_60_asked"]
    return {code: round(share * result.table.loc[code, "people"]) for code, share in shares.items()}


def ids(view):
    return {entry.name: entry.id for entry in view.services()}


def test_what_is_taken_away_serves_nobody_and_what_is_put_down_serves_as_if_it_stood(view, tiny_area, tmp_path):
    everything = within(view, tiny_area)
    alone = within(view, tiny_area, without=[ids(view)["House"]])
    assert sum(alone.values()) < sum(everything.values())
    again = within(view, tiny_area, without=[ids(view)["House"]], add=[("HLT-EME", *QULLAOBOD)])
    assert again == everything
    assert within(view, tiny_area, add=[("HLT-EME", *CHASHMA)]) == everything


def test_another_kind_of_help_changes_nothing(view, tiny_area):
    assert within(view, tiny_area, add=[("LEG-INF", 10.1, 60.1)]) == within(view, tiny_area)


@pytest.mark.parametrize(
    ("scenario", "error", "said"),
    [
        ({"add": [("HLT-EME", 95.0, 60.0)]}, InvalidRecord, "95.0, 60.0 is no latitude"),
        ({"add": [("XYZ", 10.0, 60.0)]}, NotFound, "'XYZ' is no type"),
        ({"without": ["nobody"]}, NotFound, "no service nobody"),
    ],
)
def test_what_makes_no_sense_is_told(view, tiny_area, scenario, error, said):
    with pytest.raises(error, match=said):
        coverage(view, tiny_area, **scenario)


def test_a_file_of_the_atlas_is_counted_on_the_command_line(view, tiny_area, tmp_path):
    path = tmp_path / "east.json"
    said = {"form": "rohnamo-scenario", "name": "East closes", "kind": "HLT-EME", "minutes": 60, "season": "summer"}
    path.write_text(json.dumps(said | {"add": [], "without": [ids(view)["House"]]}), encoding="utf-8")
    area = str(tiny_area.folder)
    shown = CliRunner().invoke(app, ["scenario", str(path), "--view", str(view.path), "--area", area, "--json"])
    answer = json.loads(shown.output)
    lost = {
        code: now - was
        for (code, was), now in zip(
            within(view, tiny_area).items(), within(view, tiny_area, without=[ids(view)["House"]]).values(), strict=True
        )
    }
    assert answer["name"] == "East closes"
    assert answer["units"] == pytest.approx(lost, abs=1), "differences of rounded numbers"
    assert answer["gained"] == sum(answer["units"].values()) < 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": "rohnamo-scenario", "kind": 1}', "not json"])
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match="no scenario that the Atlas saved"):
        SavedScenario.read(path)
