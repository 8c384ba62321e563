"""An upload is stored: once, whoever presses how often, and whole or not at all, whatever ends meanwhile."""

from mapping.directory.undo import BatchLine
from mapping.model import WHOLES
from web.access.guard import log, today
from web.staff.common import directory, everything_seen, outcome
from web.staff.imports.reading import (
    STORE_STEPS,
    asked_of,
    is_agreed,
    last_act,
    maps,
    read_upload,
    uploads,
)
from web.staff.imports.uploads import Upload, save_map
from web.staff.work import Work, workshop

DONE = "changes.html?done"


def storing(upload: Upload, *, by: str) -> Work[str]:
    """Return the work of storing an upload for somebody; its outcome is the page that says what came of it."""
    name, stored = ("store", upload.token), upload.stored

    def do(work: Work[str]) -> str:
        with uploads().alone(upload.token), workshop().storing:
            current = uploads().get(upload.token, upload.account)
            return _store(current, by, work) if current.stored == stored else DONE

    known = workshop().known(name)
    if known is not None and known.is_over:  # it failed, or the list was read in another way since
        workshop().forget(name)
    account, steps = upload.account, STORE_STEPS
    return workshop().work(
        name, do, of=stored, state=None, account=account, steps=steps, step=1, about=upload.path.name
    )


def storing_of(token: str) -> Work[str] | None:
    """Return the work of storing an upload, if somebody began it since the portal was started."""
    return workshop().known(("store", token))


def _store(upload: Upload, login: str, work: Work[str]) -> str:
    if upload.storing_after is not None and (act := _act(upload, login, upload.storing_after)) is not None:
        _finish(upload, act.number)  # the portal ended after it was stored, and before that was noted
        return DONE
    batch = read_upload(upload, directory(), work=work)
    work.next_step()
    work.ends_itself = True
    upload = uploads().begins_to_be_stored(upload, last_act())
    if upload.stored and is_agreed(upload) and not _is_undone(upload.stored):
        directory().undo(upload.stored, by=login, on=today())  # what was stored as secret, numbers too, would stay so
    change = directory().add(batch, by=login, on=today(), progress=work.progress)
    log("imported", subject=upload.path.name, who=login)
    act = _act(upload, login, upload.storing_after or 0)
    work.next_step()
    _finish(upload, act.number if act else 0)
    whole = everything_seen()
    missing = [record for record in change.missing if record.table in WHOLES and whole.has(record.table, record.id)]
    page = "see/moved" if any(record.moved for record in missing) else "see/missing" if missing else "changes"
    return f"{page}.html?{outcome(change)}"


def _is_undone(number: int) -> bool:
    return any(act.number == number and act.undone_by is not None for act in directory().batches())


def _act(upload: Upload, login: str, after: int) -> BatchLine | None:
    acts = (act for act in directory().batches() if act.number > after and act.undone_by is None)
    return next((act for act in acts if act.by == login and act.file == upload.path.name), None)


def _finish(upload: Upload, number: int) -> None:
    """Save the map of an upload that was stored; it is kept where it is to be stored again once two people agreed."""
    if upload.columns is not None and not upload.trusted:
        save_map(upload.columns, maps())
    if upload.columns is None or (is_agreed(upload) and not asked_of(upload.columns.source)):
        uploads().drop(upload)
    else:
        uploads().stored_by(upload, number)
