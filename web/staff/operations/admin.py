"""Administration without a terminal: people, sources, settings, mails, backups, the log."""

import datetime as dt
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import cast

from flask import Blueprint, abort, current_app, redirect, request, send_file
from flask.typing import ResponseReturnValue

from mapping.directory.backups import backup as make_backup
from mapping.directory.backups import kept, rehearse, secret_of
from mapping.directory.directory import public_id
from mapping.errors import InvalidRecord, MappingError
from mapping.language.i18n import Message
from mapping.language.languages import language as language_of
from mapping.model import Organization, Source
from web.access.accounts import Account
from web.access.deputies import on_leave
from web.access.guard import Open, accounts, ledger, log, me, now, study_area, today
from web.access.mailer import WHY, Mailer, mail_settings, of_role, usable
from web.access.roles import ACTIONS, EVERYWHERE, PORTAL_ROLES, ROLES, Action, Role, Scope
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, everything_seen, is_me, seen_in
from web.staff.fields import CHOOSE, NEEDED
from web.staff.operations.settings import NONE, area_in_words, mail_in_words
from web.staff.reminders import Reminder, due_bodies, late, remind, waiting
from web.staff.visible import is_open
from web.stores.deeds import Deed
from web.stores.ledger import Ledger

blueprint = Blueprint("administration", __name__)

ROUTES: dict[str, Action | Open] = {
    "administration.people": "administer",
    "administration.add": "administer",
    "administration.person": "administer",
    "administration.invite": "administer",
    "administration.meet": "administer",
    "administration.end_sessions": "administer",
    "administration.grants": "administer",
    "administration.settings": "administer",
    "administration.test_mail": "administer",
    "administration.backups": "administer",
    "administration.rehearsal": "administer",
    "administration.download": "administer",
    "administration.reminders": "edit",
}
MENU = (
    MenuItem("people.html", Message("Accounts"), "administer", 100),
    MenuItem("backups.html", Message("Backups"), "administer", 101),
    MenuItem("settings.html", Message("Settings"), "administer", 102),
    MenuItem("reminders.html", Message("Reminders"), "edit", 104),
)

FROM_ENVIRONMENT = "ROHNAMO_BACKUP_PASSPHRASE"
PARTNER_ADDRESS = "ROHNAMO_PARTNER_ADDRESS"
"""Where partners sign in, where no settings of mails say it."""

YOURSELF = Message("You cannot change your own role or disable yourself: another administrator does.")
LAST = Message("This is the last administrator who can sign in; make another one first.")
TAKEN = Message("This login is taken or empty; choose another.")
ANOTHER = Message("Only somebody else who is admitted can say so, once, after the one-time link was used.")
NO_MAIL_ADDRESS = Message("This is no mail address of one person.")
NO_MAIL = Message("No mail server is set up; see the page of settings.")
NO_KEY = Message(
    "No key for backups is set up on this host, so none can be made or tried from here. Whoever runs the host makes a "
    "key (openssl rand -hex 32) in a file, keeps a copy of it on paper elsewhere, names the file in "
    "ROHNAMO_BACKUP_KEY, and starts the portals again."
)
"""What to do without a key, as the pages of backups and of settings say it."""
AGAIN = Message("Password or code is not right. Nothing was sent.")
NO_UNIT = Message("There is no such region; choose one from the list.")
FAILED = Message("It could not be done, and nothing was changed:")


def private() -> Path:
    """Return the private folder: that of the accounts, in which the directory may have a folder of its own."""
    return accounts().path.parent


def backup_folder() -> Path:
    """Return where backups are written: as it was set, or beside the private folder."""
    return Path(current_app.config.get("BACKUPS") or os.environ.get("ROHNAMO_BACKUPS") or private().parent / "backups")


def backup_secret() -> bytes | None:
    """Return the secret of backups; None where none is set up, or it cannot be read: `key_fault` says why."""
    try:
        return _secret()
    except MappingError:
        return None


def key_fault() -> str:
    """Return what is wrong with the file that is named as the key; nothing where none is named."""
    try:
        _secret()
    except MappingError as error:
        return str(error) if _key() else ""
    return ""


def _secret() -> bytes:
    return secret_of(Path(key) if (key := _key()) else None, os.environ.get(FROM_ENVIRONMENT))


def _key() -> str | None:
    return current_app.config.get("BACKUP_KEY") or os.environ.get("ROHNAMO_BACKUP_KEY")


