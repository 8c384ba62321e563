"""The mapping report: twelve chapters from one view, in two editions, three formats and every language.

    report = make(view, area, language="ru")
    html.write(report)

`make` works the report out once; `mapping.render.report.writers.html`, ``pdf`` and ``docx`` write the same parts.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mapping.analysis.common.scenario import SavedScenario
from mapping.area.study_area import StudyArea
from mapping.errors import InvalidRecord, UnsafePublication
from mapping.language.i18n import Message, date, show
from mapping.render.layers.services import spaced
from mapping.render.report import outline
from mapping.render.report.chapters.actors import COMMISSION
from mapping.render.report.composer import Pen
from mapping.render.report.elements import Chapter, Report
from mapping.render.report.recommendation_rules import advise
from mapping.render.report.recommendations import LABELS, Earlier, compared, numbered
from mapping.render.report.sources import BY_REGION, Sources, gather, regional
from mapping.result import Result
from mapping.view.view import INVENTED, View

__all__ = ["EDITIONS", "Edition", "Report", "gather", "make", "publish", "require_edition"]

Edition = Literal["public", "restricted"]

EDITIONS = LABELS["edition"]


def make(
    view: View,
    area: StudyArea,
    *,
    language: str,
    edition: Edition = "public",
    reader: str = "",
    results: Mapping[str, Result] | None = None,
    previous: View | None = None,
    earlier: Sequence[Earlier] = (),
    scenarios: Sequence[SavedScenario] = (),
    demo: bool = False,
) -> Report:
    """Work the report of a view out, in a language.

    Parameters
    ----------
    view, area, language
        What is told, of which country, and in which language.
    edition, reader
        A public edition takes a public view; a restricted one a view for focal points, and the reader's name.
    results
        What `gather` returned for the same views, where several languages are made of one.
    previous
        The view of the edition before, for the same readers.
    earlier
        The recommendations of the edition before (`mapping.render.report.recommendations.read_csv`).
    scenarios
        Scenarios of the Atlas, each an annex (`mapping.analysis.common.scenario.SavedScenario.read`).
    demo
        Say that everything is invented, as a view of the demonstration says by itself.

    Raises
    ------
    UnsafePublication
        The view, or a result, was made for fewer people than the readers of the edition.
    InvalidRecord
        A restricted edition names no reader, or is made from another view than that for focal points.
    """
    material = opened(view, area, language, edition, reader, results, previous=previous, demo=demo)
    material = replace(material, scenarios=scenarios)
    methods = [name for name in material.results if name not in BY_REGION]
    material.numbers.update({f"method-{name}": f"M{place}" for place, name in enumerate(methods, 1)})
    advice, progress = compared(numbered(advise(material)), earlier)
    pen = Pen(material, advice, progress, reader)
    outline.write(pen)
    say, day = material.say, date(material.day, language)
    cover = [(Message("Edition"), EDITIONS[edition]), (Message("Day"), day)]
    cover += [(Message("Reader"), reader)] if edition == "restricted" else []
    return bound(
        pen,
        edition,
        say(Message("Mapping of services and measures")),
        subtitle=say(Message("Help for people who were trafficked or hurt: {country}", {"country": area.name})),
        contents=say(Message("Contents")),
        imprint=tuple((say(name), say(text)) for name, text in _imprint(material)),
        acronyms=tuple(_acronyms(pen.chapters, language)),
        titles=(say(Message("Acronyms")), say(Message("Tables")), say(Message("Figures"))),
        cover=tuple((say(name), say(text)) for name, text in cover),
        recommendations=pen.advice,
        numbers=dict(material.numbers),
    )


def opened(
    view: View,
    area: StudyArea,
    language: str,
    edition: Edition,
    reader: str,
    results: Mapping[str, Result] | None,
    *,
    previous: View | None = None,
    demo: bool = False,
) -> Sources:
    """Return what a report or brief is made of, where an edition may be made of a view; what is refused: see `make`."""
    require_edition(view, edition, reader)
    view.require_area(area)
    worked_out = dict(results) if results is not None else gather(view, area, previous=previous)
    if not worked_out.keys() >= BY_REGION.keys():
        worked_out |= regional(view, area)
    return Sources(view, area, language, worked_out, demo=demo or view.demo, previous=previous)


def bound(pen: Pen, edition: Edition, title: str, **parts: Any) -> Report:
    """Put the chapters of a report or brief together, with its title and the marks of its edition."""
    material = pen.material
    kind, day = material.say(EDITIONS[edition]), date(material.day, material.language)
    notice = INVENTED if material.demo else material.view.notice
    mark = Message("Restricted · for {reader} alone", {"reader": pen.reader})
    return Report(
        title=title,
        language=material.language,
        audience=material.view.audience,
        day=material.day,
        chapters=tuple(pen.chapters),
        running=f"{title} · {kind} · {day}",
        mark=material.say(mark) if edition == "restricted" else "",
        warnings=() if notice is None else (material.say(notice),),
        **parts,
    )


def require_edition(view: View, edition: Edition, reader: str) -> None:
    """Refuse an edition that a view is not for.

    Raises
    ------
    UnsafePublication
        A public edition would be made from a view for fewer people.
    InvalidRecord
        A restricted edition names no reader, or is made from another view than that for focal points.
    """
    if edition == "public":
        if view.audience != "public":
            raise UnsafePublication(
                f"{view.path}: was made for {view.audience}, and a public edition is made from a public view; "
                "from a view for focal points make a restricted one: add --edition restricted --reader NAME"
            )
        return
    if view.audience != "focal_point":
        raise InvalidRecord(
            f"{view.path}: a restricted edition is made from a view for focal points, this one is for {view.audience};"
            " publish one with --audience focal_point"
        )
    if not reader.strip():
        raise InvalidRecord("a restricted edition is for one reader; name them with --reader")


def publish(
    view: View,
    area: StudyArea,
    folder: Path,
    *,
    results: Mapping[str, Result] | None = None,
    languages: Sequence[str] = (),
    formats: Sequence[Literal["html", "pdf", "docx"]] = ("html", "docx"),
    demo: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write the public report into a folder, by default in the languages of the study area, with its advice as CSV.

    Returns the files: ``report.ru.html``, ``recommendations.ru.csv`` and so on.
    """
    from mapping.render.report.writers import files

    worked_out, wanted = dict(results) if results is not None else gather(view, area), languages or area.languages
    if not worked_out.keys() >= BY_REGION.keys():
        worked_out |= regional(view, area)
    written = []
    for place, language in enumerate(wanted, 1):
        made = make(view, area, language=language, results=worked_out, demo=demo)
        written += [files.write(made, folder / f"report.{language}.{ending}", ending) for ending in formats]
        written.append(files.write_recommendations(made, folder / f"recommendations.{language}.csv"))
        if progress is not None:
            progress(place, len(wanted))
    return written


def _acronyms(chapters: Sequence[Chapter], language: str) -> Iterator[str]:
    """Yield what the acronyms mean that the chapters use, as the language writes them."""
    text = repr(chapters)
    for name, words in outline.acronyms():
        short = show(name, language)
        if re.search(rf"\b{re.escape(short)}", text):
            yield f"{short}: {words.into(language)}"


def _imprint(material: Sources) -> Iterator[tuple[Message, object]]:
    country = str(material.area.units(0).index[0])
    lines = [entry for entry in material.entries if COMMISSION in entry.types and entry.confirmed]
    body = next((entry for entry in lines if country in entry.covers), None)
    settings = material.area.settings
    if publisher := settings.publisher or settings.addressees.get("commission"):
        yield Message("Publisher"), publisher
    yield Message("Place and year"), f"{material.say(material.area.name)}, {material.day.year}"
    numbers = [spaced(phone.number, material.area.code, material.language) for phone in body.phones[:1]] if body else []
    contact = [*numbers, body.email] if body else []
    yield Message("Contact"), "; ".join(filter(None, contact)) or Message("not stated")
    licence = settings.licence
    yield Message("Licence"), f"{licence.text} ({licence.id})"
