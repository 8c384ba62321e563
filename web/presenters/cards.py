"""Cards: a service as a list or a page shows it, every code turned into words."""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mapping.area.study_area import StudyArea
from mapping.errors import NotFound
from mapping.freshness import Freshness, Tone, how_checked
from mapping.language.fold import coarse
from mapping.language.i18n import Label, Message, show, translate
from mapping.language.languages import isolated, within
from mapping.language.parsers import AGES, SMS, is_dialled
from mapping.language.taxonomy import Vocabulary, match_term
from mapping.render.layers.services import spaced
from mapping.view.entries import NO_PAPERS
from mapping.view.rules.takes import Answer
from mapping.view.view import Entry, PhoneEntry, ServicePlace
from web.presenters.hours import Week, week


@dataclass(frozen=True)
class ContactLink:
    """A number or an account of a messenger: as it is dialled or opened, and as it is read."""

    dial: str
    shown: str
    note: str = ""

    @property
    def spoken(self) -> bool:
        """Whether it is a number that can be called."""
        return is_dialled(self.dial)

    @property
    def short(self) -> bool:
        """Whether it is a number that works inside the country only."""
        return (self.spoken or self.dial.startswith(SMS)) and not self.dial.startswith("+")

    @property
    def href(self) -> str:
        """Return what a link leads to; empty where it is neither a number, to call or write to, nor a web address."""
        if self.spoken:
            return f"tel:{self.dial}"
        is_sms = self.dial.startswith(SMS) and is_dialled(self.dial.removeprefix(SMS))
        return self.dial if is_sms else web_address(self.dial)


@dataclass(frozen=True)
class Check:
    """How an entry was checked: a sign, a sentence, and a tone that only repeats them in colour."""

    tone: Tone
    sign: str
    text: str


