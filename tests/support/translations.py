"""The texts of the code and the catalogues of each language, for the tests that hold one against the other."""

import ast
import csv
import re
import tomllib
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from mapping.language.i18n import counted, slots

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "mapping" / "language"
DRAFTS = ("tg", "uz")
"""Languages whose texts no native speaker has reviewed: their catalogues must say so."""

KEYWORDS = {"Message": None, "refusal": None, "translate": None, "_": None, "gettext": None}
CALLED = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\s*\(".encode())
"""What a file must hold for a text to be in it: to read all files word by word takes seconds."""
METHODS = {".py": "python", ".html": "jinja2", ".txt": "jinja2"}
TABLES = {
    "mapping/fields.csv": ("meaning",),
    "mapping/setting_faults.csv": ("fault",),
    "mapping/states.csv": ("label", "note"),
    "mapping/quality/labels.csv": ("label",),
    "mapping/render/labels.csv": ("label",),
    "mapping/render/report/labels.csv": ("label",),
    "mapping/analysis/common/analyses.csv": ("title", "method"),
    "mapping/analysis/common/labels.csv": ("label",),
    "mapping/analysis/common/notes.csv": ("note",),
    "mapping/render/report/addressees.csv": ("label", "task"),
    "mapping/render/report/recommendations.csv": ("text", "evidence", "measure", "aim"),
    "mapping/formats/humanitarian/hxl_columns.csv": ("heading",),
    "mapping/formats/surveys/field_form.csv": ("label", "hint", "message"),
    "mapping/formats/surveys/field_form_answers.csv": ("label",),
    "mapping/formats/tables/workbook_columns.csv": ("label", "meaning"),
    "web/access/actions.csv": ("label",),
    "web/staff/labels.csv": ("label",),
    "web/stores/deeds.csv": ("label",),
}
"""Tables that hold texts, and the columns that they stand in."""
OUTLINE = "mapping/render/report/outline.toml"
"""What the chapters of the report say."""


def languages():
    """Return the languages that have catalogues."""
    return sorted({path.parent.name for path in CATALOGUES.glob("*/*.po")})


def texts(*sources):
    """Return the English texts of files and folders, with the file that each stands in."""
    found = {}
    for path in _files(sources):
        if not CALLED.search(path.read_bytes()):
            continue
        for _line, text, _comments, _context in extract_from_file(METHODS[path.suffix], path, keywords=KEYWORDS):
            if any(map(str.isalpha, text)):  # a method of strings is called translate too
                found.setdefault(text, path.relative_to(ROOT).as_posix())
    for name, columns in TABLES.items():
        if any(name.startswith(source) for source in sources):
            with (ROOT / name).open(encoding="utf-8", newline="") as file:
                cells = [row[column] for row in csv.DictReader(file) for column in columns]
            found |= {text: name for text in filter(None, cells) if text not in found}
    if any(OUTLINE.startswith(source) for source in sources):
        found |= {text: OUTLINE for text in _of_outline() if text not in found}
    return found


def _of_outline():
    """Yield the texts of the outline of the report."""
    outline = tomllib.loads((ROOT / OUTLINE).read_text(encoding="utf-8"))
    for acronym in outline["acronym"]:
        yield from (text for key, text in acronym.items() if key != "fixed")
    yield from (indicator["name"] for indicator in outline["indicator"])
    for table in outline["table"].values():
        yield from {table.get("caption", ""), *table["head"]} - {"", "*"}
    yield from (chapter["title"] for chapter in outline["chapter"])
    for parts in (outline["brief"], *(chapter["parts"] for chapter in outline["chapter"])):
        for part in (*parts, *(item for holder in parts for item in holder.get("items", ()))):
            yield from (part[key] for key in ("heading", "say") if key in part)
            yield from (text for pair in part.get("facts", ()) for text in pair)


def catalogue(path):
    """Return English -> translation of one catalogue, as it stands in its file."""
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and not message.fuzzy}


def catalogues(language):
    """Return the files of a language's catalogues."""
    return sorted((CATALOGUES / language).glob("*.po"))


def problems(language, wanted):
    """Return what is wrong, one text each: no translation, other placeholders, no longer used, said twice."""
    wrong, known = [], {}
    for path in catalogues(language):
        own = catalogue(path)
        wrong += [f"{path.name}: no longer used: {text}" for text in own if text not in wanted]
        known |= own
        if language in DRAFTS and "draft" not in path.read_text(encoding="utf-8").split("msgid", 1)[0]:
            wrong.append(f"{path.name}: does not say in its first line that it is a draft")
    for text, path in wanted.items():
        translated = known.get(text)
        if not translated and not any(map(str.isalpha, re.sub(r"\{[^{}]*\}", "", text))):
            continue  # it holds values alone, which are said in the language
        if not translated:
            wrong.append(f"{path}: not translated: {text}")
        elif sorted(slots(text)) != sorted(slots(translated)) or counted(translated) - {*slots(translated)}:
            wrong.append(f"{path}: other placeholders: {text} -> {translated}")
    return wrong


def hidden(*sources):
    """Return the texts that no catalogue can be checked against.

    They are those of a Message whose text is no literal, or that is made within an f-string.
    """
    places = []
    for path in _files(sources):
        if path.suffix != ".py" or not CALLED.search(path.read_bytes()):
            continue
        nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
        within = {id(node) for text in nodes if isinstance(text, ast.JoinedStr) for node in ast.walk(text)}
        for node in nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            literal = isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
            if node.func.id in ("Message", "refusal") and (not literal or id(node) in within):
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                places.append(f"{place}: {node.func.id}(...) must hold its English text itself, outside of f-strings")
    return places


def _files(sources):
    for source in sources:
        path = ROOT / source
        if not path.exists():
            raise FileNotFoundError(f"{source}: nothing here to look for texts in")
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.suffix in METHODS and "vendor" not in file.parts)
