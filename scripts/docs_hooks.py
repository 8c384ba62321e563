"""What the documentation makes of the code itself: the page of analyses, by the folders that they are in."""

from pathlib import Path
from typing import Any

from mapping.registry import questions

ROOT = Path(__file__).resolve().parents[1]


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page with every analysis at the end of the page that is for them.

    An analysis is named like its file, which is read and not imported: that would take as long as all else.
    """
    if page.file.src_uri != "reference/analyses.md":
        return markdown
    files = ROOT.glob("mapping/analysis/*/*.py")
    modules = {file.stem: ".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files}
    sections = [
        "\n\n".join([f"## {question}", *(f"::: {modules[name]}.{name}" for name in names)])
        for question, names in questions()
    ]
    return "\n\n".join([markdown, *sections])
