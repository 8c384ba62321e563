"""Judgement: whether a service fits one person's need, and why. From one edition alone.

Rules that block: a child goes only where children are taken, and never to a place to stay that does not name them.
Whatever is needed and not known is something to ask, and never a yes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from mapping.language.i18n import Message, Several
from mapping.language.need_fits import LAST, NeedFit, fit, need_fits
from mapping.language.parsers import is_dialled
from mapping.language.taxonomy import Term, Vocabulary, match_term
from mapping.view.entries import NO_PAPERS, REFUSES, TAKES, suits
from mapping.view.view import Entry
from web.partner.finding.agreements import agreements
from web.partner.finding.needs import CHILD_AGES, MARKED_GROUPS, NATIONALITY_DECIDES, OTHER_COUNTRY, SPANS, Needs
from web.partner.finding.start_places import StartPlace
from web.presenters import choices
from web.presenters.cards import ENTRANCES, ages, check, country_name, first_choice, label
from web.presenters.edition import Edition
from web.stores.inbox import Capacity, Room

Sign = Literal["yes", "ask", "no"]
SIGNS: tuple[Sign, ...] = ("yes", "ask", "no")
"""From what speaks for a service to what speaks against it."""

STAY = "ACC"
"""The family of services where people stay."""

POLICE_TYPES = frozenset({"JUS-POL"})
"""Services that are the police."""

EXCLUSIVE = ("age", "sex")
"""Kinds of groups of which naming some means that others are not taken."""

OPEN = {"age": [{"AGE-YOU"}, {"AGE-ADU"}, {"AGE-OLD"}], "sex": [{"SEX-F", "SEX-M"}]}
"""What a service that names ages or sexes must name to be for whoever comes: who is of no age is taken for an adult."""

NATIONALS = frozenset({"MIG-ABR", "MIG-RET", "MIG-LEF"})
FOREIGNERS = frozenset({"MIG-FOR", "MIG-REF", "MIG-STL"})
"""Groups of people by where they are from: of the study area, and of other countries."""

STEPS = "Steps at the entrance"
SIGN_LANGUAGE = "sgn"

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
class Judge:
    """Judges services for one person.

    Parameters
    ----------
    edition, language
        What is judged, and the language of the reasons.
    person
        Whom a need is for (see `Needs.person`).
    need
        The need that is judged for; empty for all that the person has.
    start
        Where the person is; None abroad, or where no place is chosen.
    rooms
        The latest word on rooms, by published id of a service.
    bodies
        Organizations that the asking person acts for: agreements of these count.
    """

    edition: Edition
    language: str
    person: Needs
    need: str
    start: StartPlace | None
    rooms: Mapping[str, Capacity]
    bodies: Sequence[str]

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the needs that are judged for."""
        return (self.need,) if self.need else self.person.need

    def rank(self, entry: Entry) -> int | None:
        """Return how well the kind of a service fits the needs: 1 first, 2 on the way, 3 last; None for not."""
        return _rank(self.needs, entry.types, self.person.groups)

    def kind(self, entry: Entry) -> int:
        """Return where the kind of a service stands among those that fit the needs: what is most often needed first."""
        return _kind(self.needs, entry.types)

    def reasons(self, entry: Entry, minutes: tuple[float, float] | None) -> list[Reason]:
        """Return what speaks for a service, what must be asked, and what speaks against it."""
        return list(self._reasons(entry, minutes))

    def _reasons(self, entry: Entry, minutes: tuple[float, float] | None) -> Iterator[Reason]:
        yield from self._of_kind(entry)
        if minutes is None and self.start and choices.covers(entry, self.start.unit, self.edition.area):
            yield Reason("yes", Message("Serves {place} by phone or visit", {"place": self.start.name}))
        yield from self._of_groups(entry)
        yield from self._of_forms(entry)
        yield from self._of_nationality(entry)
        yield from self._of_papers(entry)
        yield from self._of_speech(entry)
        if "disability" in self.person.marks:
            yield from self._of_access(entry)
        if "deaf" in self.person.marks:
            yield self._of_hearing(entry)
        yield from self._of_room(entry)
        yield from self._of_agreement(entry)
        if entry.status != "active":
            yield Reason("no", Message("Closed for now"))
        elif not first_choice(entry) or entry.freshness == "overdue":
            yield Reason("ask", check(entry, self.language).text)

    def _of_kind(self, entry: Entry) -> Iterator[Reason]:
        kinds = Vocabulary.load("service_types")
        fits = _fits(self.needs, entry.types)
        met = [code for code, row in fits.items() if row.suits(self.person.groups)]
        if met:
            labels = Several(tuple(kinds.term(code).labels for code in met))
            yield Reason("yes", Message("Offers: {kinds}", {"kinds": labels}))
            if self.rank(entry) == LAST:
                yield Reason("ask", Message("Made for something else: ask whether it can help"))
        elif fits and not any(self._refusal(entry, group) for group in self.person.groups):
            groups = sorted({group for row in fits.values() for group in row.groups})
            yield Reason("no", Message("Only for: {groups}", {"groups": _names(groups)}))

    def _of_groups(self, entry: Entry) -> Iterator[Reason]:
        for group in self.person.groups:
            if refused := self._refusal(entry, group):
                yield refused
            elif (span := ages(entry)) and group in SPANS and not _covers(entry, *SPANS[group]):
                yield Reason("ask", span)
            elif _named(entry, group):
                yield Reason("yes", Message("Takes: {group}", {"group": _group(group).labels}))
            elif group in CHILD_AGES:
                yield Reason("ask", Message("Not said whether children are taken: ask first"))
            elif group == MARKED_GROUPS["children"] and _stays(entry):
                yield Reason("ask", Message("Not said whether children can stay too: ask first"))
        yield from self._of_groups_not_known(entry)

    def _of_groups_not_known(self, entry: Entry) -> Iterator[Reason]:
        """Yield what a service says of sex and age where that of the person is not known."""
        taxonomy = Vocabulary.load("beneficiaries")
        known = {taxonomy.term(group).dimension for group in self.person.groups}
        for kind in EXCLUSIVE:
            named = [code for code in entry.serves if code in taxonomy and taxonomy.term(code).dimension == kind]
            if kind not in known and named and not any(whole <= {*named} for whole in OPEN[kind]):
                only = Message("Only for: {groups}. Ask whether this person is taken", {"groups": _names(named)})
                yield Reason("ask", only)

    def _refusal(self, entry: Entry, group: str) -> Reason | None:
        """Return why a group is not taken; None where it may be."""
        taxonomy = Vocabulary.load("beneficiaries")
        serves, excludes, kind = frozenset(entry.serves), frozenset(entry.excludes), taxonomy.term(group).dimension
        if excludes & REFUSES.get(group, {group}):
            return Reason("no", Message("Does not take: {group}", {"group": taxonomy.term(group).labels}))
        others = [code for code in entry.serves if code in taxonomy and taxonomy.term(code).dimension == kind]
        stays, named = _stays(entry) and group in CHILD_AGES, (entry.minimum_age, entry.maximum_age)
        if kind not in EXCLUSIVE or suits(group, serves, excludes, *named, stays, SPANS.get(group)):
            return None
        if others and not serves & TAKES.get(group, {group}):
            return Reason("no", Message("Only for: {groups}", {"groups": _names(others)}))
        if stays and serves.isdisjoint(CHILD_AGES):
            return Reason("no", Message("A place to stay that does not name children: never for a child"))
        return Reason("no", ages(entry) or "")

    def _of_forms(self, entry: Entry) -> Iterator[Reason]:
        for form in self.person.happened:
            name = {"group": _group(form).labels}
            if form in entry.excludes:
                yield Reason("no", Message("Does not take: {group}", name))
            elif form in entry.serves:
                yield Reason("yes", Message("Takes: {group}", name))
        happened = {code for code in self.person.happened if code.startswith("EXP")}
        forms = [code for code in entry.serves if code.startswith("EXP")]
        if happened and forms and happened.isdisjoint(forms):
            yield Reason("ask", Message("Names other forms of exploitation: {groups}", {"groups": _names(forms)}))

    def _of_nationality(self, entry: Entry) -> Iterator[Reason]:
        """Yield what a nationality and a destination decide, for the needs for which they do."""
        if not set(self.needs).intersection(NATIONALITY_DECIDES):
            return
        nationality, area = self.person.nationality, self.edition.area
        named = NATIONALS.union(FOREIGNERS).intersection(entry.serves)
        groups = {"groups": _names(sorted(named))}
        if named and (named <= NATIONALS or named <= FOREIGNERS):
            if not nationality:
                yield Reason("ask", Message("Only for: {groups}. Ask of what country the person is", groups))
            elif (nationality == area.code) != (named <= NATIONALS):
                yield Reason("no", Message("Only for: {groups}", groups))
        elif choices.CONSULAR in entry.types and not named:
            yield Reason("ask", Message("Ask whose citizens it helps"))
        if "home" in self.needs and self.person.destination not in ("", area.code):
            yield self._of_destination(entry)

    def _of_destination(self, entry: Entry) -> Reason:
        country = self.person.destination
        if country in entry.covers or any(place.country == country for place in entry.places):
            return Reason("yes", Message("Works in: {country}", {"country": self._country(country)}))
        if country == OTHER_COUNTRY:
            return Reason("ask", Message("Ask whether it helps to go to that country"))
        return Reason(
            "ask", Message("Not said whether it helps to go to: {country}", {"country": self._country(country)})
        )

    def _country(self, code: str) -> str:
        return country_name(self.edition.area, code, self.language)

    def _of_papers(self, entry: Entry) -> Iterator[Reason]:
        notes = {
            match.code
            for note in (*entry.serves_notes, *entry.excludes_notes)
            if (match := match_term("conditions", note))
        }
        if "no_police" in self.person.marks:
            if POLICE_TYPES.intersection(entry.types):
                yield Reason("no", Message("This is the police"))
            elif "POLICE" in notes | entry.papers:
                yield Reason("no", Message("Demands a report to the police"))
        if "RESIDENTS" in notes:
            yield Reason("ask", Message("Only residents of the area: ask whether this person counts"))
        if "REFERRED" in notes or "REFERRAL" in entry.papers:
            yield Reason("yes", Message("Asks for a referral letter: yours"))
        if "no_papers" in self.person.marks:
            yield self._of_missing_papers(entry)

    def _of_missing_papers(self, entry: Entry) -> Reason:
        terms = [label("documents", code, self.language) for code in sorted(entry.papers - {NO_PAPERS, "REFERRAL"})]
        if terms:
            papers = Several(tuple({self.language: str(term)} for term in terms))
            return Reason("ask", Message("Asks for papers: {papers}. Ask whether it goes without", {"papers": papers}))
        if NO_PAPERS in entry.papers:
            return Reason("yes", Message("No papers asked"))
        return Reason("ask", Message("Not known which papers are asked"))

    def _of_speech(self, entry: Entry) -> Iterator[Reason]:
        if not self.person.speaks:
            return
        name = {"tongue": Vocabulary.load("languages").term(self.person.speaks).labels}
        if self.person.speaks in entry.languages:
            yield Reason("yes", Message("Speaks: {tongue}", name))
        else:
            yield Reason("ask", Message("Not listed as spoken: {tongue}. Ask for an interpreter", name))

    def _of_access(self, entry: Entry) -> Iterator[Reason]:
        entrance = next((place.accessibility for place in entry.places if place.accessibility), "")
        if entrance == STEPS:
            yield Reason("ask", Message("Steps at the entrance: ask how to get in"))
        elif entrance:
            yield Reason("yes", Message("Entrance: {words}", {"words": ENTRANCES.get(entrance, entrance)}))
        elif entry.places:
            yield Reason("ask", Message("Not known whether the entrance is step-free"))

    def _of_hearing(self, entry: Entry) -> Reason:
        """Return how somebody who does not hear is understood there: by signs, or in writing."""
        if SIGN_LANGUAGE in entry.languages:
            labels = Vocabulary.load("languages").term(SIGN_LANGUAGE).labels
            return Reason("yes", Message("Speaks: {tongue}", {"tongue": labels}))
        written = (phone.number for phone in entry.phones if not is_dialled(phone.number))
        if ways := ", ".join(filter(None, (*written, entry.email))):
            question = Message(
                "Can be written to ({ways}): ask whether somebody there knows sign language", {"ways": ways}
            )
            return Reason("ask", question)
        return Reason("ask", Message("No sign language and no messenger are listed: ask on behalf of the person"))

    def _of_room(self, entry: Entry) -> Iterator[Reason]:
        room = self.rooms.get(entry.id)
        if room is not None:
            sign: Sign = "yes" if room.room == "open" else "ask"
            until = {"room": ROOMS[room.room], "day": room.until or self.edition.day}
            yield Reason(sign, Message("{room}; holds until {day}", until))

    def _of_agreement(self, entry: Entry) -> Iterator[Reason]:
        for agreement in agreements(self.edition):
            if agreement.giver in self.bodies and agreement.covers(entry):
                day = {"day": agreement.valid_to}
                until = Message("Agreement with your organization until {day}", day)
                yield Reason("yes", until if agreement.valid_to else Message("Agreement with your organization"))
                return


