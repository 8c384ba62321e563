"""Rendering: the templates of portals, compiled for each language, so that what a page says is in it already.

A text that stands in a template word for word is put into the language when the template is compiled. What templates
import depends on the language alone, so that it is made once and not for each page.
"""

import datetime as dt
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Protocol

from flask import Flask, current_app, render_template
from flask.templating import Environment
from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from mapping.analysis.common.nearest import shown_minutes
from mapping.language.i18n import date, month, number, show, translate
from mapping.language.languages import SOURCE, attributes, language
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


class LanguageEnvironment(Environment):
    """The templates of a portal in one language, by default that in which they are written."""

    language = SOURCE

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows, in one dictionary: jinja's chain of two is looked through at each import."""
        return {**self.globals, **(d or {})}

    def into(self, language: str) -> "LanguageEnvironment":
        """Return the same templates in a language."""
        own: LanguageEnvironment = self.overlay()
        own.language = language
        own.globals = {**self.globals, **_words(language)}
        return own

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(_Translation(self.language).visit(source), name, filename, defer_init)


class _Translation(NodeTransformer):
    """Puts texts of a template that stand there word for word into a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - jinja calls it so
        """Replace ``_("text")``."""
        self.generic_visit(node)
        plain = isinstance(node.node, nodes.Name) and node.node.name == "_" and not node.kwargs
        match node.args:
            case [nodes.Const(value=text)] if plain:
                return nodes.Const(translate(text, self.language), lineno=node.lineno)
        return node


def render(template: str, frame: Framed, **values: Any) -> str:
    """Return a page of the app that answers, in the language of its frame."""
    environments: dict[str, LanguageEnvironment] = current_app.extensions["languages"]
    if frame.language not in environments:
        environments[frame.language] = current_app.jinja_env.into(frame.language)  # type: ignore[attr-defined]
    return render_template(environments[frame.language].get_template(template), frame=frame, **values)


def set_words(app: Flask) -> None:
    """Give the templates of an app the words of each language; nothing may have been asked of them before."""
    app.jinja_environment = LanguageEnvironment
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
