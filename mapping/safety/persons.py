"""Who counts as a person where two people must agree: one model for the portals, the command line and the library.

An account is admitted, and counts as a person, once two admitted people have each met its owner; set-up names the first
two. Whoever makes an account or gives out a new one-time link could be behind it, so each link ends its admission. What
an account does while it is not admitted is nobody's, and two admitted people must agree to it. So nobody but its owner
is behind an act that counts, whatever becomes of the account later.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mapping.errors import InvalidRecord
from mapping.safety.people import same_person, two_people

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
