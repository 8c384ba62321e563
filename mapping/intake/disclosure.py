"""Who may see a row, and how its service stands: what two people approved, less whatever asks for silence.

Remarks are looked at for words that ask for silence, closing or a move, and never kept.
"""

import re
from collections.abc import Callable, Mapping

from mapping.column_map import field_name, fold_header, marking
from mapping.intake.row_reader import Reader, coded, first_of, read_once
from mapping.intake.rows import BEYOND, COMMENT, asks_for_all
from mapping.language import parsers
from mapping.language.fold import apart, is_garbled
from mapping.language.i18n import Message
from mapping.language.parsers.permission import (
    asks_consent,
    asks_first,
    excepted,
    is_review,
    only_of,
    refuses,
    refuses_for_now,
    says_no,
    says_yes,
)
from mapping.language.taxonomy import match_term
from mapping.model import Audience, strictest
from mapping.quality.names import person_of
from mapping.safety.sensitive_text import asks_in_prose, asks_silence, withholds

ASK_WHOM = Message("the row is for custodians only; ask whom")


def audience_of(reader: Reader) -> Audience:
    """Return who may see a row: its marking by the approved table, else custodians only.

    No more may see it than may see each other row about the same.
    """
    own = _own_audience(reader)
    if strictest(own, reader.at_most) != own:
        problem = Message("another row about the same is for fewer to see")
        reader.say("marking", problem, Message("that counts; ask the sender which is meant"))
    return strictest(own, reader.at_most)


def _own_audience(reader: Reader) -> Audience:
    intake, text = reader.intake, reader.text("marking")
    if misfit := _misfit(reader):
        reader.say(*misfit)
        return "custodian"
    if held_back(reader) or not intake.approved:
        return "custodian"
    if not intake.columns.fields.get("marking"):
        return marking(intake.columns, intake.columns.constants.get("marking", ""))[0]
    audience = intake.marked.get(fold_header(text))
    if audience is None:
        problem = Message("the marking {text!r} is not in the sender's table", text=text)
        fix = Message("the row is for custodians only until the sender says who may see it")
        reader.say("marking", problem if text else Message("there is no marking"), fix)
    return audience or "custodian"


def narrowed(reader: Reader, audience: Audience) -> Audience:
    """Return who may see one service: those who may see its row, or fewer where it says so itself."""
    if audience != "custodian" and held_back(reader):
        return "custodian"
    text = reader.text("marking_service")
    if not text:
        return audience
    own, known = marking(reader.intake.columns, text)
    if not known:
        problem = Message("the marking {text!r} is not in the sender's table", text=text)
        fix = Message("the service is for custodians only until the sender says who may see it")
        reader.say("marking_service", problem, fix)
    return strictest(audience, own)


def _misfit(reader: Reader) -> tuple[str, Message, Message] | None:
    """Return what is wrong with a row that nobody but custodians may see for it: field, problem, what to do."""
    if reader.row.cut:
        problem = Message("the row ends before {cut!r}", cut=reader.row.cut)
        return "marking", problem, Message("it is for custodians only; ask for the rest of the row")
    if beyond := reader.row.raw.get(BEYOND):
        problem = Message("the row goes on behind the last column: {beyond!r}", beyond=beyond)
        return "", problem, Message("it is for custodians only; look whether it has slipped by a column")
    names = (reader.text("organization"), *reader.translations("organization").values())
    if garbled := next(filter(is_garbled, names), ""):
        problem = Message("{garbled!r} has lost letters", garbled=garbled)
        return "organization", problem, Message("it is for custodians only; ask for the name")
    if any(map(_TRIAL.fullmatch, names)):
        problem = Message("the name is one of a trial")
        return "organization", problem, Message("it is for custodians only; leave it out of the list")
    if any(name and person_of(name) for name in names):
        problem = Message("the name is that of a person")
        return "organization", problem, Message("it is for custodians only; name the body that helps")
    return None


_TRIAL = re.compile(
    r"\W*(?:тест(?:ов\w+)?|test|trial|dummy|проба|пробн\w+|sinov|санҷиш\w*|deneme|x{3,}|asdf\w*)"
    r"(?:\W+(?:анкет\w*|организаци\w+|запис\w+|строк\w+|форм\w*|row|entry|record|organi[sz]ation|form|survey|service|"
    r"ташкилот|tashkilot|анкета|\d+))*\W*",
    re.I,
)
"""Names that somebody writes to try a form."""


