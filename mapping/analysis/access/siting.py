"""Siting: in which places new services would reach the most people who have none, and how good that answer is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mapping.analysis.common import wording
from mapping.analysis.common.catchments import living, near
from mapping.analysis.common.ensemble import choices as choices_of
from mapping.analysis.common.ensemble import middle
from mapping.analysis.common.frame import AnalysisFrame, Gathered, figure
from mapping.analysis.common.listed import ANY, Sort, counted, points, units_in
from mapping.analysis.common.reached import Floats, Progress, interval, summary
from mapping.analysis.common.scenario import Changes
from mapping.analysis.common.unit_places import Point
from mapping.area.settings import Tracks
from mapping.area.study_area import StudyArea
from mapping.engines.location import covering_models as engine
from mapping.engines.location.p_median import p_median
from mapping.engines.pairs import Pairs
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


Standing = tuple[tuple[Point, ...], tuple[Point, ...]]
"""Where services are, and where they are in counts that take those whose check is overdue otherwise."""

STANDING = 0
"""The site that stands for all services there are; the towns follow."""


class Town(NamedTuple):
    """A place of the gazetteer that a service could stand in."""

    name: Text
    spot: Point


class _Sites:
    """The sites of a question: what stands is the first, then come the towns, then other places."""

    def __init__(
        self, frame: AnalysisFrame, standing: tuple[Point, ...], towns: int, candidates: Sequence[Town], n: int
    ) -> None:
        self.frame, self.area, self.standing, self.towns, self.n = frame, frame.area, standing, towns, n
        self.spots, self.cells = [town.spot for town in candidates], living(frame.area)
        self.people: Floats = frame.area.people_grid.ravel()[self.cells].astype(np.float64)

    def near(self, season: str, tracks: Tracks | None = None) -> Pairs:
        """Return the living cells within reach of each site, on other village tracks too."""
        minutes, ends = self.frame.minutes, sources(self.area, self.standing, scenario=season).cells
        way = ground(self.area, season, tracks=tracks).minutes(ends, limit=minutes).ravel()[self.cells]
        first, rest = (
            np.flatnonzero(way <= minutes).astype(np.int32),
            near(self.area, self.spots, scenario=season, limit=minutes, tracks=tracks),
        )
        return Pairs(
            np.concatenate([[0], rest.pairs.starts + first.size]),
            np.concatenate([first, rest.pairs.places]),
            np.concatenate([way[first], rest.pairs.minutes]),
            rest.pairs.count,
        )

    def most(self, close: Pairs, allowed: Sequence[int]) -> engine.Siting:
        """Return the sites that bring most people within reach."""
        return engine.mclp(close, self.people, self.n, fixed=[STANDING], candidates=allowed, seconds=SECONDS)

    def shortest(self) -> tuple[engine.Siting, float, float] | None:
        """Return the towns that make all ways shortest, and the mean minutes before and after; None without people."""
        if not self.people.sum() or not self.towns:
            return None
        area, scenario = self.area, self.frame.scenario
        before = travel_time(area, self.standing, scenario=scenario, limit=FAR).minutes.ravel()[self.cells]
        far = near(area, self.spots[: self.towns], scenario=scenario, limit=FAR).pairs
        table = np.full((self.towns + 1, far.count), float(FAR))
        table[STANDING] = np.minimum(before, FAR)
        places, sites, times = far.table()
        table[sites + 1, places] = times
        better = (table[1:] < table[STANDING]).any(axis=0)  # the others keep the way they have, whatever is chosen
        best = p_median(table[:, better], self.n, weights=self.people[better], fixed=[STANDING], seconds=SECONDS)
        total, ways = float(self.people.sum()), table[STANDING] * self.people
        return best, float(ways.sum()) / total, (float(ways[~better].sum()) + best.objective) / total


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

    Raises `UnsafePublication` where the type is secret by default: where such a service stands or should stand is
    published nowhere.
    """
    if not 1 <= n <= MOST:
        raise InvalidRecord(f"siting: {n} new places; choose between 1 and {MOST}")
    if not 0 < minutes < FAR:
        raise InvalidRecord(f"siting: {minutes} minutes; choose between 1 and {FAR - 1}")
    frame = AnalysisFrame(
        "siting", view, area, level, minutes=minutes, scenario=scenario, stale=stale, progress=progress
    )
    sort = frame.open_sort(type or KIND)
    active, will_stand = sort.of(counted(view, stale=True)), Changes.of(view, [(sort.key, *spot) for spot in fixed], ())
    spots, doubtful, standing = (
        will_stand.with_added(points(entries, area), sort)
        for entries in (sort.of(frame.entries), sort.of(frame.doubtful), active)
    )
    known = towns(area)
    others = [*hosts(area, frame.entries, (*spots, *(town.spot for town in known))), *homes(area, known)]
    candidates = [*known, *others]
    allowed, sites = _unlisted(area, active, candidates, fixed), _Sites(frame, standing, len(known), candidates, n)
    close, among = sites.near(scenario), choices_of(area, scenario)
    most = sites.most(close, allowed)
    otherwise = [sites.near(season) for season in among.seasons[1:]]
    otherwise += [sites.near(scenario, tracks) for tracks in among.tracks[1:]]
    choices = [most.sites, *(sites.most(pairs, allowed).sites for pairs in otherwise)]
    chosen, means = _steadiest(frame, (spots, doubtful), candidates, choices)
    order = _onward(close, sites.people, chosen, allowed)
    steps = [candidates[site - 1] for site in order]
    path = _variants(frame, (spots, doubtful), [steps[:count] for count in range(len(steps) + 1)])
    within, proposed = path[: len(chosen) + 1], steps[: len(chosen)]
    table, total = frame.tables(lambda units: _columns_of(units, within))
    proposals = _proposals(proposed, within, minutes)
    return frame.result(
        words={"type": sort.label, "far": FAR},
        finding=_finding(total, proposals, minutes),
        also=_also(sites, close, candidates, proposals, _steady(most, close, chosen, means, sites.people))
        if proposals
        else (),
        table=table,
        states=frame.states(dict.fromkeys(("without", "gained", "left"), "")),
        total=total,
        columns=_columns(minutes),
        headline=("people", "without", "gained", "left"),
        figures={"gained": figure(total, "gained", "people", ADDS)} if proposals else {},
        unshown=sort.of(frame.entries),
        caveats=_partly_hidden(sort),
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
                words = {"organization": whose, "place": area.unit(unit).titles}
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
    while len(order) < MOST and allowed:  # none where no town is known and nothing stands that could host another
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
    sites: _Sites, close: Pairs, candidates: Sequence[Town], proposals: Sequence[ProposedSite], steady: Message
) -> tuple[Message, ...]:
    adds = [Message("{place} adds {people} people.", {"place": site.name, "people": site.adds}) for site in proposals]
    return (*adds, steady, *_all_reached(sites, close), *_shorter(sites.shortest(), candidates))


