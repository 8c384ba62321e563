"""Services that may stand on a map, by family: one marker a place."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import phonenumbers

from mapping.area.study_area import StudyArea
from mapping.freshness import how_checked
from mapping.language.i18n import translate
from mapping.language.languages import isolated
from mapping.language.parsers import SMS, is_dialled
from mapping.language.taxonomy import Vocabulary
from mapping.render.layers import Layer, LegendLine
from mapping.result import Result
from mapping.view.letters import entry_in_letters
from mapping.view.view import Entry, PhoneEntry, View

ORDER = 90
LONGEST = 40
"""So many signs are shown of what stands for a number and is none."""

SHAPES = {1: "circle", 2: "square", 3: "diamond", 4: "shield", 0: "hexagon"}
"""NRM pillar -> shape of its markers; colour alone is not told apart by everyone."""

LETTERS = {
    "IDN": "T",
    "CMG": "C",
    "MAT": "B",
    "HLT": "M",
    "PSY": "P",
    "LEG": "H",
    "CHP": "K",
    "RET": "X",
    "INC": "E",
    "JUS": "O",
    "PRV": "V",
    "CRD": "Y",
}
"""Family of service types -> the letter on its markers, the same in Latin and Cyrillic. Accommodation has none."""

FIGURES = {
    "circle": '<circle r="12" class="m1"/>',
    "square": '<rect x="-11" y="-11" width="22" height="22" rx="3" class="m2"/>',
    "diamond": '<path d="M0-14 14 0 0 14-14 0z" class="m3"/>',
    "shield": '<path d="M-11-12h22v13L0 14-11 1z" class="m4"/>',
    "hexagon": '<path d="M-7-12H7L14 0 7 12H-7L-14 0z" class="m0"/>',
}


def layers(view: View, area: StudyArea, *, results: Sequence[Result], language: str, links: str) -> Iterator[Layer]:
    """Yield every listed service with a point within the study area's bounds, gathered by place."""
    del results
    west, south, east, north = area.bounds
    at: dict[tuple[float, float], list[Entry]] = defaultdict(list)
    for stored in view.services(language=language):
        if not stored.listed:
            continue
        entry = entry_in_letters(stored, language, area)
        for place in entry.points:
            if south <= (place.latitude or 0) <= north and west <= (place.longitude or 0) <= east:
                at[round(place.latitude or 0, 5), round(place.longitude or 0, 5)].append(entry)
    taxonomy = Vocabulary.load("service_types")
    places: list[dict[str, Any]] = []
    families: set[str] = set()
    for point, entries in sorted(at.items()):
        ranked = sorted(entries, key=lambda entry: entry.rank)  # what was checked first, what lapsed last
        services = [_service(entry, taxonomy, area, language=language, links=links) for entry in ranked]
        families.update(service["family"] for service in services)
        places.append({"at": point, "services": services})
    label = translate("Services", language)
    yield Layer("services", "services", label, {"places": places}, legend=_legend(taxonomy, families, language))


def _service(entry: Entry, taxonomy: Vocabulary, area: StudyArea, *, language: str, links: str) -> dict[str, Any]:
    family = entry.types[0].split("-")[0] if entry.types else ""
    shape = SHAPES[taxonomy.term(family).pillar or 0] if family in LETTERS else "hexagon"
    return {
        "name": entry.name,
        "organization": entry.organization.name,
        "family": family,
        "shape": shape,
        "pillar": list(SHAPES.values()).index(shape) + 1 if shape != "hexagon" else 0,
        "letter": LETTERS.get(family, "•"),
        "phone": _phone(entry.phones, area, language),
        "checked": how_checked(entry.freshness, entry.verification_level, entry.verified_on)[2].into(language),
        "link": links.format(entry.id) if links else "",
    }


def _phone(phones: Sequence[PhoneEntry], area: StudyArea, language: str) -> dict[str, str] | None:
    number = next((phone.number for phone in phones if is_dialled(phone.number)), None)  # not an account
    return {"dial": number, "shown": spaced(number, area.code, language)} if number else None


def spaced(number: str, region: str, language: str) -> str:
    """Write a number as people read it, with no-break spaces; short numbers, and what is no number, stay as they are.

    It stands from left to right in every language. Of what is no number no more is shown than fits into a line, and
    nothing that turns its direction.
    """
    if number.startswith("+"):
        with suppress(phonenumbers.NumberParseException):
            parsed = phonenumbers.parse(number, region)
            shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            return isolated(shown.replace(" ", "\u00a0").replace("-", "\u2011"), language)
    number = number.replace(SMS, "SMS ", 1) if number.startswith(SMS) else number
    line = number if len(number) <= LONGEST else f"{number[:LONGEST]}…"
    return isolated("".join(sign for sign in line if unicodedata.category(sign) != "Cf"), language)


_SIGN = 'width="26" height="26" viewBox="-16 -16 32 32" class="mk" aria-hidden="true"'


def _legend(taxonomy: Vocabulary, families: set[str], language: str) -> tuple[LegendLine, ...]:
    lines = []
    for family, letter in LETTERS.items():
        if family in families:
            figure = FIGURES[SHAPES[taxonomy.term(family).pillar or 0]]
            sign = f'<svg {_SIGN}>{figure}<text y="5">{letter}</text></svg>'
            lines.append(LegendLine(sign, str(taxonomy.label(family, language))))
    return tuple(lines)
