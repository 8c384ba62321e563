"""The lines of Python of pages that have no test of their own run as they stand, given what their text presupposes."""

import ast
import re

import pytest

from mapping.render.report.writers import html, pdf
from mapping.travel.surfaces import PeopleWithin
from mapping.view.view import View
from tests.conftest import ROOT
from tests.support.sample import km

CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^(\w[^#=\n]*?) +# ([\['\"({].*)$", re.MULTILINE)
"""An expression, and beside it what it gives."""
ELSEWHERE = {
    "README.md": "tests/project/docs/test_readme.py",
    "library.md": "tests/project/docs/test_library_page.py",
    "engines.md": "tests/engines/test_engines_page.py",
}
PAGES = [
    page
    for page in (*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("*.md"))
    if page.name not in ELSEWHERE and CODE.search(page.read_text("utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page, view_file, tiny_area, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "write", html.write)  # PDF takes long: tests/render/report/test_report.py
    clinics = [km(10, 10)]
    with View(view_file) as view:
        known = {
            "area": tiny_area,
            "view": view,
            "folder": tmp_path,
            "clinics": clinics,
            "lawyers": clinics,
            "wanted": {"PSY": clinics},
            "count": PeopleWithin(tiny_area.unit_grid, tiny_area.people_grid, (60.0,), len(tiny_area.unit_codes)),
        }
        for example in CODE.findall(page.read_text("utf-8")):
            if "scheduler.example" in example:
                pytest.importorskip("distributed")
                example = example.replace('"scheduler.example:8786"', "processes=False, dashboard_address=None")
            exec(compile(example, page.name, "exec"), known)
            for expression, value in SHOWN.findall(example):
                assert eval(expression, known) == ast.literal_eval(value)


def test_the_other_pages_have_their_tests():
    for name, test in ELSEWHERE.items():
        assert name.removesuffix(".md").upper() in (ROOT / test).read_text("utf-8").upper()
