"""The choke point: what an audience may see of a directory, and nothing else.

`project` is the only way from the private tables to anything published. It is a pure function and an allow-list:
a table, a field or a class of records that is not named here is refused, and what is refused is not published.
Places that may not be shown are left out, never blurred: whatever is computed from them gives them away.

How it decides, for each record:

1. its own marking, unless two people lowered it with the operator's consent, which has not run out;
2. what its kind of service is by default, until that was lowered in the same way;
3. the strictest of these on the way from organization to service to place; a record whose parents are missing,
   or whose marking nobody understands, is for custodians.

docs/safety.md tells the same in words for stewards.
"""

import datetime as dt
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

from mapping.errors import UnsafePublication
from mapping.language.taxonomy import vocabulary
from mapping.model import (
    AUDIENCES,
    PRECISIONS,
    RECORDS,
    WORDS,
    Accessibility,
    Activity,
    Address,
    AnyRecord,
    Approval,
    Attribute,
    Audience,
    Contact,
    Location,
    Precision,
    Record,
    ReferralAgreement,
    Service,
    ServiceAtLocation,
    StandardAssessment,
    Statement,
    TaxonomyTerm,
    Translation,
    least_precise,
    references,
    required,
    strictest,
)
from mapping.safety.agreed import ENDS, THRESHOLD, WITHHELD, Agreed, Key, restrict
from mapping.safety.checklist_sums import sums
from mapping.safety.persons import two_people
from mapping.safety.printed import tell_counts

VIEWS: tuple[Audience, ...] = ("public", "partner", "focal_point")
"""Audiences that a view may be written for; what custodians know enters no view file."""

Row = dict[str, Any]
Tables = Mapping[str, Iterable[Record]]
"""Table -> its records, which may be read anew each time that they are asked for."""
Shown = dict[str, list[Row]]
"""Table -> rows of the fields that may be seen."""

Seen = tuple[Row | None, ...]
"""The row that each audience of `VIEWS` sees of a record, None where it sees nothing."""

_LISTS = tomllib.loads(Path(__file__).with_name("published.toml").read_text("utf-8"))
PUBLISHED: dict[str, tuple[str, ...]] = {table: tuple(fields) for table, fields in _LISTS["published"].items()}
"""Table -> fields that may be published, besides the id."""

KEPT_BACK: dict[str, tuple[str, ...]] = {table: tuple(fields) for table, fields in _LISTS["kept_back"].items()}
"""Table -> fields that stay private whatever the audience. A field in neither list makes publishing stop."""

PRIVATE = frozenset(_LISTS["private"])
"""Tables that never leave the directory."""

VOCABULARIES = WORDS
"""Words that records are described in: shown if they come with Rohnamo, or if something visible uses them."""

LINKED = tuple(table for table in PUBLISHED if "link_id" in RECORDS[table].model_fields)
"""Tables of what is said of a record of any table; shown where that record is."""

ROOTS = {"organization", "statement", "case_count", "standard_summary", *LINKED}
"""Records that belong to nothing, and those of `LINKED`; any other without a visible parent is private."""

NEEDED: dict[str, tuple[str, ...]] = {
    "service": ("organization_id",),
    "service_at_location": ("service_id", "location_id"),
    "activity": ("organization_id",),
    "referral_agreement": ("from_organization_id", "to_organization_id"),
}
"""Table -> parents that must all be there; elsewhere one is enough, and none that is named may be hidden."""

PLACE_TEXTS: dict[str, tuple[str, ...]] = {
    "location": (
        "name",
        "alternate_name",
        "description",
        "transportation",
        "latitude",
        "longitude",
        "position_basis",
        "location_type",
    ),
    "service_at_location": ("description",),
}
"""Fields that could tell where a place is, dropped where only its area may be known."""


@dataclass(frozen=True)
class TypeRule:
    """What a type of service is by default, until it is lowered by two people: who may see it, how closely."""

    audience: Audience
    precision: Precision


CASE_CELLS, PROVIDERS = (THRESHOLD, "case_cells"), (THRESHOLD, "providers")
"""The least number of people in a count that is public, and of organizations whose answers are added up."""

UNKNOWN_TYPE = TypeRule("custodian", "none")
"""A service of no known kind could be a shelter."""


