"""No file of a stranger reads another file or asks a server, whatever it is called and whatever it holds.

Each reader is given the bytes of every other format and of every driver that GDAL can write, and texts by which drivers
are sent to other files and servers, under each ending of ours, plain and zipped.
"""

import inspect
import itertools
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import suppress
from pathlib import Path

import pyogrio
import pytest

from mapping import formats
from mapping.errors import FormatError
from mapping.formats import ReadContext, Sheet, read_sheets
from mapping.formats.reader_process import ANSWER, DRIVER, MEMORY, environment, read_in_process
from mapping.intake.read import read
from mapping.model import Source
from mapping.quality.known_organizations import Known
from mapping.registry import format_of, readers
from tests.support.sample import TODAY

CANARY = "CANARY-77-Orchard-Lane"
WRITE_ALL = """
import sys
from pathlib import Path
import geopandas as gpd
import pyogrio
import shapely

frame = gpd.GeoDataFrame({"name": ["plain"]}, geometry=[shapely.Point(68.7, 38.5)], crs=4326)
endings = {"ESRI Shapefile": "shp", "MapInfo File": "tab", "FlatGeobuf": "fgb", "GPKG": "gpkg"}
for number, (driver, mode) in enumerate(sorted(pyogrio.list_drivers().items())):
    try:
        if "w" in mode:
            pyogrio.write_dataframe(frame, Path(sys.argv[1], f"{number}.{endings.get(driver, 'dat')}"), driver=driver)
    except Exception as error:  # not every driver writes points
        print(driver, error)
"""
READ_ALL = """
import importlib, sys
from pathlib import Path
module = importlib.import_module(sys.argv[1])
for path in map(Path, sys.argv[2:]):
    try:
        sheets = list(module.read(path))
    except Exception as error:
        print(path.name, "ERROR", repr(error))
    else:
        print(path.name, "READ", sheets)
"""


@pytest.fixture(scope="module")
def listener():
    """A server on loopback that counts who asks."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        asked, ended = [], threading.Event()

        def listen():
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                asked.append(1)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], asked
        ended.set()
        thread.join()


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """A private folder with secrets in files that drivers of GDAL read."""
    folder = tmp_path_factory.mktemp("private")
    (folder / "secret.csv").write_text(f"name,address,lon,lat\nshelter,{CANARY},68,38\n")
    (folder / "secret.txt").write_text(CANARY)
    with sqlite3.connect(folder / "directory.db") as db:
        db.execute("CREATE TABLE service (name TEXT, address TEXT)")
        db.execute("INSERT INTO service VALUES ('shelter', ?)", [CANARY])
    return folder


def hostile(folder, port):
    """Yield texts that lead drivers elsewhere, each also dressed as KML and as GeoJSON."""
    csv, db, url = folder / "secret.csv", folder / "directory.db", f"http://127.0.0.1:{port}/x"
    for source in (csv, db, f"/vsicurl/{url}", f"/vsizip/{csv}", folder / "secret.txt"):
        layer = "service" if source == db else "secret"
        vrt = f'<OGRVRTLayer name="{layer}"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
        sql = vrt.replace("</OGRVRTLayer>", f"<SrcSQL>SELECT * FROM {layer}</SrcSQL></OGRVRTLayer>")
        for layer in (vrt, sql):
            yield f"<OGRVRTDataSource><!-- <kml <Placemark -->{layer}</OGRVRTDataSource>"
            yield f"<kml><Document/></kml><!--<Placemark--><OGRVRTDataSource>{layer}</OGRVRTDataSource>"
        yield f"<kml xmlns='http://www.opengis.net/kml/2.2'><Document><NetworkLink><Link><href>{source}</href></Link></NetworkLink><Placemark><name>a</name><Point><coordinates>68,38</coordinates></Point></Placemark></Document></kml>"
        yield f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file://{source}">]><kml><Document><Placemark><name>&x;</name><Point><coordinates>68,38</coordinates></Point></Placemark></Document></kml>'
        yield json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {source}"})
        yield json.dumps({"type": "FeatureCollection", "features": [], "links": [{"rel": "next", "href": str(source)}]})
        yield f"<OGRWFSDataSource><URL>{source}</URL><!-- <kml <Placemark --></OGRWFSDataSource>"
        yield f"<OGRCSWDataSource><URL>{source}</URL><!-- <kml <Placemark --></OGRCSWDataSource>"
        yield f"<GDAL_WMTS><GetCapabilitiesUrl>{source}</GetCapabilitiesUrl></GDAL_WMTS>"
        yield f"{source}"


@pytest.fixture(scope="module")
def contents(tmp_path_factory, secrets, listener):
    """The bytes of each kind of file."""
    folder = tmp_path_factory.mktemp("drivers")
    subprocess.run([sys.executable, "-c", WRITE_ALL, folder], check=True, capture_output=True, timeout=300)
    files = [text.encode() for text in hostile(secrets, listener[0])]
    files += [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    files += [
        (secrets / name).read_bytes().replace(CANARY.encode(), b"other") for name in ("secret.csv", "directory.db")
    ]
    assert len(files) > 70
    return files


def endings():
    """Yield each format that reads cells with each of its endings."""
    for module in readers().values():
        if hasattr(module, "read"):
            yield from ((module, ending) for ending in module.SUFFIX.split())


def packed(path, inside, content):
    """Write an archive of one file, with what a shapefile needs beside it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inside, content)
        if inside.endswith(".shp"):
            archive.writestr(inside.replace(".shp", ".dbf"), content)
            archive.writestr(inside.replace(".shp", ".shx"), content)


