"""Agreeing: who may agree to what waits for a second person, and what of it is past its day.

A day that passes changes nothing but who is told: nothing is ever agreed to because nobody answered, and two people
stay two.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from mapping.directory.directory import Directory
from mapping.directory.gate import Waiting
from mapping.directory.proposals import OF_NO_RECORD, new_records
from mapping.directory.rows import Proposal
from mapping.language.i18n import translate
from mapping.model import RECORDS, WHOLES, references
from mapping.safety.agreed import THRESHOLD, Showing
from web.access.accounts import Account
from web.staff.fields import TABLES, labels
from web.staff.visible import VisibleRecords, name_of

ASKED = labels("proposal")
"""What a proposal asks for, by its kind."""

DECIDED_ALONE = re.compile(r"accepted|refused|withdrawn|\d+ (?:agreed to|taken up)")
"""Reasons that were written before and only repeat the act."""

SENT_IN = re.compile(r"change (\d+) sent in by (\S+)")


def why(reason: str, language: str) -> str:
    """Say why something was done: what somebody wrote as it stands, what code wrote, today or before, in words."""
    if DECIDED_ALONE.fullmatch(reason):
        return ""
    if match := SENT_IN.fullmatch(reason):
        return translate("Change {number}, sent in by {login}", language, number=match[1], login=match[2])
    return translate(reason.removeprefix("sources differ: "), language)


def may_agree(account: Account, waiting: Proposal | Waiting, store: Directory, whole: VisibleRecords) -> bool:
    """Tell whether something is about what a person sees, in a region where they may agree.

    What is for custodians only is for custodians to agree to, and nobody else is told of it. Whether the person is
    another one than whoever proposed it is not asked here.
    """
    if isinstance(waiting, Waiting):
        return may_agree_to_show(account, waiting.showing, whole)
    proposal = waiting
    if proposal.kind in OF_NO_RECORD:
        return account.may("approve")
    if proposal.kind == "statement":
        unit = json.loads(proposal.fields).get("area_unit")
        return account.may("approve", frozenset(whole.above(unit))) if unit else account.may("approve")
    if proposal.kind == "new" and proposal.decision != "accepted":
        return _may_agree_to_new(account, new_records(json.loads(proposal.fields)), whole)
    record = owner(whole, proposal)
    if record is not None and all(whole.has(proposal.link_entity, other) for other in others(proposal)):
        return account.may("approve", whole.units(record))
    units = hidden_units(proposal.link_entity, proposal.link_id, store, whole)
    return "custodian" in account.roles and account.may("approve", units)


def may_agree_to_show(account: Account, showing: Showing, whole: VisibleRecords) -> bool:
    """Tell whether a person sees a record that would newly be shown, in a region where they may agree."""
    if showing.table == THRESHOLD:
        return account.may("approve")
    owner = showing.owner
    if not whole.has(showing.table, showing.id) and (owner is None or not whole.has(*owner)):
        return "custodian" in account.roles and account.may("approve")
    table, record = (showing.table, showing.id) if whole.has(showing.table, showing.id) else owner or ("", "")
    units = whole.units(whole.record(table, record))
    return account.may("approve", units) if units else account.may("approve")


def about(proposal: Proposal, whole: VisibleRecords, language: str) -> tuple[str, str]:
    """Return what a proposal is about, in words, and the path of its page."""
    record = owner(whole, proposal) if proposal.kind != "statement" else None
    if record is None and proposal.kind in ("new", "statement"):
        fields = json.loads(proposal.fields)
        names = [fields.get("text"), *(new.get("name") for new in fields.get("records", ()))]
        return next(filter(None, names), TABLES["location"].into(language)), ""
    if proposal.kind in ("map", "phones"):
        sender = json.loads(json.loads(proposal.fields).get("map", "{}")).get("name", "")
        return f"{sender} ({proposal.link_id})" if sender else proposal.link_id, ""
    if record is None:  # what is for custodians only is told apart by who asks, and why
        return TABLES[proposal.link_entity].into(language) if proposal.link_entity in TABLES else proposal.link_id, ""
    table, owner_id = whole.owner(record) or (record.table, record.id)
    return name_of(whole, whole.record(table, owner_id), language), f"r/{table}/{owner_id}.html"


def others(proposal: Proposal) -> list[str]:
    """Return the records that a proposal would merge into the one that it is about."""
    waits = proposal.kind == "merge" and proposal.decision == "waiting"
    return list(json.loads(proposal.fields)["others"]) if waits else []


def others_of_list(proposal: Proposal, store: Directory) -> list[Proposal]:
    """Return what else waits of the list of a proposal: one page shows its map and its numbers."""
    if proposal.kind not in ("map", "phones"):
        return []
    upload = json.loads(proposal.fields).get("upload")
    return [
        other
        for other in store.proposals()
        if other.id != proposal.id
        and other.kind in ("map", "phones")
        and (other.link_id, other.proposed_by) == (proposal.link_id, proposal.proposed_by)
        and json.loads(other.fields).get("upload") == upload
    ]


def owner(whole: VisibleRecords, proposal: Proposal) -> Any:
    """Return the record that a proposal is about, or to which it would add a part; None where it is not seen."""
    if whole.has(proposal.link_entity, proposal.link_id):
        return whole.record(proposal.link_entity, proposal.link_id)
    if proposal.kind == "add":
        fields = json.loads(proposal.fields)
        links = [(table, fields.get(f"{table}_id")) for table in WHOLES]
        for table, identifier in (*links, (fields.get("link_entity", ""), fields.get("link_id"))):
            if whole.has(table, identifier):
                return whole.record(table, identifier)
    return None


def hidden_units(table: str, identifier: str, store: Directory, whole: VisibleRecords) -> frozenset[str]:
    """Return the units of a record that nobody sees here, with those above them; only to ask for a grant."""
    query = {
        "location": "SELECT area_unit FROM location WHERE id = ?",
        "service": "SELECT l.area_unit FROM location l JOIN service_at_location s ON s.location_id = l.id"
        " WHERE s.service_id = ?",
        "organization": "SELECT l.area_unit FROM location l JOIN service_at_location s ON s.location_id = l.id"
        " JOIN service v ON v.id = s.service_id WHERE v.organization_id = ?",
    }.get(table)
    units: Iterable[str | None] = [unit for (unit,) in store.db.conn.execute(query, [identifier])] if query else ()
    return frozenset(above for unit in units if unit for above in whole.above(unit))


def _may_agree_to_new(account: Account, records: list[Any], whole: VisibleRecords) -> bool:
    """Tell whether a person may agree to new records: where they are, and where what they belong to may be seen."""
    new = {record.id for record in records}
    owners = [
        (table, getattr(record, name))
        for record in records
        for name, table in references(RECORDS[record.table]).items()
        if table in WHOLES and getattr(record, name) and getattr(record, name) not in new
    ]
    if not all(whole.has(table, identifier) for table, identifier in owners):
        return False
    units = {
        above for record in records if getattr(record, "area_unit", None) for above in whole.above(record.area_unit)
    }
    units |= {
        unit
        for table, identifier in owners
        if table == "location"
        for unit in whole.units(whole.record(table, identifier))
    }
    return account.may("approve", units) if units else account.may("approve")
