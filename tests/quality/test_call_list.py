"""The call list: what is on it, in which order, and what comes back from the calls."""

import csv
import datetime as dt
import stat

import openpyxl
import pytest

from mapping.errors import FormatError, InvalidRecord
from mapping.model import Service, Verification
from mapping.quality.call_list import ANSWERS, calls, read_done, write_calls
from mapping.quality.completeness import FACTS, completeness, mean
from mapping.quality.holdings import Holdings
from tests.support.sample import CHASHMA, TODAY, batch, key, organization, place, sample_directory, service

OLD, LONG_AGO = dt.date(2025, 10, 1), dt.date(2024, 3, 1)
AGAIN = {OLD: dt.date(2026, 10, 1), LONG_AGO: dt.date(2025, 3, 1)}


def parts():
    return (
        organization("Umed", phones=["+992000100001"]),
        organization("Nav"),
        organization("Rud"),
        organization("Kuh"),
        service("Fresh", of="Umed", types=["LEG-INF"], phones=["+992000100002"], next_due=dt.date(2027, 9, 1)),
        service("Soon", of="Umed", types=["PSY-COU"], next_due=TODAY + dt.timedelta(10)),
        service("Overdue", of="Nav", types=["LEG-INF"], verified=OLD, next_due=AGAIN[OLD], phones=["+992000100003"]),
        service("Lapsed", of="Rud", types=["LEG-INF"], verified=LONG_AGO, next_due=AGAIN[LONG_AGO]),
        service("Never", of="Kuh", types=["HLT-EME"], verified=None, phones=["+992000100004"]),
        service("Closed", of="Kuh", types=["HLT-EME"], verified=None, status="defunct"),
        service("Kept out", of="Kuh", types=["HLT-EME"], verified=None, do_not_list=True),
        place("P1", of=["Fresh", "Overdue", "Lapsed"], at=CHASHMA, unit="XT-W2"),
        place("P2", of=["Never"], at=CHASHMA, unit="XT-W2"),
    )


@pytest.fixture
def directory(tmp_path, tiny_area):
    with sample_directory(tmp_path / "d", tiny_area, *parts()) as directory:
        yield directory


def found(directory, area):
    return {due.held.service.name: (call, due) for call in calls(directory, area, TODAY) for due in call.due}


def test_what_is_due_is_on_the_list_and_nothing_else(directory, tiny_area):
    assert set(found(directory, tiny_area)) == {"Soon", "Overdue", "Lapsed", "Never"}


def test_what_matters_is_called_first(directory, tiny_area):
    """Never checked 2, public number 3, the only one of its type in the unit 3; lapsed 2, and 8 of age at most."""
    listed = found(directory, tiny_area)
    assert listed["Never"][1].points == 2 + 3 + 3
    assert listed["Lapsed"][1].points == 2 + 8  # 633 days are more than eight times two months
    assert listed["Overdue"][1].points == round(54 / 60 + 3, 2)
    assert listed["Soon"][1].points == 0
    order = [due.held.service.name for call in calls(directory, tiny_area, TODAY) for due in call.due]
    assert order == ["Lapsed", "Never", "Overdue", "Soon"]


def test_another_service_that_is_offered_takes_the_worry_away(directory, tiny_area):
    why = {str(reason) for reason in found(directory, tiny_area)["Overdue"][1].why}
    assert not any("only one" in reason for reason in why)
    assert any("only one" in str(reason) for reason in found(directory, tiny_area)["Never"][1].why)


def test_the_number_to_call_is_the_services_own_or_its_bodys(directory, tiny_area):
    listed = found(directory, tiny_area)
    assert listed["Overdue"][0].number == "+992000100003"
    assert listed["Soon"][0].number == "+992000100001"
    assert listed["Lapsed"][0].number == ""


def test_one_call_is_about_all_services_of_a_body(tmp_path, tiny_area):
    more = service("Also", of="Nav", types=["PSY-COU"], verified=None)
    with sample_directory(tmp_path / "e", tiny_area, *parts(), more) as directory:
        call = found(directory, tiny_area)["Also"][0]
        assert {due.held.service.name for due in call.due} == {"Also", "Overdue"}
        assert call.points == max(due.points for due in call.due) + 0.1


def test_questions_are_whether_it_holds_and_what_is_missing(directory, tiny_area):
    asked = [str(question) for question in found(directory, tiny_area)["Overdue"][1].ask]
    assert asked[0] == "Is it still there, and does it do the same?"
    assert asked[1] == "Is +992000100003 the number that people should call?"
    assert "When is it open?" in asked
    assert "Does it still exist? Who says so?" not in asked


# -- and back ------------------------------------------------------------------------------------------------------


