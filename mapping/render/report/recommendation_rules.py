"""Rules that make recommendations: each looks at one result and asks somebody for one thing.

A rule is a function ``(material) -> Iterable[Recommendation]``. Its keys name what is asked for, not what was found, so
that the next edition can tell what became of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from mapping.analysis.adequacy.cases import unlike
from mapping.analysis.adequacy.standards import met_and_known
from mapping.analysis.common import wording
from mapping.language.i18n import Message, People, Several, Share, Text
from mapping.language.taxonomy import Vocabulary
from mapping.render.report.national import NATIONAL
from mapping.render.report.recommendations import Recommendation
from mapping.render.report.sources import Sources
from mapping.result import Figure, Result

DEFAULTS: Mapping[str, Message] = {
    "commission": Message("The national commission against trafficking"),
    "health": Message("The ministry responsible for health"),
    "social": Message("The ministry responsible for social protection"),
    "labour": Message("The ministry responsible for labour and migration"),
    "interior": Message("The ministry of the interior"),
    "justice": Message("The ministry of justice"),
    "foreign": Message("The ministry of foreign affairs"),
    "statistics": Message("The national office of statistics"),
    "prosecutor": Message("The prosecutor general's office"),
    "courts": Message("The supreme court"),
    "civil": Message("Organizations that give help"),
    "international": Message("International organizations and donors"),
}
"""Whom recommendations are for; a study area names its own in ``[addressees]`` of area.toml."""

MINISTRIES: Mapping[str, str] = {
    "IDN": "interior",
    "CMG": "commission",
    "ACC": "social",
    "MAT": "social",
    "HLT": "health",
    "PSY": "health",
    "LEG": "justice",
    "CHP": "social",
    "RET": "foreign",
    "INC": "labour",
    "JUS": "justice",
    "JUS-POL": "interior",
    "JUS-PRO": "prosecutor",
    "JUS-CRT": "courts",
    "PRV": "labour",
    "CRD": "commission",
}
"""Family or type of service -> who answers for it."""

MOST = 3
"""So many districts, groups or items a rule speaks of at most: the worst."""


def addressee(material: Sources, key: str) -> Text:
    """Return whom a key means in a study area."""
    named: Mapping[str, Text] = material.area.settings.addressees  # type: ignore[assignment]
    return named.get(key) or DEFAULTS[key]


def region_authority(material: Sources, code: str) -> Message:
    """Return the authority of a region; where it has none of its own, the commission for its districts."""
    if code in material.area.settings.without_authority:
        words = {"commission": addressee(material, "commission"), "region": material.area.unit(code).titles}
        return Message("{commission}, for {region}", words)
    return Message("Authority of the region: {region}", {"region": material.area.unit(code).titles})


def advise(material: Sources) -> list[Recommendation]:
    """Return what every rule asks for."""
    return [recommendation for rule in RULES for recommendation in rule(material)]


def _ministry(material: Sources, code: str) -> Text:
    family = material.types.family(code).code if code in material.types else code
    return addressee(material, MINISTRIES.get(code, MINISTRIES.get(family, "commission")))


def national(material: Sources) -> Iterator[Recommendation]:
    """Ask the state for what no number asks for: law, procedures, budget, one system of data, standards."""
    facts: dict[str, Message] = {
        fact.asks: Message("{fact} See chapter 2.", {"fact": fact.text}) for fact in material.area.settings.context
    }
    for rule in NATIONAL:
        why = rule.why or facts.get(rule.key)
        if why is None:
            continue
        yield Recommendation(
            material.day,
            f"national-{rule.key}",
            "national",
            addressee(material, rule.lead),
            rule.text,
            evidence=why,
            table=rule.table,
            cost=rule.cost,
            measure=Message("Done"),
            value=None,
            target=1,
            priority=1 if rule.cost != "high" else 2,
            aim=rule.aim,
        )


def missing_functions(material: Sources) -> Iterator[Recommendation]:
    """Ask the ministries for core functions that are listed in no place of two regions or more."""
    for code, regions in _without(material.results["nrm"]).items():
        if len(regions) < 2:
            continue
        names = Several(material.area.unit(region).titles for region in regions)
        words = {"function": material.types.term(code).labels, "regions": names, "count": len(regions)}
        yield Recommendation(
            material.day,
            f"function-{code}",
            "government",
            _ministry(material, code),
            Message(
                "Name or open one place in each of these regions for “{function}”, and have it listed: {regions}.",
                words,
            ),
            evidence=Message("In {count} {count:region|regions} none is listed.", words),
            table="nrm",
            cost="high",
            indicator="I01",
            priority=1,
            measure=Message("Regions in which “{function}” is not listed", words),
            value=len(regions),
            target=0,
        )


def missing_in_region(material: Sources) -> Iterator[Recommendation]:
    """Ask a region who takes over what it alone lacks; what several lack is asked of the ministry."""
    lacking: dict[str, list[str]] = {}
    for code, regions in _without(material.results["nrm"]).items():
        for region in regions if len(regions) < 2 else ():
            lacking.setdefault(region, []).append(code)
    for region, codes in lacking.items():
        words = {
            "count": len(codes),
            "functions": Several(material.types.term(code).labels for code in codes),
            "region": material.area.unit(region).titles,
        }
        yield Recommendation(
            material.day,
            f"region-{region}",
            "regional",
            region_authority(material, region),
            Message(
                "Decide who takes over what nobody is listed for, and put it into the regional plan: {functions}.",
                words,
            ),
            evidence=Message("Core functions lacking only in {region}: {count}.", words),
            table="nrm",
            cost="medium",
            indicator="I01",
            measure=Message("Core functions lacking only in {region}", words),
            value=len(codes),
            target=0,
        )


def _without(result: Result) -> dict[str, list[str]]:
    """Return the functions with the regions in which none is listed."""
    lacking = {}
    for column in (c for keys in result.groups.values() for c in map(result.column, keys)):
        codes = [str(code) for code in result.table.index if result.state(str(code), column.key) == "none listed"]
        if codes:
            lacking[column.key] = codes
    return lacking


def far_districts(material: Sources) -> Iterator[Recommendation]:
    """Ask for visiting days where most people live more than an hour from any help."""
    result = material.results["coverage"]
    if "any_beyond" not in result.table or result.level == 0:
        return
    beyond, least, most = (1 - result.table[f"any_60{end}"].astype(float) for end in ("", "_high", "_low"))
    worst = result.table["any_beyond"].sort_values(ascending=False, kind="stable")
    for code in [str(code) for code in worst.index[:MOST] if worst[code] > 0]:
        words = {
            "unit": material.area.unit(code).titles,
            "people": People(worst[code]),
            "share": Share(float(beyond[code])),
        }
        evidence = Message("{people} people there live more than an hour from any listed service ({share}).", words)
        if wording.is_least(beyond[code], least[code], most[code]):
            evidence = Message(
                "At least {people} people there live more than an hour from any listed service ({share}).", words
            )
        region = region_authority(material, material.area.region_of(code))
        yield Recommendation(
            material.day,
            f"reach-{code}",
            "regional",
            region,
            Message(
                "Arrange regular days on which counselling, legal advice and a doctor come to this area: {unit}.",
                words,
            ),
            evidence=evidence,
            table="coverage",
            cost="medium",
            indicator="I02",
            measure=Message("People of {unit} more than an hour from help", words),
            value=float(worst[code]),
            target=round(float(worst[code]) / 2, -3),  # visiting days reach some villages of a district, not all
            kind="people",
        )


def new_places(material: Sources) -> Iterator[Recommendation]:
    """Ask for new services where one adds most people."""
    result = material.results["siting"]
    if not result.proposals or "without" not in result.total:
        return
    gained, without = float(result.total["gained"]), float(result.total["without"])
    words = {
        "places": Several(proposal.name for proposal in result.proposals),
        "people": People(gained),
        "without": People(without),
        "what": result.title.values["type"],
    }
    yield Recommendation(
        material.day,
        "siting-any",
        "government",
        addressee(material, "health"),
        Message(
            "Plan the next new services of this kind in these places, where they add most people: {what}. Places: "
            "{places}.",
            words,
        ),
        evidence=Message(
            "Together they bring {people} of {without} people within an hour of it who have none now.", words
        ),
        table="siting",
        cost="high",
        indicator="I02",
        measure=Message("People without, within an hour: {what}", words),
        value=without,
        target=without - gained,
        kind="people",
    )


def norms_unmet(material: Sources) -> Iterator[Recommendation]:
    """Ask for what norms count as missing; of what is secret, for a plan."""
    result = material.results["norms"]
    terms = {term.code: term for term in material.area.norms}
    for norm, keys in result.groups.items():
        words: dict[str, object] = {"norm": terms[norm].labels, "needed": int(result.total.get(keys[0], 0))}
        if f"{norm}_missing" not in keys:
            yield Recommendation(
                material.day,
                f"norm-{norm}",
                "government",
                addressee(material, "social"),
                Message(
                    "Tell the commission in confidence how much of this there is, and plan what is missing: {norm}.",
                    words,
                ),
                evidence=Message("The norm asks for {needed}. What there is, is not published.", words),
                table="norms",
                cost="high",
                indicator="I05",
                measure=Message("Listed of what the norm asks for: {norm}", words),
                value=None,
                target=float(result.total.get(keys[0], 0)),
            )
            continue
        short = [str(code) for code in result.table.index if result.table.loc[code, f"{norm}_missing"] > 0]
        missing = int(result.total.get(f"{norm}_missing", 0))
        if missing:
            words |= {"missing": missing, "regions": Several(material.area.unit(code).titles for code in short)}
            kind = terms[norm].service_type or ""
            yield Recommendation(
                material.day,
                f"norm-{norm}",
                "government",
                _ministry(material, kind),
                Message("Add what the norm asks for, first in these regions: {regions}. Norm: {norm}.", words),
                evidence=Message("{missing} {missing:is|are} missing, region by region.", words),
                table="norms",
                cost="high",
                indicator="I05",
                measure=Message("Missing by the norm: {norm}", words),
                value=missing,
                target=0,
            )


def _range(figure: Figure) -> tuple[float, float, float]:
    """Return a number and the ends of its range; one without a range is sure."""
    low, high = (figure.value if end is None else end for end in (figure.low, figure.high))
    return figure.value, low, high


def nights(material: Sources) -> Iterator[Recommendation]:
    """Ask for help at night where many reach none."""
    result = material.results["round_the_clock"]
    figure = result.figures.get("any")
    if figure is None or figure.value >= 0.9:
        return
    yield Recommendation(
        material.day,
        "night-any",
        "government",
        addressee(material, "health"),
        Message("Keep one place in the hospital of each area open at night to people who were hurt, and say so."),
        evidence=Message(
            "{who} live within an hour of help that is open at night.", {"who": wording.who(*_range(figure))}
        ),
        table="round_the_clock",
        cost="medium",
        indicator="I08",
        measure=Message("People within an hour of help at night"),
        value=figure.value,
        target=0.9,
        kind="share",
    )


def spoken(material: Sources) -> Iterator[Recommendation]:
    """Ask for help in the language of the country that reaches fewest people."""
    result = material.results["languages"]
    own = [code for code in material.area.languages if code in result.figures]
    if not own:
        return
    most = max((result.figures[code] for code in own), key=lambda figure: figure.value)
    best = most.value
    least = min(own, key=lambda code: result.figures[code].value)
    figure = result.figures[least]
    if figure.value >= best - 0.05:
        return
    words = {
        "spoken": Vocabulary.load("languages").term(least).labels,
        "who": wording.who(*_range(figure)),
        "best": wording.up_to(*_range(most)),
    }
    yield Recommendation(
        material.day,
        f"language-{least}",
        "civil",
        addressee(material, "civil"),
        Message("Find colleagues or interpreters for this language, and write it on the list: {spoken}.", words),
        evidence=Message(
            "{who} reach help in it within an hour, and {best} in the language that reaches most.",
            words,
        ),
        table="languages",
        cost="low",
        indicator="I07",
        measure=Message("People within an hour of help in this language: {spoken}", words),
        value=figure.value,
        target=best,
        kind="share",
    )


def hand_overs(material: Sources) -> Iterator[Recommendation]:
    """Ask for agreements where somebody is near and nothing is agreed, and for a next step where there is none."""
    result = material.results["pathways"]
    unagreed, broken = (result.figures.get(key) for key in ("unagreed", "broken"))
    if unagreed is not None and unagreed.value:
        held = result.figures["held"].value if "held" in result.figures else 0
        words = {"count": int(unagreed.value), "of": int(unagreed.value + held)}
        yield Recommendation(
            material.day,
            "agreements",
            "government",
            addressee(material, "commission"),
            Message(
                "Have organizations that are near each other sign how they refer people to help, with consent and a "
                "time for the answer."
            ),
            evidence=Message("Nothing is agreed for {count} of {of} referrals for which somebody is near.", words),
            table="pathways",
            cost="low",
            indicator="I09",
            priority=1,
            measure=Message("Referrals without an agreement"),
            value=unagreed.value,
            target=0,
        )
    if broken is not None and broken.value:
        units = [str(code) for code in result.table.index if result.table.loc[code, "broken"] > 0]
        names = Several(material.area.unit(code).titles for code in units)
        broken_words = {"units": names, "count": int(broken.value)}
        yield Recommendation(
            material.day,
            "broken",
            "government",
            addressee(material, "health"),
            Message("Name who takes the next step, or who travels there, in: {units}.", broken_words),
            evidence=Message(
                "Referrals that break, since nobody is listed who takes the next step: {count}.", broken_words
            ),
            table="pathways",
            cost="medium",
            indicator="I09",
            priority=1,
            measure=Message("Referrals that break"),
            value=broken.value,
            target=0,
        )


def groups_closed(material: Sources) -> Iterator[Recommendation]:
    """Ask services to open functions that are closed to groups."""
    result = material.results["beneficiaries"]
    worst = sorted(((f.value, key) for key, f in result.figures.items() if f.value), key=lambda pair: -pair[0])[:MOST]
    for value, key in worst:
        words: dict[str, object] = {
            "group": result.figures[key].label.values.get("group", result.column(key).label),
            "share": Share(value),
        }
        yield Recommendation(
            material.day,
            f"group-{key}",
            "civil",
            addressee(material, "civil"),
            Message(
                "Decide together who takes these people where others find help, and write it on the list: {group}.",
                words,
            ),
            evidence=Message("{share} of the core functions that are listed are closed to them.", words),
            table="beneficiaries",
            cost="low",
            indicator="I06",
            measure=Message("Functions closed to: {group}", words),
            value=value,
            target=0,
            kind="share",
        )


def standards_unmet(material: Sources) -> Iterator[Recommendation]:
    """Ask services to meet the items that are met least, and the commission to adopt a checklist."""
    result = material.results["standards"]
    figure = result.figures.get("met")
    if figure is None or not len(result.table):
        return
    row = result.table.iloc[0]
    items = sorted((float(row[key]), key) for key in result.groups.get("items", ()))[:MOST]
    terms, sums = Vocabulary.load("standards"), met_and_known(material.view, material.area)
    for value, key in items:
        if value >= 0.5:
            continue
        met, known = sums[key]
        words = {"item": wording.within(terms.term(key).labels), "met": met, "known": known}
        yield Recommendation(
            material.day,
            f"standard-{key}",
            "civil",
            addressee(material, "civil"),
            Message("Meet this standard, and help each other to: {item}.", words),
            evidence=Message("{met} of {known} that could answer meet it.", words),
            table="items",
            cost="low",
            indicator="I10",
            measure=Message("Services that meet it: {item}", words),
            value=value,
            target=1,
            kind="share",
        )


def _figure(result: Result, key: str) -> float:
    return result.figures[key].value if key in result.figures else 0.0


def overdue(material: Sources) -> Iterator[Recommendation]:
    """Ask for checks of what is overdue or was never checked."""
    late = [entry for entry in material.entries if not entry.checked_in_time]
    if late:
        words = {"count": len(late), "known": len(material.entries)}
        yield Recommendation(
            material.day,
            "checks",
            "civil",
            addressee(material, "civil"),
            Message("Answer when the editors call, and tell them at once when a number, an hour or a place changes."),
            evidence=Message(
                "{count} of {known} listed services {count:is|are} overdue or {count:was|were} never checked.", words
            ),
            table="freshness",
            cost="low",
            indicator="I11",
            priority=3,
            measure=Message("Services overdue or never checked"),
            value=len(late),
            target=0,
        )


def capacity_unknown(material: Sources) -> Iterator[Recommendation]:
    """Ask donors to pay for asking how many people a service can take; a public edition cannot say who told it."""
    if material.view.audience == "public":
        return
    silent = sum(not entry.capacity for entry in material.entries)
    if material.entries and silent > len(material.entries) / 2:
        words = {"count": silent, "known": len(material.entries)}
        yield Recommendation(
            material.day,
            "capacity",
            "international",
            addressee(material, "international"),
            Message(
                "Pay for asking every service each half year how many people it can take, and count what you "
                "pay for in the same list."
            ),
            evidence=Message(
                "Of {count} of {known} listed services it is not known how many people they can take.", words
            ),
            table="stated-capacity",
            cost="medium",
            indicator="I03",
            priority=3,
            measure=Message("Services whose capacity is not known"),
            value=silent,
            target=0,
        )


def overlaps(material: Sources) -> Iterator[Recommendation]:
    """Ask organizations that do the same in the same place to agree."""
    result = material.results["activities"]
    count = int(result.total.get("overlaps", 0) or _column_sum(result, "overlaps"))
    if count:
        yield Recommendation(
            material.day,
            "overlaps",
            "international",
            addressee(material, "international"),
            Message("Agree who works where before the next campaigns, and tell the commission beforehand."),
            evidence=Message(
                "Kinds of activity in which organizations overlap, region by region: {count}.", {"count": count}
            ),
            table="activities",
            cost="low",
            indicator="4W",
            priority=3,
            measure=Message("Kinds of activity that overlap, region by region"),
            value=count,
            target=0,
        )


def _column_sum(result: Result, key: str) -> int:
    return int(result.table[key].sum()) if key in result.table else 0


def cases_disagree(material: Sources) -> Iterator[Recommendation]:
    """Ask those who count cases for one way of counting."""
    figure = unlike(material.results["cases"])
    if figure is None:
        return
    yield Recommendation(
        material.day,
        "cases",
        "government",
        addressee(material, "statistics"),
        Message(
            "Agree with the police, prosecutors and courts on one way of counting: unit, law article, period and "
            "who is counted, by sex, age and form of exploitation."
        ),
        evidence=Message("{name}: {number}.", {"name": figure.label, "number": round(figure.value, 1)}),
        table="cases",
        cost="low",
        indicator="I12",
        priority=3,
        measure=figure.label,
        value=figure.value,
        target=1,
        kind=figure.kind,
    )


def destinations_without(material: Sources) -> Iterator[Recommendation]:
    """Ask for a contact in each destination in which nothing is listed."""
    result = material.results["destinations"]
    if not len(result.table):
        return
    code = str(result.table.index[0])
    for key in result.groups.get("countries", ()):
        if result.table.loc[code, key]:
            continue
        words = {"country": result.column(key).label}
        yield Recommendation(
            material.day,
            f"abroad-{key}",
            "embassies",
            Message("Embassy or consulate for: {country}", words),
            Message(
                "Name somebody whom citizens can call from there, in their language, and an organization there that "
                "helps: {country}.",
                words,
            ),
            evidence=Message("Nothing is listed in this main country of destination: {country}.", words),
            table="destinations",
            cost="low",
            indicator="I15",
            priority=1,
            measure=Message("Services listed in: {country}", words),
            value=0,
            target=1,
            responsible=addressee(material, "foreign"),
        )


def said_missing(material: Sources) -> Iterator[Recommendation]:
    """Ask for the help that visitors said is missing most often."""
    result = material.results["demand"]
    needs = {term.code: term for term in Vocabulary.load("needs").terms()}
    counts = {code: int(result.total[code]) for code in needs if code in result.total}
    if not any(counts.values()):
        return
    code = max(counts, key=lambda need: counts[need])
    types = [term.code for term in material.types.terms() if term.need == code]
    words = {"need": needs[code].labels, "count": counts[code]}
    yield Recommendation(
        material.day,
        f"demand-{code}",
        "government",
        _ministry(material, types[0]) if types else addressee(material, "commission"),
        Message("Look into why people do not find this help, and say what is done about it: {need}.", words),
        evidence=Message(
            "Visitors said {count} {count:time|times} that it is missing, as far as this may be shown.", words
        ),
        table="demand",
        cost="low",
        measure=Message("Times it was said to be missing: {need}", words),
        value=counts[code],
        target=0,
    )


def funding_ends(material: Sources) -> Iterator[Recommendation]:
    """Ask donors to look at funding that ends soon; known in restricted editions only."""
    result = material.results["funding"]
    count = int(result.total.get("ending", 0) or _column_sum(result, "ending"))
    if count:
        yield Recommendation(
            material.day,
            "funding",
            "international",
            addressee(material, "international"),
            Message("Tell these services now who pays afterwards, or who takes over."),
            evidence=Message("Services whose funding ends soon: {count}.", {"count": count}),
            table="funding",
            cost="high",
            indicator="I03",
            measure=Message("Services whose funding ends soon"),
            value=count,
            target=0,
        )


Rule = Callable[[Sources], Iterable[Recommendation]]

RULES: tuple[Rule, ...] = (
    national,
    missing_functions,
    norms_unmet,
    new_places,
    nights,
    hand_overs,
    standards_unmet,
    cases_disagree,
    missing_in_region,
    far_districts,
    spoken,
    groups_closed,
    overdue,
    capacity_unknown,
    said_missing,
    overlaps,
    funding_ends,
    destinations_without,
)


def about_unit(material: Sources, advice: Iterable[Recommendation], unit: str) -> list[Recommendation]:
    """Return what is asked for one unit or of its region."""
    keys = {f"reach-{unit}", f"region-{material.area.region_of(unit)}"}
    return [recommendation for recommendation in advice if recommendation.key in keys]
