"""Texts in the languages of people: gettext catalogues, numbers and dates.

English texts stand in the code; ``mapping/language/<language>/*.po`` hold the others. Each section of the
product has a catalogue of its own there, and all of them are read together.
"""

import contextlib
import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po

from mapping.language import languages
from mapping.resources import table_beside


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every translated text of a language: English -> translation."""
    texts: dict[str, str] = {}
    folder = languages.folders().get(language)
    for path in sorted(folder.glob("*.po")) if folder else ():
        with path.open("rb") as file:
            for message in read_po(file, locale=None):
                if message.id and message.string and not message.fuzzy:
                    texts[str(message.id)] = str(message.string)
    return texts


def chain(language: str) -> tuple[str, ...]:
    """Return the languages to try, in order."""
    return languages.language(language).chain


def chain_of(kind: str, field_name: str, language: str) -> tuple[str, ...]:
    """Return the languages to try for a field of a kind of record, in order: `chain`, but for proper names."""
    own = languages.language(language)
    return own.chain_of_organizations if (kind, field_name) == ("organization", "name") else own.chain


def translate(text: str, language: str, **values: object) -> str:
    """Say an English text in another language, with its ``{values}`` filled in as that language writes them."""
    return _said(text, values, language)


def _said(text: str, values: Mapping[str, object], language: str) -> str:
    template, spoken = _translated(text, language)
    sentence = _filled(template or text, values, language, spoken) if values else template or text
    return languages.isolated(sentence, language, spoken)


def _translated(text: str, language: str) -> tuple[str, str]:
    """Return a text in the first language of a chain that has it, and which that is; empty where it stays English."""
    for tried in chain(language):
        if tried == "en":
            break
        if text in catalogue(tried):
            return catalogue(tried)[text], tried
    return "", "en"


def _filled(template: str, values: Mapping[str, object], language: str, spoken: str) -> str:
    """Fill a template with values as a language writes them; its words agree in the language that is ``spoken``.

    Days are words too: they stand in the language of the sentence, where it is one.
    """
    of_days = spoken if _worded(template) else language
    return template.format_map(
        {
            name: _Shown.of(
                _harmless(value, within=name in _in_quotes(template)) if language != "en" else value,
                of_days if isinstance(value, dt.date) else language,
                spoken,
            )
            for name, value in values.items()
        }
    )


@lru_cache(4096)
def _worded(template: str) -> bool:
    """Tell whether a template has words of its own."""
    return any(map(str.isalpha, _SLOT.sub("", template)))


class Message(str):
    """A text with values that is said in the language of whoever reads it; as a string it is the English text.

    ``text`` is English with ``{names}`` in braces; ``values`` are words, numbers, dates, other messages, `Label`,
    dictionaries of language -> text (names of places and terms), `Share`, `People`, and what has ``into`` itself.

    Examples
    --------
    >>> message = Message("{text!r} is no unit that we know", text="Rasht-2")
    >>> message
    "'Rasht-2' is no unit that we know"
    >>> message.into("ru")
    '«Rasht-2» — неизвестная нам территория'
    """

    text: str
    values: Mapping[str, object]

    def __new__(cls, text: str, values: Mapping[str, object] | None = None, /, **more: object) -> "Message":
        """Fill a template with its values, given as a dictionary or by name."""
        values = {**(values or {}), **more}
        message = super().__new__(cls, _filled(text, values, "en", "en") if values else text)
        message.text, message.values = text, values
        return message

    @classmethod
    def of(cls, text: str, values: Mapping[str, object] | None = None) -> "Message":
        """Return a message whose text stands in a table of the product or comes from somebody else."""
        return text if isinstance(text, Message) and not values else cls(text, values)

    def filled_with(self, values: Mapping[str, object]) -> "Message":
        """Return the same text with other values."""
        return type(self)(self.text, values)

    def into(self, language: str) -> str:
        """Say it in a language; in English where it was never translated."""
        return str(self) if language == "en" else _said(self.text, self.values, language)


def labels_beside(module: str) -> dict[str, dict[str, Message]]:
    """Return the texts of ``labels.csv``, which lies beside a module: what they are of -> code -> text."""
    labels: dict[str, dict[str, Message]] = {}
    for row in table_beside(module, "labels"):
        labels.setdefault(row["of"], {})[row["code"]] = Message.of(row["label"])
    return labels


class Label(str):
    """A text of the data: as it stands in its ``language`` or as a code, with its ``labels`` in the others."""

    labels: Mapping[str, str]
    language: str

    def __new__(cls, text: str, labels: Mapping[str, str] = MappingProxyType({}), language: str = "") -> "Label":
        """Keep a text with its labels: language -> text."""
        label = super().__new__(cls, text)
        label.labels, label.language = labels, language
        return label

    def __getnewargs__(self) -> tuple[str, Mapping[str, str], str]:  # type: ignore[override]  # str has the text alone
        """Return what it is made anew of, by a copy or another process."""
        return str(self), dict(self.labels), self.language

    def into(self, language: str) -> str:
        """Say it in a language; English texts keep it as it stands, which may be a code."""
        return str(self) if language == "en" else show(self.labels, language) or str(self)


_SLOT = re.compile(r"\{(\w*+)([^{}]*)\}")


def slots(text: str) -> list[str]:
    """Return the names of the values that a text shows; the forms of a word that goes with one show none."""
    return [name for name, forms in _SLOT.findall(text) if "|" not in forms]


def counted(text: str) -> set[str]:
    """Return the names of the values by which words of a text are chosen: see `form`."""
    return {name for name, forms in _SLOT.findall(text) if "|" in forms}


@lru_cache(4096)
def _in_quotes(template: str) -> frozenset[str]:
    """Return the names of the values that a template quotes."""
    return frozenset(re.findall(r"\{(\w+)(?:\}»|!r)", template))


def _harmless(word: object, *, within: bool) -> object:
    """Return a word of somebody else without what would break the line or the quotation marks it stands ``within``."""
    if type(word) is not str:
        return word
    if within:
        word = "".join(letter if letter.isprintable() else " " for letter in word.translate(_INNER_QUOTES))
        return " ".join(word.split())
    return _CONTROLS.sub(" ", word)


_INNER_QUOTES = {ord("«"): "„", ord("»"): "“"}
_CONTROLS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f]\s*")

UNSAID = Message("")
"""Where there is nothing to say."""


class _Shown(str):
    """A value as a language writes it; behind a colon stand the forms of the word that it counts."""

    value: object
    language: str
    spoken: str

    @classmethod
    def of(cls, value: object, language: str, spoken: str) -> "_Shown":
        text = show(value, language)
        shown = cls(text if isinstance(value, int | float | dt.date) else languages.isolated(text, spoken))
        shown.value = about(value) if isinstance(value, People) else value
        shown.language, shown.spoken = language, spoken
        return shown

    def __format__(self, forms: str) -> str:
        return form(self.value, forms.split("|"), self.spoken) if "|" in forms else format(str(self), forms)

    def __repr__(self) -> str:
        return super().__repr__() if self.language == "en" else f"«{self}»"


CATEGORIES = ("zero", "one", "two", "few", "many")
"""Of the plurals of CLDR, those before ``other``."""


def form(count: object, forms: Sequence[str], language: str) -> str:
    """Return the form of a word that goes with a number: ``{count:услуга|услуги|услуг}`` in a text.

    Parameters
    ----------
    count
        The number; of anything else the last form is taken.
    forms
        The forms in the order of CLDR: one and other in English; one, few and many in Russian, where fractions take
        that of few; or only the first and all others, as after "из".
    language
        The code of the language of the text; where CLDR does not know it, the last form is taken.

    Examples
    --------
    >>> [form(count, ["услуга", "услуги", "услуг"], "ru") for count in (1, 22, 11, 1.5)]
    ['услуга', 'услуги', 'услуг', 'услуги']
    >>> [form(count, ["территории", "территорий"], "ru") for count in (21, 22)]
    ['территории', 'территорий']
    """
    if not isinstance(count, int | float):
        return forms[-1]
    try:
        rule = Locale.parse((languages.language(language).document or language).replace("-", "_")).plural_form
    except (UnknownLocaleError, ValueError):
        return forms[-1]  # CLDR does not know the language
    order, category = [name for name in CATEGORIES if name in rule.tags], rule(count)
    if category == "other" and "few" in order and len(forms) <= len(order):
        category = "few"  # a fraction, where it has no form of its own
    place = order.index(category) if category in order else len(order)
    return forms[min(place, len(forms) - 1)]


@cache
def country_name(code: str, *spoken: str) -> Label:
    """Return the code of a country (ISO 3166-1 alpha-2) for a phrase, which names it in other languages.

    These are all that have a folder, and those ``spoken`` besides, as CLDR has them.
    """
    labels = {}
    for language in dict.fromkeys((*languages.codes(), *spoken)):
        with contextlib.suppress(UnknownLocaleError):
            labels[language] = str(Locale.parse(language).territories.get(code, code))
    return Label(code, labels)


Text = Message | Mapping[str, str]
"""What can be said in several languages: a message, or a dictionary of language -> text."""


class Share(float):
    """A share of 1 that stands in a message as a percentage."""


class People(int):
    """A count of people that stands in a message rounded, since it was modelled: see `about`."""


def quoted(word: str) -> Message:
    """Return a word of somebody else in quotation marks: 'word' in English, «word» in the other languages."""
    return Message("{word!r}", word=word)


def listing(parts: Iterable[object], separator: str = ", ") -> Message:
    """Return texts one after another, for a message."""
    values = {f"part_{number}": part for number, part in enumerate(parts)}
    return Message.of(separator.join(f"{{{name}}}" for name in values), values)


def and_more(places: Sequence[str | Text], most: int) -> Message:
    """Return a phrase of the first of some words, and how many more there are."""
    shown = listing(places[:most])
    if len(places) <= most:
        return Message("{shown}", shown=shown) if shown else UNSAID
    return Message("{shown} and {count} more", shown=shown, count=len(places) - most)


def both(first: Message, second: Message) -> Message:
    """Return a phrase after another; one alone where the other says nothing."""
    return Message("{first}; {second}", first=first, second=second) if first and second else first or second


def either(choices: Sequence[object]) -> object:
    """Return some things of which one is meant, for a phrase: a or b or c."""
    first, *others = choices
    for choice in others:
        first = Message("{first} or {other}", first=first, other=choice)
    return first


def show(value: object, language: str) -> str:
    """Write a value as a language does: numbers grouped, dates in words, names in their language."""
    if hasattr(value, "into"):  # messages, labels, numbers with a range
        return str(value.into(language))
    if isinstance(value, Mapping):
        tried = next((tried for tried in (*chain(language), *value) if value.get(tried)), "")
        return languages.isolated(str(value[tried]), language, tried) if tried else ""
    if isinstance(value, dt.date):
        return date(value, language)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, Share):
        return percent(value, language)
    return number(about(value) if isinstance(value, People) else value, language)


def number(value: float, language: str, *, digits: int | None = None) -> str:
    """Write a number: 1,306,000 and 0.5 in English, 1 306 000 and 0,5 with no-break spaces in the others.

    Without ``digits``, what is not quite nothing does not become so by rounding: <0.1.
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    sign = ""
    if digits is None:
        digits = 0 if float(value).is_integer() else 1
        if 0 < value < 0.05:
            sign, value = "<", 0.1
    text = f"{sign}{value:,.{digits}f}"
    own = languages.language(language)
    return text.translate({ord(","): own.group, ord("."): own.decimal})


