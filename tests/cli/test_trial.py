"""A list on the screen, alone: what is shown, what is not, and that every page says that it is a trial."""

import datetime as dt
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mapping.area.study_area import StudyArea
from mapping.cli import app
from mapping.cli.trial import trial
from mapping.view.view import TRIAL, View
from tests.conftest import TINY

TODAY = dt.date(2026, 11, 24)
SAYS = re.compile(
    r"(?!404).*\.html|(?:tg|ru|en)/(?:g|report)/(?!recommendations)[\w-]+(?<!-chart)(?<!-map)\.(?:csv|svg)|data/catalog\.jsonld"
)
"""Pages, tables and pictures, but for charts and maps that stand within a page."""
LIST = """Name of organization;What they do;Phone;Town
Umed;legal advice;+992 44 600 12 34;Chashma
Nur;counselling;+992 44 600 12 35;Chashma
Secret house;shelter for victims of trafficking;+992 44 600 12 99;Chashma
Daryo;knitting;+992 44 600 12 36;Chashma
"""


@pytest.fixture
def partners_list(tmp_path: Path) -> Path:
    path = tmp_path / "partners.csv"
    path.write_text(LIST, "utf-8")
    return path


def test_what_may_be_shown_is_shown_with_its_number(partners_list: Path, tiny_area: StudyArea, tmp_path: Path) -> None:
    tried = trial(partners_list, tiny_area, tmp_path, today=TODAY)
    assert (tried.services, tried.shown) == (4, 2)
    with View(tried.view) as view:
        assert view.notice == TRIAL
        assert not view.demo
        assert sorted(row["name"] for row in view.rows("organization")) == ["Nur", "Umed"]
        assert {row["number"] for row in view.rows("phone")} == {"+992446001234", "+992446001235"}
    for secret in (b"Secret house", b"446001299"):
        assert secret not in tried.view.read_bytes()


def test_rows_without_a_kind_take_the_one_that_is_said(
    partners_list: Path, tiny_area: StudyArea, tmp_path: Path
) -> None:
    assert trial(partners_list, tiny_area, tmp_path, kind="LEG-INF", today=TODAY).shown == 3


def test_a_word_that_keeps_rows_back_is_heeded(tiny_area: StudyArea, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    rows = ["Organization,Help,District,Who may see it"]
    rows += [f"{name},legal aid,Juybor,secret" for name in ("Umed", "Nur")]
    path.write_text("\n".join(rows), "utf-8")
    tried = trial(path, tiny_area, tmp_path, today=TODAY)
    assert (tried.services, tried.shown) == (2, 0)


def test_pages_tables_and_pictures_say_that_it_is_a_trial_and_nothing_else_is_kept(
    partners_list: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    pages = tmp_path / "pages"
    arguments = ["try", str(partners_list), "--area", str(TINY), "--site", str(pages), "--today", TODAY.isoformat()]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "2 of 4 services are on the pages." in result.output
    assert not list(temporary.iterdir())
    told = re.compile("not for publication|не для публикации|на барои нашр", re.I)
    files = {path.relative_to(pages).as_posix(): path for path in pages.rglob("*")}
    say = {name: told.search(path.read_text("utf-8")) for name, path in files.items() if SAYS.fullmatch(name)}
    assert {Path(name).suffix for name in say} == {".html", ".csv", ".svg", ".jsonld"}
    assert [name for name, found in say.items() if not found] == []
