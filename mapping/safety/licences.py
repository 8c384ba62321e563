"""Licences of sources, of which only well-known ones are shown: one person types them and nobody else reads them."""

import re

OPENSTREETMAP = "© OpenStreetMap contributors, ODbL 1.0"
OTHER = "Terms of a source of its own: ask who publishes this"
"""Stands for a licence that is not well known: what it says may be anything."""

_WELL_KNOWN = {
    re.sub(r"[\W_]+", "", name.casefold()): name
    for name in (
        OPENSTREETMAP,
        "CC0 1.0",
        "CC BY 3.0",
        "CC BY 4.0",
        "CC BY 3.0 IGO",
        "CC BY-SA 3.0",
        "CC BY-SA 4.0",
        "CC BY-SA 3.0 IGO",
        "CC BY-NC 4.0",
        "CC BY-NC-SA 4.0",
        "ODbL 1.0",
        "ODC-By 1.0",
        "PDDL 1.0",
        "OGL-UK-3.0",
        "Public domain",
    )
}


def shown_licence(text: str) -> str:
    """Return a licence as it may be shown: under its well-known name, or that there are other terms.

    Cases, spaces and hyphens do not matter: ``cc-by-4.0`` is CC BY 4.0.
    """
    return _WELL_KNOWN.get(re.sub(r"[\W_]+", "", text.casefold()), OTHER)
