"""The Atlas works out in a browser what the engine works out here: the same grid, the same minutes, the same people."""

import base64
import datetime as dt
import json
import random
import shutil
import subprocess
import zlib

import numpy as np
import pytest

from mapping.analysis.common.listed import chosen_types, counted, exact_points, points
from mapping.render import atlas
from mapping.travel import friction, scenarios, travel_time
from mapping.view.view import View
from tests.conftest import ROOT
from tests.support.sample import CHASHMA, organization, place, sample_directory, service

ENGINE = ROOT / "web" / "static" / "atlas-engine.js"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node, which runs the browser's script")

RUN = """
import fs from 'node:fs';
globalThis.window = globalThis;
const [engine, files, questions] = process.argv.slice(2);
for (const name of [...fs.readdirSync(files).map((file) => `${files}/${file}`), engine]) {
  (0, eval)(fs.readFileSync(name, 'utf8'));
}
const grid = await AtlasEngine.Grid.of(ATLAS.grid), model = new AtlasEngine.Model(grid);
for (const [name, file] of Object.entries(ATLAS)) {
  if (name.startsWith('ground-')) await model.addGround(name.slice(7), file);
}
const answers = JSON.parse(fs.readFileSync(questions)).map((question) => {
  if (question.at) return grid.position(...question.at);
  const {before, after, gains} = model.answer(question);
  const [low, high] = [after.low, after.high].map(AtlasEngine.total);
  return {before: [...before.middle], after: [...after.middle], low, high, gains};
});
console.log(JSON.stringify(answers));
"""


def of_script(contents: bytes):
    """Return the value that a script of the Atlas hands over."""
    return json.loads(contents.decode().partition("]=")[2].rstrip(";\n"))


def unpacked(text: str, rows: int) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), "<u2").reshape(rows, -1)