def filled(directory, area, path, **answers):
    """Write the call list, fill rows by service name, and return the file."""
    write_calls(calls(directory, area, TODAY), path, area)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row |= dict(zip(ANSWERS, answers.get(row["service"], ("",) * 5), strict=True))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_list_is_private_and_says_what_a_caller_needs(directory, tiny_area, tmp_path):
    path = tmp_path / "calls.csv"
    write_calls(calls(directory, tiny_area, TODAY), path, tiny_area, "ru")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["service"] == "Overdue")
    assert (row["service_id"], row["state"], row["days_over"]) == (key("service", "Overdue"), "overdue", "54")
    assert (row["last_checked"], row["how"], row["level"]) == ("2025-10-01", "call", "phone")
    assert "работает" in row["ask"]
    assert [row[name] for name in ANSWERS] == [""] * 5


def test_what_a_call_confirmed_is_verified_until_the_day_of_its_kind(directory, tiny_area, tmp_path):
    path = filled(directory, tiny_area, tmp_path / "c.csv", Overdue=("confirmed", "2026-11-20", "Zarina", "", ""))
    done = read_done(path, directory, tiny_area, TODAY)
    assert done.found == {"confirmed": 1}
    directory.add(done.batch, on=TODAY)
    record = next(v for v in directory.records(Verification) if v.verified_on == dt.date(2026, 11, 20))
    assert (record.level, record.verified_by, record.link_id) == ("phone", "Zarina", key("service", "Overdue"))
    assert record.next_due == dt.date(2027, 11, 20)
    assert "Overdue" not in found(directory, tiny_area)


@pytest.mark.parametrize(
    ("word", "status"), [("closed", "defunct"), ("закрыто", "defunct"), ("paused", "temporarily closed")]
)
def test_what_is_closed_is_closed(directory, tiny_area, tmp_path, word, status):
    path = filled(directory, tiny_area, tmp_path / "c.csv", Never=(word, "", "Zarina", "visit", "locked door"))
    directory.add(read_done(path, directory, tiny_area, TODAY).batch, on=TODAY)
    assert directory.record(Service, key("service", "Never")).status == status
    record = next(v for v in directory.records(Verification) if v.link_id == key("service", "Never"))
    assert (record.level, record.evidence) == ("visit", f"{'closed' if 'de' in status else 'paused'}: locked door")


def test_calls_that_nobody_answered_are_counted_and_verify_nothing(directory, tiny_area, tmp_path):
    for day in ("2026-11-20", "2026-11-22", "2026-11-22"):
        path = filled(directory, tiny_area, tmp_path / "c.csv", Never=("unreachable", day, "Zarina", "", ""))
        directory.add(read_done(path, directory, tiny_area, TODAY).batch, on=TODAY)
    held = found(directory, tiny_area)["Never"][1].held
    assert held.attempts == ("2026-11-20", "2026-11-22")
    assert held.freshness == "unverified"
    path = filled(directory, tiny_area, tmp_path / "c.csv", Never=("confirmed", "2026-11-24", "Zarina", "", ""))
    directory.add(read_done(path, directory, tiny_area, TODAY).batch, on=TODAY)
    held = next(h for h in Holdings.of(directory, tiny_area, TODAY).services if h.service.name == "Never")
    assert (held.attempts, held.freshness) == ((), "fresh")


def test_what_changed_is_said_for_a_steward_to_enter(directory, tiny_area, tmp_path):
    path = filled(directory, tiny_area, tmp_path / "c.csv", Overdue=("changed", "", "Zarina", "phone", "new number"))
    assert read_done(path, directory, tiny_area, TODAY).to_enter == ("Overdue: new number",)


def test_every_fault_is_said_by_row_and_nothing_is_stored(directory, tiny_area, tmp_path):
    path = filled(
        directory,
        tiny_area,
        tmp_path / "c.csv",
        Lapsed=("maybe", "", "Zarina", "", ""),
        Never=("confirmed", "", "", "", ""),
        Overdue=("confirmed", "soon", "Zarina", "", ""),
        Soon=("confirmed", "2026-11-25", "Zarina", "", ""),
    )
    with pytest.raises(InvalidRecord) as caught:
        read_done(path, directory, tiny_area, TODAY)
    said = str(caught.value)
    for piece in ("row 2: result 'maybe'", "row 3: by is empty", "row 4: on 'soon'", "row 5: on 2026-11-25"):
        assert piece in said
    text = path.read_text().replace(key("service", "Soon"), "nobody")
    path.write_text(text)
    with pytest.raises(InvalidRecord, match="'nobody' is no service"):
        read_done(path, directory, tiny_area, TODAY)


