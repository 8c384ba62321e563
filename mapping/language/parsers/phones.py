"""Phone numbers, and the accounts of messengers that stand beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from mapping.language.parsers._cells import Partly, Unreadable, cell, given, is_blank, says_none, shown

App = Literal["telegram", "whatsapp", "viber", "signal", "imo"]


@dataclass(frozen=True)
class PhoneValue:
    """A number to call.

    ``number`` is E.164, or a short number as it is dialled; ``national`` is how it stood, without the country's code.
    ``note`` is what stood beside it: it may name a person, so it is not for a public record. ``doubt`` says what was
    mended and should be looked at.
    """

    number: str
    national: str
    extension: int | None = None
    note: str = ""
    apps: tuple[App, ...] = ()
    doubt: str = ""


@dataclass(frozen=True)
class MessengerAccount:
    """An account of a messenger."""

    app: App
    name: str
    url: str


_APPS: dict[App, str] = {
    "telegram": r"telegram|телеграмм?|t\.me|\btg\b|\bтг\b",
    "whatsapp": r"whats?\s?app|ват[ст]?ап|вотс[ао]п|вацап|wa\.me|\bwa\b",
    "viber": r"viber|вайбер",
    "signal": r"\bsignal\b|сигнал",
    "imo": r"\bimo\b|\bимо\b",
}
_LABEL = re.compile(
    r"\b(?:тел(?:ефон)?|моб(?:ильный)?|сот(?:овый)?|раб(?:очий)?|гор(?:одской)?|phone|tel|mob(?:ile)?|cell|office|hotline|"
    r"горячая линия|хати боварӣ|тлф|telefon|ishonch)\b\.?:?",
    re.I,
)
_EXTENSION = re.compile(
    r"\(?\s*(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|ext(?:ension)?|дох(?:илӣ|или)?|ichki|x|#)\.?:?\s*$", re.I
)
_O = "OoОоΟο"
_CORE = re.compile(rf"\+?(?:\d|\(\+?\d{{1,5}}\))(?:[ .\-–—‐‑]{{0,3}}(?:\d|[{_O}](?![^\W\d_{_O}])|\(\d{{2,5}}\)))*")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d(?:[T ].*)?")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d\s*[-–—]\s*\d{1,2}[:.]\d\d")
_PARTS = re.compile(r"([;,\n|]|\s/\s|/)(?![^(]*\))")
IDD = ("810", "00", "011")
"""What is dialled before a country's code where the plus sign is not used."""

SHORT = range(3, 7)
"""How many digits a short number has."""


def phones(value: object, region: str) -> list[PhoneValue]:
    """Read the phone numbers of a cell; a blank and "none" give no number.

    A number of possible length is taken even where no such number has been given out. Without a country's code it is
    one of ``region`` (ISO 3166-1 alpha-2).

    Raises
    ------
    Unreadable
        For what is no number, or not a whole one.
    Partly
        When some numbers of the cell could be read.

    Examples
    --------
    >>> [phone.number for phone in phones("+44 20 7946 0000; 020 7946 0001 ext. 12", "GB")]
    ['+442079460000', '+442079460001']
    """
    if is_blank(value) or says_none(cell(value)):
        return []
    text = given(value, "phone number")
    if isinstance(value, int | float):
        _check_spreadsheet_number(text)
    if re.fullmatch(r"[\d.,]+e\+?\d+", text, re.I):
        raise Unreadable(
            f"{text} is a number cut short by the spreadsheet", "format the column as text and send it again"
        )
    if _DATE.fullmatch(text):
        raise Unreadable(f"{text} is a date, not a phone number", "look whether the columns are shifted")
    if _CLOCK.search(text) and not re.search(r"\d{5}", text):
        raise Unreadable(f"{shown(text)} looks like hours, not a phone number", "look whether the columns are shifted")
    reader = _PhoneReader(region)
    for separator, part in _parts(text):
        reader.read(part, separator)
    if not reader.found:
        raise (
            reader.faults[0] if reader.faults else Unreadable(f"{shown(text)} is no phone number", "ask for the number")
        )
    if reader.faults:
        first = reader.faults[0]
        raise Partly(reader.found, "; ".join(reader.unread), first.problem, first.fix)
    return reader.found


