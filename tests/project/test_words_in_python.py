"""Words of a language stand in its folder (`word_lists.csv`, `*.po`), not in Python."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

ALLOWED = {
    "mapping/area/build/__init__.py": 8,
    "mapping/area/gazetteer.py": 1,
    "mapping/area/geocode.py": 1,
    "mapping/area/names/countries.py": 1,
    "mapping/area/names/place_names.py": 5,
    "mapping/directory/importing.py": 1,
    "mapping/formats/tables/_workbook_columns.py": 6,
    "mapping/formats/tables/csv.py": 1,
    "mapping/intake/activities.py": 1,
    "mapping/intake/case_counts.py": 4,
    "mapping/intake/clean.py": 2,
    "mapping/intake/disclosure.py": 2,
    "mapping/intake/facts/groups.py": 1,
    "mapping/intake/facts/places.py": 1,
    "mapping/intake/guess/cells.py": 1,
    "mapping/intake/guess/column_map.py": 3,
    "mapping/intake/guess/headings.py": 3,
    "mapping/intake/guess/survey.py": 5,
    "mapping/intake/row_reader.py": 2,
    "mapping/intake/rows.py": 3,
    "mapping/intake/services.py": 1,
    "mapping/language/fold.py": 5,
    "mapping/language/latin.py": 3,
    "mapping/language/parsers/_cells.py": 1,
    "mapping/language/parsers/ages.py": 0,
    "mapping/language/parsers/amounts.py": 9,
    "mapping/language/parsers/contacts.py": 7,
    "mapping/language/parsers/dates.py": 5,
    "mapping/language/parsers/hours.py": 1,
    "mapping/language/parsers/lists.py": 20,
    "mapping/language/parsers/permission.py": 23,
    "mapping/language/parsers/phones.py": 21,
    "mapping/language/parsers/points.py": 7,
    "mapping/language/parsers/standing.py": 15,
    "mapping/language/taxonomy.py": 4,
    "mapping/render/svg.py": 1,
    "mapping/safety/leak_scan.py": 1,
    "mapping/safety/sensitive_text.py": 50,
    "mapping/safety/suppression.py": 6,
    "mapping/view/entries.py": 4,
    "mapping/view/index.py": 1,
    "web/audit/two_worlds.py": 1,
}
"""Strings with Cyrillic letters that a file still holds, letters of alphabets among them. Lower a number with every
word that moves into the folder of its language; never raise one.
"""


def cyrillic_strings(source: str) -> int:
    """Count the strings with Cyrillic letters, without those that document something."""
    tree = ast.parse(source)
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    statements = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    return sum(bool(CYRILLIC.search(text.value)) for text in texts if text not in statements)


def test_counts_strings_and_no_documentation() -> None:
    assert cyrillic_strings('"""Приют"""\nSHELTER = "приют"\n"""Так."""\nHELP = f"помощь {SHELTER}"\n') == 2


def test_no_words_of_a_language_are_added_to_python() -> None:
    counts = {
        path.relative_to(ROOT).as_posix(): cyrillic_strings(path.read_text("utf-8"))
        for folder in ("mapping", "web")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    assert len(counts) > len(ALLOWED)
    grown = {file: count for file, count in counts.items() if count > ALLOWED.get(file, 0)}
    assert grown == {}, "words of a language belong into its folder: mapping/language/<code>/word_lists.csv"
