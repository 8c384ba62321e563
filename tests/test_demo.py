"""The ten lists of the demonstration: what each gives, what is refused, and that no planted secret gets out."""

import csv
import datetime as dt
import pickle
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from mapping.demo import ImportOutcome, import_demo
from mapping.directory.directory import Directory
from mapping.model import Organization
from mapping.resources import shipped
from mapping.view.view import View

TODAY = dt.date(2026, 11, 24)

SECRETS = (
    # hidden sheet, hidden columns and rows
    "Бурдбордон",
    "Зумуррадёл",
    "251631",
    "620876",
    "992000754575",
    "Ситорапарварда",
    "992000924727",
    "Мунирасимо",
    "992000904117",
    "Дурдона",
    "992000914422",
    "афрӯзбек",
    "992000935032",
    # remarks
    "Тирозкамон",
    "Марчонкада",
    "edefkaya",
    # hours and address cells, names of heads
    "Ёкутбаланд",
    "Ганчинабед",
    "992000786624",
    "992000955642",
    "Зебигулпанд",
    "Сапфирхоб",
    "992000797337",
    # confidential rows, and shelters that their senders marked as open
    "lipinhon",
    "992000711723",
    "38.501151",
    "арғзорак",
    "Bulurdara",
    "992000818763",
    "38.569084",
    "992000743862",
    "Marjonkada",
    "37.809072",
    "68.762007",
    "992000733149",
    "Гавхарфишон",
    "Фирузасоя",
    "992000722436",
    "Sadefkabuk",
    "41.123207",
    "900000008153",
    "Алмосгуша",
    "Хуфтасанг",
    "37.898413",
    "992000765288",
    "Симобчашма",
    "Пардапӯш",
    "37.495107",
    "992000775911",
    # places that may not be shown, and names that only an agreement gives away
    "Сапфирдол",
    "40.252526",
    "Aqiqkhona",
    "38.481608",
    "Nuqrapista",
    "38.546264",
    "Kahrabogusha",
    "37.967187",
    "Zarrinparda",
    "40.262925",
    "Сипаргам",
)
"""Texts and numbers of the lists that must stand in no published byte."""


@dataclass
class Demo:
    """A directory after the ten lists, their outcomes by file, and the reports."""

    directory: Directory
    outcomes: dict[str, ImportOutcome]
    reports: Path

    def batch(self, file):
        batch = self.outcomes[file].batch
        assert batch is not None, self.outcomes[file]
        return batch

    def service(self, file, row):
        """Return the services that a row of a list gave."""
        batch = self.batch(file)
        ids = {p.link_id for p in batch.of("provenance") if p.row == row and p.link_entity == "service"}
        return [service for service in batch.of("service") if service.id in ids]


@pytest.fixture(scope="module")
def demo(demo_folder, tmp_path_factory, tj_area):
    folder = shutil.copytree(demo_folder, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)
    outcomes = pickle.loads((folder / "outcomes.pickle").read_bytes())
    with Directory(folder / "directory.db", tj_area) as directory:
        yield Demo(directory, {outcome.file: outcome for outcome in outcomes}, folder / "reports")


@pytest.mark.parametrize(
    ("file", "rows", "refused", "table", "count"),
    [
        (
            "commission_register.xlsx",
            111,
            0,
            "location",
            111,
        ),  # 4, 15, 32, 36, 10, 15 less one struck out; the sheet of Sughd says 34
        ("ngo_network_en.xlsx", 113, 0, "service", 113),  # without the hidden row; one name stands in merged cells
        ("women_centres.csv", 57, 1, "location", 55),  # one slipped, one repeated
        ("health_points.csv", 68, 0, "location", 68),  # HP-009, psychiatry "on Tuesdays", is kept without a kind
        ("legal_aid_kobo.xlsx", 45, 1, "location", 45),  # without the test entry; one service belongs to nobody
        ("abroad.xlsx", 23, 0, "location", 23),
        ("activities_3w.csv", 151, 2, "activity", 148),  # one row stands twice
        ("agreements.csv", 91, 11, "referral_agreement", 80),  # one is with itself
        ("standards_assessment.csv", 482, 3, "standard_assessment", 478),  # one of next year; one is answered twice
        ("case_figures.csv", 43, 0, "case_count", 43),
    ],
)
def test_what_each_list_gives(demo, file, rows, refused, table, count):
    batch = demo.batch(file)
    assert (batch.rows, len(batch.refused), len(batch.of(table))) == (rows, refused, count)


