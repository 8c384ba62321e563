"""Finder: which services fit a person's needs, which perhaps, which not and why. From one edition alone.

Rules that block: a child goes only where children are taken, and never to a place to stay that does not name them;
what was not confirmed in time is never offered first. Whatever is not known is shown as something to ask.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from mapping.analysis.adequacy.pathways import in_force
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Several
from mapping.language.taxonomy import Term, Vocabulary, match_term
from mapping.model import Audience
from mapping.view.entries import REFUSES, TAKES, suits
from mapping.view.view import Entry, View
from web.partner.needs import CHILD_AGES, Needs, StartPlace, starts
from web.partner.shareable import classes, open_line
from web.presenters import choices
from web.presenters.cards import Card, check, first_choice, label, minutes_to
from web.presenters.edition import Edition
from web.presenters.hotlines import Hotline, responsible, route, spoken_for
from web.presenters.lists import StatementCard
from web.stores.inbox import Capacity, Room

Sign = Literal["yes", "ask", "no"]
STAY = "ACC"
"""The family of services where people stay."""

POLICE_TYPES = frozenset({"JUS-POL"})
"""Services that are the police."""

EXCLUSIVE = ("age", "sex")
"""Kinds of groups of which naming some means that others are not taken."""

ROOMS: dict[Room, Message] = {
    "open": Message("Has room"),
    "waitlist": Message("Has a waiting list"),
    "full": Message("Is full"),
    "assess_first": Message("Decides after a talk"),
}


class Reason(NamedTuple):
    """Why a service is listed where it is: a sign, and a sentence that is put into words when it is shown."""

    sign: Sign
    said: Message | str


@dataclass(frozen=True)
class Agreement:
    """A referral agreement of this edition."""

    giver: str
    taker: str
    types: tuple[str, ...]
    document: str
    valid_to: dt.date | None
    consent_form: bool | None
    hours: float | None
    holds: bool

    def covers(self, entry: Entry) -> bool:
        """Tell whether it is about a service: one of the taker that it names, or any where it names none."""
        codes = {*entry.types, *(code.partition("-")[0] for code in entry.types)}
        return (
            self.holds and self.taker == entry.organization.id and (not self.types or not codes.isdisjoint(self.types))
        )


@dataclass(frozen=True)
class Fitting:
    """A service as it answers some needs; ``minutes`` are those of summer and winter from where the person is."""

    card: Card
    sign: Sign
    reasons: tuple[Reason, ...]
    minutes: tuple[float, float] | None
    first: bool
    """Whether it was confirmed in time, so that it may be offered first."""
    audience: Audience = "public"
    """Who may know of it: what not everybody may is not passed on."""
    room: Capacity | None = None

    @property
    def entry(self) -> Entry:
        """Return the service."""
        return self.card.entry

    @property
    def order(self) -> tuple[tuple[float, float], str]:
        """Return a key by which the nearest stands first, and what has no distance last, by name."""
        infinity = float("inf")
        return self.minutes or (infinity, infinity), str(self.card.name)


@dataclass(frozen=True)
class Block:
    """The services that answer one need."""

    need: Term
    fit: tuple[Fitting, ...]
    ask: tuple[Fitting, ...]
    later: tuple[Fitting, ...]
    no: tuple[Fitting, ...]
    far: int
    """How many more answer it that are too far from where the person is."""


@dataclass(frozen=True)
class Confidential:
    """What is arranged through others, and who is to be asked: the same whether or not anything is hidden."""

    statements: tuple[StatementCard, ...]
    desks: tuple[Card, ...]
    line: Hotline | None


class Finder:
    """The services of an edition, judged by what somebody needs.

    Parameters
    ----------
    edition, language
        What is searched, and the language of the answers.
    needs
        What is needed.
    rooms
        The latest word on rooms, by published id of a service; ids that the edition does not have are passed over.
    bodies
        Organizations that the asking person acts for: agreements of these count.
    """

    def __init__(
        self,
        edition: Edition,
        language: str,
        needs: Needs,
        *,
        rooms: Mapping[str, Capacity] | None = None,
        bodies: Sequence[str] = (),
    ) -> None:
        self.edition, self.language, self.needs = edition, language, needs
        self.area: StudyArea = edition.area
        self.rooms = rooms or {}
        self.bodies = bodies
        self.start: StartPlace | None = starts(edition, language).get(needs.place)
        self._summer, self._winter = (
            edition.minutes(needs.place, scenario) if self.start else {} for scenario in ("summer", "winter")
        )

    @cached_property
    def reached(self) -> dict[str, tuple[Entry, tuple[float, float] | None]]:
        """Return the services that are not closed for good and can be reached, with the minutes to them."""
        found = {}
        for entry in self._listed():
            minutes = minutes_to(entry, self._summer, self._winter)
            if minutes is not None or self._comes(entry):
                found[entry.id] = (entry, minutes)
        return found

    @cached_property
    def judged(self) -> dict[str, Fitting]:
        """Return every service that is reached, by id, in the order of names."""
        return {one: self.judge(entry, minutes) for one, (entry, minutes) in self.reached.items()}

    def _listed(self) -> list[Entry]:
        entries = self.edition.entries(self.language).values()
        return [entry for entry in entries if entry.status in ("active", "temporarily closed")]

    def blocks(self) -> list[Block]:
        """Return the answers to each need."""
        return [self._block(each) for each in choices.needs() if each.code in self.needs.need]

    def confidential(self) -> Confidential:
        """Return what is said of help that has no place here, and who is to be asked for it."""
        unit = self.start.unit if self.start else None
        said = spoken_for(self.edition, unit, {"stay", "child"}, self.language)
        kinds = Vocabulary.load("service_types")
        if self.needs.child:  # a child is never sent to a place for adults
            said = tuple(
                one
                for one in said
                if (one.service_type in kinds and kinds.term(one.service_type).need == "child") or not one.service_type
            )
        statements = tuple(StatementCard(one, route(one, self.area)) for one in said)
        desks = responsible(self.edition, unit, self.language) if unit else []
        abroad = bool(self.needs.place) and self.start is None
        return Confidential(statements, tuple(desks[:3]), open_line(self.edition, self.language, abroad=abroad))

    def judge(self, entry: Entry, minutes: tuple[float, float] | None = None) -> Fitting:
        """Say how a service answers the needs, and why."""
        reasons = list(self._reasons(entry, minutes))
        signs = {each.sign for each in reasons}
        sign: Sign = "no" if "no" in signs else "ask" if self._must_ask(entry) else "yes"
        return Fitting(
            card=self.edition.card(entry, self.language),
            sign=sign,
            reasons=tuple(reasons),
            minutes=minutes,
            room=self.rooms.get(entry.id),
            audience=classes(self.edition).get(entry.id, "custodian"),
            first=first_choice(entry) and entry.freshness in ("fresh", "due"),
        )

    def _block(self, need: Term) -> Block:
        kinds = {term.code for term in Vocabulary.load("service_types").terms() if term.need == need.code}
        answering = [entry.id for entry in self._listed() if kinds.intersection(entry.types)]
        found = sorted((self.judged[one] for one in answering if one in self.judged), key=lambda each: each.order)
        sure = [each for each in found if each.first]
        return Block(
            need=need,
            fit=tuple(each for each in sure if each.sign == "yes"),
            ask=tuple(each for each in sure if each.sign == "ask"),
            later=tuple(each for each in found if not each.first and each.sign != "no"),
            no=tuple(each for each in found if each.sign == "no"),
            far=len(answering) - len(found),
        )

    def _comes(self, entry: Entry) -> bool:
        """Tell whether a service reaches somebody without travel times: it covers the place, or is known by area."""
        if not self.needs.place:
            return True
        if self.start is None:
            choice = choices.Choice(choices.needs()[0], self.needs.place)
            return bool(choices.place_of(entry, choice, self.area))
        if choices.covers(entry, self.start.unit, self.area):
            return True
        around = {self.start.unit, *self.area.ancestors(self.start.unit)} - {self.area.code}
        return any(not place.has_point and place.area_unit in around for place in entry.places)

    def _must_ask(self, entry: Entry) -> bool:
        """Tell whether somebody must ask before sending a person there."""
        room = self.rooms.get(entry.id)
        unsure = room is not None and room.room != "open"
        stays = _stays(entry)
        about = [self.needs.age] if self.needs.child else []
        about += ["HH-DEP"] if stays and "children" in self.needs.marks else []
        return (
            unsure
            or any(not self._named(entry, group) for group in about)
            or self._other_forms(entry)
            or ("no_papers" in self.needs.marks and bool(self._papers(entry)))
        )

    def _reasons(self, entry: Entry, minutes: tuple[float, float] | None) -> Iterator[Reason]:
        yield from self._of_kind(entry)
        if minutes is None and self.start and choices.covers(entry, self.start.unit, self.area):
            yield Reason("yes", Message("Serves {place} by phone or visit", {"place": self.start.name}))
        yield from self._of_groups(entry)
        yield from self._of_forms(entry)
        yield from self._of_papers(entry)
        yield from self._of_speech(entry)
        if "disability" in self.needs.marks:
            yield from self._of_access(entry)
        yield from self._of_room(entry)
        yield from self._of_agreement(entry)
        if entry.status != "active":
            yield Reason("no", Message("Closed for now"))
        if not first_choice(entry) or entry.freshness == "overdue":
            yield Reason("ask", check(entry, self.language).text)

    def _of_kind(self, entry: Entry) -> Iterator[Reason]:
        kinds = Vocabulary.load("service_types")
        met = [kinds.term(code) for code in entry.types if code in kinds and kinds.term(code).need in self.needs.need]
        if met:
            yield Reason("yes", Message("Offers: {kinds}", {"kinds": Several(tuple(each.labels for each in met))}))

    def _of_groups(self, entry: Entry) -> Iterator[Reason]:
        taxonomy = Vocabulary.load("beneficiaries")
        marked = [
            code for mark, code in (("children", "HH-DEP"), ("disability", "VUL-DIS")) if mark in self.needs.marks
        ]
        for group in filter(None, (self.needs.age, self.needs.sex, *marked)):
            name = taxonomy.term(group).labels
            if refused := self._refusal(entry, group):
                yield refused
            elif self._named(entry, group):
                yield Reason("yes", Message("Takes: {group}", {"group": name}))
            elif group in CHILD_AGES:
                yield Reason("ask", Message("Not said whether children are taken: ask first"))
            elif group == "HH-DEP" and _stays(entry):
                yield Reason("ask", Message("Not said whether children can stay too: ask first"))

    def _refusal(self, entry: Entry, group: str) -> Reason | None:
        """Return why a group is not taken; None where it may be."""
        taxonomy = Vocabulary.load("beneficiaries")
        serves, excludes, kind = frozenset(entry.serves), frozenset(entry.excludes), taxonomy.term(group).dimension
        if excludes & REFUSES.get(group, {group}):
            return Reason("no", Message("Does not take: {group}", {"group": taxonomy.term(group).labels}))
        others = [code for code in entry.serves if code in taxonomy and taxonomy.term(code).dimension == kind]
        if kind not in EXCLUSIVE or suits(
            group, serves, excludes, entry.minimum_age, entry.maximum_age, _stays(entry) and group in CHILD_AGES
        ):
            return None
        if others and not serves & TAKES.get(group, {group}):
            only = Several(tuple(taxonomy.term(code).labels for code in others))
            return Reason("no", Message("Only for: {groups}", {"groups": only}))
        if group in CHILD_AGES and not serves & TAKES[group] and _stays(entry):
            return Reason("no", Message("A place to stay that does not name children: never for a child"))
        age = {"age": entry.minimum_age or 0, "most": entry.maximum_age or 0}
        if entry.maximum_age is None:
            return Reason("no", Message("From the age of {age}", age))
        return Reason("no", Message("From the age of {age} to {most}", age))

    def _named(self, entry: Entry, group: str) -> bool:
        """Tell whether a service says that it takes a group, or is made for it."""
        if group in CHILD_AGES and any(code.startswith("CHP") or code == "ACC-CHI" for code in entry.types):
            return True
        also = {"HH-DEP": {"HH-DEP", "HH-FAM", *CHILD_AGES}} | dict(TAKES)
        return not set(entry.serves).isdisjoint(also.get(group, {group}))

    def _of_forms(self, entry: Entry) -> Iterator[Reason]:
        taxonomy = Vocabulary.load("beneficiaries")
        for form in self.needs.happened:
            name = {"group": taxonomy.term(form).labels}
            if form in entry.excludes:
                yield Reason("no", Message("Does not take: {group}", name))
            elif form in entry.serves:
                yield Reason("yes", Message("Takes: {group}", name))
        if self._other_forms(entry):
            others = Several(tuple(taxonomy.term(code).labels for code in _forms(entry)))
            yield Reason("ask", Message("Names other forms of exploitation: {groups}", {"groups": others}))

    def _other_forms(self, entry: Entry) -> bool:
        """Tell whether a service names forms of exploitation, and none of those that happened."""
        happened = {code for code in self.needs.happened if code.startswith("EXP")}
        return bool(happened) and bool(_forms(entry)) and happened.isdisjoint(_forms(entry))

    def _of_papers(self, entry: Entry) -> Iterator[Reason]:
        notes = {
            match.code
            for note in (*entry.serves_notes, *entry.excludes_notes)
            if (match := match_term("conditions", note))
        }
        if "no_police" in self.needs.marks:
            if POLICE_TYPES.intersection(entry.types):
                yield Reason("no", Message("This is the police"))
            elif "POLICE" in notes | entry.papers:
                yield Reason("no", Message("Demands a report to the police"))
        if "RESIDENTS" in notes:
            yield Reason("ask", Message("Only residents of the area: ask whether this person counts"))
        if "REFERRED" in notes or "REFERRAL" in entry.papers:
            yield Reason("yes", Message("Asks for a referral letter: yours"))
        if "no_papers" in self.needs.marks:
            if asked := self._papers(entry):
                yield Reason(
                    "ask", Message("Asks for papers: {papers}. Ask whether it goes without", {"papers": asked})
                )
            elif "NONE" in entry.papers:
                yield Reason("yes", Message("No papers asked"))
            else:
                yield Reason("ask", Message("Not known which papers are asked"))

    def _papers(self, entry: Entry) -> Several:
        """Return the papers of a person that a service asks for."""
        terms = [label("documents", code, self.language) for code in sorted(entry.papers - {"NONE", "REFERRAL"})]
        return Several(tuple({self.language: str(term)} for term in terms))

    def _of_speech(self, entry: Entry) -> Iterator[Reason]:
        if not self.needs.speaks:
            return
        name = {"tongue": Vocabulary.load("languages").term(self.needs.speaks).labels}
        if self.needs.speaks in entry.languages:
            yield Reason("yes", Message("Speaks: {tongue}", name))
        else:
            yield Reason("ask", Message("Not listed as spoken: {tongue}. Ask for an interpreter", name))

    def _of_access(self, entry: Entry) -> Iterator[Reason]:
        told = next((place.accessibility for place in entry.places if place.accessibility), "")
        if told:
            yield Reason("yes", Message("Entrance: {words}", {"words": told}))
        elif entry.places:
            yield Reason("ask", Message("Not known whether the entrance is step-free"))

    def _of_room(self, entry: Entry) -> Iterator[Reason]:
        told = self.rooms.get(entry.id)
        if told is not None:
            sign: Sign = "yes" if told.room == "open" else "ask"
            until = {"room": ROOMS[told.room], "day": told.until or self.edition.day}
            yield Reason(sign, Message("{room}; holds until {day}", until))

    def _of_agreement(self, entry: Entry) -> Iterator[Reason]:
        for each in agreements(self.edition):
            if each.giver in self.bodies and each.covers(entry):
                if each.valid_to is None:
                    yield Reason("yes", Message("Agreement with your organization"))
                else:
                    yield Reason("yes", Message("Agreement with your organization until {day}", {"day": each.valid_to}))
                return


def agreements(edition: Edition) -> list[Agreement]:
    """Return the referral agreements of an edition; both ends may be seen, else it would not be there."""

    def find() -> list[Agreement]:
        with View(edition.path) as view:
            rows = view.rows("referral_agreement")
        return [
            Agreement(
                giver=row["from_organization_id"],
                taker=row["to_organization_id"],
                types=tuple(str(row["service_types"] or "").replace(";", " ").split()),
                document=row["document"] or "",
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                consent_form=None if row["consent_form"] is None else bool(row["consent_form"]),
                hours=row["answer_within_hours"],
                holds=in_force(row, edition.day),
            )
            for row in rows
        ]

    return edition.keep("agreements", find)


def _stays(entry: Entry) -> bool:
    """Tell whether people stay at a service."""
    return any(code.partition("-")[0] == STAY for code in entry.types)


def _forms(entry: Entry) -> list[str]:
    """Return the forms of exploitation that a service names."""
    return [code for code in entry.serves if code.startswith("EXP")]
