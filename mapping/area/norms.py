"""Norms of a study area: those of the common table, with what the country's own file adds, replaces or takes out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from mapping.language.taxonomy import Term, Vocabulary

if TYPE_CHECKING:
    import pandas as pd

Base = Literal["people", "women", "region", "country"]
BASES: dict[str, Base] = {
    "total population": "people",
    "women": "women",
    "province/region (admin-1)": "region",
    "country (more for dense countries: one per region)": "country",
}
"""What a norm is counted by: people, women, each region, or the country, each region of which it must reach."""

OWN = "own"
"""The status of the source of a norm that the country gave itself: it counts as seen."""
COUNTED = ("seen", OWN)
"""Of which status the source of a norm is that counts."""
COLUMNS = ("code", "service_type", "value", "per", "base", "source")
"""The columns that the file must have, beside ``label_en`` and a label in each language of the study area."""


def merged(own: Iterable[Term]) -> list[Term]:
    """Return the norms that hold in a country: its own in place of the common ones of their codes, others after them.

    A norm of its own without a value takes the common one out.
    """
    norms = {term.code: term for term in Vocabulary.load("norms").terms()} | {term.code: term for term in own}
    return [term for term in norms.values() if term.source_status != OWN or term.value is not None]


def read_norms(frame: pd.DataFrame, languages: Iterable[str], fault: Callable[[str, str], None]) -> list[Term]:
    """Return the norms of a country's file.

    Parameters
    ----------
    frame
        Its cells as text, with the `COLUMNS`.
    languages
        Those of the study area; each norm needs a label in each, and in English.
    fault
        Takes what is wrong with a row, and how to mend it.
    """
    terms: dict[str, Term] = {}
    for number, row in enumerate(frame.to_dict("records"), 2):
        cells = {str(column): str(cell).strip() for column, cell in row.items()}
        code, faults = cells["code"], dict[str, str]()
        if not code:
            faults["has no code"] = "give it one, such as TJ01, or that of the common norm that it replaces"
        elif code in terms:
            faults[f"has the code {code!r} a second time"] = "give each norm one row"
        if cells["value"]:
            faults |= _faults(cells, languages)
        elif code not in Vocabulary.load("norms"):
            faults["has no value"] = "give the number that is asked for; only a common norm can be taken out"
        for what, fix in faults.items():
            fault(f"row {number} {what}", fix)
        if not faults:
            terms[code] = _term(cells)
    return list(terms.values())


def _faults(cells: Mapping[str, str], languages: Iterable[str]) -> dict[str, str]:
    types, faults = Vocabulary.load("service_types"), dict[str, str]()
    kind = cells["service_type"]
    if kind not in types or types.children(kind):
        faults[f"names the service type {kind!r}"] = "name a type of service_types.csv, such as ACC-GBV"
    for column in ("value", "per"):
        if _positive(cells[column]) is None:
            faults[f"has {cells[column]!r} as {column}"] = "write a number above 0, such as 10000"
    if cells["base"] not in BASES.values():
        faults[f"has {cells['base']!r} as base"] = f"write one of {', '.join(BASES.values())}"
    if not cells["source"]:
        faults["has no source"] = "say which law, order or plan asks for it, and of which year"
    for language in dict.fromkeys(("en", *languages)):
        if not cells.get(f"label_{language}"):
            faults[f"has no label_{language}"] = "say the norm in that language, with its number, in one sentence"
    return faults


def _positive(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number > 0 and math.isfinite(number) else None


def _term(cells: Mapping[str, str]) -> Term:
    bases: dict[str, str] = {short: words for words, short in BASES.items()}
    labels = {column.removeprefix("label_"): cell for column, cell in cells.items() if column.startswith("label_")}
    return Term(
        taxonomy="norms",
        code=cells["code"],
        labels={language: text for language, text in labels.items() if text},
        service_type=cells["service_type"] or None,
        value=_positive(cells["value"]),
        unit=cells.get("unit", ""),
        per=_positive(cells["per"]),
        population_base=bases.get(cells["base"], ""),
        source=cells["source"],
        source_url=cells.get("source_url", ""),
        source_status=OWN,
    )
