"""The flat workbook: written in every language, edited, and taken back in."""

import csv
import io

import openpyxl
import pytest

from mapping.formats.tables._workbook_columns import COLUMNS, FORMER, check_of, edited, labels, language_of, plain
from mapping.formats.tables.workbook import SERVICES, WEEK, allowed
from mapping.intake.read import Known, read
from mapping.language import languages, parsers
from mapping.language.i18n import translate
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import Phone, Service
from mapping.render.export import export
from tests.support.sample import TODAY, key, sample_batch, sample_directory

LANGUAGES = ("en", "ru", "tg", "uz")


WORKBOOKS: dict[tuple[str, str], bytes] = {}
"""The sample as a workbook for an audience in a language, of which each desk begins with a copy."""


class Desk:
    """A directory, its public view as a workbook, and the way back."""

    def __init__(self, folder, area, language="en", audience="public"):
        self.area, self.language = area, language
        self.directory = sample_directory(folder, area)
        self.path = folder / f"list-{language}.xlsx"
        if (audience, language) not in WORKBOOKS:
            with self.directory.view(audience, folder / "view.db", edition=TODAY) as view:
                export(view, self.path, area=area, language=language, name="workbook")
            WORKBOOKS[audience, language] = self.path.read_bytes()
        self.path.write_bytes(WORKBOOKS[audience, language])
        self.heads = labels(language)

    def edit(self, change):
        """Let ``change(sheet, column_of, row_of)`` edit the workbook as a person would."""
        book = openpyxl.load_workbook(self.path)
        sheet = book[SERVICES.into(self.language)]
        heads = {cell.value: cell.column for cell in sheet[1]}
        columns = {key: heads[label] for key, label in self.heads.items()}
        names = {
            sheet.cell(row, columns["name"]).value: row
            for row in range(2, sheet.max_row + 1)
            if sheet.cell(row, 1).value
        }
        change(sheet, columns, names)
        book.save(self.path)

    def set(self, name, /, **cells):
        def change(sheet, columns, names):
            for column, value in cells.items():
                sheet.cell(names[name], columns[column]).value = value

        self.edit(change)

    def take(self, path=None, **options):
        batch = read(path or self.path, area=self.area, today=TODAY, known=Known.of(self.directory), **options)
        return batch, self.directory.add(batch, on=TODAY)


def told(change):
    """Return what a change did, besides noting who sent it."""
    return {
        word: {table: n for table, n in getattr(change, word).items() if n and table not in ("source", "provenance")}
        for word in ("added", "changed", "removed")
    } | {"missing": change.missing}


NOTHING = {"added": {}, "changed": {}, "removed": {}, "missing": []}


@pytest.fixture
def desk(tmp_path, tiny_area):
    made = Desk(tmp_path, tiny_area)
    yield made
    made.directory.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_back_unchanged_changes_nothing(tmp_path, tiny_area, language):
    desk = Desk(tmp_path, tiny_area, language)
    batch, change = desk.take()
    assert told(change) == NOTHING
    assert [str(issue) for issue in batch.issues if issue.level != "note"] == []
    assert batch.rows == 8
    desk.directory.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_saved_by_another_program_it_still_changes_nothing(tmp_path, tiny_area, language):
    desk = Desk(tmp_path, tiny_area, language)
    desk.edit(lambda *_: None)  # openpyxl writes every cell anew
    assert told(desk.take()[1]) == NOTHING
    desk.directory.close()


def test_saved_as_csv_it_still_changes_nothing(desk, tmp_path):
    book = openpyxl.load_workbook(desk.path)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    for row in book[SERVICES.into("en")].iter_rows(values_only=True):
        writer.writerow(["" if cell is None else str(cell).removesuffix(" 00:00:00") for cell in row])
    path = tmp_path / "list.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    assert told(desk.take(path)[1]) == NOTHING


@pytest.mark.parametrize("language", ["tg", "uz"])
def test_saved_as_the_csv_of_a_russian_excel_it_loses_letters_and_nothing_else(tmp_path, tiny_area, language):
    """Windows-1251 has no ӣ and no ʻ: headings are met all the same, and what lost letters changes nothing."""
    desk = Desk(tmp_path, tiny_area, language)
    asked = "Wait?"  # a real question mark, which nobody can tell from a lost letter here

    def change(sheet, columns, names):
        row = min(names.values())
        sheet.cell(row, columns["url"]).value = "https://new.example/page?id=3"
        sheet.cell(row, columns["description"]).value = asked

    desk.edit(change)
    book = openpyxl.load_workbook(desk.path)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    for cells in book[SERVICES.into(language)].iter_rows(values_only=True):
        writer.writerow(["" if cell is None else str(cell).removesuffix(" 00:00:00") for cell in cells])
    assert "?" in text.getvalue().encode("cp1251", "replace").decode("cp1251")
    path = tmp_path / "list.csv"
    path.write_bytes(text.getvalue().encode("cp1251", "replace"))
    batch, change = desk.take(path)
    assert told(change) == NOTHING | {"changed": {"service": 1}}
    lost = [issue for issue in batch.issues if "has lost letters" in issue.problem]
    assert lost
    assert all(issue.level == "doubt" and "CSV UTF-8" in issue.fix for issue in lost)
    assert any(asked in issue.problem for issue in lost)
    desk.directory.close()


