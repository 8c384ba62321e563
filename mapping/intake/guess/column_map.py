"""Guess a column map from the names of columns and from what stands in them.

It is enough for a first look at a plain list, and `drafted` writes it down as a map to go on from: every column with
what it was taken for, those that nobody could guess, and the markings that were seen, all of them for custodians.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from mapping.area.geocode import find_unit, units_served
from mapping.area.study_area import StudyArea
from mapping.column_map import FIELDS, ColumnMap, Expected, Header, Sheets, fold_header
from mapping.errors import FormatError
from mapping.formats import Sheet
from mapping.intake.guess.cells import ColumnGuess, looked_at
from mapping.intake.rows import joined
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.fold import coarse, skeleton
from mapping.language.i18n import Phrase, Quoted, Several
from mapping.language.languages import codes, language
from mapping.language.parsers.permission import asks_consent
from mapping.language.taxonomy import Vocabulary, match_term

LOOK_FOR_HEADER = 25
SAMPLE = 300
"""Rows whose cells are looked at."""

WORDS: dict[str, str] = {
    "organization": "organization organisation agency provider body ngo desk наименование организация организации "
    "название органа учреждение учреждения ташкилот ташкилоти номи муассиса марказ tashkilot nomi muassasa name ном "
    "орган идора|кто помогает|кто оказывает|who helps|кӣ кумак мекунад|kim yordam beradi",
    "organization_kind": "kind of body|type of organisation|тип организации|навъ|навъи ташкилот|tashkilot turi|форма",
    "service": "service services help assistance activity услуга услуги услуг помощь помощи хизматрасонӣ хизмат "
    "хизматҳо хизматрасониҳо кумак xizmat xizmatlar yordam amenity healthcare type",
    "unit": "district unit region province район районы область регион ноҳия вилоят tuman viloyat pcode",
    "place": "town city village settlement locality город село посёлок населённый пункт шаҳр деҳа ҷамоат қишлоқ shahar",
    "place_name": "место|place name|название места|номи ҷой|office name",
    "address": "address street адрес улица суроға суроғаи нишонӣ manzil",
    "latitude": "latitude lat y широта арз kenglik",
    "longitude": "longitude lon long lng x долгота тӯл uzunlik",
    "coordinates": "coordinates gps geopoint point координаты координатҳо koordinata koordinatalar",
    "phone": "phone phones telephone tel mobile hotline телефон телефоны тел телефони рақами telefon raqam тамос",
    "email": "email mail e-mail почта эл.почта почтаи pochta",
    "website": "website web url site сайт страница саҳифа сомона sayt",
    "hours": "hours opening schedule время часы режим график соатҳо соатҳои вақти реҷаи ish vaqti",
    "serves": "target beneficiaries clients groups serves кому кого целевая группа получатели барои киро кимга гурӯҳи",
    "excludes": "not taken|not eligible|excludes|excluded|exclusions|кому отказывают|отказывают|не принимают|"
    "қабул намекунанд",
    "languages": "languages language языки язык забонҳо забон tillar til",
    "cost": "cost price fee fees плата стоимость цена музд нарх narx narxi",
    "documents": "documents papers документы ҳуҷҷатҳо hujjatlar",
    "capacity": "capacity places beds вместимость мест койки ҷойҳо sig'im o'rinlar",
    "accessible": "accessible wheelchair ramp пандус коляска аробача nogiron",
    "status": "status статус состояние вазъ holat",
    "funder": "donor funder funding донор финансирование маблағгузор homiy",
    "verified_on": "verified updated checked date проверено проверки дата обновлено сана sana санҷида",
    "marking": "marking confidential confidentiality visibility public гриф доступ показывать публикация "
    "конфиденциальность ошкор нишон махфӣ махфият ko'rsatish maxfiy can be shown|who may see|кому можно|"
    "кому видно|кто видит|кӣ мебинад|kim koʻradi",
    "description": "description описание тавсиф tavsif",
    "covers": "covers|coverage|area served|where it works|охват|обслуживает|где работает|где работают|"
    "зона обслуживания|фарогирӣ|дар куҷо кор мекунад|qayerda ishlaydi",
    "precision": "show location|precision|точность места",
    "utc_offset": "utc|time zone|часовой пояс",
    "contact": "contact person|contact name|focal point|director|head of|контактное лицо|ответственный|"
    "руководитель|фио|"
    "шахси масъул|роҳбар|mas'ul|rahbar",
    "fax": "факс|fax",
    "messenger": "telegram|whatsapp|viber|телеграм|мессенджер",
    "funded_until": "funded until|funding until|financed until|финансирование до|маблағгузорӣ то",
    "verified_how": "how checked|how verified|способ проверки|как проверено|verification method",
    "verified_by": "checked by|verified by|кем",
    "key": "id ref no number code uuid код номер рақам № kod т/р",
    "country": "country страна кишвар davlat mamlakat",
}
"""Field -> words by which its column may be called in four languages; between | stand several words that belong
together."""

HEADING_SAYS = ("latitude", "longitude", "coordinates", "verified_on", "funded_until", "key", "status", "country")
"""Fields whose headings are believed: a column that is called so and holds something else is nothing else."""

SHAPED = ("email", "website", "marking")
"""What cells can be for sure, whatever stands above them."""

ADDED = re.compile(
    r"(?:.*/)?(?:timestamp|отметка времени|метка времени|start(?:time)?|end(?:time)?|today|deviceid|username|"
    r"_?submission_?(?:date|time)|_submitted_by|_validation_status|_status|_index|_id|__version__|formhub/uuid|"
    r"(?:meta/)?instance(?:id|name)|reviewstate|submitterid|submittername)$",
    re.I,
)
"""Headings of columns that survey tools add: when, by whom and on what device, which is nobody's list."""

