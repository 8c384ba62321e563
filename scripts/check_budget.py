"""Compare the lines of Python in each folder with ``[tool.rohnamo.budget]`` in pyproject.toml.

A number is raised in the commit that needs it, which says who asked for what; a folder that is new gets one.
"""

import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("mapping", "web")


def lines_by_folder(root: Path) -> Counter[str]:
    """Return the lines of Python of each folder in mapping/ and web/, and of the files that stand in these alone."""
    lines: Counter[str] = Counter()
    for top in TOPS:
        for path in (root / top).rglob("*.py"):
            parts = path.relative_to(root).parts
            folder = "/".join(parts[:2]) if len(parts) > 2 else top
            lines[folder] += len(path.read_text(encoding="utf-8").splitlines())
    return lines


def over_budget(lines: Counter[str], budget: dict[str, int]) -> list[str]:
    """Return the folders that hold more lines than they may, or have no number."""
    return [folder for folder, count in sorted(lines.items()) if count > budget.get(folder, 0)]


def main() -> int:
    """Print lines and budget by folder; return 1 where one is above."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    budget: dict[str, int] = settings["tool"]["rohnamo"]["budget"]
    lines = lines_by_folder(ROOT)
    over = over_budget(lines, budget)
    for folder in sorted(lines):
        mark = "  above" if folder in over else ""
        print(f"{folder:24}{lines[folder]:8,}{budget.get(folder, 0):8,}{mark}")
    print(f"{'all':24}{lines.total():8,}{sum(budget.values()):8,}")
    if over:
        print("Above the budget of pyproject.toml: " + ", ".join(over), file=sys.stderr)
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
