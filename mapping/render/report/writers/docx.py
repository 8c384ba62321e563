"""A report as a Word document: real headings, tables with heads that repeat, alternative texts, fixed bytes.

``templates/word.xml`` sets the parts. Captions number themselves, and the contents and the lists of tables and figures
fill in when Word opens the file, since it is told to bring its fields up to date.
"""

import datetime as dt
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
from markupsafe import Markup, escape

from mapping.language.languages import language as language_of
from mapping.render.picture import png
from mapping.render.report.elements import ON_A_NEW_PAGE, Picture, Report
from mapping.render.report.writers.html import templates
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

STYLES: dict[str, tuple[float, bool, RGBColor | None]] = {
    "Table caption": (9, False, None),
    "Figure caption": (9, False, None),
    "Source": (7.5, False, GREY),
    "Lead": (10, True, None),
    "Small": (8, False, None),
    "Running": (8, False, GREY),
    "Mark": (14, True, RED),
}
"""Styles of our own: size, bold, colour; whoever edits the report changes the look of all at once."""

ROLES = {"": "", "note": "Intense Quote", "source": "Source", "small": "Small"}
"""What a paragraph is for -> its style."""


def write(report: Report) -> bytes:
    """Return a report as a Word document; the same report gives the same bytes."""
    document: Any = Document()
    rtl = language_of(report.language).direction == "rtl"
    _set_styles(document, report, rtl=rtl)
    environment = templates().overlay()
    environment.filters.update(
        clean=_clean,
        digits=lambda text: "".join(re.findall(r"\d+", text)),
        drawn=lambda picture: _inline(document, picture),
        kind=lambda block: type(block).__name__,
        numbered=_numbered,
        widths=lambda table: table.widths_in(WIDE, whole=1000),
    )
    words = {
        "across": WIDTH.twips,
        "fills": FILLS,
        "on_a_new_page": ON_A_NEW_PAGE,
        "on_dark": ON_DARK,
        "report": report,
        "rtl": rtl,
        "styles": ROLES,
        "titles": [f"{c.number}. {c.title}" if c.number else c.title for c in report.chapters],
    }
    template: Any = environment.get_template("word.xml").make_module(words)
    end = document.element.body[-1]
    for element in _elements(template.body()):
        end.addprevious(element)
    section = document.sections[0]
    _fill(section.header, template.line(report.running, "Running"))
    if report.mark:
        _fill(section.header, template.line(report.mark, "Mark"))
        _fill(section.footer, template.line(report.mark, "Mark"))
    number = Markup('<w:p><w:fldSimple w:instr="PAGE">{}</w:fldSimple></w:p>').format(template.run("1"))
    _fill(section.footer, number)
    section.footer.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return _repeatable(out.getvalue())


def _set_styles(document: Any, report: Report, *, rtl: bool) -> None:
    """Set page, fonts, languages, properties, and that Word fills its fields when it opens the file."""
    written = language_of(report.language).written
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(17)
    section.top_margin = section.bottom_margin = Mm(20)
    for name, (size, bold, colour) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size, style.font.bold = document.styles["Normal"], Pt(size), bold
        style.paragraph_format.keep_with_next = name.endswith("caption")
        if colour is not None:
            style.font.color.rgb = colour
    document.styles["Normal"].font.size = Pt(10)
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"):
        properties = document.styles[name].element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        fonts.attrib.clear()
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), FONT)
        language = OxmlElement("w:lang")
        for kind in ("val", "bidi"):
            language.set(qn(f"w:{kind}"), language_of(written).document)
        properties.append(language)
    for plain, twin in (("w:b", "w:bCs"), ("w:i", "w:iCs"), ("w:sz", "w:szCs")):  # those of letters from the right
        for look in document.styles.element.iter(qn(plain)):
            other = OxmlElement(twin)
            other.attrib.update(look.attrib)
            look.addnext(other)
    if rtl:
        document.styles["Normal"].element.get_or_add_pPr().append(OxmlElement("w:bidi"))
        section._sectPr.insert_element_before(OxmlElement("w:bidi"), "w:rtlGutter", "w:docGrid", "w:printerSettings")
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)
    about = document.core_properties
    about.title, about.subject, about.author, about.last_modified_by = report.title, report.subtitle, *["Rohnamo"] * 2
    about.language, about.comments, about.keywords = written, "", ""
    about.created = about.modified = dt.datetime.combine(report.day, dt.time())


def _elements(xml: str) -> Any:
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def _fill(part: Any, paragraph: str) -> None:
    """Add a paragraph to a head or foot of the pages, in place of an empty one."""
    if not part.paragraphs[-1].runs:
        part._element.remove(part.paragraphs[-1]._p)
    part._element.extend(_elements(paragraph))


def _inline(document: Any, picture: Picture) -> Markup:
    """Put a picture into the document as PNG, and return what stands in its paragraph."""
    inline = document.part.new_pic_inline(io.BytesIO(png(picture.svg)), width=WIDTH)
    tallest = TALLEST_IN_SUMMARY if picture.anchor == "map" else TALLEST
    size = inline.extent
    if size.cy > tallest:
        size.cx, size.cy = round(size.cx * tallest / size.cy), tallest
        frame = inline.graphic.graphicData.pic.spPr
        frame.cx, frame.cy = size.cx, size.cy
    inline.docPr.set("descr", picture.words)
    inline.docPr.set("name", picture.label)
    return Markup(inline.xml)  # noqa: S704


def _numbered(label: str) -> tuple[str, str, str]:
    """Return a label around its last number, which Word counts: "Table 8.1"; in Uzbek "8.1-jadval"."""
    parts = re.fullmatch(r"(.*?\d{1,9}\.)(\d{1,9})(.*)", label)
    return parts.groups() if parts else (label, "", "")  # type: ignore[return-value]


def _clean(text: str) -> Markup:
    """Return the text of a run without signs that XML cannot hold, with its tabs and new lines as Word has them."""
    written = str(escape(text.translate(UNWRITABLE)))
    for sign, element in (("\t", "tab"), ("\n", "br")):
        written = written.replace(sign, f'</w:t><w:{element}/><w:t xml:space="preserve">')
    return Markup(written)  # noqa: S704


UNWRITABLE = dict.fromkeys({*range(32)} - {*map(ord, "\t\n")})


def _repeatable(held: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(held)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()