REMARKS = (
    "note",
    "notes",
    "remark",
    "remarks",
    "comment",
    "comments",
    "примечание",
    "примечания",
    "комментарий",
    "эзоҳ",
    "шарҳ",
    "изоҳ",
    "izoh",
)
"""Words of columns that are never kept."""

SPOKEN = ("organization", "description", "place_name")
"""Fields that have a column for each language."""


@dataclass
class Guessed:
    """What was made of the columns of one sheet."""

    sheet: Sheet
    header: Header
    first: int
    """Index of the first row below the header."""
    names: list[str]
    fields: dict[str, list[str]] = field(default_factory=dict)
    key: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    """Columns that nobody could guess."""
    services: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    """Column -> by what it was guessed."""
    seen: dict[str, ColumnGuess] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    """Names of all sheets with the same columns."""
    count: int = 0


def guessed_map(sheets: Sequence[Sheet], source: str, area: StudyArea | None = None) -> ColumnMap:
    """Return a map for the sheet that looks most like a list.

    Raises
    ------
    FormatError
        When no row looks like the names of columns.
    """
    return _map(guessed(sheets, area), source)


def guessed(sheets: Sequence[Sheet], area: StudyArea | None = None, *, to_draft: bool = False) -> Guessed:
    """Guess what the columns of the sheet are that looks most like a list.

    A draft, which a person goes on from, is made of any table: what nobody knows is supposed, and says so.

    Raises
    ------
    FormatError
        When no row looks like the names of columns, or none of them, but for a draft, like that of the organizations.
    """
    guesses = [guess for sheet in sheets if sheet.rows for guess in _headers(sheet)]
    if to_draft and not guesses:
        guesses = [fullest for sheet in sheets if (fullest := _fullest(sheet)) is not None]
    if not guesses:
        raise FormatError(
            Phrase(
                "no row looks like the names of columns; is it a list, with a row of names above its "
                "rows? If it is, write a column map: rohnamo check FILE --draft FILE.toml begins one"
            )
        )
    if not to_draft:
        _require_services(guesses)
    _, best = max(guesses, key=lambda pair: (pair[0], -pair[1].header.rows, -pair[1].first))
    alike = {
        guess.sheet.name: guess
        for _, guess in reversed(guesses)
        if guess.header.rows == best.header.rows
        and len(set(guess.names) & set(best.names)) >= 0.7 * len(set(best.names))
    } | {best.sheet.name: best}
    best.sheets = [sheet.name for sheet in sheets if sheet.name in alike]
    _guess_columns(best, list(alike.values()), area)
    if any(name.partition(".")[0] == "organization" for name in best.fields):
        return best
    if not to_draft:
        raise FormatError(
            Phrase(
                "[{name}] no column looks like the names of organizations; write a column map: "
                "rohnamo check FILE --draft FILE.toml begins one, and docs/importing.md leads on",
                name=best.sheet.name,
            )
        )
    _suppose_organization(best)
    return best


