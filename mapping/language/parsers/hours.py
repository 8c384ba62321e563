"""Opening hours, as they are written in English, Russian, Tajik, Uzbek and Turkish."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from mapping.language.fold import is_damaged, skeleton, wildcard
from mapping.language.i18n import UNSAID, Phrase
from mapping.language.parsers._cells import Partly, Unreadable, given, shown
from mapping.language.parsers.dates import MONTHS
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
    "other",
]

DAY_ENDS = 24 * 60
LAST_MINUTE = DAY_ENDS - 1
HALF = 12 * 60


@dataclass(frozen=True)
class HoursValue:
    """One span of opening hours.

    ``byday`` is "MO,TU" as in a schedule; where ``kind`` is monthly it carries the week: "1SA" is the first Saturday,
    "-1WE" the last Wednesday. ``opens`` and ``closes`` are "HH:MM"; 24 hours are 00:00 to 23:59; both are None for
    appointments. ``months`` are the first and the last month of a season. ``doubt`` says what was taken for granted.
    """

    byday: str = ""
    opens: str | None = None
    closes: str | None = None
    kind: Kind = "weekly"
    months: tuple[int, int] | None = None
    doubt: Phrase = UNSAID


_WORK, _WEEKEND, _ALL = (0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)
_VOCABULARY: tuple[tuple[Means, object, str], ...] = (
    ("days", (0,), "mo,mon,monday,mondays,пн,пон,понедельник,понедельникам,душ,душанбе,du,dush,dushanba,pzt,pazartesi"),
    ("days", (1,), "tu,tue,tues,tuesday,tuesdays,вт,вторник,вторникам,сеш,сешанбе,se,sesh,seshanba,sal,salı"),
    ("days", (2,), "we,wed,weds,wednesday,wednesdays,ср,среда,среду,средам,чор,чоршанбе,chorshanba,çar,çarşamba"),
    (
        "days",
        (3,),
        "th,thu,thur,thurs,thursday,thursdays,чт,четверг,четвергам,панҷ,панч,панҷшанбе,панчшанбе,pay,"
        "payshanba,per,perşembe",
    ),
    ("days", (4,), "fr,fri,friday,fridays,пт,пятница,пятницу,пятницам,ҷум,чум,ҷумъа,чумъа,ju,juma,cum,cuma"),
    ("days", (5,), "sa,sat,saturday,saturdays,сб,суббота,субботу,субботам,шан,шанбе,sha,shanba,cmt,cumartesi"),
    ("days", (6,), "su,sun,sunday,sundays,вс,воскресенье,воскресеньям,якш,якшанбе,yak,yakshanba,paz,pazar"),
    (
        "days",
        _WORK,
        "weekday,weekdays,workdays,working days,business days,будни,по будням,будние дни,рабочие дни,"
        "рӯзҳои корӣ,ish kunlari,hafta içi",
    ),
    ("days", _WEEKEND, "weekend,weekends,выходные,выходные дни,рӯзҳои истироҳат,dam olish kunlari,hafta sonu"),
    (
        "days",
        _ALL,
        "daily,every day,everyday,all days,7 days a week,ежедневно,каждый день,без выходных,ҳар рӯз,ҳаррӯза,"
        "бе рӯзи истироҳат,har kuni,her gün",
    ),
    (
        "always",
        None,
        "24 h,24 hours,round the clock,around the clock,day and night,24 часа,круглосуточно,24 соат,"
        "шабонарӯз,шабонарӯзӣ,kecha-kunduz,kechayu kunduz,24 soat,24 saat",
    ),
    (
        "appointment",
        None,
        "by appointment,by appointment only,appointment only,call first,please call first,"
        "phone first,по записи,по предварительной записи,по договорённости,по договоренности,"
        "сначала позвоните,бо навбат,бо навбати пешакӣ,бо мувофиқа,аввал занг занед,"
        "oldindan yozilish,kelishuv bo‘yicha,randevu ile",
    ),
    ("break", None, "lunch,lunch break,break,обед,перерыв,обеденный перерыв,танаффус,tanaffus,tushlik,öğle arası"),
    ("from", None, "from,с,со,аз,dan,at,в"),
    ("to", None, "to,till,until,through,до,по,то,gacha"),
    ("and", None, "and,и,ва,va,ve"),
    ("monthly", None, "month,of the month,each month,месяца,каждого месяца,моҳ,ҳар моҳ,oyning"),
    ("nth", 1, "first,первый,первая,первую,якум,якуми,birinchi"),
    ("nth", 2, "second,второй,вторая,вторую,дуюм,дуюми,ikkinchi"),
    ("nth", 3, "third,третий,третья,третью,сеюм,сеюми,uchinchi"),
    ("nth", 4, "fourth,четвёртый,четвертый,четвёртая,чорум,чоруми,to‘rtinchi"),
    ("nth", -1, "last,последний,последняя,последнюю,охирин,oxirgi"),
    (
        "noise",
        None,
        "open,opening,hours,working,reception,days,on,the,only,приём,прием,приёмные,приемные,приёма,приема,"
        "дни,день,часы,работы,работает,ч,час,часов,каждый,каждую,рӯзҳои,рӯзи,қабул,қабули,соатҳои,соати,"
        "вақти,кори,кор,qabul,kunlari,vaqti,soat,saatleri",
    ),
    *(("month", number, name) for name, number in MONTHS.items()),
)
_PHRASES: dict[tuple[str, ...], tuple[Means, object]] = {
    tuple(skeleton(phrase).split()): (means, value)
    for means, value, phrases in reversed(_VOCABULARY)
    for phrase in phrases.split(",")
}
_LONGEST = max(map(len, _PHRASES))
_WORDS = frozenset(word for phrase in _PHRASES for word in phrase)

_TOKEN = re.compile(
    r"(?P<always>24\s?/\s?7|7\s?/\s?24)"
    r"|(?P<nth>[1-4])(?:st|nd|rd|th)\b"
    r"|(?P<time>(?<!\d)(?:\d{1,2}[:.]\d\d|\d{4}|\d{1,2})(?!\d)(?:\s?[ap]\.?m\b\.?)?)"
    r"|(?P<word>(?:[^\W\d_]|\?+(?=[^\W\d_]))(?:[^\W\d_]|['’ʻʼ‘?])*)"
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
    at: int = 0
    spans: list[HoursValue] = field(default_factory=list)
    days: tuple[int, ...] = ()
    nth: int = 0
    timed: bool = True
    clause: int = 0
    months: tuple[int, int] | None = None
    opened: int | None = None
    rest: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read everything."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if self._sees("open"):
                self._bracket()
            elif self._season() or self._day_list() or self._time_span() or self._pause():
                continue
            elif token.means == "always":
                self._add(0, DAY_ENDS, days=self.days if not self.timed else _ALL)
                self.at += 1
            elif token.means == "appointment":
                self.spans.append(HoursValue(kind="appointment"))
                self.at += 1
            elif token.means in ("other", "time", "month", "nth"):
                self._set_aside()
            else:
                self.at += 1

    def _sees(self, *means: Means, ahead: int = 0) -> bool:
        """Tell whether tokens of these meanings come next, one after the other."""
        coming = self.tokens[self.at + ahead : self.at + ahead + len(means)]
        return tuple(token.means for token in coming) == means

    def _season(self) -> bool:
        """Read "April to October"."""
        skip = int(self._sees("from"))
        if not any(self._sees("month", between, "month", ahead=skip) for between in ("to", "dash")):
            return False
        first, last = self.tokens[self.at + skip].value, self.tokens[self.at + skip + 2].value
        self.months = (int(str(first)), int(str(last)))
        self.at += skip + 3
        return True

    def _day_list(self) -> bool:
        """Read days: one, several, a range, "first Saturday"."""
        nth = 0
        start = self.at
        if self._sees("nth", "days"):
            nth = int(str(self.tokens[self.at].value))
            self.at += 1
        if not self._sees("days"):
            return False
        days: list[int] = []
        while self._sees("days"):
            day = self._days_here()
            if len(day) == 1 and any(self._sees(between, "days") for between in ("dash", "to")):
                self.at += 1
                until = self._days_here()[-1]
                day = tuple((day[0] + step) % 7 for step in range((until - day[0]) % 7 + 1))
            days += day
            while self._sees("monthly") or self._sees("noise"):
                self.at += 1
            if any(self._sees(between, "days") for between in ("comma", "and")):
                self.at += 1
            elif self._sees("comma", "and", "days"):
                self.at += 2
        if self.timed:
            self.clause = self.tokens[start].start
        self.days = tuple(sorted(set(days) | set(() if self.timed else self.days)))
        self.nth, self.timed = nth, False
        return True

    def _days_here(self) -> tuple[int, ...]:
        value = self.tokens[self.at].value
        self.at += 1
        assert isinstance(value, tuple)
        return value

    def _time_span(self) -> bool:
        """Read "9-18", "с 9 до 18", and "до 13" after days whose opening was said before."""
        skip = int(self._sees("from"))
        if any(self._sees("time", between, "time", ahead=skip) for between in ("to", "dash")):
            opens, closes = _span(self._raw(skip), self._raw(skip + 2))
            self.at += skip + 3
            self._add(opens, closes)
            return True
        if self._sees("to", "time") and self.opened is not None and not self.timed:
            closes = _minutes(self._raw(1))
            self.at += 2
            doubt = Phrase("the opening time {clock} is taken from the days before", clock=_clock(self.opened))
            self._add(self.opened, closes, doubt=doubt)
            return True
        return False

    def _raw(self, ahead: int) -> str:
        return str(self.tokens[self.at + ahead].value)

    def _pause(self) -> bool:
        """Read a break, and cut it out of the spans in which it lies."""
        if not self._sees("break"):
            return False
        self.at += 1
        while self._sees("from") or self._sees("noise") or self._sees("dash"):
            self.at += 1
        if any(self._sees("time", between, "time") for between in ("to", "dash")):
            opens, closes = _span(self._raw(0), self._raw(2))
            self.at += 3
        elif len(self.spans) > 1 and self.spans[-1].byday == self.spans[-2].byday != "":
            last = self.spans.pop()  # "8-17, 12-13 lunch"
            opens, closes = _minutes(str(last.opens)), _minutes(str(last.closes))
        else:
            self.at -= 1
            self._set_aside()
            return True
        self.spans = [part for span in self.spans for part in _without(span, opens, closes)]
        return True

    def _bracket(self) -> None:
        """Read what stands in brackets: a break, or something for a person to look at."""
        inner = next(
            (n for n in range(self.at, len(self.tokens)) if self.tokens[n].means == "close"), len(self.tokens) - 1
        )
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
            text = shown(self.text)
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
        if not on:
            raise Unreadable(
                Phrase("{text} does not say on which days", text=shown(self.text)),
                Phrase("write the days, as 'Mon-Fri 9:00-17:00'"),
            )
        if opens == closes:
            raise Unreadable(
                Phrase("{text} opens and closes at the same time", text=shown(self.text)), Phrase("write both times")
            )
        nth = self.nth if days is None else 0
        self.timed = True
        if self.opened is None:
            self.opened = opens
        tomorrow = tuple(sorted((day + 1) % 7 for day in on))
        halves = [(on, opens, closes)] if closes > opens else [(on, opens, DAY_ENDS), (tomorrow, 0, closes)]
        if closes < opens and (nth or opens < HALF):
            raise Unreadable(
                Phrase("{text} closes before it opens", text=shown(self.text)),
                Phrase("write the times by 24 hours: 9:00-17:00"),
            )
        for which, start, end in halves:
            if end > start:
                byday = ",".join(f"{nth or ''}{WEEKDAYS[day]}" for day in which)
                kind: Kind = "monthly" if nth else "weekly"
                self.spans.append(HoursValue(byday, _clock(start), _clock(end), kind, self.months, doubt or UNSAID))


def hours(value: object) -> list[HoursValue]:
    """Read opening hours: one span for each stretch of days and each side of a break.

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
    text = given(value, Phrase("opening hours"))
    reader = _HoursReader(text, list(_tokens(text)))
    reader.read()
    if not reader.timed and reader.days != _ALL:
        raise Unreadable(
            Phrase("{text} says days without hours", text=shown(text)),
            Phrase("write the times, as 'Mon-Fri 9:00-17:00'"),
        )
    if not reader.spans:
        raise Unreadable(
            Phrase("{text} is not understood as hours", text=shown(text)),
            Phrase("write days and times, as 'Mon-Fri 9:00-17:00'"),
        )
    spans = list(dict.fromkeys(reader.spans))
    if reader.rest:
        rest = " ".join(piece.strip(" ,;") for piece in reader.rest)
        raise Partly(
            spans,
            rest,
            Phrase("the hours are read, and something else stands beside them"),
            Phrase("move it where it belongs"),
        )
    return spans


