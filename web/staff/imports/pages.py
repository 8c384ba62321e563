"""Import: bring a list in, say what its columns are, see every issue and what would change, store it, take it back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal, cast

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from mapping.column_map import FIELDS as MEANINGS
from mapping.column_map import ColumnMap
from mapping.directory.writing import MOVED, NOT_HELD, Missing
from mapping.errors import FormatError, MappingError, NotFound
from mapping.intake.guess.draft import unknown_words
from mapping.intake.report import LEVELS
from mapping.language.i18n import Message, Phrase, show
from mapping.model import ENTRIES, WHOLES, record_id
from mapping.registry import format_of, readers
from web.access.guard import Open, me, study_area
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import everything_seen, propose
from web.staff.fields import CHOOSE, NEEDED, TABLES
from web.staff.imports.chosen_columns import (
    ANSWER,
    KIND,
    as_chosen,
    asks_about,
    form_of,
    map_of,
    marking_words,
    meant,
    offered,
    source_of_form,
    taken_for,
    untold,
)
from web.staff.imports.map_words import SHAPES, becomes, named
from web.staff.imports.new_values import said_otherwise
from web.staff.imports.reading import (
    RESERVED,
    Looked,
    Preview,
    agreed_by_two,
    asked_of,
    first_look,
    forget,
    is_agreed,
    is_worked_on,
    maps,
    trusted_senders,
    uploads,
    whole_look,
)
from web.staff.imports.storing import storing, storing_of
from web.staff.imports.uploads import Upload, save_map, saved_maps
from web.staff.visible import body_of, name_of
from web.staff.work import Work, comes_in_time, how_far

imports = Blueprint("imports", __name__)
blueprint = imports

ROUTES: dict[str, Action | Open] = {
    "imports.begin": "import",
    "imports.columns": "import",
    "imports.preview": "import",
    "imports.store": "import",
    "imports.stored": "import",
    "imports.drop": "import",
}
MENU = (MenuItem("import.html", Message("Import"), "import", 60),)


UNREADABLE = Message("This file cannot be taken. Below is why; nothing was stored.")
NOT_STORED = Message("Nothing was stored: the list does not fit what is there. Ask an administrator to look at it.")
YES_OR_NO = Message("Yes or no to one kind of help")
ASKED_ANEW = Message("Other columns were chosen. Say below what their words stand for.")
RESERVED_NAME = Message("This short name is kept for the portal itself. Choose another one for the sender.")
MAP_WRONG = Message("The map does not fit; look at the name of the sender and at the columns.")


MOST_SHOWN = 200
"""So many lines of one kind a preview shows: a page of tens of thousands takes long to come, and nobody reads it."""


@imports.route("/<language>/import.html", methods=["GET", "POST"])
def begin(language: str) -> ResponseReturnValue:
    """Choose a file, and the map that it is read by."""
    if request.method == "GET":
        return _begin(language)
    sent, known = request.files.get("file"), {"": None, **saved_maps(maps())}
    wrong = {} if request.form.get("map", "") in known else {"map": CHOOSE}
    if not sent or not sent.filename:
        wrong["file"] = NEEDED
    if not sent or wrong:
        return _begin(language, wrong=wrong), 400
    contents = sent.read()
    while True:
        try:
            upload = uploads().keep(me().id, sent.filename or "", contents)
        except FormatError as error:
            return _begin(language, why=error.args[0]), 400
        with suppress(NotFound):  # a press before this one found that it cannot be read; so why is told again
            return _first_page(language, upload, known[request.form.get("map", "")])


def _first_page(language: str, upload: Upload, chosen: tuple[ColumnMap, bool] | None) -> ResponseReturnValue:
    try:
        format_of(upload.path)
    except FormatError as error:
        return _not_read(language, upload, error)
    if chosen is not None:
        uploads().read_by(upload, chosen[0], trusted=chosen[1])
    elif _has_columns(upload) and upload.columns is None:
        work = first_look(upload)
        if comes_in_time(work):
            return _looked(language, upload, work)
        return redirect(f"/{language}/i/{upload.token}/columns.html", code=303)
    return redirect(f"/{language}/i/{upload.token}/preview.html", code=303)


def _has_columns(upload: Upload) -> bool:
    return hasattr(format_of(upload.path), "read") and not upload.says_itself


def _looked(language: str, upload: Upload, work: Work[Looked]) -> ResponseReturnValue:
    """Lead to the columns of a file that was looked at; a file that cannot be read is removed."""
    try:
        implied = work.result().implied
    except (MappingError, ValueError) as error:
        return _not_read(language, upload, error)
    if implied is not None:
        uploads().read_by(replace(upload, says_itself=True), implied, trusted=False)
    return redirect(f"/{language}/i/{upload.token}/{'columns' if implied is None else 'preview'}.html", code=303)


def _not_read(language: str, upload: Upload, error: Exception) -> ResponseReturnValue:
    why = _reason(error, upload, language)
    forget(upload)
    return _begin(language, why=why), 400


@imports.errorhandler(NotFound)
def gone(_error: NotFound) -> ResponseReturnValue:
    """Say what became of a list that somebody comes back to, with the list of what is still there."""
    return _begin((request.view_args or {})["language"], gone=True), 404


def _begin(language: str, *, why: object = "", **more: object) -> str:
    known = saved_maps(maps())
    states = {name: agreed_by_two(columns) for name, (columns, _) in known.items()}
    waiting = [(upload, _waits_for(upload)) for upload in uploads().of(me().id)]
    return page(
        "staff/import.html",
        language,
        maps=known,
        states=states,
        waiting=waiting,
        formats=readers(),
        why=show(why, language),
        problem=UNREADABLE,
        **more,
    )


def _waits_for(upload: Upload) -> Message:
    """Return what an upload that is not finished waits for."""
    if is_worked_on(upload):
        return Message("is being worked on")
    if upload.stored:
        return Message("stored already; waits for a second person")
    return Message("waits for you")


def _reason(error: Exception, upload: Upload, language: str) -> str:
    reason = error.args[0] if error.args else ""
    text = reason.into(language) if isinstance(reason, Phrase) else str(error)
    return text.replace(f"{upload.path}", upload.path.name).replace("--columns", "the map")


@imports.route("/<language>/i/<token>/columns.html", methods=["GET", "POST"])
def columns(language: str, token: str) -> ResponseReturnValue:
    """Say what the columns of a list are: as guessed, or otherwise."""
    upload = uploads().get(token, me().id)
    if not _has_columns(upload):
        return redirect(f"/{language}/i/{token}/preview.html", code=303)
    work = first_look(upload)
    if request.method == "GET" and not comes_in_time(work):
        return how_far(language, work)
    try:
        guess = work.result().guess
    except (MappingError, ValueError) as error:
        return _not_read(language, upload, error)
    if guess is None:
        return _looked(language, upload, work)
    if request.method == "GET":
        return _columns(language, upload, guess, form_of(upload.columns, guess) if upload.columns else {})
    chosen = as_chosen(guess, request.form)
    unknown = unknown_words(chosen, study_area())
    if request.form.get("asked") != asks_about(chosen) and (unknown or marking_words(chosen)):
        answers = {name: value for name, value in request.form.items() if not ANSWER.fullmatch(name)}
        return _columns(language, upload, guess, answers, problem=ASKED_ANEW), 400
    if record_id(source_of_form(request.form), "source") in RESERVED:
        return _columns(language, upload, guess, request.form, problem=RESERVED_NAME), 400
    try:
        made = map_of(guess, request.form, unknown)
    except (ValidationError, KeyError, ValueError):
        return _columns(language, upload, guess, request.form, problem=MAP_WRONG), 400
    uploads().read_by(upload, made, trusted=False)
    return redirect(f"/{language}/i/{token}/preview.html", code=303)


def _columns(
    language: str, upload: Upload, guess: Any, typed: Mapping[str, str], *, problem: Message | None = None
) -> str:
    chosen = as_chosen(guess, typed)
    taken = taken_for(guess)
    return page(
        "staff/columns.html",
        language,
        upload=upload,
        names=[name for name in guess.names if name],
        chosen=taken,
        meanings=MEANINGS,
        becomes=becomes,
        fields=sorted(offered(taken.values(), guess.other), key=lambda field: becomes(field, language)),
        seen=guess.seen,
        words=marking_words(chosen),
        yes_or_no=YES_OR_NO,
        kind=KIND,
        ticks={name for name, look in guess.seen.items() if look.answers} | {*guess.services},
        unknown=unknown_words(chosen, study_area()),
        asked=asks_about(chosen),
        meant=meant(language),
        typed=typed,
        problem=problem,
        key=guess.key[0] if guess.key else "",
        shape=SHAPES.get(guess.other, ""),
        missing=untold(guess),
        all_rows=guess.all_rows,
        name=upload.path.stem,
    )


@imports.get("/<language>/i/<token>/preview.html")
def preview(language: str, token: str) -> ResponseReturnValue:
    """Show what a list would do: every issue by row, what is new, what would change, what would be hidden."""
    upload = uploads().get(token, me().id)
    work = whole_look(upload)
    if not comes_in_time(work):
        return how_far(language, work)
    try:
        preview = work.result()
    except (MappingError, ValueError) as error:
        return _refused(language, upload, error)
    return _preview(language, upload, preview)


def _refused(language: str, upload: Upload, error: Exception) -> ResponseReturnValue:
    why = _reason(error, upload, language)
    return page("staff/refused.html", language, upload=upload, why=why, problem=UNREADABLE), 400


def _not_agreed() -> list[Upload]:
    """Return the lists that somebody stored and two people have not agreed to: what they brought is not known here."""
    return [upload for upload in uploads().of(me().id) if upload.stored and not is_agreed(upload)]


def _preview(language: str, upload: Upload, preview: Preview, *, problem: Message | None = None) -> str:
    agreed, whole = is_agreed(upload), everything_seen()
    source = upload.columns.source if upload.columns is not None else ""
    return page(
        "staff/preview.html",
        language,
        upload=upload,
        found=preview,
        hidden=[
            name_of(whole, whole.record(*entry), language) or entry[0] for entry in preview.hidden if whole.has(*entry)
        ],
        values=said_otherwise(preview.values, whole, study_area(), language),
        longest=MOST_SHOWN,
        levels=LEVELS,
        agreed=agreed,
        asked=asked_of(source),
        numbers=source not in trusted_senders() and preview.has_numbers,
        problem=problem,
        unknown=_not_agreed(),
        counted={table: TABLES[table] for table in ENTRIES if table in WHOLES or preview.counts[table]},
        not_held=NOT_HELD,
        missing=[*_named((record for record in preview.missing if not record.moved), language)],
        moved=[*_named((record for record in preview.missing if record.moved), language)],
        moved_title=MOVED,
        map_=upload.columns,
        becomes=becomes,
        named=named,
    )


def _named(missing: Iterable[Missing], language: str) -> Iterator[tuple[Missing, str, str]]:
    """Yield what is missing with its name and that of its organization, as they may be seen."""
    whole = everything_seen()
    for absent in missing:
        if whole.has(absent.table, absent.id):
            record = whole.record(absent.table, absent.id)
            yield absent, name_of(whole, record, language), body_of(whole, record, language)


@imports.post("/<language>/i/<token>/store")
def store(language: str, token: str) -> ResponseReturnValue:
    """Store a list, or ask a second person to agree to its map first; pressed twice, it is stored once."""
    upload, choice = uploads().get(token, me().id), request.form.get("choice")
    if choice in ("map", "phones") and upload.columns is not None:
        try:
            has_numbers = whole_look(upload, current=False).result().has_numbers
        except (MappingError, ValueError) as error:
            return _refused(language, upload, error)
        with uploads().alone(token):
            return _ask(language, upload, cast("Literal['map', 'phones']", choice), has_numbers)
    looked_at = request.form.get("stored", upload.stored, type=int)
    if looked_at != upload.stored:
        return redirect(f"/{language}/changes.html?done", code=303)
    work = storing(upload, by=me().login)
    if not comes_in_time(work):
        return redirect(f"/{language}/i/{token}/stored.html", code=303)
    return _outcome(language, token, work)


@imports.get("/<language>/i/<token>/stored.html")
def stored(language: str, token: str) -> ResponseReturnValue:
    """Say how far the storing of a list is, and lead to what came of it."""
    work = storing_of(token)
    if work is None or work.account != me().id:  # the portal was started anew meanwhile
        uploads().get(token, me().id)
        return redirect(f"/{language}/i/{token}/preview.html", code=303)
    if not comes_in_time(work):
        return how_far(language, work)
    return _outcome(language, token, work)


def _outcome(language: str, token: str, work: Work[str]) -> ResponseReturnValue:
    try:
        return redirect(f"/{language}/{work.result()}", code=303)
    except FormatError as error:
        return _refused(language, uploads().get(token, me().id), error)
    except (MappingError, ValueError):
        return _not_stored(language, uploads().get(token, me().id))


def _not_stored(language: str, upload: Upload) -> ResponseReturnValue:
    """Show a list that does not fit what is there; where it cannot be looked at either, say why."""
    try:
        preview = whole_look(upload).result()
    except (MappingError, ValueError) as error:
        return _refused(language, upload, error)
    return _preview(language, upload, preview, problem=NOT_STORED), 409


def _ask(language: str, upload: Upload, kind: Literal["map", "phones"], has_numbers: bool) -> ResponseReturnValue:
    """Propose the map of an upload, with its table of markings, and save it; and to trust its numbers if it has any."""
    columns, reason = cast("ColumnMap", upload.columns), upload.path.name
    fields, source = {"map": columns.model_dump_json(exclude_defaults=True), "upload": upload.token}, columns.source
    if kind == "map":
        save_map(columns, maps())
        by_digest = {"value": columns.digest, **fields}
        propose("map", "source", source, by_digest, reason=reason, subject=f"map {source}")
    if source not in trusted_senders() and "phones" not in asked_of(source) and has_numbers:
        propose("phones", "source", source, fields, reason=reason, subject=f"phones {source}")
    return redirect(f"/{language}/i/{upload.token}/preview.html?waits", code=303)


@imports.post("/<language>/i/<token>/drop")
def drop(language: str, token: str) -> ResponseReturnValue:
    """Remove an upload without storing it."""
    forget(uploads().get(token, me().id))
    return redirect(f"/{language}/import.html", code=303)
