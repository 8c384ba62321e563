"""What commands share: their options, the two consoles, how progress is shown, and who acts."""

import datetime as dt
import json
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Timer
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mapping.errors import FormatError, InvalidRecord, MappingError, NotFound, cause
from mapping.language.i18n import Message
from mapping.resources import shipped

if TYPE_CHECKING:
    from flask import Flask

    from mapping.area.study_area import StudyArea
    from mapping.directory.directory import Change, Directory
    from mapping.safety.persons import IsAdmitted
    from mapping.view.view import View
    from web.access.roles import Action

out = Console(soft_wrap=True, highlight=False, markup=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

AREA = "ROHNAMO_AREA"
DIRECTORY, VIEW = Path("build/private/directory.db"), Path("build/public.db")
ACCOUNTS = Path("build/private/accounts.db")
HOST = "127.0.0.1"
OFFICE_DEPTH = 3
"""So many folders lie an office's files in at the most: ``private/directory/directory.db``."""

AreaOption = Annotated[
    Path | None,
    typer.Option(
        "--area",
        envvar=AREA,
        help="Folder of the study area. Default: that of the view or of the office; for the demo Tajikistan.",
    ),
]
DirectoryOption = Annotated[Path, typer.Option("--directory", help="The private directory, a SQLite file.")]
ViewOption = Annotated[Path, typer.Option("--view", help="The published view, a SQLite file.")]
TodayOption = Annotated[
    str | None, typer.Option("--today", help="Day to judge dates by, as 2026-11-24. Default: today.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")]
ColumnsOption = Annotated[Path | None, typer.Option("--columns", help="Column map (TOML) of this sender.")]
DemoOption = Annotated[bool, typer.Option("--demo", help="Say on every page that the content is invented.")]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the first page in the browser.")]
HostOption = Annotated[
    str,
    typer.Option("--host", envvar="ROHNAMO_HOST", help="Address to listen on: another one only within a container."),
]
AccountsOption = Annotated[Path, typer.Option("--accounts", help="The file of accounts.")]
LoginOption = Annotated[
    str,
    typer.Option(
        "--as",
        help="Your login: you are asked for password and code, and one other person is enough to agree to what it "
        "shows. Without it nobody is known to have done it, and two people must.",
    ),
]
LanguageOption = Annotated[str, typer.Option("--lang", help="Language of the output.")]


@dataclass(frozen=True)
class OfDirectory:
    """Options of commands that open the private directory."""

    directory: DirectoryOption = DIRECTORY
    area: AreaOption = None

    @cached_property
    def region(self) -> "StudyArea":
        """The study area."""
        return study_area(self.area, self.directory)

    def opened(self, *, signed_in: "bool | IsAdmitted" = False) -> "Directory":
        """Open the directory that is there."""
        from mapping.directory.directory import Directory

        require_directory(self.directory)
        return Directory(self.directory, self.region, signed_in=signed_in)


@dataclass(frozen=True)
class OnDay(OfDirectory):
    """Those of commands that judge dates, too."""

    today: TodayOption = None

    @property
    def day(self) -> dt.date:
        """The day to judge dates by."""
        return day_of(self.today)


@dataclass(frozen=True)
class SignedIn(OnDay):
    """Those of commands that somebody answers for, too."""

    login: LoginOption = ""
    accounts: AccountsOption = ACCOUNTS

    def who(self, action: "Action", otherwise: str = "") -> str:
        """Return who acts, once they have signed in; what is given where nobody does."""
        return acting(self.login, self.accounts, action) if self.login else otherwise

    @property
    def signed_in(self) -> "bool | IsAdmitted":
        """What tells the directory who counts as a person, where somebody signs in."""
        return bool(self.login) and admitted(self.accounts)

    def builder(self, login: str) -> str:
        """Return who built an edition; nobody where somebody else could be behind the account."""
        return login if login and admitted(self.accounts)(login) else ""


@dataclass(frozen=True)
class OfView:
    """Options of commands that ask a view."""

    view: ViewOption = VIEW
    area: AreaOption = None

    @cached_property
    def region(self) -> "StudyArea":
        """The study area."""
        return study_area(self.area, self.view)


@dataclass(frozen=True)
class Spoken:
    """In which language a command answers."""

    lang: LanguageOption = "en"

    def language(self, area: "StudyArea") -> str:
        """Return the language of the output, if the study area has it."""
        return output_language(area, self.lang)


@dataclass(frozen=True)
class SpokenOrJson(Spoken):
    """In which language a command answers people, or whether programs."""

    json_: JsonOption = False


@dataclass(frozen=True)
class Counted:
    """What analyses take."""

    minutes: Annotated[int | None, typer.Option("--minutes", min=1, help="Minutes of travel that count as near.")] = (
        None
    )
    level: Annotated[int | None, typer.Option("--level", min=0, help="Level of the units: 1 for regions.")] = None
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Service type or family, as LEG-INF; may be repeated.")
    ] = None
    scenario: Annotated[str | None, typer.Option("--scenario", help="A season or way to travel of the area.")] = None


