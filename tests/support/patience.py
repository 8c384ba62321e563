"""What long and odd texts are made of, and a bound to the processor time that may go into one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

PIECES = ("a", "1", ".", "?", "(", ", ", "a.", "8:00 ", "a@", "Ж", "\n", "№ ")
"""Pieces that, repeated, lead patterns into trying every way there is."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail where something takes more processor time: many times what it needs, so that it is no measurement."""

    def fail(*_: object) -> None:
        raise AssertionError(f"took more than {seconds} s of processor time")

    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
