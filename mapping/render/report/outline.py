"""The outline of the report: which parts each chapter has, by ``outline.toml``."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mapping.language.i18n import Message
from mapping.render.report.chapters import (
    actors,
    annexes,
    context,
    evidence,
    gaps,
    landscape,
    measures,
    method,
    summary,
)
from mapping.render.report.chapters import recommendations as asked
from mapping.render.report.composer import Pen, outline

Part = Mapping[str, Any]

PARTS: Mapping[str, Callable[[Pen], None]] = {
    name: function
    for module in (actors, annexes, asked, context, evidence, gaps, landscape, measures, method, summary)
    for name, function in module.PARTS.items()
}
"""What a part's name in the outline writes."""


def write(pen: Pen) -> None:
    """Write every chapter."""
    for place, chapter in enumerate(outline()["chapter"]):
        pen.chapter(str(place or ""), Message.of(chapter["title"]), chapter["anchor"])
        write_parts(pen, chapter["parts"], PARTS)
        pen.end()


def write_parts(pen: Pen, parts: Iterable[Part], functions: Mapping[str, Callable[[Pen], None]]) -> None:
    """Write parts of the outline that stand in this edition; ``functions`` are what their names write."""
    true, words = _conditions(pen), _words(pen)
    for part in parts:
        if part.get("when") in true:
            _write(pen, part, true, words, functions)


def acronyms() -> Iterator[tuple[str | Message, Message]]:
    """Yield each acronym, which a language may write otherwise, and what it means."""
    for entry in outline()["acronym"]:
        yield entry.get("fixed") or Message.of(entry["short"]), Message.of(entry["words"])


def _write(
    pen: Pen,
    part: Part,
    true: set[str | None],
    words: Mapping[str, object],
    functions: Mapping[str, Callable[[Pen], None]],
) -> None:
    results = pen.material.results
    if "part" in part:
        functions[part["part"]](pen)
    elif "result" in part:
        pen.result(results[part["result"]], drawn=part.get("drawn", True))
    elif "finding" in part:
        pen.say(results[part["finding"]].finding)
    elif "heading" in part:
        pen.heading(Message.of(part["heading"]))
    elif "items" in part:
        pen.items(Message.of(item["say"], words) for item in part["items"] if item.get("when") in true)
    elif "facts" in part:
        pen.facts((Message.of(name), Message.of(text, words)) for name, text in part["facts"])
    else:
        pen.say(Message.of(part["say"], words), part.get("role", ""))


def _conditions(pen: Pen) -> set[str | None]:
    """Return what is true of an edition; what has no condition stands in every one."""
    material = pen.material
    conditions = {
        "demo": material.demo,
        "reader": bool(pen.reader),
        "public": material.view.audience == "public",
        "restricted": material.view.audience != "public",
        "reviewed": material.area.settings.reviewed is not None,
        "unreviewed": material.area.settings.reviewed is None,
        "listed": bool(material.entries),
        "empty": not material.entries,
        "abroad": bool(material.results["destinations"].table["services"].any()),
    }
    return {None, *(name for name, holds in conditions.items() if holds)}


def _words(pen: Pen) -> Mapping[str, object]:
    """Return the values that texts of the outline may name."""
    material = pen.material
    settings = material.area.settings
    return {
        "reader": pen.reader,
        "licence": settings.licence.text,
        "url": settings.licence.url,
        "known": len(material.entries),
        "active": sum(entry.active for entry in material.entries),
        "organizations": len({entry.organization.id for entry in material.entries}),
        "share": material.fresh_share,
        "providers": settings.thresholds.providers,
        "least": settings.thresholds.case_cells,
        "day": settings.reviewed,
        "days": settings.freshness.lapsed_days,
    }