def test_a_row_twice_is_refused(directory, tiny_area, tmp_path):
    path = filled(directory, tiny_area, tmp_path / "c.csv", Soon=("confirmed", "", "Zarina", "", ""))
    path.write_text(path.read_text() + path.read_text().splitlines()[-1] + "\n")
    with pytest.raises(InvalidRecord, match="is about this service too"):
        read_done(path, directory, tiny_area, TODAY)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", "результат\n".encode("cp1251"), b"\x00\xff"])
def test_what_is_no_call_list_is_refused(directory, tiny_area, tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(FormatError):
        read_done(path, directory, tiny_area, TODAY)


@pytest.mark.parametrize("kind", ["cp1251", "utf-8-sig", "utf-16", "xlsx"])
def test_a_list_is_read_as_a_russian_spreadsheet_saves_it(directory, tiny_area, tmp_path, kind):
    """Days turn round, semicolons part the cells, letters are in another encoding, or it is a workbook."""
    cells = (("service_id", "result", "on", "by"), (key("service", "Soon"), "ok", "20.11.2026", "Зарина"))
    path = tmp_path / ("c.xlsx" if kind == "xlsx" else "c.csv")
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for line in (cells[0], (*cells[1][:2], dt.datetime(2026, 11, 20), cells[1][3])):
            book.active.append(line)
        book.save(path)
    else:
        path.write_bytes("\r\n".join(map(";".join, cells)).encode(kind))
    (check,) = read_done(path, directory, tiny_area, TODAY).batch.of("verification")
    assert (check.verified_on, check.verified_by) == (dt.date(2026, 11, 20), "Зарина")


def test_a_workbook_with_a_filter_left_on_is_refused(directory, tiny_area, tmp_path):
    book = openpyxl.Workbook()
    for line in (("service_id", "result", "by"), (key("service", "Soon"), "ok", "Zarina")):
        book.active.append(line)
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(FormatError, match=r"rows are hidden \(1\); take the filter off"):
        read_done(tmp_path / "c.xlsx", directory, tiny_area, TODAY)


def test_a_list_saved_with_semicolons_is_read(directory, tiny_area, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(f"service_id;result;by\n{key('service', 'Soon')};ok;Zarina\n")
    assert read_done(path, directory, tiny_area, TODAY).found == {"confirmed": 1}


# -- completeness --------------------------------------------------------------------------------------------------


def scores(directory, area):
    return {held.service.name: completeness(held) for held in Holdings.of(directory, area, TODAY).services}


def test_a_share_is_the_weight_that_is_there(directory, tiny_area):
    """Overdue is visited; its route, type, check, unit, point and body are there."""
    wanted = sum(fact.weight for fact in FACTS if fact.key not in ("covers", "capacity"))
    score = scores(directory, tiny_area)["Overdue"]
    assert score.share == round((5 + 4 + 4 + 3 + 2 + 1) / wanted, 3)
    assert [fact.key for fact in score.missing] == [
        "hours",
        "serves",
        "languages",
        "fees",
        "documents",
        "description",
        "funding",
    ]


def test_a_line_needs_no_place_and_a_shelter_needs_its_places(tmp_path, tiny_area):
    more = [
        organization("Umed"),
        service("Line", of="Umed", types=["IDN-HOT"]),
        service("Home", of="Umed", types=["ACC-VOT"]),
        service("Advice", of="Umed", types=["LEG-INF"]),
    ]
    with sample_directory(tmp_path, tiny_area, *more) as directory:
        missing = {name: {f.key for f in score.missing} for name, score in scores(directory, tiny_area).items()}
    assert missing["Line"] >= {"covers"}
    assert not missing["Line"] & {"unit", "point", "capacity"}
    assert missing["Home"] >= {"capacity", "unit", "point"}
    assert "capacity" not in missing["Advice"]


def test_questions_come_by_weight():
    assert all(fact.weight > 0 for fact in FACTS)
    assert [fact.weight for fact in FACTS] == sorted((fact.weight for fact in FACTS), reverse=True)
    assert len({fact.key for fact in FACTS}) == len(FACTS)


def test_the_mean_of_nothing_is_unknown():
    assert mean([]) is None


def test_a_call_claims_what_it_changed_and_no_other_field(directory, tiny_area, tmp_path):
    """The service is paused by a call; what its list says later of other fields still counts."""
    path = filled(directory, tiny_area, tmp_path / "c.csv", Overdue=("paused", "", "Zarina", "phone", ""))
    directory.add(read_done(path, directory, tiny_area, TODAY).batch, on=TODAY)
    directory.add(batch(service("Overdue", of="Nav", types=["LEG-INF"], verified=None, wait_time="A week")), on=TODAY)
    after = directory.record(Service, key("service", "Overdue"))
    assert (after.status, after.wait_time) == ("temporarily closed", "A week")
    assert [one.field for one in directory.conflicts()] == ["status"]