def held_back(reader: Reader) -> bool:
    """Whether a remark, a title, a note or a question of consent asks that the row be shown to nobody."""
    intake, row = reader.intake, reader.row
    words = [word for word, meant in intake.columns.notices.items() if meant == "custodian" and intake.columns.private]
    asking = _remark_with(reader, intake.unfilling, asks_silence, *map(_finds, words))
    if not asking and any(map(asks_silence, reader.beside_name())):
        asking = "organization"
    languages = ("", *intake.spoken.get("description", ()))
    if not asking and any(asks_in_prose(reader.text("description", language)) for language in languages):
        asking = "description"
    if asking:
        reader.say(asking, Message("a remark asks that this be not shown"), ASK_WHOM)
        return True
    note = intake.asking.get(row.sheet, "") or (row.under if asks_for_all(row.under) else "")
    if note:
        reader.say("", Message("{note!r} is said of it", note=note), ASK_WHOM)
    return bool(note) or _not_permitted(reader)


def _watched(reader: Reader) -> tuple[str, ...]:
    """Return the columns of a row that ask for consent or hold a review: they count with any map."""
    intake = reader.intake
    of_clients = intake.filling.get("consent", ())

    def counts(name: str) -> bool:
        asks = not intake.columns.consent_asked and (asks_consent(intake.spoken_as(name)) or withholds(name))
        return (asks or bool(is_review(name))) and name not in of_clients

    return intake.watched(tuple(reader.row.cells), counts)


def withheld(reader: Reader, name: str) -> bool:
    """Tell whether the answer that lets the row be shown leaves a field out, "phone" or "address", and say it."""
    fix = Message("for custodians only, whatever is approved: {field}", field=field_name(name))
    for heading in _watched(reader):
        question = reader.intake.spoken_as(heading)
        if name in only_of(question) and (reason := refuses(question, reader.row.cells[heading])):
            reader.say_of(heading, reason, fix)
            return True
    answer = reader.text("marking")
    if not answer or name not in (excepted(answer) or ()):
        return False
    problem = Message("{heading!r} is answered {answer!r}", heading=reader.column("marking"), answer=answer)
    reader.say("marking", problem, fix)
    return True


def _not_permitted(reader: Reader) -> bool:
    """Whether a question of consent or a review keeps the row from being shown; both count with any map."""
    marked_by = reader.intake.filling.get("marking", ())
    for heading in _watched(reader):
        answer, question = reader.row.cells[heading], reader.intake.spoken_as(heading)
        if heading not in marked_by and only_of(question):
            continue  # it keeps that field alone back
        if _holds_later_or_no_more(reader, heading, answer):
            return True
        no = says_no(answer) or refuses_for_now(answer)
        if heading in marked_by and reader.intake.columns.markings and not no:
            continue  # the sender's table of markings says what else an answer means
        if asks_consent(question) or is_review(heading):
            reason = refuses(question, answer)
        else:  # "Confidential location, do not print"
            answered = Message("{heading!r} is answered {answer!r}", heading=heading, answer=answer)
            reason = answered if says_yes(answer) else None
        if reason:
            reader.say_of(heading, reason, Message("the row is for custodians only until that changes"))
            return True
    return False


def _holds_later_or_no_more(reader: Reader, heading: str, answer: str) -> bool:
    """Whether a permission is one only once somebody was asked, or was one until a day, which is said."""
    intake = reader.intake
    consents = bool(answer) and asks_consent(intake.spoken_as(heading))
    if not consents or intake.marked.get(fold_header(answer), "public") != "public":
        return False
    told = {"heading": heading, "answer": answer}
    if asks_first(answer):
        problem = Message("{heading!r} is answered {answer!r}: somebody is to be asked first", **told)
        fix = Message("it is for custodians only; ask whoever sent the list, and write yes once they agreed")
        reader.say_of(heading, problem, fix)
        return True
    day = parsers.until(answer, intake.today)
    if day is None or says_no(answer):
        return False
    held = day < intake.today
    fix = Message("ask anew before that day; nothing takes it back by itself")
    if held:
        fix = Message("it is for custodians only; ask anew")
    reader.say_of(heading, Message("{heading!r}: the permission holds until {day}", heading=heading, day=day), fix)
    return held


def _remark_with(reader: Reader, columns: Mapping[str, str], *say: Callable[[str], object]) -> str:
    """Return the first of some columns, or the comment, of which something is true; empty where nothing is."""
    texts = ((name, reader.row.cells.get(folded, "")) for folded, name in columns.items())
    found = (name for name, text in (*texts, (COMMENT, reader.row.comment)) if text and any(true(text) for true in say))
    return next(found, "")


def status_of(reader: Reader, owner: Reader) -> str:
    """Return the status of a service: what a remark, the row of its place or its own says first that it is not open."""
    readers = (owner,) if owner is reader else (owner, reader)
    return next((status for status in (_closing(owner), *map(_stated, readers)) if status != "active"), "active")


