"""What the heading of a column says that stands beneath it, in English, Russian, Tajik and Uzbek."""

import re
from functools import lru_cache

from mapping.column_map import FIELDS, fold_header
from mapping.intake.row_reader import DAYS
from mapping.language import parsers
from mapping.language.fold import coarse
from mapping.language.languages import codes, language
from mapping.model import WEEKDAYS

WORDS: dict[str, str] = {
    "excludes": "not_taken not_eligible excludes excluded exclusions кому_отказывают отказывают не_принимают "
    "не_принимаете не_берут не_берёте қабул_намекунанд қабул_намекунед qabul_qilinmaydi",
    "marking": "marking confidential confidentiality visibility public гриф доступ показывать публикация "
    "конфиденциальность ошкор нишон махфӣ махфият ko'rsatish maxfiy can_be_shown who_may_see кому_можно "
    "кому_видно кто_видит кӣ_мебинад нишон_додан ба_кӣ_нишон kim_koʻradi",
    "serves": "target beneficiaries clients groups serves eligibility who_can for_whom кому кого киро кимга целевая "
    "получатели категории_лиц с_кем для_кого барои_кӣ ба_кӣ ба_киҳо гурӯҳи_мақсаднок kimga kimlar "
    "kimlarga kimlar_uchun "
    "целевые контингент категория_граждан категории_населения eligible гуруҳи_мақсаднок",
    "contact": "contact_person contact_name focal_point director head_of контактное_лицо ответственный ответственное "
    "руководитель координатор фио шахси_масъул масъул роҳбар мудир mas'ul rahbar",
    "description": "description описание тавсиф tavsif details подробно подробности тафсилот batafsil",
    "covers": "covers coverage area_served охват обслуживает территория_обслуживания зона_обслуживания "
    "where_it_works где_работает где_работают фарогирӣ дар_куҷо_кор qayerda_ishlaydi qamrov "
    "район_обслуживания",
    "precision": "show_location precision точность_места",
    "utc_offset": "utc time_zone часовой_пояс",
    "funded_until": "funded_until funding_until financed_until финансирование_до маблағгузорӣ_то",
    "verified_how": "how_checked how_verified способ_проверки как_проверено verification_method",
    "verified_by": "checked_by verified_by кем кто_проверил",
    "organization_kind": "kind_of_body type_of_organisation type_of_organization org_type organization_type "
    "organisation_type тип_организации форма_собственности навъ навъи_ташкилот tashkilot_turi форма "
    "facility_type type_of_facility тип_учреждения",
    "place_name": "место place_name название_места номи_ҷой office_name",
    "fax": "факс fax",
    "messenger": "telegram whatsapp viber телеграм мессенджер",
    "status": "status статус состояние вазъ holat active действует_ли работает_в работает_ли работает_сейчас фаъол "
    "faol ishlaydimi "
    "functional функционирует operational",
    "ages": "age ages возраст возрастная синну_сол yosh yoshi age_group age_range "
    "возрастная_категория возрастная_группа age_category",
    "organization": "organization organisation agency provider body ngo desk наименование организация организации "
    "название органа учреждение учреждения ташкилот ташкилоти номи муассиса марказ tashkilot nomi muassasa name ном "
    "орган идора кто_помогает кто_оказывает who_helps кӣ_кумак_мекунад kim_yordam_beradi "
    "implementing_partner",
    "phone": "phone phones telephone tel mobile hotline телефон телефоны тел телефони рақами telefon raqam тамос "
    "контакты контакт contacts contact",
    "languages": "languages language язык языки языках забонҳо забон tillar til",
    "cost": "cost price fee fees free charge плата оплата стоимость цена платно бесплатно платные музд нарх пулакӣ "
    "ройгон narx narxi pullik bepul toʻlov "
    "арзиш арзиши",
    "service": "service services help assistance activity услуга услуги услуг помощь помощи хизматрасонӣ хизмат "
    "хизматҳо хизматрасониҳо кумак кӯмак xizmat xizmatlar yordam amenity healthcare type category тип категория "
    "чем_помогают что_делают деятельность фаъолият faoliyat "
    "профиль направление",
    "unit": "district unit region province район районы область регион ноҳия вилоят tuman viloyat pcode",
    "place": "town city village settlement locality город село посёлок населённый_пункт шаҳр деҳа ҷамоат қишлоқ shahar "
    "населенный_пункт",
    "address": "address street location where адрес улица где местонахождение суроға суроғаи нишонӣ ҷойгиршавӣ "
    "дар_куҷо manzil qayerda joylashuv "
    "почтовый_адрес воқеъшавӣ",
    "latitude": "latitude lat y широта арз арзи kenglik",
    "longitude": "longitude lon long lng x долгота тӯл тӯли uzunlik",
    "coordinates": "coordinates gps geopoint point координаты координатҳо koordinata koordinatalar",
    "email": "email mail e-mail почта эл.почта почтаи pochta email_address e_mail эл_адрес электронный_адрес",
    "website": "website web url site сайт страница саҳифа сомона sayt",
    "hours": "hours opening schedule время часы режим график соатҳо соатҳои вақт вақти реҷаи ish_vaqti vaqti "
    "когда_работает когда_можно какие_дни дни_работы рабочие_дни days рӯзҳои_корӣ ish_kunlari",
    "documents": "documents papers документы ҳуҷҷатҳо hujjatlar",
    "capacity": "capacity places beds вместимость мест места койки коек ҷойҳо кат катҳо joylar_soni joy_soni sig'im "
    "o'rinlar oʻrinlar",
    "accessible": "accessible wheelchair ramp пандус коляска аробача nogiron доступность_для accessibility",
    "funder": "donor funder funding донор финансирование маблағгузор homiy",
    "verified_on": "verified updated checked date проверено проверки дата обновлено сана sana санҷида "
    "обновление update навсозӣ санҷиш tekshiruv tekshirilgan",
    "country": "country страна кишвар davlat mamlakat",
    "unit_code": "код_района district_code",
    "key": "id ref no number code uuid код номер рақам № kod",
}
"""Field -> words by which its column may be called; those joined by _ belong together. Whichever stands first counts
where a heading has words of several: fields that are told by several words together stand before the plain ones."""

