"""Accounts: the first administrator, and help when nobody can sign in."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mapping.commands.common import out

app = typer.Typer()
user_app = typer.Typer(help="Accounts of the portals.", no_args_is_help=True)
app.add_typer(user_app, name="user")

AccountsOption = Annotated[Path, typer.Option("--accounts", help="The file of accounts.")]
ACCOUNTS = Path("build/private/accounts.db")


@user_app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    name: Annotated[str, typer.Option(help="Name of the person.")] = "",
    role: Annotated[str, typer.Option(help="caseworker, provider, focal_point, planner, steward, custodian or "
                                           "administrator.")] = "administrator",
    region: Annotated[list[str] | None, typer.Option(help="Code of a region to act in; * for all.")] = None,
    accounts: AccountsOption = ACCOUNTS,
) -> None:  # fmt: skip
    """Make an account, and print the one-time link with which its owner sets password and authenticator."""
    from web.accounts import Accounts

    book, now = Accounts(accounts), dt.datetime.now(dt.UTC)
    token = book.add(login, name or login, role, by="command line", now=now)  # type: ignore[arg-type]
    for code in region or ():
        book.grant(book.by_login(login).id, "region", code)
    _say_link(token)


@user_app.command("invite")
def invite(login: Annotated[str, typer.Argument(help="Whose account.")], accounts: AccountsOption = ACCOUNTS) -> None:
    """End an account's password, authenticator and sessions, and print a new one-time link."""
    from web.accounts import Accounts

    book = Accounts(accounts)
    _say_link(book.invite(book.by_login(login).id, now=dt.datetime.now(dt.UTC)))


@user_app.command("list")
def list_(accounts: AccountsOption = ACCOUNTS) -> None:
    """Show the accounts."""
    from web.accounts import Accounts

    table = Table("Login", "Name", "Role", "Regions", "State")
    for each in Accounts(accounts).accounts():
        state = "disabled" if each.disabled else "" if each.enrolled else "link not used yet"
        table.add_row(each.login, each.name, each.role, ", ".join(sorted(each.grants.regions)), state)
    out.print(table)


def _say_link(token: str) -> None:
    out.print(f"One-time link, good for 48 hours: https://<your portal>/en/join/{token}", markup=False)
