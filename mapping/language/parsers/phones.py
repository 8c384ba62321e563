"""Phone numbers, and the accounts of messengers that stand beside them."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, get_args

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType

from mapping.language.fold import alternatives
from mapping.language.i18n import UNSAID, Message, both, country_name, either
from mapping.language.parsers._cells import Partly, Unreadable, cell, given, is_blank, says_none, shown

App = Literal["telegram", "whatsapp", "viber", "signal", "imo"]

IDD = ("810", "00", "011")
"""What is dialled before a country's code where the plus sign is not used."""

OLD_TRUNK = "8"
"""What is dialled before a town's code in the countries that shared one network; their metadata no longer say so."""

SHARED_NETWORK = frozenset(("7", "373", "374", "375", "380", "992", "993", "994", "995", "996", "998"))
"""Calling codes of those countries."""

SMS = "sms:"
"""What begins a number that takes text messages alone (RFC 5724)."""

TO_WRITE = range(3, 7)
"""How many digits a short number has that takes text messages."""

SHORT = range(3, 5)
"""How many digits a short number has that is dialled as it stands."""

LOCAL = range(5, 9)
"""How many digits a number within a town has, the town's code apart."""

ENDS = range(1, 5)
"""How many digits may be written where only the end of a second number is given, save three: those could be a short
number or an extension as well."""


LONGEST_NUMBER, MOST_NUMBERS, MOST_WAYS = 15, 6, 4
"""Digits of a number at most, numbers in a run of digits at most, and ways to part one that are looked at."""
LONGEST_LOCAL = LOCAL.stop - 1
LEAST_TYPED = 7
"""Digits of a number that a spreadsheet kept as one: fewer have lost the zeros they began with."""


@dataclass(frozen=True)
class PhoneValue:
    """A number to call.

    ``number`` is E.164, or a short number as it is dialled. ``note`` is what stood beside it: it may name a person, so
    it is not for a public record. ``doubt`` says what was mended and should be looked at. ``fax`` tells that a machine
    answers it. One that takes text messages alone is "sms:" and its digits, so that nothing takes it for one to call.
    """

    number: str
    extension: int | None = None
    note: str = ""
    apps: tuple[App, ...] = ()
    doubt: Message = UNSAID
    fax: bool = False


@dataclass(frozen=True)
class MessengerAccount:
    """An account of a messenger."""

    app: App
    name: str
    url: str


def _listed(*names: str) -> str:
    """Return a pattern of words that stand in lists, none of them the end of a longer one."""
    return rf"(?<!\w){alternatives(*names)}"


