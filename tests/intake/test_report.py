"""The import report: gravest first, alike together, nothing that runs, and no secret beyond the refused rows."""

import csv
from collections import Counter
from html.parser import HTMLParser

import pytest

from mapping.batch import Batch, Issue, RefusedRow
from mapping.intake.report import given, grouped, lines, summary, write_index, write_report
from mapping.model import Organization, Service, Source

HOSTILE = '<script>alert(1)</script> & "quotes"'


def issue(level="doubt", row=1, column="Phone", problem="is odd", fix="look", sheet=""):
    return Issue("list.csv", sheet, row, column, problem, fix, level)


@pytest.fixture
def batch():
    return Batch(
        Source(id="s", name=HOSTILE),
        "list.csv",
        rows=9,
        cleaned=Counter({"spaces tidied": 4}),
        records=[Organization(id="o", name="Umed"), Service(id="a", name="x"), Service(id="b", name="y")],
        issues=[
            issue("note", 2),
            issue("doubt", 3),
            issue("doubt", 4, problem="=cmd()"),
            issue("refused", 5, fix="send again"),
            issue("doubt", 6, "Open to", "there is no marking", "the row is for custodians only"),
            issue("refused", 7, "Hours", HOSTILE, "@SUM(1)", "=Sheet"),
        ],
        refused=[RefusedRow("", 5, {"Name": HOSTILE, "Hours": "9-17"}, ("no service could be read",))],
    )


def test_who_may_see_comes_first_then_what_was_left_out(batch):
    groups = grouped(batch.issues)
    assert groups[0].fix == "the row is for custodians only"
    assert [group.level for group in groups] == ["doubt", "refused", "refused", "doubt", "note"]


def test_issues_that_ask_for_the_same_stand_together(batch):
    (group,) = [group for group in grouped(batch.issues) if group.level == "doubt" and group.column == "Phone"]
    assert (len(group.issues), group.rows) == (2, "3, 4")
    many = grouped(issue(row=n) for n in range(1, 31))
    assert many[0].rows == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 18 more"


def test_one_doubt_of_many_rows_is_one_line_with_a_count():
    repeated = [issue(row=n) for n in range(2, 53)]
    other = [issue(row=9, problem="is blank"), issue("note", row=9, problem="is odd"), issue(row=None, sheet="A")]
    assert list(lines([*repeated, *other])) == [
        "To look at: list.csv column 'Phone': is odd (52 times, "
        "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 39 more); look",
        "To look at: list.csv row 9 column 'Phone': is blank; look",
        "Mended or noted: list.csv row 9 column 'Phone': is odd; look",
    ]


def test_the_summary_in_words(batch):
    first, second, *rest = summary(batch).splitlines()
    assert first == "list.csv: 9 rows gave 1 organization, 2 services; set aside: 1."
    assert second == "  2 left out, 3 to look at, 1 mended or noted."
    assert rest[0].startswith("  Left out: list.csv row 5 column 'Phone': is odd")
    assert given(Batch(batch.source, "x")) == "nothing"


class Page(HTMLParser):
    """The tags, attributes and headings of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.headings, self._open = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self._open = tag

    def handle_data(self, text):
        if self._open == "h2":
            self.headings.append(text)
        self._open = ""


def test_a_page_runs_nothing_and_asks_for_nothing(batch, tmp_path):
    page = Page(write_report(batch, tmp_path).read_text("utf-8"))
    assert not {"script", "img", "iframe", "link", "form", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert {value for name, value in page.attributes if name == "href"} == {"index.html"}


def test_a_page_says_everything_in_order(batch, tmp_path):
    text = write_report(batch, tmp_path, stored="Stored: 3 new").read_text("utf-8")
    assert Page(text).headings == [
        "Who may see it (1)",
        "Left out (2)",
        "To look at (2)",
        "Mended or noted (1)",
        "Rows set aside (1)",
        "Cells that were tidied",
    ]
    for word in ("Stored: 3 new", "9-17", "no service could be read", "spaces tidied", "noindex", "Private:"):
        assert word in text
    assert "<script" not in text


def test_a_list_without_a_fault(tmp_path):
    text = write_report(Batch(Source(id="s", name="S"), "good.csv", rows=1), tmp_path).read_text("utf-8")
    assert "Nothing is wrong with this list" in text


def test_the_table_of_issues_runs_nothing_in_a_spreadsheet(batch, tmp_path):
    write_report(batch, tmp_path)
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(batch.issues)
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]
    assert ["refused", "'=Sheet", "7", "Hours", HOSTILE, "'@SUM(1)"] in rows


def test_the_folder_is_for_its_owner_only(batch, tmp_path):
    write_report(batch, tmp_path / "reports")
    assert (tmp_path / "reports").stat().st_mode & 0o077 == 0


def test_its_files_are_for_their_owner_only_also_in_a_folder_that_others_read(batch, tmp_path):
    tmp_path.chmod(0o755)
    for name in ("list.csv", "list.html"):
        (tmp_path / name).touch(0o644)
    write_report(batch, tmp_path)
    write_index([(batch, "")], tmp_path)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == dict.fromkeys(
        ("list.csv", "list.html", "index.html"), 0o600
    )


def test_the_index_leads_to_every_list(batch, tmp_path):
    text = write_index([(batch, "Stored: 3 new")], tmp_path).read_text("utf-8")
    assert 'href="list.html"' in text
    assert "1 organization, 2 services" in text
    assert "<script" not in text
