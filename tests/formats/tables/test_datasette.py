"""The file for Datasette: the rows of the flat table, found by SQL and by words, with a dictionary that is whole."""

import csv
import sqlite3
from contextlib import closing

import pytest

from mapping.formats.tables._flat import flat_rows
from mapping.render.export import export
from tests.support.sample import CHASHMA, sample_view


@pytest.fixture(scope="module")
def view(tmp_path_factory, tiny_area):
    with sample_view(tmp_path_factory.mktemp("view"), tiny_area) as opened:
        yield opened


def test_the_rows_are_those_of_the_flat_table(view, tiny_area, tmp_path):
    path = export(view, tmp_path / "list.sqlite", area=tiny_area)
    flat = [row for row, _ in flat_rows(view, tiny_area, "en")]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT id, name FROM services").fetchall() == [(row["id"], row["name"]) for row in flat]
        query = "SELECT latitude, longitude, name_tg FROM services WHERE name = 'Legal advice'"
        ((lat, lon, name),) = db.execute(query).fetchall()
        assert (lat, lon) == pytest.approx(CHASHMA, abs=1e-6)
        assert name == "Машварати ҳуқуқӣ"
        query = "SELECT name FROM services WHERE rowid IN (SELECT rowid FROM services_fts WHERE services_fts MATCH ?)"
        assert db.execute(query, ["advice"]).fetchall() == [("Legal advice",)]
        columns = {name for _, name, *_ in db.execute("PRAGMA table_info(services)")}
        told = dict(db.execute("SELECT * FROM dictionary"))
        assert columns == {*told, *(f"name_{code}" for code in tiny_area.languages)}
        assert dict(db.execute("SELECT * FROM about"))["licence"] == "CC-BY-4.0"
    written = export(view, tmp_path / "x.dictionary.csv", area=tiny_area).read_text(encoding="utf-8")
    assert dict(list(csv.reader(written.splitlines()))[1:]) == told


def test_what_parts_several_values_is_what_the_dictionary_says(view, tiny_area, tmp_path):
    path = export(view, tmp_path / "list.sqlite", area=tiny_area)
    with closing(sqlite3.connect(path)) as db:
        told = dict(db.execute("SELECT * FROM dictionary"))["types"]
        assert "a semicolon and a space part several values" in told
        cells = [
            cell for row in db.execute("SELECT types, serves, languages, phones FROM services") for cell in row if cell
        ]
    assert any("; " in cell for cell in cells)
    assert not any(part != part.strip() or ";" in part for cell in cells for part in cell.split("; "))
