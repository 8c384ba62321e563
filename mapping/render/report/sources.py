"""Material: everything a report is written from, read once from a view, its study area and the results."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mapping.analysis.common.listed import listed_services, units_of
from mapping.analysis.common.scenario import SavedScenario
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Share, Text, date, show
from mapping.language.taxonomy import Vocabulary
from mapping.registry import analyses
from mapping.result import Basis, Input, Result
from mapping.safety.redaction import require
from mapping.view.letters import entry_in_letters, organization_in_letters
from mapping.view.view import Entry, OrganizationEntry, StatementEntry, View

BY_REGION = {"coverage_regions": "coverage", "reach_regions": "reach"}
"""Results that a report needs for regions too -> their analysis."""


def gather(view: View, area: StudyArea, *, previous: View | None = None) -> dict[str, Result]:
    """Return what every analysis finds in a view, by name; with an earlier view, what changed since."""
    view.require_area(area)
    known = analyses()
    results = {name: analyse(view, area) for name, analyse in known.items()}
    if previous is not None:
        results["change"] = known["change"](view, area, previous=previous)
    return results | regional(view, area)


def regional(view: View, area: StudyArea) -> dict[str, Result]:
    """Return the results that a report needs for regions too."""
    level, known = min(1, area.levels[-1].level), analyses()
    return {name: known[analysis](view, area, level=level) for name, analysis in BY_REGION.items()}


SOURCES = {
    "CoE 2008 minimum standards": Message("Council of Europe, minimum standards for support services, 2008"),
}
"""Short names of sources, as tables of terms have them -> what a reader knows them by."""


def source_words(source: Text | str, language: str) -> str:
    """Return whose something is, in the language where it is known in several."""
    return show((SOURCES.get(source) if isinstance(source, str) else None) or source, language)


def input_words(origin: Input, language: str) -> str:
    """Return what a result was worked out from: its name and day, or whose it is where it has no day."""
    if origin.day is None and (source := source_words(origin.source, language)):
        return source
    return ", ".join(filter(None, (origin.name.into(language), date(origin.day, language) if origin.day else "")))


@dataclass(frozen=True)
class Sources:
    """A view, a study area and results, in one language.

    Raises
    ------
    UnsafePublication
        A result was made for fewer people than may see the view.
    """

    view: View
    area: StudyArea
    language: str
    results: Mapping[str, Result]
    demo: bool = False
    previous: View | None = None
    scenarios: Sequence[SavedScenario] = ()
    numbers: dict[str, str] = field(default_factory=dict)
    """Anchor of a table or picture -> its label, filled as the report is written."""

    def __post_init__(self) -> None:
        """Refuse what may not be shown to the readers of the view."""
        for result in self.results.values():
            require(result.audience, self.view.audience)

    def say(self, value: object) -> str:
        """Say a message, a name, a date or a number in the language of the report."""
        return show(value, self.language)

    @property
    def day(self) -> dt.date:
        """The day of the edition."""
        return self.view.edition

    @cached_property
    def entries(self) -> list[Entry]:
        """Every listed service, by name."""
        services = listed_services(self.view, language=self.language)
        return [entry_in_letters(entry, self.language, self.area) for entry in services]

    @cached_property
    def organizations(self) -> list[OrganizationEntry]:
        """Every organization, by name."""
        organizations = self.view.organizations(language=self.language)
        return [organization_in_letters(organization, self.language, self.area) for organization in organizations]

    @cached_property
    def statements(self) -> list[StatementEntry]:
        """What may be said of hidden help."""
        return self.view.statements(language=self.language)

    @cached_property
    def types(self) -> Vocabulary:
        """The types of service."""
        return Vocabulary.load("service_types")

    def label(self, code: str) -> str:
        """Return the name of an area unit."""
        return self.area.label(code, self.language)

    def type_label(self, code: str) -> str:
        """Return the name of a type of service."""
        return str(self.types.label(code, self.language)) if code in self.types else code

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The units by which tables are laid out: regions, or the country where there are none."""
        level = min(1, self.area.levels[-1].level)
        return tuple(str(code) for code in self.area.units(level).index)

    def is_abroad(self, entry: Entry) -> bool:
        """Tell whether every place of a service is in another country."""
        return bool(entry.places) and all(self.area.is_abroad(place.country) for place in entry.places)

    def units_of(self, entry: Entry) -> set[str]:
        """Return the units that a service has a place in, those above them too."""
        return units_of(entry, self.area)

    @cached_property
    def fresh_share(self) -> Share | None:
        """The share of listed services that were checked in time; None where nothing is listed."""
        return self.share_of(self.entries)

    def share_of(self, entries: Collection[Entry]) -> Share | None:
        """Return the share of some services that were checked in time."""
        return Share(sum(e.checked_in_time for e in entries) / len(entries)) if entries else None

    def source(self, result: Result) -> str:
        """Return the line below a table: where its numbers are from, of which day, on how much they stand."""
        inputs = [*dict.fromkeys(input_words(origin, self.language) for origin in result.inputs)]
        parts = [
            self.say(Message("Source: {sources}.", {"sources": "; ".join(inputs).rstrip(".")})),
            self.basis(result),
        ]
        if method := self.numbers.get(f"method-{result.name}"):
            parts.append(self.say(Message("Method: {method}, annexes.", {"method": method})))
        return " ".join(filter(None, parts))

    def own_source(self, entries: Collection[Entry]) -> str:
        """Return the line below a table that was counted from the list itself."""
        directory = self.results["freshness"].inputs[:1]
        inputs = "; ".join(input_words(origin, self.language) for origin in directory).rstrip(".")
        source = Message("Source: {sources}.", {"sources": inputs})
        return f"{self.say(source)} {self.counted_from(entries)}"

    def counted_from(self, entries: Collection[Entry]) -> str:
        """Say from how many services of the list something was counted."""
        text = Message("Counted from {count} of {known} listed services; of these, checked in time: {share}.")
        return self.say(self.standing(text, entries))

    def basis(self, result: Result) -> str:
        """Say on how much of what is known a result stands, and how much of that was checked in time."""
        if result.basis in TOLD:
            return self.say(TOLD[result.basis](self))
        text, counts = COUNTED[result.basis]
        return self.say(self.standing(text, [entry for entry in self.entries if counts(self, entry)]))

    def standing(self, text: Message, used: Collection[Entry]) -> Message:
        """Return a text of how many services something stands on; where it stands on none, that it does."""
        if not self.entries:
            return NOTHING
        words = {"count": len(used), "known": len(self.entries), "share": self.share_of(used)}
        return (text if used else NONE_COUNTS).filled_with(words)


