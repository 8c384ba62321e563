"""Check that a test noticed every mutant that ``make mutants`` made, but for the listed ones that change nothing.

Each line of ``tests/safety/equivalent_mutants.csv`` names a function, the line as the mutant has it, and why it does
the same; a line that fits no mutant any more is a fault too. Words of SQL in letters of the other case are
not listed, since SQLite reads them as the same.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = ROOT / "tests" / "safety" / "equivalent_mutants.csv"
TOO_LONG = {24, 36, 152, 255, -24, -9}
"""How a process ends that takes too long: in a loop without end, or because the machine has much else to do."""

NOTICED = {1, 3} | TOO_LONG
"""How a process ends whose tests fail, or that takes too long: a loop without end is noticed too."""


def mutants(folder: Path) -> dict[str, int | None]:
    """Return how the tests of each mutant ended, as mutmut wrote it down: name -> code of the process."""
    codes: dict[str, int | None] = {}
    for path in sorted(folder.rglob("*.meta")):
        codes |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return codes


SQL = re.compile(r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|JOIN|ORDER BY|AND)\b")
"""Words of which one stands in each text of SQL, in capitals as no other text has them."""


def written(mutant: str) -> tuple[str, str, str]:
    """Return the function of a mutant, its line as it is, and as the mutant has it."""
    command = [str(Path(sys.executable).parent / "mutmut"), "show", mutant]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line for line in shown.splitlines() if not line.startswith(("---", "+++"))]
    before, after = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return mutant.rpartition("__mutmut_")[0], before, after


def is_same_sql(before: str, after: str) -> bool:
    """Tell whether lines differ in nothing but the case of words of SQL: of no text that stands in quotes there."""
    tokens, others = _tokens(before), _tokens(after)
    return len(tokens) == len(others) and all(
        token == other or (SQL.search(token) is not None and _words(token) == _words(other) != [])
        for token, other in zip(tokens, others, strict=True)
    )


def _tokens(line: str) -> list[str]:
    tokens = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line).readline):
            tokens.append(token.string)
    except tokenize.TokenError:  # a part of a statement ends before its bracket does
        pass
    return tokens


def _words(token: str) -> list[str]:
    """Return what SQLite reads of a token that is a text of SQL."""
    parts = re.split("('[^']*')", ast.literal_eval(token)) if token.startswith(("'", '"')) else []
    return [part if part.startswith("'") else part.casefold() for part in parts]


def problems(codes: dict[str, int | None]) -> Iterator[str]:
    """Yield a line for each mutant that nobody noticed, and for each that is listed and was not there."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        listed = {(row["function"], row["line"]): row["reason"] for row in csv.DictReader(file)}
    if not codes:
        yield "mutants/: there are none; run `make mutants`"
    changes = [written(mutant) for mutant, code in codes.items() if code not in NOTICED]
    unnoticed = [(function, after) for function, before, after in changes if not is_same_sql(before, after)]
    for function, line in unnoticed:
        if not listed.get((function, line)):
            yield f"{function}: no test notices: {line}; write one, or tell in {EQUIVALENT.name} why it does the same"
    for function, line in listed.keys() - {*unnoticed}:
        yield f"{EQUIVALENT.name}: {function}: there is no such mutant, or a test notices it: {line}; take it out"


def main() -> int:
    """Print what is wrong; return 1 where anything is."""
    codes = mutants(ROOT / "mutants")
    lines = sorted(problems(codes))
    slow = sum(code in TOO_LONG for code in codes.values())
    well = f"A test notices each of {len(codes)} mutants, but for those that do the same."
    print("\n".join(lines) or f"{well} {slow} took too long: where that is more than a few, run it on a quiet machine.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
