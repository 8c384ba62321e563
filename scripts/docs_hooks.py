"""What the documentation makes of the code itself: the page of analyses, by the folders that they are in."""

from typing import Any

from mapping.registry import analyses, questions


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page with every analysis at the end of the page that is for them."""
    if page.file.src_uri != "reference/analyses.md":
        return markdown
    modules = {name: analysis.__module__ for name, analysis in analyses().items()}
    sections = [
        "\n\n".join([f"## {question}", *(f"::: {modules[name]}.{name}" for name in names)])
        for question, names in questions()
    ]
    return "\n\n".join([markdown, *sections])
