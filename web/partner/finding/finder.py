"""Finder: the services of an edition, judged by what somebody needs: what fits, what to ask first, what does not fit.

What fits a need best stands first (`mapping.language.need_fits`), then what is nearest. What was not confirmed in time
never stands first, and what is not known never above what is.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import islice

from mapping.analysis.common.nearest import minutes_to
from mapping.language.need_fits import FIRST, SECOND, need_fits
from mapping.language.taxonomy import Term, Vocabulary
from mapping.model import Audience
from mapping.view.police import leads_to_police, police_organizations
from mapping.view.view import Entry
from mapping.view.visits import related, serves
from web.partner.finding.judgement import SIGNS, Judge, Reason, Sign
from web.partner.finding.needs import FOR_A_CHILD, Needs
from web.partner.finding.start_places import starts
from web.partner.shareable import classes, open_line
from web.presenters import choices
from web.presenters.cards import Card, ContactLink
from web.presenters.edition import Edition
from web.presenters.entries import Emergency, emergency
from web.presenters.hotlines import HOTLINE, Hotline, StatementCard, responsible, spoken_for
from web.presenters.hours import is_open
from web.presenters.lists import callable_first, is_consular, minutes_from, reaches
from web.stores.inbox import Capacity

BEYOND = 3
"""How many services beyond four hours are named, where fewer than so many are as good within them."""

TONIGHT = 4
"""How many services are named for tonight."""

URGENT = ("stay", "doctor", "talk")
"""Needs of somebody who is in danger, whatever else is needed."""


@dataclass(frozen=True)
class Fitting:
    """A service as it answers some needs; ``minutes`` are those of summer and winter from where the person is."""

    card: Card
    sign: Sign
    reasons: tuple[Reason, ...]
    minutes: tuple[float, float] | None
    first: bool
    """Whether it was confirmed in time, so that it may be offered first."""
    rank: int
    """How well its kind fits the need: 1 first, 2 on the way, 3 last."""
    kind: int
    """Where its kind stands among those that fit the need as well."""
    open_now: bool
    audience: Audience
    """Who may know of it: what not everybody may is not passed on."""
    room: Capacity | None

    @property
    def entry(self) -> Entry:
        """The service."""
        return self.card.entry

    @property
    def order(self) -> tuple[tuple[float, float], int, str]:
        """Return a key by which the nearest stands first, then by kind, and what has no distance last."""
        return self.minutes or (math.inf, math.inf), self.kind, str(self.card.name)

    @property
    def same_help(self) -> tuple[object, ...]:
        """Return what is alike of services that one body lists several times: kind and distance."""
        return self.entry.organization.id, self.entry.types, self.minutes

    @property
    def unknown(self) -> int:
        """Count what must be asked."""
        return sum(reason.sign == "ask" for reason in self.reasons)


@dataclass(frozen=True)
class Block:
    """The services that answer one need, for the person whom it is for."""

    need: Term
    person: Needs
    fit: tuple[Fitting, ...]
    ask: tuple[Fitting, ...]
    no: tuple[Fitting, ...]
    beyond: tuple[Fitting, ...]
    """The nearest that are too far, where few are near."""
    far: int
    """How many more answer it that are too far from where the person is."""

    @property
    def nearest(self) -> tuple[float, float] | None:
        """Return the fewest minutes to what fits; None where nothing with a distance does."""
        return min((fitting.minutes for fitting in self.fit if fitting.minutes), default=None)


@dataclass(frozen=True)
class Confidential:
    """What is arranged through others, and who is to be asked: the same whether or not anything is hidden."""

    statements: tuple[StatementCard, ...]
    desks: tuple[Card, ...]
    line: Hotline | None


@dataclass(frozen=True)
class Tonight:
    """What helps somebody who is in danger now: numbers, what is open at this hour, what takes somebody tonight.

    Of the desks that are asked for a safe place only those that are open at this hour are named.
    """

    emergency: tuple[Emergency, ...]
    line: ContactLink | None
    open_now: tuple[Fitting, ...]
    takes: tuple[Fitting, ...]
    confidential: Confidential
    no_police: bool


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
    moment
        The moment of the question, with its time zone; without it nothing counts as open now.
    """

    def __init__(
        self,
        edition: Edition,
        language: str,
        needs: Needs,
        *,
        rooms: Mapping[str, Capacity] | None = None,
        bodies: Sequence[str] = (),
        moment: dt.datetime | None = None,
    ) -> None:
        self.edition, self.language, self.needs, self.area = edition, language, needs, edition.area
        self.rooms, self.moment = rooms or {}, moment
        self.start = starts(edition, language).get(needs.place)
        self.abroad = bool(needs.place) and self.start is None
        """Whether the person is in another country."""
        self.no_police = "no_police" in needs.marks
        """Whether nothing that is the police, or leads to them, may be named."""
        self._judge = cache(
            lambda need: Judge(edition, language, needs.person(need), need, self.start, self.rooms, bodies)
        )

    @cached_property
    def reached(self) -> dict[str, tuple[Entry, tuple[float, float] | None]]:
        """Return the services that are not closed for good and can be reached, with the minutes to them."""
        within = self.edition.minutes_within
        summer, winter = (within(self.start.id, season) if self.start else {} for season in ("summer", "winter"))
        services = ((entry, minutes_to(entry, summer, winter)) for entry in self._listed)
        return {entry.id: (entry, minutes) for entry, minutes in services if minutes is not None or self._comes(entry)}

    @cached_property
    def judged(self) -> dict[str, Fitting]:
        """Return every service that is reached, by id, in the order of names, as it fits the needs it answers."""
        judged = {}
        for identifier, (entry, minutes) in self.reached.items():
            met = {need for need in self.needs.need if not need_fits(need).keys().isdisjoint(entry.types)}
            judged[identifier] = self.judge(entry, minutes, need=FOR_A_CHILD if met == {FOR_A_CHILD} else "")
        return judged

    @cached_property
    def _listed(self) -> list[Entry]:
        entries = self.edition.entries(self.language).values()
        return [entry for entry in entries if entry.listed and not self._leads_to_police(entry)]

    @cached_property
    def _police(self) -> frozenset[str]:
        return police_organizations(self.edition.entries(self.language).values())

    def _leads_to_police(self, entry: Entry) -> bool:
        return self.no_police and leads_to_police(entry, self._police)

    def blocks(self) -> list[Block]:
        """Return the answers to each need."""
        return [self._block(need) for need in choices.needs() if need.code in self.needs.need]

    def confidential(self) -> Confidential:
        """Return what is said of help that has no place here, and who is to be asked for it."""
        unit = self.start.unit if self.start else None
        spoken = () if self.abroad else spoken_for(self.edition, unit, {"stay", "child"}, self.language)
        if self.needs.child:  # a child is never sent to a place for adults
            need_of = {term.code: term.need for term in Vocabulary.load("service_types").terms()}
            types = ("", None, *(code for code, need in need_of.items() if need == "child"))
            spoken = tuple(statement for statement in spoken if statement.entry.service_type in types)
        desks: dict[object, Card] = {}  # a number that is answered at the same hours stands there once
        for desk in responsible(self.edition, unit, self.language) if unit else ():
            if not self._leads_to_police(desk.entry):
                desks.setdefault((desk.calls[0].dial, desk.week.short) if desk.calls else desk.id, desk)
        line = open_line(self.edition, self.language, abroad=self.abroad, but=self._leads_to_police)
        return Confidential(spoken, tuple(desks.values())[:3], line)

    def emergency(self) -> tuple[Emergency, ...]:
        """Return the numbers for a minute of danger where the person is."""
        country = self.needs.place.upper() if self.abroad else ""
        return emergency(self.area, self.language, country=country, but=("police",) if self.no_police else ())

    def tonight(self) -> Tonight | None:
        """Return what helps at once; None where nobody is in danger."""
        if "danger" not in self.needs.marks:
            return None
        confidential = self.confidential()
        urgent = [self._of_need(need) for need in dict.fromkeys((*URGENT, *self.needs.need))]
        usable = {
            fitting.entry.id: fitting
            for fittings in urgent
            for fitting in fittings
            if fitting.sign != "no" and fitting.first and fitting.rank == FIRST and HOTLINE not in fitting.entry.types
            if fitting.room is None or fitting.room.room != "full"
        }
        open_now: dict[str, Fitting] = {}  # each body once, by what is nearest
        for fitting in _ordered(usable.values()):
            if fitting.open_now:
                open_now.setdefault(fitting.entry.organization.id, fitting)
        stays = [
            fitting if fitting.open_now else replace(fitting, sign="ask")  # nobody knows whether it is open
            for fitting in urgent[0]
            if fitting.entry.id in usable and (fitting.open_now or not fitting.entry.hours)
        ]
        desks = tuple(desk for desk in confidential.desks if self._open_now(desk.entry))
        return Tonight(
            emergency=self.emergency(),
            line=confidential.line.call if confidential.line else None,
            open_now=tuple(open_now.values())[:TONIGHT],
            takes=_ordered(stays)[:TONIGHT],
            confidential=replace(confidential, desks=desks),
            no_police=self.no_police,
        )

    def judge(self, entry: Entry, minutes: tuple[float, float] | None = None, *, need: str = "") -> Fitting:
        """Say how a service answers a need, or all that were asked for, and why."""
        judge, card = self._judge(need), self.edition.card(entry, self.language)
        reasons = tuple(judge.reasons(entry, minutes))
        return Fitting(
            card=callable_first(card) if self.abroad else card,
            sign=max((reason.sign for reason in reasons), key=SIGNS.index, default="yes"),
            reasons=reasons,
            minutes=minutes,
            first=entry.confirmed and entry.checked_in_time,
            rank=judge.rank(entry) or SECOND,
            kind=judge.kind(entry),
            open_now=self._open_now(entry),
            room=self.rooms.get(entry.id),
            audience=classes(self.edition).get(entry.id, "custodian"),
        )

    def _block(self, need: Term) -> Block:
        services = self._of_need(need.code)
        yes, ask, no = ([service for service in services if service.sign == sign] for sign in SIGNS)
        far = [entry for entry in self._answering(need.code) if entry.id not in self.reached]
        yes.sort(key=lambda service: (service.rank, service.order))
        ask.sort(key=lambda service: (not service.first, service.rank, service.unknown, service.order))
        return Block(
            need=need,
            person=self.needs.person(need.code),
            fit=_repeats_last(yes),
            ask=_repeats_last(ask),
            no=_ordered(no),
            beyond=self._beyond(need.code, far, services),
            far=len(far),
        )

    def _of_need(self, need: str) -> list[Fitting]:
        """Return the services within reach that answer a need, judged for the person whom it is for.

        Abroad a consulate stands there once, by what answers the need best, however many desks it has.
        """
        reached = (self.reached[entry.id] for entry in self._answering(need) if entry.id in self.reached)
        services = [self.judge(entry, minutes, need=need) for entry, minutes in reached]
        if not self.abroad:
            return services
        services.sort(key=lambda service: (SIGNS.index(service.sign), service.rank))
        first = {service.entry.organization.id: service for service in reversed(services) if is_consular(service.entry)}
        return [service for service in services if first.get(service.entry.organization.id, service) is service]

    def _answering(self, need: str) -> list[Entry]:
        kinds = need_fits(need).keys()
        return [entry for entry in self._listed if not kinds.isdisjoint(entry.types)]

    def _beyond(self, need: str, far: Iterable[Entry], near: Sequence[Fitting]) -> tuple[Fitting, ...]:
        """Return the nearest services beyond the table of travel times, of a sign of which few or none are near.

        Where one has to ask first there, and can ask as well near by, nobody is sent so far to ask.
        """
        count = Counter(service.sign for service in near if service.minutes and _answers(service))
        few = {"yes": count["yes"] < BEYOND, "ask": count["yes"] + count["ask"] < BEYOND, "no": False}
        if self.start is None or not any(few.values()):
            return ()
        times, start = Edition.minutes_beyond, self.start.id
        timed = [(entry, minutes_from(self.edition, start, entry, times)) for entry in far]
        judged = [self.judge(entry, minutes, need=need) for entry, minutes in timed if minutes]
        judged.sort(key=lambda service: (service.rank, service.order))
        return tuple(islice((service for service in judged if few[service.sign] and _answers(service)), BEYOND))

    def _open_now(self, entry: Entry) -> bool:
        return self.moment is not None and is_open(entry.hours, self.moment, self.area)

    def _comes(self, entry: Entry) -> bool:
        """Whether a service reaches somebody without travel times: it covers the place, or is known by area."""
        if not self.needs.place:
            return True
        if self.start is None:
            choice = choices.Choice(choices.needs()[0], self.needs.place)
            return bool(choices.place_of(entry, choice, self.area)) and reaches(self.edition, entry, choice)
        if serves(entry, self.start.unit, self.area):
            return True
        around = related(self.area, self.start.unit)
        return any(not place.has_point and place.area_unit in around for place in entry.sites)


def _ordered(services: Iterable[Fitting]) -> tuple[Fitting, ...]:
    return tuple(sorted(services, key=lambda service: service.order))


def _repeats_last(services: Iterable[Fitting]) -> tuple[Fitting, ...]:
    """Return services in their order, but what one body lists once more, of the same kind and as far, at the end."""
    groups: dict[object, list[Fitting]] = {}
    for service in services:
        groups.setdefault(service.same_help, []).append(service)
    repeats = (service for group in groups.values() for service in group[1:])
    return (*(group[0] for group in groups.values()), *repeats)


def _answers(service: Fitting) -> bool:
    return service.first and service.rank <= SECOND