def mailer() -> Mailer | None:
    """Return what sends mails: as it was set, or by ``mail.toml`` in the private folder and the environment."""
    given = current_app.config.get("MAILER")
    if given is not None:
        return cast("Mailer", given)
    try:
        mail_server = mail_settings(private() / "mail.toml")
    except MappingError:
        return None
    return Mailer(mail_server) if mail_server is not None else None


# -- people ----------------------------------------------------------------------------------------------------------


@blueprint.get("/<language>/people.html")
def people(language: str) -> str:
    """List the accounts."""
    return _people(language)


@blueprint.post("/<language>/people/add")
def add(language: str) -> ResponseReturnValue:
    """Make an account, and show its one-time link once."""
    form, wrong = request.form, _wrong()
    if not form.get("login", "").strip():
        wrong["login"] = TAKEN
    if form.get("region") not in ("", None, EVERYWHERE, *study_area().all_units()):
        wrong["region"] = NO_UNIT
    if wrong:
        return _people(language, wrong=wrong), 400
    role, spoken, mail = cast("Role", form["role"]), form["language"], form.get("mail", "").strip()
    log("account_added", subject=form.get("login", "").strip().casefold(), reason=role)
    try:
        token = accounts().add(
            form.get("login", ""), form.get("name", ""), role, by=me().login, now=now(), language=spoken, mail=mail
        )
    except InvalidRecord:
        return _people(language, wrong={"login": TAKEN}), 400
    person = accounts().by_login(form["login"])
    if form.get("region"):
        log("granted", subject=person.login, reason=f"region {form['region']}")
        accounts().grant(person.id, "region", form["region"])
    return _link(language, person, token)


@blueprint.route("/<language>/people/<identifier>.html", methods=["GET", "POST"])
def person(language: str, identifier: str) -> ResponseReturnValue:
    """Show an account, and change what it is called, what it may do, and whether it may sign in."""
    account = accounts().account(identifier)
    if request.method == "GET":
        return _person(language, account)
    form, wrong = request.form, _wrong()
    if wrong:
        return _person(language, account, wrong=wrong), 400
    role, disabled, mail = cast("Role", form["role"]), form.get("disabled") == "1", form.get("mail", "").strip()
    if account.id == me().id and (role != account.role or disabled):
        return _person(language, account, problem=YOURSELF), 400
    if _is_last_administrator(account) and (role != "administrator" or disabled):
        return _person(language, account, problem=LAST), 400
    log("account_changed", subject=account.login, reason=f"{role}{' disabled' if disabled else ''}")
    accounts().change(
        account.id,
        role=role if role != account.role else None,
        disabled=disabled,
        mail=mail,
        name=form["name"].strip(),
        language=form["language"],
    )
    return redirect(f"/{language}/people/{identifier}.html", code=303)


@blueprint.post("/<language>/people/<identifier>/invite")
def invite(language: str, identifier: str) -> ResponseReturnValue:
    """Recover an account: its password, authenticator and sessions end, and a new one-time link is shown once."""
    account = accounts().account(identifier)
    log("account_invited", subject=account.login)
    token = accounts().invite(account.id, by=me().login, now=now())
    return _link(language, account, token)


@blueprint.post("/<language>/people/<identifier>/meet")
def meet(language: str, identifier: str) -> ResponseReturnValue:
    """Note that the administrator who is here has met the owner of an account."""
    account = accounts().account(identifier)
    try:
        accounts().meet(account.id, by=me().login)
    except InvalidRecord:
        log("meeting_refused", subject=account.login)
        return _person(language, account, problem=ANOTHER), 400
    log("account_met", subject=account.login)
    return redirect(f"/{language}/people/{identifier}.html", code=303)


@blueprint.post("/<language>/people/<identifier>/end-sessions")
def end_sessions(language: str, identifier: str) -> ResponseReturnValue:
    """End every session of an account."""
    account = accounts().account(identifier)
    log("sessions_ended", subject=account.login)
    accounts().end_all(account.id)
    return redirect(f"/{language}/people/{identifier}.html", code=303)