_APPS: dict[App, re.Pattern[str]] = {app: re.compile(_listed(f"messenger {app}"), re.I) for app in get_args(App)}
_VOICE = re.compile(rf"{_listed('label of a phone')}[.:№]*", re.I)
_FAX = re.compile(rf"{_listed('label of a fax')}[.:]*", re.I)
_SMS = re.compile(rf"{_listed('text message')}[^\d@]{{0,20}}\d+\W*$|^\W*\d+\W*{_listed('text message')}", re.I)
"""A short number that takes text messages alone, before or behind the words for them."""
_OUT_OF_USE = re.compile(_listed("number out of use"), re.I)
"""Words beside a number by which nobody is reached there any more."""
_LEFT_OUT = re.compile(r"(?:(?<=\d)|[\s.-])[xх_]+(?![\w.])", re.I)
"""Signs behind digits that stand for others which are not told: "5-51-1x"."""
_LINE = _listed("line to call")
_SHORT_NUMBER = re.compile(
    rf"[\s(\[:,–—-]*(?:{_listed('short number', 'speaking of a number', 'line to call')}[\s)\].:–—-]*){{1,4}}", re.I
)
"""Nothing but words that say of a number that it is a short one, or a free one."""
_WITHIN = re.compile(rf"{_listed('numbered within a house')}|№", re.I)
"""Words for what else is numbered where people work."""
_ACCOUNT = re.compile(
    rf"(?:{_listed('messenger telegram', 'messenger account')}[\s:.–—-]*)?"
    r"(?<![\w.])(?:@[A-Za-z]\w{3,31}|(?:https?://)?(?:t\.me|telegram\.me|wa\.me)/\+?\w+)"
    rf"(?:\s*\({_listed('messenger telegram')}\))?(?![\w.@-])",
    re.I,
)
"""An account of a messenger beside numbers: it says nothing of the number before it."""
_EXTENSION = re.compile(
    rf"(?<![\s,;(\[])[\s,;(\[]*(?:{_listed('extension of a phone')}[.\s]?(?:{_LINE}|№)?[.:=№\s]*|"
    r"(?<![^\W\d_])[xх][.:\s]?|[#*]\s?|,,\s?)"
    r"(?P<extension>\d{1,6})(?!\d)[)\]]?",
    re.I,
)
_BRACKETED = re.compile(r"(?<!\s)\s*+[(\[](?P<extension>\d{2,5})[)\]](?!\s*[-\d])")
_O = "OoОоΟο"
_ZEROS = dict.fromkeys(map(ord, _O), "0")
_GAP = r"[ .\-–—‐‑−]{0,3}"
_CORE = re.compile(
    rf"\+?(?:\d|\(\+?\d(?:{_GAP}\d){{0,14}}\))"
    rf"(?:{_GAP}(?:\d|[{_O}](?![^\W\d_{_O}])|\(\d{{1,5}}\)(?={_GAP}\d)))*"
)
_APART = re.compile(r"((?:(?!\s[-–—‐‑−]\s).)+)\s[-–—‐‑−]\s+(?P<end>\d{1,4})\s*")
"""A few digits behind the only dash that stands apart: the end of a number, or that of another one."""
_DASHED_END = re.compile(r"\s*[-–—]\s?\d{1,4}\s*")
"""The last digits of a second number, with the dash that they have in the first."""
_BEFORE_AN_END = ("/", "\\", ",")
"""What stands before the last digits of another number."""
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d(?:[ ,T]+\d{1,2}:\d\d.*)?|(?:19|20)\d\d-\d\d-\d\d(?:[T ].*)?")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d\s*[-–—]\s*\d{1,2}[:.]\d\d")
_ALWAYS = re.compile(rf"\b24\s*/\s*7\b|\b24\s*{alternatives('all day and night')}", re.I)
_PARTS = re.compile(rf"([;,\n|]|\s/\s|/|\\|\s(?:{alternatives('joining numbers')}|&)\s)(?![^()]{{0,200}}\))", re.I)
_TRUNK_IN_BRACKETS = re.compile(r"(?<=\d)[ )]*\([08]\)")


_ASK = Message("ask for the number")


def phones(value: object, region: str, towns: tuple[str, ...] = ()) -> list[PhoneValue]:
    """Read the phone numbers of a cell; a blank and "none" give no number.

    A number of possible length is taken even where no such number has been given out. Without a country's code it is
    one of ``region`` (ISO 3166-1 alpha-2); without a town's code, it is completed by that of ``towns``, beginnings of
    the country's numbers, where only one fits. An extension is never a number of its own.

    Raises
    ------
    Unreadable
        For what is no number, or not a whole one; a short number beside it is not believed either.
    Partly
        When some numbers of the cell could be read.

    Examples
    --------
    >>> [phone.number for phone in phones("+44 20 7946 0000; 020 7946 0001 ext. 12", "GB")]
    ['+442079460000', '+442079460001']
    >>> [(phone.number, phone.extension) for phone in phones("22-00-00 доб. 102", "TJ", ("372",))]
    [('+992372220000', 102)]
    """
    if is_blank(value) or says_none(cell(value)):
        return []
    text = given(value, Message("phone number"))
    _refuse_other_kinds(text, isinstance(value, int | float))
    reader = _PhoneReader(region, towns)
    bare = _TRUNK_IN_BRACKETS.sub(" ", _ALWAYS.sub(" ", _ACCOUNT.sub(" ", text)))
    bare = _CORE.sub(lambda run: _one_by_one(run[0], region), bare)
    pieces = _PARTS.split(bare)
    for separator, part in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        reader.read(part, separator.strip())
    numbers = reader.believed()
    if not (numbers or reader.faults) and _ACCOUNT.search(text) and not bare.strip(" .,;()"):
        return []  # accounts of messengers stand there, which `accounts_among` reads
    if not numbers:
        raise reader.faults[0] if reader.faults else _no_number(text)
    if reader.faults:
        first = reader.faults[0]
        raise Partly(numbers, "; ".join(reader.unread), first.problem, first.fix)
    return numbers


