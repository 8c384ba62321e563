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


def ages_of(reader: Reader) -> parsers.AgeRange:
    """Return the ages of those who are helped: those of the column of ages, else those of the words for whom it is."""
    own = reader.take("ages", parsers.age_range)
    text = _without_labels(reader)
    read = _aged(text)
    if own is not None and own != _ALL_AGES:
        if read.ages and not _within(own, read.ages):
            ages, words = quoted(_written(own)), quoted(text)
            problem = Message("the ages are {ages}, and the words for who is helped {words}", ages=ages, words=words)
            reader.say("ages", problem, Message("ask which holds; the column of ages counts"))
        return own
    if read.ages:
        problem = Message("{text!r} is read as ages {ages}", text=text, ages=_written(read.ages))
        reader.say("serves", problem, Message("look whether it is right"), "note")
        return read.ages
    if read.unread:
        problem = Message("{text!r} names ages that do not hold for all who are helped", text=text)
        reader.say("serves", problem, Message("no ages kept; say from which age to which the service takes people"))
    return _ALL_AGES


def _without_labels(reader: Reader) -> str:
    """Return the words for whom it is with groups by their short English names where labels that tell ages name them.

    Ages within a label are the group's: they are no limits of the service in one language and not in another.
    """
    text = reader.text("serves")
    for label, name in _labels_with_ages():
        text = text.replace(label, name)
    return text


@cache
def _labels_with_ages() -> list[tuple[str, str]]:
    """Return every label of a group that holds a number, in any language, and the group's name in English without."""
    terms = Vocabulary.load("beneficiaries").terms()
    labels = [(label, term.label("en").partition(" (")[0]) for term in terms for label in term.labels.values()]
    return [(label, name) for label, name in labels if re.search(r"\d", label)]


_ALL_AGES = parsers.AgeRange(None, None)


def _written(ages: parsers.AgeRange) -> str:
    return f"{ages.least}+" if ages.most is None else f"{ages.least or 0}–{ages.most}"


def _within(ages: parsers.AgeRange, others: parsers.AgeRange) -> bool:
    most = parsers.OLDEST if ages.most is None else ages.most
    return (ages.least or 0) >= (others.least or 0) and (others.most is None or most <= others.most)


def groups_in(reader: Reader, name: str) -> str:
    """Return what the text of a field says of who is helped, without ages and without those who are left out.

    A text with words of the map stays whole where these hold such things: they come first.
    """
    text = reader.text(name)
    whole = fold_header(text)
    if any(word in whole and parsers.for_whom(word) != word for word in reader.intake.meant.get(name, ())):
        return text
    return _for_whom(text)


_SUCH = re.compile(
    r"^(?:those|people|persons?|anyone|лиц\w*|люд\w*|тех)\b,?\s+(?:(?:who|кто)\s+)?(?:with|have|has|с|со|имею\w+|страда\w+)\s+",
    re.I,
)


def _refused(who: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the groups that are left out, by their codes, and words for none.

    Who is left out is never more than was said: words make up a group only if it is just one and says all that they
    say, and no ages stand beside them.
    """
    codes, words = list[str](), list[str]()
    for part in (part for named in who for part in parsers.split_list(named)):
        match = match_term("beneficiaries", part) or match_term("beneficiaries", _SUCH.sub("", part))
        made = composed("beneficiaries", part)
        if re.search(r"\d", part) and not (match and match.how in ("label", "synonym")):
            words.append(part)
        elif match:
            codes.append(match.code)
        elif len(made.codes) == 1 and made.whole:
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
    if not served and all(parsers.says_everybody(word) for word in words):
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
    for word in conditions:
        condition = match_term("conditions", word)
        if condition is not None and not parsers.says_nobody(word):
            labels = labels_with_english("conditions", condition.code, reader.intake.area.languages)
            yield "excludes", Vocabulary.load("conditions").term(condition.code), labels["en"]
        elif not parsers.says_nobody(word):
            _say_unknown(reader, "excludes", word)
    for word in (*words, *out.unclear, *unread):
        _say_unknown(reader, "serves", word)


def _say_unknown(reader: Reader, link: str, word: str) -> None:
    reader.say(
        link,
        Message("{word!r} is no group that we know", word=word),
        Message("it was left out; write a code into [words.{link}]", link=link),
    )
