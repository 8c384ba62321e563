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
from mapping.intake.guess.shaped import BY_NUMBER
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
    guess = guessed(sheets, area, to_draft=True)
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
    for name, choices in guess.choices.items():
        lines += _table(
            f"choices.{name}", "column = what a yes in it stands for; nothing where it says it itself", choices
        )
    if guess.shape == "place":
        lines += _table("services", "column = kind of help that it says yes or no to", guess.services)
    for column, values in guess.headings.items():
        lines += _table(f"headings.{_text(column)}", "what its heading says of the cells below", values, key=str)
    if guess.standards:
        numbered_only = any(guess.why.get(name) == BY_NUMBER for name in guess.standards)
        why = "column with answers = item of the checklist" + (f", {BY_NUMBER}" if numbered_only else "")
        lines += _table("standards", why, guess.standards)
    lines += [*_markings(guess), *_precisions(guess), *_words(guess)]
    return "\n".join(lines) + "\n"


def _what_a_row_is(guess: Guessed) -> Iterator[str]:
    if guess.other:
        yield f"shape = {_text(guess.other)}    # TO BE DECIDED: it looks so; a row is no service"
    elif guess.shape == "repeat":
        yield 'shape = "repeat"    # its services stand on a sheet of their own'
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
        again = f", children = {_text(guess.children)}" if guess.children else ""
        yield f"sheets = {{ only = [{', '.join(map(_text, guess.sheets))}]{again} }}{note}"
    more = f", rows = {header.rows}" if header.rows > 1 else ""
    more += f", skip_after = {header.skip_after}" if header.skip_after else ""
    row = guess.sheet.first_row + guess.top
    yield f"header = {{ has = {_text(header.has)}{more} }}    # the row of names, row {row}"
    yield "skip = { fewer_cells = 2 }    # rows of one cell are headings of parts"


def _fields(guess: Guessed) -> Iterator[str]:
    yield from ("", "[fields]    # field = column; the fields are listed in docs/importing.md")
    for name in guess.missing:
        yield f'# {name} = "..."    # TO BE DECIDED, here or in [constants]; no row counts without: {FIELDS[name]}'
    if not guess.other and not guess.bodies:
        yield '# organization = "..."    # TO BE DECIDED: the column with the names of bodies; no row counts without'
    for name, columns in guess.fields.items():
        shown = _text(columns[0]) if len(columns) == 1 else f"[{', '.join(map(_text, columns))}]"
        key, why = _text(name) if "." in name else name, guess.why.get(columns[0], "")
        yield f"{key} = {shown}    # {why}: {FIELDS[name.partition('.')[0]]}"


def _table(name: str, why: str, values: Mapping[str, str], key: Callable[[str], str] | None = None) -> list[str]:
    """Write a table of texts; its keys in quotation marks, or as ``key`` writes them."""
    return ["", f"[{name}]    # {why}", *(f"{(key or _text)(name)} = {_text(value)}" for name, value in values.items())]


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


def _markings(guess: Guessed) -> list[str]:
    """Write the table of markings: every one that was seen, for custodians until two people say otherwise."""
    column = next(iter(guess.fields.get("marking", ())), None)
    lines: list[str] = []
    if guess.constants or column is None:
        lines += ["", "[constants]    # the same for every row"]
        lines += [
            f"{name} = {_text(value)}    # by the title: {FIELDS[name]}" for name, value in guess.constants.items()
        ]
    if column is None:
        lines.append('marking = "all"    # no column says who may see a row: all are alike')
        words = ["all"]
    else:
        words = sorted(word for word in guess.seen[column].words if word)
    why = "the sender's word = public, partner, focal_point or custodian; two people approve it"
    return lines + _table("markings", why, dict.fromkeys(words, "custodian"))


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
