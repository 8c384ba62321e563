"""Reading a list whole: what becomes of it, what is hidden, what is refused, and in what words."""

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from mapping.batch import Batch
from mapping.cli import app
from mapping.column_map import ColumnMap
from mapping.directory.directory import Directory
from mapping.errors import FormatError
from mapping.intake.read import Known, read
from mapping.language.parsers import LONGEST_VALUE
from mapping.model import (
    RECORDS,
    Address,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    Source,
    Translation,
)
from mapping.quality.duplicates import SOURCE as STEWARDS
from mapping.quality.duplicates import Decided, apply
from tests.analysis.invented import Changed
from tests.conftest import TINY
from tests.fixtures.few_rows import HEADER, MAP, ROW, TODAY, audiences, said, with_cells
from tests.support.second_person import EveryMap


def test_a_row_becomes_a_body_a_service_and_a_place(take):
    batch = take(ROW)
    (body,), (service,), (place,) = (batch.of(table) for table in ("organization", "service", "location"))
    assert (body.name, service.organization_id, place.organization_id) == ("Umed", body.id, body.id)
    assert (service.name, service.alternate_name) == ("Legal information and advice", "legal advice")
    assert (place.area_unit, place.position_basis, place.country) == ("XT-W2", "unit", "XT")
    assert [phone.number for phone in batch.of("phone")] == ["+992000001111"]
    assert audiences(batch) == {"public"}
    assert (batch.rows, batch.refused) == (1, [])
    origin = {(p.link_entity, p.file, p.row, p.source_key) for p in batch.of("provenance")}
    assert ("service", "list.csv", 2, "1|LEG-INF") in origin


def test_lines_of_two_countries_that_are_called_alike_are_two(take):
    lines = [[number, "Hotline", country, "hotline", phone, "all", ""] for number, country, phone in ABROAD]
    assert len(take(*lines, fields=MAP["fields"] | {"country": ["District"]}).of("organization")) == 2


ABROAD = (("1", "Poland", "+48 22 628 99 99"), ("2", "Germany", "+49 30 901 82 00"))


@pytest.mark.parametrize("help_", ["", "senpage"])
def test_a_row_that_names_somebody_is_kept_for_custodians_until_it_has_a_kind(take, help_):
    batch = take((*ROW[:3], help_, *ROW[4:]))
    (body,), (service,), (place,), (phone,) = (
        batch.of(table) for table in ("organization", "service", "location", "phone")
    )
    assert (batch.refused, body.name, service.organization_id) == ([], "Umed", body.id)
    assert (place.area_unit, phone.number) == ("XT-W2", "+992000001111")
    assert audiences(batch) == {"custodian"}
    assert body.audience == "custodian"
    assert any(problem == "the row names no service" for _, _, problem in said(batch))


def test_a_time_to_the_second_is_a_time(take):
    heads, fields = (*HEADER, "From", "To"), MAP["fields"] | {"hours": ["Remark"], "opens": ["From"], "closes": ["To"]}
    row = [*ROW[:6], "Mon Wed", "09:00:00.000+05:00", "15:30:00"]
    batch = take(row, heads=heads, fields=fields, private=[])
    assert {(s.byday, s.opens_at, s.closes_at) for s in batch.of("schedule")} == {("MO,WE", "09:00", "15:30")}


def test_what_is_unclear_in_a_row_is_told_of_that_row_alone(take):
    heads, fields = (*HEADER, "Whom"), MAP["fields"] | {"serves": ["Whom"]}
    batch = take(
        [*ROW, "женщины; мужчин, детей не принимаем"],
        ["2", "Nur", *ROW[2:], "женщины"],
        heads=heads,
        fields=fields,
    )
    assert any("is no group" in problem for _, _, problem in said(batch))
    assert not any("is no group" in problem for _, _, problem in said(batch, 3))


def test_of_a_person_who_was_helped_nothing_is_kept(take):
    batch = take(["1", "Назарова Гулноз, 31 год", *ROW[2:]], ["2", *ROW[1:]])
    assert {body.name for body in batch.of("organization")} == {"Umed"}
    assert [(row.row, row.cells) for row in batch.refused] == [(2, {})]
    assert "Назарова" not in str(batch.issues)


def test_a_body_that_is_called_like_a_person_is_asked_about(take):
    assert audiences(take(["1", "Назаров Б. К.", *ROW[2:]])) == {"custodian"}


def test_a_record_knows_the_sheet_the_row_and_the_cell_it_came_from(tmp_path, tiny_area):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("North")
        for number, line in enumerate([("List of the north",), HEADER, ROW]):
            sheet.write_row(number, 0, line)
    batch = read(path, columns=ColumnMap.model_validate(MAP), area=tiny_area, today=TODAY)
    places = {origin.link_entity: (origin.sheet, origin.row, origin.cell) for origin in batch.of("provenance")}
    assert places == {"organization": ("North", 3, "B3"), "service": ("North", 3, "D3")}


def test_a_batch_tells_what_each_column_was_taken_for_with_its_first_values(take):
    rows = [(str(n), f"Umed {n // 2}", *ROW[2:6], "a secret") for n in range(14)]
    columns = {column.heading: (column.taken_for, column.values) for column in take(*rows).columns}
    assert columns["Name"] == ("organization", tuple(f"Umed {n}" for n in range(5)))
    assert columns["Help"] == ("service", ("legal advice",))
    assert columns["Remark"] == ("private", ())
    heads, row = with_cells(Odd="7")
    assert [(c.taken_for, c.values) for c in take(row, heads=heads).columns if c.heading == "Odd"] == [("", ("7",))]


def test_a_description_is_kept_though_no_column_says_its_language(take):
    header, row = with_cells(About="Helps to write a claim.")
    fields = MAP["fields"] | {"description": ["About"]}
    assert [s.description for s in take(row, heads=header, fields=fields).of("service")] == ["Helps to write a claim."]
    header, row = with_cells(About="Ask for +992 00 000 33 33")
    batch = take(row, heads=header, fields=fields)
    assert [service.description for service in batch.of("service")] == [None]
    assert ("doubt", "About", "holds a number, a name or an address") in said(batch)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Le centre est « la maison des habitants ».", True),
        ("Help of « Umed » for all.", False),
        ("A shelter, « the house of peace ».", False),
    ],
)
def test_a_saying_in_quotation_marks_is_no_name(take, text, kept):
    header, row = with_cells(About=text)
    batch = take(row, heads=header, fields=MAP["fields"] | {"description": ["About"]})
    assert [service.description for service in batch.of("service")] == [text if kept else None]


@pytest.mark.parametrize("column", ["Name", "Help", "Phone", "Address", "Hours", "Mail", "Languages"])
def test_a_cell_that_holds_a_whole_file_refuses_its_row_alone(take, column):
    cells = dict(zip(HEADER, ROW, strict=True)) | {"Address": "", "Hours": "", "Mail": "", "Languages": ""}
    long = {**cells, "No": "2", column: "7" * (LONGEST_VALUE + 1)}
    batch = take(tuple(cells.values()), tuple(long.values()), heads=tuple(cells))
    assert [(row.row, row.reasons[0]) for row in batch.refused] == [
        (
            3,
            "the cell holds 4,001 letters, and a field 4,000 at most; "
            "look whether a whole file was pasted into it, and shorten it",
        )
    ]
    assert {provenance.row for provenance in batch.of("provenance")} == {2}
    assert ("refused", column, "the cell holds 4,001 letters, and a field 4,000 at most") in said(batch, row=3)


