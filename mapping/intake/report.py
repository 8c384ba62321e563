"""The import report: what was read, mended, doubted and refused, and what a steward should do next.

It may hold what is secret (refused rows stand in it with their cells), so it belongs beside the private directory.
"""

import csv
import html
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mapping.batch import Batch, Issue, Level, RefusedRow
from mapping.directory.writing import COUNTED
from mapping.language.i18n import Message, and_more, listing, show
from mapping.language.languages import attributes
from mapping.language.spreadsheet import neutral
from mapping.resources import for_owner

LEVELS: dict[Level, Message] = {
    "refused": Message("Left out"),
    "doubt": Message("To look at"),
    "note": Message("Mended or noted"),
}
EXPLAINED: dict[Level, Message] = {
    "refused": Message("What could not be read: the value, or the whole row, is not in the directory."),
    "doubt": Message("What was taken as it stands, and may be wrong."),
    "note": Message("What a rule mended or passed over; nothing to do unless a rule is wrong."),
}
SECRECY = "custodian"
"""Advice that holds this word is about who may see a row: it comes first."""

PRIVATE = Message("Private: refused rows stand here as they were sent. Do not publish this page or send it on.")

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
    fix: Message
    issues: tuple[Issue, ...]

    @property
    def rows(self) -> Message:
        """The rows, as a person would list them."""
        return rows_of(self.issues)


def rows_of(issues: Iterable[Issue]) -> Message:
    """List the first rows of issues, and say how many more there are."""
    places = [f"{issue.sheet} {issue.row}".strip() for issue in issues if issue.row is not None]
    return and_more(list(dict.fromkeys(places)), 12)


