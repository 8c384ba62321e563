"""Web pages and tables in text under the ending of a workbook, as some programs write them: refused with advice."""

import re
from pathlib import Path

from mapping.formats import refusal

NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|meta|style|table|div|\?xml)\b", re.I)
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
"""What stands at the beginning of a text in Unicode."""


def require_no_page(path: Path) -> bytes:
    """Refuse a web page; return the beginning of the file.

    Raises
    ------
    FormatError
        It is one.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if PAGE.match(start.replace(b"\0", b"").lstrip(b"".join(MARKS))):
        raise refusal(
            "{path}: is a web page, whatever its ending; open it in a spreadsheet and save it as .xlsx", path=path
        )
    return start


def require_no_text(path: Path) -> None:
    """Refuse a web page or a table in text, in whatever encoding.

    Raises
    ------
    FormatError
        It is one of them.
    """
    start = require_no_page(path)
    if start.startswith(MARKS) or (start and not NOT_TEXT.search(start)):
        raise refusal("{path}: is a table in text and no workbook; give it the ending .csv", path=path)
