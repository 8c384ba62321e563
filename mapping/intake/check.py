"""Checks of a batch: each looks at everything that a file gave and yields what a steward should know."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from mapping.batch import Batch, Issue, Level
from mapping.column_map import field_name
from mapping.language.i18n import Message, listing
from mapping.language.taxonomy import Vocabulary
from mapping.model import (
    AUDIENCES,
    Attribute,
    Location,
    Organization,
    Phone,
    Provenance,
    Service,
    Verification,
    strictest,
)
from mapping.quality import matching, matching_services
from mapping.quality.known_organizations import Known, service_types
from mapping.quality.matching import SAME_NUMBER
from mapping.quality.overview import AUDIENCE_NAMES
from mapping.safety.sensitive_text import SHELTER

Check = Callable[[Batch, Known], Iterator[Issue]]

Row = tuple[str, int | None]
"""Sheet, empty where the file has none, and the number of the row."""

NOWHERE: Row = ("", None)

DECIDE = Message("look whether they are one; once the list is stored, decide it among the duplicates")


def shared_numbers(batch: Batch, _known: Known) -> Iterator[Issue]:
    """Say which numbers many bodies share: a switchboard, or a column filled down by mistake."""
    for number, bodies in sorted(_callers(batch).items()):
        if len(bodies) >= SAME_NUMBER:
            yield _about(
                batch,
                "phone",
                Message("{number} is the number of {count} bodies", number=number, count=len(bodies)),
                Message("ask whether it was filled down"),
            )


def shared_points(batch: Batch, _known: Known) -> Iterator[Issue]:
    """Say which point several different addresses share: often the middle of a town."""
    at: Counter[tuple[float, float]] = Counter()
    for basis, latitude, longitude in batch.records.told(Location, "position_basis", "latitude", "longitude"):
        if basis == "given" and latitude is not None:
            at[latitude, longitude or 0] += 1
    for (latitude, longitude), count in sorted(at.items()):
        if count >= SAME_NUMBER:
            problem = Message(
                "{latitude}, {longitude} is the point of {count} places",
                latitude=str(latitude),
                longitude=str(longitude),
                count=count,
            )
            yield _about(batch, "coordinates", problem, Message("ask whether it is the middle of the town"))


def never_checked(batch: Batch, _known: Known) -> Iterator[Issue]:
    """Say how many services nobody ever verified."""
    checked = {service for service, day in batch.records.told(Verification, "link_id", "verified_on") if day}
    missing = sum(service not in checked for service in batch.records.ids(Service))
    if missing:
        yield _about(
            batch,
            "verified_on",
            Message("{missing} {missing:service has|services have} no day of a check", missing=missing),
            Message("call them first"),
            "note",
        )


def possible_doubles(batch: Batch, known: Known) -> Iterator[Issue]:
    """Say which bodies of this list may be others under another name (`mapping.quality.matching`)."""
    rows: dict[str, Row] = {}
    mine = {*batch.records.ids(Organization)}
    for pair in matching.organizations(known, of=mine):
        rows = rows or _rows(batch)
        body, other = (pair.one, pair.other) if pair.one in mine else (pair.other, pair.one)
        why = listing(pair.reasons, "; ")
        names = {"name": known.bodies[body].name, "other": known.bodies[other].name}
        problem, fix = Message("{name!r} and {other!r} may be one body: {why}", **names, why=why), DECIDE
        if known.bodies[other].kept_out:
            problem = Message("{name!r} may be {other!r}, which is kept out of every list: {why}", **names, why=why)
            fix = Message("look at both before anybody agrees to show it")
        yield _about(batch, "organization", problem, fix, at=rows.get(body, NOWHERE))


def double_services(batch: Batch, known: Known) -> Iterator[Issue]:
    """Say where a body has a kind of help in one place that another entry gives too; both stand until one is chosen."""
    rows: dict[str, Row] = {}
    for pair in matching_services.services(known, of={*batch.records.ids(Service)}):
        rows = rows or _rows(batch)
        reasons = Message("{reasons}", reasons=listing(pair.reasons, "; "))
        yield _about(batch, "service", reasons, DECIDE, at=rows.get(pair.other, NOWHERE))


def hidden_bodies(batch: Batch, known: Known) -> Iterator[Issue]:
    """Say which bodies are hidden by another list, and hide services of this one with them."""
    others = known.bodies.keys() - batch.records.ids(Organization)
    if not others:
        return
    rules = {
        service: Vocabulary.load("service_types").term(service_types()[term]).audience
        for service, term in batch.records.told(Attribute, "link_id", "taxonomy_term_id")
        if term in service_types()
    }
    hidden: Counter[str] = Counter()
    for service, owner, audience in batch.records.told(Service, "id", "organization_id", "audience"):
        if owner in others:
            shown = strictest(audience, rules.get(service, "custodian"))
            if AUDIENCES.index(shown) < AUDIENCES.index(known.bodies[owner].audience):
                hidden[owner] += 1
    for owner, count in sorted(hidden.items()):
        body = known.bodies[owner]
        problem = Message(
            "{name!r} is for {audience} by another list, and {count} {count:service|services} of this one with it",
            name=body.name,
            audience=AUDIENCE_NAMES[body.audience],
            count=count,
        )
        yield _about(batch, "organization", problem, Message("two people may lower it when its operator agrees"))


def names_that_tell(batch: Batch, _known: Known) -> Iterator[Issue]:
    """Say which bodies are hidden because their name tells of a shelter."""
    rows: dict[str, Row] = {}
    for record in batch.records.of(Organization):
        if SHELTER.search(record.name):
            rows = rows or _rows(batch)
            problem = Message("the name {name!r} tells of a shelter", name=record.name)
            fix = Message(
                "it is for custodians only, with all its services, until its operator agrees and two people lower it"
            )
            yield _about(batch, "organization", problem, fix, at=rows.get(record.id, NOWHERE))


CHECKS: list[Check] = [
    shared_numbers,
    shared_points,
    never_checked,
    possible_doubles,
    double_services,
    hidden_bodies,
    names_that_tell,
]
"""What every batch goes through."""


def _callers(batch: Batch) -> dict[str, set[str | None]]:
    owners = dict(batch.records.told(Service, "id", "organization_id"))
    bodies: dict[str, set[str | None]] = defaultdict(set)
    for number, service in batch.records.told(Phone, "number", "service_id"):
        if number.startswith("+"):
            bodies[number].add(owners.get(service or ""))
    return bodies


def _rows(batch: Batch) -> dict[str, Row]:
    """Return the sheet and the first row that each record of a batch came from."""
    rows: dict[str, Row] = {}
    for record, sheet, row in batch.records.told(Provenance, "link_id", "sheet", "row"):
        rows.setdefault(record, (sheet or "", row))
    return rows


def _about(
    batch: Batch, column: str, problem: Message, fix: Message, level: Level = "doubt", *, at: Row = NOWHERE
) -> Issue:
    sheet, row = at
    return Issue(batch.file, sheet, row, field_name(column), problem, fix, level)
