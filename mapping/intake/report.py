"""The import report: what was read, mended, doubted and refused, and what a steward should do next.

It may hold what is secret (refused rows stand in it with their cells), so it belongs beside the private directory.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import jinja2

from mapping.batch import Batch, Issue, Level
from mapping.directory.writing import COUNTED
from mapping.language.i18n import Message, and_more, listing, show, translate
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


@dataclass(frozen=True)
class IssueGroup:
    """Issues of one kind: the same column and level, the same advice."""

    level: Level
    column: str
    fix: Message
    issues: tuple[Issue, ...]

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.issues)

    @property
    def problems(self) -> list[Message]:
        """What they say, each once."""
        return [*dict.fromkeys(issue.problem for issue in self.issues)]

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
        yield f"{LEVELS[first.level].into(language)}: {first.into(language)}"


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


def summary(batch: Batch, language: str = "en", examples: int = 5) -> str:
    """Say in a few lines what a batch holds and what was wrong with it, by so many kinds of findings."""
    counts = {level: sum(issue.level == level for issue in batch.issues) for level in LEVELS}
    told = [
        Message(
            "{file}: {rows} {rows:row|rows} gave {records}; set aside: {refused}.",
            file=batch.file,
            rows=batch.rows,
            records=Message.of(given(batch, language)),
            refused=len(batch.refused),
        ).into(language),
        Message("  {refused} left out, {doubt} to look at, {note} mended or noted.", **counts).into(language),
    ]
    fields = {column.heading: column.taken_for for column in batch.columns}
    told += [f"  {line}" for line in islice(lines(batch.issues, language, fields), examples)]
    if batch.unapproved:
        told.append(Message("  The digest of this map is {digest}.", digest=batch.unapproved).into(language))
    return "\n".join(told)


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
    groups = grouped(batch.issues)
    secrecy = [group for group in groups if SECRECY in group.fix and group.level != "note"]
    who, why = Message("Who may see it"), Message("Rows that nobody but custodians sees until this is clear.")
    sections = [(who, why, secrecy)] + [
        (LEVELS[level], EXPLAINED[level], [group for group in groups if group.level == level and group not in secrecy])
        for level in LEVELS
    ]
    about = {"batch": batch, "given": given(batch, language), "stored": stored, "sections": sections}
    for_owner(page).write_text(_page("report.html", language, **about), encoding="utf-8")
    return page


def write_index(batches: Sequence[tuple[Batch, str]], folder: str | Path, language: str = "en") -> Path:
    """Write the page that leads to the reports of several lists; return it."""
    page = Path(folder) / "index.html"
    lists = [(batch, Path(batch.file).stem, given(batch, language), stored) for batch, stored in batches]
    for_owner(page).write_text(_page("reports.html", language, lists=lists), encoding="utf-8")
    return page


def _page(name: str, language: str, **about: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(
        _=lambda text, **values: translate(text, language, **values),
        show=lambda text: show(text, language),
        html_attributes=attributes(language),
        levels=LEVELS,
        explained=EXPLAINED,
        **about,
    )
