"""Lists brought in from the command line: what is shown meanwhile, and to whom."""

import csv
import datetime as dt
import io
import json
import re
import sqlite3
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

import mapping.cli
from mapping.cli import app, main, options
from mapping.column_map import ColumnMap
from mapping.directory.directory import Directory
from mapping.errors import InvalidRecord
from mapping.intake.approvals import COLUMNS, read_approvals
from mapping.model import RECORDS, Service
from tests.conftest import TINY


@pytest.fixture
def bring_in(tmp_path):
    feed = tmp_path / "feed.ndjson"
    services = (
        {"id": f"s{n}", "name": f"Advice {n}", "status": "dormant", "organization": {"id": "o", "name": "Umed"}}
        for n in range(1200)
    )
    feed.write_text("\n".join(map(json.dumps, services)), encoding="utf-8")

    def call(command):
        own = ["--directory", str(tmp_path / "directory.db")] if command == "import" else []
        words = [command, str(feed), "--area", str(TINY), "--today", "2026-11-24", *own]
        return CliRunner().invoke(app, words, catch_exceptions=False)

    return call


@pytest.mark.parametrize("command", ["import", "check"])
def test_programs_are_shown_no_progress(bring_in, command):
    assert bring_in(command).stderr == ""


def test_people_see_how_far_an_import_is(bring_in, monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(options, "err", Console(file=screen, force_terminal=True, width=80))
    shown = bring_in("import")
    assert "1,200 services" in shown.stdout
    for seen in ("Reading", "1200/1200", "Storing"):
        assert seen in screen.getvalue()
    assert "Reading" not in shown.stdout


def test_a_fault_in_every_row_takes_few_lines(bring_in):
    told = [line for line in bring_in("check").stdout.splitlines() if "column 'status'" in line]
    assert len(told) <= 3, told
    assert any("50 times, rows services 1, services 2" in line.replace("service ", "services ") for line in told), told


@pytest.mark.parametrize("sender", [(), ("--source", "Network A")])
def test_a_check_tells_the_digest_of_the_map_by_which_an_import_reads(tmp_path, sender):
    file = tmp_path / "overpass.json"
    node = {"type": "node", "id": 1, "lat": 10.1, "lon": 10.1, "tags": {"amenity": "hospital", "name": "Hospital"}}
    file.write_text(json.dumps({"elements": [node]}), encoding="utf-8")

    def digests(*words):
        done = CliRunner().invoke(app, [*words, str(file), "--area", str(TINY), *sender], catch_exceptions=False)
        return set(re.findall(r"digest of this map is (\w{64})", done.stdout))

    checked = digests("check")
    assert len(checked) == 1
    assert checked == digests("import", "--dry-run", "--directory", str(tmp_path / "directory.db"))


MAP = """source = "ngo"
name = "NGO"
fields = {organization = "Body", service = "Help", unit = "District", marking = "Seen by"}
markings = {all = "%s"}
"""


def test_a_list_of_an_area_without_english_is_checked(tmp_path, shared):
    file = tmp_path / "liste.csv"
    file.write_text("Organisation;Service\nUmed;aide juridique\n", "utf-8")
    area = shared / "samples" / "real-lists" / "areas" / "fr"
    done = CliRunner().invoke(app, ["check", str(file), "--area", str(area)], catch_exceptions=False)
    assert "Read as a list of " in done.output


def test_a_map_is_checked_then_approved_by_its_digest_and_holds_until_it_changes(tmp_path, tiny_area):
    """What `check` prints is what an approval names; whoever changes the map afterwards is alone again."""

    def run(*words):
        given = ["--area", str(TINY), "--today", "2026-11-24"]
        directory = ["--directory", str(tmp_path / "directory.db")] if words[0] != "check" else []
        done = CliRunner().invoke(app, [*map(str, words), *given, *directory], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    rows, columns, table = tmp_path / "list.csv", tmp_path / "ngo.toml", tmp_path / "approvals.csv"
    rows.write_text("Body,Help,District,Seen by\nUmed,Legal consultations,Chashma,all\n", "utf-8")
    columns.write_text(MAP % "partner", "utf-8")
    digest = ColumnMap.load(columns).digest
    assert digest in "".join(run("check", rows, "--columns", columns).split())
    table.write_text(f"{','.join(COLUMNS)}\nmap,ngo,,,{digest},A,B,2026-11-20,,,read together\n", "utf-8")
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        directory.add(read_approvals(table), by="stewards", on=dt.date(2026, 11, 24))
    run("import", rows, "--columns", columns)
    with Directory(tmp_path / "directory.db") as directory:
        assert [service.audience for service in directory.records(Service)] == ["partner"]
    columns.write_text(MAP % "public", "utf-8")
    run("import", rows, "--columns", columns)
    with Directory(tmp_path / "directory.db") as directory:
        assert [service.audience for service in directory.records(Service)] == ["custodian"]


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["check"], ["сатри 3 сутуни «Ташкилот»: дар сатр ташкилот навишта нашудааст", "1 сатр ба канор гузошта шуд"]),
        (["import", "--dry-run"], ["Гирифта нашуд: list.csv сатри 3 сутуни «Ташкилот»", "1 сатр ба канор гузошта шуд"]),
    ],
)
def test_faults_of_a_list_are_told_in_the_language_that_is_asked_for(tmp_path, words, texts):
    """The words are those of the columns and of the list itself, and nothing else is English."""
    rows, columns = tmp_path / "list.csv", tmp_path / "map.toml"
    rows.write_text("Ташкилот;Кумак\nУмед;кӯмаки ҳуқуқӣ\n;кӯмаки ҳуқуқӣ\n", encoding="utf-8")
    columns.write_text(
        'source = "list"\nname = "List"\n[fields]\norganization = "Ташкилот"\nservice = "Кумак"\n', encoding="utf-8"
    )
    own = ["--area", str(TINY), "--today", "2026-11-24", "--columns", str(columns), "--lang", "tg"]
    if words[0] == "import":
        own += ["--directory", str(tmp_path / "directory.db")]
    told = " ".join(CliRunner().invoke(app, [words[0], str(rows), *words[1:], *own]).stdout.split())
    assert [text for text in texts if text not in told] == []
    assert "the row names no organization" not in told


