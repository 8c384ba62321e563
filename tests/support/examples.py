"""How many examples a property test tries: as many as it says, and many more in ``make fuzz``."""

from hypothesis import settings

TIMES = 50
"""How many times as many examples ``make fuzz`` tries."""


def thorough() -> bool:
    """Tell whether to try everything: in ``make fuzz``."""
    return settings.get_current_profile_name() == "fuzz"


def examples(count: int) -> int:
    """Return how many examples to try where a test names ``count``."""
    return count * TIMES if thorough() else count
