"""Edition: what one view file holds, read once and kept until the file changes."""

import datetime as dt
import threading
from collections.abc import Callable, Collection, Hashable
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from mapping.analysis.common.nearest import minutes_to_all, seats
from mapping.area.study_area import StudyArea
from mapping.batch import without_collecting
from mapping.language.i18n import Message
from mapping.model import Audience
from mapping.render.report.sources import BY_REGION, gather
from mapping.result import Result
from mapping.safety.redaction import require
from mapping.view.letters import entry_in_letters, organization_in_letters
from mapping.view.view import Entry, OrganizationEntry, StatementEntry, View
from web.presenters.cards import Card, card

P = ParamSpec("P")
T = TypeVar("T")

FOUR_HOURS = 240
"""Minutes beyond which the published table tells nothing."""


def kept(make: Callable[Concatenate["Edition", P], T]) -> Callable[Concatenate["Edition", P], T]:
    """Return a function that works something out of an edition once, and for what else it is given, and keeps it."""

    @wraps(make)
    def answer(edition: "Edition", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return edition.keep((make, *args, *kwargs.items()), lambda: make(edition, *args, **kwargs))

    return answer


class Edition:
    """The published directory of one day, as pages need it; it opens the view read-only, and only while it reads.

    Raises
    ------
    UnsafePublication
        When the view was made for fewer people than ``audience``.
    InvalidRecord
        When the view is of another country than the study area.
    """

    def __init__(self, path: Path, area: StudyArea, audience: Audience = "public") -> None:
        self.path = path
        self.area = area
        self._kept: dict[Hashable, Any] = {}
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.RLock] = {}
        self.mark: tuple[int, int, int] | None = None
        """What tells its file from others, to all processes that serve it."""
        with View(path) as view:
            require(view.audience, audience)
            view.require_area(area)
            self.day: dt.date = view.edition
            self.licences: tuple[str, ...] = view.licences
            self.demo: bool = view.demo
            self.notice: Message | None = view.notice

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for a key before, or make it; one thread makes it, others that want it wait."""
        if key not in self._kept:
            with self._lock:
                making = self._making.setdefault(key, threading.RLock())
            with making:
                if key not in self._kept:
                    self._kept[key] = make()
        return cast("T", self._kept[key])

    def made(self, key: Hashable) -> Any:
        """Return what was made for a key before, or None."""
        return self._kept.get(key)

    @kept
    def entries(self, language: str) -> dict[str, Entry]:
        """Return every service by id, in the order of names."""
        with View(self.path) as view, without_collecting():
            return {
                entry.id: entry_in_letters(entry, language, self.area) for entry in view.services(language=language)
            }

    def in_any_language(self) -> Collection[Entry]:
        """Return every service, for what is the same in all languages."""
        return self.entries(self.area.languages[0]).values()

    def card(self, entry: Entry, language: str) -> Card:
        """Return an entry of this edition in the words of a language."""
        return self.keep(("card", entry.id, language), lambda: card(entry, self.area, language))

    @kept
    def organizations(self, language: str) -> dict[str, OrganizationEntry]:
        """Return every organization by id, in the order of names."""
        with View(self.path) as view:
            entries = view.organizations(language=language)
            return {entry.id: organization_in_letters(entry, language, self.area) for entry in entries}

    @kept
    def statements(self, language: str) -> list[StatementEntry]:
        """Return what may be said about hidden help, by area unit and text."""
        with View(self.path) as view:
            return view.statements(language=language)

    @kept
    def minutes(self, place: str, scenario: str) -> dict[str, float]:
        """Return minutes of travel from a place of the gazetteer to public locations, as they were published."""
        with View(self.path) as view:
            return dict(view.minutes(place, scenario))

    @kept
    def minutes_beyond(self, place: str, scenario: str) -> dict[str, float]:
        """Return minutes to every public point however far: see `mapping.analysis.common.nearest.minutes_to_all`."""
        return minutes_to_all(self.in_any_language(), self.area, place, scenario)

    def minutes_within(self, place: str, scenario: str) -> dict[str, float]:
        """Return minutes to every location within four hours: as published, else worked out."""
        beyond = {} if self.minutes(place, scenario) else self.minutes_beyond(place, scenario)
        return self.minutes(place, scenario) or {at: minutes for at, minutes in beyond.items() if minutes <= FOUR_HOURS}

    def results(self) -> dict[str, Result]:
        """Return what every analysis finds in this view, by name."""
        return {name: result for name, result in self.report_results().items() if name not in BY_REGION}

    def report_results(self, work_out: Callable[[View, StudyArea], dict[str, Result]] = gather) -> dict[str, Result]:
        """Return what every analysis finds, with what a report needs for regions too.

        ``work_out`` does so where nobody did yet.
        """

        def find() -> dict[str, Result]:
            with View(self.path) as view:
                return work_out(view, self.area)

        return self.keep("results", find)

    @cached_property
    def seats(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Return the main place of each area unit: see `mapping.analysis.common.nearest.seats`."""
        return seats(self.area)


class Editions:
    """Always the edition that the view file holds now."""

    def __init__(self, path: str | Path, area: StudyArea, audience: Audience = "public") -> None:
        self.path = Path(path)
        self.area = area
        self.audience: Audience = audience
        self._lock = threading.Lock()
        self._now: Edition | None = None

    def now(self) -> Edition:
        """Return the edition; a new one when the file was replaced since the last request."""
        stat = self.path.stat()
        mark = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        with self._lock:
            if self._now is None or mark != self._now.mark:
                self._now = Edition(self.path, self.area, self.audience)
                self._now.mark = mark
            return self._now


def short_code(identifier: str) -> str:
    """Return eight signs that name a record to people: 5F2A-9C01."""
    signs = "".join(sign for sign in identifier if sign.isalnum())[:8].upper()
    return f"{signs[:4]}-{signs[4:]}" if len(signs) > 4 else signs