@dataclass(frozen=True)
class Rules:
    """What the projection must know besides the records.

    ``types`` maps the id of a taxonomy term, and its code, to the rule of that service type; ``sensitive`` are ids of
    terms that must not be public; ``vocabulary`` are ids of the taxonomies and terms that come with Rohnamo;
    ``unit_to_show`` climbs from a unit to one with enough people, or gives None; ``parent_unit`` gives the unit that a
    unit is part of; ``least_count`` is the smallest count of people that is public, ``least_providers`` the smallest
    number of organizations whose answers are added up. ``counted`` is what the public was last agreed to see, asked of
    counts of cases alone. ``digest`` is another text for other rules, whatever the day.
    """

    today: dt.date
    types: Mapping[str, TypeRule] = field(default_factory=dict)
    sensitive: Collection[str] = ()
    vocabulary: Collection[str] = ()
    unit_to_show: Callable[[str], str | None] = lambda _unit: None
    parent_unit: Callable[[str], str | None] = lambda _unit: None
    least_count: int = 10
    least_providers: int = 3
    counted: Agreed = field(default_factory=dict)
    digest: str = ""


def of_kind(tables: Tables, kind: type[AnyRecord]) -> Iterable[AnyRecord]:
    """Return the records of a kind."""
    return tables.get(kind.table, ())  # type: ignore[return-value]


@lru_cache(maxsize=64)
def allows(audience: Audience, wanted: Audience) -> bool:
    """Tell whether readers of ``audience`` may see what is marked ``wanted``; not where the marking is no known one."""
    return wanted in AUDIENCES and AUDIENCES.index(wanted) <= AUDIENCES.index(audience)


def require(audience: Audience, wanted: Audience) -> None:
    """Refuse to show something made for ``audience`` to the wider audience ``wanted``.

    Raises
    ------
    UnsafePublication
        Always refuses; it never only warns.
    """
    if not allows(wanted, audience):
        raise UnsafePublication(
            f"this was made for {audience} and may not be shown to {wanted}; make it from that view"
        )


def project(
    tables: Tables,
    audience: Audience,
    rules: Rules,
    agreed: Agreed | None = None,
    staying: Mapping[str, Iterable[Row]] | None = None,
) -> Shown:
    """Return what an audience may see: allowed fields of allowed records, ids still private.

    Depends on nothing but its arguments. What is hidden has no influence on the result: two directories that differ
    only in what an audience may not see give it the same rows. With ``agreed``, what two people agreed to show it,
    nothing else is shown, with ``staying``, the rows of removed records to whose removal nobody agreed yet.

    Raises
    ------
    UnsafePublication
        For an audience that has no view, and for tables and fields that this module does not know.
    """
    if audience not in VIEWS:
        raise UnsafePublication(f"there is no view for {audience!r}; choose one of {', '.join(VIEWS)}")
    _refuse_unknown(tables)
    if agreed is not None:
        rules = replace(agreed_rules(rules, agreed), counted=agreed)
    markings = _Markings(tables, rules)
    shown: Shown = {table: [] for table in _OWNERS_FIRST}
    for table, (rows,) in _allowed(tables, (audience,), markings):
        shown[table] += rows.values()
    forbidden = rules.sensitive if audience == "public" else frozenset()
    for table, own in (staying or {}).items():
        shown[table] += [
            row
            for row in own
            if row["id"] not in markings.approved.withheld
            and row.get("taxonomy_term_id") not in forbidden
            and row.get("link_entity") not in VOCABULARIES
        ]
    if agreed is not None:
        shown = restrict(shown, agreed, rules.unit_to_show, _PARENTS, NEEDED, rules.today)
    shown["standard_summary"] = _standard_sums(tables, shown, markings, public=audience == "public")
    return _with_vocabularies(_without_ends(shown), audience, rules)


def without(row: Row, names: Iterable[str]) -> Row:
    """Return a row without some fields, which it names: what is kept back goes at once, what is emptied waits."""
    kept_back = {*(row.get(WITHHELD) or "").split(";"), *names} - {""}
    return row | dict.fromkeys(names) | {WITHHELD: ";".join(sorted(kept_back))}


