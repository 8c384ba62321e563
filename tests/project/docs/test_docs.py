"""The documentation is in step with the code, and the checker sees each way of falling out of it."""

from pathlib import Path
from typing import Annotated

import pytest
import typer

from mapping import cli
from scripts.check_docs import pages, problems

ROOT = Path(__file__).resolve().parents[3]

app = typer.Typer()
area = typer.Typer()
app.add_typer(area, name="area")


@app.command()
def find(text: str, near: Annotated[str, typer.Option("--near")] = "") -> None: ...


@app.command("import")
def import_(file: str) -> None: ...


@area.command("check")
def area_check(folder: str) -> None: ...


@pytest.fixture
def found(tmp_path):
    """Return what is wrong with a page of this text, in a folder with a Makefile and one other page."""
    (tmp_path / "Makefile").write_text("demo: site\n\techo\nsite:\n", "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other.md").write_text("# How it works, in short\n```sh\n# not a heading\n```\n", "utf-8")

    def check(text):
        page = tmp_path / "page.md"
        page.write_text(text, "utf-8")
        lines = problems(tmp_path, [page], typer.main.get_command(app))
        assert all(line.startswith("page.md: ") for line in lines)
        return [line.removeprefix("page.md: ") for line in lines]

    return check


def test_the_documentation_is_in_step():
    assert problems(ROOT, pages(ROOT), typer.main.get_command(cli.app)) == []


@pytest.mark.parametrize(
    "text",
    [
        "[other](docs/other.md), [there](docs/other.md#how-it-works-in-short), [folder](docs)",
        "# Here\n[up](#here) [web](https://example.org/x.md) [mail](mailto:a@example.org)",
        '<img src="docs/other.md"> `[not](a-link.md)`\n```\n[nor](this.md)\n```',
        "`rohnamo find water --near Khujand` `rohnamo import FILE` `rohnamo area check FOLDER`",
        "```sh\n$ make demo  # see it\nmake site && rohnamo find x \\\n  --near y\nrohnamo --help\n```",
        "`make PORT=8080 demo` `.venv/bin/rohnamo find x` `rohnamo COMMAND --help` `make` `it's`",
        "```python\nimport mapping\nfrom mapping.errors import NotFound\nmapping.errors.MappingError\n```",
        "```toml\nrohnamo = nothing to type\n```\nTo make nothing of it.",
    ],
)
def test_what_is_true_passes(found, text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[gone](docs/gone.md)", "link to docs/gone.md: there is no such file"),
        ('<img src="shot.png">', "link to shot.png: there is no such file"),
        ('![shot](<shot.png> "title")', "link to shot.png: there is no such file"),
        ("[x](docs/other.md#gone)", "link to docs/other.md#gone: there is no such heading"),
        ("[x](docs/other.md#not-a-heading)", "link to docs/other.md#not-a-heading: there is no such heading"),
        ("[x](#gone)", "link to #gone: there is no such heading"),
        ("Run `rohnamo frobnicate now`.", "`rohnamo frobnicate now`: there is no command frobnicate"),
        ("`rohnamo area draw`", "`rohnamo area draw`: there is no command draw"),
        ("`rohnamo find x --far=9`", "`rohnamo find x --far=9`: find has no option --far=9"),
        (
            "```sh\nrohnamo import a.csv \\\n  --near b\n```",
            "`rohnamo import a.csv --near b`: import has no option --near",
        ),
        ("```\nmake site && make tea\n```", "`make tea`: the Makefile has no target tea"),
        ("```python\nimport mapping\nmapping.nothing()\n```", "Python example: mapping has no nothing"),
        ("```python\nfrom mapping.errors import Oops\n```", "Python example: mapping.errors has no Oops"),
        ("```python\nx = (\n```", "Python example, line 1: '(' was never closed"),
    ],
)
def test_what_is_not_true_is_found(found, text, problem):
    assert found(text) == [problem]
