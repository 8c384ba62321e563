"""The report: twelve chapters in every language, in two editions, the same bytes, and nothing that is secret."""

import datetime as dt
import io
import itertools
import json
import re
import zipfile
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import docx
import numpy as np
import pypdf
import pypdfium2
import pytest
from docx.oxml.ns import qn

from mapping.analysis.adequacy import norms
from mapping.analysis.adequacy.standards import standards
from mapping.analysis.common.scenario import SavedScenario
from mapping.analysis.supply.coverage import gains
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, MappingError, NotFound, UnsafePublication
from mapping.render import report as reports
from mapping.render.report import brief, print_map
from mapping.render.report.chapters import annexes
from mapping.render.report.composer import Pen
from mapping.render.report.elements import (
    LETTERS,
    ON_A_NEW_PAGE,
    PAGE,
    PARTS,
    Cell,
    Chapter,
    FactList,
    Heading,
    Items,
    Picture,
    ReportTable,
    TableRow,
)
from mapping.render.report.sources import Sources
from mapping.render.report.writers import docx as word
from mapping.render.report.writers import files, html, pdf
from mapping.render.svg import width_of
from mapping.view.view import View
from tests.support.canary import find_canaries
from tests.support.sample import (
    CHASHMA,
    SECRETS,
    TODAY,
    activity,
    organization,
    place,
    public_parts,
    sample_view,
    secret_parts,
    service,
)

LANGUAGES = ("en", "ru", "tg", "uz")
READER = "Нигора Саидова"
RENDERERS = {"html": html.write, "docx": word.write, "pdf": pdf.write}


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_area):
    return sample_view(tmp_path_factory.mktemp("report"), tiny_area)


@pytest.fixture(scope="module")
def focal(tmp_path_factory, tiny_area):
    return sample_view(tmp_path_factory.mktemp("focal"), tiny_area, audience="focal_point")


@pytest.fixture(scope="module")
def results(view, tiny_area):
    return reports.gather(view, tiny_area)


@pytest.fixture(scope="module")
def report(view, tiny_area, results):
    return reports.make(view, tiny_area, language="ru", results=results)


@pytest.fixture(scope="module")
def printed(report):
    return pdf.write(report)


@pytest.fixture(scope="module")
def focal_results(focal, tiny_area):
    return reports.gather(focal, tiny_area)


@pytest.fixture(scope="module")
def restricted(focal, tiny_area, focal_results):
    return reports.make(focal, tiny_area, language="tg", edition="restricted", reader=READER, results=focal_results)


def test_a_scenario_of_the_atlas_is_an_annex(view, tiny_area, results):
    """In each language and form: what it changes, and by district the people whom the command line counts too."""
    closed = next(entry for entry in view.services(language="en") if "LEG-INF" in entry.types and entry.points)
    placed = (("LEG-INF", 10.02, 60.2), ("LEG-INF", 10.12, 60.02))
    saved = SavedScenario("North", "LEG-INF", 30, "winter", placed, (closed.id,))
    found = gains(view, tiny_area, saved)
    assert any(found.people.values())
    made = reports.make(view, tiny_area, language="en", results=results, scenarios=[saved])
    text = text_of(html.write(made))
    assert "Scenario: North" in text
    assert "10.1200, 60.0200" in text
    assert f"Taken away: {closed.name}" in text
    for people in filter(None, (sum(found.people.values()), *found.people.values())):
        assert f"{'−' if people < 0 else '+'}{abs(people):,}" in text
    assert b"Scenario" not in html.write(reports.make(view, tiny_area, language="en", results=results))
    in_tajik = reports.make(view, tiny_area, language="tg", results=results, scenarios=[saved])
    assert "Сенария: North" in text_of(html.write(in_tajik))
    assert word.write(in_tajik)


def test_a_report_on_a_list_of_nothing_says_nothing_false(tmp_path, tiny_area):
    empty = sample_view(tmp_path, tiny_area, organization("Umed"))
    results = reports.gather(empty, tiny_area)
    text = text_of(html.write(reports.make(empty, tiny_area, language="en", results=results)))
    assert "The study area names no organizations" in text, "nobody is named in the folder of Orzustan"
    assert "Names and numbers of these services" not in text
    assert "The figures of all years" not in text
    for name, key in (
        ("coverage", "any_beyond"),
        ("accessibility", "any_none"),
        ("equity", "none"),
        ("capacity", "none"),
    ):
        result = results[name]
        texts = {result.text(str(code), key, "en") for code in result.table.index}
        assert "none listed" not in texts, f"{name}: the country's line says all"


def test_the_report_says_how_many_figures_of_cases_stand_in_no_table(report, results, view):
    left = len(view.rows("case_count")) - len(results["cases"].columns)
    assert left > 0
    assert f"которых нет в таблице: {left}." in text_of(html.write(report))


@pytest.mark.parametrize(("language", "used", "unused"), [("ru", "НМП", "МОМ"), ("en", "NRM", "IOM")])
def test_acronyms_are_explained_as_they_are_used(view, tiny_area, results, language, used, unused):
    made = reports.make(view, tiny_area, language=language, results=results)
    short = [text.partition(":")[0] for text in made.acronyms]
    assert used in short
    assert unused not in short
    assert all(repr(made.chapters).count(name) for name in short)