NOTHING = Message("Nothing is listed.")
NONE_COUNTS = Message("Of {known} listed {known:service|services} none counts here.")


def _visited(material: Sources, entry: Entry) -> bool:
    return entry.offered and bool(entry.points) and not material.is_abroad(entry)


def _goes_abroad(material: Sources, entry: Entry) -> bool:
    return entry.offered and any(material.area.is_abroad(place.country) for place in entry.places)


COUNTED: Mapping[Basis, tuple[Message, Callable[[Sources, Entry], bool]]] = {
    "listed": (Message("Services listed: {known}; checked in time: {share}."), lambda *_: True),
    "visited": (
        Message(
            "Services that can be visited and are not overdue: {count} of {known} listed; of these, "
            "checked in time: {share}."
        ),
        _visited,
    ),
    "confirmed": (
        Message("Services that are confirmed: {count} of {known} listed; of these, checked in time: {share}."),
        lambda _, entry: entry.confirmed,
    ),
    "abroad": (
        Message("Services abroad that are not overdue: {count} of {known} listed; of these, checked in time: {share}."),
        _goes_abroad,
    ),
}
"""What a result counted of the list -> what to say of it, and which services those are."""


def _of_activities(material: Sources) -> Message:
    rows = material.view.rows("activity")
    bodies = {body for row in rows for body in (row["organization_id"], row["implementer_id"]) if body}
    if not material.organizations:
        return NOTHING
    return Message(
        "Organizations that told of activities: {told} of {known} listed. How many were asked: not known.",
        {"told": len(bodies), "known": len(material.organizations)},
    )


def _of_answers(material: Sources) -> Message:
    items = {row["standard"] for row in material.view.rows("standard_summary")}
    return Message(
        "Items of which answers may be shown: {items} of {known}. How many organizations were asked: not known.",
        {"items": len(items), "known": len(Vocabulary.load("standards").terms())},
    )


def _of_cases(material: Sources) -> Message:
    rows = material.view.rows("case_count")
    if not rows:
        return NOTHING
    shown = [row for row in rows if row["count"] is not None]
    return Message(
        "Figures in this edition: {known}, of which {shown} may be shown, from {sources} "
        "{sources:source|sources}. None of them was checked by us.",
        {"shown": len(shown), "known": len(rows), "sources": len({row["source"] for row in rows})},
    )


TOLD: Mapping[Basis, Callable[[Sources], Message]] = {
    "activities": _of_activities,
    "answers": _of_answers,
    "cases": _of_cases,
}
"""What else a result counted -> what to say of it."""
