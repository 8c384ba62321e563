"""The import report: what was read, mended, doubted and refused, and what a steward should do next.

It may hold what is secret (refused rows stand in it with their cells), so it belongs beside the private directory.
"""

import csv
import html
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mapping.batch import Batch, Issue, Level
from mapping.language.spreadsheet import neutral

LEVELS: dict[Level, str] = {"refused": "Left out", "doubt": "To look at", "note": "Mended or noted"}
EXPLAINED: dict[Level, str] = {
    "refused": "What could not be read: the value, or the whole row, is not in the directory.",
    "doubt": "What was taken as it stands, and may be wrong.",
    "note": "What a rule mended or passed over; nothing to do unless a rule is wrong.",
}
SECRECY = "custodian"
"""Advice that holds this word is about who may see a row: it comes first."""

PRIVATE = "Private: refused rows stand here as they were sent. Do not publish this page or send it on."

STYLE = """
body{font:16px/1.5 "Noto Sans",system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#16232b}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid #cdd7d9}
.n{text-align:right;font-variant-numeric:tabular-nums}.refused{color:#9c1c2c}.doubt{color:#744500}.note{color:#465762}
.secret{background:#fbeaea;border-left:5px solid #9c1c2c;padding:.6rem 1rem}
details{margin:.5rem 0}summary{cursor:pointer}summary h2{display:inline}td{overflow-wrap:anywhere}
col.t{width:4rem}col.c{width:11rem}col.d{width:16rem}col.r{width:9rem}
@media(max-width:45rem){table,tbody,tr,td,th{display:block}thead,colgroup{display:none}.n{text-align:left}}
"""


@dataclass(frozen=True)
class IssueGroup:
    """Issues of one kind: the same column and level, the same advice."""

    level: Level
    column: str
    fix: str
    issues: tuple[Issue, ...]

    @property
    def rows(self) -> str:
        """The rows, as a person would list them."""
        return rows_of(self.issues)


def rows_of(issues: Iterable[Issue]) -> str:
    """List the first rows of issues, and say how many more there are."""
    places = [f"{issue.sheet} {issue.row}".strip() for issue in issues if issue.row is not None]
    return ", ".join(places[:12]) + (f" and {len(places) - 12} more" if len(places) > 12 else "")


def lines(issues: Iterable[Issue]) -> Iterator[str]:
    """Yield every issue in one line; what is said of several rows once, with how often and where."""
    alike: dict[Issue, list[Issue]] = defaultdict(list)
    for issue in issues:
        alike[replace(issue, sheet="", row=None)].append(issue)
    for common, group in alike.items():
        times = f" ({len(group)} times" + (f", rows {rows}" if (rows := rows_of(group)) else "") + ")"
        yield str(group[0] if len(group) == 1 else replace(common, problem=common.problem + times))