AGREEMENTS = re.compile(
    r"соглашени|договор|меморандум|подписан|подписи|действует до|вид документа|agreement|memorandum|\bmou\b|\bsigned|"
    r"signature|valid (?:to|until)|созишнома|шартнома|ёддошти|имзо|навъи ҳуҷҷат|kelishuv|shartnoma|imzo|hujjat turi"
)
PARTIES = re.compile(
    r"^(?:from|to)(?: \w*organi\w+| agency| party)?$|^от\b|\bкому\b|сторона|party|partner|направля|принима|refer|"
    r"receiv|sends|takes|тараф|фирист|қабул|аз кӣ|ба кӣ|tomon|yubor|qabul|"
    r"(?:organi[sz]ation|организация|ташкилот|tashkilot) ?[12ab]\b"
)
STANDARDS = re.compile(
    r"standard|criteri|checklist|indicator|стандарт|критери|требовани|меъёр|mezon|talab|\bitem\b|пункт|банд"
)
ANSWERS = re.compile(
    r"answer|\bmet\b|score|rating|result|ответ|оценк|выполн|соответств|результат|ҷавоб|баҳо|иҷро|натиҷа|javob|baho|"
    r"bajaril|natija"
)


def _require_services(guesses: Sequence[tuple[float, "Guessed"]]) -> None:
    """Refuse a list of agreements or of answers to a checklist: its rows are no services, and only a map says whose.

    Raises
    ------
    FormatError
        It is such a list.
    """
    _, best = max(guesses, key=lambda pair: (pair[0], -pair[1].header.rows, -pair[1].first))
    heads = [fold_header(name) for name in best.names if name]
    parties = [name for name in heads if PARTIES.search(name)]
    whole = " ".join([*heads, fold_header(best.sheet.name)])
    what = ""
    if AGREEMENTS.search(whole) and len(parties) > 1:
        what = "agreement"
    elif (any(map(STANDARDS.search, heads)) and any(map(ANSWERS.search, heads))) or _holds_items(best):
        what = "assessment"
    if what:
        raise FormatError(
            Phrase(
                "[{name}] looks like a list of {what}s, whose rows are no services; write a column "
                'map with shape = "{what}" (docs/importing.md)',
                name=best.sheet.name,
                what=what,
            )
        )


def _holds_items(guess: Guessed) -> bool:
    """Tell whether most cells of some column are codes of the checklist of standards."""
    items = Vocabulary.load("standards")
    columns = zip_longest(*guess.sheet.rows[guess.first : guess.first + SAMPLE], fillvalue="")
    filled = ([str(cell).strip() for cell in column if cell not in (None, "")] for column in columns)
    return any(sum(text in items for text in texts) * 2 > len(texts) for texts in filled)


def _suppose_organization(guess: Guessed) -> None:
    """Suppose that the names of bodies stand in the column of words that nobody could guess and that is filled most."""
    worded = [name for name in guess.open if name in guess.seen and guess.seen[name].worded]
    if not worded:
        return
    name = max(worded, key=lambda column: (guess.seen[column].filled, -guess.names.index(column)))
    guess.open.remove(name)
    guess.fields = {"organization": [name]} | guess.fields
    guess.why[name] = "PERHAPS, since no other column looks like names of bodies"


def source_code(name: str) -> str:
    """Return the code of a source from its name."""
    return re.sub(r"[^a-z0-9]+", "-", skeleton(name)).strip("-") or "list"


