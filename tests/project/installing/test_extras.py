"""Installing: the core reads, publishes, analyses and draws without the packages of the extras."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT, TINY

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

BLOCKED = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Blocked())
"""
CORE = """
import datetime as dt
from pathlib import Path
from mapping import Directory, StudyArea, analyses
from mapping.cli import app
from mapping.editions.publish import publish
from mapping.render.export import export

area, folder, day = StudyArea.load(sys.argv[2]), Path(sys.argv[3]), dt.date(2026, 11, 24)
(list_ := folder / "list.csv").write_text("Organization,Help,District\\nUmed,legal aid,Juybor\\n", encoding="utf-8")
words = ["import", str(list_), "--directory", str(folder / "directory.db"), "--area", sys.argv[2], "--today", str(day)]
app(words, standalone_mode=False)
with Directory(folder / "directory.db", area) as directory:
    view = publish(directory, "public", folder / "public.db", area=area, edition=day).view
print(analyses.coverage(view, area).table.shape[0])
print(export(view, folder / "list.csv", area=area).stat().st_size)
"""


def blocked(*extras):
    names = {re.split(r"[\[>=]", line)[0] for extra in extras for line in EXTRAS[extra]}
    return ",".join(sorted(name.replace("-", "_") for name in names))


def run(script, *words):
    command = [sys.executable, "-c", BLOCK + script, *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_core_needs_no_extra(tmp_path):
    done = run(CORE, blocked("pdf", "scale", "parquet", "raster", "notebook", "osm"), TINY, tmp_path)
    assert done.returncode == 0, done.stderr
    rows, size = map(int, done.stdout.splitlines()[-2:])
    assert rows == 4
    assert size > 0


def started(tmp_path, *lost):
    script = "sys.argv[:] = ['rohnamo', 'start', sys.argv[2]]\nfrom mapping.cli import main\nmain()"
    done = run(script, ",".join(lost), tmp_path)
    assert done.returncode == 1
    return done.stderr


def test_a_command_without_its_packages_says_what_to_install(tmp_path):
    said = started(tmp_path, "flask", "waitress", "argon2")
    assert re.fullmatch(r"rohnamo: this needs \w+, which comes with it; install Rohnamo again\n", said)


def test_a_command_beside_another_package_named_web_says_so(tmp_path):
    """As that of web.py, which pip writes over ours without a word."""
    script = """
import types
sys.modules["web"] = types.ModuleType("web")
sys.argv[:] = ["rohnamo", "start", sys.argv[2]]
from mapping.cli import main
main()
"""
    done = run(script, "none", tmp_path)
    assert done.returncode == 1
    assert "another package named web stands in the place of ours" in done.stderr


@pytest.mark.parametrize("name", ["pdf", "scale"])
def test_the_extras_are_there(name):
    assert EXTRAS[name]
