"""The first page of an office: from an empty folder to accounts, a directory and a first edition, on this machine only.

The page stands under an address that nobody can guess, which the command line prints, and ends when it is filled in.
"""

import datetime as dt
import json
import secrets
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from mapping.area.change import change_settings
from mapping.area.study_area import StudyArea
from mapping.directory.backups import new_key
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.errors import InvalidRecord, MappingError
from mapping.language.i18n import show
from mapping.language.languages import attributes, codes
from mapping.language.languages import language as language_of
from mapping.resources import for_owner, shipped, study_areas
from mapping.safety.redaction import VIEWS
from web.access.accounts import COMMAND_LINE, Accounts
from web.access.roles import EVERYWHERE
from web.headers import set_headers
from web.rendering import render, set_words
from web.stores import sqlite_file

SETTINGS = "office.json"
EVERYTHING = "administrator steward custodian"
PEOPLE = {
    "two": (EVERYTHING, EVERYTHING),
    "alone": (EVERYTHING, "approver"),
    "more": ("administrator", "administrator"),
}
"""Who works in an office -> the roles of the first account and of the others; two people do everything, somebody alone
with a colleague of a partner who approves, or more, whose accounts are made later."""
DATABASES = ("accounts", "inbox", "ledger", "partner", "focal_point")


class SetupFrame(NamedTuple):
    """What words of a page need: its language."""

    language: str

    @property
    def root(self) -> Markup:
        """Return what the tag around a page says of its language."""
        return Markup(attributes(language_of(self.language).written))  # noqa: S704


@dataclass(frozen=True)
class SetupAnswers:
    """What was filled in: ``country`` is the folder of a study area, ``language`` that of the page."""

    name: str
    country: Path
    languages: tuple[str, ...]
    logins: tuple[str, ...]
    language: str
    people: str = "more"
    """Who works there: one of `PEOPLE`."""

    @classmethod
    def of(cls, form: MultiDict[str, str], language: str) -> "SetupAnswers":
        """Read the form."""
        folder = form.get("folder", "").strip()
        country = Path(folder).expanduser() if folder else shipped(form.get("country", ""))
        logins = tuple(form.get(name, "").strip().casefold() for name in ("first", "second"))
        name, languages, people = form.get("name", "").strip(), tuple(form.getlist("languages")), form.get("people", "")
        return cls(name, country, languages, logins, language, people)


@dataclass(frozen=True)
class Founded:
    """What a new office must be told once: the links of its administrators, and the key of its backups."""

    links: tuple[tuple[str, str], ...]
    key: str


def office_files(folder: Path) -> dict[str, Path]:
    """Return the files of an office by what they are."""
    private = folder / "private"
    return {
        "settings": folder / SETTINGS,
        "area": folder / "area",
        "key": folder / "backup.key",
        "authenticators": folder / "authenticators.key",
        "backups": folder / "backups",
        "public": folder / "public.db",
        "private": private,
        "directory": private / "directory" / "directory.db",  # in a folder of its own, which partners' portal lacks
        **{name: private / f"{name}.db" for name in DATABASES},
    }


def found(folder: Path, answers: SetupAnswers, *, now: dt.datetime) -> Founded:
    """Make an office in a folder: study area, empty directory, first editions, the first two accounts, keys.

    It is made aside, so that one may try again when something cannot be: ``office.json`` comes last.
    """
    if answers.people not in PEOPLE:
        raise InvalidRecord("say who works in the office: " + ", ".join(PEOPLE))
    if not answers.name or not all(answers.logins) or len(set(answers.logins)) < max(2, len(answers.logins)):
        raise InvalidRecord("name the office, and two people with different logins")
    StudyArea.load(answers.country)
    folder.mkdir(exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=folder, prefix=".new-") as aside:
        office = _make(Path(aside), answers, now=now)
        if there := [path.name for path in Path(aside).iterdir() if (folder / path.name).exists()]:
            raise InvalidRecord(f"{folder} holds {', '.join(there)} already: choose an empty folder, or move it away")
        for path in sorted(Path(aside).iterdir(), key=lambda path: path.name == SETTINGS):
            path.replace(folder / path.name)
    return office


def _make(folder: Path, answers: SetupAnswers, *, now: dt.datetime) -> Founded:
    files = office_files(folder)
    shutil.copytree(answers.country, files["area"], ignore=shutil.ignore_patterns("cache"))
    own = StudyArea.load(files["area"]).languages
    languages = [code for code in own if code in answers.languages or code not in codes()] or list(own)
    languages.sort(key=lambda code: code != answers.language)
    change_settings(files["area"], {"languages": languages, "publisher": answers.name})
    area = StudyArea.load(files["area"])
    files["private"].mkdir(mode=0o700)
    with Directory(files["directory"], area) as directory:
        for audience in VIEWS:
            publish(directory, audience, files[audience], area=area, edition=now.date())
    sqlite_file.key(files["authenticators"])
    accounts, language = Accounts(files["accounts"]), languages[0]
    links = []
    first, others = PEOPLE[answers.people]
    for place, login in enumerate(answers.logins):
        token = accounts.add(login, login, others if place else first, by=COMMAND_LINE, now=now, language=language)
        links.append((login, f"{language}/join/{token}"))
        if answers.people != "more":
            accounts.grant(accounts.by_login(login).id, "region", EVERYWHERE)
    key, _ = new_key()
    for_owner(files["key"]).write_text(key + "\n", encoding="ascii")
    settings = {"name": answers.name, "founded": now.date().isoformat()}
    files["settings"].write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Founded(tuple(links), key)


def create_setup_app(folder: Path, token: str, *, port: int, done: Callable[[], Any]) -> Flask:
    """Make the app of the first page; ``done`` is called when the office stands and the last page has been sent."""
    app = Flask("web", root_path=str(Path(__file__).parent))
    set_headers(app)
    set_words(app)

    def page(language: str, problem: str = "", given: MultiDict[str, str] | None = None) -> str:
        return render(
            "setup/start.html",
            frame=SetupFrame(language),
            tongues=[language_of(code) for code in codes()],
            countries={name: _country(name, language) for name in study_areas()},
            token=token,
            problem=problem,
            given=given or MultiDict([("languages", code) for code in codes()]),
        )

    def admit(given: str, language: str) -> None:
        if not secrets.compare_digest(given, token) or language not in codes():
            abort(404)

    @app.get("/<given>/<language>")
    def start(given: str, language: str) -> ResponseReturnValue:
        admit(given, language)
        return page(language)

    @app.post("/<given>/<language>")
    def make(given: str, language: str) -> ResponseReturnValue:
        admit(given, language)
        try:
            office = found(folder, SetupAnswers.of(request.form, language), now=dt.datetime.now(dt.UTC))
        except MappingError as error:
            return page(language, str(error), request.form), 400
        alone = request.form["people"] == "alone"
        shown = render("setup/done.html", frame=SetupFrame(language), office=office, port=port, alone=alone)
        response = Response(shown)
        response.call_on_close(done)
        return response

    return app


def _country(name: str, language: str) -> str:
    names = tomllib.loads((shipped(name) / "area.toml").read_text(encoding="utf-8"))["name"]
    return show(names, language)
