"""Which texts of a section have no translation, or one that does not fit; for the tests of every section.

``problems("analysis", "mapping/analysis", "mapping/result.py")`` reads the English texts from Python (``Message("")``,
``translate("...")``, ``_("...")``) and from templates, and compares ``mapping/translations/*/analysis.po`` with them.
"""

import ast
import re
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = ROOT / "mapping" / "translations"
LANGUAGES = ("ru", "tg", "uz")
DRAFTS = ("tg", "uz")
"""Languages whose texts no native speaker has reviewed: their catalogues must say so."""

KEYWORDS = {"Message": None, "translate": None, "_": None, "gettext": None}
METHODS = {".py": "python", ".html": "jinja2", ".txt": "jinja2"}


def texts(*sources):
    """Return the English texts of files and folders, with the file that each stands in."""
    found = {}
    for path in _files(sources):
        for _line, text, _comments, _context in extract_from_file(METHODS[path.suffix], path, keywords=KEYWORDS):
            found.setdefault(text, path.relative_to(ROOT).as_posix())
    return found


def catalogue(language, section):
    """Return English -> translation of one section, as it stands in its file."""
    path = TRANSLATIONS / language / f"{section}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and not message.fuzzy}


def sections():
    """Return the names of all catalogues."""
    return sorted(path.stem for path in (TRANSLATIONS / LANGUAGES[0]).glob("*.po"))


def problems(section, *sources, also=()):
    """Return what is wrong, one text each: no translation, other placeholders, no longer used, cannot be found.

    A text may also stand in the catalogues of the sections ``also``.
    """
    wanted = texts(*sources)
    wrong = [problem for path in _files(sources) if path.suffix == ".py" for problem in _hidden(path)]
    for language in LANGUAGES:
        own = catalogue(language, section)
        known = {text: told for name in also for text, told in catalogue(language, name).items()} | own
        for text, path in wanted.items():
            translated = known.get(text)
            if not translated:
                wrong.append(f"{language}: {path}: not translated: {text}")
            elif sorted(_slots(text)) != sorted(_slots(translated)):
                wrong.append(f"{language}: {path}: other placeholders: {text} -> {translated}")
        wrong += [f"{language}: {section}.po: no longer used: {text}" for text in own if text not in wanted]
        if language in DRAFTS and not _marked_as_draft(language, section):
            wrong.append(f"{language}: {section}.po: does not say in its first line that it is a draft")
    return wrong


def missing(section, folders):
    """Return the problems of a section whose texts stand in ``folders``."""
    return problems(section, *folders)


def _files(sources):
    for source in sources:
        path = ROOT / source
        if not path.exists():
            raise FileNotFoundError(f"{source}: nothing here to look for texts in")
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.suffix in METHODS)


def _slots(text):
    return re.findall(r"\{(\w*)\}", text)


def _marked_as_draft(language, section):
    path = TRANSLATIONS / language / f"{section}.po"
    return path.exists() and "draft" in path.read_text(encoding="utf-8").split("msgid", 1)[0]


def _hidden(path):
    """Yield the texts that no catalogue can be checked against: a Message whose text is no literal."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message" and node.args:
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: Message(...) must hold its English text itself"
