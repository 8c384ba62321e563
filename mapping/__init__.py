"""Rohnamo: one directory of assistance services, and the safe maps and gap analyses made from it.

The whole line, from a partner's list to a page, with the study area and the lists that come with Rohnamo:

>>> import datetime as dt
>>> import mapping
>>> folder = getfixture("tmp_path")
>>> day = dt.date(2026, 11, 24)
>>> area = mapping.StudyArea.load(mapping.shipped("geo/tj"))
>>> lists = mapping.shipped("demo")
>>> batch = mapping.read(lists / "abroad.xlsx", columns=lists / "abroad.toml", area=area, today=day)
>>> directory = mapping.Directory(folder / "directory.db", area)
>>> change = directory.add(batch, by="Ann", agreed_by="Ben", on=day)
>>> view = directory.view("public", folder / "public.db", edition=day)
>>> result = mapping.coverage(view, area)
>>> mapping.draw(view, area, result).save(folder / "coverage.html")
>>> view.close(), directory.close()
(None, None)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapping import analyses
    from mapping.analysis.access.reach import reach
    from mapping.analysis.adequacy.norms import norms
    from mapping.analysis.supply.coverage import coverage
    from mapping.analysis.supply.nrm import nrm
    from mapping.area.study_area import StudyArea
    from mapping.directory.directory import Directory
    from mapping.engines.travel import cost_surface
    from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound, UnsafePublication
    from mapping.intake.approvals import read_approvals
    from mapping.intake.read import Known, read
    from mapping.render.maps import draw
    from mapping.resources import shipped
    from mapping.view.view import View

_HOMES = {
    "Directory": "directory.directory",
    "FormatError": "errors",
    "InvalidRecord": "errors",
    "Known": "intake.read",
    "MappingError": "errors",
    "NotFound": "errors",
    "StudyArea": "area.study_area",
    "UnsafePublication": "errors",
    "View": "view.view",
    "cost_surface": "engines.travel",
    "coverage": "analysis.supply.coverage",
    "draw": "render.maps",
    "norms": "analysis.adequacy.norms",
    "nrm": "analysis.supply.nrm",
    "reach": "analysis.access.reach",
    "read": "intake.read",
    "read_approvals": "intake.approvals",
    "shipped": "resources",
}
"""Public name -> the module it lives in, loaded when it is first asked for: the web never loads the private store."""

__all__ = [
    "Directory",
    "FormatError",
    "InvalidRecord",
    "Known",
    "MappingError",
    "NotFound",
    "StudyArea",
    "UnsafePublication",
    "View",
    "analyses",
    "cost_surface",
    "coverage",
    "draw",
    "norms",
    "nrm",
    "reach",
    "read",
    "read_approvals",
    "shipped",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name == "analyses":
        return import_module("mapping.analyses")
    if name not in _HOMES:
        raise AttributeError(f"module 'mapping' has no attribute {name!r}")
    return getattr(import_module(f"mapping.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
