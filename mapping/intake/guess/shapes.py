"""Tell lists whose rows are no services: activities, agreements, answers to a checklist, counts of cases."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain, zip_longest
from typing import Literal

from mapping.column_map import fold_header
from mapping.formats import Sheet
from mapping.intake.guess.headings import field_of, is_named
from mapping.intake.rows import texts_of, written
from mapping.language import parsers
from mapping.language.fold import alternatives, skeleton, tokens, words_for
from mapping.language.languages import word_rows
from mapping.language.taxonomy import checklist_item, match_listed

OtherShape = Literal["activity", "agreement", "assessment", "case"]
"""Shapes of lists whose rows are no services."""

LOOKED_AT = 100
"""Rows whose cells are looked at."""


@cache
def _telling(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words by which headings tell of something, and the beginnings of such words."""
    lists = word_rows().keys()
    words, stems = (words_for(own) if own in lists else frozenset[str]() for own in (name, f"{name} stems"))
    return words, stems


def _tells(name: str, text: str) -> bool:
    """Tell whether a heading speaks of something, by the word lists of that name.

    >>> _tells("parties", "Направляющая организация"), _tells("parties", "Телефон"), _tells("years", "in 2024")
    (True, False, True)
    """
    words, stems = _telling(name)
    padded = f" {skeleton(text)} "
    return (
        (name == "years" and YEAR.search(text) is not None)
        or (name == "parties" and is_named(text, ("from", "to", "parties")))
        or any(f" {word} " in padded for word in words)
        or any(f" {stem}" in padded for stem in stems)
    )


YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def other_shape(sheet: Sheet, first: int) -> OtherShape | Literal[""]:
    """Return the shape of a list whose rows are no services, by what stands above row ``first``; else nothing."""
    above = [fold_header(written(cell)) for row in sheet.rows[:first] for cell in row if cell not in (None, "")]
    parties, papers = (sum(_tells(name, text) for text in above) for name in ("parties", "agreements"))
    if not papers:
        papers = _tells("agreements", sheet.name)
    columns = [texts_of(column) for column in zip_longest(*sheet.rows[first : first + LOOKED_AT], fillvalue="")]
    parties += 2 * any(map(names_two, columns))
    if (parties > 1 and papers) or (parties and papers > 1):
        return "agreement"
    answered = any(_tells("answers", text) for text in above) or sum(map(is_answer, above)) > 1
    answered = answered or sum(map(scores, columns)) > 1
    if (
        (answered and any(_tells("standards", text) for text in above))
        or sum(map(is_item, above)) > 1
        or len(_answered_items(sheet, first, columns)) > 1
        or any(map(holds_items, columns))
    ):
        return "assessment"
    if all(any(_tells(name, text) for text in above) for name in ("activities", "times", "participants")):
        return "activity"
    dated = any(_tells("years", text) for text in above) and not any(field_of(text) == "organization" for text in above)
    counted = any(_tells("victims", text) for text in above) or any(map(_is_measure, chain(*columns)))
    return "case" if dated and counted else ""


def _answered_items(sheet: Sheet, first: int, columns: Sequence[Sequence[str]]) -> list[str]:
    """Return the headings that are numbers of items, "Standard 1.2", over columns of answers alone."""
    heads = [[written(row[place]) for row in sheet.rows[:first] if place < len(row)] for place in range(len(columns))]
    answered = [texts for texts, column in zip(heads, columns, strict=True) if column and all(map(answer_of, column))]
    return [text for texts in answered for text in texts if item_number(text)]


def item_number(text: str) -> str:
    """Return the number of an item that a heading is, with the word for it: "Стандарт 3"; empty for any other.

    >>> item_number("Стандарт 3"), item_number("Standard 1.2"), item_number("3"), item_number("Item of the list")
    ('3', '1.2', '', '')
    """
    match = _ITEM_NUMBER.fullmatch(text.strip())
    return match[1] if match else ""


_ITEM_NUMBER = re.compile(rf"{alternatives('item of a checklist')}\W*(\d{{1,3}}(?:\.\d{{1,2}})*)\W*", re.I)


def holds_items(texts: Sequence[str]) -> bool:
    """Tell whether most cells are items of the checklist."""
    return sum(map(is_item, texts)) * 2 > len(texts)


def is_item(text: str) -> bool:
    """Tell whether a text is the code or the wording of an item of the checklist."""
    return checklist_item(text) is not None


def scores(texts: Sequence[str]) -> bool:
    """Tell whether the cells of a column are scores: few small numbers that come again, not those that count the rows.

    >>> scores(["2", "1", "2", "н/п"]), scores(["1", "2", "3", "4"]), scores(["14", "12", "14"])
    (True, False, False)
    """
    numbers = [text for text in texts if re.fullmatch("[0-5]", text)]
    return 2 < len(texts) <= 2 * len(numbers) and len({*numbers}) < len(numbers)


def names_two(texts: Sequence[str]) -> bool:
    """Tell whether most cells say between whom something is: "меморандум между А и Б"."""
    between = words_for("between")
    return 2 * sum(bool(between & {*tokens(text)}) for text in texts) > len(texts)


def answer_of(text: str) -> str | None:
    """Return the answer to an item that a text is, None for no answer."""
    try:
        return parsers.answer(text)
    except parsers.Unreadable:
        return None


def is_answer(text: str) -> bool:
    """Tell whether a heading is itself an answer to an item, under which a tick stands."""
    return bool(answer_of(text)) and any(map(str.isalpha, text))


def _is_measure(text: str) -> bool:
    """Tell whether a text says what is counted in case figures."""
    return match_listed("case_measures", text) is not None
