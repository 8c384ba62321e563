"""Which services are listed: one rule for search, API, public lists, finder and analyses."""

from collections.abc import Collection

from mapping.freshness import listed
from mapping.view.rules.reach import by_phone


def stands_in_lists(status: str, types: Collection[str], *, has_number: bool) -> bool:
    """Tell whether a service is listed: it is not closed for good, and no line that nobody can call.

    Who looks for help by phone is helped by a number alone; a line without one has a page at most, until it is known.
    An office from which a line is answered is no place that people go to.

    >>> stands_in_lists("active", ["IDN-HOT"], has_number=False)
    False
    """
    return listed(status) and (has_number or not by_phone(types))
