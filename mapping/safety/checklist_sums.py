"""How many services meet each item of the checklist, by family: sums in which no single answer can be told.

Answers to the checklist are not for the public. A sum of them is, where at least so many organizations answered
(``providers`` among the thresholds of area.toml). Sums are made of visible services alone, so that a hidden service has
no influence on them, and never of a family whose places are secret.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mapping.language.taxonomy import Vocabulary
from mapping.model import StandardAssessment, record_id

ANSWERS = {"met": "met", "partly": "partly", "not met": "not_met", "unknown": "unknown"}
"""Answer -> field that counts it."""

CLAIMS = ("unknown", "met", "partly", "not met")
"""Of two answers of one day the later in this order counts."""


def sums(
    assessments: Iterable[StandardAssessment],
    services: Mapping[str, str],
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
        Visible service -> its organization; answers of others take no part.
    types
        Service -> codes of its types; it counts once in each family.
    least
        So many organizations must have answered.
    public
        Leave out families of which some type is not public by default, whatever was lowered.
    """
    taxonomy = Vocabulary.load("service_types")
    last: dict[tuple[str, str], StandardAssessment] = {}
    for assessment in sorted(assessments, key=lambda a: (a.assessed_on or dt.date.min, CLAIMS.index(a.answer), a.id)):
        if assessment.service_id is not None and assessment.service_id in services:
            last[assessment.service_id, assessment.standard] = assessment
    answers: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    providers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (service, standard), assessment in last.items():
        families = [taxonomy.family(code) for code in types.get(service, ()) if code in taxonomy]
        for family in {term.code: term for term in families}.values():
            if not public or family.audience == "public":
                answers[family.code, standard][ANSWERS[assessment.answer]] += 1
                providers[family.code, standard].add(services[service])
    return [
        {"id": record_id("rohnamo", "standard_summary", family, standard), "family": family, "standard": standard}
        | {name: answers[family, standard][name] for name in ANSWERS.values()}
        | {"providers": len(bodies)}
        for (family, standard), bodies in sorted(providers.items())
        if len(bodies) >= least
    ]
