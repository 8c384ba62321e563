"""Static files: the scripts and styles that come with the portals, and what their addresses say of them.

Browsers keep them for a day, and what the search and the map load for some minutes. So that a script of one version
never meets a page, an index or another script of the next, each of their addresses ends with `VERSION`: what a browser
kept of another version has another address. Web servers and disks pass over it; the names of files stay as they are.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from mapping.language.rules import FOR_BROWSERS
from mapping.resources import checksum
from web.headers import kept_for

FOLDER = Path(__file__).parent / "static"
OF_MAPS = Path(__file__).parents[1] / "mapping" / "render" / "static"


def _names(folder: Path) -> Iterator[str]:
    for above, _, names in os.walk(folder, followlinks=True):
        yield from ((Path(above) / name).relative_to(folder).as_posix() for name in names)


NAMES = frozenset(_names(FOLDER))
"""Name of each file within the folder: nothing else is sent from there, whatever is asked for."""


RULES_FIRST = "fold.js"
"""The script before which the rules stand that it goes by, and all that search after it."""
RULES = f"ROHNAMO_RULES={json.dumps(FOR_BROWSERS, ensure_ascii=False, separators=(',', ':'))};\n".encode()


def contents(name: str) -> bytes:
    """Return what browsers are sent of a file within the folder."""
    return (RULES if name == RULES_FIRST else b"") + (FOLDER / name).read_bytes()


def _version() -> str:
    whole = hashlib.sha256(RULES)
    for folder in (FOLDER, OF_MAPS):
        for name in sorted(_names(folder)):
            whole.update(f"{name} {checksum(folder / name)}\n".encode())
    return whole.hexdigest()[:8]


VERSION = _version()
"""A text that is another as soon as one of the files is."""


def marked(path: str) -> str:
    """Return a path of the site as links have it: with the version where browsers keep what is there."""
    return path if kept_for(f"/{path}") == "no-store" else f"{path}?{VERSION}"