def test_a_check_for_programs_tells_a_doubt_of_many_rows_once_with_every_row(tmp_path):
    rows = tmp_path / "list.csv"
    rows.write_text("Organization;Service\n" + "".join(f"Umed {n};legal advice\n" for n in range(30)), "utf-8")
    words = ["check", str(rows), "--area", str(TINY), "--today", "2026-11-24", "--json", "--lang", "ru"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    assert told["rows"] == 30
    (places,) = [issue for issue in told["issues"] if issue["count"] == 30]
    assert [place["row"] for place in places["rows"]] == [*range(2, 32)]
    assert places["problem"] == "в строке нет места, которое удалось бы найти"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.xlsx", b"<html>no workbook</html>", "это веб-страница"),
        ("list.doc", b"", "файлы с окончанием .doc не читаются"),
        ("none.csv", None, "такого файла нет; проверьте имя"),
        ("map.toml", b'source = "x"\nname = "X"\nfeilds = {}', "feilds: — такой настройки у карты столбцов нет"),
    ],
)
def test_what_ends_a_command_is_told_in_the_language_that_is_asked_for(
    tmp_path, monkeypatch, capsys, name, content, said
):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    words = [str(path), "--columns", str(path)] if name == "map.toml" else [str(path)]
    monkeypatch.setattr(sys, "argv", ["rohnamo", "check", *words, "--area", str(TINY), "--lang", "ru"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("year", ["0001", "1899", "3000", "9999"])
def test_a_day_is_one_of_our_time(year):
    with pytest.raises(InvalidRecord, match=f"--today {year}-12-31: is no day of our time"):
        options.day_of(f"{year}-12-31")
    assert options.day_of("2026-11-24").year == 2026


def test_a_disk_that_fills_is_told_in_a_line(monkeypatch, capsys):
    def full():
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(mapping.cli, "app", full)
    with pytest.raises(SystemExit, match="1"):
        main()
    told = capsys.readouterr().err
    assert told.startswith("rohnamo: database or disk is full; check ")
    assert told.count("\n") == 1


def test_a_directory_keeps_to_the_study_area_that_it_was_made_for(tmp_path, bring_in):
    """The demo's country is the default of --area: whoever forgets the option must not fill a directory with it."""
    own = ["--directory", str(tmp_path / "own.db")]
    assert CliRunner().invoke(app, ["init", str(TINY), *own]).exit_code == 0
    for command in (["import", str(tmp_path / "feed.ndjson")], ["publish", "--view", str(tmp_path / "view.db")]):
        refused = CliRunner().invoke(app, [*command, *own, "--today", "2026-11-24"])
        assert isinstance(refused.exception, InvalidRecord)
        assert "of the study area XT; give that area, not TJ" in str(refused.exception)
    assert not (tmp_path / "view.db").exists()
    assert (
        CliRunner().invoke(app, ["publish", *own, "--view", str(tmp_path / "view.db"), "--area", str(TINY)]).exit_code
        == 0
    )


def test_what_a_newer_list_no_longer_holds_is_named(tmp_path):
    path, rows = tmp_path / "list.csv", [f"Umed {n},legal aid,Juybor" for n in range(4)]

    def bring(rows):
        path.write_text("\n".join(["Organization,Service,District", *rows]), encoding="utf-8")
        words = ["import", str(path), "--area", str(TINY), "--directory", str(tmp_path / "directory.db")]
        return CliRunner().invoke(app, words, catch_exceptions=False).stdout

    assert "No longer in the list" not in bring(rows)
    told = re.sub(r"\s+", " ", bring(rows[:3]))
    assert "kept until somebody decides: organization Umed 3" in told
    assert "kept until somebody decides: service Umed 3: Legal aid" in told


def test_the_study_area_is_named_once_for_all_commands(tmp_path, monkeypatch):
    """Where the environment names a country, no command takes the demo's; each says whose list or form it made."""
    (tmp_path / "list.csv").write_text("name,kind\nUmed,legal aid\n", "utf-8")
    commands = [["form", str(tmp_path / "form.xlsx")], ["check", str(tmp_path / "list.csv")]]
    assert ["Tajikistan" in CliRunner().invoke(app, command).stdout for command in commands] == [True, True]
    monkeypatch.setenv("ROHNAMO_AREA", str(TINY))
    for command in commands:
        told = CliRunner().invoke(app, command).stdout
        assert "Orzustan" in told
        assert "Tajikistan" not in told


HEADS = ["No", "Organization", "Kind of help", "Address", "Phone", "Email", "Hours", "Status"]


def office(number, **cells):
    row = [number, f"Umed {number}", "legal advice", f"Lake Street {number}, Chashma", f"+992 37 221 00 0{number}"]
    row += [f"a@umed{number}.example", "Mon-Fri 9-17", "open"]
    return [cells.get(head, cell) for head, cell in zip(HEADS, row, strict=True)]


NEWER = [
    office(1, Phone="+992 37 224 11 11"),
    office(2, Address="Hill Street 2, Chashma"),
    office(3, Status="temporarily closed"),
    office(4, Phone="", Email="", Hours="", Address=""),
    office(5),
    office(6, Email="new@umed6.example"),
]


@pytest.fixture
def newer_list(tmp_path):
    """Import a list and then a newer one, and return what the command says of that and what is held then."""

    def store(name, rows, more=""):
        path, columns = tmp_path / name, tmp_path / "map.toml"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADS, *rows])
        fields = zip(
            ("key", "organization", "service", "address", "phone", "email", "hours", "status"), HEADS, strict=True
        )
        lines = ['source = "umed"', 'name = "Umed"', 'key = "No"', more, "[fields]"]
        columns.write_text("\n".join([*lines, *(f'{name} = "{head}"' for name, head in fields)]), encoding="utf-8")
        words = ["import", str(path), "--columns", str(columns), "--area", str(TINY), "--today", "2026-11-24"]
        shown = CliRunner().invoke(app, [*words, "--directory", str(tmp_path / "directory.db")], catch_exceptions=False)
        assert shown.exit_code == 0, shown.output
        return " ".join(shown.stdout.split())

    def both(more=""):
        store("list 2026-10.csv", [office(number) for number in range(1, 7)], more)
        said = store("list 2026-11.csv", NEWER, more)
        with Directory(tmp_path / "directory.db") as directory:
            held = [record for table in RECORDS for record in directory.records(RECORDS[table])]
        return said, held

    return both


