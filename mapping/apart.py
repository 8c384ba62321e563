"""A second process of the same code, that shares large work with this one where a machine has more than one core.

It is told what to do through pipes alone, so that what it is told may be secret.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from itertools import count, islice
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
        self._ahead: list[Ahead[Any]] = []
        self.files = ExitStack()
        """Closed with the block: what it reads beside a view is gone then (`file_beside`)."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, and remove what it read."""
        for ahead in self._ahead:
            ahead.close()
        if self._process is not None:
            self._process.kill()
        self._thread.shutdown()
        if self._process is not None:
            with suppress(OSError), self._process:  # what it was told last it may never have read
                pass
        self.files.close()

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
        if (process := self._begun()) is not None:
            shared.apart = self._thread.submit(self._serve, process, shared, (job, args), may_begin)
        return shared

    def ahead(self, work: Iterable[Work], job: Callable[..., Callable[[Work], Any]], *args: Any) -> "Ahead[Work]":
        """Share work that is to be done in order: iterate over it for each, and what was made of it ahead, if it was.

        The other process calls what ``job`` makes of ``args`` with each piece of the work that it takes on.
        """
        ahead = Ahead(work)
        self._ahead.append(ahead)
        if (process := self._begun()) is not None:
            self._thread.submit(self._serve_ahead, process, ahead, (job, args))
        return ahead

    def _begun(self) -> subprocess.Popen[bytes] | None:
        if self._process is None and (os.cpu_count() or 1) > 1:
            self._begin()
        return self._process

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
            outcome: tuple[Any] | None = _asked(process, (CODE_DIGEST, call, False))
            if outcome is None and not may_begin():
                outcome = _asked(process, None)
            while outcome is None:
                outcome = _asked(process, shared.take(apart=True))
        except FAILURES:
            process.kill()
            return None
        return outcome

    def _serve_ahead(self, process: subprocess.Popen[bytes], ahead: "Ahead[Any]", call: object) -> None:
        """Let the other process do work until none is left for it, or it fails."""
        try:
            _asked(process, (CODE_DIGEST, call, True))
            while (work := ahead.take()) is not None:
                ahead.put(_asked(process, work))
            _asked(process, None)
        except FAILURES:
            process.kill()
            ahead.put(None)


def _asked(process: subprocess.Popen[bytes], message: object) -> Any:
    """Send a message to the other process; return its answer: what it made, or None where it wants more."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    _send(process.stdin, message)
    return pickle.load(process.stdout)  # noqa: S301 - this very code packed it


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


AHEAD = 4
"""What was made ahead of so much work waits at most: it takes memory."""


class Ahead(Iterable[tuple[Work, tuple[Any] | None]]):
    """Work that this process does in order, of which another does some ahead.

    The other takes the second of what nobody took, for this process is about to do the first: so neither waits.
    """

    def __init__(self, work: Iterable[Work]) -> None:
        self._left = iter(work)
        """It is asked in the thread alone that iterates."""
        self._waiting: deque[tuple[int, Work]] = deque()
        """Place and work that nobody took."""
        self._all_drawn = False
        self._taken: dict[int, Work] = {}
        """Place -> what the other process took, until it is handed out here."""
        self._made: dict[int, bytes | None] = {}
        """Place -> what it made of that, packed; None where it failed."""
        self._last = -1
        """The place of what it took last."""
        self._changed = threading.Condition()

    def __iter__(self) -> Iterator[tuple[Work, tuple[Any] | None]]:
        """Yield work in order, with what the other process made of it; None for what is to be done here."""
        try:
            for place in count():
                self._draw(place)
                with self._changed:
                    if place in self._taken:
                        while place not in self._made:
                            self._changed.wait()
                        work, made = self._taken.pop(place), self._made.pop(place)
                    elif self._waiting:
                        (_, work), made = self._waiting.popleft(), None
                    else:
                        return
                    self._changed.notify_all()
                yield work, None if made is None else (pickle.loads(made),)  # noqa: S301 - this very code packed it
        finally:
            self.close()

    def _draw(self, place: int) -> None:
        """Let so much work wait, from a place on, that the other process always finds some."""
        while not self._all_drawn and len(self._waiting) <= AHEAD + 1:
            work = [*islice(self._left, 1)]
            with self._changed:
                after = place + len(self._waiting) + sum(taken >= place for taken in self._taken)
                self._waiting.extend((after, part) for part in work)
                self._all_drawn = not work
                self._changed.notify_all()

    def take(self) -> Work | None:
        """Return what the other process is to do next, once there is room for it; None where nothing is left."""
        with self._changed:
            while not self._all_drawn or len(self._waiting) > 1:
                if len(self._waiting) > 1 and len(self._made) < AHEAD:
                    self._last, work = self._waiting[1]
                    del self._waiting[1]
                    self._taken[self._last] = work
                    return work
                self._changed.wait()
        return None

    def put(self, made: bytes | None) -> None:
        """Take what the other process made of what it took last; None where it failed."""
        with self._changed:
            self._made[self._last] = made
            self._changed.notify_all()

    def close(self) -> None:
        """Leave what is left: nobody asks for it any more."""
        with self._changed:
            self._waiting.clear()
            self._all_drawn = True
            self._changed.notify_all()


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
            digest, (job, args), is_ahead = pickle.load(sys.stdin.buffer)  # noqa: S301
            if digest != CODE_DIGEST:
                sys.exit("other code would make other things")
            if not is_ahead:
                _send(answers, (job(asked(), *args),))
                continue
            make = job(*args)
            _send(answers, None)
            while (work := pickle.load(sys.stdin.buffer)) is not None:  # noqa: S301
                _send(answers, pickle.dumps(make(work), pickle.HIGHEST_PROTOCOL))
            _send(answers, None)
