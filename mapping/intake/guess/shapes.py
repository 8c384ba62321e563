"""Tell lists whose rows are no services: activities, agreements, answers to a checklist, counts of cases."""

import re
from collections.abc import Sequence
from itertools import chain, zip_longest

from mapping.column_map import fold_header
from mapping.formats import Sheet
from mapping.intake.guess.headings import field_of
from mapping.intake.rows import written
from mapping.language.taxonomy import Vocabulary, match_listed

LOOKED_AT = 100
"""Rows whose cells are looked at."""

AGREEMENTS = re.compile(
    r"соглашени|договор|меморандум|подписан|подписи|действует до|вид документа|agreement|memorandum|\bmou\b|\bsigned|"
    r"signature|valid (?:to|until)|созишнома|шартнома|ёддошти|имзо|навъи ҳуҷҷат|kelishuv|shartnoma|imzo|hujjat turi"
)
PARTIES = re.compile(
    r"^(?:from|to)(?: \w*organi\w+| agency| party)?$|^от\b|\bкому\b|сторон|партн[её]р|part(?:y|ies)\b|partner|"
    r"направля|принима|refer|receiv|sends|takes|тараф|фирист|қабул|аз кӣ|ба кӣ|tomon|yubor|qabul|yo.?naltir|"
    r"(?:organi[sz]ation|организация|ташкилот|tashkilot) ?[12ab]\b"
)
STANDARDS = re.compile(
    r"standard|criteri|checklist|indicator|стандарт|критери|требовани|меъёр|mezon|talab|\bitem\b|пункт|банд"
)
ANSWERS = re.compile(
    r"answer|\bmet\b|score|rating|result|ответ|оценк|выполн|соответств|результат|ҷавоб|баҳо|иҷро|натиҷа|javob|baho|"
    r"bajaril|natija"
)
DONE = re.compile(r"мероприят|чорабин|tadbir|activit")
WHEN = re.compile(r"\bсрок|период|начал|муҳлат|давра|оғоз|muddat|davr|boshlan|\bwhen\b|period|\bstart")
PEOPLE = re.compile(r"\bчел\b|участник|\bплан|\bфакт|иштирокч|нафар|ishtirokch|odam soni|reached|participant|planned")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\byear|\bгод|\bсоли?\b|\byil")
CASES = re.compile(
    r"жертв|пострадавш|преступлен|уголовн|victim|crime|\bcases\b|қурбон|ҷабрдид|ҷиноят|jinoyat|jabrlan|qurbon"
)


def other_shape(sheet: Sheet, first: int) -> str:
    """Return the shape of a list whose rows are no services, by what stands above row ``first``; else nothing."""
    above = [fold_header(written(cell)) for row in sheet.rows[:first] for cell in row if cell not in (None, "")]
    parties, papers = (sum(bool(pattern.search(text)) for text in above) for pattern in (PARTIES, AGREEMENTS))
    if not papers:
        papers = bool(AGREEMENTS.search(fold_header(sheet.name)))
    if (parties > 1 and papers) or (parties and papers > 1):
        return "agreement"
    columns = [_filled(column) for column in zip_longest(*sheet.rows[first : first + LOOKED_AT], fillvalue="")]
    items = sum(_is_item(text) for text in above)
    if (
        (any(map(STANDARDS.search, above)) and any(map(ANSWERS.search, above)))
        or items > 1
        or any(map(_items, columns))
    ):
        return "assessment"
    if all(any(map(pattern.search, above)) for pattern in (DONE, WHEN, PEOPLE)):
        return "activity"
    dated = any(map(YEAR.search, above)) and not any(field_of(text) == "organization" for text in above)
    counted = any(map(CASES.search, above)) or any(map(_is_measure, chain(*columns)))
    return "case" if dated and counted else ""


def _filled(column: Sequence[object]) -> list[str]:
    return [text for cell in column if (text := written(cell).strip())]


def _items(texts: Sequence[str]) -> bool:
    """Tell whether most cells are items of the checklist."""
    return sum(map(_is_item, texts)) * 2 > len(texts)


def _is_item(text: str) -> bool:
    """Tell whether a text is the code or the wording of an item of the checklist."""
    return text in Vocabulary.load("standards") or (" " in text and match_listed("standards", text) is not None)


def _is_measure(text: str) -> bool:
    """Tell whether a text says what is counted in case figures."""
    return match_listed("case_measures", text) is not None
