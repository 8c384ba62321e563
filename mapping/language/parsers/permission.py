"""What a row says of whether it may be shown at all: questions of consent, and the review of survey tools.

Such columns count whether or not a column map names them: nobody can overlook them.
"""

import re
from functools import lru_cache

from mapping.language.fold import alternatives, apart, tokens, words_for
from mapping.language.i18n import Phrase
from mapping.language.parsers._cells import Unreadable
from mapping.language.parsers.lists import yes_no

_PUBLISH = (
    r"публик|опублик|обнарод|разгла[шс]|огласк|размещ|размест|показыва|показать|внесен|внести|включен|включить|"
    r"открыть для всех|publi[sc]h|disclos|\bshar(?:e|ed|ing)\b|"
    r"\blist(?:ed|ing)?\b|\bshow|\bma[dk]e (?:\w+ ){0,2}public|"
    r"\bincluded? |\bput (?:\w+ ){0,2}on|\bgo online|нашр|чоп |эълон|намоиш|нишон д|ошкор|nashr|chop et|e.?lon|"
    r"ko.?rsat|oshkor|yayın|yayim|payla[sş]|вылож|выклад|интишор|гузошт|joylash|\bqo.?y(?:ish|il)|"
    r"\bpost(?:ed)?\b|\bupload"
)
"""Words for making something known to all."""

_OPEN_PLACES = (
    r"сайт|реестр|справочник|каталог|на карт|открыт\w+ доступ|для всех|website|director(?:y|ies)|public|online|"
    r"сомона|харита|феҳрист|барои ҳама|sayt|xarita|ochiq|omma|hammaga"
)
_CONSENT = (
    r"разреш|соглас|не возража|\ballow|permi[ts]|consent|agree|иҷозат|ичозат|розиг|розил|розӣ|розиҳ|"
    r"ruxsat|rozi|izin|onay"
)
_ASK = (
    rf"{_CONSENT}|можно|может|могу|можем|\bmay\b|\bcan\b|\bcould\b|\bok(?:ay)?\b|мумкин|метавон|mumkin|olur mu|\?|"
    r"да ?/ ?нет|yes ?/ ?no|\by ?/ ?n\b|ҳа ?/ ?не|ha ?/ ?yo|б[ўу]ладими|bo.?ladimi"
)
_CHOICE = r"(?: ?\(?(?:да ?/ ?нет|yes ?/ ?no|y ?/ ?n|ҳа ?/ ?не|ha ?/ ?yo\S*?q)\)?)?"
_CONSENT_ALONE = re.compile(
    r"^\W*(?:informed )?(?:consent|согласие|розигӣ|розигии? \w+|rozilik|ruxsat|иҷозат|onay|izin|permission(?= \w))"
    r"(?: (?:given|granted|obtained|получено|дано|имеется|олинган|гирифта шуд|дода шуд|(?:ber|ol)ilgan(?:mi)?))?"
    r"(?:(?: (?:of|by|from|от|со стороны))?(?: the)?"
    r"(?: (?:organi[sz]ation|provider|agency|head|director|manager|status|организации|учреждения|руководителя|"
    r"директора|ташкилот|муассиса|роҳбар|tashkilot|muassasa))+)?"
    rf"{_CHOICE}\W*$",
    re.I,
)
_TO_PUBLISH = re.compile(
    r"^\W*(?:публиковать|опубликовать|показ(?:ыв)?ать (?:всем|на карте|на сайте|публично|адрес\W*$)|publish\b|"
    r"(?:show|share) (?:the )?(?:location|address)\W*$|"
    r"(?:show|display|visible) (?:on|in|to) (?:all|everybody|(?:the |a )?(?:public|web|site|map|director))|"
    r"нашр кун|нашр кард|намоиш д|нашр шав|nashr qil|e.?lon qil|"
    r"(?:(?:на|в) (?:сайт\w*|карт\w+|справочник\w*|каталог\w*|реестр\w*|интернет\w*|открыт\w+ доступ\w*)|"
    r"(?:on|for|in) (?:the |our )?(?:web ?site|site|web|map|directory|internet|public)|"
    r"(?:дар|ба|барои) (?:сомона|сайт|харита|феҳрист|интернет|ҳама)\w*|"
    r"(?:sayt|xarita|internet|сайт|харита)(?:ga|da|га|да))"
    r"\W*$)",
    re.I,
)
"""Headings that name the act itself: a cell beneath says yes or no to it."""

