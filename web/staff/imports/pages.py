"""Import: upload a list, match its columns, see what it would do, and store it or ask a second person to agree."""

from collections.abc import Iterable, Iterator, Mapping

from flask import redirect, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from mapping.column_map import ColumnMap
from mapping.directory.writing import MOVED, NOT_HELD, Missing
from mapping.errors import FormatError, MappingError, NotFound
from mapping.intake.guess.column_map import KIND, PRIVATE, Guessed
from mapping.intake.guess.draft import unknown_words
from mapping.intake.report import LEVELS
from mapping.language.i18n import Message, show
from mapping.model import ENTRIES, WHOLES, record_id
from mapping.registry import readers
from web.access.guard import me, study_area
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import everything_seen, propose
from web.staff.fields import CHOOSE, NEEDED, TABLES
from web.staff.imports import reading
from web.staff.imports.columns import (
    SHAPES,
    as_chosen,
    column_of_issue,
    in_words,
    map_of,
    marking_words,
    meanings,
    offered,
    questions,
    read_as,
)
from web.staff.imports.reading import (
    IMPORT,
    RESERVED,
    agreed_by_two,
    asked_of,
    first_look,
    has_columns,
    look,
    maps,
    trusted_senders,
    undo_stored,
    uploads,
)
from web.staff.imports.uploads import Upload, save_map, saved_maps
from web.staff.showing import entries_page
from web.staff.visible import body_of, name_of

blueprint = Pages("imports")

UNREADABLE = Message("This file cannot be taken. Below is why; nothing was stored.")
NOT_STORED = Message("Nothing was stored: the list does not fit what is there. Ask an administrator to look at it.")
YES_OR_NO = Message("Yes or no to one kind of help")
ASKED_ANEW = Message("Other columns were chosen. Say below what their words stand for.")
RESERVED_NAME = Message("This short name is kept for the portal itself. Choose another one for the sender.")
MAP_WRONG = Message("The map does not fit; look at the name of the sender and at the columns.")

MOST_SHOWN = 200
"""So many lines of one kind a preview shows."""


@blueprint.form("import", "import.html", menu=(IMPORT, 60))
def begin(language: str) -> ResponseReturnValue:
    """Choose a file, and the map by which it is read."""
    if request.method == "GET":
        return _begin(language)
    sent, saved = request.files.get("file"), saved_maps(maps())
    wrong = {} if request.form.get("map", "") in ("", *saved) else {"map": CHOOSE}
    if not sent or not sent.filename:
        wrong["file"] = NEEDED
    if not sent or wrong:
        return _begin(language, wrong=wrong), 400
    try:
        upload = uploads().keep(me().id, sent.filename or "", sent.read())
    except FormatError as error:
        return _begin(language, why=error.args[0]), 400
    try:
        by_columns = has_columns(upload)
    except FormatError as error:
        return _not_read(language, upload, error)
    if chosen := request.form.get("map"):
        uploads().read_by(upload, saved[chosen][0], fixed=saved[chosen][1])
    elif by_columns:
        found = _first_look(language, upload)
        return _to(language, upload, "columns") if isinstance(found, Guessed) else found
    return _to(language, upload, "preview")


def _first_look(language: str, upload: Upload) -> Guessed | ResponseReturnValue:
    """Guess the columns of a file, or lead past them where it implies its map; one that cannot be read is removed."""
    try:
        found = first_look(upload)
    except (MappingError, ValueError) as error:
        return _not_read(language, upload, error)
    if isinstance(found, Guessed):
        return found
    if upload.columns is None:
        uploads().read_by(upload, found, fixed=True)
    return _to(language, upload, "preview")


def _to(language: str, upload: Upload, name: str) -> ResponseReturnValue:
    return redirect(f"/{language}/i/{upload.token}/{name}.html", code=303)


def _not_read(language: str, upload: Upload, error: Exception) -> ResponseReturnValue:
    why = _reason(error, upload, language)
    uploads().drop(upload)
    return _begin(language, why=why), 400


@blueprint.errorhandler(NotFound)
def gone(_error: NotFound) -> ResponseReturnValue:
    """Say what became of a list that somebody comes back to, with the list of what is still there."""
    return _begin((request.view_args or {})["language"], gone=True), 404


def _begin(language: str, *, why: object = "", **more: object) -> str:
    saved = saved_maps(maps())
    return page(
        "staff/import.html",
        language,
        maps=saved,
        states={name: agreed_by_two(columns) for name, (columns, _) in saved.items()},
        waiting=[(upload, _waits_for(upload)) for upload in uploads().of(me().id)],
        formats=readers(),
        why=show(why, language),
        problem=UNREADABLE,
        **more,
    )


def _waits_for(upload: Upload) -> Message:
    return Message("stored already; waits for a second person") if upload.stored else Message("waits for you")


def _reason(error: Exception, upload: Upload, language: str) -> str:
    reason = error.args[0] if error.args else ""
    text = reason.into(language) if isinstance(reason, Message) else str(error)
    return text.replace(f"{upload.path}", upload.path.name).replace("--columns", "the map")


