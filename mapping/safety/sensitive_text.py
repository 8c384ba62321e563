"""Texts that tell what they should not: a number, an address, a wish to stay hidden, a shelter."""

import re
from functools import lru_cache

import phonenumbers

from mapping.language.fold import alternatives

TELLING = re.compile(r"\d{5,}|\d(?:[\s()./\u2010-\u2015-]*\d){6,}|@|www\.|://|[«»\"“”]|\d{2}[.,]\d{3,}|\d\s*[°º˚]\s*\d")
"""What a text may not hold to be published unread: numbers as long as a phone or a coordinate, with whatever stands
between their digits, addresses of mail and of pages, names in quotation marks."""

_NUMBER_RUN = re.compile(r"\d(?:[\s()./\u2010-\u2015-]*\d)*")
_QUOTES = re.compile('[«»"“”]')
_QUOTED_IN_BRACKETS = re.compile('[(\\[][^()\\[\\]]{0,200}[«»"“”]')
_OF_PHONES = re.compile(rf"\b{alternatives('phone in a question', 'heading of phone')}|☎", re.I)


def address_tells(address: str, phone_country: str, postal_codes: tuple[str, ...] = ()) -> bool:
    """Whether an address holds what no address needs: a phone, a coordinate, a mail address or page, a shelter's name.

    One number of five or six digits that stands by itself is a postal code if the country has no phone numbers of that
    length, or if it begins as its postal codes do. Quotation marks are those of a building, unless a word beside them
    speaks of a phone or of a shelter. What is quoted in brackets may be a ward.

    >>> address_tells("1 rue Sala, 69002 Lyon", "FR"), address_tells("Айни 12, 2273459", "TJ", ("734",))
    (False, True)
    >>> address_tells("Айни 12, 734025", "TJ"), address_tells("ТЦ «Садбарг», 734025", "TJ", ("734",))
    (True, False)
    """
    if any(words.search(address) for words in (_OF_PHONES, SHELTER, _QUOTED_IN_BRACKETS)):
        return TELLING.search(address) is not None
    without_code = _without_postal_code(address, phone_country, postal_codes)
    return TELLING.search(_QUOTES.sub(" ", without_code)) is not None


def _without_postal_code(address: str, phone_country: str, postal_codes: tuple[str, ...]) -> str:
    for run in _NUMBER_RUN.finditer(address):
        before, after = address[: run.start()], address[run.end() :]
        alone = not re.search(r"[+\w]$|\d,$", before) and not re.match(r",\d|\w", after)
        if not alone or not re.fullmatch(r"\d{5,6}|\d{5}-\d{4}", run[0]):
            continue
        if run[0].startswith(postal_codes) or not _may_be_phone(run[0].replace("-", ""), phone_country):
            return f"{before} {after}"
    return address


def _may_be_phone(digits: str, country: str) -> bool:
    """Whether a country has phone numbers of so many digits, dialled from anywhere or within a town."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if plan is None or plan.general_desc is None:
        return True
    return len(digits) in (*plan.general_desc.possible_length, *plan.general_desc.possible_length_local_only)


STREET = re.compile(
    r"\b(?:ул|пр|пер|д|кв)\.\s*\w|\b(?:улиц|проспект|переул|кӯча|куча|хиёбон|avenue|kocha|ko.cha)\w*"
    r"|\bst\.|\d\w?\s+(?:[\w'’-]+\s+){1,2}(?:street|st|ave|road|rd|lane)\b|\bhouse\s+no",
    re.I,
)
"""What a text may not hold besides, unless it is an address."""

HOLD = re.compile(
    r"не\s+(?:для\s+)?(?:публик|печат|распростран)|не\s+для\s+(?:сайт|всех)|не\s+разглаш|не\s+показыв|секретно|"
    r"конфиденциальн|\bдсп\b|публик\w{0,20}\s+не\s+(?:согл|разреш)|закрыт\w{0,20}\s+информац|домашн\w{0,20}\s+адрес"
    r"|для\s+(?:служебн|внутр)|только\s+(?:для\s+)?(?:партн|сотрудн|участник)|\bадр(?:ес\w*|\.)\s+(?:\w+\s+)?"
    r"(?:закрыт|секрет|скрыт|никому|(?:по|под)\s+запрос|не\s+(?:да|сообщ|назыв))"
    r"|(?:do\s+not|don.?t)\s+(?:share|publish|show|print)|not\s+(?:for|to\s+be)\s+(?:publi|shar|disclos|print)"
    r"|internal\s+use|confiden[tțţ]ial|құпия|жашыруун|nu\s+se\s+public|\byay[ıi][nm]lanma"
    r"|(?:partners?|staff)\s+only|танҳо\s+барои\s+(?:шарик|корман)|faqat\s+hamkor"
    r"|(?:нашр|чоп|ошкор|эълон|паҳн)\s+(?:\w+\s+)?(?:розӣ\s+нест|накун|нашав|намешав)|барои\s+(?:чоп|нашр)\s+не|"
    r"махф[иӣ]|дома\s+у\s|на\s+дому|at\s+(?:her|his|their|the)?\s*home\b|"
    r"дар\s+хонаи|maxfiy|(?:chop|nashr|e.?lon|ko.?rsat)\w{0,20}\s{0,9}(?:etil|qilin|il)ma|"
    r"(?:нашр|эълон|кўрсат)\w{0,20}\s{0,9}(?:этил|қилин|ил)ма|"
    r"\bhome\s+address|\b(?:apartment|flat)\s+of\s+staff|\bgizli(?:dir)?\b",
    re.I,
)
"""Words of a remark or an address by which a sender asks that nothing be shown, or says that it is somebody's home."""


