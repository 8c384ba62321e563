"""Find formats, analyses and layers: a new thing is a new file, and no list needs to be kept.

Each is a module with agreed names, found in its folder here or through an entry point of another distribution:

=========  =========================  ====================  ===========================================================
kind       folder                     entry-point group     what the module ``name`` holds
=========  =========================  ====================  ===========================================================
analyses   ``mapping/analysis``       ``rohnamo.analyses``  ``name(view, area, **options) -> Result``
layers     ``mapping/render/layers``  ``rohnamo.layers``    ``ORDER`` and ``layers(view, area, ...)``
formats    ``mapping/formats``        ``rohnamo.formats``   see `mapping.formats`
=========  =========================  ====================  ===========================================================

Folders within these group modules and may be any; one of analyses holds ``QUESTION``, the text under which pages show
what is in it, and ``ORDER``, its place among the others. Modules whose name starts with an underscore, and those of a
folder ``common``, are helpers and not looked at, nor is in ``formats`` a module that names neither ending nor function.
"""

from collections.abc import Callable, Iterator
from functools import cache, wraps
from importlib import import_module, metadata
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zipfile import is_zipfile

from mapping.errors import FormatError, InvalidRecord
from mapping.language.i18n import Message, both

if TYPE_CHECKING:
    from mapping.result import Result

FORMAT_FUNCTIONS = ("read", "records", "columns", "write")


def analyses() -> dict[str, "Callable[..., Result]"]:
    """Return every analysis by name.

    Each raises `InvalidRecord` or `NotFound` for an option that makes no sense in its study area.
    """
    return {name: _answering(module, name) for name, module in _modules("analysis", "rohnamo.analyses")}


def questions() -> list[tuple[Message, list[str]]]:
    """Return what each folder of analyses asks (its ``QUESTION``, by its ``ORDER``), with the names of those in it."""
    folders: dict[str, list[str]] = {}
    for name, dotted in sorted(_own("mapping.analysis")):
        folders.setdefault(dotted.rpartition(".")[0], []).append(name)
    modules = [(import_module(folder), names) for folder, names in folders.items()]
    asking = [(folder, names) for folder, names in modules if hasattr(folder, "QUESTION")]
    return [(folder.QUESTION, names) for folder, names in sorted(asking, key=lambda pair: pair[0].ORDER)]


def layers() -> dict[str, ModuleType]:
    """Return the module of every map layer by name."""
    modules = dict(_modules("render.layers", "rohnamo.layers"))
    for name, module in modules.items():
        _named(module, "layers", "layer")
        if not isinstance(getattr(module, "ORDER", None), int):
            raise InvalidRecord(f"layer {name}: {module.__name__} needs ORDER, its place on the map, 0 at the bottom")
    return modules


def formats() -> dict[str, ModuleType]:
    """Return the module of every format by name."""
    modules = {
        name: module
        for name, module in _modules("formats", "rohnamo.formats")
        if any(hasattr(module, needed) for needed in ("SUFFIX", *FORMAT_FUNCTIONS))
    }
    for name, module in modules.items():
        if not any(hasattr(module, needed) for needed in FORMAT_FUNCTIONS):
            raise InvalidRecord(f"format {name}: {module.__name__} needs one of {', '.join(FORMAT_FUNCTIONS)}")
        if hasattr(module, "records"):
            _named(module, "parse", "format")
        if not isinstance(getattr(module, "SUFFIX", None), str) and not hasattr(module, "columns"):
            raise InvalidRecord(f"format {name}: {module.__name__} needs SUFFIX, the ending of its files")
    return modules


def readers() -> dict[str, ModuleType]:
    """Return the formats that are read, by name."""
    return {name: module for name, module in formats().items() if hasattr(module, "read") or hasattr(module, "records")}


