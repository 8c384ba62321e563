"""How many services meet each item of the checklist, by family: sums in which no single answer can be told.

Answers to the checklist are not for the public. Sums of them are, as far as nobody can work out by them what an
organization answered, not even who knows all answers of another one, and this rule. So

- a service counts in one family alone: sums of one item have no service in common, and none is told by another;
- services are added up apart by who may see them, and what is told of each is added up: who reads the sums of partners
  as well as those of the public knows no more of the others by the difference;
- what is told of are answers of at least so many organizations (``providers`` among the thresholds of area.toml), and
  besides any one answer others were given at least as often as the two organizations with most services have services.
  So whatever an organization answered, third ones could have given its answers and it theirs, and all that is told
  would be the same.

That a sum is not told tells nothing of anyone either: all may have given the same answer, whichever. Sums are made of
visible services alone, so that a hidden service has no influence on them, and never of a family whose places are
secret.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mapping.language.taxonomy import Term, Vocabulary
from mapping.model import Audience, StandardAssessment, record_id

ANSWERS = {"met": "met", "partly": "partly", "not met": "not_met", "unknown": "unknown"}
"""Answer -> field that counts it."""

CLAIMS = ("unknown", "met", "partly", "not met")
"""Of two answers of one day the later in this order counts."""


def sums(
    assessments: Iterable[StandardAssessment],
    services: Mapping[str, tuple[str, Audience]],
    types: Mapping[str, Sequence[str]],
    *,
    least: int,
    public: bool,
) -> list[dict[str, Any]]:
    """Return a row for each family of service types and item: its answers, and how many organizations gave them.

    Parameters
    ----------
    assessments
        Answers; the last one to an item of a service counts, and of one day the one that claims less.
    services
        Visible service -> its organization, and who may see it; answers of others take no part.
    types
        Service -> codes of its types; it counts in the first of their families that may be public, or else the first.
    least
        So many organizations must have answered.
    public
        Leave out families of which some type is not public by default, whatever was lowered.
    """
    last: dict[tuple[str, str], StandardAssessment] = {}
    for assessment in sorted(assessments, key=lambda a: (a.assessed_on or dt.date.min, CLAIMS.index(a.answer), a.id)):
        if assessment.service_id is not None and assessment.service_id in services:
            last[assessment.service_id, assessment.standard] = assessment
    parts: dict[tuple[str, str, Audience], list[tuple[str, str]]] = defaultdict(list)
    for (service, standard), assessment in last.items():
        organization, seen_by = services[service]
        family = _family(types.get(service, ()))
        if family is not None and (not public or family.audience == "public"):
            parts[family.code, standard, seen_by].append((organization, ANSWERS[assessment.answer]))
    given: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for (code, standard, _), answers in parts.items():
        if _tells_nobody(answers, least):
            given[code, standard] += answers
    return [
        {"id": record_id("rohnamo", "standard_summary", code, standard), "family": code, "standard": standard}
        | {name: sum(answer == name for _, answer in answers) for name in ANSWERS.values()}
        | {"providers": len({organization for organization, _ in answers})}
        for (code, standard), answers in sorted(given.items())
    ]


def _family(types: Iterable[str]) -> Term | None:
    taxonomy = Vocabulary.load("service_types")
    families = (taxonomy.family(code) for code in types if code in taxonomy)
    return min(families, key=lambda family: (family.audience != "public", family.code), default=None)


def _tells_nobody(answers: Sequence[tuple[str, str]], least: int) -> bool:
    """Tell whether the sum of some answers, each with its organization, tells no answer of any of them.

    It depends on how many answers each organization gave, and how often each answer was given, but not on who gave
    which: else who knows the rule could work out by it what the sum does not tell.
    """
    sizes = sorted(Counter(organization for organization, _ in answers).values())
    most = max(Counter(answer for _, answer in answers).values())
    return len(sizes) >= least and len(answers) - most >= sum(sizes[-2:])