def text_of(contents: bytes) -> str:
    """Return all that a file of any of the three formats says."""
    if contents[:5] == b"%PDF-":
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(contents))
    if contents[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            return "\n".join(
                re.sub("<[^>]+>", "", archive.read(name).decode(errors="replace")) for name in archive.namelist()
            )
    return contents.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_twelve_chapters_in_every_language(language, view, tiny_area, results):
    made = reports.make(view, tiny_area, language=language, results=results)
    assert [chapter.number for chapter in made.chapters] == ["", *map(str, range(1, 13))]
    page = html.write(made).decode()
    assert not re.search(r"\b(nan|NaN|inf)\b|\{\w*\}", re.sub(r"<style>.*?</style>", "", page, flags=re.S))


def test_nothing_known_is_no_zero_and_no_nan(tmp_path, tiny_area):
    with_nothing = sample_view(tmp_path, tiny_area, organization("Umed"), activity("Talk", of="Umed", unit="XT-W1"))
    made = reports.make(with_nothing, tiny_area, language="en")
    page = html.write(made).decode()
    assert "<main>" in page
    kinds = next(block for block in made.blocks() if isinstance(block, ReportTable) and block.anchor == "t-kinds")
    assert {row.cells[-1].text for row in kinds.rows} == {"not known"}, "nobody told how many people were reached"
    assert not re.search(r"\b(nan|NaN)\b", page)
    assert [page[m.start() - 80 : m.end() + 80] for m in re.finditer(r"\b(?:0 of 0|not known of)\b", page)] == []
    assert [a.text for a, b in itertools.pairwise(made.blocks()) if _levels(a) and _levels(a) == _levels(b)] == []


@pytest.mark.parametrize("listed", [False, True])
def test_what_is_told_as_a_gap_is_one_and_stands_nowhere_above(tmp_path, tiny_area, listed):
    """A list that is empty, or has one service that takes everybody."""
    talk = service("Talk", of="Umed", types=["PSY-COU"])
    parts = (talk, place("Office", of=["Talk"], at=CHASHMA, unit="XT-W2")) if listed else ()
    with sample_view(tmp_path, tiny_area, organization("Umed"), *parts) as little:
        made = reports.make(little, tiny_area, language="en")
    summary = next(chapter for chapter in made.chapters if chapter.number == "1")
    findings, gaps = (block.items for block in summary.blocks if isinstance(block, Items) and block.ordered)
    headings = [block.text for block in summary.blocks if isinstance(block, Heading)]
    assert set(findings).isdisjoint(gaps)
    assert not any("takes every group" in gap or "open or closed to anybody" in gap for gap in gaps)
    assert ("1.2. Five gaps" in headings) == (len(gaps) == 5)
    assert any("more than an hour from any listed service" in gap for gap in gaps) == listed
    assert any("level" in finding for finding in findings) == listed


def _levels(block):
    """Return the level of a heading; 0 of anything else."""
    return block.level if isinstance(block, Heading) else 0


def test_every_table_says_where_it_is_from(report):
    tables = [block for block in report.blocks() if isinstance(block, ReportTable)]
    assert len(tables) > 25
    assert [table.caption for table in tables if not table.source] == []
    assert [table.caption for table in tables if table.source.count("Источник:") > 1] == []
    assert all(len(row.cells) == len(table.head) - 1 for table in tables for row in table.rows if row.cells)


def test_the_matrix_has_every_core_function(report, results):
    (matrix,) = (block for block in report.blocks() if isinstance(block, ReportTable) and block.anchor == "t-nrm")
    assert sum(bool(row.cells) for row in matrix.rows) == len(results["nrm"].columns)


def test_every_analysis_stands_somewhere(report, results):
    page = unescape(html.write(report).decode())
    for result in results.values():
        assert result.title.into("ru") in page
        assert result.method.into("ru") in page


class Ids(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []
        assert not any(name.startswith("on") or name == "style" for name in found), (tag, found)


def test_a_page_runs_nothing_and_asks_nobody(report):
    page = html.write(report).decode()
    seen = Ids()
    seen.feed(page)
    assert len(seen.ids) == len(set(seen.ids))
    assert not seen.tags & {"script", "img", "iframe", "link", "object", "form"}
    assert all(link.startswith("#") and link[1:] in seen.ids for link in seen.links)
    assert "default-src 'none'" in unescape(page)
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {f"#{one}" for one in seen.ids}


def test_a_page_of_a_site_holds_a_chapter_under_its_own_heading(report):
    chapter = next(one for one in report.chapters if one.anchor == "gaps")
    inside = str(html.body(chapter, above=1))
    assert "<h2" in inside
    assert "<svg" in inside
    assert html.body(chapter) == inside.replace("<h3", "<h4").replace("</h3", "</h4").replace("<h2", "<h3").replace(
        "</h2", "</h3"
    )
    assert "<style" not in inside
    assert "<svg" not in html.body(chapter, above=1, drawn=lambda picture: picture.label)


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Table 8.1", ("Table 8.", "1", "")),
        ("8.12-jadval", ("8.", "12", "-jadval")),
        ("Map", ("Map", "", "")),
    ],
)
def test_a_caption_of_word_numbers_itself_where_the_number_comes_first_too(label, parts):
    assert word._numbered(label) == parts