@dataclass(frozen=True)
class Card:
    """A service in one language, in a list or by itself.

    ``minutes`` are from the place that a list starts at, where that is known; ``fit`` is how well it fits what the list
    is about, 1 best and 0 where that says nothing; ``block`` what it is near by (`web.presenters.choices.place_of`);
    ``taken`` whether it takes whom help is for; ``also`` are other services of the organization at the same place.
    """

    entry: Entry
    language: str
    name: Label
    where: str
    calls: tuple[ContactLink, ...]
    week: Week
    check: Check
    types: tuple[Label, ...]
    serves: tuple[str, ...]
    excludes: tuple[str, ...]
    speaks: tuple[str, ...]
    documents: tuple[str, ...]
    covers: tuple[str, ...]
    access: tuple[str, ...] = ()
    minutes: tuple[float, float] | None = None
    why: tuple[str, ...] = ()
    fit: int = 0
    block: str = ""
    taken: Answer = "yes"
    also: tuple["Card", ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the codes of languages that are spoken, here or at a service beside it."""
        return tuple(dict.fromkeys(code for card in (self, *self.also) for code in card.entry.languages))

    @property
    def number(self) -> str:
        """Return the first number as it is shown; empty where none is known."""
        return self.calls[0].shown if self.calls else ""

    @property
    def beside(self) -> tuple[tuple["Card", str], ...]:
        """Return the services beside it, one of each name, and a number for those with its own name.

        One with its own name and no other number is left out: a link that repeats the heading says nothing.
        """
        links: dict[tuple[str, str], Card] = {}
        for card in self.also:
            same = str(card.name) == str(self.name)
            if not same or card.number not in ("", self.number):
                links.setdefault((str(card.name), card.number if same else ""), card)
        return tuple((card, number) for (_, number), card in links.items())

    @property
    def id(self) -> str:
        """Return the published id."""
        return self.entry.id


def ages(entry: Entry) -> Message | None:
    """Return at which ages people are helped; None where nothing is said."""
    least, most = (f"{age or 0:g}" for age in (entry.minimum_age, entry.maximum_age))
    if entry.maximum_age is None:
        return Message("From the age of {age}", age=least) if entry.minimum_age else None
    if entry.minimum_age:
        return Message("From the age of {age} to {most}", age=least, most=most)
    return Message("Up to the age of {most}", most=most)


def papers_heading(entry: Entry) -> Message:
    """Return what stands before the papers of a service: nobody is told to bring none."""
    return Message("Papers") if entry.papers == {NO_PAPERS} else Message("Bring")


def _says_ages(entry: Entry) -> bool:
    """Tell whether one of the groups that are helped is of just those ages: "Children (under 18)"."""
    span = (entry.minimum_age or 0, 200 if entry.maximum_age is None else entry.maximum_age + 1)
    return any(AGES.get(code) == span for code in entry.serves if code != "AGE-YOU")  # who lists call young differs


def card(entry: Entry, area: StudyArea, language: str) -> Card:
    """Put an entry into the words of a language."""
    serves = (
        *said("beneficiaries", (code for code in entry.serves if code not in entry.excludes), language),
        *(condition(note, language) for note in entry.serves_notes),
        *((span.into(language),) if (span := ages(entry)) and not _says_ages(entry) else ()),
    )
    conditions = tuple(note for note in entry.excludes_notes if is_condition(note))
    refused = (note for note in entry.excludes_notes if note not in conditions)
    return Card(
        entry=entry,
        language=language,
        name=name_of(entry, language),
        where=where(entry, area, language),
        types=tuple(label("service_types", code, language) for code in entry.types),
        calls=calls(entry.phones, area, language),
        week=week(entry.hours, language),
        check=check(entry, language),
        serves=(*(condition(note, language) for note in conditions), *serves),  # "only residents" is nobody refused
        excludes=(*said("beneficiaries", entry.excludes, language), *refused),
        speaks=in_a_row(said("languages", entry.languages, language), language),
        documents=said("documents", entry.brought, language),
        covers=tuple(unit_name(area, code, language) for code in entry.covers),
        access=tuple(dict.fromkeys(entrance(p.accessibility, language) for p in entry.places if p.accessibility)),
        why=tuple(answered(entry, language)),
    )


def name_of(entry: Entry, language: str) -> Label:
    """Return what a service is called: by its name, else by its kind."""
    if entry.name:
        return Label(entry.name, language=entry.name_language)
    return label("service_types", entry.types[0], language) if entry.types else Label("—")


def answered(entry: Entry, language: str) -> Iterable[str]:
    """Yield the needs that a service answers: why it is listed at all."""
    kinds = Vocabulary.load("service_types")
    met = {kinds.term(code).need for code in entry.types if code in kinds}
    for need in Vocabulary.load("needs").terms():
        if need.code in met:
            yield str(need.label(language))


ENTRANCES = {message.text: message for message in (Message("Step-free entrance"), Message("Steps at the entrance"))}
"""What readers of lists write of an entrance; other words stand as they were sent."""


def entrance(text: str, language: str) -> str:
    """Return what is known of an entrance, in the words of a language where it is a known text."""
    return ENTRANCES[text].into(language) if text in ENTRANCES else text


GROUPS = 4
"""Groups that a list names of those who are helped; the page of a service names all."""


@dataclass(frozen=True)
class ServiceFacts:
    """What a list says of a service: label and text of what is known, and one sentence on what is not."""

    known: tuple[tuple[str, str], ...]
    unknown: str


def facts(card: Card) -> ServiceFacts:
    """Say who is taken and who is not, in what languages, for what money, with what papers, through what entrance."""
    language, entry = card.language, card.entry
    more = " …" if len(card.serves) > GROUPS else ""
    pairs = (
        (translate("For", language), ", ".join(card.serves[:GROUPS]) + more),
        (translate("Not for", language), ", ".join(card.excludes)),
        (translate("Speaks", language), ", ".join(card.speaks)),
        (translate("Cost", language), entry.fees),
        (papers_heading(entry).into(language), ", ".join(card.documents)),
        (translate("Entrance", language), ", ".join(card.access)),
    )
    labels = [label for label, text in pairs if not text and label != pairs[1][0]]
    if (entry.by_phone or not entry.places) and labels and labels[-1] == pairs[-1][0]:
        labels.pop()  # help by phone has no entrance
    missing = ", ".join(label[:1].lower() + label[1:] for label in labels)
    return ServiceFacts(
        tuple(pair for pair in pairs if pair[1]),
        translate("Not known, ask by phone: {what}.", language, what=missing) if missing else "",
    )


def label(taxonomy: str, code: str, language: str) -> Label:
    """Return the label of a term, or the text itself where it is none."""
    try:
        return Vocabulary.load(taxonomy).label(code, language)
    except NotFound:
        return Label(code)


def said(taxonomy: str, codes: Iterable[str], language: str) -> tuple[str, ...]:
    """Return the labels of terms."""
    return tuple(str(label(taxonomy, code, language)) for code in codes)


def in_a_row(names: Sequence[str], language: str) -> tuple[str, ...]:
    """Return names of languages as they stand in a sentence."""
    return (*names[:1], *(within(name, language) for name in names[1:]))


def is_condition(note: str) -> bool:
    """Tell whether a note is a known condition, such as that only residents are taken."""
    term = match_term("conditions", note)
    return bool(term and term.score == 1)


def condition(note: str, language: str) -> str:
    """Return a condition in the words of a language where it is a known one, else as it was written."""
    term = match_term("conditions", note)
    return str(label("conditions", term.code, language)) if term and is_condition(note) else note


def calls(phones: Iterable[PhoneEntry], area: StudyArea, language: str) -> tuple[ContactLink, ...]:
    """Return numbers as they are dialled and as they are read."""
    made = []
    for phone in phones:
        extra = f" ({phone.extension})" if phone.extension else ""
        messenger = phone.number.startswith(("https://", "http://"))
        shown = (
            (phone.kind or phone.number).capitalize()
            if messenger
            else spaced(phone.number, area.code, language) + extra
        )
        made.append(ContactLink(phone.number, isolated(shown, language), phone.note))
    return tuple(sorted(made, key=lambda call: not call.spoken))


def unit_name(area: StudyArea, code: str, language: str) -> str:
    """Return the name of an area unit, or the code where the country does not know it."""
    try:
        return area.label(code, language)
    except NotFound:
        return code


def country_name(area: StudyArea, code: str, language: str) -> str:
    """Return the name of a country abroad."""
    return show(area.country(code), language) or code


def place_name(place: ServicePlace, area: StudyArea, language: str) -> str:
    """Say where a place is: town and unit, or the country abroad."""
    unit = unit_name(area, place.area_unit, language) if place.area_unit else ""
    known = area.all_units().get(place.area_unit or "") if place.city else None
    names = {coarse(name) for name in (*known.names.values(), *known.other_names)} if known else set()
    parts = [town(place, area, language)] if place.city and coarse(place.city) not in names else []
    parts += [unit] if unit else []
    if place.country and place.country != area.code:
        parts.append(country_name(area, place.country, language))
    return ", ".join(parts)


def town(place: ServicePlace, area: StudyArea, language: str) -> str:
    """Return the town of a place; where it is written in another script than the language, by its name there."""
    own = _towns(area).get((place.area_unit or "", coarse(place.city)), {}).get(language, "")
    return own if own and _script(own) != _script(place.city) else place.city


@lru_cache(4)
def _towns(area: StudyArea) -> dict[tuple[str, str], dict[str, str]]:
    """Return the names of towns by language, by unit and by each of their names as a search folds it."""
    towns: dict[tuple[str, str], dict[str, str]] = {}
    for row in area.gazetteer.to_dict("records"):
        own = {code: name for code in area.languages if isinstance(name := row.get(f"name_{code}"), str)}
        for name in (*own.values(), *row["names"]):
            towns.setdefault((row["unit"], coarse(name)), own)
    return towns


def _script(text: str) -> str:
    """Return the script that a name begins in, as Unicode calls it: LATIN, CYRILLIC."""
    return next((unicodedata.name(sign, "").partition(" ")[0] for sign in text if sign.isalpha()), "")


def where(entry: Entry, area: StudyArea, language: str) -> str:
    """Say where a service is, in a few words."""
    names = list(dict.fromkeys(filter(None, (place_name(place, area, language) for place in entry.places))))
    if not entry.places:
        return translate("by phone", language)
    if len(names) > 2:
        return translate(
            "{place} and {count} more {count:place|places}", language, place=names[0], count=len(names) - 1
        )
    return "; ".join(names)


def check(entry: Entry, language: str) -> Check:
    """Say how and when an entry was checked."""
    return _checked(entry.freshness, entry.verification_level, entry.verified_on, language)


@lru_cache(4096)  # thousands of entries were checked on the same days
def _checked(freshness: Freshness, level: str, day: dt.date | None, language: str) -> Check:
    tone, sign, sentence = how_checked(freshness, level, day)
    return Check(tone, sign, sentence.into(language))


def first_choice(entry: Entry) -> bool:
    """Tell whether an entry may be offered first: open, and confirmed not too long ago."""
    return entry.confirmed


def web_address(text: str) -> str:
    """Return an address that a browser may open, empty where it is none: never a script."""
    text = text.strip()
    if text.startswith(("https://", "http://")):
        return text
    if text and " " not in text and "." in text and ":" not in text and not text.startswith(("/", ".")):
        return f"https://{text}"
    return ""


@dataclass(frozen=True)
class Blocks:
    """Services of a list in the order in which a person should meet them.

    ``near`` may stand on a map; ``named`` have only an area or a line and are in order of name; ``ask`` fit only
    perhaps; ``later`` were not confirmed for too long and are never offered first.
    """

    near: tuple[Card, ...] = ()
    named: tuple[Card, ...] = ()
    ask: tuple[Card, ...] = ()
    later: tuple[Card, ...] = ()

    def map(self, change: Callable[[Card], Card]) -> "Blocks":
        """Return what is made of each service, in the same blocks."""
        return Blocks(*(tuple(map(change, part)) for part in (self.near, self.named, self.ask, self.later)))

    @property
    def all(self) -> tuple[Card, ...]:
        """Return all services, in their order."""
        return (*self.near, *self.named, *self.ask, *self.later)

    @property
    def services(self) -> tuple[Card, ...]:
        """Return all services, those beside another too."""
        return tuple(service for first in self.all for service in (first, *first.also))

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.all)