_DENIED = re.compile(
    r"(?:\bне (?:для )?(?:публик|опублик|разглаша|показыва|размещ)\w*|do not (?:publish|share|show|list|disclose)|"
    r"don.?t (?:publish|share|show)|not (?:for|to be) (?:publi|shar|show|disclos)\w*|"
    r"(?:нашр|чоп|ошкор|эълон) (?:на?кун|нашав|карда нашав)\w*|nashr qilma\w*|ko.?rsatilmasin)",
    re.I,
)
_NOT_TO_PUBLISH = re.compile(rf"^\W*{_DENIED.pattern}", re.I)
"""Headings that forbid it: what stands beneath is a yes to secrecy."""

_ITSELF = (
    r"(?: (?:информ\w*|данн\w*|сведен\w*|доступ\w*|адрес\w*|information|info|data|access|entry|record|location|"
    r"address|place|маълумот\w*|суроға\w*|ma.?lumot\w*|manzil\w*|аст))?"
)
_SECRET = re.compile(
    rf"^\W*(?:(?:для )?служебн\w* польз\w*|(?:для )?внутр\S* пользов\w*|дсп|конфиденциальн(?:о|ая|ый|ые|ое)|"
    rf"секретн\w*|закрыт\w*|скры\w+(?: .*)?|"
    rf"махф\w*|пинҳон\w*|confidential|secret|restricted|hide\b.*|hidden\b.*|(?:for )?internal(?: use)?(?: only)?|"
    rf"maxfiy\w*|yashir\w*(?: .*)?|gizli){_ITSELF}\W*{_CHOICE}\W*$",
    re.I,
)
"""Headings that ask whether something is secret: what stands beneath is a yes to secrecy."""
_OPEN = re.compile(
    rf"^\W*(?:(?:для )?(?:открыт\w*|общ(?:его|ий|ая)|свободн\w*)|open|ochiq\w*){_ITSELF[:-1]}\W*{_CHOICE}\W*$|"
    rf"^\W*(?:(?:для )?публичн\w*|public\w*|ошкоро\w*|ommaviy\w*){_ITSELF}\W*{_CHOICE}\W*$|"
    rf"^\W*публикация(?: (?:в|на) .*)?{_CHOICE}\W*$",
    re.I,
)
"""Headings that ask whether something is open to all."""
_ACCESS = re.compile(
    r"^\W*(?:(?:уровень |режим )?доступа?|видимость|access(?: level)?|visibility|дастрасӣ|kirish)\W*$", re.I
)
"""Headings that may be about who may see a row, or about how one gets there: only some answers tell which."""
_NARROW = re.compile(
    r"закрыт|огранич|дсп|служебн|внутр|партн|участник|нпп|только|секрет|конфиденц|restrict|closed|partner|"
    r"\bonly\b|internal|"
    r"confidential|secret|махф|шарик|танҳо|танхо|maxfiy|yopiq|hamkor|faqat",
    re.I,
)
_TAKE_PART = (
    r"участ\w+|опрос\w*|анкет\w*|интервью|take part|participat\w+|interview\w*|survey\w*|"
    r"иштирок|пурсиш|qatnash|ishtirok|so.?rov|иштирок|сўров|katıl|anket"
)
"""What somebody is asked to agree to before they are asked anything else: whoever did not is in no list."""
_BOTH = re.compile(
    rf"\A(?:(?=.*(?:{_ASK}))(?=.*(?:{_PUBLISH}))|(?=.*(?:{_CONSENT}))(?=.*(?:{_OPEN_PLACES}|{_TAKE_PART})))",
    re.I | re.S,
)
_OTHER = re.compile(
    r"visitor|client|beneficiar|survivor|клиент|получател|пострадав|мизоҷ|mijoz|referral|перенаправ|"
    r"примеч|комментар|пояснен|\bnotes?\b|remark|comment|эзоҳ|изоҳ|izoh|шарҳ|legend|условн|"
    r"\bdate\b|дата\b|\bсанаи|\bwhen\b|\bкогда\b|родител|parent",
    re.I,
)
"""Headings about other consents, about days, and of remarks, which may explain who may see a row."""

