"""The errors that a user of Rohnamo meets.

MappingError
├── FormatError         a file cannot be read, or its map does not fit it
├── InvalidRecord       a value, setting or study area is wrong
├── NotFound            no record, unit, file or name of this kind
└── UnsafePublication   something that must stay private would be published

Each text says where, what is wrong and what to do. The command line prints it, in the language of --lang, and
exits with 1;
the portal answers 404 to NotFound and 400 to InvalidRecord.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

ADVICE = {
    ("locked", "busy"): "another process is writing; nothing was stored, try again when it has finished",
    ("full", "No space", "File too large", "disk I/O"): "nothing was stored; make room on the disk and try again",
    ("Permission", "Read-only", "readonly"): "check the rights of the file and of its folder, and of the disk",
    ("malformed", "not a database"): "the file is damaged or is not a directory; restore it from a backup",
    ("",): "check the path, its rights and the free space",
}
"""Words by which SQLite or the system says why it refused -> what to do."""


def cause(error: Exception) -> str:
    """Return why the system refused, without the path: it is often that of a file beside the one that was meant."""
    return getattr(error, "strerror", None) or str(error)


class MappingError(Exception):
    """Anything that Rohnamo refuses, with a text that a user can act on."""

    def into(self, language: str) -> str:
        """Say it in a language; in English where its text is no `mapping.language.i18n.Message`."""
        text = self.args[0] if self.args else ""
        return str(text.into(language)) if hasattr(text, "into") else str(self)


class FormatError(MappingError):
    """A file as a whole cannot be read."""


class InvalidRecord(MappingError):
    """A value is not one that may be stored."""


class Busy(MappingError):
    """Another process is writing, such as a large list: nothing was stored, and the same can be done afterwards."""


class NotFound(MappingError):
    """There is no such thing here."""


class UnsafePublication(MappingError):
    """Publishing was refused because it would show something that is private."""


@contextmanager
def said_clearly(what: str) -> Iterator[None]:
    """Turn errors of SQLite and of the disk into a text that says ``what`` failed, why, and what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = cause(error)
        advice = next(advice for words, advice in ADVICE.items() if any(word in why for word in words))
        kind = Busy if "locked" in why or "busy" in why else MappingError
        raise kind(f"{what} ({why}); {advice}") from error
