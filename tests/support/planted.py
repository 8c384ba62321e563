"""Lists of our own invention with faults of which each is known: to measure how many are told, and what they show.

A list has two layouts, one of a ministry in Russian and one of a network in English, in other words, orders and
notations; a seed draws names, rows and the way in which each fault is made. `KINDS` says what may be wrong.
"""

import csv
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.column_map import ColumnMap
from mapping.intake.read import Known, read
from tests.support.second_person import EveryMap

TODAY = dt.date(2026, 11, 24)

LAYOUTS: dict[str, dict[str, str]] = {
    "ru": {
        "organization": "Наименование учреждения",
        "unit": "Район",
        "service": "Вид помощи",
        "phone": "Тел.",
        "hours": "Часы приёма",
        "serves": "Кому помогают",
        "languages": "Языки",
        "address": "Адрес",
        "latitude": "Широта",
        "longitude": "Долгота",
        "email": "Эл. почта",
        "cost": "Плата",
        "capacity": "Мест",
        "verified_on": "Проверено",
        "description": "О работе",
        "marking": "Гриф",
        "key": "№",
    },
    "en": {
        "key": "Ref",
        "marking": "Confidentiality",
        "service": "Service",
        "organization": "Agency",
        "description": "What it does",
        "serves": "For whom",
        "unit": "District",
        "address": "Street",
        "phone": "Hotline or office",
        "email": "E-mail",
        "hours": "Open",
        "languages": "Spoken",
        "capacity": "Beds",
        "cost": "Fee",
        "latitude": "Lat",
        "longitude": "Lon",
        "verified_on": "Last checked",
    },
}
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "ru": {
        "service": ("юридическая консультация", "психологическая консультация"),
        "hours": ("пн-пт 8:00-17:00", "понедельник - суббота с 9 до 16"),
        "serves": ("женщины", "дети"),
        "languages": ("русский, таджикский", "таджикский"),
        "cost": ("бесплатно", "30 сомони"),
        "description": ("Помогаем составить заявление.", "Бесплатный приём."),
        "marking": ("открыто",),
    },
    "en": {
        "service": ("legal advice", "counselling"),
        "hours": ("Mon-Fri 9-17", "weekdays 8:30-16:30"),
        "serves": ("women", "children"),
        "languages": ("Russian; English", "English"),
        "cost": ("free", "20 TJS"),
        "description": ("Helps to write a claim.", "Open to all who come."),
        "marking": ("open",),
    },
}
EXTRA = {
    "consent": ("Можно ли публиковать?", "OK to publish?", "Розигӣ барои нашр", "Saytda ko‘rsatishga ruxsat"),
    "review": ("_validation_status",),
    "always": ("Круглосуточно?", "24 hours"),
    "remark": ("Примечание", "Remarks"),
}
"""Columns that some list may have besides: their headings."""

SYLLABLES = (
    "ба",
    "бо",
    "ди",
    "за",
    "ка",
    "ло",
    "ма",
    "ми",
    "на",
    "ну",
    "ра",
    "ро",
    "са",
    "та",
    "фа",
    "ша",
    "мех",
    "гул",
)
Row = dict[str, str]


@dataclass(frozen=True)
class Kind:
    """A fault: what makes it of a good row, and whether the row or the value must not be for everybody then."""

    name: str
    plant: Callable[[Row, random.Random], None]
    hides: tuple[str, ...] = ()
    """Tables of which no record of the row may be public."""


def _set(field: str, *values: str) -> Callable[[Row, random.Random], None]:
    def plant(row: Row, rng: random.Random) -> None:
        row[field] = rng.choice(values)

    return plant


def _garble(row: Row, rng: random.Random) -> None:
    name = row["organization"]
    garbled = (
        name.encode().decode("cp1251", "replace"),
        name.encode().decode("latin-1"),
        "?" * 8 + " " + "?" * 6,
        name[:2] + "??" + name[4:],
    )
    row["organization"] = rng.choice(garbled)


def _shelter(row: Row, rng: random.Random) -> None:
    row["organization"] = rng.choice(("Приют «{}»", "Safe house {}", "Паноҳгоҳи {}")).format(row["key"])


def _both(first: Callable[[Row, random.Random], None], second: Callable[[Row, random.Random], None]) -> Callable:
    def plant(row: Row, rng: random.Random) -> None:
        first(row, rng)
        second(row, rng)

    return plant


