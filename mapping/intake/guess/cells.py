"""What the cells of a column look like: phones, places, days, words of a list."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from phonenumbers import Leniency, PhoneMetadata, PhoneNumberMatcher, country_code_for_region

from mapping.area.addresses import says_street
from mapping.area.geocode import locate, units_served
from mapping.area.study_area import StudyArea
from mapping.intake.clean import DITTO
from mapping.intake.rows import written
from mapping.intake.services import ROUND_THE_CLOCK
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.fold import skeleton, words_for
from mapping.language.taxonomy import match_term
from mapping.quality.names import kinds_of_bodies

ENOUGH = 0.6
"""Share of cells that must look alike."""

SOME = 0.4
"""Share that is enough for hours, which people write in more ways than are read."""

LETTERS = 300
"""Letters of a cell that are looked at: of prose its beginning."""

DISTINCT = 60
"""Different cells that are looked at closely."""

MARKINGS = words_for("who may see")
"""Words by which senders say who may see a row."""


@dataclass
class ColumnGuess:
    """What was seen in a column: the field it looks like, in what share of its cells, and how to tell a person."""

    taken_for: str = ""
    share: float = 0.0
    about: str = "empty"
    words: list[str] = field(default_factory=list)
    """Its different cells, where they are few."""
    counts: Counter[str] = field(default_factory=Counter)
    """Its different cells and how often each stands there."""
    answers: bool = False
    """Whether its cells say yes and no."""
    shares: dict[str, float] = field(default_factory=dict)
    filled: int = 0
    worded: bool = False
    """Whether most of its cells are words rather than numbers or marks."""

    @property
    def unknown(self) -> Counter[str]:
        """Parts of its cells that are no kind of help that is known."""
        unknown: Counter[str] = Counter()
        for text, count in self.counts.items():
            for part in parsers.split_list(text, known=lambda term: match_term("service_types", term) is not None):
                if match_term("service_types", part) is None and not composed("service_types", part).codes:
                    unknown[part] += count
        return unknown

    @property
    def samples(self) -> list[str]:
        """The first five different cells, which the page of columns shows."""
        return list(self.counts)[:5]

    @property
    def half_of_hours(self) -> Literal["days", "times", ""]:
        """Whether most cells name only the days, or only the times, of hours."""
        halves: tuple[Literal["days", "times"], ...] = ("days", "times")
        return next((half for half in halves if self.shares.get(half, 0.0) >= ENOUGH), "")

    def names_units(self) -> bool:
        """Tell whether the cells of a column of addresses name units and little else."""
        return self.shares.get("unit", 0.0) >= ENOUGH and self.shares.get("streets", 0.0) < 1 - ENOUGH

    @property
    def longest(self) -> int:
        """Letters of its longest cell."""
        return max(map(len, self.counts), default=0)

    def is_of_few_words(self) -> bool:
        """Whether its cells are few and short, as marks and states are."""
        return len(self.counts) <= MOST_MARKS and self.longest <= LONGEST_MARK

    def is_of_sentences(self) -> bool:
        """Whether most cells are longer than a mark or a state."""
        return 2 * sum(count for text, count in self.counts.items() if len(text) > LONGEST_MARK) > self.filled

    def is_unique(self) -> bool:
        """Whether hardly any cell stands there twice: else it is no key."""
        return len(self.counts) >= UNIQUE * self.filled

    def holds_codes(self) -> bool:
        """Whether its cells are codes by their form: digits of one length without signs between, no two the same."""
        lengths = Counter(len(text) for text in self.counts if re.fullmatch(r"[A-Z]{0,5}\d{4,}", text))
        return self.filled > 2 and self.is_unique() and max(lengths.values(), default=0) >= UNIQUE * len(self.counts)

    def holds_phones(self) -> bool:
        """Whether most cells hold numbers that are dialled in the country, or are written as such."""
        parted = sum(count for text, count in self.counts.items() if re.search(r"\d[\s()-]+\d|\+\d{7}", text))
        written = parted * 2 > self.filled and self.shares.get("dialled", 0.0) >= ENOUGH
        written = written and self.shares.get("verified_on", 0.0) < SOME
        return written or (self.shares.get("valid phone", 0.0) >= ENOUGH and not self.holds_codes())

    def speaks_against(self, field: str) -> bool:
        """Tell whether the cells can hardly be what the column's name says."""
        if self.answers and field not in ("marking", "accessible", "key", "status", "cost"):
            return True
        if field == "marking" and (self.taken_for in NO_MARKS or not self.is_of_few_words()):
            return True
        if field == "status" and self.is_of_sentences():
            return True
        if field == "key" and not self.is_unique():
            return True
        if field == "phone" and self.holds_codes() and self.shares.get("valid phone", 0.0) < SOME:
            return True
        shape = "degrees" if field in ("latitude", "longitude") else field
        beside = {"verified_on": "day numbers", "phone": "dialled", "hours": "hours in words"}.get(field, "")
        share = self.shares.get(shape, 0.0) + self.shares.get(beside, 0.0)
        return field in STRICT and bool(self.shares) and share < 0.2