@lru_cache(4096)  # thousands of services are of the same kinds
def _rank(needs: tuple[str, ...], types: tuple[str, ...], groups: tuple[str, ...]) -> int | None:
    fits = (fit(need, types, groups) for need in needs)
    return min((rank for rank in fits if rank is not None), default=None)


@lru_cache(4096)
def _kind(needs: tuple[str, ...], types: tuple[str, ...]) -> int:
    kinds = [code for need in needs for code in need_fits(need)]
    return min((place for place, code in enumerate(kinds) if code in types), default=len(kinds))


@lru_cache(4096)
def _fits(needs: tuple[str, ...], types: tuple[str, ...]) -> Mapping[str, NeedFit]:
    """Return the kinds of a service that fit one of some needs."""
    return {code: row for need in needs for code, row in need_fits(need).items() if code in types}


def _covers(entry: Entry, first: int, beyond: int) -> bool:
    """Tell whether everybody of some ages is helped, as far as ages are said."""
    return (entry.minimum_age or 0) <= first and (entry.maximum_age is None or entry.maximum_age >= beyond - 1)


def _named(entry: Entry, group: str) -> bool:
    """Tell whether a service says that it takes a group, or is made for it."""
    if group in CHILD_AGES and any(code.startswith("CHP") or code == "ACC-CHI" for code in entry.types):
        return True
    also = {"HH-DEP": {"HH-DEP", "HH-FAM", *CHILD_AGES}} | dict(TAKES) | {age: {*CHILD_AGES} for age in CHILD_AGES}
    return not set(entry.serves).isdisjoint(also.get(group, {group}))


def _group(code: str) -> Term:
    return Vocabulary.load("beneficiaries").term(code)


def _names(codes: Sequence[str]) -> Several:
    return Several(tuple(_group(code).labels for code in codes))


def _stays(entry: Entry) -> bool:
    """Tell whether people stay at a service."""
    return any(code.partition("-")[0] == STAY for code in entry.types)
