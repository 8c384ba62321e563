"""Opening hours, as they are written in English, Russian, Tajik, Uzbek and Turkish."""

import csv
import re
import string
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from mapping.language.fold import alternatives, skeleton
from mapping.language.i18n import UNSAID, Phrase, both
from mapping.language.languages import codes, weekdays_of
from mapping.language.parsers._cells import Partly, Unreadable, given, shown
from mapping.language.parsers.dates import MONTHS
from mapping.language.rare_days import season_text
from mapping.model import WEEKDAYS

Kind = Literal["weekly", "monthly", "appointment"]
Means = Literal[
    "days",
    "month",
    "nth",
    "monthly",
    "always",
    "appointment",
    "break",
    "from",
    "to",
    "and",
    "noise",
    "time",
    "dash",
    "part",
    "comma",
    "open",
    "close",
    "off",
    "except",
    "apart",
    "whose",
    "holiday",
    "half",
    "ordinal",
    "rare",
    "other",
]

BY_24_HOURS = Phrase("write the times by 24 hours: 9:00-17:00")
BY_APPOINTMENT = "by appointment"
_FREQUENCIES: dict[Kind, str] = {"weekly": "WEEKLY", "monthly": "MONTHLY"}

DAY_ENDS = 24 * 60
LAST_MINUTE = DAY_ENDS - 1
HALF = 12 * 60


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
    doubt: Phrase = UNSAID

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


_OF_DAYS_OFF: frozenset[Means] = frozenset(
    ("days", "off", "except", "apart", "noise", "dash", "comma", "and", "from", "to")
)
UNTIL: tuple[Means, ...] = ("to", "dash")
"""What stands between a beginning and an end."""
_ALL = (0, 1, 2, 3, 4, 5, 6)
_WEEKEND = (5, 6)
WORKING = frozenset(range(6))
"""Days on which people work by day: Saturday too, in many places."""
MORNING = 6 * 60
WORDS = Path(__file__).parents[1] / "terms" / "hours.csv"


def _value(means: str, text: str) -> object:
    """Return what a word of hours stands for: days of the week, none for those not named before, or a number."""
    numbers = tuple(map(int, text.split()))
    return numbers if means == "days" else numbers[0] if numbers else None