def test_ids_depend_on_the_senders_key_alone(take):
    """A list that comes again with other rows around brings the same records up to date."""
    first = take(ROW)
    later = take(("7", "Nur", *ROW[2:]), (*ROW[:4], "+992 00 000 22 22", *ROW[5:]))
    assert {s.id for s in first.of("service")} < {s.id for s in later.of("service")}


@pytest.mark.parametrize("marking", ["", "al", "public", "everyone", "all?"])
def test_without_a_known_marking_a_row_is_for_custodians(take, marking):
    batch = take((*ROW[:5], marking, ""))
    assert audiences(batch) == {"custodian"}
    assert any(column == "Open to" for _level, column, _problem in said(batch))


def test_without_an_approved_map_every_row_is_for_custodians(take):
    assert audiences(take(ROW, approved=False)) == {"custodian"}


@pytest.mark.parametrize(
    "remark", ["Do not publish!", "не публиковать", "CONFIDENTIAL", "нашр накунед", "не  разглашать адрес"]
)
def test_a_remark_that_asks_for_secrecy_hides_the_row(take, remark):
    batch = take((*ROW[:6], remark))
    assert audiences(batch) == {"custodian"}
    assert ("doubt", "Remark", "a remark asks that this be not shown") in said(batch)


def test_what_is_said_of_a_remark_names_its_column(take):
    heads = (*HEADER, "Checked by", "Notes")
    batch = take((*ROW, "Anora", "do not publish"), heads=heads, private=["Remark", "Checked by", "Notes"])
    assert ("doubt", "Notes", "a remark asks that this be not shown") in said(batch)
    batch = take(
        (*ROW, "Anora", "moved out"),
        heads=heads,
        private=["Remark", "Checked by", "Notes"],
        notices={"moved out": "defunct"},
    )
    assert ("note", "Notes", "the remark says 'moved out'") in said(batch)


def test_a_remark_is_never_kept(take):
    batch = take((*ROW[:6], "the shelter is at 9 Zumrad street"))
    assert audiences(batch) == {"public"}
    assert "Zumrad" not in str([*batch.records])
    assert "Zumrad" not in str(batch.issues)


def test_a_remark_can_close_a_service(take):
    batch = take((*ROW[:6], "Office is CLOSED now"), notices={"closed": "defunct"})
    assert [service.status for service in batch.of("service")] == ["defunct"]
    assert ("note", "Remark", "the remark says 'closed'") in said(batch)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("CLOSED since March 2026. Rehabilitation", "inactive"),
        ("Консультации юриста. Временно не работает до весны", "temporarily closed"),
        ("We help those whose workplace was closed", "active"),
    ],
)
def test_a_description_closes_a_service_by_how_a_sentence_begins(take, text, status):
    fields = MAP["fields"] | {"description": ["Text"]}
    batch = take((*ROW, text), heads=(*HEADER, "Text"), fields=fields)
    assert {service.status for service in batch.of("service")} == {status}


@pytest.mark.parametrize(
    ("remark", "status"),
    [
        ("закрылся в 2024", "inactive"),
        ("на ремонте до осени", "temporarily closed"),
        ("барҳам дода шуд", "defunct"),
        ("снова открыт", "active"),
        ("закрыто по вс", "active"),
        ("планируют открыть второй кабинет", "active"),
    ],
)
def test_a_remark_closes_a_service_in_the_words_of_whoever_wrote_it(take, remark, status):
    batch = take((*ROW[:6], f"Holiqova: {remark}"))
    assert [service.status for service in batch.of("service")] == [status]
    assert "Holiqova" not in " ".join(str(issue.problem) for issue in batch.issues)


def test_a_status_by_its_own_name_is_no_doubt(take):
    fields = MAP["fields"] | {"status": ["Status"]}
    batch = take((*ROW, "temporarily closed"), heads=(*HEADER, "Status"), fields=fields)
    assert [service.status for service in batch.of("service")] == ["temporarily closed"]
    assert [issue for issue in batch.issues if issue.column == "Status"] == []


@pytest.mark.parametrize(
    ("words", "status", "audience"),
    [
        ("ishlaydi", "active", "public"),
        ("-", "active", "public"),
        ("опять работает", "active", "public"),
        ("готовится к открытию", "inactive", "public"),
        ("трубку не берут", "active", "custodian"),
        ("номаълум", "active", "custodian"),
        ("yes, I think", "active", "custodian"),
    ],
)
def test_what_nobody_knows_to_work_is_not_offered(take, words, status, audience):
    fields = MAP["fields"] | {"status": ["Status"]}
    batch = take((*ROW, words), heads=(*HEADER, "Status"), fields=fields)
    assert [(service.status, service.audience) for service in batch.of("service")] == [(status, audience)]
    doubts = [issue for issue in batch.issues if issue.column == "Status" and issue.level == "doubt"]
    assert len(doubts) == (status == "inactive" or audience == "custodian")


@pytest.mark.parametrize(
    ("words", "available", "maximum"),
    [
        ("22 beds", 22, 22),
        ("14 ҷой", 14, 14),
        ("4-6 мест", 6, 6),
    ],
)
def test_how_many_it_takes_is_kept_without_a_day_of_checking(take, words, available, maximum):
    fields = MAP["fields"] | {"capacity": ["Takes"], "verified_on": ["None"]}
    batch = take((*ROW, words), heads=(*HEADER, "Takes"), fields=fields)
    (places,) = batch.of("service_capacity")
    assert (places.available, places.maximum, places.updated) == (available, maximum, None)


def test_that_it_is_full_is_told(take):
    fields = MAP["fields"] | {"capacity": ["Takes"]}
    batch = take((*ROW, "мест нет"), heads=(*HEADER, "Takes"), fields=fields)
    assert batch.of("service_capacity") == []
    assert [issue.level for issue in batch.issues if issue.column == "Takes"] == ["doubt"]


@pytest.mark.parametrize(
    ("words", "papers"),
    [
        ("none", ["No papers needed"]),
        ("можно без паспорта", ["No papers needed"]),
        ("ҳуҷҷат шарт нест", ["No papers needed"]),
        ("hujjatsiz ham", ["No papers needed"]),
        ("pasport (agar bo‘lsa)", ["No papers needed"]),
        ("passport, if available", ["No papers needed"]),
        ("ариза, шиноснома (агар бошад)", ["Written application"]),
        ("referral from the police", ["Referral letter"]),
        ("роҳхат аз прокуратура", ["Referral letter"]),
        ("yoʻllanma, pasport nusxasi", ["Passport or identity card", "Referral letter"]),
        ("заявление и копия паспорта", ["Passport or identity card", "Written application"]),
        ("шаҳодатномаи таваллуд ё шиноснома", ["Passport or identity card"]),
        ("без паспорта не принимаем", []),
    ],
)
def test_papers_in_words_of_their_own(take, words, papers):
    fields = MAP["fields"] | {"documents": ["Papers"]}
    batch = take((*ROW, words), heads=(*HEADER, "Papers"), fields=fields)
    assert sorted(paper.document for paper in batch.of("required_document")) == papers


