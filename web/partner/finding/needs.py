"""Needs: what is said of a person's needs, in codes from lists; nothing of it is kept or put in an address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from werkzeug.datastructures import MultiDict

from mapping.errors import InvalidRecord
from mapping.language import parsers
from mapping.language.i18n import Message, show
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.takes import Span
from web.partner.finding.start_places import StartPlace, place_names, starts
from web.presenters import choices
from web.presenters.cards import country_name
from web.presenters.edition import Edition, kept

CHILD_AGES = ("AGE-CHI", "AGE-ADO")
AGES = {
    "AGE-CHI": Message("Under 12"),
    "AGE-ADO": Message("12 to 17"),
    "AGE-YOU": Message("18 to 24"),
    "AGE-ADU": Message("25 to 59"),
    "AGE-OLD": Message("60 and over"),
}
SPANS = parsers.AGES | {"AGE-CHI": (0, 12), "AGE-YOU": (18, 25), "AGE-ADU": (25, 60)}
"""The first age of a person of whom an age is said, and the first one beyond it."""
SEXES = {"SEX-F": Message("Woman or girl"), "SEX-M": Message("Man or boy")}
VIOLENCE_AT_HOME = "VUL-DV"
MARKS: dict[str, Message] = {
    "children": Message("With children"),
    "pregnant": Message("Pregnant"),
    "disability": Message("With a disability"),
    "deaf": Message("Deaf or hard of hearing"),
    "returned": Message("Came back from work abroad"),
    "no_papers": Message("Has no papers"),
    "no_police": Message("Wants no contact with the police"),
    "danger": Message("In danger tonight"),
}
"""What is ticked or not."""

MARKED_GROUPS = {
    "children": "HH-DEP",
    "pregnant": "HH-PRG",
    "disability": "VUL-DIS",
    "deaf": "VUL-DEA",
    "returned": "MIG-RET",
}
"""Marks that say of what group of beneficiaries somebody is."""

FOR_A_CHILD = "child"
"""The need that is a child's, whoever asks for it."""

NATIONALITY_DECIDES = ("papers", "home")
"""Needs for which it counts of what country somebody is, and where they want to go."""

OTHER_COUNTRY = "other"
"""A nationality or a destination that is none of the countries that are named."""

OTHER = Message("Another country")

SINGLE = ("place", "sex", "age", "speaks", "nationality", "destination")
"""Fields with one answer."""


@dataclass(frozen=True)
class Needs:
    """What help is needed, and by whom in the broadest words; empty means not known or not said.

    ``place`` is a place of the gazetteer, or the code of a country abroad in small letters. ``nationality`` and
    ``destination`` are codes of countries, or `OTHER_COUNTRY`.
    """

    place: str = ""
    sex: str = ""
    age: str = ""
    speaks: str = ""
    nationality: str = ""
    destination: str = ""
    happened: tuple[str, ...] = ()
    need: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    of_somebody_else: bool = False
    """Whether it is about a child that comes along: of its age only that it is a child's is known."""

    @property
    def ages(self) -> Span:
        """Return the first age that the person may be of, and the first one beyond, where an age is known."""
        return parsers.AGES[self.age] if self.of_somebody_else else SPANS[self.age]

    @property
    def child(self) -> bool:
        """Whether the person is under 18."""
        return self.age in CHILD_AGES

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Return the groups of beneficiaries that the person is of, as far as they are known."""
        marked = (code for mark, code in MARKED_GROUPS.items() if mark in self.marks)
        sex = self.sex or ("SEX-F" if "pregnant" in self.marks else "")
        return tuple(filter(None, (self.age, sex, *marked)))

    def person(self, need: str) -> "Needs":
        """Return these needs for the person whom a need is for: help for a child is for the children who come along.

        Of a child of somebody else only that it is one is known, not its sex or what happened to it.

        Examples
        --------
        >>> Needs(sex="SEX-F", age="AGE-ADU", happened=("VUL-DV",)).person("child").groups
        ('AGE-CHI',)
        """
        if need != FOR_A_CHILD or self.child:
            return self
        marks = self.marks - MARKED_GROUPS.keys()
        return replace(self, age=CHILD_AGES[0], sex="", happened=(), marks=marks, of_somebody_else=True)

    def hidden(self) -> list[tuple[str, str]]:
        """Return the fields of a form that carries these needs on to the next page."""
        single = [(name, getattr(self, name)) for name in SINGLE]
        several = [("happened", code) for code in self.happened] + [("need", code) for code in self.need]
        return (
            [(name, value) for name, value in single if value]
            + several
            + [(name, "1") for name in MARKS if name in self.marks]
        )


@kept
def needs_form(edition: Edition, language: str) -> SimpleNamespace:
    """Return what the form offers in a language.

    ``places`` are those in the country by the name of their region, ``names`` all that can be typed, ``abroad`` the
    countries where something is listed. ``happened`` are forms of exploitation and violence, ``languages`` those that
    somebody here speaks, ``nations`` the countries that somebody may be of or want to go to; the study area's first.
    """
    area, groups = edition.area, Vocabulary.load("beneficiaries")

    def country(code: str, known_as: str) -> StartPlace:
        return StartPlace(known_as, country_name(area, code, language))

    places: dict[str, list[StartPlace]] = {}
    for start in sorted(starts(edition, language).values(), key=lambda place: (place.region, place.name)):
        places.setdefault(start.region, []).append(start)
    spoken = {code for entry in edition.in_any_language() for code in entry.languages}.union(area.languages)
    tongues = [term for term in Vocabulary.load("languages").terms() if term.code in spoken]
    own, other = StartPlace(area.code, show(area.name, language)), StartPlace(OTHER_COUNTRY, OTHER.into(language))
    forms = [term for term in groups.terms() if term.dimension == "exploitation"]
    return SimpleNamespace(
        ages=AGES,
        sexes=SEXES,
        marks=MARKS,
        places=places,
        names=place_names(edition, language),
        abroad=[country(code, known_as) for known_as, code in choices.countries(edition).items()],
        happened=[*forms, groups.term(VIOLENCE_AT_HOME)],
        needs=choices.needs(),
        languages=sorted(tongues, key=lambda term: (term.code not in area.languages, str(term.label(language)))),
        nations=[own, *(country(code, code) for code in area.settings.country_names), other],
    )


def read(form: MultiDict[str, str], edition: Edition) -> Needs:
    """Read needs from a form; only what the form offers is taken.

    Raises
    ------
    InvalidRecord
        A field holds something that was not offered; names the field and never what was sent.
    """
    offer = needs_form(edition, "en")
    nations = [country.id for country in offer.nations]
    offered: dict[str, Iterable[str]] = {
        "place": (*starts(edition, "en"), *(country.id for country in offer.abroad)),
        "sex": SEXES,
        "age": AGES,
        "speaks": [term.code for term in offer.languages],
        "nationality": nations,
        "destination": nations,
        "happened": [term.code for term in offer.happened],
        "need": [term.code for term in offer.needs],
    }
    wrong = [name for name, known in offered.items() if {*form.getlist(name)} - {"", *known}]
    if wrong:
        raise InvalidRecord(f"choose again: {', '.join(wrong)}")
    single: dict[str, Any] = {name: form.get(name, "") for name in SINGLE}
    several: dict[str, Any] = {
        name: tuple(dict.fromkeys(filter(None, form.getlist(name)))) for name in ("happened", "need")
    }
    return Needs(**single, **several, marks=frozenset(name for name in MARKS if form.get(name)))