@pytest.fixture
def ask(tmp_path):
    """Ask the script of the browser, run by node, about a study area."""

    def asked(area, questions):
        files = tmp_path / area.code
        if not files.exists():
            files.mkdir()
            (files / "grid.js").write_bytes(atlas.grid_file(area))
            for season in atlas.season_ids(area):
                (files / f"ground-{season}.js").write_bytes(atlas.ground_file(area, season))
        (tmp_path / "run.mjs").write_text(RUN, encoding="utf-8")
        (tmp_path / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
        command = ["node", tmp_path / "run.mjs", ENGINE, files, tmp_path / "questions.json"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        return json.loads(ran.stdout)

    return asked


def people_within(area, spots, season: str, minutes: float) -> np.ndarray:
    """Count people by unit on the grid of the area, by the engine."""
    near = travel_time(area, spots, scenario=season).minutes <= minutes if spots else np.zeros(area.grid.shape, bool)
    inside = near & (area.unit_grid >= 0)
    return np.bincount(area.unit_grid[inside], area.people_grid[inside].astype(float), minlength=len(area.unit_codes))


def test_the_codes_keep_minutes_to_a_hundredth_of_a_percent_and_people_to_one(tiny_area):
    grid, rows, columns = of_script(atlas.grid_file(tiny_area)), *atlas.box_of(tiny_area)
    people = unpacked(grid["people"], grid["rows"]) / grid["perPerson"]
    assert (
        np.abs(people - tiny_area.people_grid[rows, columns]).max() <= 0.5 / grid["perPerson"] + 1e-3 < 1
    )  # 100,000 in one
    units = unpacked(grid["units"], grid["rows"]).astype(int)
    assert (np.where(units == atlas.OUTSIDE, -1, units) == tiny_area.unit_grid[rows, columns]).all()
    for season in atlas.season_ids(tiny_area):
        ground = of_script(atlas.ground_file(tiny_area, season))
        codes, cost = unpacked(ground["cells"], grid["rows"]), friction(tiny_area, season)[rows, columns]
        assert ((codes > 0) == np.isfinite(cost)).all()
        read = np.exp(ground["lo"] + (codes[codes > 0].astype(float) - 1) * ground["step"])
        assert np.abs(read / cost[codes > 0] - 1).max() < 1e-4


@needs_node
def test_a_point_lies_where_the_projection_puts_it(tiny_area, tj_area, ask):
    for area in (tiny_area, tj_area):
        west, south, east, north = area.grid.bounds_lonlat
        chance = random.Random(3)
        spots = [(chance.uniform(south, north), chance.uniform(west, east)) for _ in range(300)]
        rows, columns = atlas.box_of(area)
        found = ask(area, [{"at": spot} for spot in spots])
        for (x, y), at in zip(area.grid.project(*zip(*spots, strict=True)), found, strict=True):
            row = (area.grid.transform.f - y) / area.grid.cell_size - rows.start
            column = (x - area.grid.transform.c) / area.grid.cell_size - columns.start
            assert at == pytest.approx([row, column], abs=0.01)


@needs_node
def test_random_scenarios_give_the_people_that_the_engine_counts(tiny_area, ask):
    """Services that stand, some taken away, some put down, in each season: by unit, as in Python."""
    chance = random.Random(7)

    def spot():
        """Return a point that is no few metres from the edge of its cell: the lattice tells no better."""
        row, column = (chance.randrange(count) + chance.uniform(-0.45, 0.45) for count in tiny_area.grid.shape)
        return [float(degrees) for degrees in tiny_area.grid.centre(row, column)]

    questions = []
    for number in range(200):
        services = [{"id": str(n), "at": spot()} for n in range(chance.randrange(0, 5))]
        gone = [one["id"] for one in services if chance.random() < 0.3]
        season = chance.choice([plan.id for plan in scenarios(tiny_area)])
        added = [spot() for _ in range(chance.randrange(0, 4))]
        minutes = chance.choice([30, 60, 120])
        question = {"services": services, "add": added, "without": gone, "key": str(number)}
        questions.append(question | {"season": season, "minutes": minutes})
    for question, answer in zip(questions, ask(tiny_area, questions), strict=True):
        standing = [one["at"] for one in question["services"]]
        left = [one["at"] for one in question["services"] if one["id"] not in question["without"]]
        season, minutes = question["season"], question["minutes"]
        for spots, counts in ((standing, answer["before"]), (left + question["add"], answer["after"])):
            least, most = (people_within(tiny_area, spots, season, minutes * near) for near in (0.9999, 1.0002))
            assert (least - 5 <= counts).all()
            assert (counts <= most + 5).all()
        assert answer["low"] <= sum(answer["after"]) <= answer["high"]
        if len(question["add"]) == 1 and not question["without"]:
            assert answer["gains"] == [pytest.approx(sum(answer["after"]) - sum(answer["before"]), abs=1)]


@needs_node
def test_random_scenarios_of_the_demonstration_reach_whom_the_engine_counts(demo_view, tj_area, ask):
    """Of random kinds, seasons and minutes: to a thousandth of those within reach."""
    entries, chance = counted(View(demo_view("public"))), random.Random(35)
    sorts = [sort for sort in chosen_types(None) if points(sort.of(entries), tj_area)]
    places = [(lat, lon) for _, lat, lon, _ in atlas._places(tj_area, "en")]
    questions = []
    for number in range(24):
        services = [
            {"id": entry.id, "at": at} for entry in chance.choice(sorts).of(entries) for at in points([entry], tj_area)
        ]
        gone = [one["id"] for one in chance.sample(services, min(len(services), chance.randrange(3)))]
        question = {"services": services, "without": gone, "key": str(number), "minutes": chance.choice([30, 60, 120])}
        added, season = chance.sample(places, chance.randrange(3)), chance.choice(atlas.season_ids(tj_area))
        questions.append(question | {"add": added, "season": season})
    for question, answer in zip(questions, ask(tj_area, questions), strict=True):
        left = [one["at"] for one in question["services"] if one["id"] not in question["without"]]
        reached = people_within(tj_area, left + question["add"], question["season"], question["minutes"]).sum()
        assert sum(answer["after"]) == pytest.approx(reached, rel=1e-3)


def test_every_measure_has_a_value_or_a_word_for_each_of_its_units(demo_view, tj_area):
    from mapping import analyses

    view = View(demo_view("public"))
    results = [analyses.coverage(view, tj_area, types=["any", "LEG-INF"]), analyses.nrm(view, tj_area)]
    found = atlas.data(view, tj_area, results, "en")
    assert {unit["code"] for unit in found["units"]} == set(tj_area.unit_codes)
    assert sum(unit["people"] for unit in found["units"]) == 9_657_005
    coverage = next(one for one in found["measures"] if one["id"] == "coverage.any_60")
    result = results[0]
    for code in tj_area.unit_codes:
        assert coverage["values"][code] == pytest.approx(float(result.value(code, "any_60")), abs=1e-4)
        assert coverage["low"][code] <= coverage["values"][code] <= coverage["high"][code]
    for measure in found["measures"]:
        for code, value in measure["values"].items():
            assert value is not None or measure["texts"][code]


def test_what_came_and_went_is_told_by_the_days_of_editions(tmp_path, tiny_area):
    """From the newest view alone, as the interface for programs tells it."""
    ward, house = (service(name, of="West", types=["HLT-EME"]) for name in ("Ward", "House"))
    door, gate = (
        place(f"Door of {name}", of=[name], at=CHASHMA, unit="XT-W2", country="XT") for name in ("Ward", "House")
    )
    days = dt.date(2026, 9, 1), dt.date(2026, 10, 1), dt.date(2026, 11, 24)
    lists = [ward, door], [ward, door, house, gate], [house, gate]
    previous = None
    for day, parts in zip(days, lists, strict=True):
        folder = tmp_path / day.isoformat()
        folder.mkdir()
        with sample_directory(folder, tiny_area, organization("West"), *parts) as directory:
            directory.view("public", folder / "view.db", edition=day, previous=previous).close()
        previous = folder / "view.db"
    with View(previous) as view:
        found = atlas.data(view, tiny_area, [], "en")
    assert found["editions"] == [
        {"day": "2026-10-01", "gone": 0},
        {"day": "2026-11-24", "gone": 1},
    ]
    assert {one["name"]: one["changed"] for one in found["services"]} == {"House": "2026-10-01"}


def test_nothing_is_said_of_a_service_but_what_its_page_says(demo_view, tj_area):
    view = View(demo_view("public"))
    entries = {entry.id: entry for entry in view.services(language="en")}
    services = atlas.data(view, tj_area, [], "en")["services"]
    assert services
    for one in services:
        assert tuple(one["at"]) in {
            (round(lat, 5), round(lon, 5)) for lat, lon in points([entries[one["id"]]], tj_area)
        }
        at = {(round(lat, 5), round(lon, 5)) for lat, lon in exact_points(entries[one["id"]], tj_area)}
        assert one["exact"] == (tuple(one["at"]) in at)
        assert one["phone"] in {"", *(phone.number for phone in entries[one["id"]].phones)}
