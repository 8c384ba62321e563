"""Views of format 10, whose search index kept sets of services as bits: give one the index that is read today."""

import sqlite3

import numpy as np

from mapping.view.index import SCHEMA, write_words

FORMAT = "10"


def convert_index(connection: sqlite3.Connection) -> None:
    """Make the tables of the search index beside the view, where they stand before those of its file.

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
