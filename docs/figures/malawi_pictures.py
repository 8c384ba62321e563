"""Draw docs/tutorial-malawi.md from its files: ``python -m docs.figures.malawi_pictures SAMPLE``.

SAMPLE is the folder with AccessMod's example (Bluesquare, MIT; people by WorldPop, CC BY 4.0), which this repository
does not hold. The commands are those of the page; the ten facilities become a list of services.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
from playwright.sync_api import sync_playwright

import mapping
from docs.figures.screenshots import DRAWN, LARGEST, QUIET, ROOT, fewer_colours
from mapping import analyses

PAGE = ROOT / "docs" / "tutorial-malawi.md"
DAY = dt.date(2026, 11, 24)


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in a language, without the indent that a list gives them."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def prepare(sample: Path, folder: Path) -> list[list[str]]:
    """Put the files of the page into a folder, and return the words of its commands."""
    for name in ("zones.gpkg", "population.tif", "stack.tif", "facilities.gpkg"):
        shutil.copyfile(sample / name, folder / name)
    (speeds,) = blocks(PAGE, "csv")
    (folder / "speeds.csv").write_text(speeds, encoding="utf-8")
    return [shlex.split(line)[1:] for code in blocks(PAGE, "sh") for line in code.splitlines()]


def view_of(folder: Path, area: mapping.StudyArea) -> mapping.View:
    """Make a public view of the facilities, each a clinic, by the column map of the library page."""
    library = ROOT / "docs" / "library.md"
    points = gpd.read_file(folder / "facilities.gpkg").to_crs("EPSG:4326")
    table = {"name": points["name"], "kind": "clinic", "lat": points.geometry.y, "lon": points.geometry.x}
    pd.DataFrame(table | {"checked": "2026-10-01"}).to_csv(folder / "services.csv", index=False)
    for name, language in (("services.toml", "toml"), ("approvals.csv", "csv")):
        (folder / name).write_text(blocks(library, language)[0], encoding="utf-8")
    with mapping.Directory(folder / "directory.db", area) as directory:
        approvals = mapping.read_approvals(folder / "approvals.csv")
        directory.add(approvals, by="Ann", agreed_by="Ben", on=DAY)
        known = mapping.Known.of(directory)
        columns = folder / "services.toml"
        batch = mapping.read(folder / "services.csv", columns=columns, area=area, today=DAY, known=known)
        directory.add(batch, by="Ann", agreed_by="Ben", on=DAY)
        return directory.view("public", folder / "public.db", edition=DAY)


def main(sample: Path, images: Path = ROOT / "docs" / "images") -> int:
    """Write the pictures; return 1 where one is too large."""
    large = False
    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        folder = Path(own)
        for words in prepare(sample, folder):
            command = [sys.executable, "-m", "mapping.cli", *words]
            subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
        area = mapping.StudyArea.load(folder / "malawi")
        view = view_of(folder, area)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1100, "height": 720}, color_scheme="light")
        for name in ("reach", "coverage"):
            mapping.draw(view, area, getattr(analyses, name)(view, area)).save(folder / f"{name}.html")
            page.goto((folder / f"{name}.html").as_uri())
            page.wait_for_function(DRAWN)
            page.wait_for_timeout(1000)
            png = fewer_colours(page.screenshot(animations="disabled"))
            (images / f"malawi-{name}.png").write_bytes(png)
            large |= len(png) > LARGEST
        browser.close()
    return int(large)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