ENDINGS = 3
"""Letters by which a heading may be longer than a word of five or more: "manzili", "телефонам"."""

RUNNING = re.compile(r"^\W*(?:№|no\.?)?\W*(?:п\W*п|т\W*р|р\W*т|t\W*r)\W*$|^\W*№\W*$", re.I)
"""Headings of numbers that only count the rows."""


@lru_cache(maxsize=10_000)
def field_of(heading: str) -> str:
    """Return the field that a heading speaks of, or nothing; of a name in two lines the lower one counts first.

    Examples
    --------
    >>> field_of("Контактные данные / телефон"), field_of("Организация, руководитель"), field_of("Стоим.")
    ('phone', 'organization', 'cost')
    >>> field_of("На каких языках можно обратиться?"), field_of("Shoe size")
    ('languages', '')
    """
    parts = heading.split(" / ")
    if len(parts) > 1 and language_in(parts[-1]):
        parts = parts[:-1]
    for part in (*reversed(parts), heading):
        whole = _field(part)
        if whole in ("contact", "fax", "messenger"):  # beside another thing it tells what else stands there
            first = re.split(r"[,/;+&\n]", part)[0]
            whole = _field(first) or whole
        if whole:
            return whole
    return ""


def _field(text: str) -> str:
    folded = fold_header(text).replace("_", " ")
    short = tuple(re.findall(r"([^\W\d_]{2,})\.", folded))
    words = [*coarse(folded).split(), *(["№"] * ("№" in folded))]
    for together in (True, False):  # words that belong together tell more than each by itself
        for name, phrases in _VOCABULARY:
            if name == "key" and len(words) > ENDINGS:
                continue
            if any(_stands(phrase, words) for phrase in phrases if (" " in phrase) == together):
                return name
    meant = {name for name, words in _PLAIN for word in words if word.startswith(short)} if short else set()
    return meant.pop() if len(meant) == 1 else ""


def _stands(phrase: str, words: list[str]) -> bool:
    """Tell whether a word of a field stands in a heading, whatever its ending, or several words together."""
    if " " in phrase:
        return f" {phrase}" in f" {' '.join(words)}"
    if len(phrase) == 1:
        return words == [phrase]
    return any(
        word == phrase or (len(phrase) > 4 and word.startswith(phrase) and len(word) - len(phrase) <= ENDINGS)
        for word in words
    )


def language_in(heading: str) -> str:
    """Return the code of the language that a heading names, or nothing."""
    words = re.findall(r"[^\W\d_]+", heading.casefold())
    return next(
        (
            code
            for code in codes()
            if any(
                word == sign or (len(sign) > 2 and word.startswith(sign))
                for word in words
                for sign in language(code).headings
            )
        ),
        "",
    )


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(coarse(word.replace("_", " ")) or word for word in text.split())


_VOCABULARY = [(name, _phrases(text)) for name, text in WORDS.items() if name in FIELDS]
"""Fields with their words, folded."""

_PLAIN = [(name, [word for word in text.casefold().split() if "_" not in word]) for name, text in WORDS.items()]
"""Fields with their single words, which a heading may cut short: "Стоим." """


@lru_cache(maxsize=1_000)
def day_of(heading: str) -> str:
    """Return the field of the day of the week that a heading is, or nothing.

    >>> day_of("Вт"), day_of("Ҷумъа"), day_of("Mon"), day_of("Monday to Friday"), day_of("Phone")
    ('tuesday', 'friday', 'monday', '', '')
    """
    try:
        spans = parsers.hours(f"{heading} 8:00-9:00")
    except parsers.Unreadable:
        return ""
    return DAYS[WEEKDAYS.index(spans[0].byday)] if len(spans) == 1 and spans[0].byday in WEEKDAYS else ""


_BEGINS = r"(?:с|со|от|from|аз|dan|opens?|opening|start|открытие|начало)"
_ENDS = r"(?:до|по|to|until|till|closes?|closing|end|закрытие|конец|то|gacha)"
_BOUNDS = {
    ("hours", "opens"): re.compile(rf"(?:^|\W){_BEGINS}\W*$|^{_BEGINS}\W", re.I),
    ("hours", "closes"): re.compile(rf"(?:^|\W){_ENDS}\W*$|^{_ENDS}\W", re.I),
    ("age", "minimum_age"): re.compile(r"(?:^|\W)(?:с|от|from|min\w*|аз|мин\w*|наименьш\w*)(?:\W|$)", re.I),
    ("age", "maximum_age"): re.compile(r"(?:^|\W)(?:до|по|to|max\w*|то|макс\w*|up to|наибольш\w*)(?:\W|$)", re.I),
}
_OF_AGE = re.compile(r"\bage|возраст|\bлет\b|синну|\bсин\b|yosh", re.I)


def bound_of(heading: str) -> str:
    """Return the field of a bound that a heading asks for by itself: an hour or an age, the first or the last.

    >>> bound_of("Часы работы: с"), bound_of("До какого возраста?"), bound_of("Время работы")
    ('opens', 'maximum_age', '')
    """
    about = "age" if _OF_AGE.search(heading) else field_of(heading)
    return next((name for (of, name), asks in _BOUNDS.items() if of == about and asks.search(heading)), "")
