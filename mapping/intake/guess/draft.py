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
from mapping.intake.guess.column_map import Guessed, guessed, source_code
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.taxonomy import match_term


def drafted(sheets: Sequence[Sheet], file: str, area: StudyArea) -> str:
    """Write what can be guessed of a list as a column map (TOML) to go on from, each line with its reason.

    No cell of the list stands in it but markings and unknown words for kinds of help, which a map must name, and what
    a line above the headings says of all rows, but for people.

    Raises
    ------
    FormatError
        When no row looks like the names of columns.
    """
    guess = guessed(sheets, area)
    stem = re.sub(r"\.\w+$", "", file)
    lines = [
        f"# Draft of a column map for {file}, guessed. Read every line; docs/importing.md explains the keys.",
        f"source = {_text(_short(stem))}    # short name of the sender: choose it now, it never changes",
        f"name = {_text(stem)}",
        'licence = ""',
        *_what_a_row_is(guess),
        *_where_rows_are(guess, sheets),
        *_listed("private", guess.private, "remarks: looked at for words such as 'do not publish', never kept"),
        *_open_columns(guess),
        *_fields(guess),
    ]
    if guess.shape == "place":
        lines += _table("services", "column = kind of help that it says yes or no to", guess.services)
    lines += [*_constants(guess), *_markings(guess), *_precisions(guess), *_words(guess)]
    return "\n".join(lines) + "\n"


def _what_a_row_is(guess: Guessed) -> Iterator[str]:
    if guess.other:
        yield f"shape = {_text(guess.other)}    # TO BE DECIDED: it looks so; a row is no service"
    elif guess.shape != "service":
        yield f"shape = {_text(guess.shape)}    # a row is a place; columns say which services are there"
    if guess.key:
        yield f"key = {_text(guess.key[0])}    # the sender's own number of a row"
    else:
        yield '# key = "..."    # a column with the sender\'s own number, if there is one'