def _one_by_one(run: str, region: str) -> str:
    """Part digits too many for a number into numbers, where one way alone makes each of them one that is given out."""
    if not LONGEST_NUMBER < len(_digits(run)) <= MOST_NUMBERS * LONGEST_NUMBER:
        return run
    gaps = [gap.span() for gap in re.finditer(r"(?<=\d)[ \-–—]+(?=[+(\d])", run)]
    ways: list[list[tuple[int, list[str]]]] = [[(0, [])]]
    for start, end in [*gaps, (len(run), len(run))]:
        before = [way for at_gap in ways for way in at_gap]
        fits = [(end, [*parts, run[at:start]]) for at, parts in before if _is_one_number(run[at:start], region)]
        ways.append(fits[:MOST_WAYS])
    return "; ".join(ways[-1][0][1]) if len(ways[-1]) == 1 else run


def _is_one_number(text: str, region: str) -> bool:
    if not LONGEST_LOCAL < len(_digits(text)) <= LONGEST_NUMBER:
        return False
    with contextlib.suppress(Unreadable):
        return is_given_out(_phone(text, region).number)
    return False


def _refuse_other_kinds(text: str, is_number: bool) -> None:
    """Refuse what a spreadsheet made of a number, and days and hours from another column."""
    if (is_number and not (text.isdigit() and len(text) >= LEAST_TYPED)) or re.fullmatch(r"[\d.,]+e\+?\d+", text, re.I):
        raise Unreadable(
            Message("{text} is a spreadsheet's number, not a phone number", text=text),
            Message("format the column as text and send it again"),
        )
    shifted = Message("look whether the columns are shifted")
    if _DATE.fullmatch(text):
        raise Unreadable(Message("{text} is a date, not a phone number", text=text), shifted)
    if _CLOCK.search(text) and not re.search(r"\d{5}", text):
        raise Unreadable(Message("{text} looks like hours, not a phone number", text=shown(text)), shifted)


def _no_number(text: str) -> Unreadable:
    return Unreadable(Message("{text} is no phone number", text=shown(text)), _ASK)


