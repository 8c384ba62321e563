"""Check that the documentation is in step with the code: ``python -m scripts.check_docs``.

In every Markdown file: relative links lead somewhere, ``rohnamo`` commands and their options exist, ``make`` targets
exist, and each ``mapping.name`` of a Python example is there.
"""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ +(.+?) *#*$", re.MULTILINE)


def problems(root: Path, files: list[Path], command: Any) -> list[str]:
    """Return a line for each thing that a file says and that is not so."""
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    lines = []
    for path in files:
        text = path.read_text("utf-8")
        faults = [
            *broken_links(path, text),
            *(problem for line in command_lines(text) for problem in wrong_command(line, command, targets)),
            *(
                problem
                for language, code in FENCE.findall(text)
                if language == "python"
                for problem in wrong_names(code)
            ),
        ]
        lines += [f"{path.relative_to(root)}: {problem}" for problem in faults]
    return lines


def broken_links(path: Path, text: str) -> Iterator[str]:
    """Yield the relative links of a page that lead to no file, or to no heading of it."""
    prose = SPAN.sub("", FENCE.sub("", text))
    for link in (a or b for a, b in LINK.findall(prose)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        if not target.exists():
            yield f"link to {link}: there is no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8")):
            yield f"link to {link}: there is no such heading"


def anchors(text: str) -> set[str]:
    """Return the names by which a page's headings can be linked to, as GitHub makes them."""
    headings = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def command_lines(text: str) -> Iterator[str]:
    """Yield what a page tells its reader to type: lines of code blocks, and code within sentences."""
    lines = SPAN.findall(FENCE.sub("", text))
    for language, code in FENCE.findall(text):
        if language in {"", "sh", "bash", "shell", "console"}:
            lines += re.sub(r"\\\n\s*", "", code).splitlines()
    for line in lines:
        yield from re.split(r"\s+(?:&&|\|\||[|;>])\s+", line)


def wrong_command(line: str, command: Any, targets: set[str]) -> Iterator[str]:
    """Yield what is wrong with a line that calls ``rohnamo`` or ``make``."""
    try:
        words = shlex.split(line.removeprefix("$ "), comments=True)
    except ValueError:  # a stray quote: not something to type
        return
    if words[:1] == ["make"]:
        for word in words[1:]:
            if re.fullmatch(r"[a-z-]+", word) and word not in targets:
                yield f"`{line}`: the Makefile has no target {word}"
    if not words or Path(words[0]).name != "rohnamo":
        return
    for word in words[1:]:
        known = command.list_commands(None) if hasattr(command, "list_commands") else None
        if word.startswith("-"):
            options = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
            if word.split("=")[0] not in {*options, "--help"}:
                yield f"`{line}`: {command.name} has no option {word}"
        elif known is not None and re.fullmatch(r"[a-z-]+", word):  # NAME, FILE and "..." stand for something else
            if word not in known:
                yield f"`{line}`: there is no command {word}"
                return
            command = command.get_command(None, word)


def wrong_names(code: str) -> Iterator[str]:
    """Yield the names that a Python example takes from our packages and that are not there."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        yield f"Python example, line {error.lineno}: {error.msg}"
        return
    for node in ast.walk(tree):
        wanted: list[tuple[str, str]] = []
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {"mapping", "web"}:
            wanted = [(node.value.id, node.attr)]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"mapping", "web"}:
            wanted = [(str(node.module), alias.name) for alias in node.names]
        for module, name in wanted:
            if not hasattr(importlib.import_module(module), name):
                yield f"Python example: {module} has no {name}"


def pages(root: Path) -> list[Path]:
    """List the Markdown files of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "*.md"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [root / name for name in sorted(filter(None, listed.split("\0"))) if (root / name).exists()]


if __name__ == "__main__":
    app = importlib.import_module("mapping.cli").app
    wrong = problems(ROOT, pages(ROOT), typer.main.get_command(app))
    print("\n".join(wrong) or "The documentation is in step.")
    sys.exit(bool(wrong))
