"""Who agrees in tests to what takes two."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from mapping.directory import gate
from mapping.directory.directory import Directory
from mapping.directory.writing import Change


class SecondPerson:
    """Somebody who agrees at once to whatever the acts of a test show; a test of the gate sends them away."""

    present = True


@contextmanager
def agreeing() -> Iterator[None]:
    """Let a second person agree to every act, so that tests need not say so each time."""
    alone = gate.pass_gate

    def pass_gate(*args: Any, agreed_by: str | None = None, **given: Any) -> Any:
        return alone(*args, **given, agreed_by=agreed_by or ("somebody else" if SecondPerson.present else None))

    with patch.object(gate, "pass_gate", pass_gate):
        yield


def erased(directory: Directory, record: str, *, on: dt.date, reason: str = "asked for") -> Change:
    """Let two people who signed in erase a contact or a phone."""
    with patch.object(directory, "signed_in", True):
        proposal = directory.erase(record, by="zarina", on=on, reason=reason)
        return directory.decide(proposal, "accepted", by="noor", on=on)


class EveryMap(set[str]):
    """Digests of approved maps among which every map is found: ``Known(maps=EveryMap())``."""

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str)
