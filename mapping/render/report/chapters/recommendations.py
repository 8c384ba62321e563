"""Chapter 11: what is recommended to whom, and what became of the recommendations before."""

from mapping.language.i18n import Message, date, month
from mapping.render.report.composer import Pen, cells
from mapping.render.report.elements import TableRow
from mapping.render.report.recommendation_rules import REVIEWED
from mapping.render.report.recommendations import COSTS, GROUPS, PRIORITIES, STATUSES, Recommendation


def recommendations(pen: Pen) -> None:
    """Write what every addressee is asked for, and the progress since the edition before."""
    material = pen.material
    pen.chapter("11", Message("Recommendations"), "recommendations")
    pen.say(
        Message(
            "There are two layers. Those for the whole country are text that people reviewed on {day}; the others "
            "follow from findings by fixed rules. Each names one lead, one day, one aim and its evidence.",
            {"day": REVIEWED},
        )
    )
    pen.say(Message("They are handed on as a table too, so that the next edition can tell what became of them."))
    if pen.progress is not None:
        _progress(pen)
    for group, title in GROUPS.items():
        chosen = [recommendation for recommendation in pen.advice if recommendation.group == group]
        if not chosen:
            continue
        pen.heading(title)
        for name in dict.fromkeys(material.say(recommendation.addressee) for recommendation in chosen):
            pen.heading(name, level=3)
            for recommendation in chosen:
                if material.say(recommendation.addressee) == name:
                    write(pen, recommendation)
    if not pen.advice:
        pen.say(Message("No rule found anything to recommend."), "note")
    else:
        _matrix(pen)
    pen.end()


def _matrix(pen: Pen) -> None:
    """Put all recommendations on a page: what is to change, who leads, until when, and in which order."""
    material, language = pen.material, pen.material.language
    pen.heading(Message("All recommendations by priority"), anchor="all-advice")
    rows = []
    for priority, title in PRIORITIES.items():
        own = [recommendation for recommendation in pen.advice if recommendation.priority == priority]
        rows += [TableRow(material.say(title))] if own else []
        for recommendation in own:
            what = (
                recommendation.text.into(language)
                if recommendation.aim is not None
                else recommendation.measure.into(language)
            )
            texts = (
                what,
                material.say(recommendation.addressee),
                month(recommendation.deadline, language, short=True),
                recommendation.value_text(language),
            )
            rows.append(TableRow(recommendation.number, cells(*texts, language=language)))
    head = (
        Message("No."),
        Message("What is to change"),
        Message("Lead"),
        Message("Until"),
        Message("Now and aim"),
    )
    title = Message("Recommendations by priority")
    pen.table(title, head, rows, source=material.own_source(material.entries), anchor="matrix", small=True)


def write(pen: Pen, recommendation: Recommendation, *, whom: bool = False) -> None:
    """Write one recommendation with all that belongs to it."""
    material = pen.material
    language = material.language
    pen.say(f"{recommendation.number}. {recommendation.text.into(language)}", "lead")
    table = material.numbers.get(recommendation.table, "")
    evidence = f"{recommendation.evidence.into(language)} ({table})" if table else recommendation.evidence
    pairs: list[tuple[object, object]] = [(Message("Addressee"), recommendation.addressee)] if whom else []
    pairs += [
        (Message("Evidence"), evidence),
        (Message("Until"), date(recommendation.deadline, language)),
        (Message("Cost class"), COSTS[recommendation.cost]),
    ]
    if recommendation.aim is not None:
        pairs.append((Message("Aim"), recommendation.aim))
    else:
        code = f" ({recommendation.indicator})" if recommendation.indicator else ""
        target = f"{recommendation.value_text(language)}{code}"
        pairs.append((Message("Aim"), f"{recommendation.measure.into(language)}: {target}"))
    if pen.progress is not None:
        pairs.append((Message("Status"), STATUSES[recommendation.status]))
    pen.facts(pairs)


def _progress(pen: Pen) -> None:
    progress = pen.progress
    if progress is None:
        return
    material = pen.material
    pen.heading(Message("What became of the earlier recommendations"))
    counts = {status: sum(state == status for _, state in progress.outcomes) for status in STATUSES if status != "new"}
    rows = [
        TableRow(material.say(STATUSES[status]), cells(count, language=material.language))
        for status, count in counts.items()
        if count
    ]
    count = len(progress.outcomes)
    source = Message(
        "Earlier recommendations: {asked}. A recommendation is reached when its rule asks for nothing any more.",
        {"asked": count},
    )
    pen.table(
        Message("Earlier recommendations by what became of them"),
        (Message("Status"), Message("Recommendations")),
        rows,
        source=material.say(source),
        anchor="progress",
    )
    reached = [outcome.text for outcome, status in progress.outcomes if status == "reached"]
    if reached:
        pen.say(Message("Reached:"))
        pen.items(reached)
