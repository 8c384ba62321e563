"""Cells that are safe to open in a spreadsheet."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Return a text that a spreadsheet shows and never runs: an apostrophe before what it would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def plain(text: str) -> str:
    """Return a text as it was before `neutral`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text
