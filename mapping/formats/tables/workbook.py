"""The flat workbook: one row a service at its place, to be edited in any spreadsheet program and sent back.

Written in a language of the area, with lists to choose from, a sheet that explains every column and one that says what
the file is. What comes back is recognised by its headings, in any language; `mapping.intake.roundtrip.workbook` takes
it in.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mapping.area.geocode import locate
from mapping.area.study_area import StudyArea
from mapping.column_map import UNNAMED, ColumnMap, Returned
from mapping.formats import Sheet
from mapping.formats.tables._flat import LISTED, Terms, pairs, terms
from mapping.formats.tables._workbook_columns import (
    AUDIENCE_LABELS,
    COLUMNS,
    DICTIONARY,
    README,
    SERVICES,
    YES_NO,
    WorkbookColumn,
    check_of,
    headings,
    labels,
    language_of,
)
from mapping.language import languages
from mapping.language.i18n import Message, translate
from mapping.language.spreadsheet import neutral
from mapping.language.taxonomy import Vocabulary
from mapping.view.view import Entry, Hours, ServicePlace, View

SUFFIX = ".xlsx"
LABEL = Message("A workbook to look through, edit and send back: one row a service (Excel)")
FILE = "list.xlsx"
TRANSLATED = True

EMPTY_ROWS = 1000
"""Rows below the last that have the same lists and formats."""

WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def columns(sheets: Sequence[Sheet], area: StudyArea) -> ColumnMap | None:
    """Recognise a flat workbook or its template in any language, and return the map of its columns."""
    for sheet in sheets:
        for row in sheet.rows[:25]:
            names = [str(cell) for cell in row if cell not in (None, "")]
            language = (
                language_of(names, dict.fromkeys((*languages.codes(), *area.languages)))
                if len(names) > len(COLUMNS) // 2
                else None
            )
            if language is not None:
                return _map(sheet.name, language, headings(language, names))
    return None


def _map(sheet: str, language: str, heads: dict[str, str]) -> ColumnMap:
    # a text is in the language of the workbook; names of bodies stand in whatever language they have
    fields = {
        f"{column.field}.{language}" if column.key == "description" else column.field: [heads[column.key]]
        for column in COLUMNS
        if column.field
    }
    return ColumnMap(
        source=UNNAMED,
        name="Flat workbook",
        fields=fields,
        sheets={"only": [sheet] if sheet else []},  # type: ignore[arg-type]
        header={"has": heads["id"]},  # type: ignore[arg-type]
        ignored=[heads["id"], heads["place_id"], heads["name"], heads["check"]],
        rows={"least": 0},  # type: ignore[arg-type]
        markings={label.into(language): audience for audience, label in AUDIENCE_LABELS.items()},  # type: ignore[misc]
        returned=Returned(language=language, columns={column.key: heads[column.key] for column in COLUMNS}),
    )


def write(view: View, path: str | Path, *, area: StudyArea, language: str) -> None:
    """Write the services of a view as a workbook in a language."""
    view.require_area(area)
    places = list(pairs(view, language))
    rows = []
    for number, (entry, place) in enumerate(places, 1):
        row = cells(entry, place, area, language)
        if view.audience == "public":
            row["marking"] = AUDIENCE_LABELS["public"].into(language)
        texts = {key: value.isoformat() if isinstance(value, dt.date) else str(value) for key, value in row.items()}
        row["check"] = check_of(texts, number, len(places), view.audience)
        rows.append(row)
    write_workbook(path, rows, area=area, language=language, about=terms(view, area))


def cells(entry: Entry, place: ServicePlace | None, area: StudyArea, language: str) -> dict[str, Any]:
    """Return the cells of a service at a place, in the words of a language; what is unknown is left out."""
    where = place or ServicePlace("")
    row: dict[str, Any] = {
        "id": entry.id,
        "place_id": where.id,
        "organization": entry.organization.name,
        "types": _terms("service_types", entry.types, language),
        "name": entry.name,
        "description": entry.description,
        "serves": LISTED.join(filter(None, (_terms("beneficiaries", entry.serves, language), *entry.serves_notes))),
        "excludes": LISTED.join(
            filter(None, (_terms("beneficiaries", entry.excludes, language), *entry.excludes_notes))
        ),
        "languages": _terms("languages", entry.languages, language),
        "phones": LISTED.join(
            phone.number + (f" ext. {phone.extension}" if phone.extension else "") for phone in entry.phones
        ),
        "email": entry.email,
        "url": entry.url,
        "hours": hours_text(entry.hours, language),
        "fees": entry.fees,
        "documents": LISTED.join(entry.documents),
        "status": _terms("statuses", (entry.status,), language),
        "covers": LISTED.join(unit_name(code, area, language) for code in entry.covers),
        "place_name": where.name,
        "address": where.address,
        "city": where.city,
        "area_unit": unit_name(where.area_unit, area, language) if where.area_unit else "",
        "country": where.country or "",
        "latitude": where.latitude,
        "longitude": where.longitude,
        "accessible": where.accessibility if where.step_free is None else YES_NO[where.step_free].into(language),
        "verified_on": entry.verified_on,
        "verified_how": _terms("verification", (entry.verification_level,), language),
    }
    return {key: value for key, value in row.items() if value not in (None, "")}


def _terms(name: str, codes: Iterable[str], language: str) -> str:
    known = Vocabulary.load(name)
    return LISTED.join(str(known.label(code, language)) if code in known else code for code in codes)


def unit_name(code: str, area: StudyArea, language: str) -> str:
    """Return the name of a unit where it means this unit and no other, else its code."""
    if code not in area.all_units():
        return code
    name = area.label(code, language)
    return name if locate(area, unit=name).unit == code else code


def hours_text(hours: Iterable[Hours], language: str) -> str:
    """Write hours as people and `mapping.language.parsers.hours` read them: "Mon-Fri 08:00-17:00; Sat 24/7"."""
    names = languages.language(language).weekdays
    spans = []
    for span in hours:
        places = [place for place, day in enumerate(WEEK) if day in span.days and not span.rare]
        if span.all_day and len(places) == len(WEEK):
            spans.append("24/7")
        elif span.opens and span.closes and places:
            whole = len(places) > 2 and places == list(range(places[0], places[-1] + 1))
            days = f"{names[places[0]]}-{names[places[-1]]}" if whole else ",".join(names[place] for place in places)
            spans.append(f"{days} {span.opens}-{span.closes}")
        elif span.rare and span.opens and span.closes:
            spans.append(f"{span.rare.words(language)} {span.opens}-{span.closes}")
        elif span.note:
            spans.append(span.note)
    return LISTED.join(dict.fromkeys(spans))


def allowed(area: StudyArea, language: str) -> dict[str, list[str]]:
    """Return what may be chosen in each list, in the words of a language."""
    sensitive = {
        term.code
        for term in Vocabulary.load("beneficiaries").terms()
        if term.sensitive and term.code not in area.settings.sensitive_allowed
    }
    words = {
        name: [str(term.label(language)) for term in Vocabulary.load(name).terms() if term.code not in sensitive]
        for name in ("beneficiaries", "languages", "documents", "statuses", "verification")
    }
    types = Vocabulary.load("service_types").terms()
    words["service_types"] = [str(term.label(language)) for term in types if term.parent]
    words["units"] = [unit_name(code, area, language) for code in area.all_units()]
    words["countries"] = sorted({area.code, *area.settings.country_names})
    words["yes_no"] = [label.into(language) for label in YES_NO.values()]
    words["audiences"] = [label.into(language) for label in AUDIENCE_LABELS.values()]
    return {name: list(dict.fromkeys(column_words)) for name, column_words in words.items()}


def write_workbook(
    path: str | Path, rows: Sequence[dict[str, Any]], *, area: StudyArea, language: str, about: Terms | None
) -> None:
    """Write rows into a workbook with lists, explanations and terms of use; without ``about`` it is a template."""
    import xlsxwriter

    lists = allowed(area, language)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        day = dt.date.fromisoformat(about.edition) if about else dt.date(2000, 1, 1)
        book.set_properties(
            {
                "title": translate("Services list", language),
                "author": "Rohnamo",
                "comments": f"{about.attribution}; {about.licence}" if about else "",
                "created": dt.datetime.combine(day, dt.time()),
            }
        )
        first = book.add_worksheet(README.into(language))
        main = book.add_worksheet(SERVICES.into(language))
        explained = book.add_worksheet(DICTIONARY.into(language))
        hidden = book.add_worksheet("lists")
        ranges = _write_lists(hidden, lists)
        _write_rows(book, main, rows, ranges, language)
        _write_dictionary(book, explained, lists, area, language)
        _write_readme(book, first, area, language, about)
        main.activate()
        main.set_first_sheet()


def _write_lists(sheet: Any, lists: dict[str, list[str]]) -> dict[str, str]:
    ranges = {}
    for column, (name, words) in enumerate(lists.items()):
        letter = chr(ord("A") + column)
        for row, word in enumerate(words):
            sheet.write_string(row, column, neutral(word))
        ranges[name] = f"=lists!${letter}$1:${letter}${max(len(words), 1)}"
    sheet.hide()
    return ranges


def _write_rows(book: Any, sheet: Any, rows: Sequence[dict[str, Any]], ranges: dict[str, str], language: str) -> None:
    """Write headings and rows: texts as texts, so that no program takes a phone for a number."""
    top = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    head, fixed_head = (book.add_format(top | {"bg_color": colour}) for colour in ("#DDE7EA", "#D9D9D9"))
    formats = {
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "0.000000", "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        "fixed": book.add_format({"num_format": "@", "font_color": "#808080", "bg_color": "#F2F2F2", "valign": "top"}),
    }
    heads = labels(language)
    for place, column in enumerate(COLUMNS):
        form = formats[column.kind]
        sheet.set_column(place, place, column.width, form)
        sheet.write_string(0, place, heads[column.key], fixed_head if column.kind == "fixed" else head)
        _offer(sheet, place, column, ranges, len(rows) + EMPTY_ROWS, language)
        for line, row in enumerate(rows, 1):
            value = row.get(column.key)
            if isinstance(value, dt.date):
                sheet.write_datetime(line, place, value, form)
            elif isinstance(value, int | float):
                sheet.write_number(line, place, value, form)
            elif value:
                safe = value if column.key == "phones" else neutral(value)  # a text cell is never run
                sheet.write_string(line, place, safe, form)
    sheet.set_row(0, 48)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)


def _offer(sheet: Any, place: int, column: WorkbookColumn, ranges: dict[str, str], last: int, language: str) -> None:
    """Offer a column's list in its cells, or say beside them what belongs there; other words only bring a warning."""
    if column.kind == "fixed":
        return
    message = {
        "ignore_blank": True,
        "input_title": column.label.into(language)[:32],
        "input_message": column.meaning.into(language)[:255],
    }
    if not column.allowed:
        sheet.data_validation(1, place, last, place, {"validate": "any"} | message)
        return
    rule: dict[str, Any] = {"validate": "list", "source": ranges[column.allowed], "error_type": "warning"}
    if column.several:
        rule |= {"show_error": False}
    sheet.data_validation(1, place, last, place, rule | message)


