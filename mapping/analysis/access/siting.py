"""Siting: in which places new services would reach the most people who have none, and how good that answer is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mapping.analysis.common import wording
from mapping.analysis.common.catchments import living, near
from mapping.analysis.common.catchments import within as only_within
from mapping.analysis.common.ensemble import choices as choices_of
from mapping.analysis.common.ensemble import middle
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, Sort, counted, points, units_in
from mapping.analysis.common.reached import Floats, Progress, interval, summary
from mapping.analysis.common.scenario import Changes
from mapping.analysis.common.unit_places import Point
from mapping.area.study_area import StudyArea
from mapping.engines.location import covering_models as engine
from mapping.engines.location.p_median import p_median
from mapping.engines.pairs import Minutes, Pairs
from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, People, Share, Text, listing
from mapping.language.languages import codes
from mapping.language.latin import latin
from mapping.language.taxonomy import Vocabulary
from mapping.result import Column, Curve, Figure, ProposedSite, Result
from mapping.travel import ground, sources, travel_time
from mapping.view.view import Entry, View

MOST = 10
"""New places that may be asked for, and so many the curve goes on to."""

KIND = "PSY-COU"
"""The type of service that is asked about where none is named: one that people visit and that every way leads past."""

TOWNS = 400
"""Towns among which places are chosen: seats of units first, then the largest."""

SQUARE, HOMES = 8, 600
"""Cells along a square in which one populated place may be chosen beside the towns, and how many such squares."""

HOSTING = frozenset({"HLT", "PSY", "LEG", "CHP", "INC", "MAT", "CMG"})
"""Families of services whose places could host another kind of help; police and courts could not."""

FAR = 240
"""Minutes that count for everybody who is farther away, where ways are added up."""

SECONDS = 120.0
"""How long each of the three questions may be searched: they take one, and a machine that is busy answers the same."""

METHOD = Message(
    "Candidates are the towns and villages of the gazetteer, the places where other help is listed already, which "
    "could host it, and where no town or village is near, the square kilometre where most people live in each square "
    "of 8 by 8. From each, and from every listed service of the kind that can "
    "be visited and whose check is not overdue, we worked out who is within reach, on foot and by road. Services that "
    "stand are kept. Then we chose the places that together bring the most people within reach who have none now "
    "(maximal covering; Church and ReVelle 1974), solved exactly, so that it is proven how good the choice is. It "
    "was solved again for other seasons and for other assumptions on village tracks; of the choices that came of it "
    "the one is proposed that gains the most people on average over all draws of what nobody knows for sure. Two "
    "further questions were solved in the same way: how few towns would reach everybody who can be reached from a "
    "town (set covering; Toregas and others 1971), and which towns make the ways of all people together shortest "
    "(p-median; Hakimi 1964), where who is over {far} minutes away counts as {far}. The range beside a number holds "
    "nine in ten counts in which speeds, seasons, village tracks and all else that nobody knows for sure were changed "
    "together.",
    {"far": FAR},
)


Standing = tuple[tuple[Point, ...], tuple[Point, ...]]
"""Where services are, and where they are in counts that take those whose check is overdue otherwise."""

STANDING = 0
"""The site that stands for all services there are; the towns follow."""


class Town(NamedTuple):
    """A place of the gazetteer that a service could stand in."""

    name: Text
    spot: Point


class SitingAnswers(NamedTuple):
    """The three choices among towns, each with its proof."""

    most: engine.Siting
    fewest: engine.Siting
    shortest: engine.Siting | None
    before: float
    after: float
    close: Pairs


def siting(
    view: View,
    area: StudyArea,
    *,
    type: str | None = None,  # noqa: A002
    n: int = 3,
    minutes: int = 60,
    scenario: str = "summer",
    level: int | None = None,
    stale: bool = False,
    fixed: Sequence[Point] = (),
    progress: Progress = None,
) -> Result:
    """Choose the places in which ``n`` new services of a type reach the most people who have none within ``minutes``.

    ``type`` is the code of a type, a family or a need, or ``any``; by default `KIND`. ``fixed`` are places, each with
    latitude and longitude in degrees, where such a service will stand whatever is chosen: they count as standing. Of
    the choices that are best in one season and with one assumption on village tracks, the one is taken that gains most
    on average over the ensemble. The one curve goes on from it to ten places, one after the other, with the people whom
    so many gain. The table holds ``people``, ``without`` (people with none now), ``gained`` (of these, those whom the
    proposals reach) and ``left``, each with its range. ``proposals`` holds the towns, the one that adds most first.

    Raises
    ------
    InvalidRecord, NotFound
        An option has a value that makes no sense here.
    UnsafePublication
        The type is secret by default: where such a service stands or should stand is published nowhere.
    """
    if not 1 <= n <= MOST:
        raise InvalidRecord(f"siting: {n} new places; choose between 1 and {MOST}")
    if not 0 < minutes < FAR:
        raise InvalidRecord(f"siting: {minutes} minutes; choose between 1 and {FAR - 1}")
    frame = AnalysisFrame(
        "siting", view, area, level, minutes=minutes, scenario=scenario, stale=stale, progress=progress
    )
    sort = frame.open_sort(type or KIND)
    everything = frame.entries
    entries, doubtful = sort.of(everything), sort.of(frame.doubtful)
    will_stand = Changes.of(view, [(sort.key, *spot) for spot in fixed], ())
    spots, known = will_stand.with_added(points(entries, area), sort), towns(area)
    both = (spots, will_stand.with_added(points(doubtful, area), sort))
    candidates = [*known, *hosts(area, everything, (*spots, *(town.spot for town in known))), *homes(area, known)]
    active = sort.of(counted(view, stale=True))
    standing = will_stand.with_added(points(active, area), sort)
    allowed = _unlisted(area, active, candidates, fixed)
    answers = _answers(frame, standing, known, candidates, allowed, n)
    people = area.people_grid.ravel()[living(area)].astype(np.float64)
    choices = [answers.most.sites, *_otherwise(frame, standing, candidates, allowed, n)]
    chosen, means = _steadiest(frame, both, candidates, choices)
    order = _onward(answers.close, people, chosen, allowed)
    steps = [candidates[site - 1] for site in order]
    path = _variants(frame, both, [steps[:count] for count in range(len(steps) + 1)])
    within, proposed = path[: len(chosen) + 1], steps[: len(chosen)]
    table, total = frame.tables(lambda units: _columns_of(units, within))
    proposals = _proposals(proposed, within, minutes)
    return frame.result(
        "travel",
        basis="visited",
        title=Message("Where new services would reach most people: {type}", {"type": sort.label}),
        finding=_finding(total, proposals, minutes),
        also=_also(area, answers, candidates, proposals, minutes, steady=_steady(answers, chosen, means, people)),
        table=table,
        states=frame.states(dict.fromkeys(("without", "gained", "left"), "")),
        total=total,
        columns=_columns(minutes),
        headline=("people", "without", "gained", "left"),
        figures={"gained": figure(total, "gained", "people", ADDS)} if proposals else {},
        method=METHOD,
        unshown=entries,
        caveats=(
            *_partly_hidden(sort),
            Message("No place is proposed in an area that lists this kind of help already."),
            Message("A proposal says where people are far from help. It does not say that a place is safe or wanted."),
        ),
        curves=_curve(path) if proposals else (),
        axes=(Message("New places"), ADDS),
        picture="before-after" if proposals else "none",
        proposals=proposals,
    )


def _unlisted(
    area: StudyArea, active: Sequence[Entry], candidates: Sequence[Town], fixed: Sequence[Point]
) -> list[int]:
    """Return the sites in units that have none of some services and fixed places; all where every unit has one."""
    finest = area.levels[-1].level
    listing = {unit for entry in active for unit in units_in(entry, area, finest)[0]}
    listing |= {unit for spot in fixed if (unit := area.unit_at(*spot))}
    free = [site for site, town in enumerate(candidates, 1) if area.unit_at(*town.spot) not in listing]
    return free or list(range(1, len(candidates) + 1))


def towns(area: StudyArea) -> list[Town]:
    """Return the places of the gazetteer that have a point, seats of units first, then by people."""
    places = area.gazetteer
    places = places[places["lat"].notna() & places["lon"].notna()]
    order = np.lexsort((places["place_id"].astype(str), -places["people"].fillna(0), places["seat"] < 0))
    sites: dict[Point, Town] = {}
    for row in places.iloc[order].to_dict("records"):
        spot = (float(row["lat"]), float(row["lon"]))
        names = {language: str(row[f"name_{language}"]) for language in area.languages if row[f"name_{language}"]}
        sites.setdefault(spot, Town(names, spot))
    return list(sites.values())[:TOWNS]


def hosts(area: StudyArea, entries: Sequence[Entry], taken: Sequence[Point]) -> list[Town]:
    """Return the places of listed services that could host another kind, called by whose they are; none twice.

    Names of organizations stand in the letters of each language.
    """
    sites: dict[Point, Town] = {}
    for entry in entries:
        if HOSTING.isdisjoint(code.partition("-")[0] for code in entry.types):
            continue
        for spot in points([entry], area):
            if spot not in taken and (unit := area.unit_at(*spot)):
                whose = {language: latin(entry.organization.name, language) for language in codes()}
                words = {"organization": whose, "place": wording.named(area, unit)}
                name: Text = Message("{place} ({organization})", words)
                sites.setdefault(spot, Town(name, spot))
    return [sites[spot] for spot in sorted(sites)]


def homes(area: StudyArea, known: Sequence[Town]) -> list[Town]:
    """Return the cell where most people live in each square of so many cells that holds no place of the gazetteer.

    At most so many, those with most people first; each is called by the nearest place of the gazetteer.
    """
    people = np.where(area.unit_grid >= 0, area.people_grid, 0)
    latitudes, longitudes = (np.array([town.spot[axis] for town in known]) for axis in (0, 1))
    taken = {(int(row) // SQUARE, int(column) // SQUARE) for row, column in area.grid.cells(latitudes, longitudes)}
    fullest: dict[tuple[int, int], int] = {}
    order = np.argsort(-people.ravel(), kind="stable")
    for cell in order[: np.count_nonzero(people)].tolist():
        row, column = divmod(cell, people.shape[1])
        square = (row // SQUARE, column // SQUARE)
        if square not in taken:
            fullest.setdefault(square, cell)
    cells = sorted(fullest.values(), key=lambda cell: (-people.ravel()[cell], cell))[:HOMES]
    if not cells or not known:
        return []
    lats, lons = area.grid.centres(*np.divmod(np.array(cells), people.shape[1]))
    there, here = area.grid.project(lats, lons), area.grid.project(latitudes, longitudes)
    places = []
    for latitude, longitude, at in zip(lats, lons, there, strict=True):
        ways = np.hypot(*(here - at).T)
        words = {"km": max(1, round(float(ways.min()) / 1000)), "place": known[int(ways.argmin())].name}
        places.append(Town(Message("{km} km from {place}", words), (float(latitude), float(longitude))))
    return places


def _answers(
    frame: AnalysisFrame,
    spots: Sequence[Point],
    known: Sequence[Town],
    candidates: Sequence[Town],
    allowed: Sequence[int],
    n: int,
) -> SitingAnswers:
    """Solve the three questions: what stands is the first site, then come the towns, then other places."""
    area, minutes, scenario = frame.area, frame.minutes, frame.scenario
    cells = living(area)
    people = area.people_grid.ravel()[cells].astype(np.float64)
    before = travel_time(area, spots, scenario=scenario, limit=FAR).minutes.ravel()[cells]
    far = near(area, [town.spot for town in known], scenario=scenario, limit=FAR).pairs
    others = near(area, [town.spot for town in candidates[len(known) :]], scenario=scenario, limit=minutes).pairs
    close = _beside(before, far, others, minutes)
    most = engine.mclp(close, people, n, fixed=[STANDING], candidates=allowed, seconds=SECONDS)
    of_towns = range(1, len(known) + 1)
    fewest = engine.lscp(close, people, fixed=[STANDING], candidates=of_towns, seconds=SECONDS)
    if not people.sum() or not known:
        return SitingAnswers(most, fewest, None, 0.0, 0.0, close)
    table = np.full((len(known) + 1, far.count), float(FAR))
    table[STANDING] = np.minimum(before, FAR)
    places, sites, times = far.table()
    table[sites + 1, places] = times
    better = (table[1:] < table[STANDING]).any(axis=0)  # the others keep the way they have, whatever is chosen
    shortest = p_median(table[:, better], n, weights=people[better], fixed=[STANDING], seconds=SECONDS)
    total, ways = float(people.sum()), table[STANDING] * people
    after = float(ways[~better].sum()) + shortest.objective
    return SitingAnswers(most, fewest, shortest, float(ways.sum()) / total, after / total, close)


def _beside(before: Minutes, far: Pairs, others: Pairs, minutes: float) -> Pairs:
    """Return who is within reach of what stands, as the first site, of each town, and of each other place."""
    standing, towns_near = np.flatnonzero(before <= minutes).astype(np.int32), only_within(far, minutes)
    after = standing.size + towns_near.places.size
    return Pairs(
        np.concatenate([[0], towns_near.starts + standing.size, others.starts[1:] + after]),
        np.concatenate([standing, towns_near.places, others.places]),
        np.concatenate([before[standing], towns_near.minutes, others.minutes]),
        far.count,
    )


def _otherwise(
    frame: AnalysisFrame, spots: tuple[Point, ...], candidates: Sequence[Town], allowed: Sequence[int], n: int
) -> list[tuple[int, ...]]:
    """Return the sites that are best in each other season, and with each other assumption on village tracks."""
    area, minutes, scenario = frame.area, frame.minutes, frame.scenario
    among = choices_of(area, scenario)
    others = [(season, None) for season in among.seasons[1:]] + [(scenario, tracks) for tracks in among.tracks[1:]]
    people = area.people_grid.ravel()[living(area)].astype(np.float64)
    choices = []
    for season, tracks in others:
        ends = sources(area, spots, scenario=season).cells
        before = ground(area, season, tracks=tracks).minutes(ends, limit=minutes).ravel()[living(area)]
        places = near(area, [town.spot for town in candidates], scenario=season, limit=minutes, tracks=tracks).pairs
        standing = Pairs(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), places.count)
        close = _beside(before, standing, places, minutes)
        best = engine.mclp(close, people, n, fixed=[STANDING], candidates=allowed, seconds=SECONDS)
        choices.append(best.sites)
    return choices


def _steadiest(
    frame: AnalysisFrame, spots: Standing, candidates: Sequence[Town], choices: Sequence[tuple[int, ...]]
) -> tuple[tuple[int, ...], dict[tuple[int, ...], float]]:
    """Return the choice that reaches most people on average over the draws, and what each reaches so."""
    different = list(dict.fromkeys(choices))
    if len(different) == 1:
        return different[0], {different[0]: 0.0}
    reached = _variants(frame, spots, [[candidates[site - 1] for site in sites] for sites in different])
    means = dict(zip(different, reached[:, 1:].sum(axis=2).mean(axis=1).tolist(), strict=True))
    return max(means, key=lambda sites: means[sites]), means


def _onward(close: Pairs, people: Floats, sites: Sequence[int], allowed: Sequence[int]) -> list[int]:
    """Return the chosen sites, the one that adds most people first, and those that add most after them."""
    site_of = np.repeat(np.arange(close.services), np.diff(close.starts))
    left = people.copy()
    left[close.places[site_of == STANDING]] = 0
    order: list[int] = []
    while len(order) < MOST:
        gains = np.bincount(site_of, left[close.places], minlength=close.services)
        first = [site for site in sites if site not in order]
        best = max(first or allowed, key=lambda site: (gains[site], -site))
        if best in order or (not first and gains[best] <= 0):
            break
        order.append(best)
        left[close.places[site_of == best]] = 0
    return order


def _variants(frame: AnalysisFrame, spots: Standing, added: Sequence[Sequence[Town]]) -> Floats:
    """Return the people within reach with each of some additions; (additions, variants, units)."""
    wanted, unchecked = (
        {str(k): (*standing, *(town.spot for town in towns)) for k, towns in enumerate(added)} for standing in spots
    )
    reached = frame.near_points(wanted, unchecked)
    count = max(count_of_people.variants.shape[0] for count_of_people in reached.values())
    shape = (count, len(frame.area.unit_codes))
    return np.stack([np.broadcast_to(reached[key].variants[:, :, 0], shape) for key in wanted])


def _curve(path: Floats) -> tuple[Curve, ...]:
    gained = np.maximum(path - path[0], 0).sum(axis=2)
    ends = summary("y", gained.T)
    values, low, high = (tuple(ends[key].tolist()) for key in ("y", "y_low", "y_high"))
    return (Curve(ADDS, tuple(float(number) for number in range(len(path))), values, low, high),)


def _columns_of(units: Gathered, within: Floats) -> dict[str, Floats]:
    """Return the people without a service now, of these those whom the proposals reach, and those left."""
    scale = np.where(units.people > 0, units.census / np.where(units.people > 0, units.people, 1), 1)
    reached = np.minimum(within @ units.matrix.T, units.people) * scale
    return (
        summary("without", np.maximum(units.census - reached[0], 0))
        | summary("gained", np.maximum(reached[-1] - reached[0], 0))
        | summary("left", np.maximum(units.census - reached[-1], 0))
    )


def _columns(minutes: int) -> tuple[Column, ...]:
    words = {"minutes": minutes}
    return (
        Column("people", Message("People"), "people"),
        Column.ranged("without", Message("People with none within {minutes} min", words), "people", "worse"),
        Column.ranged("gained", ADDS, "people", "better"),
        Column.ranged("left", Message("People who still have none"), "people", "worse"),
    )


ADDS = Message("People whom the proposals reach")


def _proposals(chosen: Sequence[Town], within: Floats, minutes: int) -> tuple[ProposedSite, ...]:
    label = Message("More people within {minutes} min", {"minutes": minutes})
    sites = []
    for number, town in enumerate(chosen):
        adds = np.maximum((within[number + 1] - within[number]).sum(axis=1), 0)
        low, high = interval(adds)
        figure = Figure(float(middle(adds)), "people", label, float(low), float(high))
        sites.append(ProposedSite(town.name, *town.spot, figure))
    return tuple(sites)


def _finding(total: Mapping[str, float], proposals: Sequence[ProposedSite], minutes: int) -> Message:
    if total["people"] == 0:
        return Message("Nobody lives here, so no new service is needed")
    if not proposals:
        return Message("No new place would bring more people within {minutes} minutes", {"minutes": minutes})
    words = {
        "people": wording.ranged(total, "gained", "people"),
        "minutes": minutes,
        "places": listing(proposal.name for proposal in proposals),
    }
    if len(proposals) == 1:
        return Message("{people} people would newly be within {minutes} minutes of one new service, in {places}", words)
    return Message("{people} people would newly be within {minutes} minutes of new services in {places}", words)


def _also(
    area: StudyArea,
    answers: SitingAnswers,
    candidates: Sequence[Town],
    proposals: Sequence[ProposedSite],
    minutes: int,
    *,
    steady: Message,
) -> tuple[Message, ...]:
    if not proposals:
        return ()
    sentences = []
    for proposal in proposals:
        sentences.append(Message("{place} adds {people} people.", {"place": proposal.name, "people": proposal.adds}))
    sentences.append(steady)
    return (*sentences, *_all_reached(area, answers.fewest, minutes), *_shorter(answers, candidates))


def _proof(most: engine.Siting) -> Message:
    if most.status == "optimal":
        return Message("It is proven that no other choice of as many of these places reaches more people.")
    words = {"share": Share(most.gap)}
    return Message("Time ran out: another choice might reach up to {share} more people than have one now.", words)


def _steady(
    answers: SitingAnswers, chosen: tuple[int, ...], means: Mapping[tuple[int, ...], float], people: Floats
) -> Message:
    """Say how good the choice is: as asked, or on average over all that nobody knows."""
    if chosen == answers.most.sites:
        return _proof(answers.most)
    reached = np.zeros(answers.close.count, np.bool_)
    for site in (STANDING, *chosen):
        reached[answers.close.places[answers.close.starts[site] : answers.close.starts[site + 1]]] = True
    words = {
        "count": len(means),
        "share": Share(1 - float(people[reached].sum()) / max(answers.most.objective, 1)),
        "more": People(round(means[chosen] - means[answers.most.sites])),
    }
    return Message(
        "Of {count} choices, each the best under other assumptions, this one reaches the most people on average over "
        "all draws: {more} more than the choice that is best as asked. As asked it reaches {share} fewer.",
        words,
    )


def _all_reached(area: StudyArea, fewest: engine.Siting, minutes: int) -> tuple[Message, ...]:
    """Say how few towns would reach everybody who can be reached from one, and how many cannot."""
    people = area.people_grid.ravel()[living(area)]
    beyond = People(round(float(people[fewest.unreachable].sum())))
    words = {"count": len(fewest.sites), "minutes": minutes, "people": beyond}
    if fewest.status != "optimal":
        return (
            Message(
                "With {count} new {count:place|places} everybody within {minutes} minutes "
                "of a town would have one; fewer may do.",
                words,
            ),
        )
    sentences = [
        Message(
            "It takes {count} new {count:place|places} until everybody within {minutes} minutes of a town has one.",
            words,
        )
    ]
    if beyond:
        sentences.append(Message("{people} people live farther than that from every town and every service.", words))
    return tuple(sentences)


def _shorter(answers: SitingAnswers, candidates: Sequence[Town]) -> tuple[Message, ...]:
    """Say where new services would shorten the ways of all people together most."""
    shortest = answers.shortest
    if shortest is None or not shortest.sites or answers.after >= answers.before:
        return ()
    words = {
        "places": listing(candidates[site - 1].name for site in shortest.sites),
        "after": round(answers.after),
        "gap": Share(shortest.gap),
    }
    if shortest.status == "optimal":
        shown = Message(
            "The ways of all people together would be shortest with {places}: {after} minutes on average. "
            "This is proven.",
            words,
        )
    else:
        shown = Message(
            "The ways of all people together would be short with {places}: {after} minutes on average, at most {gap} "
            "more than the best.",
            words,
        )
    if answers.before >= FAR:  # nobody has a way to shorten
        return (shown,)
    return shown, Message("Now they take {before} minutes on average.", {"before": round(answers.before)})


def _partly_hidden(sort: Sort) -> tuple[Message, ...]:
    """Say that some of what answers a need is never shown, so that it may already stand where a proposal does."""
    if sort.key == ANY:
        return ()
    types = Vocabulary.load("service_types").terms()
    if any(term.code in sort.codes and term.parent and term.audience != "public" for term in types):
        return (
            Message("Some kinds of this help are never shown and take no part; they may be near where none is shown."),
        )
    return ()