@pytest.mark.parametrize("module", [m for m in readers().values() if hasattr(m, "DRIVER")], ids=lambda m: m.DRIVER)
def test_no_reader_with_gdal_leaves_its_file(module, contents, tmp_path, secrets, listener):
    for number, content in enumerate(contents):
        for ending in module.SUFFIX.split():
            plain = tmp_path / f"{number}{ending}"
            plain.write_bytes(content)
            for inside in ("a.kml", "a.shp"):
                packed(tmp_path / f"{number}-{inside[2:]}{ending}", inside, content)
    shutil.copy(secrets / "secret.csv", tmp_path / "beside.csv")
    files = sorted(str(path) for path in tmp_path.iterdir() if path.name != "beside.csv")
    command = [sys.executable, "-P", "-c", READ_ALL, module.__name__, *files]
    told = subprocess.run(
        command, env=environment(module.DRIVER), capture_output=True, text=True, timeout=500, check=False
    )
    lines = [line for line in told.stdout.splitlines() if " ERROR " in line or " READ " in line]
    assert len(lines) >= len(files), told.stderr[-2000:]
    assert CANARY not in told.stdout + told.stderr
    assert listener[1] == []


def test_the_canary_would_be_read_without_the_one_driver(secrets, listener, tmp_path):
    """What the test above looks for is there: with all its drivers GDAL opens another file."""
    path = tmp_path / "list.kml"
    path.write_text(next(hostile(secrets, listener[0])))
    assert CANARY in str(pyogrio.read_dataframe(path).to_dict())


def test_every_format_of_cells_read_in_a_process_says_nothing_of_other_files(contents, tmp_path, secrets, listener):
    """A few of the contents under each ending, through the one place where a stranger's list is opened."""
    for (module, ending), content in zip(endings(), itertools.cycle(contents[:12:5]), strict=False):
        path = tmp_path / f"list{ending}"
        path.write_bytes(content)
        try:
            said = str(read_in_process(module, path))
        except FormatError as error:
            said = str(error)
        assert CANARY not in said
    assert listener[1] == []


def test_formats_are_recognised_in_a_process_too(contents, tmp_path, listener, monkeypatch):
    """An archive or a document that a parser stumbles over, or leaves its file for, meets no parser of the program."""
    monkeypatch.setattr(formats, "IN_PROCESS", True)
    for ending in (".json", ".zip", ".xml", ".csv"):
        path = tmp_path / f"list{ending}"
        path.write_bytes(contents[0])
        for module in readers().values():
            if hasattr(module, "recognises"):
                monkeypatch.setattr(module, "recognises", lambda path: pytest.fail(f"{path} was looked at here"))
        with suppress(FormatError):
            format_of(path)
    assert listener[1] == []


SAMPLES = {
    ".json": '{"version": "3.1", "contents": [{"organization_id": "o", "id": "s", "name": "A"}]}',
    ".xml": "<Source><Agency><Key>1</Key><Name>A</Name></Agency></Source>",
    ".csv": "ResourceAgencyNum,PublicName\n1,A\n",
}