def _write_dictionary(book: Any, sheet: Any, lists: dict[str, list[str]], area: StudyArea, language: str) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for place, (title, width) in enumerate(_titles(language)):
        sheet.set_column(place, place, width, wrap)
        sheet.write_string(0, place, title, bold)
    for line, column in enumerate(COLUMNS, 1):
        words = lists[column.allowed] if column.allowed else []
        several = translate("several, with ; between them", language) if column.several else ""
        shown = LISTED.join(words[:60]) + (" …" if len(words) > 60 else "")
        texts = (
            column.label.into(language),
            column.meaning.into(language),
            example(column, lists, area, language),
            " · ".join(filter(None, (several, shown))),
        )
        for place, text in enumerate(texts):
            sheet.write_string(line, place, neutral(text), wrap)
    sheet.freeze_panes(1, 0)


def _titles(language: str) -> Iterator[tuple[str, int]]:
    titles = (
        (Message("Column"), 28),
        (Message("What it means"), 50),
        (Message("Example"), 30),
        (Message("Allowed"), 80),
    )
    return ((title.into(language), width) for title, width in titles)


def example(column: WorkbookColumn, lists: dict[str, list[str]], area: StudyArea, language: str) -> str:
    """Return an example of what stands in a column."""
    if column.example or column.kind == "fixed":
        return column.example
    if column.allowed:
        words = lists[column.allowed]
        return LISTED.join(words[:2]) if column.several else words[0]
    west, south, east, north = area.bounds
    days = languages.language(language).weekdays
    by_key = {
        "latitude": f"{(south + north) / 2:.4f}",
        "longitude": f"{(west + east) / 2:.4f}",
        "hours": f"{days[0]}-{days[4]} 08:00-17:00; {days[5]} 09:00-12:00",
        "fees": translate("Free", language),
        "phones": "+000 00 000 00 00; 0000",
    }
    return by_key.get(column.key, "")