def _headers(sheet: Sheet) -> Iterator[tuple[float, Guessed]]:
    """Yield rows that may hold the names of columns, with how much they look like it."""
    rows = [list(row) for row in sheet.rows[: LOOK_FOR_HEADER + 2]]
    body = sum(any(cell not in (None, "") for cell in row) for row in sheet.rows)
    for place in range(min(LOOK_FOR_HEADER, len(rows))):
        for height in (1, 2):
            lines = rows[place : place + height]
            if len(lines) < height or not all(any(cell not in (None, "") for cell in line) for line in lines):
                continue
            if height == 2 and not _continues(*lines):
                continue
            names = joined(lines)
            hits = len({field for name in names if (field := _by_name(name))})
            named = any(_by_name(name) == "organization" for name in names)
            filled = sum(map(bool, names))
            if filled < 2 or (hits < 2 and not named):
                continue
            first = place + height
            tagged = first < len(rows) and sum(str(cell or "").startswith("#") for cell in rows[first]) > 1
            above = {str(cell) for line in rows[:place] for cell in line}
            own = [str(cell) for cell in lines[0] if cell not in (None, "")]
            has = next((text for text in own if text not in above), own[0])
            header = Header(has=has, rows=height, skip_after=int(tagged))
            yield (
                hits + 5 * named + filled / 10 + min(body, 100) / 50,
                Guessed(sheet, header, first + int(tagged), names),
            )


def _fullest(sheet: Sheet) -> tuple[float, Guessed] | None:
    """Return the first row that is filled as far as any: the names of columns, where nothing else tells them."""
    rows = [list(row) for row in sheet.rows[:LOOK_FOR_HEADER]]
    filled = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows]
    if not filled or max(filled) < 2 or len(sheet.rows) < 2:
        return None
    place = filled.index(max(filled))
    names = joined(rows[place : place + 1])
    header = Header(has=next(str(cell) for cell in rows[place] if cell not in (None, "")))
    return len(sheet.rows) / 100, Guessed(sheet, header, place + 1, names)


def _continues(upper: list[object], lower: list[object]) -> bool:
    """Tell whether a row goes on with the names above it: under merged cells, in words and not in data."""
    texts = [str(cell) for cell in lower if cell not in (None, "")]
    if any(re.search(r"\d{3,}|@", text) for text in texts) or len(set(texts)) < len(texts):
        return False
    pairs = [
        (upper[n] if n < len(upper) else None, lower[n] if n < len(lower) else None)
        for n in range(max(len(upper), len(lower)))
    ]
    gaps = sum(above in (None, "") and below not in (None, "") for above, below in pairs)
    return gaps > 0 and sum(above not in (None, "") for above, _ in pairs) > 1


def _by_name(name: str) -> str:
    """Return the field that a column's name speaks of; of a name in two lines the lower one counts first."""
    parts = name.split(" / ")
    if len(parts) > 1 and _language_in(parts[-1]):
        parts = parts[:-1]
    for part in (*reversed(parts), name):
        folded = coarse(fold_header(part).replace("_", " "))
        words = re.findall(r"[^\W_]+|№", folded) or ["№"] * ("№" in part)
        for field_name, phrases in _VOCABULARY:
            if any(phrase in folded if " " in phrase else phrase in words for phrase in phrases):
                return field_name
    return ""


def _phrases(text: str) -> tuple[str, ...]:
    parts = text.split("|")
    alone = [word for part in parts[:1] if len(parts) == 1 or len(part.split()) > 4 for word in part.split()]
    together = parts if not alone else parts[1:]
    return tuple(filter(None, (coarse(word) or word for word in (*alone, *together))))


FIRST = (
    "excludes",
    "contact",
    "description",
    "covers",
    "precision",
    "utc_offset",
    "funded_until",
    "verified_how",
    "verified_by",
    "organization_kind",
    "place_name",
    "marking",
    "fax",
    "messenger",
)
"""Fields known by several words together, or by words that stand beside those of other fields."""

_VOCABULARY = sorted(
    ((field, _phrases(text)) for field, text in WORDS.items()),
    key=lambda pair: (pair[0] not in FIRST, 0),
)
"""Fields with their words; those of several words first, since their single words mean something else."""