_EXCEPT = re.compile(
    r"\b(?:кроме|(?:за\s+)?исключ\w*|но\s+(?:не|без)|без|except\w*|but\s+(?:not|without|no|hide)|without|other\s+than|"
    r"not\s+the|hide|(?:only\s+)?(?:on|by|upon)\s+request|по\s+запросу|ба\s+(?:ғайр|истисно)\w*|ғайр\s+аз|ғайри|вале\s+(?:на|бе)|бе|lekin|ammo)\b|"
    r"(?:dan|дан)\s+(?:tashqari|boshqa|ташқари|бошқа)\b|\b\w+(?:siz|сиз)\b|\bбез",
    re.I,
)
_UNCONDITIONAL = re.compile(
    r"\b(?:без|without|with\s+no)\s+(?:any\s+)?(?:огранич|услов|исключ|возраж|restrict|condition|exception|limit)\w*|"
    r"\bбе\s+(?:маҳдуд|шарт|истисно)\w*|\b(?:cheklov|shart)(?:lar)?siz\b",
    re.I,
)
_OF_FIELDS = {
    field: re.compile(rf"(?<![^\W_]){alternatives(f'{field} in a question')}", re.I) for field in ("phone", "address")
}


@lru_cache(maxsize=10_000)
def excepted(answer: str) -> frozenset[str] | None:
    """Return the fields that a permission leaves out; none where it names what we do not know, None without exception.

    Examples
    --------
    >>> sorted(excepted("да, кроме телефона")), sorted(excepted("Yes, but not the address or phone"))
    (['phone'], ['address', 'phone'])
    >>> excepted("да, кроме фото"), excepted("да, можно")
    (frozenset(), None)
    """
    if not _EXCEPT.search(_UNCONDITIONAL.sub(" ", answer)):
        return None
    return frozenset(name for name, names in _OF_FIELDS.items() if names.search(answer))


_OF_ALL = re.compile(rf"\b{alternatives('everything of a row')}", re.I)


@lru_cache(maxsize=1_000)
def only_of(heading: str) -> frozenset[str]:
    """Return the fields that a question of consent is about alone; none where it is about the whole row.

    Examples
    --------
    >>> sorted(only_of("Публиковать телефон?")), sorted(only_of("May we show your information (phone, address)?"))
    (['phone'], [])
    """
    if not asks_consent(heading) or _forbids(heading) or _DENIED.search(heading) or _OF_ALL.search(heading):
        return frozenset()
    return frozenset(name for name, names in _OF_FIELDS.items() if names.search(heading))


_ASK_FIRST = re.compile(
    r"\b(?:ask|check with|consult|subject to|(?:after|upon) (?:approv|agree|permi|consult)\w*|"
    r"with (?:prior )?(?:permission|approval|consent)|if (?:they|she|he|the \w+) agrees?|to be (?:agreed|confirmed)|"
    r"pending|(?:call|phone|contact|write) (?:\w+ )?first|"
    r"согласова(?:ть|ни\w*)|согласу\w*|уточн\w*|спро[сш]\w*|спрашив\w*|сначала|позвон\w*|после звонка|с разрешения|"
    r"с ведома|при условии|если разреш\w*|(?:по|после) согласи\w*|"
    r"пурс\w*|мувофи[қк]а\w*|бо иҷозати?|агар иҷозат|баъди розиг\w*|"
    r"so.?ra(?!l)\w*|kelish(?!ilgan)\w*|ruxsat (?:bilan|olib|so)|келиш(?!илган)\w*|сўра(?!л)\w*|рухсат билан|"
    r"sor(?:un|ulmal|arak)\w*|onay(?:ı|i)? (?:al|ile)\w*|izin al\w*)",
    re.I,
)


def asks_first(answer: str) -> bool:
    """Tell whether a permission holds only once somebody was asked: a condition is no yes.

    >>> asks_first("yes, but ask first"), asks_first("да, по согласованию с директором"), asks_first("да, согласны")
    (True, True, False)
    """
    return _ASK_FIRST.search(answer) is not None


REVIEWS = ("_validation_status", "reviewstate", "__system/reviewstate")
"""Columns in which survey tools keep what a reviewer decided."""

_PASSED = re.compile(
    r"^(?:(?:validation_status_)?approved|received|edited|одобрен[оа]?|принят[оа]?|получен[оа]?|изменен[оа]?|"
    r"тасдиқ (?:шуд|шудааст)|қабул (?:шуд|шудааст)|tasdiqlan(?:di|gan)|qabul qilin(?:di|gan))$",
    re.I,
)


def _plain(heading: str) -> str:
    """Return a heading as words: of a survey's path of names ("grp_loc/show_location") the last."""
    last = heading.rpartition("/")[2] if " " not in heading and heading.isascii() else heading
    return apart(last or heading).replace("_", " ")


