"""Cases: what different sources count, side by side, and how far they disagree. Never one line through two sources."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from sqlite3 import Row

import pandas as pd

from mapping.analysis.common import wording
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.listed import rows_of
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, show
from mapping.language.taxonomy import Vocabulary
from mapping.result import Column, Curve, Figure, Input, Result
from mapping.view.view import View

PARTS = ("place", "sex", "age_band", "exploitation", "nationality")
"""Fields of a count that is of a part only."""

YEAR = frozenset({"", "year", "reporting year", "report year"})
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PER = 100_000


@dataclass(frozen=True)
class Count:
    """A number that a source gave for a year; ``number`` is None where it is not shown."""

    measure: str
    year: int
    period: str
    source: str
    unit: str
    of: str
    number: int | None
    suppressed: bool

    @property
    def whole_year(self) -> bool:
        """Whether it is of a whole year."""
        return self.period.casefold() in YEAR

    @property
    def name(self) -> tuple[str, int, str, str, str]:
        """Return what a column of its own has: measure, year, period, source and definition."""
        return self.measure, self.year, self.period, self.source, self.of


def cases(view: View, area: StudyArea, *, level: int | None = None, measures: Sequence[str] | None = None) -> Result:
    """Show what each source counted for each year, and how far sources disagree.

    The table has a column for each measure, year, period and source (``victims_identified_2024_1``), in the row of the
    unit that was counted. ``measures`` names those wanted; all by default. ``level`` is 0 by default.
    """
    frame = AnalysisFrame("cases", view, area, level, usual=0)
    rows = [row for row in rows_of(view, "case_count") if measures is None or row["measure"] in measures]
    counts = _counts(rows, view, area)
    here = [count for count in counts if area.unit(count.unit).level == frame.level]
    keys = _keys(here)
    table, states = _table(here, keys, frame.index)
    groups = {count.measure: label(count.measure) for count in here}
    national = [count for count in counts if area.unit(count.unit).level == 0]
    sources = dict.fromkeys(count.source for count in counts)
    population = wording.inputs(view, area, travel=False)[1]
    made = frame.result(
        finding=_finding(national),
        also=_also(national, area),
        table=table,
        states=states,
        columns=tuple(_column(key, name, area) for name, key in keys.items()),
        groups={measure: tuple(key for name, key in keys.items() if name[0] == measure) for measure in groups},
        group_labels=groups,
        figures=_figures(national, area, len({row["source"] for row in rows})),
        inputs=(population, *(Input(Message("Source of numbers"), None, area.phrase(source)) for source in sources)),
        curves=_curves(national, area),
        axes=(Message("Year"), Message("Count")),
        picture="dots" if national else "none",
    )
    return replace(made, caveats=NOTES)


NOTES = (
    Message("Few cases may mean that few are looked for. More cases may mean that more are found."),
    Message("One case may be counted by the police, the prosecutor and the court: numbers must not be added up."),
)


def label(measure: str) -> Text:
    """Return what a measure is called."""
    known = Vocabulary.load("case_measures")
    return known.term(measure).labels if measure in known else {"en": measure.replace("_", " ").capitalize()}


def _counts(rows: Sequence[Row], view: View, area: StudyArea) -> list[Count]:
    """Return the numbers of all cases of a unit, by measure, year, period and source; parts of them are left out."""
    least = area.settings.thresholds.case_cells if view.audience == "public" else 0
    country = str(area.units(0).index[0])
    counts = []
    for row in rows:
        unit = row["area_unit"] or country
        unit = country if unit == area.code else unit
        if any(row[part] for part in PARTS) or unit not in area.all_units():
            continue
        number = row["count"]
        printed = dict(row).get("printed")  # views of earlier editions do not tell
        small = number is not None and 0 < number < least and not printed
        counts.append(
            Count(
                row["measure"],
                int(row["year"]),
                row["period"] or "",
                row["source"],
                unit,
                " ".join(filter(None, (row["law_article"], row["definition"]))),
                None if small else number,
                bool(row["suppressed"]) or small,
            )
        )
    order = {term.code: place for place, term in enumerate(Vocabulary.load("case_measures").terms())}
    return sorted(counts, key=lambda c: (order.get(c.measure, len(order)), c.measure, c.year, c.period, c.source, c.of))


def _keys(counts: Sequence[Count]) -> dict[tuple[str, int, str, str, str], str]:
    keys: dict[tuple[str, int, str, str, str], str] = {}
    for count in counts:
        if count.name not in keys:
            same = sum(other[:2] == count.name[:2] for other in keys)
            keys[count.name] = f"{re.sub(r'[^a-z0-9_]+', '_', count.measure.casefold())}_{count.year}_{same + 1}"
    return keys


def _table(
    here: Sequence[Count], keys: Mapping[tuple[str, int, str, str, str], str], index: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = pd.DataFrame(0, index, list(keys.values()))
    states = pd.DataFrame("unknown", index, list(keys.values()), dtype=object)
    for count in here:
        cell = count.unit, keys[count.name]
        if count.number is not None:
            table.at[cell], states.at[cell] = count.number, ""
        elif count.suppressed:
            states.at[cell] = "not published"
    return table, states


def _column(key: str, name: tuple[str, int, str, str, str], area: StudyArea) -> Column:
    measure, year, period, source, of = name
    when: Message | str = str(year) if period.casefold() in YEAR else f"{year}, {period}"
    if (months := re.fullmatch(r"(\w{3})-(\w{3})", period)) and {*months.groups()} <= {*MONTHS}:
        first, last = (MONTHS.index(month) + 1 for month in months.groups())
        when = Message("{year}, months {first} to {last}", {"year": str(year), "first": first, "last": last})
    source_text: Text | str | Message = _in_words(area, source, of)
    if article := re.match(r"[\d.]+(?= |$)", of):
        who = _in_words(area, source, of[article.end() :].strip())
        source_text = Message(
            "{source}, article {article} of the criminal code", {"source": who, "article": article[0]}
        )
    words = {"measure": label(measure), "when": when, "source": source_text}
    return Column(key, Message("{measure}, {when}: {source}", words), "count", short=Message("{when}: {source}", words))


def _in_words(area: StudyArea, *texts: str) -> Text | str:
    """Return what a source says, such as its name and its definition, as far as the country says it in languages."""
    parts = [area.phrase(text) for text in texts if text]
    if all(isinstance(part, str) for part in parts):
        return ", ".join(map(str, parts))
    return {language: ", ".join(show(part, language) for part in parts) for language in area.languages}


def disagreements(counts: Sequence[Count]) -> list[tuple[Count, Count]]:
    """Return the lowest and the highest number of each year and thing that is counted more than once, the widest first.

    The same thing has the same measure, or a narrower one whose name goes on from it, in the same unit and the same
    part of the year. Two law articles or definitions are two things, of which each may have a number of its own.
    """
    pairs: dict[tuple[object, ...], tuple[Count, Count]] = {}
    numbered = sorted((count for count in counts if count.number), key=lambda count: count.number or 0)
    for low, high in sorted(combinations(numbered, 2), key=_spread):  # the widest comes last and stays
        if low.number != high.number and _when(low) == _when(high) and _comparable(low, high):
            pairs[_when(low), min(low.measure, high.measure, key=len)] = (low, high)
    return sorted(pairs.values(), key=lambda pair: (-_spread(pair), -pair[0].year))


def _spread(pair: tuple[Count, Count]) -> float:
    return (pair[1].number or 0) / (pair[0].number or 1)


def _when(count: Count) -> tuple[int, str, str]:
    return count.year, "" if count.whole_year else count.period.casefold(), count.unit


def _comparable(count: Count, other: Count) -> bool:
    short, long = sorted((count.measure, other.measure), key=len)
    return (short == long or long.startswith(f"{short}_")) and (not count.of or not other.of or count.of == other.of)


def ways_of_counting(counts: Sequence[Count]) -> tuple[str, int]:
    """Return the measure that is counted by most law articles and definitions, and by how many; none is one of them.

    Of several, it is the one that was counted last.
    """
    ways: dict[str, set[str]] = {"": set()}
    for count in sorted(counts, key=lambda count: -count.year):
        ways.setdefault(count.measure, set()).add(count.of)
    measure = max(ways, key=lambda name: len(ways[name]))
    return measure, len(ways[measure])


def _finding(national: Sequence[Count]) -> Message:
    if not national:
        return Message("No numbers of cases are known here")
    words: dict[str, object]
    if pairs := disagreements(national):
        low, high = pairs[0]
        words = {"low": low.number, "high": high.number, "year": str(low.year), "measure": label(high.measure)}
        return Message(
            "Numbers of cases disagree: for {year}, “{measure}” is {low} or {high}, by who counts how", words
        )
    measure, ways = ways_of_counting(national)
    if ways > 1:
        words = {"measure": label(measure), "ways": ways}
        return Message("Numbers of cases cannot be compared: “{measure}” is counted in {ways} ways", words)
    years = sorted(str(count.year) for count in national)
    words = {"sources": len({c.source for c in national}), "numbers": len(national)}
    return Message(
        "Numbers of cases from {first} to {last}: {numbers}, of {sources} sources that cannot be compared",
        words | {"first": years[0], "last": years[-1]},
    )


def _also(national: Sequence[Count], area: StudyArea) -> tuple[Message, ...]:
    sentences = []
    pairs = disagreements(national)
    if len(pairs) > 1:
        words: dict[str, object] = {"count": len(pairs)}
        sentences.append(Message("Years and things for which the numbers differ: {count}.", words))
    if rate := _rate(national, area):
        words = {"year": str(rate[0].year), "number": rate[0].number, "rate": round(rate[1], 1)}
        sentences.append(Message("Victims identified in {year}: {number}, or {rate} for each 100,000 people.", words))
    return tuple(sentences)


def _rate(national: Sequence[Count], area: StudyArea) -> tuple[Count, float] | None:
    """Return the latest number of victims that were identified in a year, and how many that is for 100,000 people."""
    people = int(area.units(0)["people"].sum())
    least = area.settings.thresholds.case_cells
    victims = [c for c in national if c.measure == "victims_identified" and c.whole_year and (c.number or 0) >= least]
    if not victims or not people:
        return None
    last = max(victims, key=lambda c: c.year)
    return last, (last.number or 0) * PER / people


def _figures(national: Sequence[Count], area: StudyArea, sources: int) -> dict[str, Figure]:
    figures = {}
    if national:
        figures["sources"] = Figure(sources, "count", Message("Sources"))
    if pairs := disagreements(national):
        differ = Message("Times by which two numbers of cases differ at most")
        figures["spread"] = Figure(_spread(pairs[0]), "number", differ)
    measure, ways = ways_of_counting(national)
    if ways > 1:
        counted = Message("Ways in which “{measure}” is counted", {"measure": label(measure)})
        figures["ways"] = Figure(ways, "count", counted)
    if rate := _rate(national, area):
        figures["rate"] = Figure(rate[1], "number", Message("Victims identified for each 100,000 people"))
    return figures


def _curves(national: Sequence[Count], area: StudyArea) -> tuple[Curve, ...]:
    """Return the numbers of each measure and source; only whole years of one source and definition are joined."""
    series: dict[tuple[str, str, str, bool], list[Count]] = {}
    for count in national:
        if count.number is not None:
            series.setdefault((count.measure, count.source, count.of, count.whole_year), []).append(count)
    return tuple(
        Curve(
            Message("{measure}: {source}", {"measure": label(measure), "source": area.phrase(source)}),
            tuple(float(count.year) for count in own),
            tuple(float(count.number or 0) for count in own),
            joined=whole and len({count.year for count in own}) == len(own),
        )
        for (measure, source, _, whole), own in series.items()
    )


def unlike(result: Result) -> Figure | None:
    """Return what tells most plainly that cases are not counted in one way, if anything does; 1 would be one way."""
    return result.figures.get("spread") or result.figures.get("ways")
