"""A report as PDF, set by WeasyPrint (extra ``pdf``) from the same HTML; nothing is fetched from anywhere."""

import io
from typing import Any

from mapping.errors import MappingError
from mapping.render.report.elements import Report
from mapping.render.report.writers import html

MISSING = (
    "PDF needs WeasyPrint and the system's Pango: pip install 'rohnamo[pdf]', and install Pango (Debian: "
    "libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango); or {instead} from a browser ({error})"
)


def write(report: Report) -> bytes:
    """Return a report as PDF; the same report gives the same bytes.

    Raises
    ------
    MappingError
        WeasyPrint or Pango is not installed here; the text says how to install them.
    """
    weasyprint = pdf_library("write HTML and print it")
    page = weasyprint.HTML(string=html.write(report).decode(), base_url=None, url_fetcher=_refuse)
    out = io.BytesIO()
    page.write_pdf(out, pdf_variant="pdf/ua-1")
    return out.getvalue()


def pdf_library(instead: str) -> Any:
    """Return WeasyPrint.

    Raises
    ------
    MappingError
        It or Pango is not installed here; the text says how to install them, or to do something ``instead``.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # OSError: the library is there, and Pango is not
        raise MappingError(MISSING.format(instead=instead, error=error)) from error
    return weasyprint


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report fetches nothing, and this would be fetched: {url}")
