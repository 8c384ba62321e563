"""The portal: public pages of one view, which never open the private directory."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from web.public.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Import the public portal when it is first asked for: whoever wants accounts alone needs no maps."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from web.public.app import create_app

    return create_app