@blueprint.post("/<language>/people/<identifier>/grants")
def grants(language: str, identifier: str) -> ResponseReturnValue:
    """Give somebody a region or an organization, or take it back."""
    account, form = accounts().account(identifier), request.form
    scope, value = form.get("scope", ""), form.get("value", "").strip()
    take = form.get("take") == "1"
    known: dict[str, Collection[str]] = {"region": study_area().all_units(), "organization": _organizations()}
    if scope not in known:
        return _person(language, account, problem=CHOOSE), 400
    if not take and value != EVERYWHERE and value not in known[scope]:
        return _person(language, account, wrong={scope: NO_UNIT if scope == "region" else CHOOSE}), 400
    log("grant_taken_back" if take else "granted", subject=account.login, reason=f"{scope} {value}")
    (accounts().revoke if take else accounts().grant)(account.id, cast("Scope", scope), value)
    return redirect(f"/{language}/people/{identifier}.html", code=303)


# -- settings, backups, reminders -------------------------------------------------------------------------------


@blueprint.get("/<language>/settings.html")
def settings(language: str) -> str:
    """Show the settings and sources: they stand in files, and no page changes them."""
    return _settings(language)


@blueprint.post("/<language>/settings/test-mail")
def test_mail(language: str) -> ResponseReturnValue:
    """Send a mail without content to whoever asks."""
    post = mailer()
    if post is None:
        return _settings(language, problem=NO_MAIL), 400
    if not usable(me().mail):
        return _settings(language, problem=NO_MAIL_ADDRESS), 400
    try:
        sent = post.send([me()], "test", now=now())
    except MappingError as error:
        return _settings(language, problem=FAILED, details=(str(error),)), 502
    log("mail_sent", subject=me().login, reason="test")
    return _settings(language, sent=len(sent.to))


@blueprint.route("/<language>/backups.html", methods=["GET", "POST"])
def backups(language: str) -> ResponseReturnValue:
    """List the backups, and make one."""
    if request.method == "GET":
        return _backups(language)
    secret = backup_secret()
    if secret is None:
        return _backups(language), 400
    try:
        backup_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        made = make_backup(private(), backup_folder(), secret=secret, now=now())
    except (MappingError, OSError) as error:
        log("backup_failed")
        return _backups(language, problem=FAILED, details=(str(error),)), 507
    log("backup_made", subject=made.path.name)
    return redirect(f"/{language}/backups.html", code=303)


@blueprint.post("/<language>/backups/rehearse")
def rehearsal(language: str) -> ResponseReturnValue:
    """Restore a backup into a folder that is removed again, and say whether it is whole."""
    secret = backup_secret()
    if secret is None:
        return _backups(language), 400
    path = _chosen_backup()
    try:
        outcome = rehearse(path, secret=secret, check=_log_faults, beside=private())
    except MappingError as error:
        log("rehearsal_failed", subject=path.name)
        return _backups(language, problem=FAILED, details=(str(error),)), 409
    log("rehearsal_failed" if outcome.faults else "backup_rehearsed", subject=path.name)
    return _backups(language, found=outcome, name=path.name)


@blueprint.post("/<language>/backups/download")
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


@blueprint.route("/<language>/reminders.html", methods=["GET", "POST"])
def reminders(language: str) -> ResponseReturnValue:
    """Show who has something to be looked through, and write to them."""
    if request.method == "GET":
        return _reminders(language)
    post = mailer()
    if post is None:
        return _reminders(language, problem=NO_MAIL), 400
    try:
        sent = remind(post, ledger(), _waiting(), by=me().login, now=now())
    except MappingError as error:
        return _reminders(language, problem=FAILED, details=(str(error),)), 502
    return _reminders(language, sent=len(sent.to))


def _reminders(language: str, **more: object) -> str:
    reminders = _waiting()
    soon = sum(not reminder.told for reminder in reminders)
    return page(
        "ops/reminders.html",
        language,
        waiting=reminders,
        soon=soon,
        due=len(due_bodies(everything_seen())),
        why=WHY,
        ready=mailer() is not None,
        **more,
    )


def _waiting() -> list[Reminder]:
    return waiting(directory(), study_area(), seen_in, accounts(), ledger(), now=now(), day=today())


def _people(language: str, **more: object) -> str:
    book = accounts()
    return page(
        "ops/people.html",
        language,
        people=book.accounts(),
        roles=ROLES,
        alone=not book.are_two(),
        units=_regions(language),
        everywhere=EVERYWHERE,
        unmet={account.id for account in book.accounts() if _to_be_met(account)},
        away={account.id for account in book.accounts() if on_leave(account, today())},
        late=len(late(directory(), study_area(), today())),
        **_choices(),
        **more,
    )


def _choices() -> dict[str, object]:
    return {
        "choices": [(role, rule.label) for role, rule in ROLES.items()],
        "languages": [(code, language_of(code).name) for code in study_area().languages],
    }


