"""Which kinds of help a row names: in a cell, in columns that say yes or no, or on another sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mapping.intake.disclosure import say_moved
from mapping.intake.facts.groups import groups_in
from mapping.intake.row_reader import Reader, coded, shortened
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.i18n import Message
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.takes import MINORS

OF_PLACE = ("organization", "email", "website", "place", "unit", "address", "coordinates", "latitude", "longitude")
"""Fields that are read in the row of a place alone."""


@dataclass(frozen=True)
class RowService:
    """A kind of help that a row names, and the row that says more of it: that of its place, or one of its own."""

    reader: Reader
    code: str
    written: str = ""
    """What the sender calls it."""


def services_named(reader: Reader, children: list[Reader] | None) -> Iterator[RowService]:
    """Yield the services that a row names: in a cell, in columns that say yes or no, or in rows of another sheet."""
    say_moved(reader)
    if reader.intake.columns.shape == "place":
        ticked = [*_ticked(reader)]
        yield from ticked or (RowService(reader, code) for code in _kinds_of_all_rows(reader))
        return
    for source in [reader] if children is None else children:
        if source is not reader:
            _say_unread(source)
        yield from _in_words(source, by_itself=source is reader)


def _say_unread(reader: Reader) -> None:
    """Say what the row of a service on another sheet tells of its place or body: that is read in their own row."""
    for name in filter(reader.text, OF_PLACE):
        fix = Message("write it into the row of the organization")
        reader.say(name, Message("stands in the row of a service, where it is not read"), fix)


def _ticked(reader: Reader) -> Iterator[RowService]:
    """Yield the services whose columns say yes."""
    for column, code in reader.intake.columns.services.items():
        text = reader.row.text([column])
        answer, more = parsers.answered(text)
        try:
            there = bool(text) and not parsers.is_blank(text) and parsers.yes_no(answer)
        except parsers.Unreadable as error:
            problem = Message("{column}: {problem}", column=column, problem=error.problem)
            reader.say("service", problem, error.fix, "refused")
            continue
        if more:
            problem = Message("{column}: {problem}", column=column, problem=Message("it says {text!r}", text=more))
            reader.say("service", problem, Message("look whether it is right"))
        if there and not (more and parsers.standing(more)):
            yield RowService(reader, code)


def _in_words(reader: Reader, *, by_itself: bool) -> Iterator[RowService]:
    """Yield the services that a row has words for; one that is not ``by_itself`` must name some."""
    codes, words = reader.terms("service", "service_types")
    codes = _of_grown_ups(reader, codes or _kinds_of_all_rows(reader))
    for code in codes:
        yield RowService(reader, code, reader.text("service") if len(codes) == 1 else "")
    for word in words:
        reader.say_unknown(Message("{text} is no kind of help that we know", text=shortened(word)))
    if not codes and not words and not by_itself:
        reader.say("service", Message("the row names no service"), Message("ask the sender what is offered there"))


def _kinds_of_all_rows(reader: Reader) -> list[str]:
    """Return the kinds of help that the map gives every row that tells none itself."""
    text = reader.intake.columns.constants.get("service", "")
    return reader.terms("service", "service_types", text=text)[0] if text else []


def _of_grown_ups(reader: Reader, codes: list[str]) -> list[str]:
    """Return kinds of help where one for children, as a day centre, is another for grown people alone."""
    other = {code: grown for code in codes if (grown := _kinds_of_grown_ups().get(code))}
    if not other:
        return codes
    groups = {*reader.terms("serves", "beneficiaries", text=groups_in(reader, "serves"))[0]}
    for text in map(reader.any_text, ("service", "organization")):
        groups = groups or {*composed("beneficiaries", text).codes}
    ages = parsers.aged(reader.text("serves")).ages
    grown_up = "AGE-OLD" in groups or (ages is not None and (ages.least or 0) >= parsers.AGES["AGE-ADU"][0])
    if not grown_up or groups & (MINORS | {"HH-DEP"}):
        return codes
    for code, grown in other.items():
        problem = Message("for grown people it is not {kind}", kind=coded("service_types", code))
        meant = coded("service_types", grown)
        fix = Message("it counts as {meant}; put its kind into the map if that is wrong", meant=meant)
        reader.say("service", problem, fix)
    return list(dict.fromkeys(other.get(code, code) for code in codes))


@cache
def _kinds_of_grown_ups() -> dict[str, str]:
    """Return kinds of help for children -> what they are called where they are for grown people alone."""
    terms = Vocabulary.load("service_types").terms()
    return {term.code: grown for term in terms if (grown := term.details.get("of_grown_ups", ""))}
