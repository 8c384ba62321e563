"""Releases: a view is built aside, looked at, confirmed, and then takes the old one's place at once; and the way back.

Nothing is published that was not looked at: whoever confirms names the very file by its checksum, and where something
else would be shown meanwhile it must be built again. One person builds what shows something new, another confirms it.
What is published is kept for stewards, and leaves even there whatever may no longer be read
(`mapping.editions.retraction`).
"""

import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from mapping.analysis.reliability.change import write_counts
from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory, public_id
from mapping.directory.gate import OnePerson
from mapping.editions.publish import Progress, publish
from mapping.editions.retraction import Hidden, rows_of, without_hidden
from mapping.errors import FormatError, InvalidRecord, NotFound, UnsafePublication, said_clearly
from mapping.language.i18n import Message, Share
from mapping.model import Audience
from mapping.resources import checksum
from mapping.safety.persons import two_people
from mapping.safety.redaction import VIEWS
from mapping.view.diff import EntryChange, compare, edition_day, entries
from mapping.view.view import OtherVersion, View

MOST_CHANGED = 0.2
"""Beyond this share of entries that change, publishing stops until somebody says why."""

FEW = 3
"""So many changed entries are no reason to stop, however few there are."""

FAR = dt.timedelta(days=366)
"""An edition later than the one in use by more, or earlier, may come from a clock that is wrong: days decide much."""

KEPT = 12
"""So many old editions of an audience are kept."""

MANY_CHANGED = Message("{changed} of {before} entries {changed:changes|change}: more than {share}.")
LOWERED = Message("Was known and hidden until now, and would be shown: {name}.")
ANOTHER_TIME = Message("This edition would be of {day}, the one in use is of {before}: look whether the date is right.")
CLOSER = Message("The point of this place was hidden until now, and would be shown: {name}.")

CHANGED_SINCE = (
    "the directory, the published view or the day changed since this edition was built, and nothing was published; "
    "build it again and look at it"
)


ALARMS = {"many": MANY_CHANGED, "lowered": LOWERED, "time": ANOTHER_TIME, "closer": CLOSER}
"""What is unusual about an edition, by its kind."""


@dataclass(frozen=True)
class Alarm:
    """Something unusual about an edition: it is published only with a reason."""

    kind: Literal["many", "lowered", "time", "closer"]
    values: dict[str, str | int]
    key: str = ""
    """The entry that it is about, if it is about one."""

    @property
    def message(self) -> Message:
        """What is unusual, in words."""
        return ALARMS[self.kind].filled_with({**self.values, "share": Share(MOST_CHANGED)})


@dataclass(frozen=True)
class Plan:
    """An edition that was built and not published yet."""

    audience: Audience
    day: dt.date
    digest: str
    replaces: str
    """Checksum of the view in use; empty where there is none."""
    state: int
    """Number of the directory's last batch."""
    items: tuple[EntryChange, ...]
    alarms: tuple[Alarm, ...]
    warnings: tuple[str, ...]
    first: bool
    """Whether nothing was published before it: there is no view in use, or an empty one."""
    by: str = ""
    """Who built it and signed in; "" where nobody did."""
    back_to: int = 0
    """Number of the old edition that it is; 0 where it is a new one."""
    reason: str = ""
    """Why one goes back to it."""

    @property
    def newly(self) -> tuple[EntryChange, ...]:
        """The entries from which readers would learn something new: each must be confirmed."""
        return tuple(item for item in self.items if item.newly)

    @property
    def taken(self) -> tuple[EntryChange, ...]:
        """The entries that stay and lose a number or hours by which people come to help: two people publish that."""
        return tuple(
            item
            for item in self.items
            if item.kind == "changed"
            and any(fact.before and not fact.now and fact.field.startswith(TAKEN) for fact in item.facts)
        )


PLAN = TypeAdapter(Plan)

TAKEN = ("phone.number", "schedule.")
"""Beginnings of the fields without which nobody comes to help, though the entry is still there."""


@dataclass(frozen=True)
class Release:
    """An edition that was published: its number, day and checksum, when, who confirmed it and why, who built it."""

    number: int
    day: dt.date
    digest: str
    published_on: str
    by: str
    reason: str
    entries: int
    state: int
    purged_on: str
    """Day on which something was last taken out of it; empty where it is as it was published."""
    built_by: str = ""
    live: bool = False


RELEASE = TypeAdapter(Release)


