"""What the installation has and lacks: first steps, settings and sources, backups, mails and reminders."""

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from flask import Blueprint, abort, current_app, redirect, request, send_file
from flask.typing import ResponseReturnValue

from mapping.area.study_area import StudyArea
from mapping.directory.backups import backup, kept, rehearse, secret_of
from mapping.errors import MappingError
from mapping.formats.reader_process import has_sandbox
from mapping.language.i18n import Message, date, number, show, translate
from mapping.language.languages import SOURCE
from mapping.language.languages import language as language_of
from mapping.language.taxonomy import Vocabulary
from mapping.model import Service, Source
from web.access.guard import Open, accounts, ledger, log, me, now, study_area, today
from web.access.mailer import WHY, Mailer, MailSettings, Sent, mail_settings, of_role, usable
from web.access.roles import Action
from web.access.signin import page
from web.portal import MenuItem
from web.staff.common import directory, edition_in_use, everything_seen, is_me, seen_in
from web.staff.fields import labels
from web.staff.reminders import Reminder, due_bodies, remind, waiting
from web.stores.deeds import Deed
from web.stores.ledger import Ledger

blueprint = Blueprint("host", __name__)

ROUTES: dict[str, Action | Open] = {
    "host.steps": "administer",
    "host.settings": "administer",
    "host.test_mail": "administer",
    "host.backups": "administer",
    "host.rehearsal": "administer",
    "host.download": "administer",
    "host.reminders": "edit",
}
MENU = (
    MenuItem("steps.html", Message("First steps"), "administer", 5),
    MenuItem("backups.html", Message("Backups"), "administer", 101),
    MenuItem("settings.html", Message("Settings"), "administer", 102),
    MenuItem("reminders.html", Message("Reminders"), "edit", 104),
)

PARTNER_ADDRESS = "ROHNAMO_PARTNER_ADDRESS"
"""Where partners sign in, where no settings of mails say it."""
LASTS = dt.timedelta(hours=24)
OF_MAIL, SECURITY = labels("mail"), labels("mail_security")
"""What a setting of mails is called."""
SECRET = ("user", "password")
NONE = Message("none")
NO_MAIL_ADDRESS = Message("This is no mail address of one person.")
NO_MAIL = Message("No mail server is set up; see the page of settings.")
NO_KEY = Message(
    "No key for backups is set up on this host, so none can be made or tried from here. Whoever runs the host makes a "
    "key (openssl rand -hex 32) in a file, keeps a copy of it on paper elsewhere, names the file in "
    "ROHNAMO_BACKUP_KEY, and starts the portals again."
)
AGAIN = Message("Password or code is not right. Nothing was sent.")
FAILED = Message("It could not be done, and nothing was changed:")

InWords = tuple[Message, list[str]]
"""What a setting is called, and what it says, a line each."""


# -- where things are ------------------------------------------------------------------------------------------------


def private() -> Path:
    """Return the private folder: that of the accounts, in which the directory may have a folder of its own."""
    return accounts().path.parent


def backup_folder() -> Path:
    """Return where backups are written: as it was set, or beside the private folder."""
    return Path(current_app.config.get("BACKUPS") or os.environ.get("ROHNAMO_BACKUPS") or private().parent / "backups")


def _key() -> tuple[bytes | None, str]:
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


class Step(NamedTuple):
    """Something to do once: whether it is done, how, and on which page; no page where others than administrators do."""

    done: bool
    title: Message
    how: Message
    path: str = ""


@blueprint.get("/<language>/steps.html")
def steps(language: str) -> str:
    """Show what an office still needs before its first edition."""
    return page("ops/steps.html", language, steps=list(_steps()))


def _steps() -> Iterator[Step]:
    book = [each for each in accounts().accounts() if each.enrolled and not each.disabled and each.counts]
    edition = edition_in_use("public")
    published = edition is not None and bool(edition.entries(SOURCE))
    yield Step(
        len(book) > 1,
        Message("Two people can sign in"),
        Message("Give the second one-time link to the other person: on this computer, or through your web server."),
        "people.html",
    )
    yield Step(
        any(account.may("edit") for account in book) and sum(account.may("approve") for account in book) > 1,
        Message("Somebody looks after the entries, and somebody else can approve"),
        Message(
            "One account can have several roles and needs a region, or all. Once somebody new has signed in, two "
            "people meet them, and each says so on the page of the account. Whoever works alone invites an approver "
            "from outside: a colleague of a partner, who can only approve what somebody else did."
        ),
        "people.html",
    )
    yield Step(
        bool(everything_seen().records(Service)) or published,
        Message("A first list is brought in"),
        Message(
            "A steward opens Import and says what each column is. Another one agrees under Second person: to how the "
            "list is read, to its numbers, and to what is newly shown."
        ),
    )
    yield Step(
        published,
        Message("The first edition is published"),
        Message("A steward opens Publish and builds the edition; another one looks at it and publishes it."),
    )
    yield Step(
        bool(kept(backup_folder())),
        Message("A backup is made"),
        Message("Download it and keep it away from this computer, and the key away from both."),
        "backups.html",
    )
    yield Step(
        mailer() is not None,
        Message("Mails can be sent"),
        Message("Reminders and campaigns write to people. Without a mail server you copy their texts by hand."),
        "settings.html",
    )
    yield Step(
        has_sandbox(),
        Message("Files of strangers are read apart"),
        Message(
            "Install bubblewrap on this computer (Linux) and start the portal again: a hostile list then reaches "
            "neither other files nor the network."
        ),
    )


# -- settings --------------------------------------------------------------------------------------------------------


@blueprint.get("/<language>/settings.html")
def settings(language: str) -> str:
    """Show the settings and sources."""
    return _settings(language)