def format_of(path: Path) -> ModuleType:
    """Return the module that reads a file: by its ending, and where several share it, by what the file holds.

    Raises
    ------
    FormatError
        No format reads files of this ending, or the file is not there.
    """
    if not path.exists():
        raise FormatError(Message("{path}: there is no such file; check the name", path=path))
    suffix, known = path.suffix.lower(), readers()
    fitting = [module for module in known.values() if suffix in module.SUFFIX.split()]
    if not fitting:
        there = ", ".join(sorted({ending for module in known.values() for ending in module.SUFFIX.split()}))
        problem = Message(
            "{path}: files ending in {suffix} cannot be read; save it as one of {there}",
            path=path,
            suffix=suffix,
            there=there,
        )
        if not suffix:
            problem = Message(
                "{path}: its name has no ending that tells what it is; save it as one of {there}",
                path=path,
                there=there,
            )
        if any(suffix in getattr(module, "PARTS", ()) for module in known.values()):
            problem = Message(
                "{path}: {suffix} is only a part of a map; put it into a .zip with the files of its name "
                "(.shp, .shx, .dbf, .prj, .cpg)",
                path=path,
                suffix=suffix,
            )
        raise FormatError(problem)
    own: ModuleType | None = import_module("mapping.formats").recognised(fitting, path)
    if own is not None:
        return own
    for module in fitting:
        if not hasattr(module, "recognises"):
            return module
    names = ", ".join(module.__name__.rpartition(".")[2] for module in fitting)
    problem = Message(
        "{path}: ends in {suffix} and holds none of what we read from such files ({names})",
        path=path,
        suffix=suffix,
        names=names,
    )
    fix = Message("ask the sender for a table (.xlsx or .csv)")
    if is_zipfile(path):
        fix = Message("unpack the archive and give its files one by one")
    raise FormatError(both(problem, fix))


@cache
def entry_points(*, group: str) -> metadata.EntryPoints:
    """Return the entry points of a group; they are looked up once, since that reads a file of every distribution."""
    return metadata.entry_points(group=group)


def _modules(folder: str, group: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield name and module of a kind: our own by name, then those of other distributions by name."""
    own = dict(sorted(_own(f"mapping.{folder}")))
    for name, module in own.items():
        yield name, import_module(module)
    names = set(own)
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        if point.name in names:
            raise InvalidRecord(f"{group}: the name {point.name} ({point.value}) is taken; uninstall or rename one")
        names.add(point.name)
        try:
            yield point.name, import_module(point.module)
        except ImportError as error:
            raise InvalidRecord(f"{group}: {point.value} cannot be imported ({error}); mend or uninstall it") from error


def _own(package: str) -> Iterator[tuple[str, str]]:
    for name, is_package in _in_folders(tuple(import_module(package).__path__)):
        dotted = f"{package}.{name}"
        if is_package:
            yield from _own(dotted)
        else:
            yield name, dotted


@cache
def _in_folders(folders: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Return what lies in some folders and which are packages; they are read once, since every list asks for them."""
    modules = [(module.name, module.ispkg) for module in iter_modules(folders)]
    return [(name, is_package) for name, is_package in modules if not name.startswith("_") and name != "common"]


def _answering(module: ModuleType, name: str) -> "Callable[..., Result]":
    """Return an analysis that refuses any other answer than a result, since pages and reports would fail at it."""
    function = _named(module, name, "analysis")

    @wraps(function)
    def analysis(*given: Any, **options: Any) -> "Result":
        from mapping.result import Result  # the registry serves also what reads lists and needs no tables

        result = function(*given, **options)
        if not isinstance(result, Result):
            what = "nothing" if result is None else f"a {type(result).__name__}"
            raise InvalidRecord(
                f"analysis {name}: {module.__name__}.{name} returned {what}; let it return a Result (mapping.result)"
            )
        return result

    return analysis


def _named(module: ModuleType, name: str, kind: str) -> Callable[..., Any]:
    function = getattr(module, name, None)
    if not callable(function):
        raise InvalidRecord(f"{kind} {module.__name__.rpartition('.')[2]}: {module.__name__} has no function {name}")
    return function  # type: ignore[no-any-return]