class Releases:
    """The editions of an audience.

    Parameters
    ----------
    folder
        Where they are kept, readable by their owner only: ``editions`` in the private folder.
    view
        The view in use.
    audience
        For whom it is.
    """

    def __init__(self, folder: str | Path, view: str | Path, audience: Audience) -> None:
        if audience not in VIEWS:
            raise InvalidRecord(f"{audience}: there is no view for these; there are {', '.join(VIEWS)}")
        self.folder, self.view, self.audience = Path(folder) / audience, Path(view), audience
        self._staged, self._noted = self.folder / "next.db.part", self.folder / "plan.json.part"

    def stage(
        self,
        directory: Directory,
        *,
        day: dt.date,
        by: str = "",
        demand: Mapping[tuple[str, str], int] | None = None,
        unavailable: Mapping[str, int] | None = None,
        progress: Progress | None = None,
    ) -> Plan:
        """Build the next edition aside, and tell what would change; what is published stays as it is.

        ``by`` signed in: another person must confirm what is new. Where nobody did, nothing new can be published.

        Raises
        ------
        UnsafePublication
            A text to be published names something hidden.
        MappingError
            The disk is full or may not be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            state = _state(directory)
            previous = self.view if self.view.exists() else None
            publication = publish(
                directory,
                self.audience,
                self._staged,
                area=directory.area,
                edition=day,
                previous=previous,
                demand=demand,
                unavailable=unavailable,
                progress=progress,
            )
            with publication.view as new:
                if previous is not None and directory.area is not None:
                    with suppress(OtherVersion), View(previous) as old:
                        if old.edition <= day:
                            write_counts(self._staged, new, old, directory.area)
            self._staged.chmod(0o600)
            plan = self._plan(directory, self._staged, checksum(self._staged), day, by=by)
            plan = replace(
                plan,
                state=state,
                alarms=tuple(self._alarms(directory, plan.items, day)),
                warnings=tuple(map(str, publication.warnings)),
            )
            _write(self._noted, plan)
        return plan

    def _plan(self, directory: Directory, file: Path, digest: str, day: dt.date, *, by: str) -> Plan:
        """Return what would be told of a file in the place of the view in use, without alarms."""
        previous = self.view if self.view.exists() else None
        replaces = checksum(previous) if previous is not None else ""
        first = previous is None or not entries(previous)
        items = tuple(compare(previous, file))
        return Plan(self.audience, day, digest, replaces, _state(directory), items, (), (), first, by)

    def plan(self) -> Plan | None:
        """Return the edition that was built and not published yet, if there is one."""
        if not self._noted.exists() or not self._staged.exists():
            return None
        try:
            return PLAN.validate_json(self._noted.read_bytes())
        except ValidationError:  # of another version: it is built again
            return None

    def drop(self) -> None:
        """Forget the edition that was built."""
        self._noted.unlink(missing_ok=True)
        self._staged.unlink(missing_ok=True)

    def publish(
        self,
        directory: Directory,
        *,
        digest: str,
        confirmed: Collection[str],
        by: str,
        now: dt.datetime,
        day: dt.date,
        reason: str = "",
    ) -> Release:
        """Put the edition that was built in the place of the one in use, at once, and keep a copy.

        ``digest`` is the checksum of what was looked at, ``confirmed`` the keys of the entries that were confirmed,
        ``by`` somebody who signed in, "" where nobody did. What shows nothing new is published by one person.

        Raises
        ------
        OnePerson
            Something could be read for the first time, and whoever built the edition confirms it, or is not known.
        InvalidRecord
            Not everything newly readable was confirmed, an alarm has no reason, or what is shown changed meanwhile.
        MappingError
            The disk is full or may not be written: the edition in use stays.
        """
        with self._alone():
            plan = self.plan()
            if plan is None or plan.digest != digest or self._changed(plan, directory, day):
                raise InvalidRecord(CHANGED_SINCE)
            if (plan.newly or plan.taken) and not two_people(plan.by, by):
                raise OnePerson
            missing = [item for item in plan.newly if item.key not in confirmed]
            if missing:
                raise InvalidRecord(
                    f"{len(missing)} entries that nobody could read before were not confirmed, such as "
                    f"{missing[0].name}; nothing was published"
                )
            if plan.alarms and not reason.strip():
                raise InvalidRecord(f"write why this is right: {plan.alarms[0].message}; nothing was published")
            if plan.back_to:
                return self._go_back(plan)
            for edition in self.editions():  # noted by an attempt that was cut short before the switch
                if edition.digest == plan.digest and not edition.live:
                    self._remove(edition.number)
            number = max((edition.number for edition in self.editions()), default=0) + 1
            with closing(sqlite3.connect(self._staged)) as db:
                (count,) = db.execute("SELECT count(*) FROM service").fetchone()
            edition = Release(
                number,
                plan.day,
                plan.digest,
                now.astimezone(dt.UTC).isoformat(timespec="seconds"),
                by,
                reason.strip(),
                count,
                plan.state,
                "",
                plan.by,
            )
            with said_clearly(f"{self.view}: the edition was not published"):
                shutil.copyfile(self._staged, self._file(number, ".db.part"))
                _durable(self._file(number, ".db.part"), self._file(number, ".db"))
                self._note(edition)
                self._switch(self._staged)
                self.drop()
            self._purge(directory, day)
            for old in self.editions()[KEPT:]:
                self._remove(old.number)
        return edition

    def roll_back(
        self, directory: Directory, number: int, *, day: dt.date, by: str = "", reason: str = ""
    ) -> Plan | None:
        """Put an old edition in use again, without what may no longer be read in it.

        Where it shows anything that the one in use does not, it waits as the next edition for another person to
        confirm it, and is returned; else nothing is. ``by`` as in `stage`.

        Raises
        ------
        NotFound
            There is no such edition.
        UnsafePublication
            A text of it names something that is hidden now.
        MappingError
            The disk is full or may not be written: the edition in use stays.
        """
        with self._alone():
            hidden = self._purge(directory, day)
            edition = self.edition(number)
            file = self._file(number, ".db")
            hidden.refuse(rows_of(file))
            plan = replace(self._plan(directory, file, edition.digest, day, by=by), back_to=number, reason=reason)
            with said_clearly(f"{self.view}: the edition in use was not changed"):
                shutil.copyfile(file, self._staged)
                self._staged.chmod(0o600)
            if plan.newly:
                _write(self._noted, plan)
                return plan
            self._go_back(plan)
        return None

    def _go_back(self, plan: Plan) -> Release:
        with said_clearly(f"{self.view}: the edition in use was not changed"):
            self._switch(self._staged)
        self.drop()
        return self.edition(plan.back_to)

    def withdraw(self, directory: Directory, *, day: dt.date) -> bool:
        """Take what is hidden now out of the edition in use and of those that are kept, at once; show nothing new.

        No text is searched and nobody is asked: less is shown. An edition that was built and waits is forgotten.
        Return whether there was anything of it in the edition in use.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            hidden = self._purge(directory, day)
            fresh = self.folder / "withdrawn.db.part"
            try:
                if not self.view.exists() or not without_hidden(self.view, fresh, hidden, area=directory.area):
                    return False
                with said_clearly(f"{self.view}: what is hidden now could not be taken out"):
                    self._switch(fresh)
            finally:
                fresh.unlink(missing_ok=True)
            self.drop()
        return True

    def editions(self) -> list[Release]:
        """Return the editions that are kept, newest first."""
        live = checksum(self.view) if self.view.exists() else ""
        read = [RELEASE.validate_json(path.read_bytes()) for path in self.folder.glob("[0-9]*.json")]
        newest = sorted(read, key=lambda edition: -edition.number)
        first = next((edition.number for edition in newest if edition.digest == live), None)
        return [replace(edition, live=edition.number == first) for edition in newest]

    def edition(self, number: int) -> Release:
        """Return an edition."""
        for edition in self.editions():
            if edition.number == number:
                return edition
        raise NotFound(f"there is no edition {number} for {self.audience}; it may be too old to be kept")

    def compare(self, number: int) -> list[EntryChange]:
        """Return what differs between an old edition and the one in use."""
        self.edition(number)
        return compare(self._file(number, ".db"), self.view)

    def is_outdated(self, plan: Plan, directory: Directory, *, day: dt.date) -> bool:
        """Tell whether an edition that was built is no longer what would be built."""
        with self._alone():
            return self._changed(plan, directory, day)

    def _changed(self, plan: Plan, directory: Directory, day: dt.date) -> bool:
        replaces = checksum(self.view) if self.view.exists() else ""
        if (replaces, day, checksum(self._staged)) != (plan.replaces, plan.day, plan.digest):
            return True
        if plan.back_to:
            return self._hides_of(plan, directory, day)
        return _state(directory) != plan.state and self._shows_otherwise(directory, day)

    def _hides_of(self, plan: Plan, directory: Directory, day: dt.date) -> bool:
        """Tell whether something of an old edition may no longer be read since somebody wanted to go back to it."""
        hidden, file = self._purge(directory, day), self._file(plan.back_to, ".db")
        if not file.exists() or checksum(file) != plan.digest:
            return True
        try:
            hidden.refuse(rows_of(file))
        except UnsafePublication:
            return True
        return False

    def _shows_otherwise(self, directory: Directory, day: dt.date) -> bool:
        """Tell whether the directory would show other rows than those of the edition that was built.

        Others work on in the directory while a second person looks; a text that tells what is hidden since stops it.
        """
        fresh = self.folder / "fresh.db.part"
        try:
            directory.view(self.audience, fresh, edition=day).close()
            return rows_of(fresh) != rows_of(self._staged)
        except UnsafePublication:
            return True
        finally:
            fresh.unlink(missing_ok=True)

    def _alarms(self, directory: Directory, items: tuple[EntryChange, ...], day: dt.date) -> Iterator[Alarm]:
        if not self.view.exists():
            return
        was = edition_day(self.view)
        if not was <= day <= was + FAR:
            yield Alarm("time", {"day": day.isoformat(), "before": was.isoformat()})
        before = entries(self.view)
        changed = [item for item in items if item.table != "case_count"]
        if before and len(changed) > max(FEW, MOST_CHANGED * len(before)):
            yield Alarm("many", {"changed": len(changed), "before": len(before)})
        known: set[str] = set()
        if any(item.kind == "new" for item in items):
            known = self._known_before(directory, was)
        for item in items:
            closer = any(fact.field == "location.latitude" and not fact.before for fact in item.facts)
            if item.kind == "new" and item.id in known:
                yield Alarm("lowered", {"name": item.name}, item.key)
            elif item.kind == "changed" and closer:
                yield Alarm("closer", {"name": item.name}, item.key)

    def _known_before(self, directory: Directory, previous: dt.date) -> set[str]:
        """Return the published ids of records that the directory had when the edition in use was built."""
        editions = self.editions()
        last = next((edition for edition in editions if edition.live), editions[0] if editions else None)
        if last is not None:
            rows = directory.db.execute("SELECT DISTINCT record FROM history WHERE batch <= ?", [last.state])
        else:  # published before editions were kept
            query = 'SELECT DISTINCT record FROM history JOIN batch b ON b.number = batch WHERE b."on" < ?'
            rows = directory.db.execute(query, [previous.isoformat()])
        key = directory.key
        return {public_id(key, identifier) for (identifier,) in rows}

    def _purge(self, directory: Directory, day: dt.date) -> Hidden:
        hidden = Hidden(directory, self.audience, day)
        for edition in self.editions():
            self._purge_one(edition, hidden, directory.area, day)
        return hidden

    def _purge_one(self, edition: Release, hidden: Hidden, area: StudyArea | None, day: dt.date) -> None:
        file, fresh = self._file(edition.number, ".db"), self._file(edition.number, ".db.part")
        try:
            if not without_hidden(file, fresh, hidden, area=area):
                return
        except FormatError:  # of another version: it can be neither read nor cleared
            self._remove(edition.number)
            return
        with said_clearly(f"{file}: what is hidden now could not be taken out"):
            self._note(replace(edition, digest=checksum(fresh), purged_on=day.isoformat()))
            _durable(fresh, file)

    def _switch(self, file: Path) -> None:
        """Put a file in the place of the view in use, at once, with the rights that views have."""
        self.view.parent.mkdir(parents=True, exist_ok=True)
        part = self.view.with_name(self.view.name + ".part")
        try:
            shutil.copyfile(file, part)
            part.chmod(0o644 if self.audience == "public" else 0o600)
            _durable(part, self.view)
        finally:
            part.unlink(missing_ok=True)

    def _file(self, number: int, suffix: str) -> Path:
        return self.folder / f"{number:05d}{suffix}"

    def _note(self, edition: Release) -> None:
        _write(self._file(edition.number, ".json"), RELEASE.dump_python(edition, exclude={"live"}))

    def _remove(self, number: int) -> None:
        for suffix in (".json", ".db", ".db.part"):
            self._file(number, suffix).unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else build or publish for this audience meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.folder / "editions.lock", timeout=60):
            yield


def _state(directory: Directory) -> int:
    (number,) = directory.db.execute("SELECT coalesce(max(number), 0) FROM batch").fetchone()
    return int(number)


def _write(path: Path, content: object) -> None:
    part = path.with_name(path.name + ".new")
    with said_clearly(f"{path} was not written"):
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(to_json(content, indent=1, fallback=str))
            _durable(part, path)
        finally:
            part.unlink(missing_ok=True)


def _durable(part: Path, path: Path) -> None:
    """Give a file its name once its content is on the disk."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    if path.name[:1].isdigit():
        part.chmod(0o600)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
