"""The house: import rules hold, folders are small and say what they are for, and local names are nouns."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from importlinter import api
from importlinter.application import use_cases
from importlinter.configuration import configure

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
FOLDERS = sorted(
    {
        path.parent.relative_to(ROOT).as_posix()
        for top in ("mapping", "web", "tests")
        for path in (ROOT / top).rglob("*.py")
        if "_shipped" not in path.parts and "vendor" not in path.parts
    }
)
MOST = 14
"""Python files that a folder may hold beside its ``__init__.py``: at more, ask whether two things live there."""


def test_the_import_rules_hold(monkeypatch):
    monkeypatch.chdir(ROOT)
    configure()
    assert use_cases.lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None) is use_cases.SUCCESS


def test_the_layers_fit_on_a_screen_and_name_every_module():
    layers, *_ = (contract for contract in CONFIGURATION["contracts"] if contract["type"] == "layers")
    assert len(layers["layers"]) <= 14
    named = {name for line in layers["layers"] for name in line.split(" : ")}
    for top in ("mapping", "web"):
        below = {f"{top}.{path.stem}" for path in (ROOT / top).glob("*.py") if path.stem != "__init__"}
        below |= {f"{top}.{path.parent.name}" for path in (ROOT / top).glob("*/__init__.py")}
        assert below <= named, f"in no layer: {sorted(below - named)}"


def test_what_publishes_is_kept_from_the_private_directory():
    forbidden = [contract for contract in CONFIGURATION["contracts"] if contract["type"] == "forbidden"]
    kept = {source for contract in forbidden for source in contract["source_modules"]}
    assert {"web.public", "web.api", "web.partner", "mapping.render", "mapping.view"} <= kept


def test_the_rules_are_read_as_they_are_written():
    read = api.read_configuration(str(ROOT / "pyproject.toml"))
    assert len(read["contracts_options"]) == len(CONFIGURATION["contracts"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_small(folder):
    files = [path.name for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= MOST, f"{folder} holds {len(files)} files: {sorted(files)}"


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if not folder.startswith("tests")])
def test_a_folder_says_what_it_is_for(folder):
    said = ast.get_docstring(ast.parse((ROOT / folder / "__init__.py").read_text("utf-8")))
    assert len((said or "").split("\n")[0]) > 20, f"{folder}/__init__.py says nothing"


def test_a_class_name_stands_for_one_class():
    places: dict[str, list[str]] = {}
    for folder in (folder for folder in FOLDERS if not folder.startswith("tests")):
        for path in sorted((ROOT / folder).glob("*.py")):
            for line in path.read_text("utf-8").splitlines():
                if found := re.match(r"class (\w+)(?:\[.*\])?[(:]", line.lstrip()):
                    places.setdefault(found[1], []).append(path.relative_to(ROOT).as_posix())
    assert len(places) > 300
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
