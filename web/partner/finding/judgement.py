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
from mapping.language.taxonomy import Term, Vocabulary, match_term
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

    def reasons(self, entry: Entry, minutes: tuple[float, float] | None) -> list[Reason]:
        """Return what speaks for a service, what must be asked, and what speaks against it."""
        return list(self._reasons(entry, minutes))

    def _reasons(self, entry: Entry, minutes: tuple[float, float] | None) -> Iterator[Reason]:
        yield from self._of_kind(entry)
        if minutes is None and self.start and serves(entry, self.start.unit, self.edition.area):
            yield Reason("yes", Message("Serves {place} by phone or visit", {"place": self.start.name}))
        yield from self._of_groups(entry)
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
        met = [code for code, row in fits.items() if row.suits(self.person.groups, entry.serves)]
        if met:
            labels = listing(tuple(kinds.term(code).labels for code in met))
            yield Reason("yes", Message("Offers: {kinds}", {"kinds": labels}))
            if self.rank(entry) == LAST:
                yield Reason("ask", Message("Made for something else: ask whether it can help"))
        elif fits and worst(verdict for _, verdict in self._verdicts(entry)) != "no":
            groups = sorted({group for row in fits.values() for group in row.groups})
            yield Reason("no", Message("Only for: {groups}", {"groups": _names(groups)}))

    def _verdicts(self, entry: Entry) -> Iterator[tuple[str, Verdict]]:
        for group in (*self.person.groups, *self.person.happened):
            own = group == self.person.age
            yield group, entry.takes(group, (self.person.ages, self.person.ages) if own else None)

    def _of_groups(self, entry: Entry) -> Iterator[Reason]:
        verdicts = list(self._verdicts(entry))
        settled = {kind_of(group) for group, verdict in verdicts if verdict.why == "named"}
        for group, verdict in verdicts:
            if verdict.answer == "ask" and verdict.why == "others":
                if kind_of(group) in settled:
                    continue  # of several things that are known, one is enough
                settled.add(kind_of(group))
            if reason := _reason(entry, group, verdict):
                yield reason
        yield from self._of_groups_not_known(entry)
        yield from self._of_those_it_is_only_for(entry, {kind_of(group) for group, _ in verdicts})

    def _of_groups_not_known(self, entry: Entry) -> Iterator[Reason]:
        """Yield what a service says of sex and age where that of the person is not known."""
        known = {kind_of(group) for group in self.person.groups}
        for kind, everybody in WHERE_NOT_KNOWN.items():
            verdicts = [(group, entry.takes(group, ages)) for group, ages in everybody]
            refusal = next((pair for pair in verdicts if pair[1].answer == "no"), None)
            if kind not in known and refusal:
                group, verdict = refusal
                if reason := _reason(entry, group, verdict._replace(answer="ask")):
                    yield reason

    def _of_those_it_is_only_for(self, entry: Entry, known: set[str]) -> Iterator[Reason]:
        """Yield whom a service is for, where it names only people who live with what is not known of the person.

        Beside other groups, as women or victims, these may be some of several whom it takes.
        """
        if entry.serves and VULNERABILITY not in known and all(kind_of(code) == VULNERABILITY for code in entry.serves):
            only = Verdict("ask", "others", tuple(sorted(entry.serves)))
            if reason := _reason(entry, only.groups[0], only):
                yield reason

    def _of_nationality(self, entry: Entry) -> Iterator[Reason]:
        """Yield what a nationality and a destination decide, for the needs for which they do."""
        if not set(self.needs).intersection(NATIONALITY_DECIDES):
            return
        area = self.edition.area
        nationality = self.person.nationality or (area.code if "returned" in self.person.marks else "")
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
        if "RESIDENTS" in notes:
            yield Reason("ask", Message("Only residents of the area: ask whether this person counts"))
        if "REFERRED" in notes or "REFERRAL" in entry.papers:
            yield Reason("yes", Message("Asks for a referral letter: yours"))
        if "no_papers" in self.person.marks:
            yield self._of_missing_papers(entry)

    def _of_missing_papers(self, entry: Entry) -> Reason:
        terms = [label("documents", code, self.language) for code in sorted(entry.papers - {NO_PAPERS, "REFERRAL"})]
        if terms:
            papers = listing(tuple({self.language: str(term)} for term in terms))
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
        words = next((place.accessibility for place in entry.places if place.accessibility), "")
        if entry.step_free:
            yield Reason("yes", Message("Entrance: {words}", {"words": ENTRANCES["Step-free entrance"]}))
        elif entry.step_free is False:
            yield Reason("ask", Message("Steps at the entrance: ask how to get in"))
        elif words:  # what somebody wrote freely may say yes or no
            yield Reason("ask", Message("Entrance: {words}", {"words": words}))
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


def _reason(entry: Entry, group: str, verdict: Verdict) -> Reason | None:
    """Return a verdict on a group in words; None where there is nothing to say."""
    answer, why, groups = verdict
    if why == "named":
        return Reason(answer, Message("Takes: {group}", {"group": _group(group).labels}))
    if why == "refused":
        refused = [group] if answer == "no" else groups
        return Reason(answer, Message("Does not take: {group}", {"group": _names(refused)}))
    if why == "others" and answer == "ask":
        only = Message("Only for: {groups}. Ask whether this person is taken", {"groups": _names(groups)})
        return Reason(answer, only)
    if why == "others":
        return Reason(answer, Message("Only for: {groups}", {"groups": _names(groups)}))
    if why == "stay":
        return Reason(answer, Message("A place to stay that does not name children: never for a child"))
    if why == "unsaid":
        along = group == WITH_CHILDREN
        stay = Message("Not said whether children can stay too: ask first")
        return Reason(answer, stay if along else Message("Not said whether children are taken: ask first"))
    return Reason(answer, ages(entry) or "") if why == "ages" else None


def _group(code: str) -> Term:
    return Vocabulary.load("beneficiaries").term(code)


def _names(codes: Sequence[str]) -> Message:
    return listing(tuple(_group(code).labels for code in codes))
