"""Files made to be too much: each ends soon, within bounded memory, as a list or as one sentence that helps."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, TINY

SECONDS, MEMORY = 60, 2 << 30
"""What each file may take: processor time, many times what is needed, and bytes of data."""

READ = f"""
import datetime as dt, json, os, resource, sys
from pathlib import Path
from mapping.area.study_area import StudyArea
from mapping.errors import MappingError
from mapping.intake.read import Known, read

area = StudyArea.load(Path({str(TINY)!r}))
for path in sys.argv[1:]:
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
    resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY}, {MEMORY}))
    try:
        batch = read(Path(path), area=area, today=dt.date(2026, 11, 28), known=Known())
        outcome = f"{{len(batch.of('service'))}} services"
    except MappingError as error:
        outcome = str(error)
    print(json.dumps([Path(path).name, outcome]), flush=True)
    os._exit(0)
"""

HEADS = ("Organization", "Kind of help", "Phone", "District", "May we publish?")
ROW = ("Hope", "Legal advice", "+992 44 600 00 01", "XT-W2", "yes")
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9))
    + "]>"
)
KML = '<kml xmlns="http://www.opengis.net/kml/2.2">'


def packed(name: str, contents: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, contents)

    return write


def plain(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text, encoding="utf-8") and None


def rows(*lines: tuple[str, ...]) -> Callable[[Path], None]:
    return plain("\n".join(",".join(line) for line in lines))


def pages(count: int) -> Callable[[Path], None]:
    """Make a PDF of empty pages."""
    kids = " ".join(f"{number} 0 R" for number in range(3, count + 3))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {count}/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"] * count
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    text += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n"
    return plain(f"{text}{text.index('xref')}\n%%EOF")


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "lines.csv": (plain("a\n" * 10_500_000), "cells or more is too large"),
    "blank.csv": (plain("\n" * 20_500_000), "cells or more is too large"),
    "letters.csv": (plain("a" * 20_000_000), "cannot be cut into cells"),
    "quotation.csv": (plain('a,b\n"' + "a\n" * 1_000_000), "cannot be cut into cells"),
    "columns.csv": (rows((*HEADS, *["x"] * 5_000), (*ROW, *["x"] * 5_000)), "5,005 columns are too many"),
    "cells.csv": (rows((*HEADS, "Description"), (*ROW, "word " * 20_000), (*ROW, "")), "1 services"),
    "bomb.docx": (packed("word/document.xml", "0" * 20_000_000), "times its size, which no honest list"),
    "bomb.xlsx": (packed("xl/workbook.xml", "0" * 20_000_000), "times its size, which no honest list"),
    "bomb.ods": (packed("content.xml", "0" * 20_000_000), "times its size, which no honest list"),
    "bomb.kmz": (packed("doc.kml", "0" * 20_000_000), "times its size, which no honest list"),
    "entities.kml": (plain(f"{BOMB}{KML}<Placemark><name>&a8;</name></Placemark></kml>"), "entities.kml"),
    "entities.xml": (plain(f"{BOMB}<Source>&a8;</Source>"), "entities.xml"),
    "deep.kml": (plain(f"{KML}{'<Folder>' * 50_000}{'</Folder>' * 50_000}</kml>"), "deep.kml"),
    "deep.xml": (plain("<Source><Agency>" * 200_000), "deep.xml"),
    "deep.json": (plain("[" * 1_000_000), "deep.json"),
    "objects.json": (plain('{"a":' * 5_000 + "1" + "}" * 5_000), "objects.json"),
    "number.json": (plain(f'[{{"name": {"9" * 5_000_000}}}]'), "number.json"),
    "deep.geojson": (plain('{"type":"GeometryCollection","geometries":[' * 5_000), "deep.geojson"),
    "tables.xls": (plain("<html>" + "<table><tr><td>" * 10_000), "is a web page"),
    "pages.pdf": (pages(2_000), "pages"),
}
"""A file, and what is told of it."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (write, _) in FILES.items():
        write(folder / name)
    command = [sys.executable, "-c", READ, *(str(folder / name) for name in FILES)]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(map(json.loads, lines))


@pytest.mark.parametrize("name", FILES)
def test_a_file_made_to_be_too_much_ends_soon_and_says_why(name, told):
    assert name in told, "took too long, or too much memory"
    assert FILES[name][1] in told[name]
    assert "\n" not in told[name]
