"""By which numbers and accounts the body of a row is reached, and which of them are shown to nobody."""

from collections.abc import Sequence
from typing import NamedTuple

from mapping.area.names.countries import country_abroad
from mapping.intake.dialling import town_codes
from mapping.intake.disclosure import withheld
from mapping.intake.row_reader import Reader, read_once
from mapping.language import parsers
from mapping.language.fold import skeleton, tokens, words_for
from mapping.language.i18n import Message
from mapping.safety.sensitive_text import hides_number


class RowNumber(NamedTuple):
    """A number or an account by which somebody is reached."""

    number: str
    extension: int | None
    kind: str
    own: bool
    """Whether it is for custodians only, whatever is approved."""


def numbers_in(reader: Reader, name: str, country: str, unit: str | None) -> list[parsers.PhoneValue]:
    """Return the numbers of a cell, saying what was mended in them; those of a row abroad as its country dials them.

    Where a place may be one abroad, those that cannot be read at home are read as there; else one within a town gets
    the town's code.
    """
    text = reader.text(name)
    if not text:
        return []
    area, towns = reader.intake.area, tuple[str, ...]()
    region = country or area.phone_country
    if not _is_readable(text, region):
        abroad = country or country_abroad(area, reader.any_text("place") or reader.any_text("unit"))
        if not abroad:
            towns = town_codes(area).get(unit or "", ())
        elif _is_readable(text, abroad):
            region = abroad
    numbers = reader.take(name, parsers.phones, region, towns) or []
    for phone in numbers:
        if phone.doubt:
            reader.say(name, phone.doubt, Message("look whether it is right"), "note")
    return numbers


def _is_readable(text: str, region: str) -> bool:
    _, error = read_once(parsers.phones, text, (region, ()), ())
    return error is None or not any(letter.isdigit() for letter in text)


def numbers_of(
    reader: Reader, owner: Reader, phones: Sequence[parsers.PhoneValue], country: str, unit: str | None
) -> list[RowNumber]:
    """Return the numbers that a row of a place or of its service says, and say which of them are shown to nobody."""
    more, fax = (numbers_in(reader, name, country, unit) for name in ("phone_international", "fax"))
    written = reader.take("messenger", parsers.accounts, country or owner.intake.area.phone_country) or []
    accounts = [*written, *parsers.accounts_among(reader.text("phone"))]
    answered = {phone.number for phone in (*phones, *more) if not phone.fax}
    dialled = [*fax, *phones, *more]
    numbers = {
        phone.number: (phone.extension, "/".join(phone.apps) or ("voice" if phone.number in answered else "fax"))
        for phone in dialled
    }
    numbers |= {number: (None, "text") for number in numbers if number.startswith(parsers.SMS)}
    numbers |= {account.url: (None, account.app) for account in accounts}
    hidden = {phone.number for phone in dialled if _is_private(phone.note)}
    own = hidden | _carried(reader, phones, hidden)
    if numbers and (withheld(reader, "phone") or (owner is not reader and withheld(owner, "phone"))):
        own = {*numbers}
    elif hidden:
        problem = Message("words beside a number ask that it be shown to nobody")
        reader.say("phone", problem, Message("it is for custodians only, whatever is approved"))
    return [RowNumber(number, extension, kind, number in own) for number, (extension, kind) in numbers.items()]


def _is_private(note: str) -> bool:
    """Whether words beside a number say that it is of a home, somebody's own, or not to be called."""
    return hides_number(note) or not words_for("number at home").isdisjoint(map(skeleton, note.split()))


def _carried(reader: Reader, phones: Sequence[parsers.PhoneValue], hidden: set[str]) -> set[str]:
    """Return the mobile numbers of somebody who is named beside them, but for those that are hidden, and say so."""
    noted = [phone for phone in phones if phone.note]
    if not noted:
        return set()
    if parsers.names_person(reader.text("phone")):
        noted = [*phones]
    else:
        who = {word for word in tokens(who_answers(reader)) if len(word) > SHORT_OF_NAME}
        noted = [phone for phone in noted if not who.isdisjoint(tokens(phone.note))]
    carried = {phone.number for phone in noted if parsers.is_carried(phone.number)} - hidden
    if carried:
        problem = Message("somebody is named beside a mobile number")
        fix = Message("it is for custodians only, whatever is approved; ask for the number of the office")
        reader.say("phone", problem, fix)
    return carried


SHORT_OF_NAME = 2
"""Letters of a word by which nobody who is to be asked for is known: an initial, "of"."""


def who_answers(reader: Reader) -> str:
    """Return who answers, as the row says it in a column or beside the name of the body."""
    return reader.text("contact") or parsers.without_people(reader.text("organization"))[1]
