"""What makes a view quick to search: the services of each code and word, their orders and points.

`mapping.view.service_index` has the tables, and reads them.
All of it is made from the rows of the view and from what comes with Rohnamo, so it says nothing that they do not.
"""

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from phonenumbers import country_code_for_region

from mapping.area.names.countries import names_abroad
from mapping.area.names.place_names import names_alone, short_names, spellings
from mapping.area.study_area import StudyArea
from mapping.language.fold import tokens
from mapping.language.i18n import chain
from mapping.language.lexicon import lexicon
from mapping.language.parsers import country_of, is_dialled
from mapping.language.taxonomy import Vocabulary
from mapping.model import WEEKDAYS
from mapping.view.entries import Entry, sort_key
from mapping.view.police import leads_to_police, police_organizations
from mapping.view.rules.cost import free_of_charge
from mapping.view.rules.opening import Hours, always, hours_of
from mapping.view.rules.reach import serves_everybody
from mapping.view.rules.takes import IntakeTerms, takes
from mapping.view.service_index import SCHEMA, write_words
from mapping.view.view import View

SPELT_HERE = re.compile("[а-я]", re.I)
"""Letters by which a gazetteer's spelling of a name is told from those of all the world."""


Opening = tuple[int, int, int, float | None, str | None, str | None]
"""When services are open: the weekday, from and until which minute, by which clock, on which first and last day."""


