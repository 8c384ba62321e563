"""Judgement: whether a service fits one person's need, and why. From one edition alone.

Rules that block: a child goes only where children are taken, and never to a place to stay that does not name them.
Whatever is needed and not known is something to ask, and never a yes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from mapping.language.i18n import Message, listing
from mapping.language.need_fits import LAST, NeedFit, fit, need_fits
from mapping.language.parsers import is_dialled
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.view.entries import NO_PAPERS
from mapping.view.rules.takes import WITH_CHILDREN, Span, Verdict, kind_of, worst
from mapping.view.view import Entry
from mapping.view.visits import serves
from web.partner.finding.agreements import agreements
from web.partner.finding.needs import NATIONALITY_DECIDES, OTHER_COUNTRY, Needs
from web.partner.finding.start_places import StartPlace
from web.presenters import choices
from web.presenters.cards import ENTRANCES, ages, check, country_name, first_choice, label
from web.presenters.choices import ADULT, AGES_OF
from web.presenters.edition import Edition
from web.stores.inbox import Capacity, Room

Sign = Literal["yes", "ask", "no"]
SIGNS: tuple[Sign, ...] = ("yes", "ask", "no")
"""From what speaks for a service to what speaks against it."""

WHERE_NOT_KNOWN: dict[str, list[tuple[str, tuple[Span, Span] | None]]] = {
    "sex": [("SEX-F", None), ("SEX-M", None)],
    "age": [AGES_OF[ADULT]],
}
"""Kinds of which a service may take some only -> whom it must take, to be for whoever comes: who is of no age is taken
for an adult."""

VULNERABILITY = "vulnerability"
"""The kind of groups of people by what they live with: a disability, an illness, homelessness."""

NATIONALS = frozenset({"MIG-ABR", "MIG-RET", "MIG-LEF"})
FOREIGNERS = frozenset({"MIG-FOR", "MIG-REF", "MIG-STL"})
"""Groups of people by where they are from: of the study area, and of other countries."""

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
        return _rank(self.needs, entry.types, entry.serves, self.person.groups)

    def kind(self, entry: Entry) -> int:
        """Return where the kind of a service stands among those that fit the needs: what is most often needed first."""
        return _kind(self.needs, entry.types)

    def reasons(self, entry: Entry, minutes: tuple[float, float] | None) -> Iterator[Reason]:
        """Yield what speaks for a service, what must be asked, and what speaks against it."""
        yield from self._of_kind(entry)
        if minutes is None and self.start and serves(entry, self.start.unit, self.edition.area):
            yield Reason("yes", Message("Serves {place} by phone or visit", place=self.start.name))
        yield from self._of_groups(entry)
        yield from self._of_nationality(entry)
        yield from self._of_papers(entry)
        yield from self._of_speech(entry)
        if "disability" in self.person.marks:
            yield from self._of_access(entry)
        if "deaf" in self.person.marks:
            yield self._of_hearing(entry)
        if room := self.rooms.get(entry.id):
            until = Message("{room}; holds until {day}", room=ROOMS[room.room], day=room.until or self.edition.day)
            yield Reason("yes" if room.room == "open" else "ask", until)
        yield from self._of_agreement(entry)
        if entry.status != "active":
            yield Reason("no", Message("Closed for now"))
        elif not first_choice(entry) or entry.freshness == "overdue":
            yield Reason("ask", check(entry, self.language).text)

    def _of_kind(self, entry: Entry) -> Iterator[Reason]:
        fits = _fits(self.needs, entry.types)
        met = [code for code, row in fits.items() if row.suits(self.person.groups, entry.serves)]
        if met:
            kinds = Vocabulary.load("service_types")
            yield Reason("yes", Message("Offers: {kinds}", kinds=listing(kinds.term(code).labels for code in met)))
            if self.rank(entry) == LAST:
                yield Reason("ask", Message("Made for something else: ask whether it can help"))
        elif fits and worst(verdict for _, verdict in self._verdicts(entry)) != "no":
            yield Reason("no", _only_for({group for row in fits.values() for group in row.groups}))

    def _verdicts(self, entry: Entry) -> Iterator[tuple[str, Verdict]]:
        for group in (*self.person.groups, *self.person.happened):
            own = group == self.person.age
            yield group, entry.takes(group, (self.person.ages, self.person.ages) if own else None)

    def _of_groups(self, entry: Entry) -> Iterator[Reason]:
        verdicts = list(self._verdicts(entry))
        known = {kind_of(group) for group, _ in verdicts}
        settled = {kind_of(group) for group, verdict in verdicts if verdict.why == "named"}
        for group, verdict in verdicts:
            if verdict.answer == "ask" and verdict.why == "others":
                if kind_of(group) in settled:
                    continue  # of several things that are known, one is enough
                settled.add(kind_of(group))
            yield from _reason(entry, group, verdict)
        for kind, everybody in WHERE_NOT_KNOWN.items():  # what it says of sex and age that are not known
            refusals = ((group, entry.takes(group, ages)) for group, ages in everybody)
            refusal = next((pair for pair in refusals if pair[1].answer == "no"), None)
            if refusal and kind not in {kind_of(group) for group in self.person.groups}:
                yield from _reason(entry, refusal[0], refusal[1]._replace(answer="ask"))
        # beside other groups, as women or victims, who live with something may be some of several whom it takes
        if entry.serves and VULNERABILITY not in known and all(kind_of(code) == VULNERABILITY for code in entry.serves):
            groups = tuple(sorted(entry.serves))
            yield from _reason(entry, groups[0], Verdict("ask", "others", groups))

    def _of_nationality(self, entry: Entry) -> Iterator[Reason]:
        """Yield what a nationality and a destination decide, for the needs for which they do."""
        if not set(self.needs).intersection(NATIONALITY_DECIDES):
            return
        own, destination = self.edition.area.code, self.person.destination
        nationality = self.person.nationality or (own if "returned" in self.person.marks else "")
        named = NATIONALS.union(FOREIGNERS).intersection(entry.serves)
        if named and (named <= NATIONALS or named <= FOREIGNERS):
            if not nationality:
                groups = _names(sorted(named))
                yield Reason("ask", Message("Only for: {groups}. Ask of what country the person is", groups=groups))
            elif (nationality == own) != (named <= NATIONALS):
                yield Reason("no", _only_for(named))
        elif choices.CONSULAR in entry.types and not named:
            yield Reason("ask", Message("Ask whose citizens it helps"))
        if "home" in self.needs and destination not in ("", own):
            country = country_name(self.edition.area, destination, self.language)
            if destination in entry.covers or any(place.country == destination for place in entry.places):
                yield Reason("yes", Message("Works in: {country}", country=country))
            elif destination == OTHER_COUNTRY:
                yield Reason("ask", Message("Ask whether it helps to go to that country"))
            else:
                yield Reason("ask", Message("Not said whether it helps to go to: {country}", country=country))

    def _of_papers(self, entry: Entry) -> Iterator[Reason]:
        matches = (match_term("conditions", note) for note in (*entry.serves_notes, *entry.excludes_notes))
        notes = {match.code for match in matches if match}
        if "RESIDENTS" in notes:
            yield Reason("ask", Message("Only residents of the area: ask whether this person counts"))
        if "REFERRED" in notes or "REFERRAL" in entry.papers:
            yield Reason("yes", Message("Asks for a referral letter: yours"))
        if "no_papers" not in self.person.marks:
            return
        if codes := sorted(entry.papers - {NO_PAPERS, "REFERRAL"}):
            papers = ", ".join(label("documents", code, self.language) for code in codes)
            yield Reason("ask", Message("Asks for papers: {papers}. Ask whether it goes without", papers=papers))
        elif NO_PAPERS in entry.papers:
            yield Reason("yes", Message("No papers asked"))
        else:
            yield Reason("ask", Message("Not known which papers are asked"))

    def _of_speech(self, entry: Entry) -> Iterator[Reason]:
        if not self.person.speaks:
            return
        tongue = Vocabulary.load("languages").term(self.person.speaks).labels
        if self.person.speaks in entry.languages:
            yield Reason("yes", Message("Speaks: {tongue}", tongue=tongue))
        else:
            yield Reason("ask", Message("Not listed as spoken: {tongue}. Ask for an interpreter", tongue=tongue))

    def _of_access(self, entry: Entry) -> Iterator[Reason]:
        words = next((place.accessibility for place in entry.places if place.accessibility), "")
        if entry.step_free:
            yield Reason("yes", Message("Entrance: {words}", words=ENTRANCES["Step-free entrance"]))
        elif entry.step_free is False:
            yield Reason("ask", Message("Steps at the entrance: ask how to get in"))
        elif words:  # what somebody wrote freely may say yes or no
            yield Reason("ask", Message("Entrance: {words}", words=words))
        elif entry.places:
            yield Reason("ask", Message("Not known whether the entrance is step-free"))

    def _of_hearing(self, entry: Entry) -> Reason:
        """Return how somebody who does not hear is understood there: by signs, or in writing."""
        if SIGN_LANGUAGE in entry.languages:
            labels = Vocabulary.load("languages").term(SIGN_LANGUAGE).labels
            return Reason("yes", Message("Speaks: {tongue}", tongue=labels))
        written = (phone.number for phone in entry.phones if not is_dialled(phone.number))
        ways = ", ".join(filter(None, (*written, entry.email)))
        question = Message("Can be written to ({ways}): ask whether somebody there knows sign language", ways=ways)
        silent = Message("No sign language and no messenger are listed: ask on behalf of the person")
        return Reason("ask", question if ways else silent)

    def _of_agreement(self, entry: Entry) -> Iterator[Reason]:
        for agreement in agreements(self.edition):
            if agreement.giver in self.bodies and agreement.covers(entry):
                until = Message("Agreement with your organization until {day}", day=agreement.valid_to)
                yield Reason("yes", until if agreement.valid_to else Message("Agreement with your organization"))
                return


@lru_cache(4096)  # thousands of services are of the same kinds
def _rank(
    needs: tuple[str, ...], types: tuple[str, ...], serves: tuple[str, ...], groups: tuple[str, ...]
) -> int | None:
    fits = (fit(need, types, groups, serves) for need in needs)
    return min((rank for rank in fits if rank is not None), default=None)


@lru_cache(4096)
def _kind(needs: tuple[str, ...], types: tuple[str, ...]) -> int:
    kinds = [code for need in needs for code in need_fits(need)]
    return min((place for place, code in enumerate(kinds) if code in types), default=len(kinds))


@lru_cache(4096)
def _fits(needs: tuple[str, ...], types: tuple[str, ...]) -> Mapping[str, NeedFit]:
    return {code: row for need in needs for code, row in need_fits(need).items() if code in types}


def _reason(entry: Entry, group: str, verdict: Verdict) -> Iterator[Reason]:
    """Yield a verdict on a group in words; nothing where there is nothing to say."""
    answer, why, groups = verdict
    if why == "named":
        yield Reason(answer, Message("Takes: {group}", group=_names([group])))
    elif why == "refused":
        yield Reason(answer, Message("Does not take: {group}", group=_names([group] if answer == "no" else groups)))
    elif why == "others" and answer == "ask":
        only = Message("Only for: {groups}. Ask whether this person is taken", groups=_names(groups))
        yield Reason(answer, only)
    elif why == "others":
        yield Reason(answer, Message("Only for: {groups}", groups=_names(groups)))
    elif why == "stay":
        yield Reason(answer, Message("A place to stay that does not name children: never for a child"))
    elif why == "unsaid":
        stay = Message("Not said whether children can stay too: ask first")
        taken = Message("Not said whether children are taken: ask first")
        yield Reason(answer, stay if group == WITH_CHILDREN else taken)
    elif why == "ages":
        yield Reason(answer, ages(entry) or "")


def _only_for(groups: set[str] | frozenset[str]) -> Message:
    return Message("Only for: {groups}", groups=_names(sorted(groups)))


def _names(codes: Sequence[str]) -> Message:
    groups = Vocabulary.load("beneficiaries")
    return listing(groups.term(code).labels for code in codes)
