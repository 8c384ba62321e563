"""Open data: the public view in every format that can be written, each with its licence, size and checksum."""

import hashlib
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from mapping.analysis.common.ledger import ledger, to_csv
from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.language.i18n import Message, Text
from mapping.render.catalogue import Distribution, catalogue
from mapping.render.export import export, file_name, writers
from mapping.view.view import View
from web.portal import kind_of
from web.presenters.edition import Edition, kept

LANGUAGE = "en"
"""Names stand in every language of the study area; other texts in the nearest to this one, or in the file's own."""

CATALOGUE = "catalog.jsonld"
DATABASE = "public.db"
NUMBERS = "numbers.csv"


LICENCES = {"CC-BY-4.0": Message("Creative Commons Attribution 4.0 International")}
"""Names of licences that are known in every language; others stand as the study area names them."""


def licence_name(area: StudyArea, language: str) -> str:
    """Return the name of the licence of the open data."""
    licence = area.settings.licence
    return LICENCES[licence.id].into(language) if licence.id in LICENCES else licence.text


@dataclass(frozen=True)
class Offer:
    """A file of open data."""

    name: str
    label: Text
    size: int
    checksum: str


@kept
def offered(edition: Edition, language: str) -> list[Offer]:
    """Return every file with its size and SHA-256 checksum; those that each language has, in this one."""
    labels = {file_name(name, module, language): module.LABEL for name, module in writers().items()}
    labels[DATABASE] = Message("The whole public directory (SQLite)")
    labels[NUMBERS] = Message("Every number that pages and reports tell: what it counts, of what, where (CSV)")
    offers = []
    for name, label in labels.items():
        held = contents(edition, name)
        offers.append(Offer(name, label, len(held), hashlib.sha256(held).hexdigest()))
    return offers


def contents(edition: Edition, name: str) -> bytes:
    """Return a file of open data."""
    if name == CATALOGUE:
        return edition.keep(("data", name), lambda: _catalogue(edition))
    if name == DATABASE:
        return edition.keep(("data", name), edition.path.read_bytes)
    if name == NUMBERS:
        return edition.keep(("data", name), lambda: _numbers(edition))
    known = _files(edition)
    if name not in known:
        raise NotFound("no such page")
    format_name, language = known[name]
    return edition.keep(("data", name), lambda: _written(edition, format_name, language, name))


def _catalogue(edition: Edition) -> bytes:
    """Return the catalogue of the files; of those that each language has, all."""
    offers: dict[str, Offer] = {}
    languages: dict[str, list[str]] = defaultdict(list)
    for language in edition.area.languages:
        for offer in offered(edition, language):
            offers[offer.name] = offer
            languages[offer.name].append(language)
    files = [
        Distribution(name, offer.label, kind_of(name), offer.size, offer.checksum, tuple(languages[name]))
        for name, offer in offers.items()
    ]
    return catalogue(edition.area, edition.day, files, licences=edition.licences, notice=edition.notice).encode()


@kept
def _files(edition: Edition) -> dict[str, tuple[str, str]]:
    """Return the format and the language of each file by its name."""
    return {
        file_name(name, module, language): (name, language if getattr(module, "TRANSLATED", False) else LANGUAGE)
        for name, module in writers().items()
        for language in edition.area.languages
    }


def _numbers(edition: Edition) -> bytes:
    """Return the ledger of the numbers that this edition tells."""
    with View(edition.path) as view:
        numbers = ledger(view, edition.area, edition.report_results()).values()
        return to_csv(numbers, LANGUAGE, audience=view.audience, demo=view.demo).encode()


def _written(edition: Edition, format_name: str, language: str, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder, View(edition.path) as view:
        path = export(view, Path(folder) / name, area=edition.area, language=language, name=format_name)
        return path.read_bytes()
