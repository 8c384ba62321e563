"""What a page shows as the output of its commands is what they print on the demonstration, line by line."""

import re
import shlex
import shutil

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from tests.conftest import DEMO_DAY, ROOT

SHOWN = re.compile(r"^```sh\n([^`]*?)^```\n\n```\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""Commands, and a block without a language behind them."""
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if SHOWN.search(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_what_its_commands_print(page, demo_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(demo_folder, tmp_path / "build/private")
    for commands, output in SHOWN.findall(page.read_text("utf-8")):
        (first, *_) = commands.splitlines()
        words = shlex.split(first)[1:]
        if "--today" not in words:
            words += ["--today", str(DEMO_DAY)]
        printed = iter(CliRunner().invoke(app, words, catch_exceptions=False).output.splitlines())
        for line in output.splitlines():
            assert line.strip() == "..." or line in printed, (first, line)


def test_there_are_outputs_to_compare():
    assert "quality.md" in {page.name for page in PAGES}
