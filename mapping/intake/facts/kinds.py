"""Which kinds of help a row names: in a cell, in columns that say yes or no, on another sheet, or by its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mapping.intake.disclosure import say_moved
from mapping.intake.facts.groups import groups_in
from mapping.intake.row_reader import Reader, coded, shortened
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.i18n import Label, Message
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
    elif children is None and not reader.intake.fills("service"):
        yield from (RowService(reader, code) for code in _of_grown_ups(reader, _kind_beside(reader)))
    else:
        for source in children if children is not None else [reader]:
            if source is not reader:
                _say_unread(source)
            yield from _in_words(source, by_itself=source is reader)


def _say_unread(reader: Reader) -> None:
    """Say what the row of a service on another sheet tells of its place or body: that is read in their own row."""
    for name in OF_PLACE:
        if reader.text(name):
            fix = Message("write it into the row of the organization")
            reader.say(name, Message("stands in the row of a service, where it is not read"), fix)


def _ticked(reader: Reader) -> Iterator[RowService]:
    """Yield the services whose columns say yes."""
    for column, code in reader.intake.columns.services.items():
        text = reader.row.text([column])
        answer, more = parsers.answered(text)
        try:
            there = bool(text) and not parsers.is_blank(text) and parsers.yes_no(answer)
            if more and there and parsers.standing(more):
                there = False
            if more:
                besides = Message("it says {text!r}", text=more)
                problem = Message("{column}: {problem}", column=column, problem=besides)
                reader.say("service", problem, Message("look whether it is right"))
        except parsers.Unreadable as error:
            problem = Message("{column}: {problem}", column=column, problem=error.problem)
            reader.say("service", problem, error.fix, "refused")
            continue
        if there:
            yield RowService(reader, code)


def _in_words(reader: Reader, *, by_itself: bool) -> Iterator[RowService]:
    """Yield the services that a row has words for; one ``by_itself`` may tell what it is by its name."""
    codes, words = reader.terms("service", "service_types")
    codes = codes or _kinds_of_all_rows(reader)
    codes = _of_grown_ups(reader, codes)
    for code in codes:
        yield RowService(reader, code, reader.text("service") if len(codes) == 1 else "")
    for word in words:
        problem = Message("{text} is no kind of help that we know", text=shortened(word))
        reader.say_unknown(word, problem)
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
    groups = set(reader.terms("serves", "beneficiaries", text=groups_in(reader, "serves"))[0])
    groups = groups or {code for name in ("service", "organization") for code in _groups_named(reader.any_text(name))}
    ages = parsers.aged(reader.text("serves")).ages
    young = groups & (MINORS | {"HH-DEP"})
    if young or not ("AGE-OLD" in groups or (ages and (ages.least or 0) >= parsers.AGES["AGE-ADU"][0])):
        return codes
    for code, grown in other.items():
        problem = Message("for grown people it is not {kind}", kind=coded("service_types", code))
        fix = Message(
            "it counts as {meant}; put its kind into the map if that is wrong", meant=coded("service_types", grown)
        )
        reader.say("service", problem, fix)
    return list(dict.fromkeys(other.get(code, code) for code in codes))


@cache
def _kinds_of_grown_ups() -> dict[str, str]:
    """Return kinds of help for children -> what they are called where they are for grown people alone."""
    terms = Vocabulary.load("service_types").terms()
    return {term.code: grown for term in terms if (grown := term.details.get("of_grown_ups", ""))}


def _groups_named(text: str) -> tuple[str, ...]:
    return composed("beneficiaries", text).codes if text else ()


def _kind_beside(reader: Reader) -> list[str]:
    """Return the kind of help that the name of a body tells, or what its part of the list is called; else none."""
    for text in (reader.any_text("organization"), reader.row.under, reader.row.sheet):
        codes = composed("service_types", text).codes if text else ()
        if len(codes) == 1:
            named = Vocabulary.load("service_types").term(codes[0])
            problem = Message(
                "no column tells the kind of help: {text} is taken for {term}",
                text=shortened(text),
                term=Label(named.code, named.labels),
            )
            reader.say("service", problem, Message("put it into the map if that is wrong"))
            return [*codes]
    return []
