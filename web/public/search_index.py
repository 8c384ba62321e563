"""What the search on the list looks through, as script files: a page on a disk may not fetch, but scripts run there.

What is typed and chosen never leaves the page: the index of every service, and the minutes of travel from every place
that can be chosen, are loaded whole.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from mapping.language.fold import skeleton
from mapping.language.taxonomy import Vocabulary, words_of
from mapping.view.view import Entry, StatementEntry
from web.presenters import choices
from web.presenters.cards import facts, first_choice, minutes_to, shown_minutes
from web.presenters.edition import Edition
from web.presenters.hotlines import route
from web.presenters.lists import listed

STEPS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""A sign for each five minutes of travel."""

NONE, CUT_OFF = "-", "~"
"""Signs for what is out of reach in every season, and in one of them."""


class TextTable:
    """Texts that rows name by their number, so that each stands in the file once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text, a new one if it was not there."""
        return self.numbers.setdefault(text, len(self.numbers))


@dataclass(frozen=True)
class StartUnit:
    """A place that travel may begin at: an area unit with its name."""

    code: str
    name: str


def script(edition: Edition, language: str) -> bytes:
    """Return the index of a language.

    ``terms`` are words of each kind of help, ``needs`` those of the need that it answers, which count less; ``texts``
    are what rows name by number.

    A row is, in this order: own words, terms, id, name, its language, organization, its language, place, number as
    dialled and as read, hours in words, hours for the clock, offset, facts (label, text, ...), what is not known, why
    it is listed, tone, sign and text of the check, the day it is due, whether it is never offered first, and the codes
    of languages that are spoken. What may be ``said`` of hidden help is: own words, terms, text, number as dialled and
    as read.
    """

    def make() -> bytes:
        texts = TextTable()
        codes = sorted(term.code for term in Vocabulary.load("service_types").terms())
        terms = {code: place for place, code in enumerate(codes)}
        rows = [_row(edition, entry, language, texts, terms) for entry in _listed(edition, language)]
        said = [_said(edition, each, texts, terms) for each in edition.statements(language)]
        index = {
            "terms": [_meant(code) for code in codes],
            "needs": [_asked(code) for code in codes],
            "texts": list(texts.numbers),
            "rows": rows,
            "said": said,
        }
        return f"ROHNAMO_INDEX={script_json(index)};\n".encode()

    return edition.keep(("index", language), make)


def travel(edition: Edition) -> bytes:
    """Return the minutes from every place to every service, in the order of the services' ids: summer, then winter."""

    def make() -> bytes:
        entries = sorted(_listed(edition, "en"), key=lambda each: each.id)
        found = {}
        for start in (each for _, group in starts(edition, "en") for each in group):
            seat = edition.seats[start.code][0]
            summer, winter = (edition.minutes(seat, scenario) for scenario in ("summer", "winter"))
            pairs = [minutes_to(entry, summer, winter) for entry in entries]
            found[start.code] = ["".join(_sign(pair, season) for pair in pairs) for season in (0, 1)]
        return f"ROHNAMO_TRAVEL={script_json(found)};\n".encode()

    return edition.keep("travel", make)


def starts(edition: Edition, language: str) -> list[tuple[str, tuple[StartUnit, ...]]]:
    """Return the places that travel may begin at, by region: the finest area units that have a main place."""
    area = edition.area
    units = [unit for unit in area.all_units().values() if unit.code in edition.seats]
    parents = {unit.parent for unit in units}
    groups = []
    for region in choices.regions(area).values():
        inside = [
            StartUnit(unit.code, area.label(unit.code, language))
            for unit in units
            if unit.code not in parents and area.region_of(unit.code) == region
        ]
        if inside:
            groups.append((area.label(region, language), tuple(inside)))
    return groups


def _listed(edition: Edition, language: str) -> list[Entry]:
    return [entry for entry in edition.entries(language).values() if listed(entry)]


def _sign(pair: tuple[float, float] | None, season: int) -> str:
    if pair is None:
        return NONE
    return CUT_OFF if math.isinf(pair[season]) else STEPS[min(shown_minutes(pair[season]) // 5, len(STEPS) - 1)]


def _words(texts: Iterable[str]) -> str:
    return " ".join(sorted({word for text in texts for word in skeleton(text).split()}))


def _meant(code: str) -> str:
    """Return the words by which people ask for a kind of help: its names and synonyms."""
    return _words(words_of("service_types")[code])


def _asked(code: str) -> str:
    """Return the words of the need that a kind of help answers: its names, and what people tell of their trouble."""
    need = Vocabulary.load("service_types").term(code).need
    return _words(words_of("needs").get(need or "", ()))


def _unit(edition: Edition, code: str) -> str:
    """Return the names of an area unit in all languages, empty where there is none."""
    unit = edition.area.all_units().get(code)
    return " ".join((*unit.names.values(), *unit.other_names)) if unit else ""


def _row(edition: Edition, entry: Entry, language: str, texts: TextTable, terms: dict[str, int]) -> list[object]:
    made, number = edition.card(entry, language), texts.number
    same = [edition.card(edition.entries(tried)[entry.id], tried) for tried in edition.area.languages]
    said = {text for each in same for text in (str(each.name), each.entry.organization.name, each.where)}
    call = made.calls[0] if made.calls else None
    told = facts(made)
    foreign = ["" if each == language else each for each in (made.name.language, entry.organization.language)]
    return [
        _words({*said, *entry.organization.other_names}),
        [terms[code] for code in entry.types if code in terms],
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
        [number(text) for pair in told.known for text in pair],
        number(told.unknown),
        number(" · ".join(made.why)),
        made.check.tone,
        made.check.sign,
        number(made.check.text),
        entry.next_due.isoformat() if entry.next_due else "",
        int(not first_choice(entry)),
        number(" ".join(entry.languages)),
    ]


def _said(edition: Edition, each: StatementEntry, texts: TextTable, terms: dict[str, int]) -> list[object]:
    call = route(each, edition.area)
    kinds = [terms[each.service_type]] if each.service_type in terms else []
    dial, shown = (call.dial, call.shown) if call else ("", each.route)
    return [_words((each.text, _unit(edition, each.area_unit))), kinds, texts.number(each.text), dial, shown]


def script_json(value: object) -> str:
    """Write JSON that may stand in a script file, and in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
