"""Services of our own invention as two partners list them, of which it is known which are one and the same.

Each body has one or two places, each place a street, a point, numbers and one to three kinds of help. One partner lists
them all. The other lists some of them again in its own way: the body in another language or script, abbreviated or
misspelt; the kind of help in other words, or in the word for the whole family of help; another notation of a number,
another of two numbers or none; the street shortened, in another language or left out; a point a few metres off. Beside
these stand those that only look alike: another kind of help of the same body at the same place, the same kind at its
other branch, and another body in the same house or behind the same switchboard.
"""

import csv
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mapping.area.study_area import StudyArea
from mapping.column_map import ColumnMap
from mapping.intake.read import read
from mapping.model import Provenance
from mapping.quality.known_organizations import Known
from mapping.quality.matching import organizations
from mapping.quality.matching_services import services
from tests.support.labelled import KINDS, SPELT, _spoilt, _word, _written

LANGUAGES = ("tg", "ru", "en", "uz")

HELP = {
    "LEG-INF": {
        "ru": ("юридическая консультация", "бесплатная юридическая консультация", "юрист"),
        "en": ("legal advice", "legal counselling", "lawyer"),
        "tg": ("машварати ҳуқуқӣ", "маслиҳати ҳуқуқӣ", "ҳуқуқшинос"),
        "uz": ("yuridik maslahat", "huquqiy maslahat"),
    },
    "LEG-REP": {
        "ru": ("представительство в суде",),
        "en": ("court representation", "legal representation"),
        "tg": ("намояндагӣ дар суд",),
        "uz": ("sudda vakillik",),
    },
    "LEG-DOC": {
        "ru": ("восстановление документов", "паспорт"),
        "en": ("identity documents",),
        "tg": ("барқарорсозии ҳуҷҷатҳо",),
        "uz": ("hujjatlarni tiklash",),
    },
    "PSY-COU": {
        "ru": ("психолог", "психологическая помощь", "консультация психолога"),
        "en": ("psychologist", "psychological support", "psychosocial counselling"),
        "tg": ("равоншинос", "кумаки равонӣ", "ёрии психологӣ"),
        "uz": ("psixolog", "psixologik yordam"),
    },
    "PSY-CRI": {
        "ru": ("кризисное консультирование", "кризисный психолог"),
        "en": ("crisis counselling",),
        "tg": ("машварати бӯҳронӣ",),
        "uz": ("inqirozli maslahat",),
    },
    "IDN-HOT": {
        "ru": ("горячая линия", "телефон доверия"),
        "en": ("hotline", "helpline"),
        "tg": ("телефони боварӣ", "хати боварӣ"),
        "uz": ("ishonch telefoni", "qaynoq liniya"),
    },
    "HLT-SRH": {
        "ru": ("гинеколог", "репродуктивное здоровье", "женская консультация"),
        "en": ("reproductive health", "gynaecologist"),
        "tg": ("саломатии репродуктивӣ",),
        "uz": ("reproduktiv salomatlik", "ginekolog"),
    },
    "HLT-INF": {"ru": ("тестирование на ВИЧ",), "en": ("HIV testing",), "tg": ("ташхиси ВИЧ",), "uz": ("OIV testi",)},
    "INC-VOC": {
        "ru": ("профессиональное обучение", "курсы шитья"),
        "en": ("vocational training", "skills training"),
        "tg": ("касбомӯзӣ", "омӯзиши касб"),
        "uz": ("kasb-hunarga oʻqitish",),
    },
    "INC-EMP": {
        "ru": ("трудоустройство", "помощь в трудоустройстве"),
        "en": ("job placement",),
        "tg": ("таъмини ҷойи кор",),
        "uz": ("ishga joylashtirish",),
    },
    "MAT-NFI": {
        "ru": ("гуманитарная помощь",),
        "en": ("food parcels", "hygiene kits"),
        "tg": ("Хӯрок, либос ва маводи беҳдоштӣ",),
        "uz": ("Oziq-ovqat, kiyim-kechak, gigiyena vositalari",),
    },
    "CMG-CAS": {
        "ru": ("ведение случая", "кейс-менеджмент"),
        "en": ("case management",),
        "tg": ("идораи парванда",),
        "uz": ("holatni boshqarish",),
    },
}
"""What help is called: each stands in the tables of words, by which a list is read."""

WHOLE = {
    "LEG": {"ru": ("юридическая помощь",), "en": ("legal aid",), "tg": ("ёрии ҳуқуқӣ",), "uz": ("yuridik yordam",)},
    "HLT": {"ru": ("медицинская помощь",), "en": ("health care",), "tg": ("ёрии тиббӣ",), "uz": ("tibbiy yordam",)},
    "MAT": {"ru": ("материальная помощь",), "en": ("material assistance",), "tg": ("кумаки моддӣ",), "uz": ()},
}
"""What a whole family of help is called."""