def _without_ends(shown: Shown) -> Shown:
    """Return rows without the ends until which two people agreed to them, and without what is kept back of them."""
    own = {table: {*ENDS.values(), WITHHELD} - {*PUBLISHED[table]} for table in shown}
    return {
        table: [
            {name: value for name, value in row.items() if name not in own[table]} if own[table] & row.keys() else row
            for row in rows
        ]
        for table, rows in shown.items()
    }


def agreed_rules(rules: Rules, agreed: Agreed) -> Rules:
    """Return rules with the least counts to which two people agreed, where those of the rules are lower."""
    least = {key: max(row["least"], agreed.get(key, row)["least"]) for key, row in thresholds(rules).items()}
    return replace(rules, least_count=least[CASE_CELLS], least_providers=least[PROVIDERS])


def thresholds(rules: Rules) -> dict[Key, Row]:
    """Return the least counts that are shown, as rows to which two people agree."""
    least = {CASE_CELLS: rules.least_count, PROVIDERS: rules.least_providers}
    return {key: {"id": key[1], "least": count} for key, count in least.items()}


def allowed_rows(tables: Tables, rules: Rules) -> Iterator[tuple[str, dict[str, Seen]]]:
    """Yield each table with what the markings let each audience of `VIEWS` see of its records; None for nothing.

    The records stand in their order. Sums and words are not added.

    Raises
    ------
    UnsafePublication
        For tables and fields that this module does not know.
    """
    _refuse_unknown(tables)
    for table, rows in _allowed(tables, VIEWS, _Markings(tables, rules)):
        ids = [record.id for record in tables.get(table, ())]
        yield table, dict(zip(ids, zip(*(map(own.get, ids) for own in rows), strict=True), strict=True))


def _allowed(
    tables: Tables, audiences: Iterable[Audience], markings: "_Markings"
) -> Iterator[tuple[str, list[dict[str, Row]]]]:
    """Yield each table and the rows that audiences see of its records, by id."""
    views = [_Redaction(markings, audience) for audience in audiences]
    for table in _OWNERS_FIRST:
        if table == "location":
            markings.mark_places(tables)
            for view in views:
                view.see_places()
        records = [*tables.get(table, ())]
        markings.mark(table, records)
        yield table, [view.rows(table, records) for view in views]


def _standard_sums(tables: Tables, shown: Shown, markings: "_Markings", *, public: bool) -> list[Row]:
    """Add up the answers to the checklist of the services that are shown; sums that came in are not passed on.

    Answers that partners may see one by one take no part: whoever knows them would know the rest of a sum.
    """
    codes = {term.id: term.code for term in of_kind(tables, TaxonomyTerm)}
    types: dict[str, list[str]] = defaultdict(list)
    for row in shown["attribute"]:
        if row["link_type"] == "service_type" and (code := codes.get(row["taxonomy_term_id"])):
            types[row["link_id"]].append(code)
    answers = [record for record in of_kind(tables, StandardAssessment) if markings.marking(record) == "focal_point"]
    services = {row["id"]: (row["organization_id"], markings.of("service", row["id"])) for row in shown["service"]}
    return sums(answers, services, types, least=markings.rules.least_providers, public=public)


def rename(shown: Shown, new_id: Callable[[str], str]) -> Shown:
    """Put rows under new ids, in place; a reference to something that is not shown becomes None.

    In place, since the rows of a large directory fill the memory.
    """
    ids = {row["id"]: new_id(row["id"]) for rows in shown.values() for row in rows}
    for table, rows in shown.items():
        columns = ["id", *(c for c in (*references(RECORDS[table]), "link_id") if c in PUBLISHED[table])]
        for row in rows:
            for column in columns:
                row[column] = ids.get(row[column])
    return shown


