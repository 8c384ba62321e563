"""Accounts: the first administrator, and help when nobody can sign in."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mapping.cli.options import ACCOUNTS, AccountsOption, AreaOption, LoginOption, acting, out, study_area
from mapping.errors import InvalidRecord, NotFound
from mapping.language.fold import coarse
from mapping.language.languages import codes
from mapping.view.view import View
from web.access.accounts import COMMAND_LINE, Accounts
from web.access.roles import EVERYWHERE, ROLES

app = typer.Typer()
user_app = typer.Typer(help="Accounts of the portals.", no_args_is_help=True)
app.add_typer(user_app, name="user")

PARTNER_VIEW = Path("build/private/partner.db")


@user_app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    name: Annotated[str, typer.Option(help="Name of the person.")] = "",
    role: Annotated[
        str, typer.Option(help="One or several with spaces between: " + ", ".join(ROLES) + ".")
    ] = "administrator",
    region: Annotated[list[str] | None, typer.Option(help="Code of a region to act in; * for all.")] = None,
    organization: Annotated[
        list[str] | None, typer.Option(help="Name or published id of a body to act for; * for all.")
    ] = None,
    view: Annotated[Path, typer.Option("--view", help="The view in which bodies are looked up.")] = PARTNER_VIEW,
    area: AreaOption = None,
    accounts: AccountsOption = ACCOUNTS,
) -> None:
    """Make an account, and print the one-time link with which its owner sets password and authenticator."""
    bodies = [_body(view, text) for text in organization or ()]
    _check_regions(region or (), area)
    book, now = Accounts(accounts), dt.datetime.now(dt.UTC)
    token = book.add(login, name or login, role, by=COMMAND_LINE, now=now)
    for code in region or ():
        book.grant(book.by_login(login).id, "region", code)
    for body in bodies:
        book.grant(book.by_login(login).id, "organization", body)
    _say_link(token)


@user_app.command("invite")
def invite(login: Annotated[str, typer.Argument(help="Whose account.")], accounts: AccountsOption = ACCOUNTS) -> None:
    """End an account's password, authenticator and sessions, and print a new one-time link."""
    book = Accounts(accounts)
    _say_link(book.invite(book.by_login(login).id, by=COMMAND_LINE, now=dt.datetime.now(dt.UTC)))


@user_app.command("meet")
def meet(
    login: Annotated[str, typer.Argument(help="Whose account.")],
    by: LoginOption = "",
    accounts: AccountsOption = ACCOUNTS,
) -> None:
    """Say, signed in with --as, that you have met the owner of an account: after two people it counts as a person.

    Without --as it names the first two administrators or approvers, and nobody later.
    """
    book = Accounts(accounts)
    account = book.by_login(login)
    book.meet(account.id, by=acting(by, accounts, "administer", "approve") if by else COMMAND_LINE)
    if book.is_admitted(login):
        out.print(f"{account.login} counts as a person of their own where two must agree.")
    else:
        out.print(f"Noted. Another person who counts has to meet the owner of {account.login} too.")


@user_app.command("list")
def list_(accounts: AccountsOption = ACCOUNTS) -> None:
    """Show the accounts."""
    table = Table("Login", "Name", "Role", "Regions", "Bodies", "State")
    for account in Accounts(accounts).accounts():
        state = "disabled" if account.disabled else "" if account.enrolled else "link not used yet"
        if account.admission.admitted:
            state = ", ".join(filter(None, ["counts as a person", state]))
        regions, bodies = (", ".join(sorted(own)) for own in (account.grants.regions, account.grants.organizations))
        table.add_row(account.login, account.name, " ".join(account.roles), regions, bodies, state)
    out.print(table)


def _check_regions(codes: Sequence[str], area: Path | None) -> None:
    named = [code for code in codes if code != EVERYWHERE]
    if not named:
        return
    region = study_area(area)
    wrong = [code for code in named if code not in region.all_units()]
    if wrong:
        there = ", ".join(region.units(1).index)
        raise NotFound(
            f"{', '.join(wrong)}: no such region; there are {there} and what lies in them; nothing was changed"
        )


def _body(view: Path, text: str) -> str:
    if text == EVERYWHERE:
        return text

    if not view.exists():
        raise NotFound(
            f"{view}: there is no view in which to look for bodies; publish one, or name another with --view"
        )
    with View(view) as opened:
        names = [
            (organization.id, organization.name)
            for language in codes()
            for organization in opened.organizations(language=language)
        ]
    ids = {identifier for identifier, name in names if text == identifier or coarse(text) == coarse(name)}
    if not ids:
        raise NotFound(f"{text}: no body of {view} has this name or id; nothing was changed")
    if len(ids) > 1:
        raise InvalidRecord(f"{text}: {len(ids)} bodies have this name; give one id of {', '.join(sorted(ids))}")
    return ids.pop()


def _say_link(token: str) -> None:
    out.print(f"One-time link, good for 48 hours: https://<your portal>/en/join/{token}")
