"""Every analysis by its name: ``mapping.analyses.reach(view, area)``; new ones appear as their files do.

An option that makes no sense is refused: `InvalidRecord` for a value, `NotFound` for a name that there is not,
`UnsafePublication` for a type that is secret by default.

>>> from mapping import analyses
>>> "coverage" in dir(analyses)
True
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from mapping import registry
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord
from mapping.result import Result
from mapping.view.view import View


def __getattr__(name: str) -> Callable[..., Result]:
    """Return an analysis by its name."""
    known = {} if name.startswith("_") else registry.analyses()
    if name not in known:
        raise AttributeError(f"no analysis is called {name!r}; there are {', '.join(known)}")
    return _public(known[name])


def __dir__() -> list[str]:
    """List the analyses."""
    return list(registry.analyses())


def _public(function: Callable[..., Result]) -> Callable[..., Result]:
    """Return an analysis that says what is wrong with its arguments, and whose result knows the names of its units."""
    known, name = inspect.signature(function), function.__name__

    @wraps(function)
    def analysis(view: Any, area: Any, **options: Any) -> Result:
        if not isinstance(view, View):
            what = type(view).__name__
            raise InvalidRecord(f"{name}: needs a View first, not a {what}")
        if not isinstance(area, StudyArea):
            what = type(area).__name__
            raise InvalidRecord(f"{name}: needs a StudyArea second, not a {what}")
        view.require_area(area)
        offered = list(known.parameters)[2:]
        if unknown := [option for option in options if option not in offered]:
            there = ", ".join(offered) or "none"
            raise InvalidRecord(f"{name}: has no option {', '.join(unknown)}; there are: {there}")
        result = function(view, area, **options)
        return replace(result, names={str(code): dict(area.unit(str(code)).titles) for code in result.table.index})

    return analysis