class _Approvals:
    """What two people agreed to, as far as it holds today."""

    def __init__(self, approvals: Iterable[Approval], today: dt.date) -> None:
        self.audience: dict[str, Audience] = {}
        self.precision: dict[str | None, Precision] = {}
        self.withheld: dict[str, set[str | None]] = defaultdict(set)
        self.ends: dict[str, Row] = defaultdict(dict)
        """Record -> until when what was lowered of it is agreed to, by the fields of `ENDS`."""
        self.today = today
        # the latest word counts, and of two on one day the stricter
        for approval in sorted(approvals, key=lambda a: (a.approved_on, _strictness(a.value), a.id)):
            if approval.kind == "withhold":
                self.withheld[approval.subject].add(approval.value)
            elif self._holds(approval):
                if approval.kind == "audience" and approval.value in AUDIENCES:
                    self.audience[approval.subject] = approval.value
                elif approval.kind == "precision" and approval.value in PRECISIONS:
                    self.precision[approval.subject] = approval.value
                if approval.kind in ENDS and approval.consent_until is not None:
                    self.ends[approval.subject][ENDS[approval.kind]] = approval.consent_until.isoformat()

    def _holds(self, approval: Approval) -> bool:
        """Whether two different people approved it, with a consent that has not run out."""
        return (
            two_people(approval.approved_by, approval.approved_by_too)
            and bool((approval.consent_by or "").strip())
            and approval.consent_until is not None
            and approval.approved_on <= self.today <= approval.consent_until
        )


