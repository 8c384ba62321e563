"""The format of a view file, and how one of the format before is read."""

import sqlite3

import numpy as np

from mapping.view.service_index import SCHEMA, write_words

FORMAT = "11"
"""What a view is read by: raised with every change of its tables, or of the lexicon that is kept in it."""
BEFORE = "10"
"""The format before, whose search index kept sets of services as bits."""
APPLICATION_ID = 0x526F6876
"""Stands in the header of a view file: "Rohv"."""


def convert_index(connection: sqlite3.Connection) -> None:
    """Make the search index of a view of the format before, in tables that stand before those of its file.

    What the file holds is read, and nothing is written into it.
    """

    def numbers(name: str, kind: str) -> list[float]:
        row = connection.execute("SELECT numbers FROM main.series WHERE name = ?", [name]).fetchone()
        return np.frombuffer(row[0] if row else b"", kind).tolist()  # type: ignore[no-any-return]

    def services(bits: int, content: bytes) -> list[int]:
        found = np.flatnonzero(np.unpackbits(np.frombuffer(content, "u1"))) if bits else np.frombuffer(content, "<u4")
        return found.tolist()

    for statement in SCHEMA.split(";\n"):
        connection.execute(statement.replace("TABLE ", "TABLE temp.").replace("INDEX ", "INDEX temp."))
    listed = connection.execute("SELECT number, service, words FROM main.listed ORDER BY number").fetchall()
    ranks = numbers("rank", "u1")
    rows = ((n, service, rank, n, n, words) for rank, (n, service, words) in zip(ranks, listed, strict=True))
    insert = connection.executemany
    insert("INSERT INTO temp.listed VALUES (?, ?, ?, ?, ?, ?)", rows)
    insert("INSERT INTO temp.lexicon VALUES (?)", connection.execute("SELECT content FROM main.lexicon").fetchall())
    for kind, code, *packed in connection.execute("SELECT kind, code, bits, numbers FROM main.code").fetchall():
        if kind == "for":
            insert("INSERT INTO temp.taker VALUES (?, ?)", ((code, number) for number in services(*packed)))
        else:
            insert("INSERT INTO temp.code VALUES (?, ?, ?)", ((kind, code, number) for number in services(*packed)))
    for *opening, bits, content in connection.execute("SELECT * FROM main.open").fetchall():
        insert("INSERT INTO temp.open VALUES (?, ?, ?, ?, ?, ?, ?)", ((*opening, n) for n in services(bits, content)))
    names = (("point", "<u4"), ("latitude", "<f8"), ("longitude", "<f8"))
    insert("INSERT INTO temp.point VALUES (?, ?, ?)", zip(*(numbers(*name) for name in names), strict=True))
    for (name,) in connection.execute("SELECT name FROM main.series WHERE name LIKE 'by_name_%'").fetchall():
        language, places = name.removeprefix("by_name_"), numbers(name, "<u4")
        insert("INSERT INTO temp.by_name VALUES (?, ?, ?)", ((language, *place) for place in enumerate(places)))
    write_words(connection)
