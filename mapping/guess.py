"""Guess a column map from the names of the columns: enough to import a plain list, and to start a map from."""

import re
from collections.abc import Sequence

from mapping.columns import ColumnMap, Header, fold_header
from mapping.errors import FormatError
from mapping.fold import skeleton
from mapping.formats import Sheet

WORDS: dict[str, str] = {
    "organization": "organization organisation agency provider body ngo name наименование организация название "
    "учреждение ташкилот ном номи муассиса tashkilot nomi muassasa",
    "service": "service services help assistance activity type услуга услуги помощь вид хизматрасонӣ хизмат кумак "
    "xizmat yordam",
    "unit": "district city unit region province район город область регион ноҳия шаҳр вилоят tuman shahar viloyat",
    "place": "town village settlement locality село посёлок населённый деҳа қишлоқ",
    "address": "address street location адрес улица суроға нишонӣ manzil",
    "latitude": "latitude lat y широта",
    "longitude": "longitude lon long lng x долгота",
    "coordinates": "coordinates gps point координаты",
    "phone": "phone telephone tel mobile hotline contact телефон тел контакт телефони рақам telefon raqam",
    "email": "email mail почта эл.почта pochta",
    "website": "website web url site сайт",
    "hours": "hours opening schedule время часы режим соатҳо вақти ish vaqti",
    "serves": "target beneficiaries clients groups кому целевая группа барои кимга",
    "languages": "languages language языки язык забонҳо забон tillar",
    "cost": "cost price fee плата стоимость цена музд narx",
    "documents": "documents papers документы ҳуҷҷатҳо hujjatlar",
    "verified_on": "verified updated checked date проверено дата сана sana",
    "key": "id ref no number code код номер №",
    "country": "country страна кишвар davlat",
}
"""Field -> words by which its column may be called in four languages."""


def guessed_map(sheets: Sequence[Sheet], source: str) -> ColumnMap:
    """Return a map for the first sheet that has columns which can be guessed.

    Raises
    ------
    FormatError
        When no row looks like the names of columns.
    """
    for sheet in sheets:
        for row in sheet.rows[:25]:
            names = [str(cell) for cell in row if cell not in (None, "")]
            fields = _fields(names)
            if "organization" in fields and len(fields) >= 2:
                return ColumnMap(
                    source=source_code(source), name=source, fields=fields,
                    header=Header(has=fields["organization"][0]),
                    key=fields.pop("key", []), ignored=[n for n in names if n not in _used(fields)],
                )  # fmt: skip
    raise FormatError(
        "no row looks like the names of columns, one of them that of the organization; "
        "write a column map (docs/importing.md) and give it with --columns"
    )


def source_code(name: str) -> str:
    """Return the code of a source from its name."""
    return re.sub(r"[^a-z0-9]+", "-", skeleton(name)).strip("-") or "list"


def _used(fields: dict[str, list[str]]) -> set[str]:
    return {name for names in fields.values() for name in names}


def _fields(names: Sequence[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    taken: set[str] = set()
    for field, words in WORDS.items():
        known = {skeleton(word) for word in words.split()} - {""}
        for name in names:
            if name not in taken and set(skeleton(fold_header(name)).split()) & known:
                fields[field] = [name]
                taken.add(name)
                break
    return fields