def alike(issues: Iterable[Issue]) -> dict[Issue, list[Issue]]:
    """Gather issues that differ only in their row, under what they have in common."""
    groups: dict[Issue, list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[replace(issue, sheet="", row=None)].append(issue)
    return groups


DECISIONS = ("service", "unit", "place", "marking", "phone", "organization")
"""Fields of the decisions about a file that come first: kinds of help, places, who may see it, numbers, duplicates."""

EXAMPLES = 3
"""So many different findings of a kind are shown."""


def lines(issues: Iterable[Issue], language: str = "en", fields: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield a line for each kind of finding: how often, three examples, what to do.

    First stand what is to be decided about the file, then what else is to be looked at, last what was mended.
    ``fields`` are what the columns of the file were taken for.
    """
    kinds: dict[tuple[Level, str, str, str], list[Issue]] = defaultdict(list)
    for issue in issues:
        kinds[issue.level, issue.column, issue.problem.text, issue.fix.text].append(issue)

    def rank(group: list[Issue]) -> tuple[bool, int, int, int]:
        field = (fields or {}).get(group[0].column, group[0].column)
        place = DECISIONS.index(field) if field in DECISIONS else len(DECISIONS)
        return group[0].level == "note", place, [*LEVELS].index(group[0].level), -len(group)

    for group in sorted(kinds.values(), key=rank):
        problems = [*dict.fromkeys(issue.problem for issue in group)]
        first, rows = group[0], rows_of(group)
        if len(group) > 1:
            shown = and_more(problems, EXAMPLES)
            where = {"problem": shown, "count": len(group), "rows": rows}
            problem = (
                Message("{problem} ({count} times, rows {rows})", **where)
                if rows
                else Message("{problem} ({count} times)", problem=shown, count=len(group))
            )
            first = replace(first, sheet="", row=None, problem=problem)
        yield first.into(language)


def table(issues: Iterable[Issue], language: str = "en") -> list[dict[str, object]]:
    """Return every issue for programs; what is said of several rows once, with all of them."""
    return [
        {
            "level": common.level,
            "column": show(common.column, language),
            "problem": common.problem.into(language),
            "fix": common.fix.into(language),
            "count": len(group),
            "rows": [{"sheet": issue.sheet, "row": issue.row} for issue in group if issue.row is not None],
        }
        for common, group in alike(issues).items()
    ]


def grouped(issues: Iterable[Issue]) -> list[IssueGroup]:
    """Gather issues that ask for the same thing, the gravest and the most frequent first."""
    groups: dict[tuple[Level, str, Message], list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[issue.level, issue.column, issue.fix].append(issue)
    issue_groups = [IssueGroup(level, column, fix, tuple(group)) for (level, column, fix), group in groups.items()]
    order = list(LEVELS)
    return sorted(issue_groups, key=lambda g: (SECRECY not in g.fix, order.index(g.level), -len(g.issues), g.column))


def given(batch: Batch, language: str = "en") -> str:
    """Say how many records of each kind a batch holds."""
    counts = ((len(batch.of(table)), words) for table, words in COUNTED)
    records = listing(words.filled_with({"count": count}) for count, words in counts if count)
    return show(records, language) if records else Message("nothing").into(language)


def summary(batch: Batch, language: str = "en") -> str:
    """Say in a few lines what a batch holds and what was wrong with it."""
    counts = {level: sum(issue.level == level for issue in batch.issues) for level in LEVELS}
    lines = [
        Message(
            "{file}: {rows} {rows:row|rows} gave {records}; set aside: {refused}.",
            file=batch.file,
            rows=batch.rows,
            records=Message.of(given(batch, language)),
            refused=len(batch.refused),
        ).into(language),
        Message("  {refused} left out, {doubt} to look at, {note} mended or noted.", **counts).into(language),
    ]
    for group in grouped(batch.issues)[:5]:
        if group.level != "note":
            lines.append(f"  {LEVELS[group.level].into(language).lower()}: {_in_short(group).into(language)}")
    if batch.unapproved:
        lines.append(Message("  The digest of this map is {digest}.", digest=batch.unapproved).into(language))
    return "\n".join(lines)


def _in_short(group: IssueGroup) -> Message:
    """Say the first of alike issues, and how many there are."""
    if len(group.issues) == 1:
        return group.issues[0].phrase
    problem, count = group.issues[0].problem, len(group.issues)
    return Message("{problem} ({count} times; {fix})", problem=problem, count=count, fix=group.fix)


def write_report(batch: Batch, folder: str | Path, *, stored: str = "", language: str = "en") -> Path:
    """Write the report of a batch as a page and its issues as CSV into a private folder; return the page."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = Path(batch.file).stem
    with for_owner(folder / f"{stem}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["level", "sheet", "row", "column", "what is wrong", "what to do"])
        for issue in batch.issues:
            texts = (issue.problem.into(language), issue.fix.into(language))
            cells = (issue.level, issue.sheet, issue.row or "", show(issue.column, language), *texts)
            writer.writerow([neutral(str(cell)) for cell in cells])
    page = folder / f"{stem}.html"
    for_owner(page).write_text(_page(batch.file, _body(batch, stored, language), language), encoding="utf-8")
    return page


def write_index(batches: Sequence[tuple[Batch, str]], folder: str | Path, language: str = "en") -> Path:
    """Write the page that leads to the reports of several lists; return it."""
    rows = "".join(
        f'<tr><th scope="row"><a href="{_e(Path(batch.file).stem)}.html">{_e(batch.file)}</a></th>'
        f"<td>{_e(batch.source.name)}</td>"
        f'<td class="n">{batch.rows}</td><td>{_e(given(batch, language))}</td>'
        f'<td class="n refused">{len(batch.refused)}</td>'
        + "".join(f'<td class="n {level}">{sum(i.level == level for i in batch.issues)}</td>' for level in LEVELS)
        + f"<td>{_e(stored)}</td></tr>"
        for batch, stored in batches
    )
    numbers = (Message("Rows"), Message("Rows set aside"), *LEVELS.values())
    heads = (Message("List"), Message("Sender"), numbers[0], Message("Gave"), *numbers[1:], Message("Stored"))
    head = "".join(
        f'<th scope="col"{" class=n" if text in numbers else ""}>{_in(text, language)}</th>' for text in heads
    )
    meanings = "".join(
        f"<dt>{_in(LEVELS[level], language)}</dt><dd>{_in(EXPLAINED[level], language)}</dd>" for level in LEVELS
    )
    title = Message("What the partners' lists gave")
    body = (
        f"<h1>{_in(title, language)}</h1>"
        f'<p class="secret">{_in(PRIVATE, language)}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><dl>{meanings}</dl>"
    )
    page = Path(folder) / "index.html"
    for_owner(page).write_text(_page(Message("Import reports").into(language), body, language), encoding="utf-8")
    return page


def _body(batch: Batch, stored: str, language: str) -> str:
    none = _in(Message("None."), language)
    cleaned = "".join(
        f'<tr><td>{_in(Message.of(name), language)}</td><td class="n">{n}</td></tr>'
        for name, n in batch.cleaned.most_common()
    )
    refused = "".join(
        f"<details><summary>{_in(_headed(row), language)}</summary><table>"
        + "".join(f"<tr><th scope=row>{_e(name)}</th><td>{_e(text)}</td></tr>" for name, text in row.cells.items())
        + "</table></details>"
        for row in batch.refused
    )
    values = {"rows": batch.rows, "records": given(batch, language), "refused": len(batch.refused)}
    gave = Message("{rows} {rows:row|rows} gave {records}; set aside: {refused}.", values)
    aside = Message("Rows set aside ({count})", {"count": len(batch.refused)})
    tidied, lists = Message("Cells that were tidied"), Message("All lists")
    return (
        f"<h1>{_e(batch.file)}</h1><p>{_e(batch.source.name)}. {_in(gave, language)} {_e(stored)}</p>"
        f'<p class="secret">{_in(PRIVATE, language)}</p>'
        f"{_sections(batch, language)}<h2>{_in(aside, language)}</h2>{refused or f'<p>{none}</p>'}"
        f"<h2>{_in(tidied, language)}</h2>"
        f"<table><tbody>{cleaned or f'<tr><td>{none}</td></tr>'}</tbody></table>"
        f'<p><a href="index.html">{_in(lists, language)}</a></p>'
    )


def _headed(row: RefusedRow) -> Message:
    """Return the heading of a row that was set aside: where it stood, and the first reason."""
    return Message(
        "Row {row}: {reason}", {"row": f"{row.row} {row.sheet}".strip(), "reason": Message.of(row.reasons[0])}
    )


def _sections(batch: Batch, language: str) -> str:
    """Return the issues in the order in which a steward should see to them; what is only noted is folded up."""
    groups = grouped(batch.issues)
    secrecy = [group for group in groups if SECRECY in group.fix and group.level != "note"]
    who, why = Message("Who may see it"), Message("Rows that nobody but custodians sees until this is clear.")
    parts = [_section(who, why, secrecy, language)]
    for level in LEVELS:
        mine = [group for group in groups if group.level == level and group not in secrecy]
        section = _section(LEVELS[level], EXPLAINED[level], mine, language)
        if level == "note" and section:
            heading, rest = section.split("</h2>", 1)
            section = f"<details><summary>{heading}</h2></summary>{rest}</details>"
        parts.append(section)
    faultless = Message("Nothing is wrong with this list")
    return "".join(parts) or f"<h2>{_in(faultless, language)}</h2>"


def _section(title: Message, meaning: Message, groups: Sequence[IssueGroup], language: str) -> str:
    if not groups:
        return ""
    rows = []
    for group in groups:
        examples = list(dict.fromkeys(issue.problem.into(language) for issue in group.issues))
        more = Message("and {count} more", {"count": len(examples) - 4})
        shown = "<br>".join(map(_e, examples[:4])) + (f"<br>{_in(more, language)}" if len(examples) > 4 else "")
        rows.append(
            f'<tr><td class="n">{len(group.issues)}</td><td>{_e(show(group.column, language))}</td><td>{shown}</td>'
            f"<td>{_in(group.fix, language)}</td><td>{_in(group.rows, language)}</td></tr>"
        )
    columns = "".join(f'<col class="{name}">' for name in ("t", "c", "w", "d", "r"))
    times = Message("Times")
    heads = (times, Message("Column"), Message("What is wrong"), Message("What to do"), Message("Rows"))
    head = "".join(f'<th scope="col"{" class=n" if text is times else ""}>{_in(text, language)}</th>' for text in heads)
    count = sum(len(group.issues) for group in groups)
    return (
        f'<h2 class="{groups[0].level}">{_in(title, language)} ({count})</h2><p>{_in(meaning, language)}</p>'
        f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _page(title: str, body: str, language: str) -> str:
    return (
        f'<!doctype html>\n<html {attributes(language)}><head><meta charset="utf-8">'
        '<meta name="robots" content="noindex">'
        f"<title>{_e(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _in(text: Message, language: str) -> str:
    return _e(text.into(language))


def _e(text: object) -> str:
    return html.escape(str(text))
