"""Mail addresses and web pages."""

import csv
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from mapping.language.fold import alternatives, skeleton, words_for
from mapping.language.i18n import Message
from mapping.language.parsers._cells import Partly, Unreadable, cell, given, is_blank, says_none, shown

_MAIL = re.compile(r"[\w.+%-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_AT = re.compile(r"\s{0,9}(?:\(at\)|\[at\]|\{at\}|\(собака\))\s{0,9}", re.I)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")

with (Path(__file__).parents[1] / "terms" / "shared_hosts.csv").open(encoding="utf-8", newline="") as _hosts:
    SHARED_HOSTS = frozenset(row["host"] for row in csv.DictReader(_hosts))
"""Hosts of mail and pages that a body shares with everybody."""


def emails(value: object) -> list[str]:
    """Read the mail addresses of a cell, in small letters; "(at)" is read as @.

    Raises
    ------
    Unreadable
        For what is no mail address.
    Partly
        When some addresses of the cell could be read.
    """
    if is_blank(value) or says_none(cell(value)):
        return []
    text = re.sub(r"(?<=\w) @ (?=\w)", "@", _AT.sub("@", given(value, Message("mail address"))))
    addresses, unread = [], []
    for part in filter(None, re.split(r"[;,\s|]+", text)):
        plain = part.removeprefix("mailto:").strip("<>().")
        if _MAIL.fullmatch(plain) and plain.isascii():
            addresses.append(plain.lower())
        else:
            unread.append(part)
    read, rest = list(dict.fromkeys(addresses)), " ".join(unread)
    if read and not rest:
        return read
    problem = Message("{text} is no mail address", text=shown(rest if read else text))
    fix = Message("write it as name@example.org")
    raise Partly(read, rest, problem, fix) if read else Unreadable(problem, fix)


def website(value: object) -> str | None:
    """Read the address of a web page, with its scheme; a blank and "none" give None.

    Raises
    ------
    Unreadable
        For what is no address, and for a scheme other than http and https.
    """
    if is_blank(value) or says_none(cell(value)):
        return None
    text = re.sub(r"^(https?):?/{1,2}(?=[^/])", r"\1://", given(value, Message("web address")), flags=re.I)
    whole = text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.I) else f"https://{text}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or re.search(r"[\s<>\"]", text):
        raise Unreadable(
            Message("{text} is no web address", text=shown(text)), Message("write it as https://example.org")
        )
    if parts.username is not None or parts.password is not None:
        raise Unreadable(
            Message("{text} holds a name or password", text=shown(text)), Message("write the address alone")
        )
    return whole


_GAP = r"\s{0,9}"
"""Space of any kind; what has no end would be tried anew from each of its letters."""
_ROLE = rf"{alternatives('office of a person')}[\s:.–-]{{0,9}}"
_SURNAME = r"[^\W\d_a-zа-яё][\w’'ʻ-]{1,60}"
_INITIALS = r"(?:[^\W\d_]\.\s?){1,2}"
_PERSON = (
    rf"(?:(?i:{_ROLE}){_SURNAME}(?:\s+{_INITIALS}|\s+{_SURNAME}){{0,2}}|{_SURNAME}\s+{_INITIALS}|{_INITIALS}{_SURNAME})"
)
_PEOPLE = re.compile(
    rf"{_GAP}\({_GAP}({_PERSON}){_GAP}\)|{_GAP}\n{_GAP}({_PERSON}){_GAP}(?=\n|$)|"
    rf"[\s,;]{{1,9}}((?i:{_ROLE}){_SURNAME}{_GAP}\s{_INITIALS})\s*$"
)


