"""Match: records that may be one and the same, with a score and the reasons, for a person to decide.

Pairs are looked for only among records that share a telling key (a rare word of the name or one a slip of the pen
apart, a number, a mail address, a register's number), so that a hundred thousand bodies take seconds. Each pair then
gathers evidence for and against in log-odds: names, numbers, mails, registers, places. What a person called different
is never proposed again.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence, Set
from functools import cached_property
from itertools import combinations

import numpy as np

from mapping.area.study_area import StudyArea
from mapping.language.fold import coarse
from mapping.language.i18n import Message
from mapping.language.parsers.contacts import SHARED_HOSTS
from mapping.model import Address, Location, Service, ServiceAtLocation
from mapping.quality.candidate import (
    LEAST,
    SAME_PLACE,
    TABLES,
    Candidate,
    Pair,
    Table,
    apart,
    kilometres,
    score_of,
    shared_number,
)
from mapping.quality.known_organizations import Body, Known, RecordsByKind
from mapping.quality.matching_services import services
from mapping.quality.names import Name, alike, other_languages

SAME_NUMBER = 8
"""A number, mail or page of so many bodies is a switchboard's or a ministry's, and says nothing."""

LARGEST_BLOCK = 12
"""A key that more bodies share tells nothing about any two of them."""

LIKENESS = ((0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1), (-6, -4, -2.2, -0.8, -0.2, 0.5, 1.5, 2.2, 2.4))
"""How alike two names are, and what that says, in log-odds. Between the points it is a straight line."""

OTHER_LANGUAGE = -1.5
"""The least that unlike names can say where they are in different languages: one may be translated."""

REGISTER, OTHER_REGISTER = 8.0, -6.0
NUMBER = (2.6, 2.0, 0.8)
"""What a number or mail address says that two bodies have, that three have, that fewer than `SAME_NUMBER` have."""
DOMAIN = (1.6, 1.0, 0.3)
RARE_WORD, RARE_FROM, ACROSS = 0.6, 0.65, 0.55
"""What it says that two names share a word that no other name has, and how alike the names must be: within a language
and across two, in which the words that are left over may be translated."""
COMMON_WORD = 5
"""A word in the names of so many bodies may say what they are."""

NEAR, SAME_UNIT, UNIT_ABOVE, OTHER_UNIT = 1.0, 0.6, 0.3, -2.4
COMMON_NAME = -0.5
"""For each doubling of the number of bodies with one name beyond two: branches have one name."""


def candidates(
    directory: RecordsByKind, area: StudyArea | None = None, *, tables: Collection[Table] = TABLES, least: float = LEAST
) -> list[Candidate]:
    """Return the pairs of a directory that may be one record and that nobody called different, likeliest first."""
    known = Known.of(directory)
    bodies = organizations(known, area=area, least=least) if {"organization", "service"} & {*tables} else []
    pairs = [*bodies] if "organization" in tables else []
    if "service" in tables:
        pairs += [pair for pair in services(known, bodies=bodies, area=area) if pair.score >= least]
    if "location" in tables:
        pairs += [pair for pair in locations(directory, known.different) if pair.score >= least]
    return pairs


def organizations(
    known: Known,
    *,
    of: Collection[str] | None = None,
    area: StudyArea | None = None,
    least: float = LEAST,
) -> list[Candidate]:
    """Return the pairs of bodies that may be one, likeliest first; with ``of`` only those that one of these is in."""
    compared = _Comparison(sorted(known.bodies.values(), key=lambda body: body.id), area)
    worth = math.log(least / (1 - least))
    pairs = []
    for m, n in compared.pairs(None if of is None else {*of}):
        body, other = compared.bodies[m].id, compared.bodies[n].id
        if frozenset({body, other}) in known.different:
            continue
        odds, reasons = compared.judge(m, n, worth)
        if odds >= worth:
            pairs.append(Candidate("organization", body, other, score_of(odds), reasons))
    return sorted(pairs, key=lambda pair: (-pair.score, pair.one, pair.other))


def locations(directory: RecordsByKind, decided: Collection[Pair]) -> list[Candidate]:
    """Return the pairs of a body's places that may be one: the same address in the same unit, or the same point."""
    of_service = {s.id: s.organization_id for s in directory.records(Service)}
    owners = {at.location_id: of_service.get(at.service_id or "") for at in directory.records(ServiceAtLocation)}
    streets: dict[str, str] = {}
    for record in directory.records(Address):
        if record.location_id and record.address_1:
            streets.setdefault(record.location_id, record.address_1)
    groups: dict[tuple[str, ...], list[Location]] = defaultdict(list)
    for place in directory.records(Location):
        if owner := place.organization_id or owners.get(place.id):
            if street := coarse(streets.get(place.id, "")):
                groups["street", owner, place.area_unit or "", street].append(place)
            if place.position_basis == "given" and place.latitude is not None:
                groups["point", owner, f"{place.latitude:.4f} {place.longitude:.4f}"].append(place)
    pairs: dict[Pair, Candidate] = {}
    for (what, *_rest), places in sorted(groups.items()):
        for place in places[1:]:
            location, other = places[0].id, place.id
            pair = frozenset({location, other})
            if pair in decided:
                continue
            why = Message("the same point") if what == "point" else Message("the same street and house")
            before = pairs.get(pair)
            reasons = (*before.reasons, why) if before else (Message("one organization"), why)
            pairs[pair] = Candidate("location", location, other, 0.9 if before else 0.75, reasons)
    return sorted(pairs.values(), key=lambda pair: (-pair.score, pair.one, pair.other))


