"""Whom a service helps and whom it does not, and of which ages they are."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from mapping.column_map import fold_header
from mapping.intake.row_reader import Reader
from mapping.language import parsers
from mapping.language.composition import composed
from mapping.language.i18n import Label, Message, quoted
from mapping.language.taxonomy import Term, Vocabulary, labels_with_english, match_term

_aged = lru_cache(maxsize=5_000)(parsers.aged)
_left_out = lru_cache(maxsize=5_000)(parsers.left_out)
_for_whom = lru_cache(maxsize=5_000)(parsers.for_whom)
_ALL_AGES = parsers.AgeRange(None, None)


def ages_of(reader: Reader) -> parsers.AgeRange:
    """Return the ages of those who are helped: those of the column of ages, else those of the words for whom it is."""
    ages = reader.take("ages", parsers.age_range) or _ALL_AGES
    text = _without_labels(reader.text("serves"))
    read = _aged(text)
    if ages != _ALL_AGES:
        if read.ages not in (None, ages):
            problem = Message(
                "the ages are {ages}, and the words for who is helped {words}",
                ages=quoted(_written(ages)),
                words=quoted(text),
            )
            reader.say("ages", problem, Message("ask which holds; the column of ages counts"))
    elif read.ages:
        ages = read.ages
        problem = Message("{text!r} is read as ages {ages}", text=text, ages=_written(ages))
        reader.say("serves", problem, Message("look whether it is right"), "note")
    elif read.unread:
        problem = Message("{text!r} names ages that do not hold for all who are helped", text=text)
        reader.say("serves", problem, Message("no ages kept; say from which age to which the service takes people"))
    return ages


def _without_labels(text: str) -> str:
    """Return words for groups by their English names where labels tell ages: these are no limits of the service."""
    for label, name in _labels_with_ages():
        text = text.replace(label, name)
    return text


@cache
def _labels_with_ages() -> list[tuple[str, str]]:
    """Return every label of a group that holds a number, in any language, and the group's name in English without."""
    terms = Vocabulary.load("beneficiaries").terms()
    labels = [(label, term.label("en").partition(" (")[0]) for term in terms for label in term.labels.values()]
    return [(label, name) for label, name in labels if re.search(r"\d", label)]


def _written(ages: parsers.AgeRange) -> str:
    return f"{ages.least}+" if ages.most is None else f"{ages.least or 0}–{ages.most}"


def groups_in(reader: Reader, name: str) -> str:
    """Return what the text of a field says of who is helped, without ages and without those who are left out.

    A text with words of the map stays whole where these hold such things: they come first.
    """
    text = reader.text(name)
    whole = fold_header(text)
    if any(word in whole and parsers.for_whom(word) != word for word in reader.intake.meant.get(name, ())):
        return text
    return _for_whom(text)


def _refused(who: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the groups that are left out, by their codes, and words for none.

    Who is left out is never more than was said: words make up a group only if it is just one and says all that they
    say, and no ages stand beside them.
    """
    codes, words = list[str](), list[str]()
    for part in (part for named in who for part in parsers.split_list(named)):
        match, made = match_term("beneficiaries", part), composed("beneficiaries", part)
        if match and (match.how in ("label", "synonym") or not re.search(r"\d", part)):
            codes.append(match.code)
        elif len(made.codes) == 1 and made.whole and not re.search(r"\d", part):
            codes += made.codes
        else:
            words.append(part)
    return codes, words


def people_helped(reader: Reader, ages: parsers.AgeRange) -> Iterator[tuple[str, Term, str | None]]:
    """Yield who is helped and who is not: "serves" or "excludes", the term, and the words of a condition."""
    groups = Vocabulary.load("beneficiaries")
    out = _left_out(reader.text("serves"))
    refused, unread = _refused(out.who)
    served, words = reader.terms("serves", "beneficiaries", text=groups_in(reader, "serves"))
    of_ages, _ = reader.terms("ages", "beneficiaries", text=groups_in(reader, "ages"))
    named = parsers.age_groups(dict.fromkeys((*served, *of_ages)), ages)
    served = [code for code in named if code not in refused]
    if not served and all(map(parsers.says_everybody, words)):
        words = []  # without a group it is for everybody
    excluded, conditions = reader.terms("excludes", "beneficiaries", named=True)
    for code in (code for code in served if code in excluded):
        labels = groups.term(code).labels
        problem = Message(
            "{group} stand among those who are helped and among those who are not", group=Label(labels["en"], labels)
        )
        reader.say("excludes", problem, Message("ask which holds; until then they are taken as not helped"))
    yield from (("serves", groups.term(code), None) for code in served)
    yield from (("excludes", groups.term(code), None) for code in dict.fromkeys((*excluded, *refused)))
    for word in (word for word in conditions if not parsers.says_nobody(word)):
        if condition := match_term("conditions", word):
            labels = labels_with_english("conditions", condition.code, reader.intake.area.languages)
            yield "excludes", Vocabulary.load("conditions").term(condition.code), labels["en"]
        else:
            _say_unknown(reader, "excludes", word)
    for word in (*words, *out.unclear, *unread):
        _say_unknown(reader, "serves", word)


def _say_unknown(reader: Reader, link: str, word: str) -> None:
    fix = Message("it was left out; write a code into [words.{link}]", link=link)
    reader.say(link, Message("{word!r} is no group that we know", word=word), fix)
