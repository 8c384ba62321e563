"""Read a stranger's file in a process of its own, which has a copy of the file, our code and nothing else.

The process works in an empty folder, has no variables of ours, limited time and memory, and of GDAL's drivers only the
one of the format. Where bubblewrap is installed (Linux), it has no network either, and of the file system only
Python's own folders; elsewhere the operating system's rights of the user remain.
"""

import datetime as dt
import os
import pickle
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any

from mapping.errors import FormatError
from mapping.formats import Sheet, refusal, unreadable_refused
from mapping.language.i18n import Message

SECONDS, MEMORY, WRITTEN = 600, 3 << 29, 2 << 30
"""Limits of a reader: seconds of processor time, bytes of memory, bytes of a file that it may write.

The memory is less than what the services in ``deploy/`` may take, so that a list ends its reader and not the portal."""
ANSWER = "answer.of.the.reader"
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts")
"""What a reader may see of the system, beside Python."""
DRIVER = "ROHNAMO_GDAL_DRIVER"
"""Environment variable of a reader: the one driver that GDAL has there."""


def read_in_process(module: ModuleType, path: str | Path) -> list[Sheet]:
    """Return the sheets that a format's module reads from a file, read by another process.

    Raises
    ------
    FormatError
        The file cannot be read, or it takes more time or memory than any list does.
    """
    return [*_answers(Path(path), [module], "read", Sheet)]


def parsed_in_process(module: ModuleType, path: str | Path) -> Iterator[Any]:
    """Yield the plain values that a format's module finds in a file, read by another process.

    Raises
    ------
    FormatError
        As `read_in_process`.
    """
    return _answers(Path(path), [module], "parse", object)


def recognised_in_process(modules: Sequence[ModuleType], path: str | Path) -> ModuleType | None:
    """Return the first module that recognises a file, looked at by another process; None where none does.

    Raises
    ------
    FormatError
        Looking at the file takes more time or memory than any list does.
    """
    by_name = {module.__name__: module for module in modules}
    names = [*_answers(Path(path), modules, "recognise", str)]
    return by_name.get(names[0]) if names else None


def _answers(path: Path, modules: Sequence[ModuleType], task: str, kind: type) -> Iterator[Any]:
    """Yield what a reader answers that has a copy of a file, all of a kind."""
    with tempfile.TemporaryDirectory() as folder:
        with unreadable_refused(path):
            shutil.copyfile(path, Path(folder) / path.name)
            beside = getattr(modules[0], "BESIDE", {}).get(path.suffix.lower()) if task == "parse" else None
            for file in path.parent.glob(beside) if beside else ():
                if file.is_file() and not file.is_symlink() and file.name != path.name:
                    shutil.copyfile(file, Path(folder) / file.name)
        words = [task, path.name, *(module.__name__ for module in modules)]
        command = [*_shut_in(folder), sys.executable, "-P", "-m", __name__, *words]
        answer = Path(folder) / ANSWER
        try:
            subprocess.run(  # noqa: S603
                command,
                cwd=folder,
                env=environment(getattr(modules[0], "DRIVER", "") if task == "read" else ""),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=2 * SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            answer.unlink(missing_ok=True)
        try:
            yield from _checked(answer, kind)
        except _Refused as refused:
            raise FormatError(_naming(refused.args[0], path)) from None
        except Exception as error:  # whatever a reader that was taken over may have written
            raise refusal(
                "{path}: reading it took too much time or memory; split it or save it anew", path=path
            ) from error


def environment(driver: str) -> dict[str, str]:
    """Return the variables of a reader; ``driver`` is the only one that GDAL is to have, none where it is empty."""
    others = ",".join(other for other in _drivers() if other != driver)
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(_search_path()),
        "GDAL_SKIP": others,
        "OGR_SKIP": others,
        DRIVER: driver,
    }


def require_driver(driver: str) -> None:
    """Refuse to open a file with GDAL outside of a reader that has this driver alone.

    Raises
    ------
    RuntimeError
        The code is not run by `read_in_process`.
    """
    if os.environ.get(DRIVER) != driver:
        raise RuntimeError("files are read with GDAL by mapping.formats.read_sheets alone")


class _Writer(pickle.Pickler):
    """Writes an answer: sheets and texts as their parts, everything else as the plain value it is."""

    def persistent_id(self, obj: object) -> tuple[str, tuple[object, ...]] | None:
        """Return the parts of a sheet or a text."""
        if type(obj) in _PLAIN:
            return None
        if isinstance(obj, Sheet):
            return "sheet", tuple(getattr(obj, part.name) for part in fields(Sheet))
        if isinstance(obj, Message):
            return "text", (obj.text, dict(obj.values))
        if isinstance(obj, str):
            return "plain", (str(obj),)
        return None