class _Comparison:
    """Bodies side by side: their folded names, who shares what, and what any two have in common."""

    def __init__(self, bodies: Sequence[Body], area: StudyArea | None) -> None:
        self.bodies = bodies
        self.area = area
        self.names = [tuple(Name.of(name) for name in sorted(body.names or {body.name})) for body in bodies]
        self.domains = [_domains(body) for body in bodies]
        self.owners = Counter(sign for body in bodies for sign in {*body.phones, *body.mails, *_domains(body)})
        self.called = Counter(key for names in self.names for key in {name.coarse for name in names})

    def pairs(self, of: Set[str] | None) -> Iterator[tuple[int, int]]:
        """Yield the bodies that share a telling key, by their places, each pair once; one of each pair is in ``of``."""
        owners: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place in range(len(self.bodies)):
            for key in self._keys(place):
                owners[key].append(place)
        pairs = {pair for own in owners.values() if len(own) <= LARGEST_BLOCK for pair in combinations(own, 2)}
        for first, second in sorted(pairs):
            if of is None or not of.isdisjoint((self.bodies[first].id, self.bodies[second].id)):
                yield first, second

    @cached_property
    def _words(self) -> Counter[str]:
        """In how many bodies each proper word stands."""
        return Counter(word for names in self.names for word in {word for name in names for word in name.proper})

    @cached_property
    def _common(self) -> set[str]:
        """Words that so many bodies have that they may say what these are."""
        return {word for word, count in self._words.items() if count >= max(COMMON_WORD, len(self.bodies) // 500)}

    def _keys(self, place: int) -> set[tuple[str, ...]]:
        """Return the keys by which a body may be met."""
        body, keys = self.bodies[place], set[tuple[str, ...]]()
        signs = {*body.phones, *body.mails, *self.domains[place]}
        keys |= {("sign", sign) for sign in signs if 1 < self.owners[sign] < SAME_NUMBER}
        keys |= {("register", *register) for register in body.registers}
        for name in self.names[place]:
            tail = "-".join(name.numbers)
            keys.add(("name", name.coarse, tail))
            if self.called[name.coarse] > LARGEST_BLOCK:
                keys |= {("name", name.coarse, tail, unit) for unit in body.units}
            words = sorted(set(name.proper))
            for word in words:
                if self._words[word] <= LARGEST_BLOCK:
                    keys |= {("word", part, tail) for part in _one_letter_less(word)}
                else:
                    keys |= {("here", word, tail, unit) for unit in body.units}
                    keys.add(("kind", word, tail, *sorted(name.concepts)))
            keys |= {("words", *two, tail) for two in combinations(words, 2)}
            if not words:
                keys |= {("concepts", *sorted(name.concepts), tail, unit) for unit in (body.units or {""})}
        return keys

    def judge(self, m: int, n: int, worth: float = -math.inf) -> tuple[float, tuple[Message, ...]]:
        """Return the evidence that two bodies are one, in log-odds, and the reasons.

        The names, which take longest, are not compared where they could not make the pair worth a look.
        """
        place, where = self._by_place(m, n)
        register, registered = self._by_register(m, n)
        signs, shared = self._by_signs(m, n, elsewhere=place == OTHER_UNIT)
        odds = place + register + signs
        if odds + LIKENESS[1][-1] < worth:
            return -math.inf, ()
        name, named = self._by_name(m, n)
        if place == OTHER_UNIT and signs and not register and self._called_alike(m, n):
            return place + name, ()  # branches have the name and the number of their head office
        return odds + name, (*named, *registered, *shared, *where) or (Message("names alike"),)

    def _called_alike(self, m: int, n: int) -> bool:
        """Whether two bodies have one name in one script: another list would have it in other words or letters."""
        names = ((name, other) for name in self.names[m] for other in self.names[n])
        return any(
            a.latin == b.latin and (a.coarse == b.coarse or (a.quoted and a.quoted == b.quoted)) for a, b in names
        )

    def _by_name(self, m: int, n: int) -> tuple[float, tuple[Message, ...]]:
        likeness, name, other = max(
            ((alike(name, other, self._common), name, other) for name in self.names[m] for other in self.names[n]),
            key=lambda triple: triple[0],
        )
        odds = float(np.interp(likeness, *LIKENESS))
        if likeness < 0.7 and name.numbers == other.numbers and other_languages(name, other):
            odds = max(odds, OTHER_LANGUAGE)
        least = ACROSS if other_languages(name, other) else RARE_FROM
        if least <= likeness < 0.97 and any(self._words[word] == 2 for word in {*name.proper} & {*other.proper}):
            odds = min(odds + RARE_WORD, LIKENESS[1][-1])
        branches = self.called[name.coarse] if name.coarse == other.coarse else 0
        if branches > 2:
            odds += COMMON_NAME * math.log2(branches / 2)
        if likeness == 1:
            return odds, (Message("the same name"),)
        if likeness >= 0.97:
            return odds, (Message("the same name, spelt in another way"),)
        return odds, (Message("names alike"),) if likeness >= 0.7 else ()

    def _by_register(self, m: int, n: int) -> tuple[float, tuple[Message, ...]]:
        mine, others = self.bodies[m].registers, self.bodies[n].registers
        if shared := sorted(mine & others):
            return REGISTER, (Message("both have the register number {number}", {"number": shared[0][1]}),)
        if {kind for kind, _ in mine} & {kind for kind, _ in others}:
            return OTHER_REGISTER, (Message("their register numbers differ"),)
        return 0.0, ()

    def _by_signs(self, m: int, n: int, *, elsewhere: bool) -> tuple[float, tuple[Message, ...]]:
        body, other = self.bodies[m], self.bodies[n]
        odds, reasons = 0.0, []
        for shared, weights, word in (
            (body.phones & other.phones, NUMBER, shared_number),
            (body.mails & other.mails, NUMBER, _mail),
            (self.domains[m] & self.domains[n], DOMAIN, _domain),
        ):
            most = 3 if elsewhere else SAME_NUMBER  # branches elsewhere have their head office's number
            telling = [(self.owners[sign], sign) for sign in shared if self.owners[sign] < most]
            if telling and not (word is _domain and body.mails & other.mails):
                owners, sign = min(telling)
                odds += weights[min(owners, 4) - 2]
                reasons.append(word(sign))
        return odds, tuple(reasons)

    def _by_place(self, m: int, n: int) -> tuple[float, tuple[Message, ...]]:
        body, other = self.bodies[m], self.bodies[n]
        close = min((kilometres(p, q) for p in body.points for q in other.points), default=math.inf)
        if close < SAME_PLACE:
            return NEAR + SAME_UNIT, (apart(close),)
        if not body.units or not other.units:
            return 0.0, ()
        if shared := sorted(body.units & other.units):
            return SAME_UNIT, (self._in_unit(shared[0]),)
        if any(unit in self._above(under) for unit in body.units for under in other.units) or any(
            unit in self._above(under) for unit in other.units for under in body.units
        ):
            return UNIT_ABOVE, ()
        return OTHER_UNIT, (Message("in different places"),)

    def _above(self, unit: str) -> Collection[str]:
        known = self.area is not None and unit in self.area.all_units()
        return self.area.ancestors(unit) if self.area is not None and known else ()

    def _in_unit(self, unit: str) -> Message:
        if self.area is None or unit not in self.area.all_units():
            return Message("both in one administrative area")
        return Message("both in {unit}", {"unit": dict(self.area.unit(unit).titles)})


def _one_letter_less(word: str) -> set[str]:
    """Return a word and what remains without any one letter: two words a slip of the pen apart share one of these."""
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))} if len(word) > 4 else {word}


def _domains(body: Body) -> set[str]:
    """Return the domains that are a body's own, of its mails and web pages."""
    mails = {mail.rpartition("@")[2].casefold() for mail in body.mails}
    return {f"@{domain}" for domain in (mails | body.sites) - SHARED_HOSTS if domain}


def _mail(address: str) -> Message:
    return Message("both have the mail {address}", {"address": address})


def _domain(domain: str) -> Message:
    return Message("mails or pages of one domain: {domain}", {"domain": domain.removeprefix("@")})