STREET = {
    "ru": ("ул. {street}, {house}", "улица {street}, дом {house}", "{street} {house}", "ул.{street} д.{house}, 2 этаж"),
    "en": ("{street} str. {house}", "{house} {street} Street", "{house}, {street} St.", "{street} {house}"),
    "tg": ("кӯч. {street}, {house}", "кӯчаи {street} {house}", "к. {street}, хонаи {house}"),
    "uz": ("{street} koʻchasi, {house}-uy", "{street} koʻch. {house}"),
}
HOURS = ("пн-пт 9-18", "Mo-Fr 09:00-17:00", "9.00-17.00", "душанбе-ҷумъа 8-17", "24/7", "", "")


class Row(NamedTuple):
    """A row as a partner writes it."""

    ref: str
    body: str
    district: str
    address: str
    lat: str
    lon: str
    phone: str
    help: str
    hours: str


@dataclass
class Site:
    """A place of a body."""

    unit: str
    street: str
    house: int
    point: tuple[float, float]
    phones: list[str]
    helps: list[str] = field(default_factory=list)


@dataclass
class Lists:
    """The lists of two partners, and which row of the first is which of the second."""

    first: list[Row] = field(default_factory=list)
    second: list[Row] = field(default_factory=list)
    doubles: set[frozenset[str]] = field(default_factory=set)


class Measured(NamedTuple):
    """Pairs of services that were proposed, and those that are one, by the numbers of their rows."""

    proposed: set[frozenset[str]]
    same: set[frozenset[str]]

    @property
    def precision(self) -> float:
        """Return the share of what was proposed that is one."""
        return len(self.proposed & self.same) / max(1, len(self.proposed))

    @property
    def recall(self) -> float:
        """Return the share of what is one that was proposed."""
        return len(self.proposed & self.same) / max(1, len(self.same))


def lists(bodies: int, seed: int, area: StudyArea) -> Lists:
    """Invent so many bodies, and the two lists that speak of them."""
    draw = random.Random(seed)
    units = [unit.code for unit in area.all_units().values() if unit.level == 2]
    middle = area.units(2).to_crs(area.crs).representative_point().to_crs(4326)
    points = {code: (point.y, point.x) for code, point in zip(area.units(2).index, middle, strict=True)}
    both = Lists()
    for _ in range(bodies):
        _body(both, draw, area, units, points)
    return both


def _body(
    both: Lists, draw: random.Random, area: StudyArea, units: Sequence[str], points: dict[str, tuple[float, float]]
) -> None:
    words, kind = [_word(draw) for _ in range(draw.choice((1, 2, 2, 2)))], draw.choice(KINDS)
    ours, theirs = draw.choice(("ru", "ru", "tg")), draw.choice(LANGUAGES)
    name, name_there = _written(words, kind, ours, draw), _written(words, kind, theirs, draw)
    if draw.random() < 0.15:
        name_there = _spoilt(name_there, draw)
    known_again = draw.random() < 0.6
    site = _site(draw, draw.choice(units), points)
    sites = [site]
    if draw.random() < 0.3:  # a branch, in the same district or another, sometimes with the head office's number
        branch = _site(draw, site.unit if draw.random() < 0.5 else draw.choice(units), points)
        branch.helps[:1] = site.helps[:1]
        branch.helps = list(dict.fromkeys(branch.helps))
        if draw.random() < 0.4:
            branch.phones = site.phones
        sites.append(branch)
    for place in sites:
        for code in place.helps:
            row = _row(both.first, "A", draw, area, name, place, code, ours, near=False)
            if known_again and draw.random() < 0.6:
                again = _row(both.second, "B", draw, area, name_there, place, code, theirs, near=True, whole=True)
                both.doubles.add(frozenset({row, again}))
        if known_again and draw.random() < 0.35:  # another kind of help there, which the first partner does not list
            others = [code for code in HELP if code not in place.helps]
            _row(both.second, "B", draw, area, name_there, place, draw.choice(others), theirs, near=True)
    if known_again and draw.random() < 0.15:  # the same kind at a branch that the first partner does not list
        branch = _site(draw, site.unit if draw.random() < 0.7 else draw.choice(units), points)
        if draw.random() < 0.5:
            branch.phones = site.phones
        _row(both.second, "B", draw, area, name_there, branch, site.helps[0], theirs, near=False)
    if draw.random() < 0.12:  # a neighbour in the same house, or behind the same switchboard
        neighbour = [_word(draw), _word(draw)]
        other = _written(neighbour, draw.choice(KINDS), theirs, draw)
        house = Site(site.unit, site.street, site.house, site.point, site.phones)
        if draw.random() < 0.5:
            house.phones = [_number(draw)]
        _row(both.second, "B", draw, area, other, house, site.helps[0], theirs, near=True)