def test_in_word_no_row_or_two_of_a_table_stand_alone_on_a_page_nor_where_it_is_from(report):
    rows = (*(TableRow(str(n), (Cell("1"),)) for n in range(1, 5)), TableRow("A group", ()))
    rows += tuple(TableRow(str(n), (Cell("1"),)) for n in range(6, 11))
    table = ReportTable("Table 1", "Made", ("Unit", "Number"), rows, source="Source: made")
    written = docx.Document(io.BytesIO(word.write(replace(report, chapters=(chapter_of(table),)))))
    kept = [place for place, row in enumerate(written.tables[0].rows) if row._tr.xml.count("<w:keepNext") == 2]
    assert kept == [0, 1, 2, 9, 10]
    assert "<w:keepNext" in written.tables[0].rows[5]._tr.xml, "the name of a group stays with its first row"
    assert "<w:keepNext" in written.tables[0]._tbl.getnext().xml


def test_word_has_real_headings_heads_of_tables_and_alternative_texts(report):
    document = docx.Document(io.BytesIO(word.write(report)))
    levels = {p.style.name for p in document.paragraphs if p.style.name.startswith("Heading")}
    assert levels == {"Heading 1", "Heading 2", "Heading 3"}
    assert sum(p.style.name == "Heading 1" for p in document.paragraphs) == 13
    tables = sum(isinstance(block, ReportTable) for block in report.blocks())
    assert document.element.xml.count("<w:tblHeader") == tables
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    assert len(document.inline_shapes) == sum(isinstance(block, Picture) for block in report.blocks())
    fields = re.findall(r'w:instr="(\w+)', document.element.xml)
    assert fields.count("SEQ") == tables + len(document.inline_shapes), "each caption numbers itself"
    assert fields.count("TOC") == 3, "contents, tables and figures"
    assert document.settings.element.findall(qn("w:updateFields")), "Word fills them in when it opens the file"
    assert document.core_properties.created.date() == TODAY


def test_the_letters_of_tajik_are_in_the_pdf(view, tiny_area, results):
    made = brief.make(view, tiny_area, "XT-W2", language="tg", results=results)
    text = text_of(pdf.write(made))
    assert set("ӣӯҳқғҷ") <= set(text.lower())


@pytest.mark.parametrize("name", RENDERERS)
def test_two_builds_are_equal(name, view, tiny_area, results):
    one, other = (
        RENDERERS[name](brief.make(view, tiny_area, "XT-W1", language="ru", results=results)) for _ in range(2)
    )
    assert one == other


def test_two_directories_that_differ_in_secrets_give_the_same_report(tmp_path, view, tiny_area, results, report):
    plain = sample_view(tmp_path, tiny_area, public_parts())
    found = reports.gather(plain, tiny_area)
    other = reports.make(plain, tiny_area, language="ru", results=found)
    assert html.write(other) == html.write(report)
    assert word.write(other) == word.write(report)
    assert other.recommendations == report.recommendations
    one = brief.make(plain, tiny_area, "XT-W2", language="ru", results=found)
    assert pdf.write(one) == pdf.write(brief.make(view, tiny_area, "XT-W2", language="ru", results=results))


@pytest.mark.parametrize("name", ["html", "docx"])
def test_no_canary_is_in_any_byte_of_the_public_report(name, report, tmp_path):
    (tmp_path / f"report.{name}").write_bytes(RENDERERS[name](report))
    assert find_canaries([tmp_path], SECRETS) == []


