"""The taxonomies that come with Rohnamo, as records of a directory."""

from functools import cache

from mapping.model import Record, Taxonomy, TaxonomyTerm, Translation, record_id
from mapping.taxonomy import Taxonomy as Terms
from mapping.taxonomy import Term

VOCABULARIES = ("service_types", "beneficiaries", "standards")
"""Taxonomies that every directory holds."""


@cache
def vocabulary() -> tuple[Record, ...]:
    """Return the taxonomies that every directory holds, their terms, and the labels of these in other languages."""
    records: list[Record] = []
    for name in VOCABULARIES:
        terms = Terms.load(name).terms()
        taxonomy = Taxonomy(id=record_id("rohnamo", "taxonomy", name), name=name, description="Rohnamo")
        records += [taxonomy, *(_term_record(term, taxonomy.id) for term in terms)]
        records += [
            Translation(
                id=record_id("rohnamo", "translation", name, term.code, language), link_id=term_id(term),
                link_entity="taxonomy_term", field="name", language=language, text=text,
            )
            for term in terms
            for language, text in term.labels.items()
            if language != "en"
        ]  # fmt: skip
    return tuple(records)


def term_id(term: Term) -> str:
    """Return the id of the record of a term."""
    return record_id("rohnamo", "taxonomy_term", term.taxonomy, term.code)


def _term_record(term: Term, taxonomy_id: str) -> TaxonomyTerm:
    return TaxonomyTerm(
        id=term_id(term), code=term.code, name=str(term.label("en")), description=term.definition,
        taxonomy=term.taxonomy, language="en", taxonomy_id=taxonomy_id,
        parent_id=record_id("rohnamo", "taxonomy_term", term.taxonomy, term.parent) if term.parent else None,
    )  # fmt: skip
