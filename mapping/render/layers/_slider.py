"""A slider between the seasons and ways to travel of one layer, and the same as a table."""

import html
import json
from collections.abc import Sequence

from mapping.language.i18n import translate
from mapping.render.layers import Layer

Turn = tuple[Layer, ...]
"""A layer, and those that stand in for it."""


def turns(layers: Sequence[Layer]) -> list[Turn]:
    """Return each layer that others stand in for, with these, in their order."""
    groups = [
        (layer, *(other for other in layers if other.instead_of == layer.id))
        for layer in layers
        if not layer.instead_of
    ]
    return [turn for turn in groups if len(turn) > 1]


def slider(turn: Turn, language: str) -> str:
    """Return the slider as HTML; ``static/map.js`` reads from it which layer each step shows, and what to say."""
    first = turn[0].id
    steps = [{"layer": layer.id, "label": layer.label, "said": said(layer)} for layer in turn]
    name, now = html.escape(translate("Season or way to travel", language)), html.escape(said(turn[0]))
    return (
        f'<div class="slider"><label for="slider-{first}">{name}</label>'
        f'<input type="range" id="slider-{first}" min="0" max="{len(turn) - 1}" step="1" value="0"'
        f' aria-valuetext="{now}" data-of="{first}" data-steps="{html.escape(json.dumps(steps, ensure_ascii=False))}">'
        f'<output for="slider-{first}">{now}</output></div>'
    )


def said(layer: Layer) -> str:
    """Say in a line what a layer shows: Winter. Within an hour: 56%."""
    return ". ".join([layer.scenario, *(f"{label}: {value}" for label, value in layer.figures)])


def table(turn: Turn, language: str) -> str:
    """Return what the steps of a slider say as a table, one row a season."""
    heads = [translate("Season or way to travel", language), *(label for label, _ in turn[0].figures)]
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(layer.scenario)}</th>'
        + "".join(f'<td data-l="{html.escape(label)}">{html.escape(value)}</td>' for label, value in layer.figures)
        + "</tr>"
        for layer in turn
    )
    caption = html.escape(translate("Travel time by season and way to travel", language))
    return (
        f'<table class="stack seasons"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>\n"
    )
