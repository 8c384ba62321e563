"""Case statistics: rows of counts, in the dimensions of the IC-TIP classification. Counts only, never a case.

Each source keeps its own figure: what disagrees stays side by side. Two numbers of one source for the same thing do
not: the second is refused.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from mapping.area.names.countries import country_code
from mapping.intake.activities import provenance, unit_of
from mapping.intake.disclosure import audience_of
from mapping.intake.row_reader import Intake, Reader, by_headings
from mapping.intake.rows import SheetRow
from mapping.language import parsers
from mapping.language.fold import skeleton, tokens, words_for
from mapping.language.i18n import Message, listing
from mapping.language.taxonomy import Vocabulary, match_listed
from mapping.model import CaseCount, Record, record_id

YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
BESIDE_YEAR = words_for("beside a date") | words_for("years")
"""Words that may stand beside a year: "2024 г.", "соли 2024"."""
EARLIEST = 1990
"""Counts of trafficking from before this year are a slip of the pen."""

LISTED = {
    "measure": "case_measures",
    "unit_of_count": "case_units",
    "sex": "sexes",
    "age_band": "age_bands",
    "exploitation": "exploitation",
}
"""Field -> the controlled list that its words are of."""

ALL = words_for("all together")
"""Words for all together, which a blank says too."""

AGES = re.compile(r"(\d+)\s*[-–—]\s*(\d+)\D*")
OF_CITIZENS = re.compile(r"^(?:граждане|гражданин|гр\.|citizens of|nationals of|шаҳрвандони)\s+", re.I)
SEVERAL = re.compile(r"[,;/&+]|\s(?:и|ва|va|and)\s")

PARTED = ("law_article", "area_unit", "place", "sex", "age_band", "exploitation", "nationality")


def case_counts(readers: Iterable[Reader], intake: Intake) -> Iterator[tuple[SheetRow, list[Record]]]:
    """Yield a count for each row, or each of its columns of counts, that says what was counted, when and by whom."""
    source = intake.columns.source
    counts: dict[str, tuple[int, int | None]] = {}
    for reader in chain.from_iterable(map(by_headings, readers)):
        terms = {name: _listed(reader, name) for name in LISTED}
        unit, year = _unit(reader), _year(reader)
        number = _number(reader)
        _require(reader, terms["measure"], year)
        if reader.reasons or year is None:
            continue
        facts = _facts(reader, terms) | {"area_unit": unit, "year": year, "period": _period(reader)}
        told_by = ("year", "period", "measure", "unit_of_count", *PARTED, "source", "definition")
        key = "|".join(str(facts.get(name) or "") for name in told_by)
        if key in counts:
            row, before = counts[key]
            if before == number:
                problem = Message("row {row} says the same", row=str(row))
                reader.say("count", problem, Message("delete one of them"), "note")
                continue
            both = {"row": str(row), "before": before, "number": number}
            problem = Message("row {row} has {before} for the same source and thing, this row {number}", **both)
            reader.refuse("count", problem, Message("say in another column what tells them apart"))
            continue
        counts[key] = (reader.row.number, number)
        record = CaseCount.model_validate(
            facts | {"id": record_id(source, "case_count", key), "count": number, "audience": audience_of(reader)}
        )
        yield reader.row, [record, provenance(reader, "case_count", record.id, key)]


def _number(reader: Reader) -> int | None:
    """Return the number of a row; that it is none, or not exact, is said."""
    count, text = reader.take("count", parsers.number), reader.text("count")
    if count is None:
        if not text:
            fix = Message("the row says that it was counted, not how many")
            reader.say("count", Message("no number is given"), fix, "note")
        return None
    if count.about or count.most is not None:
        problem = Message("{text!r} is not exact", text=text)
        reader.say("count", problem, Message("the number was taken; say so in the note"))
    return count.value


def _facts(reader: Reader, terms: dict[str, str | None]) -> dict[str, object]:
    """Return what a row says of a count besides year, period and number."""
    return terms | {
        "unit_of_count": terms["unit_of_count"] or "unknown",
        "law_article": _whole(reader.text("law_article")),
        "place": _whole(reader.harmless("place", reader.text("place"))),
        "nationality": _nationality(reader),
        "source": reader.text("counted_by") or reader.intake.columns.name,
        "source_url": _address(reader),
        "printed": _printed(reader),
        "definition": reader.harmless("definition", reader.text("definition")) or None,
        "confidence": reader.text("confidence") or None,
        "note": reader.text("note") or None,
    }


def _unit(reader: Reader) -> str | None:
    """Return the unit of a row, None for all of the study area; a count of an unknown unit is none of all together."""
    unit, text = unit_of(reader), reader.any_text("unit") or reader.text("unit_code")
    if unit is None and _whole(text):
        problem = Message("{text!r} is no unit that we know", text=text)
        reader.refuse("unit", problem, Message("give the code of a unit or term"))
    return unit


def _listed(reader: Reader, name: str) -> str | None:
    """Return the code of a field's word; None where it is blank or says all together."""
    text = reader.word(name, reader.text(name)).strip()
    if parsers.is_blank(text) or skeleton(text) in ALL:
        return None
    terms = Vocabulary.load(LISTED[name])
    if ages := AGES.fullmatch(text):
        text = f"{ages[1]}-{ages[2]}"
    match = match_listed(LISTED[name], text)
    if text in terms:
        return text
    if match is not None:
        return match.code
    known = listing(term.code for term in terms.terms())
    fix = Message("use one of {known}, or add the word to the column map", known=known)
    reader.refuse(name, Message("{text!r} is in no list of ours", text=text), fix)
    return None


