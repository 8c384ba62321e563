"""Drafts of column maps: what they say of a list, what they leave to a person, and that they can be read."""

import tomllib

import openpyxl
import pytest
from typer.testing import CliRunner

from mapping.area.study_area import StudyArea
from mapping.cli import app
from mapping.column_map import ColumnMap
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.guess.column_map import guessed_map
from mapping.intake.guess.draft import drafted
from mapping.intake.read import draft_map, read
from tests.support.sample import TODAY


@pytest.fixture(scope="module")
def area(tj_area) -> StudyArea:
    return tj_area


def odd(path):
    """A list with a title, headings in two rows under merged cells, a remark, markings and a total, in Tajik."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Рӯйхат"
    for row in (
        ("Рӯйхати марказҳои дастгирӣ",),
        (),
        ("№", "Ташкилот", None, "Ҷойгиршавӣ", None, None, "Тамос", None, "Хизматҳо", "Эзоҳ", "Ба кӣ нишон додан"),
        (None, "Номи пурра", "Навъ", "Ноҳия", "Деҳа", "Координатҳо", "Телефон", "Почта", None, None, None),
        (
            1,
            "Ҷамъияти «Умед»",
            "ҶҶ",
            "Бохтар",
            "Бохтар",
            "37.836, 68.781",
            "93 100 20 01",
            "umed@umed.example",
            "кумаки ҳуқуқӣ; машварати равоншинос",
            None,
            "кушод",
        ),
        (
            2,
            "Маркази занон «Нур»",
            "давлатӣ",
            "Кӯлоб",
            "Кӯлоб",
            "37,91458; 69,78556",
            "(3322) 2-34-56",
            "nur@nur.example",
            "машварати равоншинос",
            "нашр накунед",
            "хидматӣ",
        ),
        (3, "Беморхонаи марказӣ", "давлатӣ", "Восеъ", "Восеъ", None, "3311 22222", None, "ёрии тиббӣ", None, "кушод"),
        (None, "Ҷамъ: 3"),
    ):
        sheet.append(row)
    for cells in ("A1:K1", "B3:C3", "D3:F3", "G3:H3"):
        sheet.merge_cells(cells)
    book.create_sheet("Маълумот").append(["Ин рӯйхатро комиссия тартиб додааст"])
    book.save(path)
    return path


def test_an_odd_list_is_stored_by_its_draft_alone(tmp_path, area):
    draft_map(odd(tmp_path / "odd.xlsx"), tmp_path / "odd.toml", area=area)
    columns = ColumnMap.load(tmp_path / "odd.toml")
    assert columns.header.rows == 2
    assert columns.sheets.only == ["Рӯйхат"]
    assert columns.private == ["Эзоҳ"]
    assert columns.markings == {"кушод": "custodian", "хидматӣ": "custodian"}
    assert columns.fields["coordinates"] == ["Ҷойгиршавӣ / Координатҳо"]
    batch = read(tmp_path / "odd.xlsx", columns=columns, area=area, today=TODAY)
    assert batch.rows == 3
    assert len(batch.of("service")) == 4
    assert batch.refused == []
    assert {record.area_unit for record in batch.of("location")} != {None}
    assert {phone.number for phone in batch.of("phone")} >= {"+992931002001"}


def test_the_draft_says_why_and_what_is_open(tmp_path, area):
    path = tmp_path / "list.csv"
    path.write_text(
        "Body,Shoe size,Anruf,Hilfe\n" + "".join(f"Umed {n},{36 + n % 7},+99237221{n:04},hotline\n" for n in range(40)),
        "utf-8",
    )
    with pytest.raises(FormatError, match="no row looks like the names"):
        drafted([Sheet("", [["a", "b"]])], "list.csv", area)
    draft_map(path, tmp_path / "list.toml", area=area)
    text = (tmp_path / "list.toml").read_text("utf-8")
    assert 'phone = "Anruf"    # by what stands in it (100%)' in text
    assert 'service = "Hilfe"    # by what stands in it (100%)' in text
    assert "# TO BE DECIDED" in text
    assert '  "Shoe size",    # filled in 40 rows' in text
    assert "least = 32, most = 60" in text
    assert tomllib.loads(text)["markings"] == {"all": "custodian"}
    assert "+99237221" not in text, "no cell of a list stands in its draft"
    with pytest.raises(FormatError, match="is there already"):
        draft_map(path, tmp_path / "list.toml", area=area)


def test_a_table_whose_names_nobody_knows_is_refused_with_what_to_do(area):
    rows = [["Stand 2026"], [], ["Wer", "Was", "Zone"], *(["Umed Zentrum", f"x{n}", "Восеъ"] for n in range(9))]
    with pytest.raises(FormatError, match="write their names into a row"):
        guessed_map([Sheet("S", rows)], "n", area)


def test_the_command_writes_a_draft_and_says_what_is_next(tmp_path):
    path = odd(tmp_path / "odd.xlsx")
    done = CliRunner().invoke(app, ["check", str(path), "--draft", str(tmp_path / "odd.toml")])
    assert done.exit_code == 0, done.output
    assert "rohnamo check" in done.output
    assert "--columns" in done.output


def test_what_numbers_the_columns_or_heads_a_part_is_no_row_to_ask_about(area):
    rows = [
        ["Организация", "Район", "Вид помощи"],
        ["1", "2", "3"],
        ["Хатлон", "Хатлон", "Хатлон"],
        ["Умед", "Бохтар", "юридическая помощь"],
        ["Нур", "Куляб", "приют"],
    ]
    text = drafted([Sheet("S", rows)], "x.xlsx", area)
    assert "# 2 rows are there now" in text
    assert "[words.service]" not in text
