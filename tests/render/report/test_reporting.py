"""The commands: a report and a brief from a view, in a format, an edition and a language, or a sentence that helps."""

import csv

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.errors import FormatError, InvalidRecord, UnsafePublication
from mapping.render.report import publish
from mapping.render.report.writers.files import LOG, format_of
from tests.conftest import TINY
from tests.support.sample import sample_view


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_area):
    return sample_view(tmp_path_factory.mktemp("public"), tiny_area)


@pytest.fixture(scope="module")
def focal(tmp_path_factory, tiny_area):
    return sample_view(tmp_path_factory.mktemp("focal"), tiny_area, audience="focal_point")


def run(*arguments):
    """Run a command; what it refuses is raised."""
    result = CliRunner().invoke(app, [str(one) for one in (*arguments, "--area", TINY)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_report_and_the_next_one_tell_of_progress(view, tmp_path):
    page, asked, later = tmp_path / "a.html", tmp_path / "asked.csv", tmp_path / "later.csv"
    said = run("report", page, "--view", view.path, "--lang", "ru", "--recommendations", asked)
    assert str(page) in said
    assert "--progress" in said
    assert "Содержание" in page.read_text()
    run(
        "report",
        tmp_path / "b.html",
        "--view",
        view.path,
        "--progress",
        asked,
        "--previous",
        view.path,
        "--recommendations",
        later,
    )
    with later.open(encoding="utf-8", newline="") as file:
        statuses = {row["status"] for row in csv.DictReader(file)}
    assert statuses <= {"unchanged", "not known"}


def test_a_brief_in_word(view, tmp_path):
    path = tmp_path / "juybor.docx"
    run("brief", "Juybor District", path, "--view", view.path, "--lang", "tg")
    assert path.read_bytes()[:2] == b"PK"


def test_a_restricted_brief_names_its_reader_and_is_logged(focal, tmp_path):
    path = tmp_path / "private" / "juybor.html"
    run("brief", "XT-W2", path, "--view", focal.path, "--edition", "restricted", "--reader", "Somebody")
    assert "Somebody" in path.read_text()
    assert "Somebody" in (path.parent / LOG).read_text()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("--edition", "secret"), InvalidRecord, "public or restricted"),
        (("--lang", "fr"), InvalidRecord, "the languages here are"),
        (("--format", "odt"), FormatError, "html, pdf, docx"),
        (("--edition", "restricted", "--reader", "X"), InvalidRecord, "--audience focal_point"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(arguments, error, said, view, tmp_path):
    with pytest.raises(error, match=said):
        run("brief", "XT-W2", tmp_path / "x.html", "--view", view.path, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_view_of_few_gives_no_public_brief(focal, tmp_path):
    with pytest.raises(UnsafePublication, match="--edition restricted --reader"):
        run("brief", "XT-W2", tmp_path / "x.html", "--view", focal.path)
    assert list(tmp_path.iterdir()) == []


def test_the_format_is_that_of_the_ending(tmp_path):
    assert format_of(tmp_path / "a.PDF") == "pdf"
    assert format_of(tmp_path / "a.txt", "docx") == "docx"
    with pytest.raises(FormatError, match="end the file so"):
        format_of(tmp_path / "a.txt")


def test_a_folder_of_reports_for_everybody(view, tiny_area, tmp_path):
    written = publish(view, tiny_area, tmp_path, languages=("ru", "en"), formats=("html",))
    assert [path.name for path in written] == [
        "report.ru.html",
        "recommendations.ru.csv",
        "report.en.html",
        "recommendations.en.csv",
    ]
    assert all(path.stat().st_size > 1000 for path in written)
