"""What an import says reaches its reader in her own language: every text of it, in every language."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest

from mapping.column_map import FIELDS, ColumnMap
from mapping.intake.read import Known, read
from mapping.intake.report import lines, summary, write_report
from mapping.language.i18n import Message

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 24)
SPEAKERS = ("mapping/intake", "mapping/formats", "mapping/language/parsers", "mapping/area/geocode.py")
"""Where texts about the rows of lists are made."""

SAYING = {"Issue", "Note", "say", "say_of", "refuse", "_refuse", "_about", "_keep", "Unreadable", "Partly", "Mended"}
"""What a text about a row is handed to."""


def unsaid(source):
    """Return the places of a source where a text about a row is no phrase: a raw text that holds a sentence."""
    places = []
    for node in ast.walk(ast.parse(source)):
        name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
        if isinstance(node, ast.Call) and name in SAYING:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            places += [part.lineno for argument in given for part in raw(argument)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(getattr(target, "id", "") in ("problem", "fix", "doubt") for target in targets):
                places += [part.lineno for part in raw(node.value)]
    return places


def raw(node):
    """Yield the raw texts that an expression may be: in both of its branches, and with a space in them."""
    if isinstance(node, ast.IfExp):
        yield from (*raw(node.body), *raw(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from raw(value)
    elif isinstance(node, ast.BinOp):
        yield from (*raw(node.left), *raw(node.right))
    elif isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()
    ):
        yield node


@pytest.mark.parametrize("place", SPEAKERS)
def test_no_text_about_a_row_is_raw(place):
    path = ROOT / place
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert files
    assert [f"{file.name}:{line}" for file in files for line in unsaid(file.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "source",
    [
        'reader.say("phone", f"{text} is odd", fix)',
        'reader.say("phone", Message("{text} is odd", text=text), "ask the sender")',
        'raise Unreadable(problem, "write it" if short else "write it again")',
        'problem = f"{count} rows"',
        'Issue(file, "", None, "", problem, fix or "check the place")',
    ],
)
def test_a_raw_text_would_be_found(source):
    assert set(unsaid(source)) == {1}


ROWS = """№;Организация;Кумак;Район;Телефон;Соатҳо;Барои кӣ;Забон;Нарх;Санҷиш;Арз;Тӯл;Дида мешавад;Почта;Катҳо;Эзоҳ
1;Ташкилоти 1;кӯмаки ҳуқуқӣ;Жуйбор;12;;парандагон;;;;;;ҳама;;;
2;;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;;;;ҳама;;;
3;Паноҳгоҳи Сабо;чизи дигар;Жуйбор;;;;;;;;;ҳама;;;
3;Ташкилоти 3;кӯмаки ҳуқуқӣ;Жуйбор;;9:00-17:00;;марсӣ;;;;;ҳама;;;
4;Ташкилоти 4;кӯмаки ҳуқуқӣ;Жуйбор;;;;;100;31.02.2026;;;ҳама;;;
5;Ташкилоти 5;кӯмаки ҳуқуқӣ;Ҷойи номаълум;;;;;;2029-01-01;;;ҳама;;;
6;Ташкилоти 6;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;;0;0;ҳама;;;
7;Ташкилоти 7;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;;55,75;37,61;ҳама;;;
8;Ташкилоти 8;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;;;;баъзеҳо;суроға не;;
9;Ташкилоти 9;кӯмаки ҳуқуқӣ;Жуйбор;01.02.2026;;;;;;;;ҳама;;;нашр накунед
10;Ташкилоти 10;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;03.04.2026;;;ҳама;;;
10;Ташкилоти 10;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;03.04.2026;;;ҳама;;;
11;Ташкилоти 11;кӯмаки ҳуқуқӣ;Жуйбор;;;;;уточняется;;10.5;;ҳама;;;
12;Ташкилоти 12;кӯмаки ҳуқуқӣ;Жуйбор;#Н/Д;Дш 17-9 баъд чизе;;;;;;;ҳама;;;
13;Ташкилоти 13;кӯмаки ҳуқуқӣ;Жуйбор;;;;;;;;;;;;
"""
MAP = {
    "source": "45",
    "name": "Рӯйхат",
    "key": ["№"],
    "fields": {
        "organization": ["Организация"],
        "service": ["Кумак"],
        "unit": ["Район"],
        "phone": ["Телефон"],
        "hours": ["Соатҳо"],
        "serves": ["Барои кӣ"],
        "languages": ["Забон"],
        "cost": ["Нарх"],
        "verified_on": ["Санҷиш"],
        "latitude": ["Арз"],
        "longitude": ["Тӯл"],
        "marking": ["Дида мешавад"],
        "email": ["Почта"],
        "website": ["Сомона"],
    },
    "markings": {"ҳама": "public"},
    "private": ["Эзоҳ"],
    "rows": {"refused": 15},
}
KNOWN_LATIN = re.compile(r"`[^`]*`|\[words\.\w+\]|docs/importing\.md|name@example\.org|[0-9a-f]{64}|UTF-8|list\.csv")
"""Commands, files and codes, which are the same in every language."""


@pytest.fixture
def batch(tmp_path, tiny_area):
    """A list in Tajik with a dozen faults."""
    path = tmp_path / "list.csv"
    path.write_text(ROWS, "utf-8")
    return read(path, columns=ColumnMap.model_validate(MAP), area=tiny_area, today=TODAY, known=Known())


def english(text):
    """Return the words of a text in Latin letters, of which a text in Tajik or Russian has none of its own."""
    return re.findall(r"[A-Za-z]{2,}", KNOWN_LATIN.sub("", text))


@pytest.mark.parametrize("language", ["tg", "ru"])
def test_nothing_of_a_broken_list_is_said_in_english(batch, language, tmp_path):
    assert len({issue.problem.text for issue in batch.issues}) >= 18
    told = [*lines(batch.issues, language), *summary(batch, language).splitlines()]
    told += [reason.into(language) for row in batch.refused for reason in row.reasons]
    assert [text for text in told if english(text)] == []
    page = write_report(batch, tmp_path / "report", language=language).read_text("utf-8")
    body = re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", page)
    assert [text for text in body.split("\n") if english(text)] == []
    assert f'<html lang="{language}">' in page


def test_each_language_says_it_in_its_own_words(batch):
    told = {language: list(lines(batch.issues, language)) for language in ("en", "tg", "ru", "uz")}
    assert len({len(texts) for texts in told.values()}) == 1
    for language in ("tg", "ru", "uz"):
        assert not set(told[language]) & set(told["en"])
    assert (
        "Left out: list.csv row 3 column 'Организация': the row names no organization; ask the sender who it is about"
        in (told["en"])
    )
    assert (
        "Гирифта нашуд: list.csv сатри 3 сутуни «Организация»: дар сатр ташкилот навишта нашудааст; "
        "аз фиристанда пурсед, ки дар бораи кист"
    ) in told["tg"]


def test_one_doubt_of_many_rows_is_one_line_in_any_language(tmp_path, tiny_area):
    path = tmp_path / "list.csv"
    lines_ = [f"{n};Ташкилоти {n};кӯмаки ҳуқуқӣ;Жуйбор;чӣ" for n in range(1, 41)]
    path.write_text("\n".join(["№;Организация;Кумак;Район;Барои кӣ", *lines_]), "utf-8")
    fields = {name: MAP["fields"][name] for name in ("organization", "service", "unit", "serves")}
    columns = ColumnMap.model_validate(MAP | {"fields": fields, "private": []})
    batch = read(path, columns=columns, area=tiny_area, today=TODAY)
    (line,) = [line for line in lines(batch.issues, "ru") if "неизвестная нам группа" in line]
    assert "(всего 40, строки 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 и ещё 28)" in line


@pytest.mark.parametrize("language", ["tg", "ru", "uz"])
def test_every_column_of_an_import_has_a_name_in_the_languages_of_readers(language):
    assert [name for name, text in FIELDS.items() if not isinstance(text, Message) or text.into(language) == text] == []