def grouped(issues: Iterable[Issue]) -> list[IssueGroup]:
    """Gather issues that ask for the same thing, the gravest and the most frequent first."""
    groups: dict[tuple[Level, str, str], list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[issue.level, issue.column, issue.fix].append(issue)
    issue_groups = [IssueGroup(level, column, fix, tuple(group)) for (level, column, fix), group in groups.items()]
    order = list(LEVELS)
    return sorted(issue_groups, key=lambda g: (SECRECY not in g.fix, order.index(g.level), -len(g.issues), g.column))


TABLES = (
    ("organization", "organizations"),
    ("service", "services"),
    ("location", "places"),
    ("activity", "activities"),
    ("referral_agreement", "agreements"),
    ("standard_assessment", "answers"),
    ("case_count", "figures"),
)
"""Tables that a list is about, and what their records are called."""


def given(batch: Batch) -> str:
    """Say how many records of each kind a batch holds."""
    counts = ((len(batch.of(table)), word) for table, word in TABLES)
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing"


def summary(batch: Batch) -> str:
    """Say in a few lines what a batch holds and what was wrong with it."""
    counts = {level: sum(issue.level == level for issue in batch.issues) for level in LEVELS}
    lines = [
        f"{batch.file}: {batch.rows} rows gave {given(batch)}; {len(batch.refused)} rows were set aside.",
        f"  {counts['refused']} left out, {counts['doubt']} to look at, {counts['note']} mended or noted.",
    ]
    lines += [
        f"  {LEVELS[group.level].lower()}: {group.issues[0].problem} ({len(group.issues)} times; {group.fix})"
        if len(group.issues) > 1
        else f"  {LEVELS[group.level].lower()}: {group.issues[0]}"
        for group in grouped(batch.issues)[:5]
        if group.level != "note"
    ]
    return "\n".join(lines)


def write_report(batch: Batch, folder: str | Path, *, stored: str = "") -> Path:
    """Write the report of a batch as a page and its issues as CSV into a private folder; return the page."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = Path(batch.file).stem
    with (folder / f"{stem}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["level", "sheet", "row", "column", "what is wrong", "what to do"])
        for issue in batch.issues:
            cells = (issue.level, issue.sheet, issue.row or "", issue.column, issue.problem, issue.fix)
            writer.writerow([neutral(str(cell)) for cell in cells])
    page = folder / f"{stem}.html"
    page.write_text(_page(batch.file, _body(batch, stored)), encoding="utf-8")
    return page


def write_index(batches: Sequence[tuple[Batch, str]], folder: str | Path) -> Path:
    """Write the page that leads to the reports of several lists; return it."""
    rows = "".join(
        f'<tr><th scope="row"><a href="{_e(Path(batch.file).stem)}.html">{_e(batch.file)}</a></th>'
        f"<td>{_e(batch.source.name)}</td>"
        f'<td class="n">{batch.rows}</td><td>{_e(given(batch))}</td><td class="n refused">{len(batch.refused)}</td>'
        + "".join(f'<td class="n {level}">{sum(i.level == level for i in batch.issues)}</td>' for level in LEVELS)
        + f"<td>{_e(stored)}</td></tr>"
        for batch, stored in batches
    )
    numbers = {"Rows", "Rows set aside", *LEVELS.values()}
    heads = ("List", "Sender", "Rows", "Gave", "Rows set aside", *LEVELS.values(), "Stored")
    head = "".join(f'<th scope="col"{" class=n" if text in numbers else ""}>{text}</th>' for text in heads)
    meanings = "".join(f"<dt>{LEVELS[level]}</dt><dd>{EXPLAINED[level]}</dd>" for level in LEVELS)
    body = (
        f'<h1>What the partners\' lists gave</h1><p class="secret">{PRIVATE}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><dl>{meanings}</dl>"
    )
    page = Path(folder) / "index.html"
    page.write_text(_page("Import reports", body), encoding="utf-8")
    return page


def _body(batch: Batch, stored: str) -> str:
    cleaned = "".join(f'<tr><td>{_e(name)}</td><td class="n">{n}</td></tr>' for name, n in batch.cleaned.most_common())
    refused = "".join(
        f"<details><summary>Row {row.row} {_e(row.sheet)}: {_e(row.reasons[0])}</summary><table>"
        + "".join(f"<tr><th scope=row>{_e(name)}</th><td>{_e(text)}</td></tr>" for name, text in row.cells.items())
        + "</table></details>"
        for row in batch.refused
    )
    return (
        f"<h1>{_e(batch.file)}</h1><p>{_e(batch.source.name)}. {batch.rows} rows gave {given(batch)}; "
        f'{len(batch.refused)} rows were set aside. {_e(stored)}</p><p class="secret">{PRIVATE}</p>'
        f"{_sections(batch)}<h2>Rows set aside ({len(batch.refused)})</h2>{refused or '<p>None.</p>'}"
        f"<h2>Cells that were tidied</h2><table><tbody>{cleaned or '<tr><td>None.</td></tr>'}</tbody></table>"
        '<p><a href="index.html">All lists</a></p>'
    )


def _sections(batch: Batch) -> str:
    """Return the issues in the order in which a steward should see to them; what is only noted is folded up."""
    groups = grouped(batch.issues)
    secrecy = [group for group in groups if SECRECY in group.fix and group.level != "note"]
    parts = [_section("Who may see it", "Rows that nobody but custodians sees until this is clear.", secrecy)]
    for level in LEVELS:
        mine = [group for group in groups if group.level == level and group not in secrecy]
        section = _section(LEVELS[level], EXPLAINED[level], mine)
        if level == "note" and section:
            heading, rest = section.split("</h2>", 1)
            section = f"<details><summary>{heading}</h2></summary>{rest}</details>"
        parts.append(section)
    return "".join(parts) or "<h2>Nothing is wrong with this list</h2>"


def _section(title: str, meaning: str, groups: Sequence[IssueGroup]) -> str:
    if not groups:
        return ""
    rows = []
    for group in groups:
        examples = list(dict.fromkeys(issue.problem for issue in group.issues))
        shown = "<br>".join(map(_e, examples[:4])) + (f"<br>and {len(examples) - 4} more" if len(examples) > 4 else "")
        rows.append(
            f'<tr><td class="n">{len(group.issues)}</td><td>{_e(group.column)}</td><td>{shown}</td>'
            f"<td>{_e(group.fix)}</td><td>{_e(group.rows)}</td></tr>"
        )
    columns = "".join(f'<col class="{name}">' for name in ("t", "c", "w", "d", "r"))
    heads = ("Times", "Column", "What is wrong", "What to do", "Rows")
    head = "".join(f'<th scope="col"{" class=n" if text == "Times" else ""}>{text}</th>' for text in heads)
    count = sum(len(group.issues) for group in groups)
    return (
        f'<h2 class="{groups[0].level}">{title} ({count})</h2><p>{meaning}</p>'
        f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f"<title>{_e(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _e(text: object) -> str:
    return html.escape(str(text))