def _where_rows_are(guess: Guessed, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield how many rows are to be expected, in which sheets, and below what header."""
    count, header = guess.count, guess.header
    bounds = f"least = {max(1, count * 8 // 10)}, most = {count * 5 // 4 + 10}, refused = {max(20, count // 10)}"
    yield f"rows = {{ {bounds} }}    # {count} rows are there now"
    if guess.sheet.name:
        others = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in guess.sheets]
        note = f"    # left out: {', '.join(others)}" if others else ""
        yield f"sheets = {{ only = [{', '.join(map(_text, guess.sheets))}]}}{note}"
    more = f", rows = {header.rows}" if header.rows > 1 else ""
    more += f", skip_after = {header.skip_after}" if header.skip_after else ""
    row = guess.sheet.first_row + guess.top
    yield f"header = {{ has = {_text(header.has)}{more} }}    # the row of names, row {row}"
    yield "skip = { fewer_cells = 2 }    # rows of one cell are headings of parts"


def _fields(guess: Guessed) -> Iterator[str]:
    yield from ("", "[fields]    # field = column; the fields are listed in docs/importing.md")
    for name, columns in guess.fields.items():
        shown = _text(columns[0]) if len(columns) == 1 else f"[{', '.join(map(_text, columns))}]"
        key, why = _text(name) if "." in name else name, guess.why.get(columns[0], "")
        yield f"{key} = {shown}    # {why}: {FIELDS[name.partition('.')[0]]}"


def _table(name: str, why: str, values: Mapping[str, str]) -> list[str]:
    return ["", f"[{name}]    # {why}", *(f"{_text(name)} = {_text(value)}" for name, value in values.items())]


def _short(stem: str) -> str:
    """Return a short name for a sender from the name of a file."""
    plain = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-")
    return plain if stem.isascii() and plain else source_code(stem)


def _open_columns(guess: Guessed) -> list[str]:
    """List the columns that are to be decided, with what they look like and never what stands in them."""
    passed = [f"  {_text(name)},    # says nothing of its own" for name in guess.passed]
    unread = [name for name in guess.open if name not in guess.private]
    if not unread:
        return ["ignored = [", *passed, "]"] if passed else ["ignored = []"]
    lines = ["", "# TO BE DECIDED: move each to [fields] or to private, or leave it ignored.", "ignored = [", *passed]
    for name in unread:
        column_guess = guess.seen.get(name)
        about = (
            ""
            if column_guess is None
            else column_guess.about
            + (
                '; says yes and no: perhaps a kind of help, for [services] with shape = "place"'
                if column_guess.answers
                else ""
            )
        )
        lines.append(f"  {_text(name)},    # {about}")
    return [*lines, "]"]


def _listed(key: str, names: Sequence[str], why: str) -> list[str]:
    return [f"{key} = [{', '.join(map(_text, names))}]    # {why}"] if names else [f"{key} = []"]


def _constants(guess: Guessed) -> Iterator[str]:
    """Write what is the same for every row; where no column tells the kind of help, the one question for all rows."""
    yield from ("", "[constants]    # the same for every row")
    if "marking" not in guess.fields:
        yield 'marking = "all"    # no column says who may see a row: all are alike'
    if guess.asks_kind:
        yield f'# service = "{guess.all_rows or "..."}"    # TO BE DECIDED: {ALL_ROWS}'


ALL_ROWS = "all rows are of which kind of help? a code of mapping/language/terms/service_types.csv"


def _markings(guess: Guessed) -> list[str]:
    """Write the table of markings: every one that was seen, for custodians until two people say otherwise."""
    column = next(iter(guess.fields.get("marking", ())), None)
    words = ["all"] if column is None else sorted(word for word in guess.seen[column].words if word)
    why = "the sender's word = public, partner, focal_point or custodian; two people approve it"
    return _table("markings", why, dict.fromkeys(words, "custodian"))


def _precisions(guess: Guessed) -> list[str]:
    """Write the table of how closely a place may be shown: nowhere until the sender's words are understood."""
    column = next(iter(guess.fields.get("precision", ())), None)
    if column is None:
        return []
    return _table(
        "precisions", "the sender's word = exact, area or none", dict.fromkeys(guess.seen[column].words, "none")
    )


def _words(guess: Guessed) -> list[str]:
    """Write the words for kinds of help that nobody knows."""
    unknown: Counter[str] = Counter()
    for column in guess.fields.get("service", ()):
        unknown += guess.seen[column].unknown
    if not unknown:
        return []
    lines = [
        "",
        "[words.service]    # words that we do not know: write a code of mapping/language/terms/service_types.csv",
    ]
    return lines + [f'# {_text(word)} = "..."    # in {count} rows' for word, count in unknown.most_common(40)]


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


MOST_TAUGHT = 40
"""Words of a field that a person is asked about."""


def unknown_words(guess: Guessed, area: StudyArea) -> dict[str, list[tuple[str, int]]]:
    """Return the words of a list that mean nothing known, by field, each with the number of its cells.

    They are those of kinds of help, of groups and of districts, the most frequent first.
    """
    tests: dict[str, Callable[[str], bool]] = {
        "service": lambda word: bool(match_term("service_types", word) or composed("service_types", word).codes),
        "serves": lambda word: bool(
            match_term("beneficiaries", word) or composed("beneficiaries", word).codes or parsers.says_everybody(word)
        ),
        "unit": lambda word: find_unit(area, word).unit is not None or bool(units_served(area, word)),
    }
    words: dict[str, list[tuple[str, int]]] = {}
    for name, known in tests.items():
        counts: Counter[str] = Counter()
        for column in guess.fields.get(name, ()):
            for cell, count in guess.seen[column].counts.items():
                text = parsers.for_whom(cell) if name == "serves" else cell
                for part in [text] if name == "unit" else parsers.split_list(text, known=known):
                    counts[part] += 0 if known(part) else count
        words[name] = [(word, count) for word, count in counts.most_common(MOST_TAUGHT) if count]
    return {name: unknown for name, unknown in words.items() if unknown}