class IndexedServices:
    """The services of a view that are listed, and what each is found by; ``groups`` are those that one can ask for."""

    def __init__(self, view: View, area: StudyArea | None, groups: Sequence[str]) -> None:
        def rows(table: str) -> list[sqlite3.Row]:
            return view.rows(table) if table in view.filled else []

        self.entries = sorted((entry for entry in view.services() if entry.listed), key=lambda entry: entry.id)
        self.area = area
        self.groups = groups
        self.police = police_organizations(self.entries)
        self._home = area.phone_country if area else ""
        self.rows = {row["id"]: row for table in ("service", "organization", "location") for row in rows(table)}
        self.addresses = _grouped(rows("address"), "location_id")
        self.texts = _grouped(rows("translation"), "link_id")
        self.costs = _grouped(rows("cost_option"), "service_id")
        self.schedules = view.schedules([entry.id for entry in self.entries])
        self._suited: dict[IntakeTerms, tuple[str, ...]] = {}

    def codes(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Yield (kind, code) of everything that a service can be found by, but for the groups that it suits."""
        families = Vocabulary.load("service_types")
        kinds = {*entry.types, *(families.family(code).code for code in entry.types if code in families)}
        yield from (("type", code) for code in kinds)
        yield from (("speaks", code) for code in entry.languages)
        if always(entry.hours):
            yield "night", ""
        if self._is_free(entry):
            yield "free", ""
        if leads_to_police(entry, self.police):
            yield "police", ""
        yield from self._where(entry)
        yield from self._from_afar(entry)

    def _is_free(self, entry: Entry) -> bool:
        options = ((row["option"], row["amount"]) for row in self.costs.get(entry.id, ()))
        money = self.area.money if self.area else None
        return free_of_charge(options, self.rows[entry.id]["fees_description"] or "", money) == "yes"

    def _where(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Yield where the places of a service are: a unit without a point is covered, and so is all in it.

        Of what is only called the office says nothing of whom it serves.
        """
        yield "pointed" if entry.points else "remote", ""
        for place in entry.places:
            if place.area_unit:
                if not entry.by_phone:
                    kind = "in" if place.has_point else "covers"
                    units = unit_family(self.area, place.area_unit, down=kind == "covers")
                    yield from ((kind, code) for code in units)
            elif place.country:
                yield "in", place.country

    def _from_afar(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Yield from where a service can be called, and which units it serves."""
        numbers = [phone.number for phone in entry.phones]
        if not numbers:
            yield "mute", ""
        if any(number.startswith(("+", "http")) for number in numbers):
            yield "far", ""
        for unit in entry.covers:
            yield from (("covers", code) for code in unit_family(self.area, unit, down=True))
        placed, bounded = bool(entry.places), bool(entry.covers)
        if serves_everybody(entry.types, numbers, self._home, placed=placed, bounded=bounded):
            yield "everywhere", ""
        if not (bounded or placed) and (country := self._answers_in(numbers)):
            yield "in", country

    def _answers_in(self, numbers: list[str]) -> str:
        """Return the one other country that all numbers are of, or ""."""
        countries = {country_of(number) for number in numbers if not number.startswith("http")}
        return countries.pop() if len(countries) == 1 and not countries & {"", self._home} else ""

    def suits(self, entry: Entry) -> tuple[str, ...]:
        """Return the groups that a service takes or may take; many services say the same of whom they take."""
        terms = entry.terms.with_telling_types()
        if terms not in self._suited:
            self._suited[terms] = tuple(group for group in self.groups if takes(terms, group).answer != "no")
        return self._suited[terms]

    def openings(self, entry: Entry) -> tuple[Opening, ...]:
        """Return the times at which a service is open."""
        times = {opening for row in self.schedules.get(entry.id, ()) for opening in _openings(hours_of(row))}
        return tuple(sorted(times, key=lambda opening: tuple(map(str, opening))))

    def sort_key(self, entry: Entry, language: str) -> str:
        """Return what a service is sorted by in a language."""
        names = {row["language"]: row["text"] for row in self.texts.get(entry.id, ()) if row["field"] == "name"}
        return sort_key(name_in(names, language, self.rows[entry.id]["name"]))

    def words(self, entry: Entry) -> list[str]:
        """Return the folded words of a service's names, of its places and numbers, in any language, each once.

        What kind of help it is, where it is and for whom is not among them: that is found by meaning.
        """
        fields, texts = ("name", "alternate_name"), list[str | None]()
        for row in (self.rows[entry.id], self.rows[entry.organization.id]):
            texts += [*(row[name] for name in fields), *self._translated(row["id"], fields)]
        for place in entry.places:
            texts += [self.rows[place.id]["name"], *self._translated(place.id, ("name",))]
            texts += [row[name] for row in self.addresses.get(place.id, ()) for name in ("address_1", "city")]
        phones = {*entry.phones, *entry.organization.phones}
        digits = {number for phone in phones for number in _digits(phone.number, self.area)}
        return sorted(digits.union(word for text in texts if text for word in folded_words(text)))

    def _translated(self, record: str, fields: Collection[str]) -> list[str]:
        return [row["text"] for row in self.texts.get(record, ()) if row["field"] in fields]


@lru_cache(maxsize=4)  # a country is seldom more than one, and never changes
def lexicon_of(area: StudyArea | None) -> str:
    """Return the table that words are understood by, as JSON; the same for every directory of a study area."""
    if area is None:
        return json.dumps(lexicon({}), ensure_ascii=False, separators=(",", ":"))
    units = [unit for unit in area.all_units().values() if unit.level > 0]
    names = {unit.code: names_alone(unit) for unit in units}
    for code, short in short_names(area).items():
        names[code] += short
    settings = area.settings
    names |= {code: list(labels.values()) for code, labels in settings.country_names.items() if code != area.code}
    less_sure = {unit.code: [spelt for name in unit.other_names for spelt in spellings(name)] for unit in units}
    for row in area.gazetteer.to_dict("records"):
        if row["unit"] in less_sure and row["seat"] >= 0:
            own = (row.get(f"name_{tried}") for tried in area.languages)
            less_sure[row["unit"]] += (name for name in own if isinstance(name, str))
            less_sure[row["unit"]] += filter(_is_spelt_here, row["names"])
    numbers = [number.number for number in settings.emergency.values()]
    words = Counter(word for unit in units for title in unit.titles.values() for word in {*tokens(title)})
    kinds = [word for word, count in words.items() if count >= len(units) / 4]
    table = lexicon(names, numbers, less_sure, kinds, names_abroad(area))
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"))


def _is_spelt_here(name: str) -> bool:
    """Tell whether a gazetteer's spelling is one of the region: in its letters, or the words of an older name."""
    return bool(SPELT_HERE.search(name)) or (name[0].isupper() and len(tokens(name)) > 1)


def create_index(connection: sqlite3.Connection) -> None:
    """Make the tables that a search reads, of a view that is being written."""
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)


def write_index(connection: sqlite3.Connection, languages: Sequence[str], area: StudyArea | None) -> None:
    """Fill the tables that a search reads, of the rows of a view that is being written."""
    services = IndexedServices(View.of(connection), area, _groups(connection))
    rows = list(enumerate(services.entries))
    intakes: dict[tuple[str, ...], int] = {}
    weeks: dict[tuple[Opening, ...], int] = {}
    insert = connection.executemany
    insert("INSERT INTO lexicon VALUES (?)", [(lexicon_of(area),)])
    insert(
        "INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                entry.id,
                entry.rank,
                intakes.setdefault(services.suits(entry), len(intakes)),
                weeks.setdefault(services.openings(entry), len(weeks)),
                " ".join(services.words(entry)),
            )
            for number, entry in rows
        ),
    )
    codes = sorted((kind, code, number) for number, entry in rows for kind, code in {*services.codes(entry)})
    insert("INSERT INTO code VALUES (?, ?, ?)", codes)
    points = ((number, {(p.latitude, p.longitude) for p in entry.points}) for number, entry in rows)
    insert("INSERT INTO point VALUES (?, ?, ?)", ((n, *point) for n, own in points for point in sorted(own)))
    insert("INSERT INTO taker VALUES (?, ?)", sorted((code, n) for groups, n in intakes.items() for code in groups))
    times = ((*opening, number) for week, number in weeks.items() for opening in week)
    insert("INSERT INTO open VALUES (?, ?, ?, ?, ?, ?, ?)", times)
    for language in languages:
        order = sorted((entry.rank, services.sort_key(entry, language), number) for number, entry in rows)
        places = sorted((number, place) for place, (_, _, number) in enumerate(order))
        insert("INSERT INTO by_name VALUES (?, ?, ?)", ((language, *own) for own in places))
    write_words(connection)
    connection.row_factory = None