class _Markings:
    """Who may see each record, and how closely each place may be shown; worked out once, whatever the audience."""

    def __init__(self, tables: Tables, rules: Rules) -> None:
        self.rules = rules
        self.approved = _Approvals(of_kind(tables, Approval), rules.today)
        self.types: dict[str | None, list[TypeRule]] = defaultdict(list)
        self.said_of: set[str] = set()
        """Tables of whose records something is said."""
        for record in chain.from_iterable(tables.get(table, ()) for table in LINKED):
            self.said_of.add(record.__dict__["link_entity"])
            if isinstance(record, Attribute) and record.link_type == "service_type":
                kind = record.taxonomy_term_id
                self.types[record.link_id].append((kind and rules.types.get(kind)) or UNKNOWN_TYPE)
        self.audience: dict[str, dict[str | None, Audience]] = defaultdict(dict)
        """Table -> id -> who may see it: of the records to which others belong, and of those that were marked last."""
        self.path_precision: dict[str, Precision] = {}
        self.ties: dict[str, str | None] = {}
        """What ties a service to a place -> the place."""
        self.rows: dict[str, Row] = {}
        """Id -> the fields that every audience sees that may see a record, of those that were marked last: one row for
        all, which none changes."""

    def mark(self, table: str, records: Iterable[Record]) -> None:
        """Mark some records of a table, of which all that they belong to is marked."""
        marked = self.audience[table]
        if table not in _OWNERS:
            marked.clear()
        if table not in _MARKED_AS_PLACES:
            for record in records:
                marked[record.id] = self.marking(record)
        self.rows = {
            record.id: self._row(record) for record in records if marked.get(record.id, AUDIENCES[-1]) in VIEWS
        }

    def of(self, table: str, record_id: str | None) -> Audience:
        """Return who may see a record; a missing one is for custodians."""
        return self.audience[table].get(record_id, "custodian")

    def _row(self, record: Record) -> Row:
        row = _whole_row(record)
        withheld: Collection[str | None] = self.approved.withheld.get(record.id, ())
        if "latitude" in withheld or "longitude" in withheld:  # half a point is a line on the map
            withheld = {*withheld, "latitude", "longitude"}
        if isinstance(record, Contact) and record.id not in self.approved.audience:
            withheld = {*withheld, "name"}
        if kept_back := sorted(name for name in withheld if name in row):
            row = without(row, kept_back)
        if "audience" in row:
            row["audience"] = self.of(record.table, record.id)
        ends = self.approved.ends.get(record.id)
        return row | ends if ends else row

    def own(self, record: Record) -> Audience:
        """Return the record's own marking, or what it was lowered to; records that have none follow their parents."""
        if record.id in self.approved.audience:
            return self.approved.audience[record.id]
        marked = record.__dict__.get("audience", "public")
        return marked if marked in AUDIENCES else "custodian"

    def marking(self, record: Record) -> Audience:
        """Return who may see a record: the strictest of its own marking, its parents' and a rule of its table."""
        own = self.own(record)
        if own == AUDIENCES[-1]:  # nothing is stricter than the last
            return own
        chain = [own, self._withheld(record), *self._parents(record)]
        if by_rule := self._RULES.get(record.table):
            chain.append(by_rule(self, record))
        return strictest(*chain)

    def mark_places(self, tables: Tables) -> None:
        """Mark locations and what ties services to them: a place is seen by those who see a service there."""
        places = {place.id: (self._place(place), self._precision(place)) for place in of_kind(tables, Location)}
        for at in of_kind(tables, ServiceAtLocation):
            if at.location_id not in places:
                continue
            place, precision = places[at.location_id]
            precision = self._path_precision(precision, at.service_id)
            chain = [self.own(at), self._withheld(at), self.of("service", at.service_id), place]
            audience = "custodian" if precision == "none" else strictest(*chain)
            self.audience["service_at_location"][at.id] = audience
            self.path_precision[at.id], self.ties[at.id] = precision, at.location_id
            mildest = min(audience, self.of("location", at.location_id), key=AUDIENCES.index)
            self.audience["location"][at.location_id] = mildest

    def _place(self, place: Location) -> Audience:
        """Return who may see a place at most, whatever is there."""
        chain = [self.own(place), self._withheld(place)]
        if place.organization_id is not None:
            chain.append(self.of("organization", place.organization_id))
        return strictest(*chain)

    def _precision(self, place: Location) -> Precision:
        """Return how closely a place may be shown at most, whatever is there."""
        own = self.approved.precision.get(place.id, place.precision)
        if own not in PRECISIONS:
            return "none"
        known: Precision = "area" if place.position_basis == "unit" else "exact"  # a unit's middle is nobody's address
        return least_precise(own, known)

    def _path_precision(self, place: Precision, service: str | None) -> Precision:
        """Return how closely a place may be shown as one of a service."""
        rules = self.types.get(service) or [UNKNOWN_TYPE]
        by_type = self.approved.precision.get(service) or least_precise(*(rule.precision for rule in rules))
        return least_precise(place, by_type)

    def _by_types(self, service: Service) -> Audience:
        """Return who may see services of its types by default, or everyone where it was lowered."""
        if service.id in self.approved.audience:
            return "public"
        return strictest(*(rule.audience for rule in self.types.get(service.id) or [UNKNOWN_TYPE]))

    def _by_consent(self, statement: Statement) -> Audience:
        """Return who may see a statement: everyone while the operator's consent holds to which two people agreed."""
        holds = two_people(statement.approved_by, statement.approved_by_too) and bool(statement.consent_by.strip())
        return "public" if holds and statement.consent_until >= self.rules.today else "custodian"

    def _by_kind(self, activity: Activity) -> Audience:
        """Return who may see what somebody does: those who may see services of that type."""
        return self.by_code(activity.service_type) if activity.service_type else "public"

    def _by_mildest(self, agreement: ReferralAgreement) -> Audience:
        """Return who may see an agreement: those who may see any type of service that it is about."""
        codes = codes_of(agreement.service_types)
        return min((self.by_code(code) for code in codes), key=AUDIENCES.index, default="public")

    _RULES: ClassVar[dict[str, Callable[["_Markings", Any], Audience]]] = {
        "service": _by_types,
        "statement": _by_consent,
        "activity": _by_kind,
        "referral_agreement": _by_mildest,
        "standard_assessment": lambda *_: "partner",
    }
    """Table -> who may see a record by a rule of the table."""

    def by_code(self, code: str) -> Audience:
        """Return who may see services of a type by default."""
        return self.rules.types.get(code, UNKNOWN_TYPE).audience

    def _withheld(self, record: Record) -> Audience:
        """Hide a record that is not to be listed, or of which a field is kept back without which it says nothing."""
        if record.__dict__.get("do_not_list"):
            return "custodian"
        kept_back = self.approved.withheld.get(record.id)
        return "custodian" if kept_back and kept_back & required(type(record)) else "public"

    def _parents(self, record: Record) -> list[Audience]:
        table, values = record.table, record.__dict__
        for name in NEEDED.get(table, ()):
            if values[name] is None:
                return ["custodian"]
        audiences = [self.of(parent, values[name]) for name, parent in _PARENTS[table].items() if values[name]]
        return audiences if audiences or table in ROOTS else ["custodian"]