def _steady(
    most: engine.Siting,
    close: Pairs,
    chosen: tuple[int, ...],
    means: Mapping[tuple[int, ...], float],
    people: Floats,
) -> Message:
    if chosen != most.sites:
        reached = np.concatenate([close.places[close.starts[site] : close.starts[site + 1]] for site in (0, *chosen)])
        words = {
            "count": len(means),
            "share": Share(1 - float(people[np.unique(reached)].sum()) / max(most.objective, 1)),
            "more": People(round(means[chosen] - means[most.sites])),
        }
        return Message(
            "Of {count} choices, each the best under other assumptions, this one reaches the most people on average "
            "over all draws: {more} more than the choice that is best as asked. As asked it reaches {share} fewer.",
            words,
        )
    if most.status == "optimal":
        return Message("It is proven that no other choice of as many of these places reaches more people.")
    words = {"share": Share(most.gap)}
    return Message("Time ran out: another choice might reach up to {share} more people than have one now.", words)


def _all_reached(sites: _Sites, close: Pairs) -> tuple[Message, ...]:
    towns = range(1, sites.towns + 1)
    fewest = engine.lscp(close, sites.people, fixed=[STANDING], candidates=towns, seconds=SECONDS)
    beyond = People(round(float(sites.people[fewest.unreachable].sum())))
    words = {"count": len(fewest.sites), "minutes": sites.frame.minutes, "people": beyond}
    if fewest.status != "optimal":
        text = Message(
            "With {count} new {count:place|places} everybody within {minutes} minutes "
            "of a town would have one; fewer may do."
        )
        return (text.filled_with(words),)
    takes = Message(
        "It takes {count} new {count:place|places} until everybody within {minutes} minutes of a town has one.", words
    )
    farther = Message("{people} people live farther than that from every town and every service.", words)
    return (takes, farther) if beyond else (takes,)


def _shorter(answer: tuple[engine.Siting, float, float] | None, candidates: Sequence[Town]) -> tuple[Message, ...]:
    if answer is None or not answer[0].sites or answer[2] >= answer[1]:
        return ()
    best, before, after = answer
    text = Message(
        "The ways of all people together would be short with {places}: {after} minutes on average, at most {gap} "
        "more than the best."
    )
    if best.status == "optimal":
        text = Message(
            "The ways of all people together would be shortest with {places}: {after} minutes on average. "
            "This is proven."
        )
    places = listing(candidates[site - 1].name for site in best.sites)
    shown = text.filled_with({"places": places, "after": round(after), "gap": Share(best.gap)})
    if before >= FAR:  # nobody has a way to shorten
        return (shown,)
    return shown, Message("Now they take {before} minutes on average.", {"before": round(before)})


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
