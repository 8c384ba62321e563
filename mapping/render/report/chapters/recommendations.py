"""Chapter 11: what is recommended to whom, and what became of the recommendations before."""

from mapping.language.i18n import Message, date
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import TableRow
from mapping.render.report.recommendations import COSTS, GROUPS, STATUSES, Recommendation


def recommendations(pen: Pen) -> None:
    """Write what every addressee is asked for, and the progress since the edition before."""
    material = pen.material
    pen.chapter("11", Message("Recommendations"), "recommendations")
    pen.say(
        Message(
            "Each recommendation follows from a finding by a fixed rule, and names its evidence. The editors "
            "have not weighed them against each other; whoever is addressed decides."
        )
    )
    pen.say(Message("They are handed on as a table too, so that the next edition can tell what became of them."))
    if pen.progress is not None:
        _progress(pen)
    for group, title in GROUPS.items():
        chosen = [one for one in pen.advice if one.group == group]
        if not chosen:
            continue
        pen.heading(title)
        for name in dict.fromkeys(material.say(one.addressee) for one in chosen):
            pen.heading(name, level=3)
            for one in chosen:
                if material.say(one.addressee) == name:
                    write(pen, one)
    if not pen.advice:
        pen.say(Message("No rule found anything to recommend."), "note")
    pen.end()


def write(pen: Pen, one: Recommendation, *, whom: bool = False) -> None:
    """Write one recommendation with all that belongs to it."""
    material = pen.material
    language = material.language
    pen.say(f"{one.number}. {one.text.into(language)}", "lead")
    table = material.numbers.get(one.table, "")
    evidence = f"{one.evidence.into(language)} ({table})" if table else one.evidence
    pairs: list[tuple[object, object]] = [(Message("Addressee"), one.addressee)] if whom else []
    pairs += [
        (Message("Evidence"), evidence),
        (Message("Responsible"), one.responsible),
        (Message("Deadline"), date(one.deadline, language)),
        (Message("Cost class"), COSTS[one.cost]),
        (Message("Indicator"), f"{one.indicator}: {one.measure.into(language)}; {one.value_text(language)}"),
        (Message("Status"), STATUSES[one.status]),
    ]
    pen.facts(pairs)


def _progress(pen: Pen) -> None:
    progress = pen.progress
    if progress is None:
        return
    material = pen.material
    pen.heading(Message("What became of the earlier recommendations"))
    counts = {status: sum(found == status for _, found in progress.outcomes) for status in STATUSES if status != "new"}
    rows = [
        TableRow(material.say(STATUSES[status]), cells(count, language=material.language))
        for status, count in counts.items()
        if count
    ]
    asked = len(progress.outcomes)
    source = Message(
        "Earlier recommendations: {asked}. A recommendation is reached when its rule asks for nothing any more.",
        {"asked": asked},
    )
    pen.table(
        Message("Earlier recommendations by what became of them"),
        (Message("Status"), Message("Recommendations")),
        rows,
        source=material.say(source),
        anchor="progress",
    )
    reached = [one.text for one, status in progress.outcomes if status == "reached"]
    if reached:
        pen.say(Message("Reached:"))
        pen.items(reached)
