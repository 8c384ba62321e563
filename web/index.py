"""The index that the list's search looks through: folded words of each service, as a script file.

A script runs from a disk too, where a page may not fetch a file; and what is typed never leaves the page.
"""

import json

from mapping.fold import skeleton
from web.edition import Edition


def script(edition: Edition, language: str) -> bytes:
    """Return the index: for each service its folded words, id, name, organization, place and number."""

    def make() -> bytes:
        rows = []
        languages = edition.area.languages
        other = {tried: edition.entries(tried) for tried in languages}
        for entry in edition.entries(language).values():
            if entry.status in ("inactive", "defunct"):
                continue
            made = edition.card(entry, language)
            said = {entry.name, entry.organization.name, *entry.organization.other_names, made.where, *made.types}
            for tried in languages:
                same = other[tried][entry.id]
                said |= {same.name, same.organization.name}
                said |= {str(label) for label in edition.card(same, tried).types}
                said.add(edition.card(same, tried).where)
            words = sorted({word for text in said for word in skeleton(text).split()})
            call = made.calls[0] if made.calls else None
            rows.append(
                [" ".join(words), entry.id, str(made.name), entry.organization.name, made.where,
                 call.dial if call else "", call.shown if call else ""]
            )  # fmt: skip
        return f"ROHNAMO_INDEX={script_json(rows)};\n".encode()

    return edition.keep(("index", language), make)


def script_json(value: object) -> str:
    """Write JSON that may stand in a script file, and in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
