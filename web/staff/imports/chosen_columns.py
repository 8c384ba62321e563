"""Between what is guessed of the columns of a list, what somebody chose in the form, and the column map made of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mapping.column_map import FIELDS as MEANINGS
from mapping.column_map import ColumnMap
from mapping.intake.guess.draft import unknown_words
from mapping.language.taxonomy import Vocabulary
from web.access.guard import study_area

KIND = "kind:"
"""What a column of yes and no is taken for, before the code of the kind of help that it says yes or no to."""
ANSWER = re.compile(r"m\d+|w[a-z]+\d+")
"""Names of the answers in a form that are about words of the chosen columns."""


def taken_for(of: Any) -> dict[str, str]:
    """Return what each column of a guess, or of a column map, is taken for."""
    taken = {name: field for field, names in of.fields.items() for name in names}
    taken |= dict.fromkeys(of.private, "private")
    return taken | ({name: f"{KIND}{code}" for name, code in of.services.items()} if of.shape == "place" else {})


def as_chosen(guess: Any, form: Mapping[str, str]) -> Any:
    """Return a guess with the fields that somebody chose for its columns; as it is where nobody did."""
    if not form:
        return guess
    fields: dict[str, list[str]] = {}
    for place, name in enumerate(name for name in guess.names if name):
        choice = form.get(f"c{place}", "")
        if choice in offered(()):
            fields.setdefault(choice, []).append(name)
    return replace(guess, fields=fields)


def asks_about(guess: Any) -> str:
    """Return the columns whose words are asked about: answers about others count for nothing."""
    fields = ("marking", "service", "serves", "unit")
    return "|".join(f"{field}={column}" for field in fields for column in guess.fields.get(field, ()))


def form_of(columns: ColumnMap, guess: Any) -> dict[str, str]:
    """Return the form that says what a column map says, so that whoever comes back to it finds their answers."""
    taken = taken_for(columns)
    form = {"source": columns.source, "name": columns.name, "licence": columns.licence, "key": "".join(columns.key)}
    form |= {f"c{place}": taken.get(name, "") for place, name in enumerate(name for name in guess.names if name)}
    chosen = as_chosen(guess, form)
    form |= {"asked": asks_about(chosen), "all": columns.markings.get("all", "")}
    form |= {f"m{place}": columns.markings.get(word, "") for place, word in enumerate(marking_words(chosen))}
    form |= {f"k{name}": columns.constants.get(name, "") for name in untold(guess)}
    for name, words in unknown_words(chosen, study_area()).items():
        taught = columns.words.get(name, {})
        form |= {f"w{name}{place}": taught.get(word, "") for place, (word, _) in enumerate(words)}
    return form


def offered(used: Iterable[str], shape: str | None = None) -> list[str]:
    """Return the fields that a column may be given, those for a language among them; of a shape only what it can hold.

    What belongs to one shape only says so before a colon, as in "agreement: its number".
    """
    spoken = [
        f"{field}.{code}" for field in ("organization", "description", "place_name") for code in study_area().languages
    ]
    fit = MEANINGS if shape is None else [name for name, text in MEANINGS.items() if _fits(text, shape)]
    return sorted({*fit, *spoken, *used} - {"private"})


def _fits(meaning: str, shape: str) -> bool:
    before, colon, _ = meaning.partition(":")
    others = {"agreement": "agreement", "activity": "activity", "assessment": "assessment", "case figures": "case"}
    return not colon or others.get(before, shape) == shape


def untold(guess: Any) -> list[str]:
    """Return what is asked once for all rows: the kind of help, of rows that tell none."""
    return [] if guess.other else ["service"]


def meant(language: str) -> dict[str, dict[str, str]]:
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
    services: dict[str, str] = {}
    private, ignored = [], []
    for place, name in enumerate(name for name in guess.names if name):
        choice = form.get(f"c{place}", "")
        if choice == "private":
            private.append(name)
        elif choice.startswith(KIND):
            services[name] = choice.removeprefix(KIND)
        elif choice in offered(()):
            fields.setdefault(choice, []).append(name)
        else:
            ignored.append(name)
    if "service" in fields:
        services, ignored = {}, [*ignored, *services]
    source = source_of_form(form)
    words = marking_words(replace(guess, fields=fields))
    markings = {word: form[f"m{place}"] for place, word in enumerate(words) if form.get(f"m{place}")}
    alike = {name: text for name in untold(guess) if (text := form.get(f"k{name}", "").strip())}
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
            "services": services,
            "shape": guess.other or ("place" if services else "service"),
            "private": private,
            "ignored": ignored,
            "key": key,
            "markings": markings,
            "constants": constants,
            "words": {name: meanings for name, meanings in taught.items() if meanings and name in fields},
            "header": guess.header,
            "sheets": {"only": [name for name in guess.sheets if name]},
            "rows": {
                "least": max(1, guess.count * 8 // 10),
                "most": guess.count * 5 // 4 + 10,
                "refused": 20 + guess.count // 2,
            },
        }
    )


def source_of_form(form: Mapping[str, str]) -> str:
    """Return the short name of the sender that was typed."""
    return form.get("source", "").strip().casefold()


def marking_words(guess: Any) -> list[str]:
    """Return the words by which the sender says who may see a row."""
    column = next(iter(guess.fields.get("marking", ())), "")
    return sorted(word for word in guess.seen[column].words if word) if column in guess.seen else []
