"""The terms of other taxonomies: kept as they were sent, and beside them the term of ours that means the same."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, cast

from mapping.formats.hsds._take import Taking
from mapping.language.i18n import Label, Phrase
from mapping.language.taxonomy import VOCABULARIES, match_term
from mapping.language.taxonomy import Vocabulary as Terms
from mapping.model import Attribute, Service, ServiceAtLocation, TaxonomyTerm, Translation, record_id
from mapping.record_tables import row_of_read, telling

LinkType = Literal["service_type", "serves", "excludes", "organization_type", "classification"]

LINKS: dict[str, LinkType] = {"service_types": "service_type", "beneficiaries": "serves"}
"""Taxonomy of ours -> what its terms say of a service."""

OPEN_ELIGIBILITY = re.compile(r"open\s*-?_?eligibility|^oe$", re.I)
SURE = 0.95
"""Least score of a match of words that needs nobody to look."""


@dataclass(frozen=True)
class Ours:
    """A term of one of our taxonomies."""

    taxonomy: str
    code: str

    @cached_property
    def id(self) -> str:
        """The id of its record."""
        return record_id("rohnamo", "taxonomy_term", self.taxonomy, self.code)


@cache
def _open_eligibility() -> dict[str, str]:
    """Return our service types by the id and the title of Open Eligibility."""
    codes: dict[str, str] = {}
    for term in Terms.load("service_types").terms():
        for text in (term.details.get("oe_id", ""), term.details.get("oe_title", "")):
            for part in filter(None, map(str.strip, re.split("[;|]", text))):
                codes.setdefault(part.casefold(), term.code)
    return codes


def meaning(name: str, code: str, taxonomy: str) -> Ours | None:
    """Return the term of ours that one of another taxonomy means; None where that is not sure.

    >>> meaning("Help Hotlines", "1305", "Open Eligibility")
    Ours(taxonomy='service_types', code='IDN-HOT')
    """
    if OPEN_ELIGIBILITY.search(taxonomy):
        ours_code = _open_eligibility().get(code.casefold()) or _open_eligibility().get(name.casefold())
        if ours_code:
            return Ours("service_types", ours_code)
    for ours in LINKS:
        match = match_term(ours, name) if name else None
        if match is not None and match.score >= SURE and match.how != "code":
            return Ours(ours, match.code)
    return None


def settle_terms(taking: Taking) -> dict[str, Ours]:
    """Keep the terms that are not ours; return what each term of the file means among ours."""
    taxonomies = taking.late["taxonomy"]
    means: dict[str, Ours] = {}
    own: set[str] = set()
    for late_term in taking.late["taxonomy_term"].values():
        fields = late_term.fields
        taxonomy = taxonomies.get(fields.get("taxonomy_id", ""))
        called = str(fields.get("taxonomy") or (taxonomy.fields.get("name") if taxonomy else "") or "")
        code, name = str(fields.get("code") or ""), str(fields.get("name") or "")
        if called in VOCABULARIES and code in Terms.load(called):
            means[late_term.id] = Ours(called, code)
            own.add(late_term.id)
            continue
        ours_term = meaning(name, code or late_term.sent, called)
        if ours_term is not None:
            means[late_term.id] = ours_term
        if ours_term is None or not Terms.load(ours_term.taxonomy).term(ours_term.code).sensitive:
            if name or code:
                taking.add(
                    late_term,
                    late_term.id,
                    fields | {"name": name or code, "description": fields.get("description", "")},
                )
            else:
                taking.refuse(late_term, "name", Phrase("the term has no name"), Phrase("ask the sender for it"))
    for text in [text for text in taking.records.of(Translation) if text.link_id in own]:
        del taking.records[text.id]  # our terms bring their labels with them
    ours = {
        late_term.fields.get("taxonomy_id") for id_, late_term in taking.late["taxonomy_term"].items() if id_ in own
    }
    for late_taxonomy in taxonomies.values():
        if late_taxonomy.id not in ours or late_taxonomy.fields.get("name") not in VOCABULARIES:
            taking.add(
                late_taxonomy,
                late_taxonomy.id,
                {"name": late_taxonomy.sent, "description": ""} | late_taxonomy.fields,
            )
    for record in taking.records.of(TaxonomyTerm):
        if record.parent_id in own:
            record.parent_id = means[record.parent_id].id
        if record.taxonomy_id is not None and record.taxonomy_id not in taking.records:
            problem = Phrase(
                "taxonomy_id {sent!r} is in no row of taxonomies", sent=taking.sent_as("taxonomy", record.taxonomy_id)
            )
            taking.say(taking.where(record), "taxonomy_id", problem, Phrase("the reference was left out"))
            record.taxonomy_id = None
        taking.records[record.id] = record
    return means


def settle_attributes(taking: Taking, means: dict[str, Ours]) -> None:
    """Make the attributes: terms of ours as what they say, terms of others as classifications with ours beside them."""
    for attribute in taking.settling("attribute"):
        fields = dict(attribute.fields)
        link, entity = fields.get("link_id"), fields.get("link_entity", "")
        if link is None or (link not in taking.records and not _known(taking, link)):
            sent = attribute.cells.get("link_id")
            taking.refuse(
                attribute,
                "link_id",
                Phrase("link_id {sent!r} is in no row of the file", sent=sent),
                Phrase("ask the sender for the row"),
            )
            continue
        term = fields.get("taxonomy_term_id")
        ours = means.get(term or "")
        link_type = _link_type(str(attribute.cells.get("link_type") or ""))
        if ours is not None and term not in taking.records:
            fields |= {
                "taxonomy_term_id": ours.id,
                "link_type": link_type or LINKS.get(ours.taxonomy, "classification"),
            }
            taking.add(attribute, attribute.id, fields)
            continue
        if term is not None and term not in taking.records:
            sent = attribute.cells.get("taxonomy_term_id")
            taking.say(
                attribute,
                "taxonomy_term_id",
                Phrase("taxonomy_term_id {sent!r} is in no row of taxonomy_terms", sent=sent),
                Phrase("the term was left out; ask the sender for it"),
            )
            fields["taxonomy_term_id"] = None
        if not (fields.get("taxonomy_term_id") or fields.get("value") or fields.get("label")):
            taking.refuse(
                attribute, "taxonomy_term_id", Phrase("the row says nothing"), Phrase("ask the sender for its term")
            )
            continue
        words_only = not fields.get("taxonomy_term_id") and link_type in ("serves", "excludes")
        taking.add(attribute, attribute.id, fields | {"link_type": link_type if words_only else "classification"})
        if ours is not None:
            add_meaning(taking, entity, link, ours)


def add_meaning(taking: Taking, entity: str, link: str, ours: Ours) -> None:
    """Say of a service what a term of another taxonomy means among ours."""
    linked, row = taking.records.row(link) if link in taking.records else (None, ())
    service = link if entity == "service" else None
    if linked is ServiceAtLocation:
        service = telling(ServiceAtLocation, "service_id")(row)
    kind = LINKS.get(ours.taxonomy)
    if service is not None and kind is not None:
        own = record_id(taking.sender, "attribute", service, kind, ours.code)
        if own not in taking.records:
            fields = {"link_id": service, "link_entity": "service", "link_type": kind, "taxonomy_term_id": ours.id}
            taking.records.put((Attribute, row_of_read(Attribute)(own, fields)))


def types_by_name(taking: Taking, types: dict[str, list[str]]) -> None:
    """Give services without a kind the one that their name is a label or synonym of."""
    for service, name in taking.records.told(Service, "id", "name"):
        match = match_term("service_types", name) if service not in types else None
        if match is not None and match.how in ("label", "synonym") and match.score == 1:
            add_meaning(taking, "service", service, Ours("service_types", match.code))
            types[service] = [match.code]
            taking.say(
                taking.place_of("service", service),
                "name",
                Phrase(
                    "{name!r} was taken for the kind {code}",
                    name=name,
                    code=Label(match.code, Terms.load("service_types").term(match.code).labels),
                ),
                Phrase("change it if that is wrong"),
                "note",
            )


def _link_type(text: str) -> LinkType | None:
    """Return what a link type of a feed means; None where the term itself must tell."""
    folded = text.casefold().strip()
    if folded in ("service_type", "serves", "excludes", "organization_type"):
        return cast("LinkType", folded)
    if "exclu" in folded or "ineligib" in folded:
        return "excludes"
    if "eligib" in folded or folded in ("audience", "target_population", "beneficiary"):
        return "serves"
    return None


def _known(taking: Taking, record: str) -> bool:
    known = taking.context.known
    return record in known.bodies or record in known.owners or record in known.places