def test_no_page_is_left_half_empty(printed, report):
    """What does not fit goes on to the next page whole; what that leaves behind is at most two fifths of a page."""
    pages = list(pypdfium2.PdfDocument(printed))
    texts = [page.get_textpage().get_text_range(count=300) for page in pages]
    fresh = [chapter.title for chapter in report.chapters if chapter.anchor in ON_A_NEW_PAGE]
    empty = {}
    for number, page in enumerate(pages):
        following = texts[number + 1] if number + 1 < len(texts) else ""
        if number < 3 or not following or any(title in following for title in fresh):
            continue  # cover, contents, the end, and what stands before a new page
        grey = np.asarray(page.render(scale=0.3, grayscale=True).to_numpy()).squeeze()
        height = grey.shape[0]
        inked = np.flatnonzero((grey[height * 20 // 297 : height * 279 // 297] < 200).any(axis=1))
        empty[number + 1] = 1 - (inked.max() + 1) / (height * 259 / 297)
    assert {number: round(share, 2) for number, share in empty.items() if share > 0.4} == {}


def test_columns_are_as_wide_as_what_stands_in_them(report):
    """A column of numbers is narrower than one of sentences, all of a table fit its page, and Word gets the same."""
    rows = (TableRow("Khatlon", (Cell("12", number=True), Cell("Counselling, legal aid and a doctor " * 4))),) * 3
    table = ReportTable("Table 1", "Made", ("Region", "Services", "What is there"), rows)
    name, number, text = table.widths_in()
    assert text > 60 > 12 > max(name, number)
    assert min(name, number) > 5
    for own in (table, *(block for block in report.blocks() if isinstance(block, ReportTable))):
        assert len(own.widths_in()) == len(own.head)
        assert 90 <= sum(own.widths_in()) <= 101, own.caption
    written = docx.Document(io.BytesIO(word.write(replace(report, chapters=(chapter_of(table),)))))
    grid = [int(column.get(qn("w:w"))) for column in written.tables[0]._tbl.tblGrid]
    shares = table.widths_in(word.WIDE, whole=1000)
    assert [share / sum(grid) for share in grid] == pytest.approx([w / sum(shares) for w in shares], abs=0.001)


def test_a_column_has_room_for_what_no_break_spaces_hold_together():
    """Months in a table were cut within their year: "май 202", "7 г."."""
    assert PARTS.split("до нояб.\u00a02027\u00a0г.") == ["до", "нояб.\u00a02027\u00a0г."]
    assert PARTS.split("24\u00a0000 человек") == ["24\u00a0000", "человек"]


def test_no_word_and_no_number_is_cut_in_a_table_of_word(report):
    """Heads of many columns, names with hyphens and phones: what Word sets has the room that its widths promise."""
    regions = ("Согдийская область", "Хатлонская область", "город Душанбе", "Районы республиканского подчинения")
    head = ("Вид", *regions, "Горно-Бадахшанская автономная область", "За границей или место не указано", "Всего")
    kinds = ("Неправительственная организация", "Посольство или консульство")
    counts = (*(Cell("нет в списке"),) * 6, Cell("109", number=True))
    phones = tuple(TableRow("Комиссия " * 5, (Cell("Душанбе, " * 40), Cell("+992 00 010 2117"))) for _ in range(9))
    tables = (
        ReportTable(
            "Таблица 4.3", "Made", head, tuple(TableRow(kind, counts) for kind in kinds), even=True, small=True
        ),
        ReportTable("Таблица 4.2", "Made", ("Услуга", "Где", "Телефон"), phones, small=True),
    )
    chapters = (replace(chapter_of(tables[0]), blocks=tables),)
    written = docx.Document(io.BytesIO(word.write(replace(report, chapters=chapters))))
    for table in written.tables:
        grid = [int(column.get(qn("w:w"))) / 20 for column in table._tbl.tblGrid]
        sides = [int(side.get(qn("w:w"))) / 20 for side in next(table._tbl.iter(qn("w:tblCellMar")))]
        for width, column in zip(grid, table.columns, strict=True):
            for cell in column.cells:
                (run,) = cell.paragraphs[0].runs
                wide = word.WIDE[1] if run.bold else word.WIDE[0]
                for text in PARTS.split(cell.text):
                    assert width_of(text, run.font.size.pt * wide) <= width - sum(sides) + 0.5, text


def test_a_word_stays_whole_in_columns_that_are_even_but_for_that():
    """A longer word takes its room from the first column and then from its neighbours; a head too is cut last."""
    word, last = "koʻrsatilmagan", "Jami"
    head = ("Tur", *(f"Viloyat {number}" for number in range(6)), last)
    rows = (TableRow("Diniy tashkilot", (*(Cell(word),) * 6, Cell("1", number=True))),)
    table = ReportTable("1-jadval", "Made", head, rows, even=True)
    first, *regions, total = table.widths_in()
    assert sum(table.widths_in()) <= 100
    assert len(set(regions)) == 1
    assert min(regions) * PAGE / 100 >= width_of(word, LETTERS) + 4  # its padding
    assert total < regions[0]
    assert first * PAGE / 100 >= width_of("tashkilot", LETTERS) + 4
    short = replace(table, rows=(TableRow("A", (Cell("1", number=True),) * 7),))
    assert short.widths_in() == (24, *[10] * 7)
    headed = ReportTable("1", "Made", ("Номи ташкилот", "Хизматрасониҳо", "Чорабиниҳо"), rows[:0])
    assert headed.widths_in()[1] * PAGE / 100 >= width_of("Хизматрасониҳо", LETTERS * 1.15) * 1.14


def chapter_of(table):
    return Chapter("1", "Made", "made", (table,))


def test_no_canary_is_in_the_public_report_as_pdf(printed, tmp_path):
    contents = printed
    pages = pypdf.PdfReader(io.BytesIO(contents)).pages
    assert len(pages) > 20
    assert "Содержание" in pages[1].extract_text()
    (tmp_path / "text.txt").write_text(text_of(contents))  # in the file itself text stands as numbers of signs
    assert find_canaries([tmp_path], SECRETS) == []
    (tmp_path / "report.pdf").write_bytes(contents)  # which is full of lengths that are no coordinates
    assert find_canaries([tmp_path / "report.pdf"], {k: v for k, v in SECRETS.items() if isinstance(v, str)}) == []


@pytest.mark.parametrize("name", ["html", "docx"])
def test_no_canary_of_a_custodian_is_in_a_restricted_report(name, restricted, tmp_path):
    assert {one.audience for one in public_parts() if hasattr(one, "audience")}  # the sample has marked records
    assert secret_parts()
    (tmp_path / f"report.{name}").write_bytes(RENDERERS[name](restricted))
    assert find_canaries([tmp_path], SECRETS) == []


def test_a_public_edition_takes_a_public_view_only(focal, tiny_area):
    with pytest.raises(UnsafePublication, match="focal_point"):
        reports.make(focal, tiny_area, language="en")
    with pytest.raises(UnsafePublication):
        brief.make(focal, tiny_area, "XT-W1", language="en")


def test_a_public_report_takes_no_result_of_fewer_readers(view, focal, tiny_area, results):
    mixed = dict(results) | {"norms": replace(results["norms"], audience="focal_point")}
    with pytest.raises(UnsafePublication):
        reports.make(view, tiny_area, language="en", results=mixed)


def test_a_restricted_edition_names_its_reader_and_takes_a_view_for_focal_points(view, focal, tiny_area):
    with pytest.raises(InvalidRecord, match="--audience focal_point"):
        reports.make(view, tiny_area, language="en", edition="restricted", reader=READER)
    with pytest.raises(InvalidRecord, match="--reader"):
        reports.make(focal, tiny_area, language="en", edition="restricted", reader=" ")


def test_a_restricted_edition_is_marked_on_every_page(focal, tiny_area, focal_results):
    restricted = {"edition": "restricted", "reader": READER, "results": focal_results}
    made = brief.make(focal, tiny_area, "XT-W2", language="tg", **restricted)
    assert READER in made.mark
    for page in pypdf.PdfReader(io.BytesIO(pdf.write(made))).pages:
        assert READER in " ".join(page.extract_text().split())
    document = docx.Document(io.BytesIO(word.write(made)))
    for part in (document.sections[0].header, document.sections[0].footer):
        assert READER in "\n".join(p.text for p in part.paragraphs)
    assert made.mark in html.write(made).decode()


def test_a_restricted_report_is_private_logged_and_not_put_where_the_public_reads(restricted, tmp_path):
    path = files.write(restricted, tmp_path / "out" / "report.html", "html", reader=READER)
    assert path.stat().st_mode & 0o077 == 0
    log = path.with_name(files.LOG)
    assert READER in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
    site = tmp_path / "build"
    site.mkdir()
    (site / files.SITE_MARK).write_text("")
    for path in (site / "en" / "report.html", tmp_path / "site" / "report.html"):
        with pytest.raises(UnsafePublication, match="published"):
            files.write(restricted, path, "html", reader=READER)
        with pytest.raises(UnsafePublication):
            files.write_recommendations(restricted, path.with_suffix(".csv"))
        assert not path.exists()


def test_a_public_report_may_be_read_by_all(report, tmp_path):
    path = files.write(report, tmp_path / "report.html", "html")
    assert path.stat().st_mode & 0o044 == 0o044
    assert not path.with_name(files.LOG).exists()
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_without_weasyprint_the_message_says_what_to_install(report, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(MappingError, match=r"rohnamo\[pdf\].*Pango"):
        pdf.write(report)


def test_a_report_fetches_nothing():
    with pytest.raises(ValueError, match=r"https://a\.example"):
        pdf._refuse("https://a.example/x.png")


def test_hostile_names_stay_text(tmp_path, tiny_area):
    hostile = "</style><script>alert(1)</script>\x0b&{{7*7}}"
    with_it = sample_view(tmp_path, tiny_area, organization(hostile), service(hostile, of=hostile, types=["IDN-HOT"]))
    made = reports.make(with_it, tiny_area, language="en")
    assert "<script" not in html.write(made).decode()
    docx.Document(io.BytesIO(word.write(made)))


def test_a_brief_is_two_pages_for_a_district(view, tiny_area, results):
    made = brief.make(view, tiny_area, brief.find_unit(tiny_area, "Juybor District"), language="en", results=results)
    assert len(pypdf.PdfReader(io.BytesIO(pdf.write(made))).pages) <= 2
    assert "Juybor" in made.title
    assert "120,000" in html.write(made).decode()


def words_of_a_country_that_says_otherwise(area, make):
    """Return texts of an area that has counties, one season, and people from a model, with those of Orzustan."""
    settings = area.file.settings.model_copy(
        update={"scenarios": tuple(s for s in area.settings.scenarios if s.id == "summer")}
    )
    levels = tuple(level.model_copy(update={"label": {"en": f"County {level.level}"}}) for level in area.levels)
    other = replace(area, file=area.file.model_copy(update={"settings": settings, "level": levels}))
    return make(area), make(other)


def test_a_brief_says_that_winter_cuts_off_where_no_way_is_left(view, tiny_area, results, monkeypatch):
    """No way in winter is not the same as a way that nobody worked out."""

    def written() -> str:
        return html.write(brief.make(view, tiny_area, "XT-W2", language="en", results=results)).decode()

    points = [point.id for entry in view.services(language="en") for point in entry.points]
    monkeypatch.setattr(type(view), "places", lambda _: [*tiny_area.gazetteer["place_id"].astype(str)])
    monkeypatch.setattr(
        type(view), "minutes", lambda _, __, season: dict.fromkeys(points, 40.0) if season == "summer" else {}
    )
    assert "40 / over 4 hours, or cut off" in written()
    monkeypatch.setattr(type(view), "places", lambda _: [])
    monkeypatch.setattr(type(view), "minutes", lambda *_: {})
    assert "not known / not known" not in written(), "what is farther than the published times is worked out"


def test_a_brief_names_functions_alone_and_says_how_many_services_it_leaves_out(view, tiny_area, results):
    for unit in ("XT-W1", "XT-W2", "XT-E1", "XT-E2"):
        made = brief.make(view, tiny_area, unit, language="en", results=results)
        tables = {b.caption: b for chapter in made.chapters for b in chapter.blocks if isinstance(b, ReportTable)}
        functions = next(table for name, table in tables.items() if "Core functions" in name)
        assert "Any listed service" not in [row.name for row in functions.rows]
        listed = [e for e in view.services(language="en") if any(p.area_unit == unit for p in e.places)]
        left = {entry.offered for entry in listed} == {True, False}
        said = "inactive or long overdue for a check, and not named here" in html.write(made).decode()
        assert said == left, unit


def test_a_brief_of_a_directory_without_services_ranks_nothing(tiny_area, tmp_path):
    empty = sample_view(tmp_path, tiny_area, organization("Umed"))
    written = html.write(brief.make(empty, tiny_area, "XT-W2", language="en")).decode()
    assert "No service is listed that people could travel to." in written
    assert "No service is listed that people could go to at night." in written
    assert "an hour" not in written.partition("Numbers to call")[0].partition("Gaps")[2].partition("What to ask")[0]
    assert "Core functions that are farthest" not in written


def test_a_country_of_one_district_has_a_report(tiny_copy, tmp_path):
    """A chart of one row is of its shares; the report could not be made."""
    outline = json.loads((tiny_copy / "admin" / "adm0.geojson").read_text())["features"][0]["geometry"]
    for name, code in (("adm1", "XT-W"), ("adm2", "XT-W1")):
        path = tiny_copy / "admin" / f"{name}.geojson"
        layer = json.loads(path.read_text())
        layer["features"] = [unit for unit in layer["features"] if unit["properties"]["code"] == code]
        layer["features"][0]["geometry"] = outline
        path.write_text(json.dumps(layer))
    people = ",240000,122300,117700\n"
    (tiny_copy / "population" / "census.csv").write_text(
        "code,level,population,women,men\n" + "".join(f"{code}{people}" for code in ("XT,0", "XT-W,1", "XT-W1,2"))
    )
    (tiny_copy / "admin" / "names.csv").write_text("code,former_en\n")
    for path in (tiny_copy / "places").glob("*.csv"):
        path.write_text(re.sub(r"XT-[WE]\d", "XT-W1", path.read_text()))
    settings = tiny_copy / "area.toml"
    settings.write_text(re.sub("count = [24]", "count = 1", settings.read_text()))
    area = StudyArea.load(tiny_copy)
    made = reports.make(sample_view(tmp_path, area, organization("Umed")), area, language="en")
    captions = [block.caption for block in made.blocks() if isinstance(block, Picture)]
    assert any("People by minutes of travel to the nearest service" in caption for caption in captions)
    text = html.write(made).decode()
    assert "with a listed service: 0." in text
    assert not re.search(r"1 of 1 areas|area with the most|between units|\b1 are\b", text)


def test_a_brief_has_a_winter_only_where_there_is_one(view, tiny_area, results):
    def text(area):
        made = brief.make(view, area, brief.find_unit(area, "XT-W2"), language="en", results=results)
        return html.write(made).decode()

    own, other = words_of_a_country_that_says_otherwise(tiny_area, text)
    assert "Minutes, summer / winter" in own
    assert "winter" not in other.lower()
    assert "census" not in own.lower() + other.lower()


def test_a_report_calls_levels_as_the_area_does(view, tiny_area, results):
    def text(area):
        return html.write(reports.make(view, area, language="en", results=results)).decode()

    own, other = words_of_a_country_that_says_otherwise(tiny_area, text)
    assert ">Region<" in own
    assert ">County 1<" in other
    assert "Orzustan: invented for the tests" in own[own.index("Source, as of 1 January") :][:200]
    assert not re.search(r"\bdistricts?\b|\bcensus\b", re.sub(r"\w+ District", "", other), re.I)


def test_a_unit_is_found_by_code_and_by_name(tiny_area):
    assert (
        brief.find_unit(tiny_area, "XT-W2")
        == brief.find_unit(tiny_area, " juybor district ")
        == brief.find_unit(tiny_area, "Ҷӯйбор")
        == "XT-W2"
    )
    with pytest.raises(NotFound, match="no area unit has this code or name"):
        brief.find_unit(tiny_area, "Nowhere")
    with pytest.raises(NotFound, match="XT-W2"):
        brief.find_unit(tiny_area, "Juybovr")


def test_what_changed_is_told_with_an_earlier_view(tmp_path, tiny_area):
    old = sample_view(tmp_path / "old", tiny_area, organization("Umed"), edition=TODAY - dt.timedelta(90))
    new = sample_view(
        tmp_path / "new", tiny_area, organization("Umed"), service("Counselling", of="Umed", types=["PSY-COU"])
    )
    made = reports.make(new, tiny_area, language="en", previous=View(old.path))
    change = next(chapter for chapter in made.chapters if chapter.number == "1")
    assert any("1" in getattr(block, "text", "") for block in change.blocks[-3:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_ends_twice(language, view, tiny_area, results):
    made = reports.make(view, tiny_area, language=language, results=results)
    words = unescape(re.sub(r"<[^>]+>", " ", html.write(made).decode()))
    assert not re.findall(r".{30}(?<!\.)\.(?:\.(?!\.)|:).{20}", words)


def test_no_two_tables_of_a_chapter_are_called_the_same(report):
    for chapter in report.chapters:
        captions = [block.caption for block in chapter.blocks if isinstance(block, ReportTable)]
        assert len(captions) == len(set(captions)), chapter.title


def test_what_help_abroad_stands_on_is_what_is_counted(tmp_path, tiny_area, results):
    old = dt.date(2020, 1, 1)
    parts = organization("Umed"), service("New", of="Umed"), service("Old", of="Umed", verified=old, next_due=old)
    with sample_view(tmp_path, tiny_area, *parts, place("Office", of=["New", "Old"], country="RU")) as abroad:
        basis = Sources(abroad, tiny_area, "en", {}).basis(results["destinations"])
    assert "that are not overdue: 1 of 2 listed" in basis


def test_services_of_one_name_stand_once_and_languages_are_named(tmp_path, tiny_area):
    old = {"verified": dt.date(2020, 1, 1), "next_due": dt.date(2020, 1, 1)}
    parts = (
        organization("Umed"),
        service("Talk", of="Umed", speaks=["tg", "ru"], **old),
        service("Talk too", of="Umed", speaks=["tg", "ru"], names={"ru": "Talk"}),
        service("Law", of="Umed", speaks=["tg", "ru"], **old),
        service("Law too", of="Umed", speaks=["tg", "ru"], verified=None, names={"ru": "Law"}),
        service("Aid", of="Umed", speaks=["tg", "ru"], verified=None),
    )
    with sample_view(tmp_path, tiny_area, *parts) as own:
        pen = Pen(Sources(own, tiny_area, "ru", {}))
        (row,) = annexes._rows(pen, pen.material.entries)
    _, names, *_, languages = row
    assert sorted(names.split("; ")) == ["Aid ?", "Law !", "Talk"]
    assert languages == "Русский, Таджикский"


def test_an_organization_has_the_same_letters_in_every_chapter(tmp_path, tiny_area):
    parts = organization("Умед"), service("Talk", of="Умед")
    with sample_view(tmp_path, tiny_area, *parts) as own:
        material = Sources(own, tiny_area, "uz", {})
        assert [body.name for body in material.organizations] == ["Umed"]
        assert [entry.organization.name for entry in material.entries] == ["Umed"]


def test_no_recommendation_points_at_a_table_of_people_where_no_norm_can_be_counted(
    view, tiny_area, results, monkeypatch
):
    monkeypatch.setattr(norms, "countable", lambda *_, **__: [])
    without = norms.norms(view, tiny_area)
    made = reports.make(view, tiny_area, language="en", results={**results, "norms": without})
    text = text_of(html.write(made))
    assert "What norms ask for, and what is listed: nothing is known." in text
    assert "stands in chapter 8. (Table" not in text


def test_of_units_that_are_equally_badly_off_those_stand_first_that_are_by_the_next_column(view, tiny_area, results):
    result = results["severity"]
    table = result.table.copy()
    table["level"], table["distance"] = [5, 5, 5, 4], [0.1, 0.3, 0.2, 0.9]
    pen = Pen(Sources(view, tiny_area, "en", results))
    codes = list(table.index)
    assert pen.worst(replace(result, table=table), 2) == [codes[1], codes[2]]


def test_a_source_has_one_name_throughout(report):
    """The norms' source is told in the language of the report below tables and among the sources."""
    assert "CoE 2008" not in text_of(html.write(report))


def test_what_was_not_asked_is_no_zero(report):
    table = next(block for block in report.blocks() if isinstance(block, ReportTable) and "four-parts" in block.anchor)
    activities = {row.name: [cell.text for cell in row.cells[:2]] for row in table.rows}
    assert activities["Защита"] == activities["Уголовное преследование"] == ["не спрашивали"] * 2
    assert "не спрашивали" not in activities["Предупреждение"] + activities["Партнёрство"]


def test_what_is_met_least_says_of_how_many(view, tiny_area, results, monkeypatch):
    answers = {"met": 1, "partly": 2, "not_met": 2, "unknown": 4, "providers": 3}
    row, rows = {"family": "LEG", "standard": "STD-001"} | answers, View.rows
    monkeypatch.setattr(View, "rows", lambda self, table: [row] if table == "standard_summary" else rows(self, table))
    own = dict(results) | {"standards": standards(view, tiny_area)}
    made = reports.make(view, tiny_area, language="en", results=own)
    (line,) = next(b for b in made.blocks() if isinstance(b, ReportTable) and b.anchor == "t-items").rows
    assert [cell.text for cell in line.cells] == ["20%", "5"]
    (advice,) = [each for each in made.recommendations if each.key == "standard"]
    assert str(advice.evidence) == "Met, of those that could answer: 1 of 5."


BROKEN_WORDS = """[...document.querySelectorAll(".even td, .even tbody th")].flatMap(cell => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), broken = [];
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\\p{L}+/gu)) {
    const range = document.createRange();
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) broken.push(word[0]);
  }
  return broken;
})"""
"""Words of tables that stand in more than one line: a table that is too wide is moved, its words are whole."""


def test_a_long_address_makes_no_page_wider_than_a_phone(report, chromium, tmp_path):
    address = f"https://example.org/{'a' * 200}"
    chapter = Chapter("1", "Sources", "sources", (Items((address,), small=True), FactList((("Source", address),))))
    path = tmp_path / "report.html"
    path.write_bytes(html.write(replace(report, chapters=(chapter,))))
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()


def test_no_word_of_a_table_is_broken_on_a_phone(report, chromium, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(html.write(report))
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(path.as_uri())
    assert page.evaluate(BROKEN_WORDS) == []
    page.close()


def test_a_unit_without_a_number_is_not_shaded_as_the_lowest(tiny_area, results):
    coverage = results["coverage"]
    column = coverage.column("any_60")
    table, states = coverage.table.copy(), coverage.states.copy()
    unknown, empty, *others = map(str, table.index)
    table[column.key] = 0.5
    states[column.key] = ""
    states.loc[[unknown, empty], column.key] = "unknown", "not applicable"
    result = replace(coverage, table=table, states=states)
    assert print_map.shaded(result, column) == dict.fromkeys(others, 2)
    svg = print_map.labelled_map(tiny_area, result, column, language="en")
    assert svg.count('fill="url(#no-number)"') == 3, "two units, and what the lines mean"
    assert "no figure" in svg
    assert "no figure" not in print_map.labelled_map(tiny_area, coverage, coverage.column("any_60"), language="en")


def test_a_map_says_its_scale(tiny_area, results):
    """Orzustan is 24 km wide: a quarter of that holds 5 km, which are 5/24 of the picture."""
    coverage = results["coverage"]
    svg = print_map.labelled_map(tiny_area, coverage, coverage.column("any_60"), language="ru")
    (start, end) = re.search(r'd="M(\d+) \d+v5H([\d.]+)v-5"', svg).groups()
    assert float(end) - float(start) == pytest.approx(print_map.WIDTH * 5 / 24, rel=0.01)
    assert ">5 км<" in svg
    assert ">С<" in svg, "the arrow to the north"
    assert f">{tiny_area.gazetteer.sort_values('people', ascending=False)['name_ru'].iloc[0]}<" in svg


def test_a_brief_shows_its_unit_among_its_neighbours(view, tiny_area, results):
    made = brief.make(view, tiny_area, "XT-W2", language="en", results=results)
    (drawn,) = [b.svg for c in made.chapters for b in c.blocks if "<svg" in getattr(b, "svg", "")]
    named = {code for code in tiny_area.unit_codes if f">{tiny_area.label(code, 'en')}<" in drawn}
    assert named == {"XT-W1", "XT-W2"}
    assert drawn.count('stroke-width="3"') == 1, "its own line is thick"


def test_at_most_six_maps_stand_in_a_picture_each_with_the_names_of_regions(tiny_area, results, report):
    coverage = results["coverage"]
    svg = print_map.small_maps(tiny_area, coverage, print_map.functions(coverage)[:2], title="x", language="en")
    assert svg.count(f">{tiny_area.label('XT-W', 'en')}<") == 2 * svg.count("scale(")
    drawn = [b.svg for c in report.chapters for b in c.blocks if getattr(b, "of", "") == "map-functions"]
    assert drawn
    assert all(0 < picture.count("scale(") <= 6 for picture in drawn)


def test_a_region_at_the_edge_of_a_picture_has_its_whole_name_in_it(tiny_area, monkeypatch):
    """Of a region of islands, the middle may lie anywhere."""
    name = "Region of the outermost islands"
    monkeypatch.setattr(type(tiny_area), "label", lambda *_: name)
    spot = print_map.PicturePoint(60.22, 10.144, 1000, 1)  # the country lies west of the picture
    drawn = "".join(print_map._regions(tiny_area, spot, "en"))
    places = [float(x) for x in re.findall(r'<text x="([^"]+)"', drawn)]
    assert places
    assert min(places) >= 8 * len("Region of the") / 2


def test_nothing_is_asked_because_of_a_handful_of_answers(view, tiny_area, results, monkeypatch):
    answers = {"met": 0, "partly": 1, "not_met": 2, "unknown": 4, "providers": 3}
    row, rows = {"family": "LEG", "standard": "STD-001"} | answers, View.rows
    monkeypatch.setattr(View, "rows", lambda self, table: [row] if table == "standard_summary" else rows(self, table))
    made = reports.make(view, tiny_area, language="en", results={**results, "standards": standards(view, tiny_area)})
    assert "standard" not in [each.key for each in made.recommendations]
