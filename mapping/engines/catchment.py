"""Accessibility by floating catchments: how much of the services falls to each person, given who else is near them.

The family shares each service's capacity out among the people around it, then adds up, for each place, its shares of
all services around it:

    R_j = S_j / sum_i  P_i W_ij        what one person within reach of service j has of it
    A_i = sum_j  R_j W_ij              what one person of place i has of all services

S_j is the capacity of service j, P_i the people of place i. W_ij is a weight that falls with travel time:

=========  ============================================  ==========================================================
method     W_ij                                          source
=========  ============================================  ==========================================================
2SFCA      1 within the limit, else 0                    Luo and Wang 2003, Environment and Planning B 30(6)
E2SFCA     w(t_ij), falling by steps or smoothly         Luo and Qi 2009, Health and Place 15(4)
=========  ============================================  ==========================================================

So nothing is lost and nothing invented: the sum over places of A_i P_i is the capacity of the services that reach
anybody. Capacity that reaches nobody is reported, not shared out.

**Unknown capacity stays unknown.** A capacity that is NaN lies between the two ends of ``unknown`` (0 and infinity by
default); every score then has a low and a high end, and between them lies the truth.

Weights, sums and scores are float64. Pairs come from `mapping.engines.pairs`.

>>> from mapping.engines.pairs import Pairs
>>> pairs = Pairs.of([0, 1, 1, 2], [0, 0, 1, 1], [10, 20, 5, 30], shape=(3, 2))
>>> two_step(pairs, people=[100, 50, 50], capacity=[15, 10], limit=30).low.tolist()
[0.1, 0.2, 0.1]
>>> partly = two_step(pairs, people=[100, 50, 50], capacity=[15, float("nan")], limit=30)
>>> partly.low.tolist(), partly.high.tolist()
([0.1, 0.1, 0.0], [0.1, inf, inf])
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from mapping.engines.pairs import Floats, Minutes, Pairs
from mapping.errors import InvalidRecord

Decay = Callable[[Minutes], NDArray[np.floating]]
"""Minutes -> weights of the same shape, 0 or more and finite. One way of falling; make your own where none fits."""

# --- how weights fall ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Steps:
    """Weights that fall by steps: ``weights[k]`` for minutes above ``edges[k - 1]`` up to ``edges[k]``, then 0.

    >>> Steps((10, 20, 30), (1, 0.68, 0.22))(np.float32([0, 10, 15, 31])).tolist()
    [1.0, 1.0, 0.68, 0.0]
    """

    edges: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check that edges rise and each has a weight."""
        if len(self.edges) != len(self.weights) or not self.edges or (np.diff(self.edges) <= 0).any():
            raise InvalidRecord(f"Steps: edges {self.edges} must rise, with one weight each, not {self.weights}")
        if not all(np.isfinite(self.weights)) or min(self.weights) < 0:
            raise InvalidRecord(f"Steps: the weights {self.weights} must be 0 or more")

    def __call__(self, minutes: Minutes) -> Floats:
        """Return the weights."""
        return np.array([*self.weights, 0.0])[np.searchsorted(self.edges, np.asarray(minutes, np.float32))]


def within(limit: float) -> Steps:
    """Return the weight of the plain method: 1 within the limit, the limit included, else 0."""
    return Steps((limit,), (1.0,))


def gaussian(limit: float) -> Decay:
    """Return a bell that is 1 at 0 minutes and 0 from the limit on.

    (exp(-t^2 / 2 d^2) - exp(-1/2)) / (1 - exp(-1/2)) with the limit d (Dai 2010, Health and Place 16(5)).
    """
    least = np.exp(-0.5)

    def weights(minutes: Minutes) -> Floats:
        share = np.asarray(minutes, float) / limit
        return np.where(share < 1, (np.exp(-0.5 * share * share) - least) / (1 - least), 0.0)

    return weights


def gravity(power: float, *, scale: float = 1.0, least: float = 0.0) -> Decay:
    """Return (max(t, least) / scale) ** -power; choose ``least`` above 0 where a place may be at 0 minutes."""

    def weights(minutes: Minutes) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((np.maximum(np.asarray(minutes, float), least) / scale) ** -power)

    return weights


def _weights(decay: Decay, minutes: Minutes) -> Floats:
    if isinstance(decay, Steps):
        return decay(minutes)
    weights = np.asarray(decay(minutes), np.float64)
    if weights.shape != minutes.shape:
        raise InvalidRecord(f"decay: gave weights of shape {weights.shape} for minutes of shape {minutes.shape}")
    if weights.size and not (np.isfinite(weights).all() and weights.min() >= 0):
        raise InvalidRecord("decay: gave a weight below 0, infinite or NaN; let it begin above 0 minutes")
    return weights