def _tokens(text: str) -> Iterator[_Token]:
    """Cut a text into tokens; words are joined to the longest phrase that is known."""
    matches = list(_TOKEN.finditer(text))
    folded = [_folded(token) for token in matches]
    at = 0
    while at < len(matches):
        for length in range(min(_LONGEST, len(matches) - at), 0, -1):
            known = _phrase(folded[at : at + length])
            if known and (length > 1 or matches[at].lastgroup == "word"):
                yield _Token(*known, matches[at].start(), matches[at + length - 1].end())
                at += length
                break
        else:
            yield _single(matches[at])
            at += 1


def _folded(token: re.Match[str]) -> frozenset[str]:
    """Return what a token may be, folded: a word, a number, one of the known words that fit a damaged word."""
    if token.lastgroup == "time":
        return frozenset({token[0]})
    if token.lastgroup != "word":
        return frozenset()
    return _fitting(token[0]) if is_damaged(token[0]) else frozenset({skeleton(token[0])})


@cache
def _fitting(word: str) -> frozenset[str]:
    pattern = wildcard(word)
    return frozenset(known for known in _WORDS if pattern and pattern.fullmatch(known))


def _phrase(words: list[frozenset[str]]) -> tuple[Means, object] | None:
    """Return what a phrase means, if it is known and means one thing."""
    if not all(words):
        return None
    if all(len(word) == 1 for word in words):
        return _PHRASES.get(tuple(next(iter(word)) for word in words))
    means = {
        meaning
        for phrase, meaning in _PHRASES.items()
        if len(phrase) == len(words) and all(word in fits for word, fits in zip(phrase, words, strict=True))
    }
    return means.pop() if len(means) == 1 else None


def _single(token: re.Match[str]) -> _Token:
    """Make a token of what stands alone and is not a known word."""
    kind = token.lastgroup
    means: Means = "other"
    for group in ("always", "nth", "time", "dash", "part", "comma", "open", "close"):
        if kind == group:
            means = group
    value: object = token["nth"] if means == "nth" else token[0]
    return _Token(means, value, token.start(), token.end())


def _minutes(text: str) -> int:
    """Return a time of day in minutes, as it is written."""
    match = re.fullmatch(r"(\d{1,2})[:.]?(\d\d)?\s?(?:([ap])\.?m\.?)?", text, re.I)
    assert match is not None
    hour, minute = int(match[1]), int(match[2] or 0)
    half = (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unreadable(
            Phrase("{text}: there is no such hour", text=text), Phrase("write the times by 24 hours: 9:00-17:00")
        )
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or hour * 60 + minute > DAY_ENDS:
        raise Unreadable(
            Phrase("{text}: there is no such time of day", text=text), Phrase("write the times by 24 hours: 9:00-17:00")
        )
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
