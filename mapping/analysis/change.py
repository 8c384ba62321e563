"""Change: what is new, closed or moved since an earlier edition, by area unit."""

from collections.abc import Iterable, Mapping

import pandas as pd

from mapping.analysis import _texts
from mapping.analysis._listed import chosen_level, units_in
from mapping.area import StudyArea
from mapping.errors import InvalidRecord, UnsafePublication
from mapping.result import Column, Figure, Input, Result
from mapping.view import Entry, View
from mapping.words import Message

METHOD = Message(
    "We compared two editions for the same readers, service by service. A service is new when it was not active in the "
    "earlier edition, closed when it is not active in this one, and moved when it has another place. Whether a service "
    "closed, was merged with another or is no longer shown cannot be told apart, so that nothing hidden can be guessed."
)

LABELS: dict[str, Message] = {
    "before": Message("Services in the earlier edition"),
    "now": Message("Services now"),
    "new": Message("New"),
    "closed": Message("Closed, or no longer shown"),
    "moved": Message("Moved"),
}


def change(view: View, area: StudyArea, *, previous: View | None = None, level: int | None = None) -> Result:
    """Count what is new, closed or moved since an earlier edition, by area unit.

    ``previous`` is the earlier edition for the same readers; without one nothing can be said. For the public it must
    be one that is still offered. The table has ``before``, ``now``, ``new``, ``closed`` and ``moved``. ``level`` is
    that of the regions, 1 by default.

    Raises
    ------
    UnsafePublication
        The earlier edition was made for other readers.
    InvalidRecord
        The earlier edition is later than this one, or the study area has no such level.
    """
    level = chosen_level(area, min(1, area.levels[-1].level) if level is None else level)
    if previous is not None:
        _require_like(view, previous)
    old = _active(previous.services()) if previous is not None else {}
    now = _active(view.services())
    kinds = {
        "before": old,
        "now": now,
        "new": {key: entry for key, entry in now.items() if key not in old},
        "closed": {key: entry for key, entry in old.items() if key not in now},
        "moved": {key: entry for key, entry in now.items() if key in old and _where(entry) != _where(old[key])},
    }
    index = pd.Index([str(code) for code in area.units(level).index], name="code")
    table = pd.DataFrame({key: _counts(found.values(), area, level, index) for key, found in kinds.items()}, index)
    total: dict[str, int] = {key: len(found) for key, found in kinds.items()}
    unknown = [key for key in LABELS if key != "now"]
    if previous is None:
        table[unknown] = 0
        total = {"now": total["now"]}
    states = pd.DataFrame(dict.fromkeys(unknown, "unknown" if previous is None else ""), index, dtype=object)
    return Result(
        name="change",
        title=Message("What changed since the earlier edition"),
        finding=_finding(total, previous),
        also=_also(area, table) if previous is not None else (),
        audience=view.audience,
        edition=view.edition,
        level=level,
        table=table,
        states=states,
        total=total,
        columns=tuple(Column(key, label, "count") for key, label in LABELS.items()),
        figures={k: Figure(total[k], "count", LABELS[k]) for k in ("new", "closed", "moved") if k in total},
        method=METHOD,
        inputs=(*_texts.inputs(view, area, travel=False)[:1], *_earlier(previous)),
        caveats=(*_texts.caveats(area, travel=False)[:1], *NOTES),
        picture="bars" if previous is not None else "none",
    )


NOTES = (
    Message("More entries may mean that more was asked, not that there is more help."),
    Message("Services without a place in an area unit stand in the line of the country only."),
)


def _require_like(view: View, previous: View) -> None:
    if previous.audience != view.audience:
        raise UnsafePublication(
            f"change: the earlier edition was made for {previous.audience}, this one for {view.audience}; "
            "compare editions for the same readers"
        )
    if previous.edition > view.edition:
        raise InvalidRecord(
            f"change: {previous.edition} is later than {view.edition}; give the earlier one as previous"
        )


def _active(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry.id: entry for entry in entries if entry.status == "active"}


def _where(entry: Entry) -> frozenset[tuple[object, ...]]:
    return frozenset((place.latitude, place.longitude, place.area_unit, place.country) for place in entry.places)


def _counts(entries: Iterable[Entry], area: StudyArea, level: int, index: pd.Index) -> list[int]:
    found: dict[str, int] = dict.fromkeys(map(str, index), 0)
    for entry in entries:
        for unit in units_in(entry, area, level)[0]:
            found[unit] += 1
    return list(found.values())


def _earlier(previous: View | None) -> tuple[Input, ...]:
    if previous is None:
        return ()
    return (Input(Message("Earlier edition"), previous.edition),)


def _finding(total: Mapping[str, int], previous: View | None) -> Message:
    """Say how much is new, closed and moved."""
    if previous is None:
        return Message("There is no earlier edition to compare this one with")
    words: dict[str, object] = {**total, "day": previous.edition}
    if not (total["new"] or total["closed"] or total["moved"]):
        return Message("Nothing changed since {day}", words)
    return Message("Since {day}: new {new}, closed or no longer shown {closed}, moved {moved}", words)


def _also(area: StudyArea, table: pd.DataFrame) -> tuple[Message, ...]:
    """Name the unit that gained the most, and the one that lost the most."""
    net, said = table["now"] - table["before"], []
    if len(table) > 1 and net.max() > 0:
        words = {"place": _texts.named(area, str(net.idxmax())), "count": int(net.max())}
        said.append(Message("The most were added in {place}: {count}.", words))
    if len(table) > 1 and net.min() < 0:
        words = {"place": _texts.named(area, str(net.idxmin())), "count": -int(net.min())}
        said.append(Message("The most were lost in {place}: {count}.", words))
    return tuple(said)