_COLLEAGUES = (
    r"(?:referring|agenc|partner|staff|colleague|professional|providers?\b|партн|сотрудн|коллег|специалист|участник|своих\b|"
    r"ҳамкор|шарик|корман|мутахассис|hamkor|xodim|mutaxassis|tanish|ходим|таниш|police|милиц|полиц|овд\b|политс|militsiya)"
)
_SHOWING = (
    r"(?:публик|опублик|обнарод|распростран|разгла|печат|publi|disclos|print|нашр|чоп|эълон|ошкор|паҳн|e.?lon|nashr|chop|"
    r"oshkor|tarqat|тарқат|yay[ıi][nm]|жар[иы]ял)\w*"
)
_FORBIDDEN = (
    r"(?:запрещ\w*|нельзя|невозможн\w*|не\s+(?:подлеж|допуск|разреш)\w*|без\s+права|not\s+(?:allowed|permitted|possible)|"
    r"forbidden|prohibited|манъ|(?:мумкин|иҷозат)\s+(?:нест|на\w+)|(?:мумкин|рухсат)\s+(?:эмас|йўқ)|"
    r"(?:mumkin|ruxsat)\s+(?:emas|yo.?q)|taqiqlan\w*|тақиқлан\w*|yasak\w*|бол(?:бойт|майды))"
)
_WISHES = {
    re.compile(rf"\b{_SHOWING}(?:\s+\w+){{0,2}}\s+{_FORBIDDEN}|\b{_FORBIDDEN}(?:\s+\w+){{0,2}}\s+{_SHOWING}"): (
        "запрещ",
        "не",
        "без",
        "not",
        "forbid",
        "prohib",
        "манъ",
        "мумкин",
        "иҷозат",
        "рухсат",
        "mumkin",
        "ruxsat",
        "taqiq",
        "тақиқ",
        "yasak",
        "бол",
    ),
    re.compile(
        r"\b(?:not|never|don.?t)\s+(?:(?:to|for|be)\s+){0,3}(?:list|publi|disclos|advertis|post|circulat|"
        r"distribut|reveal|give\s+(?:it\s+)?out|pass\s+(?:it\s+)?on|make\s+(?:it\s+)?public|shar|print)"
    ): ("not", "never", "don"),
    re.compile(r"\bkee?pt?\s+(?:\w+\s+){0,4}(?:private|secret)"): ("private", "secret"),
    re.compile(
        r"\b(?:не|нельзя)\s+(?:\w+\s+){0,2}?(?:публик|опублик|печат|распростран|разгла|афишир|выкладыв|размеща|"
        r"показыва|(?:сообща|указыва|дава|передава)ть)"
    ): ("публик", "печат", "распростран", "разгла", "афишир", "выкладыв", "размеща", "показыва", "ать"),
    re.compile(
        r"\bбарои\s+(?:нашр|чоп)\s+не|\b(?:нашр|чоп|ошкор|эълон|паҳн|дода)\s+(?:карда\s+)?(?:на(?:шав|кун|ди[хҳ])|намеша)|"
        r"\b(?:эълон|нашр|чоп|ошкор)\s+(?:қил|эт)(?:ин|ил)?ма(?:нг|син|слик|й)"
    ): ("нашр", "чоп", "ошкор", "эълон", "паҳн", "дода"),
    re.compile(r"\b(?:e.?lon|nashr|chop|oshkor)\s+(?:qil|et)(?:in|il)?ma(?:ng|sin|slik|y)"): ("ma",),
    re.compile(r"\b(?:tarqat|ko.?rsat|joylashtir|ber|ayt)(?:il|in)?ma(?:ng|sin|slik)"): ("mang", "masin", "maslik"),
    re.compile(r"\b(?:тарқат|кўрсат|жойлаштир|бер|айт)(?:ил|ин)?ма(?:нг|син|слик)"): ("манг", "масин", "маслик"),
    re.compile(
        r"\b(?:yay[ıi][nm]|payla[şs]|g[öo]ster|a[çc][ıi]kla|duyur|listele)\w*m[ae](?:s[ıi]n(?:[ıi]\s+istem\w+)?|y[ıi]n(?:[ıi]z)?|mal[ıi]\w*|meli\w*|m[ae]s[ıi]\w*)(?!\w)"
    ): ("yın", "yin", "mal", "mel", "mas", "mes"),
    re.compile(r"\bжар[иы]я(?:лан?)?[бм]а(?:сын|ңыз)|\bне\s+(?:публікув|розголош|оприлюдн)"): ("жар", "не"),
}
"""Words by which a sender asks that something be not shown, in small letters -> parts of them that none is without, for
which a text is looked through first: a list has many texts, and few ask for anything."""
_FOR_COLLEAGUES = {
    re.compile(
        rf"\bonly\s+(?:for|to|among)\s+(?:\w+\s+){{0,2}}?{_COLLEAGUES}|"
        rf"\bfor\s+(?:\w+\s+){{0,2}}?{_COLLEAGUES}\w*(?:\s+\w+)?\s+only\b"
    ): ("only",),
    re.compile(rf"\b(?:только|исключительно)\s+(?:для\s+|внутри\s+|среди\s+)?{_COLLEAGUES}"): ("тол", "искл"),
    re.compile(rf"\b(?:танҳо|танхо|фақат)\s+(?:барои\s+|ба\s+)?{_COLLEAGUES}"): ("танҳо", "танхо", "фақат"),
    re.compile(rf"\bfaqat\s+(?:\w+\s+)?{_COLLEAGUES}"): ("faqat",),
}
"""Words by which something is for colleagues alone, as those of wishes are."""