@blueprint.post("/<language>/settings/test-mail")
def test_mail(language: str) -> ResponseReturnValue:
    """Send a mail without content to whoever asks."""
    if not usable(me().mail) and mailer() is not None:
        return _settings(language, problem=NO_MAIL_ADDRESS), 400
    return _sending(language, _settings, lambda post: post.send([me()], "test", now=now()), "test")


def _sending(
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


def _settings(language: str, *, details: Sequence[str] = (), **more: object) -> str:
    area, post, (secret, fault) = study_area(), mailer(), _key()
    sources = sorted(cast("list[Source]", directory().records(Source)), key=lambda source: source.name.casefold())
    if not details:
        try:
            mail_settings(private() / "mail.toml")
        except MappingError as error:
            details = (str(error),)
    return page(
        "ops/settings.html",
        language,
        area=area,
        shown=list(area_in_words(area, language)),
        nothing=NONE,
        sources=sources,
        mail=list(mail_in_words(post.settings, language)) if post is not None else None,
        details=details,
        key=secret is not None,
        no_key=NO_KEY,
        fault=fault,
        folder=backup_folder(),
        **more,
    )


def mail_in_words(settings: MailSettings, language: str) -> Iterator[InWords]:
    """Yield what the settings of mails say; never a user or a password."""
    for name, label in OF_MAIL.items():
        value = getattr(settings, name)
        if value and name not in SECRET:
            yield label, [SECURITY[value].into(language) if name == "security" else str(value)]


def area_in_words(area: StudyArea, language: str) -> Iterator[InWords]:
    """Yield what the settings of a study area say that concern an office; area.toml holds the others."""
    own, least = area.settings, area.settings.thresholds

    def _(text: str, **values: Any) -> str:
        return translate(text, language, **values)

    lines = [f"{show(line.label, language)}: {line.number}" for line in own.emergency.values()]
    types, groups = Vocabulary.load("service_types"), Vocabulary.load("beneficiaries")
    yield Message("Languages"), [language_of(code).name for code in area.languages]
    yield Message("Time zone"), [area.timezone]
    yield Message("Emergency numbers"), lines
    yield Message("Where “leave this page” leads"), [own.exit_address]
    yield Message("Public holidays, day and month"), [", ".join(f"{day[3:]}.{day[:2]}" for day in own.holidays)]
    for holiday in own.moving_holidays:
        days = [date(day, language) for day in holiday.announced]
        days += [_("{day}, estimated", day=day) for day in holiday.estimated]
        yield Message("Holiday that moves: {name}", {"name": holiday.name}), days
    yield (
        Message("Least counts that are published"),
        [
            _("{count} {count:organization|organizations} in a sum of answers", count=least.providers),
            _("{count} people or cases in a cell", count=least.case_cells),
            _("{count} people in an area that stands for a place", count=least.area_people),
        ],
    )
    months = own.verification or {"default": 12}
    names = {code: _("all other help") if code == "default" else str(types.label(code, language)) for code in months}
    periods = [_("{name}: {count} months", name=names[code], count=count) for code, count in months.items()]
    yield Message("An entry is checked again after"), periods
    late_after = number(own.second_person_days, language)
    yield Message("Days after which what waits for a second person is late"), [late_after]
    sensitive = [str(groups.label(code, language)) for code in own.sensitive_allowed]
    yield Message("Sensitive groups that public pages may name"), sensitive
    yield Message("Mail address on public pages"), [own.mail] * bool(own.mail)
    yield Message("Licence of what is published"), [own.licence.text]


# -- backups ---------------------------------------------------------------------------------------------------------


@blueprint.route("/<language>/backups.html", methods=["GET", "POST"])
def backups(language: str) -> ResponseReturnValue:
    """List the backups, and make one."""
    if request.method == "GET":
        return _backups(language)
    if (secret := _key()[0]) is None:
        return _backups(language), 400
    try:
        backup_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        made = backup(private(), backup_folder(), secret=secret, now=now())
    except (MappingError, OSError) as error:
        log("backup_failed")
        return _backups(language, problem=FAILED, details=(str(error),)), 507
    log("backup_made", subject=made.path.name)
    return redirect(f"/{language}/backups.html", code=303)


@blueprint.post("/<language>/backups/rehearse")
def rehearsal(language: str) -> ResponseReturnValue:
    """Restore a backup into a folder that is removed again, and say whether it is whole."""
    if (secret := _key()[0]) is None:
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


def _backups(language: str, **more: object) -> str:
    secret, fault = _key()
    values = {"kept": kept(backup_folder()), "folder": backup_folder(), "no_key": NO_KEY, "fault": fault}
    return page("ops/backups.html", language, **values, ready=secret is not None, **more)


def _log_faults(folder: Path) -> list[str]:
    path = folder / "ledger.db"
    return Ledger(path).faults() if path.exists() else []


# -- reminders -------------------------------------------------------------------------------------------------------


@blueprint.route("/<language>/reminders.html", methods=["GET", "POST"])
def reminders(language: str) -> ResponseReturnValue:
    """Show who has something to be looked through, and write to them."""
    if request.method == "GET":
        return _reminders(language)
    return _sending(language, _reminders, lambda post: remind(post, ledger(), _waiting(), by=me().login, now=now()))


def _reminders(language: str, **more: object) -> str:
    found = _waiting()
    values = {"waiting": found, "soon": sum(not reminder.told for reminder in found), "why": WHY}
    due = len(due_bodies(everything_seen()))
    return page("ops/reminders.html", language, **values, due=due, ready=mailer() is not None, **more)


def _waiting() -> list[Reminder]:
    return waiting(directory(), study_area(), seen_in, accounts(), ledger(), now=now(), day=today())
