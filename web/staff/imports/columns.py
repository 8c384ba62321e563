"""Columns of a list: what they are guessed to be, what somebody chose, the map made of it, and that map in words."""

from collections.abc import Mapping
from dataclasses import replace

from mapping.area.study_area import StudyArea
from mapping.column_map import FIELDS, ColumnMap
from mapping.intake.guess.column_map import KIND, PASSED, PRIVATE, Guessed
from mapping.intake.guess.draft import unknown_words
from mapping.language.i18n import Label, Message, country_name, show
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from web.access.guard import study_area
from web.staff.fields import AUDIENCE_LABELS, PRECISE, labels

NEVER_KEPT = Message("never kept: remarks, people")
UNREAD = Message("not read")
SHAPES, HEADINGS = labels("list"), labels("column")
"""What the rows of a list are that are no services; and what an entry calls a field of a list."""
VOCABULARIES = (
    *("service_types", "beneficiaries", "answers", "standards", "case_measures", "sexes", "age_bands"),
    *("exploitation", "organization_types", "statuses", "verification"),
)
"""Lists of whose codes a map may say what a word stands for."""


def read_as(guess: Guessed) -> dict[str, str]:
    """Return what each column is read as, by a guess."""
    return {name: "" if taken == PASSED else taken for name, taken in guess.taken.items()} | dict.fromkeys(
        guess.private, PRIVATE
    )


def as_chosen(guess: Guessed, form: Mapping[str, str]) -> Guessed:
    """Return a guess with what somebody chose for its columns; as it is where nobody did."""
    if not form:
        return guess
    names = [name for name in guess.names if name]
    taken = {name: form.get(f"c{place}", "") for place, name in enumerate(names)}
    offers = {*offered(), PRIVATE}
    return replace(guess, taken={name: as_ if as_ in offers or KIND in as_ else "" for name, as_ in taken.items()})


def offered(shape: str | None = None) -> list[str]:
    """Return the fields that a column may be given, those for a language among them; of a shape only what fits it.

    What belongs to one shape only says so before a colon, as in "agreement: its number".
    """
    fields = [
        f"{name}.{code}" for name in ("organization", "description", "place_name") for code in study_area().languages
    ]
    shapes = {"agreement": "agreement", "activity": "activity", "assessment": "assessment", "case figures": "case"}
    for name, text in FIELDS.items():
        before, colon, _ = text.partition(":")
        if shape is None or not colon or shapes.get(before, shape) == shape:
            fields.append(name)
    return sorted(fields)


def marking_words(guess: Guessed) -> list[str]:
    """Return the words by which the sender says who may see a row."""
    return [word for column in guess.columns("marking")[:1] for word in guess.seen[column].words]


def questions(guess: Guessed) -> set[str]:
    """Return the names of the answers that a form should have: what each marking and each unknown word stands for."""
    unknown = unknown_words(guess, study_area())
    return {f"m:{word}" for word in marking_words(guess)} | {
        f"w:{field}:{word}" for field, words in unknown.items() for word, _ in words
    }


def meanings(language: str) -> dict[str, dict[str, str]]:
    """Return what a word of a list can stand for, by field: code -> label, by label."""
    area, types, groups = study_area(), Vocabulary.load("service_types"), Vocabulary.load("beneficiaries")
    codes: dict[str, dict[str, str]] = {
        "service": {term.code: str(term.label(language)) for term in types.terms()},
        "serves": {term.code: str(term.label(language)) for term in groups.terms()},
        "unit": {code: area.label(code, language) for code in area.all_units()},
    }
    return {name: dict(sorted(choices.items(), key=lambda pair: pair[1])) for name, choices in codes.items()}


def map_of(guess: Guessed, form: Mapping[str, str]) -> ColumnMap:
    """Make a column map of what was chosen for each column of a list, and for each of its unknown words.

    Raises
    ------
    ValidationError, ValueError
        It is none.
    """
    chosen = as_chosen(guess, form)
    services = {} if chosen.columns("service") else chosen.services
    markings = {word: form[f"m:{word}"] for word in marking_words(chosen) if form.get(f"m:{word}")}
    constants = {} if chosen.columns("marking") else {"marking": "all"}
    if form.get("kservice", "").strip() and not guess.other:
        constants["service"] = form["kservice"].strip()
    if not markings and form.get("all"):
        markings = {"all": form["all"]}
    words: dict[str, dict[str, str]] = {}
    for name, unknown in unknown_words(chosen, study_area()).items():
        for word, _ in unknown:
            if name in chosen.fields and form.get(f"w:{name}:{word}"):
                words.setdefault(name, {})[word] = form[f"w:{name}:{word}"]
    source, count = form.get("source", "").strip().casefold(), guess.count
    return ColumnMap.model_validate(
        {
            "source": source,
            "name": form.get("name", "").strip() or source,
            "licence": form.get("licence", "").strip(),
            "fields": chosen.fields,
            "services": services,
            "shape": guess.other or ("place" if services else "service"),
            "private": chosen.columns(PRIVATE),
            "ignored": [*chosen.columns(""), *(name for name in chosen.services if name not in services)],
            "key": [form["key"]] if form.get("key") in guess.names else [],
            "markings": markings,
            "constants": constants,
            "words": words,
            "header": guess.header,
            "sheets": {"only": [name for name in guess.sheets if name]},
            "rows": {"least": max(1, count * 8 // 10), "most": count * 5 // 4 + 10, "refused": 20 + count // 2},
        }
    )


def in_words(field: str, language: str) -> str:
    """Return what a column is read as, in words; other names, as an issue may have them, stay as they are."""
    name, _, spoken = field.partition(".")
    if name in ("private", ""):
        return (NEVER_KEPT if name else UNREAD).into(language)
    word = HEADINGS[name].into(language) if name in HEADINGS else str(show(FIELDS.get(name, name), language))
    word = word[:1].upper() + word[1:]
    return f"{word} ({language_of(spoken).name})" if spoken else word


def column_of_issue(column: str, language: str) -> str:
    """Return the column that an issue is about: its heading, or a field in words."""
    return in_words(column, language) if isinstance(column, Label) else column


def words_of(columns: ColumnMap, area: StudyArea, language: str) -> list[tuple[str, str]]:
    """Return the words of a sender with what a column map says that they stand for."""
    all_rows = columns.constants.get("marking")
    found = [
        (Message("all rows").into(language) if word == all_rows else word, AUDIENCE_LABELS[audience].into(language))
        for word, audience in columns.markings.items()
    ]
    found += [(word, PRECISE[precision].into(language)) for word, precision in columns.precisions.items()]
    if columns.shape in SHAPES:
        found.append((Message("What a row is").into(language), SHAPES[columns.shape].into(language)))
    countries = columns.words.get("country", {})
    found += [(word, str(show(country_name(code), language))) for word, code in countries.items()]
    pairs = [pair for field, words in columns.words.items() if field != "country" for pair in words.items()]
    pairs += [pair for words in columns.choices.values() for pair in words.items()]
    pairs += [(column, code) for column, values in columns.headings.items() for code in values.values()]
    pairs += [*columns.services.items(), *columns.standards.items()]
    pairs += [(in_words(name, language), code) for name, code in columns.constants.items() if name != "marking"]
    vocabularies = [Vocabulary.load(name) for name in VOCABULARIES]
    for word, code in pairs:
        terms = [str(terms.label(code, language)) for terms in vocabularies if code in terms]
        found.append((word, terms[0] if terms else area.label(code, language) if code in area.all_units() else code))
    return found