def test_the_language_of_the_state_is_that_of_the_area(take, tiny_area):
    fields = MAP["fields"] | {"languages": ["Speaks"]}
    batch = take((*ROW, "государственный язык"), heads=(*HEADER, "Speaks"), fields=fields)
    assert [spoken.code for spoken in batch.of("language")] == [tiny_area.languages[0]]


def test_a_shelter_hides_its_body_when_there_is_nothing_else(take):
    """The row is marked as open, and the kind of help decides: the body's name alone could tell of it."""
    batch = take((*ROW[:3], "women's shelter", *ROW[4:]))
    assert audiences(batch, "organization") == {"custodian"}
    both = take((*ROW[:3], "women's shelter; legal advice", *ROW[4:]))
    assert audiences(both, "organization") == {"public"}


@pytest.mark.parametrize("name", ["Приют «Умед»", "Umed shelter", "Паноҳгоҳи Умед", "PANOHGOH? Safe house Umed"])
def test_a_body_whose_name_tells_of_a_shelter_is_hidden(take, name):
    batch = take(("1", name.replace('"', ""), *ROW[2:]))
    assert audiences(batch, "organization") == {"custodian"}
    assert any("tells of a shelter" in issue.problem for issue in batch.issues)
    assert audiences(take(("1", "Refugee Council", *ROW[2:])), "organization") == {"public"}


def test_hours_keep_what_is_read_and_nothing_else(take):
    header, row = with_cells(Hours="round the clock, entrance from 9 Zumrad street")
    batch = take(row, heads=header)
    assert "Zumrad" not in str([*batch.records])
    assert any(column == "Hours" for _level, column, _problem in said(batch))


def test_a_cell_that_cannot_be_read_is_left_out_and_said_with_its_column(take):
    header, row = with_cells(Checked="30.02.2026")
    batch = take(row, heads=header)
    (issue,) = [issue for issue in batch.issues if issue.row == 2]
    assert (issue.level, issue.column, issue.file, issue.sheet) == ("refused", "Checked", "list.csv", "")
    assert "28 days" in issue.problem
    assert issue.fix
    assert [v.verified_on for v in batch.of("verification")] == [None]


@pytest.mark.parametrize("day", ["2099-01-01", "2026-11-25"])
def test_a_check_in_the_future_is_no_check(take, day):
    header, row = with_cells(Checked=day)
    batch = take(row, heads=header)
    assert [v.level for v in batch.of("verification")] == ["unverified"]
    assert said(batch)[0][:2] == ("refused", "Checked")


def test_a_slipped_row_is_refused_whole_and_said_once(take):
    header, row = with_cells(Cost="tajik/russian", Checked="by hand", Places="passport", Languages="9-13")
    batch = take(row, heads=header)
    assert not batch.records
    ((level, _column, problem),) = said(batch)
    assert (level, problem[:7]) == ("refused", "4 cells")
    assert batch.refused[0].cells["Places"] == "passport"


def test_words_of_a_language_that_nobody_knows_are_no_slip(take):
    header, row = with_cells(Cost="senpage", Languages="zblonish", Hours="lunedo-vendredo")
    batch = take(row, ("2", "Nur", *row[2:]), heads=header)
    assert [body.name for body in batch.of("organization")] == ["Umed", "Nur"]
    assert {issue.column for issue in batch.issues if issue.level == "refused"} == {"Cost", "Languages", "Hours"}


def test_a_refused_row_leaves_no_trace_for_the_next(take):
    """The body of a refused row is not known to the row after it: else its service would belong to nobody."""
    header, row = with_cells(Cost="tajik/russian", Checked="by hand", Places="passport", Languages="9-13")
    batch = take(row, ("2", *row[1:7], *[""] * (len(row) - 7)), heads=header)
    assert [refused.row for refused in batch.refused] == [2]
    (body,) = batch.of("organization")
    assert [service.organization_id for service in batch.of("service")] == [body.id]


def test_a_row_that_ends_early_is_for_custodians(take, tmp_path, tiny_area):
    path = tmp_path / "cut.csv"
    path.write_text(
        "No;Name;District;Help;Phone;Open to\n1;Umed;Juybor;legal advice\n2;Nur;Juybor;legal advice;;all", "utf-8"
    )
    columns = ColumnMap.model_validate(MAP | {"private": []})
    batch = read(path, columns=columns, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    assert [service.audience for service in batch.of("service")] == ["custodian", "public"]
    assert ("doubt", "Open to", "the row ends before 'Phone'") in said(batch)


def test_a_row_that_stands_twice_is_read_once(take):
    batch = take(ROW, ROW)
    assert len(batch.of("service")) == 1
    assert said(batch, 3) == [("note", "", "the row repeats row 2")]


def test_two_rows_with_one_number_are_both_read_and_said(take):
    batch = take(ROW, ("1", "Nur", *ROW[2:]))
    assert len(batch.of("service")) == 2
    assert said(batch, 3)[0] == ("doubt", "No", "the key '1' stands in the file 2 times")


def test_of_rows_without_numbers_that_say_the_same_the_last_check_stands(take):
    header, older = with_cells(Checked="2025-03-01")
    newer = (*older[:-1], "2026-03-01")
    batch = take(newer, older, heads=header, key=[])
    assert [v.verified_on for v in batch.of("verification")] == [dt.date(2026, 3, 1)]
    assert said(batch, 3) == [("doubt", "", "row 2 is of the same body, place and kind of help")]


@pytest.mark.parametrize("days", [("2025-03-01", "2026-03-01"), ("2026-03-01", "2025-03-01"), ("", "")])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("asking", [{"Notes": "please do not publish"}, {"Open to": "partners"}, {"Consent": "no"}])
def test_whichever_row_stands_what_either_asks_to_be_hidden_stays_hidden(take, asking, days, swapped):
    header, free = with_cells(Checked=days[0], Notes="", Consent="yes")
    at = {name: place for place, name in enumerate(header)}
    asks = [*free]
    for name, text in {"Checked": days[1], **asking}.items():
        asks[at[name]] = text
    rows = [tuple(asks), free] if swapped else [free, tuple(asks)]
    batch = take(*rows, heads=header, key=[], private=["Notes"])
    (service,) = batch.of("service")
    assert service.audience == ("partner" if "Open to" in asking else "custodian")
    assert all(place.audience == service.audience for place in batch.of("location"))


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("numbers", "name", "address", "same"),
    [
        ("11", "Umed", "", True),  # one number in one sheet, whoever is named
        ("11", "Nur", "", True),
        ("12", "Umed", "Bahor 1", True),  # one body, address and kind of help under two numbers
        ("12", "Umed", "", False),  # two branches may stand in one district
        ("12", "Nur", "Bahor 1", False),
    ],
)
def test_of_two_rows_about_the_same_what_either_asks_to_be_hidden_stays_hidden(
    take, numbers, name, address, same, swapped
):
    header, free = with_cells(Address=address, Notes="", Consent="yes")
    asks = [*free]
    asks[0], asks[1], asks[-1], asks[4] = numbers[1], name, "no", ""
    rows = [asks, free] if swapped else [free, asks]
    batch = take(*rows, heads=header, private=["Notes"])
    seen_by = sorted(service.audience for service in batch.of("service"))
    assert seen_by == (["custodian", "custodian"] if same else ["custodian", "public"])
    problems = [issue.problem for issue in batch.issues]
    assert problems.count("another row about the same is for fewer to see") == same


