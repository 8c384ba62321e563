"""Find the folders that come with Rohnamo: the study areas and the demo."""

from __future__ import annotations

from pathlib import Path

from mapping.errors import NotFound

_HERE = Path(__file__).resolve().parent
_ROOTS = (_HERE / "_shipped", _HERE.parent / "data")  # in an installed wheel; in a checkout


def shipped(name: str) -> Path:
    """Return the folder ``name``, such as ``"geo/tj"`` or ``"demo"``, of the installed package or of the checkout.

    Raises
    ------
    NotFound
        No such folder comes with this installation.
    """
    for root in _ROOTS:
        if (root / name).is_dir():
            return root / name
    known = study_areas()
    raise NotFound(f"{name}: no such folder comes with this installation; it has {', '.join(known) or 'no study area'}")


def study_areas() -> list[str]:
    """Return the study areas that come with this installation, by the name `shipped` takes."""
    return sorted({f"geo/{toml.parent.name}" for root in _ROOTS for toml in root.glob("geo/*/area.toml")})