def _guess_columns(guess: Guessed, alike: Sequence[Guessed], area: StudyArea | None) -> None:
    """Give every column its field: by its name where its cells do not speak against it, else by its cells."""
    body = []
    for other in alike:  # cells of the other sheets stand where this one has their column
        order = [other.names.index(name) if name in other.names else -1 for name in guess.names]
        body += [
            [row[place] if 0 <= place < len(row) else None for place in order]
            for row in other.sheet.rows[other.first :]
        ]
    filled = [row for row in body if sum(cell not in (None, "") for cell in row) > 1]
    guess.count = len(filled)
    taken: set[str] = set()
    for place, name in enumerate(guess.names):
        if not name:
            continue
        column_guess = looked_at([row[place] for row in filled[:SAMPLE] if place < len(row)], area)
        guess.seen[name] = column_guess
        field = "marking" if asks_consent(name) else _by_name(name)
        if ADDED.match(fold_header(name)):
            guess.private.append(name)
            guess.why[name] = "added by the survey tool"
        elif {coarse(word) for word in REMARKS} & set(re.findall(r"[^\W_]+", coarse(name))):
            guess.private.append(name)
            guess.why[name] = "remarks are never kept"
        elif field and not column_guess.speaks_against(field):
            _give(guess, name, field, "by its name", taken)
        elif (code := _service_of(name, column_guess)) is not None:
            guess.services[name] = code
            guess.why[name] = "yes or no, by its name"
        elif field in HEADING_SAYS and column_guess.taken_for not in SHAPED:
            guess.open.append(name)
            guess.why[name] = f"is called {field}, and holds something else"
        elif column_guess.taken_for and column_guess.taken_for not in taken:
            _give(guess, name, column_guess.taken_for, f"by what stands in it ({column_guess.share:.0%})", taken)
        else:
            guess.open.append(name)
    _choose_service(guess)


def _choose_service(guess: Guessed) -> None:
    """Keep the columns that name kinds of help; where none does, columns of yes and no tell them."""
    columns = guess.fields.get("service", [])
    known = {name: guess.seen[name].shares.get("service", 0.0) for name in columns}
    columns.sort(key=lambda name: -known[name])
    if columns and known[columns[0]] >= 0.3:
        guess.open += [name for name in columns if known[name] < 0.3]
        guess.fields["service"] = [name for name in columns if known[name] >= 0.3]
    if columns:
        guess.open += guess.services
        guess.services = {}


def _give(guess: Guessed, name: str, field: str, why: str, taken: set[str]) -> None:
    spoken = _language_in(name) if field in SPOKEN else ""
    full = f"{field}.{spoken}" if spoken else field
    if full in guess.fields and full not in ("phone", "service", "place", "unit"):
        if full == "organization" and guess.seen[name].taken_for:
            _give(guess, name, guess.seen[name].taken_for, why, taken)
            return
        guess.open.append(name)
        return
    guess.fields.setdefault(full, []).append(name)
    guess.why[name] = why
    taken.add(field)
    if full == "key":
        guess.key = [name]
    if full == "contact":
        guess.why[name] = "a person: stays with the custodians"


def _language_in(name: str) -> str:
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return next(
        (
            code
            for code in codes()
            if any(
                word == sign or (len(sign) > 2 and word.startswith(sign))
                for word in words
                for sign in language(code).headings
            )
        ),
        "",
    )


def _service_of(name: str, column_guess: ColumnGuess) -> str | None:
    """Return the kind of help that a column of yes and no is about."""
    match = match_term("service_types", name) if column_guess.answers else None
    return match.code if match is not None else None