def test_rows_that_a_chain_of_signs_joins_are_about_the_same(take):
    """The first has the number of the second, which has the address of the third, which has the number of the last."""
    header, row = with_cells(Address="Bahor 1", Consent="yes")
    chain = [
        ("1", "Nur", *row[2:]),
        row,
        ("2", *row[1:4], "", *row[5:]),
        ("2", "Sabo", *row[2:-1], "no"),
        ("3", "Orzu", *row[2:]),
    ]
    batch = take(*chain, heads=header)
    assert [service.audience for service in batch.of("service")] == ["custodian"] * 4 + ["public"]


@pytest.mark.parametrize(("name", "audience"), [("Nur", "public"), ("Umed", "custodian")])
def test_sheets_that_count_anew_are_about_the_same_only_where_the_body_is(tiny_area, tmp_path, name, audience):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for title, row in {"A": (*ROW, "yes"), "B": ("1", name, "Gulobod", *ROW[3:], "no")}.items():
            sheet = book.add_worksheet(title)
            for number, cells in enumerate(((*HEADER, "Consent"), row)):
                sheet.write_row(number, 0, cells)
    columns = ColumnMap.model_validate(MAP)
    batch = read(path, columns=columns, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    assert [service.audience for service in batch.of("service")] == [audience, "custodian"]


def test_the_heading_of_a_column_that_asks_for_silence_speaks_of_its_cells_alone(take):
    header, row = with_cells(**{"Confidential?": "no"})
    batch = take(row, heads=header)
    assert [service.audience for service in batch.of("service")] == ["public"]


@pytest.mark.parametrize("ignored", [[], ["Order"]])
def test_a_column_that_fills_nothing_is_looked_at_like_remarks(take, ignored):
    header, row = with_cells(Order="№ 4, для служебного пользования")
    batch = take(row, heads=header, ignored=ignored)
    assert [service.audience for service in batch.of("service")] == ["custodian"]
    assert ("doubt", "Order", "a remark asks that this be not shown") in said(batch)


SECOND = ("2", "Nur", *ROW[2:])


@pytest.mark.parametrize("secret", ["confidential", "секретно", "Для служебного пользования", "махфӣ", "maxfiy", "ДСП"])
@pytest.mark.parametrize("where", ["file", "sheet", "title", "below"])
def test_what_is_said_of_a_whole_list_hides_all_its_rows(tiny_area, tmp_path, secret, where):
    path = tmp_path / (f"shelters_{secret}.xlsx" if where == "file" else "shelters.xlsx")
    lines = [(secret,) if where == "title" else (), HEADER, ROW, SECOND, (secret,) if where == "below" else ()]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(secret if where == "sheet" else "S")
        for number, row in enumerate(lines):
            sheet.write_row(number, 0, row)
    columns = ColumnMap.model_validate(MAP)
    batch = read(path, columns=columns, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    assert [service.audience for service in batch.of("service")] == ["custodian"] * 2
    assert sum("is said of it" in issue.problem for issue in batch.issues) == 2


@pytest.mark.parametrize(
    ("note", "place", "hidden"),
    [
        ("* not for publication", 3, "Umed* Nur"),
        ("partners - for partners; all - не для публикации", 0, "Umed* Nur"),
        ("Private and confidential", 0, "Umed* Nur"),
        ("Free and confidential help", 0, ""),
        ("Помощь на дому", 0, ""),
        ("Не для публикации", 2, "Nur"),  # the heading of a part
    ],
)
def test_a_note_that_asks_for_silence_hides_every_row_and_a_heading_those_of_its_part(take, note, place, hidden):
    lines = [HEADER, ("1", "Umed*", *ROW[2:]), SECOND]
    lines.insert(place, (note,))
    batch = take(*lines[1:], heads=lines[0])
    names = {body.id: body.name for body in batch.of("organization")}
    secret = [names[service.organization_id] for service in batch.of("service") if service.audience == "custodian"]
    assert " ".join(secret) == hidden


@pytest.mark.parametrize("commented", [1, 2])
def test_a_comment_on_a_row_that_is_left_out_hides_the_one_that_stands(tiny_area, tmp_path, commented):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADER, ROW, ROW)):
            sheet.write_row(number, 0, row)
        sheet.write_comment(commented, 1, "please do not publish")
    columns = ColumnMap.model_validate(MAP)
    batch = read(path, columns=columns, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    assert [service.audience for service in batch.of("service")] == ["custodian"]


def test_a_column_that_nobody_named_is_said(take):
    batch = take((*ROW, "x"), heads=(*HEADER, "phone numbre"))
    (issue,) = [issue for issue in batch.issues if issue.column == "phone numbre"]
    assert "does not name" in issue.problem


def test_a_column_that_is_missing_is_said(take):
    batch = take(ROW)
    assert "there is no column 'Mail'" in {issue.problem for issue in batch.issues}


@pytest.mark.parametrize(
    ("changes", "said_"),
    [
        ({"rows": {"least": 2}}, "1 row where 2 to 1,000,000 are expected"),
        ({"rows": {"least": 0, "most": 0 + 1}, "header": {"has": "Nowhere"}}, "no row holds 'Nowhere'"),
        ({"fields": {"organization": ["Nix"]}, "key": [], "private": []}, "no column is one that the map names"),
    ],
)
def test_a_file_that_is_not_the_one_expected(take, changes, said_):
    with pytest.raises(FormatError, match=said_.replace("(", "\\(")):
        take(ROW, **changes)


def test_too_many_refused_rows_refuse_the_file(take):
    rows = [(str(n), "", *ROW[2:]) for n in range(3)]
    assert len(take(*rows, rows={"refused": 3}).refused) == 3
    with pytest.raises(FormatError, match="3 of 3 rows would be refused, and the map allows 2; the first is row 2"):
        take(*rows, rows={"refused": 2})


@pytest.mark.parametrize("name", ["list.doc", "list", "list.xlsb"])
def test_a_file_of_another_kind(take, name):
    with pytest.raises(FormatError, match=r"save it as one of .*\.csv"):
        take(ROW, name=name)


def test_a_missing_file(tmp_path, tiny_area):
    with pytest.raises(FormatError, match="there is no such file"):
        read(tmp_path / "none.csv", source="x", area=tiny_area)


def test_formulas_and_markup_come_in_as_text(take):
    batch = take(("1", "<b>Umed</b>", "Juybor", "legal advice", "", "all", "=cmd|' /C calc'!A0"))
    assert [body.name for body in batch.of("organization")] == ["Umed"]
    assert batch.cleaned["HTML taken out"] == 1
    assert "cmd" not in str([*batch.records])


def test_what_the_list_gave_can_be_stored_and_given_again(take, tmp_path, tiny_area):
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        directory.add(take(ROW), on=TODAY)
        again = directory.add(take(ROW, known=Known.of(directory)), on=TODAY)
        assert [+again.added, +again.changed, +again.removed, again.missing] == [{}, {}, {}, []]


def test_a_dry_run_changes_nothing(take, tmp_path, tiny_area):
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        change = directory.add(take(ROW), on=TODAY, dry_run=True)
        assert change.added["service"] == 1
        assert directory.count("service") == 0


def test_a_plain_list_needs_no_map(tmp_path, tiny_area):
    path = tmp_path / "plain.csv"
    path.write_text(
        "Organization,Services,District,Phone,E-mail,Fax remark\n"
        "Umed,Legal advice,Juybor,+992 00 000 11 11,a@umed.example,x\n",
        "utf-8",
    )
    batch = read(path, source="NGO survey 2026", area=tiny_area, today=TODAY)
    (service,) = batch.of("service")
    assert service.name == "Legal information and advice"
    assert audiences(batch) == {"custodian"}
    assert [body.email for body in batch.of("organization")] == ["a@umed.example"]


@pytest.mark.parametrize(
    "header",
    [
        "Наименование;Вид помощи;Район;Телефон",
        "Номи ташкилот;Хизматрасонӣ;Ноҳия;Телефон",
        "Tashkilot;Xizmat;Tuman;Telefon",
    ],
)
def test_a_plain_list_in_other_languages(tmp_path, tiny_area, header):
    path = tmp_path / "plain.csv"
    path.write_text(f"{header}\nУмед;юридическая консультация;Ҷӯйбор;+992 00 000 11 11\n", "utf-8")
    batch = read(path, source="list", area=tiny_area, today=TODAY)
    assert [(len(batch.of(t))) for t in ("organization", "service", "phone")] == [1, 1, 1]
    assert batch.of("location")[0].area_unit == "XT-W2"


def test_a_short_map_adds_words_to_a_table_that_needs_no_columns(tmp_path, tiny_area):
    path = tmp_path / "who.csv"
    path.write_text("Org,Sector,Unit\n#org,#sector,#adm2+code\nUmed,Protection,XT-W2\nUmed,Legal aid,XT-W2\n", "utf-8")
    plain = read(path, area=tiny_area, today=TODAY)
    assert [one.service_type for one in plain.of("activity")] == ["LEG"]
    assert len(plain.refused) == 1
    short = ColumnMap.model_validate(
        {"source": "cluster", "name": "Cluster", "words": {"service": {"Protection": "CMG-CAS"}}}
    )
    batch = read(path, columns=short, area=tiny_area, today=TODAY)
    assert [one.service_type for one in batch.of("activity")] == ["CMG-CAS", "LEG"]
    assert (batch.source.name, batch.refused) == ("Cluster", [])


def test_columns_that_nobody_can_guess(tmp_path, tiny_area):
    path = tmp_path / "plain.csv"
    path.write_text("a,b,c\n1,2,3\n", "utf-8")
    with pytest.raises(FormatError, match="no row looks like the names of columns"):
        read(path, source="x", area=tiny_area, today=TODAY)


def test_the_real_facilities_of_a_country(shared, tj_area):
    """827 health facilities of OpenStreetMap: 261 pharmacies are no place of help, all others are given and public."""
    path = shared / "data" / "geo" / "facilities" / "tj_health_facilities_osm.csv"
    if not path.exists():
        pytest.skip("needs the health facilities of OpenStreetMap, which are not part of the repository")
    columns = Path(__file__).with_name("facilities.toml")
    batch = read(path, columns=columns, area=tj_area, today=TODAY, known=Known(maps=EveryMap()))
    assert (batch.rows, len(batch.refused), len(batch.of("location"))) == (566, 0, 566)
    assert any("(261 times)" in issue.problem for issue in batch.issues)
    assert {(p.position_basis, p.precision, p.audience) for p in batch.of("location")} == {("given", "exact", "public")}
    assert {p.area_unit for p in batch.of("location")} <= set(tj_area.unit_codes)


def test_the_command_line_refuses_in_one_line_and_leaves_the_directory_as_it_was(tmp_path, tiny_area):
    directory, file = tmp_path / "directory.db", tmp_path / "bad.csv"
    Directory(directory, tiny_area).close()
    before = directory.read_bytes()
    file.write_bytes(b'Name,Help\n"Umed,legal advice\n')
    words = ["import", str(file), "--directory", str(directory), "--area", str(tiny_area.folder)]
    with pytest.raises(FormatError, match=r"^[^\n]*never closes[^\n]*$"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert directory.read_bytes() == before


def test_a_map_that_nobody_approved_is_said_first(take):
    batch = take(ROW, approved=False)
    assert "two people have not approved" in batch.issues[0].problem
    assert not any("approved" in issue.problem for issue in take(ROW).issues)


@pytest.mark.parametrize(
    "heading", ["Можно ли публиковать?", "May we publish?", "Нашр кардан мумкин аст?", "Ruxsat: eʼlon qilish"]
)
@pytest.mark.parametrize(
    ("answer", "audience"), [("Нет", "custodian"), ("no", "custodian"), ("", "custodian"), ("да", "public")]
)
def test_a_question_of_consent_counts_though_the_map_does_not_name_it(take, heading, answer, audience):
    head, row = with_cells(**{heading: answer})
    assert audiences(take(row, heads=head)) == {audience}


@pytest.mark.parametrize(
    ("heading", "answer", "audience"),
    [
        ("Можно ли публиковать?", "Нет", "custodian"),
        ("Do not publish", "yes", "custodian"),
        ("May we publish?", "yes", "public"),
        ("Remark", "please do not publish", "custodian"),
    ],
)
def test_a_question_on_the_second_sheet_counts_for_its_service(tmp_path, tiny_area, heading, answer, audience):
    path = tmp_path / "survey.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first, second = book.add_worksheet("main"), book.add_worksheet("services")
        first.write_row(0, 0, ("_index", "Name", "District", "Open to", "Remark"))
        first.write_row(1, 0, (1, "Umed", "Juybor", "all", ""))
        second.write_row(0, 0, ("_parent_index", "_index", "Help", heading))
        second.write_row(1, 0, (1, 1, "legal advice", answer))
        second.write_row(2, 0, (1, 2, "psychologist", "no" if heading.startswith("Do not") else ""))
    columns = ColumnMap.model_validate(MAP | {"key": ["_index"], "shape": "repeat", "sheets": {"children": "services"}})
    batch = read(path, columns=columns, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    by_row = {origin.row: origin.link_id for origin in batch.of("provenance") if origin.link_entity == "service"}
    audiences_of = {record.id: record.audience for record in batch.of("service")}
    assert audiences_of[by_row[2]] == audience


@pytest.mark.parametrize(
    ("mail", "shown"), [("umed@umed.example", True), ("z.karimova@umed.example", False), ("nilufar@a.example", False)]
)
def test_a_mail_address_that_bears_a_persons_name_is_for_custodians_only(take, mail, shown):
    head, row = with_cells(**{"E-mail": mail, "Contact person": "Қодирова Нилуфар"})
    fields = MAP["fields"] | {"email": ["E-mail"], "contact": ["Contact person"]}
    batch = take(row, heads=head, fields=fields)
    (body,), (contact,) = batch.of("organization"), batch.of("contact")
    assert (body.email == mail) == shown
    assert (contact.email == mail) != shown
    assert contact.audience == "custodian"
    assert any("mail address is that of a person" in issue.problem for issue in batch.issues) != shown


@pytest.mark.parametrize("text", ["Приём ведёт психолог Каримова", "Спросить Назарова Б.", "Ask for Karimova Z."])
def test_a_description_that_names_somebody_stays_private(take, text):
    head, row = with_cells(About=text)
    batch = take(row, heads=head, fields=MAP["fields"] | {"description": ["About"]})
    assert {service.description for service in batch.of("service")} == {None}


@pytest.fixture
def of_a_service(tmp_path, tiny_area):
    """Return the batch of a survey with one service on a second sheet, whose row has some more cells."""

    def take(**cells: str):
        path = tmp_path / "survey.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            first, second = book.add_worksheet("main"), book.add_worksheet("services")
            first.write_row(0, 0, ("_index", "Name", "District", "Open to"))
            first.write_row(1, 0, (1, "Umed", "Juybor", "all"))
            second.write_row(0, 0, ("_parent_index", "_index", "Help", *cells))
            second.write_row(1, 0, (1, 1, "legal advice", *cells.values()))
        fields = MAP["fields"] | {"phone": ["Phone"], "email": ["Mail"]}
        own = {"key": ["_index"], "shape": "repeat", "sheets": {"children": "services"}, "fields": fields}
        columns = ColumnMap.model_validate(MAP | own | {"private": [*MAP.get("private", []), "Remarks"]})
        return read(path, columns=columns, area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))

    return take


def test_the_number_of_a_service_on_the_second_sheet_is_its_own(of_a_service):
    batch = of_a_service(Phone="1414")
    assert [phone.number for phone in batch.of("phone")] == ["1414"]


def test_what_the_row_of_a_service_says_of_its_place_is_told_where_it_is_not_read(of_a_service):
    batch = of_a_service(Mail="a@example.org")
    told = {issue.column for issue in batch.issues if issue.row == 2 and issue.sheet == "services"}
    assert "Mail" in told


@pytest.mark.parametrize(
    ("answer", "audience"),
    [
        ("Yes", "public"),
        ("yes, but ask first", "custodian"),
        ("по согласованию с директором", "custodian"),
        ("согласовано", "public"),
        ("kelishish kerak", "custodian"),
        ("yes, until 31.10.2026", "custodian"),
        ("yes, until 31.12.2026", "public"),
    ],
)
def test_a_permission_with_a_condition_or_past_its_day_is_none_whatever_the_table_says(take, answer, audience):
    head, row = with_cells(**{"May we publish?": answer})
    fields = MAP["fields"] | {"marking": ["May we publish?"]}
    batch = take(row, heads=head, fields=fields, markings={answer: "public"})
    assert audiences(batch) == {audience}
    plain = answer in ("Yes", "согласовано")
    assert plain == (not any(issue.column == "May we publish?" for issue in batch.issues))


def test_a_condition_may_let_partners_see_a_row_where_two_people_agreed_so(take):
    head, row = with_cells(**{"May we publish?": "ask first"})
    fields = MAP["fields"] | {"marking": ["May we publish?"]}
    batch = take(row, heads=head, fields=fields, markings={"ask first": "partner"})
    assert audiences(batch, "service") == {"partner"}


@pytest.mark.parametrize(
    ("heading", "answer", "audience"),
    [
        ("Confidential location - do not print", "Yes", "custodian"),
        ("Confidential location - do not print", "No", "public"),
        ("Confidential location", "Y", "custodian"),
        ("Адрес не разглашать (да/нет)", "да", "custodian"),
        ("Help at home", "yes", "public"),
        ("Согласны ли Вы участвовать в опросе?", "Нет", "custodian"),
        ("Do you agree to take part in this survey?", "yes", "public"),
    ],
)
def test_a_heading_that_asks_for_silence_counts_where_it_is_answered_with_yes(take, heading, answer, audience):
    head, row = with_cells(**{heading: answer})
    assert audiences(take(row, heads=head)) == {audience}


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("Advice. Please do not list this number.", "custodian"),
        ("We never share your data.", "public"),
    ],
)
def test_a_description_that_asks_for_silence_hides_its_row(take, text, audience):
    head, row = with_cells(About=text)
    batch = take(row, heads=head, fields=MAP["fields"] | {"description": ["About"]})
    assert audiences(batch) == {audience}


