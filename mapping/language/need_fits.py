"""What fits a need: which kinds of service answer it first, which second, and which when nothing else is there.

One table, ``terms/need_fits.csv``, read by the lists, the search, the finder and the brief, so that all offer the same.
"""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from mapping.errors import NotFound
from mapping.language.taxonomy import TERMS, Vocabulary

FIRST, SECOND, LAST = 1, 2, 3
"""How well a kind of service fits a need: it is what is asked for, it helps on the way, or nothing else is there."""


@dataclass(frozen=True)
class NeedFit:
    """How well a kind of service fits a need, and for whom; ``groups`` (beneficiaries) are empty where for all."""

    need: str
    service_type: str
    fit: int
    groups: frozenset[str]

    def suits(self, groups: Collection[str], serves: Collection[str] = ()) -> bool:
        """Tell whether this holds for somebody of some groups; what is not known of a person rules nothing out.

        Where a service names groups of that kind itself (``serves``), its type rules nobody out.

        Examples
        --------
        >>> refuge = need_fits("stay")["ACC-GBV"]
        >>> refuge.suits(["SEX-F", "AGE-ADU"]), refuge.suits(["AGE-ADU"]), refuge.suits(["SEX-M"])
        (True, True, False)
        """
        kinds = {_dimension(group) for group in self.groups}
        if not kinds.isdisjoint(map(_dimension, serves)) or self.groups.intersection(groups):
            return True
        return kinds.isdisjoint(map(_dimension, groups))


def need_fits(need: str) -> dict[str, NeedFit]:
    """Return what fits a need: service type -> its fit, in the order of the table.

    Raises
    ------
    NotFound
        There is no such need.
    """
    Vocabulary.load("needs").term(need)
    return _table().get(need, {})


def types_for(need: str, *ranks: int) -> list[str]:
    """Return the service types that fit a need so well, in the order of the table.

    Raises
    ------
    NotFound
        There is no such need.
    """
    return [code for code, row in need_fits(need).items() if row.fit in ranks]


def fit(need: str, types: Iterable[str], groups: Collection[str] = (), serves: Collection[str] = ()) -> int | None:
    """Return how well a service of some types fits a need, for somebody of some groups: 1, 2, 3, or None for not.

    ``groups`` are codes of beneficiaries, as far as they are known; ``serves`` those that the service names itself.

    Raises
    ------
    NotFound
        There is no such need.

    Examples
    --------
    >>> fit("stay", ["MAT-NFI"]), fit("talk", ["IDN-FID"]), fit("talk", ["IDN-FID", "PSY-COU"])
    (None, 3, 1)
    """
    fits = need_fits(need)
    return min((fits[code].fit for code in types if code in fits and fits[code].suits(groups, serves)), default=None)


CHILDREN = frozenset({"AGE-CHI", "AGE-ADO"})


@cache
def made_for(service_type: str) -> frozenset[str]:
    """Return the groups that a kind of service is made for; none where it is for all.

    Examples
    --------
    >>> sorted(made_for("ACC-GBV")), sorted(made_for("CHP-GUA")), sorted(made_for("PSY-COU"))
    (['SEX-F'], ['AGE-ADO', 'AGE-CHI'], [])
    """
    types = Vocabulary.load("service_types")
    own = types.term(service_type).need if service_type in types else None
    named = (rows[service_type].groups for rows in _table().values() if service_type in rows)
    return frozenset().union(*named, CHILDREN if own == "child" else ())


def _dimension(group: str) -> str:
    try:
        return Vocabulary.load("beneficiaries").term(group).dimension
    except NotFound:
        return group


@cache
def _table() -> dict[str, dict[str, NeedFit]]:
    table: dict[str, dict[str, NeedFit]] = {}
    with (TERMS / "need_fits.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            entry = NeedFit(row["need"], row["service_type"], int(row["fit"]), frozenset(row["for"].split()))
            table.setdefault(entry.need, {})[entry.service_type] = entry
    return table
