"""Reveal: a custodian sees the place of one hidden record, for a reason, for 24 hours; every look is a line of the log.

The list names no record: the kind of help, the region and a code. Whether a record is hidden, lies outside the regions
granted, or never was, cannot be told apart. Many reveals in a day raise an alarm, and very many are refused.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from mapping.batch import Batch
from mapping.directory.directory import public_id
from mapping.editions.publish import refusals_file, warnings_file
from mapping.errors import MappingError
from mapping.language.i18n import Message, Text, listing
from mapping.language.taxonomy import Vocabulary
from mapping.model import (
    Address,
    Approval,
    Attribute,
    Contact,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    TaxonomyTerm,
    record_id,
)
from web.access.guard import accounts, ledger, log, log_at_most, me, now, study_area, today
from web.access.pages import Pages
from web.access.signin import page
from web.presenters.edition import short_code
from web.staff.common import directory, everything_seen, require_everywhere
from web.staff.fields import FIELDS
from web.staff.operations.host import LASTS, alarm
from web.staff.records.edit import STEWARDS
from web.stores.ledger import LedgerLine

blueprint = Pages("reveal")


MANY, MOST = 5, 20
"""More reveals by one person in 24 hours than the first raise an alarm; the second is the last that is given."""

LEAST_REASON = 10
"""Least signs of a reason."""

SHORT = Message("Write a reason that others will understand later: at least 10 characters.")
STOPPED = Message("You saw 20 places in 24 hours. More are not shown; talk to your administrator.")
LOOKED_OFTEN = Message("You looked 20 times in 24 hours. Talk to your administrator.")
NOT_LOGGED = Message("The log could not be written, so nothing is shown. Tell your administrator.")


LEAK = re.compile(r"\S+: (?P<table>\w+) .*?(?P<record>[0-9a-f-]{36})\)?, (?P<field>\w+): holds .*")
"""What `mapping.editions.publish.note_refusal` writes of a text that would tell what is hidden."""


class Risk(NamedTuple):
    """What could give something hidden away; of a text that refused an edition the field, which can be kept back."""

    text: str
    table: str = ""
    record: str = ""
    field: str = ""

    @classmethod
    def of(cls, line: str) -> "Risk":
        """Read a line of what was found when an edition was built."""
        found = LEAK.fullmatch(line)
        return cls(line, **found.groupdict()) if found else cls(line)

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.record} {self.field}".strip()

    @property
    def path(self) -> str:
        """The form of the field for whoever may edit it, else the page of the record; nothing where there is none."""
        record = everything_seen().get(self.table, self.record)
        table, owner = (everything_seen().owner(record) or ("", "")) if record is not None else ("", "")
        if owner and self.table in FIELDS and me().may("edit", everything_seen().units(record)):
            return f"e/{self.table}/{self.record}.html#form"
        return f"r/{table}/{owner}.html" if owner else ""


class HiddenPlace(NamedTuple):
    """A hidden place, or a hidden service that has none, with all that belongs to it."""

    table: str
    id: str
    """Published id: the private one is in no address."""
    location: Location | None
    services: list[Service]
    types: tuple[str, ...]

    @property
    def code(self) -> str:
        """What people call it."""
        return short_code(self.id)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"{self.table} {self.id}"

    @property
    def units(self) -> list[str]:
        """The unit that it is in, with those above it."""
        area, unit = study_area(), self.location.area_unit if self.location is not None else None
        return [unit, *area.ancestors(unit)] if unit and unit in area.all_units() else []

    @property
    def region(self) -> Text:
        """The name of its region; nothing finer."""
        units = study_area().all_units()
        names = [units[code].titles for code in self.units if units[code].level == 1]
        return names[0] if names else Message("Region not known")

    @property
    def kinds(self) -> Text:
        """The kinds of help there."""
        terms = Vocabulary.load("service_types")
        labels = tuple(terms.term(code).labels for code in self.types)
        return listing(labels) if labels else Message("Kind not known")


def places() -> list[HiddenPlace]:
    """Return what is hidden from the staff's pages, in the regions granted, by region and code."""
    hidden = [place for place in _hidden() if me().may("reveal", place.units)]
    return sorted(hidden, key=lambda place: (str(place.region), place.code))


def reveals(who: str = "") -> list[tuple[LedgerLine, dt.datetime, bool]]:
    """Return the reveals that were given, newest first: the line, until when, whether it still holds."""
    untils = ((line, dt.datetime.fromisoformat(line.at) + LASTS) for line in ledger().lines(who=who, action="reveal"))
    return [(line, until, until > now()) for line, until in untils]


@blueprint.page("reveal", "reveal.html", menu=(Message("Confidential places"), 76))
def all_(language: str) -> str:
    """List what is hidden, without names, and what whoever is here may see now."""
    held = {line.subject: until for line, until, holds in reversed(reveals(me().login)) if holds}
    return page("ops/reveal.html", language, found=places(), held=held, count=len(held), many=MANY)


