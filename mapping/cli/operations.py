"""Operating: backups and the way back, reminders, and texts for native readers."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mapping.cli.options import ACCOUNTS, AccountsOption, OfDirectory, command, out
from mapping.directory.backups import new_key as new_key_pair
from mapping.directory.backups import opens, rehearse, secret_of
from mapping.directory.backups import restore as bring_back
from mapping.errors import InvalidRecord, MappingError, NotFound
from mapping.model import Audience
from mapping.resources import for_owner

app = typer.Typer()
texts_app = typer.Typer(
    help="Give all texts of a language to a native reader, and take corrections in.", no_args_is_help=True
)
app.add_typer(texts_app, name="texts")

PrivateOption = Annotated[Path, typer.Option("--private", help="The private folder of the installation.")]
KeyOption = Annotated[Path | None, typer.Option("--key", help="File with the key of backups.")]
PassphraseOption = Annotated[
    str | None,
    typer.Option(envvar="ROHNAMO_BACKUP_PASSPHRASE", help="Instead of a key file; best given by the environment."),
]
PRIVATE = Path("build/private")


@app.command()
def backup(
    output: Annotated[Path, typer.Argument(help="File to write, or a folder in which it gets a name.")],
    private: PrivateOption = PRIVATE,
    key: KeyOption = None,
    passphrase: PassphraseOption = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Only write a new key into the file, and print its public key.")
    ] = False,
) -> None:
    """Write everything private into one encrypted file; portals and commands may go on meanwhile."""
    from mapping.directory.backups import backup as write

    if new_key:
        _write_key(output)
        return
    made = write(private, output, secret=secret_of(key, passphrase), now=dt.datetime.now(dt.UTC))
    out.print(f"Backup of {made.files} files, {made.size / 1e6:.1f} MB: {made.path}")
    out.print(f"Rehearse it now: rohnamo restore {made.path} --check{f' --key {key}' if key else ''}")


def _write_key(file: Path) -> None:
    if file.exists():
        raise InvalidRecord(f"{file}: is there already; without it, no backup that was made for it can be opened")
    key, public = new_key_pair()
    for_owner(file).write_text(f"# public key: {public}\n{key}\n", encoding="ascii")
    out.print(f"The key that opens backups is in {file}: keep it, and a copy, away from this host.")
    out.print(f"Public key, enough to make backups (in a file that --key names): {public}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `rohnamo backup` wrote.")],
    private: PrivateOption = PRIVATE,
    check: Annotated[bool, typer.Option("--check", help="Only rehearse: read and check all, keep nothing.")] = False,
    replace: Annotated[bool, typer.Option(help="Put a folder that is there aside first.")] = False,
    key: KeyOption = None,
    passphrase: PassphraseOption = None,
) -> None:
    """Bring a backup back, or rehearse it; stop the portals before you replace what is there."""
    secret = secret_of(key, passphrase)
    if check and not opens(secret):
        out.print(f"{file} was made for a public key and cannot be read on this host: rehearse it where the key is.")
        return
    if check:
        contents = rehearse(file, secret=secret, check=log_faults, beside=private if private.is_dir() else None)
        if contents.faults:
            raise InvalidRecord(f"{file}: {'; '.join(contents.faults)}; take another backup")
        out.print(
            f"Made {contents.made}: {len(contents.files)} files can be restored; databases, keys and log are whole."
        )
        return
    contents = bring_back(file, private, secret=secret, check=log_faults, replace=replace)
    out.print(f"Restored {len(contents.files)} files of {contents.made}: {contents.folder}")


@command(app)
def remind(
    given: OfDirectory,
    accounts: AccountsOption = ACCOUNTS,
    ledger: Annotated[Path, typer.Option("--ledger", help="The file of who did what.")] = PRIVATE / "ledger.db",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would be written to, and send nothing.")] = False,
) -> None:
    """Write to providers with something to look through, to stewards where checks are due or consents end, and of news.

    Of what waits too long for a second person those who may agree are told, and the administrators, after 3 days again.

    Nobody is reminded of the rest twice within 14 days, so that it can run each day (rohnamo-remind.timer). Whoever
    wants to hear of news is told once for an edition; those for partners and focal points lie beside the accounts.
    """
    from web.access.accounts import Accounts
    from web.access.mailer import Mailer, mail_settings
    from web.partner.news import due_news, send_news
    from web.presenters.edition import Editions
    from web.staff.reminders import remind as write
    from web.staff.reminders import waiting
    from web.staff.visible import VisibleCache
    from web.stores.ledger import Ledger

    settings = mail_settings(accounts.parent / "mail.toml")
    if settings is None and not dry_run:
        raise NotFound(f"{accounts.parent / 'mail.toml'}: no mail server is set up; see docs/deploy.md")
    with given.opened() as store:
        region, now, book, cache = given.region, dt.datetime.now(dt.UTC), Ledger(ledger), VisibleCache()
        day = now.astimezone(ZoneInfo(region.timezone)).date()
        reminders = waiting(
            store,
            region,
            lambda regions: cache.seen(store, region, day, regions),
            Accounts(accounts),
            book,
            now=now,
            day=day,
        )
    for reminder in reminders:
        done = f"reminded on {reminder.told}" if reminder.told else "to be written to"
        out.print(f"{reminder.account.login:20} {reminder.why:8} {done}")
    audiences: tuple[Audience, ...] = ("partner", "focal_point")
    beside = [(accounts.parent / f"{audience}.db", audience) for audience in audiences]
    editions = [Editions(path, region, audience) for path, audience in beside if path.exists()]
    news = due_news(Accounts(accounts), editions)
    for person, _day in news:
        out.print(f"{person.login:20} {'news':8} to be written to")
    if dry_run or settings is None:
        out.print(
            f"{sum(not reminder.told for reminder in reminders) + len(news)} would be written to; nothing was sent."
        )
        return
    mailer, by = Mailer(settings), "command line"
    mails = [
        write(mailer, book, reminders, by=by, now=now),
        send_news(Accounts(accounts), editions, mailer, book, by=by, now=now),
    ]
    out.print(f"{sum(len(sent.to) for sent in mails)} were written to.")
    failed = [login for sent in mails for login in sent.failed]
    if failed:
        raise MappingError(f"{len(failed)} mails were not taken: {', '.join(failed)}; look at their addresses")


def log_faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the log of a restored folder."""
    from web.stores.ledger import Ledger

    path = folder / "ledger.db"
    if path.exists():
        yield from (f"the log: {fault}" for fault in Ledger(path).faults())


TextsArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The workbook (.xlsx).")]
TongueOption = Annotated[str, typer.Option("--lang", help="Language, as tg.")]
CataloguesOption = Annotated[
    Path | None, typer.Option("--folder", help="Folder with the catalogues, where it is not the shipped one.")
]


@texts_app.command("export")
def export_all_texts(file: TextsArgument, lang: TongueOption = "", folder: CataloguesOption = None) -> None:
    """Write every text of a language beside the English one, with a column for corrections."""
    from mapping.language.texts import export_texts

    count = export_texts(_catalogues(lang, folder), file)
    out.print(f"{count} texts: {file}")
    where = f"--lang {lang}" if folder is None else f"--folder {folder}"
    out.print("Corrections and missing texts go into the column Correction.")
    out.print(f"Then: rohnamo texts import {file} {where}")


@texts_app.command("import")
def import_all_texts(file: TextsArgument, lang: TongueOption = "", folder: CataloguesOption = None) -> None:
    """Take the corrections of a native reader into the catalogues: all, or none where one cannot be taken."""
    from mapping.language.texts import import_texts

    for entry in (corrected := import_texts(file, _catalogues(lang, folder))):
        out.print(f"  {entry.catalogue}: {entry.english} -> {entry.text}")
    out.print(f"{len(corrected)} texts corrected")


def _catalogues(lang: str, folder: Path | None) -> Path:
    from mapping.language.languages import folders

    if folder is not None:
        return folder
    if lang not in folders():
        raise InvalidRecord(f"--lang: name a language that has catalogues: {', '.join(sorted(folders()))}")
    return folders()[lang]
