"""Bodies that are known already, so that a list that speaks of one meets its record."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mapping.fold import coarse, name_key
from mapping.model import Approval, Attribute, Organization, Phone, Provenance, Service, Translation

if TYPE_CHECKING:
    from mapping.store import Directory


BODY_WORDS = Path(__file__).parent / "terms" / "body_words.csv"
QUOTED = re.compile(r"[«\"“„]([^»\"”“]+)[»\"”“]")
NUMBER = re.compile(r"(?:№|No\.?|no\.?|N)[\s.-]*(\d+)")


@cache
def kinds_of_bodies() -> tuple[tuple[str, str], ...]:
    """Return (folded words, kind) of what bodies are called in several languages, longest first."""
    with BODY_WORDS.open(encoding="utf-8", newline="") as file:
        pairs = {(coarse(row["words"]), row["kind"]) for row in csv.DictReader(file)}
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def signature(name: str) -> str:
    """Return what a body is and its proper name or number, the same in every language; "" where it is not clear.

    "Women's support centre "Savsani Juybori"" and "Центр поддержки женщин «Савсани Чуйбори»" have one signature.
    """
    folded = coarse(name.replace("-", " "))
    kind = next((kind for words, kind in kinds_of_bodies() if words in folded), "")
    quoted, number = QUOTED.search(name), NUMBER.search(name)
    if not kind:
        return ""
    if quoted:
        return f"{kind}|{coarse(quoted[1])}" + (f"|{number[1]}" if number else "")
    return f"{kind}|{number[1]}" if number else ""


@dataclass
class Body:
    """An organization under all its names, with the signs that tell it from another of the same name."""

    id: str
    name: str
    phones: set[str] = field(default_factory=set)
    mails: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)

    def shares(self, phones: Iterable[str], mails: Iterable[str], unit: str | None) -> bool:
        """Tell whether another entry has a phone, a mail domain or a unit in common with this body."""
        domains = {mail.rpartition("@")[2].casefold() for mail in self.mails}
        return bool(
            self.phones & set(phones)
            or domains & {mail.rpartition("@")[2].casefold() for mail in mails if mail}
            or (unit is not None and unit in self.units)
        )


@dataclass
class Known:
    """What a directory holds already: bodies by folded name, services by source key, and what was approved."""

    names: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))
    signatures: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))
    """Signature -> bodies: met again where a name alone is not known, as in another language."""
    bodies: dict[str, Body] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    """Source key of a service -> its id."""
    services_of: dict[tuple[str, str], str] = field(default_factory=dict)
    """Body and service type -> a service's id."""
    maps: set[str] = field(default_factory=set)
    """Sources whose column map and marking table two people approved."""
    phones: set[str] = field(default_factory=set)
    """Sources whose new numbers were called back by two people, or single numbers."""

    @classmethod
    def of(cls, directory: "Directory") -> "Known":
        """Gather what a directory knows."""
        known = cls()
        for record in directory.records("organization"):
            if isinstance(record, Organization):
                known.add(Body(record.id, record.name), [record.name, record.alternate_name or ""])
                if record.email:
                    known.bodies[record.id].mails.add(record.email)
        for record in directory.records("translation"):
            if isinstance(record, Translation) and record.link_id in known.bodies and record.field == "name":
                known.add(known.bodies[record.link_id], [record.text])
        owners = {r.id: r.organization_id for r in directory.records("service") if isinstance(r, Service)}
        for record in directory.records("phone"):
            owner = owners.get(getattr(record, "service_id") or "", getattr(record, "organization_id"))  # noqa: B009
            if isinstance(record, Phone) and owner in known.bodies:
                known.bodies[owner].phones.add(record.number)
        for record in directory.records("location"):
            owner, unit = getattr(record, "organization_id"), getattr(record, "area_unit")  # noqa: B009
            if owner in known.bodies and unit:
                known.bodies[owner].units.add(unit)
        codes = {r.id: getattr(r, "code") for r in directory.records("taxonomy_term")}  # noqa: B009
        for record in directory.records("attribute"):
            if isinstance(record, Attribute) and record.link_type == "service_type" and owners.get(record.link_id):
                known.services_of[owners[record.link_id] or "", codes.get(record.taxonomy_term_id or "", "")] = (
                    record.link_id
                )
        for record in directory.records("provenance"):
            if isinstance(record, Provenance) and record.link_entity == "service":
                known.services.setdefault(record.source_key, record.link_id)
        for record in directory.records("approval"):
            if isinstance(record, Approval) and record.approved_by != record.approved_by_too:
                {"map": known.maps, "phone": known.phones}.get(record.kind, set()).add(record.subject)
        return known

    def add(self, body: Body, names: Iterable[str]) -> None:
        """Remember a body under names."""
        names = list(names)
        self.bodies[body.id] = body
        for key in {name_key(name) for name in names if name} - {""}:
            if body not in self.names[key]:
                self.names[key].append(body)
        for sign in {signature(name) for name in names if name} - {""}:
            if body not in self.signatures[sign]:
                self.signatures[sign].append(body)

    def alike(self, name: str) -> list[Body]:
        """Return the bodies of the same kind with the same proper name or number, in whatever language."""
        return list(self.signatures.get(signature(name), ())) if signature(name) else []

    def called(self, names: Iterable[str]) -> list[Body]:
        """Return the bodies of any of these names, in the order in which they became known."""
        found = [body for name in names if name for body in self.names.get(name_key(name), ())]
        return list({body.id: body for body in found}.values())
