"""Changing settings of a study area: written into area.toml, whose notes and order stay."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from mapping.area.files import TOML, read
from mapping.area.settings import SETTINGS
from mapping.errors import FormatError, InvalidRecord

MAY_CHANGE = SETTINGS | {"languages", "timezone", "name", "warning"}
"""Keys that may be changed; the others say what the files of the folder are."""


def change_settings(folder: Path, changes: Mapping[str, Any]) -> None:
    """Write settings into the area.toml of a folder: all of them, or none where one cannot be.

    Raises
    ------
    FormatError
        The file is no TOML.
    InvalidRecord
        A key is none that may be changed, or a value is none that a study area can have; names each.
    """
    if unknown := sorted(set(changes) - MAY_CHANGE):
        raise InvalidRecord(f"{', '.join(unknown)}: cannot be changed here; change {TOML} and its files together")
    path = folder / TOML
    before = path.read_text(encoding="utf-8")
    try:
        document = tomlkit.parse(before)
    except TOMLKitError as error:
        raise FormatError(f"{path}: is no TOML ({error}); mend the line") from error
    for key, value in changes.items():
        document[key] = value
    _replace(path, tomlkit.dumps(document))
    if faults := read(folder).faults:
        _replace(path, before)
        raise InvalidRecord("; ".join(f"{fault.what}: {fault.fix}" for fault in faults))


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