NO_MARKS = ("phone", "email", "website", "hours")
"""What is told by its cells and marks nothing."""

MOST_MARKS, LONGEST_MARK, UNIQUE = 12, 40, 0.95

STRICT = ("phone", "email", "website", "latitude", "longitude", "coordinates", "verified_on", "hours")
"""Fields whose cells have a shape."""


def looked_at(cells: Sequence[object], area: StudyArea | None) -> ColumnGuess:
    """Look at the cells of a column."""
    filled = [text.strip()[:LETTERS] for text in map(written, cells) if text.strip() and not parsers.is_blank(text)]
    texts = [text for text in filled if not DITTO.fullmatch(text)]
    if not texts:
        return ColumnGuess()
    counts = Counter(texts)
    some = [text for text, _ in counts.most_common(DISTINCT)]
    weight = sum(counts[text] for text in some)
    shares = {name: sum(counts[text] for text in some if fits(text)) / weight for name, fits in _tests(area).items()}
    guess = ColumnGuess(shares=shares, words=sorted(counts) if len(counts) <= MOST_MARKS else [])
    guess.filled, guess.counts = len(texts), counts
    guess.answers = shares["answers"] >= 0.8 and len(counts) <= MOST_MARKS
    for name in ORDER:
        if guess.answers and name not in ("marking", "status"):
            continue  # yes and no are no names of anything
        if name == "phone" and not guess.holds_phones():
            continue
        if name in ("marking", "status") and not guess.is_of_few_words():
            continue
        if shares.get(name, 0.0) >= (SOME if name == "hours" else ENOUGH):
            guess.taken_for, guess.share = name, shares[name]
            break
    if (
        guess.taken_for == ""
        and len(counts) == len(texts) > 3
        and all(re.fullmatch(r"[\w/-]{1,40}", text) for text in texts)
    ):
        guess.taken_for, guess.share = ("key", 1.0) if any(re.search(r"\d", text) for text in texts) else ("", 0.0)
    guess.worded = sum(len(re.findall(r"[^\W\d_]", text)) > 3 for text in texts) * 2 > len(texts)
    guess.about = f"filled in {len(texts)} rows, {len(counts)} different, up to {guess.longest} letters"
    return guess


ORDER = (
    "email",
    "website",
    "marking",
    "coordinates",
    "latitude",
    "longitude",
    "phone",
    "verified_on",
    "hours",
    "unit",
    "service",
    "serves",
    "languages",
    "status",
    "organization",
    "place",
)
"""What a column is taken for first where it could be several things."""


_DIALLED = re.compile(r"(?<!\d)(?<![A-ZА-Я]-)\d(?:[ ()\-–]{0,3}\d){4,14}(?!\d)")
"""What may be a number that the town or the country of its row makes whole; "TJ-30162" is a code."""