@dataclass
class _PhoneReader:
    """Reads the parts of a cell one after the other; what stands behind a number belongs to it."""

    region: str
    towns: tuple[str, ...] = ()
    found: list[PhoneValue] = field(default_factory=list)
    faults: list[Unreadable] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    whole: bool = True
    """Whether the number before was read, so that an extension or an ending can belong to it."""
    label: str = ""
    """What stood alone before: the "тел." of "тел./факс: 22-11-00"."""

    def read(self, part: str, separator: str) -> None:
        """Read one part of a cell."""
        part = self._extension_of_last(part)
        cores = list(_CORE.finditer(part))
        if len(cores) == 1 and _OUT_OF_USE.search(part):
            problem = Message("{text} is said to be out of use", text=shown(part.strip()))
            self._fail(Unreadable(problem, _ASK), part)
            return
        words = _words(_CORE.sub(" ", _EXTENSION.sub(" ", part)))
        before, end = len(self.found), 0
        for core in cores:
            if core.start() < end:
                continue  # it was the extension of the number before
            digits, first, count = _digits(core[0]), core is cores[0], len(self.found)
            self.label += part[end : core.start()]
            few = len(digits) < 7 and not core[0].startswith("+") and (words or not first)
            if self.found and _DASHED_END.fullmatch(part):
                self._add_ending(digits, "/")
            elif first and separator in _BEFORE_AN_END and not words and len(digits) in ENDS:
                self._add_ending(digits, separator)
            elif len(digits) in TO_WRITE and _SMS.search(part):
                self.found.append(PhoneValue(SMS + digits))
                words = ""
            elif not few or self._is_short_to_call(core, part) or _is_local(core[0]):
                end = self._add(core, part)
            end = max(end, core.end())
            fax = _FAX.search(self.label) and not _VOICE.search(self.label)
            fax = fax or (len(cores) == 1 and _FAX.search(part[end:]) and not _VOICE.search(part))
            self.found[count:] = [replace(phone, fax=bool(fax)) for phone in self.found[count:]]
            self.label = ""
        self.label = "" if cores else self.label + part
        apps = tuple(app for app, pattern in _APPS.items() if pattern.search(part))
        if len(self.found) > before or (self.found and (words or apps)):
            last = self.found[-1]
            note = " ".join(filter(None, (last.note, words)))
            self.found[-1] = replace(last, note=note, apps=tuple(dict.fromkeys((*last.apps, *apps))))
        elif not cores and (words or apps):
            self._fail(_no_number(part), part)

    def believed(self) -> list[PhoneValue]:
        """Return the numbers; short ones only where nothing of the cell was left unread."""
        return [phone for phone in self.found if phone.number.startswith("+") or not self.faults]

    def _is_short_to_call(self, core: re.Match[str], part: str) -> bool:
        """Whether words say of a short number that it is one to call, or nothing but a known one can be meant."""
        digits, before, behind = core[0].strip(), part[: core.start()].strip(" (["), part[core.end() :]
        if not (digits.isdigit() and len(digits) in SHORT) or _WITHIN.search(part):
            return False
        number = phonenumbers.PhoneNumber(_calling_code(self.region), int(digits))
        known = phonenumbers.is_valid_short_number_for_region(number, self.region)
        if _SHORT_NUMBER.fullmatch(f"{before} {behind}") or (known and not before):
            return True
        if not known and re.match(r"\s*[^\W\d_]", behind):
            return False  # it counts what is named behind it
        announced = before.endswith((":", "-", "–", "—")) and re.search(_LINE, before, re.I)
        return bool(announced or re.search(rf"{_LINE}$", before.rstrip(" .:=–—-"), re.I))

    def _extension_of_last(self, part: str) -> str:
        """Take the extension of the number before from the beginning of a part; return the rest."""
        behind = _EXTENSION.match(part)
        if behind is None:
            return part
        if self.found and self.whole:
            self.found[-1] = replace(self.found[-1], extension=int(behind["extension"]))
        elif not self.faults:
            problem = Message("{number} is an extension without its number", number=behind[0].strip())
            self._fail(Unreadable(problem, _ASK), behind[0])
        return part[behind.end() :]

    def _add_ending(self, digits: str, separator: str) -> None:
        """Add a number that is written by its last digits only: 22-11-00/01."""
        last = self.found[-1].number if self.found and self.whole else ""
        if last and not last.startswith("+") and len(digits) in SHORT and separator == ",":
            self.found.append(PhoneValue(digits))  # two short numbers side by side
        elif not last.startswith("+") or len(digits) == 3 or separator == ",":
            self._fail(_unsure_end(digits), digits)
        else:
            doubt = Message(
                "only its last digits ({digits}) are written, after {national}", digits=digits, national=last
            )
            self.found.append(PhoneValue(last[: -len(digits)] + digits, doubt=doubt))

    def _add(self, core: re.Match[str], part: str) -> int:
        """Add a number with its extension; return where both of them end in the part."""
        match = _EXTENSION.match(part, core.end()) or _BRACKETED.match(part, core.end())
        end = match.end() if match else core.end()
        try:
            if _LEFT_OUT.match(part, core.end()):
                raise Unreadable(Message("{text} leaves digits out", text=shown(part.strip())), _ASK)
            number = self._number(core[0])
        except Unreadable as fault:
            self.whole = False
            self._fail(fault, core[0])
            return end
        self.whole = True
        if match:
            bracketed = Message("({extension}) behind the number is taken for its extension", extension=match[1])
            doubt = both(number.doubt, UNSAID if match.re is _EXTENSION else bracketed)
            number = replace(number, extension=int(match["extension"]), doubt=doubt)
        self.found.append(number)
        return end

    def _number(self, core: str) -> PhoneValue:
        """Read digits as one number, which the town of the number before completes where none is given."""
        if apart := _APART.fullmatch(core):
            raise _unsure_end(apart["end"])
        try:
            return _phone(core, self.region, self.towns)
        except Unreadable:
            own, digits = f"+{_calling_code(self.region)}", len(_digits(core))
            last = self.found[-1].number if self.found and self.whole else ""
            if digits not in LOCAL or not last.startswith(own) or not _is_of_kind(last, PhoneNumberType.FIXED_LINE):
                raise
            return _phone(core, self.region, (last[len(own) : len(last) - digits],))

    def _fail(self, fault: Unreadable, text: str) -> None:
        self.faults.append(fault)
        self.unread.append(text.strip())


