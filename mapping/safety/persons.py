"""Who counts as a person where two people must agree: one model for the portals, the command line and the library.

An account is admitted, and counts as a person, once two admitted people have each met its owner; set-up names the first
two. Whoever makes an account or gives out a new one-time link could be behind it, so each link ends its admission. What
an account does while it is not admitted is nobody's, and two admitted people must agree to it. So nobody but its owner
is behind an act that counts, whatever becomes of the account later.
"""

import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache

from confusable_homoglyphs import confusables

from mapping.errors import InvalidRecord
from mapping.language.fold import skeleton

FIRST = 2
"""Administrators whom set-up or the command line names as people; all others are admitted by these, or by theirs."""

VOICES = 2
"""People who must have met the owner of an account."""

IsAdmitted = Callable[[str], bool]
"""Whether the account of a login is admitted at this moment."""


class NotAdmitted(InvalidRecord):
    """An account would be one of two people, though somebody else than its owner could be behind it."""

    def __init__(self) -> None:
        super().__init__("this account does not count as a person yet: two people must meet its owner first")


@dataclass(frozen=True)
class Admission:
    """Whether an account counts as a person, and who has met its owner since its last one-time link."""

    admitted: bool = False
    met_by: tuple[str, ...] = ()

    def linked(self, *, unused: bool) -> "Admission":
        """Return the admission after a new one-time link was given out.

        ``unused`` is said of a link of set-up or the command line that nobody used yet, and that these give out anew.
        """
        return Admission(admitted=self.admitted and unused)

    def meet(self, login: str, *, by: str, people: Collection[str]) -> "Admission":
        """Return the admission after somebody has met the owner; ``people`` are the logins that are admitted now.

        Raises
        ------
        InvalidRecord
            ``by`` is the owner, has met them already, or is not admitted.
        """
        if by not in people or any(same_person(by, other) for other in (login, *self.met_by)):
            raise InvalidRecord(f"{by} cannot say so: another admitted person has to")
        met_by = (*self.met_by, by)
        return Admission(self.admitted or len(met_by) >= VOICES, met_by)


def may_agree(author: str, by: str, is_admitted: IsAdmitted) -> bool:
    """Whether an account may agree now to what somebody did who counted as a person then; "" is nobody."""
    return two_people(author, by) and is_admitted(by)


def same_person(name: str, other: str) -> bool:
    """Tell whether two names may be one person's, by the letters that are seen or by how they sound in Latin ones.

    >>> same_person("Anna  Karimova", "ANNA-KARIMOVA"), same_person("Anna", "Zarina")
    (True, False)
    """
    return _seen(name) == _seen(other) or _heard(name) == _heard(other)


def two_people(name: str, other: str) -> bool:
    """Tell whether two names are there and are those of two people."""
    return bool(_seen(name)) and bool(_seen(other)) and not same_person(name, other)


def _seen(name: str) -> str:
    """Return what a name looks like: its letters and digits, each as the Latin one it can be taken for."""
    return "".join(map(_lookalike, _letters(name))).casefold()


def _heard(name: str) -> str:
    return skeleton(_letters(name))


def _letters(name: str) -> str:
    whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in unicodedata.normalize("NFD", whole) if unicodedata.category(c)[0] in ("L", "N"))


@cache
def _lookalike(letter: str) -> str:
    """Return the Latin letter or digit that a letter can be taken for, else itself."""
    if letter.isascii():
        return {"0": "o", "1": "l", "i": "l"}.get(letter, letter)
    lookalikes = confusables.is_confusable(letter, greedy=True, preferred_aliases=[]) or []
    like = sorted(h["c"] for group in lookalikes for h in group["homoglyphs"] if h["c"].isascii() and h["c"].isalnum())
    return _lookalike(like[0].casefold()) if like else letter
