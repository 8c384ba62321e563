"""Changing a copy of a view into the next one where little changed: it then holds what a whole one of all rows would.

Rows are replaced, and of what is made of rows that which hangs together with them. Where services come, go or move on
the map, all that is said of services by their numbers is another: that takes a whole view.
"""

import datetime as dt
import json
import sqlite3
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mapping.area.study_area import StudyArea
from mapping.view.diff import OLD, TIES, attach, hanging_together, note_changes
from mapping.view.entries import sort_key
from mapping.view.index import (
    INDEXED,
    Opening,
    SearchIndex,
    groups_named,
    indexed_rows,
    key_of_word,
    name_in,
    write_openings,
)
from mapping.view.postings import ORDER, SERIES, Mask, packed, unpacked
from mapping.view.ready import NESTED, aged, rewrite_ready

Row = Mapping[str, Any]

Changed = Mapping[str, Mapping[str, tuple[Row | None, Row | None]]]
"""Table -> id -> the row before and now; None where there is none."""

NOT_OF_ROWS = ("changed", "unavailable", "demand")
"""Tables of a view that are made of more than its rows, and after it."""

Name = TypeVar("Name", bound=Hashable)


def rewrite(path: Path, previous: Path, changed: Changed, *, area: StudyArea | None, edition: dt.date) -> bool:
    """Change a copy of a view into one of other rows and of a day; tell whether that can be done.

    Of locations, and of what ties services to them, none may have changed; no service may have come or gone.
    """
    with closing(sqlite3.connect(path.resolve().as_uri(), uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = off")
        db.execute("PRAGMA synchronous = off")  # whoever keeps the view writes it anew, page after page
        attach(db, previous)
        db.execute("BEGIN")
        for table in NOT_OF_ROWS:
            db.execute(f'DROP TABLE IF EXISTS main."{table}"')
        for table, rows in changed.items():
            db.executemany(f'DELETE FROM main."{table}" WHERE id = ?', ((record,) for record in rows))
            for _, row in rows.values():
                if row is not None:
                    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
                    db.execute(f'INSERT INTO main."{table}" ({names}) VALUES ({marks})', list(row.values()))
        ids: set[str | None] = {record for _, record in note_changes(db, changed, edition)}
        ids |= {row[name] for table, row in _rows(changed) if table in TIES for name in ("id", *TIES[table])}
        (day,) = db.execute("SELECT value FROM main.edition WHERE name = 'edition'").fetchone()
        days = dt.date.fromisoformat(day), edition
        ids |= aged(db, days)
        together = hanging_together(db, ids, NESTED)
        db.execute("UPDATE main.edition SET value = ? WHERE name = 'edition'", [edition.isoformat()])
        if not _IndexAgain(db, together, area, days).bring_up_to_date():
            return False
        (is_ready,) = db.execute("SELECT count(*) FROM main.sqlite_schema WHERE name = 'ready'").fetchone()
        db.execute("COMMIT")
    if is_ready:
        rewrite_ready(path, together)
    return True


def _rows(changed: Changed) -> Iterator[tuple[str, Row]]:
    for table, rows in changed.items():
        yield from ((table, row) for pair in rows.values() for row in pair if row is not None)


class _IndexAgain:
    """What the index of a view says of some services, before and now."""

    def __init__(
        self, db: sqlite3.Connection, ids: set[str], area: StudyArea | None, days: tuple[dt.date, dt.date]
    ) -> None:
        self.db = db
        (languages,) = db.execute("SELECT value FROM main.edition WHERE name = 'languages'").fetchone()
        self.before, self.now = (
            SearchIndex(self._tables(schema, ids), tuple(languages.split()), day, area, groups_named(db, schema))
            for schema, day in zip((OLD, "main"), days, strict=True)
        )
        own = json.dumps([row["id"] for row in self.before.services])
        self.numbers: dict[str, int] = dict(
            db.execute("SELECT service, number FROM listed WHERE service IN (SELECT value FROM json_each(?))", [own])
        )
        self.services = {self.numbers[row["id"]]: row for row in self.now.services if row["id"] in self.numbers}
        self.ranks = self._series("rank")

    def bring_up_to_date(self) -> bool:
        """Change the index where it says something else now; tell whether that can be done."""
        services = [{row["id"]: listing.points(row) for row in listing.services} for listing in self._both]
        if services[0] != services[1] or self.before.groups != self.now.groups:
            return False
        self._edit("code", ("kind", "code"), self._moves(lambda listing, row: listing.all_codes(row)), tuple)
        words = self._moves(lambda listing, row: ((word,) for word in listing.words(row)))
        self._edit("word", ("word",), words, lambda key: (*key, key_of_word(*key)))
        self.db.executemany(
            "UPDATE main.listed SET words = ? WHERE number = ?",
            ((" ".join(self.now.words(row)), number) for number, row in self.services.items()),
        )
        self._edit_openings()
        self._edit_orders()
        return True

    @property
    def _both(self) -> tuple[SearchIndex, SearchIndex]:
        return self.before, self.now

    def _tables(self, schema: str, ids: set[str]) -> dict[str, list[Row]]:
        """Return the rows of some ids of the tables that the index is made of, and all terms."""
        return {
            table: indexed_rows(self.db, table, "" if table == "taxonomy_term" else "id", sorted(ids), schema)
            for table in INDEXED
        }

    def _moves(self, names: Callable[[SearchIndex, Row], Iterable[Name]]) -> dict[Name, dict[int, bool]]:
        """Return the sets that services left (False) or joined: name of the set -> number of the service."""
        moves: dict[Name, dict[int, bool]] = defaultdict(dict)
        for row in self.before.services:
            number = self.numbers[row["id"]]
            was, is_ = set(names(self.before, row)), set(names(self.now, self.services[number]))
            for name in was ^ is_:
                moves[name][number] = name in is_
        return moves

    def _edit(
        self,
        table: str,
        names: tuple[str, ...],
        moves: Mapping[Any, Mapping[int, bool]],
        key: Callable[[Any], tuple[Any, ...]],
    ) -> None:
        """Change sets of services in a table; ``key`` gives what stands in a row before the set."""
        where = " AND ".join(f"{name} = ?" for name in names)
        for name, of_number in moves.items():
            line = self.db.execute(f"SELECT bits, numbers FROM main.{table} WHERE {where}", name).fetchone()
            mask = self._moved(unpacked(line[0], line[1], self.ranks.size) if line else None, of_number)
            self.db.execute(f"DELETE FROM main.{table} WHERE {where}", name)
            if mask.any():
                row = (*key(name), *packed(np.flatnonzero(mask), mask.size))
                self.db.execute(f"INSERT INTO main.{table} VALUES ({', '.join('?' * len(row))})", row)

    def _moved(self, mask: Mask | None, of_number: Mapping[int, bool]) -> Mask:
        mask = np.zeros(self.ranks.size, bool) if mask is None else mask
        mask[list(of_number)] = list(of_number.values())
        return mask

    def _edit_openings(self) -> None:
        moves = self._moves(lambda listing, row: listing.openings(row))
        if not moves:
            return
        rows = self.db.execute("SELECT * FROM open").fetchall()
        masks = {Opening(*row[:6]): unpacked(row[6], row[7], self.ranks.size) for row in rows}
        for opening, of_number in moves.items():
            masks[opening] = self._moved(masks.get(opening), of_number)
        self.db.execute("DELETE FROM main.open")
        openings = {opening: np.flatnonzero(mask) for opening, mask in masks.items() if mask.any()}
        write_openings(self.db, openings, self.ranks.size)

    def _edit_orders(self) -> None:
        """Put the services whose rank or name is another into their new places."""
        numbers = [self.numbers[row["id"]] for row in self.before.services]
        if not numbers:
            return
        ranks = self.ranks.copy()
        ranks[numbers] = [self.now.rank(self.services[number]) for number in numbers]
        self._keep("rank", ranks)
        for language in self.now.languages:
            names = {number: self.now.name(row, language) for number, row in self.services.items()}
            moved = [
                number
                for row, number in zip(self.before.services, numbers, strict=True)
                if ranks[number] != self.ranks[number] or names[number] != self.before.name(row, language)
            ]
            if moved:
                self._keep(f"by_name_{language}", self._order(language, ranks, names, moved))

    def _order(self, language: str, ranks: Any, names: Mapping[int, str], moved: list[int]) -> Any:
        """Return the places of all services, by rank and then by name, of which some moved."""
        places = self._series(f"by_name_{language}")
        ordered = np.argsort(places)
        line: list[int] = ordered[~np.isin(ordered, moved)].tolist()

        def key(number: int) -> tuple[int, str, int]:
            name = names[number] if number in names else self._name(number, language)
            return int(ranks[number]), sort_key(name), number

        for number in moved:
            line.insert(bisect(line, key(number), key=key), number)
        order = np.empty(len(line), ORDER)
        order[line] = np.arange(len(line))
        return order

    def _name(self, number: int, language: str) -> str:
        """Return the name of another service."""
        service, name = self.db.execute(
            "SELECT s.id, s.name FROM main.listed l JOIN main.service s ON s.id = l.service WHERE l.number = ?",
            [number],
        ).fetchone()
        texts = self.db.execute(
            "SELECT language, text FROM main.translation WHERE link_id = ? AND field = 'name' ORDER BY id", [service]
        )
        return name_in(dict(texts), language, name)

    def _series(self, name: str) -> Any:
        (content,) = self.db.execute("SELECT numbers FROM main.series WHERE name = ?", [name]).fetchone()
        return np.frombuffer(content, SERIES.get(name, ORDER))

    def _keep(self, name: str, numbers: Any) -> None:
        self.db.execute("UPDATE main.series SET numbers = ? WHERE name = ?", [numbers.tobytes(), name])