@pytest.mark.parametrize("name", ["Тестовая анкета", "TEST", "test organization 2", "xxx", "Проба"])
def test_a_row_that_tries_a_form_is_shown_to_nobody(take, name):
    batch = take((ROW[0], name, *ROW[2:]))
    assert audiences(batch) == {"custodian"}
    assert ("doubt", "Name", "the name is one of a trial") in said(batch)


@pytest.mark.parametrize("name", ["Testing centre", "Пробуждение", "Тестов и партнёры"])
def test_a_name_that_begins_like_a_trial_is_none(take, name):
    assert audiences(take((ROW[0], name, *ROW[2:]))) == {"public"}


def test_a_code_for_what_is_not_known_is_no_number_of_places(take):
    heading = "How many places? (99 - don't know)"
    head, row = with_cells(**{heading: "99"})
    fields = MAP["fields"] | {"capacity": [heading]}
    assert take(row, heads=head, fields=fields).of("service_capacity") == []
    head, row = with_cells(Places="999")
    batch = take(row, heads=head)
    assert batch.of("service_capacity") == []
    assert ("doubt", "Places", "'999' may stand for what is not known") in said(batch)
    head, row = with_cells(Places="99")
    assert [c.maximum for c in take(row, heads=head).of("service_capacity")] == [99]


