"""Chapter 11: what is recommended to whom, and what became of the recommendations before."""

from mapping.language.i18n import Message, date, month
from mapping.render.report.composer import Pen
from mapping.render.report.elements import TableRow
from mapping.render.report.recommendations import COSTS, GROUPS, PRIORITIES, STATUSES, Recommendation


def _recommendations(pen: Pen) -> None:
    say = pen.material.say
    for group, title in GROUPS.items():
        chosen = [each for each in pen.advice if each.group == group]
        if chosen:
            pen.heading(title)
        for name in dict.fromkeys(say(each.addressee) for each in chosen):
            pen.heading(name, level=3)
            for recommendation in chosen:
                if say(recommendation.addressee) == name:
                    write(pen, recommendation)
    if pen.advice:
        _matrix(pen)
    else:
        pen.say(Message("No rule found anything to recommend."), "note")


def _matrix(pen: Pen) -> None:
    language = pen.material.language
    rows: list[TableRow | tuple[object, ...]] = []
    for priority, title in PRIORITIES.items():
        chosen = [each for each in pen.advice if each.priority == priority]
        rows += [TableRow(pen.material.say(title))] if chosen else []
        rows += [
            (
                each.number,
                each.measure if each.aim is None else each.text,
                each.addressee,
                month(each.deadline, language, short=True),
                each.value_text(language),
            )
            for each in chosen
        ]
    pen.heading(Message("All recommendations by priority"), anchor="all-advice")
    pen.outlined("matrix", rows, source=pen.material.entries)


def write(pen: Pen, recommendation: Recommendation, *, whom: bool = False) -> None:
    """Write one recommendation with all that belongs to it."""
    language = pen.material.language
    pen.say(f"{recommendation.number}. {recommendation.text.into(language)}", "lead")
    table = pen.material.numbers.get(recommendation.table, "")
    evidence = f"{recommendation.evidence.into(language)} ({table})" if table else recommendation.evidence
    code = f" ({recommendation.indicator})" if recommendation.indicator else ""
    aim = f"{recommendation.measure.into(language)}: {recommendation.value_text(language)}{code}"
    pairs: list[tuple[object, object]] = [(Message("Addressee"), recommendation.addressee)] if whom else []
    pairs += [
        (Message("Evidence"), evidence),
        (Message("Until"), date(recommendation.deadline, language)),
        (Message("Cost class"), COSTS[recommendation.cost]),
        (Message("Aim"), recommendation.aim or aim),
    ]
    if pen.progress is not None:
        pairs.append((Message("Status"), STATUSES[recommendation.status]))
    pen.facts(pairs)


def _progress(pen: Pen) -> None:
    if pen.progress is None:
        return
    outcomes = pen.progress.outcomes
    counts = {status: sum(state == status for _, state in outcomes) for status in STATUSES if status != "new"}
    source = Message(
        "Earlier recommendations: {asked}. A recommendation is reached when its rule asks for nothing any more.",
        {"asked": len(outcomes)},
    )
    pen.heading(Message("What became of the earlier recommendations"))
    pen.outlined(
        "progress",
        ((STATUSES[status], count) for status, count in counts.items() if count),
        source=pen.material.say(source),
    )
    if reached := [outcome.text for outcome, status in outcomes if status == "reached"]:
        pen.say(Message("Reached:"))
        pen.items(reached)


PARTS = {"recommendations": _recommendations, "progress": _progress}
