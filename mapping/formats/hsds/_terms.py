"""The terms of other taxonomies: kept as they were sent, and beside them the term of ours that means the same."""

import re
from functools import cache
from typing import Literal, NamedTuple, cast

from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._names import SentRow
from mapping.language.i18n import Label, Message
from mapping.language.taxonomy import VOCABULARIES, match_term
from mapping.language.taxonomy import Vocabulary as Terms
from mapping.model import record_id

LinkType = Literal["service_type", "serves", "excludes", "organization_type", "classification"]

LINKS: dict[str, LinkType] = {"service_types": "service_type", "beneficiaries": "serves"}
"""Taxonomy of ours -> what its terms say of a service."""

OPEN_ELIGIBILITY = re.compile(r"open\s*-?_?eligibility|^oe$", re.I)
SURE = 0.95
"""Least score of a match of words that needs nobody to look."""


class Ours(NamedTuple):
    """A term of one of our taxonomies."""

    taxonomy: str
    code: str

    @property
    def id(self) -> str:
        """The id of its record."""
        return record_id("rohnamo", "taxonomy_term", self.taxonomy, self.code)


@cache
def _open_eligibility() -> dict[str, str]:
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
        known = _open_eligibility()
        if ours := known.get(code.casefold()) or known.get(name.casefold()):
            return Ours("service_types", ours)
    for vocabulary in LINKS:
        match = match_term(vocabulary, name) if name else None
        if match is not None and match.score >= SURE and match.how != "code":
            return Ours(vocabulary, match.code)
    return None


def settle_terms(feed: Feed) -> dict[str, Ours]:
    """Keep the terms that are not ours; return what each term of the file means among ours."""
    terms, taxonomies = feed.rows["taxonomy_term"], feed.rows["taxonomy"]
    means: dict[str, Ours] = {}
    own, own_taxonomies = set[str](), set[str]()
    for row in [*terms.values()]:
        taxonomy = taxonomies.get(row.fields.get("taxonomy_id", ""))
        called = str(row.fields.get("taxonomy") or (taxonomy.fields.get("name") if taxonomy else "") or "")
        code, name = str(row.fields.get("code") or ""), str(row.fields.get("name") or "")
        if called in VOCABULARIES and code in Terms.load(called):
            means[row.id] = Ours(called, code)
            own.add(row.id)
            own_taxonomies.add(row.fields.get("taxonomy_id", ""))
        elif ours := meaning(name, code or row.sent, called):
            means[row.id] = ours
        if row.id in own or (row.id in means and Terms.load(means[row.id].taxonomy).term(means[row.id].code).sensitive):
            del terms[row.id]
        elif name or code:
            row.fields |= {"name": name or code, "description": row.fields.get("description", "")}
        else:
            feed.refuse(row, "name", Message("the term has no name"), Message("ask the sender for it"))
    for row in [*feed.rows["translation"].values()]:
        if row.fields.get("link_id") in own:
            del feed.rows["translation"][row.id]  # our terms bring their labels with them
    for row in [*taxonomies.values()]:
        if row.id in own_taxonomies and row.fields.get("name") in VOCABULARIES:
            del taxonomies[row.id]
        else:
            row.fields = {"name": row.sent, "description": ""} | row.fields
    for row in terms.values():
        if row.fields.get("parent_id") in own:
            row.fields["parent_id"] = means[row.fields["parent_id"]].id
    return means


def settle_attributes(feed: Feed, means: dict[str, Ours]) -> None:
    """Make the attributes: terms of ours as what they say, terms of others as classifications with ours beside them."""
    known = feed.context.known
    for row in [*feed.rows["attribute"].values()]:
        fields = row.fields
        link, entity, term = (fields.get(name) or "" for name in ("link_id", "link_entity", "taxonomy_term_id"))
        if link not in feed.rows[entity] and not any(link in of for of in (known.bodies, known.owners, known.places)):
            problem = Message("link_id {sent!r} is in no row of the file", sent=row.cells.get("link_id"))
            feed.refuse(row, "link_id", problem, Message("ask the sender for the row"))
            continue
        ours, link_type = means.get(term), _link_type(str(row.cells.get("link_type") or ""))
        if term in feed.rows["taxonomy_term"]:
            fields["link_type"] = "classification"
            if ours is not None and ours.taxonomy in LINKS:
                add_meaning(feed, feed.rows[entity].get(link) or row, ours.code, ours.taxonomy)
        elif ours is not None:
            fields |= {
                "taxonomy_term_id": ours.id,
                "link_type": link_type or LINKS.get(ours.taxonomy, "classification"),
            }
        elif term or not (fields.get("value") or fields.get("label")):
            _settle_without_term(feed, row, link_type)
        else:
            fields["link_type"] = link_type if link_type in ("serves", "excludes") else "classification"


def _settle_without_term(feed: Feed, row: SentRow, link_type: LinkType | None) -> None:
    """Say that the term of an attribute is not there; without any other words it says nothing."""
    if row.fields.pop("taxonomy_term_id", None):
        sent = row.cells.get("taxonomy_term_id")
        problem = Message("taxonomy_term_id {sent!r} is in no row of taxonomy_terms", sent=sent)
        feed.say(row, "taxonomy_term_id", problem, Message("the term was left out; ask the sender for it"))
    if not (row.fields.get("value") or row.fields.get("label")):
        feed.refuse(row, "taxonomy_term_id", Message("the row says nothing"), Message("ask the sender for its term"))
    row.fields["link_type"] = link_type if link_type in ("serves", "excludes") else "classification"


def add_meaning(feed: Feed, row: SentRow, code: str, taxonomy: str = "service_types") -> None:
    """Say of a service, or of that at a place, what it is among our terms."""
    service = row.fields.get("service_id") if row.table == "service_at_location" else row.id
    if service is None or row.table not in ("service", "service_at_location"):
        return
    fields = {
        "link_id": service,
        "link_entity": "service",
        "link_type": LINKS[taxonomy],
        "taxonomy_term_id": Ours(taxonomy, code).id,
    }
    own = record_id(feed.source.id, "attribute", service, LINKS[taxonomy], code)
    feed.rows["attribute"].setdefault(own, SentRow("attribute", {}, row.sheet, row.row, own, fields=fields))


def say_meaning_of_name(feed: Feed, row: SentRow, code: str) -> None:
    """Say that a service was given the kind that its name is a label or synonym of."""
    label = Label(code, Terms.load("service_types").term(code).labels)
    problem = Message("{name!r} was taken for the kind {code}", name=row.fields["name"], code=label)
    feed.say(row, "name", problem, Message("change it if that is wrong"), "note")


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