def test_a_formula_that_stands_as_a_text_is_no_value(take):
    head, row = with_cells(Cost="=D2")
    batch = take(row, heads=head)
    assert batch.of("cost_option") == []
    assert [service.fees_description for service in batch.of("service")] == [None]
    assert any("'=D2' is a formula" in problem for _, column, problem in said(batch) if column == "Cost")


def test_a_no_to_publishing_is_never_public_whatever_the_table_of_markings_says(take):
    head, row = with_cells(**{"May we publish?": "No"})
    fields = MAP["fields"] | {"marking": ["May we publish?"]}
    batch = take(row, heads=head, fields=fields, markings={"No": "public", "Yes": "public"})
    assert audiences(batch) == {"custodian"}


@pytest.mark.parametrize("answer", ["ҳоло не", "пока нет", "hozircha yoʻq"])
def test_a_no_for_now_is_a_no_whatever_the_table_of_markings_says(take, answer):
    head, row = with_cells(**{"May we publish?": answer})
    fields = MAP["fields"] | {"marking": ["May we publish?"]}
    batch = take(row, heads=head, fields=fields, markings={answer: "public"})
    assert audiences(batch) == {"custodian"}


@pytest.mark.parametrize(
    ("state", "audience"),
    [("Not Approved", "custodian"), ("On Hold", "custodian"), ("Approved", "public"), ("", "public")],
)
def test_the_review_of_a_survey_counts_with_any_map(take, state, audience):
    head, row = with_cells(_validation_status=state)
    assert audiences(take(row, heads=head)) == {audience}