def ranged(low: object, high: object, language: str) -> str:
    """Write a range of numbers or times that are written already: 31–47, from left to right in every language."""
    return languages.isolated(f"{low}–{high}", language)


def percent(share: float, language: str, *, digits: int = 0) -> str:
    """Write a share of 1 as a percentage: 39% in English, 39 % in the others.

    What is not quite nothing or not quite all does not become so by rounding: <1% and >99%.
    """
    least = 10.0**-digits
    shown, sign = share * 100, ""
    if 0 < shown < least / 2:
        shown, sign = least, "<"
    elif 100 - least / 2 < shown < 100:
        shown, sign = 100 - least, ">"
    return sign + number(shown, language, digits=digits) + languages.language(language).percent


def about(people: float) -> int:
    """Round a count of people to what a model can tell: thousands above 10,000, hundreds above 1,000, else tens.

    Between 1 and 10 it becomes 10: somebody is never rounded to nobody.
    """
    step = 1000 if people >= 10_000 else 100 if people >= 1000 else 10
    return max(step * math.floor(people / step + 0.5), 10 if people >= 0.5 else 0)


def date(day: dt.date, language: str) -> str:
    """Write a date in words: 24 November 2026."""
    own = languages.language(language)
    if own.months:
        return own.date.format(day=day.day, month=own.months[day.month - 1], year=day.year)
    try:
        text = format_date(day, own.date, locale=(own.document or language).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        text = day.isoformat()  # CLDR does not know the language
    text = text.replace("\u202f", languages.SPACE)  # one kind of space is enough for fonts
    return languages.isolated(text, language, language)


def month_name(number: int, language: str) -> str:
    """Write a month, 1 to 12, without a year: April."""
    own = languages.language(language)
    if names := own.months_alone or own.months:
        return names[number - 1]
    try:
        return format_date(dt.date(2000, number, 1), "LLLL", locale=(own.document or language).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return f"{number:02}"


def month(day: dt.date, language: str, *, short: bool = False) -> str:
    """Write the month of a day in words: November 2026, or Nov 2026 where there is little room, on one line."""
    own = languages.language(language)
    if own.months:
        wording = f"{{month}}{languages.SPACE}{{year}}" if short else own.date
        return wording.format(day="", month=own.months[day.month - 1], year=day.year).strip()
    try:
        text = format_skeleton("yMMM" if short else "yMMMM", day, locale=(own.document or language).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        text = f"{day:%Y-%m}"
    text = text.replace("\u202f", languages.SPACE).replace(" ", languages.SPACE if short else " ")
    return languages.isolated(text, language, language)
