"""Match services: those that several lists have in other words, and not another kind of help or another branch.

Only services of one body are compared, or of two bodies that may be one, and only within a family of help. Each pair
gathers evidence in log-odds: the body, the kind, the district, points, street and house, numbers, and whether one list
has both, which then means two. A service is one with at most one of another list: the likeliest.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from mapping.area.study_area import StudyArea
from mapping.language.fold import coarse_word, tokens, words_for
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.quality.candidate import LEAST, SAME_PLACE, Candidate, apart, kilometres, score_of, shared_number
from mapping.quality.known_organizations import Known, KnownService
from mapping.quality.names import matched

SAME_BODY, ALIKE_BODY = 0.6, 0.4
SURE = 0.9
"""The least score of two organizations whose services are compared: what is one of two bodies is one of two services
only if the bodies are one."""
OTHER_LIST, SAME_LIST = 0.8, -3.0
WHOLE_FAMILY = -0.7
"""Where one list names the kind of help, and the other only its family."""
SAME_UNIT, UNIT_ABOVE = 0.5, 0.2
NEAR, NEARBY, FAR = 2.4, -0.8, -4.0
AROUND = 1.0
"""Kilometres within which a point may be the middle of the village or of the quarter."""
SAME_HOUSE, SAME_STREET, OTHER_HOUSE, OTHER_STREET = 3.0, 1.2, -1.5, -3.2
SAME_NUMBER, SWITCHBOARD, OTHER_NUMBERS = 2.0, 0.3, -1.8
MANY = 250_000
"""Where more pairs of two bodies could be compared, only those that are surely in one district are."""

FAMILY = 3
"""Letters of a code that name the family of help."""

STREET_WORDS = frozenset(map(coarse_word, words_for("street")))
"""Folded words that say what a part of an address is."""


def services(
    known: Known,
    *,
    of: Collection[str] | None = None,
    bodies: Sequence[Candidate] = (),
    area: StudyArea | None = None,
) -> list[Candidate]:
    """Return the pairs of services that may be one, likeliest first.

    With ``of`` only the pairs that one of these is in, as the second. ``bodies`` are pairs of organizations that may
    be one, whose services are compared too.
    """
    compared = _Services(known, area)
    worth = math.log(LEAST / (1 - LEAST))
    pairs: list[tuple[float, str, str, tuple[Message, ...]]] = []
    for first, second in compared.pairs(bodies, of):
        if of is not None and first not in of and second not in of:
            continue
        service, other = sorted((first, second), key=lambda service: (of is not None and service in of, service))
        if frozenset({service, other}) in known.different:
            continue
        odds, reasons = compared.judge(service, other)
        if odds >= worth:
            pairs.append((odds, service, other, reasons))
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [
        Candidate("service", first, second, score_of(odds), reasons)
        for odds, first, second, reasons in _once(pairs, known)
    ]


Judged = tuple[float, str, str, tuple[Message, ...]]


def _once(pairs: Sequence[Judged], known: Known) -> Iterator[Judged]:
    """Yield the pairs of which neither service has a likelier one in the list of the other."""
    taken: dict[tuple[str, str], float] = {}
    for pair in pairs:
        odds, service, other, _ = pair
        ours, theirs = known.offers[service].sources, known.offers[other].sources
        if not ours & theirs:
            keys = [*((service, source) for source in theirs), *((other, source) for source in ours)]
            if any(taken.get(key, odds) > odds for key in keys):
                continue
            taken |= dict.fromkeys(keys, odds)
        yield pair


class _Services:
    """Services side by side."""

    def __init__(self, known: Known, area: StudyArea | None) -> None:
        self.known, self.area = known, area
        self.types = Vocabulary.load("service_types")
        self.units = {*area.all_units()} if area is not None else set[str]()
        self.places: Counter[str] = Counter()
        """How many places of one list have a number."""
        places = {
            (number, source, offer.unit, offer.street or offer.point)
            for service, offer in known.offers.items()
            for number in offer.numbers
            for source in offer.sources
        }
        per_list = Counter((number, source) for number, source, *_ in places)
        for (number, _), count in per_list.items():
            self.places[number] = max(self.places[number], count)

    def pairs(self, bodies: Sequence[Candidate], of: Collection[str] | None) -> Iterator[tuple[str, str]]:
        """Yield the services that are compared, each pair once and in order; with ``of`` those of their bodies."""
        owners = self.known.owners
        mine = None if of is None else {owners.get(service, "") for service in of}
        likely = [pair for pair in bodies if pair.score >= SURE and (mine is None or pair.pair & mine)]
        wanted = None if mine is None else mine.union(*(pair.pair for pair in likely))
        own: dict[str, list[str]] = defaultdict(list)
        for service in sorted(self.known.offers):
            owner = owners.get(service, "")
            if owner in self.known.bodies and (wanted is None or owner in wanted):
                own[owner].append(service)
        pairs: set[tuple[str, str]] = set()
        for entries in own.values():
            for here in self._by_family(entries).values():
                pairs.update(pair for pair in self._met(here, here) if pair[0] < pair[1])
        for two in likely:
            first, other = (self._by_family(own.get(body, ())) for body in (two.one, two.other))
            for family in first.keys() & other.keys():
                pairs.update((min(pair), max(pair)) for pair in self._met(first[family], other[family]))
        yield from sorted(pairs)

    def _by_family(self, entries: Sequence[str]) -> dict[str, list[str]]:
        """Return services by the families of help that they are of."""
        families: dict[str, list[str]] = defaultdict(list)
        for service in entries:
            for family in {code[:FAMILY] for code in self.known.offers[service].codes}:
                families[family].append(service)
        return families

    def _met(self, entries: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each of some services with each of others that may be in its unit."""
        by_unit: dict[str, list[str]] = defaultdict(list)
        for service in others:
            by_unit[self.known.offers[service].unit].append(service)
        many = len(entries) * len(others) > MANY
        for service in entries:
            unit = self.known.offers[service].unit
            for there in [unit] if many else by_unit:
                if not (many and not unit) and self._by_unit(unit, there) is not None:
                    yield from ((service, other) for other in by_unit.get(there, ()))

    def judge(self, first: str, other: str) -> tuple[float, tuple[Message, ...]]:
        """Return the evidence that two services are one, in log-odds, and the reasons."""
        offer, another = self.known.offers[first], self.known.offers[other]
        same_list = bool(offer.sources & another.sources)
        kind, (place, where) = _by_kind(offer, another), self._by_place(offer, another)
        if kind is None or place is None or (kind and same_list):
            return -math.inf, ()
        numbers, called = self._by_numbers(offer, another)
        lists = SAME_LIST if same_list else OTHER_LIST if offer.sources and another.sources else 0.0
        body = SAME_BODY if self.known.owners[first] == self.known.owners[other] else ALIKE_BODY
        return body + kind + place + numbers + lists, (self._what(first, other), *where, *called)

    def _by_place(self, offer: KnownService, other: KnownService) -> tuple[float | None, tuple[Message, ...]]:
        odds = self._by_unit(offer.unit, other.unit)
        if odds is None or (offer.country and other.country and offer.country != other.country):
            return None, ()
        reasons: list[Message] = []
        if offer.point and other.point:
            far = kilometres(offer.point, other.point)
            odds += NEAR if far < SAME_PLACE else NEARBY if far < AROUND else FAR
            reasons.append(apart(far))
        if offer.street and other.street:
            likeness = same_street(offer.street, other.street)
            odds += likeness
            if likeness == SAME_HOUSE:
                reasons.append(Message("the same street and house"))
        elif not reasons and odds == SAME_UNIT:
            reasons.append(Message("in the same unit; the point of one is not known"))
        return odds, tuple(reasons)

    def _by_unit(self, unit: str, other: str) -> float | None:
        if not unit or not other:
            return 0.0
        if unit == other:
            return SAME_UNIT
        if self.area is None or not {unit, other} <= self.units:
            return None
        return UNIT_ABOVE if unit in self.area.ancestors(other) or other in self.area.ancestors(unit) else None

    def _by_numbers(self, offer: KnownService, other: KnownService) -> tuple[float, tuple[Message, ...]]:
        if shared := sorted({*offer.numbers} & {*other.numbers}, key=lambda number: (self.places[number], number)):
            return SAME_NUMBER if self.places[shared[0]] < 2 else SWITCHBOARD, (shared_number(shared[0]),)
        return OTHER_NUMBERS if offer.numbers and other.numbers else 0.0, ()

    def _what(self, first: str, other: str) -> Message:
        owner, another = (self.known.bodies[self.known.owners[service]].name for service in (first, other))
        codes = self.known.offers[first].codes, self.known.offers[other].codes
        code = min(codes[0] & codes[1] or max(codes, key=lambda of: len(min(of))))
        kind = self.types.term(code).labels
        if self.known.owners[first] == self.known.owners[other]:
            return Message("{body} has {type} twice", {"body": owner, "type": kind})
        return Message("{body} and {other} both have {type}", {"body": owner, "other": another, "type": kind})


