"""Referral agreements of an edition: who refers to whom, for which help, and whether that holds."""

import datetime as dt
from dataclasses import dataclass

from mapping.analysis.adequacy.pathways import in_force
from mapping.view.view import Entry, View
from web.presenters.edition import Edition, kept


@dataclass(frozen=True)
class Agreement:
    """A referral agreement of this edition; ``ended`` tells whether its last day has passed."""

    giver: str
    taker: str
    types: tuple[str, ...]
    document: str
    valid_to: dt.date | None
    consent_form: bool | None
    hours: float | None
    holds: bool
    ended: bool = False

    def covers(self, entry: Entry) -> bool:
        """Whether it is about a service: one of the taker that it names, or any where it names none."""
        codes = {*entry.types, *(code.partition("-")[0] for code in entry.types)}
        named = not self.types or not codes.isdisjoint(self.types)
        return self.holds and self.taker == entry.organization.id and named


@kept
def agreements(edition: Edition) -> list[Agreement]:
    """Return the referral agreements of an edition; both ends may be seen, else it would not be there.

    What several sources say alike stands once.
    """
    with View(edition.path) as view:
        rows = view.rows("referral_agreement")
    found = dict.fromkeys(
        Agreement(
            giver=row["from_organization_id"],
            taker=row["to_organization_id"],
            types=tuple((row["service_types"] or "").replace(";", " ").split()),
            document=row["document"] or "",
            valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            consent_form=None if row["consent_form"] is None else bool(row["consent_form"]),
            hours=row["answer_within_hours"],
            holds=in_force(row, edition.day),
            ended=bool(row["valid_to"]) and row["valid_to"] < edition.day.isoformat(),
        )
        for row in rows
    )
    return list(found)
