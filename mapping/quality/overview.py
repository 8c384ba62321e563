"""Overview: the state of a directory in one look, for its stewards. Private: it speaks of what is hidden too.

`overview` gathers it, ``lines`` says it on a screen, `write_page` as a page of its own. Staff pages use `overview`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

import jinja2

from mapping.area.study_area import StudyArea
from mapping.directory.directory import rules
from mapping.freshness import Freshness
from mapping.language.i18n import Message, Share, date, show, translate
from mapping.model import (
    RECORDS,
    Activity,
    Approval,
    CaseCount,
    Funding,
    Location,
    Organization,
    Provenance,
    Record,
    ReferralAgreement,
    ServiceAtLocation,
    Source,
    Statement,
    record_id,
)
from mapping.quality.call_list import Call, calls_of
from mapping.quality.candidate import Candidate
from mapping.quality.completeness import completeness, mean
from mapping.quality.holdings import HeldService, Holdings
from mapping.quality.known_organizations import RecordsByKind
from mapping.quality.matching import candidates
from mapping.resources import for_owner
from mapping.safety.persons import two_people
from mapping.safety.redaction import VIEWS, project

SOON = 90
"""Days in which what ends is said beforehand."""

SHOWN = 8
"""So many examples of a matter are shown."""

State = Literal["bad", "warn", "ok", "plain"]

COUNTED = (
    ("organization", Message("Organizations")),
    ("service", Message("Services")),
    ("location", Message("Places")),
    ("activity", Message("Activities")),
    ("referral_agreement", Message("Agreements")),
    ("standard_assessment", Message("Answers to the checklist")),
    ("case_count", Message("Case figures")),
    ("statement", Message("Statements")),
)
"""Tables that are counted, and what their records are called."""

AUDIENCE_NAMES = {
    "public": Message("everybody"),
    "partner": Message("partners"),
    "focal_point": Message("focal points"),
    "custodian": Message("custodians only"),
}

FRESHNESS_NAMES: dict[Freshness, Message] = {
    "fresh": Message("checked in time"),
    "due": Message("soon to be checked"),
    "overdue": Message("overdue"),
    "lapsed": Message("lapsed: not offered first"),
    "unverified": Message("never checked"),
}


@dataclass(frozen=True)
class Matter:
    """Something to see to: how many, what to do, and a few examples."""

    key: str
    title: Message
    count: int
    todo: Message
    state: State = "warn"
    examples: tuple[str | Message, ...] = ()
    records: tuple[Record, ...] = field(default=(), repr=False)
    """What it is about, where each is a record of its own."""


@dataclass(frozen=True)
class Overview:
    """The state of a directory on a day.

    ``counts`` are by table and audience, ``freshness`` and ``completeness`` of the services to be listed;
    ``completeness`` is None without any. ``matters`` are what a steward should see to, the gravest first.
    """

    today: dt.date
    counts: dict[str, dict[str, int]]
    freshness: dict[Freshness, int]
    completeness: float | None
    missing: dict[str, int]
    """Question -> number of services that do not say it."""
    matters: tuple[Matter, ...]
    calls: tuple[Call, ...] = field(default=(), repr=False)
    doubles: tuple[Candidate, ...] = field(default=(), repr=False)

    @property
    def open(self) -> tuple[Matter, ...]:
        """Matters that there are any of."""
        return tuple(matter for matter in self.matters if matter.count)


def overview(directory: RecordsByKind, area: StudyArea, today: dt.date) -> Overview:
    """Gather the state of a directory on a day."""
    holdings = Holdings.of(directory, area, today)
    listed = holdings.listed
    doubles = tuple(candidates(directory, area))
    calls = tuple(calls_of(holdings))
    states = Counter(held.freshness for held in listed)
    missing = Counter(question.text for held in listed for question in completeness(held).questions)
    return Overview(
        today=today,
        counts=_counts(directory, area, today),
        freshness={state: states[state] for state in get_args(Freshness)},
        completeness=mean(listed),
        missing=dict(missing.most_common()),
        matters=matters(directory, holdings, calls, doubles),
        calls=calls,
        doubles=doubles,
    )


def matters(
    directory: RecordsByKind, holdings: Holdings, calls: Sequence[Call], doubles: Sequence[Candidate]
) -> tuple[Matter, ...]:
    """Return what a steward should see to, the gravest first."""
    all_matters = (
        *_checks(holdings, calls),
        *_conflicts(directory),
        *_doubles(doubles, directory),
        *_ending(directory, holdings.today),
        *_hidden(directory, holdings),
        *_loose(directory, holdings),
    )
    order = list(get_args(State))
    return tuple(sorted(all_matters, key=lambda matter: order.index(matter.state)))


def _counts(directory: RecordsByKind, area: StudyArea, today: dt.date) -> dict[str, dict[str, int]]:
    """Count the records of each table by the widest audience that a view would show them to."""
    tables = {table: list(directory.records(RECORDS[table])) for table in RECORDS}
    counts: dict[str, dict[str, int]] = {table: {} for table, _ in COUNTED}
    agreed = getattr(directory, "agreed", None)  # what stewards see is asked for the same, and knows of no agreement
    for audience in VIEWS:
        shown = project(tables, audience, rules(today, area), agreed(audience) if agreed else None)
        for table, own in counts.items():
            own[audience] = len(shown.get(table, ())) - sum(own.values())
    for table, own in counts.items():
        own["custodian"] = len(tables[table]) - sum(own.values())
    return counts


def _checks(holdings: Holdings, calls: Sequence[Call]) -> Iterator[Matter]:
    by_state: dict[str, list[HeldService]] = {}
    for call in calls:
        for due in call.due:
            by_state.setdefault(due.held.freshness, []).append(due.held)
    for state, title, grave in (
        ("lapsed", Message("Services whose check lapsed"), "bad"),
        ("overdue", Message("Checks overdue"), "warn"),
        ("unverified", Message("Services that nobody ever checked"), "warn"),
        ("due", Message("Checks soon due"), "plain"),
    ):
        services = by_state.get(state, [])
        todo = Message("Call them: rohnamo due")
        yield _of_services(f"check-{state}", title, services, todo, cast("State", grave))
    tried = [held for held in holdings.listed if len(held.attempts) > 2]
    visit = Message("Visit them, or ask whoever sent the list")
    yield _of_services("unreachable", Message("Services that three calls did not reach"), tried, visit, "bad")


def _of_services(key: str, title: Message, held_services: Sequence[HeldService], todo: Message, state: State) -> Matter:
    names = tuple(map(_named, held_services[:SHOWN]))
    return Matter(key, title, len(held_services), todo, state, names, tuple(held.service for held in held_services))


def _conflicts(directory: RecordsByKind) -> Iterator[Matter]:
    """Yield what sources disagree about, where the directory keeps it."""
    conflicts: list[Any] = list(getattr(directory, "conflicts", list)())
    yield Matter(
        "conflicts",
        Message("Facts that sources disagree about"),
        len(conflicts),
        Message("Ask which is true, and edit the record"),
        "warn",
        tuple(f"{conflict.name or conflict.record}: {conflict.field}" for conflict in conflicts[:SHOWN]),
    )


def _doubles(doubles: Sequence[Candidate], directory: RecordsByKind) -> Iterator[Matter]:
    names = {organization.id: organization.name for organization in directory.records(Organization)}
    for table, title in (
        ("organization", Message("Organizations that may be the same")),
        ("service", Message("Services that may be one")),
        ("location", Message("Places that may be one")),
    ):
        pairs = [pair for pair in doubles if pair.table == table]
        examples: Iterable[str | Message]
        if table == "organization":
            examples = (f"{names.get(pair.one)} = {names.get(pair.other)} ({pair.score:.2f})" for pair in pairs)
        else:
            examples = (pair.reasons[0] for pair in pairs if table == "service")
        todo = Message("Decide: rohnamo duplicates")
        state: State = "plain" if table == "location" else "warn"
        yield Matter(f"double-{table}", title, len(pairs), todo, state, tuple(examples)[:SHOWN])


def _ending(directory: RecordsByKind, today: dt.date) -> Iterator[Matter]:
    """Yield consents, money, agreements and statements that end within `SOON` days or ended."""
    soon = today + dt.timedelta(SOON)

    def ends(day: dt.date | None) -> bool:
        return day is not None and today <= day <= soon

    approvals = directory.records(Approval)
    # the latest word counts: what was renewed ends no more
    last = {
        (approval.kind, approval.subject): approval
        for approval in sorted(approvals, key=lambda approval: (approval.approved_on, approval.id))
    }
    consents = [approval for approval in last.values() if ends(approval.consent_until)]
    statements = directory.records(Statement)
    ending = [statement for statement in statements if ends(statement.consent_until)]
    ended = [statement for statement in statements if statement.consent_until < today]
    funding = [funding_ for funding_ in directory.records(Funding) if ends(funding_.valid_to)]
    agreements = directory.records(ReferralAgreement)
    closing = [agreement for agreement in agreements if agreement.status == "active" and ends(agreement.valid_to)]
    over = [
        agreement
        for agreement in agreements
        if agreement.status == "active" and agreement.valid_to and agreement.valid_to < today
    ]
    renew, ask = Message("Renew it before it ends"), Message("Ask who pays afterwards")
    again = Message("Ask the operator again; what was lowered falls back to its default")
    yield Matter("consent", Message("Consents that end soon"), len(consents), again, "bad", (), tuple(consents))
    yield Matter(
        "statement",
        Message("Statements whose consent ends soon or ended"),
        len(ending) + len(ended),
        again,
        "bad",
        tuple(record.text for record in (*ended, *ending)[:SHOWN]),
        (*ended, *ending),
    )
    for key, title, records, todo in (
        ("agreement", Message("Agreements that end soon"), closing, renew),
        ("agreement-over", Message("Agreements that are over and called active"), over, renew),
        ("funding", Message("Funding that ends soon"), funding, ask),
    ):
        yield Matter(key, title, len(records), todo, records=tuple(cast("Iterable[Record]", records)))


def _hidden(directory: RecordsByKind, holdings: Holdings) -> Iterator[Matter]:
    """Yield what is hidden for want of an approval, and what must not be listed."""
    maps = {
        approval.subject
        for approval in directory.records(Approval)
        if approval.kind == "map" and approval.value and two_people(approval.approved_by, approval.approved_by_too)
    }
    sources = {source.id: source.name for source in directory.records(Source)}
    given = {provenance.source_id for provenance in directory.records(Provenance)}
    approved = {record_id(code, "source") for code in (*maps, "calls", "stewards")}
    waiting = sorted(sources[source_id] for source_id in given - approved if source_id in sources)
    yield Matter(
        "approval",
        Message("Lists whose map nobody approved"),
        len(waiting),
        Message("Two people read the map and its markings: rohnamo approve"),
        "warn",
        tuple(waiting[:SHOWN]),
    )
    flagged = [held for held in holdings.services if held.service.do_not_list]
    bodies = [organization for organization in holdings.organizations.values() if organization.do_not_list]
    names = [*(body.name for body in bodies), *map(_named, flagged)]
    yield Matter(
        "do-not-list",
        Message("Kept out of every list"),
        len(names),
        Message("Look whether it still holds"),
        "plain",
        tuple(names[:SHOWN]),
        (*bodies, *(held.service for held in flagged)),
    )


def _loose(directory: RecordsByKind, holdings: Holdings) -> Iterator[Matter]:
    """Yield records that hang on nothing, and old figures."""
    nobody = [held for held in holdings.services if held.organization is None]
    used = {held.service.organization_id for held in holdings.services}
    for activity in directory.records(Activity):
        used |= {activity.organization_id, activity.implementer_id}
    for agreement in directory.records(ReferralAgreement):
        used |= {agreement.from_organization_id, agreement.to_organization_id}
    empty = [organization for key, organization in holdings.organizations.items() if key not in used]
    at = {at_location.location_id for at_location in directory.records(ServiceAtLocation)}
    places = [location for location in directory.records(Location) if location.id not in at]
    untyped = [held for held in holdings.services if not held.types]
    wordless = [held for held in holdings.listed if not holdings.numbers(held) and not held.service.email]
    figures = [case_count for case_count in directory.records(CaseCount) if case_count.count is None]
    look = Message("Complete them or take them out")
    for key, title, records in (
        ("no-body", Message("Services without an organization"), nobody),
        ("no-type", Message("Services of no kind"), untyped),
        ("no-route", Message("Services without number or mail"), wordless),
    ):
        yield _of_services(key, title, records, look, "warn")
    yield Matter(
        "empty-body",
        Message("Organizations without a service or a place"),
        len(empty),
        look,
        "plain",
        tuple(organization.name for organization in empty[:SHOWN]),
        tuple(empty),
    )
    hang = (Message("Places that no service is at"), len(places), look)
    yield Matter("empty-place", *hang, "plain", records=tuple(places))
    yield Matter("no-count", Message("Case figures without a number"), len(figures), look, "plain")


def _named(held: HeldService) -> str:
    return f"{held.service.name} ({held.organization.name})" if held.organization else held.service.name


def lines(state: Overview, language: str = "en") -> Iterator[str]:
    """Say an overview in lines for a screen."""

    def _(text: str, **values: object) -> str:
        return translate(text, language, **values)

    yield _("The directory on {day}", day=state.today)
    for table, title in COUNTED:
        audiences = state.counts[table]
        if total := sum(audiences.values()):
            parts = ", ".join(f"{AUDIENCE_NAMES[a].into(language)} {count}" for a, count in audiences.items() if count)
            yield f"  {title.into(language)}: {total} ({parts})"
    parts = ", ".join(f"{FRESHNESS_NAMES[name].into(language)} {count}" for name, count in state.freshness.items())
    yield _("Checks of the services to be listed: {states}", states=parts)
    if state.completeness is not None:
        yield _("Completeness: {share}. Most often missing:", share=Share(state.completeness))
        for text, count in list(state.missing.items())[:5]:
            yield f"  {count:>5}  {translate(text, language)}"
    yield _("To see to:") if state.open else _("Nothing waits.")
    for matter in state.open:
        yield f"  {matter.count:>5}  {matter.title.into(language)}. {matter.todo.into(language)}"


def write_page(state: Overview, path: str | Path, area: StudyArea, language: str = "en") -> Path:
    """Write an overview as one page that needs nothing else, readable by its owner only."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    say: Callable[..., str] = lambda text, **values: translate(text, language, **values)  # noqa: E731
    page = _template().render(
        _=say,
        state=state,
        counted=COUNTED,
        audiences=AUDIENCE_NAMES,
        freshness=FRESHNESS_NAMES,
        language=language,
        show=lambda value: show(value, language),
        day=date(state.today, language),
        place=area.name,
        share=Share,
        questions=list(state.missing.items())[:12],
        calls=state.calls[:20],
    )
    for_owner(path).write_text(page, encoding="utf-8")
    return path


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("overview.html")
