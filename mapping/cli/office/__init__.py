"""An office in one folder: set up in the browser, then its three portals and their timers on this machine."""

import datetime as dt
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Process
from pathlib import Path
from typing import Annotated

import typer

from mapping.area.study_area import StudyArea
from mapping.cli.options import BrowserOption, err, open_browser, out, output_language
from mapping.errors import MappingError
from mapping.language.languages import codes
from mapping.resources import shipped
from web.serving import create_server
from web.setup import SetupAnswers, create_setup_app, found, office_files
from web.stores import sqlite_file

app = typer.Typer()
DAY = dt.timedelta(days=1).total_seconds()
LAST_PAGE = 2.0
"""Seconds in which the last page of the first set-up reaches the browser of the same machine."""


@app.command()
def start(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the office; made when it is not there.")],
    port: Annotated[
        int, typer.Option("--port", help="Port of the public site; the next two are for partners and staff.")
    ] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="Fill a new folder with the invented demo.")] = False,
    browser: BrowserOption = True,
) -> None:
    """Run an office in one folder on this machine: public site, partner and staff portal, backups and reminders."""
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    files = office_files(folder)
    if demo and not files["public"].exists():
        subprocess.run([*COMMAND, "demo", "--build", str(folder)], check=True)  # noqa: S603
    try:
        if not demo and not files["settings"].exists():
            set_up(folder, port + 2, browser=browser)
        commands = demo_portals(folder, port) if demo else portals(folder, port)
        serve(commands, folder, port, timers=not demo, browser=browser)
    except KeyboardInterrupt:
        out.print("Ended.")


@app.command()
def setup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the office, as /srv/rohnamo.")],
    area: Annotated[Path, typer.Option("--area", help="Folder of the study area, which is copied.")],
    name: Annotated[str, typer.Option("--name", help="Name of the office: who publishes.")],
    administrator: Annotated[list[str], typer.Option("--administrator", help="Login; give two, of two people.")],
    people: Annotated[
        str, typer.Option("--people", help="Who works there: two do all, alone with an approver, or more.")
    ] = "more",
    lang: Annotated[str, typer.Option("--lang", help="First language of its pages.")] = "en",
) -> None:
    """Make an office in a folder without a browser: directory, first editions, two accounts, a backup key."""
    language = output_language(StudyArea.load(area), lang)
    answers = SetupAnswers(name, area, codes(), tuple(administrator), language, people)
    office = found(folder, answers, now=dt.datetime.now(dt.UTC))
    out.print(f"Office: {folder}. Key of its backups: {office_files(folder)['key']}")
    out.print("One-time links, good for 48 hours, behind the address of the staff portal:")
    for login, path in office.links:
        out.print(f"  {login}: /{path}")


COMMAND = (sys.executable, "-m", "mapping.cli")


def set_up(folder: Path, port: int, *, browser: bool = False) -> None:
    """Serve the first page until it is filled in."""
    token = secrets.token_urlsafe(24)
    page = Process(target=_serve_setup, args=(folder, token, port, browser), daemon=True)  # its connections end with it
    page.start()
    page.join()
    if page.exitcode:
        raise MappingError(f"port {port} cannot be used; choose another with --port")


def _serve_setup(folder: Path, token: str, port: int, browser: bool) -> None:
    """Serve the first page, say where once it answers, and end this process when its last page has gone out."""
    ending = threading.Timer(LAST_PAGE, os._exit, [0])
    try:
        server = create_server(create_setup_app(folder, token, port=port, done=ending.start), port=port)
    except OSError:
        sys.exit(1)
    address = f"http://localhost:{port}/{token}/en"
    out.print(f"Set up the office in your browser: {address}")
    if browser:
        open_browser(address)
    server.run()