def _unsure_end(digits: str) -> Unreadable:
    return Unreadable(
        Message("{digits} may be a number of its own, an extension, or the end of another number", digits=digits),
        Message("write each number in full, and an extension behind 'ext.'"),
    )


def _is_local(core: str) -> bool:
    """Whether a few digits are written as a number within a town is: 21-12-34."""
    return len(_digits(core)) in LOCAL and re.search(rf"\d{_GAP.replace('0,3', '1,3')}\d", core) is not None


def _digits(core: str) -> str:
    return re.sub(r"\D", "", core.translate(_ZEROS))


def _words(text: str) -> str:
    """Return the words of a part that say something: no labels, brackets or names of messengers."""
    for pattern in (*_APPS.values(), _VOICE, _FAX):
        text = pattern.sub(" ", text)
    return " ".join(word for word in re.split(r"[\s()\[\]:,;/№#*–—-]+", text) if word.strip(".+"))


def _phone(core: str, region: str, towns: tuple[str, ...] = ()) -> PhoneValue:
    """Read one number that stands alone."""
    digits = _digits(core)
    doubt = Message("a letter O is read as the digit 0") if re.search(f"[{_O}]", core) else UNSAID
    if not digits.strip("0"):
        raise Unreadable(Message("{number} is only zeros", number=core.strip()), _ASK)
    if len(digits) in SHORT and core.strip().isdigit():
        return PhoneValue(digits, doubt=doubt)
    if not _calling_code(region):
        raise Unreadable(
            Message("{region!r} is no country with a calling code", region=region),
            Message("set the country of the phone numbers"),
        )
    if core.startswith(("+", "(+")):
        ways = [f"+{digits}"]
    else:
        ways = [*_within(digits, region), *_from_abroad(core, digits, region)]
    possible = [way for way in ways if _is_possible(way)]
    number = next(filter(is_given_out, possible), possible[0] if possible else "")
    if not number:
        return _completed(core, digits, region, towns)
    if not is_given_out(number):
        abroad = country_of(f"+{digits}") if is_given_out(f"+{digits}") and not re.search(r"[+()]", core) else ""
        if abroad.isalpha():  # satellites and the like are of "001"
            problem = Message(
                "{number} may be a number of {country}", number=core.strip(), country=country_name(abroad)
            )
            raise Unreadable(problem, _in_full(region))
        if any(is_carried(f"{number}{digit}") for digit in range(10)):
            doubt = both(doubt, Message("{number} may lack a digit, since mobile numbers have one more", number=number))
    return PhoneValue(number, doubt=doubt)


def _in_full(region: str) -> Message:
    return Message("write it in full, with +{own} or the code of its country", own=str(_calling_code(region)))


