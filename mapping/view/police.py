"""What somebody who must not meet the police is not sent to: one rule for search, finder, pathway and cards.

Who wants no contact with the police, or was hurt by them, is not helped by an organization that runs a police service,
nor by what can be had only after a report to the police.
"""

from collections.abc import Collection, Iterable

from mapping.language.taxonomy import match_term
from mapping.view.entries import Entry
from mapping.view.rules.kinds import POLICE, POLICE_TYPES


def police_organizations(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the ids of the organizations that run a police service."""
    return frozenset(entry.organization.id for entry in entries if POLICE_TYPES.intersection(entry.types))


def leads_to_police(entry: Entry, police: Collection[str]) -> bool:
    """Whether a service is run by one of some police organizations, or demands a report to the police."""
    notes = (match_term("conditions", note) for note in (*entry.serves_notes, *entry.excludes_notes))
    return (
        entry.organization.id in police
        or bool(POLICE_TYPES.intersection(entry.types))
        or POLICE in entry.papers
        or any(match is not None and match.code == POLICE for match in notes)
    )