def _stated(reader: Reader) -> str:
    """Return the status that the row gives, "active" where it gives none; words that only tell it are told."""
    status, words = _says_status(reader) or ("active", "")
    return _counts_as(reader, status, reader.column("status"), words) if status != "active" and words else status


def tells_status(reader: Reader) -> bool:
    """Whether the row's status, if it has one, is one; words that are none are told."""
    if _says_status(reader):
        return True
    problem = Message("{word!r} does not say that it works", word=reader.text("status"))
    reader.say("status", problem, Message("it is for custodians only until somebody has asked"))
    return False


def _says_status(reader: Reader) -> tuple[str, str] | None:
    """Return the status of a row and, where it is not called by its name, the words for it; None for no status."""
    text, column = reader.text("status"), reader.column("status")
    if not text or parsers.is_blank(text):
        return "active", ""
    if match := match_term("statuses", reader.word("status", text)):
        return match.code, ""
    answered = _ASKS_WHETHER_IT_WORKS.search(apart(column)) is not None
    if answered and says_yes(text):
        return "active", ""
    status = ("inactive", text) if answered and says_no(text) else parsers.status(text)
    closes = status is not None and status[0] != "active" and bool(status[1])
    return ("active", "") if status and closes and _still_works(reader, column, text, status[1]) else status


_ASKS_WHETHER_IT_WORKS = re.compile(
    r"^(?!.*(?:закры|не\s+раб|closed|inactive|not\s|пӯшид|баста|yopi|намекун|lama)).*"
    r"(?:работа|действ|актив|открыт|\bactive|operat|work|\bopen|фаъол|кор\s+мекун|faol|ishla)",
    re.I,
)
"""Headings under which yes means that something works."""


def _closing(reader: Reader) -> str:
    """Return the status that a remark gives the row, such as closed, else "active".

    What the map says of a word counts first, then what a remark, the brackets of a name, the beginning of a sentence
    or what stands instead of the hours say.
    """
    intake = reader.intake
    for word, meant in intake.columns.notices.items():
        found = meant != "custodian" and _remark_with(reader, intake.remarks, _finds(word))
        if found:
            fix = Message("the service counts as {meant}", meant=coded("statuses", meant))
            reader.say(found, Message("the remark says {word!r}", word=word), fix, "note")
            return meant
    texts = {name: reader.row.cells.get(folded, "") for folded, name in intake.remarks.items() if not is_review(folded)}
    texts[COMMENT] = reader.row.comment
    texts[reader.column("organization")] = " ".join(reader.beside_name())
    texts[reader.column("hours")] = _instead_of_hours(reader)
    texts[reader.column("description")] = _begins_with_closing(reader)
    for column, text in texts.items():
        if text and (outcome := parsers.standing(text)) and not _still_works(reader, column, text, outcome[1]):
            return _counts_as(reader, outcome[0], column, outcome[1])
    return "active"


def _finds(word: str) -> Callable[[str], object]:
    return re.compile(re.escape(word), re.I).search


def _counts_as(reader: Reader, status: str, column: str, words: str) -> str:
    """Return a status, having said by which words of a column it is one."""
    fix = Message("the service counts as {meant}", meant=coded("statuses", status))
    reader.say_of(column, Message("it says {text!r}", text=words), fix)
    return status


def _still_works(reader: Reader, column: str, text: str, words: str) -> bool:
    """Whether words say that something closes on a day still to come, which is told."""
    day = parsers.closes_on(text, reader.intake.today)
    if day is not None:
        fix = Message("until then it counts as working; send the list again after it")
        reader.say_of(column, Message("it says {text!r}, from {day} on", text=words, day=day), fix)
    return day is not None


def _instead_of_hours(reader: Reader) -> str:
    """Return what stands where the hours should and is none: "closed since 2024"."""
    text = reader.text("hours")
    if not text or parsers.is_blank(text):
        return ""
    _, error = read_once(parsers.hours, text, (), ())
    return "" if error is None or isinstance(error, parsers.Partly) or parsers.names_days(text) else text


def _begins_with_closing(reader: Reader) -> str:
    """Return the sentence of the description that begins with what became of it: "CLOSED since 2024"."""
    sentences = re.split(r"[.;!\n]\s*", reader.text("description"))
    began = (s for s in sentences if (said := parsers.standing(s)) and s.lstrip(" *(").startswith(said[1]))
    return first_of(began)


def say_moved(reader: Reader) -> None:
    """Say that a remark speaks of a move."""
    for folded, name in reader.intake.remarks.items():
        if parsers.moves(reader.row.cells.get(folded, "")):
            problem = Message("the remark seems to say this: {field}", field=field_name("address"))
            reader.say_of(name, problem, Message("write it into a column of its own"))