@pytest.mark.parametrize(
    "name", ["Рай?они ??йбор?", "???????? ?????", "Ðàéõîí", "Р Р°Р№ТіРѕРЅ", "Ð Ð°Ð¹Ò³Ð¾Ð½", "Рай\ufffdон", "ђ ©е®­"]
)
def test_a_name_that_lost_letters_is_not_published(take, name):
    batch = take((ROW[0], name, *ROW[2:]))
    assert audiences(batch) == {"custodian"}
    assert any("has lost letters" in problem for _, _, problem in said(batch))


def test_open_day_and_night_beside_other_hours_keeps_neither(take):
    head, row = with_cells(**{"Hours": "Mon-Fri 9:00-17:00", "24 hours": "yes"})
    batch = take(row, heads=head)
    assert batch.of("schedule") == []
    assert any("ask which holds" in issue.fix for issue in batch.issues)
    head, row = with_cells(**{"Hours": "", "24 hours": "yes"})
    assert [span.opens_at for span in take(row, heads=head).of("schedule")] == ["00:00"]
    head, row = with_cells(**{"Hours": "Mon-Fri 9:00-17:00", "24 hours": "no"})
    assert [span.opens_at for span in take(row, heads=head).of("schedule")] == ["09:00"]


def test_hours_without_days_are_no_hours(take):
    head, row = with_cells(Hours="10-12")
    batch = take(row, heads=head)
    assert batch.of("schedule") == []
    assert [issue.level for issue in batch.issues if issue.column == "Hours"] == ["refused"]


def test_the_day_of_a_check_says_which_way_it_was_read(take):
    head, row = with_cells(Checked="03/04/2026")
    batch = take(row, heads=head)
    assert [v.verified_on for v in batch.of("verification")] == [dt.date(2026, 4, 3)]
    assert any("is read as 3 April 2026" in problem for _, _, problem in said(batch))


def test_a_fault_is_told_of_every_row_and_service_whose_cells_say_the_same(take):
    heads = (*HEADER, "Hours", "Checked")
    rows = [
        (
            str(number),
            f"Umed {number}",
            "Juybor",
            "legal advice; shelter",
            "",
            "all",
            "",
            "Mo-Fr 8-17 or so",
            "03.04.2026",
        )
        for number in range(1, 4)
    ]
    batch = take(*rows, heads=heads)
    by_row = [sorted(said(batch, row)) for row in (2, 3, 4)]
    assert by_row[0] == by_row[1] == by_row[2] != []
    alone = take(rows[2], heads=heads)
    assert sorted(said(alone)) == by_row[2]
    last = {record.id for record in alone.records if record.table != "provenance"}
    assert last <= {record.id for record in batch.records}, "and its parts are the same beside others like it"


def test_a_comment_beside_a_cell_hides_its_row_as_a_remark_does(tmp_path, tiny_area):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADER, ROW, ("2", "Nur", *ROW[2:]))):
            sheet.write_row(number, 0, row)
        sheet.write_comment("E3", "не публиковать")
    found = read(path, columns=ColumnMap.model_validate(MAP), area=tiny_area, today=TODAY, known=Known(maps=EveryMap()))
    names = {body.id: body.name for body in found.of("organization")}
    assert {names[service.organization_id]: service.audience for service in found.of("service")} == {
        "Umed": "public",
        "Nur": "custodian",
    }
    assert ("doubt", "a comment", "a remark asks that this be not shown") in said(found, 3)


def test_a_row_that_goes_on_behind_its_columns_is_for_custodians(take):
    found = take((*ROW, "yes"))
    assert audiences(found, "service") == {"custodian"}
    assert "the row goes on behind the last column: 'yes'" in [problem for _, _, problem in said(found)]


def test_a_row_whose_cells_say_that_nobody_knows_has_not_slipped(take):
    heads, row = with_cells(Checked="?", Cost="госпошлина")
    row = tuple("нет данных" if cell == ROW[4] else cell for cell in row)
    assert len(take(row, heads=heads).of("service")) == 1


def test_a_review_is_no_word_on_whether_a_service_works(take):
    heads, row = with_cells(_validation_status="On hold")
    (service,) = take(row, heads=heads, private=["Remark", "_validation_status"]).of("service")
    assert (service.status, service.audience) == ("active", "custodian")


def test_a_condition_is_told_where_no_table_of_markings_says_what_it_means(tmp_path, tiny_area):
    path = tmp_path / "list.csv"
    lines = ["Организация;Район;Услуга;Можно публиковать?"]
    lines += [f"Умед {number};Juybor;юрист;{answer}" for number, answer in enumerate(("да", "нет", "только тел."))]
    path.write_text("\n".join(lines), "utf-8")
    found = read(path, area=tiny_area, today=TODAY)
    told = {issue.row for issue in found.issues if "is answered" in issue.problem}
    assert told == {3, 4}


@pytest.mark.parametrize(
    "remark",
    [
        "Do not list publicly",
        "директор: номер просьба не указывать",
        "prefers that the mobile be kept private",
        "telefonni eʼlon qilmang",
        "манзил берилмасин",
        "faqat hamkorlar uchun",
        "танҳо барои ҳамкорон",
        "for referring agencies only",
    ],
)
def test_wishes_in_other_words_hide_the_row(take, remark):
    assert audiences(take((*ROW[:6], remark))) == {"custodian"}


def test_a_yes_that_leaves_the_address_out_shows_the_district_alone(take):
    answer = "Yes, but not the address"
    heads, row = with_cells(Address="Rudaki 5", Lat="10.11", Lon="60.02")
    batch = take((*row[:5], answer, *row[6:]), heads=heads, markings={answer: "public"})
    (place,) = batch.of("location")
    assert (place.audience, place.precision) == ("public", "area")
    assert audiences(batch, "address") == {"custodian"}
    assert audiences(batch, "phone") == {"public"}


UNNUMBERED = {"key": [], "fields": {key: value for key, value in MAP["fields"].items() if key != "key"}}
AT = ("Name", "District", "Help", "Phone", "Open to", "Address")


def moving(*addresses, district="Juybor", body="Umed", help_="legal advice"):
    return [(body, district, help_, "+992 00 000 11 11", "all", address) for address in addresses]


def given(take, directory, *rows, **changes):
    """Store rows of a list without numbers, as the newest edition of it."""
    known = Known.of(directory)
    return directory.add(take(*rows, heads=AT, known=known, **UNNUMBERED, **changes), by="a", on=TODAY)


def test_an_office_that_moved_is_one_question(take, tmp_path, tiny_area):
    (other,) = moving("Sino 9", body="Navruz")
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        given(take, directory, *moving("Rudaki 12"), other)
        (old,) = (tie.service_id for tie in directory.records(ServiceAtLocation) if "Umed" in body_of(directory, tie))
        for _ in range(2):
            change = given(take, directory, *moving("Somoni 3"), other)
            (missing,) = [record for record in change.missing if record.name]
            assert missing.into("en") == (
                "Moved? The newer list has it at another place: service Umed: Legal information and advice"
            )
            assert [move.service for move in directory.moves()] == [missing.id] == [old]
            assert ("service", missing.id) not in directory.still_missing(), "it is one thing: it moved"
            assert not change.removed, "both places are shown until somebody says which is true"