def _is_in(patterns: dict[re.Pattern[str], tuple[str, ...]], text: str) -> bool:
    for pattern, parts in patterns.items():
        for part in parts:
            if part in text:
                if pattern.search(text):
                    return True
                break
    return False


@lru_cache(maxsize=20_000)
def withholds(text: str) -> bool:
    """Tell whether a text asks that something be not shown, or be for colleagues alone; lists say the same many times.

    >>> withholds("для партнёров"), withholds("только для партнёров"), withholds("for women only")
    (False, True, False)
    """
    lowered = text.lower()
    return _is_in(_WISHES, lowered) or _is_in(_FOR_COLLEAGUES, lowered)


_SENTENCES = re.compile(r"[.!?;\n]+\s*")
_SPEAKS_TO_VISITORS = re.compile(r"\b(?:we|they|you|yours?|мы|вы|вас|вам|ваш\w*|мо|шумо|biz|siz\w*|биз|сиз\w*)\b")
_REQUEST = re.compile(r"\b(?:please|ask|request|прос(?:им|ьба)|пожалуйста|хоҳиш|илтимос|iltimos)")


def asks_in_prose(text: str) -> bool:
    """Tell whether a description asks that what it describes be not shown.

    That nothing which visitors tell is passed on, and for whom help is, says nothing of the record.

    >>> asks_in_prose("Legal advice. Do not list the address."), asks_in_prose("We do not share your data.")
    (True, False)
    """
    lowered = text.lower()
    if not _is_in(_WISHES, lowered):
        return False
    sentences = _SENTENCES.split(lowered)
    return any(
        _is_in(_WISHES, sentence) and (not _SPEAKS_TO_VISITORS.search(sentence) or _REQUEST.search(sentence))
        for sentence in sentences
    )


@lru_cache(maxsize=20_000)
def asks_silence(text: str) -> bool:
    """Tell whether a text asks that nothing be shown, or says that it is somebody's home.

    >>> asks_silence("ул. Рудаки 5, не для сайта"), asks_silence("ул. Рудаки 5")
    (True, False)
    >>> asks_silence("yayınlanması uygundur"), asks_silence("yayınlanmasına izin yok"), asks_silence("махфӣ нест")
    (False, True, False)
    """
    return withholds(text) or HOLD.search(_OPEN.sub(" ", text)) is not None


