"""Whether one name of a body is another's abbreviation: "BRC" and "British RC" for "British Red Cross"."""

import re
from collections.abc import Iterable, Iterator, Sequence

SMALL = frozenset(("of", "the", "and", "for", "in", "on", "и", "по", "для", "ва", "дар", "барои", "va", "uchun"))
"""Words that an abbreviation leaves out."""

LEAST = 2
"""Letters that an abbreviation must have."""


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name that count, in small letters."""
    return tuple(word for word in re.findall(r"\w+", name.casefold()) if word not in SMALL)


def abbreviates(short: str, whole: str) -> bool:
    """Tell whether a name says another with some of its words, two at least, drawn together to their first letters.

    Examples
    --------
    >>> abbreviates("BRC", "British Red Cross"), abbreviates("British RC", "British Red Cross")
    (True, True)
    >>> abbreviates("British Cross", "British Red Cross")
    False
    """
    few, many = words_of(short), words_of(whole)
    return len(few) < len(many) and _fits(few, many)


def proposals(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (abbreviation, name) among names."""
    known = sorted(set(names))
    for short in known:
        yield from ((short, whole) for whole in known if short != whole and abbreviates(short, whole))


def _fits(few: Sequence[str], many: Sequence[str]) -> bool:
    """Tell whether each word of the one is the next word of the other, or the first letters of its next words."""
    if not few:
        return not many
    first = few[0]
    if many and first == many[0] and _fits(few[1:], many[1:]):
        return True
    count = len(first)
    initials = "".join(word[0] for word in many[:count])
    return LEAST <= count <= len(many) and initials == first and _fits(few[1:], many[count:])