def _by_kind(offer: KnownService, other: KnownService) -> float | None:
    """Return what it says that two services are of one kind, or one of a family that the other is of; else None."""
    if offer.codes & other.codes:
        return 0.0
    pairs = (offer.codes, other.codes), (other.codes, offer.codes)
    return WHOLE_FAMILY if any(code[:FAMILY] in whole for whole, codes in pairs for code in codes) else None


def same_street(address: str, other: str) -> float:
    """Return what two addresses say of whether they are one place, in log-odds."""
    words, house = _street(address)
    words_of_other, house_of_other = _street(other)
    if not words or not words_of_other:
        return 0.0
    share, left, left_of_other = matched(words, words_of_other)
    if not share or (left and left_of_other):
        return OTHER_STREET
    if not house or not house_of_other:
        return SAME_STREET
    return SAME_HOUSE if house == house_of_other else OTHER_HOUSE


@lru_cache(maxsize=1 << 16)
def _street(address: str) -> tuple[tuple[str, ...], str]:
    """Return the folded words that name a street, and the number of the house."""
    words = [coarse_word(word) for word in tokens(address)]
    numbers = [word for word in words if word[0].isdigit()]
    names = tuple(word for word in words if not word[0].isdigit() and word not in STREET_WORDS and len(word) > 1)
    return names, numbers[0] if numbers else ""
