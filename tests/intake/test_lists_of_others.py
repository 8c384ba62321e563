"""What is read from lists of services, agreements, answers, activities and figures as other people fill them in.

Each column of `lists_of_others` stands beside one of what a careful colleague would read: a value; "told", where no
value can be read and the report must say so; a value with "?", where either will do; nothing. They were written from
docs/importing.md alone, before the readers were looked at, and then learnt from.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mapping.batch import Batch
from mapping.column_map import ColumnMap
from mapping.intake.read import Known, read
from mapping.language.taxonomy import Vocabulary, term_id
from mapping.model import Record
from tests.support.planted import KINDS, measured
from tests.support.sample import TODAY, batch, organization, place, service
from tests.support.second_person import EveryMap

HERE = Path(__file__).parent / "lists_of_others"
MEANT = "= "
"""How the heading of a column begins that says what the cell beside is to be read as."""


def rows_of(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BODIES = rows_of("organizations")
NAMES = {row["word"]: row["name"] for row in BODIES}


@dataclass(frozen=True)
class Cell:
    """A cell of a list, what it means, and what became of it."""

    row: int
    column: str
    text: str
    meant: str
    read: str
    told: bool

    @property
    def outcome(self) -> str:
        """Tell whether it was read as it is meant, as something else, or not: told or lost in silence."""
        value = self.meant.rstrip("?")
        if self.read == value or (value != self.meant and self.told and not self.read):
            return "right"
        if self.told:
            return "right" if self.meant == "told" else "told"
        return "wrong" if self.read else "lost"


@pytest.fixture
def known() -> Known:
    """The bodies that the lists speak of, each with a service."""
    known = Known(maps=EveryMap())
    for row in BODIES:
        name, help_ = row["name"], f"S {row['word']}"
        names = {language: row[f"name.{language}"] for language in ("tg", "ru", "en") if row[f"name.{language}"]}
        body = organization(name, kind=row["kind"], names=names, alternate_name=row["alternate"] or None)
        parts = (body, service(help_, of=name, types=[row["types"]]), place(f"P {row['word']}", of=[help_]))
        known.learn(batch(*parts).records)
    return known


@pytest.fixture
def take(tmp_path, tiny_area, known):
    """Return the batch of rows of a shape, whose columns are called as its fields."""

    def take_rows(shape: str, rows: list[dict[str, str]], **more: object) -> Batch:
        names = list(rows[0])
        path = tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        settings = {"fields": {name: [name] for name in names}, "constants": {"marking": "all"}} | more
        columns = ColumnMap.model_validate(
            {"source": "x", "name": "X", "shape": shape, "rows": {"refused": 1000}, "markings": {"all": "partner"}}
            | settings
        )
        return read(path, columns=columns, area=tiny_area, today=TODAY, known=known)

    return take_rows


def _shown(name: str, value: object, bodies: dict[str, str], meant: str) -> str:
    """Return what a field holds as the lists write it."""
    if value is None or value == "" or (value == "unknown" and name in ("status", "answer", "unit_of_count")):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if name in ("from", "to", "organization"):
        return bodies.get(str(value), "")
    if name == "service":
        codes, ours = set(str(value).split(";")), set(meant.replace("?", "").split())
        same = {code[:3] for code in codes} == {code[:3] for code in ours}
        return meant.rstrip("?") if same else str(value)
    return str(value)


GOOD = {
    "agreement": {"from": NAMES["umed"], "to": NAMES["sabo"]},
    "assessment": {"answer": "yes", "assessed_on": "2026-03-12", "assessed_by": "self"},
    "activity": {"organization": NAMES["sabo"], "service": "PRV-AWA", "unit": "Juybor"},
    "case": {"year": "2024", "measure": "victims_identified", "unit_of_count": "persons"}
    | dict.fromkeys(("sex", "age_band", "exploitation", "nationality"), ""),
}
"""Shape -> column -> a cell that everybody understands: it stands beside the cells that are looked at, so that none is
lost with a row that was set aside for another."""
LISTS = {"agreement": "agreements", "assessment": "answers", "activity": "activities", "case": "cases"}
TABLES = {
    "agreement": "referral_agreement",
    "assessment": "standard_assessment",
    "activity": "activity",
    "case": "case_count",
}
FIELDS = {
    "from": "from_organization_id",
    "to": "to_organization_id",
    "organization": "organization_id",
    "unit": "area_unit",
    "updated": "reported_on",
    "consent": "consent_form",
    "answer_within": "answer_within_hours",
}
"""Column -> field of the record, where they are not called alike."""


def _sent(shape: str, row: dict[str, str], looked_at: set[str]) -> dict[str, str]:
    """Return a row as it is sent: all but the columns that are looked at in words that everybody understands."""
    cells = {name: cell for name, cell in row.items() if not name.startswith(MEANT)}
    cells |= {name: cell for name, cell in GOOD[shape].items() if name not in looked_at}
    if shape == "agreement":
        beside = next(word for word in ("umed", "sabo", "gulbog") if word not in (row["= from"], row["= to"]))
        cells |= {name: NAMES[beside] for name in ("from", "to") if {name} ^ looked_at == {"from", "to"}}
    if shape == "assessment":
        word = row[MEANT + "organization"]
        if "organization" not in looked_at:
            cells |= {"organization": NAMES[word], "service": next(b["types"] for b in BODIES if b["word"] == word)}
        if "standard" not in looked_at:
            cells["standard"] = row[MEANT + "standard"].rstrip("?")
    if shape == "case":
        cells["definition"] = " ".join(row.values())  # tells apart what would be two numbers for one thing
    return cells


def outcomes(shape: str, take: Callable[..., Batch], known: Known) -> Iterator[Cell]:
    """Yield what became of each cell beside which a meaning stands."""
    rows = rows_of(LISTS[shape])
    meant = [name.removeprefix(MEANT) for name in rows[0] if name.startswith(MEANT)]
    alone = {*GOOD[shape], "organization", "standard"} & {*meant}
    bodies = {known.called([name])[0].id: word for word, name in NAMES.items()}
    for looked_at in ({*meant} - alone, *({name} for name in sorted(alone))):
        batch = take(shape, [_sent(shape, row, looked_at) for row in rows])
        records = _by_row(shape, batch, rows, known)
        told = {(issue.row, issue.column) for issue in batch.issues}
        whole = {refused.row for refused in batch.refused}
        for number, row in enumerate(rows, 2):
            for name in sorted(looked_at):
                record, meaning = records.get(number), row[MEANT + name]
                value = record.get(FIELDS.get(name, name)) if record else None
                if shape == "assessment" and name == "organization" and record:
                    value = known.owners[record.service_id]
                if shape == "agreement" and name == "service" and record:
                    value = record.service_types
                if shape == "activity" and name == "service" and record:
                    value = record.service_type
                said = number in whole or (number, name) in told
                yield Cell(number, name, row[name], meaning, _shown(name, value, bodies, meaning), said)


def _by_row(shape: str, batch: Batch, rows: list[dict[str, str]], known: Known) -> dict[int, Record]:
    """Return the record of each row."""
    records = batch.of(TABLES[shape])
    if shape != "assessment":
        found = {origin.link_id: origin.row for origin in batch.of("provenance")}
        return {found[record.id]: record for record in records}
    places = {}
    for number, row in enumerate(rows, 2):
        (body,) = known.called([NAMES[row[MEANT + "organization"]]])
        places[body.id, row[MEANT + "standard"].rstrip("?")] = number
    return {places[known.owners[record.service_id], record.standard]: record for record in records}


@pytest.mark.parametrize(
    ("shape", "least"), [("agreement", 0.95), ("assessment", 0.97), ("activity", 0.97), ("case", 0.97)]
)
def test_lists_are_read_none_wrongly_and_nothing_is_lost_in_silence(take, known, shape, least):
    found = list(outcomes(shape, take, known))
    assert [cell for cell in found if cell.outcome == "wrong"] == []
    assert [cell.text for cell in found if cell.outcome == "lost"] in ([], ["-"])  # whether a dash is a no: see below
    assert sum(cell.outcome == "right" for cell in found) / len(found) > least


def test_answers_in_columns_beside_a_service(take):
    answers = [(row["answer"], row[MEANT + "answer"]) for row in rows_of("answers")]
    answers = [(text, meant) for text, meant in answers if text.strip(" -–")]
    items = [f"STD-{number:03}" for number in range(1, len(answers) // 8 + 2)]
    names = [f"A{number}" for number in range(len(items))]
    rows = [
        {"organization": f"Body {start}", "service": "PSY-COU", "unit": "Juybor"}
        | dict.fromkeys(names, "")
        | {name: text for name, (text, _) in zip(names, answers[start : start + len(items)], strict=False)}
        for start in range(0, len(answers), len(items))
    ]
    fields = {name: [name] for name in ("organization", "service", "unit")}
    sent = take("service", rows, fields=fields, standards=dict(zip(names, items, strict=True)))
    services = {service.id: service.organization_id for service in sent.of("service")}
    bodies = {body.id: int(body.name.split()[1]) for body in sent.of("organization")}
    found = {
        bodies[services[given.service_id]] + items.index(given.standard): given.answer
        for given in sent.of("standard_assessment")
    }
    read = [(text, meant, found[number]) for number, (text, meant) in enumerate(answers)]
    wrong = [row for row in read if row[2] != "unknown" and row[2] != row[1].rstrip("?")]
    assert wrong == []
    assert sum(row[2] == row[1].rstrip("?") or row[1] in ("", "told") for row in read) / len(read) > 0.97


def test_a_dash_is_a_no_beside_ticks_and_a_blank_elsewhere(take):
    rows = [
        {"organization": "Ticks", "service": "PSY-COU", "unit": "Juybor", "a": "+", "b": "-", "c": ""},
        {"organization": "Words", "service": "PSY-COU", "unit": "Juybor", "a": "да", "b": "-", "c": ""},
    ]
    fields = {name: [name] for name in ("organization", "service", "unit")}
    sent = take("service", rows, fields=fields, standards={"a": "STD-001", "b": "STD-002", "c": "STD-003"})
    found = sorted((given.standard, given.answer) for given in sent.of("standard_assessment"))
    assert found == [("STD-001", "met"), ("STD-001", "met"), ("STD-002", "not met")]


@pytest.mark.parametrize("row", rows_of("services"), ids=lambda row: row["organization"])
def test_a_row_of_a_list_of_services_is_read_and_what_is_not_read_is_told(take, known, row):
    """Rows of lists as tired partners write them, each with what it says, whom it must not show and what to tell."""
    cells = {name: cell for name, cell in row.items() if not name.startswith(MEANT)}
    known.phones.add("x")
    fields = {name: [name] for name in cells if name != "note"}
    sent = take("service", [cells], fields=fields, private=["note"], markings={"all": "public"})
    families = {term_id(term): term.code[:3] for term in Vocabulary.load("service_types").terms()}
    types = {families.get(attribute.taxonomy_term_id) for attribute in sent.of("attribute")} - {None}
    bounds = {(service.minimum_age, service.maximum_age) for service in sent.of("service")}
    spans = {f"{span.byday} {span.opens_at}-{span.closes_at}" for span in sent.of("schedule")}
    assert {phone.number for phone in sent.of("phone") if phone.audience == "public"} == {*row[MEANT + "shown"].split()}
    assert types == {*row[MEANT + "types"].split()}
    ages = "".join(f"{least or 0:g}-{most or '':}" for least, most in bounds if least or most)
    assert ages.replace(".0", "") == row[MEANT + "ages"]
    assert spans == {*filter(None, row[MEANT + "hours"].split(";"))}


@pytest.mark.parametrize("seed", [1, 20261127])
def test_every_planted_fault_is_told_and_shows_nothing(tmp_path, tiny_area, seed):
    """Faults of thirty kinds, planted in lists of two layouts."""
    figures, false = measured(tmp_path, tiny_area, seed)
    assert [figure.kind for figure in figures if figure.told < figure.planted] == []
    assert [figure.kind for figure in figures if figure.shown] == []
    assert false == 0
    assert {figure.planted for figure in figures} == {8}
    assert len(figures) == len(KINDS)
