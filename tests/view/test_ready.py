"""Ready records say the same as those that are made when they are asked for, and come from the view alone."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.directory.directory import rules
from mapping.model import Record, references
from mapping.safety.redaction import PUBLISHED, project, rename
from mapping.view import diff, hsds
from mapping.view.ready import (
    FORMS,
    is_ready,
    ready_records,
    write_ready,
)
from mapping.view.view import View
from mapping.view.writer import ViewContext, write_view
from tests.support.sample import (
    TODAY,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    sample_view,
    secret_parts,
    service,
    tables_of,
)


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


SAMPLE = records_of(public_parts(), secret_parts())


def view_of(records: list[Record], area: StudyArea, path: Path, day: dt.date = TODAY, previous: Path | None = None):
    shown = rename(project(tables_of(records), "public", rules(day, area)), lambda private: f"id of {private}")
    write_view(shown, path, fields=PUBLISHED, context=ViewContext("public", day, area, previous))
    return path


def edited(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[Record]:
    """The sample after some edits: records that are gone, are hidden, say something else or belong elsewhere."""
    records = list(SAMPLE)
    for _ in range(draw(st.integers(0, 4))):
        number = draw(st.integers(0, len(records) - 1))
        record = records[number]
        refers = references(type(record))
        options = [name for name in PUBLISHED.get(record.table, ()) if isinstance(getattr(record, name), str)]
        change = draw(st.sampled_from(["gone", "hidden", *options]))
        fields: dict[str, Any] = {}
        if change == "gone":
            del records[number]
            continue
        if change == "hidden" or change == "audience":
            fields = {"audience": "custodian"} if "audience" in type(record).model_fields else {}
        elif change in refers:
            fields = {change: draw(st.sampled_from([r.id for r in SAMPLE if r.table == refers[change]] or [""]))}
        elif change == "link_id":
            fields = {change: draw(st.sampled_from([r.id for r in SAMPLE if r.table == record.link_entity]))}
        elif change not in ("link_entity", "precision", "position_basis", "byday", "status", "service_types", "field"):
            fields = {change: draw(st.sampled_from(["2027-01-01", "08:00", "Сухан"]))}
        records[number] = record.model_copy(update=fields)
    return records


@pytest.fixture(scope="module")
def before(tmp_path_factory, tiny_area):
    path = view_of(SAMPLE, tiny_area, tmp_path_factory.mktemp("before") / "public.db")
    write_ready(path)
    return path


def test_an_entry_is_told_anew_where_only_the_name_of_another_changed(tiny_area, tmp_path):
    parts = records_of(*ADVICE, *TALKS)
    renamed = [r.model_copy(update={"name": "Umedi"}) if getattr(r, "name", "") == "Umed" else r for r in parts]
    old, new = (view_of(own, tiny_area, tmp_path / f"{n}.db") for n, own in enumerate((parts, renamed)))
    changes = {change.name: change.organization for change in diff.compare(old, new)}
    assert changes["Umedi"] == ""
    assert changes["Advice"] == "Umedi"
    assert "Talks" not in changes


ADVICE = [
    organization("Umed"),
    service("Advice", of="Umed"),
    place("Zarnisor house", of=["Advice"], at=(10.04, 60.05), unit="XT-E1", address="17 Gulafshon Street"),
]
TALKS = [organization("Nihoni"), service("Talks", of="Nihoni"), phone("+992 44 600 11 11", service="Talks")]
