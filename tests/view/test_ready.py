"""Ready records say the same as those that are made when they are asked for, and come from the view alone."""

import json

import pytest

from mapping.view import hsds
from mapping.view.ready import FORMS, is_ready, ready_records, write_ready
from mapping.view.view import View
from tests.support.sample import sample_view


@pytest.fixture(scope="module")
def ready(tmp_path_factory, tiny_area):
    view = sample_view(tmp_path_factory.mktemp("ready"), tiny_area)
    assert not is_ready(view)
    view.close()
    write_ready(view.path)
    with View(view.path) as opened:
        yield opened


@pytest.mark.parametrize(("table", "form"), [(table, form) for table, forms in FORMS.items() for form in forms])
def test_what_stands_ready_is_what_would_be_made(ready, table, form):
    made = {record["id"]: record for record in hsds.records(ready, table, full=form == "full")}
    assert made
    found = ready_records(ready, table, form, made)
    assert {record_id: json.loads(text) for record_id, text in found.items()} == made


def test_nothing_stands_ready_that_the_view_does_not_hold(ready):
    assert is_ready(ready)
    for table in FORMS:
        known = {record_id for (record_id,) in ready.connection.execute(f'SELECT id FROM "{table}"')}
        rows = ready.connection.execute("SELECT id FROM ready WHERE entity = ?", [table])
        assert {record_id for (record_id,) in rows} == known
    assert ready_records(ready, "service", "full", ["none"]) == {}


def test_the_same_view_gives_the_same_bytes(ready, tmp_path, tiny_area):
    view = sample_view(tmp_path, tiny_area)
    view.close()
    write_ready(view.path)
    assert view.path.read_bytes() == ready.path.read_bytes()
    assert [path.name for path in tmp_path.glob("*.ready")] == []