ALL = ("organization", "service", "location", "phone")
KINDS = (
    Kind("a number with an extension whose main part cannot be read", _set("phone", "22-1 доб. 102", "9 ext 112")),
    Kind("hours in the column of numbers", _set("phone", "09:00-17:00", "8.00 - 16.00")),
    Kind("a number cut short by the spreadsheet", _set("phone", "9.92372E+11", "9,92E+11")),
    Kind("hours without days", _set("hours", "10-12", "9:00–17:00", "с 8 до 16")),
    Kind("hours that close before they open", _set("hours", "Mon-Fri 9-8", "пн-пт 8:00-7:00")),
    Kind(
        "day and night beside other hours",
        _both(_set("always", "да", "yes", "+"), _set("hours", "Mon-Fri 9-17", "пн-сб 8-17")),
    ),
    Kind("a day that does not exist", _set("verified_on", "31.02.2026", "30.02.2026", "12.13.2026")),
    Kind("a check still to come", _set("verified_on", "2027-01-05", "01.12.2026")),
    Kind("a day that can be read in two ways", _set("verified_on", "03/04/2026", "5/6/2026", "02-03-2026")),
    Kind("a point in the ocean", _both(_set("latitude", "0"), _set("longitude", "0"))),
    Kind("a point abroad", _both(_set("latitude", "48.8566"), _set("longitude", "2.3522"))),
    Kind("one coordinate alone", _both(_set("latitude", "10.04"), _set("longitude", ""))),
    Kind("a kind of help that nobody knows", _set("service", "зюзюка", "legal advice; qwopping")),
    Kind("a group that nobody knows", _set("serves", "марсиане", "zorbonauts")),
    Kind("a district that nobody knows", _set("unit", "Нарния", "Atlantis")),
    Kind("a language that nobody knows", _set("languages", "тарабарский", "blorptic")),
    Kind("a fee that is none", _set("cost", "женщины, дети", "Mon-Fri")),
    Kind("places that are no number", _set("capacity", "сколько влезет", "plenty")),
    Kind("a broken mail address", _set("email", "info@", "office at example")),
    Kind("a text that holds a number", _set("description", "Звоните +992 00 000 44 44", "Ask for +992000005555")),
    Kind("an address that says more", _set("address", "9 Gulobi St., +992 00 000 33 33"), ("address",)),
    Kind("a name that lost its letters", _garble, ALL),
    Kind("a name that tells of a shelter", _shelter, ALL),
    Kind("no to publishing", _set("consent", "нет", "no", "не", "yo‘q", "0"), ALL),
    Kind("no answer to publishing", _set("consent", ""), ALL),
    Kind("a review that did not approve", _set("review", "Not Approved", "On Hold"), ALL),
    Kind("an odd marking", _set("marking", "pub??", "возможно", "ask Zarina"), ALL),
    Kind("no marking", _set("marking", ""), ALL),
    Kind("a remark that asks for secrecy", _set("remark", "не публиковать!", "please do not publish"), ALL),
    Kind("no organization", _set("organization", "")),
)


@dataclass(frozen=True)
class Figure:
    """Of one kind of fault: how many were planted, told on their row, and public though they must not be."""

    kind: str
    planted: int
    told: int
    shown: int


def measured(folder: Path, area: StudyArea, seed: int, *, each: int = 4) -> tuple[list[Figure], int]:
    """Return the figures of each kind for a seed, and how many issues good rows got that hold no fault."""
    figures: dict[str, list[int]] = {kind.name: [0, 0, 0] for kind in KINDS}
    false = 0
    for layout in LAYOUTS:
        rng = random.Random(f"{seed} {layout}")
        plan = [kind for kind in KINDS for _ in range(each)] + [None] * 40
        rng.shuffle(plan)
        rows = [_good(rng, layout, number) for number in range(len(plan))]
        for row, kind in zip(rows, plan, strict=True):
            if kind is not None:
                kind.plant(row, rng)
        batch = _read(folder / f"{layout}{seed}.csv", rows, layout, area, rng)
        told = {issue.row for issue in batch.issues if issue.row is not None and issue.level != "note"}
        public = _public(batch)
        for number, kind in enumerate(plan, 2):
            if kind is None:
                false += number in told
                continue
            figure = figures[kind.name]
            figure[0] += 1
            figure[1] += number in told
            figure[2] += any((table, number) in public for table in kind.hides)
    return [Figure(name, *counts) for name, counts in figures.items()], false


def _good(rng: random.Random, layout: str, number: int) -> Row:
    name = "".join(rng.choice(SYLLABLES) for _ in range(4)).capitalize()
    row = {field: rng.choice(words) for field, words in WORDS[layout].items()}
    return row | {
        "key": str(number + 1),
        "organization": f"Центр «{name} {number}»" if layout == "ru" else f"{name} {number} centre",
        "unit": rng.choice(("Juybor", "XT-W2")),
        "phone": f"+992 00 {rng.randrange(10**3):03} {number % 100:02} {number // 100:02}",
        "address": f"{rng.randrange(1, 90)} Gulobi St.",
        "latitude": "10.0405",
        "longitude": "60.0593",
        "email": f"office{number}@list{number}.example",
        "capacity": str(rng.randrange(3, 40)),
        "verified_on": f"2026-0{rng.randrange(1, 10)}-1{rng.randrange(10)}",
        "consent": rng.choice(("да", "yes", "ҳа")),
        "review": "Approved",
        "always": rng.choice(("нет", "no")),
        "remark": "",
    }


def _read(path: Path, rows: list[Row], layout: str, area: StudyArea, rng: random.Random) -> Batch:
    columns = LAYOUTS[layout]
    headings = columns | {field: rng.choice(texts) for field, texts in EXTRA.items()}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=rng.choice(";,\t"))
        writer.writerow(headings.values())
        writer.writerows([row[field] for field in headings] for row in rows)
    made = ColumnMap.model_validate(
        {
            "source": layout,
            "name": layout,
            "key": [columns["key"]],
            "fields": {field: [heading] for field, heading in columns.items()},
            "private": [headings["remark"]],
            "markings": {WORDS[layout]["marking"][0]: "public"},
            "rows": {"refused": len(rows)},
        }
    )
    known = Known(maps=EveryMap(), phones={layout})
    return read(path, columns=made, area=area, today=TODAY, known=known)


def _public(batch: Batch) -> set[tuple[str, int]]:
    """Return (table, row) of the records that are for everybody: they and their organization are."""
    rows = {origin.link_id: origin.row for origin in batch.of("provenance")}
    hidden = {body.id for body in batch.of("organization") if body.audience != "public"}
    services = {service.id for service in batch.of("service") if service.organization_id not in hidden}
    sites = {at.location_id: at.service_id for at in batch.of("service_at_location")}
    shown = set()
    for table in (*ALL, "address"):
        for record in batch.of(table):
            site = {"location": record.id, "address": getattr(record, "location_id", None)}.get(table)
            owner = sites.get(site) if site else getattr(record, "service_id", None) or record.id
            if record.audience == "public" and (owner in services or table == "organization"):
                shown.add((table, rows[owner]))
    return shown