# --- floating catchments ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """What each person has of the services, by place.

    ``low`` and ``high`` (float64, the shape of ``people``) are equal where all capacity within reach is known; ``high``
    is inf where some is not and no end was given. ``load`` holds the weighted people around each service, ``reached``
    tells which places are near any service at all, and ``idle`` numbers the services that reach nobody: their capacity
    is in no score. ``supply`` is the low and high capacity of all others: the sum of access times people.
    """

    low: Floats
    high: Floats
    load: Floats
    reached: NDArray[np.bool_]
    idle: NDArray[np.intp]
    supply: tuple[float, float]


def fill(pairs: Pairs, people: ArrayLike, capacity: ArrayLike, order: ArrayLike) -> tuple[Floats, Floats]:
    """Fill services one after another with the people around them, the nearest first, until each is full.

    People whom one service took are not there for the next; of the last place that a service comes to it takes a part.
    That is the coverage with limited capacity of Ray and Ebener 2008 (Int J Health Geogr 7:63), in AccessMod the
    "geographic coverage analysis". Of places that are equally near, the one with the lower number comes first.

    Parameters
    ----------
    pairs
        Places within the limit of each service.
    people
        People of each place, shape (places,).
    capacity
        So many people each service can take, shape (services,); inf where there is no limit.
    order
        The numbers of the services in the order in which they are filled.

    Returns
    -------
    The people whom each service took (services,), and those of each place whom none took (places,).

    Raises
    ------
    InvalidRecord
        A shape does not fit, a number is negative or none, or ``order`` does not name each service once.
    """
    left, room = np.array(people, np.float64), np.asarray(capacity, np.float64)
    if left.shape != (pairs.count,) or room.shape != (pairs.services,):
        raise InvalidRecord(
            "people or capacity is not as long as the pairs say; give one number for each place or service"
        )
    if not (np.isfinite(left).all() and (left >= 0).all() and (room >= 0).all()):
        raise InvalidRecord("people and capacity are numbers from 0 on; leave out what is not known")
    numbers = np.asarray(order, np.intp)
    if sorted(numbers.tolist()) != list(range(pairs.services)):
        raise InvalidRecord("the order does not name each service once")
    taken = np.zeros(pairs.services)
    for service in numbers:
        own = slice(pairs.starts[service], pairs.starts[service + 1])
        nearest = np.lexsort((pairs.places[own], pairs.minutes[own]))
        places = pairs.places[own][nearest]
        before = np.concatenate([[0.0], np.cumsum(left[places])])[: len(places)]
        took = np.clip(room[service] - before, 0, left[places])
        left[places] -= took
        taken[service] = took.sum()
    return taken, left


def two_step(
    pairs: Pairs,
    people: ArrayLike,
    capacity: ArrayLike,
    *,
    limit: float,
    unknown: tuple[float, float] = (0, np.inf),
) -> Access:
    """Return the plain two-step floating catchment (2SFCA): everybody within the limit counts alike."""
    return enhanced_two_step(pairs, people, capacity, decay=within(limit), unknown=unknown)


def enhanced_two_step(
    pairs: Pairs,
    people: ArrayLike,
    capacity: ArrayLike,
    *,
    decay: Decay,
    unknown: tuple[float, float] = (0, np.inf),
) -> Access:
    """Return the two-step floating catchment with weights that fall with travel time (E2SFCA).

    Parameters
    ----------
    pairs
        Places within the limit of each service; those beyond what the decay reaches weigh nothing.
    people
        People of each place, 0 or more, length ``pairs.count``.
    capacity
        Capacity of each service in whatever unit scores shall have per person; NaN where it is unknown.
    decay
        `Steps`, `gaussian`, `gravity`, or any function of minutes.
    unknown
        The ends between which an unknown capacity lies.

    Raises
    ------
    InvalidRecord
        An array has the wrong length or a value below 0; the decay gives no proper weights.
    """
    crowd, ends = _checked(people, capacity, unknown, pairs)
    weights = _weights(decay, pairs.minutes)
    shares = csr_array((weights, pairs.places, pairs.starts), shape=(pairs.services, pairs.count))
    load = shares @ crowd
    used = load > 0
    weighty = weights > 0
    service = np.repeat(np.arange(pairs.services), np.diff(pairs.starts))

    def scores(supply: Floats) -> Floats:
        endless = used & np.isinf(supply)
        of_one = np.divide(supply, load, out=np.zeros_like(load), where=used & ~endless)
        access = np.asarray(shares.T @ of_one)
        access[pairs.places[weighty & endless[service]]] = np.inf
        return access

    low = scores(ends[0])
    reached = np.bincount(pairs.places[weighty], minlength=pairs.count) > 0
    supply = float(ends[0][used].sum()), float(ends[1][used].sum())
    high = low if ends[1] is ends[0] else scores(ends[1])
    return Access(low, high, load, reached, np.flatnonzero(~used), supply)


def _checked(
    people: ArrayLike, capacity: ArrayLike, unknown: tuple[float, float], pairs: Pairs
) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return people, and the low and high end of each capacity (the same array where all are known)."""
    crowd = np.asarray(people, np.float64)
    if crowd.shape != (pairs.count,) or not (np.isfinite(crowd).all() and (crowd >= 0).all()):
        raise InvalidRecord(
            f"people: need one number of 0 or more for each of {pairs.count} places; got shape {crowd.shape}"
        )
    supply = np.asarray(capacity, np.float64)
    if supply.shape != (pairs.services,) or np.isinf(supply).any() or (supply < 0).any():
        raise InvalidRecord(
            f"capacity: need a number of 0 or more, or NaN for unknown, for each of {pairs.services} services; "
            f"got shape {supply.shape}"
        )
    if not 0 <= unknown[0] <= unknown[1]:
        raise InvalidRecord(f"unknown: need a low and a high end of 0 or more, not {unknown}")
    gaps = np.isnan(supply)
    if not gaps.any():
        return crowd, (supply, supply)
    return crowd, (np.where(gaps, unknown[0], supply), np.where(gaps, unknown[1], supply))