def test_a_filter_that_was_left_on_is_told_and_no_row_is_called_missing(desk):
    """What a filter hides is not read: whoever edited there is asked to take it off, and of nothing else."""

    def change(sheet, columns, names):
        for row in sorted(names.values())[:2]:
            sheet.cell(row, columns["url"]).value = "https://new.example"
            sheet.row_dimensions[row].hidden = True

    desk.edit(change)
    batch, change_ = desk.take()
    assert told(change_) == NOTHING
    (issue,) = [issue for issue in batch.issues if issue.level != "note"]
    assert issue.problem == "2 hidden rows were not read, and with them what was edited there"
    assert "take the filter off" in issue.fix


def test_rows_may_be_sorted_and_columns_deleted(desk):
    def change(sheet, columns, names):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=len(names) + 1)]
        for number, row in enumerate(reversed(rows), 2):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column).value = value
        sheet.delete_cols(columns["hours"])

    desk.edit(change)
    assert told(desk.take()[1]) == NOTHING


EDITS = [
    ("email", "new@umed.example", {"changed": {"service": 1}}),
    ("url", "https://new.example", {"changed": {"service": 1}}),
    ("status", "Temporarily closed", {"changed": {"service": 1}}),
    ("name", "Advice on law", {"changed": {"service": 1}, "added": {"translation": 1}}),
    ("description", "Lawyers help with claims", {"changed": {"service": 1}}),
    ("types", "Legal information and advice; Hotline or helpline", {"added": {"attribute": 1}}),
    ("serves", "Children (under 18)", {"added": {"attribute": 1}, "removed": {"attribute": 1}}),
    ("languages", "Tajik", {"removed": {"language": 1}}),
    ("phones", "+992 000 100 077", {"added": {"phone": 1}, "removed": {"phone": 1}}),
    ("hours", "Mon-Fri 09:00-17:00", {"added": {"schedule": 1}, "removed": {"schedule": 1}}),
    ("fees", "20 somoni", {"added": {"cost_option": 1, "translation": 4}, "changed": {"service": 1}}),
    ("documents", "Birth certificate", {"added": {"required_document": 1, "translation": 3}}),
    ("covers", "XT-W1", {"added": {"service_area": 1}}),
    ("place_name", "Law house", {"changed": {"location": 1}}),
    ("address", "2 Market Street", {"changed": {"address": 1}}),
    ("city", "Kulnishin", {"changed": {"address": 1}}),
    ("country", "XN", {"changed": {"location": 1}}),
    ("latitude", 10.0401, {"changed": {"location": 1}}),
    ("accessible", "no", {"removed": {"accessibility": 1}, "added": {"accessibility": 1}}),
    ("verified_on", "2026-11-20", {"added": {"verification": 1}}),
    ("marking", "Partners who signed in", {"changed": {"service": 1}}),
    ("organization", "Centre of Law", {"changed": {"organization": 1}, "added": {"translation": 1}}),
]