class _Redaction:
    """What one audience sees of each record."""

    def __init__(self, markings: _Markings, audience: Audience) -> None:
        self.seen = markings
        self.audience = audience
        self.precision: dict[str | None, Precision] = {}
        """How closely each place is shown: as the strictest of the visible services there allows."""
        self.vague: set[str | None] = set()
        """Places that are not shown as a point, and what ties services to them."""
        self.shown: dict[str, set[str]] = defaultdict(set)
        """Table -> ids of its records that are shown, so far; of tables of whose records something is said."""
        self.may_see = frozenset(marking for marking in AUDIENCES if allows(audience, marking))
        """The markings of what the audience may see."""

    def see_places(self) -> None:
        """Work out how closely each place is shown, when all are marked."""
        for at, place in self.seen.ties.items():
            if allows(self.audience, self.seen.of("service_at_location", at)):
                precision = self.seen.path_precision[at]
                self.precision[place] = least_precise(self.precision.get(place, precision), precision)
        self.vague = {place for place, precision in self.precision.items() if precision != "exact"}
        self.vague |= {at for at, place in self.seen.ties.items() if place in self.vague}

    def rows(self, table: str, records: Iterable[Record]) -> dict[str, Row]:
        """Return the fields that may be seen of the records of a table that were marked last and may be seen, by id."""
        marked, may_see = self.seen.audience[table], self.may_see
        rows = {own: row for own, row in self.seen.rows.items() if marked[own] in may_see}
        is_linked, fits, reduced = table in LINKED, self._FITS.get(table), self._REDUCED.get(table)
        if is_linked or fits or reduced:
            visible = [record for record in records if record.id in rows]
            if is_linked:
                visible = list(filter(self._is_owner_shown, visible))
            if fits:
                visible = [record for record in visible if fits(self, record)]
            rows = {
                record.id: reduced(self, record, rows[record.id]) if reduced else rows[record.id] for record in visible
            }
        if table in self.seen.said_of:
            self.shown[table].update(rows)
        if table == "case_count" and self.audience == "public":
            rules, counts = self.seen.rules, [*rows.values()]
            least, parent_unit, before = rules.least_count, rules.parent_unit, self._counted
            counts = tell_counts(counts, least=least, parent_unit=parent_unit, before=before)
            return {row["id"]: row for row in counts}
        return rows

    def _counted(self, row: Row) -> Mapping[str, Any] | None:
        return self.seen.rules.counted.get(("case_count", row["id"]))

    def _activity(self, record: Activity, row: Row) -> Row:
        return row | dict.fromkeys(self._too_few(record)) if self.audience == "public" else row

    def _agreement(self, record: ReferralAgreement, row: Row) -> Row:
        codes = [c for c in codes_of(record.service_types) if allows(self.audience, self.seen.by_code(c))]
        return row | {"service_types": ";".join(codes)}

    def _too_few(self, record: Activity) -> set[str]:
        """Return the counts that stand for so few people that somebody could be told from them."""
        few = range(1, self.seen.rules.least_count)
        counts = {name: getattr(record, name) for name in ("planned", "reached", "reached_women")}
        hidden = {name for name, count in counts.items() if count in few}
        if (record.reached or 0) - (record.reached_women or 0) in few:  # the few others would be known from both
            hidden.add("reached_women")
        return hidden

    def _place(self, record: Location, row: Row) -> Row:
        precision = self.precision[record.id]  # whoever sees a place sees one of the services there
        if precision == "exact":
            return row if row["precision"] == precision else row | {"precision": precision}
        unit = self.seen.rules.unit_to_show(record.area_unit) if record.area_unit else None
        basis = "unit" if unit else "none"
        place = {"precision": precision, "area_unit": unit, "position_basis": basis, "location_type": "physical"}
        return without(row, [*PLACE_TEXTS["location"], *(() if unit else ("area_unit",))]) | place

    def _tie(self, record: ServiceAtLocation, row: Row) -> Row:
        return without(row, PLACE_TEXTS["service_at_location"]) if record.id in self.vague else row

    def _may_say(self, record: Attribute) -> bool:
        """Whether the audience may know what is said of a record, such as to whom a service turns."""
        term, rules = record.taxonomy_term_id, self.seen.rules
        is_ours = term is None or term in rules.vocabulary
        return is_ours and (self.audience != "public" or term not in rules.sensitive)

    def _is_at_point(self, record: Address | Accessibility) -> bool:
        """Whether the place that the record tells of is shown as a point."""
        return record.location_id not in self.vague

    def _is_owner_shown(self, record: Record) -> bool:
        """Whether the record is shown that this one is said of."""
        entity, link = record.__dict__["link_entity"], record.__dict__["link_id"]
        return entity in VOCABULARIES or link in self.shown.get(entity, ())

    def _may_translate(self, record: Translation) -> bool:
        """Whether the field that a translation is of is itself shown."""
        table, link, name = record.link_entity, record.link_id, record.field
        if table in VOCABULARIES or name not in PUBLISHED[table] or name in self.seen.approved.withheld.get(link, ()):
            return False
        if table == "contact" and name == "name":
            return link in self.seen.approved.audience
        return link not in self.vague or name not in PLACE_TEXTS[table]

    _FITS: ClassVar[dict[str, Callable[["_Redaction", Any], bool]]] = {
        "attribute": _may_say,
        "address": _is_at_point,
        "accessibility": _is_at_point,
        "translation": _may_translate,
    }
    """Table -> whether a rule of the table lets a record be shown."""

    _REDUCED: ClassVar[dict[str, Callable[["_Redaction", Any, Row], Row]]] = {
        "location": _place,
        "service_at_location": _tie,
        "referral_agreement": _agreement,
        "activity": _activity,
    }
    """Table -> the row of a record without what the audience may not see of it."""


