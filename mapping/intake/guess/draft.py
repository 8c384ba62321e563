"""Write a guessed column map down as a draft to go on from, and list the words that a person is to teach.

A draft names every column with what it was taken for, those that nobody could guess, and the markings that were seen,
all of them for custodians.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from mapping.area.geocode import find_unit, units_served
from mapping.area.study_area import StudyArea
from mapping.column_map import FIELDS
from mapping.formats import Sheet
from mapping.intake.guess.cells import is_known
from mapping.intake.guess.column_map import PASSED, Guessed, guessed, source_code
from mapping.language import parsers


def drafted(sheets: Sequence[Sheet], file: str, area: StudyArea) -> str:
    """Write what can be guessed of a list as a column map (TOML) to go on from, each line with its reason.

    No cell of the list stands in it but markings and unknown words for kinds of help, which a map must name.

    Raises
    ------
    FormatError
        When no row looks like the names of columns.
    """
    guess = guessed(sheets, area)
    stem = re.sub(r"\.\w+$", "", file)
    plain = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-")
    short = plain if stem.isascii() and plain else source_code(stem)
    private = f"{_list(guess.private)}    # remarks: looked at for words such as 'do not publish', never kept"
    lines = [
        f"# Draft of a column map for {file}, guessed. Read every line; docs/importing.md explains the keys.",
        f"source = {_text(short)}    # short name of the sender: choose it now, it never changes",
        f"name = {_text(stem)}",
        'licence = ""',
        *_rows(guess, sheets),
        f"private = {private if guess.private else '[]'}",
        *_ignored(guess),
        "",
        "[fields]    # field = column; the fields are listed in docs/importing.md",
        *(_field(guess, name, columns) for name, columns in guess.fields.items()),
    ]
    if guess.shape == "place":
        lines += _table("services", "column = kind of help that it says yes or no to", guess.services)
    lines += ["", "[constants]    # the same for every row"]
    marking, precision = guess.columns("marking"), guess.columns("precision")
    if not marking:
        lines.append('marking = "all"    # no column says who may see a row: all are alike')
    if guess.asks_kind:
        lines.append(f'# service = "..."    # TO BE DECIDED: {ALL_ROWS}')
    why = "the sender's word = public, partner, focal_point or custodian; two people approve it"
    words = guess.seen[marking[0]].words if marking else ["all"]
    lines += _table("markings", why, dict.fromkeys(words, "custodian"))
    if precision:
        words = guess.seen[precision[0]].words
        lines += _table("precisions", "the sender's word = exact, area or none", dict.fromkeys(words, "none"))
    if unknown := unknown_words(guess, area).get("service", ()):
        why = "words that we do not know: write a code of mapping/language/terms/service_types.csv"
        lines += ["", f"[words.service]    # {why}"]
        lines += [f'# {_text(word)} = "..."    # in {count} cells' for word, count in unknown]
    return "\n".join(lines) + "\n"


ALL_ROWS = "all rows are of which kind of help? a code of mapping/language/terms/service_types.csv"


def _rows(guess: Guessed, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield what a row is, how many are to be expected, in which sheets, and below what header."""
    count, header = guess.count, guess.header
    if guess.shape != "service":
        why = "a row is a place; columns say which services are there"
        why = "TO BE DECIDED: it looks so; a row is no service" if guess.other else why
        yield f"shape = {_text(guess.shape)}    # {why}"
    if guess.key:
        yield f"key = {_text(guess.key)}    # the sender's own number of a row"
    else:
        yield '# key = "..."    # a column with the sender\'s own number, if there is one'
    bounds = f"least = {max(1, count * 8 // 10)}, most = {count * 5 // 4 + 10}, refused = {max(20, count // 10)}"
    yield f"rows = {{ {bounds} }}    # {count} rows are there now"
    if guess.sheet.name:
        others = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in guess.sheets]
        yield f"sheets = {{ only = {_list(guess.sheets)}}}" + (f"    # left out: {', '.join(others)}" if others else "")
    more = f", rows = {header.rows}" if header.rows > 1 else ""
    more += f", skip_after = {header.skip_after}" if header.skip_after else ""
    row = guess.sheet.first_row + guess.top
    yield f"header = {{ has = {_text(header.has)}{more} }}    # the row of names, row {row}"
    yield "skip = { fewer_cells = 2 }    # rows of one cell are headings of parts"


def _ignored(guess: Guessed) -> Iterator[str]:
    """Yield the columns that are to be decided, with what they look like and never what stands in them."""
    unread = [name for name in guess.open if name not in guess.private]
    if unread:
        yield from ("", "# TO BE DECIDED: move each to [fields] or to private, or leave it ignored.")
    yield "ignored = ["
    yield from (f"  {_text(name)},    # says nothing of its own" for name in guess.columns(PASSED))
    for name in unread:
        look = guess.seen[name]
        perhaps = '; says yes and no: perhaps a kind of help, for [services] with shape = "place"'
        about = f"filled in {look.filled} rows, {len(look.counts)} different, up to {look.longest} letters"
        yield f"  {_text(name)},    # {about if look.filled else 'empty'}{perhaps if look.answers else ''}"
    yield "]"


def _field(guess: Guessed, name: str, columns: Sequence[str]) -> str:
    key, shown = _text(name) if "." in name else name, _text(columns[0]) if len(columns) == 1 else _list(columns)
    return f"{key} = {shown}    # {guess.why.get(columns[0], '')}: {FIELDS[name.partition('.')[0]]}"


def _table(name: str, why: str, values: Mapping[str, str]) -> list[str]:
    return ["", f"[{name}]    # {why}", *(f"{_text(name)} = {_text(value)}" for name, value in values.items())]


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


MOST_TAUGHT = 40
"""Words of a field that a person is asked about."""


def unknown_words(guess: Guessed, area: StudyArea) -> dict[str, list[tuple[str, int]]]:
    """Return the words of a list that mean nothing known, by field, each with the number of its cells.

    They are those of kinds of help, of groups and of districts, the most frequent first.
    """
    tests: dict[str, Callable[[str], bool]] = {
        "service": lambda word: is_known("service_types", word),
        "serves": lambda word: is_known("beneficiaries", word) or parsers.says_everybody(word),
        "unit": lambda word: find_unit(area, word).unit is not None or bool(units_served(area, word)),
    }
    words: dict[str, list[tuple[str, int]]] = {}
    for name, known in tests.items():
        counts = Counter[str]()
        for column in guess.fields.get(name, ()):
            for cell, count in guess.seen[column].counts.items():
                text = parsers.for_whom(cell) if name == "serves" else cell
                for part in [text] if name == "unit" else parsers.split_list(text, known=known):
                    counts[part] += 0 if known(part) else count
        words[name] = [(word, count) for word, count in counts.most_common(MOST_TAUGHT) if count]
    return {name: unknown for name, unknown in words.items() if unknown}
