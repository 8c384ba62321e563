"""Tables of a PDF: with ruled lines; what holds none says so."""

import sys

import pypdf
import pytest
import weasyprint

from mapping.cli import main
from mapping.errors import FormatError
from mapping.formats.tables import pdf
from mapping.registry import format_of
from tests.conftest import TINY

HEADS = ["№", "Организация", "Район", "Телефон", "Услуга"]
ROWS = [[str(n), f"Умед {n}", "Худжанд", f"+992 90 000 10 {n}", "юридическая помощь"] for n in range(10, 70)]
RULED = "table{border-collapse:collapse}td,th{border:1px solid}"
SPACED = "td,th{padding:2pt 8pt;text-align:left;white-space:nowrap}"
PROSE = (
    "<p>Реестр организаций, которые помогают пострадавшим, составлен комиссией. Он занимает несколько строк.</p>" * 2
)


def drawn(path, style, rows, heads=HEADS):
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = f"<thead><tr>{''.join(f'<th>{name}</th>' for name in heads)}</tr></thead>"
    page = f"<style>body{{font:9pt DejaVu Sans}}{style}</style><h1>Приложение</h1>{PROSE}<table>{head}{cells}</table>"
    weasyprint.HTML(string=page).write_pdf(path)
    return path


def read(path):
    return list(format_of(path).read(path))


def test_a_table_over_pages_is_one_list(tmp_path):
    (sheet,) = read(drawn(tmp_path / "list.pdf", RULED, ROWS))
    rows = [row for row in sheet.rows if row != HEADS]
    assert rows == ROWS
    assert len(sheet.rows) - len(rows) == 2  # on each page
    assert "compare it with what is drawn" in sheet.skipped[0]


def test_what_is_merged_downwards_stands_in_each_row_and_what_was_wrapped_in_one_line(tmp_path):
    path = tmp_path / "list.pdf"
    page = (
        f"<style>{RULED} td{{width:90pt}}</style><table><tr><td rowspan=2>Умед</td>"
        "<td>помощь юриста и психо-<br>лога</td></tr><tr><td>+992 90 000 10 11<br>+992 90 000 10 12</td></tr></table>"
    )
    weasyprint.HTML(string=page).write_pdf(path)
    (sheet,) = read(path)
    assert sheet.rows == [["Умед", "помощь юриста и психолога"], ["Умед", "+992 90 000 10 11\n+992 90 000 10 12"]]


def encrypted(path):
    writer = pypdf.PdfWriter(clone_from=drawn(path, RULED, ROWS[:3]))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: weasyprint.HTML(string=PROSE * 9).write_pdf(path), "holds no table"),
        (lambda path: drawn(path, SPACED, ROWS), "holds no table"),
        (lambda path: weasyprint.HTML(string="<hr style='height:9pt'>").write_pdf(path), "it is a scan"),
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"%PDF-1.4 and no more"), "is no PDF or a damaged one"),
        (lambda path: path.write_bytes(drawn(path, RULED, ROWS[:3]).read_bytes()[:3000]), "is no PDF or a damaged one"),
        (encrypted, "without a password"),
    ],
)
def test_what_holds_no_table_is_refused_with_advice(tmp_path, make, said):
    path = tmp_path / "list.pdf"
    make(path)
    with pytest.raises(FormatError, match=said):
        read(path)


def test_without_the_extra_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    with pytest.raises(FormatError, match="pip install rohnamo"):
        list(pdf.read(tmp_path / "list.pdf"))


def test_what_only_has_the_ending_is_no_table_cut_wrongly(tmp_path, monkeypatch, capsys):
    path = tmp_path / "list.pdf"
    path.write_bytes(b"rubbish")
    words = ["import", str(path), "--area", str(TINY), "--directory", str(tmp_path / "d.db")]
    monkeypatch.setattr(sys, "argv", ["rohnamo", *words])
    with pytest.raises(SystemExit):
        main()
    assert "is no PDF or a damaged one" in capsys.readouterr().err


def test_a_pdf_is_never_stored_before_somebody_looked_at_it(tmp_path, monkeypatch, capsys):
    path = drawn(tmp_path / "list.pdf", RULED, ROWS[:3])
    words = ["import", str(path), "--area", str(TINY), "--directory", str(tmp_path / "d.db"), "--lang", "ru"]
    monkeypatch.setattr(sys, "argv", ["rohnamo", *words])
    with pytest.raises(SystemExit):
        main()
    assert "таблица могла быть разрезана неверно" in capsys.readouterr().err
    assert not (tmp_path / "d.db").exists()