def accounts(value: object) -> list[MessengerAccount]:
    """Read accounts of messengers: ``@name``, ``t.me/name``, ``wa.me/number``.

    An ``@name`` alone is one of Telegram, which is the only one of the messengers to write names that way.
    """
    if is_blank(value) or says_none(cell(value)):
        return []
    text = given(value, "account")
    found = [
        MessengerAccount("telegram", name, f"https://t.me/{name}")
        for name in re.findall(r"(?:t\.me/|telegram\.me/|(?<![\w.])@)([A-Za-z]\w{3,31})", text)
    ]
    found += [
        MessengerAccount("whatsapp", f"+{digits}", f"https://wa.me/{digits}")
        for digits in re.findall(r"wa\.me/\+?(\d{8,15})", text)
    ]
    if not found:
        raise Unreadable(f"{shown(text)} is no account of a messenger", "write it as @name, or as t.me/name")
    return list(dict.fromkeys(found))


@dataclass
class _PhoneReader:
    """Reads the parts of a cell one after the other; what stands behind a number belongs to it."""

    region: str
    found: list[PhoneValue] = field(default_factory=list)
    faults: list[Unreadable] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def read(self, part: str, separator: str) -> None:
        """Read one part of a cell."""
        cores = list(_CORE.finditer(part))
        words = _words(_CORE.sub(" ", part))
        before = len(self.found)
        for number, core in enumerate(cores):
            lead = part[cores[number - 1].end() if number else 0 : core.start()]
            digits = _digits(core[0])
            if self.found and _EXTENSION.search(lead):
                self._amend(extension=int(digits))
                words = _words(_EXTENSION.sub(" ", lead) + part[core.end() :])
            elif self.found and separator == "/" and number == 0 and len(digits) <= 3 and not words:
                self._add_sibling(digits)
            elif len(digits) < 7 and words and not core[0].startswith("+"):
                continue  # a number of something else: a room, a line
            else:
                self._add(core[0])
        if len(self.found) > before or (self.found and words):
            self._amend(note=words, apps=_apps(part))
        elif not cores and self.found and _apps(part):
            self._amend(apps=_apps(part))
        elif not cores and part.strip():
            self.faults.append(Unreadable(f"{shown(part)} is no phone number", "ask for the number"))
            self.unread.append(part.strip())

    def _add(self, core: str) -> None:
        try:
            self.found.append(_phone(core, self.region))
        except Unreadable as fault:
            self.faults.append(fault)
            self.unread.append(core)

    def _add_sibling(self, digits: str) -> None:
        """Add a number that is written by its last digits only: 22-11-00/01."""
        last = self.found[-1]
        self.found.append(
            PhoneValue(
                number=last.number[: -len(digits)] + digits,
                national=last.national[: -len(digits)] + digits,
                doubt=f"only its last digits ({digits}) are written, after {last.national}",
            )
        )

    def _amend(self, *, extension: int | None = None, note: str = "", apps: tuple[App, ...] = ()) -> None:
        last = self.found[-1]
        self.found[-1] = replace(
            last,
            extension=last.extension if extension is None else extension,
            note=" ".join(filter(None, (last.note, note))),
            apps=tuple(dict.fromkeys((*last.apps, *apps))),
        )


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Cut a cell at its separators, none of them inside brackets: separator before it, part."""
    pieces = _PARTS.split(text)
    yield "", pieces[0]
    for separator, part in zip(pieces[1::2], pieces[2::2], strict=True):
        yield separator.strip(), part


def _digits(core: str) -> str:
    return re.sub(r"\D", "", core.translate({ord(letter): "0" for letter in _O}))


def _words(text: str) -> str:
    """Return the words of a part that say something: no labels, brackets or names of messengers."""
    for pattern in _APPS.values():
        text = re.sub(pattern, " ", text, flags=re.I)
    text = _EXTENSION.sub(" ", _LABEL.sub(" ", text))
    return " ".join(word for word in re.split(r"[\s()\[\]:,;/–—-]+", text) if word.strip(".+"))


def _apps(text: str) -> tuple[App, ...]:
    return tuple(app for app, pattern in _APPS.items() if re.search(pattern, text, re.I))


def _check_spreadsheet_number(text: str) -> None:
    if not text.isdigit():
        raise Unreadable(f"{text} is a spreadsheet's number, not a phone number", "format the column as text")
    if len(text) < 7:
        raise Unreadable(
            f"{text} is a number without the zeros it began with", "format the column as text and type the number again"
        )


def _phone(core: str, region: str) -> PhoneValue:
    """Read one number that stands alone."""
    digits = _digits(core)
    doubt = "a letter O is read as the digit 0" if re.search(f"[{_O}]", core) else ""
    if not digits.strip("0"):
        raise Unreadable(f"{core.strip()} is only zeros", "ask for the number")
    if not core.startswith("+") and len(digits) in SHORT:
        return PhoneValue(number=digits, national=digits, doubt=doubt)
    code, rest = _country(core, digits, region)
    prefix = digits.removesuffix(rest)
    return PhoneValue(
        number=f"+{code}{rest}", national=_after(core, len(prefix) if prefix.endswith(code) else 0), doubt=doubt
    )


def _country(core: str, digits: str, region: str) -> tuple[str, str]:
    """Return a country's calling code and the digits after it, whichever way they are written."""
    own = str(phonenumbers.country_code_for_region(region))
    if own == "0":
        raise Unreadable(f"{region!r} is no country with a calling code", "set the country of the phone numbers")
    lengths = _lengths(region)
    if core.startswith("+"):
        return _split(digits, core)
    if (
        digits.startswith(own)
        and len(digits) - len(own) in lengths
        and (len(digits) > 10 or len(digits) not in lengths)
    ):
        return own, digits[len(own) :]
    if len(digits) in lengths:
        return own, digits
    metadata = PhoneMetadata.metadata_for_region(region)
    trunk = metadata.national_prefix if metadata else None
    if trunk and digits.startswith(trunk) and len(digits) - len(trunk) in lengths:
        return own, digits[len(trunk) :]
    for idd in IDD:
        if digits.startswith(idd) and (found := _possible(digits[len(idd) :])):
            return found
    wanted = " or ".join(map(str, lengths))
    raise Unreadable(
        f"{core.strip()} has {len(digits)} digits, and numbers of {region} have {wanted}",
        f"write it in full, with +{own} or the code of its country",
    )


