"""A heap of numbered things by key, which knows where each stands in it, so that a key can be lowered.

``heap`` holds the numbers, the one with the least key first; ``place`` holds for each number its position there, and
``key`` its key.
"""

from typing import Any

from numpy.typing import NDArray

from mapping.engines._compiled import compiled

Numbers = NDArray[Any]


@compiled
def rise(heap: Numbers, place: Numbers, key: Numbers, i: int, number: int) -> None:
    """Put a number at position i, or above it, where none above has a larger key."""
    while i > 0:
        above = heap[(i - 1) >> 1]
        if key[above] <= key[number]:
            break
        heap[i] = above
        place[above] = i
        i = (i - 1) >> 1
    heap[i] = number
    place[number] = i


@compiled
def sink(heap: Numbers, place: Numbers, key: Numbers, size: int, number: int) -> None:
    """Put a number in place of the first one, below all that have a smaller key; ``size`` counts those that stay."""
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and key[heap[child + 1]] < key[heap[child]]:
            child += 1
        if key[heap[child]] >= key[number]:
            break
        heap[i] = heap[child]
        place[heap[i]] = i
        i = child
    heap[i] = number
    place[number] = i
