"""A report in a language that is written from right to left: Word reads it from the right, numbers stay as they are."""

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from mapping.render import report as reports
from mapping.render.report.writers import docx as word
from mapping.view.view import View
from tests.project.adding.test_a_language import spoken
from tests.support.sample import public_parts
from tests.web.browser.test_right_to_left import CATALOGUE, LANGUAGE
from tests.web.support.portal import published


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the report of the sample in Dari and in English."""
    root = tmp_path_factory.mktemp("dari")
    texts = {"language_toml": LANGUAGE, "all_po": CATALOGUE}
    with spoken(root, "fa", ["en"], **texts) as area, View(published(root, area, *public_parts())) as view:
        results = reports.gather(view, area)
        yield [reports.make(view, area, language=language, results=results) for language in ("fa", "en")]


def test_word_reads_lines_tables_and_letters_from_the_right(made):
    written = docx.Document(io.BytesIO(word.write(made[0])))
    assert written.styles["Normal"].element.find(f".//{qn('w:bidi')}") is not None
    assert written.sections[0]._sectPr.find(qn("w:bidi")) is not None
    tables = [table._tbl.tblPr.find(qn("w:bidiVisual")) for table in written.tables]
    assert tables
    assert None not in tables
    parts = [written.element, written.sections[0].header._element, written.sections[0].footer._element]
    looks = [run.find(qn("w:rPr")) for part in parts for run in part.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
    assert [look for look in looks if look is None or look.find(qn("w:rtl")) is None] == []
    for plain, twin in (("w:b", "w:bCs"), ("w:sz", "w:szCs")):
        both = [(look.findall(qn(plain)), look.findall(qn(twin))) for look in looks]
        assert [(one, other) for one, other in both if len(one) != len(other)] == []
        assert all(one[0].items() == other[0].items() for one, other in both if one)


def test_what_is_read_from_the_left_stays_as_it_is(made):
    with zipfile.ZipFile(io.BytesIO(word.write(made[1]))) as archive:
        text = archive.read("word/document.xml").decode()
    assert not re.search("<w:(bidi|bidiVisual|rtl)/>", text)


def test_numbers_keep_their_order_among_letters_from_the_right(made):
    texts = [cell.text for block in made[0].blocks() for row in getattr(block, "rows", ()) for cell in row.cells]
    ranges = [text for text in texts if re.search(r"\d–[<>]?\d", text)]
    phones = [text for text in texts if re.search(r"\+\d{3}", text)]
    assert ranges
    assert phones
    assert [text for text in ranges if not re.search("\u2068[^\u2069]*\\d–", text)] == []
    assert [text for text in phones if not re.search("\u2068\\+", text)] == []