def test_every_registered_format_meets_its_file_in_a_process_apart(tmp_path, tiny_area, monkeypatch):
    """None of what looks at a file is called here, and what makes records is never told where the file is."""
    monkeypatch.setattr(formats, "IN_PROCESS", True)
    tasks, run = [], subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **of: (tasks.append(command), run(command, **of))[1])
    for module in readers().values():
        for name in {"read", "parse", "recognises"} & {*vars(module)}:
            monkeypatch.setattr(module, name, lambda path, module=module: pytest.fail(f"{module.__name__}: {path}"))
        if hasattr(module, "records"):
            assert next(iter(inspect.signature(module.records).parameters)) == "content"
            assert not hasattr(module, "read")
    for module in readers().values():
        ending = module.SUFFIX.split()[0]
        path = tmp_path / f"list{ending}"
        path.write_text(SAMPLES.get(ending, "x"))
        with suppress(FormatError):
            if hasattr(module, "read"):
                read_sheets(module, path)
            else:
                known = Known()
                context = ReadContext(tiny_area, TODAY, known, Source(id="s", name="s"))
                formats.read_records(module, path, context)
        task = "read" if hasattr(module, "read") else "parse"
        assert tasks[-1][-3:] == [task, path.name, module.__name__]


def test_a_list_that_says_itself_what_it_holds_comes_through_a_process(tmp_path, tiny_area, monkeypatch):
    for name, text in (("list.json", SAMPLES[".json"]), ("list.xml", SAMPLES[".xml"]), ("list.csv", SAMPLES[".csv"])):
        (tmp_path / name).write_text(text)
        here = read(tmp_path / name, area=tiny_area, today=TODAY)
        monkeypatch.setattr(formats, "IN_PROCESS", True)
        there = read(tmp_path / name, area=tiny_area, today=TODAY)
        monkeypatch.setattr(formats, "IN_PROCESS", False)
        assert [*there.of("organization"), *there.of("service")] == [*here.of("organization"), *here.of("service")]
        assert there.of("organization") or there.refused or there.issues


def test_tables_beside_a_description_are_read_in_the_process(tmp_path, tiny_area, monkeypatch):
    monkeypatch.setattr(formats, "IN_PROCESS", True)
    (tmp_path / "datapackage.json").write_text('{"resources": [{"path": "organization.csv"}]}')
    (tmp_path / "organization.csv").write_text("id,name,description\n1,Umed,Helps\n")
    batch = read(tmp_path / "datapackage.json", area=tiny_area, today=TODAY)
    assert [body.name for body in batch.of("organization")] == ["Umed"]


def test_the_program_itself_recognises_what_its_processes_do(tmp_path, monkeypatch):
    path = tmp_path / "list.json"
    path.write_text('{"version": 0.6, "generator": "Overpass API", "elements": []}')
    here = format_of(path)
    monkeypatch.setattr(formats, "IN_PROCESS", True)
    assert format_of(path) is here


def test_a_reader_takes_less_memory_than_the_service_that_begins_it():
    """Else the system ends the portal with it."""
    for unit in Path(__file__).parents[2].glob("deploy/systemd/*.service"):
        most = re.search(r"^MemoryMax=(\d+)G$", unit.read_text(), re.MULTILINE)
        assert most is None or int(most[1]) << 30 > MEMORY, unit.name


def test_gdal_is_opened_in_no_other_place(tmp_path):
    """A format that is called by itself refuses, and a reader has no variable of the process that began it."""
    kml = readers()["kml"]
    path = tmp_path / "a.kml"
    path.write_text("<kml><Document><Placemark/></Document></kml>")
    with pytest.raises(RuntimeError, match="read_sheets alone"):
        list(kml.read(path))
    assert set(environment("LIBKML")) == {"PATH", "LANG", "PYTHONPATH", "GDAL_SKIP", "OGR_SKIP", DRIVER}


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_a_reader_sees_neither_private_files_nor_the_network(tmp_path, secrets, listener, monkeypatch):
    """Even a format that tries to read everything: here one that stands for a library that was taken over."""
    spy = tmp_path / "spy-packages"
    spy.mkdir()
    (spy / "spy.py").write_text(
        "import socket\n"
        "from mapping.formats import Sheet\n"
        "def read(path):\n"
        "    rows = [['what']]\n"
        f"    for name in ({str(secrets / 'secret.txt')!r}, '/etc/passwd', {str(Path.cwd() / 'pyproject.toml')!r}):\n"
        "        try:\n"
        "            rows.append([open(name).read()])\n"
        "        except OSError as error:\n"
        "            rows.append([type(error).__name__])\n"
        "    try:\n"
        f"        socket.create_connection(('127.0.0.1', {listener[0]}), 1)\n"
        "        rows.append(['connected'])\n"
        "    except OSError as error:\n"
        "        rows.append([type(error).__name__])\n"
        "    return [Sheet('', rows)]\n"
    )
    monkeypatch.syspath_prepend(str(spy))
    import spy as module

    path = tmp_path / "list.spy"
    path.write_text("x")
    (sheet,) = read_in_process(module, path)
    assert [row[0] for row in sheet.rows] == ["what", *["FileNotFoundError"] * 3, sheet.rows[-1][0]]
    assert sheet.rows[-1][0] != "connected"
    assert listener[1] == []