def _split(digits: str, core: str) -> tuple[str, str]:
    """Part the digits of an international number into calling code and rest."""
    if found := _possible(digits):
        return found
    for length in (1, 2, 3):
        if (code := digits[:length]) and int(code) in COUNTRY_CODE_TO_REGION_CODE:
            region = COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
            wanted = " or ".join(map(str, _lengths(region)))
            raise Unreadable(
                f"{core.strip()} has {len(digits) - length} digits after +{code}, and {wanted} are needed",
                "ask for the whole number",
            )
    raise Unreadable(f"{core.strip()} begins with the code of no country", "ask for the whole number")


def _possible(digits: str) -> tuple[str, str] | None:
    """Return calling code and rest if the rest has a possible length there."""
    for length in (1, 2, 3):
        code = digits[:length]
        if not code or int(code) not in COUNTRY_CODE_TO_REGION_CODE:
            continue
        for region in COUNTRY_CODE_TO_REGION_CODE[int(code)]:
            if len(digits) - length in _lengths(region):
                return code, digits[length:]
        return None
    return None


def _lengths(region: str) -> tuple[int, ...]:
    """Return how many digits numbers of a country have, short and special ones apart."""
    metadata = PhoneMetadata.metadata_for_region(region) if region != "001" else None
    if metadata is None:
        return tuple(range(7, 13))
    kinds = (metadata.fixed_line, metadata.mobile, metadata.general_desc)
    fixed, mobile, general = ({n for n in kind.possible_length if n > 0} if kind else set() for kind in kinds)
    return tuple(sorted(fixed | mobile or general))


def _after(core: str, count: int) -> str:
    """Return how a number is written after so many digits."""
    for position, letter in enumerate(core):
        if count == 0:
            return " ".join(core[position:].lstrip(" .-–—)").split())
        count -= letter.isdigit()
    return " ".join(core.split())
