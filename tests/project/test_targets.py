"""What lands has passed every test: `make walks` runs what `make test` leaves to it, and `.ci/run` does both."""

import re
import shlex
import subprocess

from tests.conftest import ROOT


def places(target: str) -> tuple[set[str], set[str]]:
    """Return the folders of tests that a target names, and those that it leaves out."""
    lines = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--assume-old=.venv/dev", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (command,) = [line for line in lines.splitlines() if re.search(r"bin/pytest\b", line)]
    words = shlex.split(command)
    left_out = {word.removeprefix("--ignore=") for word in words if word.startswith("--ignore=")}
    return {word for word in words if word.startswith("tests")}, left_out


def test_the_two_together_run_all_and_nothing_twice():
    everywhere, left_out = places("test")
    assert everywhere == set()  # all that pyproject.toml names
    assert left_out
    assert places("walks") == (left_out, set())
    assert all(any((ROOT / folder).glob("test_*.py")) for folder in left_out)


def test_what_lands_has_passed_both():
    made = re.findall(r"^make (.*?)(?:#|$)", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert {"check", "test", "walks"} <= {word for line in made for word in line.split()}
