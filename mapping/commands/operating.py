"""Operating: backups and the way back."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from mapping.commands.common import out
from mapping.errors import InvalidRecord

app = typer.Typer()

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
) -> None:
    """Write everything private into one encrypted file; portals and commands may go on meanwhile."""
    from mapping.backups import backup as write
    from mapping.backups import secret_of

    made = write(private, output, secret=secret_of(key, passphrase), now=dt.datetime.now(dt.UTC))
    out.print(f"Backup of {made.files} files, {made.size / 1e6:.1f} MB: {made.path}", markup=False)
    out.print(f"Rehearse it now: rohnamo restore {made.path} --check", markup=False)


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
    from mapping.backups import rehearse, secret_of
    from mapping.backups import restore as bring_back

    secret = secret_of(key, passphrase)
    if check:
        found = rehearse(file, secret=secret, check=log_faults, beside=private if private.is_dir() else None)
        if found.faults:
            raise InvalidRecord(f"{file}: {'; '.join(found.faults)}; take another backup")
        out.print(f"Made {found.made}: {len(found.files)} files can be restored; databases, keys and log are whole.")
        return
    found = bring_back(file, private, secret=secret, check=log_faults, replace=replace)
    out.print(f"Restored {len(found.files)} files of {found.made}: {found.folder}", markup=False)


def log_faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the log of a restored folder."""
    from web.ledger import Ledger

    path = folder / "ledger.db"
    if path.exists():
        yield from (f"the log: {fault}" for fault in Ledger(path).faults())
