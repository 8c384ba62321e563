"""Destinations: which services are listed abroad, in the countries to which people go."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from mapping.analysis.common.frame import AnalysisFrame
from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, listing
from mapping.result import Column, Figure, Result
from mapping.view.view import Entry, View


def destinations(view: View, area: StudyArea, *, level: int | None = None) -> Result:
    """Count the services listed abroad, by country of destination.

    The table has ``services`` (those abroad), ``bodies`` (their organizations) and a column for each country, by its
    code, in the row of the country at home; finer units have no such numbers. ``level`` is 0 by default.
    """
    frame = AnalysisFrame("destinations", view, area, level, usual=0)
    pairs = [(country, entry) for entry in frame.entries for country in _abroad(entry, area)]
    by_country = Counter(country for country, _ in pairs)
    main = tuple(getattr(area.settings, "destinations", ()))
    countries = [*main, *(code for code in sorted(by_country) if code not in main)]
    total = {
        "services": len({entry.id for _, entry in pairs}),
        "bodies": len({entry.organization.id for _, entry in pairs}),
        **{code: by_country[code] for code in countries},
    }
    here = frame.level == 0
    states = {key: _state(key, value, countries, here=here) for key, value in total.items()}
    missing = [code for code in main if not by_country[code]]
    return frame.result(
        finding=_finding(total["services"], len([code for code in countries if by_country[code]]), main, missing),
        also=_also(by_country, missing, area),
        table=pd.DataFrame({key: value if here else 0 for key, value in total.items()}, frame.index),
        states=pd.DataFrame(states, frame.index, dtype=object),
        columns=(
            Column("services", Message("Services abroad"), "count"),
            Column("bodies", Message("Their organizations"), "count"),
            *(Column(code, area.country(code), "count", more_is="better") for code in countries),
        ),
        groups={"countries": tuple(countries)} if countries else {},
        group_labels={"countries": Message("By country")} if countries else {},
        figures={
            code: Figure(by_country[code], "count", Message("{place}", {"place": area.country(code)}))
            for code in countries
        },
        picture="bars",
    )


def _abroad(entry: Entry, area: StudyArea) -> set[str]:
    return {place.country for place in entry.places if place.country and place.country != area.code}


def _state(key: str, value: int, countries: list[str], *, here: bool) -> str:
    if not here:
        return "not applicable"
    if key not in countries:
        return ""
    return "none listed" if not value else "single" if value == 1 else "present"


def _finding(services: int, countries: int, main: tuple[str, ...], missing: list[str]) -> Message:
    if not services:
        return Message("No help abroad is listed")
    words = {"services": services, "count": len(main) - len(missing), "countries": len(main), "others": countries}
    if main:
        return Message("Help abroad is listed in {count} of the {countries} main countries of destination", words)
    return Message("Services listed abroad: {services}, in {others} {others:country|countries}", words)


def _also(by_country: Mapping[str, int], missing: list[str], area: StudyArea) -> tuple[Message, ...]:
    sentences = []
    if missing:
        words = {"countries": listing(area.country(code) for code in missing)}
        sentences.append(Message("Nothing is listed in: {countries}.", words))
    if by_country:
        most = max(sorted(by_country), key=lambda code: by_country[code])
        words_: dict[str, object] = {"place": area.country(most), "count": by_country[most]}
        sentences.append(Message("The most is listed in: {place}, {count}.", words_))
    return tuple(sentences)
