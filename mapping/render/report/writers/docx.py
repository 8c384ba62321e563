"""A report as a Word document: real headings, tables with heads that repeat, alternative texts, fixed bytes.

Every picture stands in it as PNG. Captions number themselves, and the contents and the lists of tables and figures fill
in when Word opens the file, since it is told to bring its fields up to date.
"""

import datetime as dt
import html
import io
import re
import zipfile
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from mapping.language.languages import language as language_of
from mapping.render.picture import png
from mapping.render.report.elements import (
    ON_A_NEW_PAGE,
    Block,
    Cell,
    FactList,
    Heading,
    Items,
    Paragraph,
    Picture,
    Report,
    ReportTable,
    TableRow,
)
from mapping.render.svg import FILLS, ON_DARK

FONT = "Arial"
"""A family that Windows, macOS and LibreOffice have or replace, with the letters of Tajik and Uzbek."""

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The day that stands in the archive; the document is the same whenever it is made."""

WIDE = (0.94, 0.98)
"""How wide its letters and its bold ones are at most beside what `width_of` tells."""

WIDTH = Mm(176)
RED, GREY = RGBColor(0xA3, 0x32, 0x0B), RGBColor(0x4A, 0x5A, 0x63)
TALLEST, TALLEST_IN_SUMMARY = Mm(150), Mm(70)
"""A picture that is taller than this is made smaller, so that it stays on its page with its caption."""

FACTS = (28, 72)
"""How wide names and what stands beside them are, in percent."""

OWN_STYLES: dict[str, tuple[float, bool, RGBColor | None]] = {
    "Table caption": (9, False, None),
    "Figure caption": (9, False, None),
    "Source": (7.5, False, GREY),
    "Lead": (10, True, None),
    "Small": (8, False, None),
}
"""Styles of our own: size, bold, colour; whoever edits the report changes the look of all at once."""


def write(report: Report) -> bytes:
    """Return a report as a Word document; the same report gives the same bytes."""
    document: Any = Document()
    _set_up(document, report)
    _line(document, report.title, "Title")
    _line(document, report.subtitle, "Subtitle")
    for name, text in report.cover:
        _add(document, _run(f"{name}: {text}"))
    for warning in report.warnings:
        _note(document, warning)
    for name, text in report.imprint:
        _line(document, f"{name}: {text}", "Source")
    if report.contents:
        _contents(document, report)
    for chapter in report.chapters:
        if report.contents and chapter.anchor in ON_A_NEW_PAGE:
            document.add_page_break()
        if chapter.title:
            _line(document, f"{chapter.number}. {chapter.title}" if chapter.number else chapter.title, "Heading 1")
        for block in chapter.blocks:
            _block(document, block)
    if language_of(report.language).direction == "rtl":
        _turn(document)
    out = io.BytesIO()
    document.save(out)
    return _repeatable(out.getvalue())


def _set_up(document: Any, report: Report) -> None:
    """Set page, font, language, properties, running head and foot."""
    written = language_of(report.language).written
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(17)
    section.top_margin = section.bottom_margin = Mm(20)
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"):
        style = document.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), FONT)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(kind), None)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), language_of(written).document)
        language.set(qn("w:bidi"), language_of(written).document)
        style.element.get_or_add_rPr().append(language)
    document.styles["Normal"].font.size = Pt(10)
    for name, (size, bold, colour) in OWN_STYLES.items():
        own = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        own.base_style, own.font.size, own.font.bold = document.styles["Normal"], Pt(size), bold
        own.paragraph_format.keep_with_next = name.endswith("caption")
        if colour is not None:
            own.font.color.rgb = colour
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)
    properties = document.core_properties
    day = dt.datetime.combine(report.day, dt.time())
    properties.title, properties.subject, properties.author = report.title, report.subtitle, "Rohnamo"
    properties.language, properties.created, properties.modified = written, day, day
    properties.comments, properties.keywords, properties.last_modified_by = "", "", "Rohnamo"
    section.header.paragraphs[0]._p.append(_element(_run(report.running, size=8, colour=GREY)))
    foot = section.footer.paragraphs[0]
    if report.mark:
        section.header.add_paragraph()._p.append(_element(_run(report.mark, size=14, colour=RED, bold=True)))
        foot._p.append(_element(_run(f"{report.mark}   ", size=9, colour=RED, bold=True)))
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot._p.append(_element('<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))


def _turn(document: Any) -> None:
    """Turn the document round: lines and tables begin at the right, and letters are set as those of such a writing.

    Word takes bold and size of such letters from fields of their own, and their direction from each run.
    """
    section = document.sections[0]
    document.styles["Normal"].element.get_or_add_pPr().append(OxmlElement("w:bidi"))
    section._sectPr.insert_element_before(OxmlElement("w:bidi"), "w:rtlGutter", "w:docGrid", "w:printerSettings")
    for part in (document.styles.element, document.element, section.header._element, section.footer._element):
        for table in part.iter(qn("w:tblPr")):
            if table.getparent().tag == qn("w:tbl"):
                table.insert(0, OxmlElement("w:bidiVisual"))
        for kind, twin in (("w:b", "w:bCs"), ("w:i", "w:iCs"), ("w:sz", "w:szCs")):
            for look in list(part.iter(qn(kind))):
                if look.getnext() is None or look.getnext().tag != qn(twin):
                    other = OxmlElement(twin)
                    other.attrib.update(look.attrib)
                    look.addnext(other)
        for run in part.iter(qn("w:r")):
            run.get_or_add_rPr().append(OxmlElement("w:rtl"))


def _contents(document: Any, report: Report) -> None:
    """Write a table of contents that Word fills with page numbers when its fields are updated."""
    document.add_page_break()
    _line(document, report.contents, "Subtitle")
    lines = "".join(
        f"<w:r><w:t>{html.escape(f'{c.number}. {c.title}' if c.number else c.title)}</w:t><w:br/></w:r>"
        for c in report.chapters
    )
    _add(document, f'<w:fldSimple w:instr="TOC \\o &quot;1-2&quot; \\h">{lines}</w:fldSimple>')
    styles = ("", "Table caption", "Figure caption")
    for (title, entries), style in zip(report.lists, styles, strict=True):
        if not entries:
            continue
        _line(document, title, "Subtitle")
        if not style:
            for _, text in entries:
                _line(document, text, "Small")
            continue
        lines = "".join(f"<w:r><w:t>{html.escape(_clean(text))}</w:t><w:br/></w:r>" for _, text in entries)
        instruction = f"TOC \\h \\z \\t &quot;{style},1&quot;"
        _add(document, f'<w:fldSimple w:instr="{instruction}">{lines}</w:fldSimple>')


def _element(xml: str) -> Any:
    """Return an element of WordprocessingML, whose prefix needs no telling."""
    return parse_xml(re.sub(r"^<[\w:]+", rf"\g<0> {nsdecls('w')}", xml))


def _append(document: Any, xml: str) -> None:
    """Put an element at the end of the document, before what tells of its pages."""
    document.element.body[-1].addprevious(_element(xml))


def _add(document: Any, *runs: str, style: str = "", layout: str = "") -> None:
    """Add a paragraph as XML at once, in a style by its name: python-docx looks for the place of each of its parts."""
    style = f'<w:pStyle w:val="{style.replace(" ", "")}"/>' if style else ""
    properties = f"<w:pPr>{style}{layout}</w:pPr>" if style or layout else ""
    _append(document, f"<w:p>{properties}{''.join(runs)}</w:p>")


def _run(text: str, *, size: float | None = None, bold: bool = False, colour: RGBColor | None = None) -> str:
    """Return a run of text, with tabs and new lines; without a size it looks as its paragraph does."""
    look = ""
    if size is not None:
        colours = "" if colour is None else f'<w:color w:val="{colour}"/>'
        look = f'<w:rPr>{"<w:b/>" if bold else BOLD_NOT}{colours}<w:sz w:val="{round(size * 2)}"/></w:rPr>'
    parts = re.split(r"([\t\n])", _clean(text))
    written = "".join(SIGNS.get(part) or f"<w:t{_space(part)}>{html.escape(part)}</w:t>" for part in parts if part)
    return f"<w:r>{look}{written}</w:r>"


BOLD_NOT = '<w:b w:val="0"/>'
SIGNS = {"\t": "<w:tab/>", "\n": "<w:br/>"}


def _space(text: str) -> str:
    return "" if text == text.strip() else ' xml:space="preserve"'


def _line(document: Any, text: str, style: str) -> None:
    """Add a paragraph that says one thing in a style."""
    _add(document, *([_run(text)] if text else []), style=style)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        _line(document, block.text, f"Heading {block.level}")
    elif isinstance(block, Paragraph):
        _paragraph(document, block)
    elif isinstance(block, Items):
        _items(document, block)
    elif isinstance(block, FactList):
        rows = tuple(TableRow(name, (Cell(text),)) for name, text in block.pairs)
        _grid(document, (), rows, (), FACTS, size=9, gap=12)
        _spacer(document)
    elif isinstance(block, ReportTable):
        _caption(document, block.label, block.caption, "Table caption")
        _grid(
            document,
            block.head,
            block.rows,
            block.right,
            block.widths_in(WIDE, whole=1000),
            size=block.letters,
            head_size=block.letters * block.head_size,
            gap=block.gap,
        )
        _source(document, block.source)
        _spacer(document)
    elif isinstance(block, Picture):
        _caption(document, block.label, block.caption, "Figure caption")
        shape = document.add_picture(io.BytesIO(png(block.svg)), width=WIDTH)
        tallest = TALLEST_IN_SUMMARY if block.anchor == "map" else TALLEST
        if shape.height > tallest:
            shape.width, shape.height = round(shape.width * tallest / shape.height), tallest
        shape._inline.docPr.set("descr", block.words)
        shape._inline.docPr.set("name", block.label)
        _source(document, " ".join(filter(None, (block.legend, block.source))))


def _items(document: Any, block: Items) -> None:
    """Write a list; numbers stand as text, since Word counts on from one numbered list of its own to the next."""
    for number, item in enumerate(block.items, 1):
        text = _run(f"{number}.\t{item}" if block.ordered else item, size=8 if block.small else 10)
        _add(document, text, style="List" if block.ordered else "List Bullet")


def _paragraph(document: Any, block: Paragraph) -> None:
    if block.role == "note":
        _note(document, block.text)
    elif block.role == "source":
        _source(document, block.text)
    else:
        leads = block.role == "lead"
        text = _run(block.text, size=8 if block.role == "small" else 10, bold=leads)
        _add(document, text, layout="<w:keepNext/>" if leads else '<w:keepNext w:val="0"/>')


def _caption(document: Any, label: str, text: str, style: str) -> None:
    """Write a caption whose last number is a field: within its chapter, Word numbers it anew where one is added."""
    numbered = re.fullmatch(r"(.*?(\d{1,9})\.)(\d{1,9})(.*)", label)  # "Table 8.1"; in Uzbek "8.1-jadval"
    if numbered:
        before, chapter, last, after = numbered.groups()
        name = f"{style.split()[0]}_{chapter}"
        field = (
            f'<w:fldSimple w:instr="SEQ {html.escape(name)} \\* ARABIC">'
            f"<w:r><w:rPr><w:b/></w:rPr><w:t>{last}</w:t></w:r></w:fldSimple>"
        )
        named = [_run(before, size=9, bold=True), field, _run(f"{after}. ", size=9, bold=True)]
    else:
        named = [_run(f"{label}. ", size=9, bold=True)]
    _add(document, *named, _run(text, size=9), style=style)


def _spacer(document: Any) -> None:
    """Keep what follows apart from a table: two tables in a row would become one."""
    _add(document, layout='<w:spacing w:after="0" w:before="0" w:line="100" w:lineRule="exact"/>')


def _source(document: Any, text: str) -> None:
    if text:
        _line(document, text, "Source")


def _note(document: Any, text: str) -> None:
    _add(document, _run(text, size=10), style="Intense Quote")


def _grid(
    document: Any,
    head: tuple[str, ...],
    rows: tuple[TableRow, ...],
    right: tuple[bool, ...],
    widths: tuple[int, ...],
    *,
    size: float,
    gap: float,
    head_size: float = 0,
) -> None:
    """Write a table as XML at once: python-docx looks every cell up again, which takes minutes for long tables.

    Columns are as wide as told, beside each other: what each program would find out by itself differs. ``gap`` is what
    stays empty beside the text of a cell, both sides together, as ``size`` in points.
    """
    across = max(len(head), *(len(row.cells) + 1 for row in rows))
    lines = []
    if head:
        cells = "".join(
            _cell(text, head_size, bold=True, right=bool(n) and right[n - 1]) for n, text in enumerate(head)
        )
        lines.append(_together(f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"))
    for place, row in enumerate(rows, 1):
        line = f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cells(row, right, across, size)}</w:tr>"
        at_an_end = place < ALONE or place > len(rows) - ALONE or not row.cells
        lines.append(_together(line) if at_an_end else line)
    line = '<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B8C2C8"/>'
    borders = "".join(line.format(side=side) for side in ("top", "bottom", "insideH"))
    margins = "".join(f'<w:{side} w:w="{round(10 * gap)}" w:type="dxa"/>' for side in ("left", "right"))
    columns = "".join(f'<w:gridCol w:w="{round(WIDTH.twips * share / sum(widths))}"/>' for share in widths)
    _append(
        document,
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>",
    )
    _add(document, layout='<w:keepNext/><w:spacing w:after="40"/>')  # what a table is from stands on its page


ALONE = 3
"""Fewer rows than this stand alone at no foot and no head of a page."""


def _together(row: str) -> str:
    """Keep a row of a table on the page of what follows it."""
    return row.replace("<w:pPr>", "<w:pPr><w:keepNext/>")


def _cells(row: TableRow, right: tuple[bool, ...], across: int, size: float) -> str:
    if not row.cells:
        return _cell(row.name, size, bold=True, fill="EEF4F6", span=across)
    cells = [_cell(row.name, size)]
    for place, cell in enumerate(row.cells):
        fill = FILLS[cell.look[0]].lstrip("#").upper() if cell.look else ""
        light = bool(cell.look) and cell.look[0] in ON_DARK
        cells.append(
            _cell(
                cell.text,
                size,
                right=not cell.look and bool(right) and right[place],
                fill=fill,
                light=light,
                middle=bool(cell.look),
            )
        )
    return "".join(cells)


def _cell(
    text: str,
    size: float,
    *,
    bold: bool = False,
    right: bool = False,
    fill: str = "",
    span: int = 1,
    light: bool = False,
    middle: bool = False,
) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    side = '<w:jc w:val="right"/>' if right else '<w:jc w:val="center"/>' if middle else ""
    look = ("<w:b/>" if bold or middle else "") + ('<w:color w:val="FFFFFF"/>' if light else "")
    look += f'<w:sz w:val="{round(size * 2)}"/>'
    return (
        f'<w:tc><w:tcPr>{spanned}{shade}</w:tcPr><w:p><w:pPr><w:spacing w:before="20" w:after="20"/>{side}</w:pPr>'
        f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{html.escape(_clean(text))}</w:t></w:r></w:p></w:tc>'
    )


def _clean(text: str) -> str:
    """Leave out signs that XML cannot hold."""
    return text.translate(UNWRITABLE)


UNWRITABLE = dict.fromkeys({*range(32)} - {*map(ord, SIGNS)})


def _repeatable(held: bytes) -> bytes:
    """Write the archive again with one day in every entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(held)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()