@blueprint.form("import", "i/<token>/columns.html")
def columns(language: str, token: str) -> ResponseReturnValue:
    """Say what the columns of a list are: as guessed, or otherwise."""
    upload = uploads().get(token, me().id)
    if upload.fixed or not has_columns(upload):
        return _to(language, upload, "preview")
    guess = _first_look(language, upload)
    if not isinstance(guess, Guessed):
        return guess
    if request.method == "GET":
        return _columns(language, upload, guess, upload.form)
    form = request.form
    if questions(as_chosen(guess, form)) - {*form}:
        return _columns(language, upload, guess, form, problem=ASKED_ANEW), 400
    if record_id(form.get("source", "").strip().casefold(), "source") in RESERVED:
        return _columns(language, upload, guess, form, problem=RESERVED_NAME), 400
    try:
        made = map_of(guess, form)
    except (ValidationError, ValueError):
        return _columns(language, upload, guess, form, problem=MAP_WRONG), 400
    chosen = {name: value for name, value in form.items() if name != "csrf_token"}
    uploads().read_by(upload, made, fixed=False, form=chosen)
    return _to(language, upload, "preview")


def _columns(
    language: str, upload: Upload, guess: Guessed, typed: Mapping[str, str], *, problem: Message | None = None
) -> str:
    chosen, taken = as_chosen(guess, typed), read_as(guess)
    fields = {*offered(guess.other), *(read for read in taken.values() if read and KIND not in read)} - {PRIVATE}
    return page(
        "staff/columns.html",
        language,
        upload=upload,
        names=[name for name in guess.names if name],
        chosen=taken,
        fields=sorted(fields, key=lambda field: in_words(field, language)),
        seen=guess.seen,
        words=marking_words(chosen),
        yes_or_no=YES_OR_NO,
        kind=KIND,
        ticks={name for name, look in guess.seen.items() if look.answers} | {*guess.services},
        unknown=unknown_words(chosen, study_area()),
        meanings=meanings(language),
        typed=typed,
        problem=problem,
        key=guess.key,
        shape=SHAPES.get(guess.other, ""),
        asks_kind=not guess.other,
    )


@blueprint.page("import", "i/<token>/preview.html")
def preview(language: str, token: str) -> ResponseReturnValue:
    """Show what a list would do: every entry in words with its changes, what would be hidden, every issue by row."""
    return _preview(language, uploads().get(token, me().id))


def _preview(language: str, upload: Upload, *, problem: Message | None = None) -> ResponseReturnValue:
    try:
        found, whole = look(upload), everything_seen()
    except (MappingError, ValueError) as error:
        why = _reason(error, upload, language)
        return page("staff/refused.html", language, upload=upload, why=why, problem=UNREADABLE), 400
    shown = page(
        "staff/preview.html",
        language,
        upload=upload,
        found=found,
        hidden=[name_of(whole, whole.record(*key), language) or key[0] for key in found.hidden if whole.has(*key)],
        **entries_page(found.differences, whole, language),
        longest=MOST_SHOWN,
        levels=LEVELS,
        agreed=agreed_by_two(upload.columns),
        asked=asked_of(upload.source),
        numbers=found.has_numbers and upload.source not in trusted_senders(),
        problem=problem,
        unknown=[other for other in uploads().of(me().id) if other.stored and not agreed_by_two(other.columns)],
        counted={table: TABLES[table] for table in ENTRIES if table in WHOLES or found.counts[table]},
        not_held=NOT_HELD,
        missing=[*_named((record for record in found.missing if not record.moved), language)],
        moved=[*_named((record for record in found.missing if record.moved), language)],
        moved_title=MOVED,
        column_of_issue=column_of_issue,
    )
    return (shown, 409) if problem else shown


def _named(missing: Iterable[Missing], language: str) -> Iterator[tuple[Missing, str, str]]:
    whole = everything_seen()
    for absent in missing:
        if whole.has(absent.table, absent.id):
            record = whole.record(absent.table, absent.id)
            yield absent, name_of(whole, record, language), body_of(whole, record, language)


@blueprint.act("import", "i/<token>/store")
def store(language: str, token: str) -> ResponseReturnValue:
    """Store a list, or ask a second person to agree to it first."""
    upload = uploads().get(token, me().id)
    if request.form.get("choice") in ("map", "phones") and upload.columns is not None:
        _ask(upload, upload.columns)
        return redirect(f"/{language}/i/{token}/preview.html?waits", code=303)
    is_as_shown = request.form.get("stored", upload.stored, type=int) == upload.stored
    try:
        found = reading.store(upload, by=me().login) if is_as_shown else None
    except (MappingError, ValueError):
        return _preview(language, upload, problem=NOT_STORED)
    if found is None:
        return _to(language, upload, "preview")
    return page("staff/stored.html", language, name=upload.path.name, found=found)


@blueprint.page("import", "i/<token>/stored.html")
def stored(language: str, token: str) -> ResponseReturnValue:
    """Lead from where older versions said what storing did back to the list."""
    return _to(language, uploads().get(token, me().id), "preview")


def _ask(upload: Upload, columns: ColumnMap) -> None:
    """Propose the map of an upload with its table of markings, and to trust the numbers of its sender."""
    fields, source = {"map": columns.model_dump_json(exclude_defaults=True), "upload": upload.token}, columns.source
    reason = upload.path.name
    if upload.stored:
        undo_stored(upload, me().login)
    if not agreed_by_two(columns):
        save_map(columns, maps())
        propose("map", "source", source, {"value": columns.digest, **fields}, reason=reason, subject=f"map {source}")
    if (request.form.get("numbers") or request.form["choice"] == "phones") and source not in trusted_senders():
        propose("phones", "source", source, fields, reason=reason, subject=f"phones {source}")


@blueprint.act("import", "i/<token>/drop")
def drop(language: str, token: str) -> ResponseReturnValue:
    """Remove an upload without storing it."""
    uploads().drop(uploads().get(token, me().id))
    return redirect(f"/{language}/import.html", code=303)
