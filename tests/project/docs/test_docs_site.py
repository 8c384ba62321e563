"""The documentation site is built whole, asks nobody else for anything, and leaves no page and no analysis out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mapping.registry import analyses

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there_and_can_be_reached(built):
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {path.stem for path in built.glob("*.html")}
    menu = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert [page for page in sorted(pages) if f"{page}.md" not in menu] == []


def test_nobody_else_is_asked_for_anything(built):
    loaded = r"""<(?:script|img|link|iframe)[^>]+(?:src|href)=["']?(https?://[^"' >]+)"""
    for page in built.rglob("*.html"):
        asked = re.findall(loaded, page.read_text("utf-8"))
        assert not [address for address in asked if "squidfunk" not in address], page


def test_every_analysis_is_explained(built):
    page = (built / "reference" / "analyses.html").read_text("utf-8")
    for name, analysis in analyses().items():
        assert f'id="{analysis.__module__}.{name}"' in page, name