def _within(digits: str, region: str) -> list[str]:
    """Return the numbers that digits can be within a country: as they stand, with its own code, behind its trunk."""
    own, trunk = str(_calling_code(region)), phonenumbers.ndd_prefix_for_region(region, True)
    trunk = trunk or (OLD_TRUNK if own in SHARED_NETWORK else "")
    bare = digits.removeprefix(trunk) if trunk else digits
    ways = [bare] if trunk == "0" and not bare.startswith("0") else [digits, bare]
    coded = digits.startswith(own) and (len(digits) > 10 or not _is_possible(f"+{own}{digits}"))
    return [f"+{own}{way}" for way in ([digits.removeprefix(own)] if coded else []) + ways]


def _from_abroad(core: str, digits: str, region: str) -> list[str]:
    """Return the numbers of any country that digits can be without its plus sign."""
    dialled = [f"+{digits.removeprefix(idd)}" for idd in IDD if digits.startswith(idd)]
    own = f"+{_calling_code(region)}{digits}"
    lacking = any(_is_possible(f"{own}{more}") for more in ("", "0", "00"))  # one of ours with a digit or two missing
    longer = not lacking and not digits.startswith((OLD_TRUNK, "0"))
    bare = f"+{digits}"
    return [*([bare] if "(" not in core and longer and is_given_out(bare) else []), *dialled]


def _completed(core: str, digits: str, region: str, towns: tuple[str, ...]) -> PhoneValue:
    """Read a number within a town by the town's code, where exactly one fits."""
    own, local = _calling_code(region), digits[bool(re.match(r"[08][ \-(]", core)) :]
    fits = set()
    for town in towns if len(local) in LOCAL else ():
        for code in (town, town[:-1]):  # a code may hold the first digit of the numbers in its town
            if local.startswith(town[len(code) :]) and _is_possible(f"+{own}{code}{local}"):
                fits.add(f"{code}{local}")
    if len(fits) == 1 and not core.startswith(("+", "(+")):
        rest = fits.pop()
        return PhoneValue(
            f"+{own}{rest}", doubt=Message("completed by the town's code: +{code} {rest}", code=own, rest=rest)
        )
    raise _not_whole(core.strip(), digits, region)


def _not_whole(core: str, digits: str, region: str) -> Unreadable:
    """Say how many digits there are, and how many are needed."""
    if not core.startswith(("+", "(+")):
        problem = Message(
            "{number} has {count} {count:digit|digits}, and numbers of {region} have {wanted}",
            number=core,
            count=len(digits),
            region=country_name(region),
            wanted=either(_lengths(_calling_code(region))),
        )
        return Unreadable(problem, _in_full(region))
    code, rest = _parted(digits)
    problem = Message("{number} begins with the code of no country", number=core)
    if code:
        problem = Message(
            "{number} has {count} {count:digit|digits} after +{code}, and {wanted} are needed",
            number=core,
            count=len(rest),
            code=code,
            wanted=either(_lengths(code)),
        )
    return Unreadable(problem, _ASK)


def _parted(digits: str) -> tuple[int, str]:
    """Return the calling code with which an international number begins, 0 where there is none, and the rest."""
    codes = (length for length in (1, 2, 3) if int(digits[:length] or 0) in COUNTRY_CODE_TO_REGION_CODE)
    length = next(codes, 0)
    return int(digits[:length] or 0), digits[length:]


def _is_possible(number: str) -> bool:
    """Whether a number in E.164 has as many digits as numbers of its country have, towns' codes included."""
    code, rest = _parted(number.removeprefix("+"))
    return bool(code) and len(rest) in _lengths(code)


@lru_cache(maxsize=500)
def _lengths(code: int) -> tuple[int, ...]:
    """Return how many digits numbers behind a calling code have, short and special ones apart."""
    lengths: set[int] = set()
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = PhoneMetadata.metadata_for_region(region) if region != "001" else None
        kinds = (metadata.fixed_line, metadata.mobile) if metadata else ()
        lengths.update(length for kind in kinds if kind for length in kind.possible_length if length > 0)
    return tuple(sorted(lengths)) or tuple(range(7, 13))


