"""Letters: names in the script of a page or a report, by rule where nobody gave them so.

In English, kinds of bodies and area units are translated (``body_names.csv`` of the terms), and what is left is
written in Latin letters.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from mapping.area.study_area import StudyArea
from mapping.language.fold import skeleton
from mapping.language.latin import SCRIPT, latin
from mapping.language.taxonomy import TERMS
from mapping.view.view import Entry, OrganizationEntry, ServicePlace

UNKNOWN = "und"
"""The language of a name of which nobody said what language it is."""

TRANSLATED = "en"
"""The language into which kinds of bodies are translated."""


def organization_in_letters(organization: OrganizationEntry, language: str, area: StudyArea) -> OrganizationEntry:
    """Return an organization with its name in the letters of a language, and the one it had among its other names."""
    name = body_name(organization.name, language, area)
    if name == organization.name:
        return organization
    others = tuple(dict.fromkeys((*organization.other_names, organization.name)))
    return replace(organization, name=name, language=_by_rule(organization.language), other_names=others)


def body_name(name: str, language: str, area: StudyArea) -> str:
    """Return the name of a body in a language: its kind and its area unit translated, the rest in its letters.

    A name of no kind that we know is written in letters alone.
    """
    written = latin(name, language)
    if language != TRANSLATED or written == name:
        return written
    first, *others = re.split(r"(№ ?\d+|[,()«»])", name)
    begun = _translated(first)
    if begun is None:
        return written
    parts = [begun]
    for part in others:
        spaces = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
        words = part.strip()
        unit = area.unit_called(words) if words else None
        known = area.label(unit, language) if unit else _translated(words)
        parts.append(spaces[0] + (known or latin(words, language)).replace("№", "No.") + spaces[1] if words else part)
    return "".join(parts)


def _translated(text: str) -> str | None:
    """Return a phrase with the words translated that it begins with; None where it begins with none that are known."""
    words = text.strip().split()
    for count in range(len(words), 0, -1):
        known = _phrases().get(skeleton(" ".join(words[:count])))
        if known is not None:
            rest = latin(" ".join(words[count:]), TRANSLATED)
            return text.replace(text.strip(), " ".join(filter(None, (known, rest))))
    return None


@cache
def _phrases() -> Mapping[str, str]:
    """Return the folded words for kinds of bodies in any language -> what they are in English."""
    with (TERMS / "body_names.csv").open(encoding="utf-8", newline="") as file:
        return {skeleton(words): row["en"] for row in csv.DictReader(file) for words in row["words"].split(";")}


def entry_in_letters(entry: Entry, language: str, area: StudyArea) -> Entry:
    """Return a service whose name, organization and towns stand in the letters of a language."""
    name = latin(entry.name, language)
    organization = organization_in_letters(entry.organization, language, area)
    places = tuple(_place_in_letters(place, language) for place in entry.places)
    if (name, organization, places) == (entry.name, entry.organization, entry.places):
        return entry
    spoken = entry.name_language if name == entry.name else _by_rule(entry.name_language)
    return replace(entry, name=name, name_language=spoken, organization=organization, places=places)


def _place_in_letters(place: ServicePlace, language: str) -> ServicePlace:
    city, address = latin(place.city, language), latin(place.address, language)
    unchanged = (city, address) == (place.city, place.address)
    return place if unchanged else replace(place, city=city, address=address)


def _by_rule(language: str) -> str:
    return (language or UNKNOWN) + SCRIPT
