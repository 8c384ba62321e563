"""Who agrees in tests to what takes two."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from mapping.directory import gate


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


class EveryMap(set[str]):
    """Digests of approved maps among which every map is found: ``Known(maps=EveryMap())``."""

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str)