def _groups(connection: sqlite3.Connection) -> list[str]:
    """Return every group that one can ask for: those of the taxonomy, and others that the view names."""
    rows = connection.execute(
        "SELECT code FROM taxonomy_term WHERE code IS NOT NULL AND id IN"
        " (SELECT taxonomy_term_id FROM attribute WHERE link_type IN ('serves', 'excludes'))"
    )
    return sorted({code for (code,) in rows} | {term.code for term in Vocabulary.load("beneficiaries").terms()})


def name_in(names: Mapping[str, str], language: str, own: str | None) -> str:
    """Return the name in a language, or in the nearest one there is, else its own."""
    return next((names[tried] for tried in chain(language) if tried in names), own or "")


@lru_cache(maxsize=4096)
def _openings(hours: Hours) -> tuple[Opening, ...]:
    """Return the times of a week at which it is open."""
    return tuple(
        (
            WEEKDAYS.index(day),
            opens,
            closes,
            hours.utc_offset,
            str(first) if first else None,
            str(last) if last else None,
        )
        for day, opens, closes, first, last in hours.spans()
    )


@lru_cache(maxsize=65536)
def unit_family(area: StudyArea | None, unit: str, *, down: bool) -> frozenset[str]:
    """Return a unit with all that it lies in and, with ``down``, all that lie in it."""
    if area is None or unit not in area.all_units():
        return frozenset([unit])
    family = {unit, *area.ancestors(unit)}
    if down:
        family |= {code for code in area.all_units() if unit in area.ancestors(code)}
    return frozenset(family)


def _digits(number: str | None, area: StudyArea | None) -> list[str]:
    """Return a number as it may be typed: whole, and without the country's code."""
    whole = "".join(filter(str.isdigit, number or ""))
    if not is_dialled(whole) or (number or "").startswith("http"):
        return []
    home = str(country_code_for_region(area.phone_country)) if area else ""
    return [whole, whole.removeprefix(home)] if home and whole.startswith(home) and len(whole) > 9 else [whole]


@lru_cache(maxsize=65536)
def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text; many services share their names, bodies and towns."""
    return tuple(tokens(text))


def _grouped(rows: Iterable[sqlite3.Row], column: str) -> dict[str, list[sqlite3.Row]]:
    groups: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
