"""What the pages of the partner portal share: the edition that a role may read, and the frame of a page."""

from collections.abc import Iterable
from typing import Any, cast

from flask import abort, current_app, g, request

from mapping.safety.redaction import allows
from web.access.guard import me, study_area
from web.access.roles import ROLES, Role
from web.layout import Frame
from web.presenters.edition import Edition, Editions
from web.rendering import render
from web.stores.inbox import Inbox


def edition() -> Edition:
    """Return the widest edition that the role of whoever is signed in may read."""
    if "edition" not in g:
        widest = readable(current_app.config["EDITIONS"], me().roles)
        if widest is None:
            abort(403)
        g.edition = widest.now()
    return cast("Edition", g.edition)


def readable(kinds: Iterable[Editions], roles: Iterable[Role]) -> Editions | None:
    """Return the widest of some editions, the most open first, that roles may read; None where they may read none."""
    fitting = [kind for kind in kinds if any(allows(ROLES[role].audience, kind.audience) for role in roles)]
    return fitting[-1] if fitting else None


def editions(*kinds: Editions) -> tuple[Editions, ...]:
    """Return editions in the order of their audiences, the most open first."""
    return tuple(sorted(kinds, key=lambda kind: ("public", "partner", "focal_point").index(kind.audience)))


def inbox() -> Inbox:
    """Return what takes in what is sent."""
    return cast("Inbox", current_app.config["INBOX"])


def page(template: str, language: str, **values: Any) -> str:
    """Render a page for whoever is signed in."""
    return render(template, frame=Frame.of(edition(), request.path, language), **values)


def plain(template: str, language: str, **values: Any) -> str:
    """Render a page that needs no edition, for whoever is there."""
    return render(template, frame=Frame.bare(study_area(), request.path, language), **values)
