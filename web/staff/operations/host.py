"""What the installation has and lacks: first steps, settings and sources, backups, mails and reminders."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from flask import abort, current_app, redirect, request, send_file
from flask.typing import ResponseReturnValue

from mapping.directory.backups import backup, kept, rehearse, secret_of
from mapping.errors import MappingError
from mapping.formats.reader_process import has_sandbox
from mapping.language.i18n import Message
from mapping.language.languages import SOURCE
from mapping.model import Service
from web.access.guard import accounts, ledger, log, me, now, study_area, today
from web.access.mailer import WHY, Mailer, Sent, mail_settings, of_role
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, edition_in_use, everything_seen, is_me, seen_in
from web.staff.fields import labels
from web.staff.reminders import Reminder, due_bodies, remind, waiting
from web.stores.deeds import Deed
from web.stores.ledger import Ledger

blueprint = Pages("host")


PARTNER_ADDRESS = "ROHNAMO_PARTNER_ADDRESS"
"""Where partners sign in, where no settings of mails say it."""
LASTS = dt.timedelta(hours=24)
NO_MAIL_ADDRESS = Message("This is no mail address of one person.")
NO_MAIL = Message("No mail server is set up; see the page of settings.")
NO_KEY = Message(
    "No key for backups is set up on this host, so none can be made or tried from here. Whoever runs the host makes a "
    "key (openssl rand -hex 32) in a file, keeps a copy of it on paper elsewhere, names the file in "
    "ROHNAMO_BACKUP_KEY, and starts the portals again."
)
AGAIN = Message("Password or code is not right. Nothing was sent.")
FAILED = Message("It could not be done, and nothing was changed:")


# -- where things are ------------------------------------------------------------------------------------------------


def private() -> Path:
    """Return the private folder: that of the accounts, in which the directory may have a folder of its own."""
    return accounts().path.parent


def backup_folder() -> Path:
    """Return where backups are written: as it was set, or beside the private folder."""
    return Path(current_app.config.get("BACKUPS") or os.environ.get("ROHNAMO_BACKUPS") or private().parent / "backups")


def backup_key() -> tuple[bytes | None, str]:
    """Return the secret of backups, or None with what is wrong with the file that is named as the key."""
    path = current_app.config.get("BACKUP_KEY") or os.environ.get("ROHNAMO_BACKUP_KEY")
    try:
        return secret_of(Path(path) if path else None, os.environ.get("ROHNAMO_BACKUP_PASSPHRASE")), ""
    except MappingError as error:
        return None, str(error) if path else ""


def mailer() -> Mailer | None:
    """Return what sends mails: as it was set, or by ``mail.toml`` in the private folder and the environment."""
    if (given := current_app.config.get("MAILER")) is not None:
        return cast("Mailer", given)
    try:
        server = mail_settings(private() / "mail.toml")
    except MappingError:
        return None
    return Mailer(server) if server is not None else None


def partner_address() -> str:
    """Return where partners reach their portal; empty where nobody said."""
    post = mailer()
    return os.environ.get(PARTNER_ADDRESS) or (post.settings.portal if post else "")


def alarm(deed: Deed, count: int, *, who: str = "") -> None:
    """Note that somebody asks much about what is hidden, and let administrators know that there is something to see."""
    log(deed, reason=f"{count} in 24 hours", who=who)
    if (post := mailer()) is not None:
        try:
            post.send(of_role(accounts(), "administrator"), "look", now=now())
        except MappingError:
            log("mail_failed", reason=deed, who=who)


# -- first steps -----------------------------------------------------------------------------------------------------


STEPS, HOW = labels("step"), labels("step_how")
"""What an office does once, in order, and how."""
PAGES = {"people": "people.html", "steward": "people.html", "backup": "backups.html", "mail": "settings.html"}
"""The page on which an administrator does it; none where others do."""


@blueprint.page("administer", "steps.html", menu=(Message("First steps"), 5))
def steps(language: str) -> str:
    """Show what an office still needs before its first edition."""
    book = [each for each in accounts().accounts() if each.enrolled and not each.disabled and each.counts]
    edition = edition_in_use("public")
    published = edition is not None and bool(edition.entries(SOURCE))
    done = {
        "people": len(book) > 1,
        "steward": any(each.may("edit") for each in book) and sum(each.may("approve") for each in book) > 1,
        "list": published or bool(everything_seen().records(Service)),
        "edition": published,
        "backup": bool(kept(backup_folder())),
        "mail": mailer() is not None,
        "sandbox": has_sandbox(),
    }
    return page("ops/steps.html", language, steps=STEPS, how=HOW, done=done, pages=PAGES)


def sending(
    language: str, shown: Callable[..., str], send: Callable[[Mailer], Sent], reason: str = ""
) -> ResponseReturnValue:
    """Send mails, and show the page again with how many went or why none did."""
    if (post := mailer()) is None:
        return shown(language, problem=NO_MAIL), 400
    try:
        sent = send(post)
    except MappingError as error:
        return shown(language, problem=FAILED, details=(str(error),)), 502
    if reason:
        log("mail_sent", subject=me().login, reason=reason)
    return shown(language, sent=len(sent.to))


# -- backups ---------------------------------------------------------------------------------------------------------


@blueprint.form("administer", "backups.html", menu=(Message("Backups"), 101))
def backups(language: str) -> ResponseReturnValue:
    """List the backups, and make one."""
    if request.method == "GET":
        return _backups(language)
    if (secret := backup_key()[0]) is None:
        return _backups(language), 400
    try:
        backup_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        made = backup(private(), backup_folder(), secret=secret, now=now())
    except (MappingError, OSError) as error:
        log("backup_failed")
        return _backups(language, problem=FAILED, details=(str(error),)), 507
    log("backup_made", subject=made.path.name)
    return redirect(f"/{language}/backups.html", code=303)


@blueprint.act("administer", "backups/rehearse")
def rehearsal(language: str) -> ResponseReturnValue:
    """Restore a backup into a folder that is removed again, and say whether it is whole."""
    if (secret := backup_key()[0]) is None:
        return _backups(language), 400
    path = _chosen_backup()
    try:
        outcome = rehearse(path, secret=secret, check=_log_faults, beside=private())
    except MappingError as error:
        log("rehearsal_failed", subject=path.name)
        return _backups(language, problem=FAILED, details=(str(error),)), 409
    log("rehearsal_failed" if outcome.faults else "backup_rehearsed", subject=path.name)
    return _backups(language, found=outcome, name=path.name)


@blueprint.act("administer", "backups/download")
def download(language: str) -> ResponseReturnValue:
    """Send a backup as it is, encrypted, to whoever knows password and code once more."""
    path = _chosen_backup()
    if not is_me():
        return _backups(language, problem=AGAIN), 400
    log("backup_downloaded", subject=path.name)
    return send_file(path, mimetype="application/octet-stream", as_attachment=True)


def _chosen_backup() -> Path:
    path = next((path for path, _ in kept(backup_folder()) if path.name == request.form.get("name")), None)
    if path is None:
        abort(404)
    return path


def _backups(language: str, **more: object) -> str:
    secret, fault = backup_key()
    values = {"kept": kept(backup_folder()), "folder": backup_folder(), "no_key": NO_KEY, "fault": fault}
    return page("ops/backups.html", language, **values, ready=secret is not None, **more)


def _log_faults(folder: Path) -> list[str]:
    path = folder / "ledger.db"
    return Ledger(path).faults() if path.exists() else []


# -- reminders -------------------------------------------------------------------------------------------------------


@blueprint.form("edit", "reminders.html", menu=(Message("Reminders"), 104))
def reminders(language: str) -> ResponseReturnValue:
    """Show who has something to be looked through, and write to them."""
    if request.method == "GET":
        return _reminders(language)
    return sending(language, _reminders, lambda post: remind(post, ledger(), _waiting(), by=me().login, now=now()))


def _reminders(language: str, **more: object) -> str:
    found = _waiting()
    values = {"waiting": found, "soon": sum(not reminder.told for reminder in found), "why": WHY}
    due = len(due_bodies(everything_seen()))
    return page("ops/reminders.html", language, **values, due=due, ready=mailer() is not None, **more)


def _waiting() -> list[Reminder]:
    return waiting(directory(), study_area(), seen_in, accounts(), ledger(), now=now(), day=today())
