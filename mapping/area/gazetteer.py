"""The places of a study area in one table, with every spelling that its files know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mapping.area.settings import AreaFile
from mapping.language.fold import is_latin
from mapping.language.i18n import show
from mapping.language.languages import language as language_of
from mapping.language.latin import latin

SEATS = {"PPLC": 0, "PPLA": 1, "PPLA2": 2, "PPLA3": 3, "PPLA4": 4}
"""Feature codes of GeoNames: of which level of unit a place is the seat."""

PLACE_COLUMNS = ("place_id", "kind", "seat", "unit", "lat", "lon", "people", "names")


def gazetteer(folder: Path, file: AreaFile) -> pd.DataFrame:
    """Return the settlements, and the official towns that are not among them.

    Columns: place_id, kind, seat (the level of the unit whose seat it is, -1 for none), unit (finest), lat and lon
    (NaN where only the unit is known), people (NaN where not known), names (every spelling), name_<language> (in the
    nearest language there is), name (in the main one).
    """
    settlements = _read(folder, file.places.settlements)
    towns = _read(folder, file.places.official_towns)
    key = file.places.key
    if key in settlements and key in towns:
        towns = towns[(towns[key] == "") | ~towns[key].isin(settlements[key])]
    return _places(pd.concat([settlements, towns], ignore_index=True).fillna(""), file)


def border_places(folder: Path, file: AreaFile) -> pd.DataFrame:
    """Return the places of neighbour countries near the border: columns as in `gazetteer`, and country (ISO 3166)."""
    table = _read(folder, file.places.border)
    places = _places(table, file)
    places["country"] = table.get("country", "")
    return places


def _read(folder: Path, name: str | None) -> pd.DataFrame:
    if name is None:
        return pd.DataFrame()
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _places(table: pd.DataFrame, file: AreaFile) -> pd.DataFrame:
    def column(name: str) -> pd.Series:
        return table[name].str.strip() if name in table else pd.Series("", table.index, dtype=object)

    out = pd.DataFrame(index=table.index)
    names = pd.DataFrame({language: column(f"name_{language}") for language in file.languages})
    plain = column("name")
    if "en" in names:  # GeoNames and others call the name used in English simply the name
        names["en"] = names["en"].where(names["en"] != "", plain)
        plain = plain.where(plain != "", names["en"])
    rows = zip(*(names[language] for language in file.languages), plain, strict=True)
    shown = [
        {language: name for language, name in zip((*file.languages, ""), row, strict=True) if name} for row in rows
    ]
    for language in file.languages:
        out[f"name_{language}"] = pd.Series([_named(text, language) for text in shown], table.index, dtype=object)
    out["name"] = out[f"name_{file.languages[0]}"]
    unit = column(file.places.unit)
    out["place_id"] = _ids(column(file.places.key), unit, plain.where(plain != "", out["name"]))
    kind = column(file.places.kind).where(column(file.places.kind) != "", column("kind"))
    out["kind"] = kind.where(kind != "", "settlement")
    seat = pd.to_numeric(column("seat"), errors="coerce").fillna(column("feature").map(SEATS))
    out["seat"] = seat.fillna(-1).astype(int)
    out["unit"] = unit
    for new, old in (("lat", "lat"), ("lon", "lon"), ("people", "population")):
        out[new] = pd.to_numeric(column(old), errors="coerce").astype(float)
    out["people"] = out["people"].where(out["people"] > 0)  # GeoNames writes 0 where it does not know
    spellings = [column for column in table.columns if re.match("name|alt_names|former", str(column))]
    out["names"] = [_spellings(row) for row in table[spellings].itertuples(index=False)] if len(table) else []
    rest = [column for column in out.columns if column not in PLACE_COLUMNS]
    return out[[*PLACE_COLUMNS, *rest]]


def _named(names: Mapping[str, str], language: str) -> str:
    """Return a name for the readers of a language; where it has none, one in its letters before one in others."""
    name, in_latin = show(names, language), is_latin(language_of(language).name)
    if language in names or is_latin(name) == in_latin:
        return name
    return next((other for other in names.values() if is_latin(other) == in_latin), latin(name, language))


def _ids(ids: pd.Series, unit: pd.Series, name: pd.Series) -> list[str]:
    """Return a stable id for each place: its own, else one of its unit and name, made different where it must be."""
    uses: dict[str, int] = {}
    out = []
    for own, code, called in zip(ids, unit, name, strict=True):
        base = own or f"{code}-{re.sub(r'[^a-z0-9а-яёӣӯҳқғҷ]+', '-', called.lower()).strip('-')}"
        uses[base] = uses.get(base, 0) + 1
        out.append(base if uses[base] == 1 else f"{base}-{uses[base]}")
    return out


def _spellings(cells: tuple[object, ...]) -> list[str]:
    parts = (part.strip() for cell in cells for part in str(cell).split(";"))
    return list(dict.fromkeys(part for part in parts if part))
