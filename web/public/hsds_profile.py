"""Our profile of HSDS: a page that people read, and the files that programs validate with.

Both depend on the program alone and on no directory.
"""

from typing import Any

from flask import Blueprint, Response

from mapping.errors import NotFound
from mapping.formats.hsds import _profile as hsds_profile
from web.portal import file
from web.public.app import page

blueprint = Blueprint("profile", __name__)


@blueprint.get("/<language>/profile.html")
def shown(language: str) -> str:
    """Tell what our files add to the standard, and link to every file of the profile."""
    tables: dict[str, list[Any]] = {}
    for table, field, kind, description in hsds_profile.rows():
        tables.setdefault(table, []).append((field, kind, description))
    return page(
        "profile.html",
        language,
        tables=tables,
        files=sorted(hsds_profile.files()),
        version=hsds_profile.HSDS_VERSION,
    )


@blueprint.get("/profile/<path:name>")
def one_file(name: str) -> Response:
    """Return a file of the profile."""
    known = hsds_profile.files()
    if name not in known:
        raise NotFound("no such page")
    return file(known[name], name)