def _map(guess: Guessed, source: str) -> ColumnMap:
    fields = {name: columns for name, columns in guess.fields.items() if name != "key"}
    unread = [Quoted(name) for name in guess.open]
    notes: list[str] = []
    if unread:
        notes.append(Phrase("not read, since nothing tells what stands there: {names}", names=Several(unread)))
    return ColumnMap(
        source=source_code(source),
        name=source,
        fields=fields,
        header=guess.header,
        key=guess.key,
        ignored=[*guess.open, *(() if guess.services and "service" not in fields else guess.services)],
        private=guess.private,
        sheets=Sheets(only=[name for name in guess.sheets if name]),
        shape="place" if guess.services and "service" not in fields else "service",
        services=guess.services,
        rows=Expected(least=0, refused=20 + guess.count // 2),
        notes=notes,
    )


def drafted(sheets: Sequence[Sheet], file: str, area: StudyArea) -> str:
    """Write what can be guessed of a list as a column map (TOML) to go on from, each line with its reason.

    No cell of the list stands in it but markings and unknown words for kinds of help, which a map must name.

    Raises
    ------
    FormatError
        When no row looks like the names of columns.
    """
    guess = guessed(sheets, area, to_draft=True)
    stem = re.sub(r"\.\w+$", "", file)
    made = _map(guess, stem)
    least, most = max(1, guess.count * 8 // 10), guess.count * 5 // 4 + 10
    lines = [
        f"# Draft of a column map for {file}, guessed. Read every line; docs/importing.md explains the keys.",
        f"source = {_text(_short(stem))}    # short name of the sender: choose it now, it never changes",
        f"name = {_text(stem)}",
        'licence = ""',
    ]
    if made.shape != "service":
        lines.append(f"shape = {_text(made.shape)}    # a row is a place; columns say which services are there")
    if guess.key:
        lines.append(f"key = {_text(guess.key[0])}    # the sender's own number of a row")
    else:
        lines.append('# key = "..."    # a column with the sender\'s own number, if there is one')
    lines += [
        f"rows = {{ least = {least}, most = {most}, refused = {max(20, guess.count // 10)} }}"
        f"    # {guess.count} rows are there now",
    ]
    if guess.sheet.name:
        others = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in guess.sheets]
        note = f"    # left out: {', '.join(others)}" if others else ""
        lines.append(f"sheets = {{ only = [{', '.join(map(_text, guess.sheets))}] }}{note}")
    header = guess.header
    more = (f", rows = {header.rows}" if header.rows > 1 else "") + (
        f", skip_after = {header.skip_after}" if header.skip_after else ""
    )
    lines.append(f"header = {{ has = {_text(header.has)}{more} }}    # the row of names, row {_row_of(guess)}")
    lines += _listed("private", guess.private, "remarks: looked at for words such as 'do not publish', never kept")
    lines += _open_columns(guess)
    lines += ["", "[fields]    # field = column; the fields are listed in docs/importing.md"]
    if not any(name.partition(".")[0] == "organization" for name in guess.fields):
        lines.append(
            '# organization = "..."    # TO BE DECIDED: the column with the names of bodies; no row counts without'
        )
    for name, columns in guess.fields.items():
        shown = _text(columns[0]) if len(columns) == 1 else f"[{', '.join(map(_text, columns))}]"
        why = guess.why.get(columns[0], "")
        lines.append(f"{_text(name) if '.' in name else name} = {shown}    # {why}: {FIELDS[name.partition('.')[0]]}")
    if guess.services and made.shape == "place":
        lines += ["", "[services]    # column = kind of help that it says yes or no to"]
        lines += [f"{_text(column)} = {_text(code)}" for column, code in guess.services.items()]
    lines += [*_markings(guess), *_precisions(guess), *_words(guess)]
    return "\n".join(lines) + "\n"


def _short(stem: str) -> str:
    """Return a short name for a sender from the name of a file."""
    plain = re.sub(r"[^a-z0-9]+", "-", stem.casefold()).strip("-")
    return plain if stem.isascii() and plain else source_code(stem)


def _row_of(guess: Guessed) -> int:
    return guess.sheet.first_row + guess.first - guess.header.rows - guess.header.skip_after


def _open_columns(guess: Guessed) -> list[str]:
    """List the columns that are to be decided, with what they look like and never what stands in them."""
    if not guess.open:
        return ["ignored = []"]
    lines = ["", "# TO BE DECIDED: move each to [fields] or to private, or leave it ignored.", "ignored = ["]
    for name in guess.open:
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
    if column is None:
        lines += ["", "[constants]    # no column says who may see a row: all are alike", 'marking = "all"']
        words = ["all"]
    else:
        words = sorted(word for word in guess.seen[column].words if word)
    lines += [
        "",
        "[markings]    # the sender's word = public, partner, focal_point or custodian; two people approve it",
    ]
    return lines + [f'{_text(word)} = "custodian"' for word in words]


def _precisions(guess: Guessed) -> list[str]:
    """Write the table of how closely a place may be shown: nowhere until the sender's words are understood."""
    column = next(iter(guess.fields.get("precision", ())), None)
    if column is None:
        return []
    words = guess.seen[column].words
    return ["", "[precisions]    # the sender's word = exact, area or none"] + [
        f'{_text(word)} = "none"' for word in words
    ]


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
                for part in [cell] if name == "unit" else parsers.split_list(cell, known=known):
                    counts[part] += 0 if known(part) else count
        words[name] = [(word, count) for word, count in counts.most_common(MOST_TAUGHT) if count]
    return {name: unknown for name, unknown in words.items() if unknown}