def _require(reader: Reader, measure: str | None, year: int | None) -> None:
    if measure is None and not reader.reasons:
        reader.refuse("measure", Message("the row does not say what was counted"), Message("name the measure"))
    if year is None and not reader.reasons:
        reader.refuse("year", Message("{text!r} is no year", text=reader.text("year")), Message("write it as 2024"))


def _year(reader: Reader) -> int | None:
    text = reader.text("year").strip().removesuffix(".0")
    digits = YEAR.findall(text)
    if len(digits) != 1 or not {*tokens(YEAR.sub(" ", text))} <= BESIDE_YEAR:
        return None
    year = int(digits[0])
    if EARLIEST <= year <= reader.intake.today.year:
        return year
    between = {"year": str(year), "first": str(EARLIEST), "last": str(reader.intake.today.year)}
    problem = Message("{year} is not between {first} and {last}", **between)
    reader.refuse("year", problem, Message("look at the year"))
    return None


def _period(reader: Reader) -> str:
    """Return the part of the year that was counted; empty for all of it."""
    text = " ".join(reader.text("period").split())
    return "" if text.casefold() in {"year", "год", "сол", "yil", "full year"} else text


def _whole(text: str) -> str | None:
    """Return a word, or None where it says all together."""
    return None if parsers.is_blank(text) or skeleton(text) in ALL else text.strip()


def _nationality(reader: Reader) -> str | None:
    """Return the code of a country; other words as they are, since without them the count would be that of all."""
    text = _whole(reader.word("nationality", reader.text("nationality")))
    if text is None:
        return None
    code = "" if SEVERAL.search(text) else country_code(reader.intake.area, OF_CITIZENS.sub("", text))
    if not code:
        problem = Message("{text!r} is no country that we know", text=text)
        reader.say("nationality", problem, Message("it was kept as it is; write the code of the country"))
    return code or text


def _printed(reader: Reader) -> bool:
    """Tell whether the source prints the number itself; that needs an address at which it can be read."""
    printed = bool(reader.take("printed", parsers.yes_no))
    if printed and not reader.text("source_url").strip():
        problem = Message("no address says where the number is printed")
        reader.say("printed", problem, Message("give it; until then it counts as not printed"))
        return False
    return printed


def _address(reader: Reader) -> str | None:
    text = reader.text("source_url").strip()
    if text and not text.startswith(("https://", "http://")):
        problem = Message("{text!r} is no web address", text=text)
        reader.say("source_url", problem, Message("it was left out"), "refused")
        return None
    return text or None
