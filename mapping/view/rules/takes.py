"""Whom a service takes: one answer, yes, ask or no, for search, API, lists, finder and analyses.

1. What it refuses, it does not take.
2. Ages and sexes rule one another out: who names some of them takes no others. Of every other kind (what happened to
   somebody, household, origin, what they live with) one person may be of several, so that a service which names others
   is one to ask.
3. Who names nobody of a kind takes everybody, as far as its kind of help is not made for some: a women's shelter.
4. A child is only sent where children are named; where nobody says it one asks, and where people stay it is a no.
5. Ages in years narrow all this. Where only some of a group are of the ages that are taken, one asks.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from mapping.language.need_fits import made_for
from mapping.language.parsers import AGES
from mapping.language.taxonomy import Vocabulary

Answer = Literal["yes", "ask", "no"]
ANSWERS: tuple[Answer, ...] = ("yes", "ask", "no")
"""From what promises most to what promises least."""
Why = Literal["", "named", "refused", "others", "ages", "stay", "unsaid"]
Span = tuple[float, float]
"""Years: the first age, and the first one beyond."""

GROWN = 18.0
"""The age at which childhood ends."""
OLDEST = 200.0
MINORS = frozenset({"AGE-CHI", "AGE-ADO"})
TAKEN = {**AGES, "AGE-ADU": (GROWN, OLDEST)}
"""The ages of people who are taken or refused where a list names an age group: adults are older persons too."""
OF_GROUP: dict[str, tuple[Span, Span]] = {
    **{group: (span, span) for group, span in AGES.items()},
    "AGE-YOU": (AGES["AGE-YOU"], (18, 25)),
    "AGE-ADU": (AGES["AGE-ADU"], (25, 60)),
}
"""Of which ages people of a group may be, and of which most are: if these are taken, nobody has to ask."""

WITH_CHILDREN = "HH-DEP"
WHAT_HAPPENED = "what happened"
ONE_KIND = {"exploitation": WHAT_HAPPENED, "status": WHAT_HAPPENED, "VUL-DV": WHAT_HAPPENED}
"""Kinds of groups, or single groups, that are answers to the same question: what happened to somebody."""
ALSO_NAMED = {
    "VUL-DEA": frozenset({"VUL-DIS"}),
    WITH_CHILDREN: frozenset({"HH-FAM"}) | MINORS,
    "EXP": frozenset({"STA-PRE"}),
}
"""Group, or what its code begins with -> others whose name says that it is taken: the deaf are persons with
disabilities, and whoever was exploited is presumed to be a victim of trafficking."""
ALSO_REFUSED = {"VUL-DEA": frozenset({"VUL-DIS"})}
APART = frozenset({"SEX-F", "SEX-M"})
"""Groups, beside ages, of which nobody is of two."""
STAYS = ("ACC", "CHP-ALT")
"""Kinds of help where people stay, by family or type."""


class IntakeTerms(NamedTuple):
    """What a service says of whom it takes: groups that it names and refuses, its types, ages in years."""

    serves: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    minimum_age: float | None = None
    maximum_age: float | None = None

    def with_telling_types(self) -> "IntakeTerms":
        """Return the same, with one type in place of all from which nothing follows: many services say it then.

        >>> sorted(IntakeTerms(types=frozenset({"PSY-COU", "LEG-INF", "ACC-MEN"})).with_telling_types().types)
        ['', 'ACC-MEN']
        """
        return self._replace(types=frozenset(code if _is_telling(code) else "" for code in self.types))


class Verdict(NamedTuple):
    """Whether somebody is taken, why, and the groups that this depends on.

    ``why`` is "named" (it says so), "refused", "others" (it is for ``groups``), "ages" (its ages in years), "stay" (a
    place to stay that names no children), "unsaid" (it does not say whether children are taken), else nothing.
    """

    answer: Answer
    why: Why = ""
    groups: tuple[str, ...] = ()


@lru_cache(1 << 14)  # thousands of services say the same of whom they take
def takes(terms: IntakeTerms, group: str, ages: tuple[Span, Span] | None = None) -> Verdict:
    """Tell whether a service takes somebody of a group.

    Parameters
    ----------
    terms
        What the service says.
    group
        A code of the beneficiaries; of one that is not known there only naming and refusing counts.
    ages
        Of which ages the person may be, and of which most such people are; by default those of the group.

    Examples
    --------
    >>> women = IntakeTerms(serves=frozenset({"SEX-F", "STA-IDE"}))
    >>> takes(women, "SEX-F").answer, takes(women, "SEX-M").answer, takes(women, "VUL-DV").answer
    ('yes', 'no', 'ask')
    """
    if group in AGES:
        return _of_age(terms, group, *(ages or OF_GROUP[group]))
    refused = terms.excludes & ({group} | ALSO_REFUSED.get(group, frozenset()))
    if refused:
        return Verdict("no", "refused", tuple(sorted(refused)))
    named = _named(terms, kind_of(group))
    also = ALSO_NAMED.get(group) or ALSO_NAMED.get(group.partition("-")[0], frozenset())
    if (named | terms.serves) & ({group} | also):
        return Verdict("yes", "named", (group,))
    if group == WITH_CHILDREN and stays(terms.types):
        return _staying_along(terms)
    if not named:
        return Verdict("yes")
    return Verdict("no" if group in APART and named <= APART else "ask", "others", tuple(sorted(named)))


def worst(verdicts: Iterable[Verdict]) -> Answer:
    """Return the answer for somebody of whom several things are known: the one that promises least."""
    return max((verdict.answer for verdict in verdicts), key=ANSWERS.index, default="yes")


@lru_cache(1 << 12)
def kind_of(group: str) -> str:
    """Return of which kind a group is; one that nobody knows is a kind of its own."""
    groups = Vocabulary.load("beneficiaries")
    dimension = groups.term(group).dimension if group in groups else group
    return ONE_KIND.get(group) or ONE_KIND.get(dimension, dimension)


def stays(types: Iterable[str]) -> bool:
    """Tell whether people stay at a service of some types."""
    return any(code in STAYS or code.partition("-")[0] in STAYS for code in types)


def _is_telling(service_type: str) -> bool:
    """Tell whether it follows from a type whom a service takes."""
    return bool(made_for(service_type)) or stays([service_type])


@lru_cache(1 << 10)  # for the groups of a kind one after another
def _named(terms: IntakeTerms, kind: str) -> frozenset[str]:
    """Return the groups of a kind that a service is for: those that it names, else those that its kind of help is for.

    A day centre for children which refuses them is for others.
    """
    named = frozenset(code for code in terms.serves if kind_of(code) == kind)
    if named or not terms.types:
        return named
    implied = [{code for code in made_for(type_) if kind_of(code) == kind} - terms.excludes for type_ in terms.types]
    certain = all(implied) and (kind != "age" or terms.excludes.isdisjoint(MINORS))
    return frozenset().union(*implied) if certain else frozenset()


def _of_age(terms: IntakeTerms, group: str, may: Span, most: Span) -> Verdict:
    """Tell it of somebody of an age, of which ``may`` are the years that are possible and ``most`` the likely ones."""
    child = may[1] <= GROWN
    named, refused = _named(terms, "age"), terms.excludes & TAKEN.keys()
    if child and not named and any(made_for(code) & MINORS for code in terms.types) and not refused & MINORS:
        named = MINORS  # one of its kinds of help is for children, the others are for all
        taken = [(0.0, OLDEST)]
    else:
        taken = [TAKEN[code] for code in sorted(named)] or [(0.0, OLDEST)]
    if not _overlap(taken, may):
        return Verdict("no", "others", tuple(sorted(named)))
    left = _without(taken, [TAKEN[code] for code in sorted(refused)])
    if not _overlap(left, may):
        return Verdict("no", "refused", tuple(sorted(refused)))
    first, beyond = terms.minimum_age or 0.0, OLDEST if terms.maximum_age is None else terms.maximum_age + 1.0
    left = [span for span in ((max(a, first), min(b, beyond)) for a, b in left) if span[0] < span[1]]
    if not _overlap(left, may):
        return Verdict("no", "ages")
    if child and not named & MINORS and beyond > GROWN:
        if stays(terms.types):
            return Verdict("no", "stay")
        if not named:
            return Verdict("ask", "unsaid")
    if _covered(left, most):
        return Verdict("yes", "named" if named else "", (group,) if named else ())
    if not _covered(taken, most):
        return Verdict("ask", "others", tuple(sorted(named)))
    if not _covered(_without(taken, [TAKEN[code] for code in sorted(refused)]), most):
        return Verdict("ask", "refused", tuple(sorted(refused)))
    return Verdict("ask", "ages")


def _staying_along(terms: IntakeTerms) -> Verdict:
    """Tell it of somebody with children where people stay: children must be taken there as well, whoever brings them.

    What is for grown people only takes none; where nobody says it, one asks.
    """
    child = _of_age(terms, "AGE-CHI", *OF_GROUP["AGE-CHI"])
    return child._replace(answer="ask", why="unsaid") if child.why in ("stay", "unsaid") else child


def _overlap(spans: list[Span], span: Span) -> bool:
    return any(max(first, span[0]) < min(beyond, span[1]) for first, beyond in spans)


def _without(spans: list[Span], refused: list[Span]) -> list[Span]:
    for low, high in refused:
        parts = [part for first, beyond in spans for part in ((first, min(beyond, low)), (max(first, high), beyond))]
        spans = [part for part in parts if part[0] < part[1]]
    return spans


def _covered(spans: list[Span], wanted: Span) -> bool:
    """Tell whether some spans cover another one whole."""
    return not _without([wanted], spans)
