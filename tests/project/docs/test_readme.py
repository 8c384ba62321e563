"""What the README shows and says: its pictures, its lines of Python, its figures."""

import datetime as dt
import io
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from PIL import Image

import mapping
import mapping.demo
from docs.figures.screenshots import LARGEST, PICTURES, Picture, fewer_colours, take
from tests.conftest import DEMO_DAY

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text("utf-8")
BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
FIGURE = re.compile(r"\b[\d.,]+ (?:ms|s|MB|GB|times|kB|µs)\b")
IMAGES = ROOT / "docs" / "images"


def test_the_lines_of_python_make_a_map(tmp_path, monkeypatch, alone, demo_folder, tj_area):
    def made_before(directory, area, *, today):
        """Bring in what `import_demo` made on that day for all tests."""
        assert (area.folder, today) == (tj_area.folder, DEMO_DAY)
        shutil.copy(demo_folder / "directory.key", directory.path.with_suffix(".key"))
        with closing(sqlite3.connect(demo_folder / "directory.db")) as made:
            made.backup(directory.db.conn)

    monkeypatch.setattr(mapping.demo, "import_demo", create_autospec(mapping.demo.import_demo, side_effect=made_before))
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code.split("\n\n")[1].splitlines()) - 1 == 6, "six lines after the imports and the day"
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert len(names["import_demo"].mock_calls) == 1
    assert names["view"].edition == dt.date(2026, 11, 24)
    assert len(names["view"].services()) > 400
    assert round(names["result"].total["people"]) == 9_657_005  # census of 1 October 2020
    assert "any listed service" in str(names["result"].finding)
    assert not names["result"].sheet().empty
    assert mapping.View("public.db").services() == names["view"].services()
    page = Path("coverage.html").read_text("utf-8")
    assert "leaflet" in page
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []
    names["directory"].close()


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_every_picture_is_shown_with_words_for_those_who_do_not_see_it():
    shown = dict(re.findall(r'<img src="docs/images/(\w+)\.png" width="\d+" alt="([^"]+)">', README))
    others = re.compile(r"(caseworker|steward|report|office|malawi)-\w+")  # pictures that pages of the docs show
    there = {path.stem for path in IMAGES.iterdir() if not others.fullmatch(path.stem)}
    assert set(shown) == {picture.name for picture in PICTURES} == there
    assert all(len(words) > 20 for words in shown.values())


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_small_and_as_large_as_the_script_makes_it(picture):
    path = IMAGES / f"{picture.name}.png"
    assert path.stat().st_size <= LARGEST
    with Image.open(path) as image:
        assert image.size == (picture.width, picture.height)


def test_fewer_colours_keep_size_and_what_is_to_be_seen():
    image = Image.effect_noise((90, 40), 80).convert("RGB")
    image.paste((11, 83, 94), (0, 0, 45, 40))
    before = io.BytesIO()
    image.save(before, "PNG")
    after = fewer_colours(before.getvalue())
    assert after == fewer_colours(before.getvalue())
    assert len(after) < len(before.getvalue())
    with Image.open(io.BytesIO(after)) as fewer:
        assert (fewer.mode, fewer.size) == ("P", (90, 40))
        assert max(abs(a - b) for a, b in zip(fewer.convert("RGB").getpixel((20, 20)), (11, 83, 94), strict=True)) < 6


def test_a_page_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"en/index\.html is not there: run 'make site' first"):
        take(None, tmp_path, Picture("home", "en/index.html", 100, 100))


def test_a_picture_is_the_same_each_time_and_asks_nobody(chromium, tmp_path):
    (tmp_path / "own.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60">'
        '<rect width="80" height="60" fill="#0b535e"/></svg>',
        "utf-8",
    )
    (tmp_path / "page.html").write_text(
        "<style>body{margin:0} img{display:block;width:80px;height:60px} p{animation:a 1s infinite}"
        "@keyframes a{to{opacity:0}}</style>"
        '<img src="own.svg" alt=""><script>fetch("http://127.0.0.1:9/").then(() => {'
        'document.body.style.background = "red"}, () => {document.body.style.background = "lime"})</script>'
        "<p>moves</p>",
        "utf-8",
    )
    shots = {take(chromium, tmp_path, Picture("page", "page.html", 200, 150)) for _ in range(2)}
    assert len(shots) == 1
    with Image.open(io.BytesIO(shots.pop())) as image:
        assert image.size == (200, 150)
        assert image.convert("RGB").getpixel((10, 10)) == (11, 83, 94)
        assert image.convert("RGB").getpixel((190, 140)) == (0, 255, 0)


# -- what it says ------------------------------------------------------------------------------------------------------


def test_every_measured_figure_is_one_of_the_benchmarks():
    said = set(FIGURE.findall(README + BENCHMARKS))
    kept = "".join(page.read_text("utf-8") for page in (ROOT / "benchmarks" / "figures").glob("*.md"))
    assert said
    assert said <= set(FIGURE.findall(kept))


def test_every_ratio_of_the_benchmarks_is_that_of_its_row():
    rows = [
        [cell.strip() for cell in line.split("|")[2:5]] for line in BENCHMARKS.splitlines() if line.startswith("| ")
    ]
    rows = [row for row in rows if row[2][:1].isdigit() and "a second" not in row[0]]
    assert len(rows) > 8
    for ours, beside, ratios in rows:
        (own,) = map(seconds, FIGURE.findall(ours))
        peers = [seconds(figure) / own for figure in FIGURE.findall(beside)]
        assert peers == pytest.approx([float(ratio) for ratio in ratios.split("; ")], rel=0.02)


def seconds(figure: str) -> float:
    number, unit = figure.split(" ")
    return float(number.replace(",", "")) * {"s": 1, "ms": 1e-3, "µs": 1e-6}[unit]


def test_it_says_plainly_that_the_demonstration_is_invented():
    assert "**Everything in the demonstration is invented**" in README
    assert "modelled" in README


def test_it_is_short():
    assert len(README.split()) < 1100
