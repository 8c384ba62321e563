"""Rows of services read in two processes: what becomes of a list is the same, whichever rows the other one read."""

import datetime as dt
import pickle
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mapping.apart import Helper
from mapping.column_map import ColumnMap
from mapping.intake import read as reading
from mapping.intake.together import services
from mapping.quality.known_organizations import Known

TODAY = dt.date(2026, 11, 24)
HEADER = ("No", "Name", "Имя", "District", "Help", "Phone", "Web", "Hours", "Checked", "Places", "Open to", "Remark")
FIELDS = (
    "key",
    "organization",
    "organization.ru",
    "unit",
    "service",
    "phone",
    "website",
    "hours",
    "verified_on",
    "capacity",
    "marking",
)
CELLS = (
    ("", "1", "2", "3"),
    (
        "",
        "Umed",
        "Centre «Umed»",
        "Crisis centre «Umed»",
        "Кризисный центр «Умед»",
        "Madad 1",
        "Madad 2",
        "Umed*",
        "Назарова Гулноз, 31 год",
    ),
    ("", "", "Умед", "Мадад"),
    ("Juybor", "Sarchashma", "nowhere", "-//-"),
    ("legal advice", "legal advice; shelter", "what nobody knows", ""),
    ("", "+992 00 000 11 11", "+992 00 000 22 22", "abc"),
    ("", "umed.example", "no web page"),
    ("", "24/7", "Mon-Fri 9-17", "xyz"),
    ("", "01.10.2026", "32.13.2026"),
    ("", "12", "many"),
    ("all", "partners", "?"),
    ("", "closed since 2025", "do not show"),
)
BODY = ("1", "Umed", "", "Juybor", "legal advice", "+992 00 000 11 11", "no web page", "", "", "", "all", "")
SLIPPED = ("1", "Madad 1", "", "Juybor", "legal advice", "abc", "no page", "xyz", "32.13.2026", "", "all", "")
OTHER = ("1", "Crisis centre «Umed»", "", "Juybor", "legal advice", "+992 00 000 11 11", *[""] * 4, "all", "")
SAME = ("2", "Madad 2", "Мадад", "Juybor", "legal advice", *[""] * 5, "all", "")
NAMED = ("7", "Кризисный центр «Умед»", "Мадад", "Juybor", "legal advice", "+992 00 000 11 11", *[""] * 4, "all", "")
LISTS = st.lists(st.tuples(*map(st.sampled_from, CELLS)), min_size=1, max_size=24)


def column_map(source: str, *, keyed: bool) -> ColumnMap:
    fields = dict(zip(FIELDS, HEADER, strict=False))
    return ColumnMap.model_validate(
        {
            "source": source,
            "name": source,
            "key": "No" if keyed else [],
            "fields": fields if keyed else {name: heading for name, heading in fields.items() if name != "key"},
            "markings": {"all": "public", "partners": "partner"},
            "private": ["Remark"],
            "rows": {"refused": 100},
        }
    )


def same(thing):
    """Return a thing as another process is given it."""
    return pickle.loads(pickle.dumps(thing))


class Everywhere(Helper):
    """A helper that reads some parts of a list as another process would."""

    apart = (True,)
    """Which parts, in turn."""
    parts = 0

    @property
    def has_begun(self) -> bool:
        return True

    def ahead(self, work, job, *args) -> Iterator:
        made = job(*same(args))
        for number, part in enumerate(work):
            type(self).parts += 1
            yield part, (same(made(same(part))),) if self.apart[number % len(self.apart)] else None


def outcome(path, columns, area, known):
    """Return everything that becomes of a list, and what is known then."""
    batch = reading.read(path, columns=columns, area=area, today=TODAY, known=known)
    rows = {kind: [*batch.records.rows(kind)] for kind in batch.records.kinds}
    held = [known.bodies, known.names, known.signatures, known.places, known.owners]
    return rows, batch.issues, batch.refused, batch.cleaned, [*held, known.offers, known.services, known.services_of]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@example([BODY, ("2", *BODY[1:])], [BODY], True, [True], 1).via("its web page is doubted once")
@example([BODY, SLIPPED], [BODY], True, [True], 9).via("one that slipped says nothing else")
@example([OTHER, SAME], [NAMED], True, [True], 1).via("another list has it in another language")
@given(LISTS, LISTS, st.booleans(), st.lists(st.booleans(), min_size=1, max_size=3), st.integers(1, 6))
def test_a_list_becomes_the_same_whichever_rows_another_process_read(
    tmp_path, tiny_area, first, second, keyed, apart, together
):
    known, known_apart = Known(), Known()
    for number, rows in enumerate((first, second, first)):
        path = tmp_path / f"list {number}.csv"
        path.write_text("\n".join(";".join(f'"{cell}"' for cell in row) for row in (HEADER, *rows)), "utf-8")
        columns = column_map(f"list{number % 2}", keyed=keyed)
        known.maps.add(columns.digest)
        known_apart.maps.add(columns.digest)
        alone = outcome(path, columns, tiny_area, known)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(services, "TOGETHER", together)
            patch.setattr(reading, "Helper", Everywhere)
            patch.setattr(Everywhere, "apart", apart)
            assert outcome(path, columns, tiny_area, known_apart) == alone
    assert Everywhere.parts


def test_only_for_many_rows_is_another_process_begun(tmp_path, tiny_area, monkeypatch):
    begun = []
    monkeypatch.setattr(Helper, "_begun", lambda helper: begun.append(helper))
    path, columns = tmp_path / "list.csv", column_map("list", keyed=True)
    row = ("1", "Umed", "", "Juybor", "legal advice", *[""] * 5, "all", "")
    path.write_text("\n".join(";".join(row) for row in (HEADER, row)), "utf-8")
    reading.read(path, columns=columns, area=tiny_area, today=TODAY)
    assert not begun
    monkeypatch.setattr(reading, "MANY_ROWS", 2)
    reading.read(path, columns=columns, area=tiny_area, today=TODAY)
    assert begun


def test_an_area_is_the_same_in_another_process_and_none_where_its_files_changed(tiny_copy):
    from mapping.area.study_area import StudyArea
    from mapping.errors import InvalidRecord

    area = StudyArea.load(tiny_copy)
    packed = pickle.dumps(area)
    assert pickle.loads(packed).all_units() == area.all_units()
    assert pickle.loads(packed) is pickle.loads(packed)
    (tiny_copy / "admin" / "names.csv").write_text("code,language,name\n", "utf-8")
    other = pickle.dumps(StudyArea.load(tiny_copy))
    assert pickle.loads(other).folder == area.folder
    with pytest.raises(InvalidRecord, match="changed"):
        pickle.loads(packed)
