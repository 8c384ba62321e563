"""Exporting: a view written in a format, beside its place and moved there at once."""

from pathlib import Path
from types import ModuleType

from mapping.area.study_area import StudyArea
from mapping.errors import FormatError
from mapping.registry import formats
from mapping.resources import whole_file
from mapping.view.view import View

__all__ = ["export", "file_name", "format_for", "writers"]


def writers() -> dict[str, ModuleType]:
    """Return the formats that can be written here, by name."""
    return {
        name: module
        for name, module in formats().items()
        if hasattr(module, "write") and hasattr(module, "LABEL")
        if not hasattr(module, "available") or module.available()
    }


def format_for(path: Path, name: str = "") -> ModuleType:
    """Return the format to write a file in: by name, else the one that its ending stands for.

    Raises
    ------
    FormatError
        There is no such format, the ending stands for none, for several, or for another than is named.
    """
    known = {format_: module for format_, module in formats().items() if hasattr(module, "write")}
    if name:
        if name.replace("-", "_") not in known:
            raise FormatError(f"{name!r} is no format that can be written; they are {', '.join(known)}")
        module, last = known[name.replace("-", "_")], path.suffix.lower()
        if last in _last_endings(*known.values()) - _last_endings(module):
            raise FormatError(
                f"{path}: {last} is another format; for {name} end it in {' or '.join(module.SUFFIX.split())}"
            )
        return module
    name, suffix = path.name.lower(), path.suffix.lower()
    ending = {format_: _ending(name, module) for format_, module in known.items()}
    longest = max(map(len, ending.values()))
    fitting = [format_ for format_ in known if longest and len(ending[format_]) == longest]
    first = [format_ for format_ in fitting if known[format_].SUFFIX.split()[0] == ending[format_]]
    plain = [format_ for format_ in first or fitting if not hasattr(known[format_], "recognises")]
    if len(plain or first or fitting) == 1:
        return known[(plain or first or fitting)[0]]
    if fitting:
        raise FormatError(f"{path}: several formats end in {suffix}; say which with --format {' or '.join(fitting)}")
    endings = ", ".join(sorted({suffix for module in known.values() for suffix in module.SUFFIX.split()}))
    raise FormatError(f"{path}: no format ends in {suffix or 'nothing'}; end it in one of {endings}, or give --format")


def _last_endings(*modules: ModuleType) -> set[str]:
    """Return by what programs know the files of formats: .csv, also of ``.hxl.csv``."""
    return {f".{ending.rpartition('.')[2]}" for module in modules for ending in module.SUFFIX.split()}


def _ending(name: str, module: ModuleType) -> str:
    """Return the longest ending of a format that a file's name has, such as ``.hxl.csv`` rather than ``.csv``."""
    return max((suffix for suffix in module.SUFFIX.split() if name.endswith(suffix)), key=len, default="")


def file_name(name: str, module: ModuleType, language: str = "") -> str:
    """Return the name under which a format's file is offered, with the language where each has its own."""
    whole = str(getattr(module, "FILE", f"{name.replace('_', '-')}{module.SUFFIX.split()[0]}"))
    if not getattr(module, "TRANSLATED", False):
        return whole
    stem, dot, ending = whole.rpartition(".")
    return f"{stem}-{language}{dot}{ending}"


def export(view: View, path: str | Path, *, area: StudyArea, language: str = "en", name: str = "") -> Path:
    """Write what a view shows into a file, whole or not at all; what is for few people only they can read.

    Raises
    ------
    FormatError
        When no format fits.
    InvalidRecord
        When the view is of another country than the study area.
    MappingError
        When the file cannot be written.
    """
    view.require_area(area)
    path = Path(path)
    module = format_for(path, name)
    with whole_file(path, private=view.audience != "public") as beside:
        module.write(view, beside, area=area, language=language)
        if not beside.is_file():
            raise FormatError(f"{path}: {module.__name__.rpartition('.')[2]} wrote nothing")
    return path