@blueprint.form("reveal", "reveal/<table>/<published>.html")
def one(language: str, table: str, published: str) -> ResponseReturnValue:
    """Ask for a reason, then show one place until 24 hours have passed."""
    place = next((place for place in places() if (place.table, place.id) == (table, published)), None)
    if place is None:
        abort(404)
    given = reveals(me().login)
    until = next((until for line, until, holds in given if holds and line.subject == place.subject), None)
    try:
        if until is not None:
            log("reveal_seen", subject=place.subject)
            return page("ops/place.html", language, shown=_revealed(place, until))
        if request.method == "GET":
            return page("ops/ask.html", language, place=place)
        reason = request.form.get("reason", "").strip()
        if len(reason) < LEAST_REASON:
            return page("ops/ask.html", language, place=place, wrong={"reason": SHORT}), 400
        count = log_at_most(MOST, "reveal", since=now() - LASTS, subject=place.subject, reason=reason)
        if not count:
            log("reveal_refused", subject=place.subject, reason=reason)
            return page("ops/ask.html", language, place=place, problem=STOPPED), 429
        if count > MANY:
            alarm("reveal_alarm", count)
    except MappingError:  # what cannot be written down is not shown
        return page("ops/ask.html", language, place=place, problem=NOT_LOGGED), 503
    return redirect(f"/{language}/reveal/{table}/{published}.html", code=303)


@blueprint.page("read_log", "reveals.html", menu=(Message("Who saw what"), 105))
def listed(language: str) -> str:
    """List who saw which place and why, for those who read the log; no place is named."""
    lines = reveals()
    per_person: dict[str, int] = defaultdict(int)
    for line, _, holds in lines:
        per_person[line.who] += holds
    alarms = {who: count for who, count in sorted(per_person.items()) if count > MANY}
    codes = {line.number: short_code(line.subject.partition(" ")[2]) for line, _, _ in lines}
    names = {account.login: account.name for account in accounts().accounts()}
    return page("ops/reveals.html", language, found=lines[:500], alarms=alarms, codes=codes, names=names)


@blueprint.form("reveal", "telling.html", menu=(Message("Disclosure risks"), 78))
def risks(language: str) -> ResponseReturnValue:
    """Ask for a reason, and show what could give something hidden away, as it was found when an edition was built."""
    require_everywhere()
    if request.method == "GET":
        return page("ops/telling.html", language, lines=None)
    reason = request.form.get("reason", "").strip()
    if len(reason) < LEAST_REASON:
        return page("ops/telling.html", language, lines=None, wrong={"reason": SHORT}), 400
    if not log_at_most(MOST, "warnings_read", since=now() - LASTS, subject="", reason=reason):
        return page("ops/telling.html", language, lines=None, problem=LOOKED_OFTEN), 429
    store = Path(current_app.config["DIRECTORY"])
    files = [path for path in (refusals_file(store), warnings_file(store)) if path.exists()]
    lines = [line for path in files for line in reversed(path.read_text(encoding="utf-8").splitlines())]
    found = [Risk.of(line) for line in dict.fromkeys(lines)]
    if keep := request.form.get("keep"):
        _keep_back(next((risk for risk in found if risk.key == keep), None) or abort(404), reason)
    approvals = [each for each in directory().records(Approval) if each.kind == "withhold"]
    back = {f"{approval.subject} {approval.value}" for approval in approvals}
    return page("ops/telling.html", language, lines=found, back=back)


def _keep_back(risk: "Risk", reason: str) -> None:
    """Keep a field of a record out of every edition from now on; showing it again takes two people."""
    record, name = risk.record, risk.field
    back = Approval(
        id=record_id("approval", "withhold", record, name),
        kind="withhold",
        subject=record,
        value=name,
        approved_by=me().login,
        approved_by_too="",
        approved_on=today(),
        reason=reason,
    )
    directory().add(Batch(STEWARDS, "keep back", records=[back], rows=1, partial=True), by=me().login, on=today())
    log("edited", subject=f"{record}: {name}", reason=reason)


def _hidden() -> Iterator[HiddenPlace]:
    """Yield places whose point or address stewards do not see, and hidden services without a place."""
    store, visible = directory(), everything_seen()
    services = {service.id: service for service in store.records(Service)}
    codes = {term.id: term.code or "" for term in store.records(TaxonomyTerm)}
    types: dict[str, set[str]] = defaultdict(set)
    for row in store.records(Attribute, link_type="service_type"):
        if code := codes.get(row.taxonomy_term_id or ""):
            types[row.link_id].add(code)
    at: dict[str, list[Service]] = defaultdict(list)
    for tie in store.records(ServiceAtLocation):
        if tie.location_id and tie.service_id in services:
            at[tie.location_id].append(services[tie.service_id])
    housed = {service.id for own in at.values() for service in own}
    for location in store.records(Location):
        seen = visible.get("location", location.id)
        if seen is None or seen.__dict__["latitude"] != location.latitude:
            own = at[location.id]
            kinds = tuple(sorted({code for service in own for code in types[service.id]}))
            yield HiddenPlace("location", public_id(store.key, location.id), location, own, kinds)
    for identifier, service in services.items():
        if identifier not in housed and not visible.has("service", identifier):
            kinds = tuple(sorted(types[identifier]))
            yield HiddenPlace("service", public_id(store.key, identifier), None, [service], kinds)


def _revealed(place: HiddenPlace, until: dt.datetime) -> dict[str, Any]:
    store, location = directory(), place.location
    owners = {service.organization_id for service in place.services}
    owners |= {location.organization_id} if location is not None else set()
    bodies = sorted(filter(None, owners))
    owned = [("location_id", location.id)] if location is not None else []
    owned += [("service_id", identifier) for identifier in sorted(service.id for service in place.services)]
    owned += [("organization_id", owner) for owner in bodies]

    def of_owners(kind: type[Phone] | type[Contact]) -> list[Any]:
        return [*{row.id: row for column, owner in owned for row in store.records(kind, **{column: owner})}.values()]

    return {
        "place": place,
        "organizations": [store.record(Organization, owner).name for owner in bodies],
        "addresses": store.records(Address, location_id=location.id) if location is not None else [],
        "phones": of_owners(Phone),
        "contacts": of_owners(Contact),
        "until": until,
    }