@lru_cache(maxsize=500)
def _calling_code(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))


def _is_of_kind(number: str, kind: int) -> bool:
    with contextlib.suppress(phonenumbers.NumberParseException):
        return bool(phonenumbers.number_type(phonenumbers.parse(number)) == kind)
    return False


def is_given_out(number: str) -> bool:
    """Whether a number in E.164 is one of those that its country gives out."""
    with contextlib.suppress(phonenumbers.NumberParseException):
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number)))
    return False


def is_dialled(number: str) -> bool:
    """Tell whether a text is a number as it is dialled and nothing else, of no more digits than any country has.

    >>> is_dialled("+442079460000"), is_dialled("1313"), is_dialled("+ask us")
    (True, True, False)
    """
    return bool(re.fullmatch(r"[+*#]?[0-9*#]{1,20}", number))


def is_carried(number: str) -> bool:
    """Tell whether a number is that of a mobile phone for sure.

    >>> is_carried("+992918001122"), is_carried("+992372211234"), is_carried("102")
    (True, False, False)
    """
    return number.startswith("+") and _is_of_kind(number, PhoneNumberType.MOBILE)


@lru_cache(maxsize=5000)
def country_of(number: str) -> str:
    """Return the ISO 3166 code of the country that a number is of; "" of a short one and of what is no number.

    Countries share calling codes: +7 6xx and +7 7xx are of Kazakhstan. A number that no country has given out is of
    the first country of its calling code.

    >>> country_of("+77012345678"), country_of("+79161234567"), country_of("1313")
    ('KZ', 'RU', '')
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    first = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return phonenumbers.region_code_for_number(parsed) or ("" if first == "ZZ" else first)


def accounts_among(text: str) -> list[MessengerAccount]:
    """Return the accounts that stand among numbers in a cell.

    >>> [account.url for account in accounts_among("92-000-00-65, TG: @some_help")]
    ['https://t.me/some_help']
    """
    return [account for match in _ACCOUNT.finditer(text) for account in accounts(match[0])]


def accounts(value: object, region: str = "") -> list[MessengerAccount]:
    """Read accounts of messengers: ``@name``, ``t.me/name``, ``wa.me/number``, "Viber +998 ...".

    Numbers are those of a ``region`` where they have no code of a country. An ``@name`` alone is one of
    Telegram, which is the only one of the messengers to write names that way.
    """
    if is_blank(value) or says_none(cell(value)):
        return []
    text = given(value, Message("account"))
    messengers: list[MessengerAccount] = []
    unread: list[str] = []
    for part in filter(str.strip, re.split(r"[,;\n]", text)):
        of_part = [*_accounts_in(part, region)]
        messengers += of_part
        if not of_part and re.search(r"\w", part):
            unread.append(part.strip())
    read = list(dict.fromkeys(messengers))
    if read and not unread:
        return read
    problem = Message("{text} is no account of a messenger", text=shown(unread[0] if read else text))
    fix = Message("write it as @name, or as t.me/name")
    raise Partly(read, "; ".join(unread), problem, fix) if read else Unreadable(problem, fix)


def _accounts_in(part: str, region: str) -> Iterator[MessengerAccount]:
    """Yield the accounts in a part of a cell: names, links, and numbers beside the name of a messenger."""
    for name in re.findall(r"(?:t\.me/|telegram\.me/|(?<![\w.])@)([A-Za-z]\w{3,31})", part):
        yield MessengerAccount("telegram", name, f"https://t.me/{name}")
    links = re.findall(r"wa\.me/\+?(\d{8,15})", part)
    for digits in links:
        yield MessengerAccount("whatsapp", f"+{digits}", f"https://wa.me/{digits}")
    if links or not re.search(r"\d{2}", part):
        return
    try:
        numbers = phones(part, region)
    except Unreadable as error:
        numbers = error.value if isinstance(error, Partly) else []
    for number in numbers:
        for app in number.apps:
            yield MessengerAccount(app, number.number, number.number)