def test_a_newer_list_names_what_changed_and_counts_what_a_person_counts(newer_list):
    said, _ = newer_list()
    assert "Umed 1: Legal information and advice: Number: +992372210001 → +992372241111" in said
    assert "Umed 2: Address: Lake Street 2, Chashma → Hill Street 2, Chashma" in said
    assert "Umed 3: Legal information and advice: Status: active → temporarily closed" in said
    assert "Umed 6: Mail address: a@umed6.example → new@umed6.example" in said
    assert "Umed 5" not in said
    assert "part" not in said
    assert (
        "Stored: 1 organization, 2 services, 2 places changed; 5 organizations, 4 services, 4 places as before" in said
    )


def test_an_emptied_cell_takes_nothing_away(newer_list):
    said, held = newer_list()
    assert "Left empty in the list and kept: 4" in said
    assert "+992372210004" in said
    assert "emptied_removes" in said
    texts = {str(value) for record in held for value in vars(record).values()}
    assert {"+992372210004", "a@umed4.example", "Lake Street 4, Chashma"} <= texts
    assert sum(record.table == "schedule" for record in held) == 6


def test_an_emptied_cell_takes_away_what_stood_there_where_the_map_says_so(newer_list):
    said, held = newer_list("emptied_removes = true")
    assert "Left empty" not in said
    assert "Umed 4: Legal information and advice: Number: +992372210004 → –" in said
    texts = {str(value) for record in held for value in vars(record).values()}
    assert not {"+992372210004", "a@umed4.example", "Lake Street 4, Chashma"} & texts
    assert sum(record.table == "schedule" for record in held) == 5
