"""A folder that holds more lines than its budget is named, as is one without a number."""

from collections import Counter
from pathlib import Path

from scripts.check_budget import lines_by_folder, over_budget


def test_a_folder_above_its_budget_or_without_one_is_named() -> None:
    lines = Counter({"mapping": 10, "mapping/view": 11, "web/new": 1})
    assert over_budget(lines, {"mapping": 10, "mapping/view": 10}) == ["mapping/view", "web/new"]


def test_lines_are_counted_with_the_folders_inside(tmp_path: Path) -> None:
    for name, lines in {"mapping/a.py": 2, "mapping/view/b.py": 3, "mapping/view/rules/c.py": 4, "web/d.py": 1}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n" * lines)
    assert lines_by_folder(tmp_path) == {"mapping": 2, "mapping/view": 7, "web": 1}
