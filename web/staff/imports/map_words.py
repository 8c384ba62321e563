"""A column map in words: what each column becomes, with its first values, and how many entries are for whom."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapping.batch import Batch
from mapping.column_map import FIELDS, ColumnMap
from mapping.language.i18n import Label, Message, country_name, show
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES, Audience
from web.staff.fields import AUDIENCE_LABELS, PRECISE, labels

PRIVATE = Message("never kept: remarks, people")
UNREAD = Message("not read")
ALL_ROWS = Message("all rows")
A_ROW = Message("What a row is")
SHAPES = labels("list")
"""Shape of a list whose rows are no services -> what they are."""

BECOMES = labels("column")
"""Field of a list -> what an entry calls it; other fields are told by what `mapping.column_map.FIELDS` says of them."""


VOCABULARIES = (
    "service_types",
    "beneficiaries",
    "answers",
    "standards",
    "case_measures",
    "sexes",
    "age_bands",
    "exploitation",
    "organization_types",
    "statuses",
    "verification",
)
"""Lists of whose codes a map may say what a word stands for."""


@dataclass(frozen=True)
class MapWords:
    """A column map in words."""

    columns: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Heading, what it becomes, first values."""
    meanings: tuple[tuple[str, str], ...]
    """A word of the sender, and what it stands for."""
    audiences: tuple[tuple[Audience, int], ...]
    """How many services are for whom, were the map agreed to."""
    is_there: bool
    """Whether the list was there to look at."""


def becomes(field: str, language: str) -> str:
    """Return what a column becomes, in words."""
    name, _, spoken = field.partition(".")
    if name in ("private", ""):
        return (PRIVATE if name else UNREAD).into(language)
    word = BECOMES[name].into(language) if name in BECOMES else show(FIELDS.get(name, name), language)
    word = word[:1].upper() + word[1:]
    return f"{word} ({language_of(spoken).name})" if spoken else word


def named(column: str, language: str) -> str:
    """Return a field in words, for an issue that no column of the list is about; other names stay as they are."""
    return becomes(column, language) if isinstance(column, Label) else column


def in_words(columns: ColumnMap, batch: Batch | None, units: Mapping[str, str], language: str) -> MapWords:
    """Return a column map in words; ``batch`` is its list read by it, ``units`` the names of area units by code."""
    if batch is not None:
        read = tuple((column.heading, becomes(column.taken_for, language), column.values) for column in batch.columns)
    else:
        named = [(name, field) for field, names in columns.fields.items() for name in names]
        named += [(name, "private") for name in columns.private] + [(name, "") for name in columns.ignored]
        read = tuple((name, becomes(field, language), ()) for name, field in named)
    counts: Counter[Any] = Counter(getattr(record, "audience", "") for record in (batch.of("service") if batch else ()))
    return MapWords(
        read,
        tuple(_meanings(columns, units, language)),
        tuple((audience, counts[audience]) for audience in AUDIENCES if counts[audience]),
        batch is not None,
    )


def _meanings(columns: ColumnMap, units: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    alike = columns.constants.get("marking")
    meanings = [
        (ALL_ROWS.into(language) if word == alike else word, AUDIENCE_LABELS[audience].into(language))
        for word, audience in columns.markings.items()
    ]
    meanings += [(word, PRECISE[precision].into(language)) for word, precision in columns.precisions.items()]
    if columns.shape in SHAPES:
        meanings.append((A_ROW.into(language), SHAPES[columns.shape].into(language)))
    terms = [Vocabulary.load(name) for name in VOCABULARIES]
    countries = columns.words.get("country", {})
    meanings += [(word, show(country_name(code), language)) for word, code in countries.items()]
    taught = [words for field, words in columns.words.items() if field != "country"]
    pairs = [pair for words in (*taught, *columns.choices.values()) for pair in words.items()]
    constants = [(becomes(name, language), code) for name, code in columns.constants.items() if name != "marking"]
    pairs += [(column, code) for column, values in columns.headings.items() for code in values.values()]
    for word, code in (*pairs, *columns.services.items(), *columns.standards.items(), *constants):
        labels = [str(known.label(code, language)) for known in terms if code in known]
        meanings.append((word, labels[0] if labels else units.get(code, code)))
    return meanings
