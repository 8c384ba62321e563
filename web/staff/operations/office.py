"""Changing settings in the browser: the mail server by one administrator; what everybody reads only by two.

Emergency numbers, holidays and who publishes stand on every public page, so that a change is proposed by one
administrator and made by another. It is written into area.toml, where it may be read and taken back.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import tomlkit
from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from mapping.area.change import change_settings
from mapping.area.study_area import StudyArea
from mapping.errors import MappingError
from mapping.language.i18n import Message, show
from mapping.model import Source
from mapping.resources import for_owner
from web.access.accounts import NOT_ADMITTED
from web.access.guard import log, me, now, study_area
from web.access.mailer import MailSettings, mail_settings, usable
from web.access.pages import Pages
from web.access.signin import page
from web.staff.common import directory, is_me, is_other_person
from web.staff.fields import CHOOSE, labels
from web.staff.operations.host import (
    FAILED,
    NO_KEY,
    NO_MAIL_ADDRESS,
    backup_folder,
    backup_key,
    mailer,
    private,
    sending,
)

blueprint = Pages("office")


LABELS = labels("setting")
OF_MAIL, SECURITY = labels("mail"), labels("mail_security")
"""What a setting of mails is called."""
PLAIN = {name: LABELS[name] for name in ("publisher", "mail", "exit_address")}
MAIL_FIELDS = {name: label for name, label in OF_MAIL.items() if name not in ("security", "ca")}
ANOTHER = Message("Another administrator must agree, who is another person.")
AGAIN = Message("Password or code is not right. Nothing was changed.")
NOTHING = Message("Nothing differs from what is set.")
OTHER = Message("Another change waits by now than the one that you looked at. Look at it again.")


@blueprint.page("administer", "settings.html", menu=(Message("Settings"), 102))
def settings(language: str) -> str:
    """Show the settings that can be changed here, and the sources."""
    return _settings(language)


@blueprint.act("administer", "settings/test-mail")
def test_mail(language: str) -> ResponseReturnValue:
    """Send a mail without content to whoever asks."""
    if not usable(me().mail) and mailer() is not None:
        return _settings(language, problem=NO_MAIL_ADDRESS), 400
    return sending(language, _settings, lambda post: post.send([me()], "test", now=now()), "test")


def _settings(language: str, *, details: Sequence[str] = (), **more: object) -> str:
    post, (secret, fault) = mailer(), backup_key()
    sources = sorted(directory().records(Source), key=lambda source: source.name.casefold())
    if not details:
        try:
            mail_settings(private() / "mail.toml")
        except MappingError as error:
            details = (str(error),)
    return page(
        "ops/settings.html",
        language,
        area=study_area(),
        shown=[(LABELS[key], list(_said(key, value, language))) for key, value in _present().items()],
        sources=sources,
        mail=list(_mail_in_words(post.settings, language)) if post is not None else None,
        details=details,
        key=secret is not None,
        no_key=NO_KEY,
        fault=fault,
        folder=backup_folder(),
        **more,
    )


def _mail_in_words(settings: MailSettings, language: str) -> Iterator[tuple[Message, str]]:
    """Yield what the settings of mails say; never a user or a password."""
    for name, label in OF_MAIL.items():
        value = getattr(settings, name)
        if value and name not in ("user", "password"):
            yield label, SECURITY[value].into(language) if name == "security" else str(value)


@blueprint.form("administer", "settings/change.html")
def change(language: str) -> ResponseReturnValue:
    """Show what can be changed, and propose a change."""
    if request.method == "GET":
        return _page(language)
    wanted = {key: value for key, value in _wanted().items() if value != _present()[key]}
    if not wanted:
        return _page(language, problem=NOTHING), 400
    if not me().counts:
        return _page(language, problem=NOT_ADMITTED), 403
    _proposed().write_text(
        json.dumps({"proposed_by": me().login, "changes": wanted}, ensure_ascii=False), encoding="utf-8"
    )
    log("settings_proposed", reason=", ".join(sorted(wanted)))
    return redirect(f"/{language}/settings/change.html?waits", code=303)


@blueprint.act("administer", "settings/decide")
def decide(language: str) -> ResponseReturnValue:
    """Make the change that another administrator proposed, or drop it."""
    waiting = _waiting()
    if waiting is None:
        abort(404)
    choice = request.form.get("choice")
    if choice not in ("agree", "drop"):
        return _page(language, problem=CHOOSE), 400
    if choice == "drop":
        _proposed().unlink()
        log("settings_dropped", subject=waiting["proposed_by"])
        return redirect(f"/{language}/settings/change.html", code=303)
    if not is_other_person(waiting["proposed_by"]):
        return _page(language, problem=ANOTHER), 403
    if request.form.get("digest") != _digest(waiting):
        return _page(language, problem=OTHER), 409
    try:
        change_settings(study_area().folder, waiting["changes"])
    except (MappingError, OSError) as error:
        return _page(language, problem=FAILED, details=(str(error),)), 400
    log("settings_changed", subject=waiting["proposed_by"], reason=", ".join(sorted(waiting["changes"])))
    _proposed().unlink()
    current_app.config["AREA"] = StudyArea.load(study_area().folder)
    return redirect(f"/{language}/settings/change.html?done", code=303)


@blueprint.form("administer", "settings/mail.html")
def mail(language: str) -> ResponseReturnValue:
    """Show the mail server, and set another one."""
    path = private() / "mail.toml"
    try:
        known = mail_settings(path, {})
    except MappingError:
        known = None
    if request.method == "GET":
        return _mail(language, known)
    if request.form.get("security") not in SECURITY:
        return _mail(language, known, wrong={"security": CHOOSE}), 400
    if not is_me():
        return _mail(language, known, problem=AGAIN), 400
    given = {name: request.form.get(name, "").strip() for name in (*MAIL_FIELDS, "security")}
    given["password"] = request.form.get("mail_password", "") or (known.password if known else "")
    part = path.with_name("mail.toml.part")
    mail_server: dict[str, object] = {
        name: int(value) if value.isdigit() and name == "port" else value for name, value in given.items() if value
    }
    for_owner(part).write_text(tomlkit.dumps(mail_server), encoding="utf-8")
    try:
        mail_settings(part, {})
    except MappingError as error:
        part.unlink()
        return _mail(language, known, problem=FAILED, details=(str(error).partition(": ")[2],)), 400
    os.replace(part, path)
    log("mail_set", subject=given["host"])
    return redirect(f"/{language}/settings.html", code=303)


def _mail(language: str, known: MailSettings | None, **more: object) -> str:
    typed: dict[str, object] = {**request.form} or (known.model_dump() if known else {"port": 587})
    typed["password"] = ""
    return page("ops/mail.html", language, fields=MAIL_FIELDS, typed=typed, **more)


def _page(language: str, **more: object) -> str:
    waiting = _waiting()
    return page(
        "ops/change.html",
        language,
        plain=PLAIN,
        labels=LABELS,
        present=_present(),
        languages=study_area().languages,
        waiting=waiting,
        differences=list(_differences(waiting["changes"], language)) if waiting else [],
        digest=_digest(waiting),
        own=waiting is not None and not is_other_person(waiting["proposed_by"]),
        **more,
    )


def _present() -> dict[str, Any]:
    own = study_area().settings
    return {
        **{key: getattr(own, key) for key in PLAIN},
        "second_person_days": own.second_person_days,
        "holidays": list(own.holidays),
        "moving_holidays": [holiday.model_dump(mode="json") for holiday in own.moving_holidays],
        "emergency": {name: line.model_dump(mode="json", exclude_none=True) for name, line in own.emergency.items()},
    }


def _wanted() -> dict[str, Any]:
    form, present, languages = request.form, _present(), study_area().languages
    wanted: dict[str, Any] = {key: form.get(key, "").strip() for key in PLAIN}
    late_after = form.get("second_person_days", "").strip()
    wanted["second_person_days"] = int(late_after) if late_after.isdecimal() else present["second_person_days"]
    wanted["holidays"] = form.get("holidays", "").replace(",", " ").split()
    wanted["moving_holidays"] = []
    for place, holiday in enumerate(present["moving_holidays"]):
        days = form.get(f"moving{place}", "").replace(",", " ").split()
        estimated = [day for day in holiday["estimated"] if day[:4] not in {known_day[:4] for known_day in days}]
        wanted["moving_holidays"].append(holiday | {"announced": days, "estimated": estimated})
    wanted["emergency"] = {}
    for name in (*present["emergency"], "new"):
        number = form.get(f"{name}.number", "").strip()
        labels = {code: text for code in languages if (text := form.get(f"{name}.{code}", "").strip())}
        if number:
            free = (key for n in count(1) if (key := f"line{n}") not in present["emergency"])
            line = present["emergency"].get(name, {}) | {"number": number, "label": labels}
            wanted["emergency"][next(free) if name == "new" else name] = line
    return wanted


def _differences(changes: dict[str, Any], language: str) -> Iterator[tuple[Message, str, str]]:
    present = _present()
    for key, value in changes.items():
        yield LABELS[key], "\n".join(_said(key, present[key], language)), "\n".join(_said(key, value, language))


def _said(key: str, value: Any, language: str) -> Iterator[str]:
    if key == "emergency":
        for line in value.values():
            yield f"{line['number']}: {'; '.join(line['label'].values())}"
    elif key == "moving_holidays":
        for holiday in value:
            days = [*holiday["announced"], *(f"({day})" for day in holiday["estimated"])]
            yield f"{show(holiday['name'], language)}: {', '.join(days)}"
    else:
        yield str(value) if isinstance(value, str | int) else ", ".join(value)


def _digest(waiting: dict[str, Any] | None) -> str:
    return hashlib.sha256(json.dumps(waiting, sort_keys=True).encode()).hexdigest()[:32]


def _proposed() -> Path:
    return private() / "settings-proposed.json"


def _waiting() -> dict[str, Any] | None:
    path = _proposed()
    waiting = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return waiting if "proposed_by" in waiting else None  # what an older version kept tells not who was behind it