@pytest.mark.parametrize(("column", "value", "expected"), EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edited_cell_changes_its_field_only(desk, column, value, expected):
    desk.set("Legal advice", **{column: value})
    batch, change = desk.take()
    assert told(change) == NOTHING | expected, [str(issue) for issue in batch.issues]
    again = desk.take()[1]
    assert told(again)["removed"] == {}
    assert told(again)["changed"] == {}, "the same workbook twice"


def test_every_column_that_may_be_edited_is_tried():
    assert {edit[0] for edit in EDITS} | {"excludes", "longitude", "verified_how"} | {"area_unit"} == {
        column.key for column in COLUMNS if column.kind != "fixed"
    }


def test_an_emptied_cell_takes_out_what_stood_there(desk):
    desk.set("Legal advice", phones=None, hours=None, languages=None, fees=None, serves=None, accessible=None)
    change = desk.take()[1]
    assert told(change) == NOTHING | {
        "removed": {"phone": 1, "schedule": 1, "language": 2, "attribute": 1, "accessibility": 1},
        "changed": {"service": 1},
    }
    assert desk.directory.record(Service, key("service", "Legal advice")).fees_description is None


def test_an_edit_says_nothing_of_the_other_fields(desk):
    """What the workbook only carried along stays the word of the list that it came from."""
    desk.set("Legal advice", fees="20 somoni", email=None)
    desk.take()
    newer = sample_batch()
    advice, words = key("service", "Legal advice"), {"description": "Newer words", "fees_description": "Free"}
    newer.records = [one.model_copy(update=words) if one.id == advice else one for one in newer.records]
    desk.directory.add(newer, on=TODAY)
    stored = desk.directory.record(Service, advice)
    assert (stored.description, stored.fees_description) == ("Newer words", "20 somoni")
    (conflict,) = [one for one in desk.directory.conflicts() if one.field == "fees_description"]
    assert (conflict.winner.on, [one.value for one in conflict.losers]) == (TODAY, ["Free"])


def test_what_may_not_be_empty_stays(desk):
    desk.set("Legal advice", organization=None, name=None, types=None, status=None)
    batch, change = desk.take()
    assert told(change) == NOTHING
    assert len([issue for issue in batch.issues if issue.level == "refused"]) == 4


def test_a_formula_that_was_typed_as_a_text_changes_nothing_and_is_told(desk):
    """The cells of the workbook are texts, in which a spreadsheet computes nothing."""

    def type_formulas(sheet, columns, names):
        for name, column, formula in (("Legal advice", "fees", "=T2"), ("Hotline", "fees", '=CONCATENATE(A1;"x")')):
            cell = sheet.cell(names[name], columns[column])
            cell.value, cell.data_type = formula, "s"

    desk.edit(type_formulas)
    batch, change = desk.take()
    assert told(change) == NOTHING
    formulas = [issue for issue in batch.issues if "is a formula that stands there as a text" in issue.problem]
    assert {issue.column for issue in formulas} == {desk.heads["fees"]}
    assert len(formulas) == 2


def test_a_deleted_row_is_said_and_nothing_is_deleted(desk):
    desk.edit(lambda sheet, _, names: sheet.delete_rows(names["Hotline"]))
    batch, change = desk.take()
    assert told(change) == NOTHING
    (said,) = [issue.problem for issue in batch.issues if "missing" in issue.problem]
    assert "1 of the 8 rows" in said


def test_a_new_row_is_a_new_service(desk):
    def add(sheet, columns, names):
        row = len(names) + 2
        cells = {
            "organization": "Nur",
            "types": "Hotline or helpline",
            "phones": "+992 000 100 088",
            "area_unit": "XT-W1",
            "marking": "Everybody",
        }
        for column, value in cells.items():
            sheet.cell(row, columns[column]).value = value

    desk.edit(add)
    batch, change = desk.take(source="Partner of ours")
    assert told(change)["changed"] == {}
    assert told(change)["added"]["service"] == 1
    assert told(change)["added"]["organization"] == 1
    made = next(s for s in batch.of("service"))
    assert made.audience == "custodian"  # nobody approved this sender
    assert batch.source.name == "Partner of ours"


def test_an_unknown_id_and_an_id_twice_are_refused(desk):
    def change(sheet, columns, names):
        sheet.cell(names["Hotline"], columns["id"]).value = "00000000-0000-5000-8000-000000000000"
        sheet.cell(names["Papers"], columns["id"]).value = sheet.cell(names["Legal advice"], columns["id"]).value
        sheet.cell(names["Papers"], columns["place_id"]).value = sheet.cell(
            names["Legal advice"], columns["place_id"]
        ).value

    desk.edit(change)
    batch, done = desk.take()
    assert told(done) == NOTHING
    reasons = sorted(row.reasons[0] for row in batch.refused)
    assert len(reasons) == 3
    assert reasons[-1].startswith("the id is none of this directory")
    assert all(" have the same id" in reason for reason in reasons[:2])


def test_the_private_id_opens_no_record(desk):
    """Ids of the private file are none that a workbook may carry."""
    desk.edit(
        lambda sheet, columns, names: setattr(
            sheet.cell(names["Hotline"], columns["id"]), "value", key("service", "Hotline")
        )
    )
    assert len(desk.take()[0].refused) == 1


def test_who_may_see_it_is_raised_and_never_lowered(tmp_path, tiny_area):
    desk = Desk(tmp_path, tiny_area)
    hotline = key("service", "Hotline")
    desk.set("Hotline", marking="Focal points")
    desk.take()
    assert desk.directory.record(Service, hotline).audience == "focal_point"
    desk.set("Hotline", marking="Partners who signed in")
    batch, change = desk.take()
    assert desk.directory.record(Service, hotline).audience == "focal_point"
    assert told(change) == NOTHING
    assert any("two people" in issue.problem for issue in batch.issues)
    desk.directory.close()


def test_a_new_number_waits_for_two_people(desk):
    desk.set("Hotline", phones="1313; +992 000 100 099")
    batch, _ = desk.take()
    (phone,) = batch.of("phone")
    assert (phone.number, phone.audience) == ("+992000100099", "custodian")
    assert any("called it back" in issue.fix for issue in batch.issues)


def test_what_the_audience_could_not_see_stays(desk):
    """A hidden number of a public service is not taken out by a list that never showed it."""
    from tests.support.sample import batch as sample_batch_of
    from tests.support.sample import phone

    desk.directory.add(sample_batch_of(phone("+992005550100", service="Hotline", audience="custodian")), on=TODAY)
    desk.set("Hotline", phones="1414")
    desk.take()
    numbers = {p.number for p in desk.directory.records(Phone) if p.service_id == key("service", "Hotline")}
    assert numbers == {"+992005550100", "1414"}


def test_a_later_workbook_keeps_what_an_earlier_one_brought(desk):
    desk.set("Hotline", phones="1313; 1414")
    desk.take()
    desk.set("Hotline", phones="1313", email="line@umed.example")  # as it was sent: not edited
    assert told(desk.take()[1])["removed"] == {}
    numbers = {p.number for p in desk.directory.records(Phone) if p.service_id == key("service", "Hotline")}
    assert numbers == {"1313", "1414"}


def test_an_unreadable_cell_is_said_and_changes_nothing(desk):
    desk.set(
        "Legal advice",
        hours="sometimes",
        phones="12 34 none",
        verified_on="yesterday-ish",
        latitude="north",
        languages="Elvish",
        covers="Atlantis",
        marking="pub??",
        documents="a smile",
        excludes="goblins",
    )
    batch, change = desk.take()
    assert told(change) == NOTHING
    assert len({issue.column for issue in batch.issues if issue.level == "refused"}) >= 9


def test_two_rows_that_disagree_about_one_body(desk):
    desk.set("Hotline", organization="Umed A")
    desk.set("Mobile team", organization="Umed B")
    batch, change = desk.take()
    assert told(change)["changed"] == {"organization": 1}
    assert any("says otherwise" in issue.problem for issue in batch.issues)


def test_without_a_directory_the_rows_are_only_counted(desk):
    batch = read(desk.path, area=desk.area, today=TODAY)
    assert batch.of("service") == []
    assert any("rows carry ids of a directory" in issue.problem for issue in batch.issues)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_is_filled_in_and_comes_back(tmp_path, tiny_area, language):
    desk = Desk(tmp_path, tiny_area, language)
    with desk.directory.view("public", tmp_path / "view.db", edition=TODAY) as view:
        export(view, tmp_path / "empty.xlsx", area=tiny_area, language=language, name="template")
    desk.path = tmp_path / "empty.xlsx"
    terms = Vocabulary.load("service_types")

    def fill(sheet, columns, names):
        assert names == {}
        cells = {
            "organization": "Маркази Нур",
            "types": str(terms.label("LEG-INF", language)),
            "phones": "+992000100071",
            "area_unit": "XT-W1",
            "languages": str(Vocabulary.load("languages").label("tg", language)),
            "hours": "{0}-{4} 08:00-17:00".format(*languages.language(language).weekdays),
            "description": "Help",
            "status": str(Vocabulary.load("statuses").label("active", language)),
            "marking": desk_audience(language),
        }
        for column, value in cells.items():
            sheet.cell(2, columns[column]).value = value

    desk.edit(fill)
    batch, change = desk.take(source="Nur")
    assert told(change)["added"]["service"] == 1
    assert told(change)["added"]["schedule"] == 1
    assert told(change)["added"]["language"] == 1
    assert [str(issue) for issue in batch.issues if issue.level == "refused"] == []
    desk.directory.close()


def desk_audience(language):
    return translate("Everybody", language)


def test_an_empty_template_gives_nothing(tmp_path, tiny_area):
    desk = Desk(tmp_path, tiny_area)
    with desk.directory.view("public", tmp_path / "view.db", edition=TODAY) as view:
        export(view, tmp_path / "empty.xlsx", area=tiny_area, name="template")
    assert told(desk.take(tmp_path / "empty.xlsx")[1]) == NOTHING
    desk.directory.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_differ_and_tell_the_language(language):
    heads = labels(language)
    assert len({label.casefold() for label in heads.values()}) == len(COLUMNS)
    assert language_of(list(heads.values()), LANGUAGES) == language
    assert language_of(["Organization", "Phone"], LANGUAGES) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["service_types", "beneficiaries", "languages", "documents", "statuses", "verification"]
)
def test_every_word_of_a_list_is_understood(tiny_area, language, name):
    """What a list offers is read as the term that it stands for, alone and with others."""
    words = allowed(tiny_area, language)[name]
    terms = Vocabulary.load(name)
    for word in words:
        match = match_term(name, word)
        assert match is not None, word
        assert str(terms.label(match.code, language)) == word
    known = lambda text: match_term(name, text) is not None  # noqa: E731
    assert parsers.split_list("; ".join(words), known=known) == words
    if name == "languages":
        assert len(parsers.language_codes("; ".join(words))) == len(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_are_understood(language):
    for name, code in zip(languages.language(language).weekdays, WEEK, strict=True):
        (span,) = parsers.hours(f"{name} 08:00-17:00")
        assert span.byday == code
    every = ",".join(languages.language(language).weekdays[day] for day in (0, 2, 5))
    assert parsers.hours(f"{every} 08:00-17:00")[0].byday == "MO,WE,SA"


def test_a_check_finds_every_edit_and_no_other():
    cells = {column.key: f"text of {column.key}" for column in COLUMNS}
    check = check_of(cells, 3, 9, "public")
    assert edited(cells, check) == set()
    for column in COLUMNS:
        if column.kind != "fixed":
            assert edited(cells | {column.key: "other"}, check) == {column.key}
            assert edited(cells | {column.key: ""}, check) == {column.key}
    assert edited(cells, "damaged") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a  b", "a b"),
        ("'=1+1", "=1+1"),
        ("38.560000", "38.56"),
        ("38,56", "38.56"),
        ("2026-09-01 00:00:00", "2026-09-01"),
        ("й", "й"),
    ],
)
def test_what_programs_change_by_themselves_is_no_edit(one, other):
    assert plain(one) == plain(other)