def body_of(directory, tie):
    service = directory.record(Service, tie.service_id)
    return directory.record(Organization, service.organization_id).name


def test_of_a_service_that_moved_nothing_is_left_once_a_steward_says_so(take, tmp_path, tiny_area):
    """It keeps its id and what stewards said of it; what the list gave of it at its old place alone goes."""
    before = [(*moving("Rudaki 12")[0][:3], "+992 00 000 11 11; +992 00 000 22 22", "all", "Rudaki 12")]
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        given(take, directory, *before)
        given(take, directory, *moving("Somoni 3"))
        (move,) = directory.moves()
        (stays,) = (row for row in directory.records(Service) if row.id == move.service)
        own = Phone(id="own", number="+992000003333", service_id=stays.id)
        directory.add(Batch(STEWARDS, "phone of a steward", records=[own], partial=True), on=TODAY)
        directory.merge(stays.id, [move.now], table="service", by="a", on=TODAY, reason="They said so")
        directory.undo(by="a", on=TODAY)
        assert directory.moves() == [move], "the question is open again"
        directory.merge(stays.id, [move.now], table="service", by="a", on=TODAY, reason="They said so")
        for _ in range(2):
            assert [service.id for service in directory.records(Service)] == [stays.id]
            (tie,) = directory.records(ServiceAtLocation)
            assert tie.service_id == stays.id
            (address,) = (row for row in directory.records(Address) if row.location_id == tie.location_id)
            assert address.address_1 == "Somoni 3"
            assert {phone.number for phone in directory.records(Phone)} == {"+992000001111", own.number}
            texts = [(text.field, text.language) for text in directory.records(Translation, link_id=stays.id)]
            assert sorted(texts) == [("name", language) for language in ("en", "ru", "tg")], "its names, each once"
            assert directory.moves() == []
            assert [record for table, record in directory.still_missing() if table == "service"] == []
            change = given(take, directory, *moving("Somoni 3"))
            assert (change.added + change.changed).keys() <= {"source"}, "the list says nothing new"


def test_a_service_that_did_not_move_stays_beside_the_new_one(take, tmp_path, tiny_area):
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        given(take, directory, *moving("Rudaki 12"))
        given(take, directory, *moving("Somoni 3"))
        (move,) = directory.moves()
        for kind in ("later", "different"):
            assert directory.moves() == [move]
            decided = Decided(1, "service", move.now, move.service, kind, move.now, move.service, "Two offices")
            [*apply(directory, [decided], by="a", on=TODAY)]
        for _ in range(2):
            assert directory.moves() == []
            assert [record for table, record in directory.still_missing() if table == "service"] == [], "answered"
            assert (directory.count("service"), directory.count("service_at_location")) == (2, 2)
            given(take, directory, *moving("Somoni 3"))


def test_whether_a_service_moved_is_asked_and_answered_on_the_command_line(take, tmp_path, tiny_area):
    path, asked = tmp_path / "directory.db", tmp_path / "pairs.csv"
    with Directory(path, tiny_area) as directory:
        given(take, directory, *moving("Rudaki 12"))
        given(take, directory, *moving("Somoni 3"))
    where = ["--directory", str(path), "--area", str(TINY)]
    shown = CliRunner().invoke(app, ["duplicates", "--csv", str(asked), *where])
    assert "service: moved? A newer list has the same help" in shown.stdout
    with asked.open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    with asked.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.DictWriter(file, row)
        lines.writeheader()
        lines.writerow(row | {"decision": "different", "reason": "they said so"})
    answered = CliRunner().invoke(app, ["duplicates", "--decide", str(asked), "--by", "Zarina", *where])
    assert answered.exit_code == 0, answered.output
    with Directory(path, tiny_area) as directory:
        assert (directory.moves(), directory.count("service_at_location")) == ([], 2)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (moving("Rudaki 12", "Somoni 3"), moving("Somoni 3")),
        (moving("Rudaki 12"), moving("Somoni 3", help_="shelter")),
        (moving("Rudaki 12"), moving("Somoni 3", body="Navruz")),
    ],
)
def test_what_a_list_left_out_or_calls_otherwise_did_not_move(take, tmp_path, tiny_area, before, now):
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        given(take, directory, *before)
        change = given(take, directory, *now)
        assert [record for record in change.missing if record.moved] == directory.moves() == []


def test_whether_something_moved_is_asked_no_more_once_the_list_is_undone(take, tmp_path, tiny_area):
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        given(take, directory, *moving("Rudaki 12"))
        for _ in range(2):
            given(take, directory, *moving("Somoni 3"))
            assert len(directory.moves()) == 1
            directory.undo(by="a", on=TODAY)
            assert directory.moves() == []


def test_that_an_office_moved_is_told_to_whom_may_see_it_alone(take, tmp_path, tiny_area):
    """Nor is it told, by what is not said, that a service is stored already that may not be seen."""
    with Directory(tmp_path / "directory.db", tiny_area) as directory:
        given(take, directory, *moving("Rudaki 12"))
        (old,) = directory.records(Service)
        newer = take(*moving("Somoni 3"), heads=AT, known=Known.of(directory), **UNNUMBERED)
        (new,) = newer.of("service")

        def moved(*hidden):
            told = directory.missing(
                newer,
                sight=lambda table, record: next(
                    iter(() if record in hidden else directory.records(RECORDS[table], id=record)), None
                ),
            )
            return [record.id for record in told if record.moved]

        assert (moved(), moved(old.id)) == ([old.id], [])
        directory.add(replace(newer, source=Source(id="another", name="another")), by="b", on=TODAY)
        assert (moved(), moved(new.id)) == ([], [old.id])


def test_a_name_that_asks_for_silence_hides_its_row(take):
    batch = take((ROW[0], "Casa Umed (a nu se publica)", *ROW[2:]))
    assert {service.audience for service in batch.of("service")} == {"custodian"}


def test_a_cost_is_kept_in_the_languages_of_the_area(tmp_path, tiny_area):
    """A country does not keep, agree to and publish what help costs in languages that nobody there reads."""
    (tmp_path / "list.csv").write_text("name,kind,district,cost\nUmed,legal aid,Juybor,free\n", "utf-8")
    batch = read(tmp_path / "list.csv", area=tiny_area, today=TODAY)
    held = {text.language for text in batch.of("translation") if text.field == "fees_description"}
    assert held == set(tiny_area.languages)


def test_in_a_language_without_words_nothing_of_a_vocabulary_is_kept_as_said_in_it(tmp_path, tiny_area):
    """English words that pass for an original in another language go out as that: who exports them calls them so."""
    area = Changed(tiny_area, languages=("ne", "tg"))
    cells = "Umed,legal aid,Juybor,free,passport"
    (tmp_path / "list.csv").write_text(f"name,kind,district,cost,documents\n{cells}\n", "utf-8")
    batch = read(tmp_path / "list.csv", area=area, today=TODAY)
    assert {text.language for text in batch.of("translation")} == {"tg", "en"}
    (service,) = batch.of("service")
    assert service.name == "Legal aid"