def portals(folder: Path, port: int) -> list[list[str]]:
    """Return the commands that serve the portals of an office."""
    files = {name: str(path) for name, path in office_files(folder).items()}
    area = ["--area", files["area"]]
    own = ["--accounts", files["accounts"], "--inbox", files["inbox"], "--ledger", files["ledger"], "--plain-http"]
    partner = ["partner", "--view", files["partner"], "--focal-view", files["focal_point"]]
    return [
        ["serve", "--view", files["public"], "--inbox", files["inbox"], "--port", str(port), *area],
        [*partner, "--port", str(port + 1), *own, *area],
        ["staff", "--directory", files["directory"], "--port", str(port + 2), *own, *area],
    ]


def demo_portals(folder: Path, port: int) -> list[list[str]]:
    """Return the commands that serve the portals of the demo."""
    area = ["--area", str(shipped("geo/tj"))]
    return [
        ["serve", "--view", str(folder / "public.db"), "--demo", "--port", str(port), *area],
        ["demo-partner", "--build", str(folder), "--port", str(port + 1), *area],
        ["demo-staff", "--build", str(folder), "--port", str(port + 2), *area],
    ]


def serve(commands: list[list[str]], folder: Path, port: int, *, timers: bool, browser: bool = False) -> None:
    """Run portals until one of them ends or Ctrl-C, anew when settings change; back up and remind once a day."""
    files = office_files(folder)
    sqlite_file.key(files["authenticators"])
    environment = os.environ | {
        "ROHNAMO_AUTHENTICATORS_KEY": str(files["authenticators"]),
        "ROHNAMO_BACKUP_KEY": str(files["key"]),
        "ROHNAMO_BACKUPS": str(files["backups"]),
        "ROHNAMO_PARTNER_ADDRESS": f"http://localhost:{port + 1}/",
    }
    settings, due = files["area"] / "area.toml", time.monotonic() if timers else float("inf")
    while True:
        with _running(commands, environment) as processes:
            _announce(processes, port)
            if browser:
                open_browser(f"http://localhost:{port}/")
                browser = False  # not again when settings change
            before = _changed_at(settings)
            while all(process.poll() is None for process in processes) and _changed_at(settings) == before:
                if time.monotonic() >= due:
                    due += DAY
                    daily(folder)
                time.sleep(1)
            if _changed_at(settings) == before:
                raise MappingError("a portal ended by itself; read what it said above, then start again")
        out.print("Settings changed: the portals start again.")


@contextmanager
def _running(commands: list[list[str]], environment: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [subprocess.Popen([*COMMAND, *command], env=environment) for command in commands]  # noqa: S603
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _announce(processes: list[subprocess.Popen[bytes]], port: int) -> None:
    out.print("The portals start; this can take a minute.")
    while not all(map(_answers, range(port, port + len(processes)))):
        if any(process.poll() is not None for process in processes):
            return
        time.sleep(0.2)
    for number, label in enumerate(("Public site", "Partners", "Staff")):
        out.print(f"{label:12} http://localhost:{port + number}/")
    out.print("Ctrl-C ends all three.")


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))  # else it could be given that very port, and be connected with itself
        return connection.getsockname()[1] != port and connection.connect_ex(("127.0.0.1", port)) == 0


def _changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def daily(folder: Path) -> None:
    """Take a backup, and send reminders where mail is set; what fails is told, and tried again on the next day."""
    files = office_files(folder)
    files["backups"].mkdir(exist_ok=True, mode=0o700)
    jobs = [["backup", str(files["backups"]), "--private", str(files["private"]), "--key", str(files["key"])]]
    if os.environ.get("ROHNAMO_MAIL_HOST") or (files["private"] / "mail.toml").exists():
        named = [
            part for name in ("directory", "accounts", "ledger", "area") for part in (f"--{name}", str(files[name]))
        ]
        jobs.append(["remind", *named])
    for job in jobs:
        if subprocess.run([*COMMAND, *job], check=False).returncode:  # noqa: S603
            err.print(f"rohnamo: {job[0]} did not end well; it is tried again tomorrow")