def _tests(area: StudyArea | None) -> dict[str, Callable[[str], bool]]:
    region = area.phone_country if area else ""
    tests: dict[str, Callable[[str], bool]] = {
        "email": lambda text: "@" in text and _reads(parsers.emails, text),
        "website": lambda text: bool(re.match(r"(https?://|www\.)", text)),
        "marking": lambda text: skeleton(text.strip(" .!?")) in MARKINGS,
        "phone": lambda text: (
            bool(re.search(r"\d{2}", text)) and _reads(lambda cell: parsers.phones(cell, region), text)
        ),
        "valid phone": lambda text: bool(
            region and PhoneNumberMatcher(text, region, leniency=Leniency.VALID).has_next()
        ),
        "dialled": lambda text: _may_be_dialled(text, region) and not tests["verified_on"](text),
        "day numbers": lambda text: (
            len(text) == 5 and text.isdigit() and _reads(lambda cell: parsers.date(cell, dt.date(2100, 1, 1)), text)
        ),
        "verified_on": lambda text: (
            len(text) > 5 and _reads(lambda cell: parsers.date(cell, dt.date(2100, 1, 1)), text)
        ),
        "hours": lambda text: (
            bool(re.search(r"\d", text) or ROUND_THE_CLOCK.search(text)) and _reads(parsers.hours, text)
        ),
        "hours in words": lambda text: not tests["hours"](text) and _reads(parsers.hours, text),
        "days": lambda text: parsers.half_of_hours(text) == "days",
        "times": lambda text: parsers.half_of_hours(text) == "times",
        "service": lambda text: _all_known("service_types", text),
        "serves": lambda text: _all_known("beneficiaries", text),
        "languages": lambda text: not re.search(r"\d", text) and _reads(parsers.language_codes, text),
        "status": lambda text: match_term("statuses", text) is not None,
        "degrees": lambda text: _reads(parsers.angle, text),
        "answers": lambda text: len(own := parsers.answered(text)[0]) < 12 and _reads(parsers.yes_no, own.strip("()")),
        "organization_kind": lambda text: match_term("organization_types", text) is not None,
        "organization": lambda text: any(words in skeleton(text) for words, _ in kinds_of_bodies()),
        "coordinates": lambda text: len(re.findall(r"\d[.,]\d{2,}", text)) == 2 and _reads(parsers.coordinates, text),
    }
    if area is not None:
        west, south, east, north = area.bounds
        tests |= {
            "latitude": lambda text: _between(text, south, north),
            "longitude": lambda text: _between(text, west, east),
            "unit": lambda text: not re.fullmatch(r"[\d.,\s]+", text) and bool(units_served(area, text)),
            "streets": says_street,
            "place": lambda text: not re.search(r"\d", text) and locate(area, place=text).precision == "place",
        }
    return tests


def _may_be_dialled(text: str, country: str) -> bool:
    """Whether a cell holds as many digits as a number of the country may have, dialled from anywhere or in a town."""
    match = _DIALLED.search(text)
    if match is None or not country:
        return match is not None
    plan = PhoneMetadata.metadata_for_region(country)
    general = plan.general_desc if plan else None
    lengths = (*general.possible_length, *general.possible_length_local_only) if general else ()
    digits = re.sub(r"\D", "", match[0])
    if digits != match[0]:
        return True  # codes are written without signs between their digits
    code = str(country_code_for_region(country))
    return {len(digits), len(digits.removeprefix("0")), len(digits.removeprefix(code))} & {*lengths} != set()


def _reads(parse: Callable[[str], object], text: str) -> bool:
    try:
        return parse(text) is not None
    except parsers.Partly:
        return True
    except parsers.Unreadable:
        return False


def _all_known(taxonomy: str, text: str) -> bool:
    """Tell whether at least half of the parts of a cell are terms."""
    text = parsers.for_whom(text) if taxonomy == "beneficiaries" else text
    parts = parsers.split_list(text, known=lambda term: match_term(taxonomy, term) is not None)
    known = [match_term(taxonomy, part) or composed(taxonomy, part).codes for part in parts]
    return bool(parts) and sum(map(bool, known)) * 2 >= len(parts)


def _between(text: str, least: float, most: float) -> bool:
    """Tell whether a cell is a coordinate for sure, to two decimals or to the minute, within some degrees."""
    if not re.fullmatch(r"-?\d{1,3}[.,]\d{2,}|.*[°º˚].*", text):
        return False
    try:
        angle = parsers.angle(text)
    except parsers.Unreadable:
        return False
    return angle.decimals >= 2 and least <= angle.degrees <= most
