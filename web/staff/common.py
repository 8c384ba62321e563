"""What the pages of the staff portal share: the directory of a request, what may be seen of it, its grants.

This is the only part of the web that opens the private directory. Pages for stewards show what `web.staff.visible`
takes from it, and nothing besides: what is for custodians only never reaches a template from here.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from flask import abort, current_app, g, request

from mapping.directory.directory import Change, Directory
from mapping.directory.rows import ProposalKind
from mapping.model import Audience, Record
from mapping.safety.persons import may_agree
from mapping.safety.redaction import VIEWS
from web.access.accounts import Account, SignInRefused
from web.access.guard import accounts, log, me, now, study_area, today
from web.access.roles import EVERYWHERE, Action
from web.presenters.edition import Edition, Editions
from web.staff.visible import VisibleCache, VisibleRecords
from web.stores.inbox import Inbox


def inbox() -> Inbox:
    """Return what visitors and partners sent in."""
    return cast("Inbox", current_app.config["INBOX"])


def directory() -> Directory:
    """Return the directory, opened for this request and closed at its end."""
    if "directory" not in g:
        g.directory = Directory(
            cast("Path", current_app.config["DIRECTORY"]), study_area(), signed_in=accounts().is_admitted
        )
    return cast("Directory", g.directory)


def close_directory(_error: BaseException | None = None) -> None:
    """Close what `directory` opened."""
    opened: Directory | None = g.pop("directory", None)
    if opened is not None:
        opened.close()


def everything_seen() -> VisibleRecords:
    """Return what stewards see of the directory, in every region."""
    return _kept().seen(directory(), study_area(), today())


def seen() -> VisibleRecords:
    """Return what whoever is signed in sees of the directory: in the regions granted to them."""
    return seen_in(me().grants.regions)


def seen_in(regions: Collection[str]) -> VisibleRecords:
    """Return what stewards see in some regions."""
    return _kept().seen(directory(), study_area(), today(), regions)


def gone_since(batch: int) -> dict[tuple[str, str], Record]:
    """Return by table and id what was taken out since a batch and might be seen if it were still there."""
    return _kept().gone(directory(), study_area(), today(), batch)


def _kept() -> VisibleCache:
    return cast("VisibleCache", current_app.extensions.setdefault("rohnamo_seen", VisibleCache()))


def edition_in_use(audience: Audience) -> Edition | None:
    """Return the edition that an audience reads now; None where nothing was published for it."""
    path = views()[audience]
    if not path.exists():
        return None
    of_paths: dict[Path, Editions] = current_app.extensions.setdefault("rohnamo_editions", {})
    if path not in of_paths:
        of_paths[path] = Editions(path, study_area(), audience)
    return of_paths[path].now()


def views() -> dict[Audience, Path]:
    """Return the view in use of each audience: as it was set, or in the private folder, the public one beside it."""
    private = accounts().path.parent
    usual = {audience: private / f"{audience}.db" for audience in VIEWS} | {"public": private.parent / "public.db"}
    given: dict[Audience, Path] = current_app.config.get("VIEWS") or {}
    return {audience: Path(given.get(audience, usual[audience])) for audience in VIEWS}


def is_me() -> bool:
    """Tell whether whoever sits here knows password and code, before something that cannot be taken back."""
    try:
        accounts().confirm(me().id, request.form.get("password", ""), request.form.get("code", ""), now=now())
    except SignInRefused:
        log("confirmation_refused")
        return False
    return True


def to_be_met() -> list[Account]:
    """Return the accounts of which two people have to meet the owner before they count, and for which it is of use."""
    return [
        account
        for account in accounts().accounts()
        if account.is_staff and not account.admission.admitted and not account.disabled
    ]


def is_other_person(login: str) -> bool:
    """Whether whoever is signed in may agree to what an account did while it counted as a person."""
    return may_agree(login, me().login, accounts().is_admitted)


def propose(
    kind: ProposalKind,
    table: str,
    identifier: str,
    fields: Mapping[str, Any],
    *,
    reason: str,
    subject: str = "",
    **consent: Any,
) -> None:
    """Put something before a second person, and write that down; ``subject`` is what the log calls it, if not so."""
    directory().propose(kind, table, identifier, fields, by=me().login, on=today(), reason=reason, **consent)
    log("proposed", subject=subject or f"{table} {identifier}", reason=reason)


def outcome(change: Change) -> str:
    """Return what a page says of an act: it is done, or what it shows for the first time waits for somebody else."""
    return "shows" if change.shows else "done"


def require_everywhere() -> None:
    """Refuse the request unless the person may act in every region."""
    if EVERYWHERE not in me().grants.regions:
        abort(403)


def require_over(action: Action, record: Any) -> None:
    """Refuse the request unless the person may do this to a record, by where it is."""
    if not me().may(action, everything_seen().units(record)):
        abort(403)