TAKEN_OVER = {
    "a function of Python": "cos\ngetcwd\n(tR.",
    "a function of ours": "cmapping.language.i18n\nread_po\n.",
    "a module that ours has imported": "cmapping.language.i18n\nre\n.",
    "a class of ours": "cmapping.formats\nSheet\n.",
    "no pair": "I1\n.",
    "no format": "(Vrecognised\nI1\nt.",
    "no sheets": "(Vsheets\n(lV1\natt.",
    "a text that asks for our memory": "(Vrefused\n(Vtext\n(V{x.__class__}\n(dVx\nV1\nsttQt.",
    "a text that asks for it within": "(Vrefused\n(Vtext\n(V{x:{x.__class__}|}\n(dVx\nV1\nsttQt.",
    "a text that fills it": "(Vrefused\n(Vtext\n(V{x:9999999999}\n(dVx\nV1\nsttQt.",
    "a text that is one": "(Vrefused\n(Vtext\n(Vno {x}\n(dVx\nVgood\nsttQt.",
}


@pytest.fixture
def taken_over(tmp_path, monkeypatch):
    """Return a function that gives what is told of a reader that does what it is told with the file of its answer."""
    spy = tmp_path / "evil-packages"
    spy.mkdir()
    (spy / "evil.py").write_text("import os\ndef read(path):\n    exec(open(path).read())\n    os._exit(0)\n")
    monkeypatch.syspath_prepend(str(spy))
    import evil

    def told(code):
        path = tmp_path / "list.evil"
        path.write_text(code)
        with pytest.raises(FormatError) as refused:
            read_in_process(evil, path)
        return str(refused.value)

    return told


@pytest.mark.parametrize("answer", TAKEN_OVER.values(), ids=TAKEN_OVER)
def test_a_reader_that_was_taken_over_answers_with_values_alone(taken_over, answer):
    told = taken_over(f"open({ANSWER!r}, 'wb').write({answer.encode()!r})")
    assert told == "no good" if "good" in answer else "too much time or memory" in told


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize(
    "code",
    [f"os.unlink({ANSWER!r}); os.mkfifo({ANSWER!r})", f"os.unlink({ANSWER!r}); os.symlink('/etc/passwd', {ANSWER!r})"],
)
def test_an_answer_that_is_no_file_is_not_opened(taken_over, code):
    assert "too much time or memory" in taken_over(code)


def test_sheets_come_as_they_would_without_a_process(tmp_path):
    path = tmp_path / "список.csv"
    path.write_text("Name,Phone\nA,+992 37 221\n", encoding="utf-8")
    (sheet,) = read_sheets(readers()["csv"], path)
    assert isinstance(sheet, Sheet)
    assert sheet.rows == next(iter(readers()["csv"].read(path))).rows
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(FormatError) as told:
        read_in_process(readers()["csv"], tmp_path / "empty.csv")
    assert str(told.value).startswith(os.fspath(tmp_path / "empty.csv"))


def test_texts_come_with_their_values(tmp_path, monkeypatch):
    spy = tmp_path / "said-packages"
    spy.mkdir()
    (spy / "said.py").write_text(
        "from mapping.formats import Sheet\nfrom mapping.language.i18n import Message, listing, quoted\n"
        "def read(path):\n"
        "    said = Message('{n:row|rows} of {sheets}', n=2, sheets=listing((Message('a {b}', b='c'), quoted('d'))))\n"
        "    return [Sheet('x', [['1', 2, 3.5, None, True]], skipped=(said,), comments={1: 'e'}, hidden_rows=4)]\n"
    )
    monkeypatch.syspath_prepend(str(spy))
    import said

    path = tmp_path / "list.said"
    path.write_text("x")
    (here,), (there,) = said.read(path), read_in_process(said, path)
    assert there == here
    assert there.skipped[0].values["n"] == 2
    assert there.skipped[0].values["sheets"].values["part_0"].values == {"b": "c"}