@lru_cache(maxsize=10_000)
def asks_consent(heading: str) -> bool:
    """Tell whether a column asks whether something may be published, in four languages.

    Examples
    --------
    >>> asks_consent("Можно ли публиковать?"), asks_consent("May we publish?"), asks_consent("Published on")
    (True, True, False)
    """
    heading = _plain(heading)
    if _OTHER.search(heading):
        return False
    patterns = (_CONSENT_ALONE, _TO_PUBLISH, _NOT_TO_PUBLISH, _BOTH, _SECRET, _OPEN, _ACCESS)
    return any(pattern.match(part) for part in (heading, *heading.split(" / ")[1:]) for pattern in patterns)


def asks_to_publish(heading: str) -> bool:
    """Tell whether a heading that asks for consent names what is asked for: to be shown.

    >>> asks_to_publish("Можно ли публиковать?"), asks_to_publish("Согласны ли Вы ответить?")
    (True, False)
    """
    return re.search(_PUBLISH, heading, re.I) is not None


def _forbids(heading: str) -> bool:
    """Tell whether a heading says that something is not to be published."""
    heading = _plain(heading)
    parts = (heading, *heading.split(" / ")[1:])
    return any(pattern.match(part) for pattern in (_NOT_TO_PUBLISH, _SECRET) for part in parts)


@lru_cache(maxsize=10_000)
def is_review(heading: str) -> bool:
    """Tell whether a column holds what a reviewer of a survey decided."""
    return any(heading.casefold().endswith(name) for name in REVIEWS)


def refuses(heading: str, answer: str) -> Phrase | None:
    """Return why the answer in a column keeps a row from being shown, or nothing.

    To a question of consent only a clear yes lets it be shown; in a column that forbids to publish only a clear no or
    nothing does. A review holds a row back unless it was approved, and where nobody has reviewed yet it says nothing.
    """
    if is_review(heading):
        return Phrase("the review says {answer!r}", answer=answer) if answer and not _PASSED.match(answer) else None
    if not asks_consent(heading):
        return None
    answered = Phrase("{heading!r} is answered {answer!r}", heading=heading, answer=answer)
    if _ACCESS.match(_plain(heading)):
        return answered if _NARROW.search(answer) else None
    if _forbids(heading):
        return answered if answer and not says_no(answer) else None
    if answer and _DENIED.search(_plain(heading)):
        return answered  # "May we publish, or not to be published?": no answer tells which
    if not answer:
        return Phrase("{heading!r} is not answered", heading=heading)
    return None if says_yes(answer) else answered


def says_no(answer: str) -> bool:
    """Tell whether an answer is a clear no."""
    if _answered(answer) is False:
        return True
    words = tokens(answer)
    if words and _OPENING.issuperset(words):
        return True
    return len(words) > 1 and words[0] in _REFUSING and _GRANTING.issuperset(words[1:])


def refuses_for_now(answer: str) -> bool:
    """Tell whether an answer is a no that may become a yes; until then it is one.

    >>> refuses_for_now("ҳоло не"), refuses_for_now("пока да")
    (True, False)
    """
    return {*tokens(answer)} - _FOR_NOW in [{no} for no in _REFUSING]


def says_yes(answer: str) -> bool:
    """Tell whether an answer is a clear yes, in any words that hold no condition.

    Examples
    --------
    >>> says_yes("Да, можно"), says_yes("не возражаем"), says_yes("да, кроме адреса"), says_yes("розӣ нест")
    (True, True, False, False)
    """
    if _answered(answer) is True:
        return True
    words = tokens(_NO_OBJECTION.sub("да", answer))
    return bool(_GRANTING.intersection(words)) and (_GRANTING | _BESIDE).issuperset(w for w in words if not w.isdigit())


_NO_OBJECTION = re.compile(
    r"\bне (?:возража\w+|против)\b|\bno objections?\b|\bэътироз надор\w+|\bqarshi emas\w*|\be.?tiroz(?:imiz)? yo.?q\b",
    re.I,
)
_GRANTING = words_for("allowed to show")
"""Words of an answer by which somebody lets a row be shown."""
_OPENING = words_for("not secret")
"""Words that answer a question after secrecy with no."""
_REFUSING = words_for("no")
_FOR_NOW = words_for("for now")
"""Words beside a no that may become a yes."""
_BESIDE = words_for("beside a permission")
"""Words that may stand beside them and take nothing back."""


def _answered(answer: str) -> bool | None:
    try:
        return yes_no(answer)
    except Unreadable:
        return None
