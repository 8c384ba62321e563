"""The brief of a district: two pages for its commission, from the same material as the report."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import pandas as pd

from mapping.analysis.common.nearest import (
    NearestService,
    fitting,
    minutes_to_all,
    nearest_service,
    seats,
    shown_minutes,
)
from mapping.area import geocode
from mapping.area.norms import COUNTED
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Message, date, listing
from mapping.language.need_fits import FIRST, types_for
from mapping.language.taxonomy import Term, Vocabulary
from mapping.render.layers.services import spaced
from mapping.render.report import EDITIONS, Edition, bound, opened, print_map
from mapping.render.report.chapters.actors import COMMISSION, DESK
from mapping.render.report.chapters.landscape import calls, listed, where
from mapping.render.report.chapters.recommendations import write
from mapping.render.report.composer import Pen, outline
from mapping.render.report.elements import Report
from mapping.render.report.outline import write_parts
from mapping.render.report.recommendation_rules import about_unit, advise
from mapping.render.report.recommendations import numbered
from mapping.render.report.sources import Sources
from mapping.result import SPEAKING, STATES, Result
from mapping.view.view import View
from mapping.view.visits import is_called_from, related

SHOWN = 10
"""So many services are listed by name; the others are counted."""

HANDED = ("IDN_ACC", "IDN_HLT", "HLT_PSY", "PSY_LEG", "LEG_INC")


def find_unit(area: StudyArea, text: str) -> str:
    """Return the code of a unit that is meant by its code, or by its name in any language.

    Raises
    ------
    NotFound
        No unit has this code or name, or several have it.
    """
    match = geocode.find_unit(area, text)
    if match.unit and match.how != "like":
        return match.unit
    if match.candidates:
        meant = ", ".join(f"{code} ({area.label(code, 'en')})" for code in match.candidates)
        raise NotFound(f"{text}: no area unit is called just so; give the code of one: {meant}")
    raise NotFound(f"{text}: no area unit has this code or name; they stand in the outlines of {area.folder.name}/")


def make(
    view: View,
    area: StudyArea,
    unit: str,
    *,
    language: str,
    edition: Edition = "public",
    reader: str = "",
    results: Mapping[str, Result] | None = None,
    demo: bool = False,
) -> Report:
    """Work the brief of a unit out, in a language; what is refused is what `mapping.render.report.make` refuses.

    Raises
    ------
    NotFound
        The study area has no such unit.
    """
    material = opened(view, area, language, edition, reader, results, demo=demo)
    pen = Pen(material, numbered(advise(material)), reader=reader, unit=unit)
    pen.chapter("", Message("What is there, and what is missing"), "brief")
    write_parts(pen, outline()["brief"], PARTS)
    pen.end()
    above = [area.label(code, language) for code in area.ancestors(unit)]
    return bound(
        pen,
        edition,
        material.say(Message("Brief for the commission: {unit}", {"unit": area.unit(unit).titles})),
        subtitle=" · ".join((*above, material.say(EDITIONS[edition]), date(material.day, language))),
    )


def _people(pen: Pen) -> None:
    unit = pen.unit
    area, entries = pen.material.area, pen.material.entries
    row = area.units(area.unit(unit).level).loc[unit]
    year = str(area.file.population.date.year)
    pairs: list[tuple[object, object]] = [(Message("People in {year}", {"year": year}), area.unit(unit).people)]
    if "women" in row and not pd.isna(row["women"]):
        pairs += [(Message("Women and girls"), int(row["women"])), (Message("Men and boys"), int(row["men"]))]
    inside = [entry for entry in entries if unit in pen.material.units_of(entry)]
    languages = Vocabulary.load("languages")
    spoken = [code for code in sorted({c for entry in inside for c in entry.languages}) if code in languages]
    named = listing(languages.term(code).labels for code in spoken) if spoken else Message("not known")
    pairs += [
        (Message("Services listed here"), len(inside) or STATES["none listed"]),
        (Message("Help is given in"), named),
    ]
    pen.facts(pairs)


def _here(pen: Pen) -> None:
    """Say what is in the unit: the services by name, or only how many there are of each kind where they are many."""
    unit = pen.unit
    every = [entry for entry in pen.material.entries if unit in pen.material.units_of(entry)]
    inside = sorted((entry for entry in every if entry.offered), key=lambda entry: entry.rank)
    if not inside:
        pen.say(Message("No service is listed here that is active and not long overdue for a check."), "note")
        return
    pen.outlined("here", (listed(pen, entry) for entry in inside[:SHOWN]))
    if len(inside) > SHOWN:
        pen.say(Message("And {count} more; they stand in the directory.", {"count": len(inside) - SHOWN}), "source")
    if len(every) > len(inside):
        words = {"count": len(every) - len(inside)}
        pen.say(Message("Services inactive or long overdue for a check, and not named here: {count}.", words), "source")


def _near(pen: Pen) -> None:
    """Say for each need what is nearest, and how many minutes away; in summer and in winter where both are told."""
    unit = pen.unit
    material = pen.material
    area = material.area
    start = seats(area).get(unit)
    published = [material.view.minutes(start[0], season) if start else {} for season in ("summer", "winter")]

    def beyond() -> tuple[Mapping[str, float], Mapping[str, float]]:
        summer, winter = (
            minutes_to_all(material.entries, area, start[0], season) if start else {} for season in ("summer", "winter")
        )
        return summer, winter

    def nearest(need: Term) -> tuple[object, ...]:
        answers = [material.types.term(code) for code in types_for(need.code, FIRST)]
        hidden = 2 * sum(term.audience == "custodian" for term in answers) > len(answers)
        statement, found = _statement(material, unit, answers), None
        if not (hidden and statement):
            confirmed = fitting((entry for entry in material.entries if not material.is_abroad(entry)), need.code)
            found = nearest_service(confirmed, unit, area, (published[0], published[1]), beyond)
        if found is None:
            return need.labels, statement or STATES["not published" if hidden else "unknown"], "", "", ""
        entry = found.entry
        return need.labels, entry.organization.name, where(pen, entry), calls(pen, entry), _minutes(material, found)

    if start:
        place = {"place": start[1]}
        by_season = Message("Minutes from {place}, by summer and by winter roads.", place)
        all_year = Message("Minutes from {place}, by road and on foot.", place)
        on_foot = Message("Minutes from {place} on foot, since no roads are known here.", place)
        pen.say(on_foot if area.everybody_walks else by_season if area.has_winter else all_year, "source")
    minutes = Message("Minutes, summer / winter") if area.has_winter else Message("Minutes")
    pen.outlined("nearest", map(nearest, Vocabulary.load("needs").terms()), columns=(minutes,))


def _statement(material: Sources, unit: str, answers: Iterable[Term]) -> str:
    types, around = {term.code for term in answers}, related(material.area, unit)
    for statement in material.statements:
        if statement.service_type in types and (not statement.area_unit or statement.area_unit in around):
            return material.say(Message("{said} Call: {route}.", {"said": statement.text, "route": statement.route}))
    return ""


def _minutes(material: Sources, found: NearestService) -> str:
    """Return the minutes to a service as they are read, in steps of five, in each season that the area tells apart."""
    if found.minutes is None:
        return material.say(Message("not known"))
    cut_off = material.say(Message("over 4 hours, or cut off"))
    ways = found.minutes[: 1 + material.area.has_winter]
    return " / ".join(str(shown_minutes(way)) if math.isfinite(way) else cut_off for way in ways)


def _norms(pen: Pen) -> None:
    """Say what the norms ask for the people of the unit; those of whole regions are left out."""
    unit = pen.unit
    material = pen.material
    own = material.area.unit(unit)
    row = material.area.units(own.level).loc[unit]
    bases = {"total population": own.people, "women": row.get("women")}
    norms = []
    for term in material.area.norms:
        base = bases.get(term.population_base)
        if base is not None and not pd.isna(base) and term.value and term.per and term.source_status in COUNTED:
            words = {"norm": term.labels, "share": float(base) * term.value / term.per}
            norms.append(Message("{norm}. For the people here that is {share}.", words))
    if norms:
        pen.heading(Message("What norms ask for"))
        pen.items(norms)


def _gaps(pen: Pen) -> None:
    unit = pen.unit
    material = pen.material
    pen.items(
        (
            *_of_reach(material, unit),
            *_of_functions(material, unit),
            *_of_ways(material.results["pathways"], unit),
            *_of_nights(material, unit),
        )
    )
    coverage = material.results["coverage"]
    rows = []
    for group, keys in coverage.groups.items() if unit in coverage.table.index else ():
        chosen = [key for key in keys if key.endswith(("_60", "_120"))]
        if group != "any" and chosen and all(coverage.state(unit, key) not in SPEAKING for key in chosen):
            cells = (pen.cell(coverage, unit, coverage.column(key)) for key in chosen)
            share = float(coverage.table[chosen[0]][unit])
            rows.append((share, (coverage.group_labels.get(group, group), *cells)))
    rows.sort(key=lambda row: row[0])
    if rows:
        pen.outlined(
            "gaps",
            [row for _, row in rows[:6]],
            source=material.source(coverage),
            columns=(*(Message("Within {minutes} minutes", {"minutes": minutes}) for minutes in (60, 120)),),
        )


def _map(pen: Pen) -> None:
    """Draw how many people are within an hour of help in the unit and around it."""
    material = pen.material
    coverage = material.results["coverage"]
    if pen.unit in coverage.table.index and "any_60" in coverage.table:
        column = coverage.column("any_60")
        svg = print_map.unit_map(material.area, coverage, column, pen.unit, language=material.language)
        pen.picture(svg, coverage, caption=column.label)


def _of_reach(material: Sources, unit: str) -> Iterator[object]:
    coverage = material.results["coverage"]
    near = coverage.state(unit, "any_60") if unit in coverage.table.index else "unknown"
    if near == "none listed":
        yield material.say(Message("No service is listed that people could travel to")) + "."
    elif near not in SPEAKING:
        beyond, share = coverage.table["any_beyond"][unit], coverage.text(unit, "any_60", material.language)
        if round(beyond):
            yield Message(
                "{people} people live more than an hour from any listed service; within an hour: {share}.",
                {"people": coverage.text(unit, "any_beyond", material.language), "share": share},
            )
        elif round(coverage.table["any_beyond_high"][unit]):
            yield Message("Within an hour of a listed service: {share} of the people here.", {"share": share})
        else:
            yield Message("Everybody here lives within an hour of a listed service.")


def _of_functions(material: Sources, unit: str) -> Iterator[object]:
    nrm, region = material.results["nrm"], material.area.region_of(unit)
    if region in nrm.table.index:
        keys = [key for part in nrm.groups.values() for key in part]
        missing = [key for key in keys if nrm.state(region, key) == "none listed"]
        if missing:
            yield Message(
                "Core functions of which none is listed in the region: {functions}.",
                {"functions": listing(material.types.term(key).labels for key in missing)},
            )


def _of_ways(pathways: Result, unit: str) -> Iterator[object]:
    if unit not in pathways.table.index:
        return
    steps = {
        state: listing(
            pathways.column(key).label for key in HANDED if key in pathways.table and pathways.state(unit, key) == state
        )
        for state in ("none listed", "no agreement")
    }
    if steps["none listed"]:
        yield Message("Referrals that break here: {steps}.", {"steps": steps["none listed"]})
    if steps["no agreement"]:
        yield Message("Referrals without an agreement: {steps}.", {"steps": steps["no agreement"]})


def _of_nights(material: Sources, unit: str) -> Iterator[object]:
    night = material.results["round_the_clock"]
    open_late = night.state(unit, "any") if unit in night.table.index and "any" in night.table else "unknown"
    if open_late == "none listed":
        yield material.say(Message("No service is listed that people could go to at night")) + "."
    elif open_late not in SPEAKING:
        share = night.text(unit, "any", material.language)
        yield Message("At night: {share} of the people are within an hour of help.", {"share": share})


def _responsible(pen: Pen) -> None:
    unit = pen.unit
    material = pen.material
    around, region = {unit, *material.area.ancestors(unit)}, material.area.region_of(unit)
    desks = [
        e
        for e in material.entries
        if {COMMISSION, DESK}.intersection(e.types)
        and (around.intersection(e.covers) or (not e.covers and region in material.units_of(e)))
    ]
    desks.sort(key=lambda entry: COMMISSION not in entry.types)
    if desks:
        desk_lines = dict.fromkeys(f"{entry.organization.name}: {calls(pen, entry)}" for entry in desks)
        pen.items(list(desk_lines)[:4])
    else:
        pen.say(Message("Not known: no commission and no referral desk is listed for this area."), "note")


def _asked(pen: Pen) -> None:
    unit = pen.unit
    chosen = about_unit(pen.material, pen.advice, unit)
    if not chosen:
        pen.say(
            Message(
                "No recommendation concerns this area or its region alone; those for the whole country stand in the "
                "report."
            )
            if pen.advice
            else Message("No rule found anything to recommend.")
        )
    for recommendation in chosen:
        if len(chosen) == 1:
            write(pen, recommendation, whom=True)
        else:
            pen.say(f"{recommendation.number}. {recommendation.text.into(pen.material.language)}", "lead")
            pen.say(recommendation.evidence)


def _numbers(pen: Pen) -> None:
    material = pen.material
    emergency = [
        f"{material.say(number.label)}: {number.number}" for number in material.area.settings.emergency.values()
    ]
    lines = [
        f"{entry.organization.name}: {spaced(entry.phones[0].number, material.area.code, material.language)}"
        for entry in material.entries
        if entry.offered and not material.is_abroad(entry) and is_called_from(entry, pen.unit, material.area)
    ]
    pen.items((*emergency, *lines[:4]))


PARTS: Mapping[str, Callable[[Pen], None]] = {
    "people": _people,
    "near": _near,
    "here": _here,
    "norms": _norms,
    "gaps": _gaps,
    "map": _map,
    "responsible": _responsible,
    "asked": _asked,
    "numbers": _numbers,
    "counted": lambda pen: pen.say(pen.material.own_source(pen.material.entries), "source"),
}
"""What a part's name writes in the outline of the brief."""
