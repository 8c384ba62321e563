"""The portals of those who sign in, each served on this machine; a web server with TLS stands before them."""

import datetime as dt
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapping.cli.options import (
    ACCOUNTS,
    DIRECTORY,
    HOST,
    AccountsOption,
    AreaOption,
    DemoOption,
    DirectoryOption,
    HostOption,
    command,
    out,
    require_directory,
    serve_app,
    study_area,
)
from mapping.errors import NotFound
from mapping.resources import for_owner, shipped

if TYPE_CHECKING:
    from mapping.area.study_area import StudyArea
    from web.access.accounts import Accounts
    from web.access.roles import Role, Scope

app = typer.Typer()

PARTNER_VIEW = Path("build/private/partner.db")
PortOption = Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")]


@dataclass(frozen=True)
class Portal:
    """Options of portals in which people sign in."""

    accounts: AccountsOption = ACCOUNTS
    inbox: Annotated[Path, typer.Option("--inbox", help="The file of what is sent in.")] = Path(
        "build/private/inbox.db"
    )
    ledger: Annotated[Path, typer.Option("--ledger", help="The file of who did what.")] = Path(
        "build/private/ledger.db"
    )
    area: AreaOption = None
    demo: DemoOption = False
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Let cookies go over HTTP: only to try it on your own machine.")
    ] = False
    proxies: Annotated[
        int,
        typer.Option("--proxies", help="Web servers of yours before it: so many addresses they forward are believed."),
    ] = 0
    host: HostOption = HOST

    @property
    def settings(self) -> dict[str, Any]:
        """What both portals are made with."""
        stores = _stores(self.accounts, self.inbox, self.ledger)
        return {**stores, "demo": self.demo, "secure": not self.plain_http, "proxies": self.proxies}


@command(app)
def partner(
    given: Portal,
    view: Annotated[Path, typer.Option("--view", help="The view published for partners.")] = PARTNER_VIEW,
    focal_view: Annotated[
        Path | None,
        typer.Option(
            "--focal-view", help="The view published for focal points; without one they see what partners see."
        ),
    ] = None,
    port: PortOption = 8001,
) -> None:
    """Serve the portal of those who refer people: finder, pathway, cards, referral log, capacity."""
    from web.partner.app import create_partner_app

    for path, audience in ((view, "partner"), (focal_view, "focal_point")):
        if path is not None and not path.exists():
            raise NotFound(f"{path}: there is no view; run `rohnamo publish --audience {audience} --view {path}` first")
    portal = create_partner_app(
        view,
        study_area(given.area, view),
        focal_view=focal_view,
        **given.settings,
    )
    serve_app(portal, port=port, proxies=given.proxies, host=given.host)


@command(app, "demo-partner")
def demo_partner(
    build: Annotated[Path, typer.Option(help="Folder of the demo; what is missing in it is built.")] = Path("build"),
    port: PortOption = 8001,
    area: AreaOption = None,
) -> None:
    """Serve the partner portal of the demo on this machine, with invented people and a one-time link for each."""
    from mapping.view.view import View
    from web.access.roles import EVERYWHERE, PORTAL_ROLES
    from web.partner.app import create_partner_app

    region, private = study_area(area), build / "private"
    views = {audience: private / f"{audience}.db" for audience in ("partner", "focal_point")}
    _publish_missing(private, region, views)
    stores = _demo_stores(private)
    with View(views["partner"]) as opened:
        givers = Counter(row["from_organization_id"] for row in opened.rows("referral_agreement"))
    body = min(givers, key=lambda giver: (-givers[giver], giver)) if givers else EVERYWHERE
    people = [(role, f"Demo {role.replace('_', ' ')} (invented)", role) for role in PORTAL_ROLES]
    _invite(stores["accounts"], people, port, {"region": EVERYWHERE, "organization": body})
    portal = create_partner_app(
        views["partner"],
        region,
        focal_view=views["focal_point"],
        **stores,
        demo=True,
        secure=False,
    )
    serve_app(portal, port=port)


@command(app)
def staff(
    given: Portal,
    directory: DirectoryOption = DIRECTORY,
    maps: Annotated[
        Path | None, typer.Option("--maps", help="Folder of column maps; default: maps beside the directory.")
    ] = None,
    port: PortOption = 8002,
) -> None:
    """Serve the portal of stewards, custodians and administrators: on a private host, never on the public one."""
    from mapping.directory.directory import Directory
    from mapping.formats.reader_process import has_sandbox
    from web.staff.app import create_staff_app

    require_directory(directory)
    region = study_area(given.area, directory)
    if not has_sandbox():
        out.print("Files of strangers can reach other files and the network: install bubblewrap, and start anew.")
    Directory(directory, region).close()  # what cannot be opened is said here, not to whoever asks for the first page
    portal = create_staff_app(
        directory,
        region,
        **given.settings,
        maps=maps,
    )
    serve_app(portal, port=port, proxies=given.proxies, host=given.host)


