"""Rohnamo: one directory of assistance services, and the safe maps and gap analyses made from it.

The whole line, from a partner's list to a page, with the study area and the lists that come with Rohnamo:

>>> import datetime as dt
>>> import mapping
>>> day = dt.date(2026, 11, 24)
>>> area = mapping.StudyArea.load(mapping.shipped("geo/tj"))
>>> lists = mapping.shipped("demo")
>>> batch = mapping.read(lists / "abroad.xlsx", columns=lists / "abroad.toml", area=area, today=day)
>>> directory = mapping.Directory(tmp_path / "directory.db", area)
>>> change = directory.add(batch, on=day)
>>> view = directory.view("public", tmp_path / "public.db", edition=day)
>>> result = mapping.coverage(view, area)
>>> mapping.draw(view, area, result).save(tmp_path / "coverage.html")
"""

from mapping.analysis.coverage import coverage
from mapping.analysis.norms import norms
from mapping.analysis.nrm import nrm
from mapping.analysis.reach import reach
from mapping.area import StudyArea
from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound, UnsafePublication
from mapping.intake import read
from mapping.maps import draw
from mapping.resources import shipped
from mapping.store import Directory
from mapping.travel import cost_surface
from mapping.view import View

__all__ = [
    "Directory", "FormatError", "InvalidRecord", "MappingError", "NotFound", "StudyArea", "UnsafePublication", "View",
    "cost_surface", "coverage", "draw", "norms", "nrm", "reach", "read", "shipped",
]  # fmt: skip