def _written() -> dict[str, tuple[Means, object]]:
    """Return the words in which hours are told, as they are written."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {
            phrase.casefold(): (cast("Means", row["means"]), _value(row["means"], row["value"]))
            for row in reversed(list(csv.DictReader(file)))
            for phrase in row["words"].split("|")
        }


_WRITTEN = _written()
"""Words as they are written: "пер." is a break, and the Turkish "per" a Thursday, though both fold to one."""
_TOGETHER = rf"\b(?:{'|'.join(sorted((re.escape(name) for name in _WRITTEN if ' ' in name), key=len, reverse=True))})\b"
_PHRASES: dict[tuple[str, ...], tuple[Means, object]] = {(name,): ("month", number) for name, number in MONTHS.items()}
_PHRASES |= {tuple(skeleton(phrase).split()): meaning for phrase, meaning in _WRITTEN.items()}
_LONGEST = max(map(len, _PHRASES))

_TOKEN = re.compile(
    r"(?P<always>24\s?/\s?(?:7|24)|7\s?/\s?24)"
    r"|(?P<nth>[1-4])(?:st|nd|rd|th)\b"
    r"|(?P<time>(?<!\d)(?:\d{1,2}[:.]\d\d|\d{3,4}|\d{1,2})(?!\d)(?:\s?[ap]\.?m\b\.?)?)"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|['’ʻʼ‘])*)"
    r"|(?P<dash>[-–—‐‑−])|(?P<part>[;\n])|(?P<comma>[,&/])|(?P<open>\()|(?P<close>\))|(?P<other>[^\s.:+!]|\d+)",
    re.I,
)


@dataclass(frozen=True)
class _Token:
    """A piece of the text: what it means, its value, and where it stands."""

    means: Means
    value: object
    start: int
    end: int


@dataclass
class _HoursReader:
    """Reads tokens from left to right, and remembers the days that the next times are for."""

    text: str
    tokens: list[_Token]
    written: str
    """The cell as its sender wrote it, for messages: ``text`` has some of its words in others."""
    at: int = 0
    spans: list[HoursValue] = field(default_factory=list)
    days: tuple[int, ...] = ()
    nth: tuple[int, ...] = ()
    """Weeks of the month."""
    timed: bool = True
    clause: int = 0
    months: tuple[int, int] | None = None
    opened: int | None = None
    closed: set[int] = field(default_factory=set)
    early: list[tuple[int, int]] = field(default_factory=list)
    """Times that stand before their days: "9-18, пн-пт"."""
    breaks: list[tuple[int, int]] = field(default_factory=list)
    halves: dict[tuple[int, int], str] = field(default_factory=dict)
    """Times whose closing hour may be one of the afternoon: "9-5"; how it is written."""
    rest: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read everything."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if self._sees("open"):
                self._bracket()
            elif self._season() or self._days_off() or self._day_list() or self._time_span() or self._pause():
                continue
            elif token.means == "always":
                if not (token.value and any(other.means == "appointment" for other in self.tokens)):
                    self._add(0, DAY_ENDS, days=self.days if not self.timed else _ALL)
                self.at += 1
            elif token.means == "whose" and (self.spans or self.early or not self.timed):
                self._set_aside()  # it is of something else than what was said before
            elif token.means == "part" and self.early and not self.timed:
                self._place_waiting()
                self.at += 1
            elif token.means == "appointment":
                self.spans.append(HoursValue(kind="appointment"))
                self.at += 1
            elif token.means in ("other", "time", "month", "nth"):
                self._set_aside()
            else:
                self.at += 1
        self._place_early()

    def _place_waiting(self) -> None:
        """Give times that stood before their days these days."""
        waiting, self.early = self.early, []
        days = self.days
        for opens, closes in waiting:
            self._add(opens, closes, days=days)
        self.timed = True

    def _place_early(self) -> None:
        """Give times that stood before any days the days that came after them, or those that are not off."""
        if self.early and self.timed and self.closed:
            self.days, self.timed = tuple(day for day in _ALL if day not in self.closed), False
        days = self.days if not self.timed else ()
        for opens, closes in self.early:
            self._add(opens, closes, days=days)
        for opens, closes in self.breaks:
            self.spans = [part for span in self.spans for part in _without(span, opens, closes)]

    def _days_off(self) -> bool:
        """Read days on which it is closed: "вс - выходной", "выходные: сб, вс", "кроме ср"."""
        start = self.at
        before, exception = self._sees_any("off", "except"), self._sees("except")
        if before:
            self._pass("off", "except", "noise", "dash")
        days: set[int] = set()
        while self._sees("days") or (days and self._sees_between(("comma", "and"), "days")):
            if days and self._says_rest(days):
                break
            self.at += 0 if self._sees("days") else 1
            day = self._days_until(rest=True)
            days = set(day) | (days if len(days) < len(_ALL) else set())  # "every day, Sunday off"
        if days and not before:
            self._pass("dash", "noise", "from")
        after = bool(days) and not before and (self._sees_any("off", "apart") or self._says_rest(days))
        if not days or not (before or after):
            self.at = start + (1 if before and self._sees("off") and self.at == start else 0)
            return self.at > start
        exception = exception or self._sees("apart")
        off = [WEEKDAYS[day] for day in days]
        self.at += int(after)
        self.closed |= days
        if exception and self.timed and not self.early and not self.spans:
            self.days, self.timed = tuple(day for day in _ALL if day not in self.closed), False
        elif exception and not self.timed:
            self.days = tuple(day for day in self.days if day not in days)
        else:
            left = {span: ",".join(day for day in span.byday.split(",") if day not in off) for span in self.spans}
            self.spans = [replace(span, byday=byday) for span, byday in left.items() if byday or not span.byday]
        return True

    def _says_rest(self, days: set[int]) -> bool:
        """Tell whether a word for the weekend comes behind its days: "сб-вс выходные" are days of rest."""
        return days <= set(_WEEKEND) and self._sees("days") and self.tokens[self.at].value == _WEEKEND

    def _sees(self, *means: Means, ahead: int = 0) -> bool:
        """Tell whether tokens of these meanings come next, one after the other."""
        coming = self.tokens[self.at + ahead : self.at + ahead + len(means)]
        return tuple(token.means for token in coming) == means

    def _sees_any(self, *means: Means) -> bool:
        """Tell whether a token of one of these meanings comes next."""
        return any(map(self._sees, means))

    def _sees_between(self, gaps: tuple[Means, ...], end: Means, *before: Means, ahead: int = 0) -> bool:
        """Tell whether one of some words comes next, behind some tokens, and then a token of a meaning."""
        return any(self._sees(*before, gap, end, ahead=ahead) for gap in gaps)

    def _pass(self, *means: Means) -> None:
        """Pass over tokens of these meanings."""
        while self._sees_any(*means):
            self.at += 1

    def _season(self) -> bool:
        """Read "April to October"."""
        skip = int(self._sees("from"))
        if not self._sees_between(UNTIL, "month", "month", ahead=skip):
            return False
        first, last = self.tokens[self.at + skip].value, self.tokens[self.at + skip + 2].value
        self.months = (int(str(first)), int(str(last)))
        self.at += skip + 3
        return True

    def _day_list(self) -> bool:
        """Read days: one, several, a range, "first and third Saturday", "шанбеи якум"."""
        start = self.at
        nth = self._weeks()
        if not self._sees("days"):
            self.at = start
            return False
        days: list[int] = []
        while self._sees("days"):
            days += self._days_until()
            nth = nth or self._weeks()
            self._pass("monthly", "noise")
            if self._sees_between(("comma", "and"), "days"):
                self.at += 1
            elif self._sees("comma", "and", "days"):
                self.at += 2
        if self.timed:
            self.clause = self.tokens[start].start
        if set(days) == set(_ALL):
            days = [day for day in _ALL if day not in self.closed]
        self.days = tuple(sorted(set(days) | set(() if self.timed else self.days)))
        self.nth, self.timed = nth, False
        return True

    def _weeks(self) -> tuple[int, ...]:
        """Read weeks of the month: "first", "1-я и 3-я"."""
        weeks: list[int] = []
        while self._sees("nth") or (weeks and self._sees_between(("comma", "and"), "nth")):
            self.at += 0 if self._sees("nth") else 1
            weeks.append(int(str(self.tokens[self.at].value)))
            self.at += 1
        return tuple(dict.fromkeys(weeks))

    def _days_until(self, *, rest: bool = False) -> tuple[int, ...]:
        """Read a day, or the days from one to another; of ``rest``, a word for it is none until which they are."""
        days = self._days_here()
        if len(days) != 1 or not self._sees_between(UNTIL, "days"):
            return days
        if rest and self.tokens[self.at + 1].value == _WEEKEND:
            return days
        self.at += 1
        first, until = days[0], self._days_here()[-1]
        return tuple((first + step) % 7 for step in range((until - first) % 7 + 1))

    def _days_here(self) -> tuple[int, ...]:
        value = self.tokens[self.at].value
        self.at += 1
        assert isinstance(value, tuple)
        if value:
            return value
        named = self.closed.union(*(map(WEEKDAYS.index, re.findall("[A-Z]{2}", span.byday)) for span in self.spans))
        others = tuple(day for day in _ALL if day not in named)
        if not named or not others:
            raise _without_days(self.written)
        return others

    def _time_span(self) -> bool:
        """Read "9-18", "с 9 до 18", and "до 13" after days whose opening was said before."""
        skip = int(self._sees("from"))
        if self._sees_between(UNTIL, "time", "time", ahead=skip):
            opening, closing = self._raw(skip), self._raw(skip + 2)
            opens, closes = _span(opening, closing)
            self._note_half(opens, closes, closing)
            late = self._after_noon(opening, closing)
            clock = f"{_clock(opens + late)}-{_clock(closes + late)}"
            doubt = Phrase("{text} is read as {clock}", text=f"{opening}-{closing}", clock=clock) if late else None
            self.at += skip + 3
            self._add(opens + late, closes + late, doubt=doubt)
            return True
        if self._sees("to", "time") and self.opened is not None and not self.timed:
            closes = _minutes(self._raw(1))
            self._note_half(self.opened, closes, self._raw(1))
            self.at += 2
            doubt = Phrase("the opening time {clock} is taken from the days before", clock=_clock(self.opened))
            self._add(self.opened, closes, doubt=doubt)
            return True
        return False

    def _after_noon(self, opening: str, closing: str) -> int:
        """Return what to add to times that go on after a morning by 12 hours: "8-12, 1-5"."""
        last = self.spans[-1] if self.spans and self.timed and self.days else None
        whole = _HALF_DAY.fullmatch(opening) and _HALF_DAY.fullmatch(closing)
        morning = last is not None and str(last.opens) >= "06:00" and "11:00" <= str(last.closes) <= "13:00"
        return HALF if whole and morning and WORKING.issuperset(self.days) else 0

    def _note_half(self, opens: int, closes: int, written: str) -> None:
        if _HALF_DAY.fullmatch(written) and MORNING <= opens <= HALF and closes < opens:
            self.halves[opens, closes] = written

    def _raw(self, ahead: int) -> str:
        return str(self.tokens[self.at + ahead].value)

    def _pause(self) -> bool:
        """Read a break, and cut it out of the spans in which it lies."""
        if not self._sees("break"):
            return False
        self.at += 1
        self._pass("from", "noise", "dash")
        if self._sees_between(UNTIL, "time", "time"):
            opens, closes = _span(self._raw(0), self._raw(2))
            if _HALF_DAY.fullmatch(self._raw(0)) and _HALF_DAY.fullmatch(self._raw(2)):  # "lunch 1-2"
                opens += HALF
            if closes <= opens and closes < HALF:  # "lunch 12-1"
                closes += HALF
            self.at += 3
        elif len(self.spans) > 1 and self.spans[-1].byday == self.spans[-2].byday != "":
            last = self.spans.pop()  # "8-17, 12-13 lunch"
            opens, closes = _minutes(str(last.opens)), _minutes(str(last.closes))
        else:
            self.at -= 1
            self._set_aside()
            return True
        self.breaks += [(opens, closes)] * bool(self.early)
        self.spans = [part for span in self.spans for part in _without(span, opens, closes)]
        return True

    def _bracket(self) -> None:
        """Read what stands in brackets: a break, or something for a person to look at."""
        inner = next(
            (n for n in range(self.at, len(self.tokens)) if self.tokens[n].means == "close"), len(self.tokens) - 1
        )
        waiting = bool(self.early) and self._sees("days", ahead=1)  # "9-17 (пн-пт)"
        if waiting:
            self.at += 1
            while self._day_list() or self._days_off():
                pass
            if self._sees("close"):
                self._place_waiting()
            return
        within = {token.means for token in self.tokens[self.at + 1 : inner]}
        timed = {"days", "time"} <= within and within <= _OF_DAYS_OFF | {"time"}
        if timed or (within & {"off", "except", "apart"} and within <= _OF_DAYS_OFF):
            self.at += 1  # "(кроме вс)", "(вс - до 14)"
            return
        if self._sees("break", ahead=1) or any(
            self._sees(means, ahead=1) and inner == self.at + 2 for means in ("appointment", "noise")
        ):
            self.at += 1
            return
        self.rest.append(self.text[self.tokens[self.at].start : self.tokens[inner].end])
        self.at = inner + 1

    def _set_aside(self) -> None:
        """Leave the rest of a part unread, from where its clause begins."""
        start = self.tokens[self.at].start if self.timed else self.clause
        stop = next((token for token in self.tokens[self.at :] if token.means == "part"), None)
        unread = [token for token in self.tokens[self.at :] if stop is None or token.start < stop.start]
        if any(token.means == "days" for token in unread) or not (self.timed or self.nth):
            text = shown(self.written)
            problem = (
                Phrase("{text} says more than one thing about the days", text=text)
                if self.spans
                else Phrase("{text} is not understood as hours", text=text)
            )
            raise Unreadable(problem, Phrase("write the days and times that hold now"))
        self.rest.append(self.text[start : stop.start if stop else len(self.text)])
        self.at += len(unread)
        self.timed = True

    def _add(
        self, opens: int, closes: int, *, days: tuple[int, ...] | None = None, doubt: Phrase | None = None
    ) -> None:
        """Add a span for the days; one that goes past midnight becomes two."""
        on = self.days if days is None else days
        if not on and days is None:
            self.early.append((opens, closes))
            return
        if not on:
            raise _without_days(self.written)
        written = self.halves.get((opens, closes))
        if written and WORKING.issuperset(on):
            closes += HALF
            late = Phrase("{text} is read as {clock}", text=written, clock=_clock(closes))
            doubt = both(doubt or UNSAID, late)
        if opens == closes:
            raise Unreadable(
                Phrase("{text} opens and closes at the same time", text=shown(self.written)), Phrase("write both times")
            )
        nth = self.nth if days is None else ()
        self.timed = True
        if self.opened is None:
            self.opened = opens
        tomorrow = tuple(sorted((day + 1) % 7 for day in on))
        halves = [(on, opens, closes)] if closes > opens else [(on, opens, DAY_ENDS), (tomorrow, 0, closes)]
        if closes < opens and (nth or opens < HALF):
            raise Unreadable(Phrase("{text} closes before it opens", text=shown(self.written)), BY_24_HOURS)
        for which, start, end in halves:
            if end > start:
                byday = ",".join(f"{week}{WEEKDAYS[day]}" for week in nth or ("",) for day in which)
                kind: Kind = "monthly" if nth else "weekly"
                self.spans.append(HoursValue(byday, _clock(start), _clock(end), kind, self.months, doubt or UNSAID))


def _without_days(text: str) -> Unreadable:
    return Unreadable(
        Phrase("{text} does not say on which days", text=shown(text)), Phrase("write the days, as 'Mon-Fri 9:00-17:00'")
    )


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
    written = text = given(value, Phrase("opening hours"))
    text = _with_days(text, spoken)
    if _A_DAY.match(text):
        raise Unreadable(
            Phrase("{text} is a day: a spreadsheet makes one of hours such as 9-18", text=shown(written)),
            Phrase("write days and times, as 'Mon-Fri 9:00-17:00'"),
        )
    tokens, holidays = _without_holidays(text)
    if any(token.means == "rare" for token in tokens):
        raise Unreadable(
            Phrase("{text} is not understood as hours", text=shown(written)),
            Phrase("write the days and times that hold now"),
        )
    reader = _HoursReader(text, tokens, written, rest=holidays)
    reader.read()
    if not reader.timed and reader.days != _ALL:
        raise Unreadable(
            Phrase("{text} says days without hours", text=shown(written)),
            Phrase("write the times, as 'Mon-Fri 9:00-17:00'"),
        )
    if not reader.spans:
        raise Unreadable(
            Phrase("{text} is not understood as hours", text=shown(written)),
            Phrase("write days and times, as 'Mon-Fri 9:00-17:00'"),
        )
    spans = _each_day_once(list(dict.fromkeys(reader.spans)))
    if reader.rest:
        rest = " ".join(piece.strip(" ,;") for piece in reader.rest)
        raise Partly(
            spans,
            rest,
            Phrase("the hours are read, and something else stands beside them"),
            Phrase("move it where it belongs"),
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


def moscow_time(text: str) -> tuple[str, float | None]:
    """Return hours without the words that they are in Moscow time, and its hours from UTC; None where none say so.

    >>> moscow_time("пн-пт 10–19 (МСК)"), moscow_time("Mon-Fri 10-19")
    (('пн-пт 10–19', 3.0), ('Mon-Fri 10-19', None))
    """
    plain = _IN_MOSCOW.sub(" ", text).strip(" ,")
    return (plain, 3.0) if plain != text.strip(" ,") else (text, None)


_IN_MOSCOW = re.compile(rf"(?:\(\s{{0,9}})?\b(?:по\s{{1,9}})?{alternatives('Moscow time')}\.?(?:\s{{0,9}}\))?", re.I)


def _without_holidays(text: str) -> tuple[list[_Token], list[str]]:
    """Return tokens without holidays, which no schedule holds, and their words; those with times of their own stay."""
    tokens = list(_tokens(text))
    left: list[_Token] = []
    words: list[str] = []
    for place, token in enumerate(tokens):
        behind = (other.means for other in tokens[place + 1 :] if other.means not in ("dash", "noise", "from"))
        last = (other.means for other in reversed(left) if other.means not in ("days", "and", "comma", "noise"))
        but = next(last, "") in ("except", "off")
        if token.means in ("and", "comma") and place and tokens[place - 1].means == "holiday" and but:
            continue
        if token.means != "holiday":
            left.append(token)
        elif next(behind, "") == "time" and not but:
            left.append(replace(token, means="other"))
        else:
            words.append(text[token.start : token.end])
            if left and left[-1].means in ("and", "comma"):
                left.pop()
    return left, words


def _each_day_once(spans: list[HoursValue]) -> list[HoursValue]:
    """Join what overlaps on a day; fewer days that open at the same time as before are an exception to what was said.

    Examples
    --------
    >>> [(span.byday, span.closes) for span in hours("пн-пт 9-17, пт до 16")]
    [('MO,TU,WE,TH', '17:00'), ('FR', '16:00')]
    """
    by_day: dict[tuple[Kind, tuple[int, int] | None, str], list[HoursValue]] = {}
    whole = True
    for span in spans:
        for day in span.byday.split(","):
            own = by_day.setdefault((span.kind, span.months, day), [])
            crossing = sorted((other for other in own if span.opens and _overlap(other, span)), key=_opening)
            if not crossing:
                own.append(span)
                continue
            whole, first = False, crossing[0]
            if first.opens == span.opens and span.byday.count(",") < first.byday.count(","):
                crossing = sorted((other for other in own if other.byday == first.byday), key=_opening)
                begun = [other for other in crossing if str(other.opens) < str(span.closes)]
                more = [*begun[:-1], replace(begun[-1], closes=span.closes)]
            else:
                until = max(str(other.closes) for other in (*crossing, span))
                more = [replace(first, opens=min(str(first.opens), str(span.opens)), closes=until)]
            own[:] = [*(other for other in own if other not in crossing), *more]
    if whole:
        return spans
    joined: dict[HoursValue, list[str]] = {}
    for (_kind, _months, day), own in by_day.items():
        for span in own:
            joined.setdefault(replace(span, byday=""), []).append(day)
    return [replace(span, byday=",".join(days)) for span, days in joined.items()]


def _opening(span: HoursValue) -> str:
    return str(span.opens)


def _overlap(span: HoursValue, other: HoursValue) -> bool:
    return str(span.opens) < str(other.closes) and str(other.opens) < str(span.closes)


_HALF_DAY = re.compile(r"[1-6](?:[:.][0-5]\d)?")
"""A closing time of the afternoon, as it is written by 12 hours: later ones may be 17 without its first digit."""
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d\b")
"""How a cell that holds a day is written: see `mapping.intake.rows.written`."""


def _tokens(text: str) -> list[_Token]:
    """Cut a text into tokens; words are joined to the longest phrase that is known."""
    matches = list(_TOKEN.finditer(text))
    folded = [skeleton(match[0]) if match.lastgroup == "word" else match[0] for match in matches]
    tokens: list[_Token] = []
    at = 0
    while at < len(matches):
        token, length = _phrase(matches, folded, at)
        at += length
        _push(tokens, token)
    return tokens


def _phrase(matches: list[re.Match[str]], folded: list[str], at: int) -> tuple[_Token, int]:
    """Return the longest known phrase from a piece on, dashes within passed over, and how many pieces it takes."""
    start = matches[at]
    if start.lastgroup == "word" and (written := _WRITTEN.get(start[0].casefold())) and " " not in start[0]:
        single: tuple[Means, object] | None = written
    else:
        single = _PHRASES.get((folded[at],)) if start.lastgroup == "word" else None
    for length in range(min(2 * _LONGEST - 1, len(matches) - at), 1, -1):
        window = range(at, at + length)
        if matches[at].lastgroup == "dash" or matches[window[-1]].lastgroup == "dash":
            continue
        words = tuple(folded[n] for n in window if matches[n].lastgroup != "dash")
        if meaning := _PHRASES.get(words):
            return _Token(*meaning, start.start(), matches[at + length - 1].end()), length
    if single:
        return _Token(*single, start.start(), start.end()), 1
    means = cast("Means", "other" if start.lastgroup == "word" else start.lastgroup)
    return _Token(means, start["nth"] if means == "nth" else start[0], start.start(), start.end()), 1


def _push(tokens: list[_Token], token: _Token) -> None:
    """Add a token, joined to the time before it where it says which half of the day, or which week of the month."""
    last = tokens[-1] if tokens else None
    before = tokens[-2] if len(tokens) > 1 else None
    if token.means == "time" and isinstance(token.value, int):
        if last is not None and last.means == "time" and str(last.value) in ("12", "12:00"):
            tokens.pop()  # "12 noon"
        token = replace(token, value=f"{token.value:02}:00")
    elif last is not None and last.means == "time" and token.means == "noise":
        return  # "9 ч"
    elif last is not None and last.means == "time" and token.means == "from":
        token = replace(token, means="dash")  # "9:00 dan 18:00 gacha"
    elif token.means == "half" and last is not None and last.means == "time":
        tokens[-1] = replace(last, value=f"{last.value}{'am' if token.value == 0 else 'pm'}", end=token.end)
        return
    elif token.means == "ordinal":
        dashed = last is not None and last.means == "dash"
        number = before if dashed else last
        if number is not None and number.means == "time" and str(number.value) in ("1", "2", "3", "4"):
            del tokens[-2 if dashed else -1 :]
            token = _Token("nth", number.value, number.start, token.end)
        else:
            token = replace(token, means="other")
    tokens.append(token)


def _minutes(text: str) -> int:
    """Return a time of day in minutes, as it is written."""
    match = re.fullmatch(r"(\d{1,2})[:.]?(\d\d)?\s?(?:([ap])\.?m\.?)?", text, re.I)
    assert match is not None
    hour, minute = int(match[1]), int(match[2] or 0)
    if text == "00" or text == "30":  # "8-00" is a time, and "8-17" two
        raise Unreadable(Phrase("{text}: there is no such time of day", text=text), BY_24_HOURS)
    half = (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unreadable(Phrase("{text}: there is no such hour", text=text), BY_24_HOURS)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or hour * 60 + minute > DAY_ENDS:
        raise Unreadable(Phrase("{text}: there is no such time of day", text=text), BY_24_HOURS)
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


def _without(span: HoursValue, opens: int, closes: int) -> list[HoursValue]:
    """Cut a break out of a span, if it lies inside."""
    if span.opens is None or span.closes is None:
        return [span]
    if not _minutes(span.opens) < opens < closes < _minutes(span.closes):
        return [span]
    return [replace(span, closes=_clock(opens)), replace(span, opens=_clock(closes))]