def test_services_of_the_health_list_are_those_its_columns_say():
    """Counted from the file itself: every + 1 да ҳа in the ten columns."""
    with (shipped("demo") / "health_points.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    said = [cell for row in rows for cell in list(row.values())[9:19] if str(cell).casefold() in {"+", "1", "да", "ҳа"}]
    assert len(said) == 99


def test_services_of_the_health_list(demo):
    assert len(demo.batch("health_points.csv").of("service")) == 99 + 1, "and HP-009 without a kind"


def test_kinds_of_help_in_the_health_list(demo):
    """HP-001: emergency, after sexual violence, forensic; HP-014 besides these a safe bed, hidden by its kind."""
    assert {s.name for s in demo.service("health_points.csv", 2)} == {
        "Emergency medical care",
        "Clinical care after sexual violence",
        "Forensic medical examination",
    }
    assert "Emergency safe place (hours to days)" in {s.name for s in demo.service("health_points.csv", 15)}


def test_a_row_in_full(demo):
    """NGO-001: a hotline round the clock, in four languages, free, checked by a visit in March, dialled 0011."""
    (hotline,) = demo.service("ngo_network_en.xlsx", 2)
    batch = demo.batch("ngo_network_en.xlsx")
    of = {
        table: [r for r in batch.of(table) if hotline.id in (getattr(r, "service_id", ""), getattr(r, "link_id", ""))]
        for table in ("phone", "language", "schedule", "cost_option", "verification", "funding", "service_at_location")
    }
    assert hotline.name == "Hotline or helpline"
    assert hotline.alternate_name == "Hot line (phone + Telegram)"
    assert (hotline.status, hotline.audience) == ("active", "public")
    assert [(p.number, p.audience) for p in of["phone"]] == [("0011", "public")]
    assert sorted(language.code for language in of["language"]) == ["en", "ru", "tg", "uz"]
    assert {(s.opens_at, s.closes_at) for s in of["schedule"]} == {("00:00", "23:59")}
    assert [c.option for c in of["cost_option"]] == ["free"]
    assert [(v.level, v.verified_on) for v in of["verification"]] == [("visit", dt.date(2026, 3, 8))]
    assert [(f.source, f.valid_to, f.audience) for f in of["funding"]] == [
        ("Blue Heron Relief International", dt.date(2027, 1, 31), "partner")
    ]
    (at,) = of["service_at_location"]
    (place,) = [p for p in batch.of("location") if p.id == at.location_id]
    assert (place.latitude, place.longitude, place.area_unit, place.precision) == (
        38.53568,
        68.76459,
        "3501000",
        "exact",
    )


def test_numbers_are_read_by_the_country_of_the_list(demo):
    """All but Бунафшаи Борони, whose cell says that there is none; the slipped and the refused row are not there."""
    batch = demo.batch("women_centres.csv")
    without = {s.id for s in batch.of("service")} - {p.service_id for p in batch.of("phone")}
    assert len(without) == 1
    assert {p.number[:6] for p in batch.of("phone")} == {"+99200"}


def test_one_body_in_four_lists_is_one(demo):
    """Sohili Orom's neighbour Soyai Chinor stands in the network's, the centres' and the legal aid list."""
    names = [o for o in demo.directory.records(Organization) if o.name == "Soyai Chinor"]
    assert len(names) == 1
    lists = {
        file
        for file, outcome in demo.outcomes.items()
        for service in (outcome.batch.of("service") if outcome.batch else ())
        if service.organization_id == names[0].id
    }
    assert lists == {"ngo_network_en.xlsx", "women_centres.csv", "legal_aid_kobo.xlsx"}


def test_consular_desks_are_abroad(demo):
    """The register and the network have no column for the country; their maps say which towns are where."""
    for file, row in (("commission_register.xlsx", 9), ("ngo_network_en.xlsx", 114), ("abroad.xlsx", 2)):
        (one, *_) = demo.service(file, row)
        batch = demo.batch(file)
        at = next(a for a in batch.of("service_at_location") if a.service_id == one.id)
        place = next(p for p in batch.of("location") if p.id == at.location_id)
        assert (place.country, round(place.latitude, 3)) == ("RU", 55.77), file


def test_a_closed_office_is_closed_and_a_held_back_row_is_held_back(demo):
    """Remarks are heeded: "не действует", "временно закрыто", "не публиковать!"; none of them is kept."""
    register = Counter(s.status for s in demo.batch("commission_register.xlsx").of("service"))
    assert (register["defunct"], register["temporarily closed"]) == (7, 2)
    hidden = [s for s in demo.batch("abroad.xlsx").of("service") if s.audience == "custodian"]
    assert [s.name for s in hidden] == ["Transitional / half-way housing"]


def test_a_slipped_row_is_refused_whole_and_said_once(demo):
    issues = [issue for issue in demo.batch("women_centres.csv").issues if issue.row == 17]
    assert [issue.level for issue in issues] == ["refused"]
    assert "5 cells hold another kind of thing" in issues[0].problem


def test_no_row_is_lost_without_a_word(demo):
    """Every row gave a record, or was refused, or another row said the same and this is told."""
    for outcome in demo.outcomes.values():
        batch = outcome.batch
        if outcome.file == "standards_assessment.csv":
            assert len(batch.records) + len(batch.refused) + sum("too" in i.problem for i in batch.issues) == batch.rows
            continue
        given = {p.row for p in batch.of("provenance") if p.link_entity != "organization"}
        repeated = [i for i in batch.issues if i.fix in ("it was read once", "the one checked last stands")]
        orphans = [r for r in batch.refused if "which is not in the list" in r.reasons[0]]
        if outcome.file in ("commission_register.xlsx", "abroad.xlsx", "legal_aid_kobo.xlsx"):
            assert len(batch.of("location")) == batch.rows  # rows of several sheets share numbers
        else:
            assert len(given) + len(batch.refused) - len(orphans) + len(repeated) == batch.rows, outcome.file


def test_totals_that_do_not_add_up_are_said(demo):
    for file, said in (("commission_register.xlsx", "34 rows, and 32"), ("women_centres.csv", "60 rows, and 57")):
        assert [i.problem for i in demo.batch(file).issues if said in i.problem], file


@pytest.mark.parametrize("audience", ["public", "partner", "focal_point"])
def test_no_secret_is_published(demo_view, audience):
    with View(demo_view(audience)) as view:
        assert len(view.services()) > 450
    contents = demo_view(audience).read_bytes()
    assert [secret for secret in SECRETS if secret.encode() in contents] == []


def test_the_secrets_are_in_the_lists():
    """Else the test above would prove nothing."""
    folder = shipped("demo")
    texts = "".join(path.read_bytes().decode("cp1251", "replace") for path in folder.glob("women*.csv"))
    texts += "".join(path.read_text("utf-8") for path in folder.glob("[ahs]*.csv"))
    import python_calamine

    for path in folder.glob("*.xlsx"):
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            texts += "\n".join(" ".join(map(str, row)) for row in book.get_sheet_by_name(name).to_python())
    bare = texts.replace(" ", "").replace("(", "").replace(")", "")
    local = [secret.removeprefix("90") if secret == "900000008153" else secret for secret in SECRETS]
    assert [secret for secret in local if secret not in texts and secret not in bare] == []


def test_importing_again_changes_nothing(demo, tj_area):
    again = import_demo(demo.directory, tj_area, today=TODAY)
    for outcome in again:
        change = outcome.change
        assert change is not None, outcome
        assert [+change.added, +change.changed, +change.removed] == [Counter()] * 3, outcome
        assert not change.missing, outcome


def test_every_list_has_its_report(demo):
    pages = {page.name for page in demo.reports.iterdir()}
    assert "index.html" in pages
    assert {Path(file).stem + end for file in demo.outcomes for end in (".html", ".csv")} <= pages


def test_a_list_that_is_refused_does_not_stop_the_others(tmp_path, tj_area):
    folder = tmp_path / "demo"
    folder.mkdir()
    maps = [path.name for path in shipped("demo").glob("*.toml")]
    for name in ("demo.key", "approvals.csv", "statements.csv", "abroad.xlsx", *maps):
        (folder / name).write_bytes((shipped("demo") / name).read_bytes())
    (folder / "women_centres.csv").write_bytes(b"")
    (folder / "demo.toml").write_text('lists = ["women_centres.csv", "abroad.xlsx"]', "utf-8")
    steps = []
    with Directory(tmp_path / "directory.db", tj_area) as directory:
        first, second = import_demo(
            directory, tj_area, today=TODAY, folder=folder, progress=lambda done, of: steps.append((done, of))
        )
    assert "the file is empty" in str(first)
    assert str(second).startswith("abroad.xlsx: 23 rows gave")
    assert steps == [(1, 3), (2, 3), (3, 3)]
