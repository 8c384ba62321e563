"""The import rules hold, and the checker sees each way of breaking them."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_layers import problems

ROOT = Path(__file__).resolve().parents[1]
RULES = """
shop.main                # a comment
shop.pages
shop.store shop.view
shop$ shop.words
shop.pages -/> shop.store
"""


def tree(folder: Path, **files: str) -> Path:
    """Write a package ``shop``; two underscores in a name stand for a dot."""
    for name in ("shop", "shop__main", "shop__pages", "shop__store", "shop__view", "shop__words"):
        files.setdefault(name, "")
    for name, text in files.items():
        parts = name.split("__")
        is_package = any(other.startswith(name + "__") for other in files)
        path = folder.joinpath(*parts, "__init__.py") if is_package else folder.joinpath(*parts).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def found(folder: Path, **files: str) -> list[str]:
    return problems(tree(folder, **files), RULES, ("shop",))


def test_the_project_keeps_its_import_rules():
    assert problems(ROOT, (ROOT / "layers.txt").read_text("utf-8")) == []


def test_the_command_exits_with_zero_when_the_rules_hold():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.check_layers"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "The import rules hold.\n")


def test_imports_downwards_and_sideways_are_allowed(tmp_path):
    assert found(tmp_path, shop__main="import shop.pages, os", shop__store="from shop.view import x") == []


UPWARDS = ["shop.words imports shop.main, which is in a higher layer"]


@pytest.mark.parametrize(
    "statement",
    [
        "import shop.main",
        "import os, shop.main as m",
        "from shop.main import run",
        "from shop import main",
        "from . import main",
        "from .main import run",
        "def later():\n    from shop.main import run",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.main import run",
        "import importlib\nimportlib.import_module('shop.main')",
        "__import__('shop.main')",
        "try:\n    import shop.main\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_from_a_higher_layer_is_found_however_it_is_written(tmp_path, statement):
    assert found(tmp_path, shop__words=statement) == UPWARDS


def test_a_module_below_a_pattern_is_in_its_layer(tmp_path):
    assert found(tmp_path, shop__view__table="from ...shop import main", shop__view="from .table import x") == [
        "shop.view.table imports shop.main, which is in a higher layer"
    ]


def test_the_longest_pattern_decides(tmp_path):
    rules = "shop.view.table\nshop.main\nshop"
    tree(tmp_path, shop__view__table="import shop.main", shop__view="import shop.main")
    assert problems(tmp_path, rules, ("shop",)) == ["shop.view imports shop.main, which is in a higher layer"]


def test_a_dollar_names_the_package_root_alone(tmp_path):
    tree(tmp_path, shop__pages="from shop import Store", shop="")
    rules = RULES + "shop.pages -/> shop$"
    assert problems(tmp_path, rules, ("shop",)) == ["shop.pages imports shop: forbidden to shop.pages"]
    tree(tmp_path, shop__pages="from shop import view, words")  # submodules, not names of the root
    assert problems(tmp_path, rules, ("shop",)) == []


def test_a_forbidden_import_is_found(tmp_path):
    assert found(tmp_path, shop__pages="def f():\n    from shop.store import Store") == [
        "shop.pages imports shop.store: forbidden to shop.pages"
    ]


def test_a_forbidden_import_through_another_module_is_found(tmp_path):
    files = {"shop__pages": "import shop.view", "shop__view": "import shop.words, shop.store"}
    assert found(tmp_path, **files) == [
        "shop.pages imports shop.view, which imports shop.store: forbidden to shop.pages"
    ]
    files["shop__view"] = "def later():\n    import shop.store"  # loading shop.pages does not load the store
    assert found(tmp_path, **files) == []


def test_a_forbidden_module_that_is_not_there_yet_is_found_too(tmp_path):
    rules = RULES + "shop.pages -/> shop.secret"
    tree(tmp_path, shop__pages="from shop.secret import key")
    assert problems(tmp_path, rules, ("shop",)) == ["shop.pages imports shop.secret: forbidden to shop.pages"]


def test_a_module_without_a_layer_is_found(tmp_path):
    assert found(tmp_path, shop__new="") == ["shop.new is in no layer: add it to layers.txt"]


def test_a_cycle_is_found_unless_one_of_its_imports_is_made_later(tmp_path):
    files = {"shop__store": "import shop.view", "shop__view": "import shop.store"}
    (problem,) = found(tmp_path, **files)
    assert problem.startswith("cycle: ")
    assert problem.count(" imports ") == 2
    files["shop__view"] = "def later():\n    import shop.store"
    assert found(tmp_path, **files) == []


def test_every_problem_is_reported_at_once(tmp_path):
    problems_found = found(tmp_path, shop__words="import shop.main", shop__pages="import shop.store", shop__new="")
    assert len(problems_found) == 3
