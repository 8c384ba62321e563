"""Opening hours, as they are written in English, Russian, Tajik, Uzbek and Turkish.

A text becomes words of known meaning (`terms/hours.csv`), these one letter each, and the letters are read by `GRAMMAR`.
"""

import csv
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Literal

from mapping.language.fold import alternatives, skeleton
from mapping.language.i18n import UNSAID, Message
from mapping.language.languages import codes, weekdays_of
from mapping.language.parsers._cells import Partly, Unreadable, given, shown
from mapping.language.parsers.dates import MONTHS
from mapping.language.rare_days import season_text
from mapping.model import WEEKDAYS

Kind = Literal["weekly", "monthly", "appointment"]
Days = tuple[int, ...]

BY_24_HOURS = Message("write the times by 24 hours: 9:00-17:00")
WRITE_DAYS = Message("write days and times, as 'Mon-Fri 9:00-17:00'")
WRITE_NOW = Message("write the days and times that hold now")
PROBLEMS = {
    "not understood": (Message("{text} is not understood as hours"), WRITE_NOW),
    "contradictory": (Message("{text} says more than one thing about the days"), WRITE_NOW),
    "without days": (
        Message("{text} does not say on which days"),
        Message("write the days, as 'Mon-Fri 9:00-17:00'"),
    ),
    "without hours": (Message("{text} says days without hours"), Message("write the times, as 'Mon-Fri 9:00-17:00'")),
    "same time": (Message("{text} opens and closes at the same time"), Message("write both times")),
    "backwards": (Message("{text} closes before it opens"), BY_24_HOURS),
}
BY_APPOINTMENT = "by appointment"
_FREQUENCIES: dict[Kind, str] = {"weekly": "WEEKLY", "monthly": "MONTHLY"}

DAY_ENDS = 24 * 60
LAST_MINUTE = DAY_ENDS - 1
HALF = 12 * 60
MORNING = 6 * 60
WEEK: Days = (0, 1, 2, 3, 4, 5, 6)
WEEKEND: Days = (5, 6)
WORKING = frozenset(range(6))
"""Days on which people work by day: Saturday too, in many places."""


@dataclass(frozen=True)
class HoursValue:
    """One span of opening hours.

    ``byday`` is "MO,TU" as in a schedule; where ``kind`` is monthly it carries the week: "1SA" is the first Saturday,
    "-1WE" the last Wednesday, "1WE,3WE" the first and the third. ``opens`` and ``closes`` are "HH:MM"; 24 hours are
    00:00 to 23:59; both are None for appointments. ``months`` are the first and the last month of a season. ``doubt``
    says what was taken for granted.
    """

    byday: str = ""
    opens: str | None = None
    closes: str | None = None
    kind: Kind = "weekly"
    months: tuple[int, int] | None = None
    doubt: Message = UNSAID

    @property
    def season(self) -> str:
        """Return the season as records say it; empty without one."""
        return season_text(*self.months) if self.months else ""

    def fields(self) -> dict[str, Any]:
        """Return the fields of the schedule that holds it."""
        return {
            "freq": _FREQUENCIES.get(self.kind),
            "byday": self.byday or None,
            "opens_at": self.opens,
            "closes_at": self.closes,
            "description": BY_APPOINTMENT if self.kind == "appointment" else self.season or None,
        }


LETTERS = {
    "days": "D",
    "month": "M",
    "nth": "N",
    "always": "R",
    "appointment": "P",
    "break": "B",
    "from": "f",
    "to": "t",
    "and": "&",
    "time": "T",
    "dash": "-",
    "part": ";",
    "comma": ",",
    "off": "O",
    "except": "X",
    "apart": "A",
    "whose": "W",
    "holiday": "H",
}
"""Meaning of a word -> its letter; a word of no meaning here is "?", and what says nothing has none."""

