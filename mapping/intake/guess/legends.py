"""What a list explains of its own short words: "КЦ – консультация юриста", "1 = да", a table of numbers and items."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from mapping.column_map import fold_header
from mapping.formats import Sheet
from mapping.intake.guess.shapes import answer_of
from mapping.intake.rows import texts_of
from mapping.language.taxonomy import checklist_item, match_term

LONGEST = 300
"""Letters of the meaning of a short word at most."""

LONGEST_INITIALS = 4
"""Letters of what is rather an abbreviation than a word."""

ENDS, SHORT_SHEET = 30, 300
"""Rows at either end of a sheet where a legend may stand, and the rows of a sheet that may be one as a whole."""

_SHORT = r"[^\W_]{1,8}(?:\.\d{1,2}){0,2}|[+\-–±✓✔✗✘]"
_EXPLAINED = re.compile(
    rf"(?:^|[\s;,(:])({_SHORT})\s{{0,9}}(?:\s[-–—]\s|=|:\s|–|—)\s{{0,9}}([^;,=\n]{{3,300}}?)\s{{0,9}}(?=[;,\n)]|\.\s|\.?$)"
)
_JOINT = re.compile("[-–—=:]")
"""A sign without which `_EXPLAINED` finds nothing; most cells have none."""
_BESIDE = re.compile(r"([^\W\d_][^()]{3,80}?)\s*\(([^\W\d_]{2,6})\)")


def _code(taxonomy: str, text: str) -> str | None:
    match = match_term(taxonomy, text)
    return match.code if match else None


MEANINGS: dict[str, Callable[[str], str | None]] = {
    "service": lambda text: _code("service_types", text),
    "serves": lambda text: _code("beneficiaries", text),
    "standard": checklist_item,
    "answer": answer_of,
}
"""Field -> what a text means in it, None where it is no word of the field."""

TAXONOMIES = {"service": "service_types", "serves": "beneficiaries", "standard": "standards", "answer": "answers"}
"""Field of `MEANINGS` -> the taxonomy that its codes are of."""


def legends(sheets: Sequence[Sheet]) -> dict[str, dict[str, str]]:
    """Return the short words that a list explains: field -> short word, folded -> what it stands for.

    Only what the meaning says in words that are known counts, and what is explained in one way only.
    """
    explained: dict[str, set[str]] = defaultdict(set)
    for short, meaning in _pairs(sheets):
        if len(meaning) > len(short):
            explained[fold_header(short)].add(meaning)
    taught: dict[str, dict[str, str]] = {name: {} for name in MEANINGS}
    for short, meanings in explained.items():
        for name, code_of in MEANINGS.items():
            codes = {code for meaning in meanings if (code := code_of(meaning)) is not None}
            if len(codes) == 1 and code_of(short) not in codes and not _is_word(short, code_of):
                taught[name][short] = codes.pop()
    return {name: words for name, words in taught.items() if words}


def _is_word(short: str, code_of: Callable[[str], str | None]) -> bool:
    """Tell whether a short word is one that everybody knows: "женщины – жертвы ТЛ" in a cell explains no women."""
    initials = len(short) <= LONGEST_INITIALS and short.isupper()
    return not initials and code_of(short) is not None


def _pairs(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    for sheet in sheets:
        rows = sheet.rows if len(sheet.rows) <= SHORT_SHEET else [*sheet.rows[:ENDS], *sheet.rows[-ENDS:]]
        for row in rows:
            texts = [text for text in texts_of(row) if len(text) <= LONGEST]
            if len(texts) == 2 and re.fullmatch(_SHORT, texts[0].strip(" .)")):
                yield texts[0].strip(" .)"), texts[1]
            for text in texts:
                if _JOINT.search(text):
                    yield from ((match[1], match[2]) for match in _EXPLAINED.finditer(text) if _stands_alone(match))
                if "(" in text:
                    yield from ((short, long) for long, short in _BESIDE.findall(text) if _are_initials(short, long))


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell whether what is explained ends no name: "Migration Fund – contact for returns" explains no word."""
    before = match.string[: match.start(1)].rstrip()
    return not before[-1:].isalnum() or match[1].upper() == match[1]


def _are_initials(short: str, long: str) -> bool:
    """Tell whether a short word is made of the first letters of the last words before it.

    >>> _are_initials("ТД", "круглосуточный телефон доверия"), _are_initials("РТ", "телефон доверия")
    (True, False)
    """
    letters = [word[0] for word in re.findall(r"[^\W\d_]+", long)]
    return "".join(letters[-len(short) :]).casefold() == short.casefold()
