"""Files under the ending of a workbook that are none: web pages, and tables in text, as many programs write them."""

import re
from pathlib import Path

from mapping.errors import FormatError
from mapping.language.i18n import Message

NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text has."""

PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|meta|style|table|div|\?xml)\b", re.I)


def is_text(path: Path) -> bool:
    """Tell whether a file holds text, in whatever encoding."""
    with path.open("rb") as file:
        start = file.read(4096)
    return start.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or (bool(start) and not NOT_TEXT.search(start))


def require_no_page(path: Path) -> None:
    """Refuse a web page.

    Raises
    ------
    FormatError
        It is one.
    """
    with path.open("rb") as file:
        start = file.read(4096).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if PAGE.match(start):
        raise FormatError(
            Message(
                "{path}: is a web page, whatever its ending; open it in a spreadsheet and save it as .xlsx", path=path
            )
        )


def require_no_text(path: Path) -> None:
    """Refuse a web page or a table in text.

    Raises
    ------
    FormatError
        It is one of them.
    """
    require_no_page(path)
    if is_text(path):
        raise FormatError(Message("{path}: is a table in text and no workbook; give it the ending .csv", path=path))
