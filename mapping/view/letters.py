"""Letters: names in the script of a page or a report, by rule where nobody gave them so."""

from dataclasses import replace

from mapping.language.latin import SCRIPT, latin
from mapping.view.view import Entry, OrganizationEntry, ServicePlace

UNKNOWN = "und"
"""The language of a name of which nobody said what language it is."""


def organization_in_letters(organization: OrganizationEntry, language: str) -> OrganizationEntry:
    """Return an organization with its name in the letters of a language, and the one it had among its other names."""
    name = latin(organization.name, language)
    if name == organization.name:
        return organization
    others = tuple(dict.fromkeys((*organization.other_names, organization.name)))
    return replace(organization, name=name, language=_by_rule(organization.language), other_names=others)


def entry_in_letters(entry: Entry, language: str) -> Entry:
    """Return a service whose name, organization and towns stand in the letters of a language."""
    name = latin(entry.name, language)
    organization = organization_in_letters(entry.organization, language)
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