def _write_readme(book: Any, sheet: Any, area: StudyArea, language: str, about: Terms | None) -> None:
    bold, wrap = book.add_format({"bold": True, "font_size": 14}), book.add_format({"text_wrap": True, "valign": "top"})
    warn = book.add_format({"bold": True, "font_color": "#9C1C2C", "text_wrap": True})
    sheet.set_column(0, 0, 100, wrap)
    lines = [(Message("Services of {area}", area=dict(area.name)), bold)]
    if about is not None and about.audience != "public":
        restricted = Message(
            "Restricted: for {who}. Give this file to nobody else, and delete it when you are done.",
            who=AUDIENCE_LABELS[about.audience],
        )
        lines.append((restricted, warn))
    lines += [(text, wrap) for text in (*(_terms_of_use(about) if about else (WRITE_ROWS,)), *EXPLAINED)]
    for line, (text, form) in enumerate(lines):
        sheet.write_string(line, 0, neutral(text.into(language)), form)


WRITE_ROWS = Message("Write one row for each service at each place, and send the file back.")
EXPLAINED = (
    Message("A new service is a new row below the last one, with the first two cells left empty."),
    Message("Small lists open in the cells. Where several words may stand, write them with ; between them."),
    Message("The sheet Columns explains every column. Never write anything about people who were helped."),
)


def _terms_of_use(about: Terms) -> Iterator[Message]:
    yield Message("Edition of {day}.", day=dt.date.fromisoformat(about.edition))
    yield Message("Licence: {licence}. Name us as: {name}", licence=about.licence, name=about.attribution)
    yield Message(
        "Change what is wrong in the cells, and send the file back. Leave alone what is right: only "
        "cells that you changed are read."
    )
    yield Message("An emptied cell takes out what stood there. A deleted row takes out nothing: it is asked about.")
