"""Needs: what is said of a person's needs, in codes from lists; nothing of it is kept or put in an address."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from werkzeug.datastructures import MultiDict

from mapping.errors import InvalidRecord
from mapping.language.i18n import Message, chain, show
from mapping.language.taxonomy import Term, Vocabulary
from mapping.view.view import View
from web.presenters import choices
from web.presenters.cards import country_name
from web.presenters.edition import Edition

CHILD_AGES = ("AGE-CHI", "AGE-ADO")
AGES = {
    "AGE-CHI": Message("Under 12"),
    "AGE-ADO": Message("12 to 17"),
    "AGE-ADU": Message("18 to 59"),
    "AGE-OLD": Message("60 and over"),
}
SEXES = {"SEX-F": Message("Woman or girl"), "SEX-M": Message("Man or boy")}
VIOLENCE_AT_HOME = "VUL-DV"
MARKS: dict[str, Message] = {
    "children": Message("With children"),
    "disability": Message("With a disability"),
    "no_papers": Message("Has no papers"),
    "no_police": Message("Wants no contact with the police"),
}
"""What is ticked or not."""

FIELDS = ("place", "sex", "age", "speaks", "happened", "need", *MARKS)


@dataclass(frozen=True)
class Needs:
    """What help is needed, and by whom in the broadest words; empty means not known or not said.

    ``place`` is a place of the gazetteer, or the code of a country abroad in small letters.
    """

    place: str = ""
    sex: str = ""
    age: str = ""
    speaks: str = ""
    happened: tuple[str, ...] = ()
    need: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()

    @property
    def child(self) -> bool:
        """Whether the person is under 18."""
        return self.age in CHILD_AGES

    def hidden(self) -> list[tuple[str, str]]:
        """Return the fields of a form that carries these needs on to the next page."""
        single = [(name, getattr(self, name)) for name in ("place", "sex", "age", "speaks")]
        several = [("happened", code) for code in self.happened] + [("need", code) for code in self.need]
        return [each for each in single if each[1]] + several + [(name, "1") for name in MARKS if name in self.marks]


@dataclass(frozen=True)
class StartPlace:
    """A place that a person may be in: its name, unit and region; no unit abroad."""

    id: str
    name: str
    unit: str = ""
    region: str = ""


@dataclass(frozen=True)
class NeedsForm:
    """What the form offers, in one language."""

    edition: Edition
    language: str

    @cached_property
    def places(self) -> dict[str, list[StartPlace]]:
        """Return places in the country by the name of their region, in the order of names."""
        groups: dict[str, list[StartPlace]] = {}
        for start in sorted(starts(self.edition, self.language).values(), key=lambda each: (each.region, each.name)):
            groups.setdefault(start.region, []).append(start)
        return groups

    @property
    def abroad(self) -> list[StartPlace]:
        """Return the countries abroad where something is listed."""
        area = self.edition.area
        found = choices.countries(self.edition).items()
        return [StartPlace(code, country_name(area, country, self.language)) for code, country in found]

    @property
    def happened(self) -> list[Term]:
        """Return the forms of exploitation and violence that are asked for."""
        groups = Vocabulary.load("beneficiaries")
        forms = [term for term in groups.terms() if term.dimension == "exploitation"]
        return [*forms, groups.term(VIOLENCE_AT_HOME)]

    @property
    def needs(self) -> list[Term]:
        """Return the kinds of help that are asked for."""
        return choices.needs()

    @cached_property
    def languages(self) -> list[Term]:
        """Return the languages that somebody here speaks, those of the study area first."""
        spoken = {code for entry in self.edition.entries(self.language).values() for code in entry.languages}
        own = self.edition.area.languages
        known = [term for term in Vocabulary.load("languages").terms() if term.code in spoken or term.code in own]
        return sorted(known, key=lambda term: (term.code not in own, str(term.label(self.language))))

    ages, sexes, marks = AGES, SEXES, MARKS


def starts(edition: Edition, language: str) -> dict[str, StartPlace]:
    """Return by id the places of the gazetteer from which travel times are told."""

    def find() -> dict[str, StartPlace]:
        with View(edition.path) as view:
            told = set(view.places())
        known, found = edition.area.all_units(), {}
        for row in edition.area.gazetteer.to_dict("records"):
            if row["place_id"] not in told or row["unit"] not in known:
                continue
            names = {tongue: row.get(f"name_{tongue}") for tongue in edition.area.languages}
            spelt = {tongue: name for tongue, name in names.items() if isinstance(name, str) and name}
            name = show(spelt, next((one for one in chain(language) if one in spelt), language))
            unit = str(row["unit"])
            region = edition.area.label(edition.area.region_of(unit), language)
            found[str(row["place_id"])] = StartPlace(str(row["place_id"]), name, unit, region)
        return found

    return edition.keep(("starts", language), find)


def read(form: MultiDict[str, str], edition: Edition) -> Needs:
    """Read needs from a form; only what the form offers is taken.

    Raises
    ------
    InvalidRecord
        A field holds something that was not offered; names the field and never what was sent.
    """
    asked = NeedsForm(edition, "en")
    places = {*starts(edition, "en"), *(each.id for each in asked.abroad)}
    offered: dict[str, Iterable[str]] = {
        "place": places,
        "sex": SEXES,
        "age": AGES,
        "speaks": [term.code for term in asked.languages],
        "happened": [term.code for term in asked.happened],
        "need": [term.code for term in asked.needs],
    }
    wrong = [name for name, known in offered.items() if {*form.getlist(name)} - {"", *known}]
    if wrong:
        raise InvalidRecord(f"choose again: {', '.join(wrong)}")
    return Needs(
        place=form.get("place", ""),
        sex=form.get("sex", ""),
        age=form.get("age", ""),
        speaks=form.get("speaks", ""),
        happened=_several(form, "happened"),
        need=_several(form, "need"),
        marks=frozenset(name for name in MARKS if form.get(name)),
    )


def _several(form: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, form.getlist(name))))