@command(app, "demo-staff")
def demo_staff(
    build: Annotated[Path, typer.Option(help="Folder of the demo.")] = Path("build"),
    port: PortOption = 8002,
    area: AreaOption = None,
) -> None:
    """Serve the staff portal of the demo on this machine, with invented people and a one-time link for each."""
    from mapping.cli.demo_office import STAFF, bring_to_life
    from mapping.directory.backups import new_key
    from web.access.roles import EVERYWHERE
    from web.staff.app import create_staff_app
    from web.staff.operations.host import PARTNER_ADDRESS

    private, region = build / "private", study_area(area)
    if not (private / "directory.db").exists():
        raise NotFound(f"{private / 'directory.db'}: there is no demo; run `rohnamo demo --build {build}` first")
    stores = _demo_stores(private)
    out.print("The invented office is made once, which takes half a minute.")
    bring_to_life(build, region, stores["inbox"])
    _invite(stores["accounts"], STAFF, port, {"region": EVERYWHERE})
    os.environ.setdefault(PARTNER_ADDRESS, f"http://localhost:{port - 1}")
    if not (key := private / "demo-backup.key").exists():
        for_owner(key).write_text(f"{new_key()[0]}\n", encoding="ascii")
    portal = create_staff_app(
        private / "directory.db",
        region,
        **stores,
        demo=True,
        secure=False,
        maps=_own_maps(private / "maps"),
        backup_key=key,
    )
    serve_app(portal, port=port)


def _own_maps(folder: Path) -> Path:
    """Lay the maps of the demo into a folder of its own, so that what is saved does not lie among what is shipped."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in shipped("demo").glob("*.toml"):
        shutil.copyfile(path, folder / path.name)
    return folder


def _publish_missing(private: Path, area: "StudyArea", views: dict[str, Path]) -> None:
    from mapping.cli.editions import DEMO_DAY, demand_told
    from mapping.directory.directory import Directory
    from mapping.editions.publish import publish

    missing = {audience: path for audience, path in views.items() if not path.exists()}
    if missing and not (private / "directory.db").exists():
        raise NotFound(
            f"{private / 'directory.db'}: there is no demo; run `rohnamo demo --build {private.parent}` first"
        )
    for audience, path in missing.items():
        with Directory(private / "directory.db", area) as directory:
            inbox = private / "inbox.db"
            demand = demand_told(inbox, directory, DEMO_DAY) if inbox.exists() else None
            publish(directory, audience, path, area=area, edition=DEMO_DAY, demand=demand)  # type: ignore[arg-type]


def _stores(accounts: Path, inbox: Path, ledger: Path) -> dict[str, Any]:
    from web.access.accounts import Accounts
    from web.stores.inbox import Inbox
    from web.stores.ledger import Ledger

    book = Accounts(accounts)
    book.require_key()
    return {"accounts": book, "inbox": Inbox(inbox), "ledger": Ledger(ledger)}


def _demo_stores(private: Path) -> dict[str, Any]:
    return _stores(private / "demo-accounts.db", private / "demo-inbox.db", private / "demo-ledger.db")


def _invite(
    accounts: "Accounts", people: Iterable[tuple[str, str, "Role"]], port: int, grants: Mapping["Scope", str]
) -> None:
    now = dt.datetime.now(dt.UTC)
    known = {account.login: account for account in accounts.accounts()}
    for login, name, role in people:
        if login in known and known[login].enrolled:
            out.print(f"  {login:14} has taken up the account already")
            continue
        if login not in known:
            accounts.add(login, name, role, by="demo", now=now)
            for kind, value in grants.items():
                accounts.grant(accounts.by_login(login).id, kind, value)
        token = accounts.invite(accounts.by_login(login).id, by="demo", now=now)
        with accounts.opened() as db:  # whoever tries the demonstration is all of its invented people
            db.execute("UPDATE account SET admitted = 1 WHERE login = ?", [login])
        out.print(f"  {login:14} http://localhost:{port}/en/join/{token}")
    out.print("Open a link, choose a password, and read the code with an authenticator; then sign in.")
