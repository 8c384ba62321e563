"""What the search on the list looks through, as script files: a page on a disk may not fetch, but scripts run there.

What is typed and chosen never leaves the page: the index of every service, and the minutes of travel from every place
that can be chosen, are loaded whole.
"""

import json
import math

from mapping.analysis.common.nearest import minutes_to, shown_minutes
from mapping.language.taxonomy import Vocabulary
from mapping.view.search import FLAGS, SearchFacts, SearchTable
from mapping.view.view import Entry, StatementEntry, View
from web.presenters import choices
from web.presenters.cards import country_name, facts
from web.presenters.edition import Edition, kept
from web.presenters.hotlines import route

STEPS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""A sign for each five minutes of travel."""

NONE, CUT_OFF = "-", "~"
"""Signs for what is out of reach in every season, and in one of them."""


class Numbers(dict[str, int]):
    """Texts that rows name by their number, so that each stands in the file once."""

    def __missing__(self, text: str) -> int:
        """Return the number of a text that was not there."""
        return self.setdefault(text, len(self))


@kept
def script(edition: Edition, language: str) -> bytes:
    """Return the index of a language.

    ``types`` are codes of kinds of help, ``texts`` what rows name by number, ``names`` names of places by their code.

    A row is, in this order: words of names, numbers of its kinds, id, name, its language, organization, its language,
    place, number as dialled and as read, hours in words, hours for the clock, offset, facts (label, text, ...), what is
    not known, why it is listed, tone, sign and text of the check, the day it is due, how late it may be offered (0 for
    among the first), the codes of languages that are spoken, of places it is in and of those it covers, and flags, the
    last of which tells a line that answers by phone alone.
    What may be ``said`` of hidden help is: kind, text, number as dialled and as read, and the code of its place.
    """
    texts = Numbers()
    codes = sorted(term.code for term in Vocabulary.load("service_types").terms())
    kinds = {code: place for place, code in enumerate(codes)}
    facts_of = table(edition).services
    rows = [_row(edition, entry, language, texts, kinds, facts_of[entry.id]) for entry in _listed(edition, language)]
    statements = [_said(edition, statement, texts, language) for statement in edition.statements(language)]
    index = {
        "types": codes,
        "texts": list(texts),
        "names": _place_names(edition, language),
        "rows": rows,
        "said": statements,
    }
    return f"ROHNAMO_INDEX={script_json(index)};\n".encode()


@kept
def words(edition: Edition) -> bytes:
    """Return the lexicon that typed words are understood by, the same for all languages."""
    return f"ROHNAMO_WORDS={table(edition).lexicon};\n".encode()


@kept
def table(edition: Edition) -> SearchTable:
    """Return what a search of this edition reads."""
    with View(edition.path) as view:
        return view.search_table()


@kept
def travel(edition: Edition) -> bytes:
    """Return the minutes from every place to every service, in the order of the services' ids: summer, then winter."""
    entries = sorted(_listed(edition, "en"), key=lambda entry: entry.id)
    minutes = {}
    for code in (code for _, group in starts(edition, "en") for code, _ in group):
        seat = edition.seats[code][0]
        summer, winter = (edition.minutes(seat, scenario) for scenario in ("summer", "winter"))
        pairs = [minutes_to(entry, summer, winter) for entry in entries]
        minutes[code] = ["".join(_sign(pair, season) for pair in pairs) for season in (0, 1)]
    return f"ROHNAMO_TRAVEL={script_json(minutes)};\n".encode()


def starts(edition: Edition, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the places that travel may begin at, by region: code and name of finest area units with a main place."""
    area = edition.area
    units = [unit for unit in area.all_units().values() if unit.code in edition.seats]
    parents = {unit.parent for unit in units}
    groups = []
    for region in choices.regions(area).values():
        inside = [
            (unit.code, area.label(unit.code, language))
            for unit in units
            if unit.code not in parents and area.region_of(unit.code) == region
        ]
        if inside:
            groups.append((area.label(region, language), inside))
    return groups


def _listed(edition: Edition, language: str) -> list[Entry]:
    return [entry for entry in edition.entries(language).values() if entry.listed]


def _sign(pair: tuple[float, float] | None, season: int) -> str:
    if pair is None:
        return NONE
    return CUT_OFF if math.isinf(pair[season]) else STEPS[min(shown_minutes(pair[season]) // 5, len(STEPS) - 1)]


def _place_names(edition: Edition, language: str) -> dict[str, str]:
    """Return the names of area units and countries, by the codes that the lexicon gives them."""
    area = edition.area
    units = {code: area.label(code, language) for code, unit in area.all_units().items() if unit.level > 0}
    return units | {code: country_name(area, code, language) for code in area.settings.country_names}


def _row(
    edition: Edition, entry: Entry, language: str, texts: Numbers, kinds: dict[str, int], found_by: SearchFacts
) -> list[object]:
    made, number = edition.card(entry, language), texts.__getitem__
    call = made.calls[0] if made.calls else None
    service_facts = facts(made)
    foreign = ["" if spoken == language else spoken for spoken in (made.name.language, entry.organization.language)]
    return [
        found_by.words,
        [kinds[code] for code in entry.types if code in kinds],
        entry.id,
        number(str(made.name)),
        foreign[0],
        number(entry.organization.name),
        foreign[1],
        number(made.where),
        call.dial if call else "",
        call.shown if call else "",
        number(made.week.short),
        number(made.week.script),
        made.week.offset,
        [number(text) for pair in service_facts.known for text in pair],
        number(service_facts.unknown),
        number(" · ".join(made.why)),
        made.check.tone,
        made.check.sign,
        number(made.check.text),
        entry.next_due.isoformat() if entry.next_due else "",
        entry.rank,
        number(" ".join(entry.languages)),
        number(" ".join(found_by.inside)),
        number(" ".join(found_by.covers)),
        sum(1 << place for place, flag in enumerate(FLAGS) if flag in found_by.flags) | entry.by_phone << len(FLAGS),
    ]


def _said(edition: Edition, statement: StatementEntry, texts: Numbers, language: str) -> list[object]:
    call = route(statement, edition.area, language)
    dial, shown = (call.dial, call.shown) if call else ("", statement.route)
    return [statement.service_type, texts[statement.text], dial, shown, statement.area_unit]


def script_json(value: object) -> str:
    """Write JSON that may stand in a script file, and in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