CommandFunction = TypeVar("CommandFunction", bound=Callable[..., None])


def command(app: typer.Typer, name: str | None = None) -> Callable[[CommandFunction], CommandFunction]:
    """Make a function a command; where it takes a group of options, a dataclass of this file, it has all of them."""

    def register(function: CommandFunction) -> CommandFunction:
        taken = signature(function).parameters.values()
        groups: dict[str, Any] = {each.name: each.annotation for each in taken if is_dataclass(each.annotation)}
        options = [
            option
            for each in taken
            for option in (signature(groups[each.name]).parameters.values() if each.name in groups else [each])
        ]

        @wraps(function)
        def run(**given: Any) -> None:
            grouped = {
                of: kind(**{one.name: given.pop(one.name) for one in fields(kind)}) for of, kind in groups.items()
            }
            function(**given, **grouped)

        run.__signature__ = Signature([each.replace(kind=Parameter.KEYWORD_ONLY) for each in options])  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in options}
        app.command(name)(run)
        return function

    return register


def study_area(folder: Path | None, file: Path | None = None) -> "StudyArea":
    """Load a study area: the folder that is named, else that of the office or of the view, else the demo's.

    Parameters
    ----------
    folder
        The folder that was named.
    file
        The view or the directory that is asked for: an office keeps its study area beside them, a view tells its code.
    """
    from mapping.area.study_area import StudyArea

    offices = list(file.resolve().parents)[:OFFICE_DEPTH] if file is not None and folder is None else []
    own = next((office / "area" for office in offices if (office / "area" / "area.toml").is_file()), None)
    view = _view(file) if file is not None else None
    area = StudyArea.load(folder or own or shipped(f"geo/{view.facts.get('area', 'TJ').lower() if view else 'tj'}"))
    if view is not None:
        view.require_area(area)
    return area


def _view(file: Path) -> "View | None":
    """Open a view; None where there is none, or one that the command itself refuses or replaces."""
    from mapping.view.view import View

    with suppress(FormatError):
        return View(file)
    return None


def output_language(area: "StudyArea", text: str) -> str:
    """Take a language of the study area, or English."""
    known = dict.fromkeys((*area.languages, "en"))
    if text not in known:
        raise InvalidRecord(f"--lang {text}: the languages here are {', '.join(known)}")
    return text


def require_directory(path: Path) -> None:
    """Refuse a directory that is not there: opening it would make an empty one."""
    if not path.exists():
        raise NotFound(f"{path}: there is no directory; import a list first, or run `rohnamo init` or `rohnamo demo`")


def open_browser(address: str) -> None:
    """Open a page that is served in a moment, where somebody sits before a terminal."""
    if err.is_terminal:
        Timer(1, webbrowser.open, [address]).start()


def serve_app(app: "Flask", *, port: int, proxies: int = 0, host: str = HOST) -> None:
    """Serve a portal on this machine until somebody ends it."""
    from web.serving import create_server

    try:
        server = create_server(app, port=port, proxies=proxies, host=host)
    except OSError as error:
        raise MappingError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from error
    out.print(f"Rohnamo is at http://localhost:{port}/   (Ctrl-C ends it)")
    server.run()


STDOUT = Path("-")
"""What stands for the standard output where a file is asked for."""