class _Reader(pickle.Unpickler):
    """Reads an answer: a reader that was taken over can name no class of ours and no function at all."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of values that cannot be changed, which is all that an answer may name."""
        if (module, name) not in {("decimal", "Decimal"), *(("datetime", kind.__name__) for kind in _DAYS)}:
            raise pickle.UnpicklingError(f"{module}.{name} may not stand in the answer of a reader")
        return super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Sheet | str:
        """Make a sheet or a text of its parts."""
        kind, parts = pid
        if kind == "sheet":
            return Sheet(*parts)
        if kind == "plain":
            return str(*parts)
        template, values = parts
        for _, name, form, _ in Formatter().parse(template) if values else ():
            # {x.__class__} would tell of our memory, {x:9999999999} would fill it
            if name is not None and not (name.isidentifier() and (not form or ("|" in form and "{" not in form))):
                raise pickle.UnpicklingError("a text may name values alone")
        text = Message.of(template)
        return text.filled_with(values) if values else text


_DAYS = (dt.date, dt.datetime, dt.time, dt.timedelta, dt.timezone)
_PLAIN = frozenset((str, int, float, bool, type(None)))


class _Refused(Exception):
    """A reader refuses its file, with a text."""


END = ("end", None)
"""The last answer of a reader that read its file to the end."""


def _checked(path: Path, kind: type) -> Iterator[Any]:
    """Yield the values that a reader left one by one; after them stands `END`, or ("refused", text)."""
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("the answer is no file")
        while (answer := _Reader(file).load()) != END:
            what, value = answer
            if type(value) is not Message if what == "refused" else kind is not object and type(value) is not kind:
                raise TypeError("the answer is none of what was asked for")
            if what == "refused":
                raise _Refused(value)
            yield value


def _naming(text: Message, path: Path) -> Message:
    """Return what a reader says of its copy as said of the file itself."""
    values = {
        name: _naming(value, path) if isinstance(value, Message) else _renamed(value, path)
        for name, value in text.values.items()
    }
    return text.filled_with(values) if values else Message.of(_renamed(str(text), path))


def _renamed(value: Any, path: Path) -> Any:
    return value.replace(path.name, str(path)) if type(value) is str else value


def _search_path() -> list[str]:
    return [str(Path(__file__).parents[2]), *(folder for folder in sys.path if folder.endswith("-packages"))]


@cache
def _drivers() -> tuple[str, ...]:
    import pyogrio

    return tuple(pyogrio.list_drivers())


def _shut_in(folder: str) -> list[str]:
    """Return the command that gives a reader its own view of the machine; empty where there is none."""
    if not has_sandbox():
        return []
    package = str(Path(__file__).parents[1])
    seen = dict.fromkeys((*SYSTEM, sys.base_prefix, sys.prefix, *_search_path()[1:], package))
    mounts = [part for name in seen for part in ("--ro-bind-try", name, name)]
    private = ["--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108
    return ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", *private, *mounts, "--bind", folder, folder]


@cache
def has_sandbox() -> bool:
    """Whether bubblewrap is installed and allowed here, so that readers reach no network and no other files."""
    if not sys.platform.startswith("linux") or shutil.which("bwrap") is None:
        return False
    trial = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0  # noqa: S603


def main(task: str, name: str, *modules: str) -> None:
    """Read or parse a file, or tell which format it is of, within the limits of a reader; leave what it finds."""
    from importlib import import_module

    from mapping.formats import damage_refused

    _limit()
    own = map(import_module, modules)
    with Path(ANSWER).open("xb") as file:
        try:
            with damage_refused(name):
                if task == "recognise":
                    found = [next((module.__name__ for module in own if module.recognises(Path(name))), "")]
                else:
                    found = getattr(next(own), task)(Path(name))
                for value in found:
                    _Writer(file).dump(("value", value))
        except FormatError as error:
            _Writer(file).dump(("refused", _plain(error.args[0])))
        else:
            _Writer(file).dump(END)


def _plain(text: object) -> Message:
    phrase = Message.of(text if isinstance(text, str) else str(text))
    values = {
        name: _plain(value) if isinstance(value, Message) else value if isinstance(value, int | str) else str(value)
        for name, value in phrase.values.items()
    }
    return phrase.filled_with(values) if values else Message.of(str(phrase))


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return
    for limit, most in (("RLIMIT_CPU", SECONDS), ("RLIMIT_AS", MEMORY), ("RLIMIT_FSIZE", WRITTEN), ("RLIMIT_CORE", 0)):
        which = getattr(resource, limit)
        hard = resource.getrlimit(which)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (least, least))


if __name__ == "__main__":
    main(*sys.argv[1:])
