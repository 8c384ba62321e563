"""Overview: the state of a directory in one look, for its stewards. Private: it speaks of what is hidden too.

`overview` gathers it, ``lines`` says it on a screen, `write_page` as a page of its own. Staff pages use `overview`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import jinja2

from mapping.area.study_area import StudyArea
from mapping.directory.directory import rules
from mapping.freshness import Freshness
from mapping.language.i18n import Message, Share, date, labels_beside, show, translate
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

_LABELS = labels_beside(__file__)
COUNTED, AUDIENCE_NAMES, FRESHNESS_NAMES = _LABELS["table"], _LABELS["audience"], _LABELS["freshness"]
"""What the records of the tables that are counted are called, who may see them, and how a check stands."""


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
    counts: dict[str, dict[str, int]] = {table: {} for table in COUNTED}
    agreed = getattr(directory, "agreed", None)  # what stewards see is asked for the same, and knows of no agreement
    for audience in VIEWS:
        shown = project(tables, audience, rules(today, area), agreed(audience) if agreed else None)
        for table, own in counts.items():
            own[audience] = len(shown.get(table, ())) - sum(own.values())
    for table, own in counts.items():
        own["custodian"] = len(tables[table]) - sum(own.values())
    return counts


def _of(
    key: str,
    title: Message,
    about: Iterable[Any],
    todo: Message,
    state: State = "warn",
    said: Callable[[Any], str | Message] | None = None,
) -> Matter:
    """Return a matter about some records or services; ``said`` tells what stands for one as an example."""
    everything = tuple(about)
    records = tuple(each.service if isinstance(each, HeldService) else each for each in everything)
    examples = tuple(map(said, everything[:SHOWN])) if said is not None else ()
    return Matter(key, title, len(records), todo, state, examples, tuple(r for r in records if isinstance(r, Record)))


def _checks(holdings: Holdings, calls: Sequence[Call]) -> Iterator[Matter]:
    held = [due.held for call in calls for due in call.due]
    states: tuple[tuple[str, Message, State], ...] = (
        ("lapsed", Message("Services whose check lapsed"), "bad"),
        ("overdue", Message("Checks overdue"), "warn"),
        ("unverified", Message("Services that nobody ever checked"), "warn"),
        ("due", Message("Checks soon due"), "plain"),
    )
    for state, title, grave in states:
        services = (each for each in held if each.freshness == state)
        yield _of(f"check-{state}", title, services, Message("Call them: rohnamo due"), grave, _named)
    tried = (each for each in holdings.listed if len(each.attempts) > 2)
    visit = Message("Visit them, or ask whoever sent the list")
    yield _of("unreachable", Message("Services that three calls did not reach"), tried, visit, "bad", _named)


def _conflicts(directory: RecordsByKind) -> Iterator[Matter]:
    """Yield what sources disagree about, where the directory keeps it."""
    conflicts: list[Any] = list(getattr(directory, "conflicts", list)())
    title, todo = Message("Facts that sources disagree about"), Message("Ask which is true, and edit the record")
    yield _of("conflicts", title, conflicts, todo, "warn", lambda each: f"{each.name or each.record}: {each.field}")


def _doubles(doubles: Sequence[Candidate], directory: RecordsByKind) -> Iterator[Matter]:
    names = {organization.id: organization.name for organization in directory.records(Organization)}
    tables: tuple[tuple[str, Message, State, Callable[[Candidate], str | Message] | None], ...] = (
        (
            "organization",
            Message("Organizations that may be the same"),
            "warn",
            lambda pair: f"{names.get(pair.one)} = {names.get(pair.other)} ({pair.score:.2f})",
        ),
        ("service", Message("Services that may be one"), "warn", lambda pair: pair.reasons[0]),
        ("location", Message("Places that may be one"), "plain", None),
    )
    for table, title, state, said in tables:
        pairs = (pair for pair in doubles if pair.table == table)
        yield _of(f"double-{table}", title, pairs, Message("Decide: rohnamo duplicates"), state, said)


def _ending(directory: RecordsByKind, today: dt.date) -> Iterator[Matter]:
    """Yield consents, money, agreements and statements that end within `SOON` days or ended."""
    soon = today + dt.timedelta(SOON)

    def ends(day: dt.date | None) -> bool:
        return day is not None and today <= day <= soon

    approvals = sorted(directory.records(Approval), key=lambda approval: (approval.approved_on, approval.id))
    last = {(approval.kind, approval.subject): approval for approval in approvals}  # what was renewed ends no more
    consents = (approval for approval in last.values() if ends(approval.consent_until))
    ending = sorted(
        (statement for statement in directory.records(Statement) if statement.consent_until <= soon),
        key=lambda statement: statement.consent_until >= today,
    )
    active = [agreement for agreement in directory.records(ReferralAgreement) if agreement.status == "active"]
    closing = (agreement for agreement in active if ends(agreement.valid_to))
    over = (agreement for agreement in active if agreement.valid_to and agreement.valid_to < today)
    funding = (each for each in directory.records(Funding) if ends(each.valid_to))
    again = Message("Ask the operator again; what was lowered falls back to its default")
    title = Message("Statements whose consent ends soon or ended")
    renew = Message("Renew it before it ends")
    yield _of("consent", Message("Consents that end soon"), consents, again, "bad")
    yield _of("statement", title, ending, again, "bad", lambda statement: str(statement.text))
    yield _of("agreement", Message("Agreements that end soon"), closing, renew)
    yield _of("agreement-over", Message("Agreements that are over and called active"), over, renew)
    yield _of("funding", Message("Funding that ends soon"), funding, Message("Ask who pays afterwards"))


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
    read = Message("Two people read the map and its markings: rohnamo approve")
    yield _of("approval", Message("Lists whose map nobody approved"), waiting, read, "warn", str)
    bodies = [organization for organization in holdings.organizations.values() if organization.do_not_list]
    flagged = [*bodies, *(held for held in holdings.services if held.service.do_not_list)]
    look = Message("Look whether it still holds")
    yield _of("do-not-list", Message("Kept out of every list"), flagged, look, "plain", _named)


def _loose(directory: RecordsByKind, holdings: Holdings) -> Iterator[Matter]:
    """Yield records that hang on nothing, and old figures."""
    used = {held.service.organization_id for held in holdings.services}
    for activity in directory.records(Activity):
        used |= {activity.organization_id, activity.implementer_id}
    for agreement in directory.records(ReferralAgreement):
        used |= {agreement.from_organization_id, agreement.to_organization_id}
    at = {at_location.location_id for at_location in directory.records(ServiceAtLocation)}
    nobody = (held for held in holdings.services if held.organization is None)
    untyped = (held for held in holdings.services if not held.types)
    wordless = (held for held in holdings.listed if not holdings.numbers(held) and not held.service.email)
    empty = (organization for key, organization in holdings.organizations.items() if key not in used)
    places = (location for location in directory.records(Location) if location.id not in at)
    figures = sum(case_count.count is None for case_count in directory.records(CaseCount))
    look = Message("Complete them or take them out")
    yield _of("no-body", Message("Services without an organization"), nobody, look, "warn", _named)
    yield _of("no-type", Message("Services of no kind"), untyped, look, "warn", _named)
    yield _of("no-route", Message("Services without number or mail"), wordless, look, "warn", _named)
    title = Message("Organizations without a service or a place")
    yield _of("empty-body", title, empty, look, "plain", _named)
    yield _of("empty-place", Message("Places that no service is at"), places, look, "plain")
    yield Matter("no-count", Message("Case figures without a number"), figures, look, "plain")


def _named(held: HeldService | Organization) -> str:
    if isinstance(held, Organization):
        return held.name
    return f"{held.service.name} ({held.organization.name})" if held.organization else held.service.name


def lines(state: Overview, language: str = "en") -> Iterator[str]:
    """Say an overview in lines for a screen."""

    def _(text: str, **values: object) -> str:
        return translate(text, language, **values)

    yield _("The directory on {day}", day=state.today)
    for table, title in COUNTED.items():
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
        counted=COUNTED.items(),
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
