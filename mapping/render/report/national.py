"""Recommendations for the whole country that no number makes: text that people reviewed, kept beside the rules.

Whoever changes one looks at its sources again and sets `REVIEWED` to that day.
"""

import datetime as dt
from dataclasses import dataclass

from mapping.language.i18n import Message
from mapping.render.report.recommendations import Cost

REVIEWED = dt.date(2026, 11, 24)
"""The day on which these texts were last held against their sources."""


@dataclass(frozen=True)
class NationalText:
    """What is asked of one body in the whole country: why, by which source, and what is there when it is done.

    Where no ``why`` holds in every country, it is asked in one whose folder says a sentence for it (``asks`` of
    `mapping.area.settings.CountryFact`). ``lead`` is a key of
    `mapping.render.report.recommendation_rules.DEFAULTS`; ``table`` is the anchor of its evidence.
    """

    key: str
    lead: str
    text: Message
    why: Message | None
    aim: Message
    cost: Cost
    table: str


NATIONAL: tuple[NationalText, ...] = (
    NationalText(
        "law",
        "justice",
        Message(
            "Hold the law on trafficking and the criminal code against the Palermo Protocol and the recommendations of "
            "the organizations that watch over it, and propose what must be amended."
        ),
        None,
        Message("A draft of amendments is before the parliament"),
        "medium",
        "mandates",
    ),
    NationalText(
        "identification",
        "interior",
        Message(
            "Adopt one written procedure by which the police, border, labour and migration officers identify victims, "
            "with indicators, a time to recover and reflect, and a first referral to help."
        ),
        None,
        Message("The procedure is in force and every area has trained officers"),
        "low",
        "mandates",
    ),
    NationalText(
        "non-punishment",
        "prosecutor",
        Message(
            "Instruct prosecutors not to charge or fine victims for what they were made to do, and offer a review to "
            "those who were."
        ),
        Message("The principle of non-punishment stands in the OSCE and UN guidance; no instruction is listed here."),
        Message("The instruction is published, and each refusal to charge on this ground is counted"),
        "low",
        "mandates",
    ),
    NationalText(
        "shelters",
        "social",
        Message(
            "Put the shelters and the specialised services into the state budget with a line of their own, for women, "
            "men and children, whoever runs them."
        ),
        Message("What accommodation norms ask for, and what is published of it, stands in chapter 8."),
        Message("A budget line that covers the norm of places"),
        "high",
        "norms",
    ),
    NationalText(
        "data",
        "statistics",
        Message(
            "Run one system of data on victims, cases and help, by the international classification IC-TIP, from one "
            "form and without names."
        ),
        Message("Which figures there are, and what they tell apart, stands in chapter 10."),
        Message("One yearly table, published, from all organizations that count"),
        "high",
        "told",
    ),
    NationalText(
        "standards",
        "commission",
        Message("Adopt unified minimum standards for all services, state and civil, and have them checked each year."),
        Message("How far standards are met stands in chapter 9; the proposed checklist is an annex."),
        Message("The checklist is adopted, and every service answered it once"),
        "low",
        "checklist",
    ),
)
