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
from typing import NamedTuple

from phonenumbers import country_code_for_region

from mapping.area.names.countries import names_abroad
from mapping.area.names.place_names import names_alone, short_names, spellings
from mapping.area.study_area import StudyArea
from mapping.language.fold import tokens
from mapping.language.i18n import chain
from mapping.language.lexicon import lexicon
from mapping.language.parsers import country_of, is_dialled
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.model import WEEKDAYS
from mapping.view.entries import Entry, sort_key
from mapping.view.rules.cost import free_of_charge
from mapping.view.rules.kinds import POLICE, POLICE_TYPES
from mapping.view.rules.opening import Hours, always, hours_of
from mapping.view.rules.reach import serves_everybody
from mapping.view.rules.takes import IntakeTerms, takes
from mapping.view.service_index import SCHEMA, write_words
from mapping.view.view import View

SPELT_HERE = re.compile("[а-я]", re.I)
"""Letters by which a gazetteer's spelling of a name is told from those of all the world."""

CHUNK = 1_000
"""Services that are in memory at once."""


class Opening(NamedTuple):
    """A time of a weekday at which services are open."""

    day: int
    opens: int
    closes: int
    utc_offset: float | None
    first: str | None
    last: str | None


class IndexedServices:
    """Some services of a view, and what each is found by."""

    def __init__(
        self,
        view: View,
        services: Sequence[str],
        area: StudyArea | None,
        *,
        groups: Sequence[str],
        police: frozenset[str],
    ) -> None:
        """Read some services; ``groups`` are those that one can ask for, ``police`` the organizations of the police."""
        entries = sorted(view.entries(services), key=lambda entry: entry.id)
        self.entries = [entry for entry in entries if entry.listed]
        self.area = area
        self.groups = groups
        self.police = police
        self._home = area.phone_country if area else ""
        self.rows = {row["id"]: row for row in view.rows_where("service", "id", services)}
        organizations = {entry.organization.id for entry in self.entries}
        self.organizations = {row["id"]: row for row in view.rows_where("organization", "id", organizations)}
        places = {place.id for entry in self.entries for place in entry.places}
        self.places = {row["id"]: row for row in view.rows_where("location", "id", places)}
        self.addresses = _grouped(view.rows_where("address", "location_id", places), "location_id")
        named = view.rows_where("translation", "link_id", [*services, *organizations, *places])
        self.texts = _grouped(named, "link_id")
        self.costs = _grouped(view.rows_where("cost_option", "service_id", services), "service_id")
        self.schedules = view.schedules(services)
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
        if entry.organization.id in self.police or _demands_report(entry):
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

    def sort_keys(self, entry: Entry, languages: Iterable[str]) -> list[str]:
        """Return what a service is sorted by in some languages."""
        names = {row["language"]: row["text"] for row in self.texts.get(entry.id, ()) if row["field"] == "name"}
        return [sort_key(name_in(names, language, self.rows[entry.id]["name"])) for language in languages]

    def words(self, entry: Entry) -> list[str]:
        """Return the folded words of a service's names, of its places and numbers, in any language, each once.

        What kind of help it is, where it is and for whom is not among them: that is found by meaning.
        """
        fields, texts = ("name", "alternate_name"), list[str | None]()
        for row in (self.rows[entry.id], self.organizations[entry.organization.id]):
            texts += [*(row[name] for name in fields), *self._translated(row["id"], fields)]
        for place in entry.places:
            texts += [self.places[place.id]["name"], *self._translated(place.id, ("name",))]
            texts += [row[name] for row in self.addresses.get(place.id, ()) for name in ("address_1", "city")]
        phones = {*entry.phones, *entry.organization.phones}
        digits = {number for phone in phones for number in _digits(phone.number, self.area)}
        return sorted(digits.union(word for text in texts if text for word in folded_words(text)))

    def _translated(self, record: str, fields: Collection[str]) -> list[str]:
        return [row["text"] for row in self.texts.get(record, ()) if row["field"] in fields]


def _demands_report(entry: Entry) -> bool:
    """Whether a service is to be had only after a report to the police: a paper, or a condition in words."""
    terms = [match_term("documents", paper) for paper in entry.documents]
    terms += [match_term("conditions", note) for note in (*entry.serves_notes, *entry.excludes_notes)]
    return any(term is not None and term.code == POLICE for term in terms)


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
    view, groups = View.of(connection), _groups(connection)
    police = frozenset(entry.organization.id for code in POLICE_TYPES for entry in view.of_type(code) if entry.listed)
    columns = ", ".join(f'"{language}" TEXT NOT NULL' for language in languages)
    connection.execute(f"CREATE TEMP TABLE named (number INTEGER PRIMARY KEY, rank INTEGER NOT NULL, {columns})")
    connection.execute("INSERT INTO lexicon VALUES (?)", (lexicon_of(area),))
    intakes: dict[tuple[str, ...], int] = {}
    weeks: dict[tuple[Opening, ...], int] = {}
    insert, ids = connection.executemany, [row["id"] for row in view.rows("service")]
    size = 0
    for start in range(0, len(ids), CHUNK):
        services = IndexedServices(view, ids[start : start + CHUNK], area, groups=groups, police=police)
        rows = list(enumerate(services.entries, size))
        size += len(rows)
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
        insert(
            "INSERT INTO code VALUES (?, ?, ?)",
            sorted((kind, code, number) for number, entry in rows for kind, code in {*services.codes(entry)}),
        )
        points = ((number, {(p.latitude, p.longitude) for p in entry.points}) for number, entry in rows)
        insert("INSERT INTO point VALUES (?, ?, ?)", ((n, *point) for n, own in points for point in sorted(own)))
        insert(
            f"INSERT INTO named VALUES (?, ?{', ?' * len(languages)})",
            ((number, entry.rank, *services.sort_keys(entry, languages)) for number, entry in rows),
        )
    insert("INSERT INTO taker VALUES (?, ?)", sorted((code, n) for groups, n in intakes.items() for code in groups))
    insert(
        "INSERT INTO open VALUES (?, ?, ?, ?, ?, ?, ?)", ((*times, n) for week, n in weeks.items() for times in week)
    )
    for language in languages:
        order = f'row_number() OVER (ORDER BY rank, "{language}", number) - 1'
        connection.execute(f"INSERT INTO by_name SELECT ?, number, {order} FROM named ORDER BY number", [language])
    connection.execute("DROP TABLE temp.named")
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
        Opening(
            WEEKDAYS.index(span.day),
            span.opens,
            span.closes,
            hours.utc_offset,
            span.first.isoformat() if span.first else None,
            span.last.isoformat() if span.last else None,
        )
        for span in hours.spans()
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
