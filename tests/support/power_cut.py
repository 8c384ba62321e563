"""A disk under SQLite that can be watched: what was written and synced in which order, cut off, killed or full.

The default VFS of the SQLite that Python uses is copied, and its ways of writing are replaced by ones that note each
call and then do what they did before. From these notes the state of a disk is made that lost its power at any moment:
what was synced is there, and of what was not, any part.
"""

import contextlib
import ctypes
import os
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SQLITE_FULL, SECTOR = 13, 512
_int, _pointer, _text, _long = ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64
OPEN = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _pointer, _int, _pointer)
DELETE = ctypes.CFUNCTYPE(_int, _pointer, _text, _int)
WRITE = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int, _long)
TRUNCATE = ctypes.CFUNCTYPE(_int, _pointer, _long)
SYNC = ctypes.CFUNCTYPE(_int, _pointer, _int)


class Vfs(ctypes.Structure):
    """The beginning of ``sqlite3_vfs``, and room for what follows."""

    _fields_ = [
        ("version", _int),
        ("file_size", _int),
        ("longest", _int),
        ("next", _pointer),
        ("name", _text),
        ("data", _pointer),
        ("open", OPEN),
        ("delete", DELETE),
        ("rest", _pointer * 14),
    ]


class Methods(ctypes.Structure):
    """The beginning of ``sqlite3_io_methods``, and room for what follows."""

    _fields_ = [
        ("version", _int),
        ("close", _pointer),
        ("read", _pointer),
        ("write", WRITE),
        ("truncate", TRUNCATE),
        ("sync", SYNC),
        ("rest", _pointer * 13),
    ]


@dataclass
class Disk:
    """What was done to the files of a folder: (what, file, values), in order; ``ack`` stands for what was promised."""

    notes: list[tuple] = field(default_factory=list)
    calls: int = 0
    before: Callable[[int], bool] = lambda _number: True
    """Asked before each write, truncation, sync and removal with its number; False where the disk is full."""

    def note(self, *what) -> bool:
        """Note a call; tell whether the disk can do it."""
        self.calls += 1
        if not self.before(self.calls):
            return False
        self.notes.append(what)
        return True

    def ack(self, what) -> None:
        """Note that something was acknowledged to whoever asked for it."""
        self.notes.append(("ack", "", what))

    def whole(self, path: Path) -> None:
        """Note that a file outside of SQLite was written, synced and named."""
        self.notes.append(("whole", str(path), path.read_bytes()))


@contextlib.contextmanager
def watched() -> Iterator[Disk]:
    """Watch what SQLite writes in this process meanwhile."""
    library = ctypes.CDLL("libsqlite3.so.0")
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
    library.sqlite3_vfs_find.argtypes = [_text]
    library.sqlite3_vfs_register.argtypes = [_pointer, _int]
    library.sqlite3_vfs_unregister.argtypes = [_pointer]
    real = library.sqlite3_vfs_find(None).contents
    disk, names, made = Disk(), {}, {}

    def open_(vfs, name, file, flags, out):
        done = real.open(vfs, name, file, flags, out)
        place = ctypes.cast(file, ctypes.POINTER(_pointer))
        if done == 0 and name and place[0]:
            names[file] = ctypes.string_at(name).decode()
            place[0] = ctypes.addressof(methods(place[0]))
        return done

    def delete(vfs, name, folder):
        if not disk.note("delete", name.decode(), bool(folder)):
            return SQLITE_FULL
        return real.delete(vfs, name, folder)

    def methods(place):
        if place not in made:
            own = ctypes.cast(place, ctypes.POINTER(Methods)).contents
            copy = Methods.from_buffer_copy(own)

            def write(file, data, count, offset):
                if not disk.note("write", names[file], offset, ctypes.string_at(data, count)):
                    return SQLITE_FULL
                return own.write(file, data, count, offset)

            def truncate(file, size):
                return own.truncate(file, size) if disk.note("truncate", names[file], size) else SQLITE_FULL

            def sync(file, flags):
                return own.sync(file, flags) if disk.note("sync", names[file]) else SQLITE_FULL

            copy.write, copy.truncate, copy.sync = WRITE(write), TRUNCATE(truncate), SYNC(sync)
            made[place] = copy
            made[ctypes.addressof(copy)] = copy
        return made[place]

    shim = Vfs.from_buffer_copy(real)
    shim.name, shim.open, shim.delete = b"watched", OPEN(open_), DELETE(delete)
    library.sqlite3_vfs_register(ctypes.byref(shim), 1)
    try:
        yield disk
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(shim))
        library.sqlite3_vfs_register(ctypes.byref(real), 1)


def after_cut(base: dict[str, bytes], notes: list[tuple], dice: random.Random) -> dict[str, bytes]:
    """Return the files of a disk that lost its power after these notes; ``base`` is what was on it before."""
    synced, waiting = dict(base), {}
    for what, name, *values in notes:
        if what in ("write", "truncate"):
            waiting.setdefault(name, []).append((what, *values))
        elif what == "sync":
            synced[name] = _applied(synced.get(name, b""), waiting.pop(name, []))
        elif what == "whole":
            synced[name] = values[0]
        elif what == "delete" and (values[0] or dice.random() < 0.5):
            synced.pop(name, None)
            waiting.pop(name, None)
    for name, calls in waiting.items():
        kept = [_torn(call, dice) for call in calls if dice.random() < 0.6]
        if kept or name in synced:
            synced[name] = _applied(synced.get(name, b""), kept)
    return {name: content for name, content in synced.items() if not name.endswith("-shm")}


def _torn(call: tuple, dice: random.Random) -> tuple:
    """Return a call, or that part of a write that had reached the disk."""
    if call[0] == "write" and dice.random() < 0.3:
        return (call[0], call[1], call[2][: dice.randrange(0, len(call[2]) + 1, SECTOR) or len(call[2])])
    return call


def _applied(content: bytes, calls: list[tuple]) -> bytes:
    new = bytearray(content)
    for what, place, *data in calls:
        if what == "truncate":
            del new[place:]
            continue
        if len(new) < place:
            new.extend(bytes(place - len(new)))
        new[place : place + len(data[0])] = data[0]
    return bytes(new)


def killed_at(number: int, work: Callable[[Disk], None]) -> list[str]:
    """Do work in a process that is killed at a call to the disk; return what it acknowledged before."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:  # nothing of the tests goes on here
        try:
            os.close(reading)
            with watched() as disk:
                disk.before = lambda now: now < number or os.kill(os.getpid(), signal.SIGKILL) or True
                disk.ack = lambda what: os.write(writing, f"{what}\n".encode())
                work(disk)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        acknowledged = said.read().split()
    os.waitpid(child, 0)
    return acknowledged