_DAY = "f?D(?:[-t]D)?"
_DAYS = f"{_DAY}(?:(?:,&|[,&])?{_DAY})*"
_NTH = "N(?:[,&]?N){0,9}"
_SPAN = "f?T[-t]T"
GRAMMAR = re.compile(
    rf"(?P<season>f?M[-t]M)"
    rf"|(?P<off>X[XO&-]{{0,4}}{_DAYS}|O[O&-]{{0,4}}{_DAYS}(?![-f,]{{0,4}}T)|{_DAYS}[-f]{{0,4}}[OA])"
    rf"|(?P<days>{_NTH}{_DAYS}|{_DAYS}{_NTH}|{_DAYS})"
    rf"|(?P<pause>B[-f]*T[-t]T|{_SPAN}B(?![-f]*T))"
    rf"|(?P<span>{_SPAN})|(?P<always>R)|(?P<appointment>P)|(?P<whose>W)"
    rf"|(?P<nothing>[-,;&ft])|(?P<unread>.)"
)
WORDS = Path(__file__).parents[1] / "terms" / "hours.csv"


def _written() -> dict[str, tuple[str, Days]]:
    """Return the words in which hours are told, as they are written: meaning and numbers."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {
            phrase.casefold(): (row["means"], tuple(map(int, row["value"].split())))
            for row in reversed(list(csv.DictReader(file)))
            for phrase in row["words"].split("|")
        }


_WRITTEN = _written()
"""Words as they are written: "пер." is a break, and the Turkish "per" a Thursday, though both fold to one."""
_TOGETHER = rf"\b(?:{'|'.join(sorted((re.escape(name) for name in _WRITTEN if ' ' in name), key=len, reverse=True))})\b"
_PHRASES: dict[tuple[str, ...], tuple[str, Days]] = {(name,): ("month", (number,)) for name, number in MONTHS.items()}
_PHRASES |= {tuple(skeleton(phrase).split()): meaning for phrase, meaning in _WRITTEN.items()}
_LONGEST = max(map(len, _PHRASES))

_TOKEN = re.compile(
    r"(?P<always>24\s?h?\s?/\s?(?:7|24)|7\s?/\s?24)"
    rf"|(?P<nth>[1-4])\s?-?{alternatives('ending of an ordinal')}"
    r"|(?P<time>(?<!\d)(?:\d{1,2}(?:[:.]|h(?=\d))\d\d|\d{3,4}|(?!24h)\d{1,2}h\b|\d{1,2})(?!\d)(?:\s?[ap]\.?m\b\.?)?)"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|['’ʻʼ‘])*)"
    r"|(?P<dash>[-–—‐‑−>])|(?P<part>[;\n()])|(?P<comma>[,&/|])|(?P<other>[^\s.:+!•]|\d+)",
    re.I,
)
_HALF_DAY = re.compile(r"[1-6](?:[:.][0-5]\d)?")
"""A closing time of the afternoon, as it is written by 12 hours: later ones may be 17 without its first digit."""
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d\b")
"""How a cell that holds a day is written: see `mapping.intake.rows.written`."""


@dataclass(frozen=True)
class _Token:
    """A piece of the text: what it means, its numbers or its time, and where it stands."""

    means: str
    numbers: Days
    start: int
    end: int
    time: str = ""

    @property
    def letter(self) -> str:
        return LETTERS.get(self.means, "?")


def _tokens(text: str) -> list[_Token]:
    """Cut a text into tokens: the longest known phrases, times with their half of the day; none that says nothing."""
    matches = list(_TOKEN.finditer(text))
    folded = [skeleton(match[0]) if match.lastgroup == "word" else match[0] for match in matches]
    tokens: list[_Token] = []
    at = 0
    while at < len(matches):
        token, length = _phrase(matches, folded, at)
        at += length
        last = tokens[-1] if tokens else None
        timed = last is not None and last.means == "time"
        if token.means == "time" and token.numbers:  # noon and midnight
            if timed and last and last.time in ("12", "12:00"):
                tokens.pop()
            token = replace(token, time=f"{token.numbers[0]:02}:00")
        elif token.means == "from" and timed:
            token = replace(token, means="dash")  # "9:00 dan 18:00 gacha"
        elif token.means == "half" and timed and last:
            tokens[-1] = replace(last, time=last.time + ("pm" if token.numbers[0] else "am"))
            continue
        if token.means not in ("noise", "monthly"):
            tokens.append(token)
    return tokens


def _phrase(matches: list[re.Match[str]], folded: list[str], at: int) -> tuple[_Token, int]:
    """Return the longest known phrase from a piece on, dashes within passed over, and how many pieces it takes."""
    start = matches[at]
    kind = str(start.lastgroup)
    for length in range(min(2 * _LONGEST - 1, len(matches) - at), 1, -1):
        pieces = range(at, at + length)
        if "dash" in (kind, matches[pieces[-1]].lastgroup):
            continue
        if meaning := _PHRASES.get(tuple(folded[n] for n in pieces if matches[n].lastgroup != "dash")):
            return _Token(*meaning, start.start(), matches[pieces[-1]].end()), length
    if kind == "word":
        means, numbers = _WRITTEN.get(start[0].casefold()) or _PHRASES.get((folded[at],)) or ("other", ())
        return _Token(means, numbers, start.start(), start.end()), 1
    numbers = (int(start["nth"]),) if kind == "nth" else ()
    return _Token(kind, numbers, start.start(), start.end(), start[0] if kind == "time" else ""), 1


def _listed(tokens: list[_Token]) -> list[_Token]:
    """Take the dashes between three days or more for commas: "Mon - Tue - Fri" is a list."""
    for chain in re.finditer(r"D(?:-D){2,6}", "".join(token.letter for token in tokens)):
        for at in range(chain.start() + 1, chain.end(), 2):
            tokens[at] = replace(tokens[at], means="comma")
    return tokens


_Span = tuple[int, int, Message]


@dataclass
class _Group:
    """Days and the times that are said of them."""

    days: Days
    nth: Days = ()
    months: tuple[int, int] | None = None
    spans: list[_Span] = field(default_factory=list)
    complete: bool = False
    """Whether its times stood before its days."""


class _HoursReader:
    """Reads what `GRAMMAR` finds from left to right into groups of days and times."""

    def __init__(self, text: str, written: str) -> None:
        self.text = text
        self.written = written
        """The cell as its sender wrote it, for messages: ``text`` has some of its words in others."""
        self.rest: list[str] = []
        self.tokens = list(self._without_holidays(self._with_rest_days(_listed(_tokens(text)))))
        self.groups: list[_Group] = []
        self.closed: set[int] = set()
        self.early: list[tuple[str, str]] = []
        """Times that stand before their days: "9-18, пн-пт"."""
        self.early_pauses: list[tuple[int, int]] = []
        self.months: tuple[int, int] | None = None
        self.by_appointment = False

    def read(self) -> list[HoursValue]:
        letters = "".join(token.letter for token in self.tokens)
        at = 0
        while match := GRAMMAR.match(letters, at):
            tokens = self.tokens[at : match.end()]
            at = match.end()
            if match.lastgroup == "unread" or (match.lastgroup == "whose" and self.groups):
                at = self._set_aside(match.start())
            elif match.lastgroup not in ("whose", "nothing"):
                getattr(self, f"_{match.lastgroup}")(tokens)
        self._place_early(tuple(day for day in WEEK if self.closed and day not in self.closed))
        if any(not group.spans and group.days != WEEK for group in self.groups):
            raise self._fault("without hours")
        for pause in self.early_pauses:
            self._cut(pause)
        self._check()
        spans = [span for group in self.groups for span in self._values(group)]
        return list(dict.fromkeys(spans)) + [HoursValue(kind="appointment")] * self.by_appointment

    def _with_rest_days(self, tokens: list[_Token]) -> list[_Token]:
        """Take "weekend" behind Saturday or Sunday for "day off"."""
        for at, token in enumerate(tokens):
            dashed = at > 1 and tokens[at - 1].means == "dash"
            before = tokens[at - 2 if dashed else at - 1].numbers if at else ()
            if token.means == "days" and token.numbers == WEEKEND and before in ((5,), (6,)):
                tokens[at] = replace(token, means="off")
        return tokens

    def _without_holidays(self, tokens: list[_Token]) -> Iterator[_Token]:
        """Yield tokens without holidays, which no schedule holds; those with times of their own are not understood."""
        letters = "".join(token.letter for token in tokens)
        at = 0
        for match in re.finditer(
            r"(?:(?P<but>[XO])?(?:[,&]?H)+(?:[-f]*(?:O|(?P<timed>T)))?)(?:[,&](?=D)(?<=[XO]H.))?", letters
        ):
            yield from tokens[at : match.start()]
            if match["timed"] and not match["but"]:
                yield replace(tokens[match.start()], means="other")
            else:
                self.rest += [
                    self.text[t.start : t.end] for t in tokens[match.start() : match.end()] if t.letter == "H"
                ]
            at = match.end("timed") - 1 if match["timed"] else match.end()
            if match[0].endswith(("&", ",")):
                yield tokens[match.start()]  # "except holidays and Saturday"
        yield from tokens[at:]

    def _season(self, tokens: list[_Token]) -> None:
        first, last = (token.numbers[0] for token in tokens if token.means == "month")
        self.months = (first, last)

    def _days(self, tokens: list[_Token]) -> None:
        days = sorted({day for part in self._parts(tokens) for day in part})
        nth = tuple(dict.fromkeys(token.numbers[0] for token in tokens if token.means == "nth"))
        if days == list(WEEK):
            days = [day for day in days if day not in self.closed]
        if self.early:
            self._place_early(tuple(days), nth)
        elif self.groups and not (self.groups[-1].spans or nth or self.groups[-1].nth):
            self.groups[-1].days = tuple(sorted({*self.groups[-1].days, *days}))
        else:
            self.groups.append(_Group(tuple(days), nth, self.months))

    def _parts(self, tokens: list[_Token]) -> list[Days]:
        """Return the days of each word or range in a list."""
        parts: list[Days] = []
        until = False
        for before, token in pairwise((None, *tokens)):
            if token is None or token.means != "days":
                until = token is not None and token.means in ("dash", "to") and before is not None
                continue
            days = token.numbers or tuple(day for day in WEEK if day not in self._named())
            if not days or (not token.numbers and not self._named()):
                raise self._fault("without days")
            if until and before is not None and len(parts[-1]) == 1:
                first = parts.pop()[0]
                days = tuple((first + step) % 7 for step in range((days[-1] - first) % 7 + 1))
            parts.append(days)
            until = False
        return parts

    def _named(self) -> set[int]:
        return self.closed.union(*(group.days for group in self.groups))

    def _off(self, tokens: list[_Token]) -> None:
        """Take days off from those that are open: "вс - выходной", "кроме ср", "every day, Sunday closed"."""
        parts = self._parts(tokens)
        if len(parts) > 1 and parts[0] == WEEK:
            self.groups.append(_Group(parts.pop(0), months=self.months))
        if len(parts) > 1 and any(len(part) > 1 for part in parts):
            raise self._fault("contradictory")
        self.closed |= {day for part in parts for day in part}
        for group in self.groups:
            group.days = tuple(day for day in group.days if day not in self.closed)
        self.groups = [group for group in self.groups if group.days]
        if not self.groups and not self.early and {token.letter for token in tokens} & {"X", "A"}:
            self.groups.append(_Group(tuple(day for day in WEEK if day not in self.closed), months=self.months))

    def _span(self, tokens: list[_Token]) -> None:
        opens, closes = (token.time for token in tokens if token.means == "time")
        if not self.groups:
            self.early.append((opens, closes))
        elif self.groups[-1].complete:
            raise self._fault("without days")
        else:
            self._add(self.groups[-1], opens, closes)

    def _place_early(self, days: Days, nth: Days = ()) -> None:
        early, self.early = self.early, []
        if not early:
            return
        if not days:
            for opens, closes in early:
                _span(opens, closes)
            raise self._fault("without days")
        self.groups.append(_Group(days, nth, self.months))
        for opens, closes in early:
            self._add(self.groups[-1], opens, closes)
        self.groups[-1].complete = True

    def _pause(self, tokens: list[_Token]) -> None:
        """Read a break; it is of the days before, or of all where it stands before any."""
        opening, closing = (token.time for token in tokens if token.means == "time")
        opens, closes = _span(opening, closing)
        if _HALF_DAY.fullmatch(opening) and _HALF_DAY.fullmatch(closing):  # "lunch 1-2"
            opens += HALF
        if closes <= opens and closes < HALF:  # "lunch 12-1"
            closes += HALF
        if self.early or not any(group.spans for group in self.groups):
            self.early_pauses.append((opens, closes))
        else:
            self._cut((opens, closes))

    def _cut(self, pause: tuple[int, int]) -> None:
        start, end = pause
        for group in self.groups:
            group.spans = [
                piece
                for opens, closes, doubt in group.spans
                for piece in (
                    [(opens, start, doubt), (end, closes, doubt)]
                    if opens < start < end < closes
                    else [(opens, closes, doubt)]
                )
            ]

    def _always(self, tokens: list[_Token]) -> None:
        if tokens[0].numbers and any(token.means == "appointment" for token in self.tokens):
            return  # "any time, by appointment"
        if not self.groups or self.groups[-1].spans:
            self.groups.append(_Group(WEEK, months=self.months))
        self.groups[-1].spans.append((0, DAY_ENDS, UNSAID))

    def _appointment(self, _tokens: list[_Token]) -> None:
        self.by_appointment = True

    def _add(self, group: _Group, opening: str, closing: str) -> None:
        """Add times to days; on working days "9-5" and "8-12, 1-5" go on in the afternoon."""
        opens, closes, doubt = *_span(opening, closing), UNSAID
        working = WORKING.issuperset(group.days)
        late = _HALF_DAY.fullmatch(closing) is not None and working
        if late and MORNING <= opens <= HALF and closes < opens:
            closes += HALF
            doubt = Message("{text} is read as {clock}", text=closing, clock=_clock(closes))
        elif late and _HALF_DAY.fullmatch(opening) and group.spans and HALF - 60 <= group.spans[-1][1] <= HALF + 60:
            opens, closes = opens + HALF, closes + HALF
            clock = f"{_clock(opens)}-{_clock(closes)}"
            doubt = Message("{text} is read as {clock}", text=f"{opening}-{closing}", clock=clock)
        if opens == closes:
            raise self._fault("same time")
        if closes < opens and (group.nth or opens < HALF):
            raise self._fault("backwards")
        group.spans.append((opens, closes, doubt))

    def _check(self) -> None:
        """Refuse times that overlap on a day."""
        groups = [group for group in self.groups if group.spans]
        for group, other in combinations(groups, 2):
            alike = (group.nth, group.months) == (other.nth, other.months) and {*group.days} & {*other.days}
            if alike and group != other and _overlap(group.spans, other.spans):
                raise self._fault("contradictory")
        for group in groups:
            if any(_overlap([first], [second]) for first, second in combinations(group.spans, 2)):
                raise self._fault("contradictory")

    def _values(self, group: _Group) -> Iterator[HoursValue]:
        """Yield the spans of a group; one that goes past midnight becomes two."""
        for opens, closes, doubt in group.spans:
            tomorrow = tuple(sorted((day + 1) % 7 for day in group.days))
            over = [(group.days, opens, DAY_ENDS), (tomorrow, 0, closes)]
            for days, start, end in [(group.days, opens, closes)] if closes > opens else over:
                byday = ",".join(f"{week}{WEEKDAYS[day]}" for week in group.nth or ("",) for day in days)
                kind: Kind = "monthly" if group.nth else "weekly"
                if end > start:
                    yield HoursValue(byday, _clock(start), _clock(end), kind, group.months, doubt)

    def _set_aside(self, at: int) -> int:
        """Leave the rest of a part unread; return where the next one begins."""
        end = next((n for n in range(at, len(self.tokens)) if self.tokens[n].means == "part"), len(self.tokens))
        waiting = self.groups and not self.groups[-1].spans and self.groups[-1].days != WEEK
        if waiting or any(token.means == "days" for token in self.tokens[at:end]):
            raise (
                self._fault("contradictory")
                if any(group.spans for group in self.groups)
                else self._fault("not understood")
            )
        stop = self.tokens[end].start if end < len(self.tokens) else len(self.text)
        self.rest.append(self.text[self.tokens[at].start : stop])
        return end

    def _fault(self, problem: str) -> Unreadable:
        message, fix = PROBLEMS[problem]
        return Unreadable(message.filled_with({"text": shown(self.written)}), fix)


def _overlap(first: list[_Span], second: list[_Span]) -> bool:
    ends = {span: span[1] if span[1] > span[0] else DAY_ENDS for span in (*first, *second)}
    return any(a[0] < ends[b] and b[0] < ends[a] for a in first for b in second)


_LETTER = rf"[^\s_{re.escape(string.punctuation)}‐‑‒–—−«»“”„’…]"
"""A sign of a word, the vowels of Devanagari and Thai too, which no pattern of Python counts among letters."""


def _with_days(text: str, spoken: tuple[str, ...]) -> str:
    """Write the days of the week, and "and", in English where they stand in a language that has no words here.

    Words that stand together in words known here stay: "иш" alone is Saturday in Kyrgyz, and "иш күндөрү" working days.
    """
    known = {name: day for code in spoken if code not in codes() for name, day in weekdays_of(code).items()}
    if not known:
        return text
    words = rf"{_TOGETHER}|(?:(?!\d){_LETTER})+\.?"
    return re.sub(words, lambda word: known.get(word[0].casefold().rstrip("."), word[0]), text, flags=re.I)


def hours(value: object, spoken: tuple[str, ...] = ()) -> list[HoursValue]:
    """Read opening hours: one span for each stretch of days and each side of a break.

    Of languages ``spoken`` that have no words here, the days of the week are known, as CLDR calls them.

    Raises
    ------
    Unreadable
        Where days or times are missing, impossible or contradictory: the text may be kept as a description.
    Partly
        Where hours were read and something else is said too; it may be anything, a secret address as well.

    Examples
    --------
    >>> [(span.byday, span.opens, span.closes) for span in hours("пн-пт 8-17, обед 12-13")]
    [('MO,TU,WE,TH,FR', '08:00', '12:00'), ('MO,TU,WE,TH,FR', '13:00', '17:00')]
    >>> hours("first Saturday of the month, 10-14")
    [HoursValue(byday='1SA', opens='10:00', closes='14:00', kind='monthly', months=None, doubt='')]
    """
    written = given(value, Message("opening hours"))
    text = _with_days(written, spoken)
    if _A_DAY.match(text):
        raise Unreadable(
            Message("{text} is a day: a spreadsheet makes one of hours such as 9-18", text=shown(written)), WRITE_DAYS
        )
    reader = _HoursReader(text, written)
    spans = [] if any(token.means == "rare" for token in _tokens(text)) else reader.read()
    if not spans:
        raise Unreadable(Message("{text} is not understood as hours", text=shown(written)), WRITE_DAYS)
    if reader.rest:
        rest = " ".join(piece.strip(" ,;") for piece in reader.rest)
        raise Partly(
            spans,
            rest,
            Message("the hours are read, and something else stands beside them"),
            Message("move it where it belongs"),
        )
    return spans


def names_days(text: str) -> bool:
    """Whether a text names days of the week.

    >>> names_days("вс не работает"), names_days("не работает с 2024 г.")
    (True, False)
    """
    return any(token.means == "days" for token in _tokens(text))


@lru_cache(maxsize=20_000)
def half_of_hours(text: str) -> Literal["days", "times", ""]:
    """Tell whether a text names only the days or only the times of hours, which another one makes whole.

    >>> half_of_hours("Mon-Fri"), half_of_hours("8.00am-5.00pm"), half_of_hours("Mon 9-17"), half_of_hours("24h")
    ('days', 'times', '', '')
    """
    means = [token.means for token in _tokens(text)]
    if {"always", "other", "appointment"} & {*means} or ("days" in means and "time" in means):
        return ""
    return "days" if "days" in means else "times" if means.count("time") > 1 else ""  # one alone is any number


def _minutes(text: str) -> int:
    """Return a time of day in minutes, as it is written."""
    match = re.fullmatch(r"(\d{1,2})[:.h]?(\d\d)?\s?(?:([ap])\.?m\.?)?", text, re.I)
    assert match is not None
    hour, minute = int(match[1]), int(match[2] or 0)
    if text == "00" or text == "30":  # "8-00" is a time, and "8-17" two
        raise Unreadable(Message("{text}: there is no such time of day", text=text), BY_24_HOURS)
    half = (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unreadable(Message("{text}: there is no such hour", text=text), BY_24_HOURS)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or hour * 60 + minute > DAY_ENDS:
        raise Unreadable(Message("{text}: there is no such time of day", text=text), BY_24_HOURS)
    return hour * 60 + minute


def _span(opening: str, two: str) -> tuple[int, int]:
    """Return opening and closing in minutes; "2-5pm" is in the afternoon altogether, "9-5pm" is not."""
    opens, closes = _minutes(opening), _minutes(two)
    afternoon = re.search(r"p\.?m", two, re.I) and not re.search(r"[ap]\.?m", opening, re.I)
    if afternoon and opens < HALF and opens + HALF < closes:
        opens += HALF
    return opens, closes or DAY_ENDS


def _clock(minutes: int) -> str:
    """Write minutes as HH:MM; the end of the day is its last minute."""
    minutes = min(minutes, LAST_MINUTE)
    return f"{minutes // 60:02}:{minutes % 60:02}"
