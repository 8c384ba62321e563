"""What the log says was done: nothing can be written that has no words, and no two deeds read the same."""

import ast
import datetime as dt
from pathlib import Path

import pytest

from mapping.language.languages import codes
from tests.conftest import ROOT
from web.stores.deeds import DEEDS
from web.stores.ledger import Ledger

WRITING = ("log", "log_at_most", "append_at_most", "alarm")


def written(path: Path):
    """Names of deeds with which a file writes lines of the log."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITING:
            yield from (
                part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def test_the_log_takes_deeds_only(tmp_path):
    with pytest.raises(ValueError, match="is no deed"):
        Ledger(tmp_path / "ledger.db").append("a", "nothing", now=dt.datetime.now(dt.UTC))


def test_whatever_pages_write_is_a_deed():
    names = [name for path in sorted((ROOT / "web").rglob("*.py")) for name in written(path)]
    assert len(names) > 40
    assert set(names) <= set(DEEDS)


@pytest.mark.parametrize("language", codes())
def test_each_deed_has_words_of_its_own(language):
    assert len({words.into(language) for words in DEEDS.values()}) == len(DEEDS)
