"""Texts go to a native reader as a workbook and come back: only what was corrected changes, and nothing half."""

import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from typer.testing import CliRunner

from mapping.cli import app
from mapping.errors import InvalidRecord
from mapping.language.spreadsheet import neutral, plain
from mapping.language.texts import _corrected, _entries, export_texts, import_texts, texts

CATALOGUE = """# Tajik, draft: to be reviewed by a native speaker.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "One {day}"
msgstr "Як {day}"

msgid "A \\"quoted\\" text, "
"in two lines\\n"
msgstr "Матни "
"\\"дарозтар\\"\\n"

msgid "-5 or =SUM"
msgstr "=5"

msgid "{count} {count:row|rows}"
msgstr "{count} сатр"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tg").mkdir()
    (tmp_path / "tg" / "web.po").write_text(CATALOGUE, encoding="utf-8")
    return tmp_path / "tg"


def correct(path: Path, english: str, correction: str) -> None:
    book = load_workbook(path)
    sheet = book.active
    for row in range(2, sheet.max_row + 1):
        if plain(str(sheet.cell(row, 2).value)) == english:
            sheet.cell(row, 4).value = correction
    book.save(path)


def test_all_texts_stand_in_the_workbook_as_words(folder, tmp_path):
    assert export_texts(folder, tmp_path / "tg.xlsx") == 4
    rows = list(load_workbook(tmp_path / "tg.xlsx").active.iter_rows(min_row=2, max_col=3, values_only=True))
    assert rows == [
        ("web", "One {day}", "Як {day}"),
        ("web", 'A "quoted" text, in two lines\n', 'Матни "дарозтар"\n'),
        ("web", "'-5 or =SUM", "'=5"),
        ("web", "{count} {count:row|rows}", "{count} сатр"),
    ]


@pytest.mark.parametrize(
    ("correction", "right"),
    [("{count} сатрҳо", True), ("{count} {count:сатр|сатрҳо}", True), ("сатрҳо", False), ("{n:a|b} {count}", False)],
)
def test_a_correction_may_let_words_agree_with_the_values_of_its_text_and_no_others(
    folder, tmp_path, correction, right
):
    export_texts(folder, tmp_path / "tg.xlsx")
    correct(tmp_path / "tg.xlsx", "{count} {count:row|rows}", correction)
    if right:
        assert [entry.text for entry in import_texts(tmp_path / "tg.xlsx", folder)] == [correction]
    else:
        with pytest.raises(InvalidRecord, match=r"must hold these words in braces and no others: \{count\}"):
            import_texts(tmp_path / "tg.xlsx", folder)


def test_a_correction_comes_back_and_nothing_else_changes(folder, tmp_path):
    book = tmp_path / "tg.xlsx"
    export_texts(folder, book)
    assert import_texts(book, folder) == []
    assert (folder / "web.po").read_text(encoding="utf-8") == CATALOGUE
    correct(book, "One {day}", 'Рӯзи "{day}"')
    (changed,) = import_texts(book, folder)
    assert (changed.catalogue, changed.english, changed.text) == ("web", "One {day}", 'Рӯзи "{day}"')
    expected = CATALOGUE.replace('msgstr "Як {day}"', 'msgstr "Рӯзи \\"{day}\\""')
    assert (folder / "web.po").read_text(encoding="utf-8") == expected
    assert import_texts(book, folder) == []  # taken in twice, nothing changes


def test_a_new_language_is_given_every_text_that_the_others_have(folder, tmp_path):
    (new := tmp_path / "ky").mkdir()
    assert export_texts(new, tmp_path / "ky.xlsx") == 4
    rows = list(load_workbook(tmp_path / "ky.xlsx").active.iter_rows(min_row=2, max_col=3, values_only=True))
    assert {text for _, _, text in rows} == {None}
    correct(tmp_path / "ky.xlsx", 'A "quoted" text, in two lines\n', 'Эки "сап"')
    assert [entry.english for entry in import_texts(tmp_path / "ky.xlsx", new)] == ['A "quoted" text, in two lines\n']
    with (new / "web.po").open("rb") as file:
        assert [(m.id, m.string) for m in read_po(file) if m.id] == [('A "quoted" text, in two lines\n', 'Эки "сап"')]
    assert [entry.text for entry in texts(new)] == ['Эки "сап"', "", "", ""]
    correct(tmp_path / "ky.xlsx", "-5 or =SUM", "беш")
    import_texts(tmp_path / "ky.xlsx", new)
    assert [entry.text for entry in texts(new)] == ['Эки "сап"', "беш", "", ""]


def test_what_cannot_be_taken_is_named_and_nothing_is_written(folder, tmp_path):
    book = tmp_path / "tg.xlsx"
    export_texts(folder, book)
    correct(book, "One {day}", "Як рӯз")
    correct(book, "-5 or =SUM", "панҷ")
    with pytest.raises(InvalidRecord, match=r"row 2: .*\{day\}"):
        import_texts(book, folder)
    assert (folder / "web.po").read_text(encoding="utf-8") == CATALOGUE
    correct(book, "One {day}", "Рӯзи {day}")
    (folder / "web.po").write_text(CATALOGUE.replace("Як {day}", "Дигар {day}"), encoding="utf-8")
    with pytest.raises(InvalidRecord, match="changed since the export"):
        import_texts(book, folder)


def test_what_is_no_workbook_of_texts_is_refused(folder, tmp_path):
    (tmp_path / "x.xlsx").write_text("no workbook")
    with pytest.raises(InvalidRecord, match="no workbook"):
        import_texts(tmp_path / "x.xlsx", folder)
    with pytest.raises(InvalidRecord, match="no catalogue"):
        export_texts(tmp_path, tmp_path / "y.xlsx")


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\n\t"), min_size=1))
def test_any_text_survives_a_catalogue_and_a_cell(text):
    assert plain(neutral(text)) == text or text.startswith("'")
    changed = _corrected('msgid "a"\nmsgstr "b"\n', {"a": text})
    assert changed.count("\n") == 2


LANGUAGES = ["ru", "tg", "uz"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_correction_of_any_real_text_changes_that_one(language):
    for path in Path("mapping/language", language).glob("*.po"):
        content = path.read_text(encoding="utf-8")
        (english, before), *others = reversed([*_entries(content)])
        assert all(plain(neutral(text)) == text for pair in _entries(content) for text in pair)
        corrected = _corrected(content, {english: f"{before} ·"})
        assert [*_entries(corrected)] == [*reversed(others), (english, f"{before} ·")]


def test_a_real_catalogue_goes_out_and_back(tmp_path):
    language = "tg"
    real = Path("mapping/language") / language
    shutil.copytree(real, tmp_path / language)
    runner, book = CliRunner(), tmp_path / "texts.xlsx"
    folder = ["--folder", str(tmp_path / language)]
    assert runner.invoke(app, ["texts", "export", str(book), *folder]).exit_code == 0
    entry = texts(real)[7]
    correct(book, entry.english, f"{entry.text} ·")
    result = runner.invoke(app, ["texts", "import", str(book), *folder])
    assert result.exit_code == 0, result.output
    after = texts(tmp_path / language)
    differing = [(one.english, other.text) for one, other in zip(texts(real), after, strict=True) if one != other]
    assert differing == [(entry.english, f"{entry.text} ·")]
