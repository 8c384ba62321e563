"""The examples of docstrings give what they say."""

import doctest
import importlib
import re

import pytest

from tests.conftest import ROOT

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for folder in ("mapping", "web")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if re.search(r"^\s*>>> ", path.read_text("utf-8"), re.MULTILINE)
    if path != ROOT / "mapping" / "__init__.py"  # the lines of the README: tests/project/docs/test_readme.py
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name, request):
    module = importlib.import_module(name)
    assert doctest.testmod(module, extraglobs={"getfixture": request.getfixturevalue}).failed == 0


def test_there_are_examples():
    assert len(MODULES) > 20
