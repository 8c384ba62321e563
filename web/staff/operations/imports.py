"""Import: bring a list in, say what its columns are, see every issue and what would change, store it, take it back.

The preview is worked out from what stewards see, never from the whole directory, so that it does not tell what is
hidden; what is stored meets the hidden records as any import does, and is hidden with them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from mapping.batch import Batch
from mapping.column_map import FIELDS as MEANINGS
from mapping.column_map import ColumnMap
from mapping.directory.writing import MOVED, NOT_HELD, Missing
from mapping.errors import FormatError, MappingError, NotFound
from mapping.intake.guess.column_map import guessed
from mapping.intake.guess.draft import unknown_words
from mapping.intake.guess.layout import tables_in
from mapping.intake.read import implied_map, read
from mapping.intake.report import LEVELS, IssueGroup, grouped
from mapping.intake.row_reader import HELD
from mapping.language.i18n import Message, Phrase, show
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES, ENTRIES, PARTS, WHOLES, Approval, record_id
from mapping.quality.call_list import SOURCE as CALLS
from mapping.quality.known_organizations import Known
from mapping.registry import format_of, readers
from mapping.safety.redaction import PUBLISHED
from web.access.guard import Open, log, me, study_area, today
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, everything_seen, outcome, propose
from web.staff.fields import CHOOSE, NEEDED, TABLES
from web.staff.operations.map_words import SHAPES, MapWords, becomes, in_words, named
from web.staff.operations.new_values import is_seen_by_its_unit, new_values
from web.staff.operations.uploads import Upload, Uploads, save_map, saved_maps
from web.staff.visible import VisibleRecords, body_of, name_of

imports = Blueprint("imports", __name__)
blueprint = imports

ROUTES: dict[str, Action | Open] = {
    "imports.begin": "import",
    "imports.columns": "import",
    "imports.preview": "import",
    "imports.store": "import",
    "imports.drop": "import",
}
MENU = (MenuItem("import.html", Message("Import"), "import", 60),)

RESERVED = {CALLS.id, *(record_id(name, "source") for name in ("stewards", "self-assessment", "rohnamo"))}
"""Senders that no list may pass itself off as: their word counts more than that of lists."""

UNREADABLE = Message("This file cannot be taken. Below is why; nothing was stored.")
NOT_STORED = Message("Nothing was stored: the list does not fit what is there. Ask an administrator to look at it.")
YES_OR_NO = Message("Yes or no to one kind of help")
ASKED_ANEW = Message("Other columns were chosen. Say below what their words stand for.")
KIND = "kind:"
"""What a column of yes and no is taken for, before the code of the kind of help that it says yes or no to."""
_ANSWER = re.compile(r"m\d+|w[a-z]+\d+")
"""Names of the answers in a form that are about words of the chosen columns."""
RESERVED_NAME = Message("This short name is kept for the portal itself. Choose another one for the sender.")
MAP_WRONG = Message("The map does not fit; look at the name of the sender and at the columns.")


@dataclass(frozen=True)
class Preview:
    """What a list would do, as far as may be seen: counts by table, and what it would hide from those who see it."""

    counts: dict[str, Counter[str]]
    hidden: tuple[str, ...]
    rows: int
    refused: int
    groups: tuple[IssueGroup, ...]
    missing: tuple[Missing, ...]
    """What its sender gave before and it does not hold, of what has a page of its own."""
    batch: Batch


def uploads() -> Uploads:
    """Return the uploads of the installation."""
    return Uploads(Path(current_app.config["DIRECTORY"]).parent / "uploads")


def maps() -> Path:
    """Return the folder of column maps."""
    return Path(current_app.config.get("MAPS") or Path(current_app.config["DIRECTORY"]).parent / "maps")


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
    contents, chosen = sent.read(), known[request.form.get("map", "")]
    while True:
        try:
            upload = uploads().keep(me().id, sent.filename or "", contents)
        except FormatError as error:
            return _begin(language, why=error.args[0]), 400
        try:
            with uploads().alone(upload.token):
                upload = uploads().get(upload.token, me().id)
                return _look_at(language, upload, chosen)
        except NotFound:
            continue  # a press before this one found that it cannot be read; so why is told again


def _look_at(language: str, upload: Upload, chosen: tuple[ColumnMap, bool] | None) -> ResponseReturnValue:
    """Find by which map a file is to be read; a file that cannot be is removed."""
    try:
        module = format_of(upload.path)
        if chosen is not None:
            upload = uploads().read_by(upload, chosen[0], trusted=chosen[1])
        elif hasattr(module, "read") and not upload.looked_at:
            sheets, name = tables_in(module, upload.path), upload.path.stem
            if (implied := implied_map(sheets, study_area(), source=name, name=name)) is None:
                guessed(sheets, study_area())
                uploads().looked_at(upload)
            else:
                upload = uploads().read_by(replace(upload, says_itself=True), implied, trusted=False)
    except (MappingError, ValueError) as error:
        why = _reason(error, upload, language)
        uploads().drop(upload)
        return _begin(language, why=why), 400
    page_of_it = "preview" if upload.columns or not hasattr(module, "read") else "columns"
    return redirect(f"/{language}/i/{upload.token}/{page_of_it}.html", code=303)


@imports.errorhandler(NotFound)
def gone(_error: NotFound) -> ResponseReturnValue:
    """Say what became of a list that somebody comes back to, with the list of what is still there."""
    return _begin((request.view_args or {})["language"], gone=True), 404


def _begin(language: str, *, why: object = "", **more: object) -> str:
    known = saved_maps(maps())
    states = {name: _agreed(columns) for name, (columns, _) in known.items()}
    waiting = uploads().of(me().id)
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


def _reason(error: Exception, upload: Upload, language: str) -> str:
    """Return why a file was refused, without the folder in which it lies here."""
    reason = error.args[0] if error.args else ""
    text = reason.into(language) if isinstance(reason, Phrase) else str(error)
    return text.replace(f"{upload.path}", upload.path.name).replace("--columns", "the map")


def _agreed(columns: ColumnMap) -> bool:
    """Whether two people agreed to a map as it stands."""
    known = Known()
    known.learn(directory().records(Approval))
    return known.approves(columns)


def _is_agreed(upload: Upload) -> bool:
    """Whether two people agreed to the map that an upload is read by."""
    return upload.columns is not None and _agreed(upload.columns)


@imports.route("/<language>/i/<token>/columns.html", methods=["GET", "POST"])
def columns(language: str, token: str) -> ResponseReturnValue:
    """Say what the columns of a list are: as guessed, or otherwise."""
    upload = uploads().get(token, me().id)
    guess = guessed(tables_in(format_of(upload.path), upload.path), study_area())
    if request.method == "GET":
        return _columns(language, upload, guess, _form_of(upload.columns, guess) if upload.columns else {})
    chosen = _as_chosen(guess, request.form)
    unknown = unknown_words(chosen, study_area())
    if request.form.get("asked") != _asks_about(chosen) and (unknown or _words(chosen)):
        answers = {name: value for name, value in request.form.items() if not _ANSWER.fullmatch(name)}
        return _columns(language, upload, guess, answers, problem=ASKED_ANEW), 400
    if record_id(_source(request.form), "source") in RESERVED:
        return _columns(language, upload, guess, request.form, problem=RESERVED_NAME), 400
    try:
        made = map_of(guess, request.form, unknown)
    except (ValidationError, KeyError, ValueError):
        return _columns(language, upload, guess, request.form, problem=MAP_WRONG), 400
    uploads().read_by(upload, made, trusted=False)
    return redirect(f"/{language}/i/{token}/preview.html", code=303)


def _taken_for(of: Any, shape: str) -> dict[str, str]:
    """Return what each column of a guess, or of a column map, is taken for."""
    taken = {name: field for field, names in of.fields.items() for name in names}
    taken |= dict.fromkeys(of.private, "private")
    taken |= {name: field for field, choices in of.choices.items() for name in choices}
    taken |= {name: f"{KIND}{code}" for name, code in of.services.items()} if of.shape == "place" else {}
    return taken | dict.fromkeys(of.headings, HELD.get(shape, "")) | dict.fromkeys(of.standards, "answer")


def _as_chosen(guess: Any, form: Mapping[str, str]) -> Any:
    """Return a guess with the fields that somebody chose for its columns; as it is where nobody did."""
    if not form:
        return guess
    fields: dict[str, list[str]] = {}
    for place, name in enumerate(name for name in guess.names if name):
        choice = form.get(f"c{place}", "")
        if choice in _offered(()) and name not in guess.choices.get(choice, ()):
            fields.setdefault(choice, []).append(name)
    return replace(guess, fields=fields)


def _asks_about(guess: Any) -> str:
    """Return the columns whose words are asked about: answers about others count for nothing."""
    fields = ("marking", "service", "serves", "unit")
    return "|".join(f"{field}={column}" for field in fields for column in guess.fields.get(field, ()))


def _form_of(columns: ColumnMap, guess: Any) -> dict[str, str]:
    """Return the form that says what a column map says, so that whoever comes back to it finds their answers."""
    taken = _taken_for(columns, columns.shape)
    form = {"source": columns.source, "name": columns.name, "licence": columns.licence, "key": "".join(columns.key)}
    form |= {f"c{place}": taken.get(name, "") for place, name in enumerate(name for name in guess.names if name)}
    chosen = _as_chosen(guess, form)
    form |= {"asked": _asks_about(chosen), "all": columns.markings.get("all", "")}
    form |= {f"m{place}": columns.markings.get(word, "") for place, word in enumerate(_words(chosen))}
    form |= {f"k{name}": columns.constants.get(name, "") for name in _untold(guess)}
    for name, words in unknown_words(chosen, study_area()).items():
        taught = columns.words.get(name, {})
        form |= {f"w{name}{place}": taught.get(word, "") for place, (word, _) in enumerate(words)}
    return form


def _columns(
    language: str, upload: Upload, guess: Any, typed: Mapping[str, str], *, problem: Message | None = None
) -> str:
    chosen = _as_chosen(guess, typed)
    taken = _taken_for(guess, guess.other)
    return page(
        "staff/columns.html",
        language,
        upload=upload,
        names=[name for name in guess.names if name],
        chosen=taken,
        meanings=MEANINGS,
        becomes=becomes,
        fields=sorted(_offered(taken.values(), guess.other), key=lambda field: becomes(field, language)),
        seen=guess.seen,
        words=_words(chosen),
        yes_or_no=YES_OR_NO,
        kind=KIND,
        ticks={name for name, look in guess.seen.items() if look.answers} | {*guess.services},
        unknown=unknown_words(chosen, study_area()),
        asked=_asks_about(chosen),
        meant=_meant(language),
        typed=typed,
        problem=problem,
        key=guess.key[0] if guess.key else "",
        shape=SHAPES.get(guess.other, ""),
        missing=_untold(guess),
        name=upload.path.stem,
    )


def _offered(used: Iterable[str], shape: str | None = None) -> list[str]:
    """Return the fields that a column may be given, those for a language among them; of a shape only what it can hold.

    What belongs to one shape only says so before a colon, as in "agreement: its number".
    """
    spoken = [
        f"{field}.{code}" for field in ("organization", "description", "place_name") for code in study_area().languages
    ]
    fit = MEANINGS if shape is None else [name for name, text in MEANINGS.items() if _fits(text, shape)]
    return sorted({*fit, *spoken, *used} - {"private"})


def _fits(meaning: str, shape: str) -> bool:
    """Tell whether a field can stand in a list of a shape."""
    before, colon, _ = meaning.partition(":")
    others = {"agreement": "agreement", "activity": "activity", "assessment": "assessment", "case figures": "case"}
    return not colon or others.get(before, shape) == shape


def _untold(guess: Any) -> list[str]:
    """Return the fields without which no row counts and which no column was taken for."""
    filled = {*guess.fields, *guess.choices, *guess.constants}
    return list(guess.missing) if guess.other or guess.services or "service" in filled else ["service"]


def _meant(language: str) -> dict[str, dict[str, str]]:
    """Return what a word of a list can stand for, by field: code -> label, by label."""
    area = study_area()
    known: dict[str, dict[str, str]] = {
        "service": {term.code: str(term.label(language)) for term in Vocabulary.load("service_types").terms()},
        "serves": {term.code: str(term.label(language)) for term in Vocabulary.load("beneficiaries").terms()},
        "unit": {code: str(area.label(code, language)) for code in area.all_units()},
    }
    return {name: dict(sorted(labels.items(), key=lambda pair: pair[1])) for name, labels in known.items()}


def map_of(guess: Any, form: Mapping[str, str], unknown: Mapping[str, list[tuple[str, int]]]) -> ColumnMap:
    """Make a column map of what was chosen for each column of a list, and for each of its unknown words.

    Raises
    ------
    ValidationError, ValueError
        It is none.
    """
    fields: dict[str, list[str]] = {}
    choices: dict[str, dict[str, str]] = {}
    headings, standards, services = {}, {}, {}
    private, ignored = [], []
    for place, name in enumerate(name for name in guess.names if name):
        choice = form.get(f"c{place}", "")
        if choice == "private":
            private.append(name)
        elif name in guess.headings and choice == HELD.get(guess.other):
            headings[name] = guess.headings[name]
        elif choice.startswith(KIND):
            services[name] = choice.removeprefix(KIND)
        elif choice == "answer" and name in guess.standards:
            standards[name] = guess.standards[name]
        elif name in guess.choices.get(choice, ()):
            choices.setdefault(choice, {})[name] = guess.choices[choice][name]
        elif choice in _offered(()):
            fields.setdefault(choice, []).append(name)
        else:
            ignored.append(name)
    if "service" in (*fields, *choices):
        services, ignored = {}, [*ignored, *services]
    source = _source(form)
    words = _words(replace(guess, fields=fields))
    markings = {word: form[f"m{place}"] for place, word in enumerate(words) if form.get(f"m{place}")}
    alike = {name: text for name in _untold(guess) if (text := form.get(f"k{name}", "").strip())}
    constants = guess.constants | alike | ({} if "marking" in fields else {"marking": "all"})
    if not markings and form.get("all"):
        markings = {"all": form["all"]}
    key = [form["key"]] if form.get("key") in guess.names else []
    taught = {
        name: {word: form[f"w{name}{place}"] for place, (word, _) in enumerate(words) if form.get(f"w{name}{place}")}
        for name, words in unknown.items()
    }
    return ColumnMap.model_validate(
        {
            "source": source,
            "name": form["name"].strip() or source,
            "licence": form.get("licence", "").strip(),
            "fields": fields,
            "choices": choices,
            "headings": headings,
            "standards": standards,
            "services": services,
            "shape": guess.other or ("repeat" if guess.children else "place" if services else "service"),
            "private": private,
            "ignored": ignored,
            "key": key,
            "markings": markings,
            "constants": constants,
            "words": {name: meanings for name, meanings in taught.items() if meanings and name in fields},
            "header": guess.header,
            "sheets": {"only": [name for name in guess.sheets if name], "children": guess.children},
            "rows": {
                "least": max(1, guess.count * 8 // 10),
                "most": guess.count * 5 // 4 + 10,
                "refused": 20 + guess.count // 2,
            },
        }
    )


def _source(form: Mapping[str, str]) -> str:
    return form.get("source", "").strip().casefold()


def _words(guess: Any) -> list[str]:
    """Return the words by which the sender says who may see a row."""
    column = next(iter(guess.fields.get("marking", ())), "")
    return sorted(word for word in guess.seen[column].words if word) if column in guess.seen else []


@imports.get("/<language>/i/<token>/preview.html")
def preview(language: str, token: str) -> ResponseReturnValue:
    """Show what a list would do: every issue by row, what is new, what would change, what would be hidden."""
    upload = uploads().get(token, me().id)
    try:
        preview = look(upload)
    except (MappingError, ValueError) as error:
        return _refused(language, upload, error)
    return _preview(language, upload, preview)


def _refused(language: str, upload: Upload, error: Exception) -> ResponseReturnValue:
    why = _reason(error, upload, language)
    return page("staff/refused.html", language, upload=upload, why=why, problem=UNREADABLE), 400


def _not_agreed() -> list[Upload]:
    """Return the lists that somebody stored and two people have not agreed to: what they brought is not known here."""
    return [upload for upload in uploads().of(me().id) if upload.stored and not _is_agreed(upload)]


def _preview(language: str, upload: Upload, preview: Preview, *, problem: Message | None = None) -> str:
    agreed = _is_agreed(upload)
    source = upload.columns.source if upload.columns is not None else ""
    return page(
        "staff/preview.html",
        language,
        upload=upload,
        found=preview,
        values=new_values(preview.batch, everything_seen(), study_area(), language),
        levels=LEVELS,
        agreed=agreed,
        asked=_asked(source),
        numbers=source not in _trusted() and bool(preview.batch.of("phone")),
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


def look(upload: Upload) -> Preview:
    """Work out what a list would do, from what stewards see alone.

    Raises
    ------
    FormatError
        The file cannot be taken.
    """
    whole = everything_seen()
    batch = _read(upload, whole)
    counts: dict[str, Counter[str]] = {table: Counter() for table in ENTRIES}
    hidden = []
    parts = [record for record in batch.records if record.table in PARTS and _may_be_seen(record)]
    changed = {whole.owner(part) for part in parts if _shows_otherwise(part, whole)}
    for record in cast("list[Any]", batch.records):
        if record.table not in ENTRIES:
            continue
        if not whole.has(record.table, record.id):
            counts[record.table]["new"] += 1
            continue
        old = whole.record(record.table, record.id)
        otherwise = (record.table, record.id) in changed or _shows_otherwise(record, whole)
        counts[record.table]["changed" if otherwise else "same"] += 1
        if record.table in WHOLES and AUDIENCES.index(record.audience) > AUDIENCES.index(old.audience):
            hidden.append(old.name or record.table)
    gone = directory().missing(batch, sight=whole.get)
    missing = [record for record in gone if record.name and record.table in WHOLES]
    return Preview(
        counts, tuple(hidden), batch.rows, len(batch.refused), tuple(grouped(batch.issues)), tuple(missing), batch
    )


def _named(missing: Iterable[Missing], language: str) -> Iterator[tuple[Missing, str, str]]:
    """Yield what is missing with its name and that of its organization, as they may be seen."""
    whole = everything_seen()
    for absent in missing:
        record = whole.record(absent.table, absent.id)
        yield absent, name_of(whole, record, language), body_of(whole, record, language)


def _may_be_seen(record: Any) -> bool:
    """Whether a part of an entry is of those that may stand here at all; of others nobody sees here what was known."""
    return record.table in PUBLISHED and getattr(record, "audience", "") != "custodian"


def _shows_otherwise(record: Any, whole: VisibleRecords) -> bool:
    """Whether a list says more or something else of what may be seen; what it is silent about stays as it is."""
    if is_seen_by_its_unit(record, whole):
        return False
    if not whole.has(record.table, record.id):
        return True
    old = whole.record(record.table, record.id)
    names = [name for name in PUBLISHED[record.table] if name not in ("audience", "precision")]
    return any(getattr(record, name) not in (None, "", getattr(old, name)) for name in names)


def _read(upload: Upload, held: Any, *, agreed: bool = False, numbers: bool = False) -> Batch:
    """Read an upload as one who knows what ``held`` holds; only a map that two people agreed to opens anything.

    With ``agreed``, and with ``numbers`` for the sender's numbers, as if they had, for whoever is to agree.
    """
    known, columns = Known.of(held), upload.columns
    if columns is not None:  # whoever looks first needs no limit; one would tell, by what is stored, who is hidden
        unlimited = columns.rows.model_copy(update={"refused": columns.rows.most})
        columns = columns.model_copy(update={"rows": unlimited}).completing(columns)
    agreed = agreed or _is_agreed(upload)
    source = upload.columns.source if upload.columns is not None else ""
    if agreed and upload.columns is not None:
        known.maps.add(upload.columns.digest)
    if not agreed:
        known.phones.discard(source)
    if numbers:
        known.phones.add(source)
    batch = read(upload.path, source=upload.path.stem, columns=columns, area=study_area(), today=today(), known=known)
    if batch.source.id in RESERVED:
        problem = Phrase(
            "{file}: the name of its sender is kept for the portal itself; rename the file", file=upload.path.name
        )
        raise FormatError(problem)
    return batch


@imports.post("/<language>/i/<token>/store")
def store(language: str, token: str) -> ResponseReturnValue:
    """Store a list, or ask a second person to agree to its map first; pressed twice, it is stored once."""
    choice = request.form.get("choice")
    with uploads().alone(token):
        upload = uploads().get(token, me().id)
        try:
            if choice in ("map", "phones") and upload.columns is not None:
                has_numbers = bool(look(upload).batch.of("phone"))
                return _ask(language, upload, cast("Literal['map', 'phones']", choice), has_numbers)
            if request.form.get("stored", upload.stored, type=int) != upload.stored:
                return redirect(f"/{language}/changes.html?done", code=303)
            return _store(language, upload)
        except FormatError as error:
            return _refused(language, upload, error)
        except (MappingError, ValueError):
            return _not_stored(language, upload)


def _not_stored(language: str, upload: Upload) -> ResponseReturnValue:
    """Show a list that does not fit what is there; where it cannot be looked at either, say why."""
    try:
        preview = look(upload)
    except (MappingError, ValueError) as error:
        return _refused(language, upload, error)
    return _preview(language, upload, preview, problem=NOT_STORED), 409


def _store(language: str, upload: Upload) -> ResponseReturnValue:
    if upload.stored and _is_agreed(upload):  # what was stored as secret, numbers too, would stay so
        directory().undo(upload.stored, by=me().login, on=today())
    change = directory().add(_read(upload, directory()), by=me().login, on=today())
    if upload.columns is not None and not upload.trusted:
        save_map(upload.columns, maps())
    log("imported", subject=upload.path.name)
    if upload.columns is None or (_is_agreed(upload) and not _asked(upload.columns.source)):
        uploads().drop(upload)
    else:
        uploads().stored_by(upload, directory().batches()[-1].number)
    whole = everything_seen()
    missing = [record for record in change.missing if record.table in WHOLES and whole.has(record.table, record.id)]
    path = "see/moved" if any(record.moved for record in missing) else "see/missing" if missing else "changes"
    return redirect(f"/{language}/{path}.html?{outcome(change)}", code=303)


def _ask(language: str, upload: Upload, kind: Literal["map", "phones"], has_numbers: bool) -> ResponseReturnValue:
    """Propose the map of an upload, with its table of markings, and save it; and to trust its numbers if it has any."""
    columns, reason = cast("ColumnMap", upload.columns), upload.path.name
    fields, source = {"map": columns.model_dump_json(exclude_defaults=True), "upload": upload.token}, columns.source
    if kind == "map":
        save_map(columns, maps())
        by_digest = {"value": columns.digest, **fields}
        propose("map", "source", source, by_digest, reason=reason, subject=f"map {source}")
    if source not in _trusted() and "phones" not in _asked(source) and has_numbers:
        propose("phones", "source", source, fields, reason=reason, subject=f"phones {source}")
    return redirect(f"/{language}/i/{upload.token}/preview.html?waits", code=303)


def words_of(fields: Mapping[str, Any], language: str) -> MapWords:
    """Return the map of a proposal in words, with the first values of its list as long as the file is there."""
    columns, area = ColumnMap.model_validate_json(fields["map"]), study_area()
    batch = _agreed_batch(fields)
    return in_words(columns, batch, {code: area.label(code, language) for code in area.all_units()}, language)


def numbers_of(fields: Mapping[str, Any], language: str) -> list[tuple[str, str, list[str]]] | None:
    """Return what agreeing to a sender's numbers would open: number, organization, services; None without its file.

    Numbers of what is for custodians only stay so whoever agrees, and are not told.
    """
    batch = _agreed_batch(fields, numbers=True)
    if batch is None:
        return None
    whole, agreed = everything_seen(), _trusted()
    given = {(record.table, record.id): record for record in cast("list[Any]", batch.records)}
    spoken = {
        text.link_id: text.text
        for text in cast("list[Any]", batch.of("translation"))
        if (text.field, text.language) == ("name", language)
    }

    def name(table: str, identifier: str) -> str:
        if whole.has(table, identifier):
            return name_of(whole, whole.record(table, identifier), language)
        return spoken.get(identifier) or (given[table, identifier].name if (table, identifier) in given else "")

    calls = defaultdict[tuple[str, str], set[str]](set)
    for phone in cast("list[Any]", batch.of("phone")):
        if phone.audience != "custodian" and phone.number not in agreed:
            service = given.get(("service", phone.service_id))
            body = phone.organization_id or (service.organization_id if service else None)
            calls[name("organization", body or ""), phone.number].add(name("service", phone.service_id or ""))
    return [(number, body, sorted({*services} - {""})) for (body, number), services in sorted(calls.items())]


def _agreed_batch(fields: Mapping[str, Any], *, numbers: bool = False) -> Batch | None:
    """Return the list of a proposal as it would be read were it agreed to, as long as the file is there."""
    try:
        upload = uploads().get(fields.get("upload", ""), None)
        columns = ColumnMap.model_validate_json(fields.get("map", ""))
        return _read(replace(upload, columns=columns), everything_seen(), agreed=True, numbers=numbers)
    except (MappingError, ValueError, OSError):
        return None


def _asked(source: str) -> set[str]:
    """Return what of a sender waits for a second person."""
    return {proposal.kind for proposal in directory().proposals() if proposal.link_id == source}


def _trusted() -> set[str]:
    """Return the senders whose numbers two people agreed to, and single numbers."""
    return {approval.subject for approval in everything_seen().records(Approval) if approval.kind == "phone"}


@imports.post("/<language>/i/<token>/drop")
def drop(language: str, token: str) -> ResponseReturnValue:
    """Remove an upload without storing it."""
    uploads().drop(uploads().get(token, me().id))
    return redirect(f"/{language}/import.html", code=303)