def _with_vocabularies(shown: Shown, audience: Audience, rules: Rules) -> Shown:
    """Add the words that come with Rohnamo, as they come, but those that must not be public.

    Words that come with a list are shown to nobody: whoever sends or changes one would be alone with it.
    """
    forbidden = set(rules.sensitive) if audience == "public" else set()
    wanted = {*rules.vocabulary} - forbidden
    words = [record for record in vocabulary() if record.id in wanted]
    for table in VOCABULARIES:
        shown[table] = [_whole_row(record) for record in words if record.table == table]
    texts = [record for record in vocabulary() if isinstance(record, Translation) and record.link_id in wanted]
    shown["translation"] += map(_whole_row, texts)
    return {table: shown[table] for table in PUBLISHED}


def codes_of(text: str) -> list[str]:
    """Return the codes of a field that holds several: "LEG-INF;PSY-COU"."""
    return [code for code in re.split(r"[;,\s]+", text) if code]


def _whole_row(record: Record) -> Row:
    values = record.__dict__
    row = {"id": record.id}
    for name in PUBLISHED[record.table]:
        row[name] = values[name]
    return row


def _strictness(value: str | None) -> int:
    for order in (AUDIENCES, PRECISIONS):
        if value in order:
            return order.index(value)
    return len(AUDIENCES)


def _refuse_unknown(tables: Tables) -> None:
    """Refuse tables, classes and fields of which nobody has said whether they may be shown."""
    if unknown := sorted(set(tables) - set(PUBLISHED) - PRIVATE):
        raise UnsafePublication(
            f"tables {', '.join(unknown)}: nobody has said what of them may be shown; name them in mapping.safety"
        )
    for table, records in tables.items():
        listed = {"id", *PUBLISHED.get(table, ()), *KEPT_BACK.get(table, ())}
        for kind in {type(record) for record in records} | {RECORDS[table]}:
            new = sorted(set(kind.model_fields) - listed)
            if table not in PRIVATE and (new or kind.table != table):
                raise UnsafePublication(
                    f"{table}: nobody has said whether {', '.join(new) or kind.__name__} may be shown; "
                    "list it in mapping.safety.redaction"
                )


_PARENTS = {
    table: {
        name: parent
        for name, parent in references(RECORDS[table]).items()
        if name in fields and parent not in VOCABULARIES
    }
    for table, fields in PUBLISHED.items()
}
"""Table -> the published fields that refer to a record which must be visible too."""

_OWNERS_FIRST = [*(table for table in PUBLISHED if table not in (*VOCABULARIES, *LINKED)), *LINKED]
"""Tables of records; those of what is said of a record come after every table that it may be said of."""

_MARKED_AS_PLACES = ("location", "service_at_location")
"""Tables of which each record is marked by some of the other."""

_OWNERS = {parent for owners in _PARENTS.values() for parent in owners.values()}
"""Tables to whose records others belong."""