def reworded(desk, **heads):
    """Give columns of a workbook other headings, as one has them that was sent before."""

    def change(sheet, columns, _names):
        for column, heading in heads.items():
            sheet.cell(1, columns[column]).value = heading

    desk.edit(change)


@pytest.mark.parametrize("language", ["ru", "tg", "uz"])
def test_a_workbook_sent_before_headings_were_reworded_loses_nothing(tmp_path, tiny_area, language):
    desk = Desk(tmp_path, tiny_area, language)
    at = ("ru", "tg", "uz").index(language)
    first = desk.heads["id"].replace("ʻ", "‘")

    def write(sheet, columns, names):
        sheet.cell(min(names.values()), columns["url"]).value = "https://new.example"

    desk.edit(write)
    reworded(desk, id=first, **{key: said[at] for key, said in FORMER.items()})
    batch, change = desk.take()
    assert [issue for issue in batch.issues if "column" in issue.problem] == []
    assert told(change)["changed"] == {"service": 1}
    desk.directory.close()


def test_a_former_heading_stands_for_one_column_only():
    said = [each for headings in FORMER.values() for each in headings]
    now = {language: labels(language) for language in LANGUAGES}
    assert len(said) == len(set(said))
    for column, headings in FORMER.items():
        for each in headings:
            assert all(each != label for own in now.values() for other, label in own.items() if other != column)


def test_a_heading_that_nobody_knows_is_said_with_its_cure(desk):
    reworded(desk, hours="When we are there")
    batch, change = desk.take()
    assert told(change) == NOTHING
    (issue,) = [each for each in batch.issues if "there is no column" in each.problem]
    assert (issue.problem, issue.column) == ("there is no column 'Hours'", "hours")
    assert "write this one above it" in issue.fix


@pytest.mark.parametrize("said", ["XT", "xta", "Orzustan", "Орзустан"])
def test_the_whole_country_can_be_served(desk, said):
    desk.set("Mobile team", covers=said)
    batch, _change = desk.take()
    assert [(each.area_unit, each.name) for each in batch.of("service_area")] == [("XT", "Orzustan")]

    def write(sheet, columns, _names):
        row = sheet.max_row + 1
        for column, value in {"organization": "Newcomers", "types": "LEG-INF", "covers": said}.items():
            sheet.cell(row, columns[column]).value = value

    desk.edit(write)
    new = [each for each in desk.take()[0].of("service_area") if each.area_unit == "XT"]
    assert len(new) >= 1
