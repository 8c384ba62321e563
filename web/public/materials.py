"""A library of materials to pass on, by language and audience: published texts of a country's folder, no records.

``materials.csv`` has one row a material in a language: id, kind, audience, language, title, text (a line is a
paragraph), licence, source.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, NotFound
from mapping.language.i18n import Message
from mapping.resources import shipped

NAME = "materials.csv"
COLUMNS = ("id", "kind", "audience", "language", "title", "text", "licence", "source")

KINDS = {
    "leaflet": Message("Leaflet"),
    "poster": Message("Poster"),
    "checklist": Message("Checklist"),
    "spot": Message("Text for radio"),
    "lesson": Message("Lesson"),
}
AUDIENCES = {
    "everyone": Message("For everyone"),
    "migrants": Message("For those who go abroad"),
    "teachers": Message("For teachers"),
    "professionals": Message("For professionals who meet people first"),
}


@dataclass(frozen=True)
class Leaflet:
    """A material in one language."""

    id: str
    kind: str
    audience: str
    language: str
    title: str
    text: str
    licence: str
    source: str

    @property
    def code(self) -> str:
        """Return what it is called in an address; it tells nothing."""
        return f"{self.id}-{self.language}"

    @property
    def paragraphs(self) -> list[str]:
        """Return the text in paragraphs."""
        return self.text.split("\n")


@dataclass(frozen=True)
class Shelf:
    """Materials in a language and for an audience, and the choices that there are; "" stands for all."""

    materials: tuple[Leaflet, ...]
    language: str
    audience: str
    languages: tuple[str, ...]
    audiences: tuple[str, ...]

    @property
    def code(self) -> str:
        """Return what tells this choice from others in a title, and nobody else what was chosen; " uz-a3"."""
        chosen = self.path(self.language, self.audience).removeprefix("materials").removesuffix(".html")
        return chosen.replace("-", " ", 1)

    @staticmethod
    def path(language: str, audience: str) -> str:
        """Return the address of the materials in a language and for an audience."""
        return (
            "-".join(filter(None, ("materials", language, audience and f"a{list(AUDIENCES).index(audience)}")))
            + ".html"
        )


def library(area: StudyArea, *, demo: bool) -> tuple[Leaflet, ...]:
    """Read the materials of a country, or the invented ones of the demonstration; none where there is no file.

    Raises
    ------
    InvalidRecord
        The file has faults: the text names all of them.
    """
    path = (shipped("demo") if demo else area.folder) / NAME
    return read(path) if path.exists() else ()


def read(path: Path) -> tuple[Leaflet, ...]:
    """Read a file of materials, in its order; for errors see `library`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
        if missing:
            raise InvalidRecord(f"{path.name}: there is no column {', '.join(missing)}; add it to the first row")
        leaflets = [Leaflet(**{name: (row[name] or "").strip() for name in COLUMNS}) for row in table]
    faults, codes = [], set()
    for number, leaflet in enumerate(leaflets, 2):
        where = f"{path.name}, row {number}"
        for column, value, known in (("kind", leaflet.kind, KINDS), ("audience", leaflet.audience, AUDIENCES)):
            if value not in known:
                faults.append(f"{where}: {column} is {value!r}; write one of {', '.join(known)}")
        if not leaflet.title or not leaflet.text:
            faults.append(f"{where}: title or text is empty; fill it in or take the row out")
        if not (leaflet.id.isalnum() and leaflet.id.isascii()) or not (
            leaflet.language.isalpha() and leaflet.language.isascii()
        ):
            faults.append(
                f"{where}: id {leaflet.id!r} or language {leaflet.language!r} has other signs than letters and digits"
            )
        if leaflet.code in codes:
            faults.append(
                f"{where}: {leaflet.id} stands there twice in {leaflet.language!r}; give one of them another id"
            )
        codes.add(leaflet.code)
    if faults:
        raise InvalidRecord("\n".join(faults))
    return tuple(leaflets)


def shelf(materials: tuple[Leaflet, ...], code: str, reader: str) -> Shelf:
    """Return the materials that a code chooses: a language, an audience (a0, a1, ...), or both.

    Those in the language of the reader come first.
    """
    languages = tuple(dict.fromkeys(leaflet.language for leaflet in materials))
    audiences = tuple(name for name in AUDIENCES if any(leaflet.audience == name for leaflet in materials))
    for language in ("", *languages):
        for audience in ("", *audiences):
            if Shelf.path(language, audience) != (f"materials-{code}.html" if code else "materials.html"):
                continue
            leaflets = tuple(m for m in materials if language in ("", m.language) and audience in ("", m.audience))
            leaflets = tuple(sorted(leaflets, key=lambda leaflet: leaflet.language != reader))
            return Shelf(leaflets, language, audience, languages, audiences)
    raise NotFound("no such page")


def material(materials: tuple[Leaflet, ...], code: str) -> Leaflet:
    """Return one material."""
    for leaflet in materials:
        if leaflet.code == code:
            return leaflet
    raise NotFound("no such page")