def _site(draw: random.Random, unit: str, points: dict[str, tuple[float, float]]) -> Site:
    lat, lon = points[unit]
    point = lat + draw.uniform(-0.02, 0.02), lon + draw.uniform(-0.02, 0.02)
    phones = [_number(draw) for _ in range(draw.choice((1, 1, 2)))]
    helps = draw.sample(sorted(HELP), draw.choice((1, 1, 2, 3)))
    return Site(unit, _word(draw).capitalize(), draw.randrange(900, 999), point, phones, helps)


def _number(draw: random.Random) -> str:
    return f"99290{draw.randrange(10**7):07}"


def _row(
    rows: list[Row],
    partner: str,
    draw: random.Random,
    area: StudyArea,
    body: str,
    place: Site,
    code: str,
    language: str,
    *,
    near: bool,
    whole: bool = False,
) -> str:
    """Add the row of a service and return its number."""
    ref = f"{partner}{len(rows) + 1:05}"
    kinds = HELP[code][language]
    family = WHOLE.get(code[:3], {}).get(language)
    if whole and family and draw.random() < 0.12:
        kinds = family
    lat = lon = ""
    if draw.random() < 0.45:
        off = [draw.uniform(-0.0009, 0.0009) if near else 0.0 for _ in range(2)]
        lat, lon = (f"{value + error:.5f}" for value, error in zip(place.point, off, strict=True))
    luck, district = draw.random(), area.unit(place.unit)
    if luck < 0.05 and district.parent:
        district = area.unit(district.parent)
    rows.append(
        Row(
            ref,
            body,
            area.label(district.code, language) if luck < 0.97 else "",
            _street(place, language, draw) if draw.random() < 0.75 else "",
            lat,
            lon,
            _phones(place, draw),
            draw.choice(kinds),
            draw.choice(HOURS),
        )
    )
    return ref


def _street(place: Site, language: str, draw: random.Random) -> str:
    letters = {**SPELT["en"], **SPELT["uz"]} if language == "uz" else SPELT.get(language, {})
    street = "".join(letters.get(letter, letter) for letter in place.street.casefold()).capitalize()
    return draw.choice(STREET[language]).format(street=street, house=place.house)


def _phones(place: Site, draw: random.Random) -> str:
    if draw.random() < 0.15:
        return ""
    shown = place.phones if draw.random() < 0.5 else [draw.choice(place.phones)]
    return draw.choice(("; ", ", ")).join(_dialled(phone, draw) for phone in shown)


def _dialled(phone: str, draw: random.Random) -> str:
    code, rest = phone[3:5], phone[5:]
    return draw.choice(
        (
            f"+{phone}",
            f"+992 {code} {rest[:3]} {rest[3:5]} {rest[5:]}",
            f"({code}) {rest[:3]}-{rest[3:5]}-{rest[5:]}",
            f"{code}{rest}",
            f"00992{code}{rest}",
        )
    )


def learnt(both: Lists, area: StudyArea) -> tuple[Known, dict[str, str]]:
    """Read both lists as they are imported, and return what is known then, and the row of each service."""
    known, rows_of = Known(), dict[str, str]()
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("first", both.first), ("second", both.second)):
            path = Path(folder) / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([Row._fields, *rows])
            batch = read(path, area=area, columns=_columns(name), known=known)
            known.learn(batch.records)
            for record in batch.records:
                if isinstance(record, Provenance) and record.link_entity == "service":
                    rows_of[record.link_id] = record.source_key.partition("|")[0]
    return known, rows_of


def measured(both: Lists, area: StudyArea) -> Measured:
    """Return the pairs that are proposed as one of two lists, with those that are."""
    known, rows_of = learnt(both, area)
    pairs = services(known, bodies=organizations(known, area=area), area=area)
    proposed = {frozenset({rows_of[pair.one], rows_of[pair.other]}) for pair in pairs}
    there = set(rows_of.values())
    return Measured(proposed, {pair for pair in both.doubles if pair <= there})


def _columns(source: str) -> ColumnMap:
    fields = {
        "organization": "body",
        "unit": "district",
        "address": "address",
        "latitude": "lat",
        "longitude": "lon",
        "phone": "phone",
        "service": "help",
        "hours": "hours",
    }
    return ColumnMap(
        source=source, name=source, key=["ref"], fields={name: [column] for name, column in fields.items()}
    )
