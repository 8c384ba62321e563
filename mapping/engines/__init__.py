"""Array engines that need no directory: `lscp`, `mclp`, `p_center` and `p_median` say where to build, with a proof."""

from importlib import import_module
from typing import Any

_HOMES = {
    "lscp": "location.covering_models",
    "mclp": "location.covering_models",
    "p_center": "location.covering_models",
    "p_median": "location.p_median",
}
"""Public name -> the module it lives in, loaded when it is first asked for: they take half a second to load."""

__all__ = ["lscp", "mclp", "p_center", "p_median"]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mapping.engines' has no attribute {name!r}")
    return getattr(import_module(f"mapping.engines.{_HOMES[name]}"), name)
