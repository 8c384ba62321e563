"""What the cells of a column look like: phones, places, days, words of a list."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

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
MOST_MARKS, LONGEST_MARK, UNIQUE = 12, 40, 0.95

MARKINGS = words_for("who may see")
"""Words by which senders say who may see a row."""

NO_MARKS = ("phone", "email", "website", "hours")
"""What is told by its cells and marks nothing."""

ORDER = (
    *("email", "website", "marking", "coordinates", "latitude", "longitude", "phone", "verified_on", "hours"),
    *("unit", "service", "serves", "languages", "status", "organization", "place"),
)
"""What a column is taken for first where it could be several things."""

SHAPES: dict[str, tuple[str, ...]] = {
    "phone": ("phone", "dialled"),
    "email": ("email",),
    "website": ("website",),
    "latitude": ("degrees",),
    "longitude": ("degrees",),
    "coordinates": ("coordinates",),
    "verified_on": ("verified_on", "day numbers"),
    "hours": ("hours", "hours in words", "days", "times"),
}
"""Field whose cells have a shape -> the tests that they pass."""


@dataclass
class ColumnGuess:
    """What was seen in a column."""

    counts: Counter[str] = field(default_factory=Counter)
    """Its different cells and how often each stands there."""
    shares: dict[str, float] = field(default_factory=dict)
    """Test -> the share of its cells that pass it."""

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return self.counts.total()

    @property
    def longest(self) -> int:
        """Letters of its longest cell."""
        return max(map(len, self.counts), default=0)

    @property
    def answers(self) -> bool:
        """Whether its cells say yes and no."""
        return self.shares.get("answers", 0.0) >= 0.8 and len(self.counts) <= MOST_MARKS

    @property
    def worded(self) -> bool:
        """Whether most of its cells are words rather than numbers or marks."""
        letters = re.compile(r"[^\W\d_]")
        return 2 * sum(n for text, n in self.counts.items() if len(letters.findall(text)) > 3) > self.filled

    @property
    def words(self) -> list[str]:
        """Its different cells, where they are few."""
        return sorted(self.counts) if len(self.counts) <= MOST_MARKS else []

    @property
    def samples(self) -> list[str]:
        """The first five different cells, which the page of columns shows."""
        return list(self.counts)[:5]

    @property
    def taken_for(self) -> str:
        """The field that it looks like; nothing where its cells tell of none."""
        for name in ORDER:
            if self.shares.get(name, 0.0) >= (SOME if name == "hours" else ENOUGH) and self._may_be(name):
                return name
        is_key = len(self.counts) == self.filled > 3 and all(
            re.fullmatch(r"[\w/-]{1,40}", text) for text in self.counts
        )
        return "key" if is_key and any(re.search(r"\d", text) for text in self.counts) else ""

    def _may_be(self, name: str) -> bool:
        if self.answers and name not in ("marking", "status"):
            return False  # yes and no are no names of anything
        return self.holds_phones() if name == "phone" else name not in ("marking", "status") or self.is_of_few_words()

    def names_units(self) -> bool:
        """Whether its cells name units and hardly a street."""
        return self.shares.get("unit", 0.0) >= ENOUGH and self.shares.get("streets", 0.0) < 1 - ENOUGH

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
        """Whether the cells can hardly be what the column's name says."""
        if self.answers and field not in ("marking", "accessible", "key", "status", "cost"):
            return True
        if field == "marking":
            return self.taken_for in NO_MARKS or not self.is_of_few_words()
        if field == "status":
            return self.is_of_sentences()
        if field == "key":
            return not self.is_unique()
        if field == "phone" and self.holds_codes() and self.shares.get("valid phone", 0.0) < SOME:
            return True
        shapes = SHAPES.get(field, ()) if self.shares else ()
        return bool(shapes) and sum(self.shares.get(shape, 0.0) for shape in shapes) < 0.2


def looked_at(cells: Sequence[object], area: StudyArea | None) -> ColumnGuess:
    """Look at the cells of a column."""
    filled = (text.strip()[:LETTERS] for text in map(written, cells) if text.strip() and not parsers.is_blank(text))
    counts = Counter(text for text in filled if not DITTO.fullmatch(text))
    some = dict(counts.most_common(DISTINCT))
    weight = sum(some.values())
    tests = _tests(area) if some else {}
    shares = {name: sum(n for text, n in some.items() if passes(text)) / weight for name, passes in tests.items()}
    return ColumnGuess(counts, shares)


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
        "day numbers": lambda text: len(text) == 5 and text.isdigit() and _is_day(text),
        "verified_on": lambda text: len(text) > 5 and _is_day(text),
        "hours": lambda text: (
            bool(re.search(r"\d", text) or ROUND_THE_CLOCK.search(text)) and _reads(parsers.hours, text)
        ),
        "hours in words": lambda text: not tests["hours"](text) and _reads(parsers.hours, text),
        "days": lambda text: parsers.half_of_hours(text) == "days",
        "times": lambda text: parsers.half_of_hours(text) == "times",
        "service": lambda text: _half_known("service_types", text),
        "serves": lambda text: _half_known("beneficiaries", parsers.for_whom(text)),
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


def _is_day(text: str) -> bool:
    return _reads(lambda cell: parsers.date(cell, dt.date(2100, 1, 1)), text)


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


def is_known(taxonomy: str, word: str) -> bool:
    """Whether a word is a term of a taxonomy, or is made of such."""
    return match_term(taxonomy, word) is not None or bool(composed(taxonomy, word).codes)


def _half_known(taxonomy: str, text: str) -> bool:
    parts = parsers.split_list(text, known=lambda term: match_term(taxonomy, term) is not None)
    return bool(parts) and sum(is_known(taxonomy, part) for part in parts) * 2 >= len(parts)


def _between(text: str, least: float, most: float) -> bool:
    """Whether a cell is a coordinate for sure, to two decimals or to the minute, within some degrees."""
    if not re.fullmatch(r"-?\d{1,3}[.,]\d{2,}|.*[°º˚].*", text):
        return False
    try:
        angle = parsers.angle(text)
    except parsers.Unreadable:
        return False
    return angle.decimals >= 2 and least <= angle.degrees <= most