@contextmanager
def file_or_stdout(path: Path, ending: str = "") -> Iterator[Path]:
    """Give the path to write to; for ``-`` one whose content goes to the standard output afterwards."""
    if path != STDOUT:
        yield path
        return
    with TemporaryDirectory() as folder:
        beside = Path(folder) / f"out{ending}"
        yield beside
        sys.stdout.buffer.write(beside.read_bytes())
        sys.stdout.flush()


def require_writable(path: Path) -> None:
    """Make the folder in which a file or a folder will stand, and see that it can: what is written may take long."""
    if path == STDOUT:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise MappingError(
            f"{path}: cannot be written ({cause(error)}); check the folder, its rights and the free space"
        ) from error


def day_of(text: str | None, option: str = "--today") -> dt.date:
    """Read a day that was typed; today where none was."""
    if text is None:
        return dt.date.today()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidRecord(f"{option} {text}: is not a date; write it as 2026-11-24") from error
    if not 1900 <= day.year < 3000:  # years before and after a day must be dates as well
        raise InvalidRecord(f"{option} {text}: is no day of our time; look at the year")
    return day


def print_json(value: object) -> None:
    """Write a value for programs: dataclasses as objects, days as text, messages in English."""
    typer.echo(json.dumps(to_jsonable_python(value, fallback=str), ensure_ascii=False, indent=1))


def progress_bar() -> Progress:
    """Return a display of what is being done, on standard error; it vanishes at the end. Only a terminal shows it."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def step(progress: Progress, label: str) -> Callable[[int, int], None]:
    """Return a callback (done, of) that moves one line of the progress display."""
    task = progress.add_task(label, total=None)

    def report(done: int, of: int) -> None:
        progress.update(task, completed=done, total=of)

    return report


def tell_shown(change: "Change", login: str = "") -> None:
    """Say what an act shows, and what to do that it is shown; ``login`` is who signed in for it."""
    if change.proposal:
        tell_waits(change.proposal, login)
    elif change.shows:
        out.print(f"{change.shows.total()} records wait to be shown until {_others(login)} agreed: rohnamo agree")


def tell_missing(change: "Change", lang: str) -> None:
    """Name the bodies and services that a list gave before and no longer holds; they stay as they are."""
    missing = [record for record in change.missing if record.name]
    for record in missing[:MOST_MISSING]:
        out.print(record.into(lang))
    if len(missing) > MOST_MISSING:
        out.print(f"... and {len(missing) - MOST_MISSING} more")


def tell_edits(change: "Change", lang: str) -> None:
    """Name each number, address and status that a newer list changes, and what it leaves empty and what stays."""
    for edit in change.edits:
        out.print(edit.into(lang))
    if change.emptied:
        kept = Message(
            "Left empty in the list and kept: {count}; to take it out, write emptied_removes = true into the map",
            count=len(change.emptied),
        )
        out.print(kept.into(lang))
    for edit in change.emptied:
        out.print(f"  {edit.of}: {edit.what.into(lang)}: {edit.before}")


MOST_MISSING = 40
"""Records that a list no longer holds and that are named, at most."""


def tell_waits(proposal: str, login: str) -> None:
    """Say that something is done as a whole or not at all, and waits; ``login`` is who signed in for it."""
    out.print(f"It waits as a whole until {_others(login)} agreed: rohnamo agree {proposal}")


def _others(login: str) -> str:
    return "a second person" if login else "two people"


def acting(login: str, accounts: Path, *actions: "Action") -> str:
    """Return who acts: an account whose owner proves who they are, and may do one of these in every region."""
    from web.access.accounts import Accounts  # of the portals' part, which who gives no login need not have

    book = Accounts(accounts)
    password = typer.prompt(f"Password of {login}", hide_input=True, err=True)
    code = typer.prompt(f"Code of {login}", err=True)
    book.end(book.sign_in(login, password, code, now=dt.datetime.now(dt.UTC)))
    account = book.by_login(login)
    if not any(account.may(action, ()) for action in actions):
        raise InvalidRecord(f"{account.login}: may not do this everywhere; use the staff portal, or let another do it")
    return account.login


def admitted(accounts: Path) -> "IsAdmitted":
    """Return what tells of a login whether it counts as a person (`mapping.safety.persons`)."""
    from web.access.accounts import Accounts

    return Accounts(accounts).is_admitted
