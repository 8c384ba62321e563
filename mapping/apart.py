"""A second process of the same code, that shares large work with this one where a machine has more than one core.

It is told what to do through pipes alone, so that what it is told may be secret.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, Self, TypeVar

from mapping.resources import CODE_DIGEST

Work = TypeVar("Work")

FAILURES = (OSError, EOFError, ValueError, pickle.PickleError, ImportError, AttributeError)
"""What is raised where the other process ended, could not be started, or is of other code."""


def file_beside(path: Path, name: str, files: ExitStack) -> Path:
    """Return a new file beside another, for its owner only, that is gone when ``files`` are closed.

    One that a run left that was killed is not taken over.
    """
    beside = path.with_name(f"{path.name}.{name}")
    files.callback(partial(beside.unlink, missing_ok=True))
    beside.unlink(missing_ok=True)
    beside.touch(0o600)
    return beside


class Helper:
    """A second process, begun when work is first shared with it, and ended with the block."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = ThreadPoolExecutor(1)
        """What waits for the process; it takes no time of the processor."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
        self._thread.shutdown()
        if self._process is not None:
            with suppress(OSError), self._process:  # what it was told last it may never have read
                pass

    @property
    def has_begun(self) -> bool:
        """Tell whether there is such a process."""
        return self._process is not None

    def share(
        self, work: Iterable[Work], job: Callable[..., Any], *args: Any, may_begin: Callable[[], bool] = lambda: True
    ) -> "Shared[Work]":
        """Share work: the other process calls ``job`` with an iterator of what it takes on, and ``args``.

        ``may_begin`` is asked when it wants the first: where that says no, it is given none.
        """
        shared = Shared(work)
        if self._process is None and (os.cpu_count() or 1) > 1:
            self._begin()
        if self._process is not None:
            shared.apart = self._thread.submit(self._serve, self._process, shared, (job, args), may_begin)
        return shared

    def _begin(self) -> None:
        search = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
                env=os.environ | {"PYTHONPATH": search},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def _serve(
        self, process: subprocess.Popen[bytes], shared: "Shared[Any]", call: object, may_begin: Callable[[], bool]
    ) -> tuple[Any] | None:
        """Hand out work to the other process until none is left; return what it made of it, None where it failed."""
        try:
            outcome = _asked(process, (CODE_DIGEST, call))
            if outcome is None and not may_begin():
                outcome = _asked(process, None)
            while outcome is None:
                outcome = _asked(process, shared.take(apart=True))
        except FAILURES:
            process.kill()
            return None
        return outcome


def _asked(process: subprocess.Popen[bytes], message: object) -> tuple[Any] | None:
    """Send a message to the other process; return its answer: what it made of all, or None where it wants more."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    _send(process.stdin, message)
    answer: tuple[Any] | None = pickle.load(process.stdout)  # noqa: S301 - this very code packed it
    return answer


def _send(file: IO[bytes], message: object) -> None:
    pickle.dump(message, file, pickle.HIGHEST_PROTOCOL)
    file.flush()


class Shared(Iterable[Work]):
    """Work that two processes share, each taking the next when it has done one; this one by iterating over it."""

    def __init__(self, work: Iterable[Work]) -> None:
        self._left = deque(work)
        self._taken: list[Work] = []
        """What the other process took."""
        self.apart: Future[tuple[Any] | None] | None = None

    def __iter__(self) -> Iterator[Work]:
        """Yield what is left to be done here."""
        while (work := self.take()) is not None:
            yield work

    def take(self, *, apart: bool = False) -> Work | None:
        """Return what is to be done next, here or apart; None where nothing is left."""
        try:
            work = self._left.popleft()
        except IndexError:
            return None
        if apart:
            self._taken.append(work)
        return work

    def outcome(self) -> tuple[Any] | None:
        """Return what the other process made; None where there was none or it failed: what it took is left then."""
        outcome = self.apart.result() if self.apart is not None else None
        if outcome is None:
            self._left.extend(self._taken)
            self._taken.clear()
        return outcome


def serve() -> None:
    """Do what another process asks for on standard input, until that is closed: what a process of its own runs."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer

    def asked() -> Iterator[Any]:
        while True:
            _send(answers, None)
            if (work := pickle.load(sys.stdin.buffer)) is None:  # noqa: S301
                return
            yield work

    with suppress(EOFError):
        while True:
            digest, (job, args) = pickle.load(sys.stdin.buffer)  # noqa: S301
            if digest != CODE_DIGEST:
                sys.exit("other code would make other things")
            _send(answers, (job(asked(), *args),))