_OPEN = re.compile(
    r"\b(?:не|not|non|isn.?t|nu\s+e(?:ste)?)\s+(?:секретн\w*|конфиденциальн\w*|confiden\w+|secret)\b|"
    r"\b(?:махф[иӣ]|maxfiy|gizli|құпия|жашыруун|секрет\w*|конфиденциал\w*)\s+(?:нест|emas|эмас|de[ğg]il\w*|емес|эмес)\b|"
    r"\byay[ıi][nm]lanmas[ıi](?:n[ae])?\s+(?:uygundur|serbesttir|izin\s+(?:verildi|verilmiştir|var(?:dır)?))"
    r"(?=\s*(?:$|[.,;!)]))",
    re.I,
)
"""Words by which something is said to be no secret, or fit to be published: they ask for nothing, and open nothing."""


@lru_cache(maxsize=20_000)
def hides_number(note: str) -> bool:
    """Tell whether the words beside a number say that it is somebody's own or not to be called, or ask for silence.

    >>> hides_number("не для печати"), hides_number("личный"), hides_number("дежурный")
    (True, True, False)
    >>> hides_number("гл. бух., не звонить"), hides_number("не звонить после 18:00")
    (True, False)
    """
    return asks_silence(note) or _OWN_NUMBER.search(note) is not None


_OWN_NUMBER = re.compile(rf"(?<!\w)(?:{alternatives('own number')}|{alternatives('own number at the end')}\W*$)", re.I)


@lru_cache(maxsize=20_000)
def hides_place(text: str) -> bool:
    """Tell whether a cell for a place asks for silence, or says in any other way that the place is not told.

    >>> hides_place("адрес у координатора"), hides_place("Dushanbe (undisclosed)"), hides_place("у рынка")
    (True, True, False)
    """
    return asks_silence(text) or PLACELESS.search(text) is not None


PLACELESS = re.compile(
    r"\b(?:undisclosed|withheld|hidden|secret|unlisted)\b|\b(?:on|upon|by)\s+request\b|"
    r"маҳфуз|(?:тавассути|через|through|via)\s+(?:the\s+)?(?:ҳамоҳанг|координ|хат|горяч|hot|focal|police|coordin)|"
    r"(?:koordinator|ishonch)\w*\s+(?:\w+\s+)?orqali|"
    r"\b(?:with|from)\s+the\s+(?:coordinator|manager)|^\W*private\W*$|\baddress\s+on\s+call|\bне\s+указыва|"
    r"маълумот\w*\s+пӯшида|^\W*(?:дома|хона|uyda|уйда|үйде|үйдө|acasă|evde|(?:at\s+)?home)\W*$|\bnot\s+(?:\w+\s+)?(?:given|disclos|told|reveal)|"
    r"(?:закрыт|скрыт|секрет|засекреч)|\bне\s+(?:\w+\s+)?(?:сообща|сообщ\.|назы|назва|да[еёюд]|раскры|выда)|\bникому|"
    r"отказ\w*\s+(?:назва|сообщ|дать)|по\s+(?:\w+\s+)?запрос|"
    r"^\W*(?:адрес\w*\W+)?(?:(?:знает|известен)\W+(?:\w+\s+)?|(?:у|через)\s+)(?:ответств|координ|руковод|директор|сотрудн)|"
    r"пинҳон|пинхон|айтылбай|айтылмай|(?:гуфта|дода|ошкор\s+карда)\s+намеша|намегӯ|"
    r"\b(?:sir|сир)\s+(?:tut|saq|тут|сақ|аст|нигоҳ)|yashirin|яширин|(?:aytil|beril|oshkor\s+(?:qilin|etil))ma[yg]",
    re.I,
)
"""Words of a cell for a place by which a sender says that the place is not told."""

SHELTER = re.compile(
    r"приют|убежищ|шелтер|\bshelter|\brefuge\b|safe[\s-]?(?:house|home)|пано[ҳх]?го[ҳх]|пано[ҳх]{1,2}она|хонаи\s+амн|"
    r"panoh?(?:goh|xona)|xavfsiz\s+uy|boshpana|бошпана|баспана|башпаана|калкалоо|adăpost|konukev|sığınma|sığına[kğ]",
    re.I,
)
"""Words by which the name of a body tells that it keeps a shelter."""
