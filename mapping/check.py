"""Checks of a batch: each looks at everything that a file gave and yields what a steward should know."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from mapping.batch import Batch, Issue
from mapping.columns import ColumnMap
from mapping.model import Location, Phone, Service, Verification

Check = Callable[[Batch, ColumnMap], Iterator[Issue]]
SAME_NUMBER = 8
"""From so many bodies on, a number they share is worth a look."""


def shared_numbers(batch: Batch, _columns: ColumnMap) -> Iterator[Issue]:
    """Say which numbers many bodies share: a switchboard, or a column filled down by mistake."""
    owners = {service.id: service.organization_id for service in batch.of("service") if isinstance(service, Service)}
    bodies: dict[str, set[str | None]] = defaultdict(set)
    for phone in batch.of("phone"):
        if isinstance(phone, Phone) and phone.number.startswith("+"):
            bodies[phone.number].add(owners.get(phone.service_id or ""))
    for number, found in sorted(bodies.items()):
        if len(found) >= SAME_NUMBER:
            yield _about(
                batch, "phone", f"{number} is the number of {len(found)} bodies", "ask whether it was filled down"
            )


def shared_points(batch: Batch, _columns: ColumnMap) -> Iterator[Issue]:
    """Say which point several different addresses share: often the middle of a town."""
    at: Counter[tuple[float, float]] = Counter()
    for place in batch.of("location"):
        if isinstance(place, Location) and place.position_basis == "given" and place.latitude is not None:
            at[place.latitude, place.longitude or 0] += 1
    for (latitude, longitude), count in sorted(at.items()):
        if count >= SAME_NUMBER:
            said = f"{latitude}, {longitude} is the point of {count} places"
            yield _about(batch, "coordinates", said, "ask whether it is the middle of the town")


def never_checked(batch: Batch, _columns: ColumnMap) -> Iterator[Issue]:
    """Say how many services nobody ever verified."""
    missing = sum(isinstance(v, Verification) and v.verified_on is None for v in batch.of("verification"))
    if missing:
        yield _about(batch, "verified_on", f"{missing} services have no day of a check", "call them first", "note")


CHECKS: list[Check] = [shared_numbers, shared_points, never_checked]
"""What every batch goes through."""


def _about(batch: Batch, column: str, problem: str, fix: str, level: str = "doubt") -> Issue:
    return Issue(batch.file, "", None, column, problem, fix, level)  # type: ignore[arg-type]