_OF_BIRTH = alternatives("born in a year")
_OLD = (
    rf"\d{{1,2}}\s*{alternatives('age of a person')}|\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)?\d\d(?:\s*{_OF_BIRTH})?|"
    rf"{alternatives('born')}\W{{1,3}}(?:19|20)\d\d|(?:19|20)\d\d\s*{_OF_BIRTH}"
)
"""How old somebody is, or when he was born."""
_HELPED = alternatives("people who are helped")
_NAME = r"[^\W\d_a-zа-яё][\w’'ʻ-]{0,60}"
_SOMEBODY_HELPED = re.compile(
    rf"(?i:{_HELPED})[\s:№#]+(?:\d+|{_NAME}\.)(?:\s*\([^()]*\))?"
    rf"|(?i:{alternatives('women who are helped')})\W+{_NAME}(?:\s+{_NAME}){{1,2}}"
    rf"|(?:(?i:{_HELPED})[\s:]+)?(?:{_NAME}\.?\s?){{1,3}}[\s,(–-]*(?i:{_OLD})[\s,)]*"
)
_BY_INITIALS = rf"(?:{_SURNAME}\s+{_INITIALS}|(?:[^\W\d_a-zа-яё]\.\s?){{1,2}}{_SURNAME})"
_FAMILY = r"[^\W\d_a-zа-яё][\w’'ʻ-]{1,60}(?:[оеё]ва?|(?:o|e|ye)va?|зода|заде|zoda|zade)\b"
_PATRONYMIC = r"[^\W\d_a-zа-яё]\w{1,60}(?:вич|вна|ична|vich|vna)\b"
_IN_FULL = rf"(?:{_FAMILY}\s+{_NAME}(?:\s+{_NAME})?|{_NAME}\s+{_FAMILY}|(?:{_NAME}\s+){{1,2}}{_PATRONYMIC})"
"""Somebody's name in full, by the endings of family names and of names after a father."""
_TITLE = rf"(?i:{alternatives('title of a person')})\.?\s+"
_ANYBODY = rf"(?:{_TITLE})?(?:{_BY_INITIALS}|{_IN_FULL})|{_TITLE}{_FAMILY}"
_SOMEBODY = re.compile(_ANYBODY)
_BESIDE = re.compile(r"[/,;&+]")
_IN_HONOUR = re.compile(rf"(?<!\w)(?i:{alternatives('named after')})\s*(?:{_INITIALS})?(?:{_NAME}\s*){{1,3}}")
"""Of whom something bears the name, who is nobody to call there."""
_RANK = alternatives("rank")
_NAMED = re.compile(
    rf"(?<!\w)(?:{_SURNAME}\s+(?:[^\W\d_a-zа-яё]\.\s?){{1,2}}|(?:[^\W\d_a-zа-яё]\.\s?){{2}}{_SURNAME}|"
    rf"(?i:{_RANK})[\s)]+{_SURNAME}|{_TITLE}(?:{_FAMILY}|{_IN_FULL})|{_NAME}\s+{_NAME}\s+{_PATRONYMIC})"
)


LONGEST_NAME = 500
"""Letters of a name beside which a person may stand."""


@lru_cache(maxsize=10_000)
def without_people(name: str) -> tuple[str, str]:
    r"""Return the name of a body without the person who stands beside it, in brackets or on a line, and the person.

    Examples
    --------
    >>> without_people("ОО «Умед» (Каримова З.)"), without_people("Хонаи «Нур»\nрук. Олимов")
    (('ОО «Умед»', 'Каримова З.'), ('Хонаи «Нур»', 'рук. Олимов'))
    >>> without_people("Больница им. Б. Вохидова (отделение)")
    ('Больница им. Б. Вохидова (отделение)', '')
    """
    if len(name) > LONGEST_NAME:
        return name, ""
    people = [next(filter(None, match.groups())) for match in _PEOPLE.finditer(name)]
    plain = _PEOPLE.sub("", name).strip(" ,;\n")
    return (plain, "; ".join(people)) if people and plain else (name, "")


@lru_cache(maxsize=10_000)
def is_person(name: str) -> Literal["helped", "somebody", ""]:
    """Tell whether a name is that of a person and of no body; of one who was helped, if an age or a word says so.

    What bears a person's name with a word for where he works, as a clinic or a lawyer's office, is a body.

    >>> is_person("Олимова С., 24 года"), is_person("Олимова С. М."), is_person("Центр Олимовой, 24 места")
    ('helped', 'somebody', '')
    """
    name = name.strip()
    if len(name) > LONGEST_NAME:
        return ""
    if _SOMEBODY_HELPED.fullmatch(name):
        return "helped"
    practice = any(word.startswith(tuple(words_for("practice stems"))) for word in skeleton(name).split())
    somebody = all(_SOMEBODY.fullmatch(part.strip()) for part in _BESIDE.split(name))
    return "somebody" if somebody and not practice else ""


def names_person(text: str) -> bool:
    """Tell whether somebody is named in a cell: by initials or in full, or behind an office, a rank or a profession.

    >>> names_person("нач. отд. Олимов 918 00 11 22"), names_person("приёмная 2-21-12")
    (True, False)
    >>> names_person("приём ведёт психолог Каримова"), names_person("больница им. Б. Вохидова")
    (True, False)
    """
    return _NAMED.search(_IN_HONOUR.sub(" ", text)) is not None


def is_of_person(mail: str, people: str, body: str) -> bool:
    """Tell whether a mail address is somebody's own: it bears a family name, or one of ``people``, not of its body.

    >>> is_of_person("z.karimova@umed.example", "", "ОО «Умед»"), is_of_person("umed@umed.example", "", "Умед")
    (True, False)
    >>> is_of_person("nilufar77@umed.example", "Қодирова Нилуфар", "Умед"), is_of_person("n@a.example", "", "")
    (True, False)
    """
    of_body = skeleton(body).split()
    own = [skeleton(word) for word in re.split(r"[\W\d_]+", mail.partition("@")[0])]
    own = [word for word in own if len(word) >= LEAST_OF_NAME and not any(word in name for name in of_body)]
    named = [word for word in skeleton(people).split() if len(word) >= LEAST_OF_NAME]
    return any(_FAMILY_FOLDED.search(word) or any(name in word for name in named) for word in own)


LEAST_OF_NAME = 4
"""Letters of a word by which somebody is known."""
_FAMILY_FOLDED = re.compile(r"\w\w(?:[oe]va?|zoda|zade)$")
