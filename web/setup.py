"""The first page of an office: from an empty folder to accounts, a directory and a first edition, on this machine only.

The page stands under an address that nobody can guess, which the command line prints, and ends when it is filled in.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.errors import InvalidRecord, MappingError
from mapping.intake.read import Known, read
from mapping.language.languages import codes
from mapping.resources import shipped, study_areas
from web.access.accounts import COMMAND_LINE, Accounts
from web.headers import set_headers
from web.layout import set_words

SETTINGS = "office.json"
LONGEST_UPLOAD = 30_000_000
DATABASES = ("directory", "accounts", "inbox", "ledger", "partner", "focal_point")


class SetupFrame(NamedTuple):
    """What words of a page need: its language."""

    language: str


@dataclass(frozen=True)
class Founded:
    """What a new office must be told once: links for its administrators, its backup key, what became of its list."""

    links: tuple[tuple[str, str], ...]
    key: str
    list_taken: tuple[int, int] | None = None


def office_files(folder: Path) -> dict[str, Path]:
    """Return the files of an office by what they are."""
    private = folder / "private"
    return {
        "settings": folder / SETTINGS,
        "area": folder / "area",
        "key": folder / "backup.key",
        "backups": folder / "backups",
        "public": folder / "public.db",
        "private": private,
        **{
            name: private / f"{name}.db"
            for name in ("directory", "accounts", "inbox", "ledger", "partner", "focal_point")
        },
    }


def found(folder: Path, answers: dict[str, str], file: FileStorage | None, *, now: dt.datetime) -> Founded:
    """Make an office in a folder: study area, directory, first editions, two administrators, a backup key.

    Raises
    ------
    InvalidRecord
        An answer is missing or cannot be used, or the list cannot be read; there is no office, and one may try again.
    """
    name, logins = answers.get("name", "").strip(), [answers.get(key, "").strip() for key in ("first", "second")]
    if not name or not all(logins) or logins[0] == logins[1]:
        raise InvalidRecord(f"{SETTINGS}: name the office, and two administrators with different logins")
    country = answers.get("folder", "").strip()
    source = Path(country).expanduser() if country else shipped(answers.get("country", ""))
    StudyArea.load(source)
    files = office_files(folder)
    files["private"].mkdir(parents=True, exist_ok=True, mode=0o700)
    if not files["area"].exists():
        shutil.copytree(source, files["area"], ignore=shutil.ignore_patterns("cache"))
    area = StudyArea.load(files["area"])
    taken = None
    with Directory(files["directory"], area) as directory:
        if file is not None and file.filename:
            taken = _take(directory, area, file, files["private"] / "uploads", now.date())
        for audience in ("public", "partner", "focal_point"):
            publish(directory, audience, files[audience], area=area, edition=now.date())
    accounts = Accounts(files["accounts"])
    links = []
    for login in logins:
        token = accounts.add(login, login, "administrator", by=COMMAND_LINE, now=now, language=answers["language"])
        links.append((login, f"{answers['language']}/join/{token}"))
    key = secrets.token_hex(32)
    files["key"].touch(mode=0o600)
    files["key"].write_text(key + "\n", encoding="ascii")
    settings = {"name": name, "language": answers["language"], "founded": now.date().isoformat()}
    files["settings"].write_text(json.dumps(settings, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Founded(tuple(links), key, taken)


def _take(directory: Directory, area: StudyArea, file: FileStorage, folder: Path, day: dt.date) -> tuple[int, int]:
    """Store a first list for custodians only; return how many records were stored and how many rows refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / (secure_filename(file.filename or "") or "list.csv")
    file.save(path)
    batch = read(path, source=path.stem, area=area, today=day, known=Known.of(directory))
    directory.add(batch, on=day)
    return len(batch.records), len(batch.refused)


def create_setup_app(folder: Path, token: str, *, port: int, done: Callable[[], Any]) -> Flask:
    """Make the app of the first page; ``done`` is called when the office stands and the last page has been sent."""
    app = Flask("web", root_path=str(Path(__file__).parent))
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_UPLOAD
    set_headers(app)
    set_words(app)

    def page(language: str, problem: str = "", answers: dict[str, str] | None = None) -> str:
        return render_template(
            "setup/start.html",
            frame=SetupFrame(language),
            tongues=codes(),
            countries=study_areas(),
            token=token,
            problem=problem,
            answers=answers or {},
        )

    @app.get("/<given>/<language>")
    def start(given: str, language: str) -> ResponseReturnValue:
        if not secrets.compare_digest(given, token) or language not in codes():
            abort(404)
        return page(language)

    @app.post("/<given>/<language>")
    def make(given: str, language: str) -> ResponseReturnValue:
        if not secrets.compare_digest(given, token) or language not in codes():
            abort(404)
        answers = {**request.form.to_dict(), "language": language}
        try:
            office = found(folder, answers, request.files.get("list"), now=dt.datetime.now(dt.UTC))
        except MappingError as error:
            return page(language, str(error), answers), 400
        shown = render_template("setup/done.html", frame=SetupFrame(language), office=office, port=port)
        response = Response(shown)
        response.call_on_close(done)
        return response

    return app