def _wrong() -> dict[str, Message]:
    form, mail = request.form, request.form.get("mail", "").strip()
    wrong = {} if form.get("name", "").strip() else {"name": NEEDED}
    wrong |= {} if form.get("role") in ROLES else {"role": CHOOSE}
    wrong |= {} if form.get("language") in study_area().languages else {"language": CHOOSE}
    return wrong | ({"mail": NO_MAIL_ADDRESS} if mail and not usable(mail) else {})


def _link(language: str, person: Account, token: str) -> str:
    link = link_of(person, token)
    return page("ops/link.html", language, person=person, link=link, known=not link.startswith("/"))


def link_of(person: Account, token: str) -> str:
    """Return a one-time link; from the root on, where nobody said under which address the person signs in."""
    if person.role in PORTAL_ROLES:
        address = partner_address()
    else:
        address = request.host_url
    return f"{address.rstrip('/')}/{person.language}/join/{token}"


def partner_address() -> str:
    """Return where partners reach their portal; empty where nobody said."""
    post = mailer()
    return os.environ.get(PARTNER_ADDRESS) or (post.settings.portal if post else "")


def _regions(language: str) -> list[tuple[str, str]]:
    area = study_area()
    return [(code, str(area.label(code, language))) for code, unit in area.all_units().items() if unit.level == 1]


def _to_be_met(account: Account) -> bool:
    """Whether two people have to meet the owner of an account before it counts as a person, and it is of use."""
    return account.role not in PORTAL_ROLES and not account.admission.admitted


def _person(language: str, account: Account, **more: object) -> str:
    area, organizations = study_area(), _organizations()
    names = {code: area.label(code, language) for code in area.all_units()}
    return page(
        "ops/person.html",
        language,
        person=account,
        roles=ROLES,
        actions=ACTIONS,
        units=_regions(language),
        names=names,
        organizations=organizations,
        sessions=accounts().sessions(account.id),
        away=on_leave(account, today()),
        unmet=_to_be_met(account),
        alone=not accounts().are_two(),
        everywhere=EVERYWHERE,
        **_choices(),
        **more,
    )


def _organizations() -> dict[str, str]:
    """Return the bodies that everybody may know, by published id: administrators see the public's names only."""
    key = directory().key
    bodies = filter(is_open, everything_seen().records(Organization))
    return {public_id(key, body.id): body.name for body in sorted(bodies, key=lambda body: body.name.casefold())}


def _is_last_administrator(account: Account) -> bool:
    able = [
        account
        for account in accounts().accounts()
        if account.role == "administrator" and not account.disabled and account.enrolled
    ]
    return [account.id for account in able] == [account.id]


def _settings(language: str, *, details: Sequence[str] = (), **more: object) -> str:
    area, store = study_area(), directory()
    sources = sorted(cast("list[Source]", store.records(Source)), key=lambda source: source.name.casefold())
    post = mailer()
    mail = list(mail_in_words(post.settings, language)) if post is not None else None
    return page(
        "ops/settings.html",
        language,
        area=area,
        shown=list(area_in_words(area, language)),
        nothing=NONE,
        sources=sources,
        mail=mail,
        details=details or _mail_faults(),
        key=backup_secret() is not None,
        no_key=NO_KEY,
        fault=key_fault(),
        folder=backup_folder(),
        **more,
    )


def _backups(language: str, **more: object) -> str:
    return page(
        "ops/backups.html",
        language,
        kept=kept(backup_folder()),
        folder=backup_folder(),
        ready=backup_secret() is not None,
        no_key=NO_KEY,
        fault=key_fault(),
        **more,
    )


def _log_faults(folder: Path) -> list[str]:
    path = folder / "ledger.db"
    return Ledger(path).faults() if path.exists() else []


def _mail_faults() -> tuple[str, ...]:
    try:
        mail_settings(private() / "mail.toml")
    except MappingError as error:
        return (str(error),)
    return ()


LASTS = dt.timedelta(hours=24)


def alarm(deed: Deed, count: int, *, who: str = "") -> None:
    """Note that somebody asks much about what is hidden, and let administrators know that there is something to see."""
    log(deed, reason=f"{count} in 24 hours", who=who)
    post = mailer()
    if post is not None:
        try:
            post.send(of_role(accounts(), "administrator"), "look", now=now())
        except MappingError:
            log("mail_failed", reason=deed, who=who)
