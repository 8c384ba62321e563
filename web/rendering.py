"""Rendering: the templates of portals in the language of a page.

What templates import depends on the language alone, so that it is made once for each and not for each page.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import Flask, current_app, render_template
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from mapping.analysis.common.nearest import shown_minutes
from mapping.language.i18n import date, month, number, show, translate
from mapping.language.languages import attributes, language
from mapping.language.latin import SCRIPT
from mapping.render.layers.services import spaced
from mapping.result import duration
from web.aloud import recordings
from web.presenters.cards import facts, papers_heading, web_address
from web.presenters.hours import holidays

BY_RULE = Markup('<span class="by-rule" aria-hidden="true">*</span>')
"""What stands at a name that a rule has written in Latin letters; the end of the page says so, where one stands."""


class Framed(Protocol):
    """What stands around the content of a page, of which the language is known."""

    @property
    def language(self) -> str:
        """Return the language of the page."""


def render(template: str, frame: Framed, **values: Any) -> str:
    """Return a page of the app that answers, in the language of its frame."""
    environments: dict[str, Environment] = current_app.extensions["languages"]
    if frame.language not in environments:
        environment = current_app.jinja_env.overlay()
        environment.globals = {**environment.globals, **_words(frame.language)}
        environments[frame.language] = environment
    return render_template(environments[frame.language].get_template(template), frame=frame, **values)


def set_words(app: Flask) -> None:
    """Give the templates of an app the words of each language; nothing may have been asked of them before."""
    app.extensions["languages"] = {}
    app.jinja_env.globals.update(
        facts=facts, papers_heading=papers_heading, by_rule=BY_RULE, holidays=holidays, recordings=recordings
    )
    app.jinja_env.filters.update(web_address=web_address, spaced=_spaced)


@pass_context
def _spaced(context: Context, number: str) -> str:
    frame: Any = context["frame"]
    return spaced(number, frame.area.code, frame.language)


def _words(own: str) -> dict[str, Callable[..., str]]:
    """Return what templates write in a language, and how they say which one another text is in."""

    def say(text: str, **values: Any) -> str:
        return translate(text, own, **values)

    def day(value: dt.date) -> str:
        return date(value, own)

    def month_(value: str) -> str:
        """Write a month as it is kept, 2026-11, in words."""
        return month(dt.date.fromisoformat(f"{value}-01"), own)

    def num(value: float) -> str:
        return number(value, own)

    def shown(value: Mapping[str, str] | Any) -> str:
        return show(value, own)

    def minutes(value: float) -> str:
        """Write minutes of travel as people say them: 25 min, 1 h 40 min; beyond the table's end "over 4 h"."""
        if value == float("inf"):
            return translate("over 4 h or cut off", own)
        return duration(shown_minutes(value), own)

    def lang(code: str) -> Markup:
        """Return what the tag of a text in a language says: also which way it is written, if not as the page is."""
        return Markup(attributes(code, own))  # noqa: S704

    written = language(own).written

    def marked(text: str, spoken: str = "") -> Markup:
        """Return a text with its language where that is not the one that the page is written in."""
        spoken = spoken or getattr(text, "language", "")
        if not text or not spoken or spoken == written:
            return escape(str(text))
        mark = BY_RULE if spoken.endswith(SCRIPT) else ""
        return Markup("<span {}>{}</span>{}").format(lang(spoken), str(text), mark)

    return {
        "_": say,
        "day": day,
        "month": month_,
        "num": num,
        "show": shown,
        "minutes": minutes,
        "lang": lang,
        "marked": marked,
    }
